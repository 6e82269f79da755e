"""Names of bodies from a service that answers what it should not."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from typing import Any

import pytest

from api.cli.org_names import _names_at
from ledger.errors import TrustError
from tests.live import ISSUER, RELYING

Json = dict[str, Any]


class Answers:
    """A service that answers pages, the last of them again and again."""

    def __init__(self, *pages: Json) -> None:
        self._pages, self._asked = pages, count()

    def get(self, _: str, __: Mapping[str, str]) -> Json:
        """The next page."""
        return self._pages[min(next(self._asked), len(self._pages) - 1)]


def page(*rows: object, after: str | None = None) -> Json:
    return {"organisations": list(rows), "next": after}


BODY, OTHER = {"uscc": ISSUER, "name": "甲"}, {"uscc": RELYING, "name": "乙"}


def test_names_are_read_page_by_page_and_what_is_no_text_is_passed_over() -> None:
    service = Answers(page(BODY, after=ISSUER), page(OTHER, {"uscc": "Z" * 18, "name": "\ud800"}))
    assert list(_names_at(service)) == [(ISSUER, "甲"), (RELYING, "乙")]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "pages",
    [
        (page(after="9"),),
        (page(BODY, after=ISSUER), page(BODY, after=ISSUER)),
        (page(BODY, after="z"),),
        (page("x", 5, None),),
        (page({"name": "x"}),),
        (page(OTHER, BODY),),
        ({"organisations": None},),
    ],
    ids=["empty", "again", "elsewhere", "no rows", "no code", "order", "no list"],
)
def test_a_service_that_pages_for_ever_or_answers_something_else_is_told(pages: tuple[Json, ...]) -> None:
    with pytest.raises(TrustError, match="SERVICE_ANSWER_DIFFERS"):
        list(_names_at(Answers(*pages)))  # type: ignore[arg-type]
