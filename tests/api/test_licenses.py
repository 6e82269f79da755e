"""From issue to revocation over HTTP: what a department sends, what it gets, what the ledger holds."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.main import ApiOptions, create_app
from ledger.domain.holders import PAIR, HolderRule, JointHolders, PublicPair
from ledger.domain.identifiers import LicenseIdentifier
from ledger.domain.messages import key_id
from ledger.errors import UsageError
from tests.api.conftest import Department
from tests.live import ISSUER, RELYING, LiveLedger

ISSUE_KEYS = {
    "identifier", "licenseId", "digest", "seq", "txHash", "block", "gasUsed", "file", "promise", "cid",
    "envelope",
}  # fmt: skip
ACT_KEYS = {"identifier", "licenseId", "rev", "act", "seq", "status", "lifted", "gasUsed", "promise"}


def issue(issuer: Department, live_ledger: LiveLedger) -> Any:
    answer = issuer.post("/v1/licenses", live_ledger.input())
    assert answer.status_code == 201, answer.text
    return answer.json()


def next_block_time(issuer: Department, id_: str) -> str:
    """The time of the first block that is younger than the present one."""
    first = issuer.get(f"/v1/licenses/{id_}").json()["head"]["time"]
    while (now := str(issuer.get(f"/v1/licenses/{id_}").json()["head"]["time"])) == first:
        time.sleep(0.1)
    return now


def test_issue_answers_the_frozen_keys_and_a_file_that_the_command_line_verifies(
    issuer: Department, live_ledger: LiveLedger, tmp_path: Any
) -> None:
    issued = issue(issuer, live_ledger)
    assert set(issued) == ISSUE_KEYS
    file = tmp_path / "one.elic.json"
    file.write_text(json.dumps(issued["envelope"]))
    verdict = live_ledger.cli("verify", str(file), "--region", "330421")
    assert (verdict["result"], verdict["identifier"]) == ("IN_FORCE", issued["identifier"])


def test_show_has_the_keys_of_the_command_line(issuer: Department, live_ledger: LiveLedger) -> None:
    issued = issue(issuer, live_ledger)
    shown = issuer.get(f"/v1/licenses/{issued['identifier']}").json()
    told = live_ledger.cli("license", "show", issued["licenseId"])
    assert set(shown) == set(told) - {"ok", "code", "erased", "holds"}
    assert (shown["status"], shown["licenseId"]) == ("IN_FORCE", issued["licenseId"])


def test_at_and_known_at_ask_two_times(issuer: Department, live_ledger: LiveLedger) -> None:
    id_ = issue(issuer, live_ledger)["licenseId"]
    before = next_block_time(issuer, id_)
    next_block_time(issuer, id_)
    issuer.post(f"/v1/licenses/{id_}/annul", {"ground": "UNLAWFUL_ISSUE"})
    assert issuer.get(f"/v1/licenses/{id_}?at=2026-01-01").json()["status"] == "ANNULLED"
    earlier = issuer.get(f"/v1/licenses/{id_}?at=2026-01-01&knownAt={before}").json()
    assert (earlier["status"], earlier["knownAt"]) == ("IN_FORCE", before)


def test_suspend_resume_and_revoke(issuer: Department, live_ledger: LiveLedger) -> None:
    issued = issue(issuer, live_ledger)
    place = f"/v1/licenses/{issued['identifier']}"
    statuses = []
    for verb, ground in (
        ("suspend", "INVESTIGATION"),
        ("resume", "CONDITIONS_MET_AGAIN"),
        ("revoke", "PENALTY"),
    ):
        answer = issuer.post(f"{place}/{verb}", {"ground": ground, "reference": "虚构决定〔2026〕1号"})
        assert answer.status_code == 200, answer.text
        assert set(answer.json()) == ACT_KEYS
        statuses.append(answer.json()["status"])
    assert statuses == ["SUSPENDED", "IN_FORCE", "REVOKED"]
    again = issuer.post(f"{place}/suspend", {"ground": "INVESTIGATION"})
    assert again.status_code == 409


def test_an_id_tells_the_identifier_to_the_issuers_side_alone(
    issuer: Department, relying: Department, live_ledger: LiveLedger
) -> None:
    """Ids stand on the chain; number and type of whose license each is do not."""
    issued = issue(issuer, live_ledger)
    place = f"/v1/licenses/{issued['licenseId']}"
    assert issuer.get(place).json()["identifier"] == issued["identifier"]
    seen = relying.get(place)
    assert (seen.status_code, seen.json()["status"], seen.json()["identifier"]) == (200, "IN_FORCE", None)
    assert issued["identifier"] not in seen.text
    handed_in = relying.get(f"/v1/licenses/{issued['identifier']}").json()
    assert (handed_in["licenseId"], handed_in["identifier"]) == (issued["licenseId"], issued["identifier"])
    for path, body in (
        ("suspend", {"ground": "INVESTIGATION"}),
        ("amend", {"kind": "change", "input": live_ledger.input()}),
        ("bind", {"holderKey": relying.signer.public_key.hex()}),
        ("freeze", {}),
        ("erase", {"ground": "REQUIRED_BY_LAW", "dryRun": True}),
    ):
        refused = relying.post(f"{place}/{path}", body)
        assert refused.status_code >= 400, path
        assert issued["identifier"] not in refused.text, path


def test_amend_supersedes(issuer: Department, live_ledger: LiveLedger) -> None:
    old = issue(issuer, live_ledger)
    given = live_ledger.input(serial=None)
    given["face"]["post"] = "企业主要负责人"
    answer = issuer.post(f"/v1/licenses/{old['identifier']}/amend", {"kind": "change", "input": given})
    assert answer.status_code == 201, answer.text
    assert answer.json()["supersedes"] == old["identifier"]
    shown = issuer.get(f"/v1/licenses/{old['identifier']}").json()
    assert (shown["status"], shown["supersededBy"]) == ("SUPERSEDED", answer.json()["licenseId"])


def test_licenses_of_a_batch_are_acted_on_like_others(
    issuer: Department, live_ledger: LiveLedger, service_home: Path
) -> None:
    key = live_ledger.signer("relying").public_key.hex()
    inputs = [live_ledger.input(), live_ledger.input(), live_ledger.input(), live_ledger.input(holderKey=key)]
    batch = live_ledger.ledger(service_home).batches().issue_batch(inputs, live_ledger.signer("issuer"))
    ids = [str(each.envelope.anchor["licenseId"]) for each in batch.licenses]
    shown = issuer.get(f"/v1/licenses/{ids[0]}").json()
    assert (shown["status"], shown["rev"]) == ("IN_FORCE", 1)
    orders = {
        "suspend": {"ground": "INVESTIGATION"},
        "amend": {"input": live_ledger.input(), "kind": "renew"},
        "bind": {"holderKey": key},
        "freeze": {},
    }
    found = {}
    for id_, (verb, body) in zip(ids, orders.items(), strict=True):
        answer = issuer.post(f"/v1/licenses/{id_}/{verb}", body)
        assert answer.status_code in {200, 201}, (verb, answer.text)
        found[verb] = issuer.get(f"/v1/licenses/{id_}").json()
    assert {verb: each["status"] for verb, each in found.items()} == {
        "suspend": "SUSPENDED", "amend": "SUPERSEDED", "bind": "IN_FORCE", "freeze": "IN_FORCE",
    }  # fmt: skip
    assert {each["rev"] for each in found.values()} == {2}


def test_bind_ties_a_holder_key(issuer: Department, live_ledger: LiveLedger) -> None:
    issued = issue(issuer, live_ledger)
    body = {"holderKey": live_ledger.signer("relying").public_key.hex(), "method": "issuer-online"}
    answer = issuer.post(f"/v1/licenses/{issued['licenseId']}/bind", body)
    assert (answer.status_code, answer.json()["act"]) == (200, "BIND")
    assert issuer.get(f"/v1/licenses/{issued['licenseId']}").json()["flags"] == []


def test_bind_ties_several_holders_under_a_rule(issuer: Department, live_ledger: LiveLedger) -> None:
    issued = issue(issuer, live_ledger)
    names = ("relying", "issuer", "qingpu", "jiashan")
    keys = [live_ledger.signer(name).public_key.hex() for name in names]
    pairs = [dict(zip(PAIR, keys[at : at + 2], strict=True)) for at in (0, 2)]
    place = f"/v1/licenses/{issued['licenseId']}/bind"
    for wrong in (
        {"holderKeys": pairs},
        {"holderKeys": pairs, "holderRule": "MOST"},
        {"holderKeys": pairs[:1], "holderRule": "ALL"},
        {"holderKeys": pairs * 2, "holderRule": "ALL"},
        {"holderKeys": pairs, "holderRule": "ALL", "holderKey": keys[0]},
        {},
    ):
        answer = issuer.post(place, wrong)
        assert (answer.status_code, answer.json()["code"]) in [(400, "HOLDER_KEYS"), (400, "BAD_REQUEST")]
    answer = issuer.post(place, {"holderKeys": pairs, "holderRule": "ALL"})
    assert (answer.status_code, answer.json()["act"], answer.json()["rev"]) == (200, "BIND", 2)
    bound = live_ledger.ledger().license_now(issued["licenseId"]).holder_binding
    holders = tuple(map(PublicPair.from_json, pairs))
    assert bound == JointHolders(HolderRule.ALL, holders).binding


def test_a_license_is_issued_to_several_holders(issuer: Department, live_ledger: LiveLedger) -> None:
    names = ("relying", "issuer", "qingpu", "jiashan")
    keys = [live_ledger.signer(name).public_key.hex() for name in names]
    pairs = [dict(zip(PAIR, keys[at : at + 2], strict=True)) for at in (0, 2)]
    answer = issuer.post("/v1/licenses", live_ledger.input(holderKeys=pairs, holderRule="ANY"))
    assert answer.status_code == 201, answer.text
    envelope = answer.json()["envelope"]
    assert (envelope["holderRule"], envelope["holderKeys"]) == ("ANY", pairs)
    holders = tuple(map(PublicPair.from_json, pairs))
    assert envelope["signed"]["holderBinding"] == JointHolders(HolderRule.ANY, holders).binding


def test_a_message_signed_elsewhere_is_submitted_as_it_stands(
    issuer: Department, live_ledger: LiveLedger
) -> None:
    """The key never reaches the service: M out, signature in."""
    issued = issue(issuer, live_ledger)
    signer = live_ledger.signer("issuer")
    wanted = {
        "id": issued["licenseId"],
        "act": "revoke",
        "ground": "PENALTY",
        "keyId": "0x" + key_id(signer.public_key).hex(),
    }
    prepared = issuer.post("/v1/messages", wanted).json()
    signature = signer.sign(bytes.fromhex(prepared["message"])).hex()
    body = {"signed": prepared["signed"], "keyId": prepared["keyId"], "signature": signature}
    elsewhere = f"/v1/licenses/{issued['licenseId']}/suspend"
    assert issuer.post(elsewhere, body).json()["code"] == "SIGNED_MESSAGE_FORM"
    changed = {**body, "signed": {**body["signed"], "ground": 45}}
    answer = issuer.post(f"/v1/licenses/{issued['licenseId']}/revoke", changed)
    assert (answer.status_code, answer.json()["code"]) == (422, "SIGNATURE_REFUSED")
    done = issuer.post(f"/v1/licenses/{issued['licenseId']}/revoke", body)
    assert (done.status_code, done.json()["status"]) == (200, "REVOKED")


@pytest.mark.parametrize(
    "member", ["extra", "rev", "licenseId", "signedAt"], ids=["unknown", "negative", "short", "text"]
)
def test_a_signed_message_out_of_form_is_refused(
    issuer: Department, live_ledger: LiveLedger, member: str
) -> None:
    signed = {
        "licenseId": "0x" + "11" * 32, "handle": "0x" + "00" * 32, "issuer": "0x" + "00" * 32,
        "licenseType": "0x" + "00" * 32,
        "digest": "0x" + "00" * 32, "holderBinding": "0x" + "00" * 32, "validFrom": 0, "validTo": 0,
        "rev": 0, "signedAt": 0, "notAfter": 1,
    }  # fmt: skip
    bad = {"extra": 1, "rev": -1, "licenseId": "0x11", "signedAt": "0"}[member]
    body = {"signed": {**signed, member: bad}, "keyId": "0x" + "22" * 32, "signature": "33" * 64}
    answer = issuer.post("/v1/licenses", body)
    assert (answer.status_code, answer.json()["code"]) == (400, "SIGNED_MESSAGE_FORM")
    assert member in answer.json()["detail"]


def test_nobody_is_bound_to_a_license_by_a_message_either(
    issuer: Department, live_ledger: LiveLedger, service_home: Path
) -> None:
    """To bind nobody would undo a freeze."""
    key = live_ledger.signer("relying").public_key.hex()
    id_ = str(issuer.post("/v1/licenses", live_ledger.input(holderKey=key)).json()["licenseId"])
    place = f"/v1/licenses/{id_}"
    assert issuer.post(f"{place}/freeze", {}).status_code == 200
    word, issuer_word = "0x" + "00" * 32, "0x" + ISSUER.encode().hex().ljust(64, "0")
    signed = {
        "licenseId": id_, "rev": 2, "by": issuer_word, "holderBinding": word, "method": 1, "assurance": 3,
        "signedAt": int(time.time()), "notAfter": int(time.time()) + 600,
    }  # fmt: skip
    handed_in = {"signed": signed, "keyId": "0x" + "22" * 32, "signature": "33" * 64}
    answer = issuer.post(f"{place}/bind", handed_in)
    assert (answer.status_code, answer.json()["code"]) == (400, "BINDING_OF_NOBODY")
    ledger = live_ledger.ledger(service_home)
    with pytest.raises(UsageError, match="BINDING_OF_NOBODY"):
        ledger.acting().bind(ledger.license_now(id_), bytes(32), 1, 3, live_ledger.signer("issuer"), ISSUER)
    assert "HOLDER_FROZEN" in issuer.get(place).json()["flags"]


def test_faults_of_an_input_come_as_a_list(issuer: Department, live_ledger: LiveLedger) -> None:
    given = live_ledger.input(origin="somewhere")
    given["face"]["category"] = "Z"
    answer = issuer.post("/v1/licenses", given, **{"Accept-Language": "en"})
    assert (answer.status_code, answer.json()["code"]) == (400, "LICENSE_INPUT")
    assert {"origin", "face/category"} <= {each["field"] for each in answer.json()["errors"]}


def test_nobody_issues_in_another_bodys_name(relying: Department, live_ledger: LiveLedger) -> None:
    answer = relying.post("/v1/licenses", live_ledger.input())
    assert (answer.status_code, answer.json()["code"]) == (403, "ISSUER_IS_ANOTHER")
    assert ISSUER in answer.json()["detail"]


def test_nobody_acts_on_another_bodys_license(
    issuer: Department, relying: Department, live_ledger: LiveLedger
) -> None:
    issued = issue(issuer, live_ledger)
    answer = relying.post(f"/v1/licenses/{issued['licenseId']}/revoke", {"ground": "PENALTY"})
    assert (answer.status_code, answer.json()["code"]) == (403, "NOT_THE_ISSUER")


def test_an_unknown_license_is_404(issuer: Department) -> None:
    for id_ in ("0x" + "ab" * 32, "1.2.156.3005.2.nothing"):
        answer = issuer.get(f"/v1/licenses/{id_}")
        assert (answer.status_code, answer.json()["code"]) == (404, "UNKNOWN_LICENSE")


def test_a_fetched_answer_has_an_entity_tag_and_is_not_kept_on_the_way(
    issuer: Department, live_ledger: LiveLedger
) -> None:
    id_ = issue(issuer, live_ledger)["licenseId"]
    target = f"/v1/licenses/{id_}?at=2026-01-01&knownAt=2999-01-01"
    assert issuer.get(target).headers["cache-control"] == "no-store"
    first = issuer.get("/v1/types")
    assert first.headers["cache-control"] == "no-cache"
    second = issuer.get("/v1/types", **{"If-None-Match": first.headers["etag"]})
    assert (second.status_code, second.content) == (304, b"")


def test_types_and_agreements_are_those_of_the_ledger(issuer: Department) -> None:
    types = {each["type"]: each for each in issuer.get("/v1/types").json()["types"]}
    assert types["11100000000013338W011"]["scope"] == "NATIONAL"
    detail = issuer.get("/v1/types/11100000000013338W001").json()
    assert detail["schema"]["type"] == "object"
    unknown = issuer.get("/v1/types/11100000000013338W999")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "UNKNOWN_TYPE")
    (agreement,) = issuer.get("/v1/recognitions?from=310000&to=330000").json()["recognitions"]
    assert (agreement["type"], agreement["inForce"]) == ("11100000000013338W001", True)
    assert issuer.get("/v1/recognitions?to=310000").json() == {"recognitions": []}


def test_guessing_identifiers_ends_and_does_not_tell_what_is_there(
    live_ledger: LiveLedger, tmp_path: Path
) -> None:
    """An identifier holds the number of its license; who does not act on it may try a number of times."""
    keys = {ISSUER: live_ledger.key("issuer")}
    app = create_app(live_ledger.ledger(tmp_path), ApiOptions(keys, lookups=2))
    with TestClient(app, raise_server_exceptions=False) as client:
        own = Department(client, ISSUER, live_ledger.signer("issuer"))
        other = Department(client, RELYING, live_ledger.signer("relying"))
        there, too, more = (issue(own, live_ledger) for _ in range(3))
        missing = [LicenseIdentifier.parse(there["identifier"]).next_version()]
        missing += [missing[0].next_version(), missing[0].next_version().next_version()]

        def status(department: Department, name: str) -> int:
            return int(department.get(f"/v1/licenses/{name}").status_code)

        assert [status(other, there["identifier"]), status(other, missing[0].text)] == [200, 404]
        assert [status(other, there["identifier"]), status(other, missing[0].text)] == [200, 404], (
            "no new try"
        )
        refused = [other.get(f"/v1/licenses/{name}") for name in (too["identifier"], missing[1].text)]
        assert [answer.status_code for answer in refused] == [429, 429]
        first, second = ({**answer.json(), "fields": None} for answer in refused)
        assert (first["code"], {**first, "detail": 0}) == ("LOOKUPS_SPENT", {**second, "detail": 0})
        assert 0 < int(refused[0].headers["Retry-After"]) <= 3600
        for body in ({"act": "freeze", "id": too["identifier"], "keyId": "0x" + "0" * 64}, None):
            asked = (
                other.post("/v1/messages", body)
                if body
                else other.get(f"/v1/licenses/{more['identifier']}/document")
            )
            assert asked.json()["code"] == "LOOKUPS_SPENT", "no other address tells it"
        assert status(other, too["licenseId"]) == 200, "an id cannot be guessed"
        assert [status(own, each["identifier"]) for each in (there, too, more)] == [200, 200, 200]
        assert [status(own, each.text) for each in missing] == [404, 404, 404], (
            "its own numbers an issuer knows"
        )


def test_a_write_that_came_too_often_goes_through_later_under_its_key(
    live_ledger: LiveLedger, tmp_path: Path
) -> None:
    app = create_app(live_ledger.ledger(tmp_path), ApiOptions({}, lookups=0))
    with TestClient(app, raise_server_exceptions=False) as client:
        other = Department(client, RELYING, live_ledger.signer("relying"))
        name = "1.2.156.3005.2.11100000000013338W011.11340000MB0TE5T44D.2025ABCDEFGH00000002.001.M"
        order = (f"/v1/licenses/{name}/freeze", {})
        headers = {"Idempotency-Key": "k1"}
        assert other.post(*order, **headers).json()["code"] == "LOOKUPS_SPENT"
        again = other.post(*order, **headers)
        assert (again.status_code, again.headers.get("Idempotency-Replayed")) == (429, None), "no kept answer"
