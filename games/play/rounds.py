"""What every game does alike: place a bet, hand out its dice, settle it, and tell a known key's round again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from accounts import activity
from accounts.ledger import OpenWallet
from accounts.models import Account, EntryCode, StreakType
from accounts.progress import goals
from casino.lib import rows
from games import errors, totals
from games.engine.fairness import Dice, commitment
from games.floor import Seat
from games.models import GameType, Round, RoundResult, RoundStatus
from realtime.events import StatsUpdate
from realtime.plays import CrashResult, GachaPull, GameEvent, RpsPlay, SlotSpin

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Books:
    """Where a game's gold goes and what its plays are called in the stream."""

    house: Account
    bet: EntryCode
    win: EntryCode
    news: type[GameEvent]
    plays: str
    """What missions and events call them."""
    streak: StreakType


BOOKS: Final = {
    GameType.SLOT: Books(
        Account.SLOTS, EntryCode.SLOT_BET, EntryCode.SLOT_WIN, SlotSpin, "slot_spins", StreakType.SLOT_SPIN
    ),
    GameType.RPS: Books(Account.RPS, EntryCode.RPS_BET, EntryCode.RPS_WIN, RpsPlay, "rps_plays", StreakType.RPS_PLAY),
    GameType.GACHA: Books(
        Account.GACHA, EntryCode.GACHA_PULL, EntryCode.GACHA_WIN, GachaPull, "gacha_pulls", StreakType.GACHA_PULL
    ),
    GameType.CRASH: Books(
        Account.CRASH, EntryCode.CRASH_BET, EntryCode.CRASH_WIN, CrashResult, "crash_bets", StreakType.CRASH_BET
    ),
}


@dataclass(frozen=True, slots=True)
class Play:
    """A round, and whether it was told again for a known key instead of played."""

    round: Round
    replayed: bool


def replay(round_id: str) -> Play:
    """The round that the first call with the same key wrote."""
    return Play(Round.objects.get(round_id=round_id), replayed=True)


class RoundDue(Exception):
    """The player's open crash round is over by the clock and has to be settled before anything else is staked."""

    def __init__(self, player_id: int, now: datetime) -> None:
        super().__init__(player_id)
        self.player_id = player_id
        self.now = now


def want_no_round_due(wallet: OpenWallet) -> None:
    """Raises `RoundDue` when the player's open round is over by the wallet's clock."""
    due_at = wallet.row.open_round_due_at
    if due_at is not None and due_at <= wallet.now:
        raise RoundDue(wallet.row.pk, wallet.now)


def admit(wallet: OpenWallet, seat: Seat, *, stake: int, stake_min: int, stake_max: int) -> None:
    """Refuses a stake that the table does not take, and any stake while the game is paused."""
    if not stake_min <= stake <= stake_max:
        raise errors.bet_out_of_range(stake_min, stake_max)
    want_no_round_due(wallet)
    if seat.pause_reason:
        raise errors.game_paused(seat.pause_reason)


def place(wallet: OpenWallet, seat: Seat, *, round_id: UUID, stake: int) -> Round:
    """Takes the stake and the wallet's next nonce for a new round; nothing is stored yet."""
    books = BOOKS[seat.game]
    wallet.pay(stake, to=books.house, code=books.bet, reference=str(round_id))
    row = wallet.row
    placed = Round(
        round_id=round_id,
        player_id=row.pk,
        game=seat.game,
        stake=stake,
        balance_after=wallet.balance,
        config_version=seat.config_version,
        server_seed_hash=commitment(row.server_seed),
        client_seed=row.client_seed,
        nonce=row.nonce,
        created_at=wallet.now,
    )
    row.nonce += 1
    return placed


def dice_for(wallet: OpenWallet, placed: Round) -> Dice:
    """The dice that the round's commitment, client seed and nonce stand for."""
    return Dice(
        server_seed=wallet.row.server_seed, client_seed=placed.client_seed, nonce=placed.nonce, game=placed.game
    )


def settle(
    wallet: OpenWallet,
    seats: dict[GameType, Seat],
    placed: Round,
    *,
    payout: int,
    outcome: Json,
    code: EntryCode | None = None,
    status: RoundStatus = RoundStatus.SETTLED,
    at: datetime | None = None,
) -> None:
    """Pays the round out, stores it, and adds it to statistics, actions and stream.

    `code` if it is no plain win, `status` if it has one of its own, `at` if it was over before now.
    """
    books = BOOKS[GameType(placed.game)]
    round_id = str(placed.round_id)
    wallet.receive(payout, source=books.house, code=code or books.win, reference=round_id)
    placed.payout = payout
    placed.outcome = outcome
    placed.status = status
    over_at = placed.settled_at = at or wallet.now
    placed.balance_after = wallet.balance
    # A crash round's streak ticked at its bet.
    ticks = books.streak if placed._state.adding else None
    goals.advance(wallet, activity_of(placed), at=over_at, streak_type=ticks)
    standing = {game: seat.stats for game, seat in seats.items()}
    facts = {"round_id": round_id, "bet_amount": placed.stake, "win_amount": payout}
    with rows.together():
        if placed._state.adding:
            rows.insert([placed])
        else:
            rows.update(placed)
        totals.count_round(standing[GameType(placed.game)], wallet.row, placed, now=over_at)
        activity.record(wallet.row.pk, *placed.action_types, context=facts, now=over_at)
    wallet.tell(news(placed, books.news))
    wallet.tell(StatsUpdate(totals.shape(wallet.row.pk, standing, wallet.row.win_streak)))


def activity_of(settled: Round) -> dict[str, int]:
    """What a settled round counts for in missions and events."""
    books = BOOKS[GameType(settled.game)]
    return {
        "games_played": 1,
        "games_won": int(settled.result == RoundResult.WIN),
        books.plays: settled.outcome.get("pull_count", 1),
        "gold_wagered": settled.stake,
        "gold_won": settled.payout,
    }


def news(played: Round, kind: type[GameEvent]) -> GameEvent:
    """What the player's stream is told of the round as it stands: common facts, and all that its outcome shows."""
    return kind(
        game_type=played.game,
        round_id=str(played.round_id),
        status=played.status,
        bet=played.stake,
        win=played.payout,
        net_change=played.net_change,
        balance_after=played.balance_after,
        **played.outcome,
    )
