"""What a benchmark does inside Django: players with gold and tokens, a spin here, the price of small things."""

from __future__ import annotations

import statistics
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from django.contrib.auth.hashers import check_password
from django.db import connection, transaction
from django.test import Client as DjangoClient

from accounts import ledger, passwords, sessions, signup, tokens
from accounts.models import Account, AuthSession, EntryCode
from casino.lib import days
from realtime import publish

GOLD = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Seat:
    """A player of the benchmark."""

    player_id: int
    token: str


def enrol(count: int, name: str = "bench") -> list[Seat]:
    """Players called `name` and a number, with gold that lasts and a token each."""
    seats = []
    for number in range(count):
        now = days.now()
        called = f"{name}{number:03d}"
        player = signup.enrol(site_id=called, nickname=called, password="not-used-here", phone_number=None, now=now)
        with transaction.atomic(), ledger.open_wallet(player.pk, now=now) as wallet:
            wallet.receive(GOLD, source=Account.MINT, code=EntryCode.ADMIN_GRANT, reference="bench")
        client = sessions.Client(ip="127.0.0.1", user_agent="bench")
        grant = sessions.begin(player=player, kind=AuthSession.Kind.API, client=client, now=now)
        seats.append(Seat(player.pk, tokens.access_token(grant.session, grant.player)))
    return seats


@dataclass(frozen=True, slots=True)
class Call:
    """One request to the API; a body makes it a POST."""

    path: str
    body: bytes = b""


PACK: Final = Call("/api/shop/buy", b'{"product_id":"GOLD_PACK_SMALL"}')
ITEM: Final = Call("/api/shop/buy", b'{"product_id":"anti_single_loss"}')
SPIN: Final = Call("/api/games/slot/spin", b'{"bet_amount":10,"lines":5}')
PLAYS: Final[Mapping[str, tuple[Call, ...]]] = {
    "rps": (Call("/api/games/rps/play", b'{"bet_amount":10,"choice":"rock"}'),),
    "gacha": (Call("/api/games/gacha/pull", b'{"pull_count":1}'),),
    "crash": (Call("/api/games/crash/bet", b'{"bet_amount":10}'), Call("/api/games/crash/cashout", b"{}")),
}
"""What a play of each game asks for, one call after the other; a crash round is left as soon as it is open."""


STATISTICS: Final = Call("/api/games/stats/me")


def caller(seat: Seat, *calls: Call) -> Callable[[], None]:
    """These calls of this player through the whole of Django, in this process."""
    browser = DjangoClient(headers={"authorization": f"Bearer {seat.token}"})

    def call() -> None:
        for each in calls:
            key = {"idempotency-key": uuid.uuid4().hex}
            method = "POST" if each.body else "GET"
            answer = browser.generic(method, each.path, each.body, "application/json", headers=key)
            # One crash round in 25 is over before it can be left.
            if answer.status_code != 200 and b"ROUND_CRASHED" not in answer.content:
                raise RuntimeError(f"{each.path} was refused: {answer.status_code} {answer.content[:500]!r}")

    return call


def stats_ms(seat: Seat) -> float:
    """What a player's statistics cost through the whole of Django."""
    return _median_ms(caller(seat, STATISTICS), 200)


def _median_ms(action: Callable[[], object], times: int) -> float:
    action()
    spent = []
    for _ in range(times):
        began = time.perf_counter()
        action()
        spent.append(time.perf_counter() - began)
    return statistics.median(spent) * 1000


def password_check_ms() -> float:
    """One Argon2id comparison."""
    encoded = passwords.hashed("a long enough passphrase")
    return _median_ms(lambda: check_password("a long enough passphrase", encoded), 15)


def hint_ms(seat: Seat) -> float:
    """What the after-commit hint of a spin costs the request that gives it."""
    message = {
        "type": "profile_update",
        "user_id": seat.player_id,
        "seq": 1,
        "timestamp": time.time(),
        "data": {"changes": {"gold_balance": GOLD, "cyber_token_balance": GOLD}, "reason": "slot_bet", "ref": "bench"},
    }
    return _median_ms(lambda: publish.send(seat.player_id, [message, message, message]), 500)


def close() -> None:
    """Give this process's connections back, so that they do not count in what follows."""
    connection.close()
