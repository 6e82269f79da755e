"""Which grants a holder's licenses are looked up under over a region, and at which addresses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ledger.adapters.clock import SystemEntropy
from ledger.adapters.outbox import FileOutbox
from ledger.domain.acts import Sharing
from ledger.domain.interface_file import USES, read_interface
from ledger.domain.located import Found, Located, read_located
from ledger.domain.sharing_entities import Resource
from ledger.domain.state import typed
from ledger.errors import MalformedError, OutageError, RuleError, TrustError, UnknownIdError, UsageError
from ledger.service.answer_differs import require_located
from ledger.service.handed_sharing import require_opening
from ledger.service.party_texts import PartyTexts
from ledger.service.plan_lookups import LookupPlan, LookupTerms, PlanLookups
from ledger.service.provider_addresses import ProviderAddresses, ServiceAddress, read_services
from tests.sharing_records import NO_HASH, SharingRecords, a_use, word
from tests.simulator import (
    BUREAU,
    DAY,
    NATIONAL_TYPE,
    OFFICE,
    QINGPU,
    REGIONAL_TYPE,
    SHANGHAI,
    ZHEJIANG,
    founded_ledger,
    id_of,
)
from tests.unit.test_shown_corrections import Tables

Json = dict[str, Any]
TERMS = LookupTerms("办理施工许可（示例）", "ITEM-1", "虚构案号1")
FORM = {
    "format": "elicense-interface/1",
    "url": "https://service.example/elicense",
    "methods": [USES],
    "sla": {"availability": "99", "responseMs": 500},
    "status": "offered",
}


class Office:
    """A body's home, with what it was granted."""

    def __init__(self, folder: Path) -> None:
        self.made = SharingRecords(founded_ledger(sign=False))
        self.texts = PartyTexts(FileOutbox(folder / "sharing"), SystemEntropy())
        self.purpose, self.case = self.texts.digest(TERMS.purpose), self.texts.digest(TERMS.case)
        self.begun: set[str] = set()
        self._count = 0

    def granted(self, code: str = "OPEN", **changes: Any) -> str:
        self._count += 1
        own = {"purposeDigest": self.purpose, "caseCommitment": self.case}
        return self.made.request(code, f"grant {self._count}", **{**own, **changes})

    def plan(self, terms: LookupTerms = TERMS, region: int = SHANGHAI) -> LookupPlan:
        state = Tables(self.made.ledger.state())
        begun = lambda grant: grant.grant_id in self.begun  # noqa: E731
        return PlanLookups(state, self.texts, self.made.ledger.now, begun).plan(OFFICE, region, terms)

    def told(self, terms: LookupTerms = TERMS, region: int = SHANGHAI) -> tuple[list[str], list[str]]:
        plan = self.plan(terms, region)
        return [each.grant_id for each in plan.grants], [each.error.code for each in plan.passed]

    def address(self, told: object = None, **named: str) -> ServiceAddress:
        state = Tables(self.made.ledger.state())

        def fetch(_: str) -> Any:
            if isinstance(told, Exception):
                raise told
            return told

        found = ProviderAddresses(state, self.texts, self.made.ledger.now, named, fetch)
        resource = typed(state, "resource", f"{BUREAU}/OPEN", Resource)
        assert resource is not None
        return found.of(resource)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    made = Office(tmp_path)
    made.made.register("OPEN")
    return made


def test_one_grant_of_a_resource_is_used_and_only_one_that_can_be(office: Office) -> None:
    office.granted(count=5)
    longest = office.granted(until=office.made.ledger.now + 200 * DAY)
    office.granted()
    assert office.told() == ([longest], []), "nothing is counted where that can be avoided"
    office.made.withdraw(longest)
    assert len(office.told()[0]) == 1
    assert office.told(region=QINGPU) == office.told()
    assert office.told(region=ZHEJIANG) == ([], [])
    with pytest.raises(UnknownIdError, match="UNKNOWN_REGION"):
        office.plan(region=440000)


def test_what_could_not_be_used_is_told_unless_something_else_can(office: Office) -> None:
    office.made.register("ASKED", Sharing.CONDITIONAL)
    over = office.granted(until=office.made.ledger.now + DAY)
    office.granted("ASKED")
    office.made.ledger.wait(2 * DAY)
    assert office.told() == ([], ["GRANT_PENDING", "GRANT_OVER"])
    office.begun.add(over)
    assert office.told() == ([over], ["GRANT_PENDING"]), "what was signed goes on"
    once = office.granted(count=1)
    office.begun.clear()
    assert office.told()[0] == [once]
    office.made.use(a_use(once))
    assert office.told() == ([], ["GRANT_PENDING", "GRANT_EXHAUSTED"])


def test_grants_on_other_terms_or_of_one_license_or_for_statistics_are_no_right(office: Office) -> None:
    license_id = id_of("held")
    office.made.ledger.issue(license_id, BUREAU, REGIONAL_TYPE)
    office.granted(purposeDigest=office.texts.digest("别的用途（示例）"))
    office.granted(caseCommitment=NO_HASH)
    office.granted(item=word("ITEM-2"))
    office.granted(licenseId=license_id)
    office.granted(purpose=word("STATISTICS-ONLY"))
    assert office.told() == ([], [])
    office.granted(purposeDigest="0x" + "ab" * 32)
    assert office.told() == ([], ["TEXT_NOT_HERE"])
    good = office.granted()
    assert office.told() == ([good], [])
    assert office.told(LookupTerms(TERMS.purpose, "ITEM-1", TERMS.case, (NATIONAL_TYPE,))) == ([], [])
    with pytest.raises(UsageError, match="LOOKUP_ITEMS"):
        office.plan(LookupTerms(TERMS.purpose, "", TERMS.case))


def test_an_address_is_the_interfaces_own_and_only_where_uses_are_asked_for(office: Office) -> None:
    with pytest.raises(UnknownIdError, match="LOOKUP_ADDRESS_UNKNOWN"):
        office.address(FORM)
    office.made.declare(digest=read_interface(FORM).digest)
    for lie in (None, {}, "x", {**FORM, "url": "https://other.example"}, {**FORM, "more": 1}):
        with pytest.raises(UnknownIdError, match="LOOKUP_ADDRESS_UNKNOWN"):
            office.address(lie)
    down = OutageError("SERVICE_OUTAGE", url="https://region.example", reason="ConnectError")
    with pytest.raises(OutageError, match="SERVICE_OUTAGE"):
        office.address(down)
    assert office.address(down, **{BUREAU: "http://named.example"}).url == "http://named.example"
    assert office.address(FORM) == ServiceAddress(str(FORM["url"]), is_told=True)
    assert office.address() == office.address(FORM), "it was kept"
    named = office.address(**{BUREAU: "http://named.example"})
    assert named == ServiceAddress("http://named.example", is_told=False)
    for changed, code in (
        ({"methods": ["GET"]}, "LOOKUP_ADDRESS_OTHER"),
        ({"url": "https://service.example/?to="}, "LOOKUP_ADDRESS_OTHER"),
        ({"url": "https://service.example@other.example"}, "LOOKUP_ADDRESS_OTHER"),
        ({"status": "suspended"}, "INTERFACE_NOT_OFFERED"),
    ):
        form = {**FORM, **changed}
        office.made.declare(digest=read_interface(form).digest)
        with pytest.raises(RuleError, match=code):
            office.address(form)
    with pytest.raises(RuleError, match="INTERFACE_NOT_OFFERED"):
        office.address(**{BUREAU: "http://named.example"})


@pytest.mark.parametrize("url", ["ftp://a.example", "https://a@b.example", "https://a.example#x", 5, None])
def test_a_file_of_services_has_addresses(url: object) -> None:
    with pytest.raises(MalformedError, match="SERVICES_MALFORMED") as raised:
        read_services({BUREAU: url})
    assert BUREAU in raised.value.message()["en"]


@pytest.mark.parametrize("opening", ["x", -1, True, [], [["licenseId", "0x"]], {"licenseId": 1}])
def test_an_offer_with_an_opening_of_another_kind_is_malformed_and_no_fault_of_ours(opening: object) -> None:
    with pytest.raises(MalformedError, match="SIGNED_MESSAGE_FORM"):
        require_opening(opening)


def test_an_answer_is_to_this_request_and_of_the_types_that_were_granted() -> None:
    grant, request, other = ("0x" + each * 32 for each in ("01", "02", "03"))
    found = (Found(NATIONAL_TYPE, "0" * 32, 1_900_000_000),)
    answer = read_located(Located(grant, request, found).data)
    require_located(answer, grant, request, {NATIONAL_TYPE})
    for asked in (
        (other, request, NATIONAL_TYPE),
        (grant, other, NATIONAL_TYPE),
        (grant, request, REGIONAL_TYPE),
    ):
        with pytest.raises(TrustError, match="USE_ANSWER_DIFFERS"):
            require_located(answer, *asked[:2], {asked[2]})
