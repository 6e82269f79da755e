"""Answers of routes: JSON, an entity tag on what is fetched, nothing personal kept on the way."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from types import UnionType
from typing import Any

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

PROBLEMS: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "Not done, and why (RFC 9457)",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
}
"""What every operation may answer besides its own."""


def done(data: Mapping[str, object], status: int = 200) -> Response:
    """The answer of a write or a check: never stored on the way."""
    return Response(_json(data), status, {"Cache-Control": "no-store"}, "application/json")


def fetched(request: Request, data: Mapping[str, object], *, personal: bool) -> Response:
    """The answer of a GET, with its entity tag; 304 where the caller has it already.

    Args:
        request: Its `If-None-Match` counts.
        data: The answer's keys.
        personal: Whether it says something about one license or one person: then nobody on the
            way may keep it.
    """
    body = _json(data)
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "no-store" if personal else "no-cache"}
    known = {each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")}
    if tag in known:
        return Response(None, 304, headers)
    return Response(body, 200, headers, "application/json")


def answers(
    model: type[BaseModel] | UnionType, text: str, status: int = 200
) -> dict[int | str, dict[str, Any]]:
    """The `responses` of an operation for its OpenAPI description."""
    return {status: {"model": model, "description": text}, **PROBLEMS}


def accepted(model: type[BaseModel]) -> dict[int | str, dict[str, Any]]:
    """The 202 of a write, for its OpenAPI description."""
    place = {"description": "Where to ask what became of it.", "schema": {"type": "string"}}
    text = "Accepted: on disk, not yet on the ledger; promised unless `promise` is null"
    return {202: {"model": model, "description": text, "headers": {"Location": place}}}


def _json(data: Mapping[str, object]) -> bytes:
    return json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode("utf-8")
