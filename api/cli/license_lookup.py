"""`elicense license lookup`: which licenses a holder has, found where they were issued, under a grant."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from api.cli.files import pretty
from api.cli.options import Network, RpcUrls, open_ledger
from api.cli.output import Outcome, said, worded
from api.cli.sharing import BodyOption, listed
from api.cli.using import (
    Operator,
    OutFolder,
    OwnKey,
    OwnName,
    ProviderApi,
    ReaderKey,
    UsingDesk,
    Via,
    Wait,
    using_desk,
    write_all,
)
from ledger.domain.canonical import JsonObject
from ledger.domain.handout import PLAIN
from ledger.domain.located import read_located
from ledger.domain.use_request import Locate
from ledger.domain.words import REFUSAL
from ledger.errors import LedgerError, UsageError
from ledger.service.party_texts import NOTHING
from ledger.service.use_data import UseOrder


def lookup(
    code: Annotated[
        str, typer.Option("--code", metavar="USCC|ID", help="Of the holder; it goes to the provider only.")
    ],
    grants: Annotated[
        list[str],
        typer.Option("--grant", metavar="GRANT", help="By what right you look; one for each resource."),
    ],
    purpose: Annotated[
        str, typer.Option("--purpose", metavar="TEXT", help="As when the grant was asked for.")
    ],
    key: OwnKey,
    encryption_key: ReaderKey,
    out: OutFolder,
    types: Annotated[str, typer.Option("--types", metavar="A,B", help="Types; all without it.")] = "",
    item: Annotated[str, typer.Option("--item", metavar="CODE", help="The matter, as granted.")] = "",
    case: Annotated[str, typer.Option("--case", metavar="TEXT", help="The case, as granted.")] = "",
    operator: Operator = "",
    name: OwnName = None,
    wait: Wait = 60,
    api: ProviderApi = None,
    via: Via = None,
    org: BodyOption = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Find the licenses of a holder at the body that issued them: a use code each, recorded as a use."""
    ledger = open_ledger(network, rpc, api)
    desks = [using_desk(ledger, grant, key, encryption_key, org, via) for grant in _each_once(grants)]
    for desk in desks:
        _require_terms(desk, purpose, item, case)
    wanted, folder = Locate(code, tuple(listed(types))), Path(out).resolve()
    if len(desks) == 1:
        data = _look(desks[0], wanted, operator, name, folder, wait)
        return Outcome(data, text=_text(data))
    looks = [_Look(desk, folder / desk.granted.grant_id[2:18]) for desk in desks]
    told = [look.done(wanted, operator, name, wait) for look in looks]
    problem = next((look.problem for look in looks if look.problem), None)
    found = [{"grant": row["grant"], **each} for row in told for each in row["found"]]
    return Outcome({"lookups": told, "found": found}, "\n".join(map(_text, told)), problem)


class _Look:
    """One of several lookups: what it found, or what was wrong with it, which holds up no other."""

    def __init__(self, desk: UsingDesk, folder: Path) -> None:
        self._desk, self._folder = desk, folder
        self.problem: LedgerError | None = None

    def done(self, wanted: Locate, operator: str, name: str | None, wait: int) -> JsonObject:
        """A member of `lookups`."""
        grant = self._desk.granted
        named = {"grant": grant.grant_id, "resource": grant.resource}
        try:
            found = _look(self._desk, wanted, operator, name, self._folder, wait)
        except LedgerError as problem:
            self.problem = problem
            found = {"use": None, "object": None, "seq": None, "found": [], "receipt": None}
        return {**named, **found, "refused": self.problem.code if self.problem else None}


def _look(
    desk: UsingDesk, wanted: Locate, operator: str, name: str | None, folder: Path, wait: int
) -> JsonObject:
    """Look under one grant; what comes is written to the folder."""
    order = UseOrder(
        grant=desk.granted,
        fields=0,
        names=(),
        license="",
        owner=desk.resource.owner,
        purpose=desk.purpose,
        operator=desk.operator(operator),
        grantee_name=desk.name(name),
        media_type=PLAIN,
        locate=wanted,
    )
    used = desk.use(order, folder, wait)
    assert used.receipt is not None, "a lookup stands in no batch"
    located = read_located(used.copy)
    desk.remember(located, used.request.operator)
    receipt = folder / "receipt.json"
    write_all({folder / "located.json": used.copy, receipt: pretty(used.receipt.as_json())})
    place = used.receipt.place
    return {
        "use": used.request.digest,
        "object": used.receipt.object,
        "seq": place.seq if place else None,
        "found": [each.as_json() for each in located.found],
        "receipt": str(receipt),
    }


def _text(data: JsonObject) -> str:
    lines = [f"{row['type']}  {row['useCode']}  → {row['until']}" for row in data["found"]]
    refused = worded(REFUSAL, data.get("refused"))
    if refused:
        lines = [said(f"未成：{refused}", f"not done: {refused}")]
    head = [data["resource"]] if "resource" in data else []
    return "\n".join([*head, *(lines or [said("没有找到", "nothing was found")])])


def _each_once(grants: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(each.lower() for each in grants))


def _require_terms(desk: UsingDesk, purpose: str, item: str, case: str) -> None:
    """What is stated is what the grant was asked for.

    Raises:
        UsageError: `LOOKUP_TERMS` with the option.
    """
    granted, texts = desk.granted, desk.ledger.party_texts
    known = texts.text(granted.case_commitment) if granted.case_commitment != NOTHING else None
    stated = {
        "--purpose": (purpose, desk.purpose.text),
        "--item": (item or granted.item, granted.item),
        "--case": (case, known.text if known else ""),
    }
    for option, (given, recorded) in stated.items():
        if given != recorded:
            raise UsageError("LOOKUP_TERMS", option=option, grant=granted.grant_id)
