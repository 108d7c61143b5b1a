"""The examples of the API's documentation: answered by the code, from the tables, so that they cannot grow untrue."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import pytest

from games import tables
from games.api import examples
from games.api.urls import urlpatterns
from games.engine.fairness import Dice
from games.tests.test_returns import MUTATIONS
from games.tests.test_tables import changed

FOLLOWING = {
    "slot": ["/api/games", "/api/odds"],
    "rps": ["/api/games", "/api/odds", "/api/games/rps/play"],
    "gacha": ["/api/games", "/api/odds", "/api/games/gacha/config", "/api/games/gacha/pull", "/api/gacha/pull"],
    "crash": ["/api/games", "/api/odds", "/api/games/crash/cashout"],
}


def shown() -> dict[str, Any]:
    """The answer that the documentation shows of every path that answers it itself."""
    views = {f"/{each.pattern}": each.callback.cls for each in urlpatterns}  # type: ignore[attr-defined]
    return {path: view.example() for path, view in views.items() if view.example}


@pytest.mark.parametrize("game", MUTATIONS)
def test_one_changed_figure_changes_the_documentation(game: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = shown()
    path, value = MUTATIONS[game]
    monkeypatch.setattr(
        tables, "FIRST_VERSIONS", MappingProxyType({**tables.FIRST_VERSIONS, game: changed(game, path, value)})
    )
    after = shown()
    assert {path for path in before if before[path] != after[path]} == set(FOLLOWING[game])


def test_an_example_is_what_its_seeds_draw() -> None:
    told = examples.slot_spin()
    assert told["win_amount"] == sum(line["amount"] for line in told["win_lines"]) > 0
    house = ("rock", "paper", "scissors")[
        Dice(server_seed=examples._SERVER_SEED, client_seed="ada", nonce=examples._NONCE, game="rps").draw(3)
    ]
    assert examples.rps_play()["computer_choice"] == house
    assert examples.crash_bet()["crash_point"] is None
    assert examples.crash_cashout()["cashout_multiplier"] < examples.crash_cashout()["crash_point"]
