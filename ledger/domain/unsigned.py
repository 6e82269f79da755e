"""What a signed form is signed over: the form without its signatures."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.domain.canonical import canonical
from ledger.domain.sm3 import sm3


def unsigned_digest(form: Mapping[str, object], signatures: str = "signature") -> bytes:
    """SM3 of the RFC 8785 form of all members but the signatures, 32 bytes.

    Args:
        form: A JSON object.
        signatures: The member that holds them.

    Example:
        >>> unsigned_digest({"a": 1, "signature": "00"}) == unsigned_digest({"a": 1})
        True
    """
    return sm3(canonical({name: value for name, value in form.items() if name != signatures}))
