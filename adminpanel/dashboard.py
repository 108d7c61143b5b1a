"""Today in numbers: what the first page of the admin shows, read when it is opened."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from django.conf import settings
from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Coalesce, TruncDate

from accounts.cards import kind_name
from accounts.models import Account, Audit, AuthSession, Entry, Player
from adminpanel import charts
from adminpanel.models import Inspection
from casino.lib.days import day_of
from games import floor, offers, seen
from games.models import Game, GameType, Round
from games.seen import Seen
from games.tables import Rules
from shop import availability, packages
from shop.models import Currency, LimitedPackage, Product, Purchase, PurchaseStatus

Json = dict[str, Any]
CHART_DAYS: Final = 14
SELLERS: Final = 5
LOW_STOCK: Final = 20
ALARMS: Final = 5


def of_today(*, now: datetime) -> Json:
    """Every number of the page; a day is the UTC day."""
    midnight = datetime.combine(day_of(now), time.min, UTC)
    return {
        "as_of": now,
        "alarms": _alarms(now),
        "players": _players(now, midnight),
        "revenue": _revenue(now, midnight),
        "pending": _pending(now),
        "gold": _gold(midnight),
        "plays": _plays(midnight),
        "books": Inspection.objects.first(),
        "sellers": _best_sellers(now),
        "shelves": _stock_at_risk(now),
    }


def _alarms(now: datetime) -> list[Audit]:
    loud = Audit.objects.filter(severity__in=(Audit.Severity.CRITICAL, Audit.Severity.WARNING))
    return list(loud.filter(created_at__gt=now - timedelta(days=1)).order_by("-id")[:ALARMS])


def _players(now: datetime, midnight: datetime) -> Json:
    counted = Player.objects.aggregate(total=Count("pk"), new=Count("pk", filter=Q(created_at__gte=midnight)))
    online = AuthSession.objects.online(now).aggregate(number=Count("player", distinct=True))
    return {**counted, "online": online["number"]}


def _revenue(now: datetime, midnight: datetime) -> Json:
    """US cents of money purchases that succeeded, as the days they were settled on."""
    sold = Purchase.objects.filter(currency=Currency.USD, status=PurchaseStatus.SUCCESS)
    total = sold.aggregate(cents=Coalesce(Sum("amount"), 0))["cents"]
    first = midnight - timedelta(days=CHART_DAYS - 1)
    by_day = dict(
        sold.filter(settled_at__gte=first)
        .annotate(day=TruncDate("settled_at", tzinfo=UTC))
        .values_list("day")
        .annotate(cents=Sum("amount"))
    )
    days = [day_of(first + timedelta(days=number)) for number in range(CHART_DAYS)]
    return {
        "today": by_day.get(days[-1], 0),
        "total": total,
        "chart": charts.bars([(day, by_day.get(day, 0)) for day in days]),
    }


def _pending(now: datetime) -> Json:
    age = settings.PENDING_PURCHASE_MAX_AGE
    stale = Q(charged_at=None, created_at__lt=now - age)
    counted = Purchase.objects.pending().aggregate(waiting=Count("pk"), stale=Count("pk", filter=stale))
    return {**counted, "minutes": int(age.total_seconds() // 60)}


def _gold(midnight: datetime) -> Json:
    """What came into players' hands and what left them today, by why."""
    moved = Entry.objects.filter(created_at__gte=midnight).values_list("credit", "code").annotate(gold=Sum("amount"))
    minted: list[tuple[str, int]] = []
    burned: list[tuple[str, int]] = []
    for credit, code, gold in moved.order_by("-gold"):
        (minted if credit == Account.PLAYER else burned).append((kind_name(code), gold))
    top = max(sum(gold for _, gold in minted), sum(gold for _, gold in burned), 1)
    return {
        "minted": sum(gold for _, gold in minted),
        "burned": sum(gold for _, gold in burned),
        "net": sum(gold for _, gold in minted) - sum(gold for _, gold in burned),
        "minted_parts": charts.parts(minted, top),
        "burned_parts": charts.parts(burned, top),
    }


def _plays(midnight: datetime) -> Json:
    """Rounds, stakes and payouts of today, and per game the actual return beside the exact one."""
    games = sorted(Game.objects.select_related("config"), key=lambda game: GameType.values.index(game.pk))
    rules = {game.pk: floor.parsed(game.config.fingerprint) for game in games}
    today = seen.seen_in(Round.objects.settled().filter(created_at__gte=midnight), rules)
    return {
        "rounds": sum(one.rounds for one in today.values()),
        "wagered": sum(one.staked for one in today.values()),
        "paid": sum(one.paid for one in today.values()),
        "games": [_returned(game, rules[game.pk], today.get(GameType(game.pk))) for game in games],
    }


def _returned(game: Game, rules: Rules, today: Seen | None) -> Json:
    """A game's line, in percent; before its first round of the day the exact return is the one it offers."""
    facts: Json = {"name": GameType(game.pk).label, "is_paused": game.is_paused}
    if today is None:
        return {**facts, "exact": float(offers.offer(rules).rtp) * 100, "rounds": 0}
    exact, actual, spread = float(today.exact) * 100, today.returned * 100, today.spread * 100
    return {
        **facts,
        "exact": exact,
        "rounds": today.rounds,
        "actual": actual,
        "drawing": charts.interval(exact=exact, seen=actual, spread=spread),
        "is_odd": today.rounds > 1 and abs(actual - exact) > 2 * spread,
    }


def _best_sellers(now: datetime) -> list[Json]:
    """What sold most in a month, products and packages alike."""
    sold = Purchase.objects.filter(status=PurchaseStatus.SUCCESS, created_at__gt=now - timedelta(days=30))
    by_item = sold.order_by().values("item_name", "currency").annotate(number=Sum("quantity"), earned=Sum("amount"))
    return [dict(row) for row in by_item.order_by("-number", "item_name")[:SELLERS]]


def _stock_at_risk(now: datetime) -> list[Json]:
    """What is on sale and nearly gone, fewest free units first: products, and packages less the units that are held."""
    counted = Product.objects.on_sale().filter(stock_remaining__lte=LOW_STOCK).order_by("stock_remaining")[:SELLERS]
    low: list[Json] = [{"kind": "product", "good": product, "left": product.stock_remaining} for product in counted]
    limited = packages.with_held(LimitedPackage.objects.on_sale(now).filter(stock_total__isnull=False), now)
    nearly_gone = limited.filter(stock_total__lte=F("sold") + F("held") + LOW_STOCK)
    for package in nearly_gone.order_by(F("stock_total") - F("sold") - F("held"))[:SELLERS]:
        units = availability.of_package(package, now, held=package.held)  # type: ignore[attr-defined]
        low.append({"kind": "limitedpackage", "good": package, "left": units.free, "units": units})
    return sorted(low, key=lambda row: (row["left"], str(row["good"])))[:SELLERS]
