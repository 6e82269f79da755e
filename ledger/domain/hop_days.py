"""What a platform carried in a day, as it stands on the ledger: one root over all slips that it signed.

    {"format": "elicense-hops/1", "ledgerId", "platform", "day", "root", "size"}

is a version of the code table `HOPS-DAY` of the platform's body: the ledger has the keccak-256 of its RFC
8785 form. The leaves are keccak-256(0x00 ‖ digest of the slip), the digests in ascending order; nodes as in
batches (`ledger.domain.license_tree`). `day` is the day in China of `passedAt`. A proof of a slip:

    {"format": "elicense-hop-proof/1", "slip": SLIP, "day": HOPS, "index", "proof": [HASH, …]}
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from eth_hash.auto import keccak

from ledger.domain.canonical import JsonObject, canonical
from ledger.domain.hop_slip import HopSlip, read_slip
from ledger.domain.identifiers import Uscc
from ledger.domain.license_tree import Tree, verify
from ledger.domain.message_form import is_word
from ledger.domain.moments import SHANGHAI
from ledger.domain.strict_form import StrictForm
from ledger.domain.use_promise import words_json
from ledger.errors import LedgerError

FORMAT = "elicense-hops/1"
PROOF_FORMAT = "elicense-hop-proof/1"
MOST_SLIPS = 1 << 24
_PREFIX = "HOPS-"
_FORM = StrictForm("HOP_PROOF_MALFORMED")


@dataclass(frozen=True)
class HopDay:
    """What a platform's body says that it carried in a day; ids and the root 0x-hex."""

    ledger_id: str
    platform: str
    day: date
    root: str
    size: int

    @property
    def table(self) -> str:
        """The name of the code table that it goes into."""
        return hops_table(self.day)

    @property
    def digest(self) -> str:
        """What the ledger has of it, 0x-hex."""
        return "0x" + keccak(canonical(self.as_json())).hex()

    def as_json(self) -> JsonObject:
        """The form of the module's head."""
        return {
            "format": FORMAT,
            "ledgerId": self.ledger_id,
            "platform": self.platform,
            "day": self.day.isoformat(),
            "root": self.root,
            "size": self.size,
        }


@dataclass(frozen=True)
class HopProof:
    """That a slip is one of a day's."""

    slip: HopSlip
    day: HopDay
    index: int
    proof: tuple[bytes, ...]

    @property
    def holds(self) -> bool:
        """Whether the slip leads to the root, is of that platform, and of that day."""
        root, leaf = bytes.fromhex(self.day.root[2:]), leaf_of(self.slip.digest)
        is_there = verify(root, leaf, self.index, self.day.size, self.proof)
        named = (self.slip.platform, self.slip.ledger_id, day_of(self.slip))
        return is_there and named == (self.day.platform, self.day.ledger_id, self.day.day)

    def as_json(self) -> JsonObject:
        """The form of the module's head."""
        return {
            "format": PROOF_FORMAT,
            "slip": self.slip.as_json(),
            "day": self.day.as_json(),
            "index": self.index,
            "proof": words_json(self.proof),
        }


def hops_table(day: date) -> str:
    """The name of the code table with a day's slips.

    Example:
        >>> hops_table(date(2026, 1, 5))
        'HOPS-2026-01-05'
    """
    return _PREFIX + day.isoformat()


def day_of(slip: HopSlip) -> date:
    """The day in China on which a slip was signed."""
    return datetime.fromtimestamp(slip.passed_at, SHANGHAI).date()


def leaf_of(digest: str) -> bytes:
    """The leaf of a slip, by its digest in hex."""
    return keccak(b"\x00" + bytes.fromhex(digest))


def day_tree(digests: Sequence[str]) -> tuple[list[str], Tree]:
    """The digests of at least one slip in the order of the leaves, each once, and the tree over them."""
    leaves = sorted(set(digests))
    return leaves, Tree([leaf_of(each) for each in leaves])


def read_hop_day(form: object) -> HopDay:
    """A day's form; raises `HOP_PROOF_MALFORMED` with the member at fault."""
    if not isinstance(form, dict) or form.get("format") != FORMAT:
        raise _FORM.fault("day")
    _FORM.require(form.keys() == {"format", "ledgerId", "platform", "day", "root", "size"}, "day")
    size = form["size"]
    if type(size) is not int or not 0 < size <= MOST_SLIPS:
        raise _FORM.fault("size")
    try:
        day, platform = date.fromisoformat(str(form["day"])), Uscc.parse(str(form["platform"])).text
    except (ValueError, LedgerError):
        raise _FORM.fault("day") from None
    ids = ("0x" + _FORM.hexed(form, name, 32, "0x").hex() for name in ("ledgerId", "root"))
    ledger_id, root = ids
    found = HopDay(ledger_id, platform, day, root, size)
    _FORM.require(found.as_json() == form, "day")
    return found


def read_hop_proof(form: Mapping[str, object]) -> HopProof:
    """A proof from outside; form only.

    Raises:
        MalformedError: `HOP_PROOF_MALFORMED` with the member at fault; as `read_slip`.
    """
    _FORM.require(form.get("format") == PROOF_FORMAT, "format")
    _FORM.require(form.keys() == {"format", "slip", "day", "index", "proof"}, "keys")
    slip, index, proof = form["slip"], form["index"], form["proof"]
    if not isinstance(slip, dict):
        raise _FORM.fault("slip")
    day = read_hop_day(form["day"])
    if type(index) is not int or not 0 <= index < day.size:
        raise _FORM.fault("index")
    if not isinstance(proof, list) or len(proof) > 32 or not all(map(is_word, proof)):
        raise _FORM.fault("proof")
    return HopProof(read_slip(slip), day, index, tuple(bytes.fromhex(each[2:]) for each in proof))
