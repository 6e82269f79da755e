"""What a provider declares from the command line: interfaces, outages, snapshots, mappings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ledger.domain.sm3 import sm3
from tests.e2e.sharers import GRANTEE, OWNER, TYPE, Sharing
from tests.e2e.test_representations import by
from tests.told import Run

INTERFACE: dict[str, Any] = {
    "format": "elicense-interface/1",
    "url": "https://interface.example/licenses",
    "methods": ["GET", "query"],
    "sla": {"availability": "99.9", "responseMs": 2000},
    "status": "offered",
}
ROWS = "name,number\n示例甲,1\n示例乙,2\n"


class Provider:
    """A body that declares things of its resources; the office of another body tries, too."""

    def __init__(self, sharing: Sharing, folder: Path) -> None:
        self.sharing, self.folder = sharing, folder

    def file(self, form: Any, name: str = "form.json") -> str:
        path = self.folder / name
        path.write_text(form if isinstance(form, str) else json.dumps(form, ensure_ascii=False))
        return str(path)

    def run(self, *arguments: str, office: str = "office-jiangsu") -> Run:
        return self.sharing.run(*arguments, *by(self.sharing.world, office))

    def done(self, *arguments: str) -> dict[str, Any]:
        run = self.run(*arguments)
        assert run.status == 0, run.data
        return run.data

    def refused(self, *arguments: str, office: str = "office-jiangsu") -> tuple[int, str]:
        run = self.run(*arguments, office=office)
        return run.status, run.data["code"]


@pytest.fixture
def provider(sharing: Sharing, tmp_path: Path) -> Provider:
    return Provider(sharing, tmp_path)


def test_an_interface_has_versions_of_which_the_one_in_effect_is_shown(provider: Provider) -> None:
    resource, show = provider.sharing.resource(), provider.sharing.done
    first = provider.done("interface", "set", resource, provider.file(INTERFACE), "--quota", "20")
    assert (first["version"], first["quota"], first["status"], first["rev"]) == (1, 20, "offered", 1)
    retired = {**INTERFACE, "status": "retired"}
    later = provider.file(retired, "later.json")
    second = provider.done("interface", "set", resource, later, "--from", "2031-01-01")
    assert (second["version"], second["quota"], second["status"]) == (2, None, "retired")

    told = show("interface", "show", resource)
    assert (told["version"], told["status"], told["interface"]) == (1, "offered", INTERFACE)
    assert [each["version"] for each in told["versions"]] == [1, 2]
    assert show("interface", "show", resource, "--at", "2031-06-01")["status"] == "retired"
    (row,) = [
        each
        for each in show("interface", "list", "--owner", OWNER)["interfaces"]
        if each["resource"] == resource
    ]
    assert (row["version"], row["quota"], row["out"]) == (1, 20, False)
    assert not show("interface", "list", "--owner", GRANTEE)["interfaces"]
    status, code = provider.refused("interface", "set", resource, later, "--from", "2031-01-01")
    assert (status, code) == (1, "DECLARED_ALREADY")
    world = provider.sharing.world
    other = ["interface", "show", resource, "--file", later]
    assert (world.run(*other).status, world.run(*other).data["code"]) == (2, "DECLARED_OTHER")
    early = world.run("interface", "show", resource, "--at", "2020-01-01").data["code"]
    assert early == "INTERFACE_UNKNOWN"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"format": "elicense-interface/2"}, "format"),
        ({"url": "ftp://interface.example"}, "url"),
        ({"methods": []}, "methods"),
        ({"methods": ["GET", "GET"]}, "methods"),
        ({"methods": ["a b"]}, "methods"),
        ({"sla": {"availability": "100.1", "responseMs": 1}}, "sla/availability"),
        ({"sla": {"availability": "99", "responseMs": 0}}, "sla/responseMs"),
        ({"sla": {"availability": "99"}}, "sla"),
        ({"status": "gone"}, "status"),
        ({"more": 1}, "format"),
    ],
)
def test_a_malformed_interface_is_refused_with_its_member(
    provider: Provider, change: dict[str, Any], field: str
) -> None:
    run = provider.run("interface", "set", f"{OWNER}/NONE", provider.file({**INTERFACE, **change}))
    assert (run.status, run.data["code"]) == (2, "INTERFACE_MALFORMED")
    assert f"({field})" in run.data["error"]["message"]["en"]


def test_an_outage_is_declared_ended_and_told_with_its_reason(provider: Provider) -> None:
    resource = provider.sharing.resource()
    provider.done("interface", "set", resource, provider.file(INTERFACE))
    since = "2026-01-05T00:00:00Z"
    begun = provider.done("interface", "outage", resource, "--since", since, "--text", "机房检修（虚构）")
    assert (begun["until"], begun["again"]) == (None, False)
    shown = provider.sharing.done("interface", "show", resource)
    assert (shown["out"], shown["outages"][0]["text"]) == (True, "机房检修（虚构）")
    ended = provider.done(
        "interface", "outage", resource, "--since", since, "--until", "2026-01-05T01:00:00Z"
    )
    assert (ended["again"], ended["rev"]) == (True, 2)
    shown = provider.sharing.done("interface", "show", resource)
    (outage,) = shown["outages"]
    assert (shown["out"], outage["seconds"], outage["text"]) == (False, 3600, "机房检修（虚构）")
    assert outage["firstToldAt"] <= outage["declaredAt"]
    effect = provider.sharing.done("supervise", "effect", "--org", OWNER)["resources"]
    (row,) = [each for each in effect if each["resource"] == resource]
    assert (row["outageSeconds"], row["silentUndeclared"]) == (3600, 0)
    backwards = ["--since", since, "--until", "2026-01-04T00:00:00Z"]
    assert provider.refused("interface", "outage", resource, *backwards) == (1, "OUTAGE_PERIOD")
    other = provider.refused("interface", "outage", resource, "--since", since, office="office-zhejiang")
    assert other == (1, "NOT_THE_PROVIDER")


def test_a_snapshot_is_verified_by_its_bytes_and_its_rows(provider: Provider) -> None:
    resource, file = provider.sharing.resource(), provider.file(ROWS, "rows.csv")
    period = ["--since", "2026-01-01", "--until", "2026-01-31"]
    made = provider.done("resource", "snapshot", resource, file, *period)
    assert (made["rows"], made["digest"], made["overlaps"]) == (3, sm3(ROWS.encode()).hex(), [])
    more = provider.file(ROWS + "示例丙,3\n", "more.csv")
    overlapping = ["--since", "2026-01-31", "--until", "2026-02-28"]
    assert provider.done("resource", "snapshot", resource, more, *overlapping)["overlaps"] == [1]
    shown = provider.sharing.done("resource", "show", resource)["snapshots"]
    assert [(each["snapshot"], each["overlaps"]) for each in shown] == [(1, [2]), (2, [1])]

    verify = ["resource", "verify-snapshot", file, "--of"]
    good = provider.sharing.done(*verify, resource)
    assert (good["authentic"], good["snapshot"], good["source"]) == (True, 1, "NODE")
    elsewhere = provider.sharing.run(*verify, provider.sharing.resource())
    assert (elsewhere.status, elsewhere.data["code"]) == (1, "SNAPSHOT_OTHER")
    altered = provider.file(ROWS.replace("2\n", "3\n"), "altered.csv")
    assert provider.sharing.run("resource", "verify-snapshot", altered, "--of", resource).status == 1

    for wrong in (["2030-01-01", "2030-01-02"], ["2026-02-01", "2026-01-01"]):
        dates = ["--since", wrong[0], "--until", wrong[1]]
        assert provider.refused("resource", "snapshot", resource, file, *dates) == (1, "SNAPSHOT_PERIOD")
    empty = provider.file("", "empty.csv")
    assert provider.refused("resource", "snapshot", resource, empty, *period) == (2, "EDITION_EMPTY")
    other = provider.refused("resource", "snapshot", resource, file, *period, office="office-zhejiang")
    assert other == (1, "NOT_THE_PROVIDER")


def other_resource(provider: Provider, code: str) -> str:
    """A resource of another body, whose fields are called otherwise."""
    fields = provider.file("name,grade\nfull-name,2\nserial,2\nkind,1\n", "other.csv")
    office = by(provider.sharing.world, "office-zhejiang")
    provider.sharing.done("resource", "add", code, "--field-list", fields, "--type", TYPE, *office)
    return f"{GRANTEE}/{code}"


def test_rows_are_turned_into_the_names_of_another_body_and_nothing_is_lost_unsaid(
    provider: Provider,
) -> None:
    source, target = provider.sharing.resource(), other_resource(provider, "MAPPED")
    fields: list[dict[str, Any]] = [
        {"from": "name", "to": "full-name"},
        {"from": "valid-to", "to": "kind", "codes": {"0": "permanent", "1": "limited"}},
    ]
    form = {"format": "elicense-mapping/1", "from": source, "to": target, "fields": fields}
    file = provider.file(form, "mapping.json")
    made = provider.done("mapping", "set", source, target, file)
    assert (made["version"], made["fields"], made["unmapped"]) == (1, 2, ["number", "address"])
    assert provider.sharing.done("mapping", "show", source, target)["mapping"] == form

    rows = [{"name": "示例甲", "valid-to": "1", "number": 7}, {"name": "示例乙", "valid-to": 9}]
    lines = provider.file("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in rows), "rows.jsonl")
    told = provider.sharing.done("mapping", "apply", source, target, lines)
    assert told["rows"] == [{"full-name": "示例甲", "kind": "limited"}, {"full-name": "示例乙"}]
    assert told["unmapped"] == [{"field": "number", "rows": 1}]
    assert told["unconverted"] == [{"row": 2, "field": "valid-to", "value": 9}]
    assert told["complete"] is False
    together = provider.file({"rows": rows[:1]}, "rows.json")
    assert provider.sharing.done("mapping", "apply", source, target, together)["rows"] == told["rows"][:1]
    wrong = provider.sharing.run("mapping", "apply", source, target, provider.file("[1]", "wrong.json"))
    assert (wrong.status, wrong.data["code"]) == (2, "MAPPING_ROWS")

    again = provider.refused("mapping", "set", source, target, file)
    assert again == (1, "DECLARED_ALREADY")
    assert provider.refused("mapping", "set", target, source, file) == (2, "MAPPING_OF_OTHERS")
    backwards = provider.sharing.run("mapping", "show", target, source)
    assert (backwards.status, backwards.data["code"]) == (4, "MAPPING_UNKNOWN")
    unknown = provider.file({**form, "fields": [{"from": "name", "to": "no-such"}]}, "unknown.json")
    assert provider.refused("mapping", "set", source, target, unknown) == (2, "MAPPING_FIELD_UNKNOWN")
    twice = provider.file({**form, "fields": [*fields, {"from": "number", "to": "kind"}]}, "twice.json")
    assert provider.refused("mapping", "set", source, target, twice) == (2, "MAPPING_MALFORMED")
    other = provider.file({**form, "fields": fields[:1]}, "shorter.json")
    assert provider.refused("mapping", "set", source, target, other, office="office-zhejiang") == (
        1,
        "NOT_THE_PROVIDER",
    )


def test_a_mapping_tells_when_a_list_of_fields_changed_since(provider: Provider) -> None:
    source, target = provider.sharing.resource(), other_resource(provider, "MAPPED-LATER")
    fields = [{"from": "name", "to": "full-name"}]
    form = {"format": "elicense-mapping/1", "from": source, "to": target, "fields": fields}
    provider.done("mapping", "set", source, target, provider.file(form))
    assert provider.sharing.done("mapping", "show", source, target)["fieldsChanged"] == []
    changed = provider.file("name,grade\nname,2\nnumber,2\n", "changed.csv")
    provider.done("resource", "amend", source, "--field-list", changed)
    assert provider.sharing.done("mapping", "show", source, target)["fieldsChanged"] == [source]


def test_an_auditor_finds_in_the_records_what_the_index_has(provider: Provider) -> None:
    resource = provider.sharing.resource()
    declared = [
        provider.done("interface", "set", resource, provider.file(INTERFACE), "--quota", "3"),
        provider.done("interface", "outage", resource, "--since", "2026-01-05T00:00:00Z"),
    ]
    world = provider.sharing.world
    replayed = world.run("audit", "replay").data
    assert replayed["seq"] >= max(each["seq"] for each in declared)
    found = {each.get("seq") for each in replayed["findings"]}
    assert not found & {each["seq"] for each in declared}
    checked = world.run("audit", "fsck")
    assert checked.status == 0, checked.data
