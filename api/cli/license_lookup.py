"""`elicense license lookup`: which licenses a holder has, found where they were issued, under a grant."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from api.cli.looking import Look, alone_in, nothing_done
from api.cli.options import Network, RpcUrls, open_ledger, region_number
from api.cli.output import Outcome, read_input, said, worded
from api.cli.region_lookup import PATIENCE, RegionLookup, look_over_region
from api.cli.sharing import BodyOption, listed
from api.cli.using import (
    Grantee,
    Operator,
    OutFolder,
    OwnKey,
    OwnName,
    ReaderKey,
    UsingDesk,
    Via,
    Wait,
    folder_of,
    grantee_with,
)
from ledger.adapters.service_client import ServiceClient
from ledger.domain.canonical import MAX_BYTES, JsonObject, parse_strict
from ledger.domain.identifiers import is_likely_holder_code
from ledger.domain.use_request import Locate, locating
from ledger.domain.words import REFUSAL
from ledger.errors import LedgerError, UsageError
from ledger.service.party_texts import NOTHING
from ledger.service.plan_lookups import LookupTerms
from ledger.service.provider_addresses import ProviderAddresses, read_services


def lookup(
    code: Annotated[
        str, typer.Option("--code", metavar="USCC|ID", help="Of the holder; it goes to the provider only.")
    ],
    purpose: Annotated[
        str, typer.Option("--purpose", metavar="TEXT", help="As when the grant was asked for.")
    ],
    key: OwnKey,
    encryption_key: ReaderKey,
    out: OutFolder,
    grants: Annotated[
        list[str] | None,
        typer.Option("--grant", metavar="GRANT", help="By what right you look; one for each resource."),
    ] = None,
    region: Annotated[
        str | None,
        typer.Option(
            "--region",
            metavar="CODE",
            help="Instead: at all bodies there and below that granted it.",
        ),
    ] = None,
    types: Annotated[str, typer.Option("--types", metavar="A,B", help="Types; all without it.")] = "",
    item: Annotated[str, typer.Option("--item", metavar="CODE", help="The matter, as granted.")] = "",
    case: Annotated[str, typer.Option("--case", metavar="TEXT", help="The case, as granted.")] = "",
    operator: Operator = "",
    name: OwnName = None,
    wait: Wait = 60,
    services: Annotated[
        str | None,
        typer.Option("--services", metavar="FILE", help='With --region: {"USCC": "URL"}, before interfaces.'),
    ] = None,
    near: Annotated[
        bool, typer.Option("--near", help="With --region: interfaces may name this machine.")
    ] = False,
    api: Annotated[
        str | None,
        typer.Option(
            "--api",
            metavar="URL",
            help="The provider's; with --region, one with interface files.",
        ),
    ] = None,
    via: Via = None,
    as_given: Annotated[
        bool, typer.Option("--as-given", help="Look for the code even if its check character does not fit.")
    ] = False,
    org: BodyOption = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Find the licenses of a holder at the bodies that issued them: a use code each, recorded as a use."""
    _require_options(grants, region, {"--via": via}, {"--services": services, "--near": near or None})
    if not (as_given or is_likely_holder_code(code)):
        raise UsageError("HOLDER_CODE_UNLIKELY")
    named = read_services(parse_strict(read_input(services, MAX_BYTES + 1))) if services else {}
    grantee = grantee_with(open_ledger(network, rpc, api), key, encryption_key, org)
    folder, chosen = folder_of(out), tuple(listed(types))
    wanted = locating(code, chosen)
    terms = LookupTerms(purpose, item, case, chosen)
    number = region_number(region)
    with alone_in(folder):
        if number is None:
            desks = [grantee.desk(grant, Path(via) if via else None) for grant in _each_once(grants or ())]
            return _under_grants(desks, wanted, terms, (operator, name), folder, wait)
        look = RegionLookup(number, code, terms, operator, name)
        return look_over_region(grantee, look, _addresses(grantee, named), near, folder, wait)


def _require_options(
    grants: Sequence[str] | None,
    region: str | None,
    for_grants: dict[str, object],
    for_region: dict[str, object],
) -> None:
    """Either grants or a region, each with its own options; raises `LOOKUP_SCOPE`, `LOOKUP_OPTION`."""
    if bool(grants) is bool(region):
        raise UsageError("LOOKUP_SCOPE")
    with_, others = ("--region", for_grants) if region else ("--grant", for_region)
    for option, value in others.items():
        if value is not None:
            raise UsageError("LOOKUP_OPTION", option=option, other=with_)


def _addresses(grantee: Grantee, named: dict[str, str]) -> ProviderAddresses:
    """Where bodies answer; files of interfaces that are not here are had from the service of the settings."""
    ledger = grantee.ledger

    def fetch(key: str) -> JsonObject | None:
        if ledger.settings.api is None:
            return None
        who = (grantee.uscc, grantee.signer, ledger.clock, ledger.entropy)
        client = ServiceClient(ledger.settings.api, *who, patience=PATIENCE)
        told = client.get(f"/v1/interfaces/{key}").get("interface")
        return told if isinstance(told, dict) else None

    now = int(ledger.clock.now().timestamp())
    return ProviderAddresses(grantee.state, ledger.party_texts, now, named, fetch)


# --- under grants that the caller names ---------------------------------------------------


def _under_grants(
    desks: Sequence[UsingDesk],
    wanted: Locate,
    terms: LookupTerms,
    who: tuple[str, str | None],
    folder: Path,
    wait: int,
) -> Outcome:
    for desk in desks:
        _require_terms(desk, terms)
    if len(desks) == 1:
        data = _looked(Look(desks[0], folder), wanted, who, wait)
        return Outcome(data, text=_text(data))
    looks = [_Held(Look(desk, folder / desk.granted.grant_id[2:18])) for desk in desks]
    told = [look.done(wanted, who, wait) for look in looks]
    problem = next((look.problem for look in looks if look.problem), None)
    found = [{"grant": row["grant"], **each} for row in told for each in row["found"]]
    return Outcome({"lookups": told, "found": found}, "\n".join(map(_text, told)), problem)


class _Held:
    """One of several looks: what it found, or what was wrong with it, which holds up no other."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self.problem: LedgerError | None = None

    def done(self, wanted: Locate, who: tuple[str, str | None], wait: int) -> JsonObject:
        """A member of `lookups`."""
        grant = self._look.desk.granted
        named = {"grant": grant.grant_id, "resource": grant.resource}
        try:
            found = _looked(self._look, wanted, who, wait)
        except LedgerError as problem:
            self.problem = problem
            found = nothing_done()
        return {**named, **found, "refused": self.problem.code if self.problem else None}


def _looked(look: Look, wanted: Locate, who: tuple[str, str | None], wait: int) -> JsonObject:
    return look.done(look.order(wanted, *who), wait)


def _text(data: JsonObject) -> str:
    lines = [f"{row['type']}  {row['useCode']}  → {row['until']}" for row in data["found"]]
    refused = worded(REFUSAL, data.get("refused"))
    if refused:
        lines = [said(f"未成：{refused}", f"not done: {refused}")]
    head = [data["resource"]] if "resource" in data else []
    return "\n".join([*head, *(lines or [said("没有找到", "nothing was found")])])


def _each_once(grants: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(each.lower() for each in grants))


def _require_terms(desk: UsingDesk, terms: LookupTerms) -> None:
    """What is stated is what the grant was asked for.

    Raises:
        UsageError: `LOOKUP_TERMS` with the option.
    """
    granted, texts = desk.granted, desk.ledger.party_texts
    known = texts.text(granted.case_commitment) if granted.case_commitment != NOTHING else None
    stated = {
        "--purpose": (terms.purpose, desk.purpose.text),
        "--item": (terms.item or granted.item, granted.item),
        "--case": (terms.case, known.text if known else ""),
    }
    for option, (given, recorded) in stated.items():
        if given != recorded:
            raise UsageError("LOOKUP_TERMS", option=option, grant=granted.grant_id)
