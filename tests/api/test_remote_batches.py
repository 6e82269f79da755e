"""Sheets through a service: the key stays on this side, every row is issued once, whatever dies."""

from __future__ import annotations

import copy
import json
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.main import ApiOptions, create_app
from ledger import crypto
from ledger.adapters.clock import SystemClock
from ledger.bootstrap import Ledger
from ledger.domain.document import Envelope, FilledIn, fill_in
from ledger.domain.holders import holder_binding
from ledger.domain.identifiers import LicenseIdentifier
from ledger.errors import TrustError
from ledger.service.orders import Renews
from ledger.service.remote import Known, OrderAtService
from ledger.service.remote_batch import BatchesAtService
from ledger.service.remote_handing import Handing
from ledger.service.remote_renewal import OldLicensesAtService
from scripts.tripwire import stopped
from tests.api.conftest import Department
from tests.api.test_remote import Desk
from tests.depth import some
from tests.live import ISSUER, RELYING, LiveLedger
from tests.lying_proxy import LyingProxy
from tests.served import Served

Json = dict[str, Any]

TYPE = "11100000000013338W011"


@pytest.fixture(scope="module")
def served(live_ledger: LiveLedger, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A relay's service that promises; it holds no key of the issuer's."""
    service = Served(live_ledger, tmp_path_factory.mktemp("relay"), live_ledger.rpc)
    service._options = service._options[2:]
    yield service.start()
    service.close()


@pytest.fixture
def desk(live_ledger: LiveLedger, served: Served, tmp_path: Path) -> Desk:
    return Desk(live_ledger, tmp_path / "desk", served.url)


def sheet_of(folder: Path, inputs: list[Json]) -> Path:
    path = folder / "sheet.jsonl"
    path.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in inputs))
    return path


def order(desk: Desk, sheet: Path, size: int, out: Path) -> list[str]:
    key = ["--key", str(desk.live_ledger.key("issuer")), "--org", ISSUER]
    options = ["--type", TYPE, "--out", str(out), "--size", str(size), "--resume"]
    return ["license", "issue-batch", str(sheet), *options, *key]


def test_a_sheet_is_issued_through_a_service_with_the_departments_key(
    desk: Desk, live_ledger: LiveLedger, tmp_path: Path
) -> None:
    inputs = [live_ledger.input() for _ in range(7)]
    before = desk.run("license", "issue", one(tmp_path, inputs[2]), "--key", str(live_ledger.key("issuer")))
    assert before[0] == 0, before
    bad = {**live_ledger.input(), "origin": "somewhere"}
    sheet, out = sheet_of(tmp_path, [*inputs, bad]), tmp_path / "out"
    status, told = desk.run(*order(desk, sheet, 4, out))
    assert (status, told["code"], told["accepted"]) == (1, "ROWS_REJECTED", 6), told
    faults = [(each["line"], each["code"]) for each in told["rejected"]]
    assert faults[0] == (3, "SHEET_ISSUED"), "the service knows what it issued"
    assert {line for line, _ in faults} == {3, 8}
    assert [each["size"] for each in told["batches"]] == [4, 2]
    assert all(each["seq"] for each in told["batches"])
    assert [each["promiseKey"] for each in told["batches"]] == ["NOT_CHECKED"] * 2, "no node tells whose"
    assert len((out / "rejected.jsonl").read_text().splitlines()) == 2
    verdicts = live_ledger.cli("verify", str(out), "--region", "330421")
    assert verdicts["counts"] == {"IN_FORCE": 6}
    assert desk.run(*order(desk, sheet, 4, out))[1] == {**told, "resumed": True}, "once and for all"
    status, known = desk.run("license", "issue-batch", *order(desk, sheet, 4, tmp_path / "again")[2:])
    assert {each["code"] for each in known["rejected"]} >= {"SHEET_ISSUED"}
    assert (status, known["accepted"], known["batches"]) == (1, 0, []), known
    identifier = next(out.glob("*.elic.json")).name.removesuffix(".elic.json")
    held = ("--ground", "INVESTIGATION")
    assert desk.sign("license", "suspend", identifier, *held)["status"] == "SUSPENDED", "a leaf as any other"


def one(folder: Path, given: Json) -> str:
    path = folder / "one.json"
    path.write_text(json.dumps(given, ensure_ascii=False))
    return str(path)


def test_a_sheet_names_the_body_for_which_it_is(desk: Desk, live_ledger: LiveLedger, tmp_path: Path) -> None:
    sheet = sheet_of(tmp_path, [live_ledger.input()])
    whole = order(desk, sheet, 4, tmp_path / "out")
    status, told = desk.run(*whole[:-2])
    assert (status, told["code"]) == (2, "SERVICE_ORGANISATION"), told
    status, told = desk.run(*whole, ELICENSE_API="http://127.0.0.1:9")
    assert (status, told["code"], told["accepted"]) == (75, "SERVICE_OUTAGE", 0), told


POINTS = [
    *(("ask", number) for number in range(1, 5)),
    *(("sent", number) for number in range(1, 5)),
    *(("flush", number) for number in range(1, 7)),
    ("name", 1),
    ("write", 1),
    ("write", 2),
]
"""Where the department's process dies; each run goes on where the one before was stopped."""


def test_killed_at_every_step_a_sheet_is_issued_exactly_once(
    desk: Desk, live_ledger: LiveLedger, tmp_path: Path
) -> None:
    sheet, out = sheet_of(tmp_path, [live_ledger.input() for _ in range(24)]), tmp_path / "out"
    command, before = order(desk, sheet, 2, out), live_ledger.cli("audit", "replay")
    for step, number in some(POINTS, 4):
        run = subprocess.run(
            stopped(step, number, "kill", *command), env=desk.environment, capture_output=True, check=False
        )
        assert run.returncode == -signal.SIGKILL, (step, number, run.stdout[-500:], run.stderr[-500:])
    status, told = desk.run(*command)
    assert (status, told["code"], told["accepted"], told["rejected"]) == (0, "OK", 24, []), told
    assert [each["size"] for each in told["batches"]] == [2] * 12
    after = live_ledger.cli("audit", "replay")
    assert (after["batches"] - before["batches"], after["findings"]) == (12, [])
    assert live_ledger.cli("verify", str(out))["counts"] == {"IN_FORCE": 24}


def test_what_is_accepted_while_the_chain_is_away_is_finished_later(
    live_ledger: LiveLedger, tmp_path: Path
) -> None:
    with LyingProxy(live_ledger.rpc) as proxy:
        service = Served(live_ledger, tmp_path / "relay", proxy.url)
        desk = Desk(live_ledger, tmp_path / "desk", service.start().url)
        sheet, out = sheet_of(tmp_path, [live_ledger.input() for _ in range(2)]), tmp_path / "out"
        command = order(desk, sheet, 4, out)
        try:
            proxy.cut = {"eth_sendRawTransaction"}
            subprocess.run(stopped("sent", 2, "kill", *command), env=desk.environment, check=False)
            journal = [json.loads(line) for line in (out / ".issue-batch.jsonl").read_text().splitlines()]
            (place,) = (f"/v1/batches/{each['message']}" for each in journal if "handed" in each)
            with service.department() as department:
                wait_until(lambda: department.get(place).status_code == 200)
                status, told = desk.run(*command)
                assert (status, told["code"], told["accepted"]) == (0, "ACCEPTED", 2), told
                assert [each["seq"] for each in told["batches"]] == [None]
                proxy.cut = set()
                wait_until(lambda: department.get(place).json()["seq"] is not None)
            status, told = desk.run(*command)
            assert (status, told["code"], told["resumed"]) == (0, "OK", True), told
            assert told["batches"][0]["seq"]
        finally:
            service.close()
    assert live_ledger.cli("verify", str(out))["counts"] == {"IN_FORCE": 2}


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 300
    while not holds():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.1)


def test_how_far_the_promise_of_a_batch_was_checked_is_told_and_kept(
    desk: Desk, live_ledger: LiveLedger, tmp_path: Path
) -> None:
    sheet, out = sheet_of(tmp_path, [live_ledger.input()]), tmp_path / "out"
    command = order(desk, sheet, 4, out)
    told = desk.run(*command, ELICENSE_RPC=live_ledger.rpc)[1]
    assert [each["promiseKey"] for each in told["batches"]] == ["REGISTERED"], told
    assert desk.run(*command)[1]["batches"] == told["batches"]
    local = ["--type", TYPE, "--out", str(tmp_path / "local"), "--key", str(live_ledger.key("issuer"))]
    sheet = sheet_of(tmp_path, [live_ledger.input()])
    told = live_ledger.cli("license", "issue-batch", str(sheet), *local)
    assert [each["promiseKey"] for each in told["batches"]] == [None], "here no service promised"


# --- renewing -----------------------------------------------------------------------------


def renewal(
    desk: Desk, live_ledger: LiveLedger, folder: Path, olds: list[str], size: int = 1000
) -> list[str]:
    """The command line that renews licenses, by a sheet."""
    inputs = [{**live_ledger.input(serial=None), "renews": name} for name in olds]
    issue = order(desk, sheet_of(folder, inputs), size, folder / "renewed")
    return ["license", "renew-batch", *issue[2:]]


def issued_leaves(desk: Desk, live_ledger: LiveLedger, folder: Path, count: int) -> list[str]:
    sheet = sheet_of(folder, [live_ledger.input() for _ in range(count)])
    status, told = desk.run(*order(desk, sheet, 1000, folder / "first"))
    assert status == 0, told
    files = sorted((folder / "first").glob("*.elic.json"))
    return [path.name.removesuffix(".elic.json") for path in files]


def test_a_sheet_of_renewals_goes_through_a_service(
    desk: Desk, live_ledger: LiveLedger, tmp_path: Path
) -> None:
    leaves = issued_leaves(desk, live_ledger, tmp_path, 4)
    alone = desk.sign("license", "issue", one(tmp_path, live_ledger.input()), "--out", "one.elic.json")
    desk.sign("license", "revoke", leaves[3], "--ground", "SERIOUS_VIOLATION")
    missing = str(LicenseIdentifier.parse(alone["identifier"]).next_version().text)
    command = renewal(desk, live_ledger, tmp_path, [*leaves, alone["licenseId"], missing, leaves[0]])
    status, told = desk.run(*command)
    assert (status, told["code"], told["accepted"], told["singly"]) == (1, "ROWS_REJECTED", 4, 1), told
    faults = [(each["line"], each["code"]) for each in told["rejected"]]
    assert faults == [(4, "RENEWS_TAKEN"), (6, "RENEWS_UNKNOWN"), (7, "RENEWS_TWICE")]
    assert [each["size"] for each in told["batches"]] == [3]
    verdicts = live_ledger.cli("verify", str(tmp_path / "renewed"), "--region", "330421")
    assert verdicts["counts"] == {"IN_FORCE": 4}
    _, old = desk.run("verify", str(tmp_path / "first"), ELICENSE_RPC=live_ledger.rpc)
    assert old["counts"] == {"SUPERSEDED": 3, "REVOKED": 1}
    _, old = desk.run("verify", str(desk.home / "one.elic.json"), ELICENSE_RPC=live_ledger.rpc)
    assert old["result"] == "SUPERSEDED"
    assert desk.run(*command)[1] == {**told, "resumed": True}


@pytest.fixture
def cut_relay(live_ledger: LiveLedger, tmp_path: Path) -> Iterator[tuple[Served, Desk, LyingProxy]]:
    """A relay whose way to the chain a test cuts, and a department that uses it."""
    with LyingProxy(live_ledger.rpc) as proxy:
        service = Served(live_ledger, tmp_path / "relay", proxy.url)
        try:
            yield service, Desk(live_ledger, tmp_path / "desk", service.start().url), proxy
        finally:
            service.close()


def handed_in(folder: Path, name: str) -> str:
    """Digest of the last message that a sheet handed in."""
    journal = [json.loads(line) for line in (folder / name).read_text().splitlines()]
    return str([each["message"] for each in journal if "handed" in each][-1])


def test_a_renewal_of_one_that_is_accepted_while_the_chain_is_away_is_finished_later(
    cut_relay: tuple[Served, Desk, LyingProxy], live_ledger: LiveLedger, tmp_path: Path
) -> None:
    service, desk, proxy = cut_relay
    alone = desk.sign("license", "issue", one(tmp_path, live_ledger.input()))["licenseId"]
    command = renewal(desk, live_ledger, tmp_path, [alone])
    proxy.cut = {"eth_sendRawTransaction"}
    status, told = desk.run(*command)
    assert (status, told["code"]) == (0, "ACCEPTED"), told
    assert (told["accepted"], told["singly"], told["pending"]) == (1, 1, 1)
    assert told["promiseKey"] == "NOT_CHECKED"
    proxy.cut = set()
    place = f"/v1/messages/{handed_in(tmp_path / 'renewed', '.issue-batch.jsonl')}"
    with service.department() as department:
        wait_until(lambda: department.get(place).json()["state"] == "ANCHORED")
    status, told = desk.run(*command)
    assert (status, told["code"], told["singly"], told["pending"]) == (0, "OK", 1, 0), told
    assert live_ledger.cli("verify", str(tmp_path / "renewed"))["counts"] == {"IN_FORCE": 1}
    assert desk.run(*command)[1] == told


Overtake = Callable[[Ledger], object]


def a_leaf(desk: Desk, live_ledger: LiveLedger, folder: Path) -> tuple[str, Overtake]:
    """A license of a batch, and how its renewal is overtaken: another leaf is renewed."""
    leaf, _ = issued_leaves(desk, live_ledger, folder, 2)
    place = Envelope.parse((folder / "first" / f"{leaf}.elic.json").read_bytes()).place
    assert place is not None
    renews, signer = Renews(place[0], (1 - place[1],), 1), live_ledger.signer("issuer")
    return leaf, lambda other: other.batches().issue_batch([live_ledger.input()], signer, renews)


def one_alone(desk: Desk, live_ledger: LiveLedger, folder: Path) -> tuple[str, Overtake]:
    """A license by itself, and how its renewal is overtaken: a device is bound."""
    alone = str(desk.sign("license", "issue", one(folder, live_ledger.input()))["licenseId"])
    signer = live_ledger.signer("issuer")
    binding = holder_binding(signer.public_key, None)
    return alone, lambda other: other.acting().bind(alone, binding, 1, 2, signer, ISSUER)


@pytest.mark.parametrize("make", [a_leaf, one_alone])
def test_what_was_signed_again_at_the_service_is_followed(
    cut_relay: tuple[Served, Desk, LyingProxy],
    live_ledger: LiveLedger,
    tmp_path: Path,
    make: Callable[[Desk, LiveLedger, Path], tuple[str, Overtake]],
) -> None:
    """A renewal is overtaken while the chain is away; at the relay the issuer signs again."""
    service, desk, proxy = cut_relay
    old, overtake = make(desk, live_ledger, tmp_path)
    command, before = renewal(desk, live_ledger, tmp_path, [old]), live_ledger.cli("audit", "replay")
    proxy.cut = {"eth_sendRawTransaction"}
    assert desk.run(*command)[1]["code"] == "ACCEPTED"
    overtake(live_ledger.ledger(tmp_path / "elsewhere"))
    proxy.cut = set()
    message = handed_in(tmp_path / "renewed", ".issue-batch.jsonl")
    with service.department() as department:
        wait_until(lambda: department.get(f"/v1/messages/{message}").json()["state"] == "REFUSED")
    again = ["outbox", "resign", message, "--key", str(live_ledger.key("issuer"))]
    status, told = live_ledger.attempt(*again, home=service.home)
    assert (status, told["state"]) == (0, "ANCHORED"), told
    now = live_ledger.cli("audit", "replay")
    status, told = desk.run(*command)
    assert (status, told["code"], told["accepted"]) == (0, "OK", 1), told
    assert live_ledger.cli("verify", str(tmp_path / "renewed"))["counts"] == {"IN_FORCE": 1}
    after = live_ledger.cli("audit", "replay")
    assert (after["records"], after["findings"]) == (now["records"], before["findings"]), "once"


def test_killed_at_every_step_a_sheet_is_renewed_exactly_once(
    desk: Desk, live_ledger: LiveLedger, tmp_path: Path
) -> None:
    leaves = issued_leaves(desk, live_ledger, tmp_path, 8)
    alone = [desk.sign("license", "issue", one(tmp_path, live_ledger.input()))["licenseId"] for _ in range(8)]
    command = renewal(desk, live_ledger, tmp_path, [*leaves, *alone], 1)
    before = live_ledger.cli("audit", "replay")
    points = [*(("ask", n) for n in (1, 2, 3)), *(("sent", n) for n in (1, 2, 3))]
    points += [("flush", 2), ("flush", 3), ("write", 1), ("name", 1)]
    for step, number in some(points * 2, 5):
        stop = stopped(step, number, "kill", *command)
        run = subprocess.run(stop, env=desk.environment, capture_output=True, check=False)
        assert run.returncode == -signal.SIGKILL, (step, number, run.stdout[-900:], run.stderr[-900:])
    status, told = desk.run(*command)
    assert (status, told["accepted"], told["singly"], told["rejected"]) == (0, 16, 8, []), told
    after = live_ledger.cli("audit", "replay")
    assert (after["batches"] - before["batches"], after["findings"]) == (8, [])
    assert live_ledger.cli("verify", str(tmp_path / "renewed"))["counts"] == {"IN_FORCE": 16}


def test_where_old_licenses_stand_is_told_to_the_issuers_side_alone(
    honest: Department, live_ledger: LiveLedger
) -> None:
    own = live_ledger.input()
    issued = honest.post("/v1/messages", {"act": "issue", "input": own, "keyId": "0x" + "00" * 32})
    assert issued.status_code == 200, issued.text
    other = Department(honest.client, RELYING, live_ledger.signer("relying"))
    body = {"type": TYPE, "issuer": ISSUER, "renews": ["0x" + "ab" * 32]}
    assert other.post("/v1/renewals", body).json()["code"] == "ISSUER_IS_ANOTHER"
    nobody = {"licenseId": None, "identifier": None, "leaf": None, "code": "RENEWS_UNKNOWN"}
    assert honest.post("/v1/renewals", body).json() == {"olds": [nobody]}


# --- services that lie --------------------------------------------------------------------


class Liar:
    """A service whose answers are changed on their way."""

    def __init__(self, honest: Department) -> None:
        self.honest, self.handed = honest, 0
        self.lies: dict[str, Any] = {}

    def post(self, target: str, body: Json, headers: Mapping[str, str] | None = None) -> Json:
        self.handed += "signature" in body
        return self._told("hand" if "signature" in body else "ask", self.honest.post(target, body))

    def get(self, target: str) -> Json:
        return self._told("get", self.honest.get(target))

    def _told(self, name: str, answer: Any) -> Json:
        assert answer.status_code < 300, answer.text
        told = copy.deepcopy(answer.json())
        self.lies.get(name, lambda _: None)(told)
        return dict(told)


class Journal(list[Json]):
    """Lines in memory."""

    def entries(self) -> Iterator[Json]:
        return iter(list(self))

    def add(self, entry: Json) -> None:
        self.append(entry)


@pytest.fixture(scope="module")
def honest(live_ledger: LiveLedger, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Department]:
    options = ApiOptions(promise_key=live_ledger.key("relying"))
    app = create_app(live_ledger.ledger(tmp_path_factory.mktemp("honest")), options)
    with TestClient(app) as client:
        yield Department(client, ISSUER, live_ledger.signer("issuer"))


def batches(live_ledger: LiveLedger, service: Liar, journal: Journal) -> BatchesAtService:
    ledger, signer, clock = live_ledger.ledger(), live_ledger.signer("issuer"), SystemClock()
    known = Known(ledger.types().get, ledger.index.resolve, ledger.seen)
    orders = OrderAtService(service, ISSUER, ledger.trust, known, crypto.verifier(), signer, clock)
    return BatchesAtService(Handing(orders, journal, clock), ledger.trust.ledger_id)


def rows_of(live_ledger: LiveLedger) -> list[FilledIn]:
    kind = live_ledger.ledger().types().get(TYPE)
    return [fill_in(live_ledger.input(), kind) for _ in range(3)]


def _swapped(told: Json) -> None:
    told["licenses"][0], told["licenses"][1] = told["licenses"][1], told["licenses"][0]


def _another_license(told: Json) -> None:
    told["licenses"][1]["license"]["face"]["category"] = "A"


def _other_salts(told: Json) -> None:
    name = next(iter(told["licenses"][2]["salts"]))
    told["licenses"][2]["salts"][name] = "11" * 32


def _same_twice(told: Json) -> None:
    told["licenses"][1] |= {name: told["licenses"][0][name] for name in ("licenseId", "handle")}


def _id_of_nobody(told: Json) -> None:
    told["licenses"][1]["licenseId"] = "0x" + "ab" * 32


def _one_fewer(told: Json) -> None:
    told["licenses"].pop()


@pytest.mark.parametrize(
    ("lie", "member"),
    [
        (_swapped, "licenses"),
        (_another_license, "licenses"),
        (_other_salts, "root"),
        (_same_twice, "licenses"),
        (_id_of_nobody, "licenses"),
        (_one_fewer, "licenses"),
        (lambda told: told.pop("licenses"), "licenses"),
        (lambda told: told["signed"].update(size=4), "message"),
        (lambda told: told.update(message="00" * 64), "message"),
    ],
)
def test_no_batch_is_signed_that_was_not_ordered(
    honest: Department, live_ledger: LiveLedger, lie: Any, member: str
) -> None:
    service, journal = Liar(honest), Journal()
    service.lies["ask"] = lie
    with pytest.raises(TrustError) as caught:
        batches(live_ledger, service, journal).issue_batch(rows_of(live_ledger), live_ledger.signer("issuer"))
    assert (caught.value.code, caught.value.fields["member"]) == ("SERVICE_MESSAGE_DIFFERS", member)
    assert (service.handed, journal) == (0, []), "nothing was signed or handed in"


def test_files_of_an_earlier_run_have_to_add_up_to_what_was_signed(
    honest: Department, live_ledger: LiveLedger
) -> None:
    service, journal, given = Liar(honest), Journal(), rows_of(live_ledger)
    signer = live_ledger.signer("issuer")
    issued = batches(live_ledger, service, journal).issue_batch(given, signer)
    again = batches(live_ledger, service, journal).issue_batch(given, signer)
    assert again == issued
    assert service.handed == 1, "asked after, not handed in again"

    def other_salts(told: Json) -> None:
        for each in told.get("licenses", ()):
            name = next(iter(each["envelope"]["salts"]))
            each["envelope"]["salts"][name] = "11" * 32

    service.lies["get"] = other_salts
    with pytest.raises(TrustError) as caught:
        batches(live_ledger, service, journal).issue_batch(given, signer)
    assert (caught.value.code, caught.value.fields["member"]) == ("SERVICE_ANSWER_DIFFERS", "root")


@pytest.mark.parametrize("answered", ["another batch", "no license", "nothing"])
def test_what_a_service_says_was_signed_again_has_to_be_the_same(
    honest: Department, live_ledger: LiveLedger, answered: str
) -> None:
    service, journal, signer = Liar(honest), Journal(), live_ledger.signer("issuer")
    given, others = rows_of(live_ledger), rows_of(live_ledger)
    own, other = (
        batches(live_ledger, service, journal).issue_batch(rows, signer).progress.message
        for rows in (given, others)
    )

    def refused(told: Json) -> None:
        if told.get("message") == own:
            told.update(state="REFUSED", resignedAs=other)
        if "licenses" in told and answered == "no license":
            told["licenses"] = []
        if "licenses" in told and answered == "nothing":
            told["licenses"] = None

    service.lies["get"] = refused
    with pytest.raises(TrustError) as caught:
        batches(live_ledger, service, journal).issue_batch(given, signer)
    assert (caught.value.code, caught.value.fields["member"]) == ("SERVICE_ANSWER_DIFFERS", "resignedAs")
    assert service.handed == 2, "nothing was signed for it"


@pytest.mark.parametrize(
    "rejected",
    [
        None,
        [{"line": 4, "code": "LICENSE_EXISTS", "field": "", "message": {"zh": "", "en": ""}}],
        [{"line": 1, "code": "LICENSE_EXISTS"}],
        [{"line": 1, "code": "LICENSE_EXISTS", "field": "", "message": {}}],
    ],
)
def test_what_a_service_rejects_has_to_be_about_the_rows(
    honest: Department, live_ledger: LiveLedger, rejected: Any
) -> None:
    service = Liar(honest)
    service.lies["ask"] = lambda told: told.update(rejected=rejected)
    with pytest.raises(TrustError) as caught:
        batches(live_ledger, service, Journal()).refused(rows_of(live_ledger))
    assert (caught.value.code, caught.value.fields["member"]) == ("SERVICE_ANSWER_DIFFERS", "rejected")


@pytest.mark.parametrize(
    "old",
    [
        {"identifier": "another", "licenseId": "0x" + "11" * 32, "leaf": None, "code": None},
        {"identifier": None, "licenseId": "0x" + "11" * 32, "leaf": None, "code": None},
        {"identifier": None, "licenseId": None, "leaf": None, "code": None},
        {"identifier": "named", "licenseId": "0x" + "11" * 32, "leaf": 7, "code": None},
        {"identifier": "named"},
        None,
    ],
)
def test_no_other_license_is_renewed_than_the_sheet_names(honest: Department, old: Any) -> None:
    service = Liar(honest)
    service.lies["ask"] = lambda told: told.update(olds=[old])
    with pytest.raises(TrustError) as caught:
        OldLicensesAtService(service, TYPE).find("named", TYPE, ISSUER)
    assert (caught.value.code, caught.value.fields["member"]) == ("SERVICE_ANSWER_DIFFERS", "olds")
