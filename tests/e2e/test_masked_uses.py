"""Masked disclosure from the command line: a name without its end, and the year of a birthday."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pypdfium2 import PdfDocument

from ledger.domain.document import Envelope
from ledger.domain.license_types import license_type
from tests.e2e.using import Using
from tests.live import ISSUER, NATIONAL, LiveLedger, live_ledger
from tests.served import Served

__all__ = ["live_ledger"]

Json = dict[str, Any]
CODE = NATIONAL[:18] + "058"
DERIVED: Json = {
    "maskedName": {
        "from": "holders/0/name",
        "rule": "mask",
        "start": 1,
        "end": 0,
        "title": {"zh": "持证主体名称（遮盖）", "en": "Holder's name, masked"},
        "grade": 1,
    },
    "birthYear": {
        "from": "face/birthDate",
        "rule": "year",
        "title": {"zh": "出生年份", "en": "Year of birth"},
        "grade": 2,
    },
}
FIELDS = "name,grade\nmetadata/certificateName,1\nbirthDate,3\nmaskedName,1\nface/birthYear,2\n"


def definition(**changes: Any) -> Json:
    shipped = license_type(NATIONAL).as_json()
    own = {"code": CODE, "scope": "REGIONAL", "sharing": "UNCONDITIONAL", "derived": DERIVED}
    return {**shipped, **own, **changes}


@pytest.fixture(scope="module")
def using(live_ledger: LiveLedger, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Using]:
    folder = tmp_path_factory.mktemp("masked")
    file, by = folder / "type.json", ("--by", str(live_ledger.key("r31")))
    file.write_text(json.dumps(definition()))
    live_ledger.cli("type", "add", str(file), "--region", "310000", *by)
    right = ("--issuer", ISSUER, "--region", "310118", "--from", "2020-01-01")
    live_ledger.cli("type", "entitle", CODE, *right, *by)
    served = Served(live_ledger, folder / "provider", live_ledger.rpc)
    desk = Using(live_ledger, folder, served.start())
    desk.fields.write_text(FIELDS)
    yield desk
    served.close()


def given(using: Using, keys: Json | None = None, **face: Any) -> Path:
    """An input of the type."""
    made = using.live_ledger.input(**(keys or {}))
    made["metadata"] |= {"certificateTypeCode": CODE}
    made["face"] |= face
    file = using.folder / f"{made['serial']}.json"
    file.write_text(json.dumps(made))
    return file


def issued(using: Using, *more: str, **keys: str) -> tuple[Json, Path]:
    file = given(using, keys)
    out = file.with_suffix(".elic.json")
    order = ["license", "issue", str(file), *using.key("issuer"), "--out", str(out), *more]
    return using.provider(*order), out


def test_a_masked_field_is_used_where_the_whole_one_would_need_a_decision(using: Using) -> None:
    told, file = issued(using)
    face = Envelope.parse(file.read_bytes()).license["face"]
    assert (face["maskedName"][1:], face["birthYear"]) == ("*" * (len(face["maskedName"]) - 1), 1900)
    code = "MASKED-058"
    shared = ["resource", "add", code, "--type", CODE, "--field-list", str(using.fields)]
    using.provider(*shared, *using.key("issuer"))
    whole = using.grant(f"{ISSUER}/{code}", fields="birthDate")
    part = using.grant(f"{ISSUER}/{code}", fields="maskedName,face/birthYear")
    needs = [using.grantee("grant", "show", each)["needs"] for each in (whole, part)]
    assert needs == [["DECISION", "REVIEW"], []]
    shown = using.grantee("grant", "show", part)["derived"]
    assert [(each["field"], each["from"], each["rule"]) for each in shown] == [
        ("maskedName", "holders/0/name", "mask"),
        ("face/birthYear", "face/birthDate", "year"),
    ]
    status, card = using.live_ledger.printed("grant", "show", part, home=using.grantee_home)
    assert (status, "holders/0/name" in card) == (0, True)
    used = using.used(part, str(told["identifier"]), fields="maskedName,face/birthYear")
    assert {each["field"] for each in used["derived"]} == {"face/maskedName", "face/birthYear"}
    verified = using.grantee("verify", used["copy"])
    assert verified["result"] == "IN_FORCE"
    assert verified["disclosed"] == {"face/maskedName": face["maskedName"], "face/birthYear": 1900}
    page = PdfDocument(used["copy"])[0].get_textpage().get_text_range()
    assert all(text in page for text in ("持证主体名称（遮盖）", "Year of birth", face["maskedName"]))
    assert Envelope.parse(file.read_bytes()).license["holders"][0]["name"] not in page


class Holder:
    """A person with a vault and a verifier who asks for fields."""

    def __init__(self, using: Using, folder: Path, patch: pytest.MonkeyPatch) -> None:
        patch.setenv("ELICENSE_PASSPHRASE", "一句话")
        self._using, self._folder, self._vault = using, folder, ["--vault", str(folder / "a.vault")]
        self.wallet("init")
        made = self.wallet("key")
        self.keys = {name: made[name] for name in ("holderKey", "holderEncryptionKey")}

    def wallet(self, *arguments: str) -> Json:
        return self._using.live_ledger.cli("wallet", *arguments, *self._vault)

    def shows(self, license_: str, fields: str) -> tuple[int, Json]:
        """What the verifier finds of what is shown."""
        question = str(self._folder / f"{len(fields)}.json")
        asked = ["--fields", fields, "--purpose", "核验", "--out", question, *self._using.key("relying")]
        asked += ["--ttl", "300"]
        self._using.live_ledger.cli("wallet", "challenge", *asked)
        shown = self.wallet("present", license_, "--fields", fields, "--challenge", question)
        return self._using.live_ledger.attempt("wallet", "scan", shown["qr"], "--challenge", question)


def test_who_verifies_finds_a_value_that_does_not_follow_by_the_registered_rule(
    using: Using, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An issuer whose own definition says something else than the ledger knows."""
    own, holder = tmp_path / "network.json", Holder(using, tmp_path, monkeypatch)
    shutil.copy(using.live_ledger.network, own)
    (tmp_path / "types").mkdir()
    looser = {**DERIVED, "maskedName": {**DERIVED["maskedName"], "start": 2}}
    (tmp_path / "types" / f"{CODE}.json").write_text(json.dumps(definition(derived=looser)))
    issuing, file = issued(using, "--network", str(own), **holder.keys)
    status, told = using.live_ledger.attempt("verify", str(file))
    form = told["checks"][0]
    assert (status, told["result"], form["code"]) == (2, "MALFORMED", "DERIVED_MISMATCH")
    assert form["evidence"] == {"fields": ["face/maskedName"]}
    status, told = using.live_ledger.attempt("verify", str(file), "--network", str(own))
    assert (status, told["result"]) == (0, "IN_FORCE"), "who does not know the registered rule says nothing"
    out = str(tmp_path / "read.elic.json")
    using.provider(
        "license", "document", issuing["identifier"], *using.key("issuer-encryption"), "--out", out
    )

    holder.wallet("add", str(file))
    status, told = holder.shows(issuing["identifier"], "face/maskedName")
    assert (status, told["result"], list(told["disclosed"])) == (0, "IN_FORCE", ["face/maskedName"])
    status, told = holder.shows(issuing["identifier"], "face/maskedName,holders/0/name")
    assert (status, told["result"], told["disclosed"]) == (2, "MALFORMED", None)
    assert told["checks"][0]["code"] == "DERIVED_MISMATCH"


def test_an_earlier_version_of_a_type_is_judged_by_its_own_rule(using: Using, tmp_path: Path) -> None:
    _, file = issued(using)
    changed = tmp_path / "type.json"
    other = {**DERIVED, "maskedName": {**DERIVED["maskedName"], "start": 0, "end": 1}}
    changed.write_text(json.dumps(definition(derived=other, name="示例证", region=310000)))
    by = ("--by", str(using.live_ledger.key("r31")))
    assert using.live_ledger.cli("type", "add", str(changed), *by)["version"] == 2
    _, later = issued(using, "--api", using.served.url)
    for each in (file, later):
        assert using.live_ledger.cli("verify", str(each))["result"] == "IN_FORCE"
    ends = [Envelope.parse(each.read_bytes()).license["face"]["maskedName"] for each in (file, later)]
    assert (ends[0][-1], ends[1][0]) == ("*", "*")
    shown = using.live_ledger.cli("type", "show", CODE)
    assert shown["derived"]["maskedName"]["end"] == 1
    assert "birthYear" in using.live_ledger.printed("type", "show", CODE)[1]


def test_an_input_that_says_something_else_is_refused_before_anything_is_signed(using: Using) -> None:
    file = given(using, maskedName="示例持证人甲")
    status, told = using.live_ledger.attempt(
        "license", "issue", str(file), *using.key("issuer"), "--out", str(file.with_suffix(".elic.json"))
    )
    assert (status, told["code"]) == (2, "LICENSE_INPUT")
    (fault,) = told["error"]["fields"]["errors"]
    assert (fault["field"], fault["code"]) == ("face/maskedName", "FIELD_DERIVED")
    assert not file.with_suffix(".elic.json").exists()
