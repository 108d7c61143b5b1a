"""Secrets go through the whole club and are found nowhere they do not belong: logs, metrics, error bodies."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Player, Wallet
from casino.lib.logs import JSONFormatter, current_request_id
from casino.opening import seed
from tests.cast import Caller

PASSWORD, WRONG, CARD = "canary-Password-7731", "canary-Wrong-8842", "canary-card-9953"


@pytest.mark.django_db
def test_no_secret_reaches_logs_metrics_or_error_bodies(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    list(seed(now=timezone.now()))
    nobody = Caller()
    account = {"site_id": "ada", "nickname": "Ada", "invite_code": "5858", "password": PASSWORD}
    entered = nobody.post("/api/auth/signup", account).json()
    caller = Caller(Player.objects.get(site_id="ada"))
    caller.headers["Authorization"] = f"Bearer {entered['access_token']}"
    errors = [
        nobody.post("/api/auth/login", {"site_id": "ada", "password": WRONG}),
        nobody.post("/api/auth/login", {"site_id": PASSWORD, "password": ["not", "text"]}),
        nobody.post("/api/auth/login", f'{{"password": "{PASSWORD}"'),
        nobody.post("/api/auth/refresh", {"refresh_token": entered["refresh_token"][:-1]}),
        nobody.post("/api/auth/signup", account),
        Client().post("/login", {"nickname": "ada", "password": WRONG}),
        Client().post("/admin/login/", {"username": "ada", "password": PASSWORD}),
        caller.post("/api/shop/buy", {"product_id": "nothing", "card_token": CARD}),
        caller.post("/api/auth/me/delete", {"password": WRONG}),
    ]
    assert caller.post("/api/games/slot/spin", {"bet_amount": 10}).status_code == 200
    assert caller.post("/api/shop/buy", {"product_id": "1001", "card_token": CARD}).status_code == 200
    assert nobody.post("/api/auth/refresh", {"refresh_token": entered["refresh_token"]}).status_code == 200

    def broken(*_arguments: Any, **_options: Any) -> Any:
        raise RuntimeError("a bug")

    monkeypatch.setattr("games.api.plays.slots.spin", broken)
    caller.client.raise_request_exception = False
    errors.append(caller.post("/api/games/slot/spin", {"bet_amount": 10}))
    assert [answer.status_code for answer in errors] == [401, 422, 422, 401, 400, 401, 401, 404, 400, 500]
    assert json.loads(errors[-1].content)["error"]["code"] == "INTERNAL_ERROR"
    assert "a bug" not in errors[-1].content.decode()

    wallet = Wallet.objects.get(player__site_id="ada")
    secrets = {PASSWORD, WRONG, CARD, entered["access_token"], entered["refresh_token"]}
    secrets |= {wallet.server_seed, wallet.next_server_seed, Player.objects.get(site_id="ada").password}
    formatter = JSONFormatter()
    # SQL belongs to nobody's log: Django writes it only in debug mode, which the club does not have.
    logged = "\n".join(formatter.format(record) for record in caplog.records if record.name != "django.db.backends")
    told = (
        logged + Client().get("/metrics").content.decode() + "".join(answer.content.decode() for answer in errors[1:])
    )
    assert [secret for secret in secrets - {PASSWORD} if secret in told] == []
    assert PASSWORD not in logged


def test_a_log_line_is_json_with_the_request_it_belongs_to() -> None:
    record = logging.LogRecord("club", logging.WARNING, __file__, 1, "%s 골드", (7,), None)
    token = current_request_id.set("9f2c61d0a7be")
    try:
        line = json.loads(JSONFormatter().format(record))
    finally:
        current_request_id.reset(token)
    assert (line["level"], line["logger"], line["message"], line["request_id"]) == (
        "WARNING", "club", "7 골드", "9f2c61d0a7be",
    )  # fmt: skip
