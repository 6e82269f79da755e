"""`elicense resource source`: the rows of a data set, put where the owner's service hands them out of."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli import keys
from api.cli.bodies import body_of
from api.cli.options import Network, RpcUrls, open_ledger
from api.cli.output import Outcome, note, said
from api.cli.sharing import FieldListOption, ResourceArgument, SigningKey, named_fields, read_schema
from ledger.adapters.sheets import open_sheet
from ledger.bootstrap import Ledger
from ledger.domain.canonical import JsonObject
from ledger.domain.derived import Derived
from ledger.domain.disclosed_row import state_told
from ledger.domain.field_list import FieldList
from ledger.domain.row_tree import RowsState
from ledger.domain.sharing import ResourceKind
from ledger.domain.sharing_entities import Resource
from ledger.errors import UnknownIdError, UsageError
from ledger.ports.rows import KeptState
from ledger.service.load_rows import TableForm
from ledger.service.make_handouts import Providers
from ledger.service.share_resources import read_key, resource_in


def source(
    resource: ResourceArgument,
    key: SigningKey,
    file: Annotated[
        str | None, typer.Argument(metavar="[FILE]", help="Its rows: .csv, .xlsx or .jsonl.")
    ] = None,
    key_field: Annotated[
        str | None, typer.Option("--key-field", metavar="NAME", help="The field by which rows are asked for.")
    ] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Hand out of it no more.")] = False,
    field_list: FieldListOption = None,
    schema: Annotated[
        str | None,
        typer.Option("--schema", metavar="FILE", help="The schema with which it is registered."),
    ] = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Load a data set, all of a file in the place of what was there; without a file tell what is there."""
    if (file is not None and remove) or (file is None) is not (key_field is None):
        raise UsageError("ROWS_WHAT")
    ledger = open_ledger(network, rpc, on_drawn=_tell_drawn)
    found = _own(ledger, resource, key)
    before = ledger.rows_kept.state(found.key)
    if remove:
        ledger.rows_kept.remove(found.key)
        return _told(ledger, found, None, before, ledger.forgetting_rows().of(found, ledger.index))
    if file is None or key_field is None:
        if before is None:
            raise UnknownIdError("ROWS_NOT_HERE", resource=found.key)
        return _told(ledger, found, before, None)
    listed = named_fields(ledger, found, len(found.versions), field_list)
    derived = _derived_of(ledger, found, listed, schema)
    with open_sheet(Path(file)) as sheet:
        form = TableForm(found.key, listed, key_field, sheet.form.names, derived)
        loaded = ledger.loading_rows().load(found.owner, form, sheet.rows)
    return _told(ledger, found, loaded, before, ledger.forgetting_rows().of(found, ledger.index))


def _derived_of(ledger: Ledger, found: Resource, listed: FieldList, path: str | None) -> Derived:
    """The fields that are computed, by the schema of the present version; none without a schema.

    Raises:
        UnknownIdError: `ROW_SCHEMA_NOT_HERE`: it may say that something is masked.
    """
    digest = found.current.schema_digest
    if path is None and not int(digest, 16):
        return {}
    schema = ledger.party_texts.schema_of(digest, read_schema(path) if path else None)
    if schema is None:
        raise UnknownIdError("ROW_SCHEMA_NOT_HERE", resource=found.key, digest=digest)
    schema.require_listed(listed)
    return schema.derived


def _tell_drawn(owner: str) -> None:
    """What a machine has to be told that seals rows for a body, and does not issue for it."""
    note(
        f"已在此 ELICENSE_HOME 为 {owner} 生成密值，用于加密此处载入的行；数据集不需要其他机器的密值。"
        "该机关若在另一台机器上颁发证照，请勿在此颁发；也要在此颁发的，先用 `org secret import` "
        "将那台机器的密值带到一个新的 ELICENSE_HOME，再在那里载入。",
        f"A secret was drawn for {owner} in this ELICENSE_HOME; it seals the rows that are loaded here, "
        "and data sets need no secret of another machine. If that body issues licenses on another machine, "
        "do not issue here: to do both, bring that one's secret into a fresh ELICENSE_HOME with "
        "`org secret import`, and load there.",
    )


def rows_here(ledger: Ledger, found: Resource) -> JsonObject | None:
    """The rows that this home hands out of, as `resource source` tells them; None where none are loaded."""
    kept = ledger.rows_kept.state(found.key) if ledger.has_rows else None
    told = _state_json(ledger, found, kept)
    return None if kept is None or told is None else {"keyField": kept.key_field, **told}


def _own(ledger: Ledger, resource: str, key: str) -> Resource:
    """A data set that the key's body provides.

    Raises:
        UsageError: `ROWS_OF_LICENSES`.
        NotEntitledError: `SIGNING_KEY_NOT_HELD`.
    """
    signer = keys.signer(key)
    found = resource_in(ledger.follow(), read_key(resource))
    if found.current.kind is not ResourceKind.DATA_SET:
        raise UsageError("ROWS_OF_LICENSES", resource=found.key)
    now = int(ledger.clock.now().timestamp())
    Providers({body_of(ledger, signer).uscc: signer}.get).of(ledger.index, found, now)
    return found


def _told(
    ledger: Ledger, found: Resource, now: KeptState | None, before: KeptState | None, forgotten: int = 0
) -> Outcome:
    data = {
        "owner": found.owner,
        "resource": found.key,
        "keyField": now.key_field if now else None,
        **(_state_json(ledger, found, now) or {"state": None, "rows": 0, "loadedAt": None}),
        "replaced": _state_json(ledger, found, before),
        "forgottenHandouts": forgotten,
    }
    rows = said(f"{data['rows']} 行", f"{data['rows']} rows")
    return Outcome(data, text=f"{found.key}  {rows}  {data['loadedAt'] or ''}\n  {data['state'] or ''}")


def _state_json(ledger: Ledger, found: Resource, kept: KeptState | None) -> JsonObject | None:
    if kept is None:
        return None
    state = RowsState(found.owner, found.code, kept.loaded_at, kept.rows, kept.root)
    return {"state": state.digest(ledger.trust.ledger_id), **state_told(state)}
