"""Grants that were given before a field became sensitive: what they lack, and when that can be told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ledger.domain.acts import Sharing
from ledger.domain.field_list import FieldList
from ledger.domain.grants import GrantStanding, standing_at
from ledger.domain.lineage import EVER, void_as_of
from ledger.domain.regraded import Regraded, UnknownGrades, regraded
from ledger.domain.sharing import Basis
from ledger.domain.sharing_entities import Grant, Need, Resource
from ledger.domain.state import typed
from tests.sharing_records import SharingRecords, a_use, bits
from tests.simulator import BUREAU, DAY, OFFICE, QINGPU, founded_ledger, hash32
from tests.unit.test_supervise_sharing import supervised

__all__ = ["supervised"]

Found = Regraded | UnknownGrades | None
BOTH = {Need.DECISION, Need.REVIEW}


def begun() -> SharingRecords:
    made = SharingRecords(founded_ledger(sign=False))
    made.register("OPEN", cycleDays=0, sensitive=bits(0x80))
    made.register("ASKED", Sharing.CONDITIONAL, cycleDays=0, sensitive=bits(0x80))
    return made


def found(made: SharingRecords, grant: str, lists: Sequence[FieldList] = ()) -> Found:
    state = made.ledger.state()
    own = typed(state, "grant", grant, Grant)
    assert own is not None
    resource = typed(state, "resource", own.resource, Resource)
    above = typed(state, "grant", own.parent, Grant) if own.parent else None
    assert resource is not None
    names = {each.digest: each.names for each in lists}
    return regraded(own, above, resource, names.get, void_as_of(state, EVER))


def lacked(made: SharingRecords, grant: str) -> tuple[int, int, set[Need]]:
    told = found(made, grant)
    assert isinstance(told, Regraded)
    return told.version, told.fields, set(told.missing)


def test_a_field_that_became_sensitive_leaves_a_grant_without_what_its_grade_takes() -> None:
    made = begun()
    ruled, other = made.request("OPEN", fields=bits(7)), made.request("OPEN", "other", fields=bits(4))
    decided = made.request("ASKED", "decided", fields=bits(7))
    made.decide(decided)
    assert found(made, ruled) is None
    made.register("OPEN", cycleDays=0, sensitive=bits(0x82))
    made.register("OPEN", cycleDays=30, sensitive=bits(0x82))
    made.register("ASKED", Sharing.CONDITIONAL, cycleDays=0, sensitive=bits(0x82))
    assert lacked(made, ruled) == (2, 2, BOTH), "since the first of both versions"
    assert lacked(made, decided) == (2, 2, {Need.REVIEW})
    assert found(made, other) is None, "of another field"
    later = made.request("OPEN", "later", version=3, fields=bits(7))
    assert found(made, later) is None, "it needs both from the start"
    part = made.delegate(ruled, fields=bits(2))
    rest = made.delegate(ruled, fields=bits(4), nonce=hash32("rest"))
    assert lacked(made, part) == (2, 2, BOTH), "the decisions of the grant that it comes from"
    assert found(made, rest) is None
    made.register("OPEN", cycleDays=0, sensitive=bits(0x80))
    assert found(made, ruled) is None, "as long as the grade is high"


def test_contract_rules_and_replay_let_it_be_used_on() -> None:
    made = begun()
    grant = made.request("OPEN", fields=bits(7))
    made.register("OPEN", cycleDays=0, sensitive=bits(0x87))
    made.use(a_use(grant, fields=7))
    state, now = made.ledger.state(), made.ledger.now
    assert standing_at(state, typed(state, "grant", grant, Grant), now, now) is GrantStanding.IN_EFFECT
    assert lacked(made, grant) == (2, 7, BOTH)


def test_a_consent_to_what_is_shared_freely_lacks_nothing() -> None:
    """The holder's own consent to a sensitive field needs no decision, by whatever version."""
    made = begun()
    grant = made.request("OPEN", basis=Basis.CONSENT, licenseId=hash32("license"), fields=bits(7))
    made.register("OPEN", cycleDays=0, sensitive=bits(0x87))
    assert found(made, grant) is None


def test_conditional_sharing_from_a_later_version_on_is_no_raised_grade() -> None:
    made = begun()
    grant = made.request("OPEN", fields=bits(7))
    made.register("OPEN", Sharing.CONDITIONAL, cycleDays=0, sensitive=bits(0x80))
    assert found(made, grant) is None


def test_what_a_stolen_key_registered_raises_no_grade() -> None:
    made = begun()
    grant, stolen = made.request("OPEN", fields=bits(7)), made.ledger.now
    made.register("OPEN", cycleDays=0, sensitive=bits(0x82))
    assert lacked(made, grant)[0] == 2
    made.ledger.cut_off_key(BUREAU, str(QINGPU), stolen)
    assert found(made, grant) is None


def test_with_another_list_fields_are_told_by_their_names_or_not_at_all() -> None:
    made = begun()
    before = FieldList(("name", "number", "post"), (1, 1, 3))
    after = FieldList(("number", "extra", "name"), (3, 3, 1))
    own = {"fieldsDigest": before.digest, "fieldCount": 3, "sensitive": bits(before.sensitive)}
    made.register("LISTED", cycleDays=0, **own)
    numbered, named = (
        made.request("LISTED", text, fields=bits(each)) for text, each in (("number", 2), ("name", 1))
    )
    again = {"fieldsDigest": after.digest, "fieldCount": 3, "sensitive": bits(after.sensitive)}
    made.register("LISTED", cycleDays=0, **again)
    told = found(made, numbered, [before, after])
    assert isinstance(told, Regraded)
    assert (told.fields, set(told.missing)) == (2, BOTH), "by the positions of the grant's own list"
    assert found(made, named, [before, after]) is None, "it stands now where a sensitive field stood"
    assert found(made, numbered, [after]) == UnknownGrades(1, before.digest)
    assert found(made, numbered, [before]) == UnknownGrades(2, after.digest)
    back = {**own, "sensitive": bits(7)}
    made.register("LISTED", cycleDays=0, **back)
    told = found(made, numbered, [before])
    assert isinstance(told, Regraded)
    assert (told.version, told.before) == (3, UnknownGrades(2, after.digest)), "since when is not known here"
    whole = found(made, numbered, [before, after])
    assert isinstance(whole, Regraded)
    assert (whole.version, whole.before) == (2, None)


def test_supervision_names_those_in_effect_until_they_are_withdrawn(supervised: Any) -> None:
    made = begun()
    grant, ended = made.request("OPEN", fields=bits(7)), made.request("OPEN", "ended", fields=bits(7))
    made.withdraw(ended)
    made.delegate(grant, fields=bits(2))
    raised = made.register("OPEN", cycleDays=0, sensitive=bits(0x82))
    state, now = made.ledger.state(), made.ledger.now
    (row,) = supervised(state, now)["regraded"]
    assert (row["code"], row["about"], row["body"], row["grantee"]) == ("GRADE_RAISED", grant, BUREAU, OFFICE)
    assert (row["grantedVersion"], row["version"], row["seq"]) == (1, 2, raised.seq)
    assert (row["positions"], row["missing"]) == ([1], ["DECISION", "REVIEW"])
    assert supervised(state, raised.time - 1)["regraded"] == [], "as of then nobody knew"
    assert supervised(state, now, since=raised.time + 1)["regraded"] == []
    assert supervised(state, now, org=OFFICE)["regraded"] == []
    listed = {"fieldsDigest": hash32("another list"), "sensitive": bits(1)}
    absent = made.register("OPEN", cycleDays=0, **listed)
    told = supervised(made.ledger.state(), made.ledger.now)
    missing = {"resource": f"{BUREAU}/OPEN", "version": 1, "digest": told["gradesNotHere"][0]["digest"]}
    assert (told["regraded"], told["gradesNotHere"], absent.seq > raised.seq) == ([], [missing], True)
    made.withdraw(grant, by=BUREAU)
    made.ledger.wait(DAY)
    told = supervised(made.ledger.state(), made.ledger.now)
    assert (told["regraded"], told["gradesNotHere"]) == ([], [])
