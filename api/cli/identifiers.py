"""`elicense id`: license identifiers, credit codes, citizen IDs and region codes, without a network."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from api.cli.output import Outcome, language, said, worded
from ledger.domain.identifiers import Examination, examine
from ledger.domain.words import CODE_PART

app = typer.Typer(add_completion=False, help="License identifiers and codes.")

_CHECKED_AND_BAD = 1
_KINDS = {
    "license": {"zh": "证照标识", "en": "license identifier"},
    "uscc": {"zh": "统一社会信用代码", "en": "unified social credit code"},
    "citizen": {"zh": "公民身份号码", "en": "citizen ID"},
    "region": {"zh": "行政区划代码", "en": "region code"},
}
_VERDICTS = {True: {"zh": "有效", "en": "valid"}, False: {"zh": "无效", "en": "not valid"}}


@app.callback()
def identifiers() -> None:
    """License identifiers and codes."""


@app.command("check")
def check(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The code to check.")],
    kind: Annotated[
        Literal["license", "uscc", "citizen", "region"] | None,
        typer.Option("--kind", help="What it should be; guessed when left out."),
    ] = None,
    lenient: Annotated[bool, typer.Option("--lenient", help="The rules for imported records.")] = False,
) -> Outcome:
    """Check a code and take it apart."""
    found = examine(text, kind, lenient=lenient)
    data = {
        "kind": found.kind,
        "valid": found.valid,
        "strict": found.strict,
        "parts": found.parts,
        "expectedCheck": found.expected_check,
        "reason": found.reason.code if found.reason else None,
    }
    exit_code = 0 if found.valid else _CHECKED_AND_BAD
    return Outcome(data, text=_text(found), error=found.reason, exit_code=exit_code)


def _text(found: Examination) -> str:
    chosen = language()
    head = f"{_KINDS[found.kind][chosen]}{said('：', ': ')}{_VERDICTS[found.valid][chosen]}"
    shown = [
        f"  {worded(CODE_PART, name)}{said('：', ': ')}{value}"
        for name, value in found.parts.items()
        if value is not None
    ]
    return "\n".join([head, *shown])
