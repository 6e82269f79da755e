"""The trust file: strict form, and a seal that every founding region signed over all that matters."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import Any

import pytest
import rfc8785
from eth_account.messages import encode_typed_data
from eth_hash.auto import keccak

from ledger.adapters.libcrypto import Libcrypto, LibcryptoSigner, LibcryptoVerifier
from ledger.domain.messages import MESSAGES, key_id
from ledger.domain.sm import tag
from ledger.domain.trustfile import (
    CONTRACT_NAMES,
    ContractEntry,
    Seal,
    SealSignature,
    TrustFile,
    read_trust_file,
)
from ledger.errors import BadSignatureError, MalformedError

LIBRARY = Libcrypto()
VERIFIER = LibcryptoVerifier(LIBRARY)
SIGNERS = {
    region: LibcryptoSigner(LIBRARY, bytes([i]) * 32) for i, region in enumerate(("310000", "330000"), 1)
}
NAMES = sorted({*CONTRACT_NAMES, "SM2Verifier"})
CONTRACTS = {
    name: ContractEntry("0x" + f"{i:x}0" * 20, "0x" + f"{i:x}1" * 32, i) for i, name in enumerate(NAMES, 1)
}
UNSEALED = TrustFile(
    ledger_id="0x" + "01" * 32,
    chain_id=31337,
    genesis_hash="0x" + "02" * 32,
    rpc=("http://127.0.0.1:8545",),
    api=None,
    contracts=CONTRACTS,
    journal_head_slot="0x" + "00" * 32,
    seal=None,
)
TERMS = Seal(6, 20, "0x" + "03" * 32, 1_795_000_000, 1_795_600_000, ())


def sealed() -> TrustFile:
    signatures = []
    for region, signer in SIGNERS.items():
        key = key_id(signer.public_key)
        signature = signer.sign(UNSEALED.seal_message(TERMS, key)).hex()
        signatures.append(SealSignature(region, "0x" + key.hex(), signer.public_key.hex(), signature))
    return UNSEALED.with_seal(replace(TERMS, signatures=tuple(signatures)))


SEALED = sealed()
FILE: dict[str, Any] = SEALED.to_json()


def read(value: dict[str, Any]) -> TrustFile:
    return read_trust_file(json.dumps(value).encode())


def changed(path: str, value: Any) -> dict[str, Any]:
    """The file with one member set; `path` has dots, numbers are positions."""
    made = copy.deepcopy(FILE)
    *ways, last = path.split(".")
    place: Any = made
    for way in ways:
        place = place[int(way) if way.isdigit() else way]
    place[int(last) if last.isdigit() else last] = value
    return made


def test_a_file_is_read_as_it_was_written() -> None:
    assert read(FILE) == SEALED
    assert FILE["seal"]["signedAt"] == "2026-11-18T11:06:40Z"
    assert FILE["contracts"]["Catalog"] == {
        "address": "0x" + "20" * 20,
        "codeHash": "0x" + "21" * 32,
        "block": 2,
    }


def test_the_seal_holds() -> None:
    read(FILE).check_seal(VERIFIER)


def test_the_sealed_message_is_what_a_second_implementation_hashes() -> None:
    struct = MESSAGES["Seal"]
    key = b"\7" * 32
    typed = {
        "types": {
            "EIP712Domain": [
                {"name": "name", "type": "string"},
                {"name": "version", "type": "string"},
                {"name": "chainId", "type": "uint256"},
                {"name": "verifyingContract", "type": "address"},
                {"name": "salt", "type": "bytes32"},
            ],
            "Seal": [{"name": name, "type": kind} for name, kind in struct.fields],
        },
        "primaryType": "Seal",
        "domain": {
            "name": "elicense",
            "version": "1",
            "chainId": 31337,
            "verifyingContract": CONTRACTS["Directory"].address,
            "salt": "0x" + "01" * 32,
        },
        "message": {"keyId": key, **UNSEALED.seal_values(TERMS)},
    }
    signable = encode_typed_data(full_message=typed)
    digest = keccak(b"\x19\x01" + signable.header + signable.body)
    assert UNSEALED.seal_message(TERMS, key) == tag("ledger") + digest


def test_the_digest_of_the_contracts_is_that_of_their_canonical_form() -> None:
    assert SEALED.contracts_digest() == "0x" + keccak(rfc8785.dumps(FILE["contracts"])).hex()


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("ledgerId", "0x" + "ff" * 32),
        ("chainId", 1),
        ("genesisHash", "0x" + "ff" * 32),
        ("journalHeadSlot", "0x" + "00" * 31 + "01"),
        ("contracts.Journal.address", "0x" + "ff" * 20),
        ("contracts.Journal.codeHash", "0x" + "ff" * 32),
        ("contracts.Journal.block", 9),
        ("contracts.Other", {"address": "0x" + "ff" * 20, "codeHash": "0x" + "ff" * 32, "block": 1}),
        ("seal.rev", 7),
        ("seal.seq", 21),
        ("seal.head", "0x" + "ff" * 32),
        ("seal.signedAt", "2026-11-18T11:06:41Z"),
        ("seal.notAfter", "2026-11-25T11:06:40Z"),
        ("seal.signatures.0.signature", "12" * 64),
        ("seal.signatures.1.keyId", "0x" + "ff" * 32),
        ("seal.signatures.0.publicKey", SIGNERS["330000"].public_key.hex()),
        ("seal.signatures", []),
    ],
)
def test_a_change_of_what_is_sealed_is_found(path: str, value: Any) -> None:
    with pytest.raises(BadSignatureError) as caught:
        read(changed(path, value)).check_seal(VERIFIER)
    assert caught.value.code in ("SEAL_SIGNATURE", "SEAL_MISSING")


def test_where_it_is_asked_may_change() -> None:
    read(changed("rpc", ["https://node.example/rpc"])).check_seal(VERIFIER)
    read(changed("api", "https://api.example")).check_seal(VERIFIER)
    SEALED.with_rpc(["http://127.0.0.1:1"]).check_seal(VERIFIER)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("format", "elicense-network/2"),
        ("ledgerId", "0x" + "AB" * 32),
        ("ledgerId", "01" * 32),
        ("ledgerId", None),
        ("chainId", "31337"),
        ("chainId", True),
        ("chainId", -1),
        ("genesisHash", "0x01"),
        ("rpc", "http://127.0.0.1"),
        ("rpc", ["file:///etc/passwd"]),
        ("rpc", [None]),
        ("api", 5),
        ("contracts", []),
        ("contracts", {}),
        ("contracts.Journal", None),
        ("contracts.Journal.address", "0x" + "ff" * 19),
        ("contracts.Journal.more", 1),
        ("journalHeadSlot", 0),
        ("seal", None),
        ("seal", []),
        ("seal.seq", 1.0),
        ("seal.signedAt", "2026-11-18 11:06:40"),
        ("seal.signedAt", "2026-11-31T11:06:40Z"),
        ("seal.signedAt", 1_795_000_000),
        ("seal.signatures.0.region", "31"),
        ("seal.signatures.0.publicKey", "02" + "ff" * 64),
        ("seal.signatures.0.signature", "12" * 63),
        ("seal.signatures.1.region", "310000"),
        ("seal.more", 1),
        ("more", 1),
    ],
)
def test_misshapen_files_are_refused(path: str, value: Any) -> None:
    with pytest.raises(MalformedError) as caught:
        read(changed(path, value))
    assert caught.value.exit_code == 2
    assert caught.value.code in ("TRUST_FILE", "JSON_FLOAT")


@pytest.mark.parametrize("name", list(FILE))
def test_a_missing_member_is_named(name: str) -> None:
    with pytest.raises(MalformedError) as caught:
        read({key: value for key, value in FILE.items() if key != name})
    assert caught.value.fields["member"] == name


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b"\xff", b'{"format": 1, "format": 2}', b"[" * 50_000])
def test_what_is_no_json_object_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedError):
        read_trust_file(data)


def test_a_file_without_seal_is_read_only_where_it_is_being_founded() -> None:
    data = json.dumps(UNSEALED.to_json()).encode()
    assert read_trust_file(data, sealed=False) == UNSEALED
    with pytest.raises(MalformedError):
        read_trust_file(data)
    with pytest.raises(BadSignatureError, match="SEAL_MISSING"):
        UNSEALED.check_seal(VERIFIER)
