"""Issuing licenses in batches: one signature and one record for up to a thousand of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ledger.domain.canonical import JsonObject, canonical
from ledger.domain.document import Envelope, Leaf, license_digest, validity
from ledger.domain.holders import input_binding
from ledger.domain.license_tree import Tree, leaf_hash
from ledger.domain.objects import ascii32
from ledger.domain.records import record_of
from ledger.domain.sm3 import sm3
from ledger.errors import MalformedError, RuleError, UnknownIdError
from ledger.ports import Receipt, Signer, Transaction
from ledger.service.drafts import (
    Draft,
    Drafts,
    Name,
    kept_transaction,
    leaf_key,
    signed_members,
    with_transaction,
)
from ledger.service.orders import MAX_BATCH, Issued, IssuedBatch
from ledger.service.submission import Submissions, signature_of


class IssueBatches:
    """Writes batches of licenses to one ledger, for issuers whose keys are handed in.

    Args:
        drafts: Makes and keeps drafts.
        submissions: Prepares and submits messages.
    """

    def __init__(self, drafts: Drafts, submissions: Submissions) -> None:
        self._drafts, self._submissions = drafts, submissions

    def issue_batch(self, given: Sequence[JsonObject], signer: Signer) -> IssuedBatch:
        """Issue up to 1,000 licenses of one type under one signature, in one transaction.

        The same inputs again, after a crash at any point, finish the same batch, once: its salts, its
        signature and its transaction are kept before anything is sent.

        Args:
            given: License inputs of docs/interfaces.md, all of one type and one issuer.
            signer: A registered signing key of the issuer.

        Raises:
            MalformedError: `LICENSE_INPUT` with every fault of the first bad one; `BATCH_SIZE`,
                `BATCH_MIXED`.
            RuleError: What the contracts refuse; `LICENSE_EXISTS`.
        """
        licenses = [self._drafts.license(each) for each in given]
        if not 1 <= len(licenses) <= MAX_BATCH:
            raise MalformedError("BATCH_SIZE", given=len(licenses), size=len(licenses))
        names = [self._drafts.name(each) for each in licenses]
        key = "0x" + sm3(b"".join(sm3(canonical(each)) for each in given)).hex()
        with self._drafts.outbox.hold(key):
            kept = self._drafts.outbox.load(key)
            if kept is None:
                self._require_new(key, licenses, [each.id for each in names])
                kept = self._sign_batch(key, list(zip(given, licenses, names, strict=True)), signer)
            if kept["gasUsed"] is None:
                kept = self._send_batch(key, kept)
            return self._batch_of(kept)

    def is_kept(self, given: JsonObject) -> bool:
        """Whether this home has issued, or is issuing, the license of an input.

        Raises:
            MalformedError: `LICENSE_INPUT`.
        """
        return self._drafts.is_kept(self._drafts.name(self._drafts.license(given)).id)

    def _require_new(self, key: str, licenses: Sequence[JsonObject], ids: Sequence[str]) -> None:
        """One type, one issuer, no license twice."""
        names = ("certificateTypeCode", "certificateIssuingAuthorityCode")
        if len({tuple(each["metadata"][name] for name in names) for each in licenses}) > 1:
            raise MalformedError("BATCH_MIXED")
        seen: set[str] = set()
        for each in ids:
            if each in seen or self._drafts.is_kept(each, key):
                raise RuleError("LICENSE_EXISTS", id=each)
            seen.add(each)

    def _sign_batch(
        self, key: str, rows: Sequence[tuple[JsonObject, JsonObject, Name]], signer: Signer
    ) -> JsonObject:
        """Sign, and keep every envelope with its salts, then the batch; from then on it is resumed."""
        salts = [self._drafts.salts(license_) for _, license_, _ in rows]
        leaves = [_leaf_of(*row, each) for row, each in zip(rows, salts, strict=True)]
        tree = Tree([_leaf_hash(each) for each in leaves])
        metadata = rows[0][1]["metadata"]
        members = {
            "root": "0x" + tree.root.hex(),
            "size": len(leaves),
            "issuer": "0x" + ascii32(str(metadata["certificateIssuingAuthorityCode"])).hex(),
            "licenseType": "0x" + ascii32(str(metadata["certificateTypeCode"])).hex(),
        }
        prepared = self._submissions.prepare("IssueBatch", 0, members)
        signature = prepared.signed_by(signer)
        for index, (given, license_, name) in enumerate(rows):
            draft = Draft("IssueBatch", name.id, 0, members, license_, given, None)
            alone = self._drafts.envelope(draft, salts[index], prepared, signature)
            proof = ["0x" + word.hex() for word in tree.proof(index)]
            place = {"root": members["root"], "index": index, "size": len(leaves), "proof": proof}
            whole = replace(alone, leaf=leaves[index], anchor={**alone.anchor, "batch": place})
            cid = self._drafts.keep_content(whole, given)
            leaf: JsonObject = {"batch": key, "envelope": whole.as_json(), "cid": cid}
            self._drafts.outbox.save(leaf_key(name.id), leaf)
        entry: JsonObject = {
            "licenses": [name.id for _, _, name in rows],
            "seen": None,
            "transaction": None,
            "gasUsed": None,
        }
        self._drafts.outbox.save(key, entry)
        return entry

    def _send_batch(self, key: str, kept: JsonObject) -> JsonObject:
        receipt = self._batch_receipt(key, kept)
        seen = {"seq": record_of(receipt.logs[-1]).seq, "txHash": receipt.tx_hash, "block": receipt.block}
        entry = {**kept, "seen": seen, "gasUsed": receipt.gas_used}
        self._drafts.outbox.save(key, entry)
        return entry

    def _batch_receipt(self, key: str, kept: JsonObject) -> Receipt:
        transaction = kept_transaction(kept)
        if transaction is not None:
            return self._submissions.settle(transaction)
        envelopes = [self._kept_envelope(each)[0] for each in kept["licenses"]]
        first = envelopes[0]
        prepared = self._submissions.prepare("IssueBatch", 0, signed_members(first))
        identity = bytes.fromhex(first.signer["keyId"][2:])
        signature = signature_of(identity, bytes.fromhex(first.signature))

        def keep(transaction: Transaction) -> None:
            self._drafts.outbox.save(key, with_transaction(kept, transaction))

        leaves = [_leaf_hash(each.leaf) for each in envelopes if each.leaf]
        try:
            return self._submissions.submit(prepared, [signature], keep, leaves)
        except RuleError:
            for each in kept["licenses"]:  # refused: it can never be recorded as signed
                self._drafts.outbox.drop(leaf_key(each))
            self._drafts.outbox.drop(key)
            raise

    def _kept_envelope(self, license_id_: str) -> tuple[Envelope, str | None]:
        leaf = self._drafts.outbox.load(leaf_key(license_id_))
        if leaf is None:
            raise UnknownIdError("LEAF_NOT_KEPT", id=license_id_)
        return Envelope.from_json(leaf["envelope"]), leaf["cid"]

    def _batch_of(self, kept: JsonObject) -> IssuedBatch:
        seen, licenses = kept["seen"], []
        for each in kept["licenses"]:
            envelope, cid = self._kept_envelope(each)
            done = replace(envelope, anchor={**envelope.anchor, **seen})
            licenses.append(Issued(done, kept["gasUsed"] // len(kept["licenses"]), None, cid))
        root = str(licenses[0].envelope.signed["root"])
        return IssuedBatch(root, tuple(licenses), seen["seq"], seen["txHash"], seen["block"], kept["gasUsed"])


def _leaf_of(given: JsonObject, license_: JsonObject, name: Name, salts: Mapping[str, str]) -> Leaf:
    days = validity(license_)
    return Leaf(
        license_id=name.id,
        handle=name.handle,
        type=str(license_["metadata"]["certificateTypeCode"]),
        digest=license_digest(license_, salts).hex(),
        holder_binding="0x" + input_binding(given).hex(),
        valid_from=days.valid_from,
        valid_to=days.valid_to,
    )


def _leaf_hash(leaf: Leaf) -> bytes:
    words = (leaf.license_id[2:], leaf.digest, leaf.holder_binding[2:])
    license_id_, digest, binding = (bytes.fromhex(word) for word in words)
    return leaf_hash(license_id_, leaf.type, digest, binding, leaf.valid_from, leaf.valid_to)
