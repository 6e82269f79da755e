"""`elicense hold`: documents that an order has kept, whatever else is due."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli import keys
from api.cli.bodies import holder_of_key
from api.cli.options import Network, RpcUrls, open_ledger
from api.cli.output import Outcome, note, said
from ledger.bootstrap import Ledger
from ledger.domain.holds import Hold
from ledger.errors import StoreOutageError, TrustError
from ledger.service.legal_holds import HoldOrder, hold_shown

app = typer.Typer(add_completion=False, help="Legal holds: documents that an order has kept.")

_Key = Annotated[
    str, typer.Option("--key", metavar="PEM", help="Signing key of the issuer, or governing key of a region.")
]
_Reference = Annotated[str, typer.Option("--reference", metavar="NUMBER", help="Number of the order.")]


@app.command("put")
def put(
    ids: Annotated[list[str], typer.Argument(metavar="ID...", help="Identifiers or licenseIds.")],
    reference: _Reference,
    key: _Key,
    ordered_by: Annotated[
        str, typer.Option("--ordered-by", metavar="TEXT", help="The court or authority, in words.")
    ] = "",
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Put one hold on documents: none of them is erased before it is lifted."""
    ledger = open_ledger(network, rpc)
    order, license_ids = _order(ledger, key, reference, ordered_by), [ledger.resolve(each)[0] for each in ids]
    return _told(ledger.documents.legal_holds().put(license_ids, order))


@app.command("lift")
def lift(
    hold: Annotated[str, typer.Argument(metavar="HOLD", help="As `hold put` answered.")],
    reference: _Reference,
    key: _Key,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Lift a hold off all of its documents."""
    ledger = open_ledger(network, rpc)
    return _told(ledger.documents.legal_holds().lift(hold, _order(ledger, key, reference)))


@app.command("list")
def list_(
    license_: Annotated[str | None, typer.Option("--license", metavar="ID", help="Only on this one.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Lifted ones too.")] = False,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """The holds of this home."""
    ledger = open_ledger(network, rpc)
    found = [each for each in ledger.documents.legal_holds().every() if every or each.stands]
    if license_ is not None:
        license_id, _ = ledger.resolve(license_)
        found = [each for each in found if license_id in each.licenses]
    rows = [hold_shown(each) for each in found]
    lines = "\n".join(map(_line, found))
    return Outcome({"holds": rows}, text=lines or said("没有保全", "no holds"))


def holds_on(ledger: Ledger, license_id: str) -> list[dict[str, object]] | None:
    """What stands on a license, for `license show`; None where files are damaged, which stderr says."""
    try:
        return [hold_shown(each) for each in ledger.documents.legal_holds().on(license_id)]
    except (StoreOutageError, TrustError) as error:
        note(error.message()["zh"], error.message()["en"])
        return None


def _order(ledger: Ledger, key: str, reference: str, ordered_by: str = "") -> HoldOrder:
    signer = keys.signer(key)
    return HoldOrder(reference, holder_of_key(ledger, signer), signer, ordered_by)


def _told(hold: Hold) -> Outcome:
    return Outcome(hold_shown(hold), text=_line(hold))


def _line(hold: Hold) -> str:
    count, shown = len(hold.licenses), hold_shown(hold)
    state = said("已解除", "lifted") if hold.lifting else said("有效", "stands")
    by = f"{hold.ordered_by} ({hold.signed.by})" if hold.ordered_by else hold.signed.by
    what = said(f"{count} 份文档", f"{count} documents")
    return f"{hold.hold_id}\n  {hold.reference}  {by}  {shown['since']}  {what}  {state}"
