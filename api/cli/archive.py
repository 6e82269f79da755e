"""`elicense license archive` and `verify-archive`: a license in one file that shows itself years later."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli import keys
from api.cli.bodies import body_of
from api.cli.files import replace_file
from api.cli.options import KeyFile, Network, PinnedHead, RpcUrls, open_ledger
from api.cli.output import Outcome, read_input, said, worded
from api.cli.verify import named_document_lines
from ledger.domain.archive import MAX_PACKAGE
from ledger.domain.official_texts import results, steps
from ledger.errors import StoreOutageError, TrustError
from ledger.service.archive import Anchors

if TYPE_CHECKING:
    from ledger.bootstrap import Ledger
    from ledger.domain.trustfile import TrustFile
    from ledger.service.archive import Judged

app = typer.Typer(add_completion=False)


def archive(
    id_: Annotated[str, typer.Argument(metavar="ID", help="Identifier or licenseId.")],
    to: Annotated[str, typer.Option("--to", metavar="FILE", help="Where to write the package.")],
    key: KeyFile,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Write the archive package of a license: its file, its records, their proofs, signed."""
    ledger, signer = open_ledger(network, rpc), keys.signer(key)
    license_id, _ = ledger.resolve(id_)
    data, judged = ledger.documents.making_archives().make(license_id, body_of(ledger, signer).uscc, signer)
    ledger.documents.packages.add(license_id, judged.package)
    try:
        replace_file(Path(to), data, 0o600)
    except OSError as error:
        raise StoreOutageError("FOLDER_UNWRITTEN", path=to, reason=error.strerror or str(error)) from error
    ledger.documents.packages.receive(license_id, judged.archive.sm3)
    return Outcome({**judged.as_json(), "bytes": len(data), "file": to}, text=_text(judged) + f"\n  {to}")


@app.command()
def verify_archive(
    file: Annotated[str, typer.Argument(metavar="FILE", help="An archive package.")],
    maker: Annotated[
        str | None, typer.Option("--maker", metavar="PEM", help="Key of who made it, that you trust.")
    ] = None,
    head: PinnedHead = None,
    network: Network = None,
) -> Outcome:
    """Check an archive package against what you know: a trust file, and the maker's key or the block."""
    ledger = open_ledger(network, None)
    anchors = Anchors(_own_trust(ledger), head, keys.public_key(maker) if maker else None)
    judged = ledger.documents.judging_archives().judge(read_input(file, MAX_PACKAGE + 1), anchors)
    data = judged.as_json()
    if not judged.is_authentic:
        result = judged.verdict.result
        return Outcome(data, text=_text(judged), code=result, exit_code=judged.verdict.exit_code or 1)
    if not anchors.are_enough:
        return Outcome(data, text=_text(judged), error=TrustError("ARCHIVE_UNPINNED"), exit_code=3)
    return Outcome(data, text=_text(judged))


def _own_trust(ledger: Ledger) -> TrustFile | None:
    return ledger.trust if ledger.settings.network.exists() else None


def _text(judged: Judged) -> str:
    manifest = judged.archive.manifest
    kind = judged.verdict.kind
    checkpoint, signed = manifest.checkpoint, manifest.signed
    state = said("真实", "authentic") if judged.is_authentic else said("不成立", "not authentic")
    lines = [
        *named_document_lines(judged.verdict),
        f"{manifest.identifier}  {state}  {worded(results(kind), judged.verdict.result)}",
        f"  {said('制作', 'made by')} {signed.by}  SM3 {judged.archive.sm3}",
        f"  {said('区块', 'block')} {checkpoint.block} {checkpoint.hash}",
        f"  {said('序号', 'seq')} {checkpoint.seq}",
    ]
    lines += [
        f"  ! {worded(steps(kind), check.step.name)} {check.code}"
        for check in judged.verdict.checks
        if check.code != "OK"
    ]
    return "\n".join(lines)
