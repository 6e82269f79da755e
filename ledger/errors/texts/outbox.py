"""Error texts: the outbox and its promises."""

from __future__ import annotations

from ledger.errors.texts.text import Text

_RETRY_ZH = "稍后重试；已受理的内容不会丢失。"
_RETRY_EN = "Try again later; what is accepted is not lost."

TEXTS: dict[str, Text] = {
    # --- the queue ---
    "OUTBOX": Text(
        "待发箱 {path} 无法读写：{reason}。",
        "The outbox {path} cannot be used: {reason}.",
        "检查磁盘空间和权限后重试；已保存的内容不会丢失。",
        "Check disk space and permissions, then try again; what is kept is not lost.",
    ),
    "QUEUE_OUTAGE": Text(
        "待发队列 {path} 不能使用：{reason}。",
        "The queue {path} cannot be used: {reason}.",
        "检查磁盘空间和权限后重试；已受理的报文仍在队列中。",
        "Check disk space and permissions, then try again; accepted messages are still in it.",
    ),
    "QUEUE_CONTENDED": Text(
        "同一证照的其他报文不断抢先，{tries} 次未能受理。",
        "Other messages about the same license kept coming first, {tries} times.",
        _RETRY_ZH,
        _RETRY_EN,
    ),
    "OUTBOX_LED": Text(
        "待发箱正由进程 {process} 发送。",
        "The outbox is run by process {process}.",
        "一个目录只由一个进程发送；该进程结束后重试。",
        "One process runs the outbox of a home; try again when that one has ended.",
    ),
    "OUTBOX_WAITING": Text(
        "仍有 {count} 份报文等待上链。",
        "{count} messages still wait for their records.",
        _RETRY_ZH,
        _RETRY_EN,
    ),
    "MESSAGE_STATE": Text(
        "没有状态 {state}。",
        "There is no state {state}.",
        "可用：{states}。",
        "Choose from: {states}.",
    ),
    "MESSAGE_UNKNOWN": Text(
        "待发箱中没有报文 {message}。",
        "The outbox holds no message {message}.",
        "核对报文摘要；elicense outbox list 列出全部。",
        "Check the digest; `elicense outbox list` shows all of them.",
    ),
    "MESSAGE_WAITING": Text(
        "报文 {message} 已受理，尚未上链（{reason}）。",
        "Message {message} is accepted and not recorded yet ({reason}).",
        "再次运行同一命令继续等待，或运行 elicense outbox run；勿另行签发。",
        "Run the same command again to go on waiting, or `elicense outbox run`; do not issue it anew.",
    ),
    "MESSAGE_EXPIRED_UNSENT": Text(
        "报文 {message} 在时限内未能上链。",
        "Message {message} was not recorded until it ran out.",
        "用 elicense outbox resign 重新签名，或再次提交原请求。",
        "Sign it again with `elicense outbox resign`, or send the request again.",
    ),
    "MESSAGE_NOT_RESIGNED": Text(
        "报文 {message} 现为 {state}，不需重签。",
        "Message {message} is {state} and is not signed again.",
        "只有过期或被拒的报文可以重签。",
        "Only what has expired or was refused can be signed again.",
    ),
    "MESSAGE_OF_ANOTHER": Text(
        "报文 {message} 由另一机构申请。",
        "Another body asked for the message {message}.",
        "由申请报文的机构提交签名。",
        "Have the body that asked for it hand in the signature.",
    ),
    "BATCH_NOT_KEPT": Text(
        "报文 {message} 的批次内容已不在本机：其中证照已另行签发。",
        "The batch of message {message} is no longer kept here: licenses of it were issued otherwise.",
        "把仍需签发的证照另行组批签发。",
        "Issue the licenses that are still wanted in another batch.",
    ),
    "BATCH_REJECTED": Text(
        "所给证照全部不能签发，共 {count} 处错误。",
        "None of the licenses can be issued; {count} faults.",
        "按 errors 逐条改正后重新提交。",
        "Correct what `errors` lists and send them again.",
    ),
    "NOT_ACCEPTABLE": Text(
        "该报文不会被账本记录：{reason}。",
        "The ledger would not record this message: {reason}.",
        "按原因改正后重新提交。",
        "Correct what the reason says and send it again.",
    ),
    "ANCHOR_STALLED": Text(
        "已有 {seconds} 秒没有任何报文上链，超过 {limit} 秒即不再受理。",
        "Nothing was recorded for {seconds} s; after {limit} s nothing more is accepted.",
        "检查链节点与中继账户；恢复上链后自动受理。",
        "See to the chain node and the relay account; accepting goes on by itself once records are made.",
    ),
    "RELAY_REFUSED": Text(
        "中继账户 {account} 现在不能上链：{reason}。",
        "The relay account {account} cannot write now: {reason}.",
        "检查中继登记与合约状态；报文留在队列中，恢复后自动发送。",
        "Check the relay's registration and the contracts; the messages stay in the queue and go out by themselves.",
    ),
    # --- a service elsewhere ---
    "SERVICE_ADDRESS": Text(
        "服务地址 {url} 不是 http(s) 地址。",
        "The service's address {url} is no http(s) address.",
        "核对 --api 或 ELICENSE_API。",
        "Check --api or ELICENSE_API.",
    ),
    "SERVICE_NEAR": Text(
        "提供单位声明的服务地址 {url} 指向本机或本链路，没有向它发送任何内容。",
        "The service's address {url}, as its provider declared it, leads to this machine or its link; nothing was sent.",
        "确认无误后加 --near；否则请提供单位更正接口。",
        "Where that is meant, say --near; else let the provider mend its interface.",
    ),
    "SERVICE_NOT_SECRET": Text(
        "提供单位声明的服务地址 {url} 不是 https，没有向它发送任何内容。",
        "The service's address {url}, as its provider declared it, is not https; nothing was sent.",
        "请提供单位改用 https，或用 --services 自行写明地址。",
        "Let the provider use https, or name the address yourself with --services.",
    ),
    "SERVICE_OUTAGE": Text(
        "服务 {url} 不能应答（{reason}）。",
        "The service {url} gives no usable answer ({reason}).",
        "核对地址，稍后重试{again}。",
        "Check the address and try again later{again}.",
    ),
    "SERVICE_REFUSED": Text(
        "服务 {url} 拒绝了请求（{status}）：{reason}。",
        "The service {url} refused the request ({status}): {reason}.",
        "按原因改正后重试。",
        "Correct what the reason says and try again.",
    ),
    "SERVICE_MESSAGE_DIFFERS": Text(
        "服务要求签署的报文与所下指令不符（{member}），未签名。",
        "What the service wants signed is not what was ordered ({member}); nothing was signed.",
        "勿信赖该服务；核对其地址与信任文件。",
        "Do not rely on this service; check its address and the trust file.",
    ),
    "SERVICE_ANSWER_DIFFERS": Text(
        "服务的答复与所下指令不符（{member}）；报文已交出。",
        "The service's answer is not about what was ordered ({member}); the message was handed in.",
        "勿信赖该服务，勿使用其所给文件；以其他节点核对证照状态。",
        "Do not rely on this service or on files that it gave; ask another node where the license stands.",
    ),
    "SERVICE_FILE_UNCHECKED": Text(
        "服务给出的证照文件由另一密钥 {key} 签署，没有节点可问其归属，未写入文件。",
        "The license file of the service is signed by another key, {key}; no node says whose. No file is written.",
        "以 --rpc 给出节点后用同一 --request-id 重试；报文已受理，不会重复签发。",
        "Name a node with --rpc and try again with the same --request-id; nothing is issued twice.",
    ),
    "BATCH_NOT_RECORDED": Text(
        "服务受理的批次未能上链（{reason}）。",
        "A batch that the service accepted was not recorded ({reason}).",
        "该批证照均未颁发；按原因更正后以 --resume 重做。",
        "None of its licenses is issued; mend what the reason says, then go on with --resume.",
    ),
    "MESSAGES_IN_A_ROW": Text(
        "关于 {object} 已有 {count} 条报文等待上链，须逐条入块。",
        "{count} messages about {object} wait for their records, each for a block of its own.",
        "稍后再试。",
        "Try again in a moment.",
    ),
    "SERVICE_ORGANISATION": Text(
        "不能从 {id} 得知代表哪个机构。",
        "It cannot be told from {id} for which organisation this is.",
        "以 --org 给出统一社会信用代码。",
        "Name the credit code with --org.",
    ),
    "FILE_AT_SERVICE": Text(
        "证照文件 {file} 不能随报文交给服务。",
        "The license file {file} cannot be handed to a service with a message.",
        "不用 --file，由保有该批次的服务办理；或不用 --api，在本机办理。",
        "Leave --file out where the service keeps the batch, or act from this home, without --api.",
    ),
    # --- promises ---
    "PROMISE_MALFORMED": Text(
        "受理承诺的形式不对（{field}）。",
        "The promise is not well formed ({field}).",
        "向出具承诺的中继重新索取。",
        "Ask the relay that gave it for it again.",
    ),
    "PROMISE_SIGNATURE_BAD": Text(
        "受理承诺的签名与密钥 {key} 不符。",
        "The promise was not signed by the key {key}.",
        "勿据以主张；向出具机构核实。",
        "Do not rely on it; ask the body that is said to have given it.",
    ),
    "PROMISE_KEY_UNKNOWN": Text(
        "密钥 {key} 在 {time} 不是 {organisation} 登记的有效签名密钥。",
        "The key {key} was no valid signing key of {organisation} at {time}.",
        "该承诺无人担保；向出具机构核实。",
        "Nobody answers for this promise; ask the body that is said to have given it.",
    ),
    "PROMISE_BROKEN": Text(
        "报文 {message} 应在 {anchorBy} 前上链，实际：{outcome}。",
        "Message {message} was to be recorded until {anchorBy}; in fact: {outcome}.",
        "持承诺向中继所属机构交涉；承诺本身即证据。",
        "Take it up with the relay's body; the promise itself is the evidence.",
    ),
    "PROMISE_LODGED_AFTER_CUT_OFF": Text(
        "密钥 {key} 自 {cutOff} 起已失密；该承诺在 {time} 才存证上链，不能证明是失密之前出具的。",
        "The key {key} is compromised from {cutOff} on; lodged at {time}, this promise may be a thief's.",
        "密钥失密之前存证的承诺才有效；向出具机构另行主张。",
        "Only what was lodged before counts; take it up with the body that is said to have given it.",
    ),
    "PROMISES_MALFORMED": Text(
        "不是规范的承诺清单（{field}）。",
        "This is no well-formed list of promises ({field}).",
        "用 promise lodge 由承诺文件生成并存证；一份清单 1 至 1000 条，各不相同，按顺序排列。",
        "`promise lodge` makes and lodges one from files: 1 to 1,000 promises, each once, in order.",
    ),
    "PROMISES_LODGED": Text(
        "{body} 已存证过这些承诺（{promises} 份）。",
        "{body} lodged these promises before ({promises}).",
        "无须再次存证；用 promise lodged 查看。",
        "There is nothing to lodge; see `promise lodged`.",
    ),
    "PROMISES_TOO_MANY": Text(
        "一次至多存证 {most} 份承诺，这里有 {promises} 份。",
        "One list has {most} promises at most; these are {promises}.",
        "分几次存证。",
        "Lodge them in several lists.",
    ),
    "PROMISES_NONE": Text(
        "所列文件或文件夹中没有承诺。",
        "There is no promise in what was named.",
        "指定承诺文件，或含有承诺的答复（elicense-promise/1、elicense-use-promise/1）。",
        "Name promises, or answers that hold one (elicense-promise/1, elicense-use-promise/1).",
    ),
    "PROMISES_WHICH": Text(
        "--lodged 与文件不能同时使用；--leave-out 只用于 --lodged。",
        "--lodged takes no files, and --leave-out goes with --lodged alone.",
        "分别执行：一次核对文件，一次核对账上存证的承诺。",
        "Run it twice: once for the files, once for what was lodged.",
    ),
    "PROMISES_NOT_HERE": Text(
        "有存证的承诺清单不在本机（见 notHere），其中是否有违约无从得知。",
        "Lists that were lodged are not here (`notHere`), so whether their promises were kept cannot be told.",
        "用 promise keep 收入，或用 promise lodged 加 --api 取得；也可加 --leave-out 不计，结果会注明。",
        "Take them in by `promise keep`, or fetch them by `promise lodged` with --api; --leave-out goes on without.",
    ),
    "PROMISES_TEXT_NOT_HERE": Text(
        "这里没有摘要为 {digest} 的承诺清单。",
        "No list of promises with the digest {digest} is kept here.",
        "向存证的机构取得文件。",
        "Get the file from the body that lodged it.",
    ),
    "NOT_PROMISES": Text(
        "没有机构存证过此内容的承诺清单（{digest}）：未曾存证，或已被改动。",
        "No body lodged this list of promises ({digest}): it never did, or the list was altered.",
        "向存证的机构重新取得。",
        "Get it from the body that lodged it again.",
    ),
    "PROMISE_OF_ANOTHER": Text(
        "服务给出的承诺与提交的报文不符（{field}）。",
        "The service's promise is not about what was handed in ({field}).",
        "勿信赖该服务；保留答复作为证据。",
        "Do not rely on this service; keep its answer as evidence.",
    ),
    "MESSAGE_NOT_ALONE": Text(
        "消息 {message}（{struct}）不是由一个机构单独签名的，不能在此重新签名。",
        "The message {message} ({struct}) was not signed by one body alone; it cannot be signed again here.",
        "请持证人用证照夹重新签名，或由双方重新签名后再次提交。",
        "Have the holder sign anew with the wallet, or both bodies, and hand that in.",
    ),
}
