"""What the ledger holds about a copy: whose key labelled it, the grant that it names, the use it came of."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import NamedTuple

from ledger.domain.canonical import JsonObject
from ledger.domain.disclosed_row import DisclosedRow
from ledger.domain.label import Label
from ledger.domain.lineage import acts_for
from ledger.domain.messages import Kind
from ledger.domain.objects import (
    ascii32,
    from_ascii32,
    organisation_id,
    organisation_object,
    resource_object,
)
from ledger.domain.plain_copy import Copy
from ledger.service.copy_grants import OUT_OF_SCOPE, CopyGrant, Finding, grant_of_copy
from ledger.service.copy_uses import CopyUses
from ledger.service.holder_records import registrant_of
from ledger.service.partial_state import state_of_facts
from ledger.service.sources import Histories


class Known(NamedTuple):
    """What the ledger says to a copy.

    Attributes:
        finding: What speaks against it, or could not be checked; None where nothing does.
        flags: What stands beside the result.
        use: Where its use stands, or until when that is promised; None where it was not looked for.
    """

    finding: Finding | None
    flags: tuple[str, ...] = ()
    use: JsonObject | None = None


class CopyRecords:
    """Answers from one ledger.

    Args:
        open_histories: Connects and authenticates a head; raises what goes wrong.
        uses: Finds the uses of copies.
    """

    def __init__(self, open_histories: Callable[[], Histories], uses: CopyUses) -> None:
        self._open, self._uses = open_histories, uses

    def about(self, copy: Copy, at: int) -> Known:
        """What the ledger says to a copy.

        The provider's key has to be good now, not only when the label says that it was made: whoever
        signs says when.

        Args:
            copy: Its label's signature holds.
            at: Moment of the verification, in seconds since 1970.

        Raises:
            OutageError, TrustError: The ledger could not be asked, or its answer is not proved.
        """
        histories = self._open()
        histories.require_level()
        finding = _of_provider(histories, copy.label, at)
        if finding is not None:
            return Known(finding)
        state = copy.disclosed.state_digest if isinstance(copy.disclosed, DisclosedRow) else ""
        grant = grant_of_copy(histories, copy.label, state)
        if grant is None:
            return Known(Finding(OUT_OF_SCOPE, "GRANT_UNKNOWN"))
        return self._by_grant(histories, grant, copy.disclosed.values)

    def _by_grant(self, histories: Histories, grant: CopyGrant, paths: Collection[str]) -> Known:
        finding = grant.differs() or grant.not_standing(histories) or grant.beyond(paths, grant.granted)
        if finding is not None:
            return Known(finding)
        use = self._uses.of(histories, grant)
        if use.finding is not None:
            return Known(use.finding)
        finding = None if use.fields is None else grant.beyond(paths, use.fields)
        ended = ("GRANT_WITHDRAWN_SINCE",) if grant.ends else ()
        return Known(finding, (*ended, *use.flags), use.told)


def _of_provider(histories: Histories, label: Label, at: int) -> Finding | None:
    body = registrant_of(histories, label.public_key, at)
    if body is None or body.uscc != label.provider:
        return Finding("TAMPERED", "PROVIDER_UNKNOWN")
    if not body.is_current:
        return Finding("TAMPERED", "PROVIDER_KEY_NOT_VALID")
    return None if _provides(histories, label) else Finding(OUT_OF_SCOPE, "PROVIDER_NOT_ENTITLED")


def _provides(histories: Histories, label: Label) -> bool:
    """Whether who labelled it provides the resource: its owner, what followed that one, or its operator."""
    owner, provider = label.terms.owner, label.provider
    if provider == owner:
        return True
    bodies = histories.facts_of([organisation_object(each) for each in (owner, provider)])
    state = state_of_facts(histories.ledger_id, bodies)
    if acts_for(state, organisation_id(provider), owner, histories.header.time):
        return True
    resource = histories.facts_of([resource_object(owner, ascii32(label.terms.code))])
    operators = [fact.values["operator"] for fact in resource if fact.kind is Kind.RESOURCE_REGISTERED]
    return bool(operators) and from_ascii32(str(operators[-1])) == provider
