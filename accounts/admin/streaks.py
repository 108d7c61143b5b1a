"""Days in a row and what they pay, in the Django admin: streaks to look at, the table by new versions alone."""

from __future__ import annotations

import re
from calendar import Calendar
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin import drawings
from accounts.admin.deeds import tell
from accounts.admin.desk import signed_in
from accounts.admin.evidence import EvidenceAdmin, ReasonForm
from accounts.models import Streak, StreakTable
from accounts.progress import paytable, streaks
from accounts.progress.attendance import table_in_force
from casino.lib.days import day_of
from casino.lib.days import now as clock
from casino.lib.errors import Refusal

Json = dict[str, Any]
_MONTHS_DRAWN: Final = 6
_LINE: Final = re.compile(r"\s*([0-9]{1,15})\s*[,\s]\s*([0-9]{1,15})\s*")


@admin.register(Streak)
class StreakAdmin(EvidenceAdmin):
    """Every streak as its last counted day left it, and as it stands today."""

    list_display = ("person", "action_type", "standing", "ticked_on", "tokens", "is_protected")
    list_filter = ("action_type", "is_protected")
    list_select_related = ("player",)
    search_fields = ("=player__id", "=player__site_id", "=player__nickname")
    search_help_text = gettext_lazy("번호, 사이트 아이디, 닉네임")
    ordering = ("-id",)
    fields = ("person", "action_type", "standing", "count", "ticked_on", "tokens", "is_protected", "counted")
    readonly_fields = ("person", "standing", "counted")

    @admin.display(description=gettext_lazy("플레이어"))
    def person(self, streak: Streak) -> SafeString:
        """Whose it is."""
        return drawings.player(streak.player)

    @admin.display(description=gettext_lazy("오늘의 연속 일수"), ordering="count")
    def standing(self, streak: Streak) -> str:
        """The days in a row as they stand today: none once a missed day broke them."""
        return f"{streaks.standing(streak, day_of(clock())):,}"

    @admin.display(description=gettext_lazy("달력"))
    def counted(self, streak: Streak) -> str:
        """The counted days, month by month, the newest first."""
        months = [_month(streak, month) for month in sorted(streak.calendar, reverse=True)]
        shown = {"months": months[:_MONTHS_DRAWN], "older": months[_MONTHS_DRAWN:]}
        return render_to_string("admin/accounts/streak/calendar.html", shown)


def _month(streak: Streak, name: str) -> Json:
    """A month as it is drawn: its weeks from Monday, each day with whether it was counted."""
    year, month = (int(part) for part in name.split("-"))
    counted = set(streak.days_of(year, month))
    weeks = [
        [(day.day if day.month == month else None, day in counted) for day in week]
        for week in Calendar().monthdatescalendar(year, month)
    ]
    return {"first": date(year, month, 1), "number": len(counted), "weeks": weeks}


class TableForm(ReasonForm):
    """The next version as staff write it, a line a day; `seen` are the lines the preview showed."""

    based_on = forms.IntegerField(widget=forms.HiddenInput)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    steps = forms.CharField(
        label=gettext_lazy("하루에 한 줄: 골드, 경험치"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "false", "class": "code"}),
        help_text=gettext_lazy(
            "첫 줄이 1일째입니다. 마지막 줄은 그 뒤 모든 날에 적용됩니다. 숫자에 쉼표를 넣지 않습니다. 예: 1000, 50"
        ),
    )
    field_order = ("steps", "reason")

    def clean_steps(self) -> list[tuple[int, int]]:
        """The lines as pairs."""
        found = []
        for number, line in enumerate(self.cleaned_data["steps"].strip().splitlines(), start=1):
            parts = _LINE.fullmatch(line)
            if parts is None:
                raise forms.ValidationError(
                    _("%(line)s번째 줄: 골드와 경험치를 쉼표로 나눠 적으세요") % {"line": number}
                )
            found.append((int(parts[1]), int(parts[2])))
        return found

    @property
    def fingerprint(self) -> str:
        """The pairs in one line, always the same way."""
        return as_lines(self.cleaned_data["steps"]).replace("\n", "; ")


def as_lines(steps: Sequence[Sequence[int]]) -> str:
    """A line a day."""
    return "\n".join(f"{gold}, {xp}" for gold, xp in steps)


@admin.register(StreakTable)
class StreakTableAdmin(EvidenceAdmin):
    """Every version of what attendance pays: never edited, only followed by the next one."""

    list_display = ("version", "in_force", "first_day", "last_day", "valid_from", "created_by")
    list_select_related = ("created_by",)
    ordering = ("-version",)
    fields = ("version", "in_force", "valid_from", "created_by", "paid")
    readonly_fields = ("in_force", "paid")

    def get_queryset(self, request: HttpRequest) -> QuerySet[StreakTable]:
        """The versions, each knowing the one in force."""
        newest = StreakTable.objects.order_by("-version").values("version")[:1]
        found: QuerySet[StreakTable] = super().get_queryset(request)
        return found.annotate(newest=Subquery(newest))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Economy and owners may write the next version."""
        return signed_in(request).has_perm("accounts.add_streaktable")

    @admin.display(description=gettext_lazy("적용 중"), boolean=True)
    def in_force(self, table: StreakTable) -> bool:
        """Whether attendance is paid by it now."""
        return table.version == getattr(table, "newest", None)

    @admin.display(description=gettext_lazy("1일째"))
    def first_day(self, table: StreakTable) -> str:
        """What it pays at first."""
        return _paid(table.steps[0])

    @admin.display(description=gettext_lazy("마지막 줄"))
    def last_day(self, table: StreakTable) -> str:
        """What it pays at most days in a row."""
        return _("%(day)s일째부터 %(paid)s") % {"day": len(table.steps), "paid": _paid(table.steps[-1])}

    @admin.display(description=gettext_lazy("보상"))
    def paid(self, table: StreakTable) -> str:
        """What each day in a row pays, beside the version before."""
        before = StreakTable.objects.filter(version__lt=table.version).first()
        return _compared(before, table)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Json | None = None) -> HttpResponse:
        """Writes the next version, looks at what it changes, puts it in force."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        now_paid = table_in_force()
        if request.method != "POST":
            first = {"steps": as_lines(now_paid.steps), "based_on": now_paid.version}
            return self._page(request, TableForm(initial=first), now_paid)
        form = TableForm(request.POST)
        if not form.is_valid():
            return self._page(request, form, now_paid)
        is_seen = "_apply" in request.POST and form.cleaned_data["seen"] == form.fingerprint
        try:
            if is_seen:
                return self._apply(request, form)
            paytable.check(form.cleaned_data["steps"])
        except Refusal as refusal:
            tell(form, refusal)
            if refusal.status == 409:  # the next look is at what is in force by now
                form.data = request.POST.dict() | {"based_on": str(table_in_force().version)}
            return self._page(request, form, table_in_force())
        return self._page(request, form, now_paid, preview=StreakTable(version=0, steps=form.cleaned_data["steps"]))

    def _apply(self, request: HttpRequest, form: TableForm) -> HttpResponse:
        given = form.cleaned_data
        table = paytable.introduce(
            by=signed_in(request),
            steps=given["steps"],
            based_on=given["based_on"],
            reason=given["reason"],
            now=clock(),
        )
        self.message_user(request, _("%(table)s을(를) 적용했습니다") % {"table": table}, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:accounts_streaktable_change", args=[table.pk]))

    def _page(
        self, request: HttpRequest, form: TableForm, now_paid: StreakTable, *, preview: StreakTable | None = None
    ) -> HttpResponse:
        shown = {
            "opts": self.opts,
            "title": _("출석 보상표: 새 버전 (지금 버전 %(version)s)") % {"version": now_paid.version},
            "form": form,
            "is_preview": preview is not None,
            "is_same": preview is not None and not paytable.changes(now_paid, preview),
            "compared": _compared(now_paid, preview) if preview is not None else "",
        }
        return TemplateResponse(
            request, "admin/accounts/streaktable/write.html", self.admin_site.each_context(request) | shown
        )


def _paid(step: Sequence[int]) -> str:
    gold, xp = step
    return f"{gold:,}G · {xp:,}XP"


def _compared(before: StreakTable | None, after: StreakTable) -> str:
    """What each day in a row pays, beside what it paid before."""
    days = range(1, max(len(after.steps), len(before.steps) if before else 0) + 1)
    rows = [(day, _paid(before.reward(day)) if before else "", _paid(after.reward(day))) for day in days]
    shown = {"rows": rows, "has_before": before is not None}
    return render_to_string("admin/accounts/streaktable/compared.html", shown)
