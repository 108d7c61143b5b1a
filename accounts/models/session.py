"""Sign-ins that can be ended at once, and the counters that stop guessing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

ONLINE_WITHIN: Final = timedelta(minutes=5)


class SessionQuerySet(models.QuerySet["AuthSession"]):
    """Named reads of sessions."""

    def live(self, now: datetime) -> SessionQuerySet:
        """Sessions that still admit their holder."""
        return self.filter(revoked_at=None, absolute_expires_at__gt=now)

    def online(self, now: datetime) -> SessionQuerySet:
        """Live sessions seen within five minutes."""
        return self.live(now).filter(last_seen_at__gt=now - ONLINE_WITHIN)


class AuthSession(models.Model):
    """One sign-in ("family"): it lives through refreshes and ends at once when revoked."""

    class Kind(models.TextChoices):
        """Who holds it."""

        API = "api"
        BROWSER = "browser"

    sid = models.CharField(_("세션"), max_length=32, primary_key=True)
    player = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="auth_sessions", verbose_name=_("플레이어")
    )
    kind = models.CharField(_("종류"), max_length=7, choices=Kind.choices)
    refresh_hash = models.CharField(
        _("갱신 해시"), max_length=64, null=True, help_text="SHA-256 of the refresh token in force"
    )
    previous_hash = models.CharField(_("이전 해시"), max_length=64, null=True)
    rotated_at = models.DateTimeField(_("갱신 시각"))
    created_at = models.DateTimeField(_("시작"))
    last_seen_at = models.DateTimeField(_("마지막 접속"))
    absolute_expires_at = models.DateTimeField(_("만료"))
    revoked_at = models.DateTimeField(_("종료"), null=True, blank=True)
    revoked_reason = models.CharField(_("종료 사유"), max_length=20, blank=True)
    ip = models.GenericIPAddressField("IP")
    user_agent = models.CharField(_("기기"), max_length=200, blank=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("세션")
        verbose_name_plural = _("세션")
        indexes = [
            models.Index(fields=["player", "-last_seen_at"], name="session_by_player"),
            models.Index(fields=["last_seen_at"], condition=Q(revoked_at=None), name="session_online"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.sid[:8]}"

    def is_live(self, now: datetime) -> bool:
        """Whether it still admits its holder."""
        return self.revoked_at is None and now < self.absolute_expires_at


class LoginCounter(models.Model):
    """Failures of one account, one unknown id or one address; counted before the password is looked at."""

    key = models.CharField(_("대상"), max_length=160, primary_key=True)
    failures = models.JSONField(_("실패"), default=list, help_text="Unix seconds of each failure in the window")
    locked_until = models.DateTimeField(_("잠금 종료"), null=True, blank=True)

    class Meta:
        verbose_name = _("로그인 실패")
        verbose_name_plural = _("로그인 실패")

    def __str__(self) -> str:
        return self.key
