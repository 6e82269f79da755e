"""A holder's request to a provider (谁用过我的数据): which uses of my license do you know of?

    {"format": "elicense-holder-request/1", "ledgerId", "licenseId", "provider", "requestedAt", "nonce",
     "proofWords": [WORD, …], "opening": null | {…}, "signatures": [[KEYID, SIGNATURE], …]}

It is signed by a device key that the license is bound to, or by who stands in for the holder, over
TAG(holder) ‖ SM3(RFC 8785 form without `signatures`). `proofWords` open the binding, `opening` the leaf of a
license of a batch. It names the provider that is asked, so that nobody who gets it can ask another with it,
and serves once. Of several holders each may ask alone: everybody sees what was done with his own data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ledger.domain.canonical import JsonObject
from ledger.domain.holder_proofs import OpenedBinding, read_proof
from ledger.domain.message_form import faulty_member, is_word
from ledger.domain.messages import OPENING, key_id
from ledger.domain.moments import rfc3339
from ledger.domain.promise import Verifies
from ledger.domain.signed_message import Signs
from ledger.domain.sm import TAG_HOLDER
from ledger.domain.strict_form import StrictForm
from ledger.domain.unsigned import unsigned_digest

FORMAT = "elicense-holder-request/1"
TOLERANCE = 300
"""Seconds by which its time may differ from the provider's."""
NONCE_BYTES = 16

_FORM = StrictForm("HOLDER_REQUEST_MALFORMED")
_MEMBERS = {
    "format",
    "ledgerId",
    "licenseId",
    "provider",
    "requestedAt",
    "nonce",
    "proofWords",
    "opening",
    "signatures",
}


@dataclass(frozen=True)
class HolderRequest:
    """A request, with the signatures that are there; members as in the module's head."""

    ledger_id: str
    license_id: str
    provider: str
    requested_at: int
    nonce: str
    words: tuple[bytes, ...]
    opening: Mapping[str, object] | None = None
    signatures: tuple[tuple[str, str], ...] = ()

    @property
    def opened(self) -> OpenedBinding:
        """Whose keys may sign; raises ValueError where the words open nothing."""
        return read_proof(self.words)

    def message(self) -> bytes:
        """The 64 bytes that are signed."""
        return TAG_HOLDER + unsigned_digest(self.as_json(), "signatures")

    def signed_by(self, signer: Signs) -> HolderRequest:
        """The same with one more signature."""
        made = ("0x" + key_id(signer.public_key).hex(), signer.sign(self.message()).hex())
        return replace(self, signatures=(*self.signatures, made))

    def signers(self, verifier: Verifies) -> list[str]:
        """Ids of the opened keys that signed rightly, 0x-hex."""
        points = dict(zip(self.opened.key_ids, self.opened.points, strict=True))
        return [
            key
            for key, raw in self.signatures
            if key in points and verifier.verify(points[key], self.message(), bytes.fromhex(raw))
        ]

    def as_json(self) -> JsonObject:
        """The form of the module's head."""
        return {
            "format": FORMAT,
            "ledgerId": self.ledger_id,
            "licenseId": self.license_id,
            "provider": self.provider,
            "requestedAt": rfc3339(self.requested_at),
            "nonce": self.nonce,
            "proofWords": ["0x" + word.hex() for word in self.words],
            "opening": None if self.opening is None else dict(self.opening),
            "signatures": [list(each) for each in self.signatures],
        }


def holder_request(form: JsonObject) -> HolderRequest:
    """Read a request from outside; signatures are not checked.

    Raises:
        MalformedError: `HOLDER_REQUEST_MALFORMED` with the member.
    """
    _FORM.require(form.keys() == _MEMBERS and form["format"] == FORMAT, "format")
    for name in ("ledgerId", "licenseId"):
        _FORM.require(is_word(form[name]), name)
    _FORM.require(isinstance(form["provider"], str) and len(form["provider"]) == 18, "provider")
    words, opening = form["proofWords"], form["opening"]
    _FORM.require(isinstance(words, list) and len(words) <= 100 and all(map(is_word, words)), "proofWords")
    if opening is not None:
        _FORM.require(isinstance(opening, dict), "opening")
        fault = faulty_member(OPENING.members, opening)
        _FORM.require(fault is None, f"opening/{fault}")
    made = HolderRequest(
        ledger_id=form["ledgerId"],
        license_id=form["licenseId"],
        provider=form["provider"],
        requested_at=_FORM.instant(form, "requestedAt"),
        nonce=_FORM.hexed(form, "nonce", NONCE_BYTES).hex(),
        words=tuple(bytes.fromhex(word[2:]) for word in words),
        opening=opening,
        signatures=_signatures(form["signatures"]),
    )
    try:
        made.opened  # noqa: B018 - words that open nothing
    except ValueError:
        raise _FORM.fault("proofWords") from None
    return made


def _signatures(rows: object) -> tuple[tuple[str, str], ...]:
    _FORM.require(isinstance(rows, list) and 0 < len(rows) <= 8, "signatures")
    assert isinstance(rows, list), "required before"
    for row in rows:
        is_pair = isinstance(row, list) and len(row) == 2 and is_word(row[0]) and isinstance(row[1], str)
        _FORM.require(
            is_pair and len(row[1]) == 128 and not set(row[1]) - set("0123456789abcdef"), "signatures"
        )
    return tuple((key, raw) for key, raw in rows)
