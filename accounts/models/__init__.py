"""What the club remembers of its players."""

from accounts.models.activity import Action, Audit
from accounts.models.feed import FeedItem
from accounts.models.invite import Invite
from accounts.models.ledger import Account, Entry, EntryCode, Wallet
from accounts.models.notification import Notification
from accounts.models.player import Player, PlayerName, Rank, Role
from accounts.models.progress import (
    CatalogReward,
    Event,
    Goal,
    Mission,
    Progress,
    Reward,
    Streak,
    StreakTable,
    StreakType,
)
from accounts.models.reset import ResetCode
from accounts.models.session import AuthSession, LoginCounter

__all__ = [
    "Account",
    "Action",
    "Audit",
    "AuthSession",
    "CatalogReward",
    "Entry",
    "EntryCode",
    "Event",
    "FeedItem",
    "Goal",
    "Invite",
    "LoginCounter",
    "Mission",
    "Notification",
    "Player",
    "PlayerName",
    "Progress",
    "Rank",
    "ResetCode",
    "Reward",
    "Role",
    "Streak",
    "StreakTable",
    "StreakType",
    "Wallet",
]
