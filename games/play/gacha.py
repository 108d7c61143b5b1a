"""The gacha: one pull or ten as one round; pity, the day's limit and the collection move with it or not at all."""

from __future__ import annotations

import uuid

from django.db import transaction

from accounts.ledger import open_wallet
from accounts.models import Player
from casino.lib import days, idempotency
from casino.lib.idempotency import Key
from games import collection, draws, floor, metrics, pulls
from games.engine.gacha import Pool
from games.models import GameType
from games.play import rounds
from games.play.due import settling_first
from games.play.rounds import Play

OPERATION = "gacha.pull"
COUNTS = (1, 10)


@settling_first
def pull(*, player: Player, count: int, banner: str | None, key: Key | None) -> Play:
    """Takes the price, draws the items and pays their gold; a known key tells its round again."""
    round_id = uuid.uuid4()
    with transaction.atomic():
        kept = idempotency.claim(key, ref=str(round_id), now=days.now())
        if kept is not None:
            return rounds.replay(kept)
        with open_wallet(player.pk) as wallet:
            seats = floor.seats_of(player.pk)
            seat = seats[GameType.GACHA]
            pool = floor.rules(seat.fingerprint, Pool)
            shown_under = pulls.open_banner(pool, banner, now=wallet.now)
            price = pool.cost(count)
            rounds.admit(wallet, seat, stake=price, stake_min=price, stake_max=price)
            pulls.want_room(pool, seat.stats, rank=player.rank, count=count, now=wallet.now)
            bet = rounds.place(wallet, seat, round_id=round_id, stake=price)
            dice = rounds.dice_for(wallet, bet)
            drawn = draws.gacha(pool, dice, count=count, pity=seat.stats.pity, banner=shown_under.banner_id)
            outcome = collection.remember(seat.stats, drawn.outcome, at=wallet.now)
            rounds.settle(wallet, seats, bet, payout=drawn.payout, outcome=outcome)
    metrics.count_round(bet)
    return Play(bet, replayed=False)
