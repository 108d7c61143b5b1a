"""Who may pull what, and when: counts, banners and their windows, the day's limit of a rank."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import ModuleType
from typing import Any

import pytest

from accounts.models import Entry, Player, Rank, Wallet
from casino.lib import days
from games.models import GameStats, Round
from games.play import gacha, rps
from games.tables.gacha import FIRST
from games.tests.plays import album_of, at, banner, put_in_force, written
from tests.cast import Caller, enrol, set_gold

PULL = "/api/games/gacha/pull"
PATHS = (PULL, "/api/gacha/pull")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("field", ["banner", "gacha_id"])
def test_a_banner_is_named_by_either_field_on_either_path(ada: Player, as_ada: Caller, path: str, field: str) -> None:
    put_in_force("gacha", banners=[*FIRST["banners"], banner("masks")])
    set_gold(ada, 2_000)
    assert as_ada.post(path, {field: "masks"}).json()["banner"] == "masks"
    assert as_ada.post(path, {"gacha_id": "nope", "banner": "standard"}).json()["banner"] == "standard"


@pytest.mark.parametrize("name", ["nope", "Standard", "standard'--", "x" * 500, "가면"])
def test_an_unknown_banner_is_not_found_and_nothing_moves(ada: Player, as_ada: Caller, name: str) -> None:
    before = written(ada)
    response = as_ada.post(PULL, {"banner": name, "idempotency_key": "k"})
    assert (response.status_code, response.json()["error"]["code"]) == (404, "NOT_FOUND")
    assert response.json()["detail"] == "배너를 찾을 수 없습니다"
    assert written(ada) == before


@pytest.mark.parametrize(
    ("window", "is_open"),
    [
        ({"starts_at": "2026-12-06T00:00:00Z"}, False),
        ({"starts_at": "2026-12-05T21:00:00+09:00"}, True),
        ({"starts_at": "2026-12-05T12:00:00Z", "ends_at": "2026-12-05T12:00:01Z"}, True),
        ({"ends_at": "2026-12-05T12:00:00Z"}, False),
        ({"ends_at": "2026-12-05T21:00:01+09:00"}, True),
    ],
)
def test_a_banner_is_open_from_its_start_until_its_end(
    ada: Player, as_ada: Caller, monkeypatch: pytest.MonkeyPatch, window: dict[str, str], is_open: bool
) -> None:
    put_in_force("gacha", banners=[*FIRST["banners"], banner("masks", **window)])
    at(monkeypatch, gacha, datetime(2026, 12, 5, 12, tzinfo=UTC))
    before = written(ada)
    response = as_ada.post(PULL, {"banner": "masks"})
    if is_open:
        assert (response.status_code, response.json()["banner"]) == (200, "masks")
        return
    assert (response.status_code, response.json()["error"]["code"]) == (403, "WINDOW_CLOSED")
    assert written(ada) == before
    assert as_ada.post(PULL, {}).status_code == 200  # the default banner is always open


@pytest.mark.parametrize("count", ["0", "2", "9", "11", "-1", "1.0", '"1"', "true", "null", "[10]", "1e1"])
def test_a_count_that_is_neither_one_nor_ten_is_refused_by_its_name(ada: Player, as_ada: Caller, count: str) -> None:
    before = written(ada)
    response = as_ada.post(PULL, f'{{"pull_count": {count}}}')
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (422, "VALIDATION_ERROR")
    assert [detail["loc"] for detail in error["details"]] == [["body", "pull_count"]]
    assert written(ada) == before


@pytest.mark.parametrize("field", ["banner", "gacha_id"])
@pytest.mark.parametrize("name", ["null", "5", "true", "[]", "{}", '""', '" "'])
def test_a_banner_that_is_no_name_is_refused_by_its_field(ada: Player, as_ada: Caller, field: str, name: str) -> None:
    before = written(ada)
    response = as_ada.post(PULL, f'{{"{field}": {name}}}')
    assert response.status_code == 422
    assert [detail["loc"] for detail in response.json()["error"]["details"]] == [["body", field]]
    assert written(ada) == before


@pytest.mark.parametrize(("rank", "limit"), [(Rank.STANDARD, 20), (Rank.PREMIUM, 30), (Rank.VIP, 40)])
@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_day_has_as_many_pulls_as_the_rank(db: None, rank: Rank, limit: int, language: str) -> None:
    put_in_force("gacha", daily_limits={"STANDARD": 20, "PREMIUM": 30, "VIP": 40})
    player = enrol("ranked", gold=100_000, rank=rank)
    album_of(player, pulls_today=limit - 11, pulled_on=days.day_of(days.now()))
    caller = Caller(player)
    assert caller.post(PULL, {"pull_count": 10}).status_code == 200
    before = written(player)
    response = caller.post(PULL, {"pull_count": 10, "idempotency_key": "k"}, Accept_Language=language)
    messages = {
        "ko": f"일일 가챠 횟수({limit}회)를 초과했습니다.",
        "en": f"That is more than the {limit} gacha pulls a day.",
    }
    body = response.json()
    assert response.status_code == 429
    assert body["detail"] == {"code": "DAILY_GACHA_LIMIT", "message": messages[language]}
    assert (body["error"]["code"], body["error"]["message"]) == ("DAILY_GACHA_LIMIT", messages[language])
    assert written(player) == before
    assert caller.post(PULL, {"idempotency_key": "k"}).status_code == 200  # one still fits, and the key is free
    assert caller.post(PULL, {}).status_code == 429
    assert GameStats.objects.get(player=player).pulls_today == limit


@pytest.mark.parametrize(
    ("moment", "seconds"),
    [
        (datetime(2026, 12, 5, 0, 0, 0, tzinfo=UTC), 86_400),
        (datetime(2026, 12, 5, 23, 59, 58, 500_000, tzinfo=UTC), 2),
        (datetime(2026, 12, 5, 23, 59, 59, 999_999, tzinfo=UTC), 1),
    ],
)
def test_the_limit_says_how_long_until_midnight(
    ada: Player, as_ada: Caller, monkeypatch: pytest.MonkeyPatch, moment: datetime, seconds: int
) -> None:
    album_of(ada, pulls_today=100, pulled_on=date(2026, 12, 5))
    at(monkeypatch, gacha, moment)
    response = as_ada.post(PULL, {})
    assert (response.status_code, response["Retry-After"]) == (429, str(seconds))


def test_the_next_day_begins_anew(ada: Player, as_ada: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    album_of(ada, pulls_today=100, pulled_on=date(2026, 12, 5), pulls=100, pity=7)
    at(monkeypatch, gacha, datetime(2026, 12, 6, tzinfo=UTC))
    answer = as_ada.post(PULL, {}).json()
    row = GameStats.objects.get(player=ada)
    assert (row.pulls, row.pulls_today, row.pulled_on) == (101, 1, date(2026, 12, 6))
    assert answer["pity"]["before"] == 7


def test_a_pull_that_comes_late_does_not_bring_yesterday_back(
    ada: Player, as_ada: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It began before midnight, but another one of the new day got the wallet first."""
    album_of(ada, pulls_today=99, pulled_on=date(2026, 12, 6))
    at(monkeypatch, gacha, datetime(2026, 12, 5, 23, 59, 59, 999_000, tzinfo=UTC))
    assert as_ada.post(PULL, {"pull_count": 10}).status_code == 429
    assert as_ada.post(PULL, {}).status_code == 200
    row = GameStats.objects.get(player=ada)
    assert (row.pulls_today, row.pulled_on) == (100, date(2026, 12, 6))
    at(monkeypatch, gacha, datetime(2026, 12, 6, 0, 0, 1, tzinfo=UTC))
    assert as_ada.post(PULL, {}).status_code == 429


@pytest.mark.parametrize(
    ("play", "path", "body"),
    [(gacha, PULL, {}), (rps, "/api/games/rps/play", {"choice": "rock", "bet_amount": 10})],
    ids=["pull", "duel"],
)
def test_a_round_that_is_due_is_settled_before_the_next_stake(
    ada: Player, as_ada: Caller, monkeypatch: pytest.MonkeyPatch, play: ModuleType, path: str, body: dict[str, Any]
) -> None:
    opened = as_ada.post("/api/games/crash/bet", {"bet_amount": 10}).json()["round_id"]
    at(monkeypatch, play, days.now() + timedelta(hours=1))
    staked = as_ada.post(path, body).json()["round_id"]
    ended = Round.objects.get(round_id=opened)
    assert ended.settled_at is not None
    assert Wallet.objects.get(pk=ada.pk).open_round_due_at is None
    last = {
        number: max(Entry.objects.filter(reference=number).values_list("seq", flat=True)) for number in (opened, staked)
    }
    assert last[opened] < last[staked]
