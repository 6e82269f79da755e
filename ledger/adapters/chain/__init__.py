"""The ledger read from a chain: by way of a node, or of what a package keeps of a node's answers."""

from __future__ import annotations

from ledger.adapters.chain.packed import PackedChain, PackedNode, RecordedChain
from ledger.adapters.chain.reader import DOUBTS_SLOT, Addresses, Chain, agreed_header

__all__ = [
    "DOUBTS_SLOT",
    "Addresses",
    "Chain",
    "PackedChain",
    "PackedNode",
    "RecordedChain",
    "agreed_header",
]
