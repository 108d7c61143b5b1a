"""What the purchase history shows: which purchases are asked for, and one page of them, those still open first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.queries import make_cursor, read_cursor
from casino.lib.errors import Refusal
from shop.models import Purchase, PurchaseKind, PurchaseStatus
from shop.models.purchase import RECEIPT_DIGITS
from shop.slips import Slip

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

PAGE_ROWS: Final = 20
PATH: Final = "/shop/history"
_SHOWN: Final = ("product", "package")


@dataclass(frozen=True, slots=True)
class Filters:
    """Which purchases are asked for, and from where on."""

    status: str = ""
    kind: str = ""
    after: int | None = None
    receipt: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Filters:
        """The filters of a query string; whatever makes no sense counts as not asked for."""
        status, kind, receipt = (query.get(name, "") for name in ("status", "kind", "receipt"))
        return cls(
            status=status if status in PurchaseStatus.values else "",
            kind=kind if kind in PurchaseKind.values else "",
            after=_position(query.get("after", "")),
            receipt=receipt[:RECEIPT_DIGITS].lower(),
        )

    @property
    def is_any(self) -> bool:
        """Whether nothing narrows the purchases."""
        return not (self.status or self.kind)

    def href(self, cursor: str = "") -> str:
        """The address of these purchases, from the beginning or after a cursor."""
        named = (("status", self.status), ("kind", self.kind), ("after", cursor))
        asked = [(name, value) for name, value in named if value]
        return f"{PATH}?{urlencode(asked)}" if asked else PATH


def _position(cursor: str) -> int | None:
    try:
        return read_cursor(cursor) if cursor else None
    except Refusal:
        return None


@dataclass(frozen=True, slots=True)
class Choice:
    """One link of a row of filters."""

    name: StrOrPromise
    href: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class HistoryScreen:
    """One page of a player's purchases: the one asked for by its receipt, those that wait, those that are over."""

    filters: Filters
    asked: tuple[Slip, ...] = ()
    pending: tuple[Slip, ...] = ()
    done: tuple[Slip, ...] = ()
    following: str = ""

    @property
    def groups(self) -> tuple[tuple[str, StrOrPromise, tuple[Slip, ...]], ...]:
        """The slips as the page sets them: name, heading, rows."""
        asked, pending = ("asked", _("찾으신 영수증"), self.asked), ("pending", _("확인 중"), self.pending)
        return (asked, pending, ("done", _("지난 구매"), self.done))

    @property
    def is_empty(self) -> bool:
        """Nothing to show."""
        return not (self.asked or self.pending or self.done)

    @property
    def is_unknown(self) -> bool:
        """A receipt was asked for that is not the player's."""
        return bool(self.filters.receipt) and not any(
            slip.purchase.receipt_code == self.filters.receipt for slip in (*self.asked, *self.pending, *self.done)
        )

    @property
    def more(self) -> str:
        """Where older purchases are; empty when there are none."""
        return self.filters.href(self.following) if self.following else ""

    @property
    def statuses(self) -> tuple[Choice, ...]:
        """Every state a purchase can be in, and all of them."""
        options = (("", _("모든 상태")), *PurchaseStatus.choices)
        return tuple(
            Choice(name, replace(self.filters, status=value).href(), value == self.filters.status)
            for value, name in options
        )

    @property
    def kinds(self) -> tuple[Choice, ...]:
        """Everything that can be bought, and all of it."""
        options = (("", _("모든 상품")), *((kind.value, kind.label) for kind in _KINDS))
        return tuple(
            Choice(name, replace(self.filters, kind=value).href(), value == self.filters.kind)
            for value, name in options
        )


_KINDS: Final = (PurchaseKind.GOLD, PurchaseKind.LIMITED, PurchaseKind.ITEM)


def history_screen(player_id: int, query: Mapping[str, str]) -> HistoryScreen:
    """The page that a query string asks for, with the purchase it names by `receipt` wherever that stands."""
    filters = Filters.read(query)
    rows = Purchase.objects.of(player_id).select_related(*_SHOWN)
    found = _page(_narrowed(rows, filters), filters.after)
    shown, following = found[:PAGE_ROWS], make_cursor(_place(found[PAGE_ROWS - 1])) if found[PAGE_ROWS:] else ""
    asked: tuple[Slip, ...] = ()
    if filters.receipt and all(purchase.receipt_code != filters.receipt for purchase in shown):
        asked = tuple(Slip(purchase, is_open=True) for purchase in rows.filter(receipt_code=filters.receipt))
    slips = [Slip(purchase, is_open=purchase.receipt_code == filters.receipt) for purchase in shown]
    return HistoryScreen(
        filters,
        asked=asked,
        pending=tuple(slip for slip in slips if slip.purchase.is_pending),
        done=tuple(slip for slip in slips if not slip.purchase.is_pending),
        following=following,
    )


def _narrowed(rows: QuerySet[Purchase], filters: Filters) -> QuerySet[Purchase]:
    if filters.status:
        rows = rows.filter(status=filters.status)
    return rows.filter(kind=filters.kind) if filters.kind else rows


def _page(rows: QuerySet[Purchase], after: int | None) -> list[Purchase]:
    """One row more than a page, so that the end is known: first what is pending, then the rest, each newest first."""
    waiting, over = rows.filter(status=PurchaseStatus.PENDING), rows.exclude(status=PurchaseStatus.PENDING)
    found: list[Purchase] = []
    if after is None or after < 0:
        found = list((waiting if after is None else waiting.filter(pk__lt=-after))[: PAGE_ROWS + 1])
        after = None
    if len(found) <= PAGE_ROWS:
        found += (over if after is None else over.filter(pk__lt=after))[: PAGE_ROWS + 1 - len(found)]
    return found


def _place(purchase: Purchase) -> int:
    """Where a purchase stands in the list, for a cursor: those that are pending stand below zero."""
    return -purchase.pk if purchase.is_pending else purchase.pk
