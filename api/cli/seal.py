"""`elicense seal`: which electronic seals bodies have, which of them were revoked, and when."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli import remote
from api.cli.files import pretty
from api.cli.governing import By, table
from api.cli.options import KnownAt, Network, RpcUrls, moment
from api.cli.output import Outcome, said, worded
from api.cli.published import PublishedForms, Send
from api.cli.reading import ReadApi, ReadKey, ReadOrg, reading
from api.cli.registry_words import read_region, read_uscc
from api.cli.sharing import Signatures, desk_of, told
from api.cli.showing import write
from ledger.domain.canonical import JsonObject
from ledger.domain.seals import SealList, read_seals
from ledger.domain.words import SEAL_REASON, SEAL_STANDING
from ledger.errors import UsageError
from ledger.service.seals import MAX_SEALS_FILE, Publisher, publish

app = typer.Typer(add_completion=False, help="Lists of electronic seals.")
FORMS = PublishedForms("seals", "/v1/seals", read_seals, MAX_SEALS_FILE)

FileArgument = Annotated[
    str, typer.Argument(metavar="FILE", help="The list (elicense-seals/1), - for stdin.")
]
PublisherArgument = Annotated[
    str, typer.Argument(metavar="PUBLISHER", help="Credit code of a body, or six digits of a region.")
]
_HEADS = ("publisher", "version", "counts", "seals", "revoked", "here")


@app.command("check")
def check(file: FileArgument) -> Outcome:
    """Tell whether a file is a list of seals, and what it has; asks no ledger."""
    seals = FORMS.read(file)
    data = {
        "digest": seals.digest,
        "seals": len(seals.seals),
        "revoked": seals.revoked,
        "bodies": sorted(seals.bodies),
    }
    return Outcome(data, text=_lines(seals))


@app.command("publish")
def publish_seals(
    file: FileArgument,
    by: By,
    region: Annotated[
        str | None, typer.Option("--region", metavar="CODE", help="The region whose list it is.")
    ] = None,
    org: Annotated[
        str | None,
        typer.Option(
            "--org", metavar="USCC", help="The body whose list it is; with --region: whose --key is."
        ),
    ] = None,
    signatures: Signatures = None,
    api: remote.Api = None,
    key: ReadKey = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Publish a body's list of seals, or a region's of those of its bodies, or its next version."""
    seals = FORMS.read(file)
    if region is None and org is None:
        raise UsageError("SEALS_OF")
    publisher = Publisher(read_region(region), "") if region else Publisher(0, read_uscc(org or ""))
    desk = desk_of(network, rpc, by, signatures, api, org, key)
    ledger = desk.ledger
    now = int(ledger.clock.now().timestamp())
    publishing = publish(desk.state, ledger.published.seals, publisher, seals, now, desk.by)
    shared = desk.send(publishing.order)
    ledger.published.seals.keep(seals)
    is_sent = FORMS.leave_recorded(desk, shared, seals, api)
    data = {
        "publisher": str(publisher),
        "digest": seals.digest,
        "checkedAgainst": publishing.checked_against,
        "sent": is_sent,
    }
    return told(shared, data, f"{publisher}  {seals.digest}")


@app.command("list")
def list_seals(
    publisher: Annotated[
        str | None, typer.Option("--publisher", metavar="PUBLISHER", help="Only of this body or region.")
    ] = None,
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """List the lists of seals that bodies and regions published, each version with whether it counts now."""
    whose = Publisher.parse(publisher) if publisher else None
    ledger, state = reading(network, rpc, api, key, org)
    rows = ledger.published.showing_seals(state).rows(whose)
    return Outcome({"lists": rows}, text=table(rows, *_HEADS))


@app.command("show")
def show(
    publisher: PublisherArgument,
    out: Annotated[
        str | None, typer.Option("--out", metavar="FILE", help="Also write it, to hand it on.")
    ] = None,
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Show the list of seals of a body or region; with --api a text that is not here is fetched and kept."""
    whose = Publisher.parse(publisher)
    ledger, state = reading(network, rpc, api, key, org)
    showing = ledger.published.showing_seals(state)
    data = showing.show(whose)
    absent = [str(each["digest"]) for each in data["versions"] if not each["here"]]
    if FORMS.fetch_absent(ledger.published.seals, absent, ledger, key, org):
        data = showing.show(whose)
    if out is not None:
        write(out, pretty(ledger.published.seals.told(str(data["digest"]))))
    found = ledger.published.seals.find(str(data["digest"]))
    lines = _lines(found) if found else said("本机没有其内容", "its text is not here")
    return Outcome({**data, "file": out}, text=f"{whose}  {data['digest']}\n{lines}")


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
    """Keep the text of a list of seals that somebody published, so that this home can verify by it."""
    if send and (api is None or key is None):
        raise UsageError("SEALS_SENT_WHERE")
    form = FORMS.form(file)
    ledger, state = reading(network, rpc, api, key, org)
    places = ledger.published.seals.take(state, form)
    digest = read_seals(form).digest
    FORMS.leave_if(send, form, ledger, key, org)
    where = "  ".join(f"{each['publisher']} #{each['version']}" for each in places)
    return Outcome({"digest": digest, "published": places, "sent": send}, text=f"{digest}\n  {where}")


@app.command("status")
def status(
    serial: Annotated[str, typer.Argument(metavar="SERIAL", help="Of the seal, or of its certificate.")],
    of: Annotated[str | None, typer.Option("--of", metavar="USCC", help="The body whose seal it is.")] = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="Whether it was good then; else now.")
    ] = None,
    known_at: KnownAt = None,
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Tell what lists say of a seal: whether it was good at a moment, as they were known at another."""
    body = read_uscc(of) if of else None
    begun, known = moment(at), moment(known_at)
    ledger, state = reading(network, rpc, api, key, org)
    data = ledger.published.showing_seals(state).status(serial, body, begun, known)
    return Outcome(data, text="\n".join([f"{serial}  {data['at']}", *map(_standing, data["seals"])]))


def _standing(row: JsonObject) -> str:
    """Whose it is, where it stands, from when on it is revoked and why."""
    told = f"{row['body']}  {worded(SEAL_STANDING, str(row['standing']))}"
    if row["revokedAt"] is None:
        return told
    return f"{told}  {row['revokedAt']}  {worded(SEAL_REASON, str(row['reason']))}"


def _lines(seals: SealList) -> str:
    rows = []
    for each in map(dict, seals.as_json()["seals"]):
        revoked = each["revoked"]
        end = f"  {revoked['at']} {worded(SEAL_REASON, revoked['reason'])}" if revoked else ""
        rows.append(f"  {each['body']}  {each['serial']}  {each['from']} – {each['until'] or ''}{end}")
    count = said(f"{len(rows)} 枚，撤销 {seals.revoked} 枚", f"{len(rows)} seals, {seals.revoked} revoked")
    return "\n".join([f"{count}  {seals.digest}", *rows])
