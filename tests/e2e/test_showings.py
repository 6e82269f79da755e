"""At the counter, on the command line: a code for several licenses, and an office that vouches."""

from __future__ import annotations

import json
import shutil
from itertools import count
from pathlib import Path

import pytest

from tests.e2e.sheets_made import TYPE, rows, write
from tests.told import Run, World

NUMBER, EMPLOYER = "metadata/certificateNumber", "face/employer"
OFFICE = "11330000MB0TE5T28K"
_starts = count(7_000_000, 100)


class Counter:
    """A holder with a vault and the files of an issuer, and the office across the counter."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world, self.folder = world, folder

    def wallet(self, *arguments: str) -> Run:
        vault = ["--vault", str(self.folder / "w.vault")]
        return self.world.run("wallet", *arguments, *vault, ELICENSE_PASSPHRASE="一句口令")

    def issue(self) -> list[Path]:
        """Three licenses of one batch: two are bound to the holder, one is bound to nobody."""
        sheet = rows(3, next(_starts))
        for row in sheet[:2]:
            pair = self.wallet("key").data
            row |= {name: pair[name] for name in ("holderKey", "holderEncryptionKey")}
        sheet[2] |= {"holderKey": "", "holderEncryptionKey": ""}
        file, out = write(self.folder / "sheet.csv", sheet), self.folder / "out"
        key = self.world.key("office-jiangsu")
        order = ["license", "issue-batch", str(file), "--type", TYPE, "--key", key, "--out", str(out)]
        issued = self.world.run(*order)
        assert issued.status == 0, issued.data
        numbers = [row["certificateNumber"] for row in sheet]
        found = {json.loads(each.read_text())["license"]["metadata"]["certificateNumber"]: each
                 for each in out.glob("*.elic.json")}  # fmt: skip
        return [found[number] for number in numbers]

    def ask(self, *fields: str, key: str = "office-zhejiang", more: tuple[str, ...] = ()) -> str:
        path = str(self.folder / "c.json")
        given = [
            "--fields",
            ",".join(fields),
            "--purpose",
            "核验",
            "--out",
            path,
            "--verifier",
            OFFICE,
            "--ttl",
            "300",
            *more,
        ]
        assert self.world.run("wallet", "challenge", *given, "--key", self.world.key(key)).status == 0
        return path

    def attest(
        self, challenge: str, file: Path, key: str = "office-zhejiang", more: tuple[str, ...] = ()
    ) -> Run:
        given = ["--fields", NUMBER, "--challenge", challenge, "--key", self.world.key(key)]
        return self.world.run("wallet", "attest", str(file), *given, "--method", "id-card-and-face", *more)

    def scan(self, code: str, challenge: str, *more: str) -> Run:
        return self.world.run("wallet", "scan", code, "--challenge", challenge, "--region", "330421", *more)


@pytest.fixture
def counter(world: World, tmp_path: Path) -> Counter:
    made = Counter(world, tmp_path)
    assert made.wallet("init").status == 0
    return made


def test_licenses_of_a_batch_are_taken_in_listed_and_shown_alone_or_together(
    counter: Counter, tmp_path: Path
) -> None:
    files = counter.issue()
    added = [counter.wallet("add", str(file)) for file in files[:2]]
    assert [(run.status, run.data["bound"]) for run in added] == [(0, True)] * 2
    ids = [run.data["identifier"] for run in added]
    listed = counter.wallet("list").data["licenses"]
    assert [row["status"] for row in listed] == ["IN_FORCE"] * 2, "a leaf has no record of its own"

    challenge, picture = counter.ask(NUMBER), str(tmp_path / "one.png")
    one = counter.wallet("present", ids[0], "--fields", NUMBER, "--challenge", challenge, "--png", picture)
    assert (one.status, one.data["mode"], one.data["bytes"] <= 1400) == (0, "offline", True)
    assert [each["licenseId"] for each in one.data["licenses"]] == [listed[0]["licenseId"]]
    scanned = counter.scan(picture, challenge)
    assert (scanned.status, scanned.data["result"]) == (0, "IN_FORCE")
    assert scanned.data["disclosed"] == one.data["disclosed"]

    challenge, picture = counter.ask(NUMBER), str(tmp_path / "two.png")
    two = counter.wallet("present", *ids, "--fields", NUMBER, "--challenge", challenge, "--png", picture)
    assert (two.status, two.data["mode"]) == (0, "offline"), two.data
    both = counter.scan(picture, challenge)
    assert (both.status, both.data["counts"]) == (0, {"IN_FORCE": 2})
    shown = [each["disclosed"] for each in both.data["results"]]
    assert shown == [each["disclosed"] for each in two.data["licenses"]]
    assert shown[0] != shown[1]

    challenge = counter.ask(NUMBER, EMPLOYER)
    many = counter.wallet("present", *ids, "--fields", f"{NUMBER},{EMPLOYER}", "--challenge", challenge)
    assert (many.status, many.data["code"]) == (2, "PRESENTATION_TOO_LARGE"), many.data
    assert "--offline" in many.data["error"]["remedy"]["en"]


def test_licenses_of_the_story_are_shown_together_as_several_subjects(
    counter: Counter, world: World, tmp_path: Path
) -> None:
    copied = shutil.copy(world.folder / "homes" / "holder" / "wallet.vault", tmp_path / "story.vault")
    vault = ["--vault", str(copied)]
    owned = world.run("wallet", "list", *vault, ELICENSE_PASSPHRASE="demo").data["licenses"]
    ids = [row["identifier"] for row in owned if row["status"] == "IN_FORCE" and row["bound"]][:2]
    for name in ids:  # one of them was bound to a new phone since
        added = world.run("wallet", "add", world.envelope(name, ""), *vault, ELICENSE_PASSPHRASE="demo")
        assert added.status == 0, added.data
    challenge, picture = counter.ask("certificateName"), str(tmp_path / "two.png")
    shown = world.run(
        "wallet", "present", *ids, "--fields", "certificateName", "--challenge", challenge, "--png", picture,
        *vault, ELICENSE_PASSPHRASE="demo",
    )  # fmt: skip
    assert shown.status == 0, shown.data
    receipt = str(tmp_path / "receipt.json")
    scanned = counter.scan(
        picture, challenge, "--sign-receipt", receipt, "--key", world.key("office-zhejiang")
    )
    assert (scanned.status, scanned.data["counts"]) == (0, {"IN_FORCE": 2}), scanned.data["results"]
    again = world.run("receipt", "verify", receipt, "--subject", picture, "--again")
    assert (again.status, again.data["verifier"]["uscc"]) == (0, OFFICE), again.data
    (subject,) = again.data["subjects"]
    assert (subject["kind"], subject["brought"], len(subject["verdicts"])) == ("PRESENTATION", True, 2)
    assert [each["identifier"] for each in scanned.data["results"]] == [None, None], "it was not asked for"
    assert [each["subject"] for each in scanned.data["results"]] == [
        f"{shown.data['qr'][:24]}… {n}/2" for n in (1, 2)
    ]
    again = world.run("verify", picture, world.envelope("330421202500000042"), "--challenge", challenge)
    assert (again.status, again.data["code"]) == (1, "STALE_PRESENTATION")
    assert again.data["counts"] == {"STALE_PRESENTATION": 2, "IN_FORCE": 1}


def test_a_challenge_names_the_body_whose_key_signs_it(counter: Counter) -> None:
    given = ("wallet", "challenge", "--fields", NUMBER, "--purpose", "核验", "--key")
    named = counter.world.run(*given, counter.world.key("office-zhejiang"))
    assert (named.status, named.data["verifier"]["uscc"], named.stderr) == (0, OFFICE, "")
    region = counter.world.run(*given, counter.world.key("zhejiang"))
    assert (region.status, region.data["verifier"]["uscc"]) == (0, None)
    assert "--verifier" in region.stderr


def test_a_clerk_reads_who_vouched_and_what_each_license_shows(counter: Counter, world: World) -> None:
    files = counter.issue()
    challenge = counter.ask(NUMBER)
    made = world.run(
        "wallet", "attest", *map(str, files[1:]), "--fields", NUMBER, "--challenge", challenge,
        "--key", world.key("office-zhejiang"), "--method", "known-in-person",
    )  # fmt: skip
    assert made.status == 0, made.data
    card = world.card("en", "wallet", "scan", made.data["qr"], "--challenge", challenge)
    assert card.count("IN_FORCE") == 2
    assert card.index("— 1/2 —") < card.index("— 2/2 —")
    assert card.count(f"{OFFICE}: the officer knows the person.") == 2
    for each in made.data["licenses"]:
        assert f"{NUMBER}: {each['disclosed'][NUMBER]}" in card


def test_an_office_shows_for_a_holder_who_brings_a_file_or_a_printed_code(
    counter: Counter, tmp_path: Path
) -> None:
    files = counter.issue()
    challenge, picture = counter.ask(NUMBER), str(tmp_path / "attested.png")
    made = counter.attest(challenge, files[2], more=("--officer", "窗口三 工号0417", "--png", picture))
    assert made.status == 0, made.data
    attested = made.data["attested"]
    assert (attested["by"], attested["method"]) == (OFFICE, "id-card-and-face")
    assert set(attested["officer"]) == {"digest", "salt"}
    scanned = counter.scan(picture, challenge)
    assert (scanned.status, scanned.data["result"]) == (0, "IN_FORCE")
    check = scanned.data["checks"][7]
    assert (check["outcome"], check["code"]) == ("PASS", "HOLDER_ATTESTED")
    assert (check["evidence"]["attestedBy"], check["evidence"]["officer"]) == (
        OFFICE,
        attested["officer"]["digest"],
    )
    assert scanned.data["flags"] == ["ORIGIN_NOT_SHOWN", "HOLDER_UNBOUND"]
    assert counter.scan(picture, challenge).data["result"] == "STALE_PRESENTATION"

    later = counter.ask(NUMBER)
    printed = counter.attest(later, Path(picture))
    assert printed.status == 0, printed.data
    assert counter.scan(printed.data["qr"], later).data["result"] == "IN_FORCE"


def test_who_may_not_vouch_is_told_before_anything_is_shown(counter: Counter) -> None:
    (_, _, file) = counter.issue()
    ends = []
    for key, more in (
        ("office-shanghai", ()),
        ("office-shanghai", ("--attested",)),
        ("zhejiang", ("--attested",)),
        ("office-zhejiang", ("--no-attested",)),
    ):
        run = counter.attest(counter.ask(NUMBER, more=more), file, key=key)
        ends.append((run.status, run.data["code"]))
    assert ends == [
        (1, "ATTESTATION_NOT_ALLOWED"),
        (0, "OK"),
        (1, "ATTESTER_UNKNOWN"),
        (1, "ATTESTATION_NOT_ALLOWED"),
    ]
    silent = counter.attest(counter.ask(NUMBER), file, key="office-shanghai", more=("--offline",))
    assert (silent.status, silent.data["attested"]["by"]) == (0, None), "nobody was asked"
    refused = counter.scan(silent.data["qr"], str(counter.folder / "c.json"))
    assert (refused.status, refused.data["result"]) == (1, "OUT_OF_SCOPE")
