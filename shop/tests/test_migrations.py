"""A shop that has sold things already learns the new columns with its rows in place, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests.cast import enrol

pytestmark = pytest.mark.django_db(transaction=True)
THEN = datetime(2026, 11, 1, tzinfo=UTC)


def migrated(name: str) -> Any:
    """The shop's models as they were after this migration."""
    executor = MigrationExecutor(connection)
    executor.migrate([("shop", name)])
    return MigrationExecutor(connection).loader.project_state([("shop", name)]).apps


@pytest.fixture
def old_shop() -> Iterator[Any]:
    yield migrated("0001_initial")
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def test_rows_that_pointed_at_a_product_learn_its_name(old_shop: Any) -> None:
    ada = enrol("ada")
    product, purchase, refusal = (
        old_shop.get_model("shop", name) for name in ("Product", "Purchase", "PurchaseRefusal")
    )
    link = product.objects.create(product_id="attendance_link", sku="link", name="link", price=5, stock_remaining=4)
    free = product.objects.create(product_id="free", sku="free", name="free", price=5)
    facts = {"player_id": ada.pk, "kind": "item", "currency": "gold", "unit_price": 5, "amount": 5, "quantity": 1}
    ends = {"a": (link, "success"), "b": (link, "failed"), "c": (free, "success")}
    for receipt, (sold, status) in ends.items():
        purchase.objects.create(
            receipt_code=receipt,
            product=sold,
            status=status,
            balance_after=0,
            created_at=THEN,
            settled_at=THEN,
            **facts,
        )
    refusal.objects.create(
        player_id=ada.pk, product=free, reason_code="OUT_OF_STOCK", quantity=1, amount=5, created_at=THEN
    )

    new = migrated("0004_refusals_by_name")
    told = new.get_model("shop", "Purchase").objects.order_by("receipt_code")
    assert list(told.values_list("receipt_code", "code", "holds_stock")) == [
        ("a", "attendance_link", True), ("b", "attendance_link", False), ("c", "free", False),
    ]  # fmt: skip
    assert list(new.get_model("shop", "PurchaseRefusal").objects.values_list("code", flat=True)) == ["free"]
    effects = new.get_model("shop", "Product").objects.order_by("product_id").values_list("product_id", "effect")
    assert list(effects) == [("attendance_link", "protection"), ("free", "inventory")]
