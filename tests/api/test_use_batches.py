"""Uses in batches over HTTP, attacked from outside: each in exactly one, and none in one unsigned."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from api.make_providing import make_providing
from api.providing import Providing
from ledger import crypto
from ledger.adapters.rpc import Rpc
from ledger.adapters.sm2_keys import private_key_pem
from ledger.domain.facts import fact_of
from ledger.domain.license_tree import root
from ledger.domain.messages import MESSAGES, key_id
from ledger.domain.rules.uses import use_of
from ledger.domain.sharing_entities import Refusal, UseBatch
from ledger.domain.signed_message import Prepared
from ledger.domain.use_leaves import use_leaf
from ledger.domain.use_promise import use_promise
from ledger.domain.use_request import Locate, UseRequest
from ledger.errors import ChainOutageError
from ledger.ports import Signer
from ledger.service.gather_uses import BATCH_LIFETIME, SIGN_SECONDS
from tests.api.conftest import Department
from tests.api.test_accepting import Shifted, serving, stopped
from tests.api.test_uses import LISTED, Desk, Relying
from tests.live import ISSUER, RELYING, LiveLedger
from tests.relay import Relay
from tests.sharing_made import Device, Json, Maker

__all__ = ["stopped"]


class Held(Shifted):
    """A clock that goes on when told to, and no further while a slow machine takes its time."""

    def __init__(self) -> None:
        super().__init__()
        self.catch_up()

    def catch_up(self) -> None:
        """Show the machine's time of now, and stop there."""
        self._moment = datetime.now(UTC)

    def go_on(self, seconds: int) -> None:
        """Let so much time pass: a node that was away is left alone for a while."""
        self._moment += timedelta(seconds=seconds)

    def moment(self) -> datetime:
        """What it shows where nobody set it ahead: departments sign at this time, however long that takes."""
        return self._moment

    def now(self) -> datetime:
        return self._moment + timedelta(seconds=self.seconds)


class Batching(Desk):
    """The same desk, where uses stand in batches; time passes when told to."""

    clock: Held
    key: Path | None = None

    @property
    def providing(self) -> Providing:
        """What the service hands out by."""
        return self.issuer.client.app.state.services.providing  # type: ignore[attr-defined, no-any-return]

    def done(self, message: Json) -> Json:
        """The service's clock is not behind what is recorded."""
        told = super().done(message)
        self.clock.catch_up()
        return told

    def step(self) -> None:
        """What the service does every few seconds, of which one has passed."""
        self.clock.go_on(1)
        self.providing.step()

    def close(self) -> None:
        """Close what was gathered, as a service over the same home does that waits for no more."""
        ledger = self.live_ledger.ledger(self.home)
        ledger.clock = self.clock
        held = {ISSUER: crypto.load_signer(str(self.key or self.live_ledger.key("issuer")))}
        make_providing(ledger, held.get, ledger.accepting(), batch_seconds=0).gathering.step()

    def request(self, grant: str, license_id: str, *fields: str, **more: Any) -> UseRequest:
        return self.relying.request(grant, license_id, *fields, is_batched=True, **more)

    def gathered(self, grant: str, license_id: str, *fields: str) -> Json:
        answer = self.relying.ask(self.request(grant, license_id, *fields))
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def pending(self, grant: str) -> Json:
        answer = self.relying.department.get(f"/v1/uses/pending?grant={grant}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def offered(self, grant: str) -> Json:
        """The one batch that waits for the grantee, closed now."""
        self.close()
        (batch,) = self.pending(grant)["batches"]
        return dict(batch)

    def offered_anew(self, grant: str) -> Json:
        """The batch, once it waits for the grantee again."""
        while not (batches := self.pending(grant)["batches"]):
            with suppress(ChainOutageError):
                self.step()
            time.sleep(0.2)
        return dict(batches[0])

    def signature(self, batch: Json, signer: Signer | None = None, **changes: object) -> Json:
        """Over M of the batch, or of what somebody makes of it."""
        signer = signer or self.relying.signer
        struct = MESSAGES["UseBatch"]
        domain = self.live_ledger.ledger().trust.domain(struct.contract)
        identity = key_id(signer.public_key)
        message = Prepared(struct, {**batch["use"]["signed"], **changes}, domain).message(identity)
        return {"keyId": "0x" + identity.hex(), "signature": signer.sign(message).hex()}

    def sign(self, batch: Json, body: Json | None = None, wait: int = 60) -> Any:
        place = f"/v1/uses/batches/{batch['object']}/signature"
        return self.relying.department.post(place, body or self.signature(batch), Prefer=f"wait={wait}")

    def used(self, grant: str) -> int:
        return int(self.index().get("grant", grant).used)  # type: ignore[union-attr]

    def index(self) -> Any:
        return self.live_ledger.ledger(self.home).follow()

    def listed(self, grant: str) -> list[Json]:
        return list(self.live_ledger.attempt("use", "list", "--grant", grant, home=self.home)[1]["uses"])

    def refusals(self, grant: str) -> list[Refusal]:
        """Refusals of the resource that a grant is about, single or in batches."""
        index = self.index()
        resource = index.get("grant", grant).resource
        found = [each for _, each in index.entities("refusal") if isinstance(each, Refusal)]
        own = [each for each in found if f"{each.owner}/{each.code}" == resource]
        return sorted(own, key=lambda each: each.seq)

    def batches(self, grant: str) -> list[UseBatch]:
        found = (each for _, each in self.index().entities("useBatch") if isinstance(each, UseBatch))
        return [each for each in found if each.grant == grant]

    def unsigned(self) -> list[Json]:
        return list(self.live_ledger.attempt("use", "list", home=self.home)[1]["unsigned"])

    def metric(self, name: str) -> int:
        lines = self.issuer.client.get("/metrics").text.splitlines()
        return int(next(line for line in lines if line.startswith(f"{name} ")).split()[1])


@contextmanager
def batching(
    live_ledger: LiveLedger, home: Path, rpc: str | None = None, key: Path | None = None
) -> Iterator[Batching]:
    clock = Held()
    with serving(live_ledger, home, rpc, clock, key) as issuer:
        live_ledger.ledger(home).party_texts.keep_list(LISTED)
        issuer.now = clock.moment
        relying = Department(issuer.client, RELYING, live_ledger.signer("relying"), now=clock.moment)
        made = Batching(live_ledger, home, issuer, Relying(live_ledger, relying), Maker(live_ledger))
        made.clock, made.key = clock, key
        yield made


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("batching")


@pytest.fixture(scope="module")
def desk(live_ledger: LiveLedger, home: Path) -> Iterator[Batching]:
    with batching(live_ledger, home) as made:
        yield made


@pytest.fixture(scope="module")
def license_id(desk: Batching) -> str:
    return desk.license()


@pytest.fixture(autouse=True)
def _of_now(desk: Batching) -> None:
    """Each test begins at the machine's time."""
    desk.clock.catch_up()


@pytest.fixture
def alone(live_ledger: LiveLedger, tmp_path: Path) -> Iterator[Batching]:
    """One with a home of its own, which a strange clock spoils for nobody else."""
    with batching(live_ledger, tmp_path / "alone") as made:
        yield made


@pytest.fixture
def later(desk: Batching, request: pytest.FixtureRequest) -> Iterator[Shifted]:
    """The service's clock, which goes right again afterwards."""
    at = request.getfixturevalue("alone") if "alone" in request.fixturenames else desk
    yield at.clock
    at.clock.seconds = 0


def test_a_use_in_a_batch_is_released_at_once_with_a_promise_that_the_batch_keeps(
    desk: Batching, license_id: str, tmp_path: Path
) -> None:
    relying, grant = desk.relying, desk.grant()
    request = desk.request(grant, license_id)
    told = relying.ask(request).json()
    assert (told["id"], told["state"], told["use"]) == (request.digest, "GATHERED", None)
    assert relying.ask(request).json() == told, "the same request, the same answer"
    answer = relying.copy(request.digest).json()
    assert list(relying.opened(answer)) == ["metadata/certificateName"]
    assert (answer["receipt"], answer["promise"]) == (None, told["promise"])
    promise = use_promise(told["promise"])
    assert promise.anchor_by - promise.accepted_at == 60
    desk.gathered(grant, license_id, "metadata/certificateNumber")
    batch = desk.offered(grant)
    assert int(batch["use"]["signed"]["fields"], 16) == 0b11, "the union of what was used"
    signed = desk.sign(batch)
    assert (signed.status_code, signed.json()["object"]) == (200, batch["object"])
    assert desk.used(grant) == 2
    receipt = relying.copy(request.digest).json()["receipt"]
    assert (receipt["seq"], receipt["batch"]["words"]) == (signed.json()["seq"], told["words"])
    file = tmp_path / "receipt.json"
    file.write_text(json.dumps(receipt))
    live = desk.live_ledger
    assert live.attempt("use", "verify-receipt", str(file))[1]["index"] == receipt["batch"]["index"]
    file.write_text(json.dumps(told))
    verified = live.attempt("promise", "verify", str(file))[1]
    assert (verified["outcome"], verified["seq"]) == ("KEPT", receipt["seq"])
    alone = relying.sign({**batch, "id": request.digest}, desk.signature(batch))
    assert (alone.status_code, alone.json()["code"]) == (409, "USE_OFFER_OVER")


def test_what_is_counted_conditional_or_a_lookup_stands_in_no_batch(desk: Batching, license_id: str) -> None:
    conditional = desk.grant(desk.resource(sharing=2))
    desk.done(desk.maker.decide(conditional))
    lookup = {"fields": (), "locate": Locate("11340000MB0TE5T44D")}
    requests = [
        desk.request(desk.grant(count=3), license_id),
        desk.request(conditional, license_id),
        desk.request(desk.grant(), "", **lookup),
    ]
    for request in requests:
        answer = desk.relying.ask(request)
        assert (answer.status_code, answer.json()["code"]) == (409, "USE_NOT_IN_BATCH"), answer.text
    single = desk.relying.request(conditional, license_id)
    assert desk.relying.ask(single).status_code == 201, "it may be used, one by one"


def test_what_the_holder_consented_to_stands_in_no_batch(desk: Batching) -> None:
    device = Device.new()
    told = desk.issuer.post("/v1/licenses", {**desk.live_ledger.input(), **device.keys}, Prefer="wait=60")
    license_id = told.json()["licenseId"]
    grant = desk.grant(basis=2, licenseId=license_id)
    desk.done(desk.maker.consent(grant, license_id, device, fields=3))
    answer = desk.relying.ask(desk.request(grant, license_id))
    assert (answer.status_code, answer.json()["code"]) == (409, "USE_NOT_IN_BATCH"), answer.text


def test_without_a_signature_in_time_it_is_recorded_alone_and_the_grant_is_closed_until_it_comes(
    desk: Batching, license_id: str, later: Shifted, tmp_path: Path
) -> None:
    grant, other = desk.grant(), desk.grant()
    told = [desk.gathered(grant, license_id) for _ in range(3)]
    batch = desk.offered(grant)
    assert desk.metric("elicense_uses_unsigned") == 3
    later.seconds = SIGN_SECONDS + 1
    shifted = Relying(desk.live_ledger, desk.relying.department.at(later.seconds))
    answer = shifted.ask(desk.request(grant, license_id))
    assert (answer.status_code, answer.json()["code"]) == (403, "USES_UNSIGNED"), "whoever looked after it"
    assert shifted.ask(desk.request(other, license_id)).status_code == 201, "the other grant is open"
    assert shifted.ask(desk.relying.request(grant, license_id)).status_code == 201, "single uses go on"
    desk.providing.batches.step()
    assert desk.metric("elicense_uses_unsigned_late") == 3
    assert desk.metric("elicense_grants_unsigned") == 1
    later.seconds = 0
    while sum(row.size for row in desk.refusals(grant)) < 4:
        desk.step()
        time.sleep(0.2)
    rows = desk.refusals(grant)
    assert sum(row.size for row in rows) == 4, "three left unsigned, and what was refused because of them"
    (unsigned,) = [row for row in rows if row.size > 1]  # the other one with them, or by itself
    file = tmp_path / "promise.json"
    file.write_text(json.dumps(told[0]["promise"]))
    judged = desk.live_ledger.attempt("promise", "verify", str(file))
    assert (judged[0], judged[1]["outcome"], judged[1]["seq"]) == (0, "KEPT", unsigned.seq)
    assert desk.used(grant) == 0
    (waiting,) = [each for each in desk.unsigned() if each["grant"] == grant]
    assert (waiting["side"], waiting["uses"], waiting["late"]) == ("PROVIDER", 3, True)

    assert desk.pending(grant)["batches"][0]["late"] is True
    assert desk.sign(batch).status_code == 200, "late is better than never"
    assert desk.used(grant) == 3
    desk.step()
    assert desk.metric("elicense_grants_unsigned") == 0
    assert desk.gathered(grant, license_id)["state"] == "GATHERED"


def test_only_the_very_batch_is_signed_by_its_grantee_alone(desk: Batching, license_id: str) -> None:
    grant, other = desk.grant(), desk.grant()
    for each in (grant, other):
        desk.gathered(each, license_id)
    batch, foreign = desk.offered(grant), desk.offered(other)
    leaf = bytes.fromhex(batch["use"]["words"][0][2:])
    changed = "0x" + root([bytes([leaf[0] ^ 1]) + leaf[1:]]).hex()
    wrong = {
        "a leaf changed": desk.signature(batch, root=changed),
        "of another grant": desk.signature(foreign),
        "under another grant": desk.signature(batch, grant=other),
        "one more": desk.signature(batch, size=2),
        "by the provider": desk.signature(batch, desk.live_ledger.signer("issuer")),
        "by a stranger": desk.signature(batch, desk.live_ledger.signer("jiashan")),
    }
    for name, body in wrong.items():
        refused = desk.sign(batch, body)
        assert refused.status_code in (403, 422), (name, refused.text)
    stranger = desk.issuer.get(f"/v1/uses/pending?grant={grant}")
    assert (stranger.status_code, stranger.json()["code"]) == (404, "UNKNOWN_GRANT")
    place = f"/v1/uses/batches/{batch['object']}/signature"
    answer = desk.issuer.post(place, desk.signature(batch))
    assert (answer.status_code, answer.json()["code"]) == (404, "USE_BATCH_UNKNOWN")
    unknown = desk.sign({**batch, "object": "0x" + "ab" * 32}, desk.signature(batch))
    assert (unknown.status_code, unknown.json()["code"]) == (404, "USE_BATCH_UNKNOWN")
    first, second = desk.sign(batch), desk.sign(batch)
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() == second.json(), "signed twice, recorded once"
    assert desk.used(grant) == 1
    handed = {**batch["use"], "signatures": [*batch["use"]["signatures"], desk.signature(batch)]}
    assert desk.relying.department.post("/v1/sharing", handed).status_code in (200, 403), "no second record"
    assert desk.used(grant) == 1
    desk.sign(foreign)


def test_a_batch_that_the_grantee_hands_in_elsewhere_is_found(
    desk: Batching, live_ledger: LiveLedger, license_id: str, tmp_path: Path
) -> None:
    grant = desk.grant()
    told = desk.gathered(grant, license_id)
    batch = desk.offered(grant)
    handed = {**batch["use"], "signatures": [*batch["use"]["signatures"], desk.signature(batch)]}
    file = tmp_path / "handed.json"
    file.write_text(json.dumps(handed))
    status, recorded = live_ledger.attempt("use", "record", str(file), home=tmp_path / "elsewhere")
    assert status == 0, recorded
    assert desk.relying.copy(told["id"]).json()["receipt"]["seq"] == recorded["seq"]
    assert desk.pending(grant)["batches"] == []


def test_however_many_ask_while_batches_are_closed_each_use_is_in_exactly_one(
    desk: Batching, license_id: str
) -> None:
    grant, done = desk.grant(), threading.Event()

    def closing() -> None:
        while not done.wait(0.01):
            desk.close()

    closers = [threading.Thread(target=closing) for _ in range(3)]
    for each in closers:
        each.start()
    try:
        with ThreadPoolExecutor(12) as pool:
            told = list(pool.map(lambda _: desk.gathered(grant, license_id), range(80)))
    finally:
        done.set()
        for each in closers:
            each.join()
    desk.close()
    batches = desk.pending(grant)["batches"]
    assert len(batches) > 1, "some were closed while others were asked for"
    in_batches = [words[3] for each in batches for words in each["uses"]]
    assert sorted(in_batches) == sorted(each["id"] for each in told)
    with ThreadPoolExecutor(4) as pool:
        assert {each.status_code for each in pool.map(desk.sign, batches * 2)} <= {200, 202}
    while desk.used(grant) < 80:
        desk.step()
        time.sleep(0.2)
    assert sum(each.size for each in desk.batches(grant)) == 80


def test_of_two_services_over_one_home_each_use_is_in_exactly_one_batch(
    live_ledger: LiveLedger, desk: Batching, home: Path, license_id: str
) -> None:
    grant = desk.grant()
    with batching(live_ledger, home) as second:
        start = threading.Barrier(2)

        def work(at: Batching) -> list[Json]:
            start.wait()
            found = []
            for _ in range(15):
                found.append(at.gathered(grant, license_id))
                at.close()
            return found

        with ThreadPoolExecutor(2) as pool:
            told = [each for found in pool.map(work, (desk, second)) for each in found]
        batches = second.pending(grant)["batches"]
        in_batches = [words[3] for each in batches for words in each["uses"]]
        assert sorted(in_batches) == sorted(each["id"] for each in told)
        for number, batch in enumerate(batches):
            assert (desk, second)[number % 2].sign(batch).status_code == 200
    assert desk.used(grant) == 30


def test_a_batch_of_an_ended_grant_is_recorded_as_left_unsigned(desk: Batching, license_id: str) -> None:
    grant = desk.grant()
    told = desk.gathered(grant, license_id)
    batch = desk.offered(grant)
    desk.done(desk.maker.withdraw(grant, 1))
    refused = desk.sign(batch)
    assert (refused.status_code, refused.json()["code"]) == (403, "GRANT_ENDED"), refused.text
    assert desk.relying.ask(desk.request(grant, license_id)).json()["code"] == "GRANT_ENDED"
    assert desk.relying.copy(told["id"]).status_code == 200, "it was released on the promise"


def test_a_batch_that_nobody_can_record_any_more_waits_for_nobody(alone: Batching, later: Shifted) -> None:
    grant = alone.grant()
    alone.gathered(grant, alone.license())
    alone.offered(grant)
    alone.done(alone.maker.withdraw(grant, 1))
    alone.step()
    assert alone.pending(grant)["batches"], "there is time left to sign it"
    later.seconds = SIGN_SECONDS + 1
    alone.providing.batches.step()
    later.seconds = 0
    assert alone.pending(grant)["batches"] == []
    assert alone.metric("elicense_uses_unsigned_late") == 0
    while not alone.refusals(grant):
        alone.step()
        time.sleep(0.2)


def second_key(live_ledger: LiveLedger, uscc: str, region: str, file: Path) -> tuple[str, Signer]:
    """Another key of a body: its id, and what signs by it."""
    private = crypto.generate_key()
    signer = crypto.signer(private)
    file.write_text(private_key_pem(private, signer.public_key))
    file.chmod(0o600)
    by = ("--by", str(live_ledger.key(region)))
    return live_ledger.cli("org", "key", "add", uscc, "--key", str(file), *by)["keyId"], signer


def cut_off(live_ledger: LiveLedger, key: str, region: str) -> None:
    by = ("--by", str(live_ledger.key(region)))
    live_ledger.cli("org", "key", "cut-off", key, "--since", "2020-01-01", *by)


def test_a_batch_whose_grantees_key_fell_before_the_record_is_signed_by_another(
    live_ledger: LiveLedger, tmp_path: Path
) -> None:
    second, signer = second_key(live_ledger, RELYING, "r33", tmp_path / "second.pem")
    with Relay(live_ledger.rpc) as node, batching(live_ledger, tmp_path / "home", node.url) as desk:
        grant, license_id = desk.grant(), desk.license()
        told = desk.gathered(grant, license_id)
        batch = desk.offered(grant)
        node.watch = lambda *_: True
        taken = desk.sign(batch, desk.signature(batch, signer), wait=0)
        assert taken.status_code == 202, taken.text
        cut_off(live_ledger, second, "r33")
        node.watch = lambda *_: False
        again = desk.offered_anew(grant)
        assert again["object"] == batch["object"]
        assert desk.sign(again).status_code == 200
        receipt = desk.relying.copy(told["id"]).json()["receipt"]
        assert desk.used(grant) == 1
        assert [each for each in desk.refusals(grant) if each.grant == grant] == []
        file = tmp_path / "receipt.json"
        file.write_text(json.dumps(receipt))
        status, judged = live_ledger.attempt("use", "verify-receipt", str(file), home=tmp_path / "elsewhere")
        assert (status, judged["seq"]) == (0, receipt["seq"])


def test_a_batch_whose_providers_key_fell_is_signed_anew_once_another_is_held(
    live_ledger: LiveLedger, tmp_path: Path
) -> None:
    file = tmp_path / "second.pem"
    second, _ = second_key(live_ledger, ISSUER, "r31", file)
    with batching(live_ledger, tmp_path / "home", key=file) as desk:
        grant, license_id = desk.grant(), desk.license()
        told = desk.gathered(grant, license_id)
        batch = desk.offered(grant)
        cut_off(live_ledger, second, "r31")
        desk.providing.batches.step()
        assert desk.pending(grant)["batches"][0]["use"]["signatures"] == batch["use"]["signatures"]
    with batching(live_ledger, tmp_path / "home") as desk:
        desk.providing.batches.step()
        (again,) = desk.pending(grant)["batches"]
        assert (again["object"], again["late"]) == (batch["object"], False)
        assert again["use"]["signatures"] != batch["use"]["signatures"]
        assert desk.sign(again).status_code == 200
        assert desk.relying.copy(told["id"]).json()["receipt"]["seq"] > 0


def test_a_message_that_runs_out_unsigned_is_signed_anew_by_the_provider(
    alone: Batching, later: Shifted
) -> None:
    desk = alone
    grant = desk.grant()
    desk.gathered(grant, desk.license())
    before = desk.offered(grant)
    later.seconds = BATCH_LIFETIME - 3600
    desk.providing.batches.step()
    shifted = Relying(desk.live_ledger, desk.relying.department.at(later.seconds))
    (after,) = shifted.department.get(f"/v1/uses/pending?grant={grant}").json()["batches"]
    assert (after["object"], after["uses"]) == (before["object"], before["uses"])
    assert after["use"]["signed"]["notAfter"] > before["use"]["signed"]["notAfter"] + 86_400


def test_while_records_do_not_come_nothing_is_promised_and_nothing_released(
    alone: Batching, later: Shifted, stopped: Rpc
) -> None:
    desk = alone
    stopped.call("evm_setAutomine", True)
    grant, code, license_id = desk.grant(), desk.resource(), desk.license()
    stopped.call("evm_setAutomine", False)
    waiting = desk.maker.request(code, purposeDigest="0x" + "0e" * 32)
    assert desk.issuer.post("/v1/sharing", waiting, Prefer="wait=0").status_code == 202
    later.seconds = 61
    shifted = Relying(desk.live_ledger, desk.relying.department.at(later.seconds))
    answer = shifted.ask(desk.request(grant, license_id))
    assert (answer.status_code, answer.json()["code"]) == (503, "USE_NOT_PROMISED"), answer.text
    assert answer.headers["retry-after"]


def test_a_request_that_was_refused_is_not_released_in_a_batch_afterwards(
    desk: Batching, license_id: str, later: Shifted
) -> None:
    request = desk.request(desk.grant(since=int(time.time()) + 240), license_id)
    assert desk.relying.ask(request).json()["code"] == "GRANT_NOT_YET"
    later.seconds = 280
    shifted = Relying(desk.live_ledger, desk.relying.department.at(later.seconds))
    answer = shifted.ask(request)
    assert (answer.status_code, answer.json()["code"]) == (409, "USE_REFUSED_BEFORE")
    assert shifted.ask(desk.request(request.grant, license_id)).status_code == 201


@pytest.mark.parametrize("record", ["SINGLE", "batch", 1, None])
def test_another_word_for_the_record_is_no_request(desk: Batching, license_id: str, record: object) -> None:
    form = {**desk.request(desk.grant(), license_id).as_json(), "record": record}
    answer = desk.relying.department.post("/v1/uses", form)
    assert answer.status_code in (400, 422), answer.text


def test_every_recorded_leaf_is_a_use_that_was_asked_for(desk: Batching, license_id: str) -> None:
    grant = desk.grant()
    told = [desk.gathered(grant, license_id) for _ in range(5)]
    assert desk.sign(desk.offered(grant)).status_code == 200
    (batch,) = desk.batches(grant)
    record = desk.live_ledger.ledger(desk.home).reader.record_at(batch.seq)
    uses = [use_of(tuple(bytes.fromhex(word[2:]) for word in each["words"])) for each in told]
    assert set(fact_of(record).leaves) == {use_leaf(each) for each in uses}
    rows = {row["request"]: row["place"] for row in desk.listed(grant) if row["batch"] is not None}
    assert list(fact_of(record).leaves) == [
        use_leaf(each) for each in sorted(uses, key=lambda use: rows[use.request_digest])
    ]
