"""`POST /v1/messages` is handed whatever a rightly signed request can carry: refused, never failed."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from api.main import ApiOptions, create_app
from ledger.domain.messages import MESSAGES, key_id
from tests.api.conftest import Department
from tests.live import ISSUER, RELYING, LiveLedger

Json = dict[str, Any]

ACTS = ["issue", "amend", "suspend", "resume", "annul", "withdraw", "revoke", "cancel", "void", "bind"]
ACTS += ["freeze", "represent", "represent-end", "transfer-out", "transfer-in", "transfer-cancel", "batch"]
WORDS = st.sampled_from(
    ["", "0x", "0x" + "00" * 32, "0x" + "ff" * 32, "INVESTIGATION", "2026-01-01", "change"]
)
HEX = st.integers(0, (1 << 256) - 1).map(lambda number: f"0x{number:064x}")
NUMBERS = st.one_of(st.integers(-1, 300), st.integers(0, 1 << 64), st.integers(0, 1 << 256))
PLAIN = st.one_of(st.none(), st.booleans(), NUMBERS, st.floats(), st.text(max_size=40), WORDS, HEX)
ANY = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
STRUCTS = ["Issue", "Amend", "Act", "Bind", "Freeze", "TransferOut", "Represent", "EndRepresentation"]
STRUCTS += ["IssueBatch", "RenewBatch"]
FEW = settings(max_examples=90, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def desk(live_ledger: LiveLedger, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Department]:
    """A service that promises; nobody waits at it."""
    options = ApiOptions({ISSUER: live_ledger.key("issuer")}, promise_key=live_ledger.key("relying"))
    app = create_app(live_ledger.ledger(tmp_path_factory.mktemp("fuzzed")), options)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield Department(client, ISSUER, live_ledger.signer("issuer"))


@pytest.fixture(scope="module")
def issued(desk: Department, live_ledger: LiveLedger) -> Json:
    answer = desk.post("/v1/licenses", live_ledger.input())
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def require_answer(answer: Any) -> None:
    """Done, or refused with a code: a 500 would be a bug, a 503 an outage that is none."""
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert answer.json()["code"] and answer.json()["detail"]


@FEW
@given(data=st.data())
def test_no_order_of_any_form_fails(
    desk: Department, issued: Json, live_ledger: LiveLedger, data: st.DataObject
) -> None:
    names = ["id", "input", "inputs", "kind", "ground", "effective", "reference", "region", "holderKey"]
    names += ["method", "assurance", "scope", "representativeKey", "representative", "since", "until"]
    members = data.draw(st.dictionaries(st.sampled_from(names), ANY, max_size=8))
    body: Json = {"act": data.draw(st.sampled_from(ACTS) | ANY), "keyId": data.draw(HEX), **members}
    if data.draw(st.booleans()):
        body["id"] = data.draw(st.sampled_from([issued["licenseId"], issued["identifier"]]))
    if data.draw(st.booleans()):
        body["input"] = changed(data, live_ledger.input())
    require_answer(desk.post("/v1/messages", body, Prefer="wait=0"))


def changed(data: st.DataObject, form: Json) -> Json:
    """A form with one of its members changed, or lost."""
    form = copy.deepcopy(form)
    place = data.draw(st.sampled_from([form, *(each for each in form.values() if isinstance(each, dict))]))
    name = data.draw(st.sampled_from(sorted(place)))
    if data.draw(st.booleans()):
        place[name] = data.draw(ANY)
    else:
        del place[name]
    return form


@FEW
@given(data=st.data())
def test_no_message_of_any_content_fails_though_it_is_rightly_signed(
    desk: Department, issued: Json, live_ledger: LiveLedger, data: st.DataObject
) -> None:
    struct = MESSAGES[data.draw(st.sampled_from(STRUCTS))]
    key = live_ledger.signer(data.draw(st.sampled_from(["issuer", "relying", "qingpu", "r31"])))
    ledger, identity = live_ledger.ledger(), key_id(key.public_key)
    about = st.sampled_from(
        [issued["licenseId"], *(issued["envelope"]["signed"][name] for name in ("issuer", "licenseType"))]
    )
    wanted = {
        name: data.draw(st.one_of(about, HEX) if kind == "bytes32" else numbers(int(kind[4:])))
        for name, kind in struct.fields[4:]
    }
    if "licenseId" in wanted:
        wanted["licenseId"] = data.draw(st.sampled_from([issued["licenseId"], wanted["licenseId"]]))
    prepared = ledger.messages.prepare(struct.name, data.draw(st.integers(0, 3)), wanted)
    body = {
        "signed": prepared.as_json(identity),
        "keyId": "0x" + identity.hex(),
        "signature": key.sign(prepared.message(identity)).hex(),
    }
    if data.draw(st.booleans()):
        body["leaves"] = data.draw(st.lists(HEX, max_size=4))
    sender = Department(desk.client, RELYING, live_ledger.signer("relying"))
    require_answer(data.draw(st.sampled_from([desk, sender])).post("/v1/messages", body, Prefer="wait=0"))


@pytest.mark.parametrize("name", STRUCTS)
def test_a_word_that_is_no_text_where_one_belongs_is_refused_with_a_code(
    desk: Department, live_ledger: LiveLedger, name: str
) -> None:
    struct, key = MESSAGES[name], live_ledger.signer("issuer")
    wanted: Json = {each: "0x" + "d1" * 32 if kind == "bytes32" else 1 for each, kind in struct.fields[4:]}
    prepared, identity = live_ledger.ledger().messages.prepare(name, 0, wanted), key_id(key.public_key)
    body = {
        "signed": prepared.as_json(identity),
        "keyId": "0x" + identity.hex(),
        "signature": key.sign(prepared.message(identity)).hex(),
    }
    answer = desk.post("/v1/messages", body, Prefer="wait=0")
    assert 400 <= answer.status_code < 500
    assert answer.json()["code"]


def numbers(bits: int) -> st.SearchStrategy[int]:
    return st.integers(0, min(12, (1 << bits) - 1)) | st.integers(0, (1 << bits) - 1)


@FEW
@given(signed=st.dictionaries(st.text(max_size=10), ANY, max_size=4) | ANY, rest=ANY)
def test_no_signed_message_of_any_form_fails(desk: Department, signed: Any, rest: Any) -> None:
    for body in ({"signed": signed, "keyId": rest, "signature": rest}, {"signed": signed}, signed):
        require_answer(desk.post("/v1/messages", body, Prefer="wait=0"))
