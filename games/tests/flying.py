"""What the tests of crash share: rounds whose point is known, and a clock that only moves when it is told to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from itertools import count, islice
from typing import Any

import time_machine

from accounts.models import Entry, Player, Wallet
from games import tables
from games.engine import crash as engine
from games.engine.fairness import Dice
from games.models import Round
from realtime.models import StreamEvent
from tests.cast import Caller

BET = "/api/games/crash/bet"
OUT = "/api/games/crash/cashout"
ACTIVE = "/api/games/crash/active"
START = datetime(2026, 12, 5, 12, 0, 0, 123_456, tzinfo=UTC)
CURVE = tables.parse_crash(tables.FIRST_VERSIONS["crash"])
MICROSECOND = timedelta(microseconds=1)
CLIENT_SEED = "club"
NO_ROUND = (404, "ROUND_NOT_FOUND", "게임 세션을 찾을 수 없습니다")
OVER = (400, "ROUND_NOT_ACTIVE", "진행 중인 게임이 아닙니다")
CRASHED = (400, "ROUND_CRASHED", "이미 크래시가 발생했습니다")

Clock = time_machine.Traveller


def ms(multiplier: int) -> timedelta:
    """How long a round flies until it shows this multiplier (hundredths)."""
    return timedelta(milliseconds=engine.time_of(CURVE, multiplier))


def aim(player: Player, point: int) -> str:
    """Lets the player's next round crash at this point (hundredths), with seeds nobody has used; the server seed."""
    seed = next(islice(_seeds(point), Round.objects.count(), None))
    Wallet.objects.filter(pk=player.pk).update(server_seed=seed, client_seed=CLIENT_SEED, nonce=0)
    return seed


def _seeds(point: int) -> Iterator[str]:
    return (_seed(point, number) for number in count())


@cache
def _seed(point: int, number: int) -> str:
    """The server seed with this number among those whose first round crashes at this point."""
    tried = (sha256(f"{point} {number} {turn}".encode()).hexdigest() for turn in count())
    return next(seed for seed in tried if point_of(seed) == point)


def point_of(server_seed: str, nonce: int = 0) -> int:
    """Where a round drawn with this seed crashes."""
    dice = Dice(server_seed=server_seed, client_seed=CLIENT_SEED, nonce=nonce, game="crash")
    return engine.point(CURVE, dice)


def flying(caller: Caller, point: int, *, stake: int = 100, target: float | None = None) -> dict[str, Any]:
    """The answer of a bet whose round crashes at this point."""
    assert caller.player is not None
    aim(caller.player, point)
    return placed(caller, stake=stake, target=target)


def placed(caller: Caller, *, stake: int = 100, target: float | None = None) -> dict[str, Any]:
    """The answer of a bet."""
    body = {"bet_amount": stake} | ({} if target is None else {"auto_cashout_multiplier": target})
    response = caller.post(BET, body)
    assert response.status_code == 200, response.content
    return dict(response.json())


def due_at(player: Player) -> datetime | None:
    """When the player's open round ends by itself, as only the wallet knows."""
    return Wallet.objects.values_list("open_round_due_at", flat=True).get(pk=player.pk)


def news_of(player: Player) -> list[StreamEvent]:
    """Everything the player's stream holds."""
    return list(StreamEvent.objects.filter(player=player).order_by("seq"))


def codes_of(round_id: str) -> list[tuple[str, int]]:
    """What the round moved."""
    entries = Entry.objects.filter(reference=round_id).order_by("seq")
    return [(entry.code, entry.signed_amount) for entry in entries]


def refusal(response: Any) -> tuple[int, str, str]:
    """Status, code and text of a call that was refused."""
    return response.status_code, response.json()["error"]["code"], response.json()["detail"]
