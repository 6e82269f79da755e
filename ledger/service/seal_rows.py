"""Keys and salts of the rows of a data set: all of them follow from the owner's secret and one load."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.domain.canonical import JsonObject, JsonValue, canonical, parse_strict
from ledger.domain.fields_tree import content_digest
from ledger.domain.sm3 import hmac_sm3
from ledger.errors import MalformedError, TrustError
from ledger.ports import Sealer
from ledger.ports.rows import SealedRow

_KEY = b"elicense/1/row-key\0"
_LOAD = b"elicense/1/rows\0"
_BINDING = b"elicense/1/row\0"
_SEAL, _SALT = b"seal\0", b"salt\0"
_CIPHER_KEY = 16


def row_key(secret: bytes, resource: str, key: str) -> bytes:
    """The digest under which a row is found: whoever has the file alone cannot try keys out.

    Args:
        secret: The owner's.
        resource: `OWNER/CODE`.
        key: As it stands in the row; white space around it and the case of letters do not matter.
    """
    return hmac_sm3(secret, _KEY + resource.encode() + b"\0" + key.strip().upper().encode())


class RowSeals:
    """Seals the rows of one load, and opens them.

    Args:
        sealer: SM4-GCM.
        secret: The owner's.
        resource: `OWNER/CODE`.
        nonce: Of the load.
    """

    def __init__(self, sealer: Sealer, secret: bytes, resource: str, nonce: bytes) -> None:
        self._sealer, self._resource = sealer, resource.encode()
        self._nonce, self._load = nonce, hmac_sm3(secret, _LOAD + nonce)

    def salts(self, key: bytes, fields: Mapping[str, JsonValue]) -> dict[str, bytes]:
        """The salts of a row's fields; one tells nothing about another."""
        return {path: hmac_sm3(self._load, _SALT + key + path.encode()) for path in fields}

    def sealed(self, key: bytes, fields: Mapping[str, JsonValue]) -> SealedRow:
        """A row as it is kept.

        Raises:
            MalformedError: As `content_digest`.
        """
        digest = content_digest(fields, self.salts(key, fields))
        form: JsonObject = {"fields": dict(fields)}
        blob = self._sealer.seal(self._cipher_key(key), canonical(form), self._bound(key))
        return SealedRow(key, digest, blob)

    def opened(self, row: SealedRow) -> dict[str, JsonValue]:
        """The fields of a row that is kept.

        Raises:
            TrustError: `ROWS_DAMAGED`: it is not what was loaded.
        """
        try:
            data = self._sealer.open(self._cipher_key(row.key), row.sealed, self._bound(row.key))
            fields: dict[str, JsonValue] = parse_strict(data)["fields"]
            is_same = content_digest(fields, self.salts(row.key, fields)) == row.digest
        except (TrustError, MalformedError):
            is_same = False
        if not is_same:
            raise TrustError("ROWS_DAMAGED", resource=self._resource.decode())
        return fields

    def _cipher_key(self, key: bytes) -> bytes:
        return hmac_sm3(self._load, _SEAL + key)[:_CIPHER_KEY]

    def _bound(self, key: bytes) -> bytes:
        return _BINDING + self._resource + b"\0" + self._nonce + key
