"""Using data under a grant from the command line, the provider's service being a process of its own."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx2
import pytest

from api.cli.using import folder_of, order_key
from ledger.adapters.clock import SystemClock
from ledger.adapters.outbox import FileOutbox
from ledger.domain.declared import midnight
from ledger.domain.sharing_entities import Refusal
from ledger.domain.use_reasons import REASONS
from ledger.domain.use_request import use_request
from ledger.errors import GrantUnusableError
from ledger.service.handed_sharing import HandedSharing
from ledger.service.order_ends import OrderEnds, SignedOrder
from ledger.service.use_refusals import SignRefusals
from tests.e2e.using import GRANTEE_NAME, PURPOSE, Using
from tests.live import ISSUER, NATIONAL, RELYING, LiveLedger, live_ledger
from tests.served import Served
from tests.sharing_made import Maker, an_hour_later

__all__ = ["live_ledger"]


@pytest.fixture(scope="module")
def using(live_ledger: LiveLedger, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Using]:
    folder = tmp_path_factory.mktemp("using")
    served = Served(live_ledger, folder / "provider", live_ledger.rpc)
    yield Using(live_ledger, folder, served.start())
    served.close()


def test_a_duty_is_used_recorded_and_its_copy_is_good_in_the_grantees_hand(using: Using) -> None:
    license_, grant = using.license(), using.grant(using.resource())
    told = using.used(grant, license_, "--operator", "窗口-07（虚构）")
    verified = using.grantee("verify", told["copy"], "--shown-by", RELYING)
    assert verified["result"] == "IN_FORCE"
    assert set(verified["disclosed"]) == {"metadata/certificateName"}
    stands = verified["checks"][8]["evidence"]["use"]
    assert (stands["object"], stands["seq"]) == (told["object"], told["seq"] or stands["seq"])
    proved = ["--trust", "state", "--head", using.live_ledger.ledger().reader.head().hash]
    by_receipt = using.grantee("verify", told["copy"], "--receipt", told["receipt"], *proved)
    assert by_receipt["checks"][8]["evidence"]["use"] == stands
    checked, own = str(using.folder / "checked.json"), str(using.live_ledger.key("relying"))
    using.grantee("verify", told["copy"], "--shown-by", RELYING, "--sign-receipt", checked, "--key", own)
    again = using.grantee("receipt", "verify", checked, "--subject", told["copy"], "--again")
    assert (again["subjects"][0]["kind"], again["asked"]["shownBy"]) == ("COPY", RELYING)
    assert (again["again"]["same"], again["today"]["same"]) == (True, True)
    assert verified["checks"][8]["evidence"]["grantee"] == {"uscc": RELYING, "name": GRANTEE_NAME}
    (row,) = using.grantee("use", "list", "--grant", grant)["uses"]
    assert (row["kind"], row["grantee"], row["owner"]) == ("DATA", RELYING, ISSUER)
    assert (row["request"], row["object"]) == (told["use"], told["object"])
    assert row["fields"] == ["metadata/certificateName"]
    assert using.grantee("use", "show", told["use"])["object"] == told["object"]
    status, card = using.live_ledger.printed("use", "list", "--grant", grant, home=using.grantee_home)
    assert (status, RELYING in card) == (0, True)
    receipt = using.grantee("use", "verify-receipt", told["receipt"])
    assert (receipt["seq"], receipt["provider"]) == (row["seq"], ISSUER)
    altered = Path(told["receipt"]).read_text().replace(told["use"], "0x" + "ab" * 32)
    Path(told["receipt"]).write_text(altered)
    status, told = using.live_ledger.attempt("use", "verify-receipt", told["receipt"])
    assert (status, told["code"]) == (1, "USE_RECEIPT_SIGNATURE")
    assert "窗口" not in json.dumps(verified, ensure_ascii=False)


def test_who_uses_a_license_is_told_how_it_stands_and_is_not_refused(using: Using) -> None:
    license_, grant, key = using.license(), using.grant(using.resource()), using.key("issuer")
    out = str(using.folder / "stands")
    told = using.used(grant, license_, out=out)["standing"]
    assert told == {"status": "IN_FORCE", "supersededBy": None, "supersededByLeaf": None}
    using.provider("license", "suspend", license_, "--ground", "INVESTIGATION", *key)
    assert using.used(grant, license_)["standing"]["status"] == "SUSPENDED"
    assert using.used(grant, license_, out=out)["standing"]["status"] == "SUSPENDED", "as it stands now"
    using.provider("license", "resume", license_, "--ground", "CONDITIONS_MET_AGAIN", *key)
    changed = using.folder / "changed.json"
    changed.write_text(json.dumps(using.live_ledger.input()))
    amending = [str(changed), "--kind", "change", "--out", str(using.folder / "changed.elic.json"), *key]
    successor = using.provider("license", "amend", license_, *amending)["licenseId"]
    stands = using.used(grant, license_)["standing"]
    assert (stands["status"], stands["supersededBy"]) == ("SUPERSEDED", successor)


def test_the_handout_of_a_copy_is_the_one_that_its_use_records_and_no_other_is(using: Using) -> None:
    grant = using.grant(using.resource())
    one, other = (using.used(grant, using.license()) for _ in range(2))
    own, foreign = (Path(each["copy"]).with_name("handout.json") for each in (one, other))
    good = using.grantee("verify", one["copy"], "--handout", str(foreign), "--handout", str(own))
    digest = good["checks"][8]["evidence"]["use"]["handout"]
    assert (good["result"], len(digest)) == ("IN_FORCE", 66)
    (use,) = [
        each
        for each in using.grantee("use", "list", "--grant", grant)["uses"]
        if each["request"] == one["use"]
    ]
    assert use["response"] == digest
    form = json.loads(own.read_text())
    resold = {**form, "licenseId": other["licenseId"]}
    for changed, member in ((resold, "response"), (json.loads(foreign.read_text()), "request")):
        file = using.folder / "changed-handout.json"
        file.write_text(json.dumps(changed))
        status, told = using.live_ledger.attempt(
            "verify", one["copy"], "--handout", str(file), home=using.grantee_home
        )
        basis = told["checks"][8]
        assert (status, basis["code"], basis["evidence"]["member"]) == (1, "HANDOUT_NOT_THEIRS", member)


def test_what_another_platform_carried_is_recorded_from_a_file_that_both_signed(using: Using) -> None:
    grant = using.grant(using.resource(), fields="metadata/certificateName")
    file = using.folder / "carried.json"
    carried = Maker(using.live_ledger).use(grant)
    file.write_text(json.dumps(carried))
    assert using.grantee("use", "record", str(file))["seq"] > 0
    (row,) = using.grantee("use", "list", "--grant", grant)["uses"]
    assert (row["kind"], row["response"]) == ("DATA", carried["words"][4])
    swapped = Maker(using.live_ledger).use(grant)
    file.write_text(json.dumps({**swapped, "signatures": swapped["signatures"][::-1]}))
    status, told = using.live_ledger.attempt("use", "record", str(file), home=using.grantee_home)
    assert (status, told["code"]) == (1, "NOT_THE_BODY"), told
    file.write_text(json.dumps({**carried, "struct": "DecideGrant"}))
    status, told = using.live_ledger.attempt("use", "record", str(file), home=using.grantee_home)
    assert (status, told["code"]) == (2, "USE_MESSAGE_KIND")


def test_what_the_holder_consented_to_is_released_only_with_its_record(
    using: Using, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ELICENSE_PASSPHRASE", "示例口令")
    vault = str(tmp_path / "holder.vault")
    live = using.live_ledger
    live.attempt("wallet", "init", "--vault", vault)
    pair = live.attempt("wallet", "key", "--vault", vault)[1]
    keys = {"holderKey": pair["holderKey"], "holderEncryptionKey": pair["holderEncryptionKey"]}
    license_ = using.license(**keys)
    file = next(each for each in using.folder.glob("*.elic.json") if license_ in each.read_text())
    assert live.attempt("wallet", "add", str(file), "--vault", vault)[0] == 0
    license_id = json.loads(file.read_text())["anchor"]["licenseId"]
    asked = tmp_path / "asked.json"
    why = ["--basis", "consent", "--purpose-code", "LICENSING", "--purpose", "示例", "--until", "2031-12-31"]
    about = ["--license", license_id, "--name", GRANTEE_NAME, "--out", str(asked), "--count", "2"]
    terms = ["--fields", "metadata/certificateName,holders", "--field-list", str(using.fields)]
    request = ["grant", "request", using.resource(), *why, *terms, *about, *using.key("relying")]
    grant = using.grantee(*request)["grant"]
    assert using.use(grant, license_)[1]["code"] == "GRANT_PENDING"
    consent = str(tmp_path / "consent.json")
    given = ["--fields", "metadata/certificateName", "--yes", "--out", consent, "--vault", vault]
    status, told = live.attempt("wallet", "consent", str(asked), *given)
    assert status == 0, told
    using.grantee("grant", "consent", consent)
    assert using.use(grant, license_, fields="holders")[1]["code"] == "FIELDS_NOT_ALLOWED"
    used = using.used(grant, license_)
    assert used["seq"] > 0
    assert using.grantee("grant", "show", grant)["left"] == 1


def test_licenses_are_found_by_their_holder_and_used_by_code_by_nobody_else(using: Using) -> None:
    holder = {"name": "示例持证人乙", "code": "11340000MB0TE5T44D", "codeType": "001"}
    first, second = using.license(holders=[holder]), using.license(holders=[holder])
    using.license()
    resource = using.resource()
    terms = ["--item", "ITEM-7", "--case", "虚构案号2026-7"]
    grant = using.grant(resource, *terms)
    asked = ["license", "lookup", "--code", holder["code"], "--grant", grant, "--purpose", PURPOSE]
    keys = [*using.key("relying"), "--encryption-key", str(using.live_ledger.key("relying-encryption"))]
    given = [*asked, "--item", "ITEM-7", *keys, "--api", using.served.url, "--name", GRANTEE_NAME]
    given += ["--operator", "窗口-07（虚构）"]
    folder = using.folder / "found"
    status, told = using.live_ledger.attempt(*given, "--out", str(folder), home=using.grantee_home)
    assert (status, told["code"]) == (2, "LOOKUP_TERMS"), told
    given += ["--case", "虚构案号2026-7"]
    wrong = [*given[:3], "310101190001010012", *given[4:], "--out", str(folder)]
    status, told = using.live_ledger.attempt(*wrong, home=using.grantee_home)
    assert (status, told["code"]) == (2, "HOLDER_CODE_UNLIKELY"), "it would be a use for nothing"
    told = using.grantee(*given, "--out", str(folder))
    assert [each["type"] for each in told["found"]] == [NATIONAL] * 2
    (row,) = using.grantee("use", "list", "--grant", grant)["uses"]
    assert (row["kind"], row["fields"], row["response"]) == ("LOCATE", [], None)
    assert using.grantee("use", "verify-receipt", told["receipt"])["seq"] == row["seq"]
    codes = [each["useCode"] for each in told["found"]]
    assert using.use(grant, codes[0])[1]["code"] == "USE_CODE_OTHER", "nobody in particular asks"
    assert using.use(grant, codes[0], "--operator", "窗口-08（虚构）")[1]["code"] == "USE_CODE_OTHER"
    own = ["--operator", "窗口-07（虚构）"]
    used = {using.used(grant, code, *own)["licenseId"] for code in codes}
    index = using.live_ledger.ledger(using.served.home).index
    assert used == {index.resolve(first), index.resolve(second)}
    other = using.grant(resource)
    assert using.use(other, codes[0], *own)[1]["code"] == "USE_CODE_OTHER"
    assert using.use(grant, "0" * 32)[1]["code"] == "UNKNOWN_LICENSE"
    nothing = using.grantee(*given, "--types", "11100000000013338W001", "--out", str(using.folder / "none"))
    assert nothing["found"] == []
    several = [*given, "--grant", using.grant(resource, *terms), "--out", str(using.folder / "several")]
    both = using.grantee(*several)
    assert [each["refused"] for each in both["lookups"]] == [None, None]
    assert len({each["use"] for each in both["lookups"]}) == 2, "each right is used by itself"
    assert [each["type"] for each in both["found"]] == [NATIONAL] * 4
    assert {each["grant"] for each in both["found"]} == {each["grant"] for each in both["lookups"]}
    again = using.grantee(*several)
    assert again["lookups"] == both["lookups"]
    counted = using.grant(resource, *terms, "--count", "1")
    once = [*given, "--grant", counted]
    using.grantee(*once, "--out", str(using.folder / "once"))
    status, told = using.live_ledger.attempt(
        *once, "--out", str(using.folder / "twice"), home=using.grantee_home
    )
    refused = {each["grant"]: each["refused"] for each in told["lookups"]}
    assert (status, refused) == (1, {grant: None, counted: told["code"]}), "one holds up no other"
    found = [each for each in using.served.home.rglob("*.sqlite3*") if each.name.startswith("holders")]
    assert found
    an_hour_later(using.served.home)
    status, late = using.use(grant, codes[0], *own)
    assert (status, late["code"]) == (1, "USE_CODE_OVER")
    assert all(holder["code"].encode() not in each.read_bytes() for each in found)
    logged = json.dumps(using.served.log, ensure_ascii=False)
    assert holder["code"] not in logged


class Between:
    """A line to the provider on which answers are altered.

    Attributes:
        before: Told of each request that is passed on.
        alter: Takes a path and an answer (status, body) and gives the one to serve.
        asked: Requests for data that came.
    """

    def __init__(self, target: str) -> None:
        self.before: Callable[[str], None] = lambda _: None
        self.alter: Callable[[str, int, bytes], tuple[int, bytes]] = lambda _, status, body: (status, body)
        self.asked = 0
        between = self

        class Line(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.pass_on(self.rfile.read(int(self.headers["Content-Length"])))

            def do_GET(self) -> None:
                self.pass_on(None)

            def pass_on(self, data: bytes | None) -> None:
                between.asked += self.path == "/v1/uses"
                try:
                    between.before(self.path)
                except ConnectionAbortedError:
                    self.close_connection = True
                    return
                kept = {name: value for name, value in self.headers.items() if name.lower() != "host"}
                got = httpx2.request(self.command, target + self.path, content=data, headers=kept, timeout=90)
                status, body = between.alter(self.path, got.status_code, got.content)
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Line)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"


@pytest.fixture
def between(using: Using) -> Iterator[Between]:
    made = Between(using.served.url)
    yield made
    made.server.shutdown()
    made.server.server_close()


def over(using: Using, out: str, owner: str) -> tuple[bool, bool]:
    """Whether the order of a folder is over by the ledger, when what was signed ends and a second later."""
    ledger = using.live_ledger.ledger(using.grantee_home)
    kept = FileOutbox(using.grantee_home / "uses").load(order_key(folder_of(out)))
    assert kept is not None
    message = HandedSharing.from_json(kept["use"]).read(ledger.domain_of_records)
    order = SignedOrder(use_request(kept["request"]).digest, owner, message, {})
    until, told = int(str(message.prepared.values["notAfter"])), []
    for time_ in (until, until + 1):
        sight = replace(ledger.look(), time=time_)
        told.append(OrderEnds(lambda sight=sight: sight, None).is_over(order))  # type: ignore[misc, arg-type]
    return told[0], told[1]


def refused_though_recorded(
    using: Using, out: str, grant: str
) -> Callable[[str, int, bytes], tuple[int, bytes]]:
    """A provider that has a use recorded, and then refuses it under its signature."""
    kept = FileOutbox(using.grantee_home / "uses").load(order_key(folder_of(out)))
    assert kept is not None
    request = use_request(kept["request"])
    sign = SignRefusals(request.ledger_id, ISSUER, using.live_ledger.signer("issuer"), SystemClock()).sign

    def alter(path: str, status: int, body: bytes) -> tuple[int, bytes]:
        if not path.endswith("/copy") or status != 200:
            return status, body
        form = sign(request.digest, "request", kept["request"], GrantUnusableError("GRANT_OVER", grant=grant))
        return 403, json.dumps({"code": "GRANT_OVER", "fields": {"grant": grant, "refusal": form}}).encode()

    return alter


def test_no_bare_refusal_after_the_signature_makes_a_second_use(using: Using, between: Between) -> None:
    license_, resource = using.license(), using.resource()
    grant, out = using.grant(resource), str(using.folder / "lied-to")

    def lie(path: str, status: int, body: bytes) -> tuple[int, bytes]:
        if path == "/v1/uses":
            return status, body
        return 403, json.dumps({"code": "GRANT_ENDED", "fields": {"grant": grant}}).encode()

    def cut(path: str) -> None:
        if path.endswith("/signature"):
            raise ConnectionAbortedError

    between.before = cut
    assert using.use(grant, license_, "--api", between.url, out=out)[1]["code"] == "SERVICE_OUTAGE"
    assert over(using, out, ISSUER) == (False, True), "until its time is over it may be recorded"
    between.before = lambda _: None
    between.alter = lie
    for _ in range(3):
        status, told = using.use(grant, license_, "--api", between.url, out=out)
        assert (status, told["code"]) == (75, "USE_REFUSAL_UNPROVED"), told
    unknown = json.dumps({"code": "NOBODY_KNOWS", "fields": {}}).encode()
    between.alter = lambda path, status, body: (status, body) if path == "/v1/uses" else (403, unknown)
    status, told = using.use(grant, license_, "--api", between.url, out=out)
    assert (status, told["code"]) == (75, "USE_REFUSAL_UNPROVED"), told
    between.alter = refused_though_recorded(using, out, grant)
    status, told = using.use(grant, license_, "--api", between.url, out=out)
    assert (status, told["code"]) == (75, "USE_REFUSAL_UNPROVED"), "the ledger has it, whatever is signed"
    between.alter = lambda _, status, body: (status, body)
    used = using.used(grant, license_, "--api", between.url, out=out)
    assert between.asked == 1, "the same order, the same request"
    (row,) = using.grantee("use", "list", "--grant", grant)["uses"]
    assert row["object"] == used["object"]
    assert over(using, out, ISSUER) == (False, False), "it is recorded"

    other, out = using.grant(resource), str(using.folder / "refused-honestly")
    ended: list[str] = []

    def withdraw(path: str) -> None:
        if path.endswith("/signature") and not ended:
            ended.append(other)
            using.grantee("grant", "withdraw", other, *using.key("relying"))

    between.before = withdraw
    strip = json.dumps({"code": "GRANT_ENDED", "fields": {"grant": other}}).encode()
    between.alter = lambda path, status, body: (status, strip if path.endswith("/signature") else body)
    status, told = using.use(other, license_, "--api", between.url, out=out)
    assert (status, told["code"]) == (75, "USE_REFUSAL_UNPROVED"), told
    between.alter = lambda _, status, body: (status, body)
    status, told = using.use(other, license_, "--api", between.url, out=out)
    assert (status, told["code"]) == (1, "GRANT_ENDED"), "signed by the provider, or on the ledger"
    before = between.asked
    assert using.use(other, license_, "--api", between.url, out=out)[1]["code"] == "GRANT_ENDED"
    assert between.asked == before + 1, "another request"


def day_in_china() -> int:
    return midnight(int(time.time()))


def test_a_use_beyond_the_quota_of_a_day_is_refused_and_recorded_as_such(using: Using) -> None:
    form = {"format": "elicense-interface/1", "url": "https://interface.example", "methods": ["GET"]}
    sla = {"sla": {"availability": "99", "responseMs": 500}, "status": "offered"}
    file, license_, day = using.folder / "interface.json", using.license(), 0
    file.write_text(json.dumps({**form, **sla}))
    while day != day_in_china():  # anew, should midnight pass between the uses that count together
        day, resource = day_in_china(), using.resource()
        grants = [using.grant(resource), using.grant(resource)]
        declare = ["interface", "set", resource, str(file), *using.key("issuer"), "--quota"]
        using.provider(*declare, "2")
        using.used(grants[0], license_)
        using.used(grants[1], license_)
        status, told = using.use(grants[0], license_)
    assert (status, told["code"]) == (1, "INTERFACE_QUOTA"), told

    def reasons() -> list[int]:
        found = (each for _, each in using.live_ledger.ledger().follow().entities("refusal"))
        return [each.reason for each in found if isinstance(each, Refusal) and each.code in resource]

    deadline = time.monotonic() + 300
    while not reasons() and time.monotonic() < deadline:
        time.sleep(0.5)
    assert reasons() == [REASONS["INTERFACE_QUOTA"]]
    file.write_text(file.read_text().replace('"offered"', '"suspended"'))
    elsewhere = [*declare[2:], "9", "--api", using.served.url, "--org", ISSUER]
    status, told = using.live_ledger.attempt(*declare[:2], *elsewhere, home=using.folder / "elsewhere")
    assert (status, told["status"], told["sent"]) == (0, "suspended", True), told
    status, told = using.use(grants[0], license_)
    assert (status, told["code"]) == (1, "INTERFACE_NOT_OFFERED"), told
    deadline = time.monotonic() + 300
    while len(reasons()) < 2 and time.monotonic() < deadline:
        time.sleep(0.5)
    assert sorted(reasons()) == [REASONS["INTERFACE_QUOTA"], REASONS["INTERFACE_NOT_OFFERED"]]
    file.write_text(file.read_text().replace('"suspended"', '"offered"'))
    using.provider(*declare, "3")
    using.used(grants[0], license_)
