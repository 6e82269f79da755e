"""Whether the process lives, whether it can answer, and how its outbox does."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import PlainTextResponse, Response

from api.answers import PROBLEMS, answers, done
from api.auth import Asking, Guarded
from api.metrics import MEDIA_TYPE
from api.schemas import Health, Readiness

router = APIRouter(route_class=Guarded, tags=["health"])


@router.get("/healthz", operation_id="getHealth", responses=answers(Health, "The process answers"))
def get_health() -> Response:
    """Always 200 while the process answers."""
    return done({"status": "ok"})


@router.get(
    "/readyz",
    operation_id="getReadiness",
    responses={
        **answers(Readiness, "It can answer about now"),
        503: {"model": Readiness, "description": "It cannot, and why"},
    },
)
def get_readiness(services: Asking) -> Response:
    """Whether the chain is reached, is this ledger's, and has a fresh head."""
    found = services.readiness()
    data = {
        "ready": not found.reasons,
        "block": found.block,
        "ageSeconds": found.age_seconds,
        "reasons": list(found.reasons),
        "promises": found.promises,
        "pending": found.pending,
    }
    return done(data, 503 if found.reasons else 200)


@router.get(
    "/metrics",
    operation_id="getMetrics",
    response_class=PlainTextResponse,
    responses={200: {"description": "Numbers about the outbox, for Prometheus"}, **PROBLEMS},
)
def get_metrics(services: Asking) -> Response:
    """How many messages wait and since when, which promises were broken, what was recorded, what failed."""
    return Response(services.metrics().text(), 200, {"Cache-Control": "no-store"}, MEDIA_TYPE)
