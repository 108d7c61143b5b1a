"""Running totals, one row per player and game, kept in the transaction that settles the round."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from games.models.configuration import Game


class GameStats(models.Model):
    """A player's settled rounds of one game in numbers; written only under the player's wallet lock.

    The net of a day, week or month holds while `updated_at` lies in it; the next round of a later one begins it anew.
    `scored_at` is when the net last changed. Pity, the day's pulls and the collection belong to the gacha alone.
    """

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
    pity = models.PositiveSmallIntegerField(_("천장 카운터"), default=0, help_text=_("에픽 이상 없이 이어진 뽑기"))
    pulls_today = models.PositiveSmallIntegerField(_("오늘 뽑기"), default=0)
    pulled_on = models.DateField(_("마지막으로 뽑은 날"), null=True, blank=True)
    collection = models.JSONField(_("수집첩"), default=dict, blank=True)
    day_net = models.BigIntegerField(_("오늘 순손익"), default=0)
    week_net = models.BigIntegerField(_("이번 주 순손익"), default=0)
    month_net = models.BigIntegerField(_("이번 달 순손익"), default=0)
    scored_at = models.DateTimeField(_("점수 시각"), null=True, blank=True)
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
