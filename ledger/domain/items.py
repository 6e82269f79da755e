"""Service items (政务服务事项): their codes, their lists of materials, which version counts when.

A code has a form of this ledger, after the idea of one item, one code (一事一码): the handling body's
18-character credit code, one digit for the level at which it is handled, and the 12 characters of the base
code (基本编码), 31 together. The text of GB/T 39554.1 was not at hand, so no conformance to it is claimed.
The check character behind it (ISO/IEC 7064 MOD 37,36, as of license identifiers) is this ledger's own: it
finds typing errors, and is never needed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ledger.domain.canonical import JsonObject, canonical
from ledger.domain.identifiers import mod37_36_check
from ledger.domain.sharing import MOST_MATERIALS
from ledger.domain.sharing_entities import Item, ItemVersion
from ledger.domain.sm3 import sm3
from ledger.domain.strict_form import StrictForm
from ledger.errors import MalformedError

FORMAT = "elicense-item/1"
CODE_LENGTH = 31
_BODY = 18
_CODE = re.compile(r"[0-9A-Z]{31}", re.ASCII)
_FORM = StrictForm("ITEM_MALFORMED")
_MEMBERS = {"format", "code", "name", "region", "materials"}
_LONGEST_NAME = 400


def is_item_code(code: str, owner: str) -> bool:
    """Whether a code is one of that body's items.

    Example:
        >>> is_item_code("11310000MB0TE5T1XB4000120001000", "11310000MB0TE5T1XB")
        True
    """
    return bool(_CODE.fullmatch(code)) and code.startswith(owner) and len(owner) == _BODY


def item_check(code: str) -> str:
    """The check character of a code.

    Example:
        >>> item_check("11310000MB0TE5T1XB4000120001000")
        '2'
    """
    return mod37_36_check(code)


def read_item_code(text: str) -> str:
    """A code as people write it: 31 characters, or 32 with the check character.

    Raises:
        MalformedError: `ITEM_CODE`: another form, or another check character than the code has.
    """
    code = text[:CODE_LENGTH]
    is_code = bool(_CODE.fullmatch(code)) and len(text) in (CODE_LENGTH, CODE_LENGTH + 1)
    if not is_code or text[CODE_LENGTH:] not in ("", item_check(code)):
        raise MalformedError("ITEM_CODE", item=text[:80])
    return code


def owner_of(code: str) -> str:
    """Credit code of the handling body.

    Example:
        >>> owner_of("11310000MB0TE5T1XB4000120001000")
        '11310000MB0TE5T1XB'
    """
    return code[:_BODY]


@dataclass(frozen=True)
class Material:
    """One material (材料) that an item needs: a license, a shared resource, or something with a name.

    Attributes:
        license_type: 21 characters, or empty.
        resource: `OWNER/CODE`, or empty.
        name: In words, or empty where one of the others says it.
        original: Whether the original itself is needed.
    """

    license_type: str = ""
    resource: str = ""
    name: str = ""
    original: bool = False

    def as_json(self) -> JsonObject:
        """A member of `materials`."""
        named = {"type": self.license_type, "resource": self.resource, "name": self.name}
        return {**{key: value for key, value in named.items() if value}, "original": self.original}


@dataclass(frozen=True)
class ItemList:
    """What an item is and needs, as its handling body publishes it.

    Attributes:
        code: 31 characters.
        name: In words.
        region: GB/T 2260 code as a number.
        materials: In order.
    """

    code: str
    name: str
    region: int
    materials: tuple[Material, ...]

    @property
    def digest(self) -> bytes:
        """SM3 of the canonical form of the whole file, 32 bytes: what the ledger has of it."""
        return sm3(canonical(self.as_json()))

    @property
    def license_types(self) -> tuple[str, ...]:
        """The license types among the materials, each once, in order of their codes."""
        return tuple(sorted({each.license_type for each in self.materials if each.license_type}))

    def as_json(self) -> JsonObject:
        """The file."""
        return {
            "format": FORMAT,
            "code": self.code,
            "name": self.name,
            "region": f"{self.region:06d}",
            "materials": [each.as_json() for each in self.materials],
        }


def read_item_list(form: JsonObject) -> ItemList:
    """The inverse of `ItemList.as_json`, for files from anywhere.

    Raises:
        MalformedError: `ITEM_MALFORMED` with the member.
    """
    _FORM.require(form.keys() == _MEMBERS and form["format"] == FORMAT, "format")
    code, name, region, rows = (form[each] for each in ("code", "name", "region", "materials"))
    _FORM.require(isinstance(code, str) and bool(_CODE.fullmatch(code)), "code")
    _FORM.require(isinstance(name, str) and 0 < len(name) <= _LONGEST_NAME, "name")
    is_region = isinstance(region, str) and re.fullmatch(r"[0-9]{6}", region, re.ASCII) is not None
    _FORM.require(is_region, "region")
    _FORM.require(isinstance(rows, list) and len(rows) <= MOST_MATERIALS, "materials")
    materials = tuple(_material(row, number) for number, row in enumerate(rows))
    _FORM.require(len(set(materials)) == len(materials), "materials")
    return ItemList(code, name, int(region), materials)


def _material(row: object, number: int) -> Material:
    where = f"materials/{number}"
    _FORM.require(isinstance(row, dict), where)
    assert isinstance(row, dict)
    named = {key: row[key] for key in ("type", "resource", "name") if key in row}
    _FORM.require(row.keys() == {*named, "original"} and type(row["original"]) is bool, where)
    texts = [value for value in named.values() if isinstance(value, str) and 0 < len(value) <= _LONGEST_NAME]
    _FORM.require(bool(named) and len(texts) == len(named), where)
    _FORM.require(not {"type", "resource"} <= named.keys(), where)
    _FORM.require(re.fullmatch(r"[0-9A-Z]{21}", named.get("type", "0" * 21), re.ASCII) is not None, where)
    resource = named.get("resource", "0" * 18 + "/0")
    _FORM.require(re.fullmatch(r"[0-9A-Z]{18}/\S{1,32}", resource) is not None, where)
    return Material(
        named.get("type", ""), named.get("resource", ""), named.get("name", ""), bool(row["original"])
    )


def effective(item: Item, at: int) -> tuple[int, ItemVersion] | None:
    """Number and version of an item that was in effect at a moment; None while it was not."""
    begun = [pair for pair in enumerate(item.versions, 1) if pair[1].since <= at]
    return begun[-1] if begun and begun[-1][1].region else None


def item_words(listed: ItemList) -> Sequence[bytes]:
    """What a registration carries beside the message: the digest of the list, then the license types."""
    return (listed.digest, *(each.encode("ascii").ljust(32, b"\0") for each in listed.license_types))
