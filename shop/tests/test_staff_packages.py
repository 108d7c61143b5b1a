"""Limited packages kept by staff over HTTP: whole records, told once, never promised away what is sold or held."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import Audit, Player, Role
from accounts.seal import unsealed
from casino.lib import days
from casino.lib.days import stamp
from casino.lib.errors import Refusal
from shop import packaging
from shop.models import LimitedPackage
from shop.tests.keeping import NO_MONEY, call, news, record, refused, shelf_rows, told
from tests.cast import Caller, enrol

UPSERT, LIMITED = "/api/admin/limited-packages/upsert", "/api/admin/limited"
NEW = {"package_id": "HATS", "name": "Hats", "price": 499, "gold": 8_000, "stock_total": 10, "per_user_limit": 5}
DONE, UPSERTED = {"success": True}, {"success": True, "message": "Upserted"}
SAM = {"by": "sam", "severity": "info", "target": ("limited_package", "HATS")}
TOLD = {"reason": "limited_updated", "package_id": "HATS"}


@pytest.fixture
def hats(sam: Player) -> LimitedPackage:
    """A package of ten units at five a player."""
    facts = {"name": "Hats", "price_cents": 499, "gold": 8_000, "stock_total": 10, "per_user_limit": 5}
    return packaging.upsert_package(by=sam, code="HATS", facts=facts)


def now_of_hats() -> LimitedPackage:
    return LimitedPackage.objects.get(code="HATS")


def listed(caller: Caller) -> dict[str, dict[str, Any]]:
    return {item["code"]: item for item in caller.get("/api/shop/limited-packages").json()}


def check(caller: Caller, path: str, body: Any, answer: Any, action: str, change: tuple[Any, Any]) -> None:
    """A change that is answered, recorded and told; sent once more it changes nothing."""
    with told() as heard:
        response = caller.post(path, body)
    assert (response.status_code, response.json()) == (200, answer)
    assert record(action) == SAM | {"before": change[0], "after": change[1]}
    assert heard == [news(**TOLD)]
    before = shelf_rows()
    with told() as heard:
        assert caller.post(path, body).json() == answer
    assert (shelf_rows(), heard) == (before, [])


def buy(caller: Caller, quantity: int = 1, **more: Any) -> None:
    body = {"package_id": "HATS", "quantity": quantity, **more}
    assert caller.post("/api/shop/buy-limited", body).json()["status"] in ("success", "pending")


def hold(caller: Caller, quantity: int) -> None:
    assert caller.post("/api/shop/limited/hold", {"package_id": "HATS", "quantity": quantity}).status_code == 200


def test_a_new_package_is_recorded_whole_told_and_on_the_very_next_list(as_sam: Caller, as_nobody: Caller) -> None:
    with told() as heard:
        response = as_sam.post(UPSERT, NEW)
    package = now_of_hats()
    assert (response.status_code, response.json()) == (200, UPSERTED)
    assert package.ends_at - package.starts_at == timedelta(days=30)
    after = {
        "code": "HATS", "name": "Hats", "description": "", "price_cents": 499, "gold": 8_000,
        "starts_at": stamp(package.starts_at), "ends_at": stamp(package.ends_at), "is_active": True,
        "is_disabled": False, "min_rank": "", "per_user_limit": 5, "stock_total": 10,
    }  # fmt: skip
    assert record("LIMITED_UPSERT") == SAM | {"before": None, "after": after}
    assert heard == [news(**TOLD)]
    assert listed(as_nobody)["HATS"] == {
        "code": "HATS", "package_id": "HATS", "name": "Hats", "description": "", "price_cents": 499, "gold": 8_000,
        "start_at": stamp(package.starts_at), "end_at": stamp(package.ends_at), "is_active": True, "min_rank": None,
        "per_user_limit": 5, "remaining_stock": 10, "user_purchased": 0, "user_remaining": None,
    }  # fmt: skip


def test_what_a_new_package_does_not_say_is_as_usual(as_sam: Caller) -> None:
    as_sam.post(UPSERT, {"package_id": "HATS", "name": "Hats", "price": 0})
    package = now_of_hats()
    assert (package.gold, package.per_user_limit, package.stock_total, package.is_for_sale) == (0, 1, None, True)
    as_sam.post(UPSERT, NEW | {"package_id": "LATER", "starts_at": "2030-01-01T00:00:00Z"})
    assert stamp(LimitedPackage.objects.get(code="LATER").ends_at) == "2030-01-31T00:00:00.000Z"


@pytest.mark.parametrize(
    ("said", "gold"),
    [
        ({"contents": {"bonus_tokens": 70}}, 70), ({"contents": {"bonus_tokens": 70}, "gold": 5}, 5),
        ({"contents": {"hats": 3}}, 8_000), ({"contents": None}, 8_000), ({}, 8_000),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("hats")
def test_gold_may_be_said_as_contents(as_sam: Caller, said: dict[str, Any], gold: int) -> None:
    assert as_sam.post(UPSERT, {"package_id": "HATS", "name": "Hats", "price": 499, **said}).json() == UPSERTED
    assert now_of_hats().gold == gold


def test_an_upsert_changes_what_it_names_and_keeps_the_rest(hats: LimitedPackage, as_sam: Caller) -> None:
    before = LimitedPackage.objects.values().get()
    body = {"package_id": "HATS", "name": "Hats", "price": 599, "emergency_disabled": True, "is_active": False}
    was, becomes = {"price_cents": 499}, {"price_cents": 599}
    with unsealed():
        Audit.objects.all().delete()
    check(
        as_sam, UPSERT, body, UPSERTED, "LIMITED_UPSERT",
        (was | {"is_disabled": False, "is_active": True}, becomes | {"is_disabled": True, "is_active": False}),
    )  # fmt: skip
    changed = {"price_cents": 599, "is_disabled": True, "is_active": False, "updated_at": now_of_hats().updated_at}
    assert LimitedPackage.objects.values().get() == before | changed


@pytest.mark.usefixtures("hats")
def test_what_staff_may_not_set_is_ignored(as_sam: Caller) -> None:
    sly = {"sold": 9, "id": 77, "code": "CAPS", "created_at": "2020-01-01", "is_disabled": True, "price_cents": 1}
    before = shelf_rows()
    assert as_sam.post(UPSERT, NEW | sly).json() == UPSERTED
    assert shelf_rows() == before


@pytest.mark.usefixtures("hats")
def test_disabling_stops_the_sale_whatever_else_is_set(as_sam: Caller, as_ada: Caller) -> None:
    path = "/api/admin/limited-packages/HATS/disable"
    answer = {"success": True, "message": "Disabled"}
    check(as_sam, path, {}, answer, "LIMITED_DISABLE", ({"is_disabled": False}, {"is_disabled": True}))
    as_sam.post(f"{LIMITED}/toggle", {"code": "HATS", "active": True})
    refused(as_ada.post("/api/shop/limited/buy", {"package_id": "HATS"}), 403, "WINDOW_CLOSED")
    assert "HATS" not in listed(as_ada)


@pytest.mark.usefixtures("hats")
def test_toggle_switches_the_sale(as_sam: Caller, as_nobody: Caller) -> None:
    change = ({"is_active": True}, {"is_active": False})
    check(as_sam, f"{LIMITED}/toggle", {"code": "HATS", "active": False}, DONE, "LIMITED_TOGGLE", change)
    assert "HATS" not in listed(as_nobody)
    as_sam.post(f"{LIMITED}/toggle", {"code": "HATS", "active": True})
    assert "HATS" in listed(as_nobody)


def test_a_period_is_set_and_ends_after_it_starts(hats: LimitedPackage, as_sam: Caller) -> None:
    body = {"code": "HATS", "start_at": "2030-01-01T09:00:00+09:00", "end_at": "2030-02-01T00:00:00"}
    was = {"starts_at": stamp(hats.starts_at), "ends_at": stamp(hats.ends_at)}
    becomes = {"starts_at": "2030-01-01T00:00:00.000Z", "ends_at": "2030-02-01T00:00:00.000Z"}
    check(as_sam, f"{LIMITED}/period", body, DONE, "LIMITED_SET_PERIOD", (was, becomes))
    before = shelf_rows()
    for end in ("2030-01-01T00:00:00Z", "2029-12-31T00:00:00Z"):
        refused(as_sam.post(f"{LIMITED}/period", body | {"end_at": end}), 422, "VALIDATION_ERROR")
    refused(as_sam.post(UPSERT, NEW | {"ends_at": "2029-01-01T00:00:00Z"}), 422, "VALIDATION_ERROR")
    assert shelf_rows() == before


@pytest.mark.usefixtures("hats")
def test_the_per_user_limit_is_set(as_sam: Caller) -> None:
    body, change = {"code": "HATS", "per_user_limit": 7}, ({"per_user_limit": 5}, {"per_user_limit": 7})
    check(as_sam, f"{LIMITED}/per-user-limit", body, DONE, "LIMITED_SET_PER_USER", change)


@pytest.mark.usefixtures("hats")
@pytest.mark.parametrize("total", [12, 0, None])
def test_the_stock_is_set(as_sam: Caller, as_nobody: Caller, total: int | None) -> None:
    body, change = {"code": "HATS", "initial_stock": total}, ({"stock_total": 10}, {"stock_total": total})
    check(as_sam, f"{LIMITED}/stock", body, DONE, "LIMITED_SET_STOCK", change)
    assert listed(as_nobody)["HATS"]["remaining_stock"] == total


@pytest.mark.usefixtures("hats")
def test_stock_never_falls_below_what_is_sold_waits_or_is_held(as_sam: Caller, as_ada: Caller, as_bob: Caller) -> None:
    buy(as_ada, 2)
    buy(as_bob, 1, gateway_mode="external")
    hold(as_bob, 3)
    before = shelf_rows()
    low = [
        (f"{LIMITED}/stock", {"code": "HATS", "initial_stock": 5}),
        (UPSERT, NEW | {"stock_total": 5}),
        (UPSERT, NEW | {"stock_total": 0, "stock_remaining": 50}),
    ]
    with told() as heard:
        for path, body in low:
            response = as_sam.post(path, body)
            assert refused(response, 422, "VALIDATION_ERROR") == [["body", "stock_total"]]
            assert response.json()["error"]["details"][0]["msg"] == "6개보다 적을 수 없습니다"
    assert (shelf_rows(), heard) == (before, [])
    assert as_sam.post(f"{LIMITED}/stock", {"code": "HATS", "initial_stock": 6}).json() == DONE
    assert listed(as_sam)["HATS"]["remaining_stock"] == 0


@pytest.mark.usefixtures("hats")
def test_a_hold_that_is_over_keeps_nothing(as_sam: Caller, as_ada: Caller) -> None:
    hold(as_ada, 3)
    now_of_hats().holds.update(expires_at=days.now())
    assert as_sam.post(f"{LIMITED}/stock", {"code": "HATS", "initial_stock": 0}).json() == DONE


@pytest.mark.usefixtures("hats")
@pytest.mark.parametrize(
    ("said", "total"),
    [
        ({"stock_remaining": 4}, 9), ({"stock_remaining": 0}, 5), ({"stock_remaining": None}, None),
        ({"stock_total": 20, "stock_remaining": 4}, 9), ({"stock_total": 7, "stock_remaining": 4}, 7),
        ({"stock_total": None, "stock_remaining": 4}, 9), ({"stock_total": 20, "stock_remaining": None}, 20),
    ],
)  # fmt: skip
def test_what_is_to_remain_counts_besides_what_is_sold_and_held(
    as_sam: Caller, as_ada: Caller, as_bob: Caller, said: dict[str, Any], total: int | None
) -> None:
    buy(as_ada, 2)
    hold(as_bob, 3)
    as_sam.post(UPSERT, {"package_id": "HATS", "name": "Hats", "price": 499, **said})
    assert now_of_hats().stock_total == total


def test_stock_is_changed_by_units_with_a_reason(hats: LimitedPackage, sam: Player) -> None:
    packaging.change_package_stock(by=sam, code="HATS", by_units=-3, reason="broken")
    stock = {"before": {"stock_total": 10}, "after": {"stock_total": 7}, "reason": "broken"}
    assert record("LIMITED_SET_STOCK") == SAM | stock
    LimitedPackage.objects.update(sold=5)
    for by_units in (-3, -8):
        with pytest.raises(Refusal, match="VALIDATION_ERROR"):
            packaging.change_package_stock(by=sam, code=hats.code, by_units=by_units, reason="too many")
    assert now_of_hats().stock_total == 7
    packaging.set_package_stock(by=sam, code="HATS", total=None, reason="endless")
    with pytest.raises(Refusal, match="VALIDATION_ERROR"):
        packaging.change_package_stock(by=sam, code="HATS", by_units=1, reason="not counted")


@pytest.mark.parametrize("field", ["price", "gold"])
@pytest.mark.parametrize("wrong", [*NO_MONEY, 10**12 + 1], ids=repr)
@pytest.mark.usefixtures("hats")
def test_what_is_no_amount_is_refused(as_sam: Caller, field: str, wrong: object) -> None:
    before = shelf_rows()
    assert refused(as_sam.post(UPSERT, NEW | {field: wrong}), 422, "VALIDATION_ERROR") == [["body", field]]
    assert shelf_rows() == before


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        *((UPSERT, NEW | {"stock_total": wrong}, "stock_total") for wrong in (-1, 1.5, "5", True, 2**31)),
        *((UPSERT, NEW | {"per_user_limit": wrong}, "per_user_limit") for wrong in (0, None, "1")),
        (UPSERT, NEW | {"package_id": "123"}, "package_id"), (UPSERT, NEW | {"name": ""}, "name"),
        (UPSERT, NEW | {"is_active": 1}, "is_active"),
        (UPSERT, NEW | {"emergency_disabled": None}, "emergency_disabled"),
        (UPSERT, NEW | {"starts_at": None}, "starts_at"),
        (UPSERT, NEW | {"ends_at": "9999-12-31T00:00:00Z"}, "ends_at"),
        (UPSERT, {"package_id": "HATS", "name": "Hats"}, "price"), (UPSERT, NEW | {"contents": []}, "contents"),
        (f"{LIMITED}/toggle", {"code": "HATS"}, "active"),
        (f"{LIMITED}/toggle", {"code": "HATS", "active": "true"}, "active"),
        (f"{LIMITED}/toggle", {"code": 5, "active": True}, "code"),
        (f"{LIMITED}/stock", {"code": "HATS"}, "initial_stock"),
        (f"{LIMITED}/stock", {"code": "HATS", "initial_stock": -1}, "initial_stock"),
        (f"{LIMITED}/per-user-limit", {"code": "HATS", "per_user_limit": 0}, "per_user_limit"),
        (f"{LIMITED}/period", {"code": "HATS", "start_at": "2030-01-01T00:00:00Z"}, "end_at"),
        (f"{LIMITED}/period", {"code": "HATS", "start_at": 5, "end_at": "2030-01-01T00:00:00Z"}, "start_at"),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("hats")
def test_what_is_no_such_field_is_refused(as_sam: Caller, path: str, body: dict[str, Any], field: str) -> None:
    before = shelf_rows()
    assert refused(as_sam.post(path, body), 422, "VALIDATION_ERROR") == [["body", field]]
    assert shelf_rows() == before


EXISTING: dict[str, dict[str, Any]] = {
    f"{LIMITED}/toggle": {"code": "NONE", "active": True},
    f"{LIMITED}/period": {"code": "NONE", "start_at": "2030-01-01T00:00:00Z", "end_at": "2031-01-01T00:00:00Z"},
    f"{LIMITED}/stock": {"code": "NONE", "initial_stock": 5},
    f"{LIMITED}/per-user-limit": {"code": "NONE", "per_user_limit": 5},
    f"{LIMITED}/promo/set": {"code": "NONE", "promo_code": "HAT", "cents_off": 5},
    f"{LIMITED}/promo/clear": {"code": "NONE", "promo_code": "HAT"},
    "/api/admin/limited-packages/NONE/disable": {},
}


@pytest.mark.parametrize("path", EXISTING)
def test_an_unknown_package_is_not_found(as_sam: Caller, path: str) -> None:
    before = shelf_rows()
    refused(as_sam.post(path, EXISTING[path]), 404, "PACKAGE_NOT_FOUND")
    assert shelf_rows() == before


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.SUPPORT, Role.ECONOMY])
def test_other_staff_may_not_touch(db: None, role: Role) -> None:
    caller = Caller(enrol("other", role=role))
    for path in (UPSERT, "/api/admin/promo-codes/upsert", *EXISTING):
        refused(call(caller, "POST", path, {"price": "wrong"}), 403, "PERMISSION_DENIED")
    assert not Audit.objects.exclude(action="SIGNUP").exists()


def test_the_shops_own_staff_may(db: None) -> None:
    assert Caller(enrol("shopkeeper", role=Role.SHOP)).post(UPSERT, NEW).json() == UPSERTED
