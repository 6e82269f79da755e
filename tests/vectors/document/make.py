"""Write digests.json: content digests and disclosures that any implementation must reproduce.

Run from the top of the checkout: `python tests/vectors/document/make.py`. The licenses are those of
the examples in the package; salt of a field = SM3("salt" ‖ path). The digest here is computed top
down with hashlib, unlike the library.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import rfc8785

from ledger.domain.document import build_license, validity
from ledger.domain.license_types import EXAMPLES, example_input, license_type

SHOWN = ["metadata/certificateName", "holders/0/name", "metadata/certificateExpiringDate"]


def sm3(data: bytes) -> bytes:
    return hashlib.new("sm3", data).digest()


def fields(value: Any, path: str = "") -> dict[str, Any]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    inner = list(pairs)
    if not inner:
        return {path: value}
    found: dict[str, Any] = {}
    for name, member in inner:
        found |= fields(member, f"{path}/{name}" if path else str(name))
    return found


def top(hashes: list[bytes]) -> bytes:
    if len(hashes) == 1:
        return hashes[0]
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return sm3(b"\x01" + top(hashes[:split]) + top(hashes[split:]))


def vector(name: str) -> dict[str, Any]:
    given = example_input(name)
    document = build_license(given, license_type(given["metadata"]["certificateTypeCode"]))
    leaves = {}
    for path, value in sorted(fields(document).items(), key=lambda pair: pair[0].encode()):
        raw = path.encode()
        salt = sm3(b"salt" + raw)
        leaves[path] = sm3(b"\x00" + salt + len(raw).to_bytes(4, "big") + raw + rfc8785.dumps(value))
    root = top(list(leaves.values()))
    digest = sm3(b"\x02" + len(leaves).to_bytes(4, "big") + root)
    return {
        "name": name,
        "license": document,
        "validity": list(validity(document)),
        "leaves": {path: leaf.hex() for path, leaf in leaves.items()},
        "root": root.hex(),
        "digest": digest.hex(),
    }


if __name__ == "__main__":
    written = {
        "about": __doc__.splitlines()[0],
        "shown": SHOWN,
        "documents": [vector(name) for name in EXAMPLES],
    }
    text = json.dumps(written, ensure_ascii=False, indent=1) + "\n"
    Path(__file__).with_name("digests.json").write_text(text, encoding="utf-8")
