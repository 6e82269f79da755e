"""`elicense resource mount|unmount|probe|ratio`: which of the catalog is really to be had."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from api.cli import remote
from api.cli.files import pretty, replace_file, write_new
from api.cli.governing import state_of
from api.cli.options import Network, RpcUrls, moment, open_ledger
from api.cli.output import Outcome, read_input, said, worded
from api.cli.registry_words import read_region, read_uscc
from api.cli.sharing import (
    BodyOption,
    ResourceArgument,
    Signatures,
    SigningKey,
    desk_of,
    resources_in,
    told,
)
from ledger.adapters.sample_channel import fetch_sample
from ledger.domain.canonical import canonical, parse_strict
from ledger.domain.entities import Organisation
from ledger.domain.lineage import superiors_of
from ledger.domain.samples import channel_json, read_channel, read_sample, samples_of
from ledger.domain.words import PROBE
from ledger.errors import MalformedError, UsageError
from ledger.ports import Entropy, Index
from ledger.service import share_mounts
from ledger.service.share_mounts import MountPlan
from ledger.service.share_resources import read_key, resource_in
from ledger.service.shown_resources import ratio_json


def mount(
    resource: ResourceArgument,
    address: Annotated[
        str, typer.Option("--at", metavar="URL|DIR", help="Where it is to be had; kept off the ledger.")
    ],
    samples: Annotated[
        str, typer.Option("--samples", metavar="FILE", help="Rows, one JSON object a line, 1,000 at most.")
    ],
    out: Annotated[
        str, typer.Option("--out", metavar="DIR", help="Gets channel.json and the samples to be put there.")
    ],
    key: SigningKey,
    org: BodyOption = None,
    signatures: Signatures = None,
    api: remote.Api = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Declare how a resource is to be had, and commit to samples of it; nobody believes that unprobed."""
    desk = desk_of(network, rpc, [key], signatures, api, org)
    found = resource_in(desk.state, read_key(resource))
    plan = _plan(Path(out), address, _rows(samples), desk.ledger.entropy)
    shared = desk.send(plan.order(found, desk.by))
    data = {"owner": found.owner, "resource": found.key, "samples": len(plan.samples), "folder": out}
    return told(shared, data, f"{found.key} → {out}")


def _plan(folder: Path, address: str, rows: list[str], entropy: Entropy) -> MountPlan:
    """What is committed to, on disk before anything is sent; what an earlier run wrote is taken up again.

    Raises:
        UsageError: `FILE_EXISTS`: the folder holds another mount.
    """
    kept = folder / "channel.json"
    if kept.exists():
        plan = _read_plan(folder, len(rows))
        if plan.address.text != address or [each.row.text for each in plan.samples] != rows:
            raise UsageError("FILE_EXISTS", path=str(kept))
        return plan
    plan = share_mounts.plan_mount(address, rows, entropy)
    for sample in plan.samples:
        replace_file(folder / f"{sample.index}.json", pretty(sample.as_json()), 0o644)
    write_new(kept, pretty(channel_json(plan.address)), 0o600)
    return plan


def _read_plan(folder: Path, count: int) -> MountPlan:
    forms = [parse_strict(read_input(str(folder / f"{index}.json"))) for index in range(count)]
    root, samples = samples_of([read_sample(form).row for form in forms])
    address = read_channel(parse_strict(read_input(str(folder / "channel.json"))))
    return MountPlan(address, root, tuple(samples))


def unmount(
    resource: ResourceArgument,
    key: SigningKey,
    org: BodyOption = None,
    signatures: Signatures = None,
    api: remote.Api = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Declare that a resource is to be had no more."""
    desk = desk_of(network, rpc, [key], signatures, api, org)
    found = resource_in(desk.state, read_key(resource))
    shared = desk.send(share_mounts.take_down(found, desk.by))
    return told(shared, {"owner": found.owner, "resource": found.key, "samples": 0}, found.key)


def probe(
    resource: ResourceArgument,
    channel: Annotated[str, typer.Option("--channel", metavar="FILE", help="The provider's channel.json.")],
    key: SigningKey,
    near: Annotated[bool, typer.Option("--near", help="The channel may be on this machine.")] = False,
    org: BodyOption = None,
    api: remote.Api = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Fetch a sample that nobody could foresee, hold it against the ledger, and sign what was found."""
    fetch = partial(fetch_sample, near=near)
    desk = desk_of(network, rpc, [key], None, api, org)
    found = resource_in(desk.state, read_key(resource))
    address = read_channel(parse_strict(read_input(channel)))
    now = int(desk.ledger.clock.now().timestamp())
    made = share_mounts.probe(found, address, fetch, desk.ledger.entropy, now)
    prober = desk.body()
    shared = desk.send(made.order(found, prober, desk.by))
    data = {
        "owner": found.owner,
        "resource": found.key,
        "prober": prober,
        "index": made.index,
        "outcome": made.outcome.name,
    }
    return told(shared, data, f"{found.key}  #{made.index} {worded(PROBE, made.outcome.name)}")


def ratio(
    region: Annotated[
        str | None, typer.Option("--region", metavar="CODE", help="Of the bodies in a region.")
    ] = None,
    owner: Annotated[str | None, typer.Option("--owner", metavar="USCC", help="Of one body.")] = None,
    at: Annotated[str | None, typer.Option("--at", metavar="TIME", help="At which moment.")] = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """The mount ratio: how many entries others found where their owners say; a probe proves for 30 days."""
    if (region is None) == (owner is None):
        raise UsageError("RATIO_SCOPE")
    ledger = open_ledger(network, rpc)
    state = state_of(ledger)
    now = moment(at) or int(ledger.clock.now().timestamp())
    owners = {read_uscc(owner)} if owner else _within(state, read_region(region or ""), now)
    data = ratio_json(resources_in(state), owner or region or "", owners, now)
    scope, when = data["scope"], data["at"]
    text = said(
        f"{scope} 挂接率 {data['ratio']}（探测证实/目录），声明挂接 {data['declared']}，{when}",
        f"{scope}: {data['ratio']} of the catalog proved, {data['declared']} declared, at {when}",
    )
    return Outcome(data, text=text)


def _within(state: Index, region: int, at: int) -> set[str]:
    """The bodies of a region and of those below it."""
    bodies = (each for _, each in state.entities("organisation") if isinstance(each, Organisation))
    return {each.uscc for each in bodies if region in superiors_of(state, each.region, at, at)}


def _rows(path: str) -> list[str]:
    """Rows of a sample file, each in its canonical form."""
    lines = [line for line in read_input(path).splitlines() if line.strip()]
    try:
        return [canonical(parse_strict(line)).decode() for line in lines]
    except MalformedError as error:
        raise UsageError("SAMPLES_ROWS", path=path, reason=error.code) from None
