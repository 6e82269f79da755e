"""A license as the wallet holds it: its envelope, and what a presentation takes from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.domain.canonical import JsonObject, JsonValue
from ledger.domain.document import Envelope
from ledger.domain.fields_tree import Disclosure, flatten
from ledger.domain.messages import MESSAGES
from ledger.domain.presentation import UNBOUND
from ledger.errors import MalformedError, UsageError


@dataclass(frozen=True)
class HeldLicense:
    """One license of a wallet.

    Attributes:
        envelope: The license file.
        message: Which struct its issuer signed, `Issue` or `Amend`.
    """

    envelope: Envelope
    message: str

    @property
    def identifier(self) -> str:
        """GB/T 36904 identifier."""
        return self.envelope.identifier

    @property
    def license_id(self) -> str:
        """0x-hex license id that the issuer signed."""
        return str(self.envelope.signed["newLicenseId" if self.message == "Amend" else "licenseId"])

    @property
    def type_name(self) -> str:
        """Name of its type as the license says it, or the type's code."""
        return str(self.envelope.license["metadata"].get("certificateTypeName") or self.envelope.type_code)

    @property
    def binding(self) -> str:
        """0x-hex holder binding that the issuer signed."""
        return str(self.envelope.signed["holderBinding"])

    @property
    def is_bound(self) -> bool:
        """Whether the issuer bound a device key when it issued the license."""
        return self.binding != UNBOUND

    def signed(self) -> JsonObject:
        """Members of the signed struct, without the signer's `keyId`."""
        return {name: self.envelope.signed[name] for name, _ in MESSAGES[self.message].fields[1:]}

    def issuer_key(self) -> bytes:
        """Id of the issuer's key, 32 bytes."""
        stated = self.envelope.signed.get("keyId", self.envelope.signer["keyId"])
        return bytes.fromhex(str(stated).removeprefix("0x"))

    def fields(self) -> dict[str, JsonValue]:
        """Every field by its path."""
        return flatten(self.envelope.license)

    def disclose(self, names: Sequence[str]) -> Disclosure:
        """Show the fields that `names` mean: whole paths, branches, or last parts of one path.

        Raises:
            UsageError: `FIELD_NOT_IN_LICENSE`, `FIELD_AMBIGUOUS`.
        """
        known = list(self.fields())
        return self.envelope.disclose([path for name in names for path in _paths(name, known)])


def read_license(data: JsonObject) -> HeldLicense:
    """Read an envelope and check all of it that needs no ledger.

    The issuer's signature and the record are the verifier's business; `verify` asks for them.

    Raises:
        MalformedError: `ENVELOPE_FORM`; `ENVELOPE_UNUSABLE` where its signed struct is not one
            that a wallet can present.
        BadProofError: `DOCUMENT_TAMPERED`.
    """
    envelope = Envelope.from_json(data)
    envelope.check_integrity()
    message = "Amend" if "newLicenseId" in envelope.signed else "Issue"
    _require_members(message, envelope.signed)
    return HeldLicense(envelope, message)


def _require_members(message: str, signed: JsonObject) -> None:
    kinds = dict(MESSAGES[message].fields[1:])
    if signed.keys() - {"keyId"} != kinds.keys():
        raise _unusable("signed")
    for name, value in signed.items():
        is_word = kinds.get(name, "bytes32") == "bytes32"
        if (is_word and not _is_word(value)) or (not is_word and type(value) is not int):
            raise _unusable(name)


def _is_word(value: object) -> bool:
    digits = str(value).removeprefix("0x")
    return str(value).startswith("0x") and len(digits) == 64 and not set(digits) - set("0123456789abcdef")


def _paths(name: str, known: Sequence[str]) -> list[str]:
    branch = [path for path in known if path == name or path.startswith(name + "/")]
    if branch:
        return branch
    found = [path for path in known if path.endswith("/" + name)]
    if not found:
        raise UsageError("FIELD_NOT_IN_LICENSE", field=name, known=", ".join(known))
    if len(found) > 1:
        raise UsageError("FIELD_AMBIGUOUS", field=name, known=", ".join(found))
    return found


def _unusable(part: str) -> MalformedError:
    return MalformedError("ENVELOPE_UNUSABLE", part=part)
