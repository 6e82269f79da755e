"""Grants that were given before a field that they have got a sensitive grade.

What a grant needs is fixed when it is asked for, by the version of the resource that counts then. A later
version that grades a field 3 or 4 changes nothing of it: contracts let it be used on, and replay holds the
uses for good. What by the new grade would have been decided and reviewed, and was not, is told here; only a
withdrawal, and another request, makes it good. Sensitive fields stand in the record of each version, by their
positions; where a version has another list of names the two lists are needed to tell which field is which.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ledger.domain.entities import IsVoid
from ledger.domain.grants import needs_of
from ledger.domain.sharing import all_fields, fields_bitmap, fields_of
from ledger.domain.sharing_entities import Grant, Need, Resource, ResourceVersion

NamesOf = Callable[[str], Sequence[str] | None]
"""The names of a published list by its digest; None where it is not at hand."""


@dataclass(frozen=True)
class Regraded:
    """What a grant lacks by the grades of its resource's present version.

    Attributes:
        version: Number of the first version since which it lacks that without a break.
        seq: Its record.
        since: When that was made.
        fields: Which fields came to be sensitive, by the positions of the grant's own list.
        missing: What their grade takes and the grant was given without.
        before: The list for want of which nothing is told of the versions before; None where none is.
    """

    version: int
    seq: int
    since: int
    fields: int
    missing: frozenset[Need]
    before: UnknownGrades | None = None


@dataclass(frozen=True)
class UnknownGrades:
    """A list of names is not at hand, so that nothing can be told.

    Attributes:
        version: Number of the version of the resource that has it.
        digest: Of the list, 0x-hex.
    """

    version: int
    digest: str


def regraded(
    grant: Grant, above: Grant | None, resource: Resource, names_of: NamesOf, is_void: IsVoid
) -> Regraded | UnknownGrades | None:
    """What a grant lacks by the present grades; None where nothing.

    Args:
        grant: The grant.
        above: The one that it was narrowed from, whose decisions it rests on; None where there is none.
        resource: With all its versions.
        names_of: Finds lists of names.
        is_void: What a compromised key registered does not count.
    """
    root, found = above or grant, None
    for number in range(resource.version, grant.version, -1):
        version = resource.versions[number - 1]
        if is_void(version.key_id, version.recorded_at):
            continue
        lacked = _lacked(grant, root, resource, number, names_of)
        if isinstance(lacked, UnknownGrades):
            return replace(found, before=lacked) if found else lacked
        if lacked is None:
            return found
        found = replace(lacked, fields=found.fields) if found else lacked
    return found


def _lacked(
    grant: Grant, root: Grant, resource: Resource, number: int, names_of: NamesOf
) -> Regraded | UnknownGrades | None:
    """What a grant lacks by the grades of one later version."""
    given, version = resource.versions[grant.version - 1], resource.versions[number - 1]
    sensitive = _sensitive(root, resource, number, names_of)
    if isinstance(sensitive, UnknownGrades):
        return sensitive
    fields = grant.granted & sensitive
    missing = needs_of(root.basis, fields, given.sharing, fields) - root.needs
    if not missing:
        return None
    return Regraded(number, version.seq, version.recorded_at, fields & ~given.sensitive, missing)


def _sensitive(root: Grant, resource: Resource, number: int, names_of: NamesOf) -> int | UnknownGrades:
    """The fields that a later version grades as sensitive, by the positions of the grant's own list."""
    given, version = resource.versions[root.version - 1], resource.versions[number - 1]
    if version.fields_digest == given.fields_digest:
        return version.sensitive
    if not version.sensitive or not _may_lack(root, given):
        return 0
    before, after = names_of(given.fields_digest), names_of(version.fields_digest)
    if before is None:
        return UnknownGrades(root.version, given.fields_digest)
    if after is None:
        return UnknownGrades(number, version.fields_digest)
    sensitive = {after[place] for place in fields_of(version.sensitive) if place < len(after)}
    return fields_bitmap(place for place, name in enumerate(before) if name in sensitive)


def _may_lack(root: Grant, given: ResourceVersion) -> bool:
    """Whether a grant would need more, were all its fields sensitive."""
    every = all_fields(given.field_count)
    return bool(needs_of(root.basis, every, given.sharing, every) - root.needs)
