"""How far players have come: one counter a player and kind of streak."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class StreakType(models.TextChoices):
    """What a streak counts days of."""

    DAILY_LOGIN = "DAILY_LOGIN", _("출석")


class Streak(models.Model):
    """A player's streak of one type; so far the protection tokens kept for it."""

    player = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="streaks", db_index=False, verbose_name=_("플레이어")
    )
    action_type = models.CharField(_("종류"), max_length=11, choices=StreakType, default=StreakType.DAILY_LOGIN)
    tokens = models.PositiveIntegerField(_("보호권"), default=0)

    class Meta:
        verbose_name = _("연속 기록")
        verbose_name_plural = _("연속 기록")
        constraints = [models.UniqueConstraint(fields=["player", "action_type"], name="one_streak_per_type")]

    def __str__(self) -> str:
        return self.action_type
