"""`elicense org|type|recognition`: who may do what on a sealed ledger.

Each change is signed by governing keys (`--by`, repeatable, in the order that the contracts want). A
`--by` file with only a public key stands for a key on another machine: `--signatures FILE` receives
what it has to sign, and the same command, run again with the file filled in, goes through.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
import yaml

from api.cli import keys, org_secret, registry_contracts, registry_powers
from api.cli.governing import By, Signatures, desk_of, done, state_of, table
from api.cli.options import Network, RpcUrls, ending, open_ledger
from api.cli.output import Outcome, language, read_input, said
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
from api.cli.requests import key_file
from ledger.adapters.type_files import TypeFiles
from ledger.domain.acts import Purpose, verbs_of
from ledger.domain.competent import competent_bodies, competent_line
from ledger.domain.entities import Key, LicenseType, Organisation, Region, Relay, Terms, TypeVersion
from ledger.domain.founding import LEVELS, FoundingType, read_type
from ledger.domain.messages import key_id
from ledger.domain.moments import rfc3339
from ledger.domain.objects import recognition_object
from ledger.domain.rules.catalog import recognition_key
from ledger.domain.state import typed
from ledger.errors import MalformedError, RuleError, UnknownIdError, UsageError
from ledger.ports import Index
from ledger.service import govern
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
type_app = typer.Typer(add_completion=False, help="License types, and who may issue them.")
type_app.command("empower")(registry_powers.empower)
type_app.command("disempower")(registry_powers.disempower)
recognition_app = typer.Typer(add_completion=False, help="What one region accepts of another.")

UsccArgument = Annotated[str, typer.Argument(metavar="USCC", help="Unified social credit code.")]
OwnBy = Annotated[list[str], typer.Option("--by", metavar="PEM", help="A key of the same body.")]
NewKeyOption = Annotated[str, typer.Option("--key", metavar="PEM", help="The new key, public or private.")]
SuccessorOption = Annotated[str, typer.Option("--successor", metavar="CODE", help="Who or what follows.")]
Since = Annotated[str | None, typer.Option("--since", metavar="TIME", help="From when on; now by default.")]
KeyArgument = Annotated[str, typer.Argument(metavar="KEY", help="keyId or key file.")]
FromOption = Annotated[str, typer.Option("--from", metavar="CODE", help="Region that licenses come from.")]
ToOption = Annotated[str, typer.Option("--to", metavar="CODE", help="Region that they go to.")]
TypeOption = Annotated[str, typer.Option("--type", metavar="CODE", help="Their type.")]


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
    encryption_key: Annotated[str | None, typer.Option("--encryption-key", metavar="PEM")] = None,
    signatures: Signatures = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Register an organisation and its keys; signed by its region or a superior one."""
    code, desk = read_uscc(uscc), desk_of(network, rpc, by, signatures)
    signing = key_file(key)
    orders = [
        govern.add_organisation(code, read_region(region), _level(level), name, desk.by),
        govern.register_key(code, signing, Purpose.SIGN, desk.by),
    ]
    data: dict[str, object] = {"uscc": code, "keyId": _id(signing), "encryptionKeyId": None}
    if encryption_key:
        encrypting = key_file(encryption_key)
        orders.append(govern.register_key(code, encrypting, Purpose.ENCRYPT, desk.by))
        data["encryptionKeyId"] = _id(encrypting)
    return done(desk.carry_out(orders), data, said(f"已登记 {code}", f"registered {code}"))


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
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """List organisations. Names are not on the ledger, only their digests."""
    state = state_of(open_ledger(network, rpc))
    wanted = None if region is None else read_region(region)
    rows = [
        _organisation_row(body)
        for _, body in state.entities("organisation")
        if isinstance(body, Organisation) and wanted in (None, body.region)
    ]
    return Outcome({"organisations": rows}, text=table(rows, "uscc", "region", "level", "since"))


@org_app.command("show")
def org_show(uscc: UsccArgument, network: Network = None, rpc: RpcUrls = None) -> Outcome:
    """Show an organisation with its keys and entitlements."""
    code = read_uscc(uscc)
    ledger = open_ledger(network, rpc)
    state = state_of(ledger)
    body = _organisation(state, code)
    rights = [_entitlement_row(right) for right in _rights(state, code)]
    data = {
        **_organisation_row(body),
        "keys": [_key_row(key) for key in _keys(state, code)],
        "entitlements": rights,
        "powers": registry_powers.rows(state, body=code),
    }
    zh = f"{code}  地区 {body.region:06d}，层级 {body.level}，自 {rfc3339(body.since)}"
    en = f"{code}  region {body.region:06d}, level {body.level}, since {rfc3339(body.since)}"
    lines = [said(zh, en)]
    lines += [f"  {_key_line(key)}" for key in _keys(state, code)]
    lines += [f"  {each['type']} {_right_line(each)}" for each in rights]
    return Outcome(data, text="\n".join(lines))


@org_app.command("end")
def org_end(
    uscc: UsccArgument,
    by: By,
    until: End = None,
    signatures: Signatures = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """End the keys, entitlements and powers of an organisation.

    The ledger never forgets an organisation: it stays registered, and what it issued stays in force.
    """
    code, desk = read_uscc(uscc), desk_of(network, rpc, by, signatures)
    state = state_of(desk.ledger)
    _organisation(state, code)
    end = desk.end(until)
    powers = registry_powers.held(state, body=code)
    orders = govern.end_organisation(_keys(state, code), _rights(state, code), end, desk.by, powers)
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
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Let an organisation be followed by another, which acts on its licenses from then on.

    Entitlements do not move: the successor is given its own with `type entitle`.
    """
    code, next_code, desk = read_uscc(uscc), read_uscc(successor), desk_of(network, rpc, by, signatures)
    start = 0 if since is None else read_since(since)
    governed = desk.carry_out([govern.succeed_organisation(code, next_code, start, desk.by)])
    data = {"uscc": code, "successor": next_code, "since": shown_time(start)}
    return done(governed, data, said(f"{next_code} 承继 {code}", f"{next_code} follows {code}"))


def _organisation(state: Index, code: str) -> Organisation:
    body = typed(state, "organisation", code, Organisation)
    if body is None:
        raise UnknownIdError("NOT_REGISTERED", what=f"organisation {code}")
    return body


def _organisation_row(body: Organisation) -> dict[str, object]:
    return {
        "uscc": body.uscc,
        "region": f"{body.region:06d}",
        "level": body.level,
        "nameDigest": body.name_digest,
        "since": rfc3339(body.since),
        "rev": body.rev,
    }


def _keys(state: Index, owner: str) -> list[Key]:
    wanted = "0x" + govern.owner_object(owner).hex()
    return [key for _, key in state.entities("key") if isinstance(key, Key) and key.owner == wanted]


def _rights(state: Index, issuer: str) -> list[Terms]:
    held = [right for _, right in state.entities("entitlement") if isinstance(right, Terms)]
    return [right for right in held if right.key[1] == issuer]


def _key_row(key: Key) -> dict[str, object]:
    ends = [end for end in (key.valid_to, *(until for _, until in key.endings)) if end]
    cuts = [cut.since for cut in key.cut_offs]
    return {
        "keyId": key.key_id,
        "purpose": key.purpose.name,
        "publicKey": key.public_key,
        "validFrom": rfc3339(max(key.valid_from, key.since)),
        "validTo": shown_time(min(ends, default=0)),
        "cutOff": shown_time(min(cuts, default=0)),
        "rev": key.rev,
    }


def _key_line(key: Key) -> str:
    """Purpose and id, from when to when, and whether it was declared stolen."""
    row = _key_row(key)
    cut = said(f"，自 {row['cutOff']} 起失密", f", CUT OFF since {row['cutOff']}") if row["cutOff"] else ""
    return f"{row['purpose']} {row['keyId']} {_span(row['validFrom'], row['validTo'])}{cut}"


def _new_key(old: Key, data: Mapping[str, object]) -> str:
    return said(f"{old.purpose.name} 密钥 {data['newKeyId']}", f"{old.purpose.name} key {data['newKeyId']}")


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
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Register a key; it proves its possession, unless it is for encryption."""
    if purpose.upper() not in Purpose.__members__:
        choices = ", ".join(name.lower() for name in Purpose.__members__)
        raise UsageError("CHOICE", option="--purpose", text=purpose[:20], choices=choices)
    desk, new = desk_of(network, rpc, by, signatures), key_file(key)
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
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """End a key at a moment that is not past."""
    desk, identity = desk_of(network, rpc, by, signatures), _key_name(key)
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
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Hand over from a key to a new one; by a key of the same body, without its superior.

    With --until the old key ends then; without, both stay good. What the old one signed stays as it is.
    """
    desk, identity = desk_of(network, rpc, by, signatures), _key_name(key)
    old, end = _known_key(state_of(desk.ledger), identity), ending(until)
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
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Replace a region's lost governing key, which ends; by the region's offline recovery key."""
    desk, identity = desk_of(network, rpc, by, signatures), _key_name(key)
    lost, fresh = _known_key(state_of(desk.ledger), identity), key_file(new)
    governed = desk.carry_out([govern.recover_key(lost, fresh, desk.by)])
    data = {"keyId": lost.key_id, "newKeyId": _id(fresh)}
    return done(governed, data, _new_key(lost, data))


def _known_key(state: Index, identity: bytes) -> Key:
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
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Declare a key compromised from a moment on, which may be past.

    What it permitted from then on is void; what it restricted or ended stands.
    """
    desk, identity = desk_of(network, rpc, by, signatures), _key_name(key)
    governed = desk.carry_out([govern.cut_off_key(identity, read_since(since), desk.by)])
    data = {"keyId": "0x" + identity.hex(), "cutOff": rfc3339(read_since(since))}
    return done(governed, data, said(f"自 {data['cutOff']} 起失密", f"cut off from {data['cutOff']}"))


@relay_app.command("add")
def relay_add(
    account: Annotated[str, typer.Argument(metavar="ACCOUNT", help="EVM account.")],
    region: RegionOption,
    until: Annotated[str, typer.Option("--until", metavar="TIME", help="Last day, or first moment no more.")],
    by: By,
    signatures: Signatures = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Let an EVM account submit messages; it gains no other right."""
    desk, relay = desk_of(network, rpc, by, signatures), _account(account)
    order = govern.add_relay(relay, read_region(region), ending(until), desk.by)
    data = {"account": relay, "region": region, "until": rfc3339(ending(until))}
    return done(desk.carry_out([order]), data, said(f"中继 {relay}", f"relay {relay}"))


@relay_app.command("end")
def relay_end(
    account: Annotated[str, typer.Argument(metavar="ACCOUNT", help="EVM account.")],
    region: RegionOption,
    by: By,
    signatures: Signatures = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Stop a relay now."""
    desk, relay = desk_of(network, rpc, by, signatures), _account(account)
    governed = desk.carry_out([govern.end_relay(relay, read_region(region), desk.by)])
    return done(
        governed, {"account": relay, "region": region}, said(f"已终止中继 {relay}", f"ended relay {relay}")
    )


@relay_app.command("list")
def relay_list(network: Network = None, rpc: RpcUrls = None) -> Outcome:
    """List relays."""
    state = state_of(open_ledger(network, rpc))
    rows: list[dict[str, object]] = [
        {
            "account": relay.account,
            "region": f"{relay.region:06d}",
            "since": rfc3339(relay.since),
            "until": rfc3339(relay.until),
        }
        for _, relay in state.entities("relay")
        if isinstance(relay, Relay)
    ]
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
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Add a region; signed by as many root regions as the ledger's threshold asks for."""
    desk, number = desk_of(network, rpc, by, signatures), read_region(code)
    order = govern.add_region(number, 0 if parent is None else read_region(parent), name, desk.by)
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
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Let a region be followed by another: its bodies and agreements go on under the successor."""
    desk, start = desk_of(network, rpc, by, signatures), 0 if since is None else read_since(since)
    order = govern.succeed_region(read_region(region), read_region(successor), start, desk.by)
    data = {"region": region, "successor": successor, "since": shown_time(start)}
    return done(
        desk.carry_out([order]),
        data,
        said(f"地区 {successor} 承继 {region}", f"region {successor} follows {region}"),
    )


@region_app.command("list")
def region_list(network: Network = None, rpc: RpcUrls = None) -> Outcome:
    """List regions with their governing keys."""
    state = state_of(open_ledger(network, rpc))
    rows: list[dict[str, object]] = [
        {
            "region": f"{region.code:06d}",
            "parent": f"{region.parent:06d}" if region.parent else None,
            "since": rfc3339(region.since),
            "keys": [_key_row(key) for key in _keys(state, f"{region.code:06d}")],
        }
        for _, region in state.entities("region")
        if isinstance(region, Region)
    ]
    return Outcome({"regions": rows}, text=table(rows, "region", "parent", "since"))


# --- types --------------------------------------------------------------------------------------


@type_app.command("add")
def type_add(
    file: Annotated[str, typer.Argument(metavar="FILE", help="Type definition, JSON or YAML; - is stdin.")],
    by: By,
    region: Annotated[
        str | None, typer.Option("--region", metavar="CODE", help="Region that defines it.")
    ] = None,
    ground: Annotated[
        int | None, typer.Option("--ground", min=1, help="Legal ground of a NATIONAL type.")
    ] = None,
    signatures: Signatures = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Register a license type, or the next version of one."""
    desk = desk_of(network, rpc, by, signatures)
    kind = _given_type(file, region, ground)
    files = TypeFiles(desk.ledger.settings.network.resolve().parent / "types")
    taken = files.take(kind, Path() if file == "-" else Path(file).resolve().parent)
    order = govern.register_type(kind, taken.schema_digest, taken.grades_digest, desk.by)
    governed = desk.carry_out([order])
    data = {"type": kind.code, "scope": kind.scope.name, "version": governed.records[-1].rev}
    return done(
        governed, data, said(f"{kind.code} 第 {data['version']} 版", f"{kind.code} version {data['version']}")
    )


def _given_type(file: str, region: str | None, ground: int | None) -> FoundingType:
    try:
        kind = read_type(yaml.safe_load(read_input(file)))
    except (yaml.YAMLError, UnicodeError) as error:
        raise MalformedError("FOUNDING_FILE", member="file", expected=f"YAML or JSON ({error})") from None
    number = read_region(region) if region else kind.region
    return replace(kind, region=number, ground=ground or kind.ground)


@type_app.command("list")
def type_list(network: Network = None, rpc: RpcUrls = None) -> Outcome:
    """List license types as they are now."""
    state = state_of(open_ledger(network, rpc))
    rows = [_type_row(kind) for _, kind in state.entities("type") if isinstance(kind, LicenseType)]
    return Outcome({"types": rows}, text=table(rows, "type", "scope", "sharing", "region", "version"))


@type_app.command("show")
def type_show(code: CodeArgument, network: Network = None, rpc: RpcUrls = None) -> Outcome:
    """Show a type with all its versions and who is entitled to issue it."""
    state = state_of(open_ledger(network, rpc))
    kind = _type(state, read_code(code))
    held = [right for _, right in state.entities("entitlement") if isinstance(right, Terms)]
    rights = [_entitlement_row(right) for right in held if right.key[0] == code]
    data = {
        **_type_row(kind),
        "versions": [_version_row(each) for each in kind.versions],
        "entitlements": rights,
        "powers": registry_powers.rows(state, license_type=code),
    }
    version = said(f"第 {data['version']} 版", f"version {data['version']}")
    lines = [f"{code}  {data['scope']}, {data['sharing']}, {version}"]
    lines += [f"  {each['issuer']} {_right_line(each)}" for each in rights]
    lines += [f"  {competent_line(act, language())}" for act in sorted(kind.versions[-1].acts)]
    return Outcome(data, text="\n".join(lines))


@type_app.command("end")
def type_end(
    code: CodeArgument, by: By, signatures: Signatures = None, network: Network = None, rpc: RpcUrls = None
) -> Outcome:
    """Issue nothing more of a type: its next version knows neither issuing nor amending.

    What was issued goes on; `type add` with a definition that knows `issue` opens it again.
    """
    desk = desk_of(network, rpc, by, signatures)
    current = _type(state_of(desk.ledger), read_code(code)).versions[-1]
    governed = desk.carry_out([govern.close_type(code, current, desk.by)])
    return done(
        governed,
        {"type": code, "version": governed.records[-1].rev},
        said(f"已停用 {code}", f"closed {code}"),
    )


@type_app.command("entitle")
def type_entitle(
    code: CodeArgument,
    issuer: Annotated[str, typer.Option("--issuer", metavar="USCC", help="Who may issue it.")],
    region: RegionOption,
    since: Annotated[str, typer.Option("--from", metavar="TIME", help="From when.")],
    by: By,
    until: Until = None,
    operator: Annotated[
        str | None, typer.Option("--operator", metavar="USCC", help="Who may sign in the issuer's name.")
    ] = None,
    signatures: Signatures = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Let an organisation issue a type; signed by the region it is for or a superior one."""
    desk, body = desk_of(network, rpc, by, signatures), read_uscc(issuer)
    term, named = (read_since(since), ending(until)), read_uscc(operator) if operator else None
    now = int(desk.ledger.clock.now().timestamp())
    govern.require_no_pause(state_of(desk.ledger), read_code(code), body, term[0], now)
    order = govern.entitle(read_code(code), body, read_region(region), *term, desk.by, named or "")
    data = {"type": code, "issuer": body, "region": region, "operator": named}
    data |= {"since": shown_time(term[0]), "until": shown_time(term[1])}
    by_whom = said(f"，由 {named} 代办", f", {named} as its operator") if named else ""
    return done(
        desk.carry_out([order]), data, said(f"{body} 可颁发 {code}", f"{body} may issue {code}") + by_whom
    )


@type_app.command("unentitle")
def type_unentitle(
    code: CodeArgument,
    issuer: Annotated[str, typer.Option("--issuer", metavar="USCC", help="Who may issue it no more.")],
    by: By,
    until: End = None,
    signatures: Signatures = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """End an entitlement at a moment that is not past."""
    desk, body = desk_of(network, rpc, by, signatures), read_uscc(issuer)
    end = desk.end(until)
    governed = desk.carry_out([govern.end_entitlement(read_code(code), body, end, desk.by)])
    data = {"type": code, "issuer": body, "until": rfc3339(end)}
    return done(governed, data, _until(said(f"{body} 可颁发 {code}", f"{body} may issue {code}"), data))


def _type(state: Index, code: str) -> LicenseType:
    kind = typed(state, "type", code, LicenseType)
    if kind is None:
        raise UnknownIdError("NOT_REGISTERED", what=f"type {code}")
    return kind


def _right_line(right: Mapping[str, object]) -> str:
    """From when to when, where, and who signs besides the issuer."""
    operator = (
        said(f"，代办 {right['operator']}", f", operator {right['operator']}") if right["operator"] else ""
    )
    where = said(f"地区 {right['region']}", f"in {right['region']}")
    return f"{where} {_span(right['since'], right['until'])}{operator}"


def _type_row(kind: LicenseType) -> dict[str, object]:
    return {"type": kind.code, "version": len(kind.versions), **_version_row(kind.versions[-1])}


def _version_row(version: TypeVersion) -> dict[str, object]:
    return {
        "since": rfc3339(version.since),
        "scope": version.scope.name,
        "sharing": version.sharing.name,
        "region": f"{version.region:06d}" if version.region else None,
        "definer": version.definer,
        "ground": version.ground or None,
        "acts": verbs_of(version.acts),
        "competent": competent_bodies(version.acts),
        "schemaDigest": version.schema_digest,
        "gradesDigest": version.grades_digest,
    }


def _entitlement_row(right: Terms) -> dict[str, object]:
    term = right.terms[-1]
    return {
        "type": right.key[0],
        "issuer": right.key[1],
        "region": f"{term.region:06d}",
        "operator": term.detail or None,
        "since": shown_time(term.since),
        "until": shown_time(term.until),
        "rev": right.rev,
    }


# --- recognition --------------------------------------------------------------------------------


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
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Agree that a type of one region counts in another; `--by` of the first, then of the second."""
    desk, sides = desk_of(network, rpc, by, signatures), (read_region(from_region), read_region(to_region))
    counts_as, term = read_code(as_type or type_), (read_since(since), ending(until))
    governed = desk.carry_out([govern.recognize(sides, read_code(type_), counts_as, *term, desk.by)])
    data = {
        **_sides(sides, type_),
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
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """End an agreement at a moment that is not past; one side is enough."""
    desk, sides = desk_of(network, rpc, by, signatures), (read_region(from_region), read_region(to_region))
    end = desk.end(until)
    governed = desk.carry_out([govern.end_recognition(sides, read_code(type_), end, desk.by)])
    data = {**_sides(sides, type_), "until": rfc3339(end)}
    return done(governed, data, _until(_counts(type_, from_region, to_region), data))


@recognition_app.command("list")
def recognition_list(
    from_region: Annotated[
        str | None, typer.Option("--from", metavar="CODE", help="Only from there.")
    ] = None,
    to_region: Annotated[str | None, typer.Option("--to", metavar="CODE", help="Only to there.")] = None,
    type_: Annotated[str | None, typer.Option("--type", metavar="CODE", help="Only of this type.")] = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """List agreements, ended ones too."""
    state = state_of(open_ledger(network, rpc))
    wanted = (from_region, to_region, type_)
    rows = [
        _recognition_row(each)
        for _, each in state.entities("recognition")
        if isinstance(each, Terms) and all(w in (None, k) for w, k in zip(wanted, each.key, strict=True))
    ]
    return Outcome({"recognitions": rows}, text=table(rows, "from", "to", "type", "asType", "since", "until"))


@recognition_app.command("show")
def recognition_show(
    from_region: FromOption,
    to_region: ToOption,
    type_: TypeOption,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Show an agreement with its history."""
    sides = (read_region(from_region), read_region(to_region))
    found = typed(
        state_of(open_ledger(network, rpc)), "recognition", recognition_key(*sides, read_code(type_)), Terms
    )
    if found is None:
        raise UnknownIdError("NOT_REGISTERED", what=f"recognition {from_region} → {to_region} of {type_}")
    history = [
        {
            "recordedAt": rfc3339(term.recorded_at),
            "asType": term.detail,
            "since": shown_time(term.since),
            "until": shown_time(term.until),
        }
        for term in found.terms
    ]
    data = {**_recognition_row(found), "history": history}
    text = _counts(type_, from_region, to_region) + said(f"，视同 {data['asType']}", f" as {data['asType']}")
    return Outcome(data, text=f"{text} {_span(data['since'], data['until'])}")


def _counts(type_: str, from_region: str, to_region: str) -> str:
    zh = f"{from_region} 的 {type_} 在 {to_region} 有效"
    return said(zh, f"{type_} of {from_region} counts in {to_region}")


def _until(text: str, data: Mapping[str, object]) -> str:
    return text + said(f"，至 {data['until']} 止", f" until {data['until']}")


def _span(since: object, until: object) -> str:
    return said(f"自 {since} 至 {until or '–'}", f"from {since} until {until or '–'}")


def _sides(sides: tuple[int, int], code: str) -> dict[str, object]:
    agreement = "0x" + recognition_object(*sides, code).hex()
    return {"id": agreement, "from": f"{sides[0]:06d}", "to": f"{sides[1]:06d}", "type": code}


def _recognition_row(agreement: Terms) -> dict[str, object]:
    from_region, to_region, code = agreement.key
    term = agreement.terms[-1]
    return {
        **_sides((int(from_region), int(to_region)), code),
        "asType": term.detail,
        "since": shown_time(term.since),
        "until": shown_time(term.until),
        "rev": agreement.rev,
    }
