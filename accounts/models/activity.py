"""What players did, and what staff and guards did to the club."""

from __future__ import annotations

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _


class Action(models.Model):
    """One line of a player's action list."""

    class Source(models.TextChoices):
        """Who says it happened; what clients say never counts for anything."""

        SERVER = "server"
        CLIENT = "client"

    player = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="actions", verbose_name=_("플레이어")
    )
    action_type = models.CharField(_("행동"), max_length=64)
    source = models.CharField(_("출처"), max_length=6, choices=Source.choices, default=Source.SERVER)
    context = models.JSONField(_("내용"), default=dict, encoder=DjangoJSONEncoder)
    created_at = models.DateTimeField(_("시각"))

    class Meta:
        verbose_name = _("행동 기록")
        verbose_name_plural = _("행동 기록")
        indexes = [models.Index(fields=["player", "-id"], name="action_by_player")]

    def __str__(self) -> str:
        return self.action_type


class Audit(models.Model):
    """One audited deed. The actor is kept as text too, so that the row outlives the account."""

    class Severity(models.TextChoices):
        """How loud it is."""

        INFO = "info"
        WARNING = "warning"
        CRITICAL = "critical"

    action = models.CharField(_("행위"), max_length=40)
    severity = models.CharField(_("심각도"), max_length=8, choices=Severity.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("행위자")
    )
    actor_name = models.CharField(_("행위자 이름"), max_length=50, blank=True)
    target_type = models.CharField(_("대상 종류"), max_length=40)
    target_id = models.CharField(_("대상"), max_length=64)
    details = models.JSONField(_("내용"), default=dict, encoder=DjangoJSONEncoder)
    request_id = models.CharField(_("요청 번호"), max_length=64, blank=True)
    created_at = models.DateTimeField(_("시각"), db_index=True)

    class Meta:
        verbose_name = _("감사 기록")
        verbose_name_plural = _("감사 기록")
        indexes = [models.Index(fields=["severity", "-created_at"], name="audit_by_severity")]

    def __str__(self) -> str:
        return f"{self.action} {self.target_type}:{self.target_id}"
