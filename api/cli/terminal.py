"""Where rich draws for people: colours are ours alone, whatever a text says."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from api.cli.plain import plain

PIPED_WIDTH = 200
"""Columns where no terminal tells: an identifier is never broken in two for whoever reads on."""


class Terminal(Console):
    """stdout. Texts are shown as they are: neither markup nor emoji codes nor control characters work."""

    def __init__(self) -> None:
        super().__init__(markup=False, emoji=False)
        if not self.is_terminal:
            self.width = PIPED_WIDTH

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """The pieces of a renderable, each with harmless text."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=plain(segment.text))
