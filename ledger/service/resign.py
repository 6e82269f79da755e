"""Signing again what ran out or was refused: the same content, as things stand now."""

from __future__ import annotations

from dataclasses import replace

from ledger.domain.document import Envelope
from ledger.domain.holder_message import STRUCTS as HOLDERS
from ledger.domain.messages import WITH_LEAVES, issued_id
from ledger.domain.signed_message import SignedMessage
from ledger.domain.state import StateView
from ledger.domain.words import MESSAGE_STATE, word
from ledger.errors import Bilingual, TransitionError, UnknownIdError
from ledger.ports import Signer
from ledger.ports.queue import MessageQueue, Queued
from ledger.service.accept import Desk
from ledger.service.drafts import Drafts
from ledger.service.issue_batch import IssueBatches
from ledger.service.submission import Messages, digest_of

_HEADER = ("rev", "signedAt", "notAfter")


class ResignMessages:
    """Makes a new message of an old one.

    Args:
        queue: Holds the old one.
        drafts: Keep the license that it issues.
        batches: Keep the batch that it issues.
        messages: Prepares the new one.
        desk: Where it is handed in.
    """

    def __init__(
        self, queue: MessageQueue, drafts: Drafts, batches: IssueBatches, messages: Messages, desk: Desk
    ) -> None:
        self._queue, self._drafts, self._batches = queue, drafts, batches
        self._messages, self._desk = messages, desk

    def resign(self, digest: str, signer: Signer) -> Queued:
        """Sign again, hand in, wait.

        Args:
            digest: Of a message that has run out or was refused, 0x-hex.
            signer: A registered signing key of the same body.

        Raises:
            UnknownIdError: `MESSAGE_UNKNOWN`.
            TransitionError: `MESSAGE_NOT_RESIGNED`: it may still be recorded, is, or was signed again;
                `MESSAGE_NOT_ALONE`: a holder signed it, or several bodies together.
            RuleError: What the contracts refuse.
        """
        old = self._queue.find(digest)
        if old is None:
            raise UnknownIdError("MESSAGE_UNKNOWN", message=digest)
        if not old.is_open:
            raise TransitionError(
                "MESSAGE_NOT_RESIGNED",
                message=digest,
                state=Bilingual(word(MESSAGE_STATE, old.state, "zh"), old.state.value),
            )
        _require_alone(old.message)

        def make(state: StateView) -> SignedMessage:
            message = self._anew(old.message, state).signed_by(signer)
            self._keep(old.message, message)
            return message

        desk = replace(self._desk, owner=old.owner)  # whoever handed the old one in asks after the new one
        return desk.send(old.message.needed, make, instead_of=digest)

    def _anew(self, old: SignedMessage, state: StateView) -> SignedMessage:
        """The same members under a new header: the revision that the object has now, a new term."""
        struct, values = old.prepared.struct, old.prepared.values
        members = {name: value for name, value in values.items() if name not in _HEADER}
        rev, opening = self._drafts.standing(struct, members, state)
        prepared = self._messages.prepare(struct.name, rev, members)
        return SignedMessage(prepared, (), old.leaves, opening)

    def _keep(self, old: SignedMessage, new: SignedMessage) -> None:
        """Put the new message into the files of the licenses that it issues."""
        if old.prepared.struct.name in WITH_LEAVES:
            self._batches.carry(old.digest, new)
        elif old.prepared.struct.name in ("Issue", "Amend"):
            key = issued_id(old.prepared.values)
            kept = self._drafts.outbox.load(key)
            envelope = Envelope.from_json(kept["envelope"]) if kept else None
            if kept and envelope and self._is_its_content(old, envelope):
                carried = self._drafts.carry(envelope, new)
                self._drafts.outbox.save(key, {**kept, "envelope": carried.as_json()})

    def _is_its_content(self, old: SignedMessage, envelope: Envelope) -> bool:
        """Whether a kept license is the one that a message issued, perhaps signed again since, in vain."""
        is_same = old.prepared.values["digest"] == "0x" + envelope.digest
        return is_same and not self._drafts.is_alive(digest_of(envelope))


def _require_alone(message: SignedMessage) -> None:
    """Refuse what one body's key cannot sign anew: a holder has to, or two bodies."""
    name = message.prepared.struct.name
    if name in HOLDERS or len(message.signatures) != 1:
        raise TransitionError("MESSAGE_NOT_ALONE", message=message.digest, struct=name)
