"""Errors as `application/problem+json` (RFC 9457), in the caller's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from ledger.errors import LedgerError, UsageError

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 5
"""What `Retry-After` says with an outage."""

_STATUS = {
    "JSON_TOO_LARGE": 413,
    "REQUEST_TOO_LARGE": 413,
    "MEDIA_TYPE": 415,
    "NOT_FOUND": 404,
    "METHOD_NOT_ALLOWED": 405,
    "LICENSE_TYPE_UNKNOWN": 400,
    "IDEMPOTENCY_KEY_REUSED": 422,
    "REQUEST_ID_REUSED": 422,
    "IDEMPOTENCY_IN_PROGRESS": 409,
    "TOO_MANY_REQUESTS": 429,
    "LOOKUPS_SPENT": 429,
    "ROWS_SPENT": 429,
    "INTERNAL_SERVER_ERROR": 500,
    "USE_NOT_RECORDED": 425,
}
_OURS = frozenset(
    {
        "CONFIG_FILE",
        "FILE_UNREADABLE",
        "KEY_FILE_MALFORMED",
        "KEY_FILE_UNREADABLE",
        "KEY_NOT_PRIVATE",
        "KEY_NOT_SM2",
        "KEY_PASSPHRASE_NEEDED",
        "KEY_PASSPHRASE_WRONG",
        "NETWORK_MISSING",
        "RELAY_KEY_FILE",
        "RELAY_KEY_MISSING",
        "RPC_MISSING",
        "SM2_BACKEND_MISSING",
    }
)
"""Wrong use by whoever runs this service: an outage to whoever calls it."""

_TITLES = {
    400: ("请求无法读取", "The request cannot be read"),
    401: ("无法确认请求方", "Nobody known signed this request"),
    403: ("请求方无此权限", "The sender may not do this"),
    404: ("没有找到", "Nothing is there"),
    405: ("不接受该方法", "The method is not taken here"),
    409: ("与现状不符", "The request does not fit what is recorded"),
    410: ("已依法删除", "It was erased for good"),
    413: ("请求过大", "The request is too large"),
    415: ("正文类型不对", "The body is of another type"),
    422: ("证据不成立", "The evidence does not hold"),
    425: ("尚未上链", "Not recorded yet"),
    429: ("请求过多", "Too many requests"),
    500: ("服务出错", "The service failed"),
    503: ("暂时不能回答", "No answer can be given now"),
}
_WORDS = {
    "missing": ("缺少", "is missing"),
    "extra_forbidden": ("不认识的成员", "is not a member known here"),
}


def language(request: Request) -> Literal["zh", "en"]:
    """The language of sentences: the first of zh and en that `Accept-Language` names, else zh."""
    for part in request.headers.get("accept-language", "").lower().split(","):
        tag = part.split(";")[0].strip()
        if tag.startswith("en"):
            return "en"
        if tag.startswith("zh"):
            return "zh"
    return "zh"


def status_of(error: LedgerError) -> int:
    """The HTTP status of an error.

    Example:
        >>> status_of(UsageError("TRUST_LEVEL")), status_of(UsageError("RPC_MISSING"))
        (400, 503)
    """
    return 503 if error.code in _OURS else _STATUS.get(error.code, error.http_status)


def problem(error: LedgerError, request: Request, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The answer that tells an error."""
    chosen = language(request)
    status = status_of(error)
    form: dict[str, Any] = {
        "type": f"/problems/{error.code}",
        "title": _TITLES[status][chosen == "en"],
        "status": status,
        "code": error.code,
        "detail": error.message()[chosen],
        "remedy": error.remedy()[chosen],
        "fields": {name: value for name, value in error.plain_fields().items() if name != "errors"},
    }
    if "errors" in error.fields:
        form["errors"] = error.fields["errors"]
    wait = error.fields.get("seconds", RETRY_SECONDS)
    sent = {
        "Content-Language": chosen,
        "Cache-Control": "no-store",
        **_headers(status, wait),
        **(headers or {}),
    }
    return JSONResponse(form, status, sent, MEDIA_TYPE)


def bad_request(error: RequestValidationError) -> UsageError:
    """What does not fit the forms of the OpenAPI description, field by field; no value is repeated."""
    errors = [_fault(each) for each in error.errors()]
    return UsageError("BAD_REQUEST", count=len(errors), first=errors[0]["field"], errors=errors)


def from_framework(error: HTTPException, request: Request) -> JSONResponse:
    """What the framework refuses by itself: an unknown address or method."""
    if error.status_code == 405:
        return problem(UsageError("METHOD_NOT_ALLOWED", method=request.method), request, error.headers)
    if error.status_code == 404:
        return problem(UsageError("NOT_FOUND"), request)
    detail = [{"field": "request", "message": {"zh": "无法读取", "en": str(error.detail)[:200]}}]
    return problem(UsageError("BAD_REQUEST", count=1, first="request", errors=detail), request)


def _headers(status: int, wait: object) -> dict[str, str]:
    if status == 401:
        return {"WWW-Authenticate": "Elicense-SM2"}
    if status in (429, 503):
        return {"Retry-After": str(wait)}
    if status == 425:
        return {"Retry-After": "1"}
    return {}


def _fault(error: Mapping[str, Any]) -> dict[str, object]:
    zh, en = _WORDS.get(str(error["type"]), ("不合规定", str(error["msg"])[:200]))
    return {"field": _field(error["loc"]), "code": str(error["type"]), "message": {"zh": zh, "en": en}}


def _field(place: Sequence[object]) -> str:
    return "/".join(str(part) for part in place)
