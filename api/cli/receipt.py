"""`elicense receipt`: what a receipt of a verification is worth."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.options import Network, PinnedHead, RpcUrls, Trust, open_ledger
from api.cli.output import Outcome, read_input, said, worded
from api.cli.verify import qr_text_in
from ledger import crypto
from ledger.domain.canonical import JsonObject, parse_strict
from ledger.domain.handout import MAX_COPY, MAX_FILE, handout_from_json
from ledger.domain.verification_receipt import MAX_RECEIPT
from ledger.domain.words import RESULT, SUBJECT
from ledger.errors import LedgerError, UsageError
from ledger.service.copy_uses import read_receipt
from ledger.service.sources import Asked
from ledger.service.verification_receipts import places_of, read_verification_receipt, told_of

if TYPE_CHECKING:
    from ledger.bootstrap import Ledger
    from ledger.service.verification_receipts import RepeatVerifications

app = typer.Typer(add_completion=False, help="Receipts of verifications.")


@app.command("verify")
def verify(
    file: Annotated[str, typer.Argument(metavar="FILE", help="The receipt.")],
    subjects: Annotated[
        list[str], typer.Option("--subject", metavar="FILE", help="What was verified; may be repeated.")
    ] = [],  # noqa: B006
    again: Annotated[bool, typer.Option("--again", help="Verify it again, as of then and today.")] = False,
    trust: Trust = "rpc",
    head: PinnedHead = None,
    max_age: Annotated[int, typer.Option("--max-age", min=0, help="Oldest head, in seconds.")] = 60,
    receipts: Annotated[
        list[str], typer.Option("--receipt", metavar="FILE", help="Of a copy's use, with --again.")
    ] = [],  # noqa: B006
    handouts: Annotated[
        list[str], typer.Option("--handout", metavar="FILE", help="In which a copy came, with --again.")
    ] = [],  # noqa: B006
    network: Network = None,
    rpc: RpcUrls = None,
) -> Outcome:
    """Check who signed a receipt, and of what; with a trust file (--network) also by the ledger."""
    receipt = read_verification_receipt(read_input(file, MAX_RECEIPT + 1))
    brought = places_of(receipt, [_brought(each) for each in subjects])
    if again and not brought:
        raise UsageError("RECEIPT_SUBJECT_NEEDED")
    if not again and network is None and not os.environ.get("ELICENSE_NETWORK"):
        receipt.check(crypto.verifier())
        return _told(told_of(receipt, brought, is_checked=False))
    ledger, asked = open_ledger(network, rpc), Asked(trust, head)
    try:
        ledger.check_receipts(asked).check(receipt)
    except LedgerError as error:
        if _is_unchecked(error):
            return Outcome(error=error, exit_code=3)
        raise
    if not again:
        return _told(told_of(receipt, brought, is_checked=True))
    repeated = _repeating(ledger, asked, receipts, handouts).repeat(receipt, brought, max_age)
    return _told(told_of(receipt, brought, True, repeated), repeated[0].error())


def _is_unchecked(error: LedgerError) -> bool:
    """Whether an error says that nothing could be checked, and not what is wrong."""
    return error.family == "outage" or error.code == "TRUST_NOT_REACHED"


def _brought(item: str) -> bytes:
    """What was verified: a file, a QR text, or a picture of one."""
    text = qr_text_in(item)
    return read_input(item, MAX_COPY + 1) if text is None else text.encode()


def _repeating(ledger: Ledger, asked: Asked, receipts: list[str], handouts: list[str]) -> RepeatVerifications:
    from api.cli.wallet import desk_service

    copies = ledger.copies(
        asked,
        0,
        [read_receipt(parse_strict(read_input(each))) for each in receipts],
        [handout_from_json(parse_strict(read_input(each, MAX_FILE + 1))) for each in handouts],
    )
    return ledger.repeating(asked, copies, desk_service().reread)


def _told(data: JsonObject, error: LedgerError | None = None) -> Outcome:
    by, asked_by = data["verifier"]["uscc"], data["askedBy"]
    asked_for = said(f"，应 {asked_by} 之请", f", asked by {asked_by}") if asked_by else ""
    lines = [f"{by}  {data['verifiedAt']}{asked_for}"]
    for each in data["subjects"]:
        mark = {True: "=", False: " "}[each["brought"]]
        lines.append(f" {mark} {worded(SUBJECT, each['kind'])}  {each['digest'] or '-'}")
        lines += [
            f"     {worded(RESULT, verdict['result'])}  {verdict['licenseId'] or '-'}"
            for verdict in each["verdicts"]
        ]
    if not data["checked"]:
        lines.append(said("签名成立，未与账本核对", "signed; not held against a ledger"))
    for name, words in (
        ("again", said("按当时账本重新核验：", "verified again, as of then: ")),
        ("today", said("按现在账本重新核验：", "by what is known today: ")),
    ):
        if data[name] is not None:
            same = said("相同", "the same") if data[name]["same"] else said("不同", "different")
            lines.append(f"{words}{same}")
            lines += [
                f"     {each['what']}: {each['then']} → {each['now']}" for each in data[name]["differences"]
            ]
    exit_code = 3 if error is not None and _is_unchecked(error) else 0
    return Outcome(data, text="\n".join(lines), error=error, exit_code=exit_code)
