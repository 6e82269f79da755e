"""What all chapters of the demo stand on: offices with their homes, a wallet, the licenses so far."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from api.cli.demo.world import Office
from api.cli.files import replace_file
from api.cli.output import language, said
from ledger import crypto
from ledger.adapters.clock import SystemClock, SystemEntropy
from ledger.adapters.sm4 import Sm4Gcm
from ledger.bootstrap import Ledger
from ledger.domain.license_types import example_input
from ledger.domain.verdict import Verdict
from ledger.domain.words import STEP
from ledger.ports import Signer
from ledger.service.govern import GovernLedger, Order
from ledger.service.orders import ActOrder, Issued
from ledger.service.sources import Asked
from ledger.service.verify import Ask
from ledger.settings import Settings
from wallet.wallet import Device, Wallet

PASSPHRASE = b"demo"
REFERENCE = "示例决字〔2026〕第1号"


@dataclass
class Told:
    """What a step's action reports: its result, and what a person sees."""

    result: str
    lines: list[str] = field(default_factory=list)
    gas: int | None = None


Action = Callable[[], Told]
Chapter = list[tuple[str, str, Action]]
"""Steps in order: name, expected result, what is done."""


class Stage:
    """One founded ledger, and what its people have made of it so far.

    Args:
        folder: Where keys, envelopes and QR codes stand.
        relay_key: The relay's key file.

    Attributes:
        issued: The first license of each office in its latest version, by the office's key name.
        batch: The licenses that Jiangsu issued at once.
        api: URL of the counter's API.
        provider: URL of the service of Jiangsu, which hands out data.
    """

    def __init__(self, folder: Path, relay_key: Path) -> None:
        self.folder, self._relay_key = folder, relay_key
        self.issued: dict[str, Issued] = {}
        self.batch: tuple[Issued, ...] = ()
        self.api = self.provider = ""
        self.wallet = self._make_wallet()
        self._ledgers: dict[str, Ledger] = {}

    def ledger(self, who: str, rpc: str | None = None) -> Ledger:
        """The ledger as one office reaches it, with a home of its own."""
        if who not in self._ledgers:
            network = self.folder / "network.json"
            settings = Settings(self.home(who), network, (rpc,) if rpc else (), None, self._relay_key)
            self._ledgers[who] = Ledger(settings)
        return self._ledgers[who]

    def home(self, who: str) -> Path:
        """The home of an office or person."""
        return self.folder / "homes" / who

    def signer(self, name: str) -> Signer:
        """The signer of a key file."""
        return crypto.load_signer(str(self.folder / "keys" / f"{name}.pem"))

    def input(self, office: Office, **more: object) -> dict[str, Any]:
        """A license input of the type that an office issues.

        Args:
            office: Named as the issuer.
            more: Members of the input that differ from the example.
        """
        given = example_input(office.example or "")
        metadata = given["metadata"]
        metadata["certificateIssuingAuthorityCode"] = office.uscc
        metadata["certificateIssuingAuthorityName"] = office.name
        return {**given, **more}

    def with_new_pair(self, given: dict[str, Any]) -> dict[str, Any]:
        """The input with the holder's next key pair."""
        pair = self.wallet.new_pair()
        keys = {"holderKey": pair.holder_key.hex(), "holderEncryptionKey": pair.holder_encryption_key.hex()}
        return {**given, **keys}

    def take(self, office: Office, issued: Issued) -> None:
        """Note a license in its issuer's home."""
        self.ledger(office.key).remember(issued.envelope, issued.cid)

    def keep(self, office: Office, issued: Issued) -> None:
        """Hand a license to the holder, and keep its file."""
        self.take(office, issued)
        self.wallet.add(issued.envelope.as_json())
        self.issued[office.key] = issued
        name = f"{issued.envelope.identifier}.elic.json"
        replace_file(self.folder / "envelopes" / name, issued.envelope.to_bytes())

    def verify(self, issued: Issued, ask: Ask | None = None, asked: Asked | None = None) -> Verdict:
        """What the department in Jiashan is told of a license."""
        return self.verify_file(issued.envelope.to_bytes(), ask, asked)

    def verify_file(self, data: bytes, ask: Ask | None = None, asked: Asked | None = None) -> Verdict:
        """The same of a license file."""
        ledger = self.ledger("jiashan")
        return ledger.verify(asked or Asked()).verify(ledger.read_file(data), ask or Ask())

    def act(self, office: Office, issued: Issued, verb: str, ground: str, effective: int = 0) -> int:
        """Do something to a license, a moment of its own after what happened to it before.

        Returns:
            The gas used.
        """
        ledger = self.ledger(office.key)
        license_id = str(issued.envelope.anchor["licenseId"])
        self.await_second_after(ledger.license_now(license_id).facts[-1].recorded_at)
        order = ActOrder(verb, ground, effective, REFERENCE)
        return ledger.acting().act(license_id, order, self.signer(office.key)).gas_used

    def govern(self, order: Order) -> int:
        """Carry out an order of governing bodies; returns the gas used."""
        ledger = self.ledger("registry")
        govern = GovernLedger(ledger.reader, ledger.submissions, ledger.clock)
        return govern.run([order]).records[-1].gas_used or 0

    def now(self) -> int:
        """The newest block's time, in Unix seconds."""
        return self.ledger("jiashan").reader.head().time

    def await_second_after(self, moment: int) -> None:
        """Let the chain's clock pass a second, so that two acts have two moments."""
        for _ in range(100):
            if self.now() > moment:
                return
            time.sleep(0.1)

    def _make_wallet(self) -> Wallet:
        device = Device(crypto.signer, crypto.verifier(), Sm4Gcm(), SystemEntropy(), SystemClock())
        path = self.home("holder") / "wallet.vault"
        path.parent.mkdir(parents=True, exist_ok=True)
        return Wallet.create(path, PASSPHRASE, device)


def with_basis(verdict: Verdict) -> str:
    """The result, and why the license counts in the region asked."""
    basis = (verdict.agreement or {}).get("basis")
    return f"{verdict.result} {basis}" if basis else verdict.result


def card(verdict: Verdict) -> list[str]:
    """A verdict as a person reads it: the nine checks, the sentence in the language of this run."""
    marks = {"PASS": "✓", "FAIL": "✗", "UNKNOWN": "?", "SKIPPED": "–"}
    checks = " ".join(
        f"{marks[check.outcome.value]}{said(STEP[check.step.name][0], check.step.name)}"
        for check in verdict.checks
    )
    return [checks, verdict.message[language()]]
