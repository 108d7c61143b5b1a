"""What staff tools refuse, each with its code and its text."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from casino.lib.errors import Refusal, invalid


def campaign_not_scheduled() -> Refusal:
    """400: it is being sent, was sent or was called off."""
    return Refusal("CAMPAIGN_NOT_SCHEDULED", 400, _("예약 상태인 소식만 취소할 수 있습니다"))


def unknown_zone() -> Refusal:
    """422: no time zone is called so."""
    return invalid("tz", _("알 수 없는 시간대입니다"), "unknown", place="query")


def unknown_targets() -> Refusal:
    """422: some of the named players do not exist."""
    return invalid("user_ids", _("없는 플레이어가 있습니다"), "unknown")
