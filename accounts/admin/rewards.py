"""What players were given, and the rewards staff keep at hand, in the Django admin."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from accounts.admin import drawings
from accounts.admin.deeds import page_of
from accounts.admin.evidence import EvidenceAdmin
from accounts.models import Event, Mission, Reward

_PROXIES: Final = {True: Event, False: Mission}


@admin.register(Reward)
class RewardAdmin(EvidenceAdmin):
    """Every reward with what it was given for, once for its source and key."""

    list_display = ("id", "person", "source", "key", "gold", "xp", "description", "giver", "awarded_at")
    list_filter = ("source",)
    list_select_related = ("player", "given_by")
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
        address = page_of(_PROXIES[reward.goal.is_event]._meta, "change", reward.goal.pk)
        return format_html('<a href="{}">{}</a>', address, reward.goal.title)
