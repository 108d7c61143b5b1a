"""How rows are edited: only what was changed goes to the operation, and its refusals stand in the form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminSplitDateTime
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.deeds import Deed, page_of, tell
from accounts.admin.evidence import CSV_ROWS_MAX
from accounts.models import Player
from casino.lib import csvs
from casino.lib.days import stamp
from casino.lib.errors import Refusal

Json = dict[str, Any]
Sections = tuple[tuple[Any, Json], ...]


def signed_in(request: HttpRequest) -> Player:
    """Who does it."""
    assert isinstance(request.user, Player)
    return request.user


class DeskForm(forms.ModelForm[Any]):
    """Remembers what staff saw when they opened it, so that only what they changed is written; asks why."""

    refusal: ClassVar[Refusal | None] = None
    reason = forms.CharField(
        label=gettext_lazy("사유"),
        min_length=2,
        max_length=200,
        required=False,
        help_text=gettext_lazy("바꾸는 이유를 적습니다. 감사 기록에 남습니다."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:
            del self.fields["reason"]
        for name, field in self.fields.items():
            field.show_hidden_initial = name != "reason"
            if isinstance(field.widget, AdminSplitDateTime):
                name_both(field)

    @property
    def facts(self) -> Json:
        """What is to be written: everything of a new row, else what staff changed."""
        names = self.fields if self.instance._state.adding else self.changed_data
        return {name: self.cleaned_data[name] for name in names if name != "reason"}

    def is_valid(self) -> bool:
        """A preview is never saved."""
        return super().is_valid() and "_preview" not in self.data

    def clean(self) -> Json:
        """Refuses a change without a reason, and one of a value that somebody else changed meanwhile."""
        given = super().clean() or {}
        if self.instance._state.adding:
            return given
        changed = [name for name in self.changed_data if name != "reason"]
        for name in changed:
            if name in given and self._was_changed_by_others(name):
                self.add_error(name, _("그사이 다른 직원이 이 값을 바꿨습니다. 화면을 새로 열어 확인하세요."))
        if changed and not given.get("reason") and "reason" not in self.errors and "_preview" not in self.data:
            self.add_error("reason", _("사유를 입력하세요"))
        return given

    def _was_changed_by_others(self, name: str) -> bool:
        bound = self[name]
        seen = bound.field.hidden_widget().value_from_datadict(self.data, self.files, bound.html_initial_name)
        return bound.field.has_changed(bound.initial, seen) and bound.field.has_changed(bound.initial, bound.data)

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.refusal is not None:
            tell(self, self.refusal)


class DeskAdmin(admin.ModelAdmin[Any]):
    """Rows that are written by operations that audit, never deleted, with a page for each deed."""

    change_form_template = add_form_template = "admin/desk/form.html"
    form: type[DeskForm]
    deeds: ClassVar[tuple[Deed, ...]] = ()
    created_only: ClassVar[tuple[str, ...]] = ()
    target_type: ClassVar[str]
    target_field: ClassVar[str] = "code"
    panel_title: ClassVar[Any] = ""
    times: ClassVar[tuple[str, ...]] = ("created_at", "updated_at")
    show_full_result_count = False
    actions: Sequence[str] = ("export_csv",)

    def create(self, by: Player, facts: Json) -> Any:
        """Calls the operation that makes a row."""
        raise NotImplementedError

    def alter(self, by: Player, row: Any, facts: Json, reason: str) -> None:
        """Calls the operation that changes a row."""
        raise NotImplementedError

    def sections(self, row: Any) -> Sections:
        """The fieldsets of a row, or of a new one: without its times and without the reason."""
        raise NotImplementedError

    def panel(self, row: Any) -> str:
        """What is drawn above the form of a deed, under `panel_title`."""
        return ""

    @admin.action(description=gettext_lazy("CSV로 내보내기"), permissions=["view"])
    def export_csv(self, request: HttpRequest, chosen: QuerySet[Any]) -> HttpResponse:
        """The chosen rows with everything that is kept of them."""
        names = [field.attname for field in self.opts.concrete_fields]
        rows = ({name: _plain(getattr(row, name)) for name in names} for row in chosen[:CSV_ROWS_MAX])
        return csvs.attachment(f"{self.opts.model_name}.csv", names, rows)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never: the past points at it."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """What names a row is written once: links and the past say it."""
        return (*self.readonly_fields, *self.created_only) if obj else tuple(self.readonly_fields)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The sections, then the times of a row; who may change it is asked why."""
        if obj is None:
            return self.sections(None)
        times = (gettext_lazy("시각"), {"fields": (self.times,)})
        why = ((gettext_lazy("사유"), {"fields": ("reason",)}),) if self.has_change_permission(request, obj) else ()
        return (*self.sections(obj), times, *why)

    def get_list_display(self, request: HttpRequest) -> tuple[Any, ...]:
        """The columns; what may be done to a row is for those who may do it."""
        ways = ("ways",) if self.deeds and self.has_change_permission(request) else ()
        return (*self.list_display, *ways)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The form, with what the operation said to it a moment ago."""
        form = super().get_form(request, obj, change=change, **kwargs)
        form.refusal = getattr(request, "refusal", None)  # type: ignore[attr-defined]
        return form

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """The row; locked while it is being changed, so that what the form compares stays true."""
        row = super().get_object(request, object_id, from_field)
        if row is None or request.method != "POST" or not connection.in_atomic_block:
            return row
        return self.model._default_manager.select_for_update(no_key=True).get(pk=row.pk)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """Django's page of one row; what the operation refuses is shown in the form, and nothing was written."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Refusal as refusal:
            request.refusal = refusal  # type: ignore[attr-defined]
            return super().changeform_view(request, object_id, form_url, extra_context)

    def render_change_form(self, request: HttpRequest, context: Json, *args: Any, **kwargs: Any) -> HttpResponse:
        """Adds the deeds that may be done to the row."""
        row = kwargs.get("obj")
        if row is not None and self.has_change_permission(request, row):
            context["deeds"] = [(deed, self._address(row, deed)) for deed in self.deeds if deed.applies(row)]
        context["is_preview"] = "_preview" in request.POST
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Hands what is to be written to the operation."""
        if not change:
            obj.pk = self.create(signed_in(request), form.facts).pk
        elif facts := form.facts:
            row = self.model._default_manager.get(pk=obj.pk)
            self.alter(signed_in(request), row, facts, form.cleaned_data["reason"])

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Nothing: the operation has written the audit row."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Nothing: the operation has written the audit row."""

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """The audit rows of the row."""
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        found = f"?target_type__exact={self.target_type}&q={getattr(row, self.target_field)}"
        return HttpResponseRedirect(reverse("admin:accounts_audit_changelist") + found)

    def get_urls(self) -> list[URLPattern]:
        """Django's pages, and one for each deed."""
        pages = [
            path(
                f"<int:pk>/{deed.name}/",
                self.admin_site.admin_view(self.deed_view),
                {"name": deed.name},
                name=f"{self.opts.app_label}_{self.opts.model_name}_{deed.name}",
            )
            for deed in self.deeds
        ]
        return pages + super().get_urls()

    def deed_view(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        """Asks for a reason and what else it needs, then does the deed; a refusal stands in the form."""
        row = self.get_queryset(request).filter(pk=pk).first()
        if row is None:
            raise Http404
        if not self.has_change_permission(request, row):
            raise PermissionDenied
        deed = next(deed for deed in self.deeds if deed.name == name)
        form = deed.form_class(request.POST if request.method == "POST" else None)
        if form.is_valid() and self._done(request, deed, row, form):
            return HttpResponseRedirect(page_of(self.opts, "change", pk))
        shown = {"deed": deed, "row": row, "form": form, "panel": self.panel(row), "panel_title": self.panel_title}
        context = (
            self.admin_site.each_context(request)
            | {"title": deed.label, "subtitle": str(row), "opts": self.opts}
            | shown
        )
        return TemplateResponse(request, "admin/desk/deed.html", context)

    @admin.display(description=gettext_lazy("조치"))
    def ways(self, row: Any) -> SafeString:
        """Links to the deeds that may be done to the row."""
        links = (
            (self._address(row, deed), "danger" if deed.is_grave else "quiet", deed.label)
            for deed in self._open_to(row)
        )
        return format_html(
            '<span class="deeds">{}</span>', format_html_join("", '<a class="deed deed--{1}" href="{0}">{2}</a>', links)
        )

    def _open_to(self, row: Any) -> list[Deed]:
        return [deed for deed in self.deeds if deed.applies(row)]

    def _address(self, row: Any, deed: Deed) -> str:
        return page_of(self.opts, deed.name, row.pk)

    def _done(self, request: HttpRequest, deed: Deed, row: Any, form: Any) -> bool:
        try:
            deed.act(signed_in(request), row, form.cleaned_data)
        except Refusal as refusal:
            tell(form, refusal)
            return False
        self.message_user(request, f"{row}: {deed.told}")
        return True


def name_both(field: forms.Field) -> None:
    """A moment is two inputs under one label: each says which it is."""
    day, time = field.widget.widgets
    day.attrs["aria-label"] = _("%(field)s: 날짜") % {"field": field.label}
    time.attrs["aria-label"] = _("%(field)s: 시각") % {"field": field.label}


def _plain(value: Any) -> Any:
    return "" if value is None else stamp(value) if hasattr(value, "tzinfo") else value
