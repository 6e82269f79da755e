"""What the commands that govern a ledger have in common: keys, signatures of others, answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

import typer

from api.cli.options import ending, open_ledger
from api.cli.output import Outcome, said
from api.cli.plain import one_line
from api.cli.requests import RequestFile, key_file
from ledger.bootstrap import Ledger
from ledger.ports import Index
from ledger.service.govern import Governed, GovernLedger, Order
from ledger.service.signing import KeyFile

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
        file = RequestFile(self.signatures)
        service = GovernLedger(self.ledger.reader, self.ledger.submissions, self.ledger.clock, file.brought())
        governed = service.run(orders)
        if governed.requests:
            raise file.pending(governed.requests)
        return governed

    def end(self, until: str | None) -> int:
        """The moment of an end."""
        return ending(until) or int(self.ledger.clock.now().timestamp()) + NOTICE


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
    "owner": "所有者",
    "code": "代码",
    "grant": "授权",
    "licenseId": "证照",
    "basis": "依据",
    "grantee": "使用方",
    "resource": "资源",
    "seq": "序号",
    "kind": "种类",
    "recordedAt": "上链时间",
    "status": "状态",
    "quota": "每日限用",
    "out": "停止服务",
    "mounted": "挂接",
    "demand": "需求",
    "demander": "提出方",
    "wanted": "所需数据",
    "openDays": "已开放天数",
    "metAt": "完成",
    "overdue": "逾期",
    "publisher": "发布方",
    "correction": "校核",
    "state": "状态",
    "openedBy": "提出方",
    "waitsFor": "待办",
    "identifier": "标识",
    "ended": "终结",
    "due": "期限",
    "erasable": "可删除",
    "archived": "已归档",
    "years": "年数",
    "reference": "规定",
    "item": "事项",
    "body": "机构",
    "by": "作出方",
    "askedAt": "要求时间",
    "side": "本机为",
    "uses": "用证次数",
    "late": "逾期未签",
    "signBy": "签名期限",
    "use": "用证",
    "answer": "答复",
    "reason": "理由",
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
