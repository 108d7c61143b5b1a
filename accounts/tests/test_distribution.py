"""Staff give once per key, on the record, and never to themselves."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from functools import partial
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import distribution
from accounts.models import Audit, Entry, Notification, Player, Reward, Role, Wallet
from accounts.truths import ledger_truths
from casino.lib import idempotency
from casino.lib.idempotency import IdempotencyKey, Key
from games.tests.plays import statements
from realtime.models import StreamEvent
from tests.cast import Caller, enrol, gold_of
from tests.race import together

Json = dict[str, Any]
PATH = "/api/rewards/distribute"
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
SENDERS = 16


def gift(player: Player, **changes: Any) -> Json:
    return {
        "user_id": player.pk, "reward_type": "GOLD", "amount": 500, "source_description": "for the delay", **changes,
    }  # fmt: skip


def written(player: Player) -> Json:
    """Everything a gift can write."""
    return {
        "wallet": Wallet.objects.values().get(pk=player.pk),
        "rows": [model.objects.count() for model in (Reward, Entry, Audit, Notification, StreamEvent, IdempotencyKey)],
    }


@pytest.mark.parametrize("kind", ["GOLD", "COIN", "TOKEN"])
def test_gold_is_given_under_any_of_its_names(ada: Player, sam: Player, kind: str) -> None:
    with time_machine.travel(NOON, tick=False):
        body = gift(ada, reward_type=kind, metadata={"ticket": 7})
        answer = Caller(sam).post(PATH, body)
    reward = Reward.objects.get()
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "reward_id": reward.pk, "reward_type": kind, "reward_value": "500",
            "awarded_at": "2026-01-31T12:00:00.000Z", "new_gold_balance": 1500, "idempotent_reuse": False,
        },
    )  # fmt: skip
    assert (reward.player, reward.given_by, reward.gold, reward.xp, reward.source, reward.description) == (
        ada, sam, 500, 0, "distribute", "for the delay",
    )  # fmt: skip
    assert reward.metadata == {"reward_type": kind, "metadata": {"ticket": 7}}
    entry, reference = Entry.objects.get(code="reward_grant"), f"distribute:{reward.key}"
    assert (entry.wallet_id, entry.amount, entry.debit, entry.credit, entry.reference, entry.reason) == (
        ada.pk, 500, "mint", "player", reference, "for the delay",
    )  # fmt: skip
    events = StreamEvent.objects.filter(player=ada).order_by("-seq")[:3]
    assert [(event.type, event.data) for event in reversed(events)][:2] == [
        (
            "reward_granted",
            {
                "reward_type": "distribute", "amount": 500, "xp_amount": 0, "balance_after": 1500,
                "source": "for the delay", "ref": reference,
            },
        ),
        (
            "profile_update",
            {
                "changes": {"gold_balance": 1500, "cyber_token_balance": 1500}, "reason": "reward_grant",
                "ref": reference,
            },
        ),
    ]  # fmt: skip
    assert events[0].type == "notification"
    audit = Audit.objects.get(action="REWARD_DISTRIBUTE")
    assert (audit.actor, audit.severity, audit.target_type, audit.target_id) == (sam, "info", "user", str(ada.pk))
    assert audit.details == {
        "reward_id": reward.pk, "reward_type": kind, "amount": 500, "source": "for the delay",
    }  # fmt: skip
    assert [truth.name for truth in ledger_truths() if not truth.holds] == []


def test_experience_moves_no_gold(ada: Player, as_sam: Caller) -> None:
    answer = as_sam.post(PATH, gift(ada, reward_type="XP", amount=750)).json()
    assert (answer["reward_type"], answer["reward_value"], answer["new_gold_balance"]) == ("XP", "750", 1000)
    wallet, reward = Wallet.objects.get(pk=ada.pk), Reward.objects.get()
    assert (wallet.experience, wallet.balance, reward.xp, reward.gold) == (750, 1000, 750, 0)
    assert not Entry.objects.filter(code="reward_grant").exists()
    told = StreamEvent.objects.filter(player=ada, type="profile_update").latest("seq").data["changes"]
    assert told == {"experience": 750, "level": 2, "current_xp": 250, "progress_percentage": 50.0}


def test_a_key_gives_once_and_tells_again(ada: Player, bob: Player, as_sam: Caller) -> None:
    first = as_sam.post(PATH, gift(ada), Idempotency_Key="k")
    kept = written(ada)
    again = as_sam.post(PATH, gift(ada, idempotency_key="k"))
    assert again.json() == first.json() | {"idempotent_reuse": True}
    assert (first.headers.get("Idempotency-Replayed"), again.headers["Idempotency-Replayed"]) == (None, "true")
    for body in (gift(ada, amount=501), gift(bob), gift(ada, metadata={"a": 1})):
        answer = as_sam.post(PATH, body, Idempotency_Key="k")
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert written(ada) == kept
    other = Caller(enrol("eve", role=Role.ECONOMY)).post(PATH, gift(ada), Idempotency_Key="k").json()
    assert (other["idempotent_reuse"], other["new_gold_balance"]) == (False, 2000)
    assert gold_of(ada) == 2000


def test_without_a_key_every_call_gives(ada: Player, as_sam: Caller) -> None:
    assert [as_sam.post(PATH, gift(ada)).json()["new_gold_balance"] for _ in range(2)] == [1500, 2000]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        *(({"amount": amount}, "VALIDATION_ERROR") for amount in (0, -1, 10**9 + 1, 1.5, "5", True, None, 2**63)),
        *(({"reward_type": name}, "VALIDATION_ERROR") for name in ("gold", "GEM", "", None, 5)),
        *(({"user_id": number}, "VALIDATION_ERROR") for number in (0, "1", None, True)),
        *(({"source_description": text}, "VALIDATION_ERROR") for text in ("", " ", "x" * 201, None, 5)),
        *(({"metadata": given}, "VALIDATION_ERROR") for given in (["x"], "x", None)),
        ({"user_id": 999_999}, "USER_NOT_FOUND"),
        ({"idempotency_key": ""}, "VALIDATION_ERROR"),
    ],
    ids=str,
)
def test_a_refused_gift_moves_nothing(ada: Player, as_sam: Caller, changes: Json, code: str) -> None:
    kept = written(ada)
    answer = as_sam.post(PATH, gift(ada, **changes), Idempotency_Key="k")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404 if code == "USER_NOT_FOUND" else 422, code)
    assert written(ada) == kept
    assert as_sam.post(PATH, gift(ada), Idempotency_Key="k").json()["idempotent_reuse"] is False  # the key is free


def test_nobody_gives_to_the_own_account(sam: Player, as_sam: Caller) -> None:
    kept = written(sam)
    answer = as_sam.post(PATH, gift(sam), Idempotency_Key="k")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "SELF_CHANGE_FORBIDDEN")
    assert written(sam) == kept


@pytest.mark.parametrize(("role", "status"), [("auditor", 403), ("support", 403), ("shop", 403), ("economy", 200)])
def test_giving_is_for_the_economy(ada: Player, role: str, status: int) -> None:
    assert Caller(enrol(role, role=Role(role))).post(PATH, gift(ada)).status_code == status
    assert gold_of(ada) == (1500 if status == 200 else 1000)


def test_players_give_nothing(ada: Player, as_bob: Caller) -> None:
    answer = as_bob.post(PATH, gift(ada))
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "STAFF_ONLY")


# --- the list -------------------------------------------------------------------------------------------


def test_what_a_player_was_given_is_listed_by_pages(ada: Player, bob: Player, as_ada: Caller, as_sam: Caller) -> None:
    path = f"/api/rewards/users/{ada.pk}/rewards"
    assert as_ada.get(path).json() == {
        "rewards": [], "page": 1, "page_size": 20, "total_rewards": 0, "total_pages": 0,
    }  # fmt: skip
    claimed = as_ada.post("/api/streak/claim").json()
    coin = as_sam.post(PATH, gift(ada, reward_type="COIN")).json()
    xp = as_sam.post(PATH, gift(ada, reward_type="XP", amount=9)).json()
    as_sam.post(PATH, gift(bob))
    attendance = Reward.objects.get(source="streak_daily")
    lines = [
        {
            "reward_id": xp["reward_id"], "reward_type": "XP", "reward_value": "9", "source": "for the delay",
            "awarded_at": xp["awarded_at"],
        },
        {
            "reward_id": coin["reward_id"], "reward_type": "COIN", "reward_value": "500", "source": "for the delay",
            "awarded_at": coin["awarded_at"],
        },
        {
            "reward_id": attendance.pk, "reward_type": "GOLD", "reward_value": str(claimed["awarded_gold"]),
            "source": "streak_daily", "awarded_at": claimed["claimed_at"],
        },
    ]  # fmt: skip
    assert as_ada.get(path).json() == {
        "rewards": lines, "page": 1, "page_size": 20, "total_rewards": 3, "total_pages": 1,
    }  # fmt: skip
    assert as_sam.get(path, page=2, page_size=2).json() == {
        "rewards": lines[2:], "page": 2, "page_size": 2, "total_rewards": 3, "total_pages": 2,
    }  # fmt: skip
    assert as_ada.get(path, page=3, page_size=2).json()["rewards"] == []
    for query in ({"page": 0}, {"page": "x"}, {"page_size": 0}, {"page_size": 101}):
        assert as_ada.get(path, **query).status_code == 422


def test_the_list_is_the_players_and_staffs(ada: Player, as_bob: Caller, as_sam: Caller) -> None:
    for user_id in (ada.pk, 999_999):
        answer = as_bob.get(f"/api/rewards/users/{user_id}/rewards")
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "PERMISSION_DENIED")
    answer = as_sam.get("/api/rewards/users/999999/rewards")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "USER_NOT_FOUND")


def test_a_gift_costs_eleven_statements_and_a_replay_four(ada: Player, as_sam: Caller) -> None:
    # session; key; player, wallet; reward, audit, notice; entry, wallet, events; answer
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            as_sam.post(PATH, gift(ada), Idempotency_Key="k")
        counts.append(len(statements(captured)))
    assert counts == [11, 4]


# --- races ----------------------------------------------------------------------------------------------


def give_at_once(sam: Player, ada: Player) -> Counter[bool]:
    """Sixteen senders of one key; which of them were told again."""
    key = Key(sam.pk, distribution.OPERATION, "one", "same body")
    facts: Json = {"reward_type": "GOLD", "amount": 500, "description": "once", "metadata": {}}
    call = partial(distribution.distribute, by=sam, player_id=ada.pk, key=key, **facts)
    answers = together(*[call] * SENDERS)
    assert [answer for answer in answers if isinstance(answer, BaseException)] == []
    return Counter(is_replay for _answer, is_replay in answers)  # type: ignore[misc]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_sixteen_senders_of_one_key_give_once() -> None:
    ada, sam = enrol("ada"), enrol("sam", role=Role.OWNER)
    assert give_at_once(sam, ada) == {False: 1, True: SENDERS - 1}
    assert (gold_of(ada), Reward.objects.count(), Wallet.objects.get(pk=ada.pk).unread) == (1500, 1, 1)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_control_without_the_key_the_same_senders_give_often() -> None:
    ada, sam = enrol("ada"), enrol("sam", role=Role.OWNER)
    with patch.object(idempotency, "claim", lambda *_args, **_facts: None):
        assert give_at_once(sam, ada) == {False: SENDERS}
    assert gold_of(ada) == 1000 + SENDERS * 500


@pytest.mark.parametrize("kind", ["GOLD", "COIN", "TOKEN", "XP"])
def test_both_lists_call_a_gift_by_the_name_it_was_given_under(as_sam: Caller, ada: Player, kind: str) -> None:
    as_sam.post(PATH, gift(ada, reward_type=kind))
    (mine,) = as_sam.get(f"/api/rewards/users/{ada.pk}/rewards").json()["rewards"]
    (audited,) = as_sam.get("/api/admin/content/rewards/audit").json()["items"]
    assert (mine["reward_type"], mine["reward_value"]) == (kind, "500")
    assert (audited["reward_type"], audited["amount"]) == (kind, 500)
