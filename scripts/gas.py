"""Exact gas of what the contracts do, kept in `tests/contracts/gas.json` and compared by a test.

    python -m scripts.gas             print the figures
    python -m scripts.gas --update    rewrite the file, and its table in docs/benchmarks.md

To add figures, write a function `(Evm) -> {name: gas}` and name it in `MEASUREMENTS`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Callable, Mapping
from typing import Any

from scripts.bench_page import show_and_write
from scripts.compile import OUTPUT, compile_file
from scripts.evm import Evm, local_chain
from scripts.node import HARDHAT_NET, ROOT
from scripts.sm2_table import multiply
from tests.contracts.operations_gas import operations_gas

SNAPSHOT = ROOT / "tests" / "contracts" / "gas.json"
VERIFIER = "0x" + "5a" * 20
HARNESS = "0x" + "5b" * 20
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
VERIFY = "verify(bytes32,bytes32,bytes32,bytes32,bytes32,bytes32)"
TAG = hashlib.sha256(b"gas").digest()


def committed_code(name: str) -> str:
    """The runtime code of one contract of the committed file, 0x-hex."""
    contracts: dict[str, Any] = json.loads(OUTPUT.read_text())["contracts"]
    code: str = contracts[name]["deployedBytecode"]
    return code


def sm2_gas(evm: Evm) -> dict[str, int]:
    """SM3 and SM2: execution gas of one call, without the transaction's own cost."""
    verifier = evm.place(committed_code("SM2Verifier"), VERIFIER)
    harness = evm.place(
        compile_file(HARDHAT_NET / "test" / "CryptoHarness.sol")["CryptoHarness"]["deployedBytecode"], HARNESS
    )
    rows = [_signed(verifier_row) for verifier_row in range(1, 9)]
    keys = [row[4:] for row in rows]
    states = verifier.call_many("keyState(bytes32,bytes32,bytes32)", "bytes32", [(*k, TAG) for k in keys])
    calls = [(state, *row[1:]) for state, row in zip(states, rows, strict=True)]
    if not all(verifier.call_many(VERIFY, "bool", calls)):
        raise AssertionError("a genuine signature was refused")
    verify = verifier.gas_many(VERIFY, calls)
    return {
        "sm3.block": harness.gas_many("finish(bytes32,bytes32)", [(states[0], TAG)])[0],
        "sm2.za": verifier.gas_many("za(bytes32,bytes32)", keys[:1])[0],
        "sm2.isPublicKey": verifier.gas_many("isPublicKey(bytes32,bytes32)", keys[:1])[0],
        "sm2.keyState": verifier.gas_many("keyState(bytes32,bytes32,bytes32)", [(*keys[0], TAG)])[0],
        "sm2.verify.max": max(verify),
        "sm2.verify.mean": sum(verify) // len(verify),
    }


MEASUREMENTS: list[Callable[[Evm], dict[str, int]]] = [sm2_gas, operations_gas]


def measure(evm: Evm) -> dict[str, int]:
    """All figures, by name."""
    figures: dict[str, int] = {}
    for measurement in MEASUREMENTS:
        figures.update(measurement(evm))
    return dict(sorted(figures.items()))


def page(figures: Mapping[str, int]) -> str:
    """The section of docs/benchmarks.md.

    Example:
        >>> print(page({"Uses.Use": 556453}).splitlines()[-1])
        | Uses | Use | 556,453 |
    """
    said = (
        "Exact, not measured: the same on every machine (`make gas`; a test holds it against a snapshot).",
        "Without its own transaction (`sm2`, `sm3`) it is execution alone; *founding* is before the seal.",
    )
    head = ("## Gas", "", " ".join(said), "", "| contract | what | gas |", "|---|---|---:|")
    named = ((*name.partition(".")[::2], gas) for name, gas in figures.items())
    rows = [f"| {group} | {what} | {gas:,} |" for group, what, gas in named if what]
    rows += [f"| – | {name} | {gas:,} |" for name, gas in figures.items() if "." not in name]
    return "\n".join((*head, *rows)) + "\n"


def _signed(seed: int) -> tuple[bytes, ...]:
    """Z, digest, r, s, x, y of a signature that is the same on every run."""
    d = int.from_bytes(hashlib.sha256(b"key %d" % seed).digest()) % (N - 2) + 1
    k = int.from_bytes(hashlib.sha256(b"nonce %d" % seed).digest()) % (N - 1) + 1
    digest = hashlib.sha256(b"message %d" % seed).digest()
    point = b"".join(value.to_bytes(32) for value in multiply(d))
    z = hashlib.new("sm3", _Z_HEAD + point).digest()
    e = int.from_bytes(hashlib.new("sm3", z + TAG + digest).digest())
    r = (e + multiply(k)[0]) % N
    s = pow(1 + d, -1, N) * (k - r * d) % N
    return z, digest, r.to_bytes(32), s.to_bytes(32), point[:32], point[32:]


_Z_HEAD = b"\x00\x80" + bytes.fromhex(
    "31323334353637383132333435363738"
    "fffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffc"
    "28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93"
    "32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7"
    "bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0"
)


def main(arguments: list[str] | None = None) -> int:
    """Measure on a fresh local chain; print the figures or rewrite the file."""
    parser = argparse.ArgumentParser(prog="python -m scripts.gas", description="Gas of the contracts.")
    parser.add_argument("--update", action="store_true", help="rewrite tests/contracts/gas.json")
    options = parser.parse_args(arguments)
    with local_chain() as url:
        figures = measure(Evm(url))
    text = json.dumps(figures, indent=1) + "\n"
    sys.stdout.write(text)
    if options.update:
        SNAPSHOT.write_text(text)
        show_and_write(page(figures), is_written=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
