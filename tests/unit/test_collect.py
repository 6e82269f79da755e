"""Collecting over a ledger in memory: any interleaving, any death, bad lines that keep others waiting."""

from __future__ import annotations

import itertools
import json
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given as given_by
from hypothesis import settings
from hypothesis import strategies as st

from ledger.domain.acts import Act
from ledger.domain.exchange_codes import OPERATIONS
from ledger.domain.feed_fates import Fate
from ledger.domain.identifiers import LicenseIdentifier
from ledger.domain.objects import organisation_object
from ledger.errors import MalformedError, UsageError
from tests.collecting import Desk, Died
from tests.depth import IS_DEEP
from tests.e2e.feeds_made import Feed, given, serial
from tests.e2e.sheets_made import TYPE
from tests.simulator import BUREAU, JIASHAN, OFFICE, ZHEJIANG, founded_ledger, id_of

TAKER = "11330000MB0TE5T28K"
GROUND = {"suspend": "PENALTY", "resume": "PENALTY_SERVED", "revoke": "PENALTY", "cancel": "HOLDER_REQUEST"}
STATUS = {"suspend": "SUSPENDED", "resume": "IN_FORCE", "revoke": "REVOKED", "cancel": "CANCELLED"}
FATE = {
    "insert": Fate.INSERTED,
    "change": Fate.UPDATED,
    "suspend": Fate.SUSPENDED,
    "resume": Fate.LIFTED,
    "revoke": Fate.ENDED,
    "cancel": Fate.ENDED,
}


def identifier(number: int, version: int = 1) -> str:
    return LicenseIdentifier.compose(TYPE, BUREAU, serial(number), f"{version:03d}").text


def feed(first: int = 1, **header: Any) -> Feed:
    return Feed(first, **{"issuer": BUREAU, "collector": BUREAU, **header})


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path, founded_ledger())


def codes(rejected: Any) -> list[tuple[int, str]]:
    return [(sequence, fault.code) for sequence, reasons in rejected for fault in reasons]


# --- any interleaving -------------------------------------------------------------------------


@dataclass
class OneLicense:
    """What a license comes to when its lines are read one after another."""

    first: int | None = None
    content: int = 0
    version: int = 0
    status: str = ""
    last: str = ""
    is_waiting: bool = False

    def take(self, verb: str, content: int) -> Fate:
        """What becomes of a line."""
        fate = self._fate(verb, content)
        if fate is Fate.OPEN:
            self.is_waiting = True
        elif fate is not Fate.UNCHANGED:
            self.last = verb
            self._apply(verb, content)
        return fate

    def _fate(self, verb: str, content: int) -> Fate:
        if self.is_waiting:
            return Fate.OPEN
        if verb == "insert":
            is_same = content == self.first
            return Fate.INSERTED if self.first is None else Fate.UNCHANGED if is_same else Fate.OPEN
        if self.first is None:
            return Fate.OPEN
        if verb == "change":
            if content == self.content:
                return Fate.UNCHANGED
            return Fate.UPDATED if self.status == "IN_FORCE" else Fate.OPEN
        if verb == self.last:
            return Fate.UNCHANGED
        may = {"suspend": ("IN_FORCE",), "resume": ("SUSPENDED",)}.get(verb, ("IN_FORCE", "SUSPENDED"))
        return FATE[verb] if self.status in may else Fate.OPEN

    def _apply(self, verb: str, content: int) -> None:
        if verb in ("insert", "change"):
            self.first = content if self.first is None else self.first
            self.content, self.version, self.status = content, self.version + 1, "IN_FORCE"
        else:
            self.status = STATUS[verb]


@dataclass
class Model:
    """Many licenses."""

    licenses: dict[int, OneLicense] = field(default_factory=dict)
    fates: Counter[Fate] = field(default_factory=Counter)

    def take(self, number: int, verb: str, content: int) -> None:
        self.fates[self.licenses.setdefault(number, OneLicense()).take(verb, content)] += 1


LINES = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from(["insert", *FATE, "change"]), st.integers(0, 1)),
    min_size=1,
    max_size=14,
)


def said(lines: list[tuple[int, str, int]], made: Feed) -> Feed:
    for number, verb, content in lines:
        day = f"2029-06-0{content + 1}"
        if verb == "insert":
            made.insert(number, certificateExpiringDate=day)
        elif verb == "change":
            made.update(number, verb, certificateExpiringDate=day)
        else:
            made.act(number, verb, GROUND[verb])
    return made


def assert_like(desk: Desk, model: Model) -> None:
    for number, license_ in model.licenses.items():
        if license_.version:
            assert desk.status(identifier(number, license_.version)) == license_.status
            path = desk.out / f"{identifier(number, license_.version)}.elic.json"
            metadata = json.loads(path.read_bytes())["license"]["metadata"]
            assert metadata["certificateExpiringDate"] == f"2029-06-0{license_.content + 1}"
        assert identifier(number, license_.version + 1) not in desk.names


@given_by(LINES, st.integers(1, 4), st.lists(st.integers(0, 40), max_size=3))
@settings(max_examples=40)
def test_any_interleaving_ends_as_each_license_alone_whoever_dies_meanwhile(
    lines: list[tuple[int, str, int]], size: int, deaths: list[int]
) -> None:
    model = Model()
    for line in lines:
        model.take(*line)
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder), founded_ledger(sign=False))
        file = said(lines, feed()).write(desk.folder / "feed.jsonl")
        before = desk.ledger.seq
        for death in deaths:
            desk.fuse.left = death
            try:
                desk.collect(file, resume=True, size=size)
            except Died:
                continue
        desk.fuse.left = None
        report = desk.collect(file, resume=True, size=size)
        assert report.stopped is None
        became = Counter(report.counts)
        became[Fate.OPEN] = len(report.rejected)
        assert +became == +model.fates
        assert_like(desk, model)
        acted = [fate for fate in model.fates.elements() if fate not in (Fate.INSERTED, Fate.UPDATED)]
        recorded = sum(each not in (Fate.OPEN, Fate.UNCHANGED) for each in acted)
        recorded += 2 * model.fates[Fate.UPDATED] + len(report.batches)
        opened = sum(license_.last != "insert" for license_ in model.licenses.values() if license_.version)
        assert desk.ledger.seq - before == recorded + opened, "nothing is doubled"
        assert desk.collect(file, resume=True, size=size).as_json() == report.as_json()


def test_inserts_go_together_and_nothing_overtakes_its_own_insert(desk: Desk) -> None:
    made = feed()
    for number in range(6):
        made.insert(number)
    made.act(2, "suspend", "PENALTY").insert(7).act(3, "revoke", "PENALTY").insert(8)
    report = desk.collect(made.write(desk.folder / "a.jsonl"))
    assert [batch["size"] for batch in report.batches] == [6, 2]
    assert (report.counts[Fate.INSERTED], report.first, report.until) == (8, 1, 10)
    assert desk.status(identifier(2)) == "SUSPENDED"


# --- bad lines --------------------------------------------------------------------------------


def test_later_lines_of_the_same_license_wait_and_the_rest_goes_on(desk: Desk) -> None:
    made = feed().insert(1).insert(2)
    made.act(1, "suspend")  # no ground
    made.act(2, "suspend", "PENALTY").act(1, "resume", "PENALTY_SERVED").act(1, "revoke", "PENALTY")
    report = desk.collect(made.write(desk.folder / "a.jsonl"))
    assert codes(report.rejected) == [(3, "FEED_GROUND"), (5, "FEED_WAITS"), (6, "FEED_WAITS")]
    assert [fault["sequence"] for fault in report.as_json()["rejected"]] == [3, 5, 6]  # type: ignore[attr-defined]
    assert desk.status(identifier(2)) == "SUSPENDED"
    assert desk.status(identifier(1)) == "IN_FORCE"


def test_they_wait_over_files_until_the_line_is_corrected(desk: Desk) -> None:
    made = feed().insert(1).act(1, "suspend")
    desk.collect(made.write(desk.folder / "a.jsonl"))
    later = feed(3).act(1, "resume", "PENALTY_SERVED").insert(2)
    report = desk.collect(later.write(desk.folder / "b.jsonl"))
    assert codes(report.rejected) == [(3, "FEED_WAITS")]
    assert report.counts[Fate.INSERTED] == 1

    def with_ground(line: str) -> str:
        given_line = json.loads(line)
        return json.dumps({"ground": "PENALTY", **given_line})

    report = desk.collect(desk.corrected(with_ground))
    assert (report.stopped, codes(report.rejected)) == (None, [])
    assert (report.counts[Fate.SUSPENDED], report.counts[Fate.LIFTED]) == (1, 1)
    assert desk.rejected == []
    assert desk.status(identifier(1)) == "IN_FORCE"
    following = feed(5).act(1, "revoke", "PENALTY")
    assert desk.collect(following.write(desk.folder / "c.jsonl")).counts[Fate.ENDED] == 1


def test_a_line_may_be_taken_back(desk: Desk) -> None:
    made = feed().insert(1).line(op="07", key={"serial": serial(1)}).act(1, "revoke", "PENALTY")
    desk.collect(made.write(desk.folder / "a.jsonl"))

    def skipped(line: str) -> str:
        told = json.loads(line)
        return json.dumps({**told, "op": "skip"} if told["op"] == "07" else told)

    report = desk.collect(desk.corrected(skipped))
    assert (report.counts[Fate.UNCHANGED], report.counts[Fate.ENDED]) == (1, 1)


def test_corrections_are_of_rejected_lines_only(desk: Desk) -> None:
    desk.collect(feed().insert(1).act(1, "suspend").write(desk.folder / "a.jsonl"))
    other = feed(kind="corrections")
    other.lines = [{"sequence": 1, "op": "skip"}]
    with pytest.raises(MalformedError, match="FEED_REPEATED"):
        desk.collect(other.write(desk.folder / "b.jsonl"))
    other.lines = [{"sequence": 9, "op": "skip"}]
    with pytest.raises(MalformedError, match="FEED_NOT_OPEN"):
        desk.collect(other.write(desk.folder / "b.jsonl"))


BAD_LINES: list[tuple[str, dict[str, Any]]] = [
    ("LICENSE", {"op": "insert", "license": {**given(9), "serial": "a b"}}),
    ("FIELD_DATE", {"op": "insert", "license": given(9, certificateIssuedDate="2025-02-30")}),
    ("FIELD_CONTRADICTS", {"op": "insert", "license": given(9, certificateIssuingAuthorityCode=OFFICE)}),
    ("FIELD_CONTRADICTS", {"op": "insert", "license": given(9, certificateTypeCode="11100000000013338W011")}),
    ("FIELD_REQUIRED", {"op": "insert", "license": {"serial": serial(9)}}),
    ("FEED_ORIGIN", {"op": "insert", "license": {**given(9), "origin": "native"}}),
    ("FEED_HELD", {"op": "insert", "license": given(1, certificateExpiringDate="2030-01-01")}),
    ("FEED_HELD", {"op": "insert", "license": given(1, certificateVersion="002")}),
    ("FEED_LICENSE_UNKNOWN", {"op": "end", "act": "revoke", "ground": "PENALTY", "key": {"serial": "404"}}),
    ("FEED_LICENSE_UNKNOWN", {"op": "end", "act": "revoke", "ground": "PENALTY", "key": {"identifier": "x"}}),
    ("UNKNOWN_LICENSE", {"op": "03", "key": {"licenseId": "0x" + "ab" * 32}}),
    (
        "FEED_SAME_IDENTIFIER",
        {
            "op": "09",
            "key": {"identifier": identifier(1)},
            "license": given(1, certificateIdentifier=identifier(1), certificateExpiringDate="2030-01-01"),
        },
    ),
    ("FEED_NOT_EXPIRED", {"op": "04", "key": {"serial": serial(1)}}),
    ("ACT_NOT_ALLOWED", {"op": "06", "key": {"serial": serial(1)}}),
    ("ACT_NOT_ALLOWED", {"op": "10", "key": {"serial": serial(1)}}),
]


@pytest.mark.parametrize(("code", "line"), BAD_LINES, ids=[f"{n}-{c}" for n, (c, _) in enumerate(BAD_LINES)])
def test_a_line_that_cannot_be_carried_out_is_rejected_with_its_reason(
    desk: Desk, code: str, line: dict[str, Any]
) -> None:
    made = feed().insert(1).line(**line).insert(2)
    report = desk.collect(made.write(desk.folder / "a.jsonl"))
    assert report.stopped is None
    ((sequence, found),) = {(each, reason) for each, reason in codes(report.rejected)} or {(0, "")}
    assert sequence == 2
    assert found == code or (code == "LICENSE" and found.startswith(("FIELD", "IDENTIFIER")))
    assert report.counts[Fate.INSERTED] == 2


def test_a_feed_touches_no_license_of_another_issuer_or_type(desk: Desk) -> None:
    other = id_of("of another type")
    desk.ledger.issue(other)
    made = feed().insert(1).line(op="03", key={"licenseId": other}).insert(2)
    report = desk.collect(made.write(desk.folder / "a.jsonl"))
    assert (report.stopped, codes(report.rejected)) == (None, [(2, "FEED_FOREIGN")])
    assert report.counts[Fate.INSERTED] == 2


GARBAGE = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8) | st.just(identifier(1)),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["serial", "identifier", "licenseId", "metadata", "face", "certificateVersion", "x"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)
LINE = st.fixed_dictionaries(
    {"op": st.sampled_from(["insert", "update", "end", *OPERATIONS])},
    optional={
        "act": st.sampled_from(
            ["change", "renew", "suspend", "revoke", "transfer in", "transfer out", "expire"]
        ),
        "key": st.sampled_from([{"serial": serial(1)}, {"identifier": identifier(1)}]) | GARBAGE,
        "license": st.sampled_from([given(1), given(2), {**given(3), "serial": ["x"]}]) | GARBAGE,
        "ground": st.sampled_from(["PENALTY", "HOLDER_REQUEST"]),
        "status": st.sampled_from(["01", "04", "06", "07"]),
        "region": st.sampled_from(["330421", "310118"]),
        "effective": st.sampled_from(["1900-01-01", "2026-01-01T00:00:00Z", "9999-12-31"]) | GARBAGE,
        "reference": GARBAGE,
    },
)


@given_by(st.lists(LINE, min_size=1, max_size=12))
@settings(max_examples=40)
def test_no_line_whatever_it_says_stops_the_others(lines: list[dict[str, Any]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder), founded_ledger(sign=False))
        made = feed().insert(1)
        for each in lines:
            made.line(**each)
        report = desk.collect(made.insert(99).write(desk.folder / "a.jsonl"))
        assert report.stopped is None
        assert report.counts.total() + len(report.rejected) == len(lines) + 2
        assert desk.status(identifier(99)) == "IN_FORCE"


# --- what changes nothing ---------------------------------------------------------------------


def test_what_is_said_again_changes_nothing(desk: Desk) -> None:
    made = feed().insert(1).insert(1).act(1, "suspend", "PENALTY").act(1, "suspend", "PENALTY")
    made.act(1, "resume", "PENALTY_SERVED").update(1, "change").insert(
        2, certificateExpiringDate="2026-01-01"
    )
    made.line(op="04", key={"serial": serial(2)}, sourceTime="2026-01-02T00:00:00Z")
    report = desk.collect(made.write(desk.folder / "a.jsonl"))
    assert codes(report.rejected) == []
    assert report.counts[Fate.UNCHANGED] == 4
    assert report.counts[Fate.INSERTED] == 2


def test_another_document_of_the_same_content_is_a_change(desk: Desk) -> None:
    made = (
        feed()
        .insert(1)
        .line(op="update", act="reissue", key={"serial": serial(1)}, license=given(1), ground="DOCUMENT_LOST")
    )
    report = desk.collect(made.write(desk.folder / "a.jsonl"))
    assert report.counts[Fate.UPDATED] == 1
    assert desk.license(desk.names[identifier(1)]).facts[-1].successor == desk.names[identifier(1, 2)]


def test_an_update_may_bring_a_new_serial_and_stays_the_same_license(desk: Desk) -> None:
    made = feed().insert(1)
    made.line(op="update", act="renew", key={"serial": serial(1)}, license=given(5))
    made.act(5, "suspend")  # no ground: both serials wait
    made.act(1, "suspend", "PENALTY").act(5, "revoke", "PENALTY")
    report = desk.collect(made.write(desk.folder / "a.jsonl"))
    assert codes(report.rejected) == [(3, "FEED_GROUND"), (4, "FEED_WAITS"), (5, "FEED_WAITS")]
    assert desk.license(desk.names[identifier(1)]).facts[-1].successor == desk.names[identifier(5)]


# --- files in a row ---------------------------------------------------------------------------


def test_the_next_file_goes_on_where_the_last_one_ended(desk: Desk) -> None:
    first = feed().insert(1).insert(2)
    desk.collect(first.write(desk.folder / "a.jsonl"))
    with pytest.raises(MalformedError) as gap:
        desk.collect(feed(4).insert(3).write(desk.folder / "b.jsonl"))
    assert (gap.value.code, gap.value.fields["expected"]) == ("FEED_GAP", 3)
    overlap = feed(2)
    overlap.lines = [first.lines[1], {"sequence": 3, "op": "insert", "license": given(3)}]
    report = desk.collect(overlap.write(desk.folder / "c.jsonl"))
    assert (report.counts[Fate.INSERTED], report.counts[Fate.UNCHANGED]) == (1, 1)
    overlap.lines = [{"sequence": 2, "op": "insert", "license": given(7)}]
    with pytest.raises(MalformedError, match="FEED_REPEATED"):
        desk.collect(overlap.write(desk.folder / "d.jsonl"))
    earlier = feed(10)
    with pytest.raises(MalformedError, match="FEED_GAP"):
        desk.collect(earlier.insert(9).write(desk.folder / "e.jsonl"))


def test_a_feed_begins_with_1_or_where_it_is_said_to_and_never_before(desk: Desk) -> None:
    late = feed(50).insert(1).write(desk.folder / "a.jsonl")
    with pytest.raises(MalformedError) as missing:
        desk.collect(late)
    assert (missing.value.code, missing.value.fields["before"]) == ("FEED_BEGINS_LATE", 49)
    with pytest.raises(UsageError, match="FEED_BEGIN_OTHER"):
        desk.collect(late, begin_at=49)
    assert desk.collect(late, begin_at=50).begins == 50
    assert desk.collect(late, begin_at=50, resume=True).counts[Fate.INSERTED] == 1, "the same command again"
    with pytest.raises(MalformedError, match="FEED_BEFORE_BEGINNING"):
        desk.collect(feed(49).insert(0).insert(1).write(desk.folder / "b.jsonl"))


def test_an_interrupted_file_is_finished_before_another_and_only_on_demand(desk: Desk) -> None:
    made = feed().insert(1).act(1, "suspend", "PENALTY").insert(2)
    file = made.write(desk.folder / "a.jsonl")
    desk.fuse.left = 8
    with pytest.raises(Died):
        desk.collect(file)
    with pytest.raises(UsageError, match="FEED_UNFINISHED"):
        desk.collect(file)
    other = feed().insert(3).write(desk.folder / "b.jsonl")
    with pytest.raises((UsageError, MalformedError), match=r"FEED_UNFINISHED|FEED_REPEATED"):
        desk.collect(other, resume=True)
    assert desk.collect(file, resume=True).counts[Fate.INSERTED] == 2


def test_a_folder_is_of_the_first_feed_that_went_into_it(desk: Desk) -> None:
    refused = feed(source="first").insert(1)
    refused.lines.append({"sequence": 9, "op": "insert"})
    with pytest.raises(MalformedError, match="FEED_GAP"):
        desk.collect(refused.write(desk.folder / "refused.jsonl"))
    desk.collect(feed().insert(1).write(desk.folder / "a.jsonl"))
    with pytest.raises(UsageError, match="FEED_FOLDER_OTHER"):
        desk.collect(feed(2, source="another").insert(2).write(desk.folder / "b.jsonl"))
    desk.out = desk.folder / "strange"
    desk.out.mkdir()
    (desk.out / "letter.txt").write_text("mine")
    with pytest.raises(UsageError, match="FOLDER_NOT_EMPTY"):
        desk.collect(feed().insert(5).write(desk.folder / "c.jsonl"))


# --- transfers --------------------------------------------------------------------------------


def test_a_license_goes_out_and_is_taken_in_under_the_takers_feed(desk: Desk, tmp_path: Path) -> None:
    made = feed().insert(1).line(op="05", status="06", region="330421", key={"serial": serial(1)})
    made.insert(2).line(op="update", act="transfer out", region="330421", key={"serial": serial(2)})
    made.line(op="10", key={"serial": serial(2)})
    report = desk.collect(made.write(desk.folder / "a.jsonl"))
    assert codes(report.rejected) == []
    assert (report.counts[Fate.SUSPENDED], report.counts[Fate.LIFTED]) == (2, 1)
    gone, ledger = desk.names[identifier(1)], desk.ledger
    ledger.add_organisation(TAKER, JIASHAN)
    ledger.register_key(TAKER, organisation_object(TAKER))
    ledger.entitle(TYPE, TAKER, JIASHAN, str(ZHEJIANG))
    (tmp_path / "taker").mkdir()
    taker = Desk(tmp_path / "taker", ledger)
    taker.relay = desk.relay
    theirs = Feed(1, issuer=TAKER, collector=TAKER, source="zj")
    theirs.line(op="08", key={"licenseId": gone}, license=given(70))
    theirs.line(op="08", key={"identifier": identifier(2)}, license=given(71))
    report = taker.collect(theirs.write(taker.folder / "a.jsonl"), signer=TAKER)
    assert codes(report.rejected) == [(2, "FEED_LICENSE_UNKNOWN")]
    assert report.counts[Fate.UPDATED] == 1
    (new,) = taker.names.values()
    assert desk.license(gone).facts[-1].successor == new
    assert desk.license(gone).facts[-1].act is Act.TRANSFER_IN


# --- every death ------------------------------------------------------------------------------


def test_whoever_dies_at_any_moment_finishes_the_same_file_once(tmp_path: Path) -> None:
    """One death at each moment in turn, or at every fifth, over a feed with every kind of step."""
    moments = itertools.count(step=1 if IS_DEEP else 5)
    for moment in moments:
        folder = tmp_path / str(moment)
        folder.mkdir()
        desk = Desk(folder, founded_ledger(sign=False))
        made = feed().insert(1).insert(2).act(1, "suspend", "PENALTY").insert(3)
        made.act(1, "resume", "PENALTY_SERVED").update(2, "change", certificateExpiringDate="2030-01-01")
        made.act(1, "suspend").act(2, "revoke", "PENALTY").insert(4)
        file = made.write(folder / "a.jsonl")
        before, died = desk.ledger.seq, False
        desk.fuse.left = moment
        try:
            desk.collect(file)
        except Died:
            died = True
        desk.fuse.left = None
        report = desk.collect(file, resume=True)
        assert (report.stopped, codes(report.rejected)) == (None, [(7, "FEED_GROUND")]), moment
        counts = {fate.value: number for fate, number in report.counts.items()}
        assert counts == {"inserted": 4, "suspended": 1, "lifted": 1, "updated": 1, "ended": 1}, moment
        assert desk.ledger.seq - before == 2 + 2 + 2 + 3, moment  # batches, opened leaves, acts, an amendment
        assert len(list(desk.out.glob("*.elic.json"))) == 5
        if not died:
            break
    assert moment > 40
