"""What staff changed of a row: only what is different is written, and both what it was and what it is are kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import singledispatch
from typing import Any, NamedTuple

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Model

from casino.lib.days import stamp
from casino.lib.errors import Refusal, validation_error

Json = dict[str, Any]


class Change(NamedTuple):
    """The facts that became different: as they were, and as they are."""

    before: Json
    after: Json


@singledispatch
def shown(value: Any) -> Any:
    """A fact as JSON shows it; an app teaches it how its own rows are called."""
    return value


@shown.register
def _(value: datetime) -> str:
    return stamp(value)


def write(row: Model, facts: Mapping[str, Any]) -> Change | None:
    """Writes to a locked row what is different in `facts` and no other column; None when nothing is different."""
    changed = [name for name, value in facts.items() if shown(getattr(row, name)) != shown(value)]
    if not changed:
        return None
    before = facts_of(row, changed)
    for name in changed:
        setattr(row, name, facts[name])
    check(row)
    row.save(update_fields=[*changed, "updated_at"])
    return Change(before, facts_of(row, changed))


def facts_of(row: Model, names: Iterable[str]) -> Json:
    """The named facts of a row as JSON shows them."""
    return {name: shown(getattr(row, name)) for name in names}


def check_names(facts: Iterable[str], known: Iterable[str]) -> None:
    """Only what staff may set is ever set: another name is a bug of the caller."""
    if strange := set(facts) - set(known):
        raise TypeError(f"not for staff to set: {', '.join(sorted(strange))}")


def check(row: Model) -> None:
    """Refuses what no such row may be; the sentences are the model's."""
    try:
        row.full_clean(validate_unique=False)
    except ValidationError as error:
        raise _refusal(error) from error


def _refusal(error: ValidationError) -> Refusal:
    found = ((name, each) for name, problems in error.error_dict.items() for each in problems)
    return validation_error(
        [
            {
                "loc": ["body"] if name == NON_FIELD_ERRORS else ["body", name],
                "msg": " ".join(each.messages),
                "type": each.code or "invalid",
            }
            for name, each in found
        ]
    )
