"""Passwords: Argon2id (19 MiB, two passes, one lane), and never more hashing at once than leaves the games a core."""

from __future__ import annotations

import threading
from typing import Final

from django.conf import settings
from django.contrib.auth import hashers, password_validation
from django.core.exceptions import ValidationError

from accounts import errors
from accounts.models import Player
from casino.lib.errors import Refusal, validation_error

# A flood of sign-ins waits here, so that the games keep the other threads and the other core.
_SLOTS: Final = threading.BoundedSemaphore(2)


class ClubArgon2Hasher(hashers.Argon2PasswordHasher):
    """Argon2id with the club's cost."""

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1


def hashed(password: str) -> str:
    """The hash to store for `password`."""
    with _SLOTS:
        return hashers.make_password(password)


def matches(player: Player | None, password: str) -> bool:
    """Whether `password` is the player's; an unknown player takes the same time to refuse."""
    with _SLOTS:
        if player is None:
            hashers.make_password(password)
            return False
        return hashers.check_password(password, player.password)


def check_strength(password: str, player: Player | None = None, *, field: str = "password") -> None:
    """Refuses a password that is too short, too long, common, numeric or like the player's names."""
    if (problem := _length_problem(password)) is not None:
        raise problem
    try:
        password_validation.validate_password(password, player)
    except ValidationError as error:
        raise validation_error(
            [
                {"loc": ["body", field], "msg": message, "type": each.code or "weak"}
                for each, message in zip(error.error_list, error.messages, strict=True)
            ]
        ) from error


def _length_problem(password: str) -> Refusal | None:
    if len(password) < settings.PASSWORD_MIN_LENGTH:
        return errors.password_too_short()
    return errors.password_too_long() if len(password) > settings.PASSWORD_MAX_LENGTH else None
