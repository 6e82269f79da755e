"""Error texts: issuing, acts, registry, founding, verification."""

from __future__ import annotations

from ledger.errors.texts.text import Text

TEXTS: dict[str, Text] = {
    "BATCH_MIXED": Text(
        "一批证照须为同一类型、同一颁发机构。",
        "The licenses of a batch are of one type and one issuer.",
        "按类型和颁发机构分批。",
        "Make a batch for each type and issuer.",
    ),
    "DOCUMENT_HAS_NO_HOLDER": Text(
        "{id} 是公文，归发文机关所有，没有持证人。",
        "{id} is an official document: it is its issuing body's and has no holder.",
        "公文不绑定设备、不登记代理、不迁移；任何人凭文件即可核验（elicense verify）。",
        "Nothing is bound, represented or moved: whoever has the file verifies it (elicense verify).",
    ),
    "KIND_OF_SUCCESSOR": Text(
        "{id} 的类型为 {type}，证照与公文不能互相替代。",
        "{id} is of type {type}: no document takes the place of a license, nor a license that of a document.",
        "请用同一种类的类型作新版本；要终止原件，请用 license 或 document 下的终止命令。",
        "Make the next version of a type of the same kind; to end the earlier one use an end.",
    ),
    "TYPE_KIND_CHANGED": Text(
        "类型 {type} 已登记为 {registered}，不能改为 {kind}。",
        "Type {type} is registered as {registered} and does not become {kind}.",
        "请为另一种类登记一个新的类型代码；已签发的不受影响。",
        "Register a type of its own under another code; what was issued stays what it is.",
    ),
    "UNKNOWN_LICENSE": Text(
        zh="没有找到证照 {id}。",
        en="No license is known under {id}.",
        remedy_zh="核对有无笔误。标识只有签发或收存它的本机目录（ELICENSE_HOME）知道；在别处请用 licenseId，或带 --file 的命令用证照文件。",
        remedy_en="Check it for a slip. Identifiers are known only to the home (ELICENSE_HOME) that issued or "
        "took them in; elsewhere use the licenseId, or the license file where the command takes --file.",
    ),
    "REQUEST_ID_REUSED": Text(
        zh="该请求号已用于另一内容的签发（{id}）。",
        en="That request id was used for another input ({id}).",
        remedy_zh="换一个请求号，或重发原来的内容。",
        remedy_en="Use a new request id, or send the same input again.",
    ),
    "ACT_UNKNOWN": Text(
        zh="没有行为“{act}”。",
        en="There is no act {act}.",
        remedy_zh="用其中之一：{acts}。",
        remedy_en="Use one of: {acts}.",
    ),
    "GROUND_NOT_OF_ACT": Text(
        zh="事由“{ground}”不适用于 {act}。",
        en="The ground {ground} is not one of {act}.",
        remedy_zh="用其中之一：{grounds}。",
        remedy_en="Use one of: {grounds}.",
    ),
    "VERSIONS_EXHAUSTED": Text(
        zh="证照 {id} 的版本号已到 999。",
        en="The license {id} has reached version 999.",
        remedy_zh="以新的流水号签发。",
        remedy_en="Issue it under a new serial.",
    ),
    "SIGNED_STRUCT": Text(
        zh="签名内容不是 {struct} 报文应有的成员和取值。",
        en="What was signed does not have the members and values of {struct}.",
        remedy_zh="文件不规范，请持证人重新取得原件。",
        remedy_en="The file is not well-formed; ask for the original.",
    ),
    "HOLDER_KEY": Text(
        zh="持证人公钥无法识别：{reason}。",
        en="The holder's key cannot be read: {reason}.",
        remedy_zh="用 elicense wallet key 给出的 130 位十六进制公钥。",
        remedy_en="Use the 130 hex digits that `elicense wallet key` gave.",
    ),
    "HOLDER_KEYS": Text(
        zh="给出的持证人公钥不成一组。",
        en="The holder keys given do not make one binding.",
        remedy_zh="一位持证人：一个签名公钥，可加一个加密公钥；"
        "多位持证人（2 到 8 位）：每位两个公钥、互不相同，并指明规则 ANY 或 ALL。",
        remedy_en="One holder: a signing key, with an encryption key if there is one. Several (2 to 8): "
        "two keys of each, all different, and the rule ANY or ALL.",
    ),
    "HOLDERS_FILE_OF_ONE": Text(
        zh="--out 写的是多位持证人的公钥文件，这里没有 --holder-rule。",
        en="--out writes the keys of several holders; no --holder-rule is given.",
        remedy_zh="一位持证人不需要此文件，去掉 --out；多位持证人，加 --holder-rule ANY 或 ALL。",
        remedy_en="One holder needs no such file: leave --out away. Several: add --holder-rule ANY or ALL.",
    ),
    "TRANSFER_AT_HOME": Text(
        zh="证照已在地区 {region}，无须移交。",
        en="The license is in region {region} already.",
        remedy_zh="用 --region 指明接收的另一个地区。",
        remedy_en="Name another region with --region: the one that takes it in.",
    ),
    "BINDING_OF_NOBODY": Text(
        zh="绑定值为零，不绑定任何持证人；一经记录，冻结即被解除。",
        en="The holder binding is zero and binds nobody; recorded, it would undo a freeze.",
        remedy_zh="给出持证人新设备的公钥（elicense wallet key）；要停用丢失的设备，用 license freeze。",
        remedy_en="Give the keys of the holder's new device (`elicense wallet key`); `license freeze` stops a "
        "lost one.",
    ),
    "BIND_METHOD": Text(
        zh="没有核验方式“{method}”。",
        en="There is no way of checking identity called {method}.",
        remedy_zh="用其中之一：{methods}。",
        remedy_en="Use one of: {methods}.",
    ),
    "NOTHING_TO_VERIFY": Text(
        zh="{path} 中没有可核验的证照文件或二维码图片。",
        en="There is no license file or QR image in {path}.",
        remedy_zh="给出 *.elic.json 文件、含有它们的文件夹、二维码图片或以 EL1: 开头的文本。",
        remedy_en="Name *.elic.json files, a folder of them, a QR image, or a text that begins with EL1:.",
    ),
    "BAD_TIME": Text(
        zh="无法识别的时间“{text}”。",
        en="Not a time: {text}",
        remedy_zh="用 RFC 3339（如 2026-11-22T08:00:00Z）或日期 YYYY-MM-DD。",
        remedy_en="Use RFC 3339 (2026-11-22T08:00:00Z) or a day, YYYY-MM-DD.",
    ),
    "FOUNDING_FILE": Text(
        zh="建账文件的“{member}”不对：应为 {expected}。",
        en="The founding file's {member} is off: expected {expected}.",
        remedy_zh="对照 docs/interfaces.md 的 Founding file 一节修改后重试。",
        remedy_en="Correct it as docs/interfaces.md describes the founding file, then try again.",
    ),
    "FOUNDING_PENDING": Text(
        zh="还缺 {count} 个签名，账本尚未封印。",
        en="{count} signatures are still missing; the ledger is not sealed yet.",
        remedy_zh="{path} 的每条请求写明由哪个密钥签什么：运行其 command，把输出填入 signature，再运行 deploy --resume。",
        remedy_en="Each request in {path} says which key signs what: run its command where that key is, "
        "put the line it prints into signature, then run deploy --resume.",
    ),
    "FOUNDING_INTERRUPTED": Text(
        zh="{path} 记着一次未完成的建账。",
        en="{path} keeps a founding that did not finish.",
        remedy_zh="用 deploy --resume 继续；要重新开始，先移走该文件。",
        remedy_en="Go on with deploy --resume; to begin anew, move that file away first.",
    ),
    "FOUNDING_NOTHING_TO_RESUME": Text(
        zh="没有未完成的建账 {path}。",
        en="There is no unfinished founding {path}.",
        remedy_zh="去掉 --resume，或核对 --out。",
        remedy_en="Leave out --resume, or check --out.",
    ),
    "FILE_EXISTS": Text(
        zh="文件 {path} 已存在。",
        en="The file {path} exists already.",
        remedy_zh="换一个文件名，或先移走它；本命令从不覆盖。",
        remedy_en="Choose another name or move it away; nothing is overwritten.",
    ),
    "TRUST_LEVEL": Text(
        zh="没有信任级别“{level}”。",
        en="There is no trust level {level}.",
        remedy_zh="用其中之一：{levels}。",
        remedy_en="Use one of: {levels}.",
    ),
    "TRUST_NOT_REACHED": Text(
        zh="要求信任级别 {asked}，只达到 {reached}。",
        en="Trust level {asked} was asked for; only {reached} was reached.",
        remedy_zh="用 --head 指定可信的区块哈希，或给出两个以上互相独立的 --rpc。"
        "seals 级别本版本达不到（尚不核对共识签章），请用 state。",
        remedy_en="Pin a block hash with --head, or give two or more independent --rpc endpoints. This version "
        "reaches no level `seals` (it checks no consensus seals): ask for `state`.",
    ),
    "SPLIT_VIEW": Text(
        zh="各节点在高度 {number} 的区块不同。",
        en="The endpoints disagree about block {number}.",
        remedy_zh="停止采信，保存各节点的回答并报告监督机构。",
        remedy_en="Rely on none of them; keep their answers and report it.",
    ),
    "HISTORY_NOT_PROVED": Text(
        zh="对象 {object} 的记录与经证明的存储值不符。",
        en="The records of {object} do not add up to its proved word.",
        remedy_zh="该节点遗漏或改动了记录：换一个节点并报告。",
        remedy_en="The node left out or changed a record: use another and report it.",
    ),
    "CONFIG_FILE": Text(
        zh="配置文件 {path} 无法读取：{reason}。",
        en="The configuration {path} cannot be read: {reason}.",
        remedy_zh="改正该 TOML 文件或删除它。",
        remedy_en="Correct that TOML file or remove it.",
    ),
    "NETWORK_MISSING": Text(
        zh="没有信任文件 {path}。",
        en="There is no trust file {path}.",
        remedy_zh="用 --network 指定 network.json（由 deploy 产生，或向本地区主管部门索取）。",
        remedy_en="Name network.json with --network (made by deploy, or handed out by your region).",
    ),
    "RPC_MISSING": Text(
        zh="没有可用的节点地址。",
        en="No endpoint is known.",
        remedy_zh="用 --rpc URL 或 ELICENSE_RPC 指定。",
        remedy_en="Name one with --rpc URL or ELICENSE_RPC.",
    ),
}
