"""Licenses: issue, amend, the acts and their order, two times, compromise, and parity with the domain."""

from __future__ import annotations

from typing import Any

import pytest
from eth_abi.abi import encode
from eth_hash.auto import keccak
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.domain import objects
from ledger.domain.acts import AMEND_KINDS, RULES, Act, Group, Scope, Status
from ledger.domain.entities import License, LicenseFact
from ledger.domain.lifecycle import effective_time, status_at
from ledger.domain.messages import Kind
from ledger.domain.objects import ascii32
from tests.contracts import commands
from tests.contracts.commands import HANDLE, LICENSE, NEXT_HANDLE, SUCCESSOR, governor, id_of, signer
from tests.contracts.world import (
    BUREAU,
    JIASHAN,
    NO_HASH,
    OFFICE,
    PLAIN_TYPE,
    QINGPU,
    REGIONAL_TYPE,
    SHANGHAI,
    ZHEJIANG,
    KeyPair,
    Message,
    Refused,
    World,
    compiled,
    entitlement_members,
    key,
    refuses,
    type_members,
)

ENDS = [rule.act for rule in RULES.values() if rule.group is Group.END]
AMENDS = list(AMEND_KINDS.values())
LATEST = 2**64 - 1


def status(world: World, at: int | None = None, as_of: int = LATEST, license_id: bytes = LICENSE) -> Status:
    return Status(full_status(world, at, as_of, license_id)[0])


def full_status(
    world: World, at: int | None = None, as_of: int = LATEST, license_id: bytes = LICENSE
) -> tuple[int, int, int, int]:
    signature = "statusAt(bytes32,uint64,uint64)"
    moment = world.now() if at is None else at
    row: tuple[int, int, int, int] = world.view(
        "Licenses", signature, "uint8,uint32,uint64,uint8", license_id, moment, as_of
    )
    return row


def license_of(world: World, license_id: bytes = LICENSE) -> Any:
    return commands.license_row(world, license_id)


def perform(world: World, act: Act, **changes: Any) -> Any:
    """One act as it is rightly given; an amendment gets a successor of its own."""
    if RULES[act].group is Group.AMEND:
        changes.setdefault("handle", keccak(world.rev(LICENSE).to_bytes(4, "big")))
        return world.run(commands.amend(world, act, **changes))
    if act is Act.BIND:
        return world.run(commands.bind(world))
    if act is Act.FREEZE:
        return world.send(freezing(world), signer(BUREAU))
    return world.run(commands.act(world, act, **changes))


def freezing(world: World, by: str = BUREAU) -> Message:
    """The message that freezes the license's binding, whether it has one or not."""
    return world.message("Freeze", LICENSE, licenseId=LICENSE, by=ascii32(by))


# --- issue ---


def test_a_license_is_kept_as_issued(world: World) -> None:
    binding = keccak(b"device")
    terms: dict[str, Any] = {"holderBinding": binding, "validFrom": 1_700_000_000, "validTo": 1_900_000_000}
    receipt = world.run(commands.issue(world, **terms))
    assert [(record.kind, record.object) for record in receipt.records] == [(Kind.LICENSE_ISSUED, LICENSE)]
    types = ["bytes32", "bytes32", "bytes32", "bytes32", "uint64", "uint64"]
    members = [LICENSE, ascii32(REGIONAL_TYPE), keccak(b"content"), binding, 1_700_000_000, 1_900_000_000]
    kept = license_of(world)
    assert kept[0] == keccak(b"\0" + encode(types, members))
    assert kept[1:7] == (binding, ascii32(REGIONAL_TYPE), ascii32(BUREAU), QINGPU, *members[4:])
    assert kept[7] == world.now()
    assert kept[9:11] == (1, NO_HASH)


def test_an_id_is_issued_once_whatever_the_message_says(world: World) -> None:
    world.run(commands.issue(world))
    again = commands.issue(world)
    for rev in (0, 1):
        with refuses("LicensesDuplicate", LICENSE):
            world.send(again.message.but(rev=rev), *again.keys)


def test_a_new_license_has_no_facts_yet(world: World) -> None:
    command = commands.issue(world)
    with refuses("JournalStaleRevision", LICENSE, 1, 0):
        world.send(command.message.but(rev=1), *command.keys)


@pytest.mark.parametrize("terms", [(10, 10), (10, 9), (2**48, 0), (0, 2**48)])
def test_the_term_of_validity_makes_sense(world: World, terms: tuple[int, int]) -> None:
    with refuses("LicensesDates", *terms):
        world.run(commands.issue(world, validFrom=terms[0], validTo=terms[1]))


def test_a_type_that_does_not_know_issuing_is_not_issued(world: World) -> None:
    target = objects.type_object(PLAIN_TYPE)
    message = world.message("RegisterType", target, **type_members(PLAIN_TYPE, Scope.REGIONAL, acts=128))
    world.send(message, governor(SHANGHAI))
    with refuses("LicensesActUnknown", ascii32(PLAIN_TYPE), Act.ISSUE):
        world.run(commands.issue(world, licenseType=ascii32(PLAIN_TYPE)))


def test_an_issuer_signs_for_itself_only(world: World) -> None:
    command = commands.issue(world)
    with refuses("LicensesNotIssuer", ascii32(BUREAU), objects.organisation_object(OFFICE)):
        world.send(command.message, signer(OFFICE))


# --- amend ---


@pytest.mark.parametrize("kind", AMENDS)
def test_an_amendment_is_one_fact_on_the_old_and_a_new_license(world: World, kind: Act) -> None:
    receipt = world.run(commands.amend(world, kind, digest=keccak(b"new content")))
    old, new = receipt.records
    assert (old.kind, old.object) == (Kind.LICENSE_AMENDED, LICENSE)
    assert (new.kind, new.object) == (Kind.LICENSE_ISSUED_BY_AMENDMENT, SUCCESSOR)
    assert old.body == new.body
    assert (world.rev(LICENSE), world.rev(SUCCESSOR)) == (2, 1)
    assert full_status(world) == (Status.SUPERSEDED, 2, world.now(), kind)
    assert status(world, license_id=SUCCESSOR) is Status.IN_FORCE
    assert license_of(world)[10] == SUCCESSOR


def test_an_amendment_needs_an_id_of_its_own(world: World) -> None:
    with refuses("LicensesDuplicate", LICENSE):
        world.run(commands.amend(world, handle=HANDLE))


def test_an_amendment_keeps_the_issuer(world: World) -> None:
    with refuses("LicensesNotIssuer", ascii32(BUREAU), objects.organisation_object(OFFICE)):
        world.run(commands.amend(world, issuer=ascii32(OFFICE)))


def test_an_amendment_needs_the_entitlement_of_the_day(world: World) -> None:
    command = commands.amend(world)
    target = objects.entitlement_object(REGIONAL_TYPE, BUREAU)
    codes = {"licenseType": ascii32(REGIONAL_TYPE), "issuer": ascii32(BUREAU)}
    now = world.now()
    world.next_block_at(now + 5)
    world.send(world.message("EndEntitlement", target, **codes, until=now + 5), governor(QINGPU))
    with refuses("LicensesNotEntitled", ascii32(BUREAU), ascii32(REGIONAL_TYPE)):
        world.run(command)
    assert perform(world, Act.REVOKE).records, "what was issued can still be ended"


# --- which act may follow which ---

FIRST = [None, Act.SUSPEND, Act.CHANGE, *ENDS]


def may_follow(first: Act | None, then: Act) -> bool:
    """The rule, written a second time."""
    group = RULES[then].group
    if first is None or (first is Act.SUSPEND and group is not Group.AMEND):
        suspended = first is Act.SUSPEND
        return {Group.SUSPEND: not suspended, Group.RESUME: suspended}.get(group, True)
    if first in ENDS:
        return then is Act.ANNUL and first is not Act.ANNUL
    return first is Act.CHANGE and group in (Group.END, Group.BINDING)


@pytest.mark.parametrize("first", FIRST, ids=str)
def test_which_act_may_follow(world: World, first: Act | None) -> None:
    world.run(commands.issue(world))
    if first is not None:
        perform(world, first)
    for then in [Act.SUSPEND, Act.RESUME, Act.BIND, *AMENDS, *ENDS]:
        with world.snapshot():
            if may_follow(first, then):
                assert perform(world, then).records
            else:
                with refuses("LicensesWrongStatus", LICENSE, then, status(world)):
                    perform(world, then)


def test_a_resumed_license_is_as_before(world: World) -> None:
    perform(world, Act.SUSPEND)
    suspended_at = world.now()
    world.pass_time(100)
    perform(world, Act.RESUME)
    assert full_status(world) == (Status.IN_FORCE, 3, world.now(), Act.RESUME)
    assert status(world, suspended_at) is Status.SUSPENDED
    assert perform(world, Act.CHANGE).records


@pytest.mark.parametrize("which", [Act.ISSUE, Act.CHANGE, Act.BIND, Act.FREEZE])
def test_a_command_does_its_own_acts_only(world: World, which: Act) -> None:
    with refuses("LicensesActUnknown", ascii32(REGIONAL_TYPE), which):
        world.run(commands.act(world, Act.SUSPEND, act=int(which)))
    with refuses("LicensesActUnknown", ascii32(REGIONAL_TYPE), Act.REVOKE):
        world.run(commands.amend(world, Act.REVOKE))


@pytest.mark.parametrize("which", [0, 14, 99, 255])
def test_an_act_that_nobody_knows_is_refused(world: World, which: int) -> None:
    with refuses("LicensesActUnknown", ascii32(REGIONAL_TYPE), which):
        world.run(commands.act(world, Act.SUSPEND, act=which))


def test_an_act_that_the_type_does_not_know_is_refused(world: World) -> None:
    world.run(commands.issue(world, licenseType=ascii32(PLAIN_TYPE)))
    for which in (Act.SUSPEND, Act.ANNUL, Act.CHANGE, Act.BIND, Act.FREEZE):
        with refuses("LicensesActUnknown", ascii32(PLAIN_TYPE), which):
            perform(world, which)
    assert perform(world, Act.REVOKE).records


@pytest.mark.parametrize("name", ["Amend", "Act", "Bind", "Freeze"])
def test_an_unknown_license_is_refused(world: World, name: str) -> None:
    command = commands.COMMANDS[name](world)
    nowhere = keccak(b"nowhere")
    with refuses("LicensesUnknown", nowhere):
        world.send(command.message.but(licenseId=nowhere, rev=0), *command.keys)
    assert license_of(world, nowhere)[9:] == (0, NO_HASH, 0)


# --- two times ---


@pytest.mark.parametrize("which", [Act.SUSPEND, *AMENDS, *ENDS])
def test_only_ends_and_corrections_are_retroactive(world: World, which: Act) -> None:
    world.run(commands.issue(world))
    world.pass_time(1000)
    before = world.now() - 500
    if RULES[which].may_be_retroactive:
        perform(world, which, effective=before)
        assert status(world, before - 1) is Status.IN_FORCE
        assert status(world, before) not in (Status.IN_FORCE, Status.UNKNOWN)
        assert status(world, before, as_of=before) is Status.UNKNOWN or before >= license_of(world)[7]
    else:
        with refuses("LicensesRetroactive"):
            perform(world, which, effective=before)


def test_a_resumption_is_not_retroactive(world: World) -> None:
    perform(world, Act.SUSPEND)
    with refuses("LicensesRetroactive"):
        perform(world, Act.RESUME, effective=world.now() - 10)


def test_an_annulment_works_from_the_first_day(world: World) -> None:
    world.run(commands.issue(world, validFrom=1_700_000_000))
    perform(world, Act.ANNUL)
    assert full_status(world, 1_700_000_000) == (Status.ANNULLED, 2, 1_700_000_000, Act.ANNUL)
    assert status(world, 1_699_999_999) is Status.NOT_YET


def test_an_annulment_without_a_first_day_works_from_the_beginning(world: World) -> None:
    perform(world, Act.ANNUL)
    assert full_status(world, 1) == (Status.ANNULLED, 2, 1, Act.ANNUL)


def test_an_act_may_take_effect_later(world: World) -> None:
    world.run(commands.issue(world))
    later = world.now() + 1000
    perform(world, Act.REVOKE, effective=later)
    assert [status(world, later - 1), status(world, later)] == [Status.IN_FORCE, Status.REVOKED]
    for effective in (later, later + 1):
        with refuses("LicensesWrongStatus"):
            perform(world, Act.CANCEL, effective=effective)
    with refuses("LicensesWrongStatus"):
        perform(world, Act.CHANGE)


FAR = 2**64 - 2


@pytest.mark.parametrize("announced", [*ENDS, Act.SUSPEND])
@pytest.mark.parametrize("then", [*ENDS, Act.SUSPEND])
def test_what_is_announced_shields_from_nothing_that_works_at_once(
    world: World, announced: Act, then: Act
) -> None:
    world.run(commands.issue(world))
    perform_by(world, key(f"other sign {BUREAU}"), announced, effective=FAR)
    world.run(commands.cut_off_key(world))
    assert status(world) is Status.IN_FORCE
    perform(world, then)
    assert status(world) is (RULES[then].ends_as or Status.SUSPENDED)
    with refuses("LicensesWrongStatus"):
        perform(world, then)


def test_a_device_is_frozen_and_bound_while_an_end_is_announced(world: World) -> None:
    world.run(commands.issue(world, holderBinding=keccak(b"device")))
    perform(world, Act.CANCEL, effective=world.now() + 2_592_000)
    assert world.run(commands.freeze(world)).records
    assert world.run(commands.bind(world)).records


def test_a_suspension_at_once_and_an_announced_one_are_lifted_together(world: World) -> None:
    world.run(commands.issue(world))
    later = world.now() + 1000
    perform(world, Act.SUSPEND, effective=later)
    perform(world, Act.SUSPEND)
    perform(world, Act.RESUME)
    assert [status(world), status(world, later)] == [Status.IN_FORCE, Status.IN_FORCE]


def test_a_full_license_takes_all_ends_that_may_follow_one_another(world: World) -> None:
    world.run(commands.issue(world))
    fill(world, 251)
    with refuses("LicensesFull", LICENSE):
        perform(world, Act.SUSPEND)
    perform(world, Act.REVOKE, effective=FAR)
    perform(world, Act.ANNUL, effective=FAR)
    perform(world, Act.WITHDRAW)
    perform(world, Act.ANNUL)
    for effective in (0, FAR):
        with refuses("LicensesWrongStatus"):
            perform(world, Act.ANNUL, effective=effective)


def test_what_was_known_then_is_not_what_is_known_now(world: World) -> None:
    world.run(commands.issue(world))
    issued_at = world.now()
    world.pass_time(1000)
    perform(world, Act.ANNUL)
    recorded_at = world.now()
    assert status(world, issued_at, as_of=issued_at - 1) is Status.UNKNOWN
    assert status(world, issued_at, as_of=recorded_at - 1) is Status.IN_FORCE
    assert status(world, issued_at, as_of=recorded_at) is Status.ANNULLED


def test_the_term_of_validity_decides_last_but_for_suspension(world: World) -> None:
    start, end = world.now() + 1000, world.now() + 2000
    world.run(commands.issue(world, validFrom=start, validTo=end))
    perform(world, Act.SUSPEND)
    found = [status(world, moment) for moment in (start - 1, start, end - 1, end)]
    assert found == [Status.NOT_YET, Status.SUSPENDED, Status.SUSPENDED, Status.EXPIRED]
    perform(world, Act.REVOKE)
    assert status(world, end) is Status.REVOKED, "an end outlives expiry"


# --- bindings ---


def test_a_binding_replaces_the_one_before(world: World) -> None:
    world.run(commands.issue(world, holderBinding=keccak(b"first device")))
    leaf = license_of(world)[0]
    world.run(commands.bind(world))
    assert license_of(world)[:2] == (leaf, keccak(b"device"))
    assert status(world) is Status.IN_FORCE


# --- compromise ---


def cut_off(world: World, lost: KeyPair, since: int) -> None:
    target = objects.key_object(lost.id)
    world.send(world.message("CutOffKey", target, key=lost.id, since=since), governor(QINGPU))


def perform_by(world: World, pair: KeyPair, act: Act, **changes: Any) -> None:
    make = commands.amend if RULES[act].group is Group.AMEND else commands.act
    command = make(world, act, **changes)
    world.send(command.message, pair)


def test_what_a_compromised_key_issued_is_compromised(world: World) -> None:
    world.run(commands.issue(world))
    issued_at = world.now()
    cut_off(world, signer(BUREAU), issued_at + 1)
    assert status(world) is Status.IN_FORCE, "issued before the compromise"
    cut_off(world, signer(BUREAU), issued_at)
    assert full_status(world) == (Status.KEY_COMPROMISED, 1, issued_at, Act.ISSUE)


def test_a_compromised_resumption_is_void_and_can_be_done_again(world: World) -> None:
    lost = key(f"other sign {BUREAU}")
    perform(world, Act.SUSPEND)
    perform_by(world, lost, Act.RESUME)
    assert status(world) is Status.IN_FORCE
    cut_off(world, lost, world.now())
    assert status(world) is Status.SUSPENDED
    perform(world, Act.RESUME)
    assert status(world) is Status.IN_FORCE


def test_a_compromised_amendment_is_void_and_the_old_license_goes_on(world: World) -> None:
    lost = key(f"other sign {BUREAU}")
    world.run(commands.issue(world))
    perform_by(world, lost, Act.CHANGE)
    cut_off(world, lost, world.now())
    assert status(world) is Status.IN_FORCE
    assert status(world, license_id=SUCCESSOR) is Status.KEY_COMPROMISED
    perform(world, Act.RENEW)
    assert status(world) is Status.SUPERSEDED


def test_a_compromised_end_stands(world: World) -> None:
    lost = key(f"other sign {BUREAU}")
    world.run(commands.issue(world))
    perform_by(world, lost, Act.REVOKE)
    cut_off(world, lost, world.now())
    assert status(world) is Status.REVOKED


# --- limits ---


def fill(world: World, facts: int) -> None:
    """As if so many facts had been recorded: the counter is set in storage, not run up."""
    place = compiled()["Licenses"]["storageLayout"]["_issued"]["slot"]
    slot = int.from_bytes(keccak(LICENSE + place.to_bytes(32, "big")), "big")
    word = world.slot("Licenses", slot)
    full = bytes([facts]).join((word[: 32 - 240 // 8], word[32 - 240 // 8 + 1 :]))
    world.evm.rpc("hardhat_setStorageAt", world.contracts["Licenses"], f"0x{slot:064x}", "0x" + full.hex())
    assert license_of(world)[9] == facts


def test_a_license_holds_255_facts(world: World) -> None:
    world.run(commands.issue(world))
    fill(world, 255)
    with refuses("LicensesFull", LICENSE):
        perform(world, Act.REVOKE)


def test_a_license_filled_with_facts_can_still_be_ended(world: World) -> None:
    world.run(commands.issue(world))
    fill(world, 251)
    with refuses("LicensesFull", LICENSE):
        perform(world, Act.SUSPEND)
    perform(world, Act.REVOKE)
    assert status(world) is Status.REVOKED


# --- the same status in Solidity and in the domain ---

STEP = st.tuples(
    st.sampled_from([Act.SUSPEND, Act.RESUME, Act.CHANGE, Act.CORRECT, Act.BIND, Act.FREEZE, *ENDS]),
    st.sampled_from([None, -700, -1, 0, 50, 900]),
    st.booleans(),
    st.integers(1, 400),
)


class Twin:
    """The same license on chain and as a domain value, fed with the same facts."""

    def __init__(self, world: World, terms: tuple[int, int]) -> None:
        self.world = world
        self.keys = {False: signer(BUREAU), True: key(f"other sign {BUREAU}")}
        start, end = terms
        now = world.now()
        self.valid_from, self.valid_to = (now + start if start else 0), (now + end if end else 0)
        world.run(commands.issue(world, validFrom=self.valid_from, validTo=self.valid_to))
        self.facts = [self._fact(Act.ISSUE, False, self.valid_from)]
        self.cut_offs: dict[str, tuple[int, int]] = {}

    def step(self, act: Act, shift: int | None, second_key: bool, pause: int) -> None:
        self.world.pass_time(pause)
        is_dated = shift is not None and RULES[act].group is not Group.BINDING
        asked = max(1, self.world.now() + 1 + (shift or 0)) if is_dated else 0
        message = self._message(act, asked)
        self.world.next_block_at(self.world.now() + 1)
        try:
            self.world.send(message, self.keys[second_key])
        except Refused:
            return
        recorded = self.world.now()
        effective = effective_time(act, asked, recorded, self.valid_from)
        self.facts.append(self._fact(act, second_key, effective))

    def cut_off_second_key(self, ago: int) -> None:
        since = self.world.now() - ago
        cut_off(self.world, self.keys[True], since)
        self.cut_offs[self.keys[True].id.hex()] = (since, self.world.now())

    def agree(self, at: int, as_of: int) -> None:
        known = {key: since for key, (since, recorded) in self.cut_offs.items() if recorded <= as_of}
        standing = status_at(self._license(), at, as_of, known.get)
        act = int(standing.fact.act) if standing.fact else 0
        rev = sum(fact.recorded_at <= as_of for fact in self.facts)
        expected = (int(standing.status), rev, standing.since, act)
        assert full_status(self.world, at, as_of) == expected, (at, as_of, self.facts)

    def _message(self, act: Act, asked: int) -> Message:
        if act is Act.BIND:
            return commands.bind(self.world).message
        if act is Act.FREEZE:
            return freezing(self.world)
        if RULES[act].group is Group.AMEND:
            successor = keccak(b"successor" + len(self.facts).to_bytes(4, "big"))
            return commands.amend(self.world, act, effective=asked, handle=successor).message
        return commands.act(self.world, act, effective=asked).message

    def _fact(self, act: Act, second_key: bool, effective: int) -> LicenseFact:
        identity = self.keys[second_key].id.hex()
        return LicenseFact(len(getattr(self, "facts", [])), act, 0, self.world.now(), effective, identity)

    def _license(self) -> License:
        return License(
            rev=len(self.facts),
            license_id="",
            issuer=BUREAU,
            license_type=REGIONAL_TYPE,
            region=QINGPU,
            digest="",
            holder_binding="",
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            facts=tuple(self.facts),
        )


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    terms=st.tuples(st.sampled_from([0, -500, 300]), st.sampled_from([0, 800, 1500])),
    steps=st.lists(STEP, min_size=1, max_size=7),
    ago=st.one_of(st.none(), st.integers(0, 1500)),
)
def test_solidity_and_domain_agree_on_every_status(
    world: World, terms: tuple[int, int], steps: list[tuple[Act, int | None, bool, int]], ago: int | None
) -> None:
    with world.snapshot():
        twin = Twin(world, terms)
        for step in steps:
            twin.step(*step)
        if ago is not None:
            twin.cut_off_second_key(ago)
        moments = sorted(
            {edge + d for fact in twin.facts for edge in (fact.recorded_at, fact.effective) for d in (-1, 0)}
            | {twin.valid_from, twin.valid_to, world.now() + 2000}
        )
        for at in moments:
            if at >= 0:
                twin.agree(at, LATEST)
                twin.agree(at, twin.facts[len(twin.facts) // 2].recorded_at)


# --- transfer ---


def transfer_in(world: World, **changes: Any) -> Any:
    """The office of Jiashan takes the license in."""
    members = {"ground": 23, "issuer": ascii32(OFFICE), **changes}
    command = commands.amend(world, Act.TRANSFER_IN, **members)
    return world.send(command.message, signer(OFFICE))


def entitle_office(world: World) -> None:
    target = objects.entitlement_object(REGIONAL_TYPE, OFFICE)
    members = entitlement_members(REGIONAL_TYPE, OFFICE, JIASHAN)
    world.send(world.message("Entitle", target, **members), governor(JIASHAN))


def test_a_transfer_goes_out_and_in(world: World) -> None:
    entitle_office(world)
    out = world.run(commands.transfer_out(world))
    assert [each.kind for each in out.records] == [Kind.LICENSE_TRANSFERRED_OUT]
    assert full_status(world) == (Status.SUSPENDED, 2, world.now(), Act.TRANSFER_OUT)
    old, new = transfer_in(world).records
    assert (old.kind, new.kind) == (Kind.LICENSE_AMENDED, Kind.LICENSE_ISSUED_BY_AMENDMENT)
    assert full_status(world) == (Status.SUPERSEDED, 3, world.now(), Act.TRANSFER_IN)
    taken = id_of(NEXT_HANDLE, OFFICE)
    assert license_of(world)[10] == new.object == taken
    assert license_of(world, taken)[3:5] == (ascii32(OFFICE), JIASHAN)
    assert status(world, license_id=taken) is Status.IN_FORCE


def test_a_transfer_that_is_cancelled_leaves_the_license_in_force(world: World) -> None:
    world.run(commands.transfer_out(world))
    perform(world, Act.TRANSFER_CANCEL)
    assert full_status(world) == (Status.IN_FORCE, 3, world.now(), Act.TRANSFER_CANCEL)
    world.run(commands.transfer_out(world))
    assert status(world) is Status.SUSPENDED


def test_a_resumption_lifts_no_transfer_and_a_cancellation_no_penalty(world: World) -> None:
    world.run(commands.transfer_out(world))
    with refuses("LicensesWrongStatus", LICENSE, Act.RESUME, Status.SUSPENDED):
        perform(world, Act.RESUME)
    perform(world, Act.SUSPEND)
    assert full_status(world)[3] == Act.SUSPEND
    perform(world, Act.TRANSFER_CANCEL)
    assert full_status(world)[::3] == (Status.SUSPENDED, Act.SUSPEND)
    with refuses("LicensesWrongStatus", LICENSE, Act.TRANSFER_CANCEL, Status.SUSPENDED):
        perform(world, Act.TRANSFER_CANCEL)
    perform(world, Act.RESUME)
    assert status(world) is Status.IN_FORCE


def test_a_suspended_license_is_neither_let_go_nor_taken_in(world: World) -> None:
    entitle_office(world)
    perform(world, Act.SUSPEND)
    with refuses("LicensesWrongStatus", LICENSE, Act.TRANSFER_OUT, Status.SUSPENDED):
        world.run(commands.transfer_out(world))
    perform(world, Act.RESUME)
    world.run(commands.transfer_out(world))
    perform(world, Act.SUSPEND)
    with refuses("LicensesWrongStatus", LICENSE, Act.TRANSFER_IN, Status.SUSPENDED):
        transfer_in(world)


def test_a_leaving_license_is_amended_by_nobody_but_may_end(world: World) -> None:
    world.run(commands.transfer_out(world))
    for amendment in AMENDS:
        with refuses("LicensesWrongStatus", LICENSE, amendment, Status.SUSPENDED):
            perform(world, amendment)
    with refuses("LicensesWrongStatus", LICENSE, Act.TRANSFER_OUT, Status.SUSPENDED):
        world.run(commands.transfer_out(world))
    perform(world, Act.REVOKE)
    assert status(world) is Status.REVOKED


def test_only_a_body_where_the_license_goes_takes_it_in_as_what_it_is(world: World) -> None:
    entitle_office(world)
    with refuses("LicensesWrongStatus", LICENSE, Act.TRANSFER_IN, Status.IN_FORCE):
        transfer_in(world)
    world.run(commands.transfer_out(world, to_region=QINGPU))
    with refuses("LicensesTransferElsewhere", JIASHAN, QINGPU):
        transfer_in(world)
    perform(world, Act.TRANSFER_CANCEL)
    world.run(commands.transfer_out(world))
    with refuses("LicensesTypeChanged", ascii32(PLAIN_TYPE), ascii32(REGIONAL_TYPE)):
        transfer_in(world, licenseType=ascii32(PLAIN_TYPE))
    with refuses("LicensesTransferElsewhere", QINGPU, ZHEJIANG):
        transfer_in(world, issuer=ascii32(BUREAU))
    with refuses("LicensesNotIssuer", ascii32(OFFICE), objects.organisation_object(BUREAU)):
        message = commands.amend(world, Act.TRANSFER_IN, issuer=ascii32(OFFICE)).message
        world.send(message, signer(BUREAU))
    assert transfer_in(world).records


def test_a_license_goes_to_a_known_region(world: World) -> None:
    with refuses("LicensesRegionUnknown", 999999):
        world.run(commands.transfer_out(world, to_region=999999))


def test_a_transfer_out_is_no_plain_act(world: World) -> None:
    with refuses("LicensesActUnknown", ascii32(REGIONAL_TYPE), Act.TRANSFER_OUT):
        perform(world, Act.TRANSFER_OUT)
