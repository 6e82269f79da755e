"""Compile the contracts into the one committed file that the ledger reads.

    python -m scripts.compile            write ledger/adapters/contracts.json
    python -m scripts.compile --check    exit 1 when the file is not what the sources give

Compiler version and settings stand in `scripts/solc_settings.json`, which Hardhat reads too.
Each contract is compiled with its own imports only and under the source names that Hardhat
uses: both matter, because code generation through Yul may depend on either.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import posixpath
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import solcx
from solcx.exceptions import SolcError

from scripts.engines import user_cache
from scripts.node import HARDHAT_NET, ROOT, ensure_node_modules, node_env

CONTRACTS = ROOT / "contracts"
OUTPUT = ROOT / "ledger" / "adapters" / "contracts.json"
SETTINGS = ROOT / "scripts" / "solc_settings.json"
SHIM = HARDHAT_NET / "solc-shim.cjs"
CACHE = user_cache() / "solc"
"""What was compiled before, by `digest_of`: whatever changes the outcome changes the name."""
CODE_LIMIT = 22_528
"""Bytes of deployed code that no contract may exceed: EIP-170 allows 24,576."""

_IMPORT = re.compile(r"""^\s*import\b[^;]*?["']([^"']+)["']\s*;""", re.MULTILINE)
_WANTED = ["abi", "evm.bytecode.object", "evm.deployedBytecode.object", "storageLayout"]


class CompileError(Exception):
    """The compiler refused a source."""


@cache
def solc_config() -> dict[str, Any]:
    """`scripts/solc_settings.json`: `version`, `settings`, and per file what differs in `optimizer`."""
    config: dict[str, Any] = json.loads(SETTINGS.read_text())
    return config


def settings_for(path: Path) -> dict[str, Any]:
    """The compiler settings of one source file, without an output selection.

    Example:
        >>> settings_for(CONTRACTS / "SM2Verifier.sol")["optimizer"]["runs"]
        10000
    """
    settings: dict[str, Any] = json.loads(json.dumps(solc_config()["settings"]))
    settings["optimizer"].update(
        solc_config()["optimizer"].get(_source_name(path).removeprefix("project/"), {})
    )
    return settings


def compile_file(path: Path) -> dict[str, dict[str, Any]]:
    """Compile one Solidity file of this checkout.

    Args:
        path: A file under the repository's root.

    Returns:
        For each contract in that file that has code: `abi`, `bytecode` and `deployedBytecode`
        (0x-hex) and, where it has state, `storageLayout` as `{variable: {slot, offset, type}}`.

    Raises:
        CompileError: The source does not compile; the message is the compiler's.
    """
    found = _solc(_request(path))["contracts"].get(_source_name(path), {})
    return {key: _contract(out) for key, out in found.items() if out["evm"]["deployedBytecode"]["object"]}


def digest_of(path: Path) -> str:
    """SHA-256 over all that decides what a file compiles to: compiler, settings, its sources with imports."""
    return _digest(_request(path))


def source_digests() -> dict[str, str]:
    """`digest_of` each file of `contracts/`, by its name."""
    return {path.name: digest_of(path) for path in sorted(CONTRACTS.glob("*.sol"))}


def build() -> dict[str, Any]:
    """The content of `contracts.json`: every deployable contract of `contracts/*.sol`."""
    config = solc_config()
    contracts: dict[str, Any] = {}
    for path in sorted(CONTRACTS.glob("*.sol")):
        contracts.update(compile_file(path))
    return {
        "compiler": config["version"],
        "settings": {**config["settings"], "overrides": config["optimizer"]},
        "sources": source_digests(),
        "contracts": contracts,
    }


def render(built: dict[str, Any]) -> str:
    """The canonical text of the file: sorted keys, one final newline."""
    return json.dumps(built, indent=1, sort_keys=True) + "\n"


def _source_name(path: Path) -> str:
    resolved = path.resolve()
    base = HARDHAT_NET if resolved.is_relative_to(HARDHAT_NET) else ROOT
    return "project/" + resolved.relative_to(base).as_posix()


def _file_of(name: str) -> Path:
    relative = name.removeprefix("project/")
    return (ROOT if relative.startswith("contracts/") else HARDHAT_NET) / relative


def _sources(path: Path) -> dict[str, str]:
    sources: dict[str, str] = {}
    waiting = [_source_name(path)]
    while waiting:
        name = waiting.pop()
        if name in sources:
            continue
        sources[name] = _file_of(name).read_text()
        folder = posixpath.dirname(name)
        waiting += [posixpath.normpath(posixpath.join(folder, i)) for i in _IMPORT.findall(sources[name])]
    return sources


def _request(path: Path) -> dict[str, Any]:
    return {
        "language": "Solidity",
        "sources": {key: {"content": text} for key, text in sorted(_sources(path).items())},
        "settings": {**settings_for(path), "outputSelection": {_source_name(path): {"*": _WANTED}}},
    }


def _digest(request: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps([solc_config()["version"], request]).encode()).hexdigest()


def _solc(request: dict[str, Any]) -> dict[str, Any]:
    kept = CACHE / f"{_digest(request)}.json"
    if kept.exists():
        answer: dict[str, Any] = json.loads(kept.read_text())
        return answer
    ensure_node_modules()
    with _node_on_path():
        try:
            answer = solcx.compile_standard(request, solc_binary=SHIM)
        except SolcError as error:
            raise CompileError(error.message) from None
    for problem in answer.get("errors", []):
        sys.stderr.write(problem["formattedMessage"])
    CACHE.mkdir(parents=True, exist_ok=True)
    partial = kept.with_suffix(f".{os.getpid()}")
    partial.write_text(json.dumps(answer))
    partial.replace(kept)
    return answer


@contextmanager
def _node_on_path() -> Iterator[None]:
    before = os.environ.get("PATH", os.defpath)
    os.environ["PATH"] = node_env()["PATH"]
    try:
        yield
    finally:
        os.environ["PATH"] = before


def _contract(out: dict[str, Any]) -> dict[str, Any]:
    contract = {
        "abi": out["abi"],
        "bytecode": "0x" + out["evm"]["bytecode"]["object"],
        "deployedBytecode": "0x" + out["evm"]["deployedBytecode"]["object"],
    }
    layout = out.get("storageLayout", {})
    if layout.get("storage"):
        contract["storageLayout"] = {
            entry["label"]: {
                "slot": int(entry["slot"]),
                "offset": entry["offset"],
                "type": layout["types"][entry["type"]]["label"],
            }
            for entry in layout["storage"]
        }
    return contract


def main(arguments: list[str] | None = None) -> int:
    """Write or check the committed file; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m scripts.compile", description="Compile the contracts.")
    parser.add_argument("--check", action="store_true", help="compare with the committed file, write nothing")
    options = parser.parse_args(arguments)
    text = render(build())
    if not options.check:
        OUTPUT.write_text(text)
        return 0
    if OUTPUT.exists() and OUTPUT.read_text() == text:
        return 0
    sys.stderr.write(f"{OUTPUT.relative_to(ROOT)} is not what the sources give: python -m scripts.compile\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
