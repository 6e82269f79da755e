"""Using rows of a data set that is no license, the provider's service being a process of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.using import Using
from tests.live import RELYING, LiveLedger, live_ledger
from tests.served import Served

__all__ = ["live_ledger"]

KEY = "91330000EXAMPLE01A"
OTHER = "91330000EXAMPLE02B"


@pytest.fixture(scope="module")
def using(live_ledger: LiveLedger, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Using]:
    folder = tmp_path_factory.mktemp("rows")
    served = Served(live_ledger, folder / "provider", live_ledger.rpc)
    yield Using(live_ledger, folder, served.start())
    served.close()


def test_a_row_is_used_recorded_and_its_copy_verifies_as_what_it_is(using: Using) -> None:
    resource = using.data_set()
    grant = using.grant_of_rows(resource)
    status, told = using.use_row(grant, KEY)
    assert status == 0, told
    verified = using.grantee("verify", told["copy"], "--shown-by", RELYING)
    assert verified["result"] == "AS_HANDED_OUT"
    assert verified["disclosed"] == {"name": "示例甲有限公司"}
    basis = verified["checks"][8]
    assert (basis["outcome"], basis["evidence"]["use"]["object"]) == ("PASS", told["object"])
    assert {check["code"] for check in verified["checks"][2:7]} == {"NO_LICENSE"}
    assert "ROW_AS_LOADED" in verified["flags"]
