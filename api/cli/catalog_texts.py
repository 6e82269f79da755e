"""`demand text`, `duty text` and `resource text`: words behind digests that everybody registered may read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer

from api.cli.files import pretty
from api.cli.output import Outcome, read_input, said
from api.cli.plain import one_line
from api.cli.sharing import SharingDesk
from api.cli.showing import write
from ledger.domain.canonical import JsonObject, parse_strict
from ledger.errors import UsageError
from ledger.service.catalog_texts import MAX_TEXT_FILE, Announced

TextIn = Annotated[
    str | None, typer.Option("--in", metavar="FILE", help="Take in what whoever wrote it handed on.")
]
TextOut = Annotated[str | None, typer.Option("--out", metavar="FILE", help="Also write it, to hand it on.")]
TextSend = Annotated[
    bool, typer.Option("--send", help="With --api: leave it at the service, for everybody registered.")
]


@dataclass(frozen=True)
class TextAsked:
    """The options of the same names."""

    in_: str | None
    out: str | None
    is_sent: bool


def text_told(desk: SharingDesk, announced: Announced, place: str, asked: TextAsked) -> Outcome:
    """Find a text, here or at the service, and tell it; whatever comes is held against the ledger's digest.

    Args:
        desk: The ledger, and who asks the service.
        announced: What the ledger holds of it.
        place: Address at a service, behind `/v1/`.
        asked: What else to do.

    Raises:
        LedgerError: As `CatalogTexts.take` and `CatalogTexts.told`; `SERVICE_KEY_MISSING`; what a service
            refuses.
    """
    catalog_texts, ledger = desk.ledger.catalog_texts, desk.ledger
    if asked.in_ is not None:
        catalog_texts.take(announced, parse_strict(read_input(asked.in_, MAX_TEXT_FILE + 1), MAX_TEXT_FILE))
    is_here = catalog_texts.find(announced.of, announced.digest) is not None
    if not is_here and ledger.settings.api is not None and desk.caller is not None:
        catalog_texts.take(announced, desk.service().get(f"/v1/{place}/text"))
    form = catalog_texts.told(announced)
    if asked.out is not None:
        write(asked.out, pretty(form))
    if asked.is_sent:
        if ledger.settings.api is None:
            raise UsageError("CATALOG_TEXT_SENT_WHERE")
        desk.service().post(f"/v1/{place}/text", form)
    return _told(announced, form, asked)


def _told(announced: Announced, form: JsonObject, asked: TextAsked) -> Outcome:
    text, items = form.get("text"), form.get("items")
    data = {
        "about": announced.about,
        "of": announced.of.value,
        "digest": announced.digest,
        "text": text,
        "items": items,
        "file": asked.out,
        "sent": asked.is_sent,
    }
    lines = [one_line(str(text))] if items is None else [one_line(str(each)) for each in items]
    lines += [f"→ {asked.out}"] if asked.out else []
    lines += [said("已留在服务", "left at the service")] if asked.is_sent else []
    return Outcome(data, text="\n".join(lines))
