"""`elicense audit`: replay the ledger, check what it says."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from api.cli.options import Network, PinnedHead, RpcUrls, Trust, open_ledger
from api.cli.output import Outcome, coded, said
from ledger.domain.words import REPLAY
from ledger.errors import OutageError, TrustError, UsageError
from ledger.proof.journal import Finding
from ledger.service.fsck import Fsck
from ledger.service.replay import ReplayedRecord, Report
from ledger.service.sources import Asked

app = typer.Typer(add_completion=False, help="Replay the ledger and check what it says.")


@app.callback()
def audit() -> None:
    """Replay the ledger and check what it says."""


@app.command("replay")
def replay(
    trust: Trust = "rpc",
    head: PinnedHead = None,
    records: Annotated[
        str | None, typer.Option("--records", metavar="FILE", help="Write every record.")
    ] = None,
    max_age: Annotated[int, typer.Option("--max-age", min=0, help="Oldest head, in seconds.")] = 60,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Rebuild the state from raw logs; re-check every digest, signature and right."""
    ledger = open_ledger(network, rpc)
    asked = Asked(trust, head)
    try:
        with _record_file(records) as keep, _progress() as show:
            report = ledger.replay(keep, show).run(ledger.histories(asked), max_age)
    except OutageError as error:
        return Outcome(error=error, exit_code=3)
    return _outcome(report, asked)


@app.command("fsck")
def fsck(network: Network = None, rpc: RpcUrls = None) -> Outcome:
    """Compare the local index with the ledger, row by row."""
    ledger = open_ledger(network, rpc)
    try:
        found = ledger.fsck()
    except OutageError as error:
        return Outcome(error=error, exit_code=3)
    shown = [_compared(found)]
    shown += [json.dumps(each.as_json(), ensure_ascii=False) for each in found.differences]
    bad = bool(found.differences)
    code = "INDEX_DIFFERS" if bad else "OK"
    return Outcome(found.as_json(), text="\n".join(shown), code=code, exit_code=1 if bad else 0)


def _compared(found: Fsck) -> str:
    """How far the index is, and how much of it was compared."""
    if found.is_empty:
        return said(
            f"索引为空，没有可比对的内容；账本已到区块 {found.head}",
            f"the index is empty, nothing was compared; the ledger is at block {found.head}",
        )
    count, behind = len(found.differences), found.head - found.block
    return said(
        f"{found.rows} 行，{count} 处不同；比对至区块 {found.block}，落后 {behind} 个区块",
        f"{found.rows} rows, {count} differences; compared at block {found.block}, blocks behind: {behind}",
    )


def _outcome(report: Report, asked: Asked) -> Outcome:
    if report.findings:
        return Outcome(
            report.as_json(), text=lambda: _text(report), code=report.findings[0].code, exit_code=1
        )
    if report.trust != asked.level:
        error = TrustError("TRUST_NOT_REACHED", asked=asked.level, reached=report.trust)
        return Outcome(report.as_json(), text=lambda: _text(report), error=error, exit_code=3)
    return Outcome(report.as_json(), text=lambda: _text(report))


def _text(report: Report) -> str:
    shown = report.as_json()
    records, licenses, batches, seq = (shown[name] for name in ("records", "licenses", "batches", "seq"))
    checked, bad = report.signatures_checked, report.signatures_bad
    lines = [
        said(
            f"记录 {records} 条，证照 {licenses} 份，批次 {batches} 个，末条序号 {seq}",
            f"records {records}, licenses {licenses}, batches {batches}, seq {seq}",
        ),
        said(f"核对签名 {checked} 个，不成立 {bad} 个", f"{checked} signatures checked, {bad} bad"),
        f"{said('链头      ', 'head   ')}{shown['head']}",
        f"{said('状态摘要  ', 'state  ')}{shown['stateDigest']}",
        f"{said('区块      ', 'block  ')}{report.block.get('number')} {report.block.get('hash')}",
        f"{said('信任级别  ', 'trust  ')}{report.trust}",
    ]
    lines += [_finding(each) for each in report.findings]
    return "\n".join(lines if report.findings else [*lines, said("没有发现", "no findings")])


def _finding(each: Finding) -> str:
    """A fault, where it is, and what exactly was found."""
    code = coded(REPLAY, each.code)
    place = f"{said('序号', 'seq')} {each.seq} {each.tx_hash or ''}"
    return f"{said('发现', 'FINDING')} {code} {place} {each.detail}"


@contextmanager
def _record_file(path: str | None) -> Iterator[Callable[[ReplayedRecord], None] | None]:
    """Write records beside the target and put them there only when all of them are."""
    if path is None:
        yield None
        return
    target = Path(path)
    draft = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        with draft.open("x", encoding="utf-8") as file:
            yield lambda record: print(json.dumps(record.as_json(), ensure_ascii=False), file=file)
        os.replace(draft, target)
    except OSError as error:
        raise UsageError("FILE_UNWRITABLE", path=path, reason=error.strerror or str(error)) from None
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def _progress() -> Iterator[Callable[[int], None] | None]:
    """A line on stderr that grows, where a person looks at it."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn

    with Progress(
        SpinnerColumn(), TextColumn("{task.completed} records"), console=Console(stderr=True), transient=True
    ) as bar:
        task = bar.add_task("replay", total=None)
        yield lambda done: bar.update(task, completed=done)
