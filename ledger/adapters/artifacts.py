"""The compiled contracts that the package carries."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

from ledger.domain.abi import Artifact


@cache
def load_artifacts() -> dict[str, Artifact]:
    """Every compiled contract by name, read once."""
    text = files("ledger.adapters").joinpath("contracts.json").read_text(encoding="utf-8")
    return {
        name: Artifact(name, each["abi"], each["bytecode"], each["deployedBytecode"])
        for name, each in json.loads(text)["contracts"].items()
    }
