"""A slip (转递凭条): a platform that carried a file of a use says from whom, to whom, and when.

    {"format": "elicense-hop/1", "ledgerId", "use", "kind", "file", "hop", "from", "to", "receivedAt",
     "passedAt", "previous", "platform": {"uscc", "keyId", "publicKey"}, "signature"}

`use` is the digest of the request, `kind` which of its files was carried (`request`, `offer`, `signature`,
`copy`, `refused`), `file` SM3 of that file's bytes. `hop` counts from 1; `previous` is the digest of the slip
before, null of the first. The digest of a slip is SM3 of its RFC 8785 form without `signature`, which the
platform signs under TAG(hop): so the last slip commits to all before it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ledger.domain.canonical import JsonObject
from ledger.domain.identifiers import Uscc
from ledger.domain.label import Verifies
from ledger.domain.messages import key_id
from ledger.domain.moments import rfc3339
from ledger.domain.sm import TAG_HOP
from ledger.domain.strict_form import StrictForm
from ledger.domain.unsigned import unsigned_digest
from ledger.errors import BadSignatureError, LedgerError, TrustError, WrongLedgerError

FORMAT = "elicense-hop/1"
KINDS = ("request", "offer", "signature", "copy", "refused")
"""Files of a use that a platform carries."""
MOST_HOPS = 16
_KEYS = {
    "format",
    "ledgerId",
    "use",
    "kind",
    "file",
    "hop",
    "from",
    "to",
    "receivedAt",
    "passedAt",
    "previous",
    "platform",
    "signature",
}
_FORM = StrictForm("HOP_MALFORMED")


@dataclass(frozen=True, slots=True)
class HopSlip:
    """One slip; members as in the module's head, `use` and the ledger 0x-hex, other digests hex."""

    ledger_id: str
    use: str
    kind: str
    file: str
    hop: int
    sender: str
    receiver: str
    received_at: int
    passed_at: int
    previous: str | None
    platform: str
    public_key: bytes
    signature: bytes = b""

    @property
    def key_id(self) -> str:
        """Id of the platform's key, 0x-hex."""
        return "0x" + key_id(self.public_key).hex()

    @property
    def digest(self) -> str:
        """What the next slip names, hex."""
        return unsigned_digest(self.as_json()).hex()

    def message(self) -> bytes:
        """The 64 bytes that are signed."""
        return TAG_HOP + unsigned_digest(self.as_json())

    def signed(self, signature: bytes) -> HopSlip:
        """The same slip with its signature."""
        return replace(self, signature=signature)

    def as_json(self) -> JsonObject:
        """The form of the module's head."""
        return {
            "format": FORMAT,
            "ledgerId": self.ledger_id,
            "use": self.use,
            "kind": self.kind,
            "file": self.file,
            "hop": self.hop,
            "from": self.sender,
            "to": self.receiver,
            "receivedAt": rfc3339(self.received_at),
            "passedAt": rfc3339(self.passed_at),
            "previous": self.previous,
            "platform": {"uscc": self.platform, "keyId": self.key_id, "publicKey": self.public_key.hex()},
            "signature": self.signature.hex(),
        }

    def check(self, verifier: Verifies, ledger_id: str) -> None:
        """Let pass only what the key that it names signed, for the ledger that is meant.

        Raises:
            BadSignatureError: `HOP_SIGNATURE`.
            WrongLedgerError: `WRONG_LEDGER`.
        """
        if not verifier.verify(self.public_key, self.message(), self.signature):
            raise BadSignatureError("HOP_SIGNATURE", hop=self.hop, key=self.key_id)
        if ledger_id != self.ledger_id:
            raise WrongLedgerError("WRONG_LEDGER", what="ledgerId", expected=ledger_id, found=self.ledger_id)


def read_slip(form: Mapping[str, object]) -> HopSlip:
    """Read a slip from outside; form only, the signature is not checked.

    Raises:
        MalformedError: `HOP_MALFORMED` with the member at fault.
    """
    _FORM.require(form.get("format") == FORMAT, "format")
    _FORM.require(form.keys() == _KEYS, "keys")
    platform, public_key = _FORM.party(form["platform"], "platform")
    _FORM.require(form["kind"] in KINDS, "kind")
    hop = form["hop"]
    if type(hop) is not int or not 0 < hop <= MOST_HOPS:
        raise _FORM.fault("hop")
    _FORM.require((form["previous"] is None) == (hop == 1), "previous")
    return HopSlip(
        ledger_id="0x" + _FORM.hexed(form, "ledgerId", 32, "0x").hex(),
        use="0x" + _FORM.hexed(form, "use", 32, "0x").hex(),
        kind=str(form["kind"]),
        file=_FORM.hexed(form, "file", 32).hex(),
        hop=hop,
        sender=_body(form["from"], "from"),
        receiver=_body(form["to"], "to"),
        received_at=_FORM.instant(form, "receivedAt"),
        passed_at=_FORM.instant(form, "passedAt"),
        previous=None if hop == 1 else _FORM.hexed(form, "previous", 32).hex(),
        platform=_body(platform, "platform"),
        public_key=public_key,
        signature=_FORM.hexed(form, "signature", 64),
    )


def _body(value: object, field: str) -> str:
    try:
        return Uscc.parse(str(value)).text
    except LedgerError:
        raise _FORM.fault(field) from None


@dataclass(frozen=True)
class CarriedFile:
    """A file that a platform carried, with its slips in their order.

    Attributes:
        use: Digest of the request, 0x-hex.
        kind: Of `KINDS`.
        file: SM3 of its bytes, hex.
        slips: Of each platform that carried it; none where nobody signed any.
    """

    use: str
    kind: str
    file: str
    slips: tuple[HopSlip, ...] = ()

    def check(self) -> None:
        """Let pass slips of this very file, each of which names the one before and goes on where that ended.

        Signatures and keys are not looked at.

        Raises:
            TrustError: `HOP_FILE`, `HOP_ORDER`, `HOP_TIME`, each with the number of the slip at fault.
        """
        for number, slip in enumerate(self.slips, 1):
            if (slip.use, slip.kind, slip.file) != (self.use, self.kind, self.file):
                raise TrustError("HOP_FILE", hop=number)
            before = self.slips[number - 2] if number > 1 else None
            if slip.hop != number or not _goes_on(before, slip):
                raise TrustError("HOP_ORDER", hop=number)
            if not (before.passed_at if before else 0) <= slip.received_at <= slip.passed_at:
                raise TrustError("HOP_TIME", hop=number, at=rfc3339(slip.passed_at))

    def check_ends(self, sender: str = "", receiver: str = "") -> None:
        """Let pass a way that begins and ends with whom it should; empty for anybody.

        Raises:
            TrustError: `HOP_ENDS`, with the number of the slip and who should stand there.
        """
        if self.slips and sender not in ("", self.slips[0].sender):
            raise TrustError("HOP_ENDS", hop=1, body=sender)
        if self.slips and receiver not in ("", self.slips[-1].receiver):
            raise TrustError("HOP_ENDS", hop=len(self.slips), body=receiver)

    @property
    def platforms(self) -> tuple[str, ...]:
        """Through whose hands it went."""
        return tuple(each.platform for each in self.slips)


def _goes_on(before: HopSlip | None, slip: HopSlip) -> bool:
    if before is None:
        return slip.previous is None
    told = (slip.previous, slip.sender, slip.platform)
    return told == (before.digest, before.platform, before.receiver)


def in_order(slips: Sequence[HopSlip]) -> tuple[HopSlip, ...]:
    """Slips by their numbers, in whatever order they were handed in."""
    return tuple(sorted(slips, key=lambda each: each.hop))
