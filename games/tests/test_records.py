"""What a player has seen of each game: the return beside the exact one, and an interval when it means something."""

from __future__ import annotations

import re
import uuid
from fractions import Fraction
from math import sqrt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Player
from casino.lib import days
from games import floor, seen
from games.engine import gacha_returns
from games.engine.gacha import Pool
from games.models import Game, GameType, Round
from games.play import slots
from games.screens import records


def settled(player: Player, stake: int, payout: int, *, game: str = "slot", pulls: int | None = None) -> None:
    """A settled round that came to this."""
    outcome = {} if pulls is None else {"pull_count": pulls}
    Round.objects.create(
        player=player, game=game, stake=stake, payout=payout, balance_after=0, config_version=1, nonce=0,
        server_seed_hash=uuid.uuid4().hex, client_seed="c", created_at=days.now(), settled_at=days.now(),
        outcome=outcome,
    )  # fmt: skip


def test_the_return_seen_is_gold_back_over_gold_staked(ada: Player, bob: Player) -> None:
    settled(ada, 10, 30)
    settled(ada, 90, 0)
    settled(bob, 10, 0)
    found = seen.seen_by(ada.pk)
    assert list(found) == [GameType.SLOT]
    assert (found[GameType.SLOT].rounds, found[GameType.SLOT].returned) == (2, 0.3)
    assert found[GameType.SLOT].exact == Fraction(48171, 50000)


def test_an_interval_waits_for_thirty_rounds(ada: Player) -> None:
    for _ in range(29):
        settled(ada, 10, 0)
    assert seen.seen_by(ada.pk)[GameType.SLOT].low is None
    settled(ada, 10, 150)
    found = seen.seen_by(ada.pk)[GameType.SLOT]
    # by hand: ratio 0.5, residuals 29 × (0 − 5) and 1 × (150 − 5)
    half = 1.959964 * sqrt(29 * 25 + 145**2) / 300
    assert found.low == pytest.approx(0)
    assert found.high == pytest.approx(0.5 + half)


def test_uneven_stakes_widen_the_interval(ada: Player, bob: Player) -> None:
    for at in range(40):
        settled(ada, 10, 20 * (at % 2))
        settled(bob, 1000 if at < 2 else 10, (2000 if at < 2 else 20) * (at % 2))
    even, uneven = (seen.seen_by(player.pk)[GameType.SLOT] for player in (ada, bob))
    assert even.returned == uneven.returned == 1.0
    assert even.high is not None
    assert uneven.high is not None
    assert uneven.high > even.high


def test_the_gacha_s_exact_return_is_that_of_the_own_mix(ada: Player) -> None:
    settled(ada, 500, 100, game="gacha", pulls=1)
    settled(ada, 4500, 1000, game="gacha", pulls=10)
    pool = floor.rules(Game.objects.select_related("config").get(pk="gacha").config.fingerprint, Pool)
    single, ten = gacha_returns.price_return(pool, 1), gacha_returns.price_return(pool, 10)
    assert seen.seen_by(ada.pk)[GameType.GACHA].exact == single / 10 + ten * Fraction(9, 10)


def test_only_the_newest_rounds_are_looked_at(ada: Player, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("games.seen.NEWEST", 2)
    settled(ada, 10, 1000)
    settled(ada, 10, 0)
    settled(ada, 10, 20)
    found = seen.seen_by(ada.pk)[GameType.SLOT]
    assert (found.rounds, found.returned) == (2, 1.0)


def test_payouts_beyond_a_billion_are_summed(ada: Player) -> None:
    for _ in range(30):
        settled(ada, 2**40, 2**52)
    found = seen.seen_by(ada.pk)[GameType.SLOT]
    assert (found.returned, found.low, found.high) == (4096.0, 4096.0, 4096.0)


def test_the_profile_shows_all_four_games(ada: Player) -> None:
    played = slots.spin(player=ada, stake=50, lines=5, key=None).round
    client = Client()
    client.post("/login", {"nickname": "ada", "password": "correct horse"})
    html = client.get("/profile").content.decode()
    assert re.findall(r'class="record" data-game="(\w+)"', html) == ["slot", "rps", "gacha", "crash"]
    assert f'data-testid="seen-slot">{played.payout * 2:.1f}<' in html
    assert "/ 96.342%" in html
    assert "구간은 30판부터 · 지금 1판" in html
    assert re.search(r'data-testid="stats-total-games"[^>]*>1<', html)


def test_records_cost_two_statements_beside_the_statistics(ada: Player) -> None:
    slots.spin(player=ada, stake=50, lines=5, key=None)
    records.records(ada.pk)
    with CaptureQueriesContext(connection) as captured:
        assert len(records.records(ada.pk, {"game_breakdown": {game: {} for game in GameType.values}})) == 4
    assert len(captured) == 2
