"""Reading what an issuer fills in: one pass over a license input that collects every fault.

Obligations are ours, not a clause of GB/T 36903 (its text was not at hand); names are those that
public implementations agree on. New licenses are judged strictly. Licenses that another system
made and nobody checked (`converted_unchecked`, `collected`) may bear imperfect codes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ledger.domain.canonical import JsonObject, canonical
from ledger.domain.conversion import ROLES, conversion_fault, is_signed_for
from ledger.domain.derived import derived_values
from ledger.domain.field_rules import METADATA, FieldFault, is_region, is_text, parse_day, text_fault
from ledger.domain.fields_tree import MAX_FIELDS, flatten
from ledger.domain.holders import FEWEST_JOINT, MOST_JOINT, PAIR, HolderRule, is_key, is_rule
from ledger.domain.identifiers import CitizenId, LicenseIdentifier, Uscc, code_type_of
from ledger.domain.license_types import LicenseType
from ledger.domain.official import KIND, SECRECY, document_serial, markings
from ledger.errors import MalformedError

NATIVE = "native"
COLLECTED = "collected"
CONVERTED_CHECKED = "converted_checked"
CONVERTED_UNCHECKED = "converted_unchecked"
CONVERTED = (CONVERTED_CHECKED, CONVERTED_UNCHECKED)
ORIGINS = (NATIVE, *CONVERTED, COLLECTED)
STRICT_ORIGINS = (NATIVE, CONVERTED_CHECKED)

ORGANISATION_CODE_TYPES = {"001": "统一社会信用代码", "099": "其他法人或其他组织有效证件代码"}
PERSON_CODE_TYPES = {
    "111": "公民身份号码",
    "114": "军官证",
    "115": "武警警官证",
    "118": "士兵证",
    "119": "武警士兵证",
    "120": "军队文职人员证",
    "122": "武警文职人员证",
    "411": "外交护照",
    "412": "公务护照",
    "413": "公务普通护照",
    "414": "普通护照",
    "511": "台湾居民来往大陆通行证",
    "516": "港澳居民来往内地通行证",
    "999": "其他自然人有效证件代码",
}
CODE_TYPES = ORGANISATION_CODE_TYPES | PERSON_CODE_TYPES
"""持证主体代码类型, as three public implementations of GB/T 36903 annex A agree."""

LONG_TERM = "长期"
MOST_HOLDERS = 200

_INPUT = (
    KIND,
    "metadata",
    "serial",
    "face",
    "origin",
    "holders",
    *PAIR,
    "holderKeys",
    "holderRule",
    "layout",
    "conversion",
)
_NAMES = ("certificateName", "certificateTypeName", "certificateIssuingAuthorityName")
_OPTIONAL_TEXTS = (
    "certificateNumber",
    "certificateHolderTypeName",
    "relatedItemName",
    "relatedItemCode",
    "sealSigner",
    "sealTime",
    "sealName",
)
_FIRST_DAY = "certificateEffectiveDate"
_DATES = ("certificateIssuedDate", _FIRST_DAY, "certificateExpiringDate")
HOLDER = ("name", "code", "codeType")
_HOLDER_METADATA = {
    "certificateHolderName": "name",
    "certificateHolderCode": "code",
    "certificateHolderTypeCode": "codeType",
}
LAYOUT = ("sm3", "mediaType", "sealSerial", "sealCertificateSm3", "sealCertificateSerial", "sealPolicy")


class LicenseDraft:
    """A license input as far as it can be read, with everything that is wrong with it.

    Attributes:
        faults: Every fault in order of reading; `license` may be called only when there is none.
    """

    def __init__(self, given: JsonObject, kind: LicenseType) -> None:
        self.faults: list[FieldFault] = []
        self._given = given
        self._kind = kind
        self._read_kind()
        self._origin = self._choice("origin", given.get("origin", NATIVE), ORIGINS)
        self._is_strict = self._origin in STRICT_ORIGINS
        self._metadata = dict(self._object(given.get("metadata"), "metadata"))
        self._refuse_others(self._metadata, METADATA, "metadata/")
        self._stated = frozenset(self._metadata)
        self._holders = self._read_holders()
        self._fill_in()
        self._read_metadata()
        self._read_dates()
        self._read_identifier()
        self._face = self._read_face()
        self._derived: JsonObject = {}
        self._layout = self._read_layout()
        self._conversion = self._read_conversion()
        self._read_keys()
        self._read_whole()

    def license(self) -> JsonObject:
        """The license of a draft without faults."""
        return {
            **({KIND: self._kind.kind.value} if self._kind.is_document else {}),
            "metadata": {name: self._metadata[name] for name in METADATA if name in self._metadata},
            "face": {**self._face, **self._derived},
            "holders": self._holders,
            "origin": self._origin,
            "layout": self._layout,
            **({} if self._conversion is None else {"conversion": self._conversion}),
        }

    def _read_kind(self) -> None:
        """What is given under another kind is refused, and a document that is marked as a state secret."""
        known = (*_INPUT, *SECRECY) if self._kind.is_document else _INPUT
        self._refuse_others(self._given, known, "")
        if self._given.get(KIND, self._kind.kind.value) != self._kind.kind.value:
            self._fault(KIND, "KIND_OF_ANOTHER", type=self._kind.code, expected=self._kind.kind.value)
        for path, refused in markings(self._given) if self._kind.is_document else ():
            self._fault(path, refused.code, **refused.fields)

    # --- holders ---

    def _read_holders(self) -> list[dict[str, Any]]:
        if self._kind.is_document:
            return [self._issuing_body()]
        listed = self._given.get("holders")
        if listed is None:
            own = {short: self._metadata.get(name) for name, short in _HOLDER_METADATA.items()}
            listed = [{name: value for name, value in own.items() if value is not None}]
        if not isinstance(listed, list) or not 1 <= len(listed) <= MOST_HOLDERS:
            self._fault("holders", "FIELD_LENGTH", expected=f"1–{MOST_HOLDERS}")
            return []
        return [self._read_holder(entry, f"holders/{index}") for index, entry in enumerate(listed)]

    def _issuing_body(self) -> dict[str, Any]:
        """Where a license names its holders; whoever names somebody else is told."""
        of = {"name": "certificateIssuingAuthorityName", "code": "certificateIssuingAuthorityCode"}
        body = {short: self._metadata[name] for short, name in of.items() if name in self._metadata}
        own = {**body, "codeType": "001"}
        listed = self._given.get("holders")
        others = [entry for entry in listed if entry != own] if isinstance(listed, list) else listed
        if others:
            self._fault("holders", "DOCUMENT_HOLDERS")
        for name, short in _HOLDER_METADATA.items():
            if self._metadata.get(name, own.get(short)) != own.get(short):
                self._fault(f"metadata/{name}", "DOCUMENT_HOLDERS")
                del self._metadata[name]
        named = "certificateHolderTypeName"
        if self._metadata.get(named, CODE_TYPES[own["codeType"]]) != CODE_TYPES[own["codeType"]]:
            self._fault(f"metadata/{named}", "DOCUMENT_HOLDERS")
            del self._metadata[named]
        return own

    def _read_holder(self, entry: object, path: str) -> dict[str, Any]:
        given = self._object(entry, path)
        # The metadata's own names are understood too: sheets of existing systems use them.
        holder = {_HOLDER_METADATA.get(name, name): value for name, value in given.items()}
        holder.pop("certificateHolderTypeName", None)
        self._refuse_others(holder, HOLDER, f"{path}/")
        for name in ("name", "code"):
            self._text(holder, name, path)
        code = holder.get("code")
        code_type = code_type_of(code) if isinstance(code, str) else None
        if "codeType" not in holder and code_type:
            holder["codeType"] = code_type
        if "codeType" not in holder:
            self._fault(f"{path}/codeType", "FIELD_REQUIRED")
        elif self._choice(f"{path}/codeType", holder["codeType"], tuple(CODE_TYPES)) and self._is_strict:
            self._check_code(holder["codeType"], code, f"{path}/code")
        return holder

    def _check_code(self, code_type: str, code: object, path: str) -> None:
        parse = {"001": Uscc.parse, "111": CitizenId.parse}.get(code_type)
        if parse and isinstance(code, str) and code:
            self._parsed(parse, code, path)

    # --- metadata ---

    def _fill_in(self) -> None:
        """Put in what follows from type and holders."""
        kind, metadata = self._kind, self._metadata
        named = None if kind.is_document else metadata.get("certificateTypeName", kind.name_zh)
        defaults: dict[str, object] = {
            "certificateTypeName": kind.name_zh,
            "certificateTypeCode": kind.code,
            "certificateName": named,
            "certificateEffectiveDate": metadata.get("certificateIssuedDate"),
        }
        if kind.is_document:
            metadata.setdefault("certificateExpiringDate", None)
        first = self._holders[0] if self._holders else {}
        defaults |= {name: first.get(short) for name, short in _HOLDER_METADATA.items()}
        defaults["certificateHolderTypeName"] = CODE_TYPES.get(str(first.get("codeType")))
        for name, value in defaults.items():
            if value is not None:
                metadata.setdefault(name, value)
        if metadata.get("certificateExpiringDate") == LONG_TERM:
            metadata["certificateExpiringDate"] = None

    def _read_metadata(self) -> None:
        metadata = self._metadata
        for name in _NAMES:
            self._text(metadata, name, "metadata")
        for name in _OPTIONAL_TEXTS:
            if name in metadata and not (self._kind.is_document and name == "certificateNumber"):
                self._text(metadata, name, "metadata")
        if self._kind.is_document:
            self._text(metadata, "certificateNumber", "metadata")
        if metadata.get("certificateTypeCode") != self._kind.code:
            self._fault("metadata/certificateTypeCode", "FIELD_CONTRADICTS", other=self._kind.code)
        self._read_issuer()
        if self._present("certificateAreaCode") and not is_region(metadata["certificateAreaCode"]):
            self._fault("metadata/certificateAreaCode", "REGION_FORM")
        if "extendInfo" in metadata:
            self._object(metadata["extendInfo"], "metadata/extendInfo")
        self._compare_holder()

    def _read_issuer(self) -> None:
        if self._present("certificateIssuingAuthorityCode"):
            code = self._metadata["certificateIssuingAuthorityCode"]
            self._parsed(Uscc.parse, code, "metadata/certificateIssuingAuthorityCode")

    def _compare_holder(self) -> None:
        """With one holder the metadata names that one; with several their form is the issuer's own."""
        if len(self._holders) != 1:
            return
        for name, short in _HOLDER_METADATA.items():
            if self._metadata.get(name) != self._holders[0].get(short):
                self._fault(f"metadata/{name}", "FIELD_CONTRADICTS", other=f"holders/0/{short}")

    def _read_dates(self) -> None:
        metadata = self._metadata
        days = {name: parse_day(metadata.get(name)) for name in _DATES}
        for name in _DATES:
            is_open = name == "certificateExpiringDate" and metadata.get(name, "") is None
            follows = name == _FIRST_DAY and name not in self._stated  # the day of issue, of which it is told
            if follows or is_open or not self._present(name):
                continue
            if days[name] is None:
                self._fault(f"metadata/{name}", "FIELD_DATE")
        first, last = days["certificateEffectiveDate"], days["certificateExpiringDate"]
        if first and last and last < first:
            self._fault("metadata/certificateExpiringDate", "FIELD_DATE_ORDER")

    # --- identifier ---

    def _read_identifier(self) -> None:
        if self._metadata.get("certificateIdentifier") is None:
            self._compose_identifier()
        else:
            self._take_identifier()

    def _compose_identifier(self) -> None:
        metadata = self._metadata
        serial, version = self._serial(), metadata.get("certificateVersion", "001")
        if serial is None:
            if not self._kind.is_document:  # of a document its number is on the list
                self._fault("serial", "FIELD_REQUIRED")
            return
        if not isinstance(serial, str):
            self._fault("serial", "FIELD_TYPE", expected="string")
            return
        issuer = metadata.get("certificateIssuingAuthorityCode")
        if self._has_fault("metadata/certificateIssuingAuthorityCode"):
            issuer = self._kind.definer  # its own fault is on the list; go on with the other parts
        try:
            made = LicenseIdentifier.compose(self._kind.code, str(issuer), serial, str(version))
        except MalformedError as fault:
            field = {"serial": "serial", "version": "metadata/certificateVersion"}
            part = str(fault.fields.get("part"))
            self._fault(field.get(part, "metadata/certificateIdentifier"), fault.code, part=part)
            return
        metadata["certificateIdentifier"], metadata["certificateVersion"] = made.text, made.version

    def _serial(self) -> object:
        """The serial given; of a document without one that of its number."""
        number = self._metadata.get("certificateNumber")
        if self._given.get("serial") is None and self._kind.is_document and is_text(number):
            return document_serial(str(number))
        return self._given.get("serial")

    def _take_identifier(self) -> None:
        path = "metadata/certificateIdentifier"
        given = self._metadata["certificateIdentifier"]
        found = self._parsed(lambda text: LicenseIdentifier.parse(text, strict=self._is_strict), given, path)
        if found is None:
            return
        for other, is_same in self._identifier_parts(found):
            if not is_same:
                self._fault(path, "FIELD_CONTRADICTS", other=other)
        self._metadata["certificateVersion"] = found.version

    def _identifier_parts(self, found: LicenseIdentifier) -> Iterator[tuple[str, bool]]:
        metadata = self._metadata
        yield "metadata/certificateTypeCode", found.type_code == self._kind.code
        yield "serial", self._given.get("serial") in (None, found.serial)
        yield "metadata/certificateVersion", metadata.get("certificateVersion") in (None, found.version)
        if len(found.issuer_code) == 18:  # six digits: another system named the region instead
            issuer = metadata.get("certificateIssuingAuthorityCode")
            yield "metadata/certificateIssuingAuthorityCode", found.issuer_code == issuer

    # --- face, layout, keys ---

    def _read_face(self) -> JsonObject:
        """The face without what follows from other fields."""
        given = self._object(self._given.get("face", {}), "face")
        face = {name: value for name, value in given.items() if name not in self._kind.derived}
        self.faults += self._kind.face_faults(face)
        self.faults += [text_fault(path, text) for path, text in _texts(face, "face") if _has_control(text)]
        return face

    def _read_layout(self) -> JsonObject | None:
        given = self._given.get("layout")
        if given is None:
            if self._kind.is_document:
                self._fault("layout/sm3", "FIELD_REQUIRED")
            return None
        layout = self._object(given, "layout")
        self._refuse_others(layout, LAYOUT, "layout/")
        for name in ("sm3", "sealCertificateSm3"):
            if not _is_sm3(layout.get(name)) and (name in layout or name == "sm3"):
                self._fault(f"layout/{name}", "FIELD_PATTERN" if name in layout else "FIELD_REQUIRED")
        self._text(layout, "mediaType", "layout")
        for name in ("sealSerial", "sealCertificateSerial", "sealPolicy"):
            if layout.get(name) is not None:
                self._text(layout, name, "layout")
        return layout

    def _read_conversion(self) -> JsonObject | None:
        """Form and number of its signatures; whether they hold is checked by who knows the ledger."""
        given = self._given.get("conversion")
        if given is None:
            if self._origin == CONVERTED_CHECKED:
                self._fault("conversion", "FIELD_REQUIRED")
            return None
        fault = conversion_fault(given)
        if fault is not None:
            self._fault(fault, "FIELD_PATTERN")
            return None
        if self._origin not in CONVERTED:
            self._fault("conversion", "FIELD_CONTRADICTS", other="origin")
        elif not is_signed_for(self._origin, given):
            self._fault("conversion/checked", "CONVERSION_KEYS")
        return {"scan": given["scan"], **{member: given.get(member) for member in ROLES}}

    def _read_keys(self) -> None:
        keys = {name: self._given.get(name) for name in PAIR}
        if self._kind.is_document:
            bound = (*PAIR, "holderKeys", "holderRule")
            self.faults += [FieldFault(each, "DOCUMENT_UNBOUND") for each in bound if self._given.get(each)]
            return
        for name, key in keys.items():
            if key is not None and not is_key(key):
                self._fault(name, "FIELD_KEY")
        if keys["holderEncryptionKey"] is not None and keys["holderKey"] is None:
            self._fault("holderKey", "HOLDER_KEY_MISSING")
        if self._given.get("holderKeys") is not None:
            self._read_joint(next((name for name, key in keys.items() if key is not None), None))
        elif self._given.get("holderRule") is not None:
            self._fault("holderKeys", "FIELD_REQUIRED")

    def _read_joint(self, single: str | None) -> None:
        """Several holders who are bound together."""
        pairs = self._given["holderKeys"]
        if single is not None:
            self._fault("holderKeys", "FIELD_CONTRADICTS", other=single)
        if not is_rule(self._given.get("holderRule")):
            self._fault("holderRule", "FIELD_CHOICE", expected=", ".join(HolderRule.__members__))
        if not isinstance(pairs, list) or not FEWEST_JOINT <= len(pairs) <= MOST_JOINT:
            self._fault("holderKeys", "FIELD_LENGTH", expected=f"{FEWEST_JOINT}–{MOST_JOINT}")
            return
        seen: set[object] = set()
        for place, pair in enumerate(pairs):
            self._read_pair(self._object(pair, f"holderKeys/{place}"), f"holderKeys/{place}", seen)

    def _read_pair(self, pair: JsonObject, path: str, seen: set[object]) -> None:
        self._refuse_others(pair, PAIR, f"{path}/")
        for name in PAIR:
            key = pair.get(name)
            if not is_key(key):
                self._fault(f"{path}/{name}", "FIELD_REQUIRED" if key is None else "FIELD_KEY")
            elif key in seen:
                self._fault(f"{path}/{name}", "HOLDER_KEY_REPEATED")
            else:
                seen.add(key)

    def _read_whole(self) -> None:
        """What only the license as a whole shows: numbers with a fraction, odd names, too many fields.

        Here fields that follow from others are put in.
        """
        try:
            if self._kind.derived:
                self._derive()
            document = self.license()
            canonical(document)
            if len(flatten(document)) > MAX_FIELDS:
                self._fault("face", "FIELDS_TOO_MANY", limit=MAX_FIELDS)
        except MalformedError as fault:
            self._fault(str(fault.fields.get("field", "face")), fault.code, **fault.fields)

    def _derive(self) -> None:
        """Compute what follows from other fields; what was given of it must be the same."""
        face = self._given.get("face")
        given = face if isinstance(face, dict) else {}
        self._derived = derived_values(self._kind.derived, flatten(self.license()))
        for name, each in self._kind.derived.items():
            if name in given and canonical(given[name]) != canonical(self._derived.get(name)):
                self._fault(each.path, "FIELD_DERIVED", source=each.source)

    # --- common ---

    def _fault(self, path: str, code: str, **hints: object) -> None:
        self.faults.append(FieldFault(path, code, hints))

    def _has_fault(self, field: str) -> bool:
        return any(fault.field == field for fault in self.faults)

    def _object(self, value: object, path: str) -> JsonObject:
        if isinstance(value, dict):
            return value
        if value is None:
            self._fault(path, "FIELD_REQUIRED")
        else:
            self._fault(path, "FIELD_TYPE", expected="object")
        return {}

    def _refuse_others(self, value: JsonObject, known: tuple[str, ...], prefix: str) -> None:
        for name in value:
            if name not in known:
                self._fault(f"{prefix}{name}"[:80], "FIELD_NOT_ALLOWED")

    def _present(self, name: str) -> bool:
        if name not in self._metadata:
            self._fault(f"metadata/{name}", "FIELD_REQUIRED")
        return name in self._metadata

    def _choice(self, path: str, value: object, known: tuple[str, ...]) -> str:
        if isinstance(value, str) and value in known:
            return value
        self._fault(path, "FIELD_CHOICE", expected=", ".join(known))
        return ""

    def _text(self, holder: JsonObject, name: str, path: str) -> None:
        value = holder.get(name)
        if value is None:
            self._fault(f"{path}/{name}", "FIELD_REQUIRED")
        elif not is_text(value):
            self.faults.append(text_fault(f"{path}/{name}", value))

    def _parsed(self, parse: Any, value: object, path: str) -> Any:
        if not isinstance(value, str):
            self._fault(path, "FIELD_TYPE", expected="string")
            return None
        try:
            return parse(value)
        except MalformedError as fault:
            self._fault(path, fault.code, **fault.fields)
            return None


def type_code_in(given: JsonObject) -> str:
    """The code of the type that an input is of, which its rules depend on; raises `LICENSE_INPUT`."""
    metadata = given.get("metadata")
    code = metadata.get("certificateTypeCode") if isinstance(metadata, dict) else None
    if not isinstance(code, str):
        fault = FieldFault("metadata/certificateTypeCode", "FIELD_REQUIRED")
        raise MalformedError("LICENSE_INPUT", count=1, first=fault.field, errors=[fault.as_json()])
    return code


def _texts(value: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _texts(inner, f"{path}/{name}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _texts(inner, f"{path}/{index}")


def _has_control(text: str) -> bool:
    return any((character < " " and character not in "\n\t") or character == "\x7f" for character in text)


def _is_sm3(value: object) -> bool:
    return isinstance(value, str) and len(value) == 64 and all(digit in "0123456789abcdef" for digit in value)
