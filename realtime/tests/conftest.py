"""What the stream's tests share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connections

from realtime.relay import sender as shared_sender
from tests import servers


@pytest.fixture(autouse=True)
async def give_connections_back() -> AsyncIterator[None]:
    """The thread that runs an async test's database calls keeps its connection unless told otherwise."""
    yield
    await sync_to_async(connections.close_all)()


@pytest.fixture
def server(tmp_path: Path, settings: Any) -> Iterator[servers.Server]:
    """A Redis of our own, which the settings point at."""
    server = servers.valkey(tmp_path)
    point_at(server.url, settings)
    shared_sender.forget()
    yield server
    server.kill()
    shared_sender.forget()


def point_at(url: str, settings: Any) -> None:
    """Lets the settings name the Redis at `url`."""
    settings.REDIS_URL = url
    hosts = [{"address": url, "socket_timeout": None}]
    layer = {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": hosts}}
    settings.CHANNEL_LAYERS = {"default": layer}
