"""Sign-up, sign-in, sessions, profile and ledger over JSON. Views translate; capability modules decide."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import audit, errors, farewell, invites, ledger, profile, queries, sessions, signin, signup
from accounts.api import serializers as wire
from accounts.api.shapes import invite_code, session_item, token
from accounts.authentication import bearer, caller, caller_session
from accounts.models import AuthSession, Invite, Player, Role, Wallet
from casino.lib import csvs, rates
from casino.lib.api import Endpoint
from casino.lib.client import client_ip, user_agent
from casino.lib.days import now as clock
from casino.lib.days import stamp_or_none
from casino.lib.errors import not_found
from casino.lib.gate import Access
from casino.lib.pages import windows
from casino.lib.schema import describe

_API = AuthSession.Kind.API
_STAFF_INVITES = frozenset({Role.SUPPORT})


def client_of(request: Request) -> sessions.Client:
    """Where a sign-in comes from."""
    return sessions.Client(client_ip(request._request), user_agent(request.headers))


class SignUp(Endpoint):
    """An account by invite."""

    access = Access.PUBLIC

    @describe(body=wire.SignUpBody, answer=wire.Token, refusals=(400, 429))
    def post(self, request: Request) -> Response:
        """Makes an account with 1000 gold and signs it in."""
        now = clock()
        signup.limit(client_ip(request._request), now=now)
        data = self.body(wire.SignUpBody)
        player = signup.sign_up(
            signup.Application(
                site_id=data["site_id"],
                nickname=data["nickname"],
                password=data["password"],
                invite_code=data.get("invite_code") or "",
                phone_number=data.get("phone_number"),
                accept_terms=data["accept_terms"],
            ),
            now=now,
        )
        return Response(token(sessions.begin(player=player, kind=_API, client=client_of(request), now=now), now))


class QuickRegister(Endpoint):
    """An account for trying things out, in development and tests."""

    access = Access.DEV

    @describe(body=wire.QuickRegisterBody, answer=wire.QuickAccount, refusals=(400, 403))
    def post(self, request: Request) -> Response:
        """Makes an account with a made-up site_id and password."""
        now = clock()
        data = self.body(wire.QuickRegisterBody)
        player = signup.quick_register(nickname=data["nickname"], invite_code=data["invite_code"], now=now)
        answer = token(sessions.begin(player=player, kind=_API, client=client_of(request), now=now), now)
        kept = {name: answer[name] for name in ("access_token", "refresh_token", "token_type")}
        return Response(
            {"user_id": player.pk, "nickname": player.nickname, **kept, "gold_balance": ledger.SIGNUP_GRANT}
        )


class Login(Endpoint):
    """The door for players."""

    access = Access.PUBLIC

    @describe(body=wire.LoginBody, answer=wire.Token, refusals=(403, 429))
    def post(self, request: Request) -> Response:
        """Signs in by site_id or nickname, without regard to case."""
        return _login(self, request, staff_only=False)


class AdminLogin(Endpoint):
    """The door for staff; its sessions are not refreshed."""

    access = Access.PUBLIC

    @describe(body=wire.LoginBody, answer=wire.Token, refusals=(403, 429))
    def post(self, request: Request) -> Response:
        """Signs a member of staff in."""
        return _login(self, request, staff_only=True)


def _login(view: Endpoint, request: Request, *, staff_only: bool) -> Response:
    now, client = clock(), client_of(request)
    data = view.body(wire.LoginBody)
    name = data.get("site_id") or data["nickname"]
    player = signin.sign_in(name, data["password"], ip=client.ip, staff_only=staff_only, now=now)
    grant = sessions.begin(player=player, kind=_API, client=client, refreshable=not staff_only, now=now)
    if staff_only:
        audit.record(action="ADMIN_LOGIN", target_type="player", target_id=player.pk, actor=player, now=now)
    return Response(token(grant, now))


class Refresh(Endpoint):
    """A new pair for a refresh token."""

    access = Access.PUBLIC
    authentication_classes = ()

    @describe(body=wire.RefreshBody, answer=wire.Token)
    def post(self, request: Request) -> Response:
        """Exchanges a refresh token, once; twice within ten seconds gives the same pair."""
        now = clock()
        presented = self.body(wire.RefreshBody).get("refresh_token") or bearer(request._request) or ""
        return Response(token(sessions.rotate(presented, now=now), now))


class Logout(Endpoint):
    """The end of this session."""

    @describe(body=wire.RefreshBody, answer=wire.Message)
    def post(self, request: Request) -> Response:
        """Ends the caller's session; its tokens are refused from now on."""
        sessions.end(caller_session(request), reason="logout", now=clock())
        return Response({"message": "Logged out"})


class LogoutAll(Endpoint):
    """The end of every session of the caller."""

    @describe(answer=wire.RevokedMany)
    def post(self, request: Request) -> Response:
        """Ends every session, browsers too."""
        revoked = sessions.end_all(caller(request), reason="logout_all", now=clock())
        return Response({"message": "Logged out from all sessions", "revoked": revoked})


class SessionsOfMine(Endpoint):
    """Where the caller is signed in."""

    @describe(answer=wire.SessionList)
    def get(self, request: Request) -> Response:
        """Lists live sessions, the latest used first."""
        rows = AuthSession.objects.filter(player=caller(request)).live(clock()).order_by("-last_seen_at")
        return Response({"items": [session_item(row, current=caller_session(request)) for row in rows]})


class SessionOfMine(Endpoint):
    """One of the caller's sessions."""

    @describe(answer=wire.Revoked, refusals=(404,))
    def delete(self, request: Request, sid: str) -> Response:
        """Ends it."""
        now = clock()
        row = AuthSession.objects.filter(player=caller(request), sid=sid).live(now).first()
        if row is None:
            raise not_found()
        sessions.end(row, reason="revoked", now=now)
        return Response({"revoked": True})


class Me(Endpoint):
    """The caller's own account."""

    @describe(answer=wire.UserProfile)
    def get(self, request: Request) -> Response:
        """The account as it stands."""
        return self.profile(caller(request))

    @describe(body=wire.ProfileBody, answer=wire.UserProfile, refusals=(400, 429))
    def put(self, request: Request) -> Response:
        """Changes nickname, phone number or password; anything else is ignored."""
        return self._change(request)

    def _change(self, request: Request) -> Response:
        data = self.body(wire.ProfileBody)
        new_password = profile.require_current(data.pop("password", None), data.pop("current_password", None))
        changed = profile.change(
            caller(request),
            data,
            session=caller_session(request),
            new_password=new_password,
            ip=client_ip(request._request),
            now=clock(),
        )
        return self.profile(changed)

    @describe(body=wire.ProfileBody, answer=wire.UserProfile, refusals=(400, 429))
    def patch(self, request: Request) -> Response:
        """The same as PUT."""
        return self._change(request)

    def profile(self, player: Player) -> Response:
        """The profile as an answer."""
        return Response(queries.profile_of(player))


class AuthProfile(Me):
    """Another name of /api/auth/me."""


class UsersMe(Me):
    """Another name of /api/auth/me."""


class UserProfileDeprecated(Me):
    """The old path of the own account."""

    http_method_names = ("get", "put", "options")

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """Tells where the account moved."""
        response["Deprecation"] = "true"
        response["Link"] = '</api/auth/me>; rel="successor-version"'
        return super().finalize_response(request, response, *args, **kwargs)


class DeleteMe(Endpoint):
    """The end of the caller's account."""

    @describe(body=wire.PasswordBody, answer=wire.Done, refusals=(400, 429))
    def post(self, request: Request) -> Response:
        """Makes the account nobody's and ends its sessions; the ledger is kept."""
        password = self.body(wire.PasswordBody)["password"]
        farewell.anonymise(caller(request), password, ip=client_ip(request._request), now=clock())
        return Response({"success": True})


class ExportMe(Endpoint):
    """Everything the club keeps about the caller."""

    @describe(answer=dict)
    def get(self, request: Request) -> Response:
        """One JSON object: profile, ledger, sessions, actions, rounds, purchases."""
        player = caller(request)
        return Response({**farewell.belongings(player), **windows.belongings(player.pk)})


class VerifyInvite(Endpoint):
    """A look at an invite code."""

    access = Access.PUBLIC

    @describe(body=wire.InviteCodeBody, answer=wire.InviteVerdict, refusals=(429,))
    def post(self, request: Request) -> Response:
        """Says whether the code admits someone; uses nothing up."""
        now, per = clock(), timedelta(minutes=1)
        address = client_ip(request._request)
        rates.spend(f"invite:{address}", limit=settings.INVITE_CHECKS_PER_MINUTE_AND_IP, per=per, now=now)
        verdict = invites.look_at(self.body(wire.InviteCodeBody)["code"], now=now)
        invite = verdict.invite
        return Response(
            {
                "is_valid": verdict.problem is None,
                "error_message": verdict.problem,
                "code": invite.code if invite else None,
                "expires_at": stamp_or_none(invite.expires_at) if invite else None,
                "remaining_uses": invite.remaining_uses if invite else None,
            }
        )


class ValidateInvite(VerifyInvite):
    """Another name of /api/auth/verify-invite."""


class GenerateInvite(Endpoint):
    """New invite codes, by staff."""

    access = Access.STAFF
    roles = _STAFF_INVITES

    @describe(body=wire.InviteGenerateBody, query=wire.InviteGenerateQuery, answer=wire.InviteCode, refusals=(403,))
    def post(self, request: Request) -> Response:
        """Makes a code; the query string wins over the body."""
        wanted = {**self.body(wire.InviteGenerateBody), **self.query(wire.InviteGenerateQuery)}
        expires_in = timedelta(days=wanted["expires_in_days"])
        invite = invites.generate(by=caller(request), expires_in=expires_in, max_uses=wanted["max_uses"], now=clock())
        return Response(invite_code(invite))


class InviteCodes(Endpoint):
    """All invite codes, for staff."""

    access = Access.STAFF

    @describe(answer=wire.InviteCode(many=True), refusals=(403,))
    def get(self, request: Request) -> Response:
        """Lists them, newest first."""
        return Response([invite_code(invite) for invite in Invite.objects.order_by("-id")])


class DeactivateInvite(Endpoint):
    """The end of an invite code, by staff."""

    access = Access.STAFF
    roles = _STAFF_INVITES

    @describe(answer=wire.InviteCode, refusals=(403, 404))
    def patch(self, request: Request, code: str) -> Response:
        """Switches it off."""
        invite = invites.deactivate(code, by=caller(request), now=clock())
        return Response(invite_code(invite))


class InviteTotals(Endpoint):
    """Invite codes in numbers, for staff."""

    access = Access.STAFF

    @describe(answer=wire.InviteStats, refusals=(403,))
    def get(self, request: Request) -> Response:
        """Counts them."""
        return Response(invites.totals(now=clock()))


class Elevate(Endpoint):
    """Staff rights in development and tests."""

    access = Access.DEV

    @describe(body=wire.ElevateBody, answer=wire.Elevated, refusals=(403, 404))
    def post(self, request: Request) -> Response:
        """Makes the account staff with the role of owner, at once."""
        player = Player.objects.called(self.body(wire.ElevateBody)["site_id"])
        if player is None:
            raise errors.user_not_found()
        Player.objects.filter(pk=player.pk).update(is_staff=True, is_superuser=True, role=Role.OWNER)
        audit.record(action="USER_ELEVATED", target_type="player", target_id=player.pk, now=clock())
        return Response({"success": True, "user_id": player.pk})


class BalanceOfMine(Endpoint):
    """The caller's gold."""

    @describe(answer=wire.Balance)
    def get(self, request: Request) -> Response:
        """The authoritative balance."""
        return Response(queries.balance(caller(request), now=clock()))


class StatsOfMine(Endpoint):
    """The caller in numbers."""

    @describe(answer=wire.UserStats)
    def get(self, request: Request) -> Response:
        """Games, gold earned and spent, active days."""
        played = windows.statistics(caller(request).pk)
        return Response(queries.user_stats(caller(request), played, now=clock()))


class LedgerOfMine(Endpoint):
    """The caller's ledger."""

    @describe(query=wire.LedgerQuery, answer=wire.LedgerPage)
    def get(self, request: Request) -> Response:
        """Movements of gold, newest first."""
        items, cursor = queries.ledger_page(caller(request), **self.query(wire.LedgerQuery))
        return Response({"items": items, "next_cursor": cursor})


class LedgerCSV(Endpoint):
    """The caller's ledger as a spreadsheet."""

    @describe(query=wire.LedgerQuery, answer=str, media="text/csv")
    def get(self, request: Request) -> HttpResponse:
        """The same lines as CSV."""
        items, _cursor = queries.ledger_page(caller(request), **self.query(wire.LedgerQuery))
        return csvs.attachment("ledger.csv", wire.LedgerLine().fields.keys(), items)


class UserView(Endpoint):
    """Any player."""

    @describe(answer=wire.PublicProfile, refusals=(404,))
    def get(self, request: Request, user_id: int) -> Response:
        """The whole profile for the player and staff, a public one for others."""
        wallet = Wallet.objects.select_related("player").filter(pk=user_id).first()
        if wallet is None:
            raise errors.user_not_found()
        is_own = caller(request).pk == user_id
        if is_own or caller(request).is_staff:
            return Response(queries.profile_of(wallet.player))
        return Response(queries.public_profile(wallet.player, wallet))
