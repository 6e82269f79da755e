"""Route policies: what a file may say, which rule counts, which version."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ledger.adapters.outbox import FileOutbox
from ledger.domain.routes import DIRECT_WAY, RouteChannel, Way, read_routes
from ledger.domain.sharing_entities import Grant
from ledger.errors import MalformedError, NotEntitledError, OutageError, RuleError
from ledger.service.kept_forms import KeptForms
from ledger.service.routes import Routes, ShowRoutes, keep_routes, publish, require_grade
from tests.sharing_records import NO_HASH, SharingRecords, word
from tests.simulator import BUREAU, DAY, QINGPU, SHANGHAI, ZHEJIANG, founded_ledger
from tests.unit.test_shown_corrections import Tables

Json = dict[str, Any]
NEAR, FAR = "11310000MB0TE5T1XB", "11330000MB0TE5T28K"
RULE: Json = {"crosses": [], "channels": ["direct", "platform"], "hops": None, "maxGrade": None}


def policy(*rules: Json) -> Json:
    return {"format": "elicense-routes/1", "rules": [{**RULE, **each} for each in rules]}


def test_the_first_rule_counts_whose_crossings_the_exchange_has() -> None:
    form = policy(
        {"crosses": ["level", "region"], "channels": ["platform"], "hops": [NEAR, FAR]},
        {"crosses": ["region"], "channels": ["platform"], "maxGrade": 2},
    )
    found = read_routes(form)
    assert found.as_json() == form
    both, one = found.rule_for({"level", "region", "matter"}), found.rule_for({"region"})
    assert both and one and found.rule_for({"level"}) is None
    assert (both[0], one[0]) == (1, 2)
    there = Way(RouteChannel.PLATFORM, (NEAR, FAR))
    assert both[1].allows(there) and not both[1].allows(Way(RouteChannel.PLATFORM, (FAR, NEAR)))
    assert not both[1].allows(Way(RouteChannel.PLATFORM)) and not one[1].allows(DIRECT_WAY)
    assert one[1].allows(Way(RouteChannel.PLATFORM)) and one[1].allows(there)
    assert (both[1].allows_grade(4), one[1].allows_grade(2), one[1].allows_grade(3)) == (True, True, False)


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({**policy(), "format": "elicense-routes/2"}, "format"),
        ({**policy(), "more": 1}, "keys"),
        ({**policy(), "rules": {}}, "rules"),
        ({**policy(), "rules": [{**RULE}] * 65}, "rules"),
        ({**policy(), "rules": [{"crosses": []}]}, "rules/0"),
        (policy({}, {"crosses": ["system"]}), "rules/1/crosses"),
        (policy({"crosses": ["level", "level"]}), "rules/0/crosses"),
        (policy({"crosses": [["level"]]}), "rules/0/crosses"),
        (policy({"channels": []}), "rules/0/channels"),
        (policy({"channels": ["post"]}), "rules/0/channels"),
        (policy({"hops": []}), "rules/0/hops"),
        (policy({"hops": ["1131"]}), "rules/0/hops"),
        (policy({"channels": ["direct"], "hops": [NEAR]}), "rules/0/hops"),
        (policy({"maxGrade": 5}), "rules/0/maxGrade"),
        (policy({"maxGrade": True}), "rules/0/maxGrade"),
        (policy({"maxGrade": 0}), "rules/0/maxGrade"),
    ],
)
def test_a_policy_of_another_form_is_refused(form: Json, field: str) -> None:
    with pytest.raises(MalformedError) as refused:
        read_routes(form)
    assert (refused.value.code, refused.value.fields["field"]) == ("ROUTES_MALFORMED", field)


class Published:
    """A ledger on which policies are published, and a home that keeps their texts."""

    def __init__(self, folder: Path) -> None:
        self.ledger = founded_ledger(sign=False)
        self.made = SharingRecords(self.ledger)
        self.made.register("OPEN", cycleDays=0)
        self.kept = KeptForms(FileOutbox(folder), read_routes, "ROUTES_TEXT_NOT_HERE")
        self.grant = self.made.request("OPEN")

    def publish(self, region: int, form: Json, *, later: int = 0, body: str = "") -> None:
        keep_routes(self.kept, "ROUTES", form)
        whose: Json = {"region": 0 if body else region, "publisher": word(body) if body else NO_HASH}
        members = {"name": word("ROUTES"), "digest": read_routes(form).digest}
        signer = body or str(region)
        self.ledger.record("SetCodeTable", [signer], **whose, **members, since=self.ledger.now + later)

    def routes(self, at: int | None = None) -> Routes:
        state = Tables(self.ledger.state())
        return Routes(state, self.kept, self.ledger.now) if at is None else Routes(state, self.kept, at, at)

    def refused(self, at: int | None = None) -> str | None:
        """Why a direct use is refused; None where it is not."""
        grant = self.ledger.state().tables["grant"][self.grant]
        assert isinstance(grant, Grant)
        try:
            require_grade(self.routes(at).require(grant, DIRECT_WAY), grant, 2)
        except (NotEntitledError, OutageError) as error:
            return error.code
        return None


def test_the_policy_of_the_owners_region_counts_else_of_the_nearest_above_it(tmp_path: Path) -> None:
    world, closed = Published(tmp_path), policy({"channels": ["platform"]})
    assert world.refused() is None
    world.publish(0, closed, body=BUREAU)
    world.publish(ZHEJIANG, closed)
    assert world.refused() is None, "neither a body's nor that of a region beside it"
    before = world.ledger.now
    world.ledger.wait(DAY)
    world.publish(SHANGHAI, closed)
    assert world.refused() == "ROUTE_NOT_ALLOWED"
    assert world.refused(before) is None, "what is recorded later never counts"
    world.publish(QINGPU, policy({"maxGrade": 1}))
    assert world.refused() == "ROUTE_GRADE"
    world.publish(QINGPU, policy({"maxGrade": 3}), later=DAY)
    assert world.refused() == "ROUTE_GRADE"
    world.ledger.wait(2 * DAY)
    assert world.refused() is None
    rows = ShowRoutes(Tables(world.ledger.state()), world.kept, world.ledger.now).rows(QINGPU)
    assert [(each["version"], each["counts"]) for each in rows] == [(1, False), (2, True)]


def test_what_a_stolen_key_signed_does_not_count_and_without_its_text_nothing_goes(tmp_path: Path) -> None:
    world = Published(tmp_path)
    stolen = world.ledger.now
    closed = policy({"channels": ["platform"]})
    world.publish(QINGPU, closed)
    assert world.refused() == "ROUTE_NOT_ALLOWED"
    with pytest.raises(RuleError):
        publish(Tables(world.ledger.state()), QINGPU, read_routes(closed), 0, world.ledger.now, ())
    (kept,) = tmp_path.glob("*.json")
    kept.write_text("{}")
    assert world.refused() == "ROUTES_NOT_HERE"
    world.ledger.cut_off_key(str(QINGPU), str(SHANGHAI), stolen)
    assert world.refused() is None
    assert publish(Tables(world.ledger.state()), QINGPU, read_routes(closed), 0, world.ledger.now, ())
