"""Chapter one: four authorities issue, other regions verify."""

from __future__ import annotations

from functools import partial

import httpx2

from api.cli.demo.stage import Chapter, Stage, Told, card, with_basis
from api.cli.demo.world import JIANGSU, JIASHAN, OFFICES, QINGPU, SHANGHAI, ZHEJIANG, Office
from api.cli.files import replace_file
from api.cli.output import said
from ledger.service.sources import Asked
from ledger.service.verify import Ask

BATCH = 200
"""Licenses that Jiangsu issues at once."""


class Issuing:
    """Issuing, alone and at once, and what a relying department is told.

    Args:
        stage: Where it happens.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def first(self) -> Chapter:
        """The first licenses, verified in other regions."""
        issue: Chapter = [(f"issue-{each.key}", "OK", partial(self._issue, each)) for each in OFFICES]
        return [
            ("wallet", "OK", lambda: Told("OK")),
            *issue,
            ("verify-national", "IN_FORCE LAW", partial(self._verify, SHANGHAI, JIASHAN)),
            ("verify-regional", "IN_FORCE AGREEMENT", partial(self._verify, JIANGSU, JIASHAN)),
            ("verify-unrecognized", "NOT_RECOGNIZED_HERE", partial(self._verify, JIANGSU, QINGPU)),
            ("verify-proved", "IN_FORCE LAW state", partial(self._verify_proved, SHANGHAI, JIASHAN)),
            ("verify-api", "IN_FORCE", partial(self._verify_by_api, ZHEJIANG, QINGPU)),
        ]

    def at_once(self) -> Chapter:
        """Two hundred licenses under one signature."""
        return [
            ("issue-batch", f"{BATCH} licenses", self._issue_batch),
            ("verify-leaf", "IN_FORCE AGREEMENT", self._verify_leaf),
            ("revoke-leaf", "REVOKED IN_FORCE", self._revoke_leaf),
        ]

    def refused(self) -> Chapter:
        """What does not pass."""
        return [
            ("tampered", "TAMPERED", self._tamper),
            ("duplicate", "LICENSE_EXISTS", partial(self._issue, ZHEJIANG)),
            ("not-entitled", "ISSUER_NOT_ENTITLED", self._unentitled),
            ("chain-down", "COULD_NOT_CHECK", self._chain_down),
        ]

    def _issue(self, office: Office) -> Told:
        stage = self._stage
        given = stage.input(office)
        if office.key not in stage.issued:
            given = stage.with_new_pair(given)
        issued = stage.ledger(office.key).issuing().issue(given, stage.signer(office.key))
        stage.keep(office, issued)
        lines = [
            issued.envelope.identifier,
            f"{said('证照编号', 'licenseId')} {issued.envelope.anchor['licenseId']}",
        ]
        return Told("OK", lines, issued.gas_used)

    def _verify(self, office: Office, region: int) -> Told:
        verdict = self._stage.verify(self._stage.issued[office.key], Ask(region=region))
        return Told(with_basis(verdict), card(verdict))

    def _verify_by_api(self, office: Office, region: int) -> Told:
        api = self._stage.api
        body = {"subject": self._stage.issued[office.key].envelope.as_json(), "region": f"{region:06d}"}
        answer = httpx2.post(f"{api}/v1/verify", json=body, timeout=30)
        refused = httpx2.post(f"{api}/v1/licenses", json={}, timeout=30)
        shown = [f"POST /v1/verify → {answer.status_code} {answer.json()['result']}"]
        shown.append(f"POST /v1/licenses (unsigned) → {refused.status_code} {refused.json()['code']}")
        return Told(str(answer.json()["result"]) if refused.status_code == 401 else "LET IN", shown)

    def _verify_proved(self, office: Office, region: int) -> Told:
        head = self._stage.ledger("jiashan").reader.head().hash
        verdict = self._stage.verify(self._stage.issued[office.key], Ask(region=region), Asked("state", head))
        return Told(f"{with_basis(verdict)} {verdict.trust}", [f"head {head}"])

    def _issue_batch(self) -> Told:
        stage = self._stage
        given = [stage.input(JIANGSU, serial=f"32050920260{n:05d}") for n in range(BATCH)]
        batch = stage.ledger(JIANGSU.key).batches().issue_batch(given, stage.signer(JIANGSU.key))
        stage.batch = batch.licenses
        for issued in stage.batch:
            stage.take(JIANGSU, issued)
            name = f"{issued.envelope.identifier}.elic.json"
            replace_file(stage.folder / "batch" / name, issued.envelope.to_bytes())
        size = len(stage.batch)
        lines = [
            f"root {batch.root}",
            f"seq {batch.seq}, {said('每份 gas', 'gas / license')}: {batch.gas_used // size}",
        ]
        return Told(f"{size} licenses", lines, batch.gas_used)

    def _verify_leaf(self) -> Told:
        verdict = self._stage.verify(self._stage.batch[7], Ask(region=JIASHAN))
        return Told(with_basis(verdict), card(verdict))

    def _revoke_leaf(self) -> Told:
        """One license of the batch ends; the others do not notice."""
        batch = self._stage.batch
        gas = self._stage.act(JIANGSU, batch[7], "revoke", "SERIOUS_VIOLATION")
        each = [self._stage.verify(batch[n]).result for n in (7, 8)]
        return Told(" ".join(each), [batch[7].envelope.identifier], gas)

    def _tamper(self) -> Told:
        data = self._stage.issued[SHANGHAI.key].envelope.to_bytes()
        forged = data.replace("示例企业甲".encode(), "示例企业乙".encode())
        replace_file(self._stage.folder / "envelopes" / "tampered.elic.json", forged)
        verdict = self._stage.verify_file(forged, Ask(region=JIASHAN))
        return Told(verdict.result, card(verdict))

    def _unentitled(self) -> Told:
        given = self._stage.input(SHANGHAI)
        metadata = given["metadata"]
        metadata["certificateIssuingAuthorityCode"] = ZHEJIANG.uscc
        metadata["certificateIssuingAuthorityName"] = ZHEJIANG.name
        issuing = self._stage.ledger(ZHEJIANG.key).issuing()
        return Told("ISSUED", [issuing.issue(given, self._stage.signer(ZHEJIANG.key)).envelope.identifier])

    def _chain_down(self) -> Told:
        ledger = self._stage.ledger("cut-off", "http://127.0.0.1:9")
        data = self._stage.issued[SHANGHAI.key].envelope.to_bytes()
        verdict = ledger.verify(Asked()).verify(ledger.read_file(data), Ask(region=JIASHAN))
        return Told(verdict.result, card(verdict))
