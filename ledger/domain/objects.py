"""Object ids: what a record is about.

The Journal keeps `(rev, H)` per object, so one storage proof shows an object's whole history.
A license is its own object; everything else hashes its kind and its natural code.
"""

from __future__ import annotations

from functools import lru_cache

from eth_hash.auto import keccak

from ledger.domain.sm3 import hmac_sm3
from ledger.errors import MalformedError


def ascii32(text: str) -> bytes:
    """ASCII text of at most 32 characters, right-padded with zeros.

    Example:
        >>> ascii32("310118").hex()[:14]
        '33313031313800'
    """
    raw = text.encode("ascii")
    if len(raw) > 32:
        raise ValueError(f"too long for 32 bytes: {text}")
    return raw.ljust(32, b"\0")


def from_ascii32(word: bytes | str) -> str:
    """The inverse of `ascii32`; takes bytes or 0x-hex.

    Raises:
        MalformedError: `CODE_NOT_ASCII`; a message from outside may carry any word.

    Example:
        >>> from_ascii32(ascii32("310118"))
        '310118'
    """
    raw = bytes.fromhex(word.removeprefix("0x")) if isinstance(word, str) else word
    try:
        return raw.rstrip(b"\0").decode("ascii")
    except UnicodeDecodeError:
        raise MalformedError("CODE_NOT_ASCII", word="0x" + raw.hex()) from None


@lru_cache(maxsize=4096)
def _object(kind: str, *parts: bytes) -> bytes:
    """Remembered: thousands of licenses ask for the same few bodies, keys and types."""
    words = [ascii32(kind), *parts]
    words += [bytes(32)] * (4 - len(words))
    return keccak(b"".join(words))


def ledger_object() -> bytes:
    """The ledger itself: founding, contracts, seal."""
    return _object("ledger")


def region_object(region: int) -> bytes:
    """A region, by its GB/T 2260 code as a number."""
    return _object("region", region.to_bytes(32, "big"))


def organisation_object(uscc: str) -> bytes:
    """An organisation, by its unified social credit code."""
    return _object("organisation", ascii32(uscc))


def region_id(region: int) -> str:
    """`region_object` as the state and JSON name owners, 0x-hex."""
    return "0x" + region_object(region).hex()


def organisation_id(uscc: str) -> str:
    """`organisation_object` as the state and JSON name owners, 0x-hex."""
    return "0x" + organisation_object(uscc).hex()


def key_object(key_id: bytes) -> bytes:
    """A registered SM2 key."""
    return _object("key", key_id)


def relay_object(account: str) -> bytes:
    """A relay, by its EVM account (0x-hex)."""
    return _object("relay", bytes.fromhex(account.removeprefix("0x")).rjust(32, b"\0"))


def type_object(license_type: str) -> bytes:
    """A license type, by its 21-character code."""
    return _object("type", ascii32(license_type))


def entitlement_object(license_type: str, issuer: str) -> bytes:
    """The right of one body to issue one type."""
    return _object("entitlement", ascii32(license_type), ascii32(issuer))


def power_object(license_type: str, body: bytes, region: int) -> bytes:
    """What a body (by its object) other than the issuer may do to licenses of a type in a region."""
    return _object("power", ascii32(license_type), body, region.to_bytes(32, "big"))


def recognition_object(from_region: int, to_region: int, license_type: str) -> bytes:
    """The agreement that a type of one region counts in another."""
    return _object(
        "recognition", from_region.to_bytes(32, "big"), to_region.to_bytes(32, "big"), ascii32(license_type)
    )


def batch_object(issuer: str, root: bytes) -> bytes:
    """A batch, by its issuer and the root of its tree."""
    return _object("batch", ascii32(issuer), root)


def representation_object(license_id: bytes, representative: bytes) -> bytes:
    """One representative of a license's holder, by the commitment to the representative's keys."""
    return _object("representation", license_id, representative)


def resource_object(owner: str, code: bytes) -> bytes:
    """A shared resource, by its owner's credit code and the owner's code for it in 32 bytes."""
    return _object("resource", ascii32(owner), code)


def library_writer_object(region: int, base_library: int, body: str) -> bytes:
    """The right of a body to write in a base library of a region."""
    return _object("library", region.to_bytes(32, "big"), base_library.to_bytes(32, "big"), ascii32(body))


def demand_object(demander: str, nonce: bytes) -> bytes:
    """A demand for data, by the body that lacks them and 32 random bytes."""
    return _object("demand", ascii32(demander), nonce)


def duty_object(region: int, owner: str, code: bytes) -> bytes:
    """An item of a region's responsibility list: what a body owes under a code."""
    return _object("duty", region.to_bytes(32, "big"), ascii32(owner), code)


def code_table_object(publisher: bytes, name: bytes) -> bytes:
    """A code table, by its publisher's object and its name in 32 bytes."""
    return _object("code table", publisher, name)


def grant_object(grantee: str, nonce: bytes) -> bytes:
    """A grant, by the grantee and 32 random bytes."""
    return _object("grant", ascii32(grantee), nonce)


def delegation_object(parent: bytes, grantee: str, nonce: bytes) -> bytes:
    """A grant that the grantee of another narrowed for somebody else."""
    return _object("delegation", parent, ascii32(grantee), nonce)


def uses_object(root: bytes) -> bytes:
    """Uses that stand in one record, by the root over their words."""
    return _object("uses", root)


def use_batch_object(grant: bytes, root: bytes) -> bytes:
    """A batch of uses of a grant, by the root over its leaves."""
    return _object("use batch", grant, root)


def refusal_object(owner: str, request_digest: bytes) -> bytes:
    """The refusal of a request, by the body that was asked and the request's digest."""
    return _object("refusal", ascii32(owner), request_digest)


def refusal_batch_object(owner: str, root: bytes) -> bytes:
    """A batch of refusals, by the body that was asked and the root over its leaves."""
    return _object("refusal batch", ascii32(owner), root)


def correction_object(opener: bytes, nonce: bytes) -> bytes:
    """A correction, by 32 random bytes and who opened it: a body's code, or the license of a holder."""
    return _object("correction", opener, nonce)


def acknowledgement_object(correction: bytes, body: str) -> bytes:
    """That a body heard of a correction."""
    return _object("acknowledgement", correction, ascii32(body))


def item_object(owner: str, code: bytes) -> bytes:
    """A service item, by its handling body's credit code and its own code in 32 bytes."""
    return _object("item", ascii32(owner), code)


def edition_object(resource: bytes, digest: bytes) -> bytes:
    """An edition of open data, by its resource's object and the SM3 digest of its bytes."""
    return _object("edition", resource, digest)


def declaration_object(resource: bytes, kind: int, other: bytes) -> bytes:
    """What is declared of a resource, by kind; `other` is where a mapping leads, else 32 zero bytes."""
    return _object("declaration", resource, kind.to_bytes(32, "big"), other)


def repeat_object(item: bytes, license_id: bytes, asked_at: int) -> bytes:
    """That a license was asked for again for an item, at a moment in Unix seconds."""
    return _object("repeat", item, license_id, asked_at.to_bytes(32, "big"))


def license_handle(secret: bytes, identifier: str) -> bytes:
    """An issuer's handle of a license: HMAC-SM3(issuer's secret, identifier), 32 bytes.

    Nobody without the secret can tell which identifier a handle stands for, or try identifiers out;
    the issuer itself always gets the same one, so it cannot issue one identifier twice.

    Args:
        secret: The body's 32 bytes.
        identifier: License identifier (GB/T 36904), as text.
    """
    return hmac_sm3(secret, identifier.encode("ascii"))


def license_id(ledger_id: bytes, issuer: str, handle: bytes) -> bytes:
    """A license's id: keccak256(ledger id ‖ issuer ‖ handle).

    An id is its issuer's alone: for another body there is no handle that makes the same.

    Args:
        ledger_id: 32 bytes.
        issuer: Unified social credit code of the issuing body.
        handle: The issuer's 32 bytes for the license.
    """
    return keccak(ledger_id + ascii32(issuer) + handle)
