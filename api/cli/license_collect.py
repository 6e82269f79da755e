"""`elicense license collect`: a feed of licenses that another system issued, taken over into the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from api.cli import keys
from api.cli.bodies import body_of
from api.cli.files import digest_of, replaced
from api.cli.license_files import remember
from api.cli.options import Network, RpcUrls, open_ledger
from api.cli.output import Outcome, language
from api.cli.progress import Shown, share_bar, watched
from ledger.adapters.batch_folder import LicenseFolder
from ledger.adapters.disk import flush
from ledger.adapters.feed_book import FeedBook
from ledger.adapters.feed_register import FeedRegister
from ledger.adapters.sheets import open_sheet
from ledger.bootstrap import Ledger
from ledger.domain.document import Envelope
from ledger.domain.feed import FeedEntry, read_entries
from ledger.domain.feed_fates import Fate, corrections
from ledger.domain.feed_header import FeedHeader, read_header
from ledger.domain.objects import organisation_id
from ledger.domain.rights import Rights
from ledger.errors import MalformedError, NotEntitledError, StoreOutageError, UsageError
from ledger.ports import Signer
from ledger.service.collect import CollectFeed, FeedReport
from ledger.service.collect_steps import FeedSteps
from ledger.service.deliver_batch import DeliverBatch
from ledger.service.orders import MAX_BATCH

REJECTED = "rejected.jsonl"


def collect(
    file: Annotated[str, typer.Argument(metavar="FEED", help="Feed: .jsonl.")],
    key: Annotated[str, typer.Option("--key", metavar="PEM", help="Signing key of the collecting body.")],
    out: Annotated[str, typer.Option("--out", metavar="DIR", help="The feed's own folder.")],
    size: Annotated[int, typer.Option("--size", min=1, max=MAX_BATCH, help="Licenses a batch.")] = MAX_BATCH,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with what was begun in DIR.")] = False,
    begin_at: Annotated[
        int | None,
        typer.Option("--begin-at", min=1, metavar="NUMBER", help="Where the feed begins, if not with 1."),
    ] = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Take over what another system issued, amended and ended, line by line."""
    ledger, signer = open_ledger(network, rpc), keys.signer(key)
    feed = _Feed(Path(file))
    _require_mandate(ledger, signer, feed.header)
    folder = Path(out)
    register = FeedRegister(ledger.settings.home, ledger.trust.ledger_id)
    register.require(feed.header, folder, -1)
    with FeedBook(folder, ledger.trust.ledger_id, feed.header, digest_of(file), resume) as book:
        register.require(feed.header, folder, book.due)
        service = _service(ledger, feed.header, book, folder, size)
        with share_bar("核对", "checking") as shown, feed.entries(shown) as entries:
            service.check(entries, begin_at)
        if register.place_of(feed.header) is None:
            _take_in(ledger, book, LicenseFolder(folder, flush))
        register.note(feed.header, folder, book.due)
        with share_bar("归集", "collecting") as shown, feed.entries(shown) as entries:
            report = service.run(entries, signer)
        register.note(feed.header, folder, book.due)
        rejected = _write_rejected(book, feed.header, folder / REJECTED)
        return _outcome(report, out, rejected, book.is_resumed)


@dataclass(frozen=True)
class _Feed:
    """A feed file, which is read twice: whole before anything is recorded, then line by line."""

    path: Path

    @property
    def header(self) -> FeedHeader:
        with self._open(lambda _: None) as (header, _):
            return header

    @contextmanager
    def entries(self, shown: Shown) -> Iterator[Iterator[FeedEntry]]:
        with self._open(shown) as (_, entries):
            yield entries

    @contextmanager
    def _open(self, shown: Shown) -> Iterator[tuple[FeedHeader, Iterator[FeedEntry]]]:
        with open_sheet(self.path) as sheet:
            rows = watched(sheet, shown)
            first = next(rows, None)
            if first is None or sheet.form.format != "jsonl":
                raise MalformedError("FEED_HEADER", field="format")
            header = read_header(first)
            yield header, read_entries(rows, header)


def _require_mandate(ledger: Ledger, signer: Signer, header: FeedHeader) -> None:
    """The key is the collector's, and the collector the issuer itself or who operates for it now.

    The contracts judge it again; here it is told before anything is signed.
    """
    owner = body_of(ledger, signer).uscc
    if owner != header.collector:
        raise UsageError("FEED_COLLECTOR", owner=owner, collector=header.collector)
    rights = Rights(ledger.index, int(ledger.clock.now().timestamp()))
    body = organisation_id(owner)
    is_named = rights.may_issue(body, header.type, header.issuer)
    if not is_named or rights.right(header.type, header.issuer) is None:
        names = {"collector": owner, "issuer": header.issuer, "type": header.type}
        raise NotEntitledError("FEED_NO_MANDATE", **names)


def _service(ledger: Ledger, header: FeedHeader, book: FeedBook, path: Path, size: int) -> CollectFeed:
    folder, batches = LicenseFolder(path, flush), ledger.batches()
    deliver = DeliverBatch(batches, folder, remember(ledger))
    steps = FeedSteps(ledger.issuing(), ledger.acting(), ledger.license_settled, folder, deliver)
    kind = ledger.types().get(header.type)
    return CollectFeed(header, kind, book, batches, deliver, steps, ledger.index.resolve, size)


def _take_in(ledger: Ledger, book: FeedBook, folder: LicenseFolder) -> None:
    """A home that does not know the feed learns the licenses of its book from the folder."""
    own = (_held(book, folder, identifier) for identifier in folder.identifiers())
    envelopes = (each for each in own if each is not None)
    while taken := list(islice(envelopes, MAX_BATCH)):
        ledger.take_in(taken)


def _held(book: FeedBook, folder: LicenseFolder, identifier: str) -> Envelope | None:
    """The file of a license that the book holds; None for any other file that lies there."""
    held = book.held(identifier)
    data = folder.read(identifier) if held else None
    try:
        envelope = Envelope.parse(data or b"")
    except MalformedError:
        return None
    return envelope if held and envelope.anchor["licenseId"] == held.license_id else None


def _write_rejected(book: FeedBook, header: FeedHeader, path: Path) -> Path | None:
    """All rejected lines of the feed as a file of corrections; None, and no file, where there are none."""
    try:
        with replaced(path, 0o600) as file:
            for line in corrections(book.rejected(), header, language()):
                file.write(f"{line}\n".encode())
    except OSError as error:
        reason = error.strerror or str(error)
        raise StoreOutageError("FOLDER_UNWRITTEN", path=str(path.parent), reason=reason) from error
    return path if path.exists() else None


def _outcome(report: FeedReport, out: str, rejected: Path | None, is_resumed: bool) -> Outcome:
    data = {**report.as_json(), "dir": out, "resumed": is_resumed}
    text = _text(report, out, rejected)
    if report.stopped:
        return Outcome(data, text=text, error=report.stopped)
    if report.rejected:
        return Outcome(data, text=text, code="LINES_REJECTED", exit_code=1)
    return Outcome(data, text=text)


_WORDS = {
    Fate.INSERTED: ("新收", "inserted"),
    Fate.UPDATED: ("变更", "updated"),
    Fate.ENDED: ("终止", "ended"),
    Fate.SUSPENDED: ("暂停", "suspended"),
    Fate.LIFTED: ("恢复", "lifted"),
    Fate.UNCHANGED: ("无变化", "unchanged"),
}


def _text(report: FeedReport, out: str, rejected: Path | None) -> str:
    is_zh = language() == "zh"
    counts = ", ".join(f"{report.counts[fate]} {word[0 if is_zh else 1]}" for fate, word in _WORDS.items())
    head = f"{report.first}–{report.until} → {out}: {counts}"
    count = len(report.rejected)
    lines = [f"{head}；拒绝 {count} 行。" if is_zh else f"{head}; {count} lines rejected."]
    if report.begins > 1:
        before = report.begins - 1
        lines.append(
            f"  本归集从序号 {report.begins} 开始，1–{before} 不在其中。"
            if is_zh
            else f"  This feed begins with {report.begins} here; 1–{before} are no part of it."
        )
    for sequence, reasons in report.rejected[:20]:
        told = "; ".join(f"{fault.code} {fault.message[language()]}" for fault in reasons)
        lines.append(f"  {sequence}: {told}")
    if count > 20:
        lines.append("  …")
    if rejected:
        lines.append(f"  → {rejected}")
    if report.stopped:
        lines.append("用 --resume 继续。" if is_zh else "Go on with --resume.")
    return "\n".join(lines)
