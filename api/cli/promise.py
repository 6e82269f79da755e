"""`elicense promise`: what a relay's promise is worth."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from api.cli.options import Network, RpcUrls, open_ledger
from api.cli.output import Outcome, read_input, said, worded
from ledger import crypto
from ledger.domain.canonical import JsonObject, parse_strict
from ledger.domain.words import PROMISE
from ledger.errors import LedgerError
from ledger.service.promises import JudgedPromise, promise_in

app = typer.Typer(add_completion=False, help="Promises of relays.")


@app.command("verify")
def verify(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="A promise, or the answer of a service that holds one.")
    ],
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Check a promise; with a trust file (--network) also whether it was kept."""
    promise = promise_in(parse_strict(read_input(file)))
    verifier = crypto.verifier()
    shown = {name: value for name, value in promise.as_json().items() if name != "signature"}
    if network is None and not os.environ.get("ELICENSE_NETWORK"):
        promise.check(verifier)
        return _outcome(
            promise.digest, {**shown, "valid": True, "outcome": None, "seq": None, "recordedAt": None}
        )
    ledger = open_ledger(network, rpc)
    promise.check(verifier, ledger.trust.ledger_id)
    judged: JudgedPromise = ledger.judging().judge(promise)
    return _outcome(promise.digest, {**shown, "valid": True, **judged.as_json()}, judged.error())


def _outcome(digest: str, data: JsonObject, error: LedgerError | None = None) -> Outcome:
    unheld = said("签名成立，未与账本核对", "signed; not held against a ledger")
    words = worded(PROMISE, data["outcome"]) or unheld
    by = data.get("relay") or data["provider"]
    text = f"{digest}\n  {by['uscc']} {by['keyId']}\n  {data['acceptedAt']} → {data['anchorBy']}"
    return Outcome(data, text=f"{text}\n  {words}", error=error)
