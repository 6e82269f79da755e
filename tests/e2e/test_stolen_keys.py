"""A thief with an issuer's secret and one of its keys takes ids, until the key is cut off."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from scripts.evm import Evm
from tests.e2e.sheets_made import TYPE, license_input, rows, write
from tests.e2e.test_duplicates import ISSUER, file_of, findings, verdict
from tests.told import Run, World, telling

_starts = count(80_000_000, 1_000)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A ledger of this file's own: its replay finds what happens here."""
    with telling(tmp_path_factory.mktemp("stolen")) as (world, _):
        yield world


class Desk:
    """One machine that has the issuer's secret, and a signing key of the issuer."""

    def __init__(self, world: World, key: Path) -> None:
        self.world, self.key = world, str(key)

    def issue(self, row: dict[str, str], out: Path) -> Run:
        """A license by itself; its file is written to `out`."""
        given = license_input(row)
        given["metadata"] |= {"certificateTypeCode": TYPE, "certificateIssuingAuthorityCode": ISSUER}
        out.with_suffix(".input").write_text(json.dumps(given, ensure_ascii=False))
        own = ["--key", self.key, "--out", str(out)]
        return self.world.run("license", "issue", str(out.with_suffix(".input")), *own)

    def issue_batch(self, made: list[dict[str, str]], out: Path) -> Path:
        """Licenses in a batch; returns the file of the first."""
        sheet = write(out.with_suffix(".csv"), made)
        own = ["--key", self.key, "--out", str(out)]
        run = self.world.run("license", "issue-batch", str(sheet), "--type", TYPE, *own)
        assert run.data["accepted"] == len(made), run.data
        return file_of(out, made[0])

    def act(self, verb: str, file: Path) -> Run:
        """Suspend, resume or revoke, by the license's id."""
        id_ = json.loads(file.read_text())["anchor"]["licenseId"]
        ground = "PENALTY_SERVED" if verb == "resume" else "PENALTY"
        return self.world.run("license", verb, id_, "--ground", ground, "--key", self.key)

    def shown(self, file: Path) -> str:
        """Where the id of a license stands, as `license show` tells it."""
        id_ = json.loads(file.read_text())["anchor"]["licenseId"]
        return str(self.world.run("license", "show", id_).data["status"])


@pytest.fixture
def made() -> list[dict[str, str]]:
    return rows(3, next(_starts))


@pytest.fixture
def issuer(ledger: World, tmp_path: Path) -> Desk:
    """The issuer, with a key that nobody stole."""
    return Desk(ledger.as_other(tmp_path / "home"), _new_key(ledger, tmp_path / "own.pem"))


@pytest.fixture
def thief(ledger: World, issuer: Desk, tmp_path: Path) -> Desk:
    """Has the issuer's secret, and another of its keys."""
    stolen = Desk(ledger.as_other(tmp_path / "thief"), _new_key(ledger, tmp_path / "stolen.pem"))
    sealed, safe = str(tmp_path / "secret.sealed"), tmp_path / "safe.txt"
    safe.write_text("a passphrase\n")
    by = ["--passphrase-file", str(safe)]
    assert issuer.world.run("org", "secret", "export", ISSUER, "--out", sealed, *by).status == 0
    assert stolen.world.run("org", "secret", "import", sealed, *by).status == 0
    return stolen


def _new_key(world: World, path: Path) -> Path:
    assert world.run("sm2", "keygen", "--out", str(path)).status == 0
    run = world.run("org", "key", "add", ISSUER, "--key", str(path), "--by", world.key("jiangsu"))
    assert run.status == 0, run.data
    return path


def _pass(world: World) -> None:
    Evm(world.rpc).rpc("evm_increaseTime", 2)
    Evm(world.rpc).rpc("evm_mine")


def _cut_off(world: World, thief: Desk, since: str) -> None:
    by = ["--by", world.key("jiangsu")]
    run = world.run("org", "key", "cut-off", thief.key, "--since", since, *by)
    assert run.status == 0, run.data


def _now(world: World) -> str:
    block = Evm(world.rpc).rpc("eth_getBlockByNumber", "latest", False)
    return datetime.fromtimestamp(int(block["timestamp"], 16), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_a_receipt_signed_after_a_cut_off_holds_for_nothing(
    ledger: World, issuer: Desk, thief: Desk, made: list[dict[str, str]], tmp_path: Path
) -> None:
    """The first one here: the others set the chain's clock ahead of that by which a receipt is dated."""
    license_, receipt = tmp_path / "genuine.elic.json", str(tmp_path / "receipt.json")
    assert issuer.issue(made[0], license_).status == 0
    since = _now(ledger)
    signed = ledger.run("verify", str(license_), "--sign-receipt", receipt, "--key", thief.key)
    assert signed.data["receipt"] == receipt, signed.data
    assert ledger.run("receipt", "verify", receipt, "--subject", str(license_), "--again").status == 0
    _cut_off(ledger, thief, since)
    refused = ledger.run("receipt", "verify", receipt)
    assert (refused.status, refused.data["code"]) == (1, "VERIFICATION_RECEIPT_CUT_OFF")
    refused = ledger.run("verify", str(license_), "--sign-receipt", receipt, "--key", thief.key)
    assert refused.data["code"] == "RECEIPT_KEY_UNREGISTERED"


def test_a_license_that_a_thief_displaced_is_shown_verified_and_ended_after_the_cut_off(
    ledger: World, issuer: Desk, thief: Desk, made: list[dict[str, str]], tmp_path: Path
) -> None:
    since = _now(ledger)
    forged, genuine = thief.issue_batch(made, tmp_path / "forged"), tmp_path / "genuine.elic.json"
    _pass(ledger)
    assert issuer.issue(made[0], genuine).status == 0
    known = findings(ledger)
    assert verdict(ledger, genuine) == ("IN_FORCE", [])
    assert thief.act("suspend", forged).status == 0
    assert thief.act("resume", forged).status == 0
    assert [verdict(ledger, each)[0] for each in (genuine, forged)] == ["TAMPERED", "IN_FORCE"]
    _cut_off(ledger, thief, since)
    assert issuer.shown(genuine) == "SUSPENDED", "what restricts stands until the issuer lifts it"
    assert issuer.act("resume", genuine).status == 0
    assert [verdict(ledger, each)[0] for each in (genuine, forged)] == ["IN_FORCE", "KEY_COMPROMISED"]
    assert issuer.act("revoke", genuine).status == 0
    assert issuer.shown(genuine) == "REVOKED"
    assert verdict(ledger, genuine)[0] == "REVOKED"
    assert [each["code"] for each in findings(ledger)[len(known) :]] == ["DUPLICATE_ID"]


def test_a_revocation_stands_whether_it_came_before_or_after_a_thiefs_opening(
    ledger: World, issuer: Desk, thief: Desk, made: list[dict[str, str]], tmp_path: Path
) -> None:
    since = _now(ledger)
    forged = [thief.issue_batch([each], tmp_path / f"forged{number}") for number, each in enumerate(made[:2])]
    _pass(ledger)
    genuine = [tmp_path / f"genuine{number}.elic.json" for number in range(2)]
    for row, path in zip(made, genuine, strict=False):
        assert issuer.issue(row, path).status == 0
    assert issuer.act("revoke", genuine[0]).status == 0
    assert all(thief.act("suspend", each).status == 0 for each in forged)
    assert issuer.act("revoke", genuine[1]).status == 0
    assert [issuer.shown(each) for each in genuine] == ["SUSPENDED", "REVOKED"]
    _cut_off(ledger, thief, since)
    assert [issuer.shown(each) for each in genuine] == ["REVOKED", "REVOKED"]
    assert [verdict(ledger, each)[0] for each in genuine] == ["REVOKED", "REVOKED"]


def test_a_genuine_leaf_is_its_issuers_again_after_the_cut_off(
    ledger: World, issuer: Desk, thief: Desk, made: list[dict[str, str]], tmp_path: Path
) -> None:
    since = _now(ledger)
    forged = thief.issue_batch(made, tmp_path / "forged")
    _pass(ledger)
    genuine = issuer.issue_batch(made, tmp_path / "genuine")
    assert thief.act("suspend", forged).status == 0
    assert thief.act("resume", forged).status == 0
    assert verdict(ledger, genuine)[0] == "TAMPERED"
    _cut_off(ledger, thief, since)
    assert verdict(ledger, genuine)[0] == "SUSPENDED"
    assert issuer.act("resume", genuine).status == 0
    assert [verdict(ledger, each)[0] for each in (genuine, forged)] == ["IN_FORCE", "KEY_COMPROMISED"]
    assert issuer.act("revoke", genuine).status == 0
    assert verdict(ledger, genuine)[0] == "REVOKED"


def test_a_thiefs_leaf_takes_nothing_after_the_cut_off_and_leaves_its_id_to_the_issuer(
    ledger: World, issuer: Desk, thief: Desk, made: list[dict[str, str]], tmp_path: Path
) -> None:
    since = _now(ledger)
    forged = thief.issue_batch(made[:2], tmp_path / "forged")
    taken = thief.issue_batch(made[2:], tmp_path / "taken")
    assert thief.act("suspend", taken).status == 0
    _pass(ledger)
    genuine, late = tmp_path / "genuine.elic.json", tmp_path / "late.elic.json"
    assert issuer.issue(made[0], genuine).status == 0
    run = issuer.issue(made[2], late)
    assert (run.status, run.data["code"]) == (1, "LICENSE_EXISTS")
    _cut_off(ledger, thief, since)
    forged_by_issuer = Desk(thief.world, Path(issuer.key))
    assert forged_by_issuer.act("suspend", forged).status == 0, "it is done to the genuine one"
    assert issuer.shown(genuine) == "SUSPENDED"
    assert issuer.issue(made[2], late).status == 0
    assert [verdict(ledger, each)[0] for each in (late, taken)] == ["IN_FORCE", "KEY_COMPROMISED"]
