"""Issuing and amending licenses one by one, from input to record.

Nothing accepted is lost: a draft with its salts and signature is kept before its message goes into
the queue, so that after a crash the same call finishes what it began, once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ledger.domain.acts import Act, Ground, Status
from ledger.domain.canonical import JsonObject, canonical
from ledger.domain.document import Envelope, license_digest
from ledger.domain.entities import Key
from ledger.domain.lifecycle import standing_for
from ledger.domain.lineage import EVER
from ledger.domain.messages import MESSAGES, key_id
from ledger.domain.official import kind_of
from ledger.domain.rights import Rights
from ledger.domain.signed_message import SignedMessage
from ledger.domain.sm3 import sm3
from ledger.domain.state import StateView, typed
from ledger.errors import LedgerError, NotEntitledError, RuleError
from ledger.ports import Signer
from ledger.proof.verification import cut_offs_of
from ledger.service.accept import Desk, Make
from ledger.service.documents import require_not_erased
from ledger.service.drafts import Draft, Drafts, content_members
from ledger.service.hindered import require_may_follow, superseded
from ledger.service.orders import Deliver, Issued, Progress, amendment_of, anchored, ground_of, next_version
from ledger.service.standing import license_in
from ledger.service.submission import Messages


class IssueLicenses:
    """Writes licenses to one ledger.

    Args:
        drafts: Makes and keeps drafts.
        messages: Prepares messages.
        desk: Where they are handed in.
    """

    def __init__(self, drafts: Drafts, messages: Messages, desk: Desk) -> None:
        self._drafts, self._messages, self._desk = drafts, messages, desk

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
            RuleError: What the contracts refuse; `LICENSE_EXISTS`, `REQUEST_ID_REUSED`.
            ErasedError: `DOCUMENT_ERASED`, `ERASURE_UNFINISHED`.
        """
        self._require_own(given, signer)
        return self._finish(self.issue_draft(given), signer, request_id, deliver)

    def amend(
        self,
        old_id: str,
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
            old_id: Id of the license on the ledger; the revision that it has then is bound.
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
        self._require_own(next_version(given, old_identifier), signer)
        draft = self.amend_draft(old_id, old_identifier, given, kind, ground, effective)
        return self._finish(draft, signer, None, deliver)

    def transfer_in(
        self, old_id: str, given: JsonObject, signer: Signer, deliver: Deliver | None = None
    ) -> Issued:
        """Take over a license that another body let go here: the taker's own license takes its place.

        Args:
            old_id: Id of the license on the ledger.
            given: The license input of the new one, of the same type, with the taker as issuer.
            signer: A registered signing key of the taker.
            deliver: As for `issue`.

        Raises:
            As `issue`.
        """
        self._require_own(given, signer, old_id)
        return self._finish(self.transfer_draft(old_id, given), signer, None, deliver)

    def _require_own(self, given: JsonObject, signer: Signer, taken: str = "") -> None:
        """Draw no secret for another body, nor for a license that cannot be taken in.

        The body's own secret lies on its machines; one that was drawn here would pass for it.

        Args:
            given: The license input.
            signer: Of the message.
            taken: The license that is to be taken in, 0x-hex; empty for none.

        Raises:
            NotEntitledError: `NOT_THE_ISSUER`.
            TransitionError: `ACT_NOT_ALLOWED`, `LICENSE_SUPERSEDED`, `ACT_AFTER_ANNOUNCED`.
        """
        license_ = self._drafts.license(given)
        if not self._drafts.draws_secret(license_):
            return
        desk, metadata = self._desk.accepting, license_["metadata"]
        resting = self._drafts.resting_on(taken) if taken else frozenset[str]()
        state, now = desk.state(resting), self._messages.now()
        issuer, code = (
            str(metadata[name]) for name in ("certificateIssuingAuthorityCode", "certificateTypeCode")
        )
        own = typed(state, "key", "0x" + key_id(signer.public_key).hex(), Key)
        if own is not None and not Rights(state, now).may_issue(own.owner, code, issuer):
            raise NotEntitledError("NOT_THE_ISSUER", issuer=issuer, signer=own.owner)
        if taken:
            old = license_in(state, taken, self._drafts.opening(taken))
            require_may_follow(old, Act.TRANSFER_IN, state, now)

    # --- drafts, also for signatures made elsewhere ------------------------------------------

    def issue_draft(self, given: JsonObject) -> Draft:
        """The draft of a license; raises as `issue`."""
        license_ = self._drafts.license(given)
        name = self._drafts.name(license_)
        members = {"licenseId": name.id, "handle": name.handle, **content_members(given, license_)}
        return Draft("Issue", name, members, license_, given)

    def amend_draft(
        self,
        old_id: str,
        old_identifier: str | None,
        given: JsonObject,
        kind: str,
        ground: str = "NONE",
        effective: int = 0,
    ) -> Draft:
        """The draft of a next version; arguments and errors as for `amend`."""
        act = amendment_of(kind)
        fact = {"act": int(act), "ground": int(ground_of(act, ground)), "effective": effective}
        supersedes = old_identifier or old_id
        return self._successor(old_id, fact, next_version(given, old_identifier), given, supersedes)

    def transfer_draft(self, old_id: str, given: JsonObject) -> Draft:
        """The draft of a license that takes over another; arguments and errors as for `transfer_in`."""
        fact = {"act": int(Act.TRANSFER_IN), "ground": int(Ground.TRANSFER), "effective": 0}
        return self._successor(old_id, fact, given, given, old_id)

    def unsigned(self, draft: Draft, salts: Mapping[str, str], state: StateView) -> SignedMessage:
        """The message of a draft as things stand, without signatures.

        Raises:
            UnknownIdError: `UNKNOWN_LICENSE`.
            RuleError: `KIND_OF_SUCCESSOR`.
        """
        if draft.about:
            self._require_same_kind(draft, state)
        members = {**draft.members, "digest": license_digest(draft.license, salts)}
        rev, opening = self._drafts.standing(MESSAGES[draft.struct], members, state)
        prepared = self._messages.prepare(draft.struct, rev, members)
        return SignedMessage(prepared, (), (), opening)

    def _require_same_kind(self, draft: Draft, state: StateView) -> None:
        """No document takes the place of a license, nor the other way round, where its type is known here."""
        earlier = license_in(state, draft.about, self._drafts.opening(draft.about))
        kind, own = self._drafts.kind(earlier.license_type), kind_of(draft.license)
        if kind not in (None, own):
            raise RuleError("KIND_OF_SUCCESSOR", id=draft.about, type=earlier.license_type)

    def hand_in(
        self, draft: Draft, salts: Mapping[str, str], message: SignedMessage, request_id: str | None = None
    ) -> Issued:
        """Accept the message of a draft that was signed elsewhere.

        The same call again, signed anew, goes on with the message that was accepted first.

        Raises:
            RuleError: What the contracts refuse; `LICENSE_EXISTS`, `REQUEST_ID_REUSED`.
            ErasedError: As `issue`.
        """
        wanted = _wanted(draft, request_id)

        def begin() -> SignedMessage:
            self._require_in_no_batch(draft.license_id)
            self._keep(draft, salts, message, wanted)
            return message

        def require_same(known: SignedMessage) -> None:
            if known.digest != message.digest:
                self._require_same(draft, wanted)

        return self._through(draft, require_same, begin, None)

    def _successor(
        self,
        old_id: str,
        fact: Mapping[str, object],
        content: JsonObject,
        given: JsonObject,
        supersedes: str,
    ) -> Draft:
        license_ = self._drafts.license(content)
        name = self._drafts.name(license_)
        members = {
            "licenseId": old_id,
            **fact,
            "reference": bytes(32),
            "newLicenseId": name.id,
            "handle": name.handle,
            **content_members(given, license_),
        }
        return Draft("Amend", name, members, license_, given, old_id, supersedes)

    # --- from draft to record ----------------------------------------------------------------

    def _finish(
        self, draft: Draft, signer: Signer, request_id: str | None, deliver: Deliver | None
    ) -> Issued:
        """Sign, keep, hand in, deliver; or go on where an earlier run of the same call stopped."""
        wanted = _wanted(draft, request_id)

        def make(state: StateView) -> SignedMessage:
            self._require_in_no_batch(draft.license_id)
            salts = self._drafts.salts(draft.license)
            message = self.unsigned(draft, salts, state).signed_by(signer)
            self._keep(draft, salts, message, wanted)
            return message

        return self._through(draft, lambda _: self._require_same(draft, wanted), lambda: make, deliver)

    def _through(
        self,
        draft: Draft,
        require: Callable[[SignedMessage], None],
        begin: Callable[[], Make | SignedMessage],
        deliver: Deliver | None,
    ) -> Issued:
        """Go on with what is recorded or under way, where `require` lets it pass; else begin anew."""
        with self._drafts.outbox.hold(draft.license_id):
            require_not_erased(self._drafts.erasures, draft.license_id)
            earlier = self._earlier(draft.license_id)
            known = earlier if earlier and self._desk.accepting.is_alive(earlier.digest) else None
            if known is not None:
                require(known)
            replaced = self._desk.recorded(earlier.digest) if earlier is not None else None
            instead_of = replaced.digest if replaced is not None and replaced.is_open else ""
            return self._settled(draft, begin() if known is None else known, deliver, instead_of)

    def _earlier(self, license_id: str) -> SignedMessage | None:
        """The message of what is kept of a license."""
        kept = self._drafts.outbox.load(license_id)
        return self._messages.carried(Envelope.from_json(kept["envelope"])) if kept else None

    def _require_same(self, draft: Draft, wanted: JsonObject) -> None:
        """Let pass only the same call again, before its answer was delivered or under its own name."""
        kept = self._drafts.outbox.load(draft.license_id) or {}
        is_named = wanted["request"] is not None and kept["request"] == wanted["request"]
        if kept["input"] != wanted["input"]:
            raise (
                RuleError("REQUEST_ID_REUSED", id=draft.license_id)
                if is_named
                else self._there_already(draft)
            )
        if kept.get("delivered", True) and not is_named:  # an entry of an earlier version does not say
            raise self._there_already(draft)

    def _there_already(self, draft: Draft) -> LedgerError:
        """Of an amendment by which the old license is superseded already, that is what there is to say."""
        if draft.about:
            state = self._desk.accepting.state(self._drafts.resting_on(draft.about))
            old = license_in(state, draft.about, self._drafts.opening(draft.about))
            standing = standing_for(old, Act(int(str(draft.members["act"]))), cut_offs_of(state, EVER), EVER)
            if standing.status is Status.SUPERSEDED:
                return superseded(old, standing)
        return RuleError("LICENSE_EXISTS", id=draft.license_id)

    def _keep(
        self, draft: Draft, salts: Mapping[str, str], message: SignedMessage, wanted: JsonObject
    ) -> None:
        envelope = self._drafts.envelope(draft, salts, message)
        cid = self._drafts.keep_content(envelope, draft.given)
        content: JsonObject = {"envelope": envelope.as_json(), "cid": cid}
        self._drafts.outbox.save(draft.license_id, {**wanted, **content, "delivered": False})

    def _settled(
        self, draft: Draft, what: Make | SignedMessage, deliver: Deliver | None, instead_of: str
    ) -> Issued:
        """Hand in what is not in the queue, wait for it, deliver the license."""
        queued = self._desk.recorded(what.digest) if isinstance(what, SignedMessage) else None
        if queued is not None and queued.is_alive:
            queued = self._desk.settled(queued)
        else:
            queued = self._desk.send(self._objects(draft), what, instead_of)
        kept = self._drafts.outbox.load(draft.license_id) or {}
        envelope = anchored(Envelope.from_json(kept["envelope"]), queued.record)
        issued = Issued(envelope, Progress.of(queued), draft.supersedes, kept["cid"])
        if deliver is not None:
            deliver(issued)
        if kept.get("delivered") is False:
            self._drafts.outbox.save(draft.license_id, {**kept, "delivered": True})
        return issued

    def _objects(self, draft: Draft) -> frozenset[str]:
        """Ids of what a draft is about and rests on."""
        resting = self._drafts.resting_on(draft.about) if draft.about else frozenset[str]()
        return resting | {draft.license_id}

    def _require_in_no_batch(self, license_id: str) -> None:
        """No contract sees into the leaves of a batch: the home that has them refuses."""
        if self._drafts.batch_with(license_id) is not None:
            raise RuleError("LICENSE_EXISTS", id=license_id)


def _wanted(draft: Draft, request_id: str | None) -> JsonObject:
    """What tells one call from another."""
    return {"input": sm3(canonical(draft.given)).hex(), "request": request_id}
