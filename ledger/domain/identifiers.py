"""The codes by which licenses, organisations and persons are known.

* License identifier, GB/T 36904: `1.2.156.3005.2.<type 21>.<issuer 18>.<serial>.<version 3>.<check>`.
* Unified social credit code, GB 32100-2015, with the organisation code of GB 11714 inside.
* Citizen ID, GB 11643-1999.
* Region, GB/T 2260: see `ledger.domain.regions`.

Two sets of rules. *Strict* is for what is made today. *Lenient* is for what other systems made:
their check character still has to fit, but an issuer may be a six-digit region code, a version may
be 000, and a region may be obsolete. Nothing is ever folded or repaired: lower case and full-width
characters are refused. No error names a citizen ID.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from ledger.domain.regions import RegionCode, region_name
from ledger.errors import MalformedError

__all__ = [
    "FIRST_VERSION",
    "IDENTIFIER_ROOT",
    "CitizenId",
    "Examination",
    "Kind",
    "LicenseIdentifier",
    "RegionCode",
    "Uscc",
    "citizen_id_check",
    "code_type_of",
    "examine",
    "is_likely_holder_code",
    "is_type_code",
    "mod37_36_check",
    "organisation_code_check",
    "serial_of",
    "uscc_check",
]

IDENTIFIER_ROOT = "1.2.156.3005.2"
FIRST_VERSION = "001"

_ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = tuple(pow(3, index, 31) for index in range(17))
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_CITIZEN_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)

_USCC = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}")
_CITIZEN = re.compile(r"[0-9]{17}[0-9X]")
_STRICT_PARTS = {
    "type": re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}[0-9]{3}"),
    "issuer": _USCC,
    "serial": re.compile(r"[0-9A-Z]{1,64}"),
    "version": re.compile(r"(?!000)[0-9]{3}"),
    "check": re.compile(r"[0-9A-Z]"),
}
_LENIENT_PARTS = {
    **_STRICT_PARTS,
    "type": re.compile(r"[0-9A-Z]{18}[0-9]{3}"),
    "issuer": re.compile(r"[0-9A-Z]{18}|[0-9]{6}"),
    "version": re.compile(r"[0-9]{3}"),
}


def mod37_36_check(body: str) -> str:
    """The check character of ISO/IEC 7064 MOD 37,36 (GB/T 17710) over `[0-9A-Z]*`.

    Example:
        >>> mod37_36_check("A12425GABC1234002")
        'M'
    """
    product = 36
    for character in body:
        total = (product + _ALPHANUMERIC.index(character)) % 36 or 36
        product = total * 2 % 37
    return _ALPHANUMERIC[(37 - product) % 36]


def uscc_check(body: str) -> str:
    """Character 18 of a credit code from its first 17 (GB 32100-2015).

    Example:
        >>> uscc_check("91350100M000100Y4")
        '3'
    """
    total = sum(
        _USCC_ALPHABET.index(character) * weight
        for character, weight in zip(body, _USCC_WEIGHTS, strict=True)
    )
    return _USCC_ALPHABET[-total % 31]


def organisation_code_check(body: str) -> str:
    """The ninth character of an organisation code from its first eight (GB 11714).

    Example:
        >>> organisation_code_check("M000100Y")
        '4'
    """
    total = sum(
        _ALPHANUMERIC.index(character) * weight
        for character, weight in zip(body, _ORGANISATION_WEIGHTS, strict=True)
    )
    return "0123456789X"[-total % 11]


def citizen_id_check(body: str) -> str:
    """Character 18 of a citizen ID from its first 17 digits (GB 11643, ISO 7064 MOD 11-2).

    Example:
        >>> citizen_id_check("11010519491231002")
        'X'
    """
    total = sum(int(digit) * weight for digit, weight in zip(body, _CITIZEN_WEIGHTS, strict=True))
    return "10X98765432"[total % 11]


def is_type_code(text: str) -> bool:
    """Whether `text` is a license type code: a credit code with right checks, then three digits.

    Example:
        >>> is_type_code("11100000000013338W011"), is_type_code("11100000000013338X011")
        (True, False)
    """
    if not _STRICT_PARTS["type"].fullmatch(text):
        return False
    return _uscc_fault(text[:18]) is None


@dataclass(frozen=True, slots=True, order=True)
class Uscc:
    """A unified social credit code with both check characters right.

    Example:
        >>> company = Uscc.parse("91310118MA0DEMX13U")
        >>> company.region, company.organisation_code
        ('310118', 'MA0DEMX13')
    """

    text: str

    @classmethod
    def parse(cls, text: str) -> Uscc:
        """Read a credit code; there is no lenient form.

        Raises:
            MalformedError: `USCC_FORM`, `USCC_ORGANISATION_CHECK` or `USCC_CHECK`.
        """
        fault = _uscc_fault(text)
        if fault:
            raise fault
        return cls(text)

    def __str__(self) -> str:
        return self.text

    @property
    def registration_authority(self) -> str:
        """Character 1: who registers it (1 staffing, 5 civil affairs, 9 market regulation, Y other)."""
        return self.text[0]

    @property
    def organisation_class(self) -> str:
        """Character 2: the class of organisation within that registration authority."""
        return self.text[1]

    @property
    def region(self) -> str:
        """Characters 3 to 8: the region of registration, 100000 for bodies of the State."""
        return self.text[2:8]

    @property
    def organisation_code(self) -> str:
        """Characters 9 to 17: the organisation code of GB 11714."""
        return self.text[8:17]


@dataclass(frozen=True, slots=True)
class CitizenId:
    """A citizen ID whose check character fits and whose date of birth exists.

    The region is not looked up: people keep the code of a county long abolished.
    `repr` hides the number, so that it cannot slip into a log.

    Example:
        >>> CitizenId.parse("11010519491231002X").birth_date.isoformat()
        '1949-12-31'
    """

    text: str

    @classmethod
    def parse(cls, text: str) -> CitizenId:
        """Read a citizen ID; there is no lenient form.

        Raises:
            MalformedError: `CITIZEN_ID_FORM`, `CITIZEN_ID_DATE` or `CITIZEN_ID_CHECK`.
        """
        if not _CITIZEN.fullmatch(text):
            raise MalformedError("CITIZEN_ID_FORM")
        if _calendar_day(text[6:14]) is None:
            raise MalformedError("CITIZEN_ID_DATE")
        if citizen_id_check(text[:17]) != text[17]:
            raise MalformedError("CITIZEN_ID_CHECK")
        return cls(text)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return "CitizenId(…)"

    @property
    def region(self) -> str:
        """Characters 1 to 6: the region of first registration."""
        return self.text[:6]

    @property
    def birth_date(self) -> date:
        """Characters 7 to 14."""
        day = _calendar_day(self.text[6:14])
        if day is None:
            raise MalformedError("CITIZEN_ID_DATE")
        return day


@dataclass(frozen=True, slots=True, order=True)
class LicenseIdentifier:
    """The identifier of one electronic license (GB/T 36904).

    The check character runs over type, issuer, serial and version, without the root and the dots.

    Example:
        >>> first = LicenseIdentifier.compose(
        ...     "11100000000013338W011", "11310000MB0TE5T1XB", "2025ABCDEFGH00000001")
        >>> first.text
        '1.2.156.3005.2.11100000000013338W011.11310000MB0TE5T1XB.2025ABCDEFGH00000001.001.S'
        >>> first.next_version().text[-5:]
        '002.Q'
        >>> LicenseIdentifier.parse(first.text) == first
        True
    """

    type_code: str
    issuer_code: str
    serial: str
    version: str
    check: str

    @classmethod
    def parse(cls, text: str, *, strict: bool = True) -> LicenseIdentifier:
        """Read an identifier.

        Args:
            text: The whole identifier with its root.
            strict: The rules for new records: issuer and defining authority are credit codes with
                right checks, versions start at 001. Lenient admits what other systems issued.

        Raises:
            MalformedError: `IDENTIFIER_ROOT`, `IDENTIFIER_FORM`, `IDENTIFIER_PART` or `IDENTIFIER_CHECK`.
        """
        identifier = cls(*_split(text))
        identifier._require_parts(strict)
        if identifier.check != identifier.expected_check:
            raise MalformedError(
                "IDENTIFIER_CHECK", expected=identifier.expected_check, found=identifier.check
            )
        return identifier

    @classmethod
    def compose(
        cls, type_code: str, issuer_code: str, serial: str, version: str = FIRST_VERSION
    ) -> LicenseIdentifier:
        """Make a new identifier with its check character; strict rules.

        Raises:
            MalformedError: `IDENTIFIER_PART`, naming the part.
        """
        draft = cls(type_code, issuer_code, serial, version, "0")
        draft._require_parts(strict=True)
        return replace(draft, check=draft.expected_check)

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """The identifier as it is written, root included."""
        return ".".join((IDENTIFIER_ROOT, *self.parts().values()))

    @property
    def expected_check(self) -> str:
        """The check character that the other parts call for."""
        return mod37_36_check(self.type_code + self.issuer_code + self.serial + self.version)

    @property
    def is_strict(self) -> bool:
        """Whether a new record could bear it."""
        return self._broken_part(strict=True) is None

    def parts(self) -> dict[str, str]:
        """The five parts by name, in their order."""
        return {
            "type": self.type_code,
            "issuer": self.issuer_code,
            "serial": self.serial,
            "version": self.version,
            "check": self.check,
        }

    def next_version(self) -> LicenseIdentifier:
        """The identifier of the license that supersedes this one.

        Raises:
            MalformedError: `IDENTIFIER_PART` after version 999.
        """
        return LicenseIdentifier.compose(
            self.type_code, self.issuer_code, self.serial, f"{int(self.version) + 1:03d}"
        )

    def _require_parts(self, strict: bool) -> None:
        part = self._broken_part(strict)
        if part:
            raise MalformedError("IDENTIFIER_PART", part=part)

    def _broken_part(self, strict: bool) -> str | None:
        rules = _STRICT_PARTS if strict else _LENIENT_PARTS
        for name, value in self.parts().items():
            if not rules[name].fullmatch(value):
                return name
        if strict and not is_type_code(self.type_code):
            return "type"
        if strict and _uscc_fault(self.issuer_code):
            return "issuer"
        return None


Kind = Literal["license", "uscc", "citizen", "region"]


@dataclass(frozen=True, slots=True)
class Examination:
    """What `examine` found out about a text.

    Attributes:
        kind: What it was read as.
        valid: Whether it meets the rules asked for.
        strict: Whether it meets the rules for new records.
        parts: Its parts by name; empty where it cannot be taken apart.
        expected_check: The last character that the others call for, or None where they cannot be read.
        reason: What is wrong, None when valid.
    """

    kind: Kind
    valid: bool
    strict: bool
    parts: dict[str, str | None]
    expected_check: str | None
    reason: MalformedError | None


def examine(text: str, kind: Kind | None = None, *, lenient: bool = False) -> Examination:
    """Check a code and take it apart; never raises on a bad one.

    Args:
        text: The code as it was given.
        kind: What it should be; guessed when None.
        lenient: Judge by the rules for import.

    Example:
        >>> found = examine("1.2.156.3005.2.11100000MB03271699022.340100.000000016.001.9")
        >>> found.kind, found.valid, found.reason.code, found.expected_check
        ('license', False, 'IDENTIFIER_PART', '9')
        >>> examine("1.2.156.3005.2.11100000MB03271699022.340100.000000016.001.9", lenient=True).valid
        True
    """
    kind = kind or _guess(text)
    strict_fault = _fault(kind, text, strict=True)
    reason = _fault(kind, text, strict=False) if lenient else strict_fault
    parts, expected = _TAKE_APART[kind](text)
    return Examination(kind, reason is None, strict_fault is None, parts, expected, reason)


def _guess(text: str) -> Kind:
    if len(text) == 6:
        return "region"
    if len(text) != 18 or "." in text:
        return "license"
    # 11… begins both a Beijing citizen and a body of the State: whichever check fits decides.
    if _fault("uscc", text, strict=True) is None:
        return "uscc"
    looks_like_birth = _CITIZEN.fullmatch(text) and text[6:8] in ("18", "19", "20")
    return "citizen" if looks_like_birth else "uscc"


def _fault(kind: Kind, text: str, *, strict: bool) -> MalformedError | None:
    try:
        if kind == "license":
            LicenseIdentifier.parse(text, strict=strict)
        elif kind == "region":
            RegionCode.parse(text, strict=strict)
        elif kind == "uscc":
            Uscc.parse(text)
        else:
            CitizenId.parse(text)
    except MalformedError as fault:
        return fault
    return None


_Parts = tuple[dict[str, str | None], str | None]


def _license_parts(text: str) -> _Parts:
    try:
        identifier = LicenseIdentifier(*_split(text))
    except MalformedError:
        return {}, None
    parts: dict[str, str | None] = {"root": IDENTIFIER_ROOT, **identifier.parts()}
    readable = identifier._broken_part(strict=False) is None
    return parts, identifier.expected_check if readable else None


def _uscc_parts(text: str) -> _Parts:
    if not _USCC.fullmatch(text):
        return {}, None
    code = Uscc(text)
    parts: dict[str, str | None] = {
        "registrationAuthority": code.registration_authority,
        "organisationClass": code.organisation_class,
        "region": code.region,
        "regionName": region_name(code.region),
        "organisationCode": code.organisation_code,
        "check": text[17],
    }
    return parts, uscc_check(text[:17])


def _citizen_parts(text: str) -> _Parts:
    if not _CITIZEN.fullmatch(text):
        return {}, None
    birth = _calendar_day(text[6:14])
    parts: dict[str, str | None] = {
        "region": text[:6],
        "regionName": region_name(text[:6]),
        "birthDate": birth.isoformat() if birth else None,
        "sequence": text[14:17],
        "check": text[17],
    }
    return parts, citizen_id_check(text[:17])


def _region_parts(text: str) -> _Parts:
    try:
        region = RegionCode.parse(text, strict=False)
    except MalformedError:
        return {}, None
    superior = next(iter(region.ancestors()), None)
    return {
        "code": region.text,
        "name": region.name,
        "level": region.level,
        "superior": superior.text if superior else None,
    }, None


_TAKE_APART: dict[Kind, Callable[[str], _Parts]] = {
    "license": _license_parts,
    "uscc": _uscc_parts,
    "citizen": _citizen_parts,
    "region": _region_parts,
}


def serial_of(identifier: str) -> str:
    """The serial in a license identifier, be it imperfect: all versions of a license have the same.

    Raises:
        MalformedError: As `LicenseIdentifier.parse`.
    """
    return LicenseIdentifier.parse(identifier, strict=False).serial


def _split(text: str) -> list[str]:
    root = IDENTIFIER_ROOT + "."
    if not text.startswith(root):
        raise MalformedError("IDENTIFIER_ROOT")
    parts = text[len(root) :].split(".")
    if len(parts) != 5:
        raise MalformedError("IDENTIFIER_FORM", parts=len(parts))
    return parts


def _uscc_fault(text: str) -> MalformedError | None:
    if not _USCC.fullmatch(text):
        return MalformedError("USCC_FORM")
    inner = organisation_code_check(text[8:16])
    if inner != text[16]:
        return MalformedError("USCC_ORGANISATION_CHECK", expected=inner, found=text[16])
    outer = uscc_check(text[:17])
    if outer != text[17]:
        return MalformedError("USCC_CHECK", expected=outer, found=text[17])
    return None


def _calendar_day(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None


def code_type_of(text: str) -> str | None:
    """The type of a holder's code that its check character shows; None where it shows none.

    Example:
        >>> code_type_of("11010519491231002X"), code_type_of("110105194912310021")
        ('111', None)
    """
    for code_type, parse in (("001", Uscc.parse), ("111", CitizenId.parse)):
        try:
            parse(text)
        except MalformedError:
            continue
        return code_type
    return None


def is_likely_holder_code(text: str) -> bool:
    """Whether the code of a holder can be right: 18 characters are a credit code or an identity number.

    Of any other length it is the number of some other document, which has no check that is known here.
    """
    return len(text) != 18 or code_type_of(text) is not None
