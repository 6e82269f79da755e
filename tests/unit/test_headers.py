"""Block hashes are computed; a header whose fields do not give its hash is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from eth_hash.auto import keccak

from ledger.errors import BadProofError
from ledger.proof.headers import header_of

RECORDED: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "vectors/proofs/headers.json").read_text(encoding="utf-8")
)
NAMES = [f"{each['fork']}-{int(each['block']['number'], 16)}" for each in RECORDED]
HASHED = [
    "parentHash",
    "sha3Uncles",
    "miner",
    "stateRoot",
    "transactionsRoot",
    "receiptsRoot",
    "logsBloom",
    "difficulty",
    "number",
    "gasLimit",
    "gasUsed",
    "timestamp",
    "extraData",
    "mixHash",
    "nonce",
    "baseFeePerGas",
    "withdrawalsRoot",
    "blobGasUsed",
    "excessBlobGas",
    "parentBeaconBlockRoot",
    "requestsHash",
]


@pytest.mark.parametrize("recorded", RECORDED, ids=NAMES)
def test_headers_of_every_fork_have_the_hash_that_the_node_says(recorded: dict[str, Any]) -> None:
    block = recorded["block"]
    header = header_of(block)
    assert header.hash == block["hash"] == "0x" + keccak(header.rlp).hex()
    assert header.number == int(block["number"], 16)
    assert header.time == int(block["timestamp"], 16)
    assert header.parent_hash == block["parentHash"]
    assert (header.state_root.hex(), header.receipts_root.hex()) == (
        block["stateRoot"][2:],
        block["receiptsRoot"][2:],
    )


def test_the_recorded_forks_cover_every_later_field() -> None:
    assert {name for each in RECORDED for name in each["block"]} >= set(HASHED)


@pytest.mark.parametrize("recorded", RECORDED, ids=NAMES)
def test_a_change_of_any_hashed_field_is_found(recorded: dict[str, Any]) -> None:
    block = recorded["block"]
    for name in HASHED:
        if name in block:
            digit = "1" if block[name][-1] != "1" else "2"
            changed = block[name][:-1] + digit if len(block[name]) > 2 else "0x11"
            with pytest.raises(BadProofError, match="BAD_HEADER"):
                header_of({**block, name: changed})


@pytest.mark.parametrize(
    "value", [None, 1, "", "0x", "0xg", "12", "0x012", "0x" + "AB" * 32, [], {}, "0x " + "1" * 63]
)
def test_misshapen_fields_are_refused(value: object) -> None:
    block = RECORDED[-1]["block"]
    for name in HASHED:
        if (name, value) == ("extraData", "0x"):
            continue
        with pytest.raises(BadProofError, match="BAD_HEADER"):
            header_of({**block, name: value})


def test_a_missing_field_is_refused() -> None:
    block = RECORDED[-1]["block"]
    for name in [*HASHED, "hash"]:
        with pytest.raises(BadProofError, match="BAD_HEADER"):
            header_of({key: value for key, value in block.items() if key != name})


def test_fields_that_are_null_count_as_not_there() -> None:
    london = next(each["block"] for each in RECORDED if each["fork"] == "london")
    assert header_of({**london, "withdrawalsRoot": None, "requestsHash": None}).hash == london["hash"]
