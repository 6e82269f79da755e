"""`elicense license lookup`: which licenses a holder has, found where they were issued, under a grant."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli.files import pretty
from api.cli.options import Network, RpcUrls, open_ledger
from api.cli.output import Outcome, said
from api.cli.remote import Api
from api.cli.sharing import BodyOption, listed
from api.cli.using import (
    Operator,
    OutFolder,
    OwnKey,
    OwnName,
    ReaderKey,
    UsingDesk,
    Via,
    Wait,
    using_desk,
    write_all,
)
from ledger.domain.handout import PLAIN
from ledger.domain.located import read_located
from ledger.domain.use_request import Locate
from ledger.errors import UsageError
from ledger.service.party_texts import NOTHING
from ledger.service.use_data import UseOrder


def lookup(
    code: Annotated[
        str, typer.Option("--code", metavar="USCC|ID", help="Of the holder; it goes to the provider only.")
    ],
    grant: Annotated[str, typer.Option("--grant", metavar="GRANT", help="By what right you look.")],
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
    api: Api = None,
    via: Via = None,
    org: BodyOption = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Find the licenses of a holder at the body that issued them: a use code each, recorded as a use."""
    desk = using_desk(open_ledger(network, rpc, api), grant, key, encryption_key, org, via)
    _require_terms(desk, purpose, item, case)
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
        locate=Locate(code, tuple(listed(types))),
    )
    folder = Path(out).resolve()
    used = desk.use(order, folder, wait)
    assert used.receipt is not None, "a lookup stands in no batch"
    located = read_located(used.copy)
    desk.remember(located, used.request.operator)
    receipt = folder / "receipt.json"
    write_all({folder / "located.json": used.copy, receipt: pretty(used.receipt.as_json())})
    rows = [each.as_json() for each in located.found]
    place = used.receipt.place
    data = {
        "use": used.request.digest,
        "object": used.receipt.object,
        "seq": place.seq if place else None,
        "found": rows,
        "receipt": str(receipt),
    }
    lines = [f"{row['type']}  {row['useCode']}  → {row['until']}" for row in rows]
    return Outcome(data, text="\n".join(lines) or said("没有找到", "nothing was found"))


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
