"""Kill `license issue-batch` at seeded points of one sheet and tell what was there each time.

    python -m scripts.bench_crashes                        print the table, write it to docs/benchmarks.md

Each run goes on where the one before was killed; the points are counted steps (`scripts.tripwire`), the
same on every machine. `make test` holds the same sheet to what it must be in the end.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import subprocess
import sys
from typing import NamedTuple

from scripts.bench_page import show_and_write
from scripts.bench_world import TYPE, World, demo_world, inputs
from scripts.tripwire import STEPS, stopped

ROWS, SIZE, DEATHS, SEED = 2_000, 100, 20, 20261122
OCCURRENCES = {
    "read": 150, "lock": 2, "draft": 150, "note": 2, "keep": 120, "send": 2, "sent": 2, "receipt": 2,
    "name": 2, "write": 150, "flush": 20,
}  # fmt: skip
"""Up to which occurrence of a step a run may get: into its second batch."""


class Death(NamedTuple):
    """Where a run dies: at an occurrence of a step."""

    step: str
    occurrence: int

    def wired(self, *command: str) -> list[str]:
        """The command that dies there."""
        return stopped(self.step, self.occurrence, "kill", *command)


def deaths(seed: int = SEED) -> list[Death]:
    """Every kind of step at least once, at places drawn from the seed."""
    draw = random.Random(seed)  # noqa: S311 - to be the same again
    steps = [*OCCURRENCES, *draw.choices(list(OCCURRENCES), k=DEATHS - len(OCCURRENCES))]
    draw.shuffle(steps)
    return [Death(step, draw.randint(1, OCCURRENCES[step])) for step in steps]


class Left(NamedTuple):
    """What a run left: batches on the ledger and license files."""

    batches: int
    files: int


def measure(world: World) -> tuple[list[tuple[Death, Left]], Left]:
    """Kill a sheet at every point, then let it finish.

    Raises:
        RuntimeError: A run ended before it was killed, or the sheet was not issued exactly once.
    """
    folder, ledger = world.folder / "killed", world.ledger(world.folder / "killed" / "home")
    folder.mkdir()
    sheet, out = folder / "sheet.jsonl", folder / "out"
    sheet.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in inputs(ROWS, 7)))
    order = ["license", "issue-batch", str(sheet), "--type", TYPE, "--key", str(world.key)]
    order += ["--out", str(out), "--size", str(SIZE), "--resume"]
    before = ledger.reader.journal()[0]

    def left() -> Left:
        return Left(ledger.reader.journal()[0] - before, len(list(out.glob("*.elic.json"))))

    told = []
    for death in deaths():
        ended = subprocess.run(
            death.wired(*order), env=world.environment(folder / "home"), check=False, capture_output=True
        )
        if ended.returncode != -signal.SIGKILL:
            raise RuntimeError(death, ended.stdout[-500:], ended.stderr[-500:])
        told.append((death, left()))
    accepted = world.run(folder / "home", *order).answer["accepted"]
    counts = world.run(folder / "home", "verify", str(out)).answer["counts"]
    if (accepted, counts, *left()) != (ROWS, {"IN_FORCE": ROWS}, ROWS // SIZE, ROWS):
        raise RuntimeError(accepted, counts, left())
    return told, left()


def render(told: list[tuple[Death, Left]], last: Left) -> str:
    """The section of docs/benchmarks.md."""
    lines = [
        "## Killed and gone on",
        "",
        f"Written by `python -m scripts.bench_crashes`. One sheet of {ROWS:,} rows in batches of {SIZE},",
        f"killed by SIGKILL at {DEATHS} counted points in a row, each time gone on with `--resume`. In the",
        f"end: {last.batches} records and {last.files:,} files, each license once, all of them in force.",
        "",
        "| killed at | time | batches on the ledger | license files |",
        "|---|---|---|---|",
    ]
    for death, left in told:
        lines.append(f"| {STEPS[death.step]} | {death.occurrence}. | {left.batches} | {left.files:,} |")
    return "\n".join(lines) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Kill, finish, print and, unless told otherwise, write the section; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m scripts.bench_crashes", description="Kill a sheet.")
    parser.add_argument("--no-write", action="store_true", help="print only")
    options = parser.parse_args(arguments)
    with demo_world() as world:
        section = render(*measure(world))
    show_and_write(section, not options.no_write)
    return 0


if __name__ == "__main__":
    sys.exit(main())
