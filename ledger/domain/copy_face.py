"""What people read on an annotated copy: for whom, for what and until when it is, and the fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from ledger.domain.canonical import JsonObject, JsonValue, canonical
from ledger.domain.derived import DerivedField
from ledger.domain.label import UseTerms, copy_number
from ledger.domain.moments import SHANGHAI
from ledger.domain.row_fields import name_of
from ledger.domain.row_tree import RowsState

_METADATA = {
    "certificateName": "证照名称",
    "certificateTypeName": "证照类型名称",
    "certificateTypeCode": "证照类型代码",
    "certificateNumber": "证照编号",
    "certificateIdentifier": "电子证照标识",
    "certificateVersion": "版本号",
    "certificateIssuingAuthorityName": "颁发机构",
    "certificateIssuingAuthorityCode": "颁发机构代码",
    "certificateIssuedDate": "颁发日期",
    "certificateHolderName": "持证主体",
    "certificateHolderCode": "持证主体代码",
    "certificateHolderTypeName": "持证主体代码类型",
    "certificateHolderTypeCode": "持证主体代码类型代码",
    "certificateEffectiveDate": "有效期起始日期",
    "certificateExpiringDate": "有效期截止日期",
    "certificateAreaCode": "管辖属地代码",
    "relatedItemName": "关联事项名称",
    "relatedItemCode": "关联事项代码",
}
_OFFICIAL = {
    "certificateName": ("标题", "Title"),
    "certificateTypeName": ("公文类型名称", "Type"),
    "certificateTypeCode": ("公文类型代码", "Type code"),
    "certificateNumber": ("发文字号", "Number"),
    "certificateIdentifier": ("公文标识", "Identifier"),
    "certificateIssuingAuthorityName": ("发文机关", "Issuing body"),
    "certificateIssuingAuthorityCode": ("发文机关代码", "Issuing body, code"),
    "certificateIssuedDate": ("成文日期", "Date"),
    "certificateHolderName": ("发文机关", "Issuing body"),
    "certificateHolderCode": ("发文机关代码", "Issuing body, code"),
    "certificateHolderTypeName": ("发文机关代码类型", "Issuing body, type of code"),
    "certificateHolderTypeCode": ("发文机关代码类型代码", "Issuing body, code of that type"),
    "certificateEffectiveDate": ("施行日期", "In effect from"),
    "certificateExpiringDate": ("有效期截止日期", "In effect until"),
}
"""The same of official documents, and in English."""
_ORDER = {name: place for place, name in enumerate(_METADATA)}
_HOLDER = {"name": "名称", "code": "代码", "codeType": "代码类型"}
_OTHERS = {
    "origin": "证照来源",
    "layout": "版式文件",
    "layout/sm3": "版式文件摘要（SM3）",
    "layout/mediaType": "版式文件格式",
    "layout/sealSerial": "电子印章编号",
    "layout/sealCertificateSerial": "电子印章证书序列号",
    "layout/sealPolicy": "电子印章管理规则",
}
_BRANCHES = {"metadata": 0, "holders": 1, "face": 2}
_NO_END = "长期 no end"
_NOTHING = "（空 none）"


class Named(Protocol):
    """What names fields for people: a license type."""

    @property
    def name_zh(self) -> str:
        """What it is called, in Chinese."""
        ...

    @property
    def name_en(self) -> str:
        """The same in English."""
        ...

    @property
    def is_document(self) -> bool:
        """Whether what is of it are official documents."""
        ...

    @property
    def schema(self) -> JsonObject:
        """JSON Schema of the face, with titles."""
        ...

    def derived_at(self, path: str) -> DerivedField | None:
        """The field that follows from another one, at a path."""
        ...


class Row(NamedTuple):
    """One line of a table: what it is called, and what it says."""

    zh: str
    en: str
    value: str


@dataclass(frozen=True)
class CopyFace:
    """All that is printed; the same face always makes the same bytes.

    Attributes:
        title: Of the license or the data set, in Chinese and English.
        annotation: For whom, for what, until when.
        fields: The fields handed out.
        hidden: How many fields the license or row has beside these.
        watermark: The line across each page.
        has_layout: Whether it goes with the license's own layout file.
        is_row: Whether it is of a row of a data set, not of a license.
        is_document: Whether it is of an official document.
    """

    title: tuple[str, str]
    annotation: tuple[Row, ...]
    fields: tuple[Row, ...]
    hidden: int
    watermark: str
    has_layout: bool = False
    is_row: bool = False
    is_document: bool = False


def copy_face(
    terms: UseTerms,
    issued_at: int,
    provider: str,
    values: Mapping[str, JsonValue],
    size: int,
    kind: Named,
    has_layout: bool = False,
) -> CopyFace:
    """What a copy shows.

    Args:
        terms: On what it rests.
        issued_at: When it is made, in Unix seconds.
        provider: Who hands it out, as people know it.
        values: The fields handed out, by path in the order of leaves.
        size: Fields of the whole license.
        kind: The license's type, for names of its fields.
        has_layout: Whether it goes with the license's own layout file.
    """
    annotation = _annotation(terms, issued_at, provider)
    paths = sorted(values, key=_place)
    rows = tuple(Row(*field_names(path, kind), shown_value(path, values[path])) for path in paths)
    hidden, title = size - len(values), (kind.name_zh, kind.name_en)
    shown = (title, annotation, rows, hidden, _watermark(terms), has_layout)
    return CopyFace(*shown, is_document=kind.is_document)


def row_face(
    terms: UseTerms,
    issued_at: int,
    provider: str,
    values: Mapping[str, JsonValue],
    state: RowsState,
    size: int,
) -> CopyFace:
    """What a copy of a row of a data set shows; its fields are called as its owner publishes them.

    Args:
        terms: On what it rests.
        issued_at: When it is made, in Unix seconds.
        provider: Who hands it out, as people know it.
        values: The fields handed out, by path.
        state: The data set as it was loaded.
        size: Fields of the whole row.
    """
    as_of = Row("数据载入", "As loaded at", _moment(state.loaded_at))
    annotation = (*_annotation(terms, issued_at, provider), as_of)
    rows = tuple(Row(path, "", shown_value("", values[path])) for path in _listed(values, terms))
    title = (f"数据集 {terms.code}", f"Data set {terms.owner}/{terms.code}")
    return CopyFace(title, annotation, rows, size - len(values), _watermark(terms), is_row=True)


def _listed(values: Mapping[str, JsonValue], terms: UseTerms) -> list[str]:
    """Paths in the order of the published list."""
    order = {name: place for place, name in enumerate(terms.listed.names)}

    def place(path: str) -> tuple[int, tuple[tuple[int, str], ...]]:
        numbered = tuple((int(step), "") if step.isdecimal() else (0, step) for step in path.split("/"))
        return order.get(name_of(path, order) or "", len(order)), numbered

    return sorted(values, key=place)


def _annotation(terms: UseTerms, issued_at: int, provider: str) -> tuple[Row, ...]:
    until = _moment(terms.until)
    purpose = " ".join(
        filter(None, (terms.purpose.text, f"[{terms.purpose_code}]" if terms.purpose_code else ""))
    )
    return (
        Row("使用单位", "For", f"{terms.grantee_name}（{terms.grantee}）"),
        Row("用途", "Purpose", purpose),
        Row("办理事项", "Matter", terms.item or _NOTHING),
        Row("有效至", "Good until", until),
        Row("副本编号", "Copy number", copy_number(issued_at, terms.request)),
        Row("提供单位", "Provided by", provider),
        Row("制作时间", "Made at", _moment(issued_at)),
        Row("数据分级", "Grade", f"{terms.grade}（1–4，4 最敏感 most sensitive）"),
    )


def _watermark(terms: UseTerms) -> str:
    until = _moment(terms.until)[:10]
    return f"仅供 {terms.grantee_name} 用于 {terms.purpose.text} · 有效至 {until}"


def field_names(path: str, kind: Named) -> tuple[str, str]:
    """What people call a field, in Chinese and English.

    Example:
        >>> from ledger.domain.license_types import license_type
        >>> safety = license_type("11100000000013338W011")
        >>> field_names("face/continuingEducation/1/hours", safety)
        ('继续教育记录 2 · hours', 'Continuing education 2, hours')
        >>> field_names("holders/0/name", safety), field_names("metadata/certificateName", safety)
        (('持证主体 1 名称', 'Holder 1, name'), ('证照名称', 'Certificate name'))
    """
    own, official = kind.derived_at(path), _official_names(path) if kind.is_document else None
    if official is not None:
        return official
    if own is not None:
        return _numbered(own.title_zh, path), _numbered(own.title_en, path)
    match path.split("/"):
        case ["metadata", name]:
            return _METADATA.get(name, name), _spaced(name)
        case ["holders", place, name]:
            number = int(place) + 1 if place.isdecimal() else place
            return f"持证主体 {number} {_HOLDER.get(name, name)}", f"Holder {number}, {_spaced(name).lower()}"
        case ["face", *steps] if steps:
            return _titles(steps, kind.schema), ", ".join(_english(steps))
    return _OTHERS.get(path, path), _spaced(path.replace("/", " "))


def _official_names(path: str) -> tuple[str, str] | None:
    """What a field of an official document is called; None of one that is called as in a license."""
    match path.split("/"):
        case ["metadata", name]:
            return _OFFICIAL.get(name)
        case ["holders", _, name] if name in _HOLDER:
            return f"发文机关{_HOLDER[name]}", f"Issuing body, {_spaced(name).lower()}"
    return {"kind": ("种类", "Kind"), "origin": ("来源", "Origin")}.get(path)


def _numbered(title: str, path: str) -> str:
    """A title with the place in a list, counted from one."""
    last = path.rsplit("/", maxsplit=1)[-1]
    return f"{title} {int(last) + 1}" if last.isdecimal() else title


def shown_value(path: str, value: JsonValue) -> str:
    """A value as people read it.

    Example:
        >>> [shown_value("face/a", value) for value in ("甲", None, True, [])]
        ['甲', '（空 none）', '是 yes', '[]']
    """
    if value is None:
        return _NO_END if path.endswith("certificateExpiringDate") else _NOTHING
    if isinstance(value, bool):
        return "是 yes" if value else "否 no"
    return value if isinstance(value, str) else canonical(value).decode()


def _place(path: str) -> tuple[int, int, tuple[tuple[int, str], ...]]:
    """Where people look for a field: what it is first, then whose, then the rest; lists by their numbers."""
    branch, *steps = path.split("/")
    known = _ORDER.get(steps[0], len(_ORDER)) if branch == "metadata" and steps else 0
    numbered = tuple((int(step), "") if step.isdecimal() else (0, step) for step in steps)
    return _BRANCHES.get(branch, len(_BRANCHES)), known, numbered


def _titles(steps: Sequence[str], schema: object) -> str:
    """The titles of a schema along a path; places in lists count from one."""
    said: list[str] = []
    for step in steps:
        if step.isdecimal():
            schema = schema.get("items") if isinstance(schema, dict) else None
            said[-1:] = [f"{said[-1]} {int(step) + 1}"] if said else [step]
            continue
        inner = schema.get("properties") if isinstance(schema, dict) else None
        schema = inner.get(step) if isinstance(inner, dict) else None
        title = schema.get("title") if isinstance(schema, dict) else None
        said.append(title if isinstance(title, str) else step)
    return " · ".join(said)


def _english(steps: Sequence[str]) -> list[str]:
    said: list[str] = []
    for step in steps:
        if step.isdecimal() and said:
            said[-1] = f"{said[-1]} {int(step) + 1}"
        else:
            said.append(_spaced(step).lower() if said else _spaced(step))
    return said


def _spaced(name: str) -> str:
    """`certificateName` as `Certificate name`."""
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name)
    return words[:1].upper() + words[1:]


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, SHANGHAI).strftime("%Y-%m-%d %H:%M:%S") + " 北京时间 (UTC+8)"
