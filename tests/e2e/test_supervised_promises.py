"""`supervise promises`: each promise kept, or a finding that says how late."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ledger import crypto
from ledger.adapters.rpc import Rpc
from ledger.bootstrap import Ledger
from ledger.domain.promise import Promise
from ledger.domain.sharing import UseKind
from ledger.domain.sharing_entities import Use
from ledger.domain.use_promise import UsePromise, use_promise
from ledger.ports import Signer
from tests.e2e.promised import given, home
from tests.live import ISSUER, RELYING, LiveLedger, live_ledger
from tests.sharing_made import drawn

__all__ = ["given", "home", "live_ledger"]

Json = dict[str, Any]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "held"
    made.mkdir()
    return made


def signed(promise: Promise, signer: Signer, **changes: Any) -> Promise:
    mine = replace(promise, public_key=signer.public_key, **changes)
    return mine.signed(signer.sign(mine.message()))


def supervised(live_ledger: LiveLedger, *paths: object, home: Path | None = None) -> tuple[int, Json]:
    return live_ledger.attempt("supervise", "promises", *map(str, paths), home=home)


def pass_time(live_ledger: LiveLedger, home: Ledger, until: int) -> None:
    with Rpc(live_ledger.rpc) as node:
        while home.reader.head().time <= until:
            node.call("evm_mine")


def test_a_home_finds_what_it_promised_and_kept_or_broke(
    live_ledger: LiveLedger, home: Ledger, given: Promise
) -> None:
    place = home.settings.home
    status, told = supervised(live_ledger, home=place)
    assert (status, told["counts"]["PENDING"], told["findings"]) == (0, 1, [])
    home.outbox().drain()
    status, told = supervised(live_ledger, home=place)
    assert (status, told["counts"]) == (0, {"KEPT": 1, "LATE": 0, "PENDING": 0, "NOT_RECORDED": 0})
    kept = home.queue.find(given.digest)
    assert kept is not None


def test_each_promise_in_a_folder_is_kept_or_a_finding_that_says_how_late(
    live_ledger: LiveLedger, home: Ledger, given: Promise, folder: Path
) -> None:
    relying = live_ledger.signer("relying")
    early = signed(given, relying, anchor_by=given.accepted_at + 1)
    never = signed(given, relying, digest=drawn(), anchor_by=given.accepted_at + 1)
    pass_time(live_ledger, home, given.accepted_at + 1)
    home.outbox().drain()
    forms = {
        "1-kept": given.as_json(),
        "2-late": {"licenseId": "0x00", "promise": early.as_json()},
        "3-never": never.as_json(),
        "4-forged": {**given.as_json(), "anchorBy": "2099-01-01T00:00:00Z"},
        "5-stranger": signed(given, crypto.signer(crypto.generate_key())).as_json(),
        "6-something-else": {"format": "elicense-label/1"},
    }
    for name, form in forms.items():
        (folder / f"{name}.json").write_text(json.dumps(form))
    (folder / "7-folder.json").mkdir()
    (folder / "8-gone.json").symlink_to(folder / "gone")
    os.mkfifo(folder / "9-pipe.json")
    status, told = supervised(live_ledger, folder)
    assert (status, told["code"]) == (1, "PROMISE_LATE"), told
    assert told["counts"] == {"KEPT": 1, "LATE": 1, "PENDING": 0, "NOT_RECORDED": 1}
    found = {Path(each["file"]).stem: each for each in told["findings"]}
    assert {name: each["code"] for name, each in found.items()} == {
        "2-late": "PROMISE_LATE",
        "3-never": "PROMISE_NOT_RECORDED",
        "4-forged": "PROMISE_SIGNATURE_BAD",
        "5-stranger": "PROMISE_KEY_UNKNOWN",
    }
    late = found["2-late"]
    assert (late["kind"], late["digest"], late["by"]) == ("MESSAGE", given.digest, RELYING)
    assert (late["secondsLate"] > 0, late["seq"]) == (True, home.reader.journal()[0])
    assert found["3-never"]["secondsLate"] > 0
    assert found["4-forged"]["secondsLate"] is None
    status, told = supervised(live_ledger, folder / "1-kept.json")
    assert (status, told["code"]) == (0, "OK")
    status, told = supervised(live_ledger, folder / "6-something-else.json")
    assert (status, told["code"]) == (2, "PROMISE_MALFORMED"), "what is named has to be one"


def test_a_promise_of_a_use_that_was_never_recorded_is_found(
    live_ledger: LiveLedger, home: Ledger, given: Promise, folder: Path
) -> None:
    issuer = live_ledger.signer("issuer")
    use = Use(drawn(), UseKind.DATA, 1, drawn(), drawn(), drawn())
    at = given.accepted_at
    made = UsePromise(
        ledger_id=given.ledger_id,
        use=use,
        accepted_at=at,
        anchor_by=at + 1,
        uscc=ISSUER,
        public_key=issuer.public_key,
    )
    made = made.signed(issuer.sign(made.message()))
    assert use_promise(made.as_json()) == made
    pass_time(live_ledger, home, at + 1)
    (folder / "promise.json").write_text(json.dumps(made.as_json()))
    status, told = supervised(live_ledger, folder)
    (found,) = told["findings"]
    assert (status, found["code"], found["kind"]) == (1, "PROMISE_NOT_RECORDED", "USE")
    assert found["digest"] == use.request_digest
    status, told = live_ledger.attempt("promise", "verify", str(folder / "promise.json"))
    assert (status, told["code"], told["outcome"]) == (1, "PROMISE_BROKEN", "NOT_RECORDED")


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("words", ["0x" + "00" * 32] * 6),
        ("words", []),
        ("provider", None),
        ("anchorBy", "2000-01-01T00:00:00Z"),
    ],
)
def test_what_is_no_promise_of_a_use_is_not_read_as_one(
    live_ledger: LiveLedger, given: Promise, folder: Path, member: str, value: object
) -> None:
    issuer = live_ledger.signer("issuer")
    use = Use(drawn(), UseKind.DATA, 1, drawn(), drawn(), drawn())
    made = UsePromise(
        ledger_id=given.ledger_id,
        use=use,
        accepted_at=given.accepted_at,
        anchor_by=given.anchor_by,
        uscc=ISSUER,
        public_key=issuer.public_key,
    )
    form = {**made.signed(issuer.sign(made.message())).as_json(), member: value}
    (folder / "promise.json").write_text(json.dumps(form))
    status, told = supervised(live_ledger, folder / "promise.json")
    assert (status, told["code"]) == (2, "PROMISE_MALFORMED")


def test_without_a_node_nothing_is_said_of_promises(
    live_ledger: LiveLedger, given: Promise, folder: Path, tmp_path: Path
) -> None:
    (folder / "promise.json").write_text(json.dumps(given.as_json()))
    status, told = supervised(live_ledger, folder, "--rpc", "http://127.0.0.1:9", home=tmp_path / "other")
    assert (status, told["error"]["family"]) == (3, "outage")
