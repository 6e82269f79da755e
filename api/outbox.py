"""The outbox of a service: the thread that brings messages onto the ledger, and desks for callers."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from api.turns import Turns
from api.writing import Writing
from ledger.adapters.clock import SystemPace
from ledger.bootstrap import Ledger
from ledger.domain.canonical import JsonObject
from ledger.domain.entities import License
from ledger.domain.lifecycle import status_at
from ledger.domain.state import typed
from ledger.errors import LedgerError
from ledger.ports import Signer
from ledger.ports.queue import Queued, Request
from ledger.proof.verification import cut_offs_of
from ledger.service.accept import AcceptMessages, Desk
from ledger.service.authorise import Registry, is_acting_for, signs_for
from ledger.service.outcome import Outcomes
from ledger.service.run_outbox import REST, look_again
from ledger.service.standing import license_in, lifted_at

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

MOST_WAITING, WAITING_EACH = 16, 8
"""Requests that wait for their records, each with a thread: in all, and of one department."""

STOP_SECONDS = 5.0
"""How long the end of a service waits for the step of its outbox; the rest is on disk."""


class ServicePace(SystemPace):
    """Time that is over for everybody who waits once the service stops."""

    def __init__(self) -> None:
        super().__init__()
        self.is_stopped = False

    def elapsed(self) -> float:
        """Seconds; none are left after `stop`."""
        return math.inf if self.is_stopped else super().elapsed()

    def stop(self) -> None:
        """Let nobody wait any longer."""
        self.is_stopped = True
        self.wake()


class OutboxThread:
    """Runs the outbox for as long as a service lives.

    Args:
        ledger: Where it comes from.
        log: Told what goes wrong.

    Attributes:
        failures: Steps that failed.
    """

    def __init__(self, ledger: Ledger, log: FilteringBoundLogger) -> None:
        self._ledger, self._log, self.failures = ledger, log, 0
        self._pace, self._waiting = ServicePace(), ServicePace()
        self._waits = Turns(MOST_WAITING, WAITING_EACH)
        self._thread: threading.Thread | None = None
        self._servers, self._guard = 0, threading.Lock()

    def start(self) -> None:
        """Begin, for the first server of the app."""
        with self._guard:
            self._servers += 1
            if self._servers > 1:
                return
            self._pace, self._waiting = ServicePace(), ServicePace()
            self._thread = threading.Thread(target=self._run, args=(self._pace,), name="outbox", daemon=True)
            self._thread.start()

    def release(self) -> None:
        """Let nobody wait any longer: what is accepted is on disk."""
        self._waiting.stop()

    def stop(self) -> None:
        """End after the present step, with the last server of the app."""
        with self._guard:
            self._servers -= 1
            if self._servers or self._thread is None:
                return
            self.release()
            self._pace.stop()
            self._thread.join(STOP_SECONDS)

    def wait(self, queued: Queued, seconds: float) -> Queued:
        """Wait for a message that this or another process sends, unless too many wait already."""
        self._pace.wake()
        with self._waits.taken(queued.owner) as is_taken:
            patience = seconds if is_taken else 0.0
            return look_again(self._ledger.queue, _Turn(self._waiting), queued, patience)

    def _run(self, pace: ServicePace) -> None:
        while not pace.is_stopped:
            try:
                self._ledger.outbox(pace).serve(lambda: pace.is_stopped, self._tell)
            except Exception as error:  # noqa: BLE001 - it ends with the service: what is accepted is promised
                self._tell(error)
                pace.pause(REST)

    def _tell(self, error: Exception | None) -> None:
        if error is None:
            self._log.info("outbox", state="running")
        else:
            self.failures += 1
            code = error.code if isinstance(error, LedgerError) else type(error).__name__
            self._log.warning("outbox", code=code)


class _Turn:
    """One caller's own pauses, on the common clock: nobody's wake ends another's pause."""

    def __init__(self, common: ServicePace) -> None:
        self._common, self._own = common, threading.Event()

    def elapsed(self) -> float:
        return self._common.elapsed()

    def pause(self, seconds: float) -> None:
        self._own.wait(seconds)


def make_writing(
    ledger: Ledger,
    accepting: AcceptMessages,
    outbox: OutboxThread,
    signer: Callable[[str], Signer | None],
    registry: Callable[[], Registry],
) -> Writing:
    """What routes need in order to write.

    Args:
        ledger: Where services come from.
        accepting: Takes messages into the queue.
        outbox: Brings them onto the ledger.
        signer: USCC → the key held for that organisation, or None.
        registry: What the ledger says of bodies, keys and rights.
    """

    def desk(owner: str, request: Request | None, seconds: float) -> Desk:
        _ = ledger.sender  # without a relay key nothing could ever be sent
        return Desk(accepting, lambda queued: outbox.wait(queued, seconds), owner, request)

    def outcomes() -> Outcomes:
        reading = Desk(accepting, lambda queued: queued)
        return Outcomes(ledger.drafts(reading), ledger.batches(reading), ledger.look().index)

    def identifier_for(uscc: str, license_id: str) -> str | None:
        identifier, drafts = ledger.index.identifier_of(license_id), ledger.drafts()
        if identifier is None:
            return None
        state = accepting.state(drafts.resting_on(license_id))
        license_ = license_in(state, license_id, drafts.opening(license_id))
        return identifier if is_acting_for(state, uscc, license_, ledger.look().time) else None

    return Writing(
        queue=ledger.queue,
        desk=desk,
        issuing=ledger.issuing,
        batches=ledger.batches,
        old_licenses=ledger.old_licenses,
        acting=ledger.acting,
        representing=ledger.representing,
        sharing=ledger.sharing,
        registry=ledger.registry,
        elsewhere=ledger.signed_elsewhere,
        outcomes=outcomes,
        identifier_for=identifier_for,
        status=lambda license_id: _status(ledger, license_id),
        lifted=lambda license_id, seq: _lifted(ledger, license_id, seq),
        remember=lambda issued: ledger.remember_all([(each.envelope, each.cid) for each in issued]),
        signs_for=lambda uscc, issuer, code: signs_for(registry(), uscc, issuer, code),
        promises=accepting.promise_state,
        promised=accepting.promised,
        signer=signer,
    )


def _lifted(ledger: Ledger, license_id: str, seq: int) -> list[JsonObject] | None:
    sight = ledger.look()
    license_ = typed(sight.index, "license", license_id, License)
    return lifted_at(sight.index, license_, seq) if sight.is_fresh and license_ else None


def _status(ledger: Ledger, license_id: str) -> str | None:
    sight = ledger.look()
    license_ = typed(sight.index, "license", license_id, License)
    if not sight.is_fresh or license_ is None:
        return None
    now = max(sight.time, int(ledger.clock.now().timestamp()))
    return status_at(license_, now, now, cut_offs_of(sight.index, now)).status.name
