"""Editions of open data (公共数据开放): the bytes of one, the proof of a row, where it stands.

An edition is its resource and the SM3 digest of a file, so that anybody with the file finds its record.
Where it was published with rows, a root over the lines of the file lets one line be proved alone:
leaf = keccak256(0x00 ‖ bytes of the line without its end), nodes as in `ledger.domain.license_tree`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from eth_hash.auto import keccak

from ledger.domain.canonical import JsonObject
from ledger.domain.entities import IsVoid
from ledger.domain.license_tree import verify
from ledger.domain.message_form import is_word
from ledger.domain.sharing_entities import Edition
from ledger.domain.sm3 import new_sm3
from ledger.domain.strict_form import StrictForm

ROW_FORMAT = "elicense-edition-row/1"
MOST_ROWS = 1_000_000
"""Rows of a file under a root."""

LONGEST_ROW = 1 << 20
"""Bytes of a row with its end."""

_FORM = StrictForm("EDITION_ROW_MALFORMED")


@dataclass(frozen=True)
class EditionFile:
    """What is told of a file.

    Attributes:
        digest: SM3 of its bytes, 32 bytes.
        size: Bytes.
        leaves: One for each row, 32 bytes; none where it was not read by rows.
    """

    digest: bytes
    size: int
    leaves: tuple[bytes, ...] = ()


def read_edition(pieces: Iterable[bytes]) -> EditionFile:
    """Digest and size of a file, which need not fit in memory.

    Example:
        >>> read_edition([b"a", b"bc"]) == read_edition([b"abc"]), read_edition([b"abc"]).size
        (True, 3)
    """
    digest, size = new_sm3(), 0
    for piece in pieces:
        digest.update(piece)
        size += len(piece)
    return EditionFile(digest.digest(), size)


def read_rows(lines: Iterable[bytes]) -> EditionFile:
    """The same of a text file, line by line, with a leaf for each.

    Args:
        lines: With their ends, each of at most `LONGEST_ROW` bytes: a longer one comes in parts.

    Raises:
        ValueError: Too many rows, one that is too long, or one that is no UTF-8.

    Example:
        >>> read_rows([b"a\\n", b"b"]).leaves == (row_leaf("a"), row_leaf("b"))
        True
    """
    leaves: list[bytes] = []

    def counted() -> Iterable[bytes]:
        for line in lines:
            is_part = len(line) >= LONGEST_ROW and not line.endswith(b"\n")
            if is_part or len(leaves) == MOST_ROWS:
                raise ValueError("a row that is too long, or one too many")
            leaves.append(row_leaf(row_text(line)))
            yield line

    read = read_edition(counted())
    return EditionFile(read.digest, read.size, tuple(leaves))


def row_text(line: bytes) -> str:
    """A line without its end; raises `ValueError` for what is no UTF-8."""
    return line.removesuffix(b"\n").removesuffix(b"\r").decode("utf-8")


def row_leaf(text: str) -> bytes:
    """The leaf of a row, 32 bytes."""
    return keccak(b"\x00" + text.encode("utf-8"))


@dataclass(frozen=True)
class EditionRow:
    """One row of an edition with its proof.

    Attributes:
        ledger_id: Of the ledger that has the edition, 0x-hex.
        resource: `OWNER/CODE`.
        digest: SM3 of the whole file, 32 bytes.
        row: Counted from 1.
        text: The row, without the end of its line.
        proof: From its leaf to the root, 32 bytes each.
    """

    ledger_id: str
    resource: str
    digest: bytes
    row: int
    text: str
    proof: tuple[bytes, ...]

    def is_under(self, root: str, rows: int) -> bool:
        """Whether an edition with that root (0x-hex) over so many rows has this one in its place."""
        return verify(bytes.fromhex(root[2:]), row_leaf(self.text), self.row - 1, rows, self.proof)

    def as_json(self) -> JsonObject:
        """The file."""
        return {
            "format": ROW_FORMAT,
            "ledgerId": self.ledger_id,
            "resource": self.resource,
            "digest": self.digest.hex(),
            "row": self.row,
            "text": self.text,
            "proof": ["0x" + word.hex() for word in self.proof],
        }


def read_edition_row(form: JsonObject) -> EditionRow:
    """The inverse of `EditionRow.as_json`, for files from anywhere; raises `EDITION_ROW_MALFORMED`."""
    members = {"format", "ledgerId", "resource", "digest", "row", "text", "proof"}
    _FORM.require(form.keys() == members and form["format"] == ROW_FORMAT, "format")
    row, text, proof = form["row"], form["text"], form["proof"]
    if type(row) is not int or not 0 < row <= MOST_ROWS:
        raise _FORM.fault("row")
    if not isinstance(text, str) or not _is_text(text):
        raise _FORM.fault("text")
    if not isinstance(proof, list) or not all(map(is_word, proof)):
        raise _FORM.fault("proof")
    return EditionRow(
        ledger_id="0x" + _FORM.hexed(form, "ledgerId", 32, "0x").hex(),
        resource=_FORM.text(form["resource"], "resource"),
        digest=_FORM.hexed(form, "digest", 32),
        row=row,
        text=text,
        proof=tuple(bytes.fromhex(word[2:]) for word in proof),
    )


def _is_text(text: str) -> bool:
    try:
        return len(text.encode("utf-8")) < LONGEST_ROW
    except UnicodeEncodeError:
        return False


class EditionStanding(Enum):
    """Where an edition stands: only the first three are good to use."""

    CURRENT = "现行"
    SUPERSEDED = "已有新版"
    NOT_YET = "未到起用时间"
    WITHDRAWN = "已撤回"
    KEY_COMPROMISED = "签发密钥失密，无效"


BAD = frozenset({EditionStanding.WITHDRAWN, EditionStanding.KEY_COMPROMISED})
"""What nobody should go on using."""


def standing_of(
    edition: Edition, later: Iterable[Edition], at: int, is_void: IsVoid
) -> tuple[EditionStanding, int]:
    """Where an edition stands at a moment, and the number of the one that took its place; 0 for none.

    An edition that was withdrawn, or that a compromised key signed, takes nobody's place.

    Args:
        edition: As the ledger has it now.
        later: The editions of its resource with higher numbers.
        at: The moment.
        is_void: Whether what a key signed at a moment is void.
    """
    if is_void(edition.key_id, edition.recorded_at):
        return EditionStanding.KEY_COMPROMISED, 0
    if edition.withdrawn_at:
        return EditionStanding.WITHDRAWN, 0
    if at < edition.since:
        return EditionStanding.NOT_YET, 0
    good = (
        each.number
        for each in later
        if not each.withdrawn_at and each.since <= at and not is_void(each.key_id, each.recorded_at)
    )
    successor = max(good, default=0)
    return (EditionStanding.SUPERSEDED if successor else EditionStanding.CURRENT), successor
