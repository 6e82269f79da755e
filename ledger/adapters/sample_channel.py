"""Where samples of a mounted resource are fetched: over HTTP, or in a folder that a platform shares.

The address is the provider's word. So no service of this machine or its link is asked unless its owner said
so, redirects are not followed, and no more is read than a sample may have, nor for longer.
"""

from __future__ import annotations

import contextlib
import http.client
import time
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from ledger.domain.addresses import is_near
from ledger.errors import RuleError

_TIMEOUT = 10.0  # seconds until something comes
_PATIENCE = 30.0  # seconds until all has
_LARGEST = 64 << 10  # bytes of a sample


def fetch_sample(address: str, index: int, *, near: bool = False) -> bytes | None:
    """The file of one sample, `ADDRESS/INDEX.json`; None where nothing answers.

    Believes nothing: who fetches holds it against the ledger.

    Args:
        address: `http(s)://…`, or the path of a folder.
        index: Which sample.
        near: Whether a service may be on this machine, or on what its link alone reaches.

    Raises:
        RuleError: `CHANNEL_NEAR`: it is, and may not be.
    """
    place = f"{address.rstrip('/')}/{index}.json"
    if address.startswith(("https://", "http://")):
        return _get(place, near)
    return _read(Path(place))


def _get(place: str, near: bool) -> bytes | None:
    try:
        parts = urlsplit(place)
        connection = _connection(parts)
    except (ValueError, http.client.InvalidURL):
        return None
    with contextlib.closing(connection):
        try:
            connection.connect()
            if not near and is_near(connection.sock.getpeername()[0]):  # as resolved, so no name deceives
                raise RuleError("CHANNEL_NEAR", address=place[:200])
            connection.request("GET", parts.path + (f"?{parts.query}" if parts.query else ""))
            answer = connection.getresponse()
            data = _body(answer)
        except (OSError, http.client.HTTPException, ValueError):
            return None
    return data if answer.status == http.client.OK and len(data) <= _LARGEST else None


def _body(answer: http.client.HTTPResponse) -> bytes:
    """What came in time, and one byte more than a sample may have at most."""
    data, give_up = b"", time.monotonic() + _PATIENCE
    while len(data) <= _LARGEST and (chunk := answer.read1(_LARGEST + 1 - len(data))):
        data += chunk
        if time.monotonic() > give_up:
            raise TimeoutError
    return data


def _connection(parts: SplitResult) -> http.client.HTTPConnection:
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    return kind(parts.hostname or "", parts.port, timeout=_TIMEOUT)


def _read(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST)
    except OSError:
        return None
