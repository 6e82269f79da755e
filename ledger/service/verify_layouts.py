"""Verifying a sealed layout file (版式文件): by its machine-readable companion, which carries its SM3.

The companion is a license file. It cannot be embedded in the layout file, whose digest it commits to; it is
looked for beside it, or named. The layout file itself is hashed and never parsed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ledger.domain.annotated_copy import is_annotated_copy
from ledger.domain.canonical import JsonObject, parse_strict
from ledger.domain.verdict import Check, Outcome, Step, failed, skipped
from ledger.errors import MalformedError
from ledger.proof.claims import read_envelope
from ledger.service.verify import NO_PRESENTATION, SEAL_VALIDITY, Subject

SEAL_NOT_CHECKED = "SEAL_NOT_CHECKED"
"""Flag: the digest of the layout file holds, and nobody looked at its seal."""

SEAL_CHECKS: dict[str, tuple[str, str]] = {
    "SEAL_DATA": ("印章数据及其制作单位的签名", "the seal's data and its maker's signature"),
    SEAL_VALIDITY: ("印章的有效期和是否已被撤销", "the seal's validity, and whether it was revoked"),
    "SIGNER_CERTIFICATE": ("签章人证书及其证书链", "the signer's certificate and its chain"),
    "SEALED_CONTENT": ("签章数据与版式内容的一致性", "that what was sealed is what the pages show"),
}
"""What seal software checks of an electronic seal and this verification does not, in both languages."""

_LAYOUTS = (b"%PDF-", b"PK\x03\x04")


def is_layout(data: bytes) -> bool:
    """Whether a file is a PDF or OFD that is no annotated copy."""
    return data.startswith(_LAYOUTS) and not is_annotated_copy(data)


@dataclass(frozen=True)
class Companion:
    """A license file that may be the companion of a layout file.

    Attributes:
        data: Its bytes.
        is_named: Whether somebody named it, or its name is the layout file's: if it is of another layout
            file, this one was altered or exchanged.
    """

    data: bytes
    is_named: bool


def layout_subject(digest: str, companions: Iterable[Companion]) -> Subject:
    """A layout file as a subject of verification: its companion's, and whether the SM3 is the one in it.

    Args:
        digest: SM3 of all its bytes, 64 digits.
        companions: License files at hand; they are read until one names this layout file.
    """
    other = None
    for each in companions:
        named = _layout_in(each.data)
        if named is not None and named.get("sm3") == digest:
            return _beside(each.data, _held(digest, named))
        if each.is_named and other is None:
            other = _beside(each.data, _of_another(digest, named))
    return other or _alone(digest)


def _layout_in(data: bytes) -> JsonObject | None:
    """What a license file says of its layout file; None of what says nothing."""
    try:
        license_ = parse_strict(data).get("license")
    except MalformedError:
        return None
    named = license_.get("layout") if isinstance(license_, dict) else None
    return named if isinstance(named, dict) else None


def _held(digest: str, named: JsonObject) -> Check:
    """What is told of a layout file whose digest the companion carries."""
    seal = {
        "serial": named.get("sealSerial"),
        "certificateSerial": named.get("sealCertificateSerial"),
        "policy": named.get("sealPolicy"),
        "checked": False,
        "notChecked": _not_checked(),
    }
    told = {"sm3": digest, "mediaType": named.get("mediaType"), "seal": seal}
    return Check(Step.INTEGRITY, Outcome.PASS, "OK", "", {"layout": told})


def _of_another(digest: str, named: JsonObject | None) -> Check:
    told = {"sm3": digest, "named": named.get("sm3") if named else None}
    return failed(Step.INTEGRITY, "TAMPERED", "LAYOUT_OF_ANOTHER", {"layout": told})


def _beside(companion: bytes, layout: Check) -> Subject:
    """The companion as a subject; what was found of the layout file stands in step 2 where that held."""
    (form, integrity), claim, _ = read_envelope(companion)
    flags: tuple[str, ...] = ()
    if integrity.outcome is Outcome.PASS:
        flags = (SEAL_NOT_CHECKED,) if layout.outcome is Outcome.PASS else ()
        integrity = replace(layout, evidence={**integrity.evidence, **layout.evidence})
    return Subject((form, integrity), claim, NO_PRESENTATION, flags=flags)


def _alone(digest: str) -> Subject:
    evidence = {"code": "LAYOUT_WITHOUT_COMPANION", "layout": {"sm3": digest}}
    error = MalformedError("LAYOUT_WITHOUT_COMPANION", sm3=digest)
    form = failed(Step.FORM, "MALFORMED", evidence={**evidence, **error.message()})
    return Subject((form, skipped(Step.INTEGRITY, "NOT_REACHED")), None, NO_PRESENTATION)


def _not_checked() -> list[JsonObject]:
    return [{"check": name, "zh": zh, "en": en} for name, (zh, en) in SEAL_CHECKS.items()]
