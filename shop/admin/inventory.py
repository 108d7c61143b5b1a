"""What players keep, in the Django admin: vouchers are redeemed here."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from accounts.admin.deeds import Deed
from accounts.admin.handling import HandlingAdmin, HandlingForm
from accounts.models import Player
from shop import redeeming
from shop.models import InventoryItem

Json = dict[str, Any]
Status = InventoryItem.Status
_TONES: Final = {Status.OWNED: "live", Status.USED: "gain", Status.REVOKED: "line"}


def _redeem(by: Player, item: InventoryItem, given: Json) -> None:
    redeeming.redeem(by=by, item_id=item.pk, reason=given["reason"])


def _is_owned(item: InventoryItem) -> bool:
    return item.status == Status.OWNED


@admin.register(InventoryItem)
class InventoryItemAdmin(HandlingAdmin):
    """What players keep, and the vouchers that wait to be redeemed."""

    list_display = ("what", "player", "state", "receipt", "got", "used")
    list_filter = ("status", "source", "type")
    list_select_related = ("player", "purchase")
    search_fields = ("=player__site_id", "=player__nickname", "=product_id", "=purchase__receipt_code")
    search_help_text = gettext_lazy("사이트 아이디, 닉네임, 상품 ID, 영수증")
    date_hierarchy = "acquired_at"
    ordering = ("-id",)
    fields = (
        "buyer", "receipt", "product_id", "name", "icon", "type", "rarity", "quantity", "source", "state",
        "acquired_at", "used_at",
    )  # fmt: skip
    csv_fields = (
        "id", "player__site_id", "product_id", "name", "type", "rarity", "quantity", "status", "source",
        "purchase__receipt_code", "acquired_at", "used_at",
    )  # fmt: skip
    readonly_fields = ("buyer", "receipt", "state")
    deeds = (
        Deed("redeem", gettext_lazy("사용 처리"), gettext_lazy("사용 처리했습니다"), HandlingForm, _redeem, _is_owned),
    )

    @admin.display(description=gettext_lazy("플레이어"))
    def buyer(self, item: InventoryItem) -> SafeString:
        """Whose it is, with the way to everything else of theirs."""
        address = reverse("admin:accounts_player_change", args=[item.player_id])
        return format_html('<a href="{}">{}</a>', address, item.player)

    @admin.display(description=gettext_lazy("상태"), ordering="status")
    def state(self, item: InventoryItem) -> SafeString:
        """What became of it."""
        status = Status(item.status)
        return format_html('<span class="badge badge--{}">{}</span>', _TONES[status], status.label)

    @admin.display(description=gettext_lazy("영수증"), ordering="purchase")
    def receipt(self, item: InventoryItem) -> SafeString | str:
        """The purchase it came with."""
        if item.purchase is None:
            return "–"
        address = reverse("admin:shop_purchase_change", args=[item.purchase_id])
        return format_html('<a href="{}">{}</a>', address, item.purchase.receipt_code)

    @admin.display(description=gettext_lazy("이름"), ordering="name")
    def what(self, item: InventoryItem) -> str:
        """What it is, and how many."""
        return f"{item.icon} {item.name} × {item.quantity}" if item.quantity > 1 else f"{item.icon} {item.name}"

    @admin.display(description=gettext_lazy("획득"), ordering="acquired_at")
    def got(self, item: InventoryItem) -> str:
        """Since when it is kept, in UTC."""
        return f"{item.acquired_at:%Y-%m-%d %H:%M}"

    @admin.display(description=gettext_lazy("사용"), ordering="used_at")
    def used(self, item: InventoryItem) -> str:
        """When it was redeemed, in UTC."""
        return f"{item.used_at:%Y-%m-%d %H:%M}" if item.used_at else "–"
