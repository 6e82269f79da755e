"""Commands of departments that have a service and no node: doubts from beginning to end, texts, editions."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import cycle
from pathlib import Path

import httpx2
import pytest

from api.cli.requests import key_file
from api.declaration_schemas import InterfaceDetail, Interfaces, MappingDetail
from api.origin_schemas import CollectedTwice, Lineage, OriginsBody, OriginsDetail, OriginsList
from api.shared_schemas import GrantDetail, ResourceDetail
from api.supervision_schemas import SupervisedOrigins, SupervisedPromises, SupervisedSharing
from ledger.domain.license_types import license_type
from ledger.domain.promise import Promise
from ledger.domain.rulebook import TABLE
from ledger.errors import LedgerError
from ledger.service.share_owed import set_code_table
from ledger.service.signing import KeyFile
from tests.api.conftest import Department
from tests.api.test_corrections import Doubts
from tests.api.test_sharing import Service
from tests.granting import reasons
from tests.live import ISSUER, NATIONAL, RELYING, LiveLedger
from tests.served import NODE_AWAY, Served
from tests.sharing_made import Device, Json, Maker, drawn, word


@dataclass
class Far:
    """A service beside a node; the departments' own homes have neither."""

    live_ledger: LiveLedger
    served: Served
    folder: Path

    def __post_init__(self) -> None:
        self.fields = self.folder / "fields.csv"
        self.fields.write_text("name,grade\nname,1\nnumber,1\n")
        self.evidence = self.folder / "evidence.txt"
        self.evidence.write_text("虚构证据\n")

    def run(self, who: str, *arguments: str, by: bool = True) -> tuple[int, Json]:
        """A command of `issuer` or `relying`, whose node is away."""
        key = ["--key", str(self.live_ledger.key(who))] if by else []
        caller = [*key, "--org", {"issuer": ISSUER, "relying": RELYING}[who], "--api", self.served.url]
        return self.live_ledger.attempt(*arguments, *caller, "--rpc", NODE_AWAY, home=self.folder / who)

    def done(self, who: str, *arguments: str) -> Json:
        status, told = self.run(who, *arguments)
        assert status == 0, told
        return told

    def resource(self, *more: str) -> str:
        code = "FAR-" + secrets.token_hex(4).upper()
        made = self.done("issuer", "resource", "add", code, "--field-list", str(self.fields), *more)
        return str(made["resource"])

    def granted(self, resource: str) -> str:
        """A grant of the relying department."""
        why = reasons("办理示例登记")
        terms = ["--fields", "name", "--until", "2031-12-31", "--field-list", str(self.fields)]
        return str(self.done("relying", "grant", "request", resource, *why, *terms)["grant"])

    def used(self, resource: str) -> str:
        """A grant under which the relying department used something."""
        grant = self.granted(resource)
        with self.department("issuer") as issuer:
            use = issuer.post("/v1/sharing", Maker(self.live_ledger).use(grant), Prefer="wait=60")
            assert use.status_code == 200, use.text
        return grant

    def opened(self, resource: str) -> str:
        self.used(resource)
        about = ["--fields", "name", "--evidence", str(self.evidence)]
        return str(self.done("relying", "correction", "open", resource, *about)["correction"])

    @contextmanager
    def department(self, who: str) -> Iterator[Department]:
        """A department at the service."""
        with httpx2.Client(base_url=self.served.url, timeout=120, trust_env=False, verify=False) as client:
            uscc = {"issuer": ISSUER, "relying": RELYING}[who]
            yield Department(client, uscc, self.live_ledger.signer(who))

    def length(self) -> int:
        return self.live_ledger.ledger().reader.journal()[0]


@pytest.fixture(scope="module")
def far(live_ledger: LiveLedger, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Far]:
    folder = tmp_path_factory.mktemp("far")
    served = Served(live_ledger, folder / "provider", live_ledger.rpc).start()
    yield Far(live_ledger, served, folder)
    served.close()


def test_a_doubt_is_opened_answered_disputed_and_settled_without_a_node(far: Far) -> None:
    correction = far.opened(far.resource("--type", NATIONAL))
    told = ["--text", "原件相符（示例）"]
    rejected = far.done("issuer", "correction", "answer", correction, "--rejected", "--reason", "4", *told)
    assert (rejected["state"], rejected["promiseKey"]) == ("REJECTED", "NOT_CHECKED")
    dispute = ["correction", "dispute", correction, "--region", "310118", "--text", "仍然不符（示例）"]
    disputed = far.done("relying", *dispute)
    assert (disputed["state"], disputed["next"][0]["by"]) == ("DISPUTED", "310118")
    before = far.length()
    status, again = far.run("relying", *dispute)
    assert (status, far.length()) == (1, before), again
    resource = str(rejected["resource"])
    far.done("issuer", "resource", "amend", resource, "--field-list", str(far.fields), "--cycle-days", "7")
    settle = ["correction", "settle", correction, "--upheld", "--version", "2"]
    region = ["--by", str(far.live_ledger.key("qingpu"))]
    settled = far.done("issuer", *settle, *region)
    assert settled["state"] == "SETTLED_UPHELD", settled

    heard = far.done("relying", "correction", "acknowledge", correction)
    assert heard["notice"]["acknowledgement"]["doneAt"], heard
    before = far.length()
    status, again = far.run("relying", "correction", "acknowledge", correction)
    assert (status, again["code"], far.length()) == (1, "RECORDED_BEFORE", before)
    shown = far.done("relying", "correction", "show", correction)
    assert [step["text"] for step in shown["steps"]] == [None, None, "仍然不符（示例）", None]
    (row,) = far.done("relying", "correction", "list", "--mine", "--resource", shown["resource"])[
        "corrections"
    ]
    assert row["roles"] == ["OPENER", "USER"]


def test_data_are_attested_and_evidence_and_words_handed_on_without_a_node(far: Far) -> None:
    resource = far.resource("--type", NATIONAL)
    about = ["--fields", "name", "--evidence", str(far.evidence), "--field-list", str(far.fields)]
    attested = far.done("relying", "correction", "attest", resource, "--mismatch", *about)
    assert (attested["state"], attested["match"]) == ("OPEN", False)
    correction, file = attested["correction"], str(far.folder / "evidence.salted")
    far.done("relying", "correction", "evidence", correction, "--out", file)
    took = far.done("issuer", "correction", "evidence", correction, "--in", file)
    assert took["bytes"] == far.evidence.stat().st_size
    answer = ["--rejected", "--reason", "4", "--text", "原件相符（示例）"]
    far.done("issuer", "correction", "answer", correction, *answer)
    texts, own = str(far.folder / "texts.json"), str(far.live_ledger.key("relying-encryption"))
    far.done("issuer", "correction", "text", correction, "--out", texts, "--to", RELYING)
    opening = ["--in", texts, "--encryption-key", own]
    (row,) = far.done("relying", "correction", "text", correction, *opening)["texts"]
    assert (row["of"], row["text"]) == ("ANSWERED", "原件相符（示例）")


def _at(home: Path, far: Far, *arguments: str) -> Json:
    status, told = far.live_ledger.attempt(*arguments, home=home)
    assert status == 0, told
    return told


def test_words_are_sent_to_the_service_of_who_decides_on_them(far: Far) -> None:
    grant = far.used(far.resource("--type", NATIONAL))
    provider = far.served.home
    assert _at(provider, far, "grant", "show", grant)["purpose"] is None
    sent = far.done("relying", "grant", "text", grant, "--send", "--to", ISSUER)
    assert (sent["sent"], sent["unknown"]) == (True, 0)
    assert _at(provider, far, "grant", "show", grant)["purpose"] == "办理示例登记"
    with far.department("relying") as relying:
        assert relying.get(f"/v1/grants/{grant}").json()["purpose"] is None, "not over HTTP"


def test_a_service_keeps_no_words_that_the_ledger_does_not_bear_out(far: Far) -> None:
    grant, other = far.used(far.resource("--type", NATIONAL)), far.used(far.resource("--type", NATIONAL))
    file = far.folder / "plain.json"
    far.done("relying", "grant", "text", grant, "--out", str(file), "--to", ISSUER, "--plain")
    form = json.loads(file.read_text())
    (text,) = form["texts"]
    altered = {**form, "texts": [text, {**text, "text": "别的用途"}]}
    with far.department("relying") as relying:

        def told(about: str, body: Json) -> tuple[int, str]:
            answer = relying.post(f"/v1/grants/{about}/texts", body)
            return answer.status_code, answer.json().get("code", "")

        assert told(grant, altered) == (400, "TEXT_NOT_RECORDED")
        assert told(other, form) == (400, "TEXTS_OF_ANOTHER")
        assert told(other, {**form, "object": other}) == (400, "TEXT_NOT_RECORDED")
        assert told(grant, {**form, "texts": [text, text]}) == (400, "TEXTS_MALFORMED")
        assert told("0x" + "00" * 32, form) == (404, "UNKNOWN_GRANT")
        assert told(grant, {**form, "texts": [{**text, "text": "长" * (1 << 20)}]})[0] == 413
        assert _at(far.served.home, far, "grant", "text", grant)["unknown"] == 1
        answer = relying.post(f"/v1/grants/{grant}/texts", form)
        assert (answer.status_code, answer.json()) == (200, {"object": grant, "texts": 1})


def test_a_service_takes_words_from_parties_only_and_only_for_whom_it_acts(far: Far) -> None:
    device, resource = Device.new(), far.resource("--type", NATIONAL)
    words = {"format": "elicense-party-texts/1", "ledgerId": far.live_ledger.ledger().trust.ledger_id}
    texts = [{"text": "虚构理由", "salt": "11" * 32}]
    with far.department("issuer") as issuer, far.department("relying") as relying:
        service = Service(issuer, Maker(far.live_ledger))
        license_id = service.bound(far.live_ledger, device)
        doubts = Doubts(service.maker, resource.partition("/")[2])
        asked = service.done(doubts.ask(license_id, device))["object"]
        body = {**words, "object": asked, "texts": texts}
        answer = relying.post(f"/v1/corrections/{asked}/texts", body)
        assert (answer.status_code, answer.json()["code"]) == (403, "TEXTS_FOR_STRANGER")
        answer = issuer.post(f"/v1/corrections/{asked}/texts", body)
        assert (answer.status_code, answer.json()["code"]) == (400, "TEXT_NOT_RECORDED")

        code = "OWN-" + secrets.token_hex(4).upper()
        far.done("relying", "resource", "add", code, "--field-list", str(far.fields))
        own = far.granted(f"{RELYING}/{code}")
        answer = relying.post(f"/v1/grants/{own}/texts", {**body, "object": own})
        assert (answer.status_code, answer.json()["code"]) == (403, "PROVIDER_ELSEWHERE")


def test_without_node_and_body_nothing_is_written(far: Far) -> None:
    correction = far.opened(far.resource("--type", NATIONAL))
    before, key = far.length(), ["--key", str(far.live_ledger.key("issuer"))]
    asked = ["--api", far.served.url, "--rpc", NODE_AWAY]
    for order in (
        ["answer", correction, "--rejected", "--reason", "4"],
        ["dispute", correction, "--region", "310118"],
        ["acknowledge", correction],
    ):
        status, told = far.live_ledger.attempt("correction", *order, *key, *asked, home=far.folder / "issuer")
        assert status == 75, told
    assert far.length() == before


def test_editions_are_published_and_withdrawn_without_a_node(far: Far) -> None:
    resource = far.resource("--sharing", "open")
    file = far.folder / f"{secrets.token_hex(4)}.csv"
    file.write_text(f"name,number\n示例甲,{secrets.token_hex(4)}\n")
    terms = ["--license", "CC-BY-4.0", "--media-type", "text/csv"]
    published = far.done("issuer", "resource", "publish", resource, str(file), *terms)
    assert published["edition"] == 1
    withdrawn = far.done("issuer", "resource", "withdraw", resource, "1", "--reason", "2")
    assert withdrawn["reason"] == 2


def test_what_a_region_signs_goes_through_a_service_that_a_body_asks(far: Far) -> None:
    resource, region = far.resource(), ["--by", str(far.live_ledger.key("qingpu"))]
    duty = ["duty", "set", resource, "--region", "310118", "--what", "示例清单事项", "--due", "2035-12-31"]
    told = far.done("issuer", *duty, *region)
    assert (told["resource"], told["seq"] > 0) == (resource, True)
    name = ["library", "name-writer", "geography", "--region", "310118", "--body", RELYING]
    over = ["--from", "2020-01-01", "--until", "2020-01-02"]
    assert far.done("relying", *name, *over, *region)["seq"] > told["seq"]
    table = far.folder / "table.json"
    table.write_text('{"1": "甲"}')
    code = ["code-table", "set", "T" + secrets.token_hex(4).upper(), "--in", str(table), "--region", "310118"]
    asking = ["--api", far.served.url, "--key", str(far.live_ledger.key("relying"))]
    assert _at(far.folder / "near", far, *code, *region, *asking)["publisher"] == "310118"
    for order in (duty, [*name, *over], code):
        status, refused = far.live_ledger.attempt(*order, *region, *asking[:2], home=far.folder / "near")
        assert (status, refused["code"]) == (2, "SERVICE_KEY_MISSING"), "no service knows a region's key"


def test_a_calendar_goes_through_a_service_to_whoever_counts_by_it(far: Far, tmp_path: Path) -> None:
    file, altered = tmp_path / "2035.json", tmp_path / "altered.json"
    holiday = {"name": {"zh": "虚构节", "en": "made up"}, "from": "2035-03-05", "until": "2035-03-09"}
    form = {"format": "elicense-calendar/1", "year": 2035, "holidays": [holiday]}
    file.write_text(json.dumps({**form, "workdays": ["2035-03-10"], "source": "虚构：仅供测试"}))
    altered.write_text(file.read_text().replace("03-09", "03-08"))
    assert far.live_ledger.attempt("calendar", "check", str(file))[1]["workingDays"] == 257
    asking = ["--api", far.served.url, "--org", RELYING, "--key", str(far.live_ledger.key("relying"))]
    order = ["calendar", "publish", str(file), "--region", "310118"]
    foreign = far.run("relying", *order, "--by", str(far.live_ledger.key("jiashan")))
    assert (foreign[0], foreign[1]["code"]) == (1, "SIGNER_NOT_COMPETENT"), foreign
    told = _at(far.folder / "near", far, *order, "--by", str(far.live_ledger.key("r31")), *asking)
    assert (told["year"], told["sent"], told["seq"] > 0) == (2035, True, True)
    status, again = far.run("relying", *order, "--by", str(far.live_ledger.key("r31")))
    assert (status, again["code"]) == (1, "CALENDAR_THERE")

    count = ["calendar", "due", "310118", "--days", "2", "--from", "2035-03-02"]
    status, refused = far.run("relying", *count)
    assert (status, refused["code"]) == (3, "CALENDAR_NOT_HERE"), refused
    assert far.run("relying", "calendar", "keep", str(altered))[1]["code"] == "NOT_A_CALENDAR"
    (row,) = far.done("relying", "calendar", "list", "--region", "310118", "--year", "2035")["calendars"]
    assert (row["countsFrom"], row["countsUntil"], row["here"]) == ("2035-01-01", "2035-12-31", False)
    out = tmp_path / "handed-on.json"
    shown = far.done("relying", "calendar", "show", "310118", "2035", "--out", str(out))
    assert (shown["digest"], shown["calendar"]["holidays"]) == (told["digest"], [holiday])
    due = far.done("relying", *count)
    assert (due["lastDay"], due["calendars"][0]["digest"]) == ("2035-03-12", told["digest"])
    beside = far.done("relying", "calendar", "due", "310000", *count[3:])
    assert (beside["lastDay"], beside["calendars"][0]["countedBy"]) == ("2035-03-06", "WEEKDAYS")
    kept = far.done("issuer", "calendar", "keep", str(out), "--send")
    assert kept["published"] == [{"region": "310118", "version": 1}]
    with far.department("issuer") as issuer:
        absent = issuer.get("/v1/calendars/0x" + "12" * 32)
        false = issuer.post("/v1/calendars", json.loads(altered.read_text()))
        supervised = issuer.get("/v1/supervision/sharing?assumeWeekdays=true")
    assert (absent.status_code, absent.json()["code"]) == (404, "CALENDAR_TEXT_NOT_HERE")
    assert (false.status_code, false.json()["code"]) == (422, "NOT_A_CALENDAR")
    assert SupervisedSharing.model_validate(supervised.json()).calendars is not None


def test_a_list_of_seals_goes_through_a_service_to_whoever_verifies_by_it(far: Far, tmp_path: Path) -> None:
    serial = secrets.token_hex(7)
    file, altered, seal = (
        tmp_path / "seals.json",
        tmp_path / "altered.json",
        {"body": RELYING, "serial": serial},
    )
    seal |= {
        "certificateSerial": None,
        "certificateSm3": None,
        "policy": None,
        "from": "2020-01-01T00:00:00Z",
    }
    revoked = {"until": None, "revoked": {"at": "2024-01-01T00:00:00Z", "reason": "superseded"}}
    file.write_text(json.dumps({"format": "elicense-seals/1", "seals": [seal | revoked]}))
    altered.write_text(file.read_text().replace("2024-01", "2025-01"))
    assert far.live_ledger.attempt("seal", "check", str(file))[1]["revoked"] == 1
    by = ["--by", str(far.live_ledger.key("relying"))]
    asking = ["--api", far.served.url, "--org", RELYING, "--key", str(far.live_ledger.key("relying"))]
    foreign = far.run("relying", "seal", "publish", str(file), "--region", "310118", *by)
    assert (foreign[0], foreign[1]["code"]) == (1, "SEAL_OF_ANOTHER_BODY"), foreign
    told = _at(far.folder / "near", far, "seal", "publish", str(file), *by, *asking)
    assert (told["publisher"], told["sent"], told["checkedAgainst"]) == (RELYING, True, None)
    assert far.run("relying", "seal", "publish", str(file), *by)[1]["code"] == "SEALS_THERE"
    assert far.run("relying", "seal", "status", serial)[1]["code"] == "UNKNOWN_SEAL", "the text is not here"
    assert far.run("relying", "seal", "keep", str(altered))[1]["code"] == "NOT_A_SEAL_LIST"
    out = tmp_path / "handed-on.json"
    shown = far.done("relying", "seal", "show", RELYING, "--out", str(out))
    assert (shown["digest"], shown["list"]["seals"][0]["serial"]) == (told["digest"], serial)
    (row,) = far.done("relying", "seal", "list", "--publisher", RELYING)["lists"]
    assert (row["counts"], row["here"], row["revoked"]) == (True, True, 1)
    for at, standing in (("2023-06-01", "GOOD"), ("2024-06-01", "REVOKED")):
        (row,) = far.done("relying", "seal", "status", serial, "--at", at)["seals"]
        assert (row["body"], row["standing"]) == (RELYING, standing)
    assert far.done("issuer", "seal", "keep", str(out), "--send")["published"][0]["publisher"] == RELYING
    with far.department("issuer") as issuer:
        absent = issuer.get("/v1/seals/0x" + "12" * 32)
        false = issuer.post("/v1/seals", json.loads(altered.read_text()))
    assert (absent.status_code, absent.json()["code"]) == (404, "SEALS_TEXT_NOT_HERE")
    assert (false.status_code, false.json()["code"]) == (422, "NOT_A_SEAL_LIST")


def test_a_policy_and_a_head_go_through_a_service_to_whoever_needs_them(
    far: Far, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The policy counts from the far future on, so that nobody here is bound by it."""
    routes, head = tmp_path / "routes.json", tmp_path / "head.json"
    rule = {"crosses": ["region"], "channels": ["platform"], "hops": None, "maxGrade": 3}
    routes.write_text(json.dumps({"format": "elicense-routes/1", "rules": [rule]}))
    told = far.live_ledger.cli("head", "tell")["head"]
    other = "0x" + secrets.token_hex(32)
    head.write_text(json.dumps({**told, "ledgerId": other}))
    by = ["--region", "330421", "--by", str(far.live_ledger.key("jiashan"))]
    asking = ["--api", far.served.url, "--org", RELYING, "--key", str(far.live_ledger.key("relying"))]
    near = far.folder / "near"
    policy = _at(near, far, "route", "publish", str(routes), "--from", "2099-01-01", *by, *asking)
    anchored = _at(near, far, "head", "witness", str(head), *by, *asking)
    assert (policy["sent"], anchored["sent"], anchored["trust"]) == (True, True, None)
    assert anchored["checked"] is False
    for language, words in (("zh", "只凭本地区所称"), ("en", "UNCHECKED")):
        monkeypatch.setenv("ELICENSE_LANG", language)
        third = tmp_path / f"{language}.json"
        third.write_text(json.dumps({**told, "ledgerId": "0x" + secrets.token_hex(32)}))
        assert words in far.live_ledger.printed("head", "witness", str(third), *by, home=near)[1]

    (row,) = far.done("relying", "route", "list", "--region", "330421")["routes"]
    assert (row["digest"], row["here"], row["counts"]) == (policy["digest"], False, False)
    shown = far.done("relying", "route", "show", "330421")
    assert (shown["policy"], shown["versions"][0]["here"]) == (None, True), "fetched, and counts later"
    shown = far.done("relying", "head", "show", "330421", other, "--out", str(tmp_path / "handed-on.json"))
    assert shown["head"]["ledgerId"] == other
    assert far.done("relying", "head", "keep", str(tmp_path / "handed-on.json"), "--send")["sent"] is True
    assert far.done("relying", "route", "keep", str(routes), "--send")["sent"] is True
    lost = far.live_ledger.attempt("route", "keep", str(routes), "--send", home=near)
    assert lost[1]["code"] == "PUBLISHED_SENT_WHERE"
    with far.department("issuer") as issuer:
        assert issuer.get(f"/v1/routes/{policy['digest']}").json() == json.loads(routes.read_text())
        absent = issuer.get("/v1/heads/0x" + "12" * 32)
        false = issuer.post("/v1/heads", {**json.loads(head.read_text()), "seq": 1})
    assert (absent.status_code, absent.json()["code"]) == (404, "HEAD_TEXT_NOT_HERE")
    assert (false.status_code, false.json()["code"]) == (422, "NOT_A_HEAD")


def test_a_grant_given_under_a_lower_grade_is_told_with_what_to_do(
    far: Far, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resource, raised = far.resource("--type", NATIONAL), tmp_path / "raised.csv"
    grant = far.granted(resource)
    raised.write_text("name,grade\nname,3\nnumber,1\n")
    far.done("issuer", "resource", "amend", resource, "--field-list", str(raised))
    lacked = {"version": 2, "fields": ["name"], "missing": ["DECISION", "REVIEW"]}
    shown = far.done("relying", "grant", "show", grant)
    assert (shown["standing"], {**lacked, "since": shown["regraded"]["since"]}) == (
        "IN_EFFECT",
        shown["regraded"],
    )
    own = far.done("issuer", "resource", "show", resource)
    assert own["regraded"] == [{"grant": grant, "grantee": RELYING, **shown["regraded"]}]
    supervising = ["supervise", "sharing", "--org", ISSUER]
    status, told = far.live_ledger.attempt(*supervising)
    (found,) = [each for each in told["regraded"] if each["about"] == grant]
    assert (status, found["code"], found["positions"], found["missing"]) == (
        1,
        "GRADE_RAISED",
        [0],
        lacked["missing"],
    )
    home = far.folder / "issuer"
    for language, words in (
        ("zh", ("请撤回授权", "缺：决定、复核")),
        ("en", ("Withdraw it", "missing: decide")),
    ):
        monkeypatch.setenv("ELICENSE_LANG", language)
        for order in (["resource", "show", resource], ["grant", "show", grant]):
            assert words[0] in far.live_ledger.printed(*order, home=home)[1]
        assert words[1] in far.live_ledger.printed(*supervising)[1]
    with far.department("issuer") as issuer:
        detail = ResourceDetail.model_validate(issuer.get(f"/v1/resources/{resource}").json())
        one = GrantDetail.model_validate(issuer.get(f"/v1/grants/{grant}").json())
        heard = SupervisedSharing.model_validate(issuer.get(f"/v1/supervision/sharing?org={ISSUER}").json())
    assert (detail.regraded[0].grant, one.regraded and one.regraded.missing) == (grant, lacked["missing"])
    assert grant in [each.about for each in heard.regraded]
    far.done("issuer", "grant", "withdraw", grant)
    assert far.done("issuer", "resource", "show", resource)["regraded"] == []
    assert far.done("relying", "grant", "show", grant)["regraded"] is None


def test_a_promise_is_lodged_through_a_service_and_every_node_finds_it_broken(
    far: Far, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head, signer = far.live_ledger.ledger().reader.head(), far.live_ledger.signer("relying")
    promise = Promise(
        ledger_id=far.live_ledger.ledger().trust.ledger_id,
        digest=drawn(),
        accepted_at=head.time,
        anchor_by=head.time,
        uscc=RELYING,
        public_key=signer.public_key,
    )
    promise = promise.signed(signer.sign(promise.message()))
    held, away, out = tmp_path / "held", tmp_path / "away", tmp_path / "handed-on.json"
    held.mkdir()
    (held / "answer.json").write_text(json.dumps({"seq": None, "promise": promise.as_json()}))
    forged = tmp_path / "forged.json"
    forged.write_text(json.dumps({**promise.as_json(), "message": drawn()}))
    status, refused = far.run("issuer", "promise", "lodge", str(held), str(forged))
    assert (status, refused["code"]) == (1, "PROMISE_SIGNATURE_BAD")
    before = far.length()
    at_once, own = far.live_ledger.ledger(), far.live_ledger.signer("issuer")
    by = (KeyFile(own.public_key, own),)
    lodging = at_once.published.lodging(at_once.follow())
    more = replace(promise, digest=drawn())  # the very same list in the same second is the same message
    both = [promise, more.signed(signer.sign(more.message()))]
    _, second = lodging.order(ISSUER, both, at_once.verifier, by)
    told = far.done("issuer", "promise", "lodge", str(held))
    with pytest.raises(LedgerError, match="STALE_REVISION"):
        at_once.sharing().send(second)
    assert (told["lodgedBy"], told["promises"], told["already"], told["sent"]) == (ISSUER, 1, 0, True)
    assert far.run("issuer", "promise", "lodge", str(held))[1]["code"] == "PROMISES_LODGED"
    assert far.length() == before + 1

    where = ["supervise", "promises", "--lodged"]
    status, blind = far.live_ledger.attempt(*where, home=away)
    assert (status, blind["code"], blind["counts"]["NOT_RECORDED"]) == (3, "PROMISES_NOT_HERE", 0)
    assert told["digest"] in {each["digest"] for each in blind["notHere"]}
    assert far.live_ledger.attempt(*where, "--leave-out", home=away)[0] == 0
    assert far.live_ledger.attempt(*where, str(held), home=away)[1]["code"] == "PROMISES_WHICH"
    *_, row = far.done("relying", "promise", "lodged", "--by", ISSUER)["lodged"]
    assert (row["digest"], row["here"], row["promises"]) == (told["digest"], True, 1), "fetched"
    own = far.folder / "relying"
    assert far.live_ledger.attempt("promise", "show", told["digest"], "--out", str(out), home=own)[0] == 0
    for other in ("0x" + "12" * 32, "../promises/" + told["digest"][2:], "a" * 5_000):
        assert far.live_ledger.attempt("promise", "show", other, home=own)[0] == 4, "it names no file"
    none = far.live_ledger.attempt("promise", "keep", str(forged), home=away)[1]
    assert none["code"] == "PROMISES_MALFORMED"
    kept = _at(away, far, "promise", "keep", str(out))
    assert [(each["lodgedBy"], each["version"]) for each in kept["lodged"]] == [(ISSUER, row["version"])]

    status, found = far.live_ledger.attempt(*where, home=away)
    assert (status, found["code"], found["notHere"]) == (1, "PROMISE_NOT_RECORDED", [])
    (broken,) = found["findings"]
    assert (broken["digest"], broken["by"], broken["keyId"]) == (promise.digest, RELYING, promise.key_id)
    assert [each["lodgedBy"] for each in broken["lodged"]] == [ISSUER]
    place = f"{ISSUER} #{row['version']}"
    for language, words in (("zh", f"由 {place} 存证"), ("en", f"lodged by {place}")):
        monkeypatch.setenv("ELICENSE_LANG", language)
        assert words in far.live_ledger.printed(*where, home=away)[1]
        assert ISSUER in far.live_ledger.printed("promise", "lodged", home=away)[1]
        assert promise.digest in far.live_ledger.printed("promise", "show", told["digest"], home=away)[1]
    with far.department("relying") as relying:
        heard = relying.get("/v1/supervision/promises")
        absent = relying.get("/v1/promise-lists/0x" + "12" * 32)
        form = {"format": "elicense-promises/1", "promises": [json.loads(forged.read_text())]}
        false = relying.post("/v1/promise-lists", form)
    assert SupervisedPromises.model_validate(heard.json()).findings[0].digest == promise.digest
    assert {**heard.json(), "asOf": found["asOf"]}.keys() == found.keys() - {"code", "ok"}
    assert (absent.status_code, absent.json()["code"]) == (404, "PROMISES_TEXT_NOT_HERE")
    assert (false.status_code, false.json()["code"]) == (422, "NOT_PROMISES")


def test_grounds_of_sharing_go_through_a_service_to_whoever_reads_them(far: Far, tmp_path: Path) -> None:
    file, altered, out = (tmp_path / name for name in ("grounds.json", "altered.json", "handed-on.json"))
    row = {"act": {"zh": "示例条例", "en": "Example regulation"}, "article": "9(2)(1)"}
    form = {"format": "elicense-grounds/1", "grounds": {"41": row}, "source": "虚构：仅供测试"}
    file.write_text(json.dumps(form))
    altered.write_text(json.dumps({**form, "grounds": {"41": {**row, "article": "8"}}}))
    asking = ["--api", far.served.url, "--org", RELYING, "--key", str(far.live_ledger.key("relying"))]
    order = ["ground", "publish", str(file), "--region", "310118"]
    foreign = far.run("relying", *order, "--by", str(far.live_ledger.key("jiashan")))
    assert (foreign[0], foreign[1]["code"]) == (1, "SIGNER_NOT_COMPETENT"), foreign
    told = _at(far.folder / "near", far, *order, "--by", str(far.live_ledger.key("r31")), *asking)
    assert (told["sent"], told["seq"] > 0) == (True, True)
    assert far.run("relying", *order, "--by", str(far.live_ledger.key("r31")))[1]["code"] == "GROUNDS_THERE"

    assert far.run("relying", "ground", "keep", str(altered))[1]["code"] == "NOT_GROUNDS"
    (listed,) = far.done("relying", "ground", "list", "--region", "310118")["grounds"]
    assert (listed["version"], listed["counts"], listed["here"]) == (1, True, False)
    shown = far.done("relying", "ground", "show", "310118", "--out", str(out))
    assert (shown["region"], shown["digest"], shown["grounds"]) == ("310118", told["digest"], form)
    assert far.run("relying", "ground", "show", "310000")[1]["code"] == "UNKNOWN_GROUNDS"
    kept = far.done("issuer", "ground", "keep", str(out), "--send")
    assert kept["published"] == [{"region": "310118", "version": 1}]
    with far.department("issuer") as issuer:
        absent = issuer.get("/v1/grounds/0x" + "12" * 32)
        false = issuer.post("/v1/grounds", json.loads(altered.read_text()))
    assert (absent.status_code, absent.json()["code"]) == (404, "GROUNDS_TEXT_NOT_HERE")
    assert (false.status_code, false.json()["code"]) == (422, "NOT_GROUNDS")


def test_an_extension_goes_through_a_service_and_counts_until_the_catalog_follows(
    far: Far, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind, near, away = f"{NATIONAL[:18]}902", far.folder / "near", tmp_path / "away"
    files = [tmp_path / f"{name}.json" for name in ("type", "extensions", "altered", "handed-on")]
    of_type, file, altered, out = files
    by = ["--by", str(far.live_ledger.key("r31"))]

    def define(**changes: str) -> None:
        own = {"code": kind, "scope": "REGIONAL", "sharing": "UNCONDITIONAL", **changes}
        of_type.write_text(json.dumps({**license_type(NATIONAL).as_json(), **own}))
        _at(near, far, "type", "add", str(of_type), "--region", "310000", *by)

    define()
    right = ["--issuer", ISSUER, "--region", "310118", "--from", "2020-01-01"]
    _at(near, far, "type", "entitle", kind, *right, *by)
    resource, others = far.resource("--type", kind), cycle(("CONDITIONAL", "UNCONDITIONAL"))

    def late(home: Path, *more: str, at: str = "2031-01-01") -> tuple[Json, list[Json]]:
        asked = ["supervise", "sharing", "--org", ISSUER, "--at", at, *more]
        told = far.live_ledger.attempt(*asked, home=home)[1]
        return told, [each for each in told["findings"] if each["resource"] == resource]

    def lacked(home: Path) -> int:
        """For want of the extensions, in a home without them; other entries here may be late, too."""
        absent = {(each["code"], each["digest"]): each["notJudged"] for each in late(home)[0]["notHere"]}
        return int(absent.get(("EXTENSIONS_NOT_HERE", digest), 0))

    while not late(near)[1]:  # what changes in the second of the registration changes nothing for it
        time.sleep(0.5)
        define(sharing=next(others))
    (plain,) = late(near)[1]
    assert (plain["code"], plain["extension"]) == ("CATALOG_UPDATE_LATE", None)
    reason = {"zh": "虚构：系统迁移", "en": "made up: a system moves"}
    row = {"resource": resource, "change": plain["since"], "days": 5, "reason": reason}
    form = {"format": "elicense-extensions/1", "extensions": [row]}
    file.write_text(json.dumps(form))
    altered.write_text(json.dumps({**form, "extensions": [{**row, "days": 4}]}))
    asking = ["--api", far.served.url, "--org", RELYING, "--key", str(far.live_ledger.key("relying"))]
    order = ["extension", "publish", str(file), "--region", "310000"]
    foreign = far.run("relying", *order, "--by", str(far.live_ledger.key("qingpu")))
    assert (foreign[0], foreign[1]["code"]) == (1, "SIGNER_NOT_COMPETENT"), foreign
    told = _at(near, far, *order, *by, *asking)
    assert (told["sent"], told["seq"] > 0) == (True, True)
    digest = told["digest"]
    assert far.live_ledger.attempt(*order, *by, home=near)[1]["code"] == "EXTENSIONS_THERE"
    less = ["code-table", "set", "CATALOG-EXTENSIONS", "--in", str(altered), "--region", "310000", *by]
    assert far.live_ledger.attempt(*less, home=near)[1]["code"] == "EXTENSION_TAKEN_AWAY"

    assert late(near, at=plain["due"])[1] == []
    answer, (found,) = late(near)
    extension = {**row, "region": "310000", "version": 1, "digest": digest}
    assert (found["extension"], found["due"] > plain["due"]) == (extension, True)
    assert extension in answer["extensions"]
    for language, words in (("zh", "延期 5 个工作日（虚构："), ("en", "by 5 working days (made up")):
        monkeypatch.setenv("ELICENSE_LANG", language)
        assert words in far.live_ledger.printed("supervise", "sharing", "--at", "2031-01-01", home=near)[1]

    waiting = lacked(away)
    assert (waiting > 0, late(away)[1]) == (True, []), "it is not judged, and others are"
    effect = far.live_ledger.attempt("supervise", "effect", "--at", "2031-01-01", home=away)
    scored = {each["body"]: (each["parts"]["timely"], each["score"]) for each in effect[1]["bodies"]}
    assert (effect[0], effect[1]["code"], scored[ISSUER]) == (3, "EXTENSIONS_NOT_HERE", (None, None))
    answer, (found,) = late(away, "--without-extensions")
    assert (answer["extensions"], found["due"], found["extension"]) == (None, plain["due"], None)
    assert far.run("relying", "extension", "keep", str(altered))[1]["code"] == "NOT_EXTENSIONS"
    (listed,) = far.done("relying", "extension", "list", "--region", "310000")["extensions"]
    assert (listed["version"], listed["void"], listed["here"]) == (1, False, False)
    shown = far.done("relying", "extension", "show", "310000", "--out", str(out))
    assert (shown["digest"], shown["extensions"]) == (digest, form)
    assert far.run("relying", "extension", "show", "330000")[1]["code"] == "UNKNOWN_EXTENSIONS"
    assert far.done("issuer", "extension", "keep", str(out), "--send")["published"] == [
        {"region": "310000", "version": 1}
    ]
    _at(away, far, "extension", "keep", str(out))
    assert late(away)[1][0]["extension"] == extension
    with far.department("issuer") as issuer:
        absent = issuer.get("/v1/extensions/0x" + "12" * 32)
        false = issuer.post("/v1/extensions", json.loads(altered.read_text()))
        where = f"/v1/supervision/sharing?org={ISSUER}&at=2031-01-01"
        heard = SupervisedSharing.model_validate(issuer.get(where).json())
        without = issuer.get(where + "&withoutExtensions=true").json()
    assert (absent.status_code, absent.json()["code"]) == (404, "EXTENSIONS_TEXT_NOT_HERE")
    assert (false.status_code, false.json()["code"]) == (422, "NOT_EXTENSIONS")
    assert (heard.extensions is not None, without["extensions"]) == (True, None)

    followed = ["--sharing", "conditional", "--ground", "7", "--until", "2039-12-31"]
    far.done("issuer", "resource", "amend", resource, "--field-list", str(far.fields), *followed)
    assert lacked(tmp_path / "fresh") == waiting - 1, "it followed in time, so no extension is asked for"


def test_a_rulebook_goes_through_a_service_to_whoever_counts_by_it(far: Far, tmp_path: Path) -> None:
    files = [tmp_path / f"{name}.json" for name in ("rulebook", "altered", "longer", "handed-on")]
    file, altered, longer, out = files
    rule = {"number": "DECISION", "days": 5, "source": {"zh": "虚构：仅供测试"}}
    form = {"format": "elicense-rulebook/1", "region": "310118", "version": 1}
    form |= {"from": "2035-01-01T00:00:00Z", "rules": [rule]}
    file.write_text(json.dumps(form))
    altered.write_text(file.read_text().replace('"days": 5', '"days": 4'))
    longer.write_text(file.read_text().replace('"days": 5', '"days": 11'))
    near, by = far.folder / "near", ["--by", str(far.live_ledger.key("qingpu"))]
    asking = ["--api", far.served.url, "--org", RELYING, "--key", str(far.live_ledger.key("relying"))]
    place = ["--region", "310118"]

    assert far.live_ledger.attempt("rulebook", "check", str(file))[1]["rules"] == [rule]
    for order in (
        ["rulebook", "check", str(longer)],
        ["rulebook", "publish", str(longer), *place, *by],
        ["code-table", "set", "RULEBOOK", "--in", str(longer), "--from", form["from"], *place, *by],
    ):
        status, refused = far.live_ledger.attempt(*order, home=near)
        assert (status, refused["code"]) == (1, "RULEBOOK_LONGER"), order
    publish = ["rulebook", "publish", str(file), *place]
    foreign = far.run("relying", *publish, "--by", str(far.live_ledger.key("jiashan")))
    assert (foreign[0], foreign[1]["code"]) == (1, "SIGNER_NOT_COMPETENT"), foreign
    elsewhere = far.run("relying", *publish[:3], "--region", "310000", *by)
    assert (elsewhere[0], elsewhere[1]["code"]) == (1, "RULEBOOK_OTHER_REGION")
    told = _at(near, far, *publish, *by, *asking)
    assert (told["version"], told["from"], told["sent"], told["seq"] > 0) == (1, form["from"], True, True)
    assert far.run("relying", *publish, *by)[1]["code"] == "RULEBOOK_THERE"

    key = key_file(str(far.live_ledger.key("qingpu")))
    meanwhile = set_code_table(310118, "", TABLE, form, 0, [key])
    with pytest.raises(LedgerError, match="STALE_REVISION"):
        far.live_ledger.ledger(near).sharing().send(replace(meanwhile, rev=0))

    of = ["rulebook", "of", ISSUER, "--at", "2035-02-01"]
    status, refused = far.run("relying", *of)
    assert (status, refused["code"]) == (3, "RULEBOOK_NOT_HERE"), refused
    assert far.run("relying", "rulebook", "keep", str(altered))[1]["code"] == "NOT_A_RULEBOOK"
    (row,) = far.done("relying", "rulebook", "list", *place)["rulebooks"]
    assert (row["since"], row["counts"], row["here"]) == (form["from"], False, False)
    shown = far.done("relying", "rulebook", "show", "310118", "--out", str(out))
    assert (shown["digest"], shown["rulebook"], json.loads(out.read_text())) == (told["digest"], form, form)
    numbers = {each["number"]: each for each in far.done("relying", *of)["numbers"]}
    assert (numbers["DECISION"]["days"], numbers["DECISION"]["source"]) == (5, rule["source"])
    assert (numbers["REVIEW"]["days"], numbers["REVIEW"]["countedBy"]) == (10, "DEFAULT")
    now = {each["days"] for each in far.done("relying", *of[:3])["numbers"] if each["number"] == "DECISION"}
    assert now == {10}, "it has not begun"
    kept = far.done("issuer", "rulebook", "keep", str(out), "--send")
    assert kept["published"] == [{"region": "310118", "version": 1}]
    with far.department("issuer") as issuer:
        absent = issuer.get("/v1/rulebooks/0x" + "12" * 32)
        false = issuer.post("/v1/rulebooks", json.loads(altered.read_text()))
        supervised = issuer.get("/v1/supervision/sharing?assumeDefaults=true")
    assert (absent.status_code, absent.json()["code"]) == (404, "RULEBOOK_TEXT_NOT_HERE")
    assert (false.status_code, false.json()["code"]) == (422, "NOT_A_RULEBOOK")
    assert SupervisedSharing.model_validate(supervised.json()).rulebook is not None


def test_no_region_publishes_something_else_under_the_name_of_a_calendar(far: Far) -> None:
    table = far.folder / "no-calendar.json"
    table.write_text('{"1": "甲"}')
    order = ["code-table", "set", "CALENDAR-2036", "--in", str(table), "--region", "310118"]
    by = ["--by", str(far.live_ledger.key("qingpu"))]
    status, refused = far.live_ledger.attempt(*order, *by, home=far.folder / "near")
    assert (status, refused["code"]) == (2, "CALENDAR_MALFORMED")


def test_a_code_table_in_effect_is_told_from_one_that_was_and_from_none(far: Far) -> None:
    name, first, second = "T" + secrets.token_hex(4).upper(), far.folder / "1.json", far.folder / "2.json"
    sexes = {"1": "男", "2": "女", "t": name}
    first.write_text(json.dumps(sexes))
    second.write_text(json.dumps({**sexes, "9": "未说明"}))
    by = ["--by", str(far.live_ledger.key("issuer"))]
    for file, since in ((first, "2021-01-01"), (second, "2024-01-01")):
        order = ["code-table", "set", name, "--in", str(file), "--org", ISSUER, "--from", since]
        _at(far.folder / "near", far, *order, *by)
    key = f"{ISSUER}/{name}"
    shown = far.done("relying", "code-table", "show", key)
    assert (shown["version"], [each["standing"] for each in shown["versions"]]) == (
        2,
        ["SUPERSEDED", "IN_EFFECT"],
    )
    then = far.done("relying", "code-table", "show", key, "--at", "2022-06-01", "--file", str(first))
    assert (then["version"], then["table"]["1"]) == (1, "男")
    status, other = far.run("relying", "code-table", "show", key, "--file", str(first))
    assert (status, other["code"]) == (2, "CODE_TABLE_OTHER")
    early = far.done("relying", "code-table", "show", key, "--at", "2020-06-01")
    assert (early["version"], early["digest"]) == (None, None)

    (row,) = far.done("relying", "code-table", "check", str(second), "--of", key)["tables"]
    assert (row["publisher"], row["name"], row["standing"]) == (ISSUER, name, "IN_EFFECT")
    status, old = far.run("relying", "code-table", "check", str(first))
    assert (status, old["code"], old["tables"][0]["version"]) == (1, "CODE_TABLE_NOT_IN_EFFECT", 1)
    assert far.run("relying", "code-table", "check", str(first), "--at", "2022-06-01")[0] == 0
    first.write_text('{"1": "女", "2": "男"}')
    assert far.run("relying", "code-table", "check", str(first))[1]["code"] == "NOT_A_CODE_TABLE"
    assert far.run("relying", "code-table", "show", f"{ISSUER}/NONE")[1]["code"] == "UNKNOWN_CODE_TABLE"
    assert far.run("relying", "code-table", "show", name)[1]["code"] == "CODE_TABLE_KEY"


def test_what_was_due_is_supervised_over_http_by_any_body_and_by_no_stranger(far: Far) -> None:
    resource = far.resource()
    duty = ["duty", "set", resource, "--region", "310118", "--what", "示例清单事项", "--due", "2025-01-01"]
    far.done("issuer", *duty, "--by", str(far.live_ledger.key("qingpu")))
    with far.department("relying") as relying:
        answer = relying.get(f"/v1/supervision/sharing?org={ISSUER}&at=2030-01-01")
        found = answer.json()
        assert answer.status_code == 200, answer.text
        late = [each for each in found["findings"] if each["resource"] == resource]
        assert [each["code"] for each in late] == ["DUTY_LATE"]
        order = ["supervise", "sharing", "--org", ISSUER, "--at", "2030-01-01"]
        told = far.live_ledger.attempt(*order, home=far.folder / "near")[1]
        assert {name: told[name] for name in found if name != "asOf"} == {
            name: value for name, value in found.items() if name != "asOf"
        }
        unknown = relying.get("/v1/supervision/sharing?org=11990000MB0TE5T00X")
        assert (unknown.status_code, unknown.json()["code"]) == (404, "UNKNOWN_BODY")
        assert relying.client.get("/v1/supervision/sharing").status_code == 401
    far.done("issuer", *duty[:-2], "--strike", "--by", str(far.live_ledger.key("qingpu")))


def test_words_of_the_catalog_are_read_by_everybody_registered(far: Far) -> None:
    resource, listed = far.resource("--items", "ITEM-1,ITEM-2"), '["ITEM-1","ITEM-2"]'
    region = ["--by", str(far.live_ledger.key("qingpu"))]
    duty = [
        "duty",
        "set",
        resource,
        "--region",
        "310118",
        "--what",
        listed,
        "--due",
        "2035-12-31",
    ]
    wanted = far.done("relying", "demand", "add", "--wanted", "缺少的示例数据")["demand"]
    named = far.done("issuer", *duty, *region)["duty"]
    for writer, reader, noun, about, of, words in (
        ("relying", "issuer", "demand", wanted, "WANTED", "缺少的示例数据"),
        ("issuer", "relying", "duty", named, "WHAT", listed),
        ("issuer", "relying", "resource", resource, "ITEMS", ["ITEM-1", "ITEM-2"]),
    ):
        status, unknown = far.run(reader, noun, "text", about)
        assert (status, unknown["code"]) == (4, "CATALOG_TEXT_NOT_HERE"), noun
        sent = far.done(writer, noun, "text", about, "--send")
        assert (sent["of"], sent["text"] or sent["items"], sent["sent"]) == (of, words, True)
        read = far.done(reader, noun, "text", about, "--out", str(far.folder / f"{noun}.json"))
        assert (read["text"] or read["items"], read["digest"]) == (words, sent["digest"])
        kept = far.live_ledger.attempt(noun, "text", about, home=far.folder / reader)
        assert kept[1]["digest"] == sent["digest"], "kept: no service is asked again"
        handed = ["--in", str(far.folder / f"{noun}.json")]
        assert _at(far.folder / "near", far, noun, "text", about, *handed)["text"] == read["text"]
    with far.department("issuer") as issuer:
        rows = issuer.get(f"/v1/demands?demander={RELYING}").json()["demands"]
        assert [each["wanted"] for each in rows if each["demand"] == wanted] == ["缺少的示例数据"]
        assert issuer.get(f"/v1/resources/{resource}").json()["items"] == ["ITEM-1", "ITEM-2"]
        assert issuer.client.get(f"/v1/demands/{wanted}/text").status_code == 401


def test_a_service_keeps_no_other_words_and_tells_no_secret_ones(far: Far) -> None:
    wanted = far.done("relying", "demand", "add", "--wanted", "缺少的示例数据")["demand"]
    file = far.folder / "wanted.json"
    far.done("relying", "demand", "text", wanted, "--out", str(file))
    form = json.loads(file.read_text())
    with far.department("issuer") as issuer:

        def told(**changes: object) -> tuple[int, str]:
            answer = issuer.post(f"/v1/demands/{wanted}/text", {**form, **changes})
            return answer.status_code, answer.json().get("code", "")

        assert told(text="别的数据") == (422, "CATALOG_TEXT_DIFFERS")
        assert told(about="0x" + "00" * 32) == (422, "CATALOG_TEXT_DIFFERS")
        assert told(ledgerId="0x" + "00" * 32) == (422, "WRONG_LEDGER")
        assert told(of="WHAT") == (400, "CATALOG_TEXT_MALFORMED")
        assert told(items=["X"]) == (400, "CATALOG_TEXT_MALFORMED")
        assert told(salt="zz")[1] == "BAD_REQUEST"

        purpose = far.used(far.resource("--type", NATIONAL))
        far.done("relying", "grant", "text", purpose, "--send", "--to", ISSUER)
        digest = far.done("relying", "grant", "text", purpose)["texts"][0]["digest"]
        maker = Maker(far.live_ledger)
        copied = {"demander": word(RELYING), "nonce": drawn(), "wanted": digest, "item": word("")}
        service = Service(issuer, maker)
        demand = service.done(maker.message("Demand", 0, copied, [maker.grantee]))["object"]
        answer = issuer.get(f"/v1/demands/{demand}/text")
        assert (answer.status_code, answer.json()["code"]) == (404, "CATALOG_TEXT_NOT_HERE"), (
            "a secret of parties"
        )
    assert far.run("issuer", "demand", "text", "0x" + "00" * 32)[1]["code"] == "UNKNOWN_DEMAND"
    assert far.run("issuer", "resource", "text", far.resource())[1]["code"] == "CATALOG_TEXT_NONE"


def test_interfaces_snapshots_and_mappings_are_declared_and_read_without_a_node(far: Far) -> None:
    resource, other = far.resource(), far.resource()
    form: Json = {"format": "elicense-interface/1", "url": "https://interface.example", "methods": ["GET"]}
    form |= {"sla": {"availability": "99.5", "responseMs": 800}, "status": "offered"}
    fields = [{"from": "name", "to": "number"}]
    mapping = {"format": "elicense-mapping/1", "from": resource, "to": other, "fields": fields}
    files = {name: far.folder / f"{name}.json" for name in ("interface", "mapping", "rows")}
    files["interface"].write_text(json.dumps(form))
    files["mapping"].write_text(json.dumps(mapping))
    files["rows"].write_text("name\n示例甲\n")
    far.done("issuer", "interface", "set", resource, str(files["interface"]), "--quota", "9")
    far.done(
        "issuer", "interface", "outage", resource, "--since", "2026-02-01T00:00:00Z", "--text", "虚构原因"
    )
    period = ["--since", "2026-01-01", "--until", "2026-01-31"]
    far.done("issuer", "resource", "snapshot", resource, str(files["rows"]), *period)
    far.done("issuer", "mapping", "set", resource, other, str(files["mapping"]))

    own = far.done("issuer", "interface", "show", resource)
    assert (own["quota"], own["out"], own["interface"]) == (9, True, form)
    assert own["outages"][0]["text"] == "虚构原因"
    strange = far.done("relying", "interface", "show", resource)
    assert (strange["quota"], strange["interface"], strange["outages"][0]["text"]) == (9, None, None)
    given = ["--file", str(files["mapping"])]
    assert far.done("relying", "mapping", "show", resource, other, *given)["mapping"] == mapping
    verified = far.done("relying", "resource", "verify-snapshot", str(files["rows"]), "--of", resource)
    assert (verified["authentic"], verified["rows"], verified["source"]) == (True, 2, "SERVICE")
    status, told = far.run("relying", "interface", "outage", resource, "--since", "2026-02-01T00:00:00Z")
    assert (status, told["code"]) == (1, "NOT_THE_PROVIDER")


def test_a_service_tells_interfaces_and_mappings_in_the_forms_that_it_promises(far: Far) -> None:
    resource, other = far.resource(), far.resource()
    form: Json = {"format": "elicense-interface/1", "url": "https://interface.example", "methods": ["GET"]}
    form |= {"sla": {"availability": "99.5", "responseMs": 800}, "status": "suspended"}
    mapping = {"format": "elicense-mapping/1", "from": resource, "to": other}
    mapping |= {"fields": [{"from": "name", "to": "name"}]}
    home = far.folder / "provider"
    for name, text in (("i.json", form), ("m.json", mapping)):
        (far.folder / name).write_text(json.dumps(text))
    key = ["--key", str(far.live_ledger.key("issuer"))]
    lists = ["--from-fields", str(far.fields), "--to-fields", str(far.fields)]
    orders = (
        ["interface", "set", resource, str(far.folder / "i.json")],
        ["mapping", "set", resource, other, str(far.folder / "m.json"), *lists],
    )
    for order in orders:
        status, told = far.live_ledger.attempt(*order, *key, home=home)
        assert status == 0, told
    owner, code = resource.split("/")
    with far.department("relying") as relying:
        detail = relying.get(f"/v1/interfaces/{owner}/{code}").json()
        InterfaceDetail.model_validate(detail, strict=True)
        assert (detail["status"], detail["interface"]) == ("suspended", form)
        listed = relying.get(f"/v1/interfaces?owner={owner}&limit=500").json()
        Interfaces.model_validate(listed, strict=True)
        assert [row["version"] for row in listed["interfaces"] if row["resource"] == resource] == [1]
        ends = f"from={resource.replace('/', '%2F')}&to={other.replace('/', '%2F')}"
        found = relying.get(f"/v1/mappings?{ends}").json()
        MappingDetail.model_validate(found, strict=True)
        assert found["mapping"] == mapping
        for path, problem in (
            (f"/v1/interfaces/{owner}/NONE", "UNKNOWN_RESOURCE"),
            (f"/v1/interfaces/{owner}/{other.split('/')[1]}", "INTERFACE_UNKNOWN"),
            (
                f"/v1/mappings?from={other.replace('/', '%2F')}&to={resource.replace('/', '%2F')}",
                "MAPPING_UNKNOWN",
            ),
        ):
            answer = relying.get(path)
            assert (answer.status_code, answer.json()["code"]) == (404, problem)


def test_origins_are_declared_fetched_and_followed_without_a_node(far: Far) -> None:
    element = "FAR." + secrets.token_hex(4).upper()
    source, made, hidden = far.resource(), far.resource(), far.resource()

    def file(resource: str, name: Json, number: Json) -> str:
        path = far.folder / "origins.json"
        fields = [{"name": "name", **name}, {"name": "number", **number}]
        path.write_text(json.dumps({"format": "elicense-origins/1", "resource": resource, "fields": fields}))
        return str(path)

    ground = {"subject": "POPULATION", "ground": "示例条例第三条"}
    collected = {"how": "collected", "element": element, **ground}
    issued, method = {"how": "issued"}, {"zh": "计数", "en": "counted"}
    derived = {"how": "derived", "from": [{"resource": source, "field": "name"}], "method": method}
    first = far.done("issuer", "origin", "set", source, file(source, collected, issued))
    assert (first["sent"], first["collectedAlready"]) == (True, [])
    far.done("issuer", "origin", "set", made, file(made, derived, issued))
    again = far.done("relying", "origin", "again")
    assert not [each for each in again["elements"] if each["element"] == element]
    assert first["digest"] not in {each["digest"] for each in again["notHere"]}, "it was fetched"
    up = far.done("relying", "origin", "lineage", made, "--field", "name")
    assert [(each["resource"], each["how"]) for each in up["lineage"]] == [
        (made, "derived"),
        (source, "collected"),
    ]
    shown = far.done("relying", "origin", "show", source)
    assert shown["origins"]["fields"][0]["element"] == element
    kept = far.run("relying", "origin", "keep", file(source, issued, issued), "--send")
    assert (kept[0], kept[1]["code"]) == (1, "NOT_ORIGINS")

    local = ["origin", "set", hidden, file(hidden, collected, issued), "--field-list", str(far.fields)]
    key = ["--key", str(far.live_ledger.key("issuer"))]
    status, told = far.live_ledger.attempt(*local, *key, home=far.folder / "issuer")
    assert (status, told["sent"]) == (0, False), told
    owner, code = source.split("/")
    with far.department("relying") as relying:
        listed = relying.get(f"/v1/origins?owner={owner}&limit=500").json()
        OriginsList.model_validate(listed, strict=True)
        assert {source, made, hidden} <= {row["resource"] for row in listed["origins"]}
        detail = relying.get(f"/v1/origins/{owner}/{code}").json()
        OriginsDetail.model_validate(detail, strict=True)
        assert detail["counts"] == {"collected": 1, "received": 0, "derived": 0, "issued": 1}
        tree = relying.get(f"/v1/origins/{owner}/{code}/lineage?down=true&field=name").json()
        Lineage.model_validate(tree, strict=True)
        assert [each["resource"] for each in tree["lineage"]] == [source, made]
        CollectedTwice.model_validate(relying.get("/v1/origins/again").json(), strict=True)
        text = relying.get(f"/v1/origin-files/{first['digest']}").json()
        assert OriginsBody.model_validate(text, strict=True).given() == text
        absent = relying.get("/v1/supervision/origins")
        assert (absent.status_code, absent.json()["code"]) == (503, "ORIGINS_NOT_HERE")
        lenient = relying.get("/v1/supervision/origins?leaveOut=true").json()
        SupervisedOrigins.model_validate(lenient, strict=True)
        assert told["digest"] in {each["digest"] for each in lenient["notHere"]}
        none = relying.get("/v1/origin-files/0x" + "00" * 32)
        assert (none.status_code, none.json()["code"]) == (404, "ORIGINS_TEXT_NOT_HERE")
        sent = relying.post("/v1/origin-files", {**text, "fields": text["fields"][:1]})
        assert (sent.status_code, sent.json()["code"]) == (422, "NOT_ORIGINS")
    send = far.run("relying", "origin", "keep", file(hidden, collected, issued), "--send")
    assert send[0] == 0, send
    with far.department("issuer") as issuer:
        left = issuer.get("/v1/supervision/origins?leaveOut=true").json()
        assert told["digest"] not in {each["digest"] for each in left["notHere"]}
