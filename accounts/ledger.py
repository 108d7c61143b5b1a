"""How gold moves. The only module that changes a balance.

    with transaction.atomic():
        with open_wallet(ada.pk, now=now) as wallet:
            wallet.pay(stake, to=Account.SLOTS, code=EntryCode.SLOT_BET, reference=round_id)
            wallet.receive(payout, source=Account.SLOTS, code=EntryCode.SLOT_WIN, reference=round_id)
            wallet.tell(event)

Opening locks the player's row; closing writes the entries, the row and the events, one statement each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from accounts import errors
from accounts.models import Account, Entry, EntryCode, Notification, Wallet
from accounts.progress import levels
from casino.lib import days, rows
from casino.lib.money import GOLD_LIMIT
from realtime import publish, stream
from realtime.events import Changes, Event, NewNotice, ProfileUpdate, in_order

SIGNUP_GRANT = 1000
TOGETHER: Final = 500
"""New accounts written by one statement a table."""


class OpenWallet:
    """A locked wallet: gold moves through it, news is told through it, all is written when it closes."""

    def __init__(self, row: Wallet, now: datetime) -> None:
        self.row = row
        self.now = now
        self._entries: list[Entry] = []
        self._events: list[Event] = []
        self._notices: list[Notification] = []
        self._writes: list[Callable[[], None]] = []
        self._profile_news: ProfileUpdate | None = None
        self._opened_as = _facts(row)

    @property
    def balance(self) -> int:
        """The player's gold at this point of the transaction."""
        return self.row.balance

    def pay(self, amount: int, *, to: Account, code: EntryCode, reference: str, reason: str = "") -> None:
        """Moves `amount` gold from the player to the house, or refuses with INSUFFICIENT_GOLD."""
        if amount > self.row.balance:
            raise errors.insufficient_gold()
        self._move(-amount, Account.PLAYER, to, code, reference, reason)

    def receive(self, amount: int, *, source: Account, code: EntryCode, reference: str, reason: str = "") -> None:
        """Moves `amount` gold from the house to the player; nothing for 0."""
        self._move(amount, source, Account.PLAYER, code, reference, reason)

    def gain(self, xp: int, *, reason: str, reference: str) -> None:
        """Adds XP and tells the level it brings; nothing for 0."""
        if xp == 0:
            return
        self.row.experience += xp
        self.tell_profile(levels.standing(self.row.experience), reason=reason, ref=reference)

    def notify(
        self,
        kind: Notification.Kind,
        title: str,
        message: str,
        *,
        facts: dict[str, Any] | None = None,
        link: str = "",
        key: str = "",
    ) -> None:
        """Puts a notice under the player's bell: source texts, filled with `facts` in the reader's language."""
        self._notices.append(
            Notification(
                player_id=self.row.pk,
                kind=kind,
                title=title,
                message=message,
                facts=facts or {},
                link=link,
                key=key,
                created_at=self.now,
            )
        )

    def when_closing(self, write: Callable[[], None]) -> None:
        """Lets `write` (of `casino.lib.rows`) travel with the wallet's own rows when it closes."""
        self._writes.append(write)

    def tell(self, event: Event) -> None:
        """Adds an event to the player's stream, in the published order of its operation."""
        self._events.append(event)

    def tell_profile(self, changes: Changes, *, reason: str, ref: str) -> None:
        """Adds `changes` to the operation's one profile_update; a balance that moves joins them."""
        told: Changes = self._profile_news.changes if self._profile_news else {}
        self._profile_news = ProfileUpdate(told | changes, reason, ref)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """A part that may fail: when it raises, neither its rows nor what it did to this wallet stays."""
        facts, entries, events = _facts(self.row), len(self._entries), len(self._events)
        notices, writes = len(self._notices), len(self._writes)
        profile_news = self._profile_news
        try:
            with transaction.atomic():
                yield
        except BaseException:
            for name, value in facts.items():
                setattr(self.row, name, value)
            del self._entries[entries:], self._events[events:], self._notices[notices:], self._writes[writes:]
            self._profile_news = profile_news
            raise

    def _move(self, signed: int, debit: Account, credit: Account, code: EntryCode, reference: str, reason: str) -> None:
        if signed == 0:
            return
        self.row.balance += signed
        if self.row.balance > GOLD_LIMIT:
            raise OverflowError(f"wallet {self.row.pk} would hold more gold than JSON numbers can carry")
        self.row.entry_seq += 1
        self._entries.append(
            Entry(
                wallet_id=self.row.pk,
                seq=self.row.entry_seq,
                code=code,
                amount=abs(signed),
                debit=debit,
                credit=credit,
                balance_after=self.row.balance,
                reference=reference,
                reason=reason,
                created_at=self.now,
            )
        )

    def close(self) -> None:
        """Writes entries, wallet and events as far as anything moved, and hints at the news once all is committed."""
        self._store_notices()
        with rows.together():
            messages = self._write()
        if messages:
            publish.after_commit(self.row.pk, messages)

    def _store_notices(self) -> None:
        """Their events name the ids that only the database gives."""
        if not self._notices:
            return
        rows.insert(self._notices)
        for notice in self._notices:
            self.row.unread += 1
            self.tell(NewNotice(**notice.told(), unread=self.row.unread))

    def _write(self) -> list[dict[str, Any]]:
        for write in self._writes:
            write()
        if self._entries:
            rows.insert(self._entries)
        first_seq = self.row.stream_seq + 1
        events = self._counted_news()
        if _facts(self.row) != self._opened_as:
            rows.update(self.row)
        if not events:
            return []
        return stream.append(self.row.pk, first_seq, events, self.now)

    def _counted_news(self) -> Sequence[Event]:
        """The operation's events in their order, counted on the row."""
        if self._entries:
            last = self._entries[-1]
            self.tell_profile(_balances(last.balance_after), reason=last.code, ref=last.reference)
        if self._profile_news:
            self._events.append(self._profile_news)
        self.row.stream_seq += len(self._events)
        return in_order(self._events)

    @staticmethod
    def store_new(wallets: Sequence[OpenWallet]) -> None:
        """Writes wallets that are not stored yet, with their entries and events: one statement a table."""
        news = [(wallet.row.pk, wallet._counted_news()) for wallet in wallets]
        Wallet.objects.bulk_create([wallet.row for wallet in wallets])
        Entry.objects.bulk_create([entry for wallet in wallets for entry in wallet._entries])
        stream.begin(news, wallets[0].now)


def _balances(balance: int) -> Changes:
    return {"gold_balance": balance, "cyber_token_balance": balance}


def _facts(row: Wallet) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


@contextmanager
def open_wallet(player_id: int, *, now: datetime | None = None, locked: Wallet | None = None) -> Iterator[OpenWallet]:
    """Locks the player's wallet for the rest of the running transaction and writes it back on leaving.

    It is the first lock of every money transaction, after the idempotency key. Nothing is written
    when the block raises. Without `now` the clock is read once the row is locked, so that what is
    done to one wallet has one order by lock and by clock. `locked` is the row when this transaction
    holds it already.
    """
    row = locked or rows.find(Wallet, player_id, lock=True)
    if row is None:
        raise Wallet.DoesNotExist(f"player {player_id} has no wallet")
    wallet = OpenWallet(row, now or days.now())
    yield wallet
    wallet.close()


def create_wallet(player_id: int, *, code: EntryCode, now: datetime) -> None:
    """Gives a new account its wallet and the 1000 gold everyone begins with."""
    Wallet.objects.create(player_id=player_id)
    with open_wallet(player_id, now=now) as wallet:
        _welcome(wallet, code)


def create_wallets(player_ids: Sequence[int], *, code: EntryCode, now: datetime) -> None:
    """The same for many new accounts, which nobody can know of before the running transaction ends."""
    for start in range(0, len(player_ids), TOGETHER):
        opened = [OpenWallet(Wallet(player_id=player_id), now) for player_id in player_ids[start : start + TOGETHER]]
        for wallet in opened:
            _welcome(wallet, code)
        OpenWallet.store_new(opened)


def _welcome(wallet: OpenWallet, code: EntryCode) -> None:
    wallet.receive(SIGNUP_GRANT, source=Account.MINT, code=code, reference=f"player:{wallet.row.pk}")
