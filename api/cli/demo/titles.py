"""What each step of the demo is called, in Chinese and English."""

from __future__ import annotations

TITLES: dict[str, tuple[str, str]] = {
    "wallet": ("持证人开通“我的证照”", "The holder sets up a wallet"),
    "issue-office-shanghai": (
        "上海机关（青浦）签发营业执照",
        "The Shanghai authority issues a business license",
    ),
    "issue-office-zhejiang": (
        "浙江机关签发不动产权证",
        "The Zhejiang authority issues a property certificate",
    ),
    "issue-office-jiangsu": (
        "江苏机关签发二级建造师注册证书",
        "The Jiangsu authority registers a constructor",
    ),
    "issue-office-anhui": ("安徽机关签发安全生产考核证书", "The Anhui authority issues a safety certificate"),
    "verify-national": (
        "嘉善核验上海执照：依法全国有效",
        "Jiashan verifies the business license of Shanghai: national by law",
    ),
    "verify-regional": (
        "嘉善核验江苏证书：依互认协议有效",
        "Jiashan verifies the registration of Jiangsu: under the agreement",
    ),
    "verify-unrecognized": (
        "青浦核验江苏证书：没有协议，不予认可",
        "Qingpu verifies the same one: no agreement, not recognised",
    ),
    "verify-proved": (
        "不信任节点：在指定区块头下以存储证明核验",
        "Without trusting the node: verified by storage proofs under a pinned head",
    ),
    "verify-api": ("经 API 核验；未签名的写请求被拒绝", "Verified by API; an unsigned write is refused"),
    "suspend": ("暂扣安徽证书", "The Anhui certificate is suspended"),
    "resume": ("恢复安徽证书", "It is resumed"),
    "amend": (
        "变更上海执照：新版本取代旧版本",
        "The business license is changed: the new version supersedes",
    ),
    "revoke": ("吊销安徽证书", "The Anhui certificate is revoked"),
    "history": ("吊销前一刻有效，此刻已吊销", "In force a moment before, revoked now"),
    "issue-batch": (
        "江苏一次签发两百份：一个签名、一笔交易",
        "Jiangsu issues two hundred at once: one signature, one transaction",
    ),
    "verify-leaf": (
        "嘉善核验其中一份：凭签名的树根与路径",
        "Jiashan verifies one of them by the signed root and its path",
    ),
    "revoke-leaf": (
        "吊销其中一份，同批的其他证书不受影响",
        "One of them is revoked; its siblings stay in force",
    ),
    "kinds": (
        "更正、延续、换发、补发：每次都是新版本，旧版本从此被取代",
        "Corrected, renewed, replaced, reissued: a new version each time, the old one is superseded",
    ),
    "ends": (
        "撤回、注销、作废：三种不同的终止，各有依据",
        "Withdrawn, cancelled, voided: three ends of different law",
    ),
    "annul": (
        "撤销自始无效：同一天，当时所知为有效，如今所知为已撤销；同批他证不受影响",
        "Annulled from the first day: the same day, as known then and as known now; its sibling stays",
    ),
    "transfer": (
        "江苏转出、浙江转入：旧证暂停后被取代，新证有效",
        "Transferred from Jiangsu to Zhejiang: suspended, then superseded by the taker's own",
    ),
    "transfer-cancel": ("转出后又取消", "A transfer is called off"),
    "freeze": (
        "持证人丢了手机：冻结绑定，证照照常有效",
        "The holder lost the phone: its binding is frozen, the license stays in force",
    ),
    "rebind": ("持证人换了手机：实名核验后绑定新密钥", "The holder has a new phone: a new key is bound"),
    "rotate": (
        "江苏机关更换签名密钥：旧证照照常有效",
        "Jiangsu rotates its key: what the old one signed stays",
    ),
    "stolen": (
        "安徽一处分支机构的密钥被盗：尚无人知，两份都显示有效",
        "The key of a branch in Anhui is stolen: nobody knows yet, both licenses pass",
    ),
    "cut-off": (
        "安徽省声明失密时间：此前签发的有效，此后的无效",
        "The province declares since when: what was issued before stays, what came after is void",
    ),
    "tampered": ("改动一个字的副本被识破", "A copy with one changed character is found out"),
    "duplicate": ("同一标识不能签发两次", "One identifier cannot be issued twice"),
    "not-entitled": ("无权机关签发被合约拒绝", "An authority without the right is refused by the contract"),
    "chain-down": ("节点不通：答“未能核验”，不猜测", "With the chain down: could not check, never a guess"),
    "challenge": ("嘉善窗口请求三个字段", "A counter in Jiashan asks for three fields"),
    "present": ("持证人亮证", "The holder presents a QR code"),
    "scan": ("窗口扫码核验，只见这三个字段", "The counter scans it and sees those three fields only"),
    "replayed": ("同一二维码再扫一次，被拒绝", "The same code a second time is refused"),
    "share": (
        "江苏把注册信息编入资源目录：有条件共享",
        "Jiangsu puts the registrations into the catalog, shared on conditions",
    ),
    "share-ask": (
        "嘉善为办案申请三个字段，以二维码请持证人同意",
        "Jiashan asks for three fields in a case, and the holder for her consent by QR code",
    ),
    "share-approve": ("江苏审核同意，仍待持证人", "Jiangsu approves; the holder's word is still missing"),
    "share-consent": (
        "持证人扫码、与账本核对、签名同意",
        "The holder scans it, holds it against the ledger and consents",
    ),
    "share-use": (
        "跨省用证：双方签名上链后才交付加注件",
        "Used across provinces: recorded by both sides, and only then handed out",
    ),
    "share-beyond": (
        "多要一个字段：拒绝，拒绝也上链",
        "One field beyond the grant: refused, and the refusal is recorded",
    ),
    "share-seen": ("持证人看到谁用过、谁被拒绝", "The holder sees who used it and who was refused"),
    "share-withdraw": ("持证人撤回同意：立即不能再用", "She takes her consent back: nothing from then on"),
    "doubt": (
        "持证人对工作单位申请校核：核验时看到疑义，结论不变",
        "She doubts the employer: verifiers see the doubt, the result stays",
    ),
    "uphold": (
        "江苏核实并更正：新版本取代旧版本",
        "Jiangsu finds her right and corrects: the new version supersedes",
    ),
    "notify": (
        "用过该字段的嘉善收到通知并确认",
        "Jiashan, which had used the field, is told and acknowledges",
    ),
    "replay": ("审计人员复算全账，链头有证明", "An auditor replays the whole ledger under a proved head"),
    "live-is-replayed": ("实时索引与复算结果逐字节相同", "The live index equals the replay, byte for byte"),
}
