"""Accounts on the wire."""

from django.urls import URLPattern, path

from accounts.api import progress_views, views

urlpatterns: list[URLPattern] = [
    path("api/auth/signup", views.SignUp.as_view()),
    path("api/auth/register", views.QuickRegister.as_view()),
    path("api/auth/login", views.Login.as_view()),
    path("api/auth/admin/login", views.AdminLogin.as_view()),
    path("api/auth/refresh", views.Refresh.as_view()),
    path("api/auth/logout", views.Logout.as_view()),
    path("api/auth/logout-all", views.LogoutAll.as_view()),
    path("api/auth/sessions", views.SessionsOfMine.as_view()),
    path("api/auth/sessions/<str:sid>", views.SessionOfMine.as_view()),
    path("api/auth/me", views.Me.as_view()),
    path("api/auth/profile", views.AuthProfile.as_view()),
    path("api/auth/me/delete", views.DeleteMe.as_view()),
    path("api/auth/me/export", views.ExportMe.as_view()),
    path("api/auth/verify-invite", views.VerifyInvite.as_view()),
    path("api/users/me", views.UsersMe.as_view()),
    path("api/users/profile", views.UserProfileDeprecated.as_view()),
    path("api/users/balance", views.BalanceOfMine.as_view()),
    path("api/users/stats", views.StatsOfMine.as_view()),
    path("api/users/ledger", views.LedgerOfMine.as_view()),
    path("api/users/ledger.csv", views.LedgerCSV.as_view()),
    path("api/users/<int:user_id>", views.UserView.as_view()),
    path("api/streak/status", progress_views.StreakStatus.as_view()),
    path("api/streak/tick", progress_views.StreakTick.as_view()),
    path("api/streak/preview", progress_views.StreakPreview.as_view()),
    path("api/streak/claim", progress_views.StreakClaim.as_view()),
    path("api/streak/reset", progress_views.StreakReset.as_view()),
    path("api/streak/history", progress_views.StreakHistory.as_view()),
    path("api/streak/protection", progress_views.StreakProtection.as_view()),
    path("api/vip/status", progress_views.VipStatus.as_view()),
    path("api/vip/claim", progress_views.VipClaim.as_view()),
    path("api/invite/validate", views.ValidateInvite.as_view()),
    path("api/invite/generate", views.GenerateInvite.as_view()),
    path("api/invite/codes", views.InviteCodes.as_view()),
    path("api/invite/codes/<str:code>/deactivate", views.DeactivateInvite.as_view()),
    path("api/invite/stats", views.InviteTotals.as_view()),
    path("api/admin/users/elevate", views.Elevate.as_view()),
]
