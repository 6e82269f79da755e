"""`elicense grant`: asking for shared data, deciding, consents, withdrawals, and where it all stands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from api.cli import remote
from api.cli.bodies import naming
from api.cli.files import pretty, write_out
from api.cli.form_codes import CodeOption, drawn_form
from api.cli.governing import state_of, table
from api.cli.grant_words import card
from api.cli.options import Network, RpcUrls, ending, moment, open_ledger
from api.cli.output import Outcome, said, worded
from api.cli.reading import AfterOption, LimitOption, ReadApi, ReadKey, ReadOrg, reading
from api.cli.registry_words import read_uscc
from api.cli.sector_words import ruling_of, ruling_text, warning
from api.cli.sharing import (
    BodyOption,
    FieldListOption,
    ReasonOption,
    ResourceArgument,
    SharingDesk,
    Signatures,
    SigningKey,
    desk_of,
    holders_message,
    listed,
    named_fields,
    one_of,
    told,
)
from api.cli.texts import TextsAsked, TextsIn, TextsKey, TextsOut, TextsPlain, TextsSend, TextsTo, texts_told
from ledger.bootstrap import Ledger
from ledger.domain.canonical import JsonObject
from ledger.domain.official import TypeKind
from ledger.domain.sharing import Basis
from ledger.domain.sharing import Outcome as Decision
from ledger.domain.sharing_entities import Grant
from ledger.domain.words import GRANT_STANDING
from ledger.errors import RuleError
from ledger.ports import Entities
from ledger.service import share_grants
from ledger.service.hand_texts import digests_of_grant
from ledger.service.list_shared import GrantFilter, Page
from ledger.service.share import Shared, ShareOrder
from ledger.service.share_grants import GrantOrders, GrantTerms, GrantWhy, grant_in
from ledger.service.share_resources import read_key, resource_in

app = typer.Typer(add_completion=False, help="Grants: the right to use shared data.")

GrantArgument = Annotated[str, typer.Argument(metavar="GRANT", help="The grant's id.")]
FieldsOption = Annotated[
    str, typer.Option("--fields", metavar="a,b", help="Fields of the resource, by name.")
]
UntilOption = Annotated[
    str, typer.Option("--until", metavar="TIME", help="Last day, or first moment no more.")
]
FromOption = Annotated[
    str | None, typer.Option("--from", metavar="TIME", help="From when; at once by default.")
]
CountOption = Annotated[
    int, typer.Option("--count", min=0, max=2**32 - 1, help="How often; 0 does not count.")
]
TextOption = Annotated[
    str, typer.Option("--text", metavar="TEXT", help="In words; the ledger gets a salted digest.")
]
NameOption = Annotated[
    str | None, typer.Option("--name", metavar="TEXT", help="Name of the body that asks, as registered.")
]
OutOption = Annotated[str | None, typer.Option("--out", metavar="FILE", help="The request for the holder.")]
ApproveOption = Annotated[bool, typer.Option("--approve/--refuse", help="How it goes.")]


@app.command("request")
def request(
    resource: ResourceArgument,
    fields: FieldsOption,
    basis: Annotated[str, typer.Option("--basis", metavar="BASIS", help="duty or consent.")],
    purpose_code: Annotated[
        str, typer.Option("--purpose-code", metavar="CODE", help="The purpose as a code.")
    ],
    purpose: Annotated[
        str, typer.Option("--purpose", metavar="TEXT", help="In words, for the parties only.")
    ],
    until: UntilOption,
    key: SigningKey,
    since: FromOption = None,
    count: CountOption = 0,
    item: Annotated[
        str, typer.Option("--item", metavar="CODE", help="Code of the matter; a duty has one.")
    ] = "",
    case: Annotated[
        str, typer.Option("--case", metavar="TEXT", help="Case number; the ledger gets a commitment.")
    ] = "",
    license_: Annotated[
        str, typer.Option("--license", metavar="ID", help="The one license that it is about.")
    ] = "",
    delegable: Annotated[
        bool, typer.Option("--delegable", help="So that it may be narrowed for others.")
    ] = False,
    name: NameOption = None,
    out: OutOption = None,
    png: CodeOption = None,
    field_list: FieldListOption = None,
    org: BodyOption = None,
    signatures: Signatures = None,
    api: remote.Api = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Ask for a grant; where the holder has to consent, write what the holder is asked (--out, --png)."""
    desk = desk_of(network, rpc, [key], signatures, api, org)
    grantee, ledger = desk.body(), desk.ledger
    state = desk.state
    found = resource_in(state, read_key(resource))
    names = named_fields(ledger, found, found.version, field_list)
    chosen = Basis(one_of("--basis", basis, {each.name.lower(): int(each) for each in Basis}))
    type_ = found.versions[-1].license_type
    if chosen is Basis.CONSENT and type_ and ledger.drafts().kind(type_) is TypeKind.DOCUMENT:
        raise RuleError("DOCUMENT_CONSENT", resource=found.key)
    is_asked = out is not None or png is not None
    if is_asked:
        share_grants.require_name(state, grantee, name or "")
    why = GrantWhy(chosen, purpose_code, purpose, item, case, _license_id(ledger, license_))
    terms = GrantTerms(names.bitmap(listed(fields)), moment(since) or 0, ending(until), count)
    order = _orders(ledger).request(grantee, found, why, terms, desk.by, delegable)
    shared = desk.send(order)
    data: dict[str, object] = {"grant": shared.about, "grantee": grantee, "resource": found.key}
    if not is_asked or shared.seq is None:
        return _answered(desk, shared, {**data, "file": None, "png": None}, asks=True)
    code = _write_request(ledger, desk.state, shared.about, name or "", out, png)
    return _answered(desk, shared, {**data, "file": out, "png": png}, code, asks=True)


@app.command("ask")
def ask(
    grant: GrantArgument,
    name: Annotated[
        str, typer.Option("--name", metavar="TEXT", help="Name of the body that asks, as registered.")
    ],
    out: OutOption = None,
    png: CodeOption = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Write what a holder is asked, as the grant stands now: as a file, or as a QR code on the screen."""
    ledger = open_ledger(network, rpc)
    state = state_of(ledger)
    found = grant_in(state, grant)
    code = _write_request(ledger, state, found.grant_id, name, out, png)
    data = {"grant": found.grant_id, "licenseId": found.license_id, "rev": found.rev}
    written = "\n".join(f"→ {path}" for path in (out, png) if path)
    return Outcome({**data, "file": out, "png": png}, lambda: code() + written)


@app.command("notice")
def notice(
    grant: GrantArgument,
    missing: Annotated[
        str, typer.Option("--missing", metavar="TEXT", help="Which material, for the parties only.")
    ],
    key: SigningKey,
    org: BodyOption = None,
    signatures: Signatures = None,
    api: remote.Api = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Tell the grantee once which material is missing; the time to decide grows by that."""
    desk = desk_of(network, rpc, [key], signatures, api, org)
    found = grant_in(desk.state, grant)
    return _sent(desk, found, _orders(desk.ledger).notice(found, missing, desk.by))


@app.command("decide")
def decide(
    grant: GrantArgument,
    approve: ApproveOption,
    key: SigningKey,
    reason: ReasonOption = 0,
    text: TextOption = "",
    org: BodyOption = None,
    signatures: Signatures = None,
    api: remote.Api = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Approve or refuse what is shared on conditions; a refusal has a reason."""
    return _judged(
        desk_of(network, rpc, [key], signatures, api, org), grant, approve, reason, text, is_review=False
    )


@app.command("review")
def review(
    grant: GrantArgument,
    approve: ApproveOption,
    key: SigningKey,
    reason: ReasonOption = 0,
    text: TextOption = "",
    org: BodyOption = None,
    signatures: Signatures = None,
    api: remote.Api = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """The second look at sensitive fields, by another key of the provider than decided."""
    return _judged(
        desk_of(network, rpc, [key], signatures, api, org), grant, approve, reason, text, is_review=True
    )


@app.command("consent")
def consent(
    file: Annotated[str, typer.Argument(metavar="FILE", help="What the holder's wallet wrote.")],
    key: ReadKey = None,
    org: BodyOption = None,
    api: remote.Api = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Put what a holder signed onto the ledger: a consent, or that it is taken back."""
    desk = desk_of(network, rpc, [], None, api, org, key)
    holder = holders_message(desk.ledger, file, ("ConsentGrant", "WithdrawConsent"))
    shared = desk.hand_in(holder.message)
    return _answered(desk, shared, {"grant": shared.about, "licenseId": holder.values["licenseId"]})


@app.command("withdraw")
def withdraw(
    grant: GrantArgument,
    key: SigningKey,
    reason: ReasonOption = 0,
    org: BodyOption = None,
    signatures: Signatures = None,
    api: remote.Api = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """End a grant at once: by the grantee, the owner, or who delegated it."""
    desk = desk_of(network, rpc, [key], signatures, api, org)
    found = grant_in(desk.state, grant)
    return _sent(desk, found, share_grants.withdraw(found, desk.body(), reason, desk.by))


@app.command("delegate")
def delegate(
    grant: GrantArgument,
    to: Annotated[str, typer.Option("--to", metavar="USCC", help="The body that it is narrowed for.")],
    fields: FieldsOption,
    until: UntilOption,
    key: SigningKey,
    since: FromOption = None,
    count: CountOption = 0,
    org: BodyOption = None,
    signatures: Signatures = None,
    api: remote.Api = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Narrow a delegable grant for another body; counted uses are taken off it."""
    desk = desk_of(network, rpc, [key], signatures, api, org)
    state = desk.state
    parent = grant_in(state, grant)
    resource = resource_in(state, parent.resource)
    names = named_fields(desk.ledger, resource, parent.version, None)
    begins = moment(since) or parent.since
    terms = GrantTerms(names.bitmap(listed(fields)), begins, ending(until), count)
    shared = desk.send(_orders(desk.ledger).delegate(parent, read_uscc(to), terms, desk.by))
    data: dict[str, object] = {"grant": shared.about, "parent": parent.grant_id, "grantee": to}
    return _answered(desk, shared, data, asks=True)


@app.command("list")
def list_(
    grantee: Annotated[
        str | None, typer.Option("--grantee", metavar="USCC", help="Only of this body.")
    ] = None,
    resource: Annotated[
        str | None, typer.Option("--resource", metavar="OWNER/CODE", help="Only of this.")
    ] = None,
    owner: Annotated[
        str | None, typer.Option("--owner", metavar="USCC", help="Only of its resources.")
    ] = None,
    license_: Annotated[str | None, typer.Option("--license", metavar="ID", help="Only about this.")] = None,
    waiting: Annotated[bool, typer.Option("--waiting", help="Only what waits for somebody.")] = False,
    limit: LimitOption = None,
    after: AfterOption = "",
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """List grants with where they stand and who is next; what is overdue says so."""
    ledger, state = reading(network, rpc, api, key, org)
    about = _license_id(ledger, license_) if license_ else None
    wanted = GrantFilter(grantee, owner, resource, about, waiting)
    data = ledger.listing(state).grants(wanted, Page(limit, after))
    heads = ("grant", "standing", "grantee", "resource", "until")
    named = str if api else naming(ledger, state)  # a service is not asked for each body
    rows = [{**row, "grantee": named(row["grantee"])} for row in data["grants"]]
    return Outcome(data, text=table(rows, *heads, words={"standing": GRANT_STANDING}))


@app.command("show")
def show(
    grant: GrantArgument,
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Show one grant: where it stands, every step, who is next, what is late, what is left."""
    ledger, state = reading(network, rpc, api, key, org)
    data = ledger.listing(state).grant(grant)
    return Outcome(data, text=lambda: card(data, str if api else naming(ledger, state)))


@app.command("text")
def text(
    grant: GrantArgument,
    out: TextsOut = None,
    to: TextsTo = None,
    plain: TextsPlain = False,
    in_: TextsIn = None,
    encryption_key: TextsKey = None,
    send: TextsSend = False,
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Hand on the words behind a grant's digests, or take them in, each held against the ledger."""
    ledger, state = reading(network, rpc, api, key, org)
    digests = digests_of_grant(state, grant_in(state, grant))
    asked = TextsAsked(out, to, plain, in_, encryption_key, send, key, org)
    return texts_told(ledger, state, "grant", digests, asked)


def _judged(
    desk: SharingDesk, grant: str, approve: bool, reason: int, text: str, *, is_review: bool
) -> Outcome:
    state = desk.state
    found = grant_in(state, grant)
    outcome = Decision.YES if approve else Decision.NO
    if approve:
        ruling_of(desk, state, found).require()
    order = _orders(desk.ledger).decide(found, outcome, desk.by, reason, text, is_review)
    return _sent(desk, found, order)


def _sent(desk: SharingDesk, grant: Grant, order: ShareOrder) -> Outcome:
    return _answered(desk, desk.send(order), {"grant": grant.grant_id})


def _answered(
    desk: SharingDesk,
    shared: Shared,
    data: dict[str, object],
    code: Callable[[], str] = str,
    *,
    asks: bool = False,
) -> Outcome:
    """Where the grant stands after what was written; unknown where nobody tells yet.

    Whoever asks for one is told what rules of sectors say to it.
    """
    after = desk.found_after("grant", shared.about, Grant)
    row = desk.ledger.grants(after[0]).row(after[1]) if after else {}
    standing = {name: row.get(name) for name in ("standing", "next", "overdue")}
    text = f"{shared.about}\n  {worded(GRANT_STANDING, standing['standing']) or said('已受理', 'accepted')}"
    if not asks:
        return told(shared, {**data, **standing}, code() + text)
    rule = warning(desk, after)
    if rule is not None and not rule["allowed"]:
        text += f"\n  {ruling_text(rule)}"
    return told(shared, {**data, **standing, "sectorRule": rule}, code() + text)


def _orders(ledger: Ledger) -> GrantOrders:
    return GrantOrders(ledger.party_texts, ledger.entropy)


def _license_id(ledger: Ledger, text: str) -> str:
    return ledger.resolve(text)[0] if text else ""


def request_form(ledger: Ledger, state: Entities, grant: str, name: str) -> JsonObject:
    """What a holder is asked, as the grant stands in a state; raises as `share_grants.request_of`."""
    found, texts = grant_in(state, grant), ledger.party_texts
    return share_grants.request_of(ledger.trust.ledger_id, state, texts, found, name).as_json()


def _write_request(
    ledger: Ledger, state: Entities, grant: str, name: str, out: str | None, png: str | None
) -> Callable[[], str]:
    """Write what a holder is asked; gives the QR code as a terminal shows it, if there is one."""
    form = request_form(ledger, state, grant, name)
    if out is not None:
        write_out(Path(out), pretty(form), 0o600)
    return drawn_form(form, png, is_shown=out is None)
