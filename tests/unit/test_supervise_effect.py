"""What came of sharing: counted by use, by right, by what was crossed, and scored by a published formula."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ledger.adapters.clock import SystemEntropy
from ledger.adapters.evidence_folder import EvidenceFolder
from ledger.adapters.outbox import FileOutbox
from ledger.domain.acts import Sharing
from ledger.domain.effect import crossed
from ledger.domain.entities import Organisation
from ledger.domain.interface_file import read_interface
from ledger.domain.sharing import Outcome, UseKind
from ledger.service.evidence import Evidence
from ledger.service.known_at import KnownAt
from ledger.service.party_texts import PartyTexts
from ledger.service.shown_corrections import ShowCorrections
from ledger.service.supervise_effect import SuperviseEffect
from ledger.service.supervise_sharing import SuperviseSharing, Supervision
from tests.sharing_records import SharingRecords, a_use, word
from tests.simulator import BUREAU, DAY, OFFICE, REGIONAL_TYPE, SHANGHAI, founded_ledger, id_of
from tests.unit.test_shown_corrections import Tables, by_default

Json = dict[str, Any]
Measure = Callable[..., Json]


@pytest.fixture
def measure(tmp_path: Path) -> Measure:
    """What `supervise effect` tells of a ledger, as of now or a moment."""
    texts = PartyTexts(FileOutbox(tmp_path / "sharing"), SystemEntropy())
    evidence = Evidence(EvidenceFolder(tmp_path / "evidence"), SystemEntropy())

    def measured(made: SharingRecords, at: int = 0, known_file: Json | None = None, **asked: Any) -> Json:
        if known_file:
            texts.keep_form(read_interface(known_file).digest, known_file)
        wanted = Supervision(at or made.ledger.now, **asked)
        known = KnownAt(Tables(made.ledger.state()), wanted.at)
        corrections = ShowCorrections(known, texts, evidence, wanted.at, by_default(known, wanted.at))
        sharing = SuperviseSharing(known, corrections, wanted, wanted.at).supervise()
        return SuperviseEffect(known, wanted, sharing, texts).as_json()

    return measured


def begun(**rights: Any) -> SharingRecords:
    made = SharingRecords(founded_ledger(sign=False))
    made.register("OPEN", cycleDays=0, **rights)
    made.register("IDLE", Sharing.CONDITIONAL, cycleDays=0)
    return made


def test_a_catalog_that_nobody_uses_scores_what_it_has(measure: Measure) -> None:
    told = measure(begun())
    (body,) = told["bodies"]
    assert body["parts"] == {"mounted": "0/2", "timely": "0/0", "used": "0/2", "sound": "0/0", "once": "0/0"}
    assert (body["body"], body["score"], told["formula"]) == (BUREAU, "0.00", "elicense-effect/2")
    assert told["crossings"]["uses"] == 0
    assert told["rights"] == []


def test_every_use_counts_for_its_entry_single_or_in_a_batch(measure: Measure) -> None:
    made = begun()
    grant = made.request("OPEN")
    made.use(a_use(grant), a_use(grant, 1))
    made.use(a_use(grant, 2, fields=0, kind=UseKind.LOCATE))
    made.use_batch(grant, count=5)
    made.refuse("OPEN", grant=grant)
    made.refuse_batch("OPEN", count=3)
    told = measure(made)
    entries = {row["resource"].split("/")[1]: row for row in told["resources"]}
    row = entries["OPEN"]
    assert (row["uses"], row["located"], row["refused"], row["grantees"]) == (7, 1, 4, 1)
    assert (entries["IDLE"]["uses"], entries["IDLE"]["lastUsedAt"]) == (0, None)
    assert told["bodies"][0]["parts"]["used"] == "1/2"
    assert told["crossings"]["uses"] == 7
    assert measure(made, org=OFFICE)["resources"] == []


def test_what_was_recorded_outside_the_period_counts_in_none(measure: Measure) -> None:
    made = begun()
    grant = made.request("OPEN")
    made.use(a_use(grant))
    between = made.ledger.now
    made.ledger.wait(DAY)
    made.use(a_use(grant, 1))
    made.refuse("OPEN", grant=grant)
    assert measure(made, between)["crossings"]["uses"] == 1
    later = measure(made, since=between + 1)
    assert (later["crossings"]["uses"], later["resources"][1]["refused"]) == (1, 1)
    assert measure(made)["crossings"]["uses"] == 2


def test_uses_meet_the_rights_of_the_version_that_was_in_effect_then(measure: Measure) -> None:
    made = begun(useRight=word(OFFICE))
    grant = made.request("OPEN")
    made.use(a_use(grant))
    made.ledger.wait(DAY)
    made.register("OPEN", cycleDays=0, benefitRight=word(OFFICE))
    made.use(a_use(grant, 1), a_use(grant, 2))
    rights = {(row["right"], row["body"]): row["uses"] for row in measure(made)["rights"]}
    assert rights == {("OWNER", BUREAU): 3, ("USE", OFFICE): 1, ("BENEFIT", OFFICE): 2}


def test_mounts_in_time_answers_uses_and_corrections_make_the_score(measure: Measure) -> None:
    made = begun()
    made.mount("OPEN")
    made.probe("OPEN")
    grant = made.request("OPEN")
    made.use(a_use(grant), a_use(grant, 1), a_use(grant, 2), a_use(grant, 3))
    made.answer(made.open(grant, "OPEN"))
    made.attest("OPEN", Outcome.NO)
    made.ledger.wait(20 * DAY)
    (body,) = measure(made)["bodies"]
    assert body["parts"]["mounted"] == "1/2"
    assert body["parts"]["used"] == "1/2"
    assert (body["parts"]["sound"], body["upheld"]) == ("3/4", 1)
    met, due = map(int, body["parts"]["timely"].split("/"))
    assert 0 < met < due, "what was answered, and what was not"
    parts = [(1, 2), (met, due), (1, 2), (3, 4)]
    assert body["score"] == f"{sum(10_000 * good / all_ for good, all_ in parts) // 4 / 100:.2f}"


@pytest.mark.parametrize(
    ("grantee", "item", "what"),
    [
        ({"region": 310118, "level": 4}, "ITEM-1", {"department"}),
        ({"region": 330421, "level": 4}, "ITEM-1", {"department", "region"}),
        ({"region": 310000, "level": 2}, "ITEM-1", {"department", "region", "level"}),
        ({"region": 310118, "level": 4}, f"{OFFICE}4000120001000", {"department", "matter"}),
        ({"region": 310118, "level": 4}, f"{BUREAU}4000120001000", {"department"}),
    ],
)
def test_what_an_exchange_crosses_follows_from_who_takes_part(
    grantee: dict[str, int], item: str, what: set[str]
) -> None:
    owner = Organisation(1, BUREAU, 310118, 4, "0x00", 1)
    assert crossed(owner, Organisation(1, OFFICE, name_digest="0x00", since=1, **grantee), item) == what


def test_what_an_interface_promises_is_held_against_its_outages(measure: Measure) -> None:
    made = begun()
    form: Json = {
        "format": "elicense-interface/1",
        "url": "https://interface.example",
        "methods": ["GET"],
        "sla": {"availability": "99.9", "responseMs": 2_000},
        "status": "offered",
    }
    since = made.ledger.now
    made.declare(1, digest=read_interface(form).digest)

    def told(at: int, **asked: Any) -> Json | None:
        rows = measure(made, at=since + at, **asked)["resources"]
        found = {row["resource"].split("/")[1]: row["availability"] for row in rows}
        assert found["IDLE"] is None, "it has no interface"
        answer: Json | None = found["OPEN"]
        return answer

    whole, kept = {"promised": "99.9", "measured": "100.000", "kept": True}, {"known_file": form}
    assert told(1_000) is None, "the file is not here"
    assert told(1_000, **kept) == whole
    made.declare(2, since=since + 2_000, until=since + 3_000)
    assert told(1_000_000) == {**whole, "measured": "99.900"}, "a thousandth was promised, and is used up"
    assert told(999_999) == {**whole, "measured": "99.899", "kept": False}
    assert told(1_000_000, since=since + 3_000) == whole, "before the period"
    assert told(0) is None, "no time has passed"


def test_seconds_out_count_once_and_silence_is_excused_by_earlier_words_alone(measure: Measure) -> None:
    made = begun()
    made.mount("OPEN")
    since = made.ledger.now
    made.declare(2, since=since - 3_000, until=since - 1_000)
    made.declare(2, since=since - 2_000, until=since - 500)
    made.declare(2, since=since - 100, until=since - 50, by=BUREAU)
    told = measure(made)["resources"]
    rows = {row["resource"].split("/")[1]: row for row in told}
    assert (rows["OPEN"]["outageSeconds"], rows["IDLE"]["outageSeconds"]) == (2_550, 0)
    assert measure(made, since=since - 1_000)["resources"][1]["outageSeconds"] == 550

    made.probe("OPEN", outcome=3)
    made.declare(2, since=since - 10)
    made.probe("OPEN", outcome=3)
    row = measure(made)["resources"][1]
    assert (row["resource"].split("/")[1], row["silentUndeclared"]) == ("OPEN", 1)
    made.declare(2, since=since - 10, until=since - 5)
    assert measure(made)["resources"][1]["silentUndeclared"] == 1, "what was told then stands"


def test_an_item_for_which_a_material_was_asked_for_again_lowers_the_score_of_who_handles_it(
    measure: Measure,
) -> None:
    made = begun()
    license_id = id_of("license 1")
    ledger, other = made.ledger, f"{BUREAU}4000120001001"
    ledger.issue(license_id, code=REGIONAL_TYPE)
    made.register_item()
    made.register_item(other)
    made.use(a_use(made.request("OPEN", "other", item=word(other))))
    used = measure(made)["bodies"][0]
    assert used["parts"]["once"] == "1/1"
    before = ledger.now
    ledger.wait(100)
    made.report_repeat(license_id)
    told = measure(made)["bodies"][0]
    assert (told["body"], told["parts"]["once"]) == (BUREAU, "1/2")
    assert float(told["score"]) < float(used["score"])
    assert measure(made, before)["bodies"][0]["parts"]["once"] == "1/1", "as it was known then"
    assert measure(made, since=before + 1)["bodies"][0]["parts"]["once"] == "0/1"
    assert measure(made, org=OFFICE)["bodies"] == []
    ledger.cut_off_key(OFFICE, str(SHANGHAI), before)
    assert measure(made)["bodies"][0]["parts"]["once"] == "1/1", (
        "what a stolen key reported counts for nothing"
    )
