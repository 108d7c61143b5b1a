"""What staff tell many players, in the Django admin: written once, looked at before it is sent, never edited."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any, ClassVar, Final

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminSplitDateTime
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.admin import drawings
from accounts.admin.deeds import Deed, tell
from accounts.admin.desk import name_both, signed_in
from accounts.admin.handling import HandlingAdmin, HandlingForm
from accounts.models import Player
from adminpanel import campaigns
from adminpanel.models import Campaign
from casino.lib.days import now as clock
from casino.lib.days import stamp
from casino.lib.errors import Refusal

Json = dict[str, Any]
Status, Targeting = Campaign.Status, Campaign.Targeting
NAMED_MAX: Final = 10_000
_SHOWN: Final = 120
_PARTS: Final = re.compile(r"[\s,]+")
_TONES: Final = {Status.SCHEDULED: "live", Status.SENDING: "live", Status.SENT: "gain", Status.CANCELLED: "line"}


class CampaignForm(forms.Form):
    """What is told, to whom and when; `seen` names what the preview showed."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    title = forms.CharField(label=gettext_lazy("제목"), max_length=100)
    message = forms.CharField(
        label=pgettext_lazy("관리", "내용"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("받는 사람의 알림에 이 글이 그대로 보입니다. 번역하지 않습니다."),
    )
    targeting_type = forms.ChoiceField(
        label=pgettext_lazy("관리", "대상"), choices=Targeting, initial=Targeting.ALL, widget=forms.RadioSelect
    )
    target_segment = forms.ChoiceField(
        label=gettext_lazy("집단"), choices=[("", "–"), *Campaign.Segment.choices], required=False
    )
    user_ids = forms.CharField(
        label=gettext_lazy("플레이어 번호"),
        max_length=120_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "class": "code"}),
        help_text=gettext_lazy("쉼표나 줄바꿈으로 나눕니다. 최대 10,000명."),
    )
    scheduled_at = forms.SplitDateTimeField(
        label=gettext_lazy("보낼 시각 (UTC)"),
        required=False,
        widget=AdminSplitDateTime(),
        help_text=gettext_lazy("비우면 바로 보냅니다."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name_both(self.fields["scheduled_at"])

    def clean_user_ids(self) -> list[int]:
        """The numbers, each once."""
        parts = [part for part in _PARTS.split(self.cleaned_data["user_ids"]) if part]
        if not all(part.isascii() and part.isdecimal() and len(part) <= 18 for part in parts):
            raise forms.ValidationError(_("번호만 적으세요"))
        found = sorted({int(part) for part in parts})
        if len(found) > NAMED_MAX:
            raise forms.ValidationError(_("최대 %(most)s명입니다") % {"most": f"{NAMED_MAX:,}"})
        return found

    def clean(self) -> Json:
        """Whoever is named is named by what was chosen, and by nothing else."""
        given = super().clean() or {}
        chosen = given.get("targeting_type")
        for name, way, told in (
            ("target_segment", Targeting.SEGMENT, _("집단을 고르세요")),
            ("user_ids", Targeting.USER_IDS, _("플레이어 번호를 적으세요")),
        ):
            if name in self.errors:
                continue
            if chosen == way and not given.get(name):
                self.add_error(name, told)
            if chosen and chosen != way and given.get(name):
                self.add_error(name, _("고른 대상에는 쓰지 않습니다. 비우세요."))
        return given

    @property
    def facts(self) -> Json:
        """What the operation wants to know."""
        return {name: value for name, value in self.cleaned_data.items() if name != "seen"}

    @property
    def fingerprint(self) -> str:
        """A name for exactly these facts."""
        at = self.cleaned_data["scheduled_at"]
        shown = json.dumps(self.facts | {"scheduled_at": at and stamp(at)}, sort_keys=True)
        return hashlib.sha256(shown.encode()).hexdigest()


def _cancel(by: Player, campaign: Campaign, given: Json) -> None:
    campaigns.cancel(by=by, campaign_id=campaign.pk, reason=given["reason"])


@admin.register(Campaign)
class CampaignAdmin(HandlingAdmin):
    """Everything that was told to many, and what is still to be."""

    deeds: ClassVar[tuple[Deed, ...]] = (
        Deed("cancel", gettext_lazy("발송 취소"), gettext_lazy("취소했습니다"), HandlingForm, _cancel,
             lambda campaign: campaign.status == Status.SCHEDULED, is_grave=True),
    )  # fmt: skip
    csv_fields = (
        "id", "title", "message", "targeting_type", "target_segment", "status", "scheduled_at", "sent_at",
        "target_count", "created_by__site_id", "created_at",
    )  # fmt: skip
    list_display = ("what", "state", "targets", "target_count", "scheduled_at", "sent_at", "maker")
    list_filter = ("status", "targeting_type")
    list_select_related = ("created_by",)
    search_fields = ("=id", "title__icontains", "message__icontains")
    search_help_text = gettext_lazy("번호, 제목, 내용")
    date_hierarchy = "created_at"
    ordering = ("-id",)
    fields = (
        "title", "message", "state", "targets", "target_count", "scheduled_at", "started_at", "sent_at", "maker",
        "created_at",
    )  # fmt: skip
    readonly_fields = ("state", "targets", "maker")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Support and owners may tell many players something."""
        return signed_in(request).has_perm("adminpanel.add_campaign")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Campaign]:
        """Without the numbers of up to ten thousand players a row, which no list shows."""
        found: QuerySet[Campaign] = super().get_queryset(request)
        return found.defer("user_ids").select_related("created_by")

    @admin.display(description=gettext_lazy("소식"), ordering="title")
    def what(self, campaign: Campaign) -> SafeString:
        """The title, with the message under it."""
        return drawings.named(campaign.title, Truncator(campaign.message).chars(_SHOWN))

    @admin.display(description=gettext_lazy("상태"), ordering="status")
    def state(self, campaign: Campaign) -> SafeString:
        """How far it is."""
        status = Status(campaign.status)
        return drawings.badge(_TONES[status], status.label)

    @admin.display(description=pgettext_lazy("관리", "대상"))
    def targets(self, campaign: Campaign) -> str:
        """Whom it is for."""
        if campaign.targeting_type == Targeting.SEGMENT:
            return str(campaign.get_target_segment_display())
        return str(campaign.get_targeting_type_display())

    @admin.display(description=gettext_lazy("만든 사람"))
    def maker(self, campaign: Campaign) -> str:
        """Who wrote it."""
        return campaign.created_by.site_id if campaign.created_by else "–"

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Json | None = None) -> HttpResponse:
        """Writes it, looks at it and at how many it reaches, sends it."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = CampaignForm(request.POST) if request.method == "POST" else CampaignForm()
        if not form.is_valid():
            return self._page(request, form)
        if "_send" in request.POST and form.cleaned_data["seen"] == form.fingerprint:
            try:
                campaign = campaigns.plan(by=signed_in(request), **form.facts)
            except Refusal as refusal:
                tell(form, refusal)
                return self._page(request, form)
            self.message_user(request, _("‘%(title)s’ 소식을 예약했습니다") % {"title": campaign.title})
            return HttpResponseRedirect(reverse("admin:adminpanel_campaign_change", args=[campaign.pk]))
        return self._page(request, form, preview=Campaign(**form.facts))

    def _page(self, request: HttpRequest, form: CampaignForm, *, preview: Campaign | None = None) -> HttpResponse:
        shown = {
            "opts": self.opts,
            "title": _("새 소식"),
            "form": form,
            "media": form.media,
            "preview": preview,
            "reach": None if preview is None else campaigns.reach(preview),
            "at": None if preview is None else form.cleaned_data["scheduled_at"] or clock(),
        }
        context = self.admin_site.each_context(request) | shown
        return TemplateResponse(request, "admin/adminpanel/campaign/write.html", context)
