"""Windows of time as staff read them: how long something is still on sale, or until it is."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def countdown(starts_at: datetime | None, ends_at: datetime | None, now: datetime) -> str:
    """What the clock says about a window: until it opens, until it closes, or that it is over."""
    if starts_at is not None and now < starts_at:
        return _until_it_opens(starts_at - now)
    if ends_at is None:
        return _("기한 없음")
    return _("끝남") if ends_at <= now else _until_it_closes(ends_at - now)


def span(starts_at: datetime | None, ends_at: datetime | None) -> str:
    """Both ends of a window, to the minute, in UTC."""
    return f"{_moment(starts_at)} – {_moment(ends_at)}"


def _moment(at: datetime | None) -> str:
    return "…" if at is None else f"{at:%Y-%m-%d %H:%M}"


def _until_it_closes(left: timedelta) -> str:
    if left >= _DAY:
        return ngettext("%(count)d일 남음", "%(count)d일 남음", left // _DAY) % {"count": left // _DAY}
    if left >= _HOUR:
        return ngettext("%(count)d시간 남음", "%(count)d시간 남음", left // _HOUR) % {"count": left // _HOUR}
    minutes = max(1, left // _MINUTE)
    return ngettext("%(count)d분 남음", "%(count)d분 남음", minutes) % {"count": minutes}


def _until_it_opens(left: timedelta) -> str:
    if left >= _DAY:
        return ngettext("%(count)d일 뒤 시작", "%(count)d일 뒤 시작", left // _DAY) % {"count": left // _DAY}
    if left >= _HOUR:
        return ngettext("%(count)d시간 뒤 시작", "%(count)d시간 뒤 시작", left // _HOUR) % {"count": left // _HOUR}
    minutes = max(1, left // _MINUTE)
    return ngettext("%(count)d분 뒤 시작", "%(count)d분 뒤 시작", minutes) % {"count": minutes}
