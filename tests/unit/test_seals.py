"""Lists of seals: what a file may say, which of them counts, and what a verdict says of a license's seal."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ledger import crypto
from ledger.adapters.outbox import FileOutbox
from ledger.domain.moments import parse_moment, rfc3339
from ledger.domain.objects import ascii32
from ledger.domain.records import Record
from ledger.domain.seals import TABLE_NAME, NamedSeal, SealList, read_seals
from ledger.domain.verdict import Step, Verdict
from ledger.errors import LedgerError, MalformedError, RuleError, TrustError, UnknownIdError
from ledger.service.seals import Publisher, Seals, ShowSeals, keep_seals, publish
from ledger.service.sources import Asked, Histories
from ledger.service.verify import NO_PRESENTATION, Ask, AtHand, Subject, VerifyLicenses
from tests.sharing_records import word
from tests.simulator import BUREAU, DAY, OFFICE, QINGPU, SHANGHAI, founded_ledger, id_of
from tests.unit.governed import FixedClock, trust_of
from tests.unit.test_shown_corrections import Tables
from tests.unit.test_verification import claim_in
from tests.unit.test_verify_together import FORM

Json = dict[str, Any]
SERIAL, CERTIFICATE = "31000000000001", "0A1B2C"


def a_seal(**changes: Any) -> Json:
    told = {"body": BUREAU, "serial": SERIAL, "certificateSerial": CERTIFICATE, "certificateSm3": "ab" * 32}
    term = {"policy": "1.2.156.1", "from": "2020-01-01T00:00:00Z", "until": None, "revoked": None}
    return {**told, **term, **changes}


def a_list(*seals: Json) -> Json:
    return {"format": "elicense-seals/1", "seals": list(seals)}


def revoked(at: int, reason: str = "keyCompromise", **changes: Any) -> Json:
    return a_seal(revoked={"at": rfc3339(at), "reason": reason}, **changes)


# --- the file ---


def test_a_list_is_read_as_it_is_written_and_finds_a_seal_by_either_serial() -> None:
    form = a_list(a_seal(), a_seal(certificateSerial="next", policy=None), a_seal(body=OFFICE))
    seals = read_seals(form)
    assert (seals.as_json(), seals.bodies) == (form, {BUREAU, OFFICE})
    assert len(seals.those(BUREAU, NamedSeal(SERIAL))) == 2
    assert len(seals.those(BUREAU, NamedSeal(SERIAL, "next"))) == 1
    assert len(seals.those(BUREAU, NamedSeal(None, CERTIFICATE))) == 1
    assert not seals.those(BUREAU, NamedSeal(SERIAL, "another"))


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({**a_list(a_seal()), "more": 1}, "SEALS_MALFORMED"),
        (a_list(), "SEALS_MALFORMED"),
        (a_list(a_seal(body="11310000MB0TE5T1")), "SEALS_MALFORMED"),
        (a_list(a_seal(serial="")), "SEALS_MALFORMED"),
        (a_list(a_seal(policy="x" * 65)), "SEALS_MALFORMED"),
        (a_list(a_seal(certificateSm3="AB" * 32)), "SEALS_MALFORMED"),
        (a_list(a_seal(**{"from": "2020-01-01"})), "SEALS_MALFORMED"),
        (a_list(a_seal(revoked={"at": "2020-01-01T00:00:00Z", "reason": "lost"})), "SEALS_MALFORMED"),
        (a_list({**a_seal(), "name": "a person's seal"}), "SEALS_MALFORMED"),
        (a_list(a_seal(until="2020-01-01T00:00:00Z")), "SEAL_TERM"),
        (a_list(a_seal(), a_seal(policy=None)), "SEAL_TWICE"),
    ],
)
def test_a_list_that_says_something_else_is_refused(form: Json, code: str) -> None:
    with pytest.raises(MalformedError) as refused:
        read_seals(form)
    assert refused.value.code == code


# --- what a verdict says ---


class Sealed:
    """A ledger on which lists are published, and a license of BUREAU that names its seal."""

    def __init__(self, folder: Path) -> None:
        self.ledger, self.kept = founded_ledger(), Seals(FileOutbox(folder))
        self.seen: Json = {"layout/sealSerial": SERIAL, "layout/sealCertificateSerial": CERTIFICATE}
        self.record: Record | None = None

    def publish(self, form: Json, region: int = 0, here: bool = True, by: str = BUREAU) -> SealList:
        seals = read_seals(form)
        publisher = word("" if region else BUREAU)
        table = {"region": region, "publisher": publisher, "name": "0x" + ascii32(TABLE_NAME).hex()}
        signer = str(region) if region else by
        self.ledger.record("SetCodeTable", [signer], **table, digest=seals.digest, since=0)
        if here:
            self.kept.keep(seals)
        return seals

    def issue(self, stated: str | None = None) -> int:
        """Issue the license; gives the moment of its record."""
        self.record = self.ledger.issue(id_of("sealed"))
        if stated:
            self.seen["metadata/sealTime"] = stated
        return self.record.time

    def verdict(self, level: str = "state", before: Any = FORM, **ask: Any) -> Verdict:
        assert self.record is not None
        pinned = Asked(level, self.ledger.head().hash if level == "state" else None)
        service = VerifyLicenses(
            trust_of(self.ledger),
            lambda: Histories([self.ledger], pinned),
            crypto.verifier(),
            FixedClock(self.ledger.now),
            level,
            AtHand(find_seals=self.kept.find),
        )
        claim = replace(claim_in(self.record), seen=lambda: self.seen)
        return service.verify(Subject(before, claim, NO_PRESENTATION), Ask(**ask))

    def flags(self, **ask: Any) -> set[str]:
        verdict = self.verdict(**ask)
        assert verdict.result == "IN_FORCE", "a flag, never another result"
        return {each for each in verdict.flags if each.startswith("SEAL_")}

    def shown(self) -> ShowSeals:
        return ShowSeals(self.state(), self.kept, self.ledger.now)

    def state(self) -> Any:
        return Tables(self.ledger.state())


@pytest.fixture
def sealed(tmp_path: Path) -> Sealed:
    return Sealed(tmp_path)


def evidence(verdict: Verdict) -> Json:
    (found,) = [each.evidence.get("seal") for each in verdict.checks if each.step is Step.ISSUER]
    assert isinstance(found, dict)
    return found


def test_a_seal_that_was_revoked_when_it_was_put_on_is_told_as_known_then_and_now(sealed: Sealed) -> None:
    sealed.publish(a_list(a_seal()))
    sealed.ledger.wait(DAY)
    recorded = sealed.issue()
    assert sealed.flags() == set()
    sealed.ledger.wait(DAY)
    known = sealed.ledger.now
    sealed.publish(a_list(revoked(recorded - 60)))
    assert sealed.flags() == {"SEAL_REVOKED"}
    told = evidence(sealed.verdict())
    assert (told["sealedAtBy"], told["then"]["standing"], told["now"]["standing"]) == (
        "RECORDED",
        "GOOD",
        "REVOKED",
    )
    assert (told["now"]["revokedAt"], told["now"]["reason"]) == (rfc3339(recorded - 60), "keyCompromise")
    assert [each["version"] for each in told["now"]["lists"]] == [2]
    assert sealed.flags(known_at=known - 1) == set(), "as the ledger knew it before"
    assert "SEAL_REVOKED" in sealed.verdict("rpc").flags


def test_a_revocation_after_the_sealing_says_nothing_against_it_but_for_the_time_that_is_stated(
    sealed: Sealed,
) -> None:
    recorded = sealed.issue()
    sealed.publish(a_list(revoked(recorded + 1)))
    assert sealed.flags() == set()
    sealed.publish(a_list(revoked(recorded - DAY)))
    sealed.seen["metadata/sealTime"] = rfc3339(recorded - 2 * DAY)
    assert sealed.flags() == {"SEAL_REVOKED_BEFORE_RECORD"}
    assert evidence(sealed.verdict())["sealedAtBy"] == "STATED"
    sealed.seen["metadata/sealTime"] = rfc3339(recorded + DAY)
    assert sealed.flags() == {"SEAL_REVOKED"}, "sealed after its own record: that is not believed"
    sealed.seen["metadata/sealTime"] = "某日"
    assert sealed.flags() == {"SEAL_REVOKED"}


def test_a_seal_is_looked_up_in_the_bodys_list_and_in_those_of_its_regions(sealed: Sealed) -> None:
    recorded = sealed.issue()
    assert sealed.flags() == set(), "nobody publishes lists here"
    assert evidence(sealed.verdict())["now"] == {
        "standing": "NO_LIST",
        "revokedAt": None,
        "reason": None,
        "lists": [],
    }
    sealed.publish(a_list(a_seal(serial="another", certificateSerial=None)))
    assert sealed.flags() == {"SEAL_NOT_LISTED"}
    sealed.publish(a_list(a_seal()), region=QINGPU)
    assert sealed.flags() == set(), "the region lists it"
    sealed.publish(a_list(revoked(recorded - 1, "superseded")), region=SHANGHAI)
    assert sealed.flags() == {"SEAL_REVOKED"}, "one that revokes it is enough"
    sealed.publish(a_list(a_seal(until=rfc3339(recorded))), region=SHANGHAI)
    sealed.publish(a_list(a_seal(until=rfc3339(recorded))), region=QINGPU)
    assert sealed.flags() == {"SEAL_NOT_IN_TERM"}
    sealed.publish(a_list(a_seal(body=OFFICE)), region=QINGPU, here=False)
    assert sealed.flags() == {"SEAL_LIST_NOT_HERE"}


def test_another_certificate_or_policy_than_the_list_has_is_told_and_a_hidden_serial_is_not(
    sealed: Sealed,
) -> None:
    sealed.issue()
    sealed.publish(a_list(a_seal()))
    sealed.seen["layout/sealCertificateSm3"] = "cd" * 32
    assert sealed.flags() == {"SEAL_DIFFERS"}
    sealed.seen.pop("layout/sealSerial")
    sealed.seen.pop("layout/sealCertificateSerial")
    assert sealed.flags() == set()


def test_a_list_that_a_stolen_key_signed_does_not_count(sealed: Sealed) -> None:
    recorded = sealed.issue()
    sealed.publish(a_list(a_seal()))
    sealed.ledger.wait(DAY)
    stolen = sealed.ledger.now
    sealed.publish(a_list(revoked(recorded)))
    assert sealed.flags() == {"SEAL_REVOKED"}
    sealed.ledger.cut_off_key(BUREAU, str(QINGPU), stolen)
    assert {each for each in sealed.verdict().flags if each.startswith("SEAL_")} == set()
    first, second = sealed.shown().rows(Publisher.parse(BUREAU))
    assert ((first["counts"], first["void"]), (second["counts"], second["void"])) == (
        (True, False),
        (False, True),
    )


# --- publishing and asking ---


def test_a_revocation_is_for_good_and_a_list_has_seals_of_its_publisher_alone(sealed: Sealed) -> None:
    moment = parse_moment("2024-01-01")
    before = sealed.publish(a_list(revoked(moment)))
    state, now, own = sealed.state(), sealed.ledger.now, Publisher.parse(BUREAU)

    def refused(form: Json, whose: Publisher = own) -> str:
        with pytest.raises(RuleError) as error:
            publish(state, sealed.kept, whose, read_seals(form), now, [])
        return error.value.code

    assert refused(a_list(a_seal())) == "SEAL_UNREVOKED"
    assert refused(a_list(a_seal(certificateSerial="next"))) == "SEAL_UNREVOKED"
    assert refused(a_list(revoked(moment + 1))) == "SEAL_UNREVOKED"
    assert refused(before.as_json()) == "SEALS_THERE"
    assert refused(a_list(a_seal(body=OFFICE))) == "SEAL_OF_ANOTHER_BODY"
    assert refused(a_list(a_seal(body=OFFICE)), Publisher.parse(f"{QINGPU}")) == "SEAL_OF_ANOTHER_BODY"
    next_ = read_seals(a_list(revoked(moment - 1), a_seal(certificateSerial="next")))
    made = publish(state, sealed.kept, own, next_, now, [])
    assert (made.checked_against, made.order.rev) == (before.digest, 1), "behind another one it is held anew"
    assert publish(state, sealed.kept, Publisher.parse(f"{SHANGHAI}"), next_, now, []).checked_against is None


def test_a_text_is_kept_only_as_it_was_published_and_its_seals_can_be_asked_for(sealed: Sealed) -> None:
    at = parse_moment("2024-01-01")
    seals = sealed.publish(a_list(revoked(at), a_seal(serial="good", certificateSerial=None)), here=False)
    with pytest.raises(UnknownIdError, match="UNKNOWN_SEAL"):
        sealed.shown().status(SERIAL, None, None, None)
    (row,) = sealed.shown().status(SERIAL, BUREAU, None, None)["seals"]
    assert row["standing"] == "LIST_NOT_HERE"
    state = sealed.state()
    with pytest.raises(TrustError, match="NOT_A_SEAL_LIST"):
        sealed.kept.take(state, a_list(a_seal()))
    assert sealed.kept.take(state, seals.as_json()) == [{"publisher": BUREAU, "version": 1}]
    for serial, moment, standing in (
        (SERIAL, at, "REVOKED"),
        (CERTIFICATE, at - 1, "GOOD"),
        ("good", at, "GOOD"),
        ("good", parse_moment("2019-01-01"), "NOT_IN_TERM"),
    ):
        (row,) = sealed.shown().status(serial, None, moment, None)["seals"]
        assert (row["body"], row["standing"]) == (BUREAU, standing)
    with pytest.raises(UnknownIdError, match="UNKNOWN_SEAL"):
        sealed.shown().status("none", None, None, None)
    with pytest.raises(UnknownIdError, match="UNKNOWN_SEAL"):
        sealed.shown().status(SERIAL, None, None, parse_moment("2020-01-01"))
    own = Publisher.parse(BUREAU)
    for form, code in (({"1": "男"}, "SEALS_MALFORMED"), (a_list(a_seal()), "SEAL_UNREVOKED")):
        with pytest.raises(LedgerError) as error:
            keep_seals(state, sealed.kept, own, TABLE_NAME, form, sealed.ledger.now)
        assert error.value.code == code, "as a code table it is held to the same"
    keep_seals(state, sealed.kept, own, "SEX", {"1": "男"}, sealed.ledger.now)
