"""Whether a request to use data is covered: by its grant as the ledger has it, and by what it says itself."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.domain.acts import FREE, Purpose
from ledger.domain.entities import Key, License
from ledger.domain.field_list import FieldList
from ledger.domain.grants import GrantStanding, is_consented, needs_met, standing_at, uses_left
from ledger.domain.lineage import EVER, acts_for, cut_off_of, void_as_of
from ledger.domain.messages import key_id
from ledger.domain.objects import organisation_id
from ledger.domain.resources import is_of_resource
from ledger.domain.sharing import Basis, ResourceKind, is_within
from ledger.domain.sharing_entities import Grant, Resource, ResourceVersion
from ledger.domain.state import StateView, typed
from ledger.domain.statistics import is_for_statistics
from ledger.domain.use_request import UseRequest
from ledger.errors import GrantUnusableError, NotEntitledError, RuleError, UnknownIdError
from ledger.service.party_texts import NOTHING
from ledger.service.share_grants import require_name

_STANDINGS = {
    GrantStanding.UNKNOWN: "GRANT_NOT_YET",
    GrantStanding.REFUSED: "GRANT_ENDED",
    GrantStanding.WITHDRAWN: "GRANT_ENDED",
    GrantStanding.NOT_YET: "GRANT_NOT_YET",
    GrantStanding.OVER: "GRANT_OVER",
    GrantStanding.KEY_COMPROMISED: "GRANT_KEY_COMPROMISED",
}


@dataclass(frozen=True)
class GrantedUse:
    """A request with what the ledger says to it.

    Attributes:
        request: The request.
        grant: The grant that covers it.
        resource: Of which data are wanted.
    """

    request: UseRequest
    grant: Grant
    resource: Resource

    @property
    def version(self) -> ResourceVersion:
        """The version of the resource that was granted."""
        return self.resource.versions[self.grant.version - 1]

    @property
    def is_released_on_promise(self) -> bool:
        """Whether a promised record is enough: a duty that nobody counts, to data that are free to share."""
        sharing = {self.version.sharing, self.resource.current.sharing}
        is_free = sharing <= FREE and not self.grant.needs and self.request.locate is None
        return is_free and self.grant.basis is Basis.DUTY and not self.grant.count


def asked_of(state: StateView, request: UseRequest) -> GrantedUse:
    """The grant and the resource that a request names; nothing is judged yet.

    Raises:
        UnknownIdError: `UNKNOWN_GRANT`.
    """
    grant = typed(state, "grant", request.grant, Grant)
    resource = typed(state, "resource", grant.resource, Resource) if grant else None
    if grant is None or resource is None:
        raise UnknownIdError("UNKNOWN_GRANT", grant=request.grant)
    return GrantedUse(request, grant, resource)


def require_granted(state: StateView, asked: GrantedUse, now: int) -> None:
    """Let pass only what the grant covers now, whatever is counted.

    Raises:
        GrantUnusableError: `GRANT_ENDED`, `GRANT_PENDING`, `GRANT_NOT_YET`, `GRANT_OVER`,
            `GRANT_EXHAUSTED`, `GRANT_KEY_COMPROMISED`, `STATISTICS_ONLY`, `STATISTICS_NOT_GRANTED`.
        NotEntitledError: `OTHER_GRANT`, `READER_KEY_OTHER`.
        RuleError: `GRANT_PURPOSE_OTHER`, `NAME_NOT_REGISTERED`.
    """
    request, grant = asked.request, asked.grant
    _require_grantee(state, request, grant, now)
    require_in_effect(state, grant, now)
    if request.purpose.digest != grant.purpose_digest:
        raise RuleError("GRANT_PURPOSE_OTHER", grant=grant.grant_id)
    _require_statistics(request, grant)
    require_name(state, request.grantee, request.grantee_name)
    _require_reader(state, request, now)


def require_in_effect(state: StateView, grant: Grant, now: int) -> None:
    """Let pass only a grant that is in effect and not used up; raises as `require_granted`."""
    standing = standing_at(state, grant, now, now, void_as_of(state, now))
    if standing is GrantStanding.PENDING:
        missing = sum(grant.needs - needs_met(grant.steps))
        raise GrantUnusableError("GRANT_PENDING", grant=grant.grant_id, missing=missing)
    if standing is GrantStanding.USED_UP:
        raise exhausted(grant)
    if standing is not GrantStanding.IN_EFFECT:
        raise GrantUnusableError(_STANDINGS[standing], grant=grant.grant_id)


def require_left(grant: Grant, open_uses: int) -> None:
    """Let pass where a use is left beside those that are under way; raises `GRANT_EXHAUSTED`."""
    left = uses_left(grant)
    if left is not None and left <= open_uses:
        raise exhausted(grant)


def exhausted(grant: Grant) -> GrantUnusableError:
    """That no use of a grant is left."""
    return GrantUnusableError("GRANT_EXHAUSTED", grant=grant.grant_id, asked=1, left=0)


def asked_fields(asked: GrantedUse, listed: FieldList) -> int:
    """The fields that are asked for, as a bitmap of the published list.

    Raises:
        GrantUnusableError: `FIELDS_NOT_ALLOWED`: some are not granted, or not of the resource.
    """
    names = asked.request.fields
    fields = listed.bitmap(list(names)) if set(names) <= set(listed.names) else 0
    if not is_within(fields, asked.grant.granted):
        allowed = ", ".join(listed.named(asked.grant.granted))
        raise GrantUnusableError("FIELDS_NOT_ALLOWED", fields=", ".join(names)[:300], allowed=allowed[:300])
    return fields


def require_covered(state: StateView, asked: GrantedUse, license_: License, now: int) -> None:
    """Let pass only a license of the resource, and the one that the grant is about where it is about one.

    Raises:
        RuleError: `GRANT_OTHER_LICENSE`.
    """
    if not is_covered(state, asked, license_, now):
        raise RuleError("GRANT_OTHER_LICENSE", grant=asked.grant.grant_id, licenseId=license_.license_id)


def is_covered(state: StateView, asked: GrantedUse, license_: License, now: int) -> bool:
    """Whether a license is one of the resource's, and the one that the grant is about, if it is about one.

    That is the one whose holder consented, where a holder did.
    """
    is_named = asked.grant.license_id in (NOTHING, license_.license_id)
    is_meant = is_named and is_consented(state, asked.grant, license_)
    is_licenses = asked.version.kind is ResourceKind.LICENSE_TYPE
    return is_meant and is_licenses and is_of_resource(state, license_, asked.resource, now)


def _require_grantee(state: StateView, request: UseRequest, grant: Grant, now: int) -> None:
    """By a good signing key of the grantee, or of what followed it."""
    is_theirs = signs_as(state, request.key_id, grant.grantee, now)
    if request.grantee != grant.grantee or not is_theirs:
        raise NotEntitledError("OTHER_GRANT", grant=grant.grant_id)


def _require_statistics(request: UseRequest, grant: Grant) -> None:
    """Under a grant for statistics nothing is had but these, and these under no other."""
    if request.is_counted is not is_for_statistics(grant):
        code = "STATISTICS_NOT_GRANTED" if request.is_counted else "STATISTICS_ONLY"
        raise GrantUnusableError(code, grant=grant.grant_id)


def _require_reader(state: StateView, request: UseRequest, now: int) -> None:
    """The copy is for a registered encryption key of the grantee, and for no other."""
    identity = "0x" + key_id(request.to).hex()
    if not reads_as(state, identity, request.grantee, now):
        raise NotEntitledError("READER_KEY_OTHER", key=identity, grantee=request.grantee)


def _is_good_key(state: StateView, identity: str, purpose: Purpose, body: str, now: int) -> bool:
    key = current_key(state, identity, now)
    return key is not None and key.purpose is purpose and acts_for(state, key.owner, body, now)


def current_key(state: StateView, identity: str, now: int) -> Key | None:
    """A key that may sign at a moment, by its id; None where it is over or cut off."""
    key, cut_off = typed(state, "key", identity, Key), cut_off_of(state, identity, EVER)
    if key is None or not key.is_valid_at(now) or (cut_off is not None and cut_off <= now):
        return None
    return key


def signs_as(state: StateView, identity: str, body: str, now: int) -> bool:
    """Whether a key (0x-hex id) is a good signing key of a body (credit code), or of what followed it."""
    return _is_good_key(state, identity, Purpose.SIGN, body, now)


def reads_as(state: StateView, identity: str, body: str, now: int) -> bool:
    """The same of an encryption key: what is encrypted for it, the body reads."""
    return _is_good_key(state, identity, Purpose.ENCRYPT, body, now)


def acts_as(state: StateView, uscc: str, body: str, now: int) -> bool:
    """Whether an organisation (credit code) is a body, or what followed it."""
    return acts_for(state, organisation_id(uscc), body, now)
