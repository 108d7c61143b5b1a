"""Pages that belong to no app: the error pages, in the house style for people and in the envelope for the API."""

from __future__ import annotations

import sys

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse

from casino.lib import errors
from casino.lib.api import refusal_for, refusal_response
from casino.lib.errors import Refusal
from casino.lib.pages import render_refusal


def is_api(request: HttpRequest) -> bool:
    """Whether the caller expects JSON."""
    return request.path_info == "/api" or request.path_info.startswith("/api/")


def _error(request: HttpRequest, refusal: Refusal, template: str) -> HttpResponse:
    if is_api(request):
        return refusal_response(request, refusal)
    context = {"refusal": refusal, "request_id": getattr(request, "request_id", "")}
    return render_refusal(request, template, context, refusal)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: an unknown path, or an object that is not there."""
    return _error(request, errors.route_not_found(), "404.html")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    return _error(request, errors.permission_denied(), "403.html")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """413 for a form over the limit, 400 for a request that Django could not make sense of."""
    is_too_large = isinstance(exception, RequestDataTooBig)
    return refusal_response(request, errors.payload_too_large() if is_too_large else errors.bad_request("Bad request"))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: a form without its token."""
    return _error(request, errors.csrf_failed(), "403.html")


def server_error(request: HttpRequest) -> HttpResponse:
    """503 while the database is away, 500 for a bug; neither says more."""
    cause = sys.exc_info()[1]
    refusal = refusal_for(cause) if cause is not None else None
    if refusal is None or refusal.status != errors.service_unavailable().status:
        refusal = errors.internal_error()
    return _error(request, refusal, "500.html")
