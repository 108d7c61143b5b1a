"""The terms of a goal: what it may ask for, and what it may pay."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from casino.lib.money import GOLD_LIMIT, is_storable

CLIENT_GOLD_MAX: Final = 1000
"""The most gold for what a player's own client reports."""
PAID: Final = ("gold", "exp", "experience")
"""What of a reward is paid; the last two are the same."""
_NAMES_MAX: Final = 20
_NAME_MAX: Final = 64


def check(requirements: object, rewards: object, *, is_client: bool) -> None:
    """Refuses terms that no goal may have, each at its field; `is_client`: the player's own client reports progress."""
    problems = {}
    for name, look, terms in (("requirements", _check_requirement, requirements), ("rewards", _check_reward, rewards)):
        try:
            for each, value in _pairs(terms):
                look(each, value)
        except ValidationError as problem:
            problems[name] = problem
    if is_client and not problems and isinstance(rewards, dict) and rewards.get("gold", 0) > CLIENT_GOLD_MAX:
        message = _("클라이언트가 진행을 알리는 목표의 골드 보상은 %(limit)s 이하여야 합니다")
        problems["rewards"] = ValidationError(message, params={"limit": f"{CLIENT_GOLD_MAX:,}"}, code="client_gold")
    if problems:
        raise ValidationError(problems)


def check_meta(meta: object) -> None:
    """Refuses all but an object that the database can store."""
    if not isinstance(meta, dict) or not is_storable(meta):
        raise ValidationError({"meta": _("저장할 수 있는 JSON 객체가 아닙니다")})


def _check_requirement(name: str, wanted: Any) -> None:
    if type(wanted) not in (int, float) or not 0 < wanted <= GOLD_LIMIT:
        raise ValidationError(_("%(name)s: 0보다 큰 수여야 합니다"), params={"name": name}, code="requirement")


def _check_reward(name: str, amount: Any) -> None:
    """Gold and XP are paid; whatever else a reward names is only shown."""
    if name in PAID and not (type(amount) is int and 0 <= amount <= GOLD_LIMIT):
        raise ValidationError(_("%(name)s: 0 이상의 정수여야 합니다"), params={"name": name}, code="reward")


def _pairs(terms: object) -> Iterator[tuple[str, Any]]:
    if not isinstance(terms, dict) or len(terms) > _NAMES_MAX or not is_storable(terms):
        raise ValidationError(_("이름과 값으로 된 객체여야 합니다 (최대 %(count)s개)"), params={"count": _NAMES_MAX})
    for name, value in terms.items():
        if not 1 <= len(name) <= _NAME_MAX:
            raise ValidationError(_("이름은 1~64자여야 합니다"), code="name")
        yield name, value
