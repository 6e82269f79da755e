"""Rules of Licenses: what is issued, and what happens to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ledger.domain.acts import Act, Ground
from ledger.domain.entities import License, LicenseFact, Term, Terms
from ledger.domain.facts import Fact, Values
from ledger.domain.leaves import is_own_id
from ledger.domain.lifecycle import effective_time
from ledger.domain.messages import Kind
from ledger.domain.rivals import added, gone_on, rivals_of
from ledger.domain.state import Change, Refused, Rule, StateView, int_of, next_rev, str_of, text_of, typed


def _new_license(
    state: StateView, fact: Fact, license_id: str, rev: int, supersedes: str = ""
) -> list[Change]:
    values = fact.values
    issuer, code = text_of(values, "issuer"), text_of(values, "licenseType")
    require_own_id(state, issuer, license_id, values)
    term = entitling_term(state, fact, issuer, code)
    first = LicenseFact(
        seq=fact.seq,
        act=Act.ISSUE,
        ground=0,
        recorded_at=fact.time,
        effective=int_of(values, "validFrom"),
        key_id=fact.key_ids[0],
        holder_binding=str_of(values, "holderBinding"),
    )
    license_ = License(
        rev=rev,
        license_id=license_id,
        issuer=issuer,
        license_type=code,
        region=term.region,
        digest=str_of(values, "digest"),
        holder_binding=str_of(values, "holderBinding"),
        valid_from=int_of(values, "validFrom"),
        valid_to=int_of(values, "validTo"),
        facts=(first,),
        supersedes=supersedes,
        writer=fact.writer,
    )
    return added(state, fact, license_)


def require_own_id(state: StateView, issuer: str, license_id: str, values: Values) -> None:
    """Refuse an id that is not of this issuer."""
    if not is_own_id(state.ledger_id, issuer, license_id, str_of(values, "handle")):
        raise Refused("NOT_ENTITLED", f"{license_id} is no id of {issuer}")


def entitling_term(state: StateView, fact: Fact, issuer: str, code: str) -> Term:
    """The right by which a body issues now; refuses one that has none."""
    rights = typed(state, "entitlement", f"{code}/{issuer}", Terms)
    term = rights.last_at(fact.time) if rights else None
    if term is None:
        raise Refused("NOT_ENTITLED", f"{issuer} may not issue {code}")
    return term


def _issued(state: StateView, fact: Fact) -> list[Change]:
    license_id = str_of(fact.values, "licenseId")
    before = rivals_of(state, license_id)
    changes = _new_license(state, fact, license_id, int_of(fact.values, "rev") + 1)
    next_rev(before[0].rev if before else 0, fact)
    return changes


def _issued_by_amendment(state: StateView, fact: Fact) -> list[Change]:
    old, new = (str_of(fact.values, name) for name in ("licenseId", "newLicenseId"))
    if rivals_of(state, new):
        raise Refused("DUPLICATE_ID", f"license {new}")
    return _new_license(state, fact, new, 1, supersedes=old)


def known_license(state: StateView, fact: Fact) -> License:
    """The license that a record is about; refuses what is none."""
    license_ = typed(state, "license", str_of(fact.values, "licenseId"), License)
    if license_ is None:
        raise Refused("BAD_RECORD", f"unknown license {fact.values['licenseId']}")
    return license_


def _with_fact(
    state: StateView, license_: License, fact: Fact, new: LicenseFact, binding: str = ""
) -> list[Change]:
    after = replace(
        license_,
        rev=next_rev(license_.rev, fact),
        facts=(*license_.facts, new),
        holder_binding=binding or license_.holder_binding,
    )
    return gone_on(state, after)


def _act_fact(license_: License, fact: Fact) -> LicenseFact:
    values = fact.values
    act = Act(int_of(values, "act"))
    return LicenseFact(
        seq=fact.seq,
        act=act,
        ground=int_of(values, "ground"),
        recorded_at=fact.time,
        effective=effective_time(act, int_of(values, "effective"), fact.time, license_.valid_from),
        key_id=fact.key_ids[0],
        reference=str_of(values, "reference"),
        cause=str(values.get("cause", "")),
        successor=str(values.get("newLicenseId", "")),
        region=int_of(values, "region") if "region" in values else 0,
    )


def _acted(state: StateView, fact: Fact) -> list[Change]:
    license_ = known_license(state, fact)
    return _with_fact(state, license_, fact, _act_fact(license_, fact))


def _at_once(fact: Fact, act: Act) -> LicenseFact:
    """What is done to a license with effect from its record on."""
    return LicenseFact(
        seq=fact.seq,
        act=act,
        ground=0,
        recorded_at=fact.time,
        effective=fact.time,
        key_id=fact.key_ids[0],
    )


def _bound(state: StateView, fact: Fact) -> list[Change]:
    license_ = known_license(state, fact)
    binding = str_of(fact.values, "holderBinding")
    new = replace(
        _at_once(fact, Act.BIND),
        holder_binding=binding,
        by=text_of(fact.values, "by"),
        method=int_of(fact.values, "method"),
        assurance=int_of(fact.values, "assurance"),
    )
    return _with_fact(state, license_, fact, new, binding)


def _frozen(state: StateView, fact: Fact) -> list[Change]:
    license_ = known_license(state, fact)
    new = replace(_at_once(fact, Act.FREEZE), by=text_of(fact.values, "by"))
    return _with_fact(state, license_, fact, new)


def _transferred_out(state: StateView, fact: Fact) -> list[Change]:
    license_ = known_license(state, fact)
    new = replace(
        _at_once(fact, Act.TRANSFER_OUT),
        ground=int(Ground.TRANSFER),
        reference=str_of(fact.values, "reference"),
        region=int_of(fact.values, "toRegion"),
    )
    return _with_fact(state, license_, fact, new)


APPLY: Mapping[Kind, Rule] = {
    Kind.LICENSE_ISSUED: _issued,
    Kind.LICENSE_ISSUED_BY_AMENDMENT: _issued_by_amendment,
    Kind.LICENSE_AMENDED: _acted,
    Kind.LICENSE_ACTED: _acted,
    Kind.HOLDER_BOUND: _bound,
    Kind.LICENSE_TRANSFERRED_OUT: _transferred_out,
    Kind.HOLDER_FROZEN: _frozen,
}
