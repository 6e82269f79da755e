"""Which fields of a row a grant allows: each field has one name in the published list, the closest one.

A name means a path, or a branch of several; of two names that fit, the longer one is the field's own. So no
grant of a branch takes along what the list names, and grades, on its own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ledger.domain.field_list import FieldList
from ledger.errors import RuleError


def name_of(path: str, names: Collection[str]) -> str | None:
    """The name of a field in a list; None where it has none.

    Example:
        >>> [name_of(path, ("address", "address/street")) for path in ("address/street", "address/city", "x")]
        ['address/street', 'address', None]
    """
    steps = path.split("/")
    branches = ("/".join(steps[:count]) for count in range(len(steps), 0, -1))
    return next((each for each in branches if each in names), None)


def granted_names(listed: FieldList, granted: int, current: FieldList | None = None) -> set[str]:
    """The names of what a grant allows, as far as the list by which the rows are loaded has them.

    Args:
        listed: The published list of the data set.
        granted: Bitmap of what the grant allows.
        current: The list by which the rows were loaded, where the grant is of an earlier one.

    Raises:
        RuleError: `HANDOUT_NOTHING`: it has none of them, so no row has.
    """
    wanted = listed.named(granted)
    names = set(wanted) & set((current or listed).names)
    if not names:
        raise RuleError("HANDOUT_NOTHING", fields=", ".join(sorted(wanted)))
    return names


def granted_fields(
    known: Iterable[str], listed: FieldList, granted: int, current: FieldList | None = None
) -> list[str]:
    """The fields of a row that a grant allows, in the order of leaves; none where the row has none of them.

    Args:
        known: All paths of the row.
        listed: The published list of the data set.
        granted: Bitmap of what the grant allows.
        current: The list by which the row was loaded, where the grant is of an earlier one: what that one
            names otherwise, and may grade higher, was not granted.
    """
    wanted, names = set(listed.named(granted)), set(listed.names)
    now = set((current or listed).names)
    own = {path: name_of(path, names) for path in known}
    return sorted(path for path, name in own.items() if name in wanted and name_of(path, now) == name)


def fields_beyond(paths: Iterable[str], listed: FieldList, granted: int) -> list[str]:
    """The fields of a copy whose name is not granted, in their order."""
    wanted, names = set(listed.named(granted)), set(listed.names)
    return [path for path in paths if name_of(path, names) not in wanted]


def grade_of(paths: Iterable[str], listed: FieldList) -> int:
    """The highest grade of some fields of a row, at least 1."""
    grades, names = dict(zip(listed.names, listed.grades, strict=True)), set(listed.names)
    return max((grades[name] for path in paths if (name := name_of(path, names))), default=1)
