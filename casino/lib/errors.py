"""A "no" the player can understand is a Refusal; one function writes the envelope of CONTRACT-shaped errors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Refusal(Exception):
    """A refused call: a stable code, an HTTP status, a text, and the facts a client may use."""

    def __init__(
        self,
        code: str,
        status: int,
        message: StrOrPromise,
        *,
        detail: dict[str, Any] | None = None,
        details: Sequence[dict[str, Any]] | None = None,
        headers: dict[str, str] | None = None,
        extra: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.status = status
        self.message = message
        self.detail = detail
        self.details = details
        self.headers = headers or {}
        self.extra = extra or {}


def envelope(refusal: Refusal, request_id: str | None) -> dict[str, Any]:
    """The one JSON shape of every error."""
    message = str(refusal.message)
    return {
        "detail": refusal.detail if refusal.detail is not None else message,
        "error": {
            "code": refusal.code,
            "message": message,
            "details": list(refusal.details) if refusal.details is not None else None,
            "request_id": request_id,
        },
        **refusal.extra,
    }


def invalid(field: str, message: StrOrPromise, kind: str = "invalid", place: str = "body") -> Refusal:
    """422 for one field."""
    return validation_error([{"loc": [place, field], "msg": str(message), "type": kind}])


def validation_error(details: Sequence[dict[str, Any]]) -> Refusal:
    """422 naming every field that is wrong."""
    return Refusal("VALIDATION_ERROR", 422, _("입력값이 올바르지 않습니다"), details=details)


def bad_request(message: StrOrPromise) -> Refusal:
    """400 without a more telling code."""
    return Refusal("BAD_REQUEST", 400, message)


def not_authenticated() -> Refusal:
    """401: nobody is signed in."""
    return Refusal("NOT_AUTHENTICATED", 401, _("로그인이 필요합니다"), headers={"WWW-Authenticate": "Bearer"})


def permission_denied() -> Refusal:
    """403: signed in, but not allowed."""
    return Refusal("PERMISSION_DENIED", 403, _("이 작업을 수행할 권한이 없습니다"))


def staff_only() -> Refusal:
    """403: the path is for staff."""
    return Refusal("STAFF_ONLY", 403, "Admin access required")


def dev_only() -> Refusal:
    """403: the path exists in development and tests only."""
    return Refusal("DEV_ONLY", 403, _("개발 환경에서만 사용할 수 있습니다"))


def csrf_failed() -> Refusal:
    """403: a browser's write without the CSRF token."""
    return Refusal("CSRF_FAILED", 403, _("보안 토큰이 없거나 올바르지 않습니다. 페이지를 새로고침해주세요."))


def route_not_found() -> Refusal:
    """404: no such path."""
    return Refusal("ROUTE_NOT_FOUND", 404, _("존재하지 않는 경로입니다"))


def not_found() -> Refusal:
    """404: no such object, or none the caller may know of."""
    return Refusal("NOT_FOUND", 404, _("찾을 수 없습니다"))


def method_not_allowed(allowed: Sequence[str]) -> Refusal:
    """405 naming the methods the path has."""
    return Refusal("METHOD_NOT_ALLOWED", 405, _("허용되지 않는 메서드입니다"), headers={"Allow": ", ".join(allowed)})


def payload_too_large() -> Refusal:
    """413: the body is over the limit."""
    return Refusal("PAYLOAD_TOO_LARGE", 413, _("요청 본문이 너무 큽니다"))


def unsupported_media_type() -> Refusal:
    """415: the body is not JSON."""
    return Refusal("UNSUPPORTED_MEDIA_TYPE", 415, _("application/json 형식만 지원합니다"))


def not_multipart() -> Refusal:
    """415: the path takes a file, and the body is no form with one."""
    return Refusal("UNSUPPORTED_MEDIA_TYPE", 415, _("multipart/form-data 형식만 지원합니다"))


def rate_limited(retry_after: int) -> Refusal:
    """429 with the seconds to wait."""
    headers = {"Retry-After": str(retry_after)}
    return Refusal("RATE_LIMITED", 429, _("요청이 너무 많습니다. 잠시 후 다시 시도해주세요."), headers=headers)


def key_reused() -> Refusal:
    """422: the idempotency key belongs to another payload."""
    return Refusal("IDEMPOTENCY_KEY_REUSED", 422, _("같은 멱등성 키로 다른 요청을 보낼 수 없습니다"))


def in_progress() -> Refusal:
    """409: the first call with this key is still running."""
    return Refusal("IN_PROGRESS", 409, _("같은 요청이 아직 처리 중입니다"), headers={"Retry-After": "1"})


def service_unavailable() -> Refusal:
    """503: the database is away or a lock was not given in time."""
    message = _("일시적으로 요청을 처리할 수 없습니다. 잠시 후 다시 시도해주세요.")
    return Refusal("SERVICE_UNAVAILABLE", 503, message, headers={"Retry-After": "1"})


def internal_error() -> Refusal:
    """500: a bug; the cause stays in the log."""
    return Refusal("INTERNAL_ERROR", 500, _("서버 오류가 발생했습니다"))
