"""Writes are accepted, promised, then recorded: what callers get before, meanwhile and after."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.main import ApiOptions, create_app
from api.outbox import WAITING_EACH
from ledger import crypto
from ledger.adapters.rpc import Rpc
from ledger.domain.acts import Act, Ground
from ledger.domain.holders import holder_binding
from ledger.domain.messages import DEFAULT_LIFETIME, MESSAGES, key_id, message_digest
from ledger.domain.objects import ascii32, license_id
from ledger.domain.promise import Promise
from ledger.ports.queue import MessageState
from ledger.service.accept import Desk
from tests.api.conftest import Department
from tests.live import ISSUER, RELYING, LiveLedger
from tests.lying_proxy import LyingProxy
from tests.served import NODE_AWAY

Json = dict[str, Any]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a service that promises."""
    return tmp_path_factory.mktemp("promising")


class Shifted:
    """A clock some seconds ahead of the machine's, or behind it."""

    def __init__(self, seconds: int = 0) -> None:
        self.seconds = seconds

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.seconds)


@contextmanager
def serving(
    live_ledger: LiveLedger,
    home: Path,
    rpc: str | None = None,
    clock: Shifted | None = None,
    key: Path | None = None,
    **more: Any,
) -> Iterator[Department]:
    """A service with the issuer's key, or a second one; its promises the relying body's key signs."""
    held = {ISSUER: key or live_ledger.key("issuer")}
    options = ApiOptions(held, promise_key=live_ledger.key("relying"), **more)
    ledger = live_ledger.ledger(home, rpc)
    ledger.clock = clock or ledger.clock
    app = create_app(ledger, options)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield Department(client, ISSUER, live_ledger.signer("issuer"))


@pytest.fixture(scope="module")
def service(live_ledger: LiveLedger, home: Path) -> Iterator[Department]:
    with serving(live_ledger, home) as department:
        yield department


@pytest.fixture
def stopped(live_ledger: LiveLedger) -> Iterator[Rpc]:
    """The chain makes no blocks until told to."""
    with Rpc(live_ledger.rpc) as rpc:
        rpc.call("evm_setAutomine", False)
        rpc.call("evm_setIntervalMining", 0)
        yield rpc
        resume(rpc)


def resume(rpc: Rpc) -> None:
    rpc.call("evm_mine")
    rpc.call("evm_setAutomine", True)
    rpc.call("evm_setIntervalMining", 1000)


def checked(promise: Json, live_ledger: LiveLedger) -> Promise:
    """A promise that the relay's body signed for this ledger."""
    found = Promise.from_json(promise)
    found.check(crypto.verifier(), live_ledger.ledger().trust.ledger_id)
    assert (found.uscc, found.anchor_by - found.accepted_at) == (RELYING, 60)
    return found


def elsewhere(service: Department, live_ledger: LiveLedger, body: Json, signer: str = "issuer") -> Json:
    """M from the service, the signature from a key that it does not have."""
    key = live_ledger.signer(signer)
    wanted = {**body, "keyId": "0x" + key_id(key.public_key).hex()}
    prepared = service.post("/v1/messages", wanted)
    assert prepared.status_code == 200, prepared.text
    told = prepared.json()
    return {
        "signed": told["signed"],
        "keyId": told["keyId"],
        "signature": key.sign(bytes.fromhex(told["message"])).hex(),
    }


# --- promises -----------------------------------------------------------------------------


def test_a_write_is_answered_with_its_record_and_a_promise_that_it_kept(
    service: Department, live_ledger: LiveLedger, tmp_path: Path
) -> None:
    answer = service.post("/v1/licenses", live_ledger.input())
    assert answer.status_code == 201, answer.text
    issued = answer.json()
    promise = checked(issued["promise"], live_ledger)
    signed = issued["envelope"]["signed"]
    assert promise.digest == message_digest(MESSAGES["Issue"], MESSAGES["Issue"].data(signed))
    (tmp_path / "answer.json").write_text(json.dumps(issued))
    told = live_ledger.cli("promise", "verify", str(tmp_path / "answer.json"))
    assert (told["valid"], told["outcome"], told["seq"]) == (True, "KEPT", issued["seq"])


def test_readiness_says_whether_promises_are_given(
    service: Department, client: TestClient, live_ledger: LiveLedger, tmp_path: Path
) -> None:
    assert service.client.get("/readyz").json()["promises"] == "GIVEN"
    assert client.get("/readyz").json()["promises"] == "NO_KEY"
    stranger = crypto.generate_key()
    from ledger.adapters.sm2_keys import private_key_pem

    path = tmp_path / "stranger.pem"
    path.write_text(private_key_pem(stranger, crypto.signer(stranger).public_key))
    path.chmod(0o600)
    app = create_app(live_ledger.ledger(tmp_path), ApiOptions(promise_key=path))
    assert TestClient(app).get("/readyz").json()["promises"] == "KEY_NOT_REGISTERED"


def test_the_outbox_is_told_in_numbers_that_anybody_may_scrape_and_nothing_else(
    service: Department, live_ledger: LiveLedger, stopped: Rpc
) -> None:
    before = scraped(service)
    answer = service.post("/v1/licenses", live_ledger.input(), Prefer="wait=0")
    waiting = scraped(service)
    assert waiting["elicense_queue_pending"] == before["elicense_queue_pending"] + 1
    resume(stopped)
    until(service, answer.headers["location"], "ANCHORED")
    after = scraped(service)
    assert after["elicense_records_sent"] == before["elicense_records_sent"] + 1
    state = 'elicense_queue_messages{state="ANCHORED"}'
    assert after[state] == before[state] + 1
    assert after["elicense_queue_pending"] == 0
    assert after["elicense_queue_oldest_seconds"] == 0
    assert after["elicense_promises_broken"] == before["elicense_promises_broken"]
    assert {"elicense_last_record_seconds", "elicense_outbox_failures_total"} <= after.keys()


def scraped(service: Department) -> dict[str, int]:
    """The page for Prometheus, each sample announced by its help and its kind, as that format asks."""
    answer = service.client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    samples, announced = {}, set[str]()
    for line in answer.text.splitlines():
        if line.startswith("# HELP "):
            continue
        if line.startswith("# TYPE "):
            announced.add(line.split()[2])
            continue
        name, value = line.rsplit(" ", 1)
        assert name.partition("{")[0] in announced
        samples[name] = int(value)
    assert answer.text.endswith("\n")
    return samples


# --- 202 ----------------------------------------------------------------------------------


def test_who_does_not_wait_gets_a_promise_and_finds_the_record_later(
    service: Department, live_ledger: LiveLedger, stopped: Rpc
) -> None:
    answer = service.post("/v1/licenses", live_ledger.input(), Prefer="wait=0")
    assert answer.status_code == 202, answer.text
    pending = answer.json()
    assert [pending[name] for name in ("seq", "txHash", "block", "gasUsed", "file")] == [None] * 5
    promise = checked(pending["promise"], live_ledger)
    assert answer.headers["location"] == f"/v1/messages/{promise.digest}"
    shown = service.get(answer.headers["location"]).json()
    assert shown["state"] in ("ACCEPTED", "SENT")
    assert (shown["promise"], shown["record"], shown["reason"]) == (pending["promise"], None, None)
    resume(stopped)
    shown = until(service, answer.headers["location"], "ANCHORED")
    assert shown["answer"] == {
        **pending,
        **shown["record"],
        "envelope": shown["answer"]["envelope"],
    }
    assert shown["answer"]["envelope"]["anchor"]["seq"] == shown["record"]["seq"]
    assert shown["answer"]["envelope"]["salts"] == pending["envelope"]["salts"]


def until(service: Department, location: str, state: str) -> Json:
    """A message once it has a state; the test's time limit ends a wait in vain."""
    while (shown := service.get(location).json())["state"] != state:
        assert shown["state"] in ("ACCEPTED", "SENT"), shown
        time.sleep(0.1)
    return dict(shown)


def test_the_same_request_gets_202_and_later_the_record(
    service: Department, live_ledger: LiveLedger, stopped: Rpc
) -> None:
    given, key = live_ledger.input(), secrets.token_hex(8)
    headers = {"Idempotency-Key": key, "Prefer": "wait=0"}
    first = service.post("/v1/licenses", given, **headers)
    again = service.post("/v1/licenses", given, **headers)
    assert (first.status_code, again.status_code) == (202, 202)
    assert (again.content, again.headers["location"]) == (first.content, first.headers["location"])
    other = service.post("/v1/licenses", live_ledger.input(), **headers)
    assert (other.status_code, other.json()["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    resume(stopped)
    until(service, first.headers["location"], "ANCHORED")
    last = service.post("/v1/licenses", given, **headers)
    assert (last.status_code, last.headers["idempotency-replayed"]) == (201, "true")
    assert last.json()["promise"] == first.json()["promise"]
    assert service.post("/v1/licenses", given, **headers).content == last.content


def test_an_idempotency_key_counts_for_a_day(live_ledger: LiveLedger, tmp_path: Path) -> None:
    """By the machine's clock, also where no node answers the day after."""
    key = {"Idempotency-Key": "of-a-day", "Prefer": "wait=10"}
    with serving(live_ledger, tmp_path) as service:
        assert service.post("/v1/licenses", live_ledger.input(), **key).status_code == 201
    for hours, code in ((23, "IDEMPOTENCY_KEY_REUSED"), (25, None)):
        later = Shifted(hours * 3600)
        with serving(live_ledger, tmp_path, NODE_AWAY, later, stall=10**6) as service:
            given = live_ledger.input()
            answer = service.at(later.seconds).post("/v1/licenses", given, **{**key, "Prefer": "wait=0"})
            assert answer.json().get("code") == code, answer.text
    assert answer.status_code == 202, "the key is free again"
    with serving(live_ledger, tmp_path, NODE_AWAY, Shifted(48 * 3600), stall=10**6) as service:
        again = service.at(48 * 3600).post("/v1/licenses", given, **{**key, "Prefer": "wait=0"})
        assert (again.status_code, again.headers["idempotency-replayed"]) == (202, "true"), "it still waits"


def test_acts_of_every_kind_can_be_left_to_the_queue_in_their_order(
    service: Department, live_ledger: LiveLedger, stopped: Rpc
) -> None:
    issued = service.post("/v1/licenses", live_ledger.input(), Prefer="wait=0").json()
    place = f"/v1/licenses/{issued['licenseId']}"
    bind = {"holderKey": live_ledger.signer("relying").public_key.hex()}
    steps = [
        ("bind", bind),
        ("freeze", {}),
        ("suspend", {"ground": "INVESTIGATION"}),
        ("resume", {"ground": "CONDITIONS_MET_AGAIN"}),
        ("amend", {"kind": "change", "input": live_ledger.input()}),
    ]
    unbound = service.post(f"{place}/freeze", {}, Prefer="wait=0")
    assert (unbound.status_code, unbound.json()["code"]) == (409, "NOTHING_BOUND")
    places = []
    for verb, body in steps:
        answer = service.post(f"{place}/{verb}", body, Prefer="respond-async, wait=0")
        assert answer.status_code == 202, answer.text
        assert (answer.json()["seq"], answer.json()["status"]) == (None, None)
        places.append(answer.headers["location"])
    late = service.post(f"{place}/resume", {"ground": "CONDITIONS_MET_AGAIN"})
    assert (late.status_code, late.json()["code"]) == (409, "NOT_ACCEPTABLE")
    resume(stopped)
    shown = [until(service, each, "ANCHORED") for each in places]
    assert [each["answer"]["rev"] for each in shown] == [2, 3, 4, 5, 6]
    numbers = [each["record"]["seq"] for each in shown]
    assert numbers == sorted(numbers)
    assert service.get(place).json()["status"] == "SUPERSEDED"


def test_an_act_that_another_relay_overtook_is_refused_with_a_clear_word(
    live_ledger: LiveLedger, tmp_path: Path
) -> None:
    suspend = {"ground": "INVESTIGATION"}
    with LyingProxy(live_ledger.rpc) as proxy, serving(live_ledger, tmp_path, proxy.url) as service:
        id_ = service.post("/v1/licenses", live_ledger.input()).json()["licenseId"]
        proxy.cut = {"eth_sendRawTransaction"}
        accepted = service.post(f"/v1/licenses/{id_}/suspend", suspend, Prefer="wait=0")
        assert accepted.status_code == 202
        signer = live_ledger.signer("issuer")
        live_ledger.ledger().acting().bind(id_, holder_binding(signer.public_key, None), 1, 2, signer, ISSUER)
        proxy.cut = set()
        shown = until(service, accepted.headers["location"], "REFUSED")
        assert (shown["reason"]["code"], shown["answer"]) == ("STALE_REVISION", None)
        assert set(shown["reason"]["message"]) == {"zh", "en"}
        assert service.post(f"/v1/licenses/{id_}/suspend", suspend).json()["status"] == "SUSPENDED"


def test_a_message_is_its_owners_alone(service: Department, live_ledger: LiveLedger) -> None:
    digest = service.post("/v1/licenses", live_ledger.input()).json()["promise"]["message"]
    other = Department(service.client, RELYING, live_ledger.signer("relying"))
    for target in (f"/v1/messages/{digest}", f"/v1/batches/{digest}"):
        assert other.get(target).json()["code"] == "MESSAGE_UNKNOWN"
    assert service.get(f"/v1/messages/{digest}").status_code == 200
    assert service.get(f"/v1/batches/{digest}").status_code == 404
    assert service.get("/v1/messages/0x" + "ab" * 32).status_code == 404


def test_who_hands_in_a_message_that_he_read_on_the_ledger_gets_no_license_of_it(
    live_ledger: LiveLedger, tmp_path: Path
) -> None:
    """Such as after a service lost its queue, but not what it keeps for the issuer."""
    with serving(live_ledger, tmp_path) as service:
        envelope = service.post("/v1/licenses", live_ledger.input()).json()["envelope"]
    for file in tmp_path.glob("outbox.sqlite3*"):
        file.unlink()
    key = {"keyId": envelope["signer"]["keyId"], "signature": envelope["signature"]}
    with serving(live_ledger, tmp_path) as service:
        other = Department(service.client, RELYING, live_ledger.signer("relying"))
        told = other.post("/v1/messages", {"signed": envelope["signed"], **key})
        assert told.json()["seq"], "what everybody can read"
        assert (told.json()["envelope"], told.json()["identifier"], told.json()["promise"]) == (None,) * 3
        forged = {"signed": envelope["signed"], **key, "signature": "11" * 64}
        assert other.post("/v1/messages", forged).json()["code"] == "SIGNATURE_REFUSED"
        digest = message_digest(MESSAGES["Issue"], MESSAGES["Issue"].data(envelope["signed"]))
        shown = other.get(f"/v1/messages/{digest}")
        for text in (told.text, shown.text):
            assert envelope["license"]["metadata"]["certificateIdentifier"] not in text
        assert shown.json()["code"] == "MESSAGE_UNKNOWN", "nobody owns what others recorded"
        again = service.post("/v1/messages", {"signed": envelope["signed"], **key})
        assert again.json()["seq"] == told.json()["seq"] == envelope["anchor"]["seq"]
        assert again.json()["envelope"]["license"] == envelope["license"], "the issuer's own is here"
        assert scraped(service)["elicense_queue_pending"] == 0


def test_what_was_given_up_and_stands_on_the_ledger_all_the_same_is_answered_from_there(
    live_ledger: LiveLedger, tmp_path: Path
) -> None:
    ledger = live_ledger.ledger(tmp_path)
    silent = Desk(ledger.accepting(), lambda queued: queued, ISSUER)
    issued = ledger.issuing(silent).issue(live_ledger.input(), live_ledger.signer("issuer"))
    row = ledger.queue.find(issued.progress.message)
    assert row is not None
    live_ledger.ledger().sender.send(*row.message.call)
    ledger.queue.change([row.expired()], MessageState.ACCEPTED)
    with serving(live_ledger, tmp_path) as service:
        place = f"/v1/messages/{row.digest}"
        assert service.get(place).json()["state"] == "EXPIRED"
        envelope = issued.envelope
        signed = {"signed": envelope.signed, "keyId": envelope.signer["keyId"]}
        answer = service.post("/v1/messages", {**signed, "signature": envelope.signature})
        assert (answer.status_code, answer.json()["licenseId"]) == (201, envelope.anchor["licenseId"])
        shown = service.get(place).json()
        assert (shown["state"], shown["record"]["seq"]) == ("ANCHORED", answer.json()["seq"])


def test_what_follows_from_an_identifier_is_prepared_for_the_issuers_side_alone(
    service: Department, live_ledger: LiveLedger
) -> None:
    issued = service.post("/v1/licenses", live_ledger.input(serial="7654321")).json()
    order = {"act": "amend", "id": issued["licenseId"], "kind": "change", "keyId": "0x" + "11" * 32}
    given = live_ledger.input(serial=None)
    own = service.post("/v1/messages", {**order, "input": given})
    assert "7654321" in own.json()["license"]["metadata"]["certificateIdentifier"]
    given["metadata"]["certificateIssuingAuthorityCode"] = RELYING
    other = Department(service.client, RELYING, live_ledger.signer("relying"))
    told = other.post("/v1/messages", {**order, "input": given})
    assert "7654321" not in told.text
    assert told.json()["code"] == "LICENSE_INPUT", "it says itself which serial it wants"


def test_fifty_duplicates_at_once_are_one_record_while_the_chain_stands_still(
    service: Department, live_ledger: LiveLedger, stopped: Rpc
) -> None:
    before, given = live_ledger.ledger().reader.journal()[0], live_ledger.input()
    headers = {"Idempotency-Key": "fifty", "Prefer": "wait=0"}
    with ThreadPoolExecutor(25) as pool:
        answers = list(pool.map(lambda _: service.post("/v1/licenses", given, **headers), range(50)))
    assert {(each.status_code, each.content) for each in answers} == {(202, answers[0].content)}
    resume(stopped)
    until(service, answers[0].headers["location"], "ANCHORED")
    assert live_ledger.ledger().reader.journal()[0] == before + 1


# --- without a chain ----------------------------------------------------------------------


def test_with_the_chain_down_writes_are_accepted_and_recorded_once_it_is_back(
    live_ledger: LiveLedger, tmp_path: Path
) -> None:
    before = live_ledger.ledger().reader.journal()[0]
    with serving(live_ledger, tmp_path) as service:
        id_ = service.post("/v1/licenses", live_ledger.input()).json()["licenseId"]
    with serving(live_ledger, tmp_path, "http://127.0.0.1:9") as service:
        issued = service.post("/v1/licenses", live_ledger.input(), Prefer="wait=0")
        acted = service.post(f"/v1/licenses/{id_}/suspend", {"ground": "INVESTIGATION"}, Prefer="wait=0")
        assert (issued.status_code, acted.status_code) == (202, 202), (issued.text, acted.text)
        assert (issued.json()["promise"], acted.json()["promise"]) == (None, None)
        assert service.client.get("/readyz").json()["promises"] == "WITHHELD"
        again = service.post(f"/v1/licenses/{id_}/suspend", {"ground": "INVESTIGATION"}, Prefer="wait=0")
        assert again.json()["code"] == "NOT_ACCEPTABLE", "what waits counts"
        stranger = Department(service.client, RELYING, live_ledger.signer("relying"))
        refused = stranger.post("/v1/messages", forged(live_ledger, id_))
        assert refused.json().get("code") == "NOT_ACCEPTABLE", f"not signed by the issuer: {refused.text}"
        while not scraped(service)["elicense_outbox_failures_total"]:
            time.sleep(0.1)
        assert scraped(service)["elicense_queue_pending"] == 2
    with serving(live_ledger, tmp_path) as service:
        for answer in (issued, acted):
            until(service, answer.headers["location"], "ANCHORED")
        assert service.get(f"/v1/licenses/{id_}").json()["status"] == "SUSPENDED"
    assert live_ledger.ledger().reader.journal()[0] == before + 3


def test_what_was_accepted_while_no_node_answered_is_promised_once_one_does(
    live_ledger: LiveLedger, tmp_path: Path, stopped: Rpc
) -> None:
    with LyingProxy(live_ledger.rpc) as proxy, serving(live_ledger, tmp_path, proxy.url) as service:
        kept = service.post("/v1/licenses", live_ledger.input(), Prefer="wait=0")
        checked(kept.json()["promise"], live_ledger)
        proxy.go_down()
        while service.client.get("/readyz").json()["promises"] != "WITHHELD":
            time.sleep(0.1)
        answer = service.post("/v1/licenses", live_ledger.input(), Prefer="wait=0")
        assert (answer.status_code, answer.json()["promise"]) == (202, None), answer.text
        place = answer.headers["location"]
        assert service.get(place).json()["promise"] is None
        before = datetime.now(UTC).replace(microsecond=0)
        proxy.come_back()
        while (shown := service.get(place).json())["promise"] is None:
            assert shown["state"] in ("ACCEPTED", "SENT")
            time.sleep(0.1)
        promise = checked(shown["promise"], live_ledger)
        assert promise.accepted_at >= before.timestamp(), "it counts from when it was given"
        assert (promise.digest, service.get(place).json()["promise"]) == (shown["message"], shown["promise"])
        assert service.client.get("/readyz").json()["promises"] == "GIVEN"
        resume(stopped)
        until(service, place, "ANCHORED")


def test_a_clock_that_is_set_back_an_hour_breaks_no_promise_and_stops_nothing(
    live_ledger: LiveLedger, tmp_path: Path
) -> None:
    """The ledger goes by its own time: what a service promises starts from there."""
    clock = Shifted()
    with serving(live_ledger, tmp_path, clock=clock) as service:
        id_ = service.post("/v1/licenses", live_ledger.input()).json()["licenseId"]
        clock.seconds = -3600
        back = service.at(-3600)
        issued = back.post("/v1/licenses", live_ledger.input())
        assert issued.status_code == 201, issued.text
        acted = back.post(f"/v1/licenses/{id_}/suspend", {"ground": "INVESTIGATION"})
        assert acted.json()["status"] == "SUSPENDED", acted.text
        for answer in (issued, acted):
            promise = checked(answer.json()["promise"], live_ledger)
            file = tmp_path / "promise.json"
            file.write_text(json.dumps(promise.as_json()))
            assert live_ledger.cli("promise", "verify", str(file))["outcome"] == "KEPT"
        assert service.client.get("/readyz").json()["promises"] == "GIVEN"
        assert scraped(service)["elicense_promises_broken"] == 0
        clock.seconds = 0
        assert service.post("/v1/licenses", live_ledger.input()).status_code == 201


def test_while_records_do_not_come_nothing_is_promised(
    live_ledger: LiveLedger, tmp_path: Path, stopped: Rpc
) -> None:
    """The node answers and makes no block: what has waited for a minute shows that promises would break."""
    clock = Shifted(-61)
    with serving(live_ledger, tmp_path, clock=clock) as service:
        first = service.at(-61).post("/v1/licenses", live_ledger.input(), Prefer="wait=0")
        checked(first.json()["promise"], live_ledger)
        clock.seconds = 0
        later = service.post("/v1/licenses", live_ledger.input(), Prefer="wait=0")
        assert (later.status_code, later.json()["promise"]) == (202, None)
        assert service.client.get("/readyz").json()["promises"] == "WITHHELD"
        resume(stopped)
        for answer in (first, later):
            until(service, answer.headers["location"], "ANCHORED")


def test_of_two_services_over_one_home_the_one_that_runs_the_outbox_counts_its_failures(
    live_ledger: LiveLedger, tmp_path: Path
) -> None:
    with serving(live_ledger, tmp_path) as service:
        assert service.post("/v1/licenses", live_ledger.input()).status_code == 201
    with (
        serving(live_ledger, tmp_path, NODE_AWAY) as one,
        serving(live_ledger, tmp_path, NODE_AWAY) as other,
    ):
        assert one.post("/v1/licenses", live_ledger.input(), Prefer="wait=0").status_code == 202
        counts = [0, 0]
        while sum(counts) < 2:
            counts = [scraped(each)["elicense_outbox_failures_total"] for each in (one, other)]
            time.sleep(0.1)
        assert min(counts) == 0
        assert {scraped(each)["elicense_queue_pending"] for each in (one, other)} == {1}, "of the home"


def test_the_outbox_of_a_service_outlives_a_home_that_cannot_be_used(
    live_ledger: LiveLedger, tmp_path: Path
) -> None:
    in_the_way = tmp_path / "outbox.lock"
    in_the_way.mkdir()
    with serving(live_ledger, tmp_path) as service:
        issued = service.post("/v1/licenses", live_ledger.input(), Prefer="wait=0")
        while not scraped(service)["elicense_outbox_failures_total"]:
            time.sleep(0.1)
        in_the_way.rmdir()
        until(service, issued.headers["location"], "ANCHORED")


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> str:
    """Waits so long that the slowest machine has done everything else meanwhile."""
    monkeypatch.setattr("api.outcome.LONGEST_WAIT", 600)
    monkeypatch.setattr("api.auth.PATIENCE", 600.0)
    return "wait=600"


def test_who_waits_long_for_records_keeps_nobody_else_from_being_answered(
    live_ledger: LiveLedger, tmp_path: Path, stopped: Rpc, patient: str
) -> None:
    """A service has forty threads; one department asks it fifty times to wait."""
    with serving(live_ledger, tmp_path) as service, ThreadPoolExecutor(50) as pool:
        issue = partial(service.post, "/v1/licenses", Prefer=patient)
        waiting = [pool.submit(issue, live_ledger.input()) for _ in range(50)]
        for _ in zip(range(50 - WAITING_EACH), as_completed(waiting), strict=False):
            pass  # so many are answered though the chain stands still
        other = Department(service.client, RELYING, live_ledger.signer("relying"))
        assert other.get("/v1/types").status_code == 200
        assert other.post("/v1/messages", {"act": "freeze"}, Prefer="wait=0").status_code == 400
        assert service.client.get("/healthz").status_code == 200
        assert sum(each.done() for each in waiting) == 50 - WAITING_EACH, "they wait all the while"
        resume(stopped)
        answers = [each.result() for each in waiting]
    assert sorted(each.status_code for each in answers) == [201] * WAITING_EACH + [202] * (50 - WAITING_EACH)


def test_a_department_that_repeats_itself_keeps_nobody_else_from_being_answered(
    live_ledger: LiveLedger, tmp_path: Path, stopped: Rpc, patient: str
) -> None:
    """Of equal requests all but the first stand behind that one, which waits: with a key and without."""
    with serving(live_ledger, tmp_path) as service, ThreadPoolExecutor(60) as pool:
        keyed = {"Idempotency-Key": "again", "Prefer": patient}
        given, other_given = live_ledger.input(), live_ledger.input()
        first = [pool.submit(service.post, "/v1/licenses", given, **keyed) for _ in range(30)]
        while scraped(service)["elicense_queue_pending"] < 1:
            time.sleep(0.1)  # those without a key would take all places, did they come first
        issue = partial(service.post, "/v1/licenses", other_given, Prefer=patient)
        second = [pool.submit(issue) for _ in range(30)]
        while scraped(service)["elicense_queue_pending"] < 2:
            time.sleep(0.1)
        other = Department(service.client, RELYING, live_ledger.signer("relying"))
        assert other.get("/v1/types").status_code == 200
        assert other.post("/v1/messages", {"act": "freeze"}).status_code == 400
        assert not any(each.done() for each in [*first, *second])
        resume(stopped)
        assert {each.result().status_code for each in first} == {201}
        told = sorted(each.result().status_code for each in second)
    assert told == [201] + [409] * 29


def test_no_department_fills_the_outbox_with_a_row_of_acts_on_one_license(
    service: Department, live_ledger: LiveLedger, stopped: Rpc
) -> None:
    """Each needs a block of its own, so that what others hand in behind them would come too late."""
    issued = service.post("/v1/licenses", live_ledger.input(), Prefer="wait=0")
    verbs = {"suspend": "INVESTIGATION", "resume": "CONDITIONS_MET_AGAIN"}
    place = f"/v1/licenses/{issued.json()['licenseId']}"
    answers = [
        service.post(f"{place}/{verb}", {"ground": ground}, Prefer="wait=0")
        for verb, ground in [*verbs.items()] * 4
    ]
    assert [each.status_code for each in answers] == [202] * 7 + [503]
    assert (answers[-1].json()["code"], "retry-after" in answers[-1].headers) == ("MESSAGES_IN_A_ROW", True)
    assert service.post("/v1/licenses", live_ledger.input(), Prefer="wait=0").status_code == 202
    resume(stopped)
    for each in (issued, *answers[:7]):
        until(service, each.headers["location"], "ANCHORED")


def forged(live_ledger: LiveLedger, license_id: str) -> Json:
    """An end of a suspension, rightly signed by a body that did not issue the license."""
    nothing = {"reference": "0x" + "00" * 32, "cause": "0x" + "00" * 32, "region": 0, "effective": 0}
    act = {"act": int(Act.RESUME), "ground": int(Ground.CONDITIONS_MET_AGAIN)}
    return made(live_ledger, "Act", 2, {"licenseId": license_id, **act, **nothing}, "relying")


def made(
    live_ledger: LiveLedger,
    name: str,
    rev: int,
    members: Json,
    signer: str = "issuer",
    lifetime: int = DEFAULT_LIFETIME,
) -> Json:
    """A message that no honest service prepares, rightly signed."""
    key = live_ledger.signer(signer)
    asked = {member: members[member] for member, _ in MESSAGES[name].fields[4:]}
    prepared = live_ledger.ledger().messages.prepare(name, rev, asked, lifetime)
    identity = key_id(key.public_key)
    signature = key.sign(prepared.message(identity)).hex()
    return {"signed": prepared.as_json(identity), "keyId": "0x" + identity.hex(), "signature": signature}


def test_what_no_contract_records_is_promised_to_nobody_also_while_none_is_asked(
    live_ledger: LiveLedger, tmp_path: Path
) -> None:
    with serving(live_ledger, tmp_path) as service:
        issued = service.post("/v1/licenses", live_ledger.input()).json()
        signed = {name: value for name, value in issued["envelope"]["signed"].items() if name != "keyId"}
        wrong = unrecordable(live_ledger, issued["licenseId"], signed)
        codes = [service.post("/v1/messages", each).json()["code"] for each in wrong]
    expected = ["ACT_NOT_KNOWN", "ACT_NOT_KNOWN", "ACT_NOT_RETROACTIVE", "UNKNOWN_REGION", "DATES_REVERSED"]
    assert codes[:-1] == expected
    with serving(live_ledger, tmp_path, NODE_AWAY) as service:
        told = [service.post("/v1/messages", each, Prefer="wait=0").json() for each in wrong]
        assert [each["code"] for each in told] == [*expected, "NOT_ACCEPTABLE"]


def test_an_effect_that_a_kept_promise_could_come_too_late_for_is_refused_at_once(
    service: Department, live_ledger: LiveLedger
) -> None:
    id_ = service.post("/v1/licenses", live_ledger.input()).json()["licenseId"]
    for seconds, code in ((30, "ACT_NOT_RETROACTIVE"), (120, None)):
        effective = (datetime.now(UTC) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
        body = {"ground": "INVESTIGATION", "effective": effective}
        answer = service.post(f"/v1/licenses/{id_}/suspend", body)
        assert answer.json().get("code") == code, answer.text


def test_no_promise_reaches_beyond_the_end_of_its_message(
    service: Department, live_ledger: LiveLedger, stopped: Rpc
) -> None:
    given = service.post("/v1/licenses", live_ledger.input(), Prefer="wait=0").json()
    members = {name: value for name, value in given["envelope"]["signed"].items() if name != "keyId"}
    ends = members["signedAt"] + 30
    body = made(live_ledger, "Issue", 0, {**members, **fresh_id(live_ledger)}, lifetime=30)
    promise = service.post("/v1/messages", body, Prefer="wait=0").json()["promise"]
    assert ends <= Promise.from_json(promise).anchor_by == body["signed"]["notAfter"]


def unrecordable(live_ledger: LiveLedger, id_: str, issue: Json) -> list[Json]:
    """Acts that there are none of, that are of another struct, too early, to nowhere; terms that are none."""
    plain: Json = {"licenseId": id_, "ground": 1, "region": 0}
    plain |= {"reference": "0x" + "00" * 32, "cause": "0x" + "00" * 32}
    dates = {"validFrom": 9, "validTo": 9}
    who = {"representative": "0x" + "11" * 32, "kind": 9, "scope": 1, "since": 0, "until": 0}
    return [
        made(live_ledger, "Act", 1, {**plain, "act": 200, "effective": 0}),
        made(live_ledger, "Act", 1, {**plain, "act": int(Act.CHANGE), "effective": 0}),
        made(live_ledger, "Act", 1, {**plain, "act": int(Act.SUSPEND), "effective": 1}),
        made(live_ledger, "TransferOut", 1, {**plain, "toRegion": 999_999}),
        made(live_ledger, "Issue", 0, {**issue, **dates, **fresh_id(live_ledger)}),
        made(live_ledger, "Represent", 0, {**plain, **who}),
    ]


def fresh_id(live_ledger: LiveLedger) -> Json:
    """An id of the issuer for which nothing stands."""
    handle = secrets.token_bytes(32)
    id_ = license_id(bytes.fromhex(live_ledger.ledger().trust.ledger_id[2:]), ISSUER, handle)
    return {"licenseId": "0x" + id_.hex(), "handle": "0x" + handle.hex()}


def test_after_a_long_stall_nothing_more_is_accepted(live_ledger: LiveLedger, tmp_path: Path) -> None:
    with serving(live_ledger, tmp_path) as service:
        assert service.post("/v1/licenses", live_ledger.input()).status_code == 201
    with serving(live_ledger, tmp_path, "http://127.0.0.1:9", stall=3) as service:
        while (
            answer := service.post("/v1/licenses", live_ledger.input(), Prefer="wait=1")
        ).status_code == 202:
            pass
        assert answer.status_code == 503
        assert answer.json()["code"] in ("ANCHOR_STALLED", "CHAIN_UNREACHABLE")
        assert "retry-after" in answer.headers
        assert "ANCHOR_STALLED" in service.client.get("/readyz").json()["reasons"]


# --- signed elsewhere ---------------------------------------------------------------------


def test_every_kind_of_input_can_be_signed_elsewhere_and_nothing_is_lost(
    service: Department, live_ledger: LiveLedger, tmp_path: Path
) -> None:
    body = elsewhere(service, live_ledger, {"act": "issue", "input": live_ledger.input()})
    answer = service.post("/v1/messages", body)
    assert answer.status_code == 201, answer.text
    issued = answer.json()
    file = tmp_path / "one.elic.json"
    file.write_text(json.dumps(issued["envelope"]))
    assert live_ledger.cli("verify", str(file), "--region", "330421")["result"] == "IN_FORCE"
    id_ = issued["identifier"]
    holder = live_ledger.signer("relying").public_key.hex()
    orders: list[tuple[Json, int]] = [
        ({"act": "bind", "id": id_, "holderKey": holder}, 200),
        ({"act": "freeze", "id": id_}, 200),
        ({"act": "suspend", "id": id_, "ground": "INVESTIGATION", "reference": "虚构〔2026〕1号"}, 200),
        ({"act": "resume", "id": id_, "ground": "CONDITIONS_MET_AGAIN"}, 200),
        ({"act": "transfer-out", "id": id_, "region": "330421"}, 200),
        ({"act": "transfer-cancel", "id": id_}, 200),
        ({"act": "amend", "id": id_, "kind": "change", "input": live_ledger.input(serial=None)}, 201),
    ]
    for order, status in orders:
        done = service.post("/v1/messages", elsewhere(service, live_ledger, order))
        assert done.status_code == status, (order, done.text)
        checked(done.json()["promise"], live_ledger)
    assert done.json()["supersedes"] == id_
    file.write_text(json.dumps(done.json()["envelope"]))
    assert live_ledger.cli("verify", str(file))["result"] == "IN_FORCE"


def test_a_batch_can_be_signed_elsewhere(
    service: Department, live_ledger: LiveLedger, tmp_path: Path
) -> None:
    inputs = [live_ledger.input() for _ in range(3)]
    body = elsewhere(service, live_ledger, {"act": "batch", "inputs": inputs})
    answer = service.post("/v1/batches", body)
    assert answer.status_code == 202, answer.text
    shown = until_batch(service, answer.headers["location"])
    assert shown["counts"] == {"licenses": 3, "anchored": 3}
    file = tmp_path / "leaf.elic.json"
    file.write_text(json.dumps(shown["licenses"][1]["envelope"]))
    assert live_ledger.cli("verify", str(file))["result"] == "IN_FORCE"


def test_a_wrong_or_foreign_signature_is_accepted_from_nobody(
    service: Department, live_ledger: LiveLedger
) -> None:
    order = {"act": "issue", "input": live_ledger.input()}
    body = elsewhere(service, live_ledger, order)
    wrong = service.post("/v1/messages", {**body, "signature": "11" * 64})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "SIGNATURE_REFUSED")
    other = Department(service.client, RELYING, live_ledger.signer("relying"))
    stolen = other.post("/v1/messages", body)
    assert (stolen.status_code, stolen.json()["code"]) == (403, "MESSAGE_OF_ANOTHER")
    assert service.post("/v1/messages", body).status_code == 201
    nonsense = service.post("/v1/messages", {**body, "signed": {"rev": 0}})
    assert nonsense.json()["code"] == "SIGNED_MESSAGE_FORM"


def test_leaves_that_belong_to_no_message_are_refused_and_stop_nobodys_outbox(
    service: Department, live_ledger: LiveLedger, stopped: Rpc
) -> None:
    """While something waits, no contract is asked; what none could be handed would hold up everybody."""
    issued = service.post("/v1/licenses", live_ledger.input(), Prefer="wait=0")
    act = {"act": "suspend", "id": issued.json()["licenseId"], "ground": "INVESTIGATION"}
    body = elsewhere(service, live_ledger, act)
    extra = service.post("/v1/messages", {**body, "leaves": ["0x" + "11" * 32]}, Prefer="wait=0")
    assert (extra.status_code, extra.json()["code"]) == (400, "SIGNED_MESSAGE_FORM")
    assert extra.json()["fields"] == {"member": "leaves"}
    none = service.post("/v1/messages", batch_of_none(live_ledger), Prefer="wait=0")
    assert (none.status_code, none.json()["fields"]) == (400, {"member": "leaves"})
    resume(stopped)
    until(service, issued.headers["location"], "ANCHORED")
    assert service.post("/v1/licenses", live_ledger.input()).status_code == 201, "the outbox goes on"


def batch_of_none(live_ledger: LiveLedger) -> Json:
    """A batch, rightly signed, that has no leaves."""
    terms = {"issuer": "0x" + ascii32(ISSUER).hex(), "licenseType": "0x" + "22" * 32}
    return made(live_ledger, "IssueBatch", 0, {**terms, "root": "0x" + "00" * 32, "size": 0})


def test_what_was_accepted_is_not_accepted_anew_when_handed_in_again(
    service: Department, live_ledger: LiveLedger
) -> None:
    body = elsewhere(service, live_ledger, {"act": "issue", "input": live_ledger.input()})
    first = service.post("/v1/messages", body)
    again = service.post("/v1/messages", body)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()


# --- batches ------------------------------------------------------------------------------


def until_batch(service: Department, location: str) -> Json:
    while (shown := service.get(location).json())["state"] != "ANCHORED":
        assert shown["state"] in ("ACCEPTED", "SENT"), shown
        time.sleep(0.1)
    return dict(shown)


def test_a_batch_is_accepted_shown_by_pages_and_each_license_verifies(
    service: Department, live_ledger: LiveLedger, tmp_path: Path
) -> None:
    inputs = [live_ledger.input() for _ in range(7)]
    inputs[2]["face"]["category"] = "Z"
    inputs.append(inputs[0])
    answer = service.post("/v1/batches", {"inputs": inputs}, Prefer="wait=0")
    assert answer.status_code == 202, answer.text
    told = answer.json()
    assert told["accepted"] == 6
    assert [(each["line"], each["field"]) for each in told["rejected"]] == [
        (3, "face/category"),
        (8, "serial"),
    ]
    [batch] = told["batches"]
    assert answer.headers["location"] == f"/v1/batches/{batch['id']}"
    checked(told["promise"], live_ledger)
    shown = until_batch(service, answer.headers["location"] + "?offset=4&limit=10")
    assert (shown["root"], shown["size"]) == (batch["root"], 6)
    assert [each["index"] for each in shown["licenses"]] == [4, 5]
    for each in shown["licenses"]:
        file = tmp_path / "leaf.elic.json"
        file.write_text(json.dumps(each["envelope"]))
        verdict = live_ledger.cli("verify", str(file))
        assert (verdict["result"], verdict["identifier"]) == ("IN_FORCE", each["identifier"])
    leaf = shown["licenses"][0]["identifier"]
    acted = service.post(f"/v1/licenses/{leaf}/suspend", {"ground": "INVESTIGATION"})
    assert (acted.status_code, acted.json()["status"]) == (200, "SUSPENDED")


def test_what_is_no_batch_is_refused_as_a_whole(service: Department, live_ledger: LiveLedger) -> None:
    bad = live_ledger.input(origin="somewhere")
    answer = service.post("/v1/batches", {"inputs": [bad]})
    assert (answer.status_code, answer.json()["code"]) == (400, "BATCH_REJECTED")
    assert answer.json()["errors"][0]["line"] == 1
    mixed = service.post("/v1/batches", {"inputs": [live_ledger.input(), live_ledger.regional_input()]})
    assert (mixed.status_code, mixed.json()["code"]) == (400, "BATCH_MIXED")
    other = Department(service.client, RELYING, live_ledger.signer("relying"))
    foreign = other.post("/v1/batches", {"inputs": [live_ledger.input()]})
    assert (foreign.status_code, foreign.json()["code"]) == (403, "ISSUER_IS_ANOTHER")


def test_a_thousand_licenses_are_one_request(service: Department, live_ledger: LiveLedger) -> None:
    inputs = [live_ledger.input() for _ in range(1000)]
    answer = service.post("/v1/batches", {"inputs": inputs}, **{"Idempotency-Key": "a-thousand"})
    assert answer.status_code == 202, answer.text
    assert answer.json()["accepted"] == 1000
    shown = until_batch(service, answer.headers["location"] + "?limit=1")
    assert shown["counts"] == {"licenses": 1000, "anchored": 1000}
    again = service.post("/v1/batches", {"inputs": inputs}, **{"Idempotency-Key": "a-thousand"})
    assert again.json()["batches"][0]["id"] == answer.json()["batches"][0]["id"]
