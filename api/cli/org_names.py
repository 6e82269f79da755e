"""`elicense org names`: what bodies are called."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli import keys
from api.cli.files import replace_file
from api.cli.governing import table
from api.cli.options import Network, RpcUrls
from api.cli.output import Outcome, decoded, read_input
from api.cli.reading import ReadApi, ReadKey, ReadOrg, reading, service_for
from ledger.adapters.service_client import ServiceClient
from ledger.domain.canonical import JsonObject
from ledger.domain.identifiers import Uscc
from ledger.errors import MalformedError, TrustError
from ledger.service.body_names import BodyNames

_COLUMNS = ["uscc", "name"]
_MOST_NAMES = 100_000


def names(
    file: Annotated[
        str | None,
        typer.Argument(metavar="[FILE]", help="Names to keep, a CSV file with the columns uscc and name."),
    ] = None,
    out: Annotated[
        str | None, typer.Option("--out", metavar="FILE", help="Write the names that are known here.")
    ] = None,
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Tell what bodies are called, and keep names: from a file, or with --api those that the service has.

    The ledger has a digest of each name; one that does not fit it is refused.
    """
    ledger, state = reading(network, rpc, api, key, org)
    known = BodyNames(state, ledger.party_texts)
    taken = known.take(_names_in(file)) if file is not None else 0
    if key is not None:
        taken += known.take(_names_at(service_for(ledger, keys.signer(key), org)))
    rows = known.rows()
    if out is not None:
        replace_file(Path(out), _csv(rows))
    data = {"names": rows, "known": sum(each["name"] is not None for each in rows), "taken": taken}
    return Outcome({**data, "file": out}, text=table(rows, *_COLUMNS))


def _names_in(path: str) -> list[tuple[str, str]]:
    """The rows of a file; raises `NAMES_FILE` (MalformedError) with the line at fault."""
    text, found = decoded(read_input(path)), list[tuple[str, str]]()
    reader = csv.reader(io.StringIO(text or "", newline=""))
    try:
        if text is None or [each.strip() for each in next(reader, [])] != _COLUMNS:
            raise MalformedError("NAMES_FILE", line=1)
        for row in reader:
            if len(row) != len(_COLUMNS) or not row[1].strip() or len(found) == _MOST_NAMES:
                raise MalformedError("NAMES_FILE", line=reader.line_num)
            found.append((Uscc.parse(row[0].strip()).text, row[1]))
    except (csv.Error, MalformedError):
        raise MalformedError("NAMES_FILE", line=max(1, reader.line_num)) from None
    return found


def _names_at(service: ServiceClient) -> Iterator[tuple[str, str]]:
    """The names that a service knows, page by page; raises `SERVICE_ANSWER_DIFFERS`."""
    after: str | None = ""
    seen = 0
    while after is not None:
        answer = service.get("/v1/organisations", {"after": after} if after else {})
        rows, last = answer.get("organisations"), answer.get("next")
        codes = [each.get("uscc") if isinstance(each, dict) else None for each in _listed(rows)]
        seen += len(codes)
        is_further = last is None or (codes and last == codes[-1])
        if not (is_further and _in_order([after, *codes]) and seen <= _MOST_NAMES):
            raise TrustError("SERVICE_ANSWER_DIFFERS", member="organisations")
        yield from ((each["uscc"], each["name"]) for each in _listed(rows) if _is_written(each.get("name")))
        after = last


def _listed(rows: object) -> list[Any]:
    return rows if isinstance(rows, list) else [None]


def _in_order(codes: Sequence[object]) -> bool:
    """Whether the codes of a page go on behind the page before, so that there is an end to pages."""
    words = [each for each in codes if isinstance(each, str)]
    return len(words) == len(codes) and all(before < after for before, after in pairwise(words))


def _is_written(name: object) -> bool:
    """Whether it is text that can have a digest."""
    return isinstance(name, str) and not any("\ud800" <= character <= "\udfff" for character in name)


def _csv(rows: list[JsonObject]) -> bytes:
    """With the mark by which spreadsheets know UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows([each["uscc"], each["name"]] for each in rows if each["name"] is not None)
    return text.getvalue().encode("utf-8-sig")
