"""The demo's story: what each person does and what must come of it, on the real parts.

Every step says what it expects. A step that ends otherwise fails the demo, and the story goes on, so
that one run shows everything that does not hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from api.cli.demo.auditing import Auditing
from api.cli.demo.correcting import Correcting
from api.cli.demo.desk import counter
from api.cli.demo.issuing import Issuing
from api.cli.demo.keys import Keys
from api.cli.demo.lifecycle import Lifecycle
from api.cli.demo.sharing import Sharing
from api.cli.demo.showing import Showing
from api.cli.demo.stage import Chapter, Stage, Told
from api.cli.demo.titles import TITLES
from api.cli.demo.world import JIANGSU
from api.cli.output import language
from ledger.errors import LedgerError


@dataclass
class Step:
    """One step as it went."""

    n: int
    name: str
    ok: bool
    expected: str
    result: str
    title: tuple[str, str]
    lines: list[str] = field(default_factory=list)
    gas: int | None = None

    def as_json(self) -> dict[str, object]:
        """The keys of `demo --json`."""
        shown: dict[str, object] = {
            "n": self.n,
            "name": self.name,
            "ok": self.ok,
            "expected": self.expected,
            "result": self.result,
        }
        return shown if self.gas is None else {**shown, "gasUsed": self.gas}


class Story:
    """All steps on one founded ledger.

    Args:
        folder: Where keys, envelopes and QR codes stand.
        relay_key: The relay's key file.
    """

    def __init__(self, folder: Path, relay_key: Path) -> None:
        self._stage = Stage(folder, relay_key)
        self._auditing = Auditing(self._stage)

    @property
    def licenses(self) -> list[str]:
        """Identifiers of the licenses whose files are kept."""
        kept = (*self._stage.issued.values(), *self._stage.batch)
        return [issued.envelope.identifier for issued in kept]

    @property
    def replay(self) -> dict[str, Any]:
        """What the auditor found: the keys of `audit replay`."""
        return self._auditing.replay

    def run(self) -> Iterator[Step]:
        """Tell the story, step by step."""
        stage = self._stage
        with counter(stage.ledger("jiashan")) as stage.api, self._provider() as stage.provider:
            for n, (name, expected, action) in enumerate(self._chapters(), start=1):
                try:
                    told = action()
                except LedgerError as error:
                    told = Told(error.code, [error.message()[language()]])
                ok = told.result == expected
                yield Step(n, name, ok, expected, told.result, TITLES[name], told.lines, told.gas)

    def _provider(self) -> AbstractContextManager[str]:
        """The service of Jiangsu, which hands out data by the key that it rotated to."""
        key = self._stage.folder / "keys" / f"{JIANGSU.key}-2.pem"
        return counter(self._stage.ledger(JIANGSU.key), {JIANGSU.uscc: key})

    def _chapters(self) -> Chapter:
        issuing, lifecycle = Issuing(self._stage), Lifecycle(self._stage)
        sharing = Sharing(self._stage)
        return [
            *issuing.first(),
            *lifecycle.first(),
            *issuing.at_once(),
            *lifecycle.of_leaves(),
            *Keys(self._stage).steps(),
            *issuing.refused(),
            *Showing(self._stage).steps(),
            *sharing.steps(),
            *Correcting(self._stage, sharing).steps(),
            *self._auditing.steps(),
        ]
