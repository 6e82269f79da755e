"""Words behind digests, between two homes: what one party wrote, the other reads before it decides."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from ledger import crypto
from ledger.adapters.outbox import FileOutbox
from ledger.domain.sharing import Basis
from ledger.service.party_texts import PartyTexts
from ledger.service.share_grants import GrantOrders, GrantTerms, GrantWhy
from ledger.service.share_resources import resource_in
from ledger.service.signing import KeyFile
from tests.e2e.sharers import GRANTEE, OWNER, Sharing
from tests.e2e.test_corrections import Corrections
from tests.e2e.test_doubts import Doubts
from tests.e2e.test_representations import by
from tests.told import Run, World

PURPOSE, CASE, MISSING = "办理示例登记", "虚构案号-2026-7", "缺少虚构委托书"
STRANGER = "11340000MB0TE5T44D"


@dataclass
class Parties:
    """A provider and a grantee, each with a home of its own, and a request between them."""

    provider: Sharing
    grantee: Sharing
    resource: str

    @property
    def folder(self) -> Path:
        return self.grantee.folder

    def asked(self) -> str:
        told = self.grantee.request(self.resource, "--case", CASE, "--field-list", str(self.grantee.fields))
        assert told.status == 0, told.data
        return str(told.data["grant"])

    def sent(self, grant: str, *more: str, to: str = OWNER, by_: Sharing | None = None) -> Path:
        """The file of texts that one side writes for the other."""
        out = self.folder / f"texts-{grant[2:10]}-{to}.json"
        (by_ or self.grantee).done("grant", "text", grant, "--out", str(out), "--to", to, *more)
        return out

    def taken(self, grant: str, file: Path, *more: str) -> Run:
        return self.provider.run("grant", "text", grant, "--in", str(file), *more)

    def encryption_key(self, office: str) -> list[str]:
        return ["--encryption-key", self.provider.world.key(f"{office}-encryption")]


@pytest.fixture
def parties(world: World, tmp_path: Path) -> Parties:
    provider = Sharing(world, tmp_path)
    grantee = Sharing(world.as_other(tmp_path / "grantee-home"), tmp_path)
    return Parties(provider, grantee, provider.conditional())


def test_a_provider_reads_what_it_decides_on_and_the_applicant_why(parties: Parties) -> None:
    grant = parties.asked()
    before = parties.provider.show(grant)
    assert (before["purpose"], before["case"]) == (None, None)
    file = parties.sent(grant)
    assert PURPOSE not in file.read_text() and file.stat().st_mode & 0o777 == 0o600
    took = parties.taken(grant, file, *parties.encryption_key("office-jiangsu"))
    assert (took.status, took.data["unknown"]) == (0, 0), took.data
    assert [(row["of"], row["text"]) for row in took.data["texts"]] == [("PURPOSE", PURPOSE), ("CASE", CASE)]
    shown = parties.provider.show(grant)
    assert (shown["purpose"], shown["case"]) == (PURPOSE, CASE)

    parties.provider.done("grant", "notice", grant, "--missing", MISSING, *by(parties.provider.world))
    refused = parties.provider.decide(grant, "--refuse", "--reason", "3", "--text", "材料不全（示例）")
    assert refused.status == 0, refused.data
    assert [step["text"] for step in parties.grantee.show(grant)["steps"]] == [None, None]
    back = parties.sent(grant, to=GRANTEE, by_=parties.provider)
    taking = ["grant", "text", grant, "--in", str(back), *parties.encryption_key("office-zhejiang")]
    assert parties.grantee.done(*taking)["unknown"] == 0
    assert [step["text"] for step in parties.grantee.show(grant)["steps"]] == [MISSING, "材料不全（示例）"]
    card = parties.grantee.world.card("zh", "grant", "text", grant)
    assert MISSING in card and "一次告知" in card


def test_only_plain_leaves_words_readable_and_only_for_a_party(parties: Parties) -> None:
    grant, out = parties.asked(), str(parties.folder / "out.json")

    def refused(*more: str) -> tuple[int, str]:
        run = parties.grantee.run("grant", "text", grant, *more)
        return run.status, run.data["code"]

    assert refused("--out", out) == (2, "TEXTS_HOW")
    assert refused("--out", out, "--plain") == (2, "TEXTS_HOW")
    assert refused("--to", OWNER) == (2, "TEXTS_HOW")
    assert refused("--plain") == (2, "TEXTS_HOW")
    assert refused("--out", out, "--to", STRANGER) == (1, "TEXTS_FOR_STRANGER")
    assert refused("--out", out, "--to", "320000", "--plain") == (1, "TEXTS_FOR_STRANGER")
    assert refused("--out", out, "--to", GRANTEE) == (4, "TEXTS_NOT_HERE"), "it wrote them itself"
    assert not Path(out).exists()
    unknown = parties.provider.run("grant", "text", grant, "--out", out, "--to", GRANTEE)
    assert (unknown.status, unknown.data["code"]) == (4, "TEXTS_NOT_HERE")
    plain = json.loads(parties.sent(grant, "--plain").read_text())
    assert (plain["format"], plain["object"]) == ("elicense-party-texts/1", grant)
    assert [each["text"] for each in plain["texts"]] == [PURPOSE, CASE]
    assert parties.taken(grant, parties.sent(grant, "--plain")).data["unknown"] == 0


def test_whoever_copies_a_digest_does_not_learn_the_words(parties: Parties) -> None:
    grant = parties.asked()
    parties.taken(grant, parties.sent(grant, "--plain"))
    victim = {row["of"]: row["digest"] for row in parties.provider.done("grant", "text", grant)["texts"]}
    world = parties.provider.world
    ledger, office = Doubts(world).ledger, crypto.load_signer(world.key("office-anhui"))
    why = GrantWhy(Basis.DUTY, "LICENSING", "别的用途（示例）", "ITEM-1")
    terms = GrantTerms(1, 0, 2_000_000_000)
    elsewhere = GrantOrders(
        PartyTexts(FileOutbox(parties.folder / "mallory"), ledger.entropy), ledger.entropy
    )
    resource = resource_in(ledger.follow(), parties.resource)
    order = elsewhere.request(STRANGER, resource, why, terms, (KeyFile(office.public_key, office),))
    copied = {"purposeDigest": victim["PURPOSE"], "caseCommitment": victim["CASE"]}
    asked = ledger.sharing().send(replace(order, members={**order.members, **copied})).about
    assert parties.provider.done("grant", "text", asked)["unknown"] == 0, "it knows the words"
    out = str(parties.folder / "copied.json")
    told = parties.provider.run("grant", "text", asked, "--out", out, "--to", STRANGER, "--plain")
    assert (told.status, told.data["code"]) == (4, "TEXTS_NOT_HERE"), told.data
    parties.provider.decide(asked, "--refuse", "--reason", "3", "--text", "用途不符（示例）")
    form = json.loads(parties.sent(asked, "--plain", to=STRANGER, by_=parties.provider).read_text())
    assert [each["text"] for each in form["texts"]] == ["用途不符（示例）"]


def test_for_whom_a_grant_was_narrowed_learns_what_it_was_asked_for(parties: Parties) -> None:
    resource = parties.provider.resource()
    listed = ["--field-list", str(parties.grantee.fields)]
    parent = parties.grantee.request(resource, "--delegable", *listed).data["grant"]
    terms = ["--to", STRANGER, "--until", "2028-01-01", "--fields", "name"]
    zhejiang = by(parties.provider.world, "office-zhejiang")
    child = parties.grantee.done("grant", "delegate", parent, *terms, *zhejiang)["grant"]
    file = parties.sent(child, to=STRANGER)
    third = parties.provider.world.as_other(parties.folder / "third")
    opening = parties.encryption_key("office-anhui")
    assert third.run("grant", "text", child, "--in", str(file), *opening).status == 0
    assert third.run("grant", "show", child).data["purpose"] == PURPOSE


def _altered(form: dict[str, Any]) -> None:
    form["texts"][1]["text"] += "9"


def _salted_anew(form: dict[str, Any]) -> None:
    form["texts"][0]["salt"] = "00" * 32


def _foreign(form: dict[str, Any]) -> None:
    form["texts"].append({"text": "外来文字", "salt": "11" * 32})


def _twice(form: dict[str, Any]) -> None:
    form["texts"].append(form["texts"][0])


def _with_more(form: dict[str, Any]) -> None:
    form["note"] = "—"


def _without_texts(form: dict[str, Any]) -> None:
    form["texts"] = []


def _of_another_ledger(form: dict[str, Any]) -> None:
    form["ledgerId"] = "0x" + "00" * 32


def _of_another(form: dict[str, Any]) -> None:
    form["object"] = "0x" + "00" * 32


FALSE: list[tuple[Callable[[dict[str, Any]], None], str]] = [
    (_altered, "TEXT_NOT_RECORDED"),
    (_salted_anew, "TEXT_NOT_RECORDED"),
    (_foreign, "TEXT_NOT_RECORDED"),
    (_twice, "TEXTS_MALFORMED"),
    (_with_more, "TEXTS_MALFORMED"),
    (_without_texts, "TEXTS_MALFORMED"),
    (_of_another_ledger, "TEXTS_OF_ANOTHER"),
    (_of_another, "TEXTS_OF_ANOTHER"),
]


def test_a_file_that_the_ledger_does_not_bear_out_is_refused_whole(parties: Parties) -> None:
    grant = parties.asked()
    right = parties.sent(grant, "--plain").read_text()
    file = parties.folder / "false.json"
    for alter, code in FALSE:
        form = json.loads(right)
        alter(form)
        file.write_text(json.dumps(form, ensure_ascii=False))
        run = parties.taken(grant, file)
        assert (run.status, run.data["code"]) == (2, code), run.data
    shown = parties.provider.show(grant)
    assert (shown["purpose"], shown["case"]) == (None, None), "nothing of it was taken in"
    other = parties.taken(parties.asked(), parties.sent(grant, "--plain"))
    assert other.data["code"] == "TEXTS_OF_ANOTHER"
    file.write_bytes(right.encode() + b" " * (2 << 20))
    assert parties.taken(grant, file).data["code"] == "TEXTS_TOO_LARGE"
    file.write_text(right[:-9])
    assert parties.taken(grant, file).status == 2


def test_an_encrypted_file_opens_for_its_reader_alone_and_unaltered(parties: Parties) -> None:
    grant = parties.asked()
    file = parties.sent(grant)
    own = parties.encryption_key("office-jiangsu")

    def refused(about: str, *more: str) -> str:
        run = parties.taken(about, file, *more)
        assert run.status != 0, run.data
        return str(run.data["code"])

    assert refused(grant) == "TEXTS_SEALED"
    assert refused(grant, *parties.encryption_key("office-zhejiang")) == "HANDOUT_NOT_YOURS"
    assert refused(parties.asked(), *own) == "TEXTS_OF_ANOTHER"
    whole = json.loads(file.read_text())
    other = json.loads(parties.sent(parties.asked()).read_text())
    for member in ("wrapped", "sealed"):
        file.write_text(json.dumps({**whole, member: other[member]}))
        assert refused(grant, *own) == "HANDOUT_SEAL_BROKEN"
    file.write_text(json.dumps({**whole, "version": 2}))
    assert refused(grant, *own) == "TEXTS_OF_ANOTHER"
    assert parties.provider.show(grant)["purpose"] is None


def test_both_sides_and_the_region_read_why_a_doubt_was_answered_and_disputed(
    world: World, tmp_path: Path
) -> None:
    made = Corrections(world, tmp_path)
    made.used()
    correction = made.opened()
    made.answer(correction, "--rejected", "--reason", "4", "--text", "原件相符（示例）")
    doubter = world.as_other(tmp_path / "doubter")
    file, back = tmp_path / "texts.json", tmp_path / "back.json"
    made.done("text", correction, "--out", str(file), "--to", GRANTEE)
    opening = ["--encryption-key", world.key("office-zhejiang-encryption")]
    took = doubter.run("correction", "text", correction, "--in", str(file), *opening)
    assert [(row["of"], row["text"]) for row in took.data["texts"]] == [("ANSWERED", "原件相符（示例）")]

    dispute = ["correction", "dispute", correction, "--region", "320000", "--text", "仍然不符（示例）"]
    assert doubter.run(*dispute, *by(world, "office-zhejiang")).status == 0
    assert made.done("text", correction)["unknown"] == 1
    sealed = doubter.run("correction", "text", correction, "--out", str(back), "--to", "320000")
    assert (sealed.status, sealed.data["code"]) == (1, "READER_KEY_NONE")
    sent = doubter.run("correction", "text", correction, "--out", str(back), "--to", "320000", "--plain")
    assert sent.status == 0, sent.data
    assert len(json.loads(back.read_text())["texts"]) == 2
    region = world.as_other(tmp_path / "region")
    told = region.run("correction", "text", correction, "--in", str(back)).data
    assert [row["text"] for row in told["texts"]] == ["原件相符（示例）", "仍然不符（示例）"]
    assert region.run("correction", "show", correction).data["steps"][-1]["text"] == "仍然不符（示例）"
