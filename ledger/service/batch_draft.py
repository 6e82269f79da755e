"""Batches on their way: their licenses, the tree over them, and the files that come of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from ledger.domain.canonical import JsonObject, canonical
from ledger.domain.document import Envelope, FilledIn, Leaf, license_digest, validity
from ledger.domain.holders import input_binding
from ledger.domain.license_tree import Tree, leaf_hash
from ledger.domain.objects import ascii32
from ledger.domain.signed_message import SignedMessage
from ledger.domain.sm3 import sm3
from ledger.service.drafts import Name, envelope_of, unanchored
from ledger.service.orders import Renews


@dataclass(frozen=True)
class BatchDraft:
    """A batch on its way.

    Attributes:
        key: What the same batch is known by.
        rows: Its licenses in the order of their leaves.
        names: What stands for them on the ledger.
        salts: Of each.
        renews: Licenses whose places these take; None where they are new.
    """

    key: str
    rows: tuple[FilledIn, ...]
    names: tuple[Name, ...]
    salts: tuple[Mapping[str, str], ...]
    renews: Renews | None = None

    @cached_property
    def leaves(self) -> tuple[Leaf, ...]:
        """The leaves of its tree."""
        return tuple(map(_leaf_of, self.rows, self.names, self.salts))

    @cached_property
    def hashes(self) -> tuple[bytes, ...]:
        """What the tree is made of."""
        return tuple(map(hash_of_leaf, self.leaves))

    @cached_property
    def tree(self) -> Tree:
        """The tree over its leaves."""
        return Tree(self.hashes)

    @property
    def struct(self) -> str:
        """Of its message."""
        return "RenewBatch" if self.renews else "IssueBatch"

    @property
    def members(self) -> dict[str, object]:
        """Of its message."""
        metadata = self.rows[0].license["metadata"]
        return {
            **(self.renews.members if self.renews else {}),
            "root": "0x" + self.tree.root.hex(),
            "size": len(self.leaves),
            "issuer": "0x" + ascii32(str(metadata["certificateIssuingAuthorityCode"])).hex(),
            "licenseType": "0x" + ascii32(str(metadata["certificateTypeCode"])).hex(),
        }

    def as_json(self) -> JsonObject:
        """The batch as it is kept for a signature made elsewhere."""
        rows = zip(self.rows, self.names, self.salts, strict=True)
        parts = [[row.given, row.license, list(name), dict(salts)] for row, name, salts in rows]
        renews = {"renews": self.renews.as_json()} if self.renews else {}
        return {"key": self.key, "rows": parts, **renews}

    @classmethod
    def from_json(cls, form: JsonObject) -> BatchDraft:
        """The inverse of `as_json`."""
        rows, renews = form["rows"], form.get("renews")
        return cls(
            form["key"],
            tuple(FilledIn(given, license_) for given, license_, _, _ in rows),
            tuple(Name(*name) for _, _, name, _ in rows),
            tuple(salts for *_, salts in rows),
            Renews.from_json(renews) if renews else None,
        )

    @property
    def shown(self) -> list[JsonObject]:
        """Its licenses with all that their leaves are made of, for whoever signs it elsewhere."""
        rows = zip(self.rows, self.names, self.salts, strict=True)
        return [
            {"license": row.license, "salts": dict(salts), "licenseId": name.id, "handle": name.handle}
            for row, name, salts in rows
        ]

    def envelopes(self, ledger_id: str, message: SignedMessage) -> list[Envelope]:
        """Its envelopes, not yet anchored: one signature, and each its own place in the tree.

        Args:
            ledger_id: 0x-hex.
            message: Its message with the signature.
        """
        root, size = "0x" + self.tree.root.hex(), len(self.leaves)
        return [
            replace(
                envelope_of(ledger_id, row, name.id, salts, message),
                leaf=leaf,
                anchor={**unanchored(ledger_id, name.id), "batch": self._place(index, root, size)},
            )
            for index, (row, name, salts, leaf) in enumerate(
                zip(self.rows, self.names, self.salts, self.leaves, strict=True)
            )
        ]

    def _place(self, index: int, root: str, size: int) -> JsonObject:
        proof = ["0x" + word.hex() for word in self.tree.proof(index)]
        return {"root": root, "index": index, "size": size, "proof": proof}


def batch_key(rows: Sequence[FilledIn], renews: Renews | None) -> str:
    """What the same batch is known by: its inputs, and whose places they take."""
    parts = [canonical(row.given) for row in rows]
    if renews:
        parts.append(canonical({"batch": renews.batch, "leaves": list(renews.leaves)}))
    return "0x" + sm3(b"".join(map(sm3, parts))).hex()


def _leaf_of(row: FilledIn, name: Name, salts: Mapping[str, str]) -> Leaf:
    days = validity(row.license)
    return Leaf(
        license_id=name.id,
        handle=name.handle,
        type=str(row.license["metadata"]["certificateTypeCode"]),
        digest=license_digest(row.license, salts).hex(),
        holder_binding="0x" + input_binding(row.given).hex(),
        valid_from=days.valid_from,
        valid_to=days.valid_to,
    )


def hash_of_leaf(leaf: Leaf) -> bytes:
    """What stands in the tree for a leaf."""
    words = (leaf.license_id[2:], leaf.digest, leaf.holder_binding[2:])
    license_id_, digest, binding = (bytes.fromhex(word) for word in words)
    return leaf_hash(license_id_, leaf.type, digest, binding, leaf.valid_from, leaf.valid_to)
