"""Where a message stands on the ledger, whichever relay carried it there."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.domain.messages import message_digest
from ledger.domain.records import Record
from ledger.domain.signed_message import SignedMessage
from ledger.errors import TrustError
from ledger.ports import LedgerReader
from ledger.ports.queue import Recorded


def recorded(reader: LedgerReader, message: SignedMessage) -> Recorded:
    """The place of a message whose digest the index knows.

    Args:
        reader: The ledger as a node shows it.
        message: What was recorded.

    Raises:
        OutageError: No node answers.
        TrustError: `BAD_RECORD`: the node has no record of it.
    """
    objects = [bytes.fromhex(each[2:]) for each in message.touched]
    last = last_of(message, [each for object_ in objects for each in reader.records_of(object_)])
    return Recorded(last.seq, last.tx_hash, last.block, last.time, None)


def last_of(message: SignedMessage, records: Sequence[Record]) -> Record:
    """The last record that carries a message: that of the newest object."""
    own = [
        each
        for each in sorted(records, key=lambda each: each.seq)
        if message_digest(each.message_type(), each.decoded().data) == message.digest
    ]
    if not own:
        raise TrustError("BAD_RECORD", seq="-", what=f"no record of {message.digest}")
    return own[-1]
