"""Making contracts that are to take the place of others.

A contract is made before its vote, and a vote takes as long as its signers take. What was made is
therefore kept in the home: the same order, given again, finds the contract whose hash was signed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ledger.domain.canonical import JsonObject
from ledger.domain.sm3 import sm3
from ledger.domain.strict_form import StrictForm
from ledger.domain.trustfile import BOUND, CONTRACT_NAMES
from ledger.errors import RuleError, UsageError
from ledger.ports import LedgerReader
from ledger.service.drafts import Outbox

_FORM = StrictForm("CONTRACT_FILE")
SUCCEEDED = tuple(name for name in CONTRACT_NAMES if name not in BOUND)
"""Contracts that a vote can put another in the place of."""


class ContractMaker(Protocol):
    """Makes contracts of this release."""

    @property
    def account(self) -> str:
        """The account that makes them."""
        ...

    def make(self, name: str, arguments: Sequence[object]) -> str:
        """Make a contract; its address."""
        ...

    def creation(self, name: str) -> bytes:
        """What makes a contract of a name in this release, without arguments."""
        ...

    def code_hash(self, account: str) -> bytes | None:
        """keccak256 of the code at an address; None where there is none."""
        ...


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


def read_successor(form: Mapping[str, object]) -> Successor:
    """The inverse of `Successor.as_json`, for files from anywhere; raises `CONTRACT_FILE` with the member.

    That the account has that code is judged by the Directory when it records the vote; what the code does
    is not told by the file.
    """
    _FORM.require(form.keys() == {"name", "account", "predecessor", "codeHash"}, "keys")
    _FORM.require(form["name"] in SUCCEEDED, "name")
    account, predecessor = (
        "0x" + _FORM.hexed(_lower(form, each), each, 20, "0x").hex() for each in ("account", "predecessor")
    )
    return Successor(str(form["name"]), predecessor, account, _FORM.hexed(form, "codeHash", 32, "0x"))


def _lower(form: Mapping[str, object], member: str) -> Mapping[str, object]:
    return {member: str(form[member]).lower()}


class MakeSuccessors:
    """Makes successors of a ledger's contracts, each once.

    Args:
        reader: The ledger; its node's word tells where the contracts stand now.
        maker: Makes them.
        kept: Where this home keeps what it made.
    """

    def __init__(self, reader: LedgerReader, maker: Callable[[], ContractMaker], kept: Outbox) -> None:
        self._reader, self._maker, self._kept = reader, maker, kept

    def successor(self, name: str) -> Successor:
        """The contract to be voted on in the place of a named one: made now, or waiting since.

        Raises:
            UsageError: `CHOICE`: no contract of that name can be succeeded by itself.
            RuleError: `CONTRACT_IS_OF_NOW`: what stands there was made by this home from this release.
        """
        if name not in SUCCEEDED:
            raise UsageError("CHOICE", option="NAME", text=name[:40], choices=", ".join(SUCCEEDED))
        with self._kept.hold(name):
            return self._successor(name, self._reader.generations(name)[-1].address)

    def _successor(self, name: str, predecessor: str) -> Successor:
        maker = self._maker()
        directory = "" if name == "Directory" else self._reader.generations("Directory")[-1].address
        made_of: JsonObject = {"creation": sm3(maker.creation(name)).hex(), "directory": directory}
        kept = self._kept.load(name) or {}
        is_ours = all(kept.get(member) == value for member, value in made_of.items())
        if is_ours and kept["account"] == predecessor:
            raise RuleError("CONTRACT_IS_OF_NOW", name=name, account=predecessor)
        is_waiting = is_ours and kept["predecessor"] == predecessor
        code_hash = maker.code_hash(kept["account"]) if is_waiting else None
        if code_hash is not None:
            return Successor(name, predecessor, kept["account"], code_hash)
        account = maker.make(name, self._arguments(maker, directory, predecessor))
        self._kept.save(name, {**made_of, "account": account, "predecessor": predecessor})
        return Successor(name, predecessor, account, maker.code_hash(account) or bytes(32))

    def _arguments(self, maker: ContractMaker, directory: str, predecessor: str) -> list[object]:
        if directory:
            return [directory, predecessor]
        verifier = self._reader.call("Keys", "verifier")
        return [self._reader.ledger_id, verifier, maker.account, predecessor]
