"""The club's pulse as a stream: heard at once and again, counted once for all who listen, ended with the last."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, MutableMapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self

import pytest
from asgiref.testing import ApplicationCommunicator
from django.db import OperationalError
from django.test import Client
from django.urls import resolve

from casino.asgi import application
from realtime import pulse, sse
from realtime.sources import sources

Json = dict[str, Any]
PATH = "/api/metrics/stream"
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
PATIENCE_SECONDS = 10
AWAY = ("error", {"code": "SERVICE_UNAVAILABLE"})


class Night:
    """Time that passes when the test says so, and a club that is counted: the n-th count finds n players."""

    def __init__(self) -> None:
        self.passed = 0
        self.counts = 0
        self.trouble: Exception | None = None
        self._alarms: list[tuple[int, asyncio.Future[None]]] = []
        self._somebody_slept = asyncio.Event()

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.passed)

    def count(self, now: datetime) -> Json:
        self.counts += 1
        if self.trouble:
            raise self.trouble
        return {"online_users": self.counts}

    async def sleep(self, seconds: float) -> None:
        alarm: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._alarms.append((self.passed + int(seconds), alarm))
        self._somebody_slept.set()
        await alarm

    async def passes(self, seconds: int, *, sleepers: int) -> None:
        """Wakes who is due when everybody sleeps, and waits until so many sleep again."""
        await self.everybody_sleeps(sleepers)
        self.passed += seconds
        for due, alarm in list(self._alarms):
            if due <= self.passed and not alarm.done():
                alarm.set_result(None)
        await self.everybody_sleeps(sleepers)

    async def everybody_sleeps(self, sleepers: int) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while self.asleep() != sleepers:
                self._somebody_slept.clear()
                await self._somebody_slept.wait()

    def asleep(self) -> int:
        self._alarms = [(due, alarm) for due, alarm in self._alarms if not alarm.done()]
        return len(self._alarms)


@pytest.fixture
def night(monkeypatch: pytest.MonkeyPatch) -> Iterator[Night]:
    """No test here may touch the database: whoever listens costs it nothing."""
    resolve(PATH)  # the first request opens the sources, which must not happen after the patch
    night = Night()
    monkeypatch.setattr(pulse, "sleep", night.sleep)
    monkeypatch.setattr(pulse, "clock", night.now)
    monkeypatch.setattr(sources, "pulse", night.count)
    pulse.forget()
    yield night
    pulse.forget()


def scope_of(query: str = "", *headers: tuple[bytes, bytes], method: str = "GET") -> Json:
    """A request for the stream."""
    scope = {"type": "http", "http_version": "1.1", "method": method, "path": PATH, "query_string": query.encode()}
    return {**scope, "headers": [(b"host", b"127.0.0.1"), *headers]}


class Listener:
    """Somebody who opens the stream; leaving the block hangs up."""

    def __init__(self, query: str = "", *headers: tuple[bytes, bytes], method: str = "GET") -> None:
        scope = scope_of(query, *headers, method=method)
        self.wire: Any = ApplicationCommunicator(application, scope)  # type: ignore[no-untyped-call]
        self.status = 0
        self.headers: dict[str, str] = {}

    async def __aenter__(self) -> Self:
        await self.wire.send_input({"type": "http.request"})
        start = await self.wire.receive_output(PATIENCE_SECONDS)
        self.status = start["status"]
        self.headers = {name.decode().lower(): value.decode() for name, value in start["headers"]}
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.wire.send_input({"type": "http.disconnect"})
        await self.wire.wait(PATIENCE_SECONDS)

    async def body(self) -> tuple[bytes, bool]:
        """The next piece, and whether more may come."""
        message = await self.wire.receive_output(PATIENCE_SECONDS)
        return message.get("body", b""), message.get("more_body", False)

    async def hear(self) -> tuple[str, Json]:
        """Name and data of the next message."""
        name, data, _retry = read_message((await self.body())[0])
        return name, data

    def has_heard_all(self) -> bool:
        """Whether nothing waits to be heard."""
        return bool(self.wire.output_queue.empty())

    async def hear_number(self) -> int:
        name, data = await self.hear()
        assert name == "metrics"
        return int(data["online_users"])


def read_message(text: bytes) -> tuple[str, Json, int | None]:
    """One whole message as a browser reads it: name, data, and after how many milliseconds to ask again."""
    assert text.endswith(b"\n\n")
    fields = dict(line.split(": ", 1) for line in text.decode().rstrip("\n").split("\n"))
    assert set(fields) <= {"event", "data", "retry"}
    return fields["event"], json.loads(fields["data"]), int(fields["retry"]) if "retry" in fields else None


async def test_the_first_numbers_come_at_once_under_headers_that_nobody_keeps_or_holds_back(night: Night) -> None:
    async with Listener() as ada:
        name, data, retry = read_message((await ada.body())[0])
    assert (name, data, retry) == ("metrics", {"online_users": 1, "generated_at": "2026-01-31T12:00:00.000Z"}, 5000)
    assert ada.status == 200
    assert (ada.headers["content-type"], ada.headers["cache-control"]) == ("text/event-stream", "no-cache, no-store")
    assert ada.headers["x-accel-buffering"] == "no"
    assert "content-length" not in ada.headers


async def test_fifty_listeners_cost_one_count_an_interval(night: Night) -> None:
    async with AsyncExitStack() as stack:
        crowd = [await stack.enter_async_context(Listener()) for _ in range(50)]
        for number in (1, 2, 3):
            assert [await each.hear_number() for each in crowd] == [number] * 50
            assert night.counts == number
            await night.passes(5, sleepers=51)


async def test_who_reads_the_numbers_elsewhere_shares_the_count(night: Night) -> None:
    async with Listener() as ada:
        assert await ada.hear_number() == 1
        assert pulse.read(now=night.now())["online_users"] == 1
    assert night.counts == 1


async def test_each_hears_at_a_pace_of_its_own(night: Night) -> None:
    async with Listener("interval=2") as quick, Listener("interval=7") as calm:
        heard = [await quick.hear_number(), await calm.hear_number()]
        await night.passes(1, sleepers=3)
        assert quick.has_heard_all()
        await night.passes(1, sleepers=3)
        heard.append(await quick.hear_number())  # the same numbers: they are counted every five seconds
        await night.passes(3, sleepers=3)
        heard.append(await quick.hear_number())
        assert calm.has_heard_all()
        await night.passes(2, sleepers=3)
        heard += [await calm.hear_number(), await quick.hear_number()]
    assert heard == [1, 1, 1, 2, 2, 2]


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [("", 5), ("interval=2", 2), ("interval=1", 2), ("interval=0", 2), ("interval=-9", 2), ("interval=12", 12),
     ("interval=30", 30), ("interval=31", 30), ("interval=999999999999", 30)],
)  # fmt: skip
async def test_the_interval_is_the_nearest_between_two_and_thirty_seconds(
    night: Night, asked: str, seconds: int
) -> None:
    async with Listener(asked) as ada:
        assert read_message((await ada.body())[0])[2] == seconds * 1000


@pytest.mark.parametrize("asked", ["abc", "", "2.5", "1e1", "５", "NaN", "+3", "9" * 17])
def test_what_is_no_whole_number_is_refused(night: Night, asked: str) -> None:
    answer = Client().get(PATH, {"interval": asked})
    assert answer.status_code == 422
    assert [each["loc"] for each in answer.json()["error"]["details"]] == [["query", "interval"]]
    assert night.counts == 0


async def test_a_failure_is_told_and_the_stream_goes_on_until_the_numbers_are_back(night: Night) -> None:
    async with Listener() as ada, Listener() as bob:
        assert [await ada.hear_number(), await bob.hear_number()] == [1, 1]
        night.trouble = OperationalError("the database is away")
        await night.passes(5, sleepers=3)
        assert [await ada.hear(), await bob.hear()] == [AWAY, AWAY]
        await night.passes(5, sleepers=3)
        assert [await ada.hear(), await bob.hear()] == [AWAY, AWAY]
        night.trouble = None
        await night.passes(5, sleepers=3)
        assert [await ada.hear_number(), await bob.hear_number()] == [4, 4]


async def test_who_comes_during_a_failure_hears_of_it_at_once(night: Night) -> None:
    night.trouble = OperationalError("the database is away")
    async with Listener() as ada:
        assert ada.status == 200
        assert await ada.hear() == AWAY


async def test_a_bug_is_loud_in_the_log_and_tells_nothing_of_its_cause(
    night: Night, caplog: pytest.LogCaptureFixture
) -> None:
    night.trouble = ZeroDivisionError("secret cause")
    async with Listener() as ada:
        assert await ada.hear() == ("error", {"code": "INTERNAL_ERROR"})
    assert [(record.levelname, record.name) for record in caplog.records] == [("ERROR", "realtime.pulse")]
    assert caplog.records[0].exc_info is not None


async def test_counting_ends_with_the_last_listener_and_begins_with_the_next(night: Night) -> None:
    async with Listener() as ada:
        async with Listener() as bob:
            assert [await ada.hear_number(), await bob.hear_number()] == [1, 1]
            await night.everybody_sleeps(3)
        assert night.asleep() == 2
        await night.passes(5, sleepers=2)
        assert await ada.hear_number() == 2
    await asyncio.sleep(0)  # one turn of the loop: what was told to end ends
    assert night.asleep() == 0
    night.passed += 60
    async with Listener() as ada:
        assert await ada.hear_number() == 3
    assert night.counts == 3


async def test_who_goes_while_a_message_is_on_its_way_frees_the_place_at_once(night: Night) -> None:
    incoming: asyncio.Queue[MutableMapping[str, Any]] = asyncio.Queue()

    async def send(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.body":  # the reader does not read any more, and then is gone
            await incoming.put({"type": "http.disconnect"})
            await asyncio.get_running_loop().create_future()

    await incoming.put({"type": "http.request"})
    await application(scope_of(), incoming.get, send)
    assert night.counts == 1
    assert pulse._poller.listeners == 0


async def test_cookies_and_tokens_are_not_looked_at(night: Night) -> None:
    credentials = ((b"authorization", b"Bearer nonsense"), (b"cookie", b"sessionid=nonsense"))
    async with Listener("", *credentials) as ada:
        assert await ada.hear_number() == 1
    assert "set-cookie" not in ada.headers


async def test_a_full_process_says_when_to_come_again_and_a_freed_place_is_given_again(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulse, "STREAMS_MAX", 2)
    async with Listener() as ada:
        async with Listener() as bob:
            assert [await ada.hear_number(), await bob.hear_number()] == [1, 1]
            async with Listener() as late:
                assert (late.status, late.headers["retry-after"]) == (503, "1")
                body = json.loads((await late.body())[0])
                assert body["error"]["code"] == "SERVICE_UNAVAILABLE"
        async with Listener() as late:
            assert await late.hear_number() == 1


async def test_of_two_who_come_for_the_last_place_at_once_one_is_told_and_let_go(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulse, "STREAMS_MAX", 1)
    async with Listener() as ada:
        assert await ada.hear_number() == 1
        monkeypatch.setattr(pulse, "is_full", lambda: False)
        async with Listener() as bob:
            name, data, retry = read_message((await bob.body())[0])
            assert ((name, data), retry) == (AWAY, 30_000)
            assert await bob.body() == (b"", False)
        await night.passes(5, sleepers=2)
        assert await ada.hear_number() == 2


def test_under_wsgi_it_is_one_message_after_which_a_browser_asks_again(night: Night) -> None:
    answers = [Client().get(PATH, {"interval": "9"}) for _ in range(2)]
    for answer in answers:
        assert (answer.status_code, answer.streaming, answer.headers["Content-Type"]) == (200, False, sse.MEDIA)
        assert answer.headers["Cache-Control"] == "no-cache, no-store"
        assert read_message(answer.content)[0::2] == ("metrics", 9000)
    assert night.counts == 1
    night.passed, night.trouble = 5, OperationalError("the database is away")
    name, data, retry = read_message(Client().get(PATH).content)
    assert ((name, data), retry) == (AWAY, 5000)


async def test_head_is_answered_without_a_stream(night: Night) -> None:
    async with Listener(method="HEAD") as ada:
        assert (ada.status, ada.headers["content-type"]) == (200, sse.MEDIA)
        assert await ada.body() == (b"", False)
    answer = await asyncio.to_thread(Client().head, PATH)
    assert (answer.status_code, answer.headers["Content-Type"], answer.content) == (200, sse.MEDIA, b"")
    assert night.counts == 0


@pytest.mark.parametrize("text", ["", "two\nlines\r\nof\rtext", "data: x\n\nevent: y", "club's 클럽 \u2028"])
def test_no_data_breaks_out_of_its_message(text: str) -> None:
    written = sse.retry(3) + sse.event("said", {"text": text})
    assert read_message(written) == ("said", {"text": text}, 3000)


def test_a_heartbeat_is_a_comment_that_says_nothing() -> None:
    lines = sse.HEARTBEAT.decode().split("\n")
    assert lines[0].startswith(":")
    assert set(lines[1:]) == {""}
