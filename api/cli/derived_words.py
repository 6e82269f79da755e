"""Fields that follow from others, as people read them."""

from __future__ import annotations

from collections.abc import Mapping

from api.cli.output import said
from ledger.domain.canonical import JsonObject
from ledger.domain.masking import rule_of

_OTHERS = ("field", "from", "title", "grade")


def derived_line(name: str, form: Mapping[str, JsonObject | str | int]) -> str:
    """A derived field in one line: its name, its source and its rule.

    Args:
        name: As it is called here.
        form: As in the definition of its type.
    """
    rule = rule_of(name, {member: value for member, value in form.items() if member not in _OTHERS})
    zh, en = rule.words()
    return said(f"{name}：由 {form['from']} 得出，{zh}", f"{name}: from {form['from']}, {en}")
