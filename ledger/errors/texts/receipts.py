"""Error texts: receipts of verifications."""

from __future__ import annotations

from ledger.errors.texts.text import Text

TEXTS: dict[str, Text] = {
    "RECEIPT_KEY_NONE": Text(
        "没有可签核验回执的密钥。",
        "There is no key to sign a receipt of the verification with.",
        "命令行请加 --key；服务请由运维方用 --promise-key 配置本机关登记的签名密钥。",
        "Give --key on the command line; a service is started with --promise-key, its body's signing key.",
    ),
    "RECEIPT_KEY_UNREGISTERED": Text(
        "该密钥不是任何机关当前登记有效的签名密钥，不能签核验回执。",
        "The key is no signing key that is registered for a body and good now; it signs no receipt.",
        "使用本机关登记的签名密钥；尚未登记的，先登记。",
        "Use a signing key that is registered for your body, or register it first.",
    ),
    "RECEIPT_KEY_WITHOUT_FILE": Text(
        "--key 只用于签核验回执，未给出 --sign-receipt。",
        "--key is for signing a receipt, and --sign-receipt is missing.",
        "加上 --sign-receipt 文件名，或去掉 --key。",
        "Add --sign-receipt FILE, or leave --key out.",
    ),
    "RECEIPT_OF_LAYOUT": Text(
        "核验回执针对证照文件，{path} 是版式文件。",
        "A receipt is about a license file; {path} is a layout file.",
        "先核验版式文件，再对写明其 SM3 的 .elic.json 证照文件出具回执。",
        "Verify the layout file, then have the receipt for the .elic.json license file that names its SM3.",
    ),
    "RECEIPT_TOO_LONG": Text(
        "一份核验回执最多记 {limit} 个结论，现有 {count} 个。",
        "A receipt takes {limit} verdicts at most; these are {count}.",
        "分几次核验，各出一份回执。",
        "Verify in several runs, with a receipt each.",
    ),
    "RECEIPT_TOO_MANY_MOMENTS": Text(
        "回执所记的核验涉及 {count} 个不同的时刻或区块，一次最多重新核验 {limit} 个。",
        "The receipt is of verifications at {count} different moments or blocks; at most {limit} are verified "
        "again at once.",
        "每次只提供其中一部分文件；同一文件在一份回执里反复出现的，请向核验方要分开的回执。",
        "Bring some of what was verified at a time; where one file stands there many times over, ask the verifier "
        "for receipts of their own.",
    ),
    "RECEIPT_SUBJECT_NEEDED": Text(
        "重新核验须提供当时核验的文件。",
        "To verify again, what was verified is needed.",
        "用 --subject（接口为 subject）提供当时核验的文件、副本或二维码文本。",
        "Bring the file, copy or QR text with --subject (over HTTP `subject`).",
    ),
    "VERIFICATION_RECEIPT_MALFORMED": Text(
        "不是规范的核验回执（{field}）。",
        "This is no well-formed receipt of a verification ({field}).",
        "向出具方重新索取；用证回执请用 `use verify-receipt`。",
        "Ask who gave it for it again; a receipt of a use is for `use verify-receipt`.",
    ),
    "VERIFICATION_RECEIPT_SIGNATURE": Text(
        "核验回执的签名与密钥 {key} 不符，回执已被改动或系伪造。",
        "The receipt was not signed by the key {key}: it was altered or made up.",
        "勿据以主张；向出具方核实。",
        "Do not rely on it; ask the body that is said to have given it.",
    ),
    "VERIFICATION_RECEIPT_KEY": Text(
        "密钥 {key} 在 {time} 不是 {organisation} 登记的有效签名密钥。",
        "The key {key} was no valid signing key of {organisation} at {time}.",
        "该回执无人担保；向该机关核实。",
        "Nobody answers for this receipt; ask that body.",
    ),
    "VERIFICATION_RECEIPT_CUT_OFF": Text(
        "密钥 {key}（{organisation}）自 {cutOff} 起被宣告失控，回执所述时间 {time} 在其后。",
        "The key {key} of {organisation} was declared compromised from {cutOff} on; the receipt says {time}.",
        "勿据以主张；可重新核验原文件。",
        "Do not rely on it; verify the document itself again.",
    ),
    "VERIFICATION_RECEIPT_TIME": Text(
        "核验回执的时间 {at} 尚未到来。",
        "The receipt says that it was made at {at}, which is still to come.",
        "校准时钟；时钟无误的，勿据以主张。",
        "Set the clock; if it is right, do not rely on the receipt.",
    ),
    "VERIFICATION_RECEIPT_HEAD": Text(
        "核验回执所依据的区块 {block}（{hash}）不在本账本上，或晚于回执时间。",
        "The block {block} ({hash}) that the receipt rests on is none of this chain, or came after it.",
        "勿据以主张；向出具方核实其所连节点。",
        "Do not rely on it; ask who gave it which node it was connected to.",
    ),
    "VERIFICATION_RECEIPT_SUBJECT": Text(
        "所提供的文件不是该回执所核验的文件。",
        "What was brought is not what the receipt is about.",
        "提供当时核验的原文件；文件有任何改动都不再相符。",
        "Bring exactly what was verified; whatever was changed is another document.",
    ),
    "VERIFICATION_NOT_REPEATED": Text(
        "现在无法重新核验，账本未能作答。",
        "It cannot be verified again now: the ledger gave no answer.",
        "稍后重试，或换用其他节点。",
        "Try again later, or with another node.",
    ),
    "VERDICT_DIFFERS": Text(
        "重新核验的结论与回执有 {count} 处不同。",
        "Verified again, {count} findings differ from the receipt.",
        "逐项核对 differences；按当时账本应当相同，不同即回执有误或当时未能核全。",
        "Look at `differences`: by what the ledger held then they should agree; if not, the receipt is wrong.",
    ),
}
