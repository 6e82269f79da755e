"""What the contracts refuse, in the words of the ledger: custom error → error class and code."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.domain.abi import Artifact, read_refusal
from ledger.errors import LedgerError, RuleError

REFUSALS: dict[str, tuple[type[RuleError], str]] = {}
"""Custom error of the contracts → (class, code); its values become the fields of the error."""


def refused(data: bytes, artifacts: Mapping[str, Artifact]) -> LedgerError:
    """The error that revert data means.

    Args:
        data: As a contract gave it; perhaps empty.
        artifacts: Compiled contracts by name, whose errors are known.
    """
    refusal = read_refusal(data, artifacts)
    if refusal is None:
        return RuleError("CONTRACT_REFUSED", name="0x" + data[:4].hex(), arguments=data[4:260].hex())
    error_class, code = REFUSALS.get(refusal.name, (RuleError, "CONTRACT_REFUSED"))
    arguments = ", ".join(f"{name}={value}" for name, value in refusal.values.items())
    named = {"name": refusal.name, "arguments": arguments}
    return error_class(code, **{**named, **refusal.values} if code != "CONTRACT_REFUSED" else named)
