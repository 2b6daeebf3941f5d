"""Staff pages of announcements: what was said to many, to whom, by whom, and what became of it."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import linebreaksbr
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from notifications.admin.many import ManyAdmin, StuckFilter
from notifications.domain.sending import ANNOUNCEMENTS
from notifications.models import Announcement
from notifications.rules import mends_messages
from notifications.web.staff import announcing, many


@admin.register(Announcement)
class AnnouncementAdmin(ManyAdmin):
    life = ANNOUNCEMENTS
    list_display = (
        "subject_en",
        "category",
        "people",
        "says_state",
        "written_by",
        "written_at",
        "approved_by",
        "sent_at",
    )
    list_filter = ("state", StuckFilter, "category")
    search_fields = ("subject_en", "subject_zh", "why")
    list_select_related = ("written_by", "approved_by")
    list_before_template = "notifications/staff/announcements_top.html"
    change_form_before_template = "notifications/staff/announcement_top.html"
    change_form_after_template = "notifications/staff/announcement_bottom.html"
    fields = (
        "category",
        "says_audience",
        "people",
        "unwilling",
        "state",
        "why",
        "subject_en",
        "says_english",
        "subject_zh",
        "says_chinese",
        "written_by",
        "written_at",
        "approved_by",
        "sent_at",
        "told",
    )
    readonly_fields = fields

    @display(description=_("audience"))
    def says_audience(self, announcement: Announcement) -> str:
        return announcing.say_audience(announcement)

    @display(description=_("text, English"))
    def says_english(self, announcement: Announcement) -> str:
        return linebreaksbr(announcement.body_en)

    @display(description=_("text, Chinese"))
    def says_chinese(self, announcement: Announcement) -> str:
        return linebreaksbr(announcement.body_zh)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("new/", view(announcing.choose), name="notifications_announcement_new"),
            path(
                "new/<slug:audience>/",
                view(announcing.write),
                name="notifications_announcement_write",
            ),
            path(
                "<int:pk>/confirm/",
                view(announcing.confirm),
                name="notifications_announcement_confirm",
            ),
            *many.urls(ANNOUNCEMENTS, view, named=str),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        shown = {"may_mend": bool(mends_messages(request.user))}
        return super().changelist_view(request, (extra_context or {}) | shown)

    def beside(self, request: HttpRequest, row: Announcement) -> dict[str, Any]:
        return announcing.beside(row, may_mend=bool(mends_messages(request.user)))
