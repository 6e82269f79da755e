"""A small world for presentations: an issuer, a verifier, a wallet and clocks that can be set."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ledger import crypto
from ledger.adapters.clock import SystemEntropy
from ledger.adapters.sm4 import Sm4Gcm
from ledger.adapters.sqlite.redemptions import SqliteRedemptions
from ledger.domain.challenge import Challenge
from ledger.domain.document import (
    Envelope,
    build_license,
    license_digest,
    new_salts,
    type_word,
    validity,
)
from ledger.domain.holders import UNBOUND, HolderRule, JointHolders, PublicPair, holder_binding
from ledger.domain.license_tree import Tree, leaf_hash, leaf_words
from ledger.domain.license_types import example_input, license_type
from ledger.domain.messages import MESSAGES, Domain, key_id
from ledger.domain.objects import ascii32, license_id
from ledger.domain.presentation import Presentation
from ledger.domain.sm import sm3
from ledger.domain.verdict import Step, Verdict, passed
from ledger.ports import Signer
from ledger.service.present import PresentService, Scanned
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


Holder = PublicPair | JointHolders | None
"""Whom a license is bound to: a holder, several, or nobody."""


def issue(given: dict[str, Any], issuer: Signer, pair: Holder, amends: bool = False) -> dict[str, Any]:
    """Sign a license for real; only the record on a ledger is left out."""
    license_, salts, terms = _made(given, pair)
    values = {**_header(license_), **terms}
    if amends:
        values |= {"licenseId": "0x" + "77" * 32, "newLicenseId": terms["licenseId"], "act": 2, "ground": 1}
        values |= {"effective": NOW, "reference": "0x" + "00" * 32, "rev": 1}
    envelope = _envelope("Amend" if amends else "Issue", values, license_, salts, issuer)
    several = pair.as_json() if isinstance(pair, JointHolders) else {}
    return {**envelope, **several, "anchor": _anchor(terms["licenseId"], None)}


def issue_in_batch(
    given: dict[str, Any],
    issuer: Signer,
    pair: PublicPair | None,
    size: int = 1000,
    index: int = 0,
    renews: bool = False,
) -> dict[str, Any]:
    """The same as one leaf among others of a batch, which may renew an earlier one."""
    (envelope,) = _batch({index: _made(given, pair)}, issuer, size, renews)
    return envelope


def issue_all(given: list[dict[str, Any]], issuer: Signer, pairs: list[PublicPair]) -> list[dict[str, Any]]:
    """Several licenses as the leaves of one batch, under one signature."""
    made = [_made(each, pair) for each, pair in zip(given, pairs, strict=True)]
    return _batch(dict(enumerate(made)), issuer, len(made))


Made = tuple[dict[str, Any], dict[str, str], dict[str, Any]]


def _batch(placed: dict[int, Made], issuer: Signer, size: int, renews: bool = False) -> list[dict[str, Any]]:
    leaves = [_leaf(*placed[n]) if n in placed else SystemEntropy().token(32) for n in range(size)]
    tree = Tree(leaves)
    root = "0x" + tree.root.hex()
    license_, salts, _ = next(iter(placed.values()))
    values = {**_header(license_), "root": root, "size": size}
    if renews:
        renewed = leaf_words(set(range(size)) - {3, 300, 301})  # the others went their own ways
        words = {name: "0x" + word.hex() for name, word in renewed.items()}
        values |= {"rev": 1, "earlier": "0x" + "77" * 32, **words}
    signed = _envelope("RenewBatch" if renews else "IssueBatch", values, license_, salts, issuer)
    return [
        {
            **signed,
            "license": license_,
            "salts": salts,
            "digest": terms["digest"][2:],
            "leaf": {
                **terms,
                "type": license_["metadata"]["certificateTypeCode"],
                "digest": terms["digest"][2:],
            },
            "anchor": _anchor(
                terms["licenseId"],
                {
                    "root": root,
                    "index": index,
                    "size": size,
                    "proof": ["0x" + word.hex() for word in tree.proof(index)],
                },
            ),
        }
        for index, (license_, salts, terms) in placed.items()
    ]


def _leaf(license_: dict[str, Any], _: dict[str, str], terms: dict[str, Any]) -> bytes:
    words = [bytes.fromhex(terms[name][2:]) for name in ("licenseId", "digest", "holderBinding")]
    code = license_["metadata"]["certificateTypeCode"]
    return leaf_hash(words[0], code, words[1], words[2], terms["validFrom"], terms["validTo"])


def _made(given: dict[str, Any], pair: Holder) -> Made:
    """A license, its salts, and what a struct or a leaf says of it."""
    license_ = build_license(given, license_type(given["metadata"]["certificateTypeCode"]))
    salts = new_salts(license_, SystemEntropy().token)
    digest = license_digest(license_, salts)
    valid_from, valid_to = validity(license_)
    metadata = license_["metadata"]
    handle = sm3(metadata["certificateIdentifier"].encode() + digest)
    made = license_id(DOMAIN.ledger_id, metadata["certificateIssuingAuthorityCode"], handle)
    terms = {
        "licenseId": "0x" + made.hex(),
        "handle": "0x" + handle.hex(),
        "digest": "0x" + digest.hex(),
        "holderBinding": _binding(pair),
        "validFrom": valid_from,
        "validTo": valid_to,
    }
    return license_, salts, terms


def _binding(pair: Holder) -> str:
    if isinstance(pair, JointHolders):
        return pair.binding
    return "0x" + (holder_binding(*pair) if pair else UNBOUND).hex()


def _header(license_: dict[str, Any]) -> dict[str, Any]:
    metadata = license_["metadata"]
    return {
        "rev": 0,
        "signedAt": NOW,
        "notAfter": NOW + 604_800,
        "issuer": "0x" + ascii32(metadata["certificateIssuingAuthorityCode"]).hex(),
        "licenseType": type_word(metadata["certificateTypeCode"]),
    }


def _envelope(
    name: str, values: dict[str, Any], license_: dict[str, Any], salts: dict[str, str], issuer: Signer
) -> dict[str, Any]:
    struct, signer_id = MESSAGES[name], key_id(issuer.public_key)
    message = DOMAIN.signed_message(struct, signer_id, struct.data(values))
    return Envelope(
        license=license_,
        salts=salts,
        digest=license_digest(license_, salts).hex(),
        signer={
            "uscc": license_["metadata"]["certificateIssuingAuthorityCode"],
            "keyId": "0x" + signer_id.hex(),
        },
        signed={"keyId": "0x" + signer_id.hex(), **values},
        message=message.hex(),
        signature=issuer.sign(message).hex(),
        leaf=None,
        anchor={},
    ).as_json()


def _anchor(license_id: str, batch: dict[str, Any] | None) -> dict[str, Any]:
    unknown = {"seq": None, "txHash": None, "block": None}
    return {
        "ledgerId": "0x" + DOMAIN.ledger_id.hex(),
        "licenseId": license_id,
        **unknown,
        "batch": batch,
    }


def settled(scanned: Scanned) -> list[Verdict]:
    """The verdicts that count where a ledger has recorded what was shown, and nothing else."""
    found = tuple(map(passed, (Step.SIGNATURE, Step.ISSUER, Step.ANCHOR, Step.STATUS, Step.RECOGNITION)))
    now = "2026-11-18T19:06:40Z"
    judged = [
        Verdict(
            identifier=each.claim.identifier if each.claim else None,
            at=now,
            known_at=now,
            region=None,
            trust="rpc",
            age_seconds=0,
            agreement=None,
            flags=(),
            disclosed=each.disclosed if each.is_shown_rightly else None,
            checks=(*each.before, *found, *each.after),
        )
        for each in scanned.subjects
    ]
    return scanned.settle(judged)


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

    def take_leaf(self, name: str = "safety_certificate", bound: bool = True, **place: int) -> str:
        """The same as a license of a batch, of 1,000 by default."""
        pair = self.wallet.new_pair() if bound else None
        held, _ = self.wallet.add(issue_in_batch(example_input(name), self.issuer, pair, **place))
        return held.identifier

    def take_joint(self, rule: HolderRule, name: str = "safety_certificate", count: int = 2) -> str:
        """The same for several holders, whose keys this one wallet has."""
        holders = JointHolders(rule, tuple(self.wallet.new_pair() for _ in range(count)))
        held, _ = self.wallet.add(issue(example_input(name), self.issuer, holders))
        return held.identifier

    def ask(
        self, *fields: str, ttl: int = 60, api: str | None = None, attested: bool | None = None
    ) -> Challenge:
        """The verifier's challenge."""
        purpose = "办理企业入住手续"
        return self.service.challenge(self.relying, fields, purpose, ttl=ttl, api=api, attested=attested)

    def sign_again(self, presentation: Presentation, **changes: Any) -> Presentation:
        """What a dishonest holder could make with the right keys: changed and signed anew."""
        return self.sign(replace(presentation, **changes))

    def sign(self, presentation: Presentation) -> Presentation:
        """Signed anew by every key of this wallet that signs it; a foreign key's signature stays."""
        content = self.wallet._open().content
        own = [self.wallet._signer(content, index) for index in range(content["next"])]
        signers = {each.public_key: each for each in own}
        old = dict(zip(presentation.signers, presentation.signatures, strict=False))
        message = presentation.message()
        return presentation.with_signatures(
            [
                signers[key].sign(message) if key in signers else old.get(key, bytes(64))
                for key in presentation.signers
            ]
        )


def altered(presentation: Presentation, place: int = 0, **changes: Any) -> Presentation:
    """With one of the licenses in it changed, and nothing signed anew."""
    shown = list(presentation.licenses)
    shown[place] = replace(shown[place], **changes)
    return replace(presentation, licenses=tuple(shown))
