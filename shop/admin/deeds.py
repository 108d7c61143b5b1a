"""What staff do to one row besides editing it: each deed has a page that asks for a reason, and one operation."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.admin import ReasonForm
from accounts.models import Player
from casino.lib.errors import Refusal

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Json = dict[str, Any]
UNITS_MAX: Final = 2**31 - 1
_FIELDS_OF: Final = {"PRODUCT_EXISTS": ("product_id", "sku"), "GOLD_FOR_GOLD": ("type",)}
"""Refusals that name no field, and the fields they are about; the first that the form has."""
_UNITS: Final = {"stock_remaining": "units", "stock_total": "units"}


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


class Way(models.TextChoices):
    """How a number of units is given."""

    SET = "set", _("이 수로 설정")
    CHANGE = "change", _("이만큼 변경 (+/−)")
    UNLIMITED = "unlimited", _("무제한")


class StockForm(ReasonForm):
    """How many units, given as a number or as a difference."""

    way = forms.ChoiceField(label=_("방법"), choices=Way, initial=Way.CHANGE, widget=forms.RadioSelect)
    units = forms.IntegerField(
        label=_("수량"),
        required=False,
        min_value=-UNITS_MAX,
        max_value=UNITS_MAX,
        help_text=_("변경할 때는 부호를 붙입니다. 예: -3"),
    )
    field_order = ("way", "units", "reason")

    def clean(self) -> Json:
        """A number where one is needed: never below zero to set, never zero to change."""
        given = super().clean() or {}
        way, units = given.get("way"), given.get("units")
        if "units" in self.errors or way == Way.UNLIMITED:
            return given
        if units is None:
            self.add_error("units", _("수량을 입력하세요"))
        elif way == Way.SET and units < 0:
            self.add_error("units", _("0 이상이어야 합니다"))
        elif way == Way.CHANGE and units == 0:
            self.add_error("units", _("0이 아닌 수를 입력하세요"))
        return given


def tell(form: forms.BaseForm, refusal: Refusal) -> None:
    """Puts a refusal beside the fields it names, anything else above the form."""
    details = [detail for detail in refusal.details or () if "loc" in detail]
    named: list[tuple[Iterable[str], Any]] = [([detail["loc"][-1]], detail["msg"]) for detail in details]
    for names, message in named or [(_FIELDS_OF.get(refusal.code, ()), refusal.message)]:
        form.add_error(_place(form, names), str(message))


def _place(form: forms.BaseForm, names: Iterable[str]) -> str | None:
    known = (_UNITS.get(name, name) for name in names)
    return next((name for name in known if name in form.fields), None)
