"""Events and missions in the Django admin: written by the operations of the stage, never by the admin itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar, Final

from django import forms
from django.contrib import admin, messages
from django.db import models
from django.db.models import Case, Count, DateField, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts import errors
from accounts.admin import drawings, terms
from accounts.admin.deeds import Deed, page_of
from accounts.admin.desk import DeskAdmin, DeskForm, Sections
from accounts.admin.evidence import ReasonForm
from accounts.admin.states import StateFilter, over, scheduled
from accounts.models import Event, Goal, Mission, Player, Progress
from accounts.progress import staging
from casino.lib.days import day_of
from casino.lib.days import now as clock

Json = dict[str, Any]
_COMMON: Final = (
    "title", "description", "category", "requirements", "rewards", "source", "image_url", "priority", "is_active",
)  # fmt: skip
_NUMBERS: Final = {"joined": Q(), "completed": Q(completed_at__isnull=False), "claimed": Q(claimed_at__isnull=False)}


class GoalState(models.TextChoices):
    """Where a goal stands."""

    RUNNING = "running", gettext_lazy("진행 중")
    UPCOMING = "upcoming", gettext_lazy("시작 전")
    OVER = "over", gettext_lazy("기간 끝남")
    OFF = "off", gettext_lazy("꺼짐")
    DELETED = "deleted", gettext_lazy("삭제됨")


_TONES: Final = {
    GoalState.RUNNING: "gain",
    GoalState.UPCOMING: "live",
    GoalState.OVER: "line",
    GoalState.OFF: "line",
    GoalState.DELETED: "loss",
}


def goal_state(goal: Goal, now: datetime) -> GoalState:
    """The first thing that keeps a goal from running."""
    if goal.deleted_at is not None:
        return GoalState.DELETED
    if not goal.is_active:
        return GoalState.OFF
    if goal.starts_at is not None and now < goal.starts_at:
        return GoalState.UPCOMING
    return GoalState.OVER if goal.ends_at is not None and goal.ends_at <= now else GoalState.RUNNING


class GoalStateFilter(StateFilter):
    """Goals by their state."""

    usual = GoalState.RUNNING

    @staticmethod
    def conditions(now: datetime) -> list[tuple[Any, Q]]:  # type: ignore[override]
        """What each state but the usual means."""
        return [
            (GoalState.DELETED, Q(deleted_at__isnull=False)),
            (GoalState.OFF, Q(is_active=False)),
            (GoalState.UPCOMING, scheduled("starts_at", now)),
            (GoalState.OVER, over("ends_at", now)),
        ]


class GoalForm(DeskForm):
    """A goal as staff write it; who counts it follows from what it asks for, unless they say."""

    kind: ClassVar[Goal.Kind]
    requirements = terms.TermsField(
        label=gettext_lazy("조건"),
        help_text=gettext_lazy("한 줄에 하나: 이름 = 목표 수. 예: games_played = 10. JSON도 됩니다."),
    )
    rewards = terms.TermsField(
        label=gettext_lazy("보상"),
        help_text=gettext_lazy("한 줄에 하나: gold = 500, exp = 50. 다른 이름은 보여 주기만 하고 지급하지 않습니다."),
    )
    source = forms.TypedChoiceField(
        label=gettext_lazy("진행 출처"),
        choices=[("", gettext_lazy("조건에 따라 (서버 또는 클라이언트)")), *Goal.Source.choices],
        required=False,
        empty_value=None,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.kind = self.kind


class EventForm(GoalForm):
    """An event always has a window."""

    kind = Goal.Kind.EVENT

    class Meta:
        model = Event
        fields = (*_COMMON, "starts_at", "ends_at")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in {"starts_at", "ends_at"} & set(self.fields):
            self.fields[name].required = True

    def clean(self) -> Json:
        """The operation's refusal of a window turned round, where the window is written."""
        given = super().clean()
        starts_at, ends_at = given.get("starts_at"), given.get("ends_at")
        if starts_at and ends_at and ends_at < starts_at:
            self.add_error("ends_at", str(errors.ends_before_its_start().message))
        return given


class MissionForm(GoalForm):
    """A mission comes round by its period."""

    kind = Goal.Kind.MISSION

    class Meta:
        model = Mission
        fields = (*_COMMON, "period")


def _switch(operation: Callable[..., object], name: str, on: bool) -> Callable[[Player, Any, Json], object]:
    def act(by: Player, goal: Goal, given: Json) -> object:
        return operation(by=by, **{name: goal.pk}, on=on, reason=given["reason"])

    return act


def _switches(operation: Callable[..., object], name: str) -> tuple[Deed, Deed]:
    return (
        Deed("activate", gettext_lazy("켜기"), gettext_lazy("켰습니다"), ReasonForm, _switch(operation, name, True),
             lambda goal: not goal.is_active and goal.deleted_at is None),
        Deed("deactivate", gettext_lazy("끄기"), gettext_lazy("껐습니다"), ReasonForm, _switch(operation, name, False),
             lambda goal: goal.is_active and goal.deleted_at is None),
    )  # fmt: skip


class GoalAdmin(DeskAdmin):
    """Goals of one kind with how far players have come with them."""

    kind: ClassVar[Goal.Kind]
    list_display = ("good", "standing", "asks", "pays", "people")
    list_filter: ClassVar[tuple[Any, ...]] = (GoalStateFilter, "source")
    search_fields = ("=id", "title__icontains", "category__icontains", "description__icontains")
    search_help_text = gettext_lazy("번호, 제목, 분류, 설명")
    ordering = ("-priority", "id")
    target_field = "pk"
    times: ClassVar[tuple[str, ...]] = ("created_at", "updated_at", "deleted_at")
    readonly_fields = ("state", "advice", "people", "counted_by_us", "created_at", "updated_at", "deleted_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The goals of this kind with the numbers of players in the period of now."""
        found: QuerySet[Any] = super().get_queryset(request).filter(kind=self.kind)
        return with_people(found, clock())

    def sections(self, row: Goal | None) -> Sections:
        """What it is, what it asks for and pays, and when."""
        what = ("title", "category", "description", "image_url")
        goal = ("requirements", "counted_by_us", "rewards", "source")
        when = (*self.when, ("priority", "is_active"))
        seen = () if row is None else (("state", "people"), "advice") if _advice(row) else (("state", "people"),)
        return (
            (None, {"fields": (*seen, *what)}),
            (pgettext_lazy("관리", "조건과 보상"), {"fields": goal}),
            (gettext_lazy("기간 (UTC)"), {"fields": when}),
        )

    when: ClassVar[tuple[Any, ...]]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Hands it to the operation, and says what staff should know of the goal as it then is."""
        super().save_model(request, obj, form, change)
        if told := _advice(Goal.objects.get(pk=obj.pk)):
            self.message_user(request, f"{form.cleaned_data.get('title', obj.title)}: {told}", messages.WARNING)

    @admin.display(description=gettext_lazy("제목"), ordering="title")
    def good(self, goal: Goal) -> SafeString:
        """What it is called, with its number and category."""
        return drawings.named(goal.title, " · ".join(filter(None, (f"#{goal.pk}", goal.category))))

    @admin.display(description=gettext_lazy("상태"))
    def state(self, goal: Goal) -> SafeString:
        """Whether it runs, and why not if so."""
        state = goal_state(goal, clock())
        return drawings.badge(_TONES[state], state.label)

    @admin.display(description=gettext_lazy("상태"), ordering="ends_at")
    def standing(self, goal: Goal) -> SafeString:
        """The state, with what the clock says about its window."""
        state, now = self.state(goal), clock()
        if goal.deleted_at is not None:
            return state
        if not goal.is_event:
            return drawings.under(state, goal.get_period_display())
        if goal.ends_at is not None and goal.ends_at <= now:
            return drawings.under(state, f"– {goal.ends_at:%Y-%m-%d %H:%M}")
        return drawings.standing(state, goal.starts_at, goal.ends_at, now)

    @admin.display(description=gettext_lazy("조건"))
    def asks(self, goal: Goal) -> SafeString:
        """What it asks for, and who counts that."""
        lines = format_html_join("", "<span>{} <b>{}</b></span>", _numbers(goal.requirements))
        return format_html(
            '<span class="good">{}<span class="tiny faint">{}</span></span>', lines, goal.get_source_display()
        )

    @admin.display(description=gettext_lazy("보상"))
    def pays(self, goal: Goal) -> SafeString:
        """What it pays, with a warning beside gold that a client may ask for."""
        paid = drawings.named(f"{goal.gold:,}G", f"{goal.xp:,}XP" if goal.xp else "")
        if not _advice(goal):
            return paid
        return format_html("{} {}", paid, drawings.badge("loss", _("클라이언트 골드")))

    @admin.display(description=gettext_lazy("주의"))
    def advice(self, goal: Goal) -> SafeString:
        """What staff should know of it."""
        return format_html('<span class="loss">{}</span>', _advice(goal))

    @admin.display(description=gettext_lazy("서버가 세는 이름"))
    def counted_by_us(self, goal: Goal) -> str:
        """What the club counts itself."""
        return terms.server_keys()

    @admin.display(description=gettext_lazy("참여 · 달성 · 수령"))
    def people(self, goal: Any) -> str:
        """How many take part, have reached it and were paid, leading to them; of a mission: in this period."""
        if not hasattr(goal, "joined"):  # the locked row, read without its numbers
            goal = with_people(Goal.objects.filter(pk=goal.pk), clock()).get()
        found = f"{reverse('admin:accounts_progress_changelist')}?goal__id__exact={goal.pk}"
        if goal.period != Goal.Period.ONCE:
            found += f"&period_start={goal.first_day(day_of(clock())).isoformat()}"
        return render_to_string("admin/accounts/goal/people.html", {"goal": goal, "address": found})


def with_people(found: QuerySet[Any], now: datetime) -> QuerySet[Any]:
    """The goals with the numbers of players in the period of this moment."""
    today = day_of(now)
    periods = [When(period=period, then=Value(Goal(period=period).first_day(today))) for period in Goal.Period]
    here = Progress.objects.filter(goal=OuterRef("pk"), period_start=OuterRef("since")).order_by().values("goal")
    counts = {
        name: Coalesce(
            Subquery(here.filter(condition).annotate(number=Count("pk")).values("number"), output_field=IntegerField()),
            0,
        )
        for name, condition in _NUMBERS.items()
    }
    annotated: QuerySet[Any] = found.annotate(since=Case(*periods, output_field=DateField())).annotate(**counts)
    return annotated


def _numbers(asked: Json) -> list[tuple[str, str]]:
    return [(name, f"{wanted:,}" if isinstance(wanted, int | float) else str(wanted)) for name, wanted in asked.items()]


def _advice(goal: Goal) -> str:
    """What staff should know: gold for what nobody but the player's client has seen."""
    if goal.source != Goal.Source.CLIENT or not goal.gold:
        return ""
    return _("클라이언트가 알리는 진행으로 %(gold)s골드를 지급합니다. 서버가 확인하지 않습니다.") % {
        "gold": f"{goal.gold:,}"
    }


def _remove(by: Player, event: Goal, given: Json) -> None:
    staging.delete_event(by=by, event_id=event.pk, reason=given["reason"])


def _restore(by: Player, event: Goal, given: Json) -> None:
    staging.restore_event(by=by, event_id=event.pk, reason=given["reason"])


@admin.register(Event)
class EventAdmin(GoalAdmin):
    """Events: joined, with a window."""

    kind = Goal.Kind.EVENT
    form = EventForm
    target_type = "event"
    when = (("starts_at", "ends_at"),)
    deeds: ClassVar[tuple[Deed, ...]] = (
        *_switches(staging.switch_event, "event_id"),
        Deed("remove", gettext_lazy("삭제"), gettext_lazy("삭제했습니다"), ReasonForm, _remove,
             lambda event: event.deleted_at is None, is_grave=True),
        Deed("restore", gettext_lazy("복원"), gettext_lazy("복원했습니다"), ReasonForm, _restore,
             lambda event: event.deleted_at is not None),
    )  # fmt: skip
    date_hierarchy = "starts_at"

    def create(self, by: Player, facts: Json) -> Goal:
        """Puts it on the stage."""
        return staging.create_event(by=by, facts=facts)

    def alter(self, by: Player, row: Goal, facts: Json, reason: str) -> None:
        """Changes what staff changed."""
        staging.change_event(by=by, event_id=row.pk, facts=facts, reason=reason)


@admin.register(Mission)
class MissionAdmin(GoalAdmin):
    """Missions: they come round by themselves."""

    kind = Goal.Kind.MISSION
    form = MissionForm
    target_type = "mission"
    when = ("period",)
    list_filter = (GoalStateFilter, "period", "source")
    deeds: ClassVar[tuple[Deed, ...]] = _switches(staging.switch_mission, "mission_id")
    times = ("created_at", "updated_at")

    def create(self, by: Player, facts: Json) -> Goal:
        """Makes it come round from now on."""
        return staging.create_mission(by=by, facts=facts)

    def alter(self, by: Player, row: Goal, facts: Json, reason: str) -> None:
        """Changes what staff changed."""
        staging.change_mission(by=by, mission_id=row.pk, facts=facts, reason=reason)


def page_of_goal(goal: Goal) -> str:
    """Where the goal is changed."""
    return page_of((Event if goal.is_event else Mission)._meta, "change", goal.pk)
