"""What the club remembers of its players."""

from accounts.models.activity import Action, Audit
from accounts.models.invite import Invite
from accounts.models.ledger import Account, Entry, EntryCode, Wallet
from accounts.models.player import Player, PlayerName, Rank, Role
from accounts.models.progress import Streak, StreakType
from accounts.models.session import AuthSession, LoginCounter

__all__ = [
    "Account",
    "Action",
    "Audit",
    "AuthSession",
    "Entry",
    "EntryCode",
    "Invite",
    "LoginCounter",
    "Player",
    "PlayerName",
    "Rank",
    "Role",
    "Streak",
    "StreakType",
    "Wallet",
]
