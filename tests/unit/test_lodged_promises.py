"""Lodged promises: what a list may say, and what of it counts against whom."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from api.cli.files import pretty
from ledger import crypto
from ledger.adapters.outbox import FileOutbox
from ledger.domain.canonical import MAX_BYTES, canonical
from ledger.domain.lodged import MOST_PROMISES, TABLE, AnyPromise, promise_list, read_promise_list
from ledger.domain.objects import organisation_object
from ledger.domain.promise import Promise
from ledger.domain.sharing import UseKind
from ledger.domain.sharing_entities import Use
from ledger.domain.use_promise import UsePromise
from ledger.errors import LedgerError, MalformedError
from ledger.service.lodged_promises import MAX_PROMISES_FILE, LodgePromises, PromiseLists, keep_promises
from ledger.service.promises import JudgeAtHead
from ledger.service.supervise_promises import SupervisedPromises, supervise_lodged
from tests.sharing_records import NO_HASH, word
from tests.simulator import BUREAU, DAY, OFFICE, SHANGHAI, ZHEJIANG, founded_ledger, hash32, key_of
from tests.unit.test_shown_corrections import Tables

Json = dict[str, Any]
VERIFIER = crypto.verifier()


class Records(Tables):
    """An index in memory that knows when messages were recorded."""

    def __init__(self, ledger: Any) -> None:
        super().__init__(ledger.state())
        self.seqs: dict[str, int] = {}

    def seq_of(self, digest: str) -> int | None:
        return self.seqs.get(digest)


class Lodging:
    """A ledger with a relay that promises, and bodies that lodge what it promised."""

    def __init__(self, folder: Path) -> None:
        self.ledger = founded_ledger(sign=False)
        self.ledger.register_key("relay", organisation_object(OFFICE))
        self.ledger_id = "0x" + self.ledger.ledger_id.hex()
        self.kept = PromiseLists(FileOutbox(folder / "promises"))
        self.recorded: dict[str, int] = {}

    def promise(self, about: str, key: str = "relay", **changes: Any) -> Promise:
        now = self.ledger.now
        made = Promise(
            ledger_id=self.ledger_id,
            digest=hash32(about),
            accepted_at=now,
            anchor_by=now + 60,
            uscc=OFFICE,
            public_key=key_of(key).public_key,
        )
        made = replace(made, **changes)
        return made.signed(key_of(key).sign(made.message()))

    def lodge(self, *promises: AnyPromise, body: str = BUREAU, here: bool = True) -> str:
        listed = promise_list(promises)
        if here:
            self.kept.keep(listed)
        members: Json = {"region": 0, "publisher": word(body), "name": word(TABLE), "since": 0}
        self.ledger.record("SetCodeTable", [body], **members, digest=listed.digest)
        return listed.digest

    def desk(self) -> LodgePromises:
        return LodgePromises(self.ledger_id, self.index, self.kept, self.ledger.now)

    @property
    def index(self) -> Any:
        found = Records(self.ledger)
        found.seqs = self.recorded
        return found

    def supervised(self) -> SupervisedPromises:
        judging = JudgeAtHead(self.index, self.ledger.now, Reader(self.ledger))  # type: ignore[arg-type]
        return supervise_lodged(self.desk(), judging, VERIFIER, self.ledger_id)

    def refused(self, *promises: AnyPromise, body: str = BUREAU) -> str:
        with pytest.raises(LedgerError) as refused:
            self.desk().order(body, promises, VERIFIER, ())
        return refused.value.code


class Reader:
    """Gives records by their numbers."""

    def __init__(self, ledger: Any) -> None:
        self._ledger = ledger

    def records_at(self, seqs: Collection[int]) -> dict[int, Any]:
        return {each.seq: each for each in self._ledger.records() if each.seq in seqs}


@pytest.fixture
def lodging(tmp_path: Path) -> Lodging:
    return Lodging(tmp_path)


def codes(found: SupervisedPromises) -> list[str]:
    return [each.code for each in found.findings]


def test_a_list_has_each_promise_once_in_order_and_a_full_one_can_be_kept(lodging: Lodging) -> None:
    promise = lodging.promise("a")
    use = Use(hash32("g"), UseKind.DATA, 2**256 - 1, hash32("r"), hash32("s"), hash32("c"))
    used = UsePromise(
        ledger_id=lodging.ledger_id,
        use=use,
        accepted_at=promise.accepted_at,
        anchor_by=promise.anchor_by,
        uscc=OFFICE,
        public_key=promise.public_key,
        signature=promise.signature,
    )
    form = promise_list([used, promise, promise]).as_json()
    assert read_promise_list(form).as_json() == form
    first, second = form["promises"]
    assert (first, second) == (promise.as_json(), used.as_json())
    bad: list[tuple[Json, str]] = [
        ({**form, "format": "elicense-promises/2"}, "format"),
        ({**form, "more": 1}, "keys"),
        ({**form, "promises": []}, "promises"),
        ({**form, "promises": [first, first]}, "promises"),
        ({**form, "promises": [second, first]}, "promises"),
        ({**form, "promises": ["0x00"]}, "promises"),
        ({**form, "promises": [first] * (MOST_PROMISES + 1)}, "promises"),
    ]
    for each, field in bad:
        with pytest.raises(MalformedError) as refused:
            read_promise_list(each)
        assert (refused.value.code, refused.value.fields["field"]) == ("PROMISES_MALFORMED", field)
    with pytest.raises(MalformedError, match="PROMISE_MALFORMED"):
        read_promise_list({**form, "promises": [{**first, "message": "0x12"}]})
    full = {**form, "promises": [second] * MOST_PROMISES}
    assert len(canonical(full)) < len(json.dumps(full)) <= MAX_BYTES, "as homes keep it, and as it is sent"
    assert MAX_BYTES < len(pretty(full)) <= MAX_PROMISES_FILE, "as `promise show --out` hands it on"


def test_of_lodged_promises_the_broken_ones_are_found_whoever_lodged_them(lodging: Lodging) -> None:
    kept, late, never = (lodging.promise(each) for each in ("kept", "late", "never"))
    lodging.recorded[kept.digest] = lodging.ledger.register_key("any", organisation_object(OFFICE)).seq
    digest = lodging.lodge(kept, late, never)
    again = lodging.lodge(never, body=OFFICE)
    assert lodging.supervised().counts == {"KEPT": 1, "PENDING": 2}
    lodging.ledger.wait(100)
    lodging.recorded[late.digest] = lodging.ledger.register_key("more", organisation_object(OFFICE)).seq
    found = lodging.supervised()
    assert found.counts == {"KEPT": 1, "LATE": 1, "NOT_RECORDED": 1}
    by = {each.held.promise.digest: each.as_json() for each in found.findings}
    assert {name: each["code"] for name, each in by.items()} == {
        late.digest: "PROMISE_LATE",
        never.digest: "PROMISE_NOT_RECORDED",
    }
    told = by[never.digest]
    assert (told["by"], told["keyId"], told["file"]) == (OFFICE, never.key_id, None)
    places = [(each["lodgedBy"], each["version"], each["digest"]) for each in told["lodged"]]
    assert places == [(BUREAU, 1, digest), (OFFICE, 1, again)]
    assert (found.no_promises, found.absent) == ([], [])


def test_a_provider_answers_for_what_it_promised_as_a_relay_does(lodging: Lodging) -> None:
    like = lodging.promise("any")
    use = Use(hash32("g"), UseKind.DATA, 1, hash32("r"), hash32("s"), hash32("c"))
    made = UsePromise(
        ledger_id=lodging.ledger_id,
        use=use,
        accepted_at=like.accepted_at,
        anchor_by=like.anchor_by,
        uscc=OFFICE,
        public_key=like.public_key,
    )
    lodging.lodge(made.signed(key_of("relay").sign(made.message())))
    assert lodging.supervised().counts == {"PENDING": 1}
    lodging.ledger.wait(100)
    (found,) = lodging.supervised().as_json()["findings"]
    assert (found["code"], found["kind"], found["digest"]) == ("PROMISE_NOT_RECORDED", "USE", hash32("r"))


def test_what_is_no_promise_is_refused_and_nobodys_finding_where_it_was_recorded(lodging: Lodging) -> None:
    good = lodging.promise("good")
    forged = replace(good, anchor_by=good.anchor_by + 1)
    other = lodging.promise("other", ledger_id=hash32("another ledger"))
    foreign = lodging.promise("foreign", uscc=BUREAU)
    early = lodging.promise("early", accepted_at=good.accepted_at - DAY)
    wrong = {
        "PROMISE_SIGNATURE_BAD": forged,
        "WRONG_LEDGER": other,
        "PROMISE_KEY_UNKNOWN": foreign,
    }
    for code, each in wrong.items():
        assert lodging.refused(good, each) == code
    assert lodging.refused(early) == "PROMISE_KEY_UNKNOWN", "before the key was registered"
    assert lodging.refused() == "PROMISES_NONE"
    lodging.lodge(*wrong.values(), early)
    lodging.ledger.wait(100)
    found = lodging.supervised()
    assert (found.findings, found.counts) == ([], {})
    assert sorted(each.code for each in found.no_promises) == sorted([*wrong, "PROMISE_KEY_UNKNOWN"])
    assert not {"by", "relay", "uscc"} & found.no_promises[0].as_json().keys()


def test_what_may_be_a_thiefs_accuses_nobody(lodging: Lodging) -> None:
    """He has the relay's key, and dates his promise before he had it."""
    genuine = lodging.promise("genuine")
    lodging.lodge(genuine)
    lodging.ledger.wait(100)
    stolen = lodging.ledger.now
    backdated = lodging.promise("backdated", accepted_at=genuine.accepted_at, anchor_by=genuine.anchor_by)
    lodging.lodge(backdated, body=OFFICE)
    assert codes(lodging.supervised()) == ["PROMISE_NOT_RECORDED"] * 2, "nobody knows yet"
    lodging.ledger.cut_off_key("relay", str(ZHEJIANG), stolen)
    found = lodging.supervised()
    (left,) = found.findings
    assert left.held.promise == genuine, "it was on the ledger before the key was stolen"
    assert [each.code for each in found.no_promises] == ["PROMISE_LODGED_AFTER_CUT_OFF"]
    assert lodging.refused(backdated) == "PROMISE_LODGED_AFTER_CUT_OFF"


def test_what_a_stolen_key_lodged_counts_for_nothing_and_may_be_lodged_again(lodging: Lodging) -> None:
    promise = lodging.promise("never")
    lodging.ledger.wait(100)
    stolen = lodging.ledger.now
    lodging.lodge(promise)
    lodging.lodge(lodging.promise("hidden"), here=False)
    assert lodging.refused(promise) == "PROMISES_LODGED"
    assert len(lodging.supervised().absent) == 1
    lodging.ledger.cut_off_key(BUREAU, str(SHANGHAI), stolen)
    found = lodging.supervised()
    assert (found.findings, found.absent) == ([], [])
    assert [each["void"] for each in lodging.desk().rows()] == [True, True]
    made, order = lodging.desk().order(BUREAU, [promise], VERIFIER, ())
    assert (made.promises, order.struct) == ((promise,), "SetCodeTable")
    lodging.lodge(promise, body=OFFICE)
    assert codes(lodging.supervised()) == ["PROMISE_NOT_RECORDED"]


def test_a_missing_text_is_named_and_holds_nothing_up(lodging: Lodging) -> None:
    never = lodging.promise("never")
    hidden = lodging.lodge(lodging.promise("hidden"), here=False)
    lodging.lodge(never)
    lodging.ledger.wait(100)
    found = lodging.supervised()
    assert codes(found) == ["PROMISE_NOT_RECORDED"]
    (absent,) = found.as_json()["notHere"]
    assert (absent["lodgedBy"], absent["version"], absent["digest"]) == (BUREAU, 1, hidden)
    rows = lodging.desk().rows()
    assert [(each["here"], each["promises"]) for each in rows] == [(False, None), (True, 1)]
    assert lodging.desk().rows(OFFICE) == []
    strange = promise_list([lodging.promise("strange")]).as_json()
    with pytest.raises(LedgerError, match="NOT_PROMISES"):
        lodging.kept.take(lodging.index, strange)
    with pytest.raises(MalformedError, match="PROMISES_MALFORMED"):
        keep_promises(lodging.kept, TABLE, {"1": "甲"})
    keep_promises(lodging.kept, "SEXES", {"1": "甲"})


def test_a_region_lodges_nothing_under_that_name(lodging: Lodging) -> None:
    listed = promise_list([lodging.promise("never")])
    lodging.kept.keep(listed)
    members: Json = {"region": ZHEJIANG, "publisher": NO_HASH, "name": word(TABLE), "since": 0}
    lodging.ledger.record("SetCodeTable", [str(ZHEJIANG)], **members, digest=listed.digest)
    lodging.ledger.wait(100)
    assert (lodging.desk().rows(), lodging.supervised().findings) == ([], [])


def test_more_promises_than_a_list_has_are_lodged_in_several(lodging: Lodging) -> None:
    one = lodging.promise("one")
    given = [replace(one, digest=hash32(f"{each}")) for each in range(MOST_PROMISES + 1)]
    assert lodging.refused(*given) == "PROMISES_TOO_MANY"
