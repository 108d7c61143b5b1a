"""Gold given by hand: once per key, with a receipt, on the record, so often a minute, and never to oneself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import grants
from accounts.models import Action, Audit, Entry, Notification, Player, Reward, Role, Wallet
from accounts.truths import ledger_truths
from casino.lib import idempotency
from casino.lib.errors import Refusal
from casino.lib.idempotency import IdempotencyKey, Key
from casino.lib.rates import RateCounter
from games.tests.plays import statements
from realtime.models import StreamEvent
from tests.cast import Caller, enrol, gold_of
from tests.race import together

Json = dict[str, Any]
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
SENDERS = 16
NO_AMOUNTS: list[Any] = [-1, 0, 1.5, 5.0, "5", True, False, None, [], {}, 10**9 + 1, 2**63, 2**70]
WRITTEN = (Reward, Entry, Audit, Action, Notification, StreamEvent, IdempotencyKey)


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as travel:
        yield travel


@pytest.fixture
def twice_a_minute(settings: Any) -> None:
    settings.GOLD_GRANTS_PER_MINUTE = 2


def path(player: Player | int) -> str:
    return f"/api/admin/users/{player if isinstance(player, int) else player.pk}/gold/grant"


def order(**changes: Any) -> Json:
    return {"amount": 500, "reason": "for the delay", **changes}


def told(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def written(*players: Player) -> Json:
    """Everything a grant can write, the minute's count too."""
    return {
        "wallets": list(Wallet.objects.filter(pk__in=[player.pk for player in players]).order_by("pk").values()),
        "rows": [model.objects.count() for model in WRITTEN],
        "counts": list(RateCounter.objects.values()),
    }


def test_a_grant_gives_gold_and_says_so_everywhere(ada: Player, as_sam: Caller, sam: Player) -> None:
    answer = as_sam.post(path(ada), order())
    receipt = answer.json()["receipt_code"]
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "success": True, "user_id": ada.pk, "granted": 500, "new_gold_balance": 1500, "reason": "for the delay",
            "receipt_code": receipt, "idempotent_reuse": False,
        },
    )  # fmt: skip
    assert (len(receipt), int(receipt, 16) >= 0) == (12, True)
    entry, reference = Entry.objects.get(reference=f"admin_grant_gold:{receipt}"), f"admin_grant_gold:{receipt}"
    assert (entry.wallet_id, entry.code, entry.amount, entry.debit, entry.credit, entry.balance_after) == (
        ada.pk, "admin_grant", 500, "mint", "player", 1500,
    )  # fmt: skip
    reward = Reward.objects.get()
    assert (reward.player, reward.given_by, reward.gold, reward.source, reward.key) == (
        ada, sam, 500, "admin_grant_gold", receipt,
    )  # fmt: skip
    reward_news, balance_news, notice_news = StreamEvent.objects.filter(player=ada).order_by("seq").reverse()[:3][::-1]
    assert (reward_news.type, reward_news.data) == (
        "reward_granted",
        {
            "reward_type": "admin_grant_gold", "amount": 500, "xp_amount": 0, "balance_after": 1500,
            "source": "admin_grant_gold", "ref": reference,
        },
    )  # fmt: skip
    assert (balance_news.type, balance_news.data) == (
        "profile_update",
        {"changes": {"gold_balance": 1500, "cyber_token_balance": 1500}, "reason": "admin_grant", "ref": reference},
    )
    assert (notice_news.type, Notification.objects.get(player=ada).title) == ("notification", "운영진 지급")
    audit = Audit.objects.get(action="ADMIN_GRANT_GOLD")
    assert (audit.actor, audit.severity, audit.target_type, audit.target_id, audit.details) == (
        sam, "info", "user", str(ada.pk), {"amount": 500, "receipt_code": receipt, "reason": "for the delay"},
    )  # fmt: skip
    action = Action.objects.get()
    assert (action.player, action.action_type, action.source, action.context) == (
        ada, "ADMIN_GRANT_GOLD", "server", {"amount": 500, "receipt_code": receipt},
    )  # fmt: skip
    assert [truth.name for truth in ledger_truths() if not truth.holds] == []


def test_why_is_the_clubs_to_know(ada: Player, as_ada: Caller, as_sam: Caller) -> None:
    as_sam.post(path(ada), order(reason="a loud guest"))
    paths = ("users/ledger", "notifications", "realtime/events", f"actions/recent/{ada.pk}", "auth/me/export")
    told_to_ada = [as_ada.get(f"/api/{each}").content.decode() for each in (*paths, f"rewards/users/{ada.pk}/rewards")]
    assert [text for text in told_to_ada if "loud" in text] == []


def test_a_key_gives_once_and_tells_the_same_receipt_again(ada: Player, bob: Player, as_sam: Caller) -> None:
    first = as_sam.post(path(ada), order(), Idempotency_Key="k")
    kept = written(ada, bob)
    again = as_sam.post(path(ada), order(idempotency_key="k"))
    assert again.json() == first.json() | {"idempotent_reuse": True}
    assert (first.headers.get("Idempotency-Replayed"), again.headers["Idempotency-Replayed"]) == (None, "true")
    for target, body in ((ada, order(amount=501)), (ada, order(reason="another")), (bob, order())):
        assert told(as_sam.post(path(target), body, Idempotency_Key="k")) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert written(ada, bob) == kept
    other = Caller(enrol("eve", role=Role.ECONOMY)).post(path(ada), order(), Idempotency_Key="k").json()
    assert (other["idempotent_reuse"], other["new_gold_balance"]) == (False, 2000)  # keys are each caller's own


@pytest.mark.parametrize(
    "changes",
    [
        *({"amount": amount} for amount in NO_AMOUNTS),
        *({"reason": reason} for reason in ("", " ", "x", " x ", "x" * 121, None, 5, ["why"], "a\x00b")),
        {"idempotency_key": ""},
        {"idempotency_key": "ü"},
        {"idempotency_key": 5},
    ],
    ids=str,
)
def test_a_malformed_grant_moves_nothing(ada: Player, as_sam: Caller, changes: Json) -> None:
    kept = written(ada)
    assert told(as_sam.post(path(ada), order(**changes), Idempotency_Key="k")) == (422, "VALIDATION_ERROR")
    assert written(ada) == kept
    assert as_sam.post(path(ada), order(), Idempotency_Key="k").json()["idempotent_reuse"] is False  # the key is free


@pytest.mark.parametrize(
    "raw", ["[]", "5", '{"amount": NaN, "reason": "why"}', "{", '{"amount": 1e3, "reason": "why"}']
)
def test_what_is_no_json_object_with_an_integer_moves_nothing(ada: Player, as_sam: Caller, raw: str) -> None:
    kept = written(ada)
    assert told(as_sam.post(path(ada), raw)) == (422, "VALIDATION_ERROR")
    assert written(ada) == kept


def test_the_least_and_the_most_are_given(ada: Player, as_sam: Caller) -> None:
    answers = [as_sam.post(path(ada), order(amount=amount, reason=reason)).json()["new_gold_balance"]
               for amount, reason in ((1, "xy"), (10**9, "x" * 120))]  # fmt: skip
    assert answers == [1001, 1_000_001_001]


@pytest.mark.parametrize("user_id", [0, 999_999, 2**31, 2**63, 10**30])
def test_nobody_is_given_nothing(ada: Player, as_sam: Caller, user_id: int) -> None:
    kept = written(ada)
    assert told(as_sam.post(path(user_id), order(), Idempotency_Key="k")) == (404, "USER_NOT_FOUND")
    assert written(ada) == kept


def test_nobody_gives_to_the_own_account(sam: Player, as_sam: Caller) -> None:
    kept = written(sam)
    answer = as_sam.post(path(sam), order(), Idempotency_Key="k")
    assert told(answer) == (400, "SELF_CHANGE_FORBIDDEN")
    assert answer.json()["detail"] == "자신의 계정에는 수행할 수 없는 작업입니다"
    assert written(sam) == kept


@pytest.mark.parametrize(("role", "status"), [("auditor", 403), ("support", 403), ("shop", 403), ("economy", 200)])
def test_giving_is_for_the_economy(ada: Player, role: str, status: int) -> None:
    assert Caller(enrol(role, role=Role(role))).post(path(ada), order()).status_code == status
    assert gold_of(ada) == (1500 if status == 200 else 1000)


def test_other_staff_are_given_gold_by_owners_alone(sam: Player, as_sam: Caller) -> None:
    eve, abe = enrol("eve", role=Role.ECONOMY), enrol("abe", role=Role.AUDITOR)
    kept = written(sam, abe)
    for target in (sam, abe):
        assert told(Caller(eve).post(path(target), order())) == (403, "PERMISSION_DENIED")
    assert written(sam, abe) == kept
    assert as_sam.post(path(abe), order()).json()["new_gold_balance"] == 1500


def test_players_and_strangers_give_nothing(ada: Player, as_bob: Caller, as_nobody: Caller) -> None:
    assert told(as_bob.post(path(ada), order())) == (403, "STAFF_ONLY")
    assert told(as_nobody.post(path(ada), order())) == (401, "NOT_AUTHENTICATED")
    assert gold_of(ada) == 1000


# --- so often a minute ----------------------------------------------------------------------------------


@pytest.mark.usefixtures("twice_a_minute")
def test_the_limit_is_of_one_member_of_staff_and_one_minute_of_the_clock(
    clock: Any, ada: Player, as_sam: Caller
) -> None:
    clock.shift(timedelta(seconds=50))
    assert [as_sam.post(path(ada), order()).status_code for _ in range(2)] == [200, 200]
    kept = written(ada)
    refused = as_sam.post(path(ada), order())
    assert (told(refused), refused.headers["Retry-After"]) == ((429, "RATE_LIMITED"), "10")
    assert written(ada) == kept
    assert Caller(enrol("eve", role=Role.ECONOMY)).post(path(ada), order()).status_code == 200
    clock.shift(timedelta(seconds=10))  # the next minute, though the last grants are ten seconds old
    assert [as_sam.post(path(ada), order()).status_code for _ in range(3)] == [200, 200, 429]


@pytest.mark.usefixtures("twice_a_minute", "clock")
def test_replays_are_not_counted_and_told_beyond_the_limit_too(ada: Player, as_sam: Caller) -> None:
    first = as_sam.post(path(ada), order(), Idempotency_Key="k").json()
    again = [as_sam.post(path(ada), order(), Idempotency_Key="k").json() for _ in range(5)]
    assert again == [first | {"idempotent_reuse": True}] * 5
    assert as_sam.post(path(ada), order()).status_code == 200
    assert told(as_sam.post(path(ada), order(), Idempotency_Key="new")) == (429, "RATE_LIMITED")
    assert as_sam.post(path(ada), order(), Idempotency_Key="k").json() == first | {"idempotent_reuse": True}
    assert gold_of(ada) == 2000


@pytest.mark.usefixtures("twice_a_minute", "clock")
def test_refused_grants_are_not_counted(ada: Player, sam: Player, as_sam: Caller) -> None:
    refused = [
        as_sam.post(path(sam), order()),
        as_sam.post(path(999_999), order()),
        as_sam.post(path(ada), order(amount=0)),
    ]
    assert [answer.status_code for answer in refused] == [400, 404, 422]
    assert [as_sam.post(path(ada), order()).status_code for _ in range(3)] == [200, 200, 429]


@pytest.mark.usefixtures("twice_a_minute", "clock")
def test_beyond_the_limit_nobody_looks_at_the_body(ada: Player, as_sam: Caller) -> None:
    assert [as_sam.post(path(ada), order()).status_code for _ in range(2)] == [200, 200]
    assert told(as_sam.post(path(ada), order(amount="x"))) == (429, "RATE_LIMITED")


def test_a_grant_costs_fourteen_statements_and_a_replay_five(ada: Player, as_sam: Caller) -> None:
    # session; limit; key; count; player, wallet; reward, action, audit, notice; entry, wallet, events; answer
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            as_sam.post(path(ada), order(), Idempotency_Key="k")
        counts.append(len(statements(captured)))
    assert counts == [14, 5]


# --- races ----------------------------------------------------------------------------------------------


def give_at_once(sam: Player, ada: Player, *keys: Key | None) -> list[Any]:
    calls = [partial(grants.give, by=sam, player_id=ada.pk, amount=500, reason="once", key=key) for key in keys]
    return together(*calls)


def one_key(sam: Player) -> list[Key | None]:
    return [Key(sam.pk, grants.OPERATION, "one", "same body")] * SENDERS


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_sixteen_senders_of_one_key_give_once() -> None:
    ada, sam = enrol("ada"), enrol("sam", role=Role.OWNER)
    answers = give_at_once(sam, ada, *one_key(sam))
    assert Counter(is_replay for _answer, is_replay in answers) == {False: 1, True: SENDERS - 1}
    assert len({answer["receipt_code"] for answer, _is_replay in answers}) == 1
    assert (gold_of(ada), Reward.objects.count(), Wallet.objects.get(pk=ada.pk).unread) == (1500, 1, 1)
    assert RateCounter.objects.get().count == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_control_without_the_key_the_same_senders_give_often() -> None:
    ada, sam = enrol("ada"), enrol("sam", role=Role.OWNER)
    with patch.object(idempotency, "claim", lambda *_args, **_facts: None):
        answers = give_at_once(sam, ada, *one_key(sam))
    assert Counter(is_replay for _answer, is_replay in answers) == {False: SENDERS}
    assert gold_of(ada) == 1000 + SENDERS * 500


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("twice_a_minute")
def test_sixteen_grants_at_once_keep_to_the_limit() -> None:
    ada, sam = enrol("ada"), enrol("sam", role=Role.OWNER)
    with time_machine.travel(NOON, tick=False):
        ends = give_at_once(sam, ada, *[None] * SENDERS)
    assert Counter(end.code if isinstance(end, Refusal) else "given" for end in ends) == {
        "given": 2, "RATE_LIMITED": SENDERS - 2,
    }  # fmt: skip
    assert gold_of(ada) == 2000


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("twice_a_minute")
def test_control_where_the_limit_is_only_looked_at_all_sixteen_are_given() -> None:
    ada, sam = enrol("ada"), enrol("sam", role=Role.OWNER)
    with patch.object(grants, "_count", lambda by, _now: grants.check_limit(by=by, key=None)):
        ends = give_at_once(sam, ada, *[None] * SENDERS)
    assert [end for end in ends if isinstance(end, BaseException)] == []
    assert gold_of(ada) == 1000 + SENDERS * 500
