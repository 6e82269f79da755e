"""Issuing licenses in batches: one signature and one record for up to a thousand of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from ledger.domain.canonical import JsonObject, canonical
from ledger.domain.document import Envelope, Leaf, input_binding, license_digest, validity
from ledger.domain.license_tree import Tree, leaf_hash
from ledger.domain.objects import ascii32
from ledger.domain.sheet_rows import RowFault
from ledger.domain.signed_message import SignedMessage
from ledger.domain.sm3 import sm3
from ledger.errors import MalformedError, RuleError, UnknownIdError
from ledger.ports import Signer
from ledger.ports.queue import Queued
from ledger.service.accept import Desk
from ledger.service.drafts import Draft, Drafts, leaf_key
from ledger.service.orders import MAX_BATCH, Issued, IssuedBatch, Progress, anchored
from ledger.service.submission import Messages


@dataclass(frozen=True)
class BatchDraft:
    """A batch on its way: its licenses in the order of their leaves, and their salts."""

    key: str
    drafts: tuple[Draft, ...]
    salts: tuple[Mapping[str, str], ...]

    @cached_property
    def leaves(self) -> tuple[Leaf, ...]:
        """The leaves of its tree."""
        rows = zip(self.drafts, self.salts, strict=True)
        return tuple(_leaf_of(draft, salts) for draft, salts in rows)

    @cached_property
    def hashes(self) -> tuple[bytes, ...]:
        """What the tree is made of."""
        return tuple(map(_leaf_hash, self.leaves))

    @cached_property
    def tree(self) -> Tree:
        """The tree over its leaves."""
        return Tree(self.hashes)

    @property
    def members(self) -> dict[str, object]:
        """Of its message."""
        metadata = self.drafts[0].license["metadata"]
        return {
            "root": "0x" + self.tree.root.hex(),
            "size": len(self.leaves),
            "issuer": "0x" + ascii32(str(metadata["certificateIssuingAuthorityCode"])).hex(),
            "licenseType": "0x" + ascii32(str(metadata["certificateTypeCode"])).hex(),
        }

    def as_json(self) -> JsonObject:
        """The batch as it is kept for a signature made elsewhere."""
        rows = zip(self.drafts, self.salts, strict=True)
        return {"key": self.key, "rows": [[draft.as_json(), dict(salts)] for draft, salts in rows]}

    @classmethod
    def from_json(cls, form: JsonObject) -> BatchDraft:
        """The inverse of `as_json`."""
        rows = [(Draft.from_json(draft), salts) for draft, salts in form["rows"]]
        return cls(form["key"], tuple(draft for draft, _ in rows), tuple(salts for _, salts in rows))


class IssueBatches:
    """Writes batches of licenses to one ledger.

    Args:
        drafts: Makes and keeps drafts.
        messages: Prepares messages.
        desk: Where they are handed in.
    """

    def __init__(self, drafts: Drafts, messages: Messages, desk: Desk) -> None:
        self._drafts, self._messages, self._desk = drafts, messages, desk

    def issue_batch(self, given: Sequence[JsonObject], signer: Signer) -> IssuedBatch:
        """Issue up to 1,000 licenses of one type under one signature, in one transaction.

        The same inputs again, after a crash at any point, finish the same batch, once: its salts and
        its signature are kept before its message goes into the queue.

        Args:
            given: License inputs of docs/interfaces.md, all of one type and one issuer.
            signer: A registered signing key of the issuer.

        Raises:
            MalformedError: `LICENSE_INPUT` with every fault of the first bad one; `BATCH_SIZE`,
                `BATCH_MIXED`.
            RuleError: What the contracts refuse; `LICENSE_EXISTS`.
        """
        licenses = self._licenses(given)
        key = "0x" + sm3(b"".join(sm3(canonical(each)) for each in given)).hex()
        with self._drafts.outbox.hold(key):
            kept = self._drafts.outbox.load(key)
            message = self._living(kept) if kept is not None else None
            if kept is None or message is None:
                draft = self._draft(key, given, licenses)
                message = self.unsigned(draft).signed_by(signer)
                kept = self._keep(draft, message)
            return self._settled(kept, message)

    def sort(self, given: Sequence[JsonObject]) -> tuple[list[JsonObject], list[RowFault]]:
        """The inputs that can be issued, and every reason against each other one, counted from 1."""
        good, faults, seen = list[JsonObject](), list[RowFault](), set[str]()
        for line, each in enumerate(given, start=1):
            try:
                id_ = self._drafts.name(self._drafts.license(each)).id
            except MalformedError as error:
                faults += _faults_of(line, error)
                continue
            if id_ in seen or self._drafts.is_kept(id_):
                error_ = RuleError("LICENSE_EXISTS", id=id_)
                faults.append(RowFault(line, error_.code, "serial", error_.message()))
                continue
            seen.add(id_)
            good.append(each)
        return good, faults

    def batch_draft(self, given: Sequence[JsonObject]) -> BatchDraft:
        """A batch whose message is signed elsewhere; each call draws new salts. Raises as `issue_batch`."""
        licenses = self._licenses(given)
        key = "0x" + self._drafts.token().hex()
        return self._draft(key, given, licenses)

    def unsigned(self, draft: BatchDraft) -> SignedMessage:
        """The message of a batch, without signatures."""
        prepared = self._messages.prepare("IssueBatch", 0, draft.members)
        return SignedMessage(prepared, (), draft.hashes)

    def hand_in(self, draft: BatchDraft, message: SignedMessage) -> IssuedBatch:
        """Accept a batch that was signed elsewhere; raises what the contracts refuse."""
        with self._drafts.outbox.hold(draft.key):
            kept = self._drafts.outbox.load(draft.key) or self._keep(draft, message)
            return self._settled(kept, message)

    def carry(self, digest: str, message: SignedMessage) -> None:
        """Put another message than before into the licenses of a batch that this home made."""
        kept = self._drafts.outbox.load(_message_key(digest))
        entry = self._drafts.outbox.load(kept["batch"]) if kept else None
        if kept is None or entry is None:
            return
        for each in entry["licenses"]:
            envelope, cid = self._kept_envelope(each)
            carried = self._drafts.carry(envelope, message)
            leaf: JsonObject = {"batch": kept["batch"], "envelope": carried.as_json(), "cid": cid}
            self._drafts.outbox.save(leaf_key(each), leaf)
        self._drafts.outbox.save(_message_key(message.digest), kept)

    def batch(self, queued: Queued) -> IssuedBatch | None:
        """A batch of the queue with its licenses, where this home made it."""
        kept = self._drafts.outbox.load(_message_key(queued.digest))
        entry = self._drafts.outbox.load(kept["batch"]) if kept else None
        return None if entry is None else self._batch_of(entry, queued)

    def is_kept(self, given: JsonObject) -> bool:
        """Whether this home has issued, or is issuing, the license of an input.

        Raises:
            MalformedError: `LICENSE_INPUT`.
        """
        return self._drafts.is_kept(self._drafts.name(self._drafts.license(given)).id)

    def _licenses(self, given: Sequence[JsonObject]) -> list[JsonObject]:
        """The licenses of inputs, of one type and one issuer."""
        licenses = [self._drafts.license(each) for each in given]
        if not 1 <= len(licenses) <= MAX_BATCH:
            raise MalformedError("BATCH_SIZE", given=len(licenses), size=len(licenses))
        names = ("certificateTypeCode", "certificateIssuingAuthorityCode")
        if len({tuple(each["metadata"][name] for name in names) for each in licenses}) > 1:
            raise MalformedError("BATCH_MIXED")
        return licenses

    def _draft(self, key: str, given: Sequence[JsonObject], licenses: Sequence[JsonObject]) -> BatchDraft:
        """The draft of a batch in which no license is issued twice."""
        drafts = [
            Draft("IssueBatch", self._drafts.name(license_), {}, license_, each)
            for each, license_ in zip(given, licenses, strict=True)
        ]
        seen: set[str] = set()
        for draft in drafts:
            if draft.license_id in seen or self._drafts.is_kept(draft.license_id, key):
                raise RuleError("LICENSE_EXISTS", id=draft.license_id)
            seen.add(draft.license_id)
        return BatchDraft(key, tuple(drafts), tuple(self._drafts.salts(each) for each in licenses))

    def _keep(self, batch: BatchDraft, message: SignedMessage) -> JsonObject:
        """Keep every envelope with its salts, then the batch; from then on it is resumed."""
        root, size = "0x" + batch.tree.root.hex(), len(batch.leaves)
        for index, (draft, salts) in enumerate(zip(batch.drafts, batch.salts, strict=True)):
            alone = self._drafts.envelope(draft, salts, message)
            proof = ["0x" + word.hex() for word in batch.tree.proof(index)]
            place = {"root": root, "index": index, "size": size, "proof": proof}
            whole = replace(alone, leaf=batch.leaves[index], anchor={**alone.anchor, "batch": place})
            cid = self._drafts.keep_content(whole, draft.given)
            leaf: JsonObject = {"batch": batch.key, "envelope": whole.as_json(), "cid": cid}
            self._drafts.outbox.save(leaf_key(draft.license_id), leaf)
        self._drafts.outbox.save(_message_key(message.digest), {"batch": batch.key})
        entry: JsonObject = {"licenses": [each.license_id for each in batch.drafts]}
        self._drafts.outbox.save(batch.key, entry)
        return entry

    def _living(self, kept: JsonObject) -> SignedMessage | None:
        """The message of a kept batch, where it is recorded or still may be; else it is signed anew."""
        envelopes = [self._kept_envelope(each)[0] for each in kept["licenses"]]
        leaves = tuple(_leaf_hash(each.leaf) for each in envelopes if each.leaf)
        message = replace(self._drafts.carried(envelopes[0]), leaves=leaves)
        return message if self._desk.accepting.is_alive(message.digest) else None

    def _settled(self, kept: JsonObject, message: SignedMessage) -> IssuedBatch:
        queued = self._desk.recorded(message.digest)
        if queued is not None and queued.error() is None:
            queued = self._desk.settled(queued)
        else:
            queued = self._desk.send(message.touched, message)
        return self._batch_of(kept, queued)

    def _kept_envelope(self, license_id_: str) -> tuple[Envelope, str | None]:
        leaf = self._drafts.outbox.load(leaf_key(license_id_))
        if leaf is None:
            raise UnknownIdError("LEAF_NOT_KEPT", id=license_id_)
        return Envelope.from_json(leaf["envelope"]), leaf["cid"]

    def _batch_of(self, kept: JsonObject, queued: Queued) -> IssuedBatch:
        progress, licenses = Progress.of(queued), []
        for each in kept["licenses"]:
            envelope, cid = self._kept_envelope(each)
            licenses.append(Issued(anchored(envelope, queued.record), progress, None, cid))
        return IssuedBatch(str(queued.message.prepared.values["root"]), tuple(licenses), progress)


def _faults_of(line: int, error: MalformedError) -> list[RowFault]:
    """Every fault of an input."""
    told = error.fields.get("errors")
    if not isinstance(told, list) or not all("message" in each for each in told):
        return [RowFault(line, error.code, str(error.fields.get("field", "")), error.message())]
    return [RowFault(line, each["code"], each["field"], each["message"]) for each in told]


def _message_key(digest: str) -> str:
    """Where the outbox keeps which batch a message issues."""
    return f"{digest}.batch"


def _leaf_of(draft: Draft, salts: Mapping[str, str]) -> Leaf:
    days = validity(draft.license)
    return Leaf(
        license_id=draft.name.id,
        handle=draft.name.handle,
        type=str(draft.license["metadata"]["certificateTypeCode"]),
        digest=license_digest(draft.license, salts).hex(),
        holder_binding="0x" + input_binding(draft.given).hex(),
        valid_from=days.valid_from,
        valid_to=days.valid_to,
    )


def _leaf_hash(leaf: Leaf) -> bytes:
    words = (leaf.license_id[2:], leaf.digest, leaf.holder_binding[2:])
    license_id_, digest, binding = (bytes.fromhex(word) for word in words)
    return leaf_hash(license_id_, leaf.type, digest, binding, leaf.valid_from, leaf.valid_to)
