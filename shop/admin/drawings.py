"""Small things drawn on the shelf's admin pages: states as badges, units as bars, prices as each rank sees them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.admin import drawings
from accounts.admin.drawings import named as named
from accounts.admin.drawings import standing as standing
from accounts.admin.drawings import window as window
from shop.availability import Availability
from shop.models import PromoCode

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class State(models.TextChoices):
    """Where something on the shelf stands."""

    ON_SALE = "on_sale", _("판매 중")
    SOLD_OUT = "sold_out", _("품절")
    SCHEDULED = "scheduled", _("시작 전")
    OVER = "over", _("기간 끝남")
    OFF = "off", _("꺼짐")
    STOPPED = "stopped", _("긴급 중지")
    DELETED = "deleted", _("삭제됨")


_TONES = {
    State.ON_SALE: "gain",
    State.SOLD_OUT: "loss",
    State.SCHEDULED: "live",
    State.OVER: "line",
    State.OFF: "line",
    State.STOPPED: "loss",
    State.DELETED: "loss",
}


def window_state(starts_at: datetime | None, ends_at: datetime | None, now: datetime) -> State | None:
    """Before or after a window; None inside it."""
    if starts_at is not None and now < starts_at:
        return State.SCHEDULED
    return State.OVER if ends_at is not None and ends_at <= now else None


def badge(state: State, label: StrOrPromise = "") -> SafeString:
    """The state as a badge."""
    return drawings.badge(_TONES[state], label or state.label)


def struck(price: str, before: str) -> SafeString:
    """A price, and the one it was before beside it where it differs."""
    if price == before:
        return plain(price)
    return format_html('<b>{}</b> <s class="faint">{}</s>', price, before)


def plain(price: str) -> SafeString:
    """A price as it is."""
    return format_html("<b>{}</b>", price)


def uses(promo: PromoCode) -> Availability:
    """A code's uses, to be drawn like units."""
    left = None if promo.max_uses is None else max(0, promo.max_uses - promo.used)
    return Availability(promo.max_uses, promo.used, 0, left)


def bar(units: Availability) -> str:
    """The units as a bar with one line of words, for a list."""
    return render_to_string("admin/shop/bar.html", {"units": units})


def panel(units: Availability, as_of: datetime, *, held_by: StrOrPromise) -> str:
    """The units as a bar and four numbers, for a page."""
    return render_to_string("admin/shop/availability.html", {"units": units, "as_of": as_of, "held_by": held_by})


@dataclass(frozen=True, slots=True)
class Seen:
    """What a player of one rank sees: the price, and why it cannot be bought if so."""

    rank: StrOrPromise
    price: SafeString
    blocked: StrOrPromise


def ranks(seen: Sequence[Seen]) -> str:
    """A line a rank."""
    return render_to_string("admin/shop/ranks.html", {"ranks": seen})
