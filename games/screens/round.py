"""What the page of one round shows: the round as the API tells it, drawn again, with what proves it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.cards import kind_name
from games import floor
from games.engine.crash import Curve
from games.engine.slots import Machine
from games.models import GameConfig, GameType
from games.screens.rows import RoundRow, row_of
from games.screens.scenes import CrashScene, GachaScene, RpsScene, SlotScene, crash_scene
from games.screens.slot import Gallery

Json = dict[str, Any]
Scene = SlotScene | RpsScene | GachaScene | CrashScene


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One movement of gold that the round made."""

    name: str
    amount: int
    balance_after: int


@dataclass(frozen=True, slots=True)
class RoundScreen:
    """One round for one reader."""

    shown: Json
    row: RoundRow
    scene: Scene | None
    is_own: bool

    @property
    def is_staff_view(self) -> bool:
        """Somebody else's round with everything in it: only staff get that."""
        return not self.is_own and "ledger" in self.shown

    @property
    def mood(self) -> str:
        """won, returned, lost or open."""
        if self.row.is_open:
            return "open"
        stake, payout = self.shown["bet_amount"], self.shown["win_amount"]
        return "won" if payout > stake else "returned" if payout else "lost"

    @property
    def settled_at(self) -> datetime | None:
        """When the round was over."""
        stamp = self.shown["settled_at"]
        return datetime.fromisoformat(stamp) if stamp else None

    @property
    def ledger(self) -> tuple[LedgerLine, ...]:
        """What the round wrote into the ledger; nothing for strangers."""
        return tuple(
            LedgerLine(kind_name(entry["kind"]), entry["amount"], entry["balance_after"])
            for entry in self.shown.get("ledger", ())
        )


def round_screen(shown: Json, *, reader_id: int | None) -> RoundScreen:
    """The page of a round that this reader may see, from what the API tells the same reader."""
    row = row_of(shown)
    return RoundScreen(
        shown=shown,
        row=row,
        scene=None if row.is_open else _scene(shown),
        is_own=reader_id is not None and reader_id == shown["user_id"],
    )


def _scene(shown: Json) -> Scene:
    game, outcome = GameType(shown["game_type"]), shown["outcome"]
    match game:
        case GameType.RPS:
            return RpsScene(outcome["player_choice"], outcome["computer_choice"], outcome["result"])
        case GameType.GACHA:
            return GachaScene(outcome)
        case GameType.CRASH:
            return crash_scene(floor.rules(_fingerprint(shown), Curve), outcome)
        case GameType.SLOT:
            return SlotScene(Gallery(floor.rules(_fingerprint(shown), Machine)), outcome)


def _fingerprint(shown: Json) -> str:
    """The table by which the round was played."""
    versions = GameConfig.objects.filter(game=shown["game_type"], version=shown["config_version"])
    return versions.values_list("fingerprint", flat=True).get()
