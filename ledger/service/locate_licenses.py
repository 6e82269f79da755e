"""Finding the licenses of a holder whose code is known, at the home that issued them.

Where a code stands is in the license files alone. So that not all of them are read each time, each is noted
once under a keyed digest of its holders' codes, which never leaves the home. A lookup reads what was named
since the last one, and what had no file then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from ledger.domain.canonical import JsonObject
from ledger.domain.document import Envelope
from ledger.domain.sm3 import hmac_sm3
from ledger.ports.holder_names import HolderNames, Noted

AT_ONCE = 500
"""Licenses that are noted in one transaction."""

_DOMAIN = b"elicense/1/holder-code\0"


class LocateLicenses:
    """Finds licenses by their holders.

    Args:
        names: Remembers.
        named_since: From an issuer's code and a number to number and license id of what was named since.
        kept: From a license id to its file, or None.
        secret: From an issuer's code to its secret.
    """

    def __init__(
        self,
        names: HolderNames,
        named_since: Callable[[str, int], Iterator[tuple[int, str]]],
        kept: Callable[[str], Envelope | None],
        secret: Callable[[str], bytes],
    ) -> None:
        self._names, self._named_since = names, named_since
        self._kept, self._secret = kept, secret

    def of(self, issuer: str, code: str) -> list[str]:
        """The licenses of an issuer whose holder has a code, by license id."""
        secret = self._secret(issuer)
        waiting = self._names.waiting(issuer)
        if waiting:
            self._look_at(issuer, secret, [(0, each) for each in waiting])
        named = self._named_since(issuer, self._names.looked_until(issuer))
        while some := list(islice(named, AT_ONCE)):
            self._look_at(issuer, secret, some)
        return self._names.of(_digest(secret, code))

    def _look_at(self, issuer: str, secret: bytes, named: Sequence[tuple[int, str]]) -> None:
        found: dict[str, frozenset[bytes]] = {}
        waiting, until = [], 0
        for number, license_id in named:
            until, envelope = number, self._kept(license_id)
            if envelope is None:
                waiting.append(license_id)
            else:
                codes = _codes_of(envelope.license)
                found[license_id] = frozenset(_digest(secret, each) for each in codes)
        self._names.note(issuer, Noted(found, tuple(waiting), until))


def _codes_of(license_: JsonObject) -> list[str]:
    holders = license_.get("holders")
    rows = holders if isinstance(holders, list) else []
    return [str(row["code"]) for row in rows if isinstance(row, dict) and row.get("code")]


def _digest(secret: bytes, code: str) -> bytes:
    return hmac_sm3(secret, _DOMAIN + code.upper().encode())
