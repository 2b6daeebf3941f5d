"""Appeals for staff: the case, the record behind it, and the decision of who took no part."""

from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.errors import Refused
from accounts.models import User
from accounts.staff import RoleAdmin
from selection.domain.appealing import decide_appeal, why_not_decide
from selection.models import Appeal
from selection.queries import deciders
from selection.rules import manages_selections
from selection.web.staff_forms import AppealDecisionForm


@admin.register(Appeal)
class AppealAdmin(RoleAdmin):
    """Appeals, oldest open one first. Opening one shows the case and, to who may, the decision."""

    list_display = ["person", "listed", "ground", "state", "made_at", "decided_at", "decided_by"]
    list_filter = ["state", "ground", "entry__selection__step", "entry__selection__cohort"]
    list_select_related = ["entry__application", "entry__selection__cohort", "decided_by"]
    search_fields = ["entry__application__reference", "entry__application__surname_en"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Appeal]:
        return super().get_queryset(request).defer("entry__selection__inputs")

    @admin.display(description=gettext_lazy("person"), ordering="entry__application__surname_en")
    def person(self, appeal: Appeal) -> str:
        application = appeal.entry.application
        return f"{application.full_name} · {application.reference}"

    @admin.display(description=gettext_lazy("list"))
    def listed(self, appeal: Appeal) -> str:
        return str(appeal.entry.selection)

    def get_urls(self) -> list[URLPattern]:
        decide = self.admin_site.admin_view(require_POST(self.decide_view))
        return [
            path("<int:pk>/decide/", decide, name="selection_appeal_decide"),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The page of one appeal."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        appeal = self.get_object(request, object_id)
        if appeal is None:
            raise Http404
        return self._show(request, appeal, AppealDecisionForm())

    def decide_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not manages_selections(request.user):
            raise PermissionDenied
        appeal = get_object_or_404(Appeal, pk=pk)
        form = AppealDecisionForm(request.POST)
        if form.is_valid():
            try:
                decide_appeal(
                    appeal_id=pk, by=cast(User, request.user), now=timezone.now(), **form.verb()
                )
            except Refused as refused:
                form.add_error(None, str(refused))
            else:
                messages.success(request, _("The appeal is decided, and the person is told."))
                return redirect("admin:selection_appeal_change", pk)
        return self._show(request, appeal, form, status=422)

    def _show(
        self, request: HttpRequest, appeal: Appeal, form: AppealDecisionForm, status: int = 200
    ) -> HttpResponse:
        selection = appeal.entry.selection
        could = deciders(appeal) if appeal.state == Appeal.State.OPEN else []
        context = {
            **self.admin_site.each_context(request),
            "appeal": appeal,
            "entry": appeal.entry,
            "selection": selection,
            "why_not": why_not_decide(appeal, appeal.entry, cast(User, request.user)),
            "deciders": could,
            "nobody_may": not any(not one.parts for one in could),
            "may_manage": manages_selections(request.user),
            "form": form,
            "opts": self.opts,
            "title": str(appeal),
        }
        return TemplateResponse(request, "admin/selection/appeal.html", context, status=status)
