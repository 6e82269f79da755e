"""Idempotency keys: one write however often it is asked for, one answer."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from ledger.adapters.sqlite.requests import LEASE, SqliteRequests
from tests.api.conftest import Department
from tests.live import LiveLedger


def seq(live_ledger: LiveLedger) -> int:
    return live_ledger.ledger().reader.journal()[0]


def post(department: Department, target: str, body: Any, key: str) -> Any:
    return department.post(target, body, **{"Idempotency-Key": key})


def test_the_same_key_and_body_get_the_same_answer(issuer: Department, live_ledger: LiveLedger) -> None:
    given = live_ledger.input()
    first = post(issuer, "/v1/licenses", given, "once-1")
    before = seq(live_ledger)
    second = post(issuer, "/v1/licenses", given, "once-1")
    assert (second.status_code, second.content) == (201, first.content)
    assert second.headers["idempotency-replayed"] == "true"
    assert seq(live_ledger) == before


def test_another_body_or_address_under_the_key_is_refused(
    issuer: Department, live_ledger: LiveLedger
) -> None:
    id_ = post(issuer, "/v1/licenses", live_ledger.input(), "once-2").json()["licenseId"]
    before = seq(live_ledger)
    for target, body in (
        ("/v1/licenses", live_ledger.input()),
        (f"/v1/licenses/{id_}/revoke", {"ground": "PENALTY"}),
    ):
        answer = post(issuer, target, body, "once-2")
        assert (answer.status_code, answer.json()["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert seq(live_ledger) == before


def test_keys_of_two_departments_do_not_meet(issuer: Department, relying: Department) -> None:
    body = {"fields": ["face/name"], "purpose": "测试"}
    answers = [post(each, "/v1/challenges", body, "shared").json() for each in (issuer, relying)]
    assert answers[0]["verifier"]["uscc"] != answers[1]["verifier"]["uscc"]


def test_fifty_at_once_write_once(issuer: Department, live_ledger: LiveLedger) -> None:
    given = live_ledger.input()
    before = seq(live_ledger)
    with ThreadPoolExecutor(25) as pool:
        answers = list(pool.map(lambda _: post(issuer, "/v1/licenses", given, "once-50"), range(50)))
    assert {(answer.status_code, answer.content) for answer in answers} == {(201, answers[0].content)}
    assert seq(live_ledger) == before + 1


def test_two_departments_machines_at_once_write_once(issuer: Department, live_ledger: LiveLedger) -> None:
    """Without a key the second of two equal inputs is told that the license exists; nothing is lost."""
    given = live_ledger.input()
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: issuer.post("/v1/licenses", given), range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert {each.json()["code"] for each in answers if each.status_code == 409} == {"LICENSE_EXISTS"}


def test_a_refusal_is_kept_too(issuer: Department, live_ledger: LiveLedger) -> None:
    id_ = issuer.post("/v1/licenses", live_ledger.input()).json()["licenseId"]
    target, body = f"/v1/licenses/{id_}/resume", {"ground": "CONDITIONS_MET_AGAIN"}
    first = post(issuer, target, body, "once-refused")
    assert first.status_code == 409
    issuer.post(f"/v1/licenses/{id_}/suspend", {"ground": "INVESTIGATION"})
    second = post(issuer, target, body, "once-refused")
    assert (second.status_code, second.content) == (409, first.content)
    assert second.headers["content-type"] == "application/problem+json"


def test_a_key_out_of_form_is_refused(issuer: Department, live_ledger: LiveLedger) -> None:
    for key in ("", "a b", "x" * 129):
        answer = post(issuer, "/v1/licenses", live_ledger.input(), key)
        assert (answer.status_code, answer.json()["code"]) == (400, "IDEMPOTENCY_KEY_FORM")


def test_a_claim_of_a_process_that_died_passes_on(tmp_path: Path) -> None:
    store = SqliteRequests(tmp_path / "requests.sqlite3")
    assert store.begin("a", "key", b"r", 1_000) is None
    kept = store.begin("a", "key", b"r", 1_000 + LEASE)
    assert kept is not None
    assert kept.status == 0
    assert store.begin("a", "key", b"r", 1_001 + LEASE) is None
    store.finish("a", "key", 201, b"{}")
    store.release("a", "key")
    done = store.begin("a", "key", b"r", 1_002 + LEASE)
    assert done is not None
    assert (done.status, done.body) == (201, b"{}")


def test_the_store_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "requests.sqlite3"
    SqliteRequests(path).claim_nonce("0x00", json.dumps("n"), 0, 1)
    assert path.stat().st_mode & 0o077 == 0
