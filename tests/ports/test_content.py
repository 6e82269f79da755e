"""Content by id: the id of IPFS, no altered byte returned, nothing outside the folder touched."""

from __future__ import annotations

import base64
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import crypto
from ledger.adapters import disk
from ledger.adapters.content import FolderContent
from ledger.adapters.disk import flush, wipe
from ledger.adapters.ipfs import IpfsContent
from ledger.adapters.sm4 import Sm4Gcm
from ledger.domain.content_id import MAX_BYTES, cid_of, digest_in
from ledger.errors import ContentOutageError, LedgerError, MalformedError, NotEntitledError, TrustError
from ledger.ports import Content
from ledger.service.keep import KeepDocument, Wrap, kept_document

KNOWN = {
    b"": "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku",
    b"hello world": "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e",
    b"hello world\n": "bafkreifjjcie6lypi6ny7amxnfftagclbuxndqonfipmb64f2km2devei4",
}
"""CIDs that other software gives these bytes (`ipfs add --cid-version 1 --raw-leaves`)."""


@pytest.fixture
def store(tmp_path: Path) -> FolderContent:
    return FolderContent(tmp_path / "content", flush, wipe)


@pytest.fixture(params=["folder", "ipfs"])
def any_store(request: pytest.FixtureRequest, store: FolderContent) -> Content:
    """Each implementation of the port in turn: what they promise is the same."""
    return store if request.param == "folder" else IpfsContent(request.getfixturevalue("kubo").url)


def files(store: FolderContent) -> list[Path]:
    return [path for path in store._folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("data", KNOWN)
def test_the_id_is_the_one_that_ipfs_gives(data: bytes, any_store: Content) -> None:
    assert cid_of(data) == KNOWN[data]
    assert any_store.put(data) == KNOWN[data]
    assert any_store.get(KNOWN[data]) == data


@given(st.binary(max_size=300))
def test_an_id_names_the_digest_of_its_bytes(data: bytes) -> None:
    import hashlib

    assert digest_in(cid_of(data)) == hashlib.sha256(data).digest()


def test_no_altered_byte_comes_back(store: FolderContent) -> None:
    blob = bytes(range(256)) * 16
    cid = store.put(blob)
    (file,) = files(store)
    for position in range(len(blob)):
        altered = bytearray(blob)
        altered[position] ^= 1 << position % 8
        file.write_bytes(altered)
        with pytest.raises(TrustError, match="CONTENT_ALTERED"):
            store.get(cid)
    for other in (b"", blob[:-1], blob + b"\0", blob * 100):
        file.write_bytes(other)
        with pytest.raises(TrustError, match="CONTENT_ALTERED"):
            store.get(cid)
    file.write_bytes(blob)
    assert store.get(cid) == blob


def test_putting_again_repairs_what_was_altered(store: FolderContent) -> None:
    cid = store.put(b"document")
    (file,) = files(store)
    file.write_bytes(b"Document")
    assert store.put(b"document") == cid
    assert store.get(cid) == b"document"


def test_only_the_owner_reads_and_no_draft_stays(store: FolderContent) -> None:
    store.put(b"one")
    store.put(b"one")
    store.put(b"two")
    assert len(files(store)) == 2
    assert {stat.S_IMODE(file.stat().st_mode) for file in files(store)} == {0o600}
    folders = [store._folder, *(path for path in store._folder.rglob("*") if path.is_dir())]
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in folders} == {0o700}


def test_a_write_that_breaks_off_leaves_nothing(
    store: FolderContent, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put(b"kept")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(disk.os, "fsync", full)
    monkeypatch.setattr(disk, "_flush_file_systems", full)
    for documents in ([b"lost"], [b"lost", *(bytes([n]) for n in range(20))]):
        with pytest.raises(ContentOutageError, match="CONTENT_UNAVAILABLE") as caught:
            store.put_all(documents)
        assert "No space" in caught.value.message()["en"]
        assert not store.has(cid_of(b"lost"))
        assert [file.read_bytes() for file in files(store)] == [b"kept"]


def test_erased_content_is_overwritten_before_its_name_goes(store: FolderContent) -> None:
    cid = store.put(b"personal data")
    (file,) = files(store)
    second = file.with_name("second name")
    second.hardlink_to(file)
    assert store.erase(cid)
    assert second.read_bytes() == bytes(13)


def test_what_is_not_there_is_missing_and_erased_content_is_gone(any_store: Content) -> None:
    cid = cid_of(b"personal data")
    for _ in range(2):
        assert not any_store.has(cid)
        assert not any_store.erase(cid)
        with pytest.raises(ContentOutageError, match="CONTENT_MISSING"):
            any_store.get(cid)
        assert any_store.put(b"personal data") == cid
        assert any_store.has(cid)
        assert any_store.erase(cid)


def test_content_of_one_block_is_the_most(any_store: Content) -> None:
    largest = bytes(MAX_BYTES)
    assert any_store.get(any_store.put(largest)) == largest
    with pytest.raises(MalformedError, match="CONTENT_TOO_LARGE"):
        any_store.put(bytes(MAX_BYTES + 1))


GOOD = KNOWN[b"hello world"]
BAD_CIDS = [
    "",
    "b",
    "../../etc/passwd",
    "../" + GOOD[3:],
    GOOD[:-3] + "/..",
    "/" + GOOD[1:],
    "http://example.org/" + GOOD,
    GOOD.upper(),
    GOOD + "=",
    GOOD + "\n",
    GOOD[:-1],
    GOOD + "a",
    GOOD[:-1] + "f",  # same bytes, spare bits set
    "b" + "a" * 58,
    "f01551220" + "00" * 32,
    "QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o",
    "bafybeif7ztnhq65lumvvtr4ekcwd2ifwgm3awq4zfr3srh462rwyinlb4y",  # dag-pb
    "bafkqabtimvwgy3yk",  # identity hash
    GOOD.replace("b", "\u0412", 1),
    "ipfs://" + GOOD,
    "/ipns/example.org",
    GOOD + ".ipfs.dweb.link",
    GOOD + "@127.0.0.1",
    "%2e%2e%2f" + GOOD[9:],
    GOOD[:-3] + "%00",
    GOOD[:-1] + "\x00",
    GOOD[:-6] + "\r\nA: b"[:6],
    "[::ffff:169.254.169.254]".ljust(59, "a"),
    "http://169.254.169.254/latest/meta-data/".ljust(59, "a"),
    "f01551220" + digest_in(GOOD).hex(),  # the same in base16
    "B" + GOOD[1:].upper(),
]


@pytest.mark.parametrize("cid", BAD_CIDS)
def test_only_the_one_spelling_of_an_id_is_taken(cid: str, any_store: Content) -> None:
    any_store.put(b"hello world")
    for ask in (any_store.get, any_store.has, any_store.erase):
        with pytest.raises(MalformedError, match="CID_MALFORMED"):
            ask(cid)


def spelled(*head: int) -> str:
    """The digest of a good id under another version, codec, hash or length, in the same base."""
    raw = bytes(head) + digest_in(GOOD)
    return "b" + base64.b32encode(raw).decode().lower().rstrip("=")


@pytest.mark.parametrize(
    "head",
    [
        (0x00, 0x55, 0x12, 0x20),  # version 0
        (0x02, 0x55, 0x12, 0x20),
        (0x01, 0x70, 0x12, 0x20),  # dag-pb: a tree that may have no end
        (0x01, 0x71, 0x12, 0x20),  # dag-cbor
        (0x01, 0x72, 0x12, 0x20),  # libp2p-key: IPNS
        (0x01, 0x55, 0x00, 0x20),  # identity: the bytes stand in the id
        (0x01, 0x55, 0x11, 0x20),  # SHA-1
        (0x01, 0x55, 0x16, 0x20),  # SHA3-256
        (0x01, 0x55, 0x12, 0x1F),  # cut short
        (0x01, 0x55, 0x12, 0x00),
    ],
)
def test_an_id_of_the_right_length_with_another_codec_or_hash_is_refused(
    head: tuple[int, ...], any_store: Content
) -> None:
    cid = spelled(*head)
    assert len(cid) == len(GOOD) == len(spelled(0x01, 0x55, 0x12, 0x20))
    for ask in (any_store.get, any_store.has, any_store.erase):
        with pytest.raises(MalformedError, match="CID_MALFORMED"):
            ask(cid)


@given(st.text(max_size=70))
def test_no_text_is_an_id_by_chance(text: str) -> None:
    with pytest.raises(MalformedError, match="CID_MALFORMED"):
        digest_in(text)


def test_a_folder_that_cannot_be_written_is_an_outage(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ContentOutageError, match="CONTENT_UNAVAILABLE"):
        FolderContent(tmp_path / "file", flush, wipe).put(b"document")


# --- encrypted documents ------------------------------------------------------------------

ISSUER, HOLDER, STRANGER = (crypto.decryptor(bytes(31) + bytes([n])) for n in (7, 8, 9))


@pytest.fixture
def keeping(any_store: Content) -> KeepDocument:
    return KeepDocument(any_store, Sm4Gcm(), crypto.encryptor())


def test_issuer_and_holder_open_a_kept_document_and_nobody_else(
    keeping: KeepDocument, any_store: Content
) -> None:
    document = '{"姓名": "示例·甲"}'.encode() * 20
    kept = keeping.keep(document, [ISSUER.public_key, HOLDER.public_key])
    assert keeping.open(kept, ISSUER) == keeping.open(kept, HOLDER) == document
    with pytest.raises(NotEntitledError, match="DOCUMENT_NOT_WRAPPED"):
        keeping.open(kept, STRANGER)
    blob = any_store.get(kept.cid)
    assert "示例".encode() not in blob
    assert kept.as_json()["cid"] == cid_of(blob)
    assert kept_document(kept.as_json()) == kept
    assert {wrap["to"] for wrap in kept.as_json()["wraps"]} == {
        ISSUER.public_key.hex(),
        HOLDER.public_key.hex(),
    }


def test_each_document_has_a_key_of_its_own(keeping: KeepDocument) -> None:
    one, two = (keeping.keep(b"same", [ISSUER.public_key]) for _ in range(2))
    keys = {ISSUER.decrypt(bytes.fromhex(each.wraps[0].wrapped)) for each in (one, two)}
    assert len(keys) == 2
    assert one.cid != two.cid


def test_a_blob_or_wrap_that_was_altered_does_not_open(keeping: KeepDocument, any_store: Content) -> None:
    kept = keeping.keep(b"document", [ISSUER.public_key])
    blob = any_store.get(kept.cid)
    for position in range(len(blob)):
        altered = bytearray(blob)
        altered[position] ^= 1
        other = any_store.put(bytes(altered))
        with pytest.raises(TrustError, match="DOCUMENT_SEAL_BROKEN"):
            keeping.open(replace(kept, cid=other), ISSUER)
    own_digest = replace(kept, cid=other, sm3=__import__("hashlib").new("sm3", bytes(altered)).hexdigest())
    with pytest.raises(TrustError, match="DOCUMENT_SEAL_BROKEN"):
        keeping.open(own_digest, ISSUER)
    wrapped = kept.wraps[0].wrapped
    for position in range(0, len(wrapped), 7):
        digit = format(int(wrapped[position], 16) ^ 1, "x")
        bad = Wrap(kept.wraps[0].to, wrapped[:position] + digit + wrapped[position + 1 :])
        with pytest.raises(TrustError, match="DOCUMENT_SEAL_BROKEN"):
            keeping.open(replace(kept, wraps=(bad,)), ISSUER)


def test_a_wrap_for_another_document_does_not_open_this_one(keeping: KeepDocument) -> None:
    one, two = (keeping.keep(text, [ISSUER.public_key]) for text in (b"one", b"two"))
    with pytest.raises(TrustError, match="DOCUMENT_SEAL_BROKEN"):
        keeping.open(replace(one, wraps=two.wraps), ISSUER)


def test_an_erased_document_is_gone_for_all_readers(keeping: KeepDocument, any_store: Content) -> None:
    kept = keeping.keep(b"document", [ISSUER.public_key])
    assert any_store.erase(kept.cid)
    with pytest.raises(ContentOutageError, match="CONTENT_MISSING"):
        keeping.open(kept, ISSUER)


def test_nobody_to_read_and_no_key_are_refused_before_anything_is_stored(
    store: FolderContent,
) -> None:
    keeping = KeepDocument(store, Sm4Gcm(), crypto.encryptor())
    for readers in ([], [b"\4" + bytes(64)]):
        with pytest.raises(LedgerError):
            keeping.keep(b"document", readers)
    assert not store._folder.exists()


def test_the_documents_of_a_batch_share_a_wrap_and_nothing_else(
    keeping: KeepDocument, any_store: Content
) -> None:
    documents = [b"one", b"two", b"three"]
    kept = keeping.keep_all(documents, [ISSUER.public_key], [[], [HOLDER.public_key], [ISSUER.public_key]])
    assert [keeping.open(each, ISSUER) for each in kept if each] == documents
    one, two, three = (each for each in kept if each)
    assert keeping.open(two, HOLDER) == b"two"
    for other in (one, three):
        with pytest.raises(NotEntitledError, match="DOCUMENT_NOT_WRAPPED"):
            keeping.open(other, HOLDER)
    assert len({each.wraps[0].wrapped for each in (one, two, three)}) == 1
    assert [kept_document(each.as_json()) for each in (one, two, three)] == [one, two, three]
    for wraps in (two.wraps[:1], (replace(one.wraps[0], under=two.wraps[0].under),)):
        with pytest.raises(TrustError, match="DOCUMENT_SEAL_BROKEN"):
            keeping.open(replace(one, wraps=wraps), ISSUER)
    common = ISSUER.decrypt(bytes.fromhex(one.wraps[0].wrapped))
    with pytest.raises(TrustError, match="SM4_OPEN_FAILED"):
        Sm4Gcm().open(common, any_store.get(one.cid), b"elicense/1/blob")
    any_store.erase(two.cid)
    assert keeping.open(one, ISSUER) == b"one"


def test_what_nobody_could_read_is_not_kept(keeping: KeepDocument) -> None:
    alone, none = keeping.keep_all([b"one", b"two"], [], [[HOLDER.public_key], []])
    assert alone is not None
    assert keeping.open(alone, HOLDER) == b"one"
    assert none is None


@pytest.mark.parametrize("obj", [None, {}, {"cid": "a", "sm3": "b", "wraps": [{"to": "zz", "wrapped": ""}]}])
def test_another_form_is_no_kept_document(obj: object) -> None:
    with pytest.raises(MalformedError):
        kept_document(obj)
