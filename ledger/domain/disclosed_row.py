"""Some fields of one row of a data set, as they are handed out: a file that leads to the state of the set.

    {"format": "elicense-row/1", "ledgerId", "resource": {"owner", "code"},
     "state": {"digest", "root", "rows", "loadedAt"}, "index", "proof": [HASH, …],
     "disclosure": {"size", "fields", "hashes"}}

A row is signed by nobody when it is loaded. What stands behind these fields is the provider: it signs the
label over this file, and, with the grantee, the use, whose last word is `state.digest`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from ledger.domain.canonical import JsonObject, JsonValue, canonical
from ledger.domain.disclosed import disclosure_of
from ledger.domain.fields_tree import Disclosure
from ledger.domain.moments import rfc3339
from ledger.domain.presentation import disclosure_json
from ledger.domain.row_tree import MOST_ROWS, RowsState, leads_to_state
from ledger.domain.sm3 import sm3
from ledger.domain.strict_form import StrictForm

FORMAT = "elicense-row/1"

_FORM = StrictForm("DISCLOSURE_MALFORMED")
_KEYS = {"format", "ledgerId", "resource", "state", "index", "proof", "disclosure"}
_HIGHEST = 64
"""Levels that a tree of rows has at most."""


@dataclass(frozen=True)
class DisclosedRow:
    """Fields of one row; nothing of it is to be believed before label and use were held against the ledger.

    Attributes:
        ledger_id: The ledger on which the data set is registered, 0x-hex.
        state: The data set as it was loaded.
        index: The row's place in it.
        proof: What leads from the row to the root.
        disclosure: The fields.
    """

    ledger_id: str
    state: RowsState
    index: int
    proof: tuple[bytes, ...]
    disclosure: Disclosure

    @cached_property
    def data(self) -> bytes:
        """The file: the RFC 8785 form."""
        return canonical(self.as_json())

    @property
    def digest(self) -> bytes:
        """SM3 of the file, 32 bytes: what a label binds."""
        return sm3(self.data)

    @property
    def values(self) -> dict[str, JsonValue]:
        """The values shown, by path."""
        return self.disclosure.values()

    @property
    def size(self) -> int:
        """Fields of the whole row."""
        return self.disclosure.size

    @cached_property
    def license_id(self) -> str:
        """The row's content digest, 0x-hex; stands where a copy of a license has the license id."""
        return "0x" + self.disclosure.content_digest().hex()

    @property
    def state_digest(self) -> str:
        """What the use records, 0x-hex."""
        return self.state.digest(self.ledger_id)

    @property
    def is_intact(self) -> bool:
        """Whether the fields lead to a row, and that to the state."""
        row = bytes.fromhex(self.license_id[2:])
        return leads_to_state(self.state, row, self.index, self.proof)

    def as_json(self) -> JsonObject:
        """The form of the module's head."""
        state = self.state
        return {
            "format": FORMAT,
            "ledgerId": self.ledger_id,
            "resource": {"owner": state.owner, "code": state.code},
            "state": {"digest": self.state_digest, "root": "0x" + state.root.hex(), **state_told(state)},
            "index": self.index,
            "proof": ["0x" + each.hex() for each in self.proof],
            "disclosure": disclosure_json(self.disclosure),
        }


def state_told(state: RowsState) -> JsonObject:
    """What people are told of a state: `{"rows", "loadedAt"}`."""
    return {"rows": state.rows, "loadedAt": rfc3339(state.loaded_at)}


def disclosed_row(form: JsonObject) -> DisclosedRow:
    """The row in a JSON object that was already read strictly; form only, its proof is not checked.

    Raises:
        MalformedError: `DISCLOSURE_MALFORMED` with the member at fault; never anything else.
    """
    _FORM.require(set(form) == _KEYS and form["format"] == FORMAT, "format")
    state, proof, index = form["state"], form["proof"], form["index"]
    _FORM.require(isinstance(proof, list) and len(proof) <= _HIGHEST, "proof")
    read = _state(form["resource"], state)
    _FORM.require(type(index) is int and 0 <= index < read.rows, "index")
    found = DisclosedRow(
        ledger_id="0x" + _FORM.hexed(form, "ledgerId", 32, "0x").hex(),
        state=read,
        index=index,
        proof=tuple(_FORM.hexed({"proof": each}, "proof", 32, "0x") for each in proof),
        disclosure=disclosure_of(form["disclosure"]),
    )
    _FORM.require(found.as_json() == form, "form")
    return found


def _state(resource: object, form: object) -> RowsState:
    if not isinstance(resource, dict) or set(resource) != {"owner", "code"}:
        raise _FORM.fault("resource")
    if not isinstance(form, dict) or set(form) != {"digest", "root", "rows", "loadedAt"}:
        raise _FORM.fault("state")
    rows = form["rows"]
    _FORM.require(type(rows) is int and 0 < rows <= MOST_ROWS, "rows")
    return RowsState(
        owner=_word(resource["owner"], "owner"),
        code=_word(resource["code"], "code"),
        loaded_at=_FORM.instant(form, "loadedAt"),
        rows=rows,
        root=_FORM.hexed(form, "root", 32, "0x"),
    )


def _word(value: object, field: str) -> str:
    """ASCII text that fits into a word."""
    if not isinstance(value, str) or not 0 < len(value) <= 32:
        raise _FORM.fault(field)
    _FORM.require(value.isascii() and value.isprintable(), field)
    return value
