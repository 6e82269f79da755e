"""Corrections, told from the command line: who doubts, who answers, who has to hear of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ledger.domain.sm import sm3
from tests.e2e.sharers import GRANTEE, OWNER, Holder, Sharing
from tests.e2e.sheets_made import license_input, rows
from tests.e2e.test_representations import by, id_of, issued, wallet
from tests.e2e.uses_made import used
from tests.told import Run, World

STRANGER = "11340000MB0TE5T44D"


class Corrections:
    """A resource of licenses, a license of a holder, and a body that used it by duty."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world, self.folder = world, folder
        self.sharing, self.holder = Sharing(world, folder), Holder(world, folder / "holder")
        self.resource = self.sharing.resource()
        self.evidence = folder / "evidence.txt"
        self.evidence.write_text("虚构证据：户籍登记的姓名不同\n")

    @property
    def license_id(self) -> str:
        return self.holder.license_id

    def run(self, *arguments: str) -> Run:
        return self.world.run("correction", *arguments)

    def done(self, *arguments: str) -> dict[str, Any]:
        run = self.run(*arguments)
        assert run.status == 0, run.data
        return run.data

    def grant(self, *more: str, fields: str = "name,number") -> str:
        run = self.sharing.request(self.resource, *more, fields=fields)
        assert run.status == 0, run.data
        return str(run.data["grant"])

    def used(self, *more: str, fields: int = 1) -> str:
        grant = self.grant(*more)
        assert used(self.world, grant, OWNER, GRANTEE, fields=fields).seq
        return grant

    def open(self, *more: str, subject: str = "", office: str = "office-zhejiang") -> Run:
        about = subject or self.license_id
        given = ["--resource", self.resource, "--fields", "name", "--evidence", str(self.evidence)]
        return self.run("open", about, *given, *more, *by(self.world, office))

    def opened(self, *more: str) -> str:
        run = self.open(*more)
        assert run.status == 0, run.data
        return str(run.data["correction"])

    def answer(self, correction: str, *more: str, office: str = "office-jiangsu") -> Run:
        return self.run("answer", correction, *more, *by(self.world, office))

    def corrected(self) -> str:
        """The license that takes the place of the holder's, corrected."""
        path = self.folder / "corrected.json"
        envelope = json.loads(self.holder.file.read_text())
        license_ = envelope["license"]
        given = {name: license_[name] for name in ("metadata", "face", "holders") if name in license_}
        given["metadata"] = {
            name: each for name, each in given["metadata"].items() if name != "certificateIdentifier"
        }
        path.write_text(json.dumps({**license_input(*rows(1, 1)), **given}, ensure_ascii=False))
        order = ["license", "amend", self.license_id, str(path), "--kind", "correct"]
        run = self.world.run(*order, "--out", str(self.folder / "corrected.elic.json"), *by(self.world))
        assert run.status == 0, run.data
        return str(run.data["licenseId"])

    def amended(self) -> None:
        """The next version of the entry of the catalog."""
        given = ["--field-list", str(self.sharing.fields), "--cycle-days", "7"]
        self.sharing.done("resource", "amend", self.resource, *given, *by(self.world))

    def asked(self, *more: str, fields: str = "name") -> tuple[Run, Path]:
        """What the holder's wallet writes."""
        out = self.folder / "asked.json"
        given = ["--resource", self.resource, "--fields", fields, "--evidence", str(self.evidence)]
        order = ["ask-correction", self.license_id, *given, "--out", str(out), *more]
        return wallet(self.world, self.holder.vault, *order), out

    def attest(self, *more: str, office: str = "office-zhejiang") -> Run:
        given = ["--fields", "name", "--evidence", str(self.evidence)]
        return self.run("attest", self.resource, *given, *more, *by(self.world, office))

    def mine(self, body: str) -> list[dict[str, Any]]:
        found = self.done("list", "--mine", "--org", body, "--resource", self.resource)
        return list(found["corrections"])


@pytest.fixture
def made(world: World, tmp_path: Path) -> Corrections:
    return Corrections(world, tmp_path)


def test_a_doubt_is_upheld_and_whoever_used_the_data_hears_of_it(made: Corrections) -> None:
    grant = made.used()
    opened = made.open()
    assert opened.status == 0, opened.data
    correction = opened.data["correction"]
    assert (opened.data["state"], opened.data["fields"]) == ("OPEN", ["name"])
    assert opened.data["next"][0]["by"] == OWNER

    corrected = made.corrected()
    before = made.world.run("license", "show", corrected)
    assert before.data["causedBy"] == [], "nobody said so yet"
    answered = made.answer(correction, "--upheld", "--license", corrected, "--text", "已更正姓名")
    assert made.world.run("license", "show", corrected).data["causedBy"] == [correction]
    assert correction in made.world.card("zh", "license", "show", corrected)
    assert made.world.run("license", "show", made.license_id).data["causedBy"] == []
    assert (answered.status, answered.data["state"]) == (0, "UPHELD"), answered.data
    assert [(each["need"], each["by"]) for each in answered.data["next"]] == [("ACKNOWLEDGE", GRANTEE)]

    (row,) = made.mine(GRANTEE)
    assert row["roles"] == ["OPENER", "USER"]
    assert (row["notice"]["uses"], row["notice"]["fields"]) == (1, ["name"])
    assert row["notice"]["grants"] == [grant]
    assert row["notice"]["acknowledgement"]["doneAt"] is None

    listed = made.world.card("en", "correction", "list", "--resource", made.resource)
    assert (listed.count("upheld"), "waits" in listed) == (1, True), "who is waited for, not the state again"

    heard = made.done("acknowledge", correction, *by(made.world, "office-zhejiang"))
    assert heard["notice"]["acknowledgement"]["doneAt"]
    shown = made.done("show", correction)
    assert [(step["act"], step["by"]) for step in shown["steps"]] == [
        ("OPENED", GRANTEE),
        ("ANSWERED", OWNER),
    ]
    assert shown["steps"][1]["correctedBy"] == {"licenseId": corrected, "version": None, "fits": True}
    assert (shown["steps"][1]["text"], shown["next"], shown["acknowledged"]) == ("已更正姓名", [], 1)
    assert "已更正姓名" in made.world.card("zh", "correction", "show", correction)
    assert "heard at" in made.world.card("en", "correction", "show", correction)
    assert made.world.run("audit", "fsck").data["differences"] == []
    replayed = made.world.run("audit", "replay")
    assert (replayed.status, replayed.data["findings"]) == (0, []), replayed.data


def code_of(run: Run) -> tuple[int, str]:
    return run.status, str(run.data["code"])


def test_a_holder_asks_without_an_account_and_her_evidence_stays_off_the_ledger(
    made: Corrections, tmp_path: Path
) -> None:
    handed = tmp_path / "handed.bin"
    asked, file = made.asked("--evidence-out", str(handed))
    assert (asked.status, asked.data["signed"], asked.data["needed"]) == (0, 1, 1), asked.data
    assert asked.data["evidence"] == "0x" + sm3(handed.read_bytes()).hex()
    assert made.license_id in made.world.card(
        "zh", "wallet", *card_of(made, tmp_path), ELICENSE_PASSPHRASE="示例口令"
    )

    elsewhere = made.world.as_other(tmp_path / "office")
    relayed = elsewhere.run("correction", "ask", str(file))
    assert relayed.status == 0, relayed.data
    assert relayed.data["correction"] == asked.data["correction"]
    correction = relayed.data["correction"]
    assert code_of(elsewhere.run("correction", "ask", str(file)))[0] == 0, "handed in again, recorded once"

    known = elsewhere.run("correction", "show", correction).data
    assert (known["openedBy"], known["fields"], known["evidence"]["here"]) == ("HOLDER", ["#0"], False)
    (row,) = made.mine(OWNER)
    assert (row["roles"], row["fields"], row["notice"]) == (["PROVIDER"], ["name"], None)

    def evidence(*more: str) -> Run:
        return elsewhere.run("correction", "evidence", correction, *more)

    assert code_of(evidence()) == (4, "EVIDENCE_NOT_HERE")
    tampered = tmp_path / "tampered.bin"
    tampered.write_bytes(handed.read_bytes() + b"!")
    assert code_of(evidence("--in", str(tampered))) == (2, "EVIDENCE_OF_ANOTHER")
    written = tmp_path / "written.txt"
    assert evidence("--in", str(handed), "--file", str(written)).status == 0
    assert written.read_text() == made.evidence.read_text()

    stranger = made.answer(correction, "--rejected", "--reason", "4", office="office-zhejiang")
    assert code_of(stranger) == (1, "NOT_THE_PROVIDER")
    assert made.answer(correction, "--rejected", "--reason", "4", "--text", "核对无误").status == 0
    shown = made.done("show", correction)
    assert (shown["state"], shown["steps"][-1]["reason"], shown["next"]) == ("REJECTED", 4, [])


def test_a_holder_takes_a_rejection_to_a_superior_region(made: Corrections, tmp_path: Path) -> None:
    _, file = made.asked()
    elsewhere = made.world.as_other(tmp_path / "office")
    correction = elsewhere.run("correction", "ask", str(file)).data["correction"]
    assert made.answer(correction, "--rejected", "--reason", "4", "--text", "核对无误").status == 0
    out, text = tmp_path / "contested.json", tmp_path / "why.json"
    order = ["contest-correction", correction, "--region", "320000", "--text", "姓名仍有误（示例）"]
    unsure = wallet(made.world, made.holder.vault, *order, "--out", str(out))
    assert code_of(unsure) == (2, "CONSENT_UNCONFIRMED")
    assert not out.exists()
    signed = wallet(
        made.world, made.holder.vault, *order, "--text-out", str(text), "--out", str(out), "--yes"
    )
    assert (signed.status, signed.data["state"], signed.data["signed"]) == (0, "REJECTED", 1), signed.data
    assert code_of(elsewhere.run("correction", "ask", str(out))) == (2, "HOLDER_MESSAGE_KIND")
    taken = elsewhere.run("correction", "contest", str(out))
    assert (taken.status, taken.data["state"]) == (0, "DISPUTED"), taken.data
    assert taken.data["next"] == [{"need": "SETTLE", "by": "320000", "due": None, "overdue": False}]
    assert made.run("text", correction, "--in", str(text)).status == 0
    last = made.done("show", correction)["steps"][-1]
    assert (last["act"], last["by"], last["text"]) == ("CONTESTED", "HOLDER", "姓名仍有误（示例）")
    assert "持证人申请复核" in made.world.card("zh", "correction", "show", correction)
    again = wallet(made.world, made.holder.vault, *order, "--yes")
    assert code_of(again) == (1, "CORRECTION_STATE"), "a region settles it"
    assert "争议中" in again.data["error"]["message"]["zh"]
    assert again.data["error"]["fields"]["state"] == "DISPUTED"
    corrected = made.corrected()
    settled = ["settle", correction, "--upheld", "--license", corrected, "--by", made.world.key("jiangsu")]
    assert made.run(*settled).data["state"] == "SETTLED_UPHELD"
    made.used()
    stranger = wallet(made.world, made.holder.vault, "contest-correction", made.opened(), *order[2:], "--yes")
    assert code_of(stranger) == (1, "NOT_ASKED_BY_HOLDER")
    assert made.world.run("audit", "replay").data["findings"] == []


def card_of(made: Corrections, folder: Path) -> list[str]:
    given = ["--resource", made.resource, "--fields", "name", "--evidence", str(made.evidence)]
    return ["ask-correction", made.license_id, *given, "--vault", str(made.holder.vault)]


def test_what_a_holder_signed_serves_nothing_else(made: Corrections, tmp_path: Path) -> None:
    _, file = made.asked()
    form = json.loads(file.read_text())

    def tell(**changes: Any) -> tuple[int, str]:
        path = tmp_path / "changed.json"
        path.write_text(json.dumps({**form, **changes}))
        return code_of(made.run("ask", str(path)))

    values = form["values"]
    other = id_of(issued(made.world, tmp_path))
    assert tell(ledgerId="0x" + "11" * 32) == (1, "FILE_OF_ANOTHER_LEDGER")
    for changes in ({"licenseId": other}, {"fields": "0x" + "00" * 31 + "02"}, {"nonce": "0x" + "01" * 32}):
        assert tell(values={**values, **changes}) == (1, "SIGNATURE_REFUSED")
    assert tell(proofWords=[]) == (2, "HOLDER_MESSAGE_MALFORMED")
    assert tell(signatures=[]) == (1, "HOLDER_SIGNATURES")
    consents = made.run("list", "--resource", made.resource)
    assert consents.data["total"] == 0, "nothing of this was recorded"
    assert code_of(made.world.run("grant", "consent", str(file))) == (2, "HOLDER_MESSAGE_KIND")

    code = f"DATA-{other[-6:]}"
    made.sharing.done("resource", "add", code, "--field-list", str(made.sharing.fields), *by(made.world))
    made.resource = f"{OWNER}/{code}"
    asked, file = made.asked()
    assert asked.status == 0, asked.data
    assert code_of(made.run("ask", str(file))) == (1, "CORRECTION_OTHER_LICENSE")
    assert code_of(made.asked(fields="salary")[0]) == (2, "FIELD_NOT_IN_RESOURCE")


def test_a_mismatch_opens_a_correction_by_rule_and_a_match_none(made: Corrections) -> None:
    made.used()
    unsaid = made.attest()
    assert code_of(unsaid) == (2, "ATTESTED_HOW")
    match = made.attest("--match")
    assert (match.status, match.data["correction"], match.data["match"]) == (0, None, True), match.data
    own = made.attest("--mismatch", office="office-jiangsu")
    assert code_of(own) == (1, "OWN_DATA")
    mismatch = made.attest("--mismatch", office="office-anhui")
    assert (mismatch.data["state"], mismatch.data["licenseId"]) == ("OPEN", None), mismatch.data
    correction = mismatch.data["correction"]
    for version in ("1", "9"):
        assert code_of(made.answer(correction, "--upheld", "--version", version)) == (1, "CORRECTING")
    made.amended()
    assert made.answer(correction, "--upheld", "--version", "2").data["state"] == "UPHELD"
    shown = made.done("show", correction)
    assert (shown["openedBy"], [each["body"] for each in shown["users"]]) == (STRANGER, [GRANTEE])
    assert made.mine(STRANGER)[0]["roles"] == ["OPENER"], "it attested, and used nothing"


def test_who_is_not_entitled_is_told_so(made: Corrections, tmp_path: Path) -> None:
    unused = made.open()
    assert code_of(unused) == (1, "NOTHING_USED")
    made.used()
    assert code_of(made.open(office="office-anhui")) == (1, "NOTHING_USED")
    assert code_of(made.open("--fields", "address")) == (1, "FIELDS_NOT_ALLOWED")

    correction = made.opened()

    def tried(*arguments: str) -> tuple[int, str]:
        return code_of(made.run(arguments[0], correction, *arguments[1:]))

    zhejiang, jiangsu = by(made.world, "office-zhejiang"), by(made.world)
    anhui = by(made.world, "office-anhui")
    other = id_of(issued(made.world, tmp_path))
    assert tried("acknowledge", *zhejiang) == (1, "CORRECTION_STATE"), "nothing is upheld yet"
    assert tried("answer", "--upheld", "--license", other, *jiangsu) == (1, "CORRECTS_ANOTHER")
    assert tried("answer", "--upheld", "--license", made.license_id, *jiangsu) == (1, "CORRECTS_ANOTHER")
    assert tried("answer", "--upheld", *jiangsu) == (1, "CORRECTING")
    assert tried("answer", "--rejected", *jiangsu) == (1, "REASON_MISSING")
    assert tried("dispute", "--region", "320000", *anhui) == (1, "NOT_A_PARTY")
    assert tried("dispute", "--region", "330000", *zhejiang) == (1, "NOT_SUPERIOR")
    assert tried("answer", "--rejected", "--reason", "4", *jiangsu) == (0, "OK")
    made.amended()
    assert tried("answer", "--upheld", "--version", "2", *jiangsu) == (1, "CORRECTION_STATE")
    disputed = made.run("dispute", correction, "--region", "320000", "--text", "仍然不符", *zhejiang)
    assert disputed.data["next"] == [{"need": "SETTLE", "by": "320000", "due": None, "overdue": False}]
    settled = ["settle", "--upheld", "--version", "2", "--by"]
    assert tried(*settled, made.world.key("jiashan")) == (1, "SIGNER_NOT_COMPETENT")
    assert tried(*settled, made.world.key("jiangsu")) == (0, "OK")
    assert tried("acknowledge", "--org", GRANTEE, *anhui) == (1, "NOT_THE_BODY")
    assert tried("acknowledge", *zhejiang) == (0, "OK")
    assert tried("acknowledge", *zhejiang) == (1, "RECORDED_BEFORE")
    steps = [step["act"] for step in made.done("show", correction)["steps"]]
    assert steps == ["OPENED", "ANSWERED", "DISPUTED", "SETTLED"]


def test_lists_tell_what_waits_and_whose_it_is(made: Corrections) -> None:
    made.used()
    first, second = made.opened(), made.opened()
    listed = ["list", "--resource", made.resource]
    page = made.done(*listed, "--limit", "1")
    assert ([each["correction"] for each in page["corrections"]], page["total"]) == ([first], 2)
    rest = made.done(*listed, "--after", page["next"])
    assert ([each["correction"] for each in rest["corrections"]], rest["next"]) == ([second], None)
    assert made.answer(first, "--rejected", "--reason", "4").status == 0
    assert [each["correction"] for each in made.done(*listed, "--open")["corrections"]] == [second]
    assert made.done(*listed, "--overdue")["corrections"] == []
    assert made.done(*listed)["counts"] == {"OPEN": 1, "REJECTED": 1}
    whose = made.run("list", "--mine")
    assert code_of(whose) == (2, "CORRECTIONS_OF_WHOM")
    assert made.mine(STRANGER) == []
    keyed = made.done("list", "--mine", "--key", made.world.key("office-zhejiang"))
    assert {first, second} <= {each["correction"] for each in keyed["corrections"]}
    assert code_of(made.run("show", "0x" + "00" * 32)) == (4, "UNKNOWN_CORRECTION")
