"""Invite codes: how one becomes a player."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class InviteQuerySet(models.QuerySet["Invite"]):
    """Named reads of invites."""

    def usable(self, now: datetime) -> InviteQuerySet:
        """Codes that still admit someone."""
        return self.filter(
            Q(expires_at=None) | Q(expires_at__gt=now),
            Q(max_uses=None) | Q(used_count__lt=F("max_uses")),
            is_active=True,
        )


class Invite(models.Model):
    """A code with an end and a number of uses, either of which may be open."""

    code = models.CharField(_("코드"), max_length=32, unique=True)
    max_uses = models.PositiveIntegerField(_("최대 사용"), null=True, blank=True, help_text=_("비우면 무제한"))
    used_count = models.PositiveIntegerField(_("사용 횟수"), default=0)
    expires_at = models.DateTimeField(_("만료"), null=True, blank=True)
    is_active = models.BooleanField(_("사용 가능"), default=True)
    created_at = models.DateTimeField(_("생성"))
    created_by = models.ForeignKey(
        "accounts.Player", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("만든 사람")
    )

    objects = InviteQuerySet.as_manager()

    class Meta:
        verbose_name = _("초대 코드")
        verbose_name_plural = _("초대 코드")
        constraints = [
            models.CheckConstraint(
                condition=Q(max_uses=None) | Q(used_count__lte=F("max_uses")), name="invite_never_overused"
            )
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def remaining_uses(self) -> int | None:
        """How often it may still be used; None for unlimited."""
        return None if self.max_uses is None else max(0, self.max_uses - self.used_count)
