"""The IPFS node of these tests: built once per machine, started once per run."""

from __future__ import annotations

from tests.kubo import kubo, kubo_program, own_kubo

__all__ = ["kubo", "kubo_program", "own_kubo"]
