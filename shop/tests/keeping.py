"""How tests call as the shop's staff, and what they look at afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from django.test import TestCase

from accounts.models import Audit
from realtime import publish
from realtime.events import CatalogUpdate, Event
from shop.models import LimitedPackage, Product, PromoCode
from tests.cast import Caller

Json = dict[str, Any]
PRODUCTS = "/api/shop/admin/products"
NO_MONEY = [-1, 1.5, "5", 2**53, 2**63, True, None, [1], {}]
"""What no price, value or gold may be."""


def call(caller: Caller, method: str, path: str, body: Any = None, **headers: str) -> Any:
    """A call with any method and a JSON body."""
    send = getattr(caller.client, method.lower())
    return send(path, body or {}, content_type="application/json", headers={**caller.headers, **headers})


@contextmanager
def told() -> Iterator[list[Json]]:
    """What open shops are told by what commits inside; nothing before the commit, which is the end of the block."""
    heard: list[Json] = []

    def hear(event: Event) -> None:
        assert isinstance(event, CatalogUpdate)
        heard.append(event.data())

    with patch.object(publish, "broadcast", hear), TestCase.captureOnCommitCallbacks(execute=True):
        yield heard
        assert heard == []


def shelf_rows() -> Json:
    """Everything staff can change here, and everything that is written down about it."""
    kept = {
        model.__name__: list(model.objects.order_by("pk").values()) for model in (Product, LimitedPackage, PromoCode)
    }
    return kept | {"audits": Audit.objects.count()}


def record(action: str) -> Json:
    """The one audit row of this action: who, about what, and the details."""
    row = Audit.objects.get(action=action)
    return {
        "by": row.actor_name, "severity": row.severity, "target": (row.target_type, row.target_id), **row.details,
    }  # fmt: skip


def news(reason: str, *, product_id: str | None = None, package_id: str | None = None) -> Json:
    """The catalog_update that belongs to the latest audit row."""
    version = Audit.objects.latest("id").pk
    return {"reason": reason, "product_id": product_id, "package_id": package_id, "version": version}


def refused(response: Any, status: int, code: str) -> list[Any]:
    """Checks a refusal; where it points at."""
    assert (response.status_code, response.json()["error"]["code"]) == (status, code), response.content
    return [detail["loc"] for detail in response.json()["error"]["details"] or []]
