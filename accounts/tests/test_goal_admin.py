"""The admin of events and missions: shown as they stand, written by the stage's operations, with reasons."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import Goal, Player, Progress, Role
from accounts.tests.staffed import ROLES, audits_of, costs_the_same, staff_of_every_role, told
from casino.lib import days
from tests.cast import enrol
from tests.desk import opened, sit_down

EVENTS, MISSIONS = "/admin/accounts/event/", "/admin/accounts/mission/"
WINDOW = {"starts_at_0": "2026-03-01", "starts_at_1": "00:00", "ends_at_0": "2099-03-08", "ends_at_1": "00:00"}
TERMS = {"title": "봄맞이", "requirements": "games_played = 10", "rewards": "gold = 5000\nexp = 100"}
EVENT = TERMS | WINDOW | {"category": "season", "priority": "7", "is_active": "on", "source": ""}
MISSION = TERMS | {"priority": "7", "is_active": "on", "source": "", "period": "daily"}
XSS = "<img src=x onerror=alert(1)>"


@pytest.fixture
def staff(db: None) -> dict[Role, Player]:
    return staff_of_every_role()


@pytest.fixture
def desk(staff: dict[Role, Player]) -> Client:
    """The browser of somebody who looks after the club's economy."""
    return sit_down(staff[Role.ECONOMY])


@pytest.fixture
def welcome(staff: dict[Role, Player]) -> Goal:
    """The event every club opens with."""
    return Goal.objects.events().get(title="신규 유저 환영 이벤트")


@pytest.fixture
def first_game(staff: dict[Role, Player]) -> Goal:
    """The mission every club opens with."""
    return Goal.objects.missions().get(title="첫 게임 플레이")


def room(goal: Goal) -> str:
    """The address of the goal's page."""
    return f"{EVENTS if goal.is_event else MISSIONS}{goal.pk}/change/"


def row(goal: Goal) -> dict[str, Any]:
    """The goal as the database has it."""
    return dict(Goal.objects.values().get(pk=goal.pk))


def rows() -> list[dict[str, Any]]:
    """Every goal as the database has it."""
    return [dict(found) for found in Goal.objects.order_by("id").values()]


def errors(page: Any) -> dict[str, list[str]]:
    """What the form says is wrong."""
    assert page.status_code == 200
    return dict(page.context["adminform"].form.errors)


def notes(page: Any) -> list[tuple[str, str]]:
    """What the page after a redirect says, by how loud it is."""
    return [(message.level_tag, str(message)) for message in page.context["messages"]]


# --- adding ----------------------------------------------------------------------------------------------


def test_an_event_is_put_on_the_stage_and_audited_once(desk: Client) -> None:
    assert desk.post(f"{EVENTS}add/", EVENT).status_code == 302
    made = Goal.objects.events().get(title="봄맞이")
    assert (made.requirements, made.rewards) == ({"games_played": 10}, {"gold": 5000, "exp": 100})
    assert (made.source, made.period, made.priority, made.is_active) == ("server", "once", 7, True)
    assert (made.starts_at.isoformat(), made.ends_at.isoformat()) == (  # type: ignore[union-attr]
        "2026-03-01T00:00:00+00:00",
        "2099-03-08T00:00:00+00:00",
    )
    (written,) = audits_of("event")
    assert (written.action, written.target_id, written.actor_name) == ("EVENT_CREATE", str(made.pk), "staffeconomy")
    assert (written.details["before"], written.details["after"]["rewards"]) == (None, {"gold": 5000, "exp": 100})


def test_a_mission_comes_round_from_now_on(desk: Client) -> None:
    assert desk.post(f"{MISSIONS}add/", MISSION).status_code == 302
    made = Goal.objects.missions().get(title="봄맞이")
    assert (made.period, made.starts_at, made.source) == ("daily", None, "server")
    assert [written.action for written in audits_of("mission")] == ["MISSION_CREATE"]


def test_terms_may_be_json_and_may_promise_what_is_only_shown(desk: Client) -> None:
    terms = {
        "requirements": '{"slot_spins": 5, "games_won": 2}',
        "rewards": 'gold = 10\nbadge = 봄꽃\nlook = {"a": [1]}',
    }
    assert desk.post(f"{EVENTS}add/", EVENT | terms).status_code == 302
    made = Goal.objects.events().get(title="봄맞이")
    assert made.requirements == {"slot_spins": 5, "games_won": 2}
    assert made.rewards == {"gold": 10, "badge": "봄꽃", "look": {"a": [1]}}


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"title": ""}, "title", "필수"), ({"title": "x" * 201}, "title", "200"),
        ({"ends_at_0": "2026-02-01"}, "ends_at", "종료일이 시작일보다 앞설 수 없음"),
        ({"ends_at_0": "", "ends_at_1": ""}, "ends_at", "필수"),
        ({"rewards": "gold = 1001", "requirements": "photos_sent = 1"}, "rewards", "1,000 이하"),
        ({"rewards": "gold = 1001", "source": "client"}, "rewards", "1,000 이하"),
        ({"rewards": "gold = -1"}, "rewards", "gold: 0 이상의 정수"), ({"rewards": "gold = 1.5"}, "rewards", "gold"),
        ({"rewards": "gold = many"}, "rewards", "gold"), ({"rewards": "gold = 9007199254740992"}, "rewards", "gold"),
        ({"rewards": "gold: 5"}, "rewards", "1번째 줄"), ({"rewards": "gold = 5\ngold = 6"}, "rewards", "2번째 줄"),
        ({"rewards": '{"gold": 5, "gold": 6}'}, "rewards", "JSON"), ({"rewards": "{" * 3000}, "rewards", "JSON"),
        ({"rewards": "note = " + "x" * 4000}, "rewards", "4000"),
        ({"requirements": "games_played = 0"}, "requirements", "0보다 큰"),
        ({"requirements": "games_played = NaN"}, "requirements", "0보다 큰"),
        ({"requirements": "games_played = Infinity"}, "requirements", "0보다 큰"),
        ({"requirements": "games_played = true"}, "requirements", "0보다 큰"),
        ({"requirements": "games_played"}, "requirements", "1번째 줄"),
        ({"source": "nobody"}, "source", "nobody"),
        ({"priority": "high"}, "priority", "정수"),
    ],
)  # fmt: skip
def test_what_no_event_may_be_is_told_in_the_form(desk: Client, wrong: dict[str, str], field: str, said: str) -> None:
    before = rows()
    found = errors(desk.post(f"{EVENTS}add/", EVENT | wrong))
    assert list(found) == [field]
    assert said in found[field][0]
    assert (rows(), audits_of("event")) == (before, [])


def test_gold_that_a_client_may_ask_for_is_warned_about(desk: Client) -> None:
    sent = EVENT | {"requirements": "photos_sent = 1", "rewards": "gold = 1000"}
    page = desk.post(f"{EVENTS}add/", sent, follow=True)
    made = Goal.objects.events().get(title="봄맞이")
    warning = "클라이언트가 알리는 진행으로 1,000골드를 지급합니다. 서버가 확인하지 않습니다."
    assert made.source == "client"
    assert ("warning", f"봄맞이: {warning}") in notes(page)
    assert "클라이언트 골드" in page.content.decode()
    assert warning in desk.get(room(made)).content.decode()


def test_the_names_that_the_club_counts_are_shown(desk: Client) -> None:
    shown = desk.get(f"{EVENTS}add/").content.decode()
    keys = re.search(r'<p class="keys">(.*?)</p>', shown)
    assert keys is not None
    assert re.findall(r"<code>(\w+)</code>", keys[1]) == [
        "attendance_days", "crash_bets", "gacha_pulls", "games_played", "games_won", "gold_spent_shop",
        "gold_wagered", "gold_won", "rps_plays", "slot_spins",
    ]  # fmt: skip


# --- changing --------------------------------------------------------------------------------------------


def test_only_what_staff_changed_is_written_with_before_and_after(desk: Client, welcome: Goal) -> None:
    form = opened(desk, room(welcome))
    Goal.objects.filter(pk=welcome.pk).update(priority=3, description="by somebody else")
    assert desk.post(room(welcome), form | {"rewards": "gold = 4000", "reason": "too generous"}).status_code == 302
    now = row(welcome)
    assert (now["rewards"], now["priority"], now["description"]) == ({"gold": 4000}, 3, "by somebody else")
    assert [told(audit) for audit in audits_of("event")] == [
        {
            "action": "EVENT_UPDATE",
            "target": str(welcome.pk),
            "by": "staffeconomy",
            "before": {"rewards": {"gold": 5000}},
            "after": {"rewards": {"gold": 4000}},
            "reason": "too generous",
        }
    ]


def test_a_form_that_changes_nothing_writes_nothing(desk: Client, welcome: Goal, first_game: Goal) -> None:
    before = rows()
    for goal in (welcome, first_game):
        form = opened(desk, room(goal))
        spaced = {name: f"\n {form[name]} \n" for name in ("requirements", "rewards")}
        assert desk.post(room(goal), form | spaced | {"reason": "looking around"}).status_code == 302
    assert (rows(), audits_of("event", "mission")) == (before, [])


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(desk: Client, welcome: Goal) -> None:
    form = opened(desk, room(welcome))
    Goal.objects.filter(pk=welcome.pk).update(rewards={"gold": 1, "exp": 7})
    before = row(welcome)
    found = errors(desk.post(room(welcome), form | {"rewards": "gold = 4000", "reason": "too generous"}))
    assert list(found) == ["rewards"]
    assert (row(welcome), audits_of("event")) == (before, [])


@pytest.mark.parametrize("reason", ["", " ", "x"])
def test_a_change_without_a_reason_is_refused(desk: Client, first_game: Goal, reason: str) -> None:
    before, form = row(first_game), opened(desk, room(first_game))
    assert list(errors(desk.post(room(first_game), form | {"title": "New", "reason": reason}))) == ["reason"]
    assert (row(first_game), audits_of("mission")) == (before, [])


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"ends_at_0": "2001-01-01"}, "ends_at"), ({"ends_at_0": "", "ends_at_1": ""}, "ends_at"),
        ({"source": "client"}, "rewards"), ({"requirements": "photos_sent = 2"}, "rewards"),
        ({"rewards": "exp = -1"}, "rewards"),
    ],
)  # fmt: skip
def test_a_change_may_not_bypass_a_rule(desk: Client, welcome: Goal, wrong: dict[str, str], field: str) -> None:
    before, form = row(welcome), opened(desk, room(welcome))
    assert list(errors(desk.post(room(welcome), form | wrong | {"reason": "because"}))) == [field]
    assert (row(welcome), audits_of("event")) == (before, [])


def test_names_that_are_not_on_the_page_change_nothing(desk: Client, welcome: Goal) -> None:
    form = opened(desk, room(welcome)) | {"kind": "mission", "deleted_at": "2026-01-01", "period": "daily", "id": "999"}
    assert desk.post(room(welcome), form | {"title": "New", "reason": "spring"}).status_code == 302
    now = row(welcome)
    assert (now["title"], now["kind"], now["deleted_at"], now["period"]) == ("New", "event", None, "once")


# --- deeds -----------------------------------------------------------------------------------------------


def test_an_event_is_deleted_and_restored_for_a_reason(desk: Client, welcome: Goal) -> None:
    page = f"{EVENTS}{welcome.pk}/"
    assert desk.post(f"{page}remove/", {"reason": ""}).status_code == 200
    assert row(welcome)["deleted_at"] is None
    assert desk.post(f"{page}remove/", {"reason": "a mistake"}).status_code == 302
    deleted_at = row(welcome)["deleted_at"]
    assert deleted_at is not None
    assert desk.get(f"{EVENTS}?state=deleted").context["cl"].result_count == 1
    assert desk.post(f"{page}restore/", {"reason": "no mistake"}).status_code == 302
    assert row(welcome)["deleted_at"] is None
    assert [(audit.action, audit.details["reason"]) for audit in audits_of("event")] == [
        ("EVENT_DELETE", "a mistake"),
        ("EVENT_RESTORE", "no mistake"),
    ]
    assert audits_of("event")[0].details["after"] == {"deleted_at": days.stamp(deleted_at)}


@pytest.mark.parametrize("kind", ["event", "mission"])
def test_goals_are_switched_off_and_on_for_a_reason(desk: Client, welcome: Goal, first_game: Goal, kind: str) -> None:
    goal = {"event": welcome, "mission": first_game}[kind]
    page = f"/admin/accounts/{kind}/{goal.pk}/"
    assert desk.post(f"{page}deactivate/", {"reason": "x"}).status_code == 200
    assert row(goal)["is_active"] is True
    for deed, stands in (("deactivate", False), ("activate", True)):
        assert desk.post(f"{page}{deed}/", {"reason": "for today"}).status_code == 302
        assert row(goal)["is_active"] is stands
    assert [told(audit) for audit in audits_of(kind)] == [
        {
            "action": f"{kind.upper()}_{deed}",
            "target": str(goal.pk),
            "by": "staffeconomy",
            "before": {"is_active": not stands},
            "after": {"is_active": stands},
            "reason": "for today",
        }
        for deed, stands in (("DEACTIVATE", False), ("ACTIVATE", True))
    ]


def test_a_mission_is_no_event_and_an_event_no_mission(desk: Client, welcome: Goal, first_game: Goal) -> None:
    before = rows()
    wrong = [f"{EVENTS}{first_game.pk}/", f"{MISSIONS}{welcome.pk}/"]
    for page in wrong:
        assert desk.get(f"{page}change/").status_code == 302
        assert desk.post(f"{page}change/", {"title": "New", "reason": "why"}).status_code == 302
        assert desk.post(f"{page}deactivate/", {"reason": "why"}).status_code == 404
    assert desk.post(f"{EVENTS}{first_game.pk}/remove/", {"reason": "why"}).status_code == 404
    assert (rows(), audits_of("event", "mission")) == (before, [])


# --- who may ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ROLES)
def test_only_economy_and_owners_change_goals_and_everybody_sees_them(
    staff: dict[Role, Player], welcome: Goal, first_game: Goal, role: Role
) -> None:
    client, may = sit_down(staff[role]), role in (Role.ECONOMY, Role.OWNER)
    before = rows()
    for goal, sent in ((welcome, EVENT), (first_game, MISSION)):
        page = room(goal).removesuffix("change/")
        listed = EVENTS if goal.is_event else MISSIONS
        assert [client.get(listed).status_code, client.get(f"{page}change/").status_code] == [200, 200]
        assert client.post(f"{page}delete/", {"post": "yes"}).status_code == 403
        assert client.get(f"{listed}add/").status_code == (200 if may else 403)
        if may:
            assert client.get(f"{page}deactivate/").status_code == 200
            continue
        assert client.post(f"{listed}add/", sent).status_code == 403
        assert client.post(f"{page}change/", {"title": "New", "reason": "why"}).status_code == 403
        assert client.post(f"{page}deactivate/", {"reason": "why"}).status_code == 403
        assert "deactivate/" not in client.get(listed).content.decode()
    assert (rows(), audits_of("event", "mission")) == (before, [])


# --- lists -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "facts"),
    [
        ("running", {}), ("off", {"is_active": False}), ("deleted", {"deleted_at": days.now(), "is_active": False}),
        ("upcoming", {"starts_at": days.now() + timedelta(hours=1)}),
        ("over", {"starts_at": days.now() - timedelta(hours=2), "ends_at": days.now() - timedelta(hours=1)}),
    ],
)  # fmt: skip
def test_an_event_in_a_state_is_found_by_it(desk: Client, welcome: Goal, state: str, facts: dict[str, Any]) -> None:
    Goal.objects.events().exclude(pk=welcome.pk).delete()
    Goal.objects.filter(pk=welcome.pk).update(**facts)
    states = ("running", "off", "deleted", "upcoming", "over")
    found = {each: desk.get(f"{EVENTS}?state={each}").context["cl"].result_count for each in states}
    assert found == {each: int(each == state) for each in states}


def test_a_list_counts_who_takes_part_in_the_period_of_now(desk: Client, welcome: Goal, first_game: Goal) -> None:
    now = days.now()
    today = days.day_of(now)
    ada, bob, vip = (enrol(name) for name in ("ada", "bob", "vip"))
    for player, facts in (
        (ada, {"completed_at": now, "claimed_at": now}),
        (bob, {"completed_at": now}),
        (vip, {}),
    ):
        Progress.objects.create(player=player, goal=welcome, joined_at=now, **facts)
    mission = {"goal": first_game, "joined_at": now}
    Progress.objects.create(player=ada, period_start=today, completed_at=now, **mission)
    Progress.objects.create(player=bob, period_start=today - timedelta(days=1), completed_at=now, **mission)
    counted = re.compile(r'data-testid="people">([^<]*)<')
    assert "3 · 2 · 1" in counted.findall(desk.get(EVENTS).content.decode())
    assert counted.findall(desk.get(f"{MISSIONS}?q={first_game.pk}").content.decode()) == ["1 · 1 · 0"]
    address = re.search(r'<a href="([^"]+)" data-testid="people">', desk.get(room(first_game)).content.decode())
    assert address is not None
    assert desk.get(address[1].replace("&amp;", "&")).context["cl"].result_count == 1


def test_lists_cost_the_same_for_few_goals_and_many(desk: Client, welcome: Goal) -> None:
    def more() -> None:
        now = days.now()
        for number in range(8):
            window = {"starts_at": now, "ends_at": now + timedelta(days=1)} if number % 2 else {}
            kind = Goal.Kind.EVENT if number % 2 else Goal.Kind.MISSION
            goal = Goal.objects.create(kind=kind, title=str(number), created_at=now, updated_at=now, **window)
            Progress.objects.create(player=enrol(f"bob{number}"), goal=goal, joined_at=now)

    assert costs_the_same(desk, EVENTS, more) <= 14


def test_what_staff_typed_is_inert(desk: Client) -> None:
    typed = {"title": XSS, "category": XSS, "description": XSS, "image_url": XSS, "rewards": f"gold = 1\n{XSS} = {XSS}"}
    page = desk.post(f"{EVENTS}add/", EVENT | typed | {"rewards": "gold = 1"}, follow=True)
    assert page.status_code == 200
    made = Goal.objects.events().get(title=XSS)
    Goal.objects.filter(pk=made.pk).update(requirements={XSS: 1}, rewards={XSS: XSS})
    Progress.objects.create(player=enrol("ada"), goal=made, joined_at=days.now(), tally={XSS: 1})
    pages = (EVENTS, room(made), f"{EVENTS}{made.pk}/remove/", "/admin/accounts/progress/", "/admin/accounts/audit/")
    for path in pages:
        assert "<img src=x" not in desk.get(path).content.decode()
    assert "<img src=x" not in page.content.decode()
