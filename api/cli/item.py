"""`elicense item`: service items, what they need, and what was asked for again."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from api.cli import remote
from api.cli.governing import table
from api.cli.options import Network, RpcUrls, ending, moment
from api.cli.output import Outcome, read_input, said, worded
from api.cli.plain import one_line
from api.cli.reading import AfterOption, LimitOption, ReadApi, ReadKey, ReadOrg, reading
from api.cli.resource_words import ground_words
from api.cli.sharing import BodyOption, Signatures, SigningKey, desk_of, holders_message, told
from ledger.bootstrap import Ledger
from ledger.domain.canonical import JsonObject, parse_strict
from ledger.domain.entities import License
from ledger.domain.items import ItemList, item_check, read_item_code, read_item_list
from ledger.domain.moments import rfc3339
from ledger.domain.sharing_entities import Item
from ledger.domain.words import MATERIAL
from ledger.errors import UsageError
from ledger.ports import Entities
from ledger.service.list_shared import ListShared, Page
from ledger.service.read_state import RemoteState
from ledger.service.share_items import (
    end_item,
    item_in,
    register_item,
    repeat_members,
    report_repeat,
    require_first_report,
)
from ledger.service.standing import license_in

app = typer.Typer(add_completion=False, help="Service items and their materials.")

ItemArgument = Annotated[str, typer.Argument(metavar="CODE", help="31 characters, or 32 with the check.")]
ListOption = Annotated[
    str | None, typer.Option("--file", metavar="FILE", help="The list, where this home lacks it.")
]
AtOption = Annotated[str | None, typer.Option("--at", metavar="TIME", help="The moment; now by default.")]
LicensesOption = Annotated[
    list[str], typer.Option("--license", metavar="ID", help="A license at hand; may be repeated.")
]


def read_list(path: str) -> ItemList:
    """The list of an item in a file.

    Raises:
        MalformedError: `ITEM_MALFORMED`, or as `parse_strict`.
        UsageError: `FILE_UNREADABLE`.
    """
    return read_item_list(parse_strict(read_input(path)))


@app.command("add")
def add(
    file: Annotated[str, typer.Argument(metavar="FILE", help="elicense-item/1.")],
    key: SigningKey,
    since: Annotated[str | None, typer.Option("--from", metavar="TIME", help="Now by default.")] = None,
    org: BodyOption = None,
    signatures: Signatures = None,
    api: remote.Api = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Register an item with its list of materials, or its next version; by the handling body."""
    desk, listed = desk_of(network, rpc, [key], signatures, api, org), read_list(file)
    ledger, code, digest = desk.ledger, read_item_code(listed.code), "0x" + listed.digest.hex()
    known = desk.state.get("item", code)
    if isinstance(known, Item) and known.versions[-1].list_digest == digest:
        raise UsageError("ITEM_THERE", item=code)
    shared = desk.send(register_item(listed, moment(since) or 0, desk.by))
    ledger.party_texts.keep_item(listed)
    data = {"item": code, "check": item_check(code), "region": f"{listed.region:06d}", "listDigest": digest}
    return told(shared, data, f"{code}  {listed.name}")


@app.command("list")
def list_items(
    owner: Annotated[str | None, typer.Option("--owner", metavar="USCC", help="The handling body.")] = None,
    limit: LimitOption = None,
    after: AfterOption = "",
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """List the items that are in effect."""
    ledger, state = reading(network, rpc, api, key, org)
    data = listing_now(ledger, state).items(owner, Page(limit, after))
    return Outcome(data, text=table(data["items"], "item", "region", "version", "since"))


@app.command("show")
def show(
    code: ItemArgument,
    at: AtOption = None,
    file: ListOption = None,
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Show an item as it is at a moment, with its materials where the list is at hand."""
    ledger, state = reading(network, rpc, api, key, org)
    listing, name = listing_now(ledger, state), read_item_code(code)
    _take_in(ledger, state, name, listing.now, file)
    data = listing.item(name, moment(at))
    return Outcome(data, text=lambda: _card(data))


def _card(data: JsonObject) -> str:
    """`item show`: the item, from when, and what it needs."""
    version = said(f"第 {data['version']} 版", f"version {data['version']}")
    lines = [f"{data['item']}  {data['name'] or ''}  {version}  {data['since']}".replace("    ", "  ")]
    needed = data["materials"]
    if needed is None:
        lines.append(said("  材料清单不在本机", "  the list of materials is not here"))
    lines += [f"  {_material(each)}" for each in needed or ()]
    return "\n".join(map(one_line, lines))


def _material(each: JsonObject) -> str:
    return "  ".join(str(each[name]) for name in ("name", "type", "resource") if each.get(name))


@app.command("end")
def end(
    code: ItemArgument,
    key: SigningKey,
    until: Annotated[str | None, typer.Option("--until", metavar="TIME", help="Now by default.")] = None,
    org: BodyOption = None,
    signatures: Signatures = None,
    api: remote.Api = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """End an item; by the handling body."""
    desk, name = desk_of(network, rpc, [key], signatures, api, org), read_item_code(code)
    shared, last = desk.send(end_item(name, ending(until), desk.by)), ending(until)
    return told(shared, {"item": name, "until": rfc3339(last) if last else None}, name)


@app.command("materials")
def materials(
    code: ItemArgument,
    license_: LicensesOption = [],  # noqa: B006
    at: AtOption = None,
    file: ListOption = None,
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Say which materials of an item the ledger has, by licenses that somebody showed."""
    ledger, state = reading(network, rpc, api, key, org)
    listing, name = listing_now(ledger, state), read_item_code(code)
    when = moment(at) or listing.now
    _take_in(ledger, state, name, when, file)
    own = [_license(ledger, state, each) for each in license_]
    return answered(name, listing.materials(name, own, when), when)


def answered(code: str, rows: list[JsonObject], when: int) -> Outcome:
    """The outcome of asking which materials are there."""
    bring = sum(not row["have"] for row in rows)
    data = {"item": code, "at": rfc3339(when), "materials": rows, "bring": bring}
    return Outcome(data, text="\n".join(map(_line, rows)))


def _line(row: dict[str, object]) -> str:
    what = row.get("name") or row.get("type") or row.get("resource")
    if not row["have"]:
        why = worded(MATERIAL, row["reason"])
        if row.get("ground"):
            why += said("，依据 ", ", ground ") + ground_words(row)
        return said(f"✗ 请提交：{what}（{why}）", f"✗ bring it: {what} ({why})")
    by = row["resource"] or said("持证人出示", "shown by the holder")
    return said(f"✓ 账本已有，不必提交：{what}（{by}）", f"✓ the ledger already has it: {what} ({by})")


@app.command("report")
def report(
    code: ItemArgument,
    license_: Annotated[str, typer.Option("--license", metavar="ID", help="What was asked for again.")],
    key: SigningKey,
    at: AtOption = None,
    org: BodyOption = None,
    signatures: Signatures = None,
    api: remote.Api = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Report that the handling body asked for a license that the ledger has; by one that was shown it."""
    desk, name = desk_of(network, rpc, [key], signatures, api, org), read_item_code(code)
    ledger = desk.ledger
    given, license_id = moment(at), ledger.resolve(license_)[0]
    when = ledger.reader.head().time if given is None else given  # no later than the record's block
    _, number, _ = item_in(desk.state, name, when)
    if given is None:
        require_first_report(desk.state, desk.body(), license_id, name, when)
    members = repeat_members(name, number, license_id, when)
    shared = desk.send(report_repeat(desk.body(), members, desk.by))
    return told(shared, {"item": name, "licenseId": license_id, "askedAt": rfc3339(when)}, shared.about)


@app.command("hand-in")
def hand_in(
    file: Annotated[str, typer.Argument(metavar="FILE", help="What `wallet tell-repeat` wrote.")],
    key: ReadKey = None,
    org: BodyOption = None,
    api: remote.Api = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Put onto the ledger what a holder signed about being asked again."""
    desk = desk_of(network, rpc, [], None, api, org, key)
    holder = holders_message(desk.ledger, file, ("TellRepeat",))
    shared = desk.hand_in(holder.message)
    return told(shared, {"licenseId": holder.values["licenseId"]}, shared.about)


@app.command("repeats")
def repeats(
    owner: Annotated[str | None, typer.Option("--owner", metavar="USCC", help="The handling body.")] = None,
    item: Annotated[str | None, typer.Option("--item", metavar="CODE", help="Only of this item.")] = None,
    limit: LimitOption = None,
    after: AfterOption = "",
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """List what was asked for again, and how often by each body."""
    ledger, state = reading(network, rpc, api, key, org)
    data = ledger.listing(state).repeats(owner, item, Page(limit, after))
    return Outcome(data, text=table(data["repeats"], "askedAt", "body", "item", "licenseId", "by"))


def listing_now(ledger: Ledger, state: Entities) -> ListShared:
    """What lists items, by the ledger's newest block where a node tells it: what was just recorded counts."""
    listing = ledger.listing(state)
    head = 0 if isinstance(state, RemoteState) else ledger.reader.head().time
    return replace(listing, now=max(head, listing.now))


def _take_in(ledger: Ledger, state: Entities, code: str, when: int, file: str | None) -> None:
    """Keep a list that was handed in; raises `ITEM_LIST_OTHER`."""
    if file is not None:
        _, _, version = item_in(state, code, when)
        ledger.party_texts.item_of(version.list_digest, read_list(file))


def _license(ledger: Ledger, state: Entities, name: str) -> License:
    license_id = ledger.resolve(name)[0]
    return license_in(state, license_id, ledger.drafts().opening(license_id))
