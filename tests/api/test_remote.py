"""Writing through a service: the key stays on this side, and nothing is signed that was not ordered."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.main import ApiOptions, create_app
from ledger import crypto
from ledger.adapters.clock import SystemClock
from ledger.adapters.sm2_keys import private_key_pem
from ledger.domain.acts import Act
from ledger.domain.holders import asked_binding
from ledger.domain.messages import MESSAGES, key_id
from ledger.domain.objects import ascii32
from ledger.domain.promise import Promise
from ledger.domain.signed_message import Prepared
from ledger.errors import BadSignatureError, LedgerError, TrustError
from ledger.ports import Signer
from ledger.service.orders import ActOrder
from ledger.service.remote import Known, OrderAtService
from tests.api.conftest import Department
from tests.forked import elicense
from tests.live import ISSUER, RELYING, LiveLedger
from tests.served import NODE_AWAY, Served

Json = dict[str, Any]


@pytest.fixture(scope="module")
def served(live_ledger: LiveLedger, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A relay's service that promises; it holds no key of the issuer's."""
    service = Served(live_ledger, tmp_path_factory.mktemp("relay"), live_ledger.rpc)
    service._options = service._options[2:]
    yield service.start()
    service.close()


class Desk:
    """An issuing department: its key, a home of its own, no relay key and no node."""

    def __init__(self, live_ledger: LiveLedger, home: Path, url: str) -> None:
        self.live_ledger, self.home, self.url = live_ledger, home, url
        home.mkdir(parents=True)

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "ELICENSE_HOME": str(self.home),
            "ELICENSE_NETWORK": str(self.live_ledger.network),
            "ELICENSE_RPC": "http://127.0.0.1:9",
            "ELICENSE_API": self.url,
        }

    def run(self, *arguments: str, **more: str) -> tuple[int, Json]:
        done = elicense(*arguments, "--json", env={**self.environment, **more}, cwd=self.home)
        return done.returncode, json.loads(done.stdout)

    def sign(self, *arguments: str) -> Json:
        """A command that writes, with the issuer's key; it has to be done."""
        status, told = self.run(*arguments, "--key", str(self.live_ledger.key("issuer")))
        assert (status, told["code"]) == (0, "OK"), told
        return told


@pytest.fixture
def desk(live_ledger: LiveLedger, served: Served, tmp_path: Path) -> Desk:
    return Desk(live_ledger, tmp_path / "desk", served.url)


def file_of(folder: Path, given: Json) -> str:
    path = folder / "input.json"
    path.write_text(json.dumps(given, ensure_ascii=False))
    return str(path)


def test_a_department_writes_through_a_relays_service_with_its_own_key(
    desk: Desk, live_ledger: LiveLedger, tmp_path: Path
) -> None:
    issued = desk.sign("license", "issue", file_of(tmp_path, live_ledger.input()), "--out", "one.elic.json")
    assert issued["seq"]
    promise = Promise.from_json(issued["promise"])
    promise.check(crypto.verifier(), live_ledger.ledger().trust.ledger_id)
    verdict = live_ledger.cli("verify", str(desk.home / "one.elic.json"), "--region", "330421")
    assert (verdict["result"], verdict["identifier"]) == ("IN_FORCE", issued["identifier"])
    id_ = issued["identifier"]
    holder = live_ledger.signer("relying").public_key.hex()
    assert desk.sign("license", "bind", id_, "--holder-key", holder)["rev"] == 2
    frozen = desk.sign("license", "freeze", id_)
    assert (frozen["rev"], frozen["act"], frozen["status"]) == (3, "FREEZE", "IN_FORCE")
    suspended = desk.sign("license", "suspend", id_, "--ground", "INVESTIGATION", "--reference", "虚构1号")
    assert (suspended["rev"], suspended["act"], suspended["status"]) == (4, "SUSPEND", "SUSPENDED")
    desk.sign("license", "resume", id_, "--ground", "CONDITIONS_MET_AGAIN")
    assert desk.sign("license", "transfer", "out", id_, "--region", "330421")["status"] == "SUSPENDED"
    assert desk.sign("license", "transfer", "cancel", id_)["status"] == "IN_FORCE"
    changed = live_ledger.input(serial=None)
    changed["face"]["post"] = "企业主要负责人"
    order = (
        "license",
        "amend",
        id_,
        file_of(tmp_path, changed),
        "--kind",
        "change",
        "--out",
        "two.elic.json",
    )
    amended = desk.sign(*order)
    assert (amended["supersedes"], amended["act"]) == (id_, "CHANGE")
    assert live_ledger.cli("verify", str(desk.home / "two.elic.json"))["result"] == "IN_FORCE"
    (tmp_path / "promise.json").write_text(json.dumps(amended["promise"]))
    told = live_ledger.cli("promise", "verify", str(tmp_path / "promise.json"))
    assert (told["outcome"], told["seq"]) == ("KEPT", amended["seq"] - 1), "the first of its two records"


def test_the_same_request_id_gets_the_license_that_was_issued_first(
    desk: Desk, live_ledger: LiveLedger, tmp_path: Path
) -> None:
    order = ("license", "issue", file_of(tmp_path, live_ledger.input()), "--request-id", "r1")
    first, again = desk.sign(*order), desk.sign(*order)
    assert {**first, "file": None} == {**again, "file": None}
    key = str(live_ledger.key("issuer"))
    status, told = desk.run("license", "issue", file_of(tmp_path, live_ledger.input()), "--key", key)
    assert status == 0
    status, told = desk.run("license", "issue", str(tmp_path / "input.json"), "--key", key)
    assert (status, told["code"]) == (1, "LICENSE_EXISTS"), told


def test_what_the_service_refuses_reads_as_if_it_had_happened_here(
    desk: Desk, live_ledger: LiveLedger, tmp_path: Path
) -> None:
    key = str(live_ledger.key("issuer"))
    bad = live_ledger.input(origin="somewhere")
    status, told = desk.run("license", "issue", file_of(tmp_path, bad), "--key", key)
    assert (status, told["code"]) == (2, "LICENSE_INPUT")
    assert [each["field"] for each in told["error"]["fields"]["errors"]] == ["origin"]
    unknown = "0x" + "ab" * 32
    order = ("license", "revoke", unknown, "--ground", "PENALTY", "--key", key)
    status, told = desk.run(*order)
    assert (status, told["code"]) == (2, "SERVICE_ORGANISATION")
    status, told = desk.run(*order, "--org", ISSUER)
    assert (status, told["code"], told["error"]["fields"]["id"]) == (4, "UNKNOWN_LICENSE", unknown)
    assert told["error"]["saidBy"] == desk.url, "the service does not know it; this home was not asked"
    status, told = desk.run(*order, "--org", ISSUER, ELICENSE_API="http://127.0.0.1:9")
    assert (status, told["code"], told["error"].get("saidBy")) == (75, "SERVICE_OUTAGE", None)
    assert "无法连接" in told["error"]["message"]["zh"]
    issuing = desk.run(
        "license", "issue", file_of(tmp_path, bad), "--key", key, ELICENSE_API="http://127.0.0.1:9"
    )
    assert "--request-id" in issuing[1]["error"]["remedy"]["en"]
    other = ("--key", str(live_ledger.key("relying")), "--org", ISSUER)
    status, told = desk.run("license", "revoke", unknown, "--ground", "PENALTY", *other)
    assert (status, told["code"]) == (1, "AUTH_KEY_UNKNOWN")


# --- services that lie --------------------------------------------------------------------


@pytest.fixture(scope="module")
def honest(live_ledger: LiveLedger, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Department]:
    options = ApiOptions(promise_key=live_ledger.key("relying"))
    app = create_app(live_ledger.ledger(tmp_path_factory.mktemp("honest")), options)
    with TestClient(app) as client:
        yield Department(client, ISSUER, live_ledger.signer("issuer"))


class Liar:
    """A service whose answers are changed on their way."""

    def __init__(self, honest: Department) -> None:
        self.honest, self.posts = honest, 0
        self.lie: Callable[[Json], None] = lambda _: None
        self.at = 1

    def post(self, target: str, body: Json, headers: Mapping[str, str] | None = None) -> Json:
        self.posts += 1
        answer = self.honest.post(target, body, **(headers or {}))
        assert answer.status_code < 300, answer.text
        told = copy.deepcopy(answer.json())
        if self.posts == self.at:
            self.lie(told)
        return dict(told)


def orders(
    live_ledger: LiveLedger, service: Liar, rpc: str | None = None, key: str = "issuer"
) -> OrderAtService:
    ledger = live_ledger.ledger(None, rpc)
    signer = live_ledger.signer(key)
    known = Known(ledger.types().get, ledger.index.resolve, ledger.seen)
    return OrderAtService(service, ISSUER, ledger.trust, known, crypto.verifier(), signer, SystemClock())


def promised_by(live_ledger: LiveLedger, signer: Signer) -> Callable[[Json], None]:
    """The promise as another key signs it, in the name of the same body."""

    def lie(answer: Json) -> None:
        mine = replace(Promise.from_json(answer["promise"]), public_key=signer.public_key)
        answer["promise"] = mine.signed(signer.sign(mine.message())).as_json()

    return lie


def test_a_promise_by_a_key_that_nobody_registered_is_none(
    honest: Department, live_ledger: LiveLedger
) -> None:
    """Where a node can be asked; else it is said that nobody was."""
    service = Liar(honest)
    service.lie, service.at = promised_by(live_ledger, crypto.signer(crypto.generate_key())), 2
    with pytest.raises(BadSignatureError, match="PROMISE_KEY_UNKNOWN"):
        orders(live_ledger, service).issue(live_ledger.input())
    service.posts = 0
    assert orders(live_ledger, service, NODE_AWAY).issue(live_ledger.input())["promiseKey"] == "NOT_CHECKED"
    assert orders(live_ledger, Liar(honest)).issue(live_ledger.input())["promiseKey"] == "REGISTERED"


def signed_by(live_ledger: LiveLedger, signer: Signer) -> Callable[[Json], None]:
    """The license file as another key signs it, rightly."""

    def lie(answer: Json) -> None:
        envelope, identity = answer["envelope"], key_id(signer.public_key)
        signed = {**envelope["signed"], "keyId": "0x" + identity.hex()}
        values = {name: value for name, value in signed.items() if name != "keyId"}
        prepared = Prepared(MESSAGES["Issue"], values, live_ledger.ledger().trust.domain("Licenses"))
        message = prepared.message(identity)
        answer["envelope"] = {
            **envelope,
            "signed": signed,
            "signer": {**envelope["signer"], "keyId": signed["keyId"]},
            "message": message.hex(),
            "signature": signer.sign(message).hex(),
        }

    return lie


def test_a_license_file_by_a_key_of_another_body_is_not_taken(
    honest: Department, live_ledger: LiveLedger
) -> None:
    """A right file under the same request id may be by an earlier key of the issuer's: that is looked up."""
    for signer in (live_ledger.signer("relying"), crypto.signer(crypto.generate_key())):
        service = Liar(honest)
        service.lie, service.at = signed_by(live_ledger, signer), 2
        with pytest.raises(TrustError) as caught:
            orders(live_ledger, service).issue(live_ledger.input())
        assert (caught.value.code, caught.value.fields["member"]) == ("SERVICE_ANSWER_DIFFERS", "signer")
        service.posts = 0
        with pytest.raises(LedgerError, match="SERVICE_FILE_UNCHECKED"):
            orders(live_ledger, service, NODE_AWAY).issue(live_ledger.input())


def second_key(live_ledger: LiveLedger) -> str:
    """The name of another signing key that the issuer registers."""
    raw = crypto.generate_key()
    path = live_ledger.key("issuer-second")
    path.write_text(private_key_pem(raw, crypto.signer(raw).public_key))
    path.chmod(0o600)
    by = str(live_ledger.key("qingpu"))
    live_ledger.cli("org", "key", "add", ISSUER, "--key", str(path), "--by", by)
    return "issuer-second"


def test_a_license_file_by_another_key_of_the_same_body_is_taken_if_its_signature_holds(
    honest: Department, live_ledger: LiveLedger
) -> None:
    second, given = second_key(live_ledger), live_ledger.input()
    issued = orders(live_ledger, Liar(honest)).issue(given, "two-keys")
    again = orders(live_ledger, Liar(honest), key=second).issue(given, "two-keys")
    assert again["envelope"] == issued["envelope"]
    service = Liar(honest)
    service.lie, service.at = put("envelope", "signature", value="11" * 64), 2
    with pytest.raises(TrustError) as caught:
        orders(live_ledger, service, key=second).issue(given, "two-keys")
    assert caught.value.fields["member"] == "signature"


def put(*path: str, value: Any) -> Callable[[Json], None]:
    def lie(answer: Json) -> None:
        place: Any = answer
        for name in path[:-1]:
            place = place[name]
        place[path[-1]] = value

    return lie


@pytest.mark.parametrize(
    ("lie", "member"),
    [
        (put("message", value="00" * 64), "message"),
        (put("signed", "rev", value=7), "message"),
        (put("signed", "digest", value="0x" + "11" * 32), "message"),
        (put("signed", "more", value=1), "signed"),
        (put("signed", value=None), "signed"),
        (put("license", "face", "category", value="A"), "license"),
        (put("license", value=None), "license"),
        (put("salts", value={}), "salts"),
        (put("salts", "face/category", value="11" * 32), "digest"),
    ],
)
def test_no_license_is_signed_that_was_not_ordered(
    honest: Department, live_ledger: LiveLedger, lie: Callable[[Json], None], member: str
) -> None:
    service = Liar(honest)
    service.lie = lie
    with pytest.raises(TrustError) as caught:
        orders(live_ledger, service).issue(live_ledger.input())
    assert (caught.value.code, caught.value.fields["member"]) == ("SERVICE_MESSAGE_DIFFERS", member)
    assert service.posts == 1, "nothing was signed or handed in"


def _as_prepared(live_ledger: LiveLedger, name: str, **changes: Any) -> Callable[[Json], None]:
    """Another message of a struct than was ordered, with an M that fits it."""

    def lie(answer: Json) -> None:
        ledger = live_ledger.ledger()
        signed = {**answer["signed"], **changes}
        values = {member: value for member, value in signed.items() if member != "keyId"}
        prepared = Prepared(MESSAGES[name], values, ledger.trust.domain("Licenses"))
        answer["signed"] = signed
        answer["message"] = prepared.message(bytes.fromhex(answer["keyId"][2:])).hex()

    return lie


@pytest.mark.parametrize(
    ("changes", "member"),
    [
        ({"digest": "0x" + "11" * 32}, "digest"),
        ({"issuer": "0x" + b"11330000MB0TE5T28K".ljust(32, b"\0").hex()}, "issuer"),
        ({"validTo": 1}, "validTo"),
        ({"holderBinding": "0x" + "22" * 32}, "holderBinding"),
        ({"signedAt": 1_000_000_000}, "signedAt"),
        ({"notAfter": 9_000_000_000}, "notAfter"),
    ],
)
def test_a_message_that_fits_its_m_still_has_to_say_what_was_ordered(
    honest: Department, live_ledger: LiveLedger, changes: Json, member: str
) -> None:
    service = Liar(honest)
    service.lie = _as_prepared(live_ledger, "Issue", **changes)
    with pytest.raises(TrustError) as caught:
        orders(live_ledger, service).issue(live_ledger.input())
    assert (caught.value.fields["member"], service.posts) == (member, 1)


@pytest.mark.parametrize(
    ("changes", "member"),
    [
        ({"act": int(Act.REVOKE), "ground": 20}, "act"),
        ({"ground": 22}, "ground"),
        ({"effective": 1_700_000_000}, "effective"),
        ({"region": 330421}, "region"),
        ({"licenseId": "0x" + "ab" * 32}, "licenseId"),
    ],
)
def test_an_act_that_was_not_ordered_is_not_signed(
    honest: Department, live_ledger: LiveLedger, changes: Json, member: str
) -> None:
    issued = orders(live_ledger, Liar(honest)).issue(live_ledger.input())
    service = Liar(honest)
    service.lie = _as_prepared(live_ledger, "Act", **changes)
    with pytest.raises(TrustError) as caught:
        orders(live_ledger, service).act(issued["licenseId"], ActOrder("suspend", "INVESTIGATION", region=0))
    assert (caught.value.fields["member"], service.posts) == (member, 1)


def test_nothing_is_bound_or_frozen_in_the_name_of_another_body(
    honest: Department, live_ledger: LiveLedger
) -> None:
    given = {**live_ledger.input(), "holderKey": live_ledger.signer("relying").public_key.hex()}
    issued = orders(live_ledger, Liar(honest)).issue(given)
    keys = {"holderKey": given["holderKey"]}
    wanted: dict[str, Callable[[OrderAtService], Json]] = {
        "Freeze": lambda desk: desk.freeze(issued["identifier"]),
        "Bind": lambda desk: desk.bind(issued["identifier"], keys, asked_binding(keys)),
    }
    for name, order in wanted.items():
        service = Liar(honest)
        service.lie = _as_prepared(live_ledger, name, by="0x" + ascii32(RELYING).hex())
        with pytest.raises(TrustError) as caught:
            order(orders(live_ledger, service))
        assert (caught.value.fields["member"], service.posts) == ("by", 1)


def test_a_license_file_is_handed_to_no_service(desk: Desk, live_ledger: LiveLedger) -> None:
    file = desk.home / "one.elic.json"
    file.write_text("{}")
    order = ("license", "freeze", "0x" + "ab" * 32, "--file", str(file), "--org", ISSUER)
    status, told = desk.run(*order, "--key", str(live_ledger.key("issuer")))
    assert (status, told["code"]) == (2, "FILE_AT_SERVICE")


@pytest.mark.parametrize(
    ("path", "value", "error"),
    [
        ("message", "0x" + "11" * 32, BadSignatureError),
        ("acceptedAt", "2026-01-01T00:00:00Z", BadSignatureError),
        ("ledgerId", "0x" + "11" * 32, BadSignatureError),
        ("signature", "11" * 64, BadSignatureError),
        ("format", "elicense-promise/0", LedgerError),
    ],
)
def test_a_promise_that_is_none_is_told(
    honest: Department, live_ledger: LiveLedger, path: str, value: str, error: type[LedgerError]
) -> None:
    service = Liar(honest)
    service.lie, service.at = put("promise", path, value=value), 2
    with pytest.raises(error):
        orders(live_ledger, service).issue(live_ledger.input())


def test_a_promise_about_another_message_is_told(honest: Department, live_ledger: LiveLedger) -> None:
    other = orders(live_ledger, Liar(honest)).issue(live_ledger.input())
    service = Liar(honest)
    service.lie, service.at = put("promise", value=other["promise"]), 2
    with pytest.raises(BadSignatureError, match="PROMISE_OF_ANOTHER"):
        orders(live_ledger, service).issue(live_ledger.input())


@pytest.mark.parametrize(
    ("path", "value", "member"),
    [
        (("licenseId",), "0x" + "11" * 32, "licenseId"),
        (("envelope",), None, "envelope"),
        (("envelope", "license", "face", "category"), "A", "digest"),
        (("envelope", "signed", "validTo"), 1, "signed"),
        (("envelope", "signature"), "11" * 64, "signature"),
    ],
)
def test_a_license_file_that_was_not_ordered_is_taken_from_no_service(
    honest: Department, live_ledger: LiveLedger, path: tuple[str, ...], value: Any, member: str
) -> None:
    service = Liar(honest)
    service.lie, service.at = put(*path, value=value), 2
    with pytest.raises(TrustError) as caught:
        orders(live_ledger, service).issue(live_ledger.input())
    assert (caught.value.code, caught.value.fields["member"]) == ("SERVICE_ANSWER_DIFFERS", member)


def test_the_file_of_another_license_is_taken_from_no_service(
    honest: Department, live_ledger: LiveLedger
) -> None:
    other = orders(live_ledger, Liar(honest)).issue(live_ledger.input())
    service = Liar(honest)
    service.lie, service.at = lambda answer: answer.update(other, licenseId=answer["licenseId"]), 2
    with pytest.raises(TrustError) as caught:
        orders(live_ledger, service).issue(live_ledger.input())
    assert (caught.value.code, caught.value.fields["member"]) == ("SERVICE_ANSWER_DIFFERS", "license")


def test_an_answer_about_another_act_is_told(honest: Department, live_ledger: LiveLedger) -> None:
    issued = orders(live_ledger, Liar(honest)).issue(live_ledger.input())
    service = Liar(honest)
    service.lie, service.at = put("licenseId", value="0x" + "11" * 32), 2
    with pytest.raises(TrustError, match="SERVICE_ANSWER_DIFFERS"):
        orders(live_ledger, service).act(issued["licenseId"], ActOrder("suspend", "INVESTIGATION"))
