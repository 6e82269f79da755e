"""Documents of issued licenses: read by whom they are for, erased for good, as provable as ever."""

from __future__ import annotations

import base64
import json
import shutil
import signal
import sqlite3
import subprocess
import time
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from ledger.adapters.content import FolderContent
from ledger.adapters.disk import flush, wipe
from ledger.adapters.ipfs import IpfsContent
from scripts.tripwire import stopped
from tests.e2e.sheets_made import TYPE, license_input, rows, write
from tests.erasing import SECRET_NAME, blobs_of, contents_of, data_of, found_in, notes_of
from tests.forked import elicense
from tests.kubo import Kubo
from tests.told import Run, World

JIANGSU = "11320000MB0TE5T36A"
GROUND = "CONSENT_WITHDRAWN"
KEYS = {"identifier", "licenseId", "done", "ground", "at", "by", "keyId", "cids", "destroyed"} | {
    "retention",
    "order",
    "archives",
}
_starts = count(9_000_000, 1_000)


@dataclass
class Office:
    """The Jiangsu office: its home, a license issued alone, and a sheet of six in two batches."""

    world: World
    folder: Path
    single: Path
    batch: list[Path]
    variables: dict[str, str]

    @property
    def register(self) -> Path:
        return self.world.home / "issuers" / JIANGSU / "register.jsonl"

    def run(self, *arguments: str, **more: str) -> Run:
        return self.world.run(*arguments, **self.variables, **more)

    def order(self, *files: Path, key: str = "office-jiangsu") -> list[str]:
        ids = [id_of(file) for file in files]
        return ["license", "erase", *ids, "--ground", GROUND, "--key", self.world.key(key)]

    def erase(self, *files: Path) -> Run:
        return self.run(*self.order(*files), "--yes")

    def document(self, file: Path, key: str = "office-jiangsu-encryption") -> tuple[Run, Path]:
        out = self.folder / "opened.elic.json"
        out.unlink(missing_ok=True)
        run = self.run("license", "document", id_of(file), "--key", self.world.key(key), "--out", str(out))
        return run, out

    def sheet(self) -> list[str]:
        options = ["--type", TYPE, "--key", self.world.key("office-jiangsu"), "--size", "3", "--resume"]
        sheet, out = self.folder / "sheet.csv", self.folder / "batch"
        return ["license", "issue-batch", str(sheet), "--out", str(out), *options]

    def act(self, verb: str, file: Path, ground: str) -> Run:
        key = self.world.key("office-jiangsu")
        return self.run("license", verb, id_of(file), "--ground", ground, "--key", key)


def id_of(file: Path) -> str:
    return str(json.loads(file.read_text())["anchor"]["licenseId"])


def given_of(row: dict[str, str]) -> dict[str, Any]:
    given = license_input(row)
    given["metadata"] |= {"certificateTypeCode": TYPE, "certificateIssuingAuthorityCode": JIANGSU}
    return given


def opened(world: World, folder: Path, **variables: str) -> Office:
    made = rows(7, next(_starts))
    for number, row in enumerate(made):
        row["holders.0.name"] = f"{SECRET_NAME}之{row['serial']}{number}"
    given, single = folder / "input.json", folder / "single.elic.json"
    given.write_text(json.dumps(given_of(made[0]), ensure_ascii=False))
    write(folder / "sheet.csv", made[1:])
    office = Office(world, folder, single, [], variables)
    run = office.run(
        "license", "issue", str(given), "--out", str(single), "--key", world.key("office-jiangsu")
    )
    assert run.status == 0, run.data
    run = office.run(*office.sheet())
    assert run.status == 0, run.data
    office.batch = sorted((folder / "batch").glob("*.elic.json"))
    assert len(office.batch) == 6
    return office


@pytest.fixture
def office(world: World, tmp_path: Path) -> Office:
    return opened(world, tmp_path)


def shows(office: Office, file: Path) -> str:
    return str(office.run("license", "show", id_of(file)).data["status"])


# --- reading ------------------------------------------------------------------------------------


def test_a_kept_document_is_the_license_file_byte_for_byte(office: Office) -> None:
    for file in (office.single, office.batch[4]):
        run, out = office.document(file)
        assert run.status == 0, run.data
        assert set(run.data) - {"ok", "code"} == {"identifier", "licenseId", "digest", "file"}
        assert out.read_bytes() == file.read_bytes()
        assert out.stat().st_mode & 0o777 == 0o600


def test_a_sealed_document_of_a_batch_opens_in_a_home_that_knows_nothing_of_it(
    office: Office, tmp_path: Path
) -> None:
    leaf, out = office.batch[2], tmp_path / "out.elic.json"
    (note,) = [each["content"] for each in notes_of(office.register, id_of(leaf))]
    blob = next((office.world.home / "content").rglob(note["cid"])).read_bytes()
    sealed = tmp_path / "sealed.json"
    told = {**note, "licenseId": id_of(leaf), "sealed": base64.b64encode(blob).decode()}
    sealed.write_text(json.dumps(told))
    key = office.world.key("office-jiangsu-encryption")
    options = ["--sealed", str(sealed), "--key", key, "--out", str(out)]
    run = office.world.as_other(tmp_path / "elsewhere").run("license", "document", id_of(leaf), *options)
    assert run.status == 0, run.data
    assert out.read_bytes() == leaf.read_bytes()


def test_nobody_else_opens_it_and_nothing_altered_is_handed_out(office: Office) -> None:
    run, out = office.document(office.single, "office-shanghai-encryption")
    assert (run.status, run.data["code"]) == (1, "DOCUMENT_NOT_WRAPPED")
    (cid,) = blobs_of(office.register, id_of(office.single))
    (other,) = blobs_of(office.register, id_of(office.batch[0]))
    blob, foreign = (next((office.world.home / "content").rglob(each)) for each in (cid, other))
    whole = blob.read_bytes()
    for altered, code in (
        (whole[:-1] + bytes([whole[-1] ^ 1]), "CONTENT_ALTERED"),
        (foreign.read_bytes(), "CONTENT_ALTERED"),
    ):
        blob.write_bytes(altered)
        assert office.document(office.single)[0].data["code"] == code
    blob.unlink()
    run, _ = office.document(office.single)
    assert (run.status, run.data["code"]) == (75, "CONTENT_MISSING")
    lines = office.register.read_text()
    office.register.write_text(lines.replace(cid, other).replace(id_of(office.batch[0]), "0x" + "11" * 32))
    assert office.document(office.single)[0].data["code"] == "DOCUMENT_SEAL_BROKEN"
    assert not out.exists()


def test_the_register_pointed_at_another_license_opens_nothing(office: Office) -> None:
    """Whole, and wrapped to the reader, but not what the ledger recorded under this id."""
    one, two = (id_of(file) for file in office.batch[:2])
    swapped = {one: two, two: one}
    rows_ = [json.loads(line) for line in office.register.read_text().splitlines()]
    for row in rows_:
        row["licenseId"] = swapped.get(row["licenseId"], row["licenseId"])
    office.register.write_text("".join(json.dumps(row) + "\n" for row in rows_))
    run, out = office.document(office.batch[0])
    assert (run.status, run.data["code"]) == (1, "DOCUMENT_NOT_OF_RECORD")
    assert not out.exists()


# --- erasing ------------------------------------------------------------------------------------


def test_an_erased_license_leaves_no_byte_of_its_content_and_all_of_its_record(office: Office) -> None:
    doomed, spared = [office.single, office.batch[1]], [office.batch[0], office.batch[2]]
    contents = [each for file in doomed for each in contents_of(file, office.register)]
    kept = [each for file in spared for each in contents_of(file, office.register)]
    before, home = found_in(office.world.home, kept), office.world.home
    assert {each for _, each in found_in(home, contents)} >= set(contents[:20])
    replayed = office.run("audit", "replay").data

    shown = office.run(*office.order(*doomed))
    assert (shown.status, shown.data["code"]) == (2, "ERASURE_UNCONFIRMED")
    dry = office.run(*office.order(*doomed), "--yes", "--dry-run")
    assert (dry.status, dry.data["erased"]) == (0, shown.data["erased"])
    assert [each["done"] for each in dry.data["erased"]] == [False, False]
    assert found_in(home, contents)

    run = office.erase(*doomed)
    assert run.status == 0, run.data
    for told, where in zip(run.data["erased"], ("drafts", "leaves"), strict=True):
        assert set(told) == KEYS
        assert (told["done"], told["ground"], told["by"]) == (True, GROUND, JIANGSU)
        nothing = {"wraps": 0, "drafts": 0, "leaves": 0, "prepared": 0, "files": 0, "documents": 0}
        assert told["destroyed"] == {**nothing, "wraps": 1, where: 1, "documents": 1}

    assert found_in(home, contents) == set()
    assert found_in(home, kept) == before
    assert not [cid for told in run.data["erased"] for cid in told["cids"] if list(home.rglob(cid))]
    for file, told in zip(doomed, run.data["erased"], strict=True):
        assert office.run("license", "show", id_of(file)).data["erased"] == told["at"]
        fetched, out = office.document(file)
        assert (fetched.status, fetched.data["code"]) == (1, "DOCUMENT_ERASED")
        assert fetched.data["error"]["fields"] == {"id": id_of(file), "at": told["at"], "ground": GROUND}
        assert not out.exists()
    for file in spared:
        assert office.document(file)[1].read_bytes() == file.read_bytes()

    assert office.erase(*doomed).data == run.data
    after = office.run("audit", "replay").data
    assert (after["findings"], after["head"]) == ([], replayed["head"])
    assert office.run("audit", "fsck").data["differences"] == []


def test_acts_and_copies_of_an_erased_license_go_on(office: Office) -> None:
    """Also the first act on a leaf, for which the ledger has to be shown its place in the batch."""
    leaf = office.batch[1]
    assert office.erase(office.single, leaf).status == 0
    for file in (office.single, leaf):
        assert shows(office, file) == "IN_FORCE"
        assert office.run("verify", str(file)).data["result"] == "IN_FORCE"
        for verb, ground, status in (
            ("suspend", "INVESTIGATION", "SUSPENDED"),
            ("resume", "CONDITIONS_MET_AGAIN", "IN_FORCE"),
            ("revoke", "PENALTY", "REVOKED"),
        ):
            run = office.act(verb, file, ground)
            assert (run.status, run.data["status"]) == (0, status), run.data
        assert office.run("verify", str(file)).data["result"] == "REVOKED"
    assert office.run("audit", "replay").data["findings"] == []


def test_an_erased_license_is_amended_renewed_and_let_go_without_its_old_content(office: Office) -> None:
    one, two, three = office.batch[:3]
    assert office.erase(one, two, three).status == 0
    key = ["--key", office.world.key("office-jiangsu")]
    row = rows(1, next(_starts))[0]
    given = given_of(row)
    given.pop("serial")
    path = office.folder / "amended.json"
    path.write_text(json.dumps(given, ensure_ascii=False))
    out = str(office.folder / "amended.elic.json")
    run = office.run("license", "amend", id_of(one), str(path), "--kind", "change", "--out", out, *key)
    assert run.status == 0, run.data
    assert shows(office, one) == "SUPERSEDED"

    row["renews"] = id_of(two)
    row.pop("serial")
    sheet = write(office.folder / "renewing.csv", [row])
    folder = str(office.folder / "renewed")
    run = office.run("license", "renew-batch", str(sheet), "--type", TYPE, "--out", folder, *key)
    assert (run.status, run.data["accepted"], run.data["singly"]) == (0, 1, 0), run.data
    assert shows(office, two) == "SUPERSEDED"

    run = office.run("license", "transfer", "out", id_of(three), "--region", "330000", *key)
    assert (run.status, run.data["status"]) == (0, "SUSPENDED"), run.data


def test_nothing_brings_an_erased_license_back(office: Office) -> None:
    contents = [each for file in office.batch[:3] for each in contents_of(file, office.register)]
    contents += contents_of(office.single, office.register)
    assert office.erase(office.single, *office.batch[:3]).status == 0
    key = ["--key", office.world.key("office-jiangsu")]
    again = office.run("license", "issue", str(office.folder / "input.json"), *key)
    assert (again.status, again.data["code"]) == (1, "DOCUMENT_ERASED")
    for file in office.batch[:4]:
        file.unlink()
    resumed = office.run(*office.sheet())
    assert (resumed.status, resumed.data["accepted"]) == (0, 6), resumed.data
    assert [file.exists() for file in office.batch] == [False] * 3 + [True] * 3
    anew = [*office.sheet()[:4], str(office.folder / "another"), *office.sheet()[5:]]
    refused = office.run(*anew)
    assert (refused.status, {each["code"] for each in refused.data["rejected"]}) == (1, {"SHEET_ISSUED"})
    assert found_in(office.world.home, contents) == set()


def test_a_wallet_shows_a_license_whose_document_its_issuer_erased(office: Office, tmp_path: Path) -> None:
    vault = ["--vault", str(tmp_path / "wallet.vault")]

    def wallet(*arguments: str) -> Run:
        run = office.run("wallet", *arguments, ELICENSE_PASSPHRASE="示例口令")
        assert run.status == 0, run.data
        return run

    wallet("init", *vault)
    pair = wallet("key", *vault).data
    given = given_of(rows(1, next(_starts))[0])
    given |= {name: pair[name] for name in ("holderKey", "holderEncryptionKey")}
    path, file = tmp_path / "held.json", tmp_path / "held.elic.json"
    path.write_text(json.dumps(given, ensure_ascii=False))
    key = ["--key", office.world.key("office-jiangsu")]
    run = office.run("license", "issue", str(path), "--out", str(file), *key)
    assert run.status == 0, run.data
    wallet("add", str(file), *vault)
    erased = office.erase(file)
    assert erased.data["erased"][0]["destroyed"]["wraps"] == 2, "of issuer and holder"
    challenge, code = tmp_path / "challenge.json", tmp_path / "code.png"
    asking = ["--fields", "metadata/certificateName", "--purpose", "示例", "--out", str(challenge)]
    wallet("challenge", *asking, "--ttl", "300", "--key", office.world.key("office-shanghai"))
    shown = ["--fields", "metadata/certificateName", "--challenge", str(challenge), "--png", str(code)]
    wallet("present", run.data["identifier"], *vault, *shown)
    assert wallet("scan", str(code), "--challenge", str(challenge)).data["result"] == "IN_FORCE"


# --- refusals -----------------------------------------------------------------------------------


def test_only_the_issuer_erases_what_its_own_home_issued(office: Office, tmp_path: Path) -> None:
    contents = contents_of(office.batch[0], office.register)
    before = found_in(office.world.home, contents)
    other = office.run(*office.order(office.batch[0], key="office-shanghai"), "--yes")
    assert (other.status, other.data["code"]) == (1, "NOT_THE_ISSUER")
    region = office.run(*office.order(office.batch[0], key="jiangsu"), "--yes")
    assert region.data["code"] == "ISSUER_OF_KEY"
    sealing = office.run(*office.order(office.batch[0], key="office-jiangsu-encryption"), "--yes")
    assert sealing.data["code"] == "AUTH_KEY_UNKNOWN"
    elsewhere = Office(office.world.as_other(tmp_path / "elsewhere"), tmp_path, office.single, [], {})
    run = elsewhere.erase(office.single)
    assert (run.status, run.data["code"]) == (4, "DOCUMENT_NOT_KEPT")
    assert elsewhere.erase(office.batch[0]).data["code"] == "UNKNOWN_LICENSE"
    key = ["--key", office.world.key("office-jiangsu"), "--yes"]
    unknown = office.run("license", "erase", "0x" + "ab" * 32, "--ground", GROUND, *key)
    assert (unknown.status, unknown.data["code"]) == (4, "UNKNOWN_LICENSE")
    ground = office.run("license", "erase", id_of(office.single), "--ground", "BORED", *key)
    assert (ground.status, ground.data["code"]) == (2, "ERASURE_GROUND")
    together = office.run(*office.order(office.batch[0]), "0x" + "ab" * 32, "--yes")
    assert (together.status, together.data["code"]) == (4, "UNKNOWN_LICENSE")
    assert found_in(office.world.home, contents) == before


def test_an_altered_draft_is_not_destroyed_and_told(office: Office) -> None:
    """What opens a leaf is nowhere else: with it gone, no act on the license would go through."""
    outbox = office.world.home / "outbox"
    draft = outbox / f"{id_of(office.single)[2:]}.json"
    entry = json.loads(draft.read_text())
    entry["envelope"]["license"]["holders"][0]["name"] = "示例他人"
    draft.write_text(json.dumps(entry))
    leaf, neighbour = (bytes.fromhex(id_of(file)[2:]) for file in office.batch[:2])
    with sqlite3.connect(outbox / "batches.db") as database:
        query = "SELECT envelope FROM leaf WHERE license_id = ?"
        (whole,), (other,) = (database.execute(query, (each,)).fetchone() for each in (leaf, neighbour))
    bad = json.loads(whole)
    bad["anchor"]["batch"]["proof"][0] = "0x" + "22" * 32
    for altered in (None, other, json.dumps(bad).encode(), b"noise"):
        file = office.single if altered is None else office.batch[0]
        with sqlite3.connect(outbox / "batches.db") as database:
            change = "UPDATE leaf SET envelope = ? WHERE license_id = ?"
            database.execute(change, (altered or whole, leaf))
        run = office.erase(file)
        assert (run.status, run.data["code"]) == (1, "KEPT_ALTERED"), altered
        assert len(blobs_of(office.register, id_of(file))) == 1
        assert not (office.world.home / "erased").exists()


# --- killed -------------------------------------------------------------------------------------

DEATHS = [
    ("mark", 1), ("mark", 2), ("note", 5), ("flush", 9), ("note", 6), ("wipe", 1), ("flush", 14),
    ("keep", 7), ("keep", 8), ("keep", 12), ("keep", 13), ("wipe", 2), ("wipe", 3), ("mark", 3), ("mark", 4),
]  # fmt: skip
"""Steps and their occurrences, in all of which two licenses are erased together."""


@dataclass
class Dying:
    """The home as it was before an erasure, which is copied for each death."""

    office: Office
    doomed: list[Path]

    def killed(self, step: str, occurrence: int) -> Office:
        home = self.office.folder / f"{step}-{occurrence}"
        shutil.copytree(self.office.world.home, home)
        office = replace(self.office, world=self.office.world.as_other(home))
        order = [*office.order(*self.doomed), "--yes", "--json"]
        done = elicense(*order, env=office.world.environment(), dies_at=(step, occurrence))
        assert done.returncode == -signal.SIGKILL, (step, occurrence, done.stdout)
        return office


def test_killed_at_any_step_an_erasure_is_finished_by_the_same_command(office: Office) -> None:
    doomed = [office.single, office.batch[1]]
    contents = {file: contents_of(file, office.register) for file in doomed}
    everything = [each for some in contents.values() for each in some]
    for step, occurrence in DEATHS:
        left = Dying(office, doomed).killed(step, occurrence)
        for file in doomed:
            order = left.world.home / "erased" / f"{id_of(file)[2:]}.json"
            is_done = order.exists() and json.loads(order.read_text())["done"]
            assert not (is_done and found_in(left.world.home, contents[file])), (step, occurrence)
        if (step, occurrence) == ("keep", 8):
            assert {left.document(file)[0].data["code"] for file in doomed} == {"ERASURE_UNFINISHED"}
            assert shows(left, office.batch[1]) == "IN_FORCE"
        run = left.erase(*doomed)
        assert run.status == 0, (step, occurrence, run.data)
        assert [each["done"] for each in run.data["erased"]] == [True, True]
        assert found_in(left.world.home, everything) == set(), (step, occurrence)
        shutil.rmtree(left.world.home)


# --- a daemon -----------------------------------------------------------------------------------


@pytest.fixture
def swarm(world: World, own_kubo: Kubo, tmp_path: Path) -> Office:
    folder = tmp_path / "office"
    folder.mkdir()
    return opened(world, folder, ELICENSE_CONTENT=f"ipfs:{own_kubo.url}")


def test_an_erased_document_is_gone_from_the_ipfs_node(swarm: Office, own_kubo: Kubo) -> None:
    doomed = [swarm.single, swarm.batch[1]]
    cids = [cid for file in doomed for cid in blobs_of(swarm.register, id_of(file))]
    contents = [each for file in doomed for each in contents_of(file, swarm.register)]
    blobs = [data_of(path) for path in own_kubo.blocks()]
    folder = FolderContent(swarm.world.home / "content", flush, wipe)
    copied = folder.put(IpfsContent(own_kubo.url).get(cids[0]))  # from before IPFS was set
    assert swarm.document(swarm.batch[1])[1].read_bytes() == swarm.batch[1].read_bytes()

    own_kubo.end()
    run = swarm.erase(*doomed)
    assert (run.status, run.data["code"]) == (75, "IPFS_UNREACHABLE")
    assert found_in(swarm.world.home, contents)
    own_kubo.start()

    held = swarm.folder / "held"
    running = subprocess.Popen(
        stopped("unpin", 1, str(held), *swarm.order(*doomed), "--yes", "--json"),
        env=swarm.world.environment(**swarm.variables),
        stdout=subprocess.PIPE,
        text=True,
    )
    while not held.exists():
        assert running.poll() is None, running.communicate()
        time.sleep(0.02)
    own_kubo.end(signal.SIGKILL)
    held.unlink()
    answer = json.loads(running.communicate(timeout=600)[0])
    assert (running.returncode, answer["code"]) == (75, "IPFS_UNREACHABLE")
    assert found_in(swarm.world.home, contents) == set(), "the keys go before the store is asked"
    assert swarm.document(swarm.single)[0].data["code"] == "ERASURE_UNFINISHED"
    own_kubo.start()

    assert swarm.erase(*doomed).status == 0
    assert swarm.document(swarm.single)[0].data["code"] == "DOCUMENT_ERASED"
    assert (copied, folder.has(copied)) == (cids[0], False)
    assert found_in(own_kubo.repo, contents) == set()
    left = [data_of(path) for path in own_kubo.blocks()]
    assert len(blobs) - len(left) == 2
    own_kubo.end()
    gone = [blob for blob in blobs if blob not in left]
    assert found_in(own_kubo.repo, [blob[:64] for blob in gone]) == set()
    own_kubo.start()
    pinned = own_kubo.run("pin", "ls", "--type=recursive", "--quiet").split()
    assert not set(cids) & set(pinned)
    assert swarm.document(swarm.batch[0])[1].read_bytes() == swarm.batch[0].read_bytes()
