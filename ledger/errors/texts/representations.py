"""Error texts: who stands in for a holder."""

from __future__ import annotations

from ledger.errors.texts.text import Text

TEXTS: dict[str, Text] = {
    "REPRESENTATION_KIND": Text(
        "没有代理身份 {kind}。",
        "There is no kind of representation {kind}.",
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
        "委托代理须有期限，且不超过三年。",
        "An agent stands in for three years at most, and never without an end.",
        "用 --until 指定三年之内的终止时间。",
        "Name an end within three years with --until.",
    ),
    "REPRESENTATIVE_MISSING": Text(
        "没有代理人的密钥承诺。",
        "No key of the representative is committed to.",
        "由代理人用 elicense wallet key 给出其密钥。",
        "The representative gives a key of his own: elicense wallet key.",
    ),
    "NOT_REPRESENTED": Text(
        "账本上没有登记出示人是证照 {identifier} 持证人的代理人。",
        "The ledger does not record that who shows the license {identifier} stands in for its holder.",
        "不予采信；请持证人本人亮证，或请颁发机构登记代理（elicense license represent）。",
        "Do not rely on it; the holder presents, or the issuer records it (elicense license represent).",
    ),
    "REPRESENTATION_NOT_BEGUN": Text(
        "证照 {identifier} 的代理尚未开始。",
        "The representation for the license {identifier} has not begun.",
        "代理开始后再亮证，或请持证人本人亮证。",
        "Present once it has begun, or ask the holder to present.",
    ),
    "REPRESENTATION_ENDED": Text(
        "证照 {identifier} 的代理已终止。",
        "The representation for the license {identifier} has ended.",
        "不予采信；请持证人本人亮证，或请颁发机构重新登记代理。",
        "Do not rely on it; the holder presents, or the issuer records a new representation.",
    ),
    "REPRESENTATION_OUT_OF_SCOPE": Text(
        "证照 {identifier} 的代理范围不包括亮证。",
        "The representation for the license {identifier} does not extend to showing it.",
        "请持证人本人亮证，或请颁发机构登记包括 present 的代理范围。",
        "Ask the holder to present, or have the issuer record a scope that includes present.",
    ),
}
