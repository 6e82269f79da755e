"""Verifying over HTTP, by file and by QR; what checking leaves behind."""

from __future__ import annotations

import hashlib
import json
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.main import create_app
from ledger import crypto
from ledger.adapters.clock import SystemClock, SystemEntropy
from ledger.adapters.presentation_desk import HttpDesk
from ledger.adapters.rpc import Rpc
from ledger.adapters.sm4 import Sm4Gcm
from ledger.domain.challenge import Challenge
from ledger.domain.license_types import example_input
from tests.api.conftest import Department
from tests.live import LiveLedger
from tests.wallet.world import issue as forge
from tests.wallet.world import new_signer
from wallet.wallet import Device, Wallet

READS = {
    "eth_blockNumber", "eth_call", "eth_chainId", "eth_getBlockByHash", "eth_getBlockByNumber", "eth_getCode",
    "eth_getLogs", "eth_getProof", "eth_getStorageAt",
}  # fmt: skip


class Desk:
    """Leaves presentations by the same bodies as `HttpDesk`, at the app in this process."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def leave(self, api: str, text: str) -> None:
        answer = self.client.post("/v1/presentations", json={"presentation": text})
        assert answer.status_code == 201, answer.text


@pytest.fixture
def held(issuer: Department, live_ledger: LiveLedger, tmp_path: Path) -> tuple[Wallet, Any]:
    """A wallet with one bound license."""
    device = Device(crypto.signer, crypto.verifier(), Sm4Gcm(), SystemEntropy(), SystemClock())
    wallet = Wallet.create(tmp_path / "wallet.vault", b"a passphrase of tests", device, cost=1 << 8)
    pair = wallet.new_pair()
    given = live_ledger.input(
        holderKey=pair.holder_key.hex(), holderEncryptionKey=pair.holder_encryption_key.hex()
    )
    issued = issuer.post("/v1/licenses", given).json()
    wallet.add(issued["envelope"])
    return wallet, issued


def ask(relying: Department, *fields: str) -> Any:
    body = {"fields": list(fields), "purpose": "办理企业入住手续", "ttl": 300}
    answer = relying.post("/v1/challenges", body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_license_until_the_last_day_there_is_verifies(
    issuer: Department, client: TestClient, live_ledger: LiveLedger
) -> None:
    given = live_ledger.input()
    given["metadata"]["certificateExpiringDate"] = "9999-12-31"
    issued = issuer.post("/v1/licenses", given)
    assert issued.status_code == 201, issued.text
    verdict = client.post("/v1/verify", json={"subject": issued.json()["envelope"]})
    assert (verdict.status_code, verdict.json()["result"]) == (200, "IN_FORCE")


def verify(department: Department, **body: Any) -> Any:
    return department.client.post("/v1/verify", json=body)


def outcome(verdict: Any, name: str) -> tuple[str, str]:
    (check,) = [each for each in verdict["checks"] if each["name"] == name]
    return check["outcome"], check["code"]


def test_a_file_is_verified_without_a_signature(issuer: Department, live_ledger: LiveLedger) -> None:
    issued = issuer.post("/v1/licenses", live_ledger.regional_input()).json()
    answer = verify(issuer, subject=issued["envelope"], region="330421")
    assert (answer.status_code, answer.json()["result"]) == (200, "IN_FORCE")
    assert answer.json()["agreement"]["basis"] == "AGREEMENT"
    elsewhere = verify(issuer, subject=issued["envelope"], region="320000").json()
    assert elsewhere["result"] == "NOT_RECOGNIZED_HERE"


def test_a_tampered_and_a_revoked_license_are_verdicts_not_errors(
    issuer: Department, live_ledger: LiveLedger
) -> None:
    issued = issuer.post("/v1/licenses", live_ledger.input()).json()
    tampered = json.loads(json.dumps(issued["envelope"]))
    tampered["license"]["face"]["category"] = "C"
    answer = verify(issuer, subject=tampered)
    assert (answer.status_code, answer.json()["result"]) == (200, "TAMPERED")
    issuer.post(f"/v1/licenses/{issued['licenseId']}/revoke", {"ground": "PENALTY"})
    assert verify(issuer, subject=issued["envelope"]).json()["result"] == "REVOKED"
    assert verify(issuer, subject={"format": "elicense/1"}).json()["result"] == "MALFORMED"


def test_the_api_and_the_command_line_say_the_same(
    issuer: Department, live_ledger: LiveLedger, tmp_path: Path
) -> None:
    issued = issuer.post("/v1/licenses", live_ledger.input()).json()
    file = tmp_path / "one.elic.json"
    file.write_text(json.dumps(issued["envelope"]))
    asked = {"region": "330421", "at": "2026-05-01"}
    answer = verify(issuer, subject=issued["envelope"], **asked).json()
    told = live_ledger.cli("verify", str(file), "--region", asked["region"], "--at", asked["at"])
    moving = ("ageSeconds", "knownAt", "checks", "ok", "code")
    assert {k: v for k, v in answer.items() if k not in moving} == {
        k: v for k, v in told.items() if k not in moving
    }
    names = ("name", "outcome", "code", "message")
    assert [[each[n] for n in names] for each in answer["checks"]] == [
        [each[n] for n in names] for each in told["checks"]
    ]


def test_a_level_that_cannot_be_reached_is_no_answer(issuer: Department, live_ledger: LiveLedger) -> None:
    issued = issuer.post("/v1/licenses", live_ledger.input()).json()
    verdict = verify(issuer, subject=issued["envelope"], trust="state").json()
    assert (verdict["result"], verdict["trust"]) == ("COULD_NOT_CHECK", "rpc")
    shown = issuer.get(f"/v1/licenses/{issued['licenseId']}").json()
    pinned = verify(issuer, subject=issued["envelope"], trust="state", head=shown["head"]["hash"]).json()
    assert (pinned["result"], pinned["trust"]) == ("IN_FORCE", "state")


def test_a_short_presentation_is_left_read_and_redeemed_once(
    relying: Department, held: tuple[Wallet, Any]
) -> None:
    wallet, issued = held
    challenge = ask(relying, "face/category", "holders/0/name")
    assert relying.client.get(f"/v1/challenges/{challenge['id']}").json() == challenge
    fields = ["face/category", "holders/0/name"]
    question = Challenge.from_json(challenge)
    shown = wallet.present([issued["identifier"]], fields, question, Desk(relying.client))
    assert (shown.mode, shown.size <= 160) == ("short", True)
    kept = relying.client.get(f"/v1/presentations/{shown.presentation.id.hex()}")
    assert kept.headers["cache-control"] == "no-store"
    first = verify(relying, subject={"qr": shown.qr}, region="330421").json()
    assert (first["result"], outcome(first, "HOLDER")) == ("IN_FORCE", ("PASS", "OK"))
    assert set(first["disclosed"]) == set(fields)
    second = verify(relying, subject={"qr": shown.qr}, challenge=challenge).json()
    assert second["result"] == "STALE_PRESENTATION"
    assert relying.client.get(f"/v1/presentations/{shown.presentation.id.hex()}").status_code == 404


def test_a_bystander_cannot_use_a_challenge_up(
    relying: Department, held: tuple[Wallet, Any], tmp_path: Path
) -> None:
    """He has seen the question, and shows a license that he signed himself."""
    wallet, issued = held
    question = Challenge.from_json(ask(relying, "metadata/certificateName"))
    device = Device(crypto.signer, crypto.verifier(), Sm4Gcm(), SystemEntropy(), SystemClock())
    bystander = Wallet.create(tmp_path / "bystander.vault", b"a passphrase of tests", device, cost=1 << 8)
    forged, _ = bystander.add(forge(example_input("safety_certificate"), new_signer(), bystander.new_pair()))
    fields = ["metadata/certificateName"]
    made_up = bystander.present([forged.identifier], fields, question, None)
    refused = verify(relying, subject={"qr": made_up.qr}).json()
    assert refused["result"] not in ("IN_FORCE", "STALE_PRESENTATION")
    shown = wallet.present([issued["licenseId"]], fields, question, None)
    assert verify(relying, subject={"qr": shown.qr}).json()["result"] == "IN_FORCE"
    assert verify(relying, subject={"qr": shown.qr}).json()["result"] == "STALE_PRESENTATION"


def test_an_offline_presentation_carries_everything(relying: Department, held: tuple[Wallet, Any]) -> None:
    wallet, issued = held
    question = Challenge.from_json(ask(relying, "face/category"))
    shown = wallet.present([issued["identifier"]], ["face/category"], question, None)
    assert verify(relying, subject={"qr": shown.qr}).json()["result"] == "IN_FORCE"


def test_a_presentation_to_nobodys_challenge_is_refused(relying: Department) -> None:
    answer = verify(relying, subject={"qr": "EL1:NONSENSE"})
    assert (answer.status_code, answer.json()["code"]) == (400, "CHALLENGE_NEEDED")
    unknown = relying.client.get("/v1/challenges/" + "00" * 16)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "CHALLENGE_UNKNOWN")


def test_checking_leaves_no_trace(
    issuer: Department,
    live_ledger: LiveLedger,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    """Only reads of the chain: no file changes, nobody else is called, no log names the license."""
    issued = issuer.post("/v1/licenses", live_ledger.input()).json()
    checker = TestClient(create_app(live_ledger.ledger(tmp_path)))
    body = {"subject": issued["envelope"], "region": "330421"}
    asked: list[tuple[str, str]] = []
    ask_node = Rpc._ask

    ours = ContextVar("ours", default=False)

    def watched(self: Rpc, url: str, body: Any, method: str) -> Any:
        if ours.get():  # services of other tests may still ask their own nodes in threads of theirs
            asked.extend((url, each["method"]) for each in (body if isinstance(body, list) else [body]))
        return ask_node(self, url, body, method)

    monkeypatch.setattr(Rpc, "_ask", watched)
    monkeypatch.setattr(HttpDesk, "_ask", None)
    ours.set(True)
    before = snapshot(tmp_path)
    seq = live_ledger.ledger().reader.journal()
    asked.clear()
    capfd.readouterr()
    assert checker.post("/v1/verify", json=body).json()["result"] == "IN_FORCE"
    logged = capfd.readouterr().err
    assert {url for url, _ in asked} == {live_ledger.rpc}
    assert {method for _, method in asked} <= READS
    assert snapshot(tmp_path) == before
    assert live_ledger.ledger().reader.journal() == seq
    (line,) = logged.splitlines()
    assert set(json.loads(line)) == {
        "method", "route", "status", "ms", "request", "event", "level", "timestamp",
    }  # fmt: skip
    for secret in (issued["identifier"], issued["licenseId"][2:], "示例持证人甲"):
        assert secret not in logged


def snapshot(folder: Path) -> dict[str, str]:
    files = sorted(each for each in folder.rglob("*") if each.is_file())
    return {str(each): hashlib.sha256(each.read_bytes()).hexdigest() for each in files}
