"""`elicense sector`: which trades may get which data of a region's bodies, as the region publishes it."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli import keys, remote
from api.cli.files import pretty
from api.cli.governing import By, table
from api.cli.options import Network, RpcUrls, moment
from api.cli.output import Outcome, said
from api.cli.published import Send
from api.cli.reading import ReadApi, ReadKey, ReadOrg, reading, service_for
from api.cli.registry_words import RegionOption, read_region, read_uscc
from api.cli.sector_words import FORMS, ruling_text
from api.cli.sharing import (
    FieldListOption,
    ResourceArgument,
    Signatures,
    desk_of,
    listed,
    named_fields,
    one_of,
    told,
)
from api.cli.showing import write
from ledger.bootstrap import Ledger
from ledger.domain.canonical import JsonObject
from ledger.domain.sector_rules import SectorTable, read_sectors
from ledger.domain.sharing import Basis
from ledger.errors import OutageError, UsageError
from ledger.ports import Entities
from ledger.service.sector_rules import Why
from ledger.service.sectors import publish
from ledger.service.share_resources import read_key, resource_in

app = typer.Typer(add_completion=False, help="Rules of sectors: which trades may get which data.")

FileArgument = Annotated[
    str, typer.Argument(metavar="FILE", help="The rules (elicense-sectors/1), - for stdin.")
]
BodyArgument = Annotated[str, typer.Argument(metavar="USCC", help="Credit code of a body.")]
OfRegion = Annotated[
    str | None, typer.Option("--region", metavar="CODE", help="By the rules that count in this region.")
]
AtOption = Annotated[str | None, typer.Option("--at", metavar="TIME", help="As of this moment; else now.")]
_HEADS = ("region", "version", "since", "counts", "here")


@app.command("check")
def check(file: FileArgument) -> Outcome:
    """Tell whether a file has well-formed rules of sectors; asks no ledger."""
    rules = FORMS.read(file)
    data = {
        "digest": rules.digest,
        "sectors": len(rules.sectors),
        "members": len(rules.members),
        "rules": len(rules.rules),
        "source": rules.source,
    }
    return Outcome(data, text=_lines(rules))


@app.command("publish")
def publish_rules(
    file: FileArgument,
    region: RegionOption,
    by: By,
    since: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="From when they count; else now.")
    ] = None,
    signatures: Signatures = None,
    api: remote.Api = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Publish a region's rules of sectors, or their next version; signed by the region or a superior one."""
    rules, code = FORMS.read(file), read_region(region)
    desk = desk_of(network, rpc, by, signatures, api, org, key)
    now = desk.ledger.now()
    shared = desk.send(publish(desk.state, code, rules, moment(since) or now, now, desk.by))
    desk.ledger.published.sectors.keep(rules)
    is_sent = FORMS.leave_recorded(desk, shared, rules, api)
    data = {"region": region, "digest": rules.digest, "sent": is_sent}
    return told(shared, data, f"{region}  {rules.digest}")


@app.command("list")
def list_rules(
    region: Annotated[
        str | None, typer.Option("--region", metavar="CODE", help="Only of this region.")
    ] = None,
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """List the rules of sectors that regions published, each version with when it came into effect."""
    code = read_region(region) if region else None
    ledger, state = reading(network, rpc, api, key, org)
    rows = ledger.published.showing_sectors(state).rows(code)
    return Outcome({"rules": rows}, text=table(rows, *_HEADS))


@app.command("show")
def show(
    region: OfRegion = None,
    at: AtOption = None,
    out: Annotated[
        str | None, typer.Option("--out", metavar="FILE", help="Also write it, to hand it on.")
    ] = None,
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Show the rules that count in a region; with --api a text that is not here is fetched and kept."""
    code, when = read_region(region) if region else None, moment(at)
    ledger, state = reading(network, rpc, api, key, org)
    showing = ledger.published.showing_sectors(state, when)
    asked = showing.region() if code is None else code
    data = showing.show(asked)
    if data["rules"] is None and key is not None:
        service = service_for(ledger, keys.signer(key), org)
        FORMS.fetch(ledger.published.sectors, service, [str(data["digest"])])
        data = showing.show(asked)
    if out is not None:
        write(out, pretty(ledger.published.sectors.told(str(data["digest"]))))
    found = ledger.published.sectors.find(str(data["digest"]))
    lines = _lines(found) if found else said("本机没有其内容", "its text is not here")
    return Outcome({**data, "file": out}, text=f"{data['region']} #{data['version']}\n{lines}")


@app.command("keep")
def keep(
    file: FileArgument,
    send: Send = False,
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Keep the text of rules that a region published, so that this home can judge by it."""
    if send and (api is None or key is None):
        raise UsageError("SECTOR_SENT_WHERE")
    form = FORMS.form(file)
    ledger, state = reading(network, rpc, api, key, org)
    places, rules = ledger.published.sectors.take(state, form), read_sectors(form)
    FORMS.leave_if(send, form, ledger, key, org)
    where = "  ".join(f"{each['region']} #{each['version']}" for each in places)
    data = {"digest": rules.digest, "published": places, "sent": send}
    return Outcome(data, text=f"{rules.digest}\n  {where}")


@app.command("of")
def of(
    body: BodyArgument,
    region: OfRegion = None,
    at: AtOption = None,
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Tell which sectors a body is in and what these may get, by the rules of its region or of --region."""
    uscc, code, when = read_uscc(body), read_region(region) if region else None, moment(at)
    ledger, state = reading(network, rpc, api, key, org)
    showing = ledger.published.showing_sectors(state, when)
    asked = showing.rules.region_of(uscc) if code is None else code
    try:
        data = showing.of(uscc, asked)
    except OutageError as error:
        return Outcome(error=error, exit_code=3)
    lines = [f"  {each['sector']}  {said(each['zh'], each['en'])}" for each in data["sectors"]]
    none = [said("  不属于任何行业", "  in no sector")]
    return Outcome(data, text="\n".join([f"{uscc}  {data['region']} #{data['version']}", *(lines or none)]))


@app.command("may")
def may(
    body: BodyArgument,
    resource: ResourceArgument,
    basis: Annotated[str, typer.Option("--basis", metavar="BASIS", help="duty or consent.")],
    fields: Annotated[str, typer.Option("--fields", metavar="a,b", help="Fields of the resource, by name.")],
    purpose_code: Annotated[
        str, typer.Option("--purpose-code", metavar="CODE", help="The purpose as a code.")
    ] = "",
    item: Annotated[str, typer.Option("--item", metavar="CODE", help="Code of the matter.")] = "",
    at: AtOption = None,
    field_list: FieldListOption = None,
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Tell whether rules of sectors let a body have fields of a resource, and by which rule."""
    uscc, when = read_uscc(body), moment(at)
    chosen = Basis(one_of("--basis", basis, {each.name.lower(): int(each) for each in Basis}))
    ledger, state = reading(network, rpc, api, key, org)
    found = resource_in(state, read_key(resource))
    names = named_fields(ledger, found, found.version, field_list)
    why = Why(chosen, names.bitmap(listed(fields)), purpose_code, item)
    try:
        data = _ruled(ledger, state, when, uscc, found.key, why)
    except OutageError as error:
        return Outcome(error=error, exit_code=3)
    is_allowed = bool(data["allowed"])
    code = "OK" if is_allowed else "SECTOR_NOT_ALLOWED"
    return Outcome(data, text=ruling_text(data), code=code, exit_code=0 if is_allowed else 1)


def _ruled(ledger: Ledger, state: Entities, at: int | None, body: str, resource: str, why: Why) -> JsonObject:
    """What the rules say, with the rule itself where one decides."""
    showing = ledger.published.showing_sectors(state, at)
    ruling = showing.rules.of_wanted(resource_in(showing.state, resource), body, why, showing.now)
    text = showing.rules.text(ruling.by) if ruling.by else None
    rule = text.rules[ruling.rule - 1].as_json() if text and ruling.rule else None
    return {"resource": resource, **ruling.as_json(), "text": rule}


def _lines(rules: SectorTable) -> str:
    lines = [f"  {each.code}  {said(each.zh, each.en)}" for each in rules.sectors]
    lines += [
        f"  {each.number}. {each.sector} ← {', '.join(each.of)}  "
        f"{'/'.join(basis.name for basis in each.bases)}  ≤{each.grade}"
        for each in rules.rules
    ]
    count = said(f"{len(rules.members)} 个机构", f"{len(rules.members)} bodies")
    return "\n".join([f"{rules.digest}  {count}", *lines, f"  {rules.source}"])
