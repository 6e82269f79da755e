"""What stays of erased documents, and stores that let go of one license among many."""

from __future__ import annotations

import json
import sqlite3
import stat
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from ledger import crypto
from ledger.adapters.batch_outbox import FILE, SqliteBatchOutbox
from ledger.adapters.disk import flush, wipe
from ledger.adapters.erasures import FolderErasures
from ledger.adapters.issuer_home import FolderIssuerHome
from ledger.adapters.outbox import FileOutbox
from ledger.adapters.sm4 import Sm4Gcm
from ledger.adapters.sqlite.requests import SqliteRequests
from ledger.domain.erasure import Erasure, ErasureGround, Warrant, erasure_of
from ledger.domain.sm3 import sm3
from ledger.errors import MalformedError, StoreOutageError, UsageError
from ledger.ports import KeptLeaf
from tests.simulator import hash32

BUREAU = "11310000MB0TE5T1XB"
SIGNER = crypto.signer(bytes(31) + b"\7")
UNSENT = {"seen": None, "transaction": None, "gasUsed": None}
ERASURE = Erasure(
    hash32("ledger"),
    hash32("license"),
    ErasureGround.CONSENT_WITHDRAWN,
    1_790_000_000,
    BUREAU,
    hash32("key"),
    ("bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku",),
    {"wraps": 1},
    None,
)


@pytest.fixture
def erasures(tmp_path: Path) -> FolderErasures:
    return FolderErasures(tmp_path / "erased", flush)


def test_an_erasure_comes_back_as_it_was_kept(erasures: FolderErasures, tmp_path: Path) -> None:
    assert erasures.of(ERASURE.license_id) is None
    warrants = (Warrant(), Warrant("ab" * 32, "LAW", 1_800_000_000, "（2026）示例行初7号", ("cd" * 32,)))
    later = [replace(ERASURE, warrant=each) for each in (*warrants, replace(warrants[1], until=None))]
    for kept in (ERASURE, ERASURE.done(), *later):
        erasures.keep(kept)
        assert FolderErasures(tmp_path / "erased", flush).of(ERASURE.license_id) == kept
    (file,) = (tmp_path / "erased").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_an_order_of_one_form_does_not_pass_for_one_of_another() -> None:
    old, new = ERASURE.as_json(), replace(ERASURE, warrant=Warrant()).as_json()
    assert (old["format"], new["format"]) == ("elicense-erasure/1", "elicense-erasure/2")
    for form in (
        {**old, "format": "elicense-erasure/2"},
        {**new, "format": "elicense-erasure/1"},
        {**new, "format": "elicense-erasure/3"},
        {**new, "archives": None},
        {**new, "retention": {}},
        {**new, "order": 7},
    ):
        with pytest.raises(MalformedError, match="JSON_TYPE"):
            erasure_of(form)


def test_the_order_is_signed_over_everything_but_whether_it_is_done() -> None:
    """The form that docs/interfaces.md writes down, computed here a second time."""
    signed = replace(ERASURE, signature=SIGNER.sign(ERASURE.message).hex()).done()
    form = json.loads(json.dumps(signed.as_json()))
    raw = bytes.fromhex(form.pop("signature"))
    assert form.pop("done") is True
    canonical = json.dumps(form, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    message = sm3(b"elicense/1/erasure") + sm3(canonical)
    assert crypto.verifier().verify(SIGNER.public_key, message, raw)
    other = {**form, "ground": "PURPOSE_ENDED", "signature": "", "done": True}
    assert not crypto.verifier().verify(SIGNER.public_key, erasure_of(other).message, raw)


@pytest.mark.parametrize(
    "change",
    [
        {"format": "elicense-erasure/2"},
        {"ground": "BORED"},
        {"at": "yesterday"},
        {"done": 1},
        {"remains": {}},
        {"more": 1},
        {"cids": None},
        {"licenseId": hash32("another")},
    ],
)
def test_a_damaged_erasure_is_told_and_never_half_read(
    erasures: FolderErasures, tmp_path: Path, change: dict[str, object]
) -> None:
    erasures.keep(ERASURE)
    (file,) = (tmp_path / "erased").iterdir()
    file.write_text(json.dumps({**ERASURE.as_json(), **change}))
    with pytest.raises(StoreOutageError, match="ERASURE_DAMAGED"):
        erasures.of(ERASURE.license_id)
    if "licenseId" not in change:
        with pytest.raises((MalformedError, UsageError)):
            erasure_of({**ERASURE.as_json(), **change})


# --- batches ------------------------------------------------------------------------------------


def leaves(batch: int) -> list[KeptLeaf]:
    """Licenses of all sizes, so that SQLite moves rows about."""
    return [
        KeptLeaf(hash32(f"{batch}/{place}"), marker(batch, place) * (1 + place * 7 % 90), "cid")
        for place in range(60)
    ]


def marker(batch: int, place: int) -> bytes:
    return b"<content %03d/%03d of a license>" % (batch, place)


def test_a_license_that_was_forgotten_is_in_no_page_of_the_file(tmp_path: Path) -> None:
    outbox = SqliteBatchOutbox(tmp_path)
    for batch in range(4):
        outbox.begin(hash32(f"batch {batch}"), UNSENT, leaves(batch))
    outbox.drop(hash32("batch 2"))
    doomed = [(0, 0), (1, 7), (1, 8), (3, 59)]
    for batch, place in doomed:
        outbox.forget(hash32(f"{batch}/{place}"))
    outbox.compact()
    data = b"".join(file.read_bytes() for file in tmp_path.iterdir() if file.name.startswith(FILE))
    for batch in range(4):
        for place in range(60):
            is_gone = batch == 2 or (batch, place) in doomed
            assert (marker(batch, place) in data) is not is_gone
    left = outbox.leaves(hash32("batch 1"))
    assert left == [each for place, each in enumerate(leaves(1)) if place not in (7, 8)]
    assert outbox.leaf(hash32("1/7")) is None
    assert outbox.batch_of(hash32("1/9")) == hash32("batch 1")


# --- drafts, answers, the register --------------------------------------------------------------


def test_a_draft_goes_with_what_broken_writes_left_of_it(tmp_path: Path) -> None:
    outbox = FileOutbox(tmp_path)
    for name in ("one", "two"):
        outbox.save(hash32(name), {"content": name})
    broken = tmp_path / f".{hash32('one')[2:]}.json.4711"
    broken.write_text("half of the content")
    assert len(outbox.traces(hash32("one"))) == 2
    outbox.erase(hash32("one"), wipe)
    assert outbox.traces(hash32("one")) == []
    assert (outbox.load(hash32("one")), outbox.load(hash32("two"))) == (None, {"content": "two"})


def test_answers_are_forgotten_by_the_license_that_they_carry(tmp_path: Path) -> None:
    store = SqliteRequests(tmp_path / "requests.sqlite3")
    bodies = {
        "carries": {"envelope": {"anchor": {"licenseId": hash32("one")}, "name": "示例甲"}},
        "other": {"envelope": {"anchor": {"licenseId": hash32("two")}, "names": hash32("one")}},
        "act": {"licenseId": hash32("one")},
        "null": {"envelope": None},
    }
    for key, body in bodies.items():
        store.begin(BUREAU, key, bytes(32), 1)
        store.finish(BUREAU, key, 201, json.dumps(body, ensure_ascii=False).encode())
    store.begin(BUREAU, "pending", bytes(32), 1)
    assert store.count(hash32("one")) == 1
    store.forget(hash32("one"))
    store.compact()
    with sqlite3.connect(tmp_path / "requests.sqlite3") as database:
        left = {key for (key,) in database.execute("SELECT key FROM answer")}
    assert left == {"other", "act", "null", "pending"}
    assert not any("示例甲".encode() in file.read_bytes() for file in tmp_path.iterdir())


def test_a_database_that_is_read_all_the_while_is_not_said_to_be_clean(tmp_path: Path) -> None:
    store = SqliteRequests(tmp_path / "requests.sqlite3")
    store.begin(BUREAU, "one", bytes(32), 1)
    reader = sqlite3.connect(tmp_path / "requests.sqlite3", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM answer").fetchall()
    try:
        with pytest.raises(StoreOutageError, match="REQUESTS_OUTAGE"):
            store.compact()
    finally:
        reader.close()
    store.compact()


def _home(folder: Path) -> FolderIssuerHome:
    return FolderIssuerHome(folder, Sm4Gcm(), None)


def _note_many(folder: Path, name: str) -> None:
    for number in range(60):
        _home(folder).note(BUREAU, hash32(name), {"n": number})


def test_the_register_loses_the_documents_of_a_license_and_nothing_else(tmp_path: Path) -> None:
    home = _home(tmp_path)
    for name in ("one", "two"):
        home.note(BUREAU, hash32(name), {"content": {"cid": name}})
        home.note(BUREAU, hash32(name), {"reference": "虚构决定", "salt": "00", "about": hash32("one")})
    home.forget_documents(BUREAU, hash32("one"))
    assert [list(each) for each in home.notes(BUREAU, hash32("one"))] == [["about", "reference", "salt"]]
    assert len(home.notes(BUREAU, hash32("two"))) == 2
    file = tmp_path / "issuers" / BUREAU / "register.jsonl"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert {each.name for each in file.parent.iterdir()} == {"register.jsonl"}


def test_nothing_noted_while_the_register_is_written_anew_is_lost(tmp_path: Path) -> None:
    names = ["one", "two", "three"]
    _home(tmp_path).note(BUREAU, hash32("gone"), {"content": {}})
    with ProcessPoolExecutor(3) as pool:
        writing = [pool.submit(_note_many, tmp_path, name) for name in names]
        rewrites = 0
        while not all(each.done() for each in writing) or not rewrites:
            _home(tmp_path).forget_documents(BUREAU, hash32("gone"))
            rewrites += 1
        for each in writing:
            each.result()
    for name in names:
        assert _home(tmp_path).notes(BUREAU, hash32(name)) == [{"n": number} for number in range(60)]
