"""Purchases in the Django admin: to look into with everything that belongs to them, and to see to; never to edit."""

from __future__ import annotations

from functools import partial
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import cards
from accounts.admin import EvidenceAdmin
from accounts.admin.deeds import Deed
from accounts.admin.handling import HandlingAdmin, HandlingForm
from accounts.models import Audit, Entry, Player
from casino.lib.days import now as clock
from shop import forcing, refunds, slips, timeline
from shop.admin.prices import written
from shop.models import Purchase, PurchaseRefusal, PurchaseStatus, Reason

Json = dict[str, Any]


class RefundForm(HandlingForm):
    """Why it is refunded; the buyer reads it."""

    reason = forms.CharField(
        label=gettext_lazy("사유"),
        min_length=2,
        max_length=120,
        help_text=gettext_lazy("구매자의 구매 기록에 이 글이 그대로 보입니다."),
    )


def _refund(by: Player, purchase: Purchase, given: Json) -> None:
    refunds.refund(by=by, receipt_code=purchase.receipt_code, reason=given["reason"], key=None)


def _settle(outcome: str, by: Player, purchase: Purchase, given: Json) -> None:
    forcing.force_settle(by=by, receipt_code=purchase.receipt_code, outcome=outcome, reason=given["reason"], key=None)


def _ask(by: Player, purchase: Purchase, given: Json) -> None:
    forcing.ask_gateway(by=by, receipt_code=purchase.receipt_code, reason=given["reason"])


def _waits(purchase: Purchase) -> bool:
    return purchase.is_pending


def _may_fail(purchase: Purchase) -> bool:
    return purchase.is_pending and purchase.charged_at is None


def _succeeded(purchase: Purchase) -> bool:
    return purchase.status == PurchaseStatus.SUCCESS


class AttentionFilter(admin.SimpleListFilter):
    """What somebody has to see to."""

    title = gettext_lazy("처리 필요")
    parameter_name = "attention"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The ways in which a purchase asks for somebody."""
        return [
            ("overdue", gettext_lazy("오래 기다린 결제와 지급 실패")),
            ("ungranted", gettext_lazy("결제했지만 지급되지 않음")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The purchases that do."""
        if self.value() == "ungranted":
            return queryset.filter(status=PurchaseStatus.PENDING, charged_at__isnull=False)
        if self.value() == "overdue":
            overdue = Purchase.objects.overdue(clock(), settings.PENDING_PURCHASE_MAX_AGE)
            return queryset.filter(pk__in=overdue.order_by().values("pk"))
        return queryset


@admin.register(Purchase)
class PurchaseAdmin(HandlingAdmin):
    """Every purchase with each step on its way, the gold it moved and what staff did about it."""

    list_display = ("receipt_code", "player", "what", "price", "where", "begun")
    list_filter = (AttentionFilter, "status", "kind", "currency", "reason_code")
    list_select_related = ("player",)
    search_fields = ("=receipt_code", "=charge_id", "=player__site_id", "=player__nickname", "=promo_code")
    search_help_text = gettext_lazy("영수증, 결제 번호, 사이트 아이디, 닉네임, 프로모션 코드")
    date_hierarchy = "created_at"
    ordering = ("-id",)
    fieldsets = (
        (None, {"fields": ("receipt_code", "buyer", "kind", "code", "item_name", "quantity")}),
        (gettext_lazy("상태"), {"fields": ("state", "why", "created_at", "settled_at", "way")}),
        (gettext_lazy("금액"), {"fields": ("each", "price", "promo_code", "gold", "vip_points", "entries")}),
        (gettext_lazy("결제"), {"fields": ("gateway_mode", "payment_method", "charge_id", "charged_at")}),
        (gettext_lazy("운영 기록"), {"fields": ("seen_to",)}),
    )
    csv_fields = (
        "receipt_code", "player__site_id", "kind", "code", "item_name", "quantity", "unit_price", "amount", "currency",
        "gold", "promo_code", "status", "reason_code", "gateway_mode", "payment_method", "charge_id", "charged_at",
        "created_at", "settled_at",
    )  # fmt: skip
    readonly_fields = ("buyer", "state", "why", "each", "price", "way", "entries", "seen_to")
    deeds = (
        Deed(
            "refund", gettext_lazy("환불하기"), gettext_lazy("환불했습니다"), RefundForm, _refund, _succeeded,
            is_grave=True,
        ),
        Deed(
            "settle_as_paid", gettext_lazy("결제됨으로 확정"), gettext_lazy("결제됨으로 확정했습니다"), HandlingForm,
            partial(_settle, "success"), _waits,
        ),
        Deed(
            "settle_as_failed", gettext_lazy("실패로 확정"), gettext_lazy("실패로 확정했습니다"), HandlingForm,
            partial(_settle, "failed"), _may_fail, is_grave=True,
        ),
        Deed(
            "ask_gateway", gettext_lazy("결제사에 다시 묻기"), gettext_lazy("결제사에 물었습니다"), HandlingForm,
            _ask, _waits,
        ),
    )  # fmt: skip

    @admin.display(description=gettext_lazy("구매자"))
    def buyer(self, purchase: Purchase) -> SafeString:
        """The buyer, with the way to everything else of theirs."""
        address = reverse("admin:accounts_player_change", args=[purchase.player_id])
        return format_html('<a href="{}">{}</a>', address, purchase.player)

    @admin.display(description=gettext_lazy("상태"), ordering="status")
    def state(self, purchase: Purchase) -> SafeString:
        """Where it stands."""
        status = PurchaseStatus(purchase.status)
        return format_html('<span class="badge badge--{}">{}</span>', slips.BADGES[status][0], status.label)

    @admin.display(description=gettext_lazy("사유"))
    def why(self, purchase: Purchase) -> str:
        """Why it is not a success, in words."""
        return str(Reason(purchase.reason_code).label) if purchase.reason_code else "–"

    @admin.display(description=gettext_lazy("상태"), ordering="status")
    def where(self, purchase: Purchase) -> SafeString:
        """Where it stands, and why."""
        if not purchase.reason_code:
            return self.state(purchase)
        return format_html('{} <span class="tiny faint">{}</span>', self.state(purchase), self.why(purchase))

    @admin.display(description=gettext_lazy("상품"), ordering="code")
    def what(self, purchase: Purchase) -> str:
        """What was bought, and how many."""
        return f"{purchase.item_name} × {purchase.quantity}" if purchase.quantity > 1 else purchase.item_name

    @admin.display(description=gettext_lazy("시각"), ordering="created_at")
    def begun(self, purchase: Purchase) -> str:
        """When it began, in UTC."""
        return f"{purchase.created_at:%Y-%m-%d %H:%M}"

    @admin.display(description=gettext_lazy("단가"))
    def each(self, purchase: Purchase) -> str:
        """What one cost."""
        return written(purchase.unit_price, purchase.currency)

    @admin.display(description=gettext_lazy("금액"), ordering="amount")
    def price(self, purchase: Purchase) -> str:
        """What it cost."""
        return written(purchase.amount, purchase.currency)

    @admin.display(description=gettext_lazy("기록"))
    def way(self, purchase: Purchase) -> str:
        """The timeline, as the buyer sees it."""
        marks = [(step, slips.STEP_MARKS.get(step.name, "icon-dots")) for step in timeline.steps(purchase)]
        return render_to_string("admin/shop/timeline.html", {"marks": marks})

    @admin.display(description=gettext_lazy("원장"))
    def entries(self, purchase: Purchase) -> str:
        """The entries that name it."""
        found = Entry.objects.filter(wallet_id=purchase.player_id, reference=purchase.receipt_code).order_by("seq")
        lines = [
            (entry.seq, cards.kind_name(entry.code), f"{entry.signed_amount:+,}", f"{entry.balance_after:,}")
            for entry in found
        ]
        heads = ("#", _("종류"), _("변동"), _("이후 잔액"))
        return render_to_string(
            "admin/desk/lines.html", {"heads": heads, "lines": lines, "empty": _("움직인 골드 없음")}
        )

    @admin.display(description=gettext_lazy("운영진의 처리"))
    def seen_to(self, purchase: Purchase) -> str:
        """What staff did about it, and what raised an alarm."""
        found = Audit.objects.filter(target_type="purchase", target_id=purchase.receipt_code).order_by("id")
        lines = [
            (f"{row.created_at:%Y-%m-%d %H:%M:%S}", row.action, row.actor_name or "–", row.details.get("reason") or "–")
            for row in found
        ]
        heads = (_("시각"), _("행위"), _("운영진"), _("사유"))
        return render_to_string("admin/desk/lines.html", {"heads": heads, "lines": lines, "empty": _("아직 없음")})


@admin.register(PurchaseRefusal)
class PurchaseRefusalAdmin(EvidenceAdmin):
    """Attempts that were turned down without a receipt, on the last day."""

    list_display = ("id", "player", "code", "quantity", "amount", "reason_code", "created_at")
    list_filter = ("reason_code",)
    list_select_related = ("player",)
    search_fields = ("=player__site_id", "=player__nickname")
    search_help_text = gettext_lazy("사이트 아이디, 닉네임")
    ordering = ("-id",)
    exclude = ("card_hash",)
