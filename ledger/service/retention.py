"""How long documents are kept: rules that bodies set, and until when a license's document has to stay."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.domain.canonical import JsonObject
from ledger.domain.entities import License
from ledger.domain.moments import LAST_SECOND, rfc3339
from ledger.domain.retention import RetentionBasis, RetentionRule, ended_at, require_years, retention_rule
from ledger.domain.statements import Signs
from ledger.errors import MalformedError, StoreOutageError, TrustError, UsageError
from ledger.proof.verification import cut_offs_of
from ledger.service.authorise import is_acting_for
from ledger.service.statements import Notary, Statements, read_statement

LONGEST_REFERENCE = 200


@dataclass(frozen=True)
class Term:
    """Until when the document of a license has to be kept.

    Attributes:
        rule: The rule that says so; None where none is set.
        ended_at: When the license ended, Unix seconds; None while it has not.
    """

    rule: RetentionRule | None
    ended_at: int | None

    @property
    def until(self) -> int | None:
        """The first second at which it need not be kept; None where nothing tells that."""
        if self.rule is None or self.ended_at is None:
            return None
        return self.rule.until(self.ended_at)

    def is_over(self, now: int) -> bool:
        """Whether it need not be kept any more."""
        return self.until is not None and self.until <= now and not self.is_permanent

    @property
    def is_permanent(self) -> bool:
        """Whether it is kept for ever."""
        return self.rule is not None and self.rule.years is None

    def as_json(self) -> JsonObject:
        """`{"ended", "until", "years", "basis", "rule"}`; null where nothing tells."""
        until = self.until
        return {
            "ended": None if self.ended_at is None else rfc3339(self.ended_at),
            "until": None if until is None or until == LAST_SECOND else rfc3339(until),
            "years": self.rule.years if self.rule else None,
            "basis": self.rule.basis.name if self.rule else None,
            "rule": self.rule.digest if self.rule else None,
        }


class Retention:
    """The rules of a home.

    Args:
        notary: Judges who signed them.
        store: Has one file for each body and type, with all versions of its rule.
    """

    def __init__(self, notary: Notary, store: Statements) -> None:
        self._notary, self._store = notary, store
        self._current: dict[str, RetentionRule] = {}

    def set(
        self,
        license_type: str,
        years: int | None,
        basis: RetentionBasis,
        reference: str,
        by: str,
        signer: Signs,
    ) -> RetentionRule:
        """Set how long a body keeps documents of a type, from now on.

        Args:
            license_type: 21-character code.
            years: Period; None for ever.
            basis: What prescribes it.
            reference: The provision or decision.
            by: Credit code of the body.
            signer: A signing key of that body.

        Raises:
            UsageError: `RETENTION_YEARS`, `RETENTION_REFERENCE`, `RETENTION_TYPE`.
            NotAuthenticatedError, NotEntitledError: The key is none that signs for the body now.
        """
        if not reference.strip() or len(reference) > LONGEST_REFERENCE:
            raise UsageError("RETENTION_REFERENCE", most=LONGEST_REFERENCE)
        if len(license_type) != 21 or not license_type.isalnum() or not license_type.isascii():
            raise UsageError("RETENTION_TYPE", type=license_type[:40])
        signed = self._notary.entry(by, signer)
        name = f"{by}-{license_type}"
        with self._store.hold(name):
            earlier = read_statement(self._store, name, _versions) or []
            previous = earlier[-1].digest if earlier else ""
            terms = (len(earlier) + 1, require_years(years), basis, reference, previous, signed)
            rule = RetentionRule(self._notary.ledger_id, license_type, *terms).sign(signer)
            self._store.save(name, {"versions": [each.as_json() for each in (*earlier, rule)]})
        self._current.pop(name, None)
        return rule

    def rules(self) -> list[RetentionRule]:
        """The rules that hold now, by body and type.

        Raises:
            TrustError, StoreOutageError: As `term`.
        """
        return [self._rule(name) for name in self._store.names()]

    def term(self, license_: License, body: str) -> Term:
        """Until when a license's document has to be kept.

        Where the issuer, who followed it and its operator have rules in this home, the longest counts,
        whoever of them acts.

        Args:
            license_: As the ledger holds it.
            body: Credit code of the body that acts on it.

        Raises:
            TrustError: `STATEMENT_NOT_SIGNED`: a rule is not one that its body signed.
            StoreOutageError: `STATEMENT_DAMAGED`.
        """
        now = self._notary.now
        ended = ended_at(license_, now, cut_offs_of(self._notary.state, now))
        rules = [each for each in self._rules_of(license_.license_type) if self._binds(each, license_, body)]
        chosen = max(rules, key=lambda each: each.until(ended or 0), default=None)
        return Term(chosen, ended)

    def _binds(self, rule: RetentionRule, license_: License, body: str) -> bool:
        by = rule.signed.by
        return by == body or is_acting_for(self._notary.state, by, license_, self._notary.now)

    def _rules_of(self, license_type: str) -> list[RetentionRule]:
        names = (name for name in self._store.names() if name.endswith(f"-{license_type}"))
        return [self._rule(name) for name in names]

    def _rule(self, name: str) -> RetentionRule:
        """The rule that holds now; those before it count by their digests: a key of theirs may be stolen."""
        if name not in self._current:
            found = read_statement(self._store, name, _versions)
            if found is None:
                raise StoreOutageError("STATEMENT_DAMAGED", name=name, reason="gone")
            last = found[-1]
            if f"{last.signed.by}-{last.license_type}" != name or not self._is_signed(last):
                raise TrustError("STATEMENT_NOT_SIGNED", name=name, by=last.signed.by)
            self._current[name] = last
        return self._current[name]

    def _is_signed(self, rule: RetentionRule) -> bool:
        return self._notary.holds(rule.ledger_id, rule.signed, rule.message)


def _versions(value: JsonObject) -> list[RetentionRule]:
    """All versions, each naming the one before."""
    found = [retention_rule(each) for each in value["versions"]]
    before = ["", *(each.digest for each in found)]
    for number, each in enumerate(found, 1):
        if each.version != number or each.previous != before[number - 1]:
            raise MalformedError("JSON_TYPE")
    if not found:
        raise MalformedError("JSON_TYPE")
    return found
