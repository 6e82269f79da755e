"""A small world for presentations: an issuer, a verifier, a wallet and clocks that can be set."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ledger import crypto
from ledger.adapters.clock import SystemEntropy
from ledger.adapters.redemptions import SqliteRedemptions
from ledger.adapters.sm4 import Sm4Gcm
from ledger.domain.challenge import Challenge
from ledger.domain.document import (
    UNBOUND,
    Envelope,
    build_license,
    holder_binding,
    license_digest,
    new_salts,
    type_word,
    validity,
)
from ledger.domain.license_types import example_input, license_type
from ledger.domain.messages import MESSAGES, Domain, key_id
from ledger.domain.objects import ascii32, license_handle, license_id
from ledger.domain.presentation import Presentation
from ledger.domain.sm import sm3
from ledger.ports import Signer
from ledger.service.present import PresentService
from wallet.keys import PublicPair
from wallet.wallet import Device, Wallet

NOW = 1_795_000_000
PASSPHRASE = "不是真的口令".encode()
DOMAIN = Domain(chain_id=31337, contract="0x" + "5a" * 20, ledger_id=sm3(b"a ledger for tests"))
EXAMPLES = ("business_license", "constructor_registration", "property_certificate", "safety_certificate")


@dataclass
class SetClock:
    """A clock that stands still until it is moved."""

    seconds: float = NOW

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)


def new_signer() -> Signer:
    return crypto.signer(crypto.generate_key())


def issue(
    given: dict[str, Any], issuer: Signer, pair: PublicPair | None, amends: bool = False
) -> dict[str, Any]:
    """Sign a license for real; only the record on a ledger is left out."""
    license_ = build_license(given, license_type(given["metadata"]["certificateTypeCode"]))
    salts = new_salts(license_, SystemEntropy().token)
    digest = license_digest(license_, salts)
    metadata = license_["metadata"]
    valid_from, valid_to = validity(license_)
    uscc = metadata["certificateIssuingAuthorityCode"]
    handle = license_handle(sm3(b"issuer's secret"), metadata["certificateIdentifier"])
    made = "0x" + license_id(DOMAIN.ledger_id, uscc, handle).hex()
    values: dict[str, Any] = {
        "rev": 0,
        "signedAt": NOW,
        "notAfter": NOW + 604_800,
        "licenseId": made,
        "handle": "0x" + handle.hex(),
        "issuer": "0x" + ascii32(uscc).hex(),
        "licenseType": type_word(metadata["certificateTypeCode"]),
        "digest": "0x" + digest.hex(),
        "holderBinding": "0x" + (holder_binding(*pair) if pair else UNBOUND).hex(),
        "validFrom": valid_from,
        "validTo": valid_to,
    }
    if amends:
        values |= {"licenseId": "0x" + "77" * 32, "newLicenseId": made, "act": 2, "ground": 1}
        values |= {"effective": NOW, "reference": "0x" + "00" * 32, "rev": 1}
    struct = MESSAGES["Amend" if amends else "Issue"]
    signer_id = key_id(issuer.public_key)
    message = DOMAIN.signed_message(struct, signer_id, struct.data(values))
    envelope = Envelope(
        license=license_,
        salts=salts,
        digest=digest.hex(),
        signer={"uscc": uscc, "keyId": "0x" + signer_id.hex()},
        signed={"keyId": "0x" + signer_id.hex(), **values},
        message=message.hex(),
        signature=issuer.sign(message).hex(),
        leaf=None,
        anchor={
            "ledgerId": "0x" + DOMAIN.ledger_id.hex(),
            "licenseId": made,
            "seq": None,
            "txHash": None,
            "block": None,
            "batch": None,
        },
    )
    return envelope.as_json()


def device(clock: SetClock) -> Device:
    return Device(crypto.signer, crypto.verifier(), Sm4Gcm(), SystemEntropy(), clock)


@dataclass
class World:
    """Everybody who takes part in one presentation."""

    folder: Path
    clock: SetClock = field(default_factory=SetClock)
    issuer: Signer = field(default_factory=new_signer)
    relying: Signer = field(default_factory=new_signer)

    def __post_init__(self) -> None:
        path = self.folder / "wallet.vault"
        self.wallet = Wallet.create(path, PASSPHRASE, device(self.clock), cost=1 << 8)
        self.store = SqliteRedemptions(self.folder / "redemptions.sqlite3")
        self.service = self.new_service()

    def new_service(self) -> PresentService:
        """The verifier's service as it is after a restart."""
        store = SqliteRedemptions(self.folder / "redemptions.sqlite3")
        return PresentService(store, crypto.verifier(), self.clock, SystemEntropy())

    def take(self, name: str = "safety_certificate", bound: bool = True, amends: bool = False) -> str:
        """Issue an example to the wallet's holder; the license's identifier."""
        pair = self.wallet.new_pair() if bound else None
        held, _ = self.wallet.add(issue(example_input(name), self.issuer, pair, amends))
        return held.identifier

    def ask(self, *fields: str, ttl: int = 60, api: str | None = None) -> Challenge:
        """The verifier's challenge."""
        return self.service.challenge(self.relying, fields, "办理企业入住手续", ttl=ttl, api=api)

    def sign_again(self, presentation: Presentation, **changes: Any) -> Presentation:
        """What a dishonest holder could make with the right key: changed and signed anew."""
        changed = replace(presentation, **changes)
        signer = self.wallet._signer(self.wallet._open().content, 0)
        return changed.with_signature(signer.sign(changed.holder_message()))
