"""Running totals, one row per player and game, kept in the transaction that settles the round."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from games.models.configuration import Game


class GameStats(models.Model):
    """A player's settled rounds of one game in numbers; written only under the player's wallet lock."""

    player = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="game_stats", db_index=False, verbose_name=_("플레이어")
    )
    game = models.ForeignKey(Game, models.PROTECT, related_name="stats", db_index=False, verbose_name=_("게임"))
    rounds = models.PositiveBigIntegerField(_("라운드"), default=0)
    wins = models.PositiveBigIntegerField(_("승"), default=0)
    losses = models.PositiveBigIntegerField(_("패"), default=0)
    ties = models.PositiveBigIntegerField(_("무"), default=0)
    wagered = models.PositiveBigIntegerField(_("총 베팅"), default=0)
    won = models.PositiveBigIntegerField(_("총 지급"), default=0)
    max_win = models.PositiveBigIntegerField(_("최대 지급"), default=0)
    pulls = models.PositiveBigIntegerField(_("가챠 횟수"), default=0)
    rare_wins = models.PositiveBigIntegerField(_("레어"), default=0)
    ultra_rare_wins = models.PositiveBigIntegerField(_("에픽 이상"), default=0)
    max_multiplier = models.PositiveIntegerField(_("최고 캐시아웃 (1/100)"), default=0)
    updated_at = models.DateTimeField(_("갱신 시각"))

    class Meta:
        verbose_name = _("게임 통계")
        verbose_name_plural = _("게임 통계")
        constraints = [
            models.UniqueConstraint(fields=["player", "game"], name="game_stats_once"),
            models.CheckConstraint(condition=Q(rounds=F("wins") + F("losses") + F("ties")), name="game_stats_add_up"),
        ]

    def __str__(self) -> str:
        return f"{self.player_id} {self.game_id}"
