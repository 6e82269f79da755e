"""Many subjects at once: each verdict as if it were alone, at the cost of few."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any

import pytest

from ledger import crypto
from ledger.domain.acts import Act
from ledger.domain.objects import organisation_object
from ledger.domain.records import Record
from ledger.domain.verdict import Check, Step, Verdict, passed, skipped
from ledger.errors import ChainOutageError
from ledger.proof.headers import Header
from ledger.proof.verification import Claim
from ledger.service.sources import Asked, Histories
from ledger.service.verify import NO_PRESENTATION, Ask, Subject, VerifyLicenses, once, reused
from tests.simulator import (
    BUREAU,
    JIASHAN,
    NATIONAL_TYPE,
    OFFICE,
    REGIONAL_TYPE,
    LedgerSimulator,
    founded_ledger,
    hash32,
    id_of,
    key_id_of,
)
from tests.unit.governed import FixedClock, Tampered, trust_of
from tests.unit.test_leaves import IDS, claim_on
from tests.unit.test_verification import claim_in

FORM: tuple[Check, ...] = (passed(Step.FORM), passed(Step.INTEGRITY))
SINGLES = [id_of(f"single {number}", BUREAU if number < 3 else OFFICE) for number in range(6)]


@dataclass
class Counting:
    """A verifier that counts what it is asked."""

    asked: int = 0
    backend: str = "counting"

    def verify(self, *signed: bytes) -> bool:
        self.asked += 1
        return crypto.verifier().verify(*signed)


@pytest.fixture
def ledger() -> LedgerSimulator:
    return founded_ledger()


@pytest.fixture
def claims(ledger: LedgerSimulator) -> list[Claim]:
    """Licenses alone and in batches, ended, opened and renewed ones, and forged claims on others' records."""
    openings = ledger.issue_batch(IDS)
    renewed = ledger.renew_batch(openings[0]["batch"], [5, 6], [id_of("renewed 5"), id_of("renewed 6")])
    records = [ledger.issue(each) for each in SINGLES[:3]]
    records += [ledger.issue(each, OFFICE, REGIONAL_TYPE) for each in SINGLES[3:]]
    ledger.open_leaf(openings[2])
    ledger.act(IDS[2], Act.REVOKE)
    ledger.act(SINGLES[1], Act.SUSPEND)
    ledger.act(SINGLES[4], Act.RESUME)
    singles = [claim_in(each) for each in records]
    leaves = [claim_on(ledger, each) for each in (*openings, *renewed)]
    forged = [
        replace(singles[0], license_id=SINGLES[5]),
        replace(singles[3], license_id=IDS[2]),
        replace(singles[2], license_id=IDS[3]),
        replace(leaves[1], license_id=SINGLES[0]),
        replace(leaves[4], index=5),
        replace(singles[1], signed={**singles[1].signed, "keyId": key_id_of(OFFICE)}),
        replace(singles[5], license_type=NATIONAL_TYPE),
        replace(singles[4], license_id=hash32("of nobody")),
    ]
    mixed = zip_longest(leaves, singles, forged)
    return [claim for trio in mixed for claim in trio if claim]


def service(
    ledger: LedgerSimulator, node: Any = None, verifier: Any = None, level: str = "rpc"
) -> VerifyLicenses:
    pinned = Asked(level, ledger.head().hash if level == "state" else None)
    opened = once(lambda: Histories([node or ledger], pinned))
    clock = FixedClock(ledger.now)
    return VerifyLicenses(trust_of(ledger), opened, verifier or crypto.verifier(), clock, level)


def subjects(claims: list[Claim]) -> list[Subject]:
    return [Subject(FORM, claim, NO_PRESENTATION) for claim in claims]


@pytest.mark.parametrize("level", ["rpc", "state"])
@pytest.mark.parametrize("region", [None, JIASHAN])
def test_each_verdict_is_the_one_that_it_would_be_alone(
    ledger: LedgerSimulator, claims: list[Claim], level: str, region: int | None
) -> None:
    ask = Ask(region=region)
    together = service(ledger, level=level).verify_together(subjects(claims), ask)
    alone = [service(ledger, level=level).verify(each, ask) for each in subjects(claims)]
    assert together == alone
    assert {each.result for each in together} >= {
        "IN_FORCE",
        "REVOKED",
        "SUPERSEDED",
        "SUSPENDED",
        "TAMPERED",
    }


def test_histories_come_in_few_requests_and_a_batch_needs_one_signature_check(
    ledger: LedgerSimulator,
) -> None:
    claims = [claim_on(ledger, each) for each in ledger.issue_batch(IDS)]
    verifier, before = Counting(), ledger.calls.get("histories_of", 0)
    verdicts = service(ledger, verifier=verifier).verify_together(subjects(claims), Ask(region=JIASHAN))
    assert {each.result for each in verdicts} == {"IN_FORCE"}
    assert ledger.calls["histories_of"] - before <= 5
    assert verifier.asked == 1


def test_no_more_is_kept_after_many_licenses_than_after_one(
    ledger: LedgerSimulator, claims: list[Claim]
) -> None:
    histories = Histories([ledger], Asked())
    clock = FixedClock(ledger.now)
    verify = VerifyLicenses(trust_of(ledger), lambda: histories, crypto.verifier(), clock)
    verify.verify(subjects(claims)[0], Ask(region=JIASHAN))
    kept = histories.known
    verify.verify_together(subjects(claims), Ask(region=JIASHAN))
    licenses = {bytes.fromhex(claim.license_id[2:]) for claim in claims}
    assert kept
    assert not histories.known & licenses
    assert not any(len(record.decoded().leaves) for record in histories.of(histories.known))


class Refusing(Tampered):
    """A node that fails whoever asks about one object."""

    asked = 0

    def histories_of(
        self, objects: Collection[bytes], to_block: int | None = None
    ) -> dict[bytes, list[Record]]:
        type(self).asked += 1
        if bytes.fromhex(SINGLES[2][2:]) in objects:
            raise ChainOutageError("CHAIN_REFUSED_CALL", method="eth_getLogs", reason="not this one")
        return super().histories_of(objects, to_block)


class Hiding(Tampered):
    """A node that leaves the end of one license out."""

    def records_of(self, object_id: bytes, to_block: int | None = None) -> list[Record]:
        records = super().records_of(object_id, to_block)
        return records[:1] if object_id == bytes.fromhex(SINGLES[1][2:]) else records


@pytest.mark.parametrize(
    ("node", "level", "harmed", "code"),
    [(Refusing, "rpc", SINGLES[2], "CHAIN_UNREACHABLE"), (Hiding, "state", SINGLES[1], "BAD_PROOF")],
    ids=["refused", "hidden"],
)
def test_what_goes_wrong_about_one_is_told_of_that_one_alone(
    ledger: LedgerSimulator,
    claims: list[Claim],
    node: Callable[[LedgerSimulator], Tampered],
    level: str,
    harmed: str,
    code: str,
) -> None:
    right = service(ledger, level=level).verify_together(subjects(claims), Ask())
    told = service(ledger, node(ledger), level=level).verify_together(subjects(claims), Ask())
    for claim, expected, found in zip(claims, right, told, strict=True):
        if claim.license_id == harmed:
            assert (found.result, _code(found)) == ("COULD_NOT_CHECK", code)
        else:
            assert found == expected


class Garbling(Tampered):
    """A node that serves no record where a body's registration is."""

    def records_of(self, object_id: bytes, to_block: int | None = None) -> list[Record]:
        records = super().records_of(object_id, to_block)
        if object_id == organisation_object(OFFICE):
            return [replace(each, body=each.body[:-1]) for each in records]
        return records


def test_a_record_that_cannot_be_read_harms_those_that_need_it_and_no_later_one(
    ledger: LedgerSimulator, claims: list[Claim]
) -> None:
    right = service(ledger).verify_together(subjects(claims), Ask())
    verify = service(ledger, Garbling(ledger))
    for told in (verify.verify_together(subjects(claims), Ask()) for _ in range(2)):
        for claim, expected, found in zip(claims, right, told, strict=True):
            assert (found == expected) is (claim.issuer != OFFICE)
            assert found.result == expected.result or found.result == "COULD_NOT_CHECK"


class Dying(Tampered):
    """A node that answers no more after the first request for histories."""

    asked = 0

    def head(self) -> Header:
        if self.asked:
            raise ChainOutageError("CHAIN_UNREACHABLE", url="-", reason="gone")
        return super().head()

    def histories_of(
        self, objects: Collection[bytes], to_block: int | None = None
    ) -> dict[bytes, list[Record]]:
        self.asked += 1
        raise ChainOutageError("CHAIN_UNREACHABLE", url="-", reason="gone")


def test_a_node_that_is_gone_is_not_asked_for_each_of_them(
    ledger: LedgerSimulator, claims: list[Claim]
) -> None:
    node = Dying(ledger)
    unread = Subject((skipped(Step.FORM, "NOT_REACHED"),), None, NO_PRESENTATION)
    told = service(ledger, node).verify_together([*subjects(claims), unread], Ask())
    assert {each.result for each in told[:-1]} == {"COULD_NOT_CHECK"}
    assert {check.code for check in told[-1].checks} == {"NOT_REACHED", "NOT_PRESENTED", "NO_DATA_HANDED_OUT"}
    assert node.asked == 1


def test_a_head_serves_for_its_time_and_a_failure_too(ledger: LedgerSimulator) -> None:
    clock, made = FixedClock(1_000), []

    def connect() -> Histories:
        made.append(clock.seconds)
        if len(made) == 2:
            raise ChainOutageError("CHAIN_UNREACHABLE", url="-", reason="gone")
        return Histories([ledger], Asked())

    opened = reused(connect, _Moving(lambda: clock), 30)
    assert opened() is opened()
    clock = FixedClock(1_030)
    for _ in range(2):
        with pytest.raises(ChainOutageError):
            opened()
    clock = FixedClock(1_060)
    opened()
    assert made == [1_000, 1_030, 1_060]


@dataclass
class _Moving:
    """The clock that there is at the moment."""

    current: Callable[[], FixedClock]

    def now(self) -> Any:
        return self.current().now()


def _code(verdict: Verdict) -> str:
    return next(check.code for check in verdict.checks if check.step is Step.STATUS)


def test_what_was_known_after_an_old_head_or_will_be_is_not_told(ledger: LedgerSimulator) -> None:
    claim, head = claim_in(ledger.issue(SINGLES[0])), ledger.head().time
    opened = once(lambda: Histories([ledger], Asked()))
    late = VerifyLicenses(trust_of(ledger), opened, crypto.verifier(), FixedClock(head + 3600))
    fresh = VerifyLicenses(trust_of(ledger), opened, crypto.verifier(), FixedClock(head + 5))
    subject = subjects([claim])[0]
    assert late.verify(subject, Ask(known_at=head)).result == "IN_FORCE", "the block tells all of it"
    assert late.verify(subject, Ask(known_at=head + 3600)).result == "COULD_NOT_CHECK"
    assert fresh.verify(subject, Ask(known_at=head + 5)).result == "IN_FORCE"
    assert fresh.verify(subject, Ask(known_at=head + 3600)).result == "COULD_NOT_CHECK"
