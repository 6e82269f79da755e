"""The content digest of a license: an SM3 tree over its salted fields.

    leaf   = SM3(0x00 ‖ salt ‖ uint32 length of path ‖ path ‖ canonical value)
    node   = SM3(0x01 ‖ left ‖ right)
    digest = SM3(0x02 ‖ uint32 leaf count ‖ root)

A field is a scalar, or an empty list or object, at a path such as `face/registeredCapital` or
`holders/0/code` (`~` and `/` inside a name are written `~0` and `~1`, as in RFC 6901). Leaves
stand in the order of the UTF-8 bytes of their paths. Every field has its own 32-byte salt: without
it a hash of so little text as a date or a name would be found by trying.

So any subset of fields can be shown and checked against the digest, and what is left out stays
unknown but for its number.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeGuard

from ledger.domain.canonical import JsonObject, JsonValue, canonical
from ledger.domain.index_tree import climb, known_levels, levels, siblings
from ledger.domain.sm3 import sm3
from ledger.errors import BadProofError, MalformedError, UsageError

SALT_BYTES = 32
MAX_FIELDS = 4096

Fields = Mapping[str, JsonValue]
Salts = Mapping[str, bytes]


def flatten(document: JsonObject) -> dict[str, JsonValue]:
    """Every field of a document by its path, in the order of leaves.

    Names that would make two documents flatten alike are refused: the empty one, and those of
    digits only, which read like places in a list.

    Raises:
        MalformedError: `FIELD_NAME`.

    Example:
        >>> flatten({"holders": [{"name": "甲"}], "face": {}, "a/b": None})
        {'a~1b': None, 'face': {}, 'holders/0/name': '甲'}
    """
    found: dict[str, JsonValue] = {}
    if document:
        _add_fields("", document, found)
    return {path: found[path] for path in ordered(found)}


def ordered(paths: Iterable[str]) -> list[str]:
    """Paths in the order of leaves: by their UTF-8 bytes, which is that of their code points."""
    return sorted(paths)


def draw_salts(fields: Iterable[str], draw: Callable[[int], bytes]) -> dict[str, bytes]:
    """A fresh salt for every path.

    Args:
        fields: The paths, for example from `flatten`.
        draw: Gives that many bytes from a cryptographically secure source.
    """
    return {path: draw(SALT_BYTES) for path in ordered(fields)}


def leaf(path: str, value: JsonValue, salt: bytes) -> bytes:
    """The leaf of one field, 32 bytes."""
    name = path.encode("utf-8")
    return sm3(b"\x00" + salt + len(name).to_bytes(4, "big") + name + canonical(value))


def node(left: bytes, right: bytes) -> bytes:
    """An inner node, 32 bytes."""
    return sm3(b"\x01" + left + right)


def leaves(fields: Fields, salts: Salts) -> list[bytes]:
    """The leaves of all fields, in their order.

    Raises:
        MalformedError: `FIELDS_NONE`, `FIELDS_TOO_MANY`, or `SALTS_MISMATCH` where the salts are
            not exactly one of 32 bytes for each field.
    """
    if not fields:
        raise MalformedError("FIELDS_NONE")
    if len(fields) > MAX_FIELDS:
        raise MalformedError("FIELDS_TOO_MANY", limit=MAX_FIELDS)
    if fields.keys() != salts.keys() or any(len(salt) != SALT_BYTES for salt in salts.values()):
        raise MalformedError("SALTS_MISMATCH")
    return [leaf(path, fields[path], salts[path]) for path in ordered(fields)]


def root(hashes: list[bytes]) -> bytes:
    """The root over at least one leaf."""
    return levels(hashes, node)[-1][0]


def seal(count: int, top: bytes) -> bytes:
    """The content digest of a tree, from its leaf count and its root."""
    return sm3(b"\x02" + count.to_bytes(4, "big") + top)


def content_digest(fields: Fields, salts: Salts) -> bytes:
    """The content digest of a whole document, 32 bytes.

    Raises:
        MalformedError: As `leaves`.
    """
    hashes = leaves(fields, salts)
    return seal(len(hashes), root(hashes))


@dataclass(frozen=True, slots=True)
class DisclosedField:
    """One field that is shown: where its leaf stands, its path, salt and value."""

    index: int
    path: str
    salt: bytes
    value: JsonValue


@dataclass(frozen=True, slots=True)
class Disclosure:
    """Some fields of a license with what is needed to compute its content digest from them.

    Attributes:
        size: Leaf count of the whole tree.
        fields: The fields shown, by rising index.
        hashes: The hashes that the fields do not give, level by level upwards, left to right.
            Where no field is shown, the root alone.
    """

    size: int
    fields: tuple[DisclosedField, ...]
    hashes: tuple[bytes, ...]

    def values(self) -> dict[str, JsonValue]:
        """The values shown, by path. Not to be believed before `content_digest` was compared."""
        return {field.path: field.value for field in self.fields}

    def content_digest(self) -> bytes:
        """The digest that these fields lead to; equal to the license's only if all are genuine.

        Raises:
            BadProofError: `DISCLOSURE_FORM`, where no digest can be computed.
        """
        try:
            top = self._root() if self._is_well_formed() else None
        except MalformedError:  # a value that no license can hold
            top = None
        if top is None:
            raise BadProofError("DISCLOSURE_FORM")
        return seal(self.size, top)

    def narrowed(self, paths: Collection[str]) -> Disclosure:
        """The same with fewer fields: what the whole license would disclose at `paths`.

        Args:
            paths: At least one that is shown.

        Raises:
            BadProofError: `DISCLOSURE_FORM`.

        Example:
            >>> fields = {"a": 1, "b": "乙", "c": None}
            >>> salts = {path: bytes([n]) * 32 for n, path in enumerate(fields)}
            >>> disclose(fields, salts, ["a", "c"]).narrowed(["c"]) == disclose(fields, salts, ["c"])
            True
        """
        kept = tuple(field for field in self.fields if field.path in paths)
        built = known_levels(self._leaves(), self.size, self.hashes, node) if self._is_well_formed() else []
        if not kept or not built:
            raise BadProofError("DISCLOSURE_FORM")
        hashes = siblings(built, [field.index for field in kept], self.size)
        return Disclosure(self.size, kept, tuple(hashes))

    def as_list(self) -> list[object]:
        """Plain values for CBOR: `[size, [[index, path, salt, value], …], hashes in one string]`."""
        shown = [[field.index, field.path, field.salt, field.value] for field in self.fields]
        return [self.size, shown, b"".join(self.hashes)]

    @classmethod
    def from_list(cls, value: object) -> Disclosure:
        """The inverse of `as_list`, for values from outside.

        Raises:
            BadProofError: `DISCLOSURE_FORM`.
        """
        match value:
            case [int(size), list(shown), bytes(joined)] if len(joined) % 32 == 0:
                hashes = tuple(joined[start : start + 32] for start in range(0, len(joined), 32))
                return cls(size, tuple(_disclosed(entry) for entry in shown), hashes)
        raise BadProofError("DISCLOSURE_FORM")

    def _is_well_formed(self) -> bool:
        indices = [field.index for field in self.fields]
        paths = [field.path for field in self.fields]
        return (
            all(type(number) is int for number in (self.size, *indices))
            and 0 < self.size <= MAX_FIELDS
            and indices == sorted(set(indices))
            and paths == ordered(set(paths))
            and all(len(field.salt) == SALT_BYTES for field in self.fields)
            and all(len(word) == 32 for word in self.hashes)
        )

    def _root(self) -> bytes | None:
        if not self.fields:
            return self.hashes[0] if len(self.hashes) == 1 else None
        return climb(self._leaves(), self.size, self.hashes, node)

    def _leaves(self) -> dict[int, bytes]:
        return {field.index: leaf(field.path, field.value, field.salt) for field in self.fields}


def disclose(fields: Fields, salts: Salts, paths: Iterable[str]) -> Disclosure:
    """Show the fields at `paths` and nothing else.

    Args:
        fields: All fields of the license, as `flatten` gives them.
        salts: Their salts.
        paths: Which to show; order and repetition do not matter.

    Raises:
        MalformedError: `FIELD_UNKNOWN`, or as `leaves`.

    Example:
        >>> fields = {"a": 1, "b": "乙", "c": None}
        >>> salts = {path: bytes([n]) * 32 for n, path in enumerate(fields)}
        >>> shown = disclose(fields, salts, ["b"])
        >>> shown.values(), len(shown.hashes), shown.content_digest() == content_digest(fields, salts)
        ({'b': '乙'}, 2, True)
    """
    built = levels(leaves(fields, salts), node)
    place = {path: index for index, path in enumerate(ordered(fields))}
    chosen = ordered(set(paths))
    for path in chosen:
        if path not in place:
            raise MalformedError("FIELD_UNKNOWN", field=path)
    shown = tuple(DisclosedField(place[path], path, salts[path], fields[path]) for path in chosen)
    hashes = siblings(built, [field.index for field in shown], len(fields)) if shown else built[-1]
    return Disclosure(len(fields), shown, tuple(hashes))


def paths_named(name: str, known: Sequence[str]) -> list[str]:
    """The paths of one license that a name means; none where it has no such field.

    Args:
        name: A path, a branch of several, or the last part of one path alone.
        known: All paths of the license.

    Raises:
        UsageError: `FIELD_AMBIGUOUS`.

    Example:
        >>> known = ["face/post", "holders/0/code", "holders/0/name"]
        >>> [paths_named(name, known) for name in ("post", "holders", "sex")]
        [['face/post'], ['holders/0/code', 'holders/0/name'], []]
    """
    branch = [path for path in known if path == name or path.startswith(name + "/")]
    if branch:
        return branch
    found = [path for path in known if path.endswith("/" + name)]
    if len(found) > 1:
        raise UsageError("FIELD_AMBIGUOUS", field=name, known=", ".join(found))
    return found


def _add_fields(path: str, value: JsonValue, found: dict[str, JsonValue]) -> None:
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            if not name or name.isdecimal():
                raise MalformedError("FIELD_NAME", field=path)
            _add_fields(_join(path, name), inner, found)
    elif isinstance(value, list) and value:
        for index, inner in enumerate(value):
            _add_fields(f"{path}/{index}", inner, found)
    else:
        found[path] = value


def _join(path: str, name: str) -> str:
    if "~" in name or "/" in name:
        name = name.replace("~", "~0").replace("/", "~1")
    return f"{path}/{name}" if path else name


def _disclosed(entry: object) -> DisclosedField:
    match entry:
        case [int(index), str(path), bytes(salt), value] if _is_field_value(value):
            return DisclosedField(index, path, salt, value)
    raise BadProofError("DISCLOSURE_FORM")


def _is_field_value(value: object) -> TypeGuard[JsonValue]:
    is_empty = isinstance(value, list | dict) and not value
    return is_empty or isinstance(value, str | int | None)
