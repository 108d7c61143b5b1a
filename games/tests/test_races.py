"""Spins that race for one wallet, each with a control that shows the race would be lost without the lock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from unittest.mock import patch

import pytest
from django.db import DatabaseError

from accounts.ledger import OpenWallet
from accounts.models import Entry, Player, Wallet
from casino.lib import idempotency
from casino.lib.errors import Refusal
from casino.lib.idempotency import Key
from games.models import GameStats, Round
from games.play import slots
from games.play.rounds import Play
from tests.cast import enrol, gold_of, set_gold
from tests.meeting import meeting_at
from tests.race import row_locks_off, together

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

SENDERS = 16
STAKE = 100
LOSING_SEED = "7daf0f471ff78ce8bd303b073fe45c9a3fb5cd10f33c5f7ad81cdc544e88a854"
AFFORDABLE = 5


@pytest.fixture
def ada(transactional_db: None) -> Player:
    return enrol("ada")


NO_KEYS = [None] * SENDERS
OWN_KEYS = [f"key {sender}" for sender in range(SENDERS)]


def spins(player: Player, keys: Sequence[str | None]) -> list[Play | BaseException]:
    """One spin a key (or without one), all at once."""
    known = [None if key is None else Key(player.pk, slots.OPERATION, key, "same body") for key in keys]
    return together(*(partial(slots.spin, player=player, stake=STAKE, lines=1, key=key) for key in known))


def make_every_round_lose(player: Player) -> None:
    """Seeds whose first twenty rounds pay nothing on one line, so that gold runs out when it should."""
    Wallet.objects.filter(pk=player.pk).update(server_seed=LOSING_SEED, client_seed="ada", nonce=0)


def check_same_key_spun_once(player: Player, answers: list[Play | BaseException]) -> None:
    assert [answer for answer in answers if isinstance(answer, BaseException)] == []
    plays = [answer for answer in answers if isinstance(answer, Play)]
    assert Counter(play.replayed for play in plays) == {False: 1, True: SENDERS - 1}
    assert {play.round.round_id for play in plays} == {Round.objects.get().round_id}
    check_books(player, rounds=1)


def check_books(player: Player, *, rounds: int) -> None:
    """Rounds, nonces, statistics, entries and balance tell the same story."""
    played = list(Round.objects.of(player.pk).order_by("id"))
    wallet = Wallet.objects.get(pk=player.pk)
    assert len(played) == rounds
    assert [each.nonce for each in played] == list(range(rounds))
    assert wallet.nonce == rounds
    row = GameStats.objects.get(player=player)
    assert (row.rounds, row.wagered, row.won) == (rounds, rounds * STAKE, sum(each.payout for each in played))
    entries = list(Entry.objects.filter(wallet_id=player.pk).order_by("seq"))
    assert [entry.seq for entry in entries] == list(range(1, wallet.entry_seq + 1))
    assert sum(entry.signed_amount for entry in entries) == entries[-1].balance_after == wallet.balance
    assert min(entry.balance_after for entry in entries) >= 0


def check_only_the_affordable_spun(player: Player, answers: list[Play | BaseException]) -> None:
    refused = [answer for answer in answers if isinstance(answer, Refusal)]
    assert [type(answer) for answer in answers if not isinstance(answer, (Play, Refusal))] == []
    assert {refusal.code for refusal in refused} == {"INSUFFICIENT_GOLD"}
    assert len(refused) == SENDERS - AFFORDABLE
    check_books(player, rounds=AFFORDABLE)
    assert gold_of(player) == 0


def test_sixteen_senders_of_one_key_spin_once(ada: Player) -> None:
    check_same_key_spun_once(ada, spins(ada, ["one"] * SENDERS))


def test_control_without_the_key_the_same_senders_spin_often(ada: Player) -> None:
    with patch.object(idempotency, "claim", lambda *_args, **_facts: None):
        answers = spins(ada, ["one"] * SENDERS)
    with pytest.raises(AssertionError):
        check_same_key_spun_once(ada, answers)
    assert Round.objects.count() > 1


@pytest.mark.parametrize("keys", [OWN_KEYS, NO_KEYS], ids=["own keys", "no keys"])
def test_sixteen_spins_at_once_spend_only_what_is_there(ada: Player, keys: Sequence[str | None]) -> None:
    make_every_round_lose(ada)
    set_gold(ada, AFFORDABLE * STAKE)
    check_only_the_affordable_spun(ada, spins(ada, keys))


def test_control_without_row_locks_the_same_spins_collide(ada: Player) -> None:
    make_every_round_lose(ada)
    set_gold(ada, AFFORDABLE * STAKE)
    with row_locks_off(), meeting_at(OpenWallet, "pay", SENDERS):
        answers = spins(ada, NO_KEYS)
    with pytest.raises(AssertionError):
        check_only_the_affordable_spun(ada, answers)
    assert [answer for answer in answers if isinstance(answer, DatabaseError)] != []


def test_a_failed_first_call_leaves_its_key_to_the_next(ada: Player) -> None:
    set_gold(ada, STAKE - 1)
    answers = spins(ada, ["one"] * SENDERS)
    assert {answer.code for answer in answers if isinstance(answer, Refusal)} == {"INSUFFICIENT_GOLD"}
    assert len(answers) == SENDERS
    set_gold(ada, STAKE)
    (play,) = spins(ada, ["one"])
    assert isinstance(play, Play)
    assert play.replayed is False
