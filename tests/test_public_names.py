"""What the packages show: named on purpose, explained, and named by the rules of the house."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from types import ModuleType

import pytest

import api
import ledger
import wallet

BANNED = re.compile(r"manager|helper|util|misc|(^|_)mint|^(data|info|process)$", re.IGNORECASE)


def modules() -> list[str]:
    names = []
    for package in (ledger, api, wallet):
        names.append(package.__name__)
        names += [found.name for found in pkgutil.walk_packages(package.__path__, package.__name__ + ".")]
    return sorted(name for name in names if ".migrations." not in name)


def own_names(module: ModuleType) -> list[str]:
    """Public functions and classes that the module itself defines."""
    return [
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and (inspect.isfunction(value) or inspect.isclass(value))
        and value.__module__ == module.__name__
    ]


@pytest.mark.parametrize("name", modules())
def test_a_module_says_what_it_is_for_and_shows_what_it_means_to(name: str) -> None:
    module = importlib.import_module(name)
    assert module.__doc__
    assert module.__doc__.strip()
    if hasattr(module, "__all__"):
        assert len(module.__all__) == len(set(module.__all__))
        assert [shown for shown in module.__all__ if not hasattr(module, shown)] == []
        assert set(own_names(module)) <= set(module.__all__)


@pytest.mark.parametrize("name", modules())
def test_public_names_follow_the_house(name: str) -> None:
    module = importlib.import_module(name)
    assert not BANNED.search(name.rsplit(".", 1)[-1])
    for shown in own_names(module):
        value = getattr(module, shown)
        assert value.__doc__, shown
        assert not BANNED.search(shown), shown
