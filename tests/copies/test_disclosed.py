"""What is handed out: the granted fields and no others, provable by the anchored digest alone."""

from __future__ import annotations

import copy as copying
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.canonical import canonical
from ledger.domain.disclosed import disclosed_license, granted_paths, highest_grade, read_disclosed
from ledger.domain.field_list import FieldList
from ledger.domain.fields_tree import flatten
from ledger.domain.verdict import Outcome
from ledger.errors import LedgerError, MalformedError, RuleError, UsageError
from ledger.proof.claims import claim_of_shown, shown_integrity
from tests.copies.world import GRANTED, ISSUER, LISTED, VERIFIER, disclosed, license_file
from tests.wallet.world import DOMAIN

Json = dict[str, Any]
GENUINE = disclosed()


@pytest.mark.parametrize("in_batch", [False, True])
def test_the_granted_fields_prove_themselves_by_what_the_issuer_signed(in_batch: bool) -> None:
    envelope = license_file(in_batch=in_batch)
    found = read_disclosed(disclosed(envelope).data)
    assert found.shown.disclosure.content_digest().hex() == envelope.digest
    assert shown_integrity(found.shown, DOMAIN.ledger_id).outcome is Outcome.PASS
    claim = claim_of_shown(found.shown, DOMAIN.ledger_id)
    assert claim.license_id == envelope.anchor["licenseId"]
    assert VERIFIER.verify(ISSUER.public_key, bytes.fromhex(envelope.message), found.shown.signature)


def test_nothing_of_the_other_fields_is_in_it() -> None:
    envelope = license_file()
    data, shown = disclosed(envelope).data, disclosed(envelope).values
    hidden = flatten(envelope.license).keys() - shown.keys()
    assert "holders/0/code" in hidden
    assert "face/birthDate" in hidden
    for path in hidden:
        assert path.encode() not in data
        assert envelope.salts[path].encode() not in data
    for secret in ("310101190001010011", "示例持证人甲", "1900-01-01"):
        assert secret.encode() not in data


def test_a_name_of_the_list_means_a_path_a_branch_or_one_last_part() -> None:
    paths = list(flatten(license_file().license))
    assert granted_paths(paths, LISTED, LISTED.bitmap(["holders", "certificateName"])) == [
        "holders/0/code",
        "holders/0/codeType",
        "holders/0/name",
        "metadata/certificateName",
    ]
    with pytest.raises(UsageError) as ambiguous:
        granted_paths(["a/name", "b/name"], FieldList(("name",), (1,)), 1)
    assert ambiguous.value.code == "FIELD_AMBIGUOUS"


def test_a_license_without_any_granted_field_gives_nothing() -> None:
    with pytest.raises(RuleError) as nothing:
        granted_paths(["face/other"], LISTED, GRANTED)
    assert nothing.value.code == "HANDOUT_NOTHING"


def test_the_grade_is_the_highest_of_the_fields_that_are_there() -> None:
    paths = list(flatten(license_file().license))
    assert highest_grade(paths, LISTED, GRANTED) == 2
    assert highest_grade(paths, LISTED, LISTED.bitmap(["certificateName", "holders"])) == 3
    assert (
        highest_grade(["metadata/certificateName"], LISTED, LISTED.bitmap(["holders", "certificateName"]))
        == 1
    )


def test_a_changed_value_salt_or_hash_leads_elsewhere() -> None:
    form = json.loads(GENUINE.data)
    field = form["license"]["disclosure"]["fields"][0]
    for place, name, value in (
        (field, "value", "另一个"),
        (field, "salt", "00" * 32),
        (form["license"]["disclosure"], "hashes", "00" * 32 + form["license"]["disclosure"]["hashes"][64:]),
    ):
        before = place[name]
        place[name] = value
        assert not read_disclosed(canonical(form)).is_intact
        place[name] = before
    assert read_disclosed(canonical(form)).is_intact


def _places(form: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = form.items() if isinstance(form, dict) else enumerate(form) if isinstance(form, list) else ()
    return [path, *(each for name, value in inner for each in _places(value, (*path, name)))]


FORMS = [json.loads(disclosed(license_file(in_batch=batch)).data) for batch in (False, True)]


@given(st.data())
def test_whatever_stands_in_it_is_read_or_refused_by_name(data: st.DataObject) -> None:
    form = copying.deepcopy(data.draw(st.sampled_from(FORMS)))
    path = data.draw(st.sampled_from([each for each in _places(form) if each]))
    value = data.draw(
        st.one_of(
            st.none(),
            st.booleans(),
            st.integers(-(2**53) + 1, 2**53 - 1),
            st.text(),
            st.just([]),
            st.just({}),
        )
    )
    place = form
    for name in path[:-1]:
        place = place[name]
    if data.draw(st.booleans()) and isinstance(place, dict):
        del place[path[-1]]
    else:
        place[path[-1]] = value
    try:
        found = disclosed_license(form)
        claim_of_shown(found.shown, DOMAIN.ledger_id)
        _ = found.is_intact
    except LedgerError:
        return


@given(st.binary(max_size=200))
def test_bytes_that_are_no_disclosure_are_refused(data: bytes) -> None:
    with pytest.raises(MalformedError):
        read_disclosed(data)


def test_another_spelling_of_the_same_is_refused() -> None:
    with pytest.raises(MalformedError):
        read_disclosed(json.dumps(json.loads(GENUINE.data)).encode())
