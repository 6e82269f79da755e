"""Help in Chinese: issuing licenses and what happens to them, how long documents are kept."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.domain.acts import ACT_VERBS, GROUND_TEXTS, Act
from ledger.domain.grounds import fit_grounds


def _reasons(told: Iterable[tuple[str, str]]) -> str:
    """Codes with their words, of which a user writes the code."""
    return f"事由：{'；'.join(f'{code} {words}' for code, words in told)}。"


def _grounds(act: Act) -> tuple[str, str]:
    """What the option `--ground` of an act says, in English and in Chinese."""
    fit = fit_grounds(act)
    english = f"Why: {', '.join(each.name for each in fit)}."
    return english, _reasons((each.name, GROUND_TEXTS[each][0]) for each in fit)


HELP: dict[str, str] = {
    "Issue licenses and record what happens to them.": "签发证照，记录证照其后的办理。",
    "Issue one license and write its file.": "签发一份证照并写出文件。",
    "License input; - is stdin.": "证照输入文件；- 表示标准输入。",
    "Signing key of the issuer.": "颁发机构的签名密钥。",
    "Where to write the license file.": "证照文件写到何处。",
    "Same id, same answer.": "请求编号；编号相同，答复相同。",
    "Sign for the input of a license that was made of a paper one; nobody has checked it then.": (
        "为由纸质证照转换而来的输入签名；此时尚未核对。"
    ),
    "License input; it is written again.": "证照输入文件；签名后写回。",
    "The scan of the paper license.": "纸质证照的扫描件。",
    "Your body; with it no node is asked whose key it is.": "你所在的机构；写明后不必向节点查询密钥归属。",
    "Where it goes instead.": "改写到此文件。",
    "Sign that a converted input says what the paper says; with another key than who converted.": (
        "签名确认转换的输入与纸质原件一致；须用不同于转换人的密钥。"
    ),
    "The scan you looked at; compared.": "你核对时所看的扫描件；会加以比对。",
    "Issue the rows of a sheet, up to 1,000 under one signature.": "按表格逐行签发，每个签名最多 1,000 份。",
    "Sheet: .csv, .xlsx or .jsonl.": "表格：.csv、.xlsx 或 .jsonl。",
    "License type of every row.": "各行的证照类型。",
    "Where the license files go.": "证照文件写到哪个目录。",
    "Licenses a batch.": "每批份数。",
    "Where the feed begins, if not with 1.": "归集不从序号 1 开始时，写它从哪个序号开始。",
    "Go on with what was begun in DIR.": "继续该目录中已开始的。",
    "For a sheet without that column.": "颁发机构名称，用于没有该列的表格。",
    "Renew the licenses that a sheet names, those of one batch under one signature.": (
        "按表格批量延续证照，同批的用一个签名。"
    ),
    "Take over what another system issued, amended and ended, line by line.": (
        "逐行归集其他系统签发、变更和终止的证照。"
    ),
    "Feed: .jsonl.": "归集文件：.jsonl。",
    "Signing key of the collecting body.": "归集机构的签名密钥。",
    "The feed's own folder.": "该归集文件专用的目录。",
    "Compare a source's stock with the ledger: missing on either side, content, status.": (
        "将来源系统的存量与账本对账：哪边缺、内容和状态是否一致。"
    ),
    ".jsonl, .csv or .xlsx.": ".jsonl、.csv 或 .xlsx 文件。",
    "Issuer of every license.": "各份证照的颁发机构。",
    "License type of every license.": "各份证照的类型。",
    "File for the report, too.": "同时把报告写到此文件。",
    "Where the lines go that mend it.": "补正用的归集行写到何处。",
    "More folders of license files.": "其他证照文件目录。",
    "When the snapshot was taken; now if not told.": "快照的时刻；不写即现在。",
    "Find the licenses of a holder at the bodies that issued them: a use code each, recorded as a use.": (
        "向颁发机构查找持证主体的证照：每份给一个用证码，查找本身记为一次用证。"
    ),
    "Of the holder; it goes to the provider only.": "持证主体的代码；只交给提供方。",
    "By what right you look; one for each resource.": "凭哪项授权查找；每个资源一项。",
    "Instead: at all bodies there and below that granted it.": "改为地区：向其中及下级给过授权的机构查找。",
    'With --region: {"USCC": "URL"}, before interfaces.': '配 --region：{"代码": "地址"}，先于接口。',
    "Look for the code even if its check character does not fit.": "校验码不符也照此代码查询。",
    "With --region: interfaces may name this machine.": "配 --region：接口可以指向本机的服务。",
    "The provider's; with --region, one with interface files.": "提供方的服务；配 --region 为存接口文件的。",
    "As when the grant was asked for.": "用途，与申请授权时一致。",
    "Your signing key.": "你的签名密钥。",
    "Your registered encryption key.": "你已登记的加密密钥。",
    "For what comes, and the receipt.": "存放所得文件和回执的目录。",
    "Types; all without it.": "证照类型；不写即全部。",
    "The matter, as granted.": "事项，与授权一致。",
    "The case, as granted.": "案号，与授权一致。",
    "Who asks; a salted digest of it leaves here.": "经办人；只有其加盐摘要离开本机。",
    "Your name as registered; kept here.": "登记的单位名称；留存本机。",
    "For the record.": "等待上链的秒数。",
    "The service of the provider, which has the data.": "提供方的服务地址，数据在该处。",
    "Over the files of a platform that exists, not --api.": "经现有平台的文件往来，不用 --api。",
    "The body, where the key is of what followed it.": "所代表的机构；密钥属于其承继机构时填写。",
    "Tie the device keys of holders to a license after a real-name check, by issuer or identity provider.": (
        "实名核验后把持证人的设备密钥绑定到证照；由颁发机构或身份认证机构办理。"
    ),
    "Identifier or licenseId.": "证照标识或证照编号（licenseId）。",
    "130 digits; one for each holder.": "设备公钥，130 位十六进制；每位持证人一把。",
    "In the same order.": "加密公钥，次序相同。",
    "Who of several holders shows.": "多位持证人时由谁亮证：ANY 任一，ALL 全体。",
    "Several holders, for their wallets.": "多位持证人的名单，供各自的证照夹使用。",
    "issuer-counter, issuer-online, identity-provider": (
        "核验方式：issuer-counter 颁发机构窗口、issuer-online 颁发机构网上、identity-provider 身份认证机构。"
    ),
    "1 low to 4 high.": "核验等级，1 低至 4 高。",
    "Its license file, where another home issued it in a batch.": "证照文件；由另一台机器成批签发时需要。",
    "Open the kept document of a license and write the license file.": "打开留存的证照文档并写出证照文件。",
    "Encryption key of issuer or holder.": "颁发机构或持证人的加密密钥。",
    "What the API of its home answered.": "签发一方服务接口的答复文件。",
    "Write the archive package of a license: its file, its records, their proofs, signed.": (
        "写出证照的归档包：文件、记录、证明，并加签名。"
    ),
    "Where to write the package.": "归档包写到何处。",
    "Destroy what this home keeps of licenses that its body issued; the record on the ledger stays.": (
        "删除本机留存的、由本机构颁发的证照文档；账本上的记录不变。"
    ),
    "Identifiers or licenseIds.": "证照标识或证照编号（licenseId），可写多份。",
    "PURPOSE_ENDED, RETENTION_ENDED, CONSENT_WITHDRAWN, UNLAWFUL_PROCESSING, REQUIRED_BY_LAW": (
        "事由：PURPOSE_ENDED 处理目的已实现或者不再必要；RETENTION_ENDED 保存期限已届满；"
        "CONSENT_WITHDRAWN 个人撤回同意；UNLAWFUL_PROCESSING 违反法律、行政法规或者约定处理；"
        "REQUIRED_BY_LAW 法律、行政法规规定的其他情形。"
    ),
    "Destroy it: there is no way back.": "确认删除：不可恢复。",
    "Only show what would be destroyed.": "只显示将删除什么。",
    "Order of a court that has it erased before its time.": "令其提前删除的法院文书。",
    "Let a guardian, legal representative, agent or heir stand in for the holder.": (
        "登记监护人、法定代表人、委托代理人或继承人代理持证人。"
    ),
    "guardian, legal_representative, agent, heir": (
        "代理种类：guardian 监护人、legal_representative 法定代表人、agent 委托代理人、heir 继承人。"
    ),
    "130 digits, of the same wallet.": "同一证照夹的加密公钥，130 位十六进制。",
    "130 digits, of his own wallet.": "代理人自己证照夹的公钥，130 位十六进制。",
    "present,consent,correct": "代理范围：present 亮证、consent 同意、correct 申请校核，用逗号分隔。",
    "From when; now by default.": "自何时起；默认现在。",
    "Deciding document; kept here.": "所依据的文书；留存本机。",
    "End a representation; an end only moves earlier.": "终止代理；终止时刻只能提前。",
    "The commitment, or the key; or both keys, with a comma.": "绑定值或公钥；两把公钥用逗号分隔。",
    "Issue the next version of a license; the old one is superseded.": "签发证照的新版本；旧版本被取代。",
    "License input of the new version.": "新版本的证照输入文件。",
    "change, correct, renew, replace or reissue.": (
        "种类：change 变更、correct 更正、renew 延续、replace 换发、reissue 补发。"
    ),
    "Why; `type show` lists the fit ones.": "事由；`type show` 列出可用的。",
    "Suspend a license (暂扣、中止).": "暂扣或中止证照。",
    "Decision number; kept here.": "决定文号；留存本机。",
    "Under whose power another body acts.": "由其他机构办理时，依哪个地区的职权。",
    "Resume a license (恢复).": "恢复证照。",
    "Annul a license (撤销).": "撤销证照。",
    "Withdraw a license (撤回).": "撤回证照。",
    "Revoke a license (吊销).": "吊销证照。",
    "Cancel a license (注销).": "注销证照。",
    "Void a license (作废).": "作废证照。",
    "Stop the binding of a lost device until the license is bound anew.": (
        "冻结丢失设备的绑定，直至证照重新绑定。"
    ),
    "Where a license stands, by the ledger alone.": "仅凭账本查看证照的状态。",
    "Moment of legal effect.": "所问的法律效力时刻。",
    "What the ledger held then.": "账本截至何时的记录。",
    "Let a license go to another region, or take one in.": "证照跨地区转出与转入。",
    "Let a license go: suspended until a body of that region takes it in.": (
        "转出证照：在该地区的机构接收之前暂停使用。"
    ),
    "The region that it goes to.": "转往的地区。",
    "Keep a license after all; signed by the body that let it go.": "取消转出；由转出的机构签名。",
    "Where it was to go; checked.": "原定转往的地区；会加以核对。",
    "Take a license in: the taker's own license takes the place of the old one.": (
        "转入证照：以接收机构的新证照取代旧证照。"
    ),
    "License input of the new issuer.": "新颁发机构的证照输入文件。",
    # how long documents are kept
    "How long documents are kept, and which are due.": "文档的保存期限，以及哪些已到期。",
    "Set how long your documents of a type are kept after their licenses ended; it is signed.": (
        "规定本机构某类型的文档在证照终止后保存多久；须签名。"
    ),
    "Code of a license type.": "证照类型代码。",
    "What prescribes the period.": "期限依据：LAW 法律法规，OWN 本机构规定。",
    "The provision or decision.": "所依据的条文或决定。",
    "From the end of a license.": "年数，自证照终止起算。",
    "For ever.": "永久保存。",
    "The rules of this home that hold now.": "列出本机现行的保存期限规定。",
    "Documents of this home: until when each is kept, whether it is due, held, archived.": (
        "列出本机的文档：各保存到何时，是否到期、被保全、已归档。"
    ),
    "The issuer.": "颁发机构。",
    "Only what need not be kept any more.": "只列已不必保存的。",
    "Rows at most.": "最多行数。",
    "Where the last page ended.": "上一页结束处。",
    "Legal holds: documents that an order has kept.": "依法保全：依文书须继续保存的文档。",
    "Put one hold on documents: none of them is erased before it is lifted.": (
        "保全文档：解除之前一律不得删除。"
    ),
    "Number of the order.": "文书编号。",
    "Signing key of the issuer, or governing key of a region.": "颁发机构的签名密钥，或地区的治理密钥。",
    "The court or authority, in words.": "作出决定的法院或机关。",
    "Lift a hold off all of its documents.": "解除一项保全所涉的全部文档。",
    "As `hold put` answered.": "`hold put` 答复的保全编号。",
    "The holds of this home.": "列出本机的保全。",
    "Only on this one.": "只列此证照的。",
    "Lifted ones too.": "包括已解除的。",
    **dict(map(_grounds, ACT_VERBS.values())),
}
