"""Write keccak.json: roots and proofs that Python and Solidity must both reproduce.

Run from the top of the checkout: `python tests/vectors/tree/make.py`. Leaf i of a tree is
keccak256("leaf" ‖ uint32 i). The tree here is built top down, unlike the library.
"""

from __future__ import annotations

import json
from pathlib import Path

from eth_hash.auto import keccak

SIZES = [*range(1, 34), 63, 64, 65, 100, 127, 128, 129, 255, 256, 257]


def leaf(index: int) -> bytes:
    return keccak(b"leaf" + index.to_bytes(4, "big"))


def top(leaves: list[bytes]) -> bytes:
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return keccak(b"\x01" + top(leaves[:split]) + top(leaves[split:]))


def path(leaves: list[bytes], index: int) -> list[bytes]:
    if len(leaves) == 1:
        return []
    split = 1 << (len(leaves) - 1).bit_length() - 1
    if index < split:
        return [*path(leaves[:split], index), top(leaves[split:])]
    return [*path(leaves[split:], index - split), top(leaves[:split])]


def tree(size: int) -> dict[str, object]:
    leaves = [leaf(index) for index in range(size)]
    places = sorted({0, size // 2, size - 1})
    proofs = [
        {"index": index, "proof": ["0x" + word.hex() for word in path(leaves, index)]} for index in places
    ]
    return {"size": size, "root": "0x" + top(leaves).hex(), "proofs": proofs}


def license_leaf(name: str, fill: int, type_code: str, valid_from: int, valid_to: int) -> dict[str, object]:
    words = [bytes([fill + step]) * 32 for step in range(3)]
    times = [moment.to_bytes(32, "big") for moment in (valid_from, valid_to)]
    preimage = (
        b"\x00" + words[0] + type_code.encode().ljust(32, b"\0") + words[1] + words[2] + b"".join(times)
    )
    return {
        "name": name,
        "licenseId": "0x" + words[0].hex(),
        "type": type_code,
        "digest": "0x" + words[1].hex(),
        "holderBinding": "0x" + words[2].hex(),
        "validFrom": valid_from,
        "validTo": valid_to,
        "leaf": "0x" + keccak(preimage).hex(),
    }


LEAVES = [
    license_leaf("with an end", 0x11, "11100000000013338W011", 1735660800, 1830268800),
    license_leaf("without end", 0x21, "11100000MB03271699001", 1735660800, 0),
    license_leaf("largest times", 0xFD, "11100000000013338W001", 2**64 - 1, 2**64 - 1),
]

if __name__ == "__main__":
    written = {"about": __doc__.splitlines()[0], "leaves": LEAVES, "trees": [tree(size) for size in SIZES]}
    Path(__file__).with_name("keccak.json").write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")
