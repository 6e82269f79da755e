"""From records to state: one pure function, used by the live index, by replay and by verification.

`apply(state, fact)` reads entities through a view and returns the entities that the record
makes or changes; whoever calls stores them. What a record may not do is refused with the finding
code of `docs/interfaces.md`, so that a ledger whose contracts did not run is found out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Protocol, TypeVar

from ledger.domain import objects
from ledger.domain.acts import NAMEABLE, Act, Ground, Purpose, Scope, Sharing, acts_bitmap, acts_from_bitmap
from ledger.domain.entities import (
    AnySpan,
    Batch,
    CutOff,
    Entity,
    Key,
    Ledger,
    License,
    LicenseFact,
    LicenseType,
    Mandate,
    Organisation,
    Power,
    Powers,
    Predecessor,
    Region,
    Relay,
    Renewal,
    Representation,
    Term,
    TermKind,
    Terms,
    TypeVersion,
)
from ledger.domain.facts import Fact, Values, object_of
from ledger.domain.license_tree import leaf_bits, leaf_hash, verify
from ledger.domain.lifecycle import effective_time
from ledger.domain.messages import Kind
from ledger.domain.objects import from_ascii32
from ledger.domain.representation import LATEST, RepresentationKind, is_term_of, scope_from_bitmap

APPLY_VERSION = "apply/4"
"""Named in state digests; changes whenever the meaning of a record changes."""

MAX_RENEWALS = 16
"""How many batches may renew leaves of one: the contracts refuse more."""

ALG_SM2_SM3 = 1
"""The algorithm of keys that replace others: SM2 with SM3."""


class StateView(Protocol):
    """Entities of one ledger by table and key; what is not there is None."""

    @property
    def ledger_id(self) -> bytes:
        """The ledger that it is of, 32 bytes."""
        ...

    def get(self, table: str, key: str) -> Entity | None:
        """The entity, or None."""
        ...


@dataclass(frozen=True)
class Change:
    """One entity as it stands after a record."""

    table: str
    key: str
    entity: Entity


class Refused(Exception):
    """A record that honest contracts would not have written.

    Args:
        code: A finding code of replay.
        detail: What does not fit.
    """

    def __init__(self, code: str, detail: str) -> None:
        self.code, self.detail = code, detail
        super().__init__(f"{code}: {detail}")


class State:
    """All entities in memory, as a `StateView`.

    Args:
        ledger_id: The ledger that it is of, 32 bytes.
    """

    def __init__(self, ledger_id: bytes) -> None:
        self.ledger_id = ledger_id
        self.tables: dict[str, dict[str, Entity]] = {}

    def get(self, table: str, key: str) -> Entity | None:
        """The entity, or None."""
        return self.tables.get(table, {}).get(key)

    def put(self, change: Change) -> None:
        """Store one change."""
        self.tables.setdefault(change.table, {})[change.key] = change.entity

    def apply(self, fact: Fact) -> list[Change]:
        """Apply a fact and keep what it changes."""
        changes = apply(self, fact)
        for change in changes:
            self.put(change)
        return changes


def apply(state: StateView, fact: Fact) -> list[Change]:
    """What `fact` changes in `state`.

    Args:
        state: Entities before the fact.
        fact: The decoded record.

    Returns:
        Entities after the fact; `state` itself is untouched.

    Raises:
        Refused: The record breaks a rule that the contracts enforce.
    """
    try:
        return _APPLY[fact.kind](state, fact)
    except (ValueError, KeyError, IndexError) as error:
        raise Refused("BAD_RECORD", f"a value out of range: {error}") from None


E = TypeVar("E")


def typed(state: StateView, table: str, key: str, kind: type[E]) -> E | None:
    """The entity under `key` when it is of `kind`."""
    found = state.get(table, key)
    return found if isinstance(found, kind) else None


def _int(values: Values, name: str) -> int:
    value = values[name]
    assert isinstance(value, int)
    return value


def _str(values: Values, name: str) -> str:
    value = values[name]
    assert isinstance(value, str)
    return value


def _text(values: Values, name: str) -> str:
    try:
        return from_ascii32(_str(values, name))
    except UnicodeDecodeError:
        raise Refused("BAD_RECORD", f"{name} is not ASCII") from None


def _next_rev(previous: int, fact: Fact) -> int:
    given = _int(fact.values, "rev")
    if given != previous:
        raise Refused("BAD_RECORD", f"revision {given} where {previous} was current")
    return previous + 1


def _ledger(state: StateView) -> Ledger:
    return typed(state, "ledger", "ledger", Ledger) or Ledger()


def _founded(state: StateView, fact: Fact) -> list[Change]:
    before = _ledger(state)
    after = replace(before, rev=_next_rev(before.rev, fact), threshold=_int(fact.values, "threshold"))
    return [Change("ledger", "ledger", after)]


def _contract_named(state: StateView, fact: Fact) -> list[Change]:
    before = _ledger(state)
    named = (_text(fact.values, "name"), _str(fact.values, "account"), _str(fact.values, "codeHash"))
    after = replace(before, rev=_next_rev(before.rev, fact), contracts=(*before.contracts, named))
    return [Change("ledger", "ledger", after)]


def _threshold_set(state: StateView, fact: Fact) -> list[Change]:
    before = _ledger(state)
    after = replace(before, rev=_next_rev(before.rev, fact), threshold=_int(fact.values, "threshold"))
    return [Change("ledger", "ledger", after)]


def _sealed(state: StateView, fact: Fact) -> list[Change]:
    before = _ledger(state)
    if before.sealed_seq:
        raise Refused("BAD_RECORD", "sealed twice")
    after = replace(before, rev=_next_rev(before.rev, fact), sealed_seq=fact.seq, sealed_at=fact.time)
    return [Change("ledger", "ledger", after)]


def _region_added(state: StateView, fact: Fact) -> list[Change]:
    code = _int(fact.values, "region")
    if state.get("region", str(code)):
        raise Refused("DUPLICATE_ID", f"region {code}")
    region = Region(_next_rev(0, fact), code, _int(fact.values, "parent"), fact.time)
    return [Change("region", str(code), region)]


def _region_succeeded(state: StateView, fact: Fact) -> list[Change]:
    before = typed(state, "region", str(_int(fact.values, "region")), Region)
    if before is None:
        raise Refused("BAD_RECORD", f"unknown region {fact.values['region']}")
    if before.successor:
        raise Refused("BAD_RECORD", f"region {before.code} is succeeded already")
    ended = replace(
        before,
        rev=_next_rev(before.rev, fact),
        successor=_int(fact.values, "successor"),
        succeeded_at=max(fact.time, _int(fact.values, "since")),
        succession_recorded_at=fact.time,
    )
    return [Change("region", str(before.code), ended)]


def _region_followed(state: StateView, fact: Fact) -> list[Change]:
    after = typed(state, "region", str(_int(fact.values, "successor")), Region)
    if after is None:
        raise Refused("BAD_RECORD", f"unknown region {fact.values['successor']}")
    since = max(fact.time, _int(fact.values, "since"))
    earlier = Predecessor(_int(fact.values, "region"), since, fact.time)
    follows = replace(after, rev=after.rev + 1, predecessors=(*after.predecessors, earlier))
    return [Change("region", str(after.code), follows)]


def _organisation_succeeded(state: StateView, fact: Fact) -> list[Change]:
    uscc = _text(fact.values, "uscc")
    before = typed(state, "organisation", uscc, Organisation)
    if before is None or before.successor:
        raise Refused("BAD_RECORD", f"organisation {uscc} cannot be succeeded")
    after = replace(
        before,
        rev=_next_rev(before.rev, fact),
        successor=_text(fact.values, "successor"),
        succeeded_at=max(fact.time, _int(fact.values, "since")),
        succession_recorded_at=fact.time,
    )
    return [Change("organisation", uscc, after)]


def _organisation_added(state: StateView, fact: Fact) -> list[Change]:
    uscc = _text(fact.values, "uscc")
    if state.get("organisation", uscc):
        raise Refused("DUPLICATE_ID", f"organisation {uscc}")
    values = fact.values
    body = Organisation(
        rev=_next_rev(0, fact),
        uscc=uscc,
        region=_int(values, "region"),
        level=_int(values, "level"),
        name_digest=_str(values, "nameDigest"),
        since=fact.time,
    )
    return [Change("organisation", uscc, body)]


def _key_registered(state: StateView, fact: Fact) -> list[Change]:
    values = fact.values
    key_id = _str(values, "newKey")
    if state.get("key", key_id):
        raise Refused("DUPLICATE_ID", f"key {key_id}")
    purpose = Purpose(_int(values, "purpose")) if "purpose" in values else Purpose.GOVERN
    is_own = fact.kind is Kind.KEY_REGISTERED
    key = Key(
        rev=_next_rev(0, fact) if is_own else 1,
        key_id=key_id,
        owner=_str(values, "owner"),
        purpose=purpose,
        alg=_int(values, "alg") if is_own else ALG_SM2_SM3,
        public_key="04" + _str(values, "x")[2:] + _str(values, "y")[2:],
        valid_from=_int(values, "validFrom"),
        valid_to=_int(values, "validTo"),
        since=fact.time,
        by_key=_one_of(fact.key_ids[:-1] if purpose is not Purpose.ENCRYPT else fact.key_ids),
    )
    return [Change("key", key_id, key)]


def _one_of(key_ids: tuple[str, ...]) -> str:
    """The key on which a registration rests, when it rests on one alone."""
    return key_ids[0] if len(key_ids) == 1 else ""


def _key_replaced(state: StateView, fact: Fact) -> list[Change]:
    key = _known_key(state, fact)
    until = _int(fact.values, "until") if "until" in fact.values else fact.time
    endings = (*key.endings, (fact.time, until)) if until else key.endings
    after = replace(key, rev=_next_rev(key.rev, fact), endings=endings)
    return [Change("key", key.key_id, after)]


def _known_key(state: StateView, fact: Fact) -> Key:
    key = typed(state, "key", _str(fact.values, "key"), Key)
    if key is None:
        raise Refused("BAD_RECORD", f"unknown key {fact.values['key']}")
    return key


def _key_ended(state: StateView, fact: Fact) -> list[Change]:
    key = _known_key(state, fact)
    ending = (fact.time, _int(fact.values, "validTo"))
    after = replace(key, rev=_next_rev(key.rev, fact), endings=(*key.endings, ending))
    return [Change("key", key.key_id, after)]


def _key_cut_off(state: StateView, fact: Fact) -> list[Change]:
    key = _known_key(state, fact)
    cut = CutOff(fact.time, _int(fact.values, "since"))
    after = replace(key, rev=_next_rev(key.rev, fact), cut_offs=(*key.cut_offs, cut))
    return [Change("key", key.key_id, after)]


def _relay_changed(state: StateView, fact: Fact) -> list[Change]:
    account = _str(fact.values, "relay")
    before = typed(state, "relay", account, Relay)
    if before is None and fact.kind is Kind.RELAY_ENDED:
        raise Refused("BAD_RECORD", f"unknown relay {account}")
    until = _int(fact.values, "until") if "until" in fact.values else fact.time
    rev = _next_rev(before.rev if before else 0, fact)
    since = before.since if before else fact.time
    relay = Relay(rev, account, _int(fact.values, "region"), since, until)
    return [Change("relay", account, relay)]


def _type_registered(state: StateView, fact: Fact) -> list[Change]:
    values = fact.values
    code = _text(values, "licenseType")
    before = typed(state, "type", code, LicenseType) or LicenseType(0, code, ())
    version = TypeVersion(
        since=fact.time,
        region=_int(values, "region"),
        definer=_text(values, "definer"),
        schema_digest=_str(values, "schemaDigest"),
        grades_digest=_str(values, "gradesDigest"),
        acts=acts_from_bitmap(_int(values, "acts")),
        scope=Scope(_int(values, "scope")),
        sharing=Sharing(_int(values, "sharing")),
        ground=_int(values, "ground"),
        by_key=_one_of(fact.key_ids),
    )
    after = LicenseType(_next_rev(before.rev, fact), code, (*before.versions, version))
    return [Change("type", code, after)]


def _with_term(state: StateView, fact: Fact, table: str, key: tuple[str, ...], term: Term) -> list[Change]:
    name = "/".join(key)
    before = typed(state, table, name, Terms) or Terms(0, key, ())
    after = Terms(_next_rev(before.rev, fact), key, (*before.terms, term))
    return [Change(table, name, after)]


def _end_term(state: StateView, fact: Fact, table: str, key: tuple[str, ...]) -> list[Change]:
    before = typed(state, table, "/".join(key), Terms)
    if before is None:
        raise Refused("BAD_RECORD", f"nothing to end: {table} {'/'.join(key)}")
    return _with_term(state, fact, table, key, _ended(before.terms[-1], fact))


def _ended(span: AnySpan, fact: Fact) -> AnySpan:
    """A span as an end of it leaves it."""
    return replace(
        span,
        recorded_at=fact.time,
        until=_int(fact.values, "until"),
        kind=TermKind.ENDED,
        by_keys=fact.key_ids,
        seq=fact.seq,
    )


def _entitlement_key(values: Values) -> tuple[str, ...]:
    return (_text(values, "licenseType"), _text(values, "issuer"))


def _entitled(state: StateView, fact: Fact) -> list[Change]:
    values = fact.values
    term = Term(
        recorded_at=fact.time,
        since=_int(values, "since"),
        until=_int(values, "until"),
        region=_int(values, "region"),
        detail=_text(values, "operator"),
        by_keys=fact.key_ids,
        seq=fact.seq,
    )
    return _with_term(state, fact, "entitlement", _entitlement_key(values), term)


def _entitlement_ended(state: StateView, fact: Fact) -> list[Change]:
    return _end_term(state, fact, "entitlement", _entitlement_key(fact.values))


def power_key(license_type: str, body: str, region: int) -> str:
    """Key of a power in its table; the body by its object, 0x-hex."""
    return f"{license_type}/{body}/{region:06d}"


def _powers(state: StateView, fact: Fact) -> tuple[str, Powers]:
    code, uscc = _text(fact.values, "licenseType"), _text(fact.values, "body")
    region = _int(fact.values, "region")
    key = power_key(code, objects.organisation_id(uscc), region)
    return key, typed(state, "power", key, Powers) or Powers(0, code, uscc, region, ())


def _with_power(key: str, before: Powers, fact: Fact, power: Power) -> list[Change]:
    after = replace(before, rev=_next_rev(before.rev, fact), powers=(*before.powers, power))
    return [Change("power", key, after)]


def _empowered(state: StateView, fact: Fact) -> list[Change]:
    values, bits = fact.values, _int(fact.values, "acts")
    acts = acts_from_bitmap(bits)
    if not acts or acts - NAMEABLE or acts_bitmap(acts) != bits:
        raise Refused("BAD_RECORD", f"nobody is named for acts {bits:#x}")
    power = Power(
        recorded_at=fact.time,
        since=_int(values, "since"),
        until=_int(values, "until"),
        by_keys=fact.key_ids,
        seq=fact.seq,
        acts=acts,
    )
    return _with_power(*_powers(state, fact), fact, power)


def _power_ended(state: StateView, fact: Fact) -> list[Change]:
    key, before = _powers(state, fact)
    if not before.powers:
        raise Refused("BAD_RECORD", f"nothing to end: power {key}")
    return _with_power(key, before, fact, _ended(before.powers[-1], fact))


def recognition_key(from_region: int, to_region: int, license_type: str) -> str:
    """Key of an agreement in the `recognition` table."""
    return f"{from_region:06d}/{to_region:06d}/{license_type}"


def _recognition_key(values: Values) -> tuple[str, ...]:
    code = _text(values, "licenseType")
    name = recognition_key(_int(values, "fromRegion"), _int(values, "toRegion"), code)
    return tuple(name.split("/"))


def _recognized(state: StateView, fact: Fact) -> list[Change]:
    values = fact.values
    term = Term(
        recorded_at=fact.time,
        since=_int(values, "since"),
        until=_int(values, "until"),
        detail=_text(values, "asType"),
        by_keys=fact.key_ids,
        seq=fact.seq,
    )
    return _with_term(state, fact, "recognition", _recognition_key(values), term)


def _recognition_ended(state: StateView, fact: Fact) -> list[Change]:
    return _end_term(state, fact, "recognition", _recognition_key(fact.values))


def _new_license(state: StateView, fact: Fact, license_id: str, act: Act, supersedes: str = "") -> Change:
    if state.get("license", license_id):
        raise Refused("DUPLICATE_ID", f"license {license_id}")
    values = fact.values
    issuer, code = _text(values, "issuer"), _text(values, "licenseType")
    _require_own_id(state, issuer, license_id, values)
    term = _entitling_term(state, fact, issuer, code)
    first = LicenseFact(
        seq=fact.seq,
        act=act,
        ground=0,
        recorded_at=fact.time,
        effective=_int(values, "validFrom"),
        key_id=fact.key_ids[0],
        holder_binding=_str(values, "holderBinding"),
    )
    license_ = License(
        rev=1,
        license_id=license_id,
        issuer=issuer,
        license_type=code,
        region=term.region,
        digest=_str(values, "digest"),
        holder_binding=_str(values, "holderBinding"),
        valid_from=_int(values, "validFrom"),
        valid_to=_int(values, "validTo"),
        facts=(first,),
        supersedes=supersedes,
        writer=fact.writer,
    )
    return Change("license", license_id, license_)


def is_own_id(ledger_id: bytes, issuer: str, license_id: str, handle: str) -> bool:
    """Whether an id is the one that this issuer's handle makes; both in 0x-hex."""
    made = objects.license_id(ledger_id, issuer, _raw(handle))
    return license_id == "0x" + made.hex()


def _require_own_id(state: StateView, issuer: str, license_id: str, values: Values) -> None:
    if not is_own_id(state.ledger_id, issuer, license_id, _str(values, "handle")):
        raise Refused("NOT_ENTITLED", f"{license_id} is no id of {issuer}")


def _entitling_term(state: StateView, fact: Fact, issuer: str, code: str) -> Term:
    rights = typed(state, "entitlement", f"{code}/{issuer}", Terms)
    term = rights.at(fact.time, fact.time) if rights else None
    if term is None:
        raise Refused("NOT_ENTITLED", f"{issuer} may not issue {code}")
    return term


def _issued(state: StateView, fact: Fact) -> list[Change]:
    _next_rev(0, fact)
    return [_new_license(state, fact, _str(fact.values, "licenseId"), Act.ISSUE)]


def _issued_by_amendment(state: StateView, fact: Fact) -> list[Change]:
    old = _str(fact.values, "licenseId")
    return [_new_license(state, fact, _str(fact.values, "newLicenseId"), Act.ISSUE, supersedes=old)]


def _known_license(state: StateView, fact: Fact) -> License:
    license_ = typed(state, "license", _str(fact.values, "licenseId"), License)
    if license_ is None:
        raise Refused("BAD_RECORD", f"unknown license {fact.values['licenseId']}")
    return license_


def _with_fact(license_: License, fact: Fact, added: LicenseFact, binding: str = "") -> list[Change]:
    after = replace(
        license_,
        rev=_next_rev(license_.rev, fact),
        facts=(*license_.facts, added),
        holder_binding=binding or license_.holder_binding,
    )
    return [Change("license", license_.license_id, after)]


def _act_fact(license_: License, fact: Fact) -> LicenseFact:
    values = fact.values
    act = Act(_int(values, "act"))
    return LicenseFact(
        seq=fact.seq,
        act=act,
        ground=_int(values, "ground"),
        recorded_at=fact.time,
        effective=effective_time(act, _int(values, "effective"), fact.time, license_.valid_from),
        key_id=fact.key_ids[0],
        reference=_str(values, "reference"),
        cause=str(values.get("cause", "")),
        successor=str(values.get("newLicenseId", "")),
        region=_int(values, "region") if "region" in values else 0,
    )


def _acted(state: StateView, fact: Fact) -> list[Change]:
    license_ = _known_license(state, fact)
    return _with_fact(license_, fact, _act_fact(license_, fact))


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
    license_ = _known_license(state, fact)
    binding = _str(fact.values, "holderBinding")
    added = replace(
        _at_once(fact, Act.BIND),
        holder_binding=binding,
        by=_text(fact.values, "by"),
        method=_int(fact.values, "method"),
        assurance=_int(fact.values, "assurance"),
    )
    return _with_fact(license_, fact, added, binding)


def _frozen(state: StateView, fact: Fact) -> list[Change]:
    license_ = _known_license(state, fact)
    added = replace(_at_once(fact, Act.FREEZE), by=_text(fact.values, "by"))
    return _with_fact(license_, fact, added)


def _transferred_out(state: StateView, fact: Fact) -> list[Change]:
    license_ = _known_license(state, fact)
    added = replace(
        _at_once(fact, Act.TRANSFER_OUT),
        ground=int(Ground.TRANSFER),
        reference=_str(fact.values, "reference"),
        region=_int(fact.values, "toRegion"),
    )
    return _with_fact(license_, fact, added)


def _batch_issued(state: StateView, fact: Fact) -> list[Change]:
    change = _new_batch(state, fact)
    _next_rev(0, fact)
    return [change]


def _batch_issued_by_renewal(state: StateView, fact: Fact) -> list[Change]:
    return [_new_batch(state, fact, renews=_str(fact.values, "earlier"))]


def _new_batch(state: StateView, fact: Fact, renews: str = "") -> Change:
    values = fact.values
    key = "0x" + object_of(fact.kind, values).hex()
    if state.get("batch", key):
        raise Refused("DUPLICATE_ID", f"batch {key}")
    issuer, code = _text(values, "issuer"), _text(values, "licenseType")
    if len(fact.leaves) != _int(values, "size") or "0x" + fact.leaves_root.hex() != values["root"]:
        raise Refused("BAD_TREE", f"the leaves of batch {key} do not make the signed root")
    batch = Batch(
        rev=1,
        root=_str(values, "root"),
        size=_int(values, "size"),
        issuer=issuer,
        license_type=code,
        region=_entitling_term(state, fact, issuer, code).region,
        seq=fact.seq,
        key_id=fact.key_ids[0],
        recorded_at=fact.time,
        renews=renews,
        writer=fact.writer,
    )
    return Change("batch", key, batch)


def _batch_renewed(state: StateView, fact: Fact) -> list[Change]:
    values, key = fact.values, _str(fact.values, "earlier")
    batch, leaves = typed(state, "batch", key, Batch), leaf_bits(fact.values)
    if batch is None or _text(values, "licenseType") != batch.license_type:
        raise Refused("BAD_RECORD", f"no batch {key} of type {_text(values, 'licenseType')}")
    if leaves >> batch.size or leaves.bit_count() != _int(values, "size"):
        raise Refused("BAD_TREE", f"not {values['size']} leaves of batch {key}")
    if any(leaves >> index & 1 for index in batch.opened):
        raise Refused("BAD_RECORD", f"an opened leaf of batch {key} is renewed with it")
    if len(batch.renewals) == MAX_RENEWALS:
        raise Refused("BAD_RECORD", f"batch {key} is renewed more than {MAX_RENEWALS} times")
    new = "0x" + object_of(Kind.LICENSE_BATCH_ISSUED_BY_RENEWAL, values).hex()
    renewal = Renewal(fact.seq, fact.time, fact.key_ids[0], new, leaves)
    after = replace(batch, rev=_next_rev(batch.rev, fact), renewals=(*batch.renewals, renewal))
    return [Change("batch", key, after)]


def leaf_license(batch: Batch, key: str, index: int, values: Values) -> License:
    """The license that a leaf of a batch is, as long as nothing happened to it but renewals by the batch.

    Args:
        batch: The batch as recorded.
        key: Its object, 0x-hex.
        index: Place of the leaf.
        values: `licenseId`, `digest`, `holderBinding`, `validFrom`, `validTo` of the leaf, as in its opening.
    """
    binding = _str(values, "holderBinding")
    issued = LicenseFact(
        seq=batch.seq,
        act=Act.ISSUE,
        ground=0,
        recorded_at=batch.recorded_at,
        effective=_int(values, "validFrom"),
        key_id=batch.key_id,
        holder_binding=binding,
    )
    return License(
        rev=1,
        license_id=_str(values, "licenseId"),
        issuer=batch.issuer,
        license_type=batch.license_type,
        region=batch.region,
        digest=_str(values, "digest"),
        holder_binding=binding,
        valid_from=_int(values, "validFrom"),
        valid_to=_int(values, "validTo"),
        facts=(issued,),
        batch=key,
        writer=batch.writer,
        renewals=tuple(_renewals_of(batch, index)),
    )


def first_of(leaf: License, recorded: License | None) -> License:
    """Which of two licenses an id stands for: the leaf of a batch, or what was recorded under its id.

    An id's first record wins. What came after the batch gives way to the leaf, which goes on from the
    other's revision.
    """
    if recorded is None:
        return leaf
    if recorded.facts[0].seq < leaf.facts[0].seq or recorded.batch == leaf.batch:
        return recorded
    return replace(leaf, rev=recorded.rev + 1)


def _renewals_of(batch: Batch, index: int) -> Iterator[LicenseFact]:
    """What renewed a leaf, told as facts of its license."""
    for renewal in batch.renewals:
        place = renewal.place_of(index)
        if place is not None:
            yield LicenseFact(
                seq=renewal.seq,
                act=Act.RENEW,
                ground=int(Ground.TERM_RENEWED),
                recorded_at=renewal.recorded_at,
                effective=renewal.recorded_at,
                key_id=renewal.key_id,
                batch=renewal.batch,
                index=place,
            )


def is_leaf_of(ledger_id: bytes, batch: Batch, values: Values, index: int, proof: Sequence[str]) -> bool:
    """Whether a license, as its leaf states it, stands at `index` of a batch, under an id of its issuer.

    Args:
        ledger_id: 32 bytes.
        batch: The batch as recorded.
        values: As for `leaf_license`, and `handle`.
        index: Its place.
        proof: What leads from it to the root, 0x-hex.
    """
    is_own = is_own_id(ledger_id, batch.issuer, _str(values, "licenseId"), _str(values, "handle"))
    if not is_own or not _is_openable(values):
        return False
    return leads_to_root(batch.root, batch.size, batch.license_type, values, index, proof)


def _is_openable(values: Values) -> bool:
    """Whether the contracts take the dates of a leaf: one that cannot be opened could never be ended."""
    first, end = _int(values, "validFrom"), _int(values, "validTo")
    return first <= LATEST and (end == 0 or first < end <= LATEST)


def leads_to_root(
    top: str, size: int, license_type: str, values: Values, index: int, proof: Sequence[str]
) -> bool:
    """Whether a leaf leads by its path to a root; whose root that is, is not asked.

    Args:
        top: The root, 0x-hex.
        size: Leaves under it.
        license_type: 21-character code.
        values: `licenseId`, `digest`, `holderBinding`, `validFrom`, `validTo` of the leaf.
        index: Its place.
        proof: The path, 0x-hex.
    """
    words = tuple(_str(values, name) for name in ("licenseId", "digest", "holderBinding"))
    days = (_int(values, "validFrom"), _int(values, "validTo"))
    return _leads_to_root((top, size, index), license_type, words, days, tuple(proof))


@lru_cache(maxsize=1_024)
def _leads_to_root(
    place: tuple[str, int, int],
    code: str,
    words: tuple[str, ...],
    days: tuple[int, int],
    proof: tuple[str, ...],
) -> bool:
    """Remembered: a verification comes back to the same leaf several times."""
    top, size, index = place
    license_id, digest, binding, root, *siblings = map(_raw, (*words, top, *proof))
    return verify(root, leaf_hash(license_id, code, digest, binding, *days), index, size, siblings)


def _raw(word: str) -> bytes:
    return bytes.fromhex(word.removeprefix("0x"))


def _leaf_opened(state: StateView, fact: Fact) -> list[Change]:
    values, key = fact.values, _str(fact.values, "batch")
    batch, index = typed(state, "batch", key, Batch), _int(values, "index")
    if batch is None:
        raise Refused("BAD_RECORD", f"unknown batch {key}")
    found = typed(state, "license", _str(values, "licenseId"), License)
    license_ = first_of(leaf_license(batch, key, index, values), found)
    if license_ is found:
        raise Refused("DUPLICATE_ID", f"license {license_.license_id}")
    _require_own_id(state, batch.issuer, license_.license_id, values)
    if index in batch.opened or not _is_proved(state, batch, values):
        raise Refused("BAD_PROOF", f"no leaf {index} of batch {key}")
    opened = replace(batch, opened=batch.opened | {index})
    return [Change("license", license_.license_id, license_), Change("batch", key, opened)]


def _is_proved(state: StateView, batch: Batch, values: Values) -> bool:
    proof = values["proof"]
    index = _int(values, "index")
    return isinstance(proof, tuple) and is_leaf_of(state.ledger_id, batch, values, index, proof)


def representation_key(license_id: str, representative: str) -> str:
    """Key of a representation in its table; both parts 0x-hex."""
    return f"{license_id}/{representative}"


def _representation(state: StateView, fact: Fact) -> Representation:
    ids = (_str(fact.values, "licenseId"), _str(fact.values, "representative"))
    known = typed(state, "representation", representation_key(*ids), Representation)
    return known or Representation(0, *ids, ())


def _with_mandate(before: Representation, fact: Fact, mandate: Mandate) -> list[Change]:
    after = replace(before, rev=_next_rev(before.rev, fact), mandates=(*before.mandates, mandate))
    return [Change("representation", representation_key(after.license_id, after.representative), after)]


def _represented(state: StateView, fact: Fact) -> list[Change]:
    values = fact.values
    _known_license(state, fact)
    title, until = RepresentationKind(_int(values, "kind")), _int(values, "until")
    since = max(fact.time, _int(values, "since"))
    if not is_term_of(title, since, until):
        raise Refused("BAD_RECORD", f"no {title.name} stands in from {since} until {until}")
    mandate = Mandate(
        recorded_at=fact.time,
        since=since,
        until=until,
        by_keys=fact.key_ids,
        seq=fact.seq,
        title=title,
        scope=scope_from_bitmap(_int(values, "scope")),
        reference=_str(values, "reference"),
    )
    return _with_mandate(_representation(state, fact), fact, mandate)


def _representation_ended(state: StateView, fact: Fact) -> list[Change]:
    before, until = _representation(state, fact), _int(fact.values, "until")
    if not before.mandates:
        raise Refused("BAD_RECORD", f"nothing to end: representation of {before.license_id}")
    last = before.mandates[-1]
    if not fact.time <= until <= LATEST or (last.until and until >= last.until):
        raise Refused("BAD_RECORD", f"an end at {until} where {last.until} stood")
    return _with_mandate(before, fact, _ended(last, fact))


_APPLY: dict[Kind, Callable[[StateView, Fact], list[Change]]] = {
    Kind.LEDGER_FOUNDED: _founded,
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
    Kind.TYPE_REGISTERED: _type_registered,
    Kind.ENTITLEMENT_GIVEN: _entitled,
    Kind.ENTITLEMENT_ENDED: _entitlement_ended,
    Kind.POWER_GIVEN: _empowered,
    Kind.POWER_ENDED: _power_ended,
    Kind.RECOGNITION_AGREED: _recognized,
    Kind.RECOGNITION_ENDED: _recognition_ended,
    Kind.LICENSE_ISSUED: _issued,
    Kind.LICENSE_ISSUED_BY_AMENDMENT: _issued_by_amendment,
    Kind.LICENSE_AMENDED: _acted,
    Kind.LICENSE_ACTED: _acted,
    Kind.HOLDER_BOUND: _bound,
    Kind.LICENSE_TRANSFERRED_OUT: _transferred_out,
    Kind.HOLDER_FROZEN: _frozen,
    Kind.LICENSE_BATCH_ISSUED: _batch_issued,
    Kind.LICENSE_OPENED: _leaf_opened,
    Kind.LICENSE_BATCH_RENEWED: _batch_renewed,
    Kind.LICENSE_BATCH_ISSUED_BY_RENEWAL: _batch_issued_by_renewal,
    Kind.REPRESENTATION_MADE: _represented,
    Kind.REPRESENTATION_ENDED: _representation_ended,
}
