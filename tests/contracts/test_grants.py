"""Grants: what is asked for, decided, consented to and withdrawn, and every way in which it may not be."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from eth_hash.auto import keccak

from ledger.domain import objects
from ledger.domain.acts import Sharing
from ledger.domain.holder_proofs import read_proof
from ledger.domain.holders import HolderRule, JointHolders
from ledger.domain.license_tree import Tree
from ledger.domain.messages import Kind
from ledger.domain.objects import ascii32
from ledger.domain.presenters import AllHolders, AnyHolder, Representative
from ledger.domain.representation import RepresentationScope
from ledger.domain.sharing import Basis, Outcome
from tests.contracts import commands, sharing
from tests.contracts.commands import governor, id_of, signer
from tests.contracts.sharing import (
    DATA,
    FIELDS,
    GRANT_ROW,
    OPEN,
    SENSITIVE,
    Held,
    a_use,
    consent_grant,
    grant_id,
    held,
    pair_of,
    request_grant,
    resource,
    word,
)
from tests.contracts.test_batches import Issued
from tests.contracts.world import (
    BUREAU,
    DAY,
    NO_HASH,
    OFFICE,
    QINGPU,
    Command,
    World,
    calldata,
    fresh_world,
    key,
    refuses,
    with_leaf,
)

DECISION, REVIEW, CONSENT = 1, 2, 4


def usable(world: World, grant: bytes) -> tuple[Any, ...]:
    """The grant, if it is in effect now."""
    found: tuple[Any, ...] = world.view("Grants", "usable(bytes32)", GRANT_ROW, grant)
    return found


# --- asked for ---


def test_a_duty_on_what_is_shared_unconditionally_is_granted_by_rule(world: World) -> None:
    record = world.run(request_grant(world, OPEN)).records[0]
    assert (record.kind, record.object) == (Kind.GRANT_REQUESTED, grant_id())
    assert usable(world, grant_id())[:3] == (resource(OPEN), ascii32(OFFICE), word(FIELDS))


def test_a_duty_on_sensitive_fields_is_not_granted_by_rule_however_they_are_shared(world: World) -> None:
    world.run(request_grant(world, OPEN, fields=FIELDS | SENSITIVE))
    with refuses("GrantsPending", grant_id(), DECISION | REVIEW):
        usable(world, grant_id())
    world.run(sharing.decide_grant(world, target=grant_id()))
    world.run(sharing.review_grant(world, target=grant_id()))
    assert usable(world, grant_id())[:3] == (resource(OPEN), ascii32(OFFICE), word(FIELDS | SENSITIVE))


def test_what_is_shared_on_conditions_waits_for_the_decision(world: World) -> None:
    asked = sharing.requested(world)
    with refuses("GrantsPending", asked, DECISION):
        usable(world, asked)
    world.run(sharing.decide_grant(world))
    assert usable(world, asked)


def test_sensitive_fields_wait_for_a_review_by_another_key(world: World) -> None:
    asked = sharing.requested(world, fields=FIELDS | SENSITIVE)
    world.run(sharing.decide_grant(world))
    with refuses("GrantsPending", asked, REVIEW):
        usable(world, asked)
    with refuses("GrantsSameKey"):
        world.send(sharing.review_grant(world).message, signer(BUREAU))
    world.run(sharing.review_grant(world))
    assert usable(world, asked)


def test_who_reviewed_does_not_decide(world: World) -> None:
    sharing.requested(world, fields=FIELDS | SENSITIVE)
    world.run(sharing.review_grant(world))
    with refuses("GrantsSameKey"):
        world.send(sharing.decide_grant(world).message, key(f"other sign {BUREAU}"))
    assert world.run(sharing.decide_grant(world)).records


def test_fields_that_are_not_sensitive_need_no_review(world: World) -> None:
    sharing.requested(world)
    with refuses("GrantsNothingToDo"):
        world.run(sharing.review_grant(world))


@pytest.mark.parametrize("which", ["decide_grant", "review_grant"])
def test_a_refusal_ends_it_and_has_a_reason(world: World, which: str) -> None:
    asked = sharing.requested(world, fields=FIELDS | SENSITIVE)
    command = getattr(sharing, which)(world, Outcome.NO)
    with refuses("PartiesReasonMissing"):
        world.send(command.message.but(reason=0), *command.keys)
    with refuses("PartiesOutcomeUnknown", 3):
        world.send(command.message.but(outcome=3), *command.keys)
    refused = world.run(command).records[0]
    with refuses("GrantsEnded", asked, refused.time):
        usable(world, asked)
    with refuses("GrantsEnded"):
        world.run(getattr(sharing, which)(world, Outcome.YES))


def test_what_needs_no_decision_takes_none(world: World) -> None:
    asked = sharing.active(world)
    with refuses("GrantsNothingToDo", asked):
        world.run(sharing.decide_grant(world, target=asked))


def test_a_decision_is_made_once(world: World) -> None:
    world.run(sharing.decide_grant(world))
    with refuses("GrantsNothingToDo"):
        world.run(sharing.decide_grant(world, Outcome.NO))


def test_a_second_notice_and_a_late_one_are_recorded(world: World) -> None:
    for _ in range(2):
        assert world.run(sharing.notice_grant(world)).records
    world.run(sharing.decide_grant(world))
    assert world.run(sharing.notice_grant(world)).records
    assert usable(world, grant_id())


def test_what_is_not_shared_is_not_granted(world: World) -> None:
    world.run(sharing.register_resource(world, sharing=Sharing.NOT_SHARED))
    with refuses("GrantsNotShared", resource()):
        world.run(request_grant(world))


def test_a_request_is_about_the_current_version(world: World) -> None:
    command = request_grant(world)
    world.run(sharing.register_resource(world))
    with refuses("GrantsVersion", 1, 2):
        world.run(command)


def test_what_is_no_resource_is_not_granted(world: World) -> None:
    command = request_grant(world)
    with refuses("PartiesResourceUnknown"):
        world.send(command.message.but(code=ascii32("NONE")), *command.keys)


@pytest.mark.parametrize("fields", [0, 1 << 8, FIELDS | 1 << 255])
def test_fields_that_there_are_not_are_refused(world: World, fields: int) -> None:
    with refuses("PartiesFields", word(fields), word(0xFF)):
        world.run(request_grant(world, fields=fields))


def test_a_grant_has_an_end_to_come(world: World) -> None:
    now = world.now()
    for since, until in ((now, 0), (now, now), (now - 10, now - 5), (now, 2**48), (now + DAY, now + 1)):
        with refuses("PartiesDates", since, until):
            world.run(request_grant(world, since=since, until=until))


def test_the_last_moment_of_a_grant_is_not_part_of_it(world: World) -> None:
    until = world.now() + 5 * DAY
    asked = sharing.active(world, since=world.now() + DAY, until=until)
    with refuses("GrantsNotYet"):
        usable(world, asked)
    world.pass_time(2 * DAY)
    assert usable(world, asked)
    world.pass_time(until - world.now())
    with refuses("GrantsOver", asked, until):
        usable(world, asked)


def test_a_duty_names_its_matter(world: World) -> None:
    command = request_grant(world)
    with refuses("GrantsDutyWithoutItem"):
        world.send(command.message.but(item=NO_HASH), *command.keys)
    consent = request_grant(world, OPEN, sharing.Basis.CONSENT)
    assert world.send(consent.message.but(item=NO_HASH), *consent.keys).records


def test_an_unknown_basis_is_refused(world: World) -> None:
    command = request_grant(world)
    for basis in (0, 3, 255):
        with refuses("GrantsBasisUnknown", basis):
            world.send(command.message.but(basis=basis), *command.keys)


def test_a_consent_is_to_what_is_in_one_license(world: World) -> None:
    for code, license_id in ((OPEN, NO_HASH), (DATA, keccak(b"some license"))):
        with refuses("GrantsConsentToNothing", license_id):
            world.run(request_grant(world, code, Basis.CONSENT, licenseId=license_id))


def test_a_grant_is_asked_for_once(world: World) -> None:
    asked = sharing.requested(world)
    with refuses("PartiesExists", asked):
        world.run(request_grant(world))


# --- consent ---


def test_the_holder_consents_with_the_device_of_that_license(world: World) -> None:
    asked = sharing.asked_consent(world)
    with refuses("GrantsPending", asked, CONSENT):
        usable(world, asked)
    record = world.run(consent_grant(world)).records[0]
    assert record.kind == Kind.CONSENT_GIVEN
    assert usable(world, asked)[2] == word(FIELDS)


def test_a_consent_to_some_fields_narrows_the_grant(world: World) -> None:
    asked = sharing.asked_consent(world)
    world.run(consent_grant(world, fields=word(1)))
    assert usable(world, asked)[2] == word(1)
    with refuses("PartiesFields", word(2), word(1)):
        world.run(sharing.use(world, [a_use(asked, fields=2)]))


def test_a_consent_to_other_fields_than_asked_for_is_refused(world: World) -> None:
    for fields in (0, FIELDS | SENSITIVE):
        with refuses("PartiesFields"):
            world.run(consent_grant(world, fields=word(fields)))


def test_a_consent_is_given_once_and_not_replayed(world: World) -> None:
    command = consent_grant(world)
    signatures = [world.sign(command.message, pair) for pair in command.keys]
    world.submit(command.message, signatures)
    with refuses("JournalStaleRevision"):
        world.submit(command.message, signatures, sender=world.second_relay)
    with refuses("GrantsNothingToDo"):
        world.run(consent_grant(world))


def test_a_consent_to_one_grant_is_none_to_another(world: World) -> None:
    command = consent_grant(world)
    signatures = [world.sign(command.message, pair) for pair in command.keys]
    other = sharing.asked_consent(world, nonce=keccak(b"another"))
    with refuses("HoldersSignatureBad"):
        world.submit(command.message.but(grant=other), signatures)


def test_another_device_does_not_consent(world: World) -> None:
    stranger = Held(held(world).id, pair_of("a stranger's"), (key("a stranger's"),))
    with refuses("HoldersNotBound", stranger.id, bytes.fromhex(pair_of("a stranger's").binding[2:])):
        world.run(consent_grant(world, stranger))


def test_a_proof_of_the_bound_keys_needs_their_signature(world: World) -> None:
    command = consent_grant(world)
    with refuses("HoldersSignatureBad", key("a stranger's").id):
        world.send(command.message, key("a stranger's"))
    forged = (key("device").id, *world.sign(command.message, key("a stranger's"))[1:])
    with refuses("HoldersSignatureBad", key("device").id):
        world.submit(command.message, [forged])


def test_the_issuer_does_not_consent_for_the_holder(world: World) -> None:
    pair = signer(BUREAU)
    issuer = Held(held(world).id, pair_of("device")._replace(holder_key=pair.signer.public_key), (pair,))
    with refuses("HoldersNotBound"):
        world.run(consent_grant(world, issuer))


def test_a_device_that_is_reported_lost_does_not_consent(world: World) -> None:
    command = consent_grant(world)
    freeze(world, held(world).id)
    with refuses("HoldersBindingStopped", held(world).id):
        world.run(command)


def freeze(world: World, license_id: bytes) -> None:
    message = world.message("Freeze", license_id, licenseId=license_id, by=ascii32(BUREAU))
    world.send(message, signer(BUREAU))


def bind(world: World, license_id: bytes, binding: str, by: str = "") -> None:
    members = {"licenseId": license_id, "by": ascii32(BUREAU), "method": 1, "assurance": 2}
    message = world.message("Bind", license_id, **members, holderBinding=bytes.fromhex(binding[2:]))
    world.send(message, key(by) if by else signer(BUREAU))


def test_after_a_rebind_the_new_device_alone_consents_and_withdraws(world: World) -> None:
    old = held(world)
    asked = sharing.asked_consent(world)
    freeze(world, old.id)
    bind(world, old.id, pair_of("new device").binding)
    with refuses("HoldersNotBound"):
        world.run(consent_grant(world, old))
    new = Held(old.id, pair_of("new device"), (key("new device"),))
    world.run(consent_grant(world, new))
    with refuses("HoldersNotBound"):
        world.run(sharing.withdraw_consent(world, old))
    world.run(sharing.withdraw_consent(world, new))
    with refuses("GrantsEnded"):
        usable(world, asked)


def test_a_frozen_device_still_takes_its_consent_back(world: World) -> None:
    world.run(consent_grant(world))
    freeze(world, held(world).id)
    assert world.run(sharing.withdraw_consent(world)).records[0].kind == Kind.CONSENT_WITHDRAWN


def test_a_binding_by_a_key_that_was_compromised_counts_no_more(world: World) -> None:
    license_id = held(world).id
    bind(world, license_id, pair_of("thief's").binding, f"other sign {BUREAU}")
    thief = Held(license_id, pair_of("thief's"), (key("thief's"),))
    command = consent_grant(world, thief)
    cut_off(world, f"other sign {BUREAU}", world.now() - 1000)
    with refuses("HoldersBindingStopped"):
        world.run(command)


def cut_off(world: World, label: str, since: int) -> None:
    target = objects.key_object(key(label).id)
    world.send(world.message("CutOffKey", target, key=key(label).id, since=since), governor(QINGPU))


def test_a_license_that_nobody_is_bound_to_has_no_consent(world: World) -> None:
    license_id = commands.issued(world)
    asked = sharing.requested(world, code=OPEN, basis=Basis.CONSENT, licenseId=license_id)
    unbound = Held(license_id, pair_of("device"), (key("device"),))
    with refuses("HoldersNotBound"):
        world.run(consent_grant(world, unbound, asked))


def test_a_consent_is_by_the_license_that_the_grant_names(world: World) -> None:
    other = held_by(world, "other device", pair_of("other device"), key("other device"))
    asked = sharing.asked_consent(world)
    with refuses("GrantsOtherLicense", asked, other.id):
        world.run(consent_grant(world, other))


def held_by(world: World, label: str, presenter: Any, *keys: Any) -> Held:
    """A further license of the bureau, bound to whoever presents."""
    handle = keccak(label.encode())
    world.run(commands.issue(world, handle, holderBinding=bytes.fromhex(presenter.binding[2:])))
    return Held(id_of(handle, ledger_id=world.ledger_id), presenter, keys)


def test_a_license_of_another_type_or_issuer_is_none_of_the_resource(world: World) -> None:
    handle, pair = keccak(b"of another type"), pair_of("device")
    terms = {"licenseType": ascii32(commands.PLAIN_TYPE), "holderBinding": bytes.fromhex(pair.binding[2:])}
    world.run(commands.issue(world, handle, **terms))
    other = Held(id_of(handle, ledger_id=world.ledger_id), pair, (key("device"),))
    asked = sharing.requested(world, code=OPEN, basis=Basis.CONSENT, licenseId=other.id)
    with refuses("GrantsOtherLicense", asked, other.id):
        world.run(consent_grant(world, other, asked))


def test_a_license_that_is_not_on_the_ledger_has_no_holder(world: World) -> None:
    nowhere = Held(keccak(b"nowhere"), pair_of("device"), (key("device"),))
    asked = sharing.requested(world, code=OPEN, basis=Basis.CONSENT, licenseId=nowhere.id)
    with refuses("LicensesUnknown", nowhere.id):
        world.run(consent_grant(world, nowhere, asked))


# --- several holders, and who stands in for them ---

MEMBERS = ("mother", "father", "child")


def joint(world: World, rule: HolderRule) -> tuple[bytes, JointHolders]:
    """A license bound to three holders."""
    holders = JointHolders(rule, tuple(map(pair_of, MEMBERS)))
    handle = keccak(b"joint " + rule.name.encode())
    world.run(commands.issue(world, handle, holderBinding=bytes.fromhex(holders.binding[2:])))
    return id_of(handle, ledger_id=world.ledger_id), holders


def asked_of(world: World, license_id: bytes) -> bytes:
    nonce = keccak(b"asked of" + license_id)
    return sharing.requested(world, nonce, code=OPEN, basis=Basis.CONSENT, licenseId=license_id)


@pytest.mark.parametrize("who", MEMBERS)
def test_any_of_several_holders_consents(world: World, who: str) -> None:
    license_id, holders = joint(world, HolderRule.ANY)
    one = Held(license_id, AnyHolder(pair_of(who), holders.bindings), (key(who),))
    world.run(consent_grant(world, one, asked_of(world, license_id)))
    assert usable(world, asked_of(world, license_id))


def test_who_is_none_of_several_holders_does_not_consent(world: World) -> None:
    license_id, holders = joint(world, HolderRule.ANY)
    stranger = Held(license_id, AnyHolder(pair_of("stranger"), holders.bindings), (key("stranger"),))
    with refuses("HoldersNotBound", license_id, NO_HASH):
        world.run(consent_grant(world, stranger, asked_of(world, license_id)))
    listed = (*holders.bindings[:2], pair_of("stranger").binding)
    with refuses("HoldersNotBound"):
        intruder = replace(stranger, presenter=AnyHolder(pair_of("stranger"), listed))
        world.run(consent_grant(world, intruder, asked_of(world, license_id)))


def test_all_of_several_holders_consent_together(world: World) -> None:
    license_id, holders = joint(world, HolderRule.ALL)
    every = Held(license_id, AllHolders(holders.pairs), tuple(map(key, MEMBERS)))
    command = consent_grant(world, every, asked_of(world, license_id))
    with refuses("WriterSignatureCount", 2, 3):
        world.send(command.message, *command.keys[:2])
    with refuses("HoldersSignatureBad", key("father").id):
        world.send(command.message, key("father"), key("mother"), key("child"))
    with refuses("HoldersSignatureBad", key("mother").id):
        world.send(command.message, *(key("mother"),) * 3)
    world.run(command)
    assert usable(world, asked_of(world, license_id))


def test_some_of_all_holders_are_not_all(world: World) -> None:
    license_id, holders = joint(world, HolderRule.ALL)
    two = Held(license_id, AllHolders(holders.pairs[:2]), tuple(map(key, MEMBERS[:2])))
    with refuses("HoldersNotBound"):
        world.run(consent_grant(world, two, asked_of(world, license_id)))
    one = Held(license_id, holders.pairs[0], (key("mother"),))
    with refuses("HoldersNotBound"):
        world.run(consent_grant(world, one, asked_of(world, license_id)))
    any_of = Held(license_id, AnyHolder(holders.pairs[0], holders.bindings), (key("mother"),))
    with refuses("HoldersNotBound"):
        world.run(consent_grant(world, any_of, asked_of(world, license_id)))


def represented(world: World, scope: int, label: str = "guardian", **changes: Any) -> Held:
    """Somebody who stands in for the holder of the bound license."""
    by = Representative(pair_of(label))
    commitment = bytes.fromhex(by.pair.binding[2:])
    command = commands.represent(world, commitment, scope=scope, **changes)
    license_id = held(world).id
    target = objects.representation_object(license_id, commitment)
    message = replace(command.message, values={**command.message.values, "licenseId": license_id})
    world.send(message.but(rev=world.rev(target)), signer(BUREAU))
    return Held(license_id, by, (key(label),))


def test_a_representative_consents_while_his_record_covers_it(world: World) -> None:
    guardian = represented(world, RepresentationScope.CONSENT, until=world.now() + DAY)
    world.run(consent_grant(world, guardian))
    assert usable(world, grant_id())
    world.pass_time(DAY + 1)
    with refuses("HoldersNotRepresented"):
        world.run(sharing.withdraw_consent(world, guardian))
    assert usable(world, grant_id()), "what he consented to goes on"


def test_a_representative_for_something_else_does_not_consent(world: World) -> None:
    guardian = represented(world, RepresentationScope.PRESENT | RepresentationScope.CORRECT)
    with refuses("HoldersNotRepresented"):
        world.run(consent_grant(world, guardian))
    assert world.run(sharing.ask_correction(world, guardian)).records


def test_nobody_stands_in_without_a_record_or_before_it_begins(world: World) -> None:
    nobody = Held(held(world).id, Representative(pair_of("nobody")), (key("nobody"),))
    with refuses("HoldersNotRepresented"):
        world.run(consent_grant(world, nobody))
    later = represented(world, RepresentationScope.CONSENT, since=world.now() + DAY)
    with refuses("HoldersNotRepresented"):
        world.run(consent_grant(world, later))


def test_a_representation_by_a_key_that_was_compromised_counts_no_more(world: World) -> None:
    guardian = represented(world, RepresentationScope.CONSENT)
    command = consent_grant(world, guardian)
    cut_off(world, f"sign {BUREAU}", world.now() - 10 * DAY)
    with refuses("HoldersNotRepresented"):
        world.run(command)


@pytest.mark.parametrize(
    "words",
    [
        (),
        (bytes(32),),
        (b"\0" * 31 + b"\5", *(b"k" * 32,) * 4),
        (b"\0" * 31 + b"\1", *(b"k" * 32,) * 3),
        (b"\0" * 31 + b"\1", *(b"k" * 32,) * 5),
        (b"\0" * 31 + b"\2", *(b"k" * 32,) * 5),
        (b"\0" * 31 + b"\2", *(b"k" * 32,) * 13),
        (b"\0" * 31 + b"\3", *(b"k" * 32,) * 4),
        (b"\0" * 31 + b"\3", *(b"k" * 32,) * 9),
        (b"\0" * 31 + b"\3", *(b"k" * 32,) * 36),
        (b"\1" * 32, *(b"k" * 32,) * 4),
    ],
)
def test_contract_and_domain_refuse_the_same_proofs(world: World, words: tuple[bytes, ...]) -> None:
    command = consent_grant(world)
    data = calldata_with(command, words, world)
    with refuses("HoldersProofMalformed"):
        world.transact(world.relay, world.contracts["Grants"], data)
    with pytest.raises(ValueError, match=r"prove nothing|is not a valid HolderProof"):
        read_proof(words)


def calldata_with(command: Command, words: tuple[bytes, ...], world: World) -> bytes:
    """The call with these words, also with none."""
    signatures = [world.sign(command.message, pair) for pair in command.keys]
    types = [f"({','.join(kind for _, kind in command.message.type.fields[1:])})"]
    values = tuple(command.message.values[name] for name, _ in command.message.type.fields[1:])
    types += ["(bytes32,uint16,bytes32,bytes32)[]", "bytes32[]"]
    return calldata(command.message.type.function, types, [values, signatures, list(words)])


def test_the_holder_of_a_license_of_a_batch_consents_with_its_opening(world: World) -> None:
    pair = pair_of("device of a leaf")
    terms = [commands.leaf(n, holderBinding=bytes.fromhex(pair.binding[2:])) for n in range(5)]
    batch = commands.issue_batch(world, [commands.leaf_of(each) for each in terms])
    world.run(batch)
    tree = Tree([commands.leaf_of(each) for each in terms])
    opening = {"batch": batch.object, "index": 2, **terms[2], "proof": tree.proof(2)}
    holder = Held(terms[2]["licenseId"], pair, (key("device of a leaf"),))
    asked = asked_of(world, holder.id)
    command = consent_grant(world, holder, asked)
    with refuses("LicensesUnknown"):
        world.run(command)
    opened, given = world.run(replace(command, message=replace(command.message, opening=opening))).records
    assert (opened.kind, given.kind) == (Kind.LICENSE_OPENED, Kind.CONSENT_GIVEN)
    assert usable(world, asked)


def test_no_leaf_is_opened_but_for_a_consent_about_it(world: World) -> None:
    batch = Issued(world)
    command = consent_grant(world)
    for call in (command.message.calldata([world.sign(command.message, key("device"))]), b"", b"\1\2\3\4"):
        with refuses("LicensesLeafUntouched"):
            wrapped = with_leaf(batch.opening(0), call)
            world.transact(world.relay, world.contracts["Grants"], wrapped)
    assert not batch.is_opened(0)


# --- withdrawn ---


@pytest.mark.parametrize("by", [OFFICE, BUREAU])
def test_grantee_and_owner_withdraw_at_once(world: World, by: str) -> None:
    asked = sharing.active(world)
    record = world.run(sharing.withdraw_grant(world, by, asked)).records[0]
    with refuses("GrantsEnded", asked, record.time):
        world.run(sharing.use(world, [a_use(asked)]))
    with refuses("GrantsEnded"):
        world.run(sharing.withdraw_grant(world, by, asked))


def test_nobody_else_withdraws(world: World) -> None:
    asked = sharing.active(world)
    command = sharing.withdraw_grant(world, OFFICE, asked)
    with refuses("GrantsNotAParty", asked, ascii32("somebody")):
        world.send(command.message.but(by=ascii32("somebody")), signer(OFFICE))
    with refuses("PartiesNotSigner"):
        world.send(command.message, signer(BUREAU))


def test_there_is_no_consent_to_take_back_from_a_duty(world: World) -> None:
    asked = sharing.active(world, licenseId=held(world).id)
    by = held(world)
    message = world.message("WithdrawConsent", asked, grant=asked, licenseId=by.id)
    with refuses("GrantsNothingToDo", asked):
        world.run(by.proves(world, message))


# --- keys that were compromised ---


@pytest.mark.parametrize("label", [f"sign {BUREAU}", f"other sign {BUREAU}", f"sign {OFFICE}"])
def test_what_a_compromised_key_asked_for_or_permitted_is_void(world: World, label: str) -> None:
    asked = sharing.requested(world, fields=FIELDS | SENSITIVE)
    world.run(sharing.decide_grant(world))
    world.run(sharing.review_grant(world))
    assert usable(world, asked)
    region = QINGPU if BUREAU in label else commands.JIASHAN
    target = objects.key_object(key(label).id)
    message = world.message("CutOffKey", target, key=key(label).id, since=world.now() - DAY)
    world.send(message, governor(region))
    with refuses("GrantsKeyCompromised", asked):
        usable(world, asked)


# --- delegated ---


def test_a_delegated_grant_is_narrower_and_falls_with_its_parent(world: World) -> None:
    parent = sharing.active(world)
    child = sharing.delegate_grant(world, parent)
    assert world.run(child).records[0].kind == Kind.GRANT_DELEGATED
    assert usable(world, child.object)[2] == word(1)
    ended = world.run(sharing.withdraw_grant(world, OFFICE, parent)).records[0]
    with refuses("GrantsEnded", parent, ended.time):
        usable(world, child.object)


def test_a_delegated_grant_is_withdrawn_by_who_delegated_it(world: World) -> None:
    child = sharing.delegate_grant(world)
    world.run(child)
    world.run(sharing.withdraw_grant(world, OFFICE, child.object))
    assert usable(world, grant_id()), "the parent stands"


def test_nothing_wider_is_delegated(world: World) -> None:
    parent, now = sharing.active(world), world.now()
    with refuses("PartiesFields", word(FIELDS | SENSITIVE), word(FIELDS)):
        world.run(sharing.delegate_grant(world, fields=word(FIELDS | SENSITIVE)))
    for since, until in ((now - DAY, now + DAY), (now, now + 400 * DAY)):
        with refuses("PartiesDates", since, until):
            world.run(sharing.delegate_grant(world, since=since, until=until))
    with refuses("PartiesUnknown", ascii32("nobody")):
        world.run(sharing.delegate_grant(world, grantee="nobody"))
    with refuses("PartiesNotSigner"):
        world.send(sharing.delegate_grant(world, parent).message, signer(BUREAU))


def test_what_is_not_delegable_or_delegated_already_is_not_delegated(world: World) -> None:
    plain = sharing.active(world, keccak(b"plain"), delegable=0)
    with refuses("GrantsNotDelegable", plain):
        world.run(sharing.delegate_grant(world, plain))
    child = sharing.delegate_grant(world)
    world.run(child)
    again = sharing.delegate_grant(world, child.object, OFFICE)
    with refuses("GrantsNotDelegable", child.object):
        world.send(again.message, signer(BUREAU))


def test_a_grant_that_waits_is_not_delegated(world: World) -> None:
    asked = sharing.requested(world)
    with refuses("GrantsPending"):
        world.run(sharing.delegate_grant(world, asked))


def test_uses_that_are_delegated_are_taken_off(world: World) -> None:
    parent = sharing.active(world, count=3)
    for count, left in ((0, 3), (4, 3)):
        with refuses("GrantsExhausted", parent, count, left):
            world.run(sharing.delegate_grant(world, parent, count=count))
    world.run(sharing.delegate_grant(world, parent, count=2))
    world.run(sharing.use(world, [a_use(parent)]))
    with refuses("GrantsExhausted", parent, 1, 0):
        world.run(sharing.use(world, [a_use(parent, 1)]))


def test_nothing_is_taken_before_the_seal(hardhat_rpc: str) -> None:
    world = fresh_world(hardhat_rpc, keccak(b"sharing before the seal"))
    world.found()
    message = world.message("WithdrawGrant", grant_id(), grant=grant_id(), by=ascii32(OFFICE), reason=0)
    with refuses("LicensesNotSealed"):
        world.send(message, signer(OFFICE), sender=world.founder)
