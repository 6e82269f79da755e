"""`elicense promise`: what a relay's promise is worth."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from api.cli.options import Network, RpcUrls, open_ledger
from api.cli.output import Outcome, language, read_input
from ledger import crypto
from ledger.domain.canonical import JsonObject, parse_strict
from ledger.errors import LedgerError
from ledger.service.promises import JudgedPromise, promise_in

app = typer.Typer(add_completion=False, help="Promises of relays.")

_WORDS = {
    "KEPT": ("按时上链", "kept: recorded in time"),
    "LATE": ("迟于承诺时限", "broken: recorded too late"),
    "PENDING": ("尚在时限内", "pending: there is still time"),
    "NOT_RECORDED": ("逾期未上链", "broken: not recorded"),
    None: ("签名成立，未与账本核对", "signed; not held against a ledger"),
}


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
    words = _WORDS[data["outcome"]][language() != "zh"]
    by = data.get("relay") or data["provider"]
    text = f"{digest}\n  {by['uscc']} {by['keyId']}\n  {data['acceptedAt']} → {data['anchorBy']}"
    return Outcome(data, text=f"{text}\n  {words}", error=error)
