"""`grant text` and `correction text`: the words behind digests, handed on to the parties and taken in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from api.cli import keys
from api.cli.files import pretty, write_out
from api.cli.output import Outcome, read_input, said, worded
from api.cli.plain import one_line
from api.cli.reading import service_for
from api.cli.registry_words import read_region, read_uscc
from ledger import crypto
from ledger.adapters.service_client import ServiceClient
from ledger.bootstrap import Ledger
from ledger.domain.canonical import JsonObject
from ledger.domain.words import PARTY_TEXT
from ledger.errors import UsageError
from ledger.ports import Entities
from ledger.service.hand_texts import MOST_FILE, Digests, meant_for, reader_of

_REGION_DIGITS = 6

TextsOut = Annotated[
    str | None, typer.Option("--out", metavar="FILE", help="Write what this home knows, for the other side.")
]
TextsTo = Annotated[
    str | None,
    typer.Option("--to", metavar="USCC", help="With --out or --send: for this party."),
]
TextsSend = Annotated[
    bool, typer.Option("--send", help="With --api and --to: hand it in at the service of that party.")
]
TextsPlain = Annotated[bool, typer.Option("--plain", help="With --out: not encrypted for its key.")]
TextsIn = Annotated[
    str | None, typer.Option("--in", metavar="FILE", help="Take in what the other side wrote.")
]
TextsKey = Annotated[
    str | None,
    typer.Option("--encryption-key", metavar="PEM", help="With --in: your key that it is encrypted for."),
]


@dataclass(frozen=True)
class TextsAsked:
    """What one command is to do with texts: the options of the same names."""

    out: str | None
    to: str | None
    is_plain: bool
    in_: str | None
    encryption_key: str | None
    is_sent: bool
    key: str | None
    org: str | None

    def require_whole(self) -> None:
        """Let pass only what says for whom it is written or sent; raises `TEXTS_HOW`."""
        is_for_somebody = self.out is not None or self.is_sent
        if is_for_somebody != (self.to is not None) or (self.is_plain and self.out is None):
            raise UsageError("TEXTS_HOW")

    def service(self, ledger: Ledger) -> ServiceClient:
        """Where they are sent; raises `SERVICE_KEY_MISSING`, `SERVICE_ADDRESS`, `SERVICE_ORGANISATION`."""
        if self.key is None:
            raise UsageError("SERVICE_KEY_MISSING")
        return service_for(ledger, keys.signer(self.key), self.org)


def texts_told(ledger: Ledger, state: Entities, name: str, digests: Digests, asked: TextsAsked) -> Outcome:
    """Take texts in, write or send them, and tell what this home knows then.

    Args:
        ledger: Its home keeps the texts.
        state: The ledger, as a node or a service tells it.
        name: Under which the answer has the object.
        digests: Of the grant or correction.
        asked: What to do.

    Raises:
        LedgerError: As `HandTexts.take_in`, `HandTexts.written`, `meant_for`, `reader_of`; `TEXTS_HOW`; what
            a service refuses.
    """
    asked.require_whole()
    if asked.in_ is not None:
        path = asked.encryption_key
        reader = crypto.load_decryptor(path, keys.passphrase()) if path else None
        ledger.hand_texts.take_in(digests, read_input(asked.in_, MOST_FILE + 1), reader)
    if asked.to is not None:
        _hand_on(ledger, state, digests, asked, _party(asked.to))
    rows = ledger.hand_texts.known(digests)
    data = {"texts": rows, "unknown": sum(row["text"] is None for row in rows)}
    lines = [*map(_line, rows), *([f"→ {asked.out}"] if asked.out else [])]
    lines += [said(f"已送达 {asked.to}", f"sent to {asked.to}")] if asked.is_sent else []
    told = {name: digests.about, **data, "to": asked.to, "file": asked.out, "sent": asked.is_sent}
    return Outcome(told, text="\n".join(lines))


def _hand_on(ledger: Ledger, state: Entities, digests: Digests, asked: TextsAsked, party: str) -> None:
    now = int(ledger.clock.now().timestamp())
    meant = meant_for(state, digests, party, now)
    if asked.out is not None:
        key = None if asked.is_plain else reader_of(state, party, now)
        write_out(Path(asked.out), pretty(ledger.hand_texts.written(digests, meant, key)), 0o600)
    if asked.is_sent:
        form = ledger.hand_texts.written(digests, meant, None)
        asked.service(ledger).post(f"/v1/{digests.place}/{digests.about}/texts", form)


def _party(text: str) -> str:
    """A body or a region; raises `REGION_FORM`, or as `read_uscc`."""
    return f"{read_region(text):06d}" if len(text) == _REGION_DIGITS else read_uscc(text)


def _line(row: JsonObject) -> str:
    text = row["text"] if row["text"] is not None else said("（本机不知）", "(not known here)")
    return one_line(f"{worded(PARTY_TEXT, row['of'])}  {text}")
