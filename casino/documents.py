"""The API described: OpenAPI 3.1 for programs, Swagger UI and ReDoc for people, all from local files."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from drf_spectacular.generators import SchemaGenerator

from casino.lib.pages import SOURCE_LANGUAGE
from casino.status import read_only

# ReDoc searches in a worker made of a blob, and writes two style elements whose text never changes (one is empty).
_REDOC_STYLES: Final = (
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
    "'sha256-QMIg+bpjm3JdElJ388KYke01izlUW0UoNOeKjpMxdgc='",
)
_REDOC_CSP: Final = {
    **settings.SECURE_CSP,
    "style-src": ["'self'", *_REDOC_STYLES],
    "worker-src": ["'self'", "blob:"],
}


def openapi_text() -> str:
    """The whole description as it is committed; texts in the source language, whoever asks."""
    return json.dumps(_openapi(), ensure_ascii=False, indent=2) + "\n"


def openapi_schemas() -> dict[str, dict[str, Any]]:
    """The shapes that the API publishes, by name."""
    schemas: dict[str, dict[str, Any]] = _openapi()["components"]["schemas"]
    return schemas


@lru_cache(maxsize=1)
def _openapi() -> dict[str, Any]:
    with translation.override(SOURCE_LANGUAGE):
        described = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    plain: dict[str, Any] = json.loads(json.dumps(described, default=str))
    return plain


@read_only
def openapi(request: HttpRequest) -> HttpResponse:
    """OpenAPI 3.1."""
    return HttpResponse(openapi_text(), content_type="application/json")


@read_only
def swagger(request: HttpRequest) -> HttpResponse:
    """The API to try out."""
    return render(request, "docs/swagger.html")


@read_only
def redoc(request: HttpRequest) -> HttpResponse:
    """The API to read."""
    policy = "; ".join(f"{name} {' '.join(values)}" for name, values in _REDOC_CSP.items())
    page = render(request, "docs/redoc.html")
    page["Content-Security-Policy"] = policy
    return page
