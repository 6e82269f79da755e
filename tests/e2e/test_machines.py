"""Several machines of one issuer: they share the secret that makes license ids, or they are strangers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ledger.domain.license_types import example_input
from tests.told import World

ANHUI = "11340000MB0TE5T44D"


@pytest.fixture
def passphrase(tmp_path: Path) -> str:
    """A passphrase file."""
    path = tmp_path / "pass.txt"
    path.write_text("示例口令\n")
    return str(path)


def exported(world: World, tmp_path: Path, passphrase: str) -> str:
    """The secret of a home, sealed."""
    out = str(tmp_path / "secret.sealed")
    assert (
        world.run("org", "secret", "export", ANHUI, "--out", out, "--passphrase-file", passphrase).status == 0
    )
    return out


def test_two_machines_that_share_the_secret_issue_one_identifier_once(
    world: World, tmp_path: Path, passphrase: str
) -> None:
    other = world.as_other(tmp_path / "other")
    sealed = exported(world, tmp_path, passphrase)
    run = other.run("org", "secret", "import", sealed, "--passphrase-file", passphrase)
    assert (run.status, run.data["uscc"]) == (0, ANHUI)
    given = {**example_input("safety_certificate"), "serial": "2026SECRET00000001"}
    given["metadata"]["certificateIssuingAuthorityCode"] = ANHUI
    given["metadata"]["certificateIssuingAuthorityName"] = "示例安徽省发证机关"
    source = tmp_path / "input.json"
    source.write_text(json.dumps(given, ensure_ascii=False))
    runs = [
        each.run(
            "license", "issue", str(source), "--key", world.key("office-anhui"), "--out", str(tmp_path / out)
        )
        for each, out in ((world, "one.elic.json"), (other, "two.elic.json"))
    ]
    assert [each.data["code"] for each in runs] == ["OK", "LICENSE_EXISTS"]
    assert not (tmp_path / "two.elic.json").exists()


def test_a_machine_says_when_it_draws_a_secret_and_what_to_do(
    world: World, tmp_path: Path, passphrase: str
) -> None:
    order = ("org", "secret", "export", ANHUI, "--passphrase-file", passphrase, "--out")
    drawn = world.run(*order, str(tmp_path / "one.sealed"))
    assert ANHUI in drawn.stderr
    assert "org secret import" in drawn.stderr
    assert world.run(*order, str(tmp_path / "two.sealed")).stderr == "", "it was drawn once"


def test_a_machine_with_a_secret_of_its_own_keeps_it(world: World, tmp_path: Path, passphrase: str) -> None:
    other = world.as_other(tmp_path / "other")
    sealed = exported(world, tmp_path, passphrase)
    exported(other, tmp_path / "its-own", passphrase)
    run = other.run("org", "secret", "import", sealed, "--passphrase-file", passphrase)
    assert (run.status, run.data["code"]) == (1, "ISSUER_SECRET_EXISTS")


def test_the_sealed_secret_opens_with_its_passphrase_only(
    world: World, tmp_path: Path, passphrase: str
) -> None:
    other, sealed = world.as_other(tmp_path / "other"), exported(world, tmp_path, passphrase)
    wrong = tmp_path / "wrong.txt"
    wrong.write_text("猜的\n")
    run = other.run("org", "secret", "import", sealed, "--passphrase-file", str(wrong))
    assert (run.status, run.data["code"]) == (2, "ISSUER_SECRET_PASSPHRASE")
    broken = tmp_path / "broken.sealed"
    broken.write_text("{}")
    run = other.run("org", "secret", "import", str(broken), "--passphrase-file", passphrase)
    assert (run.status, run.data["code"]) == (2, "ISSUER_EXPORT_FORM")
