"""A holder and a verifier on one simulated ledger, with real signatures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ledger import crypto
from ledger.adapters.clock import SystemEntropy
from ledger.adapters.sqlite.redemptions import SqliteRedemptions
from ledger.domain.challenge import Challenge
from ledger.domain.document import Envelope, build_license, license_digest, new_salts, validity
from ledger.domain.holders import JointHolders, PublicPair
from ledger.domain.license_types import example_input, license_type
from ledger.domain.messages import MESSAGES
from ledger.domain.presentation import UNBOUND
from ledger.domain.trustfile import CONTRACT_NAMES, ContractEntry, TrustFile
from ledger.domain.verdict import Verdict
from ledger.errors import ChainOutageError
from ledger.service.holder_records import HolderRecords
from ledger.service.present import Fetch, PresentService
from ledger.service.sources import Asked, Histories
from ledger.service.verify import Ask, VerifyLicenses
from tests.simulator import BUREAU, CHAIN_ID, OFFICE, LedgerSimulator, founded_ledger, hash32, id_of, key_of
from tests.wallet.world import PASSPHRASE, SetClock, device
from wallet.wallet import Wallet

ID = id_of("license in a wallet")
FIELDS = ["face/name", "metadata/certificateIdentifier"]


def trust_file(ledger: LedgerSimulator) -> TrustFile:
    return TrustFile(
        ledger_id="0x" + ledger.ledger_id.hex(),
        chain_id=CHAIN_ID,
        genesis_hash=ledger.blocks[0].header.hash,
        rpc=(),
        api=None,
        contracts={name: ContractEntry(ledger.address(name), hash32(name), 1) for name in CONTRACT_NAMES},
        journal_head_slot="0x" + "00" * 32,
        seal=None,
    )


def issue(
    ledger: LedgerSimulator,
    holder: PublicPair | JointHolders | None,
    license_id: str = ID,
    origin: str = "native",
) -> dict[str, Any]:
    """Put the business license of the examples on the ledger, for a holder or several; its envelope."""
    given = {**example_input("business_license"), "origin": origin}
    license_ = build_license(given, license_type(given["metadata"]["certificateTypeCode"]))
    salts = new_salts(license_, SystemEntropy().token)
    valid_from, valid_to = validity(license_)
    digest = license_digest(license_, salts)
    record = ledger.issue(
        license_id,
        digest="0x" + digest.hex(),
        holderBinding=holder.binding if holder else UNBOUND,
        validFrom=valid_from,
        validTo=valid_to,
    )
    body = record.decoded()
    signature = body.signatures[0]
    key = "0x" + signature.key_id.hex()
    anchor = {"ledgerId": "0x" + ledger.ledger_id.hex(), "licenseId": license_id, "seq": record.seq}
    return Envelope(
        license=license_,
        salts=salts,
        digest=digest.hex(),
        signer={"uscc": BUREAU, "keyId": key},
        signed={"keyId": key, **MESSAGES["Issue"].values(body.data)},
        message="00" * 64,
        signature=(signature.r + signature.s).hex(),
        leaf=None,
        anchor={**anchor, "txHash": None, "block": None, "batch": None},
        holders=holder if isinstance(holder, JointHolders) else None,
    ).as_json()


@dataclass
class Desk:
    """A holder and a verifier, both on one ledger."""

    ledger: LedgerSimulator
    wallet: Wallet
    service: PresentService
    clock: SetClock
    folder: Path
    is_down: bool = False
    is_silent_once: bool = False

    def take(self, bound: bool = True, license_id: str = ID, origin: str = "native") -> PublicPair:
        pair = self.wallet.new_pair()
        self.wallet.add(issue(self.ledger, pair if bound else None, license_id, origin))
        self.clock.seconds = self.ledger.now
        return pair

    def ask(self, *more: str, attested: bool | None = None, uscc: str = OFFICE) -> Challenge:
        self.clock.seconds = self.ledger.now
        return self.service.challenge(
            key_of(OFFICE), [*FIELDS, *more], "办理企业入住手续", uscc=uscc, attested=attested
        )

    def new_wallet(self, name: str) -> Wallet:
        """The empty wallet of somebody else."""
        path = self.folder / f"{name}.vault"
        return Wallet.create(path, PASSPHRASE, device(self.clock), cost=1 << 8)

    def show(self, *more: str) -> tuple[str, Challenge]:
        challenge = self.ask(*more)
        return self.wallet.present([ID], [*FIELDS, *more], challenge).qr, challenge

    def histories(self) -> Histories:
        if self.is_down or self.is_silent_once:
            self.is_silent_once = False
            raise ChainOutageError("CHAIN_UNREACHABLE", url="http://127.0.0.1:1", reason="down")
        return Histories([self.ledger], Asked())

    def scan(self, text: str, challenge: Challenge, max_age: int = 60) -> Verdict:
        (verdict,) = self.scan_all(text, challenge, max_age=max_age)
        return verdict

    def scan_all(
        self, text: str, challenge: Challenge, fetch: Fetch | None = None, max_age: int = 60
    ) -> list[Verdict]:
        verify = VerifyLicenses(
            trust_file(self.ledger), self.histories, crypto.verifier(), self.clock, Asked().level
        )
        scanned = self.service.scan(text, challenge, fetch, HolderRecords(self.histories))
        return scanned.settle(
            [verify.verify(each, Ask(region=330421, max_age=max_age)) for each in scanned.subjects]
        )


def new_desk(folder: Path) -> Desk:
    """A fresh ledger, an empty wallet, a verifier that has asked nothing yet."""
    ledger, clock = founded_ledger(), SetClock()
    clock.seconds = ledger.now
    wallet = Wallet.create(folder / "w.vault", PASSPHRASE, device(clock), cost=1 << 8)
    store = SqliteRedemptions(folder / "r.sqlite3")
    return Desk(
        ledger, wallet, PresentService(store, crypto.verifier(), clock, SystemEntropy()), clock, folder
    )
