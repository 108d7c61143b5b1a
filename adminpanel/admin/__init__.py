"""What staff tools remember, in the Django admin."""

from adminpanel.admin.campaigns import CampaignAdmin
from adminpanel.admin.inspections import InspectionAdmin

__all__ = ["CampaignAdmin", "InspectionAdmin"]
