"""A new version of a table, and a pause: for a reason, on the record, all or nothing, by those who may."""

from __future__ import annotations

import copy
import json
from contextlib import suppress
from fractions import Fraction
from functools import partial
from threading import Barrier, BrokenBarrierError
from typing import Any
from unittest.mock import patch

import pytest
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Audit, Player, Role
from adminpanel.roles import seed_roles
from casino.lib.errors import Refusal
from games import configurations, figures, floor, odds, tables
from games.models import Game, GameConfig, GameType, Round
from games.play import slots
from games.tests.test_returns import MUTATIONS
from games.tests.test_tables import changed
from tests import cast
from tests.cast import Caller
from tests.race import row_locks_off, together

ADD = "admin:games_gameconfig_add"
GAMES = "admin:games_game_changelist"


@pytest.fixture
def owner(sam: Player) -> Client:
    """sam's browser, signed in at the staff door."""
    return inside(sam)


def inside(player: Player) -> Client:
    list(seed_roles())
    client = Client()
    response = client.post("/admin/login/", {"username": player.site_id, "password": "correct horse"})
    assert response.status_code == 302, response.content.decode()
    return client


def introduce(game: str, table: dict[str, Any], by: Player, *, based_on: int = 1) -> GameConfig:
    return configurations.introduce(
        game=GameType(game), table=table, based_on=based_on, reason="이벤트", by=by, now=timezone.now()
    )


def in_force(game: str) -> GameConfig:
    return Game.objects.select_related("config").get(pk=game).config


def submit(client: Client, game: str, step: str, **given: Any) -> Any:
    """One click on the pages of a new version; `step` is the button."""
    table = given.pop("table", changed("rps", "win", 190))
    given = {"based_on": 1, "reason": "이벤트", "seen": ""} | given
    text = table if isinstance(table, str) else figures.as_text(table)
    return client.post(f"{reverse(ADD)}?game={game}", given | {"table": text, step: "1"})


def apply(client: Client, game: str, table: dict[str, Any], **given: Any) -> Any:
    return submit(client, game, "_apply", table=table, seen=tables.fingerprint(table), **given)


# --- the operation ------------------------------------------------------------------------------------------


def test_a_new_version_is_in_force_at_once_and_on_the_record(sam: Player) -> None:
    config = introduce("rps", changed("rps", "win", 190), sam)
    assert (config.version, in_force("rps")) == (2, config)
    assert [row.version for row in GameConfig.objects.filter(game="rps")] == [2, 1]
    row = Audit.objects.get(action="GAME_CONFIG")
    assert (row.actor, row.target_type, row.target_id, row.severity) == (sam, "game", "rps", "info")
    assert row.details == {"reason": "이벤트", "version": 2, "before": 1, "changes": [["win", "195", "190"]]}


def test_a_new_gacha_table_is_a_warning(sam: Player) -> None:
    introduce("gacha", changed("gacha", "cost_single", 510), sam)
    assert Audit.objects.get(action="GACHA_CONFIG").severity == "warning"


def test_rounds_keep_the_version_they_were_played_by(sam: Player, ada: Player) -> None:
    first = slots.spin(player=ada, stake=10, lines=1, key=None).round
    introduce("slot", changed("slot", "symbols.0.pair", 190), sam)
    second = slots.spin(player=ada, stake=10, lines=1, key=None).round
    assert [Round.objects.get(pk=one.pk).config_version for one in (first, second)] == [1, 2]


@pytest.mark.parametrize("game", MUTATIONS)
def test_one_changed_figure_changes_odds_and_list_at_once(sam: Player, as_ada: Caller, game: str) -> None:
    path, value = MUTATIONS[game]

    def told() -> tuple[Any, Any]:
        listed = next(one for one in as_ada.get("/api/games").json() if one["id"] == game)
        return odds.odds_document()["games"][game], (listed["rtp"], listed["rtp_exact"])

    (odds_before, list_before), table = told(), changed(game, path, value)
    introduce(game, table, sam)
    odds_after, list_after = told()
    assert odds_after != odds_before
    assert list_after[0] < list_before[0]
    assert Fraction(list_after[1]) < Fraction(list_before[1])


@pytest.mark.parametrize(
    ("table", "error"),
    [
        (changed("rps", "win", 201), tables.PaysTooMuch),
        (changed("rps", "win", 100), tables.TableError),
        ({}, tables.TableError),
    ],
)
def test_what_cannot_be_played_changes_nothing(sam: Player, table: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        introduce("rps", table, sam)
    assert (in_force("rps").version, GameConfig.objects.filter(game="rps").count()) == (1, 1)
    assert not Audit.objects.filter(target_type="game").exists()


def test_the_same_table_is_not_a_new_version(sam: Player) -> None:
    with pytest.raises(Refusal) as refused:
        introduce("rps", dict(reversed(tables.FIRST_VERSIONS["rps"].items())), sam)
    assert refused.value.status == 400
    assert in_force("rps").version == 1


def test_who_comes_second_is_told_and_changes_nothing(sam: Player) -> None:
    introduce("rps", changed("rps", "win", 190), sam)
    with pytest.raises(Refusal) as refused:
        introduce("rps", changed("rps", "win", 180), sam)
    assert (refused.value.code, refused.value.status) == ("CONFLICT", 409)
    assert in_force("rps").table["win"] == 190


def introduced_at_once(owner: Player) -> list[GameConfig | BaseException]:
    """Eight staff put eight different tables in force at the same moment."""
    mine = (changed("rps", "win", 190 - number) for number in range(8))
    return together(*(partial(introduce, "rps", table, owner) for table in mine))


def check_one_came_first(answers: list[GameConfig | BaseException]) -> None:
    assert sorted(answer.code for answer in answers if isinstance(answer, Refusal)) == ["CONFLICT"] * 7
    (config,) = (answer for answer in answers if isinstance(answer, GameConfig))
    assert (config.version, in_force("rps")) == (2, config)
    assert GameConfig.objects.filter(game="rps").count() == 2
    assert Audit.objects.filter(action="GAME_CONFIG").count() == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_many_new_versions_at_once_make_one() -> None:
    check_one_came_first(introduced_at_once(cast.enrol("owner", role=Role.OWNER)))


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_control_without_row_locks_new_versions_collide() -> None:
    owner = cast.enrol("owner", role=Role.OWNER)
    have_read, read = Barrier(8), configurations._locked

    def read_before_anybody_writes(game: GameType) -> Game:
        row = read(game)
        with suppress(BrokenBarrierError):  # whoever was refused the read does not come
            have_read.wait(timeout=5)
        return row

    with row_locks_off(), patch.object(configurations, "_locked", read_before_anybody_writes):
        answers = introduced_at_once(owner)
    with pytest.raises(AssertionError):
        check_one_came_first(answers)
    assert any(isinstance(answer, DatabaseError) for answer in answers)


def test_a_pause_tells_players_its_reason_and_ends_again(sam: Player, as_ada: Caller) -> None:
    play = ("/api/games/rps/play", {"choice": "rock", "bet_amount": 10})
    configurations.pause(game=GameType.RPS, reason="점검 중입니다", by=sam, now=timezone.now())
    refused = as_ada.post(*play)
    assert (refused.status_code, refused.json()["detail"]) == (403, "점검 중입니다")
    configurations.resume(game=GameType.RPS, reason="점검 끝", by=sam, now=timezone.now())
    assert as_ada.post(*play).status_code == 200
    rows = Audit.objects.filter(target_type="game").order_by("id")
    assert [(row.action, row.details) for row in rows] == [
        ("GAME_PAUSED", {"reason": "점검 중입니다", "before": ""}),
        ("GAME_RESUMED", {"reason": "점검 끝", "before": "점검 중입니다"}),
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "JSON이 아닙니다"),
        ("{", "1행"),
        ("[]", "객체"),
        ('{"win": 1, "win": 2}', "두 번"),
        ("[" * 100_000, "너무 깊"),
        (f'{{"win": {"9" * 5000}}}', "너무 긴 수"),
    ],
)
def test_a_text_that_is_no_table_is_refused(text: str, reason: str) -> None:
    with pytest.raises(tables.TableError, match=reason):
        configurations.read(text)


@pytest.mark.parametrize("bad", ["\\ud800", "\\u0000", "a\\nb"])
def test_names_that_cannot_be_stored_are_refused(bad: str) -> None:
    text = figures.as_text(tables.FIRST_VERSIONS["gacha"]).replace("은화 램프", bad)
    with pytest.raises(tables.TableError, match="name"):
        tables.parse("gacha", configurations.read(text))


@pytest.mark.parametrize("game", tables.FIRST_VERSIONS)
def test_a_table_as_text_reads_back_the_same(game: str) -> None:
    assert configurations.read(figures.as_text(tables.FIRST_VERSIONS[game])) == tables.FIRST_VERSIONS[game]


def test_changes_name_entries_and_tell_a_new_order() -> None:
    before = tables.FIRST_VERSIONS["slot"]
    after = copy.deepcopy(before)
    after["symbols"].reverse()
    after["symbols"][-1]["weight"] = 31
    after["symbols"].pop(0)
    told = {one.place: (one.before, one.after) for one in figures.changes(before, after)}
    assert told["symbols.🍒.weight"] == ("30", "31")
    assert told["symbols.7️⃣.three"] == ("100000", "")
    assert told["symbols (순서)"] == ("🍒 🍋 🍊 🍇 💎 7️⃣", "💎 🍇 🍊 🍋 🍒")
    assert len(told) == 7
    assert figures.changes(before, copy.deepcopy(before)) == []


def test_the_longest_fractions_are_told_in_percent() -> None:
    table = changed("gacha", "pity.threshold", 300)
    for rarity, weight in zip(table["rarities"], (799_999, 160_003, 34_997, 5_001), strict=True):
        rarity["weight"] = weight
    assert all(len(told) < 20 for told in figures.figures(tables.parse_gacha(table)).values())


# --- the pages of staff -------------------------------------------------------------------------------------


def test_staff_choose_a_game_and_find_its_table_in_force_written_down(owner: Client) -> None:
    assert len(owner.get(reverse(ADD)).context["games"]) == 4
    assert owner.get(f"{reverse(ADD)}?game=poker").status_code == 200
    for game in GameType.values:
        form = owner.get(f"{reverse(ADD)}?game={game}").context["form"]
        assert json.loads(form["table"].value()) == tables.FIRST_VERSIONS[game]
        assert form["based_on"].value() == 1


def test_a_preview_shows_what_changes_and_changes_nothing(owner: Client) -> None:
    page = submit(owner, "rps", "_preview")
    told = {name: (now, then) for name, now, then in page.context["figures"]}
    assert told["환수율"] == ("98.333% (59/60)", "96.666% (29/30)")
    assert told["최대 당첨금"] == ("19,500G", "19,000G")
    assert told["승률"][0] == told["승률"][1]
    assert [(one.place, one.before, one.after) for one in page.context["changes"]] == [("win", "195", "190")]
    assert "_apply" in page.content.decode()
    assert GameConfig.objects.filter(game="rps").count() == 1


def test_what_was_previewed_is_applied_and_shown(owner: Client) -> None:
    answer = apply(owner, "rps", changed("rps", "win", 190))
    config = in_force("rps")
    assert config.version == 2
    assert answer.headers["Location"] == reverse("admin:games_gameconfig_change", args=[config.pk])
    page = owner.get(answer.headers["Location"]).content.decode()
    assert "29/30" in page
    assert "195" in page


def test_nothing_is_applied_that_was_not_previewed(owner: Client) -> None:
    seen = tables.fingerprint(changed("rps", "win", 190))
    page = submit(owner, "rps", "_apply", table=changed("rps", "win", 180), seen=seen)
    assert page.context["changes"][0].after == "180"
    assert in_force("rps").version == 1


def test_going_back_keeps_what_was_written(owner: Client) -> None:
    form = submit(owner, "rps", "_edit", reason="더 생각").context["form"]
    assert (json.loads(form["table"].value())["win"], form["reason"].value()) == (190, "더 생각")


@pytest.mark.parametrize(
    ("table", "reason", "told"),
    [
        (changed("rps", "win", 201), "이벤트", "환수율이 100%를 넘습니다"),
        (changed("rps", "stake_min", 0), "이벤트", "stake_min"),
        ("{", "이벤트", "JSON이 아닙니다"),
        (changed("slot", "stake_min", 20), "이벤트", "빠짐없이"),
        (changed("rps", "win", 190), "", "reason"),
    ],
)
@pytest.mark.parametrize("step", ["_preview", "_apply"])
def test_a_bad_table_or_no_reason_comes_back_with_the_reason(
    owner: Client, table: Any, reason: str, told: str, step: str
) -> None:
    form = submit(owner, "rps", step, table=table, reason=reason).context["form"]
    assert told in str(form.errors)
    assert in_force("rps").version == 1


@pytest.mark.parametrize("step", ["_preview", "_apply"])
def test_a_form_older_than_the_table_in_force_is_told_so_and_previewed_again(
    owner: Client, sam: Player, step: str
) -> None:
    introduce("rps", changed("rps", "win", 190), sam)
    table = changed("rps", "win", 180)
    page = submit(owner, "rps", step, table=table, seen=tables.fingerprint(table))
    assert "그 사이 버전 2" in page.content.decode()
    assert (page.context["form"]["based_on"].value(), in_force("rps").version) == ("2", 2)
    again = submit(owner, "rps", "_preview", table=table, based_on=2)
    assert [(one.before, one.after) for one in again.context["changes"]] == [("190", "180")]


def test_the_same_table_offers_nothing_to_apply(owner: Client) -> None:
    page = submit(owner, "rps", "_preview", table=tables.FIRST_VERSIONS["rps"])
    assert "_apply" not in page.content.decode()
    assert apply(owner, "rps", tables.FIRST_VERSIONS["rps"]).context["form"] is not None
    assert in_force("rps").version == 1


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.SUPPORT, Role.SHOP])
def test_other_roles_look_and_change_nothing(db: None, role: Role) -> None:
    client = inside(cast.enrol("other", role=role))
    table = changed("rps", "win", 190)
    assert client.get(reverse(ADD)).status_code == 403
    assert apply(client, "rps", table).status_code == 403
    act(client, "pause", "rps", reason="점검")
    assert client.get(reverse("admin:games_game_change", args=["rps"])).status_code == 200
    assert "?game=rps" not in client.get(reverse("admin:games_game_change", args=["rps"])).content.decode()
    assert (in_force("rps").version, Game.objects.get(pk="rps").pause_reason) == (1, "")
    assert not Audit.objects.filter(target_type="game").exists()


def test_economy_may_do_both(db: None) -> None:
    client = inside(cast.enrol("eve", role=Role.ECONOMY))
    apply(client, "rps", changed("rps", "win", 190))
    act(client, "pause", "rps", reason="점검")
    assert (in_force("rps").version, Game.objects.get(pk="rps").pause_reason) == (2, "점검")
    assert "?game=rps" in client.get(reverse("admin:games_game_change", args=["rps"])).content.decode()


def act(client: Client, action: str, *games: str, **given: str) -> Any:
    return client.post(reverse(GAMES), {"action": action, "_selected_action": games, **given})


def test_a_pause_asks_for_what_players_shall_read(owner: Client) -> None:
    assert "그대로 보입니다" in act(owner, "pause", "rps", "slot").content.decode()
    assert act(owner, "pause", "rps", reason="x").context["form"].errors
    assert not Game.objects.exclude(pause_reason="").exists()
    act(owner, "pause", "rps", "slot", reason="정기 점검")
    assert set(Game.objects.filter(pause_reason="정기 점검").values_list("pk", flat=True)) == {"rps", "slot"}
    act(owner, "resume", "rps", reason="점검 끝")
    assert Game.objects.get(pk="rps").pause_reason == ""
    assert Audit.objects.filter(target_type="game").count() == 3


def test_a_parsed_table_is_never_mistaken_for_another(sam: Player) -> None:
    config = introduce("rps", changed("rps", "win", 190), sam)
    assert floor.parsed(config.fingerprint) == tables.parse_rps(config.table)
