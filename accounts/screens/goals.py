"""Events and missions as cards: what they ask for, how far the player has come, and what can be done now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Case, DateField, FilteredRelation, Q, Value, When
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Goal, Progress
from accounts.models.progress import ONCE
from accounts.progress import goals
from casino.lib import days

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

ENDED_SHOWN: Final = timedelta(days=30)
"""Events that ended longer ago are not shown."""
ENDED_MOST: Final = 12
_GOAL: Final = [field.attname for field in Goal._meta.concrete_fields]
_PROGRESS: Final = [field.attname for field in Progress._meta.concrete_fields]
_NAMES: Final[dict[str, StrPromise]] = {
    "games_played": gettext_lazy("게임 플레이"),
    "games_won": gettext_lazy("게임 승리"),
    "slot_spins": gettext_lazy("슬롯 스핀"),
    "rps_plays": gettext_lazy("가위바위보"),
    "gacha_pulls": gettext_lazy("가챠 뽑기"),
    "crash_bets": gettext_lazy("크래시 베팅"),
    "gold_wagered": gettext_lazy("베팅한 골드"),
    "gold_won": gettext_lazy("지급받은 골드"),
    "gold_spent_shop": gettext_lazy("상점에서 쓴 골드"),
    "attendance_days": gettext_lazy("출석한 날"),
    "model_index_points": gettext_lazy("모델 지수 포인트"),
    "client": gettext_lazy("진행"),
}
_SOURCES: Final[dict[str, StrPromise]] = {
    Goal.Source.SERVER: gettext_lazy("참여한 뒤 기간 안의 활동을 서버가 셉니다."),
    Goal.Source.CLIENT: gettext_lazy("진행은 클럽의 앱이 알려 줍니다."),
    Goal.Source.STAFF: gettext_lazy("진행은 운영진이 기록합니다."),
}


@dataclass(frozen=True, slots=True)
class Requirement:
    """One number a goal asks for, and how much of it is reached."""

    key: str
    name: str
    value: float
    wanted: float

    @property
    def shown(self) -> str:
        """How far, as text; what goes beyond is not counted."""
        return f"{min(self.value, self.wanted):,.12g} / {self.wanted:,.12g}"


@dataclass(frozen=True)
class Card:
    """A goal for one player at one moment."""

    goal: Goal
    progress: Progress | None
    now: datetime

    @property
    def id(self) -> int:
        """The goal's id."""
        return self.goal.pk

    @property
    def title(self) -> str:
        """The title in the reader's language, if the house knows it."""
        return _(self.goal.title)

    @property
    def description(self) -> str:
        """What staff wrote about it."""
        return _(self.goal.description) if self.goal.description else ""

    @property
    def rule(self) -> str:
        """Who says how far a player has come."""
        return str(_SOURCES[self.goal.source])

    @property
    def version(self) -> int:
        """How often the progress changed: scripts never go back behind it."""
        return self.progress.version if self.progress else 0

    @cached_property
    def requirements(self) -> Sequence[Requirement]:
        """Every number it asks for, in the house's order: databases keep keys in orders of their own."""
        tally = self.progress.tally if self.progress else {}
        order = {key: place for place, key in enumerate(_NAMES)}
        wishes = self.goal.requirements.items()
        asked = sorted(wishes, key=lambda wish: (order.get(wish[0], len(order)), wish[0]))
        return [Requirement(key, str(_NAMES.get(key, key)), tally.get(key, 0), wanted) for key, wanted in asked]

    @property
    def extras(self) -> Sequence[str]:
        """Rewards besides gold and XP, which the club only names."""
        known = {"gold", "exp", "experience"}
        return [f"{name} {amount}" for name, amount in self.goal.rewards.items() if name not in known]

    @property
    def is_completed(self) -> bool:
        """Whether everything is reached."""
        return self.progress is not None and self.progress.completed_at is not None

    @property
    def is_claimed(self) -> bool:
        """Whether the reward was paid."""
        return self.progress is not None and self.progress.claimed_at is not None

    @property
    def is_ready(self) -> bool:
        """Whether the reward can be claimed now."""
        return self.is_completed and not self.is_claimed

    @property
    def share(self) -> float:
        """How much of the goal is reached, from 0 to 1: the least of its numbers."""
        return min((each.value / each.wanted for each in self.requirements if each.wanted), default=0)


@dataclass(frozen=True)
class EventCard(Card):
    """An event."""

    @property
    def state(self) -> str:
        """active, upcoming or ended. One that waits to be claimed is still active."""
        if self._starts_at > self.now:
            return "upcoming"
        return "active" if self._ends_at > self.now or self.is_ready else "ended"

    @property
    def standing(self) -> str:
        """How the player stands: open (may join), joined, ready (may claim), claimed, or closed."""
        if self.is_claimed:
            return "claimed"
        if self.is_ready:
            return "ready"
        if not self._starts_at <= self.now < self._ends_at:
            return "closed"
        return "joined" if self.progress else "open"

    @property
    def is_running(self) -> bool:
        """Whether activity counts now."""
        return self._starts_at <= self.now < self._ends_at

    @property
    def _starts_at(self) -> datetime:
        assert self.goal.starts_at is not None
        return self.goal.starts_at

    @property
    def _ends_at(self) -> datetime:
        assert self.goal.ends_at is not None
        return self.goal.ends_at

    @property
    def turns_at(self) -> str:
        """The moment its state changes next by the clock."""
        return days.stamp(self._starts_at if self.state == "upcoming" else self._ends_at)


@dataclass(frozen=True)
class Quest(Card):
    """A mission in its period of this moment."""

    @cached_property
    def target(self) -> Requirement:
        """The one number it asks for."""
        key, wanted = goals.target_of(self.goal)
        value = self.progress.tally.get(key, 0) if self.progress else 0
        return Requirement(key, str(_NAMES.get(key, key)), value, wanted)

    @property
    def share(self) -> float:
        """How much of it is reached, from 0 to 1."""
        return self.target.value / self.target.wanted if self.target.wanted else 1

    @property
    def standing(self) -> str:
        """joined (on its way), ready (may claim) or claimed."""
        return "claimed" if self.is_claimed else "ready" if self.is_ready else "joined"


@dataclass(frozen=True, slots=True)
class Group:
    """The missions of one period."""

    period: str
    name: str
    resets_at: str
    quests: Sequence[Quest]


@dataclass(frozen=True)
class Goals:
    """Everything there is to reach."""

    now: datetime
    events: Sequence[EventCard]
    quests: Sequence[Quest]

    def _in_state(self, state: str) -> list[EventCard]:
        return [event for event in self.events if event.state == state]

    @property
    def active(self) -> Sequence[EventCard]:
        """What can be joined, reached or claimed; what needs the player first."""
        order = {"ready": 0, "joined": 1, "open": 1, "claimed": 2, "closed": 3}
        return sorted(self._in_state("active"), key=lambda event: order[event.standing])

    @property
    def upcoming(self) -> Sequence[EventCard]:
        """What begins later, soonest first."""
        return sorted(self._in_state("upcoming"), key=lambda event: event.turns_at)

    @property
    def ended(self) -> Sequence[EventCard]:
        """What is over, newest first."""
        return sorted(self._in_state("ended"), key=lambda event: event.turns_at, reverse=True)[:ENDED_MOST]

    @property
    def groups(self) -> Sequence[Group]:
        """Missions by period, with the moment each begins anew."""
        return list(self._groups())

    def _groups(self) -> Iterable[Group]:
        today = days.day_of(self.now)
        names = {
            Goal.Period.DAILY: (_("매일"), 1),
            Goal.Period.WEEKLY: (_("매주"), 7),
            Goal.Period.ONCE: (_("한 번"), 0),
        }
        for period, (name, lasts) in names.items():
            quests = [quest for quest in self.quests if quest.goal.period == period]
            first_day = Goal(period=period).first_day(today)
            resets_at = days.stamp(days.midnight(first_day, after_days=lasts)) if lasts else ""
            if quests:
                yield Group(period.value, name, resets_at, quests)

    @property
    def ready(self) -> int:
        """How many rewards wait to be claimed."""
        return sum(card.is_ready for card in (*self.events, *self.quests))

    @property
    def ready_quests(self) -> int:
        """How many of them are of missions."""
        return sum(quest.is_ready for quest in self.quests)

    @property
    def next_quests(self) -> Sequence[Quest]:
        """What to do next: claim, then what is nearest; done ones last."""
        order = {"ready": 0, "joined": 1, "claimed": 2}
        return sorted(self.quests, key=lambda quest: (order[quest.standing], -quest.share))


def goals_of(player_id: int, *, now: datetime) -> Goals:
    """Every event and mission with the player's progress in the period of this moment, in one statement."""
    today = days.day_of(now)
    periods = [Goal.Period.DAILY, Goal.Period.WEEKLY]
    first_days = [When(period=period, then=Value(Goal(period=period).first_day(today))) for period in periods]
    mine = Q(progress__player_id=player_id) & Q(
        progress__period_start=Case(*first_days, default=Value(ONCE), output_field=DateField())
    )
    kept = Goal.objects.kept().filter(is_active=True)
    found = kept.annotate(mine=FilteredRelation("progress", condition=mine)).filter(
        Q(kind=Goal.Kind.MISSION)
        | Q(ends_at__gt=now - ENDED_SHOWN)
        | Q(mine__completed_at__isnull=False, mine__claimed_at=None)
    )
    rows = found.order_by("-priority", "pk").values_list(*_GOAL, *(f"mine__{name}" for name in _PROGRESS))
    cards = [_card(values, now) for values in rows]
    return Goals(
        now,
        [card for card in cards if isinstance(card, EventCard)],
        [card for card in cards if isinstance(card, Quest)],
    )


def _card(values: Sequence[Any], now: datetime) -> EventCard | Quest:
    goal = Goal(**dict(zip(_GOAL, values[: len(_GOAL)], strict=True)))
    told = dict(zip(_PROGRESS, values[len(_GOAL) :], strict=True))
    progress = Progress(**told) if told["id"] is not None else None
    return EventCard(goal, progress, now) if goal.is_event else Quest(goal, progress, now)
