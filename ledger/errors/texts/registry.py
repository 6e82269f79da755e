"""Error texts: organisations, types and agreements."""

from __future__ import annotations

from ledger.errors.texts.text import Text

TEXTS: dict[str, Text] = {
    "CUT_OFF_AHEAD": Text(
        "失密时间 {since} 还没有到（现在是 {now}）：在那以前，拿到密钥的人仍能签名。",
        "The cut-off {since} lies ahead (now is {now}): until then whoever has the key could go on signing.",
        "核对年份，写失密发生的时间；只为按期停用的，用 org key rotate 更换密钥。",
        "Check the year and name the moment of the leak; to replace a key as planned, use `org key rotate`.",
    ),
    "RIGHT_WOULD_PAUSE": Text(
        zh="{issuer} 对 {type} 的现有颁发权在 {since} 之前仍有效；新的颁发权一经登记即取代它，此前将无法签发。",
        en="{issuer} has a right to {type} now; the new one replaces it at once and begins only at {since}.",
        remedy_zh="到期再登记，或令新的颁发权从现在起生效（--from 今天），只改变 --until 或 --operator。",
        remedy_en="Give it when its first day has come, or let it begin now and change --until or --operator only.",
    ),
    "SIGNATURES_PENDING": Text(
        "还缺 {count} 个签名，已写入 {path}，未提交任何报文。",
        "{count} signatures are missing; what is to be signed stands in {path}. Nothing was submitted.",
        "对每条 message 签名，填入 signature 后用同一命令和 --signatures {path} 重新运行。",
        "Sign each `message`, fill in `signature`, and run the same command with --signatures {path} again.",
    ),
    "SIGNATURES_FILE_MISSING": Text(
        "还缺 {count} 个签名，但没有给出 --signatures。",
        "{count} signatures are missing, and no --signatures file was given.",
        "加上 --signatures FILE，把待签报文写入该文件。",
        "Add --signatures FILE; what is to be signed is written there.",
    ),
    "SIGNATURES_FILE": Text(
        "签名文件 {path} 不合格式：{reason}。",
        "The signature file {path} is off: {reason}.",
        "只填写每条的 signature（128 位十六进制），其余保持原样。",
        "Fill in only `signature` of each row, 128 digits of hex; leave the rest as it was.",
    ),
    "NOT_REGISTERED": Text(
        "账本中没有 {what}。",
        "The ledger holds no {what}.",
        "用 list 查看已登记的内容。",
        "See what is registered with `list`.",
    ),
    "KEY_NAME": Text(
        "{text} 既不是密钥标识，也不是可读的密钥文件。",
        "{text} is neither a key id nor a readable key file.",
        "给出 0x 开头的 keyId 或 PEM 文件。",
        "Give a keyId (0x and 64 digits) or a PEM file.",
    ),
    "CONTRACT_TO_BE_MADE": Text(
        "合约 {name} 须先在有节点的机器上建立，服务不代建。",
        "The contract for {name} has to be made first, where a node is; no service makes one.",
        "在有节点和中继密钥的机器上运行 org contract make，再以 --made FILE 指明所建的合约。",
        "Run `org contract make` on a machine with a node and a relay key, and name what it made with --made FILE.",
    ),
    "CONTRACT_FILE": Text(
        "不是所建合约的文件（{field}）。",
        "This is no file of a contract that was made ({field}).",
        "使用 org contract make --out 写出的文件，并指明其中的合约。",
        "Use what `org contract make --out` wrote, and the name in it.",
    ),
    "CONTRACT_IS_OF_NOW": Text(
        "{name} 已由本机用本版本的合约接替，现为 {account}。",
        "{name} was succeeded by this home with this release's contract already; it is {account} now.",
        "无需再次接替；查询当前合约：`org contract list`。",
        "Nothing is left to do; see `org contract list` for the contracts of now.",
    ),
    "ACCOUNT_FORM": Text(
        "{text} 不是 EVM 账户地址。",
        "{text} is no EVM account.",
        "给出 0x 开头的 40 位十六进制地址。",
        "Give 0x and 40 digits of hex.",
    ),
    "NAME_FORM": Text(
        "名称应为一行文字，首尾没有空白，不含控制字符，至多 {longest} 个字。",
        "A name is one line without white space around it and without control characters, {longest} at most.",
        "改正后再登记；账本上的摘要不能更改。",
        "Mend it before it is registered; the digest on the ledger cannot be changed.",
    ),
    "NAMES_FILE": Text(
        "这不是机构名称文件：第 {line} 行不合格式。",
        "This is no file of names of bodies: line {line} is not of its form.",
        "用 UTF-8 或 GB 18030 的 CSV，首行为 uscc,name，其后每行一个机构，两列都不空；可由 org names --out 写出。",
        "Give CSV in UTF-8 or GB 18030 with uscc,name in the first line and a body on each line, both filled in; "
        "`org names --out` writes one.",
    ),
    "CHOICE": Text(
        "{option} 不能是 {text}，可选：{choices}。",
        "{option} cannot be {text}; it is one of {choices}.",
        "换用所列的值。",
        "Use one of those.",
    ),
}
