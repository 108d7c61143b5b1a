"""A player's account, and the one namespace of everything a player may be called."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.utils.translation import gettext_lazy as _


class Rank(models.TextChoices):
    """How far a player has risen; the order of the members is the order of the ranks."""

    STANDARD = "STANDARD", "STANDARD"
    PREMIUM = "PREMIUM", "PREMIUM"
    VIP = "VIP", "VIP"

    def reaches(self, gate: str | None) -> bool:
        """Whether this rank passes a `min_rank` gate; no gate lets everyone pass."""
        order = list(Rank)
        return not gate or order.index(self) >= order.index(Rank(gate))


class Role(models.TextChoices):
    """What a member of staff may do; players have none."""

    NONE = "", _("없음")
    AUDITOR = "auditor", _("감사")
    SUPPORT = "support", _("고객지원")
    SHOP = "shop", _("상점")
    ECONOMY = "economy", _("경제")
    OWNER = "owner", _("소유자")


def name_key(name: str) -> str:
    """The form in which names are compared: NFKC, without case."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


class PlayerManager(BaseUserManager["Player"]):
    """Finds players; accounts are made by `accounts.signup` alone."""

    def called(self, name: str) -> Player | None:
        """The player with this site_id or nickname, without regard to case."""
        found = PlayerName.objects.select_related("player").filter(key=name_key(name)).first()
        return found.player if found else None


class Player(AbstractBaseUser, PermissionsMixin):
    """An account: names, contact, rank, rights."""

    site_id = models.CharField(_("사이트 아이디"), max_length=50, unique=True)
    nickname = models.CharField(_("닉네임"), max_length=50)
    phone_number = models.CharField(_("전화번호"), max_length=15, null=True, blank=True, unique=True)
    avatar_url = models.CharField(_("아바타 주소"), max_length=300, null=True, blank=True)
    is_active = models.BooleanField(_("사용 가능"), default=True)
    is_staff = models.BooleanField(_("운영진"), default=False)
    role = models.CharField(_("역할"), max_length=10, choices=Role.choices, default=Role.NONE, blank=True)
    rank = models.CharField(_("등급"), max_length=10, choices=Rank.choices, default=Rank.STANDARD)
    is_banned = models.BooleanField(_("정지"), default=False)
    banned_until = models.DateTimeField(
        _("정지 종료"), null=True, blank=True, help_text=_("정지 중 비어 있으면 무기한")
    )
    ban_reason = models.CharField(_("정지 사유"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("가입"), db_index=True)
    terms_accepted_at = models.DateTimeField(_("약관 동의"), null=True, blank=True)

    USERNAME_FIELD = "site_id"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[PlayerManager] = PlayerManager()

    class Meta:
        verbose_name = _("플레이어")
        verbose_name_plural = _("플레이어")
        constraints = [
            models.CheckConstraint(condition=models.Q(rank__in=Rank.values), name="player_rank_known"),
            models.CheckConstraint(
                condition=models.Q(is_staff=True) | models.Q(role=Role.NONE), name="only_staff_have_a_role"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.nickname} ({self.site_id})"

    def is_banned_at(self, moment: datetime) -> bool:
        """Whether a ban is in force at `moment`."""
        return self.is_banned and (self.banned_until is None or moment < self.banned_until)

    def may_enter(self, moment: datetime) -> bool:
        """Whether the account may be used at `moment`."""
        return self.is_active and not self.is_banned_at(moment)


class PlayerName(models.Model):
    """A name in use. site_ids and nicknames share this one unique column, so nobody can pass for another."""

    key = models.CharField(_("이름"), max_length=120, primary_key=True)
    player = models.ForeignKey(Player, models.CASCADE, related_name="names")

    class Meta:
        verbose_name = _("이름")
        verbose_name_plural = _("이름")

    def __str__(self) -> str:
        return self.key
