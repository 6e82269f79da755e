"""Copies over HTTP that are made to cost time or memory end with a verdict or a refusal."""

from __future__ import annotations

from base64 import b64encode

import pytest

from tests.api.test_uses import Desk, desk

__all__ = ["desk"]
MOST = 5 << 20
HEAD = b"%PDF-1.7\n%elicense-copy/1 "
COPY = b'{"format":"elicense-plain-copy/1","x":'
HOSTILE = {
    "deep": COPY + b"[" * MOST,
    "wide": COPY + b"[" + b"{}," * (MOST // 3) + b"{}]}",
    "digits": COPY + b"9" * MOST + b"}",
    "deep pdf": HEAD + b"<<" * (MOST // 2),
    "objects": HEAD + b"\n1 0 obj\n<<>>\nendobj" * (MOST // 22),
    "brackets": HEAD + b"(" * MOST,
    "members": b"PK\x03\x04" * (MOST // 4),
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_copy_that_is_made_to_cost_time_is_malformed_or_altered(desk: Desk, data: bytes) -> None:
    answer = desk.issuer.client.post("/v1/verify", json={"subject": {"copy": b64encode(data).decode()}})
    assert answer.status_code == 200, answer.text
    assert answer.json()["result"] in ("MALFORMED", "TAMPERED")


@pytest.mark.parametrize("text", [b"[" * MOST, b'{"a":1,' * (MOST // 7), b"9" * MOST])
def test_a_subject_that_is_made_to_cost_time_is_refused(desk: Desk, text: bytes) -> None:
    body, headers = b'{"subject":' + text + b"}", {"Content-Type": "application/json"}
    assert desk.issuer.client.post("/v1/verify", content=body, headers=headers).status_code == 400
