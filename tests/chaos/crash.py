"""CRASH: cash-outs race the bust and the server is killed in between; at most one payout, by the server's clock."""

from __future__ import annotations

import argparse
import random
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from accounts.models import Entry, Player
from accounts.truths import ledger_truths
from bench import club as bench
from casino.lib import days
from games.engine import crash as engine
from games.models import Round
from games.play import due
from games.tests.flying import ACTIVE, BET, CURVE, OUT, aim, due_at
from games.truths import round_truths
from tests.chaos.club import Club, Guest
from tests.chaos.report import Report

LEAVERS = 8
STAKE = 100
SOON = (101, 102, 103, 104, 106)
CONTROL_ROUNDS = 20
Seated = list[tuple[Guest, Player]]


def judge(report: Report, flown: Round, point: int) -> None:
    """A settled round against the rule: the clock decides, and one payout is booked at most."""
    name = f"round {flown.round_id} (point {point})"
    if flown.settled_at is None:
        report.wrong.append(f"{name} is still open")
        return
    report.ends[flown.status] += 1
    lasted = (flown.settled_at - flown.created_at) / timedelta(milliseconds=1)
    left = flown.outcome["cashout_multiplier"]
    multiplier = 0 if left is None else round(left * 100)
    paid = [entry.amount for entry in Entry.objects.filter(reference=str(flown.round_id), code="crash_win")]
    report.want(paid == ([flown.payout] if flown.payout else []), f"{name} paid {flown.payout}, booked {paid}")
    report.want(flown.payout == engine.payout(flown.stake, multiplier), f"{name} left at {left}, paid {flown.payout}")
    target = flown.outcome["auto_cashout_multiplier"]
    match flown.status:
        case "cashed_out":
            report.want(lasted < engine.time_of(CURVE, point), f"{name} was left {lasted} ms after its start")
            shown = engine.multiplier_at(CURVE, int(lasted))
            report.want(multiplier == shown, f"{name} showed {shown} when it was left at {multiplier}")
        case "auto_cashed":
            report.want(target is not None and multiplier == round(target * 100) <= point, f"{name} ended at {left}")
            report.want(lasted == engine.time_of(CURVE, multiplier), f"{name} reached {left} after {lasted} ms")
        case _:
            report.want(lasted == engine.time_of(CURVE, point), f"{name} crashed after {lasted} ms")


def race(report: Report, guest: Guest, player: Player, luck: random.Random) -> None:
    """One round that eight cash-outs and the bust fight for."""
    point = luck.choice(SOON)
    aim(player, point)
    status, bet = guest.ask("POST", BET, {"bet_amount": STAKE})
    if status != 200:
        report.wrong.append(f"a bet was answered {status} {bet['error']['code']}")
        return
    wait = engine.time_of(CURVE, point) / 1000 + luck.uniform(-0.1, 0.01)
    start = time.monotonic() + max(0.0, wait)
    answers: list[tuple[int, Any]] = []

    def call(how: Callable[[], tuple[int, Any]]) -> None:
        time.sleep(max(0.0, start - time.monotonic()))
        answers.append(how())

    calls = [partial(guest.ask, "POST", OUT, {"game_id": bet["game_id"], "idempotency_key": f"{bet['game_id']} {n}"})
             for n in range(LEAVERS)]  # fmt: skip
    threads = [threading.Thread(target=call, args=(each,)) for each in (*calls, partial(guest.ask, "GET", ACTIVE))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    _settle_by_waiting(guest)
    flown = Round.objects.get(round_id=bet["round_id"])
    judge(report, flown, point)
    good = [told for status, told in answers if status == 200 and "round_id" in told]
    report.want(
        len(good) == (flown.status == "cashed_out"), f"{flown.round_id}: {len(good)} cash-outs were answered 200"
    )
    strange = {status for status, _told in answers} - {200, 400}
    report.want(len(answers) == LEAVERS + 1 and not strange, f"{flown.round_id}: answered {strange or len(answers)}")


def _settle_by_waiting(guest: Guest) -> None:
    for _ in range(200):
        if not guest.ask("GET", ACTIVE)[1]["active"]:
            return
        time.sleep(0.01)


def kill_between(
    report: Report, club: Club, guests: list[tuple[Guest, Player]], luck: random.Random, turn: int
) -> None:
    """Bets of every kind, `kill -9` with a bet and a cash-out in flight, and what has become of them afterwards."""
    kinds = ((300, 1.01), (102, None), (1_500, None), (2_000, None), (1_000, None))
    points = {}
    for (guest, player), (point, target) in zip(guests, kinds, strict=True):
        aim(player, point)
        points[player.pk] = point
        if player is not guests[-1][1]:
            body = {"bet_amount": STAKE} | ({} if target is None else {"auto_cashout_multiplier": target})
            report.want(guest.ask("POST", BET, body)[0] == 200, "a bet before the kill was refused")
    leaving, betting = {"idempotency_key": f"out {turn}"}, {"bet_amount": STAKE, "idempotency_key": f"bet {turn}"}
    in_flight = [guests[3][0].send("POST", OUT, leaving), guests[4][0].send("POST", BET, betting)]
    time.sleep(luck.uniform(0, 0.03))
    club.kill()
    for client in in_flight:
        client.close()
    time.sleep(luck.uniform(0, 0.5))
    report.ends[f"opened again in {club.open():.0f} s"] += 1
    status, told = guests[4][0].ask("POST", BET, betting)
    report.want(status == 200, f"the unheard bet was answered {status} {told}")
    report.ends["unheard bets replayed"] += told.get("idempotent_reuse") is True
    status, told = guests[3][0].ask("POST", OUT, leaving)
    report.want(status in (200, 400), f"the unheard cash-out was answered {status} {told}")
    report.ends["unheard cash-outs replayed"] += told.get("idempotent_reuse") is True
    for guest, player in guests:
        seen = guest.ask("GET", ACTIVE)[1]
        if seen["active"]:
            status, told = guest.ask("POST", OUT)
            report.want(status == 200 and told["cashout_multiplier"] >= seen["round"]["current_multiplier"],
                        f"a round that flew on was not left: {told}")  # fmt: skip
        judge(report, Round.objects.filter(player=player).latest("id"), points[player.pk])
        bets = Entry.objects.filter(wallet_id=player.pk, code="crash_bet").count()
        report.want(bets == Round.objects.filter(player=player).count(), f"player {player.pk}: {bets} bets are booked")
        report.want(due_at(player) is None, f"player {player.pk} keeps a mark")


def run(arguments: argparse.Namespace, base: Path) -> bool:
    """The whole harness; whether everything held and the control failed."""
    luck = random.Random(arguments.seed)
    seats = bench.enrol(7, "flyer")
    players = [Player.objects.get(pk=seat.player_id) for seat in seats]
    club, report = Club(base / "club.log"), Report("CRASH")
    club.open()
    try:
        guests = [Guest(club, seat.token) for seat in seats]
        for _ in range(arguments.rounds):
            race(report, guests[0], players[0], luck)
        raced = len(report.ends)
        report.tell_ends(f"{arguments.rounds} rounds, {LEAVERS} cash-outs and the bust each")
        for turn in range(arguments.kills):
            kill_between(report, club, list(zip(guests[1:6], players[1:6], strict=True)), luck, turn)
        report.ends["connections lost"] = sum(guest.lost for guest in guests)
        report.tell_ends(f"{arguments.kills} kills between bet and cash-out")
    finally:
        club.kill()
    broken = [str(truth.first) for truth in [*ledger_truths(), *round_truths()] if not truth.holds]
    report.want(due.overdue(days.now()) == 0, "rounds are overdue")
    report.wrong += broken
    if arguments.rounds >= 50:
        report.want(raced == 2, "the race was always won by the same side")
    report.want_failed(_control(base, seats[6].token, players[6], luck), "row locks", CONTROL_ROUNDS)
    return report.verdict(arguments.seed)


def _control(base: Path, token: str, player: Player, luck: random.Random) -> Report:
    """The same race without the lock."""
    club, report = Club(base / "control.log", without="row locks"), Report()
    club.open()
    try:
        for _ in range(CONTROL_ROUNDS):
            race(report, Guest(club, token), player, luck)
    finally:
        club.kill()
    return report
