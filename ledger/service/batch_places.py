"""Where gathered uses stand in their batches, with the proofs."""

from __future__ import annotations

from ledger.domain.license_tree import Tree
from ledger.domain.use_leaves import use_leaf
from ledger.domain.use_receipt import BatchPlace
from ledger.ports.uses import GatheredUse, UseStore


def batch_place(store: UseStore, gathered: GatheredUse) -> BatchPlace:
    """The leaf of a use that is in a batch, and the way from it to the root.

    Args:
        store: Remembers the batch.
        gathered: Its `batch` is not empty.
    """
    tree = Tree([use_leaf(each.use) for each in store.leaves_of(gathered.batch)])
    proof = tuple(tree.proof(gathered.index))
    return BatchPlace(gathered.use, tree.root, gathered.index, tree.size, proof)
