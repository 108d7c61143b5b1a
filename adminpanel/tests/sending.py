"""What campaigns are tried with: a crowd, a plan, and who was told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from accounts.models import Notification, Player, PlayerName, Wallet
from accounts.truths import ledger_truths
from adminpanel import campaigns
from adminpanel.models import Campaign
from casino.lib import days
from realtime.models import StreamEvent

Json = dict[str, Any]
PATH = "/api/admin/campaigns"
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
WORDS: Json = {"title": "소식 100 %", "message": "모두에게 %(all)s"}


def crowd(number: int) -> list[Player]:
    """Players by the hundred: with wallets and names, without passwords and without gold."""
    players = [
        Player(site_id=f"player{each}", nickname=f"Player{each}", password="!", created_at=NOON)
        for each in range(number)
    ]  # fmt: skip
    made = Player.objects.bulk_create(players)
    Wallet.objects.bulk_create([Wallet(player=player) for player in made])
    PlayerName.objects.bulk_create([PlayerName(player=player, key=player.site_id) for player in made])
    return made


def plan(by: Player, **facts: Any) -> Campaign:
    return campaigns.plan(by=by, **{**WORDS, **facts})


def send(at: datetime | None = None) -> int:
    return campaigns.dispatch(now=at or days.now(), turn=None)


def told(campaign: Campaign) -> list[int]:
    """Who has its notice, with repetitions."""
    rows = Notification.objects.filter(key=campaign.key).order_by("player_id")
    return list(rows.values_list("player_id", flat=True))


def pks(*players: Player) -> list[int]:
    return sorted(player.pk for player in players)


def check_each_told_once(campaign: Campaign, players: Sequence[Player]) -> None:
    """Notices, events and counts of all players tell the same: once."""
    assert told(campaign) == pks(*players)
    events = StreamEvent.objects.filter(type="notification").order_by("player_id")
    assert list(events.values_list("player_id", flat=True)) == pks(*players)
    assert set(Wallet.objects.filter(player__in=players).values_list("unread", flat=True)) == {1}
    fresh = Campaign.objects.get(pk=campaign.pk)
    assert (fresh.status, fresh.target_count) == ("sent", len(players))
    assert [truth.first for truth in ledger_truths() if not truth.holds] == []
