"""`elicense rulebook`: in how many working days what is due where data are shared, as regions publish it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import typer

from api.cli import remote
from api.cli.files import pretty
from api.cli.governing import By, table
from api.cli.options import Network, RpcUrls, moment
from api.cli.output import Outcome, said, worded
from api.cli.plain import one_line
from api.cli.published import PublishedForms, Send, require_service
from api.cli.reading import ReadApi, ReadKey, ReadOrg, reading
from api.cli.registry_words import RegionOption, read_region, read_uscc
from api.cli.rulebook_words import ruled_by
from api.cli.sharing import Signatures, desk_of, told
from api.cli.showing import write
from ledger.domain.canonical import JsonObject
from ledger.domain.moments import rfc3339
from ledger.domain.rulebook import Rulebook, read_rulebook
from ledger.domain.words import RULE_NUMBER
from ledger.errors import OutageError
from ledger.service.rulebooks import MAX_RULEBOOK_FILE, publish

app = typer.Typer(add_completion=False, help="Rulebooks: in how many working days what is due.")

FileArgument = Annotated[
    str, typer.Argument(metavar="FILE", help="The rulebook (elicense-rulebook/1), - for stdin.")
]
RegionArgument = Annotated[str, typer.Argument(metavar="REGION", help="Its six digits.")]
At = Annotated[str | None, typer.Option("--at", metavar="TIME", help="As of this moment; else now.")]
FORMS = PublishedForms("rulebook", "/v1/rulebooks", read_rulebook, MAX_RULEBOOK_FILE)
_HEADS = ("region", "version", "since", "counts", "void", "here")


@app.command("check")
def check(file: FileArgument) -> Outcome:
    """Tell whether a file is a rulebook within what the regulation allows; asks no ledger."""
    rulebook = FORMS.read(file)
    rulebook.require_allowed()
    data = {
        "region": f"{rulebook.region:06d}",
        "version": rulebook.version,
        "from": rfc3339(rulebook.since),
        "digest": rulebook.digest,
        "rules": [each.as_json() for each in rulebook.rules],
    }
    return Outcome(data, text=_lines(rulebook))


@app.command("publish")
def publish_rulebook(
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
    """Publish a region's rulebook, or its next version; signed by the region or a superior one."""
    rulebook, code = FORMS.read(file), read_region(region)
    desk = desk_of(network, rpc, by, signatures, api, org, key)
    shared = desk.send(publish(desk.state, code, rulebook, desk.by))
    desk.ledger.published.rulebooks.keep(rulebook)
    is_sent = FORMS.leave_recorded(desk, shared, rulebook, api)
    data = {
        "region": region,
        "version": rulebook.version,
        "from": rfc3339(rulebook.since),
        "digest": rulebook.digest,
        "sent": is_sent,
    }
    return told(shared, data, f"{region} #{rulebook.version}  {rulebook.digest}")


@app.command("list")
def list_rulebooks(
    region: Annotated[
        str | None, typer.Option("--region", metavar="CODE", help="Only of this region.")
    ] = None,
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """List the rulebooks that regions published, each version with when it came into effect."""
    code = read_region(region) if region else None
    ledger, state = reading(network, rpc, api, key, org)
    rows = ledger.published.showing_rulebooks(state).rows(code)
    return Outcome({"rulebooks": rows}, text=table(rows, *_HEADS))


@app.command("show")
def show(
    region: RegionArgument,
    at: At = None,
    out: Annotated[
        str | None, typer.Option("--out", metavar="FILE", help="Also write it, to hand it on.")
    ] = None,
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Show a region's rulebook; with --api texts of versions that are not here are fetched and kept."""
    code, when = read_region(region), moment(at)
    ledger, state = reading(network, rpc, api, key, org)
    kept, showing = ledger.published.rulebooks, ledger.published.showing_rulebooks(state, when)
    data = showing.show(code)
    absent = [str(each["digest"]) for each in data["versions"] if not each["here"]]
    if FORMS.fetch_absent(kept, absent, ledger, key, org):
        data = showing.show(code)
    digest = str(data["digest"])
    if out is not None:
        write(out, pretty(kept.told(digest)))
    found = kept.find(digest)
    lines = _lines(found) if found else said("本机没有其内容", "its text is not here")
    return Outcome({**data, "file": out}, text=f"{region}  {digest}\n{lines}")


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
    """Keep the text of a rulebook that a region published, so that this home can count by it."""
    require_service(send, api, key)
    form = FORMS.form(file)
    ledger, state = reading(network, rpc, api, key, org)
    places = ledger.published.rulebooks.take(state, form)
    FORMS.leave_if(send, form, ledger, key, org)
    digest = read_rulebook(form).digest
    where = "  ".join(f"{each['region']} #{each['version']}" for each in places)
    return Outcome({"digest": digest, "published": places, "sent": send}, text=f"{digest}\n  {where}")


@app.command("of")
def of(
    whose: Annotated[
        str,
        typer.Argument(metavar="USCC|REGION", help="Credit code of a body, or six digits of a region."),
    ],
    at: At = None,
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Tell in how many working days a body or region has to do what, where that begins to run at a moment."""
    region, body, when = (0, "", moment(at))
    if len(whose) == 6:
        region = read_region(whose)
    else:
        body = read_uscc(whose)
    ledger, state = reading(network, rpc, api, key, org)
    showing = ledger.published.showing_rulebooks(state, when)
    try:
        data = showing.of_body(body) if body else showing.of(region)
    except OutageError as error:
        return Outcome(error=error, exit_code=3)
    rows = [_ruled(each) for each in data["numbers"]]
    return Outcome(data, text="\n".join([f"{data['region']}  ({data['at']})", *rows]))


def _lines(rulebook: Rulebook) -> str:
    rows = [_rule(each) for each in rulebook.as_json()["rules"]]
    since = said(f"自 {rfc3339(rulebook.since)} 起", f"from {rfc3339(rulebook.since)}")
    head = f"{rulebook.region:06d} #{rulebook.version}  {since}  {rulebook.digest}"
    return "\n".join([head, *rows])


def _rule(row: JsonObject) -> str:
    return one_line(f"  {worded(RULE_NUMBER, row['number'])}  {row['days']}  {_source(row)}")


def _ruled(row: JsonObject) -> str:
    text = f"  {worded(RULE_NUMBER, row['number'])}  {ruled_by([row])}"
    return one_line(f"{text}  {_source(row)}") if row["source"] else text


def _source(row: JsonObject) -> str:
    """The law behind a number."""
    source: Mapping[str, str] = row["source"]
    return said(source["zh"], source.get("en", source["zh"]))
