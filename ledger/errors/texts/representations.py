"""Error texts: who stands in for a holder."""

from __future__ import annotations

from ledger.errors.texts.text import Text

TEXTS: dict[str, Text] = {
    "REPRESENTATION_KIND": Text(
        "没有编号为 {kind} 的代理身份。",
        "No kind of representation is numbered {kind}.",
        "取 guardian（监护人）、legal_representative（法定代表人）、agent（委托代理人）或 heir（继承人）。",
        "Take guardian, legal_representative, agent or heir.",
    ),
    "REPRESENTATION_SCOPE": Text(
        "代理范围 {scope} 为空或含有未知的权限。",
        "The scope {scope} is empty or names what does not exist.",
        "从 present（亮证）、consent（授权）、correct（申请校核）中至少取一项。",
        "Take at least one of present, consent, correct.",
    ),
    "AGENCY_TOO_LONG": Text(
        "委托代理须有期限且不超过三年：{arguments}。",
        "An agent stands in for three years at most and never without an end: {arguments}.",
        "用 --until 指定三年之内的终止时间。",
        "Name an end within three years with --until.",
    ),
    "REPRESENTATIVE_MISSING": Text(
        "没有代理人的密钥承诺。",
        "No key of the representative is committed to.",
        "由代理人用 elicense wallet key 给出其密钥。",
        "The representative gives a key of his own: elicense wallet key.",
    ),
}
