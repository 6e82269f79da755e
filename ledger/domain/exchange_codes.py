"""The two-digit codes by which other systems tell what they did to a license and where it stands.

Operation codes (操作类型) 01 to 10 and status codes (证照状态) 01 to 07 and 99, as the national collection
interface of the construction ministry numbers them. One public implementation was seen, not the text of
a standard; what the codes mean in law is told by `ledger.domain.acts`.
"""

from __future__ import annotations

from dataclasses import dataclass

from ledger.domain.acts import Act, Ground, Status


@dataclass(frozen=True)
class Operation:
    """What an operation code orders.

    Attributes:
        op: `insert`, `update` or `end`, as a feed says it.
        verb: The act; empty where the status code tells which, `expire` where nothing is recorded.
        ground: The ground that the code itself names; `NONE` where it names none.
        names_previous: Whether the license before has to be named by its identifier (关联证照标识).
    """

    op: str
    verb: str
    ground: Ground = Ground.NONE
    names_previous: bool = False


EXPIRE = "expire"
"""A license that its own dates ended: nothing is recorded of it."""

OPERATIONS: dict[str, Operation] = {
    "01": Operation("insert", "issue"),
    "02": Operation("update", "renew", Ground.TERM_RENEWED, names_previous=True),
    "03": Operation("update", "suspend", Ground.PENALTY),
    "04": Operation("end", EXPIRE),
    "05": Operation("end", ""),
    "06": Operation("update", "resume", Ground.PENALTY_SERVED),
    "08": Operation("update", "transfer in", Ground.TRANSFER, names_previous=True),
    "09": Operation("update", "change", Ground.CHANGED_FACTS, names_previous=True),
    "10": Operation("update", "transfer cancel", Ground.TRANSFER),
}
"""By code; 07 其他 is no operation that a ledger could record."""

OTHER_OPERATION = "07"
OTHER_STATUS = "99"

STATUS_NAMES: dict[str, tuple[str, str]] = {
    "01": ("有效", "in force"),
    "02": ("暂扣", "suspended"),
    "03": ("撤销", "annulled"),
    "04": ("注销", "cancelled"),
    "05": ("失效", "lapsed"),
    "06": ("办理转出", "transferred out"),
    "07": ("吊销", "revoked"),
    OTHER_STATUS: ("其他", "other"),
}

ENDED_BY: dict[str, str] = {"03": "annul", "04": "cancel", "06": "transfer out", "07": "revoke"}
"""Which act operation 05 stands for, by the status that it leaves."""

_IN_FORCE = frozenset({"01"})
_LAPSED = frozenset({"05"})
_AFTER: dict[str, frozenset[str]] = {
    "suspend": frozenset({"02"}),
    "annul": frozenset({"03"}),
    "withdraw": frozenset({"04", OTHER_STATUS}),
    "revoke": frozenset({"07"}),
    "cancel": frozenset({"04"}),
    "void": _LAPSED,
    "transfer out": frozenset({"06"}),
    EXPIRE: _LAPSED,
}


def statuses_after(verb: str) -> frozenset[str]:
    """The status codes that fit an act that was just done.

    Example:
        >>> sorted(statuses_after("withdraw")), sorted(statuses_after("renew"))
        (['04', '99'], ['01'])
    """
    return _AFTER.get(verb, _IN_FORCE)


_CODES_OF: dict[Status, frozenset[str]] = {
    Status.IN_FORCE: _IN_FORCE,
    Status.NOT_YET: _IN_FORCE,
    Status.EXPIRED: _LAPSED,
    Status.SUSPENDED: frozenset({"02"}),
    Status.SUPERSEDED: _LAPSED,
    Status.ANNULLED: frozenset({"03"}),
    Status.WITHDRAWN: frozenset({"04", OTHER_STATUS}),
    Status.REVOKED: frozenset({"07"}),
    Status.CANCELLED: frozenset({"04"}),
    Status.VOIDED: _LAPSED,
    Status.KEY_COMPROMISED: frozenset(),
}


def codes_of(status: Status, decided_by: Act | None) -> frozenset[str]:
    """The codes by which another system may rightly call a status of the ledger; empty for none.

    Args:
        status: Where the license stands.
        decided_by: The act that decided it, since a license that is leaving is no penalty.

    Example:
        >>> codes_of(Status.SUSPENDED, Act.SUSPEND), codes_of(Status.SUSPENDED, Act.TRANSFER_OUT)
        (frozenset({'02'}), frozenset({'06'}))
    """
    if decided_by in (Act.TRANSFER_OUT, Act.TRANSFER_IN):
        return frozenset({"06"})
    return _CODES_OF.get(status, frozenset())
