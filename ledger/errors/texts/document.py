"""Error texts: document."""

from __future__ import annotations

from ledger.errors.texts.text import Text

TEXTS: dict[str, Text] = {
    "JSON_TOO_LARGE": Text(
        "文件超过 {limit} 字节。",
        "The file is larger than {limit} bytes.",
        "请确认选对了文件；版式文件和附件不放入 JSON。",
        "Check that it is the right file; layout files and attachments do not belong in the JSON.",
    ),
    "JSON_BOM": Text(
        "文件以字节序标记（BOM）开头。",
        "The file starts with a byte-order mark.",
        "请以不带 BOM 的 UTF-8 保存。",
        "Save it as UTF-8 without a byte-order mark.",
    ),
    "JSON_NOT_UTF8": Text(
        "文件不是 UTF-8 文本，第 {offset} 字节有误。",
        "The file is no UTF-8 text: byte {offset} is wrong.",
        "请以 UTF-8 保存；GB 18030 只用于 CSV。",
        "Save it as UTF-8; GB 18030 is read in CSV files only.",
    ),
    "JSON_TOO_DEEP": Text(
        "JSON 嵌套超过 {limit} 层。",
        "The JSON is nested deeper than {limit} levels.",
        "请检查文件是否损坏或被改动。",
        "Check whether the file is damaged or was tampered with.",
    ),
    "JSON_SYNTAX": Text(
        "不是合法 JSON：第 {line} 行第 {column} 列。",
        "This is no JSON: line {line}, column {column}.",
        "核对所给的是不是应给的文件；自写的在该处改正，收到的请对方重发。",
        "Check that it is the file that was meant. Mend your own there; ask for another's again.",
    ),
    "JSON_DUPLICATE_KEY": Text(
        "JSON 中有重复的键。",
        "A name occurs twice in one JSON object.",
        "每个键只写一次；重复的键会使不同系统读出不同内容。",
        "Write each name once: with two, different systems read different things.",
    ),
    "JSON_FLOAT": Text(
        "JSON 中有小数、指数、-0 或非数值（NaN、Infinity）。",
        "The JSON holds a fraction, an exponent, -0, NaN or Infinity.",
        '金额、面积等请写成字符串，例如 "89.50"。',
        'Write amounts and areas as strings, for example "89.50".',
    ),
    "JSON_INTEGER_RANGE": Text(
        "JSON 中有超出 ±(2^53−1) 的整数。",
        "The JSON holds an integer beyond ±(2^53 − 1).",
        "请把长数字写成字符串。",
        "Write long numbers as strings.",
    ),
    "JSON_SURROGATE": Text(
        "JSON 字符串中有孤立的代理项。",
        "A JSON string holds a lone surrogate.",
        "请用能正确输出生僻字的软件重新生成文件。",
        "Make the file again with software that writes rare characters correctly.",
    ),
    "JSON_NOT_OBJECT": Text(
        "JSON 顶层不是对象。",
        "The JSON is not an object at its top.",
        "文件应以左花括号开始、以右花括号结束。",
        "The file begins with an opening and ends with a closing brace.",
    ),
    "JSON_TYPE": Text(
        "数据含有 JSON 之外的类型。",
        "The value holds a type that JSON does not have.",
        "只用空值、布尔、整数、字符串、列表和以字符串为键的对象。",
        "Use null, booleans, integers, strings, lists and objects with string names only.",
    ),
    "FIELDS_NONE": Text(
        "证照没有任何字段。",
        "The license has no fields.",
        "请检查文件是否完整。",
        "Check whether the file is complete.",
    ),
    "FIELDS_TOO_MANY": Text(
        "证照字段超过 {limit} 个。",
        "The license has more than {limit} fields.",
        "请把长清单放入版式文件或附件。",
        "Move long lists to the layout file or an attachment.",
    ),
    "FIELD_NAME": Text(
        "{field} 下有空的或纯数字的字段名。",
        "Under {field} a field name is empty or made of digits only.",
        "请改用有含义的字段名。",
        "Use names that mean something.",
    ),
    "FIELD_UNKNOWN": Text(
        "没有字段 {field}。",
        "There is no field {field}.",
        "请核对字段路径，例如 face/unifiedCode 或 holders/0/name。",
        "Check the path of the field; paths look like face/NAME or holders/0/name.",
    ),
    "SALTS_MISMATCH": Text(
        "盐值与字段不一一对应。",
        "The salts do not match the fields one to one.",
        "文件不完整或被改动，请重新取得。",
        "The file is incomplete or was altered: get it again.",
    ),
    "DISCLOSURE_FORM": Text(
        "出示内容的结构不成立。",
        "What is shown does not form a proof.",
        "请持证人重新出示。",
        "Ask the holder to present the license again.",
    ),
    "LICENSE_INPUT": Text(
        "证照信息有 {count} 处不合规则，首先是 {first}。",
        "The license input breaks {count} rule(s), first at {first}.",
        "请按 errors 逐项改正后重新提交。",
        "Correct each entry of `errors` and submit again.",
    ),
    "FIELD_REQUIRED": Text(
        "缺少字段 {field}。",
        "The field {field} is missing.",
        "请补填。",
        "Fill it in.",
    ),
    "FIELD_NOT_ALLOWED": Text(
        "此处不允许字段 {field}。",
        "The field {field} has no place here.",
        "请删除，或核对拼写。",
        "Remove it, or check its spelling.",
    ),
    "FIELD_TYPE": Text(
        "字段 {field} 应为 {expected}。",
        "The field {field} should be: {expected}.",
        "请改为规定的类型。",
        "Give a value of that type.",
    ),
    "FIELD_PATTERN": Text(
        "字段 {field} 不符合规定的格式。",
        "The field {field} does not have the form that its type asks for.",
        "请按该证照类型的字段说明填写。",
        "Fill it in as the schema of the license type describes.",
    ),
    "FIELD_LENGTH": Text(
        "字段 {field} 的长度或数量应在规定范围内（{expected}）。",
        "The field {field} is too long, too short or has the wrong number of entries ({expected}).",
        "请按该证照类型的字段说明填写。",
        "Fill it in as the schema of the license type describes.",
    ),
    "FIELD_CHOICE": Text(
        "字段 {field} 应为下列之一：{expected}。",
        "The field {field} should be one of: {expected}.",
        "请从列出的值中选择。",
        "Choose one of the values listed.",
    ),
    "FIELD_RULE": Text(
        "字段 {field} 不满足规则 {expected}。",
        "The field {field} breaks the rule {expected}.",
        "请按该证照类型的字段说明填写。",
        "Fill it in as the schema of the license type describes.",
    ),
    "FIELD_DATE": Text(
        "字段 {field} 应为存在的日期，格式 YYYY-MM-DD。",
        "The field {field} should be a day of the calendar, YYYY-MM-DD.",
        "请改正日期；长期有效请写 null。",
        "Correct the date; for a license without end write null.",
    ),
    "FIELD_DATE_ORDER": Text(
        "有效期截止日期早于起始日期。",
        "The license would expire before it takes effect.",
        "请核对有效期。",
        "Check the two dates.",
    ),
    "FIELD_CONTRADICTS": Text(
        "字段 {field} 与 {other} 不一致。",
        "The field {field} contradicts {other}.",
        "请改正其一，或只填一处。",
        "Correct one of them, or give only one.",
    ),
    "FIELD_KEY": Text(
        "字段 {field} 应为 130 位小写十六进制公钥（04‖X‖Y）。",
        "The field {field} should be a public key of 130 hex digits in lower case (04‖X‖Y).",
        "请从持证人的“我的证照”取得公钥。",
        "Get the key from the holder's wallet.",
    ),
    "HOLDER_KEY_MISSING": Text(
        "给出了持证人加密公钥，却没有持证人公钥。",
        "A holder encryption key is given without a holder key.",
        "请同时给出两个公钥，或都不给。",
        "Give both keys or none.",
    ),
    "HOLDER_KEY_REPEATED": Text(
        "字段 {field} 的公钥与另一个相同。",
        "The key in {field} is given twice.",
        "每位持证人用自己的两个公钥。",
        "Each holder has two keys of his own.",
    ),
    "LICENSE_TYPE_UNKNOWN": Text(
        "没有证照类型 {type} 的定义。",
        "There is no definition of license type {type}.",
        "请核对类型代码，或先登记该类型。",
        "Check the code, or register the type first.",
    ),
    "LICENSE_TYPE_BAD": Text(
        "证照类型定义有误：{part}。",
        "The definition of a license type is wrong at {part}.",
        "请改正类型定义文件；schema 须为 JSON Schema 2020-12，且不引用外部文件。",
        "Correct the definition; its schema is JSON Schema 2020-12 without outside references.",
    ),
    "ENVELOPE_FORM": Text(
        "证照文件的 {field} 缺失、多余或格式不符。",
        "In the license file {field} is missing, out of place or of wrong form.",
        "请从颁发机构或“我的证照”重新取得文件。",
        "Get the file again from the issuer or the wallet.",
    ),
    "FILE_NOT_RECORDED": Text(
        "证照文件与账本所记的 {id} 不一致。",
        "The license file is not what the ledger has under {id}.",
        "不要据此办理；请向颁发机构重新取得文件。",
        "Do nothing by it; get the file again from the issuer.",
    ),
    "DOCUMENT_TAMPERED": Text(
        "证照内容与其摘要不符：{parts}。",
        "The license does not match its digest: {parts}.",
        "内容被改动，不可采信；请向颁发机构核实。",
        "It was altered and must not be relied on: ask the issuer.",
    ),
}
