"""The head and the objects' words, recomputed; what does not fit is a finding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from eth_hash.auto import keccak

from ledger.domain.records import RawLog, Record, RecordBody, raw_log_of
from ledger.proof.journal import Walk, mapping_key, next_head, next_object, object_slot, object_word, revision

FIRST = keccak(b"a ledger")
BODY = RecordBody(b"\7" * 64, ()).encode()


def record(seq: int, object_id: bytes = b"\4" * 32) -> Record:
    block = 10 + seq // 2
    return Record(
        seq, object_id, 31, "0x" + "ef" * 20, 1_795_000_000 + block, BODY, block, "0x" + "11" * 32, seq % 2
    )


RECORDS = [record(seq, bytes([seq % 3]) * 32) for seq in range(1, 9)]


def head_of(records: Sequence[Record]) -> bytes:
    head = FIRST
    for each in records:
        head = next_head(head, each)
    return head


def codes(logs: Sequence[Record | RawLog], **known: bytes) -> list[str]:
    walk = Walk(FIRST, expected={int(name[4:]): head for name, head in known.items()})
    found = [finding for log in logs for finding in walk.take(log)[1]]
    return [finding.code for finding in found + walk.finish(8, head_of(RECORDS))]


def test_the_head_is_the_hash_of_eight_words() -> None:
    first = RECORDS[0]
    words = [1, first.block, first.time, int(first.writer, 16), 31, int.from_bytes(first.object, "big")]
    written = FIRST + b"".join(word.to_bytes(32, "big") for word in words) + keccak(BODY)
    assert next_head(FIRST, first) == keccak(written)


def test_an_objects_word_counts_its_facts_above_the_hash_of_seven_words() -> None:
    first = RECORDS[0]
    before = 6 << 224 | 12345
    words = [12345, 1, first.block, first.time, int(first.writer, 16), 31]
    digest = keccak(b"".join(word.to_bytes(32, "big") for word in words) + keccak(BODY))
    word = next_object(before.to_bytes(32, "big"), first)
    assert revision(word) == 7
    assert word[4:] == digest[4:]


def test_an_objects_word_depends_on_every_record_and_their_order() -> None:
    one, two = record(1), record(2)
    assert revision(object_word([one, two])) == 2
    assert len({object_word(each) for each in ([], [one], [two], [one, two], [two, one], [one, one])}) == 6


def test_slots_are_laid_out_as_solidity_does() -> None:
    known = 0xE90B7BCEB6E7DF5418FB78D8EE546E97C83A08BBCCC01A0644D599CCD2A7C2E0
    assert mapping_key(1, 2) == known
    assert object_slot((1).to_bytes(32, "big"), 2) == known


def test_true_records_leave_no_finding() -> None:
    assert codes(RECORDS) == []
    assert codes([raw_log_of(each) for each in RECORDS]) == []
    assert codes(RECORDS, head4=head_of(RECORDS[:4])) == []


@pytest.mark.parametrize("i", range(8))
def test_an_omitted_record_is_found(i: int) -> None:
    expected = ["HEAD_MISMATCH"] if i == 7 else ["SEQ_GAP", "HEAD_MISMATCH"]
    assert codes(RECORDS[:i] + RECORDS[i + 1 :]) == expected


@pytest.mark.parametrize("i", range(7))
def test_swapped_records_are_found(i: int) -> None:
    swapped = [*RECORDS[:i], RECORDS[i + 1], RECORDS[i], *RECORDS[i + 2 :]]
    assert {"SEQ_GAP", "HEAD_MISMATCH"} <= set(codes(swapped))


@pytest.mark.parametrize("i", range(8))
def test_a_record_served_twice_is_found(i: int) -> None:
    assert {"SEQ_GAP", "HEAD_MISMATCH"} <= set(codes([*RECORDS[: i + 1], RECORDS[i], *RECORDS[i + 1 :]]))


@pytest.mark.parametrize(
    "change",
    [
        {"object": b"\5" * 32},
        {"kind": 32},
        {"writer": "0x" + "ee" * 20},
        {"time": 1},
        {"body": RecordBody(b"", ()).encode()},
    ],
)
def test_an_edited_record_is_found(change: dict[str, object]) -> None:
    edited = [*RECORDS[:3], replace(RECORDS[3], **change), *RECORDS[4:]]  # type: ignore[arg-type]
    assert codes(edited) == ["HEAD_MISMATCH"]


def test_records_moved_to_another_block_are_found() -> None:
    assert codes([replace(each, block=each.block + 1) for each in RECORDS]) == ["HEAD_MISMATCH"]


def test_records_against_the_order_of_the_chain_are_found() -> None:
    moved = [*RECORDS[:3], replace(RECORDS[3], log_index=0, block=RECORDS[2].block - 1), *RECORDS[4:]]
    assert codes(moved)[0] == "BAD_RECORD"


def test_a_bad_log_is_named_and_not_repaired() -> None:
    bad = replace(raw_log_of(RECORDS[3]), data=b"")
    assert codes([*RECORDS[:3], bad, *RECORDS[4:]]) == ["BAD_RECORD", "SEQ_GAP", "HEAD_MISMATCH"]
    bad_body = replace(RECORDS[3], body=b"")
    assert codes([*RECORDS[:3], bad_body, *RECORDS[4:]]) == ["BAD_RECORD", "SEQ_GAP", "HEAD_MISMATCH"]


def test_a_kept_head_tells_where_it_went_wrong() -> None:
    edited = [RECORDS[0], replace(RECORDS[1], time=1), *RECORDS[2:]]
    assert codes(edited, head4=head_of(RECORDS[:4])) == ["HEAD_MISMATCH", "HEAD_MISMATCH"]


def test_a_walk_goes_on_from_a_known_place() -> None:
    walk = Walk(head_of(RECORDS[:5]), seq=5)
    findings = [finding for each in RECORDS[5:] for finding in walk.take(each)[1]]
    assert findings + walk.finish(8, head_of(RECORDS)) == []
