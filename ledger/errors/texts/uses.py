"""Error texts: uses of granted data, from the request to the receipt."""

from __future__ import annotations

from ledger.errors.texts.text import Text

TEXTS: dict[str, Text] = {
    "USE_REQUEST_MALFORMED": Text(
        "不是规范的用证申请（{field}）。",
        "This is no well-formed request to use data ({field}).",
        "按接口说明重新生成并签名。",
        "Make and sign it again as the interface says.",
    ),
    "USE_REQUEST_SIGNATURE": Text(
        "用证申请的签名不是密钥 {key} 所签。",
        "The request to use data was not signed by the key {key}.",
        "用申请机构登记的签名密钥重新签名。",
        "Sign again with a registered signing key of the body that asks.",
    ),
    "USE_REQUEST_TIME": Text(
        "用证申请的时间 {at} 与本服务相差超过 {tolerance} 秒。",
        "The request was made at {at}, more than {tolerance} seconds from this service's clock.",
        "校准时钟后重新申请。",
        "Set the clock and ask again.",
    ),
    "GRANT_PURPOSE_OTHER": Text(
        "申请所述用途不是授权 {grant} 的用途。",
        "The purpose in the request is not that of the grant {grant}.",
        "使用申请授权时的用途文本；用途变化的，重新申请授权。",
        "State the purpose as when the grant was asked for; for another one, ask for another grant.",
    ),
    "READER_KEY_OTHER": Text(
        "密钥 {key} 不是 {grantee} 现行登记的加密密钥。",
        "The key {key} is no encryption key that is registered for {grantee} now.",
        "使用已登记的加密密钥，或先登记。",
        "Use a registered encryption key, or register one first.",
    ),
    "USE_UNKNOWN": Text(
        "没有编号为 {use} 的用证。",
        "No use is known under {use}.",
        "核对编号：对象、记录序号或请求摘要（use list）。向提供方服务取副本的，只有申请机构能取。",
        "Check it: an object, a record's number or a request's digest (`use list`). Of a provider's service only "
        "the body that asked gets it.",
    ),
    "USE_OFFER_OVER": Text(
        "用证 {use} 的应答已过期。",
        "The offer for the use {use} is over.",
        "重新申请。",
        "Ask again.",
    ),
    "USE_NOT_SIGNED": Text(
        "用证 {use} 尚未由用证单位签名。",
        "The use {use} was not signed by the grantee yet.",
        "先核对并签名。",
        "Check and sign it first.",
    ),
    "USE_NOT_RECORDED": Text(
        "用证 {use} 已受理，尚未上链，数据暂不交付。",
        "The use {use} is accepted and not recorded yet; the data are handed out after that.",
        "稍后再取。",
        "Ask for the copy again a little later.",
    ),
    "USE_WITH_PLATFORM": Text(
        "用证 {use} 的请求已交平台，对方尚未答复。",
        "The use {use} is with the platform; the other side has not answered yet.",
        "平台送回答复后，再运行同一命令。",
        "Run the same command again once the platform brought an answer.",
    ),
    "USE_REFUSAL_UNPROVED": Text(
        "收到用证 {use} 的拒绝（{told}），但{reason}，不予采信；请求仍在等待答复。",
        "A refusal of the use {use} ({told}) came, and {reason}: it counts for nothing, and the request still "
        "waits.",
        "稍后再运行同一命令：账本上有了该次用证或其拒绝，或签名的时限已过，即见分晓。"
        "经平台的，请提供单位重新运行 use answer（旧版软件的拒绝没有签名）。",
        "Run the same command again later: it ends once the ledger has the use or its refusal, or the time of "
        "what was signed is over. Over a platform, have the provider run `use answer` again (old software signs "
        "no refusal).",
    ),
    "USE_REFUSAL_MALFORMED": Text(
        "不是规范的用证拒绝（{field}）。",
        "This is no well-formed refusal of a use ({field}).",
        "格式 elicense-use-refusal/1 见 docs/interfaces.md。",
        "docs/interfaces.md has the form elicense-use-refusal/1.",
    ),
    "USE_BATCH_PLATFORM": Text(
        "成批用证不能经平台文件办理（{grant}）。",
        "Uses in batches cannot go over the files of a platform ({grant}).",
        "去掉 --batch，或直接向提供方服务申请（--api）。",
        "Leave out --batch, or ask the provider's service (--api).",
    ),
    "USE_SIGNATURE_FORM": Text(
        "签名文件的形式不对。",
        "The file with the signature is not well formed.",
        "请用证单位重新送出。",
        "The grantee sends it again.",
    ),
    "USE_ANSWER_FORM": Text(
        "提供方的答复无法读取（{told}）。",
        "The provider's answer cannot be read ({told}).",
        "请提供方核对平台文件，或双方升级到同一版本。",
        "Let the provider check the platform's files, or bring both sides to one version.",
    ),
    "PROVIDER_SERVICE_MISSING": Text(
        "没有说明向哪里取数据。",
        "Nothing says where the data are to be had.",
        "用 --api 写明提供方服务的地址（用 interface show 查看该资源的接口），经平台的用 --via。",
        "Name the service of the provider with --api (`interface show` tells where the resource's interface is), "
        "or the folder of a platform with --via.",
    ),
    "USE_WAY": Text(
        "--api 与 --via 只用其一。",
        "Either --api or --via, not both.",
        "选择提供方服务地址，或平台文件夹。",
        "Name the provider's service, or the platform's folder.",
    ),
    "PLATFORM_FOLDER": Text(
        "平台文件夹 {path} 不能使用：{reason}。",
        "The platform's folder {path} cannot be used: {reason}.",
        "检查目录权限和磁盘空间，再运行同一命令。",
        "Check its permissions and the disk, then run the same command again.",
    ),
    "USE_ANSWER_DIFFERS": Text(
        "提供方的应答与申请不符（{member}）。",
        "The provider's answer differs from what was asked for ({member}).",
        "不要签名；与提供方核对。",
        "Do not sign it; take it up with the provider.",
    ),
    "USE_FOLDER_OTHER": Text(
        "文件夹 {folder} 属于另一次用证。",
        "The folder {folder} belongs to another use.",
        "另选文件夹。",
        "Choose another folder.",
    ),
    "USE_RECEIPT_MALFORMED": Text(
        "不是规范的用证回执（{field}）。",
        "This is no well-formed receipt of a use ({field}).",
        "请提供方重新出具。",
        "Ask the provider for it again.",
    ),
    "USE_RECEIPT_SIGNATURE": Text(
        "用证回执不是密钥 {key} 所签。",
        "The receipt was not signed by the key {key}.",
        "勿采信；与提供方核对。",
        "Do not rely on it; take it up with the provider.",
    ),
    "USE_RECEIPT_DIFFERS": Text(
        "账本记载与回执不符（{member}）。",
        "The ledger does not bear the receipt out ({member}).",
        "勿采信；与提供方核对。",
        "Do not rely on it; take it up with the provider.",
    ),
    "USE_MESSAGE_KIND": Text(
        "{struct} 不是用证或拒绝用证的消息。",
        "{struct} is no message about a use or a refusal of one.",
        "交入 Use、UseBatch、RefuseUse 或 RefuseBatch。",
        "Hand in a Use, UseBatch, RefuseUse or RefuseBatch.",
    ),
    "HANDOUT_ERASED": Text(
        "证照 {id} 的文件已依法删除，副本不再提供。",
        "The document of the license {id} was erased; its copy is handed out no more.",
        "使用已取得的副本，注意其期限。",
        "Use the copy that you have, within its term.",
    ),
    "USES_OUTAGE": Text(
        "用证存储 {path} 不可用：{reason}。",
        "The store of uses {path} cannot be used: {reason}.",
        "检查磁盘后重试。",
        "Check the disk and try again.",
    ),
    "LOCATED_MALFORMED": Text(
        "不是规范的查找应答（{field}）。",
        "This is no well-formed answer to a lookup ({field}).",
        "与提供方核对后重新查找。",
        "Take it up with the provider and look again.",
    ),
    "LOOKUP_TERMS": Text(
        "{option} 与授权 {grant} 不符。",
        "{option} is not what the grant {grant} says.",
        "按申请授权时的事项和案号填写。",
        "State the matter and the case as when the grant was asked for.",
    ),
    "LOOKUP_SCOPE": Text(
        "没有说明凭什么查找：授权或地区，二者取一。",
        "Nothing says where to look, or two things do: under grants or over a region.",
        "用 --grant 写明授权，或用 --region 写明地区，不可同时。",
        "Name grants with --grant, or a region with --region, and not both.",
    ),
    "HOLDER_CODE_UNLIKELY": Text(
        "这个 18 位代码的校验码既不符合统一社会信用代码，也不符合公民身份号码，没有查询。",
        "The check character of these 18 fits neither a credit code nor an identity number; nobody was asked.",
        "核对代码；查询会计入授权的使用次数。确为这个代码的（例如照旧证录入的），加 --as-given。",
        "Check the code: a look counts as a use of the grant. If it is what an old license says, add --as-given.",
    ),
    "LOOKUP_OPTION": Text(
        "{option} 不与 {other} 同用。",
        "{option} does not go with {other}.",
        "去掉其中一个。",
        "Leave one of them out.",
    ),
    "LOOKUP_NO_GRANT": Text(
        "地区 {region} 没有机构给过本单位可用于此事的授权，没有向任何机构查询。",
        "No body of region {region} gave a grant that may be used for this; nobody was asked.",
        "核对用途、事项和案号是否与授权一致（grant list --grantee）；没有授权的，先申请（resource list、grant request）。",
        "Check purpose, item and case against your grants (`grant list --grantee`); where there is none, ask for one "
        "(`resource list`, `grant request`).",
    ),
    "LOOKUP_ITEMS": Text(
        "有多个事项的授权相符：{items}。",
        "Grants for several items fit: {items}.",
        "用 --item 写明办理的是哪一项。",
        "Say with --item which one is dealt with.",
    ),
    "LOOKUP_ADDRESS_UNKNOWN": Text(
        "不知道 {owner} 在哪里受理资源 {resource} 的用证：没有声明接口，或本机没有接口文件。",
        "Nothing tells where {owner} takes uses of {resource}: it declared no interface, or its file is not here.",
        "收入接口文件（interface show --file），用 --api 写明有该文件的服务，或用 --services 写明该机构的服务地址。",
        "Take in the interface's file (`interface show --file`), name with --api a service that has it, or the body's "
        "own with --services.",
    ),
    "LOOKUP_ADDRESS_OTHER": Text(
        "资源 {resource} 的接口（{url}）不受理用证：方法中没有 {method}，或地址不能直接使用。",
        "Uses are not asked for at the interface of {resource} ({url}): its methods lack {method}, or no path can be "
        "added to its address.",
        "请提供单位声明其服务的接口，或用 --services 写明其服务地址。",
        "Its provider declares the interface of its service; or name that with --services.",
    ),
    "LOOKUP_UNFORESEEN": Text(
        "{provider} 的答复引出程序内部错误（{type}），该机构视为未查询；其他机构的答复不受影响。",
        "What {provider} answered brought out a fault of this program ({type}): it counts as not asked; the "
        "answers of others stand.",
        "把标准错误输出中的出错位置报告给维护者；同一命令会再次查询该机构。",
        "Report the places on stderr to the maintainers; the same command asks that body again.",
    ),
    "LOOKUP_RUNNING": Text(
        "另一次查找正在使用文件夹 {folder}。",
        "Another lookup is at work in the folder {folder}.",
        "等它结束后再运行。",
        "Run it again when that one is done.",
    ),
    "SERVICES_MALFORMED": Text(
        "服务地址文件中 {field} 的地址不是可用的 http(s) 地址。",
        "In the file of services the address of {field} is no http(s) address of a service.",
        '写成 {{"统一社会信用代码": "https://…"}}，地址中不含用户名、问号和井号。',
        'Write {{"USCC": "https://…"}}, the addresses without a user, a query and a fragment.',
    ),
    "USE_CODE_OTHER": Text(
        "该用证码属于另一授权或另一经办人。",
        "The use code belongs to another grant or another operator.",
        "由本经办人用本授权重新查找证照。",
        "Look the license up under this grant, as the same operator (--operator).",
    ),
    "USE_CODE_OVER": Text(
        "该用证码已过期。",
        "The use code is over.",
        "重新查找证照。",
        "Look the license up again.",
    ),
    "USE_NOT_IN_BATCH": Text(
        "授权 {grant} 的用证不能合批：只有无条件共享、依职能、不限次数的用数可以。",
        "Uses under the grant {grant} stand in no batch: only data that are shared without condition, used under "
        "a duty that nobody counts.",
        "逐次用证（不加合批）。",
        "Ask for a record of its own.",
    ),
    "USE_REFUSED_BEFORE": Text(
        "用证申请 {use} 此前已被拒绝。",
        "The request {use} was refused before.",
        "另做一份申请。",
        "Ask with a new request.",
    ),
    "USE_NOT_PROMISED": Text(
        "账本暂不入账，授权 {grant} 下的合批用证无法承诺上链。",
        "Records do not come at present, so that none of uses in batches under the grant {grant} is promised.",
        "稍后再试。",
        "Try again later.",
    ),
    "USE_BATCH_UNKNOWN": Text(
        "没有编号为 {batch} 的用证批次。",
        "No batch of uses is known under {batch}.",
        "核对编号；只有用证单位能签。",
        "Check the id; only the grantee signs it.",
    ),
    "USE_BATCH_OVER": Text(
        "用证批次 {batch} 已结束。",
        "The batch of uses {batch} is over.",
        "查看待签的用证。",
        "Look at what waits for a signature.",
    ),
    "USES_WAITING": Text(
        "{count} 次用证尚未合批。",
        "{count} uses are in no batch yet.",
        "再次运行，直至全部签名。",
        "Run it again until all are signed for.",
    ),
    "USES_NOT_ASKED": Text(
        "提供方请签的批次中有 {count} 次用证不是本机在授权 {grant} 下所申请：{requests}。",
        "The provider's batch under the grant {grant} has {count} uses that this home did not ask for: {requests}.",
        "不要签名；与提供方核对。多台机器用证的，在申请的机器上签名。",
        "Sign nothing; take it up with the provider. Where several machines ask, sign on the one that asked.",
    ),
    "USES_MISSING": Text(
        "授权 {grant} 下已交付的 {count} 次用证不在提供方请签之列：{requests}。",
        "Of what was released under the grant {grant}, {count} uses are missing in what the provider offers to "
        "sign: {requests}.",
        "不要签名；凭用证承诺与提供方核对。",
        "Sign nothing; take it up with the provider, by its promises.",
    ),
    "USE_LEFT_UNSIGNED": Text(
        "数据已交付，用证单位逾期未签名。",
        "Data were handed out, and the grantee did not sign in time.",
        "由用证单位补签。",
        "The grantee signs it now.",
    ),
    "USES_UNSIGNED": Text(
        "授权 {grant} 下有 {count} 次用证逾期未由用证单位签名。",
        "{count} uses under the grant {grant} wait for the grantee's signature for too long.",
        "先签名待签的用证。",
        "Sign what waits first.",
    ),
}
