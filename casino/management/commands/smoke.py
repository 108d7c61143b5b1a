"""`manage.py smoke`: one walk through a running club, as a player's program would take it."""

from __future__ import annotations

import json
import secrets
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

Json = dict[str, Any]
_TIMEOUT_SECONDS = 15
_PACK = 1001


class Command(BaseCommand):
    """login → RPS stake 10 → catalog → buy 1001; one line per step with status and balance; 1 when a step fails."""

    help = "Walk through a running club: sign in, play a hand, look at the catalog, buy a pack."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where, and as whom."""
        parser.add_argument("--base-url", default=f"http://127.0.0.1:{settings.PORT}")
        parser.add_argument("--site-id", default="user001")
        parser.add_argument("--password", default=settings.SEED_USER_PASSWORD)

    def handle(self, *args: Any, **options: Any) -> None:
        """Takes every step in order and stops at the first that fails."""
        club = _Club(options["base_url"].rstrip("/"))
        steps: list[tuple[str, Callable[[], str]]] = [
            ("login", lambda: club.sign_in(options["site_id"], options["password"])),
            ("rps", club.duel),
            ("catalog", club.look),
            ("buy", club.buy),
        ]
        for name, step in steps:
            try:
                told = step()
            except _Failed as failure:
                raise CommandError(f"{name:<8} {failure}") from failure
            self.stdout.write(f"{name:<8} {told} balance {club.balance}")


class _Failed(Exception):
    """A step that did not go as it must."""


class _Club:
    """The club as seen over HTTP."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.token = ""
        self.balance = 0

    def sign_in(self, site_id: str, password: str) -> str:
        """Signs in and remembers the token."""
        answer = self._call("POST", "/api/auth/login", {"site_id": site_id, "password": password})
        self.token = str(answer["access_token"])
        self.balance = int(answer["user"]["gold_balance"])
        return f"200 {site_id}"

    def duel(self) -> str:
        """Stakes 10 on a hand; the new balance must follow from what was told."""
        answer = self._call("POST", "/api/games/rps/play", {"choice": "rock", "bet_amount": 10})
        expected = self.balance + answer["net_change"]
        self._expect("balance", answer["balance"], expected)
        self.balance = int(answer["balance"])
        return f"200 stake 10, {answer['result']}, payout {answer['win_amount']}"

    def look(self) -> str:
        """Reads the catalog; the small pack must be in it."""
        catalog = self._call("GET", "/api/shop/catalog")
        pack = next((item for item in catalog if item["id"] == _PACK), None)
        if pack is None:
            raise _Failed(f"200 but pack {_PACK} is not in the catalog")
        return f"200 {len(catalog)} packs"

    def buy(self) -> str:
        """Buys the small pack; its gold must arrive unless the payment is still pending."""
        answer = self._call("POST", "/api/shop/buy", {"product_id": str(_PACK)})
        if answer["status"] not in ("success", "pending"):
            raise _Failed(f"200 {answer['status']} {answer['reason_code']}")
        granted = int(answer["gold_granted"] or 0) if answer["status"] == "success" else 0
        self._expect("balance", answer["new_gold_balance"], self.balance + granted)
        self.balance = int(self._call("GET", "/api/users/balance")["gold_balance"])
        self._expect("authoritative balance", self.balance, answer["new_gold_balance"])
        return f"200 {answer['status']}, receipt {answer['receipt_code']}"

    def _expect(self, what: str, seen: int, wanted: int) -> None:
        if seen != wanted:
            raise _Failed(f"200 but {what} is {seen}, not {wanted}")

    def _call(self, method: str, path: str, body: Json | None = None) -> Any:
        headers = {"Content-Type": "application/json", "Idempotency-Key": secrets.token_hex(16)}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        data = json.dumps(body).encode() if body is not None else None
        request = Request(self.base_url + path, data=data, headers=headers, method=method)  # noqa: S310 - staff's own URL
        try:
            with urlopen(request, timeout=_TIMEOUT_SECONDS) as response:  # noqa: S310
                return json.load(response)
        except HTTPError as error:
            raise _Failed(f"{error.code} {_code_of(error)}") from error
        except (URLError, TimeoutError, ValueError) as error:
            raise _Failed(f"no answer from {self.base_url}: {error}") from error


def _code_of(error: HTTPError) -> str:
    try:
        return str(json.load(error)["error"]["code"])
    except (ValueError, KeyError, TypeError):
        return "without an envelope"
