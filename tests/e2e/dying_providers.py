"""Where a provider's service is killed, and what a use of its data needs."""

from __future__ import annotations

import pytest

from tests.e2e.using import Using

POINTS = [
    ("eth_estimateGas", "before", 1),  # signed by the grantee, not accepted
    ("eth_sendRawTransaction", "before", 1),  # accepted, not sent
    ("eth_sendRawTransaction", "after", 1),  # sent, nobody told
    ("eth_getTransactionReceipt", "after", 1),  # recorded, nobody noted it
]


@pytest.fixture(scope="module")
def ready(using: Using) -> tuple[str, str]:
    """A license and a resource."""
    return using.license(), using.resource()
