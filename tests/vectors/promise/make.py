"""Write promises.json: promises signed by gmalg, over bytes put together with hashlib and json alone.

Run from the top of the checkout: `python tests/vectors/promise/make.py`. Nothing of the library takes
part. Signatures are random, so the file changes with every run; the key is a test's and guards nothing.
"""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import gmalg
from eth_hash.auto import keccak

PRIVATE_KEY = hashlib.new("sm3", b"a relay's key for vectors").digest()
ID = b"1234567812345678"
SPKI = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")

CASES = [
    ("a minute", "a license", "2026-11-25T20:00:00Z", "2026-11-25T20:01:00Z", "11330000MB0TE5T28K"),
    ("at once", "an act", "2026-02-28T23:59:59Z", "2026-02-28T23:59:59Z", "11310000MB0TE5T1XB"),
    ("years ago", "a batch", "1970-01-01T00:00:00Z", "1970-01-01T01:00:00Z", "11330000MB0TE5T28K"),
]


def sm3(data: bytes) -> bytes:
    return hashlib.new("sm3", data).digest()


def made(signer: Any, public_key: bytes, case: tuple[str, ...]) -> dict[str, Any]:
    name, about, accepted, by, uscc = case
    promise: dict[str, Any] = {
        "format": "elicense-promise/1",
        "ledgerId": "0x" + sm3(b"the ledger of the vectors").hex(),
        "message": "0x" + keccak(about.encode()).hex(),
        "acceptedAt": accepted,
        "anchorBy": by,
        "relay": {
            "uscc": uscc,
            "keyId": "0x" + keccak(public_key[1:]).hex(),
            "publicKey": public_key.hex(),
        },
    }
    canonical = json.dumps(promise, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    message = sm3(b"elicense/1/promise") + sm3(canonical)
    r, s = signer.sign(message)
    promise["signature"] = (r + s).hex()
    return {"name": name, "message": message.hex(), "promise": promise}


def main() -> None:
    signer = gmalg.SM2(sk=PRIVATE_KEY, uid=ID)
    public_key = signer.generate_pk(PRIVATE_KEY)
    text = base64.encodebytes(SPKI + public_key).decode()
    vectors = {
        "about": "Promises (elicense-promise/1) signed by gmalg 1.1.2; `message` is what was signed.",
        "privateKey": PRIVATE_KEY.hex(),
        "publicKeyPem": f"-----BEGIN PUBLIC KEY-----\n{text}-----END PUBLIC KEY-----\n",
        "promises": [made(signer, public_key, case) for case in CASES],
    }
    target = Path(__file__).with_name("promises.json")
    target.write_text(json.dumps(vectors, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
