"""Any story of days: the club tells, previews and pays what somebody would who stays awake at every midnight."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from accounts import queries
from accounts.models import Player, Reward
from accounts.progress import attendance, streaks
from accounts.tests.attending import PAID, buy_tokens, iso, on
from casino.lib import days
from casino.lib.errors import Refusal
from tests.cast import gold_of

KINDS = ("DAILY_LOGIN", "SLOT_SPIN")
Step = tuple[int, str, str]


@dataclass
class Row:
    """One streak as it would be kept by somebody who writes it down every night."""

    count: int = 0
    tokens: int = 0
    lent: int = 0
    """Tokens that covered the nights since anything was done: they come back if even all of them are too few."""
    is_protected: bool = False
    is_counted: bool = False
    counted: list[str] = field(default_factory=list)

    def midnight(self) -> None:
        if self.count and not self.is_counted:
            if self.is_protected and self.tokens:
                self.tokens, self.lent = self.tokens - 1, self.lent + 1
            else:
                self.count, self.tokens, self.lent = 0, self.tokens + self.lent, 0
        self.is_counted = False

    def tick(self, day: str) -> None:
        if self.is_counted:
            return
        self.count, self.is_counted, self.lent = self.count + 1, True, 0
        self.counted.append(day)
        if self.count in range(7, 1000, 7) and self.tokens < 3:
            self.tokens += 1


@dataclass
class Night:
    """The whole of a player's days, day by day."""

    day: int = 0
    rows: dict[str, Row] = field(default_factory=lambda: {kind: Row() for kind in KINDS})
    paid: int | None = None
    """The days in a row that today's claim was paid for."""
    gold: int = 1000

    def sleep(self, nights: int) -> None:
        for _ in range(nights):
            for row in self.rows.values():
                row.midnight()
            self.day, self.paid = self.day + 1, None

    def claim(self, kind: str) -> bool:
        if self.paid is not None:
            return False
        self.rows[kind].tick(iso(self.day))
        self.paid = max(1, self.rows[kind].count)
        self.gold += PAID[min(self.paid, 12) - 1][0]
        return True

    def pays(self, kind: str) -> int:
        """The days in a row that a claim of this moment is paid for, or was."""
        told = deepcopy(self)
        told.claim(kind)
        assert told.paid is not None
        return told.paid

    def pays_tomorrow(self, kind: str) -> int:
        """The same of tomorrow's claim, when today's is made now and nothing else happens."""
        told = deepcopy(self)
        told.claim(kind)
        told.sleep(1)
        return told.pays(kind)


def do(player: Player, night: Night, step: str, kind: str) -> None:
    """The step in the club and in the night's book; both must say the same of it."""
    row = night.rows[kind]
    if step == "tick":
        _streak, is_new, _now = attendance.tick(player_id=player.pk, action_type=kind)
        assert is_new is not row.is_counted
        row.tick(iso(night.day))
    elif step == "claim":
        previewed = attendance.preview(*queries.wallet_and_streak(player.pk, kind), now=days.now())
        if night.claim(kind):
            answer, _is_replay = attendance.claim(player=player, action_type=kind, key=None)
            paid = (answer["streak_count"], answer["awarded_gold"], answer["awarded_xp"])
            assert paid == (previewed.count, *previewed.today)
        else:
            with pytest.raises(Refusal, match="ALREADY_CLAIMED"):
                attendance.claim(player=player, action_type=kind, key=None)
    elif step == "reset":
        streaks.reset(player_id=player.pk, action_type=kind)
        row.count, row.lent = 0, 0
    elif step in ("protect", "expose"):
        streaks.protect(player_id=player.pk, action_type=kind, enabled=step == "protect")
        row.is_protected, row.lent = step == "protect", 0
    elif step == "buy":
        buy_tokens(player, 1)
        attended = night.rows["DAILY_LOGIN"]
        attended.tokens, attended.lent = attended.tokens + 1, 0


def check(player: Player, night: Night) -> None:
    """The club says of every streak what the book says."""
    now = days.now()
    for kind, row in night.rows.items():
        wallet, streak = queries.wallet_and_streak(player.pk, kind)
        told = streaks.status(streak, now)
        assert (told["count"], told["ticked_today"], told["protection"]) == (
            row.count, row.is_counted, {"enabled": row.is_protected, "tokens": row.tokens},
        )  # fmt: skip
        assert told["last_tick_date"] == (row.counted[-1] if row.counted else None)
        seen = attendance.preview(wallet, streak, now=now)
        count, following = night.pays(kind), night.pays_tomorrow(kind)
        assert (seen.is_claimed, seen.count, seen.today, seen.next_day) == (
            night.paid is not None, count, PAID[min(count, 12) - 1], PAID[min(following, 12) - 1],
        )  # fmt: skip


def months(player: Player, kind: str) -> list[str]:
    """Every day that the calendar of the streak remembers."""
    streak = streaks.of(player.pk, kind)
    found = [streak.days_of(*map(int, month.split("-"))) for month in sorted(streak.calendar)]
    return [day.isoformat() for month in found for day in month]


def live(player: Player, story: Sequence[Step]) -> None:
    """Lives through the story, holding club and book against each other after every step."""
    night = Night()
    for nights, step, kind in story:
        night.sleep(nights)
        if step == "week":  # seven days of coming, so that stories get far enough for tokens
            for _ in range(6):
                do_on(player, night, "tick", kind)
                night.sleep(1)
            step = "tick"
        do_on(player, night, step, kind)
    assert {kind: months(player, kind) for kind in KINDS} == {kind: row.counted for kind, row in night.rows.items()}
    assert gold_of(player) == night.gold == 1000 + sum(Reward.objects.values_list("gold", flat=True))


def do_on(player: Player, night: Night, step: str, kind: str) -> None:
    with on(night.day):
        do(player, night, step, kind)
        check(player, night)


STEPS: Any = st.tuples(
    st.sampled_from([0, 0, 1, 1, 1, 2, 2, 3, 5]),
    st.sampled_from(["tick", "claim", "claim", "reset", "protect", "expose", "buy", "week"]),
    st.sampled_from(KINDS),
)


@given(story=st.lists(STEPS, max_size=14))
@example(story=[(0, "week", "DAILY_LOGIN"), (0, "protect", "DAILY_LOGIN"), (2, "expose", "DAILY_LOGIN")])
@example(story=[(0, "week", "SLOT_SPIN"), (0, "protect", "SLOT_SPIN"), (3, "tick", "SLOT_SPIN")])
@example(story=[(0, "claim", "SLOT_SPIN"), (0, "claim", "DAILY_LOGIN"), (1, "claim", "DAILY_LOGIN")])
@example(story=[(0, "claim", "SLOT_SPIN"), (0, "reset", "SLOT_SPIN"), (1, "claim", "SLOT_SPIN")])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
def test_whatever_is_lived_the_preview_is_what_is_paid(ada: Player, story: list[Step]) -> None:
    with transaction.atomic():
        live(ada, story)
        transaction.set_rollback(True)
