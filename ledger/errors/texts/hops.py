"""Sentences of the codes about slips of platforms."""

from __future__ import annotations

from ledger.errors.texts.text import Text

_AGAIN = (
    "勿采信该凭条；向签署它的平台索取原件，或请对方重新转递。",
    "Rely on no such slip: get the one that the platform signed, or have the file carried again.",
)

TEXTS: dict[str, Text] = {
    "HOP_MALFORMED": Text(
        "不是规范的转递凭条（{field}）。",
        "This is no well-formed slip of a platform ({field}).",
        "由平台用 hop sign 签署。",
        "Have the platform sign one with `hop sign`.",
    ),
    "HOP_FILE_NAME": Text(
        "{file} 不是平台转递的文件名。",
        "{file} is not what a file is called that a platform carries.",
        "文件名须为 USE.KIND.json，KIND 为 request、offer、signature、copy 或 refused，不得改名。",
        "It is USE.KIND.json, with request, offer, signature, copy or refused for KIND; rename nothing.",
    ),
    "HOP_FROM": Text(
        "没有说明文件由谁送来，或与上一程（{body}）不符。",
        "It is not said who brought the file, or not as the slip before ({body}) says.",
        "第一程用 --from 写明送来的机构；其后各程由上一张凭条确定。",
        "Name the body with --from on the first hop; on others the slip before says it.",
    ),
    "HOP_AFTER_ONE": Text(
        "--after 是一个文件的凭条，这里有 {files} 个文件。",
        "--after is the slip of one file; there are {files}.",
        "逐个签署，或把上一程的凭条放在各文件旁。",
        "Sign one by one, or put the slips before beside the files.",
    ),
    "HOP_NOT_NEXT": Text(
        "第 {hop} 程的凭条是另一文件的，或不是转给本平台的。",
        "The slip of hop {hop} is of another file, or passed it to another platform.",
        "核对 --after 指定的凭条和文件；文件在路上被改过的，退回上一平台。",
        "Check --after and the file; where the file was altered on the way, hand it back.",
    ),
    "HOP_BACKWARDS": Text(
        "收到的时刻 {at} 早于上一程转出的时刻，或晚于现在。",
        "It came at {at}, which is before it was passed on, or still to come.",
        "校准本机时钟，核对 --received-at。",
        "Set the clock of this machine, and check --received-at.",
    ),
    "HOP_TOO_MANY": Text(
        "一个文件至多经过 {most} 个平台。",
        "A file goes through {most} platforms at most.",
        "缩短路径，或由送方重新送出。",
        "Shorten the way, or have it sent anew.",
    ),
    "HOP_THERE": Text(
        "本平台已为该文件签过凭条（第 {hop} 程，转给 {to}）。",
        "This platform signed for the file already (hop {hop}, to {to}).",
        "一个文件在一个平台只转出一次；转给他方的，另存一份文件和此前的凭条再签。",
        "A platform passes a file on once. To hand it to somebody else, sign beside another copy of the file and "
        "the slips before.",
    ),
    "HOP_FILE": Text(
        "第 {hop} 程的凭条不是这个文件的：文件或凭条被换过、改过。",
        "The slip of hop {hop} is not of this file: one of both was exchanged or altered.",
        *_AGAIN,
    ),
    "HOP_ORDER": Text(
        "第 {hop} 程的凭条接不上前一程。",
        "The slip of hop {hop} does not go on where the one before ended.",
        *_AGAIN,
    ),
    "HOP_ENDS": Text(
        "第 {hop} 程的凭条不是由 {body} 送出，或不是转给 {body} 的。",
        "The slip of hop {hop} should begin or end with {body}, and does not.",
        *_AGAIN,
    ),
    "HOP_TIME": Text(
        "第 {hop} 程凭条的时间（{at}）倒退或尚未到来。",
        "The times of the slip of hop {hop} ({at}) go backwards, or are still to come.",
        *_AGAIN,
    ),
    "HOP_SIGNATURE": Text(
        "第 {hop} 程的凭条不是密钥 {key} 签署的。",
        "The slip of hop {hop} was not signed by the key {key}.",
        *_AGAIN,
    ),
    "HOP_KEY": Text(
        "第 {hop} 程凭条的密钥 {key} 当时不是 {body} 有效的签名密钥。",
        "The key {key} of the slip of hop {hop} was no good signing key of {body} then.",
        "请该机构用已登记的密钥重新转递；密钥失密的，按失密处理。",
        "Have that body carry it again with a registered key; look at its cut-off, if there is one.",
    ),
    "HOP_CUT_OFF": Text(
        "凭条 {path} 尚不完整。",
        "The slip {path} is not whole yet.",
        "平台可能仍在写入：稍后再运行。",
        "The platform may still be writing it: run this again later.",
    ),
    "HOP_NONE": Text(
        "{file} 没有转递凭条。",
        "There are no slips of {file}.",
        "凭条放在文件旁（USE.KIND.hop-1.json 等）；直接用证的没有凭条。",
        "They stand beside the file (USE.KIND.hop-1.json and so on); what went the direct way has none.",
    ),
    "HOP_DAY_EMPTY": Text(
        "本机没有 {body} 在 {day} 签署的凭条。",
        "No slip that {body} signed on {day} is here.",
        "在签署凭条的那个 ELICENSE_HOME 中运行；日期按北京时间。",
        "Run it in the ELICENSE_HOME that signed them; days are counted in Beijing.",
    ),
    "HOP_DAY_THERE": Text(
        "{body} 在 {day} 的凭条已按此公布。",
        "The slips of {body} of {day} are published as they are.",
        "无须再次公布。",
        "There is nothing to publish.",
    ),
    "HOP_NOT_PUBLISHED": Text(
        "凭条 {slip} 不在本机公布过的 {table} 中。",
        "The slip {slip} is under no version of {table} that this home published.",
        "在签署它的平台先运行 hop publish。",
        "Run `hop publish` first, at the platform that signed it.",
    ),
    "HOP_PROOF_MALFORMED": Text(
        "不是规范的凭条证明（{field}）。",
        "This is no well-formed proof of a slip ({field}).",
        "由公布的平台用 hop prove 重新写出。",
        "Have the platform that published write it again with `hop prove`.",
    ),
    "HOP_PROOF_FALSE": Text(
        "证明不成立：凭条不在该日的根之下，或 {body} 没有公布过这样的 {table}。",
        "The proof does not hold: the slip is not under that root, or {body} published no such {table}.",
        "向该平台重新索取；仍不成立的，该凭条未曾公布。",
        "Ask the platform for it again; if that does not hold either, the slip was not published.",
    ),
    "HOP_DAY_VOID": Text(
        "{table} 是用失密的密钥 {key} 公布的，不作数。",
        "{table} was published with the compromised key {key} and does not count.",
        "请该机构用有效密钥重新公布。",
        "Have that body publish it again with a good key.",
    ),
}
