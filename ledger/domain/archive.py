"""The archive package of a license (归档包): one file that shows, years later, what was recorded of it.

It holds the license file, the trust file, what a node answered with its proofs, the records in a form
for people, and the decisions whose digests are on the ledger. The manifest names every member with its
SM3 and is signed by the body that made the package, over the block under which everything is proved.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from ledger.domain.canonical import JsonObject, canonical, parse_strict
from ledger.domain.moments import parse_moment, rfc3339
from ledger.domain.sm import TAG_ARCHIVE
from ledger.domain.sm3 import sm3
from ledger.domain.statements import Signed, Signs, message_of
from ledger.domain.stored_zip import unzipped, zip_of
from ledger.errors import MalformedError, TrustError, UsageError

FORMAT = "elicense-archive/1"
MAX_PACKAGE = 16 << 20
"""Bytes of a package: the license of a batch brings the records of its batch and of those that renewed it."""

MANIFEST, README = "manifest.json", "README.txt"
LICENSE, NETWORK, NODE = "license.elic.json", "network.json", "node.json"
RECORDS, REFERENCES = "records.jsonl", "references.json"
CONTENTS = (README, LICENSE, NETWORK, NODE, RECORDS, REFERENCES)
"""The members beside the manifest, in their order."""

ABOUT = """\
elicense-archive/1 电子证照归档包 / archive package of an electronic license

manifest.json      成员清单及其 SM3 摘要，由制作机关签名 / the members with their SM3, signed by who made it
license.elic.json  证照文件：内容、盐值、摘要、签名 / the license file: content, salts, digest, signature
network.json       信任文件：属于哪个账本 / the trust file: which ledger this is
node.json          区块头、记录与存储证明 / block headers, logs, storage proofs
records.jsonl      以上记录的可读形式，每行一条 / the same records for reading, one a line
references.json    决定文号及其盐值 / numbers of decisions, with their salts

核验 / to verify:  elicense verify-archive FILE --network network.json --maker KEY.pem (--head HASH)
信任文件、制作机关的公钥、区块哈希请用另行保存的：包内的证明不了自己。
Use a trust file, a public key of the maker or a block hash that you kept elsewhere: what is inside
cannot vouch for itself.
格式 / format: docs/interfaces.md, "Additions: keeping documents"
"""


_SALT = re.compile("[0-9a-f]{64}")
_HASH = re.compile("0x[0-9a-f]{64}")
_BODY = re.compile("[0-9A-Z]{18}")


@dataclass(frozen=True)
class Checkpoint:
    """The block under which everything in a package is proved.

    Attributes:
        block: Height.
        hash: 0x-hex.
        time: Unix seconds.
        seq: Records of the ledger until then.
        head: Of the Journal, 0x-hex.
    """

    block: int
    hash: str
    time: int
    seq: int
    head: str

    def as_json(self) -> JsonObject:
        """`{"block", "hash", "time", "seq", "head"}`."""
        return {**vars(self), "time": rfc3339(self.time)}


@dataclass(frozen=True)
class Manifest:
    """What a package says of itself.

    Attributes:
        ledger_id: 0x-hex.
        license_id: 0x-hex.
        identifier: As GB/T 36904 writes it.
        checkpoint: What it is proved under.
        members: Size and SM3 (64 hex digits) of each member, by name.
        public_key: Of the body that made it, 130 hex digits.
        signed: By whom and when.
    """

    ledger_id: str
    license_id: str
    identifier: str
    checkpoint: Checkpoint
    members: Mapping[str, tuple[int, str]]
    public_key: str
    signed: Signed

    def sign(self, signer: Signs) -> Manifest:
        """The manifest, signed."""
        return replace(self, signed=self.signed.with_signature(self.message, signer))

    @property
    def message(self) -> bytes:
        """What the body signs, 64 bytes."""
        return message_of(TAG_ARCHIVE, self.as_json())

    def as_json(self) -> JsonObject:
        """The member `manifest.json`."""
        rows = [{"name": name, "bytes": size, "sm3": digest} for name, (size, digest) in self.members.items()]
        return {
            "format": FORMAT,
            "ledgerId": self.ledger_id,
            "licenseId": self.license_id,
            "identifier": self.identifier,
            "checkpoint": self.checkpoint.as_json(),
            "members": rows,
            "publicKey": self.public_key,
            "at": rfc3339(self.signed.at),
            "by": self.signed.by,
            "keyId": self.signed.key_id,
            "signature": self.signed.signature,
        }


@dataclass(frozen=True)
class Archive:
    """A package as read: every member is the one that the manifest names; nothing else is checked.

    Attributes:
        manifest: What it says of itself.
        contents: The members beside the manifest, by name.
        sm3: Of the whole file, 64 hex digits.
    """

    manifest: Manifest
    contents: Mapping[str, bytes]
    sm3: str


def measured(contents: Mapping[str, bytes]) -> dict[str, tuple[int, str]]:
    """Size and SM3 of members, in the order of every package."""
    return {name: (len(contents[name]), sm3(contents[name]).hex()) for name in CONTENTS}


def package_of(manifest: Manifest, contents: Mapping[str, bytes]) -> bytes:
    """The file."""
    first = canonical(manifest.as_json()) + b"\n"
    return zip_of({MANIFEST: first, **{name: contents[name] for name in CONTENTS}})


def is_archive(data: bytes) -> bool:
    """Whether a file may be a package: its first member has the name of the manifest."""
    return data[:4] == b"PK\x03\x04" and data[30 : 30 + len(MANIFEST)] == MANIFEST.encode()


def read_archive(data: bytes) -> Archive:
    """Read a package from a stranger.

    Raises:
        MalformedError: `ARCHIVE_TOO_LARGE`, `ARCHIVE_LAYOUT`; `ARCHIVE_MANIFEST`.
        TrustError: `ARCHIVE_ALTERED`: a member is not the one that the manifest names.
    """
    members = unzipped(data, MAX_PACKAGE)
    if tuple(members) != (MANIFEST, *CONTENTS):
        raise MalformedError("ARCHIVE_LAYOUT", reason="other members")
    first = members.pop(MANIFEST)
    manifest = _manifest(first)
    for name, found in measured(members).items():
        if manifest.members[name] != found:
            raise TrustError("ARCHIVE_ALTERED", member=name)
    return Archive(manifest, members, sm3(data).hex())


def decision_digest(row: JsonObject) -> str:
    """What the ledger has of a decision's number: SM3(salt ‖ text), 0x-hex.

    Raises:
        MalformedError: `JSON_TYPE`.
    """
    match row:
        case {"reference": str(text), "salt": str(salt), **rest} if not rest and _SALT.fullmatch(salt):
            return "0x" + sm3(bytes.fromhex(salt) + text.encode()).hex()
    raise MalformedError("JSON_TYPE")


def decisions_in(data: bytes) -> set[str]:
    """The digests of all decisions in `references.json`; raises as `decision_digest`."""
    match parse_strict(data):
        case {"references": list(rows), **rest} if not rest and all(isinstance(row, dict) for row in rows):
            return {decision_digest(row) for row in rows}
    raise MalformedError("JSON_TYPE")


def _manifest(data: bytes) -> Manifest:
    try:
        manifest = _read_manifest(parse_strict(data))
    except (MalformedError, UsageError) as error:
        raise MalformedError("ARCHIVE_MANIFEST", reason=error.code) from None
    if tuple(manifest.members) != CONTENTS or canonical(manifest.as_json()) + b"\n" != data:
        raise MalformedError("ARCHIVE_MANIFEST", reason="form")
    return manifest


def _read_manifest(value: JsonObject) -> Manifest:
    match value:
        case {
            "ledgerId": str(ledger_id),
            "licenseId": str(license_id),
            "identifier": str(identifier),
            "checkpoint": dict(checkpoint),
            "members": list(members),
            "publicKey": str(public_key),
            "at": str(at),
            "by": str(by),
            "keyId": str(key_id),
            "signature": str(signature),
        }:
            proved = _checkpoint(checkpoint)
            hashes = (ledger_id, license_id, key_id, proved.hash, proved.head)
            if not all(map(_HASH.fullmatch, hashes)) or not _BODY.fullmatch(by):
                raise MalformedError("JSON_TYPE")
            signed = Signed(by, key_id, parse_moment(at), signature)
            rows = dict(map(_member, members))
            return Manifest(ledger_id, license_id, identifier, proved, rows, public_key, signed)
    raise MalformedError("JSON_TYPE")


def _checkpoint(value: JsonObject) -> Checkpoint:
    match value:
        case {"block": int(block), "hash": str(hash_), "time": str(time), "seq": int(seq), "head": str(head)}:
            return Checkpoint(block, hash_, parse_moment(time), seq, head)
    raise MalformedError("JSON_TYPE")


def _member(value: object) -> tuple[str, tuple[int, str]]:
    match value:
        case {"name": str(name), "bytes": int(size), "sm3": str(digest)}:
            return name, (size, digest)
    raise MalformedError("JSON_TYPE")
