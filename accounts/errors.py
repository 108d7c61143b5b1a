"""What accounts refuse, each with its code and its text."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from casino.lib.days import seconds_up
from casino.lib.errors import Refusal, bad_request, invalid


def insufficient_gold() -> Refusal:
    """400: the balance is below the stake or price."""
    return Refusal("INSUFFICIENT_GOLD", 400, _("골드가 부족합니다"))


def user_not_found() -> Refusal:
    """404: no such player."""
    return Refusal("USER_NOT_FOUND", 404, _("사용자를 찾을 수 없습니다"))


def invite_required() -> Refusal:
    """400: no invite code was given."""
    return Refusal("INVITE_REQUIRED", 400, _("초대코드가 필요합니다"))


def invalid_invite(code: str) -> Refusal:
    """400: the invite code is unknown, over or used up."""
    return Refusal("INVALID_INVITE", 400, _("유효하지 않은 초대코드입니다: %(code)s") % {"code": code})


def site_id_taken() -> Refusal:
    """400: another player is called so."""
    return Refusal("SITE_ID_TAKEN", 400, _("이미 존재하는 사이트 아이디입니다"))


def nickname_taken() -> Refusal:
    """400: another player is called so."""
    return Refusal("NICKNAME_TAKEN", 400, _("이미 존재하는 닉네임입니다"))


def phone_taken() -> Refusal:
    """400: another player has this number."""
    return Refusal("PHONE_TAKEN", 400, _("이미 등록된 전화번호입니다"))


def name_reserved(field: str) -> Refusal:
    """422: the name is the club's own, or looks like it."""
    return invalid(field, _("사용할 수 없는 이름입니다"), "reserved")


def password_too_short() -> Refusal:
    """422: fewer than 8 characters."""
    return invalid("password", _("비밀번호는 8글자 이상이어야 합니다"), "min_length")


def password_too_long() -> Refusal:
    """422: more than 128 characters."""
    return invalid("password", _("비밀번호는 128글자 이하여야 합니다"), "max_length")


def current_password_wrong() -> Refusal:
    """400: the present password was not the one given."""
    return Refusal("CURRENT_PASSWORD_WRONG", 400, _("현재 비밀번호가 올바르지 않습니다"))


def reset_code_invalid() -> Refusal:
    """400: not this account's code, spent or over; or no such account."""
    return Refusal("RESET_CODE_INVALID", 400, _("재설정 코드가 올바르지 않거나 만료되었습니다"))


def invalid_credentials() -> Refusal:
    """401: wrong id or password; which of both is not told."""
    message = _("아이디 또는 비밀번호가 올바르지 않습니다.")
    return Refusal("INVALID_CREDENTIALS", 401, message, detail={"error": "invalid_credentials", "message": message})


def login_locked(remaining: timedelta) -> Refusal:
    """429: too many failures; with the real time that is left."""
    message = _("로그인 시도 제한을 초과했습니다. 잠시 후 다시 시도해주세요.")
    seconds = seconds_up(remaining)
    detail = {"error": "login_locked", "message": message, "retry_after_minutes": -(-seconds // 60)}
    headers = {"Retry-After": str(seconds), "X-Login-Lock-Retry": str(seconds)}
    return Refusal("LOGIN_LOCKED", 429, message, detail=detail, headers=headers)


def account_banned() -> Refusal:
    """403: a ban is in force."""
    return Refusal("ACCOUNT_BANNED", 403, _("이용이 제한된 계정입니다"))


def account_inactive() -> Refusal:
    """403: the account is switched off."""
    return Refusal("ACCOUNT_INACTIVE", 403, _("비활성화된 계정입니다"))


def token_invalid() -> Refusal:
    """401: not a token of ours."""
    return Refusal("TOKEN_INVALID", 401, _("토큰이 유효하지 않습니다"), headers={"WWW-Authenticate": "Bearer"})


def token_expired() -> Refusal:
    """401: the access token's time is over; refresh it."""
    return Refusal("TOKEN_EXPIRED", 401, _("토큰이 만료되었습니다"), headers={"WWW-Authenticate": "Bearer"})


def token_revoked() -> Refusal:
    """401: the session behind the token was ended."""
    return Refusal("TOKEN_REVOKED", 401, _("토큰이 취소되었습니다"), headers={"WWW-Authenticate": "Bearer"})


def session_expired() -> Refusal:
    """401: the session ended or is over."""
    return Refusal("SESSION_EXPIRED", 401, _("세션이 만료되었거나 로그아웃되었습니다"))


def refresh_invalid() -> Refusal:
    """401: not a refresh token of ours, or of a session that is over."""
    return Refusal("REFRESH_INVALID", 401, _("토큰이 유효하지 않습니다"))


def refresh_reused() -> Refusal:
    """401: a refresh token was used again; its whole session is ended."""
    return Refusal("REFRESH_REUSED", 401, _("토큰이 취소되었습니다"))


def self_change_forbidden() -> Refusal:
    """400: staff may not do this to their own account."""
    return Refusal("SELF_CHANGE_FORBIDDEN", 400, _("자신의 계정에는 수행할 수 없는 작업입니다"))


def already_claimed() -> Refusal:
    """400: attendance pays once a day."""
    return Refusal("ALREADY_CLAIMED", 400, _("한 회원당 하루에 1번만 연속 보상을 받을 수 있습니다"))


def not_claimable() -> Refusal:
    """400: not reached, claimed already, or over."""
    return Refusal("NOT_CLAIMABLE", 400, _("보상을 받을 수 없습니다"))


def event_not_found() -> Refusal:
    """404: no such event."""
    return Refusal("EVENT_NOT_FOUND", 404, _("이벤트를 찾을 수 없습니다"))


def event_closed() -> Refusal:
    """400: the event is switched off, or this is not its time."""
    return Refusal("EVENT_CLOSED", 400, _("지금은 참여할 수 없는 이벤트입니다"))


def no_participation() -> Refusal:
    """404: the player does not take part."""
    return Refusal("NO_PARTICIPATION", 404, _("참여 기록 없음"))


def no_such_user() -> Refusal:
    """404: the player that staff name is nobody."""
    return Refusal("USER_NOT_FOUND", 404, _("사용자 없음"))


def ends_before_its_start() -> Refusal:
    """400: the window is turned round."""
    return bad_request(_("종료일이 시작일보다 앞설 수 없음"))


def reward_code_taken() -> Refusal:
    """409: the catalog has a reward of this code."""
    return Refusal("CONFLICT", 409, _("이미 있는 보상 코드입니다"))
