"""Several licenses under one id: what a thief of a key opened gives back what it took, however one asks.

The contracts do the same (`tests/contracts/test_rivals.py`); here replay, the live index, `license show`
and verification are held to one answer.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ledger.adapters.index import open_index
from ledger.domain.acts import Act
from ledger.domain.apply import APPLY_VERSION
from ledger.domain.entities import License
from ledger.domain.entity_json import ENTITY_OF, state_digest
from ledger.domain.facts import fact_of
from ledger.domain.grants import is_consented
from ledger.domain.objects import organisation_object
from ledger.domain.sharing import Basis
from ledger.domain.sharing_entities import Grant
from ledger.domain.state import typed
from ledger.proof.verification import missing_objects, objects_behind
from ledger.service.follow import Follow
from ledger.service.sources import Asked, Histories
from ledger.service.standing import license_state, show_license
from ledger.service.verify import state_of
from tests.sharing_records import SharingRecords, device_of
from tests.simulator import (
    BUREAU,
    DAY,
    LEDGER_ID,
    QINGPU,
    REGIONAL_TYPE,
    LedgerSimulator,
    founded_ledger,
    hash32,
    id_of,
)
from tests.unit.test_leaves import claim_on, outcome, replayed
from tests.unit.test_verification import asked, claim_in, shown

ID = id_of("a license")
THIEF = "stolen key"
GENUINE = {"digest": hash32("the genuine content"), "holderBinding": hash32("the holder's device")}
FORGED = {"digest": hash32("a forged content"), "holderBinding": hash32("the thief's device")}
Opening = dict[str, Any]


@pytest.fixture
def ledger() -> LedgerSimulator:
    made = founded_ledger()
    made.rotate_key(BUREAU, THIEF, organisation_object(BUREAU))
    made.wait(DAY)
    return made


@pytest.fixture
def planted(ledger: LedgerSimulator) -> Opening:
    """A leaf that the thief recorded before the license."""
    opening = ledger.issue_batch([ID, id_of("another leaf")], by=THIEF, **FORGED)[0]
    ledger.wait(DAY)
    return opening


def steal(ledger: LedgerSimulator, planted: Opening, act: Act = Act.SUSPEND) -> None:
    """The thief opens his leaf."""
    ledger.open_leaf(planted)
    ledger.act(ID, act, by=THIEF)
    ledger.wait(60)


def cut_off(ledger: LedgerSimulator) -> int:
    """The region declares the key stolen as of before the planted batch; returns the moment before."""
    before = ledger.now - 1
    ledger.cut_off_key(THIEF, str(QINGPU), ledger.now - 2 * DAY - 3600)
    return before


def stands(ledger: LedgerSimulator, opening: Opening | None = None) -> License:
    return license_state(Histories([ledger], Asked()), ID, opening)[0]


def told(ledger: LedgerSimulator, opening: Opening | None = None, known_at: int | None = None) -> str:
    """Status as `license show` tells it."""
    found = show_license(Histories([ledger], Asked()), ID, None, known_at, ledger.now, opening)
    return found.standing.status.name


def require_one_state(ledger: LedgerSimulator, folder: Path) -> None:
    """The live index and replay hold the same."""
    index = open_index(folder, LEDGER_ID)
    Follow(ledger, index).sync()
    live = state_digest({name: dict(index.entities(name)) for name in ENTITY_OF}, APPLY_VERSION)
    kept = index.get("license", ID)
    index.close()
    state = ledger.state()
    assert live == state_digest(state.tables, APPLY_VERSION)
    assert kept == state.get("license", ID)


def test_a_license_stands_again_once_the_key_of_what_took_its_place_is_cut_off(
    ledger: LedgerSimulator, planted: Opening, tmp_path: Path
) -> None:
    genuine, forged = claim_in(ledger.issue(ID, **GENUINE)), claim_on(ledger, planted)
    assert outcome(asked(ledger, genuine)) == ("OK", "OK")
    steal(ledger, planted)
    require_one_state(ledger, tmp_path / "before")
    assert outcome(asked(ledger, genuine))[0] == "ANCHOR_MISMATCH"
    assert outcome(asked(ledger, forged)) == ("OK", "SUSPENDED")
    before = cut_off(ledger)
    require_one_state(ledger, tmp_path / "after")
    assert stands(ledger).digest == GENUINE["digest"]
    assert outcome(asked(ledger, genuine)) == ("OK", "SUSPENDED"), "what restricts stands"
    assert outcome(asked(ledger, forged)) == ("OK", "KEY_COMPROMISED")
    ledger.act(ID, Act.RESUME)
    assert outcome(asked(ledger, genuine)) == ("OK", "OK")
    assert replayed(ledger) == ["DUPLICATE_ID"], "the opening, and nothing of what came after"
    assert outcome(asked(ledger, forged, known_at=before, at=before)) == ("OK", "SUSPENDED"), (
        "as it was known"
    )
    assert outcome(asked(ledger, genuine, known_at=before, at=before))[0] == "ANCHOR_MISMATCH"
    assert (told(ledger), told(ledger, known_at=before)) == ("IN_FORCE", "SUSPENDED")


@pytest.mark.parametrize("is_first", [True, False], ids=["before the opening", "after the opening"])
def test_an_end_is_not_dropped(
    ledger: LedgerSimulator, planted: Opening, is_first: bool, tmp_path: Path
) -> None:
    genuine = claim_in(ledger.issue(ID, **GENUINE))
    if is_first:
        ledger.act(ID, Act.REVOKE)
    steal(ledger, planted)
    if not is_first:
        ledger.act(ID, Act.REVOKE)
    cut_off(ledger)
    assert outcome(asked(ledger, genuine)) == ("OK", "REVOKED")
    assert told(ledger) == "REVOKED"
    require_one_state(ledger, tmp_path)


def test_an_annulment_works_from_the_first_day_of_the_genuine_license(ledger: LedgerSimulator) -> None:
    late = {"validFrom": ledger.now + 50 * 365 * DAY, "validTo": 0}
    planted = ledger.issue_batch([ID], by=THIEF, **FORGED, **late)[0]
    ledger.wait(DAY)
    genuine = claim_in(ledger.issue(ID, **GENUINE))
    steal(ledger, planted)
    ledger.act(ID, Act.ANNUL)
    cut_off(ledger)
    assert outcome(asked(ledger, genuine)) == ("OK", "ANNULLED")


def test_a_leaf_whose_key_was_cut_off_takes_nothing(ledger: LedgerSimulator, planted: Opening) -> None:
    """No contract records the opening; replay refuses it, and all it would have changed."""
    genuine = claim_in(ledger.issue(ID, **GENUINE))
    cut_off(ledger)
    ledger.open_leaf(planted)
    assert outcome(asked(ledger, genuine)) == ("OK", "OK")
    assert replayed(ledger) == ["DUPLICATE_ID"]
    assert stands(ledger, planted).digest == GENUINE["digest"], "also for who hands in what opens it"


@pytest.mark.parametrize("is_opened", [False, True], ids=["closed", "opened"])
def test_a_genuine_leaf_stands_again(
    ledger: LedgerSimulator, planted: Opening, is_opened: bool, tmp_path: Path
) -> None:
    real = ledger.issue_batch([ID, id_of("a third leaf")], **GENUINE)[0]
    steal(ledger, planted)
    ledger.act(ID, Act.REVOKE)
    assert outcome(asked(ledger, claim_on(ledger, real)))[0] == "ANCHOR_MISMATCH"
    before = stands(ledger)
    cut_off(ledger)
    if is_opened:
        ledger.open_leaf(real)
        ledger.act(ID, Act.ANNUL)
    expected = "ANNULLED" if is_opened else "REVOKED"
    assert outcome(asked(ledger, claim_on(ledger, real))) == ("OK", expected)
    assert outcome(asked(ledger, claim_on(ledger, planted)))[1] == "KEY_COMPROMISED"
    assert told(ledger, real) == expected
    assert stands(ledger, real).rev == before.rev + (2 if is_opened else 1)
    assert replayed(ledger) == (["DUPLICATE_ID"] if is_opened else [])
    require_one_state(ledger, tmp_path)


def test_an_id_that_nothing_else_stands_under_is_issued_anew(
    ledger: LedgerSimulator, planted: Opening, tmp_path: Path
) -> None:
    steal(ledger, planted, Act.REVOKE)
    cut_off(ledger)
    rev = stands(ledger).rev
    genuine = claim_in(ledger.issue(ID, **GENUINE, rev=rev))
    assert outcome(asked(ledger, genuine)) == ("OK", "OK")
    assert (stands(ledger).rev, stands(ledger).digest) == (rev + 1, GENUINE["digest"])
    assert replayed(ledger) == ["DUPLICATE_ID"]
    require_one_state(ledger, tmp_path)
    ledger.issue(ID, rev=rev + 1, digest=hash32("once more"))
    assert replayed(ledger) == ["DUPLICATE_ID", "DUPLICATE_ID"], "over one that is not void, none is issued"


def test_an_amendment_makes_no_license_over_a_void_one(ledger: LedgerSimulator, planted: Opening) -> None:
    steal(ledger, planted)
    cut_off(ledger)
    other = id_of("an older license")
    ledger.issue(other)
    ledger.amend(other, ID, **GENUINE)
    assert "DUPLICATE_ID" in replayed(ledger)
    assert stands(ledger).digest == FORGED["digest"]


def test_what_is_looked_up_for_a_verification_tells_the_same_as_everything(
    ledger: LedgerSimulator, planted: Opening
) -> None:
    """Histories of a few objects, as they are proved one by one, add up to the same answer."""
    genuine, forged = claim_in(ledger.issue(ID, **GENUINE)), claim_on(ledger, planted)
    steal(ledger, planted)
    cut_off(ledger)
    for claim in (genuine, forged):
        wanted: set[bytes] = set()
        for _ in range(12):
            records = [each for each in ledger.records() if each.object in wanted]
            state = state_of(LEDGER_ID, records)
            wanted |= missing_objects(claim, state, QINGPU)
            wanted |= {each for record in records for each in objects_behind(fact_of(record))}
        found = shown(asked(ledger, claim, state, region=QINGPU))
        assert found == shown(asked(ledger, claim, region=QINGPU))


def test_what_the_holder_of_a_forged_leaf_consented_to_opens_nothing_of_the_genuine_license(
    ledger: LedgerSimulator,
) -> None:
    """Nor does a grant that was delegated on it; the genuine holder's own consent does."""
    own, forged = (device_of(label).binding for label in ("the holder's", "the thief's"))
    planted = ledger.issue_batch([ID], code=REGIONAL_TYPE, by=THIEF, holderBinding=forged)[0]
    ledger.wait(DAY)
    ledger.issue(ID, code=REGIONAL_TYPE, holderBinding=own)
    records = SharingRecords(ledger)
    records.register("OPEN")
    before, stolen = (
        records.request("OPEN", text, Basis.CONSENT, licenseId=ID, delegable=1) for text in ("one", "another")
    )
    records.consent(before, ID, "the holder's")
    steal(ledger, planted)
    ledger.act(ID, Act.RESUME)
    records.consent(stolen, ID, "the thief's")
    delegated = records.delegate(stolen)
    cut_off(ledger)
    assert replayed(ledger) == ["DUPLICATE_ID"]
    state, license_ = ledger.state(), stands(ledger)

    def is_covered(grant: str) -> bool:
        return is_consented(state, typed(state, "grant", grant, Grant), license_)

    assert [is_covered(each) for each in (before, stolen, delegated)] == [True, False, False]


def test_a_cut_off_of_the_key_that_registered_the_thiefs_key_counts_alike(
    ledger: LedgerSimulator, planted: Opening, tmp_path: Path
) -> None:
    genuine = claim_in(ledger.issue(ID, **GENUINE))
    ledger.rotate_key(THIEF, "the thief's own", organisation_object(BUREAU), until=0)
    ledger.wait(60)
    older = ledger.issue_batch([ID], by="the thief's own", digest=hash32("by the second key"))[0]
    ledger.wait(60)
    assert older["batch"] != planted["batch"]
    steal(ledger, planted)
    cut_off(ledger)
    assert outcome(asked(ledger, genuine)) == ("OK", "SUSPENDED")
    require_one_state(ledger, tmp_path)
