"""Gas is part of what users pay for: a change of it must be seen and meant."""

from __future__ import annotations

import json

from scripts import gas
from scripts.bench_page import PAGE
from scripts.evm import Evm


def test_gas_is_what_the_snapshot_says(evm: Evm) -> None:
    assert gas.measure(evm) == json.loads(gas.SNAPSHOT.read_text())


def test_the_page_of_measurements_has_the_same_figures() -> None:
    assert gas.page(json.loads(gas.SNAPSHOT.read_text())) in PAGE.read_text(encoding="utf-8")


def test_verifying_a_signature_stays_below_200k() -> None:
    assert json.loads(gas.SNAPSHOT.read_text())["sm2.verify.max"] <= 200_000
