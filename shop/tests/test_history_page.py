"""The purchase history: what is open first, one receipt opened by its address, and nothing of anybody else."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Player
from accounts.queries import make_cursor
from casino.lib import days
from shop import slips, timeline
from shop.history_screen import PAGE_ROWS
from shop.models import (
    Currency,
    LimitedPackage,
    Product,
    PromoCode,
    Purchase,
    PurchaseKind,
    PurchaseStatus,
    Reason,
)
from shop.tests.conftest import change, written

PACK, ITEM = "GOLD_PACK_MED", "anti_single_loss"
"""A pack of 6,000 gold for $4.74 and an item for 30,000 gold."""


@pytest.fixture
def signed_in(ada: Player, shelf: None) -> Client:
    client = Client()
    assert client.post("/login", {"nickname": "ada", "password": "correct horse"}).status_code == 302
    return client


def page(client: Client, query: str = "") -> str:
    answer = client.get(f"/shop/history{query}")
    assert answer.status_code == 200
    return str(answer.content.decode())


def receipts(html: str) -> list[str]:
    """The receipts on the page, from the top."""
    return re.findall(r'data-receipt="([^"]+)"', html)


def row(html: str, receipt: str) -> str:
    """The markup of one purchase, its spaces folded."""
    found = re.search(rf'<li class="slip" id="receipt-{receipt}".*?</details></li>', html, re.DOTALL)
    assert found, receipt
    return re.sub(r"\s+", " ", found.group(0))


def shown(client: Client, purchase: Purchase) -> str:
    """The markup of a purchase on its buyer's page."""
    return row(page(client), purchase.receipt_code)


def words(html: str) -> str:
    """What a reader reads of a piece of markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()


def steps(html: str) -> list[str]:
    """The names of the timeline's steps."""
    return re.findall(r'data-step="([^"]+)"', html)


def group(html: str, name: str) -> str:
    """One part of the list: asked, pending or done."""
    return html.split(f'data-group="{name}"')[1].split("</section>")[0]


def bought(player: Player, code: str = PACK, *, receipt: str = "a1b2c3d4e5f6", **facts: Any) -> Purchase:
    """A purchase of a product as the database keeps it; pending unless told otherwise."""
    product = Product.objects.get(product_id=code)
    now: datetime = facts.pop("created_at", days.now())
    status = facts.setdefault("status", PurchaseStatus.PENDING)
    is_pack = product.currency == Currency.USD
    price = 474 if is_pack else product.price
    made = Purchase(
        receipt_code=receipt,
        player=player,
        product=product,
        code=product.product_id,
        kind=PurchaseKind.GOLD if is_pack else PurchaseKind.ITEM,
        item_name=product.name,
        unit_price=price,
        amount=price * facts.get("quantity", 1),
        currency=product.currency,
        gold=product.effective_gold * facts.get("quantity", 1),
        balance_after=0,
        created_at=now,
        settled_at=None if status == PurchaseStatus.PENDING else now,
        **({"quantity": 1} | facts),
    )
    made.note("created", now, quantity=made.quantity)
    made.note("priced", now, unit_price=price, discount=5 if is_pack else 0, amount=price * made.quantity)
    if is_pack:
        made.note("gateway_called", now, mode="pending_then_success")
    made.save()
    return made


def limited(
    player: Player, *, receipt: str = "fa0000000001", status: PurchaseStatus = PurchaseStatus.SUCCESS
) -> Purchase:
    """A purchase of a limited package."""
    now = days.now()
    package = LimitedPackage.objects.create(
        code="WEEKEND", name="주말", price_cents=499, gold=8000, starts_at=now, ends_at=now + timedelta(days=1)
    )
    return Purchase.objects.create(
        receipt_code=receipt, player=player, package=package, code="WEEKEND", kind=PurchaseKind.LIMITED,
        item_name="주말", quantity=1, unit_price=499, amount=499, currency=Currency.USD, gold=8000, status=status,
        balance_after=0, created_at=now, settled_at=now,
    )  # fmt: skip


def many(player: Player, count: int, *, pending: int = 0) -> list[str]:
    """`count` finished purchases after `pending` open ones; their receipts, the newest first."""
    for number in range(pending + count):
        status = PurchaseStatus.PENDING if number < pending else PurchaseStatus.SUCCESS
        bought(player, receipt=f"{number:012x}", status=status)
    return [f"{number:012x}" for number in reversed(range(pending + count))]


def following(html: str) -> str:
    """The query string of "more"; empty at the end."""
    found = re.search(r'href="/shop/history(\?[^"]*)" data-part="more"', html)
    return found.group(1).replace("&amp;", "&") if found else ""


def test_visitors_are_asked_to_sign_in_and_come_back(db: None) -> None:
    html = page(Client(), "?receipt=a1b2c3d4e5f6")
    assert "로그인하면 볼 수 있습니다." in html
    assert 'href="/login?next=/shop/history%3Freceipt%3Da1b2c3d4e5f6"' in html
    assert 'data-component="purchases"' not in html


def test_without_purchases_the_way_leads_to_the_shop(signed_in: Client) -> None:
    html = page(signed_in)
    assert re.search(r'data-part="empty">.*아직 구매가 없습니다.*href="/shop"', html, re.DOTALL)
    assert receipts(html) == []


def test_what_is_open_stands_first_then_the_newest(signed_in: Client, ada: Player) -> None:
    bought(ada, receipt="000000000001")
    bought(ada, receipt="000000000002", status=PurchaseStatus.SUCCESS)
    bought(ada, receipt="000000000003", status=PurchaseStatus.FAILED, reason_code=Reason.PAYMENT_DECLINED)
    bought(ada, receipt="000000000004")
    html = page(signed_in)
    assert receipts(html) == ["000000000004", "000000000001", "000000000003", "000000000002"]
    assert receipts(group(html, "pending")) == ["000000000004", "000000000001"]
    assert "확인 중" in group(html, "pending")


def test_nobody_sees_the_purchases_of_others(signed_in: Client, ada: Player, bob: Player) -> None:
    bought(bob, receipt="b0b0b0b0b0b0", status=PurchaseStatus.SUCCESS)
    assert receipts(page(signed_in)) == []
    html = page(signed_in, "?receipt=b0b0b0b0b0b0")
    assert receipts(html) == []
    assert "내 구매에 영수증 <code>b0b0b0b0b0b0</code>이(가) 없습니다." in html


def test_an_open_payment_tells_its_way_and_can_be_asked_about(signed_in: Client, ada: Player) -> None:
    made = bought(ada, payment_method="card", charge_id="ch_7Q2", reason_code=Reason.PAYMENT_PENDING)
    made.note("pending", made.created_at)
    made.save()
    found = shown(signed_in, made)
    assert steps(found) == ["created", "priced", "gateway_called", "pending"]
    assert re.findall(r'aria-current="step"', found) == ['aria-current="step"']
    assert 'timeline__step--now" data-step="pending"' in found
    assert "결제 확정" in words(found)
    assert "data-settle" in found
    said = words(found)
    for expected in ("$4.74", "결제 대기", "6,000 G 예정", "−5%", "ch_7Q2", "card", "결제사의 승인을 기다립니다."):
        assert expected in said
    assert "다시 구매" not in said


def test_a_finished_pack_says_what_it_brought_and_offers_nothing_to_press(signed_in: Client, ada: Player) -> None:
    made = bought(ada, status=PurchaseStatus.SUCCESS)
    made.note("settled", made.created_at, charge_id="ch_1")
    made.note("granted", made.created_at, gold=made.gold)
    made.save()
    found = shown(signed_in, made)
    assert "+6,000G" in words(found)
    assert "완료" in words(found)
    assert steps(found) == ["created", "priced", "gateway_called", "settled", "granted"]
    assert "aria-current" not in found
    assert "data-settle" not in found
    assert "다시 구매" not in found


def test_an_item_says_what_it_cost(signed_in: Client, ada: Player) -> None:
    found = shown(signed_in, bought(ada, ITEM, status=PurchaseStatus.SUCCESS, quantity=2))
    assert "−60,000G" in words(found)
    assert "(30,000G × 2)" in words(found)
    assert "data-settle" not in found


def test_a_declined_payment_says_why_and_leads_back_to_the_product(signed_in: Client, ada: Player) -> None:
    made = bought(ada, status=PurchaseStatus.FAILED, reason_code=Reason.PAYMENT_DECLINED)
    found = shown(signed_in, made)
    assert "결제가 거절되었습니다. 청구된 금액은 없습니다." in found
    assert f'href="/shop#product-{made.product_id}"' in found


@pytest.mark.parametrize("gone", [{"is_active": False}, {"deleted_at": days.now()}])
def test_what_is_no_longer_sold_is_not_offered_again(signed_in: Client, ada: Player, gone: dict[str, Any]) -> None:
    made = bought(ada, status=PurchaseStatus.VOIDED, reason_code=Reason.STALE_AUTO_VOID)
    change(PACK, **gone)
    assert "다시 구매" not in shown(signed_in, made)


def test_a_failed_package_leads_back_to_the_package(signed_in: Client, ada: Player) -> None:
    made = limited(ada, status=PurchaseStatus.FAILED)
    assert 'href="/shop#package-WEEKEND"' in shown(signed_in, made)
    LimitedPackage.objects.update(is_disabled=True)
    assert "다시 구매" not in shown(signed_in, made)


def test_money_that_came_too_late_is_not_said_to_be_uncharged(signed_in: Client, ada: Player) -> None:
    made = bought(ada, status=PurchaseStatus.VOIDED, reason_code=Reason.STALE_AUTO_VOID)
    assert "청구된 금액은 없습니다" in shown(signed_in, made)
    made.note_again("late_event_ignored", made.created_at, reason=Reason.OUT_OF_STOCK)
    made.save()
    found = shown(signed_in, made)
    assert "청구된 금액은 없습니다" not in found
    assert "운영진이 환불합니다" in found


def test_paid_but_not_granted_is_told_and_waits_only_for_the_grant(signed_in: Client, ada: Player) -> None:
    made = bought(ada, reason_code=Reason.GRANT_FAILED, charged_at=days.now())
    found = words(shown(signed_in, made))
    assert "결제는 되었고 골드 지급이 늦어지고 있습니다." in found
    assert "결제 확정" not in found
    assert "지급 완료 아직" in found


@pytest.mark.parametrize(
    ("code", "sentence"),
    [(PACK, "받은 골드는 회수되었습니다"), (ITEM, "쓴 골드를 돌려받았습니다")],
)
def test_a_refund_says_what_went_back(signed_in: Client, ada: Player, code: str, sentence: str) -> None:
    found = shown(signed_in, bought(ada, code, status=PurchaseStatus.REFUNDED))
    assert sentence in found
    assert "<del" in found
    assert "환불됨" in words(found)


def test_a_promo_shows_the_price_before_it(signed_in: Client, ada: Player) -> None:
    promo = PromoCode.objects.create(code="SAVE1", discount_type="flat", value=100)
    made = bought(ada, status=PurchaseStatus.SUCCESS, promo=promo, promo_code="SAVE1")
    Purchase.objects.filter(pk=made.pk).update(unit_price=374, amount=374)
    found = shown(signed_in, made)
    assert "<code>SAVE1</code>" in found
    assert '<del class="faint">$4.74</del> $3.74' in found


def test_every_step_the_shop_writes_has_its_own_drawing() -> None:
    assert set(slips.STEP_MARKS) == set(timeline.NAMES)


def test_every_state_has_words_and_a_drawing_of_its_own(signed_in: Client, ada: Player) -> None:
    for number, status in enumerate(PurchaseStatus):
        bought(ada, receipt=f"{number:012x}", status=status)
    html = page(signed_in)
    badges = [re.search(r'<span class="slip__state.*?</span>\s*(?:<svg|$)', row(html, code)) for code in receipts(html)]
    assert all(badges)
    assert len({found.group(0) for found in badges if found}) == len(PurchaseStatus)


def test_an_address_opens_one_receipt(signed_in: Client, ada: Player) -> None:
    bought(ada, receipt="000000000001", status=PurchaseStatus.SUCCESS)
    bought(ada, receipt="000000000002", status=PurchaseStatus.SUCCESS)
    html = page(signed_in, "?receipt=000000000001")
    assert receipts(html) == ["000000000002", "000000000001"]
    assert '<details class="slip__details" open>' in row(html, "000000000001")
    assert '<details class="slip__details">' in row(html, "000000000002")
    assert html.count(" open>") == 1


def test_an_old_receipt_is_brought_to_the_top(signed_in: Client, ada: Player) -> None:
    old = many(ada, PAGE_ROWS + 5)[-1]
    html = page(signed_in, f"?receipt={old.upper()}")
    assert receipts(group(html, "asked")) == [old]
    assert receipts(html).count(old) == 1
    assert len(receipts(html)) == PAGE_ROWS + 1


def test_an_unknown_receipt_is_said_to_be_none_of_ones_own(signed_in: Client, ada: Player) -> None:
    bought(ada)
    html = page(signed_in, "?receipt=<b>bold")
    assert "내 구매에 영수증 <code>&lt;b&gt;bold</code>이(가) 없습니다." in html
    assert receipts(html) == ["a1b2c3d4e5f6"]


def test_states_and_kinds_sift(signed_in: Client, ada: Player) -> None:
    bought(ada, receipt="000000000001")
    bought(ada, receipt="000000000002", status=PurchaseStatus.SUCCESS)
    bought(ada, ITEM, receipt="000000000003", status=PurchaseStatus.SUCCESS)
    limited(ada, receipt="000000000004")
    found = {query: receipts(page(signed_in, query)) for query in (
        "?status=pending", "?status=success", "?kind=item", "?kind=limited&status=success", "?kind=gold",
        "?status=refunded", "?status=nonsense&kind=nonsense",
    )}  # fmt: skip
    assert found == {
        "?status=pending": ["000000000001"],
        "?status=success": ["000000000004", "000000000003", "000000000002"],
        "?kind=item": ["000000000003"],
        "?kind=limited&status=success": ["000000000004"],
        "?kind=gold": ["000000000001", "000000000002"],
        "?status=refunded": [],
        "?status=nonsense&kind=nonsense": ["000000000001", "000000000004", "000000000003", "000000000002"],
    }


def test_a_filter_that_finds_nothing_can_be_left(signed_in: Client, ada: Player) -> None:
    bought(ada)
    html = page(signed_in, "?status=refunded")
    assert "이 조건에 맞는 구매가 없습니다" in html
    assert re.search(r'<a class="button" href="/shop/history">모두 보기', html)
    assert '<a class="chip" href="/shop/history?status=refunded" aria-current="true">환불됨</a>' in html
    assert '<a class="chip" href="/shop/history?status=refunded&amp;kind=item">아이템</a>' in html


@pytest.mark.parametrize("pending", [0, 3, PAGE_ROWS, PAGE_ROWS + 3])
def test_every_purchase_is_on_exactly_one_page(signed_in: Client, ada: Player, pending: int) -> None:
    made = many(ada, 45, pending=pending)
    query, seen, pages = "", [], 0
    while not pages or query:
        html = page(signed_in, query)
        assert len(receipts(html)) <= PAGE_ROWS
        seen += receipts(html)
        query, pages = following(html), pages + 1
    assert seen == made[45:] + made[:45]
    assert pages == -(-(45 + pending) // PAGE_ROWS)


def test_filters_stay_from_page_to_page_and_the_way_back_is_open(signed_in: Client, ada: Player) -> None:
    many(ada, PAGE_ROWS + 1)
    html = page(signed_in, "?status=success&kind=gold")
    assert following(html).startswith("?status=success&kind=gold&after=")
    assert 'data-part="newest"' not in html
    second = page(signed_in, following(html))
    assert re.search(r'href="/shop/history\?status=success&amp;kind=gold" data-part="newest"', second)
    assert following(second) == ""


@pytest.mark.parametrize("cursor", ["!", "a" * 500, make_cursor(10**30), make_cursor(-(10**30)), make_cursor(0), "é"])
def test_a_cursor_that_means_nothing_harms_nothing(signed_in: Client, ada: Player, cursor: str) -> None:
    bought(ada)
    assert set(receipts(page(signed_in, f"?after={cursor}"))) <= {"a1b2c3d4e5f6"}


def test_two_hundred_purchases_cost_the_same_statements_as_one(signed_in: Client, ada: Player) -> None:
    bought(ada, receipt="f" * 12, status=PurchaseStatus.SUCCESS)
    page(signed_in)
    with CaptureQueriesContext(connection) as few:
        page(signed_in)
    many(ada, 190, pending=10)
    with CaptureQueriesContext(connection) as lots:
        html = page(signed_in)
    assert len(receipts(html)) == PAGE_ROWS
    assert (len(few), len(lots)) == (7, 7), [query["sql"] for query in lots.captured_queries]
    with CaptureQueriesContext(connection) as asked:
        page(signed_in, f"?receipt={0xB:012x}")
    assert len(asked) == 8


def test_looking_moves_nothing(signed_in: Client, ada: Player) -> None:
    bought(ada)
    before = written(ada)
    page(signed_in, "?receipt=a1b2c3d4e5f6")
    assert written(ada) == before


def test_what_staff_named_is_shown_as_text(signed_in: Client, ada: Player) -> None:
    change(PACK, name="<b>&bold")
    found = shown(signed_in, bought(ada))
    assert "&lt;b&gt;&amp;bold" in found
    assert "<b>&bold" not in found


def test_the_page_is_written_in_english_too(signed_in: Client, ada: Player) -> None:
    bought(ada, ITEM, status=PurchaseStatus.SUCCESS)
    signed_in.cookies["django_language"] = "en"
    html = page(signed_in)
    assert "<h1>Purchases</h1>" in html
    assert not re.search(r"[\uac00-\ud7a3]", words(html.split("<main")[1].split("</main>")[0]))
