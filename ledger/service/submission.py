"""Making a message, having it signed, submitting it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ledger.domain.abi import encode_call
from ledger.domain.document import Envelope
from ledger.domain.messages import (
    DEFAULT_LIFETIME,
    MESSAGES,
    OPENING,
    Domain,
    MessageType,
    abi_value,
    key_id,
    plain_value,
)
from ledger.domain.records import SIGNATURE_TYPE, RecordSignature
from ledger.ports import Clock, LedgerWriter, Receipt, Signer, Transaction

SM2_WITH_SM3 = 1
"""Algorithm id of every key and signature."""


@dataclass(frozen=True)
class Prepared:
    """A message ready to be signed: its struct, its members and the domain it is for."""

    struct: MessageType
    values: Mapping[str, object]
    domain: Domain

    @property
    def data(self) -> bytes:
        """`abi.encode` of the members, as signed and recorded."""
        return self.struct.data(self.values)

    def message(self, signer: bytes) -> bytes:
        """M, 64 bytes, as the key id `signer` signs it."""
        return self.domain.signed_message(self.struct, signer, self.data)

    def signed_by(self, signer: Signer) -> RecordSignature:
        """The signature of one key."""
        identity = key_id(signer.public_key)
        return signature_of(identity, signer.sign(self.message(identity)))

    def arguments(self, signatures: Sequence[RecordSignature]) -> list[object]:
        """Arguments of the contract function: the struct, then the signatures."""
        fields = self.struct.fields[1:]
        members = tuple(abi_value(self.values[name], kind) for name, kind in fields)
        return [members, [(each.key_id, each.alg, each.r, each.s) for each in signatures]]

    def command(self, signatures: Sequence[RecordSignature]) -> bytes:
        """The call of the contract function, as another call carries it."""
        members = ",".join(kind for _, kind in self.struct.fields[1:])
        return encode_call(
            self.struct.function, [f"({members})", f"{SIGNATURE_TYPE}[]"], self.arguments(signatures)
        )

    def as_json(self, signer: bytes) -> dict[str, object]:
        """The struct by field name, with the signer's key id, as an envelope carries it."""
        shown = {name: plain_value(value) for name, value in self.values.items()}
        return {"keyId": "0x" + signer.hex(), **shown}


def signature_of(identity: bytes, raw: bytes) -> RecordSignature:
    """A 64-byte signature as records carry it."""
    return RecordSignature(identity, SM2_WITH_SM3, raw[:32], raw[32:])


class Submissions:
    """Prepares messages for one ledger and submits them through one relay.

    Args:
        domain: From a contract's name to the EIP-712 domain of messages to it, as it stands now.
        writer: The relay.
        clock: Tells now.
    """

    def __init__(self, domain: Callable[[str], Domain], writer: LedgerWriter, clock: Clock) -> None:
        self.domain, self._writer, self._clock = domain, writer, clock

    def prepare(
        self, name: str, rev: int, members: Mapping[str, object], lifetime: int = DEFAULT_LIFETIME
    ) -> Prepared:
        """A message with its header.

        Args:
            name: A struct of `MESSAGES`.
            rev: Revision of the object that the signer has seen; 0 for a new one.
            members: All members after the header.
            lifetime: Seconds for which it may be recorded.
        """
        struct = MESSAGES[name]
        now = int(self._clock.now().timestamp())
        header = {"rev": rev, "signedAt": now, "notAfter": now + lifetime}
        return Prepared(struct, {**header, **members}, self.domain(struct.contract))

    def is_for_now(self, name: str, envelope: Envelope) -> bool:
        """Whether a kept document is signed for the contract that takes its message now.

        A contract that took the place of that one takes nothing that was signed for it.
        """
        identity = bytes.fromhex(str(envelope.signer["keyId"])[2:])
        signed = {key: value for key, value in envelope.signed.items() if key != "keyId"}
        return self.prepare(name, 0, signed).message(identity).hex() == envelope.message

    def submit(
        self,
        prepared: Prepared,
        signatures: Sequence[RecordSignature],
        on_signed: Callable[[Transaction], None] | None = None,
        leaves: Sequence[bytes] = (),
        opening: Mapping[str, object] | None = None,
    ) -> Receipt:
        """Send a signed message and wait for its record.

        Args:
            prepared: The message.
            signatures: Over it, in the order that its contract asks for.
            on_signed: Sees the transaction before it is sent.
            leaves: Of the batch that it issues.
            opening: Of the leaf that it is about, where nothing happened to that one yet.
        """
        struct = prepared.struct
        if opening is not None:
            leaf = tuple(abi_value(opening[name], kind) for name, kind in OPENING.members)
            opened: list[object] = [leaf, prepared.command(signatures)]
            return self._writer.send(struct.contract, OPENING.function, opened, on_signed)
        arguments = prepared.arguments(signatures)
        if leaves:
            arguments.append(list(leaves))
        return self._writer.send(struct.contract, struct.function, arguments, on_signed)

    def settle(self, transaction: Transaction) -> Receipt:
        """Bring a transaction that was kept earlier to its end."""
        return self._writer.settle(transaction)
