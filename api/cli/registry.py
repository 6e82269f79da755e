"""`elicense org`: bodies, keys, relays and regions of a sealed ledger.

Each change is signed by governing keys (`--by`, repeatable, in the order that the contracts want). A
`--by` file with only a public key stands for a key on another machine: `--signatures FILE` receives
what it has to sign, and the same command, run again with the file filled in, goes through.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from api.cli import keys, org_names, org_secret, registry_contracts, remote
from api.cli.governing import AtService, By, Caller, Signatures, desk_of, done, table
from api.cli.options import Network, RpcUrls, ending
from api.cli.output import Outcome, said, worded
from api.cli.plain import one_line
from api.cli.reading import ReadApi, ReadKey, ReadOrg, reading
from api.cli.registry_types import right_line
from api.cli.registry_words import (
    End,
    RegionOption,
    Until,
    read_name,
    read_region,
    read_since,
    read_uscc,
    span_text,
)
from api.cli.requests import key_file
from ledger.domain.acts import Purpose
from ledger.domain.entities import Key
from ledger.domain.founding import LEVELS
from ledger.domain.messages import key_id
from ledger.domain.moments import rfc3339
from ledger.domain.state import typed
from ledger.domain.words import PURPOSE
from ledger.errors import RuleError, UnknownIdError, UsageError
from ledger.ports import Entities
from ledger.service import govern, list_registry
from ledger.service.body_names import BodyNames
from ledger.service.list_registry import entitlement_row, keys_of, powers_of, rights_of, shown_time
from ledger.service.signing import KeyFile

org_app = typer.Typer(add_completion=False, help="Organisations, their keys, relays and regions.")
key_app = typer.Typer(add_completion=False, help="Keys of an organisation or a region.")
relay_app = typer.Typer(add_completion=False, help="EVM accounts that may submit messages.")
region_app = typer.Typer(add_completion=False, help="Regions.")
org_app.add_typer(key_app, name="key")
org_app.add_typer(relay_app, name="relay")
org_app.add_typer(region_app, name="region")
org_app.add_typer(org_secret.app, name="secret")
org_app.add_typer(registry_contracts.app, name="contract")
org_app.command("names")(org_names.names)

UsccArgument = Annotated[str, typer.Argument(metavar="USCC", help="Unified social credit code.")]
OwnBy = Annotated[list[str], typer.Option("--by", metavar="PEM", help="A key of the same body.")]
NewKeyOption = Annotated[str, typer.Option("--key", metavar="PEM", help="The new key, public or private.")]
SuccessorOption = Annotated[str, typer.Option("--successor", metavar="CODE", help="Who or what follows.")]
Since = Annotated[str | None, typer.Option("--since", metavar="TIME", help="From when on; now by default.")]
KeyArgument = Annotated[str, typer.Argument(metavar="KEY", help="keyId or key file.")]


# --- what is shared -----------------------------------------------------------------------------


def _key_name(text: str) -> bytes:
    """A key id, given as such or by a key file."""
    if re.fullmatch(r"0x[0-9a-f]{64}", text):
        return bytes.fromhex(text[2:])
    if not Path(text).exists():
        raise UsageError("KEY_NAME", text=text[:80])
    return key_id(keys.public_key(text))


def _account(text: str) -> str:
    if not re.fullmatch(r"0x[0-9a-fA-F]{40}", text):
        raise UsageError("ACCOUNT_FORM", text=text[:60])
    return text.lower()


# --- organisations ------------------------------------------------------------------------------


@org_app.command("add")
def org_add(
    uscc: Annotated[str, typer.Option("--uscc", metavar="USCC", help="Unified social credit code.")],
    name: Annotated[str, typer.Option("--name", metavar="TEXT", help="Its name; the ledger keeps a digest.")],
    region: RegionOption,
    key: Annotated[str, typer.Option("--key", metavar="PEM", help="Its signing key, public or private.")],
    by: By,
    level: Annotated[str, typer.Option("--level", help="1 to 5, or 国家级 省级 地市级 区县级 乡镇级.")] = "4",
    encryption_key: Annotated[
        str | None,
        typer.Option("--encryption-key", metavar="PEM", help="Its encryption key, public or private."),
    ] = None,
    signatures: Signatures = None,
    api: remote.Api = None,
    caller: Caller = None,
    org: remote.Org = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Register an organisation and its keys; signed by its region or a superior one."""
    code, desk = read_uscc(uscc), desk_of(network, rpc, by, signatures, AtService(api, caller, org))
    signing = key_file(key)
    orders = [
        govern.add_organisation(code, read_region(region), _level(level), read_name(name), desk.by),
        govern.register_key(code, signing, Purpose.SIGN, desk.by),
    ]
    data: dict[str, object] = {"uscc": code, "keyId": _id(signing), "encryptionKeyId": None}
    if encryption_key:
        encrypting = key_file(encryption_key)
        orders.append(govern.register_key(code, encrypting, Purpose.ENCRYPT, desk.by))
        data["encryptionKeyId"] = _id(encrypting)
    governed = desk.carry_out(orders)
    BodyNames(desk.state, desk.ledger.party_texts).keep(name)
    return done(governed, data, said(f"已登记 {code}", f"registered {code}"))


def _level(text: str) -> int:
    if text in LEVELS:
        return LEVELS[text]
    if not re.fullmatch("[1-5]", text):
        raise UsageError("CHOICE", option="--level", text=text[:20], choices="1 to 5, " + " ".join(LEVELS))
    return int(text)


def _id(key: KeyFile) -> str:
    return "0x" + key_id(key.public_key).hex()


@org_app.command("list")
def org_list(
    region: Annotated[
        str | None, typer.Option("--region", metavar="CODE", help="Only of this region.")
    ] = None,
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """List organisations. Names are not on the ledger, only their digests; `org names` keeps them here."""
    ledger, state = reading(network, rpc, api, key, org)
    names = BodyNames(state, ledger.party_texts)
    rows = list_registry.organisations(names, None if region is None else read_region(region))
    return Outcome({"organisations": rows}, text=table(rows, "uscc", "name", "region", "level", "since"))


@org_app.command("show")
def org_show(
    uscc: UsccArgument,
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Show an organisation with its keys and entitlements."""
    code = read_uscc(uscc)
    ledger, state = reading(network, rpc, api, key, org)
    names = BodyNames(state, ledger.party_texts)
    body, data = list_registry.organisation_in(state, code), list_registry.organisation(names, code)
    named = f"{code} {one_line(names.of(code) or '')}".rstrip()
    zh = f"{named}  地区 {body.region:06d}，层级 {body.level}，自 {rfc3339(body.since)}"
    en = f"{named}  region {body.region:06d}, level {body.level}, since {rfc3339(body.since)}"
    lines = [said(zh, en)]
    lines += [f"  {_key_line(each)}" for each in keys_of(state, code)]
    rights = [entitlement_row(right) for right in rights_of(state, issuer=code)]
    lines += [f"  {each['type']} {right_line(each)}" for each in rights]
    return Outcome(data, text="\n".join(lines))


@org_app.command("end")
def org_end(
    uscc: UsccArgument,
    by: By,
    until: End = None,
    signatures: Signatures = None,
    api: remote.Api = None,
    caller: Caller = None,
    org: remote.Org = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """End the keys, entitlements and powers of an organisation.

    The ledger never forgets an organisation: it stays registered, and what it issued stays in force.
    """
    code, desk = read_uscc(uscc), desk_of(network, rpc, by, signatures, AtService(api, caller, org))
    state = desk.state
    list_registry.organisation_in(state, code)
    end = desk.end(until)
    held, powers = rights_of(state, issuer=code), powers_of(state, body=code)
    orders = govern.end_organisation(keys_of(state, code), held, end, desk.by, powers)
    if not orders:
        raise RuleError("NOTHING_TO_END", object=code)
    return done(
        desk.carry_out(orders), {"uscc": code, "until": rfc3339(end)}, said(f"已终止 {code}", f"ended {code}")
    )


@org_app.command("succeed")
def org_succeed(
    uscc: UsccArgument,
    successor: SuccessorOption,
    by: By,
    since: Since = None,
    signatures: Signatures = None,
    api: remote.Api = None,
    caller: Caller = None,
    org: remote.Org = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Let an organisation be followed by another, which acts on its licenses from then on.

    Entitlements do not move: the successor is given its own with `type entitle`.
    """
    code, next_code = read_uscc(uscc), read_uscc(successor)
    desk = desk_of(network, rpc, by, signatures, AtService(api, caller, org))
    start = 0 if since is None else read_since(since)
    governed = desk.carry_out([govern.succeed_organisation(code, next_code, start, desk.by)])
    data = {"uscc": code, "successor": next_code, "since": shown_time(start)}
    return done(governed, data, said(f"{next_code} 承继 {code}", f"{next_code} follows {code}"))


def _key_line(key: Key) -> str:
    """Purpose and id, from when to when, and whether it was declared stolen."""
    row = list_registry.key_row(key)
    cut = said(f"，自 {row['cutOff']} 起失密", f", CUT OFF since {row['cutOff']}") if row["cutOff"] else ""
    return (
        f"{worded(PURPOSE, row['purpose'])} {row['keyId']} {span_text(row['validFrom'], row['validTo'])}{cut}"
    )


def _new_key(old: Key, data: Mapping[str, object]) -> str:
    purpose = worded(PURPOSE, old.purpose.name)
    return said(f"{purpose}密钥 {data['newKeyId']}", f"{purpose} key {data['newKeyId']}")


# --- keys, relays, regions ----------------------------------------------------------------------


@key_app.command("add")
def key_add(
    owner: Annotated[str, typer.Argument(metavar="OWNER", help="Credit code, or six digits of a region.")],
    key: Annotated[str, typer.Option("--key", metavar="PEM", help="The new key, public or private.")],
    by: By,
    purpose: Annotated[str, typer.Option("--purpose", help="sign, govern, recover or encrypt.")] = "sign",
    since: Annotated[str | None, typer.Option("--from", metavar="TIME", help="Not before.")] = None,
    until: Until = None,
    signatures: Signatures = None,
    api: remote.Api = None,
    caller: Caller = None,
    org: remote.Org = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Register a key; it proves its possession, unless it is for encryption."""
    if purpose.upper() not in Purpose.__members__:
        choices = ", ".join(name.lower() for name in Purpose.__members__)
        raise UsageError("CHOICE", option="--purpose", text=purpose[:20], choices=choices)
    desk, new = desk_of(network, rpc, by, signatures, AtService(api, caller, org)), key_file(key)
    use, term = Purpose[purpose.upper()], (read_since(since), ending(until))
    order = govern.register_key(owner, new, use, desk.by, *term)
    data = {"owner": owner, "keyId": _id(new), "purpose": use.name, "validTo": shown_time(term[1])}
    return done(desk.carry_out([order]), data, said(f"已登记 {_id(new)}", f"registered {_id(new)}"))


@key_app.command("end")
def key_end(
    key: KeyArgument,
    by: By,
    until: End = None,
    signatures: Signatures = None,
    api: remote.Api = None,
    caller: Caller = None,
    org: remote.Org = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """End a key at a moment that is not past."""
    desk, identity = desk_of(network, rpc, by, signatures, AtService(api, caller, org)), _key_name(key)
    end = desk.end(until)
    governed = desk.carry_out([govern.end_key(identity, end, desk.by)])
    data = {"keyId": "0x" + identity.hex(), "validTo": rfc3339(end)}
    return done(
        governed,
        data,
        said(f"{data['keyId']} 终止于 {data['validTo']}", f"{data['keyId']} ends {data['validTo']}"),
    )


@key_app.command("rotate")
def key_rotate(
    key: KeyArgument,
    new: NewKeyOption,
    by: OwnBy,
    until: Until = None,
    signatures: Signatures = None,
    api: remote.Api = None,
    caller: Caller = None,
    org: remote.Org = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Hand over from a key to a new one; by a key of the same body, without its superior.

    With --until the old key ends then; without, both stay good. What the old one signed stays as it is.
    """
    desk, identity = desk_of(network, rpc, by, signatures, AtService(api, caller, org)), _key_name(key)
    old, end = _known_key(desk.state, identity), ending(until)
    fresh = key_file(new)
    governed = desk.carry_out([govern.rotate_key(old, fresh, end, desk.by)])
    data = {"keyId": old.key_id, "newKeyId": _id(fresh), "validTo": shown_time(end)}
    return done(governed, data, _new_key(old, data))


@key_app.command("recover")
def key_recover(
    key: KeyArgument,
    new: NewKeyOption,
    by: OwnBy,
    signatures: Signatures = None,
    api: remote.Api = None,
    caller: Caller = None,
    org: remote.Org = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Replace a region's lost governing key, which ends; by the region's offline recovery key."""
    desk, identity = desk_of(network, rpc, by, signatures, AtService(api, caller, org)), _key_name(key)
    lost, fresh = _known_key(desk.state, identity), key_file(new)
    governed = desk.carry_out([govern.recover_key(lost, fresh, desk.by)])
    data = {"keyId": lost.key_id, "newKeyId": _id(fresh)}
    return done(governed, data, _new_key(lost, data))


def _known_key(state: Entities, identity: bytes) -> Key:
    name = "0x" + identity.hex()
    key = typed(state, "key", name, Key)
    if key is None:
        raise UnknownIdError("NOT_REGISTERED", what=f"key {name}")
    return key


@key_app.command("cut-off")
def key_cut_off(
    key: KeyArgument,
    since: Annotated[str, typer.Option("--since", metavar="TIME", help="Compromised from then on.")],
    by: By,
    signatures: Signatures = None,
    api: remote.Api = None,
    caller: Caller = None,
    org: remote.Org = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Declare a key compromised from a moment on, which may be past.

    What it permitted from then on is void; what it restricted or ended stands.
    """
    desk, identity = desk_of(network, rpc, by, signatures, AtService(api, caller, org)), _key_name(key)
    now = int(desk.ledger.clock.now().timestamp())
    governed = desk.carry_out([govern.cut_off_key(identity, read_since(since), desk.by, now)])
    data = {"keyId": "0x" + identity.hex(), "cutOff": rfc3339(read_since(since))}
    return done(governed, data, said(f"自 {data['cutOff']} 起失密", f"cut off from {data['cutOff']}"))


@relay_app.command("add")
def relay_add(
    account: Annotated[str, typer.Argument(metavar="ACCOUNT", help="EVM account.")],
    region: RegionOption,
    until: Annotated[str, typer.Option("--until", metavar="TIME", help="Last day, or first moment no more.")],
    by: By,
    signatures: Signatures = None,
    api: remote.Api = None,
    caller: Caller = None,
    org: remote.Org = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Let an EVM account submit messages; it gains no other right."""
    desk, relay = desk_of(network, rpc, by, signatures, AtService(api, caller, org)), _account(account)
    order = govern.add_relay(relay, read_region(region), ending(until), desk.by)
    data = {"account": relay, "region": region, "until": rfc3339(ending(until))}
    return done(desk.carry_out([order]), data, said(f"中继 {relay}", f"relay {relay}"))


@relay_app.command("end")
def relay_end(
    account: Annotated[str, typer.Argument(metavar="ACCOUNT", help="EVM account.")],
    region: RegionOption,
    by: By,
    signatures: Signatures = None,
    api: remote.Api = None,
    caller: Caller = None,
    org: remote.Org = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Stop a relay now."""
    desk, relay = desk_of(network, rpc, by, signatures, AtService(api, caller, org)), _account(account)
    governed = desk.carry_out([govern.end_relay(relay, read_region(region), desk.by)])
    return done(
        governed, {"account": relay, "region": region}, said(f"已终止中继 {relay}", f"ended relay {relay}")
    )


@relay_app.command("list")
def relay_list(
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """List relays."""
    state = reading(network, rpc, api, key, org)[1]
    rows = list_registry.relays(state)
    return Outcome({"relays": rows}, text=table(rows, "account", "region", "since", "until"))


@region_app.command("add")
def region_add(
    code: Annotated[str, typer.Argument(metavar="CODE", help="GB/T 2260 code.")],
    name: Annotated[str, typer.Option("--name", metavar="TEXT", help="Its name; the ledger keeps a digest.")],
    by: By,
    parent: Annotated[
        str | None, typer.Option("--parent", metavar="CODE", help="Superior; none: a root.")
    ] = None,
    signatures: Signatures = None,
    api: remote.Api = None,
    caller: Caller = None,
    org: remote.Org = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Add a region; signed by as many root regions as the ledger's threshold asks for."""
    desk, number = desk_of(network, rpc, by, signatures, AtService(api, caller, org)), read_region(code)
    order = govern.add_region(number, 0 if parent is None else read_region(parent), read_name(name), desk.by)
    return done(
        desk.carry_out([order]), {"region": code, "parent": parent}, said(f"已增加 {code}", f"added {code}")
    )


@region_app.command("succeed")
def region_succeed(
    region: Annotated[str, typer.Argument(metavar="CODE", help="GB/T 2260 code.")],
    successor: SuccessorOption,
    by: By,
    since: Since = None,
    signatures: Signatures = None,
    api: remote.Api = None,
    caller: Caller = None,
    org: remote.Org = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Let a region be followed by another: its bodies and agreements go on under the successor."""
    desk = desk_of(network, rpc, by, signatures, AtService(api, caller, org))
    start = 0 if since is None else read_since(since)
    order = govern.succeed_region(read_region(region), read_region(successor), start, desk.by)
    data = {"region": region, "successor": successor, "since": shown_time(start)}
    return done(
        desk.carry_out([order]),
        data,
        said(f"地区 {successor} 承继 {region}", f"region {successor} follows {region}"),
    )


@region_app.command("list")
def region_list(
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """List regions with their governing keys."""
    state = reading(network, rpc, api, key, org)[1]
    rows = list_registry.regions(state)
    return Outcome({"regions": rows}, text=table(rows, "region", "parent", "since"))
