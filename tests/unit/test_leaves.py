"""Licenses of a batch: what their records add up to, and what a claim on one is worth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from ledger import crypto
from ledger.domain.acts import Act
from ledger.domain.entities import Batch, License
from ledger.domain.leaves import leaf_license
from ledger.domain.license_tree import node_hash
from ledger.domain.messages import OPENING, Kind
from ledger.domain.objects import organisation_object
from ledger.domain.records import Record, RecordBody
from ledger.domain.rivals import first_of
from ledger.domain.verdict import Check, Step
from ledger.proof.verification import Claim, Findings, missing_objects
from ledger.service.replay import ReplayLedger
from ledger.service.sources import Asked, Histories
from ledger.service.standing import license_state
from tests.simulator import (
    BUREAU,
    JIASHAN,
    OFFICE,
    QINGPU,
    REGIONAL_TYPE,
    SHANGHAI,
    ZHEJIANG,
    LedgerSimulator,
    founded_ledger,
    hash32,
    id_of,
)
from tests.simulator import NATIONAL_TYPE as CODE
from tests.unit.governed import FixedClock, asked_for, trust_of
from tests.unit.test_verification import asked, claim_in, shown

IDS = [id_of(f"leaf {number}") for number in range(7)]
LEAF = ("licenseId", "handle", "digest", "holderBinding", "validFrom", "validTo")
Opening = dict[str, Any]


@pytest.fixture
def ledger() -> LedgerSimulator:
    return founded_ledger()


@pytest.fixture
def openings(ledger: LedgerSimulator) -> list[Opening]:
    return ledger.issue_batch(IDS)


def batch_record(ledger: LedgerSimulator, opening: Opening) -> Record:
    """The one that issued it."""
    records = (each for each in ledger.records() if "0x" + each.object.hex() == opening["batch"])
    return next(each for each in records if each.kind != Kind.LICENSE_BATCH_RENEWED)


def claim_on(ledger: LedgerSimulator, opening: Opening, **changes: Any) -> Claim:
    """What the file of a license of a batch says."""
    leaf = {name: opening[name] for name in LEAF}
    record = batch_record(ledger, opening)
    struct, _ = record.message()
    claim = claim_in(
        record,
        license_id=opening["licenseId"],
        leaf=leaf,
        index=opening["index"],
        proof=opening["proof"],
    )
    assert (claim.message_name, claim.batch) == (struct.name, opening["batch"])
    return replace(claim, **changes)


def outcome(findings: Findings) -> tuple[str, str]:
    found = shown(findings)
    return found["ANCHOR"][1], found["STATUS"][1]


def replayed(ledger: LedgerSimulator) -> list[str]:
    histories = Histories([ledger], Asked())
    report = ReplayLedger(trust_of(ledger), crypto.verifier(), FixedClock(ledger.now)).run(histories)
    return [each.code for each in report.findings if each.seq is not None]


def test_every_leaf_counts_from_the_batchs_record(ledger: LedgerSimulator, openings: list[Opening]) -> None:
    for opening in openings:
        assert outcome(asked(ledger, claim_on(ledger, opening), region=JIASHAN)) == ("OK", "OK")
    before = batch_record(ledger, openings[0]).time - 1
    assert outcome(asked(ledger, claim_on(ledger, openings[0]), known_at=before))[0] == "NOT_ANCHORED"


@pytest.mark.parametrize(
    ("first", "end", "code"),
    [(0, 2**48 - 1, "OK"), (0, 2**48, "NOT_ANCHORED"), (2**48, 0, "NOT_ANCHORED"), (9, 9, "NOT_ANCHORED")],
)
def test_a_leaf_that_nobody_could_ever_end_counts_for_nothing(
    ledger: LedgerSimulator, first: int, end: int, code: str
) -> None:
    """Contracts refuse to open such a leaf, so no act would reach it."""
    openings = ledger.issue_batch(IDS, validFrom=first, validTo=end)
    assert outcome(asked(ledger, claim_on(ledger, openings[0])))[0] == code


def test_what_happens_to_one_leaf_happens_to_no_other(
    ledger: LedgerSimulator, openings: list[Opening]
) -> None:
    ledger.open_leaf(openings[2])
    assert outcome(asked(ledger, claim_on(ledger, openings[2]))) == ("OK", "OK"), "opening alone is nothing"
    ledger.act(IDS[2], Act.REVOKE)
    assert outcome(asked(ledger, claim_on(ledger, openings[2]))) == ("OK", "REVOKED")
    for number in (1, 3):
        assert outcome(asked(ledger, claim_on(ledger, openings[number]))) == ("OK", "OK")
    state = ledger.state()
    batch, license_ = state.get("batch", openings[2]["batch"]), state.get("license", IDS[2])
    assert isinstance(batch, Batch)
    assert isinstance(license_, License)
    assert batch.opened == {2}
    assert (license_.batch, license_.rev, license_.facts[0].seq) == (openings[2]["batch"], 2, batch.seq)
    assert state.get("license", IDS[1]) is None
    assert replayed(ledger) == []


@pytest.mark.parametrize("opened", [False, True])
@pytest.mark.parametrize("region", [None, QINGPU, JIASHAN])
def test_the_histories_asked_for_are_enough(
    ledger: LedgerSimulator, openings: list[Opening], opened: bool, region: int | None
) -> None:
    if opened:
        ledger.open_leaf(openings[4])
        ledger.act(IDS[4], Act.SUSPEND)
    claim = claim_on(ledger, openings[4])
    state, loaded = asked_for(ledger, lambda state: missing_objects(claim, state, region))
    assert asked(ledger, claim, state, region=region) == asked(ledger, claim, region=region)
    assert organisation_object(OFFICE) not in loaded


def test_a_claim_on_another_place_or_path_is_anchored_nowhere(
    ledger: LedgerSimulator, openings: list[Opening]
) -> None:
    first, other = openings[0], ledger.issue_batch([id_of("alone"), id_of("with it")])[0]
    assert first["batch"] != other["batch"]
    inner = "0x" + node_hash(bytes(32), bytes(32)).hex()
    genuine = claim_on(ledger, first)
    forged = [
        replace(genuine, index=1),
        replace(genuine, index=len(IDS)),
        replace(genuine, proof=genuine.proof[:-1]),
        replace(genuine, proof=(*genuine.proof, inner)),
        replace(genuine, proof=other["proof"]),
        replace(genuine, proof=openings[1]["proof"]),
        replace(genuine, leaf={**genuine.terms, "digest": inner}),
        replace(genuine, leaf={**genuine.terms, "licenseId": inner}),
        replace(genuine, leaf={**genuine.terms, "validTo": 0}),
    ]
    for claim in forged:
        assert outcome(asked(ledger, claim))[0] == "NOT_ANCHORED"
    assert outcome(asked(ledger, genuine))[0] == "OK"


def test_a_leaf_is_compromised_with_the_key_of_its_batch(
    ledger: LedgerSimulator, openings: list[Opening]
) -> None:
    ledger.cut_off_key(BUREAU, str(SHANGHAI), batch_record(ledger, openings[0]).time)
    assert outcome(asked(ledger, claim_on(ledger, openings[0])))[1] == "KEY_COMPROMISED"


def test_the_first_record_of_an_id_wins(ledger: LedgerSimulator) -> None:
    ledger.issue(IDS[0])
    openings = ledger.issue_batch(IDS)
    ledger.issue(IDS[1])
    assert outcome(asked(ledger, claim_on(ledger, openings[0])))[0] == "ANCHOR_MISMATCH", (
        "it was single before"
    )
    assert outcome(asked(ledger, claim_on(ledger, openings[1]))) == ("OK", "OK"), "the other came later"


def test_an_id_that_another_body_made_is_none_in_its_batch(ledger: LedgerSimulator) -> None:
    stolen = ledger.issue_batch(IDS, OFFICE)
    assert outcome(asked(ledger, claim_on(ledger, stolen[0])))[0] == "NOT_ANCHORED"
    ledger.open_leaf(stolen[0])
    openings = ledger.issue_batch(IDS)
    ledger.open_leaf(openings[0])
    ledger.act(IDS[0], Act.SUSPEND, rev=1)
    assert outcome(asked(ledger, claim_on(ledger, openings[0]))) == ("OK", "SUSPENDED"), "the owner's"
    assert replayed(ledger) == ["NOT_ENTITLED"], "the thief's opening"


# --- renewals by the batch ---

NEW = [id_of(f"renewed {number}") for number in range(3)]


@pytest.fixture
def renewed(ledger: LedgerSimulator, openings: list[Opening]) -> list[Opening]:
    """Leaves 1, 4 and 6 renewed."""
    return ledger.renew_batch(openings[0]["batch"], [1, 4, 6], NEW)


def renewal_record(ledger: LedgerSimulator) -> Record:
    return next(each for each in ledger.records() if each.kind == Kind.LICENSE_BATCH_RENEWED)


def status_check(findings: Findings) -> Check:
    return next(check for check in findings.checks if check.step is Step.STATUS)


def test_a_renewed_leaf_tells_which_leaf_took_its_place(
    ledger: LedgerSimulator, openings: list[Opening], renewed: list[Opening]
) -> None:
    for number in range(7):
        check = status_check(asked(ledger, claim_on(ledger, openings[number])))
        if number in (1, 4, 6):
            place = {"batch": renewed[0]["batch"], "index": (1, 4, 6).index(number)}
            assert (check.code, check.evidence["supersededByLeaf"]) == ("SUPERSEDED", place)
            assert "supersededBy" not in check.evidence
        else:
            assert check.code == "OK"
    for opening in renewed:
        assert outcome(asked(ledger, claim_on(ledger, opening), region=JIASHAN)) == ("OK", "OK")
    assert replayed(ledger) == []


def test_a_renewal_is_known_from_its_record_on(
    ledger: LedgerSimulator, openings: list[Opening], renewed: list[Opening]
) -> None:
    claim, recorded = claim_on(ledger, openings[4]), renewal_record(ledger).time
    assert outcome(asked(ledger, claim, known_at=recorded - 1))[1] == "OK"
    assert outcome(asked(ledger, claim, at=recorded - 1))[1] == "OK"
    assert outcome(asked(ledger, claim, at=recorded, known_at=recorded))[1] == "SUPERSEDED"
    assert outcome(asked(ledger, claim_on(ledger, renewed[1]), known_at=recorded - 1))[0] == "NOT_ANCHORED"


def test_a_renewal_by_a_stolen_key_is_void(
    ledger: LedgerSimulator, openings: list[Opening], renewed: list[Opening]
) -> None:
    issued = batch_record(ledger, openings[0]).time
    ledger.cut_off_key(BUREAU, str(SHANGHAI), renewal_record(ledger).time)
    assert issued < renewal_record(ledger).time
    assert outcome(asked(ledger, claim_on(ledger, openings[4]))) == ("OK", "OK")
    assert outcome(asked(ledger, claim_on(ledger, renewed[1])))[1] == "KEY_COMPROMISED"
    ledger.register_key("spare", organisation_object(BUREAU))
    again = ledger.renew_batch(openings[0]["batch"], [4], [id_of("again")], signer="spare")
    check = status_check(asked(ledger, claim_on(ledger, openings[4])))
    assert check.evidence["supersededByLeaf"] == {"batch": again[0]["batch"], "index": 0}


def test_a_renewed_leaf_that_is_opened_stays_superseded(
    ledger: LedgerSimulator, openings: list[Opening], renewed: list[Opening]
) -> None:
    ledger.open_leaf(openings[4])
    ledger.act(IDS[4], Act.CANCEL, effective=ledger.now + 1_000)
    check = status_check(asked(ledger, claim_on(ledger, openings[4])))
    assert (check.code, check.evidence["rev"]) == ("SUPERSEDED", 2)
    later = asked(ledger, claim_on(ledger, openings[4]), at=ledger.now + 2_000)
    assert outcome(later)[1] == "CANCELLED"
    license_ = ledger.state().get("license", IDS[4])
    assert isinstance(license_, License)
    assert [fact.seq for fact in license_.renewals] == [renewal_record(ledger).seq]
    assert replayed(ledger) == []


@pytest.mark.parametrize("opened", [False, True])
def test_the_histories_asked_for_are_enough_for_a_renewed_leaf(
    ledger: LedgerSimulator, openings: list[Opening], renewed: list[Opening], opened: bool
) -> None:
    if opened:
        ledger.open_leaf(openings[6])
    ledger.cut_off_key(BUREAU, str(SHANGHAI), renewal_record(ledger).time)
    for claim in (claim_on(ledger, openings[6]), claim_on(ledger, renewed[2])):
        state, _ = asked_for(ledger, partial(missing_objects, claim, region=JIASHAN))
        assert asked(ledger, claim, state, region=JIASHAN) == asked(ledger, claim, region=JIASHAN)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"renewed": [1, 2]}, "BAD_TREE"),
        ({"renewed": [1, 2, 7]}, "BAD_TREE"),
        ({"renewed": [1, 2, 3]}, "BAD_RECORD"),
        ({"renewed": [1, 2, 4], "earlier": hash32("no batch")}, "BAD_RECORD"),
        ({"renewed": [1, 2, 4], "code": REGIONAL_TYPE}, "BAD_RECORD"),
        ({"renewed": [0, 1, 2]}, "NOT_ENTITLED"),
        ({"renewed": [1, 2, 4], "issuer": OFFICE}, "NOT_ENTITLED"),
        ({"renewed": [1, 2, 4], "signer": OFFICE}, "NOT_ENTITLED"),
    ],
)
def test_a_renewal_that_no_contract_writes_is_found(
    ledger: LedgerSimulator, openings: list[Opening], change: dict[str, Any], code: str
) -> None:
    """Leaf 3 was opened, leaf 0 renewed; there are seven."""
    ledger.open_leaf(openings[3])
    ledger.renew_batch(openings[0]["batch"], [0], [id_of("first")])
    ledger.renew_batch(openings[0]["batch"], change.pop("renewed"), NEW, **change)
    assert replayed(ledger)[0] == code


def test_a_batch_issued_by_renewal_needs_the_record_on_the_earlier_one(
    ledger: LedgerSimulator, openings: list[Opening], renewed: list[Opening]
) -> None:
    record = next(each for each in ledger.records() if each.kind == Kind.LICENSE_BATCH_ISSUED_BY_RENEWAL)
    other = founded_ledger()
    other.issue_batch(IDS)
    other.append(record.kind, record.object, record.body, "Batches")
    assert "NOT_ENTITLED" in replayed(other)


def test_a_batch_is_renewed_sixteen_times_at_most(ledger: LedgerSimulator) -> None:
    batch = ledger.issue_batch([id_of(f"many {number}") for number in range(20)])[0]["batch"]
    for number in range(17):
        ledger.renew_batch(batch, [number], [id_of(f"more {number}")])
    assert replayed(ledger)[0] == "BAD_RECORD"


# --- an id's first record wins ---


def later_single(ledger: LedgerSimulator) -> None:
    ledger.issue(IDS[2], digest=hash32("another content"), holderBinding=hash32("another device"))
    ledger.act(IDS[2], Act.REVOKE)


def later_leaf(ledger: LedgerSimulator) -> None:
    later = ledger.issue_batch([IDS[2], id_of("another leaf")], digest=hash32("another content"))
    ledger.open_leaf(later[0])
    ledger.act(IDS[2], Act.REVOKE)


@pytest.mark.parametrize("shadow", [later_single, later_leaf])
def test_what_comes_later_under_the_id_of_a_leaf_gives_way_to_it(
    ledger: LedgerSimulator, openings: list[Opening], shadow: Callable[[LedgerSimulator], None]
) -> None:
    shadow(ledger)
    before = ledger.state().get("license", IDS[2])
    assert isinstance(before, License)
    unopened, _ = license_state(Histories([ledger], Asked()), IDS[2], openings[2])
    assert (unopened.rev, unopened.batch, len(unopened.facts)) == (before.rev + 1, openings[2]["batch"], 1)
    assert replayed(ledger) == []
    ledger.open_leaf(openings[2])
    ledger.act(IDS[2], Act.SUSPEND)
    assert outcome(asked(ledger, claim_on(ledger, openings[2]))) == ("OK", "SUSPENDED")
    opened, _ = license_state(Histories([ledger], Asked()), IDS[2])
    assert (opened.rev, [each.act for each in opened.facts]) == (before.rev + 2, [Act.ISSUE, Act.SUSPEND])
    assert replayed(ledger) == ["DUPLICATE_ID"], "it shows when the leaf is opened"


@pytest.mark.parametrize(("seconds", "wins"), [(-1, "recorded"), (0, "recorded"), (1, "leaf")])
def test_which_comes_first_is_told_by_the_second_as_the_contract_tells_it(
    ledger: LedgerSimulator, openings: list[Opening], seconds: int, wins: str
) -> None:
    """The contract knows no order within a second, and opens no leaf over what stands there by then."""
    later_single(ledger)
    single, batch = ledger.state().get("license", IDS[2]), ledger.state().get("batch", openings[2]["batch"])
    assert isinstance(single, License)
    assert isinstance(batch, Batch)
    leaf = leaf_license(batch, openings[2]["batch"], 2, openings[2])
    issued = replace(single.facts[0], recorded_at=batch.recorded_at + seconds)
    recorded = replace(single, facts=(issued, *single.facts[1:]))
    assert issued.seq > batch.seq
    first = first_of((recorded, leaf), lambda _, __: False)
    assert (first is recorded) == (wins == "recorded")


def test_an_opened_leaf_gives_way_to_no_later_one(ledger: LedgerSimulator, openings: list[Opening]) -> None:
    ledger.open_leaf(openings[2])
    ledger.open_leaf(ledger.issue_batch([IDS[2], id_of("another leaf")])[0])
    assert replayed(ledger) == ["DUPLICATE_ID"]
    kept, _ = license_state(Histories([ledger], Asked()), IDS[2])
    assert kept.batch == openings[2]["batch"]


# --- what no contract writes is found by replay ---


def test_leaves_that_do_not_make_the_root_are_a_bad_tree(ledger: LedgerSimulator) -> None:
    genuine = founded_ledger()
    record = batch_record(genuine, genuine.issue_batch(IDS)[0])
    _, values = record.message()
    leaves = record.decoded().leaves
    members = {name: values[name] for name in ("root", "size", "issuer", "licenseType")}
    ledger.record("IssueBatch", [BUREAU], leaves=leaves[::-1], **members)
    assert replayed(ledger) == ["BAD_TREE"]


def test_an_opening_without_proof_or_a_second_one_is_found(
    ledger: LedgerSimulator, openings: list[Opening]
) -> None:
    ledger.open_leaf({**openings[0], "index": 1})
    ledger.open_leaf(openings[3])
    ledger.open_leaf(openings[3])
    assert replayed(ledger) == ["BAD_PROOF", "DUPLICATE_ID"]


def test_an_opening_is_signed_by_nobody(ledger: LedgerSimulator, openings: list[Opening]) -> None:
    signature = batch_record(ledger, openings[0]).decoded().signatures
    body = RecordBody(OPENING.data(openings[0]), signature).encode()
    ledger.append(Kind.LICENSE_OPENED, bytes.fromhex(IDS[0][2:]), body)
    assert "NOT_ENTITLED" in replayed(ledger)


def test_a_batch_twice_and_one_of_another_body_are_found(ledger: LedgerSimulator) -> None:
    ledger.issue_batch(IDS)
    ledger.issue_batch(IDS)
    record = batch_record(ledger, {"batch": "0x" + list(ledger.records())[-1].object.hex()})
    values = {name: record.message()[1][name] for name in ("root", "size", "licenseType")}
    issuer = "0x" + OFFICE.encode().hex().ljust(64, "0")
    ledger.record("IssueBatch", [BUREAU], leaves=record.decoded().leaves, **values, issuer=issuer)
    assert replayed(ledger) == ["DUPLICATE_ID", "NOT_ENTITLED"]


# --- transfers ---


def test_a_transfer_is_replayed_and_seen(ledger: LedgerSimulator) -> None:
    claim = claim_in(ledger.issue(IDS[0]))
    ledger.transfer_out(IDS[0], ZHEJIANG)
    assert outcome(asked(ledger, claim))[1] == "SUSPENDED"
    taken = ledger.amend(IDS[0], id_of("taken", OFFICE), OFFICE, CODE, Act.TRANSFER_IN)
    assert outcome(asked(ledger, claim))[1] == "SUPERSEDED"
    assert outcome(asked(ledger, claim_in(taken))) == ("OK", "OK")
    assert replayed(ledger) == []


@pytest.mark.parametrize("act", [Act.CHANGE, Act.TRANSFER_IN])
def test_a_license_that_nobody_let_go_is_taken_by_nobody(ledger: LedgerSimulator, act: Act) -> None:
    ledger.issue(IDS[0])
    ledger.amend(IDS[0], id_of("taken", OFFICE), OFFICE, CODE, act)
    assert replayed(ledger)[0] == "NOT_ENTITLED"


def test_a_license_let_go_elsewhere_is_not_taken_here(ledger: LedgerSimulator) -> None:
    ledger.issue(IDS[0])
    ledger.transfer_out(IDS[0], SHANGHAI)
    ledger.amend(IDS[0], id_of("taken", OFFICE), OFFICE, CODE, Act.TRANSFER_IN)
    assert replayed(ledger)[0] == "NOT_ENTITLED"
