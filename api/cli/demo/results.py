"""What the demo's results say, in the language of this run; `--json` and the checks keep the codes."""

from __future__ import annotations

import re

from api.cli.output import language, said, worded
from ledger.domain.words import (
    CORRECTION_STATE,
    FLAG,
    GRANT_STANDING,
    HOLDER_EVENT,
    REFUSAL,
    RESULT,
    SHARING,
    Words,
)

_OWN: Words = {
    "OK": ("完成", "OK"),
    "LAW": ("依法", "LAW"),
    "AGREEMENT": ("依互认协议", "AGREEMENT"),
    "BIND": ("已绑定", "BIND"),
    "RECORDED": ("已上链", "RECORDED"),
    "LICENSE_EXISTS": ("证照已存在", "LICENSE_EXISTS"),
    "DIFFERENT": ("不同", "DIFFERENT"),
    "ISSUED": ("已签发", "ISSUED"),
}
_CODES: Words = {
    **GRANT_STANDING,
    **HOLDER_EVENT,
    **CORRECTION_STATE,
    **SHARING,
    **REFUSAL,
    **FLAG,
    **RESULT,
    **_OWN,
}
_COUNTED = (
    (r"(\d+) told, (\d+) heard", r"告知 \1，确认 \2"),
    (r"^LET IN$", "未加拦阻"),
    (r"NOT RECORDED", "未上链"),
    (r"(\d+) fields", r"\1 个字段"),
    (r"(\d+) licenses", r"\1 份"),
    (r"(\d+) findings", r"\1 项发现"),
    (r"(?<=LAW )state", "以存储证明"),
    (r"\bseq (?=\d)", "序号 "),
    (r"(\d+) bytes", r"\1 字节"),
    (r"^rev (\d+)$", r"第 \1 次记录"),
    (r"^head (?=0x)", "区块散列 "),
    (r"^root (?=0x)", "批次根 "),
    (r"^short, ", "短码，"),
    (r"\(unsigned\)", "（未签名）"),
)


def in_words(result: str) -> str:
    """A result, or a line below it, for people: in Chinese its codes and counts are words."""
    if language() == "en":
        return result
    for english, chinese in _COUNTED:
        result = re.sub(english, chinese, result)
    return re.sub(r"\b(?:[A-Z]{2,}(?:_[A-Z]+)*)\b", lambda found: worded(_CODES, found[0]), result)


def headline(number: int, title: tuple[str, str], result: str) -> str:
    """The first line of a step: its number, what is done, and what came of it."""
    return f"{number:>2} {said(*title)}{said(' → ', ': ')}{in_words(result)}"
