"""VIP points and the ranks they bring: exactly at the mark, never down."""

from __future__ import annotations

import pytest
from django.db import transaction

from accounts.ledger import open_wallet
from accounts.models import Notification, Player, Wallet
from accounts.progress.vip import credit as credit_points
from casino.lib import days
from realtime.models import StreamEvent


def credit(player: Player, points: int) -> None:
    with transaction.atomic(), open_wallet(player.pk, now=days.now()) as wallet:
        credit_points(wallet, points, reason="topup", ref="receipt")


@pytest.mark.parametrize(
    ("points", "rank"), [(0, "STANDARD"), (1_499, "STANDARD"), (1_500, "PREMIUM"), (5_999, "PREMIUM"), (6_000, "VIP")]
)
def test_a_rank_comes_with_its_points(ada: Player, points: int, rank: str) -> None:
    credit(ada, points)
    ada.refresh_from_db()
    assert (ada.rank, Wallet.objects.get(pk=ada.pk).vip_points) == (rank, points)


def test_rising_is_told_with_the_points(ada: Player) -> None:
    credit(ada, 1_500)
    profile_update, notification = StreamEvent.objects.filter(player=ada).order_by("seq")[1:]
    assert (profile_update.type, profile_update.data) == (
        "profile_update",
        {"changes": {"vip_points": 1_500, "rank": "PREMIUM"}, "reason": "topup", "ref": "receipt"},
    )
    notice = Notification.objects.get()
    assert (notification.type, notification.data) == ("notification", {**notice.told(), "unread": 1})
    assert (notice.kind, notice.shown_title, notice.shown_message, notice.link) == (
        "account",
        "등급 변경",
        "이제 PREMIUM 등급이에요.",
        "/profile",
    )
    credit(ada, 1)
    assert StreamEvent.objects.filter(player=ada).latest("seq").data["changes"] == {"vip_points": 1_501}


def test_points_lower_no_rank(vip: Player) -> None:
    credit(vip, 1_500)
    vip.refresh_from_db()
    assert vip.rank == "VIP"


def test_a_rank_taken_by_staff_comes_back_with_the_next_mark_only(ada: Player) -> None:
    credit(ada, 1_500)
    Player.objects.filter(pk=ada.pk).update(rank="STANDARD")
    credit(ada, 100)
    ada.refresh_from_db()
    assert ada.rank == "STANDARD"
    credit(ada, 4_400)
    ada.refresh_from_db()
    assert ada.rank == "VIP"


def test_no_points_are_no_news(ada: Player) -> None:
    before = Wallet.objects.values().get(pk=ada.pk)
    credit(ada, 0)
    assert Wallet.objects.values().get(pk=ada.pk) == before
