"""What `--help` shows, in the language of this run.

A command's help stands in English where the command does; `api.cli.help_texts` has the Chinese for each.
"""

from __future__ import annotations

import inspect
import shutil
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from api.cli.output import language, said
from api.cli.wide import columns, padded, wrapped

if TYPE_CHECKING:
    from typer import Context
    from typer._click import Command, Parameter

Rows = Sequence[tuple[str, str]]

WIDEST = 100
"""Columns beyond which no line goes, however wide the terminal is."""

_NARROWEST = 50
_INDENT = "  "
_NAMES = 30
"""Columns for names at most; what is said of a longer one stands below it."""

_TYPES = {
    "str": ("文本", "TEXT"),
    "int": ("整数", "NUMBER"),
    "int range": ("整数", "NUMBER"),
    "list[str]": ("文本", "TEXT"),
}
"""What stands for a value that has no name of its own."""


@runtime_checkable
class TellsCommands(Protocol):
    """A group that says what its commands do without importing them."""

    def told(self) -> Rows:
        """Their names and what each does, in the language of this run."""
        ...


def page(ctx: Context) -> str:
    """The help of a command, wrapped for this terminal."""
    width = max(_NARROWEST, min(shutil.get_terminal_size().columns, WIDEST))
    command, below = ctx.command, _commands(ctx)
    params = [each for each in command.get_params(ctx) if not getattr(each, "hidden", False)]
    arguments = [(name_of(each), _told(each)) for each in params if each.param_type_name == "argument"]
    options = [(_option(ctx, each), _told(each)) for each in params if each.param_type_name == "option"]
    sections = [
        _usage(ctx, params, width),
        *_paragraphs(command.help, width),
        *_section(said("参数：", "Arguments:"), arguments, width),
        *_section(said("选项：", "Options:"), options, width),
        *_section(said("命令：", "Commands:"), below, width),
        *_paragraphs(command.epilog, width),
    ]
    return "\n\n".join(sections)


def in_words(english: str) -> str:
    """A help text in the language of this run; the English one where nobody translated it."""
    if language() == "en":
        return english
    from api.cli.help_texts import HELP

    return HELP.get(english, english)


def name_of(param: Parameter) -> str:
    """What stands for a value on the command line, in the language of this run."""
    name = bare_name(param.metavar or param.name.upper())
    if language() == "en":
        return name
    from api.cli.help_texts import NAMES

    return NAMES.get(name, name)


def bare_name(name: str) -> str:
    """The name of a value without what says that it may be left out or repeated.

    Example:
        >>> bare_name("[FILE|FOLDER]..."), bare_name("SUBJECT…")
        ('FILE|FOLDER', 'SUBJECT')
    """
    return name.rstrip(".…").strip("[]")


def _usage(ctx: Context, params: Sequence[Parameter], width: int) -> str:
    """How the command is written; what may be left out stands in brackets."""
    given = [_placed(each) for each in params if each.param_type_name == "argument"]
    verbs = [said("命令 …", "COMMAND ...")] if _commands(ctx) else []
    head = f"{said('用法：', 'Usage: ')}{ctx.command_path} "
    lines = wrapped(" ".join([said("[选项]", "[OPTIONS]"), *given, *verbs]), width - columns(head))
    return f"\n{' ' * columns(head)}".join([head + lines[0], *lines[1:]])


def _placed(param: Parameter) -> str:
    name = name_of(param) + (" …" if param.nargs == -1 else "")
    return name if param.required else f"[{name}]"


def _paragraphs(english: str | None, width: int) -> list[str]:
    if not english:
        return []
    paragraphs = in_words(inspect.cleandoc(english)).split("\n\n")
    return ["\n".join(_INDENT + line for line in wrapped(each, width - 2)) for each in paragraphs]


def _commands(ctx: Context) -> Rows:
    """The commands below this one, each with the first paragraph of its help."""
    group = ctx.command
    if isinstance(group, TellsCommands):
        return group.told()
    below: dict[str, Command] = getattr(group, "commands", {})
    return [
        (name, in_words(inspect.cleandoc(each.help or "")).split("\n\n")[0]) for name, each in below.items()
    ]


def _option(ctx: Context, param: Parameter) -> str:
    """The names of an option, and of its value."""
    names = " / ".join(
        [", ".join(param.opts), *([", ".join(param.secondary_opts)] if param.secondary_opts else [])]
    )
    return names if getattr(param, "is_flag", False) else f"{names} {_value(ctx, param)}"


def _value(ctx: Context, param: Parameter) -> str:
    if param.metavar:
        return name_of(param)
    label: str = getattr(param, "display_type")(ctx).strip("<>")  # noqa: B009 - typer's own, not of the base
    return said(*_TYPES[label]) if label in _TYPES else label


def _told(param: Parameter) -> str:
    """What is said of an argument or an option: its help, its default and bounds, whether it is needed."""
    text = in_words(getattr(param, "help", None) or "")
    notes = " ".join(f"[{each}]" for each in _notes(param))
    return f"{text} {notes}".strip()


def _notes(param: Parameter) -> Iterator[str]:
    if param.default not in (None, False, "", [], ()) and getattr(param, "show_default", True):
        yield said(f"默认 {param.default}", f"default: {param.default}")
    least, most = getattr(param, "min", None), getattr(param, "max", None)
    if least is not None and most is not None:
        yield said(f"{least} 至 {most}", f"{least} to {most}")
    elif least:
        yield said(f"不小于 {least}", f"{least} or more")
    if param.required:
        yield said("必填", "required")


def _section(title: str, rows: Rows, width: int) -> list[str]:
    """A heading, and under it names beside what is said of them."""
    if not rows:
        return []
    left = max(each for each in [0, *(columns(name) for name, _ in rows)] if each <= _NAMES) + len(_INDENT)
    return ["\n".join([title, *(line for row in rows for line in _row(*row, left, width))])]


def _row(name: str, text: str, left: int, width: int) -> Iterator[str]:
    lines = wrapped(text, width - left - 2 * len(_INDENT)) or [""]
    if columns(name) > left - len(_INDENT):
        yield _INDENT + name
    else:
        yield (_INDENT + padded(name, left) + lines.pop(0)).rstrip()
    yield from (_INDENT + " " * left + line for line in lines)
