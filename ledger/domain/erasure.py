"""Erasing a license's document: why it is done, and what a home keeps of a license afterwards.

The record on the ledger is not touched. What stays here proves what was signed and lets later acts on
the license go through; it has no field, no salt and no key of the document (ADR 0016). The body that
orders an erasure signs it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum

from ledger.domain.canonical import JsonObject, canonical
from ledger.domain.document import Envelope
from ledger.domain.moments import parse_moment, rfc3339
from ledger.domain.sm import TAG_ERASURE, sm3
from ledger.errors import MalformedError, UsageError

FORMAT = "elicense-erasure/2"
BEFORE_WARRANTS = "elicense-erasure/1"
"""What a home wrote that knew neither retention nor archive packages."""

_WARRANTED = {FORMAT: {"retention", "order", "archives"}, BEFORE_WARRANTS: set[str]()}
"""What each form has beside the rest."""

_REMAINS = ("digest", "signer", "signed", "message", "signature", "anchor")


class ErasureGround(Enum):
    """Why a document is erased: the cases of 个人信息保护法 47 (PIPL)."""

    PURPOSE_ENDED = (
        "处理目的已实现、无法实现或者不再必要",
        "the purpose was met, cannot be met, or needs it no more",
    )
    RETENTION_ENDED = (
        "停止提供服务，或者保存期限已届满",
        "the service ended, or the period of retention is over",
    )
    CONSENT_WITHDRAWN = ("个人撤回同意", "the person withdrew consent")
    UNLAWFUL_PROCESSING = (
        "违反法律、行政法规或者违反约定处理",
        "processed against laws, administrative regulations or what was agreed",
    )
    REQUIRED_BY_LAW = (
        "法律、行政法规规定的其他情形",
        "other cases that laws and administrative regulations name",
    )

    def __init__(self, zh: str, en: str) -> None:
        self.zh, self.en = zh, en

    @property
    def is_of_the_person(self) -> bool:
        """Whether the person may ask for it, so that nothing of the content may survive elsewhere."""
        return self in (ErasureGround.CONSENT_WITHDRAWN, ErasureGround.UNLAWFUL_PROCESSING)


def erasure_ground(name: str) -> ErasureGround:
    """The ground of a name.

    Raises:
        UsageError: `ERASURE_GROUND`.

    Example:
        >>> erasure_ground("CONSENT_WITHDRAWN").zh, erasure_ground("CONSENT_WITHDRAWN").en
        ('个人撤回同意', 'the person withdrew consent')
    """
    if name not in ErasureGround.__members__:
        raise UsageError("ERASURE_GROUND", ground=name[:64], grounds=", ".join(ErasureGround.__members__))
    return ErasureGround[name]


@dataclass(frozen=True)
class Warrant:
    """Why a document may go now: what its erasure was held against.

    Attributes:
        rule: Digest of the retention rule, 64 hex digits; empty where there is none.
        basis: Of that rule, `LAW` or `OWN`; empty where there is none.
        until: Until when it had to be kept, Unix seconds; None where the license had not ended, or no rule.
        order: Number of a court's or authority's order that has it erased before; empty without one.
        archives: SM3 of every archive package that was made of it, 64 hex digits each.
    """

    rule: str = ""
    basis: str = ""
    until: int | None = None
    order: str = ""
    archives: tuple[str, ...] = ()

    def as_json(self) -> JsonObject:
        """`{"retention": null | {"rule", "basis", "until"}, "order", "archives"}`."""
        until = None if self.until is None else rfc3339(self.until)
        retention = {"rule": self.rule, "basis": self.basis, "until": until} if self.rule else None
        return {"retention": retention, "order": self.order or None, "archives": list(self.archives)}


def _warrant(value: JsonObject) -> Warrant:
    match value:
        case {"retention": None, "order": str() | None as order, "archives": list(archives)}:
            return Warrant(order=order or "", archives=tuple(map(str, archives)))
        case {
            "retention": {"rule": str(rule), "basis": str(basis), "until": str() | None as until},
            "order": str() | None as order,
            "archives": list(archives),
        }:
            ends = None if until is None else parse_moment(until)
            return Warrant(rule, basis, ends, order or "", tuple(map(str, archives)))
    raise MalformedError("JSON_TYPE")


@dataclass(frozen=True)
class Erasure:
    """An erasure that was ordered.

    Attributes:
        ledger_id: 0x-hex.
        license_id: 0x-hex.
        ground: Why.
        at: When it was ordered, Unix seconds.
        by: Credit code of the body that ordered it.
        key_id: The key that it signed with, 0x-hex.
        cids: Content ids of the encrypted documents.
        found: How much there was to destroy, by place.
        remains: What is kept of the license: digest, signer, signed struct, message, signature, anchor and,
            for a license of a batch, what opens its leaf. None where the home had no draft of it.
        signature: Of the body, 128 hex digits.
        is_done: Whether everything was destroyed; until then the same order goes on.
        warrant: What it was held against; None in what an earlier version wrote.
    """

    ledger_id: str
    license_id: str
    ground: ErasureGround
    at: int
    by: str
    key_id: str
    cids: tuple[str, ...]
    found: Mapping[str, int]
    remains: JsonObject | None
    signature: str = ""
    is_done: bool = False
    warrant: Warrant | None = None

    @property
    def opening(self) -> dict[str, object] | None:
        """What opens the leaf of a license of a batch, by the names of `OPENING`; None for others."""
        return self.remains["opening"] if self.remains else None

    @property
    def message(self) -> bytes:
        """What the body signs, 64 bytes: TAG(erasure) ‖ SM3 of the statement in RFC 8785 form."""
        return TAG_ERASURE + sm3(canonical(self._statement()))

    def done(self) -> Erasure:
        """The same when everything was destroyed."""
        return replace(self, is_done=True)

    def as_json(self) -> JsonObject:
        """The file that a home keeps: the statement, its signature, and whether it was carried out."""
        return {**self._statement(), "signature": self.signature, "done": self.is_done}

    def _statement(self) -> JsonObject:
        return {
            "format": FORMAT if self.warrant else BEFORE_WARRANTS,
            "ledgerId": self.ledger_id,
            "licenseId": self.license_id,
            "ground": self.ground.name,
            "at": rfc3339(self.at),
            "by": self.by,
            "keyId": self.key_id,
            "cids": list(self.cids),
            "found": dict(self.found),
            "remains": self.remains,
            **(self.warrant.as_json() if self.warrant else {}),
        }


def erasure_of(value: JsonObject) -> Erasure:
    """Read what `Erasure.as_json` wrote.

    Raises:
        MalformedError: `JSON_TYPE`: another form.
        UsageError: `ERASURE_GROUND`, `BAD_TIME`.
    """
    match value:
        case {
            "format": str(form),
            "ledgerId": str(ledger_id),
            "licenseId": str(license_id),
            "ground": str(ground),
            "at": str(at),
            "by": str(by),
            "keyId": str(key_id),
            "cids": list(cids),
            "found": dict(found),
            "remains": dict() | None as remains,
            "signature": str(signature),
            "done": bool(is_done),
            **rest,
        } if rest.keys() == _WARRANTED.get(form) and (
            remains is None or remains.keys() == {*_REMAINS, "opening"}
        ):
            terms = (erasure_ground(ground), parse_moment(at), by, key_id, tuple(map(str, cids)))
            warrant = _warrant(rest) if rest else None
            return Erasure(ledger_id, license_id, *terms, found, remains, signature, is_done, warrant)
    raise MalformedError("JSON_TYPE")


def remains_of(envelope: Envelope, opening: Mapping[str, object] | None) -> JsonObject:
    """What is kept of a license whose document is erased.

    Args:
        envelope: The license file.
        opening: What opens its leaf, where it is one of a batch.
    """
    whole = envelope.as_json()
    return {**{name: whole[name] for name in _REMAINS}, "opening": dict(opening) if opening else None}
