"""A fast local EVM for the contract tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from scripts.evm import Evm, local_chain
from tests.contracts.world import World, sealed_world


@pytest.fixture(scope="session")
def hardhat_rpc() -> Iterator[str]:
    """The URL of a fresh chain on 127.0.0.1 that makes blocks only for transactions."""
    with local_chain() as url:
        yield url


@pytest.fixture(scope="session")
def evm(hardhat_rpc: str) -> Evm:
    """The same chain, with calls to code that need no deployment."""
    return Evm(hardhat_rpc)


@pytest.fixture
def world(hardhat_rpc: str) -> Iterator[World]:
    """A ledger as its founders sealed it; what a test changes is undone after it."""
    with sealed_world(hardhat_rpc).borrowed() as world:
        yield world
