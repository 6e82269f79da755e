"""Role × outcome for every command of a sealed ledger: who may, and each way in which one may not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ledger.domain import objects
from ledger.domain.messages import MESSAGE_OF, MESSAGES, Domain, Kind
from ledger.domain.objects import ascii32
from tests.contracts.commands import governor, signer
from tests.contracts.sharing import EVERY_COMMAND, HOLDERS_COMMANDS
from tests.contracts.world import (
    ANHUI,
    BUREAU,
    DAY,
    JIASHAN,
    OFFICE,
    QINGPU,
    SHANGHAI,
    ZHEJIANG,
    Command,
    KeyPair,
    Refused,
    World,
    fresh_world,
    key,
)
from tests.depth import some

QUORUM = ("AddRegion", "SetThreshold", "Succeed")
BY_OWNER = ("RotateKey", "RecoverKey")
ON_LICENSE = ("Amend", "Act", "Bind", "Freeze", "TransferOut")
ABOUT_REPRESENTATIVES = ("Represent", "EndRepresentation")
BY_ISSUER = ("Issue", *ON_LICENSE, "IssueBatch", "RenewBatch", *ABOUT_REPRESENTATIVES)
PROVIDED = ("Mount", "Offer", "NoticeGrant", "DecideGrant", "ReviewGrant", "AnswerCorrection")
PROVIDED += ("Declare", "PublishEdition", "WithdrawEdition", "Use", "UseBatch", "RefuseUse", "RefuseBatch")
BY_BODY = ("RegisterResource", "Probe", "Demand", "MatchDemand", "RequestGrant", "WithdrawGrant")
BY_BODY += ("RegisterItem", "EndItem", "ReportRepeat")
BY_BODY += ("DelegateGrant", "OpenCorrection", "Attest", "DisputeCorrection", "AcknowledgeCorrection")
FOUNDING = {"Found", "NameContract", "Seal"}


@pytest.fixture(params=sorted(EVERY_COMMAND))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def command(world: World, name: str) -> Command:
    return EVERY_COMMAND[name](world)


@pytest.fixture(params=sorted(EVERY_COMMAND.keys() - set(HOLDERS_COMMANDS)))
def registered(request: pytest.FixtureRequest) -> str:
    """A command that registered keys sign."""
    return str(request.param)


@pytest.fixture
def signed_by_bodies(world: World, registered: str) -> Command:
    return EVERY_COMMAND[registered](world)


@pytest.fixture(params=some(sorted(EVERY_COMMAND), 24))
def timed(world: World, request: pytest.FixtureRequest) -> Command:
    """One of some commands: that each has its dates looked at, an expired message of each shows."""
    return EVERY_COMMAND[str(request.param)](world)


def refusal_of(world: World, command: Command, sender: str | None = None) -> Refused:
    before = world.slot("Journal", 0)
    with pytest.raises(Refused) as caught:
        world.run(command, sender)
    assert world.slot("Journal", 0) == before, "a refused command leaves no record"
    return caught.value


def with_first_signer(command: Command, pair: KeyPair) -> Command:
    return replace(command, keys=(pair, *command.keys[1:]))


def twin(command: Command, kind: str) -> Command:
    """The same command, its first signer's key replaced by that body's key of another kind."""
    labels = {
        governor(region).id: f"govern {region}" for region in (SHANGHAI, ZHEJIANG, ANHUI, QINGPU, JIASHAN)
    }
    for uscc in (BUREAU, OFFICE):
        labels |= {pair.id: f"sign {uscc}" for pair in (signer(uscc), key(f"other sign {uscc}"))}
    regions = (SHANGHAI, ZHEJIANG, ANHUI, QINGPU, JIASHAN)
    labels |= {key(f"recover {region}").id: f"recover {region}" for region in regions}
    purpose, owner = labels[command.keys[0].id].split()
    other = "govern" if purpose == "recover" else "recover"
    label = f"{other} {owner}" if kind == "recover" else f"{kind} {purpose} {owner}"
    return with_first_signer(command, key(label))


def test_every_message_has_a_command_here() -> None:
    assert set(EVERY_COMMAND) | FOUNDING == set(MESSAGES)


def test_the_right_signers_are_recorded_with_what_they_signed(world: World, command: Command) -> None:
    receipt = world.run(command)
    record = receipt.records[0]
    assert record.object == command.object
    assert MESSAGE_OF[Kind(record.kind)] is command.message.type
    assert record.data == command.message.data
    assert [each[0] for each in record.signatures] == [pair.id for pair in command.keys]
    assert world.rev(command.object) == command.message.values["rev"] + 1


def test_the_same_message_twice_is_refused(world: World, command: Command, name: str) -> None:
    signatures = [world.sign(command.message, pair) for pair in command.keys]
    world.submit(command.message, signatures)
    with pytest.raises(Refused) as caught:
        world.submit(command.message, signatures, sender=world.relay)
    expected = {"Issue": "LicensesDuplicate"}
    assert caught.value.name == expected.get(name, "JournalStaleRevision")


def test_a_revision_ahead_is_refused(world: World, command: Command) -> None:
    ahead = command.message.values["rev"] + 1
    refusal = refusal_of(world, replace(command, message=command.message.but(rev=ahead)))
    assert (refusal.name, refusal.values) == ("JournalStaleRevision", (command.object, ahead, ahead - 1))


def test_a_message_is_good_until_its_last_second(world: World, timed: Command) -> None:
    world.next_block_at(timed.message.values["notAfter"])
    assert world.run(timed).records[0].time == timed.message.values["notAfter"]


def test_an_expired_message_is_refused(world: World, command: Command) -> None:
    until = command.message.values["notAfter"]
    world.pass_time(until - world.now() + 1)
    refusal = refusal_of(world, command)
    assert refusal.name == "WriterExpired"
    assert refusal.values[0] == until < refusal.values[1]


def test_a_message_from_the_future_is_refused(world: World, timed: Command) -> None:
    later = world.now() + 3600
    refusal = refusal_of(world, replace(timed, message=timed.message.but(signedAt=later)))
    assert (refusal.name, refusal.values[0]) == ("WriterTooEarly", later)


def test_a_clock_thirty_seconds_ahead_is_tolerated(world: World, timed: Command) -> None:
    at = world.now() + 10
    early = replace(timed, message=timed.message.but(signedAt=at + 30))
    world.next_block_at(at)
    assert world.run(early).records[0].time == at


def test_a_clock_thirty_one_seconds_ahead_is_not(world: World, timed: Command) -> None:
    at = world.now() + 10
    early = replace(timed, message=timed.message.but(signedAt=at + 31))
    world.next_block_at(at)
    assert refusal_of(world, early).values == (at + 31, at)


@pytest.mark.parametrize("seconds", [-1, 31 * DAY + 1])
def test_a_lifetime_must_be_between_nothing_and_31_days(world: World, timed: Command, seconds: int) -> None:
    signed_at = world.now()
    message = timed.message.but(notAfter=signed_at + seconds)
    refusal = refusal_of(world, replace(timed, message=message))
    assert (refusal.name, refusal.values) == ("WriterLifetime", (signed_at, signed_at + seconds))


def test_a_body_without_the_power_is_refused(
    world: World, signed_by_bodies: Command, registered: str
) -> None:
    name, command = registered, signed_by_bodies
    if name in PROVIDED or name in BY_BODY:
        stranger = signer(OFFICE if command.keys[0] != signer(OFFICE) else BUREAU)
        expected = "PartiesNotProvider" if name in PROVIDED else "PartiesNotSigner"
    elif name in BY_ISSUER:
        stranger, expected = signer(OFFICE), "LicensesNotIssuer"
        if "by" in command.message.values:
            command = replace(command, message=command.message.but(by=ascii32(OFFICE)))
    elif name in BY_OWNER:
        stranger = signer(OFFICE) if name == "RotateKey" else key(f"recover {JIASHAN}")
        expected = "DirectoryNotOwner"
    elif name in QUORUM:
        stranger, expected = governor(JIASHAN), "WriterNoVote"
    else:
        stranger = governor(SHANGHAI if name == "Recognize" else ANHUI)
        expected = "WriterNotGovernor"
    assert refusal_of(world, with_first_signer(command, stranger)).name == expected


@pytest.mark.parametrize("name", ["Bind", "Freeze"])
def test_who_signs_is_who_the_message_says(world: World, command: Command) -> None:
    refusal = refusal_of(world, with_first_signer(command, signer(OFFICE)))
    assert refusal.name == "LicensesSignedByAnother"
    assert refusal.values == (ascii32(BUREAU), objects.organisation_object(OFFICE))


def test_a_key_of_another_purpose_is_refused(world: World, signed_by_bodies: Command) -> None:
    wrong = twin(signed_by_bodies, "recover")
    refusal = refusal_of(world, wrong)
    assert (refusal.name, refusal.values[0]) == ("DirectoryKeyPurpose", wrong.keys[0].id)


def test_an_expired_key_is_refused(world: World, signed_by_bodies: Command) -> None:
    brief = twin(signed_by_bodies, "brief")
    world.pass_time(DAY + 10)
    refusal = refusal_of(world, brief)
    assert (refusal.name, refusal.values[0]) == ("DirectoryKeyNotCurrent", brief.keys[0].id)


def test_a_key_is_good_before_it_expires(world: World, signed_by_bodies: Command) -> None:
    assert world.run(twin(signed_by_bodies, "brief")).records


def test_an_unknown_key_is_refused(world: World, signed_by_bodies: Command) -> None:
    nobody = key("nobody's")
    refusal = refusal_of(world, with_first_signer(signed_by_bodies, nobody))
    assert (refusal.name, refusal.values) == ("DirectoryKeyUnknown", (nobody.id,))


def bad_signature(command: Command) -> str:
    """How a signature that does not hold is refused."""
    return f"{'Holders' if command.message.type.name in HOLDERS_COMMANDS else 'Directory'}SignatureBad"


def test_a_changed_message_does_not_carry_its_signatures_over(world: World, command: Command) -> None:
    signatures = [world.sign(command.message, pair) for pair in command.keys]
    changed = command.message.but(notAfter=command.message.values["notAfter"] - 1)
    with pytest.raises(Refused) as caught:
        world.submit(changed, signatures)
    assert (caught.value.name, caught.value.values) == (bad_signature(command), (command.keys[0].id,))


def test_a_signature_for_another_contract_is_refused(world: World, command: Command) -> None:
    other = "Catalog" if command.message.type.contract != "Catalog" else "Licenses"
    signatures = [world.sign(command.message, pair, world.domain(other)) for pair in command.keys]
    with pytest.raises(Refused) as caught:
        world.submit(command.message, signatures)
    assert caught.value.name == bad_signature(command)


def test_a_signature_for_another_ledger_id_is_refused(world: World, command: Command) -> None:
    domain = replace(world.domain(command.message.type.contract), ledger_id=bytes(32))
    signatures = [world.sign(command.message, pair, domain) for pair in command.keys]
    with pytest.raises(Refused) as caught:
        world.submit(command.message, signatures)
    assert caught.value.name == bad_signature(command)


def test_a_signature_for_another_chain_is_refused(world: World, command: Command) -> None:
    here = world.domain(command.message.type.contract)
    domain = Domain(here.chain_id + 1, here.contract, here.ledger_id)
    signatures = [world.sign(command.message, pair, domain) for pair in command.keys]
    with pytest.raises(Refused) as caught:
        world.submit(command.message, signatures)
    assert caught.value.name == bad_signature(command)


@pytest.fixture(scope="module")
def other(hardhat_rpc: str) -> World:
    """Another ledger on the same chain."""
    world = fresh_world(hardhat_rpc, bytes(range(32)))
    world.found()
    world.seal()
    return world


def test_a_message_of_another_ledger_on_the_same_chain_is_refused(
    other: World, world: World, name: str
) -> None:
    command = EVERY_COMMAND[name](other)
    signatures = [other.sign(command.message, pair) for pair in command.keys]
    if name in ("SucceedOrganisation", "RenewBatch"):
        EVERY_COMMAND[name](world)
    with pytest.raises(Refused) as caught:
        world.submit(command.message, signatures)
    known_here = {"Represent": "LicensesUnknown", "Succeed": "DirectoryNotNext"}
    known_here |= dict.fromkeys((*ON_LICENSE, "EndRepresentation", "EndPower"), "JournalStaleRevision")
    known_here |= dict.fromkeys(("TellRepeat", "ReportRepeat"), "CorrectionsRepeatItem")
    known_here |= dict.fromkeys(
        ("RequestGrant", "AskCorrection", "Attest", "PublishEdition", "Declare"), "PartiesResourceUnknown"
    )
    known_here |= dict.fromkeys(("UseBatch", "DelegateGrant"), "GrantsUnknown")
    known_here |= {"OpenCorrection": "CorrectionsNotUsed", "AcknowledgeCorrection": "CorrectionsUnknown"}
    if name not in known_here and command.message.values["rev"] > world.rev(command.object):
        known_here[name] = "JournalStaleRevision"
    assert caught.value.name == known_here.get(name, "DirectorySignatureBad")


def test_an_unknown_algorithm_is_refused(world: World, command: Command) -> None:
    signatures = [world.sign(command.message, pair) for pair in command.keys]
    signatures[0] = (signatures[0][0], 2, *signatures[0][2:])
    with pytest.raises(Refused) as caught:
        world.submit(command.message, signatures)
    is_holders = command.message.type.name in HOLDERS_COMMANDS
    expected = ("HoldersSignatureBad", signatures[0][0]) if is_holders else ("DirectoryAlgorithmUnknown", 2)
    assert (caught.value.name, *caught.value.values) == expected


@pytest.mark.parametrize("count", [0, 65])
def test_too_few_or_too_many_signatures_are_refused(world: World, command: Command, count: int) -> None:
    signatures = [world.sign(command.message, command.keys[0])] * count
    with pytest.raises(Refused) as caught:
        world.submit(command.message, signatures)
    assert caught.value.name == "WriterSignatureCount"
    assert caught.value.values[0] in (count, count - 1)  # a proof of possession is no authority's signature


@pytest.mark.parametrize("role", ["founder", "stranger"])
def test_an_account_that_is_no_relay_is_refused(world: World, command: Command, role: str) -> None:
    account = getattr(world, role)
    refusal = refusal_of(world, command, sender=account)
    assert (refusal.name, refusal.values[0].lower()) == ("DirectoryNotRelay", account.lower())


def test_any_relay_may_submit_any_message(world: World, command: Command) -> None:
    assert world.run(command, sender=world.second_relay).records


def test_an_ended_relay_is_refused(world: World, command: Command) -> None:
    world.run(EVERY_COMMAND["EndRelay"](world))
    assert refusal_of(world, command, sender=world.second_relay).name == "DirectoryNotRelay"
