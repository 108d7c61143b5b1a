"""Carries hints between processes through Redis. Best effort both ways: money never waits for it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Final

import redis
from channels.layers import get_channel_layer
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

from realtime.hints import Hint, everybody, group_of, pack, player_group, unpack

_log = logging.getLogger(__name__)
REST_SECONDS: Final = 3.0
FOLLOW_TIMEOUT_SECONDS: Final = 0.5
_GROUP_CHANNEL: Final = "asgi__group__{}"  # where the layer's subscribers of a group listen
_TROUBLE: Final = (redis.RedisError, OSError, TimeoutError)


class Sender:
    """Publishes with one Redis command; after a failure nobody tries again for three seconds."""

    def __init__(self) -> None:
        self._client: redis.Redis | None = None
        self._resting_until = 0.0

    def send(self, hint: Hint) -> bool:
        """Whether Redis took the hint. Never raises."""
        if not settings.REDIS_URL or time.monotonic() < self._resting_until:
            return False
        try:
            layer: Any = get_channel_layer()
            self._connected().publish(_GROUP_CHANNEL.format(group_of(hint)), layer.serialize(pack(hint)))
        except _TROUBLE as error:
            self._resting_until = time.monotonic() + REST_SECONDS
            _log.warning("Redis does not take hints (%s); next try in %s s", type(error).__name__, REST_SECONDS)
            return False
        return True

    def _connected(self) -> redis.Redis:
        client = self._client
        if client is None:
            client = self._client = redis.Redis.from_url(
                settings.REDIS_URL,
                socket_timeout=settings.REDIS_TIMEOUT_SECONDS,
                socket_connect_timeout=settings.REDIS_TIMEOUT_SECONDS,
                retry=Retry(NoBackoff(), 0),  # the client's own would hold a request for seconds
            )
        return client

    def forget(self) -> None:
        """Starts anew: another server, or a test's."""
        client, self._client, self._resting_until = self._client, None, 0.0
        if client is not None:
            client.close()


sender: Final = Sender()


class Receiver:
    """One subscription a process: hears the hints for the players it follows and for everybody."""

    def __init__(self, take: Callable[[Hint], None]) -> None:
        self._take = take
        self._layer: Any = get_channel_layer()
        self._channel = f"club-{settings.PROCESS_ID}-{id(self)}"
        self._wanted: set[str] = {everybody()}
        self._followed: set[str] = set()
        self._is_listening = asyncio.Event()

    async def run(self) -> None:
        """Hears until cancelled."""
        try:
            first = asyncio.ensure_future(self._layer.receive(self._channel))
            await asyncio.sleep(0)  # with its first step the layer knows the channel, Redis or not
            self._is_listening.set()
            await self._add([everybody()])
            await self._hear(first)
            while True:
                await self._hear(self._layer.receive(self._channel))
        finally:
            for group in tuple(self._followed):
                await self._drop(group)

    async def _hear(self, message: Awaitable[Mapping[str, Any]]) -> None:
        try:
            self._take(unpack(await message))
        except _TROUBLE:
            await asyncio.sleep(1)

    async def follow(self, player_id: int) -> None:
        """Subscribes to a player's hints; without Redis the beat of the hub does."""
        group = player_group(player_id)
        self._wanted.add(group)
        await self._add([group])

    async def catch_up(self) -> None:
        """Subscribes to what was wanted while Redis was away."""
        await self._add(self._wanted - self._followed)

    async def _add(self, groups: Iterable[str]) -> None:
        for group in groups:
            try:
                async with asyncio.timeout(FOLLOW_TIMEOUT_SECONDS):
                    await self._is_listening.wait()
                    await self._layer.group_add(group, self._channel)
            except _TROUBLE:
                return
            self._followed.add(group)

    async def unfollow(self, player_id: int) -> None:
        """Forgets a player without sockets."""
        group = player_group(player_id)
        self._wanted.discard(group)
        if group in self._followed:
            await self._drop(group)

    async def _drop(self, group: str) -> None:
        self._followed.discard(group)
        try:
            async with asyncio.timeout(FOLLOW_TIMEOUT_SECONDS):
                await self._layer.group_discard(group, self._channel)
        except _TROUBLE:
            return
