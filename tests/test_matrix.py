"""Who may do what: every method of every route, for everybody who may come. A route that is not listed here fails."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from accounts import sessions, tokens
from accounts.models import AuthSession, Goal, Invite, Notification, Player, Role
from accounts.progress import events, staging
from adminpanel import campaigns
from casino.opening import seed
from games.play import slots
from games.totals import shape
from shop.models import Purchase
from tests import cast

NOBODY, EXPIRED, REFRESH, BANNED = "nobody", "expired token", "refresh as access", "banned"
ADA, BOB = "ada", "bob"
AUDITOR, SUPPORT, SHOP, ECONOMY, OWNER = "auditor", "support", "shop", "economy", "owner"
STRANGERS: Final = (NOBODY, EXPIRED, REFRESH, BANNED)
STAFF: Final = (AUDITOR, SUPPORT, SHOP, ECONOMY, OWNER)
CALLERS: Final = (*STRANGERS, ADA, BOB, *STAFF)
METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")

Expected = dict[str, int]


def everybody(status: int = 200) -> Expected:
    """The same for all: a bad token on a public path is nobody's."""
    return dict.fromkeys(CALLERS, status)


def signed_in(status: int = 200, **others: int) -> Expected:
    """401 for strangers; `others` names callers with another status."""
    return dict.fromkeys(STRANGERS, 401) | dict.fromkeys((ADA, BOB, *STAFF), status) | others


def staff(status: int = 200) -> Expected:
    """A staff GET: every role may look."""
    return signed_in(status, ada=403, bob=403)


def roles(*allowed: str, status: int = 200) -> Expected:
    """A staff write: these roles and owners."""
    return signed_in(403) | dict.fromkeys((*allowed, OWNER), status)


@dataclass
class Row:
    """One route: how to call it, and what each method answers to whom. Other methods: 405 for all."""

    path: str
    methods: dict[str, Expected]
    body: dict[str, Any] = field(default_factory=dict)


def page(path: str, **more: Expected) -> Row:
    """A page everybody may see."""
    return Row(path, {"GET": everybody(), **more})


def reads(path: str, expected: Expected) -> Row:
    """A path that is only read."""
    return Row(path, {"GET": expected})


def writes(path: str, expected: Expected, **body: Any) -> Row:
    """A path that is only written to."""
    return Row(path, {"POST": expected}, body)


def profile_door(path: str, *methods: str) -> Row:
    """One of the names of the own account; nothing is changed by an empty body."""
    return Row(path, {method: signed_in() for method in ("GET", *methods)})


TABLE: Final[dict[str, Row]] = {
    # pages
    "": page("/"),
    "login": page("/login", POST=everybody(422)),
    "signup": page("/signup", POST=everybody(422)),
    "reset": page("/reset", POST=everybody(422)),
    "logout": Row("/logout", {"POST": everybody(302)}),
    "profile": page("/profile"),
    "events": page("/events"),
    "notifications": page("/notifications"),
    "terms": page("/terms"),
    "privacy": page("/privacy"),
    "offline": page("/offline"),
    "games": page("/games"),
    "games/slot": page("/games/slot"),
    "games/crash": page("/games/crash"),
    "history": page("/history"),
    "leaderboard": page("/leaderboard"),
    "rounds/<str:round_id>": page("/rounds/{round}"),
    "games/rps": page("/games/rps"),
    "games/gacha": page("/games/gacha"),
    "fairness": page("/fairness"),
    "fairness/verifier.html": page("/fairness/verifier.html"),
    "odds": page("/odds"),
    "odds.csv": page("/odds.csv"),
    "shop": page("/shop"),
    "shop/history": page("/shop/history"),
    "i18n/setlang": Row("/i18n/setlang", {method: everybody(302) for method in METHODS}),
    "jsi18n/<slug:language>.js": page("/jsi18n/en.js"),
    "admin": Row("/admin", {method: everybody(302) for method in METHODS}),
    "admin/points/": page("/admin/points/"),
    # operators
    "api": page("/api"),
    "health": page("/health"),
    "healthz": page("/healthz"),
    "metrics": page("/metrics"),
    "openapi.json": page("/openapi.json"),
    "docs": page("/docs"),
    "redoc": page("/redoc"),
    "asyncapi.json": page("/asyncapi.json"),
    "asyncapi": page("/asyncapi"),
    # accounts
    "api/auth/signup": writes("/api/auth/signup", everybody(422)),
    "api/auth/register": writes("/api/auth/register", everybody(), invite_code="5858", nickname="somebody"),
    "api/auth/login": writes("/api/auth/login", everybody(), site_id="ada", password="correct horse"),
    "api/auth/admin/login": writes("/api/auth/admin/login", everybody(401), site_id="ada", password="correct horse"),
    "api/auth/refresh": writes("/api/auth/refresh", everybody(401), refresh_token="not one of ours"),
    "api/auth/logout": writes("/api/auth/logout", signed_in()),
    "api/auth/logout-all": writes("/api/auth/logout-all", signed_in()),
    "api/auth/sessions": reads("/api/auth/sessions", signed_in()),
    "api/auth/sessions/<str:sid>": Row("/api/auth/sessions/{ada_session}", {"DELETE": signed_in(404, ada=200)}),
    "api/auth/me": profile_door("/api/auth/me", "PUT", "PATCH"),
    "api/auth/profile": profile_door("/api/auth/profile", "PUT", "PATCH"),
    "api/users/me": profile_door("/api/users/me", "PUT", "PATCH"),
    "api/users/profile": profile_door("/api/users/profile", "PUT"),
    "api/auth/me/delete": writes("/api/auth/me/delete", signed_in(), password="correct horse"),
    "api/auth/me/export": reads("/api/auth/me/export", signed_in()),
    "api/auth/reset": writes("/api/auth/reset", everybody(400), site_id="ada", code="AAAA", password="battery staple"),
    "api/auth/verify-invite": writes("/api/auth/verify-invite", everybody(), code="5858"),
    "api/invite/validate": writes("/api/invite/validate", everybody(), code="5858"),
    "api/invite/generate": writes("/api/invite/generate", roles(SUPPORT)),
    "api/invite/codes": reads("/api/invite/codes", staff()),
    "api/invite/codes/<str:code>/deactivate": Row("/api/invite/codes/5858/deactivate", {"PATCH": roles(SUPPORT)}),
    "api/invite/stats": reads("/api/invite/stats", staff()),
    "api/admin/users/elevate": writes("/api/admin/users/elevate", everybody(), site_id="bob"),
    "api/admin/users/import": writes("/api/admin/users/import", roles(SUPPORT, status=422)),  # no file
    "api/users/balance": reads("/api/users/balance", signed_in()),
    "api/users/stats": reads("/api/users/stats", signed_in()),
    "api/users/ledger": reads("/api/users/ledger", signed_in()),
    "api/users/ledger.csv": reads("/api/users/ledger.csv", signed_in()),
    "api/users/<int:user_id>": reads("/api/users/{ada}", signed_in()),
    # streaks and VIP points
    "api/streak/status": reads("/api/streak/status", signed_in()),
    "api/streak/tick": writes("/api/streak/tick", signed_in()),
    "api/streak/preview": reads("/api/streak/preview", signed_in()),
    "api/streak/claim": writes("/api/streak/claim", signed_in()),
    "api/streak/reset": writes("/api/streak/reset", signed_in()),
    "api/streak/history": reads("/api/streak/history?year=2026&month=1", signed_in()),
    "api/streak/protection": Row(
        "/api/streak/protection", {"GET": signed_in(), "POST": signed_in()}, {"enabled": True}
    ),
    "api/vip/status": reads("/api/vip/status", signed_in()),
    "api/vip/claim": writes("/api/vip/claim", signed_in()),
    "api/dashboard": reads("/api/dashboard", signed_in()),
    "api/notifications": reads("/api/notifications", signed_in()),
    "api/notifications/unread-count": reads("/api/notifications/unread-count", signed_in()),
    "api/notifications/read-all": writes("/api/notifications/read-all", signed_in()),
    "api/notifications/<int:notice_id>/read": writes("/api/notifications/{notice}/read", signed_in(404, ada=200)),
    "api/actions": writes("/api/actions", signed_in(), action_type="OPENED_SHOP"),
    "api/actions/bulk": writes("/api/actions/bulk", signed_in(), items=[{"action_type": "OPENED_SHOP"}]),
    "api/actions/recent/<int:user_id>": reads("/api/actions/recent/{ada}", signed_in(bob=403)),
    "api/rewards/distribute": writes(
        "/api/rewards/distribute",
        roles(ECONOMY, status=404),
        user_id=10**9,
        reward_type="GOLD",
        amount=5,
        source_description="nobody is there",
    ),
    "api/rewards/users/<int:user_id>/rewards": reads("/api/rewards/users/{ada}/rewards", signed_in(bob=403)),
    # staff tools
    "api/admin/campaigns": Row(
        "/api/admin/campaigns", {"GET": staff(), "POST": roles(SUPPORT)}, {"title": "Hats", "message": "are here"}
    ),
    "api/admin/campaigns/<int:campaign_id>/cancel": writes("/api/admin/campaigns/{campaign}/cancel", roles(SUPPORT)),
    "api/admin/users": reads("/api/admin/users", staff()),
    "api/admin/users/<int:user_id>": Row(
        "/api/admin/users/{ada}",
        {"GET": staff(), "PUT": roles(SUPPORT), "PATCH": roles(SUPPORT)},
        {"user_rank": "PREMIUM", "is_active": True},
    ),
    "api/admin/users/<int:user_id>/rank": Row(
        "/api/admin/users/{ada}/rank", {"PUT": roles(SUPPORT)}, {"user_rank": "PREMIUM"}
    ),
    "api/admin/users/<int:user_id>/status": Row(
        "/api/admin/users/{ada}/status", {"PUT": roles(SUPPORT)}, {"is_active": False}
    ),
    "api/admin/users/<int:user_id>/ban": writes("/api/admin/users/{ada}/ban", roles(SUPPORT), reason="rude"),
    "api/admin/users/<int:user_id>/unban": writes("/api/admin/users/{ada}/unban", roles(SUPPORT)),
    "api/admin/users/<int:user_id>/logs": reads("/api/admin/users/{ada}/logs", staff()),
    "api/admin/stats": reads("/api/admin/stats", staff()),
    "api/admin/audit/logs": reads("/api/admin/audit/logs", staff()),
    "api/admin/audit/logs.csv": reads("/api/admin/audit/logs.csv", staff()),
    "api/admin/users/<int:user_id>/gold/grant": writes(
        "/api/admin/users/{ada}/gold/grant", roles(ECONOMY), amount=5, reason="for the delay"
    ),
    "api/admin/users/<int:user_id>/reset-code": writes(
        "/api/admin/users/{ada}/reset-code", roles(SUPPORT), reason="a call, and we know the voice"
    ),
    # realtime
    "api/metrics/global": reads("/api/metrics/global", everybody()),
    "api/metrics/stream": reads("/api/metrics/stream", everybody()),
    "api/admin/stream": reads("/api/admin/stream", staff()),
    "api/realtime/events": reads("/api/realtime/events", signed_in()),
    "api/test/realtime/emit/profile_update": writes(
        "/api/test/realtime/emit/profile_update", signed_in(), changes={"level": 2}
    ),
    "api/test/realtime/emit/reward_granted": writes(
        "/api/test/realtime/emit/reward_granted", signed_in(), reward_type="distribute", amount=5
    ),
    "api/test/realtime/emit/purchase_update": writes(
        "/api/test/realtime/emit/purchase_update", signed_in(), status="pending"
    ),
    "api/test/realtime/emit/stats_update": writes(
        "/api/test/realtime/emit/stats_update", signed_in(), stats=shape(1, {}, 0)
    ),
    # events and missions
    "api/events": reads("/api/events", signed_in()),
    "api/events/<int:event_id>": reads("/api/events/{event}", signed_in()),
    "api/events/join": writes("/api/events/join", signed_in(404), event_id=0),
    "api/events/progress/<int:event_id>": Row(
        "/api/events/progress/{event}", {"PUT": signed_in()}, {"progress": {"steps": 1}}
    ),
    "api/events/claim/<int:event_id>": writes("/api/events/claim/{event}", signed_in(400)),
    "api/events/missions/all": reads("/api/events/missions/all", signed_in()),
    "api/events/missions/daily": reads("/api/events/missions/daily", signed_in()),
    "api/events/missions/weekly": reads("/api/events/missions/weekly", signed_in()),
    "api/events/missions/progress": Row(
        "/api/events/missions/progress", {"PUT": signed_in(404)}, {"mission_id": 0, "progress_increment": 1}
    ),
    "api/events/missions/claim/<int:mission_id>": writes(
        "/api/events/missions/claim/{mission}", signed_in(400, ada=200)
    ),
    "api/missions": reads("/api/missions", signed_in()),
    "api/missions/<int:mission_id>/claim": writes("/api/missions/{mission}/claim", signed_in(400, ada=200)),
    "api/admin/events": Row(
        "/api/admin/events",
        {"GET": staff(), "POST": roles(ECONOMY)},
        {"title": "Hats", "event_type": "x", "start_date": "2026-01-01", "end_date": "2027-01-01", "rewards": {}},
    ),
    "api/admin/events/<int:event_id>": Row(
        "/api/admin/events/{event}",
        {"PUT": roles(ECONOMY), "PATCH": roles(ECONOMY), "DELETE": roles(ECONOMY)},
        {"priority": 5},
    ),
    "api/admin/events/<int:event_id>/activate": writes("/api/admin/events/{event}/activate", roles(ECONOMY)),
    "api/admin/events/<int:event_id>/deactivate": writes("/api/admin/events/{event}/deactivate", roles(ECONOMY)),
    "api/admin/events/<int:event_id>/restore": writes("/api/admin/events/{event}/restore", roles(ECONOMY)),
    "api/admin/events/<int:event_id>/participations": reads("/api/admin/events/{event}/participations", staff()),
    "api/admin/events/<int:event_id>/force-claim/<int:user_id>": writes(
        "/api/admin/events/{event}/force-claim/{ada}", roles(ECONOMY)
    ),
    "api/admin/events/seed/model-index": writes("/api/admin/events/seed/model-index", roles(ECONOMY)),
    "api/admin/content/events": Row(
        "/api/admin/content/events",
        {"GET": staff(), "POST": roles(ECONOMY)},
        {"name": "Hats", "start_at": "2026-01-01", "end_at": "2027-01-01"},
    ),
    "api/admin/content/events/<int:event_id>": Row(
        "/api/admin/content/events/{event}",
        {"GET": staff(), "PUT": roles(ECONOMY), "DELETE": roles(ECONOMY)},
        {"name": "Hats"},
    ),
    "api/admin/content/events/<int:event_id>/activate": writes(
        "/api/admin/content/events/{event}/activate", roles(ECONOMY)
    ),
    "api/admin/content/events/<int:event_id>/deactivate": writes(
        "/api/admin/content/events/{event}/deactivate", roles(ECONOMY)
    ),
    "api/admin/content/missions/templates": Row(
        "/api/admin/content/missions/templates",
        {"GET": staff(), "POST": roles(ECONOMY)},
        {"title": "Hats", "mission_type": "daily"},
    ),
    "api/admin/content/missions/templates/<int:mission_id>": Row(
        "/api/admin/content/missions/templates/{mission}",
        {"GET": staff(), "PUT": roles(ECONOMY), "DELETE": roles(ECONOMY)},
        {"title": "Hats"},
    ),
    "api/admin/content/rewards/catalog": Row(
        "/api/admin/content/rewards/catalog",
        {"GET": staff(), "POST": roles(ECONOMY)},
        {"code": "HAT-2", "reward_type": "GOLD", "amount": 5},
    ),
    "api/admin/content/rewards/catalog/<int:reward_id>": Row(
        "/api/admin/content/rewards/catalog/{reward}",
        {"GET": staff(), "PUT": roles(ECONOMY), "DELETE": roles(ECONOMY)},
        {"amount": 5},
    ),
    "api/admin/content/rewards/catalog/<int:reward_id>/activate": writes(
        "/api/admin/content/rewards/catalog/{reward}/activate", roles(ECONOMY)
    ),
    "api/admin/content/rewards/catalog/<int:reward_id>/deactivate": writes(
        "/api/admin/content/rewards/catalog/{reward}/deactivate", roles(ECONOMY)
    ),
    "api/admin/content/rewards/audit": reads("/api/admin/content/rewards/audit", staff()),
    # games
    "api/games": reads("/api/games", everybody()),
    "api/games/slot/spin": writes("/api/games/slot/spin", signed_in(), bet_amount=10),
    "api/games/rps/play": writes("/api/games/rps/play", signed_in(), choice="rock", bet_amount=10),
    "api/games/gacha/pull": writes("/api/games/gacha/pull", signed_in()),
    "api/gacha/pull": writes("/api/gacha/pull", signed_in()),
    "api/games/crash/bet": writes("/api/games/crash/bet", signed_in(), bet_amount=10),
    "api/games/crash/cashout": writes("/api/games/crash/cashout", signed_in(404)),
    "api/games/crash/active": reads("/api/games/crash/active", signed_in()),
    "api/games/gacha/config": reads("/api/games/gacha/config", everybody()),
    "api/games/gacha/stats": reads("/api/games/gacha/stats", signed_in()),
    "api/games/stats/me": reads("/api/games/stats/me", signed_in()),
    "api/games/stats/<int:user_id>": reads("/api/games/stats/{ada}", signed_in(bob=403)),
    "api/games/stats/recalculate/<int:user_id>": writes("/api/games/stats/recalculate/{ada}", roles(ECONOMY)),
    "api/games/history": reads("/api/games/history", signed_in()),
    "api/games/leaderboard": reads("/api/games/leaderboard", everybody()),
    "api/games/rounds/<str:round_id>": reads("/api/games/rounds/{round}", everybody()),
    "api/admin/gacha/config": Row(
        "/api/admin/gacha/config", {"GET": staff(), "POST": roles(ECONOMY)}, {"cost_single": 510}
    ),
    "api/odds": reads("/api/odds", everybody()),
    "api/fairness": reads("/api/fairness", signed_in()),
    "api/fairness/rotate": writes("/api/fairness/rotate", signed_in()),
    "api/fairness/client-seed": Row("/api/fairness/client-seed", {"PUT": signed_in()}, {"client_seed": "ada's own"}),
    "api/fairness/verify": writes("/api/fairness/verify", everybody(422)),
    # shop
    "api/shop/catalog": reads("/api/shop/catalog", everybody()),
    "api/shop/items": reads("/api/shop/items", everybody()),
    "api/shop/products": reads("/api/shop/products", everybody()),
    "api/shop/buy": writes("/api/shop/buy", signed_in(), product_id="1001"),
    "api/shop/buy/<str:product_id>": writes("/api/shop/buy/1001", signed_in()),
    "api/shop/transactions": reads("/api/shop/transactions", signed_in()),
    "api/shop/transactions/<str:receipt>": reads("/api/shop/transactions/{receipt}", signed_in(bob=404)),
    "api/shop/transactions/<str:receipt>/settle": writes(
        "/api/shop/transactions/{receipt}/settle", signed_in(404, ada=200)
    ),
    "api/shop/inventory": reads("/api/shop/inventory", signed_in()),
    "api/shop/webhook/payment": writes("/api/shop/webhook/payment", everybody(401)),  # nobody there has signed
    "api/admin/transactions": reads("/api/admin/transactions", staff()),
    "api/admin/transactions/<str:receipt>/force-settle": writes(
        "/api/admin/transactions/{pending_receipt}/force-settle", roles(SHOP)
    ),
    "api/admin/transactions/<str:receipt>/refund": writes(
        "/api/admin/transactions/{receipt}/refund", roles(SHOP), reason="paid twice"
    ),
    "api/shop/admin/products": Row(
        "/api/shop/admin/products",
        {"GET": staff(), "POST": roles(SHOP)},
        {"product_id": "hat", "name": "Hat", "price": 5},
    ),
    "api/shop/admin/products/<str:product_id>": Row(
        "/api/shop/admin/products/1001",
        {"GET": staff(), "PUT": roles(SHOP), "PATCH": roles(SHOP), "DELETE": roles(SHOP)},
        {"price": 5},
    ),
    "api/shop/admin/products/<str:product_id>/restore": writes("/api/shop/admin/products/1001/restore", roles(SHOP)),
    "api/admin/limited-packages/upsert": writes(
        "/api/admin/limited-packages/upsert", roles(SHOP), package_id="HATS", name="Hats", price=5
    ),
    "api/admin/limited-packages/<str:package_id>/disable": writes(
        "/api/admin/limited-packages/VIP_BLITZ/disable", roles(SHOP)
    ),
    "api/admin/promo-codes/upsert": writes("/api/admin/promo-codes/upsert", roles(SHOP), code="HAT", value=5),
    "api/admin/limited/toggle": writes("/api/admin/limited/toggle", roles(SHOP), code="VIP_BLITZ", active=False),
    "api/admin/limited/period": writes(
        "/api/admin/limited/period", roles(SHOP), code="VIP_BLITZ", start_at="2026-01-01", end_at="2027-01-01"
    ),
    "api/admin/limited/stock": writes("/api/admin/limited/stock", roles(SHOP), code="VIP_BLITZ", initial_stock=5),
    "api/admin/limited/per-user-limit": writes(
        "/api/admin/limited/per-user-limit", roles(SHOP), code="VIP_BLITZ", per_user_limit=5
    ),
    "api/admin/limited/promo/set": writes(
        "/api/admin/limited/promo/set", roles(SHOP), code="VIP_BLITZ", promo_code="HAT", cents_off=5
    ),
    "api/admin/limited/promo/clear": writes(
        "/api/admin/limited/promo/clear", roles(SHOP, status=404), code="VIP_BLITZ", promo_code="HAT"
    ),
    "api/admin/shop/items": Row(
        "/api/admin/shop/items", {"GET": signed_in(307, ada=403, bob=403), "POST": roles(SHOP, status=307)}
    ),
    "api/admin/shop/items/<str:product_id>": Row(
        "/api/admin/shop/items/1001", {method: roles(SHOP, status=307) for method in ("PUT", "DELETE")}
    ),
    "api/admin/shop/items/<str:product_id>/discount": Row(
        "/api/admin/shop/items/1001/discount", {"PATCH": roles(SHOP, status=410)}
    ),
    "api/admin/shop/items/<str:product_id>/rank": Row(
        "/api/admin/shop/items/1001/rank", {"PATCH": roles(SHOP, status=410)}
    ),
    "api/shop/limited-packages": reads("/api/shop/limited-packages", everybody()),
    "api/shop/limited/catalog": reads("/api/shop/limited/catalog", everybody()),
    "api/shop/limited/hold": writes("/api/shop/limited/hold", signed_in(), package_id="VIP_BLITZ"),
    "api/shop/limited/hold/<str:hold_id>": Row("/api/shop/limited/hold/{hold}", {"DELETE": signed_in(404, ada=200)}),
    "api/shop/buy-limited": writes("/api/shop/buy-limited", signed_in(), package_id="VIP_BLITZ"),
    "api/shop/limited/buy": writes("/api/shop/limited/buy", signed_in(), package_id="VIP_BLITZ"),
    "api/shop/promo/preview": writes("/api/shop/promo/preview", signed_in(), promo_code="NONE", package_id="VIP_BLITZ"),
}


def routes(patterns: list[Any], prefix: str = "") -> Iterator[str]:
    """Every route of the club but those inside the Django admin."""
    for each in patterns:
        route = prefix + str(each.pattern)
        if isinstance(each, URLResolver):
            if route != "admin/":
                yield from routes(each.url_patterns, route)
        elif isinstance(each, URLPattern):
            yield route


def test_every_route_is_listed_and_every_listed_route_exists() -> None:
    assert sorted(routes(get_resolver().url_patterns)) == sorted(TABLE)


@dataclass
class World:
    """Everybody who calls, with their headers, and the things that paths name."""

    headers: dict[str, dict[str, str]]
    names: dict[str, Any]


def _session(player: Player) -> sessions.Grant:
    where = sessions.Client(ip="127.0.0.1", user_agent="tests")
    return sessions.begin(player=player, kind=AuthSession.Kind.API, client=where, now=timezone.now())


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def world(db: None) -> World:
    list(seed(now=timezone.now()))
    players = {name: cast.enrol(name, gold=5000) for name in (ADA, BOB, BANNED, "late")}
    players |= {role: cast.enrol(f"sam-{role}", gold=5000, role=Role(role)) for role in STAFF}
    grants = {name: _session(player) for name, player in players.items()}
    grants["late"].session.rotated_at -= timedelta(hours=1)
    late = tokens.access_token(grants["late"].session, players["late"])
    Player.objects.filter(pk=players[BANNED].pk).update(is_banned=True)
    refresh = grants[ADA].refresh
    assert refresh is not None
    headers = {name: _bearer(tokens.access_token(grant.session, grant.player)) for name, grant in grants.items()}
    headers |= {NOBODY: {}, EXPIRED: _bearer(late), REFRESH: _bearer(str(refresh))}
    played = slots.spin(player=players[ADA], stake=10, lines=1, key=None)
    buyer = cast.Caller(players[ADA])
    receipt = buyer.post("/api/shop/buy", {"product_id": "1001"}).json()["receipt_code"]
    waits = {"product_id": "1001", "gateway_mode": "external"}
    waiting = buyer.post("/api/shop/buy", waits).json()["receipt_code"]
    names = {
        "ada": players[ADA].pk,
        "ada_session": grants[ADA].session.sid,
        "round": played.round.round_id,
        "receipt": receipt,
        "pending_receipt": waiting,
        "notice": Notification.objects.filter(player=players[ADA]).latest("pk").pk,
        "campaign": campaigns.plan(by=players[OWNER], title="Hats", message="are here").pk,
        "hold": buyer.post("/api/shop/limited/hold", {"package_id": "WEEKEND_STARTER"}).json()["hold_id"],
    }
    names |= _goals_of(players[ADA], by=players[OWNER])
    assert Purchase.objects.filter(receipt_code=receipt, player=players[ADA]).exists()
    assert Invite.objects.filter(code="5858").exists()
    return World(headers, names)


def _goals_of(ada: Player, *, by: Player) -> dict[str, int]:
    """An event that ada takes part in, a mission that her spin has reached, a reward of the catalog."""
    event = Goal.objects.events().order_by("pk").first()
    mission = Goal.objects.missions().get(title="첫 게임 플레이")
    assert event is not None
    events.join(player=ada, event_id=event.pk)
    reward = staging.create_reward(by=by, facts={"code": "HAT", "reward_type": "GOLD", "amount": 5})
    return {"event": event.pk, "mission": mission.pk, "reward": reward.pk}


def _status(world: World, row: Row, method: str, caller: str) -> int:
    """What the caller is answered; whatever the call did is undone."""
    with transaction.atomic():
        response = Client().generic(
            method,
            row.path.format(**world.names),
            data=json.dumps(row.body) if row.body else b"",
            content_type="application/json" if row.path.startswith("/api/") else "application/x-www-form-urlencoded",
            headers=world.headers[caller],
        )
        transaction.set_rollback(True)
    return response.status_code


def test_every_method_of_every_route_answers_everybody_as_listed(world: World) -> None:
    deviations = []
    for row in TABLE.values():
        for method in METHODS:
            expected = row.methods.get(method, everybody(405))
            for caller in CALLERS:
                status = _status(world, row, method, caller)
                if status != expected[caller]:
                    deviations.append(f"{method} {row.path} as {caller}: {status}, not {expected[caller]}")
    assert not deviations, "\n".join(deviations)


PROGRESS_LISTS: Final = (
    "event", "mission", "progress", "streak", "streaktable", "reward", "catalogreward", "notification",
)  # fmt: skip
ADMIN_LISTS: Final = {
    "accounts": ("player", "wallet", "entry", "authsession", "invite", "audit", "action", *PROGRESS_LISTS),
    "games": ("round", "game", "gameconfig", "gamestats", "revealedseed"),
    "shop": ("product", "purchase", "purchaserefusal", "inventoryitem"),
    "realtime": ("streamevent",),
    "adminpanel": ("inspection", "campaign"),
}


def test_admin_lists_show_themselves_to_every_role_and_to_nobody_else(world: World) -> None:
    deviations = []
    for path in ["/admin/", *(f"/admin/{app}/{model}/" for app, models in ADMIN_LISTS.items() for model in models)]:
        for caller in CALLERS:
            status = _status(world, Row(path, {}), "GET", caller)
            if status != (200 if caller in STAFF else 302):
                deviations.append(f"{path} as {caller}: {status}")
    assert not deviations, "\n".join(deviations)
