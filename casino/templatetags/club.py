"""How numbers and names are written on the club's pages."""

from __future__ import annotations

from django import template

register = template.Library()

MINUS = "\u2212"


@register.filter
def grouped(number: int | None) -> str:
    """A whole number with thousands separators: 128450 → 128,450."""
    return "" if number is None else f"{number:,}".replace("-", MINUS)


@register.filter
def signed(number: int) -> str:
    """A movement with its sign: +1,940, −100, 0."""
    return f"+{number:,}" if number > 0 else grouped(number)


@register.filter
def tone(number: int) -> str:
    """The colour class of a movement: gain above zero, loss below, soft at zero."""
    if number > 0:
        return "gain"
    return "loss" if number < 0 else "soft"


@register.filter
def dollars(cents: int) -> str:
    """US cents as a price: 474 → $4.74."""
    return f"${cents // 100:,}.{cents % 100:02d}"


@register.filter
def name_parts(name: str) -> tuple[str, str]:
    """The club's name and its last word, which the mark sets smaller."""
    first, _, last = name.rpartition(" ")
    return (first, last) if first else (last, "")


@register.filter
def capped(count: int) -> str:
    """A badge count: 9+ beyond nine."""
    return "9+" if count > 9 else str(count)
