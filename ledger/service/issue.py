"""Issuing and amending licenses one by one, from input to record.

Nothing accepted is lost: a draft with its salts, signature and the very transaction is kept before
anything is sent, so that after a crash the same call finishes what it began, once.
"""

from __future__ import annotations

from collections.abc import Mapping

from ledger.domain.acts import Act, Ground
from ledger.domain.canonical import JsonObject, canonical
from ledger.domain.document import Envelope, license_digest
from ledger.domain.entities import License
from ledger.domain.messages import key_id
from ledger.domain.records import RecordSignature, record_of
from ledger.domain.sm3 import sm3
from ledger.errors import RuleError
from ledger.ports import Receipt, Signer, Transaction
from ledger.service.documents import require_not_erased
from ledger.service.drafts import (
    Draft,
    Drafts,
    content_members,
    kept_transaction,
    signed_members,
    with_transaction,
)
from ledger.service.orders import Deliver, Issued, amendment_of, ground_of, next_version
from ledger.service.submission import Submissions


class IssueLicenses:
    """Writes licenses to one ledger, for issuers whose keys are handed in.

    Args:
        drafts: Makes and keeps drafts.
        submissions: Prepares and submits messages.
    """

    def __init__(self, drafts: Drafts, submissions: Submissions) -> None:
        self._drafts, self._submissions = drafts, submissions

    def issue(
        self,
        given: JsonObject,
        signer: Signer,
        request_id: str | None = None,
        deliver: Deliver | None = None,
    ) -> Issued:
        """Issue one license.

        Args:
            given: The license input of docs/interfaces.md.
            signer: A registered signing key of the issuer.
            request_id: Names this request: the same one with the same input gets the same answer.
            deliver: Hands the license over, for example writes its file. Until it has returned once,
                the same input gets the same answer too: a license that is on the ledger and in
                nobody's hands would be lost.

        Raises:
            MalformedError: `LICENSE_INPUT` with every fault.
            RuleError: What the contracts refuse; `LICENSE_EXISTS`, `REQUEST_ID_REUSED`, `DOCUMENT_ERASED`.
        """
        license_ = self._drafts.license(given)
        name = self._drafts.name(license_)
        members = {"licenseId": name.id, "handle": name.handle, **content_members(given, license_)}
        draft = Draft("Issue", name.id, 0, members, license_, given, None)
        return self._finish(draft, signer, request_id, deliver)

    def amend(
        self,
        old: License,
        old_identifier: str | None,
        given: JsonObject,
        kind: str,
        signer: Signer,
        ground: str = "NONE",
        effective: int = 0,
        deliver: Deliver | None = None,
    ) -> Issued:
        """Issue the next version of a license; the old one is superseded in the same message.

        Args:
            old: The license as the ledger holds it; its `rev` is bound.
            old_identifier: Its identifier where known, from which the next version follows.
            given: The license input of the new version.
            kind: A verb of `AMEND_KINDS`.
            signer: A registered signing key of the issuer.
            ground: A name of `Ground`.
            effective: Unix seconds, or 0 for the moment of record.
            deliver: As for `issue`.

        Raises:
            As `issue`; `ACT_UNKNOWN`, `GROUND_NOT_OF_ACT`.
        """
        act = amendment_of(kind)
        license_ = self._drafts.license(next_version(given, old_identifier))
        name = self._drafts.name(license_)
        members = {
            "licenseId": old.license_id,
            "act": int(act),
            "ground": int(ground_of(act, ground)),
            "effective": effective,
            "reference": bytes(32),
            "newLicenseId": name.id,
            "handle": name.handle,
            **content_members(given, license_),
        }
        supersedes = old_identifier or old.license_id
        opening = self._drafts.opening_of(old)
        draft = Draft("Amend", name.id, old.rev, members, license_, given, supersedes, opening)
        return self._finish(draft, signer, None, deliver)

    def transfer_in(
        self, old: License, given: JsonObject, signer: Signer, deliver: Deliver | None = None
    ) -> Issued:
        """Take over a license that another body let go here: the taker's own license takes its place.

        Args:
            old: The license as the ledger holds it.
            given: The license input of the new one, of the same type, with the taker as issuer.
            signer: A registered signing key of the taker.
            deliver: As for `issue`.

        Raises:
            As `issue`.
        """
        license_ = self._drafts.license(given)
        name = self._drafts.name(license_)
        members = {
            "licenseId": old.license_id,
            "act": int(Act.TRANSFER_IN),
            "ground": int(Ground.TRANSFER),
            "effective": 0,
            "reference": bytes(32),
            "newLicenseId": name.id,
            "handle": name.handle,
            **content_members(given, license_),
        }
        draft = Draft("Amend", name.id, old.rev, members, license_, given, old.license_id)
        return self._finish(draft, signer, None, deliver)

    def _finish(
        self, draft: Draft, signer: Signer, request_id: str | None, deliver: Deliver | None
    ) -> Issued:
        """Sign, keep, send, deliver; or go on where an earlier run of the same call stopped."""
        with self._drafts.outbox.hold(draft.license_id):
            issued = self._finish_alone(draft, signer, request_id)
            if deliver is not None:
                deliver(issued)
            kept = self._drafts.outbox.load(draft.license_id)
            if kept is not None and kept.get("delivered") is False:
                self._drafts.outbox.save(draft.license_id, {**kept, "delivered": True})
            return issued

    def _finish_alone(self, draft: Draft, signer: Signer, request_id: str | None) -> Issued:
        require_not_erased(self._drafts.erasures, draft.license_id)
        kept = self._drafts.outbox.load(draft.license_id)
        wanted = {"input": sm3(canonical(draft.given)).hex(), "request": request_id}
        if kept is None or (_is_unsent(kept) and not self._is_of_now(kept, draft, wanted)):
            kept = self._sign(draft, signer, wanted)
        elif kept["input"] != wanted["input"]:
            code = "REQUEST_ID_REUSED" if request_id and kept["request"] == request_id else "LICENSE_EXISTS"
            raise RuleError(code, id=draft.license_id)
        elif kept["gasUsed"] is not None:
            return self._answered(kept, draft, request_id)
        return self._send(kept, draft, signer)

    def _is_of_now(self, kept: JsonObject, draft: Draft, wanted: Mapping[str, object]) -> bool:
        """Whether what is kept is of the same input, and for the contract that takes it now."""
        if kept["input"] != wanted["input"]:
            return False
        return self._submissions.is_for_now(draft.struct, Envelope.from_json(kept["envelope"]))

    def _answered(self, kept: JsonObject, draft: Draft, request_id: str | None) -> Issued:
        is_delivered = kept.get("delivered", True)  # an entry of an earlier version does not say
        if is_delivered and (request_id is None or kept["request"] != request_id):
            raise RuleError("LICENSE_EXISTS", id=draft.license_id)
        return Issued(Envelope.from_json(kept["envelope"]), kept["gasUsed"], draft.supersedes, kept["cid"])

    def _sign(self, draft: Draft, signer: Signer, wanted: Mapping[str, object]) -> JsonObject:
        salts = self._drafts.salts(draft.license)
        digest = license_digest(draft.license, salts)
        prepared = self._submissions.prepare(draft.struct, draft.rev, {**draft.members, "digest": digest})
        signature = prepared.signed_by(signer)
        envelope = self._drafts.envelope(draft, salts, prepared, signature)
        cid = self._drafts.keep_content(envelope, draft.given)
        content: JsonObject = {"envelope": envelope.as_json(), "cid": cid}
        entry: JsonObject = {**wanted, **content, "transaction": None, "gasUsed": None, "delivered": False}
        self._drafts.outbox.save(draft.license_id, entry)
        return entry

    def _send(self, kept: JsonObject, draft: Draft, signer: Signer) -> Issued:
        envelope = Envelope.from_json(kept["envelope"])
        receipt = self._receipt(kept, draft, envelope, signer)
        record = record_of(receipt.logs[-1])
        anchor = {**envelope.anchor, "seq": record.seq, "txHash": receipt.tx_hash, "block": receipt.block}
        done = Envelope(**{**vars(envelope), "anchor": anchor})
        self._drafts.outbox.save(
            draft.license_id, {**kept, "envelope": done.as_json(), "gasUsed": receipt.gas_used}
        )
        return Issued(done, receipt.gas_used, draft.supersedes, kept["cid"])

    def _receipt(self, kept: JsonObject, draft: Draft, envelope: Envelope, signer: Signer) -> Receipt:
        transaction = kept_transaction(kept)
        if transaction is not None:
            return self._settled(draft.license_id, transaction)
        self._require_in_no_batch(draft.license_id)
        prepared = self._submissions.prepare(draft.struct, draft.rev, signed_members(envelope))
        identity = key_id(signer.public_key)
        raw = bytes.fromhex(envelope.signature)
        signature = RecordSignature(identity, 1, raw[:32], raw[32:])

        def keep(transaction: Transaction) -> None:
            self._drafts.outbox.save(draft.license_id, with_transaction(kept, transaction))

        try:
            return self._submissions.submit(prepared, [signature], keep, opening=draft.opening)
        except RuleError:
            self._drafts.outbox.drop(draft.license_id)  # refused: it can never be recorded as signed
            raise

    def _settled(self, license_id: str, transaction: Transaction) -> Receipt:
        try:
            return self._submissions.settle(transaction)
        except RuleError:
            self._drafts.outbox.drop(license_id)  # refused: it can never be recorded as signed
            raise

    def _require_in_no_batch(self, license_id: str) -> None:
        """No contract sees into the leaves of a batch: the home that has them refuses.

        The draft is kept by now. A batch that begins at this moment finds it, and whichever sees the
        other gives way.
        """
        if self._drafts.batches.batch_of(license_id) is not None:
            self._drafts.outbox.drop(license_id)
            raise RuleError("LICENSE_EXISTS", id=license_id)


def _is_unsent(kept: JsonObject) -> bool:
    return kept["transaction"] is None and kept["gasUsed"] is None
