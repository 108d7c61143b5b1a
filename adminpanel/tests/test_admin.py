"""The staff door, what stands behind it, and what nobody may change there."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import rewards
from accounts.cards import kind_name
from accounts.ledger import open_wallet
from accounts.models import Audit, AuthSession, Entry, EntryCode, Invite, Player, Reward, Role, Wallet
from adminpanel import charts, dashboard
from adminpanel.inspection import inspect
from adminpanel.roles import seed_roles
from casino.opening import seed
from games.engine import gacha_returns
from games.play import gacha, slots
from games.tables import FIRST_VERSIONS, parse_gacha
from shop.models import Hold, LimitedPackage, Product, Purchase
from tests import cast

DOOR = "/admin/login/"


@pytest.fixture
def sam(db: None) -> Player:
    """An owner."""
    list(seed_roles())
    return cast.enrol("sam", role=Role.OWNER)


def enter(name: str = "sam", password: str = "correct horse", client: Client | None = None) -> Any:
    """One attempt at the staff door."""
    return (client or Client()).post(DOOR, {"username": name, "password": password})


def inside(player: Player) -> Client:
    """A browser signed in at the staff door."""
    client = Client()
    assert enter(player.site_id, client=client).status_code == 302
    return client


# --- the door ---------------------------------------------------------------------------------------------


def test_staff_enter_and_leave_and_both_ends_are_known(sam: Player) -> None:
    client = inside(sam)
    session = AuthSession.objects.get()
    assert (session.kind, session.revoked_at) == ("browser", None)
    assert Audit.objects.get(action="ADMIN_LOGIN").actor == sam
    assert client.get("/admin/").status_code == 200
    assert client.get("/admin/logout/").status_code == 405
    client.post("/admin/logout/")
    session.refresh_from_db()
    assert session.revoked_reason == "logout"
    assert client.get("/admin/").status_code == 302


def test_the_staff_door_counts_with_all_other_doors(sam: Player) -> None:
    answers = [enter(password="wrong").status_code for _ in range(3)]
    answers += [cast.Caller().post("/api/auth/login", {"site_id": "SAM", "password": "no"}).status_code for _ in "ab"]
    locked = enter()
    assert answers == [401] * 5
    assert locked.status_code == 429
    assert 590 <= int(locked.headers["Retry-After"]) <= 600
    assert "LOGIN_LOCKED" in locked.content.decode()
    assert not AuthSession.objects.exists()


def test_a_player_with_the_right_password_is_turned_away_like_a_stranger(sam: Player) -> None:
    cast.enrol("ada")
    turned_away = enter("ada")
    assert turned_away.status_code == 401
    assert "INVALID_CREDENTIALS" in turned_away.content.decode()
    assert not AuthSession.objects.exists()


@pytest.mark.parametrize(
    "change", [{"is_banned": True}, {"is_active": False}, {"is_staff": False, "role": "", "is_superuser": False}]
)
def test_a_ban_or_demotion_counts_from_the_next_request(sam: Player, change: dict[str, Any]) -> None:
    client = inside(sam)
    Player.objects.filter(pk=sam.pk).update(**change)
    assert client.get("/admin/").status_code == 302


@pytest.mark.parametrize("following", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example"])
def test_nobody_is_sent_elsewhere_after_signing_in(sam: Player, following: str) -> None:
    answer = Client().post(DOOR, {"username": "sam", "password": "correct horse", "next": following})
    assert answer.headers["Location"] == "/admin/"


def test_pages_of_the_admin_keep_the_policy(sam: Player) -> None:
    page = inside(sam).get("/admin/")
    assert "unsafe-inline" not in page.headers["Content-Security-Policy"]
    text = page.content.decode()
    assert "<style" not in text
    assert " style=" not in text
    assert "no-cache" in page.headers["Cache-Control"]


# --- what is behind it --------------------------------------------------------------------------------------


def test_the_dashboard_tells_today(sam: Player) -> None:
    list(seed(now=timezone.now()))
    ada = cast.enrol("ada")
    spun = slots.spin(player=ada, stake=10, lines=1, key=None).round
    assert cast.Caller(ada).post("/api/shop/buy", {"product_id": "1001"}).json()["success"] is True
    inspect(now=timezone.now())
    told = dashboard.of_today(now=timezone.now())
    assert told["players"] == {"total": 7, "new": 7, "online": 1}
    assert (told["revenue"]["today"], told["revenue"]["total"]) == (199, 199)
    assert told["pending"] == {"waiting": 0, "stale": 0, "minutes": 5}
    assert (told["plays"]["rounds"], told["plays"]["wagered"], told["plays"]["paid"]) == (1, 10, spun.payout)
    assert told["plays"]["games"][0]["exact"] == pytest.approx(96.342)
    assert told["gold"]["net"] == sum(Wallet.objects.values_list("balance", flat=True))
    assert told["books"].broken == 0
    assert told["sellers"] == [{"item_name": "Gold x2,600", "currency": "USD", "number": 1, "earned": 199}]


def test_the_exact_return_of_the_gacha_is_that_of_the_day_s_mix(sam: Player) -> None:
    ada = cast.enrol("ada")
    Wallet.objects.filter(pk=ada.pk).update(balance=10_000)
    for count in (1, 10):
        gacha.pull(player=ada, count=count, banner=None, key=None)
    told = next(game for game in dashboard.of_today(now=timezone.now())["plays"]["games"] if game["name"] == "가챠")
    pool = parse_gacha(FIRST_VERSIONS["gacha"])
    single, ten = (gacha_returns.price_return(pool, count) for count in (1, 10))
    assert told["rounds"] == 2
    assert told["exact"] == pytest.approx(float(single / 10 + ten * Fraction(9, 10)) * 100)


def test_minted_gold_is_told_by_what_it_was_given_for(sam: Player) -> None:
    ada = cast.enrol("ada")
    with transaction.atomic(), open_wallet(ada.pk) as wallet:
        for gold, source in enumerate(Reward.Source, start=11):
            rewards.grant(wallet, source=source, key="1", gold=gold)
    told = dashboard.of_today(now=timezone.now())["gold"]
    minted = {part["name"]: part["amount"] for part in told["minted_parts"]}
    assert minted == {
        "가입 축하 골드": 2000,
        "출석 보상": 11,
        "이벤트 보상": 12,
        "미션 보상": 13,
        "클럽이 드린 골드": 14,
        "보상": 15,
    }
    assert [code for code in EntryCode if kind_name(code) == code] == []


def test_the_dashboard_costs_a_fixed_number_of_statements(sam: Player) -> None:
    list(seed(now=timezone.now()))
    client = inside(sam)
    client.get("/admin/")
    with CaptureQueriesContext(connection) as few:
        assert client.get("/admin/").status_code == 200
    for name in ("ada", "bob", "vip"):
        player = cast.enrol(name)
        slots.spin(player=player, stake=10, lines=1, key=None)
        cast.Caller(player).post("/api/shop/buy", {"product_id": "1001"})
    with CaptureQueriesContext(connection) as many:
        assert client.get("/admin/").status_code == 200
    assert len(many) == len(few) <= 20


def test_what_is_nearly_gone_is_told_with_packages_less_what_is_held(sam: Player) -> None:
    now = timezone.now()
    list(seed(now=now))
    week = {"starts_at": now, "ends_at": now + timedelta(days=7), "price_cents": 1, "gold": 1}
    LimitedPackage.objects.create(code="HELD", name="Held", stock_total=30, sold=8, **week)
    LimitedPackage.objects.create(code="PLENTY", name="Plenty", stock_total=30, sold=8, **week)
    LimitedPackage.objects.create(code="OFF", name="Off", stock_total=1, is_disabled=True, **week)
    LimitedPackage.objects.create(code="GONE", name="Gone", stock_total=3, sold=3, **week)
    Product.objects.filter(pk=1001).update(stock_remaining=5)
    Product.objects.filter(pk=1002).update(stock_remaining=21)
    held = LimitedPackage.objects.get(code="HELD")
    Hold.objects.create(player=sam, package=held, quantity=3, created_at=now, expires_at=now + timedelta(minutes=2))
    told = dashboard.of_today(now=now)["shelves"]
    assert [(row["good"].name, row["left"]) for row in told] == [("Gone", 0), ("Gold x2,600", 5), ("Held", 19)]
    shown = inside(sam).get("/admin/").content.decode()
    assert f'limitedpackage/{held.pk}/change/">Held</a>' in shown
    assert "전체 30 · 판매 8 · 보류 3" in shown


def test_a_package_counts_among_the_best_sellers(sam: Player) -> None:
    list(seed(now=timezone.now()))
    ada = cast.Caller(cast.enrol("ada"))
    LimitedPackage.objects.filter(code="VIP_BLITZ").update(min_rank="")
    assert ada.post("/api/shop/limited/buy", {"package_id": "VIP_BLITZ", "quantity": 2}).json()["success"] is True
    name = LimitedPackage.objects.get(code="VIP_BLITZ").name
    told = dashboard.of_today(now=timezone.now())["sellers"]
    assert told == [{"item_name": name, "currency": "USD", "number": 2, "earned": 3998}]


def test_a_stale_payment_raises_an_alarm(sam: Player, settings: Any) -> None:
    list(seed(now=timezone.now()))
    ada = cast.enrol("ada")
    settings.PAYMENT_GATEWAY_MODE = "external"
    cast.Caller(ada).post("/api/shop/buy", {"product_id": "1001"})
    Purchase.objects.update(created_at=timezone.now() - timedelta(minutes=6))
    told = dashboard.of_today(now=timezone.now())
    assert told["pending"] == {"waiting": 1, "stale": 1, "minutes": 5}
    assert "오래된 결제 대기 1건" in inside(sam).get("/admin/").content.decode()


def test_the_failing_row_stands_on_the_first_page(sam: Player) -> None:
    Wallet.objects.filter(pk=sam.pk).update(balance=1001)
    inspect(now=timezone.now())
    page = inside(sam).get("/admin/").content.decode()
    assert f"wallet {sam.pk}: balance 1001, entries sum to 1000" in page


@pytest.mark.parametrize("model", ["player", "wallet", "entry", "authsession", "audit", "action"])
def test_history_is_read_only_even_for_owners(sam: Player, model: str) -> None:
    client = inside(sam)
    rows: dict[str, Any] = {
        "player": sam,
        "wallet": sam.wallet,
        "entry": Entry.objects.first(),
        "authsession": AuthSession.objects.first(),
        "audit": Audit.objects.first(),
    }
    base = f"/admin/accounts/{model}/"
    assert client.get(f"{base}add/").status_code == 403
    if row := rows.get(model):
        assert client.get(f"{base}{row.pk}/change/").status_code == 200
        assert client.post(f"{base}{row.pk}/change/", {"balance": "9", "amount": "9"}).status_code == 403
        assert client.post(f"{base}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert cast.gold_of(sam) == 1000


def test_seeds_and_hashes_are_shown_to_nobody(sam: Player) -> None:
    client = inside(sam)
    pages = [f"/admin/accounts/wallet/{sam.pk}/change/", f"/admin/accounts/player/{sam.pk}/change/"]
    pages += [f"/admin/accounts/authsession/{AuthSession.objects.get().pk}/change/"]
    text = "".join(client.get(page).content.decode() for page in pages)
    assert sam.wallet.server_seed not in text
    assert sam.password not in text


# --- deeds ---------------------------------------------------------------------------------------------------


def act(client: Client, action: str, player: Player, **given: str) -> Any:
    """Chooses an action for a player in the list; `given` fills the page that asks for the reason."""
    return client.post("/admin/accounts/player/", {"action": action, "_selected_action": player.pk, **given})


def test_a_ban_asks_for_a_reason_and_ends_every_session(sam: Player) -> None:
    ada = cast.enrol("ada")
    caller = cast.Caller(ada)
    client = inside(sam)
    asked = act(client, "ban", ada)
    assert asked.status_code == 200
    assert caller.get("/api/users/balance").status_code == 200
    act(client, "ban", ada, reason="x")  # too short: asked again
    assert not Player.objects.get(pk=ada.pk).is_banned
    act(client, "ban", ada, reason="two accounts", hours="24")
    assert caller.get("/api/users/balance").status_code == 401
    audited = Audit.objects.get(action="SECURITY_BAN")
    assert (audited.severity, audited.actor, audited.details["reason"]) == ("critical", sam, "two accounts")
    act(client, "unban", ada, reason="a brother")
    assert cast.Caller(ada).get("/api/users/balance").status_code == 200


def test_nobody_bans_the_own_account(sam: Player) -> None:
    act(inside(sam), "ban", sam, reason="why not")
    assert not Player.objects.get(pk=sam.pk).is_banned


def test_support_may_not_touch_other_staff_and_auditors_nobody(sam: Player) -> None:
    support, auditor = cast.enrol("sue", role=Role.SUPPORT), cast.enrol("abe", role=Role.AUDITOR)
    ada = cast.enrol("ada")
    act(inside(support), "ban", sam, reason="mutiny")
    act(inside(auditor), "ban", ada, reason="a feeling")
    assert not Player.objects.filter(is_banned=True).exists()


def test_log_out_everywhere_ends_all_sessions_and_is_audited(sam: Player) -> None:
    ada = cast.enrol("ada")
    callers = [cast.Caller(ada), cast.Caller(ada)]
    act(inside(sam), "log_out", ada, reason="stolen phone")
    assert [caller.get("/api/users/balance").status_code for caller in callers] == [401, 401]
    assert Audit.objects.get(action="SESSIONS_ENDED").details == {"reason": "stolen phone", "ended": 2}


def test_a_list_can_be_taken_away_as_a_sheet_without_formulas(sam: Player) -> None:
    mallory = cast.enrol("mallory")
    Player.objects.filter(pk=mallory.pk).update(nickname="=1+1")
    sheet = act(inside(sam), "export_csv", mallory)
    header, row = sheet.content.decode().splitlines()
    assert sheet.headers["Content-Disposition"] == 'attachment; filename="player.csv"'
    assert header.startswith("id,site_id,nickname,rank,balance")
    assert row.startswith(f"{mallory.pk},mallory,'=1+1,STANDARD,")


def test_saving_an_invite_keeps_the_uses_counted_meanwhile(sam: Player) -> None:
    invite = Invite.objects.create(code="WELCOME2", created_at=timezone.now())
    client = inside(sam)
    Invite.objects.filter(pk=invite.pk).update(used_count=5)
    client.post(f"/admin/accounts/invite/{invite.pk}/change/", {"max_uses": "9"})
    invite.refresh_from_db()
    assert (invite.used_count, invite.max_uses, invite.is_active) == (5, 9, False)


def test_saving_a_product_keeps_the_stock_sold_meanwhile(sam: Player) -> None:
    list(seed(now=timezone.now()))
    Product.objects.filter(pk=1001).update(stock_remaining=10)
    client = inside(sam)
    form = client.get("/admin/shop/product/1001/change/").context["adminform"].form
    shown = {name: form.initial[name] for name in form.fields if form.initial.get(name) is not None}
    shown = {name: value for name, value in shown.items() if value is not False}
    shown |= {"extra": "{}", "discount_ends_at": ""}
    Product.objects.filter(pk=1001).update(stock_remaining=7)
    sent = (
        shown | {f"initial-{name}": value for name, value in shown.items()} | {"description": "Fresh", "reason": "new"}
    )
    answer = client.post("/admin/shop/product/1001/change/", sent)
    assert answer.status_code == 302, answer.context["errors"]
    product = Product.objects.get(pk=1001)
    assert (product.stock_remaining, product.description) == (7, "Fresh")


# --- charts ----------------------------------------------------------------------------------------------------


def test_an_interval_keeps_the_exact_return_in_the_middle() -> None:
    drawn = charts.interval(exact=96.34, seen=97.0, spread=2.0)
    assert drawn["exact"] == 100.0
    assert drawn["low"] < 100.0 < drawn["seen"] < drawn["high"] < 200.0


def test_bars_of_an_empty_fortnight_are_flat() -> None:
    today = timezone.now().date()
    drawn = charts.bars([(today, 0)] * 14)
    assert {bar["height"] for bar in drawn["bars"]} == {2}
    assert [line["dollars"] for line in drawn["lines"]] == [1, 2, 3]
