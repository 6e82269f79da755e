"""Issuing licenses in batches: one signature and one record for up to a thousand of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from ledger.domain.canonical import JsonObject, canonical
from ledger.domain.document import Envelope, FilledIn, Leaf, license_digest, validity
from ledger.domain.holders import encryption_keys, input_binding
from ledger.domain.license_tree import Tree, leaf_hash
from ledger.domain.objects import ascii32
from ledger.domain.records import record_of
from ledger.domain.sm3 import sm3
from ledger.errors import MalformedError, RuleError
from ledger.ports import KeptLeaf, Receipt, Signer, Transaction
from ledger.service.drafts import (
    Document,
    Draft,
    Drafts,
    Name,
    kept_transaction,
    signed_members,
    with_transaction,
)
from ledger.service.orders import MAX_BATCH, Issued, IssuedBatch, Renews
from ledger.service.submission import Submissions, signature_of


class IssueBatches:
    """Writes batches of licenses to one ledger, for issuers whose keys are handed in.

    Args:
        drafts: Makes and keeps drafts.
        submissions: Prepares and submits messages.
    """

    def __init__(self, drafts: Drafts, submissions: Submissions) -> None:
        self._drafts, self._submissions = drafts, submissions

    def issue_batch(
        self, given: Sequence[JsonObject | FilledIn], signer: Signer, renews: Renews | None = None
    ) -> IssuedBatch:
        """Issue up to 1,000 licenses of one type under one signature, in one transaction.

        The same inputs again, after a crash at any point, finish the same batch, once: its salts, its
        signature and its transaction are kept before anything is sent. Licenses whose documents were
        erased meanwhile are left out.

        Args:
            given: License inputs of docs/interfaces.md, or what was made of them, all of one type and
                one issuer.
            signer: A registered signing key of the issuer.
            renews: Licenses whose places these take, in their order; None where they are new.

        Raises:
            MalformedError: `LICENSE_INPUT` with every fault of the first bad one; `BATCH_SIZE`,
                `BATCH_MIXED`.
            RuleError: What the contracts refuse; `LICENSE_EXISTS`.
        """
        rows = [self._drafts.filled_in(each) for each in given]
        size = len(renews.leaves) if renews else len(rows)
        if len(rows) != size or not 1 <= size <= MAX_BATCH:
            raise MalformedError("BATCH_SIZE", given=len(rows), size=size)
        key = _key_of(rows, renews)
        with self._drafts.outbox.hold(key):
            kept = self._living(key)
            leaves = self._kept_leaves(key) if kept else self._begin(key, rows, signer, renews)
            if kept is None or kept["gasUsed"] is None:
                kept = self._send(key, kept or _UNSENT, leaves)
            return _issued(kept, leaves, self._root(rows[0], leaves))

    def is_kept(self, given: JsonObject | FilledIn) -> bool:
        """Whether this home has issued, or is issuing, the license of an input.

        Raises:
            MalformedError: `LICENSE_INPUT`.
        """
        return self._drafts.is_kept(self._drafts.name(self._drafts.filled_in(given).license).id)

    def _root(self, first: FilledIn, leaves: Sequence[_Leaf]) -> str:
        """The root of a batch, also where the documents of all its licenses were erased."""
        if leaves:
            return str(leaves[0].envelope.signed["root"])
        erasure = self._drafts.erasures.of(self._drafts.name(first.license).id)
        return str(erasure.remains["signed"]["root"]) if erasure and erasure.remains else ""

    def _living(self, key: str) -> JsonObject | None:
        """What is kept of a batch; where it was never sent and can no longer be, it is forgotten."""
        kept = self._drafts.batches.load(key)
        if kept is None or kept["gasUsed"] is not None or kept_transaction(kept) is not None:
            return kept
        first = self._kept_leaves(key)[0].envelope
        if self._submissions.is_for_now(_struct_of(first), first):
            return kept
        self._drafts.batches.drop(key)
        return None

    def _begin(
        self, key: str, rows: Sequence[FilledIn], signer: Signer, renews: Renews | None
    ) -> list[_Leaf]:
        """Sign, store the documents, keep the batch; from then on it is resumed."""
        names = [self._drafts.name(row.license) for row in rows]
        self._require_new(rows, names)
        envelopes = self._signed(rows, names, signer, renews)
        documents = [
            Document(name.id, envelope.to_bytes(), encryption_keys(row.given))
            for name, envelope, row in zip(names, envelopes, rows, strict=True)
        ]
        cids = self._drafts.keep_contents(envelopes[0].signer["uscc"], documents)
        kept = [KeptLeaf(each.license_id, each.data, cid) for each, cid in zip(documents, cids, strict=True)]
        self._drafts.batches.begin(key, _UNSENT, kept)
        return [_Leaf(envelope, cid) for envelope, cid in zip(envelopes, cids, strict=True)]

    def _require_new(self, rows: Sequence[FilledIn], names: Sequence[Name]) -> None:
        """One type, one issuer, no license twice."""
        common = ("certificateTypeCode", "certificateIssuingAuthorityCode")
        if len({tuple(row.license["metadata"][field] for field in common) for row in rows}) > 1:
            raise MalformedError("BATCH_MIXED")
        seen: set[str] = set()
        for name in names:
            if name.id in seen or self._drafts.is_kept(name.id):
                raise RuleError("LICENSE_EXISTS", id=name.id)
            seen.add(name.id)

    def _require_not_alone(self, key: str, envelopes: Sequence[Envelope]) -> None:
        """None is issued alone meanwhile: of a draft and a batch, whichever sees the other gives way."""
        ids = (str(each.anchor["licenseId"]) for each in envelopes)
        alone = next((each for each in ids if self._drafts.outbox.load(each) is not None), None)
        if alone is not None:
            self._drafts.batches.drop(key)
            raise RuleError("LICENSE_EXISTS", id=alone)

    def _signed(
        self, rows: Sequence[FilledIn], names: Sequence[Name], signer: Signer, renews: Renews | None
    ) -> list[Envelope]:
        """The envelopes of a batch, not yet anchored: one signature, and each its own place in the tree."""
        salts = [self._drafts.salts(row.license) for row in rows]
        leaves = [_leaf_of(*each) for each in zip(rows, names, salts, strict=True)]
        tree = Tree([_leaf_hash(leaf) for leaf in leaves])
        metadata = rows[0].license["metadata"]
        struct, rev = ("RenewBatch", renews.rev) if renews else ("IssueBatch", 0)
        members = {
            **(renews.members if renews else {}),
            "root": "0x" + tree.root.hex(),
            "size": len(leaves),
            "issuer": "0x" + ascii32(str(metadata["certificateIssuingAuthorityCode"])).hex(),
            "licenseType": "0x" + ascii32(str(metadata["certificateTypeCode"])).hex(),
        }
        prepared = self._submissions.prepare(struct, rev, members)
        signature = prepared.signed_by(signer)
        draft = Draft(struct, names[0].id, rev, members, rows[0].license, rows[0].given, None)
        first = self._drafts.envelope(draft, salts[0], prepared, signature)
        return [
            replace(
                first,
                license=row.license,
                salts=salts[index],
                digest=leaf.digest,
                leaf=leaf,
                anchor={
                    **first.anchor,
                    "licenseId": leaf.license_id,
                    "batch": {
                        "root": members["root"],
                        "index": index,
                        "size": len(leaves),
                        "proof": ["0x" + word.hex() for word in tree.proof(index)],
                    },
                },
            )
            for index, (row, leaf) in enumerate(zip(rows, leaves, strict=True))
        ]

    def _send(self, key: str, kept: JsonObject, leaves: Sequence[_Leaf]) -> JsonObject:
        receipt = self._receipt(key, kept, [each.envelope for each in leaves])
        seen = {"seq": record_of(receipt.logs[-1]).seq, "txHash": receipt.tx_hash, "block": receipt.block}
        entry = {"seen": seen, "transaction": None, "gasUsed": receipt.gas_used}
        self._drafts.batches.save(key, entry)
        return entry

    def _receipt(self, key: str, kept: JsonObject, envelopes: Sequence[Envelope]) -> Receipt:
        transaction = kept_transaction(kept)
        if transaction is not None:
            return self._settled(key, transaction)
        self._require_not_alone(key, envelopes)
        first = envelopes[0]
        prepared = self._submissions.prepare(_struct_of(first), 0, signed_members(first))
        signature = signature_of(bytes.fromhex(first.signer["keyId"][2:]), bytes.fromhex(first.signature))

        def keep(transaction: Transaction) -> None:
            self._drafts.batches.save(key, with_transaction(kept, transaction))

        leaves = [_leaf_hash(each.leaf) for each in envelopes if each.leaf]
        try:
            return self._submissions.submit(prepared, [signature], keep, leaves)
        except RuleError:
            self._drafts.batches.drop(key)  # refused: it can never be recorded as signed
            raise

    def _settled(self, key: str, transaction: Transaction) -> Receipt:
        try:
            return self._submissions.settle(transaction)
        except RuleError:
            self._drafts.batches.drop(key)  # refused: it can never be recorded as signed
            raise

    def _kept_leaves(self, key: str) -> list[_Leaf]:
        kept = self._drafts.batches.leaves(key)
        return [_Leaf(Envelope.parse(each.envelope), each.cid) for each in kept]


_UNSENT: JsonObject = {"seen": None, "transaction": None, "gasUsed": None}
"""The entry of a batch of which nothing was sent."""


class _Leaf(NamedTuple):
    """A license of a batch, not yet anchored."""

    envelope: Envelope
    cid: str | None


def _key_of(rows: Sequence[FilledIn], renews: Renews | None) -> str:
    """What the same batch is known by: its inputs, and whose places they take."""
    parts = [canonical(row.given) for row in rows]
    if renews:
        parts.append(canonical({"batch": renews.batch, "leaves": list(renews.leaves)}))
    return "0x" + sm3(b"".join(map(sm3, parts))).hex()


def _struct_of(envelope: Envelope) -> str:
    return "RenewBatch" if "earlier" in envelope.signed else "IssueBatch"


def _issued(kept: JsonObject, leaves: Sequence[_Leaf], root: str) -> IssuedBatch:
    seen, gas_used = kept["seen"], kept["gasUsed"]
    licenses = tuple(
        Issued(replace(each, anchor={**each.anchor, **seen}), gas_used // len(leaves), None, cid)
        for each, cid in leaves
    )
    return IssuedBatch(root, licenses, seen["seq"], seen["txHash"], seen["block"], gas_used)


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


def _leaf_hash(leaf: Leaf) -> bytes:
    words = (leaf.license_id[2:], leaf.digest, leaf.holder_binding[2:])
    license_id_, digest, binding = (bytes.fromhex(word) for word in words)
    return leaf_hash(license_id_, leaf.type, digest, binding, leaf.valid_from, leaf.valid_to)
