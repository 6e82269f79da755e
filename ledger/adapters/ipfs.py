"""Encrypted documents in IPFS, by way of a kubo daemon of one's own.

Each document is one pinned block, under the id that `ledger.domain.content_id` gives it. The daemon
is trusted to be there, not to be right: its answers are limited in size, are never redirects, and
bytes that do not match their id are never returned. Only ids in their one spelling reach it, and
only at the one address of the settings.

The client knows daemons up to 0.8 and warns of later ones when it connects; it is used here without
that check. The tests run against kubo 0.42.
"""

from __future__ import annotations

import hashlib
import io
import ipaddress
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from ledger.domain.content_id import MAX_BYTES, cid_of, digest_in
from ledger.errors import ContentOutageError, TrustError, UsageError

MAX_ANSWER = MAX_BYTES + 4096
"""Bytes of an answer that are read: a document, or what the daemon says about one."""

AT_ONCE = 50
"""Documents in one request: the daemon flushes them to its disk together."""

_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_CONNECT_SECONDS = 5.0
_UNREADABLE = (AssertionError, AttributeError, IndexError, KeyError, RecursionError, TypeError, ValueError)
"""What the client and we run into when an answer is JSON, but not the one that was asked for."""


class IpfsContent:
    """The `Content` port over the HTTP RPC interface of one kubo daemon.

    Nothing is asked of the daemon before the first call; each call has a connection of its own, so
    an object may be used by many threads and outlives restarts of the daemon.

    Args:
        url: Scheme, host and port of the daemon's RPC interface, for example `http://127.0.0.1:5001`.
        timeout: Seconds without a byte from the daemon after which a call fails. Content that this
            node lacks is looked for in its swarm for half of it.

    Raises:
        UsageError: `IPFS_ADDRESS`.
    """

    def __init__(self, url: str, timeout: float = 20.0) -> None:
        self._url, self._address, self._timeout = url, _multiaddr(url), timeout

    def put(self, data: bytes) -> str:
        """Keep bytes; the daemon has them pinned when this returns.

        Raises:
            MalformedError: `CONTENT_TOO_LARGE`.
            TrustError: `IPFS_WRONG_BYTES`: the daemon names them otherwise.
            ContentOutageError: `IPFS_UNREACHABLE`, `IPFS_FAILED`, `IPFS_NOT_PINNED`.
        """
        return self.put_all([data])[0]

    def put_all(self, many: Sequence[bytes]) -> list[str]:
        """Keep many, dozens in each request; raises as `put`, and may have kept some of them then."""
        cids = [cid_of(data) for data in many]
        with self._daemon() as daemon:
            for start in range(0, len(cids), AT_ONCE):
                self._put(daemon, cids[start : start + AT_ONCE], many[start : start + AT_ONCE])
        return cids

    def _put(self, daemon: Any, cids: Sequence[str], many: Sequence[bytes]) -> None:
        chunker = f"size-{MAX_BYTES}"
        files = map(io.BytesIO, many)
        told = daemon.add(*files, cid_version=1, raw_leaves=True, pin=True, chunker=chunker)
        named = [str(each["Hash"])[:80] for each in (told if isinstance(told, list) else [told])]
        if sorted(named) != sorted(cids):
            wrong = next((each for each in named if each not in cids), "none")
            reason = f"{len(named)} ids for {len(cids)}, id {wrong}"
            raise TrustError("IPFS_WRONG_BYTES", url=self._url, reason=reason)
        if not _are_pinned(daemon, cids):
            loose = next((each for each in cids if not _are_pinned(daemon, [each])), cids[0])
            raise ContentOutageError("IPFS_NOT_PINNED", url=self._url, cid=loose)

    def get(self, cid: str) -> bytes:
        """The bytes of an id, from this node or, where it has peers, from one of them.

        Raises:
            MalformedError: `CID_MALFORMED`.
            TrustError: `CONTENT_ALTERED`, `IPFS_WRONG_BYTES`.
            ContentOutageError: `CONTENT_MISSING`, `IPFS_UNREACHABLE`, `IPFS_FAILED`.
        """
        expected = digest_in(cid)
        with self._daemon() as daemon:
            data = _block(daemon, cid, self._timeout / 2)
        if data is None:
            raise ContentOutageError("CONTENT_MISSING", cid=cid)
        if hashlib.sha256(data).digest() != expected:
            raise TrustError("CONTENT_ALTERED", cid=cid)
        return data

    def has(self, cid: str) -> bool:
        """Whether this very node holds the id; only `get` says that the bytes are right.

        Raises:
            MalformedError: `CID_MALFORMED`.
            ContentOutageError: `IPFS_UNREACHABLE`, `IPFS_FAILED`.
        """
        digest_in(cid)
        with self._daemon() as daemon:
            return _holds(daemon, cid)

    def is_pinned(self, cid: str) -> bool:
        """Whether this node keeps the id whatever its garbage collector does.

        Raises:
            MalformedError: `CID_MALFORMED`.
            ContentOutageError: `IPFS_UNREACHABLE`, `IPFS_FAILED`.
        """
        digest_in(cid)
        with self._daemon() as daemon:
            return _are_pinned(daemon, [cid])

    def erase(self, cid: str) -> bool:
        """Unpin and remove the block from this node; False when there was none.

        Nodes that fetched it keep their copies until they erase it themselves: what makes an
        erasure final is that the wrapped keys are destroyed too.

        Raises:
            MalformedError: `CID_MALFORMED`.
            ContentOutageError: `IPFS_UNREACHABLE`, `IPFS_FAILED`: for example where another pinned
                object of this node contains the block.
        """
        digest_in(cid)
        with self._daemon() as daemon:
            if not _holds(daemon, cid):
                return False
            if _are_pinned(daemon, [cid]):
                daemon.pin.rm(cid)
            (row,) = daemon._client.request("/block/rm", (cid,), decoder="json")
            refused = row.get("Error") or ("the block is still there" if _holds(daemon, cid) else None)
        if refused:
            raise ContentOutageError("IPFS_FAILED", url=self._url, reason=str(refused)[:300])
        return True

    @contextmanager
    def _daemon(self) -> Iterator[Any]:
        """A client for a few requests; what goes wrong in them becomes an error of ours."""
        from ipfshttpclient import Client, exceptions

        try:
            client = Client(
                self._address,
                timeout=(_CONNECT_SECONDS, self._timeout),
                headers={"Accept-Encoding": "identity"},
                username=None,
                password=None,
                session=True,
            )
            with _closing(client):
                yield client
        except _UnaskedError as error:
            raise TrustError("IPFS_WRONG_BYTES", url=self._url, reason=str(error)) from None
        except exceptions.ErrorResponse as error:
            raise ContentOutageError("IPFS_FAILED", url=self._url, reason=str(error)[:300]) from error
        except (exceptions.StatusError, exceptions.EncoderError, *_UNREADABLE) as error:
            reason = type(getattr(error, "original", None) or error).__name__
            raise ContentOutageError("IPFS_FAILED", url=self._url, reason=reason) from error
        except (exceptions.Error, OSError) as error:
            reason = type(error).__name__
            raise ContentOutageError("IPFS_UNREACHABLE", url=self._url, reason=reason) from error


class _UnaskedError(Exception):
    """An answer that no daemon of ours would give."""


@contextmanager
def _closing(client: Any) -> Iterator[None]:
    """Guard the client's session, and close it in the end."""
    try:
        session = client._client._session  # there is no public way to it
        # No proxy and no .netrc of the environment: documents go to the daemon and nowhere else.
        session.trust_env = False
        session.hooks = {"response": [_read_whole]}
        for adapter in session.adapters.values():
            # The client still passes on a parameter of Python 2, of which urllib3 warns.
            adapter.poolmanager.connection_pool_kw.pop("strict", None)
        yield
    finally:
        client.close()


def _read_whole(response: Any, **_: object) -> Any:
    """Read an answer before the client does, which knows no limit and would follow redirects."""
    if response.is_redirect:
        raise _UnaskedError("a redirect")
    if response.headers.get("Content-Encoding"):
        raise _UnaskedError("a compressed answer")
    data = bytearray()
    for piece in response.iter_content(65536):
        data += piece
        if len(data) > MAX_ANSWER:
            response.close()
            raise _UnaskedError(f"more than {MAX_ANSWER} bytes")
    if response.headers.get("Content-Length") not in {None, str(len(data))}:
        raise ConnectionError("the answer broke off")
    response._content = bytes(data)  # as `response.content` would
    return response


def _block(daemon: Any, cid: str, seconds: float) -> bytes | None:
    from ipfshttpclient.exceptions import ErrorResponse

    try:
        data: bytes = daemon.block.get(cid, opts={"timeout": f"{seconds:.3f}s"})
    except ErrorResponse as error:
        if _is_absence(error) or "deadline exceeded" in str(error):
            return None
        raise
    return data


def _holds(daemon: Any, cid: str) -> bool:
    from ipfshttpclient.exceptions import ErrorResponse

    try:
        return bool(daemon.block.stat(cid, offline=True)["Key"] == cid)
    except ErrorResponse as error:
        if _is_absence(error):
            return False
        raise


def _are_pinned(daemon: Any, cids: Sequence[str]) -> bool:
    from ipfshttpclient.exceptions import ErrorResponse

    try:
        kept = daemon.pin.ls(*cids, type="recursive")["Keys"]
        return all(cid in kept for cid in cids)
    except ErrorResponse as error:
        if "is not pinned" in str(error):
            return False
        raise


def _is_absence(error: Exception) -> bool:
    """Whether the daemon says that a block is not there, as opposed to that it cannot look."""
    return "could not find" in str(error) or "not found" in str(error)


def _multiaddr(url: str) -> str:
    """The daemon's address as the client wants it.

    Example:
        >>> _multiaddr("http://127.0.0.1:5001"), _multiaddr("https://[::1]")
        ('/ip4/127.0.0.1/tcp/5001/http', '/ip6/::1/tcp/443/https')
    """
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme, parts.hostname, parts.port
    except ValueError:
        raise UsageError("IPFS_ADDRESS", reason="no URL") from None
    if scheme not in {"http", "https"} or not host:
        raise UsageError("IPFS_ADDRESS", reason="no http URL")
    if parts.username is not None or parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise UsageError("IPFS_ADDRESS", reason="more than scheme, host and port")
    default = 443 if scheme == "https" else 80
    return f"/{_protocol(host)}/{host}/tcp/{default if port is None else port}/{scheme}"


def _protocol(host: str) -> str:
    try:
        return f"ip{ipaddress.ip_address(host).version}"
    except ValueError:
        if not _HOST.fullmatch(host):
            raise UsageError("IPFS_ADDRESS", reason="host") from None
        return "dns"
