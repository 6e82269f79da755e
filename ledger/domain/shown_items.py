"""One license of a presentation as CBOR values.

    [struct, members, issuer's signature, disclosure, keys, leaf]

Members stand in the order of `ledger.domain.messages`. Keys are the holder's two compressed points, one
after another, none where a body vouches; of anybody else (`ledger.domain.presenters`) they say who he is:

    [0, keys] a representative    [1, keys, bindings] one of several holders    [2, keys of all] all of them

The leaf is null for a single license, else `[members of the leaf, index, path]`. A
32-byte word loses its trailing zeros; the leaves that a batch renews are told by their runs where that
is shorter.

What the rest tells is null: an id that ledger, issuer and handle make; a holder binding that follows from
the keys; a `notAfter` by default; in a further license what the first one's struct says as well,
and its signature is empty where it is the same. The content digest in a leaf is left out: it is the one
that the fields lead to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from ledger.domain import cbor
from ledger.domain.bit_runs import runs_of, word_of
from ledger.domain.canonical import MAX_INTEGER
from ledger.domain.fields_tree import Disclosure
from ledger.domain.holders import FEWEST_JOINT, MOST_JOINT, PublicPair
from ledger.domain.license_tree import LEAF_WORDS, MAX_SIZE
from ledger.domain.messages import DEFAULT_LIFETIME, MESSAGES, OPENING, MessageType, id_member
from ledger.domain.objects import from_ascii32, license_id
from ledger.domain.presentation import ShownLicense
from ledger.domain.presenters import AllHolders, AnyHolder, Presenter, Representative
from ledger.domain.sm import decode_point
from ledger.errors import BadProofError, MalformedError

SIGNATURE_BYTES, HASH_BYTES = 64, 32
_POINT_BYTES = 33
_REPRESENTATIVE, _ANY, _ALL = range(3)

_STRUCTS = ("Issue", "Amend", "IssueBatch", "RenewBatch")
_CODES = {"issuer", "licenseType"}
_LEAVES = {f"leaves{word}" for word in range(LEAF_WORDS)}
_LEAF = tuple(pair for pair in OPENING.members if pair[0] not in {"batch", "index", "digest", "proof"})

Members = Sequence[tuple[str, str]]
Values = Mapping[str, object]


def write_license(shown: ShownLicense, ledger_id: bytes, first: ShownLicense | None = None) -> list[object]:
    """A license as CBOR values.

    Args:
        shown: The license.
        ledger_id: The presentation's.
        first: The first license of the presentation, for a further one.
    """
    around = _Around(ledger_id, _binding(shown.holder), first.signed if first else {})
    is_repeated = first is not None and first.signature == shown.signature
    return [
        _STRUCTS.index(shown.message),
        around.words(MESSAGES[shown.message].fields, shown.signed),
        b"" if is_repeated else shown.signature,
        shown.disclosure.as_list(),
        _keys(shown.holder),
        _leaf_items(shown, ledger_id),
    ]


def read_license(form: cbor.CborValue, ledger_id: bytes, first: ShownLicense | None = None) -> ShownLicense:
    """The inverse, for values from outside; form only.

    Raises:
        MalformedError: `PRESENTATION_MALFORMED`.
    """
    match form:
        case [int(number), list(words), bytes(given), list(disclosure), keys, leaf]:
            require(counts(number) and number < len(_STRUCTS), "message")
            signature = given or (first.signature if first else b"")
            require(len(signature) == SIGNATURE_BYTES, "issuer")
            struct, holder, fields = MESSAGES[_STRUCTS[number]], _presenter(keys), _disclosure(disclosure)
            around = _Around(ledger_id, _binding(holder), first.signed if first else {})
            signed = around.filled(_values(struct.fields, words))
            shown = ShownLicense(struct.name, signed, signature, fields, holder)
            if _is_of_batch(struct):
                return _with_leaf(shown, leaf, ledger_id)
            require(leaf is None, "leaf")
            return shown
    raise malformed("license")


def _leaf_items(shown: ShownLicense, ledger_id: bytes) -> list[object] | None:
    if shown.leaf is None:
        return None
    around = _Around(ledger_id, _binding(shown.holder), shown.signed)
    path = b"".join(bytes.fromhex(word[2:]) for word in shown.proof)
    return [around.words(_LEAF, shown.leaf), shown.index, path]


def _with_leaf(shown: ShownLicense, form: cbor.CborValue, ledger_id: bytes) -> ShownLicense:
    match form:
        case [list(words), int(index), bytes(path)] if counts(index) and index < MAX_SIZE:
            around = _Around(ledger_id, _binding(shown.holder), shown.signed)
            digest = "0x" + shown.disclosure.content_digest().hex()
            leaf = around.filled({"digest": digest, **_values(_LEAF, words)})
            proof = tuple("0x" + word.hex() for word in split(path, HASH_BYTES, "leaf"))
            return replace(shown, leaf=leaf, index=index, proof=proof)
    raise malformed("leaf")


class _Around(NamedTuple):
    """What is known beside the members of a struct or a leaf, from which some of them follow.

    Attributes:
        ledger_id: The presentation's.
        binding: The holder binding that follows from the keys, where one does.
        said: Of a struct what the first license's says, of a leaf what its own struct says.
    """

    ledger_id: bytes
    binding: str | None
    said: Values

    def words(self, members: Members, values: Values) -> list[object]:
        """Members as they travel; null for those that follow."""
        told = self._told(values)
        return [None if values[name] == told.get(name) else _word(name, values[name]) for name, _ in members]

    def filled(self, values: Values) -> dict[str, object]:
        """Members as read, None for null, with those that follow."""
        told = self._told(values)
        require(all(value is not None or name in told for name, value in values.items()), "members")
        return {name: told[name] if value is None else value for name, value in values.items()}

    def _told(self, values: Values) -> dict[str, object]:
        """The members that follow, as they are where nobody chose otherwise."""
        told = dict(self.said)
        known = {**told, **{name: value for name, value in values.items() if value is not None}}
        if self.binding is not None:
            told["holderBinding"] = self.binding
        signed_at = known.get("signedAt")
        if isinstance(signed_at, int) and signed_at <= MAX_INTEGER - DEFAULT_LIFETIME:
            told["notAfter"] = signed_at + DEFAULT_LIFETIME
        if "handle" in values and {"handle", "issuer"} <= known.keys():
            handle, issuer = bytes.fromhex(str(known["handle"])[2:]), from_ascii32(str(known["issuer"]))
            told[id_member(values)] = "0x" + license_id(self.ledger_id, issuer, handle).hex()
        return told


def counts(value: int) -> bool:
    """Whether it is a number from 0 on; CBOR's true and false are none."""
    return type(value) is int and value >= 0


def _is_of_batch(struct: MessageType) -> bool:
    """Whether a struct signs the root of a batch, so that a license is a leaf under it."""
    return any(name == "root" for name, _ in struct.members)


def _word(name: str, value: object) -> object:
    if not isinstance(value, str):
        return value
    word = bytes.fromhex(value.removeprefix("0x"))
    short, runs = word.rstrip(b"\0"), runs_of(word) if name in _LEAVES else []
    return runs if runs and len(cbor.encode(runs)) < len(cbor.encode(short)) else short


def _values(members: Members, words: list[cbor.CborValue]) -> dict[str, object]:
    """Members as read; None for those that were left out."""
    require(len(words) == len(members), "members")
    return {
        name: None if word is None else _value(name, kind, word)
        for (name, kind), word in zip(members, words, strict=True)
    }


def _value(name: str, kind: str, word: cbor.CborValue) -> object:
    if kind == "bytes32":
        require(name not in _CODES or _is_code(word), name)
        return "0x" + (_of_runs(word) if name in _LEAVES and isinstance(word, list) else _bytes32(word)).hex()
    bits = int(kind.removeprefix("uint"))
    if type(word) is not int or not 0 <= word < min(1 << bits, MAX_INTEGER + 1):
        raise malformed("members")
    return word


def _is_code(word: cbor.CborValue) -> bool:
    return isinstance(word, bytes) and word.isascii() and word.isalnum()


def _bytes32(word: cbor.CborValue) -> bytes:
    if not isinstance(word, bytes) or len(word) > HASH_BYTES:
        raise malformed("members")
    return word.ljust(HASH_BYTES, b"\0")


def _of_runs(runs: list[cbor.CborValue]) -> bytes:
    lengths = [each for each in runs if isinstance(each, int) and counts(each)]
    require(len(lengths) == len(runs), "members")
    try:
        return word_of(lengths)
    except ValueError:
        raise malformed("members") from None


def _disclosure(form: list[cbor.CborValue]) -> Disclosure:
    try:
        found = Disclosure.from_list(form)
        found.content_digest()
    except (BadProofError, MalformedError):
        raise malformed("disclosure") from None
    return found


def _binding(holder: Presenter | None) -> str | None:
    """The holder binding that follows from the keys; of a representative's none, the holder's is bound."""
    return None if holder is None or isinstance(holder, Representative) else holder.binding


def _keys(holder: Presenter | None) -> bytes | list[object]:
    points = b"".join(compressed(point) for pair in (holder.pairs if holder else ()) for point in pair)
    match holder:
        case Representative():
            return [_REPRESENTATIVE, points]
        case AnyHolder():
            return [_ANY, points, b"".join(bytes.fromhex(each[2:]) for each in holder.bindings)]
        case AllHolders():
            return [_ALL, points]
    return points


def _presenter(form: cbor.CborValue) -> Presenter | None:
    match form:
        case b"":
            return None
        case bytes(joined):
            return _pair(joined)
        case [int(kind), bytes(joined)] if kind == _REPRESENTATIVE and counts(kind):
            return Representative(_pair(joined))
        case [int(kind), bytes(joined), bytes(listed)] if kind == _ANY and counts(kind):
            bindings = tuple("0x" + each.hex() for each in split(listed, HASH_BYTES, "holders"))
            _require_several(bindings)
            return AnyHolder(_pair(joined), bindings)
        case [int(kind), bytes(joined)] if kind == _ALL:
            pairs = _pairs(joined)
            _require_several([pair.holder_key for pair in pairs])
            return AllHolders(pairs)
    raise malformed("key")


def _require_several(holders: Sequence[object]) -> None:
    require(FEWEST_JOINT <= len(holders) <= MOST_JOINT and len(set(holders)) == len(holders), "holders")


def _pair(joined: bytes) -> PublicPair:
    pairs = _pairs(joined)
    require(len(pairs) == 1, "key")
    return pairs[0]


def _pairs(joined: bytes) -> tuple[PublicPair, ...]:
    keys = [read_point(point) for point in split(joined, _POINT_BYTES, "key")]
    require(len(keys) % 2 == 0, "key")
    return tuple(PublicPair(*keys[place : place + 2]) for place in range(0, len(keys), 2))


def split(joined: bytes, size: int, part: str) -> tuple[bytes, ...]:
    """Strings of one size that stand one after another.

    Raises:
        MalformedError: `PRESENTATION_MALFORMED` with the part.
    """
    require(len(joined) % size == 0, part)
    return tuple(joined[start : start + size] for start in range(0, len(joined), size))


def compressed(point: bytes) -> bytes:
    """A public key as it travels, 33 bytes."""
    return bytes([2 + (point[64] & 1)]) + point[1:33]


def read_point(encoding: bytes) -> bytes:
    """A public key as it travelled, 65 bytes.

    Raises:
        MalformedError: `PRESENTATION_MALFORMED`.
    """
    require(len(encoding) == _POINT_BYTES, "key")
    try:
        return decode_point(encoding)
    except MalformedError:
        raise malformed("key") from None


def require(holds: bool, part: str) -> None:
    """Go on only where the form of a part holds.

    Raises:
        MalformedError: `PRESENTATION_MALFORMED` with the part.
    """
    if not holds:
        raise malformed(part)


def malformed(part: str) -> MalformedError:
    """`PRESENTATION_MALFORMED` with the part at fault."""
    return MalformedError("PRESENTATION_MALFORMED", part=part)
