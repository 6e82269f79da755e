"""Reading feeds: the header, every operation under both its names, numbers in order, bad lines by name."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given as given_by
from hypothesis import strategies as st

from ledger.domain.acts import ACT_VERBS, AMEND_KINDS, GROUNDS_OF, RULES, TRANSFER_VERBS, Act, Group, Status
from ledger.domain.canonical import MAX_BYTES
from ledger.domain.exchange_codes import ENDED_BY, OPERATIONS, STATUS_NAMES, codes_of, statuses_after
from ledger.domain.feed import FeedEntry, Op, name_of, read_entries
from ledger.domain.feed_fates import RejectedLine, corrections
from ledger.domain.feed_header import FeedHeader, FeedKind, read_header
from ledger.domain.identifiers import LicenseIdentifier
from ledger.domain.sheet_rows import Cell, CellFault, SheetRow
from ledger.errors import MalformedError

ISSUER, TYPE = "11320000MB0TE5T36A", "11100000000013338W001"
FIRST = LicenseIdentifier.compose(TYPE, ISSUER, "32050920")
OWN = FIRST.text
HEADER: dict[str, Any] = {
    "format": "elicense-feed/1",
    "source": "js-registry",
    "issuer": ISSUER,
    "type": TYPE,
    "collector": ISSUER,
    "first": 1,
    "sourceTime": "2026-11-20T08:00:00Z",
}
KEY = {"serial": "32050920"}
LICENSE = {"serial": "32050920", "metadata": {}}
REVOKE = {"op": "end", "act": "revoke", "ground": "PENALTY", "key": KEY}


def row(value: object, line: int = 1) -> SheetRow:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return SheetRow(line, (Cell(text),))


def header(**changes: Any) -> FeedHeader:
    return read_header(row({**HEADER, **changes}))


def read(*lines: object, **changes: Any) -> list[FeedEntry]:
    return list(read_entries((row(each, at) for at, each in enumerate(lines, 2)), header(**changes)))


def one(**members: Any) -> FeedEntry:
    (entry,) = read({"sequence": 1, **members})
    return entry


def faults(entry: FeedEntry) -> list[tuple[str, str]]:
    assert entry.order is None
    return [(fault.field, fault.code) for fault in entry.faults]


# --- the header -------------------------------------------------------------------------------


def test_a_header_is_written_as_it_is_read() -> None:
    made = header(grounds={"revoke": "PENALTY"}, kind="mend")
    assert read_header(row(made.as_json())) == made


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("format", "elicense-feed/2"),
        ("source", ""),
        ("source", "a b"),
        ("source", "x" * 65),
        ("source", 5),
        ("issuer", "11320000MB0TE5T36B"),
        ("type", "11100000000013338W01"),
        ("type", ["11100000000013338W001"]),
        ("collector", None),
        ("first", 0),
        ("first", "1"),
        ("first", True),
        ("sourceTime", "yesterday"),
        ("sourceTime", 5),
        ("kind", "other"),
        ("kind", ["mend"]),
        ("grounds", ["PENALTY"]),
        ("grounds", {"revoke": "HOLDER_DIED"}),
        ("grounds", {"nothing": "PENALTY"}),
        ("grounds", {"revoke": {}}),
        ("more", 1),
    ],
)
def test_a_header_that_is_off_is_refused_by_the_member(member: str, value: object) -> None:
    with pytest.raises(MalformedError) as refused:
        header(**{member: value})
    assert (refused.value.code, refused.value.fields["field"]) == ("FEED_HEADER", member)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"format": 1, "format": 1}'])
def test_what_is_no_header_is_refused(text: str) -> None:
    with pytest.raises(MalformedError, match="FEED_HEADER"):
        read_header(row(text))
    with pytest.raises(MalformedError, match="FEED_HEADER"):
        read_header(SheetRow(1, (Cell(text),), None, (CellFault("JSON_NOT_UTF8"),)))


@pytest.mark.parametrize("member", HEADER)
def test_no_member_of_a_header_may_be_missing(member: str) -> None:
    with pytest.raises(MalformedError) as refused:
        read_header(row({name: value for name, value in HEADER.items() if name != member}))
    assert refused.value.fields["field"] == member


# --- operations -------------------------------------------------------------------------------


def test_every_act_but_those_on_bindings_can_be_said_in_words() -> None:
    said = set()
    for act, rule in RULES.items():
        if rule.group is Group.BINDING:
            continue
        is_end = rule.group is Group.END
        op = "insert" if act is Act.ISSUE else "end" if is_end else "update"
        members: dict[str, Any] = {"op": op, "act": rule.verb, "ground": min(GROUNDS_OF[act]).name}
        if act is not Act.ISSUE:
            key = "identifier" if act is Act.TRANSFER_IN else "serial"
            members["key"] = {key: OWN if key == "identifier" else "32050920"}
        if rule.group in (Group.START, Group.AMEND):
            members["license"] = LICENSE
        if act is Act.TRANSFER_OUT:
            members["region"] = "330421"
        order = one(**members).order
        assert order is not None, (rule.verb, one(**members).faults)
        said.add(order.act)
    assert said == set(Act) - {Act.BIND, Act.FREEZE}


CODED = {
    "01": ({"license": LICENSE}, Op.INSERT, Act.ISSUE, "NONE"),
    "02": ({"license": LICENSE, "key": {"identifier": OWN}}, Op.UPDATE, Act.RENEW, "TERM_RENEWED"),
    "03": ({"key": KEY}, Op.UPDATE, Act.SUSPEND, "PENALTY"),
    "04": ({"key": KEY}, Op.END, None, "NONE"),
    "06": ({"key": KEY}, Op.UPDATE, Act.RESUME, "PENALTY_SERVED"),
    "08": ({"license": LICENSE, "key": {"identifier": OWN}}, Op.UPDATE, Act.TRANSFER_IN, "TRANSFER"),
    "09": ({"license": LICENSE, "key": {"identifier": OWN}}, Op.UPDATE, Act.CHANGE, "CHANGED_FACTS"),
    "10": ({"key": KEY}, Op.UPDATE, Act.TRANSFER_CANCEL, "TRANSFER"),
}


@pytest.mark.parametrize("code", CODED)
def test_an_operation_code_means_what_the_collection_interface_says(code: str) -> None:
    members, op, act, ground = CODED[code]
    order = one(op=code, **members).order
    assert order is not None
    assert (order.op, order.act, order.ground) == (op, act, ground)
    assert order.given == members.get("license")


def test_every_code_is_told_apart() -> None:
    assert set(CODED) | {"05"} == set(OPERATIONS)
    assert set(OPERATIONS) | {"07"} == {f"{number:02d}" for number in range(1, 11)}
    assert set(STATUS_NAMES) == {f"{number:02d}" for number in range(1, 8)} | {"99"}


@pytest.mark.parametrize(
    ("status", "act"),
    [("03", Act.ANNUL), ("04", Act.CANCEL), ("07", Act.REVOKE), ("06", Act.TRANSFER_OUT)],
)
def test_operation_05_ends_as_its_status_says(status: str, act: Act) -> None:
    more = {"region": "330421"} if act is Act.TRANSFER_OUT else {"ground": min(GROUNDS_OF[act]).name}
    order = one(op="05", status=status, key=KEY, **more).order
    assert order is not None
    assert order.act is act
    assert ENDED_BY[status] == RULES[act].verb


@pytest.mark.parametrize("status", ["01", "02", "05", "99", "", None, ["07"]])
def test_operation_05_without_a_telling_status_is_rejected(status: object) -> None:
    assert ("status", "FIELD_CHOICE") in faults(one(op="05", status=status, key=KEY, ground="PENALTY"))


@pytest.mark.parametrize("code", ["02", "08", "09"])
@pytest.mark.parametrize("key", [None, {"serial": "32050920"}])
def test_renewal_change_and_transfer_in_name_the_identifier_before(code: str, key: object) -> None:
    found = faults(one(op=code, license=LICENSE, **({"key": key} if key else {})))
    assert found == [("key", "FIELD_CHOICE" if key else "FIELD_REQUIRED")]


def test_operation_07_says_nothing_and_is_rejected_as_such() -> None:
    assert faults(one(op="07", key=KEY)) == [("op", "FEED_OTHER_OPERATION")]


def test_a_status_beside_an_operation_has_to_fit_it() -> None:
    assert one(op="03", status="02", key=KEY).order is not None
    assert faults(one(op="03", status="01", key=KEY)) == [("status", "FEED_STATUS")]
    assert faults(one(op="03", status="12", key=KEY)) == [("status", "FIELD_CHOICE")]
    assert faults(one(**REVOKE, status="04")) == [("status", "FEED_STATUS")]


def test_each_status_of_the_ledger_is_called_by_codes_that_its_acts_leave() -> None:
    for act, rule in RULES.items():
        if rule.ends_as is not None:
            assert codes_of(rule.ends_as, act) == statuses_after(rule.verb)
    assert codes_of(Status.SUSPENDED, Act.SUSPEND) == statuses_after("suspend")
    assert codes_of(Status.SUSPENDED, Act.TRANSFER_OUT) == statuses_after("transfer out")
    assert codes_of(Status.EXPIRED, Act.ISSUE) == statuses_after("expire")
    assert codes_of(Status.IN_FORCE, Act.RESUME) == statuses_after("resume")
    assert codes_of(Status.KEY_COMPROMISED, Act.ISSUE) == frozenset()


# --- grounds, keys, times ---------------------------------------------------------------------


def test_a_ground_is_never_guessed_where_there_is_a_choice() -> None:
    assert faults(one(op="end", act="revoke", key=KEY)) == [("ground", "FEED_GROUND")]
    assert faults(one(op="05", status="04", key=KEY)) == [("ground", "FEED_GROUND")]
    assert faults(one(op="update", act="suspend", key=KEY)) == [("ground", "FEED_GROUND")]
    assert faults(one(**{**REVOKE, "ground": "HOLDER_DIED"})) == [("ground", "FIELD_CHOICE")]
    assert faults(one(**{**REVOKE, "ground": ["PENALTY"]}))[0] == ("ground", "FIELD_TYPE")


def test_the_header_may_tell_the_ground_that_a_source_means() -> None:
    line = {"sequence": 1, "op": "05", "status": "04", "key": KEY}
    (entry,) = read(line, grounds={"cancel": "HOLDER_REQUEST"})
    assert entry.order is not None
    assert entry.order.ground == "HOLDER_REQUEST"
    (own,) = read({**line, "ground": "HOLDER_DIED"}, grounds={"cancel": "HOLDER_REQUEST"})
    assert own.order is not None
    assert own.order.ground == "HOLDER_DIED"


@pytest.mark.parametrize(
    ("key", "fault"),
    [
        ({}, ("key", "FIELD_TYPE")),
        ({"serial": "1", "identifier": OWN}, ("key", "FIELD_TYPE")),
        ({"name": "1"}, ("key", "FIELD_CHOICE")),
        ({"serial": ""}, ("key/serial", "FIELD_TYPE")),
        ({"serial": 5}, ("key/serial", "FIELD_TYPE")),
        ({"serial": "1" * 201}, ("key/serial", "FIELD_TYPE")),
        ({"licenseId": "xyz"}, ("key/licenseId", "FIELD_PATTERN")),
        ("32050920", ("key", "FIELD_TYPE")),
        (None, ("key", "FIELD_REQUIRED")),
    ],
)
def test_a_key_is_one_name_of_one_license(key: object, fault: tuple[str, str]) -> None:
    assert faults(one(**{**REVOKE, "key": key})) == [fault]


@pytest.mark.parametrize(
    ("members", "fault"),
    [
        ({**REVOKE, "more": 1}, ("more", "FIELD_NOT_ALLOWED")),
        ({**REVOKE, "license": LICENSE}, ("license", "FIELD_NOT_ALLOWED")),
        ({**REVOKE, "region": "330421"}, ("region", "FIELD_NOT_ALLOWED")),
        ({**REVOKE, "effective": "soon"}, ("effective", "FEED_TIME")),
        ({**REVOKE, "effective": "1900-01-01"}, ("effective", "FEED_TIME")),
        ({**REVOKE, "sourceTime": 5}, ("sourceTime", "FEED_TIME")),
        ({**REVOKE, "reference": 5}, ("reference", "FIELD_TYPE")),
        ({**REVOKE, "reference": "x" * 2_001}, ("reference", "FIELD_TYPE")),
        ({**REVOKE, "op": "delete"}, ("op", "FIELD_CHOICE")),
        ({**REVOKE, "op": {}}, ("op", "FIELD_TYPE")),
        ({**REVOKE, "op": "skip"}, ("op", "FIELD_CHOICE")),
        ({**REVOKE, "act": "renew"}, ("act", "FIELD_CHOICE")),
        ({**REVOKE, "act": ["revoke"]}, ("act", "FIELD_TYPE")),
        ({"op": "update", "key": KEY}, ("act", "FIELD_CHOICE")),
        ({"op": "insert"}, ("license", "FIELD_REQUIRED")),
        ({"op": "insert", "license": []}, ("license", "FIELD_TYPE")),
        ({"op": "insert", "license": LICENSE, "key": KEY}, ("key", "FIELD_NOT_ALLOWED")),
        ({"op": "03", "act": "suspend", "key": KEY}, ("act", "FIELD_NOT_ALLOWED")),
        ({"op": "update", "act": "transfer out", "key": KEY}, ("region", "FIELD_REQUIRED")),
        ({"op": "update", "act": "transfer out", "key": KEY, "region": "000000"}, ("region", "REGION_FORM")),
        ({}, ("op", "FIELD_CHOICE")),
    ],
)
def test_a_bad_line_is_told_by_its_member(members: dict[str, Any], fault: tuple[str, str]) -> None:
    assert fault in faults(one(**members))


def test_times_and_places_are_read() -> None:
    order = one(
        **REVOKE, effective="2026-11-01", sourceTime="2026-11-02T00:00:00Z", reference="罚〔2026〕1号"
    ).order
    assert order is not None
    assert (order.effective, order.source_time) == (1_793_462_400, 1_793_577_600)
    assert order.reference == "罚〔2026〕1号"
    plain = one(**REVOKE).order
    assert plain is not None
    assert (plain.effective, plain.source_time) == (0, header().source_time)


def test_corrections_may_take_a_line_back() -> None:
    (entry,) = read({"sequence": 7, "op": "skip", "key": KEY, "license": LICENSE}, kind="corrections")
    assert entry.order is not None
    assert (entry.order.op, entry.order.act) == (Op.SKIP, None)


# --- numbers ----------------------------------------------------------------------------------


def lines(*numbers: int) -> list[dict[str, Any]]:
    return [{"sequence": number, **REVOKE} for number in numbers]


@pytest.mark.parametrize(
    ("numbers", "code", "line"),
    [((1, 3), "FEED_GAP", 3), ((2,), "FEED_GAP", 2), ((1, 3, 2), "FEED_GAP", 3), ((3, 2, 1), "FEED_GAP", 2)],
)
def test_a_gap_or_another_order_is_refused_with_its_line(
    numbers: tuple[int, ...], code: str, line: int
) -> None:
    with pytest.raises(MalformedError) as refused:
        read(*lines(*numbers))
    assert (refused.value.code, refused.value.fields["line"]) == (code, line)


def test_a_number_below_the_first_is_out_of_order() -> None:
    with pytest.raises(MalformedError, match="FEED_ORDER"):
        read(*lines(5, 4), first=5)


def test_the_same_words_under_the_same_number_do_no_harm_and_others_do() -> None:
    again = json.dumps(lines(1)[0], indent=None, sort_keys=True)
    assert [each.sequence for each in read(*lines(1, 2), again, *lines(3))] == [1, 2, 1, 3]
    with pytest.raises(MalformedError) as refused:
        read(*lines(1, 2), {"sequence": 1, **REVOKE, "ground": "SERIOUS_VIOLATION"})
    assert (refused.value.code, refused.value.fields) == ("FEED_REPEATED", {"line": 4, "sequence": 1})


def test_numbers_may_begin_anywhere_the_header_says() -> None:
    assert [each.sequence for each in read(*lines(90, 91), first=90)] == [90, 91]


def test_corrections_ascend_and_may_leave_numbers_out() -> None:
    assert [each.sequence for each in read(*lines(3, 9), kind="corrections")] == [3, 9]
    for numbers in ((9, 3), (3, 3)):
        with pytest.raises(MalformedError, match="FEED_ORDER"):
            read(*lines(*numbers), kind="corrections")


@pytest.mark.parametrize(
    "bad", ["{", "[]", '{"a": 1, "a": 2}', '{"a": 1.5}', '{"a": ' + "[" * 40, "nonsense"]
)
def test_an_unreadable_line_takes_the_number_that_is_due(bad: str) -> None:
    first, second, third = read(lines(1)[0], bad, lines(3)[0])
    assert (second.sequence, second.order, second.names) == (2, None, frozenset())
    assert second.faults[0].line == 3
    assert first.order is not None
    assert third.order is not None


@pytest.mark.parametrize("number", [None, "2", 0, 2.0, True, -1, 2**60])
def test_a_line_without_a_number_takes_the_one_that_is_due(number: object) -> None:
    bad = {**REVOKE, "sequence": number} if number is not None else REVOKE
    assert [each.sequence for each in read(lines(1)[0], bad, lines(3)[0])] == [1, 2, 3]


def test_a_line_too_long_or_in_another_encoding_is_one_rejected_line() -> None:
    told = SheetRow(2, (Cell("{"),), None, (CellFault("JSON_TOO_LARGE", None, {"limit": MAX_BYTES}),))
    (entry,) = read_entries([told], header())
    assert [fault.code for fault in entry.faults] == ["JSON_TOO_LARGE"]


# --- names ------------------------------------------------------------------------------------


def test_all_versions_of_a_license_have_one_name() -> None:
    told = header()
    assert name_of(OWN, told) == name_of(FIRST.next_version().text, told) == "serial:32050920"
    other = LicenseIdentifier.compose(TYPE, "11310000MB0TE5T1XB", "32050920").text
    assert name_of(other, told) == f"identifier:{other}"
    assert name_of(OWN, replace(told, type="11100000000013338W011")) == f"identifier:{OWN}"
    assert name_of("no identifier", told) == "identifier:no identifier"


def test_a_bad_line_still_tells_which_license_it_is_about() -> None:
    entry = one(op="nothing", key={"identifier": OWN}, license={"serial": "77", "metadata": {"more": 1}})
    assert entry.names == {"serial:32050920", "serial:77"}
    assert one(op="end", key={"licenseId": "0xAB"}).names == {"license:0xab"}, "be it none"


WORDS = st.sampled_from(
    [
        *OPERATIONS,
        *STATUS_NAMES,
        *ACT_VERBS,
        *AMEND_KINDS,
        *TRANSFER_VERBS,
        "insert",
        "update",
        "end",
        "PENALTY",
    ]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS | st.just("serial"), inner, max_size=3),
    max_leaves=6,
)
MEMBERS = st.sampled_from(
    ["op", "act", "key", "license", "ground", "status", "region", "effective", "note", "x"]
)


@given_by(st.dictionaries(MEMBERS, VALUES, max_size=7))
def test_whatever_a_line_says_it_is_an_order_or_has_reasons(members: dict[str, Any]) -> None:
    entry = one(**members)
    assert (entry.order is None) == bool(entry.faults)
    assert all(fault.message["zh"] and fault.message["en"] for fault in entry.faults)


# --- corrections ------------------------------------------------------------------------------


def test_rejected_lines_go_in_again_as_they_are_and_are_read_the_same() -> None:
    entries = [
        *read({"sequence": 1, "op": "end", "act": "revoke", "key": KEY}, "nonsense \ufffd"),
        *read({**REVOKE, "sequence": 9, "ground": "HOLDER_DIED"}, first=9),
    ]
    rejected = [RejectedLine(each.sequence, each.text, each.faults) for each in entries]
    first, *written = corrections(rejected, header(first=1), "en")
    told = read_header(row(first))
    assert (told.kind, told.first, told.source) == (FeedKind.CORRECTIONS, 1, "js-registry")
    again = list(read_entries((row(text, at) for at, text in enumerate(written, 2)), told))
    assert [each.sequence for each in again] == [1, 2, 9]
    assert again[0].digest == entries[0].digest
    assert again[2].digest == entries[2].digest
    assert [each.order for each in again] == [None, None, None]
    assert "FEED_GROUND" in written[0]
    assert list(corrections([], header(), "zh")) == []
