"""Messages as they are signed and handed to a contract."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

from ledger.domain.abi import encode_call
from ledger.domain.canonical import JsonObject
from ledger.domain.facts import Fact, object_of
from ledger.domain.messages import (
    KINDS_OF,
    MESSAGES,
    OPENING,
    Domain,
    Kind,
    MessageType,
    abi_value,
    key_id,
    message_digest,
    plain_value,
)
from ledger.domain.records import SIGNATURE_TYPE, RecordSignature
from ledger.domain.resting import rests_on

Call = tuple[str, str, list[object]]
"""A contract, one of its functions, the arguments."""

SM2_WITH_SM3 = 1
"""Algorithm id of every key and signature."""


class Signs(Protocol):
    """What is needed of the `Signer` port here."""

    @property
    def public_key(self) -> bytes:
        """65 bytes, `04‖X‖Y`."""
        ...

    def sign(self, message: bytes) -> bytes:
        """64 bytes, `r‖s`."""
        ...


@dataclass(frozen=True)
class Prepared:
    """A message ready to be signed: its struct, its members and the domain it is for."""

    struct: MessageType
    values: Mapping[str, object]
    domain: Domain

    @property
    def data(self) -> bytes:
        """`abi.encode` of the members, as signed and recorded."""
        return self.struct.data(self.values)

    def message(self, signer: bytes) -> bytes:
        """M, 64 bytes, as the key id `signer` signs it."""
        return self.domain.signed_message(self.struct, signer, self.data)

    def signed_by(self, signer: Signs) -> RecordSignature:
        """The signature of one key."""
        identity = key_id(signer.public_key)
        return signature_of(identity, signer.sign(self.message(identity)))

    def arguments(self, signatures: Sequence[RecordSignature], words: Sequence[bytes] = ()) -> list[object]:
        """Arguments of the contract function: the struct, the signatures, what stands beside them if any."""
        fields = self.struct.fields[1:]
        members = tuple(abi_value(self.values[name], kind) for name, kind in fields)
        signed: list[object] = [members, [(each.key_id, each.alg, each.r, each.s) for each in signatures]]
        return [*signed, list(words)] if words else signed

    def command(self, signatures: Sequence[RecordSignature], words: Sequence[bytes] = ()) -> bytes:
        """The call of the contract function, as another call carries it."""
        members = ",".join(kind for _, kind in self.struct.fields[1:])
        types = [f"({members})", f"{SIGNATURE_TYPE}[]", *(["bytes32[]"] if words else [])]
        return encode_call(self.struct.function, types, self.arguments(signatures, words))

    def as_json(self, signer: bytes) -> dict[str, object]:
        """The struct by field name, with the signer's key id, as an envelope carries it."""
        shown = {name: plain_value(value) for name, value in self.values.items()}
        return {"keyId": "0x" + signer.hex(), **shown}


@dataclass(frozen=True)
class SignedMessage:
    """A message that may be recorded: the signatures over it, and what its contract takes beside them.

    Attributes:
        prepared: The message.
        signatures: Over it, in the order that its contract asks for.
        leaves: Of the batch that it issues, or the words that its contract takes beside the message.
        opening: Of the leaf that it is about, where nothing happened to that one yet.
    """

    prepared: Prepared
    signatures: tuple[RecordSignature, ...]
    leaves: tuple[bytes, ...] = ()
    opening: Mapping[str, object] | None = None

    @cached_property
    def digest(self) -> str:
        """Identity of the message, 0x-hex."""
        return message_digest(self.prepared.struct, self.prepared.data)

    @property
    def not_after(self) -> int:
        """Last second at which it may be recorded."""
        return int(str(self.prepared.values["notAfter"]))

    @cached_property
    def call(self) -> Call:
        """The contract, its function and the arguments that carry the message."""
        struct = self.prepared.struct
        if self.opening is not None:
            leaf = tuple(abi_value(self.opening[name], kind) for name, kind in OPENING.members)
            return (
                struct.contract,
                OPENING.function,
                [leaf, self.prepared.command(self.signatures, self.leaves)],
            )
        return struct.contract, struct.function, self.prepared.arguments(self.signatures, self.leaves)

    def signed_by(self, signer: Signs) -> SignedMessage:
        """The same with the signature of one key."""
        return replace(self, signatures=(self.prepared.signed_by(signer),))

    def facts(self, time: int) -> list[Fact]:
        """What it will add to the ledger when it is recorded at `time`; an opening comes first."""
        struct, keys = self.prepared.struct, tuple("0x" + each.key_id.hex() for each in self.signatures)
        values = struct.values(self.prepared.data)
        own = [Fact(0, time, kind, values, keys, self.leaves) for kind in KINDS_OF[struct.name]]
        if self.opening is None:
            return own
        opened = OPENING.values(OPENING.data(self.opening))
        return [Fact(0, time, Kind.LICENSE_OPENED, opened, ()), *own]

    @cached_property
    def touched(self) -> frozenset[str]:
        """Ids of the objects whose history it goes on, 0x-hex."""
        return frozenset("0x" + object_of(each.kind, each.values).hex() for each in self.facts(0))

    @cached_property
    def needed(self) -> frozenset[str]:
        """Ids of the objects that have to be as it assumes: those, what it rests on, a leaf's batch."""
        values = self.prepared.values
        license_ = {str(plain_value(values["licenseId"]))} if "licenseId" in values else set[str]()
        batch = {str(plain_value(self.opening["batch"]))} if self.opening is not None else set[str]()
        resting = rests_on(self.prepared.struct.name, values, self.leaves)
        return self.touched | license_ | batch | resting

    def as_json(self) -> JsonObject:
        """All of it but ledger and chain, as a queue keeps it."""
        struct, opening = self.prepared.struct, self.opening
        return {
            "struct": struct.name,
            "contract": self.prepared.domain.contract,
            "values": {name: plain_value(self.prepared.values[name]) for name, _ in struct.fields[1:]},
            "signatures": [["0x" + each.key_id.hex(), each.raw.hex()] for each in self.signatures],
            "leaves": [each.hex() for each in self.leaves],
            "opening": None if opening is None else _plain_opening(opening),
        }


def _plain_opening(opening: Mapping[str, object]) -> JsonObject:
    plain = OPENING.values(OPENING.data(opening))
    return {name: list(value) if isinstance(value, tuple) else value for name, value in plain.items()}


def signed_from_json(form: JsonObject, domain_of: Callable[[str], Domain]) -> SignedMessage:
    """The inverse of `SignedMessage.as_json`.

    Args:
        form: As it was kept.
        domain_of: From the name of a contract of this ledger to its EIP-712 domain.
    """
    struct = MESSAGES[form["struct"]]
    signatures = (signature_of(bytes.fromhex(key[2:]), bytes.fromhex(raw)) for key, raw in form["signatures"])
    domain = domain_of(struct.contract)
    return SignedMessage(
        Prepared(struct, form["values"], replace(domain, contract=form.get("contract", domain.contract))),
        tuple(signatures),
        tuple(bytes.fromhex(each) for each in form["leaves"]),
        form["opening"],
    )


def signature_of(identity: bytes, raw: bytes) -> RecordSignature:
    """A 64-byte signature as records carry it."""
    return RecordSignature(identity, SM2_WITH_SM3, raw[:32], raw[32:])
