"""The head of a ledger at a block, as another ledger vouches for it (互锚).

    {"format": "elicense-head/1", "ledgerId", "chainId", "genesis", "block": {"number", "hash"}, "seq",
     "head", "time"}

`seq` and `head` are the Journal's after that block: the head folds in every record up to then, so whoever
keeps it sees whether any of them was changed, left out or added since. `genesis` is the hash of the chain's
first block, `time` that of the block named. Nothing in it is secret, or to be believed: it is compared.
A region publishes it as a version of its code table `HEAD-` and 24 digits of that ledger's id; its own
ledger has the keccak-256 of the RFC 8785 form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from eth_hash.auto import keccak

from ledger.domain.canonical import JsonObject, canonical
from ledger.domain.moments import rfc3339
from ledger.domain.strict_form import StrictForm

FORMAT = "elicense-head/1"
_PREFIX = "HEAD-"
_DIGITS = 24
"""Of the ledger's id in a name: 96 bits, so that nobody makes a ledger that takes another's name."""
_KEYS = {"format", "ledgerId", "chainId", "genesis", "block", "seq", "head", "time"}
_FORM = StrictForm("HEAD_MALFORMED")


@dataclass(frozen=True)
class LedgerHead:
    """Where a ledger stood; hashes and ids 0x-hex, the time in Unix seconds."""

    ledger_id: str
    chain_id: int
    genesis: str
    block: int
    block_hash: str
    seq: int
    head: str
    time: int

    @property
    def digest(self) -> str:
        """What the ledger that vouches for it has of it, 0x-hex."""
        return "0x" + keccak(canonical(self.as_json())).hex()

    @property
    def table(self) -> str:
        """The name of the code table that it goes into."""
        return head_table(self.ledger_id)

    def as_json(self) -> JsonObject:
        """The form of the module's head."""
        return {
            "format": FORMAT,
            "ledgerId": self.ledger_id,
            "chainId": self.chain_id,
            "genesis": self.genesis,
            "block": {"number": self.block, "hash": self.block_hash},
            "seq": self.seq,
            "head": self.head,
            "time": rfc3339(self.time),
        }


def head_table(ledger_id: str) -> str:
    """The name of the code table with the heads of a ledger, by its id (0x-hex).

    Example:
        >>> head_table("0x" + "0f" * 32)
        'HEAD-0f0f0f0f0f0f0f0f0f0f0f0f'
    """
    return _PREFIX + ledger_id[2 : 2 + _DIGITS]


def is_head_table(name: str) -> bool:
    """Whether a code table is one of heads, by its name.

    Example:
        >>> is_head_table(head_table("0x" + "0f" * 32)), is_head_table("HEAD-OF-HOUSEHOLD")
        (True, False)
    """
    digits = name.removeprefix(_PREFIX)
    return name.startswith(_PREFIX) and len(digits) == _DIGITS and not set(digits) - set("0123456789abcdef")


def read_head(form: Mapping[str, object]) -> LedgerHead:
    """A head in the form of the module's head.

    Raises:
        MalformedError: `HEAD_MALFORMED` with the member at fault.
    """
    _FORM.require(form.get("format") == FORMAT, "format")
    _FORM.require(form.keys() == _KEYS, "keys")
    block = form["block"]
    if not isinstance(block, dict) or block.keys() != {"number", "hash"}:
        raise _FORM.fault("block")
    return LedgerHead(
        ledger_id=_hash(form, "ledgerId"),
        chain_id=_number(form, "chainId"),
        genesis=_hash(form, "genesis"),
        block=_number(block, "number"),
        block_hash=_hash(block, "hash"),
        seq=_number(form, "seq"),
        head=_hash(form, "head"),
        time=_FORM.instant(form, "time"),
    )


def _hash(form: Mapping[str, object], name: str) -> str:
    return "0x" + _FORM.hexed(form, name, 32, "0x").hex()


def _number(form: Mapping[str, object], name: str) -> int:
    value = form[name]
    if type(value) is not int or not 0 < value < 1 << 53:
        raise _FORM.fault(name)
    return value
