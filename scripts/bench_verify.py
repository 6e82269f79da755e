"""Measure how fast `elicense verify` answers about a folder, at each level of trust.

    python -m scripts.bench_verify                         print the table, write it to docs/benchmarks.md
    python -m scripts.bench_verify --sizes 500 --no-write

The folder holds licenses of batches, every tenth one issued alone; of each hundred one was altered
and one was revoked. Each row is one process from start to end, in one thread.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from ledger import crypto
from ledger.domain.document import Envelope
from ledger.service.orders import ActOrder, Issued
from scripts.bench_page import show_and_write
from scripts.bench_world import Ran, World, demo_world, inputs

ALONE, BAD, BATCH = 10, 100, 1_000
_GROUP = 90_000_000


def fill(world: World, count: int) -> Path:
    """A folder of so many license files."""
    folder, ledger = world.folder / f"files-{count}", world.ledger(world.folder / "issuer")
    folder.mkdir()
    signer = crypto.load_signer(str(world.key))
    given = [{**each, "metadata": dict(each["metadata"])} for each in inputs(count, _GROUP + count)]
    alone, others = given[::ALONE], [each for n, each in enumerate(given) if n % ALONE]
    issued = [ledger.issuing().issue(each, signer) for each in alone]
    for start in range(0, len(others), BATCH):
        issued += ledger.batches().issue_batch(others[start : start + BATCH], signer).licenses
    for each in issued:
        (folder / f"{each.envelope.identifier}.elic.json").write_bytes(each.envelope.to_bytes())
    _spoil(folder, [each.envelope for each in issued[1::BAD]])
    _revoke(world, issued[2::BAD])
    return folder


def _spoil(folder: Path, envelopes: Sequence[Envelope]) -> None:
    for envelope in envelopes:
        shown = envelope.as_json()
        shown["license"] = json.loads(json.dumps(shown["license"]))
        shown["license"]["holders"][0]["name"] = "示例持证人丁"
        (folder / f"{envelope.identifier}.elic.json").write_text(json.dumps(shown, ensure_ascii=False))


def _revoke(world: World, issued: Sequence[Issued]) -> None:
    ledger, signer = world.ledger(world.folder / "issuer"), crypto.load_signer(str(world.key))
    for each in issued:
        license_ = ledger.license_now(str(each.envelope.anchor["licenseId"]))
        ledger.acting().act(license_, ActOrder("revoke", "SERIOUS_VIOLATION"), signer)


def measure(world: World, folder: Path, count: int, level: str) -> Ran:
    """Verify the folder at one level of trust.

    Raises:
        RuntimeError: Not every answer is the right one.
    """
    more = ["--trust", level]
    if level == "state":
        more += ["--head", world.ledger(world.folder / "issuer").reader.head().hash]
    ran = world.run(world.folder / "relying", "verify", str(folder), "--region", "330421", *more)
    bad = len(range(2, count, BAD))
    if ran.answer["counts"] != {"IN_FORCE": count - 2 * bad, "TAMPERED": bad, "REVOKED": bad}:
        raise RuntimeError(str(ran.answer["counts"]))
    return ran


def render(measured: list[tuple[int, str, Ran]]) -> str:
    """The section of docs/benchmarks.md."""
    sizes = " ".join(str(count) for count in dict.fromkeys(count for count, _, _ in measured))
    lines = [
        "## Verifying a folder",
        "",
        f"Written by `python -m scripts.bench_verify --sizes {sizes}`. Licenses of batches, every tenth",
        "issued alone, of each hundred one altered and one revoked; all nine checks, one process from start",
        "to end, one thread. Processor time is that of our process, and beside it the node's.",
        "",
        "| licenses | trust | seconds | ms each | processor ms each | the node's | resident set, MB |",
        "|---|---|---|---|---|---|---|",
    ]
    for count, level, ran in measured:
        each = [1_000 * spent / count for spent in (ran.seconds, ran.cpu, ran.chain)]
        shown = " | ".join(f"{value:,.2f}" for value in each)
        lines.append(f"| {count:,} | {level} | {ran.seconds:,.1f} | {shown} | {ran.megabytes:,.0f} |")
    return "\n".join(lines) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Measure, print and, unless told otherwise, write the section; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m scripts.bench_verify", description="Measure verifying.")
    parser.add_argument("--sizes", nargs="+", type=int, default=[500, 5_000], help="files in the folders")
    parser.add_argument("--no-write", action="store_true", help="print only")
    options = parser.parse_args(arguments)
    with demo_world() as world:
        folders = [(count, fill(world, count)) for count in options.sizes]
        measured = [
            (count, level, measure(world, folder, count, level))
            for level in ("rpc", "state")
            for count, folder in folders
        ]
    show_and_write(render(measured), not options.no_write)
    return 0


if __name__ == "__main__":
    sys.exit(main())
