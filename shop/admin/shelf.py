"""How the shelf is edited: like everything staff write, with the units beside what is done to them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy

from accounts.admin.deeds import Places
from accounts.admin.desk import DeskAdmin, DeskForm


class ShelfForm(DeskForm):
    """A good or a code as staff write it."""

    places: ClassVar[Places] = {
        "PRODUCT_EXISTS": ("product_id", "sku"),
        "GOLD_FOR_GOLD": ("type",),
        "stock_remaining": ("units",),
        "stock_total": ("units",),
    }


class ShelfAdmin(DeskAdmin):
    """Something on the shelf."""

    panel_title: ClassVar[Any] = gettext_lazy("지금 수량")
