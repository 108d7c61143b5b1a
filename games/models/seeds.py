"""Server seeds that are no longer in use, for everybody to check the rounds drawn from them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class RevealedSeed(models.Model):
    """A server seed its player has rotated away; written once, never changed."""

    player = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="revealed_seeds",
        db_index=False,
        verbose_name=_("플레이어"),
    )
    server_seed = models.CharField(_("서버 시드"), max_length=64)
    server_seed_hash = models.CharField(_("서버 시드 해시"), max_length=64, unique=True)
    client_seed = models.CharField(_("클라이언트 시드"), max_length=64)
    last_nonce = models.PositiveBigIntegerField(_("마지막 논스"), null=True, help_text=_("쓰지 않은 시드는 없음"))
    rotated_at = models.DateTimeField(_("공개 시각"))

    class Meta:
        verbose_name = _("공개된 시드")
        verbose_name_plural = _("공개된 시드")
        indexes = [models.Index(fields=["player", "-id"], name="revealed_seed_list")]

    def __str__(self) -> str:
        return self.server_seed_hash
