"""The provider's service killed between the steps of a use: nothing lost, nothing let go, nothing twice."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.depth import some
from tests.e2e.dying_providers import POINTS, ready
from tests.e2e.using import Using
from tests.live import LiveLedger, live_ledger
from tests.lying_proxy import LyingProxy, proxy
from tests.served import Served, strike

__all__ = ["live_ledger", "proxy", "ready"]


@pytest.fixture(scope="module")
def using(
    live_ledger: LiveLedger, proxy: LyingProxy, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Using]:
    folder = tmp_path_factory.mktemp("crashing")
    served = Served(live_ledger, folder / "provider", proxy.url)
    yield Using(live_ledger, folder, served.start())
    served.close()


@pytest.mark.parametrize("point", some(POINTS, 3))
def test_a_use_goes_on_where_its_provider_died_and_counts_once(
    using: Using, proxy: LyingProxy, ready: tuple[str, str], point: tuple[str, str, int]
) -> None:
    license_, resource = ready
    grant = using.grant(resource, "--count", "1")
    out = str(using.folder / f"{point[0]}-{point[1]}")
    strike(proxy, using.served, *point)
    status, told = using.use(grant, license_, out=out)
    assert (status, told["code"]) == (75, "SERVICE_OUTAGE"), told
    proxy.watch = lambda _method, _when: None
    using.served.wait()
    using.served.start()
    used = using.used(grant, license_, out=out)
    assert used["seq"] > 0
    (row,) = [
        each for each in using.grantee("use", "list", "--grant", grant)["uses"] if each["kind"] == "DATA"
    ]
    assert row["object"] == used["object"]
    assert using.use(grant, license_)[1]["code"] == "GRANT_EXHAUSTED"
    assert using.used(grant, license_, out=out)["object"] == used["object"], "the same order, the same use"
