"""The encrypted file that holds a wallet's seed and licenses.

    line 1  {"format": "elicense-vault/1", "kdf": {"name": "scrypt", "n", "r", "p", "salt"}, "check"}
    line 2  base64 of the content, a JSON object, under SM4-GCM

The passphrase gives 32 bytes by scrypt (RFC 7914): 16 are the SM4-GCM key, 16 make `check`, by which
a wrong passphrase is told from a damaged file. The first line is bound to the second as associated
data.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from typing import NamedTuple

from ledger.domain.canonical import JsonObject, canonical, parse_strict
from ledger.domain.sm import hmac_sm3
from ledger.errors import LedgerError, TrustError, UsageError
from ledger.ports import Entropy, Sealer

FORMAT = "elicense-vault/1"
SALT_BYTES = 16
COST = 1 << 15
"""scrypt's n for new vaults: 32 MiB, about 0.1 s."""
_MOST_COST = 1 << 18
_BLOCK, _LANES = 8, 1


class Passphrase:
    """A passphrase; stretched once for each vault, however often that is opened.

    Args:
        text: Not empty.

    Raises:
        UsageError: `VAULT_PASSPHRASE_NEEDED`.
    """

    def __init__(self, text: bytes) -> None:
        if not text:
            raise UsageError("VAULT_PASSPHRASE_NEEDED")
        self._text = text
        self._stretched: dict[bytes, tuple[bytes, str]] = {}

    def keys(self, kdf: JsonObject) -> tuple[bytes, str]:
        """The key of a vault and its check, by the members of `kdf` in its head."""
        name = canonical(kdf)
        if name not in self._stretched:
            self._stretched[name] = _keys(kdf, self._text)
        return self._stretched[name]


class OpenVault(NamedTuple):
    """A vault's content with the head under which it is sealed again without asking once more."""

    content: JsonObject
    head: JsonObject
    key: bytes


def create(content: JsonObject, passphrase: Passphrase, entropy: Entropy, cost: int = COST) -> OpenVault:
    """A new vault around `content`.

    Args:
        content: JSON values; holds the seed.
        passphrase: That it will be opened with.
        entropy: For the salt.
        cost: scrypt's n, a power of two.
    """
    kdf = {"name": "scrypt", "n": cost, "r": _BLOCK, "p": _LANES, "salt": entropy.token(SALT_BYTES).hex()}
    key, check = passphrase.keys(kdf)
    return OpenVault(content, {"format": FORMAT, "kdf": kdf, "check": check}, key)


def write(vault: OpenVault, sealer: Sealer) -> bytes:
    """The bytes of the vault's file."""
    head = canonical(vault.head)
    content = json.dumps(vault.content, ensure_ascii=False).encode("utf-8")
    return head + b"\n" + base64.b64encode(sealer.seal(vault.key, content, head)) + b"\n"


def read(data: bytes, passphrase: Passphrase, sealer: Sealer, path: str) -> OpenVault:
    """Open a vault's file.

    Args:
        data: The file.
        passphrase: What it was made with.
        sealer: SM4-GCM.
        path: The file's name in errors.

    Raises:
        UsageError: `VAULT_PASSPHRASE_WRONG`.
        TrustError: `VAULT_DAMAGED`, with the part at fault.
    """
    head, sealed = _parse(data, path)
    key, check = passphrase.keys(head["kdf"])
    if not hmac.compare_digest(check, head["check"]):
        raise UsageError("VAULT_PASSPHRASE_WRONG", path=path)
    try:
        content = sealer.open(key, sealed, canonical(head))
    except LedgerError:
        raise _damaged(path, "content") from None
    return OpenVault(json.loads(content), head, key)


def _parse(data: bytes, path: str) -> tuple[JsonObject, bytes]:
    first, _, second = data.partition(b"\n")
    try:
        form = parse_strict(first)
        sealed = base64.b64decode(second.strip(), validate=True)
    except (LedgerError, binascii.Error):
        raise _damaged(path, "form") from None
    match form:
        case {"format": "elicense-vault/1", "kdf": dict(kdf), "check": str(check)} if (
            len(form) == 3 and check.isascii() and _is_kdf(kdf)
        ):
            return form, sealed
    raise _damaged(path, "head")


def _is_kdf(kdf: JsonObject) -> bool:
    match kdf:
        case {"name": "scrypt", "n": int(n), "r": 8, "p": 1, "salt": str(salt)} if len(kdf) == 5:
            is_power = n >= 2 and n & (n - 1) == 0 and n <= _MOST_COST
            return is_power and len(salt) == 2 * SALT_BYTES and not set(salt) - set("0123456789abcdef")
    return False


def _keys(kdf: JsonObject, passphrase: bytes) -> tuple[bytes, str]:
    cost = int(kdf["n"])
    salt = bytes.fromhex(kdf["salt"])
    memory = 128 * _BLOCK * (cost + _LANES + 2) + (1 << 20)
    stretched = hashlib.scrypt(passphrase, salt=salt, n=cost, r=_BLOCK, p=_LANES, maxmem=memory, dklen=32)
    return stretched[:16], hmac_sm3(stretched[16:], b"elicense/1/wallet/check")[:8].hex()


def _damaged(path: str, part: str) -> TrustError:
    return TrustError("VAULT_DAMAGED", path=path, part=part)
