"""What was given to whom: every reward ever paid, for staff who look after the gold."""

from __future__ import annotations

from typing import Any

from accounts.models import Reward
from casino.lib.days import stamp

Json = dict[str, Any]


def page(*, player_id: int | None, event_id: int | None, source: str, page: int, page_size: int) -> Json:
    """Rewards newest first, by pages: of one player, one event, one source, or all."""
    wanted = {"player_id": player_id, "goal_id": event_id, "source": source or None}
    found = Reward.objects.filter(**{name: value for name, value in wanted.items() if value is not None})
    if event_id is not None:
        found = found.filter(source=Reward.Source.EVENT)
    first = (page - 1) * page_size
    shown = found.order_by("-id")[first : first + page_size]
    items = [line(reward) for reward in shown]
    return {"items": items, "total": found.count(), "page": page, "page_size": page_size}


def line(reward: Reward) -> Json:
    """One reward, with the event it was for."""
    return {
        "id": reward.pk,
        "user_id": reward.player_id,
        "reward_type": reward.type_name,
        "amount": reward.amount,
        "source": reward.source,
        "event_id": reward.goal_id if reward.source == Reward.Source.EVENT else None,
        "created_at": stamp(reward.awarded_at),
    }
