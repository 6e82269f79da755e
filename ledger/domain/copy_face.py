"""What people read on an annotated copy: for whom, for what and until when it is, and the fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from ledger.domain.canonical import JsonValue, canonical
from ledger.domain.label import UseTerms, copy_number
from ledger.domain.license_types import LicenseType
from ledger.domain.moments import SHANGHAI

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
_ORDER = {name: place for place, name in enumerate(_METADATA)}
_HOLDER = {"name": "名称", "code": "代码", "codeType": "代码类型"}
_OTHERS = {
    "origin": "证照来源",
    "layout": "版式文件",
    "layout/sm3": "版式文件摘要（SM3）",
    "layout/mediaType": "版式文件格式",
    "layout/sealSerial": "电子印章编号",
}
_BRANCHES = {"metadata": 0, "holders": 1, "face": 2}
_NO_END = "长期 no end"
_NOTHING = "（空 none）"


class Row(NamedTuple):
    """One line of a table: what it is called, and what it says."""

    zh: str
    en: str
    value: str


@dataclass(frozen=True)
class CopyFace:
    """All that is printed; the same face always makes the same bytes.

    Attributes:
        title: Of the license, in Chinese and English.
        annotation: For whom, for what, until when.
        fields: The fields handed out.
        hidden: How many fields the license has beside these.
        watermark: The line across each page.
        has_layout: Whether it goes with the license's own layout file.
    """

    title: tuple[str, str]
    annotation: tuple[Row, ...]
    fields: tuple[Row, ...]
    hidden: int
    watermark: str
    has_layout: bool = False


def copy_face(
    terms: UseTerms,
    issued_at: int,
    provider: str,
    values: Mapping[str, JsonValue],
    size: int,
    kind: LicenseType,
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
    until = _moment(terms.until)
    purpose = " ".join(
        filter(None, (terms.purpose.text, f"[{terms.purpose_code}]" if terms.purpose_code else ""))
    )
    annotation = (
        Row("使用单位", "For", f"{terms.grantee_name}（{terms.grantee}）"),
        Row("用途", "Purpose", purpose),
        Row("办理事项", "Matter", terms.item or _NOTHING),
        Row("有效至", "Good until", until),
        Row("副本编号", "Copy number", copy_number(issued_at, terms.request)),
        Row("提供单位", "Provided by", provider),
        Row("制作时间", "Made at", _moment(issued_at)),
        Row("数据分级", "Grade", f"{terms.grade}（1–4，4 最敏感 most sensitive）"),
    )
    paths = sorted(values, key=_place)
    rows = tuple(Row(*field_names(path, kind), shown_value(path, values[path])) for path in paths)
    watermark = f"仅供 {terms.grantee_name} 用于 {terms.purpose.text} · 有效至 {until[:10]}"
    return CopyFace((kind.name_zh, kind.name_en), annotation, rows, size - len(values), watermark, has_layout)


def field_names(path: str, kind: LicenseType) -> tuple[str, str]:
    """What people call a field, in Chinese and English.

    Example:
        >>> from ledger.domain.license_types import license_type
        >>> safety = license_type("11100000000013338W011")
        >>> field_names("face/continuingEducation/1/hours", safety)
        ('继续教育记录 2 · hours', 'Continuing education 2, hours')
        >>> field_names("holders/0/name", safety), field_names("metadata/certificateName", safety)
        (('持证主体 1 名称', 'Holder 1, name'), ('证照名称', 'Certificate name'))
    """
    match path.split("/"):
        case ["metadata", name]:
            return _METADATA.get(name, name), _spaced(name)
        case ["holders", place, name]:
            number = int(place) + 1 if place.isdecimal() else place
            return f"持证主体 {number} {_HOLDER.get(name, name)}", f"Holder {number}, {_spaced(name).lower()}"
        case ["face", *steps] if steps:
            return _titles(steps, kind.schema), ", ".join(_english(steps))
    return _OTHERS.get(path, path), _spaced(path.replace("/", " "))


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
