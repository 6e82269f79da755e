"""A small unsealed ledger on a real node: fifteen records that every reader and liar can work on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from eth_hash.auto import keccak

from ledger.adapters.artifacts import load_artifacts
from ledger.adapters.chain import Chain
from ledger.adapters.net.hardhat import fund
from ledger.adapters.rpc import Rpc
from ledger.adapters.sender import Sender, create_relay_key
from ledger.domain.messages import MESSAGES
from ledger.domain.trustfile import CLIENTS, ContractEntry, TrustFile
from scripts.evm import local_chain

LEDGER_ID = keccak(b"the ledger of the adapter tests")
REGIONS = [310000, 320000, 330000, 340000, 350000, 360000, 370000, 410000, 420000]
NOBODY = "0x" + "00" * 20
TEN_YEARS = 10 * 365 * 86_400


@dataclass
class Ledger:
    """The ledger with its own reader and writer."""

    url: str
    rpc: Rpc
    key_file: Path
    sender: Sender
    trust: TrustFile
    chain: Chain

    def message(self, name: str, /, **members: Any) -> list[Any]:
        """The arguments of a founding command: the struct, and no signatures."""
        now = self.chain.head().time
        values = {"rev": 0, "signedAt": now, "notAfter": now + 86_400, **members}
        return [[values[field] for field, _ in MESSAGES[name].fields[1:]], []]

    def add_region(self, code: int) -> list[Any]:
        """The arguments that add a root region."""
        return self.message("AddRegion", region=code, parent=0, nameDigest=keccak(str(code).encode()))

    def through(self, url: str) -> Chain:
        """The same ledger, read elsewhere."""
        return Chain(Rpc(url, attempts=1), self.trust, load_artifacts())


@pytest.fixture(scope="session")
def node_url() -> Iterator[str]:
    """A chain that makes blocks for transactions only."""
    with local_chain() as url:
        yield url


@pytest.fixture(scope="session")
def ledger(node_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """Founded, with five named contracts and nine root regions."""
    key_file = tmp_path_factory.mktemp("relay") / "relay.key"
    account = create_relay_key(key_file)
    with Rpc(node_url) as rpc:
        fund(rpc, account, 1_000 * 10**18)
        addresses: dict[str, str] = {}
        sender = Sender(rpc, key_file, addresses, load_artifacts(), patience=120)
        blocks = _deploy(rpc, sender, addresses)
        trust = _trust(rpc, addresses, blocks)
        made = Ledger(node_url, rpc, key_file, sender, trust, Chain(rpc, trust, load_artifacts()))
        _found(made)
        yield made


def _deploy(rpc: Rpc, sender: Sender, addresses: dict[str, str]) -> dict[str, int]:
    blocks = {}
    addresses["SM2Verifier"], receipt = sender.deploy("SM2Verifier")
    blocks["SM2Verifier"] = receipt.block
    arguments = [LEDGER_ID, addresses["SM2Verifier"], sender.account, NOBODY]
    addresses["Directory"], receipt = sender.deploy("Directory", arguments)
    artifact = load_artifacts()["Directory"]
    for name, getter in (("Journal", "journal"), ("Keys", "keys")):
        call = {"to": addresses["Directory"], "data": "0x" + artifact.encode_call(getter, []).hex()}
        answer = rpc.call("eth_call", call, "latest")
        addresses[name] = artifact.decode_result(getter, bytes.fromhex(answer[2:]))
        blocks[name] = blocks["Directory"] = receipt.block
    for name in CLIENTS:
        addresses[name], receipt = sender.deploy(name, [addresses["Directory"], NOBODY])
        blocks[name] = receipt.block
    return blocks


def _trust(rpc: Rpc, addresses: dict[str, str], blocks: dict[str, int]) -> TrustFile:
    def entry(name: str) -> ContractEntry:
        code = rpc.call("eth_getCode", addresses[name], "latest")
        return ContractEntry(addresses[name], "0x" + keccak(bytes.fromhex(code[2:])).hex(), blocks[name])

    return TrustFile(
        ledger_id="0x" + LEDGER_ID.hex(),
        chain_id=int(rpc.call("eth_chainId"), 16),
        genesis_hash=rpc.call("eth_getBlockByNumber", "0x0", False)["hash"],
        rpc=(rpc.urls[0],),
        api=None,
        contracts={name: entry(name) for name in addresses},
        journal_head_slot="0x" + "00" * 32,
        seal=None,
    )


def _found(ledger: Ledger) -> None:
    sender = ledger.sender
    sender.send("Directory", "found", ledger.message("Found", threshold=3))
    names = [*CLIENTS, "Journal", "SM2Verifier"]
    for rev, name in enumerate(names, start=1):
        entry = ledger.trust.contracts[name]
        values = {
            "rev": rev,
            "name": name.encode().ljust(32, b"\0"),
            "account": entry.address,
            "codeHash": bytes.fromhex(entry.code_hash[2:]),
        }
        sender.send("Directory", "nameContract", ledger.message("NameContract", **values))
    sender.send_many([("Directory", "addRegion", ledger.add_region(code)) for code in REGIONS])
