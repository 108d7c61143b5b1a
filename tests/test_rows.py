"""Rows written by composed-once statements are the rows the ORM would have written."""

from __future__ import annotations

import sys
from functools import partial
from typing import Any
from unittest.mock import patch

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, Entry, EntryCode, Player, Streak, Wallet
from accounts.seal import unsealed
from casino.lib import days, rows
from games.models import GameStats, Round
from realtime.models import StreamEvent
from shop.models import WebhookNonce
from tests.meeting import meeting_at
from tests.race import row_locks_off, together


def new_round(player: Player, nonce: int, **facts: Any) -> Round:
    now = days.now()
    return Round(
        player=player,
        game="slot",
        stake=10,
        balance_after=2**53 - 1,
        outcome={"reels": [["7️⃣", "%s", 'a"b']], "none": None},
        config_version=1,
        server_seed_hash="%" * 64,
        client_seed="'; --",
        nonce=nonce,
        created_at=now,
        settled_at=now,
        **facts,
    )


def stored(row: Any) -> dict[str, Any]:
    """Every column as the database has it, but what makes two rows two."""
    values: dict[str, Any] = type(row).objects.values().get(pk=row.pk)
    return {name: value for name, value in values.items() if name not in ("id", "round_id", "nonce", "seq")}


def test_an_inserted_row_is_what_save_would_have_stored(ada: Player) -> None:
    ours, theirs = new_round(ada, 1), new_round(ada, 2)
    theirs.created_at = theirs.settled_at = ours.created_at
    rows.insert([ours])
    theirs.save(force_insert=True)
    assert stored(ours) == stored(theirs)
    assert Round.objects.get(round_id=ours.round_id) == ours
    assert ours._state.adding is False


def test_a_row_whose_key_is_taken_is_not_stored_and_nothing_is_undone(db: None) -> None:
    first, second = (WebhookNonce(nonce="100%s", seen_at=days.now()) for _ in range(2))
    with transaction.atomic():
        assert (rows.insert_once(first), rows.insert_once(second)) == (True, False)
    assert WebhookNonce.objects.get().seen_at == first.seen_at


def test_several_rows_are_one_statement_and_keep_their_order(ada: Player) -> None:
    events = [
        StreamEvent(player=ada, seq=seq, type="t", data={"n": seq}, created_at=days.now()) for seq in (91, 92, 93)
    ]
    with CaptureQueriesContext(connection) as captured:
        rows.insert(events)
    assert len(captured) == 1
    assert [StreamEvent.objects.get(pk=event.pk).data for event in events] == [{"n": 91}, {"n": 92}, {"n": 93}]


def test_a_row_without_a_counted_id_keeps_its_own(sam: Player) -> None:
    with unsealed():
        Entry.objects.filter(wallet_id=sam.pk).delete()
    Wallet.objects.filter(pk=sam.pk).delete()
    wallet = Wallet(player_id=sam.pk, balance=5)
    rows.insert([wallet])
    assert (wallet.pk, Wallet.objects.get(pk=sam.pk).balance) == (sam.pk, 5)


def test_an_update_writes_every_column(ada: Player) -> None:
    wallet = Wallet.objects.get(pk=ada.pk)
    wallet.nonce, wallet.client_seed, wallet.open_round_due_at = 7, "%s'", days.now()
    with CaptureQueriesContext(connection) as captured:
        rows.update(wallet)
    assert len(captured) == 1
    assert Wallet.objects.values().get(pk=ada.pk) == {
        field.attname: getattr(wallet, field.attname) for field in Wallet._meta.concrete_fields
    }


def test_an_update_touches_its_own_row_only(ada: Player, bob: Player) -> None:
    before = Wallet.objects.values().get(pk=bob.pk)
    wallet = Wallet.objects.get(pk=ada.pk)
    wallet.balance = 1
    rows.update(wallet)
    assert Wallet.objects.values().get(pk=bob.pk) == before


def test_an_update_of_a_row_that_is_gone_is_loud(ada: Player) -> None:
    with pytest.raises(Round.DoesNotExist):
        rows.update(
            Round(pk=10**9, player=ada, stake=1, balance_after=1, config_version=1, nonce=1, created_at=days.now())
        )


def test_the_database_still_refuses_what_must_not_be(ada: Player) -> None:
    entry = Entry(
        wallet_id=ada.pk,
        seq=10**6,
        code=EntryCode.SLOT_BET,
        amount=0,
        debit=Account.PLAYER,
        credit=Account.SLOTS,
        balance_after=0,
        reference="x",
        created_at=days.now(),
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.insert([entry])


def test_a_found_row_is_what_the_orm_would_have_read(ada: Player) -> None:
    theirs = new_round(ada, 7)
    theirs.save(force_insert=True)
    ours = rows.find(Round, theirs.pk)
    assert ours is not None
    again = Round.objects.get(pk=theirs.pk)
    assert [getattr(ours, field.attname) for field in Round._meta.concrete_fields] == [
        getattr(again, field.attname) for field in Round._meta.concrete_fields
    ]
    assert ours._state.adding is False
    assert rows.find(Round, 2**31) is None


def test_a_row_and_its_relation_are_one_statement(ada: Player) -> None:
    wallet = Wallet.objects.select_related("player").get(pk=ada.pk)
    with CaptureQueriesContext(connection) as captured:
        found = rows.find_with(Wallet, "player", ada.pk)
        assert found is not None
        assert found.player == ada
    assert len(captured) == 1
    for model, mine, theirs in ((Wallet, found, wallet), (Player, found.player, wallet.player)):
        for field in model._meta.concrete_fields:
            assert getattr(mine, field.attname) == getattr(theirs, field.attname)
    assert rows.find_with(Wallet, "player", 2**31) is None


def test_a_relation_that_may_be_empty_is_no_relation_to_read_with(ada: Player) -> None:
    with pytest.raises(TypeError):
        rows.find_with(Player, "site_id", ada.pk)


def test_writes_together_are_the_same_writes(ada: Player) -> None:
    placed, wallet = new_round(ada, 11), Wallet.objects.get(pk=ada.pk)
    wallet.win_streak = 7
    events = [StreamEvent(player=ada, seq=seq, type="t", data={"n": seq}, created_at=days.now()) for seq in (81, 82)]
    with CaptureQueriesContext(connection) as captured, transaction.atomic(), rows.together():
        rows.insert([placed])
        rows.update(wallet)
        rows.insert(events)
    assert len([query for query in captured if query["sql"].startswith(("INSERT", "UPDATE"))]) == 3
    assert Round.objects.get(pk=placed.pk).round_id == placed.round_id
    assert Wallet.objects.get(pk=ada.pk).win_streak == 7
    assert [StreamEvent.objects.get(pk=event.pk).seq for event in events] == [81, 82]


def test_what_the_database_refuses_is_told_by_the_end_of_the_block(ada: Player) -> None:
    rows.insert([new_round(ada, 12)])
    twins = [[new_round(ada, 12)], [new_round(ada, 13)]]
    with pytest.raises(IntegrityError, match=r"(?i)nonce"), transaction.atomic(), rows.together():
        list(map(rows.insert, twins))
    assert list(Round.objects.values_list("nonce", flat=True)) == [12]
    rows.insert([new_round(ada, 14)])  # the connection is as good as before
    assert Round.objects.count() == 2


def test_a_row_that_is_not_stored_is_missed_in_the_block_too(ada: Player) -> None:
    stranger = Wallet.objects.get(pk=ada.pk)
    stranger.pk = 2**31
    with pytest.raises(Wallet.DoesNotExist), transaction.atomic(), rows.together():
        rows.update(stranger)


def _think() -> None:
    """Between reading and writing."""


def _count_up(player: Player, number: int) -> None:
    """Reads both rows under their locks and writes each one higher."""
    with transaction.atomic():
        found = rows.lock_both(Wallet, GameStats, "player", number)
        assert found is not None
        wallet, stats = found
        _think()
        Wallet.objects.filter(pk=player.pk).update(nonce=wallet.nonce + 1)
        GameStats.objects.filter(pk=number).update(pulls=stats.pulls + 1)


def _counted_by_eight(player: Player) -> tuple[int, int]:
    stats = GameStats.objects.create(player=player, game_id="slot", updated_at=days.now())
    together(*[partial(_count_up, player, stats.pk)] * 8)
    stats.refresh_from_db()
    return Wallet.objects.get(pk=player.pk).nonce, stats.pulls


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_both_rows_are_as_their_last_holder_left_them(ada: Player) -> None:
    assert _counted_by_eight(ada) == (8, 8)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_control_a_row_that_is_only_joined_is_the_old_one(ada: Player) -> None:
    if connection.vendor == "postgresql":
        with patch.object(rows, "ROW_LOCK", " FOR UPDATE OF accounts_wallet"):
            counted = _counted_by_eight(ada)
        assert counted[0] == 8
    else:
        with row_locks_off(), meeting_at(sys.modules[__name__], "_think", 2):
            counted = _counted_by_eight(ada)
    assert 0 < counted[1] < 8


def test_both_rows_of_nothing_are_nothing(ada: Player) -> None:
    with transaction.atomic():
        assert rows.lock_both(Wallet, GameStats, "player", 0) is None


def test_rows_put_take_the_place_of_those_with_their_key(ada: Player, bob: Player) -> None:
    kept = Streak.objects.create(player=ada, action_type="SLOT_SPIN", count=3, tokens=2)
    with CaptureQueriesContext(connection) as queries:
        rows.put(
            [
                Streak(player=ada, action_type="SLOT_SPIN", count=4, calendar={"2026-11": 5}),
                Streak(player=bob, action_type="SLOT_SPIN", count=1),
            ],
            key=("player", "action_type"),
        )
    assert len(queries) == 1
    found = list(Streak.objects.order_by("player_id").values_list("player_id", "count", "tokens", "calendar"))
    assert found == [(ada.pk, 4, 0, {"2026-11": 5}), (bob.pk, 1, 0, {})]
    assert Streak.objects.get(player=ada).pk == kept.pk
