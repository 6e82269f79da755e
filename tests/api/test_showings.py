"""Sets, licenses of batches and attestations over HTTP, on a real chain, down to what a rebind changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ledger import crypto
from ledger.adapters.clock import SystemClock, SystemEntropy
from ledger.adapters.sm4 import Sm4Gcm
from ledger.bootstrap import Ledger
from ledger.domain.attestation import Attestation, Method
from ledger.domain.challenge import Challenge
from ledger.domain.holders import holder_binding
from ledger.domain.presentation_text import kept_text
from tests.api.conftest import Department
from tests.api.test_verification import Desk, outcome, verify
from tests.live import ISSUER, RELYING, LiveLedger
from wallet.attesting import attest
from wallet.held import read_license
from wallet.wallet import Device, Wallet

CATEGORY, NAME = "face/category", "holders/0/name"


@dataclass
class Holder:
    """A wallet with a license of its own and one of a batch, both bound, and the batch's other one."""

    wallet: Wallet
    ledger: Ledger
    live: LiveLedger
    single: str
    leaf: str
    other: Any

    def show(self, relying: Department, *ids: str, offline: bool = False) -> tuple[Any, Challenge]:
        asked = Challenge.from_json(ask(relying, CATEGORY, NAME))
        desk = None if offline else Desk(relying.client)
        return self.wallet.present(ids, [CATEGORY, NAME], asked, desk), asked


def keys_of(pair: Any, prefix: str = "holder") -> dict[str, str]:
    first, second = (key.hex() for key in pair)
    return {f"{prefix}Key": first, f"{prefix}EncryptionKey": second}


def new_wallet(folder: Path, name: str) -> Wallet:
    device = Device(crypto.signer, crypto.verifier(), Sm4Gcm(), SystemEntropy(), SystemClock())
    return Wallet.create(folder / f"{name}.vault", b"a passphrase of tests", device, cost=1 << 8)


@pytest.fixture(scope="module")
def holder(live_ledger: LiveLedger, tmp_path_factory: pytest.TempPathFactory) -> Holder:
    wallet = new_wallet(tmp_path_factory.mktemp("holder"), "wallet")
    ledger = live_ledger.ledger()

    def given() -> Any:
        return live_ledger.input(**keys_of(wallet.new_pair()))

    signer = live_ledger.signer("issuer")
    single = ledger.issuing().issue(given(), signer).envelope
    batch = ledger.batches().issue_batch([live_ledger.input(), given(), live_ledger.input()], signer)
    leaf = batch.licenses[1].envelope
    for envelope in (single, leaf):
        wallet.add(envelope.as_json())
    ids = [str(each.anchor["licenseId"]) for each in (single, leaf)]
    return Holder(wallet, ledger, live_ledger, *ids, batch.licenses[2].envelope.as_json())


def ask(relying: Department, *fields: str, **more: Any) -> Any:
    body = {"fields": list(fields), "purpose": "办理企业入住手续", "ttl": 300, **more}
    answer = relying.post("/v1/challenges", body)
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.mark.parametrize("offline", [False, True])
def test_a_license_of_a_batch_is_in_force_once(relying: Department, holder: Holder, offline: bool) -> None:
    shown, _ = holder.show(relying, holder.leaf, offline=offline)
    first = verify(relying, subject={"qr": shown.qr}, region="330421").json()
    assert (first["result"], outcome(first, "HOLDER")) == ("IN_FORCE", ("PASS", "OK"))
    assert outcome(first, "ANCHOR") == ("PASS", "OK")
    assert set(first["disclosed"]) == {CATEGORY, NAME}
    assert verify(relying, subject={"qr": shown.qr}).json()["result"] == "STALE_PRESENTATION"


def test_two_licenses_shown_together_are_two_verdicts_and_one_redemption(
    relying: Department, holder: Holder
) -> None:
    shown, asked = holder.show(relying, holder.single, holder.leaf)
    assert shown.size == 111
    answer = verify(relying, subject={"qr": shown.qr}, region="330421").json()
    assert set(answer) == {"results", "counts"}
    assert answer["counts"] == {"IN_FORCE": 2}
    assert [outcome(each, "HOLDER") for each in answer["results"]] == [("PASS", "OK")] * 2
    again = verify(relying, subject={"qr": shown.qr}, challenge=asked.as_json()).json()
    assert again["result"] == "STALE_PRESENTATION", "what was left is gone: one answer, about all of it"
    whole = relying.client.post("/v1/presentations", json={"presentation": kept_text(shown.presentation)})
    assert whole.status_code == 201
    replayed = verify(relying, subject={"qr": shown.qr}, challenge=asked.as_json()).json()
    assert replayed["counts"] == {"STALE_PRESENTATION": 2}


def test_an_office_vouches_over_http_for_whoever_is_asked_so(
    relying: Department, holder: Holder, live_ledger: LiveLedger
) -> None:
    ends = []
    for name, more in (
        ("relying", {}),
        ("issuer", {}),
        ("issuer", {"attested": True}),
        ("r33", {"attested": True}),
    ):
        form = ask(relying, CATEGORY, **more)
        assert form.get("attested") == more.get("attested")
        signer = live_ledger.signer(name)
        made = attest(
            [read_license(holder.other)],
            [CATEGORY],
            Challenge.from_json(form),
            Attestation(signer.public_key, Method.ID_CARD),
            signer,
            crypto.verifier(),
            int(SystemClock().now().timestamp()),
            Desk(relying.client),
        )
        verdict = verify(relying, subject={"qr": made.qr}).json()
        ends.append((verdict["result"], *outcome(verdict, "HOLDER")))
        if verdict["result"] == "IN_FORCE":
            evidence = verdict["checks"][7]["evidence"]
            assert (evidence["method"], evidence["officer"]) == ("id-card", None)
            assert (evidence["attestedBy"] == RELYING) == (name == "relying")
            assert verdict["flags"] == ["ORIGIN_NOT_SHOWN", "HOLDER_UNBOUND"]
    assert ends == [
        ("IN_FORCE", "PASS", "HOLDER_ATTESTED"),
        ("OUT_OF_SCOPE", "FAIL", "ATTESTATION_NOT_ALLOWED"),
        ("IN_FORCE", "PASS", "HOLDER_ATTESTED"),
        ("TAMPERED", "FAIL", "ATTESTER_UNKNOWN"),
    ]


def test_a_leaf_opened_by_a_rebind_is_shown_by_the_new_key_alone(relying: Department, holder: Holder) -> None:
    """The old phone is refused, and with it all that it shows beside."""
    signer, fresh = holder.live.signer("issuer"), holder.wallet.new_pair()
    holder.ledger.acting().bind(holder.leaf, holder_binding(*fresh), 1, 2, signer, ISSUER)
    shown, _ = holder.show(relying, holder.single, holder.leaf)
    answer = verify(relying, subject={"qr": shown.qr}).json()
    assert answer["counts"] == {"TAMPERED": 2}
    evidence = answer["results"][0]["checks"][7]["evidence"]
    assert (evidence["reasons"], evidence["licenseId"]) == (["HOLDER_KEY_MISMATCH"], holder.leaf)
    assert [each["disclosed"] for each in answer["results"]] == [None, None]
    alone, _ = holder.show(relying, holder.single)
    assert verify(relying, subject={"qr": alone.qr}).json()["result"] == "IN_FORCE"


def test_a_representative_is_told_over_http_by_title_scope_and_end(
    relying: Department, issuer: Department, live_ledger: LiveLedger, tmp_path: Path
) -> None:
    issued = live_ledger.ledger().issuing().issue(live_ledger.input(), live_ledger.signer("issuer")).envelope
    agent, license_id = new_wallet(tmp_path, "agent"), str(issued.anchor["licenseId"])
    _, pair = agent.new_pair(), agent.add_represented(issued.as_json())[1]

    def told() -> Any:
        asked = Challenge.from_json(ask(relying, CATEGORY))
        shown = agent.present([license_id], [CATEGORY], asked, Desk(relying.client))
        return verify(relying, subject={"qr": shown.qr}).json()

    assert told()["result"] == "OUT_OF_SCOPE"
    end = (datetime.now(UTC) + timedelta(days=30)).strftime("%Y-%m-%dT00:00:00Z")
    body = {"kind": "agent", "scope": ["present"], **keys_of(pair, "representative"), "until": end}
    made = issuer.post(f"/v1/licenses/{license_id}/represent", body)
    assert made.status_code == 200, made.text
    verdict = told()
    assert (verdict["result"], outcome(verdict, "HOLDER")) == ("IN_FORCE", ("PASS", "REPRESENTED"))
    evidence = verdict["checks"][7]["evidence"]
    assert (evidence["kind"], evidence["scope"], evidence["until"]) == ("AGENT", ["PRESENT"], end)
    assert evidence["record"] == made.json()["seq"]
    assert evidence["zh"] == f"由持证人的委托代理人出示。代理范围：亮证；至{end}止。"


def test_all_holders_show_together_over_http_by_a_short_code(
    relying: Department, live_ledger: LiveLedger, tmp_path: Path
) -> None:
    wallets = [new_wallet(tmp_path, name) for name in ("he", "she")]
    holders = {"holderKeys": [keys_of(wallet.new_pair()) for wallet in wallets], "holderRule": "ALL"}
    given = {**live_ledger.input(), **holders}
    issued = live_ledger.ledger().issuing().issue(given, live_ledger.signer("issuer")).envelope
    for wallet in wallets:
        wallet.add(issued.as_json())
    asked = Challenge.from_json(ask(relying, CATEGORY, ttl=300))
    draft = wallets[0].draft([str(issued.anchor["licenseId"])], [CATEGORY], asked)
    shown = wallets[1].cosign(draft).hand_over(Desk(relying.client))
    assert (shown.mode, shown.size) == ("short", 111)
    verdict = verify(relying, subject={"qr": shown.qr}).json()
    assert (verdict["result"], outcome(verdict, "HOLDER")) == ("IN_FORCE", ("PASS", "OK"))
    evidence = verdict["checks"][7]["evidence"]
    assert (evidence["holderRule"], evidence["holders"], evidence["signed"]) == ("ALL", 2, 2)
    assert verify(relying, subject={"qr": shown.qr}).json()["result"] == "STALE_PRESENTATION"


def test_too_much_is_refused_at_the_door(relying: Department) -> None:
    for text in ("EL1:" + "0" * 60_000, "EL1:" + "Z" * 30):
        answer = relying.client.post("/v1/presentations", json={"presentation": text})
        assert answer.status_code == 400, answer.text


def test_a_lost_device_is_refused_at_the_counter_until_the_license_is_bound_anew(
    relying: Department, issuer: Department, holder: Holder
) -> None:
    """The freeze is told as such, never as tampering."""
    own = holder.ledger.license_now(holder.single).holder_binding
    shown, _ = holder.show(relying, holder.single)
    assert issuer.post(f"/v1/licenses/{holder.single}/freeze", {}).status_code == 200
    refused = verify(relying, subject={"qr": shown.qr}).json()
    assert refused["result"] == "STALE_PRESENTATION"
    assert outcome(refused, "HOLDER") == ("FAIL", "HOLDER_FROZEN")
    assert outcome(refused, "STATUS") == ("PASS", "OK")
    assert refused["disclosed"] is None
    assert "HOLDER_FROZEN" in refused["flags"]
    signer = holder.live.signer("issuer")
    holder.ledger.acting().bind(holder.single, bytes.fromhex(own[2:]), 1, 3, signer, ISSUER)
    again = verify(relying, subject={"qr": shown.qr}).json()
    assert (again["result"], outcome(again, "HOLDER")) == ("IN_FORCE", ("PASS", "OK"))
