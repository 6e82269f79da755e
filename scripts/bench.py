"""Measure what the ledger's cryptography does per second on this machine.

    python -m scripts.bench            print the table and write docs/benchmarks.md
    python -m scripts.bench --seconds 5 --no-write

Each row runs one operation in one thread over many keys and messages for about the given time, in
rounds that alternate between the rows, and keeps the median round. gmssl is the yardstick: ratios
carry over to other machines, absolute figures do not.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
from collections.abc import Callable
from itertools import cycle
from time import perf_counter
from typing import NamedTuple

from ledger import crypto
from ledger.adapters.gmssl_reference import GmsslVerifier
from ledger.adapters.sm2_pure import PureVerifier
from ledger.adapters.sm4 import Sm4Gcm
from ledger.domain.sm3 import sm3
from ledger.ports import Verifier
from scripts.bench_page import show_and_write

KEYS = 16
MESSAGES = 64
ROUNDS = 5


class Row(NamedTuple):
    """One operation to measure.

    Attributes:
        operation: What is done, for the first column.
        by: Which implementation does it.
        step: One execution; it raises when the result is wrong.
        yardstick: Whether the rows of the same operation are compared with this one.
    """

    operation: str
    by: str
    step: Callable[[], None]
    yardstick: bool = False


class Case(NamedTuple):
    """One key with one message and its signature."""

    public_key: bytes
    message: bytes
    signature: bytes


def cases() -> list[Case]:
    """Signed messages of 64 bytes, the size of a ledger message, under several keys."""
    signers = [crypto.signer(crypto.generate_key()) for _ in range(KEYS)]
    messages = [os.urandom(64) for _ in range(MESSAGES)]
    pairs = zip(cycle(signers), messages, strict=False)
    return [Case(signer.public_key, message, signer.sign(message)) for signer, message in pairs]


def rows() -> list[Row]:
    """Everything that is measured."""
    signed = cases()
    signer = crypto.signer(crypto.generate_key())
    text = os.urandom(1_000_000)
    return [
        _verifying(crypto.verifier(), signed),
        _verifying(PureVerifier(), signed),
        _verifying(GmsslVerifier(), signed, yardstick=True),
        Row("SM2 sign, 64 bytes", signer.backend, lambda: _must(len(signer.sign(b"m" * 64)) == 64)),
        Row("SM3, 64 bytes", "hashlib", lambda: _must(len(sm3(text[:64])) == 32)),
        Row("SM3, 1 MB", "hashlib", lambda: _must(len(sm3(text)) == 32)),
        _sealing(Sm4Gcm(), text),
    ]


def rate(step: Callable[[], None], seconds: float) -> float:
    """Executions per second over at least `seconds`, one thread."""
    count = 0
    start = perf_counter()
    while (spent := perf_counter() - start) < seconds:
        step()
        count += 1
    return count / spent


def measure(measured: list[Row], seconds: float) -> list[float]:
    """The median rate of each row; the rounds of all rows alternate, so that drift hits all alike."""
    rounds = [[rate(row.step, seconds / ROUNDS) for row in measured] for _ in range(ROUNDS)]
    return [statistics.median(column) for column in zip(*rounds, strict=True)]


def render(measured: list[Row], rates: list[float]) -> str:
    """The page: one table, the ratios to the yardstick, and where it was measured."""
    base = {row.operation: value for row, value in zip(measured, rates, strict=True) if row.yardstick}
    lines = [
        "# Benchmarks",
        "",
        f"Written by `make bench`. One thread, the median of {ROUNDS} rounds; {KEYS} keys in turn, so that",
        "what a verifier keeps per key is warm. Ratios carry over to other machines, figures do not.",
        "",
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}.",
        "",
        "| operation | by | per second | × gmssl |",
        "|---|---|---|---|",
    ]
    for row, value in zip(measured, rates, strict=True):
        ratio = f"{value / base[row.operation]:,.1f}" if row.operation in base else ""
        lines.append(f"| {row.operation} | {row.by} | {value:,.0f} | {ratio} |")
    return "\n".join(lines) + "\n"


def _verifying(verifier: Verifier, signed: list[Case], yardstick: bool = False) -> Row:
    turn = cycle(signed)

    def step() -> None:
        case = next(turn)
        _must(verifier.verify(case.public_key, case.message, case.signature))

    return Row("SM2 verify, 64 bytes", verifier.backend, step, yardstick)


def _sealing(cipher: Sm4Gcm, text: bytes) -> Row:
    key = cipher.new_key()
    return Row("SM4-GCM seal, 1 MB", "cryptography", lambda: _must(len(cipher.seal(key, text)) > len(text)))


def _must(held: bool) -> None:
    if not held:
        raise AssertionError("a measured operation gave a wrong result")


def main(arguments: list[str] | None = None) -> int:
    """Measure, print and, unless told otherwise, write the page; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m scripts.bench", description="Measure the cryptography.")
    parser.add_argument("--seconds", type=float, default=3.0, help="time for each row")
    parser.add_argument("--no-write", action="store_true", help="print only")
    options = parser.parse_args(arguments)
    measured = rows()
    show_and_write(render(measured, measure(measured, options.seconds)), not options.no_write)
    return 0


if __name__ == "__main__":
    sys.exit(main())
