"""Paper licenses: converted by one key, checked by another, issued only then, and told by every verdict."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import rfc8785

from ledger import crypto
from ledger.adapters.sm2_keys import private_key_pem, public_key_pem
from ledger.domain.messages import key_id
from ledger.domain.sm import TAG_CONVERSION
from ledger.domain.sm3 import sm3
from tests.api.conftest import Department, client, issuer, service_home
from tests.live import ISSUER, RELYING, LiveLedger, live_ledger
from tests.served import NODE_AWAY

__all__ = ["client", "issuer", "live_ledger", "service_home"]

Json = dict[str, Any]
Change = Callable[[Json], object]


class Desk:
    """Where paper is turned into licenses: the issuer converts, another body checks."""

    def __init__(self, live: LiveLedger, folder: Path) -> None:
        self.live, self.folder, self.file = live, folder, folder / "input.json"
        self.scan = folder / "scan.png"
        self.scan.write_bytes(b"a scan that shows nobody")
        self.file.write_text(json.dumps(live.input()))

    def run(self, *arguments: str, key: str = "issuer") -> tuple[int, Json]:
        return self.live.attempt(*arguments, "--key", str(self.live.key(key)))

    def converted(self, key: str = "issuer") -> Json:
        status, told = self.run("license", "convert", str(self.file), "--scan", str(self.scan), key=key)
        assert status == 0, told
        return told

    def checked(self, key: str = "relying") -> Json:
        status, told = self.run("license", "check-conversion", str(self.file), key=key)
        assert status == 0, told
        return told

    def issued(self) -> Path:
        out = self.folder / "license.elic.json"
        status, told = self.run("license", "issue", str(self.file), "--out", str(out))
        assert status == 0, told
        return out

    def verified(self, file: Path) -> Json:
        return self.live.attempt("verify", str(file))[1]

    @property
    def given(self) -> Json:
        form: Json = json.loads(self.file.read_text())
        return form

    def change(self, change: Change) -> None:
        form = self.given
        change(form)
        self.file.write_text(json.dumps(form))

    def forged(self, change: Change) -> Path:
        """A license file by an issuer whose software checks nothing: signed and recorded all the same."""
        ledger = self.live.ledger()
        issuing, signer = ledger.issuing(), self.live.signer("issuer")
        plain = {name: each for name, each in self.given.items() if name not in ("origin", "conversion")}
        draft = issuing.issue_draft(plain)
        own = {name: self.given[name] for name in ("origin", "conversion") if name in self.given}
        license_ = {**draft.license, **own}
        change(license_)
        draft = replace(draft, license=license_)
        drafts = ledger.drafts(ledger.desk)
        salts = drafts.salts(license_)
        state = ledger.desk.accepting.state({draft.license_id})
        message = issuing.unsigned(draft, salts, state).signed_by(signer)
        issued = issuing.hand_in(draft, salts, message)
        path = self.folder / "forged.elic.json"
        path.write_bytes(issued.envelope.to_bytes())
        return path


@pytest.fixture
def desk(live_ledger: LiveLedger, tmp_path: Path) -> Desk:
    return Desk(live_ledger, tmp_path)


def refused(told: Json) -> list[tuple[str, str]]:
    return [(each["field"], each["code"]) for each in told["error"]["fields"]["errors"]]


def _id(live: LiveLedger, key: str) -> str:
    return "0x" + key_id(live.signer(key).public_key).hex()


def check(verdict: Json, name: str) -> Json:
    (found,) = [each for each in verdict["checks"] if each["name"] == name]
    return dict(found)


def test_a_checked_conversion_is_issued_and_the_verdict_says_who_signed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    converted, checked = desk.converted(), desk.checked()
    assert (converted["by"], checked["by"]) == (ISSUER, RELYING)
    verdict = desk.verified(desk.issued())
    assert (verdict["result"], verdict["flags"][0]) == ("IN_FORCE", "CONVERTED_CHECKED")
    told = check(verdict, "SIGNATURE")["evidence"]["conversion"]
    assert told == {
        "scan": sm3(desk.scan.read_bytes()).hex(),
        "converted": {"by": ISSUER, "keyId": _id(desk.live, "issuer"), "at": converted["at"]},
        "checked": {"by": RELYING, "keyId": _id(desk.live, "relying"), "at": checked["at"]},
    }
    for language, line in (("zh", f"转换 {ISSUER}"), ("en", f"checked by {RELYING}")):
        monkeypatch.setenv("ELICENSE_LANG", language)
        assert line in desk.live.printed("verify", str(desk.folder / "license.elic.json"))[1]
    license_id = json.loads((desk.folder / "license.elic.json").read_text())["anchor"]["licenseId"]
    (record,) = desk.live.ledger().reader.records_of(bytes.fromhex(license_id[2:]))
    assert bytes.fromhex(told["scan"]) not in record.decoded().data, "the ledger learns nothing of it"

    package = str(desk.folder / "package.zip")
    assert desk.run("license", "archive", license_id, "--to", package)[0] == 0
    status, kept = desk.live.attempt(
        "verify-archive", package, "--maker", str(desk.live.key("issuer")), home=desk.folder / "years-later"
    )
    assert (status, kept["result"]) == (0, "IN_FORCE"), kept
    assert check(kept, "SIGNATURE")["evidence"]["conversion"] == told


def test_a_key_that_is_elsewhere_signs_what_it_is_asked(desk: Desk, tmp_path: Path) -> None:
    public, asked = tmp_path / "relying.pub.pem", tmp_path / "asked.json"
    public.write_text(public_key_pem(desk.live.signer("relying").public_key))
    desk.converted()
    before, order = desk.given, ["license", "check-conversion", str(desk.file), "--key", str(public)]
    assert desk.live.attempt(*order)[1]["code"] == "SIGNATURES_FILE_MISSING"
    nowhere = str(public / "asked.json")  # in a file that is no folder
    assert desk.live.attempt(*order, "--signatures", nowhere)[1]["code"] == "FILE_UNWRITABLE"
    status, told = desk.live.attempt(*order, "--signatures", str(asked))
    assert (status, told["code"], desk.given) == (1, "SIGNATURES_PENDING", before)

    form = json.loads(asked.read_text())
    (row,) = form["requests"]
    assert row["signed"]["role"] == "checker"
    assert row["message"] == (TAG_CONVERSION + sm3(rfc8785.dumps(row["signed"]))).hex()
    for who, code in (("issuer", "CONVERSION_SIGNATURE"), ("relying", None)):
        row["signature"] = desk.live.signer(who).sign(bytes.fromhex(row["message"])).hex()
        asked.write_text(json.dumps(form))
        told = desk.live.attempt(*order, "--signatures", str(asked))[1]
        assert told["code"] == (code or "OK")
        assert (desk.given == before) == (code is not None)
    assert told["at"] == row["signed"]["at"]
    told = desk.live.attempt(*order, "--signatures", str(asked), "--out", nowhere)[1]
    assert told["code"] == "FILE_UNWRITABLE", "and nothing is said to be on the ledger"
    flags = desk.verified(desk.issued())["flags"]
    assert flags[0] == "CONVERTED_CHECKED"


def test_an_unchecked_conversion_needs_its_converter_alone(desk: Desk) -> None:
    desk.converted()
    verdict = desk.verified(desk.issued())
    assert (verdict["result"], verdict["flags"][0]) == ("IN_FORCE", "CONVERTED_UNCHECKED")
    assert "CONVERSION_UNSIGNED" not in verdict["flags"]
    assert check(verdict, "SIGNATURE")["evidence"]["conversion"]["checked"] is None


def test_nobody_checks_what_he_converted_or_what_was_changed_since(desk: Desk) -> None:
    order = ("license", "check-conversion", str(desk.file))
    assert desk.run(*order)[1]["code"] == "CONVERSION_MISSING"
    desk.converted()
    assert desk.run(*order)[1]["code"] == "CONVERSION_KEYS"
    other = desk.folder / "other.png"
    other.write_bytes(b"another scan")
    assert desk.run(*order, "--scan", str(other), key="relying")[1]["code"] == "CONVERSION_SCAN"
    desk.change(lambda given: given["metadata"].update(certificateExpiringDate="2031-01-01"))
    assert desk.run(*order, key="relying")[1]["code"] == "CONVERSION_SIGNATURE"


def test_an_input_without_a_type_is_told_so(desk: Desk, issuer: Department) -> None:
    desk.change(lambda given: given["metadata"].pop("certificateTypeCode"))
    for arguments in (("convert", str(desk.file), "--scan", str(desk.scan)), ("issue", str(desk.file))):
        status, told = desk.run("license", *arguments)
        assert (status, told["code"], told["error"]["fields"]["first"]) == (
            2, "LICENSE_INPUT", "metadata/certificateTypeCode",
        )  # fmt: skip
        assert refused(told) == [("metadata/certificateTypeCode", "FIELD_REQUIRED")]
        assert "?" not in told["error"]["message"]["en"]


def _stranger(desk: Desk) -> None:
    """A key that nobody registered, in the name of a body."""
    path, raw = desk.live.key("stranger"), crypto.generate_key()
    path.write_text(private_key_pem(raw, crypto.signer(raw).public_key))
    path.chmod(0o600)
    arguments = ["license", "check-conversion", str(desk.file), "--org", RELYING]
    assert desk.run(*arguments, key="stranger")[0] == 0


def _swap(given: Json) -> None:
    own = given["conversion"]
    own["converted"]["signature"], own["checked"]["signature"] = (
        own["checked"]["signature"],
        own["converted"]["signature"],
    )


REFUSED: dict[str, tuple[Change, list[tuple[str, str]]]] = {
    "no conversion": (lambda given: given.pop("conversion"), [("conversion", "FIELD_REQUIRED")]),
    "no checker": (
        lambda given: given["conversion"].update(checked=None),
        [("conversion/checked", "CONVERSION_KEYS")],
    ),
    "one key twice": (
        lambda given: given["conversion"].update(checked=given["conversion"]["converted"]),
        [("conversion/checked", "CONVERSION_KEYS")],
    ),
    "signatures of the other role": (
        _swap,
        [(f"conversion/{each}/signature", "CONVERSION_SIGNATURE") for each in ("converted", "checked")],
    ),
    "another scan": (
        lambda given: given["conversion"].update(scan="11" * 32),
        [(f"conversion/{each}/signature", "CONVERSION_SIGNATURE") for each in ("converted", "checked")],
    ),
    "another license": (
        lambda given: given.update(serial=given["serial"][:-1] + "X"),
        [(f"conversion/{each}/signature", "CONVERSION_SIGNATURE") for each in ("converted", "checked")],
    ),
    "another body": (
        lambda given: given["conversion"]["checked"].update(by=ISSUER),
        [("conversion/checked/signature", "CONVERSION_SIGNATURE")],
    ),
    "a native license": (
        lambda given: given.update(origin="native"),
        [("conversion", "FIELD_CONTRADICTS")],
    ),
    "no signature": (
        lambda given: given["conversion"]["checked"].pop("signature"),
        [("conversion/checked", "FIELD_PATTERN")],
    ),
}


@pytest.mark.parametrize("wrong", REFUSED)
def test_no_license_is_issued_for_which_the_right_keys_did_not_sign(
    desk: Desk, issuer: Department, wrong: str
) -> None:
    desk.converted()
    desk.checked()
    change, expected = REFUSED[wrong]
    desk.change(change)
    status, told = desk.run("license", "issue", str(desk.file))
    assert (status, told["code"], refused(told)) == (2, "LICENSE_INPUT", expected)
    answer = issuer.post("/v1/licenses", desk.given).json()
    assert [(each["field"], each["code"]) for each in answer["errors"]] == expected


def test_a_key_that_nobody_registered_converts_nothing(desk: Desk, issuer: Department) -> None:
    desk.converted()
    _stranger(desk)
    expected = [("conversion/checked/publicKey", "CONVERSION_KEY")]
    assert refused(desk.run("license", "issue", str(desk.file))[1]) == expected
    batch = issuer.post("/v1/batches", {"inputs": [desk.given, desk.live.input()]})
    assert batch.status_code == 202, batch.text
    assert [each["code"] for each in batch.json()["rejected"]] == ["CONVERSION_KEY"]
    verdict = desk.verified(desk.forged(lambda _: None))
    assert (verdict["result"], check(verdict, "SIGNATURE")["code"]) == ("TAMPERED", "CONVERSION_KEY")


def test_a_key_that_is_known_to_be_stolen_checks_nothing_whatever_time_it_states(desk: Desk) -> None:
    stolen, by = desk.live.key("stolen-checker"), ["--by", str(desk.live.key("jiashan"))]
    raw = crypto.generate_key()
    stolen.write_text(private_key_pem(raw, crypto.signer(raw).public_key))
    stolen.chmod(0o600)
    desk.live.cli("org", "key", "add", RELYING, "--key", str(stolen), *by)
    desk.converted()
    at = datetime.fromisoformat(desk.checked("stolen-checker")["at"]).timestamp()
    while time.time() < at + 2:
        time.sleep(0.1)
    since = datetime.fromtimestamp(at + 1, UTC).isoformat().replace("+00:00", "Z")
    desk.live.cli("org", "key", "cut-off", str(stolen), "--since", since, *by)
    status, told = desk.run("license", "issue", str(desk.file))
    assert (status, refused(told)) == (2, [("conversion/checked/publicKey", "CONVERSION_KEY")])


@pytest.mark.parametrize(
    ("lie", "step"),
    [
        (lambda made: made["conversion"].update(scan="11" * 32), "SIGNATURE"),
        (_swap, "SIGNATURE"),
        (lambda made: made["conversion"].update(checked=None), "INTEGRITY"),
        (lambda made: made["conversion"].update(checked=made["conversion"]["converted"]), "INTEGRITY"),
    ],
)
def test_a_false_conversion_is_found_out_whatever_its_issuer_signed(
    desk: Desk, lie: Change, step: str
) -> None:
    desk.converted()
    desk.checked()
    verdict = desk.verified(desk.forged(lie))
    assert (verdict["result"], check(verdict, step)["code"]) == ("TAMPERED", "BAD_CONVERSION")


@pytest.mark.parametrize("origin", ["converted_checked", "converted_unchecked"])
def test_what_was_converted_before_anybody_signed_for_it_still_verifies_with_a_flag(
    desk: Desk, origin: str
) -> None:
    verdict = desk.verified(desk.forged(lambda made: made.update(origin=origin)))
    assert verdict["result"] == "IN_FORCE"
    assert verdict["flags"][:2] == [origin.upper(), "CONVERSION_UNSIGNED"]


def test_a_converter_needs_no_node_and_its_input_goes_through_a_service(
    desk: Desk, issuer: Department
) -> None:
    home, away = desk.folder / "home", ["--rpc", NODE_AWAY]
    for verb, key, org in (("convert", "issuer", ISSUER), ("check-conversion", "relying", RELYING)):
        scan = ["--scan", str(desk.scan)]
        own = ["--key", str(desk.live.key(key)), "--org", org]
        status, told = desk.live.attempt("license", verb, str(desk.file), *scan, *own, *away, home=home)
        assert status == 0, told
    answer = issuer.post("/v1/licenses", desk.given)
    assert answer.status_code == 201, answer.text
    assert answer.json()["envelope"]["license"]["conversion"]["checked"]["by"] == RELYING


def test_a_sheet_takes_converted_rows_and_rejects_those_nobody_rightly_signed_for(desk: Desk) -> None:
    desk.converted()
    desk.checked()
    good = desk.given
    desk.change(lambda given: given["conversion"].update(scan="11" * 32))
    bad = {**desk.given, "serial": desk.live.input()["serial"]}
    plain = {**desk.live.input(), "origin": "converted_unchecked"}
    claimed = {**desk.live.input(), "origin": "converted_checked"}
    sheet, out = desk.folder / "rows.jsonl", desk.folder / "issued"
    rows = [good, bad, plain, claimed]
    sheet.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in rows))
    kind = good["metadata"]["certificateTypeCode"]
    status, told = desk.run("license", "issue-batch", str(sheet), "--type", kind, "--out", str(out))
    assert (status, told["accepted"]) == (1, 2), told
    rejected = {(each["line"], each["field"], each["code"]) for each in told["rejected"]}
    assert rejected == {
        (2, "conversion/converted/signature", "CONVERSION_SIGNATURE"),
        (2, "conversion/checked/signature", "CONVERSION_SIGNATURE"),
        (4, "conversion", "FIELD_REQUIRED"),
    }
    verdicts = [desk.verified(file) for file in sorted(out.glob("*.elic.json"))]
    flags = {tuple(each["flags"][:2]) for each in verdicts}
    assert flags == {("CONVERTED_CHECKED", "HOLDER_UNBOUND"), ("CONVERTED_UNCHECKED", "CONVERSION_UNSIGNED")}
