"""`elicense demand`: which data bodies lack, what is offered, what meets it; what is open ages visibly."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli import remote
from api.cli.catalog_texts import TextAsked, TextIn, TextOut, TextSend, text_told
from api.cli.governing import table
from api.cli.options import Network, RpcUrls
from api.cli.output import Outcome
from api.cli.reading import AfterOption, LimitOption, ReadApi, ReadKey, ReadOrg, reading
from api.cli.sharing import BodyOption, ResourceArgument, SharingDesk, Signatures, SigningKey, desk_of, told
from ledger.service import share_owed
from ledger.service.catalog_texts import of_demand
from ledger.service.list_shared import Page
from ledger.service.share_resources import read_key, resource_in

app = typer.Typer(add_completion=False, help="Demands for data.")

DemandArgument = Annotated[str, typer.Argument(metavar="DEMAND", help="The demand's id.")]


@app.command("add")
def add(
    wanted: Annotated[
        str, typer.Option("--wanted", metavar="TEXT", help="Which data; the ledger gets a salted digest.")
    ],
    key: SigningKey,
    item: Annotated[str, typer.Option("--item", metavar="CODE", help="Code of the matter.")] = "",
    org: BodyOption = None,
    signatures: Signatures = None,
    api: remote.Api = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Say which data a body lacks."""
    desk = desk_of(network, rpc, [key], signatures, api, org)
    ledger, demander = desk.ledger, desk.body()
    order = share_owed.demand(demander, wanted, item, ledger.catalog_texts, ledger.entropy, desk.by)
    shared = desk.send(order)
    return told(shared, {"demand": shared.about, "demander": demander}, shared.about)


@app.command("offer")
def offer(
    demand: DemandArgument,
    resource: ResourceArgument,
    key: SigningKey,
    org: BodyOption = None,
    signatures: Signatures = None,
    api: remote.Api = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Offer a resource to a demand; by its provider."""
    return _named(desk_of(network, rpc, [key], signatures, api, org), demand, resource, is_match=False)


@app.command("match")
def match(
    demand: DemandArgument,
    resource: ResourceArgument,
    key: SigningKey,
    org: BodyOption = None,
    signatures: Signatures = None,
    api: remote.Api = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Say that a resource meets a demand; by the body whose demand it is."""
    return _named(desk_of(network, rpc, [key], signatures, api, org), demand, resource, is_match=True)


@app.command("list")
def list_(
    is_open: Annotated[bool, typer.Option("--open", help="Only what nothing meets yet.")] = False,
    demander: Annotated[
        str | None, typer.Option("--demander", metavar="USCC", help="Only of this body.")
    ] = None,
    limit: LimitOption = None,
    after: AfterOption = "",
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """List demands, the longest open first."""
    ledger, state = reading(network, rpc, api, key, org)
    data = ledger.listing(state).demands(demander, is_open, Page(limit, after))
    return Outcome(data, text=table(data["demands"], "demand", "demander", "wanted", "openDays"))


@app.command("text")
def text(
    demand: DemandArgument,
    in_: TextIn = None,
    out: TextOut = None,
    send: TextSend = False,
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Tell in which words something is lacked; with --api also from the service that has them."""
    desk = desk_of(network, rpc, [], None, api, org, key)
    announced = of_demand(desk.state, demand)
    return text_told(desk, announced, f"demands/{announced.about}", TextAsked(in_, out, send))


def _named(desk: SharingDesk, demand: str, resource: str, *, is_match: bool) -> Outcome:
    state, name = desk.state, demand.lower()
    share_owed.demand_in(state, name)
    found = resource_in(state, read_key(resource))
    order = (share_owed.match if is_match else share_owed.offer)(name, found, desk.by)
    shared = desk.send(order)
    return told(shared, {"demand": name, "resource": found.key}, f"{name} ← {found.key}")
