"""What the parser complains of, in Chinese; typer says it in English alone."""

from __future__ import annotations

import re

from api.cli.help_page import bare_name
from api.cli.help_texts import NAMES

_NAMED = (
    (r"No such command (?P<name>'.*')\. Did you mean (?P<like>.*)\?", "没有命令{name}；是不是{like}？"),
    (r"No such command (?P<name>'.*')\.", "没有命令{name}。"),
    (r"Missing command\.", "缺少命令。"),
    (
        r"No such option: (?P<name>.*) \(Possible options: (?P<like>.*)\)",
        "没有选项 {name}；是不是 {like}？",
    ),
    (r"No such option: (?P<name>.*)", "没有选项 {name}。"),
    (r"Option (?P<name>'.*') requires an argument\.", "选项 {name} 后面要写一个值。"),
    (r"Option (?P<name>'.*') requires (?P<count>\d+) arguments\.", "选项 {name} 后面要写 {count} 个值。"),
    (r"Option (?P<name>'.*') does not take a value\.", "选项 {name} 不带值。"),
    (r"Argument (?P<name>'.*') takes (?P<count>\d+) values\.", "参数{name}要写 {count} 个值。"),
    (r"Missing argument (?P<name>'.*')\.", "缺少参数{name}。"),
    (r"Missing option (?P<name>'.*')\.", "缺少选项 {name}。"),
    (r"Got unexpected extra argument\(s\) \((?P<name>.*)\)", "多出的参数：{name}。"),
)
"""Whole sentences."""

_OFF = (
    (r"Value error, (?P<value>'.*') is not one of (?P<choices>.*)\.", "{value}不在 {choices} 之中"),
    (r"Input should be a valid integer, .*", "应为整数"),
    (r"Input should be a valid integer", "应为整数"),
    (r"Input should be greater than or equal to (?P<bound>.*)", "不得小于 {bound}"),
    (r"Input should be less than or equal to (?P<bound>.*)", "不得大于 {bound}"),
    (r"Input should be greater than (?P<bound>.*)", "须大于 {bound}"),
    (r"Input should be less than (?P<bound>.*)", "须小于 {bound}"),
)
"""What is wrong with a value."""

_VALUE = re.compile(r"Invalid value for (?P<name>'.*?'): (?P<why>.*)", re.DOTALL)


def in_chinese(said: str) -> str:
    """A complaint of the parser in Chinese; what it never said before stays as it is.

    Example:
        >>> in_chinese("Missing argument 'FILE'.")
        '缺少参数“文件”。'
    """
    value = _VALUE.fullmatch(said)
    if value is None:
        return _first(_NAMED, said)
    return f"{_told(value['name'])} 的值不对：{_first(_OFF, value['why'])}。"


def _first(table: tuple[tuple[str, str], ...], said: str) -> str:
    for pattern, chinese in table:
        found = re.fullmatch(pattern, said, re.DOTALL)
        if found:
            return chinese.format_map({name: _told(value) for name, value in found.groupdict().items()})
    return said


def _told(value: str) -> str:
    """A name that the parser quotes, as help in Chinese has it."""
    quoted = re.fullmatch(r"'([^']*)'", value)
    if quoted is None:
        return value
    return f"“{NAMES.get(bare_name(quoted[1]), quoted[1])}”" if quoted[1][:1] != "-" else quoted[1]
