"""Evidence that staff act on: nothing is edited, each deed asks for a reason, for one row or for the chosen ones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy, ngettext

from accounts.admin.deeds import Deed, page_of, tell
from accounts.admin.desk import signed_in
from accounts.admin.evidence import CSV_ROWS_MAX, EvidenceAdmin, ReasonForm
from casino.lib import csvs
from casino.lib.days import stamp
from casino.lib.errors import Refusal

Json = dict[str, Any]
Action = Callable[[Any, HttpRequest, QuerySet[Any]], HttpResponse | None]


class HandlingForm(ReasonForm):
    """Why, as short as the API wants it."""

    reason = forms.CharField(label=gettext_lazy("사유"), min_length=2, max_length=120)


class HandlingAdmin(EvidenceAdmin):
    """Rows with deeds: links on the page of a row, actions in the list, the same operation behind both."""

    change_form_template = "admin/desk/handled.html"
    deeds: ClassVar[tuple[Deed, ...]] = ()
    csv_fields: ClassVar[tuple[str, ...]] = ()

    @admin.action(description=gettext_lazy("CSV로 내보내기"), permissions=["view"])
    def export_csv(self, request: HttpRequest, chosen: QuerySet[Any]) -> HttpResponse:
        """The chosen rows as they are kept, without the list's badges."""
        kept = chosen.values(*self.csv_fields)[:CSV_ROWS_MAX]
        rows = ({name: _plain(value) for name, value in row.items()} for row in kept)
        return csvs.attachment(f"{self.opts.model_name}.csv", self.csv_fields, rows)

    def named(self, row: Any) -> str:
        """What a row is called on its pages."""
        return str(row)

    def has_deed_permission(self, request: HttpRequest) -> bool:
        """Whoever may change such rows."""
        return signed_in(request).has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}")

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """The deeds before what everybody may."""
        if not self.has_deed_permission(request):
            return super().get_actions(request)
        own = {deed.name: (_action(deed), deed.name, deed.label) for deed in self.deeds}
        return own | super().get_actions(request)

    def render_change_form(self, request: HttpRequest, context: Json, *args: Any, **kwargs: Any) -> HttpResponse:
        """Adds the deeds that may be done to the row."""
        row = kwargs.get("obj")
        if row is not None:
            context["subtitle"] = self.named(row)
        if row is not None and self.has_deed_permission(request):
            may_be = (deed for deed in self.deeds if deed.applies(row))
            context["deeds"] = [(deed, page_of(self.opts, deed.name, row.pk)) for deed in may_be]
        return super().render_change_form(request, context, *args, **kwargs)

    def get_urls(self) -> list[URLPattern]:
        """Django's pages, and one for each deed."""
        view = self.admin_site.admin_view(self.deed_view)
        model = f"{self.opts.app_label}_{self.opts.model_name}"
        pages = [
            path(f"<int:pk>/{deed.name}/", view, {"name": deed.name}, name=f"{model}_{deed.name}")
            for deed in self.deeds
        ]
        return pages + super().get_urls()

    def deed_view(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        """Asks why, then does the deed to one row; what the operation refuses stands in the form."""
        if not self.has_deed_permission(request):
            raise PermissionDenied
        row = self.get_queryset(request).filter(pk=pk).first()
        if row is None:
            raise Http404
        deed = next(deed for deed in self.deeds if deed.name == name)
        form = deed.form_class(request.POST if request.method == "POST" else None)
        if form.is_valid():
            try:
                deed.act(signed_in(request), row, form.cleaned_data)
            except Refusal as refusal:
                tell(form, refusal)
            else:
                self.message_user(request, f"{self.named(row)}: {deed.told}")
                return HttpResponseRedirect(page_of(self.opts, "change", pk))
        shown = {
            "deed": deed,
            "row": row,
            "form": form,
            "opts": self.opts,
            "title": deed.label,
            "subtitle": self.named(row),
        }
        return TemplateResponse(request, "admin/desk/deed.html", self.admin_site.each_context(request) | shown)

    def act_on_chosen(self, request: HttpRequest, deed: Deed, chosen: QuerySet[Any]) -> HttpResponse | None:
        """Asks why once, then does the deed to every chosen row; a refused one keeps none of the others."""
        form = deed.form_class(request.POST) if "reason" in request.POST else deed.form_class()
        if not form.is_bound or not form.is_valid():
            shown = {
                "deed": deed,
                "rows": [(row.pk, self.named(row)) for row in chosen],
                "form": form,
                "opts": self.opts,
                "title": deed.label,
            }
            return TemplateResponse(request, "admin/desk/deed_many.html", self.admin_site.each_context(request) | shown)
        done = 0
        for row in chosen:
            try:
                deed.act(signed_in(request), row, form.cleaned_data)
                done += 1
            except Refusal as refusal:
                self.message_user(request, f"{self.named(row)}: {refusal.message}", messages.ERROR)
        if done:
            words = ngettext("%(count)d건: %(told)s", "%(count)d건: %(told)s", done)
            self.message_user(request, words % {"count": done, "told": deed.told})
        return None


def _plain(value: Any) -> Any:
    return "" if value is None else stamp(value) if isinstance(value, datetime) else value


def _action(deed: Deed) -> Action:
    def act(site: HandlingAdmin, request: HttpRequest, chosen: QuerySet[Any]) -> HttpResponse | None:
        return site.act_on_chosen(request, deed, chosen)

    return act
