"""Journal: its digest recomputed from raw logs, its storage layout, who may write."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from eth_abi.abi import encode
from eth_hash.auto import keccak

from ledger.adapters.libcrypto import Libcrypto, LibcryptoVerifier
from ledger.domain.acts import Act
from ledger.domain.messages import MESSAGE_OF, Domain, Kind
from ledger.domain.sharing_structs import RECORDED_AS
from ledger.domain.sm import is_signature
from ledger.domain.trustfile import CONTRACT_NAMES
from tests.contracts import commands
from tests.contracts.commands import LICENSE
from tests.contracts.test_batches import Issued
from tests.contracts.world import LEDGER_ID, Record, World, compiled, refuses, sealed_world

LAST = ("SucceedRegion", "RecoverKey", "Succeed")
"""After these, others that are rightly given before are not any more."""

HISTORY = (1 << 224) - 1
HEAD_SLOT, SEQ_SLOT, HEAD_AT_SLOT, OBJECTS_SLOT = 0, 1, 2, 3


@pytest.fixture
def world(hardhat_rpc: str) -> Iterator[World]:
    """A ledger with something of every kind on it."""
    with sealed_world(hardhat_rpc).borrowed() as world:
        for name, make in commands.COMMANDS.items():
            if name not in ("CutOffKey", "Act", "TransferOut", "IssueBatch", "RenewBatch", *LAST):
                world.run(make(world))
        world.run(commands.act(world, Act.SUSPEND, keccak(b"another license")))
        world.run(commands.transfer_out(world, keccak(b"a third license")))
        world.run(Issued(world).act(2))
        world.run(commands.renew_batch(world))
        world.run(commands.cut_off_key(world))
        for name in LAST:
            world.run(commands.COMMANDS[name](world))
        yield world


def next_head(head: bytes, record: Record) -> bytes:
    types = ["bytes32", "uint64", "uint256", "uint64", "address", "uint16", "bytes32", "bytes32"]
    values = [record.seq, record.block, record.time, record.writer, record.kind, record.object]
    return keccak(encode(types, [head, *values, keccak(record.body)]))


def next_word(word: int, record: Record) -> int:
    types = ["uint256", "uint64", "uint256", "uint64", "address", "uint16", "bytes32"]
    values = [record.seq, record.block, record.time, record.writer, record.kind, keccak(record.body)]
    history = int.from_bytes(keccak(encode(types, [word & HISTORY, *values])), "big") & HISTORY
    return ((word >> 224) + 1) << 224 | history


def mapping_slot(word: bytes, slot: int) -> int:
    return int.from_bytes(keccak(word + slot.to_bytes(32, "big")), "big")


def test_the_head_is_recomputed_from_raw_logs(world: World) -> None:
    records, head = world.records(), LEDGER_ID
    for record in records:
        head = next_head(head, record)
    assert [record.seq for record in records] == list(range(1, len(records) + 1))
    assert world.slot("Journal", HEAD_SLOT) == head == world.view("Journal", "head()", "bytes32")
    assert int.from_bytes(world.slot("Journal", SEQ_SLOT), "big") == len(records)


def test_every_kind_is_written_and_no_other(world: World) -> None:
    """Those of sharing are written, each, in `test_sharing_parity`."""
    assert {record.kind for record in world.records()} == {
        kind for kind in Kind if kind.name not in RECORDED_AS
    }


def test_every_object_keeps_its_revision_and_history(world: World) -> None:
    words: dict[bytes, int] = {}
    for record in world.records():
        words[record.object] = next_word(words.get(record.object, 0), record)
    for target, word in words.items():
        slot = mapping_slot(target, OBJECTS_SLOT)
        assert int.from_bytes(world.slot("Journal", slot), "big") == word
        assert world.view("Journal", "objects(bytes32)", "uint256", target) == word
        assert world.rev(target) == word >> 224
    assert world.rev(LICENSE) == 4


def test_head_and_object_words_are_proved_where_the_layout_says(world: World) -> None:
    slots = [HEAD_SLOT, SEQ_SLOT, mapping_slot(LICENSE, OBJECTS_SLOT)]
    keys = [f"0x{slot:064x}" for slot in slots]
    proof = world.evm.rpc("eth_getProof", world.contracts["Journal"], keys, "latest")
    proved = [int(each["value"], 16) for each in proof["storageProof"]]
    assert proved == [int.from_bytes(world.slot("Journal", slot), "big") for slot in slots]
    assert all(proved)


def test_the_layout_of_the_compiler_is_the_documented_one() -> None:
    layout = compiled()["Journal"]["storageLayout"]
    slots = {name: (entry["slot"], entry["offset"]) for name, entry in layout.items()}
    documented = {"head": HEAD_SLOT, "seq": SEQ_SLOT, "_headAt": HEAD_AT_SLOT, "_objects": OBJECTS_SLOT}
    documented |= {"successor": 4, "successorCodeHash": 5}
    for name in set(CONTRACT_NAMES) - {"Journal"}:
        kept = compiled()[name]["storageLayout"]
        assert (kept["successor"]["slot"], kept["successorCodeHash"]["slot"]) == (0, 1), name
    assert slots == {name: (slot, 0) for name, slot in documented.items()}


def test_logs_alone_prove_who_signed_what(world: World) -> None:
    """Every signature of every record holds for its struct, checked by OpenSSL from the log."""
    verifier, checked = LibcryptoVerifier(Libcrypto()), 0
    keys: dict[bytes, bytes] = {}
    contracts = {address.lower(): name for name, address in world.contracts.items()}
    chain_id = int(world.evm.rpc("eth_chainId"), 16)
    for record in world.records():
        message = MESSAGE_OF[Kind(record.kind)]
        domain = Domain(chain_id, record.writer, LEDGER_ID)
        assert contracts[record.writer] == message.contract
        values = message.values(record.data)
        if "newKey" in values:
            point = "04" + str(values["x"])[2:] + str(values["y"])[2:]
            keys[bytes.fromhex(str(values["newKey"])[2:])] = bytes.fromhex(point)
        for identity, alg, r, s in record.signatures:
            assert alg == 1 and is_signature(r + s)
            assert verifier.verify(
                keys[identity], domain.signed_message(message, identity, record.data), r + s
            )
            checked += 1
    assert checked > 30


def test_only_named_contracts_append(world: World) -> None:
    data = keccak(b"append(uint16,bytes32,uint32,bytes)")[:4]
    data += encode(["uint16", "bytes32", "uint32", "bytes"], [100, LICENSE, world.rev(LICENSE), b""])
    for account in (world.founder, world.relay, world.stranger):
        with refuses("JournalNotWriter"):
            world.transact(account, world.contracts["Journal"], data)


def test_a_message_signed_before_another_fact_is_stale(world: World) -> None:
    first = commands.act(world, Act.REVOKE, keccak(b"another license"))
    second = commands.act(world, Act.CANCEL, keccak(b"another license"))
    world.run(first)
    with refuses("JournalStaleRevision", first.object, 2, 3):
        world.run(second)
