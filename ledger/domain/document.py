"""The `elicense/1` document: from what an issuer fills in to what is signed, stored and shown.

A license is one JSON object: `metadata` (names of GB/T 36903), `face` (by the schema of its type),
`holders`, `origin`, `layout`; an official document says so in `kind`. Its content digest commits to
every field under its own salt (`ledger.domain.fields_tree`). The envelope carries license, salts,
signature and the way to its record on the ledger. Nothing in the envelope is believed: `check_integrity`
recomputes what can be recomputed without a ledger, all else is for verification.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from ledger.domain.canonical import JsonObject, canonical, parse_strict
from ledger.domain.conversion import ROLES, conversion_fault
from ledger.domain.field_rules import FieldFault, parse_day
from ledger.domain.fields_tree import Disclosure, content_digest, disclose, draw_salts, flatten
from ledger.domain.holders import JointHolders, are_pairs, is_rule
from ledger.domain.identifiers import LicenseIdentifier
from ledger.domain.license_input import LicenseDraft
from ledger.domain.license_types import LicenseType
from ledger.domain.moments import end_of_day, start_of_day
from ledger.domain.objects import batch_object
from ledger.domain.official import KIND, TypeKind, kind_of
from ledger.errors import BadProofError, MalformedError

FORMAT = "elicense/1"
ALGORITHM = "SM2-SM3"
_ISSUER = "certificateIssuingAuthorityCode"
_IDENTIFIER = "license/metadata/certificateIdentifier"


def license_faults(given: JsonObject, kind: LicenseType) -> list[FieldFault]:
    """Everything that is wrong with a license input, by field.

    Args:
        given: The license input of docs/interfaces.md.
        kind: The type that it is meant to be of.
    """
    return LicenseDraft(given, kind).faults


def build_license(given: JsonObject, kind: LicenseType) -> JsonObject:
    """Make the license out of a license input.

    What follows from the rest may be left out: the names of the type, the first holder in the
    metadata or the holders there, the first day of validity (the day of issue), the version
    (001), and the identifier, which is then computed from type, issuer, `serial` and version.

    Args:
        given: The license input of docs/interfaces.md.
        kind: Its type.

    Returns:
        The license of an envelope: `metadata`, `face`, `holders`, `origin`, `layout`.

    Raises:
        MalformedError: `LICENSE_INPUT`; its field `errors` lists every fault as
            `{"field", "code", "message"}`, never only the first.
    """
    draft = LicenseDraft(given, kind)
    if draft.faults:
        raise MalformedError(
            "LICENSE_INPUT",
            count=len(draft.faults),
            first=draft.faults[0].field,
            errors=[fault.as_json() for fault in draft.faults],
        )
    return draft.license()


@dataclass(frozen=True)
class FilledIn:
    """A license input without faults, and the license that it makes."""

    given: JsonObject
    license: JsonObject

    @property
    def identifier(self) -> str:
        """The license identifier."""
        return str(self.license["metadata"]["certificateIdentifier"])


def fill_in(given: JsonObject, kind: LicenseType) -> FilledIn:
    """Read a license input once and for all; raises as `build_license`."""
    return FilledIn(given, build_license(given, kind))


class Validity(NamedTuple):
    """The seconds in which a license is in force by its own dates, Unix time.

    `valid_to` is the first second after, 0 for none (长期).
    """

    valid_from: int
    valid_to: int


def validity(document: JsonObject) -> Validity:
    """From 00:00 of the first day to 24:00 of the last, in Asia/Shanghai.

    A first day before 1970 counts as second 0, the earliest that a contract stores.

    Raises:
        MalformedError: `ENVELOPE_FORM`, where the license has no such dates.

    Example:
        >>> validity({"metadata": {
        ...     "certificateEffectiveDate": "2025-01-01", "certificateExpiringDate": "2025-01-01"}})
        Validity(valid_from=1735660800, valid_to=1735747200)
    """
    metadata = document.get("metadata")
    dates = metadata if isinstance(metadata, dict) else {}
    first = parse_day(dates.get("certificateEffectiveDate"))
    end = dates.get("certificateExpiringDate")
    last = parse_day(end)
    if first is None or (end is not None and last is None):
        raise _form("license/metadata")
    return Validity(max(0, start_of_day(first)), max(1, end_of_day(last)) if last else 0)


def contradicting_fields(shown: Mapping[str, object], signed: Mapping[str, object]) -> list[str]:
    """The disclosed fields that say something else than the signed struct, as paths.

    What `Envelope.integrity_faults` finds in a whole license, for one of which only some fields are
    shown: identifier, type, issuer and validity.

    Args:
        shown: Field values by path.
        signed: Members of `Issue` or `Amend`; codes as 0x-hex words.
    """
    metadata = {name: shown[_METADATA + name] for name in _STATEMENTS if _METADATA + name in shown}
    return [_METADATA + name for name, value in metadata.items() if not _STATEMENTS[name](value, signed)]


def _states_identifier(value: object, signed: Mapping[str, object]) -> bool:
    try:
        found = LicenseIdentifier.parse(str(value), strict=False)
    except MalformedError:
        return False
    is_own = len(found.issuer_code) != 18 or type_word(found.issuer_code) == signed["issuer"]
    return is_own and type_word(found.type_code) == signed["licenseType"]


def _states_code(member: str) -> Callable[[object, Mapping[str, object]], bool]:
    return lambda value, signed: str(value).isascii() and type_word(str(value)) == signed[member]


def _states_first_day(value: object, signed: Mapping[str, object]) -> bool:
    day = parse_day(value)
    return day is not None and max(0, start_of_day(day)) == signed["validFrom"]


def _states_last_day(value: object, signed: Mapping[str, object]) -> bool:
    day = parse_day(value)
    end = max(1, end_of_day(day)) if day else 0
    return (value is None or day is not None) and end == signed["validTo"]


_METADATA = "metadata/"
_STATEMENTS: dict[str, Callable[[object, Mapping[str, object]], bool]] = {
    "certificateIdentifier": _states_identifier,
    "certificateTypeCode": _states_code("licenseType"),
    _ISSUER: _states_code("issuer"),
    "certificateEffectiveDate": _states_first_day,
    "certificateExpiringDate": _states_last_day,
}


def type_word(code: str) -> str:
    """A type code as the EVM stores it: ASCII in 32 bytes, 0x-hex."""
    return "0x" + code.encode("ascii").ljust(32, b"\0").hex()


def new_salts(document: JsonObject, draw: Callable[[int], bytes]) -> dict[str, str]:
    """A fresh salt for every field of a license, in hex, as the envelope carries them.

    Args:
        document: The license.
        draw: Gives that many bytes from a cryptographically secure source.
    """
    return {path: salt.hex() for path, salt in draw_salts(flatten(document), draw).items()}


def license_digest(document: JsonObject, salts: Mapping[str, str]) -> bytes:
    """The content digest of a license under its salts, 32 bytes.

    Raises:
        MalformedError: `SALTS_MISMATCH` and the other codes of `fields_tree.leaves`.
    """
    return content_digest(flatten(document), _bytes_of(salts))


@dataclass(frozen=True)
class Leaf:
    """What the ledger's leaf of a license binds; kept in the envelope of a license of a batch.

    Attributes:
        license_id: 0x and 64 digits.
        handle: What makes that id its issuer's, 0x and 64 digits.
        type: The 21 characters of the type code.
        digest: Content digest, 64 digits.
        holder_binding: 0x and 64 digits.
        valid_from: First second of validity.
        valid_to: First second after it, or 0.
    """

    license_id: str
    handle: str
    type: str
    digest: str
    holder_binding: str
    valid_from: int
    valid_to: int


@dataclass(frozen=True)
class Envelope:
    """A license file, `*.elic.json`.

    Attributes:
        license: The license.
        salts: 64 hex digits for each field path.
        digest: Content digest, 64 hex digits.
        signer: `uscc` and `keyId` of who signed.
        signed: The EIP-712 struct by field name; hashes as 0x-hex.
        message: What was signed, in hex, 64 bytes.
        signature: 128 hex digits, r‖s.
        leaf: For a license of a batch; else None.
        anchor: Where the record stands. A hint, never trusted.
        holders: Where the issuer bound several holders together; they lead to the holder binding.
    """

    license: JsonObject
    salts: Mapping[str, str]
    digest: str
    signer: Mapping[str, str]
    signed: JsonObject
    message: str
    signature: str
    leaf: Leaf | None
    anchor: JsonObject
    holders: JointHolders | None = None

    @property
    def place(self) -> tuple[str, int] | None:
        """Object of its batch, 0x-hex, and its place there, by its own words; None for a single license."""
        batch = self.anchor["batch"]
        if batch is None:
            return None
        root = bytes.fromhex(str(batch["root"])[2:])
        return "0x" + batch_object(self.signer["uscc"], root).hex(), int(batch["index"])

    @classmethod
    def parse(cls, data: bytes) -> Envelope:
        """Read a license file; the spelling of the JSON does not matter, its content does.

        Raises:
            MalformedError: The codes of `parse_strict`, or `ENVELOPE_FORM` with the field.
        """
        return cls.from_json(parse_strict(data))

    @classmethod
    def from_json(cls, value: JsonObject) -> Envelope:
        """The envelope of a JSON object that was already read strictly.

        Raises:
            MalformedError: `ENVELOPE_FORM` with the field.
        """
        is_joint = not _JOINT.keys().isdisjoint(value)
        _require_shape(value, _ENVELOPE | _JOINT if is_joint else _ENVELOPE, "")
        leaf = value["leaf"]
        return cls(
            license=value["license"],
            salts=value["salts"],
            digest=value["digest"],
            signer=value["signer"],
            signed=value["signed"],
            message=value["message"],
            signature=value["signature"],
            leaf=Leaf(*(leaf[name] for name in _LEAF)) if leaf else None,
            anchor=value["anchor"],
            holders=JointHolders.from_json(value) if is_joint else None,
        )

    def as_json(self) -> JsonObject:
        """The object of docs/interfaces.md."""
        leaf = self.leaf
        values = vars(leaf).values() if leaf else ()
        return {
            "format": FORMAT,
            "license": self.license,
            "salts": dict(self.salts),
            "digest": self.digest,
            "signer": dict(self.signer),
            "alg": ALGORITHM,
            "signed": self.signed,
            "message": self.message,
            "signature": self.signature,
            "leaf": dict(zip(_LEAF, values, strict=True)) if leaf else None,
            "anchor": self.anchor,
            **(self.holders.as_json() if self.holders else {}),
        }

    def to_bytes(self) -> bytes:
        """The canonical form, in which files are written; `parse` reads it back byte for byte."""
        return canonical(self.as_json())

    @property
    def identifier(self) -> str:
        """The license identifier that the document states."""
        return str(self.license["metadata"]["certificateIdentifier"])

    @property
    def kind(self) -> TypeKind:
        """Whether it is a license or an official document, by its own word."""
        return kind_of(self.license)

    @property
    def type_code(self) -> str:
        """The license type that the document states."""
        return str(self.license["metadata"]["certificateTypeCode"])

    def disclose(self, paths: list[str]) -> Disclosure:
        """Some fields of the license with their proof.

        Raises:
            MalformedError: `FIELD_UNKNOWN` for a path that the license does not have.
        """
        return disclose(flatten(self.license), _bytes_of(self.salts), paths)

    def integrity_faults(self) -> list[str]:
        """The statements of the envelope that its own license contradicts; empty when it is whole.

        Recomputes the content digest from license and salts and compares it with `digest`, with the
        leaf and with the signed struct; issuer, type and validity likewise, and the identifier with
        the issuer and type in it: an issuer may sign no license in another's name. Several holders
        have to lead to the holder binding. Signature and record are not looked at.
        """
        try:
            found = license_digest(self.license, self.salts).hex()
            expected = {"digest": found, **_stated(self.license)}
        except MalformedError as fault:
            return ["salts" if fault.code == "SALTS_MISMATCH" else "license"]
        faults = ["digest"] if self.digest != found else []
        faults += ["holderKeys"] if self.holders and self.holders.binding != self._binding else []
        faults += [] if _names_its_own(self.license["metadata"]) else [_IDENTIFIER]
        faults += [f"leaf/{name}" for name in _contradicted(_leaf_statements(self.leaf), expected)]
        return faults + [
            f"signed/{name}" for name in _contradicted(_signed_statements(self.signed), expected)
        ]

    @property
    def _binding(self) -> object:
        return self.leaf.holder_binding if self.leaf else self.signed.get("holderBinding")

    def check_integrity(self) -> None:
        """Refuse an envelope that is not whole.

        Raises:
            BadProofError: `DOCUMENT_TAMPERED`, naming the parts.
        """
        faults = self.integrity_faults()
        if faults:
            raise BadProofError("DOCUMENT_TAMPERED", parts=", ".join(faults))


def _stated(document: JsonObject) -> dict[str, object]:
    valid_from, valid_to = validity(document)
    metadata = document["metadata"]
    code, issuer = (str(metadata.get(name, "")) for name in ("certificateTypeCode", _ISSUER))
    return {"type": code, "issuer": issuer, "validFrom": valid_from, "validTo": valid_to}


def _names_its_own(metadata: JsonObject) -> bool:
    """Whether the identifier names the license's own type and, where it names a body, its own issuer."""
    try:
        found = LicenseIdentifier.parse(str(metadata["certificateIdentifier"]), strict=False)
    except MalformedError:
        return False
    is_own = len(found.issuer_code) != 18 or found.issuer_code == metadata.get(_ISSUER)
    return found.type_code == metadata["certificateTypeCode"] and is_own


def _leaf_statements(leaf: Leaf | None) -> dict[str, object]:
    if leaf is None:
        return {}
    return {"digest": leaf.digest, "type": leaf.type, "validFrom": leaf.valid_from, "validTo": leaf.valid_to}


def _signed_statements(signed: JsonObject) -> dict[str, object]:
    """What the signed struct says of one license; a batch signs a root and says nothing of it."""
    stated: dict[str, object] = {name: signed[name] for name in ("validFrom", "validTo") if name in signed}
    if "digest" in signed:
        stated["digest"] = str(signed["digest"]).removeprefix("0x")
    if "licenseType" in signed:
        stated["type"] = signed["licenseType"]
    if "issuer" in signed:
        stated["issuer"] = signed["issuer"]
    return stated


def _contradicted(stated: Mapping[str, object], expected: Mapping[str, object]) -> list[str]:
    def agrees(name: str) -> bool:
        if name in ("type", "issuer") and str(stated[name]).startswith("0x"):
            text = str(expected[name])
            return text.isascii() and stated[name] == type_word(text)
        return stated[name] == expected[name]

    return [name for name in stated if not agrees(name)]


def _bytes_of(salts: Mapping[str, str]) -> dict[str, bytes]:
    return {path: bytes.fromhex(salt) for path, salt in salts.items()}


# --- form -----------------------------------------------------------------------------------

_Shape = Callable[[object], bool]


def _form(field: str) -> MalformedError:
    return MalformedError("ENVELOPE_FORM", field=field)


def _matching(pattern: str) -> _Shape:
    compiled = re.compile(pattern)
    return lambda value: isinstance(value, str) and compiled.fullmatch(value) is not None


def _counting(value: object) -> bool:
    return type(value) is int and value >= 0


def _or_none(shape: _Shape) -> _Shape:
    return lambda value: value is None or shape(value)


def _is_license(value: object) -> bool:
    members = {"metadata", "face", "holders", "origin", "layout"}
    if not isinstance(value, dict) or value.keys() - {"conversion", KIND} != members:
        return False
    if KIND in value and value[KIND] != TypeKind.DOCUMENT.value:
        return False
    if "conversion" in value and not _is_conversion(value["conversion"]):
        return False
    metadata = value["metadata"]
    if not isinstance(metadata, dict) or not isinstance(value["face"], dict):
        return False
    names = ("certificateIdentifier", "certificateTypeCode")
    return all(isinstance(metadata.get(name), str) and metadata[name].isascii() for name in names)


def _is_conversion(value: object) -> bool:
    return conversion_fault(value) is None and isinstance(value, dict) and ROLES.keys() <= value.keys()


def _is_salts(value: object) -> bool:
    return isinstance(value, dict) and bool(value) and all(_HASH(salt) for salt in value.values())


def _is_signed(value: object) -> bool:
    return isinstance(value, dict) and all(type(member) in (str, int) for member in value.values())


_HASH = _matching("[0-9a-f]{64}")
_WORD = _matching("0x[0-9a-f]{64}")
_SIGNATURE = _matching("[0-9a-f]{128}")
_TYPE = _matching("[0-9A-Z]{18}[0-9]{3}")

_LEAF: dict[str, Any] = {
    "licenseId": _WORD,
    "handle": _WORD,
    "type": _TYPE,
    "digest": _HASH,
    "holderBinding": _WORD,
    "validFrom": _counting,
    "validTo": _counting,
}
_BATCH: dict[str, Any] = {
    "root": _WORD,
    "index": _counting,
    "size": _counting,
    "proof": lambda value: isinstance(value, list) and all(_WORD(word) for word in value),
}
_ANCHOR: dict[str, Any] = {
    "ledgerId": _WORD,
    "licenseId": _WORD,
    "seq": _or_none(_counting),
    "txHash": _or_none(_WORD),
    "block": _or_none(_counting),
    "batch": (_BATCH,),
}
_ENVELOPE: dict[str, Any] = {
    "format": _matching(re.escape(FORMAT)),
    "license": _is_license,
    "salts": _is_salts,
    "digest": _HASH,
    "signer": {"uscc": _matching("[0-9A-Z]{18}"), "keyId": _WORD},
    "alg": _matching(ALGORITHM),
    "signed": _is_signed,
    "message": _SIGNATURE,
    "signature": _SIGNATURE,
    "leaf": (_LEAF,),
    "anchor": _ANCHOR,
}
"""Shapes by name: a predicate, an object of shapes, or a tuple of one object that may be null."""
_JOINT: dict[str, Any] = {"holderRule": is_rule, "holderKeys": are_pairs}
"""Further members of a license whose issuer bound several holders together."""


def _require_shape(value: object, shapes: Mapping[str, Any], path: str) -> None:
    if not isinstance(value, dict):
        raise _form(path or "/")
    for name in (*shapes, *value):
        if name not in shapes or name not in value:
            raise _form(f"{path}{name}"[:80])
    for name, shape in shapes.items():
        _require_member(value[name], shape, f"{path}{name}")


def _require_member(value: object, shape: Any, path: str) -> None:
    if isinstance(shape, tuple):
        if value is not None:
            _require_shape(value, shape[0], f"{path}/")
    elif isinstance(shape, dict):
        _require_shape(value, shape, f"{path}/")
    elif not shape(value):
        raise _form(path)
