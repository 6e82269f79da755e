"""`elicense resource snapshot|verify-snapshot`: what a resource held for a period, and what proves it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import typer

from api.cli import remote
from api.cli.options import Network, RpcUrls, ending, moment
from api.cli.output import Outcome, said
from api.cli.reading import ReadApi, ReadKey, ReadOrg, reading
from api.cli.resource_edition import read_file
from api.cli.sharing import BodyOption, ResourceArgument, Signatures, SigningKey, desk_of, told
from ledger.domain.declared import declaration_of, overlapping
from ledger.domain.license_tree import root
from ledger.domain.moments import rfc3339
from ledger.domain.sharing import DeclarationKind
from ledger.errors import MalformedError, RuleError
from ledger.service.share_declarations import Period, set_snapshot, snapshot_matching
from ledger.service.share_resources import read_key, resource_in

SnapshotFile = Annotated[str, typer.Argument(metavar="FILE", help="A row a line, UTF-8; - is stdin.")]


def snapshot(
    resource: ResourceArgument,
    file: SnapshotFile,
    since: Annotated[str, typer.Option("--since", metavar="TIME", help="Beginning of the period.")],
    until: Annotated[str, typer.Option("--until", metavar="TIME", help="Last day, or first moment no more.")],
    key: SigningKey,
    org: BodyOption = None,
    signatures: Signatures = None,
    api: remote.Api = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Declare which rows a resource held for a period that is over; the rows stay where they are."""
    read = read_file(file, is_by_rows=True)
    if not read.size:
        raise MalformedError("EDITION_EMPTY", path=file)
    desk = desk_of(network, rpc, [key], signatures, api, org)
    period = Period(moment(since) or 0, ending(until))
    if not period.since < period.until <= int(desk.ledger.clock.now().timestamp()):
        raise RuleError("SNAPSHOT_PERIOD")
    state = desk.state
    found = resource_in(state, read_key(resource))
    declared = declaration_of(state, found.key, DeclarationKind.SNAPSHOT)
    before = declared.told if declared else ()
    shared = desk.send(set_snapshot(found, read, period, desk.by))
    data = {
        "resource": found.key,
        "since": rfc3339(period.since),
        "until": rfc3339(period.until),
        "digest": read.digest.hex(),
        "root": "0x" + root(read.leaves).hex(),
        "rows": len(read.leaves),
        "overlaps": overlapping(before, period.since, period.until),
    }
    return told(shared, data, f"{found.key}  {data['since']} – {data['until']}  {read.digest.hex()}")


def verify_snapshot(
    file: SnapshotFile,
    of: Annotated[str, typer.Option("--of", metavar="OWNER/CODE", help="Whose snapshot it is to be.")],
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Tell whether a file is a declared snapshot of a resource, to the byte and by its rows."""
    read = read_file(file, is_by_rows=True)
    ledger, state = reading(network, rpc, api, key, org)
    name = read_key(of)
    found = snapshot_matching(ledger.listing(state).declared.snapshots(name), read)
    data = {"authentic": not found["void"], "resource": name, **found, "source": "SERVICE" if api else "NODE"}
    error = RuleError("SNAPSHOT_VOID", resource=name, number=found["snapshot"]) if found["void"] else None
    return Outcome(data, text=f"{name}  {snapshot_line(found)}", error=error)


def snapshot_line(snapshot: Mapping[str, object]) -> str:
    """A snapshot on one line."""
    overlaps = snapshot["overlaps"]
    numbers = ", ".join(f"#{each}" for each in overlaps) if isinstance(overlaps, list) else ""
    more = said(f"  与 {numbers} 时段重叠", f"  overlaps with {numbers}") if numbers else ""
    void = said("  密钥失密，无效", "  VOID: its key was compromised") if snapshot["void"] else ""
    return said(
        f"快照 #{snapshot['snapshot']}  {snapshot['since']} – {snapshot['until']}  "
        f"{snapshot['rows']} 行{more}{void}",
        f"snapshot #{snapshot['snapshot']}  {snapshot['since']} – {snapshot['until']}  "
        f"{snapshot['rows']} rows{more}{void}",
    )
