"""Players, their gold and what they did, in the Django admin."""

from accounts.admin.evidence import CSV_ROWS_MAX, EvidenceAdmin, ReasonForm
from accounts.admin.goals import EventAdmin, MissionAdmin
from accounts.admin.invites import InviteAdmin
from accounts.admin.ledger import EntryAdmin, WalletAdmin
from accounts.admin.notifications import NotificationAdmin
from accounts.admin.players import PlayerAdmin
from accounts.admin.progress import ProgressAdmin
from accounts.admin.rewards import CatalogRewardAdmin, RewardAdmin
from accounts.admin.sessions import AuthSessionAdmin
from accounts.admin.streaks import StreakAdmin, StreakTableAdmin
from accounts.admin.trail import ActionAdmin, AuditAdmin

__all__ = [
    "CSV_ROWS_MAX",
    "ActionAdmin",
    "AuditAdmin",
    "AuthSessionAdmin",
    "CatalogRewardAdmin",
    "EntryAdmin",
    "EventAdmin",
    "EvidenceAdmin",
    "InviteAdmin",
    "MissionAdmin",
    "NotificationAdmin",
    "PlayerAdmin",
    "ProgressAdmin",
    "ReasonForm",
    "RewardAdmin",
    "StreakAdmin",
    "StreakTableAdmin",
    "WalletAdmin",
]
