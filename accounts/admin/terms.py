"""The terms of a goal as staff write them: a line a name, `name = value`; JSON is read as well."""

from __future__ import annotations

import json
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from accounts.progress.goals import SERVER_KEYS

Json = dict[str, Any]
TEXT_MAX: Final = 4000


class TermsField(forms.CharField):
    """Names with their values, of which each is written as JSON; words need no quotes."""

    widget = forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "class": "code terms"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=TEXT_MAX, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """What is kept as lines; what staff typed as they typed it."""
        return as_lines(value) if isinstance(value, dict) else value

    def to_python(self, value: Any) -> Any:
        """The names with their values."""
        return value if isinstance(value, dict) else parsed(super().to_python(value) or "")

    def validate(self, value: Any) -> None:
        """Nothing: the operation says what a goal may ask for and pay."""

    def run_validators(self, value: Any) -> None:
        """The length of what was typed; the rest is the operation's."""
        super().run_validators(as_lines(value) if isinstance(value, dict) else value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether the terms differ, however they are written; what cannot be read is no less a change."""
        try:
            return bool(self.to_python(initial) != self.to_python(data))
        except ValidationError:
            return True


def as_lines(terms: Json) -> str:
    """A line a name."""
    return "\n".join(f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in terms.items())


def parsed(text: str) -> Json:
    """The names with their values; says which line cannot be read."""
    text = text.strip()
    if text.startswith("{"):
        return _from_json(text)
    found: Json = {}
    for number, line in enumerate(text.splitlines(), start=1):
        name, equals, value = (part.strip() for part in line.partition("="))
        if not line.strip():
            continue
        if not equals or not name or not value:
            raise ValidationError(_("%(line)s번째 줄: ‘이름 = 값’으로 적으세요") % {"line": number})
        if name in found:
            raise ValidationError(_("%(line)s번째 줄: 같은 이름이 두 번 있습니다") % {"line": number})
        found[name] = _value(value)
    return found


def server_keys() -> str:
    """What may be asked for and is counted by the club itself."""
    return render_to_string("admin/accounts/goal/keys.html", {"keys": sorted(SERVER_KEYS)})


def _value(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return text


def _from_json(text: str) -> Json:
    try:
        found = json.loads(text, object_pairs_hook=_without_repeats, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise ValidationError(_("JSON을 읽을 수 없습니다: 이름이 두 번 있거나 형식이 잘못되었습니다")) from error
    assert isinstance(found, dict)
    return found


def _no_number(word: str) -> Any:
    raise ValueError(word)


def _without_repeats(pairs: list[tuple[str, Any]]) -> Json:
    if len(dict(pairs)) != len(pairs):
        raise ValueError
    return dict(pairs)
