"""Files of signature requests: what keys on other machines have to sign, and what they answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from api.cli import keys
from api.cli.files import pretty, write_out
from api.cli.output import read_input
from ledger.domain.canonical import parse_strict
from ledger.errors import LedgerError, MalformedError, RuleError, UsageError
from ledger.service.signing import Brought, KeyFile, SignatureRequest, brought_of

HOW = {
    "zh": "每条请求：由 keyId 的持有人核对 signed，运行 command（或用其他 SM2 工具对 message 的 64 字节签名，"
    "ID 为 1234567812345678），把得到的 128 位十六进制填入 signature，其余不改；"
    "然后再次运行写出本文件的命令（建账时加 --resume）。",
    "en": "For each request: the holder of keyId reads `signed`, runs `command` (or signs the 64 bytes of "
    "`message` with any SM2 tool, ID 1234567812345678), and puts the 128 hex digits into `signature`; "
    "nothing else changes. Then run the command that wrote this file again (deploy: with --resume).",
}


def key_file(path: str) -> KeyFile:
    """A signer where the file holds a private key, else the public key alone."""
    try:
        signer = keys.signer(path)
    except UsageError as error:
        if error.code != "KEY_NOT_PRIVATE":
            raise
        return KeyFile(keys.public_key(path), None)
    return KeyFile(signer.public_key, signer)


class RequestFile:
    """The file of `--signatures`: what absent keys have to sign, and what they signed.

    Args:
        path: Its path; None where none was given.
    """

    def __init__(self, path: str | None) -> None:
        self._path = path
        self._rows = read_rows(Path(path)) if path and Path(path).exists() else []

    def brought(self) -> Brought:
        """The signatures in it; raises as `brought`."""
        return brought(self._rows, self._path or "")

    def pending(self, requests: Sequence[SignatureRequest]) -> LedgerError:
        """Write down what is still to be signed, and say so."""
        if self._path is None:
            return UsageError("SIGNATURES_FILE_MISSING", count=len(requests))
        made = [row for row in self._rows if row.get("signature")]
        file = {"format": "elicense-signatures/1", **ask(requests, made)}
        write_out(Path(self._path), pretty(file))
        return RuleError("SIGNATURES_PENDING", count=len(requests), path=self._path)


def ask(requests: Sequence[SignatureRequest], made: Sequence[Mapping[str, object]]) -> dict[str, object]:
    """The members of a request file: what to do, the rows already signed, the rows still open."""
    return {"howTo": HOW, "requests": [*made, *map(_row, requests)]}


def _row(request: SignatureRequest) -> dict[str, object]:
    return {
        "purpose": request.purpose,
        "keyId": request.key_id,
        "signed": request.signed,
        "message": request.message,
        "command": f"elicense sm2 sign --key KEY.pem --message {request.message}",
        "signedAt": request.signed_at,
        "notAfter": request.not_after,
        "signature": None,
    }


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a request file.

    Raises:
        MalformedError: `SIGNATURES_FILE`, or the codes of `parse_strict`.
        UsageError: `FILE_UNREADABLE`.
    """
    rows = parse_strict(read_input(str(path))).get("requests")
    if not isinstance(rows, list) or not all(map(_is_row, rows)):
        raise MalformedError("SIGNATURES_FILE", path=str(path), reason="requests")
    return rows


def _is_row(row: object) -> bool:
    return (
        isinstance(row, dict)
        and all(isinstance(row.get(name), str) for name in ("purpose", "keyId", "message"))
        and all(type(row.get(name)) is int for name in ("signedAt", "notAfter"))
    )


def brought(rows: Sequence[Mapping[str, object]], path: str) -> Brought:
    """The signatures that others filled in.

    Raises:
        MalformedError: `SIGNATURES_FILE`.
    """

    def raw(text: str) -> bytes:
        try:
            decoded = bytes.fromhex(text)
        except ValueError:
            decoded = b""
        if len(decoded) != 64:
            raise MalformedError("SIGNATURES_FILE", path=path, reason="signature: not 128 digits of hex")
        return decoded

    return brought_of(rows, raw)
