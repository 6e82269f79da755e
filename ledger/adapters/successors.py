"""Making contracts that are to take the place of others.

A contract is made before its vote, and a vote takes as long as its signers take. What was made is
therefore kept in the home: the same order, given again, finds the contract whose hash was signed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from eth_hash.auto import keccak

from ledger.adapters.chain import Chain
from ledger.adapters.founder import Maker
from ledger.adapters.outbox import FileOutbox
from ledger.domain.abi import Artifact
from ledger.domain.canonical import JsonObject
from ledger.domain.trustfile import BOUND, CONTRACT_NAMES
from ledger.errors import RuleError, UsageError
from ledger.proof.answers import data_of

SUCCEEDED = tuple(name for name in CONTRACT_NAMES if name not in BOUND)
"""Contracts that a vote can put another in the place of."""


@dataclass(frozen=True)
class Successor:
    """A contract that waits for the vote on it.

    Attributes:
        name: Of the contract whose place it is to take.
        predecessor: Where that one stands.
        account: Where this one stands.
        code_hash: keccak256 of its runtime code.
    """

    name: str
    predecessor: str
    account: str
    code_hash: bytes

    def as_json(self) -> dict[str, object]:
        """As `org contract succeed` tells it."""
        code_hash = "0x" + self.code_hash.hex()
        places = {"account": self.account, "predecessor": self.predecessor}
        return {"name": self.name, **places, "codeHash": code_hash}


class MakeSuccessors:
    """Makes successors from the contracts of this release, each once.

    Args:
        chain: The ledger; its node's word tells where the contracts stand now.
        maker: The relay.
        artifacts: Compiled contracts by name.
        kept: Where this home keeps what it made.
    """

    def __init__(
        self, chain: Chain, maker: Maker, artifacts: Mapping[str, Artifact], kept: FileOutbox
    ) -> None:
        self._chain, self._maker = chain, maker
        self._artifacts, self._kept = artifacts, kept

    def successor(self, name: str) -> Successor:
        """The contract to be voted on in the place of a named one: made now, or waiting since.

        Raises:
            UsageError: `CHOICE`: no contract of that name can be succeeded by itself.
            RuleError: `CONTRACT_IS_OF_NOW`: what stands there was made by this home from this release.
        """
        if name not in SUCCEEDED:
            raise UsageError("CHOICE", option="NAME", text=name[:40], choices=", ".join(SUCCEEDED))
        with self._kept.hold(name):
            return self._successor(name, self._chain.generations(name)[-1].address)

    def _successor(self, name: str, predecessor: str) -> Successor:
        code = "0x" + keccak(bytes.fromhex(self._artifacts[name].bytecode[2:])).hex()
        bound = self._chain.generations("Directory")[-1].address
        made_of: JsonObject = {"code": code, "bound": "" if name == "Directory" else bound}
        kept = self._kept.load(name) or {}
        is_ours = all(kept.get(member) == value for member, value in made_of.items())
        if is_ours and kept["account"] == predecessor:
            raise RuleError("CONTRACT_IS_OF_NOW", name=name, account=predecessor)
        if is_ours and kept["predecessor"] == predecessor and self._code(kept["account"]):
            return self._waiting(name, predecessor, kept["account"])
        account, _ = self._maker.deploy(name, self._arguments(name, bound, predecessor))
        self._kept.save(name, {**made_of, "account": account, "predecessor": predecessor})
        return self._waiting(name, predecessor, account)

    def _waiting(self, name: str, predecessor: str, account: str) -> Successor:
        return Successor(name, predecessor, account, keccak(self._code(account)))

    def _arguments(self, name: str, directory: str, predecessor: str) -> list[object]:
        if name != "Directory":
            return [directory, predecessor]
        verifier = self._chain.call("Keys", "verifier")
        return [self._chain.ledger_id, verifier, self._maker.account, predecessor]

    def _code(self, account: str) -> bytes:
        return data_of(self._chain.rpc.call("eth_getCode", account, "latest"), "eth_getCode")
