"""`elicense ground`: on what law something is shared conditionally or not at all, as regions publish it."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli import keys, remote
from api.cli.files import pretty
from api.cli.governing import By, table
from api.cli.options import Network, RpcUrls, moment
from api.cli.output import Outcome, said
from api.cli.plain import one_line
from api.cli.published import PublishedForms, Send
from api.cli.reading import ReadApi, ReadKey, ReadOrg, reading, service_for
from api.cli.registry_words import RegionOption, read_region
from api.cli.sharing import Signatures, desk_of, told
from api.cli.showing import write
from ledger.domain.ground_table import GroundTable, read_grounds
from ledger.errors import UsageError
from ledger.service.sharing_grounds import MAX_GROUNDS_FILE, publish

app = typer.Typer(add_completion=False, help="Grounds of sharing: the law behind their numbers.")

FileArgument = Annotated[
    str, typer.Argument(metavar="FILE", help="The grounds (elicense-grounds/1), - for stdin.")
]
RegionArgument = Annotated[str, typer.Argument(metavar="REGION", help="Its six digits.")]
FORMS = PublishedForms("grounds", "/v1/grounds", read_grounds, MAX_GROUNDS_FILE)
_HEADS = ("region", "version", "since", "counts", "here")


@app.command("check")
def check(file: FileArgument) -> Outcome:
    """Tell whether a file has well-formed grounds; asks no ledger."""
    grounds = FORMS.read(file)
    data = {"digest": grounds.digest, "grounds": len(grounds.grounds), "source": grounds.source}
    return Outcome(data, text=_lines(grounds))


@app.command("publish")
def publish_grounds(
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
    """Publish a region's grounds, or their next version; signed by the region or a superior one."""
    grounds, code = FORMS.read(file), read_region(region)
    desk = desk_of(network, rpc, by, signatures, api, org, key)
    now = desk.ledger.now()
    order = publish(desk.state, code, grounds, moment(since) or now, now, desk.by)
    shared = desk.send(order)
    desk.ledger.published.grounds_kept.keep(grounds)
    is_sent = FORMS.leave_recorded(desk, shared, grounds, api)
    data = {"region": region, "digest": grounds.digest, "sent": is_sent}
    return told(shared, data, f"{region}  {grounds.digest}")


@app.command("list")
def list_grounds(
    region: Annotated[
        str | None, typer.Option("--region", metavar="CODE", help="Only of this region.")
    ] = None,
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """List the grounds that regions published, each version with when it came into effect."""
    code = read_region(region) if region else None
    ledger, state = reading(network, rpc, api, key, org)
    rows = ledger.published.showing_grounds(state).rows(code)
    return Outcome({"grounds": rows}, text=table(rows, *_HEADS))


@app.command("show")
def show(
    region: RegionArgument,
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="As of this moment; else now.")
    ] = None,
    out: Annotated[
        str | None, typer.Option("--out", metavar="FILE", help="Also write it, to hand it on.")
    ] = None,
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Show the grounds that count in a region; with --api a text that is not here is fetched and kept."""
    code, when = read_region(region), moment(at)
    ledger, state = reading(network, rpc, api, key, org)
    showing = ledger.published.showing_grounds(state, when)
    data = showing.show(code)
    if data["grounds"] is None and key is not None:
        service = service_for(ledger, keys.signer(key), org)
        FORMS.fetch(ledger.published.grounds_kept, service, [str(data["digest"])])
        data = showing.show(code)
    if out is not None:
        write(out, pretty(ledger.published.grounds_kept.told(str(data["digest"]))))
    found = ledger.published.grounds_kept.find(str(data["digest"]))
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
    """Keep the text of grounds that a region published, so that this home can tell them."""
    if send and (api is None or key is None):
        raise UsageError("GROUNDS_SENT_WHERE")
    form = FORMS.form(file)
    ledger, state = reading(network, rpc, api, key, org)
    places = ledger.published.grounds_kept.take(state, form)
    FORMS.leave_if(send, form, ledger, key, org)
    digest = read_grounds(form).digest
    where = "  ".join(f"{each['region']} #{each['version']}" for each in places)
    return Outcome({"digest": digest, "published": places, "sent": send}, text=f"{digest}\n  {where}")


def _lines(grounds: GroundTable) -> str:
    rows = [
        one_line(f"  {number}  {said(str(each.words['zh']), str(each.words['en']))}  {each.text}".rstrip())
        for number, each in sorted(grounds.grounds.items())
    ]
    return "\n".join([grounds.digest, *rows, f"  {grounds.source}"])
