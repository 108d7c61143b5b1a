"""A client of the socket for tests: connects as somebody, hears messages, waits for the close."""

from __future__ import annotations

import json
from types import TracebackType
from typing import Any, Self

from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.db import transaction

from accounts import sessions, tokens
from accounts.ledger import open_wallet
from accounts.models import AuthSession, Player
from casino.asgi import application
from casino.lib import days
from realtime.events import UnreadNotices
from tests import wire

Json = dict[str, Any]
PATIENCE_SECONDS = 10
HOST = "127.0.0.1"


def sign_in(player: Player) -> tuple[AuthSession, str]:
    """A session of the player and its access token."""
    where = sessions.Client(ip="127.0.0.1", user_agent="tests")
    grant = sessions.begin(player=player, kind=AuthSession.Kind.API, client=where, now=days.now())
    return grant.session, tokens.access_token(grant.session, player)


def tell(player: Player, *numbers: int) -> None:
    """Appends one event a number to the player's stream, in one transaction."""
    with transaction.atomic(), open_wallet(player.pk, now=days.now()) as wallet:
        for number in numbers:
            wallet.tell(UnreadNotices(number))


tell_async = sync_to_async(tell)
sign_in_async = sync_to_async(sign_in)


class Ears:
    """An open socket; leaving the block hangs up."""

    def __init__(self, query: str = "", *, headers: dict[str, str] | None = None, offers: list[str] | None = None):
        pairs = {"Host": HOST, **(headers or {})}
        wire = [(name.lower().encode(), value.encode()) for name, value in pairs.items()]
        self.wire = WebsocketCommunicator(application, f"/api/realtime/sync?{query}", wire, offers)
        self.subprotocol: str | None = None

    async def __aenter__(self) -> Self:
        connected, self.subprotocol = await self.wire.connect(timeout=PATIENCE_SECONDS)
        assert connected
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.wire.disconnect(timeout=PATIENCE_SECONDS)

    async def hear(self) -> Json:
        """The next message, which is as published."""
        text = await self.wire.receive_from(timeout=PATIENCE_SECONDS)
        return wire.check(json.loads(text))

    async def hear_numbers(self, count: int) -> list[tuple[int, int]]:
        """The next `count` stored events as (seq, number)."""
        messages = [await self.hear() for _ in range(count)]
        return [(message["seq"], message["data"]["unread"]) for message in messages]

    async def opening(self) -> tuple[Json, Json]:
        """The data of the first two messages."""
        connected, state = await self.hear(), await self.hear()
        assert (connected["type"], state["type"]) == ("sync_connected", "initial_state")
        return connected["data"], state["data"]

    async def say(self, text: str) -> None:
        """Sends a text."""
        await self.wire.send_to(text_data=text)

    async def close_code(self) -> int:
        """Waits for the close; everything said before it is dropped."""
        while True:
            message = await self.wire.receive_output(timeout=PATIENCE_SECONDS)
            if message["type"] == "websocket.close":
                return int(message["code"])

    async def hears_nothing_before(self, text: str) -> Json:
        """Asks for a pong and gives the next message, which is the pong when nothing else was on its way."""
        await self.say(json.dumps({"type": text}))
        return await self.hear()
