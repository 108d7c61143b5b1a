"""The admin site of the house."""

from __future__ import annotations

from django.contrib.admin import AdminSite


class ClubAdminSite(AdminSite):
    """Django's admin, signed in to through the same counted door as everything else."""

    site_header = "Casino Club"
    index_title = "Today"
