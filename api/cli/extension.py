"""`elicense extension`: what superiors extended of updates of the catalog, as regions publish it."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli import remote
from api.cli.files import pretty
from api.cli.governing import By, table
from api.cli.options import Network, RpcUrls
from api.cli.output import Outcome, said
from api.cli.plain import one_line
from api.cli.published import PublishedForms, Send, require_service
from api.cli.reading import ReadApi, ReadKey, ReadOrg, reading
from api.cli.registry_words import RegionOption, read_region
from api.cli.sharing import Signatures, desk_of, told
from api.cli.showing import write
from ledger.domain.extensions import ExtensionList, read_extensions
from ledger.service.extensions import MAX_EXTENSIONS_FILE, publish

app = typer.Typer(add_completion=False, help="Extensions of updates of the catalog.")

FileArgument = Annotated[
    str, typer.Argument(metavar="FILE", help="The extensions (elicense-extensions/1), - for stdin.")
]
RegionArgument = Annotated[str, typer.Argument(metavar="REGION", help="Its six digits.")]
FORMS = PublishedForms("extensions", "/v1/extensions", read_extensions, MAX_EXTENSIONS_FILE)
_HEADS = ("region", "version", "since", "void", "here")


@app.command("check")
def check(file: FileArgument) -> Outcome:
    """Tell whether a file has well-formed extensions; asks no ledger."""
    listed = FORMS.read(file)
    data = {"digest": listed.digest, "extensions": len(listed.extensions)}
    return Outcome(data, text=_lines(listed))


@app.command("publish")
def publish_extensions(
    file: FileArgument,
    region: RegionOption,
    by: By,
    signatures: Signatures = None,
    api: remote.Api = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Publish all that a region extended, earlier rows too; signed by the region or a superior one."""
    listed, code = FORMS.read(file), read_region(region)
    desk = desk_of(network, rpc, by, signatures, api, org, key)
    kept = desk.ledger.published.extensions
    shared = desk.send(publish(desk.state, kept, code, listed, desk.by))
    kept.keep(listed)
    is_sent = FORMS.leave_recorded(desk, shared, listed, api)
    data = {"region": region, "digest": listed.digest, "sent": is_sent}
    return told(shared, data, f"{region}  {listed.digest}")


@app.command("list")
def list_extensions(
    region: Annotated[
        str | None, typer.Option("--region", metavar="CODE", help="Only of this region.")
    ] = None,
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """List the extensions that regions published, each version with when it was recorded."""
    code = read_region(region) if region else None
    ledger, state = reading(network, rpc, api, key, org)
    rows = ledger.published.showing_extensions(state).rows(code)
    return Outcome({"extensions": rows}, text=table(rows, *_HEADS))


@app.command("show")
def show(
    region: RegionArgument,
    out: Annotated[
        str | None, typer.Option("--out", metavar="FILE", help="Also write it, to hand it on.")
    ] = None,
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Show what a region extended; with --api texts of versions that are not here are fetched and kept."""
    code = read_region(region)
    ledger, state = reading(network, rpc, api, key, org)
    kept, showing = ledger.published.extensions, ledger.published.showing_extensions(state)
    data = showing.show(code)
    absent = [str(each["digest"]) for each in data["versions"] if not each["here"]]
    if FORMS.fetch_absent(kept, absent, ledger, key, org):
        data = showing.show(code)
    digest = str(data["digest"])
    if out is not None:
        write(out, pretty(kept.told(digest)))
    found = kept.find(digest)
    lines = _lines(found) if found else said("本机没有其内容", "its text is not here")
    return Outcome({**data, "file": out}, text=f"{region} #{len(data['versions'])}\n{lines}")


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
    """Keep the text of extensions that a region published, so that this home can count by them."""
    require_service(send, api, key)
    form = FORMS.form(file)
    ledger, state = reading(network, rpc, api, key, org)
    places = ledger.published.extensions.take(state, form)
    FORMS.leave_if(send, form, ledger, key, org)
    digest = read_extensions(form).digest
    where = "  ".join(f"{each['region']} #{each['version']}" for each in places)
    return Outcome({"digest": digest, "published": places, "sent": send}, text=f"{digest}\n  {where}")


def _lines(listed: ExtensionList) -> str:
    rows = [_line(each.as_json()) for each in listed.extensions]
    return "\n".join([listed.digest, *rows])


def _line(row: dict[str, object]) -> str:
    return one_line(f"  {row['resource']}  {row['change']}  +{row['days']}  {_why(row['reason'])}")


def _why(reason: object) -> str:
    assert isinstance(reason, dict), "it was read"
    return said(str(reason["zh"]), str(reason["en"]))
