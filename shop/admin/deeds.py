"""How many units there are of something on the shelf, as staff give it."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.admin import ReasonForm
from accounts.admin.deeds import Places

Json = dict[str, Any]
UNITS_MAX: Final = 2**31 - 1


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
    places: ClassVar[Places] = {"stock_remaining": ("units",), "stock_total": ("units",)}

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
