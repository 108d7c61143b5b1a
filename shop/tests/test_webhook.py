"""The payment webhook: each step refuses by its own name and moves nothing; what passes settles once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from django.conf import settings as configured
from django.core.cache import cache
from django.db import OperationalError
from django.http import HttpRequest
from prometheus_client import REGISTRY
from pytest_django.fixtures import Settings

from accounts.models import Audit, Player, Wallet
from casino.lib import days
from casino.lib.api import read_body
from casino.lib.errors import Refusal
from casino.lib.idempotency import Key
from casino.lib.money import has_unstorable
from realtime.relay import sender
from shop import delivery, hooks, limited, settlement
from shop.models import InventoryItem, LimitedPackage, Product, Purchase, WebhookEvent, WebhookNonce
from shop.orders import Order
from shop.settlement import settle_stale
from shop.tests.conftest import change, moved, news_of, notice, written
from shop.tests.provider import HOOK, Provider, news, sealed
from tests.cast import Caller, gold_of, set_gold

PACK, ITEM = "GOLD_PACK_SMALL", "anti_single_loss"
pytestmark = pytest.mark.usefixtures("shelf")


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
def waiting(ada: Player, as_ada: Caller) -> Purchase:
    """A pack of ada's that waits for its money."""
    return buy(as_ada, gateway_mode="external")


def buy(caller: Caller, product_id: str = PACK, **body: Any) -> Purchase:
    answer = caller.post("/api/shop/buy", {"product_id": product_id, **body}).json()
    return Purchase.objects.get(receipt_code=answer["receipt_code"])


def steps(purchase: Purchase) -> list[str]:
    purchase.refresh_from_db()
    return [step["step"] for step in purchase.timeline]


def told(purchase: Purchase, *, applied: bool, status: str) -> dict[str, Any]:
    return {
        "ok": True, "duplicate": False, "applied": applied, "receipt_code": purchase.receipt_code, "status": status,
    }  # fmt: skip


def refusal(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def everything(player: Player) -> dict[str, Any]:
    """All a webhook may write: what a purchase may, and the purchases themselves with events and nonces."""
    return written(player) | {
        "purchases": list(Purchase.objects.order_by("pk").values()),
        "packages": list(LimitedPackage.objects.order_by("pk").values()),
        "events": WebhookEvent.objects.count(),
        "nonces": WebhookNonce.objects.count(),
    }


def counted(result: str) -> float:
    return REGISTRY.get_sample_value("cc_webhook_total", {"result": result}) or 0


# --- a success ------------------------------------------------------------------------------------


def test_a_success_settles_a_pending_purchase(ada: Player, waiting: Purchase, provider: Provider) -> None:
    before, count = written(ada), counted("ok")
    answer = provider.send(news(waiting, event_id="evt_1"))
    assert (answer.status_code, answer.json()) == (200, told(waiting, applied=True, status="success"))
    changed = moved(before, written(ada))
    assert changed.keys() == {"StreamEvent", "entries", "wallet"}
    assert (changed["entries"], changed["StreamEvent"], gold_of(ada)) == (1, 3, 3_600)
    assert [each["type"] for each in news_of(ada, 3)] == ["purchase_update", "profile_update", "notification"]
    message = "‘Gold x2,600’ 구매가 완료되었어요."
    assert news_of(ada, 1) == [notice(ada, "구매 완료", message, waiting.receipt_code)]
    assert steps(waiting)[-3:] == ["webhook_received", "settled", "granted"]
    assert waiting.timeline[-3]["data"] == {"event_id": "evt_1", "status": "success"}
    event = WebhookEvent.objects.get()
    assert (event.event_id, event.receipt_code, event.status) == ("evt_1", waiting.receipt_code, "success")
    assert counted("ok") == count + 1


def test_a_webhook_counts_under_its_own_flow(waiting: Purchase, provider: Provider) -> None:
    labels = {"flow": "webhook", "result": "success", "reason": ""}
    before = REGISTRY.get_sample_value("purchase_attempt_total", labels) or 0
    provider.send(news(waiting))
    assert REGISTRY.get_sample_value("purchase_attempt_total", labels) == before + 1


def test_a_known_event_is_answered_as_a_duplicate_and_counted_on_its_purchase(
    ada: Player, waiting: Purchase, provider: Provider
) -> None:
    body = news(waiting)
    provider.send(body)
    before, count = written(ada), counted("duplicate")
    for _ in range(3):
        answer = provider.send(body)
        assert (answer.status_code, answer.json()) == (200, {"ok": True, "duplicate": True})
    assert written(ada) == before
    assert steps(waiting)[-2:] == ["granted", "webhook_duplicate"]
    assert waiting.timeline[-1]["data"] == {"times": 3}
    assert counted("duplicate") == count + 3


def test_a_known_event_stays_known_whatever_it_says_this_time(
    ada: Player, as_ada: Caller, waiting: Purchase, provider: Provider
) -> None:
    other = buy(as_ada, gateway_mode="external")
    provider.send(news(waiting, event_id="evt_1"))
    before = written(ada)
    for body in (
        news(other, event_id="evt_1"),
        news(other, event_id="evt_1", receipt_code="0" * 12),
        news(waiting, "failed", event_id="evt_1", amount=1),
    ):
        assert provider.send(body).json() == {"ok": True, "duplicate": True}
    assert written(ada) == before
    assert (steps(other)[-1], steps(waiting)[-1]) == ("pending", "webhook_duplicate")


def test_the_event_id_may_come_in_the_header_alone(waiting: Purchase, provider: Provider) -> None:
    body = news(waiting, event_id=None)
    assert provider.send(body, X_Event_Id="evt_9").json()["applied"] is True
    assert provider.send(news(waiting, event_id="evt_9")).json() == {"ok": True, "duplicate": True}
    assert provider.send(body, X_Event_Id="evt_9").json() == {"ok": True, "duplicate": True}


def test_the_same_event_id_in_both_places_is_one(waiting: Purchase, provider: Provider) -> None:
    answer = provider.send(news(waiting, event_id="evt_9"), X_Event_Id="evt_9")
    assert answer.json() == told(waiting, applied=True, status="success")


def test_an_empty_event_header_is_none(waiting: Purchase, provider: Provider) -> None:
    assert provider.send(news(waiting), X_Event_Id="").json()["applied"] is True


@pytest.mark.parametrize("length", [1, 128])
def test_an_event_id_has_1_to_128_characters(waiting: Purchase, provider: Provider, length: int) -> None:
    assert provider.send(news(waiting, event_id="é" * length)).json()["applied"] is True


def test_what_the_provider_thinks_of_the_balance_is_ignored(waiting: Purchase, provider: Provider) -> None:
    body = news(waiting, new_gold_balance="a lot", gold_balance=10**9, note=[1.5])
    assert provider.send(body).json()["applied"] is True
    assert Wallet.objects.get(pk=waiting.player_id).balance == 3_600


def test_a_slash_at_the_end_changes_nothing(waiting: Purchase, provider: Provider) -> None:
    raw = b"{}"
    assert provider.post(raw, sealed(raw), path=f"{HOOK}/").status_code == 422


# --- who calls ------------------------------------------------------------------------------------


def test_only_the_signature_counts_not_who_is_signed_in(ada: Player, as_ada: Caller, waiting: Purchase) -> None:
    before = everything(ada)
    answer = as_ada.post(HOOK, news(waiting))
    assert refusal(answer) == (401, "SIGNATURE_INVALID")
    assert everything(ada) == before


@pytest.mark.parametrize("token", ["nonsense", "", "é"])
def test_a_bad_bearer_and_a_browsers_cookie_are_not_looked_at(
    ada: Player, waiting: Purchase, provider: Provider, token: str
) -> None:
    # The provider's client checks CSRF: a cookie without its token would be refused on any other path.
    provider.client.post("/login", {"nickname": "ada", "password": "correct horse"})
    provider.client.cookies["sessionid"] = "made up"
    answer = provider.send(news(waiting), Authorization=f"Bearer {token}")
    assert answer.json() == told(waiting, applied=True, status="success")
    assert "Cache-Control" not in answer.headers


@pytest.mark.parametrize("prefix", ["", "sha256="])
def test_while_a_secret_is_changed_both_are_good(
    as_ada: Caller, provider: Provider, settings: Settings, prefix: str
) -> None:
    settings.PAYMENT_WEBHOOK_SECRETS = ["the new secret", "the old secret"]
    for secret in settings.PAYMENT_WEBHOOK_SECRETS:
        bought = buy(as_ada, gateway_mode="external")
        headers = sealed(raw := repr_of(news(bought)), secret=secret)
        headers["X-Signature"] = prefix + headers["X-Signature"]
        assert provider.post(raw, headers).json()["applied"] is True
    assert refusal(provider.send({}, secret=configured.DEV_WEBHOOK_SECRET)) == (401, "SIGNATURE_INVALID")


def repr_of(body: dict[str, Any]) -> bytes:
    """JSON as no serializer of ours writes it: the bytes are what is signed."""
    return ("\n { " + " ,\t".join(f'"{name}" : {_json(value)}' for name, value in body.items()) + " } ").encode()


def _json(value: object) -> str:
    return str(value) if isinstance(value, int) else f'"{value}"'


def test_without_a_secret_nobody_can_sign(waiting: Purchase, provider: Provider, settings: Settings) -> None:
    settings.PAYMENT_WEBHOOK_SECRETS = []
    assert refusal(provider.send(news(waiting), secret="anything")) == (401, "SIGNATURE_INVALID")
    assert refusal(provider.send(news(waiting), X_Signature="")) == (401, "SIGNATURE_INVALID")


# --- refusals, step by step -----------------------------------------------------------------------

FIRST_STEPS = [
    ({"X_Signature": None, "X_Timestamp": None, "X_Nonce": "x"}, 401, "SIGNATURE_INVALID"),
    ({"X_Signature": "x", "X_Timestamp": "x", "X_Nonce": None}, 400, "MISSING_HEADER"),
    ({"X_Signature": "x", "X_Timestamp": None, "X_Nonce": "nonce-01"}, 400, "MISSING_HEADER"),
    ({"X_Signature": "x", "X_Timestamp": "x", "X_Nonce": "a" * 7}, 400, "MISSING_HEADER"),
    ({"X_Signature": "x", "X_Timestamp": "x", "X_Nonce": "a" * 129}, 400, "MISSING_HEADER"),
    ({"X_Signature": "x", "X_Timestamp": "x", "X_Nonce": "nonce/01"}, 400, "MISSING_HEADER"),
    ({"X_Signature": "x", "X_Timestamp": "x"}, 400, "INVALID_TIMESTAMP"),
    ({"X_Signature": "x", "X_Timestamp": "9" * 5000}, 400, "INVALID_TIMESTAMP"),
    ({"X_Signature": "x", "X_Timestamp": "0"}, 401, "SIGNATURE_INVALID"),
    ({"X_Signature": "é", "X_Timestamp": "0"}, 401, "SIGNATURE_INVALID"),
    ({"secret": "forged", "X_Timestamp": "0"}, 401, "SIGNATURE_INVALID"),
    ({"X_Timestamp": "0"}, 400, "STALE_TIMESTAMP"),
    ({"X_Timestamp": "9" * 20}, 400, "STALE_TIMESTAMP"),
]


@pytest.mark.parametrize(("seal", "status", "code"), FIRST_STEPS)
def test_a_call_that_is_not_let_in_leaves_no_trace(
    ada: Player, waiting: Purchase, provider: Provider, seal: dict[str, Any], status: int, code: str
) -> None:
    before = everything(ada)
    for body in (news(waiting), b"not even JSON"):
        answer = provider.send(body, **seal)
        assert refusal(answer) == (status, code)
    assert everything(ada) == before


@pytest.mark.parametrize("length", [8, 128])
@pytest.mark.parametrize("age", [300, -300])
def test_a_call_at_the_edge_is_let_in(waiting: Purchase, provider: Provider, length: int, age: int) -> None:
    with time_machine.travel(days.now(), tick=False):
        answer = provider.send(news(waiting), age=age, X_Nonce="n" * length)
    assert answer.json()["applied"] is True


@pytest.mark.parametrize("age", [301, -301])
def test_a_call_beyond_the_edge_is_stale(ada: Player, waiting: Purchase, provider: Provider, age: int) -> None:
    before, count = everything(ada), counted("stale")
    with time_machine.travel(days.now(), tick=False):
        assert refusal(provider.send(news(waiting), age=age)) == (400, "STALE_TIMESTAMP")
    assert (everything(ada), counted("stale")) == (before, count + 1)


def test_a_forged_call_does_not_use_up_the_nonce(waiting: Purchase, provider: Provider) -> None:
    count = counted("bad_signature")
    forged = provider.send(news(waiting), secret="forged", X_Nonce="nonce-01")
    assert refusal(forged) == (401, "SIGNATURE_INVALID")
    assert counted("bad_signature") == count + 1
    assert provider.send(news(waiting), X_Nonce="nonce-01").json()["applied"] is True


def test_a_call_changed_on_its_way_is_forged(ada: Player, waiting: Purchase, provider: Provider) -> None:
    before = everything(ada)
    raw = repr_of(news(waiting))
    headers = sealed(raw)
    for other in (raw + b" ", raw.replace(b"success", b"failed"), b""):
        assert refusal(provider.post(other, headers)) == (401, "SIGNATURE_INVALID")
    assert refusal(provider.post(raw, headers | {"X-Nonce": "another-nonce"})) == (401, "SIGNATURE_INVALID")
    assert everything(ada) == before


def test_a_call_sent_again_is_a_replay(ada: Player, waiting: Purchase, provider: Provider) -> None:
    raw = repr_of(news(waiting))
    headers = sealed(raw)
    assert provider.post(raw, headers).status_code == 200
    before, count = everything(ada), counted("replay")
    assert refusal(provider.post(raw, headers)) == (409, "REPLAY_DETECTED")
    assert refusal(provider.post(b"{", sealed(b"{", X_Nonce=headers["X-Nonce"]))) == (409, "REPLAY_DETECTED")
    assert (everything(ada), counted("replay")) == (before, count + 2)


def test_a_nonce_is_used_up_by_a_call_that_was_refused_later(waiting: Purchase, provider: Provider) -> None:
    assert refusal(provider.send(b"{", X_Nonce="nonce-01")) == (422, "VALIDATION_ERROR")
    assert refusal(provider.send(news(waiting), X_Nonce="nonce-01")) == (409, "REPLAY_DETECTED")
    assert provider.send(news(waiting), X_Nonce="nonce-02").json()["applied"] is True


BAD_BODIES = [
    b"", b"   ", b"{", b"[]", b"null", b"1", b'"text"', b"\xff\xfe", b"{}{}", b'{"x": NaN}', b'{"x": -Infinity}',
    b'{"x": "\\u0000"}', b'{"x": "\\ud800"}', b'{"\\udfff": 1}', b'{"x":' + b"[" * 100 + b"]" * 100 + b"}", b"{" * 5000,
    b'{"x": 1, "x": 2}', b'{"x": [{"y": 1, "y": 1}]}', b'{"x": ' + b"9" * 5000 + b"}",
]  # fmt: skip


@pytest.mark.parametrize("raw", BAD_BODIES, ids=range(len(BAD_BODIES)))
def test_a_signed_body_that_is_no_json_object_costs_its_nonce_and_no_more(
    ada: Player, waiting: Purchase, provider: Provider, raw: bytes
) -> None:
    before = everything(ada)
    assert refusal(provider.send(raw)) == (422, "VALIDATION_ERROR")
    assert moved(before, everything(ada)) == {"nonces": 1}


def test_a_name_given_twice_is_refused_though_its_last_value_would_fit(
    ada: Player, waiting: Purchase, provider: Provider
) -> None:
    before = everything(ada)
    raw = repr_of(news(waiting)).replace(b"{", b'{"amount": 1,', 1)
    assert refusal(provider.send(raw)) == (422, "VALIDATION_ERROR")
    assert moved(before, everything(ada)) == {"nonces": 1}


WRONG_NUMBERS: list[Any] = [True, "499", 4.99, 499.0, None, [], {}, 2**53, -(2**63), 10**400]
WRONG_TEXTS: list[Any] = [True, 5, None, [], {}, "", "x" * 129, "a\x00b", "\ud800"]
WRONG_FIELDS = [
    *(("user_id", value) for value in WRONG_NUMBERS),
    *(("amount", value) for value in WRONG_NUMBERS),
    *(("product_id", value) for value in WRONG_TEXTS),
    *(("receipt_code", value) for value in WRONG_TEXTS),
    *(("event_id", value) for value in WRONG_TEXTS),
    *(("status", value) for value in [*WRONG_TEXTS, "refunded", "voided", "SUCCESS", "success "]),
    *(("reason_code", value) for value in [True, 5, [], {}, "a\x00b"]),
]


@pytest.mark.parametrize(
    ("field", "value"), WRONG_FIELDS, ids=[f"{name}-{n}" for n, (name, _) in enumerate(WRONG_FIELDS)]
)
def test_a_wrong_field_is_named_and_nothing_moves(
    ada: Player, waiting: Purchase, provider: Provider, field: str, value: object
) -> None:
    before = everything(ada)
    answer = provider.send({**news(waiting), field: value})
    assert refusal(answer) == (422, "VALIDATION_ERROR")
    is_readable = not (isinstance(value, str) and has_unstorable(value))
    assert [each["loc"] for each in answer.json()["error"]["details"]] == [["body", field] if is_readable else ["body"]]
    assert moved(before, everything(ada)) == {"nonces": 1}


@pytest.mark.parametrize("field", ["event_id", "user_id", "status", "product_id", "receipt_code", "amount"])
def test_a_missing_field_is_named(ada: Player, waiting: Purchase, provider: Provider, field: str) -> None:
    before = everything(ada)
    answer = provider.send({name: value for name, value in news(waiting).items() if name != field})
    assert refusal(answer) == (422, "VALIDATION_ERROR")
    assert [each["loc"] for each in answer.json()["error"]["details"]] == [["body", field]]
    assert moved(before, everything(ada)) == {"nonces": 1}


@pytest.mark.parametrize("header", ["evt_2", "evt_1 ", "x" * 129, "a\x00b", "\ud800"])
def test_two_different_event_ids_are_refused(ada: Player, waiting: Purchase, provider: Provider, header: str) -> None:
    before = everything(ada)
    answer = provider.send(news(waiting, event_id="evt_1"), X_Event_Id=header)
    assert refusal(answer) == (422, "VALIDATION_ERROR")
    assert answer.json()["error"]["details"][0]["loc"] == ["header", "X-Event-Id"]
    assert moved(before, everything(ada)) == {"nonces": 1}


@pytest.mark.parametrize("receipt", ["0" * 12, "x", "%", "' OR 1=1", "é" * 128])
def test_a_receipt_that_nobody_has_is_not_found(
    ada: Player, waiting: Purchase, provider: Provider, receipt: str
) -> None:
    before = everything(ada)
    body = news(waiting, event_id="evt_1", receipt_code=receipt)
    assert refusal(provider.send(body)) == (404, "PURCHASE_NOT_FOUND")
    assert moved(before, everything(ada)) == {"nonces": 1}
    assert provider.send(news(waiting, event_id="evt_1")).json()["applied"] is True  # the event was not used up


@pytest.mark.parametrize(
    ("facts", "fields"),
    [
        ({"user_id": 2**53 - 1}, ["user_id"]),
        ({"user_id": -1}, ["user_id"]),
        ({"product_id": "GOLD_PACK_MEDIUM"}, ["product_id"]),
        ({"product_id": "gold_pack_small"}, ["product_id"]),
        ({"product_id": " GOLD_PACK_SMALL"}, ["product_id"]),
        ({"amount": 0}, ["amount"]),
        ({"amount": -499}, ["amount"]),
        ({"amount": 498}, ["amount"]),
        ({"user_id": 0, "product_id": "x", "amount": 1}, ["user_id", "product_id", "amount"]),
    ],
)
@pytest.mark.parametrize("status", ["success", "failed"])
def test_what_does_not_fit_its_purchase_moves_nothing_and_sounds_the_alarm(
    ada: Player, waiting: Purchase, provider: Provider, facts: dict[str, Any], fields: list[str], status: str
) -> None:
    before, count = everything(ada), counted("mismatch")
    answer = provider.send(news(waiting, status, event_id="evt_1", **facts))
    assert refusal(answer) == (422, "PURCHASE_MISMATCH")
    assert [each["loc"] for each in answer.json()["error"]["details"]] == [["body", field] for field in fields]
    assert moved(before, everything(ada)) == {"nonces": 1, "audits": 1}
    alarm = Audit.objects.get(action="PAYMENT_FRAUD")
    assert (alarm.severity, alarm.target_type, alarm.target_id) == ("critical", "purchase", waiting.receipt_code)
    assert (alarm.details["differing"], alarm.details["event_id"]) == (fields, "evt_1")
    assert alarm.details["purchase"]["amount"] == waiting.amount
    assert counted("mismatch") == count + 1
    assert provider.send(news(waiting, event_id="evt_1")).json()["applied"] is True  # the event was not used up


def test_another_players_receipt_does_not_fit(ada: Player, bob: Player, waiting: Purchase, provider: Provider) -> None:
    before = everything(ada)
    assert refusal(provider.send(news(waiting, user_id=bob.pk))) == (422, "PURCHASE_MISMATCH")
    assert moved(before, everything(ada)) == {"nonces": 1, "audits": 1}
    assert gold_of(bob) == 1_000


@pytest.mark.parametrize("status", ["success", "failed", "pending"])
def test_a_purchase_paid_in_gold_never_fits(ada: Player, as_ada: Caller, provider: Provider, status: str) -> None:
    set_gold(ada, 30_000)
    bought = buy(as_ada, ITEM)
    Purchase.objects.filter(pk=bought.pk).update(status="pending", settled_at=None)
    before = everything(ada)
    assert refusal(provider.send(news(bought, status))) == (422, "PURCHASE_MISMATCH")
    assert moved(before, everything(ada)) == {"nonces": 1, "audits": 1}
    assert InventoryItem.objects.count() == 1


# --- size and type --------------------------------------------------------------------------------


def test_a_body_over_the_limit_is_refused_before_it_is_read(ada: Player, waiting: Purchase, provider: Provider) -> None:
    before = everything(ada)
    raw = b'{"x": "' + b"x" * configured.MAX_BODY_BYTES + b'"}'
    with patch("shop.api.webhook.read_body", side_effect=AssertionError("read")):
        assert refusal(provider.send(raw)) == (413, "PAYLOAD_TOO_LARGE")
    assert everything(ada) == before


def test_of_a_body_that_hides_its_length_no_more_than_the_limit_is_held() -> None:
    request = HttpRequest()
    request._stream = stream = BytesIO(b"x" * (configured.MAX_BODY_BYTES + 1_000))
    with pytest.raises(Refusal, match="PAYLOAD_TOO_LARGE"):
        read_body(request)
    assert stream.tell() == configured.MAX_BODY_BYTES + 1


def test_nobodys_large_body_is_nobodys(provider: Provider) -> None:
    assert refusal(provider.post(b"x" * 2_000_000, {})) == (401, "SIGNATURE_INVALID")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_another_type_is_refused(ada: Player, waiting: Purchase, provider: Provider, kind: str) -> None:
    before = everything(ada)
    raw = repr_of(news(waiting))
    assert refusal(provider.post(raw, sealed(raw), kind)) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert everything(ada) == before


def test_a_body_without_a_type_is_json(waiting: Purchase, provider: Provider) -> None:
    raw = repr_of(news(waiting))
    assert provider.post(raw, sealed(raw), "").json()["applied"] is True


# --- states ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (None, "PAYMENT_FAILED"),
        ("", "PAYMENT_FAILED"),
        ("PAYMENT_DECLINED", "PAYMENT_DECLINED"),
        ("PAYMENT_FAILED", "PAYMENT_FAILED"),
        ("GRANT_FAILED", "PAYMENT_FAILED"),
        ("do_not_honor" * 100, "PAYMENT_FAILED"),
    ],
)
def test_a_failure_fails_a_pending_purchase(
    ada: Player, as_ada: Caller, provider: Provider, said: str | None, reason: str
) -> None:
    change(PACK, stock_remaining=1)
    bought = buy(as_ada, gateway_mode="external")
    answer = provider.send(news(bought, "failed", reason_code=said))
    assert answer.json() == told(bought, applied=True, status="failed")
    bought.refresh_from_db()
    assert (bought.reason_code, gold_of(ada)) == (reason, 1_000)
    assert Product.objects.get(product_id=PACK).stock_remaining == 1
    assert steps(bought)[-3:] == ["webhook_received", "declined", "hold_released"]
    update, notification = news_of(ada, 2)
    assert (update["type"], update["status"], update["reason_code"]) == ("purchase_update", "failed", reason)
    message = "‘Gold x2,600’ 구매가 이루어지지 않았어요."
    assert notification == notice(ada, "구매 실패", message, bought.receipt_code)


def test_pending_on_pending_changes_nothing(ada: Player, waiting: Purchase, provider: Provider) -> None:
    before = written(ada)
    assert provider.send(news(waiting, "pending")).json() == told(waiting, applied=False, status="pending")
    assert written(ada) == before
    assert steps(waiting)[-2:] == ["pending", "webhook_received"]


def test_pending_before_the_gateway_answered_applies_nothing(ada: Player, as_ada: Caller, provider: Provider) -> None:
    with patch("shop.payments.charge", side_effect=SystemExit), pytest.raises(SystemExit):
        buy(as_ada, gateway_mode="external")
    bought = Purchase.objects.get()
    assert provider.send(news(bought, "pending")).json() == told(bought, applied=False, status="pending")
    assert provider.send(news(bought)).json() == told(bought, applied=True, status="success")


@pytest.mark.parametrize("late", ["pending", "failed", "success"])
@pytest.mark.parametrize("end", ["success", "refunded"])
def test_nothing_comes_after_a_success(ada: Player, waiting: Purchase, provider: Provider, late: str, end: str) -> None:
    provider.send(news(waiting))
    Purchase.objects.filter(pk=waiting.pk).update(status=end)
    before = written(ada)
    assert provider.send(news(waiting, late)).json() == told(waiting, applied=False, status=end)
    assert written(ada) == before
    assert steps(waiting)[-2:] == ["webhook_received", "late_event_ignored"]
    assert waiting.status == end


@pytest.mark.parametrize("late", ["pending", "failed"])
def test_a_failure_is_not_failed_again(ada: Player, waiting: Purchase, provider: Provider, late: str) -> None:
    provider.send(news(waiting, "failed", reason_code="PAYMENT_DECLINED"))
    before = written(ada)
    assert provider.send(news(waiting, late)).json() == told(waiting, applied=False, status="failed")
    assert written(ada) == before
    assert steps(waiting)[-1] == "late_event_ignored"


def test_news_in_the_wrong_order_end_in_a_success(ada: Player, waiting: Purchase, provider: Provider) -> None:
    answers = [provider.send(news(waiting, status)).json() for status in ("failed", "pending", "success", "failed")]
    assert [(answer["applied"], answer["status"]) for answer in answers] == [
        (True, "failed"), (False, "failed"), (True, "success"), (False, "success"),
    ]  # fmt: skip
    assert gold_of(ada) == 3_600


@pytest.mark.parametrize("end", ["voided", "failed"])
def test_money_that_comes_late_is_still_granted_and_counted_as_late(
    ada: Player, as_ada: Caller, provider: Provider, end: str
) -> None:
    change(PACK, stock_remaining=1)
    bought = buy(as_ada, gateway_mode="external")
    if end == "voided":
        assert settlement.void(bought, now=days.now())
    else:
        provider.send(news(bought, "failed"))
    labels = {"flow": "webhook", "result": "success", "reason": "LATE"}
    count = REGISTRY.get_sample_value("purchase_attempt_total", labels) or 0
    assert provider.send(news(bought)).json() == told(bought, applied=True, status="success")
    assert REGISTRY.get_sample_value("purchase_attempt_total", labels) == count + 1
    assert (gold_of(ada), Product.objects.get(product_id=PACK).stock_remaining) == (3_600, 0)


def test_late_money_for_units_that_are_gone_is_noted_and_left_to_staff(
    ada: Player, as_ada: Caller, provider: Provider
) -> None:
    change(PACK, stock_remaining=1)
    bought = buy(as_ada, gateway_mode="external")
    settlement.void(bought, now=days.now())
    change(PACK, stock_remaining=0)
    before = written(ada)
    assert provider.send(news(bought, event_id="evt_1")).json() == told(bought, applied=False, status="voided")
    assert moved(before, written(ada)) == {"audits": 1}
    assert Audit.objects.get(action="LIMITED_LATE_PAYMENT").target_id == bought.receipt_code
    assert steps(bought)[-2:] == ["webhook_received", "late_event_ignored"]
    assert provider.send(news(bought, event_id="evt_1")).json() == {"ok": True, "duplicate": True}


def cannot_hand_over(wallet: Any, purchase: Purchase) -> None:
    delivery.hand_over(wallet, purchase)
    raise delivery.DeliveryFailed("injected")


def test_what_is_paid_but_cannot_be_granted_is_processed_and_granted_later(
    ada: Player, waiting: Purchase, provider: Provider
) -> None:
    before, body = written(ada), news(waiting)
    with patch("shop.settlement.hand_over", cannot_hand_over):
        assert provider.send(body).json() == told(waiting, applied=False, status="pending")
    assert moved(before, written(ada)).keys() == {"StreamEvent", "wallet"}
    assert steps(waiting)[-2:] == ["webhook_received", "grant_failed"]
    assert provider.send(body).json() == {"ok": True, "duplicate": True}
    assert provider.send(news(waiting, "failed")).json() == told(waiting, applied=False, status="pending")
    assert settle_stale(days.now()) == {"success": 1}
    assert gold_of(ada) == 3_600
    assert provider.send(news(waiting)).json() == told(waiting, applied=False, status="success")


def test_a_second_event_grants_what_the_first_could_not(ada: Player, waiting: Purchase, provider: Provider) -> None:
    with patch("shop.settlement.hand_over", cannot_hand_over):
        provider.send(news(waiting))
    assert provider.send(news(waiting)).json() == told(waiting, applied=True, status="success")
    assert gold_of(ada) == 3_600


def test_an_event_that_met_a_busy_database_is_not_used_up(ada: Player, waiting: Purchase, provider: Provider) -> None:
    body, before = news(waiting), everything(ada)
    with patch("shop.settlement.hand_over", side_effect=OperationalError("lock timeout")):
        answer = provider.send(body)
    assert (refusal(answer), answer.headers["Retry-After"]) == ((503, "SERVICE_UNAVAILABLE"), "1")
    assert moved(before, everything(ada)) == {"nonces": 1}
    assert provider.send(body).json() == told(waiting, applied=True, status="success")


def test_a_package_is_named_by_its_code(ada: Player, provider: Provider, settings: Settings) -> None:
    settings.PAYMENT_GATEWAY_MODE = "external"
    now = days.now()
    package = LimitedPackage.objects.create(
        code="WEEKEND", name="주말", price_cents=499, gold=8_000, starts_at=now, ends_at=now + timedelta(days=1),
        stock_total=3,
    )  # fmt: skip
    bought = limited.buy(
        player=ada, code="WEEKEND", order=Order(), key=Key(ada.pk, limited.OPERATION, "k", "x")
    ).purchase
    assert bought.is_pending
    assert provider.send(news(bought, product_id="WEEKEND")).json() == told(bought, applied=True, status="success")
    package.refresh_from_db()
    assert (gold_of(ada), package.sold) == (9_000, 1)


# --- Redis, upkeep, costs ---------------------------------------------------------------------------


@contextmanager
def nothing_but_the_database() -> Iterator[None]:
    """Whoever asks the cache fails the test; the news cannot be passed on to other processes."""
    methods = ("get", "set", "add", "incr", "delete", "get_many", "set_many", "touch", "has_key", "get_or_set")
    backend = type(cache._connections[cache._alias])  # type: ignore[attr-defined]
    refuse = AssertionError("the cache was asked")
    patches = [patch.object(backend, name, side_effect=refuse) for name in methods]
    patches.append(patch.object(type(sender), "send", return_value=False))
    for each in patches:
        each.start()
    try:
        yield
    finally:
        for each in patches:
            each.stop()


def test_neither_cache_nor_redis_is_asked(ada: Player, waiting: Purchase, provider: Provider) -> None:
    with nothing_but_the_database():
        raw = repr_of(body := news(waiting))
        headers = sealed(raw)
        assert provider.post(raw, headers).json() == told(waiting, applied=True, status="success")
        assert refusal(provider.post(raw, headers)) == (409, "REPLAY_DETECTED")
        assert provider.send(body).json() == {"ok": True, "duplicate": True}
    assert gold_of(ada) == 3_600


def test_nonces_go_when_their_calls_are_too_old_and_events_stay(waiting: Purchase, provider: Provider) -> None:
    provider.send(news(waiting))
    now = days.now()
    for age in (601, 1_200, 1_799, 1_801, 10**6):
        WebhookNonce.objects.create(nonce=f"nonce-{age}", seen_at=now - timedelta(seconds=age))
    assert hooks.prune_nonces(now=now) == 2
    assert set(WebhookNonce.objects.filter(nonce__startswith="nonce-").values_list("nonce", flat=True)) == {
        "nonce-601", "nonce-1200", "nonce-1799",
    }  # fmt: skip
    assert hooks.prune_nonces(now=now + timedelta(days=365)) == 4
    assert WebhookEvent.objects.count() == 1


def test_a_settling_webhook_costs_so_many_statements(
    waiting: Purchase, provider: Provider, django_assert_num_queries: Any
) -> None:
    raw = repr_of(news(waiting))
    headers = sealed(raw)
    with django_assert_num_queries(STATEMENTS):
        assert provider.post(raw, headers).json()["applied"] is True


STATEMENTS = 13
