"""Every ground has words in both languages, and answers tell them beside its code."""

from __future__ import annotations

import re

import pytest

from ledger.domain.acts import GROUND_TEXTS, GROUNDS_OF, Act, Ground
from ledger.domain.grounds import fit_grounds, ground_json, ground_words, grounds_of_acts


@pytest.mark.parametrize("ground", Ground)
def test_every_ground_has_words_of_its_own_in_both_languages(ground: Ground) -> None:
    zh, en = GROUND_TEXTS[ground]
    assert re.search("[一-鿿]", zh)
    assert re.fullmatch(r"[a-z ,]+", en)
    assert [GROUND_TEXTS[other] for other in Ground if zh in GROUND_TEXTS[other]] == [(zh, en)]


def test_every_ground_is_fit_for_an_act() -> None:
    assert set().union(*GROUNDS_OF.values()) == set(Ground)


@pytest.mark.parametrize("act", Act)
def test_the_fit_grounds_of_an_act_are_told_in_order_with_their_words(act: Act) -> None:
    (rows,) = grounds_of_acts({act}).values()
    assert [row["code"] for row in rows] == [ground.name for ground in fit_grounds(act)]
    assert {Ground[row["code"]] for row in rows} == GROUNDS_OF.get(act, frozenset())
    assert [(row["zh"], row["en"]) for row in rows] == [GROUND_TEXTS[each] for each in fit_grounds(act)]


def test_a_number_that_no_list_has_is_told_as_it_is() -> None:
    told = ground_json(999)
    assert told["ground"] == "999"
    assert told["groundText"] == {"zh": "未列入事由清单", "en": "not in the list of grounds"}
    assert ground_words(999, "en") == "999  not in the list of grounds"
