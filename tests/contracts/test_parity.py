"""One table, two languages: what the contracts hold equals what the Python domain holds."""

from __future__ import annotations

import re
from enum import IntEnum
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain import objects
from ledger.domain.acts import RULES, Act, Group, Purpose, Scope, Sharing, Status
from ledger.domain.messages import MESSAGES, OPENING, Kind
from ledger.domain.objects import ascii32
from ledger.domain.representation import RepresentationKind, RepresentationScope
from ledger.domain.sharing import (
    BaseLibrary,
    Basis,
    CorrectionState,
    DutyKind,
    HolderProof,
    Outcome,
    ProbeOutcome,
    ResourceKind,
    UseKind,
)
from ledger.domain.sm import TAG_LEDGER
from ledger.domain.trustfile import CONTRACT_NAMES
from scripts.compile import compile_file
from scripts.evm import Contract, Evm
from tests.contracts.world import compiled

ROOT = Path(__file__).resolve().parents[2]
LIB = ROOT / "contracts" / "lib"


@pytest.fixture(scope="module")
def probe(hardhat_rpc: str) -> Contract:
    code = compile_file(ROOT / "hardhat-net" / "test" / "DomainProbe.sol")["DomainProbe"]["deployedBytecode"]
    return Evm(hardhat_rpc).place(code, "0x" + "d0" * 20)


def constants(file: str, library: str) -> dict[str, int]:
    """The numbers of a Solidity library, by name."""
    source = (LIB / file).read_text()
    body = re.search(rf"library {library} {{(.*?)\n}}", source, re.DOTALL)
    assert body is not None
    return {name: int(value) for name, value in re.findall(r"internal constant (\w+) = (\d+);", body[1])}


@pytest.mark.parametrize(
    ("file", "library", "enum"),
    [
        ("Kinds.sol", "Kinds", Kind),
        ("Acts.sol", "Acts", Act),
        ("Types.sol", "Purpose", Purpose),
        ("Types.sol", "Scope", Scope),
        ("Types.sol", "Sharing", Sharing),
        ("Types.sol", "RepresentationKind", RepresentationKind),
        ("Types.sol", "RepresentationScope", RepresentationScope),
        ("SharingTypes.sol", "ResourceKind", ResourceKind),
        ("SharingTypes.sol", "BaseLibrary", BaseLibrary),
        ("SharingTypes.sol", "ProbeOutcome", ProbeOutcome),
        ("SharingTypes.sol", "DutyKind", DutyKind),
        ("SharingTypes.sol", "Basis", Basis),
        ("SharingTypes.sol", "Outcome", Outcome),
        ("SharingTypes.sol", "UseKind", UseKind),
        ("SharingTypes.sol", "HolderProof", HolderProof),
        ("SharingTypes.sol", "CorrectionState", CorrectionState),
    ],
)
def test_numbers_are_the_same(file: str, library: str, enum: type[IntEnum]) -> None:
    assert constants(file, library) == {member.name: int(member) for member in enum}


def test_statuses_are_the_same() -> None:
    body = re.search(r"enum Status {([^}]*)}", (LIB / "Acts.sol").read_text())
    assert body is not None
    assert [name.strip() for name in body[1].split(",")] == [status.name for status in Status]
    assert [int(status) for status in Status] == list(range(len(Status)))


def test_acts_behave_the_same(probe: Contract) -> None:
    rules = [probe.call("ruleOf(uint8)", "(bool,bool,bool,bool,bool,uint8)", act) for act in range(256)]
    for number, found in enumerate(rules):
        rule = RULES[Act(number)] if number in {int(act) for act in Act} else None
        assert found == (
            rule is not None and rule.group is Group.AMEND,
            rule is not None and rule.group is Group.END,
            rule is not None and rule.may_be_retroactive,
            rule is not None and rule.retroactive_by_default,
            rule is not None and rule.permissive,
            int(rule.ends_as) if rule and rule.ends_as else 0,
        ), number


def test_type_strings_and_hashes_are_the_same(probe: Contract) -> None:
    source = "".join((LIB / name).read_text() for name in ("Messages.sol", "SharingMessages.sol"))
    found = re.findall(r"_TYPEHASH = keccak256\(\s*((?:\"[^\"]*\"\s*)+)\)", source)
    strings = ["".join(re.findall(r'"([^"]*)"', pieces)) for pieces in found]
    assert strings == [message.type_string for message in MESSAGES.values()]
    hashes = probe.call("typeHashes()", f"bytes32[{len(MESSAGES)}]")
    assert list(hashes) == [message.type_hash for message in MESSAGES.values()]


def test_commands_take_the_members_of_the_table() -> None:
    for message in MESSAGES.values():
        entries = compiled()[message.contract]["abi"]
        entry = next(each for each in entries if each.get("name") == message.function)
        taken = [(member["name"].rstrip("_"), member["type"]) for member in entry["inputs"][0]["components"]]
        assert tuple(taken) == message.fields[1:], message.name
        row = [member["type"] for member in entry["inputs"][1]["components"]]
        assert row == ["bytes32", "uint16", "bytes32", "bytes32"]
        assert entry["inputs"][1]["type"] == "tuple[]"


def test_an_opening_has_the_members_of_the_table() -> None:
    for name, functions in ON_LEAVES.items():
        entries = {each.get("name"): each for each in compiled()[name]["abi"]}
        for function in {*functions, *({"statusOfLeaf"} & entries.keys())}:
            opening = entries[function]["inputs"][0]
            taken = [(member["name"], member["type"]) for member in opening["components"]]
            assert tuple(taken) == OPENING.members
        assert OPENING.function in functions


ON_LEAVES = {
    "Licenses": {"withLeaf", "openLeaf"},
    "Representations": {"withLeaf"},
    "Grants": {"withLeaf"},
    "Corrections": {"withLeaf"},
}
"""What takes an opening, beside the commands with messages."""


def test_every_contract_writes_only_what_the_table_says() -> None:
    for name, contract in compiled().items():
        commands = {
            each["name"]
            for each in contract["abi"]
            if each["type"] == "function" and each["stateMutability"] == "nonpayable"
        }
        messages = MESSAGES.values()
        expected = {message.function for message in messages if message.contract == name}
        expected |= ON_LEAVES.get(name, set())
        expected |= {"append"} if name == "Journal" else set()
        expected |= {"open"} if name == "Batches" else set()
        expected |= {"begin"} if name in ("Journal", "Directory") else set()
        assert commands == (expected | {"close"} if expected else set()), name


def test_one_event_in_the_whole_system() -> None:
    events = [
        (name, each["name"]) for name, c in compiled().items() for each in c["abi"] if each["type"] == "event"
    ]
    assert events == [("Journal", "Record")]


def test_errors_are_named_after_their_contract_and_mean_one_thing() -> None:
    owners = (*("Writer", "Holders", "Parties"), *CONTRACT_NAMES)
    found: dict[str, list[str]] = {}
    for name in CONTRACT_NAMES:
        for each in compiled()[name]["abi"]:
            if each["type"] == "error":
                types = [member["type"] for member in each["inputs"]]
                assert each["name"].startswith(owners), each["name"]
                assert found.setdefault(each["name"], types) == types


def test_the_tag_is_the_same() -> None:
    source = (LIB / "Types.sol").read_text()
    assert f"TAG_LEDGER = 0x{TAG_LEDGER.hex()};" in source


@given(
    first=st.integers(0, 2**32 - 1),
    second=st.integers(0, 2**32 - 1),
    code=st.text("0123456789ABCDEFX", min_size=1, max_size=21),
    issuer=st.text("0123456789ABCDEFX", min_size=1, max_size=18),
    account=st.binary(min_size=20, max_size=20),
)
def test_object_ids_are_the_same(
    probe: Contract, first: int, second: int, code: str, issuer: str, account: bytes
) -> None:
    found = probe.call(
        "objectsOf(uint32,uint32,bytes32,bytes32,address)",
        "bytes32[28]",
        first,
        second,
        ascii32(code),
        ascii32(issuer),
        "0x" + account.hex(),
    )
    assert list(found) == [
        objects.ledger_object(),
        objects.region_object(first),
        objects.organisation_object(issuer),
        objects.key_object(ascii32(code)),
        objects.relay_object("0x" + account.hex()),
        objects.type_object(code),
        objects.entitlement_object(code, issuer),
        objects.power_object(code, objects.organisation_object(issuer), first),
        objects.recognition_object(first, second, code),
        objects.batch_object(issuer, ascii32(code)),
        objects.representation_object(ascii32(issuer), ascii32(code)),
        objects.resource_object(issuer, ascii32(code)),
        objects.library_writer_object(first, 3, issuer),
        objects.demand_object(issuer, ascii32(code)),
        objects.duty_object(first, issuer, ascii32(code)),
        objects.code_table_object(ascii32(issuer), ascii32(code)),
        objects.grant_object(issuer, ascii32(code)),
        objects.delegation_object(ascii32(code), issuer, ascii32(issuer)),
        objects.uses_object(ascii32(code)),
        objects.use_batch_object(ascii32(issuer), ascii32(code)),
        objects.refusal_object(issuer, ascii32(code)),
        objects.refusal_batch_object(issuer, ascii32(code)),
        objects.correction_object(ascii32(issuer), ascii32(code)),
        objects.acknowledgement_object(ascii32(code), issuer),
        objects.item_object(issuer, ascii32(code)),
        objects.repeat_object(ascii32(issuer), ascii32(code), first),
        objects.edition_object(ascii32(issuer), ascii32(code)),
        objects.declaration_object(ascii32(issuer), first % 256, ascii32(code)),
    ]
