"""Staff pages of applicants' files."""

from typing import ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.roles import Role
from accounts.staff import RoleAdmin
from applications.domain.documents import Readiness, readiness
from applications.models import Document


@admin.register(Document)
class DocumentAdmin(RoleAdmin):
    """What was uploaded and whether it may be read. Each reading is written down."""

    readers: ClassVar[tuple[Role, ...]] = (Role.PROGRAMME_MANAGER,)
    list_display = (
        "application",
        "name",
        "kind",
        "says_scan",
        "size",
        "uploaded_at",
        "replaced_at",
    )
    list_filter = ("application__cohort", "kind", "scan")
    search_fields = ("application__reference", "application__user__email")
    list_per_page = 50
    show_full_result_count = False
    fields = (
        "application",
        "name",
        "kind",
        "says_file",
        "size",
        "sha256",
        "scan",
        "scanned_at",
        "warned",
        "uploaded_at",
        "replaced_at",
    )
    readonly_fields = fields

    @display(
        description=_("scan"),
        ordering="scan",
        label={"clean": "success", "infected": "danger", "waiting": "warning", "not-asked": ""},
    )
    def says_scan(self, document: Document) -> tuple[str, str]:
        return document.scan, document.get_scan_display()

    @display(description=_("file"))
    def says_file(self, document: Document) -> SafeString | str:
        if readiness(document) is not Readiness.READY:
            return document.get_scan_display()
        address = reverse("applications:document", args=[document.uuid])
        says = _("Read it (this is written down)")
        return format_html('<a class="underline" href="{}">{}</a>', address, says)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Document]:
        return super().get_queryset(request).select_related("application__cohort__programme")
