"""Measure how fast `license issue-batch` issues, and what memory it takes, as the sheet grows.

    python -m scripts.bench_batches                        print the table, write it to docs/benchmarks.md
    python -m scripts.bench_batches --sizes 100 1000 --no-write

Each row is one process from start to end on the local chain of a fresh demo: reading, signing,
encrypting, recording, and everything flushed to the disk.
"""

from __future__ import annotations

import argparse
import json
import sys

from scripts.bench_page import show_and_write
from scripts.bench_world import TYPE, Ran, World, demo_world, inputs

SIZES = [1_000, 10_000, 100_000]


def measure(world: World, rows: int) -> Ran:
    """Issue a sheet of so many rows in one process, from a home of its own.

    Raises:
        RuntimeError: Not every row was issued.
    """
    folder = world.folder / f"sheet-{rows}"
    folder.mkdir()
    sheet = folder / "sheet.jsonl"
    with sheet.open("w", encoding="utf-8") as file:
        for given in inputs(rows, rows):
            file.write(json.dumps(given, ensure_ascii=False) + "\n")
    order = ["license", "issue-batch", str(sheet), "--type", TYPE, "--key", str(world.key)]
    ran = world.run(folder / "home", *order, "--out", str(folder / "out"))
    if ran.answer["accepted"] != rows:
        raise RuntimeError(str(ran.answer)[:1000])
    return ran


def render(measured: list[tuple[int, Ran]]) -> str:
    """The section of docs/benchmarks.md."""
    sizes = " ".join(str(rows) for rows, _ in measured)
    lines = [
        "## Issuing from a sheet",
        "",
        f"Written by `python -m scripts.bench_batches --sizes {sizes}`. One process from start to",
        "end, up to 1,000 licenses a batch, on the local chain of a fresh demo; drafts, documents and files",
        "are on the disk before each step that needs them. Processor time is that of our process, about a",
        "second of it for starting, and beside it the node's; on a shared machine only it is comparable.",
        "",
        "| licenses | seconds | ms a license | processor ms a license | the node's | resident set, MB |",
        "|---|---|---|---|---|---|",
    ]
    for rows, ran in measured:
        each = [1_000 * spent / rows for spent in (ran.seconds, ran.cpu, ran.chain)]
        shown = " | ".join(f"{value:,.2f}" for value in each)
        lines.append(f"| {rows:,} | {ran.seconds:,.1f} | {shown} | {ran.megabytes:,.0f} |")
    return "\n".join(lines) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Measure, print and, unless told otherwise, write the section; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m scripts.bench_batches", description="Measure issuing.")
    parser.add_argument(
        "--sizes", nargs="+", type=int, default=[1_000, 10_000, 100_000], help="rows of sheets"
    )
    parser.add_argument("--no-write", action="store_true", help="print only")
    options = parser.parse_args(arguments)
    with demo_world() as world:
        section = render([(rows, measure(world, rows)) for rows in options.sizes])
    show_and_write(section, not options.no_write)
    return 0


if __name__ == "__main__":
    sys.exit(main())
