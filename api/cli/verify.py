"""`elicense verify`: nine named checks and one result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.options import (
    At,
    KnownAt,
    Network,
    PinnedHead,
    RpcUrls,
    Trust,
    moment,
    open_ledger,
    region_number,
)
from api.cli.output import Outcome, language, read_input
from ledger.domain.verdict import COULD_NOT_CHECK, IN_FORCE, Check, Verdict
from ledger.domain.verdict import Outcome as CheckOutcome
from ledger.errors import UsageError
from ledger.service.sources import Asked
from ledger.service.verify import Ask

if TYPE_CHECKING:
    from ledger.bootstrap import Ledger

app = typer.Typer(add_completion=False)

_IMAGES = {".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp"}
_MARKS = {
    CheckOutcome.PASS: "✓",
    CheckOutcome.FAIL: "✗",
    CheckOutcome.UNKNOWN: "?",
    CheckOutcome.SKIPPED: "–",
}
_STYLES = {
    CheckOutcome.PASS: "green",
    CheckOutcome.FAIL: "red",
    CheckOutcome.UNKNOWN: "yellow",
    CheckOutcome.SKIPPED: "dim",
}


@app.command()
def verify(
    subjects: Annotated[
        list[str], typer.Argument(metavar="SUBJECT…", help="File, folder, QR text or image.")
    ],
    region: Annotated[
        str | None, typer.Option("--region", metavar="CODE", help="Where it should count.")
    ] = None,
    at: At = None,
    known_at: KnownAt = None,
    trust: Trust = "rpc",
    head: PinnedHead = None,
    max_age: Annotated[int, typer.Option("--max-age", min=0, help="Oldest head, in seconds.")] = 60,
    challenge: Annotated[
        str | None, typer.Option("--challenge", metavar="FILE", help="Challenge answered.")
    ] = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Check licenses: form, integrity, signature, issuer, anchor, status, recognition, holder."""
    ledger = open_ledger(network, rpc)
    asked = Ask(region_number(region), moment(at), moment(known_at), max_age)
    items = [item for subject in subjects for item in _expand(subject)]
    if not items:
        raise UsageError("NOTHING_TO_VERIFY", path=", ".join(subjects)[:200])
    service = ledger.verify(Asked(trust, head), together=True)
    verdicts = []
    for name, text in items:
        if text is None:
            verdicts.append(service.verify(ledger.read_file(read_input(name)), asked))
        else:
            verdicts.append(_presented(ledger, text, challenge, asked, Asked(trust, head)))
    if len(verdicts) == 1 and not (len(subjects) == 1 and Path(subjects[0]).is_dir()):
        return _single(verdicts[0])
    return _several([name for name, _ in items], verdicts)


def _presented(ledger: Ledger, text: str, challenge: str | None, ask: Ask, asked: Asked) -> Verdict:
    from api.cli.wallet import verify_presented

    return verify_presented(ledger, text, challenge, ask, asked)


def _expand(subject: str) -> Iterator[tuple[str, str | None]]:
    """Name and QR text of each item; no text means a license file."""
    path = Path(subject)
    if subject.startswith("EL1:"):
        yield subject[:24] + "…", subject
    elif path.is_dir():
        for each in sorted(path.iterdir()):
            if each.name.endswith(".elic.json") or each.suffix.lower() in _IMAGES:
                yield from _expand(str(each))
    elif path.suffix.lower() in _IMAGES:
        from ledger.adapters.qr import read_image

        yield subject, read_image(read_input(subject), subject)
    else:
        yield subject, None


def _single(verdict: Verdict) -> Outcome:
    code = "OK" if verdict.exit_code == 0 else verdict.result
    return Outcome(verdict.as_json(), text=lambda: _card(verdict), code=code, exit_code=verdict.exit_code)


def _several(names: Sequence[str], verdicts: Sequence[Verdict]) -> Outcome:
    counts = Counter(verdict.result for verdict in verdicts)
    status = _status_of(counts)
    worst = next((verdict.result for verdict in verdicts if verdict.exit_code == status), "OK")
    results = [{"subject": name, **verdict.as_json()} for name, verdict in zip(names, verdicts, strict=True)]
    return Outcome(
        {"results": results, "counts": dict(counts)},
        text=lambda: _table(names, verdicts),
        code="OK" if status == 0 else worst,
        exit_code=status,
    )


def _status_of(counts: Counter[str]) -> int:
    """1 if any is bad, else 3 if any is unchecked, else 0."""
    if set(counts) - {IN_FORCE, COULD_NOT_CHECK}:
        return 1
    return 3 if COULD_NOT_CHECK in counts else 0


def _card(verdict: Verdict) -> object:
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    tongue = language()
    color = {0: "bold green", 3: "bold yellow"}.get(verdict.exit_code, "bold red")
    title = Text(f"{verdict.result}  ", style=color) + Text(verdict.message[tongue], style="default")
    table = Table(box=None, show_header=False, padding=(0, 1))
    told: set[str] = set()
    for check in verdict.checks:
        table.add_row(*_row(check, tongue, told), style=_STYLES[check.outcome])
    facts = _facts(verdict)
    shown = [f"  {path}: {value}" for path, value in (verdict.disclosed or {}).items()]
    return Group(title, Text(facts, style="dim"), table, *shown)


def _row(check: Check, tongue: str, told: set[str]) -> tuple[str, str, str, str]:
    """One line of the card; the same reason is told in full only once."""
    code = "" if check.code == "OK" else check.code
    shown = check.as_json()["message"]
    text = shown[tongue] if isinstance(shown, dict) and code not in {"", *told} else ""
    reason = check.evidence.get(tongue) if text else None
    told.add(code)
    return _MARKS[check.outcome], check.step.name, code, f"{text} {reason}" if reason else text


def _facts(verdict: Verdict) -> str:
    parts = [verdict.identifier or "", f"at {verdict.at}", f"known at {verdict.known_at}"]
    if verdict.region:
        parts.append(f"region {verdict.region}")
    age = "" if verdict.age_seconds is None else f", head {verdict.age_seconds} s old"
    parts.append(f"trust {verdict.trust}{age}")
    if verdict.agreement:
        parts.append(_agreement(verdict))
    return "\n".join(part for part in parts if part)


def _agreement(verdict: Verdict) -> str:
    agreement = verdict.agreement or {}
    if agreement.get("basis") == "AGREEMENT":
        return f"agreement {agreement['from']} → {agreement['to']}, counts as {agreement['asType']}"
    return f"recognised: {agreement.get('basis')}"


def _table(names: Sequence[str], verdicts: Sequence[Verdict]) -> object:
    from rich.table import Table

    table = Table(box=None)
    for column in ("result", "identifier", "subject"):
        table.add_column(column, overflow="fold")
    for name, verdict in zip(names, verdicts, strict=True):
        color = {0: "green", 3: "yellow"}.get(verdict.exit_code, "red")
        table.add_row(f"[{color}]{verdict.result}[/]", verdict.identifier or "", Path(name).name)
    return table
