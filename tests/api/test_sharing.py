"""Messages about sharing at a service: what is recorded, and what is refused with a node and without one."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from ledger.domain.messages import Domain
from tests.api.conftest import Department
from tests.api.test_accepting import serving
from tests.granting import reasons
from tests.live import ISSUER, LiveLedger
from tests.served import NODE_AWAY, Served
from tests.sharing_made import NOTHING, Device, Json, Maker, bits, fresh_code, grant_of


@dataclass
class Service:
    """A service at which a department hands in."""

    department: Department
    maker: Maker

    def tell(self, message: Json) -> tuple[int, str]:
        """Status and code of an answer; `OK` where it has none."""
        answer = self.department.post("/v1/sharing", message, Prefer="wait=60")
        return answer.status_code, answer.json().get("code", "OK")

    def done(self, message: Json) -> Json:
        answer = self.department.post("/v1/sharing", message, Prefer="wait=60")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def resource(self, **more: Any) -> str:
        code = fresh_code()
        self.done(self.maker.resource(code, **more))
        return code

    def granted(self, code: str, **changes: Any) -> str:
        request = self.maker.request(code, **changes)
        assert self.done(request)["object"] == grant_of(request)
        return grant_of(request)

    def bound(self, live_ledger: LiveLedger, device: Device) -> str:
        answer = self.department.post("/v1/licenses", live_ledger.input(**device.keys))
        assert answer.status_code == 201, answer.text
        return str(answer.json()["licenseId"])


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sharing")


@pytest.fixture(scope="module")
def maker(live_ledger: LiveLedger) -> Maker:
    return Maker(live_ledger)


@pytest.fixture(scope="module")
def service(live_ledger: LiveLedger, home: Path, maker: Maker) -> Iterator[Service]:
    with serving(live_ledger, home) as department:
        yield Service(department, maker)


def test_a_grant_goes_its_whole_way_through_a_service(service: Service, live_ledger: LiveLedger) -> None:
    maker, device = service.maker, Device.new()
    license_id = service.bound(live_ledger, device)
    code = service.resource(sharing=2)
    grant = service.granted(code, basis=2, licenseId=license_id, count=1)
    assert service.tell(maker.use(grant)) == (403, "GRANT_PENDING")
    assert service.done(maker.decide(grant))["rev"] == 2
    told = service.done(maker.consent(grant, license_id, device, rev=2, fields=3))
    assert (told["object"], told["rev"], told["promise"] is not None) == (grant, 3, True)
    assert service.tell(maker.use(grant, fields=4)) == (403, "FIELDS_NOT_ALLOWED")
    assert service.done(maker.use(grant))["seq"]
    assert service.tell(maker.use(grant)) == (403, "GRANT_EXHAUSTED")


def test_a_message_is_listed_in_the_outbox_and_asked_after(service: Service) -> None:
    message = service.maker.resource(fresh_code())
    answer = service.department.post("/v1/sharing", message, Prefer="wait=0")
    assert answer.status_code == 202, answer.text
    assert (answer.json()["seq"], answer.json()["promise"] is not None) == (None, True)
    place = answer.headers["location"]
    while (shown := service.department.get(place).json())["state"] != "ANCHORED":
        assert shown["state"] in ("ACCEPTED", "SENT"), shown
        time.sleep(0.1)
    assert shown["answer"]["object"] == answer.json()["object"]
    assert shown["answer"]["seq"] == shown["record"]["seq"]
    again = service.done(message)
    assert again["seq"] == shown["record"]["seq"], "handed in twice, recorded once"


@dataclass(frozen=True)
class Attack:
    """A message that must not be recorded, and the codes by which a node, or none, refuses it."""

    name: str
    message: Json
    code: str
    alone: str = "NOT_ACCEPTABLE"


def attacks(service: Service, live_ledger: LiveLedger) -> list[Attack]:
    """Everything that is wrong with a message, on grants that stand for it."""
    maker, device, other = service.maker, Device.new(), Device.new()
    mine, hers = service.bound(live_ledger, device), service.bound(live_ledger, other)
    asked = service.resource(sharing=2)
    waiting, decided = service.granted(asked), service.granted(asked)
    service.done(maker.decide(decided))
    free = service.resource()
    ended = service.granted(free)
    service.done(maker.withdraw(ended, 1))
    of_me = service.granted(free, basis=2, licenseId=mine)
    taken = service.granted(free, basis=2, licenseId=mine)
    service.done(maker.consent(taken, mine, device))
    service.done(maker.take_back(taken, mine, device, 2))
    good, greedy = (maker.consent(of_me, mine, device, fields=each) for each in (7, 15))
    relabelled = {**good, "signed": {**good["signed"], "fields": bits(1)}}
    stolen = maker.consent(of_me, mine, other)
    wordless = {**good, "words": []}
    doubled = {**good, "signatures": good["signatures"] * 2}

    def elsewhere(domain: Domain) -> Domain:
        return replace(domain, ledger_id=secrets.token_bytes(32))

    foreign = maker.consent(of_me, mine, device, domain=elsewhere)
    return [
        Attack("decided by the grantee", maker.decide(waiting, by=maker.grantee), "NOT_THE_PROVIDER"),
        Attack("decided twice", maker.decide(decided, 2), "GRANT_NOTHING_TO_DO"),
        Attack("decided at an old revision", maker.decide(decided, 1), "STALE_REVISION", "STALE_REVISION"),
        Attack("refused without a reason", no_reason(maker, waiting), "REASON_MISSING"),
        Attack("fields beyond the resource", maker.request(free, fields=bits(1 << 8)), "FIELDS_NOT_ALLOWED"),
        Attack("no fields at all", maker.request(free, fields=bits(0)), "FIELDS_NOT_ALLOWED"),
        Attack("another version", maker.request(free, version=2), "RESOURCE_VERSION"),
        Attack("of an unknown resource", maker.request("NOTHING"), "UNKNOWN_RESOURCE"),
        Attack("over before it begins", maker.request(free, until=1), "DATES_REVERSED"),
        Attack("consent for another ledger", foreign, "SIGNATURE_REFUSED", "SIGNATURE_REFUSED"),
        Attack("fields changed after signing", relabelled, "SIGNATURE_REFUSED", "SIGNATURE_REFUSED"),
        Attack("consent by another license's key", stolen, "HOLDER_NOT_BOUND"),
        Attack("consent about another license", maker.consent(of_me, hers, other), "GRANT_OTHER_LICENSE"),
        Attack("consent without its proof", wordless, "HOLDER_SIGNATURES", "HOLDER_SIGNATURES"),
        Attack("one signature twice", doubled, "HOLDER_SIGNATURES", "HOLDER_SIGNATURES"),
        Attack("consent to more than was asked", greedy, "FIELDS_NOT_ALLOWED"),
        Attack("consent where none is needed", maker.consent(waiting, mine, device), "GRANT_NOTHING_TO_DO"),
        Attack("consent after it was taken back", maker.consent(taken, mine, device, 3), "GRANT_ENDED"),
        Attack("use after the withdrawal", maker.use(ended), "GRANT_ENDED"),
        Attack("use after the consent was taken back", maker.use(taken), "GRANT_ENDED"),
        Attack("use before the decision", maker.use(waiting), "GRANT_PENDING"),
        Attack("use beyond the fields", maker.use(decided, fields=8), "FIELDS_NOT_ALLOWED"),
        Attack("withdrawn twice", maker.withdraw(ended, 2), "GRANT_ENDED"),
        Attack("a resource of another owner", maker.resource(fresh_code(), by=maker.grantee), "NOT_THE_BODY"),
        Attack("signed too long ago", late(maker, free), "MESSAGE_EXPIRED", "MESSAGE_EXPIRED"),
    ]


def no_reason(maker: Maker, grant: str) -> Json:
    members = {"grant": grant, "outcome": 2, "reason": 0, "reasonDigest": NOTHING}
    return maker.message("DecideGrant", 1, members, [maker.owner])


def late(maker: Maker, code: str) -> Json:
    header = ("rev", "signedAt", "notAfter")
    members = {name: each for name, each in maker.request(code)["signed"].items() if name not in header}
    now = int(time.time())
    return maker.message("RequestGrant", 0, members, [maker.grantee], signedAt=now - 200, notAfter=now - 100)


def test_what_is_wrong_is_refused_with_a_node_and_without_one(
    live_ledger: LiveLedger, maker: Maker, tmp_path: Path
) -> None:
    with serving(live_ledger, tmp_path) as department:
        service = Service(department, maker)
        wrong = attacks(service, live_ledger)
        before = live_ledger.ledger().reader.journal()[0]
        told = {each.name: service.tell(each.message)[1] for each in wrong}
        assert told == {each.name: each.code for each in wrong}
    with serving(live_ledger, tmp_path, NODE_AWAY) as department:
        told = {}
        for each in wrong:
            answer = department.post("/v1/sharing", each.message, Prefer="wait=0")
            told[each.name] = answer.json().get("code", answer.text)
        assert told == {each.name: each.alone for each in wrong}
    assert live_ledger.ledger().reader.journal()[0] == before


def test_a_consent_handed_in_again_changes_nothing_and_revives_nothing(
    service: Service, live_ledger: LiveLedger, tmp_path: Path
) -> None:
    maker, device = service.maker, Device.new()
    license_id = service.bound(live_ledger, device)
    grant = service.granted(service.resource(), basis=2, licenseId=license_id)
    consent = maker.consent(grant, license_id, device)
    first = service.done(consent)
    service.done(maker.take_back(grant, license_id, device, 2))
    assert service.done(consent)["seq"] == first["seq"]
    with serving(live_ledger, tmp_path) as elsewhere:
        assert Service(elsewhere, maker).done(consent)["seq"] == first["seq"]
    assert service.tell(maker.use(grant)) == (403, "GRANT_ENDED")


def test_without_a_node_what_waits_counts_and_is_recorded_once_one_is_back(
    live_ledger: LiveLedger, maker: Maker, tmp_path: Path
) -> None:
    device, code = Device.new(), fresh_code()
    with serving(live_ledger, tmp_path) as department:
        license_id = Service(department, maker).bound(live_ledger, device)
    request = maker.request(code, basis=2, licenseId=license_id, count=1)
    grant = grant_of(request)
    messages = [maker.resource(code), request, maker.consent(grant, license_id, device), maker.use(grant)]
    with serving(live_ledger, tmp_path, NODE_AWAY) as department:
        early = department.post("/v1/sharing", messages[3], Prefer="wait=0")
        assert early.json()["code"] == "NOT_ACCEPTABLE"
        answers = [department.post("/v1/sharing", each, Prefer="wait=0") for each in messages]
        assert [each.status_code for each in answers] == [202] * 4, [each.text for each in answers]
        second = department.post("/v1/sharing", maker.use(grant), Prefer="wait=0")
        assert second.json()["code"] == "NOT_ACCEPTABLE", "the one use that waits counts"
    with serving(live_ledger, tmp_path) as department:
        for answer in answers:
            while (shown := department.get(answer.headers["location"]).json())["state"] != "ANCHORED":
                assert shown["state"] in ("ACCEPTED", "SENT"), shown
                time.sleep(0.1)


def test_what_two_bodies_signed_is_not_signed_again_by_one(
    service: Service, live_ledger: LiveLedger, tmp_path: Path
) -> None:
    maker = service.maker
    grant = service.granted(service.resource(), count=1)
    with serving(live_ledger, tmp_path) as department:
        assert Service(department, maker).tell(maker.decide(grant))[1] == "GRANT_NOTHING_TO_DO"
    with serving(live_ledger, tmp_path, NODE_AWAY) as department:
        late = department.post("/v1/sharing", maker.use(grant), Prefer="wait=0")
        assert late.status_code == 202, late.text
    service.done(maker.use(grant))
    with serving(live_ledger, tmp_path) as department:
        place = late.headers["location"]
        while (shown := department.get(place).json())["state"] in ("ACCEPTED", "SENT"):
            time.sleep(0.1)
    assert (shown["state"], shown["reason"]["code"]) == ("REFUSED", "GRANT_EXHAUSTED")
    order = ["outbox", "resign", shown["message"], "--key", str(live_ledger.key("issuer"))]
    status, told = live_ledger.attempt(*order, home=tmp_path)
    assert (status, told["code"]) == (1, "MESSAGE_NOT_ALONE")


@pytest.mark.parametrize(
    ("change", "member"),
    [
        ({"struct": "Issue"}, "struct"),
        ({"signed": {}}, "basis"),
        ({"words": ["0x00"]}, "words"),
        ({"signatures": []}, "signatures"),
        ({"opening": {"batch": 1}}, "opening"),
    ],
)
def test_what_has_not_the_form_of_a_message_is_told_by_its_member(
    service: Service, change: Json, member: str
) -> None:
    answer = service.department.post("/v1/sharing", {**service.maker.request("ANY"), **change})
    assert answer.status_code in (400, 422), answer.text
    assert member in answer.text


def test_nobody_hands_in_without_a_signed_request(service: Service) -> None:
    answer = service.department.client.post("/v1/sharing", json=service.maker.request("ANY"))
    assert (answer.status_code, answer.json()["code"]) == (401, "AUTH_MISSING")


@pytest.fixture(scope="module")
def relay(live_ledger: LiveLedger, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A relay's service that promises, as a process of its own."""
    served = Served(live_ledger, tmp_path_factory.mktemp("relay"), live_ledger.rpc)
    yield served.start()
    served.close()


def test_bodies_share_through_a_relays_service_with_keys_of_their_own(
    live_ledger: LiveLedger, relay: Served, tmp_path: Path
) -> None:
    home, code = tmp_path / "desk", fresh_code()
    fields, name = tmp_path / "fields.csv", f"{ISSUER}/{code}"
    fields.write_text("name,grade\nname,2\n")
    owner = ["--key", str(live_ledger.key("issuer")), "--api", relay.url]
    grantee = ["--key", str(live_ledger.key("relying")), "--api", relay.url]

    def run(*arguments: str) -> Json:
        status, told = live_ledger.attempt(*arguments, home=home)
        assert status == 0, told
        return told

    added = run("resource", "add", code, "--field-list", str(fields), *owner)
    assert (added["seq"] > 0, added["promise"]["message"] is not None) == (True, True)
    why = reasons()
    asked = run("grant", "request", name, "--fields", "name", *why, "--until", "2029-01-01", *grantee)
    assert asked["standing"] == "IN_EFFECT"
    assert run("outbox", "list")["messages"] == [], "nothing went through a relay of this home"
    status, told = live_ledger.attempt("grant", "withdraw", asked["grant"], *owner[:3], relay.url, home=home)
    assert (status, told["standing"]) == (0, "WITHDRAWN")
    status, told = live_ledger.attempt("resource", "amend", name, *grantee, home=home)
    assert (status, told["code"]) == (1, "NOT_THE_BODY")
