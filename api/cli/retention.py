"""`elicense retention`: how long documents of ended licenses are kept, and which are due."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli import keys
from api.cli.bodies import body_of
from api.cli.governing import table
from api.cli.options import KeyFile, Network, RpcUrls, open_ledger
from api.cli.output import Outcome, said, worded
from ledger.domain.retention import retention_basis
from ledger.domain.words import RETENTION_BASIS
from ledger.errors import UsageError
from ledger.service.due import DueAsk, rule_shown

app = typer.Typer(add_completion=False, help="How long documents are kept, and which are due.")

MOST_ROWS = 1_000


@app.command("set")
def set_(
    type_: Annotated[str, typer.Argument(metavar="TYPE", help="Code of a license type.")],
    basis: Annotated[str, typer.Option("--basis", metavar="LAW|OWN", help="What prescribes the period.")],
    reference: Annotated[str, typer.Option("--reference", metavar="TEXT", help="The provision or decision.")],
    key: KeyFile,
    years: Annotated[
        int | None, typer.Option("--years", metavar="N", help="From the end of a license.")
    ] = None,
    permanent: Annotated[bool, typer.Option("--permanent", help="For ever.")] = False,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Set how long your documents of a type are kept after their licenses ended; it is signed."""
    if (years is None) is not permanent:
        raise UsageError("RETENTION_PERIOD")
    ledger, signer = open_ledger(network, rpc), keys.signer(key)
    by = body_of(ledger, signer).uscc
    rule = ledger.documents.retention().set(type_, years, retention_basis(basis), reference, by, signer)
    period = said("永久", "for ever") if years is None else said(f"{years} 年", f"{years} years")
    return Outcome(
        rule_shown(rule), text=f"{type_}: {period} ({worded(RETENTION_BASIS, rule.basis.name)}, {reference})"
    )


@app.command("rules")
def rules(network: Network = None, rpc: RpcUrls = None) -> Outcome:
    """The rules of this home that hold now."""
    found = [rule_shown(each) for each in open_ledger(network, rpc).documents.retention().rules()]
    return Outcome(
        {"rules": found}, text=table(found, "type", "by", "years", "basis", "reference", "version")
    )


@app.command("list")
def list_(
    org: Annotated[str, typer.Option("--org", metavar="USCC", help="The issuer.")],
    due: Annotated[bool, typer.Option("--due", help="Only what need not be kept any more.")] = False,
    type_: Annotated[str, typer.Option("--type", metavar="CODE", help="Only of this type.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=MOST_ROWS, help="Rows at most.")] = 100,
    after: Annotated[str, typer.Option("--after", metavar="ID", help="Where the last page ended.")] = "",
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Documents of this home: until when each is kept, whether it is due, held, archived."""
    rows, following = open_ledger(network, rpc).documents.due().rows(DueAsk(org, type_, due, limit, after))
    shown = table(rows, "identifier", "ended", "until", "erasable", "archived")
    return Outcome({"documents": rows, "next": following}, text=shown)
