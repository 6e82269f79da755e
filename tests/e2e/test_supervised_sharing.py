"""`supervise sharing` from outside: whoever follows the ledger finds the same who is late with what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.sharers import GRANTEE, OWNER, Sharing
from tests.e2e.test_representations import by
from tests.e2e.uses_made import used
from tests.forked import elicense
from tests.told import Run, World


def in_days(days: float) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def supervised(world: World, *more: str) -> Run:
    return world.run("supervise", "sharing", *more)


def about(run: Run, resource: str) -> list[dict[str, Any]]:
    return [each for each in run.data["findings"] if each["resource"] == resource]


def test_a_request_that_nobody_answers_is_found_by_everybody_from_its_day_on(
    sharing: Sharing, tmp_path: Path
) -> None:
    world, resource = sharing.world, sharing.conditional()
    grant = sharing.request(resource).data["grant"]
    soon, later = in_days(2), in_days(40)
    assert about(supervised(world, "--at", soon), resource) == []
    found = supervised(world, "--org", OWNER, "--at", later)
    (late,) = about(found, resource)
    assert (found.status, found.data["scope"], found.data["at"]) == (1, OWNER, later)
    assert (late["code"], late["body"], late["about"]) == ("DECISION_LATE", OWNER, grant)
    assert (late["open"], late["doneAt"], late["seq"]) == (
        True,
        None,
        sharing.show(grant)["requested"]["seq"],
    )
    assert late["due"] == sharing.show(grant)["decision"]["due"]
    assert about(supervised(world, "--org", GRANTEE, "--at", later), resource) == []
    (row,) = [each for each in found.data["measure"] if each["kind"] == "DECISION"]
    assert row["due"] == row["met"] + row["late"] + row["open"]
    assert (row["ratio"], row["open"] > 0) == (f"{row['met']}/{row['due']}", True)

    elsewhere = supervised(world.as_other(tmp_path / "auditor"), "--org", OWNER, "--at", later)
    assert elsewhere.data["findings"] == found.data["findings"]
    assert elsewhere.data["measure"] == found.data["measure"]

    assert sharing.decide(grant).status == 0
    after = about(supervised(world, "--at", later), resource)
    assert [each["code"] for each in after] == ["PROVISION_LATE"], "what was decided has to be provided"
    assert about(supervised(world, "--at", soon), resource) == []
    assert supervised(world, "--at", later, "--since", in_days(365)).data["counts"]["due"] == 0


def test_a_duty_whose_day_has_passed_is_told_to_people_in_both_languages(sharing: Sharing) -> None:
    world, resource = sharing.world, sharing.resource()
    what = ["--what", "清单第17项：示例建造师注册", "--region", "320000", "--due", "2020-01-01"]
    sharing.done("duty", "set", resource, *what, "--by", world.key("jiangsu"))
    (late,) = about(supervised(world), resource)
    assert (late["code"], late["due"], late["open"]) == ("DUTY_LATE", "2020-01-01T16:00:00Z", True)
    days = (
        ("zh", "应于 2020-01-01 24:00（北京时间）前；逾期"),
        ("en", "before 24:00 on 2020-01-01 (Beijing time)"),
    )
    for language, said in days:
        card = elicense("supervise", "sharing", env=world.environment(ELICENSE_LANG=language))
        assert (card.returncode, said in card.stdout, OWNER in card.stdout) == (1, True, True), card.stderr
    assert "没有发现" in world.card("zh", "supervise", "sharing", "--at", "2020-01-01")
    sharing.done("duty", "set", resource, *what[:4], "--strike", "--by", world.key("jiangsu"))
    (struck,) = about(supervised(world), resource)
    assert (struck["open"], struck["endedAt"] is not None) == (False, True), "it had been late"


def test_a_demand_waits_without_being_a_finding(sharing: Sharing) -> None:
    needs = by(sharing.world, "office-zhejiang")
    demand = sharing.done("demand", "add", "--wanted", "示例企业登记信息", *needs)["demand"]
    told = supervised(sharing.world, "--org", GRANTEE, "--at", in_days(2.5)).data
    (row,) = [each for each in told["waiting"] if each["about"] == demand]
    assert (row["kind"], row["body"], row["openDays"]) == ("DEMAND", GRANTEE, 2)


def test_what_came_of_sharing_is_measured_alike_by_everybody(sharing: Sharing, tmp_path: Path) -> None:
    world, resource = sharing.world, sharing.resource()
    grant = sharing.request(resource).data["grant"]
    used(world, grant, OWNER, GRANTEE)
    told = world.run("supervise", "effect", "--org", OWNER)
    (row,) = [each for each in told.data["resources"] if each["resource"] == resource]
    assert (told.status, row["uses"], row["grantees"], row["proved"]) == (0, 1, 1, False)
    (body,) = told.data["bodies"]
    assert (body["body"], body["region"], body["uses"] >= 1) == (OWNER, "320000", True)
    crossings = told.data["crossings"]
    assert crossings["uses"] >= crossings["region"] >= 1
    elsewhere = world.as_other(tmp_path / "auditor")
    moment = ("--org", OWNER, "--at", told.data["at"])
    first, second = (each.run("supervise", "effect", *moment).data for each in (world, elsewhere))
    assert {**first, "asOf": None} == {**second, "asOf": None}
    for language, words in (("zh", "跨地域"), ("en", "regions")):
        assert words in world.card(language, "supervise", "effect", "--org", OWNER)
    assert world.run("supervise", "effect", "--org", "11610922MB0TE5T52A").data["code"] == "UNKNOWN_BODY"


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        (["--at", "yesterday"], 2, "BAD_TIME"),
        (["--org", "11320000MB0TE5T36B"], 2, None),
        (["--org", "11610922MB0TE5T52A"], 4, "UNKNOWN_BODY"),
        (["--rpc", "http://127.0.0.1:9"], 3, None),
    ],
)
def test_what_cannot_be_supervised_says_why(
    world: World, more: list[str], status: int, code: str | None
) -> None:
    run = supervised(world, *more)
    assert (run.status, run.data["ok"]) == (status, False)
    assert code in (None, run.data["code"])
