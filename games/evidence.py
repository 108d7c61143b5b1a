"""What rounds are judged by, fetched for many at once: seeds, tables, entries, and the pity counter before them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db.models import OuterRef, Subquery

from accounts.models import Entry, Wallet
from games.models import GameConfig, GameType, RevealedSeed, Round
from games.verdicts import Evidence


def gather(played: Sequence[Round]) -> list[Evidence]:
    """The evidence of every round, in their order, by five statements however many there are.

    Wallets are read before the revealed seeds, so that a rotation in between hides no seed.
    """
    wallets = Wallet.objects.in_bulk({each.player_id for each in played})
    revealed = {
        (seed.player_id, seed.server_seed_hash): seed
        for seed in RevealedSeed.objects.filter(server_seed_hash__in={each.server_seed_hash for each in played})
    }
    configs = {
        (config.game, config.version): config
        for config in GameConfig.objects.filter(version__in={each.config_version for each in played})
    }
    entries = _entries(played)
    pity_was = _pity_before(played)
    found = []
    for each in played:
        seed, wallet = revealed.get((each.player_id, each.server_seed_hash)), wallets[each.player_id]
        last = wallet.nonce - 1 if seed is None else seed.last_nonce
        found.append(
            Evidence(
                played=each,
                server_seed=wallet.server_seed if seed is None else seed.server_seed,
                last_nonce=-1 if last is None else last,
                config=configs.get((each.game, each.config_version)),
                entries=entries[each.player_id, str(each.round_id)],
                pity_was=pity_was.get(each.pk, 0),
            )
        )
    return found


def _entries(played: Sequence[Round]) -> dict[tuple[int, str], list[Entry]]:
    by_round: dict[tuple[int, str], list[Entry]] = defaultdict(list)
    references = [str(each.round_id) for each in played]
    for entry in Entry.objects.filter(reference__in=references).order_by("seq"):
        by_round[entry.wallet_id, entry.reference].append(entry)
    return by_round


def _pity_before(played: Sequence[Round]) -> dict[int, Any]:
    """By the id of each round of pulls: the counter that the player's round of pulls before it left behind."""
    pulls = [each.pk for each in played if each.game == GameType.GACHA]
    if not pulls:
        return {}
    earlier = Round.objects.filter(player=OuterRef("player"), game=GameType.GACHA, id__lt=OuterRef("id")).order_by(
        "-id"
    )
    found = Round.objects.filter(pk__in=pulls).annotate(before=Subquery(earlier.values("outcome")[:1]))
    return {pk: _counter(before) for pk, before in found.values_list("pk", "before") if before is not None}


def _counter(outcome: Any) -> Any:
    """The counter that a round of pulls left behind; None if somebody took it away."""
    try:
        return outcome["pity"]["after"]
    except (KeyError, TypeError):
        return None
