"""What the odds page shows: the odds document, every number as a person reads it, every row as it can be found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any, Final

from django.utils.translation import gettext as _

from games.engine.units import HUNDREDTHS
from games.models import GameType
from games.screens.rows import HAND_NAMES, rarity_rank
from games.screens.shown import percent, times
from games.screens.slot import DRAWN, UNDRAWN

Json = dict[str, Any]

SHORT: Final = 24
"""Longer fractions are folded away."""


@dataclass(frozen=True, slots=True)
class Share:
    """A probability or a return: in percent, and as an exact fraction."""

    percent: str
    exact: str

    @property
    def is_long(self) -> bool:
        """Whether the fraction is too long to stand in a line."""
        return len(self.exact) > SHORT


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: what it is found by, whether the search leaves it out, and what it says."""

    find: str
    is_missed: bool
    says: Mapping[str, Any]


def share(told: Json, name: str) -> Share:
    """The number of this name in the document."""
    exact = told[f"{name}_exact"]
    return Share(percent(Fraction(exact if exact is not None else told[name])), (exact or "").replace("/", " / "))


def multiplier(value: float) -> str:
    """A multiple of the stake: 2.0 → 2, 1000.0 → 1,000."""
    return times(round(value * HUNDREDTHS))


@dataclass(frozen=True, slots=True)
class OddsScreen:
    """The whole page for one search."""

    document: Json
    wanted: str
    stake: int | None
    lines: int

    def _row(self, *words: str, **says: Any) -> Row:
        find = " ".join(words).casefold()
        return Row(find, self.wanted.casefold().strip() not in find, says)

    @property
    def games(self) -> Json:
        """The document's games."""
        games: Json = self.document["games"]
        return games

    @property
    def facts(self) -> Json:
        """Of every game the version that is shown, and whether it is in force."""
        return {
            game: {
                "version": told["config_version"],
                "hash": told["hash"],
                "is_past": told["valid_to"] is not None,
                "max_multiplier": multiplier(told["max_multiplier"]),
                **{name: share(told, name) for name in _shares_of(told)},
            }
            for game, told in self.games.items()
        }

    @property
    def past(self) -> tuple[str, ...]:
        """The games shown by a version that is no longer in force."""
        return tuple(
            _("%(game)s 버전 %(version)s") % {"game": GameType(game).label, "version": facts["version"]}
            for game, facts in self.facts.items()
            if facts["is_past"]
        )

    @property
    def symbols(self) -> tuple[Row, ...]:
        """The slot's pictures, the best first."""
        told = self.games[GameType.SLOT]
        weights = {entry["symbol"]: entry for entry in told["symbols"]}
        best_first = sorted(told["paytable"], key=lambda entry: (-entry["three"], -entry["pair"]))
        return tuple(
            self._row(
                _("슬롯"), name, entry["symbol"],
                name=name, art=art, weight=weights[entry["symbol"]]["weight"],
                share=share(weights[entry["symbol"]], "probability"),
                pair=multiplier(entry["pair"]), pair_chance=share(entry, "pair_probability"),
                three=multiplier(entry["three"]), three_chance=share(entry, "three_probability"),
            )
            for entry in best_first
            for name, art in (_drawn(entry["symbol"]),)
        )  # fmt: skip

    @property
    def duel(self) -> tuple[Row, ...]:
        """What a duel can come to."""
        told = self.games[GameType.RPS]
        chance = share(told, "hit_rate")  # each result is as likely as each hand of the house
        names = {"win": _("승"), "draw": _("무"), "lose": _("패")}
        return tuple(
            self._row(_("가위바위보"), name, *map(str, HAND_NAMES.values()), name=name, chance=chance, pays=pays)
            for result, name in names.items()
            for pays in (multiplier(told["payouts"][result]),)
        )

    @property
    def rarities(self) -> tuple[Row, ...]:
        """The gacha's rarities with their chances alone and with both promises."""
        told = self.games[GameType.GACHA]
        single, ten = (told["rates_with_pity"][count] for count in ("single", "ten"))
        return tuple(
            self._row(
                _("가챠"), entry["rarity"],
                name=entry["rarity"], rank=rarity_rank(entry["rarity"]), items=entry["items"],
                share=share(entry, "probability"),
                single=share(one, "probability"), ten=share(of_ten, "probability"),
            )
            for entry, one, of_ten in zip(told["rarities"], single, ten, strict=True)
        )  # fmt: skip

    @property
    def items(self) -> tuple[Row, ...]:
        """Every item of the gacha."""
        return tuple(
            self._row(
                _("가챠"), item["name"], item["rarity"], item["item_id"],
                name=item["name"], rarity=item["rarity"], rank=rarity_rank(item["rarity"]),
                share=share(item, "probability"), gold=item["gold_value"],
            )
            for item in self.games[GameType.GACHA]["items"]
        )  # fmt: skip

    @property
    def gacha(self) -> Json:
        """The gacha's prices and promises."""
        told = self.games[GameType.GACHA]
        costs = told["costs"]
        limits = sorted(set(told["daily_limits"].values()))
        return {
            "single": costs["single"],
            "ten": costs["ten"],
            "saved": 10 * costs["single"] - costs["ten"],
            "threshold": told["pity"]["threshold"],
            "guarantees": told["pity"]["guarantees"],
            "ten_guarantee": told["ten_pull_guarantee"],
            "limits": " · ".join(f"{limit:,}" for limit in limits),
        }

    @property
    def reaches(self) -> tuple[Row, ...]:
        """How likely crash gets as far."""
        return tuple(
            self._row(
                _("크래시"), f"{entry['multiplier']:.2f}x", f"{entry['multiplier']:g}x",
                at=f"{entry['multiplier']:.2f}x", chance=share(entry, "probability"),
                per_mille=round(1000 * entry["probability"]),
            )
            for entry in self.games[GameType.CRASH]["reaches"]
        )  # fmt: skip

    @property
    def crash(self) -> Json:
        """How crash runs."""
        told = self.games[GameType.CRASH]
        low, high = told["auto_range"]
        return {
            "survival": told["survival"],
            "survival_from": f"{told['survival_from']:.2f}",
            "growth": f"{told['growth_rate']:f}".rstrip("0"),
            "range": f"{low:.2f}–{high:.2f}x",
            "top": f"{told['max_multiplier']:.2f}x",
        }

    @property
    def cut(self) -> Json:
        """What slot and rps return of the stake asked for, None where the game does not take it."""
        if self.stake is None:
            return {}
        return {
            game.value: share(told, "rtp_after_cutting") if told["rtp_after_cutting"] is not None else None
            for game in (GameType.SLOT, GameType.RPS)
            for told in (self.games[game],)
        }

    @property
    def versions(self) -> tuple[Row, ...]:
        """Every version there ever was."""
        return tuple(
            self._row(
                label, _("버전 %(version)s") % {"version": entry["config_version"]}, entry["hash"],
                game=entry["game"], label=label, version=entry["config_version"], hash=entry["hash"],
                since=datetime.fromisoformat(entry["valid_from"]),
                until=datetime.fromisoformat(entry["valid_to"]) if entry["valid_to"] else None,
                share=share(entry, "rtp"),
                is_shown=entry["config_version"] == self.games[entry["game"]]["config_version"],
            )
            for entry in self.document["versions"]
            for label in (str(GameType(entry["game"]).label),)
        )  # fmt: skip

    @property
    def is_empty(self) -> bool:
        """Whether the search found nothing at all."""
        tables = (self.symbols, self.duel, self.rarities, self.items, self.reaches, self.versions)
        return all(row.is_missed for rows in tables for row in rows)


def _shares_of(told: Json) -> Iterator[str]:
    """The names of a game's numbers that have an exact form of their own."""
    exact = (name for name in told if name.endswith("_exact") and not name.startswith("rtp_after"))
    return (name.removesuffix("_exact") for name in exact)


def _drawn(face: str) -> tuple[str, str]:
    """What a face is called and the drawing that stands for it."""
    if face not in DRAWN:
        return face, UNDRAWN
    art, name = DRAWN[face]
    return str(name), art
