"""Supervising promises: each held against the ledger, and each that was broken a finding.

A promise whose record came after its time is broken as one whose record never came; it says by how much. Also
found is what only looks like a promise of this ledger: it binds nobody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ledger.domain.canonical import JsonObject
from ledger.domain.moments import rfc3339
from ledger.domain.use_promise import UsePromise
from ledger.errors import LedgerError, OutageError
from ledger.ports import Verifier
from ledger.ports.queue import MessageQueue
from ledger.ports.uses import UseStore
from ledger.service.promises import AnyPromise, JudgeAtHead, JudgedPromise, Kept, promise_in

PAGE = 200
"""Messages of a queue that are read at once."""

_CODES = {Kept.LATE: "PROMISE_LATE", Kept.NOT_RECORDED: "PROMISE_NOT_RECORDED"}


@dataclass(frozen=True)
class HeldPromise:
    """A promise at hand.

    Attributes:
        promise: It.
        file: Where it was read; None where this home gave it.
    """

    promise: AnyPromise
    file: str | None = None


@dataclass(frozen=True)
class Finding:
    """A promise that was not kept, or is none.

    Attributes:
        code: `PROMISE_LATE`, `PROMISE_NOT_RECORDED`, or why it is no promise of this ledger.
        held: The promise.
        judged: What became of it; None where it is none.
    """

    code: str
    held: HeldPromise
    judged: JudgedPromise | None = None

    @property
    def seconds(self) -> int | None:
        """How late the record was, or is as of the head; None of what is no promise."""
        if self.judged is None:
            return None
        until = self.judged.head_time if self.judged.recorded_at is None else self.judged.recorded_at
        return until - self.held.promise.anchor_by

    def as_json(self) -> JsonObject:
        """A member of `findings` of `supervise promises`."""
        promise, judged = self.held.promise, self.judged
        recorded_at = judged.recorded_at if judged else None
        return {
            "code": self.code,
            "kind": "USE" if isinstance(promise, UsePromise) else "MESSAGE",
            "digest": promise.digest,
            "by": promise.uscc,
            "keyId": promise.key_id,
            "acceptedAt": rfc3339(promise.accepted_at),
            "anchorBy": rfc3339(promise.anchor_by),
            "seq": judged.seq if judged else None,
            "recordedAt": None if recorded_at is None else rfc3339(recorded_at),
            "secondsLate": self.seconds,
            "file": self.held.file,
        }


@dataclass
class Supervised:
    """What became of many promises.

    Attributes:
        head_time: Time of the block as of which this is said.
        counts: How many there are of each outcome; what is no promise is in none.
        findings: In the order of the promises.
    """

    head_time: int
    counts: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)

    def as_json(self) -> JsonObject:
        """The keys of `supervise promises`."""
        return {
            "asOf": rfc3339(self.head_time),
            "counts": {each.value: self.counts[each.value] for each in Kept},
            "findings": [each.as_json() for each in self.findings],
        }


def supervise(
    given: Iterable[HeldPromise], judging: JudgeAtHead, verifier: Verifier, ledger_id: str
) -> Supervised:
    """Hold promises against a ledger.

    Args:
        given: The promises, as they were found.
        judging: By one state of the ledger.
        verifier: SM2.
        ledger_id: 0x-hex.

    Raises:
        OutageError: The ledger cannot be asked.
    """
    found = Supervised(judging.head_time)
    for held in given:
        try:
            held.promise.check(verifier, ledger_id)
            judged = judging.judge(held.promise)
        except OutageError:
            raise
        except LedgerError as error:
            found.findings.append(Finding(error.code, held))
            continue
        found.counts[judged.outcome.value] += 1
        code = _CODES.get(judged.outcome)
        if code is not None:
            found.findings.append(Finding(code, held, judged))
    return found


def promises_given(queue: MessageQueue, uses: UseStore | None) -> Iterator[HeldPromise]:
    """What a home promised: the records of the messages in its queue, and of uses in batches."""
    last = 0
    while rows := queue.rows(None, PAGE, last):
        last = rows[-1].number
        for each in rows:
            if each.promise is not None:
                yield HeldPromise(promise_in(each.promise))
    if uses is not None:
        for form in uses.promises():
            yield HeldPromise(promise_in(form))
