"""Signatures of keys that are not on this machine: asked for in one run, brought to a later one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ledger.domain.messages import key_id
from ledger.domain.records import RecordSignature
from ledger.domain.signed_message import Prepared, signature_of
from ledger.ports import Signer


@dataclass(frozen=True)
class KeyFile:
    """What a key path leads to: a public key, and a signer if the key is here."""

    public_key: bytes
    signer: Signer | None


@dataclass(frozen=True)
class SignatureRequest:
    """What a key that is not on this machine has to sign.

    Attributes:
        key_id: The key, `0x` and 64 digits.
        purpose: Which message it is, the same when asked for again.
        message: M in hex, 64 bytes.
        signed: The members of the struct behind M, for the signer's eyes; M is recomputed from them.
    """

    key_id: str
    purpose: str
    message: str
    signed_at: int
    not_after: int
    signed: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Brought:
    """Signatures made elsewhere.

    Attributes:
        headers: `signedAt` and `notAfter` by purpose, as they were asked for.
        signatures: 64 bytes by (key id, message), both in hex without `0x`.
        signed: Members of the structs that were asked for, by purpose, hashes as 0x-hex.
    """

    headers: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    signatures: Mapping[tuple[str, str], bytes] = field(default_factory=dict)
    signed: Mapping[str, Mapping[str, object]] = field(default_factory=dict)

    def header(self, purpose: str, now: int) -> dict[str, int]:
        """The times under which a message was asked for, so that its signatures still fit.

        Empty where it never was, or where it can no longer be recorded and is asked for anew.
        """
        kept = self.headers.get(purpose)
        if kept is None or kept[1] <= now:
            return {}
        return {"signedAt": kept[0], "notAfter": kept[1]}

    def sign(
        self, key: KeyFile, prepared: Prepared, purpose: str, requests: list[SignatureRequest]
    ) -> RecordSignature | None:
        """The signature of a key: made here, or brought; else None, and the request is noted."""
        if key.signer is not None:
            return prepared.signed_by(key.signer)
        identity = key_id(key.public_key)
        message = prepared.message(identity).hex()
        raw = self.signatures.get((identity.hex(), message))
        if raw is not None:
            return signature_of(identity, raw)
        signed_at, not_after = (_int(prepared.values[name]) for name in ("signedAt", "notAfter"))
        signed = {"struct": prepared.struct.name, **prepared.as_json(identity)}
        request = SignatureRequest("0x" + identity.hex(), purpose, message, signed_at, not_after, signed)
        requests.append(request)
        return None


def brought_of(rows: Sequence[Mapping[str, object]], decode: Callable[[str], bytes]) -> Brought:
    """Signatures from the rows of a signature file.

    Args:
        rows: Requests as they were handed out, `signature` filled in where it was made.
        decode: Reads 128 digits of hex; raises what the caller wants raised.
    """
    headers = {str(row["purpose"]): (_int(row["signedAt"]), _int(row["notAfter"])) for row in rows}
    signatures = {
        (str(row["keyId"])[2:], str(row["message"])): decode(str(row["signature"]))
        for row in rows
        if row.get("signature")
    }
    signed = {str(row["purpose"]): each for row in rows if isinstance(each := row.get("signed"), dict)}
    return Brought(headers, signatures, signed)


def _int(value: object) -> int:
    return int(str(value))
