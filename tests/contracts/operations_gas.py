"""What each operation costs, to the unit: the same addresses, times and nonces on every run."""

from __future__ import annotations

from typing import Any

from ledger.domain.messages import Domain
from ledger.domain.sm import N, signed_digest, sm3
from scripts.evm import Evm
from scripts.sm2_table import multiply
from tests.contracts import commands
from tests.contracts.world import KeyPair, Message, Receipt, World

LATER = 2_000_000_000
"""Time of the first measured block; in 2033, so that no block before it is later."""

HEIGHT = 100_000
"""Height from which the measured blocks are made: it goes into the head, and the head into the seal."""

ACCOUNTS = slice(10, 14)
"""Accounts that no test uses: their nonces, and so the addresses they deploy to, are always the same."""


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
    for name, make in commands.COMMANDS.items():
        with world.snapshot():
            command = make(world)
            figures[f"{command.message.type.contract}.{name}"] = world.run(command).gas
    with world.snapshot():
        bound = commands.issue(world, holderBinding=b"\x77" * 32)
        figures["Licenses.Issue with holder binding"] = world.run(bound).gas
    return figures
