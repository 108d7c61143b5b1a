"""What the payment provider's news costs: purchases that wait for it, and one event for each."""

from __future__ import annotations

import itertools
import os

from accounts.models import Player
from bench import load
from bench.club import Seat, close
from bench.provider import Json, event, seal
from shop import buy
from shop.models import Product
from shop.orders import Order

_LONGEST_SECONDS = 120.0


def webhooks(port: int, seats: list[Seat], count: int, connections: int) -> tuple[str, str, str]:
    """The latency of `count` successes over that many connections: a name, the figure and a note."""
    secret = os.environ["PAYMENT_WEBHOOK_SECRET"].split(",")[0]
    waiting = [load.sealed_request(port, seal(secret, event(**_sold(seat)))) for seat, _ in _turns(seats, count)]
    close()
    todo = iter(waiting)
    tally = load.run(port, [todo.__next__] * connections, _LONGEST_SECONDS)
    others = {status: number for status, number in tally.statuses.items() if status != 200}
    return (
        "webhook p50 / p99",
        f"{tally.percentile(0.5):.1f} / {tally.percentile(0.99):.1f} ms",
        f"{tally.per_second:.0f} per second over {connections} connections · other answers {others or 0}",
    )


def _turns(seats: list[Seat], count: int) -> itertools.islice[tuple[Seat, int]]:
    return itertools.islice(((seat, turn) for turn in itertools.count() for seat in seats), count)


def _sold(seat: Seat) -> Json:
    """A pack whose payment an outside provider takes."""
    pack, order = Product.objects.named("GOLD_PACK_SMALL"), Order(gateway_mode="external")
    bought = buy.buy(player=Player.objects.get(pk=seat.player_id), product=pack, order=order, key=None).purchase
    return {
        "receipt_code": bought.receipt_code,
        "user_id": bought.player_id,
        "product_id": bought.code,
        "amount": bought.amount,
    }
