"""Staff pages of the texts of messages: every version, and the letters it makes."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.staff import RoleAdmin
from notifications import kinds
from notifications.models import LetterText
from notifications.queries import lacks_reader
from notifications.rules import mends_messages
from notifications.web.staff import proofreading, writing
from notifications.web.staff.pages import people_of_staff


class ReaderlessFilter(admin.SimpleListFilter):
    title = _("readers")
    parameter_name = "readerless"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("waits, and nobody is on record for a language"))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[LetterText]
    ) -> QuerySet[LetterText]:
        if self.value() == "yes":
            return queryset.filter(lacks_reader(timezone.now()))
        return queryset


@admin.register(LetterText)
class LetterTextAdmin(RoleAdmin):
    list_display = (
        "says_kind",
        "number",
        "why",
        "written_by",
        "written_at",
        "read_en_by",
        "read_zh_by",
        "refused_by",
        "approved_at",
    )
    list_select_related = ("written_by", "read_en_by", "read_zh_by", "refused_by")
    list_filter = (ReaderlessFilter,)
    search_fields = ("kind", "why")
    list_before_template = "notifications/staff/texts_top.html"
    change_form_after_template = "notifications/staff/text_bottom.html"
    fields = ("says_kind", "number", "why", "written_by", "written_at", "approved_at")
    readonly_fields = fields

    @display(description=_("kind"), ordering="kind")
    def says_kind(self, written: LetterText) -> str:
        return kinds.title_of(written.kind)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("kinds/", view(writing.every_kind), name="notifications_letter_kinds"),
            path("write/<slug:kind>/", view(writing.write), name="notifications_letter_write"),
            *(
                path(
                    f"<int:pk>/read/{language}/",
                    view(proofreading.read),
                    {"language": language},
                    name=name,
                )
                for language, name in proofreading.PAGES.items()
            ),
            *super().get_urls(),
        ]

    def beside(self, request: HttpRequest, row: LetterText) -> dict[str, Any]:
        readings = proofreading.readings_of(row, request.user).values()
        return {
            "readings": readings,
            "people": people_of_staff(),
            "may_be_used": proofreading.may_be_used(row, readings),
            "may_write": mends_messages(request.user) and kinds.is_declared(row.kind),
            **proofreading.both_languages(row),
        }
