"""Doing what can be done: one thing's trouble holds up no other's."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ledger.errors import LedgerError


def all_tried(tasks: Iterable[Callable[[], object]]) -> None:
    """Do all tasks; afterwards raise the first thing that went wrong.

    Raises:
        LedgerError: Of a task; the others were done.
    """
    failures = [failure for task in tasks if (failure := _failure(task)) is not None]
    if failures:
        raise failures[0]


def _failure(task: Callable[[], object]) -> LedgerError | None:
    try:
        task()
    except LedgerError as error:
        return error
    return None
