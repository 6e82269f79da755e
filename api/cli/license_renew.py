"""`elicense license renew-batch`: a sheet of licenses that take the places of others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from api.cli import keys, remote
from api.cli.license_batch import issuer_fields, orders_of, sheet_head, sheet_outcome
from api.cli.license_files import remember
from api.cli.options import KeyFile, Network, RpcUrls, open_ledger
from api.cli.output import Outcome, language, said
from api.cli.progress import share_bar, watched
from ledger.adapters.batch_folder import BatchFolder
from ledger.adapters.disk import flush
from ledger.adapters.sheets import RejectedSheet, open_sheet
from ledger.adapters.spool import TemporarySpool
from ledger.bootstrap import Ledger
from ledger.domain.acts import only_ground
from ledger.domain.canonical import JsonObject
from ledger.domain.sheet_rows import InputRows, SheetRow
from ledger.ports import Signer
from ledger.service.orders import MAX_BATCH, Deliver, Issued
from ledger.service.remote import OrderAtService
from ledger.service.remote_batch import BatchesAtService
from ledger.service.remote_handing import Handing
from ledger.service.remote_renewal import AmendAtService, OldLicensesAtService, olds_of
from ledger.service.renew_sheet import Amend, Renewing, RenewReport, RenewSheet
from ledger.service.renewal_rows import RenewalRows

FORMAT = "elicense-renew-batch/1"


def renew_batch(
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
    """Renew the licenses that a sheet names, those of one batch under one signature."""
    ledger, signer = open_ledger(network, rpc, api), keys.signer(key)
    kind, orders = ledger.types().get(type_), orders_of(ledger, org, signer)
    given = {"certificateTypeCode": type_, **issuer_fields(ledger, signer, issuer_name, orders, org)}
    head = {"format": FORMAT, **sheet_head(ledger, file, given, size, orders)}
    with open_sheet(Path(file)) as sheet:
        inputs = InputRows(sheet.form.names, kind, given, is_renewal=True)
        reader, ahead = _reader(ledger, orders, inputs, type_)
        with BatchFolder(Path(out), head, resume, flush) as folder, TemporarySpool() as spool:
            rejected = RejectedSheet(Path(out), sheet.form, language())
            renewing = _renewing(ledger, orders, folder, type_)
            service = RenewSheet(renewing, folder, rejected, folder, spool, remember(ledger), size)
            with share_bar("读取", "reading") as shown:
                report = service.run(ahead(watched(sheet, shown)), reader, signer)
            return sheet_outcome(report, _renewed(report, out), out, rejected, folder.is_resumed)


Ahead = Callable[[Iterable[SheetRow]], Iterable[SheetRow]]
"""Rows of a sheet, about which something is found out before they are read."""


def _reader(
    ledger: Ledger, orders: OrderAtService | None, inputs: InputRows, code: str
) -> tuple[RenewalRows, Ahead]:
    """What reads a sheet, and what has to be done with its rows before."""
    if orders is None:
        return RenewalRows(inputs, ledger.old_licenses(), code, ledger.batches().is_kept), iter
    olds = OldLicensesAtService(orders.service, code)
    reader = RenewalRows(inputs, olds, code, lambda _: False)  # where it is issued, the old one is renewed
    return reader, partial(olds.ahead, inputs=inputs)


def _renewing(ledger: Ledger, orders: OrderAtService | None, folder: BatchFolder, code: str) -> Renewing:
    """What renews: this home, or a service, which knows the revisions of its batches."""
    if orders is None:
        return Renewing(
            ledger.batches(), _amend(ledger), lambda _: ledger.old_licenses(), ledger.batch_revision
        )
    handing = Handing(orders, folder, ledger.clock)
    batches = BatchesAtService(handing, ledger.trust.ledger_id)
    return Renewing(batches, AmendAtService(handing), partial(olds_of, orders, code), lambda _: 0)


def _renewed(report: RenewReport, out: str) -> str:
    batches = len(report.batches)
    zh = f"已延续 {report.accepted} 份，{batches} 批，其中单独办理 {report.singly} 份，写入 {out}"
    en = f"Licenses renewed into {out}: {report.accepted}, in batches: {batches}, singly: {report.singly}"
    return said(zh, en)


def _amend(ledger: Ledger) -> Amend:
    """What renews one license by itself."""
    issuing = ledger.issuing()

    def amend(
        license_id: str, identifier: str | None, given: JsonObject, signer: Signer, deliver: Deliver
    ) -> Issued:
        return issuing.amend(license_id, identifier, given, "renew", signer, only_ground("renew"), 0, deliver)

    return amend
