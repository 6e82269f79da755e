"""`promise verify`: every outcome, and every promise that is none."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ledger import crypto
from ledger.adapters.rpc import Rpc
from ledger.adapters.sqlite.queue import SqliteQueue
from ledger.bootstrap import Ledger
from ledger.domain.moments import parse_moment, rfc3339
from ledger.domain.promise import Promise
from ledger.ports import Signer
from ledger.ports.queue import MessageState
from ledger.service.accept import Desk
from tests.e2e.promised import given, home
from tests.live import ISSUER, RELYING, LiveLedger, live_ledger

__all__ = ["given", "home", "live_ledger"]

Json = dict[str, Any]


def signed(promise: Promise, signer: Signer) -> Promise:
    """The same words by a key: what its body can say at any time, true or not."""
    mine = replace(promise, public_key=signer.public_key)
    return mine.signed(signer.sign(mine.message()))


def verify(live_ledger: LiveLedger, folder: Path, promise: Promise | Json) -> tuple[int, Json]:
    form = promise.as_json() if isinstance(promise, Promise) else promise
    file = folder / "promise.json"
    file.write_text(json.dumps(form))
    return live_ledger.attempt("promise", "verify", str(file))


def test_with_time_left_it_is_pending_and_recorded_in_time_it_is_kept(
    live_ledger: LiveLedger, home: Ledger, given: Promise, tmp_path: Path
) -> None:
    status, told = verify(live_ledger, tmp_path, given)
    assert (status, told["valid"], told["outcome"], told["seq"]) == (0, True, "PENDING", None)
    assert parse_moment(told["asOf"]) <= given.anchor_by
    home.outbox().drain()
    status, told = verify(live_ledger, tmp_path, given)
    assert (status, told["outcome"], told["relay"]["uscc"]) == (0, "KEPT", RELYING)
    assert parse_moment(told["recordedAt"]) <= given.anchor_by
    assert told["seq"] == home.reader.journal()[0]


def test_recorded_too_late_it_is_broken_and_so_it_is_when_nothing_was_recorded(
    live_ledger: LiveLedger, home: Ledger, given: Promise, tmp_path: Path
) -> None:
    before = given.accepted_at
    early = signed(replace(given, anchor_by=before + 1), live_ledger.signer("relying"))
    with Rpc(live_ledger.rpc) as node:
        while home.reader.head().time <= before + 1:
            node.call("evm_mine")
    status, told = verify(live_ledger, tmp_path, early)
    assert (status, told["code"], told["outcome"], told["seq"]) == (1, "PROMISE_BROKEN", "NOT_RECORDED", None)
    home.outbox().drain()
    status, told = verify(live_ledger, tmp_path, early)
    assert (status, told["code"], told["outcome"]) == (1, "PROMISE_BROKEN", "LATE")
    assert told["recordedAt"] > rfc3339(early.anchor_by)
    assert told["error"]["remedy"]["zh"] and told["error"]["remedy"]["en"]


class Later:
    """A clock some seconds ahead."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.seconds)


def test_the_queue_counts_promises_whose_time_is_over_without_a_record_in_it(
    live_ledger: LiveLedger, home: Ledger, given: Promise
) -> None:
    silent = Desk(home.accepting(), lambda queued: queued)
    home.issuing(silent).issue(live_ledger.input(), live_ledger.signer("issuer"))
    later = SqliteQueue(home.settings.home / "outbox.sqlite3", home.trust.domain, Later(61))
    assert (home.queue.state().broken, later.state().broken) == (0, 1), "the other was not promised"
    home.outbox().drain()
    assert later.state().broken == 0, "recorded in time, whenever that is asked"
    kept = home.queue.find(given.digest)
    assert kept is not None
    assert kept.record is not None
    late = replace(kept, record=replace(kept.record, time=given.anchor_by + 1))
    home.queue.change([late], MessageState.ANCHORED)
    assert (home.queue.state().broken, later.state().broken) == (1, 1)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("acceptedAt", "2026-01-01T00:00:00Z"),
        ("anchorBy", "2099-01-01T00:00:00Z"),
        ("message", "0x" + "ab" * 32),
        ("signature", "11" * 64),
    ],
)
def test_a_forged_promise_does_not_hold(
    live_ledger: LiveLedger, given: Promise, tmp_path: Path, member: str, value: str
) -> None:
    status, told = verify(live_ledger, tmp_path, {**given.as_json(), member: value})
    assert (status, told["code"]) == (1, "PROMISE_SIGNATURE_BAD")
    assert "outcome" not in told


def test_a_promise_for_another_ledger_is_none_for_this_one(
    live_ledger: LiveLedger, given: Promise, tmp_path: Path
) -> None:
    other = signed(replace(given, ledger_id="0x" + "cd" * 32), live_ledger.signer("relying"))
    status, told = verify(live_ledger, tmp_path, other)
    assert (status, told["code"]) == (3, "WRONG_LEDGER")


def test_a_key_that_is_not_registered_for_the_body_promises_nothing(
    live_ledger: LiveLedger, given: Promise, tmp_path: Path
) -> None:
    unknown = crypto.signer(crypto.generate_key())
    for signer, uscc in (
        (unknown, RELYING),
        (live_ledger.signer("relying"), ISSUER),
        (live_ledger.signer("jiashan"), RELYING),
    ):
        promise = signed(replace(given, uscc=uscc), signer)
        status, told = verify(live_ledger, tmp_path, promise)
        assert (status, told["code"]) == (1, "PROMISE_KEY_UNKNOWN")


def test_without_a_node_it_could_not_be_checked(
    live_ledger: LiveLedger, given: Promise, tmp_path: Path
) -> None:
    file = tmp_path / "promise.json"
    file.write_text(json.dumps(given.as_json()))
    away = ("--rpc", "http://127.0.0.1:9")
    status, told = live_ledger.attempt("promise", "verify", str(file), *away, home=tmp_path / "other")
    assert (status, told["error"]["family"]) == (75, "outage")
