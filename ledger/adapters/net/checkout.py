"""Tools of the checkout, which are no part of the installed package."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

CHECKOUT = Path(__file__).resolve().parents[3]


def tools(name: str) -> ModuleType | None:
    """`scripts/<name>.py` of the checkout; None where there is no checkout around the package."""
    path = CHECKOUT / "scripts" / f"{name}.py"
    known = f"elicense_{name}_tools"
    if known in sys.modules:
        return sys.modules[known]
    spec = importlib.util.spec_from_file_location(known, path) if path.exists() else None
    if spec is None or spec.loader is None:
        return None
    module = sys.modules[known] = importlib.util.module_from_spec(spec)  # dataclasses look themselves up
    spec.loader.exec_module(module)
    return module
