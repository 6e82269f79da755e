"""From a license file to what it claims: its form and integrity, without any ledger."""

from __future__ import annotations

from collections.abc import Mapping

from eth_abi.exceptions import EncodingError

from ledger.domain.canonical import JsonObject
from ledger.domain.document import Envelope
from ledger.domain.messages import MESSAGES, Domain, MessageType
from ledger.domain.objects import from_ascii32
from ledger.domain.verdict import Check, Step, failed, passed, skipped
from ledger.errors import MalformedError
from ledger.proof.verification import Claim


def struct_of(signed: Mapping[str, object]) -> MessageType:
    """The struct that a license was issued by: `Issue`, or `Amend` for a later version."""
    return MESSAGES["Amend" if "newLicenseId" in signed else "Issue"]


def claim_of(signed: JsonObject, signature: bytes, ledger_id: str, identifier: str | None) -> Claim:
    """What a signed struct claims.

    Raises:
        MalformedError: `SIGNED_STRUCT`: not the members of the struct, or values out of range.
    """
    struct = struct_of(signed)
    if signed.keys() != {name for name, _ in struct.fields}:
        raise MalformedError("SIGNED_STRUCT", struct=struct.name)
    try:
        _require_plain(signed, struct)
        return Claim(
            identifier=identifier,
            message_name=struct.name,
            signed=signed,
            signature=signature,
            ledger_id=ledger_id,
            license_id=str(signed["newLicenseId" if struct.name == "Amend" else "licenseId"]),
            issuer=from_ascii32(str(signed["issuer"])),
            license_type=from_ascii32(str(signed["licenseType"])),
        )
    except (EncodingError, ValueError, TypeError):
        raise MalformedError("SIGNED_STRUCT", struct=struct.name) from None


def _require_plain(signed: Mapping[str, object], struct: MessageType) -> None:
    """Every member is written the one way in which the ledger writes it: whole 0x-hex in lower case."""
    given = {name: value for name, value in signed.items() if name != "keyId"}
    key = str(signed["keyId"])
    if struct.values(struct.data(signed)) != given or key != "0x" + bytes.fromhex(key[2:]).hex():
        raise ValueError("another spelling")
    if len(key) != 66:
        raise ValueError("no key id")


def read_envelope(data: bytes, domain: Domain) -> tuple[tuple[Check, Check], Claim | None, Envelope | None]:
    """Do steps 1 and 2 on a license file.

    Args:
        data: The file.
        domain: EIP-712 domain of the Licenses contract on the caller's ledger.

    Returns:
        FORM and INTEGRITY; the claim, where the form holds; the envelope, likewise.
    """
    try:
        envelope = Envelope.parse(data)
        claim = claim_of(
            envelope.signed,
            bytes.fromhex(envelope.signature),
            str(envelope.anchor["ledgerId"]),
            envelope.identifier,
        )
    except MalformedError as error:
        evidence = {"code": error.code, **error.message()}
        form = failed(Step.FORM, "MALFORMED", evidence=evidence)
        return (form, skipped(Step.INTEGRITY, "NOT_REACHED")), None, None
    return (passed(Step.FORM), _integrity(envelope, claim, domain)), claim, envelope


def _integrity(envelope: Envelope, claim: Claim, domain: Domain) -> Check:
    faults = envelope.integrity_faults()
    if faults:
        return failed(Step.INTEGRITY, "TAMPERED", "DIGEST_MISMATCH", {"fields": faults})
    if envelope.signer != {"uscc": claim.issuer, "keyId": claim.key_id}:
        return failed(Step.INTEGRITY, "TAMPERED", "FACE_MISMATCH", {"fields": ["signer"]})
    if claim.ledger_id == "0x" + domain.ledger_id.hex() and envelope.message != _message(claim, domain):
        return failed(Step.INTEGRITY, "TAMPERED", "MESSAGE_MISMATCH", {"message": envelope.message})
    return passed(Step.INTEGRITY, {"digest": envelope.digest})


def _message(claim: Claim, domain: Domain) -> str:
    struct = MESSAGES[claim.message_name]
    return domain.signed_message(struct, bytes.fromhex(claim.key_id[2:]), struct.data(claim.signed)).hex()
