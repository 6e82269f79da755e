"""The grant that a copy names, as its records tell it: what was asked for, what came of it, which fields."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

from ledger.domain.acts import Sharing
from ledger.domain.disclosed import paths_beyond
from ledger.domain.facts import Fact, Values
from ledger.domain.grants import GrantStanding, needs_of
from ledger.domain.label import Label
from ledger.domain.lineage import void_as_of
from ledger.domain.links import NO_LICENSE
from ledger.domain.messages import Kind
from ledger.domain.objects import ascii32, from_ascii32, organisation_object, resource_object
from ledger.domain.row_fields import fields_beyond
from ledger.domain.sharing import Basis, Outcome, ResourceKind
from ledger.domain.sharing_entities import Need
from ledger.service.found import digest_of_text
from ledger.service.sources import Histories
from ledger.service.verify import state_of_key

OUT_OF_SCOPE = "OUT_OF_SCOPE"

_MEETS = {
    Kind.GRANT_DECIDED: Need.DECISION,
    Kind.GRANT_REVIEWED: Need.REVIEW,
    Kind.CONSENT_GIVEN: Need.CONSENT,
}
_ENDS = (Kind.GRANT_WITHDRAWN, Kind.CONSENT_WITHDRAWN)
_BY_BODIES = (Kind.GRANT_REQUESTED, Kind.GRANT_DELEGATED, Kind.GRANT_DECIDED, Kind.GRANT_REVIEWED)


class Finding(NamedTuple):
    """Why a copy is not to be relied on, or what could not be checked.

    Attributes:
        result: For which it speaks; `COULD_NOT_CHECK` where something was not to be had.
        code: Of step 9.
        member: What differs from the ledger, where something does.
        until: Until when that may change, in seconds since 1970; 0 where it does not.
    """

    result: str
    code: str
    member: str = ""
    until: int = 0


@dataclass(frozen=True)
class CopyGrant:
    """A grant as a copy needs it.

    Attributes:
        label: Of the copy.
        own: Its own history.
        parent: That of the grant which it was narrowed from; a delegated one goes no further.
        version: What its owner registered of the resource, in the version that was granted.
        name_digest: Of the grantee's registered name, 0x-hex.
        state: Digest of the data set, 0x-hex, of a row of which the copy is; empty of a license.
    """

    label: Label
    own: tuple[Fact, ...]
    parent: tuple[Fact, ...]
    version: Values | None
    name_digest: str
    state: str = ""

    @property
    def recorded(self) -> Values:
        """What was asked for; what was narrowed says less than what it was narrowed from."""
        first = self.own[0].values
        return {**self.parent[0].values, **first} if self.parent else first

    @property
    def granted(self) -> int:
        """The fields that may be used: those asked for, or those of them that the holder consented to."""
        consents = [fact.values for fact in self.own if fact.kind is Kind.CONSENT_GIVEN]
        return int(str((consents[-1] if consents else self.recorded)["fields"]), 16)

    @property
    def ends(self) -> list[int]:
        """When it was withdrawn or refused."""
        line = (*self.own, *self.parent)
        return [fact.time for fact in line if fact.kind in _ENDS or _is_refusal(fact)]

    def differs(self) -> Finding | None:
        """The first member of which the ledger says something else than the label."""
        terms, recorded = self.label.terms, self.recorded
        codes = {
            "grantee": terms.grantee,
            "owner": terms.owner,
            "code": terms.code,
            "purpose": terms.purpose_code,
            "item": terms.item,
        }
        stated = {name: "0x" + ascii32(text).hex() for name, text in codes.items()}
        stated |= {"purposeDigest": terms.purpose.digest}
        wrong = [name for name, value in stated.items() if recorded[name] != value]
        others = {
            "licenseId": recorded["licenseId"] not in (NO_LICENSE, terms.license_id),
            "until": terms.until > int(str(recorded["until"])),
            "granteeName": digest_of_text(terms.grantee_name) != self.name_digest,
            "version": terms.version != int(str(recorded["version"])),
            "fieldList": not self._is_listed(),
            "kind": not self._is_of_kind(),
        }
        wrong += [name for name, is_wrong in others.items() if is_wrong]
        return Finding(OUT_OF_SCOPE, "GRANT_MISMATCH", wrong[0]) if wrong else None

    def beyond(self, paths: Collection[str], fields: int) -> Finding | None:
        """The first field of a copy that lies outside of some of the list's."""
        named = fields_beyond if self.state else paths_beyond
        found = named(paths, self.label.terms.listed, fields)
        return Finding(OUT_OF_SCOPE, "COPY_TOO_BROAD", found[0]) if found else None

    def not_standing(self, histories: Histories) -> Finding | None:
        """Where the grant stood when the copy was made, if it gave no right then."""
        standing = self._standing(self.label.issued_at)
        if standing is GrantStanding.IN_EFFECT and self._is_void(histories):
            standing = GrantStanding.KEY_COMPROMISED
        if standing is GrantStanding.IN_EFFECT:
            return None
        return Finding(OUT_OF_SCOPE, "GRANT_NOT_IN_EFFECT", standing.value)

    def _is_listed(self) -> bool:
        """Whether the label's list of fields is the one that the owner registered."""
        listed, version = self.label.terms.listed, self.version or {}
        digests = (version.get("fieldsDigest"), version.get("gradesDigest"))
        return digests == (listed.digest, listed.grades_digest)

    def _is_of_kind(self) -> bool:
        """Whether the resource is what the copy is of: a license type, or a data set."""
        wanted = ResourceKind.DATA_SET if self.state else ResourceKind.LICENSE_TYPE
        return (self.version or {}).get("kind") == int(wanted)

    def _standing(self, at: int) -> GrantStanding:
        recorded = self.recorded
        if self.own[0].time > at:
            return GrantStanding.UNKNOWN
        if any(ended <= at for ended in self.ends):
            return GrantStanding.WITHDRAWN
        met = {_MEETS[fact.kind] for fact in self._root if fact.kind in _MEETS and fact.time <= at}
        if self._needs - met:
            return GrantStanding.PENDING
        if at < int(str(recorded["since"])):
            return GrantStanding.NOT_YET
        return GrantStanding.OVER if at >= int(str(recorded["until"])) else GrantStanding.IN_EFFECT

    @property
    def _root(self) -> tuple[Fact, ...]:
        """The history of what was asked for; what is narrowed needs nothing of its own."""
        return self.parent or self.own

    @property
    def _needs(self) -> frozenset[Need]:
        asked, version = self._root[0].values, self.version or {}
        fields, sensitive = (int(str(each), 16) for each in (asked["fields"], version["sensitive"]))
        sharing = Sharing(int(str(version["sharing"])))
        return needs_of(Basis(int(str(asked["basis"]))), fields, sharing, sensitive)

    def _is_void(self, histories: Histories) -> bool:
        """Whether a body's key on which it rests was compromised before; a holder's is registered nowhere."""
        resting = [fact for fact in (*self.own, *self.parent) if fact.kind in _BY_BODIES]
        return any(_is_key_void(histories, fact.key_ids[0], fact.time) for fact in resting)


def grant_of_copy(histories: Histories, label: Label, state: str = "") -> CopyGrant | None:
    """The grant that a label names; None where the ledger knows none.

    Raises:
        OutageError, TrustError: The ledger could not be asked, or its answer is not proved.
    """
    own = _history(histories, label.terms.grant)
    is_narrowed = bool(own) and own[0].kind is Kind.GRANT_DELEGATED
    parent = _history(histories, str(own[0].values["parent"])) if is_narrowed else ()
    root = parent or own
    if not root or root[0].kind is not Kind.GRANT_REQUESTED:
        return None
    name_digest = _name_digest(histories, label.terms.grantee)
    return CopyGrant(label, own, parent, _version_of(histories, root[0].values), name_digest, state)


def _history(histories: Histories, grant: str) -> tuple[Fact, ...]:
    return tuple(histories.facts_of([bytes.fromhex(grant[2:])]))


def _version_of(histories: Histories, asked: Values) -> Values | None:
    named = resource_object(from_ascii32(str(asked["owner"])), bytes.fromhex(str(asked["code"])[2:]))
    registered = [f.values for f in histories.facts_of([named]) if f.kind is Kind.RESOURCE_REGISTERED]
    number = int(str(asked["version"]))
    return registered[number - 1] if 0 < number <= len(registered) else None


def _is_refusal(fact: Fact) -> bool:
    is_judged = fact.kind in (Kind.GRANT_DECIDED, Kind.GRANT_REVIEWED)
    return is_judged and fact.values["outcome"] == int(Outcome.NO)


def _is_key_void(histories: Histories, key: str, at: int) -> bool:
    return void_as_of(state_of_key(histories, key), histories.header.time)(key, at)


def _name_digest(histories: Histories, uscc: str) -> str:
    added = [fact for fact in histories.facts_of([organisation_object(uscc)]) if "nameDigest" in fact.values]
    return str(added[-1].values["nameDigest"]) if added else ""
