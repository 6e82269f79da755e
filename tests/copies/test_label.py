"""The label of a copy: it belongs to one copy, one ledger, one end, and only its provider can make it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import gmalg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.canonical import canonical
from ledger.domain.label import FaceFile, label_from_json
from ledger.domain.plain_copy import Copy, read_plain_copy, write_plain_copy
from ledger.domain.sm import sm3
from ledger.errors import (
    BadProofError,
    BadSignatureError,
    LedgerError,
    MalformedError,
    StalePresentationError,
    WrongLedgerError,
)
from tests.copies.world import LEDGER_ID, SIGNER, VERIFIER, disclosed, label, license_file, plain
from tests.wallet.world import NOW, new_signer

SHOWN = disclosed()
GENUINE = label(SHOWN, FaceFile("ab" * 32, 1234))


def test_a_label_is_read_back_and_holds_for_its_own_copy() -> None:
    found = label_from_json(GENUINE.as_json())
    assert found == GENUINE
    found.check(VERIFIER, SHOWN.digest, LEDGER_ID, SIGNER.public_key)
    found.require_current(NOW)


def test_another_implementation_holds_its_signature_for_true() -> None:
    form = GENUINE.as_json()
    signature = bytes.fromhex(form.pop("signature"))
    message = sm3(b"elicense/1/label") + sm3(canonical(form))
    judge = gmalg.SM2(uid=b"1234567812345678", pk=SIGNER.public_key)
    assert judge.verify(message, signature[:32], signature[32:])


@pytest.mark.parametrize(
    ("changes", "error", "code"),
    [
        ({"content": bytes(32)}, BadProofError, "LABEL_OF_ANOTHER"),
        ({"ledger_id": "0x" + "00" * 32}, WrongLedgerError, "WRONG_LEDGER"),
        ({"key": new_signer().public_key}, BadSignatureError, "LABEL_SIGNATURE_BAD"),
    ],
)
def test_the_label_of_another_copy_ledger_or_provider_is_refused(
    changes: dict[str, Any], error: type[LedgerError], code: str
) -> None:
    asked = {"content": SHOWN.digest, "ledger_id": LEDGER_ID, "key": SIGNER.public_key, **changes}
    with pytest.raises(error) as refused:
        GENUINE.check(VERIFIER, **asked)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("until", "2030-01-01T00:00:00Z"),
        ("grade", 1),
        ("grant", "0x" + "00" * 32),
        ("grantee/name", "另一单位"),
        ("purpose/code", "OTHER"),
        ("item", ""),
        ("content", "00" * 32),
        ("file/size", 1),
        ("signature", "11" * 64),
    ],
)
def test_a_label_with_anything_changed_is_signed_by_nobody(path: str, value: object) -> None:
    form = json.loads(canonical(GENUINE.as_json()))
    *folders, last = path.split("/")
    place = form
    for each in folders:
        place = place[each]
    place[last] = value
    with pytest.raises(BadSignatureError):
        label_from_json(form).check(VERIFIER, SHOWN.digest)


def test_a_purpose_that_its_digest_does_not_stand_for_is_refused() -> None:
    form = json.loads(canonical(GENUINE.as_json()))
    form["purpose"]["text"] = "别的用途"
    with pytest.raises(MalformedError):
        label_from_json(form)


def test_the_last_second_is_good_and_the_next_is_too_late() -> None:
    until = GENUINE.terms.until
    GENUINE.require_current(until - 1)
    with pytest.raises(StalePresentationError) as late:
        GENUINE.require_current(until)
    assert late.value.code == "LABEL_EXPIRED"


def test_a_label_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(MalformedError):
        label_from_json(replace(GENUINE, issued_at=GENUINE.terms.until).as_json())


@given(
    st.sampled_from(sorted(GENUINE.as_json())),
    st.one_of(st.none(), st.integers(), st.text(), st.just({}), st.just([])),
)
def test_whatever_stands_in_a_member_is_read_or_refused_by_name(name: str, value: Any) -> None:
    form = {**GENUINE.as_json(), name: value}
    if form != GENUINE.as_json():
        with pytest.raises(LedgerError):
            label_from_json(form).check(VERIFIER, SHOWN.digest)


# --- with its disclosure ------------------------------------------------------------------


def test_a_plain_copy_is_read_back_and_checks() -> None:
    made = plain()
    found = read_plain_copy(write_plain_copy(made))
    found.check(VERIFIER, LEDGER_ID, SIGNER.public_key)
    assert found.disclosed.values["face/category"] == "B"
    assert found.label == made.label


def test_the_label_of_one_copy_on_the_fields_of_another_is_refused() -> None:
    mixed = Copy(disclosed(license_file("business_license")), plain().label)
    with pytest.raises(BadProofError) as refused:
        read_plain_copy(write_plain_copy(mixed)).check(VERIFIER)
    assert refused.value.code == "LABEL_OF_ANOTHER"


def test_a_label_that_names_another_license_is_refused_though_its_provider_signed_it() -> None:
    with pytest.raises(BadProofError) as refused:
        plain(license_id="0x" + "77" * 32).check(VERIFIER)
    assert refused.value.code == "LABEL_OF_ANOTHER"


def test_fields_that_no_issuer_signed_are_refused_though_a_provider_labels_them() -> None:
    genuine = disclosed()
    field = replace(genuine.shown.disclosure.fields[0], value="编造的")
    made_up = replace(genuine.shown.disclosure, fields=(field, *genuine.shown.disclosure.fields[1:]))
    shown = replace(genuine, shown=replace(genuine.shown, disclosure=made_up))
    with pytest.raises(BadProofError) as refused:
        Copy(shown, label(shown)).check(VERIFIER)
    assert refused.value.code == "DISCLOSURE_BROKEN"
