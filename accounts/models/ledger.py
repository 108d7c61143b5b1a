"""Gold: one narrow wallet row a player, and the append-only double entries every balance is the sum of."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


def new_server_seed() -> str:
    """A fresh server seed: 64 hex characters."""
    return secrets.token_hex(32)


def new_client_seed() -> str:
    """A client seed for players who have not chosen one."""
    return secrets.token_hex(8)


class Wallet(models.Model):
    """The row a money transaction locks first: the balance and every counter that moves with it."""

    player = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="wallet", verbose_name=_("플레이어")
    )
    balance = models.BigIntegerField(_("골드"), default=0)
    entry_seq = models.PositiveBigIntegerField(_("원장 순번"), default=0, help_text=_("가장 최근 원장 기록의 번호"))
    stream_seq = models.PositiveBigIntegerField(_("실시간 순번"), default=0, help_text=_("가장 최근 이벤트의 번호"))
    experience = models.PositiveBigIntegerField(_("경험치"), default=0)
    vip_points = models.PositiveBigIntegerField(_("VIP 포인트"), default=0)
    win_streak = models.PositiveIntegerField(_("연승"), default=0)
    server_seed = models.CharField(_("서버 시드"), max_length=64, default=new_server_seed)
    next_server_seed = models.CharField(_("다음 서버 시드"), max_length=64, default=new_server_seed)
    client_seed = models.CharField(_("클라이언트 시드"), max_length=64, default=new_client_seed)
    nonce = models.PositiveBigIntegerField(_("논스"), default=0, help_text=_("다음 라운드의 논스"))
    open_round_due_at = models.DateTimeField(_("열린 라운드 마감"), null=True, blank=True)
    unread = models.PositiveIntegerField(_("읽지 않은 알림"), default=0)
    attendance_claimed_on = models.DateField(_("출석 보상 수령일"), null=True, blank=True)
    vip_claimed_at = models.DateTimeField(_("VIP 수령"), null=True, blank=True)

    class Meta:
        verbose_name = _("지갑")
        verbose_name_plural = _("지갑")
        constraints = [models.CheckConstraint(condition=Q(balance__gte=0), name="wallet_never_negative")]
        indexes = [
            models.Index(
                fields=["open_round_due_at"], condition=Q(open_round_due_at__isnull=False), name="wallet_round_due"
            )
        ]

    def __str__(self) -> str:
        return f"{self.balance}G"


class Account(models.TextChoices):
    """The two sides of an entry: the wallet's player, and the house's own accounts."""

    PLAYER = "player"
    MINT = "mint"
    SLOTS = "house:slots"
    RPS = "house:rps"
    GACHA = "house:gacha"
    CRASH = "house:crash"
    SHOP = "house:shop"
    PROMO = "promo"


class EntryCode(models.TextChoices):
    """Why gold moved."""

    SIGNUP_GRANT = "signup_grant"
    SLOT_BET = "slot_bet"
    SLOT_WIN = "slot_win"
    RPS_BET = "rps_bet"
    RPS_WIN = "rps_win"
    RPS_DRAW = "rps_draw"
    CRASH_BET = "crash_bet"
    CRASH_WIN = "crash_win"
    GACHA_PULL = "gacha_pull"
    GACHA_WIN = "gacha_win"
    SHOP_SPEND = "shop_spend"
    TOPUP = "topup"
    LIMITED_TOPUP = "limited_topup"
    REFUND_SPEND = "refund_spend"
    REFUND_TOPUP = "refund_topup"
    STREAK_REWARD = "streak_reward"
    EVENT_REWARD = "event_reward"
    MISSION_REWARD = "mission_reward"
    REWARD_GRANT = "reward_grant"
    ADMIN_GRANT = "admin_grant"
    SEED_RESET = "seed_reset"


class EntryQuerySet(models.QuerySet["Entry"]):
    """Named reads of the ledger."""

    def with_signed(self) -> EntryQuerySet:
        """Adds `signed`: what the entry did to the player's balance."""
        return self.annotate(
            signed=models.Case(
                models.When(credit=Account.PLAYER, then=F("amount")),
                default=-F("amount"),
                output_field=models.BigIntegerField(),
            )
        )


class Entry(models.Model):
    """One movement of gold from the debited to the credited account. Never changed, never deleted."""

    wallet = models.ForeignKey(Wallet, models.PROTECT, related_name="entries", verbose_name=_("지갑"))
    seq = models.PositiveBigIntegerField(_("순번"))
    code = models.CharField(_("종류"), max_length=20, choices=EntryCode.choices)
    amount = models.PositiveBigIntegerField(_("금액"))
    debit = models.CharField(_("차변"), max_length=12, choices=Account.choices)
    credit = models.CharField(_("대변"), max_length=12, choices=Account.choices)
    balance_after = models.BigIntegerField(_("이후 잔액"))
    reference = models.CharField(_("참조"), max_length=64)
    reason = models.CharField(_("사유"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("시각"), db_index=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("골드 원장")
        verbose_name_plural = _("골드 원장")
        constraints = [
            models.UniqueConstraint(fields=["wallet", "seq"], name="entry_seq_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="entry_moves_something"),
            models.CheckConstraint(condition=Q(balance_after__gte=0), name="entry_never_negative"),
            models.CheckConstraint(
                condition=(Q(debit=Account.PLAYER) & ~Q(credit=Account.PLAYER))
                | (~Q(debit=Account.PLAYER) & Q(credit=Account.PLAYER)),
                name="entry_between_player_and_house",
            ),
        ]
        indexes = [models.Index(fields=["reference"], name="entry_by_reference")]

    def __str__(self) -> str:
        return f"{self.code} {self.signed_amount:+d}"

    @property
    def signed_amount(self) -> int:
        """What the entry did to the player's balance."""
        return self.amount if self.credit == Account.PLAYER else -self.amount
