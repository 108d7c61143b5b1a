"""Statistics: counted with the round, one shape for all four games, rebuilt when staff ask."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Audit, Player, Role, Wallet
from casino.lib import days
from games import totals
from games.models import GameStats, Round
from games.play import slots
from realtime.models import StreamEvent
from tests.cast import Caller, enrol

MINE = "/api/games/stats/me"
NO_ROUNDS = {"rounds": 0, "wins": 0, "losses": 0, "ties": 0, "wagered": 0, "won": 0, "profit": 0, "max_win": 0}


def play(player: Player, *results: tuple[int, int]) -> None:
    """Settled rounds of (stake, payout), counted as a play counts them."""
    wallet = Wallet.objects.get(pk=player.pk)
    row = GameStats.objects.filter(player=player).first() or GameStats(player=player, game_id="slot")
    for stake, payout in results:
        now = days.now()
        settled = Round.objects.create(
            player=player,
            game="slot",
            stake=stake,
            payout=payout,
            balance_after=0,
            config_version=1,
            server_seed_hash="h" * 64,
            client_seed="c",
            nonce=Round.objects.count(),
            created_at=now,
            settled_at=now,
        )
        totals.count_round(row, wallet, settled, now=now)
    wallet.save()


def my_stats(caller: Caller) -> dict[str, Any]:
    answer = caller.get(MINE).json()
    assert answer["success"] is True
    return dict(answer["stats"])


def test_a_new_player_has_zeros_in_all_four_games(ada: Player, as_ada: Caller) -> None:
    assert my_stats(as_ada) == {
        "user_id": ada.pk,
        "total_games_played": 0,
        "total_bets": 0,
        "total_wins": 0,
        "total_losses": 0,
        "total_ties": 0,
        "win_rate": 0.0,
        "overall_max_win": 0,
        "current_win_streak": 0,
        "total_wagered": 0,
        "total_won": 0,
        "total_profit": 0,
        "highest_multiplier": None,
        "game_breakdown": {
            "slot": NO_ROUNDS | {"spins": 0},
            "rps": NO_ROUNDS | {"plays": 0},
            "gacha": NO_ROUNDS | {"pulls": 0, "rare_wins": 0, "ultra_rare_wins": 0},
            "crash": NO_ROUNDS | {"bets": 0, "max_multiplier": None},
        },
        "updated_at": None,
    }


def test_rounds_add_up(ada: Player, as_ada: Caller) -> None:
    play(ada, (100, 0), (100, 250), (50, 50), (10, 20), (30, 0), (20, 60))
    shown = my_stats(as_ada)
    assert shown.pop("updated_at").endswith("Z")
    assert shown["game_breakdown"].pop("slot") == {
        "rounds": 6,
        "spins": 6,
        "wins": 3,
        "losses": 2,
        "ties": 1,
        "wagered": 310,
        "won": 380,
        "profit": 70,
        "max_win": 250,
    }
    assert {name: value for name, value in shown.items() if name not in ("user_id", "game_breakdown")} == {
        "total_games_played": 6,
        "total_bets": 6,
        "total_wins": 3,
        "total_losses": 2,
        "total_ties": 1,
        "win_rate": 50.0,
        "overall_max_win": 250,
        "current_win_streak": 1,
        "total_wagered": 310,
        "total_won": 380,
        "total_profit": 70,
        "highest_multiplier": None,
    }


def test_ties_neither_extend_nor_break_a_streak(ada: Player, as_ada: Caller) -> None:
    play(ada, (10, 20), (10, 10), (10, 20), (10, 10))
    assert my_stats(as_ada)["current_win_streak"] == 2
    play(ada, (10, 9))
    assert my_stats(as_ada)["current_win_streak"] == 0


def test_win_rate_has_two_decimals(ada: Player, as_ada: Caller) -> None:
    play(ada, (10, 20), (10, 0), (10, 0))
    assert my_stats(as_ada)["win_rate"] == 33.33


def test_one_players_rounds_are_not_anothers(ada: Player, as_bob: Caller) -> None:
    play(ada, (10, 20))
    assert my_stats(as_bob)["total_games_played"] == 0


def test_statistics_read_one_row_a_game_however_long_the_history(ada: Player, as_ada: Caller) -> None:
    play(ada, *[(10, 0)] * 50)
    with CaptureQueriesContext(connection) as captured:
        as_ada.get(MINE)
    tables = [query["sql"] for query in captured.captured_queries if "games_" in query["sql"]]
    assert len(tables) == 1
    assert "games_round" not in tables[0]
    assert len(captured) == 3  # the session, the streak on the wallet, the statistics


def test_staff_see_anybodys_statistics_players_only_their_own(
    ada: Player, bob: Player, as_ada: Caller, as_sam: Caller
) -> None:
    play(ada, (10, 20))
    own = as_ada.get(f"/api/games/stats/{ada.pk}").json()
    assert own == as_ada.get(MINE).json() == as_sam.get(f"/api/games/stats/{ada.pk}").json()
    for other in (bob.pk, 10**9):
        response = as_ada.get(f"/api/games/stats/{other}")
        assert (response.status_code, response.json()["error"]["code"]) == (403, "PERMISSION_DENIED")
    response = as_sam.get("/api/games/stats/1000000000")
    assert (response.status_code, response.json()["error"]["code"]) == (404, "USER_NOT_FOUND")


def test_recalculation_mends_what_drifted_and_says_so(ada: Player, sam: Player, as_ada: Caller, as_sam: Caller) -> None:
    play(ada, (100, 0), (10, 20), (10, 10), (10, 30))
    right = my_stats(as_ada)
    GameStats.objects.update(rounds=99, losses=96, wagered=1, max_multiplier=500)
    Wallet.objects.filter(pk=ada.pk).update(win_streak=77)

    answer = as_sam.post(f"/api/games/stats/recalculate/{ada.pk}").json()
    assert (answer["success"], answer["changed"]) == (True, True)
    mended = answer["stats"]
    assert mended["highest_multiplier"] == 5.0  # the best cash-out never falls
    assert mended | {"updated_at": 0, "highest_multiplier": None} == right | {"updated_at": 0}
    assert my_stats(as_ada) == mended
    assert StreamEvent.objects.filter(player=ada).latest("seq").data == {"stats": mended}
    audit = Audit.objects.get(action="STATS_RECALCULATED")
    assert (audit.actor, audit.target_id, audit.details) == (sam, str(ada.pk), {"changed": True})

    again = as_sam.post(f"/api/games/stats/recalculate/{ada.pk}").json()
    assert again == {"success": True, "stats": mended, "changed": False}


def test_the_streak_follows_the_order_of_settling(ada: Player, as_sam: Caller) -> None:
    play(ada, (10, 0), (10, 20))
    lost, won = Round.objects.order_by("id")
    assert as_sam.post(f"/api/games/stats/recalculate/{ada.pk}").json()["stats"]["current_win_streak"] == 1
    Round.objects.filter(pk=lost.pk).update(settled_at=won.settled_at)  # at the same moment the later row decides
    assert as_sam.post(f"/api/games/stats/recalculate/{ada.pk}").json()["stats"]["current_win_streak"] == 1
    Round.objects.filter(pk=lost.pk).update(settled_at=days.now())  # placed first, settled last
    assert as_sam.post(f"/api/games/stats/recalculate/{ada.pk}").json()["stats"]["current_win_streak"] == 0


def test_recalculation_agrees_with_what_plays_counted(ada: Player, as_sam: Caller) -> None:
    for _ in range(25):
        slots.spin(player=ada, stake=10, lines=2, key=None)
    assert as_sam.post(f"/api/games/stats/recalculate/{ada.pk}").json()["changed"] is False


def test_only_the_right_staff_recalculate(ada: Player, as_ada: Caller) -> None:
    path = f"/api/games/stats/recalculate/{ada.pk}"
    assert as_ada.post(path).json()["error"]["code"] == "STAFF_ONLY"
    for role, status in ((Role.AUDITOR, 403), (Role.SUPPORT, 403), (Role.SHOP, 403), (Role.ECONOMY, 200)):
        assert Caller(enrol(f"sam-{role}", role=role)).post(path).status_code == status
    assert Caller(enrol("boss", role=Role.OWNER)).post("/api/games/stats/recalculate/9999999").status_code == 404


@pytest.mark.parametrize("path", [MINE, "/api/games/stats/1", "/api/games/history"])
def test_nobody_has_no_statistics(as_nobody: Caller, path: str) -> None:
    assert as_nobody.get(path).status_code == 401
