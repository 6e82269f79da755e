"""`elicense promise`: what a relay's promise is worth, and putting it onto the ledger."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from api.cli import remote
from api.cli.files import pretty
from api.cli.governing import table
from api.cli.options import Network, RpcUrls, open_ledger
from api.cli.output import Outcome, read_input, said, worded
from api.cli.promise_files import held_promises
from api.cli.published import PublishedForms, Send, require_service
from api.cli.reading import ReadApi, ReadKey, ReadOrg, reading
from api.cli.registry_words import read_uscc
from api.cli.sharing import BodyOption, Signatures, SigningKey, desk_of, told
from api.cli.showing import write
from ledger import crypto
from ledger.domain.canonical import MAX_BYTES, JsonObject, parse_strict
from ledger.domain.lodged import TABLE, AnyPromise, read_promise_list
from ledger.domain.words import PROMISE
from ledger.errors import LedgerError
from ledger.service.lodged_promises import MAX_PROMISES_FILE
from ledger.service.promises import JudgedPromise, promise_in

app = typer.Typer(add_completion=False, help="Promises of relays.")
FORMS = PublishedForms("promises", "/v1/promise-lists", read_promise_list, MAX_PROMISES_FILE)
_HEADS = ("lodgedBy", "version", "lodgedAt", "promises", "void", "here", "digest")


@app.command("verify")
def verify(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="A promise, or the answer of a service that holds one.")
    ],
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Check a promise; with a trust file (--network) also whether it was kept."""
    promise = promise_in(parse_strict(read_input(file, MAX_BYTES + 1)))
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


@app.command("lodge")
def lodge(
    paths: Annotated[
        list[str],
        typer.Argument(metavar="FILE|FOLDER...", help="Promises of either kind, or answers with one."),
    ],
    key: SigningKey,
    signatures: Signatures = None,
    api: remote.Api = None,
    org: BodyOption = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Put promises onto the ledger, so that every node finds those that were broken; by any body."""
    given = {each.promise for each in held_promises(paths)}
    desk = desk_of(network, rpc, [key], signatures, api, org)
    body, ledger = desk.body(), desk.ledger
    made, order = ledger.published.lodging(desk.state).order(body, given, ledger.verifier, desk.by)
    ledger.published.promise_lists.keep(made)  # before it is recorded: nobody else may have it
    shared = desk.send(order)
    is_sent = FORMS.leave_recorded(desk, shared, made, api)
    lodged = len(made.promises)
    data = {
        "lodgedBy": body,
        "table": TABLE,
        "digest": made.digest,
        "promises": lodged,
        "already": len(given) - lodged,
        "sent": is_sent,
    }
    return told(shared, data, f"{body}  {lodged}  {made.digest}")


@app.command("lodged")
def lodged(
    body: Annotated[
        str | None, typer.Option("--by", metavar="USCC", help="Only what this body lodged.")
    ] = None,
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """List what was lodged; with --api texts that are not here are fetched and kept."""
    whose = read_uscc(body) if body else None
    ledger, state = reading(network, rpc, api, key, org)
    lodging = ledger.published.lodging(state)
    rows = lodging.rows(whose)
    absent = [str(each["digest"]) for each in rows if not each["here"] and not each["void"]]
    if FORMS.fetch_absent(ledger.published.promise_lists, absent, ledger, key, org):
        rows = lodging.rows(whose)
    return Outcome({"lodged": rows}, text=table(rows, *_HEADS))


@app.command("show")
def show(
    digest: Annotated[str, typer.Argument(metavar="DIGEST", help="Of a list that was lodged.")],
    out: Annotated[
        str | None, typer.Option("--out", metavar="FILE", help="Also write it, to hand it on.")
    ] = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Show the text of a list of promises that this home keeps; asks no ledger."""
    kept = open_ledger(network, rpc).published.promise_lists
    form = kept.told(digest.lower())
    if out is not None:
        write(out, pretty(form))
    lines = [_line(each) for each in read_promise_list(form).promises]
    return Outcome({"digest": digest.lower(), "promises": form, "file": out}, text="\n".join(lines))


@app.command("keep")
def keep(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="A list that was lodged (elicense-promises/1), - for stdin.")
    ],
    send: Send = False,
    api: ReadApi = None,
    key: ReadKey = None,
    org: ReadOrg = None,
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Keep the text of promises that a body lodged, so that this home can hold them against the ledger."""
    require_service(send, api, key)
    form = FORMS.form(file)
    ledger, state = reading(network, rpc, api, key, org)
    places = ledger.published.promise_lists.take(state, form)
    FORMS.leave_if(send, form, ledger, key, org)
    digest = read_promise_list(form).digest
    where = "  ".join(f"{each['lodgedBy']} #{each['version']}" for each in places)
    return Outcome({"digest": digest, "lodged": places, "sent": send}, text=f"{digest}\n  {where}")


def _line(promise: AnyPromise) -> str:
    until = promise.as_json()["anchorBy"]
    return f"{promise.digest}  {promise.uscc}  {until}"
