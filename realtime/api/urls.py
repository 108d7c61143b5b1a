"""The stream over plain HTTP."""

from django.urls import URLPattern, path

from realtime.api import views

urlpatterns: list[URLPattern] = [
    path("api/realtime/events", views.RealtimeEvents.as_view()),
    path("api/metrics/global", views.MetricsGlobal.as_view()),
    path("api/metrics/stream", views.MetricsStream.as_view()),
    path("api/test/realtime/emit/profile_update", views.EmitProfileUpdate.as_view()),
    path("api/test/realtime/emit/reward_granted", views.EmitRewardGranted.as_view()),
    path("api/test/realtime/emit/purchase_update", views.EmitPurchaseUpdate.as_view()),
    path("api/test/realtime/emit/stats_update", views.EmitStatsUpdate.as_view()),
]
