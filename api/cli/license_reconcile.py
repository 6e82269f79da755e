"""`elicense license reconcile`: what another system holds now, compared with the ledger both ways."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer

from api.cli.files import pretty, replaced, write_out
from api.cli.license_batch import fault_lines
from api.cli.options import Network, RpcUrls, moment, open_ledger
from api.cli.output import Outcome, language, worded
from api.cli.progress import share_bar, watched
from ledger.adapters.batch_folder import LicenseFolder
from ledger.adapters.disk import flush
from ledger.adapters.feed_register import FeedPlace, FeedRegister
from ledger.adapters.sheets import Sheet, open_sheet
from ledger.bootstrap import Ledger
from ledger.domain.canonical import JsonObject
from ledger.domain.document import Envelope
from ledger.domain.feed_header import FeedHeader, FeedKind
from ledger.domain.license_types import LicenseType
from ledger.domain.sheet_rows import RowFault, SheetRow
from ledger.domain.snapshot import SnapshotHeader, SnapshotRow, SnapshotRows, read_snapshot_header
from ledger.domain.words import STATUS, UNCOMPARED, Words
from ledger.errors import MalformedError
from ledger.service.mend import MendFeed
from ledger.service.reconcile import Reconcile, Reconciliation, Stock

SOURCE = "reconcile"
"""Name of a source that neither the snapshot nor a feed of this home tells."""


def reconcile(
    file: Annotated[str, typer.Argument(metavar="SNAPSHOT", help=".jsonl, .csv or .xlsx.")],
    issuer: Annotated[str, typer.Option("--issuer", metavar="USCC", help="Issuer of every license.")],
    type_: Annotated[str, typer.Option("--type", metavar="CODE", help="License type of every license.")],
    out: Annotated[
        str | None, typer.Option("--out", metavar="FILE", help="File for the report, too.")
    ] = None,
    mend: Annotated[
        str | None, typer.Option("--mend", metavar="FEED", help="Where the lines go that mend it.")
    ] = None,
    folders: Annotated[
        list[str] | None, typer.Option("--dir", metavar="DIR", help="More folders of license files.")
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="When the snapshot was taken; now if not told.")
    ] = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Compare a source's stock with the ledger: missing on either side, content, status."""
    ledger = open_ledger(network, rpc)
    kind = ledger.types().get(type_)
    now = max(int(ledger.clock.now().timestamp()), ledger.reader.head().time)
    places = FeedRegister(ledger.settings.home, ledger.trust.ledger_id).places(issuer, type_)
    stock = _stock(ledger, issuer, type_, [*(each.folder for each in places), *(folders or [])])
    with open_sheet(Path(file)) as sheet, share_bar("对账", "reconciling") as shown:
        header, rows = _rows(sheet, watched(sheet, shown), kind, issuer)
        taken_at = moment(at) or header.source_time or now
        mended = _mend_header(header, places, issuer, type_, taken_at)
        with _lines_into(mend, mended) as write:
            feed = MendFeed(write)
            report = Reconcile(stock, kind, taken_at, now, feed.take).run(rows)
    data = {**report.as_json(), "mend": {"lines": feed.written, "undone": feed.undone}}
    if out:
        write_out(Path(out), pretty(data), 0o600)
    return _outcome(report, feed, data, out, mend)


def _stock(ledger: Ledger, issuer: str, type_: str, folders: list[str]) -> Stock:
    stores = [LicenseFolder(Path(folder), flush) for folder in dict.fromkeys(folders)]

    def envelope(identifier: str) -> Envelope | None:
        found = (store.read(identifier) for store in stores)
        data = next((each for each in found if each is not None), None)
        try:
            return Envelope.parse(data) if data is not None else None
        except MalformedError:
            return None

    return Stock(issuer, type_, ledger.follow(), envelope, ledger.drafts().opening)


def _rows(
    sheet: Sheet, rows: Iterator[SheetRow], kind: LicenseType, issuer: str
) -> tuple[SnapshotHeader, Iterator[SnapshotRow | list[RowFault]]]:
    reader = SnapshotRows(sheet.form.names, kind, issuer)
    first = next(rows, None)
    header = read_snapshot_header(first) if first else None
    licenses = rows if header or first is None else chain([first], rows)
    return header or SnapshotHeader(), map(reader.read, licenses)


def _mend_header(
    header: SnapshotHeader, places: list[FeedPlace], issuer: str, type_: str, taken_at: int
) -> FeedHeader:
    """Of the feed that the snapshot's source has in this home, or of the only one."""
    known = [each for each in places if each.source == header.source] or places[:1]
    source = header.source or (known[0].source if known else SOURCE)
    collector = known[0].collector if known else issuer
    return FeedHeader(source, issuer, type_, collector, 1, taken_at, FeedKind.MEND)


@contextmanager
def _lines_into(path: str | None, header: FeedHeader) -> Iterator[Callable[[JsonObject], None]]:
    """Takes lines of a feed into a file; without any there is no file."""
    if path is None:
        yield lambda _: None
        return
    with replaced(Path(path), 0o600) as file:

        def write(line: JsonObject) -> None:
            if file.tell() == 0:
                file.write(_line(header.as_json()))
            file.write(_line(line))

        yield write


def _line(value: JsonObject) -> bytes:
    return (json.dumps(value, ensure_ascii=False) + "\n").encode()


def _outcome(
    report: Reconciliation, feed: MendFeed, data: dict[str, object], out: str | None, mend: str | None
) -> Outcome:
    text = _text(report, feed, out, mend)
    if not report.is_clean:
        return Outcome(data, text=text, code="STOCK_DIFFERS", exit_code=1)
    if report.uncompared:
        return Outcome(data, text=text, code="NOT_COMPARED", exit_code=3)
    return Outcome(data, text=text)


_WORDS = (
    ("differing", "内容不同", "content differs"),
    ("status_differs", "状态不同", "status differs"),
    ("only_source", "账本上没有", "not on the ledger"),
    ("only_ledger", "来源没有", "not at the source"),
    ("uncompared", "未能比对", "could not be compared"),
)


def _text(report: Reconciliation, feed: MendFeed, out: str | None, mend: str | None) -> str:
    is_zh, unread = language() == "zh", len({fault.line for fault in report.rejected})
    if is_zh:
        lines = [f"比对 {report.compared} 份，一致 {report.same} 份；不可读 {unread} 行。"]
    else:
        lines = [f"{report.compared} compared, {report.same} the same; {unread} rows could not be read."]
    lines += fault_lines(report.rejected)
    for name, zh, en in _WORDS:
        found: list[JsonObject] = getattr(report, name)
        if found:
            lines.append(f"{zh if is_zh else en}: {len(found)}")
            lines += [f"  {_shown(each)}" for each in found[:20]]
            lines += ["  …"] if len(found) > 20 else []
    if report.unnamed:
        lines.append(
            f"{'本机不知标识的批内证照' if is_zh else 'leaves without a name here'}: {report.unnamed}"
        )
    if feed.written:
        place = mend or "--mend FEED.jsonl"
        lines.append(f"{feed.written} {'行可补' if is_zh else 'lines mend it'} → {place}")
    if out:
        lines.append(f"→ {out}")
    return "\n".join(lines)


_CODES: Words = {**STATUS, **UNCOMPARED}


def _shown(entry: JsonObject) -> str:
    fields = [
        ", ".join(value) if isinstance(value, list) else worded(_CODES, value)
        for value in entry.values()
        if value
    ]
    return "  ".join(fields)
