"""The bank for staff: items, their versions, the files they came in."""

from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy, ngettext

from accounts.errors import Refused
from accounts.models import User
from accounts.roles import Role
from accounts.staff import RoleAdmin
from quiz import queries
from quiz.domain.bank import approve_items
from quiz.models import (
    Item,
    ItemFile,
    ItemVersion,
)
from quiz.rules import manages_quizzes
from quiz.web import authoring
from quiz.web.previews import preview_of
from quiz.web.staff import exporting, importing
from quiz.web.statistics_pages import history_of
from quiz.wording import say_topic


@admin.register(Item)
class ItemAdmin(RoleAdmin):
    """The bank. Items are written and edited on pages of their own, or come by import."""

    readers = (Role.PROGRAMME_MANAGER, Role.QUIZ_AUTHOR)
    list_display = ["code", "topic_name", "difficulty", "newest", "in_papers"]
    list_filter = ["topic", "difficulty", ("retired_at", admin.EmptyFieldListFilter)]
    list_before_template = "quiz/staff/items_top.html"
    change_form_outer_before_template = "quiz/staff/item_top.html"
    search_fields = ["code", "versions__stem_en", "versions__stem_zh"]
    fields = ["code", "topic_name", "difficulty", "created_at", "last_used", "analysed", "said"]
    readonly_fields = ["topic_name", "last_used", "analysed", "said"]

    class Media:
        css = {"all": ["css/items.css", "css/quiz-staff.css"]}

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("new/", view(authoring.new), name="quiz_item_new"),
            path("new/<slug:kind>/", view(authoring.write), name="quiz_item_write"),
            path("export/", view(self.export_view), name="quiz_item_export"),
            path("images/", view(authoring.images), name="quiz_item_images"),
            path("<int:pk>/edit/", view(authoring.edit), name="quiz_item_edit"),
            path("<int:pk>/preview/", view(authoring.preview), name="quiz_item_preview"),
            path("<int:pk>/retire/", view(authoring.retire), name="quiz_item_retire"),
            path("versions/<int:pk>/approve/", view(authoring.approve), name="quiz_item_approve"),
            *super().get_urls(),
        ]

    def beside(self, request: HttpRequest, row: Item) -> dict[str, Any]:
        return authoring.item_page(row, request)

    def export_view(self, request: HttpRequest) -> HttpResponse:
        return exporting.export(request, self)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Item]:
        items = super().get_queryset(request)
        return items.annotate(
            versions_made=Count("versions", distinct=True),
            exposure=Count("versions__responses", distinct=True),
        )

    @admin.display(description=gettext_lazy("topic"), ordering="topic")
    def topic_name(self, item: Item) -> str:
        return say_topic(item.topic)

    @admin.display(description=gettext_lazy("versions"), ordering="versions_made")
    def newest(self, item: Any) -> int:
        return int(item.versions_made)

    @admin.display(description=gettext_lazy("in papers"), ordering="exposure")
    def in_papers(self, item: Any) -> int:
        return int(item.exposure)

    @admin.display(description=gettext_lazy("last used in"))
    def last_used(self, item: Item) -> str:
        return str(queries.last_cohort_of(item.pk) or "–")

    @admin.display(description=gettext_lazy("item analyses"))
    def analysed(self, item: Item) -> SafeString:
        return render_to_string("admin/quiz/_history.html", {"figures": history_of(item.pk)})

    @admin.display(description=gettext_lazy("what it says"))
    def said(self, item: Item) -> SafeString:
        versions = item.versions.select_related("created_by", "approved_by").order_by("-number")
        previews = [preview_of(version) for version in versions]
        return render_to_string("admin/quiz/_versions.html", {"previews": previews})


@admin.register(ItemVersion)
class ItemVersionAdmin(RoleAdmin):
    """Versions, to look through and to approve as the second person."""

    readers = (Role.PROGRAMME_MANAGER, Role.QUIZ_AUTHOR)
    list_display = ["item", "number", "kind", "stem_en", "stem_zh", "created_by", "approved_by"]
    list_filter = [("approved_at", admin.EmptyFieldListFilter), "kind", "item__topic"]
    list_select_related = ["item", "created_by", "approved_by"]
    search_fields = ["item__code", "stem_en", "stem_zh"]
    fields = ["said", "source_name", "source_sha256", "created_at"]
    readonly_fields = ["said"]
    actions = ["approve"]

    class Media:
        css = {"all": ["css/items.css", "css/quiz-staff.css"]}

    def get_actions(self, request: HttpRequest) -> Any:
        return super().get_actions(request) if manages_quizzes(request.user) else {}

    @admin.action(description=gettext_lazy("Approve as the second person"))
    def approve(self, request: HttpRequest, versions: QuerySet[ItemVersion]) -> None:
        ids = list(versions.values_list("pk", flat=True))
        try:
            count = approve_items(version_ids=ids, by=cast(User, request.user), now=timezone.now())
        except Refused as refusal:
            messages.error(request, str(refusal))
            return
        told = ngettext("%(count)d item approved.", "%(count)d items approved.", count)
        messages.success(request, told % {"count": count})

    @admin.display(description=gettext_lazy("what it says"))
    def said(self, version: ItemVersion) -> SafeString:
        return render_to_string("admin/quiz/_versions.html", {"previews": [preview_of(version)]})


@admin.register(ItemFile)
class ItemFileAdmin(RoleAdmin):
    """Files that were brought in, and those that wait for somebody to confirm them."""

    readers = (Role.PROGRAMME_MANAGER, Role.QUIZ_AUTHOR)
    list_display = ["name", "format", "language", "uploaded_at", "imported_at", "uploaded_by"]
    list_filter = ["format", "language"]
    list_select_related = ["uploaded_by"]
    fields = [*list_display, "sha256"]
    readonly_fields = fields
    list_before_template = "admin/quiz/item_files_top.html"
    change_form_before_template = "admin/quiz/items_waits.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[ItemFile]:
        return super().get_queryset(request).defer("content", "report")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("upload/", view(importing.upload), name="quiz_items_upload"),
            path("upload/<int:pk>/", view(importing.confirm), name="quiz_items_confirm"),
            *super().get_urls(),
        ]
