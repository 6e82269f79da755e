"""Preparing messages for one ledger, and submitting them through one relay."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ledger.domain.document import Envelope
from ledger.domain.messages import DEFAULT_LIFETIME, MESSAGES, Domain, message_digest
from ledger.domain.records import RecordSignature
from ledger.domain.signed_message import Prepared, SignedMessage, signature_of
from ledger.ports import Clock, LedgerWriter, Receipt
from ledger.proof.claims import struct_of

DomainOf = Callable[[str], Domain]
"""From a contract's name to the EIP-712 domain of messages to it, as it stands now."""


class Messages:
    """Prepares messages for one ledger.

    Args:
        domain: For which contracts they are.
        clock: Tells now.
    """

    def __init__(self, domain: DomainOf, clock: Clock) -> None:
        self._domain, self._clock = domain, clock

    def now(self) -> int:
        """The present, in Unix seconds."""
        return int(self._clock.now().timestamp())

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
        now = self.now()
        header = {"rev": rev, "signedAt": now, "notAfter": now + lifetime}
        return Prepared(struct, {**header, **members}, self._domain(struct.contract))

    def carried(self, envelope: Envelope) -> SignedMessage:
        """The message by which an envelope was issued, without a batch's leaves or an opening.

        It is for the contract that takes it now; one that took that one's place refuses the signature.
        """
        struct, values = struct_of(envelope.signed), _members(envelope)
        key = bytes.fromhex(str(envelope.signer["keyId"])[2:])
        signature = signature_of(key, bytes.fromhex(envelope.signature))
        return SignedMessage(Prepared(struct, values, self._domain(struct.contract)), (signature,))


def digest_of(envelope: Envelope) -> str:
    """Digest of the message by which an envelope was issued, 0x-hex."""
    struct = struct_of(envelope.signed)
    return message_digest(struct, struct.data(_members(envelope)))


def _members(envelope: Envelope) -> dict[str, object]:
    return {name: value for name, value in envelope.signed.items() if name != "keyId"}


class Submissions(Messages):
    """Prepares messages for one ledger and submits them through one relay."""

    def __init__(self, domain: DomainOf, writer: LedgerWriter, clock: Clock) -> None:
        super().__init__(domain, clock)
        self._writer = writer

    def submit(self, prepared: Prepared, signatures: Sequence[RecordSignature]) -> Receipt:
        """Send a message with the signatures that its contract asks for, and wait for its record."""
        return self._writer.send(*SignedMessage(prepared, tuple(signatures)).call)
