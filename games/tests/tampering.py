"""What somebody who can write to the database might change afterwards, and the check that names it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from accounts.models import Entry, EntryCode, Wallet
from accounts.seal import unsealed
from games.models import GameConfig, RevealedSeed, Round, RoundStatus


def first(evening: list[Round], game: str, *, status: str | None = None, paid: bool = False) -> Round:
    """The first round of a game, if asked with this end, or that paid."""
    return next(
        each
        for each in evening
        if each.game == game and (status is None or each.status == status) and (each.payout > 0 or not paid)
    )


def change(played: Round, **columns: Any) -> Round:
    Round.objects.filter(pk=played.pk).update(**columns)
    return played


def change_entries(found: Any, **columns: Any) -> None:
    with unsealed():
        found.update(**columns)


def another_reel(evening: list[Round]) -> Round:
    played = first(evening, "slot")
    reels = [list(row) for row in played.outcome["reels"]]
    reels[0][0] = "7️⃣" if reels[0][0] != "7️⃣" else "🍒"
    return change(played, outcome=played.outcome | {"reels": reels})


def another_hand(evening: list[Round]) -> Round:
    played = first(evening, "rps")
    other = "rock" if played.outcome["computer_choice"] != "rock" else "paper"
    return change(played, outcome=played.outcome | {"computer_choice": other})


def another_item(evening: list[Round]) -> Round:
    played = first(evening, "gacha")
    items = [played.outcome["items"][0] | {"item_id": "crown"}, *played.outcome["items"][1:]]
    return change(played, outcome=played.outcome | {"items": items})


def another_point(evening: list[Round]) -> Round:
    played = first(evening, "crash", status=RoundStatus.CRASHED)
    return change(played, outcome=played.outcome | {"crash_point": played.outcome["crash_point"] + 0.01})


def no_outcome(evening: list[Round]) -> Round:
    return change(first(evening, "gacha"), outcome={})


def a_million_pulls(evening: list[Round]) -> Round:
    played = first(evening, "gacha")
    return change(played, outcome=played.outcome | {"pull_count": 10**9})


def a_larger_payout(evening: list[Round]) -> Round:
    played = first(evening, "slot")
    return change(played, payout=played.payout + 1)


def another_stake(evening: list[Round]) -> Round:
    return change(first(evening, "gacha"), stake=1)


def a_crash_that_was_none(evening: list[Round]) -> Round:
    """The round was cashed out by its target; now it says that it crashed, and that nothing was paid."""
    played = first(evening, "crash", status=RoundStatus.AUTO_CASHED)
    return change(played, status=RoundStatus.CRASHED, payout=0, outcome=played.outcome | {"cashout_multiplier": None})


def a_later_cashout(evening: list[Round]) -> Round:
    """Left by hand one hundredth later than the display showed then."""
    played = first(evening, "crash", status=RoundStatus.CASHED_OUT)
    later = round(played.outcome["cashout_multiplier"] + 0.01, 2)
    return change(played, outcome=played.outcome | {"cashout_multiplier": later})


def a_cashout_after_the_crash(evening: list[Round]) -> Round:
    """The round crashed; now it says that it was left by hand at that very moment, and that this was paid."""
    played = first(evening, "crash", status=RoundStatus.CRASHED)
    point = played.outcome["crash_point"]
    paid = played.stake * round(point * 100) // 100
    return change(
        played, status=RoundStatus.CASHED_OUT, payout=paid, outcome=played.outcome | {"cashout_multiplier": point}
    )


def another_status(evening: list[Round]) -> Round:
    return change(first(evening, "crash", status=RoundStatus.AUTO_CASHED), status=RoundStatus.SETTLED)


def a_crash_that_came_sooner(evening: list[Round]) -> Round:
    played = first(evening, "crash", status=RoundStatus.CRASHED)
    assert played.settled_at is not None
    return change(played, settled_at=played.settled_at.replace(microsecond=0))


def a_larger_entry(evening: list[Round]) -> Round:
    played = first(evening, "slot", paid=True)
    won = Entry.objects.filter(reference=str(played.round_id), code=EntryCode.SLOT_WIN)
    change_entries(won, amount=played.payout + 1)
    return played


def an_entry_by_another_name(evening: list[Round]) -> Round:
    played = first(evening, "rps")
    change_entries(Entry.objects.filter(reference=str(played.round_id), code=EntryCode.RPS_BET), code="slot_bet")
    return played


def an_entry_from_elsewhere(evening: list[Round]) -> Round:
    played = first(evening, "rps")
    change_entries(Entry.objects.filter(reference=str(played.round_id), code=EntryCode.RPS_BET), credit="house:shop")
    return played


def no_entry(evening: list[Round]) -> Round:
    played = first(evening, "slot")
    change_entries(Entry.objects.filter(reference=str(played.round_id)), reference="elsewhere")
    return played


def another_balance(evening: list[Round]) -> Round:
    played = first(evening, "slot")
    return change(played, balance_after=played.balance_after + 1)


def another_revealed_seed(evening: list[Round]) -> Round:
    RevealedSeed.objects.update(server_seed="3" * 64)
    return evening[0]


def another_secret_seed(evening: list[Round]) -> Round:
    Wallet.objects.filter(pk=evening[-1].player_id).update(server_seed="3" * 64)
    return next(each for each in evening if each.server_seed_hash == evening[-1].server_seed_hash)


def another_commitment(evening: list[Round]) -> Round:
    return change(evening[0], server_seed_hash="0" * 64)


def another_client_seed(evening: list[Round]) -> Round:
    return change(first(evening, "slot"), client_seed="bob")


def a_nonce_beyond_the_last(evening: list[Round]) -> Round:
    return change(evening[-1], nonce=10_000)


def another_table(evening: list[Round]) -> Round:
    config = GameConfig.objects.get(game="rps", version=1)
    GameConfig.objects.filter(pk=config.pk).update(table=config.table | {"win": 194})
    return first(evening, "rps")


def another_version(evening: list[Round]) -> Round:
    return change(first(evening, "slot"), config_version=9)


def another_pity(evening: list[Round]) -> Round:
    """The round draws the same from a counter that is one higher: only the round before tells."""
    played = first(evening, "gacha")
    before, after, left = (played.outcome["pity"][name] for name in ("before", "after", "pulls_until_pity"))
    pity = {"before": before + 1, "after": after + 1, "pulls_until_pity": left - 1}
    return change(played, outcome=played.outcome | {"pity": pity})


CHANGES: list[tuple[Callable[[list[Round]], Round], str]] = [
    (another_reel, "outcome"),
    (another_hand, "outcome"),
    (another_item, "outcome"),
    (another_point, "outcome"),
    (no_outcome, "outcome"),
    (a_million_pulls, "outcome"),
    (a_later_cashout, "outcome"),
    (a_crash_that_was_none, "outcome"),
    (a_cashout_after_the_crash, "outcome"),
    (another_status, "status"),
    (a_crash_that_came_sooner, "settled_at"),
    (a_larger_payout, "payout"),
    (another_stake, "stake"),
    (a_larger_entry, "ledger"),
    (an_entry_by_another_name, "ledger"),
    (an_entry_from_elsewhere, "ledger"),
    (no_entry, "ledger"),
    (another_balance, "balance"),
    (another_revealed_seed, "server_seed_hash"),
    (another_secret_seed, "server_seed_hash"),
    (another_commitment, "server_seed_hash"),
    (another_client_seed, "outcome"),
    (a_nonce_beyond_the_last, "nonce"),
    (another_table, "config"),
    (another_version, "config"),
    (another_pity, "pity"),
]
