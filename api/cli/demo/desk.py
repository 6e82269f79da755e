"""The demo's counter: the real HTTP API of one office, on 127.0.0.1, for as long as the story lasts."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from api.main import ApiOptions, create_app
from ledger.bootstrap import Ledger

START_SECONDS = 20.0


@contextmanager
def counter(ledger: Ledger, keys: Mapping[str, Path] | None = None) -> Iterator[str]:
    """Serve the API of an office, with keys by credit code that it signs with; gives its URL."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    app = create_app(ledger, ApiOptions(keys or {}, api=url, lowest_log=logging.WARNING))
    config = uvicorn.Config(app, log_config=None, access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    give_up = time.monotonic() + START_SECONDS
    while not server.started and thread.is_alive() and time.monotonic() < give_up:
        time.sleep(0.02)
    try:
        yield url
    finally:
        server.should_exit = True
        thread.join(START_SECONDS)
