"""Supervision, by the newest block."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from ledger.bootstrap.published import Published
from ledger.bootstrap.stores import Stores
from ledger.errors import UnknownIdError
from ledger.ports import Entities
from ledger.service.extensions import CountExtensions
from ledger.service.known_at import KnownAt
from ledger.service.origins import ShowOrigins
from ledger.service.promises import JudgeAtHead
from ledger.service.shown_corrections import ShowCorrections
from ledger.service.supervise_effect import SuperviseEffect
from ledger.service.supervise_origins import SupervisedOrigins, supervise_origins
from ledger.service.supervise_promises import RememberedVerdicts, SupervisedPromises, supervise_lodged
from ledger.service.supervise_routes import SuperviseRoutes
from ledger.service.supervise_sharing import SupervisedSharing, SuperviseSharing, Supervision, Without

_WITH_ALL = Without()
_ASSUMING = Without(calendars=True, rulebooks=True)


class Supervised:
    """What was due, or against a rule, by all that a ledger has.

    Args:
        stores: The ledger, and the home.
        published: What regions published.
    """

    def __init__(self, stores: Stores, published: Published) -> None:
        self._stores, self._published = stores, published

    def corrections_at(self, state: Entities, at: int, without: Without = _ASSUMING) -> ShowCorrections:
        """What tells where corrections stood, by a state of this ledger, as it was known at a moment.

        Args:
            state: The ledger.
            at: The moment.
            without: Which texts it goes on without, of those by which deadlines are counted.
        """
        count = self._published.counting(
            state, at, assumes_weekdays=without.calendars, assumes_defaults=without.rulebooks
        )
        return ShowCorrections(state, self._stores.party_texts, self._stores.evidence, at, count)

    def sharing(
        self, at: int | None, since: int = 0, org: str = "", without: Without = _WITH_ALL
    ) -> SupervisedSharing:
        """What was due where data are shared and did not come in time, by the newest block.

        Args:
            at: As of when; None for now, which is the newest block's time where our clock is behind it.
            since: Only what fell due from then on.
            org: Only what this body owes, by its credit code; empty for all.
            without: Which texts it goes on without.

        Raises:
            OutageError: No node answers.
            UnknownIdError: `UNKNOWN_BODY`.
        """
        return self._supervised(at, since, org, without)[1]

    def origins(
        self, at: int | None, since: int = 0, org: str = "", leaves_out: bool = False
    ) -> SupervisedOrigins:
        """What is collected from people again, by the newest block.

        Args:
            at: As of when; as for `sharing`.
            since: Only what was collected again from then on.
            org: Only by this body; empty for all.
            leaves_out: Whether files that are not here are left out; else they are refused.

        Raises:
            OutageError: No node answers; `ORIGINS_NOT_HERE`.
            UnknownIdError: `UNKNOWN_BODY`.
        """
        newest, asked = self._asked(at, since, org)
        shown = ShowOrigins(KnownAt(self._stores.index, asked.at), self._stores.party_texts, asked.at)
        return supervise_origins(shown, asked, newest, leaves_out)

    def effect(
        self, at: int | None, since: int = 0, org: str = "", without: Without = _WITH_ALL
    ) -> SuperviseEffect:
        """What came of sharing in a period, by the newest block; as `sharing`."""
        known, sharing = self._supervised(at, since, org, replace(without, sectors=True))
        return SuperviseEffect(known, sharing.asked, sharing, self._stores.party_texts)

    def routes(self, at: int | None, since: int = 0, org: str = "") -> SuperviseRoutes:
        """Which uses of a period took another way than route policies said, by the newest block.

        Args:
            at: As for `sharing`.
            since: Only what was recorded from then on.
            org: Only of this body's data, by its credit code; empty for all.

        Raises:
            OutageError: No node answers.
            UnknownIdError: `UNKNOWN_BODY`.
        """
        newest, asked = self._asked(at, since, org)
        told = (
            self._published.routes,
            self._published.known_ways,
            self._stores.leaves_of,
            self._stores.party_texts.list_of,
        )
        return SuperviseRoutes(KnownAt(self._stores.index, asked.at), asked, newest, *told)

    def lodged(self, judging: JudgeAtHead) -> SupervisedPromises:
        """What became of all promises that were lodged, by one state of the ledger.

        Raises:
            OutageError: No node answers.
        """
        lodged = self._published.lodging(self._stores.index)
        return supervise_lodged(lodged, judging, self._verdicts, self._stores.trust.ledger_id)

    @cached_property
    def _verdicts(self) -> RememberedVerdicts:
        return RememberedVerdicts(self._stores.verifier)

    def _supervised(
        self, at: int | None, since: int, org: str, without: Without
    ) -> tuple[KnownAt, SupervisedSharing]:
        newest, asked = self._asked(at, since, org)
        known = KnownAt(self._stores.index, asked.at)
        corrections = self.corrections_at(known, asked.at, without)
        rules = None if without.sectors else self._published.sector_rules(known, asked.at)
        extensions = (
            None if without.extensions else CountExtensions(known, asked.at, self._published.extensions.find)
        )
        told = (rules, extensions, self._stores.party_texts.names_of)
        return known, SuperviseSharing(known, corrections, asked, newest, *told).supervise()

    def _asked(self, at: int | None, since: int, org: str) -> tuple[int, Supervision]:
        """The newest block's time, and what is supervised; raises `UNKNOWN_BODY`."""
        newest = self._stores.following().sync().time
        if org and self._stores.index.get("organisation", org) is None:
            raise UnknownIdError("UNKNOWN_BODY", body=org)
        now = max(newest, self._stores.now())
        return newest, Supervision(now if at is None else at, since, org)
