"""Help in Chinese: verification, the holder's wallet, replay and supervision, running a home."""

from __future__ import annotations

HELP: dict[str, str] = {
    # the frame
    "The e-license ledger: issue, verify across regions, present, replay.": (
        "电子证照账本：签发、跨区域核验、亮证、复算。"
    ),
    "Every command takes --json (one JSON object on stdout); elicense --version tells the version.": (
        "任何命令可加 --json（输出一个 JSON 对象）；elicense --version 显示版本。"
    ),
    "Show this message and exit.": "显示本帮助并退出。",
    # the outbox, promises
    "Messages that were accepted and what became of them.": "待发箱：已受理的报文及其结果。",
    "List messages in the order of their acceptance; what ran out or was refused waits for you.": (
        "按受理次序列出报文；过期或被拒绝的等待处理。"
    ),
    "Only these.": "只列此状态的。",
    "Only what is not on the ledger yet.": "只列尚未上链的。",
    "Only what ran out or was refused.": "只列已过期和被拒绝的。",
    "At most so many.": "最多条数。",
    "Behind this number.": "从此序号之后开始。",
    "Show one message: its promise, its transactions, its record or why there is none.": (
        "显示一份报文：承诺、交易、上链记录或未上链的原因。"
    ),
    "Digest of the message.": "报文的摘要。",
    "Bring what waits onto the ledger; one process at a time does it for a home (else exit 75).": (
        "把待发的报文送入账本；同一主目录同时只由一个进程办理（否则退出状态 75）。"
    ),
    "Until nothing waits, then end.": "处理完待发的即结束。",
    "Sign again what ran out or was refused, with the same content, and see it through.": (
        "对过期或被拒绝的报文按原内容重新签名，直至上链。"
    ),
    "Promises of relays.": "受理承诺。",
    "Check a promise; with a trust file (--network) also whether it was kept.": (
        "核对一份承诺；给出信任文件（--network）时还核对是否兑现。"
    ),
    "A promise, or the answer of a service that holds one.": "承诺，或含有承诺的服务答复。",
    "Put promises onto the ledger, so that every node finds those that were broken; by any body.": (
        "把承诺存证上链，任何节点都能找出未兑现的；任何机构均可存证。"
    ),
    "Promises of either kind, or answers with one.": "两种承诺，或含承诺的答复。",
    "List what was lodged; with --api texts that are not here are fetched and kept.": (
        "列出已存证的承诺清单；加 --api 时取得并收存本机没有的内容。"
    ),
    "Only what this body lodged.": "只列该机构存证的。",
    "Show the text of a list of promises that this home keeps; asks no ledger.": (
        "显示本机收存的承诺清单；不查账本。"
    ),
    "Of a list that was lodged.": "已存证清单的摘要。",
    "Keep the text of promises that a body lodged, so that this home can hold them against the ledger.": (
        "收入某机构存证的承诺清单，本机据以与账本核对。"
    ),
    "A list that was lodged (elicense-promises/1), - for stdin.": (
        "已存证的承诺清单（elicense-promises/1），- 表示标准输入。"
    ),
    "All that bodies lodged on the ledger, the same on every node.": (
        "核对账上存证的全部承诺，各节点结果一致。"
    ),
    "Leave out lodged lists that are not here, and say so.": "不计本机没有的存证清单，结果会注明。",
    # verification
    "Check licenses: form, integrity, signature, issuer, anchor, status, recognition, holder, basis.": (
        "核验证照：形式、完整性、签名、颁发机构、上链、状态、互认、持证人、用证依据。"
    ),
    "File, folder, QR text or image.": "文件、目录、二维码文本或图片。",
    "Where it should count.": "在哪个地区使用。",
    "Oldest head, in seconds.": "链头最多多少秒前。",
    "Challenge answered.": "所回应的核验请求。",
    "Who shows or relies on a copy.": "出示或采信副本的单位。",
    "Of a copy's use; may be repeated.": "副本的用证回执；可重复。",
    "In which a copy came; may be repeated.": "交付副本的文件；可重复。",
    "A row of a data set is wanted, too, not a license alone.": "除证照外，也接受数据集中的一行。",
    "License files of PDF or OFD layout files.": "版式文件（PDF 或 OFD）对应的证照文件。",
    "Also write a signed receipt of this verification.": "同时写出本次核验的签名回执。",
    "Your body's signing key, for the receipt.": "本机构的签名密钥，用于回执。",
    "Receipts of verifications.": "核验回执。",
    "Check who signed a receipt, and of what; with a trust file (--network) also by the ledger.": (
        "核对回执由谁签名、关于什么；给出信任文件（--network）时还与账本核对。"
    ),
    "What was verified; may be repeated.": "当时核验的文件；可重复。",
    "Verify it again, as of then and today.": "按当时和今天各再核验一次。",
    "Of a copy's use, with --again.": "副本的用证回执，配合 --again。",
    "In which a copy came, with --again.": "交付副本的文件，配合 --again。",
    "Check an archive package against what you know: a trust file, and the maker's key or the block.": (
        "凭你掌握的信任文件和制作方的密钥或区块，核验归档包。"
    ),
    "An archive package.": "归档包。",
    "Key of who made it, that you trust.": "你信任的制作方密钥。",
    # the wallet
    "The holder's licenses: keep them, present them, scan them.": "我的证照：保存、亮证、扫码核验。",
    "Make a new vault, encrypted under ELICENSE_PASSPHRASE.": "新建证照夹，以 ELICENSE_PASSPHRASE 加密。",
    "License file.": "证照文件。",
    "A picture of the QR code, PNG.": "二维码图片（PNG）写到何处。",
    "A picture of the QR code, SVG.": "二维码图片（SVG）写到何处。",
    "The vault's file.": "证照夹文件。",
    "Give out the next unused key pair, for an issuer to bind to one license.": (
        "给出下一对未用过的密钥，供颁发机构绑定一份证照。"
    ),
    "Take a license file (.elic.json) in; with a trust file under the key that the ledger says.": (
        "存入证照文件（.elic.json）；有信任文件时按账本所载的密钥存入。"
    ),
    "The key of this vault to which it was bound since.": "本证照夹中后来绑定该证照的密钥。",
    "The holders to whom it was bound since (license bind --out).": (
        "后来绑定的持证人名单（license bind --out 写出）。"
    ),
    "Stand in for the holder, with a key of this vault.": "以本证照夹的密钥代理持证人。",
    "List the licenses; with a trust file also where they stand on the ledger.": (
        "列出证照；有信任文件时一并列出账本上的状态。"
    ),
    "Ask a holder for fields, as a verifier.": "作为核验方出具核验请求，请持证人出示字段。",
    "Field paths, or their last parts, comma-separated.": "字段路径或其末段，用逗号分隔。",
    "What the fields are for.": "用途。",
    "The verifier's key.": "核验方的密钥。",
    "1 to 300.": "有效秒数，1 至 300。",
    "Also write it here.": "同时写到此文件。",
    "Its credit code.": "核验方的统一社会信用代码。",
    "Where short ones are left.": "短码存放的服务地址。",
    "Whether a body may vouch for the holder: any registered one, or none. By default only the asking one.": (
        "是否接受机构代持证人作证：--attested 任何登记机构，--no-attested 一律不接受；默认只接受核验方自己。"
    ),
    "Answer a challenge with chosen fields of one license, or of several together, as a QR code.": (
        "亮证：以一份或多份证照中选定的字段回应核验请求，生成二维码。"
    ),
    "Identifiers or licenseIds, 8 at most.": "证照标识或证照编号，最多 8 份。",
    "The challenge.": "核验请求。",
    "The code carries everything.": "离线码：全部内容都在二维码中。",
    "The code's text.": "二维码文本写到何处。",
    "Where others have to sign too: for the next of them.": "还须他人联署时：给下一位的草稿。",
    "Sign what another holder of the same license presents; the last one's answer is the QR code.": (
        "联署同一证照另一位持证人的亮证；最后一位得到二维码。"
    ),
    "What the holder before gave.": "前一位持证人给出的草稿。",
    "Only show what would be signed.": "只显示将签名的内容。",
    "Answer a challenge for a holder without a phone, whom this office has identified.": (
        "窗口代为亮证：为没有手机、已由本窗口核对身份的持证人回应核验请求。"
    ),
    "License files, or codes that carry a license.": "证照文件，或带全部内容的二维码。",
    "The office's signing key.": "窗口的签名密钥。",
    "id-card, id-card-and-face or known-in-person.": (
        "核对方式：id-card 身份证、id-card-and-face 身份证和人脸、known-in-person 本人熟识。"
    ),
    "Who did it, in the office's own words; kept secret.": "经办人，由窗口自行填写；保密。",
    "Consent to what a body asks for, after the ledger has borne it out; hand the file to that body.": (
        "同意机构的授权请求，签名前与账本核对；文件交给该机构。"
    ),
    "What the relying body wrote, or its QR code.": "用证单位写出的请求，或其二维码。",
    "Only these of the fields asked for.": "只同意所请求字段中的这些。",
    "What was signed, to be handed on.": "签名后的文件，以便转交。",
    "What another holder signed: sign the same.": "另一位持证人签名的文件：对同样内容签名。",
    "Sign it; without this it is only shown.": "确认签名；不写则只显示。",
    "Do not compare the request with the ledger: believe the file.": "不与账本核对：只凭文件。",
    "Take a consent back, which ends the grant at once; hand the file to anybody who relays it.": (
        "撤回同意，授权立即终止；文件交给任何可代为提交的人。"
    ),
    "List what bodies may do with the licenses of this wallet: with a consent, or by duty without one.": (
        "列出各机构可以怎样使用本证照夹的证照：经同意的，或依职能无须同意的。"
    ),
    "Say which materials of an item the ledger already has, by the licenses of this wallet.": (
        "凭本证照夹的证照，说明事项的哪些材料账本已有。"
    ),
    "What the item needs (elicense-item/1).": "事项所需材料（elicense-item/1）。",
    "Ask this service, and no node.": "向此服务查询，不经节点。",
    "Sign that a body asked for a license that the ledger has; hand the file to anybody who relays it.": (
        "签名报告机构要求重复提交账本已有的证照；文件交给任何可代为提交的人。"
    ),
    "The item's code.": "事项代码。",
    "When it was asked for.": "何时要求的。",
    "Ask for fields of your license to be corrected; hand the file to anybody who relays it.": (
        "申请校核你证照的字段；文件交给任何可代为提交的人。"
    ),
    "Identifier or license id.": "证照标识或证照编号。",
    "Where bodies get your data from.": "各机构取得你数据的资源。",
    "What is wrong, by name.": "有误的字段，按名称。",
    "Kept here; the ledger gets a salted digest.": "证据文件，留存本机；账本只得加盐摘要。",
    "The evidence as the provider takes it in.": "供提供方取入的证据。",
    "Take a correction that you asked for to a region above the owner's; hand the file to anybody.": (
        "将你申请的校核提请所有者的上级地区复核；文件可交给任何人提交。"
    ),
    "Its id.": "校核编号。",
    "Why, for who answers and settles.": "理由，供答复方和裁定方阅读。",
    "The text as `correction text --in` takes it in.": "供 `correction text --in` 取入的文字。",
    "Who located or looked at your data, on what basis, what was refused, and what is new.": (
        "谁查找或使用过你的数据、依据什么、拒绝了什么、有何新增。"
    ),
    "Identifier or license id; all of them by default.": "证照标识或证照编号；默认全部。",
    "Do not note that you looked: the same is new next time.": "不记已读：下次仍列为新增。",
    "Ask the provider's service which uses were about you.": "向提供方的服务查询哪些用证涉及你。",
    "Whose service that is; the issuer's by default.": "该服务属于哪个机构；默认颁发机构。",
    "Read a presentation, redeem it once, and verify the licenses it shows.": (
        "扫码：读取亮证、核销一次，并核验所出示的证照。"
    ),
    "A picture, a text file, or EL1:…": "图片、文本文件，或 EL1:…",
    # replay, supervision, serving
    "Replay the ledger and check what it says.": "复算账本并核对其内容。",
    "Rebuild the state from raw logs; re-check every digest, signature and right.": (
        "从原始日志重建状态；逐一复核摘要、签名和权利。"
    ),
    "Write every record.": "把每条记录写到此文件。",
    "Compare the local index with the ledger, row by row.": "将本机索引与账本逐行比对。",
    "Hold what was promised, and what was due, against the ledger.": "监察：将承诺和应办事项与账本核对。",
    "Find broken promises: recorded late, by how much, or not at all. Without files, those of this home.": (
        "找出未兑现的承诺：迟了多少，或根本没有上链；不写文件则核对本机的承诺。"
    ),
    "Promises, or answers with one; else this home's.": "承诺，或含承诺的答复；不写即本机的。",
    "Find what was late or never came where data are shared, and what rules of sectors did not allow.": (
        "查找数据共享中逾期或未办的事项和行业规则不允许的共享，并统计各单位按期情况。"
    ),
    "Only what this body owes; else all bodies.": "只列此机构应办的；默认全部机构。",
    "Moment as of which it is said; else now.": "截至何时；默认现在。",
    "Only what fell due from then on.": "只列此后到期的。",
    "Measure what came of sharing: uses of each entry, what they crossed, whose rights they met, scores.": (
        "统计共享成效：各目录条目的使用、跨越情况、所涉权利和各机构得分。"
    ),
    "Only what this body owns; else all bodies.": "只列此机构所有的；默认全部机构。",
    "Only what was recorded from then on.": "只列此后上链的。",
    "Serve the API until SIGTERM or Ctrl-C; logs go to stderr.": (
        "启动服务接口，直至收到 SIGTERM 或 Ctrl-C；日志写到标准错误。"
    ),
    "Where to listen.": "监听地址。",
    "0 takes any free one.": "端口；0 表示任一空闲端口。",
    "Key held for a body.": "为某机构保管的密钥。",
    "Address that wallets reach this under.": "证照夹访问本服务的地址。",
    "Registered signing key of the relay's body.": "提交账户所属机构已登记的签名密钥。",
    "Without a record, accept no more.": "超过此秒数没有上链即停止受理。",
    "Oldest head that is ready, s.": "视为就绪的链头最多多少秒前。",
    "Licenses of others, by identifier, an hour.": "每小时可按标识查询他人证照的份数。",
    "For which uses in batches gather.": "合批用证的汇集秒数。",
    "Behind a proxy that limits.": "由前置代理限流，本服务不限。",
    "Found a ledger on a fresh chain and live through everything that it is for.": (
        "在全新的链上建立账本，把全部用途演示一遍。"
    ),
    "Run once without pauses (the default).": "不停顿地运行一次（默认）。",
    "Keep files and the chain.": "保留文件和链。",
}
