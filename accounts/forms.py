"""The forms of the door: what they need filled in, and what of a refusal belongs to which field."""

from __future__ import annotations

import re
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.signup import Application
from casino.lib.errors import Refusal

_PHONE: Final = re.compile(r"[0-9]{10,15}", re.ASCII)
_FIELD_OF: Final = {
    "INVITE_REQUIRED": "invite_code",
    "INVALID_INVITE": "invite_code",
    "SITE_ID_TAKEN": "site_id",
    "NICKNAME_TAKEN": "nickname",
    "PHONE_TAKEN": "phone_number",
}


class SignInForm(forms.Form):
    """A name and a password; both as typed."""

    nickname = forms.CharField(max_length=50)
    password = forms.CharField(max_length=128, strip=False)


class Form(forms.Form):
    """A form that says one thing about each field."""

    def problems(self) -> dict[str, str]:
        """The first problem of each field."""
        return {name: str(texts[0]) for name, texts in self.errors.items()}


class ResetForm(Form):
    """Who has lost the password, the code from staff, and the new password, typed twice alike."""

    site_id = forms.CharField(max_length=50, error_messages={"required": _("사이트 아이디를 적어 주세요")})
    code = forms.CharField(max_length=32, error_messages={"required": _("재설정 코드를 적어 주세요")})
    password = forms.CharField(strip=False, error_messages={"required": _("비밀번호를 적어 주세요")})
    confirm_password = forms.CharField(strip=False, required=False)

    def clean(self) -> dict[str, Any]:
        """The password is typed twice alike."""
        return _twice_alike(self, super().clean() or self.cleaned_data)


class SignUpForm(Form):
    """One account. Format is judged here, names and invite by `accounts.signup`."""

    site_id = forms.CharField(error_messages={"required": _("사이트 아이디를 적어 주세요")})
    nickname = forms.CharField(error_messages={"required": _("닉네임을 적어 주세요")})
    phone_number = forms.CharField(required=False)
    password = forms.CharField(strip=False, error_messages={"required": _("비밀번호를 적어 주세요")})
    confirm_password = forms.CharField(strip=False, required=False)
    invite_code = forms.CharField(required=False)
    accept_terms = forms.BooleanField(error_messages={"required": _("18세 이상 확인과 약관 동의가 필요합니다")})

    def clean_site_id(self) -> str:
        """3 to 50 characters; which ones `accounts.signup` knows."""
        return _within(self.cleaned_data["site_id"], 3, 50)

    def clean_nickname(self) -> str:
        """2 to 50 characters."""
        return _within(self.cleaned_data["nickname"], 2, 50)

    def clean_phone_number(self) -> str:
        """10 to 15 digits, or nothing."""
        number: str = self.cleaned_data["phone_number"]
        if number and not _PHONE.fullmatch(number):
            raise forms.ValidationError(_("숫자 10–15자리로 적어 주세요"))
        return number

    def clean_invite_code(self) -> str:
        """There must be one."""
        code: str = self.cleaned_data["invite_code"]
        if not code:
            raise forms.ValidationError(_("초대코드가 필요합니다"))
        return code

    def clean(self) -> dict[str, Any]:
        """The password is typed twice alike."""
        return _twice_alike(self, super().clean() or self.cleaned_data)

    def application(self) -> Application:
        """What the filled form asks for."""
        data = self.cleaned_data
        return Application(
            site_id=data["site_id"],
            nickname=data["nickname"],
            password=data["password"],
            invite_code=data["invite_code"],
            phone_number=data["phone_number"] or None,
            accept_terms=data["accept_terms"],
        )


def problems_of(refusal: Refusal) -> dict[str, str]:
    """A refusal's texts by the field they belong to; empty when it belongs to none."""
    if refusal.details:
        return {str(entry["loc"][-1]): str(entry["msg"]) for entry in reversed(refusal.details)}
    field = _FIELD_OF.get(refusal.code)
    return {field: str(refusal.message)} if field else {}


def _twice_alike(form: forms.Form, data: dict[str, Any]) -> dict[str, Any]:
    if "password" in data and data["password"] != data.get("confirm_password"):
        form.add_error("confirm_password", _("비밀번호가 서로 다릅니다"))
    return data


def _within(text: str, low: int, high: int) -> str:
    if not low <= len(text) <= high:
        raise forms.ValidationError(_("%(low)d–%(high)d자로 적어 주세요"), params={"low": low, "high": high})
    return text
