"""The shape of one error text."""

from __future__ import annotations

from typing import NamedTuple


class Text(NamedTuple):
    """What happened and what to do next, in Chinese and English.

    `{name}` stands for a field of the error.
    """

    zh: str
    en: str
    remedy_zh: str
    remedy_en: str
