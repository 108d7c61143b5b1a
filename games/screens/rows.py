"""A round as one line of a list: drawing, words, movement. `static/js/rounds.js` tells the same of live news."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from games.models import GameType, RoundResult, RoundStatus
from games.screens.slot import DRAWN

Json = dict[str, Any]

HAND_NAMES: Final = {
    "rock": gettext_lazy("바위"),
    "paper": gettext_lazy("보"),
    "scissors": gettext_lazy("가위"),
}
VERDICTS: Final = {
    RoundResult.WIN: gettext_lazy("승"),
    RoundResult.TIE: gettext_lazy("무"),
    RoundResult.LOSS: gettext_lazy("패"),
    RoundResult.OPEN: gettext_lazy("진행 중"),
}
RARITIES: Final = ("Common", "Rare", "Epic", "Legendary", "Mythic")
"""From the commonest: the place is the number of the shape and the tone that stand for it."""


@dataclass(frozen=True, slots=True)
class RoundRow:
    """One round in a list."""

    key: str
    game: str
    name: str
    mark: str
    mark_class: str
    words: str
    when: datetime
    net: int
    tone: str
    verdict: str
    is_open: bool

    @property
    def href(self) -> str:
        """Where the whole round is shown."""
        return f"/rounds/{self.key}"


def row_of(item: Json) -> RoundRow:
    """The row of one line of the history as the API tells it."""
    result = RoundResult(item["result"])
    mark, mark_class = mark_of(item)
    return RoundRow(
        key=item["round_id"],
        game=item["game_type"],
        name=str(GameType(item["game_type"]).label),
        mark=mark,
        mark_class=mark_class,
        words=words_of(item),
        when=datetime.fromisoformat(item["created_at"]),
        net=item["net_change"],
        tone="live" if result is RoundResult.OPEN else tone_of(item["bet_amount"], item["win_amount"]),
        verdict=str(VERDICTS[result]),
        is_open=result is RoundResult.OPEN,
    )


def words_of(item: Json) -> str:
    """What happened in the game, then what came of the stake."""
    happened = _HAPPENED[item["game_type"]](item)
    return " · ".join(part for part in (happened, _came_back(item)) if part)


def _came_back(item: Json) -> str:
    """What came back of a stake, told without cheer."""
    stake, payout = item["bet_amount"], item["win_amount"]
    amounts = {"stake": f"{stake:,}", "payout": f"{payout:,}"}
    if item["result"] == RoundResult.OPEN:
        return _("%(stake)s 걸고 진행 중") % amounts
    if payout > stake:
        return _("%(stake)s 걸고 %(payout)s 받음") % amounts
    if payout:
        return _("%(stake)s 중 %(payout)s 돌려받음") % amounts
    return (_("%(stake)s 걸고 적중 없음") if item["game_type"] == GameType.SLOT else _("%(stake)s 잃음")) % amounts


def tone_of(stake: int, payout: int) -> str:
    """The colour of a round's movement: a part that came back is no gain, and no news of a loss either."""
    if payout > stake:
        return "gain"
    return "soft" if payout else "loss"


def mark_of(item: Json) -> tuple[str, str]:
    """The drawing that stands for a round, and how it is drawn."""
    meta: Json = item.get("result_meta") or {}
    match item["game_type"]:
        case GameType.SLOT:
            wins, reels = meta.get("win_lines"), meta.get("reels")
            face = wins[0]["symbol"] if wins else (reels[1][1] if reels else "")
            return (DRAWN[face][0], "symbol") if face in DRAWN else ("icon-games", "icon")
        case GameType.RPS if meta.get("player_choice") in HAND_NAMES:
            return f"hand-{meta['player_choice']}", "symbol"
        case GameType.GACHA if meta.get("items"):
            rank = rarity_rank(best_of(meta["items"])["rarity"])
            return f"shape-{rank}", f"symbol shape tone-{rank}"
        case GameType.CRASH:
            return "icon-chart", "icon"
    return "icon-games", "icon"


def best_of(items: list[Json]) -> Json:
    """The item of a pull that is worth the most gold; the first of equals."""
    return max(items, key=lambda item: item["gold_value"])


def rarity_rank(rarity: str) -> int:
    """From 1, the commonest; a rarity the house has no shape for is drawn as the commonest."""
    return RARITIES.index(rarity) + 1 if rarity in RARITIES else 1


def multiplier_told(multiplier: float) -> str:
    """A crash multiplier as read: 2 → 2.00x."""
    return f"{multiplier:.2f}x"


def _nothing_more(item: Json) -> str:
    return ""


def _hands(item: Json) -> str:
    meta = item["result_meta"]
    hands = {"mine": HAND_NAMES[meta["player_choice"]], "house": HAND_NAMES[meta["computer_choice"]]}
    return _("%(mine)s 대 %(house)s") % hands


def _cards(item: Json) -> str:
    items = item["result_meta"]["items"]
    best: str = best_of(items)["name"]
    if len(items) == 1:
        return best
    return _("%(item)s 외 %(count)s장") % {"item": best, "count": len(items) - 1}


def _flight(item: Json) -> str:
    meta = item["result_meta"]
    if item["result"] == RoundResult.OPEN:
        target = meta.get("auto_cashout_multiplier")
        return _("목표 %(times)s") % {"times": multiplier_told(target)} if target else ""
    if meta.get("cashout_multiplier"):
        shown = {"times": multiplier_told(meta["cashout_multiplier"])}
        is_auto = item["status"] == RoundStatus.AUTO_CASHED
        return (_("자동 %(times)s") if is_auto else _("%(times)s에 캐시아웃")) % shown
    return _("%(times)s에 크래시") % {"times": multiplier_told(meta["crash_point"])}


_HAPPENED: Final[dict[str, Callable[[Json], str]]] = {
    GameType.SLOT: _nothing_more,
    GameType.RPS: _hands,
    GameType.GACHA: _cards,
    GameType.CRASH: _flight,
}
