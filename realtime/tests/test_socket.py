"""The socket as a player's device meets it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import jwt
import pytest
import time_machine
from asgiref.sync import sync_to_async
from django.conf import settings
from django.test import Client
from prometheus_client import REGISTRY

from accounts import sessions
from accounts.models import Player, Wallet
from casino.lib import days
from realtime import publish, stream
from realtime.events import CatalogUpdate
from realtime.hints import News
from realtime.hub import hub, look
from realtime.models import Epoch, StreamEvent
from realtime.tests.ears import Ears, sign_in, sign_in_async, tell_async
from tests.cast import Caller, enrol, set_gold

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ada() -> Player:
    return enrol("ada")


@pytest.fixture
def token(ada: Player) -> str:
    return sign_in(ada)[1]


def latest_of(player: Player) -> int:
    return Wallet.objects.values_list("stream_seq", flat=True).get(pk=player.pk)


async def test_a_socket_opens_with_place_state_and_nothing_else(ada: Player, token: str) -> None:
    latest = await sync_to_async(latest_of)(ada)
    async with Ears(f"token={token}") as ears:
        connected, state = await ears.opening()
        pong = await ears.hears_nothing_before("ping")
    assert connected == {
        "epoch": await sync_to_async(Epoch.current)(),
        "latest_seq": latest,
        "server_time": connected["server_time"],
        "heartbeat_seconds": 30,
    }
    assert set(state) == {
        "profile", "balance", "streak", "stats", "unread_notifications", "pending_purchases", "as_of_seq", "recovered",
    }  # fmt: skip
    assert state["balance"] == {"gold_balance": 1000, "cyber_token_balance": 1000}
    assert (state["profile"]["nickname"], state["as_of_seq"], state["recovered"]) == ("Ada", latest, None)
    assert state["streak"]["claimed_today"] is False
    assert (pong["type"], pong["user_id"], pong["seq"], pong["data"]) == ("pong", ada.pk, None, {})


async def test_events_arrive_in_order_once_and_only_at_their_player(ada: Player, token: str) -> None:
    bob = await sync_to_async(enrol)("bob")
    _session, bobs = await sign_in_async(bob)
    latest = await sync_to_async(latest_of)(ada)
    async with Ears(f"token={token}") as hers, Ears(f"token={token}") as hers_too, Ears(f"token={bobs}") as his:
        for ears in (hers, hers_too, his):
            await ears.opening()
        for number in (1, 2, 3):
            await tell_async(ada, number)
        expected = [(latest + 1, 1), (latest + 2, 2), (latest + 3, 3)]
        assert await hers.hear_numbers(3) == expected
        assert await hers_too.hear_numbers(3) == expected
        assert (await his.hears_nothing_before("ping"))["type"] == "pong"


async def test_a_hint_heard_twice_is_shown_once(ada: Player, token: str) -> None:
    async with Ears(f"token={token}") as ears:
        await ears.opening()
        await tell_async(ada, 1)
        ((seq, _one),) = await ears.hear_numbers(1)
        (message,) = await sync_to_async(stream.after)(ada.pk, seq - 1, limit=1)
        await sync_to_async(publish.send)(ada.pk, [message])
        await tell_async(ada, 2)
        assert await ears.hear_numbers(1) == [(seq + 1, 2)]


async def test_a_gap_is_filled_from_the_stream(ada: Player, token: str) -> None:
    async with Ears(f"token={token}") as ears:
        _connected, state = await ears.opening()
        with patch.object(publish, "_pass_on"):
            await tell_async(ada, 1, 2)
        await tell_async(ada, 3)
        first = state["as_of_seq"] + 1
        assert await ears.hear_numbers(3) == [(first, 1), (first + 1, 2), (first + 2, 3)]


async def test_the_beat_finds_what_no_hint_told(ada: Player, token: str) -> None:
    async with Ears(f"token={token}") as ears:
        _connected, state = await ears.opening()
        with patch.object(publish, "_pass_on"):
            await tell_async(ada, 1)
        assert await ears.hear_numbers(1) == [(state["as_of_seq"] + 1, 1)]


async def test_the_beat_closes_sessions_that_ended_unheard(ada: Player) -> None:
    session, token = await sign_in_async(ada)
    async with Ears(f"token={token}") as ears:
        await ears.opening()
        with patch.object(publish, "_pass_on"):
            await sync_to_async(sessions.end)(session, reason="logout", now=days.now())
        assert await ears.close_code() == 4401


async def test_an_ended_session_closes_its_sockets_within_a_second(ada: Player, token: str) -> None:
    session, other = await sign_in_async(ada)
    async with Ears(f"token={other}") as ending, Ears(f"token={token}") as staying:
        await ending.opening()
        await staying.opening()
        async with asyncio.timeout(1):
            await sync_to_async(sessions.end)(session, reason="logout", now=days.now())
            assert await ending.close_code() == 4401
        assert (await staying.hears_nothing_before("ping"))["type"] == "pong"


async def test_resuming_tells_exactly_what_was_missed(ada: Player, token: str) -> None:
    async with Ears(f"token={token}") as ears:
        connected, state = await ears.opening()
        await tell_async(ada, 1)
        await ears.hear_numbers(1)
    since, epoch = state["as_of_seq"] + 1, connected["epoch"]
    await tell_async(ada, 2, 3)
    async with Ears(f"token={token}&since={since}&epoch={epoch}") as ears:
        _connected, state = await ears.opening()
        assert (state["recovered"], state["as_of_seq"]) == (True, since + 2)
        assert await ears.hear_numbers(2) == [(since + 1, 2), (since + 2, 3)]
        await tell_async(ada, 4)
        assert await ears.hear_numbers(1) == [(since + 3, 4)]


async def test_resuming_with_nothing_missed_is_recovered_and_silent(ada: Player, token: str) -> None:
    latest = await sync_to_async(latest_of)(ada)
    async with Ears(f"token={token}&since={latest}") as ears:
        _connected, state = await ears.opening()
        assert state["recovered"] is True
        assert (await ears.hears_nothing_before("ping"))["type"] == "pong"


@pytest.mark.parametrize("case", ["other epoch", "ahead", "pruned", "too much"])
async def test_what_cannot_be_told_whole_is_not_told_at_all(ada: Player, token: str, case: str) -> None:
    await tell_async(ada, 1, 2, 3)
    latest = await sync_to_async(latest_of)(ada)
    query = {
        "other epoch": f"since={latest - 1}&epoch=another",
        "ahead": f"since={latest + 1}",
        "pruned": f"since={latest - 3}",
        "too much": f"since={latest - 3}",
    }[case]
    if case == "pruned":
        await StreamEvent.objects.filter(player=ada, seq=latest - 2).adelete()
    with patch.object(stream, "REPLAY_MAX", 2 if case == "too much" else stream.REPLAY_MAX):
        async with Ears(f"token={token}&{query}") as ears:
            _connected, state = await ears.opening()
            assert (state["recovered"], state["as_of_seq"]) == (False, latest)
            assert (await ears.hears_nothing_before("ping"))["type"] == "pong"


async def test_events_during_the_opening_follow_it_without_a_gap(ada: Player, token: str) -> None:
    async with Ears(f"token={token}&since=0") as ears:
        writer = asyncio.create_task(tell_many(ada, 30))
        _connected, state = await ears.opening()
        replayed = [await ears.hear() for _ in range(state["as_of_seq"])]
        await writer
        live = [await ears.hear() for _ in range(await sync_to_async(latest_of)(ada) - state["as_of_seq"])]
    assert [message["seq"] for message in replayed + live] == list(range(1, len(replayed) + len(live) + 1))


async def tell_many(player: Player, count: int) -> None:
    for number in range(count):
        await tell_async(player, number)


async def test_balance_and_number_of_the_opening_belong_together(ada: Player, token: str) -> None:
    async def shuffle() -> None:
        for gold in range(1001, 1021):
            await sync_to_async(set_gold)(ada, gold)

    writer = asyncio.create_task(shuffle())
    seen = []
    for _ in range(6):
        async with Ears(f"token={token}") as ears:
            _connected, state = await ears.opening()
            seen.append((state["as_of_seq"], state["balance"]["gold_balance"]))
    await writer
    told = await sync_to_async(balances_told)(ada)
    assert [told[seq] for seq, _balance in seen] == [balance for _seq, balance in seen]


def balances_told(player: Player) -> dict[int, int]:
    rows = StreamEvent.objects.filter(player=player, type="profile_update").values_list("seq", "data")
    return {seq: data["changes"]["gold_balance"] for seq, data in rows}


async def test_a_burst_larger_than_a_hint_arrives_whole(ada: Player, token: str) -> None:
    async with Ears(f"token={token}") as ears:
        _connected, state = await ears.opening()
        await tell_async(ada, *range(300))
        first = state["as_of_seq"] + 1
        assert await ears.hear_numbers(300) == [(first + number, number) for number in range(300)]


# --- the door ------------------------------------------------------------------------------------------


async def test_nobody_is_closed_4401_and_hears_nothing() -> None:
    async with Ears() as ears:
        message = await ears.wire.receive_output(timeout=5)
    assert message == {"type": "websocket.close", "code": 4401}


@pytest.mark.parametrize("query", ["token=", "token=nonsense", "token=a.b.c", "token=%00"])
async def test_a_bad_token_is_closed_4401(query: str) -> None:
    async with Ears(query) as ears:
        assert await ears.close_code() == 4401


async def test_an_expired_token_is_closed_4401(ada: Player) -> None:
    with time_machine.travel(days.now() - settings.ACCESS_TOKEN_LIFETIME - timedelta(seconds=1), tick=True):
        _session, token = await sign_in_async(ada)
    async with Ears(f"token={token}") as ears:
        assert await ears.close_code() == 4401


async def test_a_token_that_expires_while_connected_closes_4401(ada: Player) -> None:
    _session, token = await sign_in_async(ada)
    claims = jwt.decode(token, options={"verify_signature": False})
    soon = jwt.encode({**claims, "exp": int(days.now().timestamp()) + 2}, settings.JWT_SECRET, "HS256")
    async with Ears(f"token={soon}") as ears:
        await ears.opening()
        assert await ears.close_code() == 4401


async def test_the_token_may_come_as_subprotocol_or_header(token: str) -> None:
    async with Ears(offers=["bearer", token]) as ears:
        await ears.opening()
        assert ears.subprotocol == "bearer"
    async with Ears(headers={"Authorization": f"Bearer {token}"}) as ears:
        await ears.opening()
        assert ears.subprotocol is None


async def test_a_bad_token_is_not_rescued_by_a_cookie(ada: Player) -> None:
    cookie = await sync_to_async(browser_cookie)(ada)
    async with Ears("token=nonsense", headers={"Cookie": cookie, "Origin": "http://127.0.0.1"}) as ears:
        assert await ears.close_code() == 4401


@pytest.mark.parametrize(
    ("origin", "code"),
    [
        ("http://127.0.0.1", None),
        ("https://club.example", None),
        ("https://127.0.0.1", 4403),
        ("http://127.0.0.1:81", 4403),
        ("http://club.example", 4403),
        ("https://club.example.evil.example", 4403),
        ("null", 4403),
        ("", 4403),
    ],
)
async def test_a_cookie_needs_a_page_of_our_own(ada: Player, settings: Any, origin: str, code: int | None) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://club.example"]
    cookie = await sync_to_async(browser_cookie)(ada)
    async with Ears(headers={"Cookie": cookie, "Origin": origin}) as ears:
        if code is None:
            await ears.opening()
        else:
            assert await ears.close_code() == code


async def test_behind_a_proxy_the_page_is_where_the_proxy_says(ada: Player, settings: Any) -> None:
    settings.TRUSTED_PROXY_COUNT = 1
    cookie = await sync_to_async(browser_cookie)(ada)
    page = {"Cookie": cookie, "Origin": "https://127.0.0.1"}
    async with Ears(headers={**page, "X-Forwarded-Proto": "https"}) as ears:
        await ears.opening()
    async with Ears(headers={**page, "X-Forwarded-Proto": "http"}) as ears:
        assert await ears.close_code() == 4403


async def test_a_trusted_origin_may_be_all_of_a_domain(ada: Player, settings: Any) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://*.club.example"]
    cookie = await sync_to_async(browser_cookie)(ada)
    for origin, is_ours in (("https://play.club.example", True), ("https://playclub.example", False)):
        async with Ears(headers={"Cookie": cookie, "Origin": origin}) as ears:
            if is_ours:
                await ears.opening()
            else:
                assert await ears.close_code() == 4403


def browser_cookie(player: Player) -> str:
    browser = Client()
    answer = browser.post("/login", {"nickname": player.site_id, "password": "correct horse"})
    assert answer.status_code == 302
    return f"sessionid={browser.cookies['sessionid'].value}"


@pytest.mark.parametrize(
    "query",
    ["since=-1", "since=x", "since=", "since=1.5", "since=１", "since=1&since=2", "epoch=", "since=" + "9" * 17],
)
async def test_a_bad_query_is_closed_4400(token: str, query: str) -> None:
    async with Ears(f"token={token}&{query}") as ears:
        assert await ears.close_code() == 4400


# --- limits ----------------------------------------------------------------------------------------------


async def test_the_connection_over_the_cap_is_closed_4429(ada: Player, token: str, settings: Any) -> None:
    settings.REALTIME_MAX_CONNECTIONS_PER_USER = 2
    async with Ears(f"token={token}") as one, Ears(f"token={token}"):
        async with Ears(f"token={token}") as third:
            assert await third.close_code() == 4429
        await one.opening()
        assert (await one.hears_nothing_before("ping"))["type"] == "pong"
    async with Ears(f"token={token}") as again:
        await again.opening()


async def test_the_twenty_first_message_in_ten_seconds_closes_4429(token: str) -> None:
    async with Ears(f"token={token}") as ears:
        await ears.opening()
        for _ in range(20):
            await ears.say("ping")
        assert [await ears.wire.receive_from() for _ in range(20)] == ["pong"] * 20
        await ears.say("ping")
        assert await ears.close_code() == 4429


@pytest.mark.parametrize("text", ["x", "[]", "{", '{"type":"spin"}', '{"type":["ping"]}', "[" * 4000, "null", "PING"])
async def test_anything_but_a_ping_is_ignored(token: str, text: str) -> None:
    async with Ears(f"token={token}") as ears:
        await ears.opening()
        await ears.say(text)
        assert (await ears.hears_nothing_before("ping"))["type"] == "pong"


async def test_a_slow_consumer_is_closed_4408_and_resumes_whole(ada: Player, token: str, settings: Any) -> None:
    settings.REALTIME_SEND_BUFFER = 8
    async with Ears(f"token={token}") as ears:
        _connected, state = await ears.opening()
        (seat,) = hub.seats()
        room = asyncio.Event()
        send = seat.base_send  # type: ignore[attr-defined]

        async def send_when_there_is_room(message: Any) -> None:
            if message["type"] == "websocket.send":
                await room.wait()
            await send(message)

        seat.base_send = send_when_there_is_room  # type: ignore[attr-defined]
        await tell_many(ada, 10)
        assert await ears.close_code() == 4408
    settings.REALTIME_SEND_BUFFER = 256
    async with Ears(f"token={token}&since={state['as_of_seq']}") as ears:
        await ears.opening()
        assert [number for _seq, number in await ears.hear_numbers(10)] == list(range(10))


async def test_a_replay_larger_than_the_send_buffer_is_no_sin(ada: Player, token: str, settings: Any) -> None:
    settings.REALTIME_SEND_BUFFER = 8
    await tell_async(ada, *range(100))
    latest = await sync_to_async(latest_of)(ada)
    async with Ears(f"token={token}&since={latest - 100}") as ears:
        await ears.opening()
        assert [number for _seq, number in await ears.hear_numbers(100)] == list(range(100))


async def test_a_new_epoch_asks_everybody_to_come_back(ada: Player, token: str) -> None:
    async with Ears(f"token={token}") as ears:
        await ears.opening()
        await sync_to_async(Epoch.begin)()
        assert await ears.close_code() == 1012


async def test_a_stream_pruned_under_a_lagging_socket_asks_it_to_come_back(ada: Player, token: str) -> None:
    async with Ears(f"token={token}") as ears:
        await ears.opening()
        with patch.object(publish, "_pass_on"):
            await tell_async(ada, 1)
        await StreamEvent.objects.filter(player=ada).adelete()
        hub.take(News(ada.pk, 10**6, 10**6, ()))
        assert await ears.close_code() == 1012


async def test_a_broadcast_reaches_everybody_with_their_own_id(ada: Player, token: str) -> None:
    bob = await sync_to_async(enrol)("bob")
    _session, bobs = await sign_in_async(bob)
    async with Ears(f"token={token}") as hers, Ears(f"token={bobs}") as his:
        await hers.opening()
        await his.opening()
        await sync_to_async(publish.broadcast)(CatalogUpdate("product_updated", "X", None, 3))
        for ears, player in ((hers, ada), (his, bob)):
            heard = await ears.hear()
            assert (heard["type"], heard["user_id"], heard["seq"]) == ("catalog_update", player.pk, None)
            assert heard["data"] == {"reason": "product_updated", "product_id": "X", "package_id": None, "version": 3}


async def test_sockets_and_their_ends_are_counted(ada: Player, token: str) -> None:
    refused, gone = sample("cc_realtime_closed_total", code="4401"), sample("cc_realtime_closed_total", code="1000")
    async with Ears(f"token={token}") as one, Ears(f"token={token}") as two:
        await one.opening()
        await two.opening()
        assert (sample("realtime_active_users"), sample("realtime_active_connections")) == (1, 2)
        async with Ears("token=nonsense") as nobody:
            await nobody.close_code()
    assert (sample("realtime_active_users"), sample("realtime_active_connections")) == (0, 0)
    assert sample("cc_realtime_closed_total", code="4401") == refused + 1
    assert sample("cc_realtime_closed_total", code="1000") == gone + 2


def sample(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def test_one_look_costs_three_statements_however_many_sockets(
    ada: Player, token: str, django_assert_num_queries: Any
) -> None:
    bob = enrol("bob")
    session, _token = sign_in(bob)
    Epoch.current()
    with django_assert_num_queries(3):
        found = look([ada.pk, bob.pk], [session.sid, "gone"])
    assert (found.latest_seqs, set(found.ended)) == ({ada.pk: latest_of(ada), bob.pk: latest_of(bob)}, {"gone"})


def test_a_spin_is_heard_as_it_was_answered(ada: Player) -> None:
    """The whole way: HTTP spin, stream, HTTP twin."""
    caller = Caller(ada)
    before = latest_of(ada)
    answer = caller.post("/api/games/slot/spin", {"bet_amount": 10}).json()
    items = caller.get("/api/realtime/events", after=before).json()["items"]
    assert [item["type"] for item in items] == ["game_event", "streak_update", "profile_update", "stats_update"]
    assert items[0]["data"]["round_id"] == answer["round_id"]
    assert (items[1]["data"]["action_type"], items[1]["data"]["count"]) == ("SLOT_SPIN", 1)
    assert items[2]["data"]["changes"]["gold_balance"] == answer["balance"]
