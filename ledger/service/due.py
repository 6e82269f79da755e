"""Which documents of a body have been kept long enough: one row for each license of this home."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from ledger.domain.canonical import JsonObject
from ledger.domain.entities import License
from ledger.domain.retention import RetentionRule
from ledger.errors import UnknownIdError
from ledger.ports import Clock, Erasures, Index
from ledger.service.legal_holds import LegalHolds
from ledger.service.retention import Retention, Term
from ledger.service.warrants import ArchivedPackage

Packaged = Callable[[str], list[ArchivedPackage]]


@dataclass(frozen=True)
class DueAsk:
    """Which rows are wanted.

    Attributes:
        org: Credit code of the issuer.
        license_type: Only of this type; empty for all.
        only_due: Only what may be erased now, but for its package.
        limit: Rows at most.
        after: Identifier after which they begin.
    """

    org: str
    license_type: str = ""
    only_due: bool = False
    limit: int = 100
    after: str = ""


class DueDocuments:
    """Lists documents in the keeping of a home.

    Args:
        index: Up to date.
        license_in: A license of the index, with what opens its leaf, by its id.
        retention: The rules.
        holds: The holds.
        packages: The archive packages.
        erasures: What is erased is not listed.
        clock: Tells now.
    """

    def __init__(
        self,
        index: Index,
        license_in: Callable[[str], License],
        retention: Retention,
        holds: LegalHolds,
        packages: Packaged,
        erasures: Erasures,
        clock: Clock,
    ) -> None:
        self._index, self._license_in, self._retention = index, license_in, retention
        self._holds, self._packages, self._erasures = holds, packages, erasures
        self._clock = clock

    def rows(self, ask: DueAsk) -> tuple[list[JsonObject], str | None]:
        """Rows by identifier, and after which the next page begins; None at the end.

        Raises:
            TrustError, StoreOutageError: A rule or hold is damaged.
        """
        found = list(islice(self._every(ask), ask.limit + 1))
        rows = found[: ask.limit]
        return rows, str(rows[-1]["identifier"]) if len(found) > ask.limit else None

    def _every(self, ask: DueAsk) -> Iterator[JsonObject]:
        for identifier, license_id in self._index.names(ask.org):
            if identifier <= ask.after or self._erasures.of(license_id) is not None:
                continue
            try:
                license_ = self._license_in(license_id)
            except UnknownIdError:
                continue  # its issue never reached the ledger
            if ask.license_type in ("", license_.license_type):
                row = self._row(identifier, license_, ask.org)
                if row["erasable"] or not ask.only_due:
                    yield row

    def _row(self, identifier: str, license_: License, org: str) -> JsonObject:
        term = self._retention.term(license_, org)
        held = self._holds.on(license_.license_id)
        packages = self._packages(license_.license_id)
        return {
            "identifier": identifier,
            "licenseId": license_.license_id,
            "type": license_.license_type,
            **term.as_json(),
            "erasable": not held and self._is_over(term),
            "holds": [each.hold_id for each in held],
            "archived": any(each.kept and each.rev == license_.rev for each in packages),
        }

    def _is_over(self, term: Term) -> bool:
        return term.is_over(int(self._clock.now().timestamp()))


def rule_shown(rule: RetentionRule) -> JsonObject:
    """A rule as `retention set` and `retention rules` tell it."""
    form = rule.as_json()
    names = ("type", "version", "years", "basis", "reference", "at", "by", "keyId")
    return {**{name: form[name] for name in names}, "rule": rule.digest}
