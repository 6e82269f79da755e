"""Grounds as answers tell them: beside their code, in Chinese and English."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.domain.acts import GROUND_TEXTS, GROUNDS_OF, RULES, Act, Ground

_UNLISTED = ("未列入事由清单", "not in the list of grounds")


def ground_json(number: int) -> dict[str, object]:
    """Code and words of a ground as members of an answer, both null where there was none.

    The contracts keep any number, so one that is not in the list is told as it is.

    Example:
        >>> ground_json(20)
        {'ground': 'PENALTY', 'groundText': {'zh': '行政处罚', 'en': 'administrative penalty'}}
        >>> ground_json(999)["ground"], ground_json(0)
        ('999', {'ground': None, 'groundText': None})
    """
    return {"ground": _code(number) if number else None, "groundText": ground_text(number)}


def ground_text(number: int) -> dict[str, str] | None:
    """The words of a ground as `{"zh", "en"}`; None where there was none."""
    zh, en = _texts(number)
    return {"zh": zh, "en": en} if number else None


def ground_words(number: int, language: str) -> str:
    """Code and words of a ground for people, in `zh` or `en`; empty where there was none.

    Example:
        >>> ground_words(20, "zh")
        'PENALTY  行政处罚'
    """
    return f"{_code(number)}  {_texts(number)[language != 'zh']}" if number else ""


def fit_grounds(act: Act) -> list[Ground]:
    """The grounds that an act knows, in the order of their numbers.

    Example:
        >>> [ground.name for ground in fit_grounds(Act.REVOKE)]
        ['PENALTY', 'SERIOUS_VIOLATION']
    """
    return sorted(GROUNDS_OF.get(act, ()))


def grounds_of_acts(acts: Iterable[Act]) -> dict[str, list[dict[str, str]]]:
    """The fit grounds of several acts, by the acts' words, as JSON tells them.

    Example:
        >>> grounds_of_acts({Act.TRANSFER_IN})
        {'transfer in': [{'code': 'TRANSFER', 'zh': '跨地区迁移', 'en': 'move to another region'}]}
    """
    return {RULES[act].verb: [_row(ground) for ground in fit_grounds(act)] for act in sorted(acts)}


def _row(ground: Ground) -> dict[str, str]:
    zh, en = GROUND_TEXTS[ground]
    return {"code": ground.name, "zh": zh, "en": en}


def _code(number: int) -> str:
    return Ground(number).name if number in GROUND_TEXTS else str(number)


def _texts(number: int) -> tuple[str, str]:
    return GROUND_TEXTS[Ground(number)] if number in GROUND_TEXTS else _UNLISTED
