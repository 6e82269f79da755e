"""Official documents: anchored, replaced and repealed by a body, verified by whoever has the file, shared."""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pypdfium2 import PdfDocument

from ledger.domain.document import Envelope
from ledger.domain.entities import Organisation
from ledger.domain.license_types import license_type
from ledger.domain.sharing import Basis
from ledger.domain.sm3 import sm3
from tests.e2e.using import GRANTEE_NAME, PURPOSE, Using
from tests.live import ISSUER, REGIONAL, LiveLedger, live_ledger
from tests.served import Served
from tests.sharing_made import Maker, word

__all__ = ["live_ledger"]

Json = dict[str, Any]
OFFICIAL = "11100000MB0TE5T605201"
BODY = "示例上海市发证机关"


@pytest.fixture(scope="module")
def using(live_ledger: LiveLedger, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Using]:
    folder = tmp_path_factory.mktemp("official")
    file, by = folder / "type.json", ("--by", str(live_ledger.key("r31")))
    file.write_text(json.dumps(license_type(OFFICIAL).as_json()))
    live_ledger.cli("type", "add", str(file), "--region", "310000", *by)
    right = ("--issuer", ISSUER, "--region", "310118", "--from", "2020-01-01")
    live_ledger.cli("type", "entitle", OFFICIAL, *right, *by)
    served = Served(live_ledger, folder / "provider", live_ledger.rpc)
    yield Using(live_ledger, folder, served.start())
    served.close()


def layout(folder: Path, name: str) -> Path:
    """A layout file that no other is like."""
    file = folder / name
    if file.suffix == ".ofd":
        with zipfile.ZipFile(file, "w") as package:
            package.writestr("OFD.xml", name)
    else:
        file.write_bytes(b"%PDF-1.7\n" + name.encode())
    return file


def order(file: Path, number: str, *more: str, genre: str = "通知") -> list[str]:
    told = ["--number", number, "--title", f"关于{number}的示例", "--date", "2025-03-10"]
    return [str(file), *told, "--field", f"genre={genre}", "--issuer-name", BODY, *more]


def anchor(using: Using, file: Path, number: str, *more: str) -> Json:
    named = ["document", "anchor", *order(file, number, *more), "--type", OFFICIAL]
    return using.provider(*named, *using.key("issuer"))


def test_a_document_is_verified_by_its_file_until_it_is_replaced_and_repealed(
    using: Using, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live, key, home = using.live_ledger, using.key("issuer"), using.served.home
    first, second = layout(tmp_path, "first.pdf"), layout(tmp_path, "second.ofd")
    made = anchor(using, first, "示例发〔2025〕1号", "--to", "示例机关甲", "--to", "示例机关乙")
    beside = first.with_suffix(".elic.json")
    license_ = Envelope.parse(beside.read_bytes()).license
    assert (license_["kind"], license_["layout"]["mediaType"]) == ("DOCUMENT", "application/pdf")
    assert license_["face"]["addressees"] == ["示例机关甲", "示例机关乙"]
    assert license_["holders"] == [{"name": BODY, "code": ISSUER, "codeType": "001"}]

    stranger = tmp_path / "stranger"  # whoever has the two files and no home of the body
    status, told = live.attempt("verify", str(first), home=stranger)
    assert (status, told["result"], told["kind"]) == (0, "IN_FORCE", "DOCUMENT"), told
    assert told["document"] == {
        "number": "示例发〔2025〕1号",
        "title": "关于示例发〔2025〕1号的示例",
        "issuer": ISSUER,
        "issuerName": BODY,
        "issuedDate": "2025-03-10",
    }
    assert told["flags"] == ["SEAL_NOT_CHECKED"], "nothing of a holder's device"

    over = f"{using.served.url}/v1/verify"
    body = {"subject": json.loads(beside.read_bytes()), "layout": sm3(first.read_bytes()).hex()}
    answers = [
        httpx2.post(over, json=each).json() for each in (body, {**body, "layout": sm3(b"another").hex()})
    ]
    assert [each["result"] for each in answers] == ["IN_FORCE", "TAMPERED"]
    assert answers[1]["checks"][1]["code"] == "LAYOUT_OF_ANOTHER"

    again = live.attempt(
        "document", "anchor", *order(second, "示例发〔2025〕1号"), "--type", OFFICIAL, *key, home=home
    )
    assert (again[0], again[1]["code"]) == (1, "DOCUMENT_EXISTS")
    third = layout(tmp_path, "third.pdf")
    spelled = order(third, "示例发[2025]1号", "--type", OFFICIAL)
    assert live.attempt("document", "anchor", *spelled, *key, home=home)[1]["code"] == "DOCUMENT_EXISTS"
    same_name, pipe = layout(tmp_path, "first.ofd"), tmp_path / "pipe.pdf"
    os.mkfifo(pipe)
    for path, more, code in (
        (same_name, (), "FILE_EXISTS"),
        (third, ("--out", str(third)), "FILE_EXISTS"),
        (pipe, (), "FILE_UNREADABLE"),
    ):
        wrong = order(path, "示例发〔2025〕9号", "--type", OFFICIAL, *more)
        told = live.attempt("document", "anchor", *wrong, *key, home=home)[1]
        assert (told["code"], Envelope.parse(beside.read_bytes()).license) == (code, license_)
    assert third.read_bytes().startswith(b"%PDF-"), "no layout file is written over"
    given = ["--kind", "change", *key]
    new = using.provider(
        "document", "replace", str(made["identifier"]), *order(second, "示例发〔2026〕2号"), *given
    )
    assert new["identifier"].split(".")[-2] == "002"
    spent = order(third, "示例发〔2026〕2号", *key)
    status, told = live.attempt("document", "anchor", *spent, "--type", OFFICIAL, home=home)
    assert (status, told["code"], told["error"]["fields"]["id"]) == (1, "DOCUMENT_EXISTS", new["identifier"])
    using.provider("document", "repeal", new["identifier"], "--ground", "CIRCUMSTANCES_CHANGED", *key)
    listed = using.provider("document", "list", "--issuer", ISSUER)["documents"]
    mine = {each["number"]: each["status"] for each in listed}
    assert mine.items() >= {"示例发〔2025〕1号": "SUPERSEDED", "示例发〔2026〕2号": "WITHDRAWN"}.items()

    for language, words in (
        ("zh", ("已被修订或替代", "请取得现行文件", "发文机关", "示例发〔2025〕1号")),
        ("en", ("SUPERSEDED", "Revised, or replaced by another document", BODY)),
    ):
        monkeypatch.setenv("ELICENSE_LANG", language)
        card = live.printed("verify", str(first), home=stranger)[1]
        standing = live.printed("document", "show", new["identifier"], home=home)[1]
        assert all(each in card for each in words), card
        assert ("已废止" if language == "zh" else "repealed") in standing
        for wrong in ("证照", "持证", "license ", "holder"):
            assert wrong not in card.replace("licenseId", "") + standing, (wrong, card, standing)
    status, told = live.attempt("verify", str(second), home=stranger)
    assert (status, told["result"]) == (1, "WITHDRAWN")
    assert told["message"]["en"].startswith("Repealed by the issuing body")

    package = tmp_path / "second.zip"
    using.provider("license", "archive", new["identifier"], "--to", str(package), *key)
    pinned = ("--maker", str(live.key("issuer")))
    judged = live.attempt("verify-archive", str(package), *pinned, home=stranger)[1]
    assert (judged["kind"], judged["authentic"], judged["result"]) == ("DOCUMENT", True, "WITHDRAWN")


def test_a_sheet_of_documents_names_their_files_and_comes_back_with_what_is_wrong(
    using: Using, tmp_path: Path
) -> None:
    layout(tmp_path, "good.pdf")
    sheet, out = tmp_path / "list.csv", tmp_path / "out"
    rows = ["good.pdf,示例函〔2025〕1号,函一,2025-06-01,函,示例机关甲^示例机关乙,"]
    rows += [
        "gone.pdf,示例函〔2025〕2号,函二,2025-06-01,函,,",
        "good.pdf,示例函〔2025〕3号,函三,2025-06-01,函,,机密",
        f"good.pdf,示例函〔2025〕4号,{'长' * 32_768},2025-06-01,函,,",
    ]
    sheet.write_text("\n".join(["file,number,title,date,genre,addressees,secrecy", *rows]), encoding="utf-8")
    given = ["--type", OFFICIAL, "--out", str(out), "--issuer-name", BODY, *using.key("issuer")]
    status, told = using.live_ledger.attempt(
        "document", "anchor-batch", str(sheet), *given, home=using.served.home
    )
    assert (status, told["accepted"]) == (1, 1)
    found = [(each["line"], each["code"], each["field"]) for each in told["rejected"]]
    faults = [(3, "FILE_UNREADABLE", "file"), (4, "CLASSIFIED_DATA", "secrecy")]
    assert found == [*faults, (5, "SHEET_CELL_TOO_LONG", "title")]
    assert "gone.pdf,示例函〔2025〕2号" in (out / "rejected.csv").read_text(encoding="utf-8")
    verified = using.live_ledger.cli("verify", str(tmp_path / "good.pdf"), "--companion", str(out))
    assert (verified["result"], verified["document"]["title"]) == ("IN_FORCE", "函一")


def test_nobody_holds_a_document_and_no_kind_passes_for_the_other(using: Using, tmp_path: Path) -> None:
    live, home, key = using.live_ledger, using.served.home, using.key("issuer")
    file = layout(tmp_path, "held.pdf")
    made = anchor(using, file, "示例发〔2025〕7号")
    id_, point = made["identifier"], live.signer("relying").public_key.hex()
    represent = ["represent", id_, "--kind", "agent", "--representative-key", point, "--scope", "present"]
    for verb in (
        ["bind", id_, "--holder-key", point],
        ["freeze", id_],
        represent,
        ["transfer", "out", id_, "--region", "330421"],
    ):
        status, told = live.attempt("license", *verb, *key, home=home)
        assert (status, told["code"]) == (1, "DOCUMENT_HAS_NO_HOLDER"), verb

    license_ = using.license()
    end = ["document", "repeal", license_, "--ground", "LAW_CHANGED", *key]
    assert live.attempt(*end, home=home)[1]["code"] == "NOT_A_DOCUMENT"
    served = ("--api", using.served.url, "--org", ISSUER)
    for verb, ground in (
        ("repeal", "LAW_CHANGED"),
        ("annul", "OBTAINED_BY_FRAUD"),
        ("suspend", "INVESTIGATION"),
    ):
        status, told = live.attempt("document", verb, license_, "--ground", ground, *key, *served, home=home)
        assert (status, told["code"]) == (1, "NOT_A_DOCUMENT"), (verb, told)
    assert using.provider("license", "show", license_)["status"] == "IN_FORCE"
    wrong = ["document", "anchor", *order(file, "示例发〔2025〕8号"), "--type", REGIONAL, *key]
    assert live.attempt(*wrong, home=home)[1]["code"] == "NOT_A_DOCUMENT"
    for name, given, code in (
        ("a.json", {**live.input(), "kind": "DOCUMENT"}, "KIND_OF_ANOTHER"),
        ("b.json", {**official_input(), "kind": "LICENSE"}, "KIND_OF_ANOTHER"),
        ("c.json", {**official_input(), "holders": live.input()["holders"]}, "DOCUMENT_HOLDERS"),
        ("d.json", {**official_input(), "holderKey": point}, "DOCUMENT_UNBOUND"),
    ):
        (tmp_path / name).write_text(json.dumps(given))
        status, told = live.attempt("license", "issue", str(tmp_path / name), *key, home=home)
        assert (status, [each["code"] for each in told["error"]["fields"]["errors"]]) == (2, [code])
    for member in ("secrecy", "密级"):
        (tmp_path / "secret.json").write_text(json.dumps({**official_input(), member: "机密"}))
        given = ["license", "issue", str(tmp_path / "secret.json"), *key, *served]
        told = live.attempt(*given, home=home)[1]
        faults = [(each["field"], each["code"]) for each in told["error"]["fields"]["errors"]]
        assert faults == [(member, "CLASSIFIED_DATA")], told

    other = tmp_path / "other"
    wrongly = live.ledger(other)
    body = wrongly.follow().get("organisation", ISSUER)
    assert isinstance(body, Organisation)
    wrongly.party_texts.keep_name(body.name_digest, "另一个名称")
    unnamed = [each for each in order(file, "示例发〔2025〕8号") if each not in ("--issuer-name", BODY)]
    told = live.attempt("document", "anchor", *unnamed, "--type", OFFICIAL, *key, home=other)[1]
    assert told["code"] == "DOCUMENT_BODY_NAME", "a name is believed by its digest"

    numbered = {
        **official_input(),
        "metadata": {**official_input()["metadata"], "certificateNumber": "跨类1号"},
    }
    for earlier, given in ((license_, numbered), (id_, live.input())):
        (tmp_path / "next.json").write_text(json.dumps(given))
        status, told = live.attempt(
            "license", "amend", earlier, str(tmp_path / "next.json"), "--kind", "change", *key, home=home
        )
        assert (status, told["code"]) == (1, "KIND_OF_SUCCESSOR"), told

    official, licenses = license_type(OFFICIAL).as_json(), license_type(REGIONAL).as_json()
    del official["kind"]
    as_document = {**licenses, "kind": "DOCUMENT", "acts": ["issue", "withdraw"]}
    for definition, code in (
        (official, "TYPE_KIND_CHANGED"),
        (as_document, "TYPE_KIND_CHANGED"),
        ({**licenses, "kind": "DOCUMENT"}, "DOCUMENT_ACTS"),
        ({**licenses, "kind": "CONTRACT"}, "FOUNDING_FILE"),
        ({**licenses, "kind": ["DOCUMENT"]}, "FOUNDING_FILE"),
    ):
        (tmp_path / "type.json").write_text(json.dumps(definition))
        by = ["--region", "310000", "--by", str(live.key("r31"))]
        assert live.attempt("type", "add", str(tmp_path / "type.json"), *by)[1]["code"] == code
    kinds = {row["type"]: row["kind"] for row in live.cli("type", "list")["types"]}
    assert (kinds[OFFICIAL], kinds[REGIONAL]) == ("DOCUMENT", "LICENSE")


def test_what_is_of_a_type_that_is_not_known_here_is_not_repealed_as_a_document(
    using: Using, tmp_path: Path
) -> None:
    live, by = using.live_ledger, ("--by", str(using.live_ledger.key("r31")))
    definition = {**license_type(OFFICIAL).as_json(), "code": f"{OFFICIAL[:18]}299"}
    (tmp_path / "type.json").write_text(json.dumps(definition))
    live.cli("type", "add", str(tmp_path / "type.json"), "--region", "310000", *by)
    right = ("--issuer", ISSUER, "--region", "310118", "--from", "2020-01-01")
    live.cli("type", "entitle", definition["code"], *right, *by)
    named = ["document", "anchor", *order(layout(tmp_path, "a.pdf"), "示例令〔2025〕1号")]
    made = using.provider(*named, "--type", definition["code"], *using.key("issuer"))
    shutil.copy(live.network, tmp_path / "network.json")  # definitions stand beside it
    end = ["document", "repeal", made["licenseId"], "--ground", "LAW_CHANGED", *using.key("issuer")]
    elsewhere = ("--network", str(tmp_path / "network.json"))
    status, told = live.attempt(*end, *elsewhere, home=using.served.home)
    assert (status, told["code"]) == (1, "NOT_A_DOCUMENT"), told
    assert using.provider(*end)["status"] == "WITHDRAWN"


def official_input() -> Json:
    from ledger.domain.license_types import example_input

    return example_input("official_document")


def test_a_document_is_shared_by_grant_and_found_by_its_body(using: Using, tmp_path: Path) -> None:
    served = ("--api", using.served.url, "--org", ISSUER)
    made = anchor(using, layout(tmp_path, "shared.pdf"), "示例发〔2025〕9号", *served)
    area = Envelope.parse((tmp_path / "shared.elic.json").read_bytes()).license["metadata"]
    assert area["certificateAreaCode"] == "310118", "where the body is registered"
    fields = tmp_path / "fields.csv"
    fields.write_text("name,grade\nmetadata/certificateName,1\nmetadata/certificateNumber,1\nface/genre,1\n")
    using.fields = fields
    code = "OFFICIAL-9"
    given = ["--field-list", str(fields), "--type", OFFICIAL, *using.key("issuer")]
    using.provider("resource", "add", code, *given)
    names = "metadata/certificateName,metadata/certificateNumber"
    grant = using.grant(f"{ISSUER}/{code}", "--item", "ITEM-7", fields=names)
    status, told = using.use(grant, str(made["identifier"]), fields=names)
    assert status == 0, told
    verified = using.grantee("verify", told["copy"])
    assert (verified["result"], verified["kind"]) == ("IN_FORCE", "DOCUMENT")
    assert verified["document"]["number"] == "示例发〔2025〕9号"
    assert verified["document"]["issuer"] is None, "not granted"

    page = PdfDocument(told["copy"])[0].get_textpage().get_text_range()
    assert all(text in page for text in ("电子公文加注件", "发文字号", "Title")), page
    assert "证照" not in page and "license" not in page.replace("elicense", ""), page

    asked = [
        "license",
        "lookup",
        "--code",
        ISSUER,
        "--grant",
        grant,
        "--purpose",
        PURPOSE,
        "--item",
        "ITEM-7",
    ]
    asked += [*using.key("relying"), "--encryption-key", str(using.live_ledger.key("relying-encryption"))]
    asked += ["--api", using.served.url, "--name", GRANTEE_NAME, "--out", str(tmp_path / "found")]
    assert {each["type"] for each in using.grantee(*asked)["found"]} == {OFFICIAL}
    why = ["--purpose", PURPOSE, "--purpose-code", "LICENSING", "--basis", "consent", "--item", "ITEM-7"]
    consent = ["grant", "request", f"{ISSUER}/{code}", *why, "--fields", "genre", "--until", "2031-12-31"]
    consent += ["--license", made["licenseId"], "--field-list", str(fields), *using.key("relying")]
    status, told = using.live_ledger.attempt(*consent, home=using.grantee_home)
    assert (status, told["code"]) == (1, "DOCUMENT_CONSENT"), told
    with using.served.department() as department:
        asked_elsewhere = Maker(using.live_ledger).request(code, basis=int(Basis.CONSENT), item=word(""))
        assert department.post("/v1/sharing", asked_elsewhere).json()["code"] == "DOCUMENT_CONSENT"
    card = using.live_ledger.printed("resource", "show", f"{ISSUER}/{code}", home=using.grantee_home)[1]
    assert "document type" in card, card
    assert "license" not in card, card
