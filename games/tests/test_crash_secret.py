"""Before the end nothing tells where a round will crash: not an answer, an event, a page, a row or a line of the log.

Two rounds that differ in nothing but their seed, and so in their point, are looked at through every door; what is
seen must be the same to the byte.
"""

from __future__ import annotations

import logging
import re
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import Client

from accounts.models import Player, Rank, Wallet
from games.engine.fairness import commitment
from games.models import Round
from games.tests.flying import ACTIVE, BET, CLIENT_SEED, MICROSECOND, OUT, START, Clock, flying, ms, placed
from realtime.models import Epoch
from tests.cast import Caller, set_gold

pytestmark = pytest.mark.usefixtures("clock")

EARLY, LATE = 200, 3_000
PLAYER_LOOKS = (
    ACTIVE,
    "/api/games/history",
    "/api/games/stats/me",
    "/api/games/rounds/{round}",
    "/api/fairness",
    "/api/games",
    "/api/odds",
    "/api/games/leaderboard",
    "/api/users/balance",
    "/api/users/ledger",
    "/api/users/me",
    "/api/auth/me/export",
    "/api/realtime/events",
)
STAFF_LOOKS = ("/api/games/rounds/{round}", "/api/games/stats/{player}", "/api/users/{player}")
ADMIN_PAGES = (
    "/admin/accounts/wallet/",
    "/admin/accounts/wallet/{player}/change/",
    "/admin/accounts/player/{player}/change/",
    "/admin/games/round/",
    "/admin/games/round/{pk}/change/",
    "/admin/",
)
PAGES = ("/games/crash", "/history", "/rounds/{round}", "/profile", "/fairness")
# What the seed itself decides; the rest of the club may not know of it.
OF_THE_SEED = {("Wallet", "server_seed"), ("Wallet", "open_round_due_at"), ("Round", "server_seed_hash")}
CHANGES_WITH_EVERY_CALL = re.compile(r'(?:value|content|nonce)="[A-Za-z0-9+/=_-]{16,}"|"request_id":"[0-9a-f]{12}"')


@pytest.fixture
def house(ada: Player, as_ada: Caller, as_bob: Caller, as_sam: Caller, sam: Player) -> dict[str, Any]:
    """Everybody who looks, signed in before anything happens."""
    Epoch.current()
    browser, admin = Client(), Client()
    browser.post("/login", {"nickname": "ada", "password": "correct horse"})
    admin.post("/admin/login/", {"username": "sam", "password": "correct horse"})
    assert admin.get("/admin/").status_code == 200
    return {"ada": as_ada, "bob": as_bob, "sam": as_sam, "browser": browser, "admin": admin}


def everything_seen(house: dict[str, Any], names: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What each look at the club shows, door by door."""
    for path in PLAYER_LOOKS:
        yield path, house["ada"].get(path.format(**names)).content.decode()
    for path in STAFF_LOOKS:
        yield f"staff {path}", house["sam"].get(path.format(**names)).content.decode()
    yield "a stranger", house["bob"].get(f"/api/games/rounds/{names['round']}").content.decode()
    yield "bet", house["ada"].post(BET, {"bet_amount": 10}).content.decode()
    yield "foreign cash-out", house["bob"].post(OUT, {"game_id": names["round"]}).content.decode()
    yield "rotation", house["ada"].post("/api/fairness/rotate", "{}").content.decode()
    for door, paths in (("browser", PAGES), ("admin", ADMIN_PAGES)):
        for path in paths:
            response = house[door].get(path.format(**names))
            assert response.status_code == 200, path
            yield f"{door} {path}", response.content.decode()
    yield (
        "metrics",
        "\n".join(line for line in Client().get("/metrics").content.decode().splitlines() if line.startswith("cc_")),
    )


def everything_stored() -> Iterator[tuple[str, str]]:
    """Every row of every table, but for the numbers of rows and what is the seed's own."""
    for model in apps.get_models():
        name = model.__name__
        hidden = {"id"} | {field for table, field in OF_THE_SEED if table == name}
        rows = model._base_manager.order_by("pk").values()
        yield name, repr([{key: value for key, value in row.items() if key not in hidden} for row in rows])


def story(
    house: dict[str, Any], clock: Clock, caplog: pytest.LogCaptureFixture, *, point: int, target: float | None, at: Any
) -> dict[str, str]:
    """A bet whose round will crash at this point, and all that can be seen of it a while later; then it is undone."""
    clock.move_to(START)
    caplog.clear()
    with transaction.atomic():
        answer = flying(house["ada"], point, target=target)
        clock.shift(at)
        opened = Round.objects.get()
        names = {"round": opened.round_id, "pk": opened.pk, "player": opened.player_id}
        told = {"the bet": repr(answer), **dict(everything_seen(house, names)), **dict(everything_stored())}
        told["log"] = repr([(record.name, record.getMessage()) for record in caplog.records])
        transaction.set_rollback(True)
    return {
        name: CHANGES_WITH_EVERY_CALL.sub("", text)
        .replace(opened.server_seed_hash, "HASH")
        .replace(f"{opened.server_seed_hash[:4]}…{opened.server_seed_hash[-4:]}", "HA…SH")
        for name, text in told.items()
    }


def _next_number(cursor: Any, table: str) -> int:
    cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [table])
    return int(cursor.fetchone()[0])


@pytest.fixture
def numbered_rounds(house: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Lets the rows of every story have the same numbers: PostgreSQL counts on after what was undone."""
    tables = ("games_round", "accounts_entry") if connection.vendor == "postgresql" else ()
    # Each count goes on from where this test found it: the rows that everybody begins with keep theirs.
    with connection.cursor() as cursor:
        found = {table: _next_number(cursor, table) for table in tables}

    def begin() -> None:
        with connection.cursor() as cursor:
            for table, number in found.items():
                cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, number])
        numbers = count(1)
        monkeypatch.setattr(uuid, "uuid4", lambda: uuid.UUID(int=next(numbers), version=4))

    return begin


@pytest.mark.parametrize("target", [None, 3.0])
@pytest.mark.parametrize("at", [timedelta(0), ms(150), ms(EARLY) - MICROSECOND], ids=["bet", "1.50x", "just before"])
def test_nothing_tells_two_rounds_apart_before_the_end(
    house: dict[str, Any],
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
    numbered_rounds: Callable[[], None],
    target: float | None,
    at: timedelta,
) -> None:
    caplog.set_level(logging.DEBUG)
    seen = []
    for point in (EARLY, LATE):
        numbered_rounds()
        seen.append(story(house, clock, caplog, point=point, target=target, at=at))
    first, second = seen
    assert [name for name in first if first[name] != second[name]] == []
    assert first.keys() == second.keys()


def test_control_after_the_end_the_same_looks_tell_them_apart(
    house: dict[str, Any], clock: Clock, caplog: pytest.LogCaptureFixture, numbered_rounds: Callable[[], None]
) -> None:
    seen = []
    for point in (EARLY, LATE):
        numbered_rounds()
        seen.append(story(house, clock, caplog, point=point, target=None, at=ms(EARLY)))
    first, second = seen
    differing = {name for name in first if first[name] != second[name]}
    assert {ACTIVE, "/api/games/history", "Round", "GameStats", "StreamEvent", "browser /games/crash"} <= differing


def test_no_look_shows_the_server_seed(ada: Player, house: dict[str, Any], clock: Clock) -> None:
    flying(house["ada"], LATE)
    opened, wallet = Round.objects.get(), Wallet.objects.get(pk=ada.pk)
    names = {"round": opened.round_id, "pk": opened.pk, "player": opened.player_id}
    seen = dict(everything_seen(house, names))
    assert opened.server_seed_hash == commitment(wallet.server_seed)
    assert [name for name, text in seen.items() if wallet.server_seed in text] == []
    assert wallet.open_round_due_at is not None
    due = [f"{wallet.open_round_due_at:{form}}" for form in ("%H:%M:%S", "%H시 %M분")]
    assert [name for name, text in seen.items() if any(moment in text for moment in due)] == []


@pytest.mark.parametrize("seed", ["a" * 64, "b" * 64, "c" * 64, "d" * 64])
def test_the_point_depends_on_nothing_but_the_seeds(ada: Player, as_ada: Caller, clock: Clock, seed: str) -> None:
    """Stake, target, rank, balance and what happened before change nothing."""
    points = set()
    worlds = [(10, None, Rank.STANDARD, 1_000), (1_000, 1.01, Rank.VIP, 1_000), (100_000, 50.0, Rank.PREMIUM, 10**9)]
    for stake, target, rank, gold in worlds:
        clock.move_to(START)
        with transaction.atomic():
            set_gold(ada, gold)
            Player.objects.filter(pk=ada.pk).update(rank=rank)
            Wallet.objects.filter(pk=ada.pk).update(
                server_seed=seed, client_seed=CLIENT_SEED, nonce=7, win_streak=stake % 7
            )
            number = placed(as_ada, stake=stake, target=target)["round_id"]
            clock.shift(timedelta(minutes=2))
            points.add(as_ada.get(f"/api/games/rounds/{number}").json()["outcome"]["crash_point"])
            transaction.set_rollback(True)
    assert len(points) == 1
