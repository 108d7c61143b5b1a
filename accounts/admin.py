"""Players and their gold in the Django admin: to look at; what staff may do asks for a reason and is audited."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import lookup_field
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts import bans, cards, sessions
from accounts.models import Action, Audit, AuthSession, Entry, Invite, Player, Role, Wallet
from casino.lib import csvs
from casino.lib.days import now as clock
from casino.lib.days import stamp
from casino.lib.errors import Refusal

Json = dict[str, Any]
Deed = Callable[[Player, Player, Json], None]
_HOUR: Final = timedelta(hours=1)
CSV_ROWS_MAX: Final = 10_000


def _plain(value: Any) -> Any:
    return stamp(value) if isinstance(value, datetime) else str(value) if value is not None else ""


class EvidenceAdmin(admin.ModelAdmin[Any]):
    """A list nobody changes here."""

    show_full_result_count = False
    actions: Sequence[str] = ("export_csv",)

    @admin.action(description=gettext_lazy("CSV로 내보내기"), permissions=["view"])
    def export_csv(self, request: HttpRequest, chosen: QuerySet[Any]) -> HttpResponse:
        """The chosen rows with the columns of the list."""
        names = [name for name in self.get_list_display(request) if isinstance(name, str)]
        rows = ({name: _plain(lookup_field(name, row, self)[2]) for name in names} for row in chosen[:CSV_ROWS_MAX])
        return csvs.attachment(f"{self.opts.model_name}.csv", names, rows)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False


class ReasonForm(forms.Form):
    """Why staff do this."""

    reason = forms.CharField(label=gettext_lazy("사유"), min_length=2, max_length=200)


class BanForm(ReasonForm):
    """Why, and for how long."""

    hours = forms.IntegerField(
        label=gettext_lazy("기간 (시간)"),
        help_text=gettext_lazy("비우면 무기한"),
        required=False,
        min_value=1,
        max_value=87_600,
    )


@admin.register(Player)
class PlayerAdmin(EvidenceAdmin):
    """Every account, with what staff may do to it."""

    list_display = ("id", "site_id", "nickname", "rank", "balance", "state", "role", "created_at", "last_login")
    list_display_links = ("id", "site_id")
    list_filter = ("rank", "is_staff", "role", "is_banned", "is_active")
    list_select_related = ("wallet",)
    search_fields = ("=id", "site_id__icontains", "nickname__icontains", "=phone_number")
    search_help_text = gettext_lazy("번호, 사이트 아이디, 닉네임, 전화번호")
    date_hierarchy = "created_at"
    ordering = ("-id",)
    actions = ("ban", "unban", "log_out", "export_csv")
    fieldsets = (
        (None, {"fields": ("site_id", "nickname", "phone_number", "avatar_url")}),
        (gettext_lazy("골드와 등급"), {"fields": ("balance", "rank", "experience", "vip_points", "pages")}),
        (gettext_lazy("상태"), {"fields": ("state", "is_active", "is_banned", "banned_until", "ban_reason")}),
        (gettext_lazy("권한"), {"fields": ("is_staff", "role")}),
        (gettext_lazy("시각"), {"fields": ("created_at", "last_login", "terms_accepted_at")}),
    )
    readonly_fields = ("balance", "experience", "vip_points", "pages", "state")

    def has_moderate_permission(self, request: HttpRequest) -> bool:
        """Support and owners may shut out and let in."""
        return getattr(request.user, "role", "") in (Role.SUPPORT, Role.OWNER)

    @admin.display(description=gettext_lazy("골드"), ordering="wallet__balance")
    def balance(self, player: Player) -> str:
        """The player's gold."""
        return f"{player.wallet.balance:,}"

    @admin.display(description=gettext_lazy("경험치"))
    def experience(self, player: Player) -> str:
        """The player's XP."""
        return f"{player.wallet.experience:,}"

    @admin.display(description=gettext_lazy("VIP 포인트"))
    def vip_points(self, player: Player) -> str:
        """The player's VIP points."""
        return f"{player.wallet.vip_points:,}"

    @admin.display(description=gettext_lazy("상태"))
    def state(self, player: Player) -> str:
        """Whether the account may be used, and until when not."""
        now = clock()
        if player.is_banned_at(now):
            return _("정지 (%(until)s까지)") % {"until": player.banned_until} if player.banned_until else _("영구 정지")
        return _("이용 가능") if player.is_active else _("비활성")

    @admin.display(description=gettext_lazy("기록"))
    def pages(self, player: Player) -> str:
        """Links to everything the player left behind."""
        lists = (
            (_("원장"), "accounts_entry", "wallet__player__id__exact"),
            (_("라운드"), "games_round", "player__id__exact"),
            (_("구매"), "shop_purchase", "player__id__exact"),
            (_("세션"), "accounts_authsession", "player__id__exact"),
            (_("행동"), "accounts_action", "player__id__exact"),
        )
        links = ((reverse(f"admin:{name}_changelist"), key, player.pk, label) for label, name, key in lists)
        return format_html_join(" · ", '<a href="{}?{}={}">{}</a>', links)

    @admin.action(description=gettext_lazy("이용 정지"), permissions=["moderate"])
    def ban(self, request: HttpRequest, players: QuerySet[Player]) -> HttpResponse | None:
        """Asks why and for how long, then bans."""

        def deed(player: Player, by: Player, given: Json) -> None:
            lasts = given["hours"] * _HOUR if given["hours"] else None
            bans.ban(player=player, by=by, reason=given["reason"], lasts=lasts, now=clock())

        return self._with_reason(request, players, "ban", BanForm, deed)

    @admin.action(description=gettext_lazy("정지 해제"), permissions=["moderate"])
    def unban(self, request: HttpRequest, players: QuerySet[Player]) -> HttpResponse | None:
        """Asks why, then lifts the ban."""

        def deed(player: Player, by: Player, given: Json) -> None:
            bans.unban(player=player, by=by, reason=given["reason"], now=clock())

        return self._with_reason(request, players, "unban", ReasonForm, deed)

    @admin.action(description=gettext_lazy("모든 기기에서 로그아웃"), permissions=["moderate"])
    def log_out(self, request: HttpRequest, players: QuerySet[Player]) -> HttpResponse | None:
        """Asks why, then ends every session."""

        def deed(player: Player, by: Player, given: Json) -> None:
            bans.log_out(player=player, by=by, reason=given["reason"], now=clock())

        return self._with_reason(request, players, "log_out", ReasonForm, deed)

    def _with_reason(
        self, request: HttpRequest, players: QuerySet[Player], action: str, form_class: type[ReasonForm], deed: Deed
    ) -> HttpResponse | None:
        by = request.user
        assert isinstance(by, Player)
        form = form_class(request.POST) if "reason" in request.POST else form_class()
        if not form.is_bound or not form.is_valid():
            context = {
                **self.admin_site.each_context(request),
                "title": getattr(self, action).short_description,
                "opts": self.opts,
                "players": players,
                "action": action,
                "form": form,
            }
            return TemplateResponse(request, "admin/accounts/player/reason.html", context)
        done = 0
        for player in players:
            if player.is_staff and by.role != Role.OWNER:
                self.message_user(
                    request, _("%(player)s: 운영진은 소유자만 다룰 수 있습니다") % {"player": player}, messages.ERROR
                )
                continue
            try:
                deed(player, by, form.cleaned_data)
                done += 1
            except Refusal as refusal:
                self.message_user(request, f"{player}: {refusal.message}", messages.ERROR)
        if done:
            self.message_user(
                request,
                ngettext("%(count)d명에게 적용했습니다", "%(count)d명에게 적용했습니다", done) % {"count": done},
            )
        return None


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


@admin.register(AuthSession)
class AuthSessionAdmin(EvidenceAdmin):
    """Sign-ins; support may end them."""

    list_display = ("player", "kind", "ip", "user_agent", "created_at", "last_seen_at", "revoked_at", "revoked_reason")
    list_filter = ("kind", ("revoked_at", admin.EmptyFieldListFilter), "revoked_reason")
    list_select_related = ("player",)
    search_fields = ("=player__site_id", "=player__nickname", "=ip")
    search_help_text = gettext_lazy("사이트 아이디, 닉네임, IP")
    date_hierarchy = "created_at"
    ordering = ("-last_seen_at",)
    actions = ("end", "export_csv")
    fields = ("player", *list_display[1:], "rotated_at", "absolute_expires_at")

    def has_moderate_permission(self, request: HttpRequest) -> bool:
        """Support and owners may end sessions."""
        return getattr(request.user, "role", "") in (Role.SUPPORT, Role.OWNER)

    @admin.action(description=gettext_lazy("세션 끝내기"), permissions=["moderate"])
    def end(self, request: HttpRequest, chosen: QuerySet[AuthSession]) -> None:
        """Ends the chosen sessions at once."""
        now = clock()
        ended = sum(sessions.end(session, reason="staff", now=now) for session in chosen)
        self.message_user(request, _("세션 %(count)d개를 끝냈습니다") % {"count": ended})


@admin.register(Invite)
class InviteAdmin(admin.ModelAdmin[Invite]):
    """Invite codes: switched on and off, their end and number of uses set."""

    list_display = ("code", "is_active", "used_count", "max_uses", "expires_at", "created_by", "created_at")
    list_filter = ("is_active",)
    list_select_related = ("created_by",)
    search_fields = ("=code",)
    fields = ("code", "is_active", "max_uses", "expires_at", "used_count", "created_by", "created_at")
    readonly_fields = ("used_count", "created_by", "created_at")

    def get_readonly_fields(self, request: HttpRequest, obj: Invite | None = None) -> tuple[str, ...]:
        """A code that exists keeps its name."""
        return (*self.readonly_fields, "code") if obj else tuple(self.readonly_fields)

    def has_delete_permission(self, request: HttpRequest, obj: Invite | None = None) -> bool:
        """Never: a code is switched off."""
        return False

    def save_model(self, request: HttpRequest, obj: Invite, form: forms.ModelForm[Invite], change: bool) -> None:
        """Saves what was changed and nothing else: uses counted meanwhile stay counted."""
        if change:
            obj.save(update_fields=form.changed_data)
            return
        obj.created_at, obj.created_by = clock(), request.user if isinstance(request.user, Player) else None
        obj.save(force_insert=True)


@admin.register(Audit)
class AuditAdmin(EvidenceAdmin):
    """Who did what to whom."""

    list_display = ("id", "severity", "action", "target_type", "target_id", "actor_name", "created_at", "request_id")
    list_filter = ("severity", "action", "target_type")
    search_fields = ("=action", "=target_id", "=actor_name", "=request_id")
    search_help_text = gettext_lazy("행위, 대상, 행위자, 요청 번호")
    date_hierarchy = "created_at"
    ordering = ("-id",)


@admin.register(Action)
class ActionAdmin(EvidenceAdmin):
    """What players did."""

    list_display = ("id", "player", "action_type", "source", "created_at")
    list_filter = ("source", "action_type")
    list_select_related = ("player",)
    search_fields = ("=player__site_id", "=player__nickname")
    search_help_text = gettext_lazy("사이트 아이디, 닉네임")
    date_hierarchy = "created_at"
    ordering = ("-id",)
