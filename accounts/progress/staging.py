"""What staff do to events, missions and the reward catalog: checked, changed and on the record in one transaction.

Only what is different is written, to a locked row. Facts go by the name of their column.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import IntegrityError, connection, transaction

from accounts import audit, changes, errors
from accounts.changes import Json
from accounts.models import CatalogReward, Goal, Player
from accounts.progress import goals
from casino.lib.days import now as clock
from casino.lib.errors import not_found

Facts = Mapping[str, Any]
_COMMON: Final = (
    "title", "description", "category", "requirements", "rewards", "source", "image_url", "priority", "is_active",
)  # fmt: skip
EVENT_FIELDS: Final = (*_COMMON, "starts_at", "ends_at")
MISSION_FIELDS: Final = (*_COMMON, "period")
REWARD_FIELDS: Final = ("code", "reward_type", "amount", "meta", "is_active")
"""What staff may set, by its column. A `source` of None is the natural one."""
_FIELDS: Final = {Goal.Kind.EVENT: EVENT_FIELDS, Goal.Kind.MISSION: MISSION_FIELDS}
_SWITCH: Final = {True: "ACTIVATE", False: "DEACTIVATE"}
_MODEL_INDEX: Final = {
    "title": "모델 지민 도전 이벤트",
    "category": "model_index",
    "requirements": {"model_index_points": 1000},
    "rewards": {"gold": 5000, "exp": 1000},
    "priority": 50,
    "source": Goal.Source.STAFF,
}
_MODEL_INDEX_LASTS: Final = timedelta(days=14)


def create_event(*, by: Player, facts: Facts) -> Goal:
    """Puts an event on the stage."""
    return _create(Goal.Kind.EVENT, facts, by=by, now=clock())


def create_mission(*, by: Player, facts: Facts) -> Goal:
    """Makes a mission that comes round from now on."""
    return _create(Goal.Kind.MISSION, facts, by=by, now=clock())


def change_event(*, by: Player, event_id: int, facts: Facts, reason: str = "") -> Goal:
    """Changes what is different; what `facts` do not name stays as it is by then."""
    return _change(Goal.Kind.EVENT, event_id, facts, by=by, reason=reason)


def change_mission(*, by: Player, mission_id: int, facts: Facts, reason: str = "") -> Goal:
    """Changes what is different; what players have reached stays reached."""
    return _change(Goal.Kind.MISSION, mission_id, facts, by=by, reason=reason)


def switch_event(*, by: Player, event_id: int, on: bool, reason: str = "") -> Goal:
    """Switches an event on or off: off, nobody joins, moves on or claims."""
    return _change(Goal.Kind.EVENT, event_id, {"is_active": on}, by=by, reason=reason, deed=_SWITCH[on])


def switch_mission(*, by: Player, mission_id: int, on: bool, reason: str = "") -> Goal:
    """Switches a mission on or off: off, nobody sees, moves or claims it."""
    return _change(Goal.Kind.MISSION, mission_id, {"is_active": on}, by=by, reason=reason, deed=_SWITCH[on])


def delete_event(*, by: Player, event_id: int, reason: str = "") -> Goal:
    """Takes an event off the stage; who took part keeps what was paid. Once more changes nothing."""
    with transaction.atomic():
        event = _locked(Goal.Kind.EVENT, event_id)
        if event.deleted_at is None:
            _write(event, {"deleted_at": clock()}, by=by, reason=reason, deed="DELETE")
    return event


def restore_event(*, by: Player, event_id: int, reason: str = "") -> Goal:
    """Brings a deleted event back as it was."""
    with transaction.atomic():
        event = _locked(Goal.Kind.EVENT, event_id)
        _write(event, {"deleted_at": None}, by=by, reason=reason, deed="RESTORE")
    return event


def seed_model_index(*, by: Player) -> Goal:
    """The model index event of 14 days from now; the one there is, if there is one that nobody deleted."""
    with transaction.atomic():
        _queue_makers()
        title = _MODEL_INDEX["title"]
        kept = Goal.objects.events().kept().filter(title=title).order_by("pk").first()
        if kept is not None:
            return kept
        now = clock()
        window = {"starts_at": now, "ends_at": now + _MODEL_INDEX_LASTS}
        return _create(Goal.Kind.EVENT, {**_MODEL_INDEX, **window}, by=by, now=now)


def _queue_makers() -> None:
    """Lets one maker of goals at a time look and then make; plays and players do not wait (SQLite queues anyway)."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE accounts_goal IN SHARE ROW EXCLUSIVE MODE")


def find_event(event_id: int) -> Goal:
    """The event, deleted or not."""
    return _existing(Goal.Kind.EVENT, event_id)


def find_mission(mission_id: int) -> Goal:
    """The mission, switched on or not."""
    return _existing(Goal.Kind.MISSION, mission_id)


def _existing(kind: Goal.Kind, goal_id: int) -> Goal:
    goal = Goal.objects.filter(kind=kind, pk=goal_id).first()
    if goal is None:
        raise errors.event_not_found() if kind == Goal.Kind.EVENT else not_found()
    return goal


def _locked(kind: Goal.Kind, goal_id: int) -> Goal:
    return Goal.objects.select_for_update(no_key=True).get(pk=_existing(kind, goal_id).pk)


def _create(kind: Goal.Kind, facts: Facts, *, by: Player, now: datetime) -> Goal:
    changes.check_names(facts, _FIELDS[kind])
    goal = Goal(kind=kind, created_at=now, updated_at=now, **facts)
    if facts.get("source") is None:
        goal.source = goals.natural_source(_names(goal.requirements))
    _refuse_a_window_turned_round(goal, {})
    changes.check(goal)
    with transaction.atomic():
        goal.save(force_insert=True)
        _record(goal, "CREATE", None, changes.facts_of(goal, _FIELDS[kind]), by=by, now=now)
    return goal


def _change(kind: Goal.Kind, goal_id: int, facts: Facts, *, by: Player, reason: str = "", deed: str = "UPDATE") -> Goal:
    changes.check_names(facts, _FIELDS[kind])
    with transaction.atomic():
        goal = _locked(kind, goal_id)
        _refuse_a_window_turned_round(goal, facts)
        _write(goal, _with_source(goal, facts), by=by, reason=reason, deed=deed)
    return goal


def _write(goal: Goal, facts: Facts, *, by: Player, reason: str, deed: str) -> None:
    goal.updated_at = now = clock()
    change = changes.write(goal, facts)
    if change is not None:
        _record(goal, deed, change.before, change.after, by=by, reason=reason, now=now)


def _with_source(goal: Goal, facts: Facts) -> Json:
    """The facts with the source that belongs to their requirements, unless staff named one, now or before."""
    facts = dict(facts)
    was_natural = goal.source == goals.natural_source(goal.requirements)
    if facts.get("source") is None and ("source" in facts or was_natural):
        facts["source"] = goals.natural_source(_names(facts.get("requirements", goal.requirements)))
    return facts


def _names(requirements: object) -> Json:
    """What no object of names is, is refused by the model afterwards."""
    return requirements if isinstance(requirements, dict) else {}


def _refuse_a_window_turned_round(goal: Goal, facts: Facts) -> None:
    starts_at, ends_at = facts.get("starts_at", goal.starts_at), facts.get("ends_at", goal.ends_at)
    if starts_at and ends_at and ends_at < starts_at:
        raise errors.ends_before_its_start()


def _record(
    goal: Goal, deed: str, before: Json | None, after: Json | None, *, by: Player, reason: str = "", now: datetime
) -> None:
    details = {"before": before, "after": after} | ({"reason": reason} if reason else {})
    word = "EVENT" if goal.is_event else "MISSION"
    audit.record(
        action=f"{word}_{deed}", target_type=word.lower(), target_id=goal.pk, actor=by, details=details, now=now
    )


def create_reward(*, by: Player, facts: Facts) -> CatalogReward:
    """Puts a reward into the catalog under a code of its own."""
    changes.check_names(facts, REWARD_FIELDS)
    now = clock()
    reward = CatalogReward(created_at=now, updated_at=now, **facts)
    changes.check(reward)
    try:
        with transaction.atomic():
            reward.save(force_insert=True)
            after = changes.facts_of(reward, REWARD_FIELDS)
            _record_reward(reward, "REWARD_CREATE", None, after, by=by, now=now)
    except IntegrityError as code_is_taken:
        raise errors.reward_code_taken() from code_is_taken
    return reward


def change_reward(
    *, by: Player, reward_id: int, facts: Facts, reason: str = "", action: str = "REWARD_UPDATE"
) -> CatalogReward:
    """Changes what is different of a reward in the catalog."""
    changes.check_names(facts, REWARD_FIELDS)
    try:
        with transaction.atomic():
            reward = _locked_reward(reward_id)
            reward.updated_at = now = clock()
            change = changes.write(reward, facts)
            if change is not None:
                _record_reward(reward, action, change.before, change.after, by=by, reason=reason, now=now)
    except IntegrityError as code_is_taken:
        raise errors.reward_code_taken() from code_is_taken
    return reward


def switch_reward(*, by: Player, reward_id: int, on: bool, reason: str = "") -> CatalogReward:
    """Switches a reward of the catalog on or off."""
    action = "REWARD_ACTIVATE" if on else "REWARD_DEACTIVATE"
    return change_reward(by=by, reward_id=reward_id, facts={"is_active": on}, reason=reason, action=action)


def delete_reward(*, by: Player, reward_id: int, reason: str = "") -> None:
    """Takes a reward out of the catalog; the record keeps what it was, and its code is free again."""
    with transaction.atomic():
        reward = _locked_reward(reward_id)
        before = changes.facts_of(reward, REWARD_FIELDS)
        _record_reward(reward, "REWARD_DELETE", before, None, by=by, reason=reason, now=clock())
        reward.delete()


def find_reward(reward_id: int) -> CatalogReward:
    """The reward of the catalog."""
    reward = CatalogReward.objects.filter(pk=reward_id).first()
    if reward is None:
        raise not_found()
    return reward


def _locked_reward(reward_id: int) -> CatalogReward:
    reward = CatalogReward.objects.select_for_update(no_key=True).filter(pk=reward_id).first()
    if reward is None:
        raise not_found()
    return reward


def _record_reward(
    reward: CatalogReward,
    action: str,
    before: Json | None,
    after: Json | None,
    *,
    by: Player,
    reason: str = "",
    now: datetime,
) -> None:
    details = {"before": before, "after": after, "code": reward.code} | ({"reason": reason} if reason else {})
    audit.record(action=action, target_type="catalog_reward", target_id=reward.pk, actor=by, details=details, now=now)
