"""What staff do to one row besides editing it: each deed has a page that asks for a reason, and one operation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import reverse

from accounts.admin.evidence import ReasonForm
from accounts.models import Player
from casino.lib.errors import Refusal

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Json = dict[str, Any]
Places = Mapping[str, tuple[str, ...]]
"""Codes of refusals, and names a refusal uses, with the form's fields that are meant; the first that the form has."""


@dataclass(frozen=True, slots=True)
class Deed:
    """One deed: its place in the address, its words, what it asks, what it does, and to which rows."""

    name: str
    label: StrOrPromise
    told: StrOrPromise
    form_class: type[ReasonForm]
    act: Callable[[Player, Any, Json], object]
    applies: Callable[[Any], bool] = lambda row: True
    is_grave: bool = False


def page_of(opts: Any, name: str, pk: object) -> str:
    """Where one of the pages of a row is."""
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_{name}", args=[pk])


def tell(form: forms.BaseForm, refusal: Refusal) -> None:
    """Puts a refusal beside the fields it names, anything else above the form; a form may say its `places`."""
    places: Places = getattr(form, "places", {})
    details = [detail for detail in refusal.details or () if "loc" in detail]
    named: list[tuple[Iterable[str], Any]] = [([detail["loc"][-1]], detail["msg"]) for detail in details]
    for names, message in named or [(places.get(refusal.code, ()), refusal.message)]:
        known = (place for name in names for place in places.get(name, (name,)))
        form.add_error(next((place for place in known if place in form.fields), None), str(message))
