"""From records to state: what each kind makes, and what is refused."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from ledger.domain.acts import Act, Purpose, Scope
from ledger.domain.apply import State, apply
from ledger.domain.entities import (
    Key,
    Ledger,
    License,
    LicenseType,
    Organisation,
    Region,
    Relay,
    Representation,
    Term,
    TermKind,
    Terms,
)
from ledger.domain.facts import Fact, fact_of, object_of
from ledger.domain.messages import MESSAGE_OF, Kind
from ledger.domain.representation import RepresentationKind, RepresentationScope
from ledger.domain.rules.catalog import recognition_key
from ledger.domain.rules.representations import representation_key
from ledger.domain.state import Refused, typed
from ledger.domain.trustfile import CONTRACT_NAMES
from tests.simulator import (
    BLOCK_SECONDS,
    BUREAU,
    LEDGER_ID,
    NATIONAL_TYPE,
    OBJECT_OF,
    OFFICE,
    QINGPU,
    REGIONAL_TYPE,
    SHANGHAI,
    ZHEJIANG,
    LedgerSimulator,
    every_kind,
    founded_ledger,
    hash32,
    id_of,
    key_id_of,
)

SECOND_KINDS = {
    Kind.LICENSE_OPENED,
    Kind.LICENSE_ISSUED_BY_AMENDMENT,
    Kind.LICENSE_BATCH_ISSUED_BY_RENEWAL,
    Kind.REGION_FOLLOWED,
    Kind.KEY_REGISTERED_BY_ROTATION,
    Kind.KEY_REGISTERED_BY_RECOVERY,
}
"""Records beside the first one of a message, each about an object of its own."""


@pytest.fixture(scope="module")
def ledger() -> LedgerSimulator:
    return every_kind(founded_ledger(sign=False))


@pytest.fixture(scope="module")
def state(ledger: LedgerSimulator) -> State:
    return ledger.state()


def facts(ledger: LedgerSimulator, kind: Kind) -> list[Fact]:
    return [fact_of(record) for record in ledger.records() if record.kind == kind]


def test_every_kind_is_applied(ledger: LedgerSimulator) -> None:
    assert {record.kind for record in ledger.records()} == set(Kind)


def test_every_record_is_about_the_object_that_its_message_names(ledger: LedgerSimulator) -> None:
    for record in ledger.records():
        fact = fact_of(record)
        assert object_of(fact.kind, fact.values) == record.object
        if record.kind not in SECOND_KINDS:
            assert OBJECT_OF[MESSAGE_OF[fact.kind].name](fact.values) == record.object


def test_the_ledger_is_founded_and_sealed(ledger: LedgerSimulator, state: State) -> None:
    found = typed(state, "ledger", "ledger", Ledger)
    (seal,) = facts(ledger, Kind.LEDGER_SEALED)
    assert found is not None
    assert (found.threshold, found.sealed_seq, found.sealed_at) == (1, seal.seq, seal.time)
    names = [*CONTRACT_NAMES, "Catalog"]
    assert [name for name, _, _ in found.contracts] == names
    assert found.rev == 3 + len(found.contracts)


def test_bodies_keys_and_relays(ledger: LedgerSimulator, state: State) -> None:
    region = typed(state, "region", str(QINGPU), Region)
    body = typed(state, "organisation", BUREAU, Organisation)
    key = typed(state, "key", key_id_of("spare"), Key)
    relay = typed(state, "relay", "0x" + "22" * 20, Relay)
    assert region is not None and (region.parent, region.rev) == (SHANGHAI, 1)
    assert body is not None and (body.region, body.level) == (QINGPU, 3)
    assert key is not None and (key.purpose, key.rev, len(key.endings), len(key.cut_offs)) == (
        Purpose.SIGN,
        3,
        1,
        1,
    )
    (ended,) = facts(ledger, Kind.RELAY_ENDED)
    assert relay is not None and (relay.until, relay.rev) == (ended.time, 2)


def test_a_key_knows_its_cut_off_from_its_record_on(ledger: LedgerSimulator, state: State) -> None:
    key = typed(state, "key", key_id_of("spare"), Key)
    (cut,) = facts(ledger, Kind.KEY_CUT_OFF)
    assert key is not None
    assert (key.cut_off(cut.time - 1), key.cut_off(cut.time)) == (None, cut.values["since"])
    assert not key.is_valid_at(key.since - 1)
    assert key.is_valid_at(key.since)
    assert not key.is_valid_at(key.endings[0][1])


def test_types_rights_and_agreements(state: State) -> None:
    kind = typed(state, "type", REGIONAL_TYPE, LicenseType)
    assert kind is not None and kind.at(0) is None
    assert kind.versions[0].scope is Scope.REGIONAL
    right = typed(state, "entitlement", f"{NATIONAL_TYPE}/{OFFICE}", Terms)
    agreement = typed(state, "recognition", recognition_key(SHANGHAI, ZHEJIANG, REGIONAL_TYPE), Terms)
    for terms in (right, agreement):
        assert terms is not None and terms.rev == len(terms.terms) == 2
        ended = terms.terms[-1]
        assert terms.at(ended.until - 1, ended.recorded_at) == replace(terms.terms[0], until=ended.until)
        assert terms.at(ended.until, ended.recorded_at) is None
        assert terms.at(ended.until, ended.recorded_at - 1) == terms.terms[0]


@pytest.mark.parametrize("since", [0, 1, 100])
def test_what_ended_does_not_come_back(since: int) -> None:
    begun = Term(recorded_at=200, since=since, until=0)
    ended = Term(recorded_at=300, since=since, until=400, kind=TermKind.ENDED)
    terms = Terms(2, ("a", "b"), (begun, ended))
    assert terms.at(399, 300) == replace(begun, until=400)
    assert terms.at(400, 300) is None
    assert terms.at(10_000, 10_000) is None
    again = Terms(3, ("a", "b"), (begun, ended, Term(recorded_at=500, since=600, until=0)))
    assert [again.at(at, 500) is not None for at in (399, 400, 599, 600)] == [True, False, False, True]


def test_an_end_ends_also_what_a_later_term_had_not_yet_taken_over() -> None:
    """Given again for next month and ended before that: the first term must not go on until then."""
    terms = (
        Term(recorded_at=100, since=100, until=0),
        Term(recorded_at=110, since=200, until=0),
        Term(recorded_at=120, since=200, until=150, kind=TermKind.ENDED),
    )
    found = Terms(3, ("a", "b"), terms)
    assert found.at(149, 120) == replace(terms[0], until=150)
    assert [found.at(at, 120) for at in (150, 170, 250)] == [None, None, None]
    assert found.at(170, 119) == terms[0]


def test_representations_and_their_history(state: State) -> None:
    ids = (id_of("license 3"), hash32("representative"))
    found = typed(state, "representation", representation_key(*ids), Representation)
    assert found is not None
    assert (found.rev, found.license_id, found.representative) == (2, *ids)
    given, ended = found.mandates
    assert (given.title, given.scope) == (RepresentationKind.GUARDIAN, {RepresentationScope.PRESENT})
    assert (given.until, given.by_keys) == (0, (key_id_of(BUREAU),))
    assert found.at(ended.until - 1, ended.recorded_at) == replace(given, until=ended.until)
    assert found.at(ended.until, ended.recorded_at) is None
    assert found.at(ended.until, ended.recorded_at - 1) == given
    assert found.at(given.since - 1, ended.recorded_at) is None


def test_what_a_compromised_key_gave_a_representative_is_void_and_its_end_stands() -> None:
    ledger = founded_ledger(sign=False)
    mine, theirs = id_of("license 1"), hash32("representative")
    ledger.issue(mine)
    ledger.represent(mine, theirs)
    stolen_at = ledger.now
    ledger.represent(mine, theirs, scope=7)
    found = representation_of(ledger.state(), mine, theirs)
    after = (ledger.now, ledger.now, lambda _, recorded: recorded >= stolen_at)
    assert found.at(*after[:2]) == found.mandates[1]
    assert found.at(*after) == found.mandates[0]
    ledger.end_representation(mine, theirs, ledger.now)
    assert representation_of(ledger.state(), mine, theirs).at(*after) is None


def representation_of(state: State, license_id: str, representative: str) -> Representation:
    found = typed(state, "representation", representation_key(license_id, representative), Representation)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        ({"kind": 0}, "out of range"),
        ({"kind": 5}, "out of range"),
        ({"scope": 0}, "out of range"),
        ({"scope": 8}, "out of range"),
        ({"kind": RepresentationKind.AGENT}, "no AGENT"),
        ({"until": 1}, "no GUARDIAN"),
    ],
)
def test_terms_that_the_contract_refuses_are_bad_records(change: dict[str, Any], detail: str) -> None:
    ledger = founded_ledger(sign=False)
    ledger.issue(id_of("license 1"))
    ledger.represent(id_of("license 1"), hash32("representative"), **change)
    refuses_the_last(ledger, detail)


def test_nobody_stands_in_for_the_holder_of_an_unknown_license() -> None:
    ledger = founded_ledger(sign=False)
    ledger.represent(id_of("nowhere"), hash32("representative"))
    refuses_the_last(ledger, "unknown license")


@pytest.mark.parametrize("change", [-1, 0, 1])
def test_an_end_of_a_representation_lies_ahead_and_only_moves_earlier(change: int) -> None:
    ledger = founded_ledger(sign=False)
    ids = (id_of("license 1"), hash32("representative"))
    ledger.issue(ids[0])
    ledger.end_representation(*ids, ledger.now)
    refuses_the_last(ledger, "nothing to end")
    ledger = founded_ledger(sign=False)
    ledger.issue(ids[0])
    ledger.represent(*ids, until=ledger.now + 1000)
    until = ledger.now + 1000 - BLOCK_SECONDS
    ledger.end_representation(*ids, until + change)
    if change < 0:
        assert ledger.state()
    else:
        refuses_the_last(ledger, "an end at")
    ledger.end_representation(*ids, ledger.now - 1)
    refuses_the_last(ledger, "an end at")


def refuses_the_last(ledger: LedgerSimulator, detail: str) -> None:
    """The newest record is `BAD_RECORD`; what is wrong before it is left out."""
    state = State(LEDGER_ID)
    *earlier, last = [fact_of(record) for record in ledger.records()]
    for fact in earlier:
        with suppress(Refused):
            state.apply(fact)
    with pytest.raises(Refused, match=detail) as caught:
        state.apply(last)
    assert caught.value.code == "BAD_RECORD"


def test_licenses_and_their_facts(state: State) -> None:
    old = typed(state, "license", id_of("license 0"), License)
    new = typed(state, "license", id_of("license 5"), License)
    bound = typed(state, "license", id_of("license 3"), License)
    assert old is not None and new is not None and bound is not None
    assert (old.facts[-1].successor, new.supersedes, new.rev) == (new.license_id, old.license_id, 1)
    assert (bound.holder_binding, bound.rev) == (hash32("binding"), 3)
    assert [each.act for each in bound.facts] == [Act.ISSUE, Act.BIND, Act.FREEZE]
    assert [(each.by, each.method, each.assurance) for each in bound.facts[1:]] == [
        (BUREAU, 1, 2),
        (BUREAU, 0, 0),
    ]
    assert new.region == QINGPU


def test_applying_leaves_the_state_before_untouched(ledger: LedgerSimulator) -> None:
    state = State(LEDGER_ID)
    for record in ledger.records():
        before = {table: dict(rows) for table, rows in state.tables.items()}
        changes = apply(state, fact_of(record))
        assert state.tables == before
        for change in changes:
            state.put(change)
    assert state.tables == ledger.state().tables


LICENSE = id_of("a license")
NO_TYPE = "11100000MB0TE5T605009"
STRAY = "0x" + "33" * 20


def _refusals() -> dict[str, tuple[Any, str]]:
    region = {"region": SHANGHAI, "parent": 0, "nameDigest": hash32("x"), "rev": 0}
    return {
        "a region twice": (lambda ledger: ledger.record("AddRegion", [], **region), "DUPLICATE_ID"),
        "a body twice": (
            lambda ledger: ledger.record("AddOrganisation", [], **{**_body(), "rev": 0}),
            "DUPLICATE_ID",
        ),
        "a key twice": (lambda ledger: ledger.register_key(BUREAU, bytes(32)), "DUPLICATE_ID"),
        "an unknown key ended": (lambda ledger: ledger.end_key("nobody", "x", 1), "BAD_RECORD"),
        "an unknown key cut off": (lambda ledger: ledger.cut_off_key("nobody", "x", 1), "BAD_RECORD"),
        "an unknown relay ended": (lambda ledger: ledger.end_relay(STRAY, 1, "x"), "BAD_RECORD"),
        "a right that nobody has ended": (
            lambda ledger: ledger.end_entitlement(NO_TYPE, BUREAU, "x", 1),
            "BAD_RECORD",
        ),
        "an agreement that nobody made ended": (
            lambda ledger: ledger.end_recognition(ZHEJIANG, SHANGHAI, REGIONAL_TYPE, "x", 1),
            "BAD_RECORD",
        ),
        "a second seal": (lambda ledger: ledger.seal("x"), "BAD_RECORD"),
        "a license twice": (lambda ledger: _twice(ledger), "DUPLICATE_ID"),
        "a right that is missing": (lambda ledger: ledger.issue(LICENSE, code=NO_TYPE), "NOT_ENTITLED"),
        "a right that is replaced by one to come": (
            lambda ledger: (_entitled_later(ledger), ledger.issue(LICENSE)),
            "NOT_ENTITLED",
        ),
        "an act on nothing": (lambda ledger: ledger.act(LICENSE, Act.REVOKE), "BAD_RECORD"),
        "a binding of nothing": (lambda ledger: ledger.bind(LICENSE, hash32("b")), "BAD_RECORD"),
        "an act of no number": (
            lambda ledger: (ledger.issue(LICENSE), ledger.act(LICENSE, 19)),
            "BAD_RECORD",
        ),
        "an issue that nobody signed": (
            lambda ledger: _unsigned(ledger),
            "BAD_RECORD",
        ),
        "a stale revision": (
            lambda ledger: (ledger.issue(LICENSE), ledger.act(LICENSE, Act.REVOKE, rev=0)),
            "BAD_RECORD",
        ),
    }  # fmt: skip


def _entitled_later(ledger: LedgerSimulator) -> None:
    ledger.entitle(NATIONAL_TYPE, BUREAU, QINGPU, str(SHANGHAI), since=ledger.now + 1_000)


def _twice(ledger: LedgerSimulator) -> None:
    ledger.issue(LICENSE)
    ledger.issue(LICENSE, rev=0)


def _unsigned(ledger: LedgerSimulator) -> None:
    ledger.record("Issue", [], licenseId=LICENSE, **ledger._license(LICENSE, BUREAU, NATIONAL_TYPE))


def _body() -> dict[str, Any]:
    return {
        "uscc": "0x" + BUREAU.encode().hex().ljust(64, "0"),
        "region": QINGPU,
        "level": 1,
        "nameDigest": hash32("x"),
    }


@pytest.mark.parametrize("name", _refusals())
def test_what_no_contract_would_write_is_refused(name: str) -> None:
    deed, code = _refusals()[name]
    ledger = founded_ledger(sign=False)
    deed(ledger)
    state = State(LEDGER_ID)
    *good, last = list(ledger.records())
    for record in good:
        state.apply(fact_of(record))
    before = {table: dict(rows) for table, rows in state.tables.items()}
    with pytest.raises(Refused) as caught:
        state.apply(fact_of(last))
    assert caught.value.code == code
    assert state.tables == before
