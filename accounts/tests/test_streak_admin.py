"""Streaks and the attendance table in the admin: days drawn, versions that only follow each other."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Audit, Player, Role, Streak, StreakTable
from accounts.progress import attendance, paytable
from accounts.progress.defaults import seed_progress
from adminpanel.roles import seed_roles
from casino.lib import days
from casino.lib.errors import Refusal
from tests.cast import enrol, gold_of
from tests.desk import sit_down
from tests.race import together

TABLES = "/admin/accounts/streaktable/"
ADD = f"{TABLES}add/"
STEPS = "1000, 50\n1200, 75"
NEW = {"steps": STEPS, "based_on": 1, "reason": "cheaper spring"}
SEEN = NEW | {"seen": "1000, 50; 1200, 75", "_apply": "1"}


@pytest.fixture
def staff(db: None) -> dict[Role, Player]:
    """One of the staff for each role."""
    list(seed_roles())
    list(seed_progress(days.now()))
    return {role: enrol(f"staff{role.value}", role=role) for role in Role if role != Role.NONE}


@pytest.fixture
def desk(staff: dict[Role, Player]) -> Client:
    """The browser of somebody who looks after the club's economy."""
    return sit_down(staff[Role.ECONOMY])


def tables() -> list[tuple[int, list[list[int]]]]:
    """Every version with its steps, oldest first."""
    return list(StreakTable.objects.order_by("version").values_list("version", "steps"))


def audits() -> list[Audit]:
    """What was done to the table, oldest first."""
    return list(Audit.objects.filter(action="STREAK_TABLE").order_by("id"))


def errors(page: Any) -> dict[str, list[str]]:
    """What the form says is wrong."""
    assert page.status_code == 200
    return dict(page.context["form"].errors)


# --- streaks ---------------------------------------------------------------------------------------------


def test_a_streak_is_drawn_as_a_calendar(desk: Client) -> None:
    streak = Streak(player=enrol("ada"), count=2, ticked_on=date(2026, 3, 2), tokens=1)
    for day in (date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 2)):
        streak.mark(day)
    streak.save()
    shown = desk.get(f"/admin/accounts/streak/{streak.pk}/change/").content.decode()
    months = re.findall(r'<table class="month" data-month="([^"]+)">(.*?)</table>', shown, re.DOTALL)
    drawn = [(name, re.findall(r'<td class="on">(\d+)', month)) for name, month in months]
    assert drawn == [("2026-03", ["1", "2"]), ("2026-02", ["28"])]
    march = re.findall(r"<tr>(.*?)</tr>", months[0][1])
    assert len(march) == 6  # 1 March 2026 is a Sunday
    assert march[0].count("<td></td>") == 6


def test_a_streak_shows_whether_it_still_stands(desk: Client) -> None:
    today = days.day_of(days.now())
    for name, ticked_on in (("ada", today), ("bob", today - timedelta(days=3))):
        Streak.objects.create(player=enrol(name), count=5, ticked_on=ticked_on)
    shown = desk.get("/admin/accounts/streak/").content.decode()
    assert re.findall(r'field-standing">(\d+)<', shown) == ["0", "5"]


@pytest.mark.parametrize("role", [role for role in Role if role != Role.NONE])
def test_nobody_changes_a_streak(staff: dict[Role, Player], role: Role) -> None:
    streak = Streak.objects.create(player=enrol("ada"), count=5)
    client = sit_down(staff[role])
    page = f"/admin/accounts/streak/{streak.pk}/"
    answers = [
        client.get("/admin/accounts/streak/").status_code,
        client.get(f"{page}change/").status_code,
        client.post(f"{page}change/", {"count": "9"}).status_code,
        client.post(f"{page}delete/", {"post": "yes"}).status_code,
        client.get("/admin/accounts/streak/add/").status_code,
    ]
    assert answers == [200, 200, 403, 403, 403]
    assert Streak.objects.get().count == 5


# --- the table -------------------------------------------------------------------------------------------


def test_a_new_version_is_looked_at_before_it_is_put_in_force(desk: Client, staff: dict[Role, Player]) -> None:
    first = tables()[0][1]
    page = desk.post(ADD, NEW | {"_preview": "1"})
    shown = page.content.decode()
    assert 'name="seen" value="1000, 50; 1200, 75"' in shown
    assert re.findall(r'data-day="10">.*?<td[^>]*>([^<]*)</td><td[^>]*>([^<]*)</td>', shown) == [
        ("2,800G · 275XP", "1,200G · 75XP")
    ]
    assert (tables(), audits()) == ([(1, first)], [])
    answer = desk.post(ADD, SEEN)
    newest = StreakTable.objects.get(version=2)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{TABLES}{newest.pk}/change/")
    assert tables() == [(1, first), (2, [[1000, 50], [1200, 75]])]
    assert newest.created_by == staff[Role.ECONOMY]
    (written,) = audits()
    assert (written.target_type, written.target_id, written.actor) == ("streak_table", "2", staff[Role.ECONOMY])
    assert written.details == {
        "before": {"version": 1, "steps": first},
        "after": {"version": 2, "steps": [[1000, 50], [1200, 75]]},
        "reason": "cheaper spring",
    }


def test_what_is_applied_is_what_was_seen(desk: Client) -> None:
    page = desk.post(ADD, SEEN | {"steps": "999999, 50"})
    assert 'name="seen" value="999999, 50"' in page.content.decode()
    assert (len(tables()), audits()) == (1, [])


def test_the_next_claim_is_paid_by_the_new_version(desk: Client) -> None:
    ada = enrol("ada")
    assert desk.post(ADD, SEEN | {"steps": "7, 3", "seen": "7, 3"}).status_code == 302
    answer, _ = attendance.claim(player=ada, action_type="DAILY_LOGIN", key=None)
    assert (answer["awarded_gold"], answer["awarded_xp"], gold_of(ada)) == (7, 3, 1007)


@pytest.mark.parametrize(
    ("wrong", "field", "told"),
    [
        ({"reason": ""}, "reason", "필수"), ({"reason": "x"}, "reason", "2"),
        ({"steps": ""}, "steps", "필수"), ({"steps": "1000"}, "steps", "1번째 줄"),
        ({"steps": "1000, 50\n1,000, 50"}, "steps", "2번째 줄"), ({"steps": "1000, 50\n\n1, 1"}, "steps", "2번째 줄"),
        ({"steps": "-5, 50"}, "steps", "1번째 줄"), ({"steps": "１００, 5"}, "steps", "1번째 줄"),
        ({"steps": "1e3, 5"}, "steps", "1번째 줄"), ({"steps": "<script>alert(1)</script>, 5"}, "steps", "1번째 줄"),
        ({"steps": "1000001, 50"}, "steps", "1일째"), ({"steps": "5, 5\n10, 100001"}, "steps", "2일째"),
        ({"steps": "\n".join(["1, 1"] * 61)}, "steps", "60줄"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("button", ["_preview", "_apply"])
def test_what_cannot_be_paid_is_told_in_the_form(
    desk: Client, wrong: dict[str, str], field: str, told: str, button: str
) -> None:
    before = tables()
    written = wrong.get("steps", STEPS)
    sent = NEW | wrong | {"seen": "; ".join(written.splitlines()), button: "1"}
    found = errors(desk.post(ADD, sent))
    assert list(found) == [field]
    assert told in found[field][0]
    assert (tables(), audits()) == (before, [])


def test_the_same_table_is_no_new_version(desk: Client) -> None:
    steps = "\n".join(f"{gold}, {xp}" for gold, xp in tables()[0][1])
    page = desk.post(ADD, NEW | {"steps": steps, "_preview": "1"})
    assert 'name="_apply"' not in page.content.decode()
    seen = steps.replace("\n", "; ")
    assert errors(desk.post(ADD, SEEN | {"steps": steps, "seen": seen})) == {"__all__": ["적용 중인 표와 같습니다"]}
    assert (len(tables()), audits()) == (1, [])


def test_a_version_of_somebody_faster_is_not_overrun(desk: Client, staff: dict[Role, Player]) -> None:
    now = days.now()
    paytable.introduce(by=staff[Role.OWNER], steps=[(5, 5)], based_on=1, reason="first", now=now)
    page = desk.post(ADD, SEEN)
    assert errors(page) == {"__all__": ["그 사이 버전 2이(가) 적용되었습니다"]}
    assert 'name="based_on" value="2"' in page.content.decode()
    assert [version for version, _ in tables()] == [1, 2]
    with pytest.raises(Refusal) as refused:
        paytable.introduce(by=staff[Role.OWNER], steps=[(6, 6)], based_on=1, reason="late", now=now)
    assert refused.value.code == "CONFLICT"
    assert len(audits()) == 1


@pytest.mark.parametrize("role", [role for role in Role if role != Role.NONE])
def test_only_economy_and_owners_write_versions_and_nobody_edits_one(staff: dict[Role, Player], role: Role) -> None:
    client, may = sit_down(staff[role]), role in (Role.ECONOMY, Role.OWNER)
    page = f"{TABLES}{StreakTable.objects.get().pk}/"
    assert [client.get(TABLES).status_code, client.get(f"{page}change/").status_code] == [200, 200]
    assert [
        client.post(f"{page}change/", {"steps": "[[9, 9]]", "version": "1"}).status_code,
        client.post(f"{page}delete/", {"post": "yes"}).status_code,
    ] == [403, 403]
    assert client.get(ADD).status_code == (200 if may else 403)
    assert client.post(ADD, SEEN).status_code == (302 if may else 403)
    assert (len(tables()), len(audits())) == ((2, 1) if may else (1, 0))


@pytest.mark.django_db(transaction=True)
def test_of_two_versions_written_at_once_one_is_put_in_force(staff: dict[Role, Player]) -> None:
    now = days.now()

    def write(gold: int) -> StreakTable:
        by = staff[Role.ECONOMY]
        return paytable.introduce(by=by, steps=[(gold, 1)], based_on=1, reason="at once", now=now)

    ends = together(*(partial(write, gold) for gold in range(1, 5)))
    written = [end for end in ends if isinstance(end, StreakTable)]
    refused = [end for end in ends if isinstance(end, Refusal)]
    assert (len(written), [each.code for each in refused]) == (1, ["CONFLICT"] * 3)
    assert tables()[1:] == [(2, written[0].steps)]
    assert len(audits()) == 1


def test_lists_cost_the_same_for_few_rows_and_many(desk: Client) -> None:
    def cost() -> list[int]:
        counts = []
        for path in (TABLES, "/admin/accounts/streak/"):
            with CaptureQueriesContext(connection) as statements:
                assert desk.get(path).status_code == 200
            counts.append(len(statements))
        return counts

    Streak.objects.create(player=enrol("ada"), count=1)
    cost()
    few = cost()
    for number in range(5):
        Streak.objects.create(player=enrol(f"bob{number}"), count=number)
        StreakTable.objects.create(version=2 + number, steps=[[number, 1]], valid_from=days.now())
    assert cost() == few
    assert max(few) <= 12
