"""Numbers of decisions: kept at home, on the ledger a salted digest only."""

from __future__ import annotations

from ledger.domain.entities import License
from ledger.domain.sm3 import sm3
from ledger.ports import Entropy, IssuerHome


def reference_digest(home: IssuerHome, entropy: Entropy, license_: License, text: str) -> bytes:
    """What the ledger gets of a decision's number: SM3(salt ‖ text), or zeros where there is none.

    Args:
        home: Keeps text and salt.
        entropy: Draws the salt.
        license_: What the decision is about.
        text: The number; may be empty.
    """
    if not text:
        return bytes(32)
    salt = entropy.token(32)
    home.note(license_.issuer, license_.license_id, {"reference": text, "salt": salt.hex()})
    return sm3(salt + text.encode())
