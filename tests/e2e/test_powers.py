"""Bodies other than the issuer act on its licenses: by command, over HTTP, and in every answer after."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ledger.domain.acts import RULES, Act
from ledger.domain.messages import key_id
from ledger.errors import LedgerError
from ledger.ports.queue import MessageState
from ledger.service.accept import Desk
from ledger.service.orders import ActOrder
from tests.api.conftest import Department, client, issuer, relying, service_home
from tests.live import ISSUER, RELYING, LiveLedger, live_ledger
from tests.served import Served

__all__ = ["client", "issuer", "live_ledger", "relying", "service_home"]

Json = dict[str, Any]
Cli = Callable[..., tuple[int, Json]]
PIER = "11310000MB0TE5T1XB004"
"""A type of Shanghai that nobody else in the tests uses; Qingpu's office issues it."""

DEFINITION: Json = {
    "code": PIER,
    "name": "码头经营许可证（虚构）",
    "scope": "NATIONAL",
    "sharing": "conditional",
    "acts": ["issue", "amend", "suspend", "resume", "revoke", "annul", "cancel"],
    "region": 310000,
    "ground": 1,
    "schema": {"type": "object", "properties": {"pier": {"type": "string"}}},
}


@pytest.fixture(scope="module")
def ledger(live_ledger: LiveLedger, tmp_path_factory: pytest.TempPathFactory) -> LiveLedger:
    """Qingpu names Jiashan's office for suspending and revoking this type there."""
    file = tmp_path_factory.mktemp("type") / "pier.json"
    file.write_text(json.dumps(DEFINITION))
    live_ledger.cli("type", "add", str(file), "--by", str(live_ledger.key("r31")))
    right = ("--issuer", ISSUER, "--region", "310118", "--from", "2020-01-01")
    live_ledger.cli("type", "entitle", PIER, *right, "--by", str(live_ledger.key("qingpu")))
    named = empower(live_ledger, "suspend,revoke", "qingpu")
    assert (named["body"], named["region"], named["acts"]) == (RELYING, "310118", ["suspend", "revoke"])
    return live_ledger


def empower(ledger: LiveLedger, acts: str, by: str, region: str = "310118", *more: str) -> Json:
    named = ("--body", RELYING, "--region", region, "--acts", acts, "--from", "2020-01-01", *more)
    return ledger.cli("type", "empower", PIER, *named, "--by", str(ledger.key(by)))


@pytest.fixture
def other(ledger: LiveLedger, tmp_path: Path) -> Cli:
    """The command line of another body, from a home that issued nothing."""
    return partial(ledger.attempt, home=tmp_path / "other")


def pier(ledger: LiveLedger) -> Json:
    given = ledger.input(face={"pier": "虚构码头"})
    given["metadata"] |= {"certificateTypeCode": PIER, "certificateTypeName": DEFINITION["name"]}
    given["metadata"]["certificateName"] = DEFINITION["name"]
    return given


def issued(ledger: LiveLedger, folder: Path) -> tuple[str, str]:
    """The id of a license and its file."""
    envelope = ledger.ledger().issuing().issue(pier(ledger), ledger.signer("issuer")).envelope
    file = folder / "pier.elic.json"
    file.write_bytes(envelope.to_bytes())
    return str(envelope.anchor["licenseId"]), str(file)


def act(other: Cli, ledger: LiveLedger, verb: str, id_: str, ground: str, key: str, *more: str) -> Any:
    signed = ("--ground", ground, "--key", str(ledger.key(key)), *more)
    return other("license", verb, id_, *signed)


def status_evidence(other: Cli, file: str, *more: str) -> Json:
    _, verdict = other("verify", file, *more)
    (check,) = [each for each in verdict["checks"] if each["name"] == "STATUS"]
    return {"result": verdict["result"], **check["evidence"]}


# --- the superior region ---


@pytest.mark.parametrize(("key", "region"), [("r31", "310000"), ("qingpu", "310118")])
def test_a_superior_region_annuls_and_every_answer_names_it(
    ledger: LiveLedger, other: Cli, tmp_path: Path, key: str, region: str
) -> None:
    id_, file = issued(ledger, tmp_path)
    reference = ("--reference", "沪撤字〔2026〕1号（虚构）")
    status, answer = act(other, ledger, "annul", id_, "UNLAWFUL_ISSUE", key, *reference)
    assert (status, answer["act"], answer["status"], answer["rev"]) == (0, "ANNUL", "ANNULLED", 2)
    shown = other("license", "show", id_)[1]
    told = (shown["status"], shown["by"], shown["capacity"], shown["ground"], shown["retroactive"])
    assert told == ("ANNULLED", region, "SUPERIOR", "UNLAWFUL_ISSUE", True)
    evidence = status_evidence(other, file, "--region", "330421")
    assert (evidence["result"], evidence["by"], evidence["capacity"]) == ("ANNULLED", region, "SUPERIOR")
    (fact,) = ledger.ledger().license_now(id_).facts[1:]
    assert int(fact.reference, 16) and "沪" not in fact.reference, "a salted digest of the decision's number"


@pytest.mark.parametrize(
    ("verb", "ground", "key"),
    [
        ("annul", "UNLAWFUL_ISSUE", "r33"),
        ("annul", "UNLAWFUL_ISSUE", "jiashan"),
        ("suspend", "PENALTY", "r31"),
        ("revoke", "PENALTY", "qingpu"),
        ("cancel", "HOLDER_REQUEST", "r31"),
        ("annul", "UNLAWFUL_ISSUE", "relying"),
        ("cancel", "HOLDER_REQUEST", "relying"),
    ],
)
def test_who_is_not_competent_is_told_so_with_a_remedy(
    ledger: LiveLedger, other: Cli, tmp_path: Path, verb: str, ground: str, key: str
) -> None:
    id_, _ = issued(ledger, tmp_path)
    status, answer = act(other, ledger, verb, id_, ground, key)
    assert (status, answer["code"], answer["error"]["family"]) == (1, "NOT_COMPETENT", "rule")
    assert answer["error"]["fields"]["act"] == verb.upper()
    assert RULES[Act[verb.upper()]].zh in answer["error"]["message"]["zh"], "in words"
    assert answer["error"]["remedy"]["zh"] and answer["error"]["remedy"]["en"]
    assert other("license", "show", id_)[1]["rev"] == 1, "nothing was recorded"


def test_a_ground_that_is_no_grounds_for_it_is_refused_before_anything_is_signed(
    ledger: LiveLedger, other: Cli, tmp_path: Path
) -> None:
    id_, _ = issued(ledger, tmp_path)
    status, answer = act(other, ledger, "annul", id_, "PENALTY", "r31")
    assert (status, answer["code"]) == (2, "GROUND_NOT_OF_ACT")


def test_a_leaf_is_annulled_by_the_superior_with_its_file(
    ledger: LiveLedger, other: Cli, tmp_path: Path
) -> None:
    batch = ledger.ledger().batches().issue_batch([pier(ledger) for _ in range(3)], ledger.signer("issuer"))
    file = tmp_path / "leaf.elic.json"
    file.write_bytes(batch.licenses[1].envelope.to_bytes())
    id_ = batch.licenses[1].envelope.identifier
    status, answer = act(other, ledger, "annul", id_, "OBTAINED_BY_FRAUD", "r31", "--file", str(file))
    assert (status, answer["status"]) == (0, "ANNULLED")
    assert status_evidence(other, str(file), "--trust", "rpc")["capacity"] == "SUPERIOR"


# --- a body that the region named ---


def test_a_named_body_suspends_lifts_that_and_revokes(ledger: LiveLedger, other: Cli, tmp_path: Path) -> None:
    id_, file = issued(ledger, tmp_path)
    status, answer = act(other, ledger, "suspend", id_, "PENALTY", "relying")
    assert (status, answer["status"]) == (0, "SUSPENDED")
    evidence = status_evidence(other, file)
    assert (evidence["result"], evidence["by"], evidence["capacity"]) == ("SUSPENDED", RELYING, "NAMED")

    refused = act(other, ledger, "resume", id_, "PENALTY_SERVED", "issuer")
    assert (refused[0], refused[1]["code"]) == (1, "ACT_NOT_ALLOWED"), "another body's suspension"
    refused = act(other, ledger, "resume", id_, "PENALTY_SERVED", "issuer", "--region", "310118")
    assert (refused[0], refused[1]["code"]) == (1, "NOT_COMPETENT")
    assert act(other, ledger, "suspend", id_, "INVESTIGATION", "issuer")[0] == 0
    resumed = act(other, ledger, "resume", id_, "PENALTY_SERVED", "relying")
    assert (resumed[0], resumed[1]["status"]) == (0, "SUSPENDED"), "the issuer's own stands"
    shown = other("license", "show", id_)[1]
    assert (shown["by"], shown["capacity"]) == (ISSUER, "ISSUER")
    assert act(other, ledger, "resume", id_, "CONDITIONS_MET_AGAIN", "issuer")[1]["status"] == "IN_FORCE"

    revoked = act(other, ledger, "revoke", id_, "SERIOUS_VIOLATION", "relying")
    assert (revoked[0], revoked[1]["status"]) == (0, "REVOKED")
    shown = other("license", "show", id_)[1]
    assert (shown["by"], shown["capacity"]) == (RELYING, "NAMED")


def test_a_body_named_in_the_province_acts_in_its_districts(
    ledger: LiveLedger, other: Cli, tmp_path: Path
) -> None:
    empower(ledger, "annul", "r31", "310000")
    id_, _ = issued(ledger, tmp_path)
    status, answer = act(other, ledger, "annul", id_, "OBTAINED_BY_FRAUD", "relying")
    assert (status, answer["status"]) == (0, "ANNULLED")
    shown = other("license", "show", id_)[1]
    assert (shown["by"], shown["capacity"]) == (RELYING, "NAMED")
    end = ("--body", RELYING, "--region", "310000", "--by", str(ledger.key("r31")))
    ended = ledger.cli("type", "disempower", PIER, *end)
    assert (ended["body"], ended["region"], ended["until"][-1]) == (RELYING, "310000", "Z")


def test_powers_are_told_by_type_and_by_body(ledger: LiveLedger, other: Cli) -> None:
    rows = other("type", "show", PIER)[1]["powers"]
    (row,) = [each for each in rows if each["region"] == "310118"]
    assert row == {
        "type": PIER,
        "body": RELYING,
        "region": "310118",
        "acts": ["suspend", "revoke"],
        "since": "2019-12-31T16:00:00Z",
        "until": None,
        "rev": 1,
    }
    assert rows == [each for each in other("org", "show", RELYING)[1]["powers"] if each["type"] == PIER]
    assert other("org", "show", ISSUER)[1]["powers"] == []


@pytest.mark.parametrize(
    ("changes", "code", "exit_"),
    [
        ({"--acts": "suspend,cancel"}, "CHOICE", 2),
        ({"--acts": "resume"}, "CHOICE", 2),
        ({"--region": "990000"}, "REGION_FORM", 2),
        ({"--region": "110000"}, "UNKNOWN_REGION", 4),
        ({"--body": "11330000MB0TE5T28X"}, "USCC_CHECK", 2),
        ({"--by": "r33"}, "SIGNER_NOT_COMPETENT", 1),
    ],
)
def test_a_body_is_named_rightly_or_not_at_all(
    ledger: LiveLedger, other: Cli, changes: dict[str, str], code: str, exit_: int
) -> None:
    right = {
        "--body": RELYING,
        "--region": "310118",
        "--acts": "suspend",
        "--from": "2020-01-01",
        "--by": "r31",
    }
    given = {**right, **changes}
    given["--by"] = str(ledger.key(given["--by"]))
    status, answer = other("type", "empower", PIER, *(word for pair in given.items() for word in pair))
    assert (status, answer["code"]) == (exit_, code)


# --- over HTTP ---


def test_a_named_body_acts_over_http(
    ledger: LiveLedger, relying: Department, issuer: Department, tmp_path: Path
) -> None:
    id_, _ = issued(ledger, tmp_path)
    address = f"/v1/licenses/{id_}"
    suspended = relying.post(f"{address}/suspend", {"ground": "PENALTY"})
    assert (suspended.status_code, suspended.json()["status"]) == (200, "SUSPENDED")
    told = issuer.get(address).json()
    assert (told["by"], told["capacity"]) == (RELYING, "NAMED")
    refused = relying.post(f"{address}/cancel", {"ground": "HOLDER_REQUEST"})
    assert (refused.status_code, refused.json()["code"]) == (403, "NOT_COMPETENT")
    assert refused.json()["remedy"]
    explicit = issuer.post(f"{address}/revoke", {"ground": "PENALTY", "region": "310118"})
    assert (explicit.status_code, explicit.json()["code"]) == (403, "NOT_COMPETENT")
    assert issuer.post(f"{address}/revoke", {"ground": "PENALTY", "region": "31"}).status_code == 400


def test_a_region_annuls_over_http_with_a_signature_made_elsewhere(
    ledger: LiveLedger, issuer: Department, tmp_path: Path
) -> None:
    id_, _ = issued(ledger, tmp_path)
    region = ledger.signer("r31")
    key = "0x" + key_id(region.public_key).hex()
    asked = {"id": id_, "act": "annul", "keyId": key, "ground": "UNLAWFUL_ISSUE", "reference": "1"}
    prepared = issuer.post("/v1/messages", asked).json()
    assert prepared["signed"]["region"] == 310000
    signature = region.sign(bytes.fromhex(prepared["message"])).hex()
    body = {"signed": prepared["signed"], "keyId": key, "signature": signature}
    forged = {**body, "signed": {**prepared["signed"], "region": 310118}}
    assert issuer.post(f"/v1/licenses/{id_}/annul", forged).json()["code"] == "KEY_PURPOSE"
    sent = issuer.post(f"/v1/licenses/{id_}/annul", body)
    assert (sent.status_code, sent.json()["status"]) == (200, "ANNULLED")
    again = issuer.post(f"/v1/licenses/{id_}/annul", body)
    assert (again.status_code, again.json()) == (200, sent.json()), "done once, told twice"
    assert issuer.get(f"/v1/licenses/{id_}").json()["rev"] == 2


# --- through the queue ---


def test_every_capacity_holds_for_what_is_accepted_and_not_recorded_yet(
    ledger: LiveLedger, tmp_path: Path
) -> None:
    home = ledger.ledger(tmp_path / "queue")
    desk = Desk(home.accepting(), lambda queued: queued)
    made = home.issuing(desk).issue(pier(ledger), ledger.signer("issuer"))
    id_, acting = str(made.envelope.anchor["licenseId"]), home.acting(desk)

    def order(verb: str, ground: str, key: str) -> int:
        progress = acting.act(id_, ActOrder(verb, ground), ledger.signer(key)).progress
        queued = home.queue.find(progress.message)
        assert queued is not None
        assert queued.state is MessageState.ACCEPTED
        return int(str(queued.message.prepared.values["region"]))

    assert order("suspend", "PENALTY", "relying") == 310118
    for verb, ground, key in (
        ("resume", "PENALTY_SERVED", "issuer"),
        ("suspend", "PENALTY", "relying"),
        ("cancel", "HOLDER_REQUEST", "relying"),
        ("annul", "UNLAWFUL_ISSUE", "r33"),
        ("revoke", "PENALTY", "r31"),
    ):
        with pytest.raises(LedgerError, match="NOT_ACCEPTABLE"):
            order(verb, ground, key)
    assert order("suspend", "INVESTIGATION", "issuer") == 0, "beside the other one"
    assert order("resume", "PENALTY_SERVED", "relying") == 310118
    assert order("resume", "CONDITIONS_MET_AGAIN", "issuer") == 0
    assert order("revoke", "PENALTY", "relying") == 310118
    assert order("annul", "UNLAWFUL_ISSUE", "r31") == 310000
    home.outbox().drain()
    assert set(home.queue.state().counts) == {MessageState.ANCHORED}
    acts = [fact.act.name for fact in home.license_now(id_).facts]
    assert acts == ["ISSUE", "SUSPEND", "SUSPEND", "RESUME", "RESUME", "REVOKE", "ANNUL"]


def test_a_named_body_acts_through_a_relays_service_with_its_own_key(
    ledger: LiveLedger, tmp_path: Path
) -> None:
    id_, _ = issued(ledger, tmp_path)
    service = Served(ledger, tmp_path / "relay", ledger.rpc).start()
    try:
        at = ("--api", service.url, "--org", RELYING, "--key", str(ledger.key("relying")))
        desk = partial(ledger.attempt, "license", home=tmp_path / "desk")
        status, told = desk("suspend", id_, "--ground", "PENALTY", "--region", "310118", *at)
        assert (status, told["status"], told["act"]) == (0, "SUSPENDED", "SUSPEND")
        status, told = desk("resume", id_, "--ground", "PENALTY_SERVED", *at)
        assert (status, told["status"]) == (0, "IN_FORCE")
        status, told = desk("cancel", id_, "--ground", "HOLDER_REQUEST", *at)
        assert (status, told["code"]) == (1, "NOT_COMPETENT")
    finally:
        service.close()


# --- the whole ledger ---


def test_the_ledger_replays_clean_and_the_index_is_the_same(ledger: LiveLedger) -> None:
    replayed = ledger.cli("audit", "replay")
    assert replayed["findings"] == []
    assert ledger.cli("audit", "fsck")["differences"] == []
    assert ledger.ledger().live_digest() == replayed["stateDigest"]
