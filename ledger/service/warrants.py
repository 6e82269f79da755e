"""Whether a document may be erased now: no hold, its time over, an archive package made.

Which of these counts for which ground is the table of ADR 0026.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple

from ledger.domain.entities import License
from ledger.domain.erasure import ErasureGround, Warrant
from ledger.domain.holds import LONGEST_REFERENCE
from ledger.domain.moments import LAST_SECOND, rfc3339
from ledger.domain.retention import RetentionBasis
from ledger.errors import RuleError, UsageError
from ledger.ports import Clock
from ledger.service.legal_holds import LegalHolds
from ledger.service.retention import Retention, Term


class ArchivedPackage(NamedTuple):
    """An archive package that was made in this home.

    Attributes:
        sm3: Of the file, 64 hex digits.
        rev: Revision of the license that it shows.
        kept: Whether whoever had it made has it on disk.
    """

    sm3: str
    rev: int
    kept: bool


class Warrants:
    """Judges erasures.

    Args:
        retention: The rules of this home.
        holds: Its legal holds.
        packages: From a license id to the packages that were made of it.
        clock: Tells now.
    """

    def __init__(
        self,
        retention: Retention,
        holds: LegalHolds,
        packages: Callable[[str], Sequence[ArchivedPackage]],
        clock: Clock,
    ) -> None:
        self._retention, self._holds, self._packages, self._clock = retention, holds, packages, clock

    def unchanged(self) -> AbstractContextManager[None]:
        """Keep everybody from putting holds on until an erasure is ordered."""
        return self._holds.unchanged()

    def warrant(self, license_: License, ground: ErasureGround, body: str, order: str) -> Warrant:
        """What lets a document go.

        Args:
            license_: As the newest block has it.
            ground: Why it is to be erased.
            body: Credit code of the body that erases it.
            order: Number of a court's or authority's order; empty without one.

        Raises:
            UsageError: `ERASURE_ORDER`: too long.
            RuleError: `LICENSE_HELD`; `RETENTION_UNSET`, `RETENTION_NOT_ENDED`, `RETENTION_RUNS`,
                `RETENTION_FOR_EVER`; `ARCHIVE_NOT_MADE`, `ARCHIVE_OUTDATED`.
            StoreOutageError, TrustError: A hold or a rule is damaged.
        """
        if len(order) > LONGEST_REFERENCE:
            raise UsageError("ERASURE_ORDER", most=LONGEST_REFERENCE)
        self._holds.require_free(license_.license_id)
        term = self._retention.term(license_, body)
        if not (order or self._lets_the_person(ground, term)):
            self._require_over(license_.license_id, term)
        packages = self._packages(license_.license_id)
        if not (order or ground.is_of_the_person):
            _require_archived(license_, packages)
        made = tuple(each.sm3 for each in packages)
        rule = term.rule
        if rule is None:
            return Warrant(order=order, archives=made)
        return Warrant(rule.digest, rule.basis.name, term.until, order, made)

    @staticmethod
    def _lets_the_person(ground: ErasureGround, term: Term) -> bool:
        """Whether the person's right goes before the period: no law prescribes it."""
        return ground.is_of_the_person and (term.rule is None or term.rule.basis is RetentionBasis.OWN)

    def _require_over(self, license_id: str, term: Term) -> None:
        if term.rule is None:
            raise RuleError("RETENTION_UNSET", id=license_id)
        if term.is_permanent:
            raise RuleError("RETENTION_FOR_EVER", id=license_id, basis=term.rule.basis.name)
        if term.until is None:
            years = term.rule.years
            raise RuleError("RETENTION_NOT_ENDED", id=license_id, years=years, basis=term.rule.basis.name)
        if not term.is_over(int(self._clock.now().timestamp())):
            until = rfc3339(min(term.until, LAST_SECOND))
            raise RuleError("RETENTION_RUNS", id=license_id, until=until, basis=term.rule.basis.name)


def _require_archived(license_: License, packages: Sequence[ArchivedPackage]) -> None:
    revisions = {each.rev for each in packages if each.kept}
    if not revisions:
        raise RuleError("ARCHIVE_NOT_MADE", id=license_.license_id)
    if license_.rev not in revisions:
        raise RuleError("ARCHIVE_OUTDATED", id=license_.license_id, rev=license_.rev)
