"""Sharing from records to answers: rules of replay, standings of grants, ratios, duties, past users."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ledger.adapters.clock import SystemEntropy
from ledger.adapters.outbox import FileOutbox
from ledger.domain.acts import Scope, Sharing
from ledger.domain.apply import State, apply
from ledger.domain.corrections import (
    OPEN_STATES,
    PastUse,
    answer_deadline,
    corrects,
    doubted_version,
    handed_out,
    past_uses,
    state_at,
    to_tell,
    upheld,
)
from ledger.domain.deadlines import PLAIN, due_after
from ledger.domain.facts import fact_of
from ledger.domain.grants import (
    GrantStanding,
    allows,
    decision_deadline,
    extra_notices,
    review_deadline,
    standing_at,
    uses_left,
)
from ledger.domain.lineage import EVER, void_as_of
from ledger.domain.objects import organisation_object
from ledger.domain.resources import fulfilled_at, is_lapsed, mount_ratio, proof_of, update_due
from ledger.domain.sharing import Basis, CorrectionState, DutyKind, Outcome, UseKind
from ledger.domain.sharing_entities import (
    Correction,
    CorrectionAct,
    Duty,
    Grant,
    Resource,
    UseBatch,
    Uses,
    resource_key,
)
from ledger.domain.state import Refused
from ledger.proof.competence import Competence
from ledger.service.party_texts import PartyTexts
from ledger.service.shown_corrections import ShowCorrections
from ledger.service.shown_grants import ShowGrants
from tests.sharing_records import NO_HASH, SharingRecords, a_use, bits, device_of, nonce, word
from tests.simulator import (
    BUREAU,
    DAY,
    LEDGER_ID,
    OFFICE,
    REGIONAL_TYPE,
    SHANGHAI,
    LedgerSimulator,
    founded_ledger,
    id_of,
)
from tests.unit.test_shown_corrections import Tables, by_default

G = GrantStanding
CITY = "11310000MB0TE5T27X"
HELD = id_of("a license that is bound")


@pytest.fixture
def ledger() -> LedgerSimulator:
    return founded_ledger(sign=False)


@pytest.fixture
def made(ledger: LedgerSimulator) -> SharingRecords:
    records = SharingRecords(ledger)
    records.register("OPEN")
    records.register("ASKED", Sharing.CONDITIONAL)
    return records


def grant_of(ledger: LedgerSimulator, grant_id: str) -> Grant:
    found = ledger.state().tables["grant"][grant_id]
    assert isinstance(found, Grant)
    return found


def standing(ledger: LedgerSimulator, grant_id: str, at: int = 0, as_of: int = EVER) -> GrantStanding:
    state = ledger.state()
    grant = grant_of(ledger, grant_id)
    return standing_at(state, grant, at or ledger.now, as_of, void_as_of(state, as_of))


def problem(ledger: LedgerSimulator) -> str:
    """What replay says of the newest record, judged after all others were found right; empty for nothing."""
    state = State(LEDGER_ID)
    competence = Competence(state)
    *earlier, last = [fact_of(record) for record in ledger.records()]
    for fact in earlier:
        assert competence.problem_with(fact) is None, fact
        state.apply(fact)
        competence.note(fact)
    found = competence.problem_with(last)
    if found:
        return found[0]
    try:
        apply(state, last)
    except Refused as refused:
        return refused.code
    return ""


# --- where a grant stands ---


def test_a_grant_goes_through_its_standings(ledger: LedgerSimulator, made: SharingRecords) -> None:
    since, until = ledger.now + DAY, ledger.now + 10 * DAY
    asked = made.request("ASKED", since=since, until=until)
    requested = ledger.now
    ledger.wait(100)
    made.decide(asked)
    assert standing(ledger, asked, requested - 10_000) is G.UNKNOWN
    assert standing(ledger, asked, since, as_of=requested) is G.PENDING
    assert standing(ledger, asked, since - 1) is G.NOT_YET
    assert standing(ledger, asked, since) is G.IN_EFFECT
    assert standing(ledger, asked, until - 1) is G.IN_EFFECT
    assert standing(ledger, asked, until) is G.OVER


def test_a_withdrawal_works_forward_only(ledger: LedgerSimulator, made: SharingRecords) -> None:
    grant = made.request("OPEN")
    before = ledger.now
    ledger.wait(DAY)
    at = ledger.now
    made.withdraw(grant)
    assert standing(ledger, grant, before) is G.IN_EFFECT
    assert standing(ledger, grant, at) is G.WITHDRAWN
    assert standing(ledger, grant, at, as_of=before) is G.IN_EFFECT


def test_a_refusal_is_no_withdrawal(ledger: LedgerSimulator, made: SharingRecords) -> None:
    asked = made.request("ASKED")
    made.decide(asked, Outcome.NO)
    assert standing(ledger, asked) is G.REFUSED


def test_what_a_compromised_key_gave_is_void_and_a_withdrawal_stands(
    ledger: LedgerSimulator, made: SharingRecords
) -> None:
    grant, withdrawn = made.request("OPEN"), made.request("OPEN", "another")
    made.withdraw(withdrawn)
    ledger.cut_off_key(OFFICE, "330000", ledger.now - 10 * DAY)
    assert standing(ledger, grant) is G.KEY_COMPROMISED
    assert standing(ledger, withdrawn) is G.WITHDRAWN
    assert standing(ledger, grant, as_of=ledger.now - 20) is not G.KEY_COMPROMISED


def test_uses_are_counted_and_delegated_ones_are_taken_off(
    ledger: LedgerSimulator, made: SharingRecords
) -> None:
    grant = made.request("OPEN", count=3)
    assert uses_left(grant_of(ledger, grant)) == 3
    made.use(a_use(grant))
    made.delegate(grant, count=1)
    assert uses_left(grant_of(ledger, grant)) == 1
    assert standing(ledger, grant) is G.IN_EFFECT
    made.use(a_use(grant, 1))
    assert uses_left(grant_of(ledger, grant)) == 0
    assert standing(ledger, grant) is G.USED_UP
    assert not allows(ledger.state(), grant_of(ledger, grant), 1, ledger.now)
    assert uses_left(grant_of(ledger, made.request("OPEN", "uncounted"))) is None


def test_a_delegated_grant_falls_with_its_parent(ledger: LedgerSimulator, made: SharingRecords) -> None:
    parent = made.request("OPEN")
    child = made.delegate(parent)
    assert standing(ledger, child) is G.IN_EFFECT
    made.withdraw(parent)
    assert standing(ledger, child) is G.WITHDRAWN


def test_notices_after_the_first_or_the_decision_are_findings(
    ledger: LedgerSimulator, made: SharingRecords
) -> None:
    asked = made.request("ASKED")
    made.notice(asked)
    assert extra_notices(grant_of(ledger, asked)) == []
    made.notice(asked)
    made.decide(asked)
    made.notice(asked)
    assert len(extra_notices(grant_of(ledger, asked))) == 2


def test_a_decision_has_ten_working_days_and_ten_more_with_a_notice(
    ledger: LedgerSimulator, made: SharingRecords
) -> None:
    asked, told = made.request("ASKED"), made.request("ASKED", "told")
    made.notice(told)
    plain, longer = (decision_deadline(grant_of(ledger, each)) for each in (asked, told))
    assert plain.due == due_after(plain.since, 10)
    assert longer.due == due_after(longer.since, 20)
    assert plain.is_overdue(plain.due) and not plain.is_overdue(plain.due - 1)
    ledger.wait(15 * DAY)
    made.decide(asked)
    late = decision_deadline(grant_of(ledger, asked))
    assert late.done_at and late.is_overdue(late.done_at)
    open_ = decision_deadline(grant_of(ledger, made.request("OPEN", "by rule")))
    assert not open_.is_overdue(open_.due + DAY)


def test_a_review_is_part_of_the_answer_and_late_on_its_own(
    ledger: LedgerSimulator, made: SharingRecords, tmp_path: Path
) -> None:
    plain, sensitive = made.request("ASKED"), made.request("ASKED", "sensitive", fields=bits(0x81))
    assert review_deadline(grant_of(ledger, plain)) is None
    made.decide(sensitive)
    texts = PartyTexts(FileOutbox(tmp_path), SystemEntropy())

    def rows(after: int) -> list[tuple[bool, list[str]]]:
        state = ledger.state()
        tables, now = Tables(state), ledger.now + after
        show = ShowGrants(tables, texts, now, by_default(tables, now))
        row = show.row(grant_of(ledger, sensitive))
        return [(row["overdue"], [each["need"] for each in row["next"]])]

    assert rows(0) == [(False, ["REVIEW"])]
    assert rows(30 * DAY) == [(True, ["REVIEW"])]
    made.withdraw(sensitive)
    ended = review_deadline(grant_of(ledger, sensitive))
    assert ended and not ended.is_overdue(ended.due + DAY), "nobody waits for it any more"


# --- what replay finds ---

BREACHES: dict[str, tuple[str, Callable[[SharingRecords], Any]]] = {
    "beyond its count": (
        "NOT_ENTITLED",
        lambda made: _twice(made, made.request("OPEN", count=1)),
    ),
    "a field outside": ("NOT_ENTITLED", lambda made: made.use(a_use(made.request("OPEN"), fields=1 << 6))),
    "pending": ("NOT_ENTITLED", lambda made: made.use(a_use(made.request("ASKED")))),
    "no grant": ("BAD_RECORD", lambda made: made.use(a_use(nonce("none")))),
    "not begun": (
        "NOT_ENTITLED",
        lambda made: made.use(a_use(made.request("OPEN", since=made.ledger.now + DAY))),
    ),
    "over": ("NOT_ENTITLED", lambda made: _later(made, made.request("OPEN"), 200 * DAY)),
    "withdrawn": ("NOT_ENTITLED", lambda made: _withdrawn(made)),
    "without the grantee": (
        "NOT_ENTITLED",
        lambda made: made.use(a_use(made.request("OPEN")), by=(BUREAU, BUREAU)),
    ),
    "without the provider": (
        "NOT_ENTITLED",
        lambda made: made.use(a_use(made.request("OPEN")), by=(OFFICE, OFFICE)),
    ),
    "one signature": ("NOT_ENTITLED", lambda made: made.use(a_use(made.request("OPEN")), by=(BUREAU,))),
    "counted in a batch": ("NOT_ENTITLED", lambda made: made.use_batch(made.request("OPEN", count=9))),
    "a batch outside": ("NOT_ENTITLED", lambda made: made.use_batch(made.request("OPEN"), fields=1 << 6)),
    "a version that is not": ("BAD_RECORD", lambda made: made.request("OPEN", version=2)),
    "no end": ("BAD_RECORD", lambda made: made.request("OPEN", until=0)),
    "fields that are not": ("NOT_ENTITLED", lambda made: made.request("OPEN", fields=bits(1 << 8))),
    "consent to nothing": ("BAD_RECORD", lambda made: made.request("OPEN", basis=Basis.CONSENT)),
    "decided by the grantee": ("NOT_ENTITLED", lambda made: made.decide(made.request("ASKED"), by=OFFICE)),
    "decided by rule before": ("BAD_RECORD", lambda made: made.decide(made.request("OPEN"))),
    "wider than delegated": (
        "NOT_ENTITLED",
        lambda made: made.delegate(made.request("OPEN"), fields=bits(1 << 7)),
    ),
    "delegated for longer": (
        "NOT_ENTITLED",
        lambda made: made.delegate(made.request("OPEN"), until=made.ledger.now + 101 * DAY),
    ),
    "not delegable": ("NOT_ENTITLED", lambda made: made.delegate(made.request("OPEN", delegable=0))),
    "own probe": ("NOT_ENTITLED", lambda made: _probed(made, prober=BUREAU)),
    "a sample that is not": ("BAD_RECORD", lambda made: _probed(made, index=10)),
    "an exception without end": ("BAD_RECORD", lambda made: made.register("X", Sharing.CONDITIONAL, until=0)),
    "a type that it does not issue": (
        "NOT_ENTITLED",
        lambda made: made.register("X", owner=OFFICE, licenseType=word("11310000MB0TE5T1XB001")),
    ),
    "a base library": ("NOT_ENTITLED", lambda made: made.register("X", baseLibrary=4, region=310118)),
    "nothing used": ("NOT_ENTITLED", lambda made: made.open(made.request("OPEN"), "OPEN")),
    "own data attested": ("NOT_ENTITLED", lambda made: made.attest("OPEN", Outcome.NO, by=BUREAU)),
    "answered by another": (
        "NOT_ENTITLED",
        lambda made: made.answer(made.attest("OPEN", Outcome.NO), by=OFFICE),
    ),
    "answered twice": ("BAD_RECORD", lambda made: _answered(made)),
    "settled undisputed": ("NOT_ENTITLED", lambda made: made.settle(made.attest("OPEN", Outcome.NO))),
    "open with sensitive fields": ("BAD_RECORD", lambda made: made.open_data("X", sensitive=bits(4))),
    "open licenses": (
        "BAD_RECORD",
        lambda made: made.open_data("X", kind=1, licenseType=word(REGIONAL_TYPE)),
    ),
    "an edition of what is not open": ("BAD_RECORD", lambda made: made.publish("OPEN")),
    "an edition by another": ("NOT_ENTITLED", lambda made: _edition_published(made, by=OFFICE)),
    "an edition out of order": ("BAD_RECORD", lambda made: _edition_published(made, number=2)),
    "an edition of nothing": ("BAD_RECORD", lambda made: _edition_published(made, size=0)),
    "rows without a root": ("BAD_RECORD", lambda made: _edition_published(made, root=NO_HASH)),
    "the same bytes again": ("DUPLICATE_ID", lambda made: _published_twice(made)),
    "withdrawn by another": ("NOT_ENTITLED", lambda made: _edition_withdrawn(made, by=OFFICE)),
    "withdrawn for no reason": ("BAD_RECORD", lambda made: _edition_withdrawn(made, reason=0)),
    "withdrawn twice": ("BAD_RECORD", lambda made: _edition_withdrawn(made, times=2)),
    "declared by another": ("NOT_ENTITLED", lambda made: made.declare(by=OFFICE)),
    "declared of nothing": ("BAD_RECORD", lambda made: made.declare(code="NONE")),
    "a declaration of no kind": ("BAD_RECORD", lambda made: made.declare(6)),
    "an interface without a text": ("BAD_RECORD", lambda made: made.declare(digest=NO_HASH)),
    "an interface with an end": ("BAD_RECORD", lambda made: made.declare(until=made.ledger.now)),
    "an outage without a beginning": ("BAD_RECORD", lambda made: made.declare(2, since=0)),
    "an outage of so many rows": ("BAD_RECORD", lambda made: made.declare(2, size=1)),
    "a snapshot of what is not over": (
        "BAD_RECORD",
        lambda made: made.declare(3, until=made.ledger.now + DAY),
    ),
    "a snapshot without a root": ("BAD_RECORD", lambda made: made.declare(3, root=NO_HASH)),
    "a mapping to nothing": ("BAD_RECORD", lambda made: made.declare(4)),
    "a mapping to what is not known": ("BAD_RECORD", lambda made: made.declare(4, to="NONE")),
    "a mapping to itself": ("BAD_RECORD", lambda made: made.declare(4, to="OPEN")),
    "an outage of two": ("BAD_RECORD", lambda made: made.declare(2, to="OPEN")),
    "acknowledged while open": (
        "BAD_RECORD",
        lambda made: made.acknowledge(made.attest("OPEN", Outcome.NO)),
    ),
}


def _twice(made: SharingRecords, grant: str) -> None:
    made.use(a_use(grant), a_use(grant, 1))


def _later(made: SharingRecords, grant: str, seconds: int) -> None:
    made.ledger.wait(seconds)
    made.use(a_use(grant))


def _withdrawn(made: SharingRecords) -> None:
    grant = made.request("OPEN")
    with made.ledger.one_block():
        made.withdraw(grant)
        made.use(a_use(grant))


def _probed(made: SharingRecords, **changes: Any) -> None:
    made.mount("OPEN")
    made.probe("OPEN", **changes)


def _edition_published(made: SharingRecords, **changes: Any) -> None:
    made.open_data("PARKS")
    made.publish("PARKS", **changes)


def _published_twice(made: SharingRecords) -> None:
    _edition_published(made)
    made.publish("PARKS", number=2)


def _edition_withdrawn(made: SharingRecords, times: int = 1, **changes: Any) -> None:
    _edition_published(made)
    for _ in range(times):
        made.withdraw_edition("PARKS", **changes)


def _answered(made: SharingRecords) -> None:
    correction = made.attest("OPEN", Outcome.NO)
    made.answer(correction)
    made.answer(correction, Outcome.NO)


@pytest.mark.parametrize("name", BREACHES)
def test_replay_finds_what_honest_contracts_would_not_have_taken(
    ledger: LedgerSimulator, made: SharingRecords, name: str
) -> None:
    code, breach = BREACHES[name]
    breach(made)
    assert problem(ledger) == code


def test_replay_takes_every_kind_of_sharing(ledger: LedgerSimulator) -> None:
    ledger.issue(HELD, code=REGIONAL_TYPE, holderBinding=device_of("device").binding)
    SharingRecords(ledger).every_kind(HELD)
    assert problem(ledger) == ""


@pytest.mark.parametrize("device", ["stranger", "device, encryption"])
def test_replay_finds_a_consent_by_other_keys(
    ledger: LedgerSimulator, made: SharingRecords, device: str
) -> None:
    ledger.issue(HELD, code=REGIONAL_TYPE, holderBinding=device_of("device").binding)
    asked = made.request("OPEN", basis=Basis.CONSENT, licenseId=HELD)
    made.consent(asked, HELD, device)
    assert problem(ledger) == "NOT_ENTITLED"


def test_replay_finds_a_consent_by_a_frozen_device(ledger: LedgerSimulator, made: SharingRecords) -> None:
    ledger.issue(HELD, code=REGIONAL_TYPE, holderBinding=device_of("device").binding)
    asked = made.request("OPEN", basis=Basis.CONSENT, licenseId=HELD)
    ledger.freeze(HELD)
    made.consent(asked, HELD)
    assert problem(ledger) == "NOT_ENTITLED"


# --- resources ---


def resource(ledger: LedgerSimulator, code: str = "OPEN") -> Resource:
    found = ledger.state().tables["resource"][resource_key(BUREAU, code)]
    assert isinstance(found, Resource)
    return found


def ratio(ledger: LedgerSimulator, at: int = 0) -> tuple[int, int, int]:
    found = ledger.state().tables["resource"].values()
    resources = [each for each in found if isinstance(each, Resource)]
    told = mount_ratio(resources, "the bureau", {BUREAU}, at or ledger.now)
    return (told.total, told.declared, told.proved)


def test_a_mount_ratio_tells_declared_from_proved(ledger: LedgerSimulator, made: SharingRecords) -> None:
    assert ratio(ledger) == (2, 0, 0)
    made.mount("OPEN")
    made.mount("ASKED")
    assert ratio(ledger) == (2, 2, 0)
    made.probe("OPEN")
    made.probe("ASKED", outcome=2)
    proved = ledger.now - 1
    assert ratio(ledger) == (2, 2, 1)
    assert ratio(ledger, proved + 31 * DAY) == (2, 2, 0), "a probe grows old"
    made.probe("OPEN", outcome=3)
    assert ratio(ledger) == (2, 2, 0), "the last probe counts"
    made.mount("OPEN", samples=0)
    assert ratio(ledger) == (2, 1, 0)
    assert ratio(ledger, proved) == (2, 2, 1), "as it was then"


def test_what_is_mounted_anew_is_to_be_proved_anew(ledger: LedgerSimulator, made: SharingRecords) -> None:
    made.mount("OPEN")
    made.probe("OPEN")
    assert proof_of(resource(ledger), ledger.now)
    made.mount("OPEN", samples=5)
    assert proof_of(resource(ledger), ledger.now) is None


def test_a_duty_is_met_by_a_probe_that_matched(ledger: LedgerSimulator, made: SharingRecords) -> None:
    made.set_duty("OPEN", ledger.now + 30 * DAY)
    assert met(ledger) == 0
    made.mount("OPEN")
    assert met(ledger) == 0
    ledger.wait(DAY)
    at = ledger.now
    made.probe("OPEN")
    assert met(ledger) == at


def test_what_was_proved_before_a_duty_meets_it_when_it_is_set(
    ledger: LedgerSimulator, made: SharingRecords
) -> None:
    made.mount("OPEN")
    made.probe("OPEN")
    at = ledger.now
    made.set_duty("OPEN", ledger.now + 30 * DAY)
    assert met(ledger) == at


def test_that_data_flow_back_those_below_prove(ledger: LedgerSimulator, made: SharingRecords) -> None:
    ledger.add_organisation(CITY, SHANGHAI)
    ledger.register_key(CITY, organisation_object(CITY))
    made.register("CITY", owner=CITY, kind=2, licenseType=NO_HASH)
    made.mount("CITY", by=CITY, owner=CITY)
    made.set_duty("CITY", ledger.now + 30 * DAY, DutyKind.FLOW_BACK, CITY)
    made.probe("CITY", owner=CITY)
    assert met(ledger) == 0, "of another province"
    assert met(ledger, DutyKind.SHARE) > 0
    ledger.wait(DAY)
    at = ledger.now
    made.probe("CITY", owner=CITY, prober=BUREAU)
    assert met(ledger) == at, "of a district of this city"
    made.set_duty("OPEN", ledger.now + 30 * DAY, DutyKind.FLOW_BACK)
    made.mount("OPEN")
    made.probe("OPEN", prober=CITY)
    assert met(ledger) == 0, "the city is above the district"


def met(ledger: LedgerSimulator, kind: DutyKind | None = None) -> int:
    """When the duty that was set last was met."""
    state = ledger.state()
    duty = list(state.tables["duty"].values())[-1]
    assert isinstance(duty, Duty)
    return fulfilled_at(state, duty, kind or duty.terms[-1].kind)


def test_cycles_and_exceptions_run_out_by_the_records(ledger: LedgerSimulator, made: SharingRecords) -> None:
    registered = resource(ledger).current.recorded_at
    assert update_due(resource(ledger)) == registered + 30 * DAY
    ledger.wait(10 * DAY)
    at = ledger.now
    made.mount("OPEN")
    assert update_due(resource(ledger)) == at + 30 * DAY
    until = resource(ledger, "ASKED").current.until
    assert not is_lapsed(resource(ledger, "ASKED"), until - 1)
    assert is_lapsed(resource(ledger, "ASKED"), until)
    assert not is_lapsed(resource(ledger), until)


# --- corrections ---


def used_before(ledger: LedgerSimulator, correction_id: str, since: int, until: int) -> list[PastUse]:
    state = ledger.state().tables
    correction = correction_of(ledger, correction_id)
    grants = {name: each for name, each in state["grant"].items() if isinstance(each, Grant)}
    uses = [each for each in state.get("uses", {}).values() if isinstance(each, Uses)]
    batches = [each for each in state.get("useBatch", {}).values() if isinstance(each, UseBatch)]
    handed = handed_out(grants, uses, batches)[correction.resource]
    about = resource(ledger)
    version = doubted_version(correction, about, grants.get(correction.grant))
    return past_uses(correction, about, version, handed, since, until)


def test_everybody_who_used_the_doubted_fields_is_told_and_nobody_else(
    ledger: LedgerSimulator, made: SharingRecords
) -> None:
    whole, other = made.request("OPEN", "whole"), made.request("OPEN", "other license", licenseId=id_of("b"))
    own = made.request("OPEN", "own license", licenseId=HELD)
    for number, grant in enumerate((whole, other, own)):
        made.use(a_use(grant, number))
    made.use(a_use(own, 3, fields=2), a_use(own, 4, 1, UseKind.LOCATE))
    made.use_batch(whole)
    ledger.wait(100)
    opened = made.open(own, "OPEN", licenseId=HELD)
    found = used_before(ledger, opened, since=0, until=ledger.now)
    assert [each.grant for each in found] == [whole, own, whole]
    assert [each.fields for each in found] == [1, 1, 1]
    assert to_tell(found) == [OFFICE]
    assert used_before(ledger, opened, since=ledger.now, until=EVER) == []
    about_all = made.open(whole, "OPEN", "about all")
    assert [each.grant for each in used_before(ledger, about_all, since=0, until=EVER)] == [
        whole,
        other,
        own,
        whole,
    ]


def test_who_used_by_another_list_of_fields_is_told_whatever_he_took(
    ledger: LedgerSimulator, made: SharingRecords
) -> None:
    before = made.request("OPEN", "by the first list")
    made.use(a_use(before, fields=2))
    made.register("OPEN", rev=1, fieldsDigest=nonce("another order"))
    now = made.request("OPEN", "by the second list", version=2)
    made.use(a_use(now, 1, fields=2))
    doubted = made.attest("OPEN", Outcome.NO)
    told = used_before(ledger, doubted, since=0, until=EVER)
    assert [(each.grant, each.fields) for each in told] == [(before, 1)]
    opened = made.open(before, "OPEN", fields=bits(2))
    found = used_before(ledger, opened, since=0, until=EVER)
    assert [(each.grant, each.fields) for each in found] == [(before, 2), (now, 2)]


def test_only_what_took_a_licenses_place_corrects_it(ledger: LedgerSimulator, made: SharingRecords) -> None:
    stranger, corrected = id_of("a stranger's"), id_of("corrected")
    for each in (HELD, stranger):
        ledger.issue(each, code=REGIONAL_TYPE)
    grant = made.request("OPEN", licenseId=HELD)
    made.use(a_use(grant))
    doubted = correction_of(ledger, made.open(grant, "OPEN", licenseId=HELD))
    ledger.amend(HELD, corrected, code=REGIONAL_TYPE)
    state = ledger.state()
    named = (corrected, HELD, stranger, id_of("nowhere"))
    assert [corrects(state, doubted, each, ledger.now) for each in named] == [True, False, False, False]
    about_all = correction_of(ledger, made.attest("OPEN", Outcome.NO))
    assert corrects(state, about_all, HELD, ledger.now)


def correction_of(ledger: LedgerSimulator, correction_id: str) -> Correction:
    found = ledger.state().tables["correction"][correction_id]
    assert isinstance(found, Correction)
    return found


def shown(ledger: LedgerSimulator) -> ShowCorrections:
    """What tells where corrections stand, in a home that keeps no texts."""
    state = ledger.state()
    now = ledger.now
    return ShowCorrections(Tables(state), None, None, now, by_default(state, now))  # type: ignore[arg-type]


def test_a_doubt_is_open_until_it_is_answered_and_again_while_it_is_disputed(
    ledger: LedgerSimulator, made: SharingRecords
) -> None:
    grant = made.request("OPEN", licenseId=HELD)
    made.use(a_use(grant))
    ledger.wait(50)
    opened_at = ledger.now
    opened = made.open(grant, "OPEN", licenseId=HELD)
    for step, is_open in (
        (lambda: made.answer(opened, Outcome.NO), False),
        (lambda: made.dispute(opened), True),
        (lambda: made.settle(opened), False),
    ):
        step()
        now = correction_of(ledger, opened)
        assert now.license_id == HELD
        assert (state_at(now, ledger.now) in OPEN_STATES) is is_open
    last = correction_of(ledger, opened)
    assert state_at(last, opened_at - 1) is None
    assert state_at(last, opened_at) is CorrectionState.OPEN
    assert state_at(last, opened_at) in OPEN_STATES
    assert last.state is CorrectionState.SETTLED_UPHELD


def test_what_is_disputed_is_not_upheld(ledger: LedgerSimulator, made: SharingRecords) -> None:
    doubted = made.attest("OPEN", Outcome.NO)
    made.answer(doubted)
    assert upheld(correction_of(ledger, doubted))
    made.dispute(doubted, BUREAU)
    assert upheld(correction_of(ledger, doubted)) is None
    assert shown(ledger).told(correction_of(ledger, doubted)) == {}
    made.settle(doubted, Outcome.NO)
    assert upheld(correction_of(ledger, doubted)) is None


def test_past_users_acknowledge_in_time_or_late(ledger: LedgerSimulator, made: SharingRecords) -> None:
    doubted = made.attest("OPEN", Outcome.NO)
    answer = answer_deadline(correction_of(ledger, doubted))
    assert answer.due == due_after(answer.since, 10)
    assert answer.is_overdue(answer.due)
    made.answer(doubted)
    ledger.wait(20 * DAY)
    made.acknowledge(doubted)
    correction = correction_of(ledger, doubted)
    step = upheld(correction)
    assert step
    office, bureau = (shown(ledger).acknowledged(correction, step, each, PLAIN) for each in (OFFICE, BUREAU))
    assert office.done_at and office.is_overdue(ledger.now)
    assert not bureau.done_at and bureau.is_overdue(ledger.now)


def test_a_holder_takes_her_own_doubt_up_and_nobody_elses(
    ledger: LedgerSimulator, made: SharingRecords
) -> None:
    ledger.issue(HELD, code=REGIONAL_TYPE, holderBinding=device_of("device").binding)
    asked = "0x" + made.ask(HELD, "OPEN").object.hex()
    made.answer(asked, Outcome.NO)
    made.contest(asked, HELD)
    found = correction_of(ledger, asked)
    assert (found.state, found.steps[-1].act) == (CorrectionState.DISPUTED, CorrectionAct.CONTESTED)
    assert (found.steps[-1].by, found.steps[-1].region) == ("", SHANGHAI)
    made.contest(asked, HELD)
    assert problem(ledger) == "BAD_RECORD", "a region settles it already"


def test_a_holder_contests_nothing_that_a_body_opened(ledger: LedgerSimulator, made: SharingRecords) -> None:
    ledger.issue(HELD, code=REGIONAL_TYPE, holderBinding=device_of("device").binding)
    made.contest(made.attest("OPEN", Outcome.NO), HELD)
    assert problem(ledger) == "NOT_ENTITLED"


def test_what_a_stranger_signed_contests_nothing(ledger: LedgerSimulator, made: SharingRecords) -> None:
    ledger.issue(HELD, code=REGIONAL_TYPE, holderBinding=device_of("device").binding)
    made.contest("0x" + made.ask(HELD, "OPEN").object.hex(), HELD, device="a stranger's")
    assert problem(ledger) == "NOT_ENTITLED"


def test_a_version_that_was_there_when_it_was_doubted_corrects_nothing(
    ledger: LedgerSimulator, made: SharingRecords
) -> None:
    made.register("OPEN")
    doubted = made.attest("OPEN", Outcome.NO)
    made.register("OPEN")
    what = {"outcome": int(Outcome.YES), "licenseId": NO_HASH, "reason": 0, "reasonDigest": NO_HASH}
    made.ledger.record("AnswerCorrection", [BUREAU], correction=doubted, **what, version=3)
    assert correction_of(ledger, doubted).state is CorrectionState.UPHELD
    again = made.attest("OPEN", Outcome.NO, "again")
    made.ledger.record("AnswerCorrection", [BUREAU], correction=again, **what, version=3)
    assert problem(ledger) == "BAD_RECORD"


@pytest.mark.parametrize("of_type", [Sharing.CONDITIONAL, Sharing.NOT_SHARED])
def test_what_is_of_a_type_is_not_shared_more_freely_than_the_type(
    ledger: LedgerSimulator, made: SharingRecords, of_type: Sharing
) -> None:
    ledger.register_type(REGIONAL_TYPE, [str(SHANGHAI)], SHANGHAI, Scope.REGIONAL, 0, sharing=int(of_type))
    made.register("STRICT", of_type)
    made.register("STRICTER", Sharing.NOT_SHARED)
    made.register("DATA", kind=2, licenseType=NO_HASH)
    assert problem(ledger) == ""
    made.register("FREER")
    assert problem(ledger) == "BAD_RECORD"


def test_a_region_below_the_one_that_was_asked_does_not_settle(
    ledger: LedgerSimulator, made: SharingRecords
) -> None:
    doubted = made.attest("OPEN", Outcome.NO)
    made.dispute(doubted, region=SHANGHAI)
    made.settle(doubted, by="310118")
    assert problem(ledger) == "NOT_ENTITLED"
