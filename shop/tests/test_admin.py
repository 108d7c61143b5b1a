"""The shop's admin: saves change what staff changed and nothing else; purchases are evidence."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import Audit, Player
from shop.models import Product, Purchase
from shop.tests.conftest import change
from tests.cast import Caller

PACK = "GOLD_PACK_SMALL"
CHANGE = "/admin/shop/product/1001/change/"
pytestmark = pytest.mark.usefixtures("shelf")


@pytest.fixture
def staff(sam: Player) -> Client:
    Player.objects.filter(pk=sam.pk).update(is_superuser=True)
    client = Client()
    assert client.post("/login", {"nickname": "sam", "password": "correct horse"}).status_code == 302
    return client


def opened(client: Client, path: str) -> dict[str, Any]:
    """The form as staff see it, with what it remembers of the values it was opened with."""
    form = client.get(path).context["adminform"].form
    sent: dict[str, Any] = {}
    for name in form.fields:
        bound = form[name]
        for prefix, widget in (("", bound.field.widget), ("initial-", bound.field.hidden_widget())):
            data = widget.get_context(prefix + name, bound.value(), {})["widget"]
            for part in data.get("subwidgets") or [data]:
                is_ticked = part.get("type") == "checkbox" and part["attrs"].get("checked")
                sent[part["name"]] = "on" if is_ticked else part["value"]
    return {name: value for name, value in sent.items() if value not in (None, "False")}


def test_saving_a_form_that_was_open_while_units_were_sold_keeps_them_sold(staff: Client, as_ada: Caller) -> None:
    change(PACK, stock_remaining=10)
    form = opened(staff, CHANGE)
    as_ada.post("/api/shop/buy", {"product_id": PACK, "quantity": 3})
    assert (form["stock_remaining"], form["initial-stock_remaining"]) == ("10", "10")
    assert staff.post(CHANGE, form | {"price": 250}).status_code == 302
    product = Product.objects.get(product_id=PACK)
    assert (product.price, product.stock_remaining) == (250, 7)


def test_a_change_is_audited_with_before_and_after(staff: Client, sam: Player) -> None:
    staff.post(CHANGE, opened(staff, CHANGE) | {"price": 250, "discount": 99})
    product = Product.objects.get(product_id=PACK)
    assert (product.price, product.discount) == (250, 95)
    row = Audit.objects.get(action="PRODUCT_UPDATE")
    assert (row.actor, row.target_type, row.target_id) == (sam, "product", PACK)
    assert row.details == {"before": {"price": 199, "discount": 0}, "after": {"price": 250, "discount": 95}}


def test_saving_without_a_change_writes_nothing(staff: Client) -> None:
    before = Product.objects.values().get(product_id=PACK)
    assert staff.post(CHANGE, opened(staff, CHANGE)).status_code == 302
    assert Product.objects.values().get(product_id=PACK) == before
    assert not Audit.objects.filter(action="PRODUCT_UPDATE").exists()


NEW = {
    "product_id": "hat", "name": "Hat", "icon": "🎩", "type": "item", "rarity": "rare", "effect": "inventory",
    "currency": "gold", "price": 5, "discount": -1, "value": 0, "bonus_gold": 0, "sort_order": 1, "extra": "{}",
    "is_active": "on",
}  # fmt: skip


def test_a_new_product_is_on_the_shelf_at_once(staff: Client, as_nobody: Caller) -> None:
    assert staff.post("/admin/shop/product/add/", NEW).status_code == 302
    item = next(item for item in as_nobody.get("/api/shop/items").json() if item["product_id"] == "hat")
    assert (item["sku"], item["discount"], item["final_price"]) == ("hat", 0, 5)
    assert Audit.objects.get(action="PRODUCT_CREATE").target_id == "hat"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"type": "currency"}, None), ({"product_id": "123"}, "product_id"), ({"product_id": "a b"}, "product_id"),
        ({"product_id": PACK, "sku": "x"}, "product_id"), ({"price": -1}, "price"), ({"sku": PACK.lower()}, None),
    ],
)  # fmt: skip
def test_what_no_product_may_be_is_told_in_the_form(staff: Client, wrong: dict[str, Any], field: str | None) -> None:
    response = staff.post("/admin/shop/product/add/", NEW | wrong)
    errors = response.context["adminform"].form.errors
    assert response.status_code == 200
    assert list(errors) == [field or "__all__"]
    assert Product.objects.count() == 14


def test_the_preview_shows_what_each_rank_sees(staff: Client) -> None:
    shown = staff.get("/admin/shop/product/1004/change/").content.decode()
    assert "STANDARD: $50.99 (−15%) · RANK_REQUIRED" in shown
    assert "VIP: $50.99 (−15%) · 구매 가능" in shown


def test_purchases_can_be_read_with_their_timeline_and_not_changed(staff: Client, as_ada: Caller) -> None:
    as_ada.post("/api/shop/buy", {"product_id": PACK})
    bought = Purchase.objects.get()
    page = staff.get(f"/admin/shop/purchase/{bought.pk}/change/")
    shown = page.content.decode()
    assert all(f"<b>{step['step']}</b>" in shown for step in bought.timeline)
    assert staff.post(f"/admin/shop/purchase/{bought.pk}/change/", {"status": "failed"}).status_code == 403
    assert staff.get(f"/admin/shop/purchase/{bought.pk}/delete/").status_code == 403
    for name in ("product", "purchase", "purchaserefusal", "inventoryitem"):
        assert staff.get(f"/admin/shop/{name}/?q=ada").status_code == 200
