"""The words of sharing: what a resource is, on what a grant rests, how things go.

`contracts/lib/SharingTypes.sol` mirrors the numbers. Fields of a resource are positions 0 to 255 of a
published list; a set of them is a bitmap, bit n for field n.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

MOST_FIELDS = 256
"""Fields of a resource."""

MOST_USES = 16
"""Uses in one record that is no batch."""

MOST_LEAVES = 1_000
"""Uses, or refusals, in a batch."""

MOST_MATERIALS = 64
"""Materials of a service item."""

USE_WORDS = 6
"""Words of 32 bytes that say one use."""


class ResourceKind(IntEnum):
    """What a resource is made of."""

    LICENSE_TYPE = 1
    DATA_SET = 2


class BaseLibrary(IntEnum):
    """The base library (基础库) that a resource stands in: 人口, 法人, 空间地理, 电子证照, 社会信用."""

    NONE = 0
    POPULATION = 1
    LEGAL_PERSONS = 2
    GEOGRAPHY = 3
    LICENSES = 4
    CREDIT = 5


class ProbeOutcome(IntEnum):
    """What a probe of a mounted resource found."""

    MATCHED = 1
    DIFFERENT = 2
    SILENT = 3


class DeclarationKind(IntEnum):
    """What a provider declares of a resource."""

    INTERFACE = 1
    OUTAGE = 2
    SNAPSHOT = 3
    MAPPING = 4
    ORIGINS = 5


class DutyKind(IntEnum):
    """What a responsibility list (责任清单) asks for: to share, or to let data flow back (回流)."""

    SHARE = 1
    FLOW_BACK = 2


class Basis(IntEnum):
    """On what a grant rests: a statutory duty (依职能), or the holder's consent (依授权)."""

    DUTY = 1
    CONSENT = 2


class Outcome(IntEnum):
    """How a decision goes: a request is approved, a correction upheld, an attestation matches; or not."""

    YES = 1
    NO = 2


class UseKind(IntEnum):
    """What a use was: data were handed out, or it was only told where and whether there are any."""

    DATA = 1
    LOCATE = 2


class HolderProof(IntEnum):
    """By whose keys a holder signs."""

    SINGLE = 1
    ANY = 2
    ALL = 3
    REPRESENTATIVE = 4


class CorrectionState(IntEnum):
    """Where a correction stands."""

    OPEN = 1
    UPHELD = 2
    REJECTED = 3
    DISPUTED = 4
    SETTLED_UPHELD = 5
    SETTLED_REJECTED = 6


def fields_bitmap(positions: Iterable[int]) -> int:
    """A set of fields as one number.

    Raises:
        ValueError: A position beyond 255.

    Example:
        >>> fields_bitmap([0, 3])
        9
    """
    chosen = set(positions)
    if not all(0 <= each < MOST_FIELDS for each in chosen):
        raise ValueError("no field has that position")
    return sum(1 << each for each in chosen)


def fields_of(bitmap: int) -> list[int]:
    """The inverse of `fields_bitmap`, in ascending order.

    Example:
        >>> fields_of(9)
        [0, 3]
    """
    return [each for each in range(MOST_FIELDS) if bitmap >> each & 1]


def all_fields(count: int) -> int:
    """Every field of a resource that has so many.

    Example:
        >>> all_fields(3)
        7
    """
    return (1 << count) - 1


def is_within(fields: int, allowed: int) -> bool:
    """Whether these are some fields, all of them among the allowed.

    Example:
        >>> is_within(5, 7), is_within(0, 7), is_within(8, 7)
        (True, False, False)
    """
    return fields != 0 and fields & ~allowed == 0
