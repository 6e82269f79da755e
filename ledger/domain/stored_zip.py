"""ZIP files of one fixed layout: every archive has one form, and every form one archive.

Members stand one after the other, stored as they are, under plain names, without times, comments,
attributes or room between them (PKWARE APPNOTE 6.3, sections 4.3.7, 4.3.12, 4.3.16). Any program
opens them. A file is read by finding the members and writing them again: unless the same bytes come
of it, it is refused. So there is nothing to unpack, no second name, no link, nothing hidden, and
never more in memory than four times the file.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping

from ledger.errors import MalformedError

_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_LOCAL_MARK, _CENTRAL_MARK, _END_MARK = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_VERSION, _STORED, _UTF8 = 20, 0, 0
_FIRST_DAY = 0x21
"""1 January 1980, the first that the format can write."""
_MOST_MEMBERS = 64
_LONGEST_NAME = 64


def zip_of(members: Mapping[str, bytes]) -> bytes:
    """The archive of some members, in their order.

    Args:
        members: By name; names are short and plain.

    Example:
        >>> unzipped(zip_of({"a.txt": b"one", "b.txt": b""}), 1_000)
        {'a.txt': b'one', 'b.txt': b''}
    """
    files, directory, offset = [], [], 0
    for name, data in members.items():
        raw, size = name.encode("ascii"), len(data)
        common = (_VERSION, _UTF8, _STORED, 0, _FIRST_DAY, zlib.crc32(data), size, size, len(raw), 0)
        local = _LOCAL.pack(_LOCAL_MARK, *common) + raw + data
        directory.append(_CENTRAL.pack(_CENTRAL_MARK, _VERSION, *common, 0, 0, 0, 0, offset) + raw)
        files.append(local)
        offset += len(local)
    listed, count = b"".join(directory), len(directory)
    return b"".join((*files, listed, _END.pack(_END_MARK, 0, 0, count, count, len(listed), offset, 0)))


def unzipped(data: bytes, most: int) -> dict[str, bytes]:
    """The members of an archive of that layout, in their order.

    Args:
        data: From anybody.
        most: Bytes that it may have.

    Raises:
        MalformedError: `ARCHIVE_TOO_LARGE`, `ARCHIVE_LAYOUT`.
    """
    if len(data) > most:
        raise MalformedError("ARCHIVE_TOO_LARGE", most=most)
    members: dict[str, bytes] = {}
    offset = 0
    while data[offset : offset + 4] == _LOCAL_MARK and len(members) < _MOST_MEMBERS:
        name, start, end = _member(data, offset)
        if name in members:
            raise MalformedError("ARCHIVE_LAYOUT", reason="a name twice")
        members[name] = data[start:end]
        offset = end
    if zip_of(members) != data:
        raise MalformedError("ARCHIVE_LAYOUT", reason="not the bytes that its members make")
    return members


def _member(data: bytes, offset: int) -> tuple[str, int, int]:
    """Name of the member at an offset, and where its bytes begin and end."""
    try:
        fields = _LOCAL.unpack_from(data, offset)
    except struct.error:
        raise MalformedError("ARCHIVE_LAYOUT", reason="cut off") from None
    size, length = fields[8], fields[9]
    start = offset + _LOCAL.size + length
    raw = data[offset + _LOCAL.size : start]
    if length > _LONGEST_NAME or not raw.isascii() or start + size > len(data):
        raise MalformedError("ARCHIVE_LAYOUT", reason="name or size")
    return raw.decode("ascii"), start, start + size
