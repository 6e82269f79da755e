"""`elicense type empower|disempower`: which bodies other than the issuer may act on licenses of a type."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli import remote
from api.cli.governing import AtService, By, Caller, Signatures, desk_of, done
from api.cli.options import Network, RpcUrls, ending
from api.cli.output import Outcome, said
from api.cli.registry_words import (
    CodeArgument,
    End,
    RegionOption,
    Until,
    read_code,
    read_region,
    read_since,
    read_uscc,
)
from ledger.domain.acts import ACT_VERBS, NAMEABLE, Act, verbs_of
from ledger.errors import UsageError
from ledger.service import govern
from ledger.service.list_registry import shown_time

Body = Annotated[str, typer.Option("--body", metavar="USCC", help="Which body.")]


def empower(
    code: CodeArgument,
    body: Body,
    region: RegionOption,
    acts: Annotated[str, typer.Option("--acts", metavar="A,B", help="Of suspend, annul, revoke.")],
    since: Annotated[str, typer.Option("--from", metavar="TIME", help="From when.")],
    by: By,
    until: Until = None,
    signatures: Signatures = None,
    api: remote.Api = None,
    caller: Caller = None,
    org: remote.Org = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Name a body for acts on licenses that others issue in a region; signed by it or a superior one."""
    desk, uscc = desk_of(network, rpc, by, signatures, AtService(api, caller, org)), read_uscc(body)
    term, named = (read_since(since), ending(until)), _acts(acts)
    order = govern.empower(read_code(code), uscc, read_region(region), named, *term, desk.by)
    data: dict[str, object] = {"type": code, "body": uscc, "region": region, "acts": verbs_of(named)}
    data |= {"since": shown_time(term[0]), "until": shown_time(term[1])}
    verbs = ", ".join(verbs_of(named))
    zh, en = f"{uscc} 在 {region} 对 {code} 可：{verbs}", f"{uscc} may {verbs} {code} in {region}"
    return done(desk.carry_out([order]), data, said(zh, en))


def disempower(
    code: CodeArgument,
    body: Body,
    region: RegionOption,
    by: By,
    until: End = None,
    signatures: Signatures = None,
    api: remote.Api = None,
    caller: Caller = None,
    org: remote.Org = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """End that at a moment that is not past; what the body suspended, it may still resume."""
    desk, uscc = desk_of(network, rpc, by, signatures, AtService(api, caller, org)), read_uscc(body)
    end = desk.end(until)
    governed = desk.carry_out([govern.end_power(read_code(code), uscc, read_region(region), end, desk.by)])
    data = {"type": code, "body": uscc, "region": region, "until": shown_time(end)}
    zh = f"{uscc} 在 {region} 对 {code} 的权限至 {data['until']} 止"
    return done(governed, data, said(zh, f"{uscc} acts on {code} in {region} until {data['until']}"))


def _acts(text: str) -> frozenset[Act]:
    verbs = [verb.strip() for verb in text.split(",")]
    nameable = verbs_of(NAMEABLE)
    unknown = next((verb for verb in verbs if verb not in nameable), None)
    if unknown is not None:
        raise UsageError("CHOICE", option="--acts", text=unknown[:20], choices=", ".join(nameable))
    return frozenset(ACT_VERBS[verb] for verb in verbs)
