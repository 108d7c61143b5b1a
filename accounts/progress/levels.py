"""Levels: 500 XP each."""

from __future__ import annotations

from typing import Final

from realtime.events import Changes

XP_PER_LEVEL: Final = 500


def level(experience: int) -> int:
    """The level that much XP brings, from 1."""
    return experience // XP_PER_LEVEL + 1


def standing(experience: int) -> Changes:
    """Level and progress as `profile_update` tells them."""
    current = experience % XP_PER_LEVEL
    return {
        "experience": experience,
        "level": level(experience),
        "current_xp": current,
        "progress_percentage": current * 100 / XP_PER_LEVEL,
    }
