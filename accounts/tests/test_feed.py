"""The staff feed: written beside what it tells, and heard line by line, however late one commits."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest
from django.conf import settings
from django.db import connection, connections, transaction

from accounts import audit, feed
from accounts.models import Audit, FeedItem, Player
from casino.lib import days

PATIENCE_SECONDS = 10


def write(text: str) -> None:
    feed.append(FeedItem.Kind.ALERT, {"text": text}, now=days.now())


class Listener:
    """Hears up to where it is told the feed is whole, and never looks back."""

    def __init__(self, until: Callable[[], int | None]) -> None:
        self.heard: list[str] = []
        self._until = until
        self._last = 0

    def listen(self) -> list[str]:
        for item in feed.between(self._last, self._until() or 0):
            self.heard.append(item.data["text"])
            self._last = item.pk
        return self.heard


class Writer:
    """A transaction in a thread of its own, which goes on when it is told to."""

    def __init__(self, threads: ThreadPoolExecutor, text: str, *, numbered_before: bool = False) -> None:
        self.is_under_way, self.may_write = Event(), Event()
        self.has_written, self.may_end = Event(), Event()
        self.is_undone = False
        self._end: Future[None] = threads.submit(self._run, text, numbered_before)

    def _run(self, text: str, numbered_before: bool) -> None:
        try:
            with transaction.atomic():
                if numbered_before:  # PostgreSQL numbers a transaction at its first write
                    audit.record(action="HAT", target_type="hat", target_id=1, now=days.now())
                self.is_under_way.set()
                assert self.may_write.wait(PATIENCE_SECONDS)
                write(text)
                self.has_written.set()
                assert self.may_end.wait(PATIENCE_SECONDS)
                transaction.set_rollback(self.is_undone)
        finally:
            connections.close_all()

    def write(self) -> None:
        self.may_write.set()
        assert self.has_written.wait(PATIENCE_SECONDS)

    def end(self) -> None:
        self.may_end.set()
        self._end.result(PATIENCE_SECONDS)


@pytest.mark.django_db(transaction=True)
def test_a_lower_id_that_commits_late_is_heard_and_in_its_order() -> None:
    reach = feed.Reach()
    careful, hasty = Listener(reach.advance), Listener(feed.latest)
    write("before")
    assert careful.listen() == hasty.listen() == ["before"]
    with ThreadPoolExecutor(2) as threads:
        # The one that writes last has the lower number of its transaction: that number tells nothing about ids.
        is_postgres = connection.vendor == "postgresql"
        quick = Writer(threads, "higher id", numbered_before=is_postgres)
        if is_postgres:
            assert quick.is_under_way.wait(PATIENCE_SECONDS)
        slow = Writer(threads, "lower id")
        if is_postgres:
            slow.write()
            quick.write()
            quick.end()
            assert hasty.listen() == ["before", "higher id"]  # the control
            assert careful.listen() == ["before"]
            slow.end()
        else:  # one writes after the other: whoever comes first has the lower id and commits first
            first, second = (slow, quick) if slow.is_under_way.wait(0.2) else (quick, slow)
            first.write()
            first.end()
            second.write()
            second.end()
    expected = list(FeedItem.objects.order_by("pk").values_list("data__text", flat=True))
    assert len(expected) == 3
    assert careful.listen() == expected
    assert hasty.listen() == (["before", "higher id"] if is_postgres else expected)


@pytest.mark.django_db(transaction=True)
def test_lines_that_are_taken_back_hold_the_others_up_no_longer_than_they_last() -> None:
    reach = feed.Reach()
    careful = Listener(reach.advance)
    assert careful.listen() == []
    with ThreadPoolExecutor(1) as threads:
        undone = Writer(threads, "undone")
        undone.is_undone = True
        undone.write()
        assert careful.listen() == []
        undone.end()
    write("kept")
    assert careful.listen() == ["kept"]


@pytest.mark.django_db(transaction=True)
def test_who_looks_for_the_first_time_while_somebody_writes_waits_for_the_end_of_it() -> None:
    write("before")
    with ThreadPoolExecutor(1) as threads:
        writer = Writer(threads, "open")
        writer.write()
        reach = feed.Reach()
        assert reach.advance() == (None if connection.vendor == "postgresql" else feed.latest())
        writer.end()
    assert [reach.advance(), reach.advance()][-1] == feed.latest()
    assert FeedItem.objects.get(pk=feed.latest()).data == {"text": "open"}


@pytest.mark.parametrize(("action", "severity"), [("REFUND", "warning"), ("SECURITY_BAN", "critical")])
def test_a_loud_deed_is_told_with_everything_of_its_row(ada: Player, action: str, severity: str) -> None:
    details = {"until": None, "why": "hats"}
    row = audit.record(action=action, target_type="user", target_id=ada.pk, details=details, now=days.now())
    item = FeedItem.objects.get()
    assert (item.kind, item.created_at) == ("alert", row.created_at)
    assert item.data == {
        "id": row.pk,
        "action": action,
        "severity": severity,
        "target_type": "user",
        "target_id": str(ada.pk),
        "created_at": days.stamp(row.created_at),
        "details": details,
    }


def test_a_quiet_deed_is_not_told(ada: Player) -> None:
    audit.record(action="USER_UNBAN", target_type="user", target_id=ada.pk, now=days.now())
    assert Audit.objects.filter(action="USER_UNBAN").count() == 1
    assert not FeedItem.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_is_undone_is_not_told(ada: Player) -> None:
    with transaction.atomic():
        audit.record(action="REFUND", target_type="user", target_id=ada.pk, now=days.now())
        transaction.set_rollback(True)
    assert not Audit.objects.filter(action="REFUND").exists()
    assert not FeedItem.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_deed_whose_line_cannot_be_written_leaves_no_row(ada: Player, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*facts: object, **more: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(feed, "append", broken)
    with pytest.raises(ZeroDivisionError):
        audit.record(action="REFUND", target_type="user", target_id=ada.pk, now=days.now())
    assert not Audit.objects.filter(action="REFUND").exists()


@pytest.mark.django_db
def test_pruning_takes_what_is_older_than_a_stream_keeps() -> None:
    now = days.now()
    for age in (timedelta(0), settings.REALTIME_RETENTION, settings.REALTIME_RETENTION + timedelta(seconds=1)):
        feed.append(FeedItem.Kind.ALERT, {"age": age.total_seconds()}, now=now - age)
    assert feed.prune(now=now) == 1
    kept = FeedItem.objects.order_by("pk").values_list("data__age", flat=True)
    assert list(kept) == [0, settings.REALTIME_RETENTION.total_seconds()]
