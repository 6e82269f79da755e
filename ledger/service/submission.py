"""Preparing messages for one ledger, and submitting them through one relay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ledger.domain.messages import DEFAULT_LIFETIME, MESSAGES
from ledger.domain.records import RecordSignature
from ledger.domain.signed_message import Prepared, SignedMessage
from ledger.domain.trustfile import TrustFile
from ledger.ports import Clock, LedgerWriter, Receipt


class Messages:
    """Prepares messages for one ledger."""

    def __init__(self, trust: TrustFile, clock: Clock) -> None:
        self.trust, self._clock = trust, clock

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
        return Prepared(struct, {**header, **members}, self.trust.domain(struct.contract))


class Submissions(Messages):
    """Prepares messages for one ledger and submits them through one relay."""

    def __init__(self, trust: TrustFile, writer: LedgerWriter, clock: Clock) -> None:
        super().__init__(trust, clock)
        self._writer = writer

    def submit(self, prepared: Prepared, signatures: Sequence[RecordSignature]) -> Receipt:
        """Send a message with the signatures that its contract asks for, and wait for its record."""
        return self._writer.send(*SignedMessage(prepared, tuple(signatures)).call)
