"""Who may do what, on a live ledger: operators of issuers, identity providers, bodies by their sectors."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ledger import crypto
from ledger.domain.messages import key_id
from ledger.domain.sharing import Outcome
from ledger.domain.sharing_entities import Refusal
from ledger.domain.sm3 import sm3
from ledger.domain.use_reasons import REASONS
from ledger.service.share_grants import GrantOrders, grant_in
from ledger.service.signing import KeyFile
from tests.api.conftest import Department, client, issuer, relying, service_home
from tests.e2e.using import GRANTEE_NAME, PURPOSE, Using
from tests.granting import reasons
from tests.live import ISSUER, NATIONAL, RELYING, LiveLedger, found
from tests.served import Served

__all__ = ["client", "issuer", "relying", "service_home"]

Json = dict[str, Any]
Cli = Callable[..., tuple[int, Json]]
FERRY = "11310000MB0TE5T1XB003"
"""A type of Shanghai that nobody else in the tests uses; Jiashan's office collects it for Qingpu's."""

DEFINITION: Json = {
    "code": FERRY,
    "name": "渡口经营许可证（虚构）",
    "scope": "NATIONAL",
    "sharing": "conditional",
    "acts": ["issue", "amend", "suspend", "resume", "revoke", "bind", "transfer out"],
    "region": 310000,
    "ground": 1,
    "schema": {"type": "object", "properties": {"pier": {"type": "string"}}},
}


@pytest.fixture(scope="session")
def live_ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveLedger]:
    """A ledger of its own: on the common one, others rest on an office of Jiashan that may not bind."""
    with ExitStack() as undo:
        yield found(tmp_path_factory.mktemp("rights"), undo)


@pytest.fixture(scope="module")
def mandated(live_ledger: LiveLedger, tmp_path_factory: pytest.TempPathFactory) -> LiveLedger:
    """The office of Qingpu may issue the type, and that of Jiashan signs for it."""
    file = tmp_path_factory.mktemp("type") / "ferry.json"
    file.write_text(json.dumps(DEFINITION))
    live_ledger.cli("type", "add", str(file), "--by", str(live_ledger.key("r31")))
    entitled = entitle(live_ledger, "--operator", RELYING)
    assert entitled["operator"] == RELYING
    return live_ledger


def entitle(ledger: LiveLedger, *more: str) -> Json:
    right = ("--issuer", ISSUER, "--region", "310118", "--from", "2020-01-01", *more)
    return ledger.cli("type", "entitle", FERRY, *right, "--by", str(ledger.key("qingpu")))


@pytest.fixture
def operator(mandated: LiveLedger, tmp_path: Path) -> Cli:
    """The operator's own command line, from a home of its own."""
    return partial(mandated.attempt, home=tmp_path / "operator")


def ferry(ledger: LiveLedger, code: str = FERRY) -> Json:
    """An input of the bureau's license."""
    given = ledger.input(face={"pier": "虚构渡口"})
    given["metadata"] |= {"certificateTypeCode": code, "certificateTypeName": DEFINITION["name"]}
    given["metadata"]["certificateName"] = DEFINITION["name"]
    return given


def write(folder: Path, given: Json) -> str:
    (folder / "input.json").write_text(json.dumps(given, ensure_ascii=False), encoding="utf-8")
    return str(folder / "input.json")


def step(answer: Json, name: str) -> Json:
    (found,) = [each for each in answer["checks"] if each["name"] == name]
    return dict(found)


def test_an_operator_issues_amends_and_acts_in_the_issuers_name(
    mandated: LiveLedger, operator: Cli, tmp_path: Path
) -> None:
    key, file = str(mandated.key("relying")), str(tmp_path / "ferry.elic.json")
    status, issued = operator(
        "license", "issue", write(tmp_path, ferry(mandated)), "--key", key, "--out", file
    )
    assert status == 0, issued
    status, verdict = operator("verify", file, "--region", "330421")
    assert (status, verdict["result"]) == (0, "IN_FORCE")
    evidence = step(verdict, "ISSUER")["evidence"]
    assert (evidence["issuer"], evidence["operator"]) == (ISSUER, RELYING)

    id_ = issued["identifier"]
    assert operator("license", "suspend", id_, "--ground", "INVESTIGATION", "--key", key)[0] == 0
    own = str(mandated.key("issuer"))
    resumed = operator("license", "resume", id_, "--ground", "CONDITIONS_MET_AGAIN", "--key", own)
    assert (resumed[0], resumed[1]["status"]) == (0, "IN_FORCE"), "the issuer acts beside its operator"
    given = write(tmp_path, ferry(mandated))
    out = str(tmp_path / "changed.elic.json")
    status, amended = operator("license", "amend", id_, given, "--kind", "change", "--key", key, "--out", out)
    assert (status, amended["status"]) == (0, "IN_FORCE")
    assert operator("verify", file)[1]["result"] == "SUPERSEDED"


def test_an_operator_issues_no_other_type(mandated: LiveLedger, operator: Cli, tmp_path: Path) -> None:
    given = write(tmp_path, mandated.input())
    assert mandated.input()["metadata"]["certificateTypeCode"] == NATIONAL
    status, answer = operator("license", "issue", given, "--key", str(mandated.key("relying")))
    assert (status, answer["code"]) == (1, "NOT_THE_ISSUER")


def test_an_operator_issues_no_more_when_its_right_no_longer_names_it(
    mandated: LiveLedger, operator: Cli, tmp_path: Path
) -> None:
    key, file = str(mandated.key("relying")), str(tmp_path / "ferry.elic.json")
    given = write(tmp_path, ferry(mandated))
    assert operator("license", "issue", given, "--key", key, "--out", file)[0] == 0
    try:
        assert entitle(mandated)["operator"] is None
        status, answer = operator("license", "issue", write(tmp_path, ferry(mandated)), "--key", key)
        assert (status, answer["code"]) == (1, "NOT_THE_ISSUER")
        found = operator("verify", file)[1]
        assert found["result"] == "IN_FORCE", found
    finally:
        entitle(mandated, "--operator", RELYING)


def test_an_operator_is_told_by_the_catalog(mandated: LiveLedger) -> None:
    (right,) = mandated.cli("type", "show", FERRY)["entitlements"]
    assert (right["issuer"], right["operator"]) == (ISSUER, RELYING)
    rights = {row["type"]: row["operator"] for row in mandated.cli("org", "show", ISSUER)["entitlements"]}
    assert rights[FERRY] == RELYING
    assert rights[NATIONAL] is None


def test_a_right_to_come_does_not_pause_the_present_one(mandated: LiveLedger) -> None:
    right = ("--issuer", ISSUER, "--region", "310118", "--by", str(mandated.key("qingpu")))
    status, refused = mandated.attempt("type", "entitle", FERRY, *right, "--from", "2099-01-01")
    assert (status, refused["code"]) == (2, "RIGHT_WOULD_PAUSE")
    (still,) = mandated.cli("type", "show", FERRY)["entitlements"]
    assert still["since"] < "2099"


def test_an_operator_issues_over_http_what_its_mandate_covers(
    mandated: LiveLedger, relying: Department
) -> None:
    answer = relying.post("/v1/licenses", ferry(mandated))
    assert answer.status_code == 201, answer.text
    verdict = relying.post("/v1/verify", {"subject": answer.json()["envelope"]}).json()
    assert (verdict["result"], step(verdict, "ISSUER")["evidence"]["operator"]) == ("IN_FORCE", RELYING)
    other = relying.post("/v1/licenses", mandated.input())
    assert (other.status_code, other.json()["code"]) == (403, "ISSUER_IS_ANOTHER")
    unknown = relying.post("/v1/licenses", ferry(mandated, "no type at all"))
    assert (unknown.status_code, unknown.json()["code"]) == (403, "ISSUER_IS_ANOTHER")


# --- holders ---


def device(name: str) -> str:
    """The public key of a holder's device, always the same for one name."""
    return crypto.signer(sm3(name.encode())).public_key.hex()


def bind(operator: Cli, id_: str, name: str, key: Path, *more: str) -> tuple[int, Json]:
    keys = ("--holder-key", device(name), "--key", str(key))
    return operator("license", "bind", id_, *keys, *more)


def shown(operator: Cli, id_: str, *more: str) -> Json:
    status, answer = operator("license", "show", id_, *more)
    assert status == 0, answer
    return answer


def test_a_body_without_a_right_neither_freezes_nor_lifts_a_freeze(
    mandated: LiveLedger, operator: Cli
) -> None:
    given = mandated.input(holderKey=device("bound by its issuer"))
    issued = mandated.ledger().issuing().issue(given, mandated.signer("issuer"))
    id_, stranger = str(issued.envelope.anchor["licenseId"]), mandated.key("relying")
    status, answer = operator("license", "freeze", id_, "--key", str(stranger))
    assert (status, answer["code"]) == (1, "NOT_THE_ISSUER")
    assert shown(operator, id_)["rev"] == 1
    assert operator("license", "freeze", id_, "--key", str(mandated.key("issuer")))[0] == 0
    status, answer = bind(operator, id_, "a thief's device", stranger, "--method", "identity-provider")
    assert (status, answer["code"]) == (1, "NOT_THE_ISSUER")
    assert shown(operator, id_)["flags"] == ["HOLDER_FROZEN"]


def test_a_person_reads_that_a_binding_is_frozen_and_who_bound_what(
    mandated: LiveLedger, operator: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = mandated.input(holderKey=device("a lost one"))
    envelope = mandated.ledger().issuing().issue(given, mandated.signer("issuer")).envelope
    file, id_ = tmp_path / "lost.elic.json", str(envelope.anchor["licenseId"])
    file.write_bytes(envelope.to_bytes())
    assert operator("license", "freeze", id_, "--key", str(mandated.key("issuer")))[0] == 0
    assert operator("license", "freeze", id_, "--key", str(mandated.key("issuer")))[0] == 0, "again"
    assert bind(operator, id_, "a new one", mandated.key("issuer"), "--assurance", "4")[0] == 0
    assert operator("license", "freeze", id_, "--key", str(mandated.key("issuer")))[0] == 0
    for language, freeze, checked in (
        ("en", "freeze", "at the issuer's counter level 4"),
        ("zh", "冻结绑定", "颁发机构窗口核验 等级 4"),
    ):
        monkeypatch.setenv("ELICENSE_LANG", language)
        status, told = mandated.printed("license", "show", id_, home=tmp_path / "operator")
        assert status == 0
        assert told.count(f"  {freeze}  {ISSUER}") == 3, told
        assert told.count(checked) == 1, told
        status, verdict = mandated.printed("verify", str(file), home=tmp_path / "operator")
        assert status == 0
        assert all("HOLDER_FROZEN" in each for each in (told, verdict))


PROVIDER: Json = {
    "code": "IDENTITYPROVIDER00001",
    "name": "身份认证",
    "scope": "NATIONAL",
    "sharing": "not_shared",
    "acts": ["bind"],
    "ground": 1,
}


@pytest.fixture(scope="module")
def provided(mandated: LiveLedger, tmp_path_factory: pytest.TempPathFactory) -> LiveLedger:
    """The office of Jiashan provides identities in Shanghai, and is nobody's operator any more."""
    file = tmp_path_factory.mktemp("provider") / "provider.json"
    file.write_text(json.dumps(PROVIDER))
    added = mandated.cli("type", "add", str(file), "--by", str(mandated.key("r31")))
    assert (added["scope"], added["version"]) == ("NATIONAL", 1)
    right = ("--issuer", RELYING, "--region", "310000", "--from", "2020-01-01")
    mandated.cli("type", "entitle", PROVIDER["code"], *right, "--by", str(mandated.key("r31")))
    entitle(mandated)
    return mandated


def test_a_provider_binds_freezes_and_binds_anew_what_another_body_issued(
    provided: LiveLedger, operator: Cli
) -> None:
    issued = provided.ledger().issuing().issue(ferry(provided), provided.signer("issuer"))
    id_ = str(issued.envelope.anchor["licenseId"])
    provider, issuer_key = provided.key("relying"), provided.key("issuer")
    assert shown(operator, id_)["bindings"] == []
    assert bind(operator, id_, "first", issuer_key, "--assurance", "2")[0] == 0
    method = ("--method", "identity-provider", "--assurance", "4")
    assert bind(operator, id_, "second", provider, *method)[0] == 0
    status, frozen = operator("license", "freeze", id_, "--key", str(provider))
    assert (status, frozen["act"], frozen["status"], frozen["rev"]) == (0, "FREEZE", "IN_FORCE", 4)
    assert shown(operator, id_)["flags"] == ["HOLDER_FROZEN"]
    assert bind(operator, id_, "third", provider, *method)[0] == 0

    answer = shown(operator, id_)
    assert answer["flags"] == []
    rows = [(row["act"], row["method"], row["assurance"], row["by"]) for row in answer["bindings"]]
    assert rows == [
        ("BIND", "issuer-counter", 2, ISSUER),
        ("BIND", "identity-provider", 4, RELYING),
        ("FREEZE", None, None, RELYING),
        ("BIND", "identity-provider", 4, RELYING),
    ]
    assert all(row["recordedAt"].endswith("Z") and row["void"] is False for row in answer["bindings"])


def test_a_provider_does_nothing_else_and_an_unbound_license_is_not_frozen(
    provided: LiveLedger, operator: Cli
) -> None:
    issued = provided.ledger().issuing().issue(ferry(provided), provided.signer("issuer"))
    id_, key = str(issued.envelope.anchor["licenseId"]), str(provided.key("relying"))
    status, answer = operator("license", "freeze", id_, "--key", key)
    assert (status, answer["code"]) == (1, "NOTHING_BOUND")
    status, answer = operator("license", "suspend", id_, "--ground", "PENALTY", "--key", key)
    assert (status, answer["code"]) == (1, "NOT_THE_ISSUER")
    assert (
        operator("license", "freeze", id_, "--key", str(provided.key("qingpu")))[1]["code"] == "ISSUER_OF_KEY"
    )


def test_a_leaf_of_another_home_is_bound_and_suspended_with_its_file(
    provided: LiveLedger, operator: Cli, tmp_path: Path
) -> None:
    given = [ferry(provided) for _ in range(3)]
    batch = provided.ledger().batches().issue_batch(given, provided.signer("issuer"))
    envelope, other = batch.licenses[1].envelope, batch.licenses[2].envelope
    file = tmp_path / "leaf.elic.json"
    file.write_bytes(envelope.to_bytes())
    id_, named = envelope.identifier, ("--file", str(file))
    assert bind(operator, id_, "of a leaf", provided.key("relying"))[1]["code"] == "UNKNOWN_LICENSE"
    assert shown(operator, id_, *named)["rev"] == 1
    status, bound = bind(operator, id_, "of a leaf", provided.key("relying"), *named)
    assert (status, bound["rev"]) == (0, 2)
    assert operator("license", "freeze", bound["licenseId"], "--key", str(provided.key("issuer")))[0] == 0
    assert shown(operator, id_, *named)["flags"] == ["HOLDER_FROZEN"]

    file.write_bytes(other.to_bytes())
    key = ("--key", str(provided.key("issuer")))
    suspended = operator("license", "suspend", other.identifier, "--ground", "PENALTY", *key, *named)
    assert (suspended[0], suspended[1]["status"], suspended[1]["rev"]) == (0, "SUSPENDED", 2)


def _with_anothers_id(envelope: Json, other: Json) -> None:
    envelope["signed"].update({name: other["signed"][name] for name in ("licenseId", "handle")})
    envelope["anchor"]["licenseId"] = other["anchor"]["licenseId"]


def _with_another_face(envelope: Json, _: Json) -> None:
    envelope["license"]["face"]["pier"] = "另一渡口"


@pytest.mark.parametrize(
    ("forge", "code"), [(_with_anothers_id, "FILE_NOT_RECORDED"), (_with_another_face, "DOCUMENT_TAMPERED")]
)
def test_a_forged_file_has_nobody_act_on_a_license_that_he_does_not_mean(
    provided: LiveLedger, operator: Cli, tmp_path: Path, forge: Callable[[Json, Json], None], code: str
) -> None:
    """The identifier of one license beside the id of another, in a file that is whole."""
    issuing, signer = provided.ledger().issuing(), provided.signer("issuer")
    meant, other = (issuing.issue(ferry(provided), signer).envelope.as_json() for _ in range(2))
    id_ = meant["license"]["metadata"]["certificateIdentifier"]
    forge(meant, other)
    file = tmp_path / "forged.elic.json"
    file.write_text(json.dumps(meant, ensure_ascii=False), encoding="utf-8")
    named = ("--file", str(file), "--key", str(provided.key("issuer")))
    status, answer = operator("license", "suspend", id_, "--ground", "PENALTY", *named)
    assert (status, answer["code"]) == (1, code)
    assert operator("license", "show", id_, "--file", str(file))[1]["code"] == code
    assert shown(operator, other["anchor"]["licenseId"])["status"] == "IN_FORCE"


def test_a_provider_binds_and_freezes_over_http(provided: LiveLedger, relying: Department) -> None:
    issued = provided.ledger().issuing().issue(ferry(provided), provided.signer("issuer"))
    address = f"/v1/licenses/{issued.envelope.anchor['licenseId']}"
    early = relying.post(f"{address}/freeze", {})
    assert (early.status_code, early.json()["code"]) == (409, "NOTHING_BOUND")
    body = {"holderKey": device("over http"), "method": "identity-provider", "assurance": 3}
    assert relying.post(f"{address}/bind", body).status_code == 200
    frozen = relying.post(f"{address}/freeze", {})
    assert (frozen.status_code, frozen.json()["act"]) == (200, "FREEZE")
    told = relying.get(address).json()
    assert told["flags"] == ["HOLDER_FROZEN"]
    assert [(row["act"], row["by"]) for row in told["bindings"]] == [("BIND", RELYING), ("FREEZE", RELYING)]
    assert relying.post(f"{address}/freeze", {"ground": "x"}).status_code == 400


def test_a_freeze_signed_elsewhere_is_sent_as_it_stands(
    provided: LiveLedger, relying: Department, issuer: Department
) -> None:
    given = {**ferry(provided), "holderKey": device("bound at issue")}
    license_id = str(
        provided.ledger().issuing().issue(given, provided.signer("issuer")).envelope.anchor["licenseId"]
    )
    signer = provided.signer("relying")
    wanted = {"id": license_id, "act": "freeze", "keyId": "0x" + key_id(signer.public_key).hex()}
    assert relying.post("/v1/messages", {**wanted, "ground": "PENALTY"}).status_code == 400
    prepared = relying.post("/v1/messages", wanted).json()
    signature = signer.sign(bytes.fromhex(prepared["message"])).hex()
    body = {"signed": prepared["signed"], "keyId": prepared["keyId"], "signature": signature}
    wrong = issuer.post(f"/v1/licenses/0x{'12' * 32}/freeze", body)
    assert wrong.status_code in (400, 404)
    sent = issuer.post(f"/v1/licenses/{license_id}/freeze", body)
    assert (sent.status_code, sent.json()["act"], sent.json()["rev"]) == (200, "FREEZE", 2)
    fresh = {"holderKey": device("after the freeze"), "method": "identity-provider"}
    assert relying.post(f"/v1/licenses/{license_id}/bind", fresh).json()["rev"] == 3
    replayed = issuer.post(f"/v1/licenses/{license_id}/freeze", body)
    assert (replayed.status_code, replayed.json()["seq"]) == (200, sent.json()["seq"]), "the same one"
    assert relying.get(f"/v1/licenses/{license_id}").json()["flags"] == []
    again = relying.post("/v1/messages", wanted).json()
    thief = provided.signer("qingpu").sign(bytes.fromhex(again["message"])).hex()
    forged = {"signed": again["signed"], "keyId": again["keyId"], "signature": thief}
    refused = issuer.post(f"/v1/licenses/{license_id}/freeze", forged)
    assert (refused.status_code, refused.json()["code"]) == (422, "SIGNATURE_REFUSED")


@pytest.fixture
def using(live_ledger: LiveLedger, tmp_path: Path) -> Iterator[Using]:
    served = Served(live_ledger, tmp_path / "provider", live_ledger.rpc, "--batch-seconds", "1")
    yield Using(live_ledger, tmp_path, served.start())
    served.close()


def rules_of_a_sector(using: Using, of: list[str], *bases: str) -> Path:
    """A file by which the relying body's sector may have resources on these bases."""
    title = {"zh": "虚构行业", "en": "a made-up sector"}
    form = {
        "format": "elicense-sectors/1",
        "sectors": [{"code": code, "title": title} for code in ("J", "J66")],
        "members": [{"body": RELYING, "sectors": ["J66"]}],
        "rules": [{"sector": "J", "of": of, "bases": list(bases), "grade": 2}],
        "source": "虚构：仅供测试",
    }
    file = using.folder / f"sectors-{'-'.join(bases)}.json"
    file.write_text(json.dumps(form, ensure_ascii=False), encoding="utf-8")
    return file


def refusals(using: Using, resource: str, count: int) -> tuple[int, set[int]]:
    """How many uses of a resource are recorded as refused, once there are so many, and why; 0 for several."""
    deadline = time.monotonic() + 300
    while True:
        found = (each for _, each in using.live_ledger.ledger().follow().entities("refusal"))
        own = [each for each in found if isinstance(each, Refusal) and each.code in resource]
        total = sum(each.size for each in own)
        if total >= count or time.monotonic() > deadline:
            return total, {each.reason for each in own}
        time.sleep(0.2)


def test_what_a_regions_rules_do_not_allow_is_warned_of_not_granted_not_used_and_found(using: Using) -> None:
    ledger, home = using.live_ledger, using.served.home
    to = ["--region", "310000", "--by", str(ledger.key("r31"))]
    at_service = ["--api", using.served.url, *using.key("relying"), "--org", RELYING]
    license_, open_, rows = using.license(), using.resource(), using.data_set()
    asked = using.resource("--sharing", "conditional", "--ground", "7", "--until", "2031-12-31")
    case = ["--item", "ITEM-7", "--case", "虚构案号2026-7"]
    grant, looking, of_rows = using.grant(open_), using.grant(open_, *case), using.grant_of_rows(rows)
    using.used(grant, license_)

    def wrong(*arguments: str, at: Path = home) -> Json:
        status, told = ledger.attempt(*arguments, home=at)
        assert status == 1, told
        return told

    # published, and not at hand: nobody judges, nobody hands out
    file = rules_of_a_sector(using, [open_, asked, rows], "CONSENT")
    first = ledger.cli("sector", "publish", str(file), *to)
    assert ledger.cli("sector", "check", str(file))["digest"] == first["digest"]
    assert wrong("sector", "publish", str(file), *to)["code"] == "SECTORS_THERE"
    terms = ["--until", "2031-12-31", "--fields", "metadata/certificateName"]
    ask = ["grant", "request", asked, *reasons(PURPOSE), *terms]
    ask += ["--field-list", str(using.fields), *using.key("relying")]
    warned = using.grantee(*ask)
    assert (warned["sectorRule"]["allowed"], warned["sectorRule"]["answer"]) == (None, None)
    approve = ["grant", "decide", str(warned["grant"]), "--approve", *using.key("issuer")]
    for status, told in (
        using.use(grant, license_),
        ledger.attempt(*approve, home=home),
        ledger.attempt("sector", "of", RELYING, "--region", "310118", home=home),
    ):
        assert (status in (3, 75), told["code"]) == (True, "SECTORS_NOT_HERE"), told
    altered = using.folder / "altered.json"
    altered.write_text(file.read_text(encoding="utf-8").replace("仅供测试", "改过"), encoding="utf-8")
    assert wrong("sector", "keep", str(altered))["code"] == "NOT_SECTORS"
    kept = using.grantee("sector", "keep", str(file), "--send", *at_service)
    assert kept["published"] == [{"region": "310000", "version": 1}]

    # at hand: every way in which data go out is closed, and the refusals are recorded
    lookup = ["license", "lookup", "--code", "11340000MB0TE5T44D", "--grant", looking, "--purpose", PURPOSE]
    lookup += ["--api", using.served.url, *using.key("relying"), "--name", GRANTEE_NAME, *case]
    lookup += ["--encryption-key", str(ledger.key("relying-encryption")), "--out", str(using.folder / "none")]
    for status, told in (
        using.use(grant, license_),
        using.use(grant, license_, "--batch"),
        using.use_row(of_rows, "91330000EXAMPLE01A"),
        ledger.attempt(*lookup, home=using.grantee_home),
        ledger.attempt(*approve, home=home),
    ):
        assert (status, told["code"]) == (1, "SECTOR_NOT_ALLOWED"), told
    assert refusals(using, open_, 3)[0] == 3
    assert refusals(using, rows, 1) == (1, {REASONS["SECTOR_NOT_ALLOWED"]})
    again = using.grantee(*ask)
    rule = {name: again["sectorRule"][name] for name in ("allowed", "answer", "sectors", "region", "rule")}
    expected: Json = {"allowed": False, "answer": "BASIS_OTHER", "sectors": ["J", "J66"]}
    assert rule == {**expected, "region": "310000", "rule": 1}
    may = ["sector", "may", RELYING, open_, "--fields", "metadata/certificateName", "--basis"]
    told = wrong(*may, "duty")
    assert (told["code"], told["answer"], told["text"]["sector"]) == (
        "SECTOR_NOT_ALLOWED",
        "BASIS_OTHER",
        "J",
    )
    assert using.provider(*may, "consent")["answer"] == "ALLOWED"
    of = using.provider("sector", "of", RELYING, "--region", "310118")
    assert ([each["sector"] for each in of["sectors"]], of["region"]) == (["J", "J66"], "310000")

    # the contracts know no rules: who goes round them is found, for good
    here, signer = ledger.ledger(home), ledger.signer("issuer")
    orders = GrantOrders(here.party_texts, here.entropy)
    waiting = grant_in(here.follow(), str(warned["grant"]))
    sent = here.sharing().send(orders.decide(waiting, Outcome.YES, [KeyFile(signer.public_key, signer)]))
    told = wrong("supervise", "sharing")
    (breach,) = told["againstRules"]
    assert (told["code"], breach["about"], breach["seq"]) == (breach["code"], waiting.grant_id, sent.seq)
    assert (breach["body"], breach["grantee"], breach["answer"]) == (ISSUER, RELYING, "BASIS_OTHER")
    assert (breach["digest"], breach["certain"]) == (first["digest"], False)
    assert using.grantee("supervise", "sharing", "--without-sectors")["againstRules"] is None

    # another version opens them
    file = rules_of_a_sector(using, [open_, asked, rows], "DUTY", "CONSENT")
    published = ["sector", "publish", str(file), *to, "--api", using.served.url, *at_service[2:]]
    assert ledger.cli(*published)["sent"] is True
    shown = using.grantee("sector", "show", "--region", "310118", *at_service)
    assert (shown["region"], shown["version"]) == ("310000", 2)
    assert shown["rules"] == json.loads(file.read_text(encoding="utf-8"))
    assert [each["counts"] for each in using.grantee("sector", "list")["rules"]] == [False, True]
    using.used(grant, license_)
    assert using.grantee(*ask)["sectorRule"]["answer"] == "ALLOWED"
    other = ["grant", "decide", str(again["grant"]), "--approve", *using.key("issuer")]
    desk = using.folder / "another-desk"
    assert ledger.attempt(*other, home=desk)[1]["code"] == "SECTORS_NOT_HERE"
    status, told = ledger.attempt(*other, "--api", using.served.url, home=desk)
    assert status == 0, "the service hands the text on"
    assert wrong("supervise", "sharing")["againstRules"] == [breach]


def test_the_ledger_replays_clean_after_all_of_this(mandated: LiveLedger) -> None:
    assert mandated.cli("audit", "replay")["findings"] == []
    assert mandated.cli("audit", "fsck")["differences"] == []
