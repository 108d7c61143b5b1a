"""What staff changed in the shop: kept with what it was before, and told to every open shop after the commit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.db.models import Model

from accounts import audit
from accounts.models import Player
from casino.lib.days import stamp
from casino.lib.errors import Refusal, validation_error
from realtime import publish
from shop.models import LimitedPackage, Product

Json = dict[str, Any]


class Change(NamedTuple):
    """The facts that became different: as they were, and as they are."""

    before: Json
    after: Json


def shelf_changed(
    *,
    by: Player,
    action: str,
    target_type: str,
    target_id: str,
    before: Json | None,
    after: Json | None,
    reason: str = "",
    news: str,
    product_id: str | None = None,
    package_id: str | None = None,
    now: datetime,
) -> None:
    """Writes the audit row in the running transaction; `catalog_update` carries its id as version after the commit."""
    details: Json = {"before": before, "after": after} | ({"reason": reason} if reason else {})
    row = audit.record(action=action, target_type=target_type, target_id=target_id, actor=by, details=details, now=now)
    data = {"reason": news, "product_id": product_id, "package_id": package_id, "version": row.pk}

    def tell() -> None:
        publish.broadcast("catalog_update", data)

    transaction.on_commit(tell, robust=True)


def write(row: Model, facts: Mapping[str, Any]) -> Change | None:
    """Writes to a locked row what is different in `facts` and no other column; None when nothing is different."""
    changed = [name for name, value in facts.items() if _shown(getattr(row, name)) != _shown(value)]
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
    return {name: _shown(getattr(row, name)) for name in names}


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


def _shown(value: Any) -> Any:
    if isinstance(value, datetime):
        return stamp(value)
    if isinstance(value, Product):
        return value.product_id
    return value.code if isinstance(value, LimitedPackage) else value
