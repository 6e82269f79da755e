"""`elicense recognition`: what one region accepts of another."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli import remote
from api.cli.governing import AtService, By, Caller, Signatures, desk_of, done, table
from api.cli.options import Network, RpcUrls, ending
from api.cli.output import Outcome, said
from api.cli.reading import ReadApi, ReadKey, ReadOrg, reading
from api.cli.registry_words import (
    End,
    Until,
    read_code,
    read_region,
    read_since,
    span_text,
    until_text,
)
from ledger.domain.entities import Terms
from ledger.domain.moments import rfc3339
from ledger.service import govern, list_registry
from ledger.service.list_registry import agreement_sides, recognition_row, shown_time

recognition_app = typer.Typer(add_completion=False, help="What one region accepts of another.")

FromOption = Annotated[str, typer.Option("--from", metavar="CODE", help="Region that licenses come from.")]
ToOption = Annotated[str, typer.Option("--to", metavar="CODE", help="Region that they go to.")]
TypeOption = Annotated[str, typer.Option("--type", metavar="CODE", help="Their type.")]


@recognition_app.command("add")
def recognition_add(
    from_region: FromOption,
    to_region: ToOption,
    type_: TypeOption,
    since: Annotated[str, typer.Option("--since", metavar="TIME", help="From when.")],
    by: By,
    as_type: Annotated[str | None, typer.Option("--as-type", metavar="CODE", help="As which type.")] = None,
    until: Until = None,
    signatures: Signatures = None,
    api: remote.Api = None,
    caller: Caller = None,
    org: remote.Org = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Agree that a type of one region counts in another; `--by` of the first, then of the second."""
    desk = desk_of(network, rpc, by, signatures, AtService(api, caller, org))
    sides = (read_region(from_region), read_region(to_region))
    counts_as, term = read_code(as_type or type_), (read_since(since), ending(until))
    governed = desk.carry_out([govern.recognize(sides, read_code(type_), counts_as, *term, desk.by)])
    data = {
        **agreement_sides(sides, type_),
        "asType": counts_as,
        "since": shown_time(term[0]),
        "until": shown_time(term[1]),
    }
    return done(governed, data, _counts(type_, from_region, to_region))


@recognition_app.command("end")
def recognition_end(
    from_region: FromOption,
    to_region: ToOption,
    type_: TypeOption,
    by: By,
    until: End = None,
    signatures: Signatures = None,
    api: remote.Api = None,
    caller: Caller = None,
    org: remote.Org = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """End an agreement at a moment that is not past; one side is enough."""
    desk = desk_of(network, rpc, by, signatures, AtService(api, caller, org))
    sides = (read_region(from_region), read_region(to_region))
    end = desk.end(until)
    governed = desk.carry_out([govern.end_recognition(sides, read_code(type_), end, desk.by)])
    data = {**agreement_sides(sides, type_), "until": rfc3339(end)}
    return done(governed, data, until_text(_counts(type_, from_region, to_region), data))


@recognition_app.command("list")
def recognition_list(
    from_region: Annotated[
        str | None, typer.Option("--from", metavar="CODE", help="Only from there.")
    ] = None,
    to_region: Annotated[str | None, typer.Option("--to", metavar="CODE", help="Only to there.")] = None,
    type_: Annotated[str | None, typer.Option("--type", metavar="CODE", help="Only of this type.")] = None,
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """List agreements, ended ones too."""
    state = reading(network, rpc, api, key, org)[1]
    wanted = (from_region, to_region, type_)
    rows = [
        recognition_row(each)
        for _, each in state.entities("recognition")
        if isinstance(each, Terms) and all(w in (None, k) for w, k in zip(wanted, each.key, strict=True))
    ]
    return Outcome({"recognitions": rows}, text=table(rows, "from", "to", "type", "asType", "since", "until"))


@recognition_app.command("show")
def recognition_show(
    from_region: FromOption,
    to_region: ToOption,
    type_: TypeOption,
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Show an agreement with its history."""
    sides = (read_region(from_region), read_region(to_region))
    data = list_registry.recognition(reading(network, rpc, api, key, org)[1], sides, read_code(type_))
    text = _counts(type_, from_region, to_region) + said(f"，视同 {data['asType']}", f" as {data['asType']}")
    return Outcome(data, text=f"{text} {span_text(data['since'], data['until'])}")


def _counts(type_: str, from_region: str, to_region: str) -> str:
    zh = f"{from_region} 的 {type_} 在 {to_region} 有效"
    return said(zh, f"{type_} of {from_region} counts in {to_region}")
