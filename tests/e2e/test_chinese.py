"""A clerk reads cards and lists in Chinese: no raw code is left on them, and JSON keeps its codes."""

from __future__ import annotations

import re

import pytest

from tests.told import Run, World

RAW = re.compile(r"(?<![\w/.-])[A-Z]{3,}(?:_[A-Z]+)*(?![\w/.-])")
NAMES = {"LICENSING", "EVM"}
"""What bodies named so themselves, and what is called so in Chinese, too."""


def first(world: World, noun: str) -> str:
    """The id of the grant, or of the correction, of the story: what other tests add comes later."""
    ids = [str(row[noun]) for row in world.run(noun, "list").data[f"{noun}s"]]
    if noun == "correction":
        return ids[0]
    return min(ids, key=lambda each: int(world.run(noun, "show", each).data["requested"]["seq"]))


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("type list", "全国通用"),
        ("org show 11340000MB0TE5T44D", "失密"),
        ("resource list", "有条件共享"),
        ("grant show GRANT", "持证人撤回同意"),
        ("grant text GRANT", "用途"),
        ("correction show CORRECTION", "持证人申请校核"),
        ("use list", "字段超出授权"),
        ("wallet uses --vault VAULT", "您撤回同意"),
        ("supervise promises", "按时上链"),
    ],
)
def test_no_card_shows_a_raw_code(told: tuple[World, Run], command: str, words: str) -> None:
    world, _ = told
    vault = str(world.folder / "homes" / "holder" / "wallet.vault")
    given = [
        first(world, each.lower()) if each in ("GRANT", "CORRECTION") else vault if each == "VAULT" else each
        for each in command.split()
    ]
    card = world.card("zh", *given, ELICENSE_PASSPHRASE="demo")
    assert words in card
    assert set(RAW.findall(card)) - NAMES == set(), card


def test_the_score_of_sharing_is_explained_in_both_languages(told: tuple[World, Run]) -> None:
    world, _ = told
    scores = [body["score"] for body in world.run("supervise", "effect").data["bodies"]]
    assert scores
    for language, parts in (
        (
            "zh",
            ("得分（elicense-effect/2）＝", "挂接核实：", "按期：", "有使用：", "未被更正：", "未重复索要："),
        ),
        ("en", ("score (elicense-effect/2) =", "mounted: ", "in time: ", "used: ", "sound: ", "once: ")),
    ):
        card = world.card(language, "supervise", "effect")
        assert [part for part in (*parts, *scores) if part and part not in card] == [], card
