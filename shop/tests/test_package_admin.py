"""The admin of limited packages: what is left, how long, the stop; holds and webhook events are evidence."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.admin import windows
from accounts.models import Audit, Player
from casino.lib import days
from shop import holds
from shop.models import Hold, LimitedPackage, WebhookEvent
from tests.desk import opened, sit_down

CODE = "BLITZ"
NEW = {
    "code": "FRESH", "name": "Fresh", "price_cents": 100, "gold": 500, "per_user_limit": 1, "is_active": "on",
    "stock_total": 30, "starts_at_0": "2026-01-01", "starts_at_1": "00:00", "ends_at_0": "2999-01-01",
    "ends_at_1": "00:00",
}  # fmt: skip


@pytest.fixture
def staff(sam: Player) -> Client:
    Player.objects.filter(pk=sam.pk).update(is_superuser=True)
    return sit_down(sam)


@pytest.fixture
def blitz(db: None) -> LimitedPackage:
    now = days.now()
    day = timedelta(days=1)
    return LimitedPackage.objects.create(
        code=CODE, name="Blitz", price_cents=500, gold=8000, per_user_limit=5, stock_total=10, sold=2,
        starts_at=now - day, ends_at=now + 3 * day + timedelta(minutes=1),
    )  # fmt: skip


def room(package: LimitedPackage, page: str = "change") -> str:
    """The address of a page of the package."""
    return f"/admin/shop/limitedpackage/{package.pk}/{page}/"


def row() -> dict[str, Any]:
    """The package as the database has it."""
    return dict(LimitedPackage.objects.values().get(code=CODE))


def audits() -> list[Audit]:
    """What staff did to packages, oldest first."""
    return list(Audit.objects.filter(target_type="limited_package").order_by("id"))


def units(page: Any) -> list[str]:
    """Total, sold, held and free as the panel counts them."""
    return re.findall(r'data-testid="units-\w+"[^>]*>([^<]*)<', page.content.decode())


def test_the_page_counts_what_is_sold_held_and_free(staff: Client, blitz: LimitedPackage, ada: Player) -> None:
    holds.hold(player=ada, code=CODE, quantity=3)
    page = staff.get(room(blitz))
    assert units(page) == ["10", "2", "3", "5"]
    shown = page.content.decode()
    assert re.findall(r'class="units__(\w+)" x="([\d.]+)" width="([\d.]+)"', shown) == [
        ("sold", "0.0", "60.0"),
        ("held", "60.0", "90.0"),
        ("free", "150.0", "150.0"),
    ]
    assert f'{ada.nickname}</a></th><td class="end">3</td>' in shown
    assert "3일 남음" in shown


def test_the_list_tells_state_window_and_units(staff: Client, blitz: LimitedPackage, ada: Player) -> None:
    holds.hold(player=ada, code=CODE, quantity=3)
    shown = staff.get("/admin/shop/limitedpackage/").content.decode()
    assert "5 / 10 남음" in shown
    assert "판매 2 · 보류 3" in shown
    assert 'badge--gain">판매 중' in shown
    assert "3일 남음" in shown


@pytest.mark.parametrize(
    ("state", "facts"),
    [
        ("stopped", {"is_disabled": True}), ("off", {"is_active": False}), ("sold_out", {"stock_total": 2}),
        ("over", {"ends_at": days.now() - timedelta(hours=1)}),
        ("scheduled", {"starts_at": days.now() + timedelta(hours=1)}), ("on_sale", {"stock_total": None}),
    ],
)  # fmt: skip
def test_a_package_in_a_state_is_found_by_it(
    staff: Client, blitz: LimitedPackage, state: str, facts: dict[str, Any]
) -> None:
    LimitedPackage.objects.filter(pk=blitz.pk).update(**facts)
    states = ("stopped", "off", "scheduled", "over", "sold_out", "on_sale")
    found = {each: staff.get(f"/admin/shop/limitedpackage/?state={each}").context["cl"].result_count for each in states}
    assert found == {each: int(each == state) for each in states}


def test_units_sold_while_the_stock_page_was_open_stay_sold(staff: Client, blitz: LimitedPackage) -> None:
    LimitedPackage.objects.filter(pk=blitz.pk).update(sold=6)
    sent = {"way": "change", "units": "-3", "reason": "three broke"}
    assert staff.post(room(blitz, "stock"), sent).status_code == 302
    assert (row()["stock_total"], row()["sold"]) == (7, 6)
    (written,) = audits()
    assert written.action == "LIMITED_SET_STOCK"
    assert written.details == {"before": {"stock_total": 10}, "after": {"stock_total": 7}, "reason": "three broke"}


@pytest.mark.parametrize("sent", [{"way": "set", "units": "4"}, {"way": "change", "units": "-6"}])
def test_stock_below_what_is_sold_or_held_is_refused_beside_the_field(
    staff: Client, blitz: LimitedPackage, ada: Player, sent: dict[str, str]
) -> None:
    holds.hold(player=ada, code=CODE, quantity=3)
    before = row()
    page = staff.post(room(blitz, "stock"), sent | {"reason": "too few"})
    assert (page.status_code, list(page.context["form"].errors)) == (200, ["units"])
    assert (row(), audits()) == (before, [])


def test_units_that_are_not_counted_cannot_be_changed_by_a_number(staff: Client, blitz: LimitedPackage) -> None:
    sent = {"reason": "as many as they like"}
    assert staff.post(room(blitz, "stock"), sent | {"way": "unlimited"}).status_code == 302
    assert row()["stock_total"] is None
    assert units(staff.get(room(blitz))) == ["무제한", "2", "0", "무제한"]
    page = staff.post(room(blitz, "stock"), sent | {"way": "change", "units": "1"})
    assert list(page.context["form"].errors) == ["units"]
    assert len(audits()) == 1


def test_the_stop_stops_at_once_and_is_lifted_again(staff: Client, blitz: LimitedPackage) -> None:
    assert staff.post(room(blitz, "stop"), {"reason": "wrong price"}).status_code == 302
    assert row()["is_disabled"] is True
    assert 'badge--loss">긴급 중지' in staff.get(room(blitz)).content.decode()
    assert staff.post(room(blitz, "resume"), {"reason": "price mended"}).status_code == 302
    assert row()["is_disabled"] is False
    assert [(written.action, written.details["reason"]) for written in audits()] == [
        ("LIMITED_DISABLE", "wrong price"),
        ("LIMITED_UPSERT", "price mended"),
    ]


def test_only_what_was_changed_is_written(staff: Client, blitz: LimitedPackage) -> None:
    form = opened(staff, room(blitz))
    assert not {"code", "stock_total", "sold", "is_disabled"} & set(form)
    LimitedPackage.objects.filter(pk=blitz.pk).update(sold=4, name="Blitz!", is_disabled=True, stock_total=20)
    before = row()
    assert staff.post(room(blitz), form | {"price_cents": 700, "reason": "dearer"}).status_code == 302
    after = row()
    assert {name for name in after if after[name] != before[name]} == {"price_cents", "updated_at"}
    assert [written.details["after"] for written in audits()] == [{"price_cents": 700}]


def test_a_window_that_ends_before_it_starts_is_told_in_the_form(staff: Client, blitz: LimitedPackage) -> None:
    before = row()
    form = opened(staff, room(blitz)) | {"ends_at_0": "2020-01-01", "reason": "earlier"}
    page = staff.post(room(blitz), form)
    assert page.context["adminform"].form.errors == {"__all__": ["판매 종료는 시작보다 늦어야 합니다"]}
    assert (row(), audits()) == (before, [])


def test_a_new_package_is_on_sale_at_once(staff: Client, db: None) -> None:
    assert staff.post("/admin/shop/limitedpackage/add/", NEW).status_code == 302
    made = LimitedPackage.objects.get()
    assert (made.code, made.stock_total, made.sold, made.gold) == ("FRESH", 30, 0, 500)
    assert [(written.action, written.target_id) for written in audits()] == [("LIMITED_UPSERT", "FRESH")]


def test_each_rank_sees_the_gate(staff: Client, blitz: LimitedPackage) -> None:
    LimitedPackage.objects.filter(pk=blitz.pk).update(min_rank="PREMIUM")
    shown = staff.get(room(blitz)).content.decode()
    lines = re.findall(r'<tr data-rank="(\w+)">.*?<b>([^<]*)</b>.*?badge--\w+">([^<]*)<', shown)
    assert lines == [
        ("STANDARD", "$5.00", "등급 부족"),
        ("PREMIUM", "$5.00", "구매 가능"),
        ("VIP", "$5.00", "구매 가능"),
    ]


def test_the_list_costs_no_statement_per_package(staff: Client, blitz: LimitedPackage) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as made:
            assert staff.get("/admin/shop/limitedpackage/").status_code == 200
        return len(made)

    few = cost()
    for number in range(5):
        LimitedPackage.objects.create(
            code=f"MORE_{number}", name="More", price_cents=1, gold=1, starts_at=blitz.starts_at, ends_at=blitz.ends_at
        )
    assert cost() == few


def test_holds_and_webhook_events_can_be_read_and_not_changed(
    staff: Client, blitz: LimitedPackage, ada: Player
) -> None:
    held = holds.hold(player=ada, code=CODE, quantity=3).hold
    event = WebhookEvent.objects.create(
        event_id="evt_1", receipt_code="0" * 12, status="success", received_at=days.now()
    )
    for name, pk in (("hold", held.pk), ("webhookevent", event.pk)):
        assert staff.get(f"/admin/shop/{name}/?q=ada").status_code == 200
        page = f"/admin/shop/{name}/{pk.replace('_', '_5F')}"
        assert staff.get(f"{page}/change/").status_code == 200
        assert staff.post(f"{page}/change/", {"quantity": 1}).status_code == 403
        assert staff.get(f"{page}/delete/").status_code == 403
        assert staff.get(f"/admin/shop/{name}/add/").status_code == 403
    assert Hold.objects.get().quantity == 3
    assert staff.get("/admin/shop/webhooknonce/").status_code == 404


@pytest.mark.parametrize(
    ("starts", "ends", "told"),
    [
        (None, None, "기한 없음"), (None, timedelta(0), "끝남"), (None, timedelta(days=3), "3일 남음"),
        (None, timedelta(days=1, hours=23), "1일 남음"), (None, timedelta(hours=23, minutes=59), "23시간 남음"),
        (None, timedelta(minutes=59), "59분 남음"), (None, timedelta(seconds=1), "1분 남음"),
        (timedelta(days=2), timedelta(days=9), "2일 뒤 시작"), (timedelta(hours=1), None, "1시간 뒤 시작"),
        (timedelta(seconds=59), None, "1분 뒤 시작"), (timedelta(0), timedelta(hours=1), "1시간 남음"),
    ],
)  # fmt: skip
def test_a_window_is_told_as_a_countdown(starts: timedelta | None, ends: timedelta | None, told: str) -> None:
    now = datetime(2026, 1, 1, tzinfo=days.now().tzinfo)
    begins = None if starts is None else now + starts
    assert windows.countdown(begins, None if ends is None else now + ends, now) == told
