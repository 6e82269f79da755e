"""Error texts: where fields of resources come from."""

from __future__ import annotations

from ledger.errors.texts.text import Text

TEXTS: dict[str, Text] = {
    "ORIGINS_MALFORMED": Text(
        "字段来源文件格式不正确（{field}）。",
        "That is no file of origins ({field}).",
        "按 docs/interfaces.md 的 elicense-origins/1 填写。",
        "Write it as elicense-origins/1 of docs/interfaces.md says.",
    ),
    "ORIGINS_OF_ANOTHER": Text(
        "文件写的是资源 {resource} 的字段来源。",
        "The file is about the fields of {resource}.",
        "写明文件中的资源，或改用另一文件。",
        "Name the resource of the file, or take another file.",
    ),
    "ORIGINS_FIELDS": Text(
        "字段来源须写明资源 {resource} 公布的每一个字段。缺：{missing}；多：{unknown}。",
        "Origins are told of each published field of {resource}. Missing: {missing}; unknown: {unknown}.",
        "用 resource show 查看字段名，逐一写明。",
        "See the names with resource show, and tell of each.",
    ),
    "ORIGINS_SOURCE_FIELD": Text(
        "来源资源 {resource} 公布的字段中没有 {field}。",
        "The published fields of the source {resource} do not include {field}.",
        "用 resource show 查看来源资源的字段名。",
        "See the names of its fields with resource show.",
    ),
    "ORIGINS_UNKNOWN": Text(
        "资源 {resource} 在该时刻没有声明字段来源。",
        "The origins of the fields of {resource} were not declared by that moment.",
        "由提供单位声明（origin set）。",
        "Its provider declares them (origin set).",
    ),
    "ORIGINS_NOT_HERE": Text(
        "本机缺少 {count} 份字段来源文件，首份为资源 {resource} 第 {version} 版，摘要 {digest}。",
        "{count} files of origins are not here; the first is version {version} of {resource}, {digest}.",
        "向提供单位索取后 origin keep；或加 --leave-out，不计这些文件并在结果中列明。",
        "Get it from the provider and origin keep it, or give --leave-out to go on without and be told so.",
    ),
    "ORIGINS_TEXT_NOT_HERE": Text(
        "本机没有摘要为 {digest} 的字段来源文件。",
        "The file of origins with the digest {digest} is not here.",
        "向提供单位索取。",
        "Ask the provider for it.",
    ),
    "NOT_ORIGINS": Text(
        "资源 {resource} 的提供单位没有声明过摘要为 {digest} 的字段来源：未曾声明，或已被改动。",
        "The provider of {resource} declared no origins with the digest {digest}: not these, or altered.",
        "向提供单位索取声明时的文件。",
        "Ask the provider for the file that it declared.",
    ),
    "ORIGINS_SENT_WHERE": Text(
        "--send 须同时给出 --api、--key 和 --org。",
        "--send takes --api, --key and --org.",
        "写明存到哪个服务、以哪个机构的名义。",
        "Say at which service it is left, and in whose name.",
    ),
}
