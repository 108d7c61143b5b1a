"""REVOKE: however a session ends, its next request is refused and its sockets on both processes close within a second.

Without Redis, killed or frozen, the next beat finds them. Staff who lose their role are refused from the next call on.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import connections

from accounts import bans, sessions, tokens
from accounts.models import AuthSession, Player, Role
from bench import club as bench
from casino.lib import days
from realtime.door import NOT_ADMITTED
from realtime.hub import BEAT_SECONDS
from tests.chaos.club import Guest, Json
from tests.chaos.house import House
from tests.chaos.listening import Device, Room, median, settle
from tests.chaos.report import Report

CLOSED_WITHIN: Final = 1.0
# The beat itself, half a second that its look for a lost Redis may take, and what every close may take.
CLOSED_BY_BEAT: Final = BEAT_SECONDS + 0.5 + CLOSED_WITHIN
LIVES_FOR: Final = 4
REFUSALS_ASKED: Final = 4
DARK_ROUNDS: Final = 3
CONTROL_ROUNDS: Final = 4
PASSWORDS: Final = ("not-used-here", "nor-used-there-7")
_ME: Final = "/api/auth/me"
_STAFF_PATH: Final = "/api/admin/events"


@dataclass(frozen=True, slots=True)
class Held:
    """A session, its tokens and its sockets: one on each process."""

    grant: sessions.Grant
    token: str
    guest: Guest
    devices: Sequence[Device]


@dataclass(slots=True)
class Cast:
    """Who takes part in a round; the first session acts, the second is the same player's."""

    player: Player
    staff: Player
    acting: Held
    other: Held

    def ask(self, method: str, path: str, body: Json | None = None) -> None:
        """Something the acting session does, and may."""
        status, told = self.acting.guest.ask(method, path, body)
        if status != 200:
            raise RuntimeError(f"{path} was answered {status} {told}")


@dataclass(frozen=True, slots=True)
class Way:
    """One way for sessions to end."""

    name: str
    deed: Callable[[Cast], None]
    ends: tuple[str, ...]
    token_lives: timedelta = field(default=timedelta(hours=1))


def log_out(cast: Cast) -> None:
    """This session."""
    cast.ask("POST", "/api/auth/logout")


def log_out_everywhere(cast: Cast) -> None:
    """Every session."""
    cast.ask("POST", "/api/auth/logout-all")


def change_password(cast: Cast) -> None:
    """Ends the others."""
    old, new = PASSWORDS if cast.player.check_password(PASSWORDS[0]) else reversed(PASSWORDS)
    cast.ask("PUT", _ME, {"password": new, "current_password": old})
    cast.player.refresh_from_db()


def ban(cast: Cast) -> None:
    """By staff; the player is let in again for the next round, the sessions are not."""
    bans.ban(player=cast.player, by=cast.staff, reason="chaos", lasts=None, now=days.now())


def refresh_twice(cast: Cast) -> None:
    """The second use of a refresh token is a thief's."""
    refresh = {"refresh_token": str(cast.acting.grant.refresh)}
    cast.ask("POST", "/api/auth/refresh", refresh)
    status, told = cast.acting.guest.ask("POST", "/api/auth/refresh", refresh)
    if status != 401 or told["error"]["code"] != "REFRESH_REUSED":
        raise RuntimeError(f"a used refresh token was answered {status} {told}")


def wait_for_expiry(cast: Cast) -> None:
    """Nobody does anything; the token says how long."""
    time.sleep(max(0.0, tokens.expiry_of(cast.acting.grant.session).timestamp() - time.time()))


LOGOUT: Final = Way("logout", log_out, ("acting",))
WAYS: Final = (
    LOGOUT,
    Way("logout-all", log_out_everywhere, ("acting", "other")),
    Way("password change", change_password, ("other",)),
    Way("ban", ban, ("acting", "other")),
    Way("refresh reuse", refresh_twice, ("acting",)),
    Way("expiry", wait_for_expiry, ("acting",), timedelta(seconds=LIVES_FOR)),
)


class Trial:
    """Rounds against one house."""

    def __init__(self, report: Report, house: House, room: Room, name: str) -> None:
        self.report = report
        self.house = house
        self.room = room
        self.waits: list[float] = []
        player, staff = (Player.objects.get(pk=seat.player_id) for seat in bench.enrol(2, name))
        Player.objects.filter(pk=staff.pk).update(is_staff=True, role=Role.OWNER)
        self.player, self.staff = player, staff

    def round(self, way: Way, within: float, harm: Callable[[], object] = lambda: None) -> None:
        """Two sessions with two sockets each; what should end ends in time, what should live lives."""
        Player.objects.filter(pk=self.player.pk).update(is_banned=False)
        cast = Cast(self.player, self.staff, self._hold(way.token_lives), self._hold(timedelta(hours=1)))
        everybody = [*cast.acting.devices, *cast.other.devices]
        if not settle(lambda: all(device.is_open for device in everybody), 20):
            raise RuntimeError("the devices did not get in")
        harm()
        way.deed(cast)
        done = time.monotonic()
        for name in ("acting", "other"):
            held: Held = getattr(cast, name)
            self._judge_ended(way, held, done, within) if name in way.ends else self._judge_living(way, held)
        for device in everybody:
            self.room.call(partial(device.hang_up, rudely=True, away=0))
        sessions.end_all(self.player, reason="chaos", now=days.now())
        connections.close_all()

    def _hold(self, lives: timedelta) -> Held:
        now = days.now()
        client = sessions.Client(ip="127.0.0.1", user_agent="chaos")
        grant = sessions.begin(player=self.player, kind=AuthSession.Kind.API, client=client, now=now)
        grant.session.rotated_at = now + lives - settings.ACCESS_TOKEN_LIFETIME  # what the token is made of, not stored
        token = tokens.access_token(grant.session, self.player)
        devices = [Device(part.port, token, again=False) for part in self.house.sockets]
        for device in devices:
            self.room.run(device.live())
        return Held(grant, token, Guest(self.house, token), devices)

    def _judge_ended(self, way: Way, held: Held, done: float, within: float) -> None:
        for _ in range(REFUSALS_ASKED):
            status, told = held.guest.ask("GET", _ME)
            self.report.want(status == 401, f"{way.name}: the next request was answered {status} {told}")
        settle(lambda: all(device.closed_at for device in held.devices), within + 3)
        for place, device in enumerate(held.devices):
            code = next(iter(device.closes), None)
            wait = max(0.0, device.closed_at - done) if device.closed_at else float("inf")
            self.waits.append(wait)
            is_right = code == NOT_ADMITTED and wait <= within
            self.report.want(is_right, f"{way.name}: process {place} closed {code} after {wait:.2f} s")
            self.report.ends[f"{code}"] += 1

    def _judge_living(self, way: Way, held: Held) -> None:
        status, _told = held.guest.ask("GET", _ME)
        lives = status == 200 and all(device.is_open for device in held.devices)
        self.report.want(lives, f"{way.name}: a session that should live was answered {status} or lost a socket")

    def tell(self, what: str) -> None:
        """Prints how long closes took and begins anew."""
        self.report.tell_ends(f"{what}: closed after {median(self.waits):.2f} s, at most {max(self.waits):.2f} s")
        self.waits.clear()

    def demote(self) -> None:
        """Staff whose role is taken are refused with the next call."""
        client = sessions.Client(ip="127.0.0.1", user_agent="chaos")
        for role, method in ((Role.NONE, "GET"), (Role.AUDITOR, "POST")):
            Player.objects.filter(pk=self.staff.pk).update(is_staff=True, role=Role.ECONOMY)
            grant = sessions.begin(player=self.staff, kind=AuthSession.Kind.API, client=client, now=days.now())
            guest = Guest(self.house, tokens.access_token(grant.session, self.staff))
            before, _told = guest.ask(method, _STAFF_PATH)
            Player.objects.filter(pk=self.staff.pk).update(is_staff=role is not Role.NONE, role=role)
            after = {guest.ask(method, _STAFF_PATH)[0] for _ in range(REFUSALS_ASKED)}
            self.report.want(before in (200, 422), f"staff of the role were answered {before} to {method}")
            self.report.want(after == {403}, f"staff without the role were answered {after} to {method}")
        connections.close_all()


def run(arguments: argparse.Namespace, base: Path) -> bool:
    """The whole harness; whether everything held and the control failed."""
    report = Report("REVOKE")
    with House(base / "house", REFRESH_GRACE_SECONDS="0") as house, Room() as room:
        trial = Trial(report, house, room, "leaver")
        for way in WAYS:
            for _ in range(arguments.revoke):
                trial.round(way, CLOSED_WITHIN)
            trial.tell(f"{way.name}, {arguments.revoke} rounds, sockets on both processes")
        for name, harm, mend in (
            ("killed", house.redis.kill, house.redis.start),
            ("frozen", house.freeze_redis, house.thaw_redis),
        ):
            for _ in range(DARK_ROUNDS):
                trial.round(LOGOUT, CLOSED_BY_BEAT, harm)
                mend()
            trial.tell(f"logout with Redis {name}, {DARK_ROUNDS} rounds")
        for _ in range(arguments.revoke):
            trial.demote()
        report.tell(f"demotion, {arguments.revoke} rounds: the next staff call was refused")
        report.wrong += house.complaints()
    control = Report()
    with House(base / "control", without="ended hints") as house, Room() as room:
        trial = Trial(control, house, room, "lingerer")
        for _ in range(CONTROL_ROUNDS):
            trial.round(LOGOUT, CLOSED_WITHIN)
    report.want_failed(control, "hints at ended sessions", CONTROL_ROUNDS)
    return report.verdict(arguments.seed)
