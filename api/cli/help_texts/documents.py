"""Help in Chinese: official documents."""

from __future__ import annotations

HELP: dict[str, str] = {
    "Anchor official documents and record what becomes of them.": "登记公文，记录其后的修订、废止等。",
    "Anchor an official document: what it is and the digest of its layout file, under salts.": (
        "登记一份公文：加盐提交其要素和版式文件的摘要。"
    ),
    "The sealed layout file, OFD or PDF.": "已签章的版式文件，OFD 或 PDF。",
    "Its type, of kind DOCUMENT.": "公文类型，其种类为 DOCUMENT。",
    "Its number, as it bears it.": "发文字号，照文件所载填写。",
    "Its title.": "标题。",
    "The day that it bears.": "成文日期。",
    "First day of effect; that day by default.": "施行日期；默认为成文日期。",
    "Last day of effect, where it says one.": "有效期最后一日；文件未载明的不填。",
    "To whom it goes; may be repeated.": "主送机关，可重复。",
    "Of the seal on it.": "所盖电子印章的编码。",
    "A field of its type; may be repeated.": "该类型的一个版面字段，可重复。",
    "Region of the body; as registered by default.": "机关所在地区；默认按登记。",
    "Of the issuing body, where it is not known here.": "发文机关名称；本机未知时填写。",
    "The anchor file; beside the layout file by default.": "登记文件；默认写在版式文件旁。",
    "Anchor the documents of a sheet, up to 1,000 under one signature.": (
        "按表格批量登记公文，每个签名最多 1,000 份。"
    ),
    "Type of every row.": "各行的类型。",
    "Where the anchor files go.": "登记文件写到哪个目录。",
    "Where the layout files are; beside the sheet by default.": "版式文件所在目录；默认与表格同处。",
    "Documents a batch.": "每批份数。",
    "Anchor the document that revises or replaces another; the earlier one is superseded.": (
        "登记修订或替代另一份公文的文件，原文件随之失效。"
    ),
    "Identifier or licenseId of the earlier one.": "原公文的标识或账本编号。",
    "replace, change (revised), correct or renew.": "replace 替代、change 修订、correct 更正、renew 延续。",
    "Where a document stands, by the ledger alone.": "只凭账本查询公文的效力。",
    "Repeal a document: it has no effect from then on (废止).": "废止公文：自废止起失效。",
    "Annul a document: it counts as never issued (撤销).": "撤销公文：视为自始无效。",
    "Suspend a document (暂停执行).": "暂停执行公文。",
    "Resume a suspended document (恢复执行).": "恢复执行已暂停的公文。",
    "List the documents of a body that this home anchored or took in, with where they stand now.": (
        "列出本机登记或收存的某机关公文及其现状。"
    ),
    "Whose documents, of those that this home knows.": "哪个机关的公文，限本机所知。",
}
