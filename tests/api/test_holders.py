"""A holder asks a provider what was done with her data, and proves by her device that the license is hers."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from api.holder_schemas import HolderView
from ledger.domain.holder_proofs import proof_words
from ledger.domain.holder_request import HolderRequest, holder_request
from ledger.domain.named_use import NamedUse, named_use
from ledger.domain.presenters import AllHolders
from ledger.errors import LedgerError
from tests.api.test_accepting import serving
from tests.api.test_sharing import Service
from tests.live import ISSUER, RELYING, LiveLedger
from tests.sharing_made import Device, Json, Maker, drawn


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("holders")


@pytest.fixture(scope="module")
def service(live_ledger: LiveLedger, home: Path) -> Iterator[Service]:
    with serving(live_ledger, home) as department:
        yield Service(department, Maker(live_ledger))


@pytest.fixture
def device() -> Device:
    return Device.new()


@pytest.fixture
def held(service: Service, live_ledger: LiveLedger, device: Device) -> str:
    return service.bound(live_ledger, device)


def asking(live_ledger: LiveLedger, license_id: str, device: Device, **changes: Any) -> HolderRequest:
    given = {
        "ledger_id": live_ledger.ledger().trust.ledger_id,
        "license_id": license_id,
        "provider": ISSUER,
        "requested_at": int(time.time()),
        "nonce": secrets.token_hex(16),
        "words": proof_words(device.pair),
    }
    return HolderRequest(**{**given, **changes}).signed_by(device.signing)


def told(service: Service, request: HolderRequest) -> tuple[int, str]:
    answer = service.department.client.post("/v1/holders/uses", json=request.as_json())
    return answer.status_code, answer.json().get("code", "OK")


def seen(service: Service, request: HolderRequest) -> Json:
    answer = service.department.client.post("/v1/holders/uses", json=request.as_json())
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    HolderView.model_validate(answer.json())
    return dict(answer.json())


def test_a_holder_is_told_what_the_records_have_of_her_license_and_who_may_look_at_its_type(
    service: Service, live_ledger: LiveLedger, device: Device, held: str
) -> None:
    code = service.resource()
    whole, own = service.granted(code), service.granted(code, licenseId=held)
    for grant in (whole, own):
        service.done(service.maker.use(grant))
    view = seen(service, asking(live_ledger, held, device))
    assert [(each["event"], each["grant"]) for each in view["events"]] == [
        ("GRANT_REQUESTED", own),
        ("USED", own),
    ]
    assert [each["used"] for each in view["mayLook"] if each["grant"] == whole] == [1]
    assert (view["named"], view["unproved"]) == ([], [])


def test_who_does_not_prove_that_it_is_hers_is_told_nothing(
    service: Service, live_ledger: LiveLedger, device: Device, held: str
) -> None:
    stranger = Device.new()
    hers = service.bound(live_ledger, stranger)
    good = asking(live_ledger, held, device)
    forged = replace(asking(live_ledger, held, stranger), words=proof_words(device.pair))
    assert told(service, asking(live_ledger, held, stranger)) == (403, "HOLDER_NOT_BOUND")
    assert told(service, forged) == (401, "HOLDER_REQUEST_UNSIGNED")
    assert told(service, replace(good, license_id=hers)) == (401, "HOLDER_REQUEST_UNSIGNED")
    assert told(service, replace(good, provider=RELYING)) == (403, "PROVIDER_ELSEWHERE")
    assert told(service, asking(live_ledger, held, device, provider=RELYING)) == (403, "PROVIDER_ELSEWHERE")
    foreign = asking(live_ledger, held, device, ledger_id=drawn())
    assert told(service, foreign)[1] == "FILE_OF_ANOTHER_LEDGER"
    for seconds in (-400, 400):
        late = asking(live_ledger, held, device, requested_at=int(time.time()) + seconds)
        assert told(service, late) == (401, "AUTH_TIME")
    assert told(service, asking(live_ledger, drawn(), device)) == (404, "UNKNOWN_LICENSE")
    assert told(service, replace(good, signatures=())) == (400, "HOLDER_REQUEST_MALFORMED")
    assert told(service, replace(good, words=(b"\1" * 32,))) == (400, "HOLDER_REQUEST_MALFORMED")
    for nowhere in (b"\0" * 32, b"\xff" * 32):
        words = (bytes(31) + b"\1", *[nowhere] * 4)
        assert told(service, replace(good, words=words)) == (401, "HOLDER_REQUEST_UNSIGNED")
    assert told(service, good) == (200, "OK")
    assert told(service, good) == (401, "AUTH_REPLAYED")
    frozen = service.department.post(f"/v1/licenses/{held}/freeze", {}, Prefer="wait=60")
    assert frozen.status_code == 200, frozen.text
    assert told(service, asking(live_ledger, held, device)) == (403, "HOLDER_NOT_BOUND")


def test_a_request_of_several_holders_is_used_up_in_whatever_order_their_signatures_stand(
    service: Service, live_ledger: LiveLedger, device: Device
) -> None:
    both = (device, Device.new())
    held_by = {"holderKeys": [each.keys for each in both], "holderRule": "ALL"}
    issued = service.department.post("/v1/licenses", live_ledger.input(**held_by))
    words = proof_words(AllHolders(tuple(each.pair for each in both)))
    asked = asking(live_ledger, str(issued.json()["licenseId"]), device, words=words)
    asked = asked.signed_by(both[1].signing)
    assert told(service, asked) == (200, "OK")
    for signatures in (asked.signatures, asked.signatures[::-1], asked.signatures[1:]):
        assert told(service, replace(asked, signatures=signatures)) == (401, "AUTH_REPLAYED")


def test_a_request_and_a_named_use_read_back_as_they_were(live_ledger: LiveLedger, device: Device) -> None:
    request = asking(live_ledger, drawn(), device)
    assert holder_request(request.as_json()) == request
    for form in ({**request.as_json(), "nonce": "00"}, {**request.as_json(), "more": 1}):
        with pytest.raises(LedgerError, match="HOLDER_REQUEST_MALFORMED"):
            holder_request(form)
    refusal = NamedUse(drawn(), ISSUER, drawn()).as_json()
    for changes in ({"words": [drawn()]}, {"index": 0}, {"root": drawn()}, {"kind": "GUESS"}, {"owner": "x"}):
        with pytest.raises(LedgerError, match="NAMED_USE_MALFORMED"):
            named_use({**refusal, **changes})
    assert named_use(refusal).as_json() == refusal
