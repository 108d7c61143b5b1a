"""The socket process for negative controls: `casino.serve` less the protection named in CHAOS_WITHOUT."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Final
from unittest.mock import patch

from casino import serve  # isort: skip  (first: it sets Django up)
from django.test import override_settings

from casino.daphne import ClubServer, ClubSocket, reactor
from realtime import consumers, stream
from realtime.consumers import SyncConsumer
from realtime.hints import News
from realtime.hub import Hub

_ENDLESS: Final = 10**9


@contextmanager
def replay_off() -> Iterator[None]:
    """Whoever comes back is told that nothing was missed."""
    with patch.object(stream, "missed", lambda *_args, **_facts: []):
        yield


@contextmanager
def gap_check_off() -> Iterator[None]:
    """Hints are believed: what they carry is sent, what they do not carry is not looked for, and nobody beats."""

    def believe(self: SyncConsumer, news: News) -> None:
        if self._is_open and news.frames:
            self._sent = self._known = news.latest_seq
            self._put(*news.frames)

    async def never(_hub: Hub) -> None:
        await asyncio.Event().wait()

    with patch.object(SyncConsumer, "news", believe), patch.object(Hub, "_beat", never):
        yield


@contextmanager
def guards_off() -> Iterator[None]:
    """Everybody may send, sit and keep us waiting without bound."""

    def pass_on(self: ClubSocket, payload: bytes, isBinary: bool) -> None:  # noqa: N803 - autobahn's name
        super(ClubSocket, self).onMessage(payload, isBinary)

    with (
        patch.multiple(consumers, MESSAGES_MAX=_ENDLESS),
        override_settings(REALTIME_MAX_CONNECTIONS_PER_USER=_ENDLESS, REALTIME_SEND_BUFFER=_ENDLESS),
        patch.object(ClubSocket, "onMessage", pass_on),
    ):
        yield


@contextmanager
def drain_off() -> Iterator[None]:
    """SIGTERM ends daphne as daphne ends itself."""
    with patch.object(ClubServer, "drain", lambda _server: reactor.stop()):
        yield


PROTECTIONS: Final[dict[str, Callable[[], AbstractContextManager[Any]]]] = {
    "replay": replay_off,
    "gap check": gap_check_off,
    "guards": guards_off,
    "drain": drain_off,
}

if __name__ == "__main__":
    with PROTECTIONS[os.environ["CHAOS_WITHOUT"]]():
        sys.exit(serve.main())
