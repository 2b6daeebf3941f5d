"""Staff pages of the texts that people accept."""

from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from accounts.errors import Refused
from accounts.models import User
from accounts.roles import Role
from accounts.staff import RoleAdmin
from applications.domain.texts import write_text
from applications.models import LegalText
from applications.web.staff import texts

WRITTEN = ("kind", "version", "text_en", "text_zh", "asks_again")


class LegalTextForm(forms.ModelForm):
    """A version that is not published yet."""

    class Meta:
        model = LegalText
        fields = WRITTEN
        widgets: ClassVar[dict[str, Any]] = {
            "text_en": UnfoldAdminTextareaWidget({"rows": 16}),
            "text_zh": UnfoldAdminTextareaWidget({"rows": 16}),
        }
        help_texts: ClassVar[dict[str, Any]] = {
            "version": _("Letters, digits and hyphens, for example 2027-03. Stands in addresses."),
            "text_en": _(
                "Markdown. Headings begin with ##; {contact} becomes the programme’s address."
            ),
            "text_zh": _("The same in Traditional Chinese. Both are needed to publish."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("text_en", "text_zh"):
            if name in self.fields:
                self.fields[name].required = False


@admin.register(LegalText)
class LegalTextAdmin(RoleAdmin):
    """Versions: a draft can be written, what is published can be read."""

    readers: ClassVar[tuple[Role, ...]] = (Role.PROGRAMME_MANAGER, Role.AUDITOR)
    writers: ClassVar[tuple[Role, ...]] = (Role.PROGRAMME_MANAGER, Role.DATA_PROTECTION_OFFICER)
    form = LegalTextForm
    list_display = ("kind", "version", "published_at", "asks_again", "created_by")
    list_filter = ("kind", ("published_at", admin.EmptyFieldListFilter))
    list_select_related = ("created_by",)
    fields = WRITTEN
    change_form_before_template = "applications/staff/text_top.html"

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        published = obj is not None and obj.published_at is not None
        return not published and super().has_change_permission(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("kind", "version") if obj is not None else ()

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/publish/", view(texts.publish), name="applications_text_publish"),
            *super().get_urls(),
        ]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect(request.path)

    def save_model(
        self, request: HttpRequest, obj: LegalText, form: forms.ModelForm, change: bool
    ) -> None:
        given = form.cleaned_data
        obj.pk = write_text(
            kind=obj.kind,
            version=obj.version,
            text_en=given["text_en"],
            text_zh=given["text_zh"],
            asks_again=given["asks_again"],
            by=cast(User, request.user),
            now=timezone.now(),
        ).pk
        obj.refresh_from_db()
