"""Server-sent events: how a message is written, and the answer that carries them for as long as somebody listens."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from typing import Any, Final

from django.core.handlers.asgi import ASGIRequest
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from casino.lib.gate import encode

Frames = AsyncGenerator[bytes, None]
MEDIA: Final = "text/event-stream"
HEARTBEAT: Final = b":\n\n"
"""A comment: keeps a silent line open, no listener hears it."""
_HEADERS: Final = {"Cache-Control": "no-cache, no-store", "X-Accel-Buffering": "no"}


def event(name: str, data: Any, number: int | None = None) -> bytes:
    """One message; JSON has no line breaks of its own. A browser that comes back names the last number it heard."""
    numbered = b"" if number is None else b"id: %d\n" % number
    return numbered + b"event: %b\ndata: %b\n\n" % (name.encode(), encode(data))


def retry(seconds: int) -> bytes:
    """The line before a message that says after how long a browser may ask again."""
    return b"retry: %d\n" % (seconds * 1000)


class EventStream(StreamingHttpResponse):
    """Messages until the listener is gone or `frames` ends."""

    def __init__(self, frames: Frames) -> None:
        super().__init__(frames, content_type=MEDIA, headers=_HEADERS)
        self._frames = frames

    def __aiter__(self) -> Frames:
        """The frames themselves: Django closes what this gives, and so they end with the listener, not some day."""
        return self._frames


def answer(request: HttpRequest, *, frames: Callable[[], Frames], once: Callable[[], bytes]) -> HttpResponseBase:
    """A stream where it costs no thread; under WSGI only what `once` has to say, and a browser comes back for more."""
    if request.method == "HEAD":
        return HttpResponse(content_type=MEDIA, headers=_HEADERS)
    if isinstance(request, ASGIRequest):
        close_old_connections()  # the door may have asked the database: nothing of it is kept as long as a stream lasts
        return EventStream(frames())
    return HttpResponse(once(), content_type=MEDIA, headers=_HEADERS)
