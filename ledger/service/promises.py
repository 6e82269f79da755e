"""Whether a promise was kept, by the ledger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from ledger.domain.acts import Purpose
from ledger.domain.entities import Key
from ledger.domain.moments import rfc3339
from ledger.domain.objects import organisation_object
from ledger.domain.promise import Promise
from ledger.domain.state import StateView, typed
from ledger.errors import BadSignatureError, LedgerError, TrustError
from ledger.ports import Index, LedgerReader
from ledger.proof.verification import cut_offs_of


class Kept(StrEnum):
    """What became of what was promised."""

    KEPT = "KEPT"
    LATE = "LATE"
    PENDING = "PENDING"
    NOT_RECORDED = "NOT_RECORDED"


@dataclass(frozen=True)
class JudgedPromise:
    """A promise held against the ledger.

    Attributes:
        outcome: What became of it.
        seq: Number of the first record of its message, by whichever relay; None where there is none.
        recorded_at: Block time of that record.
        head_time: Time of the block as of which this is said.
    """

    promise: Promise
    outcome: Kept
    seq: int | None
    recorded_at: int | None
    head_time: int

    def as_json(self) -> dict[str, object]:
        """Keys of `promise verify`, beside those of the promise."""
        return {
            "outcome": self.outcome.value,
            "seq": self.seq,
            "recordedAt": None if self.recorded_at is None else rfc3339(self.recorded_at),
            "asOf": rfc3339(self.head_time),
        }

    def error(self) -> LedgerError | None:
        """Why it is no good, where it is none."""
        if self.outcome in (Kept.KEPT, Kept.PENDING):
            return None
        told = self.outcome.value if self.recorded_at is None else rfc3339(self.recorded_at)
        by = rfc3339(self.promise.anchor_by)
        return TrustError("PROMISE_BROKEN", message=self.promise.digest, anchorBy=by, outcome=told)


class JudgePromises:
    """Holds promises against one ledger.

    Args:
        reader: The ledger as a node shows it.
        follow: Brings the index up to the head; gives it and the head's time.
    """

    def __init__(self, reader: LedgerReader, follow: Callable[[], tuple[Index, int]]) -> None:
        self._reader, self._follow = reader, follow

    def judge(self, promise: Promise) -> JudgedPromise:
        """Say what became of a promise whose signature was checked.

        Raises:
            BadSignatureError: `PROMISE_KEY_UNKNOWN`: no registered key that was good then.
            OutageError: No node answers.
        """
        index, head_time = self._follow()
        _require_registered(index, promise)
        seq = index.seq_of(promise.digest)
        if seq is None:
            outcome = Kept.PENDING if head_time <= promise.anchor_by else Kept.NOT_RECORDED
            return JudgedPromise(promise, outcome, None, None, head_time)
        recorded_at = self._reader.record_at(seq).time
        outcome = Kept.KEPT if recorded_at <= promise.anchor_by else Kept.LATE
        return JudgedPromise(promise, outcome, seq, recorded_at, head_time)


def _require_registered(state: StateView, promise: Promise) -> None:
    """By a signing key of the body that it names, in its term and not cut off when it was given."""
    key = typed(state, "key", promise.key_id, Key)
    owner = "0x" + organisation_object(promise.uscc).hex()
    is_its_own = key is not None and key.owner == owner and key.purpose is Purpose.SIGN
    cut_off = cut_offs_of(state, 2**63)(promise.key_id)
    is_cut = cut_off is not None and cut_off <= promise.accepted_at
    if key is None or not is_its_own or is_cut or not key.is_valid_at(promise.accepted_at):
        time = rfc3339(promise.accepted_at)
        raise BadSignatureError(
            "PROMISE_KEY_UNKNOWN", key=promise.key_id, organisation=promise.uscc, time=time
        )
