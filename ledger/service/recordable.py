"""What contracts refuse of a message for its own terms, whoever signed it: acts, times, regions."""

from __future__ import annotations

from ledger.domain.acts import ACT_VERBS, RULES, Act, Group
from ledger.domain.entities import License, LicenseType, Region
from ledger.domain.facts import Fact, act_in
from ledger.domain.leaves import has_dates
from ledger.domain.lifecycle import effective_time, has_room
from ledger.domain.messages import ON_LICENSES, Kind
from ledger.domain.registry_messages import ON_REGISTRY
from ledger.domain.state import StateView, int_of, str_of, text_of, typed
from ledger.errors import RuleError, TransitionError, UnknownIdError

_ENDS_AT = {
    Kind.KEY_ENDED: "validTo",
    Kind.KEY_ROTATED: "until",
    Kind.ENTITLEMENT_ENDED: "until",
    Kind.POWER_ENDED: "until",
    Kind.RECOGNITION_ENDED: "until",
    Kind.RELAY_ADDED: "until",
}
"""Ends that may not lie before their record; a relay's has to lie behind it, and 0 leaves a rotated key."""

_BARE = frozenset({*ACT_VERBS.values(), Act.TRANSFER_CANCEL})
_ISSUES = frozenset(
    {
        Kind.LICENSE_ISSUED,
        Kind.LICENSE_ISSUED_BY_AMENDMENT,
        Kind.LICENSE_BATCH_ISSUED,
        Kind.LICENSE_BATCH_ISSUED_BY_RENEWAL,
    }
)


def require_recordable(fact: Fact, state: StateView, now: int) -> None:
    """Let pass only what its contract would record by its terms now.

    Args:
        fact: What a message will add.
        state: As things stand before.
        now: Unix seconds.

    Raises:
        RuleError: `ACT_NOT_KNOWN`, `ACT_NOT_RETROACTIVE`, `NOT_RETROACTIVE`, `DATES_REVERSED`.
        TransitionError: `LICENSE_FULL`.
        UnknownIdError: `UNKNOWN_REGION`.
    """
    if fact.kind in ON_LICENSES:
        license_ = typed(state, "license", str_of(fact.values, "licenseId"), License)
        if license_ is not None:
            _require_act(fact, license_, state, now)
    if fact.kind in _ISSUES:
        _require_listed(state, text_of(fact.values, "licenseType"), Act.ISSUE)
    if fact.kind is Kind.LICENSE_BATCH_RENEWED:
        _require_listed(state, text_of(fact.values, "licenseType"), Act.RENEW)
    if fact.kind in ON_REGISTRY:
        _require_ends(fact, now)
    elif "validFrom" in fact.values and not has_dates(fact.values):
        days = (int_of(fact.values, name) for name in ("validFrom", "validTo"))
        raise RuleError("DATES_REVERSED", arguments=", ".join(map(str, days)))


def _require_ends(fact: Fact, now: int) -> None:
    if fact.kind not in _ENDS_AT:
        return
    given = int_of(fact.values, _ENDS_AT[fact.kind])
    is_open = fact.kind is Kind.KEY_ROTATED and not given
    if not is_open and given < now + (fact.kind is Kind.RELAY_ADDED):
        raise RuleError("NOT_RETROACTIVE", given=given, time=now)


def _require_act(fact: Fact, license_: License, state: StateView, now: int) -> None:
    _require_struct(fact, license_)
    act = act_in(fact.kind, fact.values)
    _require_listed(state, license_.license_type, act)
    asked = int(str(fact.values.get("effective", 0)))
    effective = effective_time(act, asked, now, license_.valid_from)
    if effective < now and not RULES[act].may_be_retroactive:
        raise RuleError("ACT_NOT_RETROACTIVE", act=int(act), effective=effective, time=now)
    if not has_room(license_, act):
        raise TransitionError("LICENSE_FULL", id=license_.license_id)
    region = int(str(fact.values.get("toRegion", 0)))
    if act is Act.TRANSFER_OUT and typed(state, "region", str(region), Region) is None:
        raise UnknownIdError("UNKNOWN_REGION", region=region)


def _require_struct(fact: Fact, license_: License) -> None:
    """A number that a message gives is of an act, and of one that this message is for."""
    given = int(str(fact.values.get("act", 0)))
    fits = {
        Kind.LICENSE_ACTED: given in _BARE,
        Kind.LICENSE_AMENDED: given in RULES and RULES[Act(given)].group is Group.AMEND,
    }
    if not fits.get(fact.kind, True):
        raise RuleError("ACT_NOT_KNOWN", licenseType=license_.license_type, act=given)


def _require_listed(state: StateView, code: str, act: Act) -> None:
    """A freeze is not listed: a type knows it that knows bindings."""
    known = typed(state, "type", code, LicenseType)
    listed = Act.BIND if act is Act.FREEZE else act
    if known is None or listed not in known.versions[-1].acts:
        raise RuleError("ACT_NOT_KNOWN", licenseType=code, act=int(act))
