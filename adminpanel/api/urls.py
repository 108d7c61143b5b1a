"""Staff tools on the wire."""

from django.urls import URLPattern, path

from adminpanel.api import stream_views, user_views, views, watch_views

urlpatterns: list[URLPattern] = [
    path("api/admin/campaigns", views.Campaigns.as_view()),
    path("api/admin/campaigns/<int:campaign_id>/cancel", views.CampaignCancel.as_view()),
    path("api/admin/users", user_views.StaffUsers.as_view()),
    path("api/admin/users/<int:user_id>", user_views.StaffUser.as_view()),
    path("api/admin/users/<int:user_id>/rank", user_views.StaffUserRank.as_view()),
    path("api/admin/users/<int:user_id>/status", user_views.StaffUserStatus.as_view()),
    path("api/admin/users/<int:user_id>/ban", user_views.StaffUserBan.as_view()),
    path("api/admin/users/<int:user_id>/unban", user_views.StaffUserUnban.as_view()),
    path("api/admin/users/<int:user_id>/logs", user_views.StaffUserLogs.as_view()),
    path("api/admin/stats", watch_views.AdminStats.as_view()),
    path("api/admin/audit/logs", watch_views.AuditLogs.as_view()),
    path("api/admin/audit/logs.csv", watch_views.AuditLogsCSV.as_view()),
    path("api/admin/stream", stream_views.AdminStream.as_view()),
]
