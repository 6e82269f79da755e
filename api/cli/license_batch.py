"""`elicense license issue-batch`: a sheet of licenses, issued in batches into a folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from api.cli import keys, remote
from api.cli.bodies import body_of
from api.cli.files import digest_of
from api.cli.license_files import remember
from api.cli.options import KeyFile, Network, RpcUrls, open_ledger
from api.cli.output import Outcome, language, said
from api.cli.progress import share_bar, watched
from ledger.adapters.batch_folder import BatchFolder
from ledger.adapters.disk import flush
from ledger.adapters.sheets import RejectedSheet, open_sheet
from ledger.bootstrap import Ledger
from ledger.domain.canonical import JsonValue
from ledger.domain.sheet_rows import InputRows, RowFault
from ledger.errors import UsageError
from ledger.ports import Signer
from ledger.service.found import digest_of_text
from ledger.service.issue_sheet import IssueSheet, SheetBatches, SheetReport
from ledger.service.orders import MAX_BATCH
from ledger.service.remote import OrderAtService
from ledger.service.remote_batch import BatchesAtService
from ledger.service.remote_handing import Handing

FORMAT = "elicense-issue-batch/1"
FAULTS_SHOWN = 20
_ISSUER = "certificateIssuingAuthority"


def issue_batch(
    file: Annotated[str, typer.Argument(metavar="FILE", help="Sheet: .csv, .xlsx or .jsonl.")],
    type_: Annotated[str, typer.Option("--type", metavar="CODE", help="License type of every row.")],
    key: KeyFile,
    out: Annotated[str, typer.Option("--out", metavar="DIR", help="Where the license files go.")],
    size: Annotated[int, typer.Option("--size", min=1, max=MAX_BATCH, help="Licenses a batch.")] = MAX_BATCH,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with what was begun in DIR.")] = False,
    issuer_name: Annotated[
        str | None, typer.Option("--issuer-name", metavar="TEXT", help="For a sheet without that column.")
    ] = None,
    api: remote.Api = None,
    org: remote.Org = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Issue the rows of a sheet, up to 1,000 under one signature."""
    ledger, signer = open_ledger(network, rpc, api), keys.signer(key)
    kind, orders = ledger.types().get(type_), orders_of(ledger, org, signer)
    given = {"certificateTypeCode": type_, **issuer_fields(ledger, signer, issuer_name, orders, org)}
    head = {"format": FORMAT, **sheet_head(ledger, file, given, size, orders)}
    with open_sheet(Path(file)) as sheet:
        inputs = InputRows(sheet.form.names, kind, given)  # a bad header leaves no trace in DIR
        with BatchFolder(Path(out), head, resume, flush) as folder:
            rejected = RejectedSheet(Path(out), sheet.form, language())
            batches = _batches(ledger, orders, folder)
            service = IssueSheet(batches, folder, rejected, folder, remember(ledger), size)
            with share_bar("签发", "issuing") as shown:
                report = service.run(watched(sheet, shown), inputs, signer)
            return sheet_outcome(report, _issued(report, out), out, rejected, folder.is_resumed)


def orders_of(ledger: Ledger, org: str | None, signer: Signer) -> OrderAtService | None:
    """The service of the settings, or None where this home issues; raises as `remote.service`."""
    return remote.service(ledger, org, {}, signer) if ledger.settings.api else None


def _batches(ledger: Ledger, orders: OrderAtService | None, folder: BatchFolder) -> SheetBatches:
    """What issues: this home, or a service."""
    if orders is None:
        return ledger.batches()
    return BatchesAtService(Handing(orders, folder, ledger.clock), ledger.trust.ledger_id)


def sheet_head(
    ledger: Ledger, file: str, given: Mapping[str, JsonValue], size: int, orders: OrderAtService | None
) -> dict[str, JsonValue]:
    """What tells a sheet and an order from every other.

    Through a service also the service: there alone it is known what was handed in.
    """
    place: dict[str, JsonValue] = {} if orders is None else {"api": ledger.settings.api}
    sheet = {"ledgerId": ledger.trust.ledger_id, "sheet": digest_of(file)}
    return {**sheet, "given": dict(given), "size": size, **place}


def issuer_fields(
    ledger: Ledger, signer: Signer, name: str | None, orders: OrderAtService | None, org: str | None
) -> dict[str, JsonValue]:
    """Code and name of the issuer, for rows that leave them out.

    Here it is the body that signs. The ledger holds no names, only their digests: a name has to be given
    and is checked. Through a service no node is asked: it is the organisation that was named.

    Raises:
        UsageError: `ISSUER_OF_KEY`, `ISSUER_NAME`.
    """
    code = org
    if orders is None:
        body = body_of(ledger, signer)
        if name is not None and digest_of_text(name) != body.name_digest:
            raise UsageError("ISSUER_NAME", uscc=body.uscc)
        code = body.uscc
    stated = {f"{_ISSUER}Code": code, f"{_ISSUER}Name": name}
    return {field: text for field, text in stated.items() if text is not None}


def sheet_outcome(
    report: SheetReport, told: str, out: str, rejected: RejectedSheet, is_resumed: bool
) -> Outcome:
    """The answer of a command that issues a sheet; it closes the sheet of rejected rows.

    Args:
        report: What became of the sheet.
        told: What was done, and how much.
        out: The folder.
        rejected: Sheet of rejected rows, open.
        is_resumed: Whether it went on with what was begun.
    """
    data = {**report.as_json(), "dir": out, "resumed": is_resumed}
    if report.stopped:
        rejected.close()
        return Outcome(data, text=_text(report, told, None), error=report.stopped)
    text = _text(report, told, rejected.finish())
    if report.rejected:
        return Outcome(data, text=text, code="ROWS_REJECTED", exit_code=1)
    if report.is_pending:
        word = said(
            "部分证照已受理，尚未上链；稍后用 --resume 再看。",
            "Not all are recorded yet: ask later with --resume.",
        )
        return Outcome(data, text=f"{text}\n{word}", code="ACCEPTED")
    return Outcome(data, text=text)


def _issued(report: SheetReport, out: str) -> str:
    zh = f"已签发 {report.accepted} 份，{len(report.batches)} 批，写入 {out}"
    en = f"Licenses issued into {out}: {report.accepted}, in batches: {len(report.batches)}"
    return said(zh, en)


def _text(report: SheetReport, told: str, rejected: Path | None) -> str:
    rows = len({fault.line for fault in report.rejected})
    lines = [told + said(f"；拒绝 {rows} 行。", f"; rows rejected: {rows}."), *fault_lines(report.rejected)]
    lines += [f"  → {rejected}"] if rejected else []
    lines += [said("用 --resume 继续。", "Go on with --resume.")] if report.stopped else []
    return "\n".join(lines)


def fault_lines(faults: Sequence[RowFault]) -> list[str]:
    """What people read of reasons against rows: the first of them."""
    lines = [f"  {fault.line}: {fault.told(language())}" for fault in faults[:FAULTS_SHOWN]]
    return [*lines, "  …"] if len(faults) > FAULTS_SHOWN else lines
