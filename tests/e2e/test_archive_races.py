"""An archive package and an erasure of the same document at once: the erasure knows it, or it is not made."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.test_keeping import PERSON, Keeper, id_of
from tests.lying_proxy import LyingProxy
from tests.told import Run, World


@pytest.fixture
def keeper(world: World, tmp_path: Path) -> Keeper:
    return Keeper(world, tmp_path)


def test_no_package_comes_of_a_document_that_was_erased_meanwhile(keeper: Keeper, tmp_path: Path) -> None:
    out, file = tmp_path / "out.zip", keeper.single
    erased: list[Run] = []

    def erase(method: str, _when: str) -> None:
        if method == "eth_getProof" and not erased:
            erased.append(keeper.erase(file, ground=PERSON))

    with LyingProxy(keeper.world.rpc) as proxy:
        proxy.watch = erase
        order = ["license", "archive", id_of(file), "--to", str(out), "--rpc", proxy.url, *keeper.key()]
        run = keeper.run(*order)
    assert erased[0].status == 0, erased[0].data
    assert erased[0].data["erased"][0]["archives"] == []
    assert (run.status, run.data["code"]) == (1, "DOCUMENT_ERASED")
    assert not out.exists()
