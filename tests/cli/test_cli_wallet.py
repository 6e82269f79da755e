"""`elicense wallet …` from the outside: JSON keys, exit codes, files, what survives a restart."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from api.cli.main import run
from ledger.adapters.qr import read_image
from ledger.domain.attestation import officer_digest
from ledger.domain.holders import PublicPair
from ledger.domain.license_types import example_input
from ledger.domain.presentation import ShortPresentation
from ledger.domain.presentation_text import short_text
from tests.wallet.world import issue, new_signer

Call = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Run one command with --json; exit status and the object."""
    monkeypatch.setenv("ELICENSE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ELICENSE_PASSPHRASE", "不是真的口令")
    monkeypatch.chdir(tmp_path)

    def run_one(*arguments: str) -> tuple[int, dict[str, Any]]:
        status = run([*arguments, "--json"])
        answer = json.loads(capsys.readouterr().out)
        assert answer["ok"] == (status == 0)
        return status, answer

    return run_one


@pytest.fixture
def holder(call: Call, tmp_path: Path) -> str:
    """A vault with one license bound to it, and a verifier's key; the identifier."""
    assert call("wallet", "init")[0] == 0
    assert call("sm2", "keygen", "--out", "verifier.pem")[0] == 0
    _, pair = call("wallet", "key")
    keys = PublicPair(bytes.fromhex(pair["holderKey"]), bytes.fromhex(pair["holderEncryptionKey"]))
    envelope = issue(example_input("safety_certificate"), new_signer(), keys)
    (tmp_path / "mine.elic.json").write_text(json.dumps(envelope), encoding="utf-8")
    status, added = call("wallet", "add", "mine.elic.json")
    assert (status, added["holderKey"], added["bound"]) == (0, pair["holderKey"], True)
    return str(added["identifier"])


def challenge(call: Call, fields: str = "face/post,holders/0/name", **options: str) -> dict[str, Any]:
    given = [word for name, value in options.items() for word in (f"--{name}", value)]
    status, made = call(
        "wallet", "challenge", "--fields", fields, "--purpose", "办理入住", "--key", "verifier.pem",
        "--out", "c.json", *given,
    )  # fmt: skip
    assert status == 0
    return made


def test_the_vault_is_its_owners_only_and_never_overwritten(call: Call, tmp_path: Path) -> None:
    status, made = call("wallet", "init", "--vault", "v.vault")
    assert (status, made["vault"]) == (0, "v.vault")
    assert stat.S_IMODE((tmp_path / "v.vault").stat().st_mode) == 0o600
    before = (tmp_path / "v.vault").read_bytes()
    status, refused = call("wallet", "init", "--vault", "v.vault")
    assert (status, refused["code"]) == (2, "VAULT_EXISTS")
    assert (tmp_path / "v.vault").read_bytes() == before


def test_every_key_pair_is_given_out_once(call: Call) -> None:
    call("wallet", "init")
    pairs = [call("wallet", "key")[1] for _ in range(3)]
    shown = [pair[name] for pair in pairs for name in ("holderKey", "holderEncryptionKey")]
    assert len(set(shown)) == 6
    assert all(len(text) == 130 and text.startswith("04") for text in shown)


def test_add_and_list(call: Call, holder: str) -> None:
    status, answer = call("wallet", "list")
    assert status == 0
    (row,) = answer["licenses"]
    assert (row["identifier"], row["status"]) == (holder, "UNKNOWN")
    assert row["type"] == "建筑施工企业安全生产管理人员考核合格证书"


@pytest.mark.parametrize("offline", [True, False])
def test_present_draws_what_another_decoder_reads(
    call: Call, holder: str, tmp_path: Path, offline: bool
) -> None:
    made = challenge(call)
    assert set(made) == {
        *("ok", "code", "format", "id", "nonce", "verifier"),
        *("purpose", "fields", "expires", "api", "signature"),
    }
    status, shown = call(
        "wallet", "present", holder, "--fields", "face/post,holders/0/name", "--challenge", "c.json",
        "--png", "q.png", "--svg", "q.svg", "--out", "q.txt", *(["--offline"] if offline else []),
    )  # fmt: skip
    assert status == 0
    assert shown["mode"] == "offline"  # the challenge names no API
    assert shown["bytes"] <= 1400
    assert shown["expires"] <= made["expires"]
    assert shown["disclosed"] == {"face/post": "项目负责人", "holders/0/name": "示例持证人甲"}
    assert read_image((tmp_path / "q.png").read_bytes()) == shown["qr"]
    assert (tmp_path / "q.txt").read_text("utf-8") == shown["qr"]
    assert (tmp_path / "q.svg").read_bytes().startswith(b"<?xml")


def test_the_answer_of_challenge_is_itself_a_challenge_file(call: Call, holder: str, tmp_path: Path) -> None:
    made = challenge(call)
    (tmp_path / "saved.json").write_text(json.dumps(made), encoding="utf-8")
    status, _ = call("wallet", "present", holder, "--fields", "post", "--challenge", "saved.json")
    assert status == 0


def test_text_shows_purpose_fields_and_the_code(
    call: Call, holder: str, capsys: pytest.CaptureFixture[str]
) -> None:
    challenge(call)
    assert run(["wallet", "present", holder, "--fields", "face/post", "--challenge", "c.json"]) == 0
    shown, warned = capsys.readouterr()
    assert "holders/0/name" in warned, "asked for, and not shown"
    assert "办理入住" in shown
    assert "nobody on the ledger stands for it" in shown
    assert "face/post = 项目负责人" in shown
    assert shown.count("█") > 500


def test_a_challenge_that_is_written_is_not_printed_too(
    call: Call, holder: str, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["wallet", "challenge", "--fields", "face/post", "--purpose", "办理入住", "--key", "verifier.pem"]
    assert run([*asked, "--out", "c.json"]) == 0
    written = capsys.readouterr()
    assert written.out == "c.json\n"
    assert "--verifier" in written.err, "no ledger tells whose key it is"
    assert run(asked) == 0
    assert '"elicense-challenge/1"' in capsys.readouterr().out


def test_a_file_of_holders_is_written_for_several_only(call: Call) -> None:
    order = ("license", "bind", "1.2", "--holder-key", "04" + "11" * 64, "--key", "k.pem", "--out", "h.json")
    status, answer = call(*order)
    assert (status, answer["code"]) == (2, "HOLDERS_FILE_OF_ONE")


Refusal = tuple[list[str], int, str]
PRESENT = ["wallet", "present", "{id}", "--fields", "face/post", "--challenge", "c.json"]
ATTEST = [
    "wallet", "attest", "mine.elic.json",
    "--fields", "face/post", "--challenge", "c.json", "--key", "verifier.pem",
]  # fmt: skip
REFUSED: dict[str, Refusal] = {
    "no vault": ([*PRESENT, "--vault", "none.vault"], 2, "VAULT_MISSING"),
    "unknown license": (["wallet", "present", "1.2", *PRESENT[3:]], 4, "LICENSE_NOT_IN_WALLET"),
    "field not asked for": ([*PRESENT[:4], "face/sex", *PRESENT[5:]], 1, "FIELDS_NOT_ASKED"),
    "field unknown": ([*PRESENT[:4], "face/nothing", *PRESENT[5:]], 2, "FIELD_NOT_IN_LICENSE"),
    "no such challenge": ([*PRESENT[:6], "none.json"], 2, "FILE_UNREADABLE"),
    "a key as challenge": ([*PRESENT[:6], "verifier.pem"], 2, "JSON_SYNTAX"),
    "a license as challenge": ([*PRESENT[:6], "mine.elic.json"], 2, "CHALLENGE_MALFORMED"),
    "png in no folder": ([*PRESENT, "--png", "verifier.pem/q.png"], 2, "FILE_UNWRITABLE"),
    "ttl over the cap": (
        ["wallet", "challenge", "--fields", "a", "--purpose", "p", "--key", "verifier.pem", "--ttl", "301"],
        2,
        "TTL_OUT_OF_RANGE",
    ),
    "ttl nothing": (
        ["wallet", "challenge", "--fields", "a", "--purpose", "p", "--key", "verifier.pem", "--ttl", "0"],
        2,
        "TTL_OUT_OF_RANGE",
    ),
    "no fields": (
        ["wallet", "challenge", "--fields", ",", "--purpose", "p", "--key", "verifier.pem"],
        2,
        "CHALLENGE_MALFORMED",
    ),
    "purpose that hides text": (
        ["wallet", "challenge", "--fields", "a", "--purpose", "a\u202eb", "--key", "verifier.pem"],
        2,
        "CHALLENGE_MALFORMED",
    ),
    "no key": (
        ["wallet", "challenge", "--fields", "a", "--purpose", "p", "--key", "none.pem"],
        2,
        "KEY_FILE_UNREADABLE",
    ),
    "not a license": (["wallet", "add", "c.json"], 2, "ENVELOPE_FORM"),
    "no file": (["wallet", "add", "none.elic.json"], 2, "FILE_UNREADABLE"),
    "another's license": (["wallet", "add", "other.elic.json"], 1, "NOT_MY_LICENSE"),
    "an edited license": (["wallet", "add", "edited.elic.json"], 1, "DOCUMENT_TAMPERED"),
    "no trust file": (["wallet", "scan", "EL1:00", "--challenge", "c.json"], 2, "NETWORK_MISSING"),
    "no code in the picture": (["wallet", "scan", "white.png", "--challenge", "c.json"], 2, "QR_NOT_FOUND"),
    "not a picture": (["wallet", "scan", "broken.png", "--challenge", "c.json"], 2, "IMAGE_UNREADABLE"),
    "a text that is none": (["wallet", "scan", "c.json", "--challenge", "c.json"], 2, "QR_TEXT_MALFORMED"),
    "usage": (["wallet", "present"], 2, "USAGE"),
    "the same license twice": (["wallet", "present", "{id}", *PRESENT[2:]], 2, "LICENSE_REPEATED"),
    "nine licenses": (["wallet", "present", *["{id}"] * 8, *PRESENT[2:]], 2, "LICENSES_TOO_MANY"),
    "a way of identifying that is none": ([*ATTEST, "--method", "by-hearsay"], 2, "ATTESTATION_METHOD"),
    "nobody identified": (ATTEST, 2, "USAGE"),
    "an office that shows too much": (
        [*ATTEST[:4], "face/sex", *ATTEST[5:], "--method", "id-card"],
        1,
        "FIELDS_NOT_ASKED",
    ),
    "an edited license at the counter": (
        ["wallet", "attest", "edited.elic.json", *ATTEST[3:], "--method", "id-card"],
        1,
        "DOCUMENT_TAMPERED",
    ),
    "a picture without a code at the counter": (
        ["wallet", "attest", "white.png", *ATTEST[3:], "--method", "id-card"],
        2,
        "QR_NOT_FOUND",
    ),
    "a short code at the counter": (
        ["wallet", "attest", "short.txt", *ATTEST[3:], "--method", "id-card"],
        2,
        "CODE_IS_SHORT",
    ),
    "a key that was never given out": (
        ["wallet", "add", "mine.elic.json", "--holder-key", "04" + "11" * 64],
        1,
        "NOT_MY_LICENSE",
    ),
}


@pytest.fixture
def files(call: Call, holder: str, tmp_path: Path) -> str:
    from PIL import Image

    challenge(call)
    envelope = json.loads((tmp_path / "mine.elic.json").read_text("utf-8"))
    stranger = PublicPair(new_signer().public_key, new_signer().public_key)
    other = issue(example_input("business_license"), new_signer(), stranger)
    (tmp_path / "other.elic.json").write_text(json.dumps(other), encoding="utf-8")
    envelope["license"]["face"]["post"] = "董事长"
    (tmp_path / "edited.elic.json").write_text(json.dumps(envelope), encoding="utf-8")
    Image.new("L", (200, 200), 255).save(tmp_path / "white.png")
    short = short_text(ShortPresentation(bytes(32), bytes(8), bytes(64)))
    (tmp_path / "short.txt").write_text(short)
    (tmp_path / "broken.png").write_bytes((tmp_path / "white.png").read_bytes()[:40])
    return holder


def test_each_refusal_has_its_code_and_exit_status(call: Call, files: str) -> None:
    for name, (arguments, status, code) in REFUSED.items():
        found, answer = call(*[word.replace("{id}", files) for word in arguments])
        assert (name, found, answer["code"]) == (name, status, code)
        assert answer["error"]["message"]["zh"]
        assert answer["error"]["remedy"]["en"]


def test_an_office_without_a_network_attests_and_the_holders_phone_stays_at_home(
    call: Call, holder: str, tmp_path: Path
) -> None:
    made = challenge(call, "face/post")
    status, shown = call(
        *("wallet", "attest", "mine.elic.json", "--fields", "post", "--challenge", "c.json"),
        *("--key", "verifier.pem", "--method", "known-in-person", "--officer", "0417", "--png", "q.png"),
    )  # fmt: skip
    assert (status, shown["mode"]) == (0, "offline")
    assert shown["attested"]["keyId"] == made["verifier"]["keyId"]
    assert (shown["attested"]["by"], shown["attested"]["method"]) == (None, "known-in-person")
    assert shown["disclosed"] == {"face/post": "项目负责人"}
    assert read_image((tmp_path / "q.png").read_bytes()) == shown["qr"]
    digest = officer_digest("0417", bytes.fromhex(shown["attested"]["officer"]["salt"]))
    assert shown["attested"]["officer"]["digest"] == digest.hex()


def test_a_license_bound_anew_goes_under_the_new_key(call: Call, holder: str, tmp_path: Path) -> None:
    _, fresh = call("wallet", "key")
    status, added = call("wallet", "add", "mine.elic.json", "--holder-key", fresh["holderKey"])
    assert (status, added["holderKey"], added["bound"]) == (0, fresh["holderKey"], True)
    call("wallet", "init", "--vault", "new-phone.vault")
    refused = call("wallet", "add", "mine.elic.json", "--vault", "new-phone.vault")
    assert (refused[0], refused[1]["code"]) == (1, "NOT_MY_LICENSE")
    _, pair = call("wallet", "key", "--vault", "new-phone.vault")
    status, added = call(
        "wallet", "add", "mine.elic.json", "--vault", "new-phone.vault", "--holder-key", pair["holderKey"]
    )
    assert (status, added["holderKey"]) == (0, pair["holderKey"])


def test_a_wrong_passphrase_is_told_from_a_damaged_vault(
    call: Call, holder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "home" / "wallet.vault"
    whole = path.read_bytes()
    path.write_bytes(whole[:-40] + b"A" * 38 + whole[-2:])
    assert call("wallet", "list")[1]["code"] == "VAULT_DAMAGED"
    path.write_bytes(whole)
    monkeypatch.setenv("ELICENSE_PASSPHRASE", "另一个")
    status, answer = call("wallet", "list")
    assert (status, answer["code"]) == (2, "VAULT_PASSPHRASE_WRONG")
    monkeypatch.delenv("ELICENSE_PASSPHRASE")
    assert call("wallet", "list")[1]["code"] == "VAULT_PASSPHRASE_NEEDED"
