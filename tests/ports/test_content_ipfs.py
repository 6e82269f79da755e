"""Content in a real IPFS node: kept whatever dies, gone when erased, and no lie of a daemon believed."""

from __future__ import annotations

import json
import random
import re
import shlex
import signal
import subprocess
import threading
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from ledger.adapters.content import FolderContent
from ledger.adapters.disk import flush, wipe
from ledger.adapters.ipfs import MAX_ANSWER, IpfsContent
from ledger.adapters.net.processes import free_port
from ledger.bootstrap import Ledger
from ledger.domain.content_id import MAX_BYTES, cid_of
from ledger.errors import ContentOutageError, LedgerError, MalformedError, TrustError, UsageError
from ledger.settings import load_settings
from tests.erasing import data_of
from tests.kubo import GUIDE, Kubo

BLOB = b"an encrypted document " * 100
CID = cid_of(BLOB)


@pytest.fixture
def store(kubo: Kubo) -> IpfsContent:
    return IpfsContent(kubo.url)


@pytest.fixture
def own(own_kubo: Kubo) -> Kubo:
    return own_kubo


def blobs(count: int, seed: int = 1) -> list[bytes]:
    draw = random.Random(seed)
    return [draw.randbytes(draw.choice((0, 1, 40, 300, 2_000, 5_000))) + b"%d" % n for n in range(count)]


# --- keeping and erasing ------------------------------------------------------------------


def test_three_hundred_documents_have_the_ids_of_the_local_folder(store: IpfsContent, tmp_path: Path) -> None:
    folder = FolderContent(tmp_path / "content", flush, wipe)
    for blob in blobs(300):
        cid = store.put(blob)
        assert cid == folder.put(blob)
        assert store.get(cid) == blob == folder.get(cid)


def test_many_documents_go_in_few_requests(liar: LyingDaemon, kubo: Kubo) -> None:
    documents = [*blobs(120, seed=9), b"twice", b"twice"]
    store = IpfsContent(kubo.url)
    assert IpfsContent(liar.url).put_all(documents) == [cid_of(each) for each in documents]
    assert all(store.is_pinned(cid_of(each)) for each in documents)
    assert len(liar.seen) <= 2 * (1 + len(documents) // 50)
    assert IpfsContent(liar.url).put_all([]) == []


def test_one_wrong_or_missing_id_among_many_is_an_alarm(liar: LyingDaemon) -> None:
    for change in (
        lambda lines: lines[:-1],
        lambda lines: [lines[0], lines[0], *lines[2:]],
        lambda lines: [],
    ):
        liar.lie = only(
            "add",
            lambda reply, change=change: replace(reply, body=b"\n".join(change(reply.body.splitlines()))),
        )
        with pytest.raises((TrustError, ContentOutageError), match=r"IPFS_WRONG_BYTES|IPFS_FAILED"):
            IpfsContent(liar.url).put_all(blobs(4, seed=11))


def test_one_missing_pin_among_many_is_named(liar: LyingDaemon) -> None:
    documents = blobs(4, seed=12)
    lost = cid_of(documents[2])

    def unpinned(reply: Reply) -> Reply:
        keys = json.loads(reply.body)["Keys"]
        return reply.saying({"Keys": {cid: kind for cid, kind in keys.items() if cid != lost}})

    liar.lie = only("pin/ls", unpinned)
    with pytest.raises(ContentOutageError, match="IPFS_NOT_PINNED") as caught:
        IpfsContent(liar.url).put_all(documents)
    assert caught.value.fields["cid"] == lost


def test_sizes_around_the_block_are_one_block(store: IpfsContent, kubo: Kubo) -> None:
    for size in (1, MAX_BYTES // 2, MAX_BYTES - 1, MAX_BYTES):
        blob = random.Random(size).randbytes(size)
        cid = store.put(blob)
        assert store.get(cid) == blob
        assert kubo.run("block", "stat", cid).split() == ["Key:", cid, "Size:", str(size)]


def test_what_was_put_is_pinned_and_survives_garbage_collection(store: IpfsContent, kubo: Kubo) -> None:
    kept, loose = store.put(b"kept document"), cid_of(b"loose document")
    kubo.run("block", "put", str(_file(kubo.repo.parent / "loose", b"loose document")))
    assert (store.is_pinned(kept), store.is_pinned(loose)) == (True, False)
    assert store.has(loose)
    kubo.run("repo", "gc")
    assert store.get(kept) == b"kept document"
    assert not store.has(loose)


def test_putting_what_lies_there_unpinned_pins_it(store: IpfsContent, kubo: Kubo) -> None:
    kubo.run("block", "put", str(_file(kubo.repo.parent / "block", b"there already")))
    assert not store.is_pinned(cid_of(b"there already"))
    assert store.is_pinned(store.put(b"there already"))


def test_erased_content_is_on_no_file_of_the_node(store: IpfsContent, kubo: Kubo) -> None:
    marker = random.Random(7).randbytes(64)
    store.put(marker)
    assert any(marker in data_of(file) for file in kubo.blocks())
    assert store.erase(cid_of(marker))
    assert not any(marker in data_of(file) for file in kubo.repo.rglob("*") if file.is_file())
    assert not store.is_pinned(cid_of(marker))
    assert cid_of(marker) not in kubo.run("pin", "ls", "--quiet")


def test_an_erasure_that_broke_off_after_unpinning_is_finished(store: IpfsContent, kubo: Kubo) -> None:
    cid = store.put(b"half erased")
    kubo.run("pin", "rm", cid)
    assert store.has(cid)
    assert store.erase(cid)
    assert not store.has(cid)


def test_a_block_that_another_object_contains_is_not_said_to_be_erased(
    store: IpfsContent, kubo: Kubo, tmp_path: Path
) -> None:
    _file(tmp_path / "tree" / "leaf", b"part of a tree")
    tree = kubo.run("add", "--cid-version=1", "--recursive", "--quieter", str(tmp_path / "tree")).strip()
    cid = store.put(b"part of a tree")
    with pytest.raises(ContentOutageError, match=r"IPFS_FAILED.*pinned"):
        store.erase(cid)
    assert store.get(cid) == b"part of a tree"
    kubo.run("pin", "rm", tree)
    assert store.erase(cid)


def test_bytes_altered_on_the_disk_do_not_come_back_and_heal_when_put_anew(
    store: IpfsContent, kubo: Kubo
) -> None:
    blob = b"a document whose block is edited"
    cid = store.put(blob)
    (file,) = (file for file in kubo.blocks() if data_of(file) == blob)
    for other in (b"", blob[:-1], blob.replace(b"a", b"b", 1), blob + b"\0"):
        file.chmod(0o600)
        file.write_bytes(other)
        with pytest.raises(TrustError, match="CONTENT_ALTERED"):
            store.get(cid)
    assert store.erase(cid)
    assert store.get(store.put(blob)) == blob


def test_many_threads_share_one_store(store: IpfsContent) -> None:
    documents = blobs(60, seed=3)
    with ThreadPoolExecutor(8) as pool:
        cids = list(pool.map(store.put, documents))
        assert list(pool.map(store.get, cids)) == documents
    assert cids == [cid_of(blob) for blob in documents]


# --- the daemon dies ----------------------------------------------------------------------


def test_without_a_daemon_every_call_is_an_outage() -> None:
    store = IpfsContent(f"http://127.0.0.1:{free_port(0)}")
    for call in (lambda: store.put(BLOB), *(lambda ask=ask: ask(CID) for ask in _asks(store))):
        with pytest.raises(ContentOutageError, match="IPFS_UNREACHABLE") as caught:
            call()
        assert caught.value.exit_code == 75


def test_a_restart_keeps_documents_and_pins(own: Kubo) -> None:
    store = IpfsContent(own.url)
    documents = blobs(20)
    cids = [store.put(blob) for blob in documents]
    own.end()
    with pytest.raises(ContentOutageError, match="IPFS_UNREACHABLE"):
        store.get(cids[0])
    with pytest.raises(ContentOutageError, match="IPFS_UNREACHABLE"):
        store.put(b"while it is down")
    own.start()
    assert [store.get(cid) for cid in cids] == documents
    assert all(store.is_pinned(cid) for cid in cids)


def test_what_a_put_promised_is_there_after_kill_9(own: Kubo) -> None:
    """Three times: the daemon is killed in the middle of a stream of puts, then everything is put again."""
    store = IpfsContent(own.url, timeout=120)
    documents, promised = blobs(400, seed=5), set[str]()
    for kills in (30, 90, 170):
        killer = _KillAfter(own, promised, kills)
        killer.start()
        with pytest.raises(ContentOutageError, match=r"IPFS_(UNREACHABLE|FAILED)"):
            _put_all(store, documents, promised)
        killer.join()
        own.start()
        assert all(store.is_pinned(cid) for cid in promised)
        assert {cid_of(store.get(cid)) for cid in promised} == promised
    assert 170 <= len(promised) < len(documents)
    assert [store.get(store.put(blob)) for blob in documents] == documents


def _put_all(store: IpfsContent, documents: list[bytes], promised: set[str]) -> None:
    for blob in documents:
        promised.add(store.put(blob))


class _KillAfter(threading.Thread):
    """Kills a node once so many puts were confirmed."""

    def __init__(self, node: Kubo, promised: set[str], count: int) -> None:
        super().__init__()
        self._node, self._promised, self._count = node, promised, count

    def run(self) -> None:
        while len(self._promised) < self._count:
            threading.Event().wait(0.002)
        self._node.end(signal.SIGKILL)


# --- the daemon lies ----------------------------------------------------------------------


@dataclass(frozen=True)
class Reply:
    """An answer of the daemon, to be distorted."""

    status: int
    headers: dict[str, str]
    body: bytes

    def saying(self, value: object) -> Reply:
        return replace(self, body=json.dumps(value).encode())


Lie = Callable[[str, Reply], Reply | None]


@dataclass
class LyingDaemon:
    """Passes requests on to a node and distorts what comes back.

    Attributes:
        target: The node.
        lie: Takes (command, answer) and gives what to serve; None closes the connection unanswered.
        seen: Path and query of each request.
        silent: Answer nothing until this is set.
        withheld: A command that is not passed on.
    """

    target: str
    lie: Lie = lambda _, reply: reply
    seen: list[str] = field(default_factory=list)
    silent: threading.Event | None = None
    withheld: str | None = None

    def __enter__(self) -> LyingDaemon:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, path: str, body: bytes, kind: str) -> Reply | None:
        self.seen.append(path)
        command = urlsplit(path).path.removeprefix("/api/v0/")
        if self.silent:
            self.silent.wait(20)
            return None
        told = Reply(200, {}, b"") if command == self.withheld else self._forward(path, body, kind)
        return self.lie(command, told)

    def _forward(self, path: str, body: bytes, kind: str) -> Reply:
        connection = HTTPConnection(urlsplit(self.target).netloc, timeout=120)
        try:
            connection.request("POST", path, body, {"Content-Type": kind} if kind else {})
            response = connection.getresponse()
            headers = {"Content-Type": response.getheader("Content-Type", "")}
            return Reply(response.status, headers, response.read())
        finally:
            connection.close()

    def serve(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer one request and close its connection."""
        reply = self.answer(handler.path, _body(handler), handler.headers.get("Content-Type", ""))
        handler.close_connection = True
        if reply is None:
            return
        usual = {"Content-Length": str(len(reply.body)), "Connection": "close"}
        handler.send_response(reply.status)
        for name, value in {**usual, **reply.headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(reply.body)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        daemon = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                daemon.serve(self)

            def do_GET(self) -> None:
                daemon.serve(self)

            def log_message(self, *_: object) -> None:
                return

        return Handler


def _body(handler: BaseHTTPRequestHandler) -> bytes:
    if "chunked" not in handler.headers.get("Transfer-Encoding", ""):
        return handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
    body = b""
    while size := int(handler.rfile.readline(), 16):
        body += handler.rfile.read(size)
        handler.rfile.readline()
    handler.rfile.readline()
    return body


@pytest.fixture
def liar(kubo: Kubo) -> Iterator[LyingDaemon]:
    IpfsContent(kubo.url).put(BLOB)
    with LyingDaemon(kubo.url) as daemon:
        yield daemon


def only(command: str, change: Callable[[Reply], Reply | None]) -> Lie:
    """Distort the answers to one command."""
    return lambda path, reply: change(reply) if path == command else reply


def test_a_daemon_that_does_not_lie_passes_through(liar: LyingDaemon) -> None:
    store = IpfsContent(liar.url)
    assert store.put(b"by way of the proxy") == cid_of(b"by way of the proxy")
    assert store.get(CID) == BLOB
    assert store.erase(cid_of(b"by way of the proxy"))


WRONG_BYTES = {
    "one bit": bytes([BLOB[0] ^ 1]) + BLOB[1:],
    "cut": BLOB[:-1],
    "empty": b"",
    "more": BLOB + b"\0",
    "another document": b"another document",
    "an error as content": b'{"Message": "no", "Code": 0, "Type": "error"}',
    "a block and more": bytes(MAX_BYTES + 1),
}


@pytest.mark.parametrize("name", WRONG_BYTES)
def test_wrong_bytes_are_never_returned(name: str, liar: LyingDaemon) -> None:
    liar.lie = only("block/get", lambda reply: replace(reply, body=WRONG_BYTES[name]))
    with pytest.raises(TrustError, match="CONTENT_ALTERED"):
        IpfsContent(liar.url).get(CID)


def test_no_single_flipped_bit_passes(liar: LyingDaemon) -> None:
    draw = random.Random(2)
    for _ in range(60):
        altered = bytearray(BLOB)
        altered[draw.randrange(len(BLOB))] ^= 1 << draw.randrange(8)
        liar.lie = only("block/get", lambda reply, altered=bytes(altered): replace(reply, body=altered))
        with pytest.raises(TrustError, match="CONTENT_ALTERED"):
            IpfsContent(liar.url).get(CID)


@pytest.mark.parametrize("command", ["block/get", "block/stat", "pin/ls", "add"])
def test_endless_answers_are_not_read_to_their_end(command: str, liar: LyingDaemon) -> None:
    liar.lie = only(command, lambda reply: replace(reply, body=bytes(MAX_ANSWER + 1)))
    with pytest.raises(TrustError, match=r"IPFS_WRONG_BYTES.*more than"):
        _ask(IpfsContent(liar.url), command)


def test_a_compressed_answer_is_not_unpacked(liar: LyingDaemon) -> None:
    packed = zlib.compress(bytes(10_000_000))
    headers = {"Content-Encoding": "deflate"}
    liar.lie = only("block/get", lambda reply: Reply(200, headers, packed))
    with pytest.raises(TrustError, match=r"IPFS_WRONG_BYTES.*compressed"):
        IpfsContent(liar.url).get(CID)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("command", ["block/get", "add"])
def test_a_redirect_is_not_followed(status: int, command: str, liar: LyingDaemon, kubo: Kubo) -> None:
    with LyingDaemon(kubo.url) as elsewhere:
        target = {"Location": f"{elsewhere.url}/api/v0/block/get?arg={CID}"}
        liar.lie = only(command, lambda reply: Reply(status, target, b""))
        with pytest.raises(TrustError, match=r"IPFS_WRONG_BYTES.*redirect"):
            _ask(IpfsContent(liar.url), command)
        assert elsewhere.seen == []


def test_another_id_for_what_was_put_is_an_alarm(liar: LyingDaemon) -> None:
    for other in (cid_of(b"other"), "QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o", "x" * 500):
        liar.lie = only("add", lambda reply, other=other: reply.saying({"Name": "x", "Hash": other}))
        with pytest.raises(TrustError, match="IPFS_WRONG_BYTES") as caught:
            IpfsContent(liar.url).put(BLOB)
        assert len(str(caught.value)) < 500


def test_a_put_is_not_done_before_its_pin_is_confirmed(liar: LyingDaemon) -> None:
    refusal = {"Message": f"path '{CID}' is not pinned", "Code": 0, "Type": "error"}
    for lie in (
        lambda reply: replace(reply, status=500).saying(refusal),
        lambda reply: reply.saying({"Keys": {}}),
        lambda reply: reply.saying({"Keys": {cid_of(b"other"): {"Type": "recursive"}}}),
    ):
        liar.lie = only("pin/ls", lie)
        with pytest.raises(ContentOutageError, match="IPFS_NOT_PINNED"):
            IpfsContent(liar.url).put(BLOB)


NONSENSE = [
    b"",
    b"not JSON",
    b"[]",
    b"{}",
    b"null",
    b"17",
    b'"text"',
    b"{} {}",
    b"\xff\xfe",
    b'{"Hash": 1, "Keys": 2, "Key": 3}',
    b'{"Keys": null, "Key": null}',
    b"[" * 100_000,
    b'{"Message": 5, "Type": "error"}',
]


@pytest.mark.parametrize("status", [200, 204, 403, 404, 500, 503])
@pytest.mark.parametrize("command", ["block/get", "block/stat", "pin/ls", "add", "block/rm"])
def test_nonsense_is_an_error_of_ours_and_never_an_answer(
    command: str, status: int, liar: LyingDaemon
) -> None:
    store = IpfsContent(liar.url)
    liar.withheld = command
    for nonsense in NONSENSE:
        liar.lie = only(command, lambda reply, said=nonsense: Reply(status, {}, said))
        try:
            answer = _ask(store, command)
        except (ContentOutageError, TrustError):
            continue
        assert command in {"block/stat", "pin/ls"}
        assert answer is False


@pytest.mark.parametrize("cut", [0, 1, 100])
def test_an_answer_that_breaks_off_is_an_outage(cut: int, liar: LyingDaemon) -> None:
    length = {"Content-Length": str(len(BLOB))}
    liar.lie = only("block/get", lambda reply: replace(reply, headers=length, body=BLOB[:cut]))
    with pytest.raises(ContentOutageError, match="IPFS_UNREACHABLE"):
        IpfsContent(liar.url).get(CID)
    liar.lie = only("block/get", lambda _: None)
    with pytest.raises(ContentOutageError, match="IPFS_UNREACHABLE"):
        IpfsContent(liar.url).get(CID)


def test_a_lost_answer_to_a_put_does_no_harm(liar: LyingDaemon, kubo: Kubo) -> None:
    liar.lie = only("add", lambda _: None)
    with pytest.raises(ContentOutageError, match="IPFS_UNREACHABLE"):
        IpfsContent(liar.url).put(b"its answer is lost")
    store = IpfsContent(kubo.url)
    assert store.put(b"its answer is lost") == cid_of(b"its answer is lost")
    assert store.get(cid_of(b"its answer is lost")) == b"its answer is lost"


def test_a_silent_daemon_does_not_hold_up_a_call(liar: LyingDaemon) -> None:
    liar.silent = threading.Event()
    store = IpfsContent(liar.url, timeout=0.3)
    try:
        for call in (lambda: store.put(BLOB), *(lambda ask=ask: ask(CID) for ask in _asks(store))):
            with pytest.raises(ContentOutageError, match=r"IPFS_UNREACHABLE.*TimeoutError"):
                call()
    finally:
        liar.silent.set()


# --- what reaches the daemon --------------------------------------------------------------

BAD_CIDS = [
    "",
    "..",
    f"/ipfs/{CID}",
    f"{CID}/..",
    f"{CID}?arg=x",
    f"{CID}&arg={CID}",
    f"{CID}\r\nHost: example.org",
    f"http://example.org/{CID}",
    f"@example.org/{CID}",
    "[::ffff:127.0.0.1]",
    CID.upper(),
    "bafkqabtimvwgy3yk",
    "bafybeif7ztnhq65lumvvtr4ekcwd2ifwgm3awq4zfr3srh462rwyinlb4y",
]


@pytest.mark.parametrize("cid", BAD_CIDS)
def test_nothing_but_an_id_reaches_the_daemon(cid: str, liar: LyingDaemon) -> None:
    for ask in _asks(IpfsContent(liar.url)):
        with pytest.raises(MalformedError, match="CID_MALFORMED"):
            ask(cid)
    with pytest.raises(MalformedError, match="CONTENT_TOO_LARGE"):
        IpfsContent(liar.url).put(bytes(MAX_BYTES + 1))
    assert liar.seen == []


def test_commands_and_ids_are_all_that_is_sent(liar: LyingDaemon) -> None:
    store = IpfsContent(liar.url)
    store.put(BLOB)
    for ask in _asks(store):
        ask(CID)
    store.put(BLOB)
    requests = [urlsplit(path) for path in liar.seen]
    commands = {request.path.removeprefix("/api/v0/") for request in requests}
    assert commands == {"add", "pin/ls", "pin/rm", "block/get", "block/stat", "block/rm"}
    assert {arg for request in requests for arg in parse_qs(request.query).get("arg", [])} == {CID}


def test_no_proxy_of_the_environment_sees_a_document(
    kubo: Kubo, liar: LyingDaemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, liar.url)
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("no_proxy", "")
    store = IpfsContent(kubo.url)
    assert store.get(store.put(BLOB)) == BLOB
    assert liar.seen == []


# --- settings and guide -------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "",
        "127.0.0.1:5001",
        "ftp://127.0.0.1",
        "http://",
        "http://user:secret@127.0.0.1:5001",
        "http://127.0.0.1:5001/api/v0",
        "http://127.0.0.1:5001?x=1",
        "http://127.0.0.1:5001#x",
        "http://127.0.0.1:99999",
        "http://127.0.0.1:port",
        "http://[::1",
        "http://a/b@c",
        "http://ex ample.org",
        "http://exam/ple",
        "/ip4/127.0.0.1/tcp/5001",
    ],
)
def test_an_address_is_scheme_host_and_port(url: str) -> None:
    with pytest.raises(UsageError, match="IPFS_ADDRESS") as caught:
        IpfsContent(url)
    assert "secret" not in json.dumps(caught.value.as_json())


def test_a_host_name_will_do(kubo: Kubo) -> None:
    assert IpfsContent(f"http://localhost:{kubo.port}/").put(BLOB) == CID


def test_the_setting_chooses_the_store(kubo: Kubo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELICENSE_HOME", str(tmp_path))
    folder = Ledger(load_settings()).content
    assert folder.put(BLOB) == CID
    assert [file.name for file in (tmp_path / "content").rglob("bafk*")] == [CID]
    monkeypatch.setenv("ELICENSE_CONTENT", f"ipfs:{kubo.url}")
    assert Ledger(load_settings()).content.get(CID) == BLOB
    monkeypatch.delenv("ELICENSE_CONTENT")
    (tmp_path / "config.toml").write_text(f'content = "ipfs:{kubo.url}"\n', encoding="utf-8")
    assert isinstance(Ledger(load_settings()).content, IpfsContent)
    for wrong, code in (
        ("s3:bucket", "CONTENT_SETTING"),
        (kubo.url, "CONTENT_SETTING"),
        ("ipfs:", "IPFS_ADDRESS"),
    ):
        monkeypatch.setenv("ELICENSE_CONTENT", wrong)
        with pytest.raises(LedgerError, match=code):
            _ = Ledger(load_settings()).content


def test_the_commands_of_the_guide_work_and_a_folder_moves_over(own: Kubo, tmp_path: Path) -> None:
    """The node was set up by the guide's first commands; here are those that follow."""
    lines = re.findall(
        r"^(?:find|ipfs (?!init|bootstrap|config|daemon)).+$", GUIDE.read_text("utf-8"), re.MULTILINE
    )
    assert [line.split()[0] for line in lines] == ["find", "ipfs", "ipfs", "ipfs"]
    folder, documents = FolderContent(tmp_path / "content", flush, wipe), blobs(12)
    cids = {folder.put(blob) for blob in documents}
    store = IpfsContent(own.url)
    moved, *asked = lines
    subprocess.run(
        [*_with_program(shlex.split(moved), own)],
        cwd=tmp_path,
        env=own.environment(),
        check=True,
        capture_output=True,
    )
    assert all(store.is_pinned(cid) for cid in cids)
    assert [store.get(cid_of(blob)) for blob in documents] == documents
    answers = [own.run(*shlex.split(line)[1:]) for line in asked]
    assert cids <= set(answers[0].split())
    assert all(store.erase(cid) for cid in cids)


def _with_program(words: list[str], node: Kubo) -> list[str]:
    return [str(node.program) if word == "ipfs" else word for word in words]


def _asks(store: IpfsContent) -> list[Callable[[str], object]]:
    return [store.get, store.has, store.is_pinned, store.erase]


def _ask(store: IpfsContent, command: str) -> object:
    """The call that uses a command."""
    match command:
        case "block/get":
            return store.get(CID)
        case "block/stat":
            return store.has(CID)
        case "pin/ls":
            return store.is_pinned(CID)
        case "block/rm":
            return store.erase(CID)
    return store.put(BLOB)


def _file(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path
