"""What players did, and what staff and guards did to the club."""

from __future__ import annotations

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models


class Action(models.Model):
    """One line of a player's action list."""

    class Source(models.TextChoices):
        """Who says it happened; what clients say never counts for anything."""

        SERVER = "server"
        CLIENT = "client"

    player = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="actions")
    action_type = models.CharField(max_length=64)
    source = models.CharField(max_length=6, choices=Source.choices, default=Source.SERVER)
    context = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    created_at = models.DateTimeField()

    class Meta:
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

    action = models.CharField(max_length=40)
    severity = models.CharField(max_length=8, choices=Severity.choices)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    actor_name = models.CharField(max_length=50, blank=True)
    target_type = models.CharField(max_length=40)
    target_id = models.CharField(max_length=64)
    details = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    request_id = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [models.Index(fields=["severity", "-created_at"], name="audit_by_severity")]

    def __str__(self) -> str:
        return f"{self.action} {self.target_type}:{self.target_id}"
