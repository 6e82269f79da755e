"""Issuing licenses in batches: one signature and one record for up to a thousand of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from ledger.domain.canonical import JsonObject
from ledger.domain.document import Envelope, FilledIn
from ledger.domain.holders import encryption_keys
from ledger.domain.sheet_rows import RowFault
from ledger.domain.signed_message import SignedMessage
from ledger.domain.state import StateView
from ledger.errors import MalformedError, RuleError, UnknownIdError
from ledger.ports import KeptLeaf, Signer
from ledger.ports.queue import Queued
from ledger.service.accept import Desk
from ledger.service.batch_draft import BatchDraft, batch_key, hash_of_leaf
from ledger.service.drafts import Document, Drafts, Name
from ledger.service.orders import MAX_BATCH, Issued, IssuedBatch, Progress, Renews, anchored
from ledger.service.submission import Messages, digest_of


class IssueBatches:
    """Writes batches of licenses to one ledger.

    Args:
        drafts: Makes and keeps drafts.
        messages: Prepares messages.
        desk: Where they are handed in.
    """

    def __init__(self, drafts: Drafts, messages: Messages, desk: Desk) -> None:
        self._drafts, self._messages, self._desk = drafts, messages, desk

    def issue_batch(
        self, given: Sequence[JsonObject | FilledIn], signer: Signer, renews: Renews | None = None
    ) -> IssuedBatch:
        """Issue up to 1,000 licenses of one type under one signature, in one transaction.

        The same inputs again, after a crash at any point, finish the same batch, once: its salts and
        its signature are kept before its message goes into the queue. Licenses whose documents were
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
        rows = self._filled_in(given, renews)
        key = batch_key(rows, renews)
        with self._drafts.outbox.hold(key):
            if not self._is_living(key):
                draft = self._draft(key, rows, renews)
                self._begin(draft, self.unsigned(draft).signed_by(signer))
            return self._settled(key)

    def refused(self, given: Sequence[FilledIn]) -> list[RowFault]:
        """Which of some inputs this home has issued, or is issuing, or nobody signed for the conversion of.

        They are counted as lines from 1.
        """
        names = (self._drafts.name(each.license).id for each in given)
        known = [_known(line, id_) for line, id_ in enumerate(names, start=1) if self._drafts.is_kept(id_)]
        numbered = enumerate(given, start=1)
        return known + [fault for line, each in numbered for fault in self._unsigned(line, each)]

    def _unsigned(self, line: int, given: FilledIn) -> list[RowFault]:
        try:
            self._drafts.filled_in(given)
        except MalformedError as error:
            return _faults_of(line, error)
        return []

    def is_kept(self, given: JsonObject | FilledIn) -> bool:
        """Whether this home has issued, or is issuing, the license of an input.

        Raises:
            MalformedError: `LICENSE_INPUT`.
        """
        return self._drafts.is_kept(self._drafts.name(self._drafts.filled_in(given).license).id)

    def sort(self, given: Sequence[JsonObject]) -> tuple[list[FilledIn], list[RowFault]]:
        """The inputs that can be issued, and every reason against each other one, counted from 1."""
        good, faults, seen = list[FilledIn](), list[RowFault](), set[str]()
        for line, each in enumerate(given, start=1):
            try:
                row = self._drafts.filled_in(each)
            except MalformedError as error:
                faults += _faults_of(line, error)
                continue
            id_ = self._drafts.name(row.license).id
            if id_ in seen or self._drafts.is_kept(id_):
                faults.append(_known(line, id_))
                continue
            seen.add(id_)
            good.append(row)
        return good, faults

    # --- signed elsewhere --------------------------------------------------------------------

    def batch_draft(self, given: Sequence[JsonObject | FilledIn], renews: Renews | None = None) -> BatchDraft:
        """A batch whose message is signed elsewhere; each call draws new salts. Raises as `issue_batch`."""
        return self._draft("0x" + self._drafts.token().hex(), self._filled_in(given, renews), renews)

    def unsigned(self, draft: BatchDraft) -> SignedMessage:
        """The message of a batch, without signatures."""
        rev = draft.renews.rev if draft.renews else 0
        prepared = self._messages.prepare(draft.struct, rev, draft.members)
        return SignedMessage(prepared, (), draft.hashes)

    def hand_in(self, draft: BatchDraft, message: SignedMessage) -> IssuedBatch:
        """Accept a batch that was signed elsewhere; raises what the contracts refuse, `LICENSE_EXISTS`."""
        with self._drafts.outbox.hold(draft.key):
            if not self._is_living(draft.key):
                self._require_new(draft.names)
                self._begin(draft, message)
            return self._settled(draft.key)

    def carry(self, digest: str, message: SignedMessage) -> None:
        """Put another message than before into the licenses of a batch that this home made.

        Where that stands on the ledger by a third one, or may still, it stays as it is.

        Raises:
            UnknownIdError: `BATCH_NOT_KEPT`: it was forgotten, since its licenses were issued otherwise.
        """
        kept = self._drafts.outbox.load(_message_key(digest))
        if kept is None or self._drafts.is_living(kept["batch"]):
            return
        leaves = self._kept_leaves(kept["batch"])
        if not leaves:
            raise UnknownIdError("BATCH_NOT_KEPT", message=digest)
        carried = [_Leaf(self._drafts.carry(each.envelope, message), each.cid) for each in leaves]
        self._drafts.batches.drop(kept["batch"])
        self._keep(kept["batch"], message, carried)

    def batch(self, queued: Queued) -> IssuedBatch | None:
        """A batch of the queue with its licenses, where this home made it."""
        kept = self._drafts.outbox.load(_message_key(queued.digest))
        leaves = self._kept_leaves(kept["batch"]) if kept else []
        return _issued(queued, leaves) if leaves else None

    # --- from inputs to record ---------------------------------------------------------------

    def _filled_in(
        self, given: Sequence[JsonObject | FilledIn], renews: Renews | None = None
    ) -> list[FilledIn]:
        """Inputs of one type and one issuer with their licenses."""
        rows = [self._drafts.filled_in(each) for each in given]
        size = len(renews.leaves) if renews else len(rows)
        if len(rows) != size or not 1 <= size <= MAX_BATCH:
            raise MalformedError("BATCH_SIZE", given=len(rows), size=size)
        common = ("certificateTypeCode", "certificateIssuingAuthorityCode")
        if len({tuple(row.license["metadata"][field] for field in common) for row in rows}) > 1:
            raise MalformedError("BATCH_MIXED")
        return rows

    def _draft(self, key: str, rows: Sequence[FilledIn], renews: Renews | None = None) -> BatchDraft:
        """The draft of a batch in which no license is issued twice."""
        names = tuple(self._drafts.name(row.license) for row in rows)
        self._require_new(names)
        salts = tuple(self._drafts.salts(row.license) for row in rows)
        return BatchDraft(key, tuple(rows), names, salts, renews)

    def _require_new(self, names: Sequence[Name]) -> None:
        seen: set[str] = set()
        for name in names:
            if name.id in seen or self._drafts.is_kept(name.id):
                raise RuleError("LICENSE_EXISTS", id=name.id)
            seen.add(name.id)

    def _begin(self, draft: BatchDraft, message: SignedMessage) -> None:
        """Store the documents, keep the batch; from then on it is resumed."""
        envelopes = draft.envelopes(self._drafts.ledger_id, message)
        documents = [
            Document(name.id, envelope.to_bytes(), encryption_keys(row.given))
            for name, envelope, row in zip(draft.names, envelopes, draft.rows, strict=True)
        ]
        cids = self._drafts.keep_contents(envelopes[0].signer["uscc"], documents)
        leaves = [_Leaf(envelope, cid) for envelope, cid in zip(envelopes, cids, strict=True)]
        self._keep(draft.key, message, leaves)

    def _keep(self, key: str, message: SignedMessage, leaves: Sequence[_Leaf]) -> None:
        kept = [KeptLeaf(each.license_id, each.envelope.to_bytes(), each.cid) for each in leaves]
        self._drafts.batches.begin(key, {"message": message.digest}, kept)
        self._drafts.outbox.save(_message_key(message.digest), {"batch": key})

    def _is_living(self, key: str) -> bool:
        """Whether a kept batch is recorded or still may be; any other is forgotten, to be signed anew."""
        if self._drafts.batches.load(key) is None:
            return False
        if self._drafts.is_living(key):
            return True
        self._drafts.batches.drop(key)
        return False

    def _settled(self, key: str) -> IssuedBatch:
        """Hand in what is not in the queue, wait for it. What was erased of it was recorded before."""
        leaves = self._kept_leaves(key)
        kept = (self._drafts.batches.load(key) or {}).get("message")
        digest = kept or digest_of(leaves[0].envelope)  # an entry of an earlier version does not say
        queued = self._desk.recorded(digest)
        if queued is not None and queued.is_alive:
            return _issued(self._desk.settled(queued), leaves)
        if not leaves:
            raise UnknownIdError("BATCH_NOT_KEPT", message=digest)
        hashes = tuple(hash_of_leaf(each.envelope.leaf) for each in leaves if each.envelope.leaf)
        message = replace(self._messages.carried(leaves[0].envelope), leaves=hashes)

        def make(_: StateView) -> SignedMessage:
            self._require_not_alone(key, leaves)
            return message

        ids = {each.license_id for each in leaves}
        return _issued(self._desk.send(message.touched | ids, make), leaves)

    def _require_not_alone(self, key: str, leaves: Sequence[_Leaf]) -> None:
        """None is issued alone meanwhile: no contract sees into the leaves of a batch."""
        alone = next((each.license_id for each in leaves if self._drafts.is_alone(each.license_id)), None)
        if alone is not None:
            self._drafts.batches.drop(key)
            raise RuleError("LICENSE_EXISTS", id=alone)

    def _kept_leaves(self, key: str) -> list[_Leaf]:
        kept = self._drafts.batches.leaves(key)
        return [_Leaf(Envelope.parse(each.envelope), each.cid) for each in kept]


class _Leaf(NamedTuple):
    """A license of a batch, not yet anchored."""

    envelope: Envelope
    cid: str | None

    @property
    def license_id(self) -> str:
        """Its id, 0x-hex."""
        return str(self.envelope.anchor["licenseId"])


def _issued(queued: Queued, leaves: Sequence[_Leaf]) -> IssuedBatch:
    progress = Progress.of(queued)
    licenses = tuple(
        Issued(anchored(envelope, queued.record), progress, None, cid) for envelope, cid in leaves
    )
    return IssuedBatch(str(queued.message.prepared.values["root"]), licenses, progress)


def _known(line: int, license_id: str) -> RowFault:
    known = RuleError("LICENSE_EXISTS", id=license_id)
    return RowFault(line, known.code, "serial", known.message())


def _faults_of(line: int, error: MalformedError) -> list[RowFault]:
    """Every fault of an input."""
    told = error.fields.get("errors")
    if not isinstance(told, list) or not all("message" in each for each in told):
        return [RowFault(line, error.code, str(error.fields.get("field", "")), error.message())]
    return [RowFault(line, each["code"], each["field"], each["message"]) for each in told]


def _message_key(digest: str) -> str:
    """Where the outbox keeps which batch a message issues."""
    return f"{digest}.batch"
