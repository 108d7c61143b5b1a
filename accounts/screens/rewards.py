"""Rewards as the profile lists them."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import Reward


@dataclass(frozen=True, slots=True)
class RewardRow:
    """One reward: what it was for, and what it gave."""

    reward: Reward

    @property
    def key(self) -> str:
        """The reference of its entry, by which the stream tells of it."""
        return f"{self.reward.source}:{self.reward.key}"

    @property
    def name(self) -> str:
        """What it was given for."""
        return str(Reward.Source(self.reward.source).label)

    @property
    def text(self) -> str:
        """The goal's title, or what staff wrote."""
        return _(self.reward.description) if self.reward.description else ""


def newest(player_id: int, limit: int) -> list[RewardRow]:
    """The newest rewards of a player."""
    return [RewardRow(reward) for reward in Reward.objects.filter(player_id=player_id).order_by("-pk")[:limit]]
