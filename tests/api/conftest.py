"""The API in this process, over a real ledger, called by departments that sign."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.main import ApiOptions, create_app
from ledger.domain.messages import key_id
from ledger.domain.sm3 import sm3
from ledger.ports import Signer
from tests.live import ISSUER, RELYING, LiveLedger, live_ledger

__all__ = ["live_ledger"]

TAG = sm3(b"elicense/1/request")


@dataclass
class Department:
    """Signs requests as docs/api.md says, written out here a second time."""

    client: TestClient
    uscc: str
    signer: Signer
    seconds: float = 0
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))

    def at(self, seconds: float) -> Department:
        """It, with a clock so many seconds ahead."""
        return replace(self, seconds=seconds)

    def headers(
        self, method: str, target: str, body: bytes = b"", shift: float = 0, nonce: str = ""
    ) -> dict[str, str]:
        now = (self.now() + timedelta(seconds=self.seconds + shift)).strftime("%Y-%m-%dT%H:%M:%SZ")
        nonce = nonce or secrets.token_hex(16)
        lines = f"{method}\n{target}\n{now}\n{nonce}\n{sm3(body).hex()}"
        signature = self.signer.sign(TAG + sm3(lines.encode()))
        return {
            "Elicense-Org": self.uscc,
            "Elicense-Key": "0x" + key_id(self.signer.public_key).hex(),
            "Elicense-Time": now,
            "Elicense-Nonce": nonce,
            "Elicense-Signature": signature.hex(),
        }

    def get(self, target: str, **headers: str) -> Any:
        return self.client.get(target, headers={**self.headers("GET", target), **headers})

    def post(self, target: str, body: Any, **headers: str) -> Any:
        """It waits for the record for as long as one may: how long that takes is the machine's affair."""
        data = json.dumps(body, ensure_ascii=False).encode()
        own = {"Content-Type": "application/json", "Prefer": "wait=60"}
        sent = {**self.headers("POST", target, data), **own, **headers}
        return self.client.post(target, content=data, headers=sent)


@pytest.fixture(scope="session")
def service_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`ELICENSE_HOME` of the service."""
    return tmp_path_factory.mktemp("service")


@pytest.fixture(scope="session")
def client(live_ledger: LiveLedger, service_home: Path) -> Iterator[TestClient]:
    """The service of the issuing department, which also holds the relying one's key for challenges."""
    keys: dict[str, Path] = {ISSUER: live_ledger.key("issuer"), RELYING: live_ledger.key("relying")}
    app = create_app(live_ledger.ledger(service_home), ApiOptions(keys, api="http://api.example"))
    with TestClient(app, raise_server_exceptions=False) as made:
        yield made


@pytest.fixture(scope="session")
def issuer(client: TestClient, live_ledger: LiveLedger) -> Department:
    return Department(client, ISSUER, live_ledger.signer("issuer"))


@pytest.fixture(scope="session")
def relying(client: TestClient, live_ledger: LiveLedger) -> Department:
    return Department(client, RELYING, live_ledger.signer("relying"))
