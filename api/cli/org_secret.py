"""`elicense org secret`: what makes license ids of identifiers, carried to a body's other machines."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli.files import write_new
from api.cli.options import Network, open_ledger
from api.cli.output import Outcome, read_input
from ledger.domain.canonical import parse_strict
from ledger.errors import MalformedError, UsageError

app = typer.Typer(add_completion=False, help="The secret that all machines of an issuer share.")

Passphrase = Annotated[
    str, typer.Option("--passphrase-file", metavar="FILE", help="Its first line seals the exported secret.")
]


@app.command("export")
def export_secret(
    uscc: Annotated[str, typer.Argument(metavar="USCC", help="The issuing body.")],
    out: Annotated[str, typer.Option("--out", metavar="FILE", help="Where the sealed secret goes.")],
    passphrase_file: Passphrase,
    network: Network = None,
) -> Outcome:
    """Seal the issuer's secret for another of its machines, or for a safe."""
    sealed = open_ledger(network, None).home.export_secret(uscc, _first_line(passphrase_file))
    write_new(Path(out), sealed, 0o600)
    return Outcome({"uscc": uscc, "file": out}, text=out)


@app.command("import")
def import_secret(
    file: Annotated[str, typer.Argument(metavar="FILE", help="What `export` wrote.")],
    passphrase_file: Passphrase,
    network: Network = None,
) -> Outcome:
    """Take over an issuer's secret; where this home has another one of that body, nothing is changed."""
    sealed = read_input(file)
    uscc = parse_strict(sealed).get("issuer")
    if not isinstance(uscc, str):
        raise MalformedError("ISSUER_EXPORT_FORM", issuer="-", reason="issuer")
    open_ledger(network, None).home.import_secret(uscc, sealed, _first_line(passphrase_file))
    return Outcome({"uscc": uscc}, text=uscc)


def _first_line(path: str) -> bytes:
    line = read_input(path).split(b"\n", 1)[0].rstrip(b"\r")
    if not line:
        raise UsageError("PASSPHRASE_FILE_EMPTY", path=path)
    return line
