"""What a stream tells of plays: the common facts of a round, and what each game shows of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal, TypedDict

from msgspec import Meta

from realtime.events import Event, Gold, one_of

Hand = Annotated[str, one_of("rock", "paper", "scissors")]
Multiplier = Annotated[float, Meta(description="multiple of the stake, two decimals")]


@dataclass(frozen=True, slots=True, kw_only=True)
class GameEvent(Event):
    """A play: the facts of every round."""

    type: ClassVar[str] = "game_event"
    game_type: Annotated[str, one_of("slot", "rps", "gacha", "crash")]
    round_id: str
    status: Annotated[str, one_of("settled", "active", "cashed_out", "auto_cashed", "crashed")]
    bet: Gold
    win: Gold
    net_change: int
    balance_after: Gold


class WinLine(TypedDict):
    """A line that paid."""

    line: int
    positions: Sequence[Sequence[int]]
    symbol: str
    count: int
    multiplier: float
    amount: Gold


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotSpin(GameEvent):
    """A spin of the slot."""

    subtype: Literal["slot_spin"] = "slot_spin"
    lines: int
    reels: Annotated[Sequence[Sequence[str]], Meta(description="three rows from top to bottom")]
    win_lines: Sequence[WinLine]
    is_jackpot: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RpsPlay(GameEvent):
    """A round of rock, paper, scissors."""

    subtype: Literal["rps_play"] = "rps_play"
    player_choice: Hand
    computer_choice: Hand
    result: Annotated[str, one_of("win", "lose", "draw")]
    multiplier: Multiplier


class PulledItem(TypedDict):
    """An item that was drawn."""

    item_id: str
    name: str
    rarity: str
    gold_value: Gold
    is_new: bool
    pity: Annotated[bool, Meta(description="drawn because it was due")]
    guaranteed: Annotated[bool, Meta(description="the guarantee of a ten-pull")]


class Pity(TypedDict):
    """How near the promised item is."""

    before: int
    after: int
    pulls_until_pity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GachaPull(GameEvent):
    """One or ten pulls of the gacha."""

    subtype: Literal["gacha_pull"] = "gacha_pull"
    banner: str
    pull_count: int
    items: Sequence[PulledItem]
    rare_item_count: int
    ultra_rare_item_count: int
    pity: Pity
    animation_type: Annotated[str, one_of("normal", "epic", "legendary", "pity")]


@dataclass(frozen=True, slots=True, kw_only=True)
class CrashBet(GameEvent):
    """A crash round was opened; nothing hints at its crash point."""

    subtype: Literal["crash_bet"] = "crash_bet"
    auto_cashout_multiplier: Multiplier | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CrashResult(GameEvent):
    """A crash round is over."""

    subtype: Literal["crash_result"] = "crash_result"
    auto_cashout_multiplier: Multiplier | None
    cashout_multiplier: Multiplier | None
    crash_point: Multiplier
