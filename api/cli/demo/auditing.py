"""Last chapter: somebody who trusted nobody recomputes it all."""

from __future__ import annotations

from typing import Any

from api.cli.demo.stage import Chapter, Stage, Told
from api.cli.output import said
from ledger.service.sources import Asked


class Auditing:
    """Replay, and the live index compared with it.

    Args:
        stage: What is replayed.

    Attributes:
        replay: The keys of `audit replay`.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.replay: dict[str, Any] = {}

    def steps(self) -> Chapter:
        """The chapter."""
        return [("replay", "0 findings", self._audit), ("live-is-replayed", "OK", self._compare)]

    def _audit(self) -> Told:
        ledger = self._stage.ledger("auditor")
        head = ledger.reader.head().hash
        report = ledger.replay().run(ledger.histories(Asked("state", head)))
        self.replay = report.as_json()
        records, checked, bad = report.records, report.signatures_checked, report.signatures_bad
        lines = [
            said(
                f"记录 {records} 条，签名 {checked} 个，其中不成立 {bad} 个",
                f"{records} records, {checked} signatures, {bad} bad",
            ),
            f"{said('链头', 'head')} {report.head}",
            f"{said('状态摘要', 'state')} {self.replay['stateDigest']}",
            f"{said('信任级别', 'trust')} {report.trust}",
        ]
        return Told(f"{len(report.findings)} findings", lines + [each.detail for each in report.findings])

    def _compare(self) -> Told:
        live = self._stage.ledger("auditor").live_digest()
        return Told("OK" if live == self.replay.get("stateDigest") else "DIFFERENT", [live])
