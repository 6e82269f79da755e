"""Error texts: rows of data sets, from the table that is loaded to the row that is asked for."""

from __future__ import annotations

from ledger.errors.texts.text import Text

TEXTS: dict[str, Text] = {
    "ROW_SCHEMA_MALFORMED": Text(
        "不是规范的数据集模式（{field}）。",
        "This is no well-formed schema of a data set ({field}).",
        "格式 elicense-row-schema/1 须有且仅有 schema（JSON Schema）和 derived（派生字段）。",
        "The form elicense-row-schema/1 has schema (a JSON Schema) and derived, and nothing else.",
    ),
    "ROW_SCHEMA_OTHER": Text(
        "所给模式（{given}）不是该数据集登记的模式（{recorded}）。",
        "This schema ({given}) is not the one that the data set is registered with ({recorded}).",
        "使用登记时的文件；换了模式的，先用 resource amend --schema 登记。",
        "Use the file of the registration; register another one first with `resource amend --schema`.",
    ),
    "ROW_SCHEMA_NOT_HERE": Text(
        "数据集 {resource} 登记了模式（{digest}），本机没有其内容，不知道哪些字段须脱敏。",
        "The data set {resource} is registered with a schema ({digest}) that is not here; it may mask fields.",
        "用 --schema 给出登记时的文件。",
        "Hand in the file of the registration with --schema.",
    ),
    "ROW_DERIVED_UNLISTED": Text(
        "公布的字段清单里没有派生字段 {name}，或其级别不是 {grade}。",
        "The published list of fields lacks the derived field {name}, or grades it other than {grade}.",
        "把它按所声明的级别列入字段清单（resource amend --field-list），才能授权和提供。",
        "List it with the grade that it declares (`resource amend --field-list`), so that it can be granted.",
    ),
    "ROWS_WHAT": Text(
        "要么给出文件和 --key-field，要么只用 --remove，要么都不给（显示现状）。",
        "Either a file with --key-field, or --remove alone, or neither (to see what is there).",
        "核对命令的参数。",
        "Check the arguments of the command.",
    ),
    "ROWS_OF_LICENSES": Text(
        "资源 {resource} 是一类证照，不是数据集；证照从签发处直接提供。",
        "The resource {resource} is of a license type and no data set; licenses are handed out as issued.",
        "用不带 --type 的 resource add 登记数据集，再载入。",
        "Register a data set with resource add without --type, and load that.",
    ),
    "ROWS_KEY_FIELD": Text(
        "查询字段 {field} 不在其中：{known}。",
        "The field {field}, by which rows are asked for, is none of these: {known}.",
        "--key-field 须是字段清单和表头都有的字段。",
        "Name with --key-field a field that both the published list and the header have.",
    ),
    "ROWS_COLUMN": Text(
        "第 {line} 行有字段清单以外的字段：{columns}。",
        "Line {line} has fields that the published list lacks: {columns}.",
        "去掉这些列，或用 resource amend 登记新的字段清单。",
        "Leave these columns out, or register a new list of fields with resource amend.",
    ),
    "ROWS_LINE": Text(
        "第 {line} 行不能载入（{reason}），整个文件都没有载入。",
        "Line {line} cannot be loaded ({reason}); nothing of the file was.",
        "改正该行后重新载入；此前载入的数据仍在提供。",
        "Correct it and load the file again; what was loaded before is still handed out.",
    ),
    "ROWS_KEY_FORM": Text(
        "查询字段为空、过长或含不可见字符。",
        "The key of a row is blank, too long, or has characters that cannot be seen.",
        "每行的查询字段须有 1 至 200 个可见字符。",
        "Give each row a key of 1 to 200 visible characters.",
    ),
    "ROWS_KEY_TWICE": Text(
        "第 {first} 行与第 {line} 行的查询字段相同（不分大小写），整个文件都没有载入。",
        "Lines {first} and {line} have the same key (whatever the case of letters); nothing was loaded.",
        "一个查询字段只能指一行；合并或更正后重新载入。",
        "A key names one row: merge or correct these, then load the file again.",
    ),
    "ROWS_TOO_MANY": Text(
        "一个数据集最多 {limit} 行。",
        "A data set has at most {limit} rows.",
        "分成几个数据集登记。",
        "Register it as several data sets.",
    ),
    "ROWS_NONE": Text(
        "文件里没有一行数据。",
        "The file has no row.",
        "核对文件；不再提供的，用 --remove。",
        "Check the file; to hand out of it no more, use --remove.",
    ),
    "ROWS_NOT_HERE": Text(
        "提供单位尚未载入数据集 {resource} 的数据。",
        "The rows of the data set {resource} were not loaded at its provider.",
        "提供单位：resource source；用数单位：请联系提供单位。",
        "The provider loads them with resource source; who asks takes it up with the provider.",
    ),
    "ROWS_DAMAGED": Text(
        "数据集 {resource} 的本地存储被改动过，不再提供。",
        "What is kept of the data set {resource} was altered; nothing of it is handed out.",
        "查明原因，用 resource source 重新载入。",
        "Find out why, and load it again with resource source.",
    ),
    "ROWS_OUTAGE": Text(
        "数据集的存储 {path} 不能使用：{reason}。",
        "The store of data sets {path} cannot be used: {reason}.",
        "检查磁盘空间和文件权限后重试。",
        "Check the disk and the file's permissions, then try again.",
    ),
    "ROW_UNKNOWN": Text(
        "数据集 {resource} 没有这个查询字段的行，或该行没有所申请的字段；这次查询已记录。",
        "The data set {resource} has no row under that key, or none of the fields in it; that it was asked for is "
        "recorded.",
        "核对有无笔误；提供单位的数据可能尚未更新。",
        "Check it for a slip; the provider may not have loaded it yet.",
    ),
    "HANDOUT_OF_ROW_OVER": Text(
        "该副本（行 {id}）已不再保存：数据已重新载入。",
        "This copy (row {id}) is kept no more: the data set was loaded anew.",
        "换一个 --out 文件夹，重新申请。",
        "Ask anew, with another folder (--out).",
    ),
    "STATISTICS_ONLY": Text(
        "授权 {grant} 只限统计（STATISTICS-ONLY），不得据以取得任何一行、任何证照。",
        "The grant {grant} is for statistics only (STATISTICS-ONLY): no row and no license is had under it.",
        "用 use statistics；确需逐行使用的，另行申请授权。",
        "Use `use statistics`; whoever needs rows asks for a grant of them.",
    ),
    "STATISTICS_NOT_GRANTED": Text(
        "授权 {grant} 不是统计授权。",
        "The grant {grant} is not for statistics.",
        "申请授权时 --purpose-code 写 STATISTICS-ONLY。",
        "Ask for one with --purpose-code STATISTICS-ONLY.",
    ),
    "STATISTICS_ROWS": Text(
        "数据集 {resource} 有 {rows} 行，最多可统计 {most} 行。",
        "The data set {resource} has {rows} rows; at most {most} are counted.",
        "请提供单位把数据集拆分为较小的。",
        "Ask the provider to divide it into smaller data sets.",
    ),
    "STATISTICS_MALFORMED": Text(
        "统计表格式不正确（{field}）。",
        "That is no well-formed table of statistics ({field}).",
        "格式为 elicense-statistics/1；请提供单位重新提供。",
        "The form is elicense-statistics/1; ask the provider again.",
    ),
    "ROWS_SPENT": Text(
        "一小时内在数据集 {resource} 中查询不存在的行已达 {most} 次，{seconds} 秒后可再查。",
        "This body has asked {most} times within an hour for rows that the data set {resource} does not have; it may "
        "ask again in {seconds} s.",
        "按办理中的真实申请查询，不得逐个试查。",
        "Ask for what an application before you names; do not try keys out.",
    ),
    "USE_SUBJECT": Text(
        "证照与 --row 须给且只给其一。",
        "Name either a license or --row, and not both.",
        "证照类资源写证照；数据集写 --row。",
        "Of a license type name the license, of a data set the key of the row.",
    ),
    "USE_WANTS_ROW": Text(
        "资源 {resource} 是数据集，要用 --row 指明行。",
        "The resource {resource} is a data set: name a row of it with --row.",
        "用查询字段的值代替证照。",
        "Give the key of the row in the place of a license.",
    ),
    "USE_WANTS_LICENSE": Text(
        "资源 {resource} 是一类证照，没有行。",
        "The resource {resource} is of a license type and has no rows.",
        "指明证照：标识、licenseId 或用证码。",
        "Name the license: its identifier, licenseId or use code.",
    ),
}
