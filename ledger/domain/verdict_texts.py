"""Sentences for verification results and check codes, in Chinese and English."""

from __future__ import annotations

RESULT_TEXTS: dict[str, tuple[str, str]] = {
    "IN_FORCE": (
        "真实且在所问时刻有效，可以采信。",
        "Authentic and in force at the moment asked. You may rely on it.",
    ),
    "AS_HANDED_OUT": (
        "数据集中一行的副本，与提供单位交付时一致；不是证照，内容以提供单位的数据为准。",
        "A row of a data set as its provider handed it out. No license: it is the provider's word.",
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
        "已被吊销，不可采信；处罚决定的文号以加盐摘要记录在案。",
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
        "所出示的内容不符合所要求的范围。",
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
    "CORRECTION_OPEN": (
        "有机构或持证人对部分字段提出疑义，尚未核实；结论不因此改变，请核对所列字段。",
        "Somebody doubts some fields and that is not settled yet. The result stands; check the fields named.",
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
    "CONVERSION_UNSIGNED": (
        "无人为其从纸质证照的转换签名，由谁转换、是否核对不详；重要事项请核对原件。",
        "Nobody signed for the conversion from paper; see the original where it matters.",
    ),
    "CONVERSION_KEY_CUT_OFF": (
        "为转换签名的密钥当时已失密，该签名不可据；重要事项请核对原件。",
        "A key that signed for the conversion was stolen by then; see the original where it matters.",
    ),
    "ORIGIN_NOT_SHOWN": (
        "出示内容不含证照来源（origin）；需要时请要求出示该字段。",
        "Where the license came from is not shown; ask for the field origin where it matters.",
    ),
    "COPY_FOR_GRANTEE": (
        "这是为一个单位的一种用途制作的加注件，由他人出示或用于他途的不得采信（--shown-by 可核对）。",
        "Made for one body and one purpose: no good from anybody else or for anything else (--shown-by).",
    ),
    "ROW_AS_LOADED": (
        "内容是提供单位载入时的状态（见完整性检查的 loadedAt）；此后有无变化，请向提供单位重新申请。",
        "As the provider had it when it was loaded (loadedAt of step 2); ask anew to learn of changes since.",
    ),
    "COPY_USE_PROMISED": (
        "用证尚未上链，提供单位已承诺；期限见证据（promisedUntil），之后请再核验。",
        "The use is not on the ledger yet; the provider says it is promised. See promisedUntil, check again.",
    ),
    "USE_LEFT_UNSIGNED": (
        "用证单位未在时限内签署，这次用证由提供单位单独上链。",
        "The grantee did not sign this use in time; the provider recorded it alone.",
    ),
    "SEAL_NOT_CHECKED": (
        "版式文件的摘要与证照所载一致；电子印章未核验，请用签章软件核验。",
        "The layout file is the one that the license names. Its seal was not checked: use seal software.",
    ),
    "SEAL_REVOKED": (
        "按账本上的印章名录，所载电子印章在签章时已撤销；请向颁发机构核实或取得重新签章的文件。",
        "By a list on the ledger the seal that it names was revoked when it was put on; ask the issuer.",
    ),
    "SEAL_REVOKED_BEFORE_RECORD": (
        "所载电子印章在证照上链之前已撤销；签章在撤销之前只是证照自称的，请向颁发机构核实。",
        "The seal was revoked before the license was recorded; only the issuer says that it was used before.",
    ),
    "SEAL_NOT_IN_TERM": (
        "按账本上的印章名录，签章时不在所载电子印章的有效期内；请向颁发机构核实。",
        "By a list on the ledger the seal was not in its term when it was put on; ask the issuer.",
    ),
    "SEAL_NOT_LISTED": (
        "颁发机构的印章名录里没有所载的电子印章；请向颁发机构核实。",
        "The issuer's list of seals does not have the one that it names; ask the issuer.",
    ),
    "SEAL_LIST_NOT_HERE": (
        "账本上有印章名录，其内容不在本机，未能核对所载电子印章；请取得后用 seal keep 收入本机。",
        "The text of a list of seals is not here, so the seal was not looked up; `seal keep` takes it in.",
    ),
    "SEAL_DIFFERS": (
        "证照所载的印章证书摘要或管理规则与印章名录不同；请向颁发机构核实。",
        "What it says of its seal's certificate or policy is not what the list says; ask the issuer.",
    ),
    "GRANT_WITHDRAWN_SINCE": (
        "提供之后授权已被撤回；继续使用前请重新申请。",
        "The grant was withdrawn after this was handed out; ask again before it is used further.",
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
    "DERIVED_MISMATCH": (
        "遮盖字段或派生字段与其来源字段不符：颁发机构所签的值不是按类型定义的规则得出的。",
        "A masked or derived field does not follow from its source by the rule of the license type.",
    ),
    "KIND_MISMATCH": (
        "种类与其类型的定义不符：证照冒充公文，或公文冒充证照。",
        "It is of another kind than its type: a license made out as an official document, or the reverse.",
    ),
    "LEAF_MISMATCH": (
        "证照的叶子与路径到不了所签的批次根。",
        "The leaf and its path do not lead to the batch's signed root.",
    ),
    "MESSAGE_MISMATCH": ("签名报文与其内容不符。", "The signed message does not match its struct."),
    "BAD_CONVERSION": (
        "转换人或核对人的签名不成立，或不齐。",
        "A signature for the conversion from paper does not hold, or is missing.",
    ),
    "CONVERSION_KEY": (
        "为转换签名的密钥不是所称机关当时有效的签名密钥。",
        "A key that signed for the conversion from paper was no signing key of the body named.",
    ),
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
    "STALE_HEAD": (
        "节点的链头过旧，无法回答“现在”或所问的知悉时刻。",
        "The node's head is too old to answer about now, or about what is known at the moment asked.",
    ),
    "BAD_PROOF": ("节点给出的证明不成立。", "The node's proof does not hold."),
    "TRUST_NOT_REACHED": ("未达到要求的信任级别。", "The trust level asked for was not reached."),
    "REGION_UNKNOWN": ("所问地区未在账本登记。", "The region asked is not registered on this ledger."),
    "NOT_ASKED": ("未要求此项检查。", "This was not asked for."),
    "NOT_PRESENTED": ("这是文件核验，没有现场出示。", "A file was checked; nobody presented it."),
    "NO_LICENSE": (
        "这是数据集中的一行，不是证照：没有颁发机构的签名和状态；提供单位与依据见第 9 项。",
        "A row of a data set, no license: no issuer's signature, no status. For its provider see step 9.",
    ),
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
    "COPY_LABELLED": (
        "加注件带有提供单位签名的标签，与账本上的授权一致。",
        "Its provider's label holds, and says what the grant on the ledger says.",
    ),
    "LAYOUT_OF_ANOTHER": (
        "版式文件不是该证照所载的那一份：SM3 不符。",
        "The layout file is not the one that the license names: its SM3 is another.",
    ),
    "COPY_ALTERED": (
        "加注件被改动过；另存或打印成 PDF 也会改动，请取原样文件。",
        "The copy was altered; saving it anew or printing it to PDF alters it, too.",
    ),
    "COPY_EXPIRED": ("加注件已到期。", "The copy is past its end."),
    "COPY_NOT_THEIRS": (
        "加注件不是为出示单位制作的。",
        "The copy was not made for the body that shows it.",
    ),
    "LABEL_SIGNATURE_BAD": ("数据标签的签名不成立。", "The signature of the label does not hold."),
    "LABEL_OF_ANOTHER": ("数据标签属于另一份加注件。", "The label belongs to another copy."),
    "PROVIDER_UNKNOWN": (
        "签发标签的密钥未登记为提供单位的签名密钥。",
        "The key of the label is not registered as a signing key of the providing body.",
    ),
    "PROVIDER_KEY_NOT_VALID": (
        "提供单位的密钥不在有效期，或已被宣布失密；请重新申请加注件。",
        "The provider's key is not valid now, or was declared compromised; ask for a new copy.",
    ),
    "PROVIDER_NOT_ENTITLED": (
        "签发标签的单位不是该资源的提供方。",
        "The body of the label does not provide this resource.",
    ),
    "GRANT_UNKNOWN": ("账本没有加注件所称的授权。", "The ledger knows no grant that the copy names."),
    "GRANT_MISMATCH": (
        "账本上的授权与标签不一致。",
        "The grant on the ledger says something else than the label.",
    ),
    "GRANT_NOT_IN_EFFECT": (
        "制作加注件时授权不在效力之中：未生效、已到期、已撤回或被拒绝。",
        "The grant gave no right when the copy was made: not yet, no longer, withdrawn or refused.",
    ),
    "COPY_TOO_BROAD": (
        "加注件含有授权或所记用证之外的字段，不得采信。",
        "The copy has a field that its grant, or the use on the ledger, does not cover.",
    ),
    "COPY_NOT_RECORDED": (
        "账本上没有这次用证，加注件在账外提供，不得采信。",
        "The ledger has no such use: the copy was handed out beside the ledger.",
    ),
    "USE_MISMATCH": (
        "账本上的用证与标签不一致。",
        "The use on the ledger says something else than the label.",
    ),
    "USE_NOT_YET_RECORDED": (
        "用证尚未上链，期限未到（recordedUntil），之后再核验。",
        "The use is not on the ledger yet; there is time until recordedUntil. Check again then.",
    ),
    "USE_IN_BATCH": (
        "这次用证可能记在一批之中，或与其他用证一并记为未签署，凭加注件本身查不到；请附上回执（--receipt）。",
        "The use may stand in a batch, or as unsigned under a root: bring the receipt (--receipt).",
    ),
    "HANDOUT_NOT_THEIRS": (
        "附上的交付文件不是这次用证、这份加注件的。",
        "No handout brought along is the one of the recorded use and of this copy.",
    ),
    "RECEIPT_NOT_THEIRS": (
        "回执不是提供单位为这份加注件签署的。",
        "The receipt is not one that the provider signed for this copy.",
    ),
    "FIELDS_OUT_OF_SCOPE": ("出示的字段与要求不符。", "The fields shown are not the ones asked for."),
}

SCOPE_TEXTS: dict[str, tuple[str, str]] = {
    "FIELDS_MISSING": (
        "少于所要求的：要求的字段没有全部出示。",
        "It is too little: not every field that was asked for is shown.",
    ),
    "FIELDS_NOT_ASKED": (
        "多于所要求的：出示了没有要求的字段。",
        "It is too much: fields are shown that were not asked for.",
    ),
    "LICENSE_NOT_ASKED": (
        "多于所要求的：出示的证照中有没有要求的。",
        "It is too much: a license is shown of which nothing was asked for.",
    ),
}
"""Which way a presentation is out of scope, by the reason of the finding."""
