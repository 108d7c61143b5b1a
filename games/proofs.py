"""Proofs anybody may ask for: a round whose seed is revealed, or any seeds and choices, drawn again here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from accounts.models import Player
from casino.lib import errors as refusals
from games import draws, errors, floor, history, tables, verdicts
from games.engine.crash import Curve
from games.engine.fairness import Dice, commitment
from games.engine.gacha import Pool
from games.engine.rps import HANDS, Duel
from games.engine.slots import Machine
from games.evidence import gather
from games.models import GameConfig, GameType, RevealedSeed

Json = dict[str, Any]

_PRIVATE = frozenset({"balance"})


@dataclass(frozen=True, slots=True)
class Choice:
    """What a player chose for a round, in any game; what does not belong to the game is ignored.

    Without a stake the smallest counts; `target` is in hundredths.
    """

    stake: int | None = None
    lines: int = 1
    hand: str | None = None
    pull_count: int = 1
    pity_before: int = 0
    target: int | None = None


def prove_round(reader: Player | None, round_id: str) -> Json:
    """A stored round held against seed, table and entries; 404 as rounds are shown, 409 while its seed is secret."""
    played, _is_own = history.readable(reader, round_id)
    if not RevealedSeed.objects.filter(server_seed_hash=played.server_seed_hash).exists():
        raise errors.seed_secret()
    (evidence,) = gather([played])
    verdict = verdicts.judge(evidence)
    return {
        "valid": verdict.is_valid,
        "server_seed_hash": commitment(evidence.server_seed),
        "outcome": verdict.outcome and history.told(verdict.outcome),
        "bet_amount": played.stake,
        "win_amount": played.payout,
        "checks": [_told(check) for check in verdict.checks if check.name not in _PRIVATE],
    }


def _told(check: verdicts.Check) -> Json:
    sides = {"expected": check.expected, "actual": check.actual}
    if check.name == "outcome" and check.ok:  # what was tampered with is shown as it stands
        sides = {side: history.told(outcome) for side, outcome in sides.items()}
    return {"name": check.name, "ok": check.ok, **sides}


def prove_draw(
    *, server_seed: str, client_seed: str, nonce: int, game: GameType, choice: Choice, config_version: int | None
) -> Json:
    """What these seeds draw for this choice by the table in force, or by a past one; 404 for a version never used."""
    in_force = {"in_force_for": game} if config_version is None else {"game": game, "version": config_version}
    config = GameConfig.objects.filter(**in_force).only("fingerprint").first()
    if config is None:
        raise refusals.not_found()
    dice = Dice(server_seed=server_seed, client_seed=client_seed, nonce=nonce, game=game)
    stake, drawn = _drawn(floor.parsed(config.fingerprint), dice, choice)
    return {
        "valid": True,
        "server_seed_hash": commitment(server_seed),
        "outcome": history.told(drawn.outcome),
        "bet_amount": stake,
        "win_amount": drawn.payout,
        "checks": [],
    }


def _drawn(rules: tables.Rules, dice: Dice, choice: Choice) -> tuple[int, draws.Drawn]:
    if isinstance(rules, Pool):
        count = choice.pull_count
        return rules.cost(count), draws.gacha(rules, dice, count=count, pity=choice.pity_before)
    stake = rules.stake_min if choice.stake is None else choice.stake
    if not rules.stake_min <= stake <= rules.stake_max:
        raise errors.bet_out_of_range(rules.stake_min, rules.stake_max)
    match rules:
        case Machine():
            return stake, draws.slot(rules, dice, stake=stake, lines=choice.lines)
        case Duel():
            return stake, _duel(rules, dice, stake, choice.hand)
        case Curve():
            if choice.target is not None and not rules.target_min <= choice.target <= rules.target_max:
                raise errors.target_out_of_range(rules.target_min, rules.target_max)
            return stake, draws.crash(rules, dice, stake=stake, target=choice.target)


def _duel(duel: Duel, dice: Dice, stake: int, hand: str | None) -> draws.Drawn:
    """The duel, or the house's hand alone when no other is named: it does not depend on it."""
    drawn = draws.rps(duel, dice, stake=stake, choice=hand or HANDS[0])
    return drawn if hand else draws.Drawn(0, {"computer_choice": drawn.outcome["computer_choice"]})
