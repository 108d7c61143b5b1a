"""The payment provider's door: whoever signs is let in; session, cookie and CSRF token are not looked at."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from casino.lib import days, errors
from casino.lib.api import Endpoint, json_object, read_body, validated
from casino.lib.errors import Refusal
from casino.lib.gate import Access
from casino.lib.money import StrictInteger, StrictText, has_unstorable
from casino.lib.schema import describe
from shop import hooks, metrics, signatures
from shop.models import PurchaseStatus
from shop.signatures import EVENT_ID, NONCE, NONCE_PATTERN, SIGNATURE, TIMESTAMP

EVENT_ID_MAX: Final = 128
_NAME_MAX: Final = 128
_STATUSES: Final = [status.value for status in hooks.STATUSES]


def _header(name: str, kind: dict[str, Any], about: str, *, required: bool = True) -> OpenApiParameter:
    return OpenApiParameter(name, kind, OpenApiParameter.HEADER, required=required, description=about)


_HEADERS: Final = (
    _header(
        SIGNATURE,
        {"type": "string", "pattern": "^(sha256=)?[0-9a-f]{64}$"},
        "lower-case hex HMAC-SHA256 over timestamp, colon, nonce, colon and the raw bytes of the body",
    ),
    _header(TIMESTAMP, {"type": "string", "pattern": "^[0-9]{1,20}$"}, "Unix seconds, at most 300 from now"),
    _header(NONCE, {"type": "string", "pattern": f"^{NONCE_PATTERN}$"}, "used once"),
    _header(
        EVENT_ID,
        {"type": "string", "minLength": 1, "maxLength": EVENT_ID_MAX},
        "the body's event_id, or instead of it",
        required=False,
    ),
)
_EXAMPLE: Final = {
    "ok": True,
    "duplicate": False,
    "applied": True,
    "receipt_code": "4fdf8b9d5358",
    "status": "success",
}


@extend_schema_field({"type": "integer"})
class Ignored(serializers.Field[Any, Any, Any, Any]):
    """Documented because providers send it; never looked at."""

    def __init__(self) -> None:
        super().__init__(required=False, allow_null=True, help_text="ignored")

    def to_internal_value(self, data: Any) -> None:
        """Nothing."""


class EventBody(serializers.Serializer[Any]):
    """News of a payment."""

    event_id = StrictText(
        required=False, max_length=EVENT_ID_MAX, trim_whitespace=False, help_text=f"needed unless {EVENT_ID} is sent"
    )
    user_id = StrictInteger()
    status = serializers.ChoiceField(_STATUSES)
    product_id = StrictText(max_length=_NAME_MAX, trim_whitespace=False, help_text="code of a limited package")
    receipt_code = StrictText(max_length=_NAME_MAX, trim_whitespace=False)
    amount = StrictInteger(help_text="cents")
    reason_code = StrictText(required=False, allow_null=True, allow_blank=True)
    new_gold_balance = Ignored()


class EventAnswer(serializers.Serializer[Any]):
    """How the purchase stands after the event; a duplicate says no more than that."""

    ok = serializers.BooleanField()
    duplicate = serializers.BooleanField()
    applied = serializers.BooleanField(required=False, help_text="whether this event brought it there")
    receipt_code = serializers.CharField(required=False)
    status = serializers.ChoiceField(PurchaseStatus.choices, required=False)


class PaymentWebhook(Endpoint):
    """News of the payment provider."""

    access = Access.PUBLIC
    authentication_classes = ()

    def check_permissions(self, request: Request) -> None:
        """Whoever comes without a readable seal is nobody: that is said before size and type."""
        super().check_permissions(request)
        self._seal = signatures.read_seal(request.headers)

    @describe(body=EventBody, answer=EventAnswer, refusals=(400, 404, 409), headers=_HEADERS, example=_EXAMPLE)
    def post(self, request: Request) -> Response:
        """Settles the purchase it names, exactly once however often and in whatever order the news comes."""
        raw = read_body(request._request)
        now = days.now()
        hooks.let_in(self._seal, raw, now=now)
        return Response(hooks.receive(_read_event(raw, request.headers.get(EVENT_ID)), now=now))

    def handle_exception(self, exc: Exception) -> Response:
        """Counts the refusals operators watch."""
        if isinstance(exc, Refusal):
            metrics.count_webhook_refusal(exc.code)
        return super().handle_exception(exc)


def _read_event(raw: bytes, header: str | None) -> hooks.Event:
    told = validated(EventBody(data=json_object(raw, names_once=True)), "body")
    told.pop("new_gold_balance", None)
    told["reason_code"] = told.get("reason_code") or ""
    if header:
        _check_header(header)
        if told.setdefault("event_id", header) != header:
            raise errors.invalid(EVENT_ID, _("본문의 event_id와 다릅니다"), "mismatch", place="header")
    if "event_id" not in told:
        raise errors.invalid("event_id", _("이벤트 ID를 보내주세요"), "required")
    return hooks.Event(**told)


def _check_header(event_id: str) -> None:
    if len(event_id) > EVENT_ID_MAX or has_unstorable(event_id):
        raise errors.invalid(EVENT_ID, _("이벤트 ID는 1~128자여야 합니다"), place="header")
