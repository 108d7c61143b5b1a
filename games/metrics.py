"""What the games count for operators."""

from __future__ import annotations

from prometheus_client import Counter

from games.models import Round

_rounds = Counter("cc_game_rounds_total", "Settled rounds", ["game", "result"])
_wagered = Counter("cc_game_wagered_gold_total", "Gold staked in settled rounds", ["game"])
_won = Counter("cc_game_won_gold_total", "Gold paid out by settled rounds", ["game"])


def count_round(settled: Round) -> None:
    """Counts a settled round; called once its transaction has committed."""
    _rounds.labels(settled.game, settled.result).inc()
    _wagered.labels(settled.game).inc(settled.stake)
    _won.labels(settled.game).inc(settled.payout)
