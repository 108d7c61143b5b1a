"""Who is at the other end: the client's address behind a known number of proxies."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest


def client_ip(request: HttpRequest) -> str:
    """The caller's address; forwarding headers count only as far as our own proxies wrote them."""
    return address(request.META.get("REMOTE_ADDR"), request.META.get("HTTP_X_FORWARDED_FOR", ""))


def address(peer: str | None, forwarded_for: str) -> str:
    """The address `TRUSTED_PROXY_COUNT` hops away from us, or the peer's own."""
    hops = [hop.strip() for hop in forwarded_for.split(",") if hop.strip()]
    count: int = settings.TRUSTED_PROXY_COUNT
    candidate = hops[-count] if count and len(hops) >= count else (peer or "")
    try:
        return str(ipaddress.ip_address(candidate))
    except ValueError:
        return "0.0.0.0"  # noqa: S104 - a name for "unknown", not a socket


def user_agent(headers: Mapping[str, Any]) -> str:
    """The caller's program as it names itself, cut to what a session row keeps."""
    return str(headers.get("User-Agent", ""))[:200].replace("\x00", "")
