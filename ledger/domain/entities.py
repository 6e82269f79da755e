"""What the records add up to: regions, organisations, keys, types, rights, agreements, licenses.

Every entity is a frozen value made only by `ledger.domain.apply`; times are Unix seconds.
Ranges are half-open, `[since, until)`, and 0 as an end means none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import TypeVar

from ledger.domain.acts import Act, Purpose, Scope, Sharing
from ledger.domain.representation import RepresentationKind, RepresentationScope
from ledger.domain.sharing_entities import SharingEntity

IsVoid = Callable[[str, int], bool]
"""(key id, recorded at) → whether what that key gave then is void."""


@dataclass(frozen=True)
class Ledger:
    """The ledger itself: who founded it, which contracts it names, whether it is sealed."""

    rev: int = 0
    threshold: int = 0
    contracts: tuple[tuple[str, str, str], ...] = ()
    """Name, address and code hash of every contract, in the order in which they were named."""
    sealed_seq: int = 0
    sealed_at: int = 0

    def generations(self, name: str) -> list[str]:
        """Addresses of a contract: the first one, and what took its place, in their order."""
        return [account for each, account, _ in self.contracts if each == name]


@dataclass(frozen=True)
class Predecessor:
    """A region that another one follows, from `since` on."""

    region: int
    since: int
    recorded_at: int


@dataclass(frozen=True)
class Region:
    """A region by its GB/T 2260 code; `parent` 0 marks a root region, which has a vote."""

    rev: int
    code: int
    parent: int
    since: int
    successor: int = 0
    succeeded_at: int = 0
    """From when on another region stands for this one; never before that was recorded."""
    succession_recorded_at: int = 0
    predecessors: tuple[Predecessor, ...] = ()
    """Regions that this one follows, in the order in which that was recorded."""


@dataclass(frozen=True)
class Organisation:
    """A body by its unified social credit code."""

    rev: int
    uscc: str
    region: int
    level: int
    name_digest: str
    since: int
    successor: str = ""
    succeeded_at: int = 0
    succession_recorded_at: int = 0


@dataclass(frozen=True)
class CutOff:
    """A declaration that a key was compromised from `since` on."""

    recorded_at: int
    since: int


@dataclass(frozen=True)
class Key:
    """A registered SM2 key; `owner` is the object id of an organisation or a region."""

    rev: int
    key_id: str
    owner: str
    purpose: Purpose
    alg: int
    public_key: str
    """130 hex digits, `04‖X‖Y`."""
    valid_from: int
    valid_to: int
    since: int
    endings: tuple[tuple[int, int], ...] = ()
    """(recorded at, valid until) of every shortening."""
    cut_offs: tuple[CutOff, ...] = ()
    by_key: str = ""
    """The one key that registered it; empty where founders, or several regions together, did."""

    def cut_off(self, as_of: int) -> int | None:
        """The compromise time as the ledger knew it at `as_of`; None when none was declared."""
        known = [cut.since for cut in self.cut_offs if cut.recorded_at <= as_of]
        return min(known, default=None)

    def is_valid_at(self, at: int) -> bool:
        """Whether the key could sign at `at`, by its validity alone."""
        ends = [end for recorded, end in self.endings if recorded <= at]
        valid_to = min([self.valid_to, *ends]) if self.valid_to else min(ends, default=0)
        return max(self.valid_from, self.since) <= at and (valid_to == 0 or at < valid_to)


@dataclass(frozen=True)
class Relay:
    """An EVM account that may submit messages, until a time."""

    rev: int
    account: str
    region: int
    since: int
    until: int


@dataclass(frozen=True)
class TypeVersion:
    """One version of a license type."""

    since: int
    region: int
    definer: str
    schema_digest: str
    grades_digest: str
    acts: frozenset[Act]
    scope: Scope
    sharing: Sharing
    ground: int
    by_key: str = ""
    """The one key that signed for it; empty where founders, or several regions together, did."""


@dataclass(frozen=True)
class LicenseType:
    """A license type by its 21-character code, with all its versions."""

    rev: int
    code: str
    versions: tuple[TypeVersion, ...]

    def at(self, at: int, is_void: IsVoid | None = None) -> TypeVersion | None:
        """The version in effect at `at`; a version that a compromised key signed for never is."""
        current = [version for version in self.versions if version.since <= at]
        for version in reversed(current):
            if not (version.by_key and is_void and is_void(version.by_key, version.since)):
                return version
        return None


class TermKind(IntEnum):
    """Whether a term gives something or shortens what was given."""

    GIVEN = 1
    ENDED = 2


@dataclass(frozen=True)
class Span:
    """From when until when something was agreed or given, when that was recorded, and by which keys."""

    recorded_at: int
    since: int
    until: int
    kind: TermKind = TermKind.GIVEN
    by_keys: tuple[str, ...] = ()
    """Keys of which each was needed to give it."""
    seq: int = 0
    """Its record: what stands in the same block is told apart by it."""


@dataclass(frozen=True)
class Term(Span):
    """A span of a right or an agreement."""

    region: int = 0
    detail: str = ""
    """The operator that an entitlement names, or the type as which an agreement lets licenses count."""


@dataclass(frozen=True, kw_only=True)
class Mandate(Span):
    """A span for which somebody stands in for a holder: by what title, and for what."""

    title: RepresentationKind
    scope: frozenset[RepresentationScope]
    reference: str
    """Salted digest of the deciding document; zeros where none was named."""


@dataclass(frozen=True, kw_only=True)
class Power(Span):
    """A span for which a region names a body for acts on licenses that others issue."""

    acts: frozenset[Act]


AnySpan = TypeVar("AnySpan", bound=Span)


def span_at(spans: Sequence[AnySpan], at: int, as_of: int, is_void: IsVoid | None = None) -> AnySpan | None:
    """The one of several spans, in the order of their records, that covers `at`, as known at `as_of`.

    A later one takes over from its first day on; what lies before stays as it was. An end ends all that
    was given before it was recorded. What a compromised key gave does not count; an end stands, whoever
    signed it.

    Args:
        spans: Given and ended.
        at: Moment of legal effect.
        as_of: Moment of knowledge.
        is_void: What is void, as known at `as_of`; None where nobody asks.
    """
    for span in reversed(_standing(spans, as_of, is_void)):
        if span.since <= at:
            return _covering(span, at)
    return None


def _covering(span: AnySpan, at: int) -> AnySpan | None:
    return span if span.since <= at and (span.until == 0 or at < span.until) else None


def _standing(spans: Sequence[AnySpan], as_of: int, is_void: IsVoid | None) -> list[AnySpan]:
    kept: list[AnySpan] = []
    for span in (span for span in spans if span.recorded_at <= as_of):
        if span.kind is TermKind.ENDED:
            kept = [_ended(each, span.until) for each in kept]
        elif not _is_void(span, is_void):
            kept.append(span)
    return kept


def _ended(span: AnySpan, until: int) -> AnySpan:
    return replace(span, until=min(until, span.until or until))


def _is_void(span: Span, is_void: IsVoid | None) -> bool:
    return is_void is not None and any(is_void(key, span.recorded_at) for key in span.by_keys)


@dataclass(frozen=True)
class Terms:
    """A right or an agreement with its history; the latest term recorded by a moment counts then."""

    rev: int
    key: tuple[str, ...]
    terms: tuple[Term, ...]

    def before(self, seq: int) -> Terms:
        """The same as it stood before a record."""
        return replace(self, terms=tuple(term for term in self.terms if term.seq < seq))

    def at(self, at: int, as_of: int, is_void: IsVoid | None = None) -> Term | None:
        """The term that covers `at`, as the ledger knew it at `as_of`; as `span_at`."""
        return span_at(self.terms, at, as_of, is_void)

    def last_at(self, at: int) -> Term | None:
        """The last term, where it covers `at`: to the contracts it alone counts, whatever came before."""
        return _covering(self.terms[-1], at) if self.terms else None


@dataclass(frozen=True)
class Powers:
    """What one body may do to licenses of one type in one region, with its history."""

    rev: int
    license_type: str
    body: str
    """Unified social credit code."""
    region: int
    powers: tuple[Power, ...]

    def at(self, at: int) -> frozenset[Act]:
        """What it may do at `at`: the last power alone counts, whatever was there before it, as on chain."""
        last = _covering(self.powers[-1], at)
        return last.acts if last else frozenset()


@dataclass(frozen=True)
class Representation:
    """Who stands in for the holder of a license, with its history; nothing says who that is."""

    rev: int
    license_id: str
    representative: str
    """Commitment to the representative's device keys for this license, 0x-hex."""
    mandates: tuple[Mandate, ...]

    def at(self, at: int, as_of: int, is_void: IsVoid | None = None) -> Mandate | None:
        """The mandate that covers `at`, as the ledger knew it at `as_of`; as `span_at`."""
        return span_at(self.mandates, at, as_of, is_void)

    def standing(self, as_of: int, is_void: IsVoid | None = None) -> list[Mandate]:
        """Every mandate that was given and is not void, each until where it was ended."""
        return _standing(self.mandates, as_of, is_void)


@dataclass(frozen=True)
class LicenseFact:
    """One thing recorded of a license."""

    seq: int
    act: Act
    ground: int
    recorded_at: int
    effective: int
    key_id: str
    reference: str = ""
    cause: str = ""
    successor: str = ""
    holder_binding: str = ""
    region: int = 0
    """Where a transfer goes to; of another act, under whose power another body than the issuer did it."""
    batch: str = ""
    """Object of the batch whose leaf takes the place of this one, of a renewal by the batch."""
    index: int = 0
    """Index of that leaf."""
    by: str = ""
    """Who bound or froze: the credit code of the body that checked the holder's identity."""
    method: int = 0
    assurance: int = 0


@dataclass(frozen=True)
class License:
    """A license as the ledger holds it: commitments and facts, nothing personal."""

    rev: int
    license_id: str
    issuer: str
    license_type: str
    region: int
    """Region in which the issuer was entitled when it issued."""
    digest: str
    holder_binding: str
    valid_from: int
    valid_to: int
    facts: tuple[LicenseFact, ...]
    supersedes: str = ""
    batch: str = ""
    """Object of the batch that it is a leaf of, or empty."""
    writer: str = ""
    """Contract that recorded its issue, for which the message was signed."""
    renewals: tuple[LicenseFact, ...] = ()
    """What renewed that leaf. They came before all facts but the first, and `rev` counts none of them."""

    @property
    def signed(self) -> tuple[LicenseFact, ...]:
        """All that somebody signed for: its facts and its renewals."""
        return (*self.facts, *self.renewals)


@dataclass(frozen=True)
class Rivals:
    """Licenses under one id of which several have records, in the order in which they came."""

    licenses: tuple[License, ...]


@dataclass(frozen=True)
class Contested:
    """The ids under which several licenses have records."""

    license_ids: tuple[str, ...]


@dataclass(frozen=True)
class Renewal:
    """Leaves of a batch whose places another batch took, under one signature."""

    seq: int
    recorded_at: int
    key_id: str
    batch: str
    """Object of the other batch: its leaf j takes the place of the j-th of these leaves."""
    leaves: int
    """Bit n stands for leaf n."""

    def place_of(self, index: int) -> int | None:
        """Index of the leaf that takes the place of leaf `index`; None where none does.

        Example:
            >>> Renewal(7, 0, "", "", leaves=0b11010).place_of(3)
            1
        """
        if not self.leaves >> index & 1:
            return None
        return (self.leaves & (1 << index) - 1).bit_count()


@dataclass(frozen=True)
class Batch:
    """Licenses issued under one signature; those to which something happened since are opened or renewed."""

    rev: int
    root: str
    size: int
    issuer: str
    license_type: str
    region: int
    """Region in which the issuer was entitled when it issued."""
    seq: int
    key_id: str
    recorded_at: int
    writer: str = ""
    """Contract that recorded it, for which the message was signed."""
    opened: frozenset[int] = frozenset()
    """Indices of the leaves that are licenses of their own."""
    renewals: tuple[Renewal, ...] = ()
    """In the order in which they were recorded, void ones too."""
    renews: str = ""
    """Object of the batch whose leaves it takes the places of, or empty."""


Entity = (
    Ledger
    | Region
    | Organisation
    | Key
    | Relay
    | LicenseType
    | Terms
    | Powers
    | License
    | Rivals
    | Contested
    | Batch
    | Representation
    | SharingEntity
)
