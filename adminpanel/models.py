"""What staff tools remember: the verdict of each inspection of the club's books."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Inspection(models.Model):
    """One run of every check over ledger, stream, rounds and purchases."""

    created_at = models.DateTimeField(_("시각"), db_index=True)
    took_milliseconds = models.PositiveIntegerField(_("걸린 시간 (ms)"))
    drift_gold = models.PositiveBigIntegerField(_("어긋난 골드"))
    negative_balances = models.PositiveIntegerField(_("음수 잔액"))
    seq_gaps = models.PositiveIntegerField(_("순번 빈틈"))
    broken = models.PositiveIntegerField(_("깨진 불변식"))
    truths = models.JSONField(_("불변식"))

    class Meta:
        verbose_name = _("장부 점검")
        verbose_name_plural = _("장부 점검")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d %H:%M:%S} {'ok' if not self.broken else f'{self.broken} broken'}"

    @property
    def holding(self) -> int:
        """How many truths hold."""
        return len(self.truths) - self.broken
