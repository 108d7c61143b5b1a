"""What happened to a player, in order; and the epoch that says which life of the numbering this is."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _


class StreamEvent(models.Model):
    """One stored event: `seq` rises by exactly 1 per player, in the order the changes committed."""

    player = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="stream_events", verbose_name=_("플레이어")
    )
    seq = models.PositiveBigIntegerField(_("순번"))
    type = models.CharField(_("종류"), max_length=32)
    data = models.JSONField(_("내용"), encoder=DjangoJSONEncoder)
    created_at = models.DateTimeField(_("시각"), db_index=True)

    class Meta:
        verbose_name = _("실시간 이벤트")
        verbose_name_plural = _("실시간 이벤트")
        constraints = [models.UniqueConstraint(fields=["player", "seq"], name="stream_seq_once")]
        ordering = ["player_id", "seq"]

    def __str__(self) -> str:
        return f"{self.player_id}/{self.seq} {self.type}"


def _new_epoch() -> str:
    return secrets.token_hex(8)


class Epoch(models.Model):
    """The one row that names the life of the numbering; a new value makes every old `seq` void."""

    value = models.CharField(_("세대"), max_length=16, default=_new_epoch)
    started_at = models.DateTimeField(_("시작"), auto_now=True)

    class Meta:
        verbose_name = _("실시간 세대")
        verbose_name_plural = _("실시간 세대")

    def __str__(self) -> str:
        return self.value

    @classmethod
    def current(cls) -> str:
        """The epoch in force; the first reader begins it."""
        value = cls.objects.filter(pk=1).values_list("value", flat=True).first()
        return value if value is not None else cls.objects.get_or_create(pk=1)[0].value

    @classmethod
    def begin(cls) -> str:
        """Starts a new epoch, inside the caller's transaction."""
        return cls.objects.update_or_create(pk=1, defaults={"value": _new_epoch()})[0].value
