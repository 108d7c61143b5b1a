"""Seeds: committed before they are used, revealed once they are not, and never while a round of theirs is open."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from django.test import Client

from accounts.models import Player, Wallet
from casino.lib import days
from games import seeds
from games.engine.fairness import Dice, commitment
from games.models import RevealedSeed, Round, RoundStatus
from games.play import crash, slots
from tests.cast import Caller, enrol

pytestmark = pytest.mark.django_db

Json = dict[str, Any]
WORD = {"password": "correct horse"}
PAIR = {"server_seed_hash", "client_seed", "nonce", "next_server_seed_hash"}


def spin(player: Player) -> Round:
    return slots.spin(player=player, stake=10, lines=1, key=None).round


def put(caller: Caller, body: Json) -> Any:
    return caller.client.put("/api/fairness/client-seed", body, content_type="application/json", headers=caller.headers)


def wallet_of(player: Player) -> Json:
    kept = Wallet.objects.values("server_seed", "next_server_seed", "client_seed", "nonce")
    return dict(kept.get(pk=player.pk))


def test_the_pair_is_told_by_its_commitments_only(ada: Player, as_ada: Caller) -> None:
    kept = wallet_of(ada)
    told = as_ada.get("/api/fairness")
    assert told.json() == {
        "server_seed_hash": sha256(kept["server_seed"].encode()).hexdigest(),
        "client_seed": kept["client_seed"],
        "nonce": 0,
        "next_server_seed_hash": sha256(kept["next_server_seed"].encode()).hexdigest(),
        "previous": [],
    }
    assert kept["server_seed"].encode() not in told.content
    assert kept["next_server_seed"].encode() not in told.content
    spin(ada)
    assert as_ada.get("/api/fairness").json()["nonce"] == 1


def test_rotating_reveals_the_seed_that_was_committed_and_moves_the_next_one_up(ada: Player, as_ada: Caller) -> None:
    before, kept = as_ada.get("/api/fairness").json(), wallet_of(ada)
    played = [spin(ada) for _ in range(3)]
    answer = as_ada.post("/api/fairness/rotate")
    assert answer.status_code == 200
    told = answer.json()
    assert told["revealed"] == {
        "server_seed": kept["server_seed"],
        "server_seed_hash": before["server_seed_hash"],
        "client_seed": before["client_seed"],
        "last_nonce": 2,
    }
    assert set(told["current"]) == PAIR
    assert told["current"]["server_seed_hash"] == before["next_server_seed_hash"]
    assert (told["current"]["client_seed"], told["current"]["nonce"]) == (before["client_seed"], 0)
    assert told["current"]["next_server_seed_hash"] != before["next_server_seed_hash"]
    now = as_ada.get("/api/fairness").json()
    rotated_at = now["previous"][0]["rotated_at"]
    assert now == told["current"] | {"previous": [told["revealed"] | {"rotated_at": rotated_at}]}
    assert {commitment(told["revealed"]["server_seed"])} == {each.server_seed_hash for each in played}
    after = spin(ada)
    assert (after.server_seed_hash, after.nonce) == (before["next_server_seed_hash"], 0)


def test_the_last_ten_revealed_seeds_are_told_newest_first(ada: Player, as_ada: Caller, as_bob: Caller) -> None:
    hashes = [as_ada.post("/api/fairness/rotate").json()["revealed"]["server_seed_hash"] for _ in range(12)]
    previous = as_ada.get("/api/fairness").json()["previous"]
    assert [each["server_seed_hash"] for each in previous] == hashes[:1:-1]
    assert previous[0]["last_nonce"] is None
    assert as_bob.get("/api/fairness").json()["previous"] == []


def test_a_rotation_may_bring_a_client_seed(ada: Player, as_ada: Caller) -> None:
    old = wallet_of(ada)["client_seed"]
    told = as_ada.post("/api/fairness/rotate", {"client_seed": "my own"}).json()
    assert (told["revealed"]["client_seed"], told["current"]["client_seed"]) == (old, "my own")
    assert as_ada.post("/api/fairness/rotate", {"client_seed": None}).json()["current"]["client_seed"] == "my own"


def test_a_chosen_client_seed_draws_the_next_round_and_the_nonce_goes_on(ada: Player, as_ada: Caller) -> None:
    spin(ada)
    before = as_ada.get("/api/fairness").json()
    del before["previous"]
    answer = put(as_ada, {"client_seed": " ~ midnight ball! "})
    assert answer.status_code == 200
    assert answer.json() == before | {"client_seed": " ~ midnight ball! ", "nonce": 1}
    played = spin(ada)
    assert (played.client_seed, played.nonce) == (" ~ midnight ball! ", 1)
    assert played.server_seed_hash == before["server_seed_hash"]


@pytest.mark.parametrize(
    "seed", ["", "a" * 65, "a:b", "é", "밤", "a\nb", "a\tb", "\x7f", "a\x00b", 5, True, 1.5, [], {}, ["a"]]
)
@pytest.mark.parametrize("way", ["rotate", "client-seed"])
def test_a_client_seed_that_is_none_is_refused_and_nothing_changes(
    ada: Player, as_ada: Caller, way: str, seed: Any
) -> None:
    before = wallet_of(ada)
    body = {"client_seed": seed}
    answer = as_ada.post("/api/fairness/rotate", body) if way == "rotate" else put(as_ada, body)
    assert answer.status_code == 422, answer.content
    assert answer.json()["error"]["code"] == "VALIDATION_ERROR"
    assert (wallet_of(ada), RevealedSeed.objects.count()) == (before, 0)


@pytest.mark.parametrize("body", [{}, {"client_seed": None}])
def test_choosing_needs_a_seed(as_ada: Caller, body: Json) -> None:
    answer = put(as_ada, body)
    assert [detail["loc"] for detail in answer.json()["error"]["details"]] == [["body", "client_seed"]]
    assert answer.status_code == 422


def test_every_printable_character_but_the_colon_may_be_in_a_client_seed(as_ada: Caller) -> None:
    printable = [chr(code) for code in range(32, 127) if chr(code) != ":"]
    for seed in ("".join(printable[:64]), "".join(printable[64:]), "x" * 64):
        assert put(as_ada, {"client_seed": seed}).json()["client_seed"] == seed


# --- an open crash round -------------------------------------------------------------------------------------


@pytest.fixture
def flying(ada: Player) -> Round:
    """ada's crash round, in the air for half a minute at least."""
    for number in range(1000):
        dice = Dice(server_seed=f"{number:064x}", client_seed="ada", nonce=0, game="crash")
        if 0.9 < int(dice.block(0).hex()[:13], 16) / 2**52 < 0.98:
            break
    Wallet.objects.filter(pk=ada.pk).update(server_seed=f"{number:064x}", client_seed="ada", nonce=0)
    opened = crash.bet(player=ada, stake=10, target=None, key=None).round
    assert opened.status == RoundStatus.ACTIVE
    return opened


@pytest.mark.parametrize("way", ["rotate", "client-seed"])
def test_seeds_stay_while_a_crash_round_is_open(ada: Player, as_ada: Caller, flying: Round, way: str) -> None:
    before = wallet_of(ada)
    answer = as_ada.post("/api/fairness/rotate") if way == "rotate" else put(as_ada, {"client_seed": "mine"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "ROUND_OPEN")
    assert (wallet_of(ada), RevealedSeed.objects.count()) == (before, 0)
    crash.cash_out(player=ada, round_id=None, key=None)
    assert as_ada.post("/api/fairness/rotate").json()["revealed"]["last_nonce"] == 0


@pytest.mark.parametrize("way", ["rotate", "client-seed"])
def test_a_round_that_is_over_by_the_clock_is_settled_first(
    ada: Player, as_ada: Caller, flying: Round, way: str
) -> None:
    long_ago = timedelta(hours=1)
    Round.objects.filter(pk=flying.pk).update(created_at=flying.created_at - long_ago)
    Wallet.objects.filter(pk=ada.pk).update(open_round_due_at=days.now() - timedelta(seconds=1))
    answer = as_ada.post("/api/fairness/rotate") if way == "rotate" else put(as_ada, {"client_seed": "mine"})
    assert answer.status_code == 200, answer.content
    settled = Round.objects.get(pk=flying.pk)
    assert settled.status == RoundStatus.CRASHED
    assert settled.outcome["crash_point"] > 1


# --- what is committed -----------------------------------------------------------------------------------------


def test_the_next_seed_is_committed_before_any_outcome_and_none_changes_it(ada: Player) -> None:
    kept, promised = wallet_of(ada), seeds.fairness_of(ada.pk)["next_server_seed_hash"]
    for _ in range(5):
        spin(ada)
        assert wallet_of(ada)["next_server_seed"] == kept["next_server_seed"]
    assert seeds.rotate(player_id=ada.pk)["current"]["server_seed_hash"] == promised


def test_a_new_seed_comes_from_secrets_alone(ada: Player, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the same answer from there, players with different rounds get the same seed."""
    bob = enrol("bob")
    for _ in range(3):
        spin(bob)
    monkeypatch.setattr("secrets.token_hex", lambda size: "ab" * size)
    Wallet.objects.filter(pk=ada.pk).update(next_server_seed="1" * 64)
    Wallet.objects.filter(pk=bob.pk).update(next_server_seed="2" * 64)
    for player in (ada, bob):
        seeds.rotate(player_id=player.pk)
        assert wallet_of(player)["next_server_seed"] == "ab" * 32


def test_no_answer_no_event_and_no_staff_page_tells_a_secret_seed(
    ada: Player, sam: Player, as_ada: Caller, client: Client
) -> None:
    played = spin(ada)
    seeds.rotate(player_id=ada.pk)
    spin(ada)
    paths = ("/api/fairness", "/api/realtime/events", "/api/auth/me", "/api/auth/me/export", "/api/games/history")
    answers = [as_ada.get(path) for path in (*paths, f"/api/games/rounds/{played.round_id}")]
    own = ("/fairness", "/profile", f"/rounds/{played.round_id}")
    staffs = (f"/admin/accounts/wallet/{ada.pk}/change/", f"/admin/accounts/player/{ada.pk}/change/")
    for player, door, pages in ((ada, "/login", own), (sam, "/admin/login/", staffs)):
        names = dict.fromkeys(("nickname", "username"), player.site_id)
        assert client.post(door, names | WORD).status_code == 302
        answers += [client.get(page) for page in pages]
    assert [answer.status_code for answer in answers] == [200] * len(answers)
    kept = wallet_of(ada)
    for answer in answers:
        assert kept["server_seed"].encode() not in answer.content
        assert kept["next_server_seed"].encode() not in answer.content


# --- a round's server seed -------------------------------------------------------------------------------------


def test_a_round_shows_its_server_seed_to_everybody_once_it_is_revealed(
    ada: Player, as_ada: Caller, as_nobody: Caller
) -> None:
    played = spin(ada)
    path = f"/api/games/rounds/{played.round_id}"
    for caller in (as_ada, as_nobody):
        assert caller.get(path).json()["fair"]["server_seed"] is None
    revealed = as_ada.post("/api/fairness/rotate").json()["revealed"]
    newer = spin(ada)
    for caller in (as_ada, as_nobody):
        fair = caller.get(path).json()["fair"]
        assert fair == {
            "server_seed_hash": revealed["server_seed_hash"],
            "client_seed": revealed["client_seed"],
            "nonce": 0,
            "server_seed": revealed["server_seed"],
        }
        assert caller.get(f"/api/games/rounds/{newer.round_id}").json()["fair"]["server_seed"] is None


def test_revealed_seeds_are_taken_along(ada: Player, as_ada: Caller) -> None:
    revealed = as_ada.post("/api/fairness/rotate").json()["revealed"]
    taken = as_ada.get("/api/auth/me/export").json()["revealed_seeds"]
    assert [{**seed, "rotated_at": None} for seed in taken] == [{**revealed, "rotated_at": None}]
