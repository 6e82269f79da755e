"""How long a license's document is kept after the license has ended (保存期限).

A body sets a rule for each type, signs it, and sets another one later; all stay. A period is a number of
years, counted from the day on which the license ended to the end of the same day so many years later, or
for ever (永久). Its basis says whether a law or administrative regulation prescribes it: then not even the
person's own wish shortens it (个人信息保护法 47, second sentence).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum

from ledger.domain.acts import Status
from ledger.domain.canonical import JsonObject
from ledger.domain.entities import License
from ledger.domain.lifecycle import CutOffs, status_at
from ledger.domain.moments import LAST_SECOND, SHANGHAI, end_of_day, parse_moment, rfc3339
from ledger.domain.sm import TAG_RETENTION
from ledger.domain.statements import Signed, Signs, digest_of_statement, message_of, require_members
from ledger.errors import MalformedError, UsageError

FORMAT = "elicense-retention/1"
MOST_YEARS = 200
LONGEST_REFERENCE = 200

_NAMES = (
    "ledgerId", "type", "version", "years", "basis", "reference", "previous", "at", "by", "keyId", "signature"
)  # fmt: skip
_LATEST = LAST_SECOND - 86_400
"""The last moment whose day in Asia/Shanghai has a date."""
_LIVING = (Status.IN_FORCE, Status.NOT_YET, Status.SUSPENDED, Status.UNKNOWN)


class RetentionBasis(Enum):
    """What prescribes a period."""

    LAW = "法律、行政法规规定的保存期限"
    OWN = "本机关自定的保存期限"


def retention_basis(name: str) -> RetentionBasis:
    """The basis of a name.

    Raises:
        UsageError: `RETENTION_BASIS`.
    """
    if name not in RetentionBasis.__members__:
        raise UsageError("RETENTION_BASIS", basis=name[:40])
    return RetentionBasis[name]


@dataclass(frozen=True)
class RetentionRule:
    """How long a body keeps documents of a type.

    Attributes:
        ledger_id: 0x-hex.
        license_type: 21-character code.
        version: From 1.
        years: Period; None for ever.
        basis: What prescribes it.
        reference: The provision or decision.
        previous: Digest of the version before, 64 hex digits; empty for the first.
        signed: By whom and when.
    """

    ledger_id: str
    license_type: str
    version: int
    years: int | None
    basis: RetentionBasis
    reference: str
    previous: str
    signed: Signed

    def sign(self, signer: Signs) -> RetentionRule:
        """The rule, signed."""
        return replace(self, signed=self.signed.with_signature(self.message, signer))

    @property
    def message(self) -> bytes:
        """What the body signs, 64 bytes."""
        return message_of(TAG_RETENTION, self.as_json())

    @property
    def digest(self) -> str:
        """By which an erasure names the rule that it was held against, 64 hex digits."""
        return digest_of_statement(self.as_json())

    def until(self, ended_at: int) -> int:
        """The first second at which a document need not be kept any more.

        Args:
            ended_at: When the license ended, Unix seconds.

        Returns:
            `LAST_SECOND` where it is kept for ever.
        """
        if self.years is None:
            return LAST_SECOND
        ended = datetime.fromtimestamp(min(ended_at, _LATEST), SHANGHAI)
        return end_of_day(_years_later(ended.date(), self.years))

    def as_json(self) -> JsonObject:
        """The statement, with its signature."""
        return {
            "format": FORMAT,
            "ledgerId": self.ledger_id,
            "type": self.license_type,
            "version": self.version,
            "years": self.years,
            "basis": self.basis.name,
            "reference": self.reference,
            "previous": self.previous,
            "at": rfc3339(self.signed.at),
            "by": self.signed.by,
            "keyId": self.signed.key_id,
            "signature": self.signed.signature,
        }


def retention_rule(value: JsonObject) -> RetentionRule:
    """Read what `RetentionRule.as_json` wrote.

    Raises:
        MalformedError: `JSON_TYPE`: another form.
        UsageError: `RETENTION_BASIS`, `RETENTION_YEARS`, `BAD_TIME`.
    """
    require_members(value, FORMAT, _NAMES)
    match value:
        case {
            "ledgerId": str(ledger_id),
            "type": str(type_),
            "version": int(version),
            "years": int() | None as years,
            "basis": str(basis),
            "reference": str(reference),
            "previous": str(previous),
            "at": str(at),
            "by": str(by),
            "keyId": str(key_id),
            "signature": str(signature),
        } if not isinstance(years, bool):
            signed = Signed(by, key_id, parse_moment(at), signature)
            terms = (require_years(years), retention_basis(basis), reference, previous, signed)
            return RetentionRule(ledger_id, type_, version, *terms)
    raise MalformedError("JSON_TYPE")


def require_years(years: int | None) -> int | None:
    """Refuse a period that is none.

    Raises:
        UsageError: `RETENTION_YEARS`.
    """
    if years is not None and not 0 <= years <= MOST_YEARS:
        raise UsageError("RETENTION_YEARS", years=years, most=MOST_YEARS)
    return years


def ended_at(license_: License, now: int, cut_offs: CutOffs) -> int | None:
    """When a license ended for whoever keeps its document; None while it may come into force again.

    An end with retroactive effect counts from its record: until then its document was in use.

    Args:
        license_: With all its facts.
        now: Unix seconds.
        cut_offs: Compromise times of keys, as known now.
    """
    standing = status_at(license_, now, now, cut_offs)
    if standing.status in _LIVING:
        return None
    if standing.status is Status.EXPIRED or standing.fact is None:
        return standing.since
    return max(standing.fact.recorded_at, standing.fact.effective)


def _years_later(day: date, years: int) -> date:
    """The same day later; of a leap day, the day after where there is none.

    Example:
        >>> _years_later(date(2024, 2, 29), 10), _years_later(date(2024, 2, 29), 4)
        (datetime.date(2034, 3, 1), datetime.date(2028, 2, 29))
    """
    year = min(day.year + years, date.max.year)
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 3, 1)
