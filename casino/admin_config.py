"""The built-in admin, on the house's own site."""

from django.contrib.admin.apps import AdminConfig


class ClubAdminConfig(AdminConfig):
    """Puts `adminpanel.site.ClubAdminSite` where `admin.site` is."""

    default_site = "adminpanel.site.ClubAdminSite"
