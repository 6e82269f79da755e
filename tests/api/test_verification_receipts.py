"""Receipts of verifications: by the command line and over HTTP, altered, made up, and verified again."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gmalg
import pytest
import rfc8785
from starlette.testclient import TestClient

from api.cli.main import run
from api.main import ApiOptions, create_app
from ledger import crypto
from ledger.adapters.clock import SystemClock, SystemEntropy
from ledger.adapters.sm2_keys import private_key_pem
from ledger.adapters.sm4 import Sm4Gcm
from ledger.domain.challenge import Challenge
from ledger.domain.sm3 import sm3
from tests.api.conftest import Department
from tests.live import ISSUER, RELYING, LiveLedger
from tests.served import NODE_AWAY
from wallet.wallet import Device, Wallet

Json = dict[str, Any]


@pytest.fixture(scope="module")
def desk(live_ledger: LiveLedger, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A service of the relying body, which signs receipts and holds the issuer's key."""
    keys = {ISSUER: live_ledger.key("issuer"), RELYING: live_ledger.key("relying")}
    options = ApiOptions(keys, promise_key=live_ledger.key("relying"))
    home = tmp_path_factory.mktemp("receipts")
    with TestClient(create_app(live_ledger.ledger(home), options), raise_server_exceptions=False) as made:
        yield made


@pytest.fixture(scope="module")
def envelope(desk: TestClient, live_ledger: LiveLedger) -> Json:
    """A regional license in force."""
    return issue(desk, live_ledger, live_ledger.regional_input())["envelope"]


def issue(desk: TestClient, live_ledger: LiveLedger, given: Json) -> Json:
    answer = Department(desk, ISSUER, live_ledger.signer("issuer")).post("/v1/licenses", given)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def asked(desk: TestClient, **body: Any) -> Json:
    answer = desk.post("/v1/verify", json={"signReceipt": True, **body})
    assert answer.status_code == 200, answer.text
    return dict(answer.json()["receipt"])


def checked(desk: TestClient, receipt: Json, **more: Any) -> tuple[int, Json]:
    answer = desk.post("/v1/receipts/verify", json={"receipt": receipt, **more})
    return answer.status_code, answer.json()


def signed_anew(receipt: Json, live_ledger: LiveLedger, name: str = "relying") -> Json:
    """The same form under a fresh signature, and the signer's key where that is another."""
    signer = live_ledger.signer(name)
    unsigned = {member: value for member, value in receipt.items() if member != "signature"}
    message = sm3(b"elicense/1/verification-receipt") + sm3(rfc8785.dumps(unsigned))
    return {**receipt, "signature": signer.sign(message).hex()}


def altered(form: Any, place: str, value: Any) -> Any:
    first, _, rest = place.partition("/")
    made = copy.deepcopy(form)
    key: Any = int(first) if isinstance(made, list) else first
    made[key] = altered(made[key], rest, value) if rest else value
    return made


def test_a_receipt_says_what_was_asked_and_found_and_a_second_implementation_verifies_it(
    desk: TestClient, envelope: Json
) -> None:
    receipt = asked(desk, subject=envelope, region="330421", at="2026-05-01")
    unsigned = {name: value for name, value in receipt.items() if name != "signature"}
    message = sm3(b"elicense/1/verification-receipt") + sm3(rfc8785.dumps(unsigned))
    key = bytes.fromhex(receipt["verifier"]["publicKey"])
    signature = bytes.fromhex(receipt["signature"])
    judge = gmalg.SM2(uid=b"1234567812345678", pk=key)
    assert judge.verify(message, signature[:32], signature[32:])
    assert receipt["verifier"]["uscc"] == RELYING
    assert (receipt["askedBy"], receipt["asked"]["region"]) == (None, "330421")
    assert receipt["asked"]["at"] == "2026-04-30T16:00:00Z"
    (subject,) = receipt["subjects"]
    assert (subject["kind"], subject["digest"]) == ("LICENSE", sm3(rfc8785.dumps(envelope)).hex())
    (verdict,) = subject["verdicts"]
    assert (verdict["result"], verdict["licenseId"]) == ("IN_FORCE", envelope["anchor"]["licenseId"])
    assert verdict["trust"] == "rpc"
    assert [each["code"] for each in verdict["checks"]][5:7] == ["OK", "OK"]
    assert verdict["head"]["block"] >= envelope["anchor"]["block"]
    text = json.dumps(receipt, ensure_ascii=False)
    assert "示例持证人甲" not in text
    assert envelope["license"]["metadata"]["certificateIdentifier"] not in text


def test_a_receipt_is_checked_and_verified_again_over_http(desk: TestClient, envelope: Json) -> None:
    receipt = asked(desk, subject=envelope, region="330421")
    status, told = checked(desk, receipt)
    assert (status, told["checked"], told["again"]) == (200, True, None)
    assert told["subjects"][0]["brought"] is False
    status, told = checked(desk, receipt, subject=envelope, again=True)
    assert (status, told["subjects"][0]["brought"]) == (200, True)
    assert told["again"] == told["today"] == {"same": True, "differences": []}
    status, told = checked(desk, receipt, again=True)
    assert (status, told["code"]) == (400, "RECEIPT_SUBJECT_NEEDED")


def test_a_receipt_of_many_moments_keeps_nobody_busy(
    desk: TestClient, envelope: Json, live_ledger: LiveLedger
) -> None:
    receipt = asked(desk, subject=envelope)
    (subject,) = receipt["subjects"]
    moments = [f"2026-05-01T00:{each // 60:02}:{each % 60:02}Z" for each in range(65)]
    subjects = [altered(subject, "verdicts/0/at", each) for each in moments]
    many = signed_anew({**receipt, "subjects": subjects}, live_ledger)
    assert checked(desk, many, subject=envelope)[0] == 200
    status, told = checked(desk, many, subject=envelope, again=True)
    assert (status, told["code"]) == (400, "RECEIPT_TOO_MANY_MOMENTS"), told
    few = signed_anew({**receipt, "subjects": subjects[:2] * 40}, live_ledger)
    assert checked(desk, few, subject=envelope, again=True)[0] == 200


def test_what_came_later_changes_today_and_not_then(desk: TestClient, live_ledger: LiveLedger) -> None:
    issued = issue(desk, live_ledger, live_ledger.input())
    receipt = asked(desk, subject=issued["envelope"])
    department = Department(desk, ISSUER, live_ledger.signer("issuer"))
    annulled = department.post(f"/v1/licenses/{issued['licenseId']}/annul", {"ground": "OBTAINED_BY_FRAUD"})
    assert annulled.status_code == 200, annulled.text
    _, told = checked(desk, receipt, subject=issued["envelope"], again=True)
    assert told["again"]["same"] is True, told["again"]
    differences = {each["what"]: (each["then"], each["now"]) for each in told["today"]["differences"]}
    assert differences["result"] == ("IN_FORCE", "ANNULLED")
    assert set(differences) == {"result", "STATUS"}
    assert asked(desk, subject=issued["envelope"])["subjects"][0]["verdicts"][0]["result"] == "ANNULLED"


def test_only_who_signs_the_request_is_named_as_who_asked(
    desk: TestClient, live_ledger: LiveLedger, envelope: Json
) -> None:
    department = Department(desk, ISSUER, live_ledger.signer("issuer"))
    answer = department.post("/v1/verify", {"subject": envelope, "signReceipt": True})
    assert answer.json()["receipt"]["askedBy"] == ISSUER
    stranger = Department(desk, ISSUER, crypto.signer(crypto.generate_key()))
    refused = stranger.post("/v1/verify", {"subject": envelope, "signReceipt": True})
    assert refused.status_code == 401, "named as ISSUER by a key of nobody"


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("subjects/0/verdicts/0/licenseId", "0x" + "00" * 32),
        ("verifiedAt", "2020-01-01T00:00:00Z"),
        ("askedBy", ISSUER),
        ("asked/region", None),
        ("subjects/0/digest", "00" * 32),
    ],
)
def test_an_altered_receipt_holds_for_nothing(
    desk: TestClient, envelope: Json, place: str, value: Any
) -> None:
    receipt = altered(asked(desk, subject=envelope, region="330421"), place, value)
    status, told = checked(desk, receipt)
    assert (status, told["code"]) == (422, "VERIFICATION_RECEIPT_SIGNATURE")


@pytest.mark.parametrize(
    ("place", "value", "field"),
    [
        ("format", "elicense-use-receipt/1", "format"),
        ("more", 1, "keys"),
        ("subjects", [], "subjects"),
        ("subjects/0/verdicts/0/result", "REVOKED", "result"),
        ("subjects/0/verdicts/0/checks/5/outcome", "FAIL", "result"),
        ("subjects/0/verdicts/0/checks", [], "checks"),
        ("subjects/0/verdicts/0/flags", ["<script>"], "flags"),
        ("subjects/0/kind", "UNREAD", "digest"),
        ("subjects/0/verdicts/0/result", "AS_HANDED_OUT", "result"),
        ("subjects/0/verdicts/0/licenseId", None, "licenseId"),
        ("subjects/0/verdicts/0/head", None, "head"),
        ("subjects/0/verdicts/0/trust", "none", "head"),
        ("subjects/0/verdicts/0/checks/5/outcome", "SKIPPED", "result"),
        ("subjects/0/verdicts/0/head/block", -1, "block"),
        ("verifiedAt", "2026-01-01", "verifiedAt"),
        ("asked/trust", "word of honour", "trust"),
        ("signature", "zz", "signature"),
    ],
)
def test_what_is_no_receipt_is_refused_by_its_member(
    desk: TestClient, envelope: Json, place: str, value: Any, field: str
) -> None:
    status, told = checked(desk, altered(asked(desk, subject=envelope), place, value))
    assert (status, told["code"]) == (400, "VERIFICATION_RECEIPT_MALFORMED")
    assert told["fields"]["field"] == field


def test_a_body_is_not_named_by_the_key_of_another(
    desk: TestClient, live_ledger: LiveLedger, envelope: Json
) -> None:
    receipt = asked(desk, subject=envelope)
    claimed = signed_anew(altered(receipt, "verifier/uscc", ISSUER), live_ledger)
    assert checked(desk, claimed)[1]["code"] == "VERIFICATION_RECEIPT_KEY"
    early = signed_anew(altered(receipt, "verifiedAt", "2019-01-01T00:00:00Z"), live_ledger)
    assert checked(desk, early)[1]["code"] == "VERIFICATION_RECEIPT_KEY", "not registered then"
    late = signed_anew(altered(receipt, "verifiedAt", "2099-01-01T00:00:00Z"), live_ledger)
    assert checked(desk, late)[1]["code"] == "VERIFICATION_RECEIPT_TIME"


def test_a_receipt_by_a_block_of_no_chain_or_of_later_is_none(
    desk: TestClient, live_ledger: LiveLedger, envelope: Json
) -> None:
    receipt = asked(desk, subject=envelope)
    head = "subjects/0/verdicts/0/head"
    for place, value in ((f"{head}/hash", "0x" + "ab" * 32), (f"{head}/block", 10**9)):
        made_up = signed_anew(altered(receipt, place, value), live_ledger)
        assert checked(desk, made_up)[1]["code"] == "VERIFICATION_RECEIPT_HEAD"


def test_a_false_verdict_is_found_out_by_verifying_again(
    desk: TestClient, live_ledger: LiveLedger, envelope: Json
) -> None:
    receipt = asked(desk, subject=envelope, region="320000")
    false = altered(receipt, "subjects/0/verdicts/0/result", "IN_FORCE")
    false = altered(
        false, "subjects/0/verdicts/0/checks/6", {"name": "RECOGNITION", "outcome": "PASS", "code": "OK"}
    )
    status, told = checked(desk, signed_anew(false, live_ledger), subject=envelope, again=True)
    assert (status, told["again"]["same"]) == (200, False)
    found = {each["what"]: (each["then"], each["now"]) for each in told["again"]["differences"]}
    assert found["result"] == ("IN_FORCE", "NOT_RECOGNIZED_HERE")


def test_what_was_not_read_is_in_no_receipt_in_force_and_no_row_of_a_license(
    desk: TestClient, envelope: Json
) -> None:
    receipt, first = asked(desk, subject=envelope), "subjects/0/verdicts/0"
    unread = altered(altered(receipt, "subjects/0/kind", "UNREAD"), "subjects/0/digest", None)
    for place, value in ((first, receipt["subjects"][0]["verdicts"][0]), (f"{first}/licenseId", None)):
        told = checked(desk, altered(unread, place, value))[1]
        assert (told["code"], told["fields"]["field"]) == ("VERIFICATION_RECEIPT_MALFORMED", "kind")
    row = altered(altered(receipt, "subjects/0/kind", "COPY"), f"{first}/result", "AS_HANDED_OUT")
    row = altered(row, f"{first}/checks/8/outcome", "PASS")
    told = checked(desk, row)[1]
    assert (told["code"], told["fields"]["field"]) == ("VERIFICATION_RECEIPT_MALFORMED", "licenseId")


def test_the_license_that_a_receipt_names_is_the_one_in_the_document(
    desk: TestClient, live_ledger: LiveLedger, envelope: Json
) -> None:
    other = issue(desk, live_ledger, live_ledger.regional_input())["licenseId"]
    false = altered(asked(desk, subject=envelope), "subjects/0/verdicts/0/licenseId", other)
    told = checked(desk, signed_anew(false, live_ledger), subject=envelope, again=True)[1]
    (found,) = told["again"]["differences"]
    assert (found["what"], found["then"], found["now"]) == (
        "licenseId", other, envelope["anchor"]["licenseId"],
    )  # fmt: skip
    assert told["today"]["same"] is False


def test_another_document_is_not_what_was_verified(desk: TestClient, envelope: Json) -> None:
    receipt = asked(desk, subject=envelope)
    other = altered(envelope, "license/face/more", "x")
    status, told = checked(desk, receipt, subject=other)
    assert (status, told["code"]) == (422, "VERIFICATION_RECEIPT_SUBJECT")


def test_what_could_not_be_checked_or_read_has_a_receipt_that_says_so(
    desk: TestClient, envelope: Json
) -> None:
    unchecked = asked(desk, subject=envelope, trust="state")
    assert unchecked["subjects"][0]["verdicts"][0]["result"] == "COULD_NOT_CHECK"
    told = checked(desk, unchecked, subject=envelope, again=True)[1]
    assert (told["again"]["same"], told["today"]["same"]) == (True, False), (
        "who claimed nothing was not wrong"
    )
    receipt = asked(desk, subject={"format": "elicense/1", "name": "张三"})
    (unread,) = receipt["subjects"]
    assert (unread["kind"], unread["digest"]) == ("UNREAD", None), "a name could be guessed from its digest"
    assert (unread["verdicts"][0]["result"], unread["verdicts"][0]["licenseId"]) == ("MALFORMED", None)
    assert checked(desk, receipt)[0] == 200


def test_a_service_without_a_key_gives_no_receipt(client: TestClient, envelope: Json) -> None:
    answer = client.post("/v1/verify", json={"subject": envelope, "signReceipt": True})
    assert (answer.status_code, answer.json()["code"]) == (403, "RECEIPT_KEY_NONE")
    assert client.post("/v1/verify", json={"subject": envelope}).json().keys().isdisjoint({"receipt"})


def test_licenses_shown_together_have_one_receipt(
    desk: TestClient, live_ledger: LiveLedger, tmp_path: Path
) -> None:
    device = Device(crypto.signer, crypto.verifier(), Sm4Gcm(), SystemEntropy(), SystemClock())
    wallet = Wallet.create(tmp_path / "wallet.vault", b"a passphrase of tests", device, cost=1 << 8)
    ids = []
    for _ in range(2):
        pair = wallet.new_pair()
        keys = {"holderKey": pair.holder_key.hex(), "holderEncryptionKey": pair.holder_encryption_key.hex()}
        issued = issue(desk, live_ledger, live_ledger.input(**keys))
        ids.append(wallet.add(issued["envelope"])[0].identifier)
    relying = Department(desk, RELYING, live_ledger.signer("relying"))
    asking = {"fields": ["certificateName"], "purpose": "办理登记", "ttl": 300}
    question = relying.post("/v1/challenges", asking).json()
    shown = wallet.present(ids, ["certificateName"], Challenge.from_json(question), None)
    answer = relying.post("/v1/verify", {"subject": {"qr": shown.qr}, "signReceipt": True}).json()
    assert answer["counts"] == {"IN_FORCE": 2}, answer
    receipt = answer["receipt"]
    (subject,) = receipt["subjects"]
    assert (subject["kind"], subject["digest"]) == ("PRESENTATION", sm3(shown.qr.encode()).hex())
    assert subject["challenge"] == Challenge.from_json(question).digest.hex()
    assert receipt["askedBy"] == RELYING
    assert len({each["licenseId"] for each in subject["verdicts"]}) == 2
    status, told = checked(desk, receipt, subject={"qr": shown.qr}, again=True)
    assert (status, told["again"]) == (200, {"same": True, "differences": []})
    twice = relying.post("/v1/verify", {"subject": {"qr": shown.qr}, "signReceipt": True}).json()
    assert twice["counts"] == {"STALE_PRESENTATION": 2}
    assert checked(desk, twice["receipt"], subject={"qr": shown.qr}, again=True)[1]["again"]["same"] is True


# --- the command line -------------------------------------------------------------------------


@pytest.fixture
def file(envelope: Json, tmp_path: Path) -> str:
    path = tmp_path / "one.elic.json"
    path.write_text(json.dumps(envelope, indent=1))
    return str(path)


def test_the_command_line_writes_a_receipt_and_checks_it(
    live_ledger: LiveLedger, desk: TestClient, envelope: Json, file: str, tmp_path: Path
) -> None:
    out, key = str(tmp_path / "receipt.json"), str(live_ledger.key("issuer"))
    told = live_ledger.cli("verify", file, "--region", "330421", "--sign-receipt", out, "--key", key)
    assert (told["result"], told["receipt"]) == ("IN_FORCE", out)
    receipt = json.loads(Path(out).read_text())
    assert (receipt["verifier"]["uscc"], receipt["askedBy"]) == (ISSUER, None)
    again = live_ledger.cli("receipt", "verify", out, "--subject", file, "--again")
    assert (again["again"]["same"], again["today"]["same"]) == (True, True)
    assert checked(desk, receipt, subject=envelope, again=True)[1]["again"]["same"] is True
    assert live_ledger.printed("receipt", "verify", out, "--subject", file, "--again")[0] == 0
    pinned = receipt["subjects"][0]["verdicts"][0]["head"]["hash"]
    proving = ["--trust", "state", "--head", pinned]
    proved = live_ledger.cli("receipt", "verify", out, "--subject", file, "--again", *proving)
    assert (proved["checked"], proved["again"]["same"], proved["today"]["same"]) == (True, True, True)
    status, told = live_ledger.attempt("receipt", "verify", out, "--trust", "state")
    assert (status, told["code"]) == (3, "TRUST_NOT_REACHED")


def test_without_a_trust_file_a_receipt_is_signed_and_no_more(
    desk: TestClient, envelope: Json, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    out, other = tmp_path / "receipt.json", tmp_path / "other.json"
    receipt = asked(desk, subject=envelope)
    out.write_text(json.dumps(receipt))
    other.write_text(json.dumps(altered(receipt, "askedBy", ISSUER)))
    monkeypatch.delenv("ELICENSE_NETWORK", raising=False)
    assert run(["receipt", "verify", str(out), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["valid"], told["checked"]) == (True, False)
    assert run(["receipt", "verify", str(other), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["code"] == "VERIFICATION_RECEIPT_SIGNATURE"


def test_a_folder_has_one_receipt_and_a_refused_license_exits_as_ever(
    live_ledger: LiveLedger, envelope: Json, file: str, tmp_path: Path
) -> None:
    (tmp_path / "torn.elic.json").write_text("{")
    tampered = altered(envelope, "license/face/more", "x")
    (tmp_path / "two.elic.json").write_text(json.dumps(tampered))
    out = str(tmp_path / "receipt.out")
    args = ("verify", str(tmp_path), "--sign-receipt", out, "--key", str(live_ledger.key("relying")))
    status, told = live_ledger.attempt(*args)
    assert (status, told["receipt"]) == (1, out)
    subjects = json.loads(Path(out).read_text())["subjects"]
    assert [(each["kind"], each["verdicts"][0]["result"]) for each in subjects] == [
        ("LICENSE", "IN_FORCE"),
        ("UNREAD", "MALFORMED"),
        ("LICENSE", "TAMPERED"),
    ]
    told = live_ledger.cli("receipt", "verify", out, "--subject", str(tmp_path / "two.elic.json"), "--again")
    assert [each["brought"] for each in told["subjects"]] == [False, False, True]


def test_a_receipt_takes_five_hundred_verdicts_and_no_more(
    live_ledger: LiveLedger, desk: TestClient, envelope: Json, tmp_path: Path
) -> None:
    receipt, out = asked(desk, subject=envelope, region="330421"), tmp_path / "receipt.json"
    long = signed_anew({**receipt, "subjects": receipt["subjects"] * 500}, live_ledger)
    out.write_text(json.dumps(long, indent=2))
    assert len(live_ledger.cli("receipt", "verify", str(out))["subjects"]) == 500
    assert checked(desk, long)[0] == 200
    longer = signed_anew({**receipt, "subjects": receipt["subjects"] * 501}, live_ledger)
    assert checked(desk, longer)[1]["code"] == "VERIFICATION_RECEIPT_MALFORMED"
    head = "subjects/0/verdicts/0/head/block"
    many = [altered(receipt, head, number)["subjects"][0] for number in range(33)]
    answer = checked(desk, signed_anew({**receipt, "subjects": many}, live_ledger))[1]
    assert (answer["code"], answer["fields"]["field"]) == ("VERIFICATION_RECEIPT_MALFORMED", "head")


def test_with_the_node_away_a_receipt_says_that_nothing_could_be_checked(
    live_ledger: LiveLedger, file: str, tmp_path: Path
) -> None:
    out, home = str(tmp_path / "receipt.json"), tmp_path / "seen"
    asked = ["verify", file, "--sign-receipt", out, "--key", str(live_ledger.key("relying"))]
    unseen = live_ledger.attempt(*asked, "--rpc", NODE_AWAY, home=home)
    assert (unseen[0], unseen[1]["code"]) == (1, "RECEIPT_KEY_UNREGISTERED"), "nothing is known of the ledger"
    assert live_ledger.attempt("org", "list", home=home)[0] == 0
    status, told = live_ledger.attempt(*asked, "--rpc", NODE_AWAY, home=home)
    assert (status, told["result"]) == (3, "COULD_NOT_CHECK")
    (verdict,) = json.loads(Path(out).read_text())["subjects"][0]["verdicts"]
    assert (verdict["result"], verdict["head"], verdict["trust"]) == ("COULD_NOT_CHECK", None, "none")
    assert live_ledger.attempt("receipt", "verify", out)[0] == 0
    status, told = live_ledger.attempt("receipt", "verify", out, "--subject", file, "--again")
    assert (status, told["again"]["same"], told["today"]["same"]) == (0, True, False), "it claimed nothing"
    status, told = live_ledger.attempt("receipt", "verify", out, "--rpc", NODE_AWAY)
    assert (status, told["error"]["family"]) == (3, "outage"), told


def test_receipts_by_no_bodys_key_or_without_a_file_are_refused_before_anything_is_verified(
    live_ledger: LiveLedger, file: str, tmp_path: Path
) -> None:
    stranger, out = tmp_path / "stranger.pem", str(tmp_path / "receipt.json")
    private = crypto.generate_key()
    stranger.write_text(private_key_pem(private, crypto.signer(private).public_key))
    stranger.chmod(0o600)
    for more, code in (
        (("--sign-receipt", out), "RECEIPT_KEY_NONE"),
        (("--sign-receipt", out, "--key", str(stranger)), "RECEIPT_KEY_UNREGISTERED"),
        (("--key", str(stranger)), "RECEIPT_KEY_WITHOUT_FILE"),
    ):
        status, told = live_ledger.attempt("verify", file, *more)
        assert (status in (1, 2), told["code"]) == (True, code)
    assert not Path(out).exists()


def test_a_receipt_of_a_use_and_an_oversized_file_are_no_receipt(
    live_ledger: LiveLedger, tmp_path: Path
) -> None:
    other, large = tmp_path / "use.json", tmp_path / "large.json"
    other.write_text('{"format": "elicense-use-receipt/1"}')
    large.write_text('{"format": "' + "x" * (4 << 20) + '"}')
    status, told = live_ledger.attempt("receipt", "verify", str(other))
    assert (status, told["code"]) == (2, "VERIFICATION_RECEIPT_MALFORMED")
    assert "use verify-receipt" in told["error"]["remedy"]["en"]
    status, told = live_ledger.attempt("receipt", "verify", str(large))
    assert (status, told["code"]) == (2, "JSON_TOO_LARGE")
