"""What each operation costs, to the unit: the same addresses, times and nonces on every run."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ledger.domain.acts import ACT_VERBS, AMEND_KINDS, Act
from ledger.domain.license_tree import Tree
from ledger.domain.messages import Domain
from ledger.domain.sm import N, signed_digest, sm3
from scripts.evm import Evm
from scripts.sm2_table import multiply
from tests.contracts import commands, sharing
from tests.contracts.commands import governor, signer
from tests.contracts.world import OFFICE, QINGPU, SHANGHAI, Command, KeyPair, Message, Receipt, World

LATER = 2_000_000_000
"""Time of the first measured block; in 2033, so that no block before it is later."""

HEIGHT = 100_000
"""Height from which the measured blocks are made: it goes into the head, and the head into the seal."""

ACCOUNTS = slice(10, 14)
"""Accounts that no test uses: their nonces, and so the addresses they deploy to, are always the same."""


BATCHES = (10, 100, 1000)


class RepeatableWorld(World):
    """A world in which nothing depends on the wall clock or on chance."""

    clock = LATER

    def transact(self, sender: str, to: str | None, data: bytes) -> dict[str, Any]:
        """The same, in a block one second after the one before."""
        self.clock += 1
        self.next_block_at(self.clock)
        return super().transact(sender, to, data)

    def sign(self, message: Message, pair: KeyPair, domain: Domain | None = None) -> tuple[Any, ...]:
        """The same with a nonce that the key and the message determine (GB/T 32918.2 6.1)."""
        chosen = domain or self.domain(message.type.contract)
        signed = chosen.signed_message(message.type, pair.id, message.data)
        e = int.from_bytes(signed_digest(pair.signer.public_key, signed), "big")
        k = int.from_bytes(sm3(pair.scalar.to_bytes(32, "big") + signed), "big") % (N - 1) + 1
        r = (e + multiply(k)[0]) % N
        s = pow(1 + pair.scalar, -1, N) * (k - r * pair.scalar) % N
        return (pair.id, 1, r.to_bytes(32, "big"), s.to_bytes(32, "big"))


class FoundingGas(RepeatableWorld):
    """Notes what the founding records cost."""

    def submit(self, message: Message, signatures: Any, sender: str | None = None) -> Receipt:
        """The same; the first of each kind is kept in `figures`."""
        receipt = super().submit(message, signatures, sender)
        self.figures.setdefault(f"founding.{message.type.function}", receipt.gas)
        return receipt

    @property
    def figures(self) -> dict[str, int]:
        """Gas by name of the operation."""
        found: dict[str, int] = self.__dict__.setdefault("_figures", {})
        return found


def operations_gas(evm: Evm) -> dict[str, int]:
    """Gas of whole transactions: calldata, checks of every signature, storage and the record.

    Founding figures are without authorities' signatures, `seal` has three; the others are those of
    a sealed ledger of three provinces.
    """
    mark = evm.rpc("evm_snapshot")
    try:
        evm.rpc("hardhat_mine", hex(HEIGHT - int(evm.rpc("eth_blockNumber"), 16)))
        world = FoundingGas(evm, evm.rpc("eth_accounts")[ACCOUNTS])
        world.deploy()
        world.found()
        world.seal()
        return {**world.figures, **_commands(world)}
    finally:
        evm.rpc("evm_revert", mark)


def _commands(world: World) -> dict[str, int]:
    figures = {}
    for name, make in sharing.EVERY_COMMAND.items():
        with world.snapshot():
            command = make(world)
            figures[f"{command.message.type.contract}.{name}"] = world.run(command).gas
    with world.snapshot():
        bound = commands.issue(world, holderBinding=b"\x77" * 32)
        figures["Licenses.Issue with holder binding"] = world.run(bound).gas
    return {**figures, **_acts(world), **_batches(world), **_after_switch(world), **_sharing(world)}


def _sharing(world: World) -> dict[str, int]:
    """Uses and refusals alone, several in a record, and under a root, with the share of one."""
    figures = {}
    for size in BATCHES:
        with world.snapshot():
            used, refused = sharing.use_batch(world, size), sharing.refuse_batch(world, size)
            for name, command in (("use", used), ("refusal", refused)):
                gas = world.run(command).gas
                figures[f"Uses.{name} batch of {size}"] = gas
                figures[f"Uses.{name} batch of {size}, per {name}"] = gas // size
    with world.snapshot():
        grant = sharing.active(world, count=100)
        several = sharing.use(world, [sharing.a_use(grant, number) for number in range(16)])
        figures["Uses.16 counted uses in a record"] = world.run(several).gas
        figures["Uses.a counted use"] = world.run(sharing.use(world, [sharing.a_use(grant, 16)])).gas
    return figures


def _acts(world: World) -> dict[str, int]:
    """Each act on a license that was issued alone."""
    figures = {}
    for act in (*ACT_VERBS.values(), *AMEND_KINDS.values()):
        with world.snapshot():
            if act is Act.RESUME:
                world.run(commands.act(world))
            is_amendment = act in AMEND_KINDS.values()
            command = commands.amend(world, act) if is_amendment else commands.act(world, act)
            figures[f"Licenses.{act.name.lower()}"] = world.run(command).gas
    with world.snapshot():
        world.run(commands.transfer_out(world))
        figures["Licenses.transfer_cancel"] = world.run(commands.act(world, Act.TRANSFER_CANCEL)).gas
    return figures | _by_others(world)


def _by_others(world: World) -> dict[str, int]:
    """What other bodies than the issuer do, under a region's power."""
    figures = {}
    with world.snapshot():
        annul = replace(commands.act(world, Act.ANNUL, region=SHANGHAI), keys=(governor(SHANGHAI),))
        figures["Licenses.annul by a superior region"] = world.run(annul).gas
    with world.snapshot():
        world.run(commands.empower(world))
        for act in (Act.SUSPEND, Act.RESUME):
            command = replace(commands.act(world, act, region=QINGPU), keys=(signer(OFFICE),))
            figures[f"Licenses.{act.name.lower()} by a named body"] = world.run(command).gas
    return figures


def _batches(world: World) -> dict[str, int]:
    """Whole batches, the share of one license, and the first fact on a leaf with its opening."""
    figures = {}
    for size in BATCHES:
        with world.snapshot():
            terms = [commands.leaf(number) for number in range(size)]
            leaves = [commands.leaf_of(each) for each in terms]
            batch = commands.issue_batch(world, leaves)
            gas = world.run(batch).gas
            figures[f"Batches.batch of {size}"] = gas
            figures[f"Batches.batch of {size}, per license"] = gas // size
            opening = {"batch": batch.object, "index": 0, **terms[0], "proof": Tree(leaves).proof(0)}
            world.run(commands.issue(world))
            command = commands.act(world)
            message = command.message.but(licenseId=terms[0]["licenseId"])
            acted = world.send(replace(message, opening=opening), *command.keys)
            figures[f"Licenses.suspend a leaf of {size}"] = acted.gas
            figures |= _renewal(world, batch, terms, leaves)
    return figures


def _after_switch(world: World) -> dict[str, int]:
    """What it costs to put contracts in others' places, and then to go on with what was recorded before."""
    figures = {}
    for name in ("Catalog", "Licenses", "Batches", "Directory"):
        with world.snapshot():
            world.run(commands.issue(world))
            world.run(commands.act(world))
            figures[f"Directory.succeed {name}"] = world.run(commands.succeed(world, name)).gas
        with world.snapshot():
            world.run(commands.issue(world))
            world.run(commands.act(world))
            after = commands.switched(world, name)
            resumed = after.run(commands.act(after, Act.RESUME)).gas
            figures[f"after {name}: first fact on a license of before"] = resumed
            figures[f"after {name}: second"] = after.run(commands.act(after)).gas
    return figures


def _renewal(
    world: World, batch: Command, terms: list[dict[str, Any]], leaves: list[bytes]
) -> dict[str, int]:
    """All leaves but the first renewed by one batch; then the first fact on one of them."""
    size = len(leaves)
    renewed = commands.renewal_of(world, batch.object, range(1, size))
    gas = world.run(renewed).gas
    figures = {
        f"Batches.renewal of {size}": gas,
        f"Batches.renewal of {size}, per license": gas // (size - 1),
    }
    opening = {"batch": batch.object, "index": 1, **terms[1], "proof": Tree(leaves).proof(1)}
    command = commands.act(world, Act.CANCEL)
    message = command.message.but(licenseId=terms[1]["licenseId"], rev=1)
    cancelled = world.send(replace(message, opening=opening), *command.keys)
    return {**figures, f"Licenses.cancel a renewed leaf of {size}": cancelled.gas}
