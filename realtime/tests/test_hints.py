"""Hints: understood by the channel layer's subscribers, cheap, harmless when Redis is away."""

from __future__ import annotations

import asyncio
import time
from statistics import median
from typing import Any

import pytest
import redis
from channels.layers import get_channel_layer
from channels_redis.pubsub import RedisPubSubChannelLayer
from django.conf import settings

from realtime import hints, relay
from realtime.hints import Ended, News, Shout, news_of, pack, unpack
from realtime.tests.conftest import point_at
from tests import servers

Json = dict[str, Any]
EXAMPLES = [News(7, 3, 4, ["{}", '{"골드":1}']), Ended(7, ["ab"]), Shout("catalog_update", {"version": 1}, 1.5)]


def messages(first: int, count: int, size: int = 10) -> list[Json]:
    return [
        {"type": "stats_update", "user_id": 7, "seq": seq, "timestamp": 1.5, "data": {"text": "x" * size}}
        for seq in range(first, first + count)
    ]


@pytest.fixture
def sender() -> Any:
    fresh = relay.Sender()
    yield fresh
    fresh.forget()


@pytest.mark.parametrize("hint", EXAMPLES)
def test_a_hint_survives_the_layer(hint: hints.Hint) -> None:
    layer = RedisPubSubChannelLayer()
    assert unpack(layer.deserialize(layer.serialize(pack(hint)))) == hint


@pytest.mark.parametrize("hint", EXAMPLES)
async def test_a_published_hint_reaches_the_layers_own_group(server: Any, sender: Any, hint: hints.Hint) -> None:
    layer = get_channel_layer()
    assert layer is not None
    channel = await layer.new_channel()
    await layer.group_add(hints.group_of(hint), channel)
    assert sender.send(hint)
    assert unpack(await layer.receive(channel)) == hint
    await layer.flush()


@pytest.mark.django_db
def test_a_large_hint_names_its_numbers_only() -> None:
    assert len(news_of(7, messages(3, 2)).frames) == 2
    assert news_of(7, messages(3, 2, size=40_000)) == News(7, 3, 4, [])
    assert news_of(7, messages(3, 200)) == News(7, 3, 202, [])


def test_clubs_that_share_a_server_do_not_hear_each_other(settings: Any) -> None:
    ours = hints.player_group(7)
    settings.REDIS_URL = "redis://elsewhere/9"
    assert hints.player_group(7) != ours


def test_a_dead_redis_is_asked_once_and_then_left_alone(sender: Any, settings: Any) -> None:
    point_at(f"redis://127.0.0.1:{servers.free_port()}/0", settings)
    assert sender.send(EXAMPLES[0]) is False
    began = time.perf_counter()
    assert [sender.send(EXAMPLES[0]) for _ in range(1000)] == [False] * 1000
    assert time.perf_counter() - began < 0.1


def test_a_frozen_redis_costs_one_timeout_and_comes_back(server: Any, sender: Any) -> None:
    assert sender.send(EXAMPLES[0])
    server.process.send_signal(19)  # SIGSTOP
    began = time.perf_counter()
    assert [sender.send(EXAMPLES[0]) for _ in range(100)] == [False] * 100
    assert time.perf_counter() - began < 2 * settings.REDIS_TIMEOUT_SECONDS
    server.process.send_signal(18)  # SIGCONT
    sender._resting_until = 0.0
    assert sender.send(EXAMPLES[0])


def test_the_hint_of_a_spin_costs_no_more_than_three_bare_round_trips(server: Any, sender: Any) -> None:
    """Beside a PING each time, so that neither a slow nor a busy machine decides; milliseconds are the bench's."""
    three, bare = messages(1, 3, size=300), redis.Redis.from_url(server.url)
    assert sender.send(news_of(7, three))
    assert bare.ping()
    hints, pings = [], []
    for _ in range(500):
        began = time.perf_counter()
        bare.ping()
        between = time.perf_counter()
        sender.send(news_of(7, three))
        pings.append(between - began)
        hints.append(time.perf_counter() - between)
    assert median(hints) < 3 * median(pings), (median(hints), median(pings))


@pytest.mark.parametrize("noise", [b"", b"\xc1", b"\x81\xa4type\xa5dream"])
async def test_a_hint_nobody_understands_deafens_nobody(server: Any, sender: Any, noise: bytes) -> None:
    heard: asyncio.Queue[hints.Hint] = asyncio.Queue()
    receiver = relay.Receiver(heard.put_nowait)
    hearing = asyncio.create_task(receiver.run())
    await receiver.follow(7)
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.publish(f"asgi__group__{hints.player_group(7)}", noise)
    assert sender.send(EXAMPLES[1])
    assert await asyncio.wait_for(heard.get(), 10) == EXAMPLES[1]
    hearing.cancel()
    await asyncio.wait([hearing])
