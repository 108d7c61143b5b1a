"""How far players have come: days in a row, goals on their way, and the rewards both were paid by."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, ClassVar, Final

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import terms

ONCE: Final = date(1970, 1, 1)
"""The period of a goal that comes only once."""


class StreakType(models.TextChoices):
    """What a streak counts days of."""

    DAILY_LOGIN = "DAILY_LOGIN", _("출석")
    SLOT_SPIN = "SLOT_SPIN", _("슬롯")
    RPS_PLAY = "RPS_PLAY", _("가위바위보")
    GACHA_PULL = "GACHA_PULL", _("가챠")
    CRASH_BET = "CRASH_BET", _("크래시")


class Streak(models.Model):
    """A player's days in a row of one type, and the tokens that cover missed ones.

    `count` is what the last counted day brought it to, `ticked_on` the last day that was counted or covered; whether
    it still stands, `accounts.progress.streaks` tells.
    """

    player = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="streaks", db_index=False, verbose_name=_("플레이어")
    )
    action_type = models.CharField(_("종류"), max_length=11, choices=StreakType, default=StreakType.DAILY_LOGIN)
    count = models.PositiveIntegerField(_("연속 일수"), default=0)
    ticked_on = models.DateField(_("마지막 날"), null=True, blank=True)
    tokens = models.PositiveIntegerField(_("보호권"), default=0)
    is_protected = models.BooleanField(_("보호 사용"), default=False)
    calendar = models.JSONField(
        _("달력"), default=dict, blank=True, help_text=_("달마다 한 수: 센 날은 비트 1 (1일이 가장 낮은 비트)")
    )

    class Meta:
        verbose_name = _("연속 기록")
        verbose_name_plural = _("연속 기록")
        constraints = [models.UniqueConstraint(fields=["player", "action_type"], name="one_streak_per_type")]

    def __str__(self) -> str:
        return self.action_type

    def mark(self, day: date) -> None:
        """Remembers that `day` was counted."""
        month = f"{day:%Y-%m}"
        self.calendar[month] = self.calendar.get(month, 0) | 1 << (day.day - 1)

    @property
    def last_counted(self) -> date | None:
        """The latest day that was counted; a covered one was not."""
        if not self.calendar:
            return None
        month = max(self.calendar)
        return date.fromisoformat(f"{month}-{self.calendar[month].bit_length():02d}")

    def days_of(self, year: int, month: int) -> list[date]:
        """The days of that month that were counted."""
        bits = self.calendar.get(f"{year:04d}-{month:02d}", 0)
        return [date(year, month, place + 1) for place in range(31) if bits >> place & 1]


class StreakTable(models.Model):
    """What attendance pays, in one version. The newest is in force; a claim records the one it was paid by."""

    version = models.PositiveIntegerField(_("버전"), unique=True)
    steps = models.JSONField(_("보상"), help_text=_("[골드, 경험치] 목록: 1일째부터, 마지막 줄은 그 뒤 모든 날"))
    valid_from = models.DateTimeField(_("적용 시각"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("만든 사람")
    )

    class Meta:
        verbose_name = _("출석 보상표")
        verbose_name_plural = _("출석 보상표")
        ordering: ClassVar[list[str]] = ["-version"]

    def __str__(self) -> str:
        return f"v{self.version}"

    def reward(self, count: int) -> tuple[int, int]:
        """Gold and XP for the `count`-th day in a row, from 1."""
        gold, xp = self.steps[min(count, len(self.steps)) - 1]
        return gold, xp


class GoalQuerySet(models.QuerySet["Goal"]):
    """Named reads of goals."""

    def events(self) -> GoalQuerySet:
        """What is joined and has a window."""
        return self.filter(kind=Goal.Kind.EVENT)

    def missions(self) -> GoalQuerySet:
        """What comes by itself, every day or week."""
        return self.filter(kind=Goal.Kind.MISSION)

    def kept(self) -> GoalQuerySet:
        """Those that nobody deleted."""
        return self.filter(deleted_at=None)

    def running(self, now: datetime) -> GoalQuerySet:
        """Events whose time this is."""
        return self.events().kept().filter(is_active=True, starts_at__lte=now, ends_at__gt=now)


class Goal(models.Model):
    """Something to reach, for a reward: an event, which is joined and has a window, or a mission, which comes round."""

    class Kind(models.TextChoices):
        """How players meet it."""

        EVENT = "event", _("이벤트")
        MISSION = "mission", _("미션")

    class Source(models.TextChoices):
        """Who says how far a player has come."""

        SERVER = "server", _("서버")
        CLIENT = "client", _("클라이언트")
        STAFF = "staff", pgettext_lazy("관리", "운영진")

    class Period(models.TextChoices):
        """How often it begins anew."""

        ONCE = "once", _("한 번")
        DAILY = "daily", _("매일")
        WEEKLY = "weekly", _("매주")

    kind = models.CharField(_("종류"), max_length=7, choices=Kind)
    title = models.CharField(_("제목"), max_length=200)
    description = models.TextField(_("설명"), blank=True)
    category = models.CharField(_("분류"), max_length=50, blank=True)
    requirements = models.JSONField(_("조건"), default=dict, blank=True, help_text=_("키와 목표 수"))
    rewards = models.JSONField(_("보상"), default=dict, blank=True, help_text=_("gold와 exp를 지급합니다"))
    source = models.CharField(_("진행 출처"), max_length=6, choices=Source, default=Source.SERVER)
    period = models.CharField(_("주기"), max_length=6, choices=Period, default=Period.ONCE)
    starts_at = models.DateTimeField(_("시작"), null=True, blank=True)
    ends_at = models.DateTimeField(_("종료"), null=True, blank=True)
    image_url = models.CharField(_("그림 주소"), max_length=300, blank=True)
    priority = models.IntegerField(pgettext_lazy("관리", "순위"), default=0, help_text=_("큰 수가 먼저"))
    is_active = models.BooleanField(pgettext_lazy("관리", "사용"), default=True)
    deleted_at = models.DateTimeField(_("삭제"), null=True, blank=True)
    created_at = models.DateTimeField(_("생성"))
    updated_at = models.DateTimeField(_("변경"))

    objects = GoalQuerySet.as_manager()

    class Meta:
        verbose_name = _("목표")
        verbose_name_plural = _("목표")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="mission") | Q(starts_at__isnull=False, ends_at__isnull=False, period="once"),
                name="event_has_a_window",
            ),
            models.CheckConstraint(
                condition=Q(kind="event") | Q(starts_at=None, ends_at=None), name="mission_has_no_window"
            ),
            models.CheckConstraint(
                condition=Q(starts_at=None) | Q(ends_at__gte=models.F("starts_at")), name="goal_ends_after_its_start"
            ),
        ]
        indexes = [models.Index(fields=["kind", "-priority", "id"], name="goal_by_priority")]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        """Refuses terms that no goal may have, each at its field."""
        terms.check(self.requirements, self.rewards, is_client=self.source == self.Source.CLIENT)

    @property
    def is_event(self) -> bool:
        """Whether it is joined and has a window."""
        return self.kind == self.Kind.EVENT

    @property
    def gold(self) -> int:
        """The gold it pays."""
        return int(self.rewards.get("gold") or 0)

    @property
    def xp(self) -> int:
        """The XP it pays."""
        return int(self.rewards.get("exp") or self.rewards.get("experience") or 0)

    def first_day(self, day: date) -> date:
        """The first day of the period that `day` lies in."""
        if self.period == self.Period.DAILY:
            return day
        return day - timedelta(days=day.weekday()) if self.period == self.Period.WEEKLY else ONCE

    def is_reached(self, tally: dict[str, Any]) -> bool:
        """Whether these numbers meet every requirement."""
        return all(tally.get(key, 0) >= wanted for key, wanted in self.requirements.items())


class Event(Goal):
    """The goals that are joined, for screens that show only them."""

    class Meta:
        proxy = True
        verbose_name = _("이벤트")
        verbose_name_plural = _("이벤트")


class Mission(Goal):
    """The goals that come round, for screens that show only them."""

    class Meta:
        proxy = True
        verbose_name = _("미션")
        verbose_name_plural = _("미션")


class Progress(models.Model):
    """How far a player has come with a goal in one of its periods."""

    player = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="progress", db_index=False, verbose_name=_("플레이어")
    )
    goal = models.ForeignKey(Goal, models.CASCADE, related_name="progress", verbose_name=_("목표"))
    period_start = models.DateField(_("기간 첫날"), default=ONCE)
    tally = models.JSONField(pgettext_lazy("관리", "진행"), default=dict, blank=True)
    version = models.PositiveIntegerField(_("버전"), default=0, help_text=_("바뀔 때마다 1 늘어납니다"))
    joined_at = models.DateTimeField(_("참여"))
    progressed_at = models.DateTimeField(_("마지막 진행"), null=True, blank=True)
    completed_at = models.DateTimeField(_("달성"), null=True, blank=True)
    claimed_at = models.DateTimeField(_("수령"), null=True, blank=True)

    class Meta:
        verbose_name = _("진행 상황")
        verbose_name_plural = _("진행 상황")
        constraints = [
            models.UniqueConstraint(fields=["player", "goal", "period_start"], name="one_progress_per_period")
        ]

    def __str__(self) -> str:
        return f"{self.goal_id} {self.tally}"


class Reward(models.Model):
    """What a player was given: once for its source and key."""

    class Source(models.TextChoices):
        """What it was given for, as the stream names it."""

        ATTENDANCE = "streak_daily", _("출석")
        EVENT = "event_reward", _("이벤트")
        MISSION = "mission_reward", _("미션")
        STAFF = "admin_grant_gold", _("운영진 지급")
        DISTRIBUTION = "distribute", _("보상 배포")

    player = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="rewards", db_index=False, verbose_name=_("플레이어")
    )
    source = models.CharField(_("출처"), max_length=16, choices=Source)
    key = models.CharField(_("키"), max_length=64, help_text=_("출처와 키마다 한 번만 지급됩니다"))
    gold = models.PositiveBigIntegerField(_("골드"), default=0)
    xp = models.PositiveBigIntegerField(_("경험치"), default=0)
    description = models.CharField(_("설명"), max_length=200, blank=True)
    metadata = models.JSONField(pgettext_lazy("관리", "내용"), default=dict, blank=True, encoder=DjangoJSONEncoder)
    goal = models.ForeignKey(Goal, models.SET_NULL, null=True, blank=True, related_name="paid", verbose_name=_("목표"))
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("지급한 사람"),
    )
    awarded_at = models.DateTimeField(_("지급"))

    class Meta:
        verbose_name = _("보상")
        verbose_name_plural = _("보상")
        constraints = [models.UniqueConstraint(fields=["player", "source", "key"], name="one_reward_per_key")]
        indexes = [
            models.Index(fields=["player", "-id"], name="reward_by_player"),
            models.Index(fields=["awarded_at"], name="reward_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.key}"

    @property
    def type_name(self) -> str:
        """What it brought, by the name staff gave it under; gold names it where it brought both."""
        return str(self.metadata.get("reward_type") or ("GOLD" if self.gold else "XP"))

    @property
    def amount(self) -> int:
        """How much of that."""
        return self.gold or self.xp


class CatalogReward(models.Model):
    """A reward that staff keep at hand, by its code."""

    code = models.CharField(_("코드"), max_length=64, unique=True)
    reward_type = models.CharField(_("종류"), max_length=32)
    amount = models.PositiveBigIntegerField(_("수량"), default=0)
    meta = models.JSONField(pgettext_lazy("관리", "내용"), default=dict, blank=True)
    is_active = models.BooleanField(pgettext_lazy("관리", "사용"), default=True)
    created_at = models.DateTimeField(_("생성"))
    updated_at = models.DateTimeField(_("변경"))

    class Meta:
        verbose_name = _("보상 목록")
        verbose_name_plural = _("보상 목록")

    def __str__(self) -> str:
        return self.code

    def clean(self) -> None:
        """Refuses what the database cannot keep."""
        terms.check_meta(self.meta)
