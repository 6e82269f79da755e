"""The demo's story: what each person does and what must come of it, on the real parts.

Every step says what it expects. A step that ends otherwise fails the demo, and the story goes on, so
that one run shows everything that does not hold.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx2

from api.cli.demo_desk import counter
from api.cli.demo_titles import TITLES
from api.cli.demo_world import ANHUI, JIANGSU, JIASHAN, OFFICES, QINGPU, SHANGHAI, ZHEJIANG, Office
from api.cli.files import replace_file
from ledger import crypto
from ledger.adapters.clock import SystemClock, SystemEntropy
from ledger.adapters.presentation_desk import HttpDesk
from ledger.adapters.qr import QrCode, read_image
from ledger.adapters.redemptions import SqliteRedemptions
from ledger.adapters.sm4 import Sm4Gcm
from ledger.bootstrap import Ledger
from ledger.domain.challenge import Challenge
from ledger.domain.license_types import example_input
from ledger.domain.moments import parse_moment
from ledger.domain.verdict import Verdict
from ledger.errors import LedgerError
from ledger.service.issue import ActOrder, Issued
from ledger.service.present import PresentService
from ledger.service.sources import Asked
from ledger.service.standing import license_state
from ledger.service.verify import Ask
from ledger.settings import Settings
from wallet.showing import Shown
from wallet.wallet import Device, Wallet

PASSPHRASE = b"demo"
BATCH = 200
"""Licenses that Jiangsu issues at once."""


@dataclass
class Step:
    """One step as it went."""

    n: int
    name: str
    ok: bool
    expected: str
    result: str
    title: tuple[str, str]
    lines: list[str] = field(default_factory=list)
    gas: int | None = None

    def as_json(self) -> dict[str, object]:
        """The keys of `demo --json`."""
        shown: dict[str, object] = {
            "n": self.n,
            "name": self.name,
            "ok": self.ok,
            "expected": self.expected,
            "result": self.result,
        }
        return shown if self.gas is None else {**shown, "gasUsed": self.gas}


@dataclass
class Told:
    """What a step's action reports: its result, and what a person sees."""

    result: str
    lines: list[str] = field(default_factory=list)
    gas: int | None = None


Action = Callable[[], Told]


class Story:
    """All steps on one founded ledger.

    Args:
        folder: Where keys, envelopes and QR codes stand.
        rpc: The chain.
        relay_key: The relay's key file.
    """

    def __init__(self, folder: Path, rpc: str, relay_key: Path) -> None:
        self.folder, self._rpc, self._relay_key = folder, rpc, relay_key
        self.issued: dict[str, Issued] = {}
        self.batch: tuple[Issued, ...] = ()
        self.replay: dict[str, Any] = {}
        self._ledgers: dict[str, Ledger] = {}
        self._wallet: Wallet | None = None
        self._challenge: Challenge | None = None
        self._shown: Shown | None = None
        self._api = ""

    def run(self) -> Iterator[Step]:
        """Tell the story, step by step."""
        with counter(self._ledger("jiashan")) as self._api:
            yield from self._told()

    def _told(self) -> Iterator[Step]:
        for n, (name, expected, action) in enumerate(self._steps(), start=1):
            try:
                told = action()
            except LedgerError as error:
                told = Told(error.code, [error.message()["zh"], error.message()["en"]])
            ok = told.result == expected
            yield Step(n, name, ok, expected, told.result, TITLES[name], told.lines, told.gas)

    def _steps(self) -> Iterator[tuple[str, str, Action]]:
        yield "wallet", "OK", self._make_wallet
        for office in OFFICES:
            yield f"issue-{office.key}", "OK", partial(self._issue, office)
        yield "verify-national", "IN_FORCE LAW", partial(self._verify, SHANGHAI, JIASHAN)
        yield "verify-regional", "IN_FORCE AGREEMENT", partial(self._verify, JIANGSU, JIASHAN)
        yield "verify-unrecognized", "NOT_RECOGNIZED_HERE", partial(self._verify, JIANGSU, QINGPU)
        yield "verify-proved", "IN_FORCE LAW state", partial(self._verify_proved, SHANGHAI, JIASHAN)
        yield "verify-api", "IN_FORCE", partial(self._verify_by_api, ZHEJIANG, QINGPU)
        yield "suspend", "SUSPENDED", partial(self._act, "suspend", "PENALTY")
        yield "resume", "IN_FORCE", partial(self._act, "resume", "PENALTY_SERVED")
        yield "amend", "SUPERSEDED IN_FORCE", self._amend
        yield "revoke", "REVOKED", partial(self._act, "revoke", "SERIOUS_VIOLATION")
        yield "history", "IN_FORCE REVOKED", self._history
        yield "issue-batch", f"{BATCH} licenses", self._issue_batch
        yield "verify-leaf", "IN_FORCE AGREEMENT", self._verify_leaf
        yield "revoke-leaf", "REVOKED IN_FORCE", self._revoke_leaf
        yield "tampered", "TAMPERED", self._tamper
        yield "duplicate", "LICENSE_EXISTS", partial(self._issue, ZHEJIANG)
        yield "not-entitled", "ISSUER_NOT_ENTITLED", self._unentitled
        yield "chain-down", "COULD_NOT_CHECK", self._chain_down
        yield "challenge", "OK", self._ask
        yield "present", "OK", self._present
        yield "scan", "IN_FORCE", self._scan
        yield "replayed", "STALE_PRESENTATION", self._scan
        yield "replay", "0 findings", self._audit
        yield "live-is-replayed", "OK", self._compare

    def _ledger(self, who: str, rpc: str | None = None) -> Ledger:
        """The ledger as one office reaches it, with a home of its own."""
        if who not in self._ledgers:
            home = self.folder / "homes" / who
            network = self.folder / "network.json"
            settings = Settings(home, network, (rpc,) if rpc else (), None, self._relay_key)
            self._ledgers[who] = Ledger(settings)
        return self._ledgers[who]

    def _make_wallet(self) -> Told:
        device = Device(crypto.signer, crypto.verifier(), Sm4Gcm(), SystemEntropy(), SystemClock())
        path = self.folder / "homes" / "holder" / "wallet.vault"
        path.parent.mkdir(parents=True, exist_ok=True)
        self._wallet = Wallet.create(path, PASSPHRASE, device)
        return Told("OK")

    def _issue(self, office: Office) -> Told:
        wallet, signer = self._own_wallet(), self._signer(office)
        given = self._input(office)
        if office.key not in self.issued:
            pair = wallet.new_pair()
            given["holderKey"] = pair.holder_key.hex()
            given["holderEncryptionKey"] = pair.holder_encryption_key.hex()
        ledger = self._ledger(office.key)
        issued = ledger.issuing().issue(given, signer)
        ledger.remember(issued.envelope, issued.cid)
        wallet.add(issued.envelope.as_json())
        self._keep(office, issued)
        lines = [issued.envelope.identifier, f"licenseId {issued.envelope.anchor['licenseId']}"]
        return Told("OK", lines, issued.gas_used)

    def _input(self, office: Office) -> dict[str, Any]:
        given = example_input(office.example or "")
        metadata = given["metadata"]
        metadata["certificateIssuingAuthorityCode"] = office.uscc
        metadata["certificateIssuingAuthorityName"] = office.name
        return given

    def _keep(self, office: Office, issued: Issued) -> None:
        self.issued[office.key] = issued
        name = f"{issued.envelope.identifier}.elic.json"
        replace_file(self.folder / "envelopes" / name, issued.envelope.to_bytes())

    def _signer(self, office: Office) -> Any:
        return crypto.load_signer(str(self.folder / "keys" / f"{office.key}.pem"))

    def _own_wallet(self) -> Wallet:
        if self._wallet is None:
            self._make_wallet()
        assert self._wallet is not None
        return self._wallet

    def _check(self, data: bytes, ask: Ask, asked: Asked | None = None, who: str = "jiashan") -> Verdict:
        ledger = self._ledger(who)
        return ledger.verify(asked or Asked()).verify(ledger.read_file(data), ask)

    def _verify(self, office: Office, region: int) -> Told:
        verdict = self._check(self.issued[office.key].envelope.to_bytes(), Ask(region=region))
        return Told(_result(verdict), _card(verdict))

    def _verify_by_api(self, office: Office, region: int) -> Told:
        body = {"subject": self.issued[office.key].envelope.as_json(), "region": f"{region:06d}"}
        answer = httpx2.post(f"{self._api}/v1/verify", json=body, timeout=30)
        refused = httpx2.post(f"{self._api}/v1/licenses", json={}, timeout=30)
        shown = [f"POST /v1/verify → {answer.status_code} {answer.json()['result']}"]
        shown.append(f"POST /v1/licenses (unsigned) → {refused.status_code} {refused.json()['code']}")
        return Told(str(answer.json()["result"]) if refused.status_code == 401 else "LET IN", shown)

    def _verify_proved(self, office: Office, region: int) -> Told:
        head = self._ledger("jiashan").reader.head().hash
        data = self.issued[office.key].envelope.to_bytes()
        verdict = self._check(data, Ask(region=region), Asked("state", head))
        return Told(f"{_result(verdict)} {verdict.trust}", [f"head {head}"])

    def _act(self, verb: str, ground: str) -> Told:
        ledger = self._ledger(ANHUI.key)
        license_id = str(self.issued[ANHUI.key].envelope.anchor["licenseId"])
        license_, _ = license_state(ledger.histories(Asked()), license_id)
        _await_second_after(ledger, license_.facts[-1].recorded_at)
        order = ActOrder(verb, ground, 0, "示例决字〔2026〕第1号")
        acted = ledger.issuing().act(license_, order, self._signer(ANHUI))
        verdict = self._check(self.issued[ANHUI.key].envelope.to_bytes(), Ask())
        return Told(verdict.result, [verdict.message["zh"], verdict.message["en"]], acted.gas_used)

    def _amend(self) -> Told:
        ledger, old = self._ledger(SHANGHAI.key), self.issued[SHANGHAI.key]
        given = self._input(SHANGHAI)
        given["face"]["registeredCapital"] = "20000000.00"
        pair = self._own_wallet().new_pair()
        given["holderKey"] = pair.holder_key.hex()
        given["holderEncryptionKey"] = pair.holder_encryption_key.hex()
        license_, _ = license_state(ledger.histories(Asked()), str(old.envelope.anchor["licenseId"]))
        new = ledger.issuing().amend(
            license_, old.envelope.identifier, given, "change", self._signer(SHANGHAI), "CHANGED_FACTS"
        )
        ledger.remember(new.envelope, new.cid)
        self._own_wallet().add(new.envelope.as_json())
        self._keep(SHANGHAI, new)
        results = [self._check(each.envelope.to_bytes(), Ask()).result for each in (old, new)]
        return Told(
            " ".join(results), [f"{old.envelope.identifier} → {new.envelope.identifier}"], new.gas_used
        )

    def _history(self) -> Told:
        data = self.issued[ANHUI.key].envelope.to_bytes()
        now = self._check(data, Ask())
        revoked = next(check for check in now.checks if check.step.name == "STATUS").evidence["since"]
        before = self._check(data, Ask(at=parse_moment(str(revoked)) - 1))
        return Told(
            f"{before.result} {now.result}", [f"{before.at}: {before.result}", f"{now.at}: {now.result}"]
        )

    def _issue_batch(self) -> Told:
        ledger = self._ledger(JIANGSU.key)
        given = [{**self._input(JIANGSU), "serial": f"32050920260{n:05d}"} for n in range(BATCH)]
        batch = ledger.issuing().issue_batch(given, self._signer(JIANGSU))
        self.batch = batch.licenses
        for issued in self.batch:
            ledger.remember(issued.envelope, issued.cid)
            name = f"{issued.envelope.identifier}.elic.json"
            replace_file(self.folder / "batch" / name, issued.envelope.to_bytes())
        size = len(self.batch)
        lines = [f"root {batch.root}", f"seq {batch.seq}, gas / license: {batch.gas_used // size}"]
        return Told(f"{size} licenses", lines, batch.gas_used)

    def _verify_leaf(self) -> Told:
        verdict = self._check(self.batch[7].envelope.to_bytes(), Ask(region=JIASHAN))
        return Told(_result(verdict), _card(verdict))

    def _revoke_leaf(self) -> Told:
        """One license of the batch ends; the others do not notice."""
        ledger, leaf = self._ledger(JIANGSU.key), self.batch[7].envelope
        license_ = ledger.license_now(str(leaf.anchor["licenseId"]))
        order = ActOrder("revoke", "SERIOUS_VIOLATION", 0, "示例决字〔2026〕第2号")
        acted = ledger.issuing().act(license_, order, self._signer(JIANGSU))
        each = [self._check(self.batch[n].envelope.to_bytes(), Ask()).result for n in (7, 8)]
        return Told(" ".join(each), [leaf.identifier], acted.gas_used)

    def _tamper(self) -> Told:
        data = self.issued[SHANGHAI.key].envelope.to_bytes()
        forged = data.replace("示例企业甲".encode(), "示例企业乙".encode())
        name = self.folder / "envelopes" / "tampered.elic.json"
        replace_file(name, forged)
        verdict = self._check(forged, Ask(region=JIASHAN))
        return Told(verdict.result, _card(verdict))

    def _unentitled(self) -> Told:
        given = self._input(JIANGSU)
        metadata = given["metadata"]
        metadata["certificateIssuingAuthorityCode"] = ZHEJIANG.uscc
        metadata["certificateIssuingAuthorityName"] = ZHEJIANG.name
        issued = self._ledger(ZHEJIANG.key).issuing().issue(given, self._signer(ZHEJIANG))
        return Told("ISSUED", [issued.envelope.identifier])

    def _chain_down(self) -> Told:
        ledger = self._ledger("cut-off", "http://127.0.0.1:9")
        data = self.issued[SHANGHAI.key].envelope.to_bytes()
        verdict = ledger.verify(Asked()).verify(ledger.read_file(data), Ask(region=JIASHAN))
        return Told(verdict.result, _card(verdict))

    def _desk(self) -> PresentService:
        home = self.folder / "homes" / "jiashan"
        home.mkdir(parents=True, exist_ok=True)
        store = SqliteRedemptions(home / "redemptions.sqlite3")
        return PresentService(store, crypto.verifier(), SystemClock(), SystemEntropy())

    def _ask(self) -> Told:
        fields = ["certificateName", "certificateNumber", "face/registeredCapital"]
        self._challenge = self._desk().challenge(
            self._signer(ZHEJIANG), fields, "企业资质核验（示例）", uscc=ZHEJIANG.uscc, api=self._api
        )
        return Told("OK", [f"for: {self._challenge.purpose}", f"fields: {', '.join(fields)}"])

    def _present(self) -> Told:
        assert self._challenge is not None
        identifier = self.issued[SHANGHAI.key].envelope.identifier
        self._shown = self._own_wallet().present(
            [identifier], list(self._challenge.fields), self._challenge, HttpDesk()
        )
        code = QrCode(self._shown.qr)
        replace_file(self.folder / "qr" / "presentation.png", code.png())
        replace_file(self.folder / "qr" / "presentation.svg", code.svg())
        lines = [f"{self._shown.mode}, {self._shown.size} bytes"]
        return Told("OK", [*code.terminal().splitlines(), *lines])

    def _scan(self) -> Told:
        assert self._challenge is not None
        text = read_image((self.folder / "qr" / "presentation.png").read_bytes())
        (subject,) = self._desk().scan(text, self._challenge, partial(HttpDesk().fetch, self._api))
        ledger = self._ledger("jiashan")
        verdict = ledger.verify(Asked()).verify(subject, Ask(region=JIASHAN))
        shown = [f"{path} = {value}" for path, value in (verdict.disclosed or {}).items()]
        return Told(verdict.result, [verdict.message["zh"], *shown])

    def _audit(self) -> Told:
        ledger = self._ledger("auditor")
        head = ledger.reader.head().hash
        report = ledger.replay().run(ledger.histories(Asked("state", head)))
        self.replay = report.as_json()
        lines = [
            f"{report.records} records, {report.signatures_checked} signatures, {report.signatures_bad} bad",
            f"head {report.head}",
            f"state {self.replay['stateDigest']}, trust {report.trust}",
        ]
        return Told(f"{len(report.findings)} findings", lines + [each.detail for each in report.findings])

    def _compare(self) -> Told:
        live = self._ledger("auditor").live_digest()
        same = live == self.replay.get("stateDigest")
        return Told("OK" if same else "DIFFERENT", [live])


def _await_second_after(ledger: Ledger, moment: int) -> None:
    """Let the chain's clock pass a second, so that two acts have two moments."""
    for _ in range(100):
        if ledger.reader.head().time > moment:
            return
        time.sleep(0.1)


def _result(verdict: Verdict) -> str:
    basis = (verdict.agreement or {}).get("basis")
    return f"{verdict.result} {basis}" if basis else verdict.result


def _card(verdict: Verdict) -> list[str]:
    marks = {"PASS": "✓", "FAIL": "✗", "UNKNOWN": "?", "SKIPPED": "–"}
    checks = " ".join(f"{marks[check.outcome.value]}{check.step.name}" for check in verdict.checks)
    return [checks, verdict.message["zh"], verdict.message["en"]]
