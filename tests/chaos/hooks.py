"""HOOK: what the provider did not say changes nothing; what it said is done once, in whatever order."""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import secrets
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from accounts.models import Entry, Player
from bench import provider
from bench.provider import Json, Sealed, seal
from shop import buy, limited
from shop.models import Purchase, WebhookEvent
from shop.orders import Order
from tests.cast import gold_of
from tests.chaos import attacks, history, scene
from tests.chaos.attacks import Attack, event_of
from tests.chaos.club import PATIENCE_SECONDS, Club
from tests.chaos.report import Report

AT_ONCE = 8
CONTROL_ROUNDS = 2
Answer = tuple[int, Json]


def send(port: int, call: Sealed, method: str = "POST") -> Answer:
    """Sends a call as it is; status and answer."""
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    try:
        client.putrequest(method, provider.PATH)
        for name, value in {**call.headers, "Content-Length": str(len(call.raw))}.items():
            client.putheader(name, value.encode("latin-1"))
        client.endheaders(call.raw)
        answer = client.getresponse()
        return answer.status, json.loads(answer.read() or b"{}")
    finally:
        client.close()


class Door:
    """The club's webhook, a secret it knows, one it still knows, and a player whose purchases are told of."""

    def __init__(self, report: Report, club: Club, player: Player, luck: random.Random) -> None:
        self.report = report
        self.port = club.port
        self.player = player
        self.luck = luck
        self.secret, self.old_secret = os.environ["PAYMENT_WEBHOOK_SECRET"].split(",")

    def waiting(self) -> Purchase:
        """A purchase that waits for the provider's news: a pack, or a limited package."""
        order = Order(gateway_mode="external")
        if self.luck.random() < 0.5:
            return buy.buy(player=self.player, product=scene.pack(stock_remaining=3), order=order, key=None).purchase
        scene.forget_rates()
        good = scene.package(stock_total=3)
        return limited.buy(player=self.player, code=good.code, order=order, key=None).purchase

    def tell(self, call: Sealed, method: str = "POST") -> Answer:
        """Sends a call and counts its status; 5xx is never right."""
        status, told = send(self.port, call, method)
        self.report.ends[str(status)] += 1
        self.report.want(status < 500, f"answered {status} to {call.raw[:80]!r}")
        return status, told

    def tell_at_once(self, calls: Sequence[Sealed]) -> list[Answer]:
        """The same with many calls at the same moment."""
        return scene.at_once([partial(self.tell, call) for call in calls])


def attack(door: Door) -> None:
    """Every attack on one waiting purchase, which stays as it is."""
    purchase = door.waiting()
    before, gold = Purchase.objects.values().get(pk=purchase.pk), gold_of(door.player)
    for each in attacks.all_of(purchase, door.secret, door.luck):
        _refused(door, each)
        if each.code not in ("", "SIGNATURE_INVALID", "MISSING_HEADER", "INVALID_TIMESTAMP", "STALE_TIMESTAMP"):
            _replayed(door, each)
        row = Purchase.objects.values().get(pk=purchase.pk)
        door.report.want(row == before, f"{each.name} changed the purchase")
        before = row
    known = WebhookEvent.objects.filter(receipt_code=purchase.receipt_code).count()
    door.report.want(known == 0, f"{known} events are marked as processed")
    moved = gold_of(door.player) - gold
    door.report.want(moved == 0, f"the attacks moved {moved} gold")


def _refused(door: Door, each: Attack) -> None:
    status, told = door.tell(each.call, each.method)
    code = _code(told)
    is_right = status == each.status and each.code in ("", code)
    door.report.want(is_right, f"{each.name} was answered {status} {code}, wanted {each.status} {each.code}")


def _code(told: Json) -> str:
    return str(told.get("error", {}).get("code", ""))


def _replayed(door: Door, each: Attack) -> None:
    """A well-signed call has used its nonce up, whatever became of it; one never read has not."""
    status, told = door.tell(each.call)
    is_read = each.status not in (413, 415)
    wanted = (409, "REPLAY_DETECTED") if is_read else (each.status, each.code)
    found = (status, _code(told))
    door.report.want(found == wanted, f"{each.name} again was answered {found}, wanted {wanted}")


def plain(door: Door, purchase: Purchase) -> None:
    """Told once, sent twice."""
    call = seal(door.secret, event_of(purchase))
    _wanted(door, door.tell(call), applied=True)
    status, told = door.tell(call)
    door.report.want((status, _code(told)) == (409, "REPLAY_DETECTED"), f"a replay was answered {status}")


def rotated(door: Door, purchase: Purchase) -> None:
    """Signed with the secret of before."""
    _wanted(door, door.tell(seal(door.old_secret, event_of(purchase))), applied=True)


def prefixed(door: Door, purchase: Purchase) -> None:
    """The signature says its algorithm."""
    call = seal(door.secret, event_of(purchase))
    named = {**call.headers, "X-Signature": f"sha256={call.headers['X-Signature']}"}
    _wanted(door, door.tell(Sealed(call.raw, named)), applied=True)


def skewed(door: Door, purchase: Purchase) -> None:
    """The provider's clock is wrong by less than five minutes."""
    _wanted(door, door.tell(seal(door.secret, event_of(purchase), at=door.luck.randint(-280, 280))), applied=True)


def named_by_header(door: Door, purchase: Purchase) -> None:
    """The event's name stands in the header alone, then in both."""
    told = event_of(purchase, new_gold_balance="anything", more={"deep": [1]})
    name = told.pop("event_id")
    _wanted(door, door.tell(seal(door.secret, told, event_id=name)), applied=True)
    _wanted(door, door.tell(seal(door.secret, told | {"event_id": name}, event_id=name)), duplicate=True)


def retried(door: Door, purchase: Purchase) -> None:
    """The provider did not hear the answer and tells the event again, newly signed."""
    told = event_of(purchase)
    _wanted(door, door.tell(seal(door.secret, told)), applied=True)
    for _ in range(3):
        _wanted(door, door.tell(seal(door.secret, told)), duplicate=True)


def one_event_at_once(door: Door, purchase: Purchase) -> None:
    """The same event eight times at the same moment."""
    told = event_of(purchase)
    answers = door.tell_at_once([seal(door.secret, told) for _ in range(AT_ONCE)])
    ends = Counter((status, each.get("duplicate"), each.get("applied")) for status, each in answers)
    door.report.want(ends == {(200, False, True): 1, (200, True, None): AT_ONCE - 1}, f"one event at once: {ends}")


def one_call_at_once(door: Door, purchase: Purchase) -> None:
    """The same call, nonce and all, eight times at the same moment."""
    call = seal(door.secret, event_of(purchase))
    ends = Counter(status for status, _told in door.tell_at_once([call] * AT_ONCE))
    door.report.want(ends == {200: 1, 409: AT_ONCE - 1}, f"one call at once: {ends}")


def many_events_at_once(door: Door, purchase: Purchase) -> None:
    """Eight events that all say it is paid."""
    answers = door.tell_at_once([seal(door.secret, event_of(purchase)) for _ in range(AT_ONCE)])
    ends = Counter((status, each.get("applied"), each.get("status")) for status, each in answers)
    wanted = {(200, True, "success"): 1, (200, False, "success"): AT_ONCE - 1}
    door.report.want(ends == wanted, f"many events at once: {ends}")


def reordered(door: Door, purchase: Purchase) -> None:
    """Success comes first, what was said before it comes after."""
    _wanted(door, door.tell(seal(door.secret, event_of(purchase))), applied=True)
    for status in ("pending", "failed", "pending", "failed"):
        _wanted(door, door.tell(seal(door.secret, event_of(purchase, status=status))), applied=False)


def paid_after_all(door: Door, purchase: Purchase) -> None:
    """Pending, failed, and then the money arrives."""
    for status, applied in (("pending", False), ("failed", True), ("failed", False), ("success", True)):
        _wanted(door, door.tell(seal(door.secret, event_of(purchase, status=status))), applied=applied)


def both_at_once(door: Door, purchase: Purchase) -> None:
    """Success and failure race; whoever comes first, the money is there."""
    says = ["success", "failed"] * (AT_ONCE // 2)
    answers = door.tell_at_once([seal(door.secret, event_of(purchase, status=status)) for status in says])
    door.report.want({status for status, _told in answers} == {200}, f"both at once: {answers}")
    granted = sum(
        told.get("applied") is True for (_, told), said in zip(answers, says, strict=True) if said == "success"
    )
    door.report.want(granted == 1, f"both at once: {granted} successes were applied")


VARIANTS: Final[tuple[Callable[[Door, Purchase], None], ...]] = (
    plain, rotated, prefixed, skewed, named_by_header, retried, one_event_at_once, one_call_at_once,
    many_events_at_once, reordered, paid_after_all, both_at_once,
)  # fmt: skip


def _wanted(door: Door, answer: Answer, **facts: Any) -> None:
    status, told = answer
    is_right = status == 200 and told["ok"] is True and all(told.get(name) == value for name, value in facts.items())
    door.report.want(is_right, f"a valid call was answered {status} {told}, wanted {facts}")


def settle(door: Door, variant: Callable[[Door, Purchase], None]) -> None:
    """One purchase, told of in that way: it succeeds and its gold comes once."""
    purchase, gold = door.waiting(), gold_of(door.player)
    variant(door, purchase)
    purchase.refresh_from_db()
    name = f"{variant.__name__}: purchase {purchase.receipt_code}"
    door.report.want(purchase.status == "success", f"{name} is {purchase.status}")
    entries = [entry.signed_amount for entry in Entry.objects.filter(reference=purchase.receipt_code)]
    door.report.want(entries == [scene.GOLD], f"{name} moved {entries}")
    moved = gold_of(door.player) - gold
    door.report.want(moved == scene.GOLD, f"{name}: the balance moved by {moved}")
    history.judge(door.report.want, purchase)
    good = purchase.product or purchase.package
    assert good is not None
    good.refresh_from_db()
    taken = getattr(good, "sold", None) if purchase.package_id else 3 - (getattr(good, "stock_remaining", None) or 0)
    door.report.want(taken == 1, f"{name}: {taken} units are taken")


def run(arguments: argparse.Namespace, base: Path) -> bool:
    """The whole harness; whether everything held and the controls failed."""
    luck, report = random.Random(arguments.seed), Report("HOOK")
    ((_seat, player),) = scene.players(1, "payer")
    two_secrets = f"{os.environ['PAYMENT_WEBHOOK_SECRET'].split(',')[0]},{secrets.token_urlsafe(24)}"
    os.environ["PAYMENT_WEBHOOK_SECRET"] = two_secrets
    club = Club(base / "club.log")
    club.open()
    try:
        door = Door(report, club, player, luck)
        for _ in range(arguments.attacks):
            attack(door)
        report.tell_ends(f"{arguments.attacks} purchases attacked in every way")
        for variant in VARIANTS:
            for _ in range(arguments.hooks):
                settle(door, variant)
        report.tell_ends(f"{arguments.hooks} purchases told of in each of {len(VARIANTS)} valid ways")
    finally:
        club.kill()
    _control(report, base, "signatures", player, luck, attack)
    _control(report, base, "webhook memory", player, luck, _settle_all)
    return report.verdict(arguments.seed)


def _settle_all(door: Door) -> None:
    for each in VARIANTS:
        settle(door, each)


def _control(
    report: Report, base: Path, without: str, player: Player, luck: random.Random, act: Callable[[Door], object]
) -> None:
    club, control = Club(base / f"control {without}.log", without=without), Report()
    club.open()
    try:
        for _ in range(CONTROL_ROUNDS):
            act(Door(control, club, player, luck))
    finally:
        club.kill()
    report.want_failed(control, without, CONTROL_ROUNDS)
