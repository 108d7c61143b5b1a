"""Every event a stream may carry: its name on the wire and its exact data. Absolute values, never differences."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, Protocol

Json = dict[str, Any]


class Event(Protocol):
    """Something that happened to a player."""

    @property
    def type(self) -> str:
        """The event's name on the wire."""

    def data(self) -> Json:
        """Its data as the wire shows it."""


# The published order within one operation.
ORDER: Final = {
    name: place
    for place, names in enumerate(
        (
            ("game_event", "purchase_update"),
            ("streak_update",),
            ("reward_granted",),
            ("profile_update",),
            ("stats_update",),
            ("mission_progress", "event_progress"),
            ("notification",),
        )
    )
    for name in names
}


def in_order(events: list[Event]) -> list[Event]:
    """The events of one operation in the published order; equals keep theirs."""
    return sorted(events, key=lambda event: ORDER.get(event.type, len(ORDER)))


@dataclass(frozen=True, slots=True)
class ProfileUpdate:
    """Balance, experience, points, rank or names changed; both balance fields always together."""

    type: ClassVar[str] = "profile_update"
    changes: Json
    reason: str
    ref: str | None = None

    def data(self) -> Json:
        """Changes, why, and what they refer to."""
        return {"changes": self.changes, "reason": self.reason, "ref": self.ref}


@dataclass(frozen=True, slots=True)
class RewardGranted:
    """A claim, a distribution or a staff grant was paid."""

    type: ClassVar[str] = "reward_granted"
    reward_type: str
    amount: int
    xp_amount: int
    balance_after: int
    source: str
    ref: str

    def data(self) -> Json:
        """Every field by its name."""
        return {
            "reward_type": self.reward_type,
            "amount": self.amount,
            "xp_amount": self.xp_amount,
            "balance_after": self.balance_after,
            "source": self.source,
            "ref": self.ref,
        }


@dataclass(frozen=True, slots=True)
class PurchaseUpdate:
    """A purchase changed its state, or was refused with a reason."""

    type: ClassVar[str] = "purchase_update"
    status: str
    product_id: str
    receipt_code: str | None
    amount: int
    currency: str
    quantity: int
    reason_code: str | None = None

    def data(self) -> Json:
        """Every field by its name."""
        return {
            "status": self.status,
            "product_id": self.product_id,
            "receipt_code": self.receipt_code,
            "amount": self.amount,
            "currency": self.currency,
            "quantity": self.quantity,
            "reason_code": self.reason_code,
        }


@dataclass(frozen=True, slots=True)
class StreakUpdate:
    """A streak or its protection changed: its status as it stands now."""

    type: ClassVar[str] = "streak_update"
    status: Json

    def data(self) -> Json:
        """StreakStatus and whether today is claimed."""
        return self.status


@dataclass(frozen=True, slots=True)
class MissionProgress:
    """A mission's period moved on, was completed or claimed."""

    type: ClassVar[str] = "mission_progress"
    mission_id: int
    current_progress: float
    target_value: float
    completed: bool
    claimed: bool
    reset_at: str | None

    def data(self) -> Json:
        """Every field by its name."""
        return {
            "mission_id": self.mission_id,
            "current_progress": self.current_progress,
            "target_value": self.target_value,
            "completed": self.completed,
            "claimed": self.claimed,
            "reset_at": self.reset_at,
        }


@dataclass(frozen=True, slots=True)
class EventProgress:
    """A joined event moved on, was completed or claimed."""

    type: ClassVar[str] = "event_progress"
    event_id: int
    progress: Json
    progress_version: int
    completed: bool
    claimed: bool

    def data(self) -> Json:
        """Every field by its name."""
        return {
            "event_id": self.event_id,
            "progress": self.progress,
            "progress_version": self.progress_version,
            "completed": self.completed,
            "claimed": self.claimed,
        }


@dataclass(frozen=True, slots=True)
class Notice:
    """A new notice under the bell; or, without one, only how many are unread now."""

    type: ClassVar[str] = "notification"
    unread: int
    notice: Json = field(default_factory=dict)

    def data(self) -> Json:
        """The notice, if there is one, and the number of unread ones."""
        return {**self.notice, "unread": self.unread}


@dataclass(frozen=True, slots=True)
class UserAction:
    """An action that the player's client reported."""

    type: ClassVar[str] = "user_action"
    action: Json

    def data(self) -> Json:
        """The action as it was logged."""
        return self.action


@dataclass(frozen=True, slots=True)
class StatsUpdate:
    """A round settled: the player's statistics as they stand now."""

    type: ClassVar[str] = "stats_update"
    stats: Json

    def data(self) -> Json:
        """The statistics."""
        return {"stats": self.stats}


@dataclass(frozen=True, slots=True)
class GameEvent:
    """A play: the common facts and what the game adds to them."""

    type: ClassVar[str] = "game_event"
    subtype: str
    game_type: str
    round_id: str
    status: str
    bet: int
    win: int
    balance_after: int
    shown: Json

    def data(self) -> Json:
        """Common facts, then the game's own."""
        return {
            "subtype": self.subtype,
            "game_type": self.game_type,
            "round_id": self.round_id,
            "status": self.status,
            "bet": self.bet,
            "win": self.win,
            "net_change": self.win - self.bet,
            "balance_after": self.balance_after,
            **self.shown,
        }
