"""`elicense interface`: where a resource answers, what it promises, and when it was out."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli import remote
from api.cli.governing import table
from api.cli.options import Network, RpcUrls, ending, moment
from api.cli.output import Outcome, read_input, said, worded
from api.cli.plain import one_line
from api.cli.reading import AfterOption, LimitOption, ReadApi, ReadKey, ReadOrg, reading
from api.cli.sharing import BodyOption, ResourceArgument, Signatures, SigningKey, desk_of, told
from ledger.domain.canonical import JsonObject, parse_strict
from ledger.domain.declared import Outage, declaration_of, outages_of
from ledger.domain.interface_file import InterfaceFile, read_interface
from ledger.domain.lineage import void_as_of
from ledger.domain.moments import rfc3339
from ledger.domain.sharing import DeclarationKind
from ledger.domain.words import INTERFACE_STATUS
from ledger.errors import RuleError
from ledger.ports import Entities
from ledger.service.list_shared import Page
from ledger.service.share_declarations import (
    Period,
    require_new,
    set_interface,
    set_outage,
)
from ledger.service.share_resources import read_key, resource_in

app = typer.Typer(add_completion=False, help="Interfaces of resources.")

AtOption = Annotated[str | None, typer.Option("--at", metavar="TIME", help="The moment; now by default.")]
FileOption = Annotated[
    str | None, typer.Option("--file", metavar="FILE", help="The provider's file, where this home lacks it.")
]


@app.command("set")
def set_(
    resource: ResourceArgument,
    file: Annotated[str, typer.Argument(metavar="FILE", help="elicense-interface/1.")],
    key: SigningKey,
    quota: Annotated[
        int, typer.Option("--quota", min=0, max=2**32 - 1, help="Uses of a body a day; 0 for any number.")
    ] = 0,
    since: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="From when it counts; now by default.")
    ] = None,
    org: BodyOption = None,
    signatures: Signatures = None,
    api: remote.Api = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Declare the interface of a resource, or its next version; by the provider."""
    read = _read(file)
    desk = desk_of(network, rpc, [key], signatures, api, org)
    state = desk.state
    found = resource_in(state, read_key(resource))
    begins = moment(since) or 0
    before = declaration_of(state, found.key, DeclarationKind.INTERFACE)
    require_new(state, before, read.digest, begins, quota)
    desk.ledger.party_texts.keep_form(read.digest, read.as_json())
    shared = desk.send(set_interface(found, read, quota, begins, desk.by))
    is_sent = api is not None and shared.seq is not None
    if is_sent:
        desk.service().post(f"/v1/interfaces/{found.key}", read.as_json())
    data = {
        "resource": found.key,
        "version": shared.rev,
        "digest": read.digest,
        "quota": quota or None,
        "status": read.status.value,
        "sent": is_sent,
    }
    return told(shared, data, f"{found.key}  v{data['version']}  {read.status.value}  {read.url}")


@app.command("outage")
def outage(
    resource: ResourceArgument,
    since: Annotated[str, typer.Option("--since", metavar="TIME", help="When it began, or will begin.")],
    key: SigningKey,
    until: Annotated[
        str | None, typer.Option("--until", metavar="TIME", help="When it ended; none while it lasts.")
    ] = None,
    text: Annotated[
        str | None, typer.Option("--text", metavar="TEXT", help="Why; the ledger gets a salted digest.")
    ] = None,
    org: BodyOption = None,
    signatures: Signatures = None,
    api: remote.Api = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Declare that a resource is out, or tell of the end under the same --since; by the provider."""
    period = Period(moment(since) or 0, ending(until))
    if not period.since or (until is not None and period.until <= period.since):
        raise RuleError("OUTAGE_PERIOD")
    desk = desk_of(network, rpc, [key], signatures, api, org)
    state = desk.state
    found = resource_in(state, read_key(resource))
    before = _outage_at(state, found.key, period.since, int(desk.ledger.clock.now().timestamp()))
    reason = desk.ledger.party_texts.digest(text or "")
    if text is None and before is not None:
        reason = before.last.digest
    shared = desk.send(set_outage(found, period, reason, desk.by))
    data = {
        "resource": found.key,
        "since": rfc3339(period.since),
        "until": rfc3339(period.until) if period.until else None,
        "again": before is not None,
    }
    end = data["until"] or said("仍在停止", "still out")
    return told(shared, data, f"{found.key}  {data['since']} – {end}")


def _outage_at(state: Entities, key: str, since: int, now: int) -> Outage | None:
    known = outages_of(declaration_of(state, key, DeclarationKind.OUTAGE), void_as_of(state, now))
    return next((each for each in known if each.last.since == since), None)


@app.command("show")
def show(
    resource: ResourceArgument,
    at: AtOption = None,
    file: FileOption = None,
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Show the interface in effect at a moment, its versions, and when the resource was out."""
    ledger, state = reading(network, rpc, api, key, org)
    declared, name, asked = ledger.listing(state).declared, read_key(resource), moment(at) or 0
    data = declared.interface(name, asked)
    if file:
        declared.interface_file(str(data["digest"]), _read(file))
        data = declared.interface(name, asked)
    return Outcome(data, text=lambda: _card(data))


@app.command("list")
def list_(
    owner: Annotated[str | None, typer.Option("--owner", metavar="USCC", help="Only of this body.")] = None,
    limit: LimitOption = None,
    after: AfterOption = "",
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """List the interfaces in effect."""
    ledger, state = reading(network, rpc, api, key, org)
    data = ledger.listing(state).interfaces(owner, Page(limit, after))
    heads = ("resource", "version", "status", "quota", "out")
    return Outcome(data, text=table(data["interfaces"], *heads))


def _read(path: str) -> InterfaceFile:
    return read_interface(parse_strict(read_input(path)))


def _card(data: JsonObject) -> str:
    form, quota = data["interface"], data["quota"]
    status = worded(INTERFACE_STATUS, data["status"]) or "?"
    lines = [f"{data['resource']}  v{data['version']}  {data['since']}  {status}"]
    if isinstance(form, dict):
        sla = form["sla"]
        lines.append(f"  {form['url']}  {', '.join(form['methods'])}")
        lines.append(
            said(
                f"  可用率 {sla['availability']}%，{sla['responseMs']} 毫秒内应答",
                f"  available {sla['availability']} %, answers within {sla['responseMs']} ms",
            )
        )
    if quota:
        lines.append(said(f"  每单位每日 {quota} 次", f"  {quota} uses of a body a day"))
    for each in data["outages"]:
        end, why = each["until"] or said("仍在停止", "still out"), each["text"] or ""
        lines.append(f"  {said('停止服务', 'out')} {each['since']} – {end}  {why}")
    return "\n".join(map(one_line, lines))
