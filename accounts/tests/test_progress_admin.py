"""The admin of progress, rewards and notices: looked at, paid by force, and noted where only staff count."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.test import Client

from accounts.models import (
    Action,
    Audit,
    CatalogReward,
    Entry,
    Goal,
    Notification,
    Player,
    Progress,
    Reward,
    Role,
    Wallet,
)
from accounts.progress import noting
from accounts.tests.staffed import ROLES, audits_of, costs_the_same, staff_of_every_role, told
from casino.lib import days
from casino.lib.errors import Refusal
from realtime.models import StreamEvent
from tests.cast import enrol, gold_of
from tests.desk import opened, sit_down
from tests.race import together

LIST = "/admin/accounts/progress/"
CATALOG = "/admin/accounts/catalogreward/"
XSS = "<img src=x onerror=alert(1)>"


@pytest.fixture
def staff(db: None) -> dict[Role, Player]:
    return staff_of_every_role()


@pytest.fixture
def desk(staff: dict[Role, Player]) -> Client:
    """The browser of somebody who looks after the club's economy."""
    return sit_down(staff[Role.ECONOMY])


@pytest.fixture
def ada(staff: dict[Role, Player]) -> Player:
    return enrol("ada")


@pytest.fixture
def welcome(staff: dict[Role, Player]) -> Goal:
    """An event that pays 5000 gold."""
    return Goal.objects.events().get(title="신규 유저 환영 이벤트")


@pytest.fixture
def posing(staff: dict[Role, Player]) -> Goal:
    """An event that staff count."""
    now = days.now()
    return Goal.objects.create(
        kind=Goal.Kind.EVENT, title="Posing", source=Goal.Source.STAFF, requirements={"points": 100},
        rewards={"gold": 50}, starts_at=now, ends_at=now + timedelta(days=1), created_at=now, updated_at=now,
    )  # fmt: skip


def begun(player: Player, goal: Goal, **facts: Any) -> Progress:
    """The player's progress with the goal."""
    return Progress.objects.create(player=player, goal=goal, joined_at=days.now(), **facts)


def row(progress: Progress) -> dict[str, Any]:
    """The progress as the database has it."""
    return dict(Progress.objects.values().get(pk=progress.pk))


def written() -> list[int]:
    """How many rows there are of everything a deed may write."""
    return [model._default_manager.count() for model in (Entry, Reward, Notification, StreamEvent, Action)]


def act(client: Client, deed: str, *rows: Progress, **given: Any) -> Any:
    """Does a deed to chosen rows of the list; `given` fills the page that asks for the reason."""
    return client.post(LIST, {"action": deed, "_selected_action": [each.pk for each in rows], **given}, follow=True)


def notes(page: Any) -> list[str]:
    """What the page after a redirect says."""
    return [str(message) for message in page.context["messages"]]


# --- paying by force -------------------------------------------------------------------------------------


def test_a_reward_is_forced_for_a_reason_once(desk: Client, ada: Player, welcome: Goal) -> None:
    mine = begun(ada, welcome, tally={"games_played": 3})
    page = f"{LIST}{mine.pk}/claim/"
    assert desk.post(page, {"reason": ""}).status_code == 200
    assert (gold_of(ada), row(mine)["claimed_at"]) == (1000, None)
    assert desk.post(page, {"reason": "the game was down"}).status_code == 302
    assert gold_of(ada) == 6000
    assert row(mine)["claimed_at"] is not None
    assert [told(audit) for audit in audits_of("event")] == [
        {
            "action": "EVENT_FORCE_CLAIM",
            "target": str(welcome.pk),
            "by": "staffeconomy",
            "user_id": ada.pk,
            "rewards": {"gold": 5000},
            "reason": "the game was down",
        }
    ]
    assert Audit.objects.get(action="EVENT_FORCE_CLAIM").severity == "warning"
    again = desk.post(page, {"reason": "and once more"})
    assert again.context["form"].errors == {"__all__": ["이미 보상 수령"]}
    assert (gold_of(ada), len(audits_of("event"))) == (6000, 1)


def test_of_chosen_rows_a_refused_one_keeps_none_of_the_others(
    desk: Client, staff: dict[Role, Player], ada: Player, welcome: Goal
) -> None:
    mine, own = begun(ada, welcome), begun(staff[Role.ECONOMY], welcome)
    mission = begun(ada, Goal.objects.missions()[0], period_start=days.day_of(days.now()))
    asked = act(desk, "claim", mine, own, mission)
    assert 'name="reason"' in asked.content.decode()
    page = act(desk, "claim", mine, own, mission, reason="the game was down")
    said = " | ".join(notes(page))
    assert "자신의 계정에는 수행할 수 없는 작업입니다" in said
    assert "이벤트만 강제로 지급할 수 있습니다" in said
    assert "1건" in said
    assert (gold_of(ada), gold_of(staff[Role.ECONOMY])) == (6000, 1000)
    assert (row(own)["claimed_at"], row(mission)["claimed_at"]) == (None, None)


# --- noting what only staff count ------------------------------------------------------------------------


def test_staff_note_how_far_a_player_is_and_reaching_it_completes(desk: Client, ada: Player, posing: Goal) -> None:
    mine = begun(ada, posing)
    page = f"{LIST}{mine.pk}/note/"
    assert desk.post(page, {"number": "40", "reason": ""}).status_code == 200
    assert row(mine)["tally"] == {}
    for number in ("40", "120", "120", "99"):
        assert desk.post(page, {"number": number, "reason": "the jury"}).status_code == 302
    now = row(mine)
    assert (now["tally"], now["version"], now["completed_at"]) == ({"points": 99}, 3, None)
    assert [told(audit) for audit in audits_of("event")] == [
        {
            "action": "PROGRESS_SET",
            "target": str(posing.pk),
            "by": "staffeconomy",
            "user_id": ada.pk,
            "before": {"points": before},
            "after": {"points": after},
            "completed": completed,
            "reason": "the jury",
        }
        for before, after, completed in ((0, 40, False), (40, 120, True), (120, 99, False))
    ]
    assert gold_of(ada) == 1000
    heard = list(StreamEvent.objects.filter(player=ada, type="event_progress").order_by("seq").values_list("data"))
    assert [data["progress"] for (data,) in heard] == [{"points": 40}, {"points": 120}, {"points": 99}]


@pytest.mark.parametrize(
    ("facts", "given", "place", "said"),
    [
        ({"source": "server"}, {}, "__all__", "운영진이 진행을 정하는 목표가 아닙니다"),
        ({"source": "client"}, {}, "__all__", "운영진이 진행을 정하는 목표가 아닙니다"),
        ({"is_active": False}, {}, "__all__", "지금은 진행을 바꿀 수 없는 목표입니다"),
        ({"deleted_at": days.now()}, {}, "__all__", "지금은 진행을 바꿀 수 없는 목표입니다"),
        ({"starts_at": days.now() + timedelta(hours=1)}, {}, "__all__", "지금은 진행을 바꿀 수 없는 목표입니다"),
        ({"starts_at": days.now() - timedelta(hours=9), "ends_at": days.now() - timedelta(hours=1)}, {}, "__all__",
         "지금은 진행을 바꿀 수 없는 목표입니다"),
        ({}, {"key": "games_played"}, "key", "이 목표의 조건이 아닙니다: points"),
        ({"requirements": {"points": 5, "poses": 2}}, {}, "key", "이 목표의 조건이 아닙니다: points, poses"),
        ({}, {"number": "-1"}, "number", "0"), ({}, {"number": "1.5"}, "number", "정수"),
        ({}, {"number": str(2**53)}, "number", "9007199254740991"), ({}, {"number": ""}, "number", "필수"),
    ],
)  # fmt: skip
def test_what_staff_may_not_note_is_told_in_the_form(
    desk: Client, ada: Player, posing: Goal, facts: dict[str, Any], given: dict[str, str], place: str, said: str
) -> None:
    mine = begun(ada, posing)
    Goal.objects.filter(pk=posing.pk).update(**facts)
    before = (row(mine), written())
    answer = desk.post(f"{LIST}{mine.pk}/note/", {"number": "100", "reason": "the jury"} | given)
    assert answer.status_code == 200
    found = answer.context["form"].errors
    assert list(found) == [place]
    assert said in found[place][0]
    assert ((row(mine), written()), audits_of("event")) == (before, [])


def test_what_is_claimed_or_of_a_past_period_is_not_noted(staff: dict[Role, Player], ada: Player, posing: Goal) -> None:
    now = days.now()
    facts = {"kind": Goal.Kind.MISSION, "period": Goal.Period.DAILY, "starts_at": None, "ends_at": None}
    daily = Goal.objects.create(
        title="Daily", source=Goal.Source.STAFF, requirements={"points": 1}, created_at=now, updated_at=now, **facts
    )
    past = begun(ada, daily, period_start=days.day_of(now) - timedelta(days=1))
    claimed = begun(ada, posing, completed_at=now, claimed_at=now)
    for progress in (past, claimed):
        before = row(progress)
        with pytest.raises(Refusal):
            noting.note(by=staff[Role.OWNER], progress_id=progress.pk, key="points", number=5, reason="late")
        assert row(progress) == before


def test_nobody_notes_or_forces_the_own_progress(staff: dict[Role, Player], welcome: Goal, posing: Goal) -> None:
    owner = staff[Role.OWNER]
    client, mine = sit_down(owner), (begun(owner, posing), begun(owner, welcome))
    before = [row(each) for each in mine]
    for page in (f"{LIST}{mine[0].pk}/note/", f"{LIST}{mine[1].pk}/claim/"):
        answer = client.post(page, {"number": "100", "reason": "I was there"})
        assert answer.context["form"].errors == {"__all__": ["자신의 계정에는 수행할 수 없는 작업입니다"]}
    assert [row(each) for each in mine] == before
    assert (gold_of(owner), audits_of("event")) == (1000, [])


@pytest.mark.django_db(transaction=True)
def test_notes_made_at_once_are_all_on_the_record(staff: dict[Role, Player], ada: Player, posing: Goal) -> None:
    mine = begun(ada, posing)
    note = partial(noting.note, by=staff[Role.ECONOMY], progress_id=mine.pk, key="points", reason="the jury")
    ends = together(*(partial(note, number=number) for number in (10, 20, 30, 40)))
    assert [end for end in ends if isinstance(end, BaseException)] == []
    steps = [(audit.details["before"]["points"], audit.details["after"]["points"]) for audit in audits_of("event")]
    assert [before for before, _ in steps] == [0, *(after for _, after in steps[:-1])]
    assert (row(mine)["tally"], row(mine)["version"]) == ({"points": steps[-1][1]}, 4)


# --- who may ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ROLES)
def test_only_economy_and_owners_do_something_to_progress(
    staff: dict[Role, Player], ada: Player, welcome: Goal, posing: Goal, role: Role
) -> None:
    client, may = sit_down(staff[role]), role in (Role.ECONOMY, Role.OWNER)
    mine, noted = begun(ada, welcome), begun(ada, posing)
    page = f"{LIST}{mine.pk}/"
    assert [client.get(LIST).status_code, client.get(f"{page}change/").status_code] == [200, 200]
    assert [
        client.post(f"{page}change/", {"tally": "{}"}).status_code,
        client.post(f"{page}delete/", {"post": "yes"}).status_code,
        client.get(f"{LIST}add/").status_code,
    ] == [403, 403, 403]
    wanted = 302 if may else 403
    assert client.post(f"{page}claim/", {"reason": "the game was down"}).status_code == wanted
    assert client.post(f"{LIST}{noted.pk}/note/", {"number": "5", "reason": "the jury"}).status_code == wanted
    assert (gold_of(ada), row(noted)["tally"]) == ((6000, {"points": 5}) if may else (1000, {}))
    assert (f"{page}claim/" in client.get(f"{page}change/").content.decode()) is False


def test_lists_find_what_staff_look_for(desk: Client, ada: Player, welcome: Goal, posing: Goal) -> None:
    now = days.now()
    begun(ada, welcome, completed_at=now, claimed_at=now)
    begun(enrol("bob"), welcome, completed_at=now)
    begun(enrol("vip"), posing)
    found = {
        query: desk.get(f"{LIST}?{query}").context["cl"].result_count
        for query in (
            f"goal__id__exact={welcome.pk}", f"goal__id__exact={posing.pk}", "goal__id__exact=nothing",
            "completed_at__isempty=0", "claimed_at__isempty=0", "goal__kind__exact=mission", "q=ada",
        )
    }  # fmt: skip
    assert list(found.values()) == [2, 1, 0, 2, 1, 0, 1]


def test_lists_cost_the_same_for_few_rows_and_many(desk: Client, ada: Player, welcome: Goal) -> None:
    now = days.now()
    begun(ada, welcome)

    def more() -> None:
        for number in range(6):
            player = enrol(f"bob{number}")
            begun(player, welcome)
            Reward.objects.create(
                player=player, source="distribute", key=str(number), given_by=ada, awarded_at=now, goal=welcome
            )
            Notification.objects.create(player=player, kind="reward", title="Hello", message="You", created_at=now)
            CatalogReward.objects.create(code=f"C{number}", reward_type="GOLD", created_at=now, updated_at=now)

    lists = [LIST, "/admin/accounts/reward/", "/admin/accounts/notification/", CATALOG]
    costs = [costs_the_same(desk, path, lambda: None) for path in lists]
    more()
    assert [costs_the_same(desk, path, lambda: None) for path in lists] == costs
    assert max(costs) <= 14


# --- rewards, notices, the catalog -----------------------------------------------------------------------


def test_a_player_s_page_leads_to_what_they_came_for(desk: Client, ada: Player, welcome: Goal) -> None:
    begun(ada, welcome)
    shown = desk.get(f"/admin/accounts/player/{ada.pk}/change/").content.decode()
    links = re.findall(r'href="(/admin/accounts/(?:streak|progress|reward|notification)/\?[^"]*)"', shown)
    assert len(links) == 4
    assert [desk.get(link).context["cl"].result_count for link in links][1] == 1


def test_notices_are_read_in_the_language_of_whoever_looks_and_are_inert(desk: Client, ada: Player) -> None:
    Notification.objects.create(
        player=ada, kind="progress", title="목표 달성", message="‘%(title)s’ 목표를 달성했어요. 보상을 받으세요!",
        facts={"title": XSS}, created_at=days.now(),
    )  # fmt: skip
    shown = desk.get("/admin/accounts/notification/").content.decode()
    assert "‘&lt;img src=x onerror=alert(1)&gt;’ 목표를 달성했어요" in shown
    assert "<img src=x" not in shown


@pytest.mark.parametrize("model", ["reward", "notification"])
def test_what_was_given_and_told_is_never_edited(staff: dict[Role, Player], ada: Player, model: str) -> None:
    now = days.now()
    rows = {
        "reward": Reward.objects.create(player=ada, source="distribute", key="1", gold=5, awarded_at=now),
        "notification": Notification.objects.create(player=ada, kind="reward", title="a", message="b", created_at=now),
    }
    client, page = sit_down(staff[Role.OWNER]), f"/admin/accounts/{model}/"
    assert client.get(f"{page}{rows[model].pk}/change/").status_code == 200
    assert [
        client.get(f"{page}add/").status_code,
        client.post(f"{page}{rows[model].pk}/change/", {"gold": "9", "title": "x"}).status_code,
        client.post(f"{page}{rows[model].pk}/delete/", {"post": "yes"}).status_code,
    ] == [403, 403, 403]


def test_a_reward_of_the_catalog_is_kept_by_the_operations(desk: Client) -> None:
    new = {"code": "SPRING", "reward_type": "GOLD", "amount": "500", "meta": "note = for spring", "is_active": "on"}
    assert desk.post(f"{CATALOG}add/", new).status_code == 302
    kept = CatalogReward.objects.get()
    assert (kept.code, kept.amount, kept.meta) == ("SPRING", 500, {"note": "for spring"})
    page = f"{CATALOG}{kept.pk}/"
    form = opened(desk, f"{page}change/")
    assert list(desk.post(f"{page}change/", form | {"amount": "9"}).context["adminform"].form.errors) == ["reason"]
    assert desk.post(f"{page}change/", form | {"amount": "600", "reason": "more"}).status_code == 302
    assert desk.post(f"{page}deactivate/", {"reason": "over"}).status_code == 302
    taken = desk.post(f"{CATALOG}add/", new)
    assert list(taken.context["adminform"].form.errors) == ["code"]
    assert CatalogReward.objects.values_list("code", "amount", "is_active").get() == ("SPRING", 600, False)
    assert [(audit.action, audit.details.get("reason")) for audit in audits_of("catalog_reward")] == [
        ("REWARD_CREATE", None),
        ("REWARD_UPDATE", "more"),
        ("REWARD_DEACTIVATE", "over"),
    ]
    assert desk.post(f"{page}delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("role", ROLES)
def test_only_economy_and_owners_keep_the_catalog(staff: dict[Role, Player], role: Role) -> None:
    client, may = sit_down(staff[role]), role in (Role.ECONOMY, Role.OWNER)
    new = {"code": "SPRING", "reward_type": "GOLD", "amount": "500", "meta": "", "is_active": "on"}
    assert client.get(CATALOG).status_code == 200
    assert client.post(f"{CATALOG}add/", new).status_code == (302 if may else 403)
    assert CatalogReward.objects.count() == may


def test_a_sheet_of_a_list_holds_words_and_no_formulas(desk: Client, ada: Player, welcome: Goal) -> None:
    Player.objects.filter(pk=ada.pk).update(nickname="=1+1")
    reward = Reward.objects.create(player=ada, source="distribute", key="1", gold=5, awarded_at=days.now())
    sheet = desk.post("/admin/accounts/reward/", {"action": "export_csv", "_selected_action": reward.pk})
    header, line = sheet.content.decode().splitlines()
    assert header == "id,person,source,key,gold,xp,description,awarded_at"
    assert line.startswith(f"{reward.pk},'=1+1,distribute,1,5,0,,")
    assert Wallet.objects.get(pk=ada.pk).balance == 1000
