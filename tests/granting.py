"""For what data are asked, in the words of `grant request`."""

from __future__ import annotations


def reasons(purpose: str = "示例", basis: str = "duty") -> list[str]:
    """The options that say on what basis, for which matter and to what purpose."""
    return ["--basis", basis, "--item", "ITEM-1", "--purpose-code", "LICENSING", "--purpose", purpose]
