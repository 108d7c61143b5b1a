"""Carries hints between processes through Redis. Best effort both ways: money never waits for it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Collection
from typing import Any, Final

import redis
from channels.layers import get_channel_layer
from django.conf import settings
from redis import asyncio as asyncio_redis
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.retry import Retry

from realtime.hints import Hint, everybody, group_of, pack, player_group, unpack

_log = logging.getLogger(__name__)
REST_SECONDS: Final = 3.0
FOLLOW_TIMEOUT_SECONDS: Final = 0.5
RETRY_SECONDS: Final = 1.0
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
    """One subscription a process: hears the hints for the players it follows and for everybody.

    To the channels of the layer's groups, without the layer: its timer and two tasks a message cost more than the rest.
    """

    def __init__(self, take: Callable[[Hint], None]) -> None:
        self._take = take
        self._layer: Any = get_channel_layer()
        self._client = asyncio_redis.Redis.from_url(
            settings.REDIS_URL, socket_connect_timeout=settings.REDIS_TIMEOUT_SECONDS, retry=AsyncRetry(NoBackoff(), 1)
        )
        self._ears = self._client.pubsub(ignore_subscribe_messages=True)
        self._asking = asyncio.Lock()
        self._wanted: set[str] = {everybody()}
        self._followed: set[str] = set()
        self._is_subscribed = asyncio.Event()

    async def run(self) -> None:
        """Hears until cancelled."""
        try:
            await self._add([everybody()])
            while True:
                await self._is_subscribed.wait()
                await self._hear()
        finally:
            self._followed.clear()
            async with self._asking:  # whoever asks Redis for something just now
                await self._ears.aclose()  # type: ignore[no-untyped-call]
                await self._client.aclose()

    async def _hear(self) -> None:
        try:
            async for message in self._ears.listen():
                self._pass_on(message["data"])
        except _TROUBLE as error:
            _log.warning("Redis carries no hints (%s); next try in %s s", type(error).__name__, RETRY_SECONDS)
            await asyncio.sleep(RETRY_SECONDS)

    def _pass_on(self, data: bytes) -> None:
        try:
            self._take(unpack(self._layer.deserialize(data)))
        except Exception:  # noqa: BLE001 - another release may hint otherwise: it must not deafen this process
            _log.exception("a hint was not understood")

    async def follow(self, player_id: int) -> None:
        """Subscribes to a player's hints; without Redis the beat of the hub does."""
        group = player_group(player_id)
        self._wanted.add(group)
        await self._add([group])

    async def catch_up(self) -> None:
        """Subscribes to what was wanted while Redis was away."""
        await self._add(self._wanted - self._followed)

    async def _add(self, groups: Collection[str]) -> None:
        if not groups:
            return
        try:
            async with asyncio.timeout(FOLLOW_TIMEOUT_SECONDS), self._asking:
                await self._ears.subscribe(*map(_GROUP_CHANNEL.format, groups))
        except _TROUBLE:
            return
        self._followed.update(groups)
        self._is_subscribed.set()

    async def unfollow(self, player_id: int) -> None:
        """Forgets a player without sockets."""
        group = player_group(player_id)
        self._wanted.discard(group)
        try:
            async with asyncio.timeout(FOLLOW_TIMEOUT_SECONDS), self._asking:
                if group in self._followed:
                    self._followed.discard(group)
                    await self._ears.unsubscribe(_GROUP_CHANNEL.format(group))
        except _TROUBLE:
            return
