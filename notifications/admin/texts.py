"""Staff pages of the texts of messages: every version, and the letters it makes."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.template.defaultfilters import linebreaksbr
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.models import Approval
from accounts.staff import RoleAdmin
from accounts.web.staff import page_of
from notifications import kinds
from notifications.domain.writing import USE_TEXT
from notifications.models import LetterText
from notifications.web.staff import writing


@admin.register(LetterText)
class LetterTextAdmin(RoleAdmin):
    list_display = ("says_kind", "number", "why", "written_by", "written_at", "approved_at")
    list_select_related = ("written_by",)
    search_fields = ("kind", "why")
    list_before_template = "notifications/staff/texts_top.html"
    change_form_after_template = "notifications/staff/samples.html"
    fields = (
        "says_kind",
        "number",
        "why",
        "subject_en",
        "says_english",
        "subject_zh",
        "says_chinese",
        "written_by",
        "written_at",
        "approved_by",
        "approved_at",
    )
    readonly_fields = fields

    @display(description=_("kind"), ordering="kind")
    def says_kind(self, written: LetterText) -> str:
        return kinds.title_of(written.kind)

    @display(description=_("text, English"))
    def says_english(self, written: LetterText) -> str:
        return linebreaksbr(written.body_en)

    @display(description=_("text, Chinese"))
    def says_chinese(self, written: LetterText) -> str:
        return linebreaksbr(written.body_zh)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("kinds/", view(writing.every_kind), name="notifications_letter_kinds"),
            path("write/<slug:kind>/", view(writing.write), name="notifications_letter_write"),
            *super().get_urls(),
        ]

    def beside(self, request: HttpRequest, row: LetterText) -> dict[str, Any]:
        asked = Approval.objects.filter(kind=USE_TEXT, object_id=str(row.pk))
        request_of = asked.order_by("-pk").first()
        return {
            "samples": writing.samples_of(row),
            "approval_url": page_of(request_of) if request_of else "",
        }
