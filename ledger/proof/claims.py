"""From a license file, or what is shown of it, to what it claims: form and integrity, without any ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from eth_abi.exceptions import EncodingError

from ledger.domain.canonical import JsonObject
from ledger.domain.conversion import (
    ConversionSignature,
    conversion_json,
    conversion_signatures,
    is_signed_for,
)
from ledger.domain.document import Envelope, Leaf, contradicting_fields
from ledger.domain.fields_tree import flatten
from ledger.domain.leaves import leads_to_root
from ledger.domain.license_input import CONVERTED
from ledger.domain.messages import MESSAGES, MessageType, issued_id
from ledger.domain.objects import from_ascii32
from ledger.domain.official import KIND, TypeKind
from ledger.domain.presentation import ShownLicense
from ledger.domain.presenters import Presenter
from ledger.domain.verdict import Check, Step, failed, passed, skipped
from ledger.errors import BadProofError, MalformedError
from ledger.proof.verification import Claim


def struct_of(signed: Mapping[str, object]) -> MessageType:
    """The struct that a license was issued by: alone or in a batch, as the first version or a later one."""
    if "root" in signed:
        return MESSAGES["RenewBatch" if "earlier" in signed else "IssueBatch"]
    return MESSAGES["Amend" if "newLicenseId" in signed else "Issue"]


def claim_of(
    signed: Mapping[str, object],
    signature: bytes,
    ledger_id: str,
    identifier: str | None,
    leaf: Mapping[str, object] | None = None,
    place: JsonObject | None = None,
    origin: str | None = None,
) -> Claim:
    """What a signed struct claims.

    Args:
        signed: The struct with `keyId`.
        signature: 64 bytes.
        ledger_id: 0x-hex, as the document says.
        identifier: Where the document shows it.
        leaf: What the leaf of a license of a batch binds, by the names of `OPENING`.
        place: `index` and `proof` of that leaf.
        origin: Where the document shows it.

    Raises:
        MalformedError: `SIGNED_STRUCT`: not the members of the struct, or values out of range; a batch's
            without leaf and place, or another's with them.
    """
    struct = struct_of(signed)
    is_batch = "root" in signed
    is_whole = is_batch == (leaf is not None) == (place is not None)
    if signed.keys() != {name for name, _ in struct.fields} or not is_whole:
        raise MalformedError("SIGNED_STRUCT", struct=struct.name)
    try:
        _require_plain(signed, struct)
        return Claim(
            identifier=identifier,
            message_name=struct.name,
            signed=signed,
            signature=signature,
            ledger_id=ledger_id,
            license_id=issued_id(signed if leaf is None else leaf),
            issuer=from_ascii32(str(signed["issuer"])),
            license_type=from_ascii32(str(signed["licenseType"])),
            leaf=leaf,
            index=place["index"] if place else 0,
            proof=tuple(place["proof"]) if place else (),
            origin=origin,
        )
    except (EncodingError, MalformedError, ValueError, TypeError):
        raise MalformedError("SIGNED_STRUCT", struct=struct.name) from None


def leaf_terms(leaf: Leaf) -> dict[str, object]:
    """What a leaf binds, by the names that an opening has for it; hashes as 0x-hex."""
    return {
        "licenseId": leaf.license_id,
        "handle": leaf.handle,
        "digest": "0x" + leaf.digest,
        "holderBinding": leaf.holder_binding,
        "validFrom": leaf.valid_from,
        "validTo": leaf.valid_to,
    }


def claim_of_file(envelope: Envelope) -> Claim:
    """What a license file claims.

    Raises:
        MalformedError: As `claim_of`.
    """
    claim = claim_of(
        envelope.signed,
        bytes.fromhex(envelope.signature),
        str(envelope.anchor["ledgerId"]),
        envelope.identifier,
        leaf_terms(envelope.leaf) if envelope.leaf else None,
        envelope.anchor["batch"],
        str(envelope.license["origin"]),
    )
    license_, signatures = envelope.license, _conversions(envelope)
    return replace(
        claim,
        message=envelope.message,
        conversion=conversion_json(license_, signatures) if signatures else None,
        conversions=signatures,
        is_unsigned_for=license_["origin"] in CONVERTED and not signatures,
        kind=envelope.kind,
        seen=lambda: flatten(license_),
    )


def _conversions(envelope: Envelope) -> tuple[ConversionSignature, ...]:
    """The signatures for its conversion; raises `ENVELOPE_FORM` where it names no issuer."""
    try:
        return conversion_signatures(envelope.license, str(envelope.anchor["ledgerId"]))
    except KeyError as missing:
        raise MalformedError("ENVELOPE_FORM", field=f"license/metadata/{missing.args[0]}") from None


def whole_claim(envelope: Envelope) -> Claim:
    """What a license file claims, where all of it that needs no ledger holds.

    Raises:
        MalformedError: As `claim_of`.
        BadProofError: `DOCUMENT_TAMPERED`, naming the parts.
    """
    envelope.check_integrity()
    claim = claim_of_file(envelope)
    if claim.leaf is not None and not is_in_its_batch(envelope, claim):
        raise BadProofError("DOCUMENT_TAMPERED", parts="leaf, anchor/batch")
    return claim


def claim_of_shown(shown: ShownLicense, ledger_id: bytes) -> Claim:
    """What a presentation claims of one license.

    Args:
        shown: The license.
        ledger_id: The presentation's.

    Raises:
        MalformedError: As `claim_of`.
    """
    values = shown.disclosure.values()
    identifier, origin = values.get("metadata/certificateIdentifier"), values.get("origin")
    claim = claim_of(
        shown.signed,
        shown.signature,
        "0x" + ledger_id.hex(),
        identifier if isinstance(identifier, str) else None,
        shown.leaf,
        None if shown.leaf is None else {"index": shown.index, "proof": shown.proof},
        origin if isinstance(origin, str) else None,
    )
    stated = values.get(KIND) == TypeKind.DOCUMENT.value
    return replace(claim, kind=TypeKind.DOCUMENT if stated else None, seen=lambda: values)


def shown_of(
    envelope: Envelope, claim: Claim, paths: Sequence[str], holder: Presenter | None = None
) -> ShownLicense:
    """Some fields of a license file and nothing else, with all that leads from them to its record.

    Args:
        envelope: The license file.
        claim: What it claims.
        paths: Of the fields.
        holder: Who shows them, by keys; None where nobody's keys are asked for.

    Raises:
        MalformedError: `FIELD_UNKNOWN`.
    """
    return ShownLicense(
        message=claim.message_name,
        signed=claim.signed,
        signature=claim.signature,
        disclosure=envelope.disclose(list(paths)),
        holder=holder,
        leaf=claim.leaf,
        index=claim.index,
        proof=claim.proof,
    )


def opening_of(claim: Claim) -> dict[str, object] | None:
    """What turns the leaf of a license of a batch into a license of its own, by the names of `OPENING`.

    None for a single license.
    """
    if claim.leaf is None:
        return None
    return {"batch": claim.batch, "index": claim.index, **claim.leaf, "proof": list(claim.proof)}


def _require_plain(signed: Mapping[str, object], struct: MessageType) -> None:
    """Every member is written the one way in which the ledger writes it: whole 0x-hex in lower case."""
    given = {name: value for name, value in signed.items() if name != "keyId"}
    key = str(signed["keyId"])
    if struct.values(struct.data(signed)) != given or key != "0x" + bytes.fromhex(key[2:]).hex():
        raise ValueError("another spelling")
    if len(key) != 66:
        raise ValueError("no key id")


def read_envelope(data: bytes) -> tuple[tuple[Check, Check], Claim | None, Envelope | None]:
    """Do steps 1 and 2 on a license file.

    Whether its `message` is what was signed depends on the contract that recorded it: step 3 tells.

    Returns:
        FORM and INTEGRITY; the claim, where the form holds; the envelope, likewise.
    """
    try:
        envelope = Envelope.parse(data)
        claim = claim_of_file(envelope)
    except MalformedError as error:
        evidence = {"code": error.code, **error.message()}
        form = failed(Step.FORM, "MALFORMED", evidence=evidence)
        return (form, skipped(Step.INTEGRITY, "NOT_REACHED")), None, None
    return (passed(Step.FORM), _integrity(envelope, claim)), claim, envelope


def shown_integrity(shown: ShownLicense, ledger_id: bytes) -> Check:
    """Step 2 for what is shown: the fields lead to what was signed, and contradict nothing of it.

    Args:
        shown: The license.
        ledger_id: The presentation's.
    """
    evidence = {"digest": shown.terms["digest"], "fields": len(shown.disclosure.fields)}
    if not shown.is_in_its_batch:
        return failed(Step.INTEGRITY, "TAMPERED", "LEAF_MISMATCH", evidence)
    faults = [] if shown.has_own_id(ledger_id) else ["licenseId"]
    if not faults and not shown.is_intact(ledger_id):
        return failed(Step.INTEGRITY, "TAMPERED", "DIGEST_MISMATCH", evidence)
    faults += contradicting_fields(shown.disclosure.values(), {**shown.signed, **shown.terms})
    if faults:
        return failed(Step.INTEGRITY, "TAMPERED", "FACE_MISMATCH", {"fields": faults})
    return passed(Step.INTEGRITY, evidence)


def _integrity(envelope: Envelope, claim: Claim) -> Check:
    faults = envelope.integrity_faults()
    license_ = envelope.license
    if "conversion" in license_ and not is_signed_for(license_["origin"], license_["conversion"]):
        return failed(Step.INTEGRITY, "TAMPERED", "BAD_CONVERSION", {"fields": ["conversion"]})
    if faults:
        return failed(Step.INTEGRITY, "TAMPERED", "DIGEST_MISMATCH", {"fields": faults})
    if claim.leaf is not None and not is_in_its_batch(envelope, claim):
        return failed(Step.INTEGRITY, "TAMPERED", "LEAF_MISMATCH", {"fields": ["leaf", "anchor/batch"]})
    if envelope.signer != {"uscc": claim.issuer, "keyId": claim.key_id}:
        return failed(Step.INTEGRITY, "TAMPERED", "FACE_MISMATCH", {"fields": ["signer"]})
    return passed(Step.INTEGRITY, {"digest": envelope.digest})


def is_in_its_batch(envelope: Envelope, claim: Claim) -> bool:
    """Whether the leaf of a license file, recomputed, leads by its path to the root that was signed."""
    signed, place = claim.signed, envelope.anchor["batch"]
    if (place["root"], place["size"]) != (signed["root"], signed["size"]):
        return False
    if claim.leaf is None or envelope.anchor["licenseId"] != claim.license_id:
        return False
    where = (place["root"], place["size"], claim.license_type)
    return leads_to_root(*where, claim.leaf, claim.index, claim.proof)
