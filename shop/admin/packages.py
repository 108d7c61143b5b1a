"""Limited packages and the units held of them, in the Django admin."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.admin import EvidenceAdmin, ReasonForm
from accounts.admin.deeds import Deed
from accounts.admin.desk import Sections
from accounts.models import Player, Rank
from casino.lib.days import now as clock
from shop import availability, packages, packaging
from shop.admin import drawings
from shop.admin.deeds import Json, StockForm, Way
from shop.admin.drawings import Seen, State
from shop.admin.prices import written
from shop.admin.shelf import ShelfAdmin, ShelfForm
from shop.admin.states import PackageStateFilter, package_state
from shop.availability import Availability
from shop.models import Currency, Hold, LimitedPackage


class PackageForm(ShelfForm):
    """A package as staff write it."""

    class Meta:
        model = LimitedPackage
        fields = (
            "code", "name", "description", "price_cents", "gold", "starts_at", "ends_at", "is_active", "min_rank",
            "per_user_limit", "stock_total",
        )  # fmt: skip


class PackageStockForm(StockForm):
    """How many units there are in all: a number, or a difference to what there are by then."""

    total_help = gettext_lazy(
        "전체 수량입니다. 이미 팔리거나 보류된 수보다 작을 수 없습니다. 변경할 때는 부호를 붙입니다. 예: -3"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["units"].help_text = self.total_help


def _set_stock(by: Player, package: LimitedPackage, given: Json) -> None:
    if given["way"] == Way.CHANGE:
        packaging.change_package_stock(by=by, code=package.code, by_units=given["units"], reason=given["reason"])
        return
    total = given["units"] if given["way"] == Way.SET else None
    packaging.set_package_stock(by=by, code=package.code, total=total, reason=given["reason"])


def _stop(by: Player, package: LimitedPackage, given: Json) -> None:
    packaging.disable_package(by=by, code=package.code, reason=given["reason"])


def _resume(by: Player, package: LimitedPackage, given: Json) -> None:
    packaging.upsert_package(by=by, code=package.code, facts={"is_disabled": False}, reason=given["reason"])


@admin.register(LimitedPackage)
class LimitedPackageAdmin(ShelfAdmin):
    """What is sold for a while: how much is left of it, how long, and the button that stops it."""

    form = PackageForm
    target_type = "limited_package"
    deeds: ClassVar[tuple[Deed, ...]] = (
        Deed("stock", gettext_lazy("수량 변경"), gettext_lazy("수량을 바꿨습니다"), PackageStockForm, _set_stock),
        Deed("stop", gettext_lazy("긴급 중지"), gettext_lazy("판매를 중지했습니다"), ReasonForm, _stop,
             lambda package: not package.is_disabled, is_grave=True),
        Deed("resume", gettext_lazy("중지 해제"), gettext_lazy("다시 판매합니다"), ReasonForm, _resume,
             lambda package: package.is_disabled),
    )  # fmt: skip
    created_only = ("code",)
    list_display = ("good", "standing", "units", "offer")
    list_filter = (PackageStateFilter, "min_rank")
    search_fields = ("code__icontains", "name__icontains")
    search_help_text = gettext_lazy("코드, 이름")
    date_hierarchy = "ends_at"
    ordering = ("-ends_at", "-id")
    readonly_fields = (
        "state", "sale_window", "units_now", "price_preview", "running_holds", "created_at", "updated_at",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[LimitedPackage]:
        """Each package with the units that running holds keep."""
        return packages.with_held(super().get_queryset(request), clock())

    def sections(self, row: LimitedPackage | None) -> Sections:
        """Stock is written once, with the package; after that it has a page of its own."""
        what = ("code", "name", "description")
        terms = (("starts_at", "ends_at"), "is_active", "min_rank", "per_user_limit")
        prices = ("price_cents", "gold")
        if row is None:
            return (
                (None, {"fields": what}),
                (pgettext_lazy("관리", "가격"), {"fields": prices}),
                (gettext_lazy("판매 조건"), {"fields": (*terms, "stock_total")}),
            )
        return (
            (None, {"fields": (("state", "sale_window"), *what)}),
            (gettext_lazy("수량"), {"fields": ("units_now", "running_holds")}),
            (pgettext_lazy("관리", "가격"), {"fields": (*prices, "price_preview")}),
            (gettext_lazy("판매 조건"), {"fields": terms}),
        )

    def create(self, by: Player, facts: Json) -> LimitedPackage:
        """Puts it on sale."""
        return packaging.upsert_package(by=by, code=facts.pop("code"), facts=facts)

    def alter(self, by: Player, row: LimitedPackage, facts: Json, reason: str) -> None:
        """Changes what staff changed."""
        packaging.upsert_package(by=by, code=row.code, facts=facts, reason=reason)

    def panel(self, row: LimitedPackage) -> str:
        """How many there are."""
        now = clock()
        return drawings.panel(availability.of_package(row, now), now, held_by=_("보류"))

    @admin.display(description=gettext_lazy("한정 패키지"), ordering="name")
    def good(self, package: LimitedPackage) -> SafeString:
        """What it is called, and by what code links and receipts know it."""
        return drawings.named(package.name, package.code)

    @admin.display(description=gettext_lazy("상태"))
    def state(self, package: LimitedPackage) -> SafeString:
        """Whether it is on sale, and why not if so."""
        now = clock()
        return drawings.badge(package_state(package, now, _units(package, now).free))

    @admin.display(description=gettext_lazy("상태"), ordering="ends_at")
    def standing(self, package: LimitedPackage) -> SafeString:
        """The state, with how long it lasts."""
        return drawings.standing(self.state(package), package.starts_at, package.ends_at, clock())

    @admin.display(description=gettext_lazy("판매 기간 (UTC)"), ordering="ends_at")
    def sale_window(self, package: LimitedPackage) -> SafeString:
        """What the clock says about the time of sale."""
        return drawings.window(package.starts_at, package.ends_at, clock())

    @admin.display(description=gettext_lazy("수량"))
    def units(self, package: LimitedPackage) -> str:
        """How many there are, in one line."""
        return drawings.bar(_units(package, clock()))

    @admin.display(description=gettext_lazy("수량"))
    def units_now(self, package: LimitedPackage) -> str:
        """How many there are, drawn and counted."""
        return self.panel(package)

    @admin.display(description=pgettext_lazy("관리", "가격"), ordering="price_cents")
    def offer(self, package: LimitedPackage) -> SafeString:
        """The price of one unit and what it gives; below it whom it is for, and how many each."""
        each = _("1인 %(count)d개") % {"count": package.per_user_limit}
        gate = _("%(rank)s 이상") % {"rank": package.min_rank} if package.min_rank else _("모든 등급")
        price = written(package.price_cents, Currency.USD)
        return drawings.named(f"{price} · {written(package.gold, Currency.GOLD)}", f"{gate} · {each}")

    @admin.display(description=gettext_lazy("등급별 화면"))
    def price_preview(self, package: LimitedPackage) -> str:
        """What a player of each rank sees now, as the form stands."""
        return drawings.ranks([_seen(package, rank, clock()) for rank in Rank])

    @admin.display(description=gettext_lazy("진행 중인 보류"))
    def running_holds(self, package: LimitedPackage) -> str:
        """Who keeps units now, and until when."""
        now = clock()
        running = Hold.objects.running(now).filter(package=package).select_related("player").order_by("expires_at")
        holds = [(hold, int((hold.expires_at - now).total_seconds())) for hold in running]
        return render_to_string("admin/shop/holds.html", {"holds": holds})


def _units(package: LimitedPackage, now: datetime) -> Availability:
    return availability.of_package(package, now, held=getattr(package, "held", None))


def _seen(package: LimitedPackage, rank: Rank, now: datetime) -> Seen:
    price = drawings.plain(written(package.price_cents, Currency.USD))
    state = package_state(package, now, _units(package, now).free)
    if state is State.SOLD_OUT:
        return Seen(rank.label, price, state.label)
    if state is not State.ON_SALE:
        return Seen(rank.label, price, _("보이지 않음"))
    return Seen(rank.label, price, "" if rank.reaches(package.min_rank) else _("등급 부족"))


@admin.register(Hold)
class HoldAdmin(EvidenceAdmin):
    """Units that are kept for somebody, and those whose time is over and that are not cleared away yet."""

    list_display = ("player", "package", "quantity", "is_running", "created_at", "expires_at")
    list_select_related = ("player", "package")
    list_filter = ("package",)
    search_fields = ("=player__site_id", "=player__nickname", "=package__code", "=hold_id")
    search_help_text = gettext_lazy("사이트 아이디, 닉네임, 패키지 코드")
    date_hierarchy = "expires_at"
    ordering = ("-expires_at",)
    fields = ("hold_id", "player", "package", "quantity", "is_running", "created_at", "expires_at")
    readonly_fields = ("is_running",)

    @admin.display(description=gettext_lazy("진행 중"), boolean=True)
    def is_running(self, hold: Hold) -> bool:
        """Whether it still keeps its units."""
        return hold.expires_at > clock()
