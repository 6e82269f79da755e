"""What follows from declarations, and mappings of rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ledger.adapters.clock import SystemEntropy
from ledger.adapters.outbox import FileOutbox
from ledger.adapters.sqlite.uses import SqliteUses
from ledger.domain.canonical import canonical, parse_strict
from ledger.domain.declared import (
    declaration_of,
    in_effect,
    midnight,
    outages_of,
    overlapping,
    silent_undeclared,
)
from ledger.domain.history import as_known
from ledger.domain.interface_file import read_interface
from ledger.domain.lineage import void_as_of
from ledger.domain.mapping_file import read_mapping
from ledger.domain.moments import parse_moment, rfc3339
from ledger.domain.sharing import DeclarationKind
from ledger.domain.sharing_entities import Resource
from ledger.domain.state import typed
from ledger.errors import MalformedError, RuleError
from ledger.ports.uses import KeptUse, UseState
from ledger.service.interface_quota import quota_of, uses_today
from ledger.service.interface_status import require_offered, status_of
from ledger.service.party_texts import PartyTexts
from tests.sharing_records import SharingRecords, a_use
from tests.simulator import BUREAU, DAY, OFFICE, founded_ledger
from tests.unit.test_shown_corrections import Tables

KEY = f"{BUREAU}/OPEN"
MAPPING: dict[str, Any] = {
    "format": "elicense-mapping/1",
    "from": f"{BUREAU}/OPEN",
    "to": f"{OFFICE}/OTHER",
    "fields": [{"from": "name", "to": "full-name"}, {"from": "sex", "to": "gender", "codes": {"1": "M"}}],
}


@pytest.fixture
def made() -> SharingRecords:
    records = SharingRecords(founded_ledger(sign=False))
    records.register("OPEN")
    return records


def test_the_version_in_effect_is_the_last_that_began_under_a_good_key(made: SharingRecords) -> None:
    first = made.declare(size=5).time
    made.declare(size=7, since=made.ledger.now + 9 * DAY)
    state = made.ledger.state()
    declared = declaration_of(state, KEY, DeclarationKind.INTERFACE)
    good = void_as_of(state, made.ledger.now)
    assert declared is not None
    told = {at: in_effect(declared, at, good) for at in (first - 1, first, first + 30 * DAY)}
    found = [(each[0], each[1].size) if each else None for each in told.values()]
    assert found == [None, (1, 5), (2, 7)], "a beginning in the past counts from the record on"
    assert in_effect(declared, first, lambda *_: True) is None
    known = as_known(declared, first)
    assert known is not None
    assert len(known.told) == 1  # type: ignore[union-attr]
    assert as_known(declared, first - 1) is None


def test_a_status_is_told_by_the_digest_where_only_an_earlier_file_is_here(
    made: SharingRecords, tmp_path: Path
) -> None:
    texts = PartyTexts(FileOutbox(tmp_path), SystemEntropy())
    form = {"format": "elicense-interface/1", "url": "https://interface.example", "methods": ["GET"]}
    form |= {"sla": {"availability": "99", "responseMs": 500}, "status": "offered"}
    other = read_interface({**form, "url": "https://elsewhere.example"})
    offered, suspended = read_interface(form), read_interface({**form, "status": "suspended"})
    made.declare(digest=offered.digest)
    made.declare(digest=suspended.digest)

    def status() -> str | None:
        return status_of(made.ledger.state(), texts, KEY, made.ledger.now)

    assert status() is None, "nothing is here"
    texts.keep_form(offered.digest, offered.as_json())
    assert status() == "suspended"
    with pytest.raises(RuleError, match="INTERFACE_NOT_OFFERED"):
        require_offered(made.ledger.state(), texts, KEY, made.ledger.now)
    made.declare(digest=other.digest)
    assert status() is None, "the address is another one, too"
    require_offered(made.ledger.state(), texts, KEY, made.ledger.now)
    made.declare(digest=offered.digest)
    assert status() == "offered"


def test_an_outage_is_ended_by_a_later_word_and_excuses_only_what_came_after_it(made: SharingRecords) -> None:
    made.mount("OPEN")
    since = made.ledger.now - 10
    made.declare(2, since=since)
    made.probe("OPEN", outcome=3)
    made.declare(2, since=since, until=since + 5)
    state = made.ledger.state()
    declared, resource = (
        declaration_of(state, KEY, DeclarationKind.OUTAGE),
        typed(state, "resource", KEY, Resource),
    )
    is_void = void_as_of(state, made.ledger.now)
    (outage,) = outages_of(declared, is_void)
    assert (outage.last.until, outage.first.until) == (since + 5, 0)
    assert resource is not None
    assert silent_undeclared(resource, declared, is_void) == []
    assert len(silent_undeclared(resource, None, is_void)) == 1
    assert outages_of(declared, lambda *_: True) == []


def test_snapshots_overlap_where_they_share_a_moment(made: SharingRecords) -> None:
    now = made.ledger.now
    for since, until in ((30, 20), (20, 10), (25, 15)):
        made.declare(3, since=now - since * DAY, until=now - until * DAY)
    declared = declaration_of(made.ledger.state(), KEY, DeclarationKind.SNAPSHOT)
    assert declared is not None
    told = declared.told
    assert [overlapping(told, each.since, each.until, number) for number, each in enumerate(told, 1)] == [
        [3],
        [3],
        [1, 2],
    ]


def test_uses_of_a_day_count_once_whether_recorded_under_way_or_both(
    made: SharingRecords, tmp_path: Path
) -> None:
    made.declare(size=5)
    grants = [made.request("OPEN", text) for text in ("one", "other")]
    store = SqliteUses(tmp_path / "uses.sqlite3")
    recorded = [a_use(grants[0], 1), a_use(grants[1], 2)]
    made.use(*recorded)
    made.use_batch(grants[0], count=3)
    now, state = made.ledger.now, Tables(made.ledger.state())

    def kept(use_id: str, state: UseState, requested: int, sign_by: int) -> None:
        form = {"requestedAt": rfc3339(requested)}
        store.reserve(KeptUse(use_id, grants[0], OFFICE, form, state, sign_by), None)

    assert uses_today(store, state, KEY, OFFICE, now) == 5
    kept(recorded[0].request_digest, UseState.RECORDED, now, now)
    kept("0x01", UseState.OFFERED, now, now + 9)
    kept("0x02", UseState.OFFERED, now, now - 9)
    kept("0x03", UseState.ENDED, now, now + 9)
    kept("0x04", UseState.GATHERED, midnight(now) - 1, now + 9)
    assert uses_today(store, state, KEY, OFFICE, now) == 6
    assert uses_today(store, state, KEY, BUREAU, now) == 0
    assert quota_of(state, KEY, now) == 5
    assert quota_of(state, f"{BUREAU}/NONE", now) == 0


def test_days_begin_at_midnight_in_china() -> None:
    assert rfc3339(midnight(parse_moment("2026-03-01T15:59:59Z"))) == "2026-02-28T16:00:00Z"
    assert rfc3339(midnight(parse_moment("2026-03-01T16:00:00Z"))) == "2026-03-01T16:00:00Z"


def test_a_mapping_reads_back_and_tells_what_did_not_go_over() -> None:
    mapping = read_mapping(MAPPING)
    assert mapping.as_json() == MAPPING
    assert read_mapping(parse_strict(canonical(mapping.as_json()))).digest == mapping.digest
    made = mapping.apply([{"name": "甲", "sex": 1}, {"sex": "9", "age": 3}, {"sex": None}])
    assert made.rows == [{"full-name": "甲", "gender": "M"}, {}, {}]
    assert made.unmapped == {"age": 1}
    assert [each["row"] for each in made.unconverted] == [2, 3]
    assert not made.is_complete
    assert mapping.apply([{"name": "甲"}]).is_complete


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"format": "elicense-mapping/2"}, "format"),
        ({"from": "OPEN"}, "from"),
        ({"to": 3}, "to"),
        ({"fields": []}, "fields"),
        ({"fields": [{"from": "a", "to": "b"}, {"from": "c", "to": "b"}]}, "fields"),
        ({"fields": [{"from": "a"}]}, "fields/0"),
        ({"fields": [{"from": "a", "to": ""}]}, "fields/0"),
        ({"fields": [{"from": "a", "to": "b", "codes": {}}]}, "fields/0/codes"),
        ({"fields": [{"from": "a", "to": "b", "codes": {"1": 2}}]}, "fields/0"),
        ({"fields": ["a"]}, "fields/0"),
    ],
)
def test_a_malformed_mapping_is_refused_with_its_member(change: dict[str, Any], field: str) -> None:
    with pytest.raises(MalformedError) as caught:
        read_mapping({**MAPPING, **change})
    assert (caught.value.code, caught.value.fields["field"]) == ("MAPPING_MALFORMED", field)


def test_an_interface_says_every_member_once() -> None:
    with pytest.raises(MalformedError):
        read_interface({"format": "elicense-interface/1"})
