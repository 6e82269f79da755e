"""Error texts: feeds of licenses that another system issued, and comparing stocks."""

from __future__ import annotations

from ledger.errors.texts.text import Text

TEXTS: dict[str, Text] = {
    "FEED_HEADER": Text(
        "归集文件的首行缺少 {field}、不认识它，或其值不对。",
        "In the first line of the feed {field} is missing, unknown or wrong.",
        "首行须为 elicense-feed/1 的表头：format、source、issuer、type、collector、first、sourceTime。",
        "The first line is a header of elicense-feed/1: format, source, issuer, type, collector, first, sourceTime.",
    ),
    "FEED_GAP": Text(
        "第 {line} 行的序号是 {found}，应为 {expected}：中间有缺。",
        "Line {line} has the number {found} where {expected} is due: something is missing between.",
        "请来源系统从 {expected} 起重新发送；在此之前本文件不记任何一行。",
        "Have the source send from {expected} on; until then nothing of this file is recorded.",
    ),
    "FEED_ORDER": Text(
        "第 {line} 行的序号 {found} 次序不对，此处应不小于 {expected}。",
        "The number {found} in line {line} is out of order; {expected} or more is due there.",
        "按序号从小到大排列后重新提交；表头的 first 是首行的序号。",
        "Sort the lines by their numbers; `first` in the header is that of the first line.",
    ),
    "FEED_BEGINS_LATE": Text(
        "这个归集还没有账，而本文件从序号 {found} 开始：1 至 {before} 尚未归集。",
        "Nothing of this feed was taken over yet, and the file begins with {found}: 1 to {before} are missing.",
        "先提交前面的文件；来源系统确实从 {found} 起编号的，加 --begin-at {found}，此后更早的序号不再接受。",
        "Hand in the earlier files first; where the source's numbers really begin with {found}, add --begin-at "
        "{found}: no earlier number is taken after that.",
    ),
    "FEED_BEGIN_OTHER": Text(
        "--begin-at 是 {given}，而文件从序号 {found} 开始。",
        "--begin-at names {given}, while the file begins with {found}.",
        "写文件表头的 first，或去掉 --begin-at。",
        "Name `first` of the file's header, or leave --begin-at out.",
    ),
    "FEED_BEFORE_BEGINNING": Text(
        "第 {line} 行的序号是 {found}，而这个归集是从 {begins} 开始的。",
        "Line {line} has the number {found}, while this feed began with {begins} here.",
        "更早的行作为另一归集提交：表头 source 另取一个名称，序号从 1 起，--out 用另一个目录。",
        "Hand earlier lines in as a feed of its own: another `source` in the header, and another folder for --out.",
    ),
    "FEED_REPEATED": Text(
        "第 {line} 行再次使用序号 {sequence}，内容却不同。",
        "Line {line} uses the number {sequence} again, in other words.",
        "一个序号只说一件事：更正请用新的序号，或用 kind 为 corrections 的文件。",
        "A number says one thing: use a new one, or a file of kind corrections for what was rejected.",
    ),
    "FEED_NOT_OPEN": Text(
        "第 {line} 行要更正序号 {sequence}，而它没有被拒绝过。",
        "Line {line} corrects number {sequence}, which is not among the rejected ones.",
        "更正文件只含 rejected.jsonl 里的序号。",
        "Corrections have the numbers of rejected.jsonl only.",
    ),
    "FEED_COLLECTOR": Text(
        "签名密钥属于 {owner}，不属于表头的归集机构 {collector}。",
        "The signing key belongs to {owner}, not to {collector}, which the header names as collector.",
        "用归集机构的密钥，或改正表头。",
        "Use the collector's key, or correct the header.",
    ),
    "FEED_NO_MANDATE": Text(
        "{collector} 此刻无权代 {issuer} 归集类型 {type}。",
        "{collector} has no mandate now to collect type {type} for {issuer}.",
        "由颁发机构所在地区以 type entitle 登记该机构为经办方；到期的要续。",
        "Have it registered as operator of the issuer's entitlement by `type entitle`; renew one that ended.",
    ),
    # --- lines ---
    "FEED_OTHER_OPERATION": Text(
        "操作类型 07（其他）没有说明做了什么。",
        "Operation 07 (other) does not say what was done.",
        "改用 op 与 act 写明；无需记录的，在更正文件里用 op skip 收回。",
        "Say it by `op` and `act`; take a line that needs no record back by op skip in corrections.",
    ),
    "FEED_STATUS": Text(
        "状态 {status} 与行为 {act} 不符。",
        "Status {status} does not fit the act {act}.",
        "核对该行的操作类型和状态。",
        "Check operation and status of the line.",
    ),
    "FEED_GROUND": Text(
        "行为 {act} 没有写明事由。",
        "The line gives no ground for {act}.",
        "写 ground，或在表头的 grounds 里为该行为定一个：{grounds}。",
        "Give `ground`, or one for this act in the header's `grounds`: {grounds}.",
    ),
    "FEED_TIME": Text(
        "字段 {field} 不是时间。",
        "The field {field} is not a time.",
        "用 1970 年之后的时间：RFC 3339（如 2026-01-31T08:00:00Z）或日期 YYYY-MM-DD。",
        "Use a time after 1970: RFC 3339 (2026-01-31T08:00:00Z) or a day, YYYY-MM-DD.",
    ),
    "FEED_ORIGIN": Text(
        "归集的证照来源只能是 collected 或 converted_unchecked。",
        "A collected license has the origin collected or converted_unchecked.",
        "删去 origin，或改为其中之一；归集的证照不标为直接签发。",
        "Leave `origin` out or name one of the two; what was collected is never marked as a native issue.",
    ),
    "FEED_LICENSE_UNKNOWN": Text(
        "该行所指的证照本机不认识。",
        "The license that the line is about is not known here.",
        "先归集它的新发；属于其他机构的，用 licenseId 指明。",
        "Have it inserted first; name the license of another body by its licenseId.",
    ),
    "FEED_FOREIGN": Text(
        "该行所指的证照不是本归集的机构和类型。",
        "The license that the line is about is of another issuer or type than the feed.",
        "每个机构、每种类型各用一份归集文件。",
        "Use a feed for each issuer and type.",
    ),
    "FEED_HELD": Text(
        "该流水号的证照已归集为 {identifier}，内容不同。",
        "A license of this serial is held already as {identifier}, with other content.",
        "改为 update 并写明 act 和 key。",
        "Make it an update that says `act` and `key`.",
    ),
    "FEED_SAME_IDENTIFIER": Text(
        "变更后的证照与变更前的标识相同（{identifier}）。",
        "The license after the update has the identifier of the one before, {identifier}.",
        "删去 certificateIdentifier 和 certificateVersion，将用下一版本；或写新的标识。",
        "Leave certificateIdentifier and certificateVersion out, then the next version follows; or state the new one.",
    ),
    "FEED_NOT_EXPIRED": Text(
        "来源称已过期，而证照自身的有效期尚未届满。",
        "The source says expired, but by its own dates the license is not.",
        "有效期变了的先送变更；提前失效的送注销等行为。",
        "Send a change where the dates were altered, and one of the ends where it ended early.",
    ),
    "FEED_WAITS": Text(
        "同一证照的序号 {sequence} 尚未处理好，本行等它。",
        "The line waits for number {sequence} of the same license, which was rejected.",
        "先更正序号 {sequence}，再把本行随更正文件一并提交。",
        "Correct number {sequence} and submit this line with it, as rejected.jsonl has them.",
    ),
    # --- the folder ---
    "FEED_UNFINISHED": Text(
        "目录 {path} 里上一个文件还没有做完。",
        "The folder {path} holds a file that was not taken to its end.",
        "用同一个文件加 --resume 做完它，再送下一个。",
        "Finish it with the very same file and --resume, then go on with the next one.",
    ),
    "FEED_FOLDER_OTHER": Text(
        "目录 {path} 属于另一归集：来源 {source}、机构 {issuer}、类型 {type}。",
        "The folder {path} is that of another feed: source {source}, issuer {issuer}, type {type}.",
        "每个来源、机构、类型各用一个目录。",
        "Use one folder for each source, issuer and type.",
    ),
    "FEED_ELSEWHERE": Text(
        "该归集一直写入目录 {path}。",
        "This feed goes into the folder {path}.",
        "用 --out 指向它；搬走的先搬回，或把它整个复制到新目录。",
        "Name it with --out; if it was moved, name the place where the whole of it stands now.",
    ),
    "FEED_FOLDER_OLD": Text(
        "目录 {path} 只到序号 {found}，本机记得已到 {known}：这是旧副本。",
        "The folder {path} stands at number {found}, while this home knows that {known} was reached: an old copy.",
        "用最新的目录；两处都用会把同一证照记两次。",
        "Use the newest one; an old copy would record licenses twice.",
    ),
    "FEED_BOOK": Text(
        "归集目录 {path} 的账册无法读写：{reason}。",
        "The book of the feed in {path} cannot be used: {reason}.",
        "检查磁盘空间和权限后加 --resume 重试；损坏的请从备份恢复整个目录。",
        "Check disk space and permissions and try again with --resume; restore a damaged folder as a whole.",
    ),
    # --- comparing with what a source holds ---
    "SNAPSHOT_HEADER": Text(
        "快照的首行不是 elicense-snapshot/1 的表头。",
        "The first line of the snapshot is no header of elicense-snapshot/1.",
        "表头只含 format、source、sourceTime、issuer、type；也可以不写表头。",
        "A header has format, source, sourceTime, issuer, type and nothing else; it may be left out.",
    ),
    "SNAPSHOT_TWICE": Text(
        "该证照在快照里出现了两次。",
        "The snapshot has this license twice.",
        "每份证照只留一行。",
        "Keep one line for each license.",
    ),
}
