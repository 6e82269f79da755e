"""Measure how fast `license issue-batch` issues, and what memory it takes, as the sheet grows.

    python -m scripts.bench_batches                     print the table, write it to docs/benchmarks.md
    python -m scripts.bench_batches 100 1000 --no-write

Each row is one process from start to end on the local chain of a fresh demo: reading, signing,
encrypting, recording, and every file flushed to the disk.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from ledger.domain.license_types import example_input
from scripts.bench import OUTPUT, SHEETS, sheets_section

TYPE = "11100000000013338W001"
COMMAND = (sys.executable, "-m", "api.cli.main")


class Measured(NamedTuple):
    """One sheet.

    Attributes:
        rows: Licenses.
        seconds: Of the process.
        megabytes: Its largest resident set.
    """

    rows: int
    seconds: float
    megabytes: float


def measure(world: Path, rows: int) -> Measured:
    """Issue a sheet of so many rows in one process, from a home of its own.

    Raises:
        RuntimeError: Not every row was issued.
    """
    folder = world / f"sheet-{rows}"
    sheet = folder / "sheet.jsonl"
    folder.mkdir()
    with sheet.open("w", encoding="utf-8") as file:
        for number in range(rows):
            given = {**example_input("constructor_registration"), "serial": f"{rows:08d}{number:08d}"}
            file.write(json.dumps(given, ensure_ascii=False) + "\n")
    key = world / "demo" / "keys" / "office-jiangsu.pem"
    order = ["license", "issue-batch", str(sheet), "--type", TYPE, "--key", str(key)]
    start = perf_counter()
    with (folder / "answer.json").open("wb") as answer:
        running = subprocess.Popen(
            [*COMMAND, *order, "--out", str(folder / "out"), "--json"],
            env=_environment(world, folder / "home"),
            stdout=answer,
        )
        _, status, usage = os.wait4(running.pid, 0)
    seconds = perf_counter() - start
    if status or json.loads((folder / "answer.json").read_text())["accepted"] != rows:
        raise RuntimeError((folder / "answer.json").read_text()[:1000])
    return Measured(rows, seconds, usage.ru_maxrss / 1024)


def render(measured: list[Measured]) -> str:
    """The section of docs/benchmarks.md."""
    lines = [
        SHEETS,
        "",
        "Written by `python -m scripts.bench_batches`. One process from start to end, up to 1,000 licenses a",
        "batch, on the local chain of a fresh demo; every draft, document and file is flushed to the disk.",
        "",
        "| licenses | seconds | per second | ms a license | resident set, MB |",
        "|---|---|---|---|---|",
    ]
    for rows, seconds, megabytes in measured:
        rate, each = rows / seconds, 1_000 * seconds / rows
        lines.append(f"| {rows:,} | {seconds:,.1f} | {rate:,.0f} | {each:,.1f} | {megabytes:,.0f} |")
    return "\n".join(lines) + "\n"


def _require_told(told: subprocess.CompletedProcess[bytes]) -> None:
    """Refuse to measure on a ledger whose story went wrong."""
    if told.returncode:
        steps = json.loads(told.stdout).get("steps", [])
        raise RuntimeError([step for step in steps if not step["ok"]] or told.stdout.decode()[:1000])


def _environment(world: Path, home: Path) -> dict[str, str]:
    demo = world / "demo"
    names = {"NETWORK": "network.json", "RELAY_KEY": "relay.key"}
    own = {f"ELICENSE_{name}": str(demo / file) for name, file in names.items()}
    return {**os.environ, **own, "ELICENSE_HOME": str(home)}


def main(arguments: list[str] | None = None) -> int:
    """Measure, print and, unless told otherwise, write the section; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m scripts.bench_batches", description="Measure issuing.")
    parser.add_argument("rows", nargs="*", type=int, default=[100, 1_000, 5_000], help="sizes of sheets")
    parser.add_argument("--no-write", action="store_true", help="print only")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        world = Path(folder)
        chain = {**os.environ, "ELICENSE_HOME": str(world / "home")}
        demo = [*COMMAND, "demo", "--once", "--json", "--keep", str(world / "demo")]
        told = subprocess.run(demo, env=chain, check=False, stdout=subprocess.PIPE)
        try:
            _require_told(told)
            section = render([measure(world, rows) for rows in options.rows])
        finally:
            subprocess.run([*COMMAND, "net", "down"], env=chain, check=True, stdout=subprocess.DEVNULL)
    sys.stdout.write(section)
    if not options.no_write:
        page = OUTPUT.read_text(encoding="utf-8")
        OUTPUT.write_text(page.replace(sheets_section(), "").rstrip() + "\n\n" + section, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
