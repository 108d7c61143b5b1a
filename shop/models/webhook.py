"""What the payment provider told us: nonces that were used, events that were processed."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class WebhookNonce(models.Model):
    """A nonce of a well-signed call, kept for longer than its timestamp stays good."""

    nonce = models.CharField(max_length=128, primary_key=True)
    seen_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("웹훅 논스")
        verbose_name_plural = _("웹훅 논스")

    def __str__(self) -> str:
        return self.nonce


class WebhookEvent(models.Model):
    """An event of the provider that was processed, with what it said."""

    event_id = models.CharField(_("이벤트 ID"), max_length=128, primary_key=True)
    receipt_code = models.CharField(_("영수증"), max_length=12, db_index=True)
    status = models.CharField(_("상태"), max_length=7)
    received_at = models.DateTimeField(_("시각"))

    class Meta:
        verbose_name = _("결제 웹훅")
        verbose_name_plural = _("결제 웹훅")

    def __str__(self) -> str:
        return self.event_id
