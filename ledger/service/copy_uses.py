"""Whether the use that a copy came of stands on the ledger, or is still to come there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from ledger.domain.canonical import JsonObject
from ledger.domain.entities import Entity
from ledger.domain.facts import Fact
from ledger.domain.handout import Handout, HandoutTerms
from ledger.domain.label import Label, UseTerms
from ledger.domain.links import By
from ledger.domain.messages import Kind
from ledger.domain.moments import rfc3339
from ledger.domain.objects import ascii32, refusal_object
from ledger.domain.promise import MAX_DELAY
from ledger.domain.rules.uses import use_of
from ledger.domain.sharing import USE_WORDS, UseKind
from ledger.domain.sharing_entities import Refusal, Use, UseBatch
from ledger.domain.use_promise import FORMAT as PROMISE
from ledger.domain.use_promise import UsePromise, use_promise
from ledger.domain.use_reasons import LEFT_UNSIGNED, REASONS
from ledger.domain.use_receipt import BatchPlace, UseReceipt, use_receipt
from ledger.domain.verdict import COULD_NOT_CHECK
from ledger.errors import TrustError
from ledger.ports import Index, Verifier
from ledger.service.copy_grants import OUT_OF_SCOPE, CopyGrant, Finding
from ledger.service.holder_records import registrant_of
from ledger.service.sign_offers import DIRECT
from ledger.service.sources import Histories

RECORDED_WITHIN = DIRECT.offer + MAX_DELAY
"""Seconds after a copy was made within which its use is signed by the grantee and recorded."""

Receipt = UseReceipt | UsePromise
"""What leads to the record of a use: a receipt, or the promise of a record in a batch."""


def read_receipt(form: Mapping[str, object]) -> Receipt:
    """A receipt or a promise in a file; raises `USE_RECEIPT_MALFORMED`, `PROMISE_MALFORMED`."""
    return use_promise(form) if form.get("format") == PROMISE else use_receipt(form)


def named_by_request(receipts: Iterable[Receipt]) -> Mapping[str, Receipt]:
    """Receipts by the digest of the request that each is about."""
    return {each.digest if isinstance(each, UsePromise) else each.request: each for each in receipts}


class FoundUse(NamedTuple):
    """What the ledger has of the use of a copy.

    Attributes:
        finding: Why it is not to be relied on, or what could not be checked; None where it is all right.
        flags: What stands beside the result.
        told: Where it stands, or until when it is promised.
        fields: What was used, as a bitmap of the published list; None where no record tells.
    """

    finding: Finding | None
    flags: tuple[str, ...] = ()
    told: JsonObject | None = None
    fields: int | None = None


class KnownUses(Protocol):
    """Leads to records, by what this home or whoever asks knows; the records are read and proved anew."""

    def object_of(self, request: str) -> str | None:
        """The object in which the use of a request stands, 0x-hex."""
        ...

    def has_batch(self, terms: UseTerms, since: int) -> bool:
        """Whether uses of the grant, or refusals of the resource, stand under a root since a moment."""
        ...


@dataclass(frozen=True)
class IndexedUses:
    """`KnownUses` by the index of this home.

    Attributes:
        follow: Brings it up to the head.
    """

    follow: Callable[[], Index]

    def object_of(self, request: str) -> str | None:
        """The object in which the use of a request stands."""
        return next((name for name, _ in self.follow().linked("uses", By.REQUEST, request)), None)

    def has_batch(self, terms: UseTerms, since: int) -> bool:
        """Whether uses of the grant, or refusals of the resource, stand under a root since a moment."""
        index = self.follow()
        used = index.linked("useBatch", By.GRANT, terms.grant)
        refused = index.linked("refusal", By.OWNER, terms.owner)
        return any(_has_leaves(each, terms.code, since) for _, each in (*used, *refused))


@dataclass(frozen=True)
class CopyUses:
    """Finds the uses of copies.

    Attributes:
        known: Leads to records.
        verifier: SM2.
        receipts: What was brought along, by the digest of the request.
        handouts: The same of handouts: where any is, the one of a copy is held against its use.
    """

    known: KnownUses
    verifier: Verifier
    receipts: Mapping[str, Receipt] = field(default_factory=dict)
    handouts: Mapping[str, Handout] = field(default_factory=dict)

    def of(self, histories: Histories, grant: CopyGrant) -> FoundUse:
        """What the ledger has of the use that a copy came of.

        Raises:
            OutageError, TrustError: The ledger could not be asked, or its answer is not proved.
        """
        label = grant.label
        receipt = self.receipts.get(label.terms.request)
        if receipt is not None and not self._is_theirs(histories, receipt, label):
            return FoundUse(Finding("TAMPERED", "RECEIPT_NOT_THEIRS"))
        if isinstance(receipt, UsePromise):
            if histories.header.time <= receipt.anchor_by:
                return _promised(receipt.anchor_by, receipt.use.fields)
            receipt = None  # what was promised is to be found by now, by its receipt if in a batch
        if receipt is not None and receipt.batch is not None:
            name, found = receipt.object, _in_batch(histories, receipt, receipt.batch)
        else:
            name = receipt.object if receipt else self.known.object_of(label.terms.request) or ""
            found = _recorded(histories, name, label.terms.request) if name else None
        if found is None:
            return self._absent(histories, grant, receipt)
        fact, use = found
        member = _other_member(fact, use, label) or _other_state(use, grant.state)
        if member:
            return FoundUse(Finding(OUT_OF_SCOPE, "USE_MISMATCH", member))
        return self._with_handout(label, use, _place(name, fact))

    def _with_handout(self, label: Label, use: Use, told: JsonObject) -> FoundUse:
        """The use, where the handout brought along is the one that it records, and of the copy's license."""
        if self.handouts:
            handout = self.handouts.get(label.terms.request)
            member = _other_handout(handout, use, label) if handout else "request"
            if handout is None or member:
                return FoundUse(Finding(OUT_OF_SCOPE, "HANDOUT_NOT_THEIRS", member))
            told = {**told, "handout": handout.digest}
        return FoundUse(None, told=told, fields=use.fields)

    def _is_theirs(self, histories: Histories, receipt: Receipt, label: Label) -> bool:
        """Whether the provider of the copy signed the receipt for it."""
        terms = label.terms
        try:
            receipt.check(self.verifier, terms.ledger_id)
        except TrustError:
            return False
        body = registrant_of(histories, receipt.public_key, label.issued_at)
        if body is None or body.uscc != label.provider or not body.is_current:
            return False
        if isinstance(receipt, UsePromise):
            return (receipt.use.grant, receipt.use.kind) == (terms.grant, UseKind.DATA)
        said = (receipt.grant, receipt.license_id, receipt.grantee, receipt.provider)
        return said == (terms.grant, terms.license_id, terms.grantee, label.provider)

    def _absent(self, histories: Histories, grant: CopyGrant, receipt: UseReceipt | None) -> FoundUse:
        """What it means that no record is there."""
        label, head = grant.label, histories.header.time
        if receipt is not None and receipt.place is None:
            until = receipt.issued_at + MAX_DELAY
            if head <= until:
                return _promised(until, None)
        return self._without_receipt(histories, label) if receipt is None else _UNRECORDED

    def _without_receipt(self, histories: Histories, label: Label) -> FoundUse:
        """What it means where nothing leads to a record: left unsigned, to come, in a batch, or not there."""
        unsigned, until = _left_unsigned(histories, label), label.issued_at + RECORDED_WITHIN
        if unsigned is not None:
            return unsigned
        if histories.header.time <= until:
            return FoundUse(Finding(COULD_NOT_CHECK, "USE_NOT_YET_RECORDED", until=until))
        if self.known.has_batch(label.terms, label.issued_at):
            return FoundUse(Finding(COULD_NOT_CHECK, "USE_IN_BATCH"))
        return _UNRECORDED


_UNRECORDED = FoundUse(Finding(OUT_OF_SCOPE, "COPY_NOT_RECORDED"))


def _has_leaves(record: Entity, code: str, since: int) -> bool:
    """Whether a record since a moment has many uses, or many refusals of a resource, under a root."""
    match record:
        case UseBatch():
            return record.recorded_at >= since
        case Refusal(code=of, root=root):
            return bool(root) and of == code and record.recorded_at >= since
    return False


def _promised(until: int, fields: int | None) -> FoundUse:
    """A use whose record is to come, by the provider's word."""
    return FoundUse(None, ("COPY_USE_PROMISED",), {"promisedUntil": rfc3339(until)}, fields)


def _place(name: str, fact: Fact) -> JsonObject:
    return {"object": name, "seq": fact.seq, "recordedAt": rfc3339(fact.time)}


def _left_unsigned(histories: Histories, label: Label) -> FoundUse | None:
    """A use in a batch that the grantee did not sign, by the provider's own record; None where none is."""
    terms = label.terms
    name = refusal_object(terms.owner, bytes.fromhex(terms.request[2:]))
    said = {
        "grant": terms.grant,
        "grantee": "0x" + ascii32(terms.grantee).hex(),
        "reason": REASONS[LEFT_UNSIGNED],
    }
    for fact in histories.facts_of([name]):
        if fact.kind is Kind.USE_REFUSED and said.items() <= fact.values.items():
            return FoundUse(None, (LEFT_UNSIGNED,), _place("0x" + name.hex(), fact))
    return None


def _recorded(histories: Histories, name: str, request: str) -> tuple[Fact, Use] | None:
    """The record of single uses in an object, and the one of a request in it."""
    facts = histories.facts_of([bytes.fromhex(name[2:])])
    for fact in facts:
        if fact.kind is Kind.DATA_USED:
            starts = range(0, len(fact.leaves), USE_WORDS)
            uses = (use_of(fact.leaves[start : start + USE_WORDS]) for start in starts)
            use = next((each for each in uses if each.request_digest == request), None)
            return None if use is None else (fact, use)
    return None


def _in_batch(histories: Histories, receipt: UseReceipt, place: BatchPlace) -> tuple[Fact, Use] | None:
    """The batch in which a use stands by the proof that its receipt has, and the use."""
    for fact in histories.facts_of([bytes.fromhex(receipt.object[2:])]):
        told = (fact.values.get("root"), fact.values.get("size"), place.use.request_digest)
        is_it = told == ("0x" + place.root.hex(), place.size, receipt.request)
        if fact.kind is Kind.DATA_USED_IN_BATCH and is_it and place.is_proved:
            return fact, place.use
    return None


def _other_handout(handout: Handout, use: Use, label: Label) -> str:
    """The first member in which a handout is another than that of a use and a label; empty where none is."""
    if handout.digest != use.response_digest:
        return "response"
    ours, theirs = handout.terms.as_json(), HandoutTerms.of(label).as_json()
    return next((name for name, value in ours.items() if value != theirs[name]), "")


def _other_state(use: Use, state: str) -> str:
    """`state` where a use records another state of the data set than the row of a copy leads to."""
    return "state" if state and use.commitment != state else ""


def _other_member(fact: Fact, use: Use, label: Label) -> str:
    """The first member of which the record says something else than the label; empty where none does."""
    terms = label.terms
    told = {
        "grant": (use.grant, terms.grant),
        "kind": (use.kind, UseKind.DATA),
        "owner": (fact.values.get("owner"), "0x" + ascii32(terms.owner).hex()),
        "grantee": (fact.values.get("grantee"), "0x" + ascii32(terms.grantee).hex()),
    }
    if fact.kind is Kind.DATA_USED_IN_BATCH:  # it names its grant, and that its parties
        told = {"batch": (fact.values["grant"], terms.grant), **dict(list(told.items())[:2])}
    return next((name for name, (recorded, said) in told.items() if recorded != said), "")
