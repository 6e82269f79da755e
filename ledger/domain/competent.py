"""The competent bodies of each act: as what a body may do it, whichever body that is.

The table of `docs/interfaces.md`; which bodies these are is told by rights, powers and regions
(`ledger.domain.rights`, `ledger.domain.powers`), and the contracts let nobody else act.
"""

from __future__ import annotations

from ledger.domain.acts import NAMEABLE, RULES, Act, Group
from ledger.domain.powers import Capacity

WORDS: dict[Capacity, tuple[str, str]] = {
    Capacity.ISSUER: ("颁发机构", "issuer"),
    Capacity.SUCCESSOR: ("承继机构", "successor"),
    Capacity.OPERATOR: ("代办机构", "operator"),
    Capacity.TAKER: ("迁入地颁发机构", "taker"),
    Capacity.IDENTITY_PROVIDER: ("身份认证机构", "identity provider"),
    Capacity.SUPERIOR: ("上级地区", "superior region"),
    Capacity.NAMED: ("地区指定的机构", "body named by a region"),
}
"""Each capacity in Chinese and English, in the order in which they are told."""


def competent_for(act: Act) -> tuple[Capacity, ...]:
    """As what a body may do an act, where the type of the license knows it.

    Example:
        >>> [capacity.name for capacity in competent_for(Act.ANNUL)]
        ['ISSUER', 'SUCCESSOR', 'OPERATOR', 'SUPERIOR', 'NAMED']
    """
    found = {Capacity.OPERATOR, Capacity.TAKER if act is Act.TRANSFER_IN else Capacity.ISSUER}
    if act not in (Act.ISSUE, Act.TRANSFER_IN):
        found.add(Capacity.SUCCESSOR)
    if RULES[act].group is Group.BINDING:
        found.add(Capacity.IDENTITY_PROVIDER)
    if act is Act.ANNUL:
        found.add(Capacity.SUPERIOR)
    if act in NAMEABLE or act is Act.RESUME:
        found.add(Capacity.NAMED)
    return tuple(capacity for capacity in WORDS if capacity in found)


def competent_bodies(acts: frozenset[Act]) -> dict[str, list[str]]:
    """The same of several acts, by their words, as JSON tells it.

    Example:
        >>> competent_bodies(frozenset({Act.ISSUE, Act.CANCEL}))
        {'issue': ['ISSUER', 'OPERATOR'], 'cancel': ['ISSUER', 'SUCCESSOR', 'OPERATOR']}
    """
    return {RULES[act].verb: [each.name for each in competent_for(act)] for act in sorted(acts)}


def competent_line(act: Act, language: str) -> str:
    """The same of one act for people, in `zh` or `en`.

    Example:
        >>> competent_line(Act.BIND, "en")
        'bind: issuer, successor, operator, identity provider'
    """
    tongue, rule = int(language != "zh"), RULES[act]
    words = ("、", ", ")[tongue].join(WORDS[each][tongue] for each in competent_for(act))
    return f"{(rule.zh, rule.en)[tongue]}{('：', ': ')[tongue]}{words}"
