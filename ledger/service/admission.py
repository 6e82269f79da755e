"""Whether a message would be recorded: asked of its contract, or judged here while no node answers.

What is promised has to be sound. With a node at hand the contract itself is asked, without sending.
Where none answers, or where other messages about the same object wait before it, the same is judged
by the index and those messages: signature, key, revision, order of acts, entitlement.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import reduce
from operator import or_

from ledger.domain.acts import Act, Purpose
from ledger.domain.apply import apply
from ledger.domain.entities import Batch, Key, Ledger, License
from ledger.domain.facts import Fact, act_in, object_of
from ledger.domain.holder_proofs import read_proof
from ledger.domain.license_tree import leaf_bits
from ledger.domain.lifecycle import may_follow, standing_for
from ledger.domain.lineage import void_as_of
from ledger.domain.messages import (
    CLOCK_TOLERANCE,
    KINDS_OF,
    MAX_LIFETIME,
    ON_LICENSES,
    ON_REPRESENTATIONS,
    Kind,
    key_id,
)
from ledger.domain.objects import region_id
from ledger.domain.records import RecordSignature
from ledger.domain.refusals import act_said, coded, status_said
from ledger.domain.registry_messages import (
    KIND_OF,
    MADE_ONCE,
    ON_REGISTRY,
    REGISTRY_RECORDS,
    new_key,
    purpose_needed,
)
from ledger.domain.revisions import ON_SHARED, revision_in
from ledger.domain.rivals import is_opened, is_void_issue
from ledger.domain.rules.batches import MAX_RENEWALS
from ledger.domain.signed_message import Call, SignedMessage
from ledger.domain.state import Change, Overlay, Refused, StateView, typed
from ledger.domain.trustfile import BOUND
from ledger.errors import (
    BadSignatureError,
    Bilingual,
    LedgerError,
    NotEntitledError,
    RuleError,
    TransitionError,
    UnknownIdError,
)
from ledger.ports import Verifier
from ledger.proof.competence import Competence
from ledger.proof.sharing_competence import HOLDERS_KINDS
from ledger.proof.verification import cut_offs_of
from ledger.service.hindered import told_by_standing
from ledger.service.recordable import require_recordable

Try = Callable[[Call], int | LedgerError]
"""Asks a contract for the gas of a call, or why it refuses it; raises `OutageError` where no node answers."""

_GOES_ON = (ON_LICENSES | ON_REPRESENTATIONS | ON_SHARED | ON_REGISTRY | {Kind.LICENSE_BATCH_RENEWED}) - {
    KIND_OF[name] for name in MADE_ONCE
}
"""Records that bind the revision of what they are about."""


_BEHIND = 1 << 62
"""Numbers from here on are of what is not recorded yet."""


class Admission:
    """Lets pass only messages that would be recorded now.

    Args:
        verifier: SM2.
        try_: Asks the contracts.
    """

    def __init__(self, verifier: Verifier, try_: Try) -> None:
        self._verifier, self._try = verifier, try_

    def require(self, message: SignedMessage, state: StateView, now: int) -> int:
        """Ask its contract, as things stand on the ledger; gives the gas that it will take.

        Raises:
            LedgerError: What the contract refuses.
            OutageError: No node answers.
        """
        self._require_current(message, state, now)
        answer = self._try(message.call)
        if isinstance(answer, LedgerError):
            raise told_by_standing(answer, message, state, now)
        return answer

    def judge(self, message: SignedMessage, state: StateView, now: int) -> None:
        """Judge it here, by a state that may hold what is not recorded yet.

        Raises:
            RuleError: `MESSAGE_EXPIRED`, `MESSAGE_TOO_EARLY`, `MESSAGE_LIFETIME`, `UNKNOWN_KEY`,
                `KEY_PURPOSE`, `KEY_NOT_CURRENT`, `STALE_REVISION`, `LICENSE_EXISTS`,
                `UNKNOWN_LICENSE`, as `require_recordable`, and `NOT_ACCEPTABLE` for all else.
            BadSignatureError: `SIGNATURE_REFUSED`.
        """
        _require_timely(message, now)
        _require_contract(message, state)
        self._require_current(message, state, now)
        beside = Overlay(state)
        for fact in _facts_of(message, now, _BEHIND):
            if _is_opened(fact, beside):
                continue  # the contract passes it over
            for change in _judged(fact, beside, now):
                beside.put(change)

    def require_signed(self, message: SignedMessage, state: StateView) -> list[Key]:
        """By registered keys of the right purpose, whether they may sign now or not; gives them.

        A holder's message is signed by the keys that open the binding, none of which is registered.

        Raises:
            UnknownIdError: `UNKNOWN_KEY`.
            NotEntitledError: `KEY_PURPOSE`.
            BadSignatureError: `SIGNATURE_REFUSED`, `HOLDER_SIGNATURES`.
        """
        struct, values = message.prepared.struct.name, message.prepared.values
        if KINDS_OF[struct][0] in HOLDERS_KINDS:
            self._require_holders(message)
            return []
        new = new_key(struct, values) if struct in KIND_OF else None
        signatures = message.signatures if new is None else message.signatures[:-1]
        if new is not None:
            self._require_possession(message, *new)
        return [self._signed(message, each, state) for each in signatures]

    def _require_possession(self, message: SignedMessage, new: bytes, point: bytes) -> None:
        """The key that a message registers signed it last."""
        (last,) = message.signatures[-1:]
        signed = message.prepared.message(new)
        if last.key_id != new or not self._verifier.verify(point, signed, last.raw):
            raise BadSignatureError("SIGNATURE_REFUSED", keyId="0x" + new.hex())

    def _signed(self, message: SignedMessage, signature: RecordSignature, state: StateView) -> Key:
        key_id = "0x" + signature.key_id.hex()
        key = typed(state, "key", key_id, Key)
        if key is None:
            raise UnknownIdError("UNKNOWN_KEY", keyId=key_id)
        needed = _purpose(message, key)
        if key.purpose is not needed:
            given = {"purpose": coded("purpose", key.purpose), "needed": coded("needed", needed)}
            raise NotEntitledError("KEY_PURPOSE", keyId=key_id, **given)
        signed = message.prepared.message(signature.key_id)
        if not self._verifier.verify(bytes.fromhex(key.public_key), signed, signature.raw):
            raise BadSignatureError("SIGNATURE_REFUSED", keyId=key_id)
        return key

    def _require_current(self, message: SignedMessage, state: StateView, now: int) -> None:
        """By keys that may sign at a moment."""
        for key in self.require_signed(message, state):
            cut_off = cut_offs_of(state, now)(key.key_id)
            if not key.is_valid_at(now) or (cut_off is not None and cut_off <= now):
                raise NotEntitledError("KEY_NOT_CURRENT", keyId=key.key_id, time=now)

    def _require_holders(self, message: SignedMessage) -> None:
        """By the keys that the words beside it open, which no body registered."""
        try:
            points = read_proof(message.leaves).points
        except ValueError:
            points = ()
        if not points or len(points) != len(message.signatures):
            raise BadSignatureError("HOLDER_SIGNATURES", given=len(message.signatures), needed=len(points))
        for point, each in zip(points, message.signatures, strict=True):
            signed = message.prepared.message(each.key_id)
            if key_id(point) != each.key_id or not self._verifier.verify(point, signed, each.raw):
                raise BadSignatureError("SIGNATURE_REFUSED", keyId="0x" + each.key_id.hex())


_BY_REGIONS = ("NameLibraryWriter", "SetDuty", "SettleCorrection")


def _purpose(message: SignedMessage, key: Key) -> Purpose:
    """A region acts on licenses and on what is shared by its governing key; every other body signs."""
    if message.prepared.struct.name in KIND_OF:
        return purpose_needed(message.prepared.struct.name, message.prepared.values)
    if message.prepared.struct.name in _BY_REGIONS:
        return Purpose.GOVERN
    region = int(str(message.prepared.values.get("region", 0)))
    if message.prepared.struct.name == "SetCodeTable":  # a superior region's key may sign, too
        return Purpose.GOVERN if region else Purpose.SIGN
    return Purpose.GOVERN if region and key.owner == region_id(region) else Purpose.SIGN


def overlay_of(state: StateView, pending: Sequence[SignedMessage], now: int) -> Overlay:
    """A state as it will be with pending messages recorded; what is recorded already changes nothing."""
    over = Overlay(state)
    for place, message in enumerate(pending):
        for fact in _facts_of(message, now, place):
            for change in _applied(fact, over):
                over.put(change)
    return over


def _facts_of(message: SignedMessage, now: int, place: int) -> list[Fact]:
    """What a message will add: numbered behind every record, and behind messages of earlier places."""
    return [replace(fact, seq=_BEHIND + place) for fact in message.facts(now)]


def _is_opened(fact: Fact, state: StateView) -> bool:
    """Whether it opens a leaf that was opened before."""
    if fact.kind is not Kind.LICENSE_OPENED:
        return False
    return is_opened(state, str(fact.values["licenseId"]), str(fact.values["batch"]))


def _applied(fact: Fact, state: StateView) -> list[Change]:
    try:
        return apply(state, fact)
    except Refused:
        return []


def _judged(fact: Fact, state: Overlay, now: int) -> list[Change]:
    try:
        require_recordable(fact, state, now)
        _require_next(fact, state, now)
        judge = Competence.over(state) if fact.kind in REGISTRY_RECORDS else Competence(state)
        problem = judge.problem_with(fact)
        if problem is not None:
            raise NotEntitledError("NOT_ACCEPTABLE", reason=problem[1])
        return apply(state, fact)
    except Refused as refusal:
        raise RuleError("NOT_ACCEPTABLE", reason=refusal.detail) from None
    except ValueError as error:  # a number or a text that means nothing
        raise RuleError("NOT_ACCEPTABLE", reason=str(error)) from None


def _require_contract(message: SignedMessage, state: StateView) -> None:
    """A contract that took the place of another takes nothing that was signed for that one."""
    ledger = typed(state, "ledger", "ledger", Ledger) or Ledger()
    domain, name = message.prepared.domain, message.prepared.struct.contract
    if name in BOUND and len(ledger.generations("Directory")) > 1:
        return  # what a next Directory makes itself, no record names
    if domain.contract not in ledger.generations(name)[-1:]:
        raise BadSignatureError("SIGNATURE_REFUSED", keyId="0x" + message.signatures[0].key_id.hex())


def _require_timely(message: SignedMessage, now: int) -> None:
    values = message.prepared.values
    signed_at, not_after = (int(str(values[name])) for name in ("signedAt", "notAfter"))
    if now > not_after:
        raise RuleError("MESSAGE_EXPIRED", notAfter=not_after, time=now)
    if now < signed_at - CLOCK_TOLERANCE:
        raise RuleError("MESSAGE_TOO_EARLY", signedAt=signed_at, time=now)
    if not_after - signed_at > MAX_LIFETIME:
        raise RuleError("MESSAGE_LIFETIME", signedAt=signed_at, notAfter=not_after)


def _require_next(fact: Fact, state: StateView, now: int) -> None:
    """The ids are new or known, the revision is the present one, the act may follow."""
    values = fact.values
    new = values.get("newLicenseId") or (values["licenseId"] if fact.kind is Kind.LICENSE_ISSUED else None)
    is_new = fact.kind is not Kind.LICENSE_ISSUED_BY_AMENDMENT and new is not None
    if is_new and not _is_free(fact, str(new), state, now):
        raise TransitionError("LICENSE_EXISTS", id=str(new))
    if fact.kind in {KIND_OF[name] for name in MADE_ONCE}:
        _require_unregistered(fact, state)
    if fact.kind in ON_LICENSES | ON_REPRESENTATIONS:
        _require_license(fact, state)
    if fact.kind in _GOES_ON:
        _require_revision(fact, state)
    if fact.kind in ON_LICENSES:
        _require_act(fact, state, now)
    if fact.kind is Kind.LICENSE_BATCH_RENEWED:
        _require_leaves(fact, state, now)


def _is_free(fact: Fact, license_id: str, state: StateView, now: int) -> bool:
    """Whether a license is issued under an id: where something void stands, by itself alone."""
    found = typed(state, "license", license_id, License)
    return found is None or (fact.kind is Kind.LICENSE_ISSUED and is_void_issue(state, found, now))


def _require_unregistered(fact: Fact, state: StateView) -> None:
    if revision_in(state, fact.kind, fact.values):
        raise TransitionError("ALREADY_REGISTERED", object="0x" + object_of(fact.kind, fact.values).hex())


def _require_license(fact: Fact, state: StateView) -> None:
    id_ = str(fact.values["licenseId"])
    if state.get("license", id_) is None:
        raise UnknownIdError("UNKNOWN_LICENSE", id=id_)


def _require_revision(fact: Fact, state: StateView) -> None:
    given, current = int(str(fact.values["rev"])), revision_in(state, fact.kind, fact.values)
    if given != current:
        object_ = "0x" + object_of(fact.kind, fact.values).hex()
        raise TransitionError("STALE_REVISION", object=object_, given=given, current=current)


def _require_leaves(fact: Fact, state: StateView, now: int) -> None:
    """Every leaf is where the renewal takes it to be, and the batch can be renewed once more."""
    key, leaves = str(fact.values["earlier"]), leaf_bits(fact.values)
    batch = typed(state, "batch", key, Batch)
    if batch is None:
        raise UnknownIdError("UNKNOWN_BATCH", batch=key)
    is_void = void_as_of(state, now)
    standing = [each for each in batch.renewals if not is_void(each.key_id, each.recorded_at)]
    taken = leaves & reduce(or_, [each.leaves for each in standing], sum(1 << each for each in batch.opened))
    if taken:
        raise TransitionError("LEAF_TAKEN", batch=key, index=(taken & -taken).bit_length() - 1)
    if len(batch.renewals) >= MAX_RENEWALS:
        raise TransitionError("BATCH_RENEWED_OFTEN", batch=key)


def _require_act(fact: Fact, state: StateView, now: int) -> None:
    id_ = str(fact.values["licenseId"])
    license_ = typed(state, "license", id_, License)
    assert license_ is not None, "required before"
    act = act_in(fact.kind, fact.values)
    binding = {Act.BIND: fact.values.get("holderBinding"), Act.FREEZE: license_.holder_binding}.get(act)
    if binding is not None and not int(str(binding), 16):
        raise TransitionError("NOTHING_BOUND", id=id_)
    region, effective = (int(str(fact.values.get(name, 0))) for name in ("region", "effective"))
    if not may_follow(license_, act, cut_offs_of(state, now), now, region, effective):
        done = standing_for(license_, act, cut_offs_of(state, now), now, effective).status
        zh = f"证照 {id_} 已为“{status_said(done).zh}”，不能再做“{act_said(act).zh}”"
        raise RuleError(
            "NOT_ACCEPTABLE", reason=Bilingual(zh, f"{act.name} cannot follow, since {id_} is {done.name}")
        )
