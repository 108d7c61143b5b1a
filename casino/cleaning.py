"""The club as it was on its first day: five accounts with 1000 gold each, and nothing that anybody did."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Final

from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.db import models
from django.db.models import F, Sum

from accounts import ledger
from accounts.models import (
    Action,
    Audit,
    AuthSession,
    Entry,
    EntryCode,
    FeedItem,
    Invite,
    LoginCounter,
    Notification,
    Player,
    PlayerName,
    Progress,
    Rank,
    ResetCode,
    Reward,
    Streak,
    StreakTable,
    Wallet,
)
from accounts.seal import unsealed
from accounts.seeding import SEED_ACCOUNTS, seed_players
from adminpanel.models import Campaign, Inspection
from casino.models import IdempotencyKey, RateCounter
from games.models import GameStats, RevealedSeed, Round
from realtime.models import Epoch, StreamEvent
from shop.models import (
    Hold,
    InventoryItem,
    LimitedPackage,
    Product,
    PromoCode,
    Purchase,
    PurchaseRefusal,
    WebhookEvent,
    WebhookNonce,
)

EMPTIED: Final[tuple[type[models.Model], ...]] = (
    IdempotencyKey,
    RateCounter,
    StreamEvent,
    GameStats,
    Round,
    RevealedSeed,
    InventoryItem,
    PurchaseRefusal,
    Purchase,
    Hold,
    WebhookEvent,
    WebhookNonce,
    Entry,
    Reward,
    Progress,
    Notification,
    Streak,
    Wallet,
    Action,
    FeedItem,
    AuthSession,
    LoginCounter,
    ResetCode,
    Session,
    LogEntry,
    Inspection,
    Campaign,
)
"""Emptied whole, children before parents."""

OF_OTHERS: Final[tuple[tuple[type[models.Model], str], ...]] = (
    (PlayerName, "player_id"),
    (Player.groups.through, "player_id"),
    (Player.user_permissions.through, "player_id"),
    (Player, "id"),
)
"""Emptied of every row that does not belong to a seed account."""

# Every wallet begins anew, and its entries and events are numbered by it: none can stay without the others.
_NEVER_SPARED: Final = frozenset({Wallet, Entry, StreamEvent})
_FORGETS_ITS_MAKER: Final[tuple[tuple[type[models.Model], str], ...]] = (
    (Audit, "actor_id"),
    (Invite, "created_by_id"),
    (StreakTable, "created_by_id"),
    (Campaign, "created_by_id"),
)


class Refused(Exception):
    """The club must not be cleaned now."""


class CannotSpare(Exception):
    """A table that was to be spared points at rows that go, or is not there at all."""


class _Rehearsed(Exception):
    """Rolls a dry run back."""


def clean(*, now: datetime, keep: Collection[str] = (), dry_run: bool = False) -> list[tuple[str, int]]:
    """Does it all in one transaction, or nothing; returns the rows removed per table."""
    players = seed_players()
    if len(players) != len(SEED_ACCOUNTS):
        raise Refused("all five seed accounts must exist; run seed first")
    spared = _spared(keep)
    removed: list[tuple[str, int]] = []
    try:
        with unsealed():
            if Purchase not in spared:
                _put_back_on_the_shelf()
            removed += _empty(players, spared)
            _check_nothing_dangles(spared)
            _begin_anew(players, now)
            if dry_run:
                raise _Rehearsed
    except _Rehearsed:
        return removed
    return removed


def _spared(names: Collection[str]) -> set[type[models.Model]]:
    tables = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}
    if unknown := sorted(set(names) - set(tables)):
        raise CannotSpare(f"there is no table {', '.join(unknown)}")
    spared = {tables[name] for name in names}
    if kept := sorted(model._meta.db_table for model in spared & _NEVER_SPARED):
        raise CannotSpare(f"{', '.join(kept)} points at wallets, which all begin anew")
    return spared


def _empty(players: list[Player], spared: set[type[models.Model]]) -> Iterator[tuple[str, int]]:
    staying = [player.pk for player in players]
    for model, field in _FORGETS_ITS_MAKER:
        _all(model).exclude(**{f"{field}__in": staying}).update(**{field: None})
    for model in EMPTIED:
        if model not in spared:
            yield model._meta.db_table, _remove(_all(model))
    for model, field in OF_OTHERS:
        if model not in spared:
            yield model._meta.db_table, _remove(_all(model).exclude(**{f"{field}__in": staying}))


def _check_nothing_dangles(spared: set[type[models.Model]]) -> None:
    for model in spared:
        for field in model._meta.concrete_fields:
            target = field.related_model
            if not field.is_relation or not isinstance(target, type):
                continue
            dangling = _all(model).exclude(**{field.attname: None}).exclude(**{f"{field.attname}__in": _all(target)})
            if dangling.exists():
                raise CannotSpare(f"{model._meta.db_table}.{field.column} points at rows of {target._meta.db_table}")


def _begin_anew(players: list[Player], now: datetime) -> None:
    Invite.objects.update(used_count=0)
    Player.objects.update(rank=Rank.STANDARD)
    for player in players:
        ledger.create_wallet(player.pk, code=EntryCode.SEED_RESET, now=now)
    Epoch.begin()


def _put_back_on_the_shelf() -> None:
    """What purchases took: units of products and packages, uses of promo codes."""
    took = Purchase.objects.filter(holds_stock=True, product__isnull=False)
    for product, quantity in took.order_by().values_list("product").annotate(Sum("quantity")):
        counted = Product.objects.filter(pk=product, stock_remaining__isnull=False)
        counted.update(stock_remaining=F("stock_remaining") + quantity)
    LimitedPackage.objects.update(sold=0)
    PromoCode.objects.update(used=0)


def _all(model: type[models.Model]) -> models.QuerySet[models.Model]:
    return model._base_manager.all()


def _remove(rows: models.QuerySet[models.Model]) -> int:
    # Straight to the table: what cascades is in the list, in the right order.
    return int(rows._raw_delete(using=rows.db))
