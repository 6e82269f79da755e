"""What people read for a code: one table for each list of codes, in Chinese and English.

JSON keeps the codes; cards, lists and tables show these words. Sentences for results and flags stand in
`verdict_texts`, grounds in `acts`, acts with their rules, capacities in `competent`.
"""

from __future__ import annotations

from collections.abc import Mapping

Words = Mapping[str, tuple[str, str]]

# --- licenses -----------------------------------------------------------------------------------

STATUS: Words = {
    "UNKNOWN": ("未知", "unknown"),
    "NOT_ANCHORED": ("账本无记录", "not on the ledger"),
    "IN_FORCE": ("有效", "in force"),
    "NOT_YET": ("尚未生效", "not yet in force"),
    "EXPIRED": ("过期", "expired"),
    "SUSPENDED": ("暂扣或中止", "suspended"),
    "SUPERSEDED": ("被取代", "superseded"),
    "ANNULLED": ("已撤销", "annulled"),
    "WITHDRAWN": ("已撤回", "withdrawn"),
    "REVOKED": ("已吊销", "revoked"),
    "CANCELLED": ("已注销", "cancelled"),
    "VOIDED": ("已作废", "voided"),
    "KEY_COMPROMISED": ("密钥失密，无效", "key compromised, void"),
}
"""Where a license stands."""

RESULT: Words = {
    **{code: words for code, words in STATUS.items() if code != "UNKNOWN"},
    "AS_HANDED_OUT": ("与交付时一致", "as handed out"),
    "NOT_RECOGNIZED_HERE": ("在此地不予认可", "not recognized here"),
    "ISSUER_UNKNOWN": ("颁发机构未登记", "issuer unknown"),
    "ISSUER_NOT_ENTITLED": ("颁发机构无权颁发", "issuer not entitled"),
    "TAMPERED": ("被改动过", "tampered"),
    "STALE_PRESENTATION": ("亮证已失效", "stale presentation"),
    "OUT_OF_SCOPE": ("不符合所要求的范围", "out of scope"),
    "MALFORMED": ("无法读取", "malformed"),
    "COULD_NOT_CHECK": ("未能核验", "could not check"),
}
"""What a verification comes to."""

FLAG: Words = {
    "HOLDER_UNBOUND": ("未绑定设备", "holder unbound"),
    "HOLDER_FROZEN": ("绑定已冻结", "holder frozen"),
    "ACT_ANNOUNCED": ("将有变化", "act announced"),
    "CORRECTION_OPEN": ("有疑义", "correction open"),
    "COLLECTED": ("归集", "collected"),
    "CONVERTED_CHECKED": ("纸质转换，已核对", "converted, checked"),
    "CONVERTED_UNCHECKED": ("纸质转换，未核对", "converted, unchecked"),
    "CONVERSION_UNSIGNED": ("转换无人签名", "conversion unsigned"),
    "CONVERSION_KEY_CUT_OFF": ("转换密钥失密", "conversion key cut off"),
    "ORIGIN_NOT_SHOWN": ("来源未出示", "origin not shown"),
    "COPY_FOR_GRANTEE": ("加注件，限一个单位", "copy for its grantee"),
    "ROW_AS_LOADED": ("载入时的数据", "row as loaded"),
    "COPY_USE_PROMISED": ("用证待上链", "use promised"),
    "USE_LEFT_UNSIGNED": ("用证单位未签", "use left unsigned"),
    "SEAL_NOT_CHECKED": ("印章未核验", "seal not checked"),
    "SEAL_REVOKED": ("印章已撤销", "seal revoked"),
    "SEAL_REVOKED_BEFORE_RECORD": ("上链前印章已撤销", "seal revoked before the record"),
    "SEAL_NOT_IN_TERM": ("印章不在有效期", "seal not in its term"),
    "SEAL_NOT_LISTED": ("印章不在名录", "seal not listed"),
    "SEAL_LIST_NOT_HERE": ("印章名录不在本机", "list of seals not here"),
    "SEAL_DIFFERS": ("印章信息不一致", "seal differs from its list"),
    "GRANT_WITHDRAWN_SINCE": ("授权已撤回", "grant withdrawn since"),
    "SUCCESSOR_UNPROVED": ("后继合约未证明", "successor unproved"),
}
"""What stands beside a result, in a list; a card has the sentence."""

STEP: Words = {
    "FORM": ("形式", "form"),
    "INTEGRITY": ("完整性", "integrity"),
    "SIGNATURE": ("签名", "signature"),
    "ISSUER": ("颁发机构", "issuer"),
    "ANCHOR": ("上链", "anchor"),
    "STATUS": ("状态", "status"),
    "RECOGNITION": ("互认", "recognition"),
    "HOLDER": ("持证人", "holder"),
    "BASIS": ("用证依据", "basis"),
}
"""The nine checks of a verification."""

SUBJECT: Words = {
    "LICENSE": ("证照", "license"),
    "COPY": ("副本", "copy"),
    "PRESENTATION": ("亮证", "presentation"),
    "UNREAD": ("未能读取", "unread"),
}
"""What was verified."""

SCOPE: Words = {"NATIONAL": ("全国通用", "national"), "REGIONAL": ("区域适用", "regional")}
"""Where licenses of a type hold."""

TYPE_KIND: Words = {"LICENSE": ("证照", "licenses"), "DOCUMENT": ("公文", "official documents")}
"""What is of a type."""

PURPOSE: Words = {
    "SIGN": ("签名", "signing"),
    "GOVERN": ("治理", "governing"),
    "RECOVER": ("恢复", "recovery"),
    "ENCRYPT": ("加密", "encryption"),
}
"""What a key is for."""

CHECKED_BY: Words = {
    "issuer-counter": ("颁发机构窗口核验", "at the issuer's counter"),
    "issuer-online": ("颁发机构网上核验", "online by the issuer"),
    "identity-provider": ("身份认证机构核验", "by an identity provider"),
}
"""How a holder's name was checked before a device was bound."""

CONTRACT_STANDING: Words = {
    "CURRENT": ("现行", "current"),
    "BEHIND": ("本版本落后", "behind"),
    "CLOSED": ("已关闭", "closed"),
}
"""Where a contract stands among those that took its place."""

UNCOMPARED: Words = {
    "ENVELOPE_MISSING": ("证照文件不在本机", "license file missing"),
    "ENVELOPE_TAMPERED": ("证照文件被改动过", "license file tampered"),
}
"""Why a license could not be compared with its source."""

RETENTION_BASIS: Words = {"LAW": ("法律法规", "law"), "OWN": ("本机关规定", "own rule")}
"""What prescribes how long documents are kept."""

# --- what is shared -----------------------------------------------------------------------------

SHARING: Words = {
    "UNCONDITIONAL": ("无条件共享", "unconditional"),
    "CONDITIONAL": ("有条件共享", "conditional"),
    "NOT_SHARED": ("不予共享", "not shared"),
    "OPEN": ("开放", "open"),
}
"""How a type or a resource is shared."""

RESOURCE_KIND: Words = {"LICENSE_TYPE": ("证照", "licenses of a type"), "DATA_SET": ("数据集", "data set")}
"""What a resource is made of."""

BASE_LIBRARY: Words = {
    "NONE": ("无", "none"),
    "POPULATION": ("人口", "population"),
    "LEGAL_PERSONS": ("法人", "legal persons"),
    "GEOGRAPHY": ("自然资源和空间地理", "geography"),
    "LICENSES": ("电子证照", "licenses"),
    "CREDIT": ("社会信用", "credit"),
}
"""The base library that a resource is part of."""

PROBE: Words = {
    "MATCHED": ("样本相符", "the sample matched"),
    "DIFFERENT": ("样本不符", "the sample differs"),
    "SILENT": ("没有应答", "nothing answered"),
}
"""What a probe found."""

INTERFACE_STATUS: Words = {
    "offered": ("开放调用", "offered"),
    "suspended": ("暂停", "suspended"),
    "retired": ("已停用", "retired"),
}
"""Whether an interface may be called."""

HOW: Words = {
    "collected": ("采集", "collected"),
    "received": ("共享取得", "received"),
    "derived": ("加工得出", "derived"),
    "issued": ("自行核发", "issued"),
}
"""How a field of a resource comes about."""

ORIGIN_STANDING: Words = {
    "KNOWN": ("来源已声明", "origin declared"),
    "NOT_HERE": ("本机没有其来源文件", "its file is not here"),
    "NOT_DECLARED": ("未声明来源", "no origins declared"),
    "FIELD_UNKNOWN": ("来源文件没有此字段", "not in its file"),
    "RESOURCE_UNKNOWN": ("账本没有此资源", "no such resource"),
}
"""What is known of where a field comes from."""

EDITION_STANDING: Words = {
    "CURRENT": ("现行", "current"),
    "SUPERSEDED": ("已有新版", "superseded"),
    "NOT_YET": ("未到起用时间", "not yet"),
    "WITHDRAWN": ("已撤回", "withdrawn"),
    "KEY_COMPROMISED": ("签发密钥失密，无效", "key compromised"),
}
"""Where an edition of open data stands."""

TABLE_STANDING: Words = {
    "IN_EFFECT": ("现行有效", "in effect"),
    "NOT_YET": ("尚未起用", "not yet"),
    "SUPERSEDED": ("已有新版", "superseded"),
}
"""Where a version of a code table stands."""

SEAL_STANDING: Words = {
    "GOOD": ("有效", "good"),
    "REVOKED": ("已撤销", "revoked"),
    "NOT_IN_TERM": ("不在有效期", "not in its term"),
    "NOT_LISTED": ("不在名录", "not listed"),
    "LIST_NOT_HERE": ("名录不在本机", "the list is not here"),
    "NO_LIST": ("没有名录", "no list"),
}
"""What lists of electronic seals say of one."""

SEAL_REASON: Words = {
    "keyCompromise": ("密钥失密", "key compromise"),
    "affiliationChanged": ("单位变更", "affiliation changed"),
    "superseded": ("已换发", "superseded"),
    "cessationOfOperation": ("停止使用", "cessation of operation"),
    "unspecified": ("未说明", "unspecified"),
}
"""Why a seal was revoked."""

MATERIAL: Words = {
    "ORIGINAL_NEEDED": ("须交原件", "the original is needed"),
    "NOT_ON_THE_LEDGER": ("账本上没有此类材料", "not on the ledger"),
    "NO_LICENSE_AT_HAND": ("手头没有此证照", "no such license at hand"),
    "RESOURCE_UNKNOWN": ("资源未登记", "resource unknown"),
    "NOT_SHARED": ("资源不予共享", "not shared"),
    "SHARED": ("共享取得", "shared"),
    "NOT_RECOGNIZED_HERE": ("在此地不予认可", "not recognized here"),
    **{code: words for code, words in STATUS.items() if code not in ("UNKNOWN", "NOT_ANCHORED")},
}
"""Why a material has to be brought, or need not."""

# --- grants, uses, corrections ------------------------------------------------------------------

BASIS: Words = {"DUTY": ("依职能", "by duty"), "CONSENT": ("依授权", "by consent")}
"""By what right data are used."""

DUTY_KIND: Words = {"SHARE": ("共享", "share"), "FLOW_BACK": ("回流", "flow back")}
"""What an item of a responsibility list asks for."""

OUTCOME: Words = {"YES": ("同意", "yes"), "NO": ("不同意", "no")}
"""How a request was decided."""

GRANT_STANDING: Words = {
    "UNKNOWN": ("未知", "unknown"),
    "REFUSED": ("未获同意", "refused"),
    "WITHDRAWN": ("已撤回", "withdrawn"),
    "PENDING": ("办理中", "pending"),
    "NOT_YET": ("尚未生效", "not yet in effect"),
    "OVER": ("已到期", "over"),
    "KEY_COMPROMISED": ("密钥失密", "key compromised"),
    "USED_UP": ("次数用尽", "used up"),
    "IN_EFFECT": ("生效", "in effect"),
}
"""Where a grant stands."""

CODE_OF: Words = {
    "body": ("机构", "body"),
    "by": ("作出方", "who signs"),
    "code": ("资源", "resource"),
    "demander": ("提出方", "who demands"),
    "grantee": ("使用方", "grantee"),
    "item": ("事项", "matter"),
    "license": ("许可条件", "license of the data"),
    "mediaType": ("媒体类型", "media type"),
    "name": ("代码表", "code table"),
    "owner": ("所有者", "owner"),
    "prober": ("探测方", "who probes"),
    "publisher": ("发布方", "publisher"),
    "purpose": ("用途", "purpose"),
}
"""Of what a code is, where it is written wrongly."""

REQUEST_MEMBER: Words = {
    "grantee": ("使用方", "who asks"),
    "grantee/name": ("使用方名称", "the name of who asks"),
    "owner": ("资源所有者", "owner of the resource"),
    "code": ("资源代码", "code of the resource"),
    "fieldList": ("字段清单", "list of fields"),
    "fields": ("字段", "fields"),
    "basis": ("依据", "basis"),
    "purpose": ("用途代码", "code of the purpose"),
    "purposeDigest": ("用途文字", "words of the purpose"),
    "item": ("事项", "matter"),
    "licenseId": ("证照", "license"),
    "since": ("起始时间", "start"),
    "until": ("截止时间", "end"),
    "count": ("次数", "how often"),
}
"""What of a request to a holder the ledger tells otherwise."""

GRANT_ACT: Words = {
    "NOTICE": ("一次告知", "told what is missing"),
    "DECISION": ("决定", "decided"),
    "REVIEW": ("复核", "reviewed"),
    "CONSENT": ("持证人同意", "the holder consented"),
    "WITHDRAWAL": ("撤回授权", "withdrawn"),
    "CONSENT_WITHDRAWAL": ("持证人撤回同意", "the holder took the consent back"),
}
"""A step of a grant."""

GRANT_NEED: Words = {
    "DECISION": ("决定", "decide"),
    "REVIEW": ("复核", "review"),
    "CONSENT": ("同意", "consent"),
}
"""What a grant waits for."""

USE_KIND: Words = {
    "DATA": ("用证", "use"),
    "LOCATE": ("查找证照", "lookup"),
    "BATCH": ("用证合批", "batch"),
    "REFUSED": ("拒绝", "refused"),
}
"""What a record of uses holds."""

USE_ANSWER: Words = {
    "OFFERED": ("已应答", "offered"),
    "HANDED_OUT": ("已交付", "handed out"),
    "REFUSED": ("拒绝", "refused"),
    "WAITING": ("待处理", "waiting"),
}
"""What became of a request that a platform carried."""

REFUSAL: Words = {
    "GRANT_ENDED": ("授权已终止", "grant ended"),
    "GRANT_PENDING": ("授权尚在办理", "grant pending"),
    "GRANT_NOT_YET": ("授权尚未生效", "grant not yet in effect"),
    "GRANT_OVER": ("授权已到期", "grant over"),
    "GRANT_EXHAUSTED": ("授权次数用尽", "grant used up"),
    "GRANT_KEY_COMPROMISED": ("授权所用密钥失密", "key of the grant compromised"),
    "FIELDS_NOT_ALLOWED": ("字段超出授权", "fields not allowed"),
    "OTHER_GRANT": ("不是此授权", "another grant"),
    "GRANT_OTHER_LICENSE": ("不是授权所涉证照", "another license"),
    "GRANT_PURPOSE_OTHER": ("用途与授权不符", "another purpose"),
    "READER_KEY_OTHER": ("加密密钥未登记", "another encryption key"),
    "USE_CODE_OTHER": ("用证码不属于此授权", "another's use code"),
    "USE_CODE_OVER": ("用证码已过期", "use code over"),
    "UNKNOWN_LICENSE": ("没有此证照", "license unknown"),
    "DOCUMENT_ERASED": ("文档已删除", "document erased"),
    "ERASURE_UNFINISHED": ("文档正在删除", "erasure unfinished"),
    "HANDOUT_NOTHING": ("没有可提供的内容", "nothing to hand out"),
    "NAME_NOT_REGISTERED": ("名称与登记不符", "name not registered"),
    "USES_UNSIGNED": ("此前用证未签名", "uses left unsigned"),
    "USE_LEFT_UNSIGNED": ("已用证，用证单位未签", "used, left unsigned"),
    "ROW_UNKNOWN": ("没有此行", "row unknown"),
    "ROWS_SPENT": ("查询行数已满", "rows spent"),
    "INTERFACE_QUOTA": ("超出接口限额", "beyond the quota"),
    "SECTOR_NOT_ALLOWED": ("行业规则不允许", "not allowed to the sector"),
    "INTERFACE_NOT_OFFERED": ("接口暂停或已停用", "interface not offered"),
    "ROUTE_NOT_ALLOWED": ("路由不符", "way not allowed"),
    "ROUTE_GRADE": ("超出路由许可级别", "grade not allowed on the way"),
    "STATISTICS_ONLY": ("授权只限统计", "for statistics only"),
    "STATISTICS_NOT_GRANTED": ("授权不含统计", "no grant for statistics"),
}
"""Why a request to use data was refused."""

SECTOR_ANSWER: Words = {
    "NO_RULES": ("没有行业规则", "no rules of sectors"),
    "NOT_GOVERNED": ("行业规则未涉及此资源", "no rule is about it"),
    "ALLOWED": ("行业规则允许", "allowed"),
    "NO_SECTOR": ("该机构不属于任何行业", "the body is in no sector"),
    "SECTOR_OTHER": ("没有规则许可该行业", "no rule for its sector"),
    "BASIS_OTHER": ("依据不符", "another basis"),
    "PURPOSE_OTHER": ("用途不符", "another purpose"),
    "ITEM_OTHER": ("事项不符", "another matter"),
    "GRADE_ABOVE": ("字段等级过高", "fields of a higher grade"),
}
"""What rules of sectors say to a grant."""

SIDE: Words = {"PROVIDER": ("提供方", "provider"), "GRANTEE": ("用证单位", "grantee")}
"""As what a home waits for signatures."""

HOLDER_EVENT: Words = {
    "GRANT_REQUESTED": ("申请使用", "asked to use"),
    "GRANT_DECIDED": ("提供方决定", "the provider decided"),
    "GRANT_REVIEWED": ("提供方复核", "the provider reviewed"),
    "CONSENT_GIVEN": ("您同意", "you consented"),
    "GRANT_WITHDRAWN": ("撤回授权", "withdrawn"),
    "CONSENT_WITHDRAWN": ("您撤回同意", "you took your consent back"),
    "USED": ("使用", "used"),
    "LOCATED": ("查找", "located"),
    "REFUSED": ("被拒绝", "refused"),
    "CORRECTION_OPENED": ("提出校核", "doubted"),
    "CORRECTION_ASKED": ("您申请校核", "you asked for a correction"),
    "CORRECTION_ATTESTED": ("比对不符", "attested not to match"),
    "CORRECTION_ANSWERED": ("校核答复", "the doubt was answered"),
    "CORRECTION_DISPUTED": ("校核争议", "the answer was disputed"),
    "CORRECTION_CONTESTED": ("您申请复核", "you took it to a superior region"),
    "CORRECTION_SETTLED": ("校核裁定", "the dispute was settled"),
}
"""What happened to a holder's data."""

CORRECTION_STATE: Words = {
    "OPEN": ("待答复", "open"),
    "UPHELD": ("予以更正", "upheld"),
    "REJECTED": ("不予更正", "rejected"),
    "DISPUTED": ("争议中", "disputed"),
    "SETTLED_UPHELD": ("裁定予以更正", "settled: upheld"),
    "SETTLED_REJECTED": ("裁定不予更正", "settled: rejected"),
}
"""Where a correction stands."""

CORRECTION_ACT: Words = {
    "OPENED": ("使用方提出校核", "doubted by a body that used it"),
    "ASKED": ("持证人申请校核", "the holder asked"),
    "ATTESTED": ("比对不符，自动提出", "opened by an attestation that does not match"),
    "ANSWERED": ("答复", "answered"),
    "DISPUTED": ("提交争议", "disputed"),
    "CONTESTED": ("持证人申请复核", "the holder contests"),
    "SETTLED": ("裁定", "settled"),
}
"""A step of a correction."""

CORRECTION_NEED: Words = {
    "ANSWER": ("答复", "answer"),
    "SETTLE": ("裁定", "settle"),
    "ACKNOWLEDGE": ("确认知悉", "acknowledge"),
}
"""What a correction waits for."""

PARTY_TEXT: Words = {
    "PURPOSE": ("用途", "purpose"),
    "CASE": ("案号", "case"),
    **GRANT_ACT,
    **CORRECTION_ACT,
}
"""What the words behind a digest say."""

# --- promises, the outbox, supervision ----------------------------------------------------------

PROMISE: Words = {
    "KEPT": ("按时上链", "kept: recorded in time"),
    "LATE": ("迟于承诺时限", "broken: recorded too late"),
    "PENDING": ("尚在时限内", "pending: there is still time"),
    "NOT_RECORDED": ("逾期未上链", "broken: not recorded"),
}
"""What became of a promise."""

MESSAGE_STATE: Words = {
    "ACCEPTED": ("已受理", "accepted"),
    "SENT": ("已发送", "sent"),
    "ANCHORED": ("已上链", "recorded"),
    "REFUSED": ("被拒绝", "refused"),
    "EXPIRED": ("已过期", "ran out"),
}
"""Where an accepted message stands."""

DEADLINE: Words = {
    "ANSWER": ("依规则答复", "answer by rule"),
    "DECISION": ("决定", "decision"),
    "REVIEW": ("复核", "review"),
    "PROVISION": ("提供数据", "provision"),
    "CORRECTION_ANSWER": ("校核答复", "answer to a correction"),
    "ACKNOWLEDGEMENT": ("确认知悉", "acknowledgement"),
    "UPDATE": ("数据更新", "update"),
    "CATALOG_UPDATE": ("目录更新", "catalog update"),
    "EXCEPTION": ("例外续展", "exception"),
    "DUTY": ("责任清单", "responsibility list"),
}
"""What falls due."""

RULE_NUMBER: Words = {
    "ANSWER": ("无条件共享的答复", "answer to what is shared unconditionally"),
    "DECISION": ("有条件共享的决定", "decision on what is shared on conditions"),
    "REVIEW": ("复核", "review"),
    "NOTICE": ("一次告知补正所加", "more after a notice of missing material"),
    "PROVISION": ("提供数据", "provision"),
    "CORRECTION_ANSWER": ("校核答复", "answer to a correction"),
    "ACKNOWLEDGEMENT": ("确认知悉更正", "acknowledgement of a correction"),
    "CATALOG_UPDATE": ("目录更新", "catalog update"),
    "EXTENSION": ("目录更新延期最多", "most days of an extension of that"),
}
"""Numbers of working days that rulebooks name."""

WAITING: Words = {"DEMAND": ("数据需求", "demand"), "DISPUTE": ("校核争议", "dispute")}
"""What is open without a number of days."""

CROSSING: Words = {
    "department": ("跨部门", "departments"),
    "region": ("跨地域", "regions"),
    "level": ("跨层级", "levels"),
    "matter": ("跨业务", "matters"),
}
"""What an exchange crosses."""

CHANNEL: Words = {"direct": ("直接", "direct"), "platform": ("经平台", "over platforms")}
"""How a use reaches the provider."""

HOP_KIND: Words = {
    "request": ("申请", "request"),
    "offer": ("答复", "offer"),
    "signature": ("签名", "signature"),
    "copy": ("副本", "copy"),
    "refused": ("拒绝", "refusal"),
}
"""The files of a use that a platform carries."""

HEAD_OUTCOME: Words = {
    "HOLDS": ("一致", "holds"),
    "DIFFERS": ("不一致", "differs"),
    "NOT_REACHED": ("该账本尚未到达", "not reached there"),
    "NOT_HERE": ("内容不在本机", "text not here"),
    "UNKNOWN_LEDGER": ("本机没有该账本的信任文件", "no trust file of that ledger here"),
    "UNCHECKED": ("账本无法读取", "ledger could not be read"),
}
"""What became of a head of another ledger that was vouched for."""

REPLAY: Words = {
    "HEAD_MISMATCH": ("链头不符", "head mismatch"),
    "SEQ_GAP": ("序号不连续", "gap in the sequence"),
    "BAD_RECORD": ("记录不合形式", "bad record"),
    "BAD_SIGNATURE": ("签名不成立", "bad signature"),
    "BAD_TREE": ("批次树不成立", "bad tree"),
    "BAD_PROOF": ("证明不成立", "bad proof"),
    "BAD_HEADER": ("区块头不成立", "bad header"),
    "STALE_HEAD": ("链头过旧", "stale head"),
    "WRONG_LEDGER": ("不是此账本", "another ledger"),
    "NOT_ENTITLED": ("无权办理", "not entitled"),
    "DUPLICATE_ID": ("编号重复", "duplicate id"),
}
"""What replay finds."""

CODE_PART: Words = {
    "root": ("根标识", "root"),
    "type": ("证照类型", "type"),
    "issuer": ("颁发机构", "issuer"),
    "serial": ("流水号", "serial"),
    "version": ("版本", "version"),
    "check": ("校验位", "check"),
    "registrationAuthority": ("登记管理部门", "registrationAuthority"),
    "organisationClass": ("机构类别", "organisationClass"),
    "region": ("地区", "region"),
    "regionName": ("地区名称", "regionName"),
    "organisationCode": ("主体标识码", "organisationCode"),
    "birthDate": ("出生日期", "birthDate"),
    "sequence": ("顺序码", "sequence"),
    "code": ("代码", "code"),
    "name": ("名称", "name"),
    "level": ("层级", "level"),
    "superior": ("上级", "superior"),
}
"""The parts of identifiers and codes."""

RIGHT: Words = {
    "OWNER": ("归属权", "owner"),
    "USE": ("使用权", "right of use"),
    "BENEFIT": ("收益权", "benefit"),
}
"""Whose rights a use met."""

MESSAGE: Words = {
    "Found": ("建账", "founding"),
    "NameContract": ("合约命名", "contract named"),
    "Seal": ("封存", "seal"),
    "SetThreshold": ("设定门槛", "threshold"),
    "Succeed": ("合约承继", "contract succeeded"),
    "AddRegion": ("增加地区", "region added"),
    "SucceedRegion": ("地区承继", "region succeeded"),
    "AddOrganisation": ("登记机构", "organisation added"),
    "SucceedOrganisation": ("机构承继", "organisation succeeded"),
    "RegisterKey": ("登记密钥", "key registered"),
    "EndKey": ("终止密钥", "key ended"),
    "CutOffKey": ("宣布失密", "key cut off"),
    "RotateKey": ("更换密钥", "key rotated"),
    "RecoverKey": ("恢复密钥", "key recovered"),
    "AddRelay": ("增加提交账户", "relay added"),
    "EndRelay": ("停用提交账户", "relay ended"),
    "RegisterType": ("登记类型", "type registered"),
    "Entitle": ("授予颁发权", "entitlement"),
    "EndEntitlement": ("终止颁发权", "entitlement ended"),
    "Recognize": ("互认", "recognition"),
    "EndRecognition": ("终止互认", "recognition ended"),
    "Empower": ("授予职权", "power given"),
    "EndPower": ("终止职权", "power ended"),
    "Issue": ("签发", "issue"),
    "Amend": ("变更", "amendment"),
    "Act": ("办理", "act"),
    "Bind": ("绑定", "binding"),
    "Freeze": ("冻结绑定", "freeze"),
    "TransferOut": ("转出", "transfer out"),
    "IssueBatch": ("批量签发", "batch"),
    "RenewBatch": ("批量延续", "renewal"),
    "Represent": ("登记代理", "representation"),
    "EndRepresentation": ("终止代理", "representation ended"),
    "RegisterResource": ("登记资源", "resource"),
    "Mount": ("声明挂接", "mount"),
    "Probe": ("探测", "probe"),
    "NameLibraryWriter": ("指定写入机构", "library writer"),
    "Demand": ("数据需求", "demand"),
    "Offer": ("响应需求", "offer"),
    "MatchDemand": ("需求满足", "demand matched"),
    "SetDuty": ("责任清单", "duty"),
    "SetCodeTable": ("代码表", "code table"),
    "RequestGrant": ("申请授权", "grant requested"),
    "NoticeGrant": ("一次告知", "notice"),
    "DecideGrant": ("授权决定", "decision"),
    "ReviewGrant": ("授权复核", "review"),
    "ConsentGrant": ("持证人同意", "consent"),
    "WithdrawGrant": ("撤回授权", "grant withdrawn"),
    "WithdrawConsent": ("撤回同意", "consent withdrawn"),
    "DelegateGrant": ("转授", "delegation"),
    "Use": ("用证", "use"),
    "UseBatch": ("用证合批", "batch of uses"),
    "RefuseUse": ("拒绝用证", "refusal"),
    "RefuseBatch": ("拒绝合批", "batch of refusals"),
    "OpenCorrection": ("提出校核", "correction opened"),
    "AskCorrection": ("申请校核", "correction asked"),
    "Attest": ("多元校核", "attestation"),
    "AnswerCorrection": ("校核答复", "correction answered"),
    "DisputeCorrection": ("校核争议", "correction disputed"),
    "ContestCorrection": ("申请复核", "correction contested"),
    "SettleCorrection": ("校核裁定", "correction settled"),
    "AcknowledgeCorrection": ("确认知悉", "acknowledgement"),
    "RegisterItem": ("登记事项", "item"),
    "EndItem": ("终止事项", "item ended"),
    "TellRepeat": ("持证人报告重复提交", "repeat told"),
    "ReportRepeat": ("报告重复提交", "repeat reported"),
    "PublishEdition": ("发布版次", "edition"),
    "WithdrawEdition": ("撤回版次", "edition withdrawn"),
    "Declare": ("资源声明", "declaration"),
}
"""What bodies sign for the ledger."""

BOOLEAN: Words = {"True": ("是", "yes"), "False": ("否", "no")}
"""Whether something is so."""


def word(words: Words, code: object, language: str) -> str:
    """What people read for a code, in `zh` or `en`; a code that no list has is told as it is.

    Example:
        >>> word(SHARING, "CONDITIONAL", "zh"), word(SHARING, "NEW", "zh"), word(SHARING, None, "zh")
        ('有条件共享', 'NEW', '')
    """
    if code is None:
        return ""
    found = words.get(str(code))
    return str(code) if found is None else found[language != "zh"]
