"""Codes that staff hand out to players who have lost their password."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ResetCode(models.Model):
    """The one code a player may still use, kept only as a keyed hash; a new one takes its place, its use ends it."""

    player = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        primary_key=True,
        related_name="reset_code",
        verbose_name=_("플레이어"),
    )
    code_hash = models.CharField(_("코드 해시"), max_length=64)
    created_at = models.DateTimeField(_("만든 시각"))
    expires_at = models.DateTimeField(_("만료"))

    class Meta:
        verbose_name = _("재설정 코드")
        verbose_name_plural = _("재설정 코드")

    def __str__(self) -> str:
        return f"reset code of {self.player_id}"
