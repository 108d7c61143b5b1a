"""The admin of promo codes: what a code takes off, how often it was used, and what it was used for."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import Audit, Player
from casino.lib import days
from shop.models import LimitedPackage, Product, PromoCode, Purchase
from tests.cast import Caller
from tests.desk import opened, sit_down

PACK = "GOLD_PACK_SMALL"
ADD = "/admin/shop/promocode/add/"
NEW = {"code": "spring10", "discount_type": "percent", "value": 10, "is_active": "on"}
WINDOW = {"starts_at_0": "2026-02-01", "starts_at_1": "00:00", "ends_at_0": "2026-01-01", "ends_at_1": "00:00"}
pytestmark = pytest.mark.usefixtures("shelf")


@pytest.fixture
def staff(sam: Player) -> Client:
    Player.objects.filter(pk=sam.pk).update(is_superuser=True)
    return sit_down(sam)


@pytest.fixture
def promo(shelf: None) -> PromoCode:
    return PromoCode.objects.create(code="SALE", product=Product.objects.get(product_id=PACK), value=50, max_uses=10)


def room(promo: PromoCode) -> str:
    """The address of the code's page."""
    return f"/admin/shop/promocode/{promo.pk}/change/"


def row() -> dict[str, Any]:
    """The code as the database has it."""
    return dict(PromoCode.objects.values().get(code="SALE"))


def audits() -> list[Audit]:
    """What staff did to codes, oldest first."""
    return list(Audit.objects.filter(target_type="promo_code").order_by("id"))


def effects(page: Any) -> list[tuple[str, str, str, str]]:
    """Name, price before, price after and what is taken off, as the page tells them."""
    cell = r"<t[hd][^>]*>([^<]*)</t[hd]>"
    table = page.content.decode().split("적용하면</th>")[1].split("</table>")[0]
    return re.findall(rf"<tr>{cell}{cell}{cell}{cell}</tr>", table)


def test_a_code_is_kept_in_upper_case_and_audited_once(staff: Client) -> None:
    assert staff.post(ADD, NEW).status_code == 302
    assert list(PromoCode.objects.values_list("code", "discount_type", "value")) == [("SPRING10", "percent", 10)]
    assert [(written.action, written.target_id) for written in audits()] == [("PROMO_UPSERT", "SPRING10")]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"code": "sale"}, "code"), ({"code": ""}, "code"), ({"value": 96}, "__all__"), ({"value": -1}, "value"),
        ({"per_user_limit": 0}, "per_user_limit"), ({"product": 3001}, "product"),
        (WINDOW, "__all__"),
    ],
)  # fmt: skip
def test_what_no_code_may_be_is_told_in_the_form(
    staff: Client, promo: PromoCode, wrong: dict[str, Any], field: str
) -> None:
    page = staff.post(ADD, NEW | wrong)
    assert (page.status_code, list(page.context["adminform"].form.errors)) == (200, [field])
    assert (PromoCode.objects.count(), audits()) == (1, [])


def test_a_code_is_for_one_thing(staff: Client, promo: PromoCode) -> None:
    now = days.now()
    package = LimitedPackage.objects.create(
        code="BLITZ", name="Blitz", price_cents=500, gold=1, starts_at=now, ends_at=now + timedelta(days=1)
    )
    before = row()
    form = opened(staff, room(promo)) | {"package": package.pk, "reason": "for this too"}
    page = staff.post(room(promo), form)
    assert page.context["adminform"].form.errors == {"__all__": ["상품과 한정 패키지 중 하나만 고를 수 있습니다"]}
    assert (row(), audits()) == (before, [])
    assert staff.post(room(promo), form | {"product": ""}).status_code == 302
    assert (row()["product_id"], row()["package_id"]) == (None, package.pk)
    (written,) = audits()
    assert written.details == {
        "before": {"product": PACK, "package": None},
        "after": {"product": None, "package": "BLITZ"},
        "reason": "for this too",
    }


def test_uses_counted_while_the_form_was_open_stay_counted(staff: Client, promo: PromoCode) -> None:
    form = opened(staff, room(promo))
    PromoCode.objects.update(used=4)
    assert staff.post(room(promo), form | {"max_uses": 20, "reason": "going well"}).status_code == 302
    assert (row()["used"], row()["max_uses"]) == (4, 20)
    assert [written.details["after"] for written in audits()] == [{"max_uses": 20}]


def test_the_page_shows_what_it_does_to_the_price(staff: Client, promo: PromoCode) -> None:
    assert effects(staff.get(room(promo))) == [("Gold x2,600", "$1.99", "$1.49", "−$0.50")]
    preview = opened(staff, room(promo)) | {"discount_type": "percent", "value": 33, "_preview": "1"}
    before = row()
    assert effects(staff.post(room(promo), preview)) == [("Gold x2,600", "$1.99", "$1.33", "−$0.66")]
    assert (row(), audits()) == (before, [])


def test_a_code_for_everything_shows_everything_sold_for_dollars(staff: Client) -> None:
    everything = PromoCode.objects.create(code="ALL", value=50)
    assert [line[0] for line in effects(staff.get(room(everything)))] == list(
        Product.objects.on_sale().filter(currency="USD").values_list("name", flat=True)
    )


def test_the_latest_purchases_with_it_are_listed(staff: Client, promo: PromoCode, as_ada: Caller) -> None:
    as_ada.post("/api/shop/buy", {"product_id": PACK, "promo_code": "sale"})
    bought = Purchase.objects.get(promo=promo)
    shown = staff.get(room(promo)).content.decode()
    assert f"<code>{bought.receipt_code}</code>" in shown
    assert "$1.49" in shown
    assert '<b data-testid="uses">1 / 10</b>' in shown


@pytest.mark.parametrize(
    ("state", "facts"),
    [
        ("off", {"is_active": False}), ("sold_out", {"max_uses": 0}), ("on_sale", {"max_uses": None}),
        ("over", {"ends_at": days.now() - timedelta(hours=1)}),
        ("scheduled", {"starts_at": days.now() + timedelta(hours=1)}),
    ],
)  # fmt: skip
def test_a_code_in_a_state_is_found_by_it(staff: Client, promo: PromoCode, state: str, facts: dict[str, Any]) -> None:
    PromoCode.objects.update(**facts)
    states = ("off", "scheduled", "over", "sold_out", "on_sale")
    found = {each: staff.get(f"/admin/shop/promocode/?state={each}").context["cl"].result_count for each in states}
    assert found == {each: int(each == state) for each in states}


def test_a_code_is_never_deleted(staff: Client, promo: PromoCode) -> None:
    assert staff.get(f"/admin/shop/promocode/{promo.pk}/delete/").status_code == 403
    assert staff.get("/admin/shop/promocode/?q=sale").context["cl"].result_count == 1
