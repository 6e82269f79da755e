"""Which fields licenses of a type may have, as far as its schema tells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ledger.domain.field_rules import METADATA
from ledger.domain.license_input import HOLDER, LAYOUT
from ledger.domain.license_types import LicenseType

_OPEN = frozenset({"metadata/extendInfo", "conversion"})
"""Branches of all types in which many things may stand."""


def unknown_fields(kind: LicenseType, names: Iterable[str]) -> list[str]:
    """The names of a list of fields that no license of the type can have, in their order.

    A name means a path, a branch, or the last part of a path. Where a schema leaves open what stands in a
    branch, any name may be of that.

    Example:
        >>> from ledger.domain.license_types import license_type
        >>> names = ["face/post", "category", "holders/0/name", "continuingEducation/0/year"]
        >>> unknown_fields(license_type("11100000000013338W011"), [*names, "metadata/nosuch", "nosuch"])
        ['metadata/nosuch', 'nosuch']
    """
    parts = {"metadata": METADATA, "holders/*": HOLDER, "layout": LAYOUT}
    known = {"origin", "kind", *(f"{branch}/{name}" for branch, names in parts.items() for name in names)}
    open_ = set(_OPEN)
    for path, is_open in _inside("face", kind.schema):
        (open_ if is_open else known).add(path)
    known |= {f"face/{name}" for name in kind.derived}
    return [name for name in names if not _may_be(_plain(name), known, open_)]


def _may_be(name: str, known: set[str], open_: set[str]) -> bool:
    all_ = known | open_
    is_there = any(path == name or path.startswith(f"{name}/") or path.endswith(f"/{name}") for path in all_)
    is_below = any(name.startswith(f"{path}/") for path in open_)
    is_part = name.partition("/")[0] not in ("metadata", "holders", "face")
    return is_there or is_below or (is_part and open_ > _OPEN)


def _inside(path: str, node: object) -> Iterator[tuple[str, bool]]:
    """The paths of a schema, and whether anything may stand in each."""
    form = node if isinstance(node, dict) else {}
    inner, items = form.get("properties"), form.get("items")
    given = form.get("type")
    types = {given} if isinstance(given, str) else set(given or ())
    if isinstance(inner, dict):
        for name, each in inner.items():
            yield from _inside(f"{path}/{name}", each)
        if form.get("additionalProperties") is not False or form.get("patternProperties"):
            yield path, True
    elif isinstance(items, dict):
        yield from _inside(f"{path}/*", items)
    else:
        is_value = bool(types) and not types & {"object", "array"}
        yield path, not (is_value or "enum" in form or "const" in form)


def _plain(name: str) -> str:
    """With `*` in the place of numbers, as any place of a list."""
    return "/".join("*" if step.isdigit() else step for step in name.split("/"))
