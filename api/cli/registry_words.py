"""What the commands about bodies, types and agreements read and show alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import typer

from api.cli.options import moment
from api.cli.output import said
from ledger.domain.field_rules import is_text
from ledger.domain.identifiers import Uscc, is_type_code
from ledger.domain.regions import RegionCode
from ledger.domain.rights import IDENTITY_PROVIDER
from ledger.errors import Bilingual, UsageError

LONGEST_NAME = 120
"""Characters of a name that is registered."""

Until = Annotated[
    str | None, typer.Option("--until", metavar="TIME", help="Last day, or first moment no more.")
]
End = Annotated[
    str | None, typer.Option("--until", metavar="TIME", help="When it ends; two minutes from now by default.")
]
CodeArgument = Annotated[str, typer.Argument(metavar="CODE", help="License type code, 21 characters.")]
RegionOption = Annotated[str, typer.Option("--region", metavar="CODE", help="GB/T 2260 code.")]

_TYPE = Bilingual("类型", "type")


def read_since(text: str | None) -> int:
    """A first moment in Unix seconds; 0 for none."""
    return moment(text) or 0


def read_region(text: str) -> int:
    """A region as a number; raises `REGION_FORM`."""
    return int(RegionCode.parse(text, strict=False).text)


def read_uscc(text: str) -> str:
    """A unified social credit code with a right check digit."""
    return Uscc.parse(text).text


def read_code(text: str) -> str:
    """The code of a license type; raises `CHOICE`."""
    if text != IDENTITY_PROVIDER and not is_type_code(text):
        raise UsageError("CHOICE", option=_TYPE, text=text[:40], choices="21-character codes")
    return text


def until_text(text: str, data: Mapping[str, object]) -> str:
    """A text with the end of what it tells."""
    return text + said(f"，至 {data['until']} 止", f" until {data['until']}")


def span_text(since: object, until: object) -> str:
    """From when until when, `–` where there is no end."""
    return said(f"自 {since} 至 {until or '–'}", f"from {since} until {until or '–'}")


def read_name(text: str) -> str:
    """A name as it is registered for good: one line without white space around; raises `NAME_FORM`."""
    if text != text.strip() or not is_text(text, LONGEST_NAME):
        raise UsageError("NAME_FORM", longest=LONGEST_NAME)
    return text
