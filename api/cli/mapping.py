"""`elicense mapping`: how the fields of one resource are called in another one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import typer

from api.cli import remote
from api.cli.interface import AtOption, FileOption
from api.cli.options import Network, RpcUrls, moment
from api.cli.output import Outcome, read_input, said
from api.cli.plain import one_line
from api.cli.reading import ReadApi, ReadKey, ReadOrg, reading
from api.cli.sharing import BodyOption, Signatures, SigningKey, desk_of, named_fields, told
from ledger.bootstrap import Ledger
from ledger.domain.canonical import JsonObject, JsonValue, parse_strict
from ledger.domain.declared import declaration_of
from ledger.domain.disclosed import FORMAT as DISCLOSURE_FORMAT
from ledger.domain.disclosed import read_disclosed
from ledger.domain.fields_tree import paths_named
from ledger.domain.mapping_file import MappedRows, MappingFile, read_mapping
from ledger.domain.sharing import DeclarationKind
from ledger.errors import MalformedError, UnknownIdError, UsageError
from ledger.ports import Entities
from ledger.service.share_declarations import require_fields, require_new, set_mapping
from ledger.service.share_resources import read_key, resource_in

app = typer.Typer(add_completion=False, help="Mappings of fields.")

From = Annotated[str, typer.Argument(metavar="FROM", help="OWNER/CODE whose fields are mapped.")]
To = Annotated[str, typer.Argument(metavar="TO", help="OWNER/CODE in whose names they come out.")]
ListOption = Annotated[
    str | None, typer.Option(metavar="FILE", help="Its published fields, where this home lacks them.")
]


@app.command("set")
def set_(
    source: From,
    target: To,
    file: Annotated[str, typer.Argument(metavar="FILE", help="elicense-mapping/1.")],
    key: SigningKey,
    since: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="From when it counts; now by default.")
    ] = None,
    from_fields: ListOption = None,
    to_fields: ListOption = None,
    org: BodyOption = None,
    signatures: Signatures = None,
    api: remote.Api = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Declare a mapping between the published fields of two resources; by the provider of the first."""
    mapping = _read(file)
    _require_of(mapping, source, target)
    desk = desk_of(network, rpc, [key], signatures, api, org)
    state, ledger, begins = desk.state, desk.ledger, moment(since) or 0
    ends = [resource_in(state, key) for key in (mapping.source, mapping.target)]
    lists = [
        named_fields(ledger, each, each.version, path)
        for each, path in zip(ends, (from_fields, to_fields), strict=True)
    ]
    require_fields(mapping, lists[0].names, lists[1].names)
    before = declaration_of(state, mapping.source, DeclarationKind.MAPPING, mapping.target)
    require_new(state, before, mapping.digest, begins)
    ledger.party_texts.keep_form(mapping.digest, mapping.as_json())
    shared = desk.send(set_mapping(ends[0], mapping, begins, desk.by))
    mapped = {each.source for each in mapping.fields}
    data = {
        "from": mapping.source,
        "to": mapping.target,
        "version": shared.rev,
        "digest": mapping.digest,
        "fields": len(mapping.fields),
        "unmapped": [name for name in lists[0].names if name not in mapped],
    }
    return told(shared, data, f"{mapping.source} → {mapping.target}  v{data['version']}  {mapping.digest}")


@app.command("show")
def show(
    source: From,
    target: To,
    at: AtOption = None,
    file: FileOption = None,
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Show the mapping in effect at a moment."""
    ledger, state = reading(network, rpc, api, key, org)
    declared, ends, asked = ledger.listing(state).declared, _ends(source, target), moment(at) or 0
    if file:
        declared.mapping_file(declared.mapping_told(*ends, asked)[1].digest, _read(file))
    data = declared.mapping(*ends, asked)
    return Outcome(data, text=lambda: _card(data))


@app.command("apply")
def apply(
    source: From,
    target: To,
    rows: Annotated[str, typer.Argument(metavar="FILE", help="Rows as JSON, or disclosed fields.")],
    at: AtOption = None,
    file: FileOption = None,
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Turn rows from the names of one resource into those of the other; what does not go over is told."""
    ledger, state = reading(network, rpc, api, key, org)
    mapping = _mapping_at(ledger, state, _ends(source, target), moment(at) or 0, file)
    made = mapping.apply(_rows(rows, mapping))
    data = {"from": mapping.source, "to": mapping.target, "digest": mapping.digest, **made.as_json()}
    return Outcome(data, text=lambda: _applied(made))


def _mapping_at(
    ledger: Ledger, state: Entities, ends: tuple[str, str], at: int, file: str | None
) -> MappingFile:
    declared = ledger.listing(state).declared
    digest = declared.mapping_told(*ends, at)[1].digest
    found = declared.mapping_file(digest, _read(file) if file else None)
    if found is None:
        raise UnknownIdError("MAPPING_NOT_HERE", digest=digest)
    return found


def _ends(source: str, target: str) -> tuple[str, str]:
    return read_key(source), read_key(target)


def _require_of(mapping: MappingFile, source: str, target: str) -> None:
    if (mapping.source, mapping.target) != _ends(source, target):
        raise UsageError("MAPPING_OF_OTHERS", source=mapping.source, target=mapping.target)


def _read(path: str) -> MappingFile:
    return read_mapping(parse_strict(read_input(path)))


def _rows(path: str, mapping: MappingFile) -> list[JsonObject]:
    """Rows in a file: an object a line, one object, or the disclosed fields of a license."""
    data = read_input(path)
    try:
        form = parse_strict(data)
    except MalformedError:
        return [_row(path, line) for line in data.splitlines() if line.strip()]
    if form.get("format") == DISCLOSURE_FORMAT:
        return [_named(read_disclosed(data).values, mapping)]
    rows = form.get("rows") if form.keys() == {"rows"} else [form]
    if not isinstance(rows, list) or not all(isinstance(each, dict) for each in rows):
        raise MalformedError("MAPPING_ROWS", path=path)
    return [each for each in rows if isinstance(each, dict)]


def _named(values: Mapping[str, JsonValue], mapping: MappingFile) -> JsonObject:
    """Fields of a license by the names of the published list; a path that no name means alone stays one."""
    names: dict[str, str] = {}
    for each in mapping.fields:
        paths = paths_named(each.source, list(values))
        names |= {paths[0]: each.source} if len(paths) == 1 else {}
    return {names.get(path, path): value for path, value in values.items()}


def _row(path: str, line: bytes) -> JsonObject:
    try:
        return parse_strict(line)
    except MalformedError:
        raise MalformedError("MAPPING_ROWS", path=path) from None


def _card(data: JsonObject) -> str:
    form = data["mapping"]
    lines = [f"{data['from']} → {data['to']}  v{data['version']}  {data['since']}"]
    for each in form["fields"] if isinstance(form, dict) else ():
        codes = said("（转换代码）", " (codes converted)") if "codes" in each else ""
        lines.append(f"  {each['from']} → {each['to']}{codes}")
    since = said("的字段此后有新版", "has had another list of fields since")
    lines += [f"  {each} {since}" for each in data["fieldsChanged"]]
    return "\n".join(map(one_line, lines))


def _applied(made: MappedRows) -> str:
    told, lost, unknown = made.as_json(), said("没有对应", "no counterpart"), said("代码不识", "unknown code")
    lines = [said(f"{len(made.rows)} 行", f"{len(made.rows)} rows")]
    lines += [f"  {lost}: {each['field']} ({each['rows']})" for each in told["unmapped"]]
    lines += [
        f"  {unknown}: #{each['row']} {each['field']} = {each['value']}" for each in told["unconverted"]
    ]
    return "\n".join(map(one_line, lines))
