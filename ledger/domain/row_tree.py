"""The state of a data set: an SM3 tree over its rows, each of which is a tree of salted fields.

    row    = content digest of the row's fields (`ledger.domain.fields_tree`)
    leaf   = SM3(0x03 ‖ row)
    node   = SM3(0x04 ‖ left ‖ right)
    state  = SM3(0x05 ‖ ledger id ‖ resource's object ‖ uint64 loaded at ‖ uint32 rows ‖ root)

The rows stand in the order of keyed digests of their keys, so a place says nothing about a row. The salts of
a row are drawn anew whenever the data are loaded: its digest leads from one load to no other, and from no
digest to what the row says. So the state may stand on the ledger, in every use that was served from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.domain.index_tree import climb, levels
from ledger.domain.objects import ascii32, resource_object
from ledger.domain.sm3 import sm3

MOST_ROWS = 1_000_000
"""Rows of one data set."""
LONGEST_KEY = 200
"""Characters of the key by which a row is found."""


def row_leaf(row: bytes) -> bytes:
    """The leaf of a row, by its content digest."""
    return sm3(b"\x03" + row)


def row_node(left: bytes, right: bytes) -> bytes:
    """An inner node, 32 bytes."""
    return sm3(b"\x04" + left + right)


def row_levels(rows: Sequence[bytes]) -> list[list[bytes]]:
    """The whole tree over at least one row, from the leaves up."""
    return levels([row_leaf(row) for row in rows], row_node)


@dataclass(frozen=True, slots=True)
class RowsState:
    """All rows of a data set as they were loaded at one time.

    Attributes:
        owner: Credit code of the body whose resource it is.
        code: The owner's code for the resource.
        loaded_at: In Unix seconds, by the clock of who loaded.
        rows: How many there are.
        root: Of the tree over them, 32 bytes.
    """

    owner: str
    code: str
    loaded_at: int
    rows: int
    root: bytes

    def digest(self, ledger_id: str) -> str:
        """What a use records of it, 0x-hex."""
        about = bytes.fromhex(ledger_id[2:]) + resource_object(self.owner, ascii32(self.code))
        numbers = self.loaded_at.to_bytes(8, "big") + self.rows.to_bytes(4, "big")
        return "0x" + sm3(b"\x05" + about + numbers + self.root).hex()


def leads_to_state(state: RowsState, row: bytes, index: int, proof: Sequence[bytes]) -> bool:
    """Whether a row, by its content digest, stands at a place of a state.

    Example:
        >>> rows = [bytes([each]) * 32 for each in range(3)]
        >>> built = row_levels(rows)
        >>> state = RowsState("91330000MA0EXAMPLE", "CODE", 0, 3, built[-1][0])
        >>> leads_to_state(state, rows[2], 2, [built[1][0]]), leads_to_state(state, rows[1], 2, [built[1][0]])
        (True, False)
    """
    if any(len(word) != 32 for word in (row, *proof)):
        return False
    return climb({index: row_leaf(row)}, state.rows, proof, row_node) == state.root
