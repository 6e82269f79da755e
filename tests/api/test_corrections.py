"""Corrections at a service: who must be told, and what is refused with a node and without one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.correction_schemas import CorrectionDetail, CorrectionList
from ledger.domain import objects
from ledger.domain.holder_proofs import proof_words
from ledger.ports import Signer
from tests.api.test_accepting import serving
from tests.api.test_sharing import Service
from tests.live import ISSUER, RELYING, LiveLedger
from tests.served import NODE_AWAY
from tests.sharing_made import NOTHING, Device, Json, Maker, bits, drawn, fresh_code, word


class Doubts:
    """Makes messages about corrections of one resource, rightly signed, whatever they say."""

    def __init__(self, maker: Maker, code: str) -> None:
        self.maker, self.code = maker, code

    @property
    def _about(self) -> Json:
        named = {"owner": word(ISSUER), "code": word(self.code)}
        return {"nonce": drawn(), **named, "fields": bits(1), "evidence": drawn()}

    def open(self, grant: str, by: Signer | None = None, **changes: Any) -> Json:
        members = {"by": word(RELYING), "grant": grant, "licenseId": NOTHING, **self._about, **changes}
        return self.maker.message("OpenCorrection", 0, members, [by or self.maker.grantee])

    def ask(self, license_id: str, device: Device, **more: Any) -> Json:
        members = {"licenseId": license_id, **self._about}
        words = proof_words(device.pair)
        return self.maker.message("AskCorrection", 0, members, [device.signing], words, **more)

    def attest(self, outcome: int = 2) -> Json:
        members = {"by": word(RELYING), "licenseId": NOTHING, **self._about, "outcome": outcome}
        return self.maker.message("Attest", 0, members, [self.maker.grantee])

    def answer(
        self, correction: str, *, rev: int = 1, by: Signer | None = None, upheld: bool = True, **changes: Any
    ) -> Json:
        reason = {"reason": 0 if upheld else 4, "reasonDigest": NOTHING}
        what = {"outcome": 1 if upheld else 2, "licenseId": NOTHING, "version": 2 * int(upheld)}
        members = {"correction": correction, **what, **reason, **changes}
        return self.maker.message("AnswerCorrection", rev, members, [by or self.maker.owner])

    def acknowledge(self, correction: str, body: str = RELYING) -> Json:
        members = {"correction": correction, "by": word(body)}
        return self.maker.message("AcknowledgeCorrection", 0, members, [self.maker.grantee])


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("corrections")


@pytest.fixture(scope="module")
def maker(live_ledger: LiveLedger) -> Maker:
    return Maker(live_ledger)


@pytest.fixture(scope="module")
def service(live_ledger: LiveLedger, home: Path, maker: Maker) -> Iterator[Service]:
    with serving(live_ledger, home) as department:
        yield Service(department, maker)


def listed(service: Service, query: str) -> Json:
    answer = service.department.get(f"/v1/corrections?{query}")
    assert answer.status_code == 200, answer.text
    CorrectionList.model_validate(answer.json())
    return dict(answer.json())


def used(service: Service, code: str, **terms: Any) -> str:
    grant = service.granted(code, **terms)
    service.done(service.maker.use(grant))
    return grant


def test_a_past_user_finds_the_notice_that_is_for_it(service: Service) -> None:
    code = service.resource()
    grant, doubts = used(service, code), Doubts(service.maker, code)
    opened = service.done(doubts.open(grant))["object"]
    query = f"for={RELYING}&resource={ISSUER}/{code}"
    (row,) = listed(service, query)["corrections"]
    assert (row["state"], row["roles"], row["notice"]) == ("OPEN", ["OPENER"], None)
    assert listed(service, f"for={ISSUER}&only=open&resource={ISSUER}/{code}")["total"] == 1

    service.done(service.maker.resource(code, rev=1))
    service.done(doubts.answer(opened))
    (row,) = listed(service, query)["corrections"]
    assert (row["state"], row["toTell"], row["acknowledged"]) == ("UPHELD", 1, 0)
    assert (row["notice"]["uses"], row["notice"]["grants"]) == (1, [grant])
    assert row["notice"]["acknowledgement"]["doneAt"] is None

    service.done(doubts.acknowledge(opened))
    answer = service.department.get(f"/v1/corrections/{opened}")
    CorrectionDetail.model_validate(answer.json())
    shown = answer.json()
    assert (shown["acknowledged"], shown["next"], shown["evidence"]["here"]) == (1, [], False)
    assert shown["users"][0]["acknowledgement"]["doneAt"]
    nothing = service.department.get(f"/v1/corrections/0x{'00' * 32}")
    assert (nothing.status_code, nothing.json()["code"]) == (404, "UNKNOWN_CORRECTION")
    assert service.department.client.get("/v1/corrections").status_code == 401


def test_what_is_wrong_is_refused_with_a_node_and_without_one(
    live_ledger: LiveLedger, maker: Maker, tmp_path: Path
) -> None:
    with serving(live_ledger, tmp_path) as department:
        service = Service(department, maker)
        wrong = attacks(service, live_ledger)
        before = live_ledger.ledger().reader.journal()[0]
        told = {name: service.tell(message)[1] for name, (message, _, _) in wrong.items()}
        assert told == {name: code for name, (_, code, _) in wrong.items()}
    with serving(live_ledger, tmp_path, NODE_AWAY) as department:
        told = {}
        for name, (message, _, _) in wrong.items():
            answer = department.post("/v1/sharing", message, Prefer="wait=0")
            told[name] = answer.json().get("code", answer.text)
        assert told == {name: code for name, (_, _, code) in wrong.items()}
    assert live_ledger.ledger().reader.journal()[0] == before


def attacks(service: Service, live_ledger: LiveLedger) -> dict[str, tuple[Json, str, str]]:
    """Messages that must not be recorded, and the codes by which a node, or none, refuses each."""
    maker, device, other = service.maker, Device.new(), Device.new()
    mine, hers = service.bound(live_ledger, device), service.bound(live_ledger, other)
    code = service.resource()
    unused, grant, doubts = service.granted(code), used(service, code), Doubts(maker, code)
    of_one = used(service, code, licenseId=mine)
    waiting, settled = (service.done(doubts.open(grant))["object"] for _ in range(2))
    upheld = service.done(doubts.attest())["object"]
    service.done(maker.resource(code, rev=1))
    service.done(doubts.answer(settled, upheld=False))
    service.done(doubts.answer(upheld))
    good = doubts.ask(mine, device)
    renamed = {**good, "signed": {**good["signed"], "licenseId": hers}}
    alone = "NOT_ACCEPTABLE"
    nothing = Doubts(maker, fresh_code())
    return {
        "nothing was used": (doubts.open(unused), "NOTHING_USED", alone),
        "by another body": (doubts.open(grant, by=maker.owner), "NOT_THE_BODY", alone),
        "of another license": (doubts.open(of_one, licenseId=hers), "NOTHING_USED", alone),
        "fields that were not granted": (doubts.open(grant, fields=bits(8)), "FIELDS_NOT_ALLOWED", alone),
        "by another holder": (doubts.ask(mine, other), "HOLDER_NOT_BOUND", alone),
        "a holder's of another license": (renamed, "SIGNATURE_REFUSED", "SIGNATURE_REFUSED"),
        "of an unknown resource": (nothing.ask(mine, device), "UNKNOWN_RESOURCE", alone),
        "answered by who used": (doubts.answer(waiting, by=maker.grantee), "NOT_THE_PROVIDER", alone),
        "answered twice": (doubts.answer(settled, rev=2), "CORRECTION_STATE", alone),
        "corrected by nothing": (doubts.answer(waiting, version=0), "CORRECTING", alone),
        "by a version to come": (doubts.answer(waiting, version=3), "CORRECTING", alone),
        "by a version that was there before": (doubts.answer(waiting, version=1), "CORRECTING", alone),
        "by a license of nowhere": (
            doubts.answer(waiting, version=0, licenseId=drawn()),
            "CORRECTING",
            alone,
        ),
        "rejected without a reason": (
            doubts.answer(waiting, upheld=False, reason=0),
            "REASON_MISSING",
            alone,
        ),
        "heard of before it is upheld": (doubts.acknowledge(waiting), "CORRECTION_STATE", alone),
        "heard of by another body": (doubts.acknowledge(upheld, ISSUER), "NOT_THE_BODY", alone),
    }


def test_a_holders_request_opens_one_correction_whoever_relays_it(
    service: Service, live_ledger: LiveLedger
) -> None:
    device = Device.new()
    license_id = service.bound(live_ledger, device)
    code = service.resource()
    asked = Doubts(service.maker, code).ask(license_id, device)
    first, again = service.done(asked), service.done(asked)
    assert (first["object"], first["seq"]) == (again["object"], again["seq"])
    nonce = bytes.fromhex(asked["signed"]["nonce"][2:])
    expected = objects.correction_object(bytes.fromhex(license_id[2:]), nonce)
    assert first["object"] == "0x" + expected.hex()
    (row,) = listed(service, f"license={license_id}")["corrections"]
    assert (row["openedBy"], row["licenseId"], row["fields"]) == ("HOLDER", license_id, ["#0"])
