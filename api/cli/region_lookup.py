"""`elicense license lookup --region`: every body of a region asked under the caller's grants, at once."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from api.cli.looking import Look, nothing_done
from api.cli.output import Outcome, language, said
from api.cli.plain import one_line
from api.cli.using import Grantee, is_signed, order_key, orders_in
from ledger.adapters.service_client import Patience, Reach, ServiceClient
from ledger.adapters.use_channel import Client, NoClient
from ledger.bootstrap import Ledger
from ledger.domain.canonical import JsonObject
from ledger.domain.entities import Organisation
from ledger.domain.sharing_entities import Grant, Resource, resource_owner
from ledger.domain.state import typed
from ledger.domain.use_request import Locate
from ledger.errors import LedgerError, OutageError, RuleError, TrustError, UnknownIdError, UsageError
from ledger.service.plan_lookups import LookupPlan, LookupTerms, PassedOver, PlanLookups
from ledger.service.provider_addresses import ProviderAddresses, ServiceAddress
from ledger.service.use_data import UseOrder

AT_ONCE = 8
"""Bodies that are asked at the same time."""

PATIENCE = Patience(connected=10.0, answered=45.0, done=90.0)
"""Shorter than with one service: somebody waits at a window."""


@dataclass(frozen=True)
class RegionLookup:
    """What is looked for over a region.

    Attributes:
        region: Code as a number.
        code: Of the holder.
        terms: By what right.
        operator: Who asks; a salted digest of it leaves here.
        name: The grantee's registered name, or None where this home knows it.
    """

    region: int
    code: str
    terms: LookupTerms
    operator: str
    name: str | None

    def as_json(self) -> JsonObject:
        """What makes two of them the same."""
        terms = self.terms
        told = {
            "purpose": terms.purpose,
            "item": terms.item,
            "case": terms.case,
            "types": sorted(terms.types),
        }
        return {"region": self.region, "code": self.code, "operator": self.operator, **told}


@dataclass
class _Asked:
    """A look at one body, and what came of it.

    Attributes:
        look: The look.
        order: What is asked for.
        service: Where; None where that is not known.
        told: What came.
        problem: What was wrong.
    """

    look: Look
    order: UseOrder
    service: str | None
    told: JsonObject | None = None
    problem: LedgerError | None = None

    def run(self, wait: int) -> None:
        """Ask; what is wrong here holds up no other, be it something that nobody foresaw of an answer."""
        try:
            self.told = self.look.done(self.order, wait)
        except LedgerError as problem:
            self.problem = problem
        except Exception as bug:  # noqa: BLE001 - ours, brought out by one body's answer: others go on
            self.problem = _unforeseen(self.look.desk.granted, bug)

    def as_json(self) -> JsonObject:
        """A member of `lookups`."""
        is_silent = isinstance(self.problem, OutageError) or _is_nowhere(self.problem)
        code = self.problem.code if self.problem else None
        return {
            **_named(self.look.desk.granted),
            "service": self.service,
            **(self.told or nothing_done()),
            "refused": None if is_silent else code,
            "unanswered": code if is_silent else None,
        }


def look_over_region(
    grantee: Grantee, wanted: RegionLookup, find: ProviderAddresses, near: bool, folder: Path, wait: int
) -> Outcome:
    """Ask every body of a region that granted something on these terms.

    Args:
        grantee: Who asks.
        wanted: What for.
        find: Tells where bodies answer.
        near: Whether services that interfaces name may be on this machine.
        folder: For what comes, a folder in it for each look.
        wait: Seconds to wait for each record.

    Raises:
        UsageError: `USE_FOLDER_OTHER`, `LOOKUP_ITEMS`.
        UnknownIdError: `UNKNOWN_REGION`.
    """
    ledger, place = grantee.ledger, _places_in(folder)
    now = int(ledger.clock.now().timestamp())
    planned = PlanLookups(
        grantee.state, ledger.party_texts, now, lambda grant: is_signed(ledger, place(grant.grant_id))
    ).plan(grantee.uscc, wanted.region, wanted.terms)
    head: JsonObject = {"region": f"{wanted.region:06d}"}
    if not planned.grants:
        error = RuleError("LOOKUP_NO_GRANT", region=wanted.region)
        data = {**head, "lookups": [], "found": [], "notAsked": _passed_json(planned)}
        return Outcome(data, "\n".join(_passed_text(grantee, planned)) or None, error)
    _keep_same(ledger, folder, wanted)
    asked = [_asked(grantee, grant, wanted, find, near, place(grant.grant_id)) for grant in planned.grants]
    _ask_all(asked, wait)
    rows = [each.as_json() for each in asked]
    names = ("provider", "resource", "grant")
    found = [{**{name: row[name] for name in names}, **each} for row in rows for each in row["found"]]
    data = {**head, "lookups": rows, "found": found, "notAsked": _passed_json(planned)}
    lines = [line for each in asked for line in _lines(grantee, each)]
    problem = next((each.problem for each in asked if each.problem), None)
    return Outcome(data, "\n".join([*lines, *_passed_text(grantee, planned)]), problem)


def _places_in(folder: Path) -> Callable[[str], Path]:
    return lambda grant: folder / grant[2:18]


def _keep_same(ledger: Ledger, folder: Path, wanted: RegionLookup) -> None:
    """Bind a folder to one question: a second one in it would mix two holders.

    Raises:
        UsageError: `USE_FOLDER_OTHER`.
    """
    orders, key, own = orders_in(ledger), order_key(folder), {"terms": wanted.as_json()}
    kept = orders.load(key)
    if kept is None:
        orders.save(key, own)
    elif kept != own:
        raise UsageError("USE_FOLDER_OTHER", folder=str(folder))


def _asked(
    grantee: Grantee, grant: Grant, wanted: RegionLookup, find: ProviderAddresses, near: bool, folder: Path
) -> _Asked:
    """One look, with all that this home is asked for: other looks run beside it later."""
    desk = grantee.desk(grant.grant_id)
    service, address = _service(grantee, desk.resource, find, near)
    look = Look(grantee.desk(grant.grant_id, service=service), folder)
    type_ = desk.resource.versions[grant.version - 1].license_type
    order = look.order(Locate(wanted.code, (type_,)), wanted.operator, wanted.name)
    return _Asked(look, order, address.url if address else None)


def _service(
    grantee: Grantee, resource: Resource, find: ProviderAddresses, near: bool
) -> tuple[Client, ServiceAddress | None]:
    try:
        address = find.of(resource)
    except LedgerError as problem:
        return NoClient(problem), None
    ledger, reach = grantee.ledger, Reach(near) if address.is_told else None
    who = (grantee.uscc, grantee.signer, ledger.clock, ledger.entropy)
    return ServiceClient(address.url, *who, patience=PATIENCE, reach=reach), address


def _unforeseen(grant: Grant, bug: Exception) -> TrustError:
    """A bug as this body's failure; where it showed goes to stderr, its text, which may carry data, not."""
    provider, kind = resource_owner(grant.resource), type(bug).__name__
    places = "".join(traceback.format_tb(bug.__traceback__))
    told = str(bug) if os.environ.get("ELICENSE_DEBUG") == "1" else ""
    print(f"{provider} {grant.grant_id}: {kind} {told}\n{places}", file=sys.stderr, end="")
    return TrustError("LOOKUP_UNFORESEEN", provider=provider, type=kind)


def _ask_all(asked: Sequence[_Asked], wait: int) -> None:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        running = [pool.submit(each.run, wait) for each in asked]
        try:
            for each in running:
                each.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _is_nowhere(problem: LedgerError | None) -> bool:
    return isinstance(problem, UnknownIdError) and problem.code == "LOOKUP_ADDRESS_UNKNOWN"


def _named(grant: Grant) -> JsonObject:
    names = {"grant": grant.grant_id, "resource": grant.resource}
    return {**names, "provider": resource_owner(grant.resource)}


def _passed_json(planned: LookupPlan) -> list[JsonObject]:
    return [{**_named(each.grant), "reason": each.error.code} for each in planned.passed]


# --- what people read ---------------------------------------------------------------------


def _lines(grantee: Grantee, asked: _Asked) -> list[str]:
    grant, row = asked.look.desk.granted, asked.told
    head = f"{_title(grantee, grant)}  {asked.service or ''}".rstrip()
    if asked.problem is not None:
        why = one_line(asked.problem.message()[language()])  # may be a service's words
        return [head, f"  {said('未成：', 'not done: ')}{why}"]
    found = (
        [f"  {each['type']}  {each['useCode']}  → {each['until']}" for each in row["found"]] if row else []
    )
    return [
        head,
        f"  {said('授权', 'grant')} {grant.grant_id}",
        *(found or [f"  {said('没有找到', 'nothing was found')}"]),
    ]


def _passed_text(grantee: Grantee, planned: LookupPlan) -> list[str]:
    """Grants whose purpose another home knows may be many; they are counted."""
    unread = [each for each in planned.passed if isinstance(each.error, UnknownIdError)]
    lines = [line for each in planned.passed if each not in unread for line in _not_asked(grantee, each)]
    if unread:
        some = len(unread)
        zh = f"另有 {some} 个资源没有查询：本机不知道其授权的用途或案号"
        lines.append(said(zh, f"not asked, the grant's purpose or case being unknown here: {some} more"))
    return lines


def _not_asked(grantee: Grantee, passed: PassedOver) -> list[str]:
    why = passed.error.message()[language()]
    return [_title(grantee, passed.grant), f"  {said('没有查询：', 'not asked: ')}{why}"]


def _title(grantee: Grantee, grant: Grant) -> str:
    """The resource, with the name of its owner where this home knows it."""
    owner = typed(grantee.state, "organisation", resource_owner(grant.resource), Organisation)
    name = grantee.ledger.party_texts.name_of(owner.name_digest) if owner else None
    return "  ".join(filter(None, (grant.resource, name)))
