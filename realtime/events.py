"""Every event a stream may carry: its name on the wire and, field by field, its data. Absolute values, no differences.

The fields of these classes are the published shape: /asyncapi.json is made from them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Annotated, Any, ClassVar, Final, NotRequired, TypedDict

from msgspec import Meta

Json = dict[str, Any]
Stamp = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
Day = Annotated[str, Meta(extra_json_schema={"format": "date"})]
Gold = Annotated[int, Meta(description="whole gold")]


def published(name: str) -> Meta:
    """The shape that the HTTP API publishes under this name."""
    return Meta(extra_json_schema={"$ref": f"#/components/schemas/{name}"})


def one_of(*values: str) -> Meta:
    """One of these words."""
    return Meta(extra_json_schema={"enum": values})


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a player, or is told to whoever connects."""

    type: ClassVar[str]

    def data(self) -> Json:
        """Every field by its name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


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


# --- the account ----------------------------------------------------------------------------------------


class Changes(TypedDict):
    """What changed, as it stands now; both balance fields always together."""

    gold_balance: NotRequired[Gold]
    cyber_token_balance: NotRequired[Gold]
    experience: NotRequired[int]
    level: NotRequired[int]
    current_xp: NotRequired[int]
    progress_percentage: NotRequired[float]
    vip_points: NotRequired[int]
    rank: NotRequired[str]
    nickname: NotRequired[str]
    phone_number: NotRequired[str | None]


@dataclass(frozen=True, slots=True)
class ProfileUpdate(Event):
    """Balance, experience, points, rank or names changed."""

    type: ClassVar[str] = "profile_update"
    changes: Changes
    reason: Annotated[str, Meta(description="kind of the last ledger entry, or of the change")]
    ref: Annotated[str | None, Meta(description="what it refers to, such as a round or a receipt")] = None


@dataclass(frozen=True, slots=True)
class RewardGranted(Event):
    """A claim, a distribution or a staff grant was paid."""

    type: ClassVar[str] = "reward_granted"
    reward_type: Annotated[
        str, one_of("streak_daily", "event_reward", "mission_reward", "admin_grant_gold", "distribute")
    ]
    amount: Gold
    xp_amount: int
    balance_after: Gold
    source: Annotated[str, Meta(description="what it was for, in words")]
    ref: Annotated[str, Meta(description="what it was for, the same for one reward only")]


@dataclass(frozen=True, slots=True)
class NewNotice(Event):
    """A new notice is under the bell."""

    type: ClassVar[str] = "notification"
    id: int
    kind: str
    title: str
    message: str
    link: Annotated[str | None, Meta(description="a path of the club")]
    created_at: Stamp
    unread: int


@dataclass(frozen=True, slots=True)
class UnreadNotices(Event):
    """Notices were read: how many are left."""

    type: ClassVar[str] = "notification"
    unread: int


@dataclass(frozen=True, slots=True)
class UserAction(Event):
    """An action that a client of the player's reported."""

    type: ClassVar[str] = "user_action"
    id: int
    user_id: int
    action_type: str
    client_ts: Annotated[str | None, Meta(description="as the client said it")]
    context: Json
    server_ts: Stamp


# --- what brings players back ---------------------------------------------------------------------------


class Protection(TypedDict):
    """The protection of a streak."""

    enabled: bool
    tokens: int


@dataclass(frozen=True, slots=True)
class StreakUpdate(Event):
    """A streak or its protection changed: its status as it stands now."""

    type: ClassVar[str] = "streak_update"
    action_type: str
    count: Annotated[int, Meta(description="days in a row")]
    ttl_seconds: Annotated[int | None, Meta(description="until it breaks; null at count 0")]
    ticked_today: bool
    last_tick_date: Day | None
    protection: Protection
    claimed_today: bool


@dataclass(frozen=True, slots=True)
class MissionProgress(Event):
    """A mission's period moved on, was completed or claimed."""

    type: ClassVar[str] = "mission_progress"
    mission_id: int
    current_progress: float
    target_value: float
    completed: bool
    claimed: bool
    reset_at: Stamp | None


@dataclass(frozen=True, slots=True)
class EventProgress(Event):
    """A joined event moved on, was completed or claimed."""

    type: ClassVar[str] = "event_progress"
    event_id: int
    progress: Annotated[dict[str, float], Meta(description="how far, by requirement")]
    progress_version: Annotated[int, Meta(description="rises with every change")]
    completed: bool
    claimed: bool


@dataclass(frozen=True, slots=True)
class StatsUpdate(Event):
    """A round settled or the totals were rebuilt: the player's statistics as they stand now."""

    type: ClassVar[str] = "stats_update"
    stats: Annotated[Json, published("Stats")]


# --- the shop -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PurchaseUpdate(Event):
    """A purchase changed its state, or was refused with a reason."""

    type: ClassVar[str] = "purchase_update"
    status: Annotated[str, one_of("pending", "success", "failed", "voided", "refunded", "idempotent_reuse")]
    product_id: str
    receipt_code: str | None
    amount: Annotated[int, Meta(description="gold or US cents")]
    currency: Annotated[str, one_of("gold", "USD")]
    quantity: int
    reason_code: str | None = None


@dataclass(frozen=True, slots=True)
class CatalogUpdate(Event):
    """Staff changed the shop: ask for it again. To every open socket, stored nowhere."""

    type: ClassVar[str] = "catalog_update"
    reason: Annotated[
        str,
        one_of(
            "product_created",
            "product_updated",
            "product_deleted",
            "product_restored",
            "limited_updated",
            "promo_updated",
        ),
    ]
    product_id: str | None
    package_id: str | None
    version: Annotated[int, Meta(description="rises with every change")]


# --- what a socket opens with ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SyncConnected(Event):
    """The first message of a socket: which life of the numbering this is, and where it stands."""

    type: ClassVar[str] = "sync_connected"
    epoch: Annotated[str, Meta(description="a new one makes every old seq void")]
    latest_seq: int
    server_time: Stamp
    heartbeat_seconds: Annotated[int, Meta(description="how often to send a ping")]


class Balance(TypedDict):
    """The one currency, under both of its names."""

    gold_balance: Gold
    cyber_token_balance: Gold


class PendingPurchase(TypedDict):
    """A purchase that waits for its payment."""

    receipt_code: str
    product_id: str
    amount: int
    currency: str
    created_at: Stamp


@dataclass(frozen=True, slots=True)
class InitialState(Event):
    """The second message of a socket: the player's club at one moment."""

    type: ClassVar[str] = "initial_state"
    profile: Annotated[Json, published("UserProfile")]
    balance: Balance
    streak: Annotated[Json, published("StreakUpdate")]
    stats: Annotated[Json, published("Stats")]
    unread_notifications: int
    pending_purchases: Sequence[PendingPurchase]
    as_of_seq: Annotated[int, Meta(description="the last event that this state knows of")]
    recovered: Annotated[
        bool | None,
        Meta(description="null without since; true: the events since then follow; false: they cannot be told"),
    ]


@dataclass(frozen=True, slots=True)
class Pong(Event):
    """The answer to a ping."""

    type: ClassVar[str] = "pong"
