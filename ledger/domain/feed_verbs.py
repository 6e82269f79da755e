"""The words for acts in a feed, and the grounds that go with them."""

from __future__ import annotations

from ledger.domain.acts import ACT_VERBS, AMEND_KINDS, GROUNDS_OF, TRANSFER_VERBS, Act, only_ground
from ledger.domain.exchange_codes import EXPIRE

_TRANSFERS = {f"transfer {verb}": act for verb, act in TRANSFER_VERBS.items()}
UPDATES: dict[str, Act] = {
    **AMEND_KINDS,
    **{verb: ACT_VERBS[verb] for verb in ("suspend", "resume")},
    **_TRANSFERS,
}
ENDS: dict[str, Act | None] = {
    **{verb: act for verb, act in ACT_VERBS.items() if verb not in UPDATES},
    EXPIRE: None,
}
"""By verb; None where nothing is recorded."""
VERBS: dict[str, Act | None] = {**UPDATES, **ENDS}


def is_ground(act: Act | None, name: object) -> bool:
    """Whether a name is that of a ground of an act."""
    names = {ground.name for ground in GROUNDS_OF.get(act, ())} if act else set()
    return isinstance(name, str) and name in names


def ground_of(act: Act | None, verb: str) -> str:
    """The ground where the act leaves no choice; empty where it has to be said."""
    if act is None or act is Act.ISSUE or act in AMEND_KINDS.values():
        return only_ground(verb)
    grounds = GROUNDS_OF[act]
    return next(iter(grounds)).name if len(grounds) == 1 else ""
