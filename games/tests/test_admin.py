"""Staff look at games and rounds, find what they search for, and change none of them."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Player, Wallet
from games import seeds
from games.models import Game, GameConfig, GameStats, RevealedSeed, Round
from games.play import slots


@pytest.fixture
def staff(sam: Player, client: Client) -> Client:
    """sam's browser, signed in at the staff door."""
    response = client.post("/admin/login/", {"username": sam.site_id, "password": "correct horse"})
    assert response.status_code == 302, response.content.decode()
    return client


@pytest.fixture
def played(ada: Player) -> Round:
    played = slots.spin(player=ada, stake=40, lines=2, key=None).round
    seeds.rotate(player_id=ada.pk)
    return played


@pytest.mark.parametrize("model", [Round, GameStats, Game, GameConfig, RevealedSeed])
def test_staff_see_every_list_and_every_row_but_change_none(staff: Client, played: Round, model: type) -> None:
    name = f"games_{model.__name__.lower()}"
    row = model.objects.order_by("pk").first()  # type: ignore[attr-defined]
    row_path = reverse(f"admin:{name}_change", args=[row.pk])
    assert staff.get(reverse(f"admin:{name}_changelist")).status_code == 200
    assert staff.get(row_path).status_code == 200
    refused = [staff.post(row_path, {}), staff.post(reverse(f"admin:{name}_delete", args=[row.pk]), {"post": "yes"})]
    if model is not GameConfig:  # of a table there is a next version, see test_configurations.py
        refused.append(staff.get(reverse(f"admin:{name}_add")))
    assert {response.status_code for response in refused} == {403}
    assert model.objects.get(pk=row.pk) == row  # type: ignore[attr-defined]


@pytest.mark.parametrize("by", ["round_id", "site_id", "nickname", "server_seed_hash"])
def test_rounds_are_found_by_what_staff_type(staff: Client, ada: Player, played: Round, by: str) -> None:
    typed = {
        "round_id": str(played.round_id),
        "site_id": ada.site_id,
        "nickname": ada.nickname,
        "server_seed_hash": played.server_seed_hash,
    }[by]
    changelist = reverse("admin:games_round_changelist")
    found = staff.get(changelist, {"q": typed}).context["cl"].result_list
    assert [each.pk for each in found] == [played.pk]
    assert list(staff.get(changelist, {"q": "nobody"}).context["cl"].result_list) == []


def test_the_list_of_rounds_does_not_ask_once_a_row(
    staff: Client, ada: Player, django_assert_max_num_queries: object
) -> None:
    for _ in range(20):
        slots.spin(player=ada, stake=10, lines=1, key=None)
    with django_assert_max_num_queries(15):  # type: ignore[operator]
        staff.get(reverse("admin:games_round_changelist"))


def test_players_have_no_business_there(client: Client, ada: Player, played: Round) -> None:
    response = client.post("/admin/login/", {"username": ada.site_id, "password": "correct horse"})
    assert response.status_code == 401
    assert client.get(reverse("admin:games_round_changelist")).status_code == 302


def test_a_round_shows_its_proof_and_the_gold_it_moved(staff: Client, ada: Player, played: Round) -> None:
    """The seed of the first round was revealed when ada rotated; the second's is still secret."""
    open_seed, secret = seeds.server_seed_of(played), slots.spin(player=ada, stake=30, lines=1, key=None).round
    assert open_seed is not None
    pages = [staff.get(reverse("admin:games_round_change", args=[one.pk])).content.decode() for one in (played, secret)]
    for page, one in zip(pages, (played, secret), strict=True):
        assert f'href="/rounds/{one.round_id}"' in page
        assert one.server_seed_hash in page
        assert f"<td>-{one.stake}</td>" in page
    assert open_seed in pages[0]
    assert "아직 비밀입니다" in pages[1]
    assert Wallet.objects.get(pk=ada.pk).server_seed not in pages[1]
