"""What staff watch as it happens: one line an alarm, one a step of a purchase."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _


class FeedItem(models.Model):
    """One line of the staff feed. Ids rise, but become visible in the order in which transactions commit."""

    class Kind(models.TextChoices):
        """The name of the event that tells it."""

        ALERT = "alert"
        TRANSACTION = "transaction"

    kind = models.CharField(_("종류"), max_length=11, choices=Kind.choices)
    data = models.JSONField(_("내용"), encoder=DjangoJSONEncoder)
    created_at = models.DateTimeField(_("시각"), db_index=True)

    class Meta:
        verbose_name = _("운영 알림")
        verbose_name_plural = _("운영 알림")

    def __str__(self) -> str:
        return f"{self.pk} {self.kind}"
