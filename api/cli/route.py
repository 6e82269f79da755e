"""`elicense route`: which way exchanges take, as regions publish it."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli import keys, remote
from api.cli.files import pretty
from api.cli.governing import By, table
from api.cli.grant import GrantArgument
from api.cli.options import Network, RpcUrls, moment
from api.cli.output import Outcome, said, worded
from api.cli.published import PublishedForms, Send, require_service
from api.cli.reading import ReadApi, ReadKey, ReadOrg, reading, service_for
from api.cli.registry_words import RegionOption, read_region
from api.cli.sharing import Signatures, desk_of, told
from api.cli.showing import write
from ledger.domain.canonical import JsonObject
from ledger.domain.moments import rfc3339
from ledger.domain.routes import RoutePolicy, read_routes
from ledger.domain.words import CHANNEL, CROSSING
from ledger.errors import UnknownIdError
from ledger.service.routes import MAX_ROUTES_FILE, publish
from ledger.service.share_grants import grant_in

app = typer.Typer(add_completion=False, help="Route policies: which way exchanges take.")
FORMS = PublishedForms("routes", "/v1/routes", read_routes, MAX_ROUTES_FILE)

FileArgument = Annotated[
    str, typer.Argument(metavar="FILE", help="The policy (elicense-routes/1), - for stdin.")
]
_HEADS = ("region", "version", "since", "publishedAt", "counts", "here")


@app.command("check")
def check(file: FileArgument) -> Outcome:
    """Tell whether a file is a route policy, and what it says; asks no ledger."""
    policy = FORMS.read(file)
    data = {"digest": policy.digest, "rules": policy.as_json()["rules"]}
    return Outcome(data, text=_lines(policy))


@app.command("publish")
def publish_routes(
    file: FileArgument,
    region: RegionOption,
    by: By,
    since: Annotated[str | None, typer.Option("--from", metavar="TIME", help="From when it counts.")] = None,
    signatures: Signatures = None,
    api: remote.Api = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Publish a region's route policy, or its next version; signed by the region or a superior one."""
    policy, code, begun = FORMS.read(file), read_region(region), moment(since)
    desk = desk_of(network, rpc, by, signatures, api, org, key)
    now = desk.ledger.now()
    begins = now if begun is None else begun
    shared = desk.send(publish(desk.state, code, policy, begins, now, desk.by))
    desk.ledger.published.routes.keep(policy)
    is_sent = api is not None and shared.seq is not None
    if is_sent:
        desk.service().post("/v1/routes", policy.as_json())
    data = {"region": region, "digest": policy.digest, "since": rfc3339(begins), "sent": is_sent}
    return told(shared, data, f"{region}  {policy.digest}")


@app.command("list")
def list_routes(
    region: Annotated[
        str | None, typer.Option("--region", metavar="CODE", help="Only of this region.")
    ] = None,
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """List the route policies that regions published, with all versions."""
    code = read_region(region) if region else None
    ledger, state = reading(network, rpc, api, key, org)
    rows = ledger.published.showing_routes(state).rows(code)
    return Outcome({"routes": rows}, text=table(rows, *_HEADS))


@app.command("show")
def show(
    region: Annotated[str, typer.Argument(metavar="REGION", help="Its six digits.")],
    out: Annotated[
        str | None, typer.Option("--out", metavar="FILE", help="Also write it, to hand it on.")
    ] = None,
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Show the policy that counts in a region now; with --api missing texts are fetched and kept."""
    code = read_region(region)
    ledger, state = reading(network, rpc, api, key, org)
    showing = ledger.published.showing_routes(state)
    data = showing.show(code)
    named = [*data["versions"], *([data["policy"]] if data["policy"] else [])]
    absent = {str(each["digest"]) for each in named if not each["here"]}
    if absent and key is not None:
        client = service_for(ledger, keys.signer(key), org)
        FORMS.fetch(ledger.published.routes, client, sorted(absent))
        data = showing.show(code)
    policy = ledger.published.routes.find(data["policy"]["digest"]) if data["policy"] else None
    if out is not None:
        if policy is None:
            raise UnknownIdError("UNKNOWN_ROUTES", region=region)
        write(out, pretty(policy.as_json()))
    text = _lines(policy) if policy else said("本机没有其内容", "its text is not here")
    return Outcome({**data, "file": out}, text=text)


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
    """Keep the text of a route policy that a region published, so that this home can follow it."""
    require_service(send, api, key)
    form = FORMS.form(file)
    ledger, state = reading(network, rpc, api, key, org)
    places = ledger.published.showing_routes(state).take(form)
    policy = read_routes(form)
    FORMS.leave_if(send, form, ledger, key, org)
    where = "  ".join(f"{each['region']} #{each['version']}" for each in places)
    data = {"digest": policy.digest, "published": places, "sent": send}
    return Outcome(data, text=f"{policy.digest}\n  {where}")


@app.command("of")
def of(
    grant: GrantArgument,
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Tell what exchanges of a grant cross, and which way they have to take."""
    ledger, state = reading(network, rpc, api, key, org)
    data = ledger.published.routes_in(state).of(grant_in(state, grant))
    crossed = said("、", ", ").join(worded(CROSSING, each) for each in data["crosses"]) or "–"
    lines = [f"{data['owner']} → {data['grantee']}", f"  {said('跨越', 'crosses')}: {crossed}"]
    policy = data["policy"]
    if policy is None:
        lines.append(said("  没有路由策略", "  no route policy"))
    elif not policy["here"]:
        lines.append(said("  路由策略的内容不在本机", "  the text of the route policy is not here"))
    elif data["rule"] is None:
        lines.append(said("  没有适用的规则", "  no rule is for it"))
    else:
        lines.append(_rule(data["rule"], data))
    return Outcome(data, text="\n".join(lines))


def _lines(policy: RoutePolicy) -> str:
    rules = policy.as_json()["rules"]
    told_rules = [_rule(number, each, each["crosses"]) for number, each in enumerate(rules, 1)]
    return "\n".join([policy.digest, *told_rules])


def _rule(number: int, rule: JsonObject, crosses: list[str] | None = None) -> str:
    """A rule as people read it."""
    channels = said("、", ", ").join(worded(CHANNEL, each) for each in rule["channels"])
    hops = f"  {' → '.join(rule['hops'])}" if rule["hops"] else ""
    most = rule["maxGrade"]
    grade = "" if most is None else said(f"  不高于 {most} 级", f"  up to grade {most}")
    named = said("、", ", ").join(worded(CROSSING, each) for each in crosses or ())
    when = f"{named or said('全部', 'all')}: " if crosses is not None else ""
    return f"  #{number}  {when}{channels}{hops}{grade}"
