"""The socket described: AsyncAPI 3 for programs, the same as a page for people."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from casino.documents import openapi_schemas
from casino.status import read_only
from realtime import asyncapi
from realtime.events import Event
from realtime.shapes import Row, rows

Json = dict[str, Any]
_SHAPES: Final = ("UserProfile", "Stats")
"""What is also known to the HTTP API and told once, apart from the messages that carry it."""
_ELSEWHERE: Final = frozenset({*_SHAPES, *(kind.__name__ for kind in asyncapi.MESSAGES)})


@dataclass(frozen=True, slots=True)
class Told:
    """A message, or a shape of its own, as the page shows it."""

    name: str
    summary: str
    fields: Sequence[Row]
    type: str = ""
    example: str = ""


@lru_cache(maxsize=1)
def described() -> Json:
    """The AsyncAPI document."""
    return asyncapi.document(
        title=f"{settings.CLUB_NAME} realtime", version=settings.CLUB_VERSION, shapes=openapi_schemas()
    )


@read_only
def document(request: HttpRequest) -> HttpResponse:
    """AsyncAPI 3."""
    text = json.dumps(described(), ensure_ascii=False, indent=2) + "\n"
    return HttpResponse(text, content_type="application/json")


@read_only
def page(request: HttpRequest) -> HttpResponse:
    """Every message with its fields and an example."""
    return render(request, "docs/asyncapi.html", _context())


@lru_cache(maxsize=1)
def _context() -> Json:
    channel = described()["channels"]["sync"]
    return {
        "address": channel["address"],
        "close_codes": channel["x-close-codes"],
        "opening": [_told(kind) for kind in asyncapi.OPENING],
        "stored": [_told(kind) for kind in asyncapi.STORED],
        "passing": [_told(kind) for kind in asyncapi.PASSING],
        "shapes": [_shape(name) for name in _SHAPES],
    }


def _told(kind: type[Event]) -> Told:
    components, name = described()["components"], kind.__name__
    message = components["messages"][name]
    return Told(
        name=name,
        type=kind.type,
        summary=message["summary"],
        fields=list(rows(name, components["schemas"], elsewhere=_ELSEWHERE)),
        example=json.dumps(message["examples"][0]["payload"], ensure_ascii=False, indent=2),
    )


def _shape(name: str) -> Told:
    schemas = described()["components"]["schemas"]
    fields = list(rows(name, schemas, elsewhere=frozenset()))
    return Told(name=name, summary=schemas[name].get("description", ""), fields=fields)
