"""What operators and their machines ask a running club: is it alive, is it well, what does it count."""

from __future__ import annotations

import functools
import hmac
import os
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest, multiprocess

from accounts.errors import token_invalid
from adminpanel.gauges import ClubGauges
from casino.lib import health
from casino.lib.api import refusal_response
from casino.lib.days import now as clock
from casino.lib.days import stamp
from casino.lib.errors import method_not_allowed

View = Callable[..., HttpResponse]
_READS = ("GET", "HEAD", "OPTIONS")


def read_only(view: View) -> View:
    """Answers GET and HEAD; any other method gets the envelope with `Allow`."""

    @csrf_exempt  # nothing is ever written here: a wrong method is told so, token or not
    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "OPTIONS":
            return HttpResponse(status=204, headers={"Allow": ", ".join(_READS)})
        if request.method not in _READS:
            return refusal_response(request, method_not_allowed(_READS))
        return view(request, *args, **kwargs)

    return guarded


@read_only
def healthz(request: HttpRequest) -> HttpResponse:
    """Alive: this process answers. Touches nothing."""
    return HttpResponse("ok", content_type="text/plain; charset=utf-8")


@read_only
def overall(request: HttpRequest) -> JsonResponse:
    """Well: 200 healthy or degraded (no cache), 503 without the database."""
    database, cache = health.database(), health.shared_cache()
    status = "unhealthy" if database == "error" else "degraded" if cache == "error" else "healthy"
    facts = {
        "status": status,
        "timestamp": stamp(clock()),
        "version": settings.CLUB_VERSION,
        "database": database,
        "cache": cache,
        "redis_connected": cache == "ok",
    }
    headers = {"Cache-Control": "no-store", **({"Retry-After": "1"} if database == "error" else {})}
    return JsonResponse(facts, status=503 if database == "error" else 200, headers=headers)


@read_only
def root(request: HttpRequest) -> JsonResponse:
    """What this API is and where it is described."""
    return JsonResponse({"name": settings.CLUB_NAME, "version": settings.CLUB_VERSION, "docs": "/docs"})


@read_only
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text: this process, or all of them, and the gauges that are facts of the database."""
    if settings.METRICS_TOKEN and not _has_metrics_token(request):
        return refusal_response(request, token_invalid())
    counted: CollectorRegistry = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        counted = CollectorRegistry()
        multiprocess.MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
    facts = CollectorRegistry()
    facts.register(ClubGauges())
    return HttpResponse(generate_latest(counted) + generate_latest(facts), content_type=CONTENT_TYPE_LATEST)


def _has_metrics_token(request: HttpRequest) -> bool:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(token.strip().encode(), settings.METRICS_TOKEN.encode())
