"""Sentences about the club that must always hold, and how many rows were looked at to say so."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Truth:
    """One checked sentence. `first` names the first row that breaks it; `gold` is the gold it is off by."""

    name: str
    text: str
    checked: int
    broken: int = 0
    first: str | None = None
    gold: int = 0

    @property
    def holds(self) -> bool:
        """Whether no row breaks it."""
        return self.broken == 0
