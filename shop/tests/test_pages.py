"""The shop's page: open to everyone, every product in the state it is in for this visitor."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Player, Wallet
from casino.lib import days
from shop.countdown import Countdown
from shop.defaults import default_products
from shop.models import (
    Currency,
    Effect,
    Hold,
    LimitedPackage,
    Product,
    ProductType,
    Purchase,
    PurchaseKind,
    PurchaseStatus,
)
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


def package(code: str = "NIGHT", **facts: Any) -> LimitedPackage:
    """A limited package on sale: twenty at 499 cents, two each, unless `facts` say otherwise."""
    now = days.now()
    usual = {"name": "밤", "price_cents": 499, "gold": 8000, "per_user_limit": 2, "stock_total": 20}
    window = {"starts_at": now - timedelta(hours=1), "ends_at": now + timedelta(days=2)}
    return LimitedPackage.objects.create(code=code, **usual | window | facts)


def hold(player: Player, of: LimitedPackage, *, quantity: int = 1, seconds: int = 120) -> Hold:
    now = days.now()
    ends = now + timedelta(seconds=seconds)
    return Hold.objects.create(player=player, package=of, quantity=quantity, created_at=now, expires_at=ends)


def bought(player: Player, of: LimitedPackage, *, status: PurchaseStatus, receipt: str = "0123456789ab") -> Purchase:
    """A purchase of a limited package as the database keeps it."""
    now = days.now()
    return Purchase.objects.create(
        receipt_code=receipt, player=player, package=of, code=of.code, kind=PurchaseKind.LIMITED, item_name=of.name,
        quantity=1, unit_price=499, amount=499, currency=Currency.USD, gold=of.gold, status=status, balance_after=0,
        created_at=now, settled_at=None if status == PurchaseStatus.PENDING else now,
    )  # fmt: skip


def limited(html: str, code: str = "NIGHT") -> str:
    """The markup of one package's card."""
    found = re.search(rf'<article [^>]*data-package="{code}".*?</article>', html, re.DOTALL)
    assert found, code
    return found.group(0)


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
    return list(shop_screen(items, pending={}, balance=None, now=days.now()).packs)


def test_larger_packs_show_more_coins() -> None:
    assert [each.coins for each in cards(100, 200, 300, 400, 500)] == [1, 2, 3, 4, 5]
    assert [each.coins for each in cards(7)] == [1]
    assert [each.coins for each in cards(5, 5, 9)] == [1, 1, 5]


def test_the_page_costs_few_statements(signed_in: Client, ada: Player) -> None:
    purchase(ada, PACK, status=PurchaseStatus.PENDING)
    for code in ("ONE", "TWO", "THREE"):
        hold(ada, package(code))
    page(signed_in)
    with CaptureQueriesContext(connection) as captured:
        page(signed_in)
    assert len(captured) == 12, [query["sql"] for query in captured.captured_queries]


def test_looking_moves_nothing(signed_in: Client, ada: Player) -> None:
    before = Wallet.objects.values().get(pk=ada.pk)
    page(signed_in)
    assert Wallet.objects.values().get(pk=ada.pk) == before
    assert Purchase.objects.count() == 0


def test_a_package_shows_its_gold_its_price_what_is_left_and_when_the_sale_ends(signed_in: Client) -> None:
    made = package(sold=8)
    found = limited(page(signed_in))
    assert 'data-state="open"' in found
    assert "8,000<small>G" in found
    assert "$4.99에 구매" in found
    assert "12개 남음</b>" in found
    assert '<progress class="meter" max="20" value="12"' in found
    assert "1인 2개" in found
    ends = re.search(rf'data-ends="{days.stamp(made.ends_at)}" data-kind="sale">(.*?)<', found)
    assert ends
    assert re.fullmatch(r"2일 00:00:00|1일 23:59:\d\d", ends.group(1))
    assert 'data-most="2"' in found
    assert "style=" not in found


def test_the_page_tells_its_clock(signed_in: Client) -> None:
    found = re.search(r'data-now="([^"]+)"', page(signed_in))
    assert found
    assert abs(datetime.fromisoformat(found.group(1)) - days.now()) < timedelta(seconds=10)


def test_a_hold_is_on_the_page_of_its_player_alone(signed_in: Client, ada: Player, bob: Player) -> None:
    kept = hold(ada, package(stock_total=1))
    found = limited(page(signed_in))
    assert 'data-state="held"' in found
    assert f'data-hold="{kept.hold_id}" data-held="1" data-hold-ends="{days.stamp(kept.expires_at)}"' in found
    assert 'data-hold-seconds="120"' in found
    assert re.search(r'data-kind="hold">0[12]:\d\d</b> 안에 결제하세요', found)
    assert f'data-release="{kept.hold_id}"' in found
    assert "data-buy" in found
    other = Client()
    other.post("/login", {"nickname": "bob", "password": "correct horse"})
    found = limited(page(other))
    assert 'data-state="out_of_stock"' in found
    assert kept.hold_id not in found
    assert re.search(r"<button[^>]* disabled>품절</button>", found)


def test_a_hold_that_is_over_is_no_hold(signed_in: Client, ada: Player) -> None:
    kept = hold(ada, package(stock_total=1))
    Hold.objects.update(expires_at=days.now())
    found = limited(page(signed_in))
    assert 'data-state="open"' in found
    assert kept.hold_id not in found


def test_what_is_held_costs_what_its_units_cost(signed_in: Client, ada: Player) -> None:
    hold(ada, package(per_user_limit=5, stock_total=3), quantity=2)
    found = limited(page(signed_in))
    assert "수량 2 · 총액" in found
    assert "<b>$9.98</b>" in found
    assert 'data-most="3"' in found


def test_who_has_bought_all_one_may_have_sees_the_limit(signed_in: Client, ada: Player) -> None:
    made = package()
    bought(ada, made, status=PurchaseStatus.SUCCESS)
    found = limited(page(signed_in))
    assert "1인 2개 중 1개 구매" in found
    assert 'data-most="1"' in found
    bought(ada, made, status=PurchaseStatus.SUCCESS, receipt="0123456789ac")
    found = limited(page(signed_in))
    assert 'data-state="user_limit"' in found
    assert re.search(r"<button[^>]* disabled>구매 한도 도달</button>", found)


def test_a_package_of_a_rank_is_locked_below_it(signed_in: Client) -> None:
    package(min_rank="VIP", stock_total=None)
    found = limited(page(signed_in))
    assert 'data-state="rank_required"' in found
    assert "VIP 등급부터 살 수 있어요" in found
    assert "수량 제한 없음" in found
    assert "data-buy" not in found


def test_visitors_see_packages_and_the_door(shelf: None) -> None:
    package()
    found = limited(page(Client()))
    assert 'data-state="login_required"' in found
    assert 'href="/login?next=/shop"' in found
    assert "data-buy" not in found


def test_packages_that_are_not_on_sale_are_not_on_the_page(signed_in: Client) -> None:
    now = days.now()
    package("OVER", starts_at=now - timedelta(days=2), ends_at=now - timedelta(seconds=1))
    package("LATER", starts_at=now + timedelta(hours=1))
    package("OFF", is_active=False)
    package("STOPPED", is_disabled=True)
    html = page(signed_in)
    assert "data-package" not in html
    assert 'id="limited"' not in html


def test_a_pending_package_shows_its_receipt_and_a_pack_of_the_same_name_does_not(
    signed_in: Client, ada: Player
) -> None:
    bought(ada, package(PACK), status=PurchaseStatus.PENDING)
    html = page(signed_in)
    found = limited(html, PACK)
    assert 'data-state="pending"' in found
    assert 'data-settle="0123456789ab"' in found
    assert 'data-state="open"' in card(html, PACK)


def test_the_head_leads_to_the_purchases_and_counts_those_that_wait(signed_in: Client, ada: Player) -> None:
    head = r'<a class="button" href="/shop/history".*?</a>'
    found = re.search(head, page(signed_in), re.DOTALL)
    assert found
    assert 'data-count="0" hidden' in found.group(0)
    purchase(ada, PACK, status=PurchaseStatus.PENDING)
    found = re.search(head, page(signed_in), re.DOTALL)
    assert found
    assert 'data-count="1">대기 <span data-number>1</span>' in found.group(0)
    assert "/shop/history" not in page(Client())


def test_ends_that_are_near_are_counted_down(signed_in: Client) -> None:
    near, far = days.now() + timedelta(hours=3), days.now() + timedelta(days=9)
    change(PACK, discount=20, discount_ends_at=near, sale_ends_at=near)
    found = card(page(signed_in), PACK)
    assert re.search(rf'data-ends="{days.stamp(near)}" data-kind="discount" data-brief>0[23]:\d\d:\d\d<', found)
    assert re.search(rf'data-ends="{days.stamp(near)}" data-kind="sale">0[23]:\d\d:\d\d<', found)
    change(PACK, discount_ends_at=far, sale_ends_at=far)
    found = card(page(signed_in), PACK)
    assert re.search("data-brief>[89]일<", found)
    assert 'data-kind="sale"' not in found
    change(PACK, sale_starts_at=near, sale_ends_at=None)
    found = card(page(signed_in), PACK)
    assert re.search(rf'data-ends="{days.stamp(near)}" data-kind="start">0[23]:\d\d:\d\d<', found)


@pytest.mark.parametrize(
    ("left", "words", "brief"),
    [
        (timedelta(days=2, hours=4, minutes=19, seconds=58), "2일 04:19:58", "2일"),
        (timedelta(hours=1), "01:00:00", "01:00:00"),
        (timedelta(minutes=59, seconds=58, milliseconds=1), "59:59", "59:59"),
        (timedelta(0), "00:00", "00:00"),
        (timedelta(seconds=-5), "00:00", "00:00"),
    ],
)
def test_a_countdown_in_words(left: timedelta, words: str, brief: str) -> None:
    now = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)
    countdown = Countdown(now + left, now)
    assert (countdown.words, countdown.brief) == (words, brief)
