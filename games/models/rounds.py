"""Rounds: what was staked, drawn and paid, with everything needed to prove it later."""

from __future__ import annotations

import uuid
from typing import Any, Final, Self

from django.conf import settings
from django.db import models
from django.db.models import Count, F, Max, Q, Sum
from django.utils.translation import gettext_lazy as _

from games.models.configuration import GameType


class RoundStatus(models.TextChoices):
    """Where a round stands; only an active one is open."""

    SETTLED = "settled", _("정산 완료")
    ACTIVE = "active", _("진행 중")
    CASHED_OUT = "cashed_out", _("캐시아웃")
    AUTO_CASHED = "auto_cashed", _("자동 캐시아웃")
    CRASHED = "crashed", _("크래시")


class RoundResult(models.TextChoices):
    """How a round ended for the player, by its net change."""

    WIN = "win", _("승")
    TIE = "tie", _("무")
    LOSS = "loss", _("패")
    OPEN = "open", _("진행 중")


ACTION_TYPES: Final = {
    GameType.SLOT: "SLOT_SPIN",
    GameType.RPS: "RPS_PLAY",
    GameType.GACHA: "GACHA_PULL",
    GameType.CRASH: "CRASH_BET",
}
"""What playing each game is called in a player's list of actions."""
CASHOUT: Final = "CRASH_CASHOUT"
"""What leaving a crash round in time is called there besides."""

_RESULT_RULES: Final = {
    RoundResult.WIN: Q(settled_at__isnull=False, payout__gt=F("stake")),
    RoundResult.TIE: Q(settled_at__isnull=False, payout=F("stake")),
    RoundResult.LOSS: Q(settled_at__isnull=False, payout__lt=F("stake")),
    RoundResult.OPEN: Q(settled_at__isnull=True),
}


class RoundQuerySet(models.QuerySet["Round"]):
    """Named reads of rounds."""

    def of(self, player_id: int) -> Self:
        """The player's rounds, newest first."""
        return self.filter(player_id=player_id).order_by("-id")

    def with_result(self, result: str) -> Self:
        """Rounds that ended like this for the player."""
        return self.filter(_RESULT_RULES[RoundResult(result)])

    def settled(self) -> Self:
        """Rounds that are over."""
        return self.filter(settled_at__isnull=False)

    def by_number(self, round_id: str) -> Round | None:
        """The round with this number, None when there is none or it is not a number at all."""
        try:
            return self.filter(round_id=uuid.UUID(round_id)).first()
        except ValueError:
            return None

    def totals(self) -> dict[str, int]:
        """What `GameStats` counts, summed over these rounds."""
        sums: dict[str, Any] = self.order_by().aggregate(
            rounds=Count("id"),
            wins=Count("id", filter=_RESULT_RULES[RoundResult.WIN]),
            losses=Count("id", filter=_RESULT_RULES[RoundResult.LOSS]),
            ties=Count("id", filter=_RESULT_RULES[RoundResult.TIE]),
            wagered=Sum("stake", default=0),
            won=Sum("payout", default=0),
            max_win=Max("payout", default=0),
        )
        return {name: int(value) for name, value in sums.items()}


class Round(models.Model):
    """One play of one game by one player."""

    round_id = models.UUIDField(_("라운드 번호"), default=uuid.uuid4, unique=True, editable=False)
    player = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="rounds", db_index=False, verbose_name=_("플레이어")
    )
    game = models.CharField(_("게임"), max_length=8, choices=GameType)
    status = models.CharField(_("상태"), max_length=12, choices=RoundStatus, default=RoundStatus.SETTLED)
    stake = models.PositiveBigIntegerField(_("베팅"))
    payout = models.PositiveBigIntegerField(_("지급"), default=0)
    balance_after = models.PositiveBigIntegerField(_("이후 잔액"))
    outcome = models.JSONField(_("결과"), default=dict)
    config_version = models.PositiveIntegerField(_("설정 버전"))
    server_seed_hash = models.CharField(_("서버 시드 해시"), max_length=64)
    client_seed = models.CharField(_("클라이언트 시드"), max_length=64)
    nonce = models.PositiveBigIntegerField(_("논스"))
    created_at = models.DateTimeField(_("시각"))
    settled_at = models.DateTimeField(_("정산 시각"), null=True, blank=True)

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("라운드")
        verbose_name_plural = _("라운드")
        indexes = [
            models.Index(fields=["player", "-id"], name="round_history"),
            models.Index(fields=["player", "game", "-id"], name="round_history_of_game"),
            models.Index(fields=["settled_at"], name="round_settled_when"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["player"], condition=Q(status=RoundStatus.ACTIVE), name="round_open_once"),
            models.UniqueConstraint(fields=["server_seed_hash", "nonce"], name="round_nonce_used_once"),
            models.CheckConstraint(condition=Q(stake__gt=0), name="round_stake_positive"),
            models.CheckConstraint(condition=Q(game__in=GameType.values), name="round_known_game"),
            models.CheckConstraint(
                condition=Q(status=RoundStatus.ACTIVE, settled_at__isnull=True, payout=0)
                | (~Q(status=RoundStatus.ACTIVE) & Q(settled_at__isnull=False)),
                name="round_open_or_settled",
            ),
        ]

    def __str__(self) -> str:
        return str(self.round_id)

    @property
    def action_type(self) -> str:
        """What this play is called in the player's list of actions."""
        return ACTION_TYPES[GameType(self.game)]

    @property
    def action_types(self) -> list[str]:
        """Everything the round writes into that list once it is over."""
        is_cashed_out = self.status in (RoundStatus.CASHED_OUT, RoundStatus.AUTO_CASHED)
        return [self.action_type, CASHOUT] if is_cashed_out else [self.action_type]

    @property
    def net_change(self) -> int:
        """What the round changed for the player: payout less stake."""
        return self.payout - self.stake

    @property
    def multiplier(self) -> float:
        """Payout over stake, rounded to two decimals."""
        return round(self.payout / self.stake, 2)

    @property
    def result(self) -> RoundResult:
        """Win, tie or loss by the net change; open while the round is."""
        if self.settled_at is None:
            return RoundResult.OPEN
        if self.net_change > 0:
            return RoundResult.WIN
        return RoundResult.TIE if self.net_change == 0 else RoundResult.LOSS
