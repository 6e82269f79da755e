"""Signed requests: what is let in, what is not and why; each counts once."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.main import ApiOptions, bare_app, create_app
from ledger import crypto
from ledger.adapters.sm2_keys import private_key_pem
from tests.api.conftest import Department
from tests.live import ISSUER, RELYING, LiveLedger

TARGET = "/v1/types"
PUBLIC = {
    ("post", "/v1/verify"),
    ("post", "/v1/presentations"),
    ("post", "/v1/holders/uses"),
    ("get", "/v1/presentations/{id}"),
    ("get", "/v1/challenges/{id}"),
    ("get", "/v1/editions"),
    ("post", "/v1/receipts/verify"),
    ("post", "/v1/items/{code}/materials"),
    ("get", "/healthz"),
    ("get", "/readyz"),
    ("get", "/metrics"),
}


def operations() -> Iterator[tuple[str, str]]:
    for path, methods in bare_app().openapi()["paths"].items():
        for method in methods:
            yield method, path


def code(answer: Any) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


def placed(path: str) -> str:
    """A path with something of the right form in each of its places."""
    words = {"code": "11100000000013338W011", "owner": ISSUER, "uscc": ISSUER, "table": "grant"}
    words |= {"giver": "310000", "taker": "330000"}
    ids = ["id", "digest", "correction", "grant", "hold", "object", "demand", "duty"]
    return path.format(**words, **dict.fromkeys(ids, "0x" + "ab" * 32))


@pytest.mark.parametrize(("method", "path"), sorted(set(operations()) - PUBLIC))
def test_default_deny(client: TestClient, method: str, path: str) -> None:
    answer = client.request(method, placed(path), json=None if method == "get" else {"any": 1})
    assert code(answer) == (401, "AUTH_MISSING")
    assert answer.headers["www-authenticate"] == "Elicense-SM2"


@pytest.mark.parametrize(("method", "path"), sorted(PUBLIC))
def test_the_public_operations_are_these(client: TestClient, method: str, path: str) -> None:
    assert (method, path) in set(operations())
    answer = client.request(method, placed(path), json=None if method == "get" else {})
    assert answer.status_code != 401


def test_a_signed_request_is_let_in(issuer: Department) -> None:
    assert issuer.get(TARGET).status_code == 200


@pytest.mark.parametrize(
    ("header", "value", "expected"),
    [
        ("Elicense-Org", "11340000MB0TE5T44D", "AUTH_ORGANISATION_UNKNOWN"),
        ("Elicense-Org", RELYING, "AUTH_KEY_UNKNOWN"),
        ("Elicense-Org", "../../etc/passwd", "AUTH_MALFORMED"),
        ("Elicense-Key", "0x" + "12" * 32, "AUTH_KEY_UNKNOWN"),
        ("Elicense-Key", "12" * 32, "AUTH_MALFORMED"),
        ("Elicense-Time", "2026-01-01T00:00:00Z", "AUTH_TIME"),
        ("Elicense-Time", "2026-13-01T00:00:00Z", "AUTH_MALFORMED"),
        ("Elicense-Time", "2026-01-01T00:00:00+08:00", "AUTH_MALFORMED"),
        ("Elicense-Nonce", "another-nonce-0001", "AUTH_SIGNATURE"),
        ("Elicense-Nonce", "short", "AUTH_MALFORMED"),
        ("Elicense-Signature", "00" * 64, "AUTH_SIGNATURE"),
        ("Elicense-Signature", "zz" * 64, "AUTH_MALFORMED"),
        ("Elicense-Signature", "", "AUTH_MALFORMED"),
    ],
)
def test_one_header_changed(issuer: Department, header: str, value: str, expected: str) -> None:
    headers = {**issuer.headers("GET", TARGET), header: value}
    assert code(issuer.client.get(TARGET, headers=headers)) == (401, expected)


@pytest.mark.parametrize(("seconds", "expected"), [(-280, None), (280, None), (-320, 401), (320, 401)])
def test_the_clock_may_differ_by_five_minutes(issuer: Department, seconds: int, expected: int | None) -> None:
    answer = issuer.client.get(TARGET, headers=issuer.headers("GET", TARGET, shift=seconds))
    assert answer.status_code == (expected or 200)


def test_the_signature_covers_method_path_query_and_body(issuer: Department) -> None:
    signed = issuer.headers("GET", TARGET)
    assert code(issuer.client.get(TARGET + "?a=1", headers=signed)) == (401, "AUTH_SIGNATURE")
    assert code(issuer.client.get("/v1/recognitions", headers=signed)) == (401, "AUTH_SIGNATURE")
    body = {"fields": ["face/name"], "purpose": "测试"}
    signed = issuer.headers("POST", "/v1/challenges", json.dumps(body).encode())
    other = {**body, "purpose": "别的目的"}
    assert code(issuer.client.post("/v1/challenges", json=other, headers=signed)) == (401, "AUTH_SIGNATURE")


def test_a_region_s_key_is_no_departments_key(client: TestClient, live_ledger: LiveLedger) -> None:
    governor = Department(client, ISSUER, live_ledger.signer("qingpu"))
    assert code(governor.get(TARGET)) == (401, "AUTH_KEY_UNKNOWN")


def test_an_encryption_key_signs_nothing(client: TestClient, live_ledger: LiveLedger) -> None:
    other = Department(client, ISSUER, live_ledger.signer("issuer-encryption"))
    assert code(other.get(TARGET)) == (401, "AUTH_KEY_UNKNOWN")


def test_a_nonce_counts_once_and_a_forged_request_does_not_burn_it(issuer: Department) -> None:
    signed = issuer.headers("GET", TARGET)
    forged = {**signed, "Elicense-Signature": "11" * 64}
    assert code(issuer.client.get(TARGET, headers=forged)) == (401, "AUTH_SIGNATURE")
    assert issuer.client.get(TARGET, headers=signed).status_code == 200
    assert code(issuer.client.get(TARGET, headers=signed)) == (401, "AUTH_REPLAYED")


def test_of_200_identical_requests_one_is_accepted(issuer: Department) -> None:
    signed = issuer.headers("GET", TARGET)
    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(lambda _: issuer.client.get(TARGET, headers=signed), range(200)))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 401: 199}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 401} == {"AUTH_REPLAYED"}


def test_nonces_survive_a_restart(live_ledger: LiveLedger, tmp_path: Path) -> None:
    signer = live_ledger.signer("issuer")
    codes = []
    headers: dict[str, str] = {}
    for _ in range(2):
        with TestClient(create_app(live_ledger.ledger(tmp_path))) as fresh:
            department = Department(fresh, ISSUER, signer)
            headers = headers or department.headers("GET", TARGET)
            codes.append(fresh.get(TARGET, headers=headers).status_code)
    assert codes == [200, 401]


def test_a_write_needs_the_key_that_the_service_holds(live_ledger: LiveLedger, tmp_path: Path) -> None:
    with TestClient(create_app(live_ledger.ledger(tmp_path))) as fresh:
        department = Department(fresh, ISSUER, live_ledger.signer("issuer"))
        answer = department.post("/v1/licenses", live_ledger.input())
        assert code(answer) == (403, "SIGNING_KEY_NOT_HELD")
        (tmp_path / "keys").mkdir()
        (tmp_path / "keys" / f"{ISSUER}.pem").write_bytes(live_ledger.key("issuer").read_bytes())
        assert department.post("/v1/licenses", live_ledger.input()).status_code == 201


def key_file(path: Path) -> Path:
    """A fresh key that no other test has."""
    private = crypto.generate_key()
    path.write_text(private_key_pem(private, crypto.signer(private).public_key))
    path.chmod(0o600)
    return path


def test_a_key_cut_off_or_ended_is_refused(live_ledger: LiveLedger, tmp_path: Path) -> None:
    """The office has a second key of its own, so that no other test loses its key."""
    uscc, file = RELYING, key_file(tmp_path / "second.pem")
    region = str(live_ledger.key("r33"))
    added = live_ledger.cli("org", "key", "add", uscc, "--key", str(file), "--by", region)
    with TestClient(create_app(live_ledger.ledger(tmp_path / "home"), ApiOptions())) as fresh:
        department = Department(fresh, uscc, crypto.load_signer(str(file)))
        assert department.get(TARGET).status_code == 200
        live_ledger.cli("org", "key", "cut-off", added["keyId"], "--since", "2020-01-01", "--by", region)
        assert code(department.get(TARGET)) == (403, "AUTH_KEY_CUT_OFF")


def test_the_key_that_a_thief_registered_with_a_stolen_one_falls_with_it(
    live_ledger: LiveLedger, tmp_path: Path
) -> None:
    stolen, thief = key_file(tmp_path / "stolen.pem"), key_file(tmp_path / "thief.pem")
    region = str(live_ledger.key("r33"))
    added = live_ledger.cli("org", "key", "add", RELYING, "--key", str(stolen), "--by", region)
    live_ledger.cli("org", "key", "rotate", added["keyId"], "--key", str(thief), "--by", str(stolen))
    with TestClient(create_app(live_ledger.ledger(tmp_path / "home"), ApiOptions())) as fresh:
        department = Department(fresh, RELYING, crypto.load_signer(str(thief)))
        assert department.get(TARGET).status_code == 200
        live_ledger.cli("org", "key", "cut-off", added["keyId"], "--since", "2020-01-01", "--by", region)
        assert code(department.get(TARGET)) == (403, "AUTH_KEY_CUT_OFF")
