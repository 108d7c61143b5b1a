"""Streaks, attendance and VIP points over JSON: they translate, `accounts.progress` decides."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from accounts import queries
from accounts.api import progress_serializers as wire
from accounts.api.shapes import claimed
from accounts.authentication import caller
from accounts.models import Wallet
from accounts.progress import attendance, streaks, vip
from casino.lib import days, idempotency
from casino.lib.api import Endpoint
from casino.lib.schema import describe


class StreakStatus(Endpoint):
    """A streak of the caller."""

    @describe(query=wire.StreakChoice, answer=wire.StreakStatus)
    def get(self, request: Request) -> Response:
        """As it stands now."""
        streak = streaks.of(caller(request).pk, self.query(wire.StreakChoice)["action_type"])
        return Response(streaks.status(streak, days.now()))


class StreakTick(Endpoint):
    """Today, counted."""

    @describe(body=wire.StreakChoice, answer=wire.Ticked)
    def post(self, request: Request) -> Response:
        """Counts today for the streak, once."""
        action_type = self.body(wire.StreakChoice)["action_type"]
        streak, is_counted, now = attendance.tick(player_id=caller(request).pk, action_type=action_type)
        return Response({**streaks.status(streak, now), "incremented": is_counted})


class StreakPreview(Endpoint):
    """The reward of today."""

    @describe(query=wire.StreakChoice, answer=wire.AttendancePreview)
    def get(self, request: Request) -> Response:
        """Exactly what a claim at this moment pays, or what today's paid."""
        wallet, streak = queries.wallet_and_streak(caller(request).pk, self.query(wire.StreakChoice)["action_type"])
        return Response(attendance.preview(wallet, streak, now=days.now()).told())


class StreakClaim(Endpoint):
    """Today's reward, claimed."""

    @describe(body=wire.StreakChoice, answer=wire.AttendancePaid, refusals=(400, 409), keyed=True)
    def post(self, request: Request) -> Response:
        """Counts today and pays for the days in a row, once a day whatever the streak."""
        player, action_type = caller(request), self.body(wire.StreakChoice)["action_type"]
        key = idempotency.read_key(
            request, self.payload(), player_id=player.pk, operation=attendance.OPERATION, payload=self.payload()
        )
        return claimed(*attendance.claim(player=player, action_type=action_type, key=key))


class StreakReset(Endpoint):
    """The end of a streak."""

    @describe(body=wire.StreakChoice, answer=wire.StreakIsReset)
    def post(self, request: Request) -> Response:
        """Brings it to 0; what was counted or claimed today stays so."""
        streaks.reset(player_id=caller(request).pk, action_type=self.body(wire.StreakChoice)["action_type"])
        return Response({"ok": True})


class StreakHistory(Endpoint):
    """A month of a streak."""

    @describe(query=wire.HistoryQuery, answer=wire.Month)
    def get(self, request: Request) -> Response:
        """The days that were really counted."""
        asked = self.query(wire.HistoryQuery)
        year, month = asked["year"], asked["month"]
        counted = streaks.of(caller(request).pk, asked["action_type"]).days_of(year, month)
        answer = {"action_type": asked["action_type"], "year": year, "month": month}
        return Response({**answer, "days": [day.isoformat() for day in counted]})


class StreakProtection(Endpoint):
    """What covers missed days."""

    @describe(query=wire.StreakChoice, answer=wire.Protection)
    def get(self, request: Request) -> Response:
        """Whether it is on, and the tokens it has."""
        streak = streaks.of(caller(request).pk, self.query(wire.StreakChoice)["action_type"])
        return Response(streaks.protection(streak, days.now()))

    @describe(body=wire.ProtectionBody, answer=wire.Protection)
    def post(self, request: Request) -> Response:
        """Switches it on or off from now on."""
        wanted = self.body(wire.ProtectionBody)
        streak, now = streaks.protect(player_id=caller(request).pk, **wanted)
        return Response(streaks.protection(streak, now))


class VipStatus(Endpoint):
    """VIP points of the caller."""

    @describe(answer=wire.VipStanding)
    def get(self, request: Request) -> Response:
        """The points, and whether today's were claimed."""
        return Response(vip.status(Wallet.objects.get(pk=caller(request).pk), days.now()))


class VipClaim(Endpoint):
    """Today's VIP points, claimed."""

    @describe(answer=wire.VipClaimed, refusals=(409,), keyed=True)
    def post(self, request: Request) -> Response:
        """Adds the day's points once; a second claim of the day adds none and says so."""
        player = caller(request)
        key = idempotency.read_key(
            request, self.payload(), player_id=player.pk, operation=vip.OPERATION, payload=self.payload()
        )
        return claimed(*vip.claim(player=player, key=key))
