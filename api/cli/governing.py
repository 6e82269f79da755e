"""What the commands that govern a ledger have in common: keys, signatures of others, answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

import typer

from api.cli import keys
from api.cli.fitting import FittingRows
from api.cli.options import ending, open_ledger
from api.cli.output import Outcome, said, worded
from api.cli.plain import one_line
from api.cli.remote import told
from api.cli.requests import RequestFile, key_file
from ledger.adapters.service_client import ServiceClient
from ledger.bootstrap import Ledger
from ledger.domain.words import (
    BASIS,
    BOOLEAN,
    CORRECTION_STATE,
    INTERFACE_STATUS,
    REFUSAL,
    RETENTION_BASIS,
    SCOPE,
    SHARING,
    SIDE,
    USE_ANSWER,
    USE_KIND,
    Words,
)
from ledger.errors import LedgerError, RuleError, UsageError
from ledger.ports import Entities, Index
from ledger.service.govern import Governed, GovernLedger, Order
from ledger.service.named_refusals import named
from ledger.service.read_state import RemoteState
from ledger.service.remote import PromiseCheck
from ledger.service.remote_registry import GovernAtService
from ledger.service.signing import Brought, KeyFile

NOTICE = 120
"""Seconds until an end takes effect by default: it must still lie ahead when it is recorded."""

By = Annotated[list[str], typer.Option("--by", metavar="PEM", help="Governing key; repeat for several.")]
Signatures = Annotated[
    str | None, typer.Option("--signatures", metavar="FILE", help="Requests and signatures of absent keys.")
]


Caller = Annotated[
    str | None,
    typer.Option("--caller", metavar="PEM", help="With --api: your body's signing key, for the service."),
]


@dataclass(frozen=True)
class AtService:
    """A department's service, and in whose name it is asked: `--api`, `--caller`, `--org`."""

    api: str | None
    caller: str | None
    org: str | None


@dataclass(frozen=True)
class Desk:
    """One ledger, and the keys and signatures at hand for one command.

    Attributes:
        ledger: The ledger.
        by: Keys that sign, in the order that the contracts want.
        signatures: File of requests and signatures of absent keys.
        client: The service through which it is written; None for this home's relay.
    """

    ledger: Ledger
    by: tuple[KeyFile, ...] = ()
    signatures: str | None = None
    client: ServiceClient | None = None

    @cached_property
    def state(self) -> Entities:
        """The registry as the service tells it, or as a node shows it now."""
        if self.client is None:
            return state_of(self.ledger)
        return RemoteState(self.client, bytes.fromhex(self.ledger.trust.ledger_id[2:]))

    def carry_out(self, orders: Sequence[Order]) -> Governed:
        """Submit the orders, or write down what is still to be signed."""
        file = RequestFile(self.signatures)
        try:
            governed = self._service(file.brought()).run(orders)
        except RuleError as error:
            raise self._named(error) from error
        if governed.requests:
            raise file.pending(governed.requests)
        return governed

    def _named(self, error: LedgerError) -> LedgerError:
        """A refusal with the names of what it is about, as far as they can be read."""
        with suppress(LedgerError):
            return named(error, self.state)
        return error

    def _service(self, brought: Brought) -> GovernLedger | GovernAtService:
        ledger = self.ledger
        if self.client is None:
            return GovernLedger(ledger.reader, ledger.submissions, ledger.clock, brought)
        promises = PromiseCheck(ledger.trust.ledger_id, ledger.verifier, ledger.seen)
        domain = ledger.domain_in(self.state)
        return GovernAtService(self.client, self.state, domain, promises, ledger.clock, brought)

    def end(self, until: str | None) -> int:
        """The moment of an end."""
        return ending(until) or int(self.ledger.clock.now().timestamp()) + NOTICE


def desk_of(
    network: str | None,
    rpc: list[str] | None,
    by: Sequence[str],
    signatures: str | None,
    service: AtService | None = None,
) -> Desk:
    """One ledger for one command, through a service where the command may go there and one is named.

    Raises:
        UsageError: `SERVICE_KEY_MISSING`, `SERVICE_ORGANISATION`, `SERVICE_ADDRESS`.
    """
    ledger = open_ledger(network, rpc, service.api if service else None)
    signing = tuple(map(key_file, by))
    if service is None or ledger.settings.api is None:
        return Desk(ledger, signing, signatures)
    if service.caller is None:
        raise UsageError("SERVICE_KEY_MISSING")
    if service.org is None:
        raise UsageError("SERVICE_ORGANISATION", id="--caller")
    signer = keys.signer(service.caller)
    client = ServiceClient(ledger.settings.api, service.org, signer, ledger.clock, ledger.entropy)
    return Desk(ledger, signing, signatures, client)


def state_of(ledger: Ledger) -> Index:
    """The index of this home, brought up to the present head of this very ledger."""
    ledger.reader.check_ledger()
    return ledger.follow()


def done(governed: Governed, data: Mapping[str, object], text: str) -> Outcome:
    """The answer of every command that writes."""
    records = [record.as_json() for record in governed.records]
    last = governed.records[-1]
    used = [record.gas_used for record in governed.records]
    gas = None if None in used else sum(each or 0 for each in used)
    written = {"records": records, "seq": last.seq, "rev": last.rev, "gasUsed": gas}
    if last.digest is None:
        return Outcome({**data, **written}, text=f"{text} ({said('序号', 'seq')} {last.seq}, gas {gas})")
    checked = next((each.promise_key for each in governed.records if each.promise_key), None)
    return told({**data, **written, "promiseKey": checked}, text)


_HEADS_ZH = {
    "object": "对象",
    "fields": "字段",
    "uscc": "机构代码",
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
    "number": "文号",
    "title": "标题",
    "issuedDate": "成文日期",
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
    "year": "年",
    "countsFrom": "计算自",
    "countsUntil": "计算至",
    "here": "内容在本机",
    "ledgerId": "账本",
    "block": "区块",
    "publishedAt": "发布时间",
    "void": "因失密作废",
    "digest": "摘要",
    "seals": "印章数",
    "revoked": "已撤销",
    "lodgedBy": "存证机构",
    "lodgedAt": "存证时间",
    "promises": "承诺份数",
    "outcome": "结果",
    "counts": "现行",
    "hop": "第几程",
    "platform": "平台",
    "sender": "送来",
    "receiver": "转给",
    "receivedAt": "收到",
    "passedAt": "转出",
    "what": "差异",
    "collected": "采集",
    "received": "共享取得",
    "derived": "加工得出",
    "issued": "自行核发",
}
"""What the columns of tables are called."""


def _cell(value: object, words: Words) -> str:
    return one_line(worded(BOOLEAN if isinstance(value, bool) else words, value))


_CODES: dict[str, Words] = {
    "scope": SCOPE,
    "sharing": SHARING,
    "basis": {**BASIS, **RETENTION_BASIS},
    "state": CORRECTION_STATE,
    "kind": USE_KIND,
    "answer": USE_ANSWER,
    "reason": REFUSAL,
    "side": SIDE,
    "status": INTERFACE_STATUS,
}
"""The words for codes in columns that mean the same in every table."""


def table(
    rows: Sequence[Mapping[str, object]], *names: str, words: Mapping[str, Words] | None = None
) -> Callable[[], object]:
    """A table for people; cards where the lines are too short for it, so that no id is cut.

    Args:
        rows: What is told.
        names: The members that it shows, a column for each.
        words: The words for codes in columns that mean something else from table to table.
    """
    known = {**_CODES, **(words or {})}

    def made() -> object:
        cells = [[_cell(row[name], known.get(name, {})) for name in names] for row in rows]
        return FittingRows([said(_HEADS_ZH[name], name) for name in names], cells)

    return made
