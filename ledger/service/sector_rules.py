"""What the rules of sectors on the ledger say to a grant at a moment.

Asked are the rules of the owner's region, else of the nearest region above it that has some: of the versions
that had come into effect by the moment the one that did so last. What is recorded later never changes
that; a version that a compromised key signed does not count (docs/adr/0038). A grant that was narrowed from
another needs that both bodies may have the data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from ledger.domain.canonical import JsonObject
from ledger.domain.entities import IsVoid, Organisation
from ledger.domain.field_list import HIGHEST_GRADE, SENSITIVE_FROM, FieldList
from ledger.domain.lineage import superiors_of, void_as_of
from ledger.domain.sector_rules import TABLE, SectorAnswer, SectorTable, Wanted
from ledger.domain.sharing import Basis, fields_of
from ledger.domain.sharing_entities import (
    Grant,
    Resource,
    ResourceVersion,
    resource_owner,
)
from ledger.domain.state import StateView, typed
from ledger.errors import NotEntitledError, OutageError
from ledger.service.code_tables import begins, region_table, version_at
from ledger.service.region_tables import Remembered

FindSectors = Callable[[str], SectorTable | None]
"""From a digest to the text, where it is at hand."""

FindList = Callable[[str], FieldList | None]
"""From a digest to a published list of fields, where it is at hand."""


@dataclass(frozen=True, order=True)
class RulesInEffect:
    """Which text counts.

    Attributes:
        region: Whose.
        version: Of its code table.
        digest: Of that version, 0x-hex.
        begins: When that came into effect, in Unix seconds.
    """

    region: int
    version: int
    digest: str
    begins: int

    @property
    def named(self) -> JsonObject:
        """`{"region", "version", "digest"}`."""
        return {"region": f"{self.region:06d}", "version": self.version, "digest": self.digest}


@dataclass(frozen=True)
class Ruling:
    """What rules say to a body that is to have data.

    Attributes:
        answer: Yes or no, and of what it fails.
        body: Who is to have them.
        resource: `OWNER/CODE`.
        rule: Number of the rule that allows it or fails it last; 0 for none.
        by: Which text says so; None where no region has any.
        sectors: Of the body, by that text.
    """

    answer: SectorAnswer
    body: str
    resource: str
    rule: int = 0
    by: RulesInEffect | None = None
    sectors: tuple[str, ...] = ()

    def as_json(self) -> JsonObject:
        """The member `sectorRule`."""
        named = self.by.named if self.by else dict.fromkeys(("region", "version", "digest"))
        return {
            "allowed": self.answer.is_allowed,
            "answer": self.answer.value,
            "body": self.body,
            "sectors": list(self.sectors),
            "rule": self.rule or None,
            **named,
        }

    def require(self) -> None:
        """Let pass what is allowed; raises `SECTOR_NOT_ALLOWED` (NotEntitledError)."""
        if self.answer.is_allowed or self.by is None:
            return
        raise NotEntitledError(
            "SECTOR_NOT_ALLOWED",
            body=self.body,
            resource=self.resource,
            reason=self.answer.value,
            region=f"{self.by.region:06d}",
            version=self.by.version,
            rule=self.rule or "–",
        )


@dataclass(frozen=True)
class SectorRules:
    """Tells what rules of sectors say, by one state of the ledger.

    Attributes:
        state: The ledger as it was known at a moment.
        known_at: The moment.
        find: Finds texts.
        list_of: Finds published lists of fields, for their grades.
    """

    state: StateView
    known_at: int
    find: FindSectors
    list_of: FindList
    _texts: dict[str, SectorTable] = field(default_factory=dict)

    def in_effect(self, region: int, at: int, before: int | None = None) -> RulesInEffect | None:
        """The text that counts for bodies of a region at a moment; None where no region has any.

        Args:
            region: GB/T 2260 code as a number.
            at: In Unix seconds.
            before: Only what stands on the ledger before this record; None for all.
        """
        for code in superiors_of(self._seen, region, at, min(self.known_at, at)):
            table = region_table(self._seen, code, TABLE)
            counting = version_at(table, at, self._is_void, before) if table else None
            if counting is not None:
                number, version = counting
                return RulesInEffect(code, number, version.digest, begins(version))
        return None

    def ruling(self, grant: Grant, at: int, before: int | None = None) -> Ruling:
        """What the rules of the owner's region say to a grant, and to the one that it was narrowed from.

        Args:
            grant: With the fields that may be used.
            at: In Unix seconds.
            before: As for `in_effect`.

        Raises:
            OutageError: `SECTORS_NOT_HERE`, `SECTOR_GRADES_NOT_HERE`.
        """
        by = self.in_effect(self.region_of(resource_owner(grant.resource)), at, before)
        own = self._ruling(by, self._wanted(grant))
        parent = typed(self._seen, "grant", grant.parent, Grant) if grant.parent else None
        above = self.ruling(parent, at, before) if parent is not None and own.answer.is_allowed else own
        return own if above.answer.is_allowed else above

    def of_wanted(self, resource: Resource, body: str, why: Why, at: int) -> Ruling:
        """What the rules say to a body that would ask for fields of a resource's present version.

        Raises:
            OutageError: As `ruling`.
        """
        version = resource.current
        wanted = Wanted(
            body=body,
            resource=resource.key,
            license_type=version.license_type,
            basis=why.basis,
            purpose=why.purpose,
            item=why.item,
            is_within=self._is_within(version, why.fields),
        )
        return self._ruling(self.in_effect(self.region_of(resource.owner), at), wanted)

    def text(self, by: RulesInEffect) -> SectorTable:
        """A text; raises `SECTORS_NOT_HERE` (OutageError)."""
        found = self._texts.get(by.digest) or self.find(by.digest)
        if found is None:
            raise OutageError("SECTORS_NOT_HERE", region=f"{by.region:06d}", digest=by.digest)
        self._texts[by.digest] = found
        return found

    def region_of(self, body: str) -> int:
        """The region of a body by its credit code; 0 of one that is unknown."""
        found = typed(self._seen, "organisation", body, Organisation)
        return found.region if found else 0

    def changes(self, region: int, since: int, until: int) -> Iterator[int]:
        """Moments within two, these included, at which another text may have come to count for a region."""
        for code in superiors_of(self._seen, region, until, min(self.known_at, until)):
            table = region_table(self._seen, code, TABLE)
            for each in table.versions if table else ():
                if since <= begins(each) <= until:
                    yield begins(each)

    def _ruling(self, by: RulesInEffect | None, wanted: Wanted) -> Ruling:
        if by is None:
            return Ruling(SectorAnswer.NO_RULES, wanted.body, wanted.resource)
        table = self.text(by)
        answer, rule = table.answer(wanted)
        sectors = tuple(table.sectors_of(wanted.body))
        return Ruling(answer, wanted.body, wanted.resource, rule, by, sectors)

    def _wanted(self, grant: Grant) -> Wanted:
        resource = typed(self._seen, "resource", grant.resource, Resource)
        assert resource is not None, "a grant is of a resource"
        version = resource.versions[grant.version - 1]
        return Wanted(
            body=grant.grantee,
            resource=grant.resource,
            license_type=version.license_type,
            basis=grant.basis,
            purpose=grant.purpose,
            item=grant.item,
            is_within=self._is_within(version, grant.granted),
        )

    def _is_within(self, version: ResourceVersion, fields: int) -> Callable[[int], bool]:
        """Whether no field is above a grade: by the ledger alone, where it tells that."""
        is_sensitive = fields & version.sensitive != 0

        def is_within(grade: int) -> bool:
            if is_sensitive is not (grade >= SENSITIVE_FROM):
                return not is_sensitive
            if grade in (SENSITIVE_FROM - 1, HIGHEST_GRADE):
                return True
            listed = self.list_of(version.fields_digest)
            if listed is None or listed.grades_digest != version.grades_digest:
                raise OutageError("SECTOR_GRADES_NOT_HERE", digest=version.fields_digest)
            return all(listed.grades[place] <= grade for place in fields_of(fields))

        return is_within

    @cached_property
    def _seen(self) -> StateView:
        return Remembered(self.state)

    @cached_property
    def _is_void(self) -> IsVoid:
        return void_as_of(self._seen, self.known_at)


@dataclass(frozen=True)
class Why:
    """For what a body would have fields.

    Attributes:
        basis: On which.
        fields: Bitmap of them.
        purpose: Code of the purpose, or empty.
        item: Code of the matter, or empty.
    """

    basis: Basis
    fields: int
    purpose: str = ""
    item: str = ""
