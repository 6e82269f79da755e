"""Entities survive JSON, whatever they hold; the state digest says one thing for one state."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields, is_dataclass, replace
from typing import Any, get_args, get_origin, get_type_hints

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.acts import Act
from ledger.domain.canonical import canonical, parse_strict
from ledger.domain.entities import Entity, License
from ledger.domain.entity_json import ENTITY_OF, entity_from_json, entity_to_json, state_digest
from ledger.errors import MalformedError
from tests.simulator import every_kind, founded_ledger

numbers = st.integers(min_value=0, max_value=2**64 - 1)
texts = st.text(alphabet=st.characters(codec="utf-8"), max_size=40)


def values(kind: Any) -> st.SearchStrategy[Any]:
    """Everything that an annotated type allows."""
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return st.builds(kind, **{each.name: values(hints[each.name]) for each in fields(kind)})
    inner = get_args(kind)
    if get_origin(kind) is frozenset:
        return st.frozensets(values(inner[0]))
    if get_origin(kind) is tuple:
        if inner[-1] is Ellipsis:
            return st.lists(values(inner[0]), max_size=4).map(tuple)
        return st.tuples(*map(values, inner))
    plain = {int: numbers, str: texts, bool: st.booleans()}
    return plain[kind] if kind in plain else st.sampled_from(list(kind))


entities = st.sampled_from(sorted(ENTITY_OF)).flatmap(
    lambda table: st.tuples(st.just(table), values(ENTITY_OF[table]))
)


@given(entities)
def test_an_entity_comes_back_equal_from_its_canonical_bytes(row: tuple[str, Entity]) -> None:
    table, entity = row
    written = canonical(entity_to_json(entity))
    assert entity_from_json(table, parse_strict(written)) == entity


@given(entities, st.data())
def test_two_entities_that_differ_are_written_differently(row: tuple[str, Entity], data: Any) -> None:
    table, entity = row
    other = data.draw(values(ENTITY_OF[table]))
    assert (entity_to_json(entity) == entity_to_json(other)) == (entity == other)


def test_every_entity_of_a_ledger_with_every_kind_of_record_comes_back() -> None:
    tables = every_kind(founded_ledger(sign=False)).state().tables
    assert set(tables) == set(ENTITY_OF)
    for table, rows in tables.items():
        for entity in rows.values():
            read = entity_from_json(table, json.loads(json.dumps(entity_to_json(entity))))
            assert read == entity
            assert_same_types(read, entity)


def assert_same_types(left: Any, right: Any) -> None:
    assert type(left) is type(right)
    if is_dataclass(left):
        for each in fields(left):
            assert_same_types(getattr(left, each.name), getattr(right, each.name))
    elif isinstance(left, tuple):
        for one, other in zip(left, right, strict=True):
            assert_same_types(one, other)
    elif isinstance(left, frozenset):
        assert {type(each) for each in left} == {type(each) for each in right}


def license_json() -> dict[str, Any]:
    tables = every_kind(founded_ledger(sign=False)).state().tables
    return entity_to_json(next(iter(tables["license"].values())))


@pytest.mark.parametrize(
    "change",
    [
        {"rev": "1"},
        {"rev": 1.0},
        {"rev": True},
        {"rev": None},
        {"valid_to": "0018446744073709551615"},
        {"valid_to": 2**63},
        {"issuer": 5},
        {"facts": {}},
        {"facts": [{}]},
        {"unknown": 1},
    ],
)
def test_another_form_is_refused(change: dict[str, Any]) -> None:
    good = license_json()
    assert isinstance(entity_from_json("license", good), License)
    with pytest.raises(MalformedError, match="ENTITY_FORM"):
        entity_from_json("license", {**good, **change})


def test_a_missing_field_an_unknown_act_and_an_unknown_table_are_refused() -> None:
    good = license_json()
    short = {name: value for name, value in good.items() if name != "digest"}
    strange = {**good, "facts": [{**good["facts"][0], "act": 99}]}
    for table, obj in (("license", short), ("license", strange), ("licence", good)):
        with pytest.raises(MalformedError, match="ENTITY_FORM"):
            entity_from_json(table, obj)


def test_acts_are_a_sorted_list_without_repetition() -> None:
    state = founded_ledger(sign=False).state()
    written = entity_to_json(next(iter(state.tables["type"].values())))
    acts = written["versions"][0]["acts"]
    assert acts == sorted(int(act) for act in Act)
    for wrong in (acts[::-1], [*acts, acts[-1]]):
        changed = {**written, "versions": [{**written["versions"][0], "acts": wrong}]}
        with pytest.raises(MalformedError):
            entity_from_json("type", changed)


def test_the_digest_is_sm3_over_the_rfc_8785_form_of_the_whole_state() -> None:
    tables = every_kind(founded_ledger(sign=False)).state().tables
    plain = {
        table: {key: entity_to_json(each) for key, each in rows.items()} for table, rows in tables.items()
    }
    whole = rfc8785.dumps({"apply": "apply/1", "tables": plain})
    assert state_digest(tables, "apply/1") == hashlib.new("sm3", whole).hexdigest()


def test_keys_sort_by_utf_16_units_as_rfc_8785_asks() -> None:
    tables = founded_ledger(sign=False).state().tables
    entity = next(iter(tables["region"].values()))
    rows = dict.fromkeys(("\U00010000", "\ue000", "a", "\u4e2d"), entity)
    plain = {"apply": "x", "tables": {"region": {key: entity_to_json(entity) for key in rows}}}
    assert state_digest({"region": rows}, "x") == hashlib.new("sm3", rfc8785.dumps(plain)).hexdigest()


def test_the_digest_changes_with_every_entity_and_with_the_version() -> None:
    tables = every_kind(founded_ledger(sign=False)).state().tables
    seen = {state_digest(tables, "apply/1"), state_digest(tables, "apply/2")}
    for table, rows in tables.items():
        for key, entity in rows.items():
            other = replace(entity, rev=entity.rev + 1) if hasattr(entity, "rev") else type(entity)(())
            changed = {**tables, table: {**rows, key: other}}
            seen.add(state_digest(changed, "apply/1"))
    assert len(seen) == 2 + sum(len(rows) for rows in tables.values())
