"""Some fields of a license on their own, as they are handed out: a file that proves itself.

    {"format": "elicense-disclosure/1", "ledgerId",
     "license": {"message", "signed", "signature", "leaf", "disclosure": {"size", "fields", "hashes"}}}

It is what a presentation shows of one license (`ledger.domain.presentation`), without anybody who
shows it: values with their salts and paths, the hashes of all other fields, and what the issuer signed.
So it leads to the content digest that the ledger knows, and says nothing of the fields left out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property

from ledger.domain.canonical import MAX_INTEGER, JsonObject, JsonValue, canonical, parse_strict
from ledger.domain.field_list import FieldList
from ledger.domain.fields_tree import Disclosure, paths_named
from ledger.domain.messages import MESSAGES, OPENING
from ledger.domain.presentation import ShownLicense
from ledger.domain.sm3 import sm3
from ledger.domain.strict_form import StrictForm
from ledger.errors import BadProofError, MalformedError, RuleError, UsageError

FORMAT = "elicense-disclosure/1"

_FORM = StrictForm("DISCLOSURE_MALFORMED")
_STRUCTS = ("Issue", "Amend", "IssueBatch", "RenewBatch")
_PARTS = {"message", "signed", "signature", "leaf", "disclosure"}
_LEAF = tuple(pair for pair in OPENING.members if pair[0] not in {"batch", "proof"})
_CODES = {"issuer", "licenseType"}


@dataclass(frozen=True)
class DisclosedLicense:
    """Fields of one license; nothing of it is to be believed before it was held against the ledger.

    Attributes:
        ledger_id: The ledger that the license is recorded on, 0x-hex.
        shown: The fields with what the issuer signed; nobody's keys are in it.
    """

    ledger_id: str
    shown: ShownLicense

    @cached_property
    def data(self) -> bytes:
        """The file: the RFC 8785 form, which `read_disclosed` reads back byte for byte."""
        return canonical(self.as_json())

    @property
    def digest(self) -> bytes:
        """SM3 of the file, 32 bytes: what a label binds."""
        return sm3(self.data)

    @property
    def values(self) -> dict[str, JsonValue]:
        """The values shown, by path."""
        return self.shown.disclosure.values()

    @property
    def size(self) -> int:
        """Fields of the whole license."""
        return self.shown.disclosure.size

    @property
    def license_id(self) -> str:
        """Of which license they are, 0x-hex."""
        return self.shown.license_id

    @property
    def is_intact(self) -> bool:
        """Whether the fields lead to what the issuer signed, under an id of that issuer's."""
        return self.shown.is_intact(bytes.fromhex(self.ledger_id[2:]))

    def as_json(self) -> JsonObject:
        """The form of the module's head."""
        return {"format": FORMAT, "ledgerId": self.ledger_id, "license": self.shown.content_json()}


def read_disclosed(data: bytes) -> DisclosedLicense:
    """Read a disclosure from outside; form only, its proof is not checked.

    Raises:
        MalformedError: `DISCLOSURE_MALFORMED` with the member at fault, or the codes of `parse_strict`;
            never anything else, whatever the bytes.
    """
    form = parse_strict(data)
    found = disclosed_license(form)
    _FORM.require(found.data == data, "form")
    return found


def disclosed_license(form: JsonObject) -> DisclosedLicense:
    """The disclosure in a JSON object that was already read strictly; raises as `read_disclosed`."""
    _FORM.require(set(form) == {"format", "ledgerId", "license"}, "keys")
    _FORM.require(form["format"] == FORMAT, "format")
    ledger_id = "0x" + _FORM.hexed(form, "ledgerId", 32, "0x").hex()
    found = DisclosedLicense(ledger_id, _shown(form["license"]))
    _FORM.require(found.as_json() == form, "form")
    return found


def granted_paths(known: Sequence[str], listed: FieldList, granted: int) -> list[str]:
    """The paths of a license that a grant allows, in the order of leaves.

    A name of the list means a path, a branch, or the last part of one path alone; what the license does
    not have is left out.

    Args:
        known: All paths of the license.
        listed: The published list of the resource.
        granted: Bitmap of what the grant allows.

    Raises:
        UsageError: `FIELD_AMBIGUOUS`.
        RuleError: `HANDOUT_NOTHING`: the license has none of these fields.
    """
    names = listed.named(granted)
    paths = sorted({path for name in names for path in paths_named(name, known)})
    if not paths:
        raise RuleError("HANDOUT_NOTHING", fields=", ".join(names))
    return paths


def paths_beyond(paths: Collection[str], listed: FieldList, granted: int) -> list[str]:
    """The fields of a copy that no granted name means, in their order.

    Whoever has the copy alone does not know the fields left out. So a name that two fields here could be
    meant by, neither of them being its own path or branch, stands for none of them.

    Args:
        paths: Fields that are shown.
        listed: The published list of the resource.
        granted: Bitmap of what is allowed.

    Example:
        >>> listed = FieldList(("name", "face/post"), (1, 1))
        >>> paths_beyond(["holders/0/name", "face/post", "face/sex"], listed, 3)
        ['face/sex']
        >>> paths_beyond(["face/name", "holders/0/name"], listed, 3)
        ['face/name', 'holders/0/name']
    """
    meant: set[str] = set()
    for name in listed.named(granted):
        with suppress(UsageError):
            meant.update(paths_named(name, list(paths)))
    return [path for path in paths if path not in meant]


def highest_grade(known: Sequence[str], listed: FieldList, granted: int) -> int:
    """The highest grade of the granted fields that the license has; raises as `granted_paths`."""
    granted_paths(known, listed, granted)
    names = set(listed.named(granted))
    graded = zip(listed.names, listed.grades, strict=True)
    return max(grade for name, grade in graded if name in names and paths_named(name, known))


def _shown(form: object) -> ShownLicense:
    if not isinstance(form, dict) or set(form) != _PARTS:
        raise _FORM.fault("license")
    if form["message"] not in _STRUCTS:
        raise _FORM.fault("message")
    shown = ShownLicense(
        message=form["message"],
        signed=_members(form["signed"], MESSAGES[form["message"]].fields, "signed"),
        signature=_FORM.hexed(form, "signature", 64),
        disclosure=disclosure_of(form["disclosure"]),
        holder=None,
    )
    _FORM.require(("root" in shown.signed) == (form["leaf"] is not None), "leaf")
    return shown if form["leaf"] is None else _with_leaf(shown, form["leaf"])


def _with_leaf(shown: ShownLicense, form: object) -> ShownLicense:
    if not isinstance(form, dict) or not isinstance(form.get("proof"), list):
        raise _FORM.fault("leaf")
    terms = _members({name: form[name] for name in form if name != "proof"}, _LEAF, "leaf")
    index = terms.pop("index")
    assert isinstance(index, int)
    proof = tuple("0x" + _word(word, "proof").hex() for word in form["proof"])
    return replace(shown, leaf=terms, index=index, proof=proof)


def _members(value: object, members: Sequence[tuple[str, str]], field: str) -> dict[str, object]:
    """Members of a struct: numbers in their range, words in 0x-hex, codes in letters and digits."""
    if not isinstance(value, dict) or set(value) != {name for name, _ in members}:
        raise _FORM.fault(field)
    for name, kind in members:
        each = value[name]
        if kind == "bytes32":
            _FORM.require(name not in _CODES or _word(each, name).rstrip(b"\0").isalnum(), name)
            _word(each, name)
        else:
            limit = min(1 << int(kind.removeprefix("uint")), MAX_INTEGER + 1)
            _FORM.require(type(each) is int and 0 <= each < limit, name)
    return dict(value)


def _word(value: object, field: str) -> bytes:
    return _FORM.hexed({field: value}, field, 32, "0x")


def disclosure_of(value: object) -> Disclosure:
    """Some fields from a file, `{"size", "fields", "hashes"}`; raises `DISCLOSURE_MALFORMED`."""
    if not isinstance(value, dict) or set(value) != {"size", "fields", "hashes"}:
        raise _FORM.fault("disclosure")
    rows, hashes = value["fields"], value["hashes"]
    _FORM.require(isinstance(rows, list) and bool(rows), "fields")
    _FORM.require(isinstance(hashes, str) and len(hashes) % 64 == 0, "hashes")
    joined = _FORM.hexed(value, "hashes", len(hashes) // 2)
    try:
        found = Disclosure.from_list([value["size"], [_field(row) for row in rows], joined])
        found.content_digest()
    except (BadProofError, MalformedError) as fault:
        raise _FORM.fault("disclosure") from fault
    return found


def _field(row: object) -> list[object]:
    if not isinstance(row, Mapping) or set(row) != {"index", "path", "salt", "value"}:
        raise _FORM.fault("fields")
    return [row["index"], row["path"], _FORM.hexed(row, "salt", 32), row["value"]]
