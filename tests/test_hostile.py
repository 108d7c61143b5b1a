"""Hostile calls on every route that moves gold: each is refused by name, and nothing moves."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings

from accounts.models import Player, Wallet
from casino.lib import days
from shop import defaults
from tests.cast import Caller

# Counted by guards before anything is looked at; they are no part of what a call moves.
GUARDS = {"casino.RateCounter", "accounts.LoginCounter", "accounts.AuthSession", "sessions.Session"}


@dataclass(frozen=True)
class MoneyRoute:
    """A route that moves gold, a body it takes, and which of its fields are whole numbers and texts."""

    path: str
    body: dict[str, Any]
    integers: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()

    def with_field(self, field: str, raw: str) -> str:
        """The body as JSON with one field replaced by raw JSON text."""
        others = ", ".join(
            f"{json.dumps(name)}: {json.dumps(value)}" for name, value in self.body.items() if name != field
        )
        return f"{{{others}{', ' if others else ''}{json.dumps(field)}: {raw}}}"


SPIN = MoneyRoute("/api/games/slot/spin", {"bet_amount": 10, "lines": 1}, integers=("bet_amount", "lines"))
DUEL = MoneyRoute(
    "/api/games/rps/play", {"choice": "rock", "bet_amount": 10}, integers=("bet_amount",), texts=("choice",)
)
PULL = MoneyRoute("/api/games/gacha/pull", {"pull_count": 1}, integers=("pull_count",), texts=("banner", "gacha_id"))
PULL_SHORT = MoneyRoute("/api/gacha/pull", {}, integers=("pull_count",))
FLY = MoneyRoute("/api/games/crash/bet", {"bet_amount": 10}, integers=("bet_amount",))
LEAVE = MoneyRoute("/api/games/crash/cashout", {}, texts=("game_id",))
BUY = MoneyRoute(
    "/api/shop/buy",
    {"product_id": "1001", "quantity": 1},
    integers=("quantity", "expected_price"),
    texts=("product_id", "promo_code", "payment_method", "card_token"),
)
BUY_NAMED = MoneyRoute("/api/shop/buy/1001", {"quantity": 1}, integers=("quantity",))
ROUTES = [SPIN, DUEL, PULL, PULL_SHORT, FLY, LEAVE, BUY, BUY_NAMED]
SETTLE = "/api/shop/transactions/000000000000/settle"

NO_INTEGERS = ["1.5", "1.0", '"5"', "1e3", "true", "null", "9223372036854775808", '"１００"', '"1_000"', "[1]", "{}"]
NO_BODIES = ["[]", "5", '"text"', "null", "nonsense", "{", '{"a": NaN}', '{"a": -Infinity}', "{}{}"]
NO_TEXTS = ['"a\\u0000b"', '"\\ud800"', "[]", "{}", "1.5", "true"]
NO_KEYS = ['""', '"é"', '"a\\nb"', json.dumps("k" * 129), "5", "true", "[]", "{}", '"\\u0000"']

by_path = pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path)


def fields(kind: str) -> pytest.MarkDecorator:
    pairs = [(route, name) for route in ROUTES for name in getattr(route, kind)]
    return pytest.mark.parametrize(("route", "field"), pairs, ids=[f"{route.path} {name}" for route, name in pairs])


@pytest.fixture(autouse=True)
def shelf(db: None) -> None:
    """The products everyone may buy."""
    defaults.seed_products(days.now())


def everything() -> dict[str, Any]:
    """How many rows every table holds, and every wallet as it stands."""
    counts = {model._meta.label: model._default_manager.count() for model in apps.get_models()}
    return {name: count for name, count in counts.items() if name not in GUARDS} | {
        "wallets": list(Wallet.objects.order_by("pk").values())
    }


def refused(caller: Caller, path: str, body: str, **headers: str) -> dict[str, Any]:
    """The error of a call that is refused with 422 and moves nothing."""
    before = everything()
    response = caller.post(path, body, **headers)
    assert response.status_code == 422, response.content
    assert everything() == before
    return dict(response.json()["error"])


@fields("integers")
@pytest.mark.parametrize("value", NO_INTEGERS)
def test_a_number_that_is_no_integer_is_refused_by_its_name(
    as_ada: Caller, route: MoneyRoute, field: str, value: str
) -> None:
    error = refused(as_ada, route.path, route.with_field(field, value))
    assert error["code"] == "VALIDATION_ERROR"
    assert [detail["loc"] for detail in error["details"]] == [["body", field]]


@fields("integers")
@pytest.mark.parametrize("value", ["-1", "0", "100000000"])
def test_an_integer_out_of_range_moves_nothing(as_ada: Caller, route: MoneyRoute, field: str, value: str) -> None:
    before = everything()
    response = as_ada.post(route.path, route.with_field(field, value))
    assert response.status_code in (409, 422)  # a wrong expected_price is a changed price
    assert everything() == before


@fields("texts")
@pytest.mark.parametrize("value", NO_TEXTS)
def test_a_text_that_cannot_be_stored_is_refused(as_ada: Caller, route: MoneyRoute, field: str, value: str) -> None:
    assert refused(as_ada, route.path, route.with_field(field, value))["code"] == "VALIDATION_ERROR"


@by_path
@pytest.mark.parametrize("body", NO_BODIES)
def test_what_is_no_json_object_is_refused(as_ada: Caller, route: MoneyRoute, body: str) -> None:
    assert refused(as_ada, route.path, body)["code"] == "VALIDATION_ERROR"


@by_path
@pytest.mark.parametrize("key", NO_KEYS)
def test_a_key_that_is_no_key_is_refused(as_ada: Caller, route: MoneyRoute, key: str) -> None:
    assert refused(as_ada, route.path, route.with_field("idempotency_key", key))["code"] == "VALIDATION_ERROR"


@by_path
@pytest.mark.parametrize("header", ["Idempotency_Key", "X_Idempotency_Key"])
def test_a_header_that_is_no_key_is_refused(as_ada: Caller, route: MoneyRoute, header: str) -> None:
    error = refused(as_ada, route.path, json.dumps(route.body), **{header: "k" * 129})
    assert error["code"] == "VALIDATION_ERROR"


@by_path
def test_nul_surrogates_and_nesting_are_refused_in_fields_nobody_reads(as_ada: Caller, route: MoneyRoute) -> None:
    for raw in ('"\\u0000"', '"\\udfff"', "[" * 200 + "]" * 200, '{"\\u0000": 1}'):
        assert refused(as_ada, route.path, route.with_field("note", raw))["code"] == "VALIDATION_ERROR"


@by_path
def test_a_body_over_the_limit_is_refused(as_ada: Caller, route: MoneyRoute) -> None:
    before = everything()
    response = as_ada.post(route.path, route.with_field("note", json.dumps("x" * settings.MAX_BODY_BYTES)))
    assert (response.status_code, response.json()["error"]["code"]) == (413, "PAYLOAD_TOO_LARGE")
    assert everything() == before


@by_path
def test_another_media_type_is_refused(as_ada: Caller, route: MoneyRoute) -> None:
    before = everything()
    form = as_ada.client.post(route.path, {"bet_amount": "10", "product_id": "1001"}, headers=as_ada.headers)
    assert (form.status_code, form.json()["error"]["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert everything() == before


@by_path
def test_fields_of_the_house_cannot_be_sent(ada: Player, as_ada: Caller, route: MoneyRoute) -> None:
    wish = {
        "gold_balance": 10**9, "balance": 10**9, "price": 1, "amount": 1, "is_staff": True, "is_admin": True,
        "role": "owner", "rank": "VIP", "user_rank": "VIP", "experience": 10**6, "vip_points": 10**6, "user_id": 1,
        "player_id": 1, "player": 1, "nonce": 99, "server_seed": "0" * 64, "win_amount": 10**9, "gold_granted": 10**9,
    }  # fmt: skip
    assert as_ada.post(route.path, {**wish, **route.body}).status_code == (404 if route is LEAVE else 200)
    after = Player.objects.get(pk=ada.pk)
    wallet = Wallet.objects.get(pk=ada.pk)
    assert (after.is_staff, after.role, after.rank) == (False, "", "STANDARD")
    assert (wallet.experience, wallet.server_seed) == (0, ada.wallet.server_seed)
    assert wallet.nonce in (0, 1)
    assert wallet.balance < 10**7


@pytest.mark.parametrize("path", [*(route.path for route in ROUTES), SETTLE])
def test_nobody_moves_gold(as_nobody: Caller, path: str) -> None:
    before = everything()
    response = as_nobody.post(path, "not even JSON")
    assert (response.status_code, response.json()["error"]["code"]) == (401, "NOT_AUTHENTICATED")
    assert everything() == before


@pytest.mark.parametrize("path", [*(route.path for route in ROUTES), SETTLE])
@pytest.mark.parametrize("token", ["x", "a.b.c", "", "null", "Bearer", "é"])
def test_a_token_of_nobody_moves_no_gold(as_nobody: Caller, path: str, token: str) -> None:
    before = everything()
    response = as_nobody.post(path, {}, Authorization=f"Bearer {token}")
    assert response.status_code == 401
    assert everything() == before


@pytest.mark.parametrize("product", ["-1", "0", "9223372036854775808", '"1001\' OR 1=1"', '"%"', '""', '"９９"', "[1]"])
def test_a_product_that_does_not_exist_is_not_bought(as_ada: Caller, product: str) -> None:
    before = everything()
    response = as_ada.post(BUY.path, BUY.with_field("product_id", product))
    assert response.status_code in (404, 422), response.content
    assert everything() == before


@pytest.mark.parametrize("receipt", ["000000000000", "x", "%00", "1%27--", "é", "a" * 300])
def test_a_receipt_that_is_not_ones_own_settles_nothing(as_ada: Caller, as_bob: Caller, receipt: str) -> None:
    as_bob.post(BUY.path, BUY.body)
    before = everything()
    response = as_ada.post(f"/api/shop/transactions/{receipt}/settle", {})
    assert response.status_code == 404
    assert everything() == before


def test_another_players_receipt_is_as_if_it_did_not_exist(as_ada: Caller, as_bob: Caller) -> None:
    receipt = as_bob.post(BUY.path, BUY.body).json()["receipt_code"]
    before = everything()
    response = as_ada.post(f"/api/shop/transactions/{receipt}/settle", {})
    assert (response.status_code, response.json()["error"]["code"]) == (404, "PURCHASE_NOT_FOUND")
    assert everything() == before
