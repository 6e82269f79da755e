"""`elicense resource`: the catalog of what bodies share, and on what conditions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any

import typer

from api.cli import remote
from api.cli.bodies import with_names
from api.cli.catalog_texts import TextAsked, TextIn, TextOut, TextSend, text_told
from api.cli.governing import table
from api.cli.options import OWN_NUMBER, Network, RpcUrls, ending
from api.cli.output import Outcome, said, worded
from api.cli.plain import one_line
from api.cli.reading import AfterOption, LimitOption, ReadApi, ReadKey, ReadOrg, reading
from api.cli.registry_words import read_code, read_region, read_uscc
from api.cli.resource_edition import prove_row, publish, verify_edition, verify_row, withdraw
from api.cli.resource_mount import mount, probe, ratio, unmount
from api.cli.resource_snapshot import snapshot, verify_snapshot
from api.cli.resource_source import rows_here, source
from api.cli.resource_words import resource_card
from api.cli.sharing import (
    BodyOption,
    FieldListOption,
    ResourceArgument,
    SharingDesk,
    Signatures,
    SigningKey,
    desk_of,
    listed,
    one_of,
    read_fields,
    read_schema,
    told,
)
from ledger.domain.acts import FREE, Sharing
from ledger.domain.items import CODE_LENGTH, effective
from ledger.domain.objects import ascii32, from_ascii32
from ledger.domain.sharing import BaseLibrary, ResourceKind
from ledger.domain.sharing_entities import Item, resource_key
from ledger.domain.type_fields import unknown_fields
from ledger.domain.words import SHARING as SHARING_WORDS
from ledger.errors import UsageError
from ledger.service import share_resources
from ledger.service.catalog_texts import of_resource
from ledger.service.list_shared import Page
from ledger.service.share_resources import read_key, resource_in, version_members

app = typer.Typer(add_completion=False, help="The catalog of shared resources.")

SHARING = {each.name.lower().replace("_", "-"): int(each) for each in Sharing}
LIBRARIES = {each.name.lower().replace("_", "-"): int(each) for each in BaseLibrary}

TypeOption = Annotated[str | None, typer.Option("--type", metavar="CODE", help="The license type it is of.")]
SharingOption = Annotated[
    str | None,
    typer.Option("--sharing", metavar="KIND", help="unconditional, conditional, not-shared or open."),
]
GroundOption = Annotated[
    int | None,
    typer.Option(
        "--ground", min=1, max=65535, help=f"Number of the legal ground of an exception, {OWN_NUMBER}."
    ),
]
UntilOption = Annotated[
    str | None,
    typer.Option("--until", metavar="TIME", help="Last day of the exception, or first moment no more."),
]
CycleOption = Annotated[
    int | None, typer.Option("--cycle-days", min=0, help="Days within which it is updated.")
]
LibraryOption = Annotated[
    str | None, typer.Option("--library", metavar="NAME", help=f"Base library: {', '.join(LIBRARIES)}.")
]
RegionOption = Annotated[str | None, typer.Option("--region", metavar="CODE", help="Whose base library.")]
OperatorOption = Annotated[
    str | None, typer.Option("--operator", metavar="USCC", help="Signs for the owner.")
]
SchemaOption = Annotated[
    str | None, typer.Option("--schema", metavar="FILE", help="JSON Schema of the data.")
]
ItemsOption = Annotated[
    str | None, typer.Option("--items", metavar="A,B", help="Codes of the matters it serves.")
]
UseRightOption = Annotated[
    str | None, typer.Option("--use-right", metavar="USCC", help="Who has the right of use (使用权).")
]
BenefitRightOption = Annotated[
    str | None, typer.Option("--benefit-right", metavar="USCC", help="Who has the right of benefit (收益权).")
]


@app.command("add")
def add(
    code: Annotated[str, typer.Argument(metavar="CODE", help="The owner's code for it.")],
    fields: Annotated[
        str, typer.Option("--field-list", metavar="FILE", help="Published fields with grades, JSON or CSV.")
    ],
    key: SigningKey,
    type_: TypeOption = None,
    sharing: SharingOption = None,
    ground: GroundOption = None,
    until: UntilOption = None,
    cycle_days: CycleOption = None,
    library: LibraryOption = None,
    region: RegionOption = None,
    operator: OperatorOption = None,
    schema: SchemaOption = None,
    items: ItemsOption = None,
    use_right: UseRightOption = None,
    benefit_right: BenefitRightOption = None,
    org: BodyOption = None,
    signatures: Signatures = None,
    api: remote.Api = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Register what a body shares; without another word it is shared unconditionally."""
    desk = desk_of(network, rpc, [key], signatures, api, org)
    owner = desk.body()
    name = resource_key(owner, code)
    if desk.state.get("resource", name) is not None:
        raise UsageError("RESOURCE_THERE", resource=name)
    given = _members(
        desk,
        type_=type_,
        sharing=sharing,
        ground=ground,
        until=until,
        cycle_days=cycle_days,
        library=library,
        region=region,
        operator=operator,
        schema=schema,
        items=items,
        use_right=use_right,
        benefit_right=benefit_right,
        fields=fields,
    )
    return _register(desk, owner, code, {**share_resources.NEW, **given}, items)


@app.command("amend")
def amend(
    resource: ResourceArgument,
    key: SigningKey,
    fields: FieldListOption = None,
    sharing: SharingOption = None,
    ground: GroundOption = None,
    until: UntilOption = None,
    cycle_days: CycleOption = None,
    library: LibraryOption = None,
    region: RegionOption = None,
    operator: OperatorOption = None,
    schema: SchemaOption = None,
    items: ItemsOption = None,
    use_right: UseRightOption = None,
    benefit_right: BenefitRightOption = None,
    org: BodyOption = None,
    signatures: Signatures = None,
    api: remote.Api = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Register the next version: what no option says something about stays as it is."""
    desk = desk_of(network, rpc, [key], signatures, api, org)
    found = resource_in(desk.state, read_key(resource))
    given = _members(
        desk,
        sharing=sharing,
        ground=ground,
        until=until,
        cycle_days=cycle_days,
        library=library,
        region=region,
        operator=operator,
        schema=schema,
        items=items,
        use_right=use_right,
        benefit_right=benefit_right,
        fields=fields,
    )
    members = {**version_members(found.current), **given}
    return _register(desk, found.owner, found.code, members, items)


app.command("mount")(mount)
app.command("unmount")(unmount)
app.command("probe")(probe)
app.command("ratio")(ratio)
app.command("source")(source)
app.command("publish")(publish)
app.command("withdraw")(withdraw)
app.command("verify-edition")(verify_edition)
app.command("prove-row")(prove_row)
app.command("verify-row")(verify_row)
app.command("snapshot")(snapshot)
app.command("verify-snapshot")(verify_snapshot)


def _register(
    desk: SharingDesk, owner: str, code: str, members: dict[str, object], items: str | None
) -> Outcome:
    unknown = _unknown_items(desk, listed(items or ""))
    ground = int(str(members["ground"]))
    grounds = desk.ledger.published.read_grounds(desk.state)
    is_listed = grounds.is_listed(owner, ground)
    strange = _unknown_fields(desk, members)
    order = share_resources.register_resource(owner, code, members, desk.by)
    shared = desk.send(order)
    data = {
        "owner": owner,
        "resource": resource_key(owner, code),
        "sharing": Sharing(int(str(members["sharing"]))).name,
        "fieldsDigest": members["fieldsDigest"],
        "unknownItems": unknown,
        "unknownFields": strange,
        "groundListed": is_listed,
        "groundText": grounds.words(owner, ground),
    }
    lines = [f"{owner}/{code}  {worded(SHARING_WORDS, data['sharing'])}"]
    late = said("尚未登记的事项", "an item that is not registered yet")
    lines += [f"  {late}: {each}" for each in unknown]
    none = said("注意：此类型没有这个字段", "warning: nothing of this type has such a field")
    lines += [f"  {none}: {one_line(each)}" for each in strange]
    if is_listed is False:
        lines.append(
            said(
                f"  注意：本地区的依据清单没有第 {ground} 号，无法查知依据何法",
                f"  warning: the region's grounds list no number {ground}, so nobody can read on what law",
            )
        )
    return told(shared, data, "\n".join(lines))


def _unknown_fields(desk: SharingDesk, members: Mapping[str, object]) -> list[str]:
    """Names of the list that no license of the resource's type can have, where list and type are here."""
    listed = desk.ledger.party_texts.list_of(str(members["fieldsDigest"]))
    code = members["licenseType"]
    named = from_ascii32(code) if isinstance(code, (str, bytes)) else ""
    kind = next((each for each in desk.ledger.types().all() if each.code == named), None)
    return unknown_fields(kind, listed.names) if kind and listed else []


def _unknown_items(desk: SharingDesk, codes: list[str]) -> list[str]:
    """Those that no handling body has registered, or that ended; the resource may come before its item."""
    state, now = desk.state, int(desk.ledger.clock.now().timestamp())
    found = {code: state.get("item", code[:CODE_LENGTH]) for code in codes}
    return [code for code, item in found.items() if not isinstance(item, Item) or not effective(item, now)]


def _members(desk: SharingDesk, **given: object) -> dict[str, object]:
    """The members of a registration that the options say something about."""
    made: dict[str, object] = {}
    for option, value in given.items():
        if value is not None:
            made |= _READ[option](desk, value)
    return made


def _type(desk: SharingDesk, code: str) -> dict[str, object]:
    known = desk.ledger.types().get(read_code(code))
    return {
        "kind": int(ResourceKind.LICENSE_TYPE),
        "licenseType": ascii32(code),
        "schemaDigest": known.schema_digest,
    }


def _sharing(_: SharingDesk, text: str) -> dict[str, object]:
    number = one_of("--sharing", text, SHARING)
    lifted = {"ground": 0, "until": 0} if number in FREE else {}
    return {"sharing": number, **lifted}


def _schema(desk: SharingDesk, path: str) -> dict[str, object]:
    schema = read_schema(path)
    desk.ledger.party_texts.keep_schema(schema)
    return {"schemaDigest": schema.digest}


def _fields(desk: SharingDesk, path: str) -> dict[str, object]:
    fields = read_fields(path)
    desk.ledger.party_texts.keep_list(fields)
    return share_resources.field_members(fields)


_READ: dict[str, Callable[[SharingDesk, Any], dict[str, object]]] = {
    "type_": _type,
    "sharing": _sharing,
    "ground": lambda _, number: {"ground": number},
    "until": lambda _, text: {"until": ending(text)},
    "cycle_days": lambda _, number: {"cycleDays": number},
    "library": lambda _, name: {"baseLibrary": one_of("--library", name, LIBRARIES)},
    "region": lambda _, text: {"region": read_region(text)},
    "operator": lambda _, uscc: {"operator": ascii32(read_uscc(uscc))},
    "schema": _schema,
    "items": lambda desk, text: {"itemsDigest": desk.ledger.catalog_texts.items(listed(text))},
    "use_right": lambda _, uscc: {"useRight": ascii32(read_uscc(uscc))},
    "benefit_right": lambda _, uscc: {"benefitRight": ascii32(read_uscc(uscc))},
    "fields": _fields,
}
"""What each option says, by the members of the message."""


@app.command("list")
def list_(
    owner: Annotated[str | None, typer.Option("--owner", metavar="USCC", help="Only of this body.")] = None,
    limit: LimitOption = None,
    after: AfterOption = "",
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """List the catalog as it stands."""
    ledger, state = reading(network, rpc, api, key, org)
    data = ledger.listing(state).resources(owner, Page(limit, after))
    heads = ("resource", "sharing", "type", "version", "mounted")
    return Outcome(data, text=table(data["resources"], *heads))


@app.command("show")
def show(
    resource: ResourceArgument,
    fields: FieldListOption = None,
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Show one resource: its conditions, its fields, how it is mounted."""
    ledger, state = reading(network, rpc, api, key, org)
    name = read_key(resource)
    if fields:
        ledger.party_texts.list_of(resource_in(state, name).current.fields_digest, read_fields(fields))
    here = rows_here(ledger, resource_in(state, name))
    data = {**ledger.listing(state).resource(name), "rowsHere": here}
    kind = ledger.drafts().kind(str(data["type"])) if data["type"] else None
    return Outcome(data, text=lambda: with_names(ledger, state, resource_card(data, kind)))


@app.command("text")
def text(
    resource: ResourceArgument,
    in_: TextIn = None,
    out: TextOut = None,
    send: TextSend = False,
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Tell which items a resource serves; with --api also from the service that has the list."""
    desk = desk_of(network, rpc, [], None, api, org, key)
    announced = of_resource(desk.state, read_key(resource))
    return text_told(desk, announced, f"resources/{announced.about}", TextAsked(in_, out, send))
