"""The embedded start and the production sockets: HTTP, static files and WebSocket in one application."""

from __future__ import annotations

import os
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from django.conf import settings
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "casino.settings")
django_application = get_asgi_application()

# The imports below read settings and models, which the line above completes.
from servestatic import ServeStaticASGI  # noqa: E402

from casino.sources import open_sources  # noqa: E402
from realtime.consumers import SyncConsumer  # noqa: E402

open_sources()

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_SOCKET: Final = re.compile(r"/api/realtime/sync/?")
_sync: Final = SyncConsumer.as_asgi()
_http: Final = ServeStaticASGI(django_application, root=settings.STATIC_ROOT, prefix=settings.STATIC_URL)


async def application(scope: Message, receive: Receive, send: Send) -> None:
    """Routes by the kind of connection."""
    match scope["type"]:
        case "http":
            await _http(scope, receive, send)
        case "websocket" if _SOCKET.fullmatch(scope["path"]):
            await _sync(scope, receive, send)
        case "websocket":
            await send({"type": "websocket.close", "code": 1000})  # before accepting: HTTP 403
        case "lifespan":
            await _live(receive, send)


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
