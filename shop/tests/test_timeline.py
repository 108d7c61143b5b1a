"""A purchase's timeline in words: every step there is has some, in both languages."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.translation import override

from shop import timeline
from shop.models import Purchase
from shop.timeline import Step
from tests.cast import Caller

PUBLISHED = [
    "created",
    "priced",
    "promo_applied",
    "hold_taken",
    "hold_released",
    "gateway_called",
    "pending",
    "declined",
    "settled",
    "granted",
    "grant_failed",
    "webhook_received",
    "webhook_duplicate",
    "late_event_ignored",
    "voided",
    "refunded",
    "replayed",
]
HANGUL = re.compile(r"[\uac00-\ud7a3]")
NOTED = re.compile(r'\.note(?:_again)?\(\s*"(\w+)"')
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


def purchase(*steps: tuple[str, dict[str, object]], currency: str = "USD") -> Purchase:
    bought = Purchase(currency=currency)
    for name, facts in steps:
        bought.note(name, NOON, **facts)
    return bought


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_published_step_has_words_in_both_languages(name: str) -> None:
    bought = purchase((name, {}))
    korean = timeline.steps(bought)[0].label
    with override("en"):
        english = timeline.steps(bought)[0].label
    assert HANGUL.search(korean)
    assert english != name
    assert not HANGUL.search(english)


def test_no_step_is_written_that_was_not_published() -> None:
    sources = [path for path in (Path(settings.BASE_DIR) / "shop").rglob("*.py") if "tests" not in path.parts]
    noted = {name for path in sources for name in NOTED.findall(path.read_text(encoding="utf-8"))}
    assert {"created", "priced", "settled", "granted"} <= noted  # the search finds what it is meant to find
    assert noted <= set(PUBLISHED)
    assert set(PUBLISHED) == timeline.NAMES


def test_a_step_is_told_with_its_time_its_facts_and_its_tone() -> None:
    bought = purchase(
        ("priced", {"unit_price": 5_999, "discount": 15, "amount": 123_400}),
        ("granted", {"gold": 100_000}),
        ("late_event_ignored", {"reason": "OUT_OF_STOCK", "times": 2}),
        ("refunded", {"by": "staff", "reason": "두 번 결제됨"}),
    )
    assert timeline.steps(bought) == [
        Step("priced", "가격 확정", NOON, [("단가", "$59.99"), ("할인", "−15%"), ("금액", "$1,234.00")], ""),
        Step("granted", "지급 완료", NOON, [("골드", "100,000 골드")], "gain"),
        Step(
            "late_event_ignored",
            "늦은 알림이라 반영하지 않음",
            NOON,
            [("사유", "품절된 상품입니다"), ("횟수", "2")],
            "",
        ),
        Step("refunded", "환불", NOON, [("처리", "운영진"), ("사유", "두 번 결제됨")], "live"),
    ]


def test_gold_prices_are_told_in_gold_and_what_says_nothing_is_left_out() -> None:
    bought = purchase(
        ("priced", {"unit_price": 30_000, "discount": 0, "amount": 60_000}),
        ("replayed", {"times": 1}),
        ("settled", {"charge_id": ""}),
        currency="gold",
    )
    facts = [step.facts for step in timeline.steps(bought)]
    assert facts == [[("단가", "30,000 골드"), ("금액", "60,000 골드")], [], []]


def test_a_step_from_another_time_keeps_its_name() -> None:
    assert timeline.steps(purchase(("teleported", {"colour": "red"}))) == [
        Step("teleported", "teleported", NOON, [], "")
    ]


@pytest.mark.usefixtures("shelf")
def test_the_api_shows_the_steps_as_they_are_kept(as_ada: Caller) -> None:
    receipt = as_ada.post("/api/shop/buy", {"product_id": "GOLD_PACK_SMALL"}).json()["receipt_code"]
    bought = Purchase.objects.get()
    told = as_ada.get(f"/api/shop/transactions/{receipt}").json()["timeline"]
    assert told == bought.timeline
    assert [step["step"] for step in told] == [step.name for step in timeline.steps(bought)]
