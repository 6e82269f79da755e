"""`elicense type`: license types, and who may issue them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
import yaml

from api.cli import registry_powers, remote
from api.cli.derived_words import derived_line
from api.cli.governing import AtService, By, Caller, Signatures, desk_of, done, table
from api.cli.options import OWN_NUMBER, Network, RpcUrls, ending
from api.cli.output import Outcome, language, read_input, said, worded
from api.cli.plain import one_line
from api.cli.reading import ReadApi, ReadKey, ReadOrg, reading
from api.cli.registry_words import (
    CodeArgument,
    End,
    RegionOption,
    Until,
    read_code,
    read_region,
    read_since,
    read_uscc,
    span_text,
    until_text,
)
from ledger.adapters.type_files import TypeFiles
from ledger.domain.acts import RULES, Act, effect_words, effects_of, verbs_of
from ledger.domain.canonical import JsonObject
from ledger.domain.competent import competent_bodies, competent_line
from ledger.domain.entities import LicenseType, TypeVersion
from ledger.domain.founding import FoundingType, read_type
from ledger.domain.grounds import fit_grounds, ground_words, grounds_of_acts
from ledger.domain.license_types import LicenseType as Definition
from ledger.domain.moments import rfc3339
from ledger.domain.official import TypeKind
from ledger.domain.official_texts import act_words
from ledger.domain.state import typed
from ledger.domain.words import SCOPE, SHARING, TYPE_KIND
from ledger.errors import MalformedError, RuleError, UnknownIdError
from ledger.ports import Entities
from ledger.service import govern
from ledger.service.list_registry import entitlement_row, power_row, powers_of, rights_of, shown_time

type_app = typer.Typer(add_completion=False, help="License types, and who may issue them.")
type_app.command("empower")(registry_powers.empower)
type_app.command("disempower")(registry_powers.disempower)


@type_app.command("add")
def type_add(
    file: Annotated[str, typer.Argument(metavar="FILE", help="Type definition, JSON or YAML; - is stdin.")],
    by: By,
    region: Annotated[
        str | None, typer.Option("--region", metavar="CODE", help="Region that defines it.")
    ] = None,
    ground: Annotated[
        int | None,
        typer.Option("--ground", min=1, help=f"Number of the legal ground of a NATIONAL type, {OWN_NUMBER}."),
    ] = None,
    signatures: Signatures = None,
    api: remote.Api = None,
    caller: Caller = None,
    org: remote.Org = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Register a license type, or the next version of one."""
    desk = desk_of(network, rpc, by, signatures, AtService(api, caller, org))
    kind = _given_type(file, region, ground)
    files = TypeFiles(desk.ledger.settings.network.resolve().parent / "types")
    beside = Path() if file == "-" else Path(file).resolve().parent
    require_same_kind(files.read(kind, beside), typed(desk.state, "type", kind.code, LicenseType), files)
    taken = files.take(kind, beside)
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
def type_list(
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """List license types as they are now."""
    ledger, state = reading(network, rpc, api, key, org)
    kinds = [kind for _, kind in state.entities("type") if isinstance(kind, LicenseType)]
    rows = [{**_type_row(each), "kind": _kind_of(ledger.types(), each)} for each in kinds]
    shown = table(rows, "type", "kind", "scope", "sharing", "region", "version", words={"kind": TYPE_KIND})
    return Outcome({"types": rows}, text=shown)


@type_app.command("show")
def type_show(
    code: CodeArgument,
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Show a type with all its versions and who is entitled to issue it."""
    ledger, state = reading(network, rpc, api, key, org)
    kind = _type(state, read_code(code))
    known = ledger.types().with_digest(kind.code, kind.versions[-1].schema_digest)
    derived = known.derived_json() if known else None
    rights = [entitlement_row(right) for right in rights_of(state, license_type=code)]
    data = {
        **_type_row(kind),
        "kind": known.kind.value if known else None,
        "derived": derived,
        "versions": [_version_row(each) for each in kind.versions],
        "entitlements": rights,
        "powers": [power_row(each) for each in powers_of(state, license_type=code)],
    }
    version = said(f"第 {data['version']} 版", f"version {data['version']}")
    kinds = [worded(TYPE_KIND, data["kind"])] if data["kind"] else []
    lines = [
        "  ".join([code, *kinds, worded(SCOPE, data["scope"]), worded(SHARING, data["sharing"]), version])
    ]
    lines += [f"  {each['issuer']} {right_line(each)}" for each in rights]
    lines += [f"  {_derived_text(name, each)}" for name, each in (derived or {}).items()]
    lines += [
        line
        for act in sorted(kind.versions[-1].acts)
        for line in _act_lines(act, known.kind if known else None)
    ]
    return Outcome(data, text="\n".join(lines))


def _derived_text(name: str, form: JsonObject) -> str:
    """A derived field with title and grade."""
    title = said(form["title"]["zh"], form["title"]["en"])
    grade = said(f"（{title}，{form['grade']} 级）", f" ({title}, grade {form['grade']})")
    return one_line(derived_line(f"face/{name}", form) + grade)


def _kind_of(files: TypeFiles, kind: LicenseType) -> str | None:
    """What is of a type, where its present definition is known here."""
    known = files.with_digest(kind.code, kind.versions[-1].schema_digest)
    return known.kind.value if known else None


def require_same_kind(new: Definition, registered: LicenseType | None, files: TypeFiles) -> None:
    """Let pass only a next version of the kind that the type has, where that is known here.

    Raises:
        RuleError: `TYPE_KIND_CHANGED`.
    """
    before = _kind_of(files, registered) if registered else None
    if before not in (None, new.kind.value):
        raise RuleError("TYPE_KIND_CHANGED", type=new.code, kind=new.kind.value, registered=str(before))


def _act_lines(act: Act, kind: TypeKind | None) -> list[str]:
    """Who may do an act, below it from when it takes effect, and the grounds that are fit for it."""
    grounds = [f"    {ground_words(each, language())}" for each in fit_grounds(act) if each]
    zh, en = effect_words(act)
    effect = said(f"    生效：{zh}", f"    takes effect {en}")
    own = said(*act_words(act, kind))
    named = f"  {competent_line(act, language())}"
    is_other = own != said(RULES[act].zh, RULES[act].en)
    return [
        named + (said(f"（公文：{own}）", f" (of documents: {own})") if is_other else ""),
        effect,
        *grounds,
    ]


@type_app.command("end")
def type_end(
    code: CodeArgument,
    by: By,
    signatures: Signatures = None,
    api: remote.Api = None,
    caller: Caller = None,
    org: remote.Org = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Issue nothing more of a type: its next version knows neither issuing nor amending.

    What was issued goes on; `type add` with a definition that knows `issue` opens it again.
    """
    desk = desk_of(network, rpc, by, signatures, AtService(api, caller, org))
    current = _type(desk.state, read_code(code)).versions[-1]
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
    api: remote.Api = None,
    caller: Caller = None,
    org: remote.Org = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Let an organisation issue a type; signed by the region it is for or a superior one."""
    desk, body = desk_of(network, rpc, by, signatures, AtService(api, caller, org)), read_uscc(issuer)
    term, named = (read_since(since), ending(until)), read_uscc(operator) if operator else None
    now = int(desk.ledger.clock.now().timestamp())
    govern.require_no_pause(desk.state, read_code(code), body, term[0], now)
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
    api: remote.Api = None,
    caller: Caller = None,
    org: remote.Org = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """End an entitlement at a moment that is not past."""
    desk, body = desk_of(network, rpc, by, signatures, AtService(api, caller, org)), read_uscc(issuer)
    end = desk.end(until)
    governed = desk.carry_out([govern.end_entitlement(read_code(code), body, end, desk.by)])
    data = {"type": code, "issuer": body, "until": rfc3339(end)}
    return done(governed, data, until_text(said(f"{body} 可颁发 {code}", f"{body} may issue {code}"), data))


def _type(state: Entities, code: str) -> LicenseType:
    kind = typed(state, "type", code, LicenseType)
    if kind is None:
        raise UnknownIdError("NOT_REGISTERED", what=f"type {code}")
    return kind


def right_line(right: Mapping[str, object]) -> str:
    """From when to when, where, and who signs besides the issuer."""
    operator = (
        said(f"，代办 {right['operator']}", f", operator {right['operator']}") if right["operator"] else ""
    )
    where = said(f"地区 {right['region']}", f"in {right['region']}")
    return f"{where} {span_text(right['since'], right['until'])}{operator}"


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
        "effects": effects_of(version.acts),
        "grounds": grounds_of_acts(version.acts),
        "schemaDigest": version.schema_digest,
        "gradesDigest": version.grades_digest,
    }
