"""The inspections of the books in the Django admin: to look at."""

from __future__ import annotations

from django.contrib import admin

from accounts.admin import EvidenceAdmin
from adminpanel.models import Inspection


@admin.register(Inspection)
class InspectionAdmin(EvidenceAdmin):
    """Every verdict that is still kept."""

    list_display = ("created_at", "broken", "drift_gold", "negative_balances", "seq_gaps", "took_milliseconds")
    date_hierarchy = "created_at"
