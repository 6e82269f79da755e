"""Rules of the Directory and its Keys: regions, organisations, keys, relays, contracts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ledger.domain.acts import Purpose
from ledger.domain.entities import CutOff, Key, Ledger, Organisation, Predecessor, Region, Relay
from ledger.domain.facts import Fact
from ledger.domain.messages import Kind
from ledger.domain.rivals import settled
from ledger.domain.state import (
    Change,
    Refused,
    Rule,
    StateView,
    int_of,
    next_rev,
    one_of,
    str_of,
    text_of,
    typed,
)

ALG_SM2_SM3 = 1
"""The algorithm of keys that replace others: SM2 with SM3."""


def _ledger(state: StateView) -> Ledger:
    return typed(state, "ledger", "ledger", Ledger) or Ledger()


def _contract_named(state: StateView, fact: Fact) -> list[Change]:
    before = _ledger(state)
    named = (text_of(fact.values, "name"), str_of(fact.values, "account"), str_of(fact.values, "codeHash"))
    after = replace(before, rev=next_rev(before.rev, fact), contracts=(*before.contracts, named))
    return [Change("ledger", "ledger", after)]


def _threshold_set(state: StateView, fact: Fact) -> list[Change]:
    before = _ledger(state)
    after = replace(before, rev=next_rev(before.rev, fact), threshold=int_of(fact.values, "threshold"))
    return [Change("ledger", "ledger", after)]


def _sealed(state: StateView, fact: Fact) -> list[Change]:
    before = _ledger(state)
    if before.sealed_seq:
        raise Refused("BAD_RECORD", "sealed twice")
    after = replace(before, rev=next_rev(before.rev, fact), sealed_seq=fact.seq, sealed_at=fact.time)
    return [Change("ledger", "ledger", after)]


def _region_added(state: StateView, fact: Fact) -> list[Change]:
    code = int_of(fact.values, "region")
    if state.get("region", str(code)):
        raise Refused("DUPLICATE_ID", f"region {code}")
    region = Region(next_rev(0, fact), code, int_of(fact.values, "parent"), fact.time)
    return [Change("region", str(code), region)]


def _region_succeeded(state: StateView, fact: Fact) -> list[Change]:
    before = typed(state, "region", str(int_of(fact.values, "region")), Region)
    if before is None:
        raise Refused("BAD_RECORD", f"unknown region {fact.values['region']}")
    if before.successor:
        raise Refused("BAD_RECORD", f"region {before.code} is succeeded already")
    ended = replace(
        before,
        rev=next_rev(before.rev, fact),
        successor=int_of(fact.values, "successor"),
        succeeded_at=max(fact.time, int_of(fact.values, "since")),
        succession_recorded_at=fact.time,
    )
    return [Change("region", str(before.code), ended)]


def _region_followed(state: StateView, fact: Fact) -> list[Change]:
    after = typed(state, "region", str(int_of(fact.values, "successor")), Region)
    if after is None:
        raise Refused("BAD_RECORD", f"unknown region {fact.values['successor']}")
    since = max(fact.time, int_of(fact.values, "since"))
    earlier = Predecessor(int_of(fact.values, "region"), since, fact.time)
    follows = replace(after, rev=after.rev + 1, predecessors=(*after.predecessors, earlier))
    return [Change("region", str(after.code), follows)]


def _organisation_succeeded(state: StateView, fact: Fact) -> list[Change]:
    uscc = text_of(fact.values, "uscc")
    before = typed(state, "organisation", uscc, Organisation)
    if before is None or before.successor:
        raise Refused("BAD_RECORD", f"organisation {uscc} cannot be succeeded")
    after = replace(
        before,
        rev=next_rev(before.rev, fact),
        successor=text_of(fact.values, "successor"),
        succeeded_at=max(fact.time, int_of(fact.values, "since")),
        succession_recorded_at=fact.time,
    )
    return [Change("organisation", uscc, after)]


def _organisation_added(state: StateView, fact: Fact) -> list[Change]:
    uscc = text_of(fact.values, "uscc")
    if state.get("organisation", uscc):
        raise Refused("DUPLICATE_ID", f"organisation {uscc}")
    values = fact.values
    body = Organisation(
        rev=next_rev(0, fact),
        uscc=uscc,
        region=int_of(values, "region"),
        level=int_of(values, "level"),
        name_digest=str_of(values, "nameDigest"),
        since=fact.time,
    )
    return [Change("organisation", uscc, body)]


def _key_registered(state: StateView, fact: Fact) -> list[Change]:
    values = fact.values
    key_id = str_of(values, "newKey")
    if state.get("key", key_id):
        raise Refused("DUPLICATE_ID", f"key {key_id}")
    purpose = Purpose(int_of(values, "purpose")) if "purpose" in values else Purpose.GOVERN
    is_own = fact.kind is Kind.KEY_REGISTERED
    key = Key(
        rev=next_rev(0, fact) if is_own else 1,
        key_id=key_id,
        owner=str_of(values, "owner"),
        purpose=purpose,
        alg=int_of(values, "alg") if is_own else ALG_SM2_SM3,
        public_key="04" + str_of(values, "x")[2:] + str_of(values, "y")[2:],
        valid_from=int_of(values, "validFrom"),
        valid_to=int_of(values, "validTo"),
        since=fact.time,
        by_key=one_of(fact.key_ids[:-1] if purpose is not Purpose.ENCRYPT else fact.key_ids),
    )
    return [Change("key", key_id, key)]


def _key_replaced(state: StateView, fact: Fact) -> list[Change]:
    key = _known_key(state, fact)
    until = int_of(fact.values, "until") if "until" in fact.values else fact.time
    endings = (*key.endings, (fact.time, until)) if until else key.endings
    after = replace(key, rev=next_rev(key.rev, fact), endings=endings)
    return [Change("key", key.key_id, after)]


def _known_key(state: StateView, fact: Fact) -> Key:
    key = typed(state, "key", str_of(fact.values, "key"), Key)
    if key is None:
        raise Refused("BAD_RECORD", f"unknown key {fact.values['key']}")
    return key


def _key_ended(state: StateView, fact: Fact) -> list[Change]:
    key = _known_key(state, fact)
    ending = (fact.time, int_of(fact.values, "validTo"))
    after = replace(key, rev=next_rev(key.rev, fact), endings=(*key.endings, ending))
    return [Change("key", key.key_id, after)]


def _key_cut_off(state: StateView, fact: Fact) -> list[Change]:
    key = _known_key(state, fact)
    cut = CutOff(fact.time, int_of(fact.values, "since"))
    after = replace(key, rev=next_rev(key.rev, fact), cut_offs=(*key.cut_offs, cut))
    change = Change("key", key.key_id, after)
    return [change, *settled(state, change, fact.time)]


def _relay_changed(state: StateView, fact: Fact) -> list[Change]:
    account = str_of(fact.values, "relay")
    before = typed(state, "relay", account, Relay)
    if before is None and fact.kind is Kind.RELAY_ENDED:
        raise Refused("BAD_RECORD", f"unknown relay {account}")
    until = int_of(fact.values, "until") if "until" in fact.values else fact.time
    rev = next_rev(before.rev if before else 0, fact)
    since = before.since if before else fact.time
    relay = Relay(rev, account, int_of(fact.values, "region"), since, until)
    return [Change("relay", account, relay)]


APPLY: Mapping[Kind, Rule] = {
    Kind.LEDGER_FOUNDED: _threshold_set,
    Kind.CONTRACT_NAMED: _contract_named,
    Kind.LEDGER_SEALED: _sealed,
    Kind.THRESHOLD_SET: _threshold_set,
    Kind.CONTRACT_SUCCEEDED: _contract_named,
    Kind.REGION_ADDED: _region_added,
    Kind.REGION_SUCCEEDED: _region_succeeded,
    Kind.REGION_FOLLOWED: _region_followed,
    Kind.ORGANISATION_ADDED: _organisation_added,
    Kind.ORGANISATION_SUCCEEDED: _organisation_succeeded,
    Kind.KEY_REGISTERED: _key_registered,
    Kind.KEY_ENDED: _key_ended,
    Kind.KEY_CUT_OFF: _key_cut_off,
    Kind.KEY_ROTATED: _key_replaced,
    Kind.KEY_REGISTERED_BY_ROTATION: _key_registered,
    Kind.KEY_LOST: _key_replaced,
    Kind.KEY_REGISTERED_BY_RECOVERY: _key_registered,
    Kind.RELAY_ADDED: _relay_changed,
    Kind.RELAY_ENDED: _relay_changed,
}
