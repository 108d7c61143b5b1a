"""What staff tools remember: the verdict of each inspection of the club's books, and what staff tell many players."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Inspection(models.Model):
    """One run of every check over ledger, stream, rounds and purchases."""

    created_at = models.DateTimeField(_("시각"), db_index=True)
    took_milliseconds = models.PositiveIntegerField(_("걸린 시간 (ms)"))
    drift_gold = models.PositiveBigIntegerField(_("어긋난 골드"))
    negative_balances = models.PositiveIntegerField(_("음수 잔액"))
    seq_gaps = models.PositiveIntegerField(_("순번 빈틈"))
    broken = models.PositiveIntegerField(_("깨진 불변식"))
    truths = models.JSONField(_("불변식"))

    class Meta:
        verbose_name = _("장부 점검")
        verbose_name_plural = _("장부 점검")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d %H:%M:%S} {'ok' if not self.broken else f'{self.broken} broken'}"

    @property
    def holding(self) -> int:
        """How many truths hold."""
        return len(self.truths) - self.broken


class Campaign(models.Model):
    """One notice for many players, sent from a moment on: to each of them at most once."""

    class Targeting(models.TextChoices):
        """How its players are named."""

        ALL = "all", _("모두")
        SEGMENT = "segment", _("집단")
        USER_IDS = "user_ids", _("번호로")

    class Segment(models.TextChoices):
        """Players of a kind, as they are when their turn comes."""

        STANDARD = "rank:STANDARD", _("STANDARD 등급")
        PREMIUM = "rank:PREMIUM", _("PREMIUM 등급")
        VIP = "rank:VIP", _("VIP 등급")
        NEW = "new_7d", _("가입 7일 이내")
        INACTIVE = "inactive_7d", _("7일 이상 미접속")
        PAYERS = "payers", _("결제 고객")

    class Status(models.TextChoices):
        """How far it is."""

        SCHEDULED = "scheduled", _("예약")
        SENDING = "sending", _("발송 중")
        SENT = "sent", _("발송 완료")
        CANCELLED = "cancelled", pgettext_lazy("상태", "취소")

    title = models.CharField(_("제목"), max_length=100)
    message = models.CharField(pgettext_lazy("관리", "내용"), max_length=1000)
    targeting_type = models.CharField(
        pgettext_lazy("관리", "대상"), max_length=8, choices=Targeting, default=Targeting.ALL
    )
    target_segment = models.CharField(_("집단"), max_length=13, choices=Segment, blank=True)
    user_ids = models.JSONField(_("플레이어 번호"), default=list, blank=True)
    status = models.CharField(_("상태"), max_length=9, choices=Status, default=Status.SCHEDULED)
    scheduled_at = models.DateTimeField(_("예약 시각"))
    started_at = models.DateTimeField(_("발송 시작"), null=True, blank=True)
    reached_id = models.PositiveBigIntegerField(
        _("처리한 번호"), default=0, help_text=_("이 번호까지의 플레이어는 처리를 마쳤습니다")
    )
    sent_at = models.DateTimeField(_("발송 완료 시각"), null=True, blank=True)
    target_count = models.PositiveIntegerField(_("받은 사람"), null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("만든 사람")
    )
    created_at = models.DateTimeField(_("생성"))

    class Meta:
        verbose_name = _("소식 발송")
        verbose_name_plural = _("소식 발송")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(targeting_type="segment") ^ Q(target_segment=""), name="campaign_segment_if_asked"
            ),
            models.CheckConstraint(
                condition=Q(status="sent", sent_at__isnull=False) | (~Q(status="sent") & Q(sent_at=None)),
                name="campaign_sent_when",
            ),
        ]
        indexes = [
            models.Index(fields=["scheduled_at"], condition=Q(status__in=("scheduled", "sending")), name="campaign_due")
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def key(self) -> str:
        """The key of its notices: no player gets two of them."""
        return f"campaign:{self.pk}"
