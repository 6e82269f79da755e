"""Service items from the command line: what they need, what the ledger has, what was asked for again."""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from ledger.adapters.rpc import Rpc
from ledger.domain.items import item_check
from ledger.domain.moments import parse_moment
from tests.e2e.sharers import GRANTEE, OWNER, TYPE, Holder, Sharing
from tests.e2e.test_representations import by, wallet
from tests.told import World

_numbers = count(1)


class Items:
    """The Jiangsu office handles an item that asks for a license of its own type."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world, self.folder = world, folder
        self.code = f"{OWNER}4{next(_numbers):012d}"
        self.file = folder / "item.json"

    def write(self, *materials: dict[str, Any], region: str = "320000") -> None:
        form = {"format": "elicense-item/1", "code": self.code, "name": "示例登记", "region": region}
        self.file.write_text(json.dumps({**form, "materials": list(materials)}, ensure_ascii=False))

    def done(self, *arguments: str) -> dict[str, Any]:
        run = self.world.run("item", *arguments)
        assert run.status == 0, run.data
        return run.data

    def add(self) -> dict[str, Any]:
        return self.done("add", str(self.file), *by(self.world))


@pytest.fixture
def items(world: World, tmp_path: Path) -> Items:
    made = Items(world, tmp_path)
    license_, paper = {"type": TYPE, "original": False}, {"name": "申请表", "original": True}
    made.write(license_, paper)
    return made


def _after(items: Items, moment: str) -> None:
    """Blocks until the newest one is of a later second: two reports of one moment are one."""
    with Rpc(items.world.rpc) as node:
        while int(node.call("eth_getBlockByNumber", "latest", False)["timestamp"], 16) <= parse_moment(
            moment
        ):
            another = Items(items.world, items.folder)
            another.write({"name": "申请表", "original": False})
            another.add()


def test_an_item_is_added_changed_shown_and_ended(items: Items, world: World) -> None:
    added = items.add()
    assert (added["item"], added["rev"], added["check"]) == (items.code, 1, item_check(items.code))
    again = world.run("item", "add", str(items.file), *by(world))
    assert (again.status, again.data["code"]) == (2, "ITEM_THERE")
    shown = items.done("show", items.code + added["check"])
    assert (shown["version"], shown["types"], shown["name"]) == (1, [TYPE], "示例登记")
    assert [each["original"] for each in shown["materials"]] == [False, True]
    items.write({"name": "申请表", "original": False})
    assert items.add()["rev"] == 2
    assert items.done("show", items.code)["types"] == []
    assert items.code in [each["item"] for each in items.done("list", "--owner", OWNER)["items"]]
    stranger = world.run("item", "end", items.code, *by(world, "office-zhejiang"))
    assert stranger.status == 1, stranger.data
    items.done("end", items.code, *by(world))
    gone = world.run("item", "show", items.code)
    assert (gone.status, gone.data["code"]) == (4, "UNKNOWN_ITEM")
    wrong = world.run("item", "show", items.code + ("0" if added["check"] != "0" else "1"))
    assert (wrong.status, wrong.data["code"]) == (2, "ITEM_CODE")


def test_what_the_ledger_has_need_not_be_brought_and_whoever_asks_again_is_recorded(
    items: Items, holder: Holder, world: World, tmp_path: Path
) -> None:
    resource = Sharing(world, tmp_path).resource()
    items.add()
    told = wallet(world, holder.vault, "materials", str(items.file)).data
    license_, paper = told["materials"]
    assert (license_["have"], license_["reason"], license_["licenseId"]) == (
        True,
        "IN_FORCE",
        holder.license_id,
    )
    assert license_["resource"].startswith(f"{OWNER}/")
    assert resource.startswith(f"{OWNER}/")
    assert (paper["have"], paper["reason"], told["bring"]) == (False, "ORIGINAL_NEEDED", 1)
    counter = items.done("materials", items.code, "--license", holder.license_id)
    assert counter["materials"] == told["materials"]
    none = items.done("materials", items.code)
    assert none["materials"][0]["reason"] == "NO_LICENSE_AT_HAND"

    out = tmp_path / "told.json"
    order = [items.code, "--license", holder.license_id, "--at", counter["at"], "--out", str(out)]
    unsure = wallet(world, holder.vault, "tell-repeat", *order)
    assert (unsure.status, unsure.data["code"]) == (2, "CONSENT_UNCONFIRMED")
    signed = wallet(world, holder.vault, "tell-repeat", *order, "--yes")
    assert signed.status == 0, signed.data
    assert items.done("hand-in", str(out))["licenseId"] == holder.license_id
    long_ago = [items.code, "--license", holder.license_id, "--at", "2020-01-01T00:00:00Z"]
    early = world.run("item", "report", *long_ago, *by(world, "office-zhejiang"))
    assert (early.status, early.data["code"]) == (4, "UNKNOWN_ITEM")
    listed = items.done("repeats", "--item", items.code)
    assert [(row["body"], row["by"]) for row in listed["repeats"]] == [(OWNER, None)]
    assert listed["counts"] == {OWNER: 1}
    late = [items.code, "--license", holder.license_id, *by(world, "office-zhejiang")]
    _after(items, counter["at"])
    first = items.done("report", *late)
    again = world.run("item", "report", *late)
    assert (again.status, again.data["code"]) == (1, "REPEAT_TOLD"), "one asking is one breach"
    assert again.data["error"]["fields"]["repeat"] == first["object"]
    assert {row["by"] for row in items.done("repeats", "--item", items.code)["repeats"]} == {None, GRANTEE}

    ended = world.run("license", "suspend", holder.license_id, "--ground", "INVESTIGATION", *by(world))
    assert ended.status == 0, ended.data
    assert (
        items.done("materials", items.code, "--license", holder.license_id)["materials"][0]["have"] is False
    )
    after = items.done("materials", items.code)["at"]
    refused = world.run("item", "report", *late, "--at", after)
    assert (refused.status, refused.data["code"]) == (1, "REPEAT_STATUS")
    assert world.run("audit", "fsck").data["differences"] == []
    replayed = world.run("audit", "replay")
    assert (replayed.status, replayed.data["findings"]) == (0, [])
