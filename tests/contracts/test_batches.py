"""Batches: the root, the leaves in the record, and what becomes of a leaf."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import replace
from typing import Any

import pytest
from eth_abi.abi import decode
from eth_hash.auto import keccak

from ledger.domain import objects
from ledger.domain.acts import Act, Status
from ledger.domain.license_tree import Tree, node_hash
from ledger.domain.messages import MESSAGES, OPENING, Kind
from ledger.domain.objects import ascii32
from ledger.domain.records import SIGNATURE_TYPE
from scripts.evm import RpcError
from tests.contracts import commands
from tests.contracts.commands import HANDLE, leaf, leaf_of, signer
from tests.contracts.world import (
    BUREAU,
    NO_HASH,
    OFFICE,
    OPENING_TYPE,
    PLAIN_TYPE,
    QINGPU,
    REGIONAL_TYPE,
    Command,
    Message,
    Receipt,
    Refused,
    World,
    calldata,
    key,
    refuses,
    with_leaf,
)

LATEST = 2**64 - 1
BATCH_ROW = "(bytes32,bytes32,uint32,uint32,uint32,uint64,uint32,uint8)"
ANSWER = "uint8,uint32,uint64,uint8"


class Issued:
    """A batch of so many licenses on the ledger."""

    def __init__(self, world: World, size: int = 5, code: str = REGIONAL_TYPE, **changes: Any) -> None:
        self.world, self.size = world, size
        self.terms = [leaf(number, **changes) for number in range(size)]
        self.tree = Tree([leaf_of(each, code) for each in self.terms])
        command = commands.issue_batch(world, [leaf_of(each, code) for each in self.terms], code)
        self.receipt = world.run(command)
        self.object = command.object

    def of(self, world: World) -> Issued:
        """The same batch after a switch."""
        issued = copy(self)
        issued.world = world
        return issued

    def opening(self, index: int, **changes: Any) -> dict[str, Any]:
        proof = self.tree.proof(index)
        return {"batch": self.object, "index": index, **self.terms[index], "proof": proof, **changes}

    def act(self, index: int, which: Act = Act.SUSPEND, **changes: Any) -> Command:
        words = {"reference": NO_HASH, "cause": NO_HASH}
        members = {"act": int(which), "ground": 21, "effective": 0, "region": 0, **words}
        id_ = self.terms[index]["licenseId"]
        message = self.world.message("Act", id_, licenseId=id_, **{**members, **changes})
        rev = message.values["rev"] + (not self.is_opened(index))
        return Command(replace(message.but(rev=rev), opening=self.opening(index)), (signer(BUREAU),), id_)

    def status(self, index: int, as_of: int = LATEST, **changes: Any) -> tuple[Status, int]:
        opening = self.opening(index, **changes)
        values = (tuple(opening[name] for name, _ in OPENING.members), self.world.now(), as_of)
        answer = self.world.view("Licenses", STATUS_OF_LEAF, ANSWER, *values)
        return Status(answer[0]), answer[1]

    def is_opened(self, index: int) -> bool:
        words = self.world.view("Batches", "openedOf(bytes32)", "uint256[4]", self.object)
        return bool(words[index // 256] >> index % 256 & 1)


STATUS_OF_LEAF = f"statusOfLeaf({OPENING_TYPE},uint64,uint64)"


def body_of(receipt: Receipt) -> tuple[Any, ...]:
    return decode(["bytes", f"{SIGNATURE_TYPE}[]", "bytes32[]"], receipt.records[0].body)


@pytest.mark.parametrize("size", range(1, 34))
def test_every_size_has_the_root_of_the_tree(world: World, size: int) -> None:
    batch = Issued(world, size)
    record = batch.receipt.records[0]
    assert (record.kind, record.object) == (Kind.LICENSE_BATCH_ISSUED, batch.object)
    assert list(body_of(batch.receipt)[2]) == [leaf_of(each) for each in batch.terms]
    for index in {0, size // 2, size - 1}:
        assert batch.status(index) == (Status.IN_FORCE, 1)


def test_a_batch_is_kept_as_issued(world: World) -> None:
    batch = Issued(world, 3)
    kept = world.view("Batches", "batchOf(bytes32)", BATCH_ROW, batch.object)
    assert kept[:4] == (ascii32(REGIONAL_TYPE), ascii32(BUREAU), 3, QINGPU)
    assert kept[5] == world.now()
    assert world.view("Batches", "batchOf(bytes32)", BATCH_ROW, NO_HASH)[2] == 0


def test_a_thousand_leaves_fit_and_cost_little(world: World) -> None:
    batch = Issued(world, 1000)
    assert batch.receipt.gas <= 1_350_000
    assert batch.status(999) == (Status.IN_FORCE, 1)
    world.run(batch.act(999))
    assert batch.status(999) == (Status.SUSPENDED, 2)


def test_what_was_signed_and_the_leaves_agree(world: World) -> None:
    command = commands.issue_batch(world)
    leaves = command.message.leaves

    def submit(leaves: Sequence[bytes], **changes: Any) -> None:
        message = replace(command.message.but(**changes), leaves=tuple(leaves))
        world.send(message, *command.keys)

    swapped = Tree([leaves[1], leaves[0], *leaves[2:]]).root
    with refuses("BatchesRootMismatch", swapped, command.message.values["root"]):
        submit([leaves[1], leaves[0], *leaves[2:]])
    for given, size in ((4, 5), (5, 4), (5, 6)):
        with refuses("BatchesSize", given, size):
            submit(leaves[:given], size=size)
    many = [keccak(n.to_bytes(2, "big")) for n in range(1001)]
    with refuses("BatchesSize", 1001, 1001):
        submit(many, root=Tree(many).root, size=1001)


def test_no_leaves_are_no_batch(world: World) -> None:
    message = commands.issue_batch(world).message.but(size=0)
    signatures = [world.sign(message, signer(BUREAU))]
    kinds = ",".join(kind for _, kind in message.type.fields[1:])
    types = [f"({kinds})", f"{SIGNATURE_TYPE}[]", "bytes32[]"]
    values = [tuple(message.values[name] for name, _ in message.type.fields[1:]), signatures, []]
    data = calldata("issueBatch", types, values)
    with refuses("BatchesSize", 0, 0):
        world.transact(world.relay, world.contracts["Batches"], data)


def test_a_root_is_issued_once_by_one_body(world: World) -> None:
    batch = Issued(world)
    again = commands.issue_batch(world)
    for rev, error in ((0, "JournalStaleRevision"), (1, "BatchesDuplicate")):
        with refuses(error):
            world.send(again.message.but(rev=rev), *again.keys)
    assert again.object == batch.object


def test_a_type_that_the_issuer_may_not_issue_is_not_issued_by_batch(world: World) -> None:
    world.run(commands.end_entitlement(world))
    world.pass_time(61 * 86_400)
    with refuses("LicensesNotEntitled", ascii32(BUREAU), ascii32(PLAIN_TYPE)):
        world.run(commands.issue_batch(world, code=PLAIN_TYPE))


# --- what happens to a leaf ---


def test_the_first_act_opens_the_leaf_and_its_siblings_stay(world: World) -> None:
    batch = Issued(world)
    issued = batch.receipt.records[0]
    world.pass_time(100)
    opened, acted = world.run(batch.act(3, Act.REVOKE)).records
    id_ = batch.terms[3]["licenseId"]
    assert [(each.kind, each.object) for each in (opened, acted)] == [
        (Kind.LICENSE_OPENED, id_),
        (Kind.LICENSE_ACTED, id_),
    ]
    shown = {name: value for name, value in OPENING.values(opened.data).items() if name != "proof"}
    assert shown["licenseId"] == "0x" + id_.hex()
    assert opened.signatures == []
    assert [batch.is_opened(index) for index in range(5)] == [False, False, False, True, False]
    assert batch.status(3) == (Status.REVOKED, 2)
    assert batch.status(3, as_of=issued.time) == (Status.IN_FORCE, 1)
    assert batch.status(3, as_of=issued.time - 1) == (Status.UNKNOWN, 0)
    assert batch.status(2) == (Status.IN_FORCE, 1), "its sibling"
    assert batch.status(2, as_of=issued.time - 1) == (Status.UNKNOWN, 0)
    answer = world.view("Licenses", "statusAt(bytes32,uint64,uint64)", ANSWER, id_, world.now(), LATEST)
    assert answer[:2] == (Status.REVOKED, 2)


def test_an_opened_leaf_is_a_license_as_any_other(world: World) -> None:
    batch = Issued(world)
    world.run(batch.act(0))
    later = batch.act(0, Act.RESUME)
    world.run(replace(later, message=replace(later.message, opening=None)))
    with_opening = batch.act(0, Act.SUSPEND)
    assert len(world.run(with_opening).records) == 1, "opened once"
    assert batch.status(0) == (Status.SUSPENDED, 4)


ON_LICENSES = [
    each.name
    for each in MESSAGES.values()
    if each.contract == "Licenses" and ("licenseId", "bytes32") in each.members and each.name != "Issue"
]


@pytest.mark.parametrize("name", ON_LICENSES)
def test_every_command_on_a_license_opens_leaves_too(world: World, name: str) -> None:
    batch = Issued(world, holderBinding=keccak(b"a device"))
    id_ = batch.terms[1]["licenseId"]
    world.run(commands.issue(world))
    command = commands.COMMANDS[name](world)
    message = command.message.but(licenseId=id_, rev=1)
    receipt = world.send(replace(message, opening=batch.opening(1)), *command.keys)
    assert receipt.records[0].kind == Kind.LICENSE_OPENED
    assert len(receipt.records) == (3 if name == "Amend" else 2)
    assert batch.status(1)[1] == 2


def test_what_is_no_leaf_at_its_place_is_refused(world: World) -> None:
    batch = Issued(world)
    other = Issued(world, 4)
    inner = node_hash(leaf_of(batch.terms[0]), leaf_of(batch.terms[1]))
    proof = batch.tree.proof(0)
    wrong = [
        {**batch.opening(0), "index": 1},
        {**batch.opening(0), "index": 5},
        batch.opening(0, proof=proof[:-1]),
        batch.opening(0, proof=[*proof, inner]),
        batch.opening(0, proof=[proof[1], proof[0], *proof[2:]]),
        batch.opening(0, digest=keccak(b"another content")),
        batch.opening(0, holderBinding=keccak(b"another holder")),
        batch.opening(0, validTo=1),
        batch.opening(0, proof=other.tree.proof(0)),
        {**other.opening(0), "batch": batch.object},
    ]
    for opening in wrong:
        command = batch.act(0)
        message = replace(command.message.but(licenseId=opening["licenseId"]), opening=opening)
        with refuses("BatchesLeafUnproved", batch.object, opening["index"]):
            world.send(message, *command.keys)
        values = tuple(opening[name] for name, _ in OPENING.members)
        with refuses("BatchesLeafUnproved", batch.object, opening["index"]):
            world.view("Licenses", STATUS_OF_LEAF, ANSWER, values, world.now(), LATEST)
    assert not batch.is_opened(0)


def test_an_opening_goes_with_its_own_license_and_a_known_batch(world: World) -> None:
    batch = Issued(world)
    command = batch.act(0)
    with refuses("JournalStaleRevision", batch.terms[0]["licenseId"], 1, 0):
        world.send(replace(command.message, opening=batch.opening(1)), *command.keys)
    unknown = objects.batch_object(BUREAU, keccak(b"no root"))
    with refuses("BatchesUnknown", unknown):
        world.send(replace(command.message, opening=batch.opening(0, batch=unknown)), *command.keys)


def test_a_command_that_leaves_the_license_alone_opens_no_leaf(world: World) -> None:
    batch, other = Issued(world), Issued(world, 4)
    world.run(other.act(3))
    id_ = batch.terms[0]["licenseId"]
    alone = commands.act(world)
    later = commands.issue(world, leaf(7)["licenseId"])
    opening_too = with_leaf(other.opening(3), _call(world, other.act(3, Act.RESUME, rev=2), alone=True))
    untouching = [_call(world, alone), _call(world, later), opening_too, calldata("journal", [], [])]
    for call in untouching:
        with refuses("LicensesLeafUntouched", id_):
            world.transact(world.relay, world.contracts["Licenses"], with_leaf(batch.opening(0), call))
    for call in (b"", b"\x01\x02\x03\x04", calldata("seal", [], [])):
        with pytest.raises(RpcError, match="revert"):
            world.transact(world.relay, world.contracts["Licenses"], with_leaf(batch.opening(0), call))
    assert not batch.is_opened(0)
    assert len(world.run(batch.act(0)).records) == 2


def _call(world: World, command: Command, alone: bool = False) -> bytes:
    message = replace(command.message, opening=None) if alone else command.message
    return message.calldata([world.sign(message, pair) for pair in command.keys])


def test_what_a_command_is_refused_with_is_the_same_through_a_leaf(world: World) -> None:
    batch = Issued(world)
    world.run(batch.act(0))
    moment = world.now() + 60
    for command in (
        batch.act(0),
        batch.act(0, rev=7),
        batch.act(0, Act.ISSUE),
        batch.act(0, Act.RESUME, effective=1),
        replace(batch.act(0, Act.RESUME), keys=(signer(OFFICE),)),
        replace(batch.act(0, Act.RESUME), keys=(key(f"govern {QINGPU}"),)),
    ):
        found = []
        for opening in (None, batch.opening(0)):
            told = replace(command, message=replace(command.message, opening=opening))
            with world.snapshot():
                world.next_block_at(moment)
                with pytest.raises(Refused) as caught:
                    world.run(told)
            found.append((caught.value.name, caught.value.values))
        assert found[0] == found[1]


def test_a_leaf_whose_id_is_a_license_already_stays_closed(world: World) -> None:
    world.run(commands.issue(world, leaf(2)["handle"]))
    batch = Issued(world)
    with refuses("LicensesDuplicate", leaf(2)["licenseId"]):
        world.run(batch.act(2))


def test_an_opened_leaf_is_not_issued_again(world: World) -> None:
    batch = Issued(world)
    world.run(batch.act(2))
    with refuses("LicensesDuplicate", leaf(2)["licenseId"]):
        world.run(commands.issue(world, leaf(2)["handle"]))


# --- an id's first record wins ---


def later_single(world: World, index: int) -> Command:
    return commands.issue(world, leaf(index)["handle"], digest=keccak(b"another content"))


def later_leaf(world: World, index: int) -> Command:
    """The same id in a batch recorded later, renewed and opened there."""
    later = Issued(world, 7, holderBinding=keccak(b"another device"))
    world.run(commands.renewal_of(world, later.object, [index]))
    return later.act(index, Act.REVOKE)


def later_amendment(world: World, index: int) -> Command:
    return commands.amend(world, handle=leaf(index)["handle"])


def amended_single(world: World, index: int) -> Command:
    world.run(commands.issue(world, leaf(index)["handle"], holderBinding=keccak(b"another device")))
    own = commands.act(world, Act.SUSPEND, handle=leaf(index)["handle"])
    world.run(own)
    return commands.act(world, Act.REVOKE, handle=leaf(index)["handle"])


@pytest.mark.parametrize("shadow", [later_single, later_leaf, later_amendment, amended_single])
@pytest.mark.parametrize("moved", [(), ("Licenses",)], ids=["here", "before a succession"])
def test_what_comes_later_under_the_id_of_a_leaf_gives_way_to_it(
    world: World, shadow: Callable[[World, int], Command], moved: tuple[str, ...]
) -> None:
    batch = Issued(world)
    world.pass_time(1)
    world.run(shadow(world, 2))
    there = commands.switched(world, *moved)
    batch, before = batch.of(there), there.rev(leaf(2)["licenseId"])
    assert batch.status(2) == (Status.IN_FORCE, 1)
    receipt = there.run(batch.act(2))
    assert [each.kind for each in receipt.records] == [Kind.LICENSE_OPENED, Kind.LICENSE_ACTED]
    assert there.rev(leaf(2)["licenseId"]) == before + 2
    assert batch.status(2) == (Status.SUSPENDED, 2)
    shown = commands.license_row(there, leaf(2)["licenseId"])
    assert (shown[0], shown[1]) == (leaf_of(leaf(2)), leaf(2)["holderBinding"])
    assert (shown[9], shown[10]) == (2, NO_HASH)
    there.run(batch.act(2, Act.REVOKE))
    assert batch.status(2) == (Status.REVOKED, 3)


def test_a_leaf_that_a_thief_shadowed_is_ended_after_the_cut_off(world: World) -> None:
    batch, thief = Issued(world), key(f"other sign {BUREAU}")
    world.pass_time(1)
    world.send(later_single(world, 1).message, thief)
    world.run(commands.cut_off_key(world))
    world.run(batch.act(1, Act.REVOKE))
    assert batch.status(1)[0] is Status.REVOKED


def test_a_leaf_of_a_later_batch_does_not_displace_an_opened_one(world: World) -> None:
    batch = Issued(world)
    world.run(batch.act(2))
    with refuses("LicensesDuplicate", leaf(2)["licenseId"]):
        world.run(Issued(world, 7).act(2))
    assert batch.status(2) == (Status.SUSPENDED, 2)


# --- an id belongs to its issuer ---


@pytest.fixture
def thief(world: World) -> World:
    """The office of Jiashan may issue the same type; it has seen an id of the bureau of Qingpu."""
    world.run(commands.entitle(world))
    return world


def steals(world: World, message: Message) -> None:
    id_ = message.values.get("newLicenseId", message.values["licenseId"])
    with refuses("LicensesForeignId", id_, ascii32(OFFICE), message.values["handle"]):
        world.send(message, signer(OFFICE))


@pytest.mark.parametrize("handle", [leaf(1)["handle"], NO_HASH], ids=["seen", "none"])
def test_nobody_issues_under_the_id_of_anothers_leaf(thief: World, handle: bytes) -> None:
    batch = Issued(thief)
    office = {"issuer": ascii32(OFFICE), "handle": handle}
    steals(thief, commands.issue(thief, leaf(1)["handle"]).message.but(**office))
    own = keccak(b"handle of the office")
    thief.send(commands.issue(thief, own, issuer=ascii32(OFFICE)).message, signer(OFFICE))
    assert thief.run(batch.act(1)).records


def test_nobody_amends_into_the_id_of_anothers_leaf(thief: World) -> None:
    batch = Issued(thief)
    own = commands.id_of(HANDLE, OFFICE)
    thief.send(commands.issue(thief, issuer=ascii32(OFFICE)).message, signer(OFFICE))
    members = {**batch.terms[1], "licenseId": own, "newLicenseId": batch.terms[1]["licenseId"]}
    amend = {"act": int(Act.CHANGE), "ground": 1, "effective": 0, "reference": NO_HASH}
    terms = {"issuer": ascii32(OFFICE), "licenseType": ascii32(REGIONAL_TYPE)}
    steals(thief, thief.message("Amend", own, **members, **amend, **terms))
    assert thief.run(batch.act(1)).records


def test_nobody_opens_a_leaf_of_his_own_under_the_id_of_anothers(thief: World) -> None:
    batch = Issued(thief)
    stolen = Tree([leaf_of(each) for each in batch.terms])
    command = commands.issue_batch(thief, [leaf_of(each) for each in batch.terms])
    thief.send(command.message.but(issuer=ascii32(OFFICE), rev=0), signer(OFFICE))
    object_ = objects.batch_object(OFFICE, stolen.root)
    act = batch.act(1)
    opening = batch.opening(1, batch=object_)
    with refuses("LicensesForeignId", act.object, ascii32(OFFICE), opening["handle"]):
        thief.send(replace(act.message, opening=opening), signer(OFFICE))
    with refuses("LicensesForeignId"):
        batch.status(1, batch=object_)
    assert thief.run(batch.act(1)).records


def test_an_issuer_opens_its_leaf_by_the_right_handle_only(world: World) -> None:
    batch = Issued(world)
    command = batch.act(1)
    opening = batch.opening(1, handle=NO_HASH)
    with refuses("LicensesForeignId", command.object, ascii32(BUREAU), NO_HASH):
        world.send(replace(command.message, opening=opening), *command.keys)


def test_a_leaf_without_sensible_days_is_not_opened(world: World) -> None:
    terms = leaf(0, validFrom=10, validTo=9)
    batch = Issued(world, 1)
    batch.terms, batch.tree = [terms], Tree([leaf_of(terms)])
    command = commands.issue_batch(world, [leaf_of(terms)])
    world.run(command)
    batch.object = command.object
    with refuses("LicensesDates", 10, 9):
        world.run(batch.act(0))


def test_leaves_of_a_key_cut_off_before_are_compromised(world: World) -> None:
    world.pass_time(200)
    batch = Issued(world)
    lost = signer(BUREAU).id
    world.pass_time(10)
    since = batch.receipt.records[0].time
    target = objects.key_object(lost)
    message = world.message("CutOffKey", target, key=lost, since=since)
    world.send(message, commands.governor(QINGPU))
    assert batch.status(4) == (Status.KEY_COMPROMISED, 1)


def test_an_account_that_is_no_relay_opens_nothing(world: World) -> None:
    batch = Issued(world)
    with refuses("DirectoryNotRelay"):
        world.run(batch.act(0), sender=world.stranger)
    assert not batch.is_opened(0)
