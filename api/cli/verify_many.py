"""Many verdicts as one answer: every one of them in JSON, what is not in force in text, and counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from api.cli.output import LongList, Outcome, said, worded
from api.cli.plain import one_line
from ledger.domain.official import TypeKind
from ledger.domain.official_texts import results
from ledger.domain.verdict import AS_HANDED_OUT, COULD_NOT_CHECK, IN_FORCE, Verdict
from ledger.domain.words import FLAG

ALL_SHOWN = 50
"""Up to so many verdicts a person sees each one; of more, those that are not in force."""

MOST_SHOWN = 500

_Row = tuple[tuple[str, TypeKind | None], str, str, str]


def several(named: Iterable[tuple[str, Verdict]], good: Sequence[str] = (IN_FORCE,)) -> Outcome:
    """The answer to many subjects, each with the name that a list shows; they may come one by one.

    Args:
        named: Names and verdicts.
        good: Results that are wanted.
    """
    results = _Results(good)
    for name, verdict in named:
        results.add(name, verdict)
    return results.outcome()


def _subject(name: str, verdict: Verdict) -> str:
    """The name of a subject, where the identifier does not tell it already."""
    base = Path(name).name
    return "" if base == f"{verdict.identifier}.elic.json" else base


def _result(result: str, kind: TypeKind | None = None) -> str:
    """A result as a list shows it: in Chinese in words; in English the code says it."""
    return said(worded(results(kind), result), result)


def _flags(verdict: Verdict) -> str:
    return said("；", ", ").join(said(worded(FLAG, each), each) for each in verdict.flags)


class _Results:
    """Takes verdicts one by one; however many come, they take no more memory."""

    def __init__(self, good: Sequence[str]) -> None:
        self._good = good
        self._counts: Counter[str] = Counter()
        self._kinds: set[TypeKind] = set()
        self._results = LongList()
        self._first: list[_Row] = []
        self._noted: list[_Row] = []

    def add(self, name: str, verdict: Verdict) -> None:
        row = (
            (verdict.result, verdict.kind),
            verdict.identifier or "",
            _flags(verdict),
            _subject(name, verdict),
        )
        self._counts[verdict.result] += 1
        self._kinds |= {verdict.kind} if verdict.kind else set()
        self._results.add({"subject": name, **verdict.as_json()})
        if len(self._first) <= ALL_SHOWN:
            self._first.append(row)
        if verdict.result not in self._good and len(self._noted) < MOST_SHOWN:
            self._noted.append(row)

    def outcome(self) -> Outcome:
        bad = [result for result in self._counts if result not in (*self._good, COULD_NOT_CHECK)]
        status = 1 if bad else 3 if COULD_NOT_CHECK in self._counts else 0
        return Outcome(
            {"results": self._results, "counts": dict(self._counts)},
            text=self._text,
            code=[*bad, COULD_NOT_CHECK][0] if status else "OK",
            exit_code=status,
        )

    def _text(self) -> object:
        from rich.console import Group
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None)
        columns = (("结果", "result"), ("标识", "identifier"), ("提示", "flags"), ("文件", "subject"))
        for zh, en in columns:
            table.add_column(said(zh, en), overflow="fold")
        rows = self._first if len(self._first) <= ALL_SHOWN else self._noted
        for (result, kind), *rest in rows:
            color = {IN_FORCE: "green", AS_HANDED_OUT: "yellow", COULD_NOT_CHECK: "yellow"}.get(result, "red")
            table.add_row(Text(_result(result, kind), style=color), *map(one_line, rest))
        kind = min(self._kinds, key=str) if len(self._kinds) == 1 else None
        told = ((_result(result, kind), count) for result, count in self._counts.most_common())
        counts = "  ".join(f"{words} {count:,}" for words, count in told)
        return Group(*([table] if rows else []), *(["…"] if len(rows) == MOST_SHOWN else []), counts)
