"""The frame around every request: its id, its path without a trailing slash, its time, and the safety headers."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Awaitable, Callable
from contextvars import Token
from typing import Any, Final

from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware
from prometheus_client import Counter, Gauge, Histogram

from casino.lib.logs import current_request_id

_CALLERS_ID: Final = re.compile(r"[A-Za-z0-9\-]{8,64}", re.ASCII)
_CSP: Final = "; ".join(f"{name} {' '.join(values)}" for name, values in settings.SECURE_CSP.items())
_requests: Final = Counter("http_requests_total", "Requests answered", ["method", "handler", "status"])
_seconds: Final = Histogram("http_requests_duration_seconds", "Time to answer", ["method", "handler"])
_running: Final = Gauge("http_requests_inprogress", "Requests being answered", multiprocess_mode="livesum")

GetResponse = Callable[[HttpRequest], Any]


@sync_and_async_middleware
def frame(get_response: GetResponse) -> Callable[[HttpRequest], Any]:
    """Wraps a request in its id, headers and metrics, under WSGI and ASGI alike."""
    if iscoroutinefunction(get_response):

        async def answer_async(request: HttpRequest) -> HttpResponseBase:
            with _running.track_inprogress():
                opened = _open(request)
                response: Awaitable[HttpResponse] = get_response(request)
                return _close(request, await response, opened)

        return answer_async

    def answer(request: HttpRequest) -> HttpResponseBase:
        with _running.track_inprogress():
            opened = _open(request)
            return _close(request, get_response(request), opened)

    return answer


_Opened = tuple[float, Token[str | None]]


def _open(request: HttpRequest) -> _Opened:
    offered = request.headers.get("X-Request-ID", "")
    request.request_id = offered if _CALLERS_ID.fullmatch(offered) else secrets.token_hex(6)  # type: ignore[attr-defined]
    path = request.path_info
    if len(path) > 1 and path.endswith("/") and not path.startswith("/admin/"):
        request.path_info = path[:-1]
    return time.perf_counter(), current_request_id.set(request.request_id)  # type: ignore[attr-defined]


def _close(
    request: HttpRequest, response: HttpResponseBase, opened: tuple[float, Token[str | None]]
) -> HttpResponseBase:
    began, token = opened
    current_request_id.reset(token)
    handler = request.resolver_match.route if request.resolver_match else "unmatched"
    method = request.method if request.method in _METHODS else "OTHER"
    _requests.labels(method, handler, str(response.status_code)).inc()
    _seconds.labels(method, handler).observe(time.perf_counter() - began)
    response["X-Request-ID"] = request.request_id  # type: ignore[attr-defined]
    response.headers.setdefault("Content-Security-Policy", _CSP)
    response.headers.setdefault("X-Frame-Options", settings.X_FRAME_OPTIONS)
    if isinstance(response, HttpResponse) and not response.has_header("Content-Length"):
        response["Content-Length"] = str(len(response.content))  # else gunicorn sends it in chunks
    return response


_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
