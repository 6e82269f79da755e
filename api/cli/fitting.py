"""Rows for people: a table where every cell fits whole, a card for each row where it does not.

Identifiers are what people copy into the next command, so none is cut or broken in two.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from api.cli.output import said

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType

_ANY_WIDTH = 100_000


class FittingRows:
    """Something that rich draws.

    Args:
        heads: What the columns are called.
        rows: The cells, harmless already.
    """

    def __init__(self, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        self._heads, self._rows = heads, rows

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        """The table, or the cards."""
        from rich.measure import Measurement
        from rich.table import Table

        table = Table(*self._heads)
        for row in self._rows:
            table.add_row(*row)
        needed = Measurement.get(console, options.update(max_width=_ANY_WIDTH), table).maximum
        if needed <= options.max_width or not self._rows:
            yield table
        else:
            yield from map(self._card, self._rows)

    def _card(self, row: Sequence[str]) -> RenderableType:
        """One row as `head: cell` lines; the first cell heads it, empty ones are left out."""
        from rich.text import Text

        first, *rest = [
            f"{head}{said('：', ': ')}{cell}" for head, cell in zip(self._heads, row, strict=True) if cell
        ] or [""]
        return Text("\n".join([first, *(f"  {line}" for line in rest)]), no_wrap=True, overflow="ignore")
