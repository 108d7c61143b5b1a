"""Gold cannot be lost, doubled or rewritten."""

from __future__ import annotations

from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.ledger import OpenWallet, open_wallet
from accounts.models import Account, Entry, EntryCode, Player, Wallet
from accounts.seal import missing, seal, unsealed
from casino.lib import days
from casino.lib.errors import Refusal
from realtime.models import StreamEvent
from tests.cast import enrol, gold_of
from tests.meeting import meeting_at
from tests.race import row_locks_off, together

WRITERS = 8


def spend(player: Player, amount: int) -> int:
    """Pays the house once; returns the balance after it."""
    with transaction.atomic(), open_wallet(player.pk, now=days.now()) as wallet:
        wallet.pay(amount, to=Account.SHOP, code=EntryCode.SHOP_SPEND, reference="test")
    return wallet.balance


def books_of(player: Player) -> tuple[int, list[int], int]:
    """Balance, entry numbers, and the sum of all entries."""
    entries = list(Entry.objects.filter(wallet_id=player.pk).order_by("seq"))
    return gold_of(player), [entry.seq for entry in entries], sum(entry.signed_amount for entry in entries)


def test_a_new_account_begins_with_1000_gold_on_the_ledger(ada: Player) -> None:
    entry = Entry.objects.get(wallet_id=ada.pk)
    assert (entry.seq, entry.code, entry.amount, entry.debit, entry.credit, entry.balance_after) == (
        1, "signup_grant", 1000, "mint", "player", 1000,
    )  # fmt: skip


def test_paying_writes_one_entry_and_tells_the_new_balance(ada: Player) -> None:
    spend(ada, 300)
    assert books_of(ada) == (700, [1, 2], 700)
    news = StreamEvent.objects.filter(player=ada).latest("seq")
    assert news.type == "profile_update"
    assert news.data == {
        "changes": {"gold_balance": 700, "cyber_token_balance": 700}, "reason": "shop_spend", "ref": "test",
    }  # fmt: skip


def test_a_payment_above_the_balance_is_refused_and_moves_nothing(ada: Player) -> None:
    events = StreamEvent.objects.count()
    with pytest.raises(Refusal) as refused:
        spend(ada, 1001)
    assert refused.value.code == "INSUFFICIENT_GOLD"
    assert books_of(ada) == (1000, [1], 1000)
    assert StreamEvent.objects.count() == events


def test_a_block_that_fails_leaves_no_trace(ada: Player) -> None:
    def pay_and_fail() -> None:
        with transaction.atomic(), open_wallet(ada.pk, now=days.now()) as wallet:
            wallet.pay(10, to=Account.SHOP, code=EntryCode.SHOP_SPEND, reference="test")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        pay_and_fail()
    assert books_of(ada) == (1000, [1], 1000)


def test_events_are_numbered_without_a_gap(ada: Player) -> None:
    for _ in range(3):
        spend(ada, 1)
    numbers = list(StreamEvent.objects.filter(player=ada).values_list("seq", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    assert Wallet.objects.get(pk=ada.pk).stream_seq == numbers[-1]


@pytest.mark.parametrize("deed", ["update", "delete"])
def test_an_entry_is_never_changed_or_deleted(ada: Player, deed: str) -> None:
    entries = Entry.objects.filter(wallet_id=ada.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        entries.update(amount=5) if deed == "update" else entries._raw_delete(entries.db)
    assert books_of(ada) == (1000, [1], 1000)


@pytest.mark.django_db(transaction=True)
def test_the_table_of_entries_is_never_truncated() -> None:
    ada = enrol("ada")
    statement = "TRUNCATE accounts_entry" if connection.vendor == "postgresql" else "DELETE FROM accounts_entry"
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert books_of(ada) == (1000, [1], 1000)


def test_the_seal_opens_for_one_transaction_only(ada: Player) -> None:
    entries = Entry.objects.filter(wallet_id=ada.pk)
    with unsealed():
        entries._raw_delete(entries.db)
    assert not entries.exists()
    assert missing() == []


@pytest.mark.parametrize("sealed", ["entry", "audit"])
def test_a_lost_trigger_is_noticed_and_put_back(db: None, sealed: str) -> None:
    table = f" ON accounts_{sealed}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {sealed}_never_updated{table}")
    assert missing() == [f"{sealed}_never_updated"]
    seal()
    assert missing() == []


def test_the_database_itself_refuses_a_negative_balance(ada: Player) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Wallet.objects.filter(pk=ada.pk).update(balance=-1)


@pytest.mark.parametrize(
    ("debit", "credit"), [(Account.PLAYER, Account.PLAYER), (Account.MINT, Account.SHOP), (Account.SHOP, Account.SHOP)]
)
def test_an_entry_has_the_player_on_exactly_one_side(ada: Player, debit: str, credit: str) -> None:
    entry = Entry(
        wallet_id=ada.pk, seq=2, code=EntryCode.ADMIN_GRANT, amount=1, debit=debit, credit=credit,
        balance_after=1001, reference="test", created_at=days.now(),
    )  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        entry.save()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_parallel_payments_all_count() -> None:
    ada = enrol("ada")
    balances = together(*[partial(spend, ada, 100)] * WRITERS)
    assert sorted(balances, key=str) == list(range(200, 1000, 100))
    assert books_of(ada) == (200, list(range(1, WRITERS + 2)), 200)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_parallel_payments_collide() -> None:
    ada = enrol("ada")
    with row_locks_off(), meeting_at(OpenWallet, "pay", WRITERS):
        results = together(*[partial(spend, ada, 100)] * WRITERS)
    # The numbers of the entries collide, so the database refuses what the lock would have queued.
    assert any(isinstance(result, Exception) for result in results)
