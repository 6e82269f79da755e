"""An old trust file after contracts were succeeded: who is believed about what took their places."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from ledger import crypto
from ledger.domain.entities import License
from ledger.domain.trustfile import ContractEntry
from ledger.domain.verdict import Check, Step, Verdict
from ledger.errors import BadProofError, TrustError, WrongLedgerError
from ledger.proof.headers import Header
from ledger.proof.verification import Claim
from ledger.service.replay import ReplayLedger, Report
from ledger.service.sources import Asked, Histories
from ledger.service.standing import show_license
from ledger.service.verify import NO_PRESENTATION, Ask, Subject, VerifyLicenses
from tests.simulator import NO_HASH, SHANGHAI, ZHEJIANG, LedgerSimulator, founded_ledger, id_of
from tests.unit.governed import FixedClock, Tampered, trust_of
from tests.unit.test_leaves import claim_on
from tests.unit.test_verification import claim_in

BEFORE, AFTER = id_of("before the switch"), id_of("after the switch")
LEAVES = [id_of(f"leaf {number}") for number in range(4)]
VOTES = [str(SHANGHAI)]


@pytest.fixture
def ledger() -> LedgerSimulator:
    return founded_ledger()


@dataclass
class Switched:
    """A ledger with a license and a batch from before a switch, and others from after it."""

    ledger: LedgerSimulator
    claims: dict[str, Claim]


@pytest.fixture(params=[("Licenses", "Batches"), ("Directory", "Catalog", "Licenses", "Batches")])
def switched(request: pytest.FixtureRequest, ledger: LedgerSimulator) -> Switched:
    claims = {"single before": claim_in(ledger.issue(BEFORE))}
    claims["leaf before"] = claim_on(ledger, ledger.issue_batch(LEAVES[:2])[1])
    for name in request.param:
        ledger.succeed(name, VOTES)
    claims["single after"] = claim_in(ledger.issue(AFTER))
    claims["leaf after"] = claim_on(ledger, ledger.issue_batch(LEAVES[2:])[0])
    return Switched(ledger, claims)


class Hiding(Tampered):
    """A node that knows nothing of successors."""

    def generations(self, contract: str, block: int | None = None) -> tuple[ContractEntry, ...]:
        return super().generations(contract, block)[:1]


class Inventing(Tampered):
    """A node that tells of a successor that nobody voted for."""

    def generations(self, contract: str, block: int | None = None) -> tuple[ContractEntry, ...]:
        return (*super().generations(contract, block), ContractEntry("0x" + "66" * 20, NO_HASH, 0))


def verdict(ledger: LedgerSimulator, claim: Claim, node: object = None, *, level: str = "rpc") -> Verdict:
    head = ledger.head().hash if level == "state" else None
    reader = node or ledger
    histories = Histories([reader], Asked(level, head))  # type: ignore[list-item]
    service = VerifyLicenses(
        trust_of(ledger), lambda: histories, crypto.verifier(), FixedClock(ledger.now), level
    )
    return service.verify(Subject((), claim, NO_PRESENTATION), Ask())


def check(found: Verdict, step: Step) -> Check:
    return next(each for each in found.checks if each.step is step)


def codes(report: Report) -> list[str]:
    """What a replay found, but that the simulated trust file has no seal."""
    return [each.code for each in report.findings if (each.code, each.seq) != ("BAD_SIGNATURE", None)]


@pytest.mark.parametrize("level", ["rpc", "state"])
def test_licenses_of_both_generations_verify_under_the_old_trust_file(switched: Switched, level: str) -> None:
    for name, claim in switched.claims.items():
        found = verdict(switched.ledger, claim, level=level)
        assert (found.result, found.trust) == ("IN_FORCE", level), name
        writer = check(found, Step.ANCHOR).evidence["contract"]
        assert (writer in {each.address for each in trust_of(switched.ledger).contracts.values()}) == (
            "before" in name
        )
        assert ("SUCCESSOR_UNPROVED" in found.flags) == (level == "rpc")


def test_a_node_that_hides_successors_is_not_believed_where_proof_is_asked(switched: Switched) -> None:
    node = Hiding(switched.ledger)
    for name, claim in switched.claims.items():
        assert verdict(switched.ledger, claim, node, level="state").result == "IN_FORCE", name
        told = verdict(switched.ledger, claim, node)
        assert (told.result == "IN_FORCE") == ("before" in name), "one node's word, at rpc"


def test_a_node_that_invents_a_successor_gains_nothing(switched: Switched) -> None:
    node = Inventing(switched.ledger)
    for name, claim in switched.claims.items():
        assert verdict(switched.ledger, claim, node, level="state").result == "IN_FORCE", name
        assert "SUCCESSOR_UNPROVED" in verdict(switched.ledger, claim, node).flags


def test_a_signature_for_a_contract_that_is_none_of_the_ledgers_does_not_hold(
    switched: Switched,
) -> None:
    """Issued by the right key, for a contract of its own; anchored by nobody, or by that contract."""
    ledger = switched.ledger
    ledger.elsewhere["Licenses"] = "0x" + "66" * 20
    rogue = claim_in(ledger.issue(id_of("rogue")))
    found = verdict(ledger, rogue, level="state")
    assert found.result != "IN_FORCE"
    assert check(found, Step.ANCHOR).code == "OTHER_CONTRACT"
    assert check(found, Step.SIGNATURE).code == "BAD_SIGNATURE"


def test_a_license_of_before_signed_for_the_new_contract_does_not_hold(switched: Switched) -> None:
    before, after = (switched.claims[name] for name in ("single before", "single after"))
    message = check(verdict(switched.ledger, after), Step.SIGNATURE).evidence["message"]
    swapped = replace(before, message=str(message))
    assert check(verdict(switched.ledger, swapped), Step.SIGNATURE).code == "MESSAGE_MISMATCH"
    stolen = replace(before, signature=after.signature)
    assert check(verdict(switched.ledger, stolen), Step.SIGNATURE).code == "BAD_SIGNATURE"


class Unproved(Tampered):
    """A node whose proof of a successor does not hold, or whose successor has other code."""

    problem: TrustError = BadProofError("BAD_PROOF", what="slot 0")

    def proven_generations(self, contract: str, header: Header) -> tuple[ContractEntry, ...]:
        raise self.problem


@pytest.mark.parametrize(
    "problem",
    [
        BadProofError("BAD_PROOF", what="slot 0"),
        WrongLedgerError("WRONG_LEDGER", what="code of Licenses", expected="0x1", found="0x2"),
    ],
    ids=["proof", "code"],
)
def test_a_successor_that_is_not_proved_could_not_be_checked(switched: Switched, problem: TrustError) -> None:
    node = Unproved(switched.ledger)
    node.problem = problem
    for claim in switched.claims.values():
        assert verdict(switched.ledger, claim, node, level="state").result == "COULD_NOT_CHECK"
    histories = Histories([node], Asked("state", switched.ledger.head().hash))  # type: ignore[list-item]
    report = ReplayLedger(trust_of(switched.ledger), crypto.verifier(), FixedClock(switched.ledger.now)).run(
        histories
    )
    assert set(codes(report)) == {problem.code}


def test_endpoints_that_tell_of_other_successors_are_a_split_view(switched: Switched) -> None:
    honest, liar = switched.ledger, Hiding(switched.ledger)
    histories = Histories([honest, liar], Asked("quorum"))  # type: ignore[list-item]
    with pytest.raises(TrustError, match="SPLIT_VIEW"):
        histories.generations("Licenses")


@pytest.mark.parametrize("node", [Hiding, Inventing])
def test_replay_compares_what_records_and_slots_say_of_successions(
    switched: Switched, node: type[Tampered]
) -> None:
    trust, clock = trust_of(switched.ledger), FixedClock(switched.ledger.now)
    replay = ReplayLedger(trust, crypto.verifier(), clock)
    honest = replay.run(Histories([switched.ledger], Asked()))
    assert codes(honest) == []
    proved = Histories([node(switched.ledger)], Asked("state", switched.ledger.head().hash))  # type: ignore[list-item]
    assert codes(replay.run(proved)) == []
    told = replay.run(Histories([node(switched.ledger)], Asked()))  # type: ignore[list-item]
    assert "WRONG_LEDGER" in codes(told)


def test_what_a_license_shows_says_that_the_journal_was_followed_by_word(ledger: LedgerSimulator) -> None:
    ledger.issue(BEFORE)
    for moved in ("Licenses", "Directory"):
        ledger.succeed(moved, VOTES)
        shown = show_license(Histories([ledger], Asked()), BEFORE, None, None, ledger.now)
        assert ("SUCCESSOR_UNPROVED" in shown.flags) == (moved == "Directory")
    proved = Histories([ledger], Asked("state", ledger.head().hash))
    assert "SUCCESSOR_UNPROVED" not in show_license(proved, BEFORE, None, None, ledger.now).flags


def test_keys_are_governed_by_the_new_part_after_the_directory(ledger: LedgerSimulator) -> None:
    ledger.succeed("Directory", VOTES)
    first = ledger.address("Keys")
    ledger.end_key(str(ZHEJIANG), str(SHANGHAI), ledger.now + 100)
    state = ledger.state()
    assert isinstance(state.get("license", BEFORE), License | None)
    ledger.elsewhere["Keys"] = first
    closed = ledger.end_key(str(SHANGHAI), str(SHANGHAI), ledger.now + 100)
    report = ReplayLedger(trust_of(ledger), crypto.verifier(), FixedClock(ledger.now)).run(
        Histories([ledger], Asked())
    )
    assert ("BAD_RECORD", closed.seq) in [(each.code, each.seq) for each in report.findings]
