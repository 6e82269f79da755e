"""`elicense type empower|disempower`: which bodies other than the issuer may act on licenses of a type."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli.governing import By, Signatures, desk_of, done
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
    shown_time,
)
from ledger.domain.acts import ACT_VERBS, NAMEABLE, Act, verbs_of
from ledger.domain.entities import Powers
from ledger.errors import UsageError
from ledger.ports import Index
from ledger.service import govern

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
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Name a body for acts on licenses that others issue in a region; signed by it or a superior one."""
    desk, uscc = desk_of(network, rpc, by, signatures), read_uscc(body)
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
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """End that at a moment that is not past; what the body suspended, it may still resume."""
    desk, uscc = desk_of(network, rpc, by, signatures), read_uscc(body)
    end = desk.end(until)
    governed = desk.carry_out([govern.end_power(read_code(code), uscc, read_region(region), end, desk.by)])
    data = {"type": code, "body": uscc, "region": region, "until": shown_time(end)}
    zh = f"{uscc} 在 {region} 对 {code} 的权限至 {data['until']} 止"
    return done(governed, data, said(zh, f"{uscc} acts on {code} in {region} until {data['until']}"))


def held(state: Index, body: str | None = None, license_type: str | None = None) -> list[Powers]:
    """What one body, or whichever bodies for one type, were named for."""
    found = (power for _, power in state.entities("power") if isinstance(power, Powers))
    return [each for each in found if body in (None, each.body) and license_type in (None, each.license_type)]


def rows(state: Index, body: str | None = None, license_type: str | None = None) -> list[dict[str, object]]:
    """The same as `powers` of `org show` and `type show`."""
    return [_row(each) for each in held(state, body, license_type)]


def _row(named: Powers) -> dict[str, object]:
    last = named.powers[-1]
    return {
        "type": named.license_type,
        "body": named.body,
        "region": f"{named.region:06d}",
        "acts": verbs_of(last.acts),
        "since": shown_time(last.since),
        "until": shown_time(last.until),
        "rev": named.rev,
    }


def _acts(text: str) -> frozenset[Act]:
    verbs = [verb.strip() for verb in text.split(",")]
    nameable = verbs_of(NAMEABLE)
    unknown = next((verb for verb in verbs if verb not in nameable), None)
    if unknown is not None:
        raise UsageError("CHOICE", option="--acts", text=unknown[:20], choices=", ".join(nameable))
    return frozenset(ACT_VERBS[verb] for verb in verbs)
