"""Text that strangers wrote, made harmless before a terminal shows it.

License files, codes, file names and what others put on the ledger may hold characters that move the
cursor, change colours, write a window's title or turn a line around: a forged verdict in a value.
"""

from __future__ import annotations

import re

_ACTIVE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def plain(text: str) -> str:
    """The same with every character that does something, but for tab and line feed, replaced by U+FFFD.

    Example:
        >>> plain("张三\\x1b[2J\\u202e")
        '张三�[2J�'
    """
    return _ACTIVE.sub("\ufffd", text)


def one_line(value: object) -> str:
    """What a value looks like within a line, harmless: no line of it passes as one of ours.

    Example:
        >>> one_line("张三\\nIN_FORCE")
        '张三�IN_FORCE'
    """
    return plain(str(value)).replace("\n", "\ufffd")


def plain_json(text: str) -> str:
    """The same JSON, with these characters written as escapes.

    Example:
        >>> plain_json('"\\x9b2J"')
        '"\\\\u009b2J"'
    """
    return _ACTIVE.sub(lambda found: f"\\u{ord(found.group()):04x}", text)
