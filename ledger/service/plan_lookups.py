"""Under which grants a holder's licenses are looked up over a region; chosen before anybody is asked.

A look is a use, recorded and perhaps counted, and tells a body whom the caller deals with. So each resource
is looked at under one grant, none under a grant that the ledger shows to be of no use, and none under one
about a single license: whose that is, no record tells, and it may be another person's consent that is spent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from ledger.domain.entities import Organisation, Region
from ledger.domain.lineage import followers_of, superiors_of
from ledger.domain.links import By
from ledger.domain.sharing import ResourceKind
from ledger.domain.sharing_entities import Grant, Resource, resource_owner
from ledger.domain.state import typed
from ledger.domain.statistics import is_for_statistics
from ledger.errors import GrantUnusableError, LedgerError, UnknownIdError, UsageError
from ledger.ports import Entities
from ledger.service.check_uses import require_in_effect, require_left
from ledger.service.party_texts import NOTHING, PartyTexts


@dataclass(frozen=True)
class LookupTerms:
    """By what right is looked.

    Attributes:
        purpose: In words, as when the grants were asked for.
        item: Code of the matter; empty for any, where all grants name the same.
        case: In words; empty for grants that name none.
        types: Codes of license types; none takes all.
    """

    purpose: str
    item: str = ""
    case: str = ""
    types: tuple[str, ...] = ()


@dataclass(frozen=True)
class PassedOver:
    """A resource that is not looked at.

    Attributes:
        grant: The one that comes nearest.
        error: Why not.
    """

    grant: Grant
    error: LedgerError


@dataclass(frozen=True)
class LookupPlan:
    """What is looked at.

    Attributes:
        grants: One for each resource, by resource.
        passed: What is not looked at, by resource.
    """

    grants: tuple[Grant, ...]
    passed: tuple[PassedOver, ...]


class PlanLookups:
    """Chooses grants.

    Args:
        state: The ledger.
        texts: What this home knows behind digests.
        now: In Unix seconds.
        is_begun: Whether a look under a grant was signed before: that goes on, whatever became of the grant.
    """

    def __init__(
        self, state: Entities, texts: PartyTexts, now: int, is_begun: Callable[[Grant], bool]
    ) -> None:
        self._state, self._texts, self._now, self._is_begun = state, texts, now, is_begun
        self._is_owner_in = cache(self._looked_up)

    def plan(self, grantee: str, region: int, terms: LookupTerms) -> LookupPlan:
        """What a body (credit code) looks at in a region and those below it.

        Raises:
            UnknownIdError: `UNKNOWN_REGION`.
            UsageError: `LOOKUP_ITEMS`: the terms fit grants for several items, and name none.
        """
        if typed(self._state, "region", str(region), Region) is None:
            raise UnknownIdError("UNKNOWN_REGION", region=region)
        by_resource: dict[str, list[_Judged]] = {}
        for grant in self._of_region(grantee, region, terms.types):
            judged = self._judged(grant, terms)
            if judged is not None:
                by_resource.setdefault(grant.resource, []).append(judged)
        _require_one_item(each for judged in by_resource.values() for each in judged)
        chosen = [min(judged, key=_rank) for _, judged in sorted(by_resource.items())]
        return LookupPlan(
            tuple(each.grant for each in chosen if each.error is None),
            tuple(PassedOver(each.grant, each.error) for each in chosen if each.error is not None),
        )

    def _of_region(self, grantee: str, region: int, types: Sequence[str]) -> Iterator[Grant]:
        for _, grant in self._state.linked("grant", By.GRANTEE, grantee):
            if not isinstance(grant, Grant) or grant.license_id != NOTHING or is_for_statistics(grant):
                continue
            type_ = self._type_of(grant)
            is_wanted = bool(type_) and (not types or type_ in types)
            if is_wanted and self._is_owner_in(resource_owner(grant.resource), region):
                yield grant

    def _type_of(self, grant: Grant) -> str:
        """The license type that was granted; empty of a data set."""
        resource = typed(self._state, "resource", grant.resource, Resource)
        version = resource.versions[grant.version - 1] if resource else None
        is_of_type = version is not None and version.kind is ResourceKind.LICENSE_TYPE
        return version.license_type if version and is_of_type else ""

    def _looked_up(self, owner: str, region: int) -> bool:
        """Whether an owner, or what followed it, is of a region, one that it follows, or one below."""
        bodies = (
            typed(self._state, "organisation", each, Organisation)
            for each in followers_of(self._state, owner, self._now)
        )
        return any(
            region in superiors_of(self._state, each.region, self._now, self._now) for each in bodies if each
        )

    def _judged(self, grant: Grant, terms: LookupTerms) -> _Judged | None:
        """Whether a grant may be used; None of one on other terms."""
        purpose, case = self._texts.text(grant.purpose_digest), self._case_of(grant)
        if purpose is None or case is None:
            digest = grant.case_commitment if purpose else grant.purpose_digest
            return _Judged(grant, UnknownIdError("TEXT_NOT_HERE", digest=digest))
        stated = (terms.purpose, terms.item or grant.item, terms.case)
        if stated != (purpose.text, grant.item, case):
            return None
        is_begun = self._is_begun(grant)
        return _Judged(grant, None if is_begun else self._refusal(grant), is_begun)

    def _case_of(self, grant: Grant) -> str | None:
        if grant.case_commitment == NOTHING:
            return ""
        known = self._texts.text(grant.case_commitment)
        return known.text if known else None

    def _refusal(self, grant: Grant) -> LedgerError | None:
        try:
            require_in_effect(self._state, grant, self._now)
            require_left(grant, 0)
        except GrantUnusableError as refused:
            return refused
        return None


@dataclass(frozen=True)
class _Judged:
    """A grant on the terms that are stated, and why it is not used."""

    grant: Grant
    error: LedgerError | None
    is_begun: bool = False


def _rank(judged: _Judged) -> tuple[object, ...]:
    """Of several grants of a resource: one begun, else what counts nothing, else what lasts longest.

    Of those that cannot be used the one that lasts longest, which is most likely the one that was meant.
    """
    grant, error = judged.grant, judged.error
    is_unread = isinstance(error, UnknownIdError)
    is_counted = error is None and bool(grant.count)
    return error is not None, is_unread, not judged.is_begun, is_counted, -grant.until, grant.grant_id


def _require_one_item(judged: Iterator[_Judged]) -> None:
    items = sorted({each.grant.item for each in judged if each.error is None})
    if len(items) > 1:
        raise UsageError("LOOKUP_ITEMS", items=", ".join(items)[:300])
