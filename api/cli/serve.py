"""`elicense serve`: the HTTP API of one department or region."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.keys import passphrase
from api.cli.options import Network, RpcUrls, open_ledger
from api.cli.output import Outcome
from api.frame import Limits, logger
from api.lookups import MOST as MOST_LOOKUPS
from api.main import ApiOptions, create_app
from ledger.bootstrap import Ledger
from ledger.errors import LedgerError, UsageError
from ledger.service.accept import STALL_SECONDS
from ledger.service.gather_uses import BATCH_SECONDS, LONGEST_BATCH

if TYPE_CHECKING:
    from types import FrameType

    import uvicorn
    from fastapi import FastAPI
    from structlog.typing import FilteringBoundLogger

    from api.services import Services

app = typer.Typer(add_completion=False)

SYNC_SECONDS = 5.0
"""Pause between two looks of the background at the chain's head."""
BACKLOG = 1024
SHUTDOWN_SECONDS = 10
"""How long requests that run may go on after SIGTERM."""


@app.command()
def serve(
    host: Annotated[str, typer.Option("--host", metavar="ADDRESS", help="Where to listen.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0 takes any free one.")] = 8000,
    issuer_key: Annotated[
        list[str] | None, typer.Option("--issuer-key", metavar="USCC=PEM", help="Key held for a body.")
    ] = None,
    api: Annotated[
        str | None, typer.Option("--api", metavar="URL", help="Address that wallets reach this under.")
    ] = None,
    promise_key: Annotated[
        str | None,
        typer.Option("--promise-key", metavar="PEM", help="Registered signing key of the relay's body."),
    ] = None,
    stall: Annotated[
        int, typer.Option("--stall", min=1, metavar="SECONDS", help="Without a record, accept no more.")
    ] = STALL_SECONDS,
    max_age: Annotated[int, typer.Option("--max-age", min=1, help="Oldest head that is ready, s.")] = 60,
    lookups: Annotated[
        int, typer.Option("--lookups", min=0, metavar="N", help="Licenses of others, by identifier, an hour.")
    ] = MOST_LOOKUPS,
    batch_seconds: Annotated[
        int,
        typer.Option("--batch-seconds", min=0, max=LONGEST_BATCH, help="For which uses in batches gather."),
    ] = BATCH_SECONDS,
    no_limit: Annotated[bool, typer.Option("--no-rate-limit", help="Behind a proxy that limits.")] = False,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Serve the API until SIGTERM or Ctrl-C; logs go to stderr."""
    ledger = open_ledger(network, rpc, api)
    keys = _issuer_keys(issuer_key or ())
    if promise_key is not None and not Path(promise_key).is_file():
        raise UsageError("KEY_FILE_UNREADABLE", path=promise_key, reason="no such file")
    with _listen(host, port) as listening:
        url = _url(listening)
        options = ApiOptions(
            issuer_keys=keys,
            passphrase=passphrase(),
            api=ledger.settings.api or url,
            max_head_age=max_age,
            promise_key=Path(promise_key) if promise_key else None,
            stall=stall,
            limits=None if no_limit else Limits(),
            lookups=lookups,
            batch_seconds=batch_seconds,
        )
        _run(ledger, options, listening, url)
    return Outcome({"url": url, "stopped": True}, text=url)


def _run(ledger: Ledger, options: ApiOptions, listening: socket.socket, url: str) -> None:
    """Answer requests and follow the ledger until a signal comes."""
    import uvicorn

    served, log = create_app(ledger, options), logger()
    config = uvicorn.Config(
        served, log_config=None, access_log=False, timeout_graceful_shutdown=SHUTDOWN_SECONDS
    )
    stop = threading.Event()
    follower = threading.Thread(target=_follow, args=(ledger, stop, log), daemon=True)
    _end_in_order()
    follower.start()
    log.info("serving", url=url, ledger=ledger.trust.ledger_id, promises=_promises(served))
    _serve(config, served.state.release, listening)
    stop.set()
    follower.join(SHUTDOWN_SECONDS)
    log.info("stopped", url=url)


def _serve(config: uvicorn.Config, release: Callable[[], None], listening: socket.socket) -> None:
    """Serve until a signal comes; then nobody waits for a record any more: what is accepted is on disk."""
    import uvicorn

    class Server(uvicorn.Server):
        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            release()
            super().handle_exit(sig, frame)

    Server(config).run(sockets=[listening])


def _promises(served: FastAPI) -> str:
    services: Services = served.state.services
    try:
        return services.writing.promises()
    except LedgerError as error:
        return error.code


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket.

    Raises:
        UsageError: `API_ADDRESS`.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(BACKLOG)  # from now on callers wait instead of being refused
    except OSError as error:
        listening.close()
        raise UsageError("API_ADDRESS", host=host, port=port, reason=error.strerror or str(error)) from None
    return listening


def _url(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _issuer_keys(given: Sequence[str]) -> dict[str, Path]:
    keys = {}
    for each in given:
        uscc, _, path = each.partition("=")
        if len(uscc) != 18 or not path:
            raise UsageError("ISSUER_KEY_OPTION", given=each[:80])
        if not Path(path).is_file():
            raise UsageError("KEY_FILE_UNREADABLE", path=path, reason="no such file")
        keys[uscc] = Path(path)
    return keys


def _end_in_order() -> None:
    """The server raises the signals that it took again after its end: then they mean nothing more."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)


def _follow(ledger: Ledger, stop: threading.Event, log: FilteringBoundLogger) -> None:
    """Bring the index up to the head now and then; what goes wrong is said, and tried again."""
    while not stop.is_set():
        try:
            sight = ledger.look()
            if sight.outage is not None:
                log.warning("index", code=sight.outage.code)
        except LedgerError as error:
            log.warning("index", code=error.code)
        stop.wait(SYNC_SECONDS)
