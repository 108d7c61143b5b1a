"""What a player was told and can read again: the bell keeps everything."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from casino.lib.days import stamp


class Notification(models.Model):
    """One notice. Title and message are source texts, translated and filled with the facts when they are read."""

    class Kind(models.TextChoices):
        """What it is about."""

        PURCHASE = "purchase", _("구매")
        REWARD = "reward", _("보상")
        PROGRESS = "progress", _("달성")
        ACCOUNT = "account", _("계정")
        SECURITY = "security", _("보안")
        CAMPAIGN = "campaign", _("소식")

    player = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="notifications",
        db_index=False,
        verbose_name=_("플레이어"),
    )
    kind = models.CharField(_("종류"), max_length=8, choices=Kind)
    title = models.CharField(_("제목"), max_length=100)
    message = models.CharField(pgettext_lazy("관리", "내용"), max_length=1000)
    facts = models.JSONField(_("값"), default=dict, blank=True, encoder=DjangoJSONEncoder)
    link = models.CharField(_("링크"), max_length=200, blank=True)
    key = models.CharField(_("키"), max_length=64, blank=True, help_text=_("키가 있으면 한 번만 알립니다"))
    read_at = models.DateTimeField(_("읽음"), null=True, blank=True)
    created_at = models.DateTimeField(_("시각"))

    class Meta:
        verbose_name = _("알림")
        verbose_name_plural = _("알림")
        constraints = [
            models.UniqueConstraint(fields=["player", "key"], condition=~Q(key=""), name="one_notice_per_key")
        ]
        indexes = [
            models.Index(fields=["player", "-id"], name="notice_by_player"),
            models.Index(fields=["player"], condition=Q(read_at=None), name="notice_unread"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def shown_title(self) -> str:
        """The title in the reader's language."""
        return self._worded(self.title)

    @property
    def shown_message(self) -> str:
        """The message in the reader's language."""
        return self._worded(self.message)

    def told(self) -> dict[str, Any]:
        """What the stream tells of a new one, in the language of whoever caused it."""
        return {
            "id": self.pk,
            "kind": self.kind,
            "title": self.shown_title,
            "message": self.shown_message,
            "link": self.link or None,
            "created_at": stamp(self.created_at),
        }

    def _worded(self, text: str) -> str:
        # What staff wrote has no facts and stays as it is, whatever it holds. The house's own titles are facts too.
        if not self.facts:
            return text
        return gettext(text) % {
            name: gettext(fact) if fact and isinstance(fact, str) else fact for name, fact in self.facts.items()
        }
