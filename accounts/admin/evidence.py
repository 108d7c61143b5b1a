"""What staff may look at and never edit, and the reason they give for what they do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import unescape
from typing import Any, Final

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import lookup_field
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from casino.lib import csvs
from casino.lib.days import stamp

CSV_ROWS_MAX: Final = 10_000


def _plain(value: Any) -> Any:
    if isinstance(value, SafeString):  # what is drawn on the page, as words
        return unescape(strip_tags(value))
    return stamp(value) if isinstance(value, datetime) else str(value) if value is not None else ""


class EvidenceAdmin(admin.ModelAdmin[Any]):
    """A list nobody changes here."""

    show_full_result_count = False
    actions: Sequence[str] = ("export_csv",)

    @admin.action(description=gettext_lazy("CSV로 내보내기"), permissions=["view"])
    def export_csv(self, request: HttpRequest, chosen: QuerySet[Any]) -> HttpResponse:
        """The chosen rows with the columns of the list."""
        names = [name for name in self.get_list_display(request) if isinstance(name, str)]
        rows = ({name: _plain(lookup_field(name, row, self)[2]) for name in names} for row in chosen[:CSV_ROWS_MAX])
        return csvs.attachment(f"{self.opts.model_name}.csv", names, rows)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False


class ReasonForm(forms.Form):
    """Why staff do this."""

    reason = forms.CharField(label=gettext_lazy("사유"), min_length=2, max_length=200)
