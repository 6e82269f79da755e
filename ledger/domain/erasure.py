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

FORMAT = "elicense-erasure/1"

_REMAINS = ("digest", "signer", "signed", "message", "signature", "anchor")


class ErasureGround(Enum):
    """Why a document is erased: the cases of 个人信息保护法 47 (PIPL)."""

    PURPOSE_ENDED = "处理目的已实现、无法实现或者不再必要"
    RETENTION_ENDED = "停止提供服务，或者保存期限已届满"
    CONSENT_WITHDRAWN = "个人撤回同意"
    UNLAWFUL_PROCESSING = "违反法律、行政法规或者违反约定处理"
    REQUIRED_BY_LAW = "法律、行政法规规定的其他情形"


def erasure_ground(name: str) -> ErasureGround:
    """The ground of a name.

    Raises:
        UsageError: `ERASURE_GROUND`.

    Example:
        >>> erasure_ground("RETENTION_ENDED").value
        '停止提供服务，或者保存期限已届满'
    """
    if name not in ErasureGround.__members__:
        raise UsageError("ERASURE_GROUND", ground=name[:64], grounds=", ".join(ErasureGround.__members__))
    return ErasureGround[name]


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
            "format": FORMAT,
            "ledgerId": self.ledger_id,
            "licenseId": self.license_id,
            "ground": self.ground.name,
            "at": rfc3339(self.at),
            "by": self.by,
            "keyId": self.key_id,
            "cids": list(self.cids),
            "found": dict(self.found),
            "remains": self.remains,
        }


def erasure_of(value: JsonObject) -> Erasure:
    """Read what `Erasure.as_json` wrote.

    Raises:
        MalformedError: `JSON_TYPE`: another form.
        UsageError: `ERASURE_GROUND`, `BAD_TIME`.
    """
    match value:
        case {
            "format": "elicense-erasure/1",
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
        } if not rest and (remains is None or remains.keys() == {*_REMAINS, "opening"}):
            terms = (erasure_ground(ground), parse_moment(at), by, key_id, tuple(map(str, cids)))
            return Erasure(ledger_id, license_id, *terms, found, remains, signature, is_done)
    raise MalformedError("JSON_TYPE")


def remains_of(envelope: Envelope, opening: Mapping[str, object] | None) -> JsonObject:
    """What is kept of a license whose document is erased.

    Args:
        envelope: The license file.
        opening: What opens its leaf, where it is one of a batch.
    """
    whole = envelope.as_json()
    return {**{name: whole[name] for name in _REMAINS}, "opening": dict(opening) if opening else None}
