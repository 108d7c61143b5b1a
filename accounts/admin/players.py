"""Players in the Django admin: to look at; what staff may do asks for a reason and is audited."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from secrets import token_hex
from typing import Any, Final

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts import bans, grants, resets, staff_rights, standing
from accounts.admin.evidence import EvidenceAdmin, ReasonForm
from accounts.admin.handling import HandlingForm
from accounts.admin.imports import ImportPages
from accounts.models import Player, Rank, Role
from casino.lib.days import now as clock
from casino.lib.errors import Refusal
from casino.lib.idempotency import Key, fingerprint

Json = dict[str, Any]
Deed = Callable[[Player, Player, Json], None]
_HOUR: Final = timedelta(hours=1)
_CHOOSE: Final = ("", "---------")
_NO_ROLE: Final = "none"
"""Chosen, unlike the empty value: nobody loses rights because nothing was chosen."""


class BanForm(ReasonForm):
    """Why, and for how long."""

    hours = forms.IntegerField(
        label=gettext_lazy("기간 (시간)"),
        help_text=gettext_lazy("비우면 무기한"),
        required=False,
        min_value=1,
        max_value=87_600,
    )


class RankForm(ReasonForm):
    """Why, and which rank."""

    rank = forms.ChoiceField(label=gettext_lazy("등급"), choices=[_CHOOSE, *Rank.choices])


class RoleForm(ReasonForm):
    """Why, and which role; none makes a player of them again."""

    role = forms.ChoiceField(
        label=gettext_lazy("역할"),
        choices=[_CHOOSE, *((role.value or _NO_ROLE, role.label) for role in Role)],
    )

    def clean_role(self) -> Role:
        """The role that was chosen."""
        chosen = self.cleaned_data["role"]
        return Role.NONE if chosen == _NO_ROLE else Role(chosen)


class GrantForm(HandlingForm):
    """How much and why; sent twice, one form gives once."""

    amount = forms.IntegerField(label=gettext_lazy("골드"), min_value=1, max_value=grants.AMOUNT_MAX)
    key = forms.RegexField("^[0-9a-f]{32}$", widget=forms.HiddenInput, initial=partial(token_hex, 16))
    field_order = ("amount", "reason")


@admin.register(Player)
class PlayerAdmin(ImportPages, EvidenceAdmin):
    """Every account, with what staff may do to it."""

    list_display = ("id", "site_id", "nickname", "rank", "balance", "state", "role", "created_at", "last_login")
    list_display_links = ("id", "site_id")
    list_filter = ("rank", "is_staff", "role", "is_banned", "is_active")
    list_select_related = ("wallet",)
    search_fields = ("=id", "site_id__icontains", "nickname__icontains", "=phone_number")
    search_help_text = gettext_lazy("번호, 사이트 아이디, 닉네임, 전화번호")
    date_hierarchy = "created_at"
    ordering = ("-id",)
    actions = (
        "grant_gold",
        "ban",
        "unban",
        "give_rank",
        "switch_off",
        "switch_on",
        "log_out",
        "reset_code",
        "give_role",
        "export_csv",
    )
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

    def has_own_permission(self, request: HttpRequest) -> bool:
        """Owners may say who is staff."""
        return getattr(request.user, "role", "") == Role.OWNER

    def has_give_permission(self, request: HttpRequest) -> bool:
        """Economy and owners may give gold."""
        return getattr(request.user, "role", "") in (Role.ECONOMY, Role.OWNER)

    def render_change_form(self, request: HttpRequest, context: Json, *args: Any, **kwargs: Any) -> HttpResponse:
        """Adds what may be done to the player: the actions of the list, for this one."""
        offered = [found for found in self.get_actions(request).values() if found is not None]
        context["ways"] = [(name, label) for _do, name, label in offered if name != "export_csv"]
        return super().render_change_form(request, context, *args, **kwargs)

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
            (_("연속 기록"), "accounts_streak", "player__id__exact"),
            (_("진행 상황"), "accounts_progress", "player__id__exact"),
            (_("보상"), "accounts_reward", "player__id__exact"),
            (_("알림"), "accounts_notification", "player__id__exact"),
        )
        links = ((reverse(f"admin:{name}_changelist"), key, player.pk, label) for label, name, key in lists)
        return format_html_join(" · ", '<a href="{}?{}={}">{}</a>', links)

    @admin.action(description=gettext_lazy("골드 지급"), permissions=["give"])
    def grant_gold(self, request: HttpRequest, players: QuerySet[Player]) -> HttpResponse | None:
        """Asks how much and why, then gives it to each."""

        def deed(player: Player, by: Player, given: Json) -> None:
            amount, reason = given["amount"], given["reason"]
            asked = fingerprint({"user_id": player.pk, "amount": amount, "reason": reason})
            key = Key(by.pk, grants.OPERATION, f"{given['key']}:{player.pk}", asked)
            grants.give(by=by, player_id=player.pk, amount=amount, reason=reason, key=key)

        return self._with_reason(request, players, "grant_gold", GrantForm, deed)

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

    @admin.action(description=gettext_lazy("등급 부여"), permissions=["moderate"])
    def give_rank(self, request: HttpRequest, players: QuerySet[Player]) -> HttpResponse | None:
        """Asks why and which, then gives the rank."""
        return self._with_reason(
            request, players, "give_rank", RankForm, _changing(lambda given: {"rank": given["rank"]})
        )

    @admin.action(description=gettext_lazy("계정 비활성화"), permissions=["moderate"])
    def switch_off(self, request: HttpRequest, players: QuerySet[Player]) -> HttpResponse | None:
        """Asks why, then switches off and ends every session."""
        return self._with_reason(
            request, players, "switch_off", ReasonForm, _changing(lambda _given: {"is_active": False})
        )

    @admin.action(description=gettext_lazy("계정 활성화"), permissions=["moderate"])
    def switch_on(self, request: HttpRequest, players: QuerySet[Player]) -> HttpResponse | None:
        """Asks why, then lets the account be used again."""
        return self._with_reason(
            request, players, "switch_on", ReasonForm, _changing(lambda _given: {"is_active": True})
        )

    @admin.action(description=gettext_lazy("역할 변경"), permissions=["own"])
    def give_role(self, request: HttpRequest, players: QuerySet[Player]) -> HttpResponse | None:
        """Asks why and which, then gives the role, or takes away what there was."""
        return self._with_reason(request, players, "give_role", RoleForm, _changing(_rights))

    @admin.action(description=gettext_lazy("모든 기기에서 로그아웃"), permissions=["moderate"])
    def log_out(self, request: HttpRequest, players: QuerySet[Player]) -> HttpResponse | None:
        """Asks why, then ends every session."""

        def deed(player: Player, by: Player, given: Json) -> None:
            bans.log_out(player=player, by=by, reason=given["reason"], now=clock())

        return self._with_reason(request, players, "log_out", ReasonForm, deed)

    @admin.action(description=gettext_lazy("비밀번호 재설정 코드"), permissions=["moderate"])
    def reset_code(self, request: HttpRequest, players: QuerySet[Player]) -> HttpResponse | None:
        """Asks why, then shows a new code for one player: here and never again."""
        if len(players) != 1:
            self.message_user(request, _("재설정 코드는 한 번에 한 명에게만 만들 수 있습니다"), messages.ERROR)
            return None
        issued: list[resets.Issued] = []

        def deed(player: Player, by: Player, given: Json) -> None:
            issued.append(resets.issue(by=by, player_id=player.pk, reason=given["reason"]))

        answer = self._with_reason(request, players, "reset_code", HandlingForm, deed)
        if not issued:
            return answer
        shown = {"title": _("비밀번호 재설정 코드"), "opts": self.opts, "player": players[0], "issued": issued[0]}
        return TemplateResponse(
            request, "admin/accounts/player/code.html", self.admin_site.each_context(request) | shown
        )

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
            if not staff_rights.may_touch(by=by, of=player):
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


def _changing(facts: Callable[[Json], Json]) -> Deed:
    """The deed that changes what `facts` make of the given."""

    def deed(player: Player, by: Player, given: Json) -> None:
        standing.change(player_id=player.pk, by=by, facts=facts(given), reason=given["reason"])

    return deed


def _rights(given: Json) -> Json:
    return {"is_staff": given["role"] != Role.NONE, "role": given["role"].value}
