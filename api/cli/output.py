"""What a command hands back, and how it reaches the caller.

A command is a plain function that returns an `Outcome` or raises a `LedgerError`; it never prints
its result itself. `emit` turns the outcome into one JSON object (`--json`) or into text, and gives
the exit status. Progress and logs go to stderr.
"""

from __future__ import annotations

import json
import os
import sys
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, Literal

from api.cli.plain import one_line, plain, plain_json
from ledger.domain.words import Words, word
from ledger.errors import LedgerError, UsageError

INTERNAL_EXIT = 70
INTERRUPTED_EXIT = 130

_IN_MEMORY = 1 << 20
_PIECE = 1 << 16

Text = str | Callable[[], object] | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one command.

    Args:
        data: The keys of docs/interfaces.md for this command, JSON values only.
        text: What a person reads: a string, or a function that makes a string or a rich
            renderable (so that rich is imported only when text is wanted).
        error: Why it is not `OK`; gives code, exit status and the `error` object.
        code: The result code where it is no error object's (a verdict, for example).
        exit_code: The exit status where there is no `error`.

    Example:
        >>> Outcome({"digest": "1ab2"}, text="1ab2").as_json()
        {'ok': True, 'code': 'OK', 'digest': '1ab2'}
    """

    data: Mapping[str, object] = field(default_factory=dict)
    text: Text = None
    error: LedgerError | None = None
    code: str = "OK"
    exit_code: int = 0

    def __post_init__(self) -> None:
        taken = {"ok", "code", "error"} & self.data.keys()
        if taken:
            raise TypeError(f"answers have {', '.join(sorted(taken))} of their own")

    @property
    def status(self) -> int:
        """The exit status of the process."""
        return self.exit_code or (self.error.exit_code if self.error else 0)

    def as_json(self) -> dict[str, object]:
        """The one object that `--json` prints."""
        code = self.error.code if self.error else self.code
        head: dict[str, object] = {"ok": self.status == 0, "code": code}
        tail: dict[str, object] = {"error": self.error.as_json()} if self.error else {}
        return {**head, **self.data, **head, **tail}


class LongList:
    """A JSON list that waits in a temporary file until it is printed: its length costs no memory."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(_IN_MEMORY, "w+", encoding="utf-8")  # noqa: SIM115
        self._separator = ""
        weakref.finalize(self, self._file.close)

    def add(self, value: object) -> None:
        """Take one more entry, a JSON value."""
        self._file.write(self._separator + _dumps(value))
        self._separator = ", "

    def pieces(self) -> Iterator[str]:
        """Its JSON text, piece by piece."""
        yield "["
        self._file.seek(0)
        while piece := self._file.read(_PIECE):
            yield piece
        yield "]"


_json = ContextVar("json", default=False)


def is_json() -> bool:
    """Whether this run answers in JSON; a command that streams text asks before it does."""
    return _json.get()


def take_json_flag(arguments: Sequence[str]) -> list[str]:
    """Remember and remove `--json`, wherever it stands before a lone `--`.

    Args:
        arguments: The command line without the program's name.

    Returns:
        The other arguments in order.

    Example:
        >>> take_json_flag(["sm3", "--", "--json"]), is_json()
        (['sm3', '--', '--json'], False)
    """
    end = arguments.index("--") if "--" in arguments else len(arguments)
    options = list(arguments[:end])
    _json.set("--json" in options)
    return [argument for argument in options if argument != "--json"] + list(arguments[end:])


def language() -> Literal["zh", "en"]:
    """The language of sentences: `ELICENSE_LANG`, else the locale, else English."""
    variables = ("ELICENSE_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
    chosen = next((value for name in variables if (value := os.environ.get(name))), "en")
    return "zh" if chosen.lower().startswith("zh") else "en"


def said(zh: str, en: str) -> str:
    """What a person reads, in the language of this run."""
    return zh if language() == "zh" else en


def worded(words: Words, code: object) -> str:
    """What a person reads for a code, in the language of this run; JSON keeps the code."""
    return word(words, code, language())


def coded(words: Words, code: str) -> str:
    """A code that pages name, for people: in Chinese its words with the code, in English the code."""
    return said(f"{worded(words, code)}（{code}）", code)


def note(zh: str, en: str) -> None:
    """Tell a person something beside the result, on stderr."""
    print(plain(said(zh, en)), file=sys.stderr)


def emit(outcome: Outcome) -> int:
    """Print an outcome the way this run was asked to; give the exit status.

    A reader that went away (a closed pipe) changes nothing in the status.
    """
    try:
        if _json.get():
            sys.stdout.writelines(_json_text(outcome.as_json()))
        else:
            _print_text(outcome)
        sys.stdout.flush()
    except BrokenPipeError:
        silence_stdout()
    return outcome.status


def _json_text(answer: Mapping[str, object]) -> Iterator[str]:
    """One JSON object and the end of its line."""
    start = "{"
    for name, value in answer.items():
        yield f"{start}{_dumps(name)}: "
        yield from value.pieces() if isinstance(value, LongList) else [_dumps(value)]
        start = ", "
    yield "}\n"


def _dumps(value: object) -> str:
    return plain_json(json.dumps(value, ensure_ascii=False, allow_nan=False))


def silence_stdout() -> None:
    """Send what is still buffered nowhere, or the interpreter complains at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _print_text(outcome: Outcome) -> None:
    shown = outcome.text() if callable(outcome.text) else outcome.text
    if isinstance(shown, str):
        if shown:
            print(plain(shown))
    elif shown is not None:
        from api.cli.terminal import Terminal

        Terminal().print(shown, crop=False)  # a terminal breaks lines itself, and what is copied is whole
    if outcome.error is not None:
        sys.stdout.flush()
        _print_error(outcome.error)


def _print_error(error: LedgerError) -> None:
    chosen = language()
    label, arrow = said("错误", "error"), said("处理：", "remedy: ")
    print(plain(f"{label} [{error.code}] {error.message()[chosen]}"), file=sys.stderr)
    for line in _entries(error.fields.get("errors"), chosen):
        print(f"  - {one_line(line)}", file=sys.stderr)
    if error.said_by:
        zh = f"以上和以下为服务 {error.said_by} 的答复：其中“本机”“此处”指该服务，不是这台机器。"
        en = f"Said by the service at {error.said_by}: what it calls here is there, not this machine."
        print(plain(f"  {said(zh, en)}"), file=sys.stderr)
    print(plain(f"  {arrow}{error.remedy()[chosen]}"), file=sys.stderr)


def _entries(errors: object, tongue: str) -> list[str]:
    """The sentence of each entry of an error that lists many."""
    entries = errors if isinstance(errors, list) else []
    return [str(each["message"][tongue]) for each in entries if isinstance(each, dict) and "message" in each]


def open_input(path: str) -> AbstractContextManager[BinaryIO]:
    """Open a file for reading bytes; `-` is stdin, which stays open.

    Raises:
        UsageError: `FILE_UNREADABLE`.
    """
    if path == "-":
        return nullcontext(sys.stdin.buffer)
    try:
        return Path(path).open("rb")
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from error


def read_input(path: str, enough: int = -1) -> bytes:
    """All bytes of a file; `-` is stdin.

    Args:
        path: The file.
        enough: Bytes beyond which nothing is read, where whoever gets them refuses so many; -1 for no end.

    Raises:
        UsageError: `FILE_UNREADABLE`.
    """
    with open_input(path) as file:
        try:
            return file.read(enough)
        except OSError as error:
            raise unreadable(path, error) from error


def decoded(data: bytes) -> str | None:
    """The text of a file that a spreadsheet may have written, UTF-8 or GB 18030; None where it is neither."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def unreadable(path: str, error: Exception) -> UsageError:
    """`FILE_UNREADABLE` with the system's reason."""
    return UsageError("FILE_UNREADABLE", path=path, reason=getattr(error, "strerror", None) or str(error))
