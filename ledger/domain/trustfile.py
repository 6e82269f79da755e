"""The trust file `network.json`: which ledger this is, signed by the founding regions at the seal.

Format `elicense-network/1`. Every verifier pins it; `rpc` and `api` are hints outside the seal.
The sealed struct binds genesis hash, contracts digest, journal head slot, seq and head before the
seal; its EIP-712 domain binds chain id, Directory and ledger id.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Protocol

import rfc8785
from eth_hash.auto import keccak

from ledger.domain.canonical import parse_strict
from ledger.domain.messages import MESSAGES, Domain, key_id
from ledger.errors import BadSignatureError, MalformedError

FORMAT = "elicense-network/1"
CONTRACT_NAMES = (
    "Directory",
    "Keys",
    "Catalog",
    "Licenses",
    "Batches",
    "Representations",
    "Resources",
    "Grants",
    "Uses",
    "Corrections",
    "Journal",
)
"""Contracts that every trust file names; more may stand beside them."""

BOUND = ("Keys", "Journal")
"""Contracts that a Directory makes itself: they are succeeded when it is, and not by themselves."""

CLIENTS = tuple(each for each in CONTRACT_NAMES if each not in ("Directory", *BOUND))
"""Contracts that ask the Directory who is who."""

_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")
_URL = re.compile(r"https?://\S+")
_REGION = re.compile(r"[0-9]{6}")


class SignatureCheck(Protocol):
    """The part of the `Verifier` port that the seal needs."""

    def verify(self, public_key: bytes, message: bytes, signature: bytes) -> bool:
        """Whether the signature holds."""
        ...


@dataclass(frozen=True)
class ContractEntry:
    """One contract of the ledger.

    Attributes:
        address: 0x-hex in lower case.
        code_hash: keccak256 of its runtime code, 0x-hex.
        block: Height at which it was made.
    """

    address: str
    code_hash: str
    block: int

    def to_json(self) -> dict[str, object]:
        """As in the file."""
        return {"address": self.address, "codeHash": self.code_hash, "block": self.block}


@dataclass(frozen=True)
class SealSignature:
    """One founding region's signature: 6-digit region, key id 0x-hex, key and signature plain hex."""

    region: str
    key_id: str
    public_key: str
    signature: str

    def to_json(self) -> dict[str, object]:
        """As in the file."""
        return {
            "region": self.region,
            "keyId": self.key_id,
            "publicKey": self.public_key,
            "signature": self.signature,
        }


@dataclass(frozen=True)
class Seal:
    """What the founding regions signed, besides what stands elsewhere in the file.

    Attributes:
        rev: Facts of the ledger object before the seal.
        seq: Records before the seal.
        head: Journal head before the seal, 0x-hex.
        signed_at: Seconds since 1970.
        not_after: Seconds since 1970.
        signatures: One per founding region.
    """

    rev: int
    seq: int
    head: str
    signed_at: int
    not_after: int
    signatures: tuple[SealSignature, ...]

    def to_json(self) -> dict[str, object]:
        """As in the file."""
        return {
            "rev": self.rev,
            "seq": self.seq,
            "head": self.head,
            "signedAt": _time_text(self.signed_at),
            "notAfter": _time_text(self.not_after),
            "signatures": [each.to_json() for each in self.signatures],
        }


@dataclass(frozen=True)
class TrustFile:
    """Which ledger this is. Hashes, ids and addresses are 0x-hex in lower case.

    Attributes:
        journal_head_slot: Storage slot of the Journal's head, 32 bytes as 0x-hex.
        seal: None only while the ledger is being founded.
    """

    ledger_id: str
    chain_id: int
    genesis_hash: str
    rpc: tuple[str, ...]
    api: str | None
    contracts: Mapping[str, ContractEntry]
    journal_head_slot: str
    seal: Seal | None

    def to_json(self) -> dict[str, object]:
        """The file as a JSON object."""
        return {
            "format": FORMAT,
            "ledgerId": self.ledger_id,
            "chainId": self.chain_id,
            "genesisHash": self.genesis_hash,
            "rpc": list(self.rpc),
            "api": self.api,
            "contracts": self._contracts_json(),
            "journalHeadSlot": self.journal_head_slot,
            "seal": None if self.seal is None else self.seal.to_json(),
        }

    def contracts_digest(self) -> str:
        """keccak256 of the RFC 8785 form of `contracts`, 0x-hex."""
        return "0x" + keccak(rfc8785.dumps(self._contracts_json())).hex()

    def domain(self, contract: str) -> Domain:
        """The EIP-712 domain of messages to one contract, by its name."""
        return Domain(self.chain_id, self.contracts[contract].address, bytes.fromhex(self.ledger_id[2:]))

    def with_rpc(self, urls: Sequence[str]) -> TrustFile:
        """The same ledger, asked elsewhere."""
        return replace(self, rpc=tuple(urls))

    def with_seal(self, seal: Seal) -> TrustFile:
        """The same ledger, sealed."""
        return replace(self, seal=seal)

    def seal_values(self, seal: Seal) -> dict[str, object]:
        """Members of the `Seal` message, all but the key id."""
        return {
            "rev": seal.rev,
            "signedAt": seal.signed_at,
            "notAfter": seal.not_after,
            "genesisHash": self.genesis_hash,
            "contractsDigest": self.contracts_digest(),
            "journalHeadSlot": self.journal_head_slot,
            "seq": seal.seq,
            "head": seal.head,
        }

    def seal_message(self, seal: Seal, signer: bytes) -> bytes:
        """M, 64 bytes, as the key id `signer` signs it."""
        message = MESSAGES["Seal"]
        return self.domain("Directory").signed_message(message, signer, message.data(self.seal_values(seal)))

    def check_seal(self, verifier: SignatureCheck) -> None:
        """Check that every signature of the seal holds.

        That the signers are all of the founding regions is what the ledger's own records say;
        whoever pins the file trusts those it names.

        Raises:
            BadSignatureError: `SEAL_MISSING`, or `SEAL_SIGNATURE` with the region whose signature fails.
        """
        if self.seal is None or not self.seal.signatures:
            raise BadSignatureError("SEAL_MISSING")
        for each in self.seal.signatures:
            public_key = bytes.fromhex(each.public_key)
            signer = key_id(public_key)
            message = self.seal_message(self.seal, signer)
            holds = verifier.verify(public_key, message, bytes.fromhex(each.signature))
            if not holds or each.key_id != "0x" + signer.hex():
                raise BadSignatureError("SEAL_SIGNATURE", region=each.region)

    def _contracts_json(self) -> dict[str, Any]:
        return {name: entry.to_json() for name, entry in self.contracts.items()}


def read_trust_file(data: bytes, *, sealed: bool = True) -> TrustFile:
    """Read a trust file strictly: no unknown, missing or misshapen member.

    The seal's signatures are read, not checked: see `TrustFile.check_seal`.

    Args:
        data: The file.
        sealed: Whether a file without a seal is refused.

    Raises:
        MalformedError: `TRUST_FILE`, naming the member; or a code of the strict JSON reader.
    """
    members = _object(
        parse_strict(data), "", "ledgerId chainId genesisHash rpc api contracts journalHeadSlot seal format"
    )
    if members["format"] != FORMAT:
        raise _bad("format")
    if sealed and members["seal"] is None:
        raise _bad("seal")
    return TrustFile(
        ledger_id=_hex(members, "ledgerId"),
        chain_id=_number(members, "chainId"),
        genesis_hash=_hex(members, "genesisHash"),
        rpc=tuple(_url(each, "rpc") for each in _list(members, "rpc")),
        api=None if members["api"] is None else _url(members["api"], "api"),
        contracts=_contracts(members["contracts"]),
        journal_head_slot=_hex(members, "journalHeadSlot"),
        seal=None if members["seal"] is None else _seal(members["seal"]),
    )


def _contracts(value: object) -> dict[str, ContractEntry]:
    if not isinstance(value, dict) or any(name not in value for name in CONTRACT_NAMES):
        raise _bad("contracts")
    entries = {}
    for name, each in value.items():
        members = _object(each, f"contracts.{name}", "address codeHash block")
        entries[name] = ContractEntry(
            _hex(members, "address", 20), _hex(members, "codeHash"), _number(members, "block")
        )
    return entries


def _seal(value: object) -> Seal:
    members = _object(value, "seal", "rev seq head signedAt notAfter signatures")
    signatures = tuple(_signature(each) for each in _list(members, "signatures"))
    if len({each.region for each in signatures}) != len(signatures):
        raise _bad("seal.signatures")
    return Seal(
        rev=_number(members, "rev"),
        seq=_number(members, "seq"),
        head=_hex(members, "head"),
        signed_at=_time(members, "signedAt"),
        not_after=_time(members, "notAfter"),
        signatures=signatures,
    )


def _signature(value: object) -> SealSignature:
    members = _object(value, "seal.signatures", "region keyId publicKey signature")
    return SealSignature(
        region=_text(members, "region", _REGION.fullmatch),
        key_id=_hex(members, "keyId"),
        public_key=_text(members, "publicKey", re.compile("04[0-9a-f]{128}").fullmatch),
        signature=_text(members, "signature", re.compile("[0-9a-f]{128}").fullmatch),
    )


def _object(value: object, where: str, names: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _bad(where)
    off = set(value) ^ set(names.split())
    if off:
        raise _bad(f"{where}.{min(off)}".lstrip("."))
    return value


def _list(members: dict[str, Any], name: str) -> list[Any]:
    if not isinstance(members[name], list):
        raise _bad(name)
    return list(members[name])


def _number(members: dict[str, Any], name: str) -> int:
    value = members[name]
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise _bad(name)
    return value


def _hex(members: dict[str, Any], name: str, size: int = 32) -> str:
    return _text(members, name, re.compile(f"0x[0-9a-f]{{{2 * size}}}").fullmatch)


def _text(members: dict[str, Any], name: str, fits: Callable[[str], object]) -> str:
    value = members[name]
    if not isinstance(value, str) or not fits(value):
        raise _bad(name)
    return value


def _url(value: object, name: str) -> str:
    if not isinstance(value, str) or not _URL.fullmatch(value):
        raise _bad(name)
    return value


def _time(members: dict[str, Any], name: str) -> int:
    text = _text(members, name, _TIME.fullmatch)
    try:
        return int(datetime.fromisoformat(text).timestamp())
    except ValueError:
        raise _bad(name) from None


def _time_text(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _bad(member: str) -> MalformedError:
    return MalformedError("TRUST_FILE", member=member)
