"""Holder bindings: which is in effect, who may bind and freeze, what falls with a key or a right."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ledger import crypto
from ledger.domain.acts import Act, Status
from ledger.domain.apply import State
from ledger.domain.entities import License
from ledger.domain.holders import HolderRule, JointHolders, PublicPair
from ledger.domain.lifecycle import status_at
from ledger.domain.objects import organisation_object
from ledger.domain.records import Record
from ledger.domain.rights import IDENTITY_PROVIDER
from ledger.domain.state import typed
from ledger.proof.bindings import Binding, binding_at
from ledger.proof.verification import cut_offs_of, license_objects
from ledger.service.replay import ReplayLedger
from ledger.service.sources import Asked, Histories
from ledger.service.standing import binding_now, show_license
from tests.simulator import (
    BUREAU,
    JIASHAN,
    NATIONAL_TYPE,
    NO_HASH,
    OFFICE,
    QINGPU,
    SHANGHAI,
    ZHEJIANG,
    LedgerSimulator,
    founded_ledger,
    hash32,
    id_of,
    key_of,
)
from tests.unit.governed import FixedClock, asked_for, registration, trust_of
from tests.unit.test_verification import asked, claim_in

LICENSE = id_of("a license")
FIRST, SECOND = hash32("first device"), hash32("second device")
PROVIDER = "11610922MB0TE5T52A"
"""An identity provider; fictitious."""


@pytest.fixture
def ledger() -> LedgerSimulator:
    """A license bound to a first device, and a body that provides identities in Shanghai."""
    made = founded_ledger(sign=False)
    made.register_type(IDENTITY_PROVIDER, [str(SHANGHAI), str(ZHEJIANG)])
    made.record("AddOrganisation", [str(ZHEJIANG)], **_provider())
    made.record(
        "RegisterKey",
        [str(ZHEJIANG), PROVIDER],
        **registration(PROVIDER, owner=organisation_object(PROVIDER)),
    )
    made.entitle(IDENTITY_PROVIDER, PROVIDER, SHANGHAI, str(SHANGHAI))
    made.issue(LICENSE)
    made.bind(LICENSE, FIRST)
    return made


def _provider() -> dict[str, object]:
    word = "0x" + PROVIDER.encode().hex().ljust(64, "0")
    return {"uscc": word, "region": ZHEJIANG, "level": 3, "nameDigest": NO_HASH}


def license_in(state: State) -> License:
    found = typed(state, "license", LICENSE, License)
    assert found is not None
    return found


def now(ledger: LedgerSimulator, as_of: int | None = None) -> Binding:
    """The binding in effect, from the histories that are asked for and no others."""
    whole, own = ledger.state(), bytes.fromhex(LICENSE[2:])
    state, _ = asked_for(ledger, lambda state: {own, *license_objects(state, license_in(whole))})
    moment = ledger.now if as_of is None else as_of
    found = binding_at(state, license_in(state), moment)
    assert found == binding_at(whole, license_in(whole), moment), "the histories asked for are enough"
    assert as_of is not None or binding_now(Histories([ledger], Asked()), LICENSE) == found
    return found


def _of(ledger: LedgerSimulator, objects: set[bytes]) -> list[Record]:
    return [record for record in ledger.records() if record.object in objects]


def replayed(ledger: LedgerSimulator) -> list[str]:
    """Findings about records; signatures are fixed bytes here and left out."""
    report = ReplayLedger(trust_of(ledger), crypto.verifier(), FixedClock(ledger.now)).run(
        Histories([ledger], Asked())
    )
    return [each.code for each in report.findings if each.seq is not None and each.code != "BAD_SIGNATURE"]


# --- history ---


def test_the_last_binding_counts_and_a_freeze_lasts_until_the_next(ledger: LedgerSimulator) -> None:
    assert now(ledger) == Binding(FIRST)
    ledger.freeze(LICENSE)
    frozen = ledger.now - 1
    assert now(ledger) == Binding(FIRST, is_frozen=True)
    assert now(ledger).flags == ("HOLDER_FROZEN",)
    ledger.bind(LICENSE, SECOND)
    assert now(ledger) == Binding(SECOND)
    assert now(ledger, frozen) == Binding(FIRST, is_frozen=True), "as known then"
    assert replayed(ledger) == []


def test_a_license_bound_at_its_issue_is_frozen_and_bound_anew(ledger: LedgerSimulator) -> None:
    other = id_of("bound at its issue")
    ledger.issue(other, holderBinding=FIRST)
    ledger.freeze(other)
    state = ledger.state()
    found = typed(state, "license", other, License)
    assert found is not None
    assert binding_at(state, found, ledger.now) == Binding(FIRST, is_frozen=True)


def test_a_second_freeze_is_recorded_and_changes_nothing(ledger: LedgerSimulator) -> None:
    ledger.freeze(LICENSE)
    ledger.freeze(LICENSE, PROVIDER)
    assert now(ledger) == Binding(FIRST, is_frozen=True)
    ledger.bind(LICENSE, SECOND)
    assert now(ledger) == Binding(SECOND), "one binding lifts them all"
    assert replayed(ledger) == []


@pytest.mark.parametrize("rule", list(HolderRule))
def test_a_freeze_stops_all_of_several_holders_until_the_others_are_bound_anew(
    ledger: LedgerSimulator, rule: HolderRule
) -> None:
    """A lost device is known by nothing on the ledger but the commitment to all of them."""
    names = ("first holder", "second holder", "third holder")
    pairs = [PublicPair(key_of(name).public_key, key_of(f"{name} opens").public_key) for name in names]
    ledger.bind(LICENSE, JointHolders(rule, tuple(pairs)).binding)
    ledger.freeze(LICENSE)
    assert now(ledger) == Binding(JointHolders(rule, tuple(pairs)).binding, is_frozen=True)
    rest = JointHolders(rule, tuple(pairs[1:])).binding
    ledger.bind(LICENSE, rest)
    assert now(ledger) == Binding(rest)


def test_a_freeze_leaves_the_status_as_it_is(ledger: LedgerSimulator) -> None:
    ledger.freeze(LICENSE)
    state = ledger.state()
    standing = status_at(license_in(state), ledger.now, ledger.now, cut_offs_of(state, ledger.now))
    assert (standing.status, standing.fact and standing.fact.act) == (Status.IN_FORCE, Act.ISSUE)


def test_the_flags_of_a_verdict_tell_what_it_is_bound_to(ledger: LedgerSimulator) -> None:
    claim = claim_in(next(each for each in ledger.records() if "0x" + each.object.hex() == LICENSE))
    assert asked(ledger, claim).flags == ()
    ledger.freeze(LICENSE)
    assert asked(ledger, claim).flags == ("HOLDER_FROZEN",)


def test_a_binding_of_nobody_undoes_no_freeze_and_is_a_finding(ledger: LedgerSimulator) -> None:
    """Honest contracts refuse it; where others wrote it, what came after it still counts."""
    ledger.freeze(LICENSE)
    ledger.bind(LICENSE, NO_HASH)
    assert now(ledger) == Binding(FIRST, is_frozen=True)
    assert replayed(ledger) == ["BAD_RECORD"]
    shown = show_license(Histories([ledger], Asked()), LICENSE, None, None, ledger.now)
    assert [(row["act"], row["void"]) for row in shown.bindings[-2:]] == [("FREEZE", False), ("BIND", True)]
    ledger.act(LICENSE, Act.REVOKE)
    state = ledger.state()
    standing = status_at(license_in(state), ledger.now, ledger.now, cut_offs_of(state, ledger.now))
    assert standing.status is Status.REVOKED


def test_what_is_shown_of_bindings_is_their_history(ledger: LedgerSimulator) -> None:
    ledger.freeze(LICENSE)
    ledger.bind(LICENSE, SECOND, PROVIDER)
    cut = ledger.now
    ledger.bind(LICENSE, FIRST)
    ledger.cut_off_key(BUREAU, str(SHANGHAI), cut)
    shown = show_license(Histories([ledger], Asked()), LICENSE, None, None, ledger.now)
    rows = shown.as_json(None)["bindings"]
    assert isinstance(rows, list)
    told = [tuple(row[name] for name in ("act", "method", "assurance", "by", "void")) for row in rows]
    assert told == [
        ("BIND", "issuer-counter", 2, BUREAU, False),
        ("FREEZE", None, None, BUREAU, False),
        ("BIND", "issuer-counter", 2, PROVIDER, False),
        ("BIND", "issuer-counter", 2, BUREAU, True),
    ]
    assert shown.flags == ()


# --- identity providers ---


def test_an_identity_provider_binds_freezes_and_binds_anew(ledger: LedgerSimulator) -> None:
    ledger.bind(LICENSE, SECOND, PROVIDER)
    assert now(ledger) == Binding(SECOND)
    ledger.freeze(LICENSE, PROVIDER)
    assert now(ledger) == Binding(SECOND, is_frozen=True)
    ledger.bind(LICENSE, FIRST, PROVIDER)
    assert now(ledger) == Binding(FIRST)
    assert replayed(ledger) == []


def _in_another_region(ledger: LedgerSimulator) -> None:
    ledger.end_entitlement(IDENTITY_PROVIDER, PROVIDER, str(SHANGHAI), ledger.now)
    ledger.entitle(IDENTITY_PROVIDER, OFFICE, ZHEJIANG, str(ZHEJIANG))
    ledger.bind(LICENSE, SECOND, OFFICE)


def _in_an_inferior_region(ledger: LedgerSimulator) -> None:
    other = id_of("of the province")
    ledger.entitle(NATIONAL_TYPE, BUREAU, SHANGHAI, str(SHANGHAI))
    ledger.entitle(IDENTITY_PROVIDER, OFFICE, QINGPU, str(SHANGHAI))
    ledger.issue(other)
    ledger.bind(other, SECOND, OFFICE)


def _without_a_right(ledger: LedgerSimulator) -> None:
    ledger.bind(LICENSE, SECOND, OFFICE)


def _after_its_right(ledger: LedgerSimulator) -> None:
    ledger.end_entitlement(IDENTITY_PROVIDER, PROVIDER, str(SHANGHAI), ledger.now)
    ledger.wait(10)
    ledger.bind(LICENSE, SECOND, PROVIDER)


def _with_an_ended_key(ledger: LedgerSimulator) -> None:
    ledger.end_key(PROVIDER, str(ZHEJIANG), ledger.now + 1)
    ledger.wait(10)
    ledger.bind(LICENSE, SECOND, PROVIDER)


def _in_anothers_name(ledger: LedgerSimulator) -> None:
    ledger.bind(LICENSE, SECOND, OFFICE, by=PROVIDER)


def _in_the_issuers_name(ledger: LedgerSimulator) -> None:
    ledger.bind(LICENSE, SECOND, PROVIDER, by=BUREAU)


FORGED = [
    _in_another_region,
    _in_an_inferior_region,
    _without_a_right,
    _after_its_right,
    _with_an_ended_key,
    _in_anothers_name,
    _in_the_issuers_name,
]


@pytest.mark.parametrize("deed", FORGED, ids=lambda deed: deed.__name__)
def test_a_binding_without_right_or_key_is_void_and_found_by_replay(
    ledger: LedgerSimulator, deed: Callable[[LedgerSimulator], None]
) -> None:
    deed(ledger)
    assert replayed(ledger) == ["NOT_ENTITLED"]
    state = ledger.state()
    last = list(ledger.records())[-1]
    license_ = typed(state, "license", "0x" + last.object.hex(), License)
    assert license_ is not None
    assert license_.holder_binding == SECOND, "as recorded"
    assert binding_at(state, license_, ledger.now).value == license_.facts[-2].holder_binding


@pytest.mark.parametrize("by", [OFFICE, PROVIDER])
def test_a_freeze_without_right_is_found_by_replay(ledger: LedgerSimulator, by: str) -> None:
    ledger.end_entitlement(IDENTITY_PROVIDER, PROVIDER, str(SHANGHAI), ledger.now)
    ledger.wait(10)
    ledger.freeze(LICENSE, by)
    assert replayed(ledger) == ["NOT_ENTITLED"]


def test_an_identity_provider_does_nothing_but_bind(ledger: LedgerSimulator) -> None:
    ledger.act(LICENSE, Act.SUSPEND, PROVIDER, ground=21)
    ledger.transfer_out(LICENSE, JIASHAN, PROVIDER)
    ledger.issue(id_of("another"), by=PROVIDER)
    assert replayed(ledger) == ["NOT_ENTITLED"] * 3


def test_a_later_end_of_the_right_leaves_what_was_bound(ledger: LedgerSimulator) -> None:
    with ledger.one_block():
        ledger.bind(LICENSE, SECOND, PROVIDER)
        ledger.end_entitlement(IDENTITY_PROVIDER, PROVIDER, str(SHANGHAI), ledger.now)
    assert now(ledger) == Binding(SECOND), "even in the same block"
    assert replayed(ledger) == []


# --- compromise ---


def test_a_binding_falls_with_its_key_and_a_freeze_stands(ledger: LedgerSimulator) -> None:
    since = ledger.now
    ledger.bind(LICENSE, SECOND, PROVIDER)
    ledger.freeze(LICENSE, PROVIDER)
    ledger.cut_off_key(PROVIDER, str(ZHEJIANG), since)
    assert now(ledger) == Binding(FIRST, is_frozen=True)


def test_a_binding_falls_with_the_region_that_gave_the_right(ledger: LedgerSimulator) -> None:
    since = ledger.now
    ledger.entitle(IDENTITY_PROVIDER, OFFICE, SHANGHAI, str(SHANGHAI))
    ledger.bind(LICENSE, SECOND, OFFICE)
    ledger.freeze(LICENSE, OFFICE)
    known = ledger.now - 1
    ledger.cut_off_key(str(SHANGHAI), str(ZHEJIANG), since)
    assert now(ledger) == Binding(FIRST, is_frozen=True)
    assert now(ledger, known) == Binding(SECOND, is_frozen=True), "as known then"


def test_a_thief_who_binds_anew_lifts_no_freeze_for_long(ledger: LedgerSimulator) -> None:
    ledger.freeze(LICENSE)
    since = ledger.now
    ledger.bind(LICENSE, SECOND, PROVIDER)
    assert now(ledger) == Binding(SECOND)
    ledger.cut_off_key(PROVIDER, str(ZHEJIANG), since)
    assert now(ledger) == Binding(FIRST, is_frozen=True)


def test_what_follows_the_issuer_and_its_operator_bind_too(ledger: LedgerSimulator) -> None:
    ledger.entitle(NATIONAL_TYPE, BUREAU, QINGPU, str(SHANGHAI), operator=OFFICE)
    ledger.bind(LICENSE, SECOND, OFFICE)
    assert now(ledger) == Binding(SECOND)
    ledger.entitle(NATIONAL_TYPE, BUREAU, QINGPU, str(SHANGHAI))
    ledger.succeed_organisation(BUREAU, OFFICE, str(SHANGHAI))
    ledger.wait(10)
    ledger.bind(LICENSE, FIRST, OFFICE)
    assert now(ledger) == Binding(FIRST)


def test_a_provider_of_the_region_that_followed_another_binds_its_licenses(
    ledger: LedgerSimulator,
) -> None:
    ledger.succeed_region(QINGPU, JIASHAN, [str(SHANGHAI)])
    ledger.entitle(IDENTITY_PROVIDER, OFFICE, JIASHAN, str(ZHEJIANG))
    ledger.wait(10)
    ledger.bind(LICENSE, SECOND, OFFICE)
    assert now(ledger) == Binding(SECOND)
