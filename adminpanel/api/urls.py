"""Staff tools on the wire."""

from django.urls import URLPattern, path

from adminpanel.api import views

urlpatterns: list[URLPattern] = [
    path("api/admin/campaigns", views.Campaigns.as_view()),
    path("api/admin/campaigns/<int:campaign_id>/cancel", views.CampaignCancel.as_view()),
]
