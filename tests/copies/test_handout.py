"""A copy on its way: it opens for the one reader it was made for, as the use it belongs to, or not at all."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import crypto
from ledger.domain.canonical import canonical, parse_strict
from ledger.domain.fields_tree import flatten
from ledger.domain.handout import ANNOTATED, MAX_FILE, PLAIN, HandoutTerms, handout_from_json
from ledger.domain.plain_copy import read_plain_copy, write_plain_copy
from ledger.errors import BadProofError, LedgerError, MalformedError, NotEntitledError, TrustError
from tests.copies.world import HAND_OUT, READER, license_file, plain

COPY = plain()
TERMS = HandoutTerms.of(COPY.label)
CONTENT = write_plain_copy(COPY).ljust(4096 - 28)  # 4 KiB with nonce and tag
HANDOUT = HAND_OUT.seal(CONTENT, PLAIN, TERMS, READER.public_key)


def refused(
    handout: object, error: type[LedgerError] = TrustError, code: str = "HANDOUT_SEAL_BROKEN"
) -> None:
    with pytest.raises(error) as found:
        HAND_OUT.open(handout, READER)  # type: ignore[arg-type]
    assert found.value.code == code


def test_the_grantee_opens_what_was_made_for_it_and_finds_the_granted_fields() -> None:
    data = canonical(HANDOUT.as_json())
    found = HAND_OUT.open(handout_from_json(parse_strict(data, MAX_FILE)), READER, TERMS)
    assert found == CONTENT
    assert read_plain_copy(found.rstrip()).disclosed.values["metadata/certificateNumber"]


def test_nothing_of_the_copy_or_of_the_other_fields_can_be_read_on_the_way() -> None:
    envelope = license_file()
    content = write_plain_copy(plain(envelope))
    opened = HAND_OUT.open(HAND_OUT.seal(content, PLAIN, TERMS, READER.public_key), READER)
    on_the_way = canonical(HAND_OUT.seal(content, PLAIN, TERMS, READER.public_key).as_json())
    for path in ("holders/0/code", "holders/0/name", "face/birthDate"):
        assert envelope.salts[path].encode() not in opened
        assert str(flatten(envelope.license)[path]).encode() not in opened
    for text in ("示例企业甲", "企业资质审查"):
        assert text.encode() in opened
        assert text.encode() not in on_the_way


def test_two_handouts_of_one_copy_share_no_key_and_no_bytes() -> None:
    other = HAND_OUT.seal(CONTENT, PLAIN, TERMS, READER.public_key)
    assert other.sealed != HANDOUT.sealed
    assert READER.decrypt(other.wrapped) != READER.decrypt(HANDOUT.wrapped)


def test_another_key_does_not_open_it() -> None:
    stranger = crypto.decryptor(crypto.generate_key())
    with pytest.raises(NotEntitledError) as found:
        HAND_OUT.open(HANDOUT, stranger)
    assert found.value.code == "HANDOUT_NOT_YOURS"
    with pytest.raises(TrustError) as renamed:
        HAND_OUT.open(replace(HANDOUT, to=stranger.public_key), stranger)
    assert renamed.value.code == "HANDOUT_SEAL_BROKEN"


def test_every_flipped_byte_of_a_blob_of_4_kib_is_found() -> None:
    assert len(HANDOUT.sealed) == 4096
    for place in range(len(HANDOUT.sealed)):
        flipped = bytearray(HANDOUT.sealed)
        flipped[place] ^= 1
        refused(replace(HANDOUT, sealed=bytes(flipped)))


def test_every_flipped_byte_of_the_wrapped_key_is_found() -> None:
    for place in range(len(HANDOUT.wrapped)):
        flipped = bytearray(HANDOUT.wrapped)
        flipped[place] ^= 1
        refused(replace(HANDOUT, wrapped=bytes(flipped)))


def test_the_wrapped_key_of_another_handout_does_not_open_this_one() -> None:
    other = HAND_OUT.seal(CONTENT, PLAIN, TERMS, READER.public_key)
    refused(replace(HANDOUT, wrapped=other.wrapped))


@pytest.mark.parametrize("length", [0, 11, 12, 27, 28, 4095])
def test_a_blob_that_was_cut_off_is_refused(length: int) -> None:
    refused(replace(HANDOUT, sealed=HANDOUT.sealed[:length]))


@pytest.mark.parametrize("member", ["ledger_id", "grant", "request", "license_id", "version"])
def test_a_blob_of_another_use_is_refused(member: str) -> None:
    value = 2 if member == "version" else "0x" + "cc" * 32
    terms = replace(TERMS, **{member: value})
    other = HAND_OUT.seal(CONTENT, PLAIN, terms, READER.public_key)
    refused(replace(HANDOUT, sealed=other.sealed, wrapped=other.wrapped))
    refused(replace(HANDOUT, terms=terms))
    with pytest.raises(BadProofError) as found:
        HAND_OUT.open(other, READER, TERMS)
    assert found.value.code == "HANDOUT_OF_ANOTHER"


def test_a_copy_is_not_taken_for_one_of_another_kind() -> None:
    refused(replace(HANDOUT, media_type=ANNOTATED))


@pytest.mark.parametrize("name", sorted(HANDOUT.as_json()))
@pytest.mark.parametrize("value", [None, 0, -1, "", "0x", "zz", [], {}, True])
def test_a_member_of_another_form_is_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(MalformedError) as found:
        handout_from_json({**HANDOUT.as_json(), name: value})
    assert found.value.code == "HANDOUT_MALFORMED"


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=4))
def test_another_object_is_refused(form: dict[str, str]) -> None:
    with pytest.raises(MalformedError):
        handout_from_json(json.loads(json.dumps(form)))
