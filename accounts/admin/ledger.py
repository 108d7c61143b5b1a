"""Wallets and the ledger in the Django admin: to look at."""

from __future__ import annotations

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy

from accounts import cards
from accounts.admin.evidence import EvidenceAdmin
from accounts.models import Entry, Wallet


@admin.register(Wallet)
class WalletAdmin(EvidenceAdmin):
    """Balances with the counters that move with them; seeds are nobody's business."""

    list_display = ("player", "balance", "entry_seq", "stream_seq", "experience", "vip_points", "win_streak")
    list_select_related = ("player",)
    search_fields = ("=player__id", "player__site_id__icontains", "player__nickname__icontains")
    search_help_text = gettext_lazy("번호, 사이트 아이디, 닉네임")
    ordering = ("-balance",)
    fields = ("player", "balance", "entry_seq", "stream_seq", "experience", "vip_points", "win_streak", "nonce")


@admin.register(Entry)
class EntryAdmin(EvidenceAdmin):
    """The ledger."""

    list_display = (
        "id",
        "player",
        "seq",
        "kind",
        "moved",
        "balance_after",
        "debit",
        "credit",
        "reference",
        "created_at",
    )
    list_filter = ("code", "debit", "credit")
    list_select_related = ("wallet__player",)
    search_fields = ("=wallet__player__site_id", "=wallet__player__nickname", "=reference")
    search_help_text = gettext_lazy("사이트 아이디, 닉네임, 참조 (라운드, 영수증)")
    date_hierarchy = "created_at"
    ordering = ("-id",)

    @admin.display(description=gettext_lazy("플레이어"))
    def player(self, entry: Entry) -> str:
        """Whose wallet it moved."""
        address = reverse("admin:accounts_player_change", args=[entry.wallet_id])
        return format_html('<a href="{}">{}</a>', address, entry.wallet.player.nickname)

    @admin.display(description=gettext_lazy("종류"), ordering="code")
    def kind(self, entry: Entry) -> str:
        """Why gold moved."""
        return cards.kind_name(entry.code)

    @admin.display(description=gettext_lazy("변동"), ordering="amount")
    def moved(self, entry: Entry) -> str:
        """What it did to the balance."""
        return f"{entry.signed_amount:+,}"
