"""`elicense org contract`: which contracts make up a ledger, and putting others in their place."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli import remote
from api.cli.files import pretty
from api.cli.governing import AtService, By, Caller, Signatures, desk_of, done, table
from api.cli.options import Network, PinnedHead, RpcUrls, Trust, open_ledger
from api.cli.output import Outcome, read_input
from api.cli.showing import write
from ledger.bootstrap import Ledger
from ledger.domain.canonical import parse_strict
from ledger.domain.trustfile import BOUND, CONTRACT_NAMES
from ledger.domain.words import CONTRACT_STANDING
from ledger.errors import MalformedError, OutageError, TrustError, UsageError
from ledger.service import govern
from ledger.service.sources import Asked, Histories
from ledger.service.succession import Successor, read_successor

app = typer.Typer(add_completion=False, help="The contracts of the ledger, and what follows them.")


NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="Contract, by its name in the trust file.")]


@app.command("make")
def make(
    name: NameArgument,
    out: Annotated[str, typer.Option("--out", metavar="FILE", help="What `succeed --made` takes.")],
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Make this release's contract that is to take the place of a named one; nothing changes yet."""
    made = _made_here(open_ledger(network, rpc), name)
    write(out, pretty(made.as_json()))
    return Outcome({**made.as_json(), "file": out}, text=f"{name} {made.account}")


@app.command("succeed")
def succeed(
    name: NameArgument,
    by: By,
    made_file: Annotated[
        str | None, typer.Option("--made", metavar="FILE", help="The contract, as `make` wrote it.")
    ] = None,
    signatures: Signatures = None,
    api: remote.Api = None,
    caller: Caller = None,
    org: remote.Org = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Put this release's contract in the place of a named one, which is closed for ever; by a quorum."""
    if made_file is None and api is not None:
        raise UsageError("CONTRACT_TO_BE_MADE", name=name[:40])
    service = AtService(api, caller, org) if made_file is not None else None
    desk = desk_of(network, rpc, by, signatures, service)
    made = _made_here(desk.ledger, name) if made_file is None else _made_elsewhere(made_file, name)
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


def _made_here(ledger: Ledger, name: str) -> Successor:
    ledger.reader.check_ledger()
    return ledger.successors().successor(name)


def _made_elsewhere(file: str, name: str) -> Successor:
    made = read_successor(parse_strict(read_input(file)))
    if made.name != name:
        raise MalformedError("CONTRACT_FILE", field="name")
    return made


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
