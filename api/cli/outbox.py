"""`elicense outbox`: the accepted messages of this home, for whoever operates it."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from typing import Annotated

import typer

from api.cli import keys
from api.cli.options import KeyFile, Network, RpcUrls, open_ledger
from api.cli.output import Outcome, language, said, worded
from api.cli.wide import padded
from api.frame import logger
from api.outbox import ServicePace
from ledger.bootstrap import Ledger
from ledger.domain.messages import issued_id
from ledger.domain.moments import rfc3339
from ledger.domain.words import MESSAGE, MESSAGE_STATE
from ledger.errors import LedgerError, OutcomeUnknownError, UnknownIdError, UsageError
from ledger.ports.queue import MessageState, Queued

app = typer.Typer(add_completion=False, help="Messages that were accepted and what became of them.")

Digest = Annotated[str, typer.Argument(metavar="MESSAGE", help="Digest of the message.")]


@app.command("list")
def list_(
    state: Annotated[str | None, typer.Option("--state", metavar="STATE", help="Only these.")] = None,
    waiting: Annotated[bool, typer.Option("--waiting", help="Only what is not on the ledger yet.")] = False,
    failed: Annotated[bool, typer.Option("--failed", help="Only what ran out or was refused.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="At most so many.")] = 100,
    after: Annotated[int, typer.Option("--after", min=0, help="Behind this number.")] = 0,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """List messages in the order of their acceptance; what ran out or was refused waits for you."""
    ledger = open_ledger(network, rpc)
    rows = _rows(ledger, _states(state, waiting, failed), limit, after)
    whole = ledger.queue.state()
    now = int(ledger.clock.now().timestamp())
    counts = {each.value: whole.counts.get(each, 0) for each in MessageState}
    data = {"messages": [_row(each, now) for each in rows], "counts": counts}
    lines = [_line(each) for each in rows]
    told = "  ".join(f"{worded(MESSAGE_STATE, name)} {n}" for name, n in counts.items())
    return Outcome(data, text="\n".join([*lines, told]))


@app.command("show")
def show(message: Digest, network: Network = None, rpc: RpcUrls = None) -> Outcome:
    """Show one message: its promise, its transactions, its record or why there is none."""
    ledger = open_ledger(network, rpc)
    queued = _found(ledger, message)
    data = {
        **_row(queued, int(ledger.clock.now().timestamp())),
        "signed": queued.message.as_json()["values"],
        "promise": queued.promise,
        "record": queued.record.as_json() if queued.record else None,
        "transactions": [{"hash": each.hash, "nonce": each.nonce} for each in queued.transactions],
    }
    reason = data["reason"]
    said = f"\n  {reason['message'][language()]}" if isinstance(reason, dict) else ""
    return Outcome(data, text=f"{queued.digest}\n  {_standing(queued)}{said}")


@app.command("run")
def run(
    once: Annotated[bool, typer.Option("--once", help="Until nothing waits, then end.")] = False,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Bring what waits onto the ledger; one process at a time does it for a home (else exit 75)."""
    ledger = open_ledger(network, rpc)
    _ = ledger.sender  # without a relay key there is nothing to run
    if once:
        left = ledger.outbox().drain().waiting
    else:
        _run_on(ledger)
        left = ledger.queue.state().pending
    counts = {state.value: count for state, count in ledger.queue.state().counts.items()}
    error = OutcomeUnknownError("OUTBOX_WAITING", count=left) if left and once else None
    return Outcome(
        {"waiting": left, "counts": counts}, text=said(f"{left} 件等待上链", f"{left} waiting"), error=error
    )


@app.command("resign")
def resign(message: Digest, key: KeyFile, network: Network = None, rpc: RpcUrls = None) -> Outcome:
    """Sign again what ran out or was refused, with the same content, and see it through."""
    ledger = open_ledger(network, rpc)
    new = ledger.resigning().resign(message, keys.signer(key))
    data = {**_row(new, int(ledger.clock.now().timestamp())), "resigned": message}
    return Outcome(data, text=f"{message} → {new.digest}  {worded(MESSAGE_STATE, new.state.value)}")


def _run_on(ledger: Ledger) -> None:
    """Run until SIGTERM or Ctrl-C; what goes wrong is said on stderr and tried again."""
    pace = ServicePace()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: pace.stop())
    log = logger()
    log.info("outbox", state="running", ledger=ledger.trust.ledger_id)

    def tell(error: LedgerError | None) -> None:
        if error is None:
            log.info("outbox", state="running")
        else:
            log.warning("outbox", code=error.code)

    ledger.outbox(pace).serve(lambda: pace.is_stopped, tell, waits=False)


def _found(ledger: Ledger, message: str) -> Queued:
    queued = ledger.queue.find(message.lower())
    if queued is None:
        raise UnknownIdError("MESSAGE_UNKNOWN", message=message[:80])
    return queued


_WAITING = (MessageState.ACCEPTED, MessageState.SENT)
_FAILED = (MessageState.REFUSED, MessageState.EXPIRED)


def _rows(ledger: Ledger, states: Sequence[MessageState] | None, limit: int, after: int) -> list[Queued]:
    """Messages of some states in one order."""
    if states is None:
        return ledger.queue.rows(None, limit, after)
    found = [each for state in states for each in ledger.queue.rows(state, limit, after)]
    return sorted(found, key=lambda each: each.number)[:limit]


def _states(name: str | None, waiting: bool, failed: bool) -> list[MessageState] | None:
    """The states that are asked for; None for all of them."""
    if name is None and not waiting and not failed:
        return None
    named = [] if name is None else [_state(name)]
    return list(dict.fromkeys([*named, *(_WAITING if waiting else ()), *(_FAILED if failed else ())]))


def _line(queued: Queued) -> str:
    """A message for people: its number, where it stands, since when, its record."""
    record = f"{said('序号', 'seq')} {queued.record.seq}" if queued.record else ""
    since = rfc3339(queued.accepted_at)
    return f"{queued.number:>6}  {_standing(queued)}  {since}  {padded(record, 10)}  {queued.digest}"


def _state(name: str) -> MessageState:
    if name.upper() not in MessageState.__members__:
        raise UsageError("MESSAGE_STATE", state=name[:40], states=", ".join(MessageState.__members__))
    return MessageState[name.upper()]


def _kind(queued: Queued) -> str:
    return queued.message.prepared.struct.name


def _standing(queued: Queued) -> str:
    """Where a message stands and what it is, in columns."""
    state, kind = worded(MESSAGE_STATE, queued.state.value), worded(MESSAGE, _kind(queued))
    again = said("，已重签", ", signed again") if queued.resigned_as else ""
    return f"{padded(state, 9)} {padded(kind + again, 14)}".rstrip()


def _row(queued: Queued, now: int) -> dict[str, object]:
    """A message on one line of `outbox list`."""
    values, error = queued.message.prepared.values, queued.error()
    reason = {"code": error.code, "message": error.message(), "remedy": error.remedy()} if error else None
    return {
        "number": queued.number,
        "message": queued.digest,
        "state": queued.state.value,
        "kind": _kind(queued),
        "licenseId": issued_id(values) if "licenseId" in values else None,
        "owner": queued.owner or None,
        "acceptedAt": rfc3339(queued.accepted_at),
        "notAfter": rfc3339(queued.message.not_after),
        "anchorBy": queued.promise["anchorBy"] if queued.promise else None,
        "isOverdue": queued.is_pending and now > (queued.due or queued.message.not_after),
        "seq": queued.record.seq if queued.record else None,
        "reason": reason,
        "resignedAs": queued.resigned_as or None,
    }
