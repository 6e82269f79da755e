"""Canonical JSON: a strict reader, the RFC 8785 writer, and the folded key for matching names.

The reader refuses what makes two readers disagree: duplicate names, floats, integers beyond
±(2^53 − 1), lone surrogates, a byte-order mark, deep nesting, large input. Strings are kept as they
came, character by character: normalising them (NFC) would change names written in GB 18030.
The writer gives one byte string for one value, so that a digest means the same everywhere.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Collection
from typing import Any, NoReturn

import rfc8785

from ledger.errors import MalformedError

JsonValue = None | bool | int | str | list["JsonValue"] | dict[str, "JsonValue"]
JsonObject = dict[str, Any]
"""A JSON object whose values are `JsonValue`; typed loosely so that callers may index into it."""

MAX_BYTES = 1 << 20
MAX_DEPTH = 32
MAX_INTEGER = 2**53 - 1

_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BRACKET = re.compile(rb"[\[\]{}]")
_BEYOND_FIRST_PLANE = re.compile(rb"[\xf0-\xf4]")
_SIMPLE = {str, bool, type(None)}
_WRITER = json.JSONEncoder(ensure_ascii=False, check_circular=False, sort_keys=True, separators=(",", ":"))


def parse_strict(data: bytes) -> JsonObject:
    """Read one JSON object.

    Args:
        data: UTF-8, at most `MAX_BYTES`; white space and order of names do not matter.

    Raises:
        MalformedError: `JSON_TOO_LARGE`, `JSON_BOM`, `JSON_NOT_UTF8`, `JSON_TOO_DEEP`, `JSON_SYNTAX`,
            `JSON_DUPLICATE_KEY`, `JSON_FLOAT`, `JSON_INTEGER_RANGE`, `JSON_SURROGATE` or
            `JSON_NOT_OBJECT`.

    Example:
        >>> parse_strict('{"证照": [1, null]}'.encode())
        {'证照': [1, None]}
    """
    value = parse_value(data)
    if not isinstance(value, dict):
        raise MalformedError("JSON_NOT_OBJECT")
    return value


def parse_value(data: bytes) -> JsonValue:
    """Read one JSON value of any kind, by the rules of `parse_strict`."""
    text = _text(data)
    _require_shallow(data)
    try:
        value: JsonValue = json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_float,
            parse_constant=_float,
        )
    except json.JSONDecodeError as fault:
        raise MalformedError("JSON_SYNTAX", line=fault.lineno, column=fault.colno) from None
    if "\\u" in text:  # nothing but an escape can name half a character
        _utf8(_WRITER.encode(value))
    return value


def canonical(value: JsonValue | JsonObject) -> bytes:
    """The RFC 8785 form of a value.

    Raises:
        MalformedError: `JSON_FLOAT`, `JSON_INTEGER_RANGE`, `JSON_SURROGATE`, `JSON_TOO_DEEP` or
            `JSON_TYPE` for what this format does not carry.

    Example:
        >>> canonical({"b": 1, "a": ["x", None, True]})
        b'{"a":["x",null,true],"b":1}'
    """
    _require_plain(value, MAX_DEPTH)
    data = _utf8(_WRITER.encode(value))
    # The standard library sorts names by code point, RFC 8785 by UTF-16 unit: they differ where a
    # character beyond the first plane occurs, and nowhere else. A test compares the two.
    return rfc8785.dumps(value) if _BEYOND_FIRST_PLANE.search(data) else data


def is_canonical(data: bytes) -> bool:
    """Whether `data` is, byte by byte, what `canonical` writes.

    Example:
        >>> is_canonical(b'{"a":1}'), is_canonical(b'{"a": 1}'), is_canonical(b'{"a":1.0}')
        (True, False, False)
    """
    try:
        return canonical(parse_value(data)) == data
    except MalformedError:
        return False


def match_key(name: str) -> str:
    """A key under which spellings of one name meet. For matching only: never stored, never signed.

    Compatibility forms, case, white space, invisible characters and the many middle dots of
    transcribed names are folded. Different characters of one sound or meaning are not.

    Example:
        >>> match_key("买买提•艾力") == match_key("买买提 ‧ 艾力") == match_key("买买提·艾力")
        True
        >>> match_key("ＡＢＣ公司") == match_key("abc 公司")
        True
    """
    folded = name
    while True:
        again = _fold(folded)
        if again == folded:
            return folded
        folded = again


_DOTS = str.maketrans(dict.fromkeys("•‧・∙⋅●᛫⸱𐄁ꞏ", "·"))
_TYPED_DOT = re.compile(r"(?<=[^\x00-\x7f])[.。](?=[^\x00-\x7f])")


def _fold(name: str) -> str:
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    text = "".join(character for character in text if not _is_invisible(character))
    return _TYPED_DOT.sub("·", text.translate(_DOTS))


def _is_invisible(character: str) -> bool:
    is_selector = "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"
    return is_selector or character.isspace() or unicodedata.category(character) in ("Cf", "Cc")


def _text(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise MalformedError("JSON_TOO_LARGE", limit=MAX_BYTES)
    if data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        raise MalformedError("JSON_BOM")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise MalformedError("JSON_NOT_UTF8", offset=fault.start) from None


def _require_shallow(data: bytes) -> None:
    # Counted before parsing: the parser recurses and would exhaust the stack.
    if data.count(b"[") + data.count(b"{") <= MAX_DEPTH:
        return
    depth = 0
    for bracket in _BRACKET.finditer(_STRING.sub(b"", data)):
        depth += 1 if bracket.group() in b"[{" else -1
        if depth > MAX_DEPTH:
            raise MalformedError("JSON_TOO_DEEP", limit=MAX_DEPTH)


def _object(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise MalformedError("JSON_DUPLICATE_KEY")
    return found


def _integer(digits: str) -> int:
    # Length first: Python refuses to convert thousands of digits, with an error of its own.
    if len(digits) > 17 or abs(int(digits)) > MAX_INTEGER:
        raise MalformedError("JSON_INTEGER_RANGE")
    if digits == "-0":
        raise MalformedError("JSON_FLOAT")
    return int(digits)


def _float(_: str) -> NoReturn:
    raise MalformedError("JSON_FLOAT")


def _require_plain(value: object, levels: int) -> None:
    """Refuse what the format does not carry, and lists and objects more than `levels` deep."""
    if isinstance(value, dict):
        _require_room(levels)
        if not all(issubclass(kind, str) for kind in set(map(type, value))):
            raise MalformedError("JSON_TYPE")
        _require_all_plain(value.values(), levels - 1)
    elif isinstance(value, list):
        _require_room(levels)
        _require_all_plain(value, levels - 1)
    elif isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            raise MalformedError("JSON_INTEGER_RANGE")
    elif not isinstance(value, str | None):
        raise MalformedError("JSON_FLOAT" if isinstance(value, float) else "JSON_TYPE")


def _require_all_plain(values: Collection[object], levels: int) -> None:
    if set(map(type, values)) <= _SIMPLE:  # as most are: no need to look at each
        return
    for value in values:
        _require_plain(value, levels)


def _require_room(levels: int) -> None:
    if not levels:
        raise MalformedError("JSON_TOO_DEEP", limit=MAX_DEPTH)


def _utf8(text: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise MalformedError("JSON_SURROGATE") from None
