"""What players were given, and the rewards staff keep at hand, in the Django admin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.admin import drawings, terms
from accounts.admin.deeds import Deed, Places
from accounts.admin.desk import DeskAdmin, DeskForm, Sections
from accounts.admin.evidence import EvidenceAdmin, ReasonForm
from accounts.admin.goals import page_of_goal
from accounts.models import CatalogReward, Player, Reward
from accounts.progress import staging

Json = dict[str, Any]


@admin.register(Reward)
class RewardAdmin(EvidenceAdmin):
    """Every reward with what it was given for, once for its source and key."""

    list_display = ("id", "person", "source", "key", "gold", "xp", "description", "awarded_at")
    list_filter = ("source",)
    list_select_related = ("player",)
    search_fields = ("=player__id", "=player__site_id", "=player__nickname", "=key")
    search_help_text = gettext_lazy("번호, 사이트 아이디, 닉네임, 키")
    ordering = ("-id",)
    fields = ("person", "source", "key", "gold", "xp", "description", "goal_page", "giver", "metadata", "awarded_at")
    readonly_fields = ("person", "goal_page", "giver")

    @admin.display(description=gettext_lazy("플레이어"))
    def person(self, reward: Reward) -> SafeString:
        """Who was given it."""
        return drawings.player(reward.player)

    @admin.display(description=gettext_lazy("지급한 사람"))
    def giver(self, reward: Reward) -> str:
        """Which of the staff gave it, if any did."""
        return reward.given_by.site_id if reward.given_by else "–"

    @admin.display(description=gettext_lazy("목표"))
    def goal_page(self, reward: Reward) -> Any:
        """The goal it was paid for."""
        if reward.goal is None:
            return "–"
        return format_html('<a href="{}">{}</a>', page_of_goal(reward.goal), reward.goal.title)


class CatalogForm(DeskForm):
    """A reward of the catalog as staff write it."""

    places: ClassVar[Places] = {"CONFLICT": ("code",)}

    class Meta:
        model = CatalogReward
        fields = ("code", "reward_type", "amount", "meta", "is_active")

    meta = terms.TermsField(
        label=pgettext_lazy("관리", "내용"), help_text=gettext_lazy("한 줄에 하나: 이름 = 값. JSON도 됩니다.")
    )


def _switch(on: bool) -> Callable[[Player, Any, Json], object]:
    def act(by: Player, reward: CatalogReward, given: Json) -> object:
        return staging.switch_reward(by=by, reward_id=reward.pk, on=on, reason=given["reason"])

    return act


@admin.register(CatalogReward)
class CatalogRewardAdmin(DeskAdmin):
    """Rewards that staff keep at hand."""

    form = CatalogForm
    target_type = "catalog_reward"
    target_field = "pk"
    deeds: ClassVar[tuple[Deed, ...]] = (
        Deed("activate", gettext_lazy("켜기"), gettext_lazy("켰습니다"), ReasonForm, _switch(True),
             lambda reward: not reward.is_active),
        Deed("deactivate", gettext_lazy("끄기"), gettext_lazy("껐습니다"), ReasonForm, _switch(False),
             lambda reward: reward.is_active),
    )  # fmt: skip
    list_display = ("code", "reward_type", "amount", "is_active", "updated_at")
    list_filter = ("is_active", "reward_type")
    search_fields = ("code__icontains", "reward_type__icontains")
    search_help_text = gettext_lazy("코드, 종류")
    ordering = ("code",)
    readonly_fields = ("created_at", "updated_at")

    def sections(self, row: CatalogReward | None) -> Sections:
        """What it is."""
        return ((None, {"fields": ("code", ("reward_type", "amount"), "meta", "is_active")}),)

    def create(self, by: Player, facts: Json) -> CatalogReward:
        """Puts it into the catalog."""
        return staging.create_reward(by=by, facts=facts)

    def alter(self, by: Player, row: CatalogReward, facts: Json, reason: str) -> None:
        """Changes what staff changed."""
        staging.change_reward(by=by, reward_id=row.pk, facts=facts, reason=reason)
