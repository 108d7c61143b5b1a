"""`manage.py simulate`: does a game pay back what it says?"""

from __future__ import annotations

import json
import secrets
from argparse import ArgumentParser
from fractions import Fraction
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError

from games import simulation, tables
from games.engine import crash, gacha, rps, slots
from games.engine.units import HUNDREDTHS
from games.models import GameConfig, GameType
from games.simulation import Bet, Estimate, Tally

USAGE: Final = 2
EACH: Final = 5_000
"""So many rounds between two looks at the clock of the progress bar."""


class Command(BaseCommand):
    """Plays a game's table in force many times, writes nothing; 1 when the rounds cannot be explained by chance."""

    help = "Play many rounds without writing any; compare return and hit rate with the exact figures."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The game, how often, from which seed, and what is played."""
        parser.add_argument("--game", required=True, choices=list(GameType.values))
        parser.add_argument("--rounds", type=int, default=100_000, metavar="N", help="how many rounds (100000)")
        parser.add_argument("--seed", default=None, help="any text; the same seed gives the same output")
        parser.add_argument("--table", type=int, default=None, metavar="VERSION", help="a version (the one in force)")
        parser.add_argument("--stake", type=int, default=None, metavar="GOLD", help="slot, rps, crash (100)")
        parser.add_argument("--lines", type=int, default=1, choices=range(1, slots.MAX_LINES + 1), help="slot (1)")
        parser.add_argument("--choice", default="rock", choices=rps.HANDS, help="rps (rock)")
        parser.add_argument("--count", type=int, default=1, choices=(1, gacha.TEN), help="gacha: pulls a round (1)")
        parser.add_argument("--target", default="2.00", help="crash: automatic target (2.00)")
        parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")

    def handle(self, *args: Any, **options: Any) -> None:
        """Plays, tells, and fails when the rounds stray too far."""
        if options["rounds"] < 1:
            raise CommandError("--rounds must be at least 1", returncode=USAGE)
        config = _config(options["game"], options["table"])
        bet = _bet(tables.parse(config.game, config.table), options)
        seed = options["seed"] or secrets.token_hex(8)
        tally = Tally()
        for dice in simulation.rolls(bet.game, seed=seed, rounds=options["rounds"]):
            tally.add(*bet.play(dice))
            if tally.rounds % EACH == 0 and self.stderr.isatty():
                self._show_progress(tally.rounds, options["rounds"])
        self._tell(config, bet, tally, seed=seed, as_json=options["json"])
        if tally.is_faulty(bet):
            raise CommandError("the rounds stray further from the exact figures than chance allows")

    def _show_progress(self, done: int, rounds: int) -> None:
        bar = "█" * (30 * done // rounds)
        end = "\n" if done == rounds else ""
        self.stderr.write(f"\r{bar:░<30} {done:,} / {rounds:,}", ending=end)
        self.stderr.flush()

    def _tell(self, config: GameConfig, bet: Bet, tally: Tally, *, seed: str, as_json: bool) -> None:
        estimates = {"return": tally.share_paid(bet), "hit_rate": tally.hit_rate(bet)}
        if as_json:
            facts = {
                "game": bet.game,
                "config_version": config.version,
                "seed": seed,
                "rounds": tally.rounds,
                "stake": bet.stake,
                "params": bet.params,
                "wagered": tally.rounds * bet.stake,
                "paid": tally.paid,
            } | {name: _facts(estimate) for name, estimate in estimates.items()}
            self.stdout.write(json.dumps(facts, ensure_ascii=False, indent=2))
            return
        params = "  ".join(f"{name} {value}" for name, value in bet.params.items())
        self.stdout.write(f"{config}  stake {bet.stake:,}  {params}  seed {seed}")
        self.stdout.write(f"rounds    {tally.rounds:,}")
        self.stdout.write(f"wagered   {tally.rounds * bet.stake:,}")
        self.stdout.write(f"paid      {tally.paid:,}")
        for name, one in estimates.items():
            low, high = one.interval
            verdict = "inside" if one.holds else "outside"
            self.stdout.write(
                f"{name:<9} {one.observed:9.4%}  95 % [{low:.4%}, {high:.4%}]  exact {float(one.exact):.4%} {verdict}"
            )


def _config(game: str, version: int | None) -> GameConfig:
    configs = GameConfig.objects.filter(game=game)
    config = (
        configs.filter(in_force_for__isnull=False) if version is None else configs.filter(version=version)
    ).first()
    if config is None:
        raise CommandError(f"{game} has no such table")
    return config


def _bet(rules: tables.Rules, options: dict[str, Any]) -> Bet:
    """What the options ask to play, by the table's own bounds."""
    match rules:
        case slots.Machine():
            return simulation.slot(rules, stake=_stake(rules, options["stake"]), lines=options["lines"])
        case rps.Duel():
            return simulation.rps(rules, stake=_stake(rules, options["stake"]), choice=options["choice"])
        case gacha.Pool():
            return simulation.gacha(rules, count=options["count"])
        case crash.Curve():
            target = _target(rules, options["target"])
            return simulation.crash(rules, stake=_stake(rules, options["stake"]), target=target)


def _stake(rules: slots.Machine | rps.Duel | crash.Curve, asked: int | None) -> int:
    if asked is None:
        return min(max(100, rules.stake_min), rules.stake_max)
    if not rules.stake_min <= asked <= rules.stake_max:
        raise CommandError(f"--stake must be {rules.stake_min} to {rules.stake_max}", returncode=USAGE)
    return asked


def _target(curve: crash.Curve, asked: str) -> int:
    try:
        hundredths = Fraction(asked) * HUNDREDTHS
    except (ValueError, ZeroDivisionError):
        hundredths = Fraction()
    if hundredths.denominator != 1 or not curve.target_min <= hundredths <= curve.target_max:
        low, high = curve.target_min / HUNDREDTHS, curve.target_max / HUNDREDTHS
        raise CommandError(f"--target must be {low:.2f} to {high:.2f}, two decimals at most", returncode=USAGE)
    return int(hundredths)


def _facts(estimate: Estimate) -> dict[str, Any]:
    low, high = estimate.interval
    return {
        "observed": estimate.observed,
        "low": low,
        "high": high,
        "exact": float(estimate.exact),
        "holds": estimate.holds,
    }
