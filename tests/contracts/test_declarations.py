"""Declarations: what a provider says of a resource, of which form it is, and that nothing else is taken."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.domain import objects
from ledger.domain.messages import Kind
from ledger.domain.objects import ascii32
from ledger.domain.sharing import DeclarationKind
from tests.contracts.commands import signer
from tests.contracts.sharing import DATA, OPEN, declaration, declare, register_resource, resource
from tests.contracts.world import BUREAU, DAY, NO_HASH, OFFICE, World, refuses

INTERFACE, OUTAGE, SNAPSHOT, MAPPING, ORIGINS = DeclarationKind


@pytest.mark.parametrize("kind", DeclarationKind)
def test_each_kind_is_recorded_and_goes_on_from_its_last_revision(
    world: World, kind: DeclarationKind
) -> None:
    for rev in (1, 2):
        record = world.run(declare(world, kind)).records[0]
        assert (record.kind, record.object) == (Kind.RESOURCE_DECLARED, declaration(kind))
        assert world.rev(declaration(kind)) == rev
    with refuses("JournalStaleRevision"):
        world.run(declare(world, kind, rev=1))


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        (INTERFACE, {"digest": NO_HASH}),
        (INTERFACE, {"root": ascii32("root")}),
        (INTERFACE, {"toOwner": ascii32(OFFICE), "toCode": DATA}),
        (OUTAGE, {"size": 1}),
        (OUTAGE, {"root": ascii32("root")}),
        (SNAPSHOT, {"root": NO_HASH}),
        (SNAPSHOT, {"size": 0}),
        (SNAPSHOT, {"digest": NO_HASH}),
        (MAPPING, {"toOwner": NO_HASH, "toCode": NO_HASH}),
        (MAPPING, {"toOwner": ascii32(BUREAU), "toCode": OPEN}),
        (MAPPING, {"size": 3}),
        (MAPPING, {"digest": NO_HASH}),
        (ORIGINS, {"digest": NO_HASH}),
        (ORIGINS, {"size": 1}),
        (ORIGINS, {"toOwner": ascii32(OFFICE), "toCode": DATA}),
    ],
)
def test_what_lacks_something_or_says_too_much_is_refused(
    world: World, kind: DeclarationKind, changes: dict[str, Any]
) -> None:
    command = declare(world, kind, **changes)
    with refuses("ResourcesDeclarationUnfit"):
        world.send(command.message.but(rev=0), *command.keys)


@pytest.mark.parametrize(
    ("kind", "since", "until"),
    [
        (INTERFACE, 2**48, 0),
        (INTERFACE, 1, 2),
        (OUTAGE, 0, 0),
        (OUTAGE, 9, 9),
        (OUTAGE, 9, 2**48),
        (SNAPSHOT, 9, 9),
        (SNAPSHOT, 9, 8),
        (SNAPSHOT, 9, 0),
        (MAPPING, 1, 2),
        (ORIGINS, 1, 2),
    ],
)
def test_dates_that_fit_no_declaration_are_refused(
    world: World, kind: DeclarationKind, since: int, until: int
) -> None:
    with refuses("PartiesDates", since, until):
        world.run(declare(world, kind, since=since, until=until))


def test_only_a_period_that_is_over_has_a_snapshot(world: World) -> None:
    until = world.now() + DAY
    with refuses("PartiesDates"):
        world.run(declare(world, SNAPSHOT, until=until))
    assert world.run(declare(world, OUTAGE, until=until)).records, "an outage may be announced"


def test_a_declaration_of_no_kind_or_of_no_resource_is_refused(world: World) -> None:
    command = declare(world)
    for kind in (0, 6, 255):
        with refuses("ResourcesKindUnknown", kind):
            world.send(command.message.but(kind=kind), *command.keys)
    none = ascii32("NONE")
    with refuses("PartiesResourceUnknown", objects.resource_object(BUREAU, none)):
        world.send(command.message.but(code=none), *command.keys)
    mapping = declare(world, MAPPING)
    with refuses("PartiesResourceUnknown", objects.resource_object(BUREAU, none)):
        world.send(mapping.message.but(toCode=none), *mapping.keys)


def test_another_body_declares_nothing_unless_it_operates_the_resource(world: World) -> None:
    with refuses("PartiesNotProvider", resource(OPEN), objects.organisation_object(OFFICE)):
        world.send(declare(world).message, signer(OFFICE))
    world.run(register_resource(world, OPEN, 1, operator=ascii32(OFFICE)))
    assert world.send(declare(world).message, signer(OFFICE)).records
