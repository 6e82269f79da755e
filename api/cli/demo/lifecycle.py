"""Chapter two: all that happens to a license after it was issued."""

from __future__ import annotations

from functools import partial
from typing import Any

from api.cli.demo.stage import REFERENCE, Chapter, Stage, Told
from api.cli.demo.world import ANHUI, JIANGSU, SHANGHAI, ZHEJIANG, Office
from api.cli.output import language, said
from ledger.domain.acts import AMEND_KINDS, RULES
from ledger.domain.holders import holder_binding
from ledger.domain.moments import parse_moment, rfc3339
from ledger.service.orders import Issued
from ledger.service.verify import Ask

_ENDS = (("withdraw", "LAW_CHANGED"), ("cancel", "HOLDER_REQUEST"), ("void", "MISPRINT"))
_KINDS = (
    ("correct", "CLERICAL_ERROR"),
    ("renew", "TERM_RENEWED"),
    ("replace", "DOCUMENT_DAMAGED"),
    ("reissue", "DOCUMENT_LOST"),
)


class Lifecycle:
    """Suspension, amendments, ends, transfers, freezing and rebinding.

    Args:
        stage: Where it happens. Leaves of the batch from the tenth on are spent one by one.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._next = 10

    def first(self) -> Chapter:
        """What happens to the first licenses."""
        return [
            ("suspend", "SUSPENDED", partial(self._act, "suspend", "PENALTY")),
            ("resume", "IN_FORCE", partial(self._act, "resume", "PENALTY_SERVED")),
            ("amend", "SUPERSEDED IN_FORCE", self._change),
            ("revoke", "REVOKED", partial(self._act, "revoke", "SERIOUS_VIOLATION")),
            ("history", "IN_FORCE REVOKED", self._history),
        ]

    def of_leaves(self) -> Chapter:
        """The other acts, each on a license of the batch."""
        kinds = " ".join(["SUPERSEDED IN_FORCE"] * len(_KINDS))
        return [
            ("kinds", kinds, self._amend_each),
            ("ends", "WITHDRAWN CANCELLED VOIDED", self._end_each),
            ("annul", "IN_FORCE ANNULLED IN_FORCE", self._annul),
            ("transfer", "SUSPENDED SUPERSEDED IN_FORCE", self._transfer),
            ("transfer-cancel", "SUSPENDED IN_FORCE", self._transfer_cancelled),
            ("freeze", "HOLDER_FROZEN", self._freeze),
            ("rebind", "BIND", self._rebind),
        ]

    def _act(self, verb: str, ground: str) -> Told:
        issued = self._stage.issued[ANHUI.key]
        gas = self._stage.act(ANHUI, issued, verb, ground)
        verdict = self._stage.verify(issued)
        return Told(verdict.result, [verdict.message[language()]], gas)

    def _change(self) -> Told:
        old, given = self._stage.issued[SHANGHAI.key], self._stage.input(SHANGHAI)
        given["face"]["registeredCapital"] = "20000000.00"
        new = self._amended(SHANGHAI, old, self._stage.with_new_pair(given), "change", "CHANGED_FACTS")
        self._stage.keep(SHANGHAI, new)
        results = [self._stage.verify(each).result for each in (old, new)]
        shown = f"{old.envelope.identifier} → {new.envelope.identifier}"
        return Told(" ".join(results), [shown], new.gas_used)

    def _amended(self, office: Office, old: Issued, given: dict[str, Any], kind: str, ground: str) -> Issued:
        ledger = self._stage.ledger(office.key)
        license_id = str(old.envelope.anchor["licenseId"])
        signer = self._stage.signer(office.key)
        new = ledger.issuing().amend(license_id, old.envelope.identifier, given, kind, signer, ground)
        self._stage.take(office, new)
        return new

    def _history(self) -> Told:
        issued = self._stage.issued[ANHUI.key]
        now = self._stage.verify(issued)
        revoked = next(check for check in now.checks if check.step.name == "STATUS").evidence["since"]
        before = self._stage.verify(issued, Ask(at=parse_moment(str(revoked)) - 1))
        shown = [f"{each.at}: {each.result}" for each in (before, now)]
        return Told(f"{before.result} {now.result}", shown)

    def _leaf(self) -> Issued:
        self._next += 1
        return self._stage.batch[self._next - 1]

    def _amend_each(self) -> Told:
        results, lines, gas = [], [], 0
        for kind, ground in _KINDS:
            old = self._leaf()
            given = self._stage.input(JIANGSU, serial=_serial(old))
            new = self._amended(JIANGSU, old, given, kind, ground)
            results += [self._stage.verify(each).result for each in (old, new)]
            lines.append(f"{_term(kind)}: {new.envelope.identifier}")
            gas += new.gas_used
        return Told(" ".join(results), lines, gas)

    def _end_each(self) -> Told:
        results, lines, gas = [], [], 0
        for verb, ground in _ENDS:
            leaf = self._leaf()
            gas += self._stage.act(JIANGSU, leaf, verb, ground)
            verdict = self._stage.verify(leaf)
            results.append(verdict.result)
            lines.append(verdict.message[language()])
        return Told(" ".join(results), lines, gas)

    def _annul(self) -> Told:
        """Unlawful from the first day; what a clerk was told before is still what she was told."""
        leaf = self._leaf()
        before = self._stage.now()
        self._stage.await_second_after(before)
        gas = self._stage.act(JIANGSU, leaf, "annul", "OBTAINED_BY_FRAUD")
        told = self._stage.verify(leaf, Ask(at=before, known_at=before))
        today = self._stage.verify(leaf, Ask(at=before))
        sibling = self._stage.verify(self._stage.batch[self._next], Ask(at=before))
        moment = rfc3339(before)
        lines = [
            f"--at {moment} --known-at {moment}: {told.result}",
            f"--at {moment}: {today.result}",
        ]
        return Told(f"{told.result} {today.result} {sibling.result}", lines, gas)

    def _transfer(self) -> Told:
        stage, leaf = self._stage, self._leaf()
        going = self._let_go(leaf)
        given = stage.input(JIANGSU, serial=_serial(leaf))
        metadata = given["metadata"]
        metadata["certificateIssuingAuthorityCode"] = ZHEJIANG.uscc
        metadata["certificateIssuingAuthorityName"] = ZHEJIANG.name
        old = str(leaf.envelope.anchor["licenseId"])
        new = stage.ledger(ZHEJIANG.key).issuing().transfer_in(old, given, stage.signer(ZHEJIANG.key))
        stage.take(ZHEJIANG, new)
        results = [going, *(stage.verify(each).result for each in (leaf, new))]
        return Told(" ".join(results), [f"320000 → 330000: {new.envelope.identifier}"], new.gas_used)

    def _transfer_cancelled(self) -> Told:
        leaf = self._leaf()
        going = self._let_go(leaf)
        ledger = self._stage.ledger(JIANGSU.key)
        license_id = str(leaf.envelope.anchor["licenseId"])
        acted = ledger.acting().transfer_cancel(license_id, self._stage.signer(JIANGSU.key))
        return Told(f"{going} {self._stage.verify(leaf).result}", [], acted.gas_used)

    def _let_go(self, leaf: Issued) -> str:
        """Let a license go to Zhejiang; returns its result then."""
        ledger = self._stage.ledger(JIANGSU.key)
        license_id = str(leaf.envelope.anchor["licenseId"])
        ledger.acting().transfer_out(license_id, 330000, self._stage.signer(JIANGSU.key), REFERENCE)
        return self._stage.verify(leaf).result

    def _freeze(self) -> Told:
        """The holder lost the phone: nothing is shown with it until the license is bound anew."""
        stage, issued = self._stage, self._stage.issued[JIANGSU.key]
        ledger = stage.ledger(JIANGSU.key)
        license_id = str(issued.envelope.anchor["licenseId"])
        acted = ledger.acting().freeze(license_id, stage.signer(JIANGSU.key), JIANGSU.uscc)
        verdict = stage.verify(issued)
        return Told(" ".join(verdict.flags), [verdict.result], acted.gas_used)

    def _rebind(self) -> Told:
        """The holder has a new phone: after a real-name check the license is tied to a new key."""
        stage, issued = self._stage, self._stage.issued[JIANGSU.key]
        ledger, pair = stage.ledger(JIANGSU.key), stage.wallet.new_pair()
        license_id = str(issued.envelope.anchor["licenseId"])
        signer, binding = stage.signer(JIANGSU.key), holder_binding(*pair)
        acted = ledger.acting().bind(license_id, binding, 1, 3, signer, JIANGSU.uscc)
        return Told(acted.act.name, [f"rev {acted.rev}"], acted.gas_used)


def _serial(issued: Issued) -> str:
    return issued.envelope.identifier.split(".")[-3]


def _term(kind: str) -> str:
    rule = RULES[AMEND_KINDS[kind]]
    return said(rule.zh, rule.en)
