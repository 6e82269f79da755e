"""Archive packages: made before an erasure, verified without node and home, refused when touched."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from ledger import crypto
from ledger.adapters.sm2_pure import PureVerifier
from ledger.bootstrap import Ledger
from ledger.domain.archive import measured, package_of, read_archive
from ledger.domain.canonical import JsonObject, canonical, parse_strict
from ledger.domain.sm3 import sm3
from ledger.domain.statements import Signed
from ledger.domain.trustfile import TrustFile
from ledger.errors import OutageError, RuleError, TrustError
from ledger.service.archive import Anchors, JudgeArchives
from ledger.settings import Settings
from tests.e2e.test_keeping import JIANGSU, LONG_AGO, PERSON, Keeper, id_of
from tests.erasing import contents_of, found_in
from tests.told import Run, World

SHANGHAI = "11310000MB0TE5T1XB"
MEMBERS = [
    "manifest.json",
    "README.txt",
    "license.elic.json",
    "network.json",
    "node.json",
    "records.jsonl",
    "references.json",
]
REFUSED = {
    "ARCHIVE_LAYOUT",
    "ARCHIVE_MANIFEST",
    "ARCHIVE_ALTERED",
    "ARCHIVE_SIGNATURE",
    "ARCHIVE_CONTRADICTS",
}


@pytest.fixture
def keeper(world: World, tmp_path: Path) -> Keeper:
    return Keeper(world, tmp_path)


@pytest.fixture
def old(world: World, tmp_path: Path) -> Keeper:
    """The same with licenses that expired long ago."""
    return Keeper(world, tmp_path, **LONG_AGO)


def verified(keeper: Keeper, package: Path, *more: str, **variables: str) -> Run:
    """From a machine that has no home and no node: only the trust file, which names none, and a key."""
    alone, home = keeper.folder / "trusted.json", keeper.folder / "nowhere"
    trust = json.loads((keeper.world.folder / "network.json").read_bytes())
    alone.write_text(json.dumps({**trust, "rpc": [], "api": None}))
    bare = {"ELICENSE_NETWORK": str(alone), "ELICENSE_RELAY_KEY": "none", **variables}
    known = more or ("--maker", keeper.world.key("office-jiangsu"))
    run = keeper.world.as_other(home).run("verify-archive", str(package), *known, **bare)
    assert not home.exists(), "nothing is kept of it"
    return run


def test_a_package_shows_its_license_without_node_and_home(keeper: Keeper) -> None:
    for file in (keeper.single, keeper.batch[1]):
        package = keeper.archive(file)
        run = verified(keeper, package)
        assert run.status == 0, run.data
        assert (run.data["authentic"], run.data["pinned"], run.data["result"]) == (True, True, "IN_FORCE")
        assert (run.data["by"], run.data["trust"]) == (JIANGSU, "rpc")
        assert not {"corrections", "flags"} & run.data.keys(), "nothing counted in working days"
        with zipfile.ZipFile(package) as opened:
            assert opened.namelist() == MEMBERS
            assert opened.testzip() is None
            assert opened.read("license.elic.json") == file.read_bytes()
        assert package.stat().st_mode & 0o777 == 0o600
    pointed = keeper.run("verify", str(package))
    assert (pointed.status, pointed.data["code"]) == (2, "ARCHIVE_HERE")
    head = run.data["checkpoint"]["hash"]
    assert verified(keeper, package, "--head", head).data["trust"] == "state"
    other = verified(keeper, package, "--head", "0x" + "11" * 32)
    assert (other.status, other.data["code"]) == (1, "ARCHIVE_OTHER_HEAD")


def test_a_package_does_not_vouch_for_itself(keeper: Keeper) -> None:
    """Its ledger, its block and the key that it is signed by could all be made up."""
    package = keeper.archive(keeper.single)
    without_trust = verified(keeper, package, ELICENSE_NETWORK=str(keeper.folder / "none.json"))
    without_anchor = verified(keeper, package, "--network", str(keeper.folder / "trusted.json"))
    for run, level in ((without_trust, "rpc"), (without_anchor, "none")):
        assert (run.status, run.data["code"]) == (3, "ARCHIVE_UNPINNED")
        assert (run.data["authentic"], run.data["pinned"], run.data["trust"]) == (True, False, level)
    other = verified(keeper, package, "--maker", keeper.world.key("office-jiangsu-2"))
    assert (other.status, other.data["code"]) == (1, "ARCHIVE_OTHER_MAKER")
    trust = json.loads((keeper.world.folder / "network.json").read_bytes())
    trust["contracts"]["Journal"]["block"] += 1
    (keeper.folder / "other.json").write_text(json.dumps(trust))
    assert verified(keeper, package, ELICENSE_NETWORK=str(keeper.folder / "other.json")).status != 0


def test_every_message_in_a_package_is_signed_as_it_stands(keeper: Keeper) -> None:
    """Not our verification: each line by itself, with the message, key and signature that it has."""
    with zipfile.ZipFile(keeper.archive(keeper.single)) as opened:
        lines = [json.loads(line) for line in opened.read("records.jsonl").splitlines()]
    assert [each["seq"] for each in lines] == sorted(each["seq"] for each in lines)
    issued = [each for each in lines if each["kindName"] == "LICENSE_ISSUED"]
    assert len(issued) == 1
    envelope = json.loads(keeper.single.read_bytes())
    [signature] = issued[0]["signatures"]
    assert (signature["message"], signature["signature"]) == (envelope["message"], envelope["signature"])
    assert {each["kindName"] for each in lines} >= {"TYPE_REGISTERED", "ORGANISATION_ADDED", "KEY_REGISTERED"}
    for line in lines:
        for each in line["signatures"]:
            point, message = bytes.fromhex(each["publicKey"]), bytes.fromhex(each["message"])
            assert PureVerifier().verify(point, message, bytes.fromhex(each["signature"]))


def test_a_document_goes_only_after_it_was_packed_and_the_package_outlives_it(old: Keeper) -> None:
    files = [old.single, old.batch[0]]
    old.rule("--years", "5")
    assert old.refused(*files) == "ARCHIVE_NOT_MADE"
    packages = [old.archive(files[0])]
    assert old.refused(*files) == "ARCHIVE_NOT_MADE", "of one of them"
    packages.append(old.archive(files[1]))
    archived = {each["licenseId"] for each in old.listed("--due") if each["archived"]}
    assert archived == {id_of(each) for each in files}
    contents = [each for file in files for each in contents_of(file, old.register)]
    run = old.erase(*files)
    assert run.status == 0, run.data
    assert found_in(old.world.home, contents) == set()
    for told, file, package in zip(run.data["erased"], files, packages, strict=True):
        assert told["archives"] == [sm3(package.read_bytes()).hex()]
        assert old.kept(file)["archives"] == told["archives"]
        later = verified(old, package)
        assert (later.status, later.data["result"]) == (0, "EXPIRED")
    again = old.run("license", "archive", id_of(files[0]), "--to", str(packages[0]), *old.key())
    assert (again.status, again.data["code"]) == (1, "DOCUMENT_ERASED")


def test_a_package_from_before_the_last_record_does_not_do(old: Keeper) -> None:
    old.rule("--years", "5")
    old.archive(old.batch[0])
    device = old.must("sm2", "keygen", "--out", str(old.folder / "device.pem"))["publicKey"]
    method = ["--method", "issuer-counter", *old.key()]
    old.must("license", "bind", id_of(old.batch[0]), "--holder-key", device, *method)
    assert old.refused(old.batch[0]) == "ARCHIVE_OUTDATED"
    old.archive(old.batch[0])
    [told] = old.erase(old.batch[0]).data["erased"]
    assert len(told["archives"]) == 2


def test_a_package_has_the_decisions_that_the_ledger_knows_by_digest(keeper: Keeper) -> None:
    decided = ["--ground", "HOLDER_REQUEST", "--reference", "示例决定〔2026〕9号", *keeper.key()]
    keeper.must("license", "cancel", id_of(keeper.single), *decided)
    package = keeper.archive(keeper.single)
    assert verified(keeper, package).data["result"] == "CANCELLED"
    with zipfile.ZipFile(package) as opened:
        [decision] = json.loads(opened.read("references.json"))["references"]
    assert decision["reference"] == "示例决定〔2026〕9号"


def test_the_persons_right_needs_no_package_and_is_told_of_those_there_are(keeper: Keeper) -> None:
    package = keeper.archive(keeper.single)
    first, second = (
        keeper.erase(each, ground=PERSON).data["erased"][0] for each in (keeper.single, keeper.batch[0])
    )
    assert first["archives"] == [sm3(package.read_bytes()).hex()], "whoever keeps it has to destroy it"
    assert second["archives"] == []


def test_only_who_acts_on_a_license_packs_it(keeper: Keeper, tmp_path: Path) -> None:
    out = tmp_path / "out.zip"
    run = keeper.run(
        "license", "archive", id_of(keeper.single), "--to", str(out), *keeper.key("office-shanghai")
    )
    assert (run.status, run.data["code"]) == (1, "ARCHIVE_MAKER")
    run = keeper.run("license", "archive", id_of(keeper.single), "--to", str(tmp_path), *keeper.key())
    assert (run.status, run.data["code"]) == (75, "FOLDER_UNWRITTEN")
    assert not out.exists()


# --- attacks ------------------------------------------------------------------------------------


@dataclass
class Forger:
    """Who alters packages, some of them with the key that made them."""

    keeper: Keeper
    data: bytes
    trust: TrustFile
    judge: JudgeArchives

    @classmethod
    def of(cls, keeper: Keeper, file: Path) -> Forger:
        network = keeper.world.folder / "network.json"
        ledger = Ledger(Settings(keeper.folder / "nowhere", network, (), None, Path("none")))
        return cls(
            keeper, keeper.archive(file).read_bytes(), ledger.trust, ledger.documents.judging_archives()
        )

    def code(self, data: bytes) -> str:
        """What a package is refused with; `OK` where it is not."""
        try:
            judged = self.judge.judge(data, Anchors(self.trust))
        except (RuleError, TrustError, OutageError) as error:
            return error.code
        return "OK" if judged.is_authentic else judged.verdict.result

    def signed(self, key: str = "office-jiangsu", by: str = JIANGSU, **members: bytes | JsonObject) -> bytes:
        """The package with other members and manifest, signed anew."""
        archive, signer = read_archive(self.data), crypto.load_signer(self.keeper.world.key(key))
        contents = dict(archive.contents)
        for name, value in members.items():
            full = next(each for each in contents if each.startswith(name))
            contents[full] = value if isinstance(value, bytes) else canonical(value) + b"\n"
        mine = Signed.now(by, signer, archive.manifest.signed.at)
        manifest = replace(
            archive.manifest, members=measured(contents), public_key=signer.public_key.hex(), signed=mine
        )
        return package_of(manifest.sign(signer), contents)

    def member(self, name: str) -> JsonObject:
        return parse_strict(read_archive(self.data).contents[name], 1 << 26)


def test_every_flipped_byte_of_a_package_is_found(keeper: Keeper) -> None:
    forger = Forger.of(keeper, keeper.single)
    assert forger.code(forger.data) == "OK"
    size = len(forger.data)
    places = {*range(4_096), *range(size - 700, size), *range(4_096, size, 97)}
    for at in sorted(places):
        altered = bytearray(forger.data)
        altered[at] ^= 1 << (at % 8)
        assert forger.code(bytes(altered)) in REFUSED, at
    for cut in (*range(0, size, 1_009), size - 1):
        assert forger.code(forger.data[:cut]) == "ARCHIVE_LAYOUT"


def test_a_package_that_its_own_maker_altered_proves_nothing(keeper: Keeper) -> None:
    """The maker's key signs it anew; what the ledger recorded cannot be signed away."""
    cancel = ["--ground", "HOLDER_REQUEST", "--reference", "示例决定9号", *keeper.key()]
    keeper.must("license", "cancel", id_of(keeper.single), *cancel)
    forger = Forger.of(keeper, keeper.single)
    assert forger.code(forger.signed()) == "OK"
    node, envelope = forger.member("node.json"), forger.member("license.elic.json")

    without_end = {**node, "logs": node["logs"][:-1]}
    assert forger.code(forger.signed(node=without_end)) in ("HISTORY_NOT_PROVED", "BAD_PROOF")
    for number in range(len(node["logs"])):
        logs = [each for at, each in enumerate(node["logs"]) if at != number]
        assert forger.code(forger.signed(node={**node, "logs": logs})) != "OK", number
    twice = {**node, "logs": [*node["logs"], node["logs"][-1]]}
    assert forger.code(forger.signed(node=twice)) != "OK"
    headers = [*node["headers"][:-1], {**node["headers"][-1], "stateRoot": "0x" + "11" * 32}]
    assert forger.code(forger.signed(node={**node, "headers": headers})) == "BAD_HEADER"
    assert forger.code(forger.signed(node={**node, "headers": node["headers"][:1]})) != "OK"
    assert forger.code(forger.signed(node={**node, "accounts": []})) == "ARCHIVE_LACKS"
    assert forger.code(forger.signed(node={**node, "chainId": "0x1"})) == "WRONG_LEDGER"
    for account in node["accounts"]:
        for row in account["storage"]:
            proofs, row["proof"] = row["proof"], []
            is_empty = proofs in (None, [], ["0x80"])  # of a contract that stores nothing
            assert forger.code(forger.signed(node=node)) != "OK" or is_empty
            row["proof"] = proofs
    for shape in ({}, {"format": "elicense-packed-node/1"}, {**node, "logs": 7}, {**node, "headers": [None]}):
        assert forger.code(forger.signed(node=shape)) == "ARCHIVE_NODE"

    changed = {**envelope, "license": {**envelope["license"], "serial": "32050920999999999"}}
    assert forger.code(forger.signed(license=changed)) not in ("OK", "CANCELLED")
    assert forger.code(forger.signed(license={})) == "ARCHIVE_LICENSE"
    lines = read_archive(forger.data).contents["records.jsonl"]
    assert (
        forger.code(forger.signed(records=lines.replace(b"LICENSE_", b"ALICENSE"))) == "ARCHIVE_CONTRADICTS"
    )
    assert forger.code(forger.signed(records=b"")) == "ARCHIVE_CONTRADICTS"
    other = {"references": [{"reference": "示例决定1号", "salt": "11" * 32}]}
    assert forger.code(forger.signed(references=other)) == "ARCHIVE_CONTRADICTS"
    network = forger.member("network.json")
    network["contracts"]["Journal"]["block"] += 1
    assert forger.code(forger.signed(network=network)) != "OK"


def test_no_package_however_odd_ends_in_anything_but_a_refusal(keeper: Keeper) -> None:
    """Values of the members changed at random, by somebody who signs them anew."""
    forger, drawn = Forger.of(keeper, keeper.batch[0]), Random(26)
    odd = [None, True, 0, -1, 2**53 - 1, "", "0x", "0x" + "f" * 64, "latest", "\u202e", [], {}, [[]]]
    for number in range(400):
        name = ("node.json", "network.json", "license.elic.json", "references.json")[number % 8 // 2]
        value = forger.member(name)
        room, key = drawn.choice(list(_rooms(value)))
        room[key] = drawn.choice(odd)
        data = forger.signed(**{name.partition(".")[0]: value})
        assert forger.code(data), "an error of ours or a verdict, never another one"


def _rooms(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a JSON value."""
    for key in list(value if isinstance(value, dict) else range(len(value))):
        yield value, key
        if isinstance(value[key], dict | list):
            yield from _rooms(value[key])


def test_a_package_that_another_body_signed_is_none(keeper: Keeper) -> None:
    forger = Forger.of(keeper, keeper.batch[0])
    assert forger.code(forger.signed()) == "OK"
    assert forger.code(forger.signed("office-shanghai")) in ("AUTH_KEY_UNKNOWN", "ARCHIVE_LACKS")
    foreign = forger.code(forger.signed("office-shanghai", SHANGHAI))
    assert foreign in ("ARCHIVE_LACKS", "AUTH_ORGANISATION_UNKNOWN")
    assert forger.code(forger.signed("office-jiangsu-encryption")) in ("AUTH_KEY_UNKNOWN", "ARCHIVE_LACKS")
    keeper.must("sm2", "keygen", "--out", str(keeper.folder / "stranger.pem"))
    archive, stranger = read_archive(forger.data), crypto.load_signer(str(keeper.folder / "stranger.pem"))
    manifest = archive.manifest
    assert forger.code(package_of(manifest.sign(stranger), archive.contents)) == "ARCHIVE_SIGNATURE"
    own = crypto.load_signer(keeper.world.key("office-jiangsu"))
    later = replace(manifest, checkpoint=replace(manifest.checkpoint, seq=1))
    assert forger.code(package_of(later.sign(own), archive.contents)) == "ARCHIVE_CONTRADICTS"
