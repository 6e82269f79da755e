"""Error texts: identifiers."""

from __future__ import annotations

from ledger.errors.texts.text import Text

TEXTS: dict[str, Text] = {
    "IDENTIFIER_ROOT": Text(
        "证照标识不以根代码 1.2.156.3005.2 开头。",
        "The license identifier does not start with the root 1.2.156.3005.2.",
        "请从证照原件完整抄录标识。",
        "Copy the whole identifier from the license.",
    ),
    "IDENTIFIER_FORM": Text(
        "证照标识去掉根代码后应为 5 段，现为 {parts} 段。",
        "After its root the license identifier has {parts} parts instead of 5.",
        "标识由类型、机构、流水号、版本号、校验位组成，各段之间用半角句点分隔。",
        "Give type, issuer, serial, version and check character, separated by full stops.",
    ),
    "IDENTIFIER_PART": Text(
        "证照标识的 {part} 段不合规则。",
        "The {part} part of the license identifier breaks its rule.",
        "仅用半角数字和大写字母：类型 21 位、机构 18 位、流水号 1 至 64 位、"
        "版本号 3 位且自 001 起；历史数据可用宽松模式。",
        "Use ASCII digits and capitals: type 21, issuer 18, serial 1 to 64, version 3 digits from 001; "
        "for imported records ask for the lenient rules.",
    ),
    "IDENTIFIER_CHECK": Text(
        "证照标识的校验位应为 {expected}，现为 {found}。",
        "The check character of the license identifier is {found}, but {expected} is computed.",
        "标识抄录有误或被改动，请与原件核对。",
        "The identifier was mistyped or altered: compare it with the license.",
    ),
    "USCC_FORM": Text(
        "统一社会信用代码应为 18 位半角数字或大写字母（不含 I、O、S、V、Z）。",
        "A unified social credit code has 18 ASCII digits or capitals (never I, O, S, V, Z).",
        "请从营业执照或法人证书抄录，勿用全角字符。",
        "Copy it from the organisation's certificate; do not use full-width characters.",
    ),
    "USCC_CHECK": Text(
        "统一社会信用代码的校验码应为 {expected}，现为 {found}。",
        "The check character of the credit code is {found}, but {expected} is computed.",
        "请与登记证书核对后重新输入。",
        "Compare it with the registration certificate and enter it again.",
    ),
    "USCC_ORGANISATION_CHECK": Text(
        "统一社会信用代码第 17 位（主体标识码校验）应为 {expected}，现为 {found}。",
        "Character 17 of the credit code, the check of the organisation code, is {found}, "
        "but {expected} is computed.",
        "请与登记证书核对后重新输入。",
        "Compare it with the registration certificate and enter it again.",
    ),
    "CITIZEN_ID_FORM": Text(
        "公民身份号码应为 17 位半角数字加 1 位数字或大写 X。",
        "A citizen ID has 17 ASCII digits and then one digit or a capital X.",
        "请按证件抄录，勿用全角字符或小写 x。",
        "Copy it from the identity card; no full-width characters, no small x.",
    ),
    "CITIZEN_ID_DATE": Text(
        "公民身份号码中的出生日期不存在。",
        "The date of birth inside the citizen ID is not a date of the calendar.",
        "请按证件核对第 7 至 14 位。",
        "Check characters 7 to 14 against the identity card.",
    ),
    "CITIZEN_ID_CHECK": Text(
        "公民身份号码的校验码不符。",
        "The check character of the citizen ID does not fit.",
        "请按证件核对后重新输入。",
        "Compare it with the identity card and enter it again.",
    ),
    "REGION_FORM": Text(
        "行政区划代码应为 6 位半角数字，且省级代码存在。",
        "A region code has 6 ASCII digits, and its first two name a province.",
        "请输入 GB/T 2260 代码，例如 310118。",
        "Give a GB/T 2260 code, for example 310118.",
    ),
    "REGION_UNKNOWN": Text(
        "行政区划代码 {region} 不在 {revision} 版代码表中。",
        "Region {region} is not in the code table of {revision}.",
        "请核对代码；已撤销或新设的代码请用宽松模式。",
        "Check the code; for one that was abolished or is newer, ask for the lenient rules.",
    ),
}
