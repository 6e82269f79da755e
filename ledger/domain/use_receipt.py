"""A receipt of a use (用证回执): what was handed out stands there on the ledger, says the provider.

    {"format": "elicense-use-receipt/1", "ledgerId", "grant", "licenseId", "request", "response", "object",
     "message", "seq", "txHash", "block", "recordedAt", "grantee",
     "provider": {"uscc", "keyId", "publicKey"}, "issuedAt", "signature"}

`request` and `response` are the digests that the use carries on the ledger, `object` the record's object,
`message` the digest of the signed message. Where the copy was handed out on the promise of a record, `seq`,
`txHash`, `block` and `recordedAt` are null: the ledger tells them later, by `message`. The provider signs
TAG(receipt) ‖ SM3(RFC 8785 form without `signature`).

The receipt of a use that stands in a batch has a further member, its leaf with the proof that it stands there
(`ledger.domain.use_leaves`); `object` and `message` are the batch's:

    "batch": {"words": [WORD, …], "root", "index", "size", "proof": [HASH, …]}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ledger.domain.canonical import JsonObject
from ledger.domain.label import Verifies
from ledger.domain.license_tree import verify
from ledger.domain.message_form import is_word
from ledger.domain.messages import key_id
from ledger.domain.moments import rfc3339
from ledger.domain.rules.uses import use_words
from ledger.domain.sharing import MOST_LEAVES
from ledger.domain.sharing_entities import Use, UseBatch
from ledger.domain.sm import TAG_RECEIPT
from ledger.domain.strict_form import StrictForm
from ledger.domain.unsigned import unsigned_digest
from ledger.domain.use_leaves import use_leaf
from ledger.domain.use_promise import use_in, words_json
from ledger.errors import BadSignatureError, WrongLedgerError

FORMAT = "elicense-use-receipt/1"

_FORM = StrictForm("USE_RECEIPT_MALFORMED")
_WORDS = ("ledgerId", "grant", "licenseId", "request", "response", "object", "message")
_PLACE = ("seq", "txHash", "block", "recordedAt")
_KEYS = {"format", *_WORDS, *_PLACE, "grantee", "provider", "issuedAt", "signature"}


@dataclass(frozen=True, slots=True)
class RecordPlace:
    """Where a use stands: number of its record, transaction, height and time of the block."""

    seq: int
    tx_hash: str
    block: int
    time: int


@dataclass(frozen=True, slots=True)
class BatchPlace:
    """Where a use stands in a batch.

    Attributes:
        use: It.
        root: Of the batch, 32 bytes.
        index: The leaf.
        size: Leaves in all.
        proof: From the leaf to the root.
    """

    use: Use
    root: bytes
    index: int
    size: int
    proof: tuple[bytes, ...]

    def as_json(self) -> JsonObject:
        """The member `batch`."""
        return {
            "words": words_json(use_words(self.use)),
            "root": "0x" + self.root.hex(),
            "index": self.index,
            "size": self.size,
            "proof": words_json(self.proof),
        }

    def is_in(self, batch: UseBatch) -> bool:
        """Whether the leaf stands in a batch, as the contract built it."""
        return (self.root.hex(), self.size) == (batch.root[2:], batch.size) and self.is_proved

    @property
    def is_proved(self) -> bool:
        """Whether the leaf leads to the root."""
        return verify(self.root, use_leaf(self.use), self.index, self.size, self.proof)


@dataclass(frozen=True, slots=True)
class UseReceipt:
    """One receipt; members as in the module's head, ids and digests 0x-hex, times Unix seconds."""

    ledger_id: str
    grant: str
    license_id: str
    request: str
    response: str
    object: str
    message_digest: str
    place: RecordPlace | None
    grantee: str
    provider: str
    public_key: bytes
    issued_at: int
    batch: BatchPlace | None = None
    signature: bytes = b""

    @property
    def key_id(self) -> str:
        """Id of the provider's key, 0x-hex."""
        return "0x" + key_id(self.public_key).hex()

    def message(self) -> bytes:
        """The 64 bytes that are signed."""
        return TAG_RECEIPT + unsigned_digest(self.as_json())

    def signed(self, signature: bytes) -> UseReceipt:
        """The same receipt with its signature."""
        return replace(self, signature=signature)

    def as_json(self) -> JsonObject:
        """The form of the module's head."""
        place = self.place
        return {
            "format": FORMAT,
            "ledgerId": self.ledger_id,
            "grant": self.grant,
            "licenseId": self.license_id,
            "request": self.request,
            "response": self.response,
            "object": self.object,
            "message": self.message_digest,
            "seq": place.seq if place else None,
            "txHash": place.tx_hash if place else None,
            "block": place.block if place else None,
            "recordedAt": rfc3339(place.time) if place else None,
            "grantee": self.grantee,
            "provider": {"uscc": self.provider, "keyId": self.key_id, "publicKey": self.public_key.hex()},
            "issuedAt": rfc3339(self.issued_at),
            **({} if self.batch is None else {"batch": self.batch.as_json()}),
            "signature": self.signature.hex(),
        }

    def check(self, verifier: Verifies, ledger_id: str | None = None) -> None:
        """Let pass only what the key that it names signed, for the ledger that is meant.

        Raises:
            BadSignatureError: `USE_RECEIPT_SIGNATURE`.
            WrongLedgerError: `WRONG_LEDGER`.
        """
        if not verifier.verify(self.public_key, self.message(), self.signature):
            raise BadSignatureError("USE_RECEIPT_SIGNATURE", key=self.key_id)
        if ledger_id not in (None, self.ledger_id):
            raise WrongLedgerError("WRONG_LEDGER", what="ledgerId", expected=ledger_id, found=self.ledger_id)


def use_receipt(form: Mapping[str, object]) -> UseReceipt:
    """Read a receipt from outside; form only, the signature is not checked.

    Raises:
        MalformedError: `USE_RECEIPT_MALFORMED` with the member at fault.
    """
    _FORM.require(form.keys() - {"batch"} == _KEYS and form["format"] == FORMAT, "format")
    provider, public_key = _FORM.party(form["provider"], "provider")
    if provider is None:
        raise _FORM.fault("provider")
    words = {name: "0x" + _FORM.hexed(form, name, 32, "0x").hex() for name in _WORDS}
    found = UseReceipt(
        ledger_id=words["ledgerId"],
        grant=words["grant"],
        license_id=words["licenseId"],
        request=words["request"],
        response=words["response"],
        object=words["object"],
        message_digest=words["message"],
        place=_place(form),
        grantee=_FORM.text(form["grantee"], "grantee"),
        provider=provider,
        public_key=public_key,
        issued_at=_FORM.instant(form, "issuedAt"),
        batch=_batch(form["batch"]) if "batch" in form else None,
        signature=_FORM.hexed(form, "signature", 64),
    )
    _FORM.require(found.as_json() == form, "form")
    return found


def _batch(form: object) -> BatchPlace:
    _FORM.require(
        isinstance(form, dict) and set(form) == {"words", "root", "index", "size", "proof"}, "batch"
    )
    assert isinstance(form, dict), "for the type checker"
    use, proof = use_in(form["words"]), form["proof"]
    index, size = _number(form, "index"), _number(form, "size")
    _FORM.require(isinstance(proof, list) and all(map(is_word, proof)), "proof")
    _FORM.require(index < size <= MOST_LEAVES, "index")
    if use is None:
        raise _FORM.fault("words")
    root = _FORM.hexed(form, "root", 32, "0x")
    return BatchPlace(use, root, index, size, tuple(bytes.fromhex(each[2:]) for each in proof))


def _place(form: Mapping[str, object]) -> RecordPlace | None:
    if all(form[name] is None for name in _PLACE):
        return None
    tx_hash = "0x" + _FORM.hexed(form, "txHash", 32, "0x").hex()
    seq, block = (_number(form, name) for name in ("seq", "block"))
    return RecordPlace(seq, tx_hash, block, _FORM.instant(form, "recordedAt"))


def _number(form: Mapping[str, object], name: str) -> int:
    value = form[name]
    if type(value) is not int or not 0 <= value < 1 << 53:
        raise _FORM.fault(name)
    return value
