"""Runs a command of `elicense` and stops it at a chosen step, told by counting what it does.

    python -m scripts.tripwire STEP N kill -- license issue-batch …
    python -m scripts.tripwire STEP N FILE -- license issue-batch …

At the N-th occurrence of a step the process ends itself by SIGKILL, or makes FILE and waits until
somebody removes it. Steps are seen where the process touches the world (system calls that Python
audits, statements that SQLite traces, bytes that go into a socket), so that the same point is met
on every machine, however fast, and whatever our own functions are called.
"""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

STEPS = {
    "read": "a row is looked up among what was issued before",
    "lock": "a batch is about to be signed",
    "draft": "an encrypted document gets its name",
    "pin": "encrypted documents are about to go to the IPFS daemon",
    "note": "the register is opened",
    "keep": "a statement of the transactions that keep a batch",
    "send": "the transaction is about to go to the node",
    "sent": "the transaction, or what is asked of a service, has gone; its answer is about to be read",
    "ask": "something is about to be asked of a service",
    "receipt": "the receipt of the transaction is asked for",
    "name": "a statement of the transaction that notes identifiers",
    "book": "a statement that changes what a feed has come to",
    "write": "a license file gets its name",
    "flush": "a file is flushed to the disk",
    "mark": "the order of an erasure gets its name, or is marked as done",
    "hold": "a legal hold gets its name, or is lifted",
    "wipe": "a file is removed",
    "unpin": "the IPFS daemon is about to let go of a document",
}


def stopped(step: str, count: int, action: str, *command: str) -> list[str]:
    """The command line that stops a command of `elicense` at an occurrence of a step."""
    return [sys.executable, "-m", "scripts.tripwire", step, str(count), action, "--", *command]


class Tripwire:
    """Counts steps, and acts at one of them."""

    def __init__(self, step: str, count: int, action: str) -> None:
        self._step, self._count, self._action = step, count, action
        self._seen: Counter[str] = Counter()
        self._is_sent = False

    def lay(self) -> None:
        """See what this process does from now on."""
        sys.addaudithook(self._audited)
        self._wrap(os, "fsync", lambda _: self._trip("flush"))
        self._wrap(socket.socket, "send", lambda _, data, *__: self._sending(bytes(data)))
        self._wrap(socket.socket, "sendall", lambda _, data, *__: self._sending(bytes(data)))
        self._wrap(socket.socket, "recv", lambda *_: self._receiving())
        connect = sqlite3.connect

        def traced(database: Any, *arguments: Any, **named: Any) -> sqlite3.Connection:
            made: sqlite3.Connection = connect(database, *arguments, **named)
            made.set_trace_callback(lambda text: self._statement(Path(str(database)).name, text))
            return made

        sqlite3.connect = sqlite3.dbapi2.connect = traced  # type: ignore[assignment]

    def _wrap(self, owner: Any, name: str, before: Callable[..., None]) -> None:
        plain = getattr(owner, name)

        def watched(*arguments: Any) -> Any:
            before(*arguments)
            return plain(*arguments)

        setattr(owner, name, watched)

    def _audited(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "os.rename":
            self._renaming(str(arguments[1]))
        elif event == "os.remove":
            self._trip("wipe")
        elif event == "open":
            name = str(arguments[0])
            if name.endswith(".lock") and "/outbox/" in name:
                self._trip("lock")
            elif name.endswith("register.jsonl"):
                self._trip("note")

    def _renaming(self, name: str) -> None:
        if name.endswith(".elic.json"):
            self._trip("write")
        elif "/content/" in name:
            self._trip("draft")
        elif "/erased/" in name:
            self._trip("mark")
        elif "/holds/" in name:
            self._trip("hold")

    def _statement(self, file: str, text: str) -> None:
        if file == "batches.db":
            self._trip("read" if text.startswith("SELECT") else "keep")
        elif file == "names.db":
            self._trip("name")
        elif file == ".collect.db" and not text.startswith("SELECT"):
            self._trip("book")

    def _sending(self, data: bytes) -> None:
        if b"eth_sendRawTransaction" in data:
            self._is_sent = True
            self._trip("send")
        elif data.startswith((b"POST /v1/", b"GET /v1/")):
            self._is_sent = True
            self._trip("ask")
        elif b"eth_getTransactionReceipt" in data:
            self._trip("receipt")
        elif b"/api/v0/add" in data:
            self._trip("pin")
        elif b"/api/v0/pin/rm" in data or b"/api/v0/block/rm" in data:
            self._trip("unpin")

    def _receiving(self) -> None:
        if self._is_sent:
            self._is_sent = False
            self._trip("sent")

    def _trip(self, step: str) -> None:
        self._seen[step] += 1
        if step != self._step or self._seen[step] != self._count:
            return
        if self._action == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        held = Path(self._action)
        held.touch()
        while held.exists():
            time.sleep(0.01)


def main(arguments: list[str]) -> None:
    """Lay the wire, then be `elicense`."""
    step, count, action, dashes, *command = arguments
    assert step in STEPS
    assert dashes == "--"
    from api.cli import main as elicense

    Tripwire(step, int(count), action).lay()
    sys.exit(elicense.run(command))


if __name__ == "__main__":
    main(sys.argv[1:])
