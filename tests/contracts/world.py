"""A small federation on a real EVM: three provinces, deployed contracts, SM2 keys that sign.

Everything goes through JSON-RPC: deployed bytecode, calldata made from the table of messages, and
signatures made by OpenSSL. The founded and sealed ledger is made once per chain; each test works on
a snapshot of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import pytest
from eth_abi.abi import decode, encode
from eth_hash.auto import keccak

from ledger.adapters.libcrypto import Libcrypto, LibcryptoSigner
from ledger.domain import objects
from ledger.domain.acts import LISTED, Act, Purpose, Scope, Sharing, acts_bitmap
from ledger.domain.messages import MESSAGES, OPENING, Domain, MessageType, key_id
from ledger.domain.objects import ascii32
from ledger.domain.records import RECORD_TOPIC, SIGNATURE_TYPE
from ledger.domain.sm import N, sm3
from ledger.domain.trustfile import CLIENTS
from scripts.compile import OUTPUT
from scripts.evm import Evm, RpcError

LEDGER_ID = keccak(b"the ledger of the contract tests")
DAY = 86_400
GAS = 12_000_000

SHANGHAI, ZHEJIANG, ANHUI = 310000, 330000, 340000
QINGPU, JIASHAN = 310118, 330421
BUREAU = "11310118MB1A2B3C4D"  # of Qingpu; fictitious, the contracts do not check characters
OFFICE = "11330421MB5E6F7G8H"  # of Jiashan
REGIONAL_TYPE, NATIONAL_TYPE, PLAIN_TYPE = (
    "11310000MB0000001X001",
    "11100000000013338W011",
    "11310000MB0000001X002",
)
OPENING_TYPE = f"({','.join(kind for _, kind in OPENING.members)})"
EVERY_ACT = acts_bitmap(frozenset(LISTED.values()))
NO_HASH = bytes(32)
NOBODY = "0x" + "00" * 20


class Refused(Exception):
    """A custom error of the contracts: `name` and its values in order."""

    def __init__(self, name: str, values: tuple[Any, ...]) -> None:
        self.name, self.values = name, values
        super().__init__(f"{name}{values}")


@contextmanager
def refuses(name: str, *values: Any) -> Iterator[None]:
    """What is done inside is refused with this error and, where given, exactly these values."""
    with pytest.raises(Refused) as caught:
        yield
    assert caught.value.name == name, caught.value
    assert not values or caught.value.values == values, caught.value


@dataclass(frozen=True)
class KeyPair:
    """An SM2 key with its ledger id; `scalar` is its private part, for tests that sign by hand."""

    signer: LibcryptoSigner
    scalar: int

    @property
    def id(self) -> bytes:
        return key_id(self.signer.public_key)

    @property
    def x(self) -> bytes:
        return self.signer.public_key[1:33]

    @property
    def y(self) -> bytes:
        return self.signer.public_key[33:]


@dataclass(frozen=True)
class Message:
    """A message ready to be signed: the struct and its members after `keyId`.

    What is not signed goes with it: the leaves of a batch, or the opening of the leaf that it is about.
    """

    type: MessageType
    values: dict[str, Any]
    leaves: tuple[bytes, ...] = ()
    opening: dict[str, Any] | None = None

    @property
    def data(self) -> bytes:
        return self.type.data(self.values)

    def but(self, **changes: Any) -> Message:
        return replace(self, values={**self.values, **changes})

    def calldata(self, signatures: Sequence[tuple[Any, ...]]) -> bytes:
        """The call that submits it."""
        types = [f"({','.join(kind for _, kind in self.type.fields[1:])})", f"{SIGNATURE_TYPE}[]"]
        values = [tuple(self.values[name] for name, _ in self.type.fields[1:]), list(signatures)]
        if self.leaves:
            types.append("bytes32[]")
            values.append(list(self.leaves))
        call = calldata(self.type.function, types, values)
        return call if self.opening is None else with_leaf(self.opening, call)


def calldata(function: str, types: Sequence[str], values: Sequence[Any]) -> bytes:
    """A call: selector and arguments."""
    return keccak(f"{function}({','.join(types)})".encode())[:4] + encode(types, values)


def with_leaf(opening: Mapping[str, Any], call: bytes) -> bytes:
    """A call that is run after a leaf was opened for it."""
    leaf = tuple(opening[name] for name, _ in OPENING.members)
    return calldata("withLeaf", [OPENING_TYPE, "bytes"], [leaf, call])


@dataclass(frozen=True)
class Command:
    """A message and the keys that must sign it, in order."""

    message: Message
    keys: tuple[KeyPair, ...]
    object: bytes


@dataclass(frozen=True)
class Record:
    """One log of the Journal."""

    seq: int
    object: bytes
    kind: int
    writer: str
    time: int
    body: bytes
    block: int

    @property
    def data(self) -> bytes:
        return bytes(self._body()[0])

    @property
    def signatures(self) -> list[tuple[Any, ...]]:
        return list(self._body()[1])

    def _body(self) -> tuple[Any, ...]:
        return decode(["bytes", f"{SIGNATURE_TYPE}[]"], self.body)


@dataclass(frozen=True)
class Receipt:
    """What a transaction cost and recorded."""

    gas: int
    records: list[Record]


@cache
def _library() -> Libcrypto:
    return Libcrypto()


@cache
def key(label: str) -> KeyPair:
    """The key of a label: the same label, the same key."""
    scalar = int.from_bytes(sm3(label.encode()), "big") % (N - 2) + 1
    return KeyPair(LibcryptoSigner(_library(), scalar.to_bytes(32, "big")), scalar)


@cache
def compiled() -> dict[str, Any]:
    """The committed contracts by name."""
    contracts: dict[str, Any] = json.loads(OUTPUT.read_text())["contracts"]
    return contracts


@cache
def custom_errors() -> dict[bytes, tuple[str, list[str]]]:
    """Selector → name and parameter types of every custom error of every contract."""
    found = {}
    for contract in compiled().values():
        for entry in contract["abi"]:
            if entry["type"] == "error":
                types = [member["type"] for member in entry["inputs"]]
                found[keccak(f"{entry['name']}({','.join(types)})".encode())[:4]] = (entry["name"], types)
    return found


@dataclass
class World:
    """A ledger on a chain. `contracts` are addresses by name; `founder` and `relay` are accounts."""

    evm: Evm
    accounts: list[str]
    ledger_id: bytes = LEDGER_ID
    contracts: dict[str, str] = field(default_factory=dict)
    closed_journals: list[str] = field(default_factory=list)

    @property
    def founder(self) -> str:
        return self.accounts[0]

    @property
    def relay(self) -> str:
        return self.accounts[1]

    @property
    def second_relay(self) -> str:
        return self.accounts[2]

    @property
    def stranger(self) -> str:
        return self.accounts[3]

    # --- the chain ---

    def now(self) -> int:
        """Time of the newest block."""
        return int(self.evm.rpc("eth_getBlockByNumber", "latest", False)["timestamp"], 16)

    def next_block_at(self, time: int) -> None:
        """Give the next block this time."""
        self.evm.rpc("evm_setNextBlockTimestamp", hex(time))

    def pass_time(self, seconds: int) -> None:
        """Make a block that much later."""
        self.next_block_at(self.now() + seconds)
        self.evm.rpc("evm_mine")

    def slot(self, contract: str, slot: int) -> bytes:
        """A storage word."""
        word = self.evm.rpc("eth_getStorageAt", self.contracts[contract], f"0x{slot:064x}", "latest")
        return bytes.fromhex(word[2:])

    def view(self, contract: str, signature: str, returns: str, *values: Any) -> Any:
        """What a view returns: one value, or a tuple when `returns` lists several."""
        types = signature[signature.index("(") + 1 : -1]
        data = keccak(signature.encode())[:4] + encode(_split(types) if types else [], values)
        call = {"to": self.contracts[contract], "data": "0x" + data.hex()}
        outcome = decode(_split(returns), bytes.fromhex(self._rpc("eth_call", call, "latest")[2:]))
        return outcome[0] if len(outcome) == 1 else outcome

    def records(self) -> list[Record]:
        """Every log of the Journals, in order."""
        journals = [*self.closed_journals, self.contracts["Journal"]]
        query = {"address": journals, "fromBlock": "0x0", "toBlock": "latest"}
        return [_record_of(log) for log in self.evm.rpc("eth_getLogs", query)]

    def transact(self, sender: str, to: str | None, data: bytes) -> dict[str, Any]:
        """Send a transaction and return its receipt; a revert becomes `Refused`."""
        transaction = {"from": sender, "data": "0x" + data.hex(), "gas": hex(GAS)}
        if to is not None:
            transaction["to"] = to
        receipt: dict[str, Any] = self.evm.rpc(
            "eth_getTransactionReceipt", self._rpc("eth_sendTransaction", transaction)
        )
        return receipt

    @contextmanager
    def snapshot(self) -> Iterator[World]:
        """Whatever is done inside is undone at the end."""
        mark = self.evm.rpc("evm_snapshot")
        try:
            yield self
        finally:
            self.evm.rpc("evm_revert", mark)

    @contextmanager
    def borrowed(self) -> Iterator[World]:
        """The same for a test: its `now()` is now, however long ago the world was made."""
        with self.snapshot():
            self.evm.rpc("evm_mine")
            yield self

    def _rpc(self, method: str, *params: Any) -> Any:
        try:
            return self.evm.rpc(method, *params)
        except RpcError as error:
            raise _refusal(error) from error

    # --- messages ---

    def rev(self, object_id: bytes) -> int:
        """How many facts the Journal holds of an object."""
        return int(self.view("Journal", "revOf(bytes32)", "uint32", object_id))

    def message(self, name: str, object_id: bytes, /, **members: Any) -> Message:
        """A message about an object as it stands now, good for seven days."""
        now = self.now()
        header = {"rev": self.rev(object_id), "signedAt": now, "notAfter": now + 7 * DAY}
        return Message(MESSAGES[name], {**header, **members})

    def sign(self, message: Message, pair: KeyPair, domain: Domain | None = None) -> tuple[Any, ...]:
        """A `Signature` over the message by one key."""
        chosen = domain or self.domain(message.type.contract)
        raw = pair.signer.sign(chosen.signed_message(message.type, pair.id, message.data))
        return (pair.id, 1, raw[:32], raw[32:])

    def domain(self, contract: str) -> Domain:
        """What messages to a contract of this ledger are bound to."""
        return Domain(int(self.evm.rpc("eth_chainId"), 16), self.contracts[contract], self.ledger_id)

    def submit(
        self, message: Message, signatures: Sequence[tuple[Any, ...]], sender: str | None = None
    ) -> Receipt:
        """Send a message with its signatures; through the first relay unless told otherwise."""
        data = message.calldata(signatures)
        receipt = self.transact(sender or self.relay, self.contracts[message.type.contract], data)
        return Receipt(int(receipt["gasUsed"], 16), [_record_of(log) for log in receipt["logs"]])

    def send(self, message: Message, *keys: KeyPair, sender: str | None = None) -> Receipt:
        """Sign with each key, in order, and submit."""
        return self.submit(message, [self.sign(message, pair) for pair in keys], sender)

    def run(self, command: Command, sender: str | None = None) -> Receipt:
        """Sign a command as it must be signed and submit it."""
        return self.send(command.message, *command.keys, sender=sender)

    # --- founding ---

    def deploy(self) -> None:
        """Deploy all contracts; the Directory makes the Journal."""
        verifier = self._create("SM2Verifier")
        directory = self._create("Directory", self.directory_arguments(verifier))
        self.contracts["Journal"] = self.view("Directory", "journal()", "address")
        self.contracts["Keys"] = self.view("Directory", "keys()", "address")
        for name in CLIENTS:
            self._create(name, encode(["address", "address"], [directory, NOBODY]))

    def directory_arguments(self, verifier: str, predecessor: str = NOBODY) -> bytes:
        """What a Directory of this ledger is made with."""
        kinds = ["bytes32", "address", "address", "address"]
        return encode(kinds, [self.ledger_id, verifier, self.founder, predecessor])

    def successor(self, name: str, directory: str = "") -> str:
        """A contract made to take the place of a named one; where it stands."""
        before = self.contracts[name]
        if name == "Directory":
            return self.deploy_code(name, self.directory_arguments(self.contracts["SM2Verifier"], before))
        addresses = (directory or self.contracts["Directory"], before)
        return self.deploy_code(name, encode(["address", "address"], addresses))

    def establish(self, name: str, object_id: bytes, /, *keys: KeyPair, **members: Any) -> Receipt:
        """One founding record: no authority signs, only keys that prove possession."""
        return self.send(self.message(name, object_id, **members), *keys, sender=self.founder)

    def found(self, threshold: int = 2) -> None:
        """Record who is who, as a founding file would; the seal is left."""
        self.establish("Found", objects.ledger_object(), threshold=threshold)
        for name, account in self.contracts.items():
            code = keccak(bytes.fromhex(self.evm.rpc("eth_getCode", account, "latest")[2:]))
            named: dict[str, Any] = {"name": ascii32(name), "account": account, "codeHash": code}
            self.establish("NameContract", objects.ledger_object(), **named)
        for region, parent in (
            (SHANGHAI, 0),
            (ZHEJIANG, 0),
            (ANHUI, 0),
            (QINGPU, SHANGHAI),
            (JIASHAN, ZHEJIANG),
        ):
            self._found_region(region, parent)
        for uscc, region in ((BUREAU, QINGPU), (OFFICE, JIASHAN)):
            self._found_organisation(uscc, region)
        for relay, region in ((self.relay, SHANGHAI), (self.second_relay, ZHEJIANG)):
            members = {"relay": relay, "region": region, "until": self.now() + 3650 * DAY}
            self.establish("AddRelay", objects.relay_object(relay), **members)
        self._found_catalog()

    def seal_message(self, **changes: Any) -> Message:
        """The seal as it must be now."""
        seq = self.view("Journal", "seq()", "uint64")
        members: dict[str, Any] = {
            "genesisHash": keccak(b"genesis"),
            "contractsDigest": keccak(b"contracts"),
            "journalHeadSlot": NO_HASH,
            "seq": seq,
            "head": self.slot("Journal", 0),
        }
        return self.message("Seal", objects.ledger_object(), **{**members, **changes})

    def seal(self) -> Receipt:
        """Seal with all three provinces."""
        return self.send(self.seal_message(), *VOTERS, sender=self.founder)

    def registration(self, pair: KeyPair, owner: bytes, purpose: Purpose, **changes: Any) -> Message:
        """The registration of a key, valid from now without end."""
        members: dict[str, Any] = {
            "newKey": pair.id,
            "owner": owner,
            "purpose": int(purpose),
            "alg": 1,
            "x": pair.x,
            "y": pair.y,
            "validFrom": 0,
            "validTo": 0,
        }
        return self.message("RegisterKey", objects.key_object(pair.id), **{**members, **changes})

    def _found_region(self, region: int, parent: int) -> None:
        members = {"region": region, "parent": parent, "nameDigest": keccak(str(region).encode())}
        self.establish("AddRegion", objects.region_object(region), **members)
        owner = objects.region_object(region)
        self._found_key(f"govern {region}", owner, Purpose.GOVERN)
        self._found_key(f"recover {region}", owner, Purpose.RECOVER)
        self._found_key(f"brief govern {region}", owner, Purpose.GOVERN, validTo=self.now() + DAY)
        self._found_key(f"brief recover {region}", owner, Purpose.RECOVER, validTo=self.now() + DAY)

    def _found_organisation(self, uscc: str, region: int) -> None:
        members = {"uscc": ascii32(uscc), "region": region, "level": 3, "nameDigest": keccak(uscc.encode())}
        owner = objects.organisation_object(uscc)
        self.establish("AddOrganisation", owner, **members)
        self._found_key(f"sign {uscc}", owner, Purpose.SIGN)
        self._found_key(f"other sign {uscc}", owner, Purpose.SIGN)
        self._found_key(f"recover {uscc}", owner, Purpose.RECOVER)
        self._found_key(f"brief sign {uscc}", owner, Purpose.SIGN, validTo=self.now() + DAY)

    def _found_key(self, label: str, owner: bytes, purpose: Purpose, **changes: Any) -> None:
        self.send(self.registration(key(label), owner, purpose, **changes), key(label), sender=self.founder)

    def _found_catalog(self) -> None:
        bare = acts_bitmap(frozenset({Act.ISSUE, Act.REVOKE}))
        for code, scope, acts in (
            (REGIONAL_TYPE, Scope.REGIONAL, EVERY_ACT),
            (NATIONAL_TYPE, Scope.NATIONAL, EVERY_ACT),
            (PLAIN_TYPE, Scope.REGIONAL, bare),
        ):
            self.establish("RegisterType", objects.type_object(code), **type_members(code, scope, acts))
            self.establish(
                "Entitle",
                objects.entitlement_object(code, BUREAU),
                **entitlement_members(code, BUREAU, QINGPU),
            )
        self.establish(
            "Recognize",
            objects.recognition_object(SHANGHAI, ZHEJIANG, REGIONAL_TYPE),
            **recognition_members(SHANGHAI, ZHEJIANG),
        )

    def deploy_code(self, name: str, arguments: bytes = b"") -> str:
        """Make a contract that nobody knows yet."""
        code = bytes.fromhex(compiled()[name]["bytecode"][2:])
        return str(self.transact(self.founder, None, code + arguments)["contractAddress"])

    def _create(self, name: str, arguments: bytes = b"") -> str:
        self.contracts[name] = self.deploy_code(name, arguments)
        return self.contracts[name]


VOTERS = tuple(key(f"govern {region}") for region in (SHANGHAI, ZHEJIANG, ANHUI))


def type_members(code: str, scope: Scope, acts: int = EVERY_ACT, region: int = SHANGHAI) -> dict[str, Any]:
    return {
        "licenseType": ascii32(code),
        "region": region,
        "definer": ascii32(code[:18]),
        "schemaDigest": keccak(b"schema"),
        "gradesDigest": keccak(b"grades"),
        "acts": acts,
        "scope": int(scope),
        "sharing": int(Sharing.UNCONDITIONAL),
        "ground": 1 if scope is Scope.NATIONAL else 0,
    }


def entitlement_members(code: str, uscc: str, region: int) -> dict[str, Any]:
    codes = {"licenseType": ascii32(code), "issuer": ascii32(uscc), "operator": NO_HASH}
    return {**codes, "region": region, "since": 0, "until": 0}


def recognition_members(from_region: int, to_region: int, code: str = REGIONAL_TYPE) -> dict[str, Any]:
    sides = {"fromRegion": from_region, "toRegion": to_region}
    return {**sides, "licenseType": ascii32(code), "asType": ascii32(code), "since": 0, "until": 0}


def license_members(**changes: Any) -> dict[str, Any]:
    members = {
        "issuer": ascii32(BUREAU),
        "licenseType": ascii32(REGIONAL_TYPE),
        "digest": keccak(b"content"),
        "holderBinding": NO_HASH,
        "validFrom": 0,
        "validTo": 0,
    }
    return {**members, **changes}


@cache
def sealed_world(url: str) -> World:
    """The founded and sealed ledger of a chain, made once."""
    world = fresh_world(url)
    world.found()
    world.seal()
    return world


def fresh_world(url: str, ledger_id: bytes = LEDGER_ID) -> World:
    """Deployed contracts, nothing recorded yet."""
    evm = Evm(url)
    world = World(evm, evm.rpc("eth_accounts"), ledger_id)
    world.deploy()
    return world


def _split(types: str) -> list[str]:
    """The types of a comma list, tuples kept whole."""
    parts, depth = [""], 0
    for character in types:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return parts


def _record_of(log: dict[str, Any]) -> Record:
    topics = [bytes.fromhex(topic[2:]) for topic in log["topics"]]
    assert topics[0] == RECORD_TOPIC, "the only event of the system"
    writer, time, body = decode(["address", "uint64", "bytes"], bytes.fromhex(log["data"][2:]))
    seq, kind = int.from_bytes(topics[1], "big"), int.from_bytes(topics[3], "big")
    return Record(seq, topics[2], kind, writer, time, body, int(log["blockNumber"], 16))


def _refusal(error: RpcError) -> Exception:
    found = error.args[0].get("data", "")
    data = bytes.fromhex((found.get("data", "0x") if isinstance(found, dict) else found)[2:])
    if data[:4] not in custom_errors():
        return error
    name, types = custom_errors()[data[:4]]
    return Refused(name, decode(types, data[4:]))
