"""verify_round: a club that kept its word is told so, and whatever was changed afterwards is named."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Player
from casino.lib import days
from games import replays, seeds
from games.evidence import gather
from games.models import GameType, Round, RoundStatus
from games.play import crash, gacha, slots
from games.play.due import settle_due
from games.tests.evening import spend_an_evening
from games.tests.flying import START, Clock, aim, due_at
from games.tests.tampering import CHANGES, change
from tests.cast import enrol, set_gold

pytestmark = pytest.mark.django_db

TODAY = START.date().isoformat()


def verified(*arguments: str) -> str:
    told = io.StringIO()
    call_command("verify_round", *arguments, stdout=told)
    return told.getvalue().strip()


def refused(*arguments: str) -> tuple[int, str]:
    with pytest.raises(CommandError) as refusal:
        call_command("verify_round", *arguments, stdout=io.StringIO())
    return refusal.value.returncode, str(refusal.value)


@pytest.fixture
def evening(ada: Player, clock: Clock) -> list[Round]:
    set_gold(ada, 1_000_000)
    return spend_an_evening(ada, clock)


# --- what is right --------------------------------------------------------------------------------------------


def test_every_round_is_verified_alone_with_its_seed_secret_or_revealed(evening: list[Round]) -> None:
    assert {each.game for each in evening} == set(GameType.values)
    assert {each.status for each in evening} == set(RoundStatus.values) - {RoundStatus.ACTIVE}
    for each in evening:
        assert verified(str(each.round_id)) == "1 round verified"


@pytest.mark.parametrize("chunk", [1, 7, 500])
def test_all_of_a_player_and_all_of_a_day_are_verified(
    ada: Player, evening: list[Round], chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replays, "CHUNK", chunk)
    for whose in (ada.site_id, str(ada.pk), TODAY):
        assert verified("--all-of", whose) == f"{len(evening)} rounds verified"
    assert verified("--all-of", "2026-12-04") == "0 rounds verified"


def test_a_day_begins_at_midnight_and_belongs_to_all_players(ada: Player, clock: Clock) -> None:
    players = [ada, enrol("bob"), enrol("vip")]
    for day in ("2026-12-06T23:59:59.999999Z", "2026-12-07T00:00:00Z", "2026-12-07T00:00:00.000001Z"):
        clock.move_to(day.replace("Z", "+00:00"))
        for player in players:
            slots.spin(player=player, stake=10, lines=1, key=None)
    assert verified("--all-of", "2026-12-06") == "3 rounds verified"
    assert verified("--all-of", "2026-12-07") == "6 rounds verified"


def test_an_open_round_is_verified_without_a_word_of_its_point(ada: Player, clock: Clock) -> None:
    aim(ada, 500)
    opened = crash.bet(player=ada, stake=10, target=150, key=None).round
    assert verified(str(opened.round_id)) == "1 round verified"
    assert verified("--all-of", ada.site_id) == "1 round verified"
    Round.objects.filter(pk=opened.pk).update(outcome={"auto_cashout_multiplier": 1.5, "crash_point": 5.0})
    assert "outcome should be" in refused(str(opened.round_id))[1]


def test_who_never_played_has_nothing_to_verify(ada: Player) -> None:
    seeds.rotate(player_id=ada.pk)
    assert verified("--all-of", ada.site_id) == "0 rounds verified"


def test_the_number_of_statements_does_not_grow_with_the_rounds(ada: Player, evening: list[Round]) -> None:
    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            verified("--all-of", ada.site_id)
        return len(captured)

    before = asked()
    for _ in range(20):
        slots.spin(player=ada, stake=10, lines=1, key=None)
        gacha.pull(player=ada, count=1, banner=None, key=None)
    assert asked() == before <= 12


def test_a_round_that_ended_while_it_was_looked_at_is_looked_at_again(
    ada: Player, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    aim(ada, 500)
    opened = crash.bet(player=ada, stake=10, target=150, key=None).round
    read: list[Any] = []

    def ending_meanwhile(rounds: Any) -> Any:
        if not read:
            due = due_at(ada)
            assert due is not None
            clock.move_to(due)
            settle_due(ada.pk, now=days.now())
        read.append(rounds)
        return gather(rounds)

    monkeypatch.setattr(replays, "gather", ending_meanwhile)
    assert verified(str(opened.round_id)) == "1 round verified"
    assert len(read) == 2


# --- what is not ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("tamper", "name"), CHANGES, ids=[tamper.__name__ for tamper, _name in CHANGES])
def test_what_was_changed_is_named(
    ada: Player, evening: list[Round], tamper: Callable[[list[Round]], Round], name: str
) -> None:
    played = tamper(evening)
    for arguments in ((str(played.round_id),), ("--all-of", ada.site_id), ("--all-of", TODAY)):
        code, told = refused(*arguments)
        assert code == 1
        assert told.startswith(f"round {played.round_id}: {name} should be "), told


def test_a_round_drawn_by_another_nonce_is_named_though_that_nonce_is_used(ada: Player, evening: list[Round]) -> None:
    """Two spins of one seed change places: each draws what the other showed."""
    one, other = [each for each in evening if each.game == "slot"][:2]
    change(one, nonce=1_000_000)
    change(other, nonce=one.nonce)
    change(one, nonce=other.nonce)
    for played in (one, other):
        assert refused(str(played.round_id))[1].startswith(f"round {played.round_id}: outcome ")


def test_a_round_that_is_gone_leaves_a_gap_in_the_nonces(ada: Player, evening: list[Round]) -> None:
    gone, after = evening[3], evening[4]
    Round.objects.filter(pk=gone.pk).delete()
    told = f"round {after.round_id}: nonce should be {gone.nonce}, is {after.nonce}"
    assert refused("--all-of", ada.site_id) == (1, told)
    assert verified(str(after.round_id)) == "1 round verified"


def test_a_last_round_that_is_gone_is_missed(ada: Player, evening: list[Round]) -> None:
    Round.objects.filter(pk=evening[-1].pk).delete()
    told = f"round of player {ada.pk}: rounds should be {len(evening)}, is {len(evening) - 1}"
    assert refused("--all-of", ada.site_id) == (1, told)


def test_a_last_round_of_a_revealed_seed_that_is_gone_is_missed(ada: Player, evening: list[Round]) -> None:
    last = [each for each in evening if each.server_seed_hash == evening[0].server_seed_hash][-1]
    Round.objects.filter(pk=last.pk).delete()
    code, told = refused("--all-of", ada.site_id)
    assert (code, f"nonces_before should be {last.nonce}, is {last.nonce - 1}" in told) == (1, True), told


def test_the_first_of_several_is_named(ada: Player, evening: list[Round]) -> None:
    for played in (evening[9], evening[5], evening[12]):
        change(played, balance_after=played.balance_after + 1, client_seed="eve")
    assert refused("--all-of", ada.site_id)[1].startswith(f"round {evening[5].round_id}: ")


# --- wrong usage ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("5",), 2, "5 is not a round's number"),
        (("5e5e5e5e-0000-4000-8000-000000000000",), 1, "there is no round 5e5e5e5e-0000-4000-8000-000000000000"),
        (("--all-of", "nobody"), 2, "no player and no day is called nobody"),
        (("--all-of", "2026-13-01"), 2, "no player and no day is called 2026-13-01"),
        (("--all-of", "9" * 18), 2, f"no player and no day is called {'9' * 18}"),
        (("--all-of", "9" * 40), 2, f"no player and no day is called {'9' * 40}"),
    ],
)
def test_what_names_nothing_is_wrong_usage(db: None, arguments: tuple[str, ...], code: int, told: str) -> None:
    assert refused(*arguments) == (code, told)


def test_a_name_that_is_anothers_number_is_no_answer(ada: Player) -> None:
    enrol(f"00{ada.pk}")
    twin = enrol("twin")
    Player.objects.filter(pk=twin.pk).update(site_id=str(ada.pk))
    assert refused("--all-of", str(ada.pk)) == (2, f"more than one player is called {ada.pk}")


def test_one_thing_is_asked_for(db: None) -> None:
    for arguments in ((), ("5e5e5e5e-0000-4000-8000-000000000000", "--all-of", "ada")):
        with pytest.raises(CommandError):
            call_command("verify_round", *arguments)
