"""How a round of crash ends: left in time by the server's clock, at its target or the top, or crashed."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from prometheus_client import REGISTRY

from accounts.models import Action, Player, Wallet
from casino.lib import rows
from casino.lib.days import stamp
from games.models import GameStats, Round
from games.play import due
from games.tests.conftest import golden_rounds
from games.tests.flying import (
    ACTIVE,
    BET,
    CRASHED,
    CURVE,
    MICROSECOND,
    NO_ROUND,
    OUT,
    OVER,
    START,
    Clock,
    codes_of,
    flying,
    ms,
    news_of,
    placed,
    refusal,
)
from games.tests.plays import put_in_force, seed, written
from tests.cast import Caller, gold_of, set_gold

pytestmark = pytest.mark.usefixtures("clock")
BY_NAME = golden_rounds("crash")
STATS = "/api/games/stats/me"


def test_a_cash_out_answers_what_the_display_shows(ada: Player, as_ada: Caller, clock: Clock) -> None:
    bet = flying(as_ada, 500)
    clock.shift(timedelta(milliseconds=11_553))
    ended = stamp(START + timedelta(milliseconds=11_553))
    answer = as_ada.post(OUT, {"game_id": bet["game_id"], "multiplier": 99.0}).json()
    assert answer == bet | {
        "status": "cashed_out",
        "win_amount": 200,
        "net_change": 100,
        "balance": 1100,
        "message": "2.00x에서 캐시아웃! 200 골드 획득",
        "server_time": ended,
        "elapsed_ms": 11_553,
        "current_multiplier": None,
        "cashout_multiplier": 2.0,
        "crash_point": 5.0,
        "settled_at": ended,
    }


def test_a_cash_out_leaves_entries_statistics_actions_and_news(ada: Player, as_ada: Caller, clock: Clock) -> None:
    round_id = flying(as_ada, 500)["round_id"]
    heard = len(news_of(ada))
    clock.shift(ms(134) + MICROSECOND)
    as_ada.post(OUT)
    ended = Round.objects.get()
    assert (ended.status, ended.payout, ended.balance_after) == ("cashed_out", 134, 1034)
    assert ended.settled_at == START + ms(134) + MICROSECOND
    assert ended.outcome == {"auto_cashout_multiplier": None, "cashout_multiplier": 1.34, "crash_point": 5.0}
    assert codes_of(round_id) == [("crash_bet", -100), ("crash_win", 134)]
    wallet, row = Wallet.objects.get(pk=ada.pk), GameStats.objects.get(player=ada)
    assert (wallet.balance, wallet.win_streak, wallet.open_round_due_at) == (1034, 1, None)
    assert (row.rounds, row.wins, row.wagered, row.won, row.max_win, row.max_multiplier) == (1, 1, 100, 134, 134, 134)
    actions = Action.objects.filter(player=ada).order_by("id")
    facts = {"round_id": round_id, "bet_amount": 100, "win_amount": 134}
    assert [(each.action_type, each.context) for each in actions] == [("CRASH_BET", facts), ("CRASH_CASHOUT", facts)]
    game_event, profile_update, stats_update = news_of(ada)[heard:]
    assert game_event.data == {
        "subtype": "crash_result",
        "game_type": "crash",
        "round_id": round_id,
        "status": "cashed_out",
        "bet": 100,
        "win": 134,
        "net_change": 34,
        "balance_after": 1034,
        "auto_cashout_multiplier": None,
        "cashout_multiplier": 1.34,
        "crash_point": 5.0,
    }
    assert profile_update.data["reason"] == "crash_win"
    assert stats_update.data["stats"] == as_ada.get(STATS).json()["stats"]
    assert stats_update.data["stats"]["highest_multiplier"] == 1.34
    assert stats_update.data["stats"]["game_breakdown"]["crash"]["bets"] == 1


def test_crash_speaks_english_too(as_ada: Caller, clock: Clock) -> None:
    english = {"Accept_Language": "en"}
    flying(as_ada, 500)
    assert as_ada.post(BET, {"bet_amount": 10}, **english).json()["detail"] == "A round is still open"
    clock.shift(ms(150))
    assert as_ada.post(OUT, **english).json()["message"] == "Cashed out at 1.50x! Won 150 gold"
    assert as_ada.post(BET, {"bet_amount": 10}, **english).json()["message"] == "10 gold staked"


@pytest.mark.parametrize("point", [101, 102, 200, 333, 1_500])
def test_the_crash_is_a_moment_of_the_servers_clock(ada: Player, as_ada: Caller, clock: Clock, point: int) -> None:
    flying(as_ada, point)
    clock.shift(ms(point) - MICROSECOND)
    answer = as_ada.post(OUT).json()
    assert answer["cashout_multiplier"] == (point - 1) / 100
    assert answer["crash_point"] == point / 100
    flying(as_ada, point)
    clock.shift(ms(point))
    assert refusal(as_ada.post(OUT)) == CRASHED
    ended = Round.objects.latest("id")
    assert ended.settled_at == ended.created_at + ms(point)
    assert (ended.status, ended.payout, ended.outcome["cashout_multiplier"]) == ("crashed", 0, None)


def test_the_clock_is_read_once_the_wallet_is_locked(
    as_ada: Caller, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = rows.find

    def after_a_second(model: type[Wallet], key: int, *, lock: bool = False) -> Wallet | None:
        clock.shift(timedelta(seconds=lock))
        return find(model, key, lock=lock)

    monkeypatch.setattr(rows, "find", after_a_second)
    bet = flying(as_ada, 500)
    assert (bet["started_at"], bet["elapsed_ms"]) == (stamp(START + timedelta(seconds=1)), 0)
    left = as_ada.post(OUT).json()
    assert (left["elapsed_ms"], left["cashout_multiplier"]) == (1_000, 1.06)
    flying(as_ada, 106)
    clock.shift(ms(106) - timedelta(milliseconds=500))
    assert refusal(as_ada.post(OUT)) == CRASHED


def test_leaving_at_once_gives_the_stake_back_and_is_a_tie(ada: Player, as_ada: Caller) -> None:
    Wallet.objects.filter(pk=ada.pk).update(win_streak=3)
    flying(as_ada, 300)
    answer = as_ada.post(OUT).json()
    assert (answer["cashout_multiplier"], answer["net_change"], answer["balance"]) == (1.0, 0, 1000)
    row = GameStats.objects.get(player=ada)
    assert (row.ties, Wallet.objects.get(pk=ada.pk).win_streak) == (1, 3)


def test_a_cash_out_before_the_target_is_the_players_own(as_ada: Caller, clock: Clock) -> None:
    flying(as_ada, 500, target=3.0)
    clock.shift(ms(300) - MICROSECOND)
    answer = as_ada.post(OUT).json()
    assert (answer["status"], answer["cashout_multiplier"], answer["win_amount"]) == ("cashed_out", 2.99, 299)
    flying(as_ada, 500, target=3.0)
    clock.shift(ms(300))
    assert refusal(as_ada.post(OUT)) == OVER
    last = as_ada.get(ACTIVE).json()["last_round"]
    assert (last["status"], last["cashout_multiplier"], last["win_amount"]) == ("auto_cashed", 3.0, 300)


def test_the_round_to_leave_may_be_named_in_any_spelling(as_ada: Caller) -> None:
    round_id = flying(as_ada, 500)["round_id"]
    assert as_ada.post(OUT, {"game_id": round_id.upper()}).status_code == 200
    round_id = flying(as_ada, 500)["round_id"]
    assert as_ada.post(OUT, {"game_id": round_id.replace("-", "")}).status_code == 200


def test_who_never_flew_has_nothing_to_leave(ada: Player, as_ada: Caller) -> None:
    before = written(ada)
    assert refusal(as_ada.post(OUT, {"idempotency_key": "k"})) == NO_ROUND
    assert written(ada) == before


def test_a_round_that_is_over_is_told_by_how_it_ended(as_ada: Caller, clock: Clock) -> None:
    left = flying(as_ada, 500)["game_id"]
    as_ada.post(OUT)
    assert refusal(as_ada.post(OUT)) == NO_ROUND
    assert refusal(as_ada.post(OUT, {"game_id": left})) == OVER
    crashed = flying(as_ada, 500)["game_id"]
    clock.shift(ms(500))
    assert refusal(as_ada.post(OUT)) == CRASHED
    assert refusal(as_ada.post(OUT, {"game_id": crashed})) == CRASHED
    reached = flying(as_ada, 500, target=1.5)["game_id"]
    clock.shift(ms(500))
    assert refusal(as_ada.post(OUT)) == OVER
    assert refusal(as_ada.post(OUT, {"game_id": reached})) == OVER
    assert refusal(as_ada.post(OUT, {"game_id": crashed})) == CRASHED
    at_once = flying(as_ada, 100)["game_id"]
    assert refusal(as_ada.post(OUT, {"game_id": at_once})) == CRASHED


def test_a_round_that_is_not_ones_own_open_one_is_not_left(ada: Player, as_ada: Caller, as_bob: Caller) -> None:
    as_ada.post("/api/games/slot/spin", {"bet_amount": 10})
    spun = str(Round.objects.get().round_id)
    foreign = flying(as_bob, 500)["game_id"]
    flying(as_ada, 500)
    before = written(ada)
    for game_id in (foreign, spun, str(uuid.uuid4()), "x", "0", "%", "' OR 1=1 --", "９", "é" * 60):
        assert refusal(as_ada.post(OUT, {"game_id": game_id})) == NO_ROUND, game_id
    assert written(ada) == before
    assert Round.objects.get(round_id=foreign).status == "active"


@pytest.mark.parametrize("name", BY_NAME)
def test_a_published_round_ends_by_itself_as_published(ada: Player, as_ada: Caller, clock: Clock, name: str) -> None:
    set_gold(ada, 100_000)
    vector = BY_NAME[name]
    seed(ada, vector)
    target, outcome, payout = vector["params"]["auto_cashout_multiplier"], vector["outcome"], vector["payout"]
    answer = placed(as_ada, stake=vector["stake"], target=target)
    assert answer["fair"]["server_seed_hash"] == vector["server_seed_hash"]
    lasts = ms(round(100 * (outcome["cashout_multiplier"] or outcome["crash_point"])))
    if lasts:
        clock.shift(lasts - MICROSECOND)
        assert as_ada.get(ACTIVE).json()["active"] is True
        clock.shift(MICROSECOND)
    told = as_ada.get(ACTIVE).json()
    assert (told["active"], told["round"]) == (False, None)
    assert told["last_round"] == {
        "round_id": answer["round_id"],
        "game_id": answer["round_id"],
        "bet_amount": vector["stake"],
        "auto_cashout_multiplier": target,
        "status": "crashed" if outcome["cashout_multiplier"] is None else "auto_cashed",
        "started_at": stamp(START),
        "server_time": stamp(START + lasts),
        "elapsed_ms": lasts // timedelta(milliseconds=1),
        "growth_rate": 0.00006,
        "current_multiplier": None,
        "potential_win": None,
        "cashout_multiplier": outcome["cashout_multiplier"],
        "crash_point": outcome["crash_point"],
        "win_amount": payout,
        "settled_at": stamp(START + lasts),
    }
    ended = Round.objects.get()
    assert (ended.outcome, ended.payout, ended.settled_at) == (outcome, payout, START + lasts)
    assert gold_of(ada) == 100_000 - vector["stake"] + payout
    assert [code for code, _ in codes_of(answer["round_id"])] == ["crash_bet"] + ["crash_win"] * bool(payout)
    cashed = ["CRASH_CASHOUT"] if payout else []
    actions = Action.objects.filter(player=ada).order_by("id").values_list("action_type", flat=True)
    assert list(actions) == ["CRASH_BET", *cashed]
    assert GameStats.objects.get(player=ada).max_multiplier == round(100 * (outcome["cashout_multiplier"] or 0))


def test_an_open_round_shows_its_multiplier_by_the_clock(as_ada: Caller, clock: Clock) -> None:
    bet = flying(as_ada, CURVE.top, target=50.0)
    shared = set(bet) & {"round_id", "game_id", "bet_amount", "auto_cashout_multiplier", "status", "started_at"}
    for elapsed, shown in ((165, 1.0), (166, 1.01), (11_552, 1.99), (11_553, 2.0), (38_377, 10.0)):
        clock.move_to(START + timedelta(milliseconds=elapsed))
        told = as_ada.get(ACTIVE).json()
        assert told["active"] is True
        assert (told["round"]["elapsed_ms"], told["round"]["current_multiplier"]) == (elapsed, shown)
        assert (told["round"]["crash_point"], told["round"]["potential_win"]) == (None, 5_000)
        assert told["round"]["server_time"] == stamp(START + timedelta(milliseconds=elapsed))
        assert {name: told["round"][name] for name in shared} == {name: bet[name] for name in shared}
        assert told["last_round"] is None


def test_who_never_flew_sees_no_rounds(as_ada: Caller) -> None:
    assert as_ada.get(ACTIVE).json() == {"active": False, "round": None, "last_round": None}


def test_the_last_round_stays_in_sight_while_the_next_one_flies(as_ada: Caller, as_bob: Caller) -> None:
    first = flying(as_ada, 500)["round_id"]
    as_ada.post(OUT)
    second = flying(as_ada, 500)["round_id"]
    flying(as_bob, 500)
    told = as_ada.get(ACTIVE).json()
    assert (told["round"]["round_id"], told["last_round"]["round_id"]) == (second, first)


def test_wins_losses_and_ties_count_when_they_are_settled(ada: Player, as_ada: Caller, clock: Clock) -> None:
    for point, leaves_after, streak in ((500, 200, 1), (500, 150, 2), (500, 100, 2), (300, None, 0), (500, 120, 1)):
        flying(as_ada, point)
        clock.shift(ms(leaves_after or point))
        as_ada.post(OUT)
        assert Wallet.objects.get(pk=ada.pk).win_streak == streak
    stats = as_ada.get(STATS).json()["stats"]
    assert (stats["total_wins"], stats["total_ties"], stats["total_losses"]) == (3, 1, 1)
    assert (stats["highest_multiplier"], stats["overall_max_win"]) == (2.0, 200)
    assert stats["game_breakdown"]["crash"]["max_multiplier"] == 2.0


def test_an_open_round_keeps_the_table_it_began_with(ada: Player, as_ada: Caller, clock: Clock) -> None:
    flying(as_ada, 200, target=1.5)
    put_in_force("crash", growth_millionths=120, return_hundredths=90, top=5_000, target_max=5_000)
    clock.shift(ms(150) - MICROSECOND)
    told = as_ada.get(ACTIVE).json()["round"]
    assert (told["current_multiplier"], told["growth_rate"]) == (1.49, 0.00006)
    clock.shift(MICROSECOND)
    assert as_ada.get(ACTIVE).json()["last_round"]["win_amount"] == 150
    assert as_ada.post(BET, {"bet_amount": 10, "auto_cashout_multiplier": 50.01}).status_code == 422
    answer = placed(as_ada, target=50.0)
    assert (answer["config_version"], answer["growth_rate"]) == (2, 0.00012)


def test_operators_see_rounds_when_they_are_settled(as_ada: Caller, clock: Clock) -> None:
    def counted() -> list[float]:
        labels = [("cc_game_rounds_total", {"game": "crash", "result": result}) for result in ("win", "tie", "loss")]
        labels += [(f"cc_game_{name}_gold_total", {"game": "crash"}) for name in ("wagered", "won")]
        return [REGISTRY.get_sample_value(name, label) or 0.0 for name, label in labels]

    def since(before: list[float]) -> list[float]:
        return [now - then for now, then in zip(counted(), before, strict=True)]

    before = counted()
    flying(as_ada, 500)
    assert since(before) == [0, 0, 0, 0, 0]
    clock.shift(ms(200))
    for _ in range(2):
        as_ada.post(OUT, {"idempotency_key": "k"})
    assert since(before) == [1, 0, 0, 100, 200]
    flying(as_ada, 500)
    clock.shift(ms(500))
    for _ in range(2):
        due.settle_all_due(now=START + timedelta(hours=1))
    flying(as_ada, 100)
    assert since(before) == [1, 0, 2, 300, 200]


def test_the_curve_of_the_tests_is_the_one_in_force(as_ada: Caller) -> None:
    assert flying(as_ada, 500)["growth_rate"] == CURVE.growth_millionths / 1_000_000
