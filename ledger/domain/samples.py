"""Samples of a mounted resource: what its provider commits to, and any other body may ask for.

Whoever mounts a resource commits to its address and to some rows of it, each under a salt of its own. A
relying body fetches one row at that address and finds out by the ledger whether it is the one that was
committed to: what nobody could fetch is not mounted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eth_hash.auto import keccak

from ledger.domain.canonical import JsonObject
from ledger.domain.license_tree import Tree, verify
from ledger.domain.message_form import is_word
from ledger.domain.salted_text import SaltedText, salted_text
from ledger.domain.strict_form import StrictForm

CHANNEL_FORMAT, SAMPLE_FORMAT = "elicense-channel/1", "elicense-sample/1"
MOST_SAMPLES = 1_000
_FORM = StrictForm("SAMPLE_MALFORMED")


@dataclass(frozen=True)
class Sample:
    """One row, as it is handed out.

    Attributes:
        index: Its place.
        row: The row and its salt.
        proof: From its leaf to the root, 32 bytes each.
    """

    index: int
    row: SaltedText
    proof: tuple[bytes, ...]

    def matches(self, root: str, size: int) -> bool:
        """Whether it is the row that was committed to under a root (0x-hex) over so many."""
        return verify(bytes.fromhex(root[2:]), _leaf(self.row), self.index, size, self.proof)

    def as_json(self) -> JsonObject:
        """The file."""
        words = ["0x" + word.hex() for word in self.proof]
        return {"format": SAMPLE_FORMAT, "index": self.index, "row": self.row.as_json(), "proof": words}


def samples_of(rows: Sequence[SaltedText]) -> tuple[str, list[Sample]]:
    """The root over some rows, 0x-hex, and each of them with its proof.

    Example:
        >>> root, [first, _] = samples_of([SaltedText("a", bytes(32)), SaltedText("b", bytes(32))])
        >>> first.matches(root, 2), first.matches(root, 3)
        (True, False)
    """
    tree = Tree([_leaf(row) for row in rows])
    made = [Sample(index, row, tuple(tree.proof(index))) for index, row in enumerate(rows)]
    return "0x" + tree.root.hex(), made


def read_sample(form: JsonObject) -> Sample:
    """The inverse of `Sample.as_json`, for files from anywhere; raises `SAMPLE_MALFORMED`."""
    _FORM.require(form.keys() == {"format", "index", "row", "proof"}, "format")
    _FORM.require(form["format"] == SAMPLE_FORMAT, "format")
    _FORM.require(type(form["index"]) is int and 0 <= form["index"] < MOST_SAMPLES, "index")
    _FORM.require(isinstance(form["proof"], list) and all(map(is_word, form["proof"])), "proof")
    row = salted_text(form["row"])
    if row is None:
        raise _FORM.fault("row")
    return Sample(form["index"], row, tuple(bytes.fromhex(word[2:]) for word in form["proof"]))


def channel_json(address: SaltedText) -> JsonObject:
    """The file that tells where a resource is to be had."""
    return {"format": CHANNEL_FORMAT, "address": address.as_json()}


def read_channel(form: JsonObject) -> SaltedText:
    """The inverse of `channel_json`; raises `SAMPLE_MALFORMED`."""
    address = salted_text(form.get("address"))
    if form.keys() != {"format", "address"} or form["format"] != CHANNEL_FORMAT or address is None:
        raise _FORM.fault("address")
    return address


def _leaf(row: SaltedText) -> bytes:
    return keccak(b"\x00" + bytes.fromhex(row.digest[2:]))
