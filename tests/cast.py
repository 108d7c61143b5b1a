"""The cast of the tests: ada and bob play, vip plays more, sam is staff, nobody is signed in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.test import Client

from accounts import sessions, signup, tokens
from accounts.ledger import open_wallet
from accounts.models import Account, AuthSession, EntryCode, Player, Rank, Role, Wallet
from casino.lib import days


def enrol(name: str, *, gold: int = 1000, role: Role = Role.NONE, rank: Rank = Rank.STANDARD) -> Player:
    """An account called `name` with `gold`, every piece of it on the ledger."""
    now = days.now()
    player = signup.enrol(
        site_id=name, nickname=name.title(), password="correct horse", phone_number=None, role=role, rank=rank, now=now
    )
    set_gold(player, gold)
    return player


def set_gold(player: Player, gold: int) -> None:
    """Brings the player's balance to `gold` by one ledger entry."""
    with transaction.atomic(), open_wallet(player.pk, now=days.now()) as wallet:
        missing = gold - wallet.balance
        if missing > 0:
            wallet.receive(missing, source=Account.MINT, code=EntryCode.ADMIN_GRANT, reference="test")
        else:
            wallet.pay(-missing, to=Account.SHOP, code=EntryCode.SHOP_SPEND, reference="test")


def gold_of(player: Player) -> int:
    """The player's balance as the database has it."""
    return Wallet.objects.values_list("balance", flat=True).get(pk=player.pk)


@dataclass
class Caller:
    """Calls the API as `player`, or as nobody; JSON in, JSON out."""

    player: Player | None = None
    client: Client = field(default_factory=Client)

    def __post_init__(self) -> None:
        self.headers: dict[str, str] = {}
        if self.player is not None:
            where = sessions.Client(ip="127.0.0.1", user_agent="tests")
            grant = sessions.begin(player=self.player, kind=AuthSession.Kind.API, client=where, now=days.now())
            self.headers["Authorization"] = f"Bearer {tokens.access_token(grant.session, self.player)}"

    def get(self, path: str, **query: Any) -> Any:
        """GET with a query string."""
        return self.client.get(path, query, headers=self.headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        """POST with a JSON body; a string is sent as it is."""
        raw = body if isinstance(body, str) else None
        return self.client.post(
            path, raw if raw is not None else body or {}, content_type="application/json",
            headers={**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}},
        )  # fmt: skip
