"""Issuing, acting on and showing licenses."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated

from fastapi import APIRouter, Body, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from api.answers import answers, done, fetched
from api.auth import Asking, Guarded, Sender, idempotency_key_of
from api.schemas import (
    ActBody,
    Acted,
    ActInput,
    ActWanted,
    AmendBody,
    Amended,
    BindBody,
    FreezeBody,
    FreezeWanted,
    IssueBody,
    Issued,
    MessageBody,
    Prepared,
    SignedMessage,
    Standing,
)
from api.services import Services
from ledger.domain.acts import ACT_VERBS, AMEND_KINDS, RULES, Act, only_ground
from ledger.domain.entities import License
from ledger.domain.moments import parse_moment, rfc3339
from ledger.errors import MalformedError, NotEntitledError
from ledger.ports import Signer
from ledger.service.act import ActOnLicenses
from ledger.service.authorise import Principal, acts_now, signs_for
from ledger.service.orders import BIND_METHODS, ActOrder
from ledger.service.orders import Acted as ActDone
from ledger.service.orders import Issued as IssueDone
from ledger.service.sources import Asked

ActOnOne = Callable[[ActOnLicenses, License, Signer], ActDone]
"""Does something to one license, signed by a key."""

router = APIRouter(prefix="/v1", route_class=Guarded, tags=["licenses"])

Id = Annotated[
    str, Path(max_length=200, description="Identifier (where this service knows it) or licenseId.")
]
Time = Annotated[str | None, Query(max_length=40, description="RFC 3339, or a day.")]


@router.post(
    "/licenses",
    operation_id="issueLicense",
    status_code=201,
    responses=answers(Issued, "Issued: on the ledger", 201),
)
def issue_license(
    request: Request, services: Asking, sender: Sender, body: Annotated[IssueBody, Body()]
) -> Response:
    """Issue one license; `Idempotency-Key` names the request."""
    if isinstance(body, SignedMessage):
        return done(_submitted_issue(services, "Issue", body), 201)
    given = body.given()
    _require_own(services, given, sender)
    key = services.held_key(sender.uscc)
    with services.writing:
        issued = services.issuing().issue(given, key, idempotency_key_of(request))
    return done(_issued(services, issued), 201)


@router.post(
    "/licenses/{id}/amend",
    operation_id="amendLicense",
    status_code=201,
    responses=answers(Amended, "The next version is on the ledger, the old one superseded", 201),
)
def amend_license(services: Asking, sender: Sender, id: Id, body: Annotated[AmendBody, Body()]) -> Response:  # noqa: A002
    """Issue the next version of a license (变更, 更正, 延续, 换发, 补发)."""
    license_id, identifier = _named(services, sender, id)
    if isinstance(body, SignedMessage):
        require_about(body, license_id)
        _require_act(body, AMEND_KINDS.values())
        submitted = _submitted_issue(services, "Amend", body, identifier or license_id)
        return done({**submitted, **_old_version(services, license_id)}, 201)
    given = body.input.given()
    _require_own(services, given, sender)
    key = services.held_key(sender.uscc)
    with services.writing:
        old = services.license_now(license_id)
        ground = body.ground or only_ground(body.kind)
        effective = moment(body.effective) or 0
        issued = services.issuing().amend(old, identifier, given, body.kind, key, ground, effective)
    return done({**_issued(services, issued), **_old_version(services, license_id)}, 201)


def _old_version(services: Services, license_id: str) -> dict[str, object]:
    """What an amendment left of the license that it amends."""
    shown = services.show(Asked(), license_id, None, None)
    act = next(fact.act for fact in reversed(shown.license.facts) if fact.successor)
    return {"rev": shown.license.rev, "act": act.name, "status": shown.standing.status.name}


@router.post(
    "/licenses/{id}/bind",
    operation_id="bindHolder",
    responses=answers(Acted, "The binding is on the ledger"),
)
def bind_holder(services: Asking, sender: Sender, id: Id, body: Annotated[BindBody, Body()]) -> Response:  # noqa: A002
    """Tie the device keys of a holder, or of several, to a license after a real-name check."""
    if isinstance(body, SignedMessage):
        return _submitted_act(services, sender, id, Act.BIND, body)

    def bind(acting: ActOnLicenses, license_: License, key: Signer) -> ActDone:
        terms = (body.binding(), BIND_METHODS[body.method], body.assurance)
        return acting.bind(license_, *terms, key, sender.uscc)

    return _do(services, sender, id, bind)


@router.post(
    "/licenses/{id}/freeze",
    operation_id="freezeHolder",
    responses=answers(Acted, "The freeze is on the ledger"),
)
def freeze_holder(services: Asking, sender: Sender, id: Id, body: Annotated[FreezeBody, Body()]) -> Response:  # noqa: A002
    """Stop the binding of a lost device until the license is bound anew."""
    if isinstance(body, SignedMessage):
        return _submitted_act(services, sender, id, Act.FREEZE, body)
    return _do(services, sender, id, lambda acting, old, key: acting.freeze(old, key, sender.uscc))


def _act_route(verb: str) -> Callable[..., Response]:
    rule = RULES[ACT_VERBS[verb]]

    def act(services: Asking, sender: Sender, id: Id, body: Annotated[ActBody, Body()]) -> Response:  # noqa: A002
        if isinstance(body, SignedMessage):
            return _submitted_act(services, sender, id, rule.act, body)
        return _do(services, sender, id, lambda acting, old, key: acting.act(old, _order(verb, body), key))

    act.__doc__ = f"{rule.en.capitalize()} a license ({rule.zh})."
    return act


for _verb in ACT_VERBS:
    router.post(
        f"/licenses/{{id}}/{_verb}",
        operation_id=f"{_verb}License",
        summary=f"{_verb.capitalize()} License",
        responses=answers(Acted, "The act is on the ledger"),
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
    license_id, identifier = _named(services, sender, id)
    shown = services.show(Asked(), license_id, moment(at), moment(known_at))
    return fetched(request, shown.as_json(identifier), personal=True)


@router.post(
    "/messages",
    operation_id="prepareMessage",
    responses=answers(Prepared, "What to sign elsewhere"),
)
def prepare_message(services: Asking, sender: Sender, body: Annotated[MessageBody, Body()]) -> Response:
    """The message M of an act, for a key that this service does not hold; nothing is written."""
    license_id, _ = services.resolve(body.id)
    signer = bytes.fromhex(body.key_id[2:])
    license_ = services.license_now(license_id)
    if isinstance(body, FreezeWanted):
        prepared = services.acting().freeze_message(license_, sender.uscc)
    else:
        prepared = services.acting().act_message(license_, _order(body.act, body), signer)
    shown = prepared.as_json(signer)
    return done(
        {
            "message": prepared.message(signer).hex(),
            "signed": shown,
            "keyId": body.key_id,
            "notAfter": rfc3339(int(str(shown["notAfter"]))),
        }
    )


def _order(verb: str, body: ActInput | ActWanted) -> ActOrder:
    region = None if body.region is None else int(body.region)
    return ActOrder(verb, body.ground, moment(body.effective) or 0, body.reference, region)


def moment(text: str | None) -> int | None:
    """A time of a request in Unix seconds; raises `BAD_TIME`."""
    return None if text is None else parse_moment(text)


def _require_own(services: Services, given: dict[str, object], sender: Principal) -> None:
    """Who sends an input is its issuer, or its operator: nobody else has a secret drawn for the issuer."""
    metadata = given["metadata"]
    stated = metadata if isinstance(metadata, dict) else {}
    issuer, code = (stated.get(f"certificate{name}Code") for name in ("IssuingAuthority", "Type"))
    if not isinstance(issuer, str) or issuer == sender.uscc:
        return
    if not signs_for(services.histories(Asked()), sender.uscc, issuer, str(code)):
        raise NotEntitledError("ISSUER_IS_ANOTHER", issuer=issuer[:40], organisation=sender.uscc)


def require_about(body: SignedMessage, license_id: str) -> None:
    """A message signed elsewhere is about the license of the address."""
    if body.signed.get("licenseId") != license_id:
        raise MalformedError("SIGNED_MESSAGE_FORM", member="licenseId")


def _require_act(body: SignedMessage, acts: Iterable[Act]) -> None:
    """A message signed elsewhere is about the act of the address."""
    if body.signed.get("act") not in [int(act) for act in acts]:
        raise MalformedError("SIGNED_MESSAGE_FORM", member="act")


def _issued(services: Services, issued: IssueDone) -> dict[str, object]:
    services.remember(issued.envelope, issued.cid)
    return {**issued.as_json(None), "envelope": issued.envelope.as_json()}


def _acted(services: Services, acted: ActDone, identifier: str | None) -> dict[str, object]:
    shown = services.show(Asked(), acted.license_id, None, None).standing
    return acted.as_json(identifier, shown.status.name)


def _named(services: Services, sender: Principal, name: str) -> tuple[str, str | None]:
    """The id of a license, and its identifier for whoever handed that in or acts in the issuer's name.

    Ids are on the chain for all to read; whose license one is, is the issuer's to tell.
    """
    license_id, identifier = services.resolve(name)
    if identifier in (None, name):
        return license_id, identifier
    is_told = acts_now(services.histories(Asked()), sender.uscc, services.license_now(license_id))
    return license_id, identifier if is_told else None


def _do(services: Services, sender: Principal, name: str, act: ActOnOne) -> Response:
    """Do something to a license with the key that is held for the sender."""
    license_id, identifier = _named(services, sender, name)
    key = services.held_key(sender.uscc)
    with services.writing:
        acted = act(services.acting(), services.license_now(license_id), key)
    return done(_acted(services, acted, identifier))


def _submitted_act(
    services: Services, sender: Principal, name: str, act: Act, body: SignedMessage
) -> Response:
    """Do what a message says that was signed elsewhere."""
    license_id, identifier = _named(services, sender, name)
    struct = _STRUCT_OF.get(act, "Act")
    require_about(body, license_id)
    if struct == "Act":
        _require_act(body, [act])
    with services.writing:
        record, receipt = services.submit_signed().submit(struct, body.signed, body.key_id, body.signature)
    rev = int(body.signed["rev"]) + 1
    acted = ActDone(license_id, rev, act, record.seq, receipt.gas_used)
    return done(_acted(services, acted, identifier))


_STRUCT_OF = {Act.BIND: "Bind", Act.FREEZE: "Freeze"}
"""Messages that say by their kind what is done."""


def _submitted_issue(
    services: Services, name: str, body: SignedMessage, supersedes: str | None = None
) -> dict[str, object]:
    with services.writing:
        record, receipt = services.submit_signed().submit(name, body.signed, body.key_id, body.signature)
    shown: dict[str, object] = {
        "identifier": None,
        "licenseId": body.signed["licenseId" if name == "Issue" else "newLicenseId"],
        "digest": str(body.signed["digest"])[2:],
        "seq": record.seq,
        "txHash": receipt.tx_hash,
        "block": receipt.block,
        "gasUsed": receipt.gas_used,
        "file": None,
        "promise": None,
        "cid": None,
        "envelope": None,
    }
    return shown if supersedes is None else {**shown, "supersedes": supersedes}
