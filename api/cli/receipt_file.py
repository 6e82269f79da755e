"""The receipt of a verification as a file, written beside the verdict."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Annotated

import typer

from api.cli import keys
from api.cli.files import pretty
from api.cli.output import Outcome, said
from api.cli.showing import write
from ledger.bootstrap import Ledger
from ledger.domain.verification_receipt import VerifiedSubject, WasAsked
from ledger.errors import NotEntitledError, UsageError
from ledger.service.verification_receipts import require_count

SignReceipt = Annotated[
    str | None,
    typer.Option(
        "--sign-receipt", metavar="OUT.json", help="Also write a signed receipt of this verification."
    ),
]
ReceiptKey = Annotated[
    str | None, typer.Option("--key", metavar="PEM", help="Your body's signing key, for the receipt.")
]

Write = Callable[[Outcome, WasAsked, Sequence[VerifiedSubject]], Outcome]
"""The answer, what was asked, what was found → the answer with the name of the receipt's file."""


def receipt_file(ledger: Ledger, out: str | None, key: str | None, items: int) -> Write | None:
    """What signs and writes the receipt; None where none is asked for.

    Whether it can be signed is found out at once: a presentation is used up by verifying it.

    Args:
        ledger: Whose key it is, is read there.
        out: File to write, or None.
        key: PEM file of the verifier's signing key.
        items: How many things are verified.

    Raises:
        UsageError: `RECEIPT_KEY_WITHOUT_FILE`, `RECEIPT_TOO_LONG`, and as `keys.signer`.
        NotEntitledError: `RECEIPT_KEY_NONE`, `RECEIPT_KEY_UNREGISTERED`.
    """
    if out is None:
        if key is not None:
            raise UsageError("RECEIPT_KEY_WITHOUT_FILE")
        return None
    if key is None:
        raise NotEntitledError("RECEIPT_KEY_NONE")
    require_count(items)
    signing = ledger.sign_receipts(keys.signer(key))
    signing.require_ready()

    def written(outcome: Outcome, asked: WasAsked, verified: Sequence[VerifiedSubject]) -> Outcome:
        receipt = signing.sign(asked, verified)
        write(out, pretty(receipt.as_json()))
        return replace(outcome, data={**outcome.data, "receipt": out}, text=_with_file(outcome, out))

    return written


def _with_file(outcome: Outcome, path: str) -> Callable[[], object]:
    """What people read of a verdict, and where its receipt is."""

    def text() -> object:
        from rich.console import Group

        shown = outcome.text() if callable(outcome.text) else outcome.text
        return Group(shown or "", f"{said('核验回执：', 'receipt: ')}{path}")  # type: ignore[arg-type]

    return text
