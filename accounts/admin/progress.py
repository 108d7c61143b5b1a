"""How far players have come, in the Django admin: to look at, to pay by force, and to note where only staff count."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.admin import drawings
from accounts.admin.deeds import Deed
from accounts.admin.goals import page_of_goal
from accounts.admin.handling import HandlingAdmin, HandlingForm
from accounts.models import Goal, Player, Progress
from accounts.models.progress import ONCE
from accounts.progress import claims, noting
from casino.lib.errors import bad_request

Json = dict[str, Any]
_GOALS_LISTED: Final = 30


class NoteForm(HandlingForm):
    """Which number is set, to what, and why."""

    key = forms.CharField(
        label=gettext_lazy("이름"),
        max_length=64,
        required=False,
        help_text=gettext_lazy("목표가 요구하는 이름입니다. 하나뿐이면 비워도 됩니다."),
    )
    number = forms.IntegerField(label=gettext_lazy("진행 수"), min_value=0, max_value=noting.NUMBER_MAX)
    field_order = ("key", "number", "reason")


def _force(by: Player, progress: Progress, given: Json) -> None:
    if not progress.goal.is_event:
        raise bad_request(_("이벤트만 강제로 지급할 수 있습니다"))
    if progress.claimed_at is not None:
        raise bad_request(_("이미 보상 수령"))
    claims.force(
        player_id=progress.player_id, event_id=progress.goal_id, by=by, reason=given["reason"], key=None
    )  # fmt: skip


def _note(by: Player, progress: Progress, given: Json) -> None:
    asked = list(progress.goal.requirements)
    key = given["key"] or (asked[0] if len(asked) == 1 else "")
    noting.note(by=by, progress_id=progress.pk, key=key, number=given["number"], reason=given["reason"])


class GoalFilter(admin.SimpleListFilter):
    """Progress with one goal: the chosen one, or one of the newest."""

    title = gettext_lazy("목표")
    parameter_name = "goal__id__exact"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The newest goals that nobody deleted, and the one that is chosen whatever it is."""
        newest = Goal.objects.kept().order_by("-id").values_list("pk", "title")[:_GOALS_LISTED]
        listed = {str(pk): title for pk, title in newest}
        if (chosen := self.value()) and chosen not in listed and chosen.isdecimal():
            listed[chosen] = Goal.objects.filter(pk=chosen).values_list("title", flat=True).first() or f"#{chosen}"
        return list(listed.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The progress with the chosen goal."""
        chosen = self.value()
        return (
            queryset if chosen is None else queryset.filter(goal__id=chosen) if chosen.isdecimal() else queryset.none()
        )


@admin.register(Progress)
class ProgressAdmin(HandlingAdmin):
    """Who takes part in what, how far they are, and what became of it."""

    deeds: ClassVar[tuple[Deed, ...]] = (
        Deed("claim", gettext_lazy("강제 지급"), gettext_lazy("강제로 지급했습니다"), HandlingForm, _force,
             lambda progress: progress.goal.is_event and progress.claimed_at is None, is_grave=True),
        Deed("note", gettext_lazy("진행 설정"), gettext_lazy("진행을 설정했습니다"), NoteForm, _note,
             lambda progress: progress.goal.source == Goal.Source.STAFF and progress.claimed_at is None),
    )  # fmt: skip
    csv_fields = (
        "id", "player__site_id", "goal_id", "goal__title", "period_start", "tally", "version", "joined_at",
        "progressed_at", "completed_at", "claimed_at",
    )  # fmt: skip
    list_display = ("id", "person", "aim", "period", "far", "fate")
    list_filter = (
        GoalFilter,
        "goal__kind",
        ("completed_at", admin.EmptyFieldListFilter),
        ("claimed_at", admin.EmptyFieldListFilter),
    )
    list_select_related = ("player", "goal")
    search_fields = ("=player__id", "=player__site_id", "=player__nickname")
    search_help_text = gettext_lazy("번호, 사이트 아이디, 닉네임")
    ordering = ("-id",)
    fields = (
        "person", "aim", "period", "far", "version", "joined_at", "progressed_at", "completed_at", "claimed_at",
    )  # fmt: skip
    readonly_fields = ("person", "aim", "period", "far")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Progress]:
        """With the goals, which say what may be done."""
        found: QuerySet[Progress] = super().get_queryset(request)
        return found.select_related("player", "goal")

    @admin.display(description=gettext_lazy("플레이어"))
    def person(self, progress: Progress) -> SafeString:
        """Whose it is."""
        return drawings.player(progress.player)

    @admin.display(description=gettext_lazy("목표"))
    def aim(self, progress: Progress) -> SafeString:
        """What they are on the way to."""
        return format_html('<a href="{}">{}</a>', page_of_goal(progress.goal), progress.goal.title)

    @admin.display(description=gettext_lazy("기간"), ordering="period_start")
    def period(self, progress: Progress) -> str:
        """Which of the goal's periods it is."""
        if progress.period_start == ONCE:
            return str(Goal.Period.ONCE.label)
        return f"{progress.goal.get_period_display()} {progress.period_start.isoformat()}"

    def named(self, progress: Progress) -> str:
        """Who is on the way to what."""
        return f"{progress.player} · {progress.goal}"

    @admin.display(description=gettext_lazy("상태"), ordering="completed_at")
    def fate(self, progress: Progress) -> SafeString:
        """Whether it is reached and paid, and since when."""
        if progress.claimed_at is not None:
            return drawings.under(drawings.badge("gain", _("수령함")), f"{progress.claimed_at:%Y-%m-%d %H:%M}")
        if progress.completed_at is not None:
            return drawings.under(drawings.badge("live", _("달성함")), f"{progress.completed_at:%Y-%m-%d %H:%M}")
        return drawings.badge("line", _("진행 중"))

    @admin.display(description=pgettext_lazy("관리", "진행"))
    def far(self, progress: Progress) -> SafeString:
        """Each number beside what is asked for."""
        asked = progress.goal.requirements
        lines = [
            (name, f"{progress.tally.get(name, 0):,}", f" / {asked[name]:,}" if name in asked else "")
            for name in {**asked, **progress.tally}
        ]
        return format_html('<span class="good">{}</span>', format_html_join("", "<span>{} <b>{}</b>{}</span>", lines))
