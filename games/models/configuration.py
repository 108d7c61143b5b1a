"""Games, and the versions of their tables."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class GameType(models.TextChoices):
    """The club's games by their name on the wire."""

    SLOT = "slot", _("슬롯")
    RPS = "rps", _("가위바위보")
    GACHA = "gacha", _("가챠")
    CRASH = "crash", _("크래시")


class GameConfig(models.Model):
    """One version of a game's table; rounds name it, so it is never changed, only followed by the next."""

    game = models.CharField(_("게임"), max_length=8, choices=GameType)
    version = models.PositiveIntegerField(_("버전"))
    table = models.JSONField(_("표"))
    fingerprint = models.CharField(_("지문"), max_length=64)
    valid_from = models.DateTimeField(_("적용 시작"), default=timezone.now)

    class Meta:
        verbose_name = _("게임 설정")
        verbose_name_plural = _("게임 설정")
        ordering = ["game", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["game", "version"], name="game_config_version_once"),
            models.CheckConstraint(condition=Q(version__gte=1), name="game_config_version_from_one"),
            models.CheckConstraint(condition=Q(game__in=GameType.values), name="game_config_known_game"),
        ]

    def __str__(self) -> str:
        return f"{self.game} v{self.version}"


class Game(models.Model):
    """A game of the club: the table in force, and why it is paused if it is."""

    id = models.CharField(_("게임"), primary_key=True, max_length=8, choices=GameType)
    config = models.OneToOneField(
        GameConfig, models.PROTECT, related_name="in_force_for", verbose_name=_("적용 중인 설정")
    )
    pause_reason = models.CharField(_("중단 사유"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("게임")
        verbose_name_plural = _("게임")
        constraints = [models.CheckConstraint(condition=Q(id__in=GameType.values), name="game_known")]

    def __str__(self) -> str:
        return self.id

    @property
    def is_paused(self) -> bool:
        """Whether new stakes are refused."""
        return bool(self.pause_reason)
