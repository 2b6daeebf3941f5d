"""Staff pages of corrections: what was wrong, who got it, what they were told instead."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from notifications import kinds
from notifications.admin.many import ManyAdmin, StuckFilter
from notifications.domain.correcting import CORRECTIONS, preview
from notifications.models import Correction, Message
from notifications.rules import mends_messages
from notifications.web.staff import correcting, many

MOST_SHOWN = 200


@admin.register(Correction)
class CorrectionAdmin(ManyAdmin):
    life = CORRECTIONS
    list_display = ("says_kind", "people", "says_state", "written_by", "written_at", "sent_at")
    list_filter = ("state", StuckFilter)
    list_select_related = ("written_by",)
    fields = (
        "says_kind",
        "people",
        "state",
        "incident",
        "text_en",
        "text_zh",
        "written_by",
        "written_at",
        "sent_at",
    )
    readonly_fields = fields
    change_form_after_template = "notifications/staff/correction_bottom.html"

    @display(description=_("the wrong message"), ordering="kind")
    def says_kind(self, correction: Correction) -> str:
        return kinds.title_of(correction.kind)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("new/", view(correcting.new), name="notifications_correction_new"),
            *many.urls(CORRECTIONS, view, named=lambda row: kinds.title_of(row.kind)),
            *super().get_urls(),
        ]

    def beside(self, request: HttpRequest, row: Correction) -> dict[str, Any]:
        may_mend = bool(mends_messages(request.user))
        wrong = row.messages.select_related("person").defer("body").order_by("pk")
        shown = list(wrong[:MOST_SHOWN])
        told = Message.objects.filter(
            run=f"correction:{row.pk}", person__in={one.person_id for one in shown}
        )
        letters = {letter.person_id: letter for letter in told.defer("body")}
        return {
            "pairs": [(one, letters.get(one.person_id)) for one in shown],
            "samples": preview(row),
            "again_url": correcting.again_url(row) if may_mend else "",
            **many.beside(CORRECTIONS, row, may_mend=may_mend),
        }
