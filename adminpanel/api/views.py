"""The endpoints of staff tools: they translate, capability modules decide."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import caller
from accounts.models import Role
from adminpanel import campaigns
from adminpanel.api import serializers
from casino.lib.api import Endpoint
from casino.lib.gate import Access
from casino.lib.schema import describe

_CAMPAIGNERS = frozenset({Role.SUPPORT})


class Campaigns(Endpoint):
    """What staff tell many players."""

    access = Access.STAFF
    roles = _CAMPAIGNERS

    @describe(query=serializers.CampaignsQuery, answer=serializers.CampaignsPage, refusals=(403,))
    def get(self, request: Request) -> Response:
        """Newest first."""
        return Response(campaigns.page(**self.query(serializers.CampaignsQuery)))

    @describe(body=serializers.CampaignBody, answer=serializers.CampaignPlanned, refusals=(403,))
    def post(self, request: Request) -> Response:
        """Plans one; it is sent from its moment on, to each player at most once."""
        campaign = campaigns.plan(by=caller(request), **self.body(serializers.CampaignBody))
        return Response({"success": True, "id": campaign.pk})


class CampaignCancel(Endpoint):
    """A campaign, called off."""

    access = Access.STAFF
    roles = _CAMPAIGNERS

    @describe(answer=serializers.CampaignCancelled, refusals=(400, 403, 404))
    def post(self, request: Request, campaign_id: int) -> Response:
        """Only before it begins."""
        campaigns.cancel(by=caller(request), campaign_id=campaign_id)
        return Response({"success": True})
