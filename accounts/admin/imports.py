"""Players from a file, in the Django admin: looked at row by row, then all of them or nobody."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.admin.desk import signed_in
from accounts.imports import enrolling, reading
from casino.lib.errors import Refusal

Json = dict[str, Any]
_FRAGMENT: Final = "admin/accounts/player/import_report.html"
_PAGE: Final = "admin/accounts/player/import.html"


class ImportForm(forms.Form):
    """The file; `seen` names the one whose preview staff looked at."""

    file = forms.FileField(
        label=gettext_lazy("파일"),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx", "aria-describedby": "id_file_helptext"}),
        error_messages={"empty": gettext_lazy("빈 파일입니다"), "required": gettext_lazy("파일을 고르세요")},
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)


class ImportPages(admin.ModelAdmin[Any]):
    """A page beside the list of players for those who may bring players in."""

    def has_import_permission(self, request: HttpRequest) -> bool:
        """Support and owners, as over the API."""
        return signed_in(request).role in enrolling.ROLES

    def get_urls(self) -> list[URLPattern]:
        """Django's pages, and the one for files."""
        page = path("import/", self.admin_site.admin_view(self.import_view), name="accounts_player_import")
        return [page, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Json | None = None) -> Any:
        """The list, with the way to the page of files for those who may."""
        shown = {"may_import": self.has_import_permission(request), **(extra_context or {})}
        return super().changelist_view(request, shown)

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """Looks at a file; the same file sent again to be applied makes all its rows players."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
        report: Json | None = None
        if form.is_valid():
            try:
                sheet = self._sheet(form)
                is_seen = "_apply" in request.POST and form.cleaned_data["seen"] == sheet.sha256
                report = enrolling.rehearse(sheet)
                if is_seen and not report["errors"]:
                    return self._applied(request, sheet)
            except Refusal as refusal:
                for told in [
                    str(refusal.message),
                    *(detail["msg"] for detail in refusal.details or () if "msg" in detail),
                ]:
                    form.add_error("file", told)
        return self._answer(request, form, report)

    def _sheet(self, form: ImportForm) -> reading.Sheet:
        file = form.cleaned_data["file"]
        return reading.read(file.read(), file.name, rows_max=settings.IMPORT_MAX_ROWS)

    def _applied(self, request: HttpRequest, sheet: reading.Sheet) -> HttpResponse:
        report, _is_replay = enrolling.enrol_all(sheet, by=signed_in(request))
        words = ngettext("%(count)d명이 가입했습니다", "%(count)d명이 가입했습니다", report["created"])
        self.message_user(request, words % {"count": report["created"]}, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:accounts_player_changelist"))

    def _answer(self, request: HttpRequest, form: ImportForm, report: Json | None) -> HttpResponse:
        shown = {
            "opts": self.opts,
            "title": _("파일로 가입"),
            "form": form,
            "report": report,
            "columns": reading.COLUMNS,
            "rows_max": settings.IMPORT_MAX_ROWS,
            "megabytes": settings.IMPORT_MAX_BYTES // (1024 * 1024),
        }
        template = _FRAGMENT if request.headers.get("X-Preview") == "1" else _PAGE
        return TemplateResponse(request, template, self.admin_site.each_context(request) | shown)
