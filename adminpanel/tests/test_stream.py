"""The staff stream: everything staff should see at once, in order, once, and nothing after their session ends."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.db import connections

from accounts import audit, bans, feed, sessions
from accounts.models import AuthSession, FeedItem, Player, Role
from adminpanel import stats, stream
from casino.asgi import application
from casino.lib import days
from realtime import sse
from realtime.tests.ears import sign_in
from realtime.tests.test_sse import PATIENCE_SECONDS, Listener, Night
from shop import refunds
from shop.defaults import seed_products
from shop.models import Purchase
from tests.cast import Caller, enrol
from tests.desk import sit_down

Json = dict[str, Any]
PATH = "/api/admin/stream"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
async def give_connections_back() -> Any:
    yield
    await sync_to_async(connections.close_all)()


@pytest.fixture
def feed_known(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Set once the poller knows where the feed stands."""
    known, hand_out = asyncio.Event(), stream._Poller._hand_out

    def noted(poller: stream._Poller, found: stream.Look) -> None:
        hand_out(poller, found)
        if found.until is not None:
            known.set()

    monkeypatch.setattr(stream._Poller, "_hand_out", noted)
    return known


class Watcher(Listener):
    """Staff who watch; leaving the block hangs up."""

    def __init__(self, token: str = "", *, cookie: str = "", after: object = None, method: str = "GET") -> None:
        shown = {b"authorization": f"Bearer {token}" if token else "", b"cookie": cookie}
        shown[b"last-event-id"] = "" if after is None else str(after)
        headers = [(b"host", b"127.0.0.1"), *((name, value.encode()) for name, value in shown.items() if value)]
        scope = {"type": "http", "http_version": "1.1", "method": method, "path": PATH, "query_string": b""}
        self.wire: Any = ApplicationCommunicator(application, {**scope, "headers": headers})  # type: ignore[no-untyped-call]

    async def next_line(self) -> tuple[int, str, Json]:
        """Id, name and data of the next message that has an id."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                text, goes_on = await self.body()
                assert goes_on, "the stream has ended"
                fields = dict(line.split(": ", 1) for line in text.decode().strip().split("\n") if ": " in line)
                if "id" in fields:
                    return int(fields["id"]), fields["event"], json.loads(fields["data"])

    async def targets(self, count: int) -> list[str]:
        """Whom the next alarms are about."""
        return [(await self.next_line())[2]["target_id"] for _ in range(count)]

    async def is_told(self, wanted: bytes) -> bytes:
        """The next message that contains `wanted`."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while wanted not in (text := (await self.body())[0]):
                pass
        return text

    async def end(self) -> None:
        """Waits for the end."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (await self.body())[1]:
                pass


def staff(name: str = "sam", role: Role = Role.OWNER) -> tuple[Player, AuthSession, str]:
    player = enrol(name, role=role)
    return player, *sign_in(player)


def alarm(*targets: object) -> list[int]:
    """Loud deeds on the record; the ids they have in the feed."""
    for target in targets:
        audit.record(action="REFUND", target_type="hat", target_id=target, now=days.now())
    numbers = FeedItem.objects.order_by("-pk").values_list("pk", flat=True)[: len(targets)]
    return sorted(numbers)


staff_async, alarm_async = sync_to_async(staff), sync_to_async(alarm)


async def test_the_numbers_come_at_once_under_headers_that_nobody_keeps_or_holds_back() -> None:
    _, _, token = await staff_async()
    async with Watcher(token) as sam:
        assert (await sam.body())[0] == b"retry: 5000\n\n"
        text = await sam.is_told(b"event: stats")
    data = json.loads(text.decode().split("data: ")[1])
    assert data == await sync_to_async(stats.read)("UTC", now=days.now()) | {"generated_at": data["generated_at"]}
    assert (sam.headers["content-type"], sam.headers["cache-control"]) == (sse.MEDIA, "no-cache, no-store")
    assert sam.headers["x-accel-buffering"] == "no"


def _buy_and_refund(sam: Player) -> Purchase:
    seed_products(days.now())
    buyer = Caller(enrol("ada"))
    bought = buyer.post("/api/shop/buy", {"product_id": "1001"}).json()
    refunds.refund(by=sam, receipt_code=bought["receipt_code"], reason="paid twice", key=None)
    return Purchase.objects.get(receipt_code=bought["receipt_code"])


async def test_every_state_of_a_purchase_is_told_and_the_alarm_beside_it() -> None:
    player, _, token = await staff_async()
    async with Watcher(token) as sam:
        await sam.is_told(b"event: stats")
        bought = await sync_to_async(_buy_and_refund)(player)
        lines = [await sam.next_line() for _ in range(4)]
    assert [name for _, name, _ in lines] == ["transaction", "transaction", "transaction", "alert"]
    assert [number for number, _, _ in lines] == sorted({number for number, _, _ in lines})
    facts = {
        "receipt_code": bought.receipt_code,
        "user_id": bought.player_id,
        "product_id": bought.code,
        "kind": "gold",
        "amount": bought.amount,
        "currency": "USD",
        "reason_code": None,
    }
    told = [data for _, _, data in lines]
    assert [each["status"] for each in told[:3]] == ["pending", "success", "refunded"]
    assert [each | {"status": None, "at": None} for each in told[:3]] == [facts | {"status": None, "at": None}] * 3
    assert told[2]["at"] == days.stamp(bought.settled_at or days.now())
    assert (told[3]["action"], told[3]["severity"], told[3]["target_id"]) == (
        *("REFUND", "warning"),
        bought.receipt_code,
    )


async def test_who_comes_back_hears_what_was_missed_once_and_then_goes_on() -> None:
    _, _, token = await staff_async()
    first = (await alarm_async("a", "b", "c"))[0]
    async with Watcher(token) as fresh, Watcher(token, after=first) as back:
        assert await back.targets(2) == ["b", "c"]
        await fresh.is_told(b"event: stats")
        await alarm_async("d", "e")
        assert await back.targets(2) == ["d", "e"]
        assert await fresh.targets(2) == ["d", "e"]
        async with Watcher(token, after=first) as late:
            assert await late.targets(4) == ["b", "c", "d", "e"]
            await alarm_async("f")
            assert await late.targets(1) == await back.targets(1) == ["f"]


async def test_more_than_a_page_is_told_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    _, _, token = await staff_async()
    monkeypatch.setattr(feed, "PAGE", 2)
    numbers = await alarm_async(*range(5))
    async with Watcher(token, after=numbers[0] - 1) as back, Watcher(token, after=numbers[-1]) as now:
        assert await back.targets(5) == ["0", "1", "2", "3", "4"]
        await alarm_async(*range(5, 10))
        assert await back.targets(5) == await now.targets(5) == ["5", "6", "7", "8", "9"]


def _prune_all() -> int:
    return feed.prune(now=days.now() + timedelta(days=365))


async def test_who_comes_back_after_pruning_hears_what_is_left() -> None:
    _, _, token = await staff_async()
    first = (await alarm_async("a", "b"))[0]
    assert await sync_to_async(_prune_all)() == 2
    await alarm_async("c")
    async with Watcher(token, after=first) as back:
        assert await back.targets(1) == ["c"]
        await alarm_async("d")
        assert await back.targets(1) == ["d"]


@pytest.mark.parametrize("after", ["999999999999", "nonsense", "-1", "５", "9" * 40])
async def test_an_id_the_feed_cannot_have_given_begins_now(after: str, feed_known: asyncio.Event) -> None:
    _, _, token = await staff_async()
    await alarm_async("old")
    async with Watcher(token, after=after.encode().decode("latin-1")) as sam:
        await sam.is_told(b"event: stats")
        await feed_known.wait()
        await alarm_async("new")
        assert await sam.targets(1) == ["new"]


def _log_out(player: Player, session: AuthSession) -> None:
    sessions.end(session, reason="logout", now=days.now())


def _ban(player: Player, session: AuthSession) -> None:
    bans.ban(player=player, by=enrol("boss", role=Role.OWNER), reason="hats", lasts=None, now=days.now())


def _demote(player: Player, session: AuthSession) -> None:
    Player.objects.filter(pk=player.pk).update(is_staff=False, role=Role.NONE)


def _switch_off(player: Player, session: AuthSession) -> None:
    Player.objects.filter(pk=player.pk).update(is_active=False)


@pytest.mark.parametrize("part", [_log_out, _ban, _demote, _switch_off])
async def test_the_stream_ends_within_a_second_of_its_right_and_the_others_go_on(
    part: Callable[[Player, AuthSession], None],
    feed_known: asyncio.Event,
) -> None:
    player, session, token = await staff_async("sue", Role.SUPPORT)
    _, _, other = await staff_async()
    async with Watcher(token) as sue, Watcher(other) as sam:
        for each in (sue, sam):
            await each.is_told(b"event: stats")
        await feed_known.wait()
        await sync_to_async(part)(player, session)
        ended_at = time.monotonic()
        await sue.end()
        assert time.monotonic() - ended_at < 1
        await alarm_async("hat")
        await sam.is_told(b'"target_id":"hat"')


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.NONE])
async def test_every_role_may_watch_by_cookie_too(role: Role) -> None:
    player, _, token = await staff_async("sue", role)
    client = await sync_to_async(sit_down)(player)
    cookie = f"sessionid={client.cookies['sessionid'].value}"
    async with Watcher(token) as by_token, Watcher(cookie=cookie) as by_cookie:
        assert (by_token.status, by_cookie.status) == (200, 200)


async def test_players_and_strangers_are_refused() -> None:
    _, _, token = await staff_async("ada", Role.NONE)
    async with Watcher(token) as ada, Watcher() as nobody:
        assert (ada.status, nobody.status) == (403, 401)
    assert not stream._poller.watchers


async def test_a_comment_comes_every_fifteen_seconds_and_numbers_every_five(monkeypatch: pytest.MonkeyPatch) -> None:
    _, _, token = await staff_async()
    night = Night()
    monkeypatch.setattr(stream, "sleep", night.sleep)
    async with Watcher(token) as sam:
        heard = [(await sam.body())[0], (await sam.body())[0]]
        for _ in range(3):
            await night.passes(5, sleepers=3)
            while not sam.has_heard_all():
                heard.append((await sam.body())[0])
        await sam.wire.receive_nothing(0.1)
        while not sam.has_heard_all():
            heard.append((await sam.body())[0])
    assert heard.count(sse.HEARTBEAT) == 1
    assert sum(text.startswith(b"event: stats") for text in heard) == 4


async def test_twenty_who_watch_cost_one_reading(monkeypatch: pytest.MonkeyPatch, feed_known: asyncio.Event) -> None:
    _, _, token = await staff_async()
    readings = {"stats": 0, "lines": 0}
    read_stats, read_lines = stats.read, feed.between

    def counted_stats(*facts: Any, **more: Any) -> Json:
        readings["stats"] += 1
        return read_stats(*facts, **more)

    def counted_lines(after: int, until: int) -> Any:
        readings["lines"] += 1
        return read_lines(after, until)

    monkeypatch.setattr(stats, "read", counted_stats)
    monkeypatch.setattr(feed, "between", counted_lines)
    monkeypatch.setattr(stream, "STATS_SECONDS", 3600)
    async with AsyncExitStack() as stack:
        crowd = [await stack.enter_async_context(Watcher(token)) for _ in range(20)]
        for each in crowd:
            await each.is_told(b"event: stats")
        await feed_known.wait()
        await alarm_async("hat")
        assert [await each.targets(1) for each in crowd] == [["hat"]] * 20
    assert readings == {"stats": 1, "lines": 1}
    assert not stream._poller.watchers


async def test_numbers_that_cannot_be_had_hold_no_alarm_up(
    monkeypatch: pytest.MonkeyPatch, feed_known: asyncio.Event
) -> None:
    _, _, token = await staff_async()

    def broken(*facts: Any, **more: Any) -> Json:
        raise ZeroDivisionError

    monkeypatch.setattr(stats, "read", broken)
    async with Watcher(token) as sam:
        await feed_known.wait()
        await alarm_async("hat")
        assert await sam.targets(1) == ["hat"]


async def test_who_does_not_read_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "UNREAD_MAX", 3)
    lazy = stream.Watcher("sid", None)
    lazy.begin(7)
    for number in range(8, 10):
        lazy.take([(number, b"line")])
    was_over = lazy.is_over
    lazy.take([(10, b"line"), (11, b"line")])
    assert (was_over, lazy.is_over) == (False, True)
    assert [frame async for frame in lazy.frames()] == []


async def test_a_full_process_says_so_and_a_freed_place_is_given_again(monkeypatch: pytest.MonkeyPatch) -> None:
    _, _, token = await staff_async()
    monkeypatch.setattr(stream, "STREAMS_MAX", 1)
    async with Watcher(token) as sam:
        await sam.is_told(b"event: stats")
        async with Watcher(token) as late:
            assert late.status == 503
    async with Watcher(token) as late:
        await late.is_told(b"event: stats")


def test_under_wsgi_it_is_the_numbers_once_after_which_a_browser_asks_again(as_sam: Caller, as_ada: Caller) -> None:
    answer = as_sam.get(PATH)
    assert (answer.status_code, answer.streaming, answer.headers["Content-Type"]) == (200, False, sse.MEDIA)
    assert answer.content.startswith(b"retry: 5000\nevent: stats\ndata: {")
    assert answer.content.count(b"event:") == 1
    assert as_ada.get(PATH).json()["error"]["code"] == "STAFF_ONLY"


async def test_head_is_answered_without_a_stream() -> None:
    _, _, token = await staff_async()
    async with Watcher(token, method="HEAD") as sam:
        assert (sam.status, sam.headers["content-type"]) == (200, sse.MEDIA)
        assert await sam.body() == (b"", False)
