"""An old trust file: successors of its contracts are followed by proof, never by a node's word."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from eth_hash.auto import keccak

from ledger.adapters.artifacts import load_artifacts
from ledger.adapters.chain import Addresses
from ledger.adapters.sender import Sender
from ledger.domain.objects import ascii32, ledger_object, region_object
from ledger.domain.trustfile import ContractEntry
from ledger.errors import BadProofError, WrongLedgerError
from ledger.proof.journal import Walk
from ledger.service.sources import Asked, Histories
from tests.adapters.conftest import LEDGER_ID, Ledger
from tests.lying_proxy import LyingProxy


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


def switched(fresh: Ledger) -> Ledger:
    """The Directory succeeded, with its Journal and keys; a region before the switch, and one after it."""
    fresh.sender.send("Directory", "addRegion", fresh.add_region(430000))
    directory = fresh.trust.contracts["Directory"]
    rev = int(fresh.chain.call("Journal", "revOf", ledger_object()))
    named = {"account": directory.address, "codeHash": bytes.fromhex(directory.code_hash[2:])}
    message = fresh.message("NameContract", rev=rev, name=ascii32("Directory"), **named)
    fresh.sender.send("Directory", "nameContract", message)
    arguments = [LEDGER_ID, fresh.trust.contracts["SM2Verifier"].address, fresh.sender.account]
    address, _ = fresh.sender.deploy("Directory", [*arguments, directory.address])
    succeed(fresh, "Directory", address)
    relay = Sender(fresh.rpc, fresh.key_file, Addresses(fresh.chain), load_artifacts(), patience=20)
    relay.send("Directory", "addRegion", fresh.add_region(440000))
    return fresh


def test_the_records_of_both_journals_are_one_walk(fresh: Ledger) -> None:
    before = fresh.chain.head()
    after = switched(fresh).chain.head()
    for head in (before, after):
        walk = Walk(LEDGER_ID)
        findings = [each for log in fresh.chain.logs(to_block=head.number) for each in walk.take(log)[1]]
        assert findings + walk.finish(*fresh.chain.proven_journal(head)) == []
        assert fresh.chain.journal(head.number) == (walk.seq, walk.head)
    assert walk.seq == fresh.chain.journal(before.number)[0] + 4
    assert len(fresh.chain.generations("Journal")) == 2
    assert len(fresh.chain.generations("Journal", before.number)) == 1


def test_histories_of_before_and_after_are_proved_in_their_journals(fresh: Ledger) -> None:
    head = switched(fresh).chain.head()
    histories = Histories([fresh.chain], Asked("state", head.hash))
    objects = [region_object(430000), region_object(440000), region_object(310000), ledger_object()]
    assert {record.object for record in histories.of(objects)} == set(objects)
    assert histories.level == "state"
    words = fresh.chain.proven_words(objects, head)
    assert {each: fresh.chain.object_word(each, head.number) for each in objects} == words
    assert fresh.chain.proven_words([b"\7" * 32], head) == {b"\7" * 32: bytes(32)}


def test_a_ledger_whose_contracts_were_succeeded_is_still_the_same_ledger(fresh: Ledger) -> None:
    switched(fresh).chain.check_ledger()
    followed = fresh.chain.generations("Directory")[-1].address
    fresh.rpc.call("hardhat_setCode", followed, "0x00")
    with pytest.raises(WrongLedgerError, match="code of Directory"):
        fresh.chain.check_ledger()


def _hide(call: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    """No slot holds an address, so that no contract tells of a successor."""
    is_address = str(answer.get("result")).startswith("0x" + "00" * 12)
    if call["method"] != "eth_getStorageAt" or not is_address or int(call["params"][1], 16) not in (0, 4):
        return answer
    return {**answer, "result": "0x" + "00" * 32}


def test_a_node_that_hides_the_successor_is_found_out_where_proof_is_asked(fresh: Ledger) -> None:
    head = switched(fresh).chain.head()
    with LyingProxy(fresh.url) as proxy:
        liar = fresh.through(proxy.url)
        proxy.rewrite = _hide
        assert len(liar.generations("Journal")) == 1
        histories = Histories([liar], Asked("state", head.hash))
        assert histories.of([region_object(430000)]), "the old Journal's records are proved as ever"
        with pytest.raises(BadProofError, match="HISTORY_NOT_PROVED"):
            histories.of([region_object(440000)])
        assert histories.generations("Journal") == fresh.chain.generations("Journal"), "proved"


def test_a_node_that_invents_a_successor_is_found_out_where_proof_is_asked(fresh: Ledger) -> None:
    """The invented Journal has logs of its own: the same contract, with another history."""
    invented = fresh.sender.deploy("Directory", [
        LEDGER_ID, fresh.trust.contracts["SM2Verifier"].address, fresh.sender.account, "0x" + "00" * 20,
    ])[0]  # fmt: skip
    journal = Sender(fresh.rpc, fresh.key_file, {"Directory": invented}, load_artifacts(), patience=20)
    journal.send("Directory", "found", fresh.message("Found", threshold=1))
    journal.send("Directory", "addRegion", fresh.add_region(450000))
    call = {"to": invented, "data": "0x" + load_artifacts()["Directory"].encode_call("journal", []).hex()}
    address = "0x" + str(fresh.rpc.call("eth_call", call, "latest"))[-40:]
    pinned = fresh.trust.contracts["Journal"].address

    def invent(call: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
        if call["method"] == "eth_getStorageAt" and call["params"][0] == pinned:
            slots = {4: "0x" + address[2:].rjust(64, "0"), 5: "0x" + code_hash(fresh, address).hex()}
            return {**answer, "result": slots.get(int(call["params"][1], 16), answer["result"])}
        return answer

    head = fresh.chain.head()
    with LyingProxy(fresh.url) as proxy:
        liar = fresh.through(proxy.url)
        proxy.rewrite = invent
        assert liar.generations("Journal")[-1].address == address
        assert liar.records_of(region_object(450000)), "one node's word, at rpc"
        histories = Histories([liar], Asked("state", head.hash))
        assert len(histories.generations("Journal")) == 1
        with pytest.raises(BadProofError, match="HISTORY_NOT_PROVED"):
            histories.of([region_object(450000)])
