"""The staff stream on the wire."""

from __future__ import annotations

from functools import partial

from django.http import HttpResponseBase
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from rest_framework.request import Request

from accounts.authentication import caller_session
from adminpanel import stream
from casino.lib.api import Endpoint
from casino.lib.errors import service_unavailable
from casino.lib.gate import Access
from casino.lib.schema import describe
from realtime import sse

_ALERT = {
    "id": 51,
    "action": "REFUND",
    "severity": "warning",
    "target_type": "purchase",
    "target_id": "5f1d0c2ab3e4",
    "created_at": "2026-01-31T09:30:00.000Z",
    "details": {"amount": 999, "currency": "USD", "reason": "paid twice"},
}
_TRANSACTION = {
    "receipt_code": "5f1d0c2ab3e4",
    "user_id": 7,
    "product_id": "1001",
    "kind": "gold",
    "status": "refunded",
    "amount": 999,
    "currency": "USD",
    "reason_code": None,
    "at": "2026-01-31T09:30:00.000Z",
}
_MESSAGES = OpenApiResponse(
    response=str,
    description="`event: stats` with the data of /api/admin/stats at once and every 5 s; `event: alert` for every "
    "warning and critical row of the audit log; `event: transaction` whenever a purchase comes to another state or "
    "reason. The last two carry a rising `id`. A comment every 15 seconds. Ends with the session or the staff rights.",
    examples=[
        OpenApiExample("alert", sse.event("alert", _ALERT, 1207).decode(), media_type=sse.MEDIA),
        OpenApiExample("transaction", sse.event("transaction", _TRANSACTION, 1208).decode(), media_type=sse.MEDIA),
    ],
)
_RESUME = OpenApiParameter(
    "Last-Event-ID", str, OpenApiParameter.HEADER, description="goes on after this `id`; unknown ones are ignored"
)


class AdminStream(Endpoint):
    """The club as it happens, as server-sent events."""

    access = Access.STAFF

    @describe(answer=_MESSAGES, headers=(_RESUME,), media=sse.MEDIA, refusals=(403,))
    def get(self, request: Request) -> HttpResponseBase:
        """Numbers, alarms and purchases, until the session ends; where streams cost a thread, the numbers once."""
        if stream.is_full():
            raise service_unavailable()
        sid = caller_session(request).sid
        resume_after = stream.resume_point(request.headers.get("Last-Event-ID"))
        return sse.answer(request._request, frames=partial(stream.stream, sid, resume_after), once=stream.once)
