"""Why an act cannot follow on a license: what a contract refuses, told by the fact that stands in the way."""

from __future__ import annotations

from ledger.domain.acts import Act, Status
from ledger.domain.entities import License, LicenseFact
from ledger.domain.facts import act_in
from ledger.domain.lifecycle import Standing, may_follow, standing_for
from ledger.domain.messages import KINDS_OF, ON_LICENSES
from ledger.domain.moments import rfc3339
from ledger.domain.refusals import act_said, status_said
from ledger.domain.signed_message import SignedMessage
from ledger.domain.state import StateView, typed
from ledger.errors import Bilingual, LedgerError, TransitionError
from ledger.proof.verification import cut_offs_of

_VAGUE = ("ACT_NOT_ALLOWED", "LICENSE_EXISTS")


def told_by_standing(refusal: LedgerError, message: SignedMessage, state: StateView, now: int) -> LedgerError:
    """A refusal with what stands in the way: the license that took this one's place, or what is announced.

    Args:
        refusal: Of the contract.
        message: What it refused.
        state: By which the license is known; where it does not explain the refusal, that stays as it is.
        now: Unix seconds.

    Returns:
        `LICENSE_SUPERSEDED`, `ACT_AFTER_ANNOUNCED`, or the refusal.
    """
    kind, values = KINDS_OF[message.prepared.struct.name][0], message.prepared.values
    if refusal.code not in _VAGUE or kind not in ON_LICENSES:
        return refusal
    license_ = typed(state, "license", str(values["licenseId"]), License)
    if license_ is None:
        return refusal
    act, effective = act_in(kind, values), int(str(values.get("effective", 0)))
    standing = standing_for(license_, act, cut_offs_of(state, now), now, effective)
    if standing.status is Status.SUPERSEDED:
        return superseded(license_, standing)
    is_announced = refusal.code == "ACT_NOT_ALLOWED" and standing.fact and standing.fact.effective > now
    return _announced(license_, act, standing.fact) if is_announced and standing.fact else refusal


def require_may_follow(license_: License, act: Act, state: StateView, now: int) -> None:
    """Refuse an act of the issuer's side, with effect at once, that would not be recorded now.

    Raises:
        TransitionError: `LICENSE_SUPERSEDED`, `ACT_AFTER_ANNOUNCED`, `ACT_NOT_ALLOWED`.
    """
    cut_offs = cut_offs_of(state, now)
    if may_follow(license_, act, cut_offs, now):
        return
    standing = standing_for(license_, act, cut_offs, now)
    if standing.status is Status.SUPERSEDED:
        raise superseded(license_, standing)
    if standing.fact and standing.fact.effective > now:
        raise _announced(license_, act, standing.fact)
    told = {"status": status_said(standing.status), "act": act_said(act)}
    raise TransitionError("ACT_NOT_ALLOWED", id=license_.license_id, **told)


def superseded(license_: License, standing: Standing) -> TransitionError:
    """`LICENSE_SUPERSEDED`, naming the license that took the place of one.

    Args:
        license_: The one of which another took the place.
        standing: As `SUPERSEDED`.
    """
    fact = standing.fact
    assert fact is not None, "superseded by something"
    return TransitionError(
        "LICENSE_SUPERSEDED",
        id=license_.license_id,
        by=_successor(fact),
        act=act_said(fact.act),
        effective=rfc3339(fact.effective),
    )


def _successor(fact: LicenseFact) -> str | Bilingual:
    if fact.successor or not fact.batch:
        return fact.successor
    return Bilingual(f"批次 {fact.batch} 第 {fact.index} 份", f"{fact.index} of batch {fact.batch}")


def _announced(license_: License, act: Act, fact: LicenseFact) -> TransitionError:
    return TransitionError(
        "ACT_AFTER_ANNOUNCED",
        id=license_.license_id,
        announced=act_said(fact.act),
        effective=rfc3339(fact.effective),
        seq=fact.seq,
        act=act_said(act),
    )
