"""What was shared before a switch is read and goes on through the successor."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from eth_hash.auto import keccak

from ledger.domain import objects
from ledger.domain.objects import ascii32
from ledger.domain.sharing import BaseLibrary, Basis
from tests.contracts import sharing
from tests.contracts.commands import switched
from tests.contracts.sharing import (
    BYTES,
    CORRECTION,
    CORRECTION_ROW,
    DEMANDED,
    EDITION_ROW,
    FIELDS,
    GRANT_ROW,
    OPEN,
    OPENED,
    RESOURCE_ROW,
    SHARED,
    a_use,
    grant_id,
)
from tests.contracts.world import BUREAU, OFFICE, QINGPU, World, refuses, sealed_world

SWITCHES = {
    "Resources": ("Resources",),
    "Grants": ("Grants",),
    "Uses": ("Uses",),
    "Uses twice": ("Uses", "Uses"),
    "Corrections": ("Corrections",),
    "all that shares": ("Resources", "Uses", "Grants", "Corrections"),
    "the Directory with all": ("Directory",),
}
COUNTED, ASKED, CONSENTED = (keccak(name.encode()) for name in ("counted", "asked", "consented"))


@pytest.fixture(scope="module")
def lived(hardhat_rpc: str) -> Iterator[World]:
    """Grants that wait, one used twice of three times; a demand, a doubt, a right to a base library."""
    with sealed_world(hardhat_rpc).borrowed() as world:
        world.run(sharing.name_library_writer(world))
        world.run(sharing.mount(world))
        counted = sharing.active(world, COUNTED, count=3)
        world.run(sharing.use(world, [a_use(counted), a_use(counted, 1)]))
        sharing.requested(world, ASKED)
        sharing.asked_consent(world, nonce=CONSENTED)
        world.run(sharing.demand(world))
        world.run(sharing.attest(world))
        world.run(sharing.publish_edition(world))
        yield world


@pytest.fixture(params=SWITCHES.values(), ids=SWITCHES)
def after(request: pytest.FixtureRequest, lived: World) -> Iterator[World]:
    with lived.snapshot():
        yield switched(lived, *request.param)


def views(world: World) -> list[Any]:
    """What the contracts answer about what was recorded before."""
    grants = [grant_id(each) for each in (COUNTED, ASKED, CONSENTED, keccak(b"none"))]
    writer = (QINGPU, int(BaseLibrary.LICENSES), ascii32(BUREAU))
    return [
        *(world.view("Resources", "resourceOf(bytes32)", RESOURCE_ROW, sharing.resource(c)) for c in _CODES),
        world.view("Resources", "writerOf(uint32,uint8,bytes32)", "(uint64,uint64)", *writer),
        world.view("Resources", "demanderOf(bytes32)", "bytes32", DEMANDED),
        world.view("Resources", "editionsOf(bytes32)", "uint32", sharing.resource(OPENED)),
        world.view("Resources", "editionOf(bytes32,bytes32)", EDITION_ROW, *_PUBLISHED),
        *(world.view("Grants", "grantOf(bytes32)", GRANT_ROW, each) for each in grants),
        *(world.view("Uses", "usedOf(bytes32)", "uint64", each) for each in grants),
        world.view("Corrections", "correctionOf(bytes32)", CORRECTION_ROW, CORRECTION),
    ]


_CODES = (SHARED, OPEN, OPENED, ascii32("NONE"))
_PUBLISHED = (sharing.resource(OPENED), BYTES)


def test_every_view_answers_as_before_the_switch(lived: World, after: World) -> None:
    assert views(after) == views(lived)


def test_a_count_goes_on_and_is_exact(after: World) -> None:
    counted = grant_id(COUNTED)
    after.run(sharing.use(after, [a_use(counted, 2)]))
    assert after.view("Uses", "usedOf(bytes32)", "uint64", counted) == 3
    with refuses("GrantsExhausted", counted, 1, 0):
        after.run(sharing.use(after, [a_use(counted, 3)]))


def test_what_waited_takes_its_next_step(after: World) -> None:
    asked, consented = grant_id(ASKED), grant_id(CONSENTED)
    after.run(sharing.decide_grant(after, target=asked))
    after.run(sharing.use(after, [a_use(asked)]))
    after.run(sharing.consent_grant(after, target=consented))
    after.run(sharing.use(after, [a_use(consented, 1)]))
    after.run(sharing.withdraw_grant(after, target=consented))
    with refuses("GrantsEnded"):
        after.run(sharing.use(after, [a_use(consented, 2)]))
    after.run(sharing.offer(after))
    after.run(sharing.match_demand(after))
    after.run(sharing.answer_correction(after))
    after.run(sharing.acknowledge_correction(after))


def test_a_resource_goes_on_to_its_next_version(after: World) -> None:
    after.run(sharing.probe(after))
    after.run(sharing.register_resource(after, fieldCount=9))
    row = after.view("Resources", "resourceOf(bytes32)", RESOURCE_ROW, sharing.resource())
    assert row[-2:] == (2, 10), "the next version, mounted as before"
    library = {"baseLibrary": int(BaseLibrary.LICENSES), "region": QINGPU}
    assert after.run(sharing.register_resource(after, **library)).records


def test_editions_go_on_from_the_last_number_and_are_withdrawn_once(after: World) -> None:
    with refuses("PartiesExists"):
        after.run(sharing.publish_edition(after))
    after.run(sharing.publish_edition(after, keccak(b"next bytes")))
    assert after.view("Resources", "editionsOf(bytes32)", "uint32", sharing.resource(OPENED)) == 2
    after.run(sharing.withdraw_edition(after))
    with refuses("ResourcesEditionWithdrawn"):
        after.run(sharing.withdraw_edition(after))


def test_what_was_used_up_or_delegated_before_stays_so(after: World) -> None:
    parent = grant_id(COUNTED)
    with refuses("GrantsExhausted", parent, 2, 1):
        after.run(sharing.delegate_grant(after, parent, count=2))
    after.run(sharing.delegate_grant(after, parent, count=1))
    with refuses("GrantsExhausted", parent, 1, 0):
        after.run(sharing.use(after, [a_use(parent, 9)]))


def test_the_basis_and_the_fields_of_a_grant_are_kept(after: World) -> None:
    row = after.view("Grants", "grantOf(bytes32)", GRANT_ROW, grant_id(CONSENTED))
    assert (row[0], row[1]) == (objects.resource_object(BUREAU, OPEN), ascii32(OFFICE))
    assert int.from_bytes(row[2], "big") == FIELDS
    assert row[-2] == Basis.CONSENT
