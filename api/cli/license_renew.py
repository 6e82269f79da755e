"""`elicense license renew-batch`: a sheet of licenses that take the places of others."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli import keys
from api.cli.files import digest_of
from api.cli.license_batch import issuer_fields, sheet_outcome
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
from ledger.domain.sheet_rows import InputRows
from ledger.ports import Signer
from ledger.service.orders import MAX_BATCH, Deliver, Issued
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
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Renew the licenses that a sheet names, those of one batch under one signature."""
    ledger, signer = open_ledger(network, rpc), keys.signer(key)
    kind = ledger.types().get(type_)
    given = {"certificateTypeCode": type_, **issuer_fields(ledger, signer, issuer_name)}
    head = {
        "format": FORMAT,
        "ledgerId": ledger.trust.ledger_id,
        "sheet": digest_of(file),
        "given": given,
        "size": size,
    }
    with open_sheet(Path(file)) as sheet:
        inputs = InputRows(sheet.form.names, kind, given, is_renewal=True)
        reader = RenewalRows(inputs, ledger.old_licenses(), type_, ledger.batches().is_kept)
        with BatchFolder(Path(out), head, resume, flush) as folder, TemporarySpool() as spool:
            rejected = RejectedSheet(Path(out), sheet.form, language())
            renewing = Renewing(ledger.batches(), _amend(ledger), ledger.old_licenses, ledger.batch_revision)
            service = RenewSheet(renewing, folder, rejected, folder, spool, remember(ledger), size)
            with share_bar("读取", "reading") as shown:
                report = service.run(watched(sheet, shown), reader, signer)
            return sheet_outcome(report, _renewed(report, out), out, rejected, folder.is_resumed)


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
