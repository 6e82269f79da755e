"""ZIP files of one layout: opened by another program, and refused in every other form."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.archive import MAX_PACKAGE, read_archive
from ledger.domain.stored_zip import unzipped, zip_of
from ledger.errors import LedgerError, MalformedError

NAMES = st.text("abcxyz0123456789.-_", min_size=1, max_size=40)
MEMBERS = st.dictionaries(NAMES, st.binary(max_size=300), max_size=8)
MOST = 1 << 20


def read_or_refused(data: bytes) -> dict[str, bytes] | None:
    """The members, or None where it is refused by its form; anything else fails the test."""
    try:
        return unzipped(data, MOST)
    except MalformedError as error:
        if error.code != "ARCHIVE_LAYOUT":
            raise
        return None


@given(MEMBERS)
def test_what_is_packed_comes_back_and_another_program_opens_it(members: dict[str, bytes]) -> None:
    data = zip_of(members)
    assert unzipped(data, MOST) == members
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        assert opened.testzip() is None
        assert {name: opened.read(name) for name in opened.namelist()} == members


@given(MEMBERS, st.data())
def test_no_byte_is_changed_added_or_left_out_without_other_members(
    members: dict[str, bytes], draw: st.DataObject
) -> None:
    """Either it is refused, or it is the one file of other members: nothing hides in it."""
    data = zip_of(members)
    at = draw.draw(st.integers(0, len(data) - 1))
    flip = draw.draw(st.integers(1, 255))
    altered = [
        data[:at] + bytes([data[at] ^ flip]) + data[at + 1 :],
        data[:at],
        data + bytes([flip]),
        data[:at] + bytes([flip]) + data[at:],
        bytes([flip]) + data,
        data + data,
    ]
    for each in altered:
        found = read_or_refused(each)
        assert found is None or (found != members and zip_of(found) == each)


@given(st.binary(max_size=400))
def test_noise_is_refused_or_is_a_file_of_this_layout(noise: bytes) -> None:
    for data in (noise, b"PK\x03\x04" + noise, zip_of({"a": b""})[:30] + noise):
        found = read_or_refused(data)
        assert found is None or zip_of(found) == data


def made(*entries: tuple[zipfile.ZipInfo | str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    """A file by the standard library."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as file:
        for name, data in entries:
            file.writestr(name, data)
    return buffer.getvalue()


def link(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, 0o120777 << 16
    return info


def bomb() -> bytes:
    """A gigabyte of zeros in a megabyte."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file,
        file.open("manifest.json", "w") as member,
    ):
        for _ in range(1_000):
            member.write(bytes(1 << 20))
    return buffer.getvalue()


def claiming(size: int) -> bytes:
    """A member that says it is so long."""
    data = bytearray(zip_of({"manifest.json": b"x"}))
    data[18:22] = data[22:26] = size.to_bytes(4, "little")
    return bytes(data)


def many() -> bytes:
    return zip_of({f"{number}": b"" for number in range(5_000)})


HOSTILE = {
    "a bomb": bomb,
    "compressed": lambda: made(("manifest.json", b"{}" * 90), method=zipfile.ZIP_DEFLATED),
    "a link": lambda: made((link("manifest.json"), b"/etc/passwd")),
    "a path out": lambda: zip_of({"../../manifest.json": b"{}"}),
    "an absolute path": lambda: zip_of({"/manifest.json": b"{}"}),
    "unknown members": lambda: zip_of({"manifest.json": b"{}", "evil.sh": b""}),
    "five thousand members": many,
    "no members": lambda: zip_of({}),
    "a size beyond the file": lambda: claiming(0xFFFFFFFF),
    "a size of four gigabytes less one": lambda: claiming(0x7FFFFFFF),
    "another archive in front": lambda: zip_of({"manifest.json": b"{}"}) + made(("manifest.json", b"[]")),
    "a file in front": lambda: b"#!/bin/sh\n" + zip_of({"manifest.json": b"{}"}),
    "an empty file": lambda: b"",
    "half a header": lambda: b"PK\x03\x04\x14",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_archive_is_refused_by_its_form(name: str) -> None:
    with pytest.raises(MalformedError, match=r"ARCHIVE_LAYOUT"):
        read_archive(HOSTILE[name]())


def test_a_name_twice_is_refused_however_it_is_written() -> None:
    one = zip_of({"manifest.json": b"{}", "manifest.jsox": b"[]"})
    with pytest.raises(MalformedError, match="ARCHIVE_LAYOUT"):
        read_archive(one.replace(b"jsox", b"json"))


def test_a_file_beyond_the_limit_is_not_looked_into() -> None:
    with pytest.raises(LedgerError, match="ARCHIVE_TOO_LARGE"):
        read_archive(bytes(MAX_PACKAGE + 1))
