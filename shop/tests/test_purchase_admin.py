"""What staff see of purchases and inventories, and what each role may do about them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Audit, Player, Role
from adminpanel.roles import seed_roles
from casino.lib import days
from casino.lib.days import stamp
from shop import payments, timeline
from shop.gateways.base import Charge, Outcome
from shop.models import InventoryItem, Purchase
from shop.tests.conftest import written
from tests.cast import Caller, enrol, gold_of, set_gold

BUY, PACK, ITEM = "/api/shop/buy", "GOLD_PACK_SMALL", "anti_single_loss"
LIST, KEPT = "/admin/shop/purchase/", "/admin/shop/inventoryitem/"
WHY = {"reason": "paid twice"}
DEEDS = ("refund", "settle_as_paid", "settle_as_failed", "ask_gateway")
pytestmark = pytest.mark.usefixtures("shelf")


def signed_in(name: str, role: Role = Role.OWNER) -> Client:
    """Staff with the rights of their role."""
    list(seed_roles())
    enrol(name, role=role)
    client = Client()
    assert client.post("/login", {"nickname": name, "password": "correct horse"}).status_code == 302
    return client


@pytest.fixture
def staff(db: None) -> Client:
    return signed_in("sue", Role.SHOP)


def bought(caller: Caller, product: str = PACK, mode: str = "") -> Purchase:
    body = {"product_id": product} | ({"gateway_mode": mode} if mode else {})
    receipt = caller.post(BUY, body).json()["receipt_code"]
    return Purchase.objects.get(receipt_code=receipt)


def page(client: Client, row: Purchase | InventoryItem) -> str:
    base = LIST if isinstance(row, Purchase) else KEPT
    response = client.get(f"{base}{row.pk}/change/")
    assert response.status_code == 200
    return response.content.decode()


def offered(client: Client, row: Purchase | InventoryItem) -> list[str]:
    shown = page(client, row)
    return [name for name in (*DEEDS, "redeem") if f'data-deed="{name}"' in shown]


def choose(client: Client, deed: str, rows: list[Any], base: str = LIST, **given: str) -> Any:
    """Chooses a deed for rows of the list; `given` fills the page that asks for the reason."""
    chosen = [row.pk for row in rows]
    return client.post(base, {"action": deed, "_selected_action": chosen, **given}, follow=True)


# --- one purchase --------------------------------------------------------------------------------------------


def test_the_page_of_a_purchase_tells_its_way_its_gold_and_who_saw_to_it(staff: Client, as_ada: Caller) -> None:
    purchase = bought(as_ada)
    shown = page(staff, purchase)
    for step in timeline.steps(purchase):
        assert f'data-step="{step.name}"' in shown
        assert step.label in shown
    assert "+2,600" in shown
    assert "아직 없음" in shown
    staff.post(f"{LIST}{purchase.pk}/refund/", WHY)
    shown = page(staff, purchase)
    assert "-2,600" in shown
    assert "REFUND" in shown
    assert "paid twice" in shown


def test_the_page_offers_what_may_be_done_now(staff: Client, as_ada: Caller) -> None:
    assert offered(staff, bought(as_ada)) == ["refund"]
    waits = bought(as_ada, mode="external")
    assert offered(staff, waits) == ["settle_as_paid", "settle_as_failed", "ask_gateway"]
    Purchase.objects.filter(pk=waits.pk).update(charged_at=days.now())
    assert offered(staff, waits) == ["settle_as_paid", "ask_gateway"]
    assert offered(staff, bought(as_ada, mode="always_fail")) == []


def test_a_refund_asks_why_and_is_the_operation_of_the_api(ada: Player, staff: Client, as_ada: Caller) -> None:
    purchase = bought(as_ada)
    path = f"{LIST}{purchase.pk}/refund/"
    asked = staff.get(path)
    assert asked.status_code == 200
    assert "구매자의 구매 기록에 이 글이 그대로 보입니다." in asked.content.decode()
    before = written(ada)
    assert staff.post(path, {"reason": "x"}).status_code == 200
    assert written(ada) == before
    done = staff.post(path, WHY, follow=True)
    assert done.redirect_chain == [(f"{LIST}{purchase.pk}/change/", 302)]
    assert f"{purchase}: 환불했습니다" in done.content.decode()
    assert (Purchase.objects.get().status, gold_of(ada)) == ("refunded", 1_000)
    row = Audit.objects.get(action="REFUND")
    assert (row.actor_name, row.details["reason"]) == ("sue", "paid twice")


def test_what_the_operation_refuses_stands_in_the_form(ada: Player, staff: Client, as_ada: Caller) -> None:
    purchase = bought(as_ada)
    set_gold(ada, 2_599)
    before = written(ada)
    answer = staff.post(f"{LIST}{purchase.pk}/refund/", WHY)
    assert answer.status_code == 200
    assert "이미 사용되어 환불할 수 없습니다" in answer.content.decode()
    assert written(ada) == before


def test_waiting_purchases_are_ended_either_way_or_asked_about(staff: Client, as_ada: Caller) -> None:
    paid, lost, asked = (bought(as_ada, mode="external") for _ in range(3))
    staff.post(f"{LIST}{paid.pk}/settle_as_paid/", WHY)
    staff.post(f"{LIST}{lost.pk}/settle_as_failed/", WHY)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(payments, "poll", lambda purchase, *, now: Charge(Outcome.PAID, "ch_1"))
        staff.post(f"{LIST}{asked.pk}/ask_gateway/", WHY)
    statuses = Purchase.objects.order_by("id").values_list("status", "charge_id")
    assert list(statuses) == [("success", ""), ("failed", ""), ("success", "ch_1")]
    told = Audit.objects.filter(target_type="purchase").order_by("id").values_list("action", "details__reason")
    assert list(told) == [(action, "paid twice") for action in ("FORCE_SETTLE", "FORCE_SETTLE", "PAYMENT_ASKED")]


def test_an_unknown_purchase_has_no_deeds(staff: Client) -> None:
    assert staff.get(f"{LIST}999/refund/").status_code == 404
    assert staff.get(f"{LIST}999/explode/").status_code != 200


# --- the list ------------------------------------------------------------------------------------------------


def test_chosen_purchases_are_refunded_together_for_one_reason(ada: Player, staff: Client, as_ada: Caller) -> None:
    rows = [bought(as_ada), bought(as_ada), bought(as_ada, mode="always_fail")]
    asked = choose(staff, "refund", rows).content.decode()
    assert "대상 3건" in asked
    assert all(row.receipt_code in asked for row in rows)
    assert gold_of(ada) == 6_200
    done = choose(staff, "refund", rows, **WHY).content.decode()
    assert "2건: 환불했습니다" in done
    assert f"{rows[2]}: 완료된 구매만 환불할 수 있습니다" in done
    assert list(Purchase.objects.order_by("id").values_list("status", flat=True)) == ["refunded", "refunded", "failed"]
    assert gold_of(ada) == 1_000


def test_staff_search_what_they_know_and_filter_what_needs_them(staff: Client, as_ada: Caller, as_bob: Caller) -> None:
    paid, waits, late = bought(as_ada), bought(as_bob, mode="external"), bought(as_ada, mode="external")
    Purchase.objects.filter(pk=late.pk).update(created_at=days.now() - timedelta(hours=1))
    stuck = bought(as_bob, mode="external")
    Purchase.objects.filter(pk=stuck.pk).update(charged_at=days.now())

    def found(query: str) -> list[int]:
        response = staff.get(f"{LIST}?{query}")
        assert response.status_code == 200
        return [row.pk for row in response.context["cl"].result_list]

    assert found(f"q={paid.receipt_code}") == [paid.pk]
    assert found(f"q=sandbox_{paid.receipt_code}") == [paid.pk]
    assert found("q=bob") == [stuck.pk, waits.pk]
    assert found("status__exact=success") == [paid.pk]
    assert found("attention=overdue") == [stuck.pk, late.pk]
    assert found("attention=ungranted") == [stuck.pk]


def test_the_list_is_taken_away_as_a_sheet(staff: Client, as_ada: Caller) -> None:
    purchase = bought(as_ada)
    sheet = choose(staff, "export_csv", [purchase])
    header, row = sheet.content.decode().splitlines()
    told = dict(zip(header.split(","), row.replace('"Gold x2,600"', "Gold").split(","), strict=True))
    assert told | {"charged_at": "", "created_at": "", "settled_at": ""} == {
        "receipt_code": purchase.receipt_code, "player__site_id": "ada", "kind": "gold", "code": PACK,
        "item_name": "Gold", "quantity": "1", "unit_price": "199", "amount": "199", "currency": "USD", "gold": "2600",
        "promo_code": "", "status": "success", "reason_code": "", "gateway_mode": "always_success",
        "payment_method": "", "charge_id": f"sandbox_{purchase.receipt_code}", "charged_at": "", "created_at": "",
        "settled_at": "",
    }  # fmt: skip
    assert told["created_at"] == stamp(purchase.created_at)


def test_the_list_costs_the_same_for_one_and_for_many(staff: Client, as_ada: Caller, as_bob: Caller) -> None:
    bought(as_ada)
    with CaptureQueriesContext(connection) as few:
        assert staff.get(LIST).status_code == 200
    for caller in (as_ada, as_bob) * 3:
        bought(caller)
    with CaptureQueriesContext(connection) as many:
        assert staff.get(LIST).status_code == 200
    assert len(many) == len(few) <= 10


# --- what is kept --------------------------------------------------------------------------------------------


def test_a_voucher_is_redeemed_from_its_page_and_from_the_list(ada: Player, staff: Client, as_ada: Caller) -> None:
    set_gold(ada, 60_000)
    bought(as_ada, ITEM)
    bought(as_ada, ITEM)
    first, second = InventoryItem.objects.order_by("id")
    assert offered(staff, first) == ["redeem"]
    staff.post(f"{KEPT}{first.pk}/redeem/", {"reason": "points were booked"})
    done = choose(staff, "redeem", [first, second], base=KEPT, reason="points were booked").content.decode()
    assert "1건: 사용 처리했습니다" in done
    assert f"{first}: 보유 중인 아이템만 사용 처리할 수 있습니다" in done
    assert list(InventoryItem.objects.order_by("id").values_list("status", flat=True)) == ["used", "used"]
    assert Audit.objects.filter(action="ITEM_REDEEM", actor_name="sue").count() == 2
    assert offered(staff, first) == []
    assert choose(staff, "export_csv", [first], base=KEPT).content.decode().count("\n") == 2


# --- roles ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.SUPPORT, Role.ECONOMY])
def test_other_roles_look_and_do_nothing(ada: Player, as_ada: Caller, role: Role) -> None:
    set_gold(ada, 30_000)
    purchase, waits = bought(as_ada), bought(as_ada, mode="external")
    bought(as_ada, ITEM)
    item = InventoryItem.objects.get()
    client = signed_in("abe", role)
    before = written(ada)
    for row in (purchase, waits, item):
        assert offered(client, row) == []
    for deed in DEEDS:
        assert client.get(f"{LIST}{waits.pk}/{deed}/").status_code == 403
        assert client.post(f"{LIST}{waits.pk}/{deed}/", WHY).status_code == 403
        choose(client, deed, [purchase, waits], **WHY)
    assert client.post(f"{KEPT}{item.pk}/redeem/", WHY).status_code == 403
    choose(client, "redeem", [item], base=KEPT, **WHY)
    assert written(ada) == before
    assert [row.status for row in (purchase, waits)] == ["success", "pending"]
    assert InventoryItem.objects.get().status == "owned"


def test_an_owner_may_do_what_the_shop_may(ada: Player, as_ada: Caller) -> None:
    purchase = bought(as_ada)
    signed_in("sam").post(f"{LIST}{purchase.pk}/refund/", WHY)
    assert Purchase.objects.get().status == "refunded"


def test_nobody_edits_adds_or_deletes(as_ada: Caller) -> None:
    purchase, client = bought(as_ada), signed_in("sam")
    assert client.post(f"{LIST}{purchase.pk}/change/", {"status": "failed"}).status_code == 403
    assert client.get(f"{LIST}{purchase.pk}/delete/").status_code == 403
    assert client.get(f"{LIST}add/").status_code == 403
    assert Purchase.objects.get().status == "success"


@pytest.mark.parametrize(
    ("role", "codenames"),
    [
        (
            Role.SHOP,
            {
                "add_product", "change_product", "add_limitedpackage", "change_limitedpackage", "add_promocode",
                "change_promocode", "change_purchase", "change_inventoryitem",
            },
        ),
        (Role.ECONOMY, set()), (Role.SUPPORT, set()), (Role.AUDITOR, set()),
    ],
)  # fmt: skip
def test_each_role_has_its_rights_in_the_shop(db: None, role: Role, codenames: set[str]) -> None:
    list(seed_roles())
    held = Permission.objects.filter(group__name=role.value, content_type__app_label="shop")
    assert set(held.exclude(codename__startswith="view_").values_list("codename", flat=True)) == codenames
    assert (
        held.filter(codename__startswith="view_").count()
        == Permission.objects.filter(content_type__app_label="shop", codename__startswith="view_").count()
    )
