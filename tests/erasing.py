"""What tests of erasures look for: every byte of a license's content, in every file of a folder."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ledger.domain.fields_tree import flatten

SECRET_NAME = "示例持证人"
"""Opens the names that only one license has."""


def contents_of(file: Path, register: Path) -> list[bytes]:
    """What no file may hold after the erasure of a license.

    Args:
        file: The license file.
        register: Of its issuer: the keys of its documents, and the blobs that the keys open.

    Returns:
        Its salts in hex and as bytes, its own field values, what its document's keys are wrapped in, and
        the ids by which the blobs are files.
    """
    envelope = json.loads(file.read_bytes())
    salts = [str(salt) for salt in envelope["salts"].values()]
    own = [text for text in flatten(envelope["license"]).values() if _is_own(text)]
    assert len(own) >= 2, "the license has no values of its own"
    wraps = [text for wrap in wraps_of(register, envelope["anchor"]["licenseId"]) for text in wrap]
    return [text.encode() for text in (*salts, *own, *wraps)] + [bytes.fromhex(salt) for salt in salts]


def _is_own(value: object) -> bool:
    """Whether a value is of no other license; the identifier stays on purpose."""
    return isinstance(value, str) and (value.startswith((f"{SECRET_NAME}之", "苏2322", "示例资格")))


def notes_of(register: Path, license_id: str) -> list[dict[str, Any]]:
    rows = [json.loads(line) for line in register.read_text().splitlines()]
    return [row["entry"] for row in rows if row["licenseId"] == license_id]


def wraps_of(register: Path, license_id: str) -> Iterator[list[str]]:
    """The ciphertexts that are of one license only."""
    for note in notes_of(register, license_id):
        for wrap in note.get("content", {}).get("wraps", []):
            yield [wrap.get("under") or wrap["wrapped"]]


def blobs_of(register: Path, license_id: str) -> list[str]:
    """Content ids of the documents of a license."""
    return [note["content"]["cid"] for note in notes_of(register, license_id) if "content" in note]


def found_in(folder: Path, contents: Iterable[bytes]) -> set[tuple[str, bytes]]:
    """Where any of it is, over all files of a folder."""
    files = {path: data_of(path) for path in folder.rglob("*") if path.is_file()}
    return {(path.name, each) for path, data in files.items() for each in contents if each in data}


def data_of(file: Path) -> bytes:
    """What a file holds; nothing where its owner, who goes on working, has removed it by now."""
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return b""
