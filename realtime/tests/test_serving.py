"""The real server process, met over real sockets: restarts, drains, floods, readers that do not read."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from accounts import sessions
from accounts.models import Player, Wallet
from casino.lib import days
from realtime.tests.ears import sign_in, tell
from realtime.tests.house import PATIENCE_SECONDS, House
from tests import servers, wire
from tests.cast import enrol

pytestmark = pytest.mark.django_db(transaction=True)
Json = dict[str, Any]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path / "house.log", settings.REDIS_URL)
    house.open()
    yield house
    house.kill()


@pytest.fixture
def house_with_redis(tmp_path: Path, server: servers.Server) -> Iterator[House]:
    house = House(tmp_path / "house.log", server.url)
    house.open()
    yield house
    house.kill()


@pytest.fixture
def ada() -> Player:
    return enrol("ada")


@pytest.fixture
def token(ada: Player) -> str:
    return sign_in(ada)[1]


def hear(client: ClientConnection) -> Json:
    return wire.check(json.loads(client.recv(timeout=PATIENCE_SECONDS)))


def opening(client: ClientConnection) -> tuple[Json, Json]:
    return hear(client)["data"], hear(client)["data"]


def heard_until_closed(client: ClientConnection) -> tuple[list[Json], int]:
    """Every message still to come, and the code that ended it."""
    heard = []
    try:
        while True:
            heard.append(hear(client))
    except ConnectionClosed as closed:
        return heard, closed.rcvd.code if closed.rcvd else 1006


def close_code(client: ClientConnection) -> int:
    return heard_until_closed(client)[1]


def latest_of(player: Player) -> int:
    return Wallet.objects.values_list("stream_seq", flat=True).get(pk=player.pk)


def test_nothing_is_missed_over_a_restart(house: House, ada: Player, token: str) -> None:
    with house.socket(token) as client:
        connected, state = opening(client)
        tell(ada, 1)
        heard = [hear(client)]
        house.tell_to_stop()
        assert close_code(client) == 1012
    assert house.ended() == 0
    tell(ada, 2, 3)
    house.open()
    with house.socket(token, f"&since={heard[-1]['seq']}&epoch={connected['epoch']}") as client:
        assert opening(client)[1]["recovered"] is True
        heard += [hear(client), hear(client)]
        tell(ada, 4)
        heard.append(hear(client))
    first = state["as_of_seq"] + 1
    assert [(each["seq"], each["data"]["unread"]) for each in heard] == [
        (first, 1), (first + 1, 2), (first + 2, 3), (first + 3, 4),
    ]  # fmt: skip


def test_what_another_process_writes_is_heard(house: House, ada: Player, token: str) -> None:
    """By hint where there is Redis, else by the beat."""
    session, other = sign_in(ada)
    with house.socket(token) as staying, house.socket(other) as ending:
        opening(staying)
        opening(ending)
        tell(ada, 1)
        assert hear(staying)["data"] == hear(ending)["data"] == {"unread": 1}
        began = time.monotonic()
        sessions.end(session, reason="logout", now=days.now())
        assert close_code(ending) == 4401
        assert time.monotonic() - began < (1 if settings.REDIS_URL else 5)
        staying.send("ping")
        assert staying.recv(timeout=PATIENCE_SECONDS) == "pong"


@pytest.mark.parametrize("size", [4097, 3_000_000])
def test_a_message_over_4_kib_is_closed_1009(house: House, token: str, size: int) -> None:
    with house.socket(token) as client:
        client.send("x" * size)
        assert close_code(client) == 1009


def test_a_message_of_4_kib_is_heard(house: House, token: str) -> None:
    with house.socket(token) as client:
        opening(client)
        client.send("x" * 4096)
        client.send("ping")
        assert client.recv(timeout=PATIENCE_SECONDS) == "pong"


def test_a_flood_is_closed_4429(house: House, token: str) -> None:
    with house.socket(token) as client:
        with suppress(ConnectionClosed):  # the house may be quicker than the flood
            for _ in range(500):
                client.send("x")
        assert close_code(client) == 4429


def test_refusals_reach_the_client_as_close_codes(house: House, token: str) -> None:
    for query, code in (("", 4401), ("&since=-1", 4400)):
        with house.socket(token if query else "nonsense", query) as client:
            assert close_code(client) == code


def test_a_reader_that_does_not_read_is_closed_4408(house: House, ada: Player, token: str) -> None:
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.connect(("127.0.0.1", house.port))
    with house.socket(token) as watching, house.socket(token, sock=line, max_queue=1) as slow:
        opening(watching)
        since = opening(slow)[1]["as_of_seq"]
        for seq in house.tell_at_length(token, 420):
            assert hear(watching)["seq"] == seq
        heard, code = heard_until_closed(slow)
        assert code == 4408
        watching.send("ping")
        assert watching.recv(timeout=PATIENCE_SECONDS) == "pong"
    seqs = [message["seq"] for message in heard]
    assert seqs == list(range(since + 1, since + 1 + len(seqs)))
    with house.socket(token, f"&since={since + len(seqs)}") as again:
        assert opening(again)[1]["recovered"] is True
        assert [hear(again)["seq"] for _ in range(420 - len(seqs))] == list(range(since + 1 + len(seqs), since + 421))


def test_a_drain_cuts_no_answer(house: House, ada: Player, token: str) -> None:
    """Eight clients keep asking while the house closes: every request that was sent is answered whole."""
    answered, cut = [], []

    def ask_until_closed() -> None:
        client = http.client.HTTPConnection("127.0.0.1", house.port, timeout=PATIENCE_SECONDS)
        headers = {"Authorization": f"Bearer {token}"}
        while True:
            try:
                client.connect() if client.sock is None else None
            except ConnectionRefusedError:
                return  # the door is closed: nothing was asked
            try:
                client.request("GET", "/api/users/balance", headers=headers)
                answer = client.getresponse()
                answered.append((answer.status, answer.read()))
            except (http.client.HTTPException, OSError) as error:
                cut.append(repr(error))
                return

    threads = [threading.Thread(target=ask_until_closed) for _ in range(8)]
    with house.socket(token) as client:
        opening(client)
        for thread in threads:
            thread.start()
        while len(answered) < 40 and not cut:
            client.ping().wait(PATIENCE_SECONDS)
        house.tell_to_stop()
        assert close_code(client) == 1012
        for thread in threads:
            thread.join(30)
    assert house.ended() == 0
    assert cut == []
    assert {status for status, _body in answered} == {200}
    assert {json.loads(body)["gold_balance"] for _status, body in answered} == {1000}


def test_a_body_beyond_every_limit_is_refused_without_being_kept(house: House, token: str) -> None:
    client = http.client.HTTPConnection("127.0.0.1", house.port, timeout=PATIENCE_SECONDS)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    client.request("POST", "/api/games/slot/spin", body=b" " * 9_000_000, headers=headers)
    answer = client.getresponse()
    assert (answer.status, json.loads(answer.read())["error"]["code"]) == (413, "PAYLOAD_TOO_LARGE")


def test_a_socket_elsewhere_is_not_opened(house: House, token: str) -> None:
    with pytest.raises(Exception, match="403"), connect(f"ws://127.0.0.1:{house.port}/api/other?token={token}"):
        pass


@pytest.mark.parametrize("harm", ["killed", "frozen"])
def test_redis_may_go_and_return_and_nothing_is_missed(
    house_with_redis: House, server: servers.Server, ada: Player, token: str, harm: str
) -> None:
    house = house_with_redis
    with house.socket(token) as client:
        since = opening(client)[1]["as_of_seq"]
        tell(ada, 1)
        heard = [hear(client)]
        assert server.process is not None
        server.kill() if harm == "killed" else server.process.send_signal(signal.SIGSTOP)
        began = time.monotonic()
        tell(ada, 2)
        heard.append(hear(client))
        assert time.monotonic() - began < 5
        began = time.monotonic()
        with house.socket(token, f"&since={since}") as late:
            assert opening(late)[1]["recovered"] is True
            assert [hear(late)["seq"], hear(late)["seq"]] == [since + 1, since + 2]
        assert time.monotonic() - began < 5
        server.start() if harm == "killed" else server.process.send_signal(signal.SIGCONT)
        waits: list[float] = []
        while not waits or waits[-1] > 1:  # until hints travel through Redis again
            assert len(waits) < 10
            began = time.monotonic()
            tell(ada, 3)
            heard.append(hear(client))
            waits.append(time.monotonic() - began)
        client.send("ping")
        assert client.recv(timeout=PATIENCE_SECONDS) == "pong"
    assert [message["seq"] for message in heard] == list(range(since + 1, since + 1 + len(heard)))
