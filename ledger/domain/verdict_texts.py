"""Sentences for verification results and check codes, in Chinese and English."""

from __future__ import annotations

RESULT_TEXTS: dict[str, tuple[str, str]] = {
    "IN_FORCE": (
        "真实且在所问时刻有效，可以采信。",
        "Authentic and in force at the moment asked. You may rely on it.",
    ),
    "NOT_YET": (
        "尚未到有效期起始日，请在起始日之后再核验。",
        "Its validity has not begun. Check again from its first day.",
    ),
    "EXPIRED": (
        "已过有效期，请持证人办理延续或换发。",
        "Its validity has ended. Ask the holder for a renewed license.",
    ),
    "SUSPENDED": (
        "正被暂扣或中止，暂不可采信；恢复后再核验。",
        "Suspended for now. Do not rely on it until it is resumed; check again then.",
    ),
    "SUPERSEDED": (
        "已被新版本取代，请出示新版本。",
        "A newer version took its place. Ask for that one.",
    ),
    "ANNULLED": (
        "已被撤销，依法自始不发生效力，不可采信；请联系颁发机构。",
        "Annulled: by law it counts as never given. Do not rely on it; contact the issuing authority.",
    ),
    "WITHDRAWN": (
        "已被撤回，自撤回生效起不可采信。",
        "Withdrawn by the authority. Do not rely on it from that moment on.",
    ),
    "REVOKED": (
        "已被吊销，不可采信；处罚决定见记录中的文号承诺。",
        "Revoked as a penalty. Do not rely on it; the decision is referenced in the record.",
    ),
    "CANCELLED": (
        "已被注销，不可采信。",
        "Cancelled. Do not rely on it.",
    ),
    "VOIDED": (
        "该份证照已作废，权利由补发的证照承接，请出示补发件。",
        "This document was voided; the right goes on in its reissue. Ask for the reissued one.",
    ),
    "KEY_COMPROMISED": (
        "签发所用密钥在签发时已失密，该证照无效；请颁发机构重新签发。",
        "The signing key was compromised when it was issued. Ask the authority to issue it again.",
    ),
    "NOT_RECOGNIZED_HERE": (
        "证照真实，但该类型在所问地区没有互认依据；请改用其他材料或联系主管部门。",
        "Authentic, but no agreement recognises this type in the region asked. Ask for other evidence.",
    ),
    "ISSUER_UNKNOWN": (
        "颁发机构或其密钥未在账本登记，不可采信。",
        "The issuer or its key is not registered on this ledger. Do not rely on it.",
    ),
    "ISSUER_NOT_ENTITLED": (
        "颁发机构在签发时无权颁发该类型，不可采信；请报告监督机构。",
        "The issuer was not entitled to this type when it issued. Do not rely on it; report it.",
    ),
    "TAMPERED": (
        "内容、摘要或签名不一致，文件被改动过，不可采信；请持证人重新取得原件。",
        "Content, digest or signature do not agree: the file was altered. Ask for the original.",
    ),
    "NOT_ANCHORED": (
        "账本在所问时刻没有该证照的记录，不可采信；新签发的请稍后再试。",
        "The ledger held no record of it at the moment asked. If it is new, try again shortly.",
    ),
    "STALE_PRESENTATION": (
        "出示已过期、已被使用或不是回应本次核验的，请持证人重新出示。",
        "The presentation is expired, already used, or answers another challenge. Ask for a new one.",
    ),
    "OUT_OF_SCOPE": (
        "所出示的内容超出或不符合所要求的范围。",
        "What is shown does not fit what was asked for.",
    ),
    "MALFORMED": (
        "无法读取：不是规范的证照文件或二维码。",
        "Cannot be read: not a well-formed license file or QR code.",
    ),
    "COULD_NOT_CHECK": (
        "有必要的检查无法完成，既不说明有效也不说明无效；请按下列原因处理后重试。",
        "A needed check could not be done. This says neither valid nor invalid; see the reason.",
    ),
}

FLAG_TEXTS: dict[str, tuple[str, str]] = {
    "HOLDER_UNBOUND": ("未绑定持证人设备密钥。", "No holder key is bound."),
    "HOLDER_FROZEN": (
        "持证人设备绑定已冻结，重新绑定前不能亮证；证照本身不受影响。",
        "The binding of the holder's device is frozen; the license itself is not touched.",
    ),
    "ACT_ANNOUNCED": (
        "已登记将来生效的行为，届时证照状态会改变。",
        "Something is recorded that takes effect later and will change where the license stands.",
    ),
    "COLLECTED": (
        "归集自颁发机构原有系统，不是在本账本上直接签发。",
        "Collected from a system of the issuer; not issued on this ledger in the first place.",
    ),
    "CONVERTED_CHECKED": (
        "由纸质证照转换而来，已与原件核对。",
        "Converted from a paper license and checked against it.",
    ),
    "CONVERTED_UNCHECKED": (
        "由纸质证照转换而来，未与原件核对；重要事项请核对原件。",
        "Converted from a paper license that nobody checked it against; see the original where it matters.",
    ),
    "ORIGIN_NOT_SHOWN": (
        "出示内容不含证照来源（origin）；需要时请要求出示该字段。",
        "Where the license came from is not shown; ask for the field origin where it matters.",
    ),
    "SUCCESSOR_UNPROVED": (
        "账本的合约已有后继，去向仅凭节点所说；要证明请用 --trust state。",
        "A contract was succeeded, and only the node says by which; --trust state has it proved.",
    ),
}
"""What stands beside a result without changing it."""

CODE_TEXTS: dict[str, tuple[str, str]] = {
    "OK": ("通过。", "Held."),
    **RESULT_TEXTS,
    "DIGEST_MISMATCH": ("内容与内容摘要不符。", "The content does not match its digest."),
    "FACE_MISMATCH": ("照面信息与签名内容不符。", "The document says something else than what was signed."),
    "LEAF_MISMATCH": (
        "证照的叶子与路径到不了所签的批次根。",
        "The leaf and its path do not lead to the batch's signed root.",
    ),
    "MESSAGE_MISMATCH": ("签名报文与其内容不符。", "The signed message does not match its struct."),
    "BAD_SIGNATURE": ("SM2 签名不成立。", "The SM2 signature does not hold."),
    "KEY_UNKNOWN": (
        "签名密钥未登记，签名无从核对。",
        "The signing key is not registered, so its signature cannot be checked.",
    ),
    "KEY_NOT_OF_ISSUER": ("签名密钥不属于颁发机构。", "The signing key is not one of the issuer's."),
    "OUTSIDE_MANDATE": (
        "签名的代办机构当时未获该类型的代办授权。",
        "The signer was an operator of the issuer, but not for this type at that time.",
    ),
    "KEY_NOT_VALID_THEN": (
        "签名密钥在签发时不在有效期或用途不符。",
        "The key was not valid for signing when it was recorded.",
    ),
    "OTHER_CONTRACT": (
        "记录它的合约不是账本受理此类报文的合约。",
        "It was recorded by a contract that is none of those of the ledger that take such messages.",
    ),
    "OTHER_LEDGER": ("该证照属于另一账本。", "The license belongs to another ledger."),
    "ANCHOR_MISMATCH": (
        "账本记录与文件内容不符。",
        "The record on the ledger says something else than the file.",
    ),
    "WRONG_LEDGER": (
        "节点所在的链与信任文件不符。",
        "The node is on another ledger than the trust file names.",
    ),
    "CHAIN_UNREACHABLE": ("节点无法访问。", "No node could be reached."),
    "STALE_HEAD": ("节点的链头过旧，无法回答“现在”。", "The node's head is too old to answer about now."),
    "BAD_PROOF": ("节点给出的证明不成立。", "The node's proof does not hold."),
    "TRUST_NOT_REACHED": ("未达到要求的信任级别。", "The trust level asked for was not reached."),
    "REGION_UNKNOWN": ("所问地区未在账本登记。", "The region asked is not registered on this ledger."),
    "NOT_ASKED": ("未要求此项检查。", "This was not asked for."),
    "NOT_PRESENTED": ("这是文件核验，没有现场出示。", "A file was checked; nobody presented it."),
    "NO_DATA_HANDED_OUT": ("未向外提供数据，无需用证依据。", "No data is handed out, so no basis is needed."),
    "NOT_REACHED": ("前面的检查已失败，无从进行。", "An earlier check failed, so this one has no subject."),
    "HOLDER_UNBOUND": (
        "该证照未绑定持证人设备密钥，请人工核对身份。",
        "No holder key is bound; check the person's identity yourself.",
    ),
    "HOLDER_FROZEN": (
        "该证照的设备绑定已冻结，亮证无效。",
        "The binding of the holder's device is frozen; nothing is shown with it.",
    ),
    "HOLDER_ATTESTED": (
        "持证人由登记机构在窗口核对身份并证明。",
        "A registered body identified the holder at its counter and vouches for it.",
    ),
    "ATTESTER_UNKNOWN": (
        "作证的密钥未登记为任何机构的签名密钥。",
        "The key that vouches is not registered as any body's signing key.",
    ),
    "ATTESTER_KEY_NOT_VALID": (
        "作证机构的密钥不在有效期，或已被宣布失密。",
        "The key of the body that vouches is not valid, or was declared compromised.",
    ),
    "ATTESTATION_NOT_ALLOWED": (
        "核验请求不接受该机构代持证人作证。",
        "The challenge does not accept that this body vouches for the holder.",
    ),
    "REPRESENTED": (
        "由账本登记的代理人代持证人出示。",
        "Shown by somebody who stands in for the holder, as the ledger records.",
    ),
    "NOT_REPRESENTED": (
        "账本上没有登记出示人现可代理持证人。",
        "The ledger does not record that who shows stands in for the holder now.",
    ),
    "REPRESENTATION_ENDED": ("代理已终止。", "The representation has ended."),
    "REPRESENTATION_OUT_OF_SCOPE": (
        "代理范围不包括亮证。",
        "The representation does not extend to showing the license.",
    ),
    "BAD_HOLDER_SIGNATURE": ("持证人签名不成立。", "The holder's signature does not hold."),
    "HOLDER_KEY_MISMATCH": ("出示所用密钥不是绑定的密钥。", "The presenting key is not the bound one."),
    "FIELDS_OUT_OF_SCOPE": ("出示的字段与要求不符。", "The fields shown are not the ones asked for."),
}
