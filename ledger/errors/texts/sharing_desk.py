"""Error texts: the commands about sharing, and the files that go between bodies and holders."""

from __future__ import annotations

from ledger.errors.texts.text import Text

TEXTS: dict[str, Text] = {
    "WORDS_EMPTY": Text(
        "{name} 没有写内容。",
        "{name} says nothing.",
        "写明所指的内容：登记后不能更改，账本只留摘要。",
        "Say what is meant: it cannot be changed once it is recorded, and the ledger keeps its digest only.",
    ),
    "FIELDS_OF_ANOTHER": Text(
        "字段清单摘要为 {given}，目录登记的是 {recorded}。",
        "The list of fields has the digest {given}; the catalog records {recorded}.",
        "向资源所有者取当前公布的字段清单。",
        "Get the list that the resource's owner publishes now.",
    ),
    "FIELDS_NOT_HERE": Text(
        "本机没有资源 {resource} 的字段清单（摘要 {digest}）。",
        "The list of fields of the resource {resource} (digest {digest}) is not here.",
        "向所有者取得清单，用 --field-list FILE 提供一次。",
        "Get it from the owner and hand it in once with --field-list FILE.",
    ),
    "TEXT_NOT_HERE": Text(
        "本机没有摘要 {digest} 背后的文字。",
        "The text behind the digest {digest} is not here.",
        "在提出申请的机器上运行，或先读入对方的文字（grant text --in）。",
        "Run it where the request was made, or take in the other side's texts first (`grant text --in`).",
    ),
    "TEXTS_NOT_HERE": Text(
        "本机没有可移交给对方的 {object} 的文字。",
        "This home knows no text of {object} that the other side did not write itself.",
        "在写这些文字的机器上运行。",
        "Run it where the words were written.",
    ),
    "TEXTS_HOW": Text(
        "--to 与 --out 或 --send 须同时使用，--plain 只与 --out 同用。",
        "--to goes with --out or --send, and --plain with --out.",
        "用 --to 写明当事方；--out 为其登记的密钥加密，加 --plain 则不加密；--send 送交其服务。",
        "Name the party with --to; --out encrypts for its registered key, not with --plain; "
        "--send hands it in at its service.",
    ),
    "TEXTS_MALFORMED": Text(
        "不是规范的当事方文字文件（{field}）。",
        "This is no well-formed file of the parties' texts ({field}).",
        "向对方取得 grant text --out 或 correction text --out 写出的原件。",
        "Get what the other side wrote with `grant text --out` or `correction text --out`, unchanged.",
    ),
    "TEXTS_TOO_LARGE": Text(
        "当事方文字文件超过 {most} 字节。",
        "The file of texts is larger than {most} bytes.",
        "确认文件无误；较长的材料另行移交。",
        "Check that it is the right file; hand longer papers over by themselves.",
    ),
    "TEXTS_OF_ANOTHER": Text(
        "文件中是 {given} 的文字，不是本账本上 {object} 的。",
        "The file has the texts of {given}, not those of {object} of this ledger.",
        "向对方取得关于 {object} 的文件。",
        "Ask the other side for the file about {object}.",
    ),
    "TEXT_NOT_RECORDED": Text(
        "账本上 {object} 没有摘要 {digest}：文字或盐值被改动，或从未登记；文件未读入。",
        "The ledger has no digest {digest} of {object}: words or salt were altered, or never recorded; "
        "nothing was taken in.",
        "不要依据该文件作出决定；向对方取得原件。",
        "Do not decide by this file; ask the other side for the original.",
    ),
    "TEXTS_SEALED": Text(
        "文件已加密。",
        "The file is encrypted.",
        "用 --encryption-key 指定收件单位的加密密钥。",
        "Name the encryption key of the body that it is for with --encryption-key.",
    ),
    "TEXTS_FOR_STRANGER": Text(
        "{body} 不是 {object} 的当事方。",
        "{body} is no party to {object}.",
        "--to 写申请或提出疑义的单位、资源的所有者或受托运营单位，或受理争议的地区。",
        "With --to, name who asks or doubts, the resource's owner or operator, or the region that settles.",
    ),
    "READER_KEY_NONE": Text(
        "{body} 没有登记有效的加密密钥。",
        "{body} has no registered encryption key in force.",
        "请对方登记加密密钥；或用 --plain 写出，经安全途径移交。",
        "Ask it to register one, or write with --plain and hand the file over safely.",
    ),
    "NAME_NOT_REGISTERED": Text(
        "须写明 {uscc} 登记的名称；「{name}」不是。",
        'The name under which {uscc} was registered is needed; "{name}" is not it.',
        "用 --name 写明登记时的名称，一字不差；写对一次，本机即记住。",
        "Give the name with --name, to the letter as it was registered; this home then remembers it.",
    ),
    "GRANT_OF_NO_LICENSE": Text(
        "授权 {grant} 不是关于某一张证照的，没有持证人可问。",
        "The grant {grant} is about no single license, so there is no holder to ask.",
        "申请时用 --license 写明证照。",
        "Name the license with --license when you ask for the grant.",
    ),
    "RESOURCE_NAME": Text(
        "「{text}」不是资源名称。",
        '"{text}" names no resource.',
        "写成 所有者代码/资源代码，如 11310000MB0TE5T1XB/LICENSES。",
        "Write OWNER/CODE, for example 11310000MB0TE5T1XB/LICENSES.",
    ),
    "RESOURCE_THERE": Text(
        "资源 {resource} 已经编目。",
        "The resource {resource} is registered already.",
        "改登用 resource amend。",
        "Register its next version with `resource amend`.",
    ),
    "CODE_FORM": Text(
        "{name} 的代码「{text}」不合规定。",
        '"{text}" is no code for {name}.',
        "最多 32 个可见 ASCII 字符，不含空格。",
        "Use at most 32 visible ASCII characters and no spaces.",
    ),
    "FILE_OF_ANOTHER_LEDGER": Text(
        "文件属于账本 {given}，这里是 {ledger}。",
        "The file is of the ledger {given}; this one is {ledger}.",
        "用那个账本的信任文件（--network）。",
        "Use that ledger's trust file (--network).",
    ),
    "HOLDER_MESSAGE_MALFORMED": Text(
        "持证人签名文件格式不正确（{field}）。",
        "That is no file of a holder's signed message ({field}).",
        "请持证人用证照夹重新生成。",
        "Have the holder's wallet make it again.",
    ),
    "HOLDER_MESSAGE_KIND": Text(
        "{struct} 不由此命令提交。",
        "{struct} is not handed in by this command.",
        "用办理该事项的命令。",
        "Use the command for that matter.",
    ),
    "HOLDER_MESSAGE_OTHER": Text(
        "另一位持证人签的 {struct} 与此不同。",
        "What the other holder signed ({struct}) is not what you were asked.",
        "各持证人用同一请求、同样的字段签名；授权有了新的步骤的，重新开始。",
        "All holders sign for the same request and fields; start anew where the grant has moved on.",
    ),
    "CONSENT_UNCONFIRMED": Text(
        "尚未签名。",
        "Nothing was signed.",
        "看清以上内容，同意的加 --yes 再运行一次。",
        "Read what stands above, and run it again with --yes where you agree.",
    ),
    "GRANT_REQUEST_MALFORMED": Text(
        "授权请求文件格式不正确（{field}）。",
        "That is no request for a holder's consent ({field}).",
        "请用证单位用 grant ask 重新生成。",
        "Have the body that asks make it again with `grant ask`.",
    ),
    "GRANT_REQUEST_FALSE": Text(
        "请求文件与账本上的授权 {grant} 不符：{member}。",
        "The request says something else than the grant {grant} on the ledger: {member}.",
        "不要同意；向用证单位查问。",
        "Do not consent; ask the body that gave you the file.",
    ),
    "SAMPLES_COUNT": Text(
        "样本有 {count} 行；须有 1 至 {most} 行。",
        "There are {count} samples; give 1 to {most}.",
        "增减样本行。",
        "Add or leave out rows.",
    ),
    "SAMPLES_ROWS": Text(
        "{path} 不是每行一个 JSON 对象（{reason}）。",
        "{path} does not hold one JSON object a line ({reason}).",
        "每行写一个 JSON 对象。",
        "Write one JSON object a line.",
    ),
    "SAMPLE_MALFORMED": Text(
        "样本或通道文件格式不正确（{field}）。",
        "That is no file of a sample or a channel ({field}).",
        "向提供方重新取得。",
        "Get it from the provider again.",
    ),
    "NOT_MOUNTED": Text(
        "资源 {resource} 没有挂接。",
        "The resource {resource} is not mounted.",
        "由提供方先挂接（resource mount）。",
        "Its provider mounts it first (resource mount).",
    ),
    "CHANNEL_OF_ANOTHER": Text(
        "通道文件不是资源 {resource} 现在挂接的通道。",
        "The channel file is not the one by which the resource {resource} is mounted now.",
        "向提供方取得现用的 channel.json。",
        "Get the channel.json that its provider uses now.",
    ),
    "CHANNEL_NEAR": Text(
        "通道地址 {address} 指向本机或本链路。",
        "The channel's address {address} leads to this machine or its link.",
        "确认无误后加 --near；否则请提供方更正地址。",
        "Where that is meant, say --near; else let the provider mend the address.",
    ),
    "RATIO_SCOPE": Text(
        "挂接率须有范围：地区或机构，二者取一。",
        "A mount ratio has a scope: either a region or a body.",
        "加 --region 或 --owner。",
        "Give --region or --owner.",
    ),
    "DUTY_DUE": Text(
        "责任项须有期限，或者删去，二者取一。",
        "An item has a due time, or is struck out.",
        "加 --due 或 --strike，只取其一。",
        "Give either --due or --strike.",
    ),
    "CODE_TABLE_OF": Text(
        "代码表属于一个地区或一个机构，二者取一。",
        "A code table is either a region's or a body's.",
        "加 --region 或 --org，只取其一。",
        "Give either --region or --org.",
    ),
    "SERVICE_KEY_MISSING": Text(
        "通过服务提交需要本单位的签名密钥。",
        "Handing in at a service needs a signing key of your body.",
        "加 --key PEM（写登记簿的命令为 --caller PEM），须为已登记机关的私钥文件；地区的治理密钥不能用于向服务提出请求。",
        "Add --key PEM, or --caller PEM where a command writes the registry, with the private key of a "
        "registered body; no service knows a region's key.",
    ),
    "CODE_TABLE_KEY": Text(
        "代码表写作“发布方/名称”，“{key}”不是。",
        "A code table is written PUBLISHER/NAME; {key} is not.",
        "发布方为 6 位地区代码或统一社会信用代码，例如 320000/SEX。",
        "The publisher is a region's six digits or a credit code, as in 320000/SEX.",
    ),
    "UNKNOWN_CODE_TABLE": Text(
        "账本上没有代码表 {table}。",
        "The ledger has no code table {table}.",
        "用 code-table list 核对发布方与名称。",
        "Check publisher and name with `code-table list`.",
    ),
    "CODE_TABLE_OTHER": Text(
        "文件摘要为 {given}，账本登记的是 {recorded}。",
        "The file has the digest {given}; the ledger records {recorded}.",
        "向发布方取该时刻有效的代码表。",
        "Get the table that its publisher had in effect at that moment.",
    ),
    "NOT_A_CODE_TABLE": Text(
        "摘要为 {digest} 的文件不是已发布的代码表：未曾发布，或已被改动。",
        "What has the digest {digest} is no published code table: it never was one, or it was altered.",
        "向发布方重新取得。",
        "Get it from its publisher again.",
    ),
    "CODE_TABLE_NOT_IN_EFFECT": Text(
        "该文件是代码表 {table} 的第 {version} 版，在 {at} 不是有效版本（{standing}）。",
        "The file is version {version} of {table}, which does not count at {at} ({standing}).",
        "取有效版本，或用 --at 指明所问时刻。",
        "Get the version in effect, or name the moment with --at.",
    ),
    "CATALOG_TEXT_MALFORMED": Text(
        "不是规范的目录说明（{field}）。",
        "This is no well-formed text of the catalog ({field}).",
        "向写明它的机构重新取得。",
        "Get it again from the body that wrote it.",
    ),
    "CATALOG_TEXT_DIFFERS": Text(
        "所给内容与账本上 {about} 的摘要不符。",
        "What was given is not what the ledger has the digest of ({about}).",
        "向写明它的机构重新取得；内容更新后以最新登记为准。",
        "Get it again from the body that wrote it; what counts is what was recorded last.",
    ),
    "CATALOG_TEXT_NOT_HERE": Text(
        "这里没有 {about} 摘要背后的文字。",
        "What stands behind the digest of {about} is not known here.",
        "向写明它的机构索取文件（--in），或从其服务取得（--api）。",
        "Ask the body that wrote it for the file (--in), or fetch it from its service (--api).",
    ),
    "CATALOG_TEXT_NONE": Text(
        "{about} 没有登记这样的内容。",
        "Nothing of that kind is recorded of {about}.",
        "无须处理；需要的由其机构登记。",
        "Nothing to do; its body registers it where it is needed.",
    ),
    "CATALOG_TEXT_SENT_WHERE": Text(
        "--send 须指明服务。",
        "--send needs a service.",
        "加 --api URL 与 --key PEM。",
        "Add --api URL and --key PEM.",
    ),
    "UNKNOWN_DUTY": Text(
        "账本上没有责任事项 {duty}。",
        "The ledger has no duty {duty}.",
        "用 duty list 查看编号。",
        "Look the id up with `duty list`.",
    ),
}
