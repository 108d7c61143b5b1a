"""The short shapes of staff over JSON: events, mission templates, the reward catalog, and what was given."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import staff_goal_serializers as wire
from accounts.api.staff_goal_views import StageEndpoint
from accounts.authentication import caller
from accounts.models import CatalogReward, Goal
from accounts.progress import goals, record, staging
from accounts.progress.missions import TYPES
from casino.lib.days import stamp, stamp_or_none
from casino.lib.errors import Refusal, validation_error
from casino.lib.schema import describe

Json = dict[str, Any]
_PERIODS = {name: period for period, name in TYPES.items()}
_CONTENT = "content"


def _event(event: Goal) -> Json:
    return {
        "id": event.pk,
        "name": event.title,
        "start_at": stamp_or_none(event.starts_at),
        "end_at": stamp_or_none(event.ends_at),
        "reward_scheme": event.rewards,
        "is_active": event.is_active,
        "created_at": stamp(event.created_at),
        "updated_at": stamp(event.updated_at),
    }


def _template(mission: Goal) -> Json:
    key, target = goals.target_of(mission)
    return {
        "id": mission.pk,
        "title": mission.title,
        "mission_type": TYPES[Goal.Period(mission.period)],
        "target": target,
        "target_type": key,
        "reward": mission.rewards,
        "is_active": mission.is_active,
        "created_at": stamp(mission.created_at),
        "updated_at": stamp(mission.updated_at),
    }


def _reward(reward: CatalogReward) -> Json:
    return {
        "id": reward.pk,
        "code": reward.code,
        "reward_type": reward.reward_type,
        "amount": reward.amount,
        "meta": reward.meta,
        "active": reward.is_active,
        "created_at": stamp(reward.created_at),
        "updated_at": stamp(reward.updated_at),
    }


@contextmanager
def _called(**names: str) -> Iterator[None]:
    """Lets a refusal of terms name the fields as the short shape does."""
    try:
        yield
    except Refusal as refusal:
        if refusal.code != "VALIDATION_ERROR":
            raise
        found = refusal.details or ()
        renamed = [each | {"loc": [names.get(place, place) for place in each["loc"]]} for each in found]
        raise validation_error(renamed) from refusal


class ContentEvents(StageEndpoint):
    """Events in short: the same as everywhere."""

    @describe(answer=wire.ContentEventShape(many=True), refusals=(403,))
    def get(self, request: Request) -> Response:
        """Those that nobody deleted, newest first."""
        return Response([_event(event) for event in Goal.objects.events().kept().order_by("-pk")])

    @describe(body=wire.NewContentEvent, answer=wire.ContentEventShape, refusals=(400, 403))
    def post(self, request: Request) -> Response:
        """Makes one that asks for nothing: joining reaches it."""
        facts = {"category": _CONTENT, **self.body(wire.NewContentEvent)}
        with _called(rewards="reward_scheme"):
            return Response(_event(staging.create_event(by=caller(request), facts=facts)))


class ContentEvent(StageEndpoint):
    """One event in short."""

    @describe(answer=wire.ContentEventShape, refusals=(403, 404))
    def get(self, request: Request, event_id: int) -> Response:
        """As it is, deleted or not."""
        return Response(_event(staging.find_event(event_id)))

    @describe(body=wire.ContentEventFacts, answer=wire.ContentEventShape, refusals=(400, 403, 404))
    def put(self, request: Request, event_id: int) -> Response:
        """Changes the fields the body names and no others."""
        facts = self.body(wire.ContentEventFacts)
        with _called(rewards="reward_scheme"):
            return Response(_event(staging.change_event(by=caller(request), event_id=event_id, facts=facts)))

    @describe(answer=wire.EventDeleted, refusals=(403, 404))
    def delete(self, request: Request, event_id: int) -> Response:
        """Takes it off the stage; repeated, the first time stays."""
        event = staging.delete_event(by=caller(request), event_id=event_id)
        return Response({"deleted": True, "deleted_at": stamp_or_none(event.deleted_at)})


class ContentEventActivation(StageEndpoint):
    """An event, switched on."""

    is_on = True

    @describe(answer=wire.ContentEventShape, refusals=(403, 404))
    def post(self, request: Request, event_id: int) -> Response:
        """Answers the event as it then is."""
        return Response(_event(staging.switch_event(by=caller(request), event_id=event_id, on=self.is_on)))


class ContentEventDeactivation(ContentEventActivation):
    """An event, switched off."""

    is_on = False


def _mission_facts(body: Json, before: Goal | None = None) -> Json:
    """The columns behind the template's fields; target and its type are one requirement."""
    facts: Json = {name: body[name] for name in ("title", "is_active") if name in body}
    if "mission_type" in body:
        facts["period"] = _PERIODS[body["mission_type"]]
    if "reward" in body:
        facts["rewards"] = body["reward"]
    if "target" in body or "target_type" in body:
        key, target = goals.target_of(before) if before is not None else ("", 1)
        facts["requirements"] = {body.get("target_type", key): body.get("target", target)}
    return facts


class MissionTemplates(StageEndpoint):
    """All missions."""

    @describe(answer=wire.TemplateShape(many=True), refusals=(403,))
    def get(self, request: Request) -> Response:
        """In the order players see them, switched off or not."""
        return Response([_template(each) for each in Goal.objects.missions().kept().order_by("-priority", "pk")])

    @describe(body=wire.NewTemplate, answer=wire.TemplateShape, refusals=(403,))
    def post(self, request: Request) -> Response:
        """Makes one that comes round from now on."""
        facts = _mission_facts(self.body(wire.NewTemplate))
        with _called(rewards="reward", requirements="target"):
            return Response(_template(staging.create_mission(by=caller(request), facts=facts)))


class MissionTemplate(StageEndpoint):
    """One mission."""

    @describe(answer=wire.TemplateShape, refusals=(403, 404))
    def get(self, request: Request, mission_id: int) -> Response:
        """As it is."""
        return Response(_template(staging.find_mission(mission_id)))

    @describe(body=wire.TemplateFacts, answer=wire.TemplateShape, refusals=(403, 404))
    def put(self, request: Request, mission_id: int) -> Response:
        """Changes the fields the body names and no others."""
        facts = _mission_facts(self.body(wire.TemplateFacts), staging.find_mission(mission_id))
        with _called(rewards="reward", requirements="target"):
            return Response(_template(staging.change_mission(by=caller(request), mission_id=mission_id, facts=facts)))

    @describe(answer=wire.TakenOut, refusals=(403, 404))
    def delete(self, request: Request, mission_id: int) -> Response:
        """Switches it off; it can be switched on again."""
        staging.switch_mission(by=caller(request), mission_id=mission_id, on=False)
        return Response({"deleted": True})


class CatalogRewards(StageEndpoint):
    """The reward catalog."""

    @describe(answer=wire.CatalogShape(many=True), refusals=(403,))
    def get(self, request: Request) -> Response:
        """By their codes, switched off or not."""
        return Response([_reward(reward) for reward in CatalogReward.objects.order_by("code")])

    @describe(body=wire.NewCatalogReward, answer=wire.CatalogShape, refusals=(403, 409))
    def post(self, request: Request) -> Response:
        """Puts one in, under a code of its own."""
        return Response(_reward(staging.create_reward(by=caller(request), facts=self.body(wire.NewCatalogReward))))


class CatalogRewardItem(StageEndpoint):
    """One reward of the catalog."""

    @describe(answer=wire.CatalogShape, refusals=(403, 404))
    def get(self, request: Request, reward_id: int) -> Response:
        """As it is."""
        return Response(_reward(staging.find_reward(reward_id)))

    @describe(body=wire.CatalogFacts, answer=wire.CatalogShape, refusals=(403, 404, 409))
    def put(self, request: Request, reward_id: int) -> Response:
        """Changes the fields the body names and no others."""
        facts = self.body(wire.CatalogFacts)
        return Response(_reward(staging.change_reward(by=caller(request), reward_id=reward_id, facts=facts)))

    @describe(answer=wire.TakenOut, refusals=(403, 404))
    def delete(self, request: Request, reward_id: int) -> Response:
        """Takes it out; its code is free again."""
        staging.delete_reward(by=caller(request), reward_id=reward_id)
        return Response({"deleted": True})


class CatalogRewardActivation(StageEndpoint):
    """A reward of the catalog, switched on."""

    is_on = True

    @describe(answer=wire.CatalogShape, refusals=(403, 404))
    def post(self, request: Request, reward_id: int) -> Response:
        """Answers the reward as it then is."""
        return Response(_reward(staging.switch_reward(by=caller(request), reward_id=reward_id, on=self.is_on)))


class CatalogRewardDeactivation(CatalogRewardActivation):
    """A reward of the catalog, switched off."""

    is_on = False


class RewardsAudit(StageEndpoint):
    """Every reward that was given."""

    @describe(query=wire.RewardsAuditQuery, answer=wire.RewardsAudit, refusals=(403,))
    def get(self, request: Request) -> Response:
        """Newest first, by pages; of one player, one event or one source when asked."""
        asked = self.query(wire.RewardsAuditQuery)
        answer = record.page(
            player_id=asked.get("user_id"),
            event_id=asked.get("event_id"),
            source=asked.get("source", ""),
            page=asked["page"],
            page_size=asked["page_size"],
        )
        return Response(answer)
