"""How deep tests go: `make test` takes some cases of a long list, `make soak` all of them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")
IS_DEEP = bool(os.environ.get("ELICENSE_DEEP"))


def some(cases: Sequence[T], most: int) -> Sequence[T]:
    """Cases spread over the whole list, the first and the last among them.

    Example:
        >>> some(range(9), 3)
        [0, 4, 8]
    """
    if IS_DEEP or len(cases) <= most:
        return cases
    return [cases[number * (len(cases) - 1) // (most - 1)] for number in range(most)]
