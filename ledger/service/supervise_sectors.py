"""Finding what was granted or used against the rules of sectors that counted when it was recorded.

A record is judged by the rules that stood on the ledger before it and had begun by its time. Whoever signed
it may have done so earlier, up to 31 days, when other rules counted; what those did not allow either is
`certain`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from ledger.domain.canonical import JsonObject
from ledger.domain.messages import MAX_LIFETIME
from ledger.domain.moments import rfc3339
from ledger.domain.overdue_texts import SECTOR_TEXTS
from ledger.domain.sector_rules import TABLE
from ledger.domain.sharing import Outcome
from ledger.domain.sharing_entities import (
    CodeTable,
    Grant,
    GrantAct,
    UseBatch,
    Uses,
    resource_owner,
)
from ledger.domain.state import typed
from ledger.errors import OutageError
from ledger.ports import Entities
from ledger.service.sector_rules import RulesInEffect, Ruling, SectorRules

_DECISIONS = (GrantAct.DECISION, GrantAct.REVIEW)


@dataclass(frozen=True)
class AgainstRules:
    """What a record did that rules of sectors did not allow.

    Attributes:
        code: `GRANTED_AGAINST_SECTORS`, `USED_AGAINST_SECTORS`.
        owner: Credit code of who granted or handed out.
        grant: The grant's object, 0x-hex.
        uses: How many, of a record of uses; 0 of a decision.
        seq: The record.
        at: When it was made.
        ruling: What the rules said.
        is_certain: Whether they said so all the time in which it may have been signed.
    """

    code: str
    owner: str
    grant: str
    uses: int
    seq: int
    at: int
    ruling: Ruling
    is_certain: bool

    def as_json(self) -> JsonObject:
        """A member of `againstRules` of `supervise sharing`."""
        zh, en = SECTOR_TEXTS[self.code]
        told, begins = self.ruling.as_json(), self.ruling.by.begins if self.ruling.by else 0
        return {
            "code": self.code,
            "zh": zh,
            "en": en,
            "body": self.owner,
            "grantee": told.pop("body"),
            "about": self.grant,
            "resource": self.ruling.resource,
            "seq": self.seq,
            "at": rfc3339(self.at),
            "uses": self.uses or None,
            "certain": self.is_certain,
            "answer": told["answer"],
            "sectors": told["sectors"],
            "rule": told["rule"],
            "region": told["region"],
            "version": told["version"],
            "digest": told["digest"],
            "rulesSince": rfc3339(begins),
        }


@dataclass(frozen=True)
class Recorded:
    """A record that is held against the rules.

    Attributes:
        code: What it is, where they did not allow it.
        grant: What was granted, or used.
        seq: The record.
        at: When it was made.
        uses: How many, of a record of uses; 0 of a decision.
    """

    code: str
    grant: Grant
    seq: int
    at: int
    uses: int = 0

    @property
    def owner(self) -> str:
        """Credit code of who granted or handed out."""
        return resource_owner(self.grant.resource)


@dataclass(frozen=True)
class SuperviseSectors:
    """Holds what was granted and used against rules of sectors.

    Attributes:
        state: The ledger as it was known at a moment.
        rules: Tells what rules say, by that state.
    """

    state: Entities
    rules: SectorRules
    _said: dict[tuple[str, int, RulesInEffect], Ruling] = field(default_factory=dict)

    def records(self, since: int) -> Iterator[Recorded]:
        """What was granted and used from a moment on; nothing where no region has any rules."""
        if self._is_ruled():
            recorded = (*self._granted(), *self._used())
            yield from (each for each in recorded if each.at >= since)

    def judged(self, recorded: Recorded) -> Iterator[AgainstRules]:
        """What a record did against the rules, also where a text is missing to say how certain that is.

        Raises:
            OutageError: `SECTORS_NOT_HERE`, `SECTOR_GRADES_NOT_HERE`.
        """
        grant, seq, at = recorded.grant, recorded.seq, recorded.at
        known = replace(grant, steps=tuple(step for step in grant.steps if step.seq < seq))
        ruling = self._ruling(known, at, seq)
        if ruling is None or ruling.answer.is_allowed:
            return
        named, missing = (recorded.code, recorded.owner, grant.grant_id, recorded.uses, seq, at), None
        try:
            certain = not any(self._allowed(known, moment) for moment in self._moments(recorded.owner, at))
        except OutageError as error:
            certain, missing = False, error
        yield AgainstRules(*named, ruling, certain)
        if missing is not None:
            raise missing

    def _is_ruled(self) -> bool:
        return any(
            isinstance(each, CodeTable) and each.name == TABLE for _, each in self.state.entities("codeTable")
        )

    def _granted(self) -> Iterator[Recorded]:
        for _, grant in self.state.entities("grant"):
            if isinstance(grant, Grant):
                for step in grant.steps:
                    if step.act in _DECISIONS and step.outcome is Outcome.YES:
                        yield Recorded("GRANTED_AGAINST_SECTORS", grant, step.seq, step.recorded_at)

    def _used(self) -> Iterator[Recorded]:
        for grant, uses, record in self._uses():
            yield Recorded("USED_AGAINST_SECTORS", grant, record.seq, record.recorded_at, uses)

    def _uses(self) -> Iterator[tuple[Grant, int, Uses | UseBatch]]:
        """Each grant that a record has uses of, with their number."""
        for _, record in self.state.entities("uses"):
            named = [use.grant for use in record.uses] if isinstance(record, Uses) else []
            for name in dict.fromkeys(named):
                yield from self._of(name, named.count(name), record)  # type: ignore[arg-type]
        for _, batch in self.state.entities("useBatch"):
            if isinstance(batch, UseBatch):
                yield from self._of(batch.grant, batch.size, batch)

    def _of(
        self, name: str, uses: int, record: Uses | UseBatch
    ) -> Sequence[tuple[Grant, int, Uses | UseBatch]]:
        grant = typed(self.state, "grant", name, Grant)
        return [(grant, uses, record)] if grant is not None else []

    def _moments(self, owner: str, at: int) -> Iterator[int]:
        """When other rules may have counted, while the record may have been signed."""
        first = at - MAX_LIFETIME
        yield first
        yield from self.rules.changes(self.rules.region_of(owner), first, at)

    def _allowed(self, grant: Grant, at: int) -> bool:
        ruling = self._ruling(grant, at, None)
        return ruling is None or ruling.answer.is_allowed

    def _ruling(self, grant: Grant, at: int, before: int | None) -> Ruling | None:
        """What the rules that counted say, each text asked once; None where none counted."""
        owner = resource_owner(grant.resource)
        by = self.rules.in_effect(self.rules.region_of(owner), at, before)
        if by is None:
            return None
        key = (grant.grant_id, grant.granted, by)
        if key not in self._said:
            self._said[key] = self.rules.ruling(grant, at, before)
        return self._said[key]
