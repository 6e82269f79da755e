"""Documents over HTTP: handed out encrypted, erased with every answer that carried them."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from ledger.domain.messages import key_id
from tests.api.conftest import Department
from tests.erasing import SECRET_NAME, contents_of, found_in
from tests.live import ISSUER, LiveLedger

ERASED = {"identifier", "licenseId", "done", "ground", "at", "by", "keyId", "cids", "destroyed"} | {
    "retention",
    "order",
    "archives",
}
GROUND = {"ground": "CONSENT_WITHDRAWN"}


@pytest.fixture
def given(live_ledger: LiveLedger) -> dict[str, Any]:
    """An input whose holder has a name that no other license has."""
    made = live_ledger.input()
    made["holders"][0]["name"] = f"{SECRET_NAME}之{made['serial']}"
    made["metadata"].pop("certificateHolderName", None)
    return made


def issue(issuer: Department, given: dict[str, Any], **headers: str) -> dict[str, Any]:
    answer = issuer.post("/v1/licenses", given, **headers)
    assert answer.status_code == 201, answer.text
    issued: dict[str, Any] = answer.json()
    return issued


def test_a_sealed_document_is_opened_where_the_key_is(
    issuer: Department, relying: Department, live_ledger: LiveLedger, given: dict[str, Any], tmp_path: Path
) -> None:
    issued = issue(issuer, given)
    place = f"/v1/licenses/{issued['licenseId']}/document"
    refused = relying.get(place)
    assert (refused.status_code, refused.json()["code"]) == (403, "NOT_THE_ISSUER")
    answer = issuer.get(place)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert set(answer.json()) == {"licenseId", "cid", "sm3", "wraps", "sealed"}
    assert SECRET_NAME.encode() not in base64.b64decode(answer.json()["sealed"])

    sealed, out = tmp_path / "sealed.json", tmp_path / "one.elic.json"
    sealed.write_bytes(answer.content)
    options = ["--sealed", str(sealed), "--key", str(live_ledger.key("issuer-encryption")), "--out", str(out)]
    live_ledger.cli("license", "document", issued["licenseId"], *options)
    assert json.loads(out.read_bytes()) == issued["envelope"]

    blob = bytearray(base64.b64decode(answer.json()["sealed"]))
    blob[40] ^= 1
    sealed.write_text(json.dumps({**answer.json(), "sealed": base64.b64encode(blob).decode()}))
    out.unlink()
    with pytest.raises(AssertionError, match="CONTENT_ALTERED"):
        live_ledger.cli("license", "document", issued["licenseId"], *options)
    other = issue(issuer, live_ledger.input())
    sealed.write_text(json.dumps({**answer.json(), "licenseId": other["licenseId"]}))
    with pytest.raises(AssertionError, match="DOCUMENT_NOT_OF_RECORD"):
        live_ledger.cli("license", "document", other["licenseId"], *options)
    assert not out.exists()


def test_an_erased_document_is_gone_from_every_answer_that_was_kept(
    issuer: Department,
    relying: Department,
    live_ledger: LiveLedger,
    service_home: Path,
    given: dict[str, Any],
    tmp_path: Path,
) -> None:
    issued = issue(issuer, given, **{"Idempotency-Key": "to-be-erased"})
    spared = issue(issuer, live_ledger.input(), **{"Idempotency-Key": "spared"})
    place = f"/v1/licenses/{issued['licenseId']}"
    file, register = tmp_path / "one.elic.json", service_home / "issuers" / ISSUER / "register.jsonl"
    file.write_text(json.dumps(issued["envelope"]))
    contents = contents_of(file, register)
    assert "requests.sqlite3" in "".join(name for name, _ in found_in(service_home, contents))

    for department, body, code in (
        (relying, GROUND, (403, "NOT_THE_ISSUER")),
        (issuer, {"ground": "BORED"}, (400, "ERASURE_GROUND")),
        (issuer, {}, (400, "BAD_REQUEST")),
    ):
        refused = department.post(f"{place}/erase", body)
        assert (refused.status_code, refused.json()["code"]) == code
    dry = issuer.post(f"{place}/erase", {**GROUND, "dryRun": True})
    assert (dry.status_code, dry.json()["done"]) == (200, False)
    assert found_in(service_home, contents)

    done = issuer.post(f"{place}/erase", GROUND)
    assert (done.status_code, done.json()["done"]) == (200, True), done.text
    assert set(done.json()) == ERASED
    counted = {name: count for name, count in done.json()["destroyed"].items() if count}
    assert (
        counted
        == {"wraps": 1, "drafts": 1, "answers": 1, "documents": 1}
        == {name: count for name, count in dry.json()["destroyed"].items() if count}
    )
    assert found_in(service_home, contents) == set()
    assert issuer.post(f"{place}/erase", {"ground": "PURPOSE_ENDED"}).json() == done.json()

    for answer in (
        issuer.get(f"{place}/document"),
        issuer.post("/v1/licenses", given, **{"Idempotency-Key": "to-be-erased"}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (410, "DOCUMENT_ERASED")
        assert answer.headers["content-type"].startswith("application/problem+json")
    assert issuer.get(f"/v1/licenses/{spared['licenseId']}/document").status_code == 200
    assert issuer.post(f"{place}/revoke", {"ground": "PENALTY"}).json()["status"] == "REVOKED"
    verdict = live_ledger.cli("license", "show", issued["licenseId"])
    assert verdict["status"] == "REVOKED"


def test_what_waited_for_a_signature_made_elsewhere_is_erased_too(
    issuer: Department, live_ledger: LiveLedger, service_home: Path, given: dict[str, Any], tmp_path: Path
) -> None:
    signer, other = live_ledger.signer("issuer"), live_ledger.input()
    wanted = {"keyId": "0x" + key_id(signer.public_key).hex()}
    asked = {"act": "issue", "input": given, **wanted}
    batch = {"act": "batch", "inputs": [other, given], **wanted}
    assert issuer.post("/v1/messages", batch).status_code == 200
    assert issuer.post("/v1/messages", {**asked, "input": other}).status_code == 200
    prepared = issuer.post("/v1/messages", asked, **{"Idempotency-Key": "prepared"}).json()
    signature = signer.sign(bytes.fromhex(prepared["message"])).hex()
    signed = {"signed": prepared["signed"], "keyId": prepared["keyId"], "signature": signature}
    issued = issuer.post("/v1/messages", signed).json()
    file, register = tmp_path / "one.elic.json", service_home / "issuers" / ISSUER / "register.jsonl"
    file.write_text(json.dumps(issued["envelope"]))
    contents = contents_of(file, register)
    places = "".join(name for name, _ in found_in(service_home, contents))
    assert "prepared.sqlite3" in places
    assert "requests.sqlite3" in places
    assert "outbox.sqlite3" not in places

    done = issuer.post(f"/v1/licenses/{issued['licenseId']}/erase", GROUND)
    assert (done.status_code, done.json()["done"]) == (200, True), done.text
    counted = {name: count for name, count in done.json()["destroyed"].items() if count}
    assert counted == {"wraps": 1, "drafts": 1, "answers": 1, "prepared": 2, "documents": 1}
    assert found_in(service_home, contents) == set()
    for again in (asked, signed):
        answer = issuer.post("/v1/messages", again)
        assert (answer.status_code, answer.json()["code"]) == (410, "DOCUMENT_ERASED"), answer.text
    assert issuer.post("/v1/messages", batch).json()["code"] == "LICENSE_EXISTS"
    told = issuer.get(f"/v1/messages/{prepared['digest']}")
    assert (told.json()["state"], told.json()["answer"]["envelope"]) == ("ANCHORED", None)
    assert found_in(service_home, contents) == set()


def test_what_this_home_does_not_keep_is_not_erased_here(issuer: Department, live_ledger: LiveLedger) -> None:
    elsewhere = live_ledger.folder / "elsewhere.json"
    elsewhere.write_text(json.dumps(live_ledger.input()))
    key = str(live_ledger.key("issuer"))
    issued = live_ledger.cli("license", "issue", str(elsewhere), "--key", key, "--out", f"{elsewhere}.elic")
    answer = issuer.post(f"/v1/licenses/{issued['licenseId']}/erase", GROUND)
    assert (answer.status_code, answer.json()["code"]) == (404, "DOCUMENT_NOT_KEPT")
