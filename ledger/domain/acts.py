"""The acts that a license goes through, each with its number, words and effect in time.

Numbers are the ones that the contracts store; `contracts/lib/Acts.sol` mirrors this table and a
test compares them. Law behind the acts: 行政许可法 arts. 8 (撤回), 50 (延续), 69 (撤销), 70 (注销).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, IntEnum


class Act(IntEnum):
    """One thing done to a license."""

    ISSUE = 1
    CHANGE = 2
    CORRECT = 3
    RENEW = 4
    REPLACE = 5
    REISSUE = 6
    SUSPEND = 7
    RESUME = 8
    ANNUL = 9
    WITHDRAW = 10
    REVOKE = 11
    CANCEL = 12
    VOID = 13
    TRANSFER_OUT = 14
    TRANSFER_IN = 15
    TRANSFER_CANCEL = 16
    BIND = 17
    FREEZE = 18


class Status(IntEnum):
    """Where a license stands at a moment, as the contracts number it."""

    UNKNOWN = 0
    IN_FORCE = 1
    NOT_YET = 2
    EXPIRED = 3
    SUSPENDED = 4
    SUPERSEDED = 5
    ANNULLED = 6
    WITHDRAWN = 7
    REVOKED = 8
    CANCELLED = 9
    VOIDED = 10
    KEY_COMPROMISED = 11


class Group(Enum):
    """What an act does to the status."""

    START = "start"
    AMEND = "amend"
    SUSPEND = "suspend"
    RESUME = "resume"
    END = "end"
    BINDING = "binding"


@dataclass(frozen=True)
class ActRule:
    """How one act behaves.

    Attributes:
        verb: Word of the command line: `license VERB`, or `license amend --kind VERB`.
        zh: The legal term.
        en: The English term.
        group: What it does to the status.
        ends_as: Status that an end leaves behind.
        may_be_retroactive: Whether its effect may lie before its record.
        retroactive_by_default: Whether it works from the first day of validity unless told otherwise.
        permissive: Whether it gives something; permissive facts fall with a compromised key.
    """

    act: Act
    verb: str
    zh: str
    en: str
    group: Group
    ends_as: Status | None = None
    may_be_retroactive: bool = False
    retroactive_by_default: bool = False
    permissive: bool = False


def _end(
    act: Act, verb: str, zh: str, en: str, status: Status, retroactive_by_default: bool = False
) -> ActRule:
    return ActRule(act, verb, zh, en, Group.END, status, True, retroactive_by_default)


def _amend(act: Act, verb: str, zh: str, en: str, may_be_retroactive: bool = False) -> ActRule:
    return ActRule(act, verb, zh, en, Group.AMEND, None, may_be_retroactive, False, True)


RULES: dict[Act, ActRule] = {
    rule.act: rule
    for rule in (
        ActRule(Act.ISSUE, "issue", "签发", "issue", Group.START, permissive=True),
        _amend(Act.CHANGE, "change", "变更", "change"),
        _amend(Act.CORRECT, "correct", "更正", "correct", may_be_retroactive=True),
        _amend(Act.RENEW, "renew", "延续", "renew"),
        _amend(Act.REPLACE, "replace", "换发", "replace"),
        _amend(Act.REISSUE, "reissue", "补发", "reissue"),
        ActRule(Act.SUSPEND, "suspend", "暂扣、中止", "suspend", Group.SUSPEND),
        ActRule(Act.RESUME, "resume", "恢复", "resume", Group.RESUME, permissive=True),
        _end(Act.ANNUL, "annul", "撤销", "annul", Status.ANNULLED, retroactive_by_default=True),
        _end(Act.WITHDRAW, "withdraw", "撤回", "withdraw", Status.WITHDRAWN),
        _end(Act.REVOKE, "revoke", "吊销", "revoke", Status.REVOKED),
        _end(Act.CANCEL, "cancel", "注销", "cancel", Status.CANCELLED),
        _end(Act.VOID, "void", "作废", "void", Status.VOIDED),
        ActRule(Act.TRANSFER_OUT, "transfer out", "迁出", "transfer out", Group.SUSPEND),
        _amend(Act.TRANSFER_IN, "transfer in", "迁入", "transfer in"),
        ActRule(
            Act.TRANSFER_CANCEL,
            "transfer cancel",
            "取消迁出",
            "cancel transfer",
            Group.RESUME,
            permissive=True,
        ),
        ActRule(Act.BIND, "bind", "绑定", "bind", Group.BINDING, permissive=True),
        ActRule(Act.FREEZE, "freeze", "冻结绑定", "freeze", Group.BINDING),
    )
}


def verbs_of(acts: Iterable[Act]) -> list[str]:
    """The words of acts, in the order of their numbers.

    Example:
        >>> verbs_of({Act.BIND, Act.ISSUE})
        ['issue', 'bind']
    """
    return [RULES[act].verb for act in sorted(acts)]


LISTED: dict[str, Act] = {rule.verb: rule.act for rule in RULES.values() if rule.act is not Act.FREEZE}
"""Words of the acts that a type lists. A freeze is not listed: a type knows it that knows bindings."""

NAMEABLE = frozenset({Act.SUSPEND, Act.ANNUL, Act.REVOKE})
"""What a region may name a body for that is not the issuer; whoever suspends also resumes."""

TRANSFERS = frozenset({Act.TRANSFER_OUT, Act.TRANSFER_IN, Act.TRANSFER_CANCEL})
TRANSFER_VERBS: dict[str, Act] = {RULES[act].verb.removeprefix("transfer "): act for act in sorted(TRANSFERS)}
"""Words of `license transfer VERB`."""
AMEND_KINDS: dict[str, Act] = {
    rule.verb: rule.act for rule in RULES.values() if rule.group is Group.AMEND and rule.act not in TRANSFERS
}
ACT_VERBS: dict[str, Act] = {
    rule.verb: rule.act
    for rule in RULES.values()
    if rule.group in (Group.SUSPEND, Group.RESUME, Group.END) and rule.act not in TRANSFERS
}


_TIMES: dict[str, tuple[str, str]] = {
    "VALIDITY": ("按证照所载有效期", "by the license's own dates of validity"),
    "RECORD": ("自上链时起", "from its record on"),
    "FORWARD": ("自上链时起，或自以后指定的时间起；不溯及既往", "from its record on or later, never back"),
    "EITHER": ("自上链时起，或自指定的更早、更晚的时间起", "from its record on, or earlier or later"),
    "BACK": ("自有效期首日起，或自指定的时间起", "from the license's first day on, or later"),
}
"""From when acts take effect, in Chinese and English."""


def effect_of(act: Act) -> dict[str, object]:
    """From when an act takes effect, as JSON tells it.

    `default` is `RECORD`, the moment of its record, or `FIRST_DAY`, the license's first day of validity;
    `forward` and `retroactive` are whether a later and an earlier moment than the record may be named.

    Example:
        >>> effect_of(Act.ANNUL)["default"], effect_of(Act.SUSPEND)["retroactive"]
        ('FIRST_DAY', False)
    """
    rule = RULES[act]
    is_named = act in (*ACT_VERBS.values(), *AMEND_KINDS.values())
    is_first_day = rule.retroactive_by_default or act is Act.ISSUE
    zh, en = effect_words(act)
    return {
        "default": "FIRST_DAY" if is_first_day else "RECORD",
        "forward": is_named,
        "retroactive": is_named and rule.may_be_retroactive,
        "zh": zh,
        "en": en,
    }


def effect_words(act: Act) -> tuple[str, str]:
    """The same in words, Chinese and English."""
    if act not in (*ACT_VERBS.values(), *AMEND_KINDS.values()):
        return _TIMES["VALIDITY" if act is Act.ISSUE else "RECORD"]
    rule = RULES[act]
    if rule.retroactive_by_default:
        return _TIMES["BACK"]
    return _TIMES["EITHER" if rule.may_be_retroactive else "FORWARD"]


def effects_of(acts: Iterable[Act]) -> dict[str, dict[str, object]]:
    """The same of several acts, by their words, in the order of their numbers."""
    return {RULES[act].verb: effect_of(act) for act in sorted(acts)}


class Ground(IntEnum):
    """Why an act was done: the closed list of grounds. 0 means none was needed."""

    NONE = 0
    CHANGED_FACTS = 1
    CLERICAL_ERROR = 2
    CORRECTION_UPHELD = 3
    TERM_RENEWED = 4
    DOCUMENT_DAMAGED = 5
    DOCUMENT_LOST = 6
    PENALTY = 20
    INVESTIGATION = 21
    HOLDER_REQUEST = 22
    TRANSFER = 23
    PENALTY_SERVED = 24
    CONDITIONS_MET_AGAIN = 25
    UNLAWFUL_ISSUE = 40
    OBTAINED_BY_FRAUD = 41
    ISSUED_WITHOUT_POWER = 42
    LAW_CHANGED = 43
    CIRCUMSTANCES_CHANGED = 44
    SERIOUS_VIOLATION = 45
    NOT_RENEWED = 46
    HOLDER_DIED = 47
    HOLDER_DISSOLVED = 48
    MISPRINT = 49
    SUPERSEDED_BY_REISSUE = 50


_GENERAL_AMEND = frozenset({Ground.NONE, Ground.CHANGED_FACTS, Ground.CLERICAL_ERROR})
GROUNDS_OF: dict[Act, frozenset[Ground]] = {
    Act.ISSUE: frozenset({Ground.NONE}),
    Act.CHANGE: _GENERAL_AMEND,
    Act.CORRECT: frozenset({Ground.CLERICAL_ERROR, Ground.CORRECTION_UPHELD}),
    Act.RENEW: frozenset({Ground.NONE, Ground.TERM_RENEWED}),
    Act.REPLACE: frozenset({Ground.NONE, Ground.CHANGED_FACTS, Ground.DOCUMENT_DAMAGED}),
    Act.REISSUE: frozenset({Ground.DOCUMENT_LOST, Ground.DOCUMENT_DAMAGED}),
    Act.SUSPEND: frozenset({Ground.PENALTY, Ground.INVESTIGATION, Ground.HOLDER_REQUEST}),
    Act.RESUME: frozenset({Ground.PENALTY_SERVED, Ground.CONDITIONS_MET_AGAIN, Ground.HOLDER_REQUEST}),
    Act.ANNUL: frozenset({Ground.UNLAWFUL_ISSUE, Ground.OBTAINED_BY_FRAUD, Ground.ISSUED_WITHOUT_POWER}),
    Act.WITHDRAW: frozenset({Ground.LAW_CHANGED, Ground.CIRCUMSTANCES_CHANGED}),
    Act.REVOKE: frozenset({Ground.SERIOUS_VIOLATION, Ground.PENALTY}),
    Act.CANCEL: frozenset(
        {Ground.NOT_RENEWED, Ground.HOLDER_DIED, Ground.HOLDER_DISSOLVED, Ground.HOLDER_REQUEST}
    ),
    Act.VOID: frozenset({Ground.MISPRINT, Ground.DOCUMENT_LOST, Ground.SUPERSEDED_BY_REISSUE}),
    Act.TRANSFER_OUT: frozenset({Ground.TRANSFER}),
    Act.TRANSFER_IN: frozenset({Ground.TRANSFER}),
    Act.TRANSFER_CANCEL: frozenset({Ground.TRANSFER}),
}


GROUND_TEXTS: dict[Ground, tuple[str, str]] = {
    Ground.NONE: ("无须事由", "none needed"),
    Ground.CHANGED_FACTS: ("登记事项发生变化", "the recorded facts changed"),
    Ground.CLERICAL_ERROR: ("记载有误", "clerical error"),
    Ground.CORRECTION_UPHELD: ("疑义经核实成立", "a doubt was found right"),
    Ground.TERM_RENEWED: ("准予延续有效期", "its term was renewed"),
    Ground.DOCUMENT_DAMAGED: ("证照损毁", "the document is damaged"),
    Ground.DOCUMENT_LOST: ("证照遗失", "the document is lost"),
    Ground.PENALTY: ("行政处罚", "administrative penalty"),
    Ground.INVESTIGATION: ("正在调查", "under investigation"),
    Ground.HOLDER_REQUEST: ("持证人申请", "the holder applied for it"),
    Ground.TRANSFER: ("跨地区迁移", "move to another region"),
    Ground.PENALTY_SERVED: ("处罚已执行完毕", "the penalty was served"),
    Ground.CONDITIONS_MET_AGAIN: ("重新符合条件", "the conditions are met again"),
    Ground.UNLAWFUL_ISSUE: ("违反法定条件或者程序颁发", "issued against legal conditions or procedure"),
    Ground.OBTAINED_BY_FRAUD: ("以欺骗、贿赂等不正当手段取得", "obtained by deceit, bribery or the like"),
    Ground.ISSUED_WITHOUT_POWER: ("超越职权颁发", "issued without the power to issue it"),
    Ground.LAW_CHANGED: (
        "所依据的法律、法规、规章修改或者废止",
        "the law that it rests on was amended or repealed",
    ),
    Ground.CIRCUMSTANCES_CHANGED: (
        "所依据的客观情况发生重大变化",
        "the circumstances that it rests on changed greatly",
    ),
    Ground.SERIOUS_VIOLATION: ("严重违法", "serious violation of law"),
    Ground.NOT_RENEWED: ("有效期届满未延续", "its term ended without renewal"),
    Ground.HOLDER_DIED: ("持证人死亡", "the holder died"),
    Ground.HOLDER_DISSOLVED: (
        "持证的法人或者其他组织依法终止",
        "the organisation that held it was dissolved",
    ),
    Ground.MISPRINT: ("印制有误", "misprint"),
    Ground.SUPERSEDED_BY_REISSUE: ("已补发新证", "a reissued document took its place"),
}
"""Each ground in Chinese and English; the Chinese follows 行政许可法 arts. 8, 69 and 70."""


def only_ground(kind: str) -> str:
    """The ground where the kind of amendment leaves no choice; else none is assumed.

    Example:
        >>> only_ground("correct"), only_ground("change")
        ('CLERICAL_ERROR', 'NONE')
    """
    return {"correct": "CLERICAL_ERROR", "reissue": "DOCUMENT_LOST"}.get(kind, "NONE")


def acts_bitmap(acts: frozenset[Act]) -> int:
    """The acts that a license type knows, one bit per act number.

    Example:
        >>> acts_bitmap(frozenset({Act.ISSUE, Act.SUSPEND}))
        130
    """
    return sum(1 << act for act in acts)


def acts_from_bitmap(bitmap: int) -> frozenset[Act]:
    """The inverse of `acts_bitmap`; unknown bits are ignored."""
    return frozenset(act for act in Act if bitmap >> act & 1)


class Scope(IntEnum):
    """Where a license type is valid: everywhere by law, or where an agreement says so."""

    NATIONAL = 1
    REGIONAL = 2


class Sharing(IntEnum):
    """How a resource is shared (无条件 / 有条件 / 不予共享 / 开放); a license type is never open."""

    UNCONDITIONAL = 1
    CONDITIONAL = 2
    NOT_SHARED = 3
    OPEN = 4
    """To everybody, and between bodies as without condition."""


FREE = frozenset({Sharing.UNCONDITIONAL, Sharing.OPEN})
"""What needs no ground and no decision."""


class Purpose(IntEnum):
    """What a registered key may sign."""

    SIGN = 1
    GOVERN = 2
    RECOVER = 3
    ENCRYPT = 4
