"""The page of measurements: each benchmark writes its own section and leaves the others as they are."""

from __future__ import annotations

import sys
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"
_MARK = "\n## "


def show_and_write(section: str, is_written: bool) -> None:
    """Print a section and, where it is to be written, put it in place of the one with its heading.

    Args:
        section: Markdown that begins with `# ` for the top of the page, or with `## `.
        is_written: Whether the page changes.
    """
    sys.stdout.write(section)
    if is_written:
        PAGE.write_text(replaced(PAGE.read_text(encoding="utf-8"), section), encoding="utf-8")


def replaced(page: str, section: str) -> str:
    """A page with a section in place of the one of its heading, or at the end.

    Example:
        >>> replaced("# A\\n\\n## B\\n\\nold\\n\\n## C\\n", "## B\\n\\nnew\\n")
        '# A\\n\\n## B\\n\\nnew\\n\\n## C\\n'
    """
    parts = [part.strip("\n") + "\n" for part in ("\n" + page).split(_MARK)]
    parts = [parts[0], *(f"## {part}" for part in parts[1:])]
    heading = section.partition("\n")[0]
    is_top = section.startswith("# ")
    places = [n for n, part in enumerate(parts) if part.startswith(heading + "\n") or (is_top and n == 0)]
    if places:
        parts[places[0]] = section
    else:
        parts.append(section)
    return "\n".join(parts)
