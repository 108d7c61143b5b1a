"""The product's admin: saves change what staff changed and nothing else; stock and the shelf's edge have pages."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import Audit, Player, Role
from adminpanel.roles import seed_roles
from casino.lib import days
from shop.models import Product, Purchase
from shop.tests.conftest import change
from tests import cast
from tests.cast import Caller
from tests.desk import opened, sit_down

PACK = "GOLD_PACK_SMALL"
ROOM = "/admin/shop/product/1001"
CHANGE = f"{ROOM}/change/"
pytestmark = pytest.mark.usefixtures("shelf")


@pytest.fixture
def staff(sam: Player) -> Client:
    Player.objects.filter(pk=sam.pk).update(is_superuser=True)
    return sit_down(sam)


def row(product_id: str = PACK) -> dict[str, Any]:
    """The product as the database has it."""
    return dict(Product.objects.values().get(product_id=product_id))


def audits() -> list[Audit]:
    """What staff did to products, oldest first."""
    return list(Audit.objects.filter(target_type="product").order_by("id"))


def units(page: Any) -> list[str]:
    """Total, sold, held and free as the panel counts them."""
    return re.findall(r'data-testid="units-\w+"[^>]*>([^<]*)<', page.content.decode())


# --- editing ------------------------------------------------------------------------------------------------


def test_saving_a_form_that_was_open_while_units_were_sold_keeps_them_sold(staff: Client, as_ada: Caller) -> None:
    change(PACK, stock_remaining=10)
    form = opened(staff, CHANGE)
    as_ada.post("/api/shop/buy", {"product_id": PACK, "quantity": 3})
    assert "stock_remaining" not in form
    forged = {"price": 250, "stock_remaining": 10, "initial-stock_remaining": 9, "reason": "spring"}
    assert staff.post(CHANGE, form | forged).status_code == 302
    product = Product.objects.get(product_id=PACK)
    assert (product.price, product.stock_remaining) == (250, 7)


def test_a_change_is_audited_once_with_before_after_and_why(staff: Client, sam: Player) -> None:
    staff.post(CHANGE, opened(staff, CHANGE) | {"price": 250, "discount": 99, "reason": "spring sale"})
    product = Product.objects.get(product_id=PACK)
    assert (product.price, product.discount) == (250, 95)
    (written,) = audits()
    assert (written.action, written.actor, written.target_id) == ("PRODUCT_UPDATE", sam, PACK)
    assert written.details == {
        "before": {"price": 199, "discount": 0},
        "after": {"price": 250, "discount": 95},
        "reason": "spring sale",
    }


def test_saving_without_a_change_writes_nothing(staff: Client) -> None:
    before = row()
    assert staff.post(CHANGE, opened(staff, CHANGE)).status_code == 302
    assert (row(), audits()) == (before, [])


def test_a_change_without_a_reason_is_not_saved(staff: Client) -> None:
    before = row()
    page = staff.post(CHANGE, opened(staff, CHANGE) | {"price": 250})
    assert page.context["adminform"].form.errors == {"reason": ["사유를 입력하세요"]}
    assert (row(), audits()) == (before, [])


def test_two_staff_who_change_different_things_both_keep_their_change(staff: Client) -> None:
    early, late = opened(staff, CHANGE), opened(staff, CHANGE)
    assert staff.post(CHANGE, late | {"name": "Gold!", "reason": "shorter"}).status_code == 302
    assert staff.post(CHANGE, early | {"price": 250, "reason": "dearer"}).status_code == 302
    assert (row()["name"], row()["price"]) == ("Gold!", 250)
    assert [written.details["after"] for written in audits()] == [{"name": "Gold!"}, {"price": 250}]


def test_who_changes_what_somebody_else_just_changed_is_told_so(staff: Client) -> None:
    early, late = opened(staff, CHANGE), opened(staff, CHANGE)
    staff.post(CHANGE, late | {"price": 300, "reason": "much dearer"})
    page = staff.post(CHANGE, early | {"price": 250, "reason": "dearer"})
    assert list(page.context["adminform"].form.errors) == ["price"]
    assert (row()["price"], len(audits())) == (300, 1)


def test_a_preview_shows_the_new_prices_and_saves_nothing(staff: Client) -> None:
    before = row()
    page = staff.post(CHANGE, opened(staff, CHANGE) | {"price": 1000, "discount": 20, "_preview": "1"})
    shown = page.content.decode()
    assert '<b>$8.00</b> <s class="faint">$10.00</s>' in shown
    assert "아직 저장하지 않았습니다" in shown
    assert page.context["adminform"].form.errors == {}
    assert (row(), audits()) == (before, [])


def test_what_the_operation_refuses_stands_beside_its_field(staff: Client) -> None:
    before = row()
    form = opened(staff, CHANGE) | {"extra": '{"min_rank": "KING"}', "reason": "try"}
    page = staff.post(CHANGE, form)
    assert page.status_code == 200
    assert page.context["adminform"].form.errors == {"min_rank": ["올바른 값이 아닙니다"]}
    assert (row(), audits()) == (before, [])


NEW = {
    "product_id": "hat", "name": "Hat", "icon": "🎩", "type": "item", "rarity": "rare", "effect": "inventory",
    "currency": "gold", "price": 5, "discount": -1, "value": 0, "bonus_gold": 0, "sort_order": 1, "extra": "{}",
    "is_active": "on", "stock_remaining": 4,
}  # fmt: skip


def test_a_new_product_is_on_the_shelf_at_once(staff: Client, as_nobody: Caller) -> None:
    assert staff.post("/admin/shop/product/add/", NEW).status_code == 302
    item = next(item for item in as_nobody.get("/api/shop/items").json() if item["product_id"] == "hat")
    assert (item["sku"], item["discount"], item["final_price"], item["stock_remaining"]) == ("hat", 0, 5, 4)
    assert [(written.action, written.target_id) for written in audits()] == [("PRODUCT_CREATE", "hat")]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"type": "currency"}, None), ({"product_id": "123"}, "product_id"), ({"product_id": "a b"}, "product_id"),
        ({"product_id": PACK, "sku": "x"}, "product_id"), ({"price": -1}, "price"), ({"sku": PACK.lower()}, None),
        ({"product_id": PACK.lower(), "sku": "x"}, "product_id"),
    ],
)  # fmt: skip
def test_what_no_product_may_be_is_told_in_the_form(staff: Client, wrong: dict[str, Any], field: str | None) -> None:
    response = staff.post("/admin/shop/product/add/", NEW | wrong)
    errors = response.context["adminform"].form.errors
    assert response.status_code == 200
    assert list(errors) == [field or "__all__"]
    assert (Product.objects.count(), audits()) == (14, [])


def test_the_preview_shows_what_each_rank_sees(staff: Client) -> None:
    shown = staff.get("/admin/shop/product/1004/change/").content.decode()
    lines = re.findall(
        r'<tr data-rank="(\w+)">.*?<b>([^<]*)</b> <s class="faint">([^<]*)</s>.*?badge--\w+">([^<]*)<', shown
    )
    blocked = ("$50.99", "$59.99", "등급 부족")
    assert lines == [("STANDARD", *blocked), ("PREMIUM", *blocked), ("VIP", "$50.99", "$59.99", "구매 가능")]


# --- stock --------------------------------------------------------------------------------------------------


def test_stock_is_changed_by_a_number_on_top_of_what_was_sold_meanwhile(staff: Client, as_ada: Caller) -> None:
    change(PACK, stock_remaining=10)
    assert units(staff.get(f"{ROOM}/stock/")) == ["10", "0", "0", "10"]
    as_ada.post("/api/shop/buy", {"product_id": PACK, "quantity": 2})
    sent = {"way": "change", "units": "-3", "reason": "three broke"}
    assert staff.post(f"{ROOM}/stock/", sent).headers["Location"] == CHANGE
    assert row()["stock_remaining"] == 5
    assert audits()[-1].details == {
        "before": {"stock_remaining": 8},
        "after": {"stock_remaining": 5},
        "reason": "three broke",
    }
    assert units(staff.get(CHANGE)) == ["7", "2", "0", "5"]


@pytest.mark.parametrize(("sent", "left"), [({"way": "set", "units": "4"}, 4), ({"way": "unlimited"}, None)])
def test_stock_is_set(staff: Client, sent: dict[str, str], left: int | None) -> None:
    change(PACK, stock_remaining=10)
    assert staff.post(f"{ROOM}/stock/", sent | {"reason": "counted"}).status_code == 302
    assert row()["stock_remaining"] == left


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"way": "change", "units": "-11", "reason": "oops"}, "units"),
        ({"way": "change", "units": "0", "reason": "oops"}, "units"),
        ({"way": "change", "units": "", "reason": "oops"}, "units"),
        ({"way": "set", "units": "-1", "reason": "oops"}, "units"),
        ({"way": "set", "units": "99999999999", "reason": "oops"}, "units"),
        ({"way": "set", "units": "5", "reason": ""}, "reason"),
        ({"way": "sideways", "units": "5", "reason": "oops"}, "way"),
    ],
)
def test_stock_that_cannot_be_is_told_beside_the_field(staff: Client, sent: dict[str, str], field: str) -> None:
    change(PACK, stock_remaining=10)
    page = staff.post(f"{ROOM}/stock/", sent)
    assert (page.status_code, list(page.context["form"].errors)) == (200, [field])
    assert (row()["stock_remaining"], audits()) == (10, [])


def test_units_that_wait_for_their_payment_are_shown_as_held(staff: Client, as_ada: Caller, settings: Any) -> None:
    settings.PAYMENT_GATEWAY_MODE = "external"
    change(PACK, stock_remaining=10)
    as_ada.post("/api/shop/buy", {"product_id": PACK, "quantity": 4})
    page = staff.get(CHANGE)
    assert units(page) == ["10", "0", "4", "6"]
    assert re.findall(r'class="units__(?:sold|held|free)" x="([\d.]+)" width="([\d.]+)"', page.content.decode()) == [
        ("0.0", "120.0"),
        ("120.0", "180.0"),
    ]


# --- off the shelf and back ---------------------------------------------------------------------------------


def test_a_deleted_product_is_gone_from_the_shop_until_it_is_restored(staff: Client, as_nobody: Caller) -> None:
    def is_shown() -> bool:
        return any(item["product_id"] == PACK for item in as_nobody.get("/api/shop/items").json())

    assert staff.post(f"{ROOM}/remove/", {"reason": "recalled"}).status_code == 302
    assert not is_shown()
    assert 'badge--loss">삭제됨' in staff.get(CHANGE).content.decode()
    assert staff.post(f"{ROOM}/restore/", {"reason": "fixed"}).status_code == 302
    assert is_shown()
    assert [(written.action, written.details["reason"]) for written in audits()] == [
        ("PRODUCT_DELETE", "recalled"),
        ("PRODUCT_RESTORE", "fixed"),
    ]
    assert staff.get(f"{ROOM}/delete/").status_code == 403


@pytest.mark.parametrize("deed", ["stock", "remove", "restore"])
def test_without_a_reason_nothing_is_done(staff: Client, deed: str) -> None:
    before = row()
    page = staff.post(f"{ROOM}/{deed}/", {"way": "set", "units": "1", "reason": " "})
    assert list(page.context["form"].errors) == ["reason"]
    assert (row(), audits()) == (before, [])


# --- lists and who may ----------------------------------------------------------------------------------------


def test_the_list_tells_each_state_and_filters_by_it(staff: Client) -> None:
    now = days.now()
    hour = timedelta(hours=1)
    change(PACK, deleted_at=now)
    change("GOLD_PACK_MED", is_active=False)
    change("GOLD_PACK_BIG", sale_starts_at=now + hour, sale_ends_at=now + 2 * hour)
    change("GOLD_PACK_VIP", sale_ends_at=now)
    change("GOLD_PACK_WHALE", stock_remaining=0)

    def found(state: str) -> list[str]:
        chosen = staff.get(f"/admin/shop/product/?state={state}").context["cl"].queryset
        return [product.product_id for product in chosen]

    assert {state: found(state) for state in ("deleted", "off", "scheduled", "over", "sold_out")} == {
        "deleted": [PACK],
        "off": ["GOLD_PACK_MED"],
        "scheduled": ["GOLD_PACK_BIG"],
        "over": ["GOLD_PACK_VIP"],
        "sold_out": ["GOLD_PACK_WHALE"],
    }
    assert len(found("on_sale")) == 9
    page = staff.get("/admin/shop/product/").content.decode()
    shown = re.findall(r'field-standing">(?:<[^>]*>)*?<span class="badge[^>]*>([^<]*)<', page)
    assert shown[:5] == ["삭제됨", "꺼짐", "시작 전", "기간 끝남", "품절"]
    assert set(shown[5:]) == {"판매 중"}


def test_the_list_can_be_taken_along(staff: Client) -> None:
    sent = {"action": "export_csv", "_selected_action": ["1001"], "index": "0"}
    lines = staff.post("/admin/shop/product/", sent).content.decode().splitlines()
    assert lines[0].startswith("id,product_id,sku,name")
    assert lines[1].startswith("1001,GOLD_PACK_SMALL,GOLD_PACK_SMALL,")


def test_who_may_only_look_finds_nothing_to_press(sam: Player) -> None:
    list(seed_roles())
    client = sit_down(cast.enrol("eve", role=Role.AUDITOR))
    before = row()
    page = client.get(CHANGE)
    assert (page.status_code, page.context.get("deeds")) == (200, None)
    assert "_save" not in page.content.decode()
    assert "/stock/" not in client.get("/admin/shop/product/").content.decode()
    for deed in ("stock", "remove", "restore"):
        sent = {"way": "set", "units": "1", "reason": "why not"}
        assert client.post(f"{ROOM}/{deed}/", sent).status_code == 403
    assert client.post(CHANGE, {"price": 1}).status_code == 403
    assert (row(), audits()) == (before, [])


def test_a_products_history_is_its_audit_trail(staff: Client) -> None:
    staff.post(f"{ROOM}/stock/", {"way": "set", "units": "4", "reason": "counted"})
    page = staff.get(f"{ROOM}/history/", follow=True)
    assert [audit.target_id for audit in page.context["cl"].queryset] == [PACK]


def test_purchases_can_be_read_with_their_timeline_and_not_changed(staff: Client, as_ada: Caller) -> None:
    as_ada.post("/api/shop/buy", {"product_id": PACK})
    bought = Purchase.objects.get()
    assert staff.get(f"/admin/shop/purchase/{bought.pk}/change/").status_code == 200
    assert staff.post(f"/admin/shop/purchase/{bought.pk}/change/", {"status": "failed"}).status_code == 403
    assert staff.get(f"/admin/shop/purchase/{bought.pk}/delete/").status_code == 403
    for name in ("product", "purchase", "purchaserefusal", "inventoryitem"):
        assert staff.get(f"/admin/shop/{name}/?q=ada").status_code == 200
