"""Chapter four: a counter asks, the holder shows, once."""

from __future__ import annotations

from functools import partial

from api.cli.demo.stage import Chapter, Stage, Told
from api.cli.demo.world import JIASHAN, SHANGHAI, ZHEJIANG
from api.cli.files import replace_file
from api.cli.output import language, said
from ledger import crypto
from ledger.adapters.clock import SystemClock, SystemEntropy
from ledger.adapters.presentation_desk import HttpDesk
from ledger.adapters.qr import QrCode, read_image
from ledger.adapters.sqlite.redemptions import SqliteRedemptions
from ledger.domain.challenge import Challenge
from ledger.domain.fields_tree import flatten
from ledger.service.present import PresentService
from ledger.service.sources import Asked
from ledger.service.verify import Ask

FIELDS = ["certificateName", "certificateNumber", "face/registeredCapital"]


class Showing:
    """Challenge, presentation, redemption.

    Args:
        stage: Where it happens.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._challenge: Challenge | None = None

    def steps(self) -> Chapter:
        """The chapter."""
        return [
            ("challenge", "OK", self._ask),
            ("present", "OK", self._present),
            ("scan", f"IN_FORCE {len(FIELDS)} fields", self._scan),
            ("replayed", "STALE_PRESENTATION 0 fields", self._scan),
        ]

    def _desk(self) -> PresentService:
        home = self._stage.home("jiashan")
        home.mkdir(parents=True, exist_ok=True)
        store = SqliteRedemptions(home / "redemptions.sqlite3")
        return PresentService(store, crypto.verifier(), SystemClock(), SystemEntropy())

    def _ask(self) -> Told:
        signer = self._stage.signer(ZHEJIANG.key)
        asked = self._desk().challenge(
            signer, FIELDS, "企业资质核验（示例）", uscc=ZHEJIANG.uscc, api=self._stage.api
        )
        self._challenge = asked
        return Told(
            "OK",
            [f"{said('用途', 'for')}: {asked.purpose}", f"{said('字段', 'fields')}: {', '.join(FIELDS)}"],
        )

    def _present(self) -> Told:
        assert self._challenge is not None
        license_ = self._stage.issued[SHANGHAI.key].envelope
        fields = list(self._challenge.fields)
        shown = self._stage.wallet.present([license_.identifier], fields, self._challenge, HttpDesk())
        code = QrCode(shown.qr)
        replace_file(self._stage.folder / "qr" / "presentation.png", code.png())
        replace_file(self._stage.folder / "qr" / "presentation.svg", code.svg())
        kept = len(flatten(license_.license)) - len(fields)
        lines = [
            f"{shown.mode}, {shown.size} bytes",
            said(
                f"出示 {len(fields)} 项，其余 {kept} 项不出示",
                f"{len(fields)} fields shown, {kept} kept back",
            ),
        ]
        return Told("OK", [*code.terminal().splitlines(), *lines])

    def _scan(self) -> Told:
        assert self._challenge is not None
        text = read_image((self._stage.folder / "qr" / "presentation.png").read_bytes())
        scanned = self._desk().scan(text, self._challenge, partial(HttpDesk().fetch, self._stage.api))
        judge = self._stage.ledger("jiashan").verify(Asked())
        (verdict,) = scanned.settle(judge.verify_together(scanned.subjects, Ask(region=JIASHAN)))
        seen = verdict.disclosed or {}
        lines = [verdict.message[language()], *(f"{path} = {value}" for path, value in seen.items())]
        return Told(f"{verdict.result} {len(seen)} fields", lines)
