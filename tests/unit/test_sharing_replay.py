"""Replay over sharing that is really signed: holders' keys come from the records themselves."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ledger.domain.holder_proofs import proof_words, read_proof
from ledger.domain.holders import HolderRule, JointHolders
from ledger.domain.messages import Kind
from ledger.domain.presenters import AllHolders, AnyHolder, Presenter, Representative
from ledger.domain.sharing import HolderProof
from tests.sharing_records import SharingRecords, device_of
from tests.simulator import REGIONAL_TYPE, LedgerSimulator, founded_ledger, id_of
from tests.unit.test_replay import codes, replayed

HELD = id_of("a license that is bound")
JOINT = {rule: JointHolders(rule, (device_of("mother"), device_of("father"))) for rule in HolderRule}


@pytest.fixture(scope="module")
def ledger() -> LedgerSimulator:
    made = founded_ledger()
    made.issue(HELD, code=REGIONAL_TYPE, holderBinding=device_of("device").binding)
    SharingRecords(made).every_kind(HELD)
    return made


def test_sharing_of_every_kind_adds_up_with_every_signature(ledger: LedgerSimulator) -> None:
    report = replayed(ledger)
    assert codes(report) == set()
    assert report.signatures_bad == 0


def test_a_holders_signature_over_something_else_is_found(ledger: LedgerSimulator) -> None:
    consent = next(each for each in ledger.records() if each.kind == Kind.CONSENT_GIVEN)
    body = consent.decoded()
    forged = replace(body.signatures[0], s=bytes(31) + b"\7")
    other = founded_ledger()
    for record in list(ledger.records())[other.seq :]:
        changed = record.body if record.seq != consent.seq else replace(body, signatures=(forged,)).encode()
        other.append(record.kind, record.object, changed, _writer(other, record.writer))
    assert "BAD_SIGNATURE" in codes(replayed(other))


def _writer(ledger: LedgerSimulator, address: str) -> str:
    names = ("Resources", "Grants", "Uses", "Corrections", "Licenses", "Keys")
    return next(name for name in names if ledger.domain(name).contract == address)


@pytest.mark.parametrize(
    ("presenter", "binding", "kind"),
    [
        (device_of("device"), device_of("device").binding, HolderProof.SINGLE),
        (Representative(device_of("guardian")), device_of("guardian").binding, HolderProof.REPRESENTATIVE),
        (
            AnyHolder(device_of("father"), JOINT[HolderRule.ANY].bindings),
            JOINT[HolderRule.ANY].binding,
            HolderProof.ANY,
        ),
        (AllHolders(JOINT[HolderRule.ALL].pairs), JOINT[HolderRule.ALL].binding, HolderProof.ALL),
    ],
)
def test_a_proof_opens_the_binding_of_who_signs(
    presenter: Presenter, binding: str, kind: HolderProof
) -> None:
    opened = read_proof(proof_words(presenter))
    assert (opened.kind, opened.commitment) == (kind, binding)
    assert opened.points == tuple(pair.holder_key for pair in presenter.pairs)
