"""Taking in the words that one party of a grant or correction sends to the service of another."""

from __future__ import annotations

from collections.abc import Callable

from ledger.domain.canonical import JsonObject
from ledger.domain.sharing_entities import Resource
from ledger.domain.state import StateView, typed
from ledger.errors import NotEntitledError
from ledger.ports import Clock, Entities
from ledger.service.hand_texts import (
    Digests,
    HandTexts,
    digests_of_correction,
    digests_of_grant,
    meant_for,
)
from ledger.service.share_corrections import correction_in
from ledger.service.share_grants import grant_in


class TakeTexts:
    """Takes texts in for the bodies that a service acts for.

    Args:
        handing: Holds each against the ledger and keeps it.
        acts_for: Whether the service acts for a body (credit code).
        state: The ledger now.
        clock: Tells now.
    """

    def __init__(
        self,
        handing: HandTexts,
        acts_for: Callable[[str], bool],
        state: Callable[[], Entities],
        clock: Clock,
    ) -> None:
        self._handing, self._acts_for, self._state, self._clock = handing, acts_for, state, clock

    def of_grant(self, grant: str, sender: str, form: JsonObject) -> JsonObject:
        """Keep the texts of a grant; gives its object and how many they are.

        Args:
            grant: Its object.
            sender: Credit code of who sends them.
            form: `elicense-party-texts/1`.

        Raises:
            UnknownIdError: `UNKNOWN_GRANT`.
            LedgerError: As `_taken`.
        """
        state = self._state()
        return self._taken(state, digests_of_grant(state, grant_in(state, grant)), sender, form)

    def of_correction(self, correction: str, sender: str, form: JsonObject) -> JsonObject:
        """The same of a correction; raises `UNKNOWN_CORRECTION`."""
        state = self._state()
        return self._taken(state, digests_of_correction(correction_in(state, correction)), sender, form)

    def _taken(self, state: StateView, digests: Digests, sender: str, form: JsonObject) -> JsonObject:
        """Keep them.

        Raises:
            NotEntitledError: `TEXTS_FOR_STRANGER`: the sender is no party; `PROVIDER_ELSEWHERE`: the service
                acts for none.
            LedgerError: As `HandTexts.keep`.
        """
        meant_for(state, digests, sender, int(self._clock.now().timestamp()))
        resource = typed(state, "resource", digests.resource, Resource)
        assert resource is not None, "grants and corrections are of a resource"
        parties = (resource.owner, resource.current.operator, digests.asking)
        if not any(each and self._acts_for(each) for each in parties):
            raise NotEntitledError("PROVIDER_ELSEWHERE", provider=resource.owner)
        return {"object": digests.about, "texts": self._handing.keep(digests, form)}
