"""Purchases with their receipts and timelines, and the attempts that were turned down without one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casino.lib.days import stamp
from shop.models.package import LimitedPackage
from shop.models.product import Currency, Product
from shop.models.promo import PromoCode

RECEIPT_DIGITS: Final = 12


class PurchaseStatus(models.TextChoices):
    """Where a purchase stands."""

    PENDING = "pending", _("결제 대기")
    SUCCESS = "success", _("완료")
    FAILED = "failed", _("실패")
    VOIDED = "voided", _("취소됨")
    REFUNDED = "refunded", _("환불됨")


_WAYS: Final = {
    PurchaseStatus.PENDING: {PurchaseStatus.SUCCESS, PurchaseStatus.FAILED, PurchaseStatus.VOIDED},
    PurchaseStatus.SUCCESS: {PurchaseStatus.REFUNDED},
    PurchaseStatus.FAILED: {PurchaseStatus.SUCCESS},  # the money arrived after all
    PurchaseStatus.VOIDED: {PurchaseStatus.SUCCESS},  # likewise
    PurchaseStatus.REFUNDED: set(),
}
"""The state machine: from each status, where a purchase may go."""


class PurchaseKind(models.TextChoices):
    """What was bought."""

    GOLD = "gold", _("골드 팩")
    ITEM = "item", _("아이템")
    LIMITED = "limited", _("한정 패키지")


class Reason(models.TextChoices):
    """Why a purchase is not (yet) a success, with the text the buyer reads."""

    NONE = "", ""
    INSUFFICIENT_FUNDS = "INSUFFICIENT_FUNDS", _("골드가 부족합니다")
    ITEM_PURCHASE_FAILED = "ITEM_PURCHASE_FAILED", _("아이템을 지급하지 못했습니다")
    PAYMENT_DECLINED = "PAYMENT_DECLINED", _("결제 거절됨")
    PAYMENT_PENDING = "PAYMENT_PENDING", _("결제 대기 중")
    PAYMENT_FAILED = "PAYMENT_FAILED", _("결제 실패")
    GRANT_FAILED = "GRANT_FAILED", _("골드 지급 실패")
    ALREADY_OWNED = "ALREADY_OWNED", _("이미 보유한 상품입니다")
    OUT_OF_STOCK = "OUT_OF_STOCK", _("품절된 상품입니다")
    NOT_ON_SALE = "NOT_ON_SALE", _("판매 기간이 아닙니다")
    RANK_MAX = "RANK_MAX", _("이미 가장 높은 등급입니다")
    WINDOW_CLOSED = "WINDOW_CLOSED", _("지금은 판매하지 않습니다")
    USER_LIMIT = "USER_LIMIT", _("1인당 구매 한도를 넘었습니다")
    PROMO_EXHAUSTED = "PROMO_EXHAUSTED", _("사용 한도가 끝난 프로모션 코드입니다")
    PROMO_INVALID = "PROMO_INVALID", _("사용할 수 없는 프로모션 코드입니다")
    NOT_FOUND = "NOT_FOUND", _("상품을 찾을 수 없습니다")
    PROCESSING = "PROCESSING", _("같은 상품의 구매가 처리 중입니다")
    RATE_LIMIT = "RATE_LIMIT", _("요청이 너무 많습니다. 잠시 후 다시 시도해주세요.")
    FRAUD_BLOCK = "FRAUD_BLOCK", _("구매 시도가 너무 많습니다. 잠시 후 다시 시도해주세요.")
    STALE_AUTO_VOID = "STALE_AUTO_VOID", _("결제가 확인되지 않아 취소되었습니다")


class PurchaseQuerySet(models.QuerySet["Purchase"]):
    """Named reads of purchases."""

    def of(self, player_id: int) -> Self:
        """The player's purchases, newest first."""
        return self.filter(player_id=player_id).order_by("-id")

    def pending(self) -> Self:
        """Purchases that wait for their payment or their grant."""
        return self.filter(status=PurchaseStatus.PENDING)

    def stale(self, now: datetime, age: timedelta) -> Self:
        """Pending purchases without a confirmed charge that are older than `age`."""
        return self.pending().filter(charged_at=None, created_at__lt=now - age)

    def overdue(self, now: datetime, age: timedelta) -> Self:
        """What somebody has to see to: stale purchases, and paid ones that wait for their grant; oldest first."""
        return self.pending().filter(Q(created_at__lt=now - age) | Q(charged_at__isnull=False)).order_by("id")

    def asking_gateway(self, since: datetime) -> Self:
        """Purchases made after `since` whose gateway has not answered yet."""
        return self.pending().filter(reason_code="", created_at__gt=since)

    def owning(self) -> Self:
        """Purchases that use up a one-time right: done, or still to be paid."""
        return self.filter(status__in=(PurchaseStatus.PENDING, PurchaseStatus.SUCCESS))

    def paid_since(self, moment: datetime) -> Self:
        """Purchases for money that came through after `moment` and were not refunded."""
        return self.filter(currency=Currency.USD, status=PurchaseStatus.SUCCESS, settled_at__gt=moment)

    def payers(self) -> int:
        """How many different players made these purchases."""
        return self.order_by().values("player").distinct().count()

    def using_promo(self) -> Self:
        """Purchases that count as a use of their promo code: all but those that came to nothing."""
        return self.exclude(status__in=(PurchaseStatus.FAILED, PurchaseStatus.VOIDED))


class Purchase(models.Model):
    """One purchase: what was asked, at which price, how it ended, and every step on the way."""

    receipt_code = models.CharField(_("영수증"), max_length=RECEIPT_DIGITS, unique=True, editable=False)
    player = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="purchases", db_index=False, verbose_name=_("플레이어")
    )
    product = models.ForeignKey(
        Product, models.PROTECT, null=True, blank=True, related_name="purchases", verbose_name=_("상품")
    )
    package = models.ForeignKey(
        LimitedPackage, models.PROTECT, null=True, blank=True, related_name="purchases", verbose_name=_("한정 패키지")
    )
    promo = models.ForeignKey(
        PromoCode, models.PROTECT, null=True, blank=True, related_name="purchases", verbose_name=_("프로모션")
    )
    code = models.CharField(_("상품 코드"), max_length=64, help_text=_("구매한 상품이나 패키지의 이름표"))
    kind = models.CharField(_("구분"), max_length=7, choices=PurchaseKind)
    item_name = models.CharField(_("상품 이름"), max_length=100)
    one_time = models.BooleanField(_("계정당 1회"), default=False)
    quantity = models.PositiveSmallIntegerField(_("수량"))
    unit_price = models.PositiveBigIntegerField(_("단가"))
    amount = models.PositiveBigIntegerField(_("금액"))
    currency = models.CharField(_("통화"), max_length=4, choices=Currency)
    gold = models.PositiveBigIntegerField(_("지급 골드"), default=0, help_text=_("가격을 정할 때 약속한 골드"))
    promo_code = models.CharField(_("프로모션 코드"), max_length=40, blank=True)
    vip_points = models.PositiveBigIntegerField(_("VIP 포인트"), default=0, help_text=_("이 구매로 받은 포인트"))
    holds_stock = models.BooleanField(_("수량 차감"), default=False, help_text=_("정해진 수량에서 뺀 구매"))
    status = models.CharField(_("상태"), max_length=8, choices=PurchaseStatus, default=PurchaseStatus.PENDING)
    reason_code = models.CharField(_("사유"), max_length=20, choices=Reason, blank=True)
    payment_method = models.CharField(_("결제 수단"), max_length=32, blank=True)
    card_hash = models.CharField(max_length=64, blank=True, editable=False)
    gateway_mode = models.CharField(_("결제 방식"), max_length=20, blank=True)
    charge_id = models.CharField(_("결제 번호"), max_length=64, blank=True)
    charged_at = models.DateTimeField(_("결제 확인"), null=True, blank=True)
    balance_after = models.PositiveBigIntegerField(_("이후 잔액"))
    timeline = models.JSONField(_("기록"), default=list)
    created_at = models.DateTimeField(_("시각"))
    settled_at = models.DateTimeField(_("확정 시각"), null=True, blank=True)

    objects = PurchaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("구매")
        verbose_name_plural = _("구매")
        indexes = [
            models.Index(fields=["player", "-id"], name="purchase_history"),
            models.Index(fields=["player", "created_at"], name="purchase_velocity"),
            models.Index(fields=["created_at"], name="purchase_pending", condition=Q(status="pending")),
            models.Index(  # what was earned since when, and by whom, is read from it alone
                fields=["currency", "settled_at", "amount", "player"],
                name="purchase_earned",
                condition=Q(status="success"),
            ),
            models.Index(fields=["charge_id"], name="purchase_charge", condition=~Q(charge_id="")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(product__isnull=False, package=None) | Q(product=None, package__isnull=False),
                name="purchase_of_one_thing",
            ),
            models.UniqueConstraint(
                fields=["player", "product"],
                condition=Q(one_time=True, status__in=(PurchaseStatus.PENDING, PurchaseStatus.SUCCESS)),
                name="purchase_one_time_once",
            ),
            models.CheckConstraint(
                condition=Q(status=PurchaseStatus.PENDING, settled_at=None)
                | (~Q(status=PurchaseStatus.PENDING) & Q(settled_at__isnull=False)),
                name="purchase_pending_or_settled",
            ),
            models.CheckConstraint(condition=Q(quantity__range=(1, 99)), name="purchase_quantity_1_to_99"),
            models.CheckConstraint(
                condition=Q(amount=models.F("unit_price") * models.F("quantity")),
                name="purchase_amount_is_price_times_quantity",
            ),
            models.CheckConstraint(
                condition=~Q(currency=Currency.GOLD) | Q(gold=0), name="purchase_never_gold_for_gold"
            ),
        ]

    def __str__(self) -> str:
        return self.receipt_code

    @property
    def is_pending(self) -> bool:
        """Whether its end is still open."""
        return self.status == PurchaseStatus.PENDING

    @property
    def is_paid_in_gold(self) -> bool:
        """Whether gold was the price; such purchases never wait for a payment."""
        return self.currency == Currency.GOLD

    @property
    def gold_granted(self) -> int | None:
        """The gold it brought, once it succeeded."""
        return self.gold if self.kind != PurchaseKind.ITEM and self.has_succeeded else None

    @property
    def gold_spent(self) -> int | None:
        """The gold it cost, once it succeeded."""
        return self.amount if self.is_paid_in_gold and self.has_succeeded else None

    @property
    def has_succeeded(self) -> bool:
        """Whether the buyer got it; a refund comes later and does not change that."""
        return self.status in (PurchaseStatus.SUCCESS, PurchaseStatus.REFUNDED)

    def note(self, step: str, now: datetime, **facts: Any) -> None:
        """Adds one step to the timeline."""
        self.timeline.append({"step": step, "at": stamp(now), "data": facts})

    def note_again(self, step: str, now: datetime, **facts: Any) -> None:
        """Adds a step that outsiders can repeat; a repetition only raises its count, so nobody fills the timeline."""
        last = self.timeline[-1] if self.timeline else {}
        if last.get("step") == step:
            last["data"]["times"] += 1
        else:
            self.note(step, now, times=1, **facts)

    def become(self, status: PurchaseStatus, now: datetime, reason: Reason = Reason.NONE) -> None:
        """Moves to `status` for `reason`; a way the state machine does not have is a bug."""
        if status not in _WAYS[PurchaseStatus(self.status)]:
            raise ValueError(f"purchase {self.receipt_code} cannot go from {self.status} to {status}")
        self.status = status
        self.reason_code = reason
        self.settled_at = now


class PurchaseRefusal(models.Model):
    """An attempt that was turned down without a receipt; it counts for the velocity guard."""

    player = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    code = models.CharField(_("상품 코드"), max_length=64)
    reason_code = models.CharField(_("사유"), max_length=20)
    quantity = models.PositiveSmallIntegerField()
    amount = models.PositiveBigIntegerField()
    card_hash = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("거절된 구매")
        verbose_name_plural = _("거절된 구매")
        indexes = [models.Index(fields=["player", "created_at"], name="refusal_velocity")]

    def __str__(self) -> str:
        return f"{self.reason_code} {self.code}"
