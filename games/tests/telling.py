"""Stories of a player, step by step on a clock that only moves when told to; and what they must have come to.

The recount knows nothing of how progress is kept: it looks at rounds, purchases and counted days, and at what each goal
asks for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from accounts.models import Goal, Notification, Player, Progress, Streak, StreakType, Wallet
from accounts.notifications import read_all
from accounts.progress import attendance, claims, events, missions, streaks, vip
from casino.lib import days
from casino.lib.errors import Refusal
from games.models import GameType, Round
from games.play import crash, gacha, rps, slots
from games.play.due import settle_due
from games.tests.flying import Clock, due_at
from realtime.models import StreamEvent
from shop.buy import buy
from shop.models import Product, Purchase, PurchaseStatus
from shop.orders import Order
from tests.cast import Caller

Json = dict[str, Any]
MOMENT: Final = timedelta(milliseconds=1)
PLAYS: Final = {
    GameType.SLOT: "slot_spins",
    GameType.RPS: "rps_plays",
    GameType.GACHA: "gacha_pulls",
    GameType.CRASH: "crash_bets",
}


@dataclass
class Story:
    """What the player does, and the moments of what no row of its own tells."""

    player: Player
    clock: Clock
    told: list[tuple[datetime, Json]] = field(default_factory=list)

    def does(self, step: str, number: int) -> None:
        """One step; what the club refuses is part of the story."""
        with suppress(Refusal):
            getattr(self, f"_{step}")(number)
        self.clock.shift(MOMENT)

    def ends(self) -> None:
        """Whatever is open flies to its end."""
        self.clock.shift(timedelta(minutes=5))
        settle_due(self.player.pk, now=days.now())

    def _spin(self, number: int) -> None:
        slots.spin(player=self.player, stake=10 + number, lines=1 + number % 5, key=None)

    def _duel(self, number: int) -> None:
        rps.play(player=self.player, stake=10 + number, choice=("rock", "paper", "scissors")[number % 3], key=None)

    def _pull(self, number: int) -> None:
        gacha.pull(player=self.player, count=10 if number % 2 else 1, banner=None, key=None)

    def _bet(self, number: int) -> None:
        crash.bet(player=self.player, stake=10 + number, target=(None, 101, 250)[number % 3], key=None)

    def _leave(self, number: int) -> None:
        crash.cash_out(player=self.player, round_id=None, key=None)

    def _wait(self, number: int) -> None:
        self.clock.shift(timedelta(seconds=number))

    def _catch_up(self, number: int) -> None:
        settle_due(self.player.pk, now=days.now())

    def _to_midnight(self, number: int) -> None:
        """Up to just before the day ends: what flies then, lands tomorrow."""
        edge = days.midnight(days.day_of(days.now()), after_days=1)
        self.clock.move_to(max(days.now(), edge - timedelta(seconds=number % 20, milliseconds=1)))

    def _days_go_by(self, number: int) -> None:
        self.clock.shift(timedelta(hours=9 + 13 * (number % 4)))

    def _attend(self, number: int) -> None:
        self._counting(lambda: attendance.tick(player_id=self.player.pk, action_type=StreakType.DAILY_LOGIN))

    def _claim_attendance(self, number: int) -> None:
        action_type = (StreakType.DAILY_LOGIN, StreakType.SLOT_SPIN)[number % 2]
        self._counting(lambda: attendance.claim(player=self.player, action_type=action_type, key=None))

    def _counting(self, attend: Callable[[], object]) -> None:
        before = streaks.of(self.player.pk).calendar
        attend()
        if streaks.of(self.player.pk).calendar != before:
            self.told.append((days.now(), {"attendance_days": 1}))

    def _protect(self, number: int) -> None:
        streaks.protect(player_id=self.player.pk, action_type=StreakType.DAILY_LOGIN, enabled=bool(number % 2))

    def _claim_points(self, number: int) -> None:
        vip.claim(player=self.player, key=None)

    def _shop(self, number: int) -> None:
        name = ("attendance_link", "anti_single_loss", "GOLD_PACK_SMALL")[number % 3]
        settle_due(self.player.pk, now=days.now())  # as the worker does every moment; a purchase waits for nothing
        order = Order(gateway_mode="always_success")
        buy(player=self.player, product=Product.objects.named(name), order=order, key=None)

    def _join(self, number: int) -> None:
        events.join(player=self.player, event_id=self._one_of(Goal.Kind.EVENT, number).pk)

    def _read(self, number: int) -> None:
        missions.listed(self.player.pk, now=days.now())

    def _report(self, number: int) -> None:
        mission = Goal.objects.get(requirements={"client": 2})
        if missions.report(player=self.player, mission_id=mission.pk, increment=1)["updated"]:
            self.told.append((days.now(), {"client": 1}))

    def _claim(self, number: int) -> None:
        kind = (Goal.Kind.EVENT, Goal.Kind.MISSION)[number % 2]
        for goal in Goal.objects.filter(kind=kind):
            with suppress(Refusal):
                claims.claim(player=self.player, kind=kind, goal_id=goal.pk, key=None)

    def _read_notices(self, number: int) -> None:
        read_all(player_id=self.player.pk)

    def _one_of(self, kind: Goal.Kind, number: int) -> Goal:
        found = list(Goal.objects.filter(kind=kind).order_by("pk"))
        return found[number % len(found)]


STEPS: Final = tuple(name.removeprefix("_") for name, step in vars(Story).items() if callable(step) and name in {
    "_spin", "_duel", "_pull", "_bet", "_leave", "_wait", "_catch_up", "_to_midnight", "_days_go_by", "_attend",
    "_claim_attendance", "_protect", "_claim_points", "_shop", "_join", "_read", "_report", "_claim", "_read_notices",
})  # fmt: skip


def happened(story: Story) -> list[tuple[datetime, Json]]:
    """All activity by its moment: rounds when they were over, purchases in gold, counted days."""
    found = list(story.told)
    for each in Round.objects.filter(player=story.player, settled_at__isnull=False):
        assert each.settled_at is not None
        pulls = len(each.outcome["items"]) if each.game == GameType.GACHA else 1
        worth = {"games_played": 1, PLAYS[GameType(each.game)]: pulls, "gold_wagered": each.stake}
        worth |= {"gold_won": each.payout, "games_won": int(each.payout > each.stake)}
        found.append((each.settled_at, worth))
    bought = Purchase.objects.filter(player=story.player, status=PurchaseStatus.SUCCESS, currency="gold")
    found += [(purchase.created_at, {"gold_spent_shop": purchase.amount}) for purchase in bought]
    return sorted(found, key=lambda each: each[0])


@dataclass
class Count:
    """What a recount comes to: numbers, how often they moved, and when they were reached."""

    tally: Json = field(default_factory=dict)
    moves: int = 0
    reached_at: datetime | None = None

    def add(self, goal: Goal, worth: Json, at: datetime) -> None:
        """Counts what the goal asks for, until it is reached."""
        gained = {key: worth[key] for key in goal.requirements if worth.get(key)}
        if self.reached_at is not None or not gained:
            return
        self.moves += 1
        self.tally = {key: self.tally.get(key, 0) + gained.get(key, 0) for key in self.tally.keys() | gained.keys()}
        if all(self.tally.get(key, 0) >= wanted for key, wanted in goal.requirements.items()):
            self.reached_at = at


def recounted(story: Story) -> dict[tuple[int, str], Count]:
    """What each goal's progress must be, by goal and first day of its period; only where something counted."""
    joined = dict(Progress.objects.filter(player=story.player, goal__kind="event").values_list("goal_id", "joined_at"))
    counts: dict[tuple[int, str], Count] = {}
    for goal in Goal.objects.all():
        if goal.is_event and not goal.requirements and goal.pk in joined:
            counts[goal.pk, "1970-01-01"] = Count(reached_at=joined[goal.pk])
        for at, worth in happened(story):
            if goal.is_event:
                assert goal.starts_at is not None
                assert goal.ends_at is not None
                if goal.pk not in joined or at < joined[goal.pk] or not goal.starts_at <= at < goal.ends_at:
                    continue
            period = goal.first_day(days.day_of(at)).isoformat()
            counts.setdefault((goal.pk, period), Count()).add(goal, worth, at)
    return {place: count for place, count in counts.items() if count.moves or count.reached_at}


def kept(story: Story) -> dict[tuple[int, str], Count]:
    """What each goal's progress is; claims are no moves."""
    return {
        (row.goal_id, row.period_start.isoformat()): Count(
            row.tally, row.version - (row.claimed_at is not None), row.completed_at
        )
        for row in Progress.objects.filter(player=story.player)
        if row.version or row.completed_at
    }


Snapshot = dict[str, Any]


def snapshot(player: Player) -> Snapshot:
    """What the player's screens show now, read over the API, with the place in the stream it belongs to."""
    caller = Caller(player)
    profile = caller.get("/api/auth/me").json()
    found = {each["mission_id"]: each for each in caller.get("/api/missions").json()}
    listed = [each for state in events.STATES for each in caller.get("/api/events", state=state).json()]
    return {
        "missions": {
            number: {name: each[name] for name in ("current_progress", "completed", "claimed", "reset_at")}
            for number, each in found.items()
        },
        "events": {
            each["id"]: {name: each["user_participation"][name] for name in ("progress", "completed", "claimed")}
            for each in listed
            if each["user_participation"] is not None
        },
        "profile": profile,
        "unread": caller.get("/api/notifications/unread-count").json()["unread"],
        "seq": Wallet.objects.values_list("stream_seq", flat=True).get(pk=player.pk),
    }


def carried_on(start: Snapshot, player: Player) -> Snapshot:
    """The snapshot as a client that hears every event after it has it in the end."""
    shown = {
        **start,
        "missions": dict(start["missions"]),
        "events": dict(start["events"]),
        "profile": dict(start["profile"]),
    }
    for event in StreamEvent.objects.filter(player=player, seq__gt=start["seq"]).order_by("seq"):
        data = event.data
        assert event.seq == shown["seq"] + 1
        shown["seq"] = event.seq
        if event.type == "mission_progress":
            names = ("current_progress", "completed", "claimed", "reset_at")
            shown["missions"][data["mission_id"]] = {name: data[name] for name in names}
        elif event.type == "event_progress":
            shown["events"][data["event_id"]] = {name: data[name] for name in ("progress", "completed", "claimed")}
        elif event.type == "profile_update":
            shown["profile"] |= {name: value for name, value in data["changes"].items() if name in shown["profile"]}
        elif event.type == "notification":
            shown["unread"] = data["unread"]
    return shown


def on(shown: Snapshot, now: datetime) -> Snapshot:
    """The snapshot without the missions whose period is over: a client begins them anew by the clock."""
    current = {
        number: each
        for number, each in shown["missions"].items()
        if each["reset_at"] is None or each["reset_at"] > days.stamp(now)
    }
    moved = {number: each for number, each in current.items() if each["current_progress"] or each["completed"]}
    taking_part = {number: each for number, each in shown["events"].items() if each["progress"] or each["completed"]}
    told = {"gold_balance", "cyber_token_balance", "experience", "level", "current_xp", "progress_percentage"}
    told |= {"vip_points", "rank", "user_rank"}
    profile = {name: value for name, value in shown["profile"].items() if name in told}
    profile["user_rank"] = profile["rank"]
    return {**shown, "missions": moved, "events": taking_part, "profile": profile}


def streaks_told(player: Player) -> Iterator[tuple[Json, Json]]:
    """The last that was told of each streak, and how it stood at that moment by the row of now."""
    last = {
        event.data["action_type"]: event
        for event in StreamEvent.objects.filter(player=player, type="streak_update").order_by("seq")
    }
    for streak in Streak.objects.filter(player=player):
        event = last[streak.action_type]
        told = {name: value for name, value in event.data.items() if name != "claimed_today"}
        yield told, streaks.status(streak, event.created_at)


def unread_rows(player: Player) -> int:
    """How many notices nobody has read."""
    return Notification.objects.filter(player=player, read_at=None).count()


def is_flying(player: Player) -> bool:
    """Whether a round of crash is open."""
    return due_at(player) is not None
