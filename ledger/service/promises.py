"""Whether a promise was kept, by the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from ledger.domain.acts import Purpose
from ledger.domain.canonical import JsonObject
from ledger.domain.entities import Key
from ledger.domain.lineage import EVER
from ledger.domain.lodged import AnyPromise, any_promise
from ledger.domain.moments import rfc3339
from ledger.domain.objects import organisation_object
from ledger.domain.promise import SignedPromise
from ledger.domain.state import StateView, typed
from ledger.domain.use_promise import UsePromise
from ledger.errors import BadSignatureError, LedgerError, TrustError
from ledger.ports import Index, LedgerReader
from ledger.proof.verification import cut_offs_of
from ledger.service.find_uses import FindUses
from ledger.service.region_tables import Remembered


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

    promise: AnyPromise
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


class JudgeAtHead:
    """Holds promises against one state of the ledger.

    Args:
        index: The state.
        head_time: Time of its block.
        reader: Gives records.
    """

    def __init__(self, index: Index, head_time: int, reader: LedgerReader) -> None:
        self._index, self.head_time, self._reader = index, head_time, reader
        self._uses = FindUses(index, reader)
        self._keys = Remembered(index)  # thousands of promises are by few keys
        self._times: dict[int, int] = {}

    def read_ahead(self, promises: Iterable[AnyPromise]) -> None:
        """Read the records by which many promises are judged together, before they are one by one.

        Raises:
            OutageError: No node answers.
        """
        seqs = {self._index.seq_of(each.digest) for each in promises if not isinstance(each, UsePromise)}
        wanted = {each for each in seqs if each is not None} - self._times.keys()
        self._times |= {seq: each.time for seq, each in self._reader.records_at(wanted).items()}

    def judge(self, promise: AnyPromise, lodged_at: int | None = None) -> JudgedPromise:
        """Say what became of a promise whose signature was checked.

        Args:
            promise: The promise.
            lodged_at: When it was first lodged on the ledger; None for one that is only at hand.

        Raises:
            BadSignatureError: `PROMISE_KEY_UNKNOWN`: no registered key that was good then;
                `PROMISE_LODGED_AFTER_CUT_OFF`.
            OutageError: No node answers.
        """
        require_registered(self._keys, promise)
        if lodged_at is not None:
            require_lodged_in_time(self._keys, promise, lodged_at)
        recorded = self._recorded(promise)
        if recorded is None:
            outcome = Kept.PENDING if self.head_time <= promise.anchor_by else Kept.NOT_RECORDED
            return JudgedPromise(promise, outcome, None, None, self.head_time)
        seq, recorded_at = recorded
        outcome = Kept.KEPT if recorded_at <= promise.anchor_by else Kept.LATE
        return JudgedPromise(promise, outcome, seq, recorded_at, self.head_time)

    def _recorded(self, promise: AnyPromise) -> tuple[int, int] | None:
        """Number and time of the first record of what was promised, by whichever relay."""
        if isinstance(promise, UsePromise):
            found = self._uses.first(promise)
            return None if found is None else (found.seq, found.recorded_at)
        seq = self._index.seq_of(promise.digest)
        return None if seq is None else (seq, self._time_of(seq))

    def _time_of(self, seq: int) -> int:
        if seq not in self._times:
            self._times[seq] = self._reader.record_at(seq).time
        return self._times[seq]


class JudgePromises:
    """Holds promises against one ledger.

    Args:
        reader: The ledger as a node shows it.
        follow: Brings the index up to the head; gives it and the head's time.
    """

    def __init__(self, reader: LedgerReader, follow: Callable[[], tuple[Index, int]]) -> None:
        self._reader, self._follow = reader, follow

    def judge(self, promise: AnyPromise) -> JudgedPromise:
        """The same as of now; raises as `JudgeAtHead.judge`."""
        return self.at_head().judge(promise)

    def at_head(self) -> JudgeAtHead:
        """What judges many promises by one state of the ledger; raises `OutageError`."""
        return JudgeAtHead(*self._follow(), self._reader)


def promise_in(form: JsonObject) -> AnyPromise:
    """A promise of either kind, or one that an answer holds; form only, the signature is not checked.

    Raises:
        MalformedError: `PROMISE_MALFORMED` with the member at fault.
    """
    held = form.get("promise")
    given = held if isinstance(held, dict) else form
    return any_promise(given)


def require_registered(state: StateView, promise: SignedPromise) -> None:
    """By a signing key of the body that it names, in its term and not cut off when it was given.

    Raises:
        BadSignatureError: `PROMISE_KEY_UNKNOWN`.
    """
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


def require_lodged_in_time(state: StateView, promise: SignedPromise, at: int) -> None:
    """Refuse a promise that was lodged once its key was compromised: a thief dates as he likes.

    Raises:
        BadSignatureError: `PROMISE_LODGED_AFTER_CUT_OFF`.
    """
    cut_off = cut_offs_of(state, EVER)(promise.key_id)
    if cut_off is not None and cut_off <= at:
        told = {"key": promise.key_id, "cutOff": rfc3339(cut_off), "time": rfc3339(at)}
        raise BadSignatureError("PROMISE_LODGED_AFTER_CUT_OFF", **told)
