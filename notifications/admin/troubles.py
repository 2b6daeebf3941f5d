"""Staff pages of addresses from which our mail comes back."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused
from accounts.staff import RoleAdmin
from accounts.web.staff import allowed
from notifications.domain.troubles import settle_trouble
from notifications.models import AddressTrouble
from notifications.rules import mends_messages
from notifications.web.staff import calling
from notifications.web.staff.pages import UNPROCESSABLE, ReasonForm, staff_page


class OpenFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "open"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("to look after")), ("no", _("settled"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() in ("yes", "no"):
            return queryset.filter(settled_at__isnull=self.value() == "yes")
        return queryset


@admin.register(AddressTrouble)
class AddressTroubleAdmin(RoleAdmin):
    list_display = ("address", "kind", "times", "last_at", "detail", "settled_at", "settled_by")
    list_filter = (OpenFilter, "kind")
    search_fields = ("address", "person__email")
    list_select_related = ("person", "settled_by")
    fields = (
        "person",
        "address",
        "kind",
        "detail",
        "message",
        "first_at",
        "last_at",
        "times",
        "settled_at",
        "settled_by",
    )
    readonly_fields = fields
    list_before_template = "notifications/staff/troubles_top.html"
    change_form_before_template = "notifications/staff/trouble_top.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/settle/", view(settle), name="notifications_trouble_settle"),
            path("call/", view(calling.whom_to_call), name="notifications_trouble_call"),
            path("<int:pk>/phone/", view(calling.phone), name="notifications_trouble_phone"),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        shown = {"may_mend": bool(mends_messages(request.user))}
        return super().changelist_view(request, (extra_context or {}) | shown)

    def beside(self, request: HttpRequest, row: AddressTrouble) -> dict[str, Any]:
        return {"may_mend": bool(mends_messages(request.user))}


def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Say how it was looked after."""
    person = allowed(request, mends_messages)
    trouble = get_object_or_404(AddressTrouble.objects.select_related("person"), pk=pk)
    back = reverse("admin:notifications_addresstrouble_change", args=[pk])
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            settle_trouble(trouble_id=pk, by=person, now=timezone.now(), **form.cleaned_data)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, gettext("Settled. The person no longer sees the warning."))
        return redirect(back)
    context = {"form": form, "trouble": trouble, "back": back}
    status = UNPROCESSABLE if form.errors else 200
    return staff_page(request, "settle", gettext("Settle this"), context, status=status)
