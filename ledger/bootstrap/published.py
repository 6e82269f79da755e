"""What regions, platforms and other bodies published, as this home keeps it and as the ledger dates it."""

from __future__ import annotations

from functools import cached_property

from ledger.adapters.outbox import FileOutbox
from ledger.bootstrap.stores import Stores
from ledger.domain.ledger_head import LedgerHead, read_head
from ledger.domain.routes import RoutePolicy, read_routes
from ledger.domain.state import StateView
from ledger.ports import Entities
from ledger.service.calendars import Calendars, ShowCalendars
from ledger.service.check_hops import CheckHops, KnownWays
from ledger.service.counting import CountDeadlines, FindTexts
from ledger.service.extensions import Extensions, ShowExtensions
from ledger.service.kept_forms import KeptForms
from ledger.service.known_at import KnownAt
from ledger.service.lodged_promises import LodgePromises, PromiseLists
from ledger.service.publish_hops import PublishHops, SignedSlips
from ledger.service.routes import Routes, ShowRoutes
from ledger.service.rulebooks import Rulebooks, ShowRulebooks
from ledger.service.seals import Seals, ShowSeals
from ledger.service.sector_rules import FindSectors, SectorRules
from ledger.service.sectors import Sectors, ShowSectors
from ledger.service.sharing_grounds import Grounds, ReadGrounds, ShowGrounds
from ledger.service.witness_heads import WitnessedHeads


class Published:
    """What regions, platforms and other bodies published, as a home keeps it and a ledger dates it.

    Args:
        stores: The ledger, and the home.
    """

    def __init__(self, stores: Stores) -> None:
        self._stores, self._now = stores, stores.now

    def _folder(self, name: str) -> FileOutbox:
        return FileOutbox(self._stores.settings.home / name)

    @cached_property
    def calendars(self) -> Calendars:
        """The calendars of working days that this home keeps."""
        return Calendars(self._folder("calendars"))

    @cached_property
    def seals(self) -> Seals:
        """The lists of electronic seals that this home keeps."""
        return Seals(self._folder("seals"))

    def showing_seals(self, state: Entities) -> ShowSeals:
        """What tells which lists of seals were published, by a state of this ledger."""
        return ShowSeals(state, self.seals, self._now())

    @cached_property
    def heads(self) -> KeptForms[LedgerHead]:
        """The heads of other ledgers that this home keeps."""
        return KeptForms(self._folder("heads"), read_head, "HEAD_TEXT_NOT_HERE")

    def witnessed_heads(self, state: Entities) -> WitnessedHeads:
        """What regions vouched for of other ledgers, by a state of this one."""
        return WitnessedHeads(state, self.heads, self._now())

    @cached_property
    def routes(self) -> KeptForms[RoutePolicy]:
        """The route policies that this home keeps."""
        return KeptForms(self._folder("routes"), read_routes, "ROUTES_TEXT_NOT_HERE")

    def routes_in(self, state: StateView) -> Routes:
        """Which route policies count now, by a state of this ledger."""
        return Routes(state, self.routes, self._now())

    def showing_routes(self, state: Entities) -> ShowRoutes:
        """What tells which route policies regions published, by a state of this ledger."""
        return ShowRoutes(state, self.routes, self._now())

    def check_hops(self) -> CheckHops:
        """What judges slips of platforms."""
        return CheckHops(
            self._stores.trust.ledger_id,
            lambda: self._stores.look().index,
            self._stores.verifier,
            self._stores.clock,
        )

    @cached_property
    def known_ways(self) -> KnownWays:
        """By which platforms files of uses came here."""
        return KnownWays(self._folder("ways"))

    @cached_property
    def signed_slips(self) -> SignedSlips:
        """The slips that this home signed for a platform."""
        return SignedSlips(lambda name: FileOutbox(self._stores.settings.home / "hops" / name))

    def publishing_hops(self, state: StateView) -> PublishHops:
        """What publishes and proves what a platform carried, by a state of this ledger."""
        return PublishHops(self._stores.trust.ledger_id, state, self.signed_slips, self._now())

    @cached_property
    def promise_lists(self) -> PromiseLists:
        """The lists of lodged promises that this home keeps."""
        return PromiseLists(self._folder("promises"))

    def lodging(self, state: Entities) -> LodgePromises:
        """What lodges promises and tells which were, by a state of this ledger."""
        return LodgePromises(self._stores.trust.ledger_id, state, self.promise_lists, self._now())

    @cached_property
    def extensions(self) -> Extensions:
        """The extensions of updates of the catalog that this home keeps."""
        return Extensions(self._folder("extensions"))

    def showing_extensions(self, state: Entities) -> ShowExtensions:
        """What tells which extensions regions published, by a state of this ledger."""
        return ShowExtensions(state, self.extensions, self._now())

    @cached_property
    def grounds_kept(self) -> Grounds:
        """The grounds of sharing that this home keeps."""
        return Grounds(self._folder("grounds"))

    def read_grounds(self, state: StateView) -> ReadGrounds:
        """What tells the law behind numbers of grounds now, by a state of this ledger."""
        return ReadGrounds(state, self.grounds_kept, self._now())

    def showing_grounds(self, state: Entities, at: int | None = None) -> ShowGrounds:
        """What tells which grounds of sharing regions published, as of a moment or now."""
        when = self._now() if at is None else at
        return ShowGrounds(KnownAt(state, when), self.grounds_kept, when)

    @cached_property
    def rulebooks(self) -> Rulebooks:
        """The rulebooks of working days that this home keeps."""
        return Rulebooks(self._folder("rulebooks"))

    def showing_rulebooks(self, state: Entities, at: int | None = None) -> ShowRulebooks:
        """What tells which rulebooks regions published, as of a moment or now."""
        when = self._now() if at is None else at
        return ShowRulebooks(KnownAt(state, when), self.rulebooks, when)

    @property
    def counting_texts(self) -> FindTexts:
        """What finds the texts that this home keeps and by which deadlines are counted."""
        return FindTexts(self.calendars.find, self.rulebooks.find)

    def counting(
        self, state: StateView, at: int, *, assumes_weekdays: bool = True, assumes_defaults: bool = True
    ) -> CountDeadlines:
        """How deadlines are counted by a state of this ledger, as it was known at a moment.

        Args:
            state: The ledger.
            at: The moment.
            assumes_weekdays: Whether Monday to Friday are counted by a calendar whose text is not here.
            assumes_defaults: Whether the regulation's numbers count for a rulebook whose text is not here.
        """
        return CountDeadlines.by(
            state,
            at,
            self.counting_texts,
            assumes_weekdays=assumes_weekdays,
            assumes_defaults=assumes_defaults,
        )

    def showing_calendars(self, state: Entities) -> ShowCalendars:
        """What tells which calendars regions published, by a state of this ledger."""
        return ShowCalendars(state, self.calendars, self._now())

    @cached_property
    def sectors(self) -> Sectors:
        """The rules of sectors that this home keeps."""
        return Sectors(self._folder("sectors"))

    def sector_rules(self, state: StateView, at: int, find: FindSectors | None = None) -> SectorRules:
        """What tells what rules of sectors say, by a state of this ledger, as it was known at a moment.

        Args:
            state: The ledger.
            at: The moment.
            find: Finds their texts; None for those that this home keeps.
        """
        return SectorRules(state, at, find or self.sectors.find, self._stores.party_texts.list_of)

    def showing_sectors(self, state: Entities, at: int | None = None) -> ShowSectors:
        """What tells which rules of sectors regions published, as of a moment or now."""
        when = self._now() if at is None else at
        known = KnownAt(state, when)
        return ShowSectors(known, self.sectors, self.sector_rules(known, when), when)
