"""What people read of an official document where of a license they would read something else.

Codes are the same for both. The tables here have only what differs; what is not in them is said of documents
as of licenses.
"""

from __future__ import annotations

from collections.abc import Mapping

from ledger.domain.acts import RULES, Act
from ledger.domain.official import TypeKind
from ledger.domain.verdict_texts import CODE_TEXTS, FLAG_TEXTS, RESULT_TEXTS
from ledger.domain.words import RESULT, STATUS, STEP, Words

_STATUS: Words = {
    "IN_FORCE": ("现行有效", "in force"),
    "NOT_YET": ("尚未施行", "not yet in force"),
    "EXPIRED": ("有效期已过", "expired"),
    "SUSPENDED": ("暂停执行", "suspended"),
    "SUPERSEDED": ("已被修订或替代", "revised or replaced"),
    "WITHDRAWN": ("已废止", "repealed"),
}
_RESULT: Words = {
    **_STATUS,
    "ISSUER_UNKNOWN": ("发文机关未登记", "issuing body unknown"),
    "ISSUER_NOT_ENTITLED": ("发文机关无权发文", "issuing body not entitled"),
}
_STEP: Words = {
    "ISSUER": ("发文机关", "issuing body"),
    "HOLDER": ("出示", "showing"),
    "BASIS": ("共享依据", "basis"),
}

_ACT: dict[Act, tuple[str, str]] = {
    Act.ISSUE: ("上链登记", "anchor"),
    Act.CHANGE: ("修订", "revise"),
    Act.SUSPEND: ("暂停执行", "suspend"),
    Act.RESUME: ("恢复执行", "resume"),
    Act.REPLACE: ("替代", "replace"),
    Act.WITHDRAW: ("废止", "repeal"),
}

_RESULT_TEXTS: Words = {
    "IN_FORCE": (
        "真实、未被改动，在所问时刻现行有效，可以采信。",
        "Authentic, unchanged and in force at the moment asked. You may rely on it.",
    ),
    "NOT_YET": (
        "尚未到施行日期，请自施行之日起再核验。",
        "It does not apply yet. Check again from the day on which it takes effect.",
    ),
    "EXPIRED": (
        "所载有效期已过；请向发文机关核实有无新的文件。",
        "Its own term is over. Ask the issuing body whether another document took its place.",
    ),
    "SUSPENDED": (
        "正暂停执行；恢复执行后再核验。",
        "Suspended for now. Check again when it is resumed.",
    ),
    "SUPERSEDED": (
        "已被修订，或由新的文件替代；请取得现行文件。",
        "Revised, or replaced by another document. Ask for the one in force.",
    ),
    "ANNULLED": (
        "已被撤销，自始无效，不可采信；请联系发文机关。",
        "Annulled: it counts as never issued. Do not rely on it; contact the issuing body.",
    ),
    "WITHDRAWN": (
        "已被废止，自废止之日起失效。",
        "Repealed by the issuing body. It has no effect from that moment on.",
    ),
    "VOIDED": ("已作废，不可采信。", "Voided. Do not rely on it."),
    "KEY_COMPROMISED": (
        "上链所用密钥当时已失密，该文件的登记无效；请发文机关重新上链登记。",
        "The signing key was compromised when it was anchored. Ask the issuing body to anchor it again.",
    ),
    "NOT_RECOGNIZED_HERE": (
        "文件真实，但这一类公文在所问地区没有适用依据；请联系主管部门。",
        "Authentic, but no agreement has documents of this type count in the region asked.",
    ),
    "ISSUER_UNKNOWN": (
        "发文机关或其密钥未在账本登记，不可采信。",
        "The issuing body or its key is not registered on this ledger. Do not rely on it.",
    ),
    "ISSUER_NOT_ENTITLED": (
        "发文机关上链时无权发布该类公文，不可采信；请报告监督机构。",
        "The body was not entitled to documents of this type when it anchored. Do not rely on it; report it.",
    ),
    "TAMPERED": (
        "内容、摘要或签名不一致，文件被改动过，不可采信；请向发文机关重新取得。",
        "Content, digest or signature do not agree: it was altered. Ask the issuing body for the original.",
    ),
    "NOT_ANCHORED": (
        "账本在所问时刻没有该公文的记录，不可采信；新登记的请稍后再试。",
        "The ledger held no record of it at the moment asked. If it is new, try again shortly.",
    ),
    "MALFORMED": (
        "无法采信：登记文件格式不符，或与其类型不符。",
        "Its file is not well-formed, or contradicts its type.",
    ),
    "STALE_PRESENTATION": (
        "公文无人持有，不须出示；请直接核验文件。",
        "Nobody holds an official document, so it is not presented: check its file.",
    ),
}

_FLAG_TEXTS: Words = {
    "ACT_ANNOUNCED": (
        "已登记将来生效的行为，届时公文的效力会改变。",
        "Something is recorded that takes effect later and will change where the document stands.",
    ),
    "CORRECTION_OPEN": (
        "有机构对部分字段提出疑义，尚未核实；结论不因此改变，请核对所列字段。",
        "Somebody doubts some fields and that is not settled yet. The result stands; check the fields named.",
    ),
    "COLLECTED": (
        "归集自发文机关原有系统，不是在本账本上直接登记。",
        "Collected from a system of the issuing body; not anchored here in the first place.",
    ),
    "CONVERTED_CHECKED": (
        "由纸质公文转换而来，已与原件核对。",
        "Converted from a paper document and checked against it.",
    ),
    "CONVERTED_UNCHECKED": (
        "由纸质公文转换而来，未与原件核对；重要事项请核对原件。",
        "Converted from a paper document that nobody checked it against; see the original where it matters.",
    ),
    "CONVERSION_UNSIGNED": (
        "无人为其从纸质公文的转换签名，由谁转换、是否核对不详；重要事项请核对原件。",
        "Nobody signed for the conversion from paper; see the original where it matters.",
    ),
    "ORIGIN_NOT_SHOWN": (
        "所示内容不含来源（origin）；需要时请要求提供该字段。",
        "Where the document came from is not shown; ask for the field origin where it matters.",
    ),
    "COPY_USE_PROMISED": (
        "这次使用尚未上链，提供单位已承诺；期限见证据（promisedUntil），之后请再核验。",
        "The use is not on the ledger yet; the provider says it is promised. See promisedUntil, check again.",
    ),
    "USE_LEFT_UNSIGNED": (
        "使用单位未在时限内签署，这次使用由提供单位单独上链。",
        "The grantee did not sign this use in time; the provider recorded it alone.",
    ),
    "SEAL_NOT_CHECKED": (
        "版式文件就是所登记的那一份；电子印章未核验，请用签章软件核验。",
        "The layout file is the one that was anchored. Its seal was not checked: use seal software.",
    ),
    "SEAL_REVOKED": (
        "按账本上的印章名录，所载电子印章在签章时已撤销；请向发文机关核实或取得重新签章的文件。",
        "By a list on the ledger its seal was revoked when it was put on; ask the issuing body.",
    ),
    "SEAL_REVOKED_BEFORE_RECORD": (
        "所载电子印章在公文上链之前已撤销；签章在撤销之前只是文件自称的，请向发文机关核实。",
        "Its seal was revoked before it was anchored; only the issuing body says that it was used before.",
    ),
    "SEAL_NOT_IN_TERM": (
        "按账本上的印章名录，签章时不在所载电子印章的有效期内；请向发文机关核实。",
        "By a list on the ledger its seal was not in its term when it was put on; ask the issuing body.",
    ),
    "SEAL_NOT_LISTED": (
        "发文机关的印章名录里没有所载的电子印章；请向发文机关核实。",
        "The issuing body's list of seals does not have the one that it names; ask it.",
    ),
    "SEAL_DIFFERS": (
        "所载的印章证书摘要或管理规则与印章名录不同；请向发文机关核实。",
        "What it says of its seal's certificate or policy is not what the list says; ask the issuing body.",
    ),
}

_CODE_TEXTS: Words = {
    **_RESULT_TEXTS,
    "DERIVED_MISMATCH": (
        "遮盖字段或派生字段与其来源字段不符：发文机关所签的值不是按类型定义的规则得出的。",
        "A masked or derived field does not follow from its source by the rule of its type.",
    ),
    "LEAF_MISMATCH": (
        "公文的叶子与路径到不了所签的批次根。",
        "The leaf and its path do not lead to the batch's signed root.",
    ),
    "KEY_NOT_OF_ISSUER": (
        "签名密钥不属于发文机关。",
        "The signing key is not one of the issuing body's.",
    ),
    "OTHER_LEDGER": ("该公文属于另一账本。", "The document belongs to another ledger."),
    "NO_DATA_HANDED_OUT": (
        "未向外提供数据，无需共享依据。",
        "No data is handed out, so no basis is needed.",
    ),
    "NOT_PRESENTED": (
        "公文归发文机关所有，无人持有，不须出示。",
        "A document is its issuing body's: nobody holds it, so nobody presents it.",
    ),
    "LAYOUT_OF_ANOTHER": (
        "版式文件不是所登记的那一份：SM3 不符。",
        "The layout file is not the one that was anchored: its SM3 is another.",
    ),
    "COPY_TOO_BROAD": (
        "加注件含有授权或所记使用之外的字段，不得采信。",
        "The copy has a field that its grant, or the use on the ledger, does not cover.",
    ),
    "COPY_NOT_RECORDED": (
        "账本上没有这次使用，加注件在账外提供，不得采信。",
        "The ledger has no such use: the copy was handed out beside the ledger.",
    ),
    "USE_MISMATCH": (
        "账本上的使用记录与标签不一致。",
        "The use on the ledger says something else than the label.",
    ),
    "USE_NOT_YET_RECORDED": (
        "这次使用尚未上链，期限未到（recordedUntil），之后再核验。",
        "The use is not on the ledger yet; there is time until recordedUntil. Check again then.",
    ),
    "USE_IN_BATCH": (
        "这次使用可能记在一批之中，或与其他使用一并记为未签署；请附上回执（--receipt）。",
        "The use may stand in a batch, or as unsigned under a root: bring the receipt (--receipt).",
    ),
    "HANDOUT_NOT_THEIRS": (
        "附上的交付文件不是这次使用、这份加注件的。",
        "No handout brought along is the one of the recorded use and of this copy.",
    ),
    "HOLDER_UNBOUND": (
        "公文归发文机关所有，无人持有，不绑定设备。",
        "A document is its issuing body's: no device is bound to it.",
    ),
}


def _of(kind: TypeKind | None, table: Mapping[str, tuple[str, str]], more: Words) -> Words:
    return {**table, **more} if kind is TypeKind.DOCUMENT else table


def statuses(kind: TypeKind | None) -> Words:
    """Words for where something of a kind stands."""
    return _of(kind, STATUS, _STATUS)


def results(kind: TypeKind | None) -> Words:
    """Words for what a verification comes to."""
    return _of(kind, RESULT, _RESULT)


def steps(kind: TypeKind | None) -> Words:
    """Words for the nine checks."""
    return _of(kind, STEP, _STEP)


def result_texts(kind: TypeKind | None) -> Words:
    """Sentences for results."""
    return _of(kind, RESULT_TEXTS, _RESULT_TEXTS)


def flag_texts(kind: TypeKind | None) -> Words:
    """Sentences for flags."""
    return _of(kind, FLAG_TEXTS, _FLAG_TEXTS)


def code_texts(kind: TypeKind | None) -> Words:
    """Sentences for codes of checks."""
    return _of(kind, CODE_TEXTS, _CODE_TEXTS)


def act_words(act: Act, kind: TypeKind | None) -> tuple[str, str]:
    """The term of an act, Chinese and English.

    Example:
        >>> act_words(Act.WITHDRAW, TypeKind.DOCUMENT), act_words(Act.WITHDRAW, None)
        (('废止', 'repeal'), ('撤回', 'withdraw'))
    """
    rule = RULES[act]
    return _ACT.get(act, (rule.zh, rule.en)) if kind is TypeKind.DOCUMENT else (rule.zh, rule.en)
