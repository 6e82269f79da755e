"""A bar on stderr for work that takes a while, where a person looks at it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from api.cli.output import language
from ledger.adapters.sheets import Sheet
from ledger.domain.sheet_rows import SheetRow

Shown = Callable[[float], None]
"""Takes the share that is done, 0.0 to 1.0."""


@contextmanager
def share_bar(zh: str, en: str) -> Iterator[Shown]:
    """Show a share growing; nothing where stderr is no terminal.

    Args:
        zh: What is being done, in Chinese.
        en: The same in English.
    """
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(zh if language() == "zh" else en, total=1.0)
        yield lambda share: bar.update(task, completed=share)


def watched(sheet: Sheet, shown: Shown) -> Iterator[SheetRow]:
    """The rows of a sheet, shown as they are read."""
    for row in sheet.rows:
        shown(sheet.share_read)
        yield row
    shown(1.0)
