"""Extensions of updates of the catalog: what a list may say, and which of them counts for a deadline."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ledger.adapters.clock import SystemEntropy
from ledger.adapters.evidence_folder import EvidenceFolder
from ledger.adapters.outbox import FileOutbox
from ledger.domain.acts import Scope
from ledger.domain.deadlines import DEFAULTS, Number, due_after
from ledger.domain.extensions import TABLE, read_extensions
from ledger.domain.moments import rfc3339
from ledger.domain.resources import catalog_changes
from ledger.domain.sharing_entities import Resource
from ledger.errors import LedgerError, MalformedError, TrustError, UnknownIdError
from ledger.service.evidence import Evidence
from ledger.service.extensions import CountExtensions, Extensions, ShowExtensions, keep_extensions, publish
from ledger.service.known_at import KnownAt
from ledger.service.party_texts import PartyTexts
from ledger.service.shown_corrections import ShowCorrections
from ledger.service.supervise_sharing import SuperviseSharing, Supervision
from tests.sharing_records import NO_HASH, SharingRecords, word
from tests.simulator import (
    BUREAU,
    DAY,
    JIASHAN,
    OFFICE,
    QINGPU,
    REGIONAL_TYPE,
    SHANGHAI,
    ZHEJIANG,
    founded_ledger,
    hash32,
)
from tests.unit.test_shown_corrections import Tables, by_default

Json = dict[str, Any]
ENTRY = f"{BUREAU}/OPEN"


def row(days: object = 5, change: str = "2026-01-05T00:00:00Z", **more: object) -> Json:
    reason = {"zh": "虚构：系统迁移", "en": "made up: a system moves"}
    return {"resource": ENTRY, "change": change, "days": days, "reason": reason, **more}


def listing(*rows: Json) -> Json:
    return {"format": "elicense-extensions/1", "extensions": list(rows)}


BAD = [
    ({**listing(row()), "format": "elicense-extensions/2"}, "format"),
    ({**listing(row()), "more": 1}, "keys"),
    (listing(), "extensions"),
    ({**listing(), "extensions": row()}, "extensions"),
    (listing(row(more=1)), "extensions/0"),
    (listing(row(), {"resource": ENTRY}), "extensions/1"),
    (listing(row(0)), "extensions/0/days"),
    (listing(row(6)), "extensions/0/days"),
    (listing(row(True)), "extensions/0/days"),
    (listing(row("5")), "extensions/0/days"),
    (listing(row(resource=BUREAU)), "extensions/0/resource"),
    (listing(row(resource=f"{BUREAU}/A B")), "extensions/0/resource"),
    (listing(row(change="2026-01-05")), "extensions/0/change"),
    (listing(row(change="2026-01-05T08:00:00+08:00")), "extensions/0/change"),
    (listing(row(reason="虚构")), "extensions/0/reason"),
    (listing(row(reason={"zh": "虚构", "en": ""})), "extensions/0/reason/en"),
]


@pytest.mark.parametrize(("form", "field"), BAD)
def test_a_list_that_is_not_well_formed_is_refused_by_its_member(form: Json, field: str) -> None:
    with pytest.raises(MalformedError) as refused:
        read_extensions(form)
    assert (refused.value.code, refused.value.fields["field"]) == ("EXTENSIONS_MALFORMED", field)


def test_one_deadline_is_extended_once_in_a_list() -> None:
    with pytest.raises(MalformedError, match="EXTENSION_TWICE"):
        read_extensions(listing(row(2), row(3)))
    form = listing(row(), row(change="2026-01-06T00:00:00Z"))
    assert read_extensions(form).as_json() == form


class Extending:
    """A ledger on which an entry of the catalog has to follow a change of its type."""

    def __init__(self, folder: Path) -> None:
        self.ledger = founded_ledger(sign=False)
        self.made = SharingRecords(self.ledger)
        self.made.register("OPEN", cycleDays=0)
        digest = {"schemaDigest": hash32("another schema")}
        self.ledger.register_type(REGIONAL_TYPE, [str(SHANGHAI)], SHANGHAI, Scope.REGIONAL, 0, **digest)
        (self.change,) = self.changes()
        self.folder, self.kept = folder, Extensions(FileOutbox(folder / "extensions"))

    def changes(self) -> list[int]:
        resource = self.ledger.state().get("resource", ENTRY)
        assert isinstance(resource, Resource)
        return catalog_changes(self.ledger.state(), resource)

    @property
    def tables(self) -> Any:
        return Tables(self.ledger.state())

    def due(self, more: int = 0) -> int:
        """When the update is due with so many working days more."""
        return due_after(self.change, DEFAULTS[Number.CATALOG_UPDATE] + more)

    def row(self, days: int = 5, **more: object) -> Json:
        return row(days, rfc3339(self.change), **more)

    def extend(self, region: int, *rows: Json, here: bool = True, by: int = 0, since: int = 0) -> str:
        listed = read_extensions(listing(*rows))
        if here:
            self.kept.keep(listed)
        members: Json = {"region": region, "publisher": NO_HASH, "name": word(TABLE), "since": since}
        self.ledger.record("SetCodeTable", [str(by or region)], **members, digest=listed.digest)
        return listed.digest

    def supervised(self, at: int, counts: bool = True) -> Json:
        known = KnownAt(self.tables, at)
        texts = PartyTexts(FileOutbox(self.folder / "sharing"), SystemEntropy())
        evidence = Evidence(EvidenceFolder(self.folder / "evidence"), SystemEntropy())
        shown = ShowCorrections(known, texts, evidence, at, by_default(known, at))
        extensions = CountExtensions(known, at, self.kept.find) if counts else None
        found = SuperviseSharing(known, shown, Supervision(at), at, extensions=extensions)
        return found.supervise().as_json()

    def extended(self) -> int:
        """By how many working days the deadline is longer: by the first second at which it is found."""
        late = [self.supervised(self.due(more))["counts"]["open"] for more in range(6)]
        assert late == sorted(late) and late[-1], "late once, and later on, too"
        return late.index(1)


@pytest.fixture
def extending(tmp_path: Path) -> Extending:
    return Extending(tmp_path)


def test_what_was_extended_in_time_is_due_later_and_says_by_whom(extending: Extending) -> None:
    assert extending.extended() == 0
    digest = extending.extend(SHANGHAI, extending.row(3))
    assert extending.extended() == 3
    assert extending.supervised(extending.due(3) - 1)["counts"]["due"] == 0
    told = extending.supervised(extending.due(3))
    (found,) = told["findings"]
    extension = {**extending.row(3), "region": "310000", "version": 1, "digest": digest}
    assert (found["extension"], found["due"]) == (extension, rfc3339(extending.due(3)))
    assert (found["daysLate"], told["extensions"]) == (1, [extension])
    assert [each["extended"] for each in told["measure"]] == [1]
    without = extending.supervised(extending.due(), counts=False)
    assert (without["extensions"], without["findings"][0]["extension"]) == (None, None)

    extending.ledger.wait(extending.due(1) - extending.ledger.now)
    extending.made.register("OPEN", cycleDays=0)
    met = extending.supervised(extending.due(5))
    assert (met["findings"], met["measure"][0]["met"], met["measure"][0]["extended"]) == ([], 1, 1)
    assert extending.supervised(extending.due(5), counts=False)["counts"]["late"] == 1


def too_late(each: Extending) -> None:
    each.ledger.wait(each.due() - each.ledger.now)
    each.extend(SHANGHAI, each.row())


def not_yet_in_effect(each: Extending) -> None:
    each.extend(SHANGHAI, each.row(), since=each.due())


def of_another_region(each: Extending) -> None:
    each.extend(ZHEJIANG, each.row())
    each.extend(JIASHAN, each.row(), by=ZHEJIANG)


def of_another_entry_or_change(each: Extending) -> None:
    later = row(5, rfc3339(each.change + 1))
    each.extend(SHANGHAI, each.row(resource=f"{BUREAU}/ASKED"), later)


def by_a_body(each: Extending) -> None:
    listed = read_extensions(listing(each.row()))
    each.kept.keep(listed)
    members: Json = {"region": 0, "publisher": word(BUREAU), "name": word(TABLE), "since": 0}
    each.ledger.record("SetCodeTable", [BUREAU], **members, digest=listed.digest)


def with_a_stolen_key(each: Extending) -> None:
    stolen = each.ledger.now
    each.extend(QINGPU, each.row())
    each.ledger.cut_off_key(str(QINGPU), str(SHANGHAI), stolen)


@pytest.mark.parametrize(
    "extend",
    [
        too_late,
        not_yet_in_effect,
        of_another_region,
        of_another_entry_or_change,
        by_a_body,
        with_a_stolen_key,
    ],
)
def test_what_does_not_count_extends_nothing(
    extending: Extending, extend: Callable[[Extending], None]
) -> None:
    extend(extending)
    assert extending.extended() == 0


def test_a_key_that_is_cut_off_later_extended_as_long_as_nobody_knew(extending: Extending) -> None:
    stolen = extending.ledger.now
    extending.extend(QINGPU, extending.row())
    extending.ledger.wait(extending.due(1) - extending.ledger.now)
    before = extending.ledger.now
    extending.ledger.wait(DAY)
    extending.ledger.cut_off_key(str(QINGPU), str(SHANGHAI), stolen)
    assert extending.supervised(before)["findings"] == []
    (found,) = extending.supervised(extending.ledger.now)["findings"]
    assert (found["due"], found["extension"]) == (rfc3339(extending.due()), None)


def test_of_several_the_longest_counts_and_what_was_once_extended_stays_so(extending: Extending) -> None:
    extending.extend(QINGPU, extending.row(2))
    extending.extend(SHANGHAI, extending.row(4))
    extending.extend(SHANGHAI, extending.row(1))
    assert extending.extended() == 4, "no sum, and no later version takes it away"
    extending.extend(QINGPU, extending.row(5))
    assert extending.extended() == 5
    extending.ledger.wait(extending.due() - extending.ledger.now)
    extending.extend(SHANGHAI, extending.row(1))
    assert extending.extended() == 5


def test_a_region_extends_for_those_whose_superior_it_is_by_then(extending: Extending) -> None:
    extending.extend(ZHEJIANG, extending.row(2))
    signers = [str(SHANGHAI), str(ZHEJIANG)]
    extending.ledger.succeed_region(QINGPU, JIASHAN, signers, extending.ledger.now)
    assert extending.extended() == 0, "it was of another region when this was recorded"
    extending.extend(ZHEJIANG, extending.row(3))
    assert extending.extended() == 3


def test_a_text_that_is_not_here_is_lacked_only_where_it_could_matter(extending: Extending) -> None:
    digest = extending.extend(SHANGHAI, extending.row(3), here=False)
    extending.extend(ZHEJIANG, extending.row(3), here=False)
    early, late = (extending.supervised(extending.due() + seconds) for seconds in (-1, 0))
    assert (early["findings"], early["notHere"]) == ([], []), "nothing is late yet"
    (lacking,) = late["notHere"]
    assert (
        lacking["code"],
        lacking["region"],
        lacking["digest"],
        lacking["notJudged"],
        late["findings"],
    ) == (
        "EXTENSIONS_NOT_HERE",
        "310000",
        digest,
        1,
        [],
    )
    (found,) = extending.supervised(extending.due(), counts=False)["findings"]
    assert found["due"] == rfc3339(extending.due())
    extending.ledger.wait(DAY)
    extending.made.register("OPEN", cycleDays=0)
    met = extending.supervised(extending.due(5))
    assert (met["findings"], met["notHere"]) == ([], []), "it was met without"


def test_a_region_publishes_what_it_may_extend_and_takes_nothing_away(extending: Extending) -> None:
    def refused(form: Json, region: int = SHANGHAI) -> str:
        with pytest.raises(LedgerError) as error:
            publish(extending.tables, extending.kept, region, read_extensions(form), [])
        return error.value.code

    good = listing(extending.row(3))
    assert refused(good, ZHEJIANG) == "EXTENSION_OF_ANOTHER_REGION"
    assert refused(listing(extending.row(resource=f"{OFFICE}/NONE"))) == "EXTENSION_OF_ANOTHER_REGION"
    assert refused(listing(row())) == "EXTENSION_NO_CHANGE"
    order = publish(extending.tables, extending.kept, SHANGHAI, read_extensions(good), [])
    assert order.members["digest"] == extending.extend(SHANGHAI, extending.row(3))
    assert refused(good) == "EXTENSIONS_THERE"
    assert refused(listing(extending.row(2))) == "EXTENSION_TAKEN_AWAY"
    keep = (extending.tables, extending.kept, SHANGHAI)
    with pytest.raises(LedgerError, match="EXTENSION_TAKEN_AWAY"):
        keep_extensions(*keep, TABLE, listing(extending.row(2)))
    keep_extensions(*keep, "SEX", {"1": "男"})
    keep_extensions(*keep, TABLE, listing(extending.row(4)))


def test_a_text_is_kept_only_as_a_region_published_it(extending: Extending) -> None:
    digest = extending.extend(SHANGHAI, extending.row(3), here=False)
    showing = ShowExtensions(extending.tables, extending.kept, extending.ledger.now)
    (listed,) = showing.rows()
    assert (listed["region"], listed["digest"], listed["here"], listed["void"]) == (
        "310000",
        digest,
        False,
        False,
    )
    assert (showing.rows(QINGPU), showing.show(SHANGHAI)["extensions"]) == ([], None)
    with pytest.raises(UnknownIdError, match="UNKNOWN_EXTENSIONS"):
        showing.show(QINGPU)
    with pytest.raises(TrustError, match="NOT_EXTENSIONS"):
        extending.kept.take(extending.tables, listing(extending.row(4)))
    form = listing(extending.row(3))
    assert extending.kept.take(extending.tables, form) == [{"region": "310000", "version": 1}]
    assert showing.show(SHANGHAI)["extensions"] == form
