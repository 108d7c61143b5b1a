"""The endpoints of staff who watch the club: they translate, `stats` and `trail` tell."""

from __future__ import annotations

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from adminpanel import stats, trail
from adminpanel.api import watch_serializers as serializers
from casino.lib import csvs, days
from casino.lib.api import Endpoint
from casino.lib.gate import Access
from casino.lib.schema import describe


class AdminStats(Endpoint):
    """The club in numbers."""

    access = Access.STAFF

    @describe(query=serializers.StatsQuery, answer=serializers.AdminStatsAnswer, refusals=(403,))
    def get(self, request: Request) -> Response:
        """At most five seconds old; today begins at midnight of the zone."""
        return Response(stats.read(**self.query(serializers.StatsQuery), now=days.now()))


class AuditLogs(Endpoint):
    """Who did what to whom."""

    access = Access.STAFF

    @describe(query=serializers.AuditQuery, answer=serializers.AuditPage, refusals=(403,))
    def get(self, request: Request) -> Response:
        """Newest first."""
        return Response(trail.page(**self.query(serializers.AuditQuery)))


class AuditLogsCSV(Endpoint):
    """The same as a spreadsheet."""

    access = Access.STAFF

    @describe(query=serializers.AuditSheetQuery, answer=str, media="text/csv", refusals=(403,))
    def get(self, request: Request) -> HttpResponse:
        """At most a thousand rows, newest first; no cell is taken for a formula."""
        rows = trail.sheet(**self.query(serializers.AuditSheetQuery))
        return csvs.attachment("admin_audit_logs.csv", trail.COLUMNS, rows)
