"""Single use: of any number of redemptions, in threads or processes, exactly one wins, for ever."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest

from ledger import crypto
from ledger.adapters.clock import SystemEntropy
from ledger.adapters.presentation_desk import HttpDesk
from ledger.adapters.sqlite.redemptions import SqliteRedemptions
from ledger.domain.challenge import Challenge
from ledger.domain.presentation import Presentation
from ledger.domain.presentation_text import kept_text, short_text
from ledger.domain.verdict import Check, Step, Verdict
from ledger.errors import (
    LedgerError,
    MalformedError,
    OutageError,
    RuleError,
    StalePresentationError,
    StoreOutageError,
    UnknownIdError,
    UsageError,
)
from ledger.service.present import PresentService
from tests.wallet.world import NOW, World, settled


def test_of_200_threads_exactly_one_redeems(world: World) -> None:
    identifier = world.take()
    start = Barrier(200)

    def redeem(shown: Presentation, challenge: Challenge) -> str:
        start.wait()
        findings = world.service.redeem(shown, challenge)
        return findings[0].reason if findings else "redeemed"

    with ThreadPoolExecutor(200) as pool:
        for _ in range(5):
            challenge = world.ask("face/post")
            shown = world.wallet.present([identifier], ["face/post"], challenge).presentation
            ends = [each.result() for each in [pool.submit(redeem, shown, challenge) for _ in range(200)]]
            assert Counter(ends) == {"redeemed": 1, "PRESENTATION_REPLAYED": 199}


def test_of_many_who_settle_the_same_scan_exactly_one_is_answered(world: World) -> None:
    identifier = world.take()
    challenge = world.ask("face/post")
    text = world.wallet.present([identifier], ["face/post"], challenge).qr
    start = Barrier(20)

    def answer() -> str:
        scanned = world.service.scan(text, challenge)
        start.wait()
        return settled(scanned)[0].result

    with ThreadPoolExecutor(20) as pool:
        ends = Counter(each.result() for each in [pool.submit(answer) for _ in range(20)])
    assert ends == {"IN_FORCE": 1, "STALE_PRESENTATION": 19}


PROCESS = """
import sys
from concurrent.futures import ThreadPoolExecutor
from ledger.adapters.sqlite.redemptions import SqliteRedemptions
store = SqliteRedemptions(sys.argv[1])
print("ready", flush=True)
sys.stdin.read()
with ThreadPoolExecutor(25) as pool:
    for index in range(int(sys.argv[2])):
        challenge = index.to_bytes(16, "big")
        print(sum(pool.map(lambda _: store.redeem(challenge, 1), range(25))))
"""


def test_of_200_redemptions_in_eight_processes_exactly_one_wins(tmp_path: Path) -> None:
    rounds, path = 5, str(tmp_path / "redemptions.sqlite3")
    command = [sys.executable, "-c", PROCESS, path, str(rounds)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    running = [subprocess.Popen(command, text=True, **pipes) for _ in range(8)]  # type: ignore[call-overload]
    for each in running:
        assert each.stdout.readline() == "ready\n"
    for each in running:
        each.stdin.close()  # now all of them at once
    wins = []
    for each in running:
        wins.append([int(line) for line in each.stdout.read().split()])
        each.stdout.close()
        assert each.wait() == 0
    assert [sum(of_round) for of_round in zip(*wins, strict=True)] == [1] * rounds


def test_a_store_that_cannot_be_used_fails_closed(world: World) -> None:
    identifier = world.take()
    challenge = world.ask("face/post")
    shown = world.wallet.present([identifier], ["face/post"], challenge).presentation
    path = world.folder / "redemptions.sqlite3"
    path.write_bytes(b"this is no database " * 100)
    with pytest.raises(StoreOutageError) as caught:
        world.service.redeem(shown, challenge)
    assert caught.value.code == "REDEMPTIONS_OUTAGE"
    with pytest.raises(StoreOutageError):
        SqliteRedemptions(path / "below a file")


def test_what_was_shown_is_gone_after_redemption_and_after_expiry(world: World) -> None:
    identifier = world.take()
    first, second = (world.ask("face/post", api="http://127.0.0.1:9") for _ in range(2))
    shown = [
        world.wallet.present([identifier], ["face/post"], asked).presentation for asked in (first, second)
    ]
    for each in shown:
        world.service.keep(kept_text(each))
    world.service.redeem(shown[0], first)
    world.clock.seconds += 700
    world.ask("face/post")
    with pytest.raises(UnknownIdError, match="PRESENTATION_UNKNOWN"):
        world.service.kept(shown[1].id.hex())
    raw = b"".join(path.read_bytes() for path in world.folder.glob("redemptions.sqlite3*"))
    assert "项目负责人".encode() not in raw
    assert kept_text(shown[0])[40:80].encode() not in raw
    assert kept_text(shown[1])[40:80].encode() not in raw


# --- what may be left at the API --------------------------------------------------------------


def test_only_who_saw_the_challenge_can_leave_anything(world: World) -> None:
    identifier = world.take()
    challenge = world.ask("face/post")
    good = world.wallet.present([identifier], ["face/post"], challenge).presentation
    with pytest.raises(StalePresentationError, match="CHALLENGE_ALTERED"):
        world.service.keep(kept_text(world.sign_again(good, challenge_digest=bytes(32))))
    with pytest.raises(UnknownIdError, match="CHALLENGE_UNKNOWN"):
        world.service.keep(kept_text(world.sign_again(good, challenge_id=bytes(16))))
    with pytest.raises(MalformedError):
        world.service.keep("EL1:garbage")
    for made_at in range(NOW - 16, NOW):
        world.service.keep(kept_text(world.sign_again(good, made_at=made_at)))
    with pytest.raises(RuleError, match="PRESENTATIONS_FULL"):
        world.service.keep(kept_text(good))
    world.clock.seconds += 60
    with pytest.raises(StalePresentationError, match="CHALLENGE_EXPIRED"):
        world.service.keep(kept_text(good))


def test_an_unknown_id_is_unknown_whatever_it_looks_like(world: World) -> None:
    for name in ("", "00", "zz", "0x" + "00" * 32, "../../etc/passwd", "00" * 32):
        with pytest.raises(UnknownIdError, match="PRESENTATION_UNKNOWN"):
            world.service.kept(name)


# --- scan: what a verifier's desk answers -----------------------------------------------------


def scan(service: PresentService, *given: Any) -> Verdict:
    """The verdict on what was scanned, where one license was shown."""
    (verdict,) = settled(service.scan(*given))
    return verdict


def holder(verdict: Verdict) -> Check:
    return next(check for check in verdict.checks if check.step is Step.HOLDER)


def test_scan_makes_a_subject_and_the_second_scan_is_stale(world: World) -> None:
    identifier = world.take()
    challenge = world.ask("face/post", api="http://127.0.0.1:9")

    class Memory:
        def leave(self, api: str, text: str) -> None:
            world.service.keep(text)

    for desk in (None, Memory()):
        challenge = world.ask("face/post", api="http://127.0.0.1:9")
        text = world.wallet.present([identifier], ["face/post"], challenge, desk).qr
        assert world.service.challenge_of(text) == challenge
        first = scan(world.service, text, challenge)
        assert {check.code for check in first.checks} == {"OK", "NO_DATA_HANDED_OUT"}
        assert first.disclosed == {"face/post": "项目负责人"}
        second = scan(world.new_service(), text, challenge)
        assert (second.result, second.disclosed) == ("STALE_PRESENTATION", None)
        assert holder(second).evidence["reasons"] == ["PRESENTATION_REPLAYED"]


def test_scan_of_what_cannot_be_read_or_does_not_fit(world: World) -> None:
    identifier = world.take()
    challenge = world.ask("face/post")
    good = world.wallet.present([identifier], ["face/post"], challenge).presentation
    other = kept_text(world.sign_again(good, made_at=NOW - 1))
    assert scan(world.service, "EL1:00", challenge).result == "MALFORMED"
    assert scan(world.service, short_text(good.short()), challenge, lambda _: other).result == "TAMPERED"
    with pytest.raises(UnknownIdError, match="PRESENTATION_UNKNOWN"):
        scan(world.service, short_text(good.short()), challenge)
    world.clock.seconds += 61
    late = scan(world.service, short_text(good.short()), challenge)
    assert holder(late).evidence["reasons"] == ["CHALLENGE_EXPIRED"]
    with pytest.raises(UsageError, match="CHALLENGE_NEEDED"):
        world.service.challenge_of("EL1:00")


# --- over HTTP --------------------------------------------------------------------------------


@pytest.fixture
def api(world: World) -> Iterator[str]:
    """The verifier's API as far as presentations go, on a real socket."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self._answer(lambda: {"id": world.service.keep(body["presentation"]).id.hex()})

        def do_GET(self) -> None:
            name = self.path.rsplit("/", 1)[1]
            self._answer(lambda: {"presentation": world.service.kept(name)})

        def _answer(self, make: Any) -> None:
            try:
                status, answer = 200, make()
            except LedgerError as error:
                status, answer = error.http_status, error.as_json()
            data = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_short_code_goes_by_way_of_the_verifiers_api(world: World, api: str) -> None:
    identifier = world.take()
    challenge = world.ask("face/post", api=api)
    shown = world.wallet.present([identifier], ["face/post"], challenge, HttpDesk())
    assert (shown.mode, shown.size) == ("short", 111)
    desk = HttpDesk()
    first = scan(world.service, shown.qr, challenge, lambda name: desk.fetch(api, name))
    assert holder(first).code == "OK"
    again = scan(world.service, shown.qr, challenge, lambda name: desk.fetch(api, name))
    assert holder(again).evidence["reasons"] == ["PRESENTATION_REPLAYED"]


def test_an_api_that_does_not_answer_is_an_outage(world: World, api: str) -> None:
    identifier = world.take()
    for base in ("http://127.0.0.1:1", "ftp://127.0.0.1", "http://", "file:///etc/passwd"):
        challenge = world.ask("face/post", api=base)
        with pytest.raises(OutageError, match="PRESENTATION_API_OUTAGE"):
            world.wallet.present([identifier], ["face/post"], challenge, HttpDesk())
    with pytest.raises(UnknownIdError, match="PRESENTATION_UNKNOWN"):
        HttpDesk().fetch(api, "00" * 32)
    with pytest.raises(MalformedError, match="PRESENTATION_REFUSED"):
        HttpDesk().leave(api, "EL1:00")


def test_a_challenge_survives_a_restart_of_the_verifier(world: World) -> None:
    challenge = world.ask("face/post")
    assert world.new_service().find_challenge(challenge.id) == challenge
    with pytest.raises(UnknownIdError, match="CHALLENGE_UNKNOWN"):
        world.service.find_challenge(SystemEntropy().token(16))
    assert crypto.verifier().verify(challenge.public_key, challenge.message(), challenge.signature)


def test_a_short_code_scanned_again_is_stale_and_finds_its_challenge(world: World) -> None:
    """The clerk's machine sends the code alone; the second time it is told why, not asked for a challenge."""
    name = world.take()
    challenge = world.ask("metadata/certificateIdentifier", api="https://verifier.example")
    held = world.wallet.present([name], ["metadata/certificateIdentifier"], challenge).presentation
    world.service.keep(kept_text(held))
    code = short_text(held.short())
    outcomes = [holder(scan(world.service, code, world.service.challenge_of(code))).code for _ in range(3)]
    assert outcomes == ["OK", "STALE_PRESENTATION", "STALE_PRESENTATION"]
    assert world.store.presentation(held.id) is None, "what was shown is gone"
