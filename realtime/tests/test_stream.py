"""The stored stream: pages over HTTP, what is lost, what is pruned, the emitters."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings

from accounts.models import Player, Wallet
from casino.lib import days
from games.totals import shape
from realtime import stream
from realtime.models import Epoch, StreamEvent
from realtime.tests.ears import tell
from tests.cast import Caller, enrol, gold_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> Player:
    return enrol("ada")


def latest_of(player: Player) -> int:
    return Wallet.objects.values_list("stream_seq", flat=True).get(pk=player.pk)


def seqs(answer: Any) -> list[int]:
    return [item["seq"] for item in answer.json()["items"]]


def test_the_twin_pages_through_the_stream(ada: Player) -> None:
    tell(ada, 1, 2, 3)
    latest = latest_of(ada)
    caller = Caller(ada)
    page = caller.get("/api/realtime/events", after=latest - 3, limit=2).json()
    assert {name: page[name] for name in page if name != "items"} == {
        "epoch": Epoch.current(), "latest_seq": latest, "oldest_seq": 1, "recovered": True, "has_more": True,
    }  # fmt: skip
    assert [(item["seq"], item["type"], item["user_id"], item["data"]) for item in page["items"]] == [
        (latest - 2, "notification", ada.pk, {"unread": 1}),
        (latest - 1, "notification", ada.pk, {"unread": 2}),
    ]
    rest = caller.get("/api/realtime/events/", after=latest - 1, limit=2, epoch=page["epoch"])
    assert (seqs(rest), rest.json()["has_more"]) == ([latest], False)
    done = caller.get("/api/realtime/events", after=latest).json()
    assert (done["items"], done["recovered"], done["has_more"]) == ([], True, False)


@pytest.mark.parametrize(("after", "epoch"), [(0, "another"), (99, None)])
def test_the_twin_tells_nothing_it_cannot_tell_whole(ada: Player, after: int, epoch: str | None) -> None:
    query = {"after": after} | ({"epoch": epoch} if epoch else {})
    page = Caller(ada).get("/api/realtime/events", **query).json()
    assert (page["recovered"], page["items"], page["has_more"]) == (False, [], False)


@pytest.mark.parametrize("query", ["after=-1", "after=x", "limit=0", "limit=501", "after=1.5", "epoch="])
def test_a_bad_query_names_its_field(ada: Player, query: str) -> None:
    name, _, value = query.partition("=")
    answer = Caller(ada).get("/api/realtime/events", **{name: value})
    assert answer.status_code == 422
    assert answer.json()["error"]["details"][0]["loc"] == ["query", name]


def test_nobody_reads_a_stream(ada: Player) -> None:
    assert Caller().get("/api/realtime/events").status_code == 401


def test_pruning_takes_the_old_and_the_surplus_and_never_the_middle(ada: Player) -> None:
    bob = enrol("bob")
    tell(ada, *range(20))
    tell(bob, *range(20))
    latest = latest_of(ada)
    long_ago = days.now() - settings.REALTIME_RETENTION - timedelta(hours=1)
    # A late commit carries an earlier time than its neighbours: everything before it goes with it.
    StreamEvent.objects.filter(player=ada, seq=latest - 5).update(created_at=long_ago)
    stream.prune(now=days.now())
    assert stream.span(ada.pk) == stream.Span(latest - 4, latest)
    assert stream.span(bob.pk) == stream.Span(1, latest_of(bob))
    assert stream.gaps() == 0


def test_pruning_keeps_no_more_than_the_history(ada: Player, settings: Any) -> None:
    settings.REALTIME_HISTORY_MAX = 10
    tell(ada, *range(25))
    latest = latest_of(ada)
    assert stream.prune(now=days.now()) == latest - 10
    assert stream.span(ada.pk) == stream.Span(latest - 9, latest)
    page = Caller(ada).get("/api/realtime/events").json()
    assert (page["recovered"], page["items"], page["oldest_seq"]) == (False, [], latest - 9)
    assert len(seqs(Caller(ada).get("/api/realtime/events", after=latest - 10))) == 10


def test_a_hole_is_counted(ada: Player) -> None:
    tell(ada, 1, 2, 3)
    assert stream.gaps() == 0
    StreamEvent.objects.filter(player=ada, seq=latest_of(ada) - 1).delete()
    assert stream.gaps() == 1


STATS = shape(7, {}, 3)
EMITS = [
    ("profile_update", {"changes": {"nickname": "x"}}, {"changes": {"nickname": "x"}, "reason": "test", "ref": None}),
    ("stats_update", {"stats": STATS}, {"stats": STATS}),
    (
        "reward_granted",
        {"reward_type": "streak_daily", "amount": 5},
        {
            "reward_type": "streak_daily", "amount": 5, "xp_amount": 0, "balance_after": 1000, "source": "test",
            "ref": "test",
        },
    ),
    (
        "purchase_update",
        {"status": "failed", "reason_code": "PAYMENT_DECLINED"},
        {
            "status": "failed", "product_id": "", "receipt_code": None, "amount": 0, "currency": "gold", "quantity": 1,
            "reason_code": "PAYMENT_DECLINED",
        },
    ),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "body", "data"), EMITS)
def test_an_emitter_appends_and_moves_nothing(ada: Player, kind: str, body: Any, data: Any) -> None:
    before = latest_of(ada)
    answer = Caller(ada).post(f"/api/test/realtime/emit/{kind}", body)
    assert (answer.status_code, answer.json()) == (200, {"ok": True, "seq": before + 1})
    (message,) = stream.after(ada.pk, before, limit=5)
    assert (message["type"], message["data"]) == (kind, data)
    assert gold_of(ada) == 1000


def test_emitters_are_shut_in_production_and_to_nobody(ada: Player, settings: Any) -> None:
    path = "/api/test/realtime/emit/stats_update"
    assert Caller().post(path, {"stats": {}}).status_code == 401
    settings.CLUB_ENV = "production"
    answer = Caller(ada).post(path, "{")
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "DEV_ONLY")


@pytest.mark.parametrize("amount", ["5", 1.5, True, None, 2**63])
def test_an_emitter_takes_whole_gold_only(ada: Player, amount: Any) -> None:
    before = latest_of(ada)
    body = {"reward_type": "x", "amount": amount}
    assert Caller(ada).post("/api/test/realtime/emit/reward_granted", body).status_code == 422
    assert latest_of(ada) == before
