"""Issuing, acting on and showing licenses."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Annotated

from fastapi import APIRouter, Body, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from api.answers import accepted, answers, fetched
from api.auth import Asking, At, Guarded, Sender, idempotency_key_of
from api.outcome import respond
from api.schemas import (
    ActBody,
    Acted,
    ActInput,
    AmendBody,
    Amended,
    BindBody,
    BindInput,
    FreezeBody,
    IssueBody,
    Issued,
    SignedMessage,
    Standing,
    TransferCancelBody,
    TransferInBody,
    TransferOutBody,
)
from api.services import Services
from ledger.domain.acts import ACT_VERBS, AMEND_KINDS, RULES, Act, only_ground
from ledger.domain.identifiers import LicenseIdentifier
from ledger.domain.moments import parse_moment
from ledger.domain.official import TypeKind
from ledger.errors import MalformedError, NotEntitledError, UnknownIdError
from ledger.service.accept import Desk
from ledger.service.act import ActOnLicenses
from ledger.service.authorise import Principal
from ledger.service.doing import Doing
from ledger.service.handed_in import Handed
from ledger.service.orders import BIND_METHODS, ActOrder, Progress
from ledger.service.sources import Asked

router = APIRouter(prefix="/v1", route_class=Guarded, tags=["licenses"])

Id = Annotated[
    str, Path(max_length=200, description="Identifier (where this service knows it) or licenseId.")
]
Time = Annotated[str | None, Query(max_length=40, description="RFC 3339, or a day.")]


@router.post(
    "/licenses",
    operation_id="issueLicense",
    status_code=201,
    responses={**answers(Issued, "Issued: on the ledger", 201), **accepted(Issued)},
)
def issue_license(
    request: Request, services: Asking, sender: Sender, at: At, body: Annotated[IssueBody, Body()]
) -> Response:
    """Issue one license; `Idempotency-Key` names the request."""
    key = idempotency_key_of(request)
    if isinstance(body, SignedMessage):
        return hand_in(services, at, "Issue", body, key)
    given = body.given()
    require_own(services, given, sender)
    signer = services.writing.held_key(sender.uscc)
    return answer(services, services.writing.issuing(at).issue(given, signer, key).progress)


@router.post(
    "/licenses/{id}/amend",
    operation_id="amendLicense",
    status_code=201,
    responses={
        **answers(Amended, "The next version is on the ledger, the old one superseded", 201),
        **accepted(Amended),
    },
)
def amend_license(
    services: Asking,
    sender: Sender,
    at: At,
    id: Id,  # noqa: A002
    body: Annotated[AmendBody, Body()],
) -> Response:
    """Issue the next version of a license (变更, 更正, 延续, 换发, 补发)."""
    license_id, named = handed_in(services, sender, id)
    if isinstance(body, SignedMessage):
        return hand_in_about(services, at, "Amend", body, license_id, named, AMEND_KINDS.values())
    given = body.input.given()
    require_own(services, given, sender)
    signer = services.writing.held_key(sender.uscc)
    ground, effective = body.ground or only_ground(body.kind), moment(body.effective) or 0
    issuing = services.writing.issuing(at)
    identifier = named or services.writing.identifier_for(sender.uscc, license_id)
    issued = issuing.amend(license_id, identifier, given, body.kind, signer, ground, effective)
    return answer(services, issued.progress, named=named)


@router.post(
    "/licenses/{id}/bind",
    operation_id="bindHolder",
    responses={**answers(Acted, "The binding is on the ledger"), **accepted(Acted)},
)
def bind_holder(
    services: Asking,
    sender: Sender,
    at: At,
    id: Id,  # noqa: A002
    body: Annotated[BindBody, Body()],
) -> Response:
    """Tie the device keys of a holder, or of several, to a license after a real-name check."""
    license_id, named = handed_in(services, sender, id)
    if isinstance(body, SignedMessage):
        return hand_in_about(services, at, "Bind", body, license_id, named)
    acting = services.writing.acting(at)
    doing = binding(acting, license_id, body, sender)
    acted = acting.do(doing, services.writing.held_key(sender.uscc))
    return answer(services, acted.progress, named=named)


@router.post(
    "/licenses/{id}/freeze",
    operation_id="freezeHolder",
    responses={**answers(Acted, "The freeze is on the ledger"), **accepted(Acted)},
)
def freeze_holder(
    services: Asking,
    sender: Sender,
    at: At,
    id: Id,  # noqa: A002
    body: Annotated[FreezeBody, Body()],
) -> Response:
    """Stop the binding of a lost device until the license is bound anew."""
    license_id, named = handed_in(services, sender, id)
    if isinstance(body, SignedMessage):
        return hand_in_about(services, at, "Freeze", body, license_id, named)
    signer = services.writing.held_key(sender.uscc)
    acted = services.writing.acting(at).freeze(license_id, signer, sender.uscc)
    return answer(services, acted.progress, named=named)


@router.post(
    "/licenses/{id}/transfer-out",
    operation_id="transferOutLicense",
    responses={**answers(Acted, "It is let go, and suspended until it is taken in"), **accepted(Acted)},
)
def transfer_out(
    services: Asking,
    sender: Sender,
    at: At,
    id: Id,  # noqa: A002
    body: Annotated[TransferOutBody, Body()],
) -> Response:
    """Let a license go to another region (迁出)."""
    license_id, named = handed_in(services, sender, id)
    if isinstance(body, SignedMessage):
        return hand_in_about(services, at, "TransferOut", body, license_id, named)
    signer = services.writing.held_key(sender.uscc)
    acting, region = services.writing.acting(at), int(body.region)
    acted = acting.transfer_out(license_id, region, signer, body.reference)
    return answer(services, acted.progress, named=named)


@router.post(
    "/licenses/{id}/transfer-in",
    operation_id="transferInLicense",
    status_code=201,
    responses={**answers(Amended, "The taker's license stands in its place", 201), **accepted(Amended)},
)
def transfer_in(
    services: Asking,
    sender: Sender,
    at: At,
    id: Id,  # noqa: A002
    body: Annotated[TransferInBody, Body()],
) -> Response:
    """Take a license in that was let go to the taker's region (迁入)."""
    license_id, named = handed_in(services, sender, id)
    if isinstance(body, SignedMessage):
        return hand_in_about(services, at, "Amend", body, license_id, named, [Act.TRANSFER_IN])
    given = body.input.given()
    require_own(services, given, sender)
    signer = services.writing.held_key(sender.uscc)
    issued = services.writing.issuing(at).transfer_in(license_id, given, signer)
    return answer(services, issued.progress, named=named)


@router.post(
    "/licenses/{id}/transfer-cancel",
    operation_id="cancelTransfer",
    responses={**answers(Acted, "The license stays"), **accepted(Acted)},
)
def transfer_cancel(
    services: Asking,
    sender: Sender,
    at: At,
    id: Id,  # noqa: A002
    body: Annotated[TransferCancelBody, Body()],
) -> Response:
    """Keep a license that was let go (取消迁出)."""
    license_id, named = handed_in(services, sender, id)
    if isinstance(body, SignedMessage):
        return hand_in_about(services, at, "Act", body, license_id, named, [Act.TRANSFER_CANCEL])
    signer = services.writing.held_key(sender.uscc)
    acted = services.writing.acting(at).transfer_cancel(license_id, signer)
    return answer(services, acted.progress, named=named)


def _act_route(verb: str) -> Callable[..., Response]:
    rule = RULES[ACT_VERBS[verb]]

    def act(
        services: Asking,
        sender: Sender,
        at: At,
        id: Id,  # noqa: A002
        body: Annotated[ActBody, Body()],
    ) -> Response:
        license_id, named = handed_in(services, sender, id)
        if isinstance(body, SignedMessage):
            return hand_in_about(services, at, "Act", body, license_id, named, [rule.act])
        signer = services.writing.held_key(sender.uscc)
        acted = services.writing.acting(at).act(license_id, order_of(verb, body), signer)
        return answer(services, acted.progress, named=named)

    act.__doc__ = f"{rule.en.capitalize()} a license ({rule.zh})."
    return act


for _verb in ACT_VERBS:
    router.post(
        f"/licenses/{{id}}/{_verb}",
        operation_id=f"{_verb}License",
        summary=f"{_verb.capitalize()} License",
        responses={**answers(Acted, "The act is on the ledger"), **accepted(Acted)},
    )(_act_route(_verb))


@router.get(
    "/licenses/{id}",
    operation_id="getLicense",
    responses=answers(Standing, "Where it stands; any status is an answer"),
)
def get_license(
    request: Request,
    services: Asking,
    sender: Sender,
    id: Id,  # noqa: A002
    at: Time = None,
    known_at: Annotated[
        str | None, Query(alias="knownAt", max_length=40, description="RFC 3339, or a day.")
    ] = None,
) -> Response:
    """Where a license stands by the ledger, at a moment, as it was known at another."""
    license_id, named = handed_in(services, sender, id)
    identifier = named or services.writing.identifier_for(sender.uscc, license_id)
    shown = services.show(Asked(), license_id, moment(at), moment(known_at))
    return fetched(request, shown.as_json(identifier, services.name_fields), personal=True)


def hand_in(
    services: Services,
    at: Desk,
    struct: str,
    body: SignedMessage,
    request_id: str | None = None,
    named: str | None = None,
) -> Response:
    """Take a message that was signed elsewhere; `named` as for `respond`."""
    leaves = getattr(body, "leaves", ())
    handed = Handed(struct, body.signed, body.key_id, body.signature, leaves)
    queued = services.writing.elsewhere(at).hand_in(handed, body.request_id or request_id)
    return respond(services.writing, queued, named=named)


def hand_in_about(
    services: Services,
    at: Desk,
    struct: str,
    body: SignedMessage,
    license_id: str,
    named: str | None = None,
    acts: Collection[Act] = (),
) -> Response:
    """Take a message that was signed elsewhere, about the license and one of the acts of the address.

    `named` as for `respond`.
    """
    if body.signed.get("licenseId") != license_id:
        raise MalformedError("SIGNED_MESSAGE_FORM", member="licenseId")
    if acts and body.signed.get("act") not in [int(act) for act in acts]:
        raise MalformedError("SIGNED_MESSAGE_FORM", member="act")
    return hand_in(services, at, struct, body, named=named)


def answer(
    services: Services,
    progress: Progress,
    rejected: Sequence[dict[str, object]] = (),
    named: str | None = None,
) -> Response:
    """What became of the message that was just handed in; the rest as for `respond`."""
    return respond(services.writing, progress.here, rejected, named)


def binding(acting: ActOnLicenses, license_id: str, body: BindInput, sender: Principal) -> Doing:
    """The binding that a body asks for, checked by who sends it; raises `HOLDER_KEYS`."""
    terms = (body.binding(), BIND_METHODS[body.method], body.assurance)
    return acting.binding(license_id, *terms, sender.uscc)


def order_of(verb: str, body: ActInput) -> ActOrder:
    """The act that a body asks for."""
    region = None if body.region is None else int(body.region)
    kind = None if body.kind is None else TypeKind(body.kind)
    return ActOrder(verb, body.ground, moment(body.effective) or 0, body.reference, region, kind)


def moment(text: str | None) -> int | None:
    """A time of a request in Unix seconds; raises `BAD_TIME`."""
    return None if text is None else parse_moment(text)


def require_own(services: Services, given: dict[str, object], sender: Principal) -> None:
    """Who sends an input is its issuer, or its operator: nobody else has a secret drawn for the issuer."""
    metadata = given["metadata"]
    stated = metadata if isinstance(metadata, dict) else {}
    issuer, code = (stated.get(f"certificate{name}Code") for name in ("IssuingAuthority", "Type"))
    if isinstance(issuer, str):
        require_signs_for(services, sender, issuer, str(code))


def require_signs_for(services: Services, sender: Principal, issuer: str, code: str) -> None:
    """The sender is an issuer, or its operator for a type; raises `ISSUER_IS_ANOTHER`."""
    if not services.writing.signs_for(sender.uscc, issuer, code):
        raise NotEntitledError("ISSUER_IS_ANOTHER", issuer=issuer[:40], organisation=sender.uscc)


def handed_in(services: Services, sender: Principal, name: str) -> tuple[str, str | None]:
    """The id of a license, and its identifier where that was handed in.

    An identifier can be guessed, an id cannot: who does not act on the license may try a number of times.

    Raises:
        UnknownIdError: `UNKNOWN_LICENSE`.
        RuleError: `LOOKUPS_SPENT`, whether there is such a license or not.
    """
    try:
        license_id, identifier = services.resolve(name)
    except UnknownIdError:
        if not _is_named_by_its_issuer(services, sender, name):
            services.lookups.count(sender.uscc, name)
        raise
    if identifier != name:
        return license_id, None
    is_own = _is_named_by_its_issuer(services, sender, name)
    if not is_own and services.writing.identifier_for(sender.uscc, license_id) is None:
        services.lookups.count(sender.uscc, name)
    return license_id, name


def _is_named_by_its_issuer(services: Services, sender: Principal, name: str) -> bool:
    """Whether an identifier is one that the sender may issue, by what stands in it."""
    try:
        stated = LicenseIdentifier.parse(name, strict=False)
    except MalformedError:
        return False
    return services.writing.signs_for(sender.uscc, stated.issuer_code, stated.type_code)
