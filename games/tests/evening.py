"""A player's evening: rounds of all four games, crash rounds of every end, and a rotation in the middle."""

from __future__ import annotations

from datetime import timedelta

from accounts.models import Player, Wallet
from casino.lib import days
from games import seeds
from games.models import Round
from games.play import crash, gacha, rps, slots
from games.play.due import settle_due
from games.tests.flying import Clock, due_at

SEEDS = ("1" * 64, "2" * 64)
MOMENT = timedelta(milliseconds=1)


def spend_an_evening(player: Player, clock: Clock, *, times: int = 3) -> list[Round]:
    """Every round of it, as stored; the first seed is revealed, the second still secret."""
    first, second = SEEDS
    Wallet.objects.filter(pk=player.pk).update(server_seed=first, next_server_seed=second, client_seed="ada", nonce=0)
    for turn in range(2):
        for number in range(times):
            _play_everything(player, clock, number)
        if turn == 0:
            seeds.rotate(player_id=player.pk)
    return list(Round.objects.filter(player=player).order_by("id"))


def _play_everything(player: Player, clock: Clock, number: int) -> None:
    slots.spin(player=player, stake=40 + number, lines=1 + number % 5, key=None)
    rps.play(player=player, stake=15, choice=("rock", "paper", "scissors")[number % 3], key=None)
    _fly(player, clock, target=None, leaves=True)
    gacha.pull(player=player, count=1, banner=None, key=None)
    _fly(player, clock, target=101, leaves=False)
    gacha.pull(player=player, count=10, banner=None, key=None)
    _fly(player, clock, target=None, leaves=False)


def _fly(player: Player, clock: Clock, *, target: int | None, leaves: bool) -> None:
    """A crash round, with a spin while it is open; left half way by hand, or until it ends by itself."""
    opened = crash.bet(player=player, stake=25, target=target, key=None).round
    due = due_at(player)
    if due is None:  # crashed at once
        return
    slots.spin(player=player, stake=10, lines=1, key=None)
    if leaves:
        clock.move_to(opened.created_at + (due - opened.created_at) / 2)
        crash.cash_out(player=player, round_id=None, key=None)
    clock.move_to(due + MOMENT)
    settle_due(player.pk, now=days.now())
