"""Messages about sharing as rightly signed ones come over HTTP, whatever they say: the issuer shares, the
relying body uses, holders have devices of their own.
"""

from __future__ import annotations

import secrets
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ledger import crypto
from ledger.domain import objects
from ledger.domain.holder_proofs import proof_words
from ledger.domain.holders import PublicPair
from ledger.domain.license_tree import root
from ledger.domain.messages import MESSAGES, Domain, key_id
from ledger.domain.objects import ascii32
from ledger.domain.rules.uses import use_words
from ledger.domain.sharing import UseKind
from ledger.domain.sharing_entities import Use
from ledger.domain.signed_message import Prepared
from ledger.ports import Signer
from tests.live import ISSUER, NATIONAL, RELYING, LiveLedger

Json = dict[str, Any]
NOTHING = "0x" + "00" * 32
YEAR = 365 * 86_400


def word(text: str) -> str:
    return "0x" + ascii32(text).hex()


def bits(fields: int) -> str:
    return f"0x{fields:064x}"


def drawn() -> str:
    return "0x" + secrets.token_bytes(32).hex()


@dataclass
class Device:
    """A holder's two keys."""

    signing: Signer
    encryption: Signer

    @classmethod
    def new(cls) -> Device:
        return cls(*(crypto.signer(crypto.generate_key()) for _ in range(2)))

    @property
    def pair(self) -> PublicPair:
        return PublicPair(self.signing.public_key, self.encryption.public_key)

    @property
    def keys(self) -> Json:
        return self.pair.as_json()


@dataclass
class Maker:
    """Makes messages about sharing, rightly signed, whatever they say."""

    live_ledger: LiveLedger

    def message(
        self,
        struct: str,
        rev: int,
        members: Json,
        signers: list[Signer],
        words: tuple[bytes, ...] = (),
        domain: Callable[[Domain], Domain] = lambda each: each,
        **header: int,
    ) -> Json:
        now = int(time.time())
        type_ = MESSAGES[struct]
        values = {"rev": rev, "signedAt": now, "notAfter": now + 3600, **header, **members}
        prepared = Prepared(type_, values, domain(self.live_ledger.ledger().trust.domain(type_.contract)))
        made = [(key_id(each.public_key), each) for each in signers]
        return {
            "struct": struct,
            "signed": {name: values[name] for name, _ in type_.fields[1:]},
            "signatures": [
                {"keyId": "0x" + name.hex(), "signature": key.sign(prepared.message(name)).hex()}
                for name, key in made
            ],
            "words": ["0x" + each.hex() for each in words],
        }

    @property
    def owner(self) -> Signer:
        return self.live_ledger.signer("issuer")

    @property
    def grantee(self) -> Signer:
        return self.live_ledger.signer("relying")

    def resource(
        self, code: str, *, sharing: int = 1, rev: int = 0, by: Signer | None = None, **changes: Any
    ) -> Json:
        is_exception = sharing != 1
        members = {
            "owner": word(ISSUER),
            "code": word(code),
            "kind": 1,
            "licenseType": word(NATIONAL),
            "operator": NOTHING,
            "schemaDigest": NOTHING,
            "fieldsDigest": drawn(),
            "fieldCount": 8,
            "sensitive": bits(0x80),
            "gradesDigest": drawn(),
            "sharing": sharing,
            "ground": 7 if is_exception else 0,
            "until": int(time.time()) + YEAR if is_exception else 0,
            "cycleDays": 0,
            "baseLibrary": 0,
            "region": 0,
            "useRight": NOTHING,
            "benefitRight": NOTHING,
            "itemsDigest": NOTHING,
        }
        return self.message("RegisterResource", rev, {**members, **changes}, [by or self.owner])

    def request(self, code: str, **changes: Any) -> Json:
        members = {
            "grantee": word(RELYING),
            "nonce": drawn(),
            "owner": word(ISSUER),
            "code": word(code),
            "version": 1,
            "basis": 1,
            "purpose": word("LICENSING"),
            "purposeDigest": drawn(),
            "item": word("ITEM-1"),
            "caseCommitment": NOTHING,
            "licenseId": NOTHING,
            "fields": bits(7),
            "since": 0,
            "until": int(time.time()) + YEAR,
            "count": 0,
            "delegable": 0,
        }
        return self.message("RequestGrant", 0, {**members, **changes}, [self.grantee])

    def decide(self, grant: str, rev: int = 1, outcome: int = 1, by: Signer | None = None) -> Json:
        reason = 0 if outcome == 1 else 3
        members = {"grant": grant, "outcome": outcome, "reason": reason, "reasonDigest": NOTHING}
        return self.message("DecideGrant", rev, members, [by or self.owner])

    def consent(self, grant: str, license_id: str, device: Device, rev: int = 1, **more: Any) -> Json:
        members = {"grant": grant, "licenseId": license_id, "fields": bits(more.pop("fields", 7))}
        return self.message("ConsentGrant", rev, members, [device.signing], proof_words(device.pair), **more)

    def take_back(self, grant: str, license_id: str, device: Device, rev: int) -> Json:
        members = {"grant": grant, "licenseId": license_id}
        return self.message("WithdrawConsent", rev, members, [device.signing], proof_words(device.pair))

    def withdraw(self, grant: str, rev: int) -> Json:
        members = {"grant": grant, "by": word(RELYING), "reason": 0}
        return self.message("WithdrawGrant", rev, members, [self.grantee])

    def use(self, grant: str, fields: int = 1) -> Json:
        one = Use(grant, UseKind.DATA, fields, drawn(), drawn(), drawn())
        words = use_words(one)
        members = {
            "owner": word(ISSUER),
            "grantee": word(RELYING),
            "root": "0x" + root(words).hex(),
            "size": 1,
        }
        return self.message("Use", 0, members, [self.owner, self.grantee], tuple(words))


def grant_of(request: Json) -> str:
    made = objects.grant_object(RELYING, bytes.fromhex(request["signed"]["nonce"][2:]))
    return "0x" + made.hex()


def fresh_code() -> str:
    return f"R-{secrets.token_hex(4).upper()}"


def an_hour_later(home: Path) -> None:
    """As if the use codes that a home gave out were of an hour ago."""
    with closing(sqlite3.connect(home / "uses.sqlite3")) as database, database:
        assert database.execute("UPDATE use_code SET until = until - 3601").rowcount
