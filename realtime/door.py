"""The door of the socket: what a visitor shows, where the page comes from, where the client wants to resume."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.http import parse_cookie
from django.http.request import split_domain_port, validate_host
from django.utils.http import is_same_domain

from realtime.sources import Credentials

BAD_QUERY: Final = 4400
NOT_ADMITTED: Final = 4401
BAD_ORIGIN: Final = 4403
SLOW: Final = 4408
TOO_MANY: Final = 4429
TOO_BIG: Final = 1009
RESTART: Final = 1012

MESSAGE_BYTES_MAX: Final = 4096
SUBPROTOCOL: Final = "bearer"
_SEQ: Final = re.compile(r"[0-9]{1,16}", re.ASCII)
_EPOCH: Final = re.compile(r"[!-~]{1,64}", re.ASCII)
Scope = Mapping[str, Any]


class Refused(Exception):
    """The socket is closed with `code` before anything is sent."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Resume:
    """Where the client wants to go on; `since` is None for a fresh start."""

    since: int | None
    epoch: str | None


def credentials_of(scope: Scope) -> Credentials:
    """The first credentials shown: query, subprotocol, header, cookie. A cookie only from a page of our own."""
    headers = _headers(scope)
    query = _query(scope)
    if "token" in query:
        return Credentials(token=query["token"][0])
    offered = list(scope.get("subprotocols", ()))
    if len(offered) > 1 and offered[0] == SUBPROTOCOL:
        return Credentials(token=offered[1])
    kind, _, token = headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return Credentials(token=token.strip())
    cookies = parse_cookie(headers.get("cookie", ""))
    if settings.SESSION_COOKIE_NAME not in cookies:
        raise Refused(NOT_ADMITTED)
    if not is_own_origin(headers.get("origin", ""), headers.get("host", ""), is_secure=_is_secure(scope, headers)):
        raise Refused(BAD_ORIGIN)
    return Credentials(cookies=cookies)


def subprotocol_of(scope: Scope) -> str | None:
    """`bearer` when the client offered it, else none."""
    return SUBPROTOCOL if SUBPROTOCOL in scope.get("subprotocols", ()) else None


def resume_of(scope: Scope) -> Resume:
    """`since` and `epoch` of the query, or 4400."""
    query = _query(scope)
    since, epoch = query.get("since"), query.get("epoch")
    if since is not None and (len(since) > 1 or not _SEQ.fullmatch(since[0])):
        raise Refused(BAD_QUERY)
    if epoch is not None and (len(epoch) > 1 or not _EPOCH.fullmatch(epoch[0])):
        raise Refused(BAD_QUERY)
    return Resume(int(since[0]) if since else None, epoch[0] if epoch else None)


def is_own_origin(origin: str, host: str, *, is_secure: bool) -> bool:
    """Whether a page at `origin` (scheme, host and port) is ours: this host, or one of the trusted origins."""
    domain, _port = split_domain_port(host)
    scheme = "https" if is_secure else "http"
    if domain and validate_host(domain, settings.ALLOWED_HOSTS) and origin == f"{scheme}://{host}":
        return True
    return any(_matches(origin, trusted) for trusted in settings.CSRF_TRUSTED_ORIGINS)


def _matches(origin: str, trusted: str) -> bool:
    if "*" not in trusted:
        return origin == trusted
    try:
        asked, wanted = urlsplit(origin), urlsplit(trusted)
    except ValueError:
        return False
    return asked.scheme == wanted.scheme and is_same_domain(asked.netloc, wanted.netloc.lstrip("*"))


def _is_secure(scope: Scope, headers: Mapping[str, str]) -> bool:
    if settings.TRUSTED_PROXY_COUNT:
        return headers.get("x-forwarded-proto", "").strip() == "https"
    return scope.get("scheme") in ("wss", "https")


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}


def _query(scope: Scope) -> dict[str, list[str]]:
    try:
        text = scope.get("query_string", b"").decode("ascii")
        return parse_qs(text, keep_blank_values=True, max_num_fields=10, errors="strict")
    except ValueError as error:
        raise Refused(BAD_QUERY) from error
