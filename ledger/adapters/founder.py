"""Making the contracts of a new ledger, and the first half of its trust file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from eth_hash.auto import keccak

from ledger.domain.abi import Artifact
from ledger.domain.trustfile import CLIENTS, ContractEntry, TrustFile
from ledger.ports import JsonRpc, Receipt

NO_CONTRACT = "0x" + "00" * 20
"""Stands for the predecessor of a contract that is the first."""

JOURNAL_HEAD_SLOT = "0x" + "00" * 32
"""The Journal's head stands in its first slot; its interface fixes that."""


class Maker(Protocol):
    """The part of the sender that makes contracts."""

    @property
    def account(self) -> str:
        """The founder's account."""
        ...

    def deploy(self, name: str, arguments: list[object]) -> tuple[str, Receipt]:
        """Make a contract: its address and receipt."""
        ...


@dataclass(frozen=True)
class Made:
    """A contract just made: where, and at which height."""

    address: str
    block: int


def make_contracts(
    maker: Maker, rpc: JsonRpc, artifacts: Mapping[str, Artifact], ledger_id: bytes
) -> dict[str, Made]:
    """Make all contracts of a ledger, in the order in which they refer to one another."""

    def make(name: str, *arguments: object) -> Made:
        address, receipt = maker.deploy(name, list(arguments))
        return Made(address, receipt.block)

    verifier = make("SM2Verifier")
    directory = make("Directory", ledger_id, verifier.address, maker.account, NO_CONTRACT)

    def part(getter: str) -> Made:
        call = {"to": directory.address, "data": "0x" + artifacts["Directory"].encode_call(getter, []).hex()}
        return Made("0x" + str(rpc.call("eth_call", call, "latest"))[-40:].lower(), directory.block)

    clients = {name: make(name, directory.address, NO_CONTRACT) for name in CLIENTS}
    return {
        "SM2Verifier": verifier,
        "Directory": directory,
        "Journal": part("journal"),
        "Keys": part("keys"),
        **clients,
    }


def unsealed_trust_file(
    rpc: JsonRpc, url: str, ledger_id: str, made: Mapping[str, Made], api: str | None = None
) -> TrustFile:
    """The trust file of a ledger that is not sealed yet, from what the node holds."""
    genesis = rpc.call("eth_getBlockByNumber", "0x0", False)
    contracts = {}
    for name, each in made.items():
        code = bytes.fromhex(str(rpc.call("eth_getCode", each.address, "latest"))[2:])
        contracts[name] = ContractEntry(each.address, "0x" + keccak(code).hex(), each.block)
    return TrustFile(
        ledger_id=ledger_id,
        chain_id=int(str(rpc.call("eth_chainId")), 16),
        genesis_hash=str(genesis["hash"]),
        rpc=(url,),
        api=api,
        contracts=contracts,
        journal_head_slot=JOURNAL_HEAD_SLOT,
        seal=None,
    )


class ReleasedContracts:
    """Makes single contracts of this release, for a ledger that is there already.

    Args:
        maker: The relay.
        rpc: The node.
        artifacts: Compiled contracts by name.
    """

    def __init__(self, maker: Maker, rpc: JsonRpc, artifacts: Mapping[str, Artifact]) -> None:
        self._maker, self._rpc, self._artifacts = maker, rpc, artifacts

    @property
    def account(self) -> str:
        """The relay's account."""
        return self._maker.account

    def make(self, name: str, arguments: Sequence[object]) -> str:
        """Make a contract; its address, 0x-hex in lower case."""
        return self._maker.deploy(name, list(arguments))[0]

    def creation(self, name: str) -> bytes:
        """The creation code of a contract, without arguments."""
        return bytes.fromhex(self._artifacts[name].bytecode[2:])

    def code_hash(self, account: str) -> bytes | None:
        """keccak256 of the code at an address; None where there is none."""
        code = bytes.fromhex(str(self._rpc.call("eth_getCode", account, "latest"))[2:])
        return keccak(code) if code else None
