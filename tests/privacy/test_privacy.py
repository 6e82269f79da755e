"""No name, number or telephone of anybody reaches the ledger, an index or what others keep, in any form.

`ELICENSE_PEOPLE` says how many people; 500 in the usual run, 10,000 in `make bench`.
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from ledger.domain.sm3 import sm3
from tests.live import found
from tests.privacy.people import Person, Town
from tests.privacy.scanner import Scanner, forms_of, links

PEOPLE = int(os.environ.get("ELICENSE_PEOPLE", "500"))


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with ExitStack() as undo:
        live = found(tmp_path_factory.mktemp("town"), undo)
        made = Town(live, [Person(number) for number in range(PEOPLE)])
        made.settle()
        yield made


@pytest.fixture(scope="module")
def scanner(town: Town) -> Scanner:
    return Scanner(text for person in town.people for text in person.texts)


KEPT_FOR_A_REASON = {
    "batches.db leaf.envelope": "the issuer's license files of a batch, until they are written and taken",
    "outbox": "drafts of documents, which only the issuer has",
    "issuers": "the issuer's register: what its decision references stand for",
    "sharing": "what the parties alone may read: purposes, cases, lists",
    "evidence": "what a doubt rests on, at the bodies that it was handed to",
    "uses": "what the grantee asked for and signed, by which the same order is the same use",
    "uses.sqlite3 refused_license.request": "who was refused a look at whose data, for the holder",
    "uses.sqlite3 use.request": "the same at the provider: who looked for whom, with a signature under it",
}
"""Where this home keeps names and numbers, and why; all is readable by its owner only."""


def test_nothing_on_the_ledger_or_in_an_index_tells_who_anybody_is(town: Town, scanner: Scanner) -> None:
    found_ = scanner.scan_all(town.places)
    assert {each.place for each in found_} <= KEPT_FOR_A_REASON.keys(), found_[:20]
    assert len(town.live.ledger().follow().find_licenses()) >= 4


def test_the_town_has_everything_that_could_tell_of_its_people(town: Town) -> None:
    index = town.live.ledger().follow()
    tables = ("grant", "uses", "refusal", "correction", "repeat", "item", "batch", "attestation")
    assert [name for name in tables if not list(index.entities(name))] == []
    places = [name for name, data in town.places if data]
    for kind in ("calldata", "log ", "storage", "log lines", "index.db", "uses.sqlite3"):
        assert any(name.startswith(kind) for name in places), kind
    assert '"event": "request"' in town.said, "what the service logs was looked at, too"


def test_the_home_keeps_names_only_where_it_must(town: Town, scanner: Scanner) -> None:
    found_ = scanner.scan_all(town.files())
    assert {each.place.split("/")[0] for each in found_} <= KEPT_FOR_A_REASON.keys(), found_[:20]
    names = {name.split("/")[0] for name, _ in town.files()}
    assert "content" in names, "encrypted documents were looked at, too"


def test_no_value_links_two_licenses_of_one_holder(town: Town) -> None:
    records = town.records()
    assert all(len(bodies) == 2 for bodies in records.values())
    assert links(records) == set()


def test_a_value_that_two_licenses_of_one_holder_share_is_found() -> None:
    shared, own = hashlib.sha256(b"shared").digest(), [hashlib.sha256(b"%d" % n).digest() for n in range(3)]
    everybody = hashlib.sha256(b"everybody's issuer").digest()
    records = {
        "one": [b"head" + shared + everybody + own[0], b"head" + shared + everybody + own[1]],
        "two": [b"head" + own[2] + everybody],
    }
    assert links(records) == {shared}


@pytest.mark.parametrize("form", [name for name, _ in forms_of("示例子丑寅卯")])
def test_every_planted_form_is_found(form: str) -> None:
    person = Person(123)
    scanner = Scanner(person.texts)
    for text in person.texts:
        planted = dict(forms_of(text))[form]
        hits = scanner.scan("planted", os.urandom(100) + planted + os.urandom(100))
        assert (text, planted) in {(each.text, dict(forms_of(each.text))[each.form]) for each in hits}


@pytest.mark.parametrize("offset", range(3))
def test_a_name_in_base64_is_found_wherever_it_stands(offset: int) -> None:
    person = Person(7)
    form = base64.b64encode(b"x" * offset + person.name.encode() + b"tail")
    assert Scanner(person.texts).scan("planted", form)


def test_a_hashed_number_is_found_in_the_data_of_a_transaction() -> None:
    person = Person(42)
    calldata = os.urandom(4) + os.urandom(32) + sm3(person.citizen_id.encode()) + os.urandom(32)
    assert [each.form for each in Scanner(person.texts).scan("calldata", calldata)] == ["sm3"]
