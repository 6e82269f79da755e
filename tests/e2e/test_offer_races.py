"""An offer and an erasure of the same document at once: no copy of it stays behind."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from api.make_providing import make_providing
from ledger.domain.use_request import use_request
from ledger.ports import Signer
from tests.e2e.test_carriers import platform, using
from tests.e2e.test_platform import Platform
from tests.live import ISSUER, live_ledger

__all__ = ["live_ledger", "platform", "using"]


class Slow:
    """A signing key in a device that takes its time: meanwhile somebody does something else."""

    def __init__(self, signer: Signer, meanwhile: Callable[[], None]) -> None:
        self._signer, self._meanwhile = signer, [meanwhile]

    @property
    def public_key(self) -> bytes:
        return self._signer.public_key

    def sign(self, message: bytes) -> bytes:
        while self._meanwhile:
            self._meanwhile.pop()()
        return self._signer.sign(message)


@pytest.mark.parametrize("is_batched", [False, True])
def test_a_copy_that_is_made_while_its_document_is_erased_is_not_kept(
    platform: Platform, is_batched: bool
) -> None:
    using = platform.using
    license_, grant = using.license(), using.grant(using.resource())
    platform.request(grant, license_)
    form = json.loads(platform.files("near/to-provider")["request.json"].read_text())
    request = replace(use_request(form), is_batched=is_batched)
    request = request.signed(using.live_ledger.signer("relying").sign(request.message()))
    ledger = using.live_ledger.ledger(using.served.home)

    def erase() -> None:
        why = ["--ground", "CONSENT_WITHDRAWN", "--yes", *using.key("issuer")]
        assert using.provider("license", "erase", license_, *why)["erased"][0]["done"]

    signer = Slow(using.live_ledger.signer("issuer"), erase)
    offers = make_providing(ledger, {ISSUER: signer}.get, ledger.accepting()).offers
    use = offers.offer(request.as_json(), None)
    assert ledger.uses_kept.count(use.license_id) == 0
