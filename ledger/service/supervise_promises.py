"""Supervising promises: each held against the ledger, and each that was broken a finding.

A promise whose record came after its time is broken as one whose record never came; it says by how much. Also
found is what only looks like a promise of this ledger: it binds nobody. Of what was lodged on the ledger that
is told apart, and is nobody's finding: anybody can lodge a forged promise in somebody's name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import islice

from ledger.domain.canonical import JsonObject
from ledger.domain.lodged import AnyPromise
from ledger.domain.moments import rfc3339
from ledger.domain.promise import Verifies
from ledger.domain.use_promise import UsePromise
from ledger.errors import LedgerError, OutageError
from ledger.ports.queue import MessageQueue
from ledger.ports.uses import UseStore
from ledger.service.lodged_promises import LodgePromises, Lodging
from ledger.service.promises import JudgeAtHead, JudgedPromise, Kept, promise_in

PAGE = 200
"""Messages of a queue that are read at once."""

AHEAD = 1_000
"""Promises whose records are read together."""

_SIGNATURES = 50_000
"""Signatures whose verdict is remembered: of what stands on a ledger it never changes."""

_CODES = {Kept.LATE: "PROMISE_LATE", Kept.NOT_RECORDED: "PROMISE_NOT_RECORDED"}


class RememberedVerdicts:
    """A verifier that checks each signature once.

    Args:
        verifier: SM2.
    """

    def __init__(self, verifier: Verifies) -> None:
        self.verify = lru_cache(maxsize=_SIGNATURES)(verifier.verify)


@dataclass(frozen=True)
class HeldPromise:
    """A promise at hand.

    Attributes:
        promise: It.
        file: Where it was read; None where this home gave it, or it was lodged.
        lodged: Where it was lodged on the ledger, the earliest first; empty if it was not.
    """

    promise: AnyPromise
    file: str | None = None
    lodged: tuple[Lodging, ...] = ()

    @property
    def lodged_at(self) -> int | None:
        """When it was first lodged; None where it was not taken from the ledger."""
        return self.lodged[0].content.recorded_at if self.lodged else None


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
            "kind": _kind(promise),
            "digest": promise.digest,
            "by": promise.uscc,
            "keyId": promise.key_id,
            "acceptedAt": rfc3339(promise.accepted_at),
            "anchorBy": rfc3339(promise.anchor_by),
            "seq": judged.seq if judged else None,
            "recordedAt": None if recorded_at is None else rfc3339(recorded_at),
            "secondsLate": self.seconds,
            "file": self.held.file,
            "lodged": [each.as_json() for each in self.held.lodged],
        }


@dataclass(frozen=True)
class NoPromise:
    """What was lodged and is no promise of this ledger; it says nothing of the body that it names.

    Attributes:
        code: Why.
        held: What was lodged.
    """

    code: str
    held: HeldPromise

    def as_json(self) -> JsonObject:
        """A member of `noPromises` of `supervise promises`."""
        promise = self.held.promise
        return {
            "code": self.code,
            "kind": _kind(promise),
            "digest": promise.digest,
            "keyId": promise.key_id,
            "lodged": [each.as_json() for each in self.held.lodged],
        }


@dataclass
class SupervisedPromises:
    """What became of many promises.

    Attributes:
        head_time: Time of the block as of which this is said.
        counts: How many there are of each outcome; what is no promise is in none.
        findings: In the order of the promises.
        no_promises: What was lodged and is none, likewise.
        absent: Lists that were lodged and whose text is not here.
    """

    head_time: int
    counts: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    no_promises: list[NoPromise] = field(default_factory=list)
    absent: Sequence[Lodging] = ()

    def as_json(self) -> JsonObject:
        """The keys of `supervise promises`."""
        return {
            "asOf": rfc3339(self.head_time),
            "counts": {each.value: self.counts[each.value] for each in Kept},
            "findings": [each.as_json() for each in self.findings],
            "noPromises": [each.as_json() for each in self.no_promises],
            "notHere": [each.as_json() for each in self.absent],
        }

    def add_none(self, code: str, held: HeldPromise) -> None:
        """Something that is no promise of this ledger: of a file a finding, of the ledger nobody's."""
        if held.lodged:
            self.no_promises.append(NoPromise(code, held))
        else:
            self.findings.append(Finding(code, held))


def supervise(
    given: Iterable[HeldPromise], judging: JudgeAtHead, verifier: Verifies, ledger_id: str
) -> SupervisedPromises:
    """Hold promises against a ledger.

    Args:
        given: The promises, as they were found.
        judging: By one state of the ledger.
        verifier: SM2.
        ledger_id: 0x-hex.

    Raises:
        OutageError: The ledger cannot be asked.
    """
    found = SupervisedPromises(judging.head_time)
    for held in _read_ahead(given, judging):
        try:
            held.promise.check(verifier, ledger_id)
            judged = judging.judge(held.promise, held.lodged_at)
        except OutageError:
            raise
        except LedgerError as error:
            found.add_none(error.code, held)
            continue
        found.counts[judged.outcome.value] += 1
        code = _CODES.get(judged.outcome)
        if code is not None:
            found.findings.append(Finding(code, held, judged))
    return found


def _read_ahead(given: Iterable[HeldPromise], judging: JudgeAtHead) -> Iterator[HeldPromise]:
    """The same promises, what they are judged by read for many at once."""
    rest = iter(given)
    while some := list(islice(rest, AHEAD)):
        judging.read_ahead(each.promise for each in some)
        yield from some


def supervise_lodged(
    lodged: LodgePromises, judging: JudgeAtHead, verifier: Verifies, ledger_id: str
) -> SupervisedPromises:
    """Hold every promise that was lodged against the ledger, as far as the texts are here.

    Args:
        lodged: What was lodged, by the same state of the ledger.
        judging: As for `supervise`.
        verifier: SM2.
        ledger_id: 0x-hex.

    Raises:
        OutageError: The ledger cannot be asked.
    """
    given, absent = lodged.counting()
    held = (HeldPromise(each.promise, lodged=each.places) for each in given)
    found = supervise(held, judging, verifier, ledger_id)
    return replace(found, absent=absent)


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


def _kind(promise: AnyPromise) -> str:
    return "USE" if isinstance(promise, UsePromise) else "MESSAGE"
