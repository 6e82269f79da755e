"""What the commands that govern a ledger have in common: keys, signatures of others, answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from api.cli.files import pretty, replace_file
from api.cli.options import ending, open_ledger
from api.cli.output import Outcome, said
from api.cli.plain import one_line
from api.cli.requests import ask, brought, key_file, read_rows
from ledger.bootstrap import Ledger
from ledger.errors import LedgerError, RuleError, UsageError
from ledger.ports import Index
from ledger.service.govern import Governed, GovernLedger, Order
from ledger.service.signing import KeyFile, SignatureRequest

NOTICE = 120
"""Seconds until an end takes effect by default: it must still lie ahead when it is recorded."""

By = Annotated[list[str], typer.Option("--by", metavar="PEM", help="Governing key; repeat for several.")]
Signatures = Annotated[
    str | None, typer.Option("--signatures", metavar="FILE", help="Requests and signatures of absent keys.")
]


@dataclass(frozen=True)
class Desk:
    """One ledger, and the keys and signatures at hand for one command."""

    ledger: Ledger
    by: tuple[KeyFile, ...] = ()
    signatures: str | None = None

    def carry_out(self, orders: Sequence[Order]) -> Governed:
        """Submit the orders, or write down what is still to be signed."""
        path = self.signatures or ""
        rows = read_rows(Path(path)) if path and Path(path).exists() else []
        service = GovernLedger(
            self.ledger.reader, self.ledger.submissions, self.ledger.clock, brought(rows, path)
        )
        governed = service.run(orders)
        if governed.requests:
            raise self._pending(governed.requests, rows)
        return governed

    def end(self, until: str | None) -> int:
        """The moment of an end."""
        return ending(until) or int(self.ledger.clock.now().timestamp()) + NOTICE

    def _pending(
        self, requests: Sequence[SignatureRequest], rows: Sequence[Mapping[str, object]]
    ) -> LedgerError:
        if self.signatures is None:
            return UsageError("SIGNATURES_FILE_MISSING", count=len(requests))
        made = [row for row in rows if row.get("signature")]
        file = {"format": "elicense-signatures/1", **ask(requests, made)}
        replace_file(Path(self.signatures), pretty(file))
        return RuleError("SIGNATURES_PENDING", count=len(requests), path=self.signatures)


def desk_of(network: str | None, rpc: list[str] | None, by: Sequence[str], signatures: str | None) -> Desk:
    """One ledger for one command."""
    return Desk(open_ledger(network, rpc), tuple(map(key_file, by)), signatures)


def state_of(ledger: Ledger) -> Index:
    """The index of this home, brought up to the present head of this very ledger."""
    ledger.reader.check_ledger()
    return ledger.follow()


def done(governed: Governed, data: Mapping[str, object], text: str) -> Outcome:
    """The answer of every command that writes."""
    records = [record.as_json() for record in governed.records]
    last = governed.records[-1]
    gas = sum(record.gas_used for record in governed.records)
    written = {"records": records, "seq": last.seq, "rev": last.rev, "gasUsed": gas}
    return Outcome({**data, **written}, text=f"{text} (seq {last.seq}, gas {gas})")


_HEADS_ZH = {
    "uscc": "机关代码",
    "region": "地区",
    "level": "层级",
    "since": "起",
    "until": "止",
    "account": "账户",
    "parent": "上级",
    "type": "类型",
    "scope": "效力范围",
    "sharing": "共享",
    "version": "版本",
    "from": "来自",
    "to": "用于",
    "asType": "视同类型",
    "name": "名称",
    "address": "地址",
    "standing": "现状",
    "codeHash": "代码哈希",
}
"""What the columns of tables are called."""


def table(rows: Sequence[Mapping[str, object]], *names: str) -> Callable[[], object]:
    """A table for people."""

    def made() -> object:
        from rich.table import Table

        rich = Table(*(said(_HEADS_ZH[name], name) for name in names))
        for row in rows:
            rich.add_row(*("" if row[name] is None else one_line(row[name]) for name in names))
        return rich

    return made
