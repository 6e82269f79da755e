"""Editions: what may be opened, which bytes count as which edition, and who takes one back."""

from __future__ import annotations

from typing import Any

import pytest
from eth_hash.auto import keccak

from ledger.domain import objects
from ledger.domain.acts import Sharing
from ledger.domain.messages import Kind
from ledger.domain.objects import ascii32
from ledger.domain.sharing import ResourceKind
from tests.contracts import sharing
from tests.contracts.commands import signer
from tests.contracts.sharing import (
    BYTES,
    EDITION_ROW,
    OPENED,
    edition,
    open_resource,
    publish_edition,
    resource,
    withdraw_edition,
    word,
)
from tests.contracts.world import BUREAU, DAY, NO_HASH, OFFICE, REGIONAL_TYPE, World, refuses

OTHER = keccak(b"other bytes")


def row(world: World, digest: bytes = BYTES) -> tuple[Any, ...]:
    view = "editionOf(bytes32,bytes32)"
    found: tuple[Any, ...] = world.view("Resources", view, EDITION_ROW, resource(OPENED), digest)
    return found


def test_an_edition_is_kept_with_its_number_and_time(world: World) -> None:
    record = world.run(publish_edition(world)).records[0]
    assert (record.kind, record.object) == (Kind.EDITION_PUBLISHED, edition())
    since, withdrawn_at, number = row(world)
    assert (since, withdrawn_at, number) == (record.time, 0, 1)
    later = world.now() + 9 * DAY
    world.run(publish_edition(world, OTHER, since=later))
    assert row(world, OTHER) == (later, 0, 2)
    assert row(world, keccak(b"none")) == (0, 0, 0)


def test_only_a_data_set_without_sensitive_fields_is_opened(world: World) -> None:
    with refuses("ResourcesNotOpenable", ResourceKind.DATA_SET, word(4)):
        world.run(open_resource(world, sensitive=word(4)))
    licenses = {"kind": int(ResourceKind.LICENSE_TYPE), "licenseType": ascii32(REGIONAL_TYPE)}
    with refuses("ResourcesNotOpenable", ResourceKind.LICENSE_TYPE, NO_HASH):
        world.run(open_resource(world, **licenses))
    assert world.run(open_resource(world)).records


@pytest.mark.parametrize("how", [Sharing.UNCONDITIONAL, Sharing.CONDITIONAL, Sharing.NOT_SHARED])
def test_what_is_not_open_any_more_has_no_next_edition_but_its_old_ones(world: World, how: Sharing) -> None:
    world.run(publish_edition(world))
    closed = {"sharing": how, "ground": 7, "until": world.now() + DAY}
    world.run(open_resource(world, **closed))
    with refuses("ResourcesNotOpen", resource(OPENED), how):
        world.run(publish_edition(world, OTHER))
    assert row(world)[2] == 1
    assert world.run(withdraw_edition(world)).records


def test_an_edition_of_no_resource_is_refused(world: World) -> None:
    command = publish_edition(world)
    with refuses("PartiesResourceUnknown", objects.resource_object(BUREAU, ascii32("NONE"))):
        world.send(command.message.but(code=ascii32("NONE")), *command.keys)


def test_the_same_bytes_are_published_once(world: World) -> None:
    world.run(publish_edition(world))
    with refuses("PartiesExists", edition()):
        world.run(publish_edition(world))
    world.run(withdraw_edition(world))
    with refuses("PartiesExists", edition()):
        world.run(publish_edition(world))


def test_editions_are_numbered_without_a_gap(world: World) -> None:
    for number in (0, 2, 2**32 - 1):
        with refuses("ResourcesEditionOrder", number, 1):
            world.run(publish_edition(world, number=number))
    first, second = publish_edition(world), publish_edition(world, OTHER)
    world.run(first)
    with refuses("ResourcesEditionOrder", 1, 2):
        world.run(second)


@pytest.mark.parametrize(
    "changes", [{"size": 0}, {"mediaType": NO_HASH}, {"license": NO_HASH}, {"rows": 0}, {"root": NO_HASH}]
)
def test_an_edition_that_says_too_little_is_refused(world: World, changes: dict[str, Any]) -> None:
    with refuses("ResourcesEditionIncomplete", edition()):
        world.run(publish_edition(world, **changes))


def test_an_edition_without_rows_is_taken(world: World) -> None:
    assert world.run(publish_edition(world, rows=0, root=NO_HASH)).records


@pytest.mark.parametrize("member", ["mediaType", "license"])
def test_codes_that_are_not_ascii_are_refused(world: World, member: str) -> None:
    with refuses("WriterNotAscii"):
        world.run(publish_edition(world, **{member: b"\xff" * 32}))


def test_a_time_beyond_all_clocks_is_refused(world: World) -> None:
    with refuses("PartiesDates"):
        world.run(publish_edition(world, since=2**48))


def test_another_body_neither_publishes_nor_withdraws(world: World) -> None:
    office = objects.organisation_object(OFFICE)
    with refuses("PartiesNotProvider", resource(OPENED), office):
        world.send(publish_edition(world).message, signer(OFFICE))
    with refuses("PartiesNotProvider", resource(OPENED), office):
        world.send(withdraw_edition(world).message, signer(OFFICE))
    world.run(open_resource(world, operator=ascii32(OFFICE)))
    assert world.send(withdraw_edition(world).message, signer(OFFICE)).records


def test_an_edition_is_withdrawn_once_and_for_a_reason(world: World) -> None:
    with refuses("PartiesReasonMissing"):
        world.run(withdraw_edition(world, reason=0))
    record = world.run(withdraw_edition(world)).records[0]
    assert (record.kind, row(world)[1]) == (Kind.EDITION_WITHDRAWN, record.time)
    with refuses("ResourcesEditionWithdrawn", edition(), record.time):
        world.run(withdraw_edition(world))


def test_what_was_never_published_is_not_withdrawn(world: World) -> None:
    command = withdraw_edition(world)
    with refuses("ResourcesEditionUnknown", edition(OTHER)):
        world.send(command.message.but(digest=OTHER, rev=0), *command.keys)


def test_what_is_open_is_granted_as_what_is_shared_without_condition(world: World) -> None:
    sharing.opened(world)
    grant = sharing.requested(world, code=OPENED)
    assert world.view("Grants", "usable(bytes32)", sharing.GRANT_ROW, grant)[0]
