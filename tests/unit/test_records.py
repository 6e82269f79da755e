"""Records decode strictly: one record, one encoding."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.messages import MESSAGE_OF, Kind
from ledger.domain.records import RawLog, Record, RecordBody, RecordSignature, raw_log_of, record_of
from ledger.errors import TrustError

SIGNATURE = RecordSignature(b"\1" * 32, 1, b"\2" * 32, b"\3" * 32)
WORDS: dict[str, object] = {
    "bytes32": "0x" + "ab" * 32,
    "bytes32[]": ("0x" + "ab" * 32,) * 2,
    "address": "0x" + "cd" * 20,
}


WITH_LEAVES = (
    *(Kind.LICENSE_BATCH_ISSUED, Kind.LICENSE_BATCH_ISSUED_BY_RENEWAL),
    *(Kind.CONSENT_GIVEN, Kind.CONSENT_WITHDRAWN, Kind.CORRECTION_ASKED, Kind.CORRECTION_CONTESTED),
    *(Kind.DATA_USED, Kind.DATA_USED_IN_BATCH, Kind.USES_REFUSED_IN_BATCH),
    *(Kind.REPEAT_TOLD, Kind.ITEM_REGISTERED),
)


def record(kind: int = Kind.KEY_ENDED, body: bytes | None = None) -> Record:
    struct = MESSAGE_OF[Kind.KEY_ENDED]
    data = struct.data({name: WORDS.get(each, 7) for name, each in struct.fields[1:]})
    encoded = RecordBody(data, (SIGNATURE,)).encode() if body is None else body
    return Record(5, b"\4" * 32, kind, "0x" + "ef" * 20, 1_795_000_000, encoded, 12, "0x" + "11" * 32, 3)


def test_a_log_and_its_record_are_two_forms_of_one() -> None:
    assert record_of(raw_log_of(record())) == record()


@pytest.mark.parametrize("kind", list(MESSAGE_OF))
def test_messages_of_every_kind_come_back_as_they_were_signed(kind: Kind) -> None:
    struct = MESSAGE_OF[kind]
    values = {name: WORDS.get(each, 7) for name, each in struct.fields[1:]}
    leaves = (b"\5" * 32, b"\6" * 32) if kind in WITH_LEAVES else ()
    body = RecordBody(struct.data(values), (SIGNATURE, SIGNATURE), leaves)
    read = record(kind, body.encode())
    assert read.decoded() == body
    assert read.message() == (struct, values)
    assert read.decoded().signatures[0].raw == b"\2" * 32 + b"\3" * 32


def test_leaves_belong_to_batches_and_batches_to_leaves() -> None:
    plain, batch = RecordBody(b"", ()), RecordBody(b"", (), (b"\5" * 32,))
    others = (Kind.LICENSE_ISSUED, Kind.LICENSE_BATCH_RENEWED)
    for kind, body in [*((each, plain) for each in WITH_LEAVES), *((each, batch) for each in others)]:
        with pytest.raises(TrustError, match="BAD_RECORD"):
            record(kind, body.encode()).decoded()


@pytest.mark.parametrize("place", range(0, 32 * 12, 7))
def test_every_changed_byte_of_a_body_gives_another_record_or_none(place: int) -> None:
    body = record().body
    changed = body[:place] + bytes([body[place] ^ 0x80]) + body[place + 1 :]
    with contextlib.suppress(TrustError):
        read = record(body=changed).decoded()
        assert read.encode() == changed
        assert read != record().decoded()


@pytest.mark.parametrize(
    "body",
    [b"", b"\0" * 32, record().body + b"\0", record().body + b"\0" * 32, record().body[:-1], b"\xff" * 256],
)
def test_bodies_that_do_not_re_encode_are_refused(body: bytes) -> None:
    with pytest.raises(TrustError, match="BAD_RECORD"):
        record(body=body).decoded()


def test_a_message_with_bytes_behind_it_is_refused() -> None:
    body = record().decoded()
    with pytest.raises(TrustError, match="BAD_RECORD"):
        record(body=replace(body, data=body.data + b"\0" * 32).encode()).message()


def test_a_kind_that_is_not_known_is_told() -> None:
    with pytest.raises(TrustError, match="kind 9999"):
        record(9999).message()


def bad_logs() -> dict[str, RawLog]:
    log = raw_log_of(record())
    topics = log.topics
    return {
        "no topics": replace(log, topics=()),
        "another event": replace(log, topics=(b"\0" * 32, *topics[1:])),
        "a topic too few": replace(log, topics=topics[:3]),
        "a topic too many": replace(log, topics=(*topics, topics[1])),
        "a short topic": replace(log, topics=(*topics[:3], topics[3][:31])),
        "a seq beyond 64 bits": replace(log, topics=(topics[0], b"\1" + topics[1][1:], *topics[2:])),
        "a kind beyond 16 bits": replace(log, topics=(*topics[:3], b"\1" + topics[3][1:])),
        "data cut off": replace(log, data=log.data[:-32]),
        "data behind": replace(log, data=log.data + b"\0" * 32),
        "padding of the writer": replace(log, data=b"\1" + log.data[1:]),
        "no data": replace(log, data=b""),
    }


@pytest.mark.parametrize("defect", bad_logs())
def test_logs_that_are_no_records_are_refused(defect: str) -> None:
    with pytest.raises(TrustError) as caught:
        record_of(bad_logs()[defect])
    assert caught.value.code == "BAD_RECORD"
    assert "#3" in caught.value.message()["en"]


@given(st.binary(max_size=400), st.lists(st.binary(min_size=32, max_size=32), max_size=5))
def test_any_log_is_a_record_or_a_bad_one(data: bytes, topics: list[bytes]) -> None:
    log = raw_log_of(record())
    candidates: list[Any] = [replace(log, data=data), replace(log, topics=tuple(topics))]
    for each in candidates:
        with contextlib.suppress(TrustError):
            assert raw_log_of(record_of(each)) == each
