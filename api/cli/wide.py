"""Text in columns of a terminal, where an ideograph is two columns wide."""

from __future__ import annotations

import re
from collections.abc import Iterator
from unicodedata import combining, east_asian_width

_OPENERS = "（《〈「『【〔“‘"
_CLOSERS = "，。；：、！？）》〉」』】〕”’…·"
_WIDE = "\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff01-\uff60"
_ATOM = re.compile(
    r"\[[^\[\]]{1,30}\]|"
    rf"[{_OPENERS}]*(?:[{_WIDE}]|[^\s{_WIDE}{_OPENERS}{_CLOSERS}]+)[{_CLOSERS}]*|"
    rf"[{_OPENERS}{_CLOSERS}]+|[ \t]+"
)
"""What a line is never broken within: a note in brackets, an ideograph or a word with marks that hold on."""


def columns(text: str) -> int:
    """How many columns a text takes.

    Example:
        >>> columns("证照 ID")
        7
    """
    return sum(0 if combining(each) else 2 if east_asian_width(each) in "WF" else 1 for each in text)


def padded(text: str, width: int) -> str:
    """A text with spaces behind it up to so many columns."""
    return text + " " * (width - columns(text))


def wrapped(text: str, width: int) -> list[str]:
    """A paragraph in lines of at most so many columns; a word that is longer stands alone.

    Lines break at spaces and between ideographs, never before a closing mark or behind an opening one.

    Example:
        >>> wrapped("签发一份证照，写出文件。", 12)
        ['签发一份证', '照，写出文', '件。']
    """
    return list(_lines(text, width))


def _lines(text: str, width: int) -> Iterator[str]:
    line = ""
    for atom in _ATOM.findall(" ".join(text.split())):
        if line and columns(line) + columns(atom.rstrip()) > width:
            yield line.rstrip()
            line = ""
        line += atom if line else atom.lstrip()
    if line.strip():
        yield line.rstrip()
