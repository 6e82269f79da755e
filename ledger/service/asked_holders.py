"""Whether the ledger bears out what a holder is asked to consent to."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.domain.corrections import DISPUTABLE
from ledger.domain.doubts import correction_of
from ledger.domain.facts import Fact, Values
from ledger.domain.grant_request import GrantRequest
from ledger.domain.message_form import is_word
from ledger.domain.messages import Kind
from ledger.domain.objects import ascii32, from_ascii32, organisation_object, resource_object
from ledger.domain.refusals import coded
from ledger.domain.sharing import Basis, Outcome
from ledger.domain.sharing_entities import Correction
from ledger.domain.words import REQUEST_MEMBER
from ledger.errors import (
    BadProofError,
    Coded,
    GrantUnusableError,
    NotEntitledError,
    TransitionError,
    UnknownIdError,
)
from ledger.service.found import digest_of_text
from ledger.service.sources import Histories


def borne_out(histories: Histories, request: GrantRequest) -> int:
    """Compare a request with what was recorded: who asks, for what, for how long, which fields, whose.

    Args:
        histories: The ledger.
        request: As read.

    Returns:
        The grant's present revision, which a consent binds.

    Raises:
        UnknownIdError: `UNKNOWN_GRANT`.
        BadProofError: `GRANT_REQUEST_FALSE` with the member that the ledger tells otherwise.
        OutageError, TrustError: The ledger could not be asked, or its answer is not proved.
    """
    recorded, rev = grant_record(histories, request.grant)
    fault = request.differs(recorded) or _other_list(histories, request, int(str(recorded["version"])))
    if fault is None and not _is_named(histories, request):
        fault = "grantee/name"
    if fault is not None:
        member = Coded(fault, *REQUEST_MEMBER[fault])
        raise BadProofError("GRANT_REQUEST_FALSE", grant=request.grant, member=member)
    return rev


def grant_record(histories: Histories, grant: str) -> tuple[Values, int]:
    """What was asked for in a grant, and its present revision.

    Raises:
        UnknownIdError: `UNKNOWN_GRANT`.
    """
    known = histories.facts_of([bytes.fromhex(grant[2:])]) if is_word(grant.lower()) else []
    if not known or known[0].kind is not Kind.GRANT_REQUESTED:
        raise UnknownIdError("UNKNOWN_GRANT", grant=grant[:80])
    return known[0].values, len(known)


def revocable(histories: Histories, grant: str) -> tuple[Values, int, int]:
    """What was asked for in a grant whose consent its holder may take back now.

    Returns:
        The request as recorded, the present revision, and the fields that the holder let it have, as bits:
        those asked for, where she has not consented yet.

    Raises:
        UnknownIdError: `UNKNOWN_GRANT`.
        GrantUnusableError: `GRANT_ENDED`: refused or withdrawn before.
        TransitionError: `GRANT_NOTHING_TO_DO`: it rests on no consent.
    """
    asked, rev = grant_record(histories, grant)
    grant_id = grant.lower()
    steps = histories.facts_of([bytes.fromhex(grant_id[2:])])[1:]
    if any(map(_ends, steps)):
        raise GrantUnusableError("GRANT_ENDED", grant=grant_id)
    if int(str(asked["basis"])) != Basis.CONSENT:
        raise TransitionError("GRANT_NOTHING_TO_DO", grant=grant_id)
    last = [asked, *(each.values for each in _of_kind(steps, Kind.CONSENT_GIVEN))][-1]
    return asked, rev, int(str(last["fields"]), 16)


def _ends(step: Fact) -> bool:
    """Whether a step of a grant is its end."""
    if step.kind in (Kind.GRANT_DECIDED, Kind.GRANT_REVIEWED):
        return int(str(step.values["outcome"])) == Outcome.NO
    return step.kind in (Kind.GRANT_WITHDRAWN, Kind.CONSENT_WITHDRAWN)


def list_granted(histories: Histories, asked: Values) -> str:
    """Digest of the list of fields of which a recorded request is, 0x-hex; raises `UNKNOWN_RESOURCE`."""
    owner, code = (from_ascii32(str(asked[name])) for name in ("owner", "code"))
    facts = histories.facts_of([resource_object(owner, ascii32(code))])
    versions, version = _of_kind(facts, Kind.RESOURCE_REGISTERED), int(str(asked["version"]))
    if not 0 < version <= len(versions):
        raise UnknownIdError("UNKNOWN_RESOURCE", resource=f"{owner}/{code}"[:80])
    return str(versions[version - 1].values["fieldsDigest"])


def name_recorded(histories: Histories, body: str) -> str | None:
    """Digest of the name under which a body is registered, 0x-hex; None where it is not."""
    added = _of_kind(histories.facts_of([organisation_object(body)]), Kind.ORGANISATION_ADDED)
    return str(added[0].values["nameDigest"]) if added else None


def contestable(histories: Histories, name: str) -> Correction:
    """A correction that its holder may take to a superior region now.

    Raises:
        UnknownIdError: `UNKNOWN_CORRECTION`.
        NotEntitledError: `NOT_ASKED_BY_HOLDER`.
        TransitionError: `CORRECTION_STATE`: a region settles it, or settled it.
    """
    facts = histories.facts_of([bytes.fromhex(name[2:])]) if is_word(name.lower()) else []
    correction = correction_of(facts)
    if correction is None:
        raise UnknownIdError("UNKNOWN_CORRECTION", correction=name[:80])
    if correction.by:
        raise NotEntitledError(
            "NOT_ASKED_BY_HOLDER", correction=correction.correction_id, licenseId=correction.license_id
        )
    if correction.state not in DISPUTABLE:
        state = coded("state", correction.state)
        raise TransitionError("CORRECTION_STATE", correction=correction.correction_id, state=state)
    return correction


def fields_published(histories: Histories, owner: str, code: str) -> str:
    """Digest of the list of fields that a resource has now, 0x-hex; raises `UNKNOWN_RESOURCE`."""
    facts = histories.facts_of([resource_object(owner, ascii32(code))])
    versions = _of_kind(facts, Kind.RESOURCE_REGISTERED)
    if not versions:
        raise UnknownIdError("UNKNOWN_RESOURCE", resource=f"{owner}/{code}"[:80])
    return str(versions[-1].values["fieldsDigest"])


def _other_list(histories: Histories, request: GrantRequest, version: int) -> str | None:
    """The member at fault where the names of the fields are not those that the owner published."""
    facts = histories.facts_of([resource_object(request.owner, ascii32(request.code))])
    versions = _of_kind(facts, Kind.RESOURCE_REGISTERED)
    if not 0 < version <= len(versions):
        return "code"
    published = versions[version - 1].values
    is_same = (published["fieldsDigest"], published["gradesDigest"]) == (
        request.listed.digest,
        request.listed.grades_digest,
    )
    return None if is_same else "fieldList"


def _is_named(histories: Histories, request: GrantRequest) -> bool:
    return name_recorded(histories, request.grantee) == digest_of_text(request.grantee_name)


def _of_kind(facts: Sequence[Fact], kind: Kind) -> list[Fact]:
    return [fact for fact in facts if fact.kind is kind]
