"""License types and agreements between regions."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from api.answers import answers, fetched
from api.auth import Asking, Guarded
from api.catalog_schemas import Recognitions, TypeDetail, Types

router = APIRouter(prefix="/v1", route_class=Guarded, tags=["catalog"])

Code = Annotated[str, Path(pattern="^[0-9A-Z]{21}$", examples=["11100000000013338W011"])]
_REGION = "^[0-9]{6}$"


@router.get("/types", operation_id="listTypes", responses=answers(Types, "All types"))
def list_types(request: Request, services: Asking) -> Response:
    """Every license type of the ledger."""
    return fetched(request, {"types": services.catalog.types()}, personal=False)


@router.get("/types/{code}", operation_id="getType", responses=answers(TypeDetail, "The type"))
def get_type(request: Request, services: Asking, code: Code) -> Response:
    """One license type with the schema of its face."""
    return fetched(request, services.catalog.type(code), personal=False)


@router.get(
    "/recognitions", operation_id="listRecognitions", responses=answers(Recognitions, "The agreements")
)
def list_recognitions(
    request: Request,
    services: Asking,
    from_region: Annotated[str | None, Query(alias="from", pattern=_REGION)] = None,
    to: Annotated[str | None, Query(pattern=_REGION)] = None,
    type: Annotated[str | None, Query(pattern="^[0-9A-Z]{21}$")] = None,  # noqa: A002
) -> Response:
    """Whose licenses count where, under agreements that hold or held."""
    found = services.catalog.recognitions(from_region, to, type)
    return fetched(request, {"recognitions": found}, personal=False)
