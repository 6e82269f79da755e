"""What bodies sign: one table of EIP-712 structs, shared by signing, contracts and replay.

Every signed struct starts with the same header: the key that signs, the object's revision, and the
moments between which the message may be recorded. All its members are static, so
`hashStruct = keccak256(typeHash ‖ keyId ‖ abi.encode(rest))` holds for each of them, and the
contracts store `abi.encode(rest)` as it was signed.

The signed message is M = TAG(ledger) ‖ EIP-712 digest, 64 bytes (design: plain SM2 signers
produce it). The domain binds chain id, contract and ledger id (`salt`). Source: EIP-712.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property, lru_cache

from eth_abi.abi import encode
from eth_hash.auto import keccak

from ledger.domain.sharing_structs import RECORDED_AS, STRUCTS
from ledger.domain.sm import tag
from ledger.domain.strict_abi import decode_strict

HEADER: tuple[tuple[str, str], ...] = (
    ("keyId", "bytes32"),
    ("rev", "uint32"),
    ("signedAt", "uint64"),
    ("notAfter", "uint64"),
)
CLOCK_TOLERANCE = 30
"""Seconds by which block time may lie before `signedAt`."""

DEFAULT_LIFETIME = 7 * 86_400
"""Seconds from `signedAt` to `notAfter` unless told otherwise."""

MAX_LIFETIME = 31 * 86_400
"""Longest lifetime that the contracts accept, in seconds."""


class Kind(IntEnum):
    """Record kinds. Grouped by contract; numbers are never reused."""

    LEDGER_FOUNDED = 1
    CONTRACT_NAMED = 2
    LEDGER_SEALED = 3
    THRESHOLD_SET = 4
    CONTRACT_SUCCEEDED = 5
    REGION_ADDED = 10
    REGION_SUCCEEDED = 11
    REGION_FOLLOWED = 12
    ORGANISATION_ADDED = 20
    ORGANISATION_SUCCEEDED = 21
    KEY_REGISTERED = 30
    KEY_ENDED = 31
    KEY_CUT_OFF = 32
    KEY_ROTATED = 33
    KEY_REGISTERED_BY_ROTATION = 34
    KEY_LOST = 35
    KEY_REGISTERED_BY_RECOVERY = 36
    RELAY_ADDED = 40
    RELAY_ENDED = 41
    TYPE_REGISTERED = 50
    ENTITLEMENT_GIVEN = 60
    ENTITLEMENT_ENDED = 61
    POWER_GIVEN = 62
    POWER_ENDED = 63
    RECOGNITION_AGREED = 70
    RECOGNITION_ENDED = 71
    LICENSE_ISSUED = 100
    LICENSE_AMENDED = 101
    LICENSE_ISSUED_BY_AMENDMENT = 102
    LICENSE_ACTED = 103
    HOLDER_BOUND = 104
    LICENSE_TRANSFERRED_OUT = 105
    HOLDER_FROZEN = 106
    LICENSE_BATCH_ISSUED = 110
    LICENSE_OPENED = 111
    LICENSE_BATCH_RENEWED = 112
    LICENSE_BATCH_ISSUED_BY_RENEWAL = 113
    REPRESENTATION_MADE = 120
    REPRESENTATION_ENDED = 121
    RESOURCE_REGISTERED = 200
    RESOURCE_MOUNTED = 201
    RESOURCE_PROBED = 202
    LIBRARY_WRITER_NAMED = 203
    DEMAND_MADE = 204
    DEMAND_OFFERED = 205
    DEMAND_MATCHED = 206
    DUTY_SET = 207
    CODE_TABLE_SET = 208
    EDITION_PUBLISHED = 209
    EDITION_WITHDRAWN = 210
    RESOURCE_DECLARED = 211
    GRANT_REQUESTED = 220
    GRANT_NOTICED = 221
    GRANT_DECIDED = 222
    GRANT_REVIEWED = 223
    CONSENT_GIVEN = 224
    GRANT_WITHDRAWN = 225
    CONSENT_WITHDRAWN = 226
    GRANT_DELEGATED = 227
    DATA_USED = 230
    DATA_USED_IN_BATCH = 231
    USE_REFUSED = 232
    USES_REFUSED_IN_BATCH = 233
    CORRECTION_OPENED = 240
    CORRECTION_ASKED = 241
    ATTESTED = 242
    CORRECTION_ANSWERED = 243
    CORRECTION_DISPUTED = 244
    CORRECTION_SETTLED = 245
    CORRECTION_ACKNOWLEDGED = 246
    CORRECTION_CONTESTED = 247
    REPEAT_TOLD = 250
    REPEAT_REPORTED = 251
    ITEM_REGISTERED = 260
    ITEM_ENDED = 261


@dataclass(frozen=True)
class MessageType:
    """One struct: its name, the contract that takes it, its members after the header.

    Attributes:
        name: As in its type string.
        contract: As in the trust file.
        function: The command that takes it.
        members: Name and Solidity type of each.
        is_signed: False for what is recorded without a signature and so without a header.
    """

    name: str
    contract: str
    function: str
    members: tuple[tuple[str, str], ...]
    is_signed: bool = True

    @property
    def fields(self) -> tuple[tuple[str, str], ...]:
        """Header and members, in signing order; without a header, the key id alone is left out of `data`."""
        return HEADER + self.members if self.is_signed else (HEADER[0], *self.members)

    @property
    def type_string(self) -> str:
        """EIP-712 encodeType, for example `EndRelay(bytes32 keyId,…)`."""
        return f"{self.name}({','.join(f'{kind} {name}' for name, kind in self.fields)})"

    @cached_property
    def type_hash(self) -> bytes:
        """keccak256 of `type_string`."""
        return keccak(self.type_string.encode())

    def data(self, values: Mapping[str, object]) -> bytes:
        """`abi.encode` of all members but `keyId`, as the contracts take and record it."""
        fields = self.fields[1:]
        return encode([kind for _, kind in fields], [abi_value(values[name], kind) for name, kind in fields])

    def values(self, data: bytes) -> dict[str, object]:
        """The inverse of `data`: members by name, without `keyId`; hashes as 0x-hex.

        Raises:
            ValueError: No strict encoding of them.
        """
        fields = self.fields[1:]
        decoded = decode_strict([kind for _, kind in fields], data)
        return {name: plain_value(value) for (name, _), value in zip(fields, decoded, strict=True)}

    def struct_hash(self, key_id: bytes, data: bytes) -> bytes:
        """EIP-712 hashStruct for the signer `key_id`."""
        return keccak(self.type_hash + key_id + data)


def _message(name: str, contract: str, function: str, members: str) -> MessageType:
    return MessageType(name, contract, function, _pairs(members))


def _pairs(members: str) -> tuple[tuple[str, str], ...]:
    return tuple((part.split()[1], part.split()[0]) for part in members.split(","))


_ALL = (
    _message("Found", "Directory", "found", "uint32 threshold"),
    _message("NameContract", "Directory", "nameContract", "bytes32 name,address account,bytes32 codeHash"),
    _message(
        "Seal",
        "Directory",
        "seal",
        "bytes32 genesisHash,bytes32 contractsDigest,bytes32 journalHeadSlot,uint64 seq,bytes32 head",
    ),
    _message("SetThreshold", "Directory", "setThreshold", "uint32 threshold"),
    _message("Succeed", "Directory", "succeed", "bytes32 name,address account,bytes32 codeHash"),
    _message("AddRegion", "Directory", "addRegion", "uint32 region,uint32 parent,bytes32 nameDigest"),
    _message("SucceedRegion", "Directory", "succeedRegion", "uint32 region,uint32 successor,uint64 since"),
    _message(
        "AddOrganisation",
        "Directory",
        "addOrganisation",
        "bytes32 uscc,uint32 region,uint8 level,bytes32 nameDigest",
    ),
    _message(
        "SucceedOrganisation",
        "Directory",
        "succeedOrganisation",
        "bytes32 uscc,bytes32 successor,uint64 since",
    ),
    _message(
        "RegisterKey",
        "Keys",
        "registerKey",
        "bytes32 newKey,bytes32 owner,uint8 purpose,uint16 alg,bytes32 x,bytes32 y,"
        "uint64 validFrom,uint64 validTo",
    ),
    _message("EndKey", "Keys", "endKey", "bytes32 key,uint64 validTo"),
    _message("CutOffKey", "Keys", "cutOffKey", "bytes32 key,uint64 since"),
    _message(
        "RotateKey",
        "Keys",
        "rotateKey",
        "bytes32 key,uint64 until,bytes32 newKey,bytes32 owner,uint8 purpose,bytes32 x,bytes32 y,"
        "uint64 validFrom,uint64 validTo",
    ),
    _message(
        "RecoverKey",
        "Keys",
        "recoverKey",
        "bytes32 key,bytes32 newKey,bytes32 owner,bytes32 x,bytes32 y,uint64 validFrom,uint64 validTo",
    ),
    _message("AddRelay", "Directory", "addRelay", "address relay,uint32 region,uint64 until"),
    _message("EndRelay", "Directory", "endRelay", "address relay,uint32 region"),
    _message(
        "RegisterType",
        "Catalog",
        "registerType",
        "bytes32 licenseType,uint32 region,bytes32 definer,bytes32 schemaDigest,bytes32 gradesDigest,"
        "uint32 acts,uint8 scope,uint8 sharing,uint16 ground",
    ),
    _message(
        "Entitle",
        "Catalog",
        "entitle",
        "bytes32 licenseType,bytes32 issuer,uint32 region,bytes32 operator,uint64 since,uint64 until",
    ),
    _message(
        "EndEntitlement", "Catalog", "endEntitlement", "bytes32 licenseType,bytes32 issuer,uint64 until"
    ),
    _message(
        "Recognize",
        "Catalog",
        "recognize",
        "uint32 fromRegion,uint32 toRegion,bytes32 licenseType,bytes32 asType,uint64 since,uint64 until",
    ),
    _message(
        "EndRecognition",
        "Catalog",
        "endRecognition",
        "uint32 fromRegion,uint32 toRegion,bytes32 licenseType,uint64 until",
    ),
    _message(
        "Empower",
        "Catalog",
        "empower",
        "bytes32 licenseType,bytes32 body,uint32 region,uint32 acts,uint64 since,uint64 until",
    ),
    _message(
        "EndPower", "Catalog", "endPower", "bytes32 licenseType,bytes32 body,uint32 region,uint64 until"
    ),
    _message(
        "Issue",
        "Licenses",
        "issue",
        "bytes32 licenseId,bytes32 handle,bytes32 issuer,bytes32 licenseType,bytes32 digest,"
        "bytes32 holderBinding,uint64 validFrom,uint64 validTo",
    ),
    _message(
        "Amend",
        "Licenses",
        "amend",
        "bytes32 licenseId,uint8 act,uint16 ground,uint64 effective,bytes32 reference,"
        "bytes32 newLicenseId,bytes32 handle,bytes32 issuer,bytes32 licenseType,bytes32 digest,"
        "bytes32 holderBinding,uint64 validFrom,uint64 validTo",
    ),
    _message(
        "Act",
        "Licenses",
        "act",
        "bytes32 licenseId,uint8 act,uint16 ground,uint64 effective,bytes32 reference,bytes32 cause,"
        "uint32 region",
    ),
    _message(
        "Bind",
        "Licenses",
        "bind",
        "bytes32 licenseId,bytes32 by,bytes32 holderBinding,uint8 method,uint8 assurance",
    ),
    _message("Freeze", "Licenses", "freeze", "bytes32 licenseId,bytes32 by"),
    _message(
        "TransferOut",
        "Licenses",
        "transferOut",
        "bytes32 licenseId,uint32 toRegion,bytes32 reference",
    ),
    _message(
        "IssueBatch",
        "Batches",
        "issueBatch",
        "bytes32 root,uint32 size,bytes32 issuer,bytes32 licenseType",
    ),
    _message(
        "RenewBatch",
        "Batches",
        "renewBatch",
        "bytes32 earlier,bytes32 leaves0,bytes32 leaves1,bytes32 leaves2,bytes32 leaves3,bytes32 root,"
        "uint32 size,bytes32 issuer,bytes32 licenseType",
    ),
    _message(
        "Represent",
        "Representations",
        "represent",
        "bytes32 licenseId,bytes32 representative,uint8 kind,uint32 scope,uint64 since,uint64 until,"
        "bytes32 reference",
    ),
    _message(
        "EndRepresentation",
        "Representations",
        "endRepresentation",
        "bytes32 licenseId,bytes32 representative,uint64 until",
    ),
    *(_message(*row) for row in STRUCTS),
)

OPENING = MessageType(
    "LeafOpening",
    "Licenses",
    "withLeaf",
    _pairs(
        "bytes32 batch,uint32 index,bytes32 licenseId,bytes32 handle,bytes32 digest,bytes32 holderBinding,"
        "uint64 validFrom,uint64 validTo,bytes32[] proof"
    ),
    is_signed=False,
)
"""What the record of an opened leaf holds; nobody signs it, the root that it leads to was signed."""

MESSAGES: dict[str, MessageType] = {message.name: message for message in _ALL}

MESSAGE_OF: dict[Kind, MessageType] = {
    Kind.LEDGER_FOUNDED: MESSAGES["Found"],
    Kind.CONTRACT_NAMED: MESSAGES["NameContract"],
    Kind.LEDGER_SEALED: MESSAGES["Seal"],
    Kind.THRESHOLD_SET: MESSAGES["SetThreshold"],
    Kind.CONTRACT_SUCCEEDED: MESSAGES["Succeed"],
    Kind.REGION_ADDED: MESSAGES["AddRegion"],
    Kind.REGION_SUCCEEDED: MESSAGES["SucceedRegion"],
    Kind.REGION_FOLLOWED: MESSAGES["SucceedRegion"],
    Kind.ORGANISATION_ADDED: MESSAGES["AddOrganisation"],
    Kind.ORGANISATION_SUCCEEDED: MESSAGES["SucceedOrganisation"],
    Kind.KEY_REGISTERED: MESSAGES["RegisterKey"],
    Kind.KEY_ENDED: MESSAGES["EndKey"],
    Kind.KEY_CUT_OFF: MESSAGES["CutOffKey"],
    Kind.KEY_ROTATED: MESSAGES["RotateKey"],
    Kind.KEY_REGISTERED_BY_ROTATION: MESSAGES["RotateKey"],
    Kind.KEY_LOST: MESSAGES["RecoverKey"],
    Kind.KEY_REGISTERED_BY_RECOVERY: MESSAGES["RecoverKey"],
    Kind.RELAY_ADDED: MESSAGES["AddRelay"],
    Kind.RELAY_ENDED: MESSAGES["EndRelay"],
    Kind.TYPE_REGISTERED: MESSAGES["RegisterType"],
    Kind.ENTITLEMENT_GIVEN: MESSAGES["Entitle"],
    Kind.ENTITLEMENT_ENDED: MESSAGES["EndEntitlement"],
    Kind.POWER_GIVEN: MESSAGES["Empower"],
    Kind.POWER_ENDED: MESSAGES["EndPower"],
    Kind.RECOGNITION_AGREED: MESSAGES["Recognize"],
    Kind.RECOGNITION_ENDED: MESSAGES["EndRecognition"],
    Kind.LICENSE_ISSUED: MESSAGES["Issue"],
    Kind.LICENSE_AMENDED: MESSAGES["Amend"],
    Kind.LICENSE_ISSUED_BY_AMENDMENT: MESSAGES["Amend"],
    Kind.LICENSE_ACTED: MESSAGES["Act"],
    Kind.HOLDER_BOUND: MESSAGES["Bind"],
    Kind.LICENSE_TRANSFERRED_OUT: MESSAGES["TransferOut"],
    Kind.HOLDER_FROZEN: MESSAGES["Freeze"],
    Kind.LICENSE_BATCH_ISSUED: MESSAGES["IssueBatch"],
    Kind.LICENSE_OPENED: OPENING,
    Kind.LICENSE_BATCH_RENEWED: MESSAGES["RenewBatch"],
    Kind.LICENSE_BATCH_ISSUED_BY_RENEWAL: MESSAGES["RenewBatch"],
    Kind.REPRESENTATION_MADE: MESSAGES["Represent"],
    Kind.REPRESENTATION_ENDED: MESSAGES["EndRepresentation"],
    **{Kind[kind]: MESSAGES[name] for kind, name in RECORDED_AS.items()},
}

KINDS_OF: dict[str, tuple[Kind, ...]] = {
    name: tuple(kind for kind, each in MESSAGE_OF.items() if each.name == name) for name in MESSAGES
}
"""The records that a message makes, by its struct, in the order in which its contract appends them."""

WITH_LEAVES = frozenset({"IssueBatch", "RenewBatch"})
"""Structs whose contract takes the leaves of the batch beside the message."""

ON_LICENSES = frozenset(
    {
        Kind.LICENSE_AMENDED,
        Kind.LICENSE_ACTED,
        Kind.HOLDER_BOUND,
        Kind.LICENSE_TRANSFERRED_OUT,
        Kind.HOLDER_FROZEN,
    }
)
"""Records of what happens to a license that is there."""

ON_REPRESENTATIONS = frozenset({Kind.REPRESENTATION_MADE, Kind.REPRESENTATION_ENDED})
"""Records of who stands in for the holder of a license."""

OPENS = ON_LICENSES | {Kind.REPRESENTATION_MADE}
"""Records whose messages come with the opening of a leaf to which nothing happened before."""

DOMAIN_TYPE_HASH = keccak(
    b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract,bytes32 salt)"
)
DOMAIN_NAME = "elicense"
DOMAIN_VERSION = "1"


@dataclass(frozen=True)
class Domain:
    """Which contract on which chain of which ledger a message is for."""

    chain_id: int
    contract: str
    ledger_id: bytes

    def separator(self) -> bytes:
        """EIP-712 domain separator."""
        return _separator(self)

    def digest(self, message: MessageType, key_id: bytes, data: bytes) -> bytes:
        """EIP-712 digest of `message` as `key_id` signs it."""
        return keccak(b"\x19\x01" + self.separator() + message.struct_hash(key_id, data))

    def signed_message(self, message: MessageType, key_id: bytes, data: bytes) -> bytes:
        """M, 64 bytes: what an SM2 signer signs with the default ID."""
        return tag("ledger") + self.digest(message, key_id, data)


def message_digest(struct: MessageType, data: bytes) -> str:
    """Identity of a message whoever signs it: keccak256(typeHash ‖ abi.encode(members)), 0x-hex.

    By it a sender finds out whether what it sent was recorded.

    Args:
        struct: Type of the message.
        data: Its members as signed and recorded.
    """
    return "0x" + keccak(struct.type_hash + data).hex()


@lru_cache(maxsize=64)
def _separator(domain: Domain) -> bytes:
    return keccak(
        encode(
            ["bytes32", "bytes32", "bytes32", "uint256", "address", "bytes32"],
            [
                DOMAIN_TYPE_HASH,
                keccak(DOMAIN_NAME.encode()),
                keccak(DOMAIN_VERSION.encode()),
                domain.chain_id,
                domain.contract,
                domain.ledger_id,
            ],
        )
    )


def key_id(public_key: bytes) -> bytes:
    """keccak256(X‖Y) of a 65-byte public key."""
    return keccak(public_key[1:])


def issued_id(terms: Mapping[str, object]) -> str:
    """Id of the license that a struct or a leaf issues, 0x-hex: the new one, where it amends another."""
    return str(terms[id_member(terms)])


def id_member(terms: Mapping[str, object]) -> str:
    """The member of a struct or a leaf that holds the id of the license that it issues."""
    return "newLicenseId" if "newLicenseId" in terms else "licenseId"


def abi_value(value: object, kind: str) -> object:
    """A member as `eth_abi` takes it: hashes, also in 0x-hex, as bytes."""
    if kind == "bytes32" and isinstance(value, str):
        return bytes.fromhex(value.removeprefix("0x"))
    if kind == "bytes32[]" and isinstance(value, list | tuple):
        return [abi_value(each, "bytes32") for each in value]
    return value


def plain_value(value: object) -> object:
    """The inverse: bytes as 0x-hex, all else as it is."""
    if isinstance(value, tuple):
        return tuple(plain_value(each) for each in value)
    return "0x" + value.hex() if isinstance(value, bytes) else value
