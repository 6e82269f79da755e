"""A refusal that a platform carries: what a provider did not answer with data, and why, under its signature.

    {"format": "elicense-use-refusal/1", "ledgerId", "use", "of": "request"|"signature", "came", "code",
     "fields", "refusedAt", "provider": {"uscc", "keyId", "publicKey"}, "signature"}

`use` names the request that the platform brought, `of` which of the grantee's two files is refused, `came`
the SM3 of its RFC 8785 form as it came: whoever carries files can alter one and have that refused, and so the
refusal says what it is of. The provider signs TAG(use-refusal) ‖ SM3(RFC 8785 form without `signature`) with
a registered signing key. A refusal that has a number stands on the ledger as well
(`ledger.domain.use_reasons`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ledger.domain.canonical import JsonObject, canonical
from ledger.domain.messages import key_id
from ledger.domain.moments import rfc3339
from ledger.domain.sm import TAG_USE_REFUSAL
from ledger.domain.sm3 import sm3
from ledger.domain.strict_form import StrictForm
from ledger.domain.unsigned import unsigned_digest

FORMAT = "elicense-use-refusal/1"
REQUEST, SIGNATURE = "request", "signature"

_FORM = StrictForm("USE_REFUSAL_MALFORMED")
_KEYS = {"format", "ledgerId", "use", "of", "came", "code", "fields", "refusedAt", "provider", "signature"}


def came(form: Mapping[str, object]) -> str:
    """SM3 of what came, 64 digits."""
    return sm3(canonical(dict(form))).hex()


@dataclass(frozen=True, slots=True, kw_only=True)
class UseRefusal:
    """One refusal.

    Attributes:
        ledger_id: Of the ledger that is meant, 0x-hex.
        use: Digest of the request, 0x-hex, by which its files are named.
        of: Which file is refused.
        came: Its SM3, 64 digits.
        code: Why.
        fields: What the sentence of that names.
        refused_at: In Unix seconds.
        provider: Credit code.
        public_key: The provider's, 65 bytes.
        signature: 64 bytes; empty before it is signed.
    """

    ledger_id: str
    use: str
    of: str
    came: str
    code: str
    fields: Mapping[str, object]
    refused_at: int
    provider: str
    public_key: bytes
    signature: bytes = b""

    @property
    def key_id(self) -> str:
        """Id of the provider's key, 0x-hex."""
        return "0x" + key_id(self.public_key).hex()

    def message(self) -> bytes:
        """The 64 bytes that are signed."""
        return TAG_USE_REFUSAL + unsigned_digest(self.as_json())

    def signed(self, signature: bytes) -> UseRefusal:
        """The same refusal with its signature."""
        return replace(self, signature=signature)

    def as_json(self) -> JsonObject:
        """The form of the module's head."""
        return {
            "format": FORMAT,
            "ledgerId": self.ledger_id,
            "use": self.use,
            "of": self.of,
            "came": self.came,
            "code": self.code,
            "fields": dict(self.fields),
            "refusedAt": rfc3339(self.refused_at),
            "provider": {"uscc": self.provider, "keyId": self.key_id, "publicKey": self.public_key.hex()},
            "signature": self.signature.hex(),
        }


def use_refusal(form: Mapping[str, object]) -> UseRefusal:
    """Read a refusal from outside; form only, the signature is not checked.

    Raises:
        MalformedError: `USE_REFUSAL_MALFORMED` with the member at fault.
    """
    _FORM.require(form.keys() == _KEYS and form["format"] == FORMAT, "format")
    provider, public_key = _FORM.party(form["provider"], "provider")
    fields, of = form["fields"], form["of"]
    if provider is None or not isinstance(fields, dict) or of not in (REQUEST, SIGNATURE):
        raise _FORM.fault("provider" if provider is None else "fields")
    return UseRefusal(
        ledger_id="0x" + _FORM.hexed(form, "ledgerId", 32, "0x").hex(),
        use="0x" + _FORM.hexed(form, "use", 32, "0x").hex(),
        of=str(of),
        came=_FORM.hexed(form, "came", 32).hex(),
        code=_FORM.text(form["code"], "code"),
        fields=fields,
        refused_at=_FORM.instant(form, "refusedAt"),
        provider=provider,
        public_key=public_key,
        signature=_FORM.hexed(form, "signature", 64),
    )
