"""`manage.py simulate`: the same seed tells the same, exact figures stand beside, nothing is written."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from games import simulation, tables
from games.engine import returns
from games.models import Game, GameConfig, Round
from games.tests.test_tables import changed
from realtime.models import StreamEvent

pytestmark = pytest.mark.django_db

GAMES = list(tables.FIRST_VERSIONS)


class Terminal(StringIO):
    """What somebody sees who watches."""

    def isatty(self) -> bool:
        return True


def simulate(*options: str) -> str:
    out = StringIO()
    call_command("simulate", *options, stdout=out)
    return out.getvalue()


def facts(*options: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(simulate("--json", *options))
    return read


@pytest.mark.parametrize("game", GAMES)
def test_the_same_seed_tells_the_same(game: str) -> None:
    options = ("--game", game, "--rounds", "300")
    assert simulate(*options, "--seed", "a") == simulate(*options, "--seed", "a")
    assert simulate(*options, "--seed", "a") != simulate(*options, "--seed", "b")


def test_without_a_seed_one_is_made_up_and_told() -> None:
    first, second = (facts("--game", "rps", "--rounds", "50") for _ in range(2))
    assert first["seed"] != second["seed"]
    assert facts("--game", "rps", "--rounds", "50", "--seed", first["seed"]) == first


@pytest.mark.parametrize("game", GAMES)
def test_nothing_is_written(game: str) -> None:
    simulate("--game", game, "--rounds", "20")
    assert not Round.objects.exists()
    assert not StreamEvent.objects.exists()


@pytest.mark.parametrize(
    ("options", "exact", "hits"),
    [
        (["--game", "slot", "--lines", "5"], 0.96342, 0.2218),
        (["--game", "slot", "--stake", "10"], 0.96342, 0.2218),
        (["--game", "rps", "--stake", "11"], 32 / 33, 1 / 3),
        (["--game", "gacha"], 0.736382, 0.041041),
        (["--game", "gacha", "--count", "10"], 0.847270, 0.042963),
        (["--game", "crash", "--target", "2"], 0.97, 0.485),
        (["--game", "crash", "--target", "100.00"], 0.97, 0.0097),
    ],
)
def test_return_and_hit_rate_stand_beside_the_exact_ones(options: list[str], exact: float, hits: float) -> None:
    told = facts(*options, "--rounds", "3000", "--seed", "beside")
    assert told["return"]["exact"] == pytest.approx(exact, abs=1e-6)
    assert told["hit_rate"]["exact"] == pytest.approx(hits, abs=1e-6)
    assert told["return"]["observed"] == told["paid"] / told["wagered"]
    for share in (told["return"], told["hit_rate"]):
        assert share["low"] < share["observed"] < share["high"]
        assert share["holds"] == (share["low"] <= share["exact"] <= share["high"])


def test_lines_are_told_in_percent() -> None:
    told = simulate("--game", "crash", "--rounds", "1000", "--seed", "a")
    assert "crash v1" in told
    assert "1,000" in told
    assert "exact 97.0000%" in told
    assert "exact 48.5000%" in told


def test_intervals_cover_the_exact_return_about_95_times_in_a_hundred() -> None:
    bet = simulation.rps(tables.parse_rps(tables.FIRST_VERSIONS["rps"]), stake=100, choice="rock")
    inside = 0
    for seed in range(200):
        tally = simulation.Tally()
        for dice in simulation.rolls("rps", seed=str(seed), rounds=300):
            tally.add(*bet.play(dice))
        inside += tally.share_paid(bet).holds
    assert 180 <= inside <= 199


def test_the_pulls_of_a_simulation_are_those_of_one_player() -> None:
    pool = tables.parse_gacha(changed("gacha", "pity.threshold", 3) | {"cost_single": 2_500, "cost_ten": 25_000})
    bet = simulation.gacha(pool, count=1)
    hits = [bet.play(dice)[1] for dice in simulation.rolls("gacha", seed="a", rounds=300)]
    assert all(sum(hits[start : start + 3]) for start in range(298))


def test_the_table_in_force_is_played_or_the_version_asked_for() -> None:
    table = changed("rps", "win", 150)
    config = GameConfig.objects.create(game="rps", version=2, table=table, fingerprint=tables.fingerprint(table))
    Game.objects.filter(pk="rps").update(config=config)
    assert facts("--game", "rps", "--rounds", "10")["return"]["exact"] == pytest.approx(2.5 / 3)
    assert facts("--game", "rps", "--rounds", "10", "--table", "1")["config_version"] == 1


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--game", "rps", "--table", "9"], 1),
        (["--game", "rps", "--rounds", "0"], 2),
        (["--game", "slot", "--stake", "9"], 2),
        (["--game", "crash", "--stake", "100001"], 2),
        (["--game", "crash", "--target", "1.00"], 2),
        (["--game", "crash", "--target", "2.001"], 2),
        (["--game", "crash", "--target", "100.01"], 2),
        (["--game", "crash", "--target", "much"], 2),
        (["--game", "crash", "--target", "1/0"], 2),
    ],
)
def test_what_cannot_be_played_is_refused(options: list[str], code: int) -> None:
    with pytest.raises(CommandError) as refused:
        simulate(*options)
    assert refused.value.returncode == code


def test_a_game_that_pays_something_else_than_it_says_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    options = ("--game", "rps", "--rounds", str(simulation.FAULT_ROUNDS), "--seed", "a")
    simulate(*options)
    said = "games.engine.returns.rps_return_after_cutting"
    monkeypatch.setattr(said, lambda duel, *, stake: returns.rps_return(duel) * 9 / 10)
    with pytest.raises(CommandError, match="chance") as found:
        simulate(*options)
    assert found.value.returncode == 1


def test_who_watches_sees_how_far_it_is() -> None:
    watched, unwatched = Terminal(), StringIO()
    for stderr in (watched, unwatched):
        call_command("simulate", "--game", "crash", "--rounds", "10000", stdout=StringIO(), stderr=stderr)
    assert "5,000 / 10,000" in watched.getvalue()
    assert unwatched.getvalue() == ""
