"""Commands of `elicense`, each in a process of its own that does not import everything anew.

Starting Python and importing takes most of a command's time. Here one process imports all modules
once and forks for each command: what is tested is a process with its own arguments, environment,
streams and exit status, as a user has it. What starts by the interpreter itself (warnings as
errors, `python -m`, pipes of a shell, kill -9 of a service) is tested with real starts elsewhere.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import os
import pkgutil
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import IO

from ledger import crypto
from ledger.adapters.artifacts import load_artifacts

_PACKAGES = ("api", "ledger", "wallet")
_LATER = ("ledger.adapters.gmssl_reference",)
_ALSO = ("eth_account", "jsonschema", "httpcore2", "sqlalchemy.dialects.sqlite", "uvicorn.main", "websockets")
"""What commands import only when they come to it."""
_MOST = 1 << 20


def elicense(
    *arguments: str,
    env: Mapping[str, str],
    cwd: Path | None = None,
    timeout: float = 600,
    dies_at: tuple[str, int] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run one command to its end.

    Args:
        arguments: As after `elicense`.
        env: Its whole environment.
        cwd: Where it runs; by default, where this process runs.
        timeout: Seconds until it is killed.
        dies_at: A step of `scripts.tripwire` and its occurrence, at which it ends itself by SIGKILL.

    Raises:
        subprocess.TimeoutExpired: It was killed.
    """
    done = elicense_bytes(*arguments, env=env, cwd=cwd, timeout=timeout, dies_at=dies_at)
    return subprocess.CompletedProcess(arguments, done.returncode, done.stdout.decode(), done.stderr.decode())


def elicense_bytes(
    *arguments: str,
    env: Mapping[str, str],
    given: bytes = b"",
    cwd: Path | None = None,
    timeout: float = 600,
    dies_at: tuple[str, int] | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """The same, of a command that is given something on stdin, and whose output may be no text."""
    with tempfile.TemporaryFile() as stdin, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        stdin.write(given)
        stdin.seek(0)
        order = {"arguments": arguments, "env": dict(env), "cwd": str(cwd or Path.cwd()), "diesAt": dies_at}
        started = Started(order, (stdin.fileno(), out.fileno(), err.fileno()))
        try:
            status = started.wait(timeout)
        except subprocess.TimeoutExpired:
            started.kill()
            raise
        return subprocess.CompletedProcess(arguments, status, _read(out), _read(err))


class Started:
    """One command as it runs: what `subprocess.Popen` has, as far as tests use it."""

    def __init__(self, order: Mapping[str, object], streams: Sequence[int]) -> None:
        self._order, self._turn = order, threading.Lock()
        self.returncode: int | None = None
        self._line = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._line.connect(_server())
        self._line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _MOST)
        socket.send_fds(self._line, [json.dumps(order).encode()], streams)
        self.pid = int(self._line.recv(32))

    def wait(self, timeout: float) -> int:
        """Its exit status, when it has ended; the negative number of the signal that ended it.

        Raises:
            subprocess.TimeoutExpired: It still runs after so many seconds.
        """
        with self._turn:
            if self.returncode is None:
                self._line.settimeout(timeout)
                try:
                    self.returncode = int(self._line.recv(32))
                except (TimeoutError, BlockingIOError):
                    raise subprocess.TimeoutExpired(str(self._order["arguments"]), timeout) from None
                self._line.close()
            return self.returncode

    def poll(self) -> int | None:
        """Its exit status, or nothing while it runs."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """A signal, where it still runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """kill -9."""
        self.send_signal(signal.SIGKILL)


class Piped(Started):
    """One command whose output is read as it comes; it reads nothing."""

    def __init__(self, *arguments: str, env: Mapping[str, str]) -> None:
        out, err = os.pipe(), os.pipe()
        nothing = os.open(os.devnull, os.O_RDONLY)
        order = {"arguments": arguments, "env": dict(env), "cwd": str(Path.cwd()), "diesAt": None}
        super().__init__(order, (nothing, out[1], err[1]))
        for each in (nothing, out[1], err[1]):
            os.close(each)
        self.stdout, self.stderr = os.fdopen(out[0]), os.fdopen(err[0])


def _read(stream: IO[bytes]) -> bytes:
    stream.seek(0)
    return stream.read()


def command_in(folder: Path) -> None:
    """Put a command `elicense` into a folder, with the streams, folder and environment of the shell."""
    file = folder / "elicense"
    file.write_text(_SHIM.format(python=sys.executable, address=_server(), most=_MOST))
    file.chmod(0o755)


_SHIM = """#!{python} -SE
import json, os, signal, socket, sys
order = {{"arguments": sys.argv[1:], "env": dict(os.environ), "cwd": os.getcwd(), "diesAt": None}}
with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as line:
    line.connect("{address}")
    line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, {most})
    socket.send_fds(line, [json.dumps(order).encode()], [0, 1, 2])
    pid = int(line.recv(32))
    signal.signal(signal.SIGTERM, lambda *_: os.kill(pid, signal.SIGTERM))
    sys.exit(int(line.recv(32)))
"""


@cache
def _server() -> str:
    """The address of the process that forks; it ends with this one, whose pipe it reads."""
    folder = tempfile.TemporaryDirectory(prefix="elicense-")
    address = f"{folder.name}/line"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.forked", address], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    atexit.register(folder.cleanup)
    atexit.register(process.wait)
    atexit.register(process.stdin.close)
    return address


# --- the process that forks ---------------------------------------------------------------


def _serve(address: str) -> None:
    _import_all()
    assert threading.active_count() == 1, threading.enumerate()
    gc.collect()
    gc.freeze()  # else each command walks through all that was imported, and copies its pages
    gc.set_threshold(50_000, 20, 20)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as door, selectors.DefaultSelector() as waits:
        door.bind(address)
        door.listen(64)
        waits.register(door, selectors.EVENT_READ)
        waits.register(sys.stdin, selectors.EVENT_READ)
        print("ready", flush=True)
        while not any(key.fileobj is sys.stdin for key, _ in waits.select()):
            line, _ = door.accept()
            if os.fork() == 0:
                door.close()
                _supervise(line)
            line.close()


def _import_all() -> None:
    limit = sys.getrecursionlimit()
    for name in _PACKAGES:
        package = importlib.import_module(name)
        for found in pkgutil.walk_packages(package.__path__, f"{name}."):
            if not found.name.startswith(_LATER) and ".migrations" not in found.name:
                importlib.import_module(found.name)
    for name in _ALSO:
        importlib.import_module(name)
    sys.setrecursionlimit(limit)
    load_artifacts()
    crypto.backend()


def _supervise(line: socket.socket) -> None:
    """Fork the command, tell its process id, wait for it and tell its exit status."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    order, streams, _, _ = socket.recv_fds(line, _MOST, 3)
    pid = os.fork()
    if pid == 0:
        line.close()
        _become(json.loads(order), streams)
    line.send(str(pid).encode())
    _, status = os.waitpid(pid, 0)
    with contextlib.suppress(OSError):
        line.send(str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def _become(order: dict[str, object], streams: list[int]) -> None:
    """Be the command: its environment, streams and arguments, until its end."""
    from api.cli.main import main
    from scripts.tripwire import Tripwire

    for number, fd in enumerate(streams):
        os.dup2(fd, number)
        os.close(fd)
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w", buffering=1)  # noqa: SIM115
    os.environ.clear()
    os.environ.update(order["env"])  # type: ignore[call-overload]
    os.chdir(str(order["cwd"]))
    sys.argv = ["elicense", *order["arguments"]]  # type: ignore[misc]
    if order["diesAt"]:
        Tripwire(*order["diesAt"], "kill").lay()  # type: ignore[misc]
    os._exit(_run(main))


def _run(main: object) -> int:
    status = 1
    try:
        main()  # type: ignore[operator]
        status = 0
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:  # noqa: BLE001 - as the interpreter does at the end of a process
        traceback.print_exc()
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    return status


if __name__ == "__main__":
    _serve(sys.argv[1])
