"""The issuer's home: one secret for ever, shared by machines; a register that loses nothing."""

from __future__ import annotations

import json
import os
import signal
import stat
from pathlib import Path
from typing import Any

import pytest

from ledger.adapters import issuer_home as adapter
from ledger.adapters.issuer_home import FolderIssuerHome
from ledger.adapters.sm4 import Sm4Gcm
from ledger.domain.objects import license_handle, license_id
from ledger.domain.sm import hmac_sm3
from ledger.errors import LedgerError, MalformedError, RuleError, StoreOutageError, UsageError
from tests.processes import START
from tests.simulator import BUREAU, LEDGER_ID, OFFICE, hash32

WORD = b"a passphrase of three words"


@pytest.fixture(autouse=True)
def _cheap_scrypt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapter, "COST", 1 << 4)


def home(folder: Path, passphrase: bytes | None = None) -> FolderIssuerHome:
    return FolderIssuerHome(folder, Sm4Gcm(), passphrase)


def secret_file(folder: Path, issuer: str = BUREAU) -> Path:
    return folder / "issuers" / issuer / "secret.json"


# --- the secret ---------------------------------------------------------------------------


@pytest.mark.parametrize("passphrase", [None, WORD])
def test_a_secret_is_drawn_once_and_stays(tmp_path: Path, passphrase: bytes | None) -> None:
    first = home(tmp_path, passphrase).secret(BUREAU)
    assert len(first) == 32
    assert home(tmp_path, passphrase).secret(BUREAU) == first
    assert home(tmp_path, passphrase).secret(OFFICE) != first
    assert home(tmp_path / "other", passphrase).secret(BUREAU) != first


@pytest.mark.parametrize("passphrase", [None, WORD])
def test_no_file_shows_the_secret_to_others(tmp_path: Path, passphrase: bytes | None) -> None:
    secret = home(tmp_path, passphrase).secret(BUREAU)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.name for path in files} == ({"secret.json"} if passphrase else {"secret.json", "home.key"})
    for file in files:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert secret not in file.read_bytes()
        assert secret.hex().encode() not in file.read_bytes()
    assert stat.S_IMODE((tmp_path / "issuers" / BUREAU).stat().st_mode) == 0o700


def test_new_files_cost_an_attacker_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    home(tmp_path, WORD).secret(BUREAU)
    kdf = json.loads(secret_file(tmp_path).read_text())["kdf"]
    assert (kdf["name"], kdf["n"], kdf["r"], kdf["p"]) == ("scrypt", 1 << 15, 8, 1)


def draw(folder: str, answers: Any, gate: Any) -> None:
    gate.wait()
    answers.put(home(Path(folder)).secret(BUREAU))


def test_processes_that_start_together_share_one_secret(tmp_path: Path) -> None:
    answers, gate = START.Queue(), START.Barrier(6)
    processes = [START.Process(target=draw, args=(str(tmp_path), answers, gate)) for _ in range(6)]
    for process in processes:
        process.start()
    found = {answers.get(timeout=300) for _ in processes}
    for process in processes:
        process.join()
    assert found == {home(tmp_path).secret(BUREAU)}


def test_a_wrong_or_missing_passphrase_is_told_from_damage(tmp_path: Path) -> None:
    home(tmp_path, WORD).secret(BUREAU)
    with pytest.raises(UsageError, match="ISSUER_SECRET_PASSPHRASE"):
        home(tmp_path, b"another").secret(BUREAU)
    for nothing in (None, b""):
        with pytest.raises(UsageError, match="ISSUER_PASSPHRASE_NEEDED"):
            home(tmp_path, nothing).secret(BUREAU)


def test_a_home_key_still_opens_after_a_passphrase_was_set(tmp_path: Path) -> None:
    secret = home(tmp_path).secret(BUREAU)
    assert home(tmp_path, WORD).secret(BUREAU) == secret


@pytest.mark.parametrize("passphrase", [None, WORD])
def test_no_altered_secret_file_is_taken_or_replaced(tmp_path: Path, passphrase: bytes | None) -> None:
    secret = home(tmp_path, passphrase).secret(BUREAU)
    file = secret_file(tmp_path)
    good = file.read_bytes()
    for position in range(len(good) - 1):
        bad = good[:position] + bytes([good[position] ^ 1]) + good[position + 1 :]
        file.write_bytes(bad)
        with pytest.raises(LedgerError) as caught:
            home(tmp_path, passphrase).secret(BUREAU)
        assert caught.value.code in ("ISSUER_SECRET_DAMAGED", "ISSUER_SECRET_PASSPHRASE")
        assert file.read_bytes() == bad
    file.write_bytes(b"")
    with pytest.raises(StoreOutageError, match="ISSUER_SECRET_DAMAGED"):
        home(tmp_path, passphrase).secret(BUREAU)
    file.write_bytes(good)
    assert home(tmp_path, passphrase).secret(BUREAU) == secret


def test_a_secret_of_another_body_is_not_taken(tmp_path: Path) -> None:
    home(tmp_path).secret(BUREAU)
    home(tmp_path).secret(OFFICE)
    secret_file(tmp_path, OFFICE).write_bytes(secret_file(tmp_path).read_bytes())
    with pytest.raises(StoreOutageError, match="ISSUER_SECRET_DAMAGED"):
        home(tmp_path).secret(OFFICE)


def test_a_lost_secret_or_key_is_never_drawn_again(tmp_path: Path) -> None:
    kept = home(tmp_path)
    kept.secret(BUREAU)
    kept.note(BUREAU, hash32("one"), {"reference": "x"})
    key = (tmp_path / "home.key").read_bytes()
    (tmp_path / "home.key").unlink()
    for issuer in (BUREAU, OFFICE):
        with pytest.raises(StoreOutageError, match="ISSUER_HOME_KEY_MISSING"):
            home(tmp_path).secret(issuer)
    (tmp_path / "home.key").write_bytes(b"00" * 16 + b"\n")
    with pytest.raises(StoreOutageError, match="ISSUER_SECRET_DAMAGED"):
        home(tmp_path).secret(BUREAU)
    (tmp_path / "home.key").write_bytes(key)
    assert home(tmp_path).secret(BUREAU) == kept.secret(BUREAU)
    secret_file(tmp_path).unlink()
    with pytest.raises(StoreOutageError, match="ISSUER_SECRET_DAMAGED"):
        home(tmp_path).secret(BUREAU)
    assert not secret_file(tmp_path).exists()


@pytest.mark.parametrize("issuer", ["", "../../etc", "a" * 18, BUREAU + "/x", BUREAU[:-1], "/" + BUREAU[1:]])
def test_only_a_credit_code_names_a_folder(tmp_path: Path, issuer: str) -> None:
    for ask in (home(tmp_path).secret, lambda each: home(tmp_path).note(each, hash32("one"), {})):
        with pytest.raises(MalformedError, match="USCC_FORM"):
            ask(issuer)
    assert list(tmp_path.iterdir()) == []


def test_a_home_that_cannot_be_written_is_an_outage(tmp_path: Path) -> None:
    (tmp_path / "issuers").write_text("a file")
    with pytest.raises(StoreOutageError, match="ISSUER_HOME_UNAVAILABLE"):
        home(tmp_path).secret(BUREAU)


# --- another machine ----------------------------------------------------------------------


def test_machines_of_one_body_make_the_same_license_ids(tmp_path: Path) -> None:
    one, two = home(tmp_path / "one"), home(tmp_path / "two", WORD)
    exported = one.export_secret(BUREAU, b"for the courier")
    assert one.secret(BUREAU) not in exported
    two.import_secret(BUREAU, exported, b"for the courier")
    two.import_secret(BUREAU, exported, b"for the courier")
    made = {license_handle(each.secret(BUREAU), "1.2.156.3005.2.X") for each in (one, two)}
    assert len(made) == 1
    assert home(tmp_path / "two", WORD).secret(BUREAU) == one.secret(BUREAU)


def test_a_license_id_is_keccak_over_ledger_issuer_and_keyed_identifier() -> None:
    from eth_hash.auto import keccak

    secret, identifier = bytes(range(32)), "1.2.156.3005.2.X"
    keyed = hmac_sm3(secret, identifier.encode())
    padded = BUREAU.encode().ljust(32, b"\0")
    assert license_id(LEDGER_ID, BUREAU, license_handle(secret, identifier)) == keccak(
        LEDGER_ID + padded + keyed
    )


def test_another_secret_is_not_overwritten(tmp_path: Path) -> None:
    one, two = home(tmp_path / "one"), home(tmp_path / "two")
    own = two.secret(BUREAU)
    with pytest.raises(RuleError, match="ISSUER_SECRET_EXISTS"):
        two.import_secret(BUREAU, one.export_secret(BUREAU, WORD), WORD)
    assert home(tmp_path / "two").secret(BUREAU) == own


def test_an_export_opens_with_its_passphrase_for_its_body_only(tmp_path: Path) -> None:
    exported = home(tmp_path / "one").export_secret(BUREAU, WORD)
    two = home(tmp_path / "two")
    with pytest.raises(UsageError, match="ISSUER_SECRET_PASSPHRASE"):
        two.import_secret(BUREAU, exported, b"another")
    for issuer, text in ((OFFICE, exported), (BUREAU, b"{}"), (BUREAU, b""), (BUREAU, exported[:50])):
        with pytest.raises(MalformedError, match="ISSUER_EXPORT_FORM"):
            two.import_secret(issuer, text, WORD)
    with pytest.raises(UsageError, match="ISSUER_PASSPHRASE_NEEDED"):
        home(tmp_path / "one").export_secret(BUREAU, b"")
    assert not secret_file(tmp_path / "two").exists()


def test_a_file_that_asks_for_too_much_memory_is_refused(tmp_path: Path) -> None:
    form = json.loads(home(tmp_path).export_secret(BUREAU, WORD))
    for cost in (1 << 30, 0, 3, -2):
        form["kdf"]["n"] = cost
        with pytest.raises(MalformedError, match="ISSUER_EXPORT_FORM"):
            home(tmp_path).import_secret(BUREAU, json.dumps(form).encode(), WORD)


# --- the register -------------------------------------------------------------------------


def test_the_register_keeps_entries_in_order_by_license(tmp_path: Path) -> None:
    kept = home(tmp_path)
    for n in range(10):
        kept.note(
            BUREAU, hash32(f"license {n % 2}"), {"reference": f"沪市监〔2026〕{n}号", "salt": f"{n:064x}"}
        )
    kept.note(OFFICE, hash32("license 0"), {"reference": "of another body"})
    found = home(tmp_path).notes(BUREAU, hash32("license 1"))
    assert [each["salt"] for each in found] == [f"{n:064x}" for n in (1, 3, 5, 7, 9)]
    assert found[0]["reference"] == "沪市监〔2026〕1号"
    assert kept.notes(BUREAU, hash32("unknown")) == []
    assert stat.S_IMODE((tmp_path / "issuers" / BUREAU / "register.jsonl").stat().st_mode) == 0o600


def test_many_entries_are_noted_at_once(tmp_path: Path) -> None:
    kept = home(tmp_path)
    kept.note(BUREAU, hash32("license 0"), {"n": -1})
    kept.note_all(BUREAU, [(hash32(f"license {n % 2}"), {"n": n}) for n in range(5)])
    kept.note_all(BUREAU, [])
    assert [each["n"] for each in kept.notes(BUREAU, hash32("license 0"))] == [-1, 0, 2, 4]


def write_many(folder: str, name: str) -> None:
    for n in range(30):
        home(Path(folder)).note(BUREAU, hash32(name), {"n": n, "fill": "x" * 5000})


def test_processes_write_into_one_register_without_loss(tmp_path: Path) -> None:
    names = ["a", "b", "c"]
    processes = [START.Process(target=write_many, args=(str(tmp_path), name)) for name in names]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    for name in names:
        assert [each["n"] for each in home(tmp_path).notes(BUREAU, hash32(name))] == list(range(30))


def test_a_line_that_was_cut_off_was_never_promised(tmp_path: Path) -> None:
    kept = home(tmp_path)
    file = tmp_path / "issuers" / BUREAU / "register.jsonl"
    for n in range(3):
        kept.note(BUREAU, hash32("one"), {"n": n})
    whole = file.read_bytes()
    for size in range(len(whole) + 1):
        file.write_bytes(whole[:size])
        survived = whole[:size].count(b"\n")
        assert len(kept.notes(BUREAU, hash32("one"))) == survived
        kept.note(BUREAU, hash32("one"), {"n": 9})
        assert [each["n"] for each in kept.notes(BUREAU, hash32("one"))] == [*range(survived), 9]


def note_and_die(folder: str) -> None:
    kept = home(Path(folder))
    kept.note(BUREAU, hash32("one"), {"n": 1})
    os.kill(os.getpid(), signal.SIGKILL)


def test_what_was_noted_is_there_after_a_kill(tmp_path: Path) -> None:
    process = START.Process(target=note_and_die, args=(str(tmp_path),))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert home(tmp_path).notes(BUREAU, hash32("one")) == [{"n": 1}]


@pytest.mark.parametrize("line", [b"{}", b"noise", b'{"licenseId": 1, "entry": {}}', b'{"entry": {}}', b""])
def test_a_damaged_line_is_named(tmp_path: Path, line: bytes) -> None:
    kept = home(tmp_path)
    kept.note(BUREAU, hash32("one"), {"n": 0})
    file = tmp_path / "issuers" / BUREAU / "register.jsonl"
    file.write_bytes(file.read_bytes() + line + b"\n")
    with pytest.raises(StoreOutageError, match="REGISTER_DAMAGED") as caught:
        kept.notes(BUREAU, hash32("one"))
    assert caught.value.fields["line"] == 2
