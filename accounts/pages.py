"""The pages of a visit: the door, profile, the house papers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import authentication, cards, queries, resets, sessions, visit
from accounts.forms import ResetForm, SignInForm, SignUpForm, problems_of
from accounts.models import AuthSession, Player
from accounts.screens import attendance, rewards
from accounts.signin import sign_in
from accounts.signup import sign_up
from casino.lib import rates
from casino.lib.client import client_ip, user_agent
from casino.lib.days import now as clock
from casino.lib.errors import Refusal
from casino.lib.pages import SOURCE_LANGUAGE, catalogue_url, local_path, preferences, render_refusal, windows
from realtime.models import Epoch

Json = dict[str, Any]
HISTORY_ROWS = 10
REWARD_ROWS = 10


def club(request: HttpRequest) -> Json:
    """What every page knows. The player is read when a page first asks, so an error page can do without."""
    language = get_language() or SOURCE_LANGUAGE
    me = SimpleLazyObject(lambda: _member(request))
    return {
        "club_name": settings.CLUB_NAME,
        "support_email": settings.SUPPORT_EMAIL,
        "language": language,
        "catalogue_url": catalogue_url(language),
        **preferences(request),
        "me": me,
        "epoch": SimpleLazyObject(Epoch.current),
        "pending_purchases": SimpleLazyObject(lambda: windows.pending_purchases(me["id"]) if me else 0),
    }


def _member(request: HttpRequest) -> Json:
    """The signed-in player's UserProfile with the place of the stream, or an empty dict."""
    found = visit.member(request)
    if found is None:
        return {}
    profile = queries.profile(found.player, found.wallet, found.attendance, now=clock())
    return {**profile, "stream_seq": found.wallet.stream_seq, "unread": found.wallet.unread}


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters("password")
def login(request: HttpRequest) -> HttpResponse:
    """The sign-in form; the same checks, counts and refusals as the API's."""
    following = local_path(request.POST.get("next") or request.GET.get("next"))
    if request.method != "POST":
        return render(request, "accounts/login.html", {"next": following})
    form = SignInForm(request.POST)
    name = request.POST.get("nickname", "")[:50]
    if not form.is_valid():
        error: Json = {"code": "VALIDATION_ERROR", "message": _("모든 필드를 입력해주세요.")}
        return render(request, "accounts/login.html", {"next": following, "nickname": name, "error": error}, status=422)
    try:
        now = clock()
        player = sign_in(form.cleaned_data["nickname"], form.cleaned_data["password"], ip=client_ip(request), now=now)
    except Refusal as refusal:
        context = {"next": following, "nickname": name, "error": _login_error(refusal)}
        return render_refusal(request, "accounts/login.html", context, refusal)
    return _enter(request, player, following)


def _login_error(refusal: Refusal) -> Json:
    error: Json = {"code": refusal.code, "message": refusal.message}
    if refusal.code == "INVALID_CREDENTIALS":
        error["message"] = _("로그인 실패: 자격 증명이 올바르지 않거나 서버에서 거부되었습니다.")
    if "Retry-After" in refusal.headers:
        seconds = int(refusal.headers["Retry-After"])
        error |= {"retry_after": seconds, "clock": f"{seconds // 60:02d}:{seconds % 60:02d}"}
    return error


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters("password", "confirm_password")
def signup(request: HttpRequest) -> HttpResponse:
    """The sign-up form; `accounts.signup` decides, as it does for the API."""
    following = local_path(request.POST.get("next") or request.GET.get("next"))
    if request.method != "POST":
        return render(request, "accounts/signup.html", {"next": following, "form": {}, "errors": {}})
    form = SignUpForm(request.POST)
    if not form.is_valid():
        return _signup_again(request, following, form.problems(), status=422)
    try:
        now = clock()
        _limit_signups(client_ip(request), now)
        player = sign_up(form.application(), now=now)
    except Refusal as refusal:
        problems = problems_of(refusal)
        error = None if problems else {"code": refusal.code, "message": refusal.message}
        return _signup_again(request, following, problems, error, status=refusal.status)
    return _enter(request, player, following)


def _limit_signups(ip: str, now: datetime) -> None:
    if settings.CLUB_ENV == "production":
        rates.spend(f"signup:{ip}", limit=settings.SIGNUPS_PER_HOUR_AND_IP, per=timedelta(hours=1), now=now)


def _signup_again(
    request: HttpRequest, following: str, problems: dict[str, str], error: Json | None = None, *, status: int
) -> HttpResponse:
    """The form as it was filled in (but for the passwords), each problem at its field."""
    error = error or {"code": "", "message": _("표시된 칸을 확인해 주세요.")}
    context = {"next": following, "form": request.POST, "errors": problems, "error": error}
    return render(request, "accounts/signup.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters("code", "password", "confirm_password")
def reset(request: HttpRequest) -> HttpResponse:
    """A new password by a code from staff; the same operation, count and refusals as the API's."""
    if request.method != "POST":
        is_done = request.GET.get("done") == "1"
        return render(request, "accounts/reset.html", {"form": {}, "errors": {}, "is_done": is_done})
    form = ResetForm(request.POST)
    if not form.is_valid():
        error = {"message": _("표시된 칸을 확인해 주세요.")}
        context = {"form": request.POST, "errors": form.problems(), "error": error}
        return render(request, "accounts/reset.html", context, status=422)
    given = form.cleaned_data
    try:
        resets.reset(
            name=given["site_id"], code=given["code"], password=given["password"], ip=client_ip(request), now=clock()
        )
    except Refusal as refusal:
        context = {"form": request.POST, "errors": problems_of(refusal), "error": _login_error(refusal)}
        return render_refusal(request, "accounts/reset.html", context, refusal)
    return HttpResponseRedirect("/reset?done=1")


def _enter(request: HttpRequest, player: Player, following: str) -> HttpResponseRedirect:
    client = sessions.Client(client_ip(request), user_agent(request.headers))
    grant = sessions.begin(player=player, kind=AuthSession.Kind.BROWSER, client=client, now=clock(), refreshable=False)
    authentication.remember(request, grant.session)
    return HttpResponseRedirect(following or "/")


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """Ends the session of this browser."""
    authentication.forget(request, now=clock())
    return redirect("home")


@require_safe
@never_cache
def profile(request: HttpRequest) -> HttpResponse:
    """The member's own page; visitors are asked to sign in."""
    if not isinstance(request.user, Player):
        return render(request, "accounts/profile.html", {"nav": "profile"})
    player = request.user
    stats = windows.statistics(player.pk)
    total, rounds = windows.rounds(player.pk, HISTORY_ROWS)
    entries, cursor = queries.ledger_page(player, limit=HISTORY_ROWS)
    context = {
        "nav": "profile",
        "joined": player.created_at,
        "stats": stats,
        "records": windows.records(player.pk, stats),
        "history": rounds,
        "history_pages": max(1, -(-total // HISTORY_ROWS)),
        "ledger": [cards.ledger_row(entry) for entry in entries],
        "ledger_cursor": cursor,
        "runs": attendance.runs(player.pk, now=clock()),
        "rewards": rewards.newest(player.pk, REWARD_ROWS),
        "devices": cards.devices(player, authentication.session_of(request), now=clock()),
    }
    return render(request, "accounts/profile.html", context)


@require_safe
@never_cache
def paper(request: HttpRequest, template: str) -> HttpResponse:
    """A page of words."""
    return render(request, template)
