"""Help in Chinese: what is shared, by what right, how it is used and corrected."""

from __future__ import annotations

HELP: dict[str, str] = {
    "The schema with which it is registered.": "登记时所用的模式。",
    # resources
    "The catalog of shared resources.": "共享资源目录。",
    "Register what a body shares; without another word it is shared unconditionally.": (
        "登记机构共享的资源；不另说明即为无条件共享。"
    ),
    "The owner's code for it.": "所有者自编的资源代码。",
    "Published fields with grades, JSON or CSV.": "公布的字段及级别，JSON 或 CSV。",
    "A signing key of the body, or its public key.": "机构的签名密钥，或其公钥。",
    "The license type it is of.": "资源所属的证照类型。",
    "unconditional, conditional, not-shared or open.": (
        "共享属性：unconditional 无条件共享、conditional 有条件共享、not-shared 不予共享、open 开放。"
    ),
    "Number of the legal ground of an exception, the body's own: the ledger has no list of them.": (
        "不作无条件共享的法定依据编号，由机构自编；账本没有此类清单。"
    ),
    "Last day of the exception, or first moment no more.": "例外的最后一天，或不再有效的第一刻。",
    "Days within which it is updated.": "更新周期，天。",
    "Base library: none, population, legal-persons, geography, licenses, credit.": (
        "基础库：none 无、population 人口、legal-persons 法人、geography 自然资源和空间地理、"
        "licenses 电子证照、credit 社会信用。"
    ),
    "Whose base library.": "哪个地区的基础库。",
    "Signs for the owner.": "代所有者签名的代办机构。",
    "JSON Schema of the data.": "数据的 JSON Schema。",
    "Codes of the matters it serves.": "所服务事项的代码。",
    "Who has the right of use (使用权).": "使用权人。",
    "Who has the right of benefit (收益权).": "收益权人。",
    "Register the next version: what no option says something about stays as it is.": (
        "登记资源的新版本；未写的选项保持不变。"
    ),
    "The resource.": "资源。",
    "Declare how a resource is to be had, and commit to samples of it; nobody believes that unprobed.": (
        "声明资源如何取得并承诺样本；未经探测证实的声明不作数。"
    ),
    "Where it is to be had; kept off the ledger.": "取得资源的地址；不上链。",
    "Rows, one JSON object a line, 1,000 at most.": "样本行，每行一个 JSON 对象，最多 1,000 行。",
    "Gets channel.json and the samples to be put there.": "存放 channel.json 和待放置样本的目录。",
    "Declare that a resource is to be had no more.": "声明资源不再提供。",
    "Fetch a sample that nobody could foresee, hold it against the ledger, and sign what was found.": (
        "随机抽取样本，与账本核对，并为结果签名。"
    ),
    "The provider's channel.json.": "提供方的 channel.json。",
    "The channel may be on this machine.": "通道可以在本机上。",
    "The mount ratio: how many entries others found where their owners say; a probe proves for 30 days.": (
        "挂接率：经他人探测证实的目录条目占比；一次探测 30 天内有效。"
    ),
    "Of the bodies in a region.": "某地区各机构的。",
    "Of one body.": "某一机构的。",
    "At which moment.": "截至何时。",
    "Load a data set, all of a file in the place of what was there; without a file tell what is there.": (
        "载入数据集，以整个文件替换原有内容；不写文件则显示现有内容。"
    ),
    "Its rows: .csv, .xlsx or .jsonl.": "数据行：.csv、.xlsx 或 .jsonl。",
    "The field by which rows are asked for.": "申请某行所用的主键字段。",
    "Hand out of it no more.": "不再从中提供数据。",
    "Publish a file as the next edition of an open resource; the file itself goes wherever you publish.": (
        "把文件发布为开放资源的新版次；文件本身放在你发布的地方。"
    ),
    "The published file; - is stdin.": "所发布的文件；- 表示标准输入。",
    "License of use, for example CC-BY-4.0.": "使用许可，例如 CC-BY-4.0。",
    "For example text/csv; 32 characters at most.": "媒体类型，例如 text/csv；最多 32 个字符。",
    "From when it counts; now by default.": "自何时起算；默认现在。",
    "Text: let each line be proved alone, too.": "文本文件：使每一行也能单独证明。",
    "Withdraw an edition, from now on; whoever verifies its file is told.": (
        "自现在起撤回一个版次；此后核验该文件的人会得知。"
    ),
    "Its number.": "版次号。",
    "Number of the reason, the body's own: the ledger has no list of them.": (
        "理由编号，由机构自编；账本没有此类清单。"
    ),
    "Tell whether a file is a published edition: whose, which, on what license, and whether it stands.": (
        "判断文件是否为已发布的版次：谁发布、哪一版次、何种许可、现是否有效。"
    ),
    "Only as an edition of this resource.": "只与此资源的版次比对。",
    "Ask this service, not a node.": "向此服务查询，不经节点。",
    "Cut one row out of an edition, with what proves it without the rest of the file.": (
        "从版次中取出一行及其证明，无须文件其余部分即可核验。"
    ),
    "Counted from 1, the head of a table too.": "行号，从 1 起，表头也计入。",
    "Whose edition the file is.": "该文件是哪个资源的版次。",
    "Gets the row with its proof.": "该行及其证明写到何处。",
    "Tell whether one row stands in a published edition, without the rest of the file.": (
        "判断一行是否在已发布的版次中，无须文件其余部分。"
    ),
    "What prove-row wrote.": "prove-row 写出的文件。",
    "Declare which rows a resource held for a period that is over; the rows stay where they are.": (
        "声明资源在某一已结束期间的全部行；数据留在原处。"
    ),
    "A row a line, UTF-8; - is stdin.": "每行一条，UTF-8；- 表示标准输入。",
    "Beginning of the period.": "期间的起始。",
    "Tell whether a file is a declared snapshot of a resource, to the byte and by its rows.": (
        "判断文件是否为资源已声明的快照：逐字节和逐行比对。"
    ),
    "Whose snapshot it is to be.": "应是哪个资源的快照。",
    "List the catalog as it stands.": "列出现行目录。",
    "Only of this body.": "只列此机构的。",
    "Rows; all by default.": "行数；默认全部。",
    "Only what comes behind this: the `next` of an answer.": "只列其后的：上次答复中的 `next`。",
    "Show one resource: its conditions, its fields, how it is mounted.": (
        "显示一个资源：共享条件、字段、挂接情况。"
    ),
    "Tell which items a resource serves; with --api also from the service that has the list.": (
        "显示资源服务于哪些事项；加 --api 也可向存有清单的服务查询。"
    ),
    "Take in what whoever wrote it handed on.": "取入撰写者交来的文件。",
    "Also write it, to hand it on.": "同时写出文件，以便转交。",
    "With --api: leave it at the service, for everybody registered.": (
        "配合 --api：存到服务上，供所有登记机构读取。"
    ),
    # declarations
    "Interfaces of resources.": "资源接口。",
    "Declare the interface of a resource, or its next version; by the provider.": (
        "声明资源的接口，或其新版本；由提供方办理。"
    ),
    "elicense-interface/1.": "接口文件（elicense-interface/1）。",
    "Uses of a body a day; 0 for any number.": "每单位每日限用次数；0 表示不限。",
    "Declare that a resource is out, or tell of the end under the same --since; by the provider.": (
        "声明资源停止服务，或以同一 --since 说明已恢复；由提供方办理。"
    ),
    "When it began, or will begin.": "已于或将于何时开始。",
    "When it ended; none while it lasts.": "何时结束；仍在停止时不写。",
    "Why; the ledger gets a salted digest.": "原因；账本只得加盐摘要。",
    "Show the interface in effect at a moment, its versions, and when the resource was out.": (
        "显示某一时刻有效的接口、各版本及停止服务的时段。"
    ),
    "The moment; now by default.": "所问时刻；默认现在。",
    "The provider's file, where this home lacks it.": "提供方的文件；本机没有时填写。",
    "List the interfaces in effect.": "列出有效的接口。",
    "Mappings of fields.": "字段对应。",
    "Declare a mapping between the published fields of two resources; by the provider of the first.": (
        "声明两个资源公布字段之间的对应；由前一资源的提供方办理。"
    ),
    "OWNER/CODE whose fields are mapped.": "被对应的资源，所有者/代码。",
    "OWNER/CODE in whose names they come out.": "对应到的资源，所有者/代码。",
    "elicense-mapping/1.": "字段对应文件（elicense-mapping/1）。",
    "Its published fields, where this home lacks them.": "该资源公布的字段；本机没有时填写。",
    "Show the mapping in effect at a moment.": "显示某一时刻有效的字段对应。",
    "Turn rows from the names of one resource into those of the other; what does not go over is told.": (
        "把数据行由一个资源的字段名转为另一个的；转不过去的逐一说明。"
    ),
    "Rows as JSON, or disclosed fields.": "JSON 数据行，或所出示的字段。",
    # origins
    "Where the fields of resources come from.": "资源各字段的来源。",
    "Tell whether a file says in due form where fields come from; asks no ledger.": (
        "检查字段来源文件的格式；不查询账本。"
    ),
    "elicense-origins/1, - for stdin.": "字段来源文件（elicense-origins/1），- 为标准输入。",
    "Declare where each field of a resource comes from, or the next version; by the provider.": (
        "声明资源每个字段的来源，或其新版本；由提供方办理。"
    ),
    "Keep a file of origins that its provider declared, so that this home can tell by it.": (
        "留存提供方声明过的字段来源文件，供本机据以查询。"
    ),
    "Show where the fields of a resource come from; with --api a file that is not here is fetched.": (
        "显示资源各字段的来源；加 --api 时取回本机没有的文件。"
    ),
    "List the resources whose providers declared where the fields come from.": (
        "列出提供方已声明字段来源的资源。"
    ),
    "List every element that more than one body collects: who was first by the record, and who again.": (
        "列出由多个部门采集的数据项：依记录谁首先采集，谁重复采集。"
    ),
    "Follow fields to where they come from, through all sets between; --down, what comes of them.": (
        "逐级追溯字段的来源；加 --down 则查看由其得出的字段。"
    ),
    "Only this field; all by default.": "只看此字段；默认全部。",
    "What comes of it, not what it comes from.": "查看由其得出的内容，而非其来源。",
    "As known at this moment; now by default.": "按此时刻所知；默认现在。",
    "Find what bodies collect again from people or enterprises, and what came from below and stays.": (
        "查找其他部门采集在先、又向群众或企业重复采集的数据项，以及由下级汇聚而来却无须回流的数据。"
    ),
    "Only what this body collects; else all.": "只看该机构采集的；否则为全部。",
    "Only what began from then on.": "只看此后开始的。",
    "Leave out files of origins that are not here, and say so.": "不计本机没有的字段来源文件，并予说明。",
    # grants
    "Grants: the right to use shared data.": "共享授权：使用共享数据的权利。",
    "Ask for a grant; where the holder has to consent, write what the holder is asked (--out, --png).": (
        "申请授权；须持证人同意的，写出请持证人同意的内容（--out、--png）。"
    ),
    "Fields of the resource, by name.": "资源的字段，按名称。",
    "duty or consent.": "依据：duty 依职能，consent 依授权（持证人同意）。",
    "The purpose as a code.": "用途代码。",
    "In words, for the parties only.": "用途说明，只供当事方阅读。",
    "From when; at once by default.": "自何时起；默认立即。",
    "How often; 0 does not count.": "次数；0 表示不计次数。",
    "Code of the matter; a duty has one.": "事项代码；依职能的须写明。",
    "Case number; the ledger gets a commitment.": "案号；账本只得绑定值。",
    "The one license that it is about.": "所涉的一份证照。",
    "So that it may be narrowed for others.": "允许缩小范围后转授。",
    "Name of the body that asks, as registered.": "申请单位登记的名称。",
    "The request for the holder.": "给持证人的授权请求写到何处。",
    "The same as a picture of a QR code.": "同样内容的二维码图片。",
    "Write what a holder is asked, as the grant stands now: as a file, or as a QR code on the screen.": (
        "按授权现状写出请持证人同意的内容：写成文件，或在屏幕上显示二维码。"
    ),
    "The grant's id.": "授权编号。",
    "Tell the grantee once which material is missing; the time to decide grows by that.": (
        "一次告知申请方所缺材料；审核期限相应顺延。"
    ),
    "Which material, for the parties only.": "所缺材料，只供当事方阅读。",
    "Approve or refuse what is shared on conditions; a refusal has a reason.": (
        "同意或拒绝有条件共享的申请；拒绝须说明理由。"
    ),
    "How it goes.": "同意或不同意。",
    "In words; the ledger gets a salted digest.": "文字说明；账本只得加盐摘要。",
    "The second look at sensitive fields, by another key of the provider than decided.": (
        "对敏感字段的复核；须用提供方作出决定的密钥以外的密钥。"
    ),
    "Put what a holder signed onto the ledger: a consent, or that it is taken back.": (
        "把持证人签名的同意或撤回同意记入账本。"
    ),
    "What the holder's wallet wrote.": "持证人的证照夹写出的文件。",
    "End a grant at once: by the grantee, the owner, or who delegated it.": (
        "立即终止授权；由被授权方、所有者或转授方办理。"
    ),
    "Narrow a delegable grant for another body; counted uses are taken off it.": (
        "把可转授的授权缩小范围转授另一机构；计次的从中扣除。"
    ),
    "The body that it is narrowed for.": "转授给的机构。",
    "List grants with where they stand and who is next; what is overdue says so.": (
        "列出授权的现状和待办方；逾期的予以标明。"
    ),
    "Only of this.": "只列此资源的。",
    "Only of its resources.": "只列此所有者资源的。",
    "Only about this.": "只列涉及此证照的。",
    "Only what waits for somebody.": "只列待办的。",
    "Show one grant: where it stands, every step, who is next, what is late, what is left.": (
        "显示一项授权：现状、各步骤、待办方、逾期情况、剩余次数。"
    ),
    "Hand on the words behind a grant's digests, or take them in, each held against the ledger.": (
        "转交或取入授权中各摘要所指的文字，均与账本核对。"
    ),
    "Write what this home knows, for the other side.": "写出本机所知的文字，交给对方。",
    "With --out or --send: for this party.": "配合 --out 或 --send：交给哪一方。",
    "With --out: not encrypted for its key.": "配合 --out：不加密。",
    "Take in what the other side wrote.": "取入对方写出的文件。",
    "With --in: your key that it is encrypted for.": "配合 --in：你用于解密的密钥。",
    "With --api and --to: hand it in at the service of that party.": "配合 --api 和 --to：送到该方的服务。",
    # items
    "Service items and their materials.": "政务服务事项及其材料。",
    "Register an item with its list of materials, or its next version; by the handling body.": (
        "登记事项及其材料清单，或其新版本；由办理机构签名。"
    ),
    "elicense-item/1.": "事项文件（elicense-item/1）。",
    "Now by default.": "自何时起；默认现在。",
    "List the items that are in effect.": "列出现行的事项。",
    "Show an item as it is at a moment, with its materials where the list is at hand.": (
        "显示某一时刻的事项；有清单时一并显示材料。"
    ),
    "31 characters, or 32 with the check.": "事项代码，31 位，或含校验位共 32 位。",
    "The list, where this home lacks it.": "材料清单；本机没有时填写。",
    "End an item; by the handling body.": "终止一个事项；由办理机构签名。",
    "Say which materials of an item the ledger has, by licenses that somebody showed.": (
        "凭所出示的证照，说明事项的哪些材料账本已有。"
    ),
    "A license at hand; may be repeated.": "手头的证照；可重复。",
    "Report that the handling body asked for a license that the ledger has; by one that was shown it.": (
        "报告办理机构要求重复提交账本已有的证照；由看到证照的机构签名。"
    ),
    "What was asked for again.": "被要求重复提交的证照。",
    "Put onto the ledger what a holder signed about being asked again.": (
        "把持证人签名的重复提交报告记入账本。"
    ),
    "What `wallet tell-repeat` wrote.": "`wallet tell-repeat` 写出的文件。",
    "List what was asked for again, and how often by each body.": (
        "列出要求重复提交的情形，以及各机构的次数。"
    ),
    "The handling body.": "办理机构。",
    "Only of this item.": "只列此事项的。",
    # corrections
    "Corrections: doubts about shared data, and who hears of them.": "数据校核：对共享数据的疑义及其告知。",
    "Doubt data that your body used; the provider has to answer.": (
        "对本机构用过的数据提出疑义；提供方须答复。"
    ),
    "A license, or OWNER/CODE of a resource.": "证照，或资源（所有者/代码）。",
    "Kept in this home; the ledger gets a salted digest.": "证据文件，留存本机；账本只得加盐摘要。",
    "Under which the data were used.": "用证所依的授权。",
    "Of which resource, where that is unclear.": "哪个资源，不明确时填写。",
    "Put what a holder asks to be corrected onto the ledger; anybody relays it.": (
        "把持证人的校核申请记入账本；任何人都可代为提交。"
    ),
    "Take what a holder asked for to a region above the owner's, as the holder signed; anybody relays it.": (
        "按持证人的签名，将其校核申请提请所有者的上级地区复核；任何人都可代为提交。"
    ),
    "Say whether data match what your body knows (多元校核); a mismatch opens a correction by rule.": (
        "说明数据与本机构所掌握的是否相符（多元校核）；不符即依规则提出校核。"
    ),
    "Whether they match what your body knows.": "与本机构所掌握的是否相符。",
    "Uphold a doubt, naming what corrects it, or reject it with a reason; by the provider.": (
        "答复疑义：予以更正并指明更正之处，或说明理由不予更正；由提供方办理。"
    ),
    "The correction's id.": "校核编号。",
    "The version of the resource that corrects.": "作出更正的资源版本。",
    "The license that corrects the doubted one.": "更正后的证照。",
    "Take it to a region above the owner's; by who opened it, or the owner.": (
        "提交所有者的上级地区裁定；由提出方或所有者办理。"
    ),
    "Settle what was disputed, for good; by the region that it went to, or a superior one.": (
        "对争议作最终裁定；由受理的地区或其上级地区签名。"
    ),
    "Governing key of the region.": "地区的治理密钥。",
    "Say that your body heard of a correction of what it had used.": "确认本机构已知悉所用数据的更正。",
    "List corrections with where they stand, who is next and who is late; the oldest first.": (
        "列出校核的现状、待办方和逾期方；最早的在前。"
    ),
    "What concerns the body of --org or --key: notices come first.": (
        "只列涉及 --org 或 --key 所属机构的；应告知的在前。"
    ),
    "Only what waits for an answer.": "只列待答复的。",
    "Only what somebody is late with.": "只列已逾期的。",
    "Begin behind this one.": "从此项之后开始。",
    "A key of the body that asks.": "查询机构的密钥。",
    "Show one correction: every step, who is next, who used the data, who has heard.": (
        "显示一项校核：各步骤、待办方、谁用过数据、谁已知悉。"
    ),
    "Hand evidence on, or take it in: whatever is handed in is held against the digest on the ledger.": (
        "转交或取入证据；取入的一律与账本上的摘要核对。"
    ),
    "Write it, to be handed to the other side.": "写出文件，以便交给对方。",
    "Write the file of evidence itself.": "写出证据文件本身。",
    "Hand on the words behind a correction's digests, or take them in, each held against the ledger.": (
        "转交或取入校核中各摘要所指的文字，均与账本核对。"
    ),
    # uses
    "Uses of granted data.": "用证：使用已授权的数据。",
    "Use a license or a row: ask, check and sign, fetch the copy; run again, it goes on where it was.": (
        "使用证照或数据行：申请、核对并签名、取得副本；再次运行即从中断处继续。"
    ),
    "Identifier, licenseId or use code; none with --row.": "证照标识、证照编号或用证码；用 --row 时不写。",
    "Of a data set; it goes to the provider only.": "数据集中一行的主键；只交给提供方。",
    "A copy for programs, without a face.": "供程序使用的副本，没有版面。",
    "Let the record stand in a batch, which `use sign` signs.": "合批上链，由 `use sign` 签名。",
    "Sign the batches of what this home used: only what it asked for, and all of it.": (
        "为本机用证的批次签名：只签所申请的，且一次不漏。"
    ),
    "Objects of grants.": "授权编号，可写多个。",
    "Go on until SIGTERM or Ctrl-C.": "持续运行，直至收到 SIGTERM 或 Ctrl-C。",
    "Answer what a platform carried: offer or refuse, record what was signed, hand out.": (
        "应答平台转来的文件：应答或拒绝、把已签名的上链、交付。"
    ),
    "Of the platform, on your side.": "平台在本方的目录。",
    "List what was used and what was refused, as the ledger has it.": "按账本列出用证和拒绝。",
    "Only under this.": "只列此授权下的。",
    "Only by this.": "只列此单位的。",
    "Only of its data.": "只列使用其数据的。",
    "Show one use or refusal.": "显示一次用证或拒绝。",
    "Its object, the number of its record, or the digest of its request.": (
        "用证编号、记录序号，或申请的摘要。"
    ),
    "Hold a receipt against the ledger: who signed it, and whether the use stands there as it says.": (
        "将用证回执与账本核对：由谁签名，用证是否如其所述上链。"
    ),
    "The receipt.": "回执。",
    "Record what was used over a platform that exists: the message that both sides signed.": (
        "把经现有平台的用证上链：即双方签名的报文。"
    ),
    "A use, a batch or a refusal that its bodies signed.": "各方已签名的用证、批次或拒绝。",
    # demands, duties, code tables, base libraries
    "Demands for data.": "数据需求。",
    "Say which data a body lacks.": "提出机构所缺的数据。",
    "Which data; the ledger gets a salted digest.": "所需数据；账本只得加盐摘要。",
    "Code of the matter.": "事项代码。",
    "Offer a resource to a demand; by its provider.": "以资源响应需求；由资源的提供方办理。",
    "The demand's id.": "需求编号。",
    "Say that a resource meets a demand; by the body whose demand it is.": (
        "确认资源满足需求；由需求的提出方办理。"
    ),
    "List demands, the longest open first.": "列出需求，开放最久的在前。",
    "Only what nothing meets yet.": "只列尚未满足的。",
    "Tell in which words something is lacked; with --api also from the service that has them.": (
        "显示需求的文字；加 --api 也可向存有文字的服务查询。"
    ),
    "Responsibility lists.": "责任清单。",
    "Set an item of a region's responsibility list; signed by the region or a superior one.": (
        "在地区责任清单中设一项；由该地区或其上级地区签名。"
    ),
    "The item, as the list words it.": "清单中该项的文字。",
    "Last day, or first moment too late.": "最后一天，或逾期的第一刻。",
    "share or flow-back.": "share 共享，flow-back 回流。",
    "Strike it out.": "从清单中删去。",
    "List what is owed, by when, whether a probe found it, and what is overdue.": (
        "列出各项责任、期限、是否经探测完成、是否逾期。"
    ),
    "Only of this list.": "只列此地区清单的。",
    "Tell what an item of a list says; with --api also from the service that has the words.": (
        "显示清单一项的文字；加 --api 也可向存有文字的服务查询。"
    ),
    "The duty's id.": "责任清单项的编号。",
    "Code tables.": "代码表。",
    "Publish a version of a code table: a region's, or a body's.": "发布代码表的一个版本：地区的或机构的。",
    "Of the table.": "代码表名称。",
    "The table as JSON, as it is published.": "所发布的代码表，JSON。",
    "Whose table it is.": "代码表的发布方。",
    "From when it counts.": "自何时起算。",
    "List code tables with their newest version.": "列出代码表及其最新版本。",
    "Show which version of a code table counts at a moment, and all that were published.": (
        "显示代码表在某一时刻有效的版本，以及已发布的各版本。"
    ),
    "A region's six digits or a credit code, and the name.": "六位行政区划代码或统一社会信用代码，加名称。",
    "As of when; else now.": "截至何时；默认现在。",
    "The table, to be held against the ledger.": "要与账本核对的代码表。",
    "Tell whether a file is a code table that counts: that a publisher has in effect at a moment.": (
        "判断文件是否为某一时刻有效的代码表。"
    ),
    "The table as JSON.": "代码表，JSON。",
    "Only as this table.": "只与此代码表比对。",
    "Base libraries.": "基础库。",
    "Name a body that writes in a base library of a region; a term that is over ends the right.": (
        "指定写入地区基础库的机构；任期届满即无权写入。"
    ),
    "population, legal-persons, geography, licenses, credit": (
        "基础库：population 人口、legal-persons 法人、geography 自然资源和空间地理、licenses 电子证照、"
        "credit 社会信用。"
    ),
    "Who may write in it.": "可以写入的机构。",
    "Have the rows of a data set counted by values, under a grant for statistics; no row is handed out.": (
        "依统计授权，请提供方按字段取值统计数据集的行数；不提供任何一行。"
    ),
    "Fields by whose values rows are counted.": "按其取值统计行数的字段。",
    "Extensions of updates of the catalog.": "目录更新的延期。",
    "Tell whether a file has well-formed extensions; asks no ledger.": (
        "判断文件是否为规范的延期清单；不查询账本。"
    ),
    "The extensions (elicense-extensions/1), - for stdin.": (
        "延期清单文件（elicense-extensions/1），- 表示标准输入。"
    ),
    "Publish all that a region extended, earlier rows too; signed by the region or a superior one.": (
        "发布地区批准的全部延期，包括此前各条；由该地区或上级地区签名。"
    ),
    "List the extensions that regions published, each version with when it was recorded.": (
        "列出各地区发布的延期清单、各版本及其上链时刻。"
    ),
    "Show what a region extended; with --api texts of versions that are not here are fetched and kept.": (
        "显示地区批准的延期；加 --api 时，本地没有的各版本正文从服务取得并保存。"
    ),
    "Keep the text of extensions that a region published, so that this home can count by them.": (
        "保存地区已发布的延期清单正文，供本目录计算期限。"
    ),
    "Count no extension of an update of the catalog, and say so.": "不计目录更新的延期，并予以注明。",
    "Grounds of sharing: the law behind their numbers.": "共享依据：编号所指的法律条款。",
    "Tell whether a file has well-formed grounds; asks no ledger.": (
        "判断文件是否为规范的依据清单；不查询账本。"
    ),
    "The grounds (elicense-grounds/1), - for stdin.": "依据清单文件（elicense-grounds/1），- 表示标准输入。",
    "Publish a region's grounds, or their next version; signed by the region or a superior one.": (
        "发布地区的依据清单或其下一版本；由该地区或上级地区签名。"
    ),
    "List the grounds that regions published, each version with when it came into effect.": (
        "列出各地区发布的依据清单、各版本及其生效时刻。"
    ),
    "Show the grounds that count in a region; with --api a text that is not here is fetched and kept.": (
        "显示在某地区适用的依据清单；加 --api 时，本地没有的正文从服务取得并保存。"
    ),
    "Keep the text of grounds that a region published, so that this home can tell them.": (
        "保存地区已发布的依据清单正文，供本目录显示依据。"
    ),
    "Rules of sectors: which trades may get which data.": "行业规则：哪些行业可以取得哪些数据。",
    "Tell whether a file has well-formed rules of sectors; asks no ledger.": (
        "判断文件是否为规范的行业规则；不查询账本。"
    ),
    "The rules (elicense-sectors/1), - for stdin.": "行业规则文件（elicense-sectors/1），- 表示标准输入。",
    "Publish a region's rules of sectors, or their next version; signed by the region or a superior one.": (
        "发布地区的行业规则或其下一版本；由该地区或上级地区签名。"
    ),
    "From when they count; else now.": "自何时起适用；默认现在。",
    "List the rules of sectors that regions published, each version with when it came into effect.": (
        "列出各地区发布的行业规则、各版本及其生效时刻。"
    ),
    "Show the rules that count in a region; with --api a text that is not here is fetched and kept.": (
        "显示在某地区适用的行业规则；加 --api 时，本地没有的正文从服务取得并保存。"
    ),
    "By the rules that count in this region.": "按在此地区适用的规则。",
    "As of this moment; else now.": "截至此刻；默认现在。",
    "Keep the text of rules that a region published, so that this home can judge by it.": (
        "保存地区已发布的行业规则正文，供本目录据以判断。"
    ),
    "Tell which sectors a body is in and what these may get, by the rules of its region or of --region.": (
        "查询机构所属行业及各行业可取得的数据，按其所在地区或 --region 的规则。"
    ),
    "Tell whether rules of sectors let a body have fields of a resource, and by which rule.": (
        "判断行业规则是否允许机构取得资源的若干字段，并说明依据哪一条规则。"
    ),
    "Credit code of a body.": "机构的统一社会信用代码。",
    "Hold no grant against rules of sectors, and say so.": "不按行业规则核对授权，并予以注明。",
    "Calendars of working days.": "工作日历。",
    "Tell whether a file is a calendar, and how many days it has worked; asks no ledger.": (
        "判断文件是否为合规的工作日历，并给出工作日天数；不查询账本。"
    ),
    "The calendar (elicense-calendar/1), - for stdin.": (
        "工作日历文件（elicense-calendar/1），- 表示标准输入。"
    ),
    "Publish a region's calendar of a year, or its next version; signed by the region or a superior one.": (
        "发布地区某一年度的工作日历或其下一版本；由该地区或上级地区签名。"
    ),
    "List the calendars that regions published, each version with the days that it counts for.": (
        "列出各地区发布的工作日历、各版本及其适用的日期。"
    ),
    "Only of this year.": "只列此年度。",
    "Show a region's calendar of a year; with --api a text that is not here is fetched and kept.": (
        "显示地区某一年度的工作日历；加 --api 时，本地没有的正文从服务取得并保存。"
    ),
    "The year.": "年度。",
    "Its six digits.": "六位行政区划代码。",
    "Keep the text of a calendar that a region published, so that this home can count by it.": (
        "保存地区已发布的工作日历正文，供本目录计算期限。"
    ),
    "Leave it at the service, for everybody registered.": "交存于服务，供所有已登记者使用。",
    "Tell when something is due that has so many working days in a region, and by which calendar.": (
        "计算地区内若干工作日的到期时刻，并说明依据的日历。"
    ),
    "How many working days.": "工作日天数。",
    "What they count from; else now.": "起算时刻；默认现在。",
    "Rulebooks: in how many working days what is due.": "期限规则：各事项须在多少个工作日内办理。",
    "Tell whether a file is a rulebook within what the regulation allows; asks no ledger.": (
        "判断文件是否为规范的期限规则、且不超过条例规定的期限；不查询账本。"
    ),
    "The rulebook (elicense-rulebook/1), - for stdin.": (
        "期限规则文件（elicense-rulebook/1），- 表示标准输入。"
    ),
    "Publish a region's rulebook, or its next version; signed by the region or a superior one.": (
        "发布地区的期限规则或其下一版本；由该地区或上级地区签名。"
    ),
    "List the rulebooks that regions published, each version with when it came into effect.": (
        "列出各地区发布的期限规则、各版本及其生效时刻。"
    ),
    "Show a region's rulebook; with --api texts of versions that are not here are fetched and kept.": (
        "显示地区的期限规则；加 --api 时，本地没有的各版本正文从服务取得并保存。"
    ),
    "Keep the text of a rulebook that a region published, so that this home can count by it.": (
        "保存地区已发布的期限规则正文，供本目录计算期限。"
    ),
    "Tell in how many working days a body or region has to do what, where that begins to run at a moment.": (
        "说明某一时刻起算的各事项，机构或地区须在多少个工作日内办理，以及依据。"
    ),
    "Count the regulation's numbers for rulebooks whose text is not here, and say so.": (
        "本地没有正文的期限规则按条例规定的期限计，并予以注明。"
    ),
    "Lists of electronic seals.": "电子印章名录。",
    "The list (elicense-seals/1), - for stdin.": "印章名录文件（elicense-seals/1），- 表示标准输入。",
    "Credit code of a body, or six digits of a region.": "机构的统一社会信用代码，或六位行政区划代码。",
    "Tell whether a file is a list of seals, and what it has; asks no ledger.": (
        "判断文件是否为规范的印章名录，并列出内容；不查询账本。"
    ),
    "The region whose list it is.": "发布名录的地区。",
    "The body whose list it is; with --region: whose --key is.": (
        "发布名录的机构；同时有 --region 时，为 --key 所属的机构。"
    ),
    "Publish a body's list of seals, or a region's of those of its bodies, or its next version.": (
        "发布机构的印章名录，或地区所属机构的印章名录，或其下一版本。"
    ),
    "Only of this body or region.": "只列此机构或地区的。",
    "List the lists of seals that bodies and regions published, each version with whether it counts now.": (
        "列出各机构、各地区发布的印章名录、各版本及其现在是否作数。"
    ),
    "Show the list of seals of a body or region; with --api a text that is not here is fetched and kept.": (
        "显示机构或地区的印章名录；加 --api 时，本地没有的正文从服务取得并保存。"
    ),
    "Keep the text of a list of seals that somebody published, so that this home can verify by it.": (
        "保存已发布的印章名录正文，供本目录核验时使用。"
    ),
    "Of the seal, or of its certificate.": "印章编号，或其证书的序列号。",
    "The body whose seal it is.": "印章所属的机构。",
    "Whether it was good then; else now.": "所问的时刻；默认现在。",
    "Tell what lists say of a seal: whether it was good at a moment, as they were known at another.": (
        "按名录说明印章在某一时刻是否有效，并可指定以何时已上链的名录为准。"
    ),
    "Count Monday to Friday by calendars whose text is not here, and say so.": (
        "本地没有正文的日历按周一至周五计，并予以注明。"
    ),
    # heads of ledgers
    "Heads of ledgers that vouch for each other.": "账本之间互相见证的链头。",
    "Tell the present head of this ledger, for others to vouch for; needs no key.": (
        "给出本账本现在的链头，供其他账本见证；不需密钥。"
    ),
    "Vouch for a head of another ledger; --other reads it first, else it is told as unchecked.": (
        "见证另一账本的链头；加 --other 先读取核对，不加则注明未经核对。"
    ),
    "The head; without it, the present one of --other.": "链头文件；不给时取 --other 现在的链头。",
    "Trust file of the other ledger, to read it.": "另一账本的信任文件，据以读取该账本。",
    "Node of the other ledger.": "另一账本的节点。",
    "List the heads of other ledgers that regions vouched for.": "列出各地区见证过的其他账本的链头。",
    "Show what a region vouched for last of a ledger; with --api missing texts are fetched and kept.": (
        "显示地区对某账本最近见证的链头；加 --api 时，本地没有的内容从服务取得并保存。"
    ),
    "Id of the other ledger.": "另一账本的编号。",
    "Keep the text of a head that a region vouched for, so that this home can check it.": (
        "保存地区已见证的链头内容，供本目录核对。"
    ),
    "The head (elicense-head/1), - for stdin.": "链头文件（elicense-head/1），- 表示标准输入。",
    "Hold every head that was vouched for against its ledger as it stands now.": (
        "把每个已见证的链头与其账本的现状核对。"
    ),
    # hops
    "Hops: through whose platforms files of uses went.": "转递凭条：用证文件经过了哪些平台。",
    "As the platform carries it: USE.KIND.json.": "平台转递的文件，文件名为 USE.KIND.json。",
    "As the platform carries them: USE.KIND.json.": "平台转递的文件，文件名为 USE.KIND.json。",
    "Sign that files were passed on, beside each; the same again gives the same slips.": (
        "为转递的各文件签署凭条，放在文件旁；再次运行得到同样的凭条。"
    ),
    "A signing key of the platform's body.": "平台所属机构的签名密钥。",
    "To whom it is passed on.": "转给谁。",
    "Who brought it; else the platform before.": "由谁送来；默认为上一平台。",
    "The slip before; else the last beside FILE.": "上一程的凭条；默认为文件旁最后一张。",
    "When it came; now by default.": "收到的时刻；默认现在。",
    "Hold a file and its slips against each other and the ledger: order, times, signatures, keys.": (
        "核对文件与凭条及账本：次序、时间、签名、密钥。"
    ),
    "Its slips; else those beside FILE.": "其凭条；默认为文件旁的凭条。",
    "Show through whose platforms the files of a use came here.": "显示一次用证的文件经哪些平台到达本机。",
    "The digest of its request.": "其申请的摘要。",
    "Put all slips that this home signed on a day onto the ledger, under one root; again for later ones.": (
        "把本目录某日签署的全部凭条以一个根上链；其后又有的，再次运行。"
    ),
    "YYYY-MM-DD, as counted in Beijing.": "北京时间的日期，写作 YYYY-MM-DD。",
    "Write down that a slip is one of those that were published of its day; by the home that published.": (
        "写出凭条属于当日已公布凭条的证明；由公布的一方运行。"
    ),
    "The slip.": "凭条。",
    "The proof.": "证明文件。",
    "Hold a proof against the ledger: the slip, who signed it, and that its body published it.": (
        "把证明与账本核对：凭条、签署者及其机构确已公布。"
    ),
    # routes
    "Route policies: which way exchanges take.": "路由策略：数据交换走哪条路径。",
    "Tell whether a file is a route policy, and what it says; asks no ledger.": (
        "判断文件是否为合规的路由策略并显示其内容；不查询账本。"
    ),
    "The policy (elicense-routes/1), - for stdin.": "路由策略文件（elicense-routes/1），- 表示标准输入。",
    "Publish a region's route policy, or its next version; signed by the region or a superior one.": (
        "发布地区的路由策略或其下一版本；由该地区或上级地区签名。"
    ),
    "List the route policies that regions published, with all versions.": (
        "列出各地区发布的路由策略及其全部版本。"
    ),
    "Show the policy that counts in a region now; with --api missing texts are fetched and kept.": (
        "显示地区现行的路由策略；加 --api 时，本地没有的内容从服务取得并保存。"
    ),
    "Keep the text of a route policy that a region published, so that this home can follow it.": (
        "保存地区已发布的路由策略内容，供本目录遵行。"
    ),
    "Tell what exchanges of a grant cross, and which way they have to take.": (
        "说明某授权的数据交换跨越了什么、应走哪条路径。"
    ),
    "Find uses that took another way than the route policy said, as far as slips that this home saw tell.": (
        "找出没有按路由策略走的用证，以本目录见过的凭条为限。"
    ),
    "Keep them, to show and supervise by.": "保存凭条，供显示和监察使用。",
}
