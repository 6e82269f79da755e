"""Sheets for tests: good rows of one type, six kinds of bad ones, four forms of file."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

TYPE = "11100000000013338W001"
ISSUER = "示例江苏省发证机关"
BAD_LINES = [6, 10, 13, 18, 22, 27]
"""Lines of the bad rows in `with_bad_rows`, counted with the header."""


def rows(count: int, start: int) -> list[dict[str, str]]:
    """So many good rows with serials of their own."""
    return [_row(number) for number in range(start, start + count)]


def _row(number: int) -> dict[str, str]:
    return {
        "serial": f"32050920{number:08d}",
        "certificateIssuingAuthorityName": ISSUER,
        "certificateNumber": f"苏2322{number:08d}",
        "certificateIssuedDate": "2025-07-01",
        "certificateExpiringDate": "2028-06-30",
        "certificateAreaCode": "320509",
        "holders.0.name": "示例持证人丙",
        "holders.0.code": "320509190003030053",
        "holders.0.codeType": "111",
        "face.registrationNumber": f"苏2322{number:09d}",
        "face.sex": "男",
        "face.birthDate": "1900-03-03",
        "face.qualificationNumber": f"示例资格{number:08d}",
        "face.employer": "示例企业乙（浙江嘉善）有限公司",
        "face.employerCode": "91330421MA0DEMX21Q",
        "face.specialties": '[{"name":"建筑工程","validUntil":"2028-06-30"}]',
    }


def with_bad_rows(start: int) -> list[dict[str, str]]:
    """Thirty rows, six of them bad."""
    made = rows(30, start)
    made[4]["serial"] = made[3]["serial"]
    made[8]["serial"] = "3.20509E+15"
    made[11]["certificateExpiringDate"] = "2028-02-30"
    made[16]["holders.0.name"] = ""
    made[20]["serial"] = "７770000000000021"
    made[25]["face.employerCode"] = "91330421MA0DEMX21X"
    return made


def write(path: Path, made: list[dict[str, str]], encoding: str = "utf-8") -> Path:
    """A sheet in the form that the path's ending names."""
    if path.suffix == ".csv":
        with path.open("w", newline="", encoding=encoding) as file:
            writer = csv.DictWriter(file, list(made[0]))
            writer.writeheader()
            writer.writerows(made)
    elif path.suffix == ".xlsx":
        _write_xlsx(path, made)
    else:
        path.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in _inputs(made)))
    return path


def license_input(row: Mapping[str, str]) -> dict[str, Any]:
    """A row as a license input."""
    given: dict[str, Any] = {"metadata": {}, "face": {}, "holders": [{}], "origin": "native"}
    for name, text in row.items():
        match name.split("."):
            case ["face", field]:
                given["face"][field] = json.loads(text) if text.startswith("[") else text
            case ["holders", _, field]:
                given["holders"][0] |= {field: text} if text else {}
            case ["serial"]:
                given["serial"] = text
            case _:
                given["metadata"][name] = text
    return given


def _inputs(made: list[dict[str, str]]) -> Iterator[dict[str, Any]]:
    """A line before the first row makes its lines count as those of sheets with a header."""
    return map(license_input, made)


def _write_xlsx(path: Path, made: list[dict[str, str]]) -> None:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(made[0]))
    for each in made:
        sheet.append(list(each.values()))
    book.save(path)
