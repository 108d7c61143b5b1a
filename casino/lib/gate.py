"""Who may call a path, and the one language spoken there. Kept apart from views: REST framework loads it first."""

from __future__ import annotations

import json
from enum import Enum
from typing import Any

from django.conf import settings
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser, JSONParser
from rest_framework.permissions import BasePermission
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request

from casino.lib import errors


class Access(Enum):
    """Who may call a path; a view that names nobody is for signed-in players."""

    PUBLIC = "public"
    PLAYER = "player"
    STAFF = "staff"
    DEV = "dev"


class Gate(BasePermission):
    """Denies first: nobody, then players on staff paths, then staff without the role."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """True, or the refusal that says why not."""
        access: Access = getattr(view, "access", Access.PLAYER)
        if access is Access.DEV and settings.CLUB_ENV == "production":
            raise errors.dev_only()
        if access in (Access.PUBLIC, Access.DEV):
            return True
        if not request.user.is_authenticated:
            raise errors.not_authenticated()
        if access is Access.STAFF:
            _check_role(request, getattr(view, "roles", frozenset()))
        return True


def _check_role(request: Request, roles: frozenset[str]) -> None:
    if not request.user.is_staff:
        raise errors.staff_only()
    may_read = request.method in ("GET", "HEAD", "OPTIONS")
    if not may_read and request.user.role not in roles | {"owner"}:
        raise errors.permission_denied()


class AlwaysJSON(BaseContentNegotiation):
    """One language in, one out; `Accept` is ignored."""

    def select_parser(self, request: Request, parsers: list[BaseParser]) -> BaseParser:  # type: ignore[override]
        """The JSON parser, whatever was asked."""
        return parsers[0]

    def select_renderer(  # type: ignore[override]
        self, request: Request, renderers: list[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """The JSON renderer, whatever was asked."""
        return renderers[0], renderers[0].media_type or "application/json"


class ClubJSONRenderer(JSONRenderer):
    """JSON as the standard library writes it: answers are plain dicts, lists, numbers and texts."""

    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        """`data` as UTF-8 JSON."""
        return b"" if data is None else encode(data)


class StrictJSONParser(JSONParser):
    """Named for the schema only: bodies are read by `Endpoint.payload`, after the permission checks."""


def encode(data: Any) -> bytes:
    """Compact UTF-8 JSON; NaN is a bug, never an answer."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=str).encode()
