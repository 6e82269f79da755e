"""Lists of electronic seals (电子印章): which there are, for how long, and which were revoked.

    {"format": "elicense-seals/1", "seals": [{"body", "serial", "certificateSerial", "certificateSm3",
     "policy", "from", "until", "revoked": null | {"at", "reason"}}]}

`body` is the credit code of the body whose seal it is, `serial` the seal's own code, `certificateSerial`
and `certificateSm3` are of the seal's certificate, `policy` names the rules under which it is kept; the last
three and `until` may be null. A body lists its own seals, a region those of its bodies. The ledger has the
keccak-256 of the RFC 8785 form, as of any code table, under the name `ELECTRONIC-SEALS`.
Nothing here looks into a seal (GB/T 38540): a license says which one its layout file bears, and is judged by
that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from eth_hash.auto import keccak

from ledger.domain.canonical import JsonObject, canonical
from ledger.domain.field_rules import parse_day
from ledger.domain.moments import SHANGHAI, end_of_day, parse_moment, rfc3339
from ledger.domain.strict_form import StrictForm
from ledger.errors import MalformedError, UsageError

FORMAT = "elicense-seals/1"
TABLE_NAME = "ELECTRONIC-SEALS"
"""The name of the code table that has a publisher's list."""
MOST_SEALS = 2_000
"""Seals of one list, so that its text stays below a mebibyte."""
_LONGEST = 64
"""Characters of a serial or policy."""
_MEMBERS = {"body", "serial", "certificateSerial", "certificateSm3", "policy", "from", "until", "revoked"}
_BODY = re.compile(r"[0-9A-Z]{18}", re.ASCII)
_SM3 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_FORM = StrictForm("SEALS_MALFORMED")


class RevocationReason(StrEnum):
    """Why a seal is good no more; the words are those for certificates in RFC 5280."""

    KEY_COMPROMISE = "keyCompromise"
    AFFILIATION_CHANGED = "affiliationChanged"
    SUPERSEDED = "superseded"
    CESSATION = "cessationOfOperation"
    UNSPECIFIED = "unspecified"


class SealStanding(StrEnum):
    """What lists say of a seal at a moment."""

    GOOD = "GOOD"
    REVOKED = "REVOKED"
    NOT_IN_TERM = "NOT_IN_TERM"
    NOT_LISTED = "NOT_LISTED"
    LIST_NOT_HERE = "LIST_NOT_HERE"
    NO_LIST = "NO_LIST"


@dataclass(frozen=True)
class Revocation:
    """From when on a seal is good no more, in Unix seconds, and why."""

    at: int
    reason: RevocationReason


@dataclass(frozen=True)
class NamedSeal:
    """A seal as a license names it; what it does not say is None.

    Attributes:
        serial: The seal's own code.
        certificate_serial: Of its certificate.
        certificate_sm3: Digest of that, 64 digits.
        policy: The rules under which it is kept.
    """

    serial: str | None
    certificate_serial: str | None = None
    certificate_sm3: str | None = None
    policy: str | None = None

    def as_json(self) -> JsonObject:
        """By the names of the license's member `layout`, without its prefix."""
        return {
            "serial": self.serial,
            "certificateSerial": self.certificate_serial,
            "certificateSm3": self.certificate_sm3,
            "policy": self.policy,
        }


@dataclass(frozen=True)
class ElectronicSeal:
    """One seal of a list.

    Attributes:
        body: Credit code of whose it is.
        named: What it is known by; its serial is never None.
        since: First moment of its term, in Unix seconds.
        until: The first moment after it, or None.
        revoked: None while it is not.
    """

    body: str
    named: NamedSeal
    since: int
    until: int | None
    revoked: Revocation | None

    def is_in_term(self, at: int) -> bool:
        """Whether a moment lies in its term."""
        return self.since <= at and (self.until is None or at < self.until)

    def is_revoked(self, at: int) -> bool:
        """Whether it was revoked by a moment."""
        return self.revoked is not None and self.revoked.at <= at

    def is_named(self, named: NamedSeal) -> bool:
        """Whether a license may mean this one: by the serials of seal and certificate that both tell."""
        own = self.named
        serials = (named.serial, own.serial), (named.certificate_serial, own.certificate_serial)
        said = [(asked, listed) for asked, listed in serials if asked is not None and listed is not None]
        return bool(said) and all(asked == listed for asked, listed in said)

    def differs_from(self, named: NamedSeal) -> bool:
        """Whether a license says something else of its certificate or policy than the list."""
        own = self.named
        pairs = (named.certificate_sm3, own.certificate_sm3), (named.policy, own.policy)
        return any(None not in (asked, listed) and asked != listed for asked, listed in pairs)

    def as_json(self) -> JsonObject:
        """The form of the module's head."""
        revoked = self.revoked
        return {
            "body": self.body,
            **self.named.as_json(),
            "from": rfc3339(self.since),
            "until": None if self.until is None else rfc3339(self.until),
            "revoked": {"at": rfc3339(revoked.at), "reason": revoked.reason.value} if revoked else None,
        }


@dataclass(frozen=True)
class SealList:
    """The seals of a body, or of a region's bodies, in the order of the file."""

    seals: tuple[ElectronicSeal, ...]

    @property
    def digest(self) -> str:
        """What the ledger has of it, 0x-hex."""
        return "0x" + keccak(canonical(self.as_json())).hex()

    @property
    def bodies(self) -> set[str]:
        """Credit codes of those whose seals it lists."""
        return {each.body for each in self.seals}

    @property
    def revoked(self) -> int:
        """How many of them are revoked."""
        return sum(each.revoked is not None for each in self.seals)

    def those(self, body: str, named: NamedSeal) -> list[ElectronicSeal]:
        """The seals of a body that a license may mean."""
        serials = {each for each in (named.serial, named.certificate_serial) if each is not None}
        near = {id(seal): seal for each in serials for seal in self._by_serial.get((body, each), ())}
        return [each for each in near.values() if each.is_named(named)]

    @cached_property
    def _by_serial(self) -> Mapping[tuple[str, str], list[ElectronicSeal]]:
        found: dict[tuple[str, str], list[ElectronicSeal]] = {}
        for each in self.seals:
            for serial in {each.named.serial, each.named.certificate_serial} - {None}:
                found.setdefault((each.body, str(serial)), []).append(each)
        return found

    def as_json(self) -> JsonObject:
        """The form of the module's head."""
        return {"format": FORMAT, "seals": [each.as_json() for each in self.seals]}


@dataclass(frozen=True)
class CountingList:
    """The version of a publisher's list that counts at a moment of knowledge.

    Attributes:
        publisher: Six digits of a region, or a credit code.
        version: From 1.
        digest: 0x-hex, as the ledger has it.
        text: None where it is not here.
    """

    publisher: str
    version: int
    digest: str
    text: SealList | None

    def as_json(self) -> JsonObject:
        """A member of `lists`."""
        return {
            "publisher": self.publisher,
            "version": self.version,
            "digest": self.digest,
            "here": self.text is not None,
        }


@dataclass(frozen=True)
class Known:
    """What lists say of one seal.

    Attributes:
        lists: Those that count.
        found: The entries about it.
        named: How it was asked for.
    """

    lists: tuple[CountingList, ...]
    found: tuple[ElectronicSeal, ...]
    named: NamedSeal

    def standing(self, at: int) -> SealStanding:
        """Where it stood at a moment. One list that revokes it is enough, whatever others say or lack."""
        if any(each.is_revoked(at) for each in self.found):
            return SealStanding.REVOKED
        if not self.lists:
            return SealStanding.NO_LIST
        if any(each.text is None for each in self.lists):
            return SealStanding.LIST_NOT_HERE
        if not self.found:
            return SealStanding.NOT_LISTED
        in_term = any(each.is_in_term(at) for each in self.found)
        return SealStanding.GOOD if in_term else SealStanding.NOT_IN_TERM

    @property
    def revocation(self) -> Revocation | None:
        """The earliest one, whenever it is."""
        every = [each.revoked for each in self.found if each.revoked is not None]
        return min(every, key=lambda each: each.at) if every else None

    @property
    def differs(self) -> bool:
        """Whether it was asked for by another certificate or policy than every entry about it has."""
        return bool(self.found) and all(each.differs_from(self.named) for each in self.found)

    def as_json(self, at: int) -> JsonObject:
        """`standing, revokedAt, reason, lists`."""
        revoked = self.revocation
        return {
            "standing": self.standing(at).value,
            "revokedAt": rfc3339(revoked.at) if revoked else None,
            "reason": revoked.reason.value if revoked else None,
            "lists": [each.as_json() for each in self.lists],
        }


def known_of(body: str, named: NamedSeal, lists: Iterable[CountingList]) -> Known:
    """What lists say of a body's seal.

    Args:
        body: Credit code.
        named: The seal.
        lists: Those that count for the body.
    """
    counting = tuple(lists)
    found = [seal for each in counting if each.text for seal in each.text.those(body, named)]
    return Known(counting, tuple(found), named)


def named_seal(seen: Mapping[str, object]) -> NamedSeal | None:
    """The seal that a license's fields name, by their paths; None where they name none.

    Example:
        >>> named_seal({"layout/sealSerial": "31000000000001"})
        NamedSeal(serial='31000000000001', certificate_serial=None, certificate_sm3=None, policy=None)
        >>> named_seal({"layout/sm3": "12"}) is None
        True
    """

    def text(member: str) -> str | None:
        value = seen.get(f"layout/{member}")
        return value if isinstance(value, str) else None

    serial, certificate = text("sealSerial"), text("sealCertificateSerial")
    if serial is None and certificate is None:
        return None
    return NamedSeal(serial, certificate, text("sealCertificateSm3"), text("sealPolicy"))


def stated_sealing(seen: Mapping[str, object]) -> int | None:
    """When a license says that it was sealed, in Unix seconds; None where it does not say so legibly.

    A time without offset is of Asia/Shanghai; of a day alone its last second is taken, since the seal may
    have been put on it then.

    Example:
        >>> stated_sealing({"metadata/sealTime": "1970-01-01 08:00:07"})
        7
        >>> stated_sealing({"metadata/sealTime": "1970-01-02"})
        143999
    """
    text = seen.get("metadata/sealTime")
    day = parse_day(text)
    if day is not None:
        return end_of_day(day) - 1
    try:
        moment = datetime.fromisoformat(str(text))
        return int((moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)).timestamp())
    except (ValueError, OverflowError):
        return None


def unrevoked(before: SealList, after: SealList) -> ElectronicSeal | None:
    """The first seal that a list revokes and its next version does not, or only from a later moment on."""
    for each in before.seals:
        if each.revoked is None:
            continue
        kept = [seal for seal in after.those(each.body, each.named) if seal.is_revoked(each.revoked.at)]
        if not kept:
            return each
    return None


def read_seals(form: Mapping[str, object]) -> SealList:
    """A list in the form of the module's head.

    Raises:
        MalformedError: `SEALS_MALFORMED` with the member at fault; `SEAL_TERM`: its end is no later than its
            beginning; `SEAL_TWICE`: two entries of one body with the same serials.
    """
    _FORM.require(form.get("format") == FORMAT, "format")
    _FORM.require(form.keys() == {"format", "seals"}, "keys")
    listed = form["seals"]
    if not isinstance(listed, list) or not 1 <= len(listed) <= MOST_SEALS:
        raise _FORM.fault("seals")
    seals = SealList(tuple(_seal(each, number) for number, each in enumerate(listed)))
    _require_once(seals.seals)
    return seals


def _seal(value: object, number: int) -> ElectronicSeal:
    place = f"seals/{number}"
    if not isinstance(value, dict) or value.keys() != _MEMBERS:
        raise _FORM.fault(place)
    until = None if value["until"] is None else _moment(value["until"], f"{place}/until")
    serial = _text(value["serial"], f"{place}/serial")
    certificate = _optional(value["certificateSerial"], f"{place}/certificateSerial")
    policy = _optional(value["policy"], f"{place}/policy")
    named = NamedSeal(serial, certificate, _sm3(value["certificateSm3"], f"{place}/certificateSm3"), policy)
    seal = ElectronicSeal(
        body=_body(value["body"], f"{place}/body"),
        named=named,
        since=_moment(value["from"], f"{place}/from"),
        until=until,
        revoked=_revocation(value["revoked"], f"{place}/revoked"),
    )
    if until is not None and until <= seal.since:
        raise MalformedError("SEAL_TERM", serial=serial)
    return seal


def _body(value: object, field: str) -> str:
    text = _text(value, field)
    _FORM.require(bool(_BODY.fullmatch(text)), field)
    return text


def _revocation(value: object, field: str) -> Revocation | None:
    if value is None:
        return None
    if not isinstance(value, dict) or value.keys() != {"at", "reason"}:
        raise _FORM.fault(field)
    try:
        reason = RevocationReason(value["reason"])
    except ValueError:
        raise _FORM.fault(f"{field}/reason") from None
    return Revocation(_moment(value["at"], f"{field}/at"), reason)


def _moment(value: object, field: str) -> int:
    if not isinstance(value, str) or not value.endswith("Z"):
        raise _FORM.fault(field)
    try:
        found = parse_moment(value)
    except UsageError:
        raise _FORM.fault(field) from None
    _FORM.require(found >= 0 and rfc3339(found) == value, field)
    return found


def _text(value: object, field: str) -> str:
    text = _FORM.text(value, field)
    _FORM.require(len(text) <= _LONGEST, field)
    return text


def _optional(value: object, field: str) -> str | None:
    return None if value is None else _text(value, field)


def _sm3(value: object, field: str) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not _SM3.fullmatch(value):
        raise _FORM.fault(field)
    return value


def _require_once(seals: Sequence[ElectronicSeal]) -> None:
    seen = set[tuple[str, str | None, str | None]]()
    for each in seals:
        key = (each.body, each.named.serial, each.named.certificate_serial)
        if key in seen:
            raise MalformedError("SEAL_TWICE", serial=str(each.named.serial))
        seen.add(key)
