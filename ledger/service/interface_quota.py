"""Holding requests to the quota that a provider declared of its interface: uses of a grantee a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ledger.domain.declared import declaration_of, in_effect, midnight
from ledger.domain.lineage import void_as_of
from ledger.domain.links import By
from ledger.domain.sharing import DeclarationKind
from ledger.domain.sharing_entities import Grant, UseBatch, Uses
from ledger.errors import RuleError
from ledger.ports import Entities
from ledger.ports.uses import Admit, KeptUse, UseState, UseStore
from ledger.service.check_uses import GrantedUse


def quota_of(state: Entities, key: str, now: int) -> int:
    """Uses of a grantee a day through the interface of a resource (`OWNER/CODE`); 0 for any number."""
    declared = declaration_of(state, key, DeclarationKind.INTERFACE)
    version = in_effect(declared, now, void_as_of(state, now))
    return version[1].size if version else 0


def within_quota(
    store: UseStore, state: Entities, asked: GrantedUse, admit: Admit | None, now: int
) -> Admit | None:
    """What judges a new use: as `admit`, and by the quota in effect.

    It runs while nobody else reserves a use, so that two requests at once do not both take the last place.

    Args:
        store: What this service answered.
        state: The ledger.
        asked: The request with its grant.
        admit: What judges it otherwise; None where nobody counts.
        now: In Unix seconds.

    Raises:
        RuleError: `INTERFACE_QUOTA`, from what it gives.
    """
    quota = quota_of(state, asked.resource.key, now)
    if not quota:
        return admit

    def judged(beside: Sequence[KeptUse]) -> Mapping[str, UseState]:
        if uses_today(store, state, asked.resource.key, asked.grant.grantee, now) >= quota:
            raise RuleError("INTERFACE_QUOTA", resource=asked.resource.key, quota=quota)
        return admit(beside) if admit else {}

    return judged


def uses_today(store: UseStore, state: Entities, key: str, grantee: str, now: int) -> int:
    """Uses of a resource by a grantee since midnight in China: on the ledger, and under way here.

    A use that stands in both counts once: the ledger's records name the requests, and this service knows its
    own batches.
    """
    since = midnight(now)
    linked = (each for _, each in state.linked("grant", By.RESOURCE, key))
    grants = [each.grant_id for each in linked if isinstance(each, Grant) and each.grantee == grantee]
    requests, elsewhere = set(store.asked_since(grants, since, now)), 0
    for grant in grants:
        for _, record in state.linked("uses", By.GRANT, grant):
            if isinstance(record, Uses) and record.recorded_at >= since:
                requests |= {use.request_digest for use in record.uses if use.grant == grant}
        for name, batch in state.linked("useBatch", By.GRANT, grant):
            if isinstance(batch, UseBatch) and batch.recorded_at >= since and store.batch(name) is None:
                elsewhere += batch.size
    return len(requests) + elsewhere
