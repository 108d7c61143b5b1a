"""What must always be true of ledger, stream and bell. Each sentence is one statement, so it sees one moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.db import connection
from django.db.models import Case, Count, F, Max, Min, Q, Sum, When, Window
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts import seal
from accounts.models import Account, Entry, Wallet
from casino.lib.truths import Truth
from realtime.models import StreamEvent

_SIGNED: Final = Case(
    When(entries__credit=Account.PLAYER, then=F("entries__amount")), default=-F("entries__amount")
)  # fmt: skip


def ledger_truths() -> list[Truth]:
    """Every sentence about wallets, entries and stored events."""
    checks: tuple[Callable[[], Truth], ...] = (
        _balances_are_sums,
        _nothing_is_negative,
        _entries_are_gapless,
        _balances_follow,
        _accounts_sum_to_zero,
        _events_are_gapless,
        _unread_is_counted,
        _ledger_is_sealed,
    )
    return [check() for check in checks]


def _balances_are_sums() -> Truth:
    wallets = Wallet.objects.annotate(total=Coalesce(Sum(_SIGNED), 0)).exclude(balance=F("total")).order_by("pk")
    wrong = list(wallets.values_list("pk", "balance", "total"))
    return Truth(
        "balances_are_sums",
        _("잔액 = 원장 합계"),
        checked=Wallet.objects.count(),
        broken=len(wrong),
        first=f"wallet {wrong[0][0]}: balance {wrong[0][1]}, entries sum to {wrong[0][2]}" if wrong else None,
        gold=sum(abs(balance - total) for _pk, balance, total in wrong),
    )


def _nothing_is_negative() -> Truth:
    wrong = list(Wallet.objects.filter(balance__lt=0).order_by("pk").values_list("pk", "balance"))
    return Truth(
        "nothing_is_negative",
        _("음수 잔액 없음"),
        checked=Wallet.objects.count(),
        broken=len(wrong),
        first=f"wallet {wrong[0][0]}: balance {wrong[0][1]}" if wrong else None,
    )


def _entries_are_gapless() -> Truth:
    counted = Wallet.objects.annotate(
        number=Count("entries"), first=Coalesce(Min("entries__seq"), 1), last=Coalesce(Max("entries__seq"), 0)
    )
    wallets = counted.exclude(number=F("entry_seq"), first=1, last=F("entry_seq")).order_by("pk")
    wrong = list(wallets.values_list("pk", "entry_seq", "number", "last"))
    return Truth(
        "entries_are_gapless",
        _("원장 순번에 빈틈 없음"),
        checked=Entry.objects.count(),
        broken=len(wrong),
        first="wallet {}: entry_seq {}, but {} entries up to {}".format(*wrong[0]) if wrong else None,
    )


def _balances_follow() -> Truth:
    running = Window(Sum("signed"), partition_by="wallet_id", order_by="seq")
    entries = Entry.objects.with_signed().annotate(running=running).exclude(balance_after=F("running"))
    wrong = entries.order_by("wallet_id", "seq").values_list("pk", "wallet_id", "seq", "balance_after", "running")
    first = wrong.first()
    told = "entry {} (wallet {}, seq {}): balance_after {}, the entries so far sum to {}"
    return Truth(
        "balances_follow",
        _("거래 후 잔액이 이어짐"),
        checked=Entry.objects.count(),
        broken=wrong.count() if first else 0,
        first=told.format(*first) if first else None,
    )


def _accounts_sum_to_zero() -> Truth:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT (SELECT COALESCE(SUM(balance), 0) FROM accounts_wallet),
                   (SELECT COALESCE(SUM(CASE WHEN debit <> '{Account.PLAYER}' THEN -amount ELSE 0 END), 0)
                         + COALESCE(SUM(CASE WHEN credit <> '{Account.PLAYER}' THEN amount ELSE 0 END), 0)
                    FROM accounts_entry)
            """  # noqa: S608 - a constant of ours
        )
        players, house = (int(each) for each in cursor.fetchone())
    return Truth(
        "accounts_sum_to_zero",
        _("모든 계정의 합 = 0"),
        checked=len(Account),
        broken=int(players + house != 0),
        first=f"players hold {players}, the house's accounts sum to {house}" if players + house else None,
        gold=abs(players + house),
    )


def _events_are_gapless() -> Truth:
    kept = Wallet.objects.annotate(
        number=Count("player__stream_events"),
        oldest=Min("player__stream_events__seq"),
        latest=Max("player__stream_events__seq"),
    ).filter(number__gt=0)
    is_whole = Q(latest=F("stream_seq"), number=F("latest") - F("oldest") + 1)
    wrong = list(kept.exclude(is_whole).order_by("pk").values_list("pk", "stream_seq", "number", "oldest", "latest"))
    return Truth(
        "events_are_gapless",
        _("실시간 순번에 빈틈 없음"),
        checked=StreamEvent.objects.count(),
        broken=len(wrong),
        first="wallet {}: stream_seq {}, but {} events from {} to {}".format(*wrong[0]) if wrong else None,
    )


def _unread_is_counted() -> Truth:
    broken, wrong = wrong_rows(
        """
        SELECT wallet.player_id, wallet.unread, COUNT(notice.id)
        FROM accounts_wallet AS wallet
        LEFT JOIN accounts_notification AS notice ON notice.player_id = wallet.player_id AND notice.read_at IS NULL
        GROUP BY wallet.player_id, wallet.unread HAVING wallet.unread <> COUNT(notice.id)
        """,
        [],
    )
    return Truth(
        "unread_is_counted",
        _("읽지 않은 알림 수 = 알림"),
        checked=Wallet.objects.count(),
        broken=broken,
        first="wallet {}: unread {}, but {} notices are".format(*wrong[0]) if wrong else None,
    )


def _ledger_is_sealed() -> Truth:
    missing = seal.missing()
    return Truth(
        "ledger_is_sealed",
        _("원장과 감사 기록은 추가만 가능"),
        checked=len(seal.triggers()),
        broken=len(missing),
        first=f"trigger {missing[0]} is missing" if missing else None,
    )


def wrong_rows(query: str, parameters: list[Any], *, limit: int = 1) -> tuple[int, list[tuple[Any, ...]]]:
    """How many rows `query` finds, and the first of them: for sentences that compare an app's rows with entries."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM ({query}) AS wrong", parameters)  # noqa: S608 - queries of ours
        number = int(cursor.fetchone()[0])
        if number == 0:
            return 0, []
        cursor.execute(f"{query} ORDER BY 1 LIMIT {int(limit)}", parameters)
        return number, list(cursor.fetchall())
