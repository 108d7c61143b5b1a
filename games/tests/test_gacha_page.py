"""The gacha's page: every chance from the pool that draws, both promises, the album, every round with its proof."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Player
from games import tables
from games.engine import gacha_returns
from games.models import Game, GameConfig, GameStats, Round
from games.screens.gacha import DRAWN, Allowance, GachaScreen, open_banners, pull_row
from games.screens.shown import percent
from tests.cast import Caller, set_gold

GACHA = "/games/gacha"
PULL = "/api/games/gacha/pull"
POOL = tables.parse_gacha(tables.FIRST_VERSIONS["gacha"])


@pytest.fixture
def signed_in(ada: Player) -> Client:
    set_gold(ada, 100_000)
    client = Client()
    assert client.post("/login", {"nickname": "ada", "password": "correct horse"}).status_code == 302
    return client


def page(client: Client, path: str = GACHA) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return str(answer.content.decode())


def shown(html: str, testid: str) -> str:
    """The text of the element with this test id, without its markup."""
    found = re.search(rf'data-testid="{testid}"[^>]*>(.*?)</(?:b|dd|span|p|section)>', html, re.DOTALL)
    assert found, testid
    return " ".join(re.sub(r"<[^>]+>", " ", found.group(1)).split())


def embedded_table(html: str) -> dict[str, Any]:
    found = re.search(r'<script id="gacha-table" type="application/json">(.*?)</script>', html, re.DOTALL)
    assert found
    table: dict[str, Any] = json.loads(found.group(1))
    return table


def put_in_force(**changes: Any) -> None:
    """Gives the gacha a second version of its table, as staff would."""
    table = deepcopy(tables.FIRST_VERSIONS["gacha"]) | changes
    config = GameConfig.objects.create(
        game="gacha", version=2, table=table, fingerprint=tables.fingerprint(table), valid_from=timezone.now()
    )
    Game.objects.filter(pk="gacha").update(config=config)


def screen(**mine: Any) -> GachaScreen:
    standing: dict[str, Any] = {"pity": 0, "pulls": 0, "pulls_today": 0, "daily_limit": 100, "collection": {}} | mine
    banner = POOL.default_banner
    return GachaScreen(POOL, 1, "", banner, (banner,), Allowance(**standing), (), "", 0)


@pytest.mark.django_db
def test_visitors_see_the_whole_game_and_the_way_in() -> None:
    html = page(Client())
    assert "style=" not in html
    assert 'data-testid="gacha-pull-' not in html
    assert 'data-testid="gacha-signin"' in html
    assert "무작위 아이템 포함" in html
    assert html.count("album__one--none") == 15
    assert shown(html, "gacha-rtp-single").startswith(f"{percent(gacha_returns.price_return(POOL, 1))}%")
    assert shown(html, "gacha-rtp-ten").startswith(f"{percent(gacha_returns.price_return(POOL, 10))}%")
    assert shown(html, "gacha-saving").startswith("10회는 500G 절약")
    assert "하루 100회까지" in html


@pytest.mark.django_db
def test_a_changed_table_changes_every_printed_number() -> None:
    put_in_force(cost_single=600, cost_ten=6000, pity={"threshold": 80, "guarantees": "Epic"})
    html = page(Client())
    assert "절약" not in html  # ten cost as much as ten times one
    assert "80번째까지 Epic 이상이 없으면 반드시 Epic 이상" in html
    assert "Rare 이상 1개 보장" in html
    table = embedded_table(html)
    assert (table["cost"], table["pity"]["threshold"]) == ({"1": 600, "10": 6000}, 80)
    assert "4,500" not in html


@pytest.mark.django_db
def test_a_banner_with_an_end_says_when_and_pulls_go_under_its_name() -> None:
    ends = datetime(2100, 1, 2, 3, 4, tzinfo=UTC)
    extra = {"id": "dawn", "name": "Dawn", "starts_at": None, "ends_at": ends.isoformat(), "is_default": False}
    put_in_force(banners=[*tables.FIRST_VERSIONS["gacha"]["banners"], extra])
    html = page(Client(), f"{GACHA}?banner=dawn")
    assert "2100-01-02 03:04 UTC까지" in html
    assert '<time datetime="2100-01-02T03:04:00+00:00"' in html
    assert embedded_table(html)["banner"] == "dawn"
    assert embedded_table(page(Client()))["banner"] == "standard"
    assert embedded_table(page(Client(), f"{GACHA}?banner=none"))["banner"] == "standard"
    assert re.findall(r'href="\?banner=(\w+)"', html) == ["standard", "dawn"]


def test_only_banners_whose_time_it_is_are_open() -> None:
    now = timezone.now()
    hour = timedelta(hours=1)
    times = {"over": (None, now), "running": (now - hour, now + hour), "coming": (now + hour, None)}
    banners = [
        {
            "id": name,
            "name": name,
            "starts_at": starts.isoformat() if starts else None,
            "ends_at": ends.isoformat() if ends else None,
            "is_default": False,
        }
        for name, (starts, ends) in times.items()
    ]
    table = tables.FIRST_VERSIONS["gacha"] | {"banners": [*tables.FIRST_VERSIONS["gacha"]["banners"], *banners]}
    pool = tables.parse_gacha(table)
    assert [banner.banner_id for banner in open_banners(pool.banners, now)] == ["standard", "running"]


def test_what_was_pulled_stands_on_the_page(signed_in: Client, as_ada: Caller, ada: Player) -> None:
    pulled = as_ada.post(PULL, {"pull_count": 10}).json()
    html = page(signed_in)
    row = GameStats.objects.get(player=ada, game="gacha")
    assert re.search(rf'data-part="pity">{pulled["pity"]["after"]}<', html)
    assert shown(html, "gacha-today").startswith("오늘 남은 횟수 90 / 100회") or 'data-remaining="90"' in html
    assert f'data-round="{pulled["round_id"]}" data-net="{pulled["net_change"]}"' in html
    assert f'href="/rounds/{pulled["round_id"]}"' in html
    owned = re.findall(r'class="album__one" data-item="([\w-]+)"', html)
    assert set(owned) == set(row.collection)
    assert html.count('class="pull tone-') == 10 + 1  # and the form that scripts fill
    assert embedded_table(html)["banner"] == "standard"
    counts = re.findall(r'data-rarity="(\w+)" data-count="(\d+)"', html)
    assert sum(int(count) for _, count in counts) == 10


def test_a_round_that_brought_less_is_not_told_as_a_win() -> None:
    item = {"item_id": "lamp", "name": "은화 램프", "rarity": "Common", "gold_value": 100, "pity": False}
    outcome = {"items": [item | {"guaranteed": False, "is_new": True}] * 10}
    less = pull_row(Round(stake=4500, payout=1000, outcome=outcome))
    even = pull_row(Round(stake=1000, payout=1000, outcome=outcome))
    more = pull_row(Round(stake=500, payout=1000, outcome=outcome))
    assert [(row.is_win, row.tone, row.net) for row in (less, even, more)] == [
        (False, "soft", -3500),
        (False, "soft", 0),
        (True, "gain", 500),
    ]


def test_the_day_s_end_stands_on_the_buttons(signed_in: Client, as_ada: Caller, ada: Player) -> None:
    as_ada.post(PULL, {"pull_count": 1})
    GameStats.objects.filter(player=ada, game="gacha").update(pulls_today=95)
    html = page(signed_in)
    assert re.search(r'data-testid="gacha-pull-10" aria-disabled="true"', html)
    assert not re.search(r'data-testid="gacha-pull-1" aria-disabled', html)
    assert 'data-remaining="5"' in html


def test_own_rates_stand_beside_the_published_ones() -> None:
    kept = {"name": "은빛 가면", "rarity": "Rare", "count": 3, "first_at": "", "last_at": ""}
    rare = screen(pulls=30, collection={"mask": kept}).rarities[1]
    assert (rare.name, rare.share, rare.count, rare.seen) == ("Rare", "16", 3, "10")
    assert rare.with_pity == percent(gacha_returns.rates(POOL, 1)["Rare"])
    assert screen().rarities[1].seen == ""


def test_an_item_of_an_older_table_stays_in_the_album_as_a_parcel() -> None:
    kept = {"name": "옛 부적", "rarity": "Epic", "count": 2, "first_at": "", "last_at": ""}
    album = screen(pulls=2, collection={"charm": kept}).album
    assert len(album) == 16
    assert (album[-1].item.name, album[-1].item.rank, album[-1].count) == ("옛 부적", 3, 2)
    assert album[-1].item.art.endswith("#icon-gift")
    assert screen(collection={"charm": kept}).collected == 0


def test_every_item_of_the_first_table_is_drawn() -> None:
    sprite = (Path(__file__).parents[2] / "static/img/items.svg").read_text(encoding="utf-8")
    drawn = set(re.findall(r'<symbol id="item-([\w-]+)"', sprite))
    assert drawn == DRAWN == {item.item_id for item in POOL.items}


def test_chances_of_all_items_are_one_together() -> None:
    assert sum(Fraction(item.share_exact) for item in screen().items) == 1


def test_the_page_costs_as_many_statements_for_many_rounds_as_for_one(signed_in: Client, as_ada: Caller) -> None:
    counts = []
    for rounds in (1, 5):
        for _ in range(rounds):
            as_ada.post(PULL, {"pull_count": 1})
        page(signed_in)
        with CaptureQueriesContext(connection) as captured:
            page(signed_in)
        counts.append(len(captured))
    assert counts == [9, 9]
