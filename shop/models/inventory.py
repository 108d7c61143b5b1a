"""What players keep: vouchers and items until staff redeem them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from shop.models.product import ProductType, Rarity
from shop.models.purchase import Purchase


class InventoryItem(models.Model):
    """One line of a player's inventory, with the name and look it was bought under."""

    class Status(models.TextChoices):
        """What became of it."""

        OWNED = "owned", _("보유 중")
        USED = "used", _("사용됨")
        REVOKED = "revoked", _("회수됨")

    class Source(models.TextChoices):
        """Where it came from."""

        SHOP = "shop", _("상점")
        GACHA = "gacha", _("가챠")
        EVENT = "event", _("이벤트")

    player = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="inventory", db_index=False, verbose_name=_("플레이어")
    )
    purchase = models.ForeignKey(
        Purchase, models.PROTECT, null=True, blank=True, related_name="inventory", verbose_name=_("구매")
    )
    product_id = models.CharField(_("상품 ID"), max_length=64)
    name = models.CharField(_("이름"), max_length=100)
    type = models.CharField(_("종류"), max_length=8, choices=ProductType)
    rarity = models.CharField(_("희귀도"), max_length=9, choices=Rarity)
    icon = models.CharField(_("아이콘"), max_length=16)
    quantity = models.PositiveSmallIntegerField(_("수량"))
    status = models.CharField(_("상태"), max_length=7, choices=Status, default=Status.OWNED)
    source = models.CharField(_("출처"), max_length=5, choices=Source, default=Source.SHOP)
    acquired_at = models.DateTimeField(_("획득"))
    used_at = models.DateTimeField(_("사용"), null=True, blank=True)

    class Meta:
        verbose_name = _("보관 아이템")
        verbose_name_plural = _("보관 아이템")
        indexes = [models.Index(fields=["player", "-id"], name="inventory_list")]
        constraints = [
            models.CheckConstraint(condition=models.Q(quantity__gte=1), name="inventory_holds_something"),
        ]

    def __str__(self) -> str:
        return f"{self.name} x{self.quantity}"
