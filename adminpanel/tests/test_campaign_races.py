"""Campaigns that break off, and many senders at once: each player is told once all the same."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial
from pathlib import Path
from unittest.mock import patch

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from accounts.ledger import OpenWallet, open_wallet
from accounts.models import Notification, Player, Role
from adminpanel import campaigns
from adminpanel.models import Campaign
from adminpanel.tests.sending import (
    check_each_told_once,
    crowd,
    pks,
    plan,
    send,
    told,
)
from casino.lib import days
from casino.lib.errors import Refusal
from realtime.tests.house import database_url
from tests import servers
from tests.cast import enrol
from tests.race import row_locks_off, together


@pytest.mark.parametrize("after", ["notice", "commit"])
def test_what_broke_off_goes_on_without_repeating_itself(sam: Player, after: str) -> None:
    players = [*crowd(10), sam]
    campaign = plan(sam)
    close, number = OpenWallet.close, iter(range(100))

    def fail(wallet: OpenWallet) -> None:
        if after == "notice":
            close(wallet)
        if next(number) == 5:
            raise KeyboardInterrupt
        if after == "commit":
            close(wallet)

    with patch.object(OpenWallet, "close", fail), pytest.raises(KeyboardInterrupt):
        send()
    assert len(told(campaign)) == 5
    assert Campaign.objects.get().status == "sending"
    assert send() == 6
    check_each_told_once(campaign, players)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_killed_sender_is_succeeded_by_another(tmp_path: Path) -> None:
    sam = enrol("sam", role=Role.OWNER)
    players = [*crowd(400), sam]
    campaign = plan(sam)
    connection.close()
    environment = {**os.environ, "CLUB_ENV": "test", "DATABASE_URL": database_url()}
    with (tmp_path / "sender.log").open("ab") as log:
        sender = subprocess.Popen(
            [sys.executable, "manage.py", "dispatch_campaigns"],
            env=environment, stdout=log, stderr=log, cwd=settings.BASE_DIR,
            preexec_fn=servers.die_with_parent,  # noqa: PLW1509  (one system call, no lock is touched)
        )  # fmt: skip
        while sender.poll() is None and len(told(campaign)) < 20:
            pass
        sender.kill()
        sender.wait()
    log_text = (tmp_path / "sender.log").read_text()
    done = len(told(campaign))
    assert 20 <= done < len(players), log_text
    assert Campaign.objects.get().status == "sending"
    assert send() == len(players) - done
    check_each_told_once(campaign, players)


def send_at_once(campaign: Campaign, senders: int) -> None:
    now = days.now()
    answers = together(*[partial(campaigns.dispatch, now=now, turn=None)] * senders)
    assert [answer for answer in answers if not isinstance(answer, int)] == []
    assert sum(answer for answer in answers if isinstance(answer, int)) == len(told(campaign))


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("senders", [2, 6])
def test_senders_at_once_tell_each_player_once(senders: int) -> None:
    sam = enrol("sam", role=Role.OWNER)
    players = [*crowd(40), sam]
    campaign = plan(sam)
    send_at_once(campaign, senders)
    check_each_told_once(campaign, players)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_control_without_row_locks_senders_collide() -> None:
    sam = enrol("sam", role=Role.OWNER)
    players = [*crowd(40), sam]
    campaign = plan(sam)
    with row_locks_off(), pytest.raises((AssertionError, DatabaseError)):
        send_at_once(campaign, 6)
    assert len(set(told(campaign))) == len(told(campaign))  # the database keeps the last word
    send()
    assert set(told(campaign)) == set(pks(*players))


def tell_without_looking(campaign: Campaign, player_id: int) -> bool:
    """What a careless sender would do."""
    with transaction.atomic(), open_wallet(player_id) as wallet:
        wallet.notify(Notification.Kind.CAMPAIGN, campaign.title, campaign.message, key=campaign.key)
    return True


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_control_without_a_look_under_the_lock_senders_repeat_each_other() -> None:
    sam = enrol("sam", role=Role.OWNER)
    crowd(40)
    campaign = plan(sam)
    with patch.object(campaigns, "_tell", tell_without_looking), pytest.raises(AssertionError):
        send_at_once(campaign, 6)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_campaign_is_either_sent_or_called_off() -> None:
    sam = enrol("sam", role=Role.OWNER)
    players = [*crowd(3), sam]
    for _ in range(10):
        campaign = plan(sam)
        call_off = partial(campaigns.cancel, by=sam, campaign_id=campaign.pk)
        number, refusal = together(partial(send), call_off)
        fresh = Campaign.objects.get(pk=campaign.pk)
        if refusal is None:
            assert (number, fresh.status, told(campaign)) == (0, "cancelled", [])
        else:
            assert isinstance(refusal, Refusal)
            assert (refusal.code, number, fresh.status) == ("CAMPAIGN_NOT_SCHEDULED", len(players), "sent")
            assert told(campaign) == pks(*players)
