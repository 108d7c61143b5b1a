"""ONCE: what may be had once is had once, however many ask at the same moment: promo codes, limits, one-time items."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final
from unittest.mock import patch

from accounts.models import Player
from casino.lib.errors import Refusal
from shop import buy, limited
from shop.models import Purchase
from shop.orders import Order, Sale
from tests.cast import gold_of
from tests.chaos import scene, without
from tests.chaos.report import Report
from tests.race import together

ASKERS = 16
CONTROL_ROUNDS = 10
Call = Callable[[], Sale]
_REFUSED: Final = frozenset({"PROMO_EXHAUSTED", "ALREADY_OWNED", "USER_LIMIT", "PROCESSING", "PROMO_ALREADY_USED"})


@dataclass(frozen=True, slots=True)
class Prize:
    """Something to be had once: how each asker asks for it, and what one of them gains."""

    calls: Sequence[Call]
    askers: Sequence[Player]
    gain: int


def promo_for_all(crowd: Sequence[Player]) -> Prize:
    """A code that may be used once, by whomever."""
    good = scene.pack()
    code = scene.promo(good, max_uses=1).code
    calls = [partial(buy.buy, player=each, product=good, order=Order(promo_code=code), key=None) for each in crowd]
    return Prize(calls, crowd, scene.GOLD)


def promo_for_each(crowd: Sequence[Player]) -> Prize:
    """A code that each may use once: one player asks from many devices."""
    good, one = scene.pack(), crowd[0]
    code = scene.promo(good, per_user_limit=1).code
    call = partial(buy.buy, player=one, product=good, order=Order(promo_code=code), key=None)
    return Prize([call] * ASKERS, [one], scene.GOLD)


def promo_of_package(crowd: Sequence[Player]) -> Prize:
    """The same code on a limited package."""
    good = scene.package()
    order = Order(promo_code=scene.promo(good, max_uses=1).code)
    calls = [partial(limited.buy, player=each, code=good.code, order=order, key=None) for each in crowd]
    return Prize(calls, crowd, scene.GOLD)


def one_time_item(crowd: Sequence[Player]) -> Prize:
    """An item that an account may have once."""
    good, one = scene.item(one_time=True), crowd[0]
    return Prize([partial(buy.buy, player=one, product=good, order=Order(), key=None)] * ASKERS, [one], -scene.PRICE)


def package_limit(crowd: Sequence[Player]) -> Prize:
    """A package that an account may have once."""
    good, one = scene.package(per_user_limit=1), crowd[0]
    return Prize(
        [partial(limited.buy, player=one, code=good.code, order=Order(), key=None)] * ASKERS, [one], scene.GOLD
    )


PRIZES: Final = (promo_for_all, promo_for_each, promo_of_package, one_time_item, package_limit)


def ask(report: Report, prize: Prize) -> None:
    """One round: everybody at once, and exactly one has it."""
    scene.forget_rates()
    gold, stored = sum(map(gold_of, prize.askers)), Purchase.objects.count()
    ends = Counter(_end(answer) for answer in together(*prize.calls))
    report.ends.update(ends)
    strange = set(ends) - _REFUSED - {"success"}
    report.want(ends["success"] == 1 and not strange, f"ended as {dict(ends)}")
    moved = sum(map(gold_of, prize.askers)) - gold
    report.want(moved == prize.gain, f"gold moved by {moved}, wanted {prize.gain}")
    stored = Purchase.objects.count() - stored
    report.want(stored == 1, f"{stored} purchases are stored")


def _end(answer: Sale | BaseException) -> str:
    if isinstance(answer, Refusal):
        return answer.code
    if isinstance(answer, BaseException):
        return f"crashed: {answer!r}"[:200]
    return str(answer.purchase.reason_code or answer.purchase.status)


def run(arguments: argparse.Namespace, base: Path) -> bool:
    """The whole harness; whether everything held and the controls failed."""
    report = Report("ONCE")
    crowd = [player for _seat, player in scene.players(ASKERS, "asker")]
    with patch.object(limited, "CALLS_MAX", ASKERS):  # else most devices would be told to slow down, and race nobody
        _ask_for_all(report, crowd, arguments.once)
    return report.verdict(arguments.seed)


def _ask_for_all(report: Report, crowd: Sequence[Player], rounds: int) -> None:
    for make in PRIZES:
        for _ in range(rounds):
            ask(report, make(crowd))
        report.tell_ends(f"{make.__name__}, {rounds} rounds of {ASKERS}")
    for make in PRIZES:
        control = Report()
        with without.taken_away("row locks"):
            for _ in range(CONTROL_ROUNDS):
                ask(control, make(crowd))
        report.want_failed(control, f"row locks ({make.__name__})", CONTROL_ROUNDS)
