"""What every game does alike: place a bet, hand out its dice, settle it, and tell a known key's round again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from accounts import activity
from accounts.ledger import OpenWallet
from accounts.models import Account, EntryCode
from casino.lib import rows
from games import errors, stats
from games.engine.fairness import Dice, commitment
from games.floor import Seat
from games.models import GameType, Round, RoundStatus
from realtime.events import GameEvent, StatsUpdate

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Books:
    """Where a game's gold goes and what its plays are called in the stream."""

    house: Account
    bet: EntryCode
    win: EntryCode
    subtype: str


BOOKS: Final = {GameType.SLOT: Books(Account.SLOTS, EntryCode.SLOT_BET, EntryCode.SLOT_WIN, "slot_spin")}


@dataclass(frozen=True, slots=True)
class Play:
    """A round, and whether it was told again for a known key instead of played."""

    round: Round
    replayed: bool


def replay(round_id: str) -> Play:
    """The round that the first call with the same key wrote."""
    return Play(Round.objects.get(round_id=round_id), replayed=True)


def place(wallet: OpenWallet, seat: Seat, *, round_id: UUID, stake: int, stake_min: int, stake_max: int) -> Round:
    """Takes the stake and the wallet's next nonce for a new round, or refuses the bet; nothing is stored yet."""
    if seat.pause_reason:
        raise errors.game_paused(seat.pause_reason)
    if not stake_min <= stake <= stake_max:
        raise errors.bet_out_of_range(stake_min, stake_max)
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


def settle(wallet: OpenWallet, seats: dict[GameType, Seat], placed: Round, *, payout: int, outcome: Json) -> None:
    """Pays the round out, stores it, and adds it to statistics, actions and stream."""
    books = BOOKS[GameType(placed.game)]
    round_id = str(placed.round_id)
    wallet.receive(payout, source=books.house, code=books.win, reference=round_id)
    placed.payout = payout
    placed.outcome = outcome
    placed.status = RoundStatus.SETTLED
    placed.settled_at = wallet.now
    placed.balance_after = wallet.balance
    totals = {game: seat.stats for game, seat in seats.items()}
    facts = {"round_id": round_id, "bet_amount": placed.stake, "win_amount": payout}
    with rows.together():
        rows.insert([placed])
        stats.count_round(totals[GameType(placed.game)], wallet.row, placed, now=wallet.now)
        activity.record(wallet.row.pk, placed.action_type, facts, now=wallet.now)
    wallet.tell(_news(placed, books.subtype))
    wallet.tell(StatsUpdate(stats.shape(wallet.row.pk, totals, wallet.row.win_streak)))


def _news(settled: Round, subtype: str) -> GameEvent:
    return GameEvent(
        subtype=subtype,
        game_type=settled.game,
        round_id=str(settled.round_id),
        status=settled.status,
        bet=settled.stake,
        win=settled.payout,
        balance_after=settled.balance_after,
        shown=settled.outcome,
    )
