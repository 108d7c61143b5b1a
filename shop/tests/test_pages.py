"""The shop's page: open to everyone, every product in the state it is in for this visitor."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Player, Wallet
from casino.lib import days
from shop.defaults import default_products
from shop.models import Currency, Effect, Product, ProductType, Purchase, PurchaseKind, PurchaseStatus
from shop.shop_screen import Card, shop_screen
from tests.cast import set_gold

PACK, ITEM = "GOLD_PACK_SMALL", "anti_single_loss"


@pytest.fixture
def shelf(db: None) -> None:
    Product.objects.all().delete()
    Product.objects.bulk_create(default_products(days.now()))


@pytest.fixture
def signed_in(ada: Player, shelf: None) -> Client:
    client = Client()
    answer = client.post("/login", {"nickname": "ada", "password": "correct horse"})
    assert answer.status_code == 302
    return client


def page(client: Client) -> str:
    answer = client.get("/shop")
    assert answer.status_code == 200
    return str(answer.content.decode())


def card(html: str, product_id: str) -> str:
    """The markup of one product's card."""
    found = re.search(rf'<article [^>]*data-product="{product_id}".*?</article>', html, re.DOTALL)
    assert found, product_id
    return found.group(0)


def change(product_id: str, **fields: Any) -> None:
    assert Product.objects.filter(product_id=product_id).update(**fields) == 1


def purchase(player: Player, product_id: str, *, status: PurchaseStatus, receipt: str = "a1b2c3d4e5f6") -> Purchase:
    """A purchase as the database keeps it."""
    product = Product.objects.get(product_id=product_id)
    now = days.now()
    return Purchase.objects.create(
        receipt_code=receipt,
        player=player,
        product=product,
        code=product.product_id,
        kind=PurchaseKind.GOLD if product.currency == Currency.USD else PurchaseKind.ITEM,
        item_name=product.name,
        one_time=product.one_time,
        quantity=1,
        unit_price=product.price,
        amount=product.price,
        currency=product.currency,
        status=status,
        balance_after=0,
        created_at=now,
        settled_at=None if status == PurchaseStatus.PENDING else now,
    )


def test_visitors_see_the_shelf_and_every_purchase_leads_to_the_door(shelf: None) -> None:
    html = page(Client())
    assert html.count("<article ") == 14
    assert html.count('href="/login?next=/shop"') >= 14
    assert "data-buy" not in html
    assert "style=" not in html
    assert 'id="confirm"' not in html


def test_players_may_buy(signed_in: Client) -> None:
    html = page(signed_in)
    assert "data-buy" in card(html, PACK)
    assert 'id="confirm"' in html
    assert 'data-testid="gold-quick"' in html


def test_an_empty_shelf_says_so(db: None) -> None:
    Product.objects.all().delete()
    html = page(Client())
    assert "지금 파는 상품이 없습니다" in html
    assert "<article " not in html


def test_the_menu_s_models_are_a_place_on_the_page(shelf: None) -> None:
    html = page(Client())
    vouchers = html[html.index('id="models"') : html.index('id="items"')]
    assert re.findall(r'data-product="([^"]+)"', vouchers) == [
        "model_points_30000",
        "model_points_105000",
        "model_points_330000",
        "model_points_1150000",
    ]


def test_a_pack_shows_the_struck_price_the_price_now_and_the_gold(signed_in: Client) -> None:
    found = card(page(signed_in), "GOLD_PACK_BIG")
    assert "$10.99</del>" in found
    assert "<b>$9.89</b>" in found
    assert "13,500<small>G" in found
    assert "−10%" in found
    assert 'data-final="989"' in found


def test_an_undiscounted_pack_strikes_nothing(signed_in: Client) -> None:
    found = card(page(signed_in), PACK)
    assert "<del>" not in found
    assert "<b>$1.99</b>" in found


def test_a_discount_that_has_ended_is_not_shown(signed_in: Client) -> None:
    change(PACK, discount=20, discount_ends_at=days.now() - timedelta(seconds=1))
    assert "<del>" not in card(page(signed_in), PACK)
    change(PACK, discount_ends_at=days.now() + timedelta(days=1))
    assert "−20%" in card(page(signed_in), PACK)


def test_a_bonus_is_told_apart_and_added(signed_in: Client) -> None:
    change(PACK, bonus_gold=400)
    found = card(page(signed_in), PACK)
    assert "3,000<small>G" in found
    assert re.search(r"2,600 \+ 보너스 <b class=\"gold\">400</b>", found)


def test_badges_stand_side_by_side(signed_in: Client) -> None:
    change(PACK, discount=5, bonus_gold=1, is_limited=True, one_time=True, popular=True)
    badges = re.findall(r'<span class="badge[^"]*">(?:<svg.*?</svg>)?\s*([^<]+)</span>', card(page(signed_in), PACK))
    assert badges == ["−5%", "보너스", "한정", "계정당 1회", "인기"]


def test_a_rank_lock_names_the_rank_needed(signed_in: Client) -> None:
    found = card(page(signed_in), "GOLD_PACK_VIP")
    assert 'data-state="rank_required"' in found
    assert "VIP 등급부터 살 수 있어요" in found
    assert "등급 잠김" in found
    assert "data-buy" not in found


def test_a_pack_of_a_rank_opens_to_that_rank(vip: Player, shelf: None) -> None:
    client = Client()
    client.post("/login", {"nickname": "vip", "password": "correct horse"})
    assert "data-buy" in card(page(client), "GOLD_PACK_VIP")


def test_a_sold_out_product_cannot_be_pressed(signed_in: Client) -> None:
    change(PACK, stock_remaining=0)
    found = card(page(signed_in), PACK)
    assert 'data-state="out_of_stock"' in found
    assert re.search(r"<button[^>]* disabled>품절</button>", found)


def test_few_left_are_counted_and_bound_the_quantity(signed_in: Client) -> None:
    change(PACK, stock_remaining=3)
    found = card(page(signed_in), PACK)
    assert "3개 남음" in found
    assert 'data-most="3"' in found


@pytest.mark.parametrize(("one_time", "most"), [(True, "1"), (False, "99")])
def test_the_quantity_of_one_purchase_is_bounded(signed_in: Client, one_time: bool, most: str) -> None:
    change(PACK, one_time=one_time)
    assert f'data-most="{most}"' in card(page(signed_in), PACK)


def test_outside_its_window_a_product_names_its_days(signed_in: Client) -> None:
    starts = days.now().replace(month=12, day=24, hour=12) + timedelta(days=366)
    change(PACK, sale_starts_at=starts, sale_ends_at=starts + timedelta(days=2))
    found = card(page(signed_in), PACK)
    assert 'data-state="not_on_sale"' in found
    assert "판매 시작" in found
    assert "판매 끝" in found
    assert "판매 기간 아님" in found


def test_what_is_owned_is_shown_as_owned(signed_in: Client, ada: Player) -> None:
    purchase(ada, "early_rank_up", status=PurchaseStatus.SUCCESS)
    found = card(page(signed_in), "early_rank_up")
    assert 'data-state="already_owned"' in found
    assert "보유 중" in found


def test_the_highest_rank_cannot_rise(vip: Player, shelf: None) -> None:
    client = Client()
    client.post("/login", {"nickname": "vip", "password": "correct horse"})
    found = card(page(client), "early_rank_up")
    assert 'data-state="rank_max"' in found
    assert "최고 등급" in found


def test_a_pending_purchase_shows_its_receipt_and_can_be_asked_for(signed_in: Client, ada: Player) -> None:
    purchase(ada, PACK, status=PurchaseStatus.PENDING)
    found = card(page(signed_in), PACK)
    assert 'data-state="pending"' in found
    assert 'data-receipt="a1b2c3d4e5f6"' in found
    assert 'data-settle="a1b2c3d4e5f6"' in found
    assert "결제 확인 중 · 영수증" in found


def test_finished_purchases_and_those_of_others_leave_the_card_open(
    signed_in: Client, ada: Player, bob: Player
) -> None:
    purchase(ada, PACK, status=PurchaseStatus.FAILED)
    purchase(bob, PACK, status=PurchaseStatus.PENDING, receipt="b0b0b0b0b0b0")
    assert 'data-state="open"' in card(page(signed_in), PACK)


def test_too_little_gold_says_how_much_is_missing(signed_in: Client, ada: Player) -> None:
    found = card(page(signed_in), ITEM)
    assert "29,000" in found
    assert re.search(r"<button[^>]*data-buy[^>]* hidden>", found)
    set_gold(ada, 30_000)
    found = card(page(signed_in), ITEM)
    assert not re.search(r"<button[^>]*data-buy[^>]* hidden>", found)


def test_inactive_and_deleted_products_are_not_on_the_page(signed_in: Client) -> None:
    change(PACK, is_active=False)
    change(ITEM, deleted_at=days.now())
    html = page(signed_in)
    assert f'data-product="{PACK}"' not in html
    assert f'data-product="{ITEM}"' not in html


def test_what_staff_wrote_is_shown_as_text(signed_in: Client) -> None:
    change(PACK, name="<b>&bold", description="")
    assert "&lt;b&gt;&amp;bold" in card(page(signed_in), PACK)


def test_money_that_buys_no_gold_is_an_item(shelf: None) -> None:
    Product.objects.create(
        product_id="mask", sku="mask", name="가면", price=500, currency=Currency.USD, type=ProductType.ITEM,
        effect=Effect.INVENTORY,
    )  # fmt: skip
    html = page(Client())
    assert 'data-product="mask"' in html[html.index('id="items"') :]


def cards(*golds: int) -> list[Card]:
    items = [{"currency": "USD", "product_id": str(gold), "effective_gold": gold} for gold in golds]
    return list(shop_screen(items, pending={}, balance=None).packs)


def test_larger_packs_show_more_coins() -> None:
    assert [each.coins for each in cards(100, 200, 300, 400, 500)] == [1, 2, 3, 4, 5]
    assert [each.coins for each in cards(7)] == [1]
    assert [each.coins for each in cards(5, 5, 9)] == [1, 1, 5]


def test_the_page_costs_few_statements(signed_in: Client, ada: Player) -> None:
    purchase(ada, PACK, status=PurchaseStatus.PENDING)
    page(signed_in)
    with CaptureQueriesContext(connection) as captured:
        page(signed_in)
    assert len(captured) == 9, [query["sql"] for query in captured.captured_queries]


def test_looking_moves_nothing(signed_in: Client, ada: Player) -> None:
    before = Wallet.objects.values().get(pk=ada.pk)
    page(signed_in)
    assert Wallet.objects.values().get(pk=ada.pk) == before
    assert Purchase.objects.count() == 0
