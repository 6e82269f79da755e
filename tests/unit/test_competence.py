"""Who had to sign: the permission table judged again, quorum and superiors above all."""

from __future__ import annotations

import pytest

from ledger.domain.acts import Purpose
from ledger.domain.apply import State
from ledger.domain.facts import fact_of
from ledger.domain.objects import organisation_object, region_object
from ledger.proof.competence import Competence
from tests.simulator import (
    BUREAU,
    LEDGER_ID,
    NATIONAL_TYPE,
    OFFICE,
    SHANGHAI,
    LedgerSimulator,
    founded_ledger,
    hash32,
    id_of,
    key_id_of,
)
from tests.unit.governed import registration

ROOTS = (310000, 330000, 320000)
INNER, DISTRICT, TOWN = 310118, 310119, 310120


@pytest.fixture
def ledger() -> LedgerSimulator:
    """Three provinces that decide two of three; a district, and a town under it."""
    made = LedgerSimulator(sign=False)
    made.found(threshold=2)
    for region, parent in (
        *((root, 0) for root in ROOTS),
        (INNER, 310000),
        (TOWN, INNER),
        (DISTRICT, 310000),
    ):
        made.add_region(region, parent)
        made.register_key(str(region), region_object(region), Purpose.GOVERN)
    made.seal(*map(str, ROOTS))
    return made


def problem(ledger: LedgerSimulator) -> str | None:
    """What is wrong with the newest record, judged after all others were found right."""
    state = State(LEDGER_ID)
    competence = Competence(state)
    *earlier, last = [fact_of(record) for record in ledger.records()]
    for fact in earlier:
        assert competence.problem_with(fact) is None, fact
        state.apply(fact)
        competence.note(fact)
    found = competence.problem_with(last)
    return None if found is None else found[0]


def new_key(owner: int) -> dict[str, object]:
    return registration("new", Purpose.GOVERN, region_object(owner))


def test_a_seal_needs_every_founder(ledger: LedgerSimulator) -> None:
    assert problem(ledger) is None
    without = LedgerSimulator(sign=False)
    without.found(threshold=1)
    for root in ROOTS:
        without.add_region(root)
        without.register_key(str(root), region_object(root), Purpose.GOVERN)
    without.seal("310000", "330000")
    assert problem(without) == "NOT_ENTITLED"


@pytest.mark.parametrize(
    ("signers", "is_right"),
    [
        ((310000, 330000), True),
        ((330000, 320000), True),
        (ROOTS, True),
        ((310000,), False),
        ((310000, 310000), False),
        ((310000, INNER), False),
        ((310000, 330000, INNER), False),
        ((), False),
    ],
)
def test_regions_are_added_by_a_quorum(
    ledger: LedgerSimulator, signers: tuple[int, ...], is_right: bool
) -> None:
    members = {"region": 340000, "parent": 0, "nameDigest": "0x" + "00" * 32}
    ledger.record("AddRegion", list(map(str, signers)), **members)
    assert problem(ledger) == (None if is_right else "NOT_ENTITLED")


@pytest.mark.parametrize(
    ("owner", "signers", "is_right"),
    [
        (310000, (330000, 320000), True),
        (310000, (310000, 320000), True),
        (310000, (310000,), False),
        (INNER, (310000,), True),
        (INNER, (INNER,), False),
        (INNER, (330000,), False),
        (TOWN, (INNER,), True),
        (TOWN, (310000,), True),
        (TOWN, (TOWN,), False),
        (TOWN, (DISTRICT,), False),
    ],
)
def test_a_regions_keys_are_its_superiors_business(
    ledger: LedgerSimulator, owner: int, signers: tuple[int, ...], is_right: bool
) -> None:
    ledger.record("RegisterKey", [*map(str, signers), "new"], **new_key(owner))
    assert problem(ledger) == (None if is_right else "NOT_ENTITLED")


def test_a_key_proves_its_possession_last(ledger: LedgerSimulator) -> None:
    ledger.record("RegisterKey", ["new", "310000"], **new_key(INNER))
    assert problem(ledger) == "NOT_ENTITLED"


@pytest.mark.parametrize(
    ("key", "signers", "is_right"),
    [
        (310000, (330000, 320000), True),
        (310000, (310000, 330000), False),
        (310000, (330000,), False),
        (INNER, (310000,), True),
        (INNER, (INNER,), False),
    ],
)
def test_a_cut_off_is_never_declared_by_the_region_itself(
    ledger: LedgerSimulator, key: int, signers: tuple[int, ...], is_right: bool
) -> None:
    ledger.record("CutOffKey", list(map(str, signers)), key=key_id_of(str(key)), since=ledger.now)
    assert problem(ledger) == (None if is_right else "NOT_ENTITLED")


def test_before_the_seal_nobody_signs_and_times_count_all_the_same() -> None:
    ledger = LedgerSimulator(sign=False)
    ledger.found(threshold=1)
    assert problem(ledger) is None
    ledger.record("AddRegion", [], region=310000, parent=0, nameDigest="0x" + "00" * 32, notAfter=1)
    assert problem(ledger) == "BAD_RECORD"


def test_who_stands_in_for_a_holder_is_the_business_of_the_licenses_issuer() -> None:
    license_id, representative = id_of("license"), hash32("representative")
    ledger = founded_ledger(sign=False)
    ledger.issue(license_id)
    ledger.represent(license_id, representative)
    assert problem(ledger) is None
    ledger.end_representation(license_id, representative, ledger.now, issuer=OFFICE)
    assert problem(ledger) == "NOT_ENTITLED"
    other = founded_ledger(sign=False)
    other.issue(license_id)
    other.represent(license_id, representative, issuer=OFFICE)
    assert problem(other) == "NOT_ENTITLED"


def test_a_body_that_followed_the_issuer_says_who_stands_in() -> None:
    license_id, representative = id_of("license"), hash32("representative")
    ledger = LedgerSimulator(sign=False)
    ledger.found(threshold=1)
    ledger.add_region(SHANGHAI)
    ledger.register_key(str(SHANGHAI), region_object(SHANGHAI), Purpose.GOVERN)
    for uscc in (BUREAU, OFFICE):
        ledger.add_organisation(uscc, SHANGHAI)
        ledger.register_key(uscc, organisation_object(uscc))
    ledger.register_type(NATIONAL_TYPE, [])
    ledger.entitle(NATIONAL_TYPE, BUREAU, SHANGHAI, str(SHANGHAI))
    ledger.seal(str(SHANGHAI))
    ledger.issue(license_id)
    ledger.succeed_organisation(BUREAU, OFFICE, str(SHANGHAI))
    ledger.represent(license_id, representative, issuer=OFFICE)
    assert problem(ledger) is None
    ledger.end_representation(license_id, representative, ledger.now, issuer=OFFICE)
    assert problem(ledger) is None
