"""The commands operators type: what they make, refuse, find, and with which exit code."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Audit, AuthSession, Entry, Invite, Player, Rank, Role, Streak, Wallet
from accounts.seal import unsealed
from accounts.seeding import SEED_ACCOUNTS
from adminpanel.inspection import inspect
from adminpanel.models import Inspection
from casino import worker
from casino.lib.idempotency import IdempotencyKey, Key
from casino.management.commands import export_openapi
from games import seeds
from games.models import GameStats, RevealedSeed, Round
from games.play import slots
from realtime.models import Epoch, StreamEvent
from shop.models import Hold, LimitedPackage, Product, PromoCode, Purchase, WebhookEvent, WebhookNonce
from tests import cast
from tests.race import together


def run(command: str, *arguments: str) -> str:
    """What the command prints."""
    out = io.StringIO()
    call_command(command, *arguments, stdout=out)
    return out.getvalue()


def refused(command: str, *arguments: str) -> tuple[int, str]:
    """Exit code and reason of a command that must fail."""
    with pytest.raises(CommandError) as caught:
        run(command, *arguments)
    return caught.value.returncode, str(caught.value)


def spin(player: Player, key: str = "k") -> Round:
    """One round of ten gold."""
    return slots.spin(player=player, stake=10, lines=1, key=Key(player.pk, "slot.spin", key, "h")).round


# --- seed -----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_seed_makes_the_five_accounts_with_a_thousand_gold_each() -> None:
    run("seed")
    seeded = Player.objects.order_by("pk").values_list("site_id", "nickname", "phone_number", "role", "wallet__balance")
    assert list(seeded) == [
        ("admin", "어드민", "01000000000", "owner", 1000),
        ("user001", "유저01", "0100000001", "", 1000),
        ("user002", "유저02", "0100000002", "", 1000),
        ("user003", "유저03", "0100000003", "", 1000),
        ("user004", "유저04", "0100000004", "", 1000),
    ]
    assert Player.objects.get(site_id="admin").check_password("123456")
    assert Player.objects.get(site_id="user004").check_password("123455")
    assert Invite.objects.get(code="5858").max_uses is None
    assert Product.objects.filter(pk__range=(1001, 1005)).count() == 5
    packages = LimitedPackage.objects.values_list("code", "price_cents", "gold", "per_user_limit", "stock_total")
    assert list(packages.order_by("code")) == [
        ("VIP_BLITZ", 1999, 40_000, 2, None),
        ("WEEKEND_STARTER", 499, 8_000, 1, 1000),
    ]
    assert {package.ends_at - package.starts_at for package in LimitedPackage.objects.all()} == {timedelta(days=30)}


@pytest.mark.django_db
def test_seed_says_created_once_and_unchanged_ever_after() -> None:
    first = [line.split(maxsplit=1) for line in run("seed").splitlines()]
    entries = Entry.objects.count()
    second = [line.split(maxsplit=1) for line in run("seed").splitlines()]
    assert ["created", "account admin"] in first
    assert ["created", "invite 5858"] in first
    assert ["created", "limited package WEEKEND_STARTER"] in first
    assert [name for _, name in second] == [name for _, name in first]
    assert {verdict for verdict, _ in second} == {"unchanged"}
    assert Entry.objects.count() == entries


@pytest.mark.django_db
def test_seed_keeps_passwords_and_balances_unless_told_otherwise() -> None:
    run("seed")
    player = Player.objects.get(site_id="user001")
    player.set_password("something else")
    player.save()
    cast.set_gold(player, 77)
    run("seed")
    assert Player.objects.get(site_id="user001").check_password("something else")
    run("seed", "--reset-passwords")
    assert Player.objects.get(site_id="user001").check_password("123455")
    assert cast.gold_of(player) == 77


@pytest.mark.django_db
def test_seed_refuses_default_passwords_in_production(settings: Any) -> None:
    settings.IS_PRODUCTION = True
    code, reason = refused("seed")
    assert (code, reason) == (1, "SEED_ADMIN_PASSWORD and SEED_USER_PASSWORD must not be the default passwords")
    assert not Player.objects.exists()


@pytest.mark.django_db
def test_seed_refuses_weak_passwords_in_production(settings: Any) -> None:
    settings.IS_PRODUCTION = True
    settings.SEED_ADMIN_PASSWORD = settings.SEED_USER_PASSWORD = "12345678"
    code, reason = refused("seed")
    assert code == 1
    assert reason.startswith("VALIDATION_ERROR")
    assert not Player.objects.exists()


# --- clean ----------------------------------------------------------------------------------------------


@pytest.fixture
def lively(db: None) -> Player:
    """A club in which things happened: a stranger joined, everybody played, somebody bought."""
    run("seed")
    ada = cast.enrol("ada", gold=5000)
    user = Player.objects.get(site_id="user001")
    for player in (ada, user):
        spin(player)
        seeds.rotate(player_id=player.pk)
        assert cast.Caller(player).post("/api/shop/buy", {"product_id": "1001"}).json()["success"] is True
    Player.objects.filter(pk=user.pk).update(rank=Rank.VIP)
    Wallet.objects.filter(pk=user.pk).update(experience=700, vip_points=90)
    Invite.objects.filter(code="5858").update(used_count=3)
    Audit.objects.create(
        action="TEST", severity="info", actor=ada, actor_name="ada", target_type="x", target_id="1",
        created_at=timezone.now(),
    )  # fmt: skip
    return ada


def test_clean_leaves_the_seed_accounts_as_on_the_first_day(lively: Player) -> None:
    epoch, password = Epoch.current(), Player.objects.get(site_id="user001").password
    told = run("clean", "--yes")
    assert "accounts_player                  1" in told
    assert set(Player.objects.values_list("site_id", flat=True)) == {account.site_id for account in SEED_ACCOUNTS}
    assert list(Entry.objects.order_by("wallet").values_list("seq", "code", "amount", "balance_after")) == [
        (1, "seed_reset", 1000, 1000)
    ] * len(SEED_ACCOUNTS)
    assert set(Wallet.objects.values_list("balance", "entry_seq", "stream_seq", "experience", "vip_points")) == {
        (1000, 1, 1, 0, 0)
    }
    user = Player.objects.get(site_id="user001")
    assert (user.rank, user.password) == (Rank.STANDARD, password)
    for gone in (Round, RevealedSeed, GameStats, Purchase, AuthSession, IdempotencyKey):
        assert not gone._base_manager.exists()
    assert Invite.objects.get(code="5858").used_count == 0
    assert (Audit.objects.get(action="TEST").actor, Audit.objects.get(action="TEST").actor_name) == (None, "ada")
    assert Product.objects.filter(pk=1001).exists()
    assert Epoch.current() != epoch
    assert json.loads(run("audit_ledger", "--json"))["ok"] is True


@pytest.mark.parametrize(
    ("arguments", "changes", "code", "reason"),
    [
        ((), {}, 1, "give --yes or CLEAN_SEED_CONFIRM=YES"),
        (("--yes",), {"IS_PRODUCTION": True}, 1, "CLEAN_SEED_ALLOW_PROD=1"),
        (("--yes", "--keep", "no_such_table"), {}, 2, "there is no table no_such_table"),
        (("--yes", "--keep", "accounts_entry"), {}, 2, "accounts_entry points at"),
        (("--yes", "--keep", "games_round"), {}, 2, "games_round.player_id points at rows of accounts_player"),
    ],
)
def test_clean_refuses_and_nothing_is_lost(
    lively: Player, settings: Any, arguments: tuple[str, ...], changes: dict[str, Any], code: int, reason: str
) -> None:
    for name, value in changes.items():
        setattr(settings, name, value)
    before = (Player.objects.count(), Entry.objects.count(), Round.objects.count(), StreamEvent.objects.count())
    returned, told = refused("clean", *arguments)
    assert returned == code
    assert reason in told
    assert before == (
        Player.objects.count(), Entry.objects.count(), Round.objects.count(), StreamEvent.objects.count()
    )  # fmt: skip


def test_clean_refuses_without_all_seed_accounts(lively: Player) -> None:
    Player.objects.filter(site_id="user003").update(site_id="somebody")
    assert refused("clean", "--yes") == (1, "all five seed accounts must exist; run seed first")
    assert Round.objects.count() == 2


def test_clean_dry_run_tells_the_same_and_changes_nothing(lively: Player) -> None:
    rehearsed = run("clean", "--yes", "--dry-run").splitlines()
    assert rehearsed[-1] == "dry run: nothing was changed"
    assert Round.objects.count() == 2
    assert run("clean", "--yes").splitlines()[:-1] == rehearsed[:-1]


def test_clean_may_be_confirmed_by_the_environment(lively: Player, settings: Any) -> None:
    settings.CLEAN_SEED_CONFIRM = True
    run("clean")
    assert Player.objects.count() == len(SEED_ACCOUNTS)


def test_clean_puts_sold_units_back_on_the_shelf(lively: Player) -> None:
    Product.objects.filter(pk=1001).update(stock_remaining=10)
    for mode in ("always_success", "external", "always_fail"):
        cast.Caller(lively).post("/api/shop/buy", {"product_id": "1001", "quantity": 2, "gateway_mode": mode})
    assert Product.objects.get(pk=1001).stock_remaining == 6
    run("clean", "--yes")
    assert Product.objects.get(pk=1001).stock_remaining == 10


def test_clean_forgets_what_was_sold_held_used_and_told(lively: Player) -> None:
    user = Player.objects.get(site_id="user001")
    PromoCode.objects.create(code="SAVE", value=10, max_uses=1)
    buyer = cast.Caller(user)
    bought = buyer.post("/api/shop/limited/buy", {"package_id": "WEEKEND_STARTER", "promo_code": "SAVE"}).json()
    assert bought["success"] is True
    assert buyer.post("/api/shop/limited/hold", {"package_id": "VIP_BLITZ"}).status_code == 200
    cast.set_gold(user, 20_000)
    assert buyer.post("/api/shop/buy", {"product_id": "attendance_link"}).json()["success"] is True
    WebhookNonce.objects.create(nonce="n" * 8, seen_at=timezone.now())
    WebhookEvent.objects.create(
        event_id="e", receipt_code=bought["receipt_code"], status="success", received_at=timezone.now()
    )
    run("clean", "--yes")
    for gone in (Purchase, Hold, Streak, WebhookNonce, WebhookEvent):
        assert not gone._base_manager.exists()
    assert LimitedPackage.objects.get(code="WEEKEND_STARTER").sold == PromoCode.objects.get().used == 0
    again = buyer.post("/api/shop/limited/buy", {"package_id": "WEEKEND_STARTER", "promo_code": "SAVE"})
    assert again.status_code == 401  # the session is gone too
    again = cast.Caller(user).post("/api/shop/limited/buy", {"package_id": "WEEKEND_STARTER", "promo_code": "SAVE"})
    assert again.json()["total_price_cents"] == 489
    assert json.loads(run("audit_ledger", "--json"))["ok"] is True


def test_clean_that_spares_purchases_spares_their_counters(lively: Player) -> None:
    user = Player.objects.get(site_id="user001")
    Purchase.objects.filter(player=lively).delete()
    assert cast.Caller(user).post("/api/shop/limited/buy", {"package_id": "WEEKEND_STARTER"}).json()["success"] is True
    run("clean", "--yes", "--keep", "shop_purchase")
    assert LimitedPackage.objects.get(code="WEEKEND_STARTER").sold == 1


def test_clean_leaves_the_ledger_sealed(lively: Player) -> None:
    run("clean", "--yes")
    with pytest.raises(Exception, match="append-only"), transaction.atomic():
        Entry.objects.update(amount=1)


# --- audit_ledger ---------------------------------------------------------------------------------------


def execute(statement: str, *parameters: Any) -> None:
    """Plants a drift behind the ORM's back."""
    with unsealed(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def wrong_balance(ada: Player, played: Round) -> str:
    execute("UPDATE accounts_wallet SET balance = balance + 7 WHERE player_id = %s", ada.pk)
    return f"wallet {ada.pk}: balance {cast.gold_of(ada)}"


def lost_entry(ada: Player, played: Round) -> str:
    execute("DELETE FROM accounts_entry WHERE wallet_id = %s AND seq = 1", ada.pk)
    return f"wallet {ada.pk}: entry_seq"


def wrong_balance_after(ada: Player, played: Round) -> str:
    entry = Entry.objects.get(wallet_id=ada.pk, seq=2)
    execute("UPDATE accounts_entry SET balance_after = balance_after + 1 WHERE id = %s", entry.pk)
    return f"entry {entry.pk} (wallet {ada.pk}, seq 2)"


def lost_event(ada: Player, played: Round) -> str:
    execute("DELETE FROM realtime_streamevent WHERE player_id = %s AND seq = 2", ada.pk)
    return f"wallet {ada.pk}: stream_seq"


def wrong_stake(ada: Player, played: Round) -> str:
    execute("UPDATE games_round SET stake = stake + 1 WHERE id = %s", played.pk)
    return f"round {played.round_id}: stake 11"


def round_without_entries(ada: Player, played: Round) -> str:
    execute("UPDATE accounts_entry SET reference = 'elsewhere' WHERE reference = %s", str(played.round_id))
    return f"round {played.round_id}" if str(played.round_id) < "elsewhere" else "round elsewhere"


def key_without_round(ada: Player, played: Round) -> str:
    execute("UPDATE casino_idempotencykey SET ref = 'nowhere' WHERE key = %s", "k")
    return f"key k (slot.spin of player {ada.pk})"


def wrong_receipt(ada: Player, played: Round) -> str:
    bought = Purchase.objects.get(player=ada)
    execute("UPDATE shop_purchase SET gold = gold + 1 WHERE id = %s", bought.pk)
    return f"purchase {bought.receipt_code}"


PLANTED: list[tuple[str, Callable[[Player, Round], str]]] = [
    ("balances_are_sums", wrong_balance),
    ("entries_are_gapless", lost_entry),
    ("balances_follow", wrong_balance_after),
    ("events_are_gapless", lost_event),
    ("rounds_match_entries", wrong_stake),
    ("rounds_match_entries", round_without_entries),
    ("keys_made_one_round", key_without_round),
    ("purchases_match_entries", wrong_receipt),
]


@pytest.fixture
def ada(db: None) -> Player:
    """Somebody who played and bought."""
    run("seed")
    player = cast.enrol("ada")
    assert cast.Caller(player).post("/api/shop/buy", {"product_id": "1001"}).json()["success"] is True
    return player


def test_audit_is_content_with_a_club_in_which_much_happened(ada: Player) -> None:
    for number in range(5):
        spin(ada, f"k{number}")
    verdict = json.loads(run("audit_ledger", "--json"))
    assert verdict["ok"] is True
    assert [truth["name"] for truth in verdict["truths"] if truth["broken"]] == []
    assert (verdict["drift_gold"], verdict["negative_balances"], verdict["seq_gaps"]) == (0, 0, 0)


@pytest.mark.parametrize(("name", "plant"), PLANTED, ids=[plant.__name__ for _, plant in PLANTED])
def test_audit_finds_each_planted_drift_and_names_the_row(
    ada: Player, name: str, plant: Callable[[Player, Round], str]
) -> None:
    row = plant(ada, spin(ada))
    code, _reason = refused("audit_ledger")
    assert code == 1
    truths = {truth["name"]: truth for truth in Inspection.objects.latest("pk").truths}
    assert truths[name]["broken"] >= 1
    assert truths[name]["first"].startswith(row)


def test_audit_counts_the_gold_it_is_off_by_and_raises_the_alarm_once(ada: Player) -> None:
    wrong_balance(ada, spin(ada))
    refused("audit_ledger")
    refused("audit_ledger")
    assert list(Inspection.objects.values_list("drift_gold", flat=True)) == [14, 14]  # the sum, and the sum of all
    assert Audit.objects.filter(action="ANOMALY_SPIKE", severity="critical").count() == 1


def test_audit_notices_a_missing_trigger(ada: Player) -> None:
    table = " ON accounts_entry" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER entry_never_updated{table}")
    refused("audit_ledger")
    truths = {truth["name"]: truth for truth in Inspection.objects.latest("pk").truths}
    assert truths["ledger_is_sealed"]["first"] == "trigger entry_never_updated is missing"


# --- worker, openapi, smoke --------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_worker_goes_on_after_a_job_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []

    def broken(now: Any) -> None:
        raise RuntimeError("no")

    jobs = (
        worker.Job("broken", worker.JOBS[0].every, broken),
        worker.Job("good", worker.JOBS[0].every, lambda now: done.append("good")),
    )
    monkeypatch.setattr(worker, "JOBS", jobs)
    assert worker.run_once() == ["broken"]
    assert done == ["good"]
    assert refused("worker", "--once") == (1, "failed: broken")


@pytest.mark.django_db(transaction=True)
def test_worker_once_does_every_job() -> None:
    run("seed")
    assert run("worker", "--once").splitlines() == [f"done {job.name}" for job in worker.JOBS]
    assert Inspection.objects.get().broken == 0


def test_the_committed_description_is_the_live_one() -> None:
    assert run("export_openapi", "--check") == "current_openapi.json describes the code\n"


def test_a_drift_of_the_description_is_shown_and_fails(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    stale = tmp_path / "current_openapi.json"
    stale.write_text("{}\n")
    monkeypatch.setattr(export_openapi, "FILE", stale)
    assert refused("export_openapi", "--check")[0] == 1
    assert stale.read_text() == "{}\n"
    run("export_openapi")
    assert run("export_openapi", "--check") == "current_openapi.json describes the code\n"


@pytest.mark.django_db(transaction=True)
def test_smoke_walks_through_a_running_club(live_server: Any) -> None:
    run("seed")
    steps = [line.split() for line in run("smoke", "--base-url", live_server.url).splitlines()]
    assert [step[0] for step in steps] == ["login", "rps", "catalog", "buy"]
    assert [step[1] for step in steps] == ["200"] * 4
    played = Round.objects.get()
    assert (played.game, played.stake) == ("rps", 10)
    assert int(steps[-1][-1]) == 1000 - 10 + played.payout + 2600


@pytest.mark.django_db(transaction=True)
def test_smoke_stops_at_the_first_step_that_fails(live_server: Any) -> None:
    run("seed")
    code, reason = refused("smoke", "--base-url", live_server.url, "--password", "wrong")
    assert (code, reason) == (1, "login    401 INVALID_CREDENTIALS")
    assert not Round.objects.exists()


@pytest.mark.django_db
def test_permissions_follow_the_role_at_once() -> None:
    run("seed")
    sam = cast.enrol("sam", role=Role.AUDITOR)
    assert sam.has_perm("accounts.view_player")
    assert not sam.has_perm("shop.change_product")
    Player.objects.filter(pk=sam.pk).update(role=Role.SHOP)
    assert Player.objects.get(pk=sam.pk).has_perm("shop.change_product")


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_the_audit_is_content_while_gold_moves() -> None:
    run("seed")
    players = [cast.enrol(name, gold=5000) for name in ("ada", "bob", "vip")]
    verdicts: list[int] = []

    def play(player: Player) -> Callable[[], None]:
        def rounds() -> None:
            for number in range(12):
                spin(player, f"k{number}")

        return rounds

    def look() -> None:
        verdicts.extend(inspect(now=timezone.now()).broken for _ in range(8))

    assert together(*(play(player) for player in players), look) == [None] * 4
    assert verdicts == [0] * 8
    assert Round.objects.count() == 36
