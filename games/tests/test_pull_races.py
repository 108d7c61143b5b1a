"""Pulls that race for one player's pity and one day's limit, each with a control that shows what the lock is for."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from unittest.mock import patch

import pytest
from django.db import DatabaseError

from accounts.ledger import OpenWallet
from accounts.models import Player, Wallet
from casino.lib import days
from casino.lib.errors import Refusal
from games import pulls
from games.models import GameStats, Round
from games.play import gacha, rps, slots
from games.play.rounds import Play
from games.tests.plays import album_of
from tests.cast import enrol
from tests.meeting import meeting_at
from tests.race import row_locks_off, together

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

SENDERS = 12
LIMIT = 100


@pytest.fixture
def ada(transactional_db: None) -> Player:
    return enrol("ada", gold=1_000_000)


def pull(player: Player, count: int) -> Callable[[], Play]:
    return partial(gacha.pull, player=player, count=count, banner=None, key=None)


def check_pity_and_collection_follow_the_rounds(player: Player, answers: list[Play | BaseException]) -> None:
    """Every round goes on where the one before it ended, and the row tells what all of them gave."""
    assert [answer for answer in answers if isinstance(answer, BaseException)] == []
    played = [each.outcome for each in Round.objects.filter(player=player, game="gacha").order_by("nonce")]
    counter, items = 0, [item for outcome in played for item in outcome["items"]]
    for outcome in played:
        assert outcome["pity"]["before"] == counter
        counter = outcome["pity"]["after"]
    row = GameStats.objects.get(player=player, game_id="gacha")
    assert (row.pity, row.pulls, row.pulls_today) == (counter, len(items), len(items))
    drawn = [item["item_id"] for item in items]
    assert {item: kept["count"] for item, kept in row.collection.items()} == {item: drawn.count(item) for item in drawn}
    assert sum(item["is_new"] for item in items) == len(set(drawn))
    assert Wallet.objects.get(pk=player.pk).nonce == len(answers)


def test_pulls_at_once_keep_pity_and_collection_exact(ada: Player) -> None:
    answers = together(*(pull(ada, 10 if sender % 4 == 0 else 1) for sender in range(SENDERS)))
    check_pity_and_collection_follow_the_rounds(ada, answers)


def test_pulls_among_other_games_keep_pity_exact(ada: Player) -> None:
    others = (
        partial(slots.spin, player=ada, stake=10, lines=1, key=None),
        partial(rps.play, player=ada, stake=10, choice="rock", key=None),
    )
    answers = together(*(pull(ada, 1) if sender % 2 else others[sender // 2 % 2] for sender in range(SENDERS)))
    check_pity_and_collection_follow_the_rounds(ada, answers)


def test_control_without_row_locks_the_same_pulls_collide(ada: Player) -> None:
    with row_locks_off(), meeting_at(OpenWallet, "pay", SENDERS):
        answers = together(*(pull(ada, 1) for _ in range(SENDERS)))
    with pytest.raises(AssertionError):
        check_pity_and_collection_follow_the_rounds(ada, answers)
    assert [answer for answer in answers if isinstance(answer, DatabaseError)] != []


def check_the_limit_held(player: Player, answers: list[Play | BaseException], *, fit: int, each: int) -> None:
    refused = [answer for answer in answers if not isinstance(answer, Play)]
    assert [answer for answer in refused if not isinstance(answer, Refusal)] == []
    assert {answer.code for answer in refused if isinstance(answer, Refusal)} == {"DAILY_GACHA_LIMIT"}
    assert len(answers) - len(refused) == fit
    row = GameStats.objects.get(player=player, game_id="gacha")
    assert (row.pulls_today, Round.objects.filter(player=player).count()) == (row.pulls, fit)
    assert row.pulls == fit * each


@pytest.mark.parametrize(("count", "fit"), [(1, 5), (10, 3)])
def test_pulls_at_once_stay_within_the_days_limit(ada: Player, count: int, fit: int) -> None:
    already = LIMIT - fit * count - (count - 1)  # so that the last ten would fit in part only
    album_of(ada, pulls_today=already, pulled_on=days.day_of(days.now()))
    answers = together(*(pull(ada, count) for _ in range(SENDERS)))
    GameStats.objects.filter(player=ada).update(pulls_today=GameStats.objects.get(player=ada).pulls_today - already)
    check_the_limit_held(ada, answers, fit=fit, each=count)


def test_control_without_the_limit_the_same_pulls_go_over_it(ada: Player) -> None:
    album_of(ada, pulls_today=LIMIT - 5, pulled_on=days.day_of(days.now()))
    with patch.object(pulls, "want_room", lambda *_pool, **_facts: None):
        answers = together(*(pull(ada, 1) for _ in range(SENDERS)))
    with pytest.raises(AssertionError):
        check_the_limit_held(ada, answers, fit=5, each=1)
    assert GameStats.objects.get(player=ada).pulls_today == LIMIT - 5 + SENDERS
