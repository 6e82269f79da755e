"""The registry over HTTP, and `org`, `type`, `recognition` of who has a service and no node."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from ledger import crypto
from ledger.adapters.libcrypto import LibcryptoSigner
from ledger.adapters.rpc import Rpc
from ledger.adapters.service_client import ServiceClient
from ledger.adapters.sm2_keys import private_key_pem, public_key_pem
from ledger.adapters.sqlite.queue import SqliteQueue
from ledger.domain.messages import key_id
from ledger.domain.objects import ascii32, organisation_id
from ledger.domain.signed_message import SignedMessage
from ledger.errors import LedgerError, NotEntitledError
from ledger.ports.queue import Queued
from ledger.service import govern
from ledger.service.handed_registry import HandedRegistry
from ledger.service.remote import PromiseCheck
from ledger.service.remote_registry import GovernAtService
from ledger.service.signing import KeyFile
from tests.api.conftest import Department
from tests.api.test_accepting import resume
from tests.live import ISSUER, NATIONAL, REGIONAL, RELYING, LiveLedger, found, live_ledger
from tests.served import NODE_AWAY, Served

__all__ = ["live_ledger"]
Json = dict[str, Any]

OFFICE, BUREAU, NOBODY = "11320000MB0TE5T36A", "11610922MB0TE5T52A", "11340000MB0TE5T44D"
OTHER = "11100000MB0TE5T605"

SCHEMA = {"type": "object", "properties": {"grade": {"type": "string", "maxLength": 10}}}


@dataclass
class Office:
    """A province's operator: its keys, a department's service, no node."""

    live: LiveLedger
    served: Served
    folder: Path
    client: httpx2.Client

    def key(self, name: str) -> str:
        """A key file, made where there is none."""
        path = self.live.key(name)
        if not path.exists():
            private = crypto.generate_key()
            path.write_text(private_key_pem(private, crypto.signer(private).public_key))
            path.chmod(0o600)
        return str(path)

    def public(self, name: str) -> str:
        """The public half alone."""
        path = self.folder / f"{name}.pub.pem"
        path.write_text(public_key_pem(crypto.load_signer(self.key(name)).public_key))
        return str(path)

    def signer(self, name: str) -> LibcryptoSigner:
        return crypto.load_signer(self.key(name))

    def run(self, *arguments: str, caller: str = "--caller", rpc: str = NODE_AWAY) -> tuple[int, Json]:
        """A command in the name of the issuing department, whose node is away."""
        asked = [caller, self.key("issuer"), "--org", ISSUER, "--api", self.served.url]
        return self.live.attempt(*arguments, *asked, "--rpc", rpc, home=self.folder / "home")

    def done(self, *arguments: str, caller: str = "--caller") -> Json:
        status, told = self.run(*arguments, caller=caller)
        assert status == 0, told
        return told

    def by(self, *names: str) -> list[str]:
        return [part for name in names for part in ("--by", self.key(name))]

    def department(self) -> Department:
        return Department(self.client, ISSUER, self.signer("issuer"))  # type: ignore[arg-type]

    def length(self) -> int:
        return int(self.live.ledger().reader.journal()[0])

    def key_id(self, name: str) -> str:
        return "0x" + key_id(self.signer(name).public_key).hex()

    def prepared(self, struct: str, members: Json, *names: str) -> Json:
        """A message that the service prepared, signed by keys."""
        order = {"struct": struct, "members": members, "signers": [self.key_id(each) for each in names]}
        answer = self.department().post("/v1/registry/messages", {"orders": [order]})
        assert answer.status_code == 200, answer.text
        (made,) = answer.json()["messages"]
        signatures = [
            {
                "keyId": each["keyId"],
                "signature": self.signer(name).sign(bytes.fromhex(each["message"])).hex(),
            }
            for each, name in zip(made["toSign"], names, strict=True)
        ]
        return {"struct": struct, "signed": made["signed"], "signatures": signatures}

    def handed(self, *messages: Json, **headers: str) -> Any:
        body = {"messages": list(messages)}
        return self.department().post("/v1/registry", body, Prefer="wait=60", **headers)

    def refused(self, *messages: Json) -> tuple[int, str]:
        """Status and code; nothing was recorded."""
        before, answer = self.length(), self.handed(*messages)
        assert self.length() == before
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["remedy"]
        return answer.status_code, answer.json()["code"]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A ledger of its own: rights change here."""
    with ExitStack() as undo:
        live = found(tmp_path_factory.mktemp("governed"), undo)
        folder = tmp_path_factory.mktemp("office")
        served = Served(live, folder / "service", live.rpc).start()
        undo.callback(served.close)
        client = undo.enter_context(
            httpx2.Client(base_url=served.url, timeout=120, trust_env=False, verify=False)
        )
        yield Office(live, served, folder, client)


def _organisation(uscc: str, region: int = 310118) -> Json:
    return {
        "uscc": "0x" + ascii32(uscc).hex(),
        "region": region,
        "level": 4,
        "nameDigest": "0x" + "11" * 32,
    }


def _point(office: Office, name: str, owner: str) -> Json:
    public = office.signer(name).public_key
    return {
        "newKey": office.key_id(name),
        "owner": organisation_id(owner),
        "purpose": 1,
        "alg": 1,
        "x": "0x" + public[1:33].hex(),
        "y": "0x" + public[33:].hex(),
        "validFrom": 0,
        "validTo": 0,
    }


def test_a_body_is_registered_shown_and_ended_without_a_node(office: Office) -> None:
    add = ["org", "add", "--uscc", OFFICE, "--name", "示例机关", "--region", "310118"]
    keys = ["--key", office.key("office"), "--encryption-key", office.key("office-encryption")]
    added = office.done(*add, *keys, *office.by("qingpu"))
    assert [row["message"] for row in added["records"]] == ["AddOrganisation", "RegisterKey", "RegisterKey"]
    assert (added["seq"], added["promiseKey"]) == (added["records"][-1]["seq"], "NOT_CHECKED")
    assert office.run(*add, *keys, *office.by("qingpu"))[1]["code"] == "ALREADY_REGISTERED"

    entitle = ["type", "entitle", REGIONAL, "--issuer", OFFICE, "--region", "310118", "--from", "2026-01-01"]
    assert office.done(*entitle, *office.by("qingpu"))["records"][0]["promise"]["anchorBy"]
    named = ["--acts", "suspend", "--from", "2026-01-01", "--region", "310118"]
    office.done("type", "empower", NATIONAL, "--body", OFFICE, *named, *office.by("r31"))
    shown = office.done("org", "show", OFFICE, caller="--key")
    assert [key["purpose"] for key in shown["keys"]].count("SIGN") == 1
    told = office.department().get(f"/v1/organisations/{OFFICE}").json()
    assert {**told, "name": "示例机关"} == {name: shown[name] for name in told}, "the service never heard it"
    assert (told["entitlements"][0]["type"], told["powers"][0]["acts"]) == (REGIONAL, ["suspend"])

    rotated = office.done("org", "key", "rotate", office.key("office"), "--key", office.key("office2"),
                          *office.by("office"))  # fmt: skip
    assert rotated["newKeyId"] == office.key_id("office2")
    ended = office.done("org", "end", OFFICE, "--until", "2099-12-31", *office.by("qingpu"))
    assert len(ended["records"]) == 5
    assert office.run("org", "show", NOBODY, caller="--key")[1]["code"] == "NOT_REGISTERED"


def test_names_that_the_ledger_bears_out_go_from_home_to_home(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    service, file = office.folder / "service", office.folder / "names.csv"
    called = {ISSUER: "示例上海市发证机关", RELYING: "示例浙江省用证单位"}

    def names(rows: Mapping[str, str], encoding: str = "utf-8") -> tuple[int, Json]:
        """What comes of a file of names at the service's home."""
        lines = ["uscc,name", *(f"{code},{name}" for code, name in rows.items())]
        file.write_bytes("\n".join(lines).encode(encoding))
        return office.live.attempt("org", "names", str(file), home=service)

    add = ["org", "add", "--uscc", NOBODY, "--name", " 示例 ", "--region", "310118"]
    padded = office.run(*add, "--key", office.key("office"), *office.by("qingpu"))
    assert (padded[0], padded[1]["code"]) == (2, "NAME_FORM")
    for rows, line in (({ISSUER: ""}, 2), ({ISSUER: called[ISSUER], RELYING: "甲,乙"}, 3), ({"1": "甲"}, 2)):
        status, told = names(rows)
        assert (status, told["code"], told["error"]["fields"]["line"]) == (2, "NAMES_FILE", line)
    file.write_text("uscc,name\n" + "".join(f"{ISSUER},{name}\n" for name in ("别名", called[ISSUER])))
    twice = office.live.attempt("org", "names", str(file), home=service)
    assert (twice[0], twice[1]["code"]) == (1, "NAME_NOT_REGISTERED"), "each row is held against the ledger"
    assert names({**called, ISSUER: called[RELYING]})[1]["code"] == "NAME_NOT_REGISTERED"
    assert names({NOBODY: called[ISSUER]})[1]["code"] == "NAME_NOT_REGISTERED"
    told = office.live.attempt("org", "names", home=service)[1]
    assert not {ISSUER, RELYING} & {each["uscc"] for each in told["names"] if each["name"]}, "all or nothing"
    told = names(called, "gb18030")[1]
    assert (told["taken"], names(called)[1]["taken"]) == (2, 0)

    there = office.department().get("/v1/organisations").json()["organisations"]
    assert {each["uscc"]: each["name"] for each in there if each["uscc"] in called} == called
    taken = office.done("org", "names", "--out", str(file), caller="--key")
    assert {each["uscc"]: each["name"] for each in taken["names"] if each["uscc"] in called} == called
    assert f"{ISSUER},{called[ISSUER]}" in file.read_text(encoding="utf-8-sig").splitlines()
    for kept in (service / "sharing").iterdir():
        kept.write_bytes(kept.read_bytes().replace("示例上海市".encode(), "示例北京市".encode()))
    altered = office.live.attempt("org", "show", ISSUER, home=service)[1]
    assert altered["name"] is None, "what was altered is as good as not here"
    names(called)
    assert called[ISSUER] in office.live.printed("org", "show", ISSUER, home=service)[1]


def test_absent_keys_sign_elsewhere_and_the_same_command_goes_through(office: Office) -> None:
    file = office.folder / "signatures.json"
    agree = ["recognition", "add", "--from", "330000", "--to", "310000", "--type", REGIONAL]
    sides = ["--since", "2026-01-01", "--by", office.key("r33"), "--by", office.public("r31")]
    order = [*agree, *sides, "--signatures", str(file)]
    before = office.length()
    status, told = office.run(*order)
    assert (status, told["code"], office.length()) == (1, "SIGNATURES_PENDING", before)
    form = json.loads(file.read_text())
    (row,) = form["requests"]
    row["signature"] = office.signer("r33").sign(bytes.fromhex(row["message"])).hex()
    file.write_text(json.dumps(form))
    assert (office.run(*order)[1]["code"], office.length()) == ("SIGNATURE_REFUSED", before)
    row["signature"] = office.signer("r31").sign(bytes.fromhex(row["message"])).hex()
    file.write_text(json.dumps(form))
    agreed = office.done(*order)
    assert (agreed["rev"], agreed["asType"]) == (1, REGIONAL)
    there = office.department().get(f"/v1/recognitions/330000/310000/{REGIONAL}").json()
    shown = office.done("recognition", "show", *agree[2:], caller="--key")
    assert [term["asType"] for term in there["history"]] == [REGIONAL]
    assert {name: shown[name] for name in there} == there


def test_regions_and_relays_are_written_and_read_without_a_node(office: Office) -> None:
    office.done("org", "region", "add", "310115", "--name", "示例区", "--parent", "310000", *office.by("r31"))
    account = "0x00000000000000000000000000000000000000bb"
    until = ["--region", "310115", "--until", "2031-12-31"]
    office.done("org", "relay", "add", account, *until, *office.by("r31"))
    department = office.department()
    rows = {row["region"]: row for row in department.get("/v1/regions").json()["regions"]}
    assert (rows["310115"]["parent"], rows["310115"]["keys"]) == ("310000", [])
    assert rows["310000"]["keys"]
    (relay,) = [r for r in department.get("/v1/relays").json()["relays"] if r["account"] == account]
    listed = office.done("org", "relay", "list", caller="--key")["relays"]
    assert relay in listed
    office.done("org", "relay", "end", account, "--region", "310115", *office.by("r31"))
    again = office.run("org", "relay", "end", account, "--region", "310115", *office.by("r31"))
    assert again[1]["code"] == "UNKNOWN_RELAY"


def test_types_are_registered_and_closed_without_a_node(office: Office) -> None:
    code = f"{ISSUER}007"
    file = office.folder / "type.json"
    definition = {"code": code, "name": "示例", "scope": "REGIONAL", "region": 310118}
    file.write_text(
        json.dumps({**definition, "sharing": "unconditional", "acts": ["issue", "suspend"], "schema": SCHEMA})
    )
    added = office.done("type", "add", str(file), *office.by("qingpu"))
    assert (added["version"], added["scope"]) == (1, "REGIONAL")
    assert office.done("type", "end", code, *office.by("qingpu"))["version"] == 2
    assert office.done("type", "show", code, caller="--key")["acts"] == ["suspend"]


def test_a_key_elsewhere_registers_a_body_with_what_the_service_prepares(office: Office) -> None:
    added = office.prepared("AddOrganisation", _organisation(BUREAU), "qingpu")
    registered = office.prepared("RegisterKey", _point(office, "bureau", BUREAU), "qingpu", "bureau")
    wait, before = {"Idempotency-Key": "registered-once"}, office.length()
    first = office.handed(added, registered, **wait)
    assert first.status_code == 200, first.text
    told = first.json()
    assert [row["message"] for row in told["records"]] == ["AddOrganisation", "RegisterKey"]
    assert (told["seq"], told["rev"], office.length()) == (before + 2, 1, before + 2)
    assert told["records"][0]["promise"] is not None
    for headers in (wait, {}):
        again = office.handed(added, registered, **headers)
        assert (again.status_code, again.json()) == (200, told), "a replay records nothing"
    assert office.length() == before + 2
    digest = told["records"][1]["digest"]
    shown = office.department().get(f"/v1/messages/{digest}").json()
    assert (shown["state"], shown["answer"]["object"]) == ("ANCHORED", told["records"][1]["object"])


def test_what_is_accepted_at_once_is_asked_after(office: Office) -> None:
    members = {"key": office.key_id("issuer-encryption"), "validTo": 4_000_000_000}
    message = office.prepared("EndKey", members, "qingpu")
    answer = office.department().post("/v1/registry", {"messages": [message]}, Prefer="wait=0")
    assert answer.status_code == 202, answer.text
    (row,) = answer.json()["records"]
    assert (row["seq"], row["promise"] is not None) == (None, True)
    assert answer.headers["location"] == f"/v1/messages/{row['digest']}"
    assert office.handed(message).json()["seq"]


def test_regions_and_bodies_are_succeeded_and_keys_recovered_without_a_node(office: Office) -> None:
    add = ["org", "region", "add"]
    for code, parent in (("340000", None), ("350000", None), ("310116", "310000"), ("310117", "310000")):
        above = ["--parent", parent] if parent else []
        office.done(*add, code, "--name", "示例", *above, *office.by("r31", "r33"))
    for old, new in (("340000", "350000"), ("310116", "310117")):
        by = office.by("r31", "r33") if new == "350000" else office.by("r31")
        told = office.done("org", "region", "succeed", old, "--successor", new, *by)
        assert told["records"][0]["promise"] is not None
    old = "11100000MB0TE5T605"
    named = ["--uscc", old, "--name", "示例", "--region", "310117", "--key", office.key(old)]
    office.done("org", "add", *named, *office.by("r31"))
    followed = office.done("org", "succeed", old, "--successor", ISSUER, *office.by("r31"))
    assert followed["records"][0]["message"] == "SucceedOrganisation"
    since = ["--since", "2026-02-01"]
    assert office.done("org", "key", "cut-off", office.key(old), *since, *office.by("r31"))["cutOff"]
    govern = ["--purpose", "govern", "--key", office.key("r31-second"), *office.by("r31", "r33")]
    office.done("org", "key", "add", "310000", *govern)
    recover = ["org", "key", "recover", office.key("r31-second"), "--key", office.key("r31-third")]
    told = office.done(*recover, *office.by("c31"))
    assert told["newKeyId"] == office.key_id("r31-third")


@contextmanager
def stopped(office: Office) -> Iterator[None]:
    """The chain makes no blocks meanwhile, so that what is accepted waits."""
    with Rpc(office.live.rpc) as node:
        node.call("evm_setAutomine", False)
        node.call("evm_setIntervalMining", 0)
        try:
            yield
        finally:
            resume(node)


def test_nothing_is_promised_by_a_key_whose_end_waits_to_be_recorded(office: Office) -> None:
    """Nor while another message about the same license keeps the contract from being asked."""
    office.done("org", "key", "add", ISSUER, "--key", office.key("spare"), *office.by("qingpu"))
    cut = office.prepared("CutOffKey", {"key": office.key_id("spare"), "since": 1_700_000_000}, "qingpu")
    department, now = office.department(), {"Prefer": "wait=0"}
    license_id = department.post("/v1/licenses", office.live.input()).json()["licenseId"]
    place = f"/v1/licenses/{license_id}"
    with stopped(office):
        suspended = department.post(f"{place}/suspend", {"ground": "INVESTIGATION"}, **now)
        assert suspended.status_code == 202, suspended.text
        asked = {"act": "resume", "id": license_id, "ground": "CONDITIONS_MET_AGAIN"}
        made = department.post("/v1/messages", {**asked, "keyId": office.key_id("spare")}).json()
        signature = office.signer("spare").sign(bytes.fromhex(made["message"])).hex()
        signed = {"signed": made["signed"], "keyId": made["keyId"], "signature": signature}
        assert department.post("/v1/registry", {"messages": [cut]}, **now).status_code == 202
        answer = department.post(f"{place}/resume", signed, **now)
        assert (answer.status_code, answer.json()["code"]) == (403, "KEY_NOT_CURRENT")
    assert office.handed(cut).json()["seq"]


def test_of_several_messages_none_is_kept_where_a_later_one_is_refused(office: Office) -> None:
    """By what waits about their keys, and by how many wait in a row."""
    office.done("org", "key", "add", "310118", "--key", office.key("governor"), "--purpose", "govern",
                *office.by("r31"))  # fmt: skip
    department, now = office.department(), {"Prefer": "wait=0"}
    ends = {"key": office.key_id("relying-encryption")}
    by, sign = office.key_id("jiashan"), office.signer("jiashan").sign
    orders = [
        {"struct": "EndKey", "members": {**ends, "validTo": 3_800_000_000 - each}, "signers": [by]}
        for each in range(9)
    ]
    made = department.post("/v1/registry/messages", {"orders": orders}).json()["messages"]
    signatures = [sign(bytes.fromhex(each["toSign"][0]["message"])).hex() for each in made]
    row = [
        {"struct": "EndKey", "signed": each["signed"], "signatures": [{"keyId": by, "signature": signature}]}
        for each, signature in zip(made, signatures, strict=True)
    ]
    cut = office.prepared("CutOffKey", {"key": office.key_id("governor"), "since": 1_700_000_000}, "r31")
    first = office.prepared("AddOrganisation", _organisation(NOBODY), "qingpu")
    by_cut = office.prepared("AddOrganisation", _organisation(OTHER), "governor")
    assert office.refused(cut, by_cut) == (403, "KEY_NOT_CURRENT"), "behind its end in the same request"
    before = office.length()
    with stopped(office):
        assert department.post("/v1/registry", {"messages": [cut]}, **now).status_code == 202
        for messages, expected in (
            ([first, by_cut], (403, "KEY_NOT_CURRENT")),
            (row, (503, "MESSAGES_IN_A_ROW")),
        ):
            answer = department.post("/v1/registry", {"messages": messages}, **now)
            assert (answer.status_code, answer.json()["code"]) == expected
    assert office.handed(cut).json()["seq"] == before + 1
    assert office.run("org", "show", NOBODY, caller="--key")[1]["code"] == "NOT_REGISTERED"
    assert office.length() == before + 1


def test_nothing_is_promised_by_a_key_whose_registrar_is_to_be_cut_off(office: Office) -> None:
    office.done("org", "key", "add", "310118", "--key", office.key("father"), "--purpose", "govern",
                *office.by("r31"))  # fmt: skip
    office.done("org", "key", "add", ISSUER, "--key", office.key("child"), *office.by("father"))
    department, now = office.department(), {"Prefer": "wait=0"}
    license_id = department.post("/v1/licenses", office.live.input()).json()["licenseId"]
    asked = {"act": "suspend", "id": license_id, "ground": "INVESTIGATION", "keyId": office.key_id("child")}
    made = department.post("/v1/messages", asked).json()
    signature = office.signer("child").sign(bytes.fromhex(made["message"])).hex()
    signed = {"signed": made["signed"], "keyId": made["keyId"], "signature": signature}
    cut = office.prepared("CutOffKey", {"key": office.key_id("father"), "since": 1_700_000_000}, "r31")
    with stopped(office):
        assert department.post("/v1/registry", {"messages": [cut]}, **now).status_code == 202
        answer = department.post(f"/v1/licenses/{license_id}/suspend", signed, **now)
        assert (answer.status_code, answer.json()["code"]) == (403, "KEY_NOT_CURRENT"), answer.text
    assert office.handed(cut).json()["seq"]


def _read(form: Json) -> HandedRegistry:
    made = [(each["keyId"], each["signature"]) for each in form["signatures"]]
    return HandedRegistry(form["struct"], form["signed"], made)


class Overtaken(SqliteQueue):
    """A queue into which a key's end comes just after somebody looked what waits about that key."""

    end: SignedMessage | None = None

    def about(self, objects: Collection[str]) -> list[Queued]:
        found, end = super().about(objects), self.end
        if end is not None and end.touched & set(objects):
            self.end = None
            super().add(Queued(end, "", int(time.time()), None, None, 0), end.needed, 0)
        return found


def test_a_message_whose_key_is_cut_off_while_it_is_judged_is_judged_anew(office: Office) -> None:
    home = office.live.ledger(home=office.folder / "overtaken")
    accepting = home.accepting(needs_node=False)
    queue = Overtaken(home.settings.home / "outbox.sqlite3", home.trust.domain, home.clock)
    accepting.queue = queue
    for name, all_or_none in (("overtaken-1", False), ("overtaken-2", True)):
        office.done("org", "key", "add", "310118", "--key", office.key(name), "--purpose", "govern",
                    *office.by("r31"))  # fmt: skip
        cut = office.prepared("CutOffKey", {"key": office.key_id(name), "since": 1_700_000_000}, "r31")
        made = office.prepared("AddOrganisation", _organisation(NOBODY), name)
        end, message = (_read(each).read(home.trust.domain) for each in (cut, made))
        queue.end = end
        with pytest.raises(NotEntitledError, match="KEY_NOT_CURRENT"):
            accepting.accept_all([message]) if all_or_none else accepting.accept(message.needed, message)
        assert queue.find(message.digest) is None
        assert queue.find(end.digest) is not None


Wrong = Callable[[Office], list[Json]]


def _with(message: Json, **signed: object) -> Json:
    return {**message, "signed": {**message["signed"], **signed}}


def _without_possession(office: Office) -> list[Json]:
    message = office.prepared("RegisterKey", _point(office, "new", ISSUER), "qingpu", "new")
    return [{**message, "signatures": message["signatures"][:1]}]


def _half_agreed(office: Office) -> list[Json]:
    word = "0x" + ascii32(NATIONAL).hex()
    members = {"fromRegion": 310000, "toRegion": 330000, "licenseType": word, "asType": word}
    return [office.prepared("Recognize", {**members, "since": 0, "until": 0}, "r31")]


def _never_whole(office: Office) -> list[Json]:
    """The second is refused, so the first is not accepted either."""
    added = office.prepared("AddOrganisation", _organisation(NOBODY), "qingpu")
    return [added, office.prepared("RegisterKey", _point(office, "new", NOBODY), "jiashan", "new")]


def _as_use(office: Office) -> list[Json]:
    return [{**office.prepared("AddOrganisation", _organisation(NOBODY), "r31"), "struct": "Use"}]


WRONG: dict[str, tuple[Wrong, tuple[int, str]]] = {
    "another region's key": (
        lambda office: [office.prepared("AddOrganisation", _organisation(NOBODY), "jiashan")],
        (403, "SIGNER_NOT_COMPETENT"),
    ),
    "a signing key": (
        lambda office: [office.prepared("AddOrganisation", _organisation(NOBODY), "issuer")],
        (403, "KEY_PURPOSE"),
    ),
    "an unknown key": (
        lambda office: [office.prepared("AddOrganisation", _organisation(NOBODY), "new")],
        (404, "UNKNOWN_KEY"),
    ),
    "altered after it was signed": (
        lambda office: [_with(office.prepared("AddOrganisation", _organisation(NOBODY), "qingpu"), level=1)],
        (422, "SIGNATURE_REFUSED"),
    ),
    "a new key that did not sign": (_without_possession, (422, "SIGNATURE_REFUSED")),
    "one side of an agreement": (_half_agreed, (403, "SIGNATURE_COUNT")),
    "the second of two": (_never_whole, (403, "NOT_ACCEPTABLE")),
    "a body without a code": (
        lambda office: [
            _with(office.prepared("AddOrganisation", _organisation(NOBODY), "qingpu"), uscc="0x" + "00" * 32)
        ],
        (400, "SIGNED_MESSAGE_FORM"),
    ),
    "a member too many": (
        lambda office: [_with(office.prepared("AddOrganisation", _organisation(NOBODY), "qingpu"), more=1)],
        (400, "SIGNED_MESSAGE_FORM"),
    ),
    "an address out of form": (
        lambda office: [
            _with(
                office.prepared(
                    "EndRelay", {"relay": "0x" + "00" * 20, "region": 310000}, "r31"
                ),
                relay="0xZZ",
            )
        ],
        (400, "SIGNED_MESSAGE_FORM"),
    ),
    "a message of another subject": (
        _as_use,
        (400, "SIGNED_MESSAGE_FORM"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
def test_what_its_signers_may_not_is_refused_and_nothing_recorded(office: Office, wrong: str) -> None:
    make, expected = WRONG[wrong]
    assert office.refused(*make(office)) == expected


def test_a_message_that_others_overtook_is_stale(office: Office) -> None:
    members = {"key": office.key_id("relying-encryption"), "validTo": 4_000_000_000}
    first = office.prepared("EndKey", members, "jiashan")
    second = office.prepared("EndKey", {**members, "validTo": 3_900_000_000}, "jiashan")
    assert office.handed(first).status_code == 200
    assert office.refused(second) == (409, "STALE_REVISION")


def test_any_registered_body_hands_in_and_nobody_else(office: Office) -> None:
    message = office.prepared("EndKey", {"key": office.key_id("c31"), "validTo": 4_000_000_000}, "r33")
    unsigned = office.client.post("/v1/registry", json={"messages": [message]})
    assert (unsigned.status_code, unsigned.json()["code"]) == (401, "AUTH_MISSING")
    relying = Department(office.client, RELYING, office.signer("relying"))  # type: ignore[arg-type]
    taken = relying.post("/v1/registry", {"messages": [message]}, Prefer="wait=60")
    assert taken.status_code == 200, taken.text
    again = office.handed(message)
    assert (again.status_code, again.json()) == (200, taken.json()), "whoever hands it in, it is one record"


class Liar:
    """A service that answers something else than it should."""

    def __init__(self, honest: ServiceClient, target: str, lie: Callable[[Json], object]) -> None:
        self.honest, self.target, self.lie, self.asked = honest, target, lie, list[str]()

    def get(self, target: str) -> Json:
        return self.honest.get(target)

    def post(self, target: str, body: Json, headers: Any = None) -> Json:
        answer = self.honest.post(target, body, headers)
        self.asked.append(target)
        if target == self.target:
            self.lie(answer["records" if "records" in answer else "messages"][0])
        return answer


def _told_by(office: Office, target: str, lie: Callable[[Json], object]) -> tuple[Liar, LedgerError]:
    """What is said of a service that lies about the end of a key."""
    ledger = office.live.ledger(office.folder / "home")
    url, signer = office.served.url, office.signer("issuer")
    liar = Liar(ServiceClient(url, ISSUER, signer, ledger.clock, ledger.entropy), target, lie)
    promises = PromiseCheck(ledger.trust.ledger_id, ledger.verifier, lambda: None)
    state = ledger.follow()
    service = GovernAtService(liar, state, ledger.domain_in(state), promises, ledger.clock)
    point = office.signer("jiashan")
    by, key = [KeyFile(point.public_key, point)], key_id(office.signer("relying").public_key)
    with pytest.raises(LedgerError) as caught:
        service.run([govern.end_key(key, 4_000_000_000 - office.length(), by)])
    return liar, caught.value


@pytest.mark.parametrize(
    ("lie", "member"),
    [
        (lambda row: row["signed"].update(validTo=4_100_000_000), "validTo"),
        (lambda row: row["signed"].update(rev=7), "message"),
        (lambda row: row["signed"].update(notAfter=row["signed"]["notAfter"] + 90 * 86_400), "notAfter"),
        (lambda row: row["signed"].update(more=1), "signed"),
        (lambda row: row["toSign"][0].update(message="11" * 64), "message"),
        (lambda row: row.update(contract="0x" + "11" * 20), "contract"),
        (lambda row: row.pop("toSign"), "signed"),
    ],
)
def test_nothing_is_signed_that_was_not_ordered(
    office: Office, lie: Callable[[Json], object], member: str
) -> None:
    before = office.length()
    liar, error = _told_by(office, "/v1/registry/messages", lie)
    assert (error.code, error.fields["member"]) == ("SERVICE_MESSAGE_DIFFERS", member)
    assert (liar.asked, office.length()) == (["/v1/registry/messages"], before)


def test_an_answer_about_another_object_is_told(office: Office) -> None:
    _, error = _told_by(office, "/v1/registry", lambda row: row.update(object="0x" + "11" * 32))
    assert (error.code, error.fields["member"]) == ("SERVICE_ANSWER_DIFFERS", "object")
    _, error = _told_by(office, "/v1/registry", lambda row: row["promise"].update(message="0x" + "11" * 32))
    assert error.code == "PROMISE_SIGNATURE_BAD"


def test_without_a_caller_or_its_body_a_service_is_not_asked(office: Office) -> None:
    end = ["org", "key", "end", office.key("relying"), *office.by("jiashan"), "--api", office.served.url]
    assert office.live.attempt(*end)[1]["code"] == "SERVICE_KEY_MISSING"
    caller = ["--caller", office.key("issuer")]
    assert office.live.attempt(*end, *caller)[1]["code"] == "SERVICE_ORGANISATION"


def test_no_message_is_prepared_about_a_body_without_a_code_or_with_half_a_header(office: Office) -> None:
    """Nor about a code that is no text."""
    for word in ("00" * 32, "ff" * 32, ascii32(NOBODY[:-1]).hex()):
        members = {**_organisation(NOBODY), "uscc": "0x" + word}
        order = {"struct": "AddOrganisation", "members": members, "signers": ["0x" + "11" * 32]}
        told = office.department().post("/v1/registry/messages", {"orders": [order]}).json()
        assert (told["code"], told["fields"]) == ("SIGNED_MESSAGE_FORM", {"member": "uscc"})
    half = {"struct": "EndKey", "members": {"key": "0x" + "11" * 32, "validTo": 1}, "signedAt": 1}
    body = {"orders": [{**half, "signers": ["0x" + "11" * 32]}]}
    told = office.department().post("/v1/registry/messages", body).json()
    assert (told["code"], told["fields"]) == ("SIGNED_MESSAGE_FORM", {"member": "notAfter"})


def _taker(office: Office) -> Department:
    """A body of the other province that issues the type there."""
    term = ["--region", "330421", "--from", "2026-01-01"]
    office.done("type", "entitle", NATIONAL, "--issuer", RELYING, *term, *office.by("jiashan"))
    return Department(office.client, RELYING, office.signer("relying"))  # type: ignore[arg-type]


def test_a_license_moves_over_http_and_is_kept_after_all(office: Office) -> None:
    department, taker = office.department(), _taker(office)
    license_id = department.post("/v1/licenses", office.live.input()).json()["licenseId"]
    place = f"/v1/licenses/{license_id}"
    assert department.post(f"{place}/transfer-cancel", {}).json()["code"] == "ACT_NOT_ALLOWED"
    out = {"region": "330421", "reference": "示例迁移〔2026〕1号"}
    stranger = taker.post(f"{place}/transfer-out", out)
    assert (stranger.status_code, stranger.json()["code"]) == (403, "SIGNING_KEY_NOT_HELD")
    let_go = department.post(f"{place}/transfer-out", out)
    assert (let_go.status_code, let_go.json()["status"]) == (200, "SUSPENDED")
    assert department.post(f"{place}/transfer-cancel", {}).json()["status"] == "IN_FORCE"
    assert department.post(f"{place}/transfer-out", {**out, "region": "310118"}).json()["code"] == (
        "TRANSFER_AT_HOME"
    )
    assert department.post(f"{place}/transfer-out", out).status_code == 200

    given = office.live.input()
    given["metadata"]["certificateIssuingAuthorityCode"] = RELYING
    asked = {"act": "transfer-in", "id": license_id, "input": given, "keyId": office.key_id("relying")}
    made = taker.post("/v1/messages", asked).json()
    signature = office.signer("relying").sign(bytes.fromhex(made["message"])).hex()
    signed = {"signed": made["signed"], "keyId": made["keyId"], "signature": signature}
    wrong = taker.post(f"{place}/transfer-cancel", signed)
    assert (wrong.status_code, wrong.json()["code"]) == (400, "SIGNED_MESSAGE_FORM")
    forged = {**signed, "signature": "11" * 64}
    assert taker.post(f"{place}/transfer-in", forged).json()["code"] == "SIGNATURE_REFUSED"
    taken = taker.post(f"{place}/transfer-in", signed)
    assert taken.status_code == 201, taken.text
    assert (taken.json()["act"], taken.json()["status"]) == ("TRANSFER_IN", "SUPERSEDED")
    again = taker.post(f"{place}/transfer-in", signed)
    assert again.json()["seq"] == taken.json()["seq"], "a replay records nothing"


def test_a_license_is_taken_in_by_a_command_without_a_node(office: Office) -> None:
    department, taker = office.department(), _taker(office)
    license_id = department.post("/v1/licenses", office.live.input()).json()["licenseId"]
    asked = ["--org", ISSUER, "--api", office.served.url, "--rpc", NODE_AWAY]
    out = ["license", "transfer", "out", license_id, "--region", "330421", "--key", office.key("issuer")]
    status, told = office.live.attempt(*out, *asked, home=office.folder / "home")
    assert (status, told["status"]) == (0, "SUSPENDED")
    given, file = office.live.input(), office.folder / "input.json"
    given["metadata"]["certificateIssuingAuthorityCode"] = RELYING
    file.write_text(json.dumps(given))
    take = ["license", "transfer", "in", license_id, str(file), "--region", "330421"]
    asked = ["--key", office.key("relying"), "--api", office.served.url, "--rpc", NODE_AWAY]
    written = ["--out", str(office.folder / "taken.elic.json")]
    status, told = office.live.attempt(*take, *asked, *written, home=office.folder / "taker")
    assert status == 0, told
    assert taker.get(f"/v1/licenses/{told['newLicenseId']}").json()["status"] == "IN_FORCE"


def test_keys_go_on_under_the_next_directory_without_a_node(office: Office) -> None:
    """Last of all: no record names the Keys that a next Directory makes, so the service tells."""
    office.live.cli("org", "contract", "succeed", "Directory", *office.by("r31"))
    end = ["org", "key", "end", office.key("relying-encryption"), "--until", "2060-01-01"]
    assert office.done(*end, *office.by("jiashan"))["records"][0]["message"] == "EndKey"
    add = ["org", "region", "add", "310151", "--name", "示例", "--parent", "310000", *office.by("r31")]
    assert office.done(*add)["rev"] == 1
    file = office.folder / "made.json"
    made = office.live.cli("org", "contract", "make", "Uses", "--out", str(file))
    vote = ["org", "contract", "succeed", "Uses", *office.by("r31")]
    assert office.run(*vote)[1]["code"] == "CONTRACT_TO_BE_MADE", "no service makes contracts"
    other = office.folder / "other.json"
    other.write_text(file.read_text().replace(made["codeHash"], "0x" + "12" * 32))
    assert office.run(*vote, "--made", str(other))[1]["code"] == "CONTRACT_CODE_MISMATCH"
    told = office.done(*vote, "--made", str(file))
    assert (told["account"], told["codeHash"]) == (made["account"], made["codeHash"])
    rows = [
        each for each in office.live.cli("org", "contract", "list")["contracts"] if each["name"] == "Uses"
    ]
    assert [each["address"].lower() for each in rows][1:] == [made["account"].lower()]
    assert office.live.cli("audit", "replay")["findings"] == []


class Vouching:
    """A region of one ledger that vouches for another, and an auditor with a home of his own."""

    def __init__(self, live: LiveLedger, other: LiveLedger, folder: Path) -> None:
        self.live, self.other, self.folder = live, other, folder

    def run(self, *arguments: str, home: str = "region") -> tuple[int, Json]:
        """Of this region alone: others vouch for other ledgers."""
        scope = ("--region", "330000") if arguments[0] in ("check", "list") else ()
        return self.live.attempt("head", *arguments, *scope, home=self.folder / home)

    def witness(self, *arguments: str) -> tuple[int, Json]:
        region = ("--region", "330000", "--by", str(self.live.key("r33")))
        return self.run("witness", *arguments, *region, "--other", str(self.other.network))

    def checked(self, *arguments: str) -> tuple[int, str, list[str]]:
        status, told = self.run("check", *arguments)
        return status, told["code"], [each["outcome"] for each in told["heads"]]

    def go_on(self, name: str) -> None:
        """One more record on the other ledger, by its Directory, which is the next one by now."""
        order = ["org", "region", "add", "330402", "--name", name, "--parent", "330000"]
        by = ("--by", str(self.other.key("r33")))
        status, told = self.other.attempt(*order, *by, home=self.folder / f"other-{name}")
        assert status == 0, told


def test_a_ledger_that_was_rewritten_since_another_vouched_for_it_is_found(
    office: Office, live_ledger: LiveLedger, tmp_path: Path
) -> None:
    """After everything else: the other ledger goes back, and on another way."""
    other, file = office.live, tmp_path / "head.json"
    vouching = Vouching(live_ledger, other, tmp_path)
    status, told = vouching.witness()
    assert status == 0, told
    head = told["head"]
    assert (head["ledgerId"], head["seq"]) == (other.ledger().trust.ledger_id, office.length())
    file.write_text(json.dumps(head))
    assert vouching.witness(str(file))[1]["code"] == "HEAD_THERE"
    pinned = ("--trust", "state", "--head", head["block"]["hash"])
    assert vouching.checked(*pinned) == (0, "OK", ["HOLDS"])
    assert vouching.run("check", "--trust", "state")[0] == 3, "one node gives no block to believe"

    rpc = Rpc(other.rpc)
    mark = rpc.call("evm_snapshot")
    vouching.go_on("one")
    told = other.attempt("head", "tell", "--out", str(file))[1]
    assert told["head"] == json.loads(file.read_text())
    forged = {**told["head"], "seq": told["head"]["seq"] - 1}
    (tmp_path / "forged.json").write_text(json.dumps(forged))
    assert vouching.witness(str(tmp_path / "forged.json"))[1]["code"] == "HEAD_DIFFERS"
    assert vouching.witness(str(file))[0] == 0
    assert vouching.checked() == (0, "OK", ["HOLDS"] * 2)

    rpc.call("evm_revert", mark)
    assert vouching.checked() == (3, "HEAD_NOT_REACHED", ["HOLDS", "NOT_REACHED"])
    vouching.go_on("another")
    assert vouching.checked() == (1, "HEAD_DIFFERS", ["HOLDS", "DIFFERS"])
    status, told = vouching.witness()
    assert (status, told["code"], told["error"]["fields"]["what"]) == (1, "HEAD_DIFFERS", "head")
    away = ("--other", str(other.network), "--other-rpc", NODE_AWAY)
    assert vouching.run("check", *away)[1]["code"] == "CHAIN_UNREACHABLE"
    assert vouching.run("check", *away)[0] == 75

    assert [each["version"] for each in vouching.run("list", home="auditor")[1]["heads"]] == [1, 2]
    status, told = vouching.run("check", home="auditor")
    assert (status, told["code"]) == (3, "HEAD_LEDGER_UNKNOWN")
    assert vouching.run("keep", str(tmp_path / "forged.json"), home="auditor")[1]["code"] == "NOT_A_HEAD"
    assert vouching.run("keep", str(file), home="auditor")[1]["published"] == [
        {"region": "330000", "version": 2}
    ]
    status, told = vouching.run("check", "--other", str(other.network), home="auditor")
    assert (status, [each["outcome"] for each in told["heads"]]) == (1, ["NOT_HERE", "DIFFERS"])
    own = ("witness", "--other", str(live_ledger.network), "--region", "330000")
    assert vouching.run(*own, "--by", str(live_ledger.key("r33")))[1]["code"] == "HEAD_OF_OWN"
    shown = vouching.run("show", "330000", head["ledgerId"])[1]
    assert (shown["head"], len(shown["versions"])) == (json.loads(file.read_text()), 2)
    (tmp_path / "table.json").write_text("{}")
    named = ["code-table", "set", shown["table"], "--in", str(tmp_path / "table.json"), "--region", "330000"]
    refused = live_ledger.attempt(*named, "--by", str(live_ledger.key("r33")), home=tmp_path / "region")
    assert refused[1]["code"] == "HEAD_MALFORMED"
    assert live_ledger.attempt("audit", "fsck", home=tmp_path / "region")[1]["differences"] == []
