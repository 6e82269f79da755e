"""Error texts: copies that are handed out, their labels, layout files."""

from __future__ import annotations

from ledger.errors.texts.text import Text

_ASK_ZH = "勿使用；请提供单位重新提供。"
_ASK_EN = "Do not use it; ask the providing body for it again."

TEXTS: dict[str, Text] = {
    # --- what is handed out ---
    "DISCLOSURE_MALFORMED": Text(
        "不是规范的字段披露文件（{field}）。",
        "This is no well-formed file of disclosed fields ({field}).",
        _ASK_ZH,
        _ASK_EN,
    ),
    "DISCLOSURE_BROKEN": Text(
        "披露的字段与证照 {id} 的签名内容不符。",
        "The disclosed fields do not lead to what was signed for the license {id}.",
        _ASK_ZH,
        _ASK_EN,
    ),
    "HANDOUT_NOTHING": Text(
        "证照或数据行没有授权的任何字段：{fields}。",
        "The license or row has none of the granted fields: {fields}.",
        "核对授权的字段与证照类型。",
        "Check the fields of the grant and the type of the license.",
    ),
    "HANDOUT_MALFORMED": Text(
        "不是规范的用证交付文件（{field}）。",
        "This is no well-formed handout ({field}).",
        _ASK_ZH,
        _ASK_EN,
    ),
    "HANDOUT_NOT_YOURS": Text(
        "该交付文件不是给密钥 {key} 的。",
        "The handout was not made for the key {key}.",
        "使用申请时登记的加密密钥；或请提供单位重新提供。",
        "Use the encryption key that was registered when it was asked for, or ask the provider again.",
    ),
    "HANDOUT_OF_ANOTHER": Text(
        "该交付文件属于另一次用证（{part} 不符）。",
        "The handout belongs to another use ({part} differs).",
        "核对申请与交付文件是否对应。",
        "Check which request it answers.",
    ),
    "HANDOUT_SEAL_BROKEN": Text(
        "授权 {grant} 的交付文件不能打开：内容、密钥或所属用证被改动。",
        "The handout under the grant {grant} does not open: content, key or what it belongs to was altered.",
        _ASK_ZH,
        _ASK_EN,
    ),
    # --- labels ---
    "LABEL_MALFORMED": Text(
        "数据标签格式不正确（{field}）。",
        "The label is not well formed ({field}).",
        _ASK_ZH,
        _ASK_EN,
    ),
    "LABEL_SIGNATURE_BAD": Text(
        "数据标签的签名不成立（密钥 {key}）。",
        "The signature of the label does not hold (key {key}).",
        _ASK_ZH,
        _ASK_EN,
    ),
    "LABEL_OF_ANOTHER": Text(
        "数据标签属于另一份加注件（授权 {grant}）。",
        "The label belongs to another copy (grant {grant}).",
        _ASK_ZH,
        _ASK_EN,
    ),
    "LABEL_EXPIRED": Text(
        "加注件已于 {until} 到期。",
        "The copy was good until {until}.",
        "需要的，重新申请用证。",
        "Ask for a new one where it is still needed.",
    ),
    # --- copies ---
    "COPY_MALFORMED": Text(
        "不是规范的加注件（{field}）。",
        "This is no well-formed copy ({field}).",
        _ASK_ZH,
        _ASK_EN,
    ),
    "COPY_TOO_LARGE": Text(
        "加注件有 {size} 字节，最多 {limit} 字节。",
        "The copy has {size} bytes; {limit} is the most.",
        "只交付所需字段，或使用较小的版式文件。",
        "Hand out the needed fields only, or use a smaller layout file.",
    ),
    "COPY_NOT_FOUND": Text(
        "该版式文件不是加注件：没有附带字段与标签。",
        "This layout file is no annotated copy: it carries neither fields nor a label.",
        "核验证照文件（.elic.json）；或请提供单位重新提供加注件。",
        "Verify the license file (.elic.json), or ask the providing body for an annotated copy.",
    ),
    "COPY_ALTERED": Text(
        "加注件被改动（{part}）。",
        "The annotated copy was altered ({part}).",
        "勿使用；另存、打印成 PDF 或截取也会改动，请取原样文件。",
        "Do not use it. Saving it anew or printing it to PDF alters it, too: ask for the file as it was sent.",
    ),
    # --- layout files ---
    "LAYOUT_TYPE": Text(
        "不支持的版式文件格式 {type}。",
        "Layout files of type {type} are not taken.",
        "使用 application/pdf 或 application/ofd。",
        "Use application/pdf or application/ofd.",
    ),
    "LAYOUT_TOO_LARGE": Text(
        "版式文件有 {size} 字节，最多 {limit} 字节。",
        "The layout file has {size} bytes; {limit} is the most.",
        "压缩其中的图片后由颁发机构重新制作，或不附版式文件。",
        "Have the issuing body make it with smaller pictures, or leave it out.",
    ),
    "LAYOUT_DAMAGED": Text(
        "版式文件损坏或不规范（{reason}）。",
        "The layout file is damaged or not well formed ({reason}).",
        "向颁发机构重新取得该文件。",
        "Get the file from the issuing body again.",
    ),
    "LAYOUT_ENCRYPTED": Text(
        "版式文件已加密。",
        "The layout file is encrypted.",
        "取得未加密的版式文件。",
        "Get the file without encryption.",
    ),
    "LAYOUT_ACTIVE": Text(
        "版式文件含有证照不需要的内容（{part}）。",
        "The layout file holds what no license needs ({part}).",
        "勿打开；请颁发机构去掉脚本、动作、外部实体、嵌入的程序和压缩包后重新提供。",
        "Do not open it; have the issuing body remove scripts, actions, entities, programs and archives.",
    ),
    "LAYOUT_TOO_COSTLY": Text(
        "版式文件超出处理限度（{limit}）。",
        "The layout file goes beyond what is read of one ({limit}).",
        "请颁发机构提供页数、内容较少的版式文件，或不附版式文件。",
        "Ask the issuing body for a simpler file, or leave it out.",
    ),
    "LAYOUT_WITHOUT_COMPANION": Text(
        "没有找到版式文件（SM3 {sm3}）对应的证照文件。",
        "No license file at hand names this layout file (SM3 {sm3}).",
        "把 .elic.json 证照文件放在版式文件旁，或用 --companion 指明；加注件须是未改动的原件。",
        "Put the .elic.json license file beside it, or name it with --companion; an annotated copy has to be "
        "as it was handed out.",
    ),
    "LAYOUT_OF_ANOTHER": Text(
        "版式文件不是该证照的：SM3 {found} 与证照所载不符。",
        "The layout file is not this license's: its SM3 {found} is not the one in the license.",
        "取得该证照的版式文件。",
        "Get the layout file of this license.",
    ),
    "LAYOUT_SHOWS_MORE": Text(
        "版式文件显示全部照面信息，授权未覆盖其中 {hidden} 个字段。",
        "The layout file shows the whole face, {hidden} fields of which the grant does not cover.",
        "不附版式文件，只提供授权的字段。",
        "Leave the layout file out and hand out the granted fields alone.",
    ),
}
