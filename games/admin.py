"""The games in the Django admin: rounds with their proof to look at, tables and pauses to decide about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import cards
from accounts.admin import EvidenceAdmin, ReasonForm
from accounts.models import Entry, Player
from casino.lib.days import now as clock
from casino.lib.errors import Refusal
from games import configurations, figures, seeds, tables
from games.models import Game, GameConfig, GameStats, GameType, RevealedSeed, Round

Json = dict[str, Any]


def _signed_in(request: HttpRequest) -> Player:
    assert isinstance(request.user, Player)
    return request.user


def _table_of(heads: tuple[str, ...], lines: Sequence[tuple[str, ...]]) -> SafeString:
    """A small table for the page of one row."""
    head = format_html_join("", "<th scope='col'>{}</th>", ((name,) for name in heads))
    body = (format_html_join("", "<td>{}</td>", ((value,) for value in line)) for line in lines)
    rows = format_html_join("", "<tr>{}</tr>", ((line,) for line in body))
    return format_html("<table class='table'><thead><tr>{}</tr></thead><tbody>{}</tbody></table>", head, rows)


@admin.register(Round)
class RoundAdmin(EvidenceAdmin):
    """Every round with its outcome, its proof and the gold it moved."""

    list_display = ("id", "player", "game", "stake", "payout", "net_change", "status", "balance_after", "created_at")
    list_filter = ("game", "status")
    list_select_related = ("player",)
    search_fields = ("=round_id", "=player__site_id", "=player__nickname", "=server_seed_hash")
    search_help_text = "round_id, site_id, nickname, server_seed_hash"
    date_hierarchy = "settled_at"
    fieldsets = (
        (None, {"fields": ("page", "player", "game", "status", "created_at", "settled_at")}),
        (gettext_lazy("골드"), {"fields": ("stake", "payout", "net_change", "balance_after", "ledger")}),
        (gettext_lazy("결과"), {"fields": ("shown", "config_version")}),
        (gettext_lazy("증명"), {"fields": ("server_seed_hash", "client_seed", "nonce", "server_seed")}),
    )
    readonly_fields = ("page", "net_change", "ledger", "shown", "server_seed")

    @admin.display(description=gettext_lazy("공개 페이지"))
    def page(self, played: Round) -> str:
        """The page everybody may open once the round is over."""
        return format_html('<a href="{}">{}</a>', reverse("round", args=[played.round_id]), played.round_id)

    @admin.display(description=gettext_lazy("순변동"))
    def net_change(self, played: Round) -> str:
        """Payout less stake; nothing while the round is open."""
        return "–" if played.settled_at is None else f"{played.net_change:+,}"

    @admin.display(description=gettext_lazy("결과"))
    def shown(self, played: Round) -> str:
        """The outcome as it is kept."""
        return format_html("<pre>{}</pre>", figures.as_text(played.outcome))

    @admin.display(description=gettext_lazy("서버 시드"))
    def server_seed(self, played: Round) -> str:
        """The seed once it is revealed."""
        return seeds.server_seed_of(played) or _("아직 비밀입니다")

    @admin.display(description=gettext_lazy("원장"))
    def ledger(self, played: Round) -> str:
        """The entries that name the round."""
        entries = Entry.objects.filter(wallet_id=played.player_id, reference=str(played.round_id)).order_by("seq")
        lines = [
            (str(entry.seq), cards.kind_name(entry.code), f"{entry.signed_amount:+,}", f"{entry.balance_after:,}")
            for entry in entries
        ]
        return _table_of(("#", _("종류"), _("변동"), _("이후 잔액")), lines)


@admin.register(GameStats)
class GameStatsAdmin(EvidenceAdmin):
    """Running totals per player and game."""

    list_display = ("player", "game", "rounds", "wins", "ties", "losses", "wagered", "won", "max_win", "updated_at")
    list_filter = ("game",)
    list_select_related = ("player", "game")
    search_fields = ("=player__site_id", "=player__nickname")


class PauseForm(ReasonForm):
    """What players read while the game stands still."""

    reason = forms.CharField(
        label=gettext_lazy("사유"),
        min_length=2,
        max_length=200,
        help_text=gettext_lazy("플레이어에게 이 글이 그대로 보입니다."),
    )


@admin.register(Game)
class GameAdmin(EvidenceAdmin):
    """Which table each game is played by, and whether it is paused."""

    list_display = ("id", "config", "pause_reason")
    list_select_related = ("config",)
    readonly_fields = ("next_version",)
    actions = ("pause", "resume", "export_csv")

    def get_fields(self, request: HttpRequest, obj: Game | None = None) -> tuple[str, ...]:
        """The way to the next version is shown to those who may write it."""
        fields = ("id", "config", "pause_reason")
        return (*fields, "next_version") if _signed_in(request).has_perm("games.add_gameconfig") else fields

    def has_run_permission(self, request: HttpRequest) -> bool:
        """Economy and owners may stop a game and let it go on."""
        return _signed_in(request).has_perm("games.change_game")

    @admin.display(description=gettext_lazy("설정"))
    def next_version(self, game: Game) -> str:
        """Where the next version of the table is written."""
        address = f"{reverse('admin:games_gameconfig_add')}?game={game.pk}"
        return format_html('<a href="{}">{}</a>', address, _("새 버전 만들기"))

    @admin.action(description=gettext_lazy("게임 중단"), permissions=["run"])
    def pause(self, request: HttpRequest, games: QuerySet[Game]) -> HttpResponse | None:
        """Asks what players shall read, then refuses new stakes; open rounds still settle."""
        return self._with_reason(request, games, "pause", PauseForm)

    @admin.action(description=gettext_lazy("게임 재개"), permissions=["run"])
    def resume(self, request: HttpRequest, games: QuerySet[Game]) -> HttpResponse | None:
        """Asks why, then takes stakes again."""
        return self._with_reason(request, games, "resume", ReasonForm)

    def _with_reason(
        self, request: HttpRequest, games: QuerySet[Game], action: str, form_class: type[ReasonForm]
    ) -> HttpResponse | None:
        form = form_class(request.POST) if "reason" in request.POST else form_class()
        if not form.is_bound or not form.is_valid():
            context = {
                **self.admin_site.each_context(request),
                "title": getattr(self, action).short_description,
                "opts": self.opts,
                "games": [(game.pk, GameType(game.pk).label) for game in games],
                "action": action,
                "form": form,
            }
            return TemplateResponse(request, "admin/games/game/reason.html", context)
        change = configurations.pause if action == "pause" else configurations.resume
        for game in games:
            change(game=GameType(game.pk), reason=form.cleaned_data["reason"], by=_signed_in(request), now=clock())
            self.message_user(request, f"{GameType(game.pk).label}: {getattr(self, action).short_description}")
        return None


class TableForm(ReasonForm):
    """The next version of a table as staff write it; `seen` is the fingerprint of the table the preview showed."""

    based_on = forms.IntegerField(widget=forms.HiddenInput)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    table = forms.CharField(
        label=gettext_lazy("표 (JSON)"),
        max_length=100_000,
        widget=forms.Textarea(attrs={"rows": 28, "spellcheck": "false", "class": "code"}),
    )
    field_order = ("table", "reason")

    def __init__(self, *args: Any, game: GameType, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.game = game

    def clean_table(self) -> Json:
        """The table itself, which can be played."""
        try:
            table = configurations.read(self.cleaned_data["table"])
            self.rules = tables.parse(self.game, table)
        except tables.TableError as error:
            raise forms.ValidationError(str(error)) from error
        return table

    @property
    def fingerprint(self) -> str:
        """The table's fingerprint."""
        return tables.fingerprint(self.cleaned_data["table"])


@admin.register(GameConfig)
class GameConfigAdmin(EvidenceAdmin):
    """Every version of every table: never edited, only followed by the next one."""

    list_display = ("game", "version", "in_force", "valid_from", "fingerprint")
    list_filter = ("game",)
    list_select_related = ("in_force_for",)
    fields = ("game", "version", "in_force", "valid_from", "fingerprint", "facts", "differences", "written")
    readonly_fields = ("in_force", "facts", "differences", "written")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Economy and owners may write the next version."""
        return _signed_in(request).has_perm("games.add_gameconfig")

    @admin.display(description=gettext_lazy("적용 중"), boolean=True)
    def in_force(self, config: GameConfig) -> bool:
        """Whether new rounds are played by it."""
        return hasattr(config, "in_force_for")

    @admin.display(description=gettext_lazy("수치"))
    def facts(self, config: GameConfig) -> str:
        """Its exact figures."""
        told = figures.figures(tables.parse(config.game, config.table))
        return _table_of((_("이름"), _("값")), list(told.items()))

    @admin.display(description=gettext_lazy("바뀐 것"))
    def differences(self, config: GameConfig) -> str:
        """What it changed about the version before."""
        before = GameConfig.objects.filter(game=config.game, version=config.version - 1).first()
        if before is None:
            return _("첫 버전입니다")
        changed = figures.changes(before.table, config.table)
        return _table_of((_("자리"), _("전"), _("후")), [(one.place, one.before, one.after) for one in changed])

    @admin.display(description=gettext_lazy("표 (JSON)"))
    def written(self, config: GameConfig) -> str:
        """The table as staff read it."""
        return format_html("<pre>{}</pre>", figures.as_text(config.table))

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Json | None = None) -> HttpResponse:
        """Chooses a game, writes the next version of its table, looks at what it changes, puts it in force."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        asked = request.GET.get("game", "")
        if asked not in GameType.values:
            games = [(game.pk, GameType(game.pk).label, game.config) for game in self._games()]
            return self._page(request, "choose", title=_("어느 게임의 새 버전입니까?"), games=games)
        game = GameType(asked)
        in_force = self._games().get(pk=game).config
        if request.method != "POST":
            first = {"table": figures.as_text(in_force.table), "based_on": in_force.version}
            return self._write(request, TableForm(initial=first, game=game), in_force)
        form = TableForm(request.POST, game=game)
        if "_edit" in request.POST:
            return self._write(request, TableForm(initial=request.POST.dict(), game=game), in_force)
        if not form.is_valid():
            return self._write(request, form, in_force)
        try:
            if form.cleaned_data["based_on"] != in_force.version:
                raise configurations.overtaken(in_force.version)
            if "_apply" in request.POST and form.cleaned_data["seen"] == form.fingerprint:
                return self._apply(request, form)
        except Refusal as refusal:
            messages.error(request, str(refusal.message))
            again = request.POST.dict() | {"based_on": str(self._games().get(pk=game).config.version)}
            return self._write(request, TableForm(initial=again, game=game), in_force)
        return self._preview(request, form, in_force)

    def _games(self) -> QuerySet[Game]:
        return Game.objects.select_related("config").order_by("pk")

    def _write(self, request: HttpRequest, form: TableForm, in_force: GameConfig) -> HttpResponse:
        title = _("%(game)s: 새 버전 (지금 버전 %(version)s)") % {"game": form.game.label, "version": in_force.version}
        return self._page(request, "write", title=title, form=form)

    def _preview(self, request: HttpRequest, form: TableForm, in_force: GameConfig) -> HttpResponse:
        now, then = figures.figures(tables.parse(form.game, in_force.table)), figures.figures(form.rules)
        rows = [(name, now.get(name, ""), then.get(name, "")) for name in {**then, **now}]
        changed = figures.changes(in_force.table, form.cleaned_data["table"])
        title = _("%(game)s: 적용 전 확인") % {"game": form.game.label}
        return self._page(request, "preview", title=title, form=form, in_force=in_force, figures=rows, changes=changed)

    def _apply(self, request: HttpRequest, form: TableForm) -> HttpResponse:
        given = form.cleaned_data
        config = configurations.introduce(
            game=form.game,
            table=given["table"],
            based_on=given["based_on"],
            reason=given["reason"],
            by=_signed_in(request),
            now=clock(),
        )
        self.message_user(request, _("%(config)s을(를) 적용했습니다") % {"config": config})
        return HttpResponseRedirect(reverse("admin:games_gameconfig_change", args=[config.pk]))

    def _page(self, request: HttpRequest, name: str, **context: Any) -> HttpResponse:
        shared = {**self.admin_site.each_context(request), "opts": self.opts}
        return TemplateResponse(request, f"admin/games/gameconfig/{name}.html", shared | context)


@admin.register(RevealedSeed)
class RevealedSeedAdmin(EvidenceAdmin):
    """Server seeds that are no longer in use."""

    list_display = ("player", "server_seed_hash", "client_seed", "last_nonce", "rotated_at")
    list_select_related = ("player",)
    search_fields = ("=server_seed_hash", "=player__site_id", "=player__nickname")
    search_help_text = "server_seed_hash, site_id, nickname"
    ordering = ("-id",)
