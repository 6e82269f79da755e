"""From the QR code to the verdict, on a simulated ledger with real signatures."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from ledger import crypto
from ledger.adapters.clock import SystemEntropy
from ledger.adapters.redemptions import SqliteRedemptions
from ledger.domain.acts import Act
from ledger.domain.challenge import Challenge
from ledger.domain.document import (
    Envelope,
    build_license,
    holder_binding,
    license_digest,
    new_salts,
    validity,
)
from ledger.domain.license_types import example_input, license_type
from ledger.domain.messages import MESSAGES
from ledger.domain.objects import ascii32
from ledger.domain.presentation import PublicPair
from ledger.domain.trustfile import ContractEntry, TrustFile
from ledger.domain.verdict import Verdict
from ledger.errors import ChainOutageError
from ledger.proof.bindings import Binding
from ledger.proof.claims import shown_integrity
from ledger.service.holder_records import HolderRecords
from ledger.service.present import PresentService, is_registered
from ledger.service.sources import Asked, Histories
from ledger.service.standing import binding_now
from ledger.service.verify import Ask, VerifyLicenses
from tests.simulator import BUREAU, CHAIN_ID, OFFICE, LedgerSimulator, founded_ledger, hash32, id_of, key_of
from tests.wallet.world import PASSPHRASE, SetClock, altered, device
from wallet.wallet import Wallet

ID = id_of("license in a wallet")
FIELDS = ["face/name", "metadata/certificateIdentifier"]


def trust_file(ledger: LedgerSimulator) -> TrustFile:
    names = ("Directory", "Keys", "Catalog", "Licenses", "Batches", "Journal")
    return TrustFile(
        ledger_id="0x" + ledger.ledger_id.hex(),
        chain_id=CHAIN_ID,
        genesis_hash=ledger.blocks[0].header.hash,
        rpc=(),
        api=None,
        contracts={name: ContractEntry(ledger.address(name), hash32(name), 1) for name in names},
        journal_head_slot="0x" + "00" * 32,
        seal=None,
    )


def issue(ledger: LedgerSimulator, pair: PublicPair | None) -> dict[str, Any]:
    """Put the business license of the examples on the ledger; its envelope."""
    given = example_input("business_license")
    license_ = build_license(given, license_type(given["metadata"]["certificateTypeCode"]))
    salts = new_salts(license_, SystemEntropy().token)
    valid_from, valid_to = validity(license_)
    digest = license_digest(license_, salts)
    binding = holder_binding(*pair) if pair else bytes(32)
    record = ledger.issue(
        ID,
        digest="0x" + digest.hex(),
        holderBinding="0x" + binding.hex(),
        validFrom=valid_from,
        validTo=valid_to,
    )
    body = record.decoded()
    signature = body.signatures[0]
    key = "0x" + signature.key_id.hex()
    anchor = {"ledgerId": "0x" + ledger.ledger_id.hex(), "licenseId": ID, "seq": record.seq}
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
    ).as_json()


@dataclass
class Desk:
    """A holder and a verifier, both on one ledger."""

    ledger: LedgerSimulator
    wallet: Wallet
    service: PresentService
    clock: SetClock
    is_down: bool = False
    is_silent_once: bool = False

    def take(self, bound: bool = True) -> PublicPair:
        pair = self.wallet.new_pair()
        self.wallet.add(issue(self.ledger, pair if bound else None))
        self.clock.seconds = self.ledger.now
        return pair

    def show(self) -> tuple[str, Challenge]:
        self.clock.seconds = self.ledger.now
        challenge = self.service.challenge(key_of(OFFICE), FIELDS, "办理企业入住手续", uscc=OFFICE)
        return self.wallet.present([ID], FIELDS, challenge).qr, challenge

    def histories(self) -> Histories:
        if self.is_down or self.is_silent_once:
            self.is_silent_once = False
            raise ChainOutageError("CHAIN_UNREACHABLE", url="http://127.0.0.1:1", reason="down")
        return Histories([self.ledger], Asked())

    def scan(self, text: str, challenge: Challenge) -> Verdict:
        verify = VerifyLicenses(
            trust_file(self.ledger), self.histories, crypto.verifier(), self.clock, Asked().level
        )
        subjects = self.service.scan(text, challenge, records=HolderRecords(self.histories))
        (verdict,) = [verify.verify(each, Ask(region=330421)) for each in subjects]
        return verdict


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    ledger, clock = founded_ledger(), SetClock()
    clock.seconds = ledger.now
    wallet = Wallet.create(tmp_path / "w.vault", PASSPHRASE, device(clock), cost=1 << 8)
    store = SqliteRedemptions(tmp_path / "r.sqlite3")
    return Desk(ledger, wallet, PresentService(store, crypto.verifier(), clock, SystemEntropy()), clock)


def test_a_good_presentation_is_in_force_once(desk: Desk) -> None:
    desk.take()
    text, challenge = desk.show()
    verdict = desk.scan(text, challenge)
    shown = {check.step.name: (check.outcome.name, check.code) for check in verdict.checks}
    assert verdict.result == "IN_FORCE", shown
    assert shown["HOLDER"] == ("PASS", "OK")
    assert verdict.disclosed is not None
    assert verdict.identifier == verdict.disclosed["metadata/certificateIdentifier"]
    assert set(verdict.disclosed) == set(FIELDS)
    again = desk.scan(text, challenge)
    assert (again.result, again.exit_code) == ("STALE_PRESENTATION", 1)
    assert again.as_json()["checks"][7]["code"] == "STALE_PRESENTATION"  # type: ignore[index]


def test_a_fresh_code_of_a_revoked_license_says_revoked(desk: Desk) -> None:
    desk.take()
    desk.ledger.act(ID, Act.REVOKE, ground=30, reference=hash32("decision"))
    assert desk.scan(*desk.show()).result == "REVOKED"


def test_with_the_chain_down_nothing_is_guessed(desk: Desk) -> None:
    desk.take()
    text, challenge = desk.show()
    desk.is_down = True
    verdict = desk.scan(text, challenge)
    assert (verdict.result, verdict.exit_code) == ("COULD_NOT_CHECK", 3)


def test_an_unbound_license_is_in_force_with_a_flag(desk: Desk) -> None:
    desk.take(bound=False)
    verdict = desk.scan(*desk.show())
    assert verdict.result == "IN_FORCE"
    assert verdict.flags == ("HOLDER_UNBOUND",)
    assert verdict.checks[7].code == "HOLDER_UNBOUND"


def test_a_license_bound_later_and_bound_to_another(desk: Desk) -> None:
    pair = desk.take(bound=False)
    desk.ledger.bind(ID, "0x" + holder_binding(*pair).hex())
    verdict = desk.scan(*desk.show())
    assert (verdict.result, verdict.checks[7].outcome.name) == ("IN_FORCE", "PASS")
    desk.ledger.bind(ID, "0x" + holder_binding(key_of("a new phone").public_key, None).hex())
    refused = desk.scan(*desk.show())
    assert (refused.result, refused.checks[7].code) == ("TAMPERED", "HOLDER_KEY_MISMATCH")


def test_a_node_that_is_silent_about_the_binding_alone_lets_no_old_key_pass(desk: Desk) -> None:
    desk.take()
    desk.ledger.bind(ID, "0x" + holder_binding(key_of("a new phone").public_key, None).hex())
    text, challenge = desk.show()
    desk.is_silent_once = True
    verdict = desk.scan(text, challenge)
    assert (verdict.result, verdict.exit_code) == ("COULD_NOT_CHECK", 3)
    assert (verdict.checks[7].outcome.name, verdict.checks[7].code) == ("UNKNOWN", "CHAIN_UNREACHABLE")


def test_a_binding_by_a_compromised_key_leaves_the_one_before(desk: Desk) -> None:
    pair = desk.take()
    stolen = desk.ledger.now + 1
    desk.ledger.wait(10)
    desk.ledger.bind(ID, "0x" + holder_binding(key_of("the thief's phone").public_key, None).hex())
    assert desk.scan(*desk.show()).checks[7].code == "HOLDER_KEY_MISMATCH"
    desk.ledger.cut_off_key(BUREAU, "310000", stolen)
    verdict = desk.scan(*desk.show())
    assert (verdict.result, verdict.checks[7].outcome.name) == ("IN_FORCE", "PASS")
    assert binding_now(desk.histories(), ID) == Binding("0x" + holder_binding(*pair).hex())


def test_a_lost_device_shows_nothing_from_its_freeze_until_the_license_is_bound_anew(desk: Desk) -> None:
    pair = desk.take()
    first = desk.show()
    desk.ledger.freeze(ID)
    verdict = desk.scan(*first)
    check = verdict.checks[7]
    assert (check.outcome.name, check.code) == ("FAIL", "HOLDER_FROZEN")
    assert (verdict.result, verdict.disclosed) == ("STALE_PRESENTATION", None)
    assert "HOLDER_FROZEN" in verdict.flags
    assert check.evidence["zh"] != check.evidence["en"]
    desk.ledger.bind(ID, "0x" + holder_binding(*pair).hex())
    assert desk.scan(*first).result == "IN_FORCE", "the same one: it was never used up"
    assert desk.scan(*desk.show()).result == "IN_FORCE"


def test_a_frozen_license_is_shown_by_no_other_device_either(desk: Desk) -> None:
    desk.take()
    desk.ledger.freeze(ID)
    desk.ledger.bind(ID, "0x" + holder_binding(key_of("a new phone").public_key, None).hex())
    desk.ledger.freeze(ID)
    verdict = desk.scan(*desk.show())
    check = verdict.checks[7]
    assert set(check.evidence["reasons"]) == {"HOLDER_KEY_MISMATCH", "HOLDER_FROZEN"}  # type: ignore[arg-type]
    assert verdict.result == "TAMPERED"


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("issuer", "0x" + ascii32(OFFICE).hex()),
        ("licenseType", "0x" + ascii32("11100000000013338W001").hex()),
        ("validFrom", 1),
        ("validTo", 1),
    ],
)
def test_fields_shown_may_not_contradict_what_was_signed(desk: Desk, member: str, value: object) -> None:
    """Even where issuer and holder sign it: a whole file that says so is refused as well."""
    desk.take()
    names = [
        "metadata/certificateIdentifier",
        "metadata/certificateTypeCode",
        "metadata/certificateIssuingAuthorityCode",
        "metadata/certificateEffectiveDate",
        "metadata/certificateExpiringDate",
    ]
    challenge = desk.service.challenge(key_of(OFFICE), names, "目的", uscc=OFFICE)
    good = desk.wallet.present([ID], names, challenge).presentation
    (shown,) = good.licenses
    assert shown_integrity(shown).outcome.name == "PASS"
    found = shown_integrity(replace(shown, signed={**shown.signed, member: value}))
    assert (found.outcome.name, found.code) == ("FAIL", "FACE_MISMATCH")


def test_the_issuers_struct_cannot_be_edited_by_the_holder(desk: Desk) -> None:
    from ledger.domain.presentation_text import whole_text

    desk.take()
    _, challenge = desk.show()
    good = desk.wallet.present([ID], FIELDS, challenge).presentation
    longer = altered(good, signed={**good.licenses[0].signed, "validTo": 4_000_000_000})
    signer = desk.wallet._signer(desk.wallet._open().content, 0)
    forged = longer.with_signatures([signer.sign(longer.message())])
    verdict = desk.scan(whole_text(forged), challenge)
    assert verdict.result == "TAMPERED"
    assert verdict.checks[2].code == "BAD_SIGNATURE"


def test_the_wallet_can_ask_whether_a_verifier_is_who_it_says(desk: Desk) -> None:
    now = desk.ledger.now
    service, histories = desk.service, desk.histories()
    asked = service.challenge(key_of(OFFICE), FIELDS, "目的", uscc=OFFICE)
    assert is_registered(histories, asked, now)
    for name, uscc in (
        (BUREAU, OFFICE),
        ("nobody", OFFICE),
        (OFFICE, ""),
        ("330421", OFFICE),
        (OFFICE, "无"),
    ):
        assert not is_registered(histories, service.challenge(key_of(name), FIELDS, "目的", uscc=uscc), now)
    desk.ledger.cut_off_key(OFFICE, "330000", now)
    assert not is_registered(desk.histories(), asked, now)
