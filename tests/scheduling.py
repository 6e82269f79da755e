"""Which worker runs which file: to found a ledger for tests takes long, so not every worker founds each."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

LEDGERS = ("told", "live_ledger", "hardhat_rpc")
"""Fixtures that each worker makes once, when a test first asks for them."""


def ledgers_by_file(items: list[pytest.Item]) -> dict[str, list[str]]:
    """The ledgers that the tests of each file ask for, those without any left out."""
    found: dict[str, set[str]] = defaultdict(set)
    for item in items:
        found[item.nodeid.split("::", 1)[0]] |= set(getattr(item, "fixturenames", ())) & set(LEDGERS)
    return {file: sorted(names) for file, names in found.items() if names}


class ByLedger(LoadFileScheduling):
    """Files in their order, but a worker with a ledger leaves those that need another one to others.

    It takes them, too, when nothing else is left.

    Args:
        config: Of the run.
        log: As of the class above.
        told: File into which a worker wrote `ledgers_by_file`.
    """

    def __init__(self, config: pytest.Config, log: Producer | None, told: Path) -> None:
        super().__init__(config, log)
        self._told, self._needs = told, dict[str, set[str]]()
        self._has: dict[WorkerController, set[str]] = defaultdict(set)

    def schedule(self) -> None:
        """Read what each file needs before the first is given away."""
        if not self._needs and self._told.exists():
            told = json.loads(self._told.read_text())
            self._needs = {file: set(names) for file, names in told.items()}
        super().schedule()

    def _assign_work_unit(self, node: WorkerController) -> None:
        chosen = self._fit(self._has[node])
        self._has[node] |= self._needs.get(chosen, set())
        self.workqueue.move_to_end(chosen, last=False)
        super()._assign_work_unit(node)

    def _fit(self, has: set[str]) -> str:
        files = list(self.workqueue)
        fitting = (file for file in files if not has or self._needs.get(file, set()) <= has)
        return next(fitting, files[0])
