"""An old trust file: successors of its contracts are followed by proof, never by a node's word."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from eth_hash.auto import keccak

from ledger.domain.objects import ascii32, ledger_object
from ledger.domain.trustfile import ContractEntry
from ledger.errors import BadProofError, WrongLedgerError
from tests.adapters.conftest import LEDGER_ID, Ledger


@pytest.fixture
def fresh(ledger: Ledger) -> Iterator[Ledger]:
    """The ledger, put back afterwards."""
    snapshot = ledger.rpc.call("evm_snapshot")
    yield ledger
    assert ledger.rpc.call("evm_revert", snapshot)


def code_hash(ledger: Ledger, address: str) -> bytes:
    return keccak(bytes.fromhex(ledger.rpc.call("eth_getCode", address, "latest")[2:]))


def succeed(ledger: Ledger, name: str, address: str) -> None:
    """Put a contract in a named one's place, while the founder still may alone."""
    rev = int(ledger.chain.call("Journal", "revOf", ledger_object()))
    values: dict[str, Any] = {
        "name": ascii32(name),
        "account": address,
        "codeHash": code_hash(ledger, address),
    }
    ledger.sender.send("Directory", "succeed", ledger.message("Succeed", rev=rev, **values))


def second_catalog(ledger: Ledger) -> str:
    now = ledger.chain.followed(ledger.chain.head())
    arguments = [now["Directory"].address, now["Catalog"].address]
    return str(ledger.sender.deploy("Catalog", arguments)[0]).lower()


def test_without_successors_everything_stands_where_the_trust_file_says(fresh: Ledger) -> None:
    assert fresh.chain.followed(fresh.chain.head()) == fresh.trust.contracts


def test_a_successor_is_followed_through_generations_and_to_a_height(fresh: Ledger) -> None:
    before = fresh.chain.head()
    generations = []
    for _ in range(2):
        generations.append(second_catalog(fresh))
        succeed(fresh, "Catalog", generations[-1])
    found = fresh.chain.followed(fresh.chain.head())
    pinned = fresh.trust.contracts["Catalog"]
    expected = ContractEntry(generations[-1], "0x" + code_hash(fresh, generations[-1]).hex(), pinned.block)
    assert found == {**fresh.trust.contracts, "Catalog": expected}
    assert fresh.chain.followed(before) == fresh.trust.contracts


def test_with_the_directory_its_journal_and_keys_are_followed(fresh: Ledger) -> None:
    verifier = fresh.trust.contracts["SM2Verifier"].address
    before = fresh.trust.contracts["Directory"].address
    address, _ = fresh.sender.deploy("Directory", [LEDGER_ID, verifier, fresh.sender.account, before])
    rev = int(fresh.chain.call("Journal", "revOf", ledger_object()))
    directory = fresh.trust.contracts["Directory"]
    named = {"account": directory.address, "codeHash": bytes.fromhex(directory.code_hash[2:])}
    message = fresh.message("NameContract", rev=rev, name=ascii32("Directory"), **named)
    fresh.sender.send("Directory", "nameContract", message)
    succeed(fresh, "Directory", address)
    found = fresh.chain.followed(fresh.chain.head())
    assert found["Directory"].address == address.lower()
    for name in ("Journal", "Keys"):
        assert found[name].address != fresh.trust.contracts[name].address
        assert found[name].code_hash == "0x" + code_hash(fresh, found[name].address).hex()
    for name in ("Catalog", "Licenses", "SM2Verifier"):
        assert found[name] == fresh.trust.contracts[name]


def test_another_code_than_the_predecessor_named_is_refused(fresh: Ledger) -> None:
    address = second_catalog(fresh)
    succeed(fresh, "Catalog", address)
    fresh.rpc.call("hardhat_setCode", address, "0x00")
    fresh.rpc.call("evm_mine")
    with pytest.raises(WrongLedgerError):
        fresh.chain.followed(fresh.chain.head())


def test_a_lie_about_the_successor_is_no_proof(fresh: Ledger) -> None:
    succeed(fresh, "Catalog", second_catalog(fresh))
    head = fresh.chain.head()
    with pytest.raises(BadProofError):
        fresh.chain.followed(replace(head, state_root=bytes(32)))
