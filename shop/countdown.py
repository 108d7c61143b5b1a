"""How long something still lasts, in words: written by the server, counted on by static/js/shop/countdown.js."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext as _

from casino.lib import days

NEAR: Final = timedelta(hours=24)
"""An end that is nearer is counted down; one farther away is a date."""


@dataclass(frozen=True, slots=True)
class Countdown:
    """The way from `now` to `end`."""

    end: datetime
    now: datetime

    @property
    def stamp(self) -> str:
        """The end, as the page's script reads it."""
        return days.stamp(self.end)

    @property
    def is_near(self) -> bool:
        """Whether it is worth counting."""
        return self.end - self.now < NEAR

    @property
    def words(self) -> str:
        """`2일 04:20:00`, `04:20:00` or, in the last hour, `20:00`; a second that has begun counts."""
        whole, time = self._parts()
        return _("%(days)s일 %(time)s") % {"days": whole, "time": time} if whole else time

    @property
    def brief(self) -> str:
        """The same for a badge: `2일`, until the last day has begun."""
        whole, time = self._parts()
        return _("%(days)s일") % {"days": whole} if whole else time

    def _parts(self) -> tuple[int, str]:
        left = max(0, -((self.now - self.end) // timedelta(seconds=1)))
        minutes, seconds = divmod(left, 60)
        whole, hours = divmod(minutes // 60, 24)
        time = f"{minutes % 60:02d}:{seconds:02d}"
        return whole, time if left < 3600 else f"{hours:02d}:{time}"
