"""Showing on the command line, by a holder or by an office: challenge files, codes, what an answer says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from api.cli.files import write_out
from api.cli.output import Outcome, language, note, read_input
from api.cli.plain import one_line
from ledger.domain.canonical import JsonValue, parse_strict
from ledger.domain.challenge import Challenge
from ledger.domain.holders import PublicPair
from ledger.domain.moments import rfc3339
from ledger.domain.presentation import Presentation, ShownLicense
from ledger.domain.presentation_text import PREFIX
from ledger.errors import MalformedError

if TYPE_CHECKING:
    from wallet.drafting import Draft
    from wallet.ports import Desk
    from wallet.showing import Shown

FieldsOption = Annotated[
    str, typer.Option("--fields", metavar="a,b", help="Field paths, or their last parts, comma-separated.")
]
OfflineOption = Annotated[bool, typer.Option("--offline", help="The code carries everything.")]
PngOption = Annotated[
    str | None, typer.Option("--png", metavar="FILE", help="A picture of the QR code, PNG.")
]
SvgOption = Annotated[
    str | None, typer.Option("--svg", metavar="FILE", help="A picture of the QR code, SVG.")
]
OutOption = Annotated[str | None, typer.Option("--out", metavar="FILE", help="The code's text.")]
ChallengeOption = Annotated[str, typer.Option("--challenge", metavar="C.json", help="The challenge.")]


def desk(offline: bool) -> Desk | None:
    """Where short presentations are left; None where the code carries everything."""
    from ledger.adapters.presentation_desk import HttpDesk

    return None if offline else HttpDesk()


def drawn(shown: Shown, question: Challenge, more: dict[str, object], **pictures: str | None) -> Outcome:
    """The answer about a presentation, its code drawn where that was asked for.

    Args:
        shown: The presentation.
        question: The challenge that it answers.
        more: Keys beside those that every presentation has.
        pictures: Files to write by kind: `png`, `svg`, `out` for the text.
    """
    from ledger.adapters.qr import QrCode

    code = QrCode(shown.qr)
    draw: dict[str, Callable[[], bytes]] = {"png": code.png, "svg": code.svg, "out": shown.qr.encode}
    for kind, path in pictures.items():
        if path is not None:
            write(path, draw[kind]())
    code_keys = {"qr": shown.qr, "bytes": shown.size, "mode": shown.mode}
    return Outcome(
        {**code_keys, **_presented(shown.presentation, question), **more},
        text=lambda: code.terminal() + _summary(shown.presentation, question, more),
    )


def drafted(draft: Draft, more: dict[str, object], *onward: str) -> Outcome:
    """The answer about a presentation that others have to sign, too.

    Args:
        draft: With the signatures so far.
        more: Keys beside those that every draft has.
        onward: What a person reads about the way to the next holder.
    """
    presentation, question = draft.presentation, draft.challenge
    counts = {"signed": draft.signed, "needed": draft.needed}
    data = {**_presented(presentation, question), "mode": "draft", **counts, "draft": draft.as_json(), **more}
    signed = f"{_words().signed}: {draft.signed}/{draft.needed}"
    return Outcome(data, text="\n".join((_summary(presentation, question, more), signed, *onward)))


def challenge_file(path: str) -> Challenge:
    """The challenge in a file; form only.

    Raises:
        UsageError: `FILE_UNREADABLE`.
        MalformedError: `CHALLENGE_MALFORMED`, or as `parse_strict`.
    """
    return Challenge.from_json(parse_strict(read_input(path)))


def field_names(fields: str) -> list[str]:
    """The names in a comma-separated list."""
    return [name.strip() for name in fields.split(",") if name.strip()]


def qr_text(image: str) -> str:
    """The text of a QR code, given as such, as a picture of it, or in a text file.

    Raises:
        UsageError: `FILE_UNREADABLE`, and as `read_image`.
        MalformedError: `QR_TEXT_MALFORMED`.
    """
    return image if image.startswith(PREFIX) else code_in(read_input(image), image)


def code_in(data: bytes, name: str) -> str:
    """The text of the QR code in a picture or a text file.

    Args:
        data: The file.
        name: What it is called in errors.

    Raises:
        UsageError: As `read_image`.
        MalformedError: `QR_TEXT_MALFORMED`.
    """
    from ledger.adapters.qr import is_image, read_image

    text = read_image(data, name) if is_image(data) else data.decode("utf-8", "replace").rstrip("\r\n")
    if not text.startswith(PREFIX):
        raise MalformedError("QR_TEXT_MALFORMED", reason="prefix")
    return text


def write(path: str, data: bytes) -> None:
    """Write a whole file or nothing.

    Raises:
        UsageError: `FILE_UNWRITABLE`.
    """
    write_out(Path(path), data)


def _presented(presentation: Presentation, question: Challenge) -> dict[str, object]:
    return {
        "expires": rfc3339(presentation.expires),
        "id": presentation.id.hex(),
        "purpose": question.purpose,
        "verifier": question.as_json()["verifier"],
        "disclosed": _disclosed(presentation),
        "missing": _missing(presentation, question),
        "licenses": [
            {
                "licenseId": each.license_id,
                "disclosed": each.disclosure.values(),
                "shownAs": _role(each),
            }
            for each in presentation.licenses
        ],
    }


def warn_of_missing(presentation: Presentation, question: Challenge) -> None:
    """Tell a person which fields asked for are not shown: whoever asked will turn the answer down."""
    missing = one_line(", ".join(_missing(presentation, question)))
    if missing:
        note(
            f"注意：核验请求还要求 {missing}，这里没有出示；核验方会以不符合所要求的范围为由不予采信。",
            f"NOTE: {missing} is asked for, too, and not shown: whoever asks will find this out of scope.",
        )


def _missing(presentation: Presentation, question: Challenge) -> list[str]:
    """The names asked for that no license of a presentation answers."""
    return question.unanswered([path for each in presentation.licenses for path in each.disclosure.values()])


def _role(shown: ShownLicense) -> str | None:
    """As what somebody shows a license; None for its one holder, and where a body vouches."""
    return None if shown.holder is None or isinstance(shown.holder, PublicPair) else shown.holder.word


def _disclosed(presentation: Presentation) -> dict[str, JsonValue]:
    """The fields shown, by path; where several licenses show a field of one path, the first one's."""
    every = [each.disclosure.values() for each in reversed(presentation.licenses)]
    return {path: value for values in every for path, value in values.items()}


class _Words(NamedTuple):
    """What the lines are called."""

    purpose: str
    verifier: str
    license: str
    role: str
    shows: str
    until: str
    signed: str
    nobody: str
    registered: dict[object, str]
    roles: dict[str, str]


_ZH = _Words(
    *("目的", "核验方", "证照", "身份", "出示", "有效至", "已签名"),
    "（未写明机关：账本上无人为其负责）",
    {True: "（已在账本登记）", None: "（未与账本核对）"},
    {"REPRESENTATIVE": "代理人", "ANY": "持证人之一", "ALL": "全体持证人"},
)
_EN = _Words(
    *("for", "verifier", "license", "shown as", "shows", "until", "signed"),
    " (names no body: nobody on the ledger stands for it)",
    {True: " (registered on the ledger)", None: " (not checked against the ledger)"},
    {"REPRESENTATIVE": "representative", "ANY": "one of the holders", "ALL": "all the holders"},
)


def _words() -> _Words:
    return _ZH if language() == "zh" else _EN


def _summary(presentation: Presentation, question: Challenge, more: dict[str, object]) -> str:
    words = _words()
    known = words.registered[more["verifierRegistered"]] if "verifierRegistered" in more else ""
    known = known if question.uscc else words.nobody
    lines = [f"{words.purpose}: {question.purpose}", f"{words.verifier}: {question.verifier}{known}"]
    for each in presentation.licenses:
        lines += [f"{words.license}: {each.license_id}"] if len(presentation.licenses) > 1 else []
        lines += [f"{words.role}: {words.roles[role]}"] if (role := _role(each)) else []
        lines += [
            f"{words.shows}: {one_line(path)} = {one_line(value)}"
            for path, value in each.disclosure.values().items()
        ]
    return "\n".join([*lines, f"{words.until}: {rfc3339(presentation.expires)}"])
