"""`elicense org contract`: which contracts make up a ledger, and putting others in their place."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli.governing import By, Signatures, desk_of, done, table
from api.cli.options import Network, PinnedHead, RpcUrls, Trust, open_ledger
from api.cli.output import Outcome
from ledger.domain.trustfile import BOUND, CONTRACT_NAMES
from ledger.domain.words import CONTRACT_STANDING
from ledger.errors import OutageError, TrustError
from ledger.service import govern
from ledger.service.sources import Asked, Histories

app = typer.Typer(add_completion=False, help="The contracts of the ledger, and what follows them.")


@app.command("succeed")
def succeed(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Contract, by its name in the trust file.")],
    by: By,
    signatures: Signatures = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Put this release's contract in the place of a named one, which is closed for ever; by a quorum."""
    desk = desk_of(network, rpc, by, signatures)
    desk.ledger.reader.check_ledger()
    made = desk.ledger.successors().successor(name)
    order = govern.succeed_contract(name, made.account, made.code_hash, desk.by)
    return done(desk.carry_out([order]), made.as_json(), f"{name} {made.account}")


@app.command("list")
def contracts(
    trust: Trust = "rpc", head: PinnedHead = None, network: Network = None, rpc: RpcUrls = None
) -> Outcome:
    """List the contracts of the trust file, and those that took their place."""
    asked = Asked(trust, head)
    try:
        return _listed(open_ledger(network, rpc).histories(asked), asked)
    except OutageError as error:
        return Outcome(error=error, exit_code=3)


def _listed(histories: Histories, asked: Asked) -> Outcome:
    rows = [row for name in CONTRACT_NAMES for row in _rows(histories, name)]
    data = {
        "contracts": rows,
        "trust": histories.level,
        "flags": list(histories.unproved(*CONTRACT_NAMES)),
        "block": {"number": histories.header.number, "hash": histories.header.hash},
    }
    text = table(rows, "name", "address", "standing", "codeHash", words={"standing": CONTRACT_STANDING})
    if histories.level != asked.level:
        error = TrustError("TRUST_NOT_REACHED", asked=asked.level, reached=histories.level)
        return Outcome(data, text=text, error=error, exit_code=3)
    return Outcome(data, text=text)


def _rows(histories: Histories, name: str) -> list[dict[str, object]]:
    """A contract's generations, the newest last."""
    made = histories.generations(name)
    standings = [*("CLOSED" for _ in made[1:]), "BEHIND" if _is_behind(histories, name) else "CURRENT"]
    return [
        {"name": name, "address": each.address, "codeHash": each.code_hash, "standing": standing}
        for each, standing in zip(made, standings, strict=True)
    ]


def _is_behind(histories: Histories, name: str) -> bool:
    """Whether a contract goes by a Directory that was succeeded: it records nothing until it follows.

    What a contract goes by stands in its code; a node's word tells it.
    """
    if name == "Directory" or name in BOUND:
        return False
    directory = histories.reader.call(name, "directory", block=histories.header.number)
    return str(directory).lower() != histories.generations("Directory")[-1].address
