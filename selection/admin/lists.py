"""Lists for staff: what each needs next, one page a run, and a button for each verb."""

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from unfold.decorators import action

from accounts.errors import Refused
from accounts.staff import RoleAdmin
from selection import queries
from selection.admin.foresight import ForesightPages
from selection.domain.by_hand import ask_to_publish
from selection.domain.drawing import discard_selection, draw_up
from selection.domain.exporting import export_run
from selection.domain.overriding import ask_override, take_back_override
from selection.domain.preparing import commit_seed
from selection.domain.publishing import (
    approve_publication,
    request_publication,
)
from selection.domain.replying import undo_decline
from selection.models import SeedCommitment, Selection
from selection.previews import Foretold, foretell
from selection.rules import manages_selections
from selection.web.staff_forms import (
    DecisionForm,
    DiscardForm,
    ExportForm,
    ListForm,
    OverrideForm,
    PublishForm,
    RequestForm,
    UndoForm,
)
from selection.web.staff_pages import line_page


class AppearsFilter(admin.SimpleListFilter):
    """Lists that are to appear by themselves, and something is in the way."""

    title = gettext_lazy("appears by itself")
    parameter_name = "appears"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("troubled", gettext_lazy("in trouble")),
            ("unapproved", gettext_lazy("is not approved yet")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Selection]) -> QuerySet[Selection]:
        match self.value():
            case "troubled":
                return queryset.filter(queries.in_trouble())
            case "unapproved":
                return queryset.filter(queries.waits_unapproved(timezone.now()))
        return queryset


@admin.register(Selection)
class SelectionAdmin(ForesightPages):
    """Runs of lists. Opening one shows its line; nothing is typed into it."""

    list_display = ["cohort", "step", "number", "state", "seats", "cut_score", "ties",
                    "created_at", "created_by", "published_at"]  # fmt: skip
    list_display_links = ["cohort", "step", "number"]
    list_filter = ["state", AppearsFilter, "step", "cohort"]
    list_select_related = ["cohort", "created_by"]
    search_fields = ["cohort__slug", "cohort__name_en", "result_digest"]
    actions_list = ["all_lists"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Selection]:
        return super().get_queryset(request).defer("inputs")

    def get_urls(self) -> list[URLPattern]:
        def verb(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
            return self.admin_site.admin_view(require_POST(view))

        return [
            path(
                "lists/",
                self.admin_site.admin_view(self.lists_view),
                name="selection_selection_lists",
            ),
            path("lists/seed/", verb(self.seed_view), name="selection_selection_seed"),
            path("lists/draw-up/", verb(self.draw_up_view), name="selection_selection_draw_up"),
            *self.foresight_urls(),
            path("<int:pk>/request/", verb(self.request_view), name="selection_selection_request"),
            path("<int:pk>/decide/", verb(self.decide_view), name="selection_selection_decide"),
            path("<int:pk>/publish/", verb(self.publish_view), name="selection_selection_publish"),
            path("<int:pk>/discard/", verb(self.discard_view), name="selection_selection_discard"),
            path("<int:pk>/undo/", verb(self.undo_view), name="selection_selection_undo"),
            path(
                "<int:pk>/override/", verb(self.override_view), name="selection_selection_override"
            ),
            path(
                "<int:pk>/override/<int:override>/take-back/",
                verb(self.take_back_view),
                name="selection_selection_take_back",
            ),
            path("<int:pk>/export/", verb(self.export_view), name="selection_selection_export"),
            *super().get_urls(),
        ]

    @action(description=gettext_lazy("All lists"), url_path="all-lists")
    def all_lists(self, request: HttpRequest) -> HttpResponse:
        return redirect("admin:selection_selection_lists")

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The page of one run."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            selection = self._selection(int(object_id))
        except ValueError as error:
            raise Http404 from error
        context = {
            **self.admin_site.each_context(request),
            **line_page(selection, timezone.now()),
            "may_manage": manages_selections(request.user),
            "opts": self.opts,
            "title": str(selection),
        }
        return TemplateResponse(request, "admin/selection/line.html", context)

    def lists_view(self, request: HttpRequest) -> HttpResponse:
        """Every list of every cohort, with what it needs next."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "lists": queries.list_states(),
            "may_manage": manages_selections(request.user),
            "opts": self.opts,
            "title": _("All lists"),
        }
        return TemplateResponse(request, "admin/selection/lists.html", context)

    def seed_view(self, request: HttpRequest) -> HttpResponse:
        form = self._valid(request, ListForm(request.POST))
        if form:
            self._do(
                request,
                _("The seed is committed. Its SHA-256 stands on the page of the cohort."),
                commit_seed,
                cohort_id=form.cleaned_data["cohort"].pk,
                step=form.cleaned_data["step"],
            )
        return redirect("admin:selection_selection_lists")

    def draw_up_view(self, request: HttpRequest) -> HttpResponse:
        form = self._valid(request, ListForm(request.POST))
        drawn = form and self._do(
            request,
            _("The list is being drawn up. Nobody has been told anything."),
            draw_up,
            cohort_id=form.cleaned_data["cohort"].pk,
            step=form.cleaned_data["step"],
        )
        return redirect(drawn or reverse("admin:selection_selection_lists"))

    def request_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = self._valid(request, RequestForm(request.POST, foretold=self._foretold(pk)))
        if form:
            self._do(
                request,
                _("A second person can approve this list now."),
                request_publication,
                selection_id=pk,
                publish_at=form.cleaned_data["publish_at"],
            )
        return self._back(pk)

    def decide_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = self._valid(request, DecisionForm(request.POST))
        if form:
            approved = form.cleaned_data["approve"]
            self._do(
                request,
                _("You approved this list.") if approved else _("You refused this list."),
                approve_publication,
                selection_id=pk,
                **form.cleaned_data,
            )
        return self._back(pk)

    def publish_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if self._valid(request, PublishForm(request.POST, foretold=self._foretold(pk))):
            self._do(
                request,
                _("A worker publishes the list. This page says how far it is."),
                ask_to_publish,
                selection_id=pk,
            )
        return self._back(pk)

    def discard_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = self._valid(request, DiscardForm(request.POST))
        if form:
            self._do(
                request,
                _("The run is discarded. Nobody was told anything."),
                discard_selection,
                selection_id=pk,
                reason=form.cleaned_data["reason"],
            )
        return self._back(pk)

    def override_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask to have somebody moved across the line."""
        form = self._valid(request, OverrideForm(request.POST))
        if form:
            selection = self._selection(pk)
            asked = self._do_quietly(
                request,
                ask_override,
                cohort_id=selection.cohort_id,
                step=selection.step,
                **form.cleaned_data,
            )
            if asked is not None:
                messages.success(request, _("A second person can agree to it now."))
                return redirect("admin:accounts_approval_change", asked.pk)
        return self._back(pk)

    def take_back_view(self, request: HttpRequest, pk: int, override: int) -> HttpResponse:
        """Let the next run do without an override of this list."""
        if not manages_selections(request.user):
            raise PermissionDenied
        get_object_or_404(queries.overrides_of(self._selection(pk)), pk=override)
        told = _("Taken back. Draw the list up again.")
        self._do(request, told, take_back_override, override_id=override)
        return self._back(pk)

    def undo_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take back a decline that was a mistake."""
        form = self._valid(request, UndoForm(request.POST))
        if form:
            entries = self._selection(pk).entries.all()
            entry = get_object_or_404(
                entries, application__reference=form.cleaned_data["reference"]
            )
            undone = self._do_quietly(
                request,
                undo_decline,
                application_id=entry.application_id,
                reason=form.cleaned_data["reason"],
            )
            if undone is not None and undone.seat:
                messages.success(request, _("A seat was free: the place is offered again."))
            elif undone is not None:
                messages.success(
                    request,
                    _(
                        "They stand first on the reserve list: a place that can be given again is "
                        "theirs."
                    ),
                )
        return self._back(pk)

    def export_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A published run as a file that anybody can check."""
        selection = self._selection(pk)
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = ExportForm(request.POST)
        if not form.is_valid():
            messages.error(request, " ".join(_errors(form)))
            return self._back(pk)
        content = self._do_quietly(
            request, export_run, selection_id=pk, reason=form.cleaned_data["reason"]
        )
        if content is None:
            return self._back(pk)
        name = selection.label.replace("/", "-")
        return HttpResponse(
            content,
            content_type="application/json",
            headers={
                "Content-Disposition": f'attachment; filename="{name}.json"',
                "Cache-Control": "no-store",
            },
        )

    def _valid(self, request: HttpRequest, form: forms.Form) -> forms.Form | None:
        """The form if this person may act and it is filled in well; otherwise say why not."""
        if not manages_selections(request.user):
            raise PermissionDenied
        if form.is_valid():
            return form
        messages.error(request, " ".join(_errors(form)))
        return None

    def _do(
        self, request: HttpRequest, success: str, verb: Callable[..., Any], **arguments: Any
    ) -> Any:
        """Call a verb and tell its outcome; None if it refused."""
        if "selection_id" in arguments:
            self._selection(arguments["selection_id"])
        done = self._do_quietly(request, verb, **arguments)
        if done is not None:
            messages.success(request, success)
        return done

    def _do_quietly(self, request: HttpRequest, verb: Callable[..., Any], **arguments: Any) -> Any:
        """Call a verb whose result says enough; None, and why, if it refused."""
        try:
            return verb(**arguments, by=request.user, now=timezone.now())
        except Refused as refused:
            messages.error(request, str(refused))
            return None

    def _selection(self, pk: int) -> Selection:
        runs = Selection.objects.select_related("cohort__programme", "rule", "seed", "created_by")
        return get_object_or_404(runs.defer("inputs"), pk=pk)

    def _foretold(self, pk: int) -> Foretold | None:
        selection = self._selection(pk)
        return foretell(selection) if selection.state == Selection.State.DRAWN else None

    def _back(self, pk: int) -> HttpResponse:
        return redirect("admin:selection_selection_change", pk)


@admin.register(SeedCommitment)
class SeedCommitmentAdmin(RoleAdmin):
    """The committed seeds. The seed itself is shown to nobody before its list is published."""

    list_display = ["cohort", "step", "commitment", "before_scores", "committed_at"]
    list_filter = ["step", "cohort"]
    list_select_related = ["cohort"]
    fields = ["cohort", "step", "commitment", "before_scores", "committed_at", "committed_by"]


def _errors(form: forms.Form) -> Iterable[str]:
    for name, texts in form.errors.items():
        label = form.fields[name].label if name in form.fields else ""
        yield f"{label or name}: {' '.join(map(str, texts))}"
